/* workspace.h: the configuration of a workspace, read from files a team keeps in git.
 *
 * The files are the draft; what was applied lies in records as a version and is in force. Both are
 * read by the same code from a list of (path, bytes), so that a version is read exactly as its
 * files were. Everything is checked: unknown keys, duplicates, aliases, wrong types and ranges are
 * faults with file, line, column and key, all of them reported at once. */
#ifndef PTL_WORKSPACE_WORKSPACE_H
#define PTL_WORKSPACE_WORKSPACE_H

#include "store/records.h"
#include "workspace/fault.h"
#include "workspace/pair.h"

typedef struct ptl_channel_config {
    const char *name;           /* governed name: "paid_search" */
    const char *label;          /* shown: "Paid search"         */
    const char *owner;          /* one person; NULL: none       */
    bool paid;                  /* media are bought in it       */
    bool marketing;             /* what it brings is marketing's */
    const char *const *aliases; /* as exports write it */
    int64_t n_aliases;
} ptl_channel_config;

/* A text that means a channel, folded; the workspace keeps them in order. */
typedef struct ptl_channel_name {
    ptl_text folded;
    int64_t channel; /* index into channels */
} ptl_channel_name;

typedef struct ptl_source_config {
    const char *name; /* of its file: sources/orders.yaml is "orders" */
    const char *about;
    const char *owner;        /* one person; NULL: none                       */
    const char *table;        /* canonical table                              */
    const char *const *files; /* patterns, relative to the workspace   */
    int64_t n_files;
    const char *preset;      /* NULL: none; else table and mapping are made from it   */
    const ptl_pair *columns; /* of the preset: role, column of the file               */
    int64_t n_columns;
    const ptl_pair *slots; /* of the preset: slot, text                             */
    int64_t n_slots;
    const char *mapping;         /* one SELECT over `source`           */
    const char *identifier_kind; /* NULL: none                         */
    const char *locale;          /* of numbers, default the workspace's */
    const char *currency;        /* default the workspace's            */
    const char *zone;            /* default the workspace's            */
    const char *encoding;
    char delimiter;            /* 0: found in the file                          */
    char quote;                /* 0: '"'                                        */
    int32_t kind;              /* ptl_rows_kind; 0: by the file's name          */
    int32_t head_row;          /* a line of the file, or as in store/rows.h     */
    const char *sheet;         /* of a workbook; NULL: the only one with rows   */
    const char *range;         /* of its sheet, "A3:F20"; NULL: the only table  */
    const char *const *totals; /* store/rows.h: rows that are passed over */
    int64_t n_totals;
} ptl_source_config;

typedef struct ptl_kpi_config {
    const char *metric; /* "cm2", "cm1", "revenue"                      */
    const char *label;  /* "Contribution after marketing"               */
    const char *owner;
    int64_t baseline_micros; /* from … */
    int64_t target_micros;   /* … to … */
    bool has_target;
    ptl_day starts, due;        /* … by when; starts defaults to the fiscal year's */
    double holds_at, drifts_at; /* chances in 100 from which the course holds, or drifts */
} ptl_kpi_config;

/* Whose facts a vertical's are: a list that is empty allows everything. */
typedef enum ptl_vertical_key {
    PTL_VERTICAL_CHANNELS, /* governed names                               */
    PTL_VERTICAL_CAMPAIGNS,
    PTL_VERTICAL_GEOS,
    PTL_VERTICAL_PRODUCTS, /* or plans                                     */
    PTL_VERTICAL_SEGMENTS, /* new, returning, unidentified                 */
    PTL_VERTICAL_MEDIA, /* campaigns whose money is the vertical's, whatever the lists above say */
    PTL_N_VERTICAL_KEYS
} ptl_vertical_key;

typedef struct ptl_words {
    const char *const *items;
    int64_t n;
} ptl_words;

typedef struct ptl_vertical_config {
    const char *name; /* governed: "business" */
    const char *label;
    const char *owner; /* one person */
    ptl_words allowed[PTL_N_VERTICAL_KEYS];
} ptl_vertical_config;

typedef struct ptl_review_config {
    double least_change; /* worth acting on, in % of a week's revenue */
} ptl_review_config;
/* What journeys lead to: which rows of which table are its conversions, and their worth. */
typedef struct ptl_goal_config {
    const char *name;         /* governed: "purchase"                              */
    const char *table;        /* txn, event, lead, opportunity, subscription       */
    const char *const *kinds; /* rows of these kinds; none: all                    */
    int64_t n_kinds;
    const char *value;      /* revenue, cm1, none                                */
    int32_t look_back_days; /* 0: the journeys' own                              */
} ptl_goal_config;

typedef struct ptl_journey_config {
    const char *unit; /* person, account */
    int32_t look_back_days, session_minutes, touches_max;
    bool impressions, messages; /* whether they are touches */
    const char *direct;         /* channel of visits that nothing brought */
    bool direct_counts;
    const ptl_goal_config *goals; /* one at least */
    int64_t n_goals;
} ptl_journey_config;

/* What metrics.yaml says of a metric (metric.h). */
typedef struct ptl_metric_config {
    const char *name, *label, *owner;
    int32_t version;        /* of the definition, 1 the program's */
    int32_t horizon_months; /* 0: the program's                   */
    double discount;        /* a year                             */
    bool discount_given;
    double tolerance; /* 0: the program's                   */
} ptl_metric_config;
/* Where the review's digest goes. Texts may hold ${VARIABLES}: see ptl_workspace_expand. */
typedef struct ptl_digest_config {
    const char *file;        /* NULL: digest.txt                      */
    const char *webhook;     /* NULL: none                            */
    const char *mail_server; /* "smtps://host:port"; NULL: no mail    */
    const char *mail_user, *mail_password;
    const char *mail_from;
    const char *const *mail_to;
    int64_t n_mail_to;
} ptl_digest_config;

typedef struct ptl_workspace {
    const char *root; /* the folder                         */
    const char *company;
    const char *currency; /* ISO 4217                       */
    const char *locale;   /* "en-GB": of figures shown      */
    ptl_zone *zone;
    int32_t week_start;        /* 1 Monday … 7 Sunday       */
    int32_t fiscal_year_month; /* 1 January …               */
    int32_t n_threads;         /* 0: one per core           */
    int64_t memory_bytes_max;  /* of the whole program      */
    ptl_kpi_config kpi;
    ptl_review_config review;
    ptl_digest_config digest;
    const ptl_channel_config *channels;
    int64_t n_channels;
    const ptl_channel_name *channel_names; /* see ptl_workspace_channel */
    int64_t n_channel_names;
    const ptl_channel_name *channel_patterns; /* aliases with a *, in the file's order */
    int64_t n_channel_patterns;
    const ptl_metric_config *metrics; /* as metrics.yaml lists them */
    int64_t n_metrics;
    ptl_journey_config journeys;
    const ptl_vertical_config *verticals; /* the first that fits has a fact */
    int64_t n_verticals;
    const ptl_source_config *sources; /* by name */
    int64_t n_sources;
    ptl_hash hash;   /* over paths and bytes              */
    int64_t version; /* in force, 0 for a draft           */
    ptl_arena arena; /* owns everything above but `zone`  */
} ptl_workspace;

/** Read the draft's files: portolan.yaml, channels.yaml, journeys.yaml, metrics.yaml,
 * people/verticals.yaml, sources/?*.yaml, in sorted order. E_NOT_FOUND where the folder is no
 * workspace, hinting `portolan init`. */
PTL_NODISCARD ptl_status ptl_workspace_files(ptl_config_file **out, int64_t *n, const char *root,
                                             ptl_arena *arena, ptl_error *err);

/** A hash that changes with the names, sizes and times of those files: whoever kept what it read
 * asks whether it still holds, without reading. */
PTL_NODISCARD ptl_status ptl_workspace_stamp(ptl_hash *out, const char *root, ptl_arena *arena,
                                             ptl_error *err);

/** Parse and check. On E_INVALID every fault is in `faults` (nullable) and the first in `err`. */
PTL_NODISCARD ptl_status ptl_workspace_parse(ptl_workspace *out, const char *root,
                                             const ptl_config_file *files, int64_t n_files,
                                             ptl_faults *faults, ptl_error *err);
void ptl_workspace_dispose(ptl_workspace *workspace);

/** "orders" of "sources/orders.yaml"; false where the path is no such file's. */
bool ptl_source_name(ptl_text *name, const char *path);

const ptl_source_config *ptl_workspace_source(const ptl_workspace *workspace, ptl_text name);

/** The goal of this name, the first where `name` is NULL; NULL if there is none. */
const ptl_goal_config *ptl_workspace_goal(const ptl_workspace *workspace, const char *name);

/** The channel that `recorded` names, through its name, label and aliases, case ignored; then
 * through aliases with a *, which stands for any text, the file's first that fits. NULL if it is
 * not governed. */
const ptl_channel_config *ptl_workspace_channel(const ptl_workspace *workspace, ptl_text recorded);

/** The vertical of this name; NULL if there is none. */
const ptl_vertical_config *ptl_workspace_vertical(const ptl_workspace *workspace, ptl_text name);

/** The verticals whose list of `key` allows `value`, bit i for the i-th: those without such a list,
 * and those where the value fits a text of it, case ignored, * for any text. The verticals of a
 * fact are the bits that all of its keys share. Of PTL_VERTICAL_MEDIA: those whose list names it.
 */
uint64_t ptl_workspace_verticals(const ptl_workspace *workspace, ptl_vertical_key key,
                                 ptl_text value);

/** A source's file pattern with "${NAME}" replaced by the environment's value. E_NOT_FOUND where a
 * variable is not set. What is relative is so to the workspace: see ptl_path_join. */
PTL_NODISCARD ptl_status ptl_workspace_expand(char **out, const char *pattern, ptl_arena *arena,
                                              ptl_error *err);

/** Write a commented workspace that runs into `root`, with two small files of invented data.
 * E_CONFLICT names a file that would be overwritten; after a failure nothing of it is left. */
typedef struct ptl_init_options {
    int32_t size;
    const char *company;  /* default: the folder's name */
    const char *currency; /* default EUR                */
    const char *zone;     /* default: the system's      */
} ptl_init_options;
PTL_NODISCARD ptl_status ptl_workspace_init(const char *root, const ptl_init_options *options,
                                            ptl_error *err);

/** The zone of $TZ where it names one, else of /etc/localtime, else UTC. May lie in `scratch`. */
const char *ptl_workspace_system_zone(char scratch[4096]);

/** What differs between two sets of files, as unified text, file by file. */
PTL_NODISCARD ptl_status ptl_workspace_difference(ptl_buffer *out, const ptl_config_file *before,
                                                  int64_t n_before, const ptl_config_file *after,
                                                  int64_t n_after, ptl_error *err);

/** Print the reference page of every key from the schema tables (docs/workspace.md). */
void ptl_workspace_reference(ptl_buffer *out);

#endif
