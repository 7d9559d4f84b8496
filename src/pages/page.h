/* page.h: a page, written once for paper, for readers without script, and for the charts.
 *
 * A page is text, tables and figures in HTML, and beside them the data its charts are drawn from
 * (docs/charts.md). Whoever writes one says each thing once: a figure in the text brings its
 * evidence, a chart brings its table. Text is made safe where it enters; markup is ours.
 *
 * One page may end as a file of its own (ptl_page_write) or as a part of the console
 * (ptl_page_part). Statuses are sticky in the buffers: check once, at the end. */
#ifndef PTL_PAGES_PAGE_H
#define PTL_PAGES_PAGE_H

#include "base/json_write.h"
#include "base/show.h"
#include "portolan/verdict.h"
#include "workspace/workspace.h"

enum {
    PTL_PAGE_BYTES_MAX = 64 << 20,
    PTL_PAGE_COLUMNS_MAX = 24, /* a table wider than that is an export, not a page */
    PTL_PAGE_KEYS_MAX = 256    /* figures with evidence                            */
};

/* Kinds of charts beside line and rows, which the page's own script draws. */
#define PTL_CHART_KIND_LIST(X)                                                                     \
    X(CALIBRATION, "calibration")                                                                  \
    X(CONE, "cone")                                                                                \
    X(CURVE, "curve")                                                                              \
    X(DENSITY, "density")                                                                          \
    X(FLOW, "flow")                                                                                \
    X(WATERFALL, "waterfall")                                                                      \
    X(WHATIF, "whatif")                                                                            \
    X(LINE, "line")                                                                                \
    X(ROWS, "rows")

typedef enum ptl_chart_kind {
#define PTL_CHART_ENUM(name, text) PTL_CHART_##name,
    PTL_CHART_KIND_LIST(PTL_CHART_ENUM)
#undef PTL_CHART_ENUM
        PTL_N_CHART_KINDS
} ptl_chart_kind;

typedef struct ptl_page_setting {
    const char *company, *locale, *currency, *zone;
    ptl_day today;       /* years other than its own are printed */
    const char *address; /* permanent, printed into exports; NULL: none */
} ptl_page_setting;

/* Which period a page speaks of. Asked for before it is written, told once it is: what leads to the
 * periods beside it, in the words of the parameter that asks for them. */
typedef struct ptl_page_period {
    int64_t run;    /* asked: figures of this run, 0 the newest; told: whose they are */
    bool has_month; /* asked                                                          */
    ptl_day month;  /* asked: its first day                                           */
    bool compares;  /* asked: beside the same weekdays a year before                  */
    const char *label, *earlier, *later; /* told; NULL: there is none                 */
    const char *compared; /* told: with what, or why not; NULL: it was not asked for  */
} ptl_page_period;

typedef struct ptl_page {
    ptl_page_setting setting;
    ptl_arena texts; /* words put together for a figure or a chart */
    ptl_buffer words;
    ptl_buffer body, evidence, charts, figures;
    ptl_json charts_json, figures_json;
    bool uses[PTL_N_CHART_KINDS];
    uint64_t keys[PTL_PAGE_KEYS_MAX]; /* hashes of figure keys already written */
    int64_t n_keys;
    int32_t column; /* of the row being written */
    int32_t n_columns;
    bool is_figure[PTL_PAGE_COLUMNS_MAX];
    bool open_chart;
    const char *style; /* of this page alone: an asset beside review.css; NULL: none */
    /* Whose rows are shown: names, one a line, and the test for one. NULL: everybody's. */
    const char *verticals;
    bool (*sees)(const char *verticals, ptl_text name);
    ptl_page_period period;
} ptl_page;

void ptl_page_init(ptl_page *page, const ptl_page_setting *setting);
void ptl_page_dispose(ptl_page *page);

/** The setting of a workspace, with the day after `last` as today. */
ptl_page_setting ptl_page_setting_of(const ptl_workspace *workspace, ptl_day last);

/** Whether the reader sees rows of this vertical; "" is the whole company's. */
bool ptl_page_sees(const ptl_page *page, const char *vertical);

/* --- text ------------------------------------------------------------------------------------- */

/** Markup of ours, as it is. */
void ptl_page_html(ptl_page *page, const char *markup);
/** Text of anybody, made safe. NULL writes "none". */
void ptl_page_text(ptl_page *page, const char *text);
/** Words with figures in them, made safe after they were put together. */
void ptl_page_printf(ptl_page *page, const char *format, ...) PTL_PRINTF(2, 3);
void ptl_page_money(ptl_page *page, int64_t micros); /* "€41,652,113" */
void ptl_page_money_short(ptl_page *page, int64_t micros);
void ptl_page_count(ptl_page *page, int64_t n);
void ptl_page_day(ptl_page *page, ptl_day day);

/** Words for a title, a figure, a note: write them to the buffer that _say returns, _said gives
 * them back as a text that lives as long as the page ("" where memory ended, which the page
 * reports). */
ptl_buffer *ptl_page_say(ptl_page *page);
const char *ptl_page_said(ptl_page *page);
/** The same by format. */
const char *ptl_page_words(ptl_page *page, const char *format, ...) PTL_PRINTF(2, 3);

/** The answer: one sentence, and what supports it. `lede` may be NULL. */
void ptl_page_answer(ptl_page *page, const char *sentence, const char *lede);
/** A section with its heading and a note at the right (quantity and interval; NULL: none). */
void ptl_page_section(ptl_page *page, const char *heading, const char *note);
void ptl_page_section_end(ptl_page *page);
/** A place that the console fills; a page that is a file leaves it empty. */
void ptl_page_slot(ptl_page *page, const char *name);
/** The same in a row: `of` says which. */
void ptl_page_slot_of(ptl_page *page, const char *name, const char *of);
/** A word with its mark before it: "holds", "look", "broken", "unidentified", "stale", "waits",
 * "lock", "against". */
void ptl_page_mark(ptl_page *page, const char *mark, const char *word);
const char *ptl_page_mark_of(ptl_verdict verdict);

/** A finding, inside <ol class="findings">: what is wrong, its effect, one person, one action. */
typedef struct ptl_page_finding {
    const char *mark; /* "look" or "broken" */
    const char *title, *text;
    const char *who; /* NULL: no owner */
    const char *action;
    const char *effect; /* on which figures, in a column of its own; NULL: no such column */
} ptl_page_finding;
void ptl_page_put_finding(ptl_page *page, const ptl_page_finding *finding);

/* --- figures ---------------------------------------------------------------------------------- */

typedef struct ptl_page_figure {
    const char *key;  /* unique in the page: "cm2-week"                                  */
    const char *text; /* as it stands in the page; NULL: value in the digits it deserves */
    const char *what; /* "contribution after media, week 46" */
    double value, low, high, probability; /* NaN: none */
    ptl_unit unit;
    bool is_signed;
    const char *interval;       /* NULL: from low and high */
    const char *verdict, *mark; /* mark NULL: follows from the verdict */
    const char *kind;           /* "counted", "estimated", "forecast", "claimed" */
    const char *grade;          /* "A" … "E"; NULL: none */
    const char *reference;      /* what it is held against: "break-even"; NULL: none */
    double reference_value;
    const char *run, *window, *calibrated, *checks, *repeat; /* NULL: left out */
    int64_t ledger_seq;                                      /* 0: left out */
} ptl_page_figure;

/** The figure as a link to its evidence; the evidence is written once per key. `classes` is added
 * to its class ("number", "key" or ""). */
void ptl_page_cite(ptl_page *page, const ptl_page_figure *figure, const char *classes);

/** A counted sum of money. */
ptl_page_figure ptl_page_counted(const char *key, const char *what, int64_t micros, const char *run,
                                 const char *window, const char *repeat);

/* --- charts ----------------------------------------------------------------------------------- */

typedef struct ptl_page_chart {
    ptl_chart_kind kind;
    const char *id, *title, *quantity, *band; /* band NULL: none */
    double probability;                       /* NaN: none */
    ptl_unit unit;
    const char *noun; /* of counts and numbers; NULL: none */
    bool is_signed;
    const char *evidence, *verdict, *run; /* what stands behind it */
    const char *figure;                   /* key of the figure that carries its evidence, or NULL */
} ptl_page_chart;

/** Opens the chart: its figure and caption in the page, its object in the data. The caller writes
 * the rest of the object (series, names …) to the JSON returned, then a table of the same points
 * with the calls below, then ptl_page_chart_end. */
ptl_json *ptl_page_chart_open(ptl_page *page, const ptl_page_chart *chart);
void ptl_page_chart_end(ptl_page *page);

/* --- tables ----------------------------------------------------------------------------------- */

typedef struct ptl_page_column {
    const char *head;
    bool is_figure;
    bool is_sortable;
} ptl_page_column;

/** `csv` names the file its CSV button writes; NULL: no button. `caption` may be NULL. */
void ptl_page_table(ptl_page *page, const char *csv, const char *caption,
                    const ptl_page_column *columns, int32_t n_columns);
void ptl_page_table_end(ptl_page *page);
/** A row, named by its first cell. */
void ptl_page_row(ptl_page *page, const char *name);
void ptl_page_row_end(ptl_page *page);
/** Cells in the order of the columns. `exact` is what sorting and CSV take; NULL: the text. */
void ptl_page_cell(ptl_page *page, const char *text, const char *exact);
void ptl_page_cell_money(ptl_page *page, int64_t micros);
void ptl_page_cell_count(ptl_page *page, int64_t n);
/** One person, or plainly none. */
void ptl_page_cell_owner(ptl_page *page, const char *name);
void ptl_page_cell_mark(ptl_page *page, const char *mark, const char *word);
/** An estimate with its interval, "none" where it is not a number. */
void ptl_page_cell_estimate(ptl_page *page, const ptl_estimate *estimate, ptl_unit unit);
/** A cell whose content the caller writes between the two. */
void ptl_page_cell_open(ptl_page *page, const char *exact);
void ptl_page_cell_close(ptl_page *page);

/* --- ends ------------------------------------------------------------------------------------- */

/** The whole file: `title` for the window, two texts for the bar (markup safe). */
PTL_NODISCARD ptl_status ptl_page_write(ptl_buffer *out, ptl_page *page, const char *title,
                                        const char *bar_left, const char *bar_right,
                                        ptl_error *err);

/** {"title", "html", "data", "kinds"}: the page as a part of the console. */
PTL_NODISCARD ptl_status ptl_page_part(ptl_json *out, ptl_page *page, const char *title,
                                       ptl_error *err);

#endif
