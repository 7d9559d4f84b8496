/* model.h: what a review says, before it is a page or JSON.
 *
 * Filled from the store by ptl_review_read and turned into bytes by page.c and json.c, which decide
 * how things look and never what they are. Money is exact micros of the workspace's currency. */
#ifndef PTL_REVIEW_MODEL_H
#define PTL_REVIEW_MODEL_H

#include "portolan/verdict.h"
#include "store/alarm.h"
#include "observe/audit.h"
#include "store/minutes.h"
#include "store/store.h"
#include "understand/change.h"
#include "understand/course.h"
#include "workspace/workspace.h"

enum {
    PTL_REVIEW_FINDINGS_MAX = 24, /* a review with more to say has one thing to say: fix the data */
    PTL_REVIEW_ROWS_MAX = 40      /* channels in tables and charts; the rest are in review.json   */
};

typedef enum ptl_measure {
    PTL_ORDERS,
    PTL_REVENUE,
    PTL_VARIABLE,
    PTL_CM1,
    PTL_MEDIA,
    PTL_CM2,
    PTL_N_MEASURES
} ptl_measure;

const char *ptl_measure_name(ptl_measure measure);  /* "cm2"                   */
const char *ptl_measure_label(ptl_measure measure); /* "CM2" */

typedef struct ptl_review_period {
    ptl_day from, to;
    int64_t exact[PTL_N_MEASURES]; /* micros, or orders */
    ptl_estimate expected;         /* of CM2, units of the currency; NaN where history is short */
} ptl_review_period;

typedef struct ptl_review_line { /* the company, or one channel */
    const char *member;          /* "" for the company and for "no channel recorded" */
    const char *label;
    const char *owner; /* NULL: none */
    bool governed;
    ptl_review_period all;
    ptl_review_period *weeks; /* the review's n_weeks, oldest first */
} ptl_review_line;

typedef struct ptl_review_source {
    const char *name, *table, *owner;
    int64_t n_files, rows, quarantined;
    ptl_day first, last;
    bool has_days;
} ptl_review_source;

typedef struct ptl_review_total { /* everything the orders of one currency add up to */
    const char *currency;
    int64_t n_lines, n_orders, n_customers, gross_micros, revenue_micros;
} ptl_review_total;

typedef struct ptl_review_finding {
    const char *mark; /* "look" or "broken" */
    const char *title;
    const char *text;
    const char *who; /* a person, or NULL */
    const char *action;
} ptl_review_finding;

typedef struct ptl_review {
    const ptl_workspace *workspace;
    int64_t run_id;        /* made the figures: what evidence names             */
    int64_t review_run_id; /* writes this review; differs where nothing was new */
    int64_t ledger_seq, warehouse_version;
    ptl_instant known_by;                  /* knowledge time of every figure */
    bool has_facts;                        /* money, that is */
    const struct ptl_money_view *pipeline; /* deals of a company without money; NULL: none */
    ptl_day first, last;
    int64_t n_weeks;
    ptl_review_line company;
    ptl_review_line *channels; /* most revenue first, then by member */
    int64_t n_channels;
    bool compares; /* asked for: the week beside the same weekdays a year before */
    bool has_kpi;  /* its period holds facts */
    ptl_day kpi_from, kpi_to;
    int64_t kpi_exact;
    ptl_review_source *sources;
    int64_t n_sources;
    ptl_review_total *totals;
    int64_t n_totals;
    ptl_review_finding findings[PTL_REVIEW_FINDINGS_MAX];
    int64_t n_findings;
    ptl_audit_report audit; /* the newest one's */
    bool has_audit;
    ptl_course course;   /* run_id 0 where there are no facts */
    ptl_changes changes; /* likewise                          */
    ptl_minute *minutes; /* open actions, and what this week decided, as known then */
    int64_t n_minutes;
    ptl_alarm *alarms; /* of the week reviewed and since, as known then */
    int64_t n_alarms;
} ptl_review;

/** Read what run `run_id` wrote and what the loads in force brought. */
PTL_NODISCARD ptl_status ptl_review_read(ptl_review *out, ptl_store *store, ptl_arena *arena,
                                         ptl_error *err);

/** What stands in the way of trusting the figures: fills `findings`. */
PTL_NODISCARD ptl_status ptl_review_find(ptl_review *review, ptl_arena *arena, ptl_error *err);

/** The newest complete week of a line, or NULL. */
const ptl_review_period *ptl_review_last_week(const ptl_review *review,
                                              const ptl_review_line *line);

/** The same weekdays 364 days before the newest week; NULL where facts do not reach back so far. */
const ptl_review_period *ptl_review_year_before(const ptl_review *review,
                                                const ptl_review_line *line);

/** Where the week stands against its band: -1 below, 0 inside, 1 above; 2 where there is none. */
int ptl_review_against_band(const ptl_review_period *period);

/** The whole page, review.html. */
PTL_NODISCARD ptl_status ptl_review_write_page(ptl_buffer *out, const ptl_review *review,
                                               ptl_error *err);
void ptl_review_write_json(const ptl_review *review, ptl_json *json); /* review.json           */

#endif
