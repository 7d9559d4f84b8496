/* money_internal.h: what the files of the page of money share. */
#ifndef PTL_PAGES_MONEY_INTERNAL_H
#define PTL_PAGES_MONEY_INTERNAL_H

#include "pages/money.h"
#include "prove/signature.h"
#include "understand/course.h"

enum {
    PTL_MONEY_CHANNELS = 40, /* in the table of channels; the rest are in kpi list   */
    PTL_MONEY_PARTS = 10,    /* campaigns, places in a table; the rest in one line   */
    PTL_MONEY_COHORTS = 13,  /* newest months, so that one stands beside its own year */
    PTL_MONEY_AGES = 13,     /* months of life shown beside each other               */
    PTL_MONEY_PERIODS = 6,   /* newest closed periods; older ones only where they differ */
    PTL_MONEY_LINES = 60     /* of books, in all                                     */
};

/* What money is split by beside channels. */
typedef enum ptl_money_split {
    PTL_MONEY_VERTICAL,
    PTL_MONEY_SEGMENT,
    PTL_MONEY_GEO,
    PTL_MONEY_CAMPAIGN,
    PTL_MONEY_N_SPLITS
} ptl_money_split;

/* A figure of the review, with what it is held against; NaN: not there. */
typedef struct ptl_money_figure {
    const char *name, *grain, *member;
    ptl_day from, to;
    bool has_exact;
    int64_t exact;
    double value, target, previous, year_ago, low, high;
    ptl_unit unit;
    const char *noun; /* "customers", "times": what units other than money count */
    const char *kind, *grade, *verdict;
} ptl_money_figure;

typedef struct ptl_money_figures {
    ptl_money_figure *items;
    int64_t n;
} ptl_money_figures;

/* Customers won in a month, or one month of their life. */
typedef struct ptl_money_cohort {
    ptl_day from;
    int32_t age; /* -1: all of its life */
    int64_t customers, active, orders, revenue_micros, cm1_micros;
    double ltv, to_cac, payback;
    const char *verdict; /* counted, partial, immature */
} ptl_money_cohort;

typedef struct ptl_money_cohorts {
    ptl_money_cohort *items;
    int64_t n;
} ptl_money_cohorts;

typedef struct ptl_money_step {
    ptl_day from, to;
    const char *name;
    int64_t entered, passed, lost, waiting;
    double conversion, leak;
} ptl_money_step;

/* A line of a closed period. */
typedef struct ptl_money_book {
    ptl_day from, to;
    const char *line, *verdict;
    int64_t run_id, ours, books, difference;
    double share;            /* of the books             */
    const char *why;         /* causes that explain, "" none */
    int64_t unexplained;     /* what is left             */
    const ptl_signature *by; /* NULL: nobody            */
} ptl_money_book;

struct ptl_money_view {
    ptl_page *page;
    const ptl_workspace *workspace;
    int64_t run_id; /* 0: nothing was counted */
    bool has_month; /* asked for: the month that begins at `month`; else the newest whole one */
    ptl_day month;
    ptl_day from, to, last;
    const char *grain;   /* of the period that the page speaks of: month, kpi or all */
    const char *primary; /* metric of the answer */
    const char *run;     /* "run 12" */
    ptl_money_figures months, channels, period, today, all;
    ptl_money_figures maturity;
    ptl_money_figures parts[PTL_MONEY_N_SPLITS]; /* of the period, as channels */
    ptl_course course;                           /* of the newest review       */
    ptl_money_cohorts cohorts, ages;
    ptl_money_step *steps;
    int64_t n_steps;
    ptl_money_book *books; /* oldest first */
    int64_t n_books;
};

/** money_read.c: fills everything but `page`, for the month that `out` asks for (the newest whole
 * one where it asks for none); E_NOT_FOUND where it was not counted. `run_id` 0 is the newest
 * review. */
PTL_NODISCARD ptl_status ptl_money_read(ptl_money_view *out, ptl_store *store,
                                        const ptl_workspace *workspace, int64_t run_id,
                                        ptl_arena *arena, ptl_error *err);
/** money_read_books.c: the newest reconciliation. */
PTL_NODISCARD ptl_status ptl_money_read_books(ptl_money_view *out, ptl_store *store,
                                              ptl_arena *arena, ptl_error *err);

/** The figure of this name whose period begins at `from`; NULL where there is none. */
const ptl_money_figure *ptl_money_find(const ptl_money_figures *list, const char *name,
                                       ptl_day from);
/** The same of the period the page speaks of. */
const ptl_money_figure *ptl_money_of(const ptl_money_view *v, const char *name);
/** Of a channel. */
const ptl_money_figure *ptl_money_channel(const ptl_money_view *v, const char *name,
                                          const char *member);
/** Of a member of a split. */
const ptl_money_figure *ptl_money_part(const ptl_money_view *v, ptl_money_split split,
                                       const char *name, const char *member);
bool ptl_money_known(double value);
/** Whether this figure says what the page's metric was in a month that is over. */
bool ptl_money_is_whole(const ptl_money_view *v, const ptl_money_figure *f);
/** Whether marketing's own costs are here, so that CAC can be fully loaded. */
bool ptl_money_is_loaded(const ptl_money_view *v);
/** What winning a customer of the month cost: fully loaded where own costs are here, else media
 * alone; NaN where it is not known. */
double ptl_money_cost_of(const ptl_money_view *v, ptl_day month);

/* --- money_words.c: words, and figures with their evidence --------------------------------------
 */

/** "October 2026" of a whole calendar month, else the days. */
void ptl_money_period_name(ptl_buffer *out, ptl_day from, ptl_day to);
const char *ptl_money_label(const ptl_money_view *v, const char *metric);
/** A label inside a sentence: "bookings" of Bookings, but CM2 stays. */
const char *ptl_money_inside(const ptl_money_view *v, const char *label);
/** A value of the figure's unit: "€9,808", "€41.65k", "94.3%", "2.84", "29.8 days". */
void ptl_money_show(ptl_buffer *out, const ptl_money_view *v, const ptl_money_figure *f,
                    double value, bool is_signed);
/** A figure of the review with its evidence. */
void ptl_money_cite(const ptl_money_view *v, const char *key, const ptl_money_figure *f,
                    const char *classes);
void ptl_money_verdict(const ptl_money_view *v, const char *verdict);
/** A section with nothing to show: what is missing, what it would be worth, one action. */
void ptl_money_put_empty(const ptl_money_view *v, const char *missing, const char *worth,
                         const char *action);

/* --- sections -----------------------------------------------------------------------------------
 */

void ptl_money_put_answer(const ptl_money_view *v);   /* money.c          */
void ptl_money_put_keys(const ptl_money_view *v);     /* money_keys.c     */
void ptl_money_put_channels(const ptl_money_view *v); /* money_tables.c   */
void ptl_money_put_parts(const ptl_money_view *v);    /* money_parts.c    */
void ptl_money_put_kpis(const ptl_money_view *v);     /* money_tables.c   */
void ptl_money_put_maturity(const ptl_money_view *v); /* money_tables.c   */
void ptl_money_put_cohorts(const ptl_money_view *v);  /* money_cohorts.c  */
void ptl_money_put_deals(const ptl_money_view *v);    /* money_keys.c     */
void ptl_money_put_funnel(const ptl_money_view *v);   /* money_pipeline.c */
void ptl_money_put_pipeline(const ptl_money_view *v); /* money_pipeline.c */
void ptl_money_put_books(const ptl_money_view *v);    /* money_books.c    */

#endif
