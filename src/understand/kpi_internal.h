/* kpi_internal.h: what the files of the KPI stage share. */
#ifndef PTL_UNDERSTAND_KPI_INTERNAL_H
#define PTL_UNDERSTAND_KPI_INTERNAL_H

#include "understand/figure_rows.h"
#include "understand/kpi.h"
#include "understand/limits.h"
#include "understand/money_internal.h"
#include "understand/span.h"

__extension__ typedef __int128 ptl_wide;

/** Micros × billionths of a rate, divided once, half to even. E_LIMIT beyond 64 bits. */
PTL_NODISCARD ptl_status ptl_wide_micros(int64_t *out, ptl_wide amount, ptl_error *err);

/* --- periods ---------------------------------------------------------------------------------- */

typedef enum ptl_kpi_grain {
    PTL_GRAIN_WEEK,
    PTL_GRAIN_MONTH,
    PTL_GRAIN_QUARTER, /* of the fiscal year */
    PTL_GRAIN_YEAR,    /* fiscal             */
    PTL_GRAIN_KPI,     /* the primary KPI's period so far */
    PTL_GRAIN_ALL,
    PTL_N_GRAINS
} ptl_kpi_grain;

typedef struct ptl_period {
    ptl_kpi_grain grain;
    ptl_day from, to; /* inside the span                                      */
    bool is_whole;    /* the span covers all of its days; weeks are always so */
} ptl_period;

typedef struct ptl_periods {
    ptl_period *items; /* by grain, by day */
    int64_t n;
    int64_t first[PTL_N_GRAINS], count[PTL_N_GRAINS];
    int32_t *at[PTL_N_GRAINS]; /* day − span.first: index into items, −1 in none */
    ptl_day first_day;
} ptl_periods;

const char *ptl_grain_name(ptl_kpi_grain grain);
PTL_NODISCARD ptl_status ptl_periods_make(ptl_periods *out, const ptl_span *span,
                                          const ptl_workspace *workspace, ptl_arena *arena,
                                          ptl_error *err);

/* --- what is counted by day and channel --------------------------------------------------------
 */

typedef enum ptl_daily {
    PTL_DAILY_ORDERS,
    PTL_DAILY_REVENUE,
    PTL_DAILY_VARIABLE,
    PTL_DAILY_MEDIA,
    PTL_DAILY_NEW_CUSTOMERS,
    PTL_DAILY_REVENUE_NEW,       /* of the orders that won customers, less their refunds   */
    PTL_DAILY_REVENUE_RETENTION, /* of customers' other orders                             */
    PTL_DAILY_REVENUE_NOBODY,    /* of orders that name no customer                        */
    PTL_DAILY_REVENUE_EXPANSION, /* of lines of kind expansion                             */
    PTL_DAILY_CLAIMED,           /* value that platforms claim                             */
    PTL_DAILY_LEADS,             /* leads by the day they came, other steps by their own   */
    PTL_DAILY_MQL,
    PTL_DAILY_ACCEPTED,
    PTL_DAILY_SQL,
    PTL_DAILY_REJECTED,
    PTL_DAILY_ANSWERED,       /* leads that sales answered, by the day they came           */
    PTL_DAILY_ANSWER_SECONDS, /* until then, added up                                      */
    PTL_DAILY_OPENED,         /* deals                                                     */
    PTL_DAILY_WON,
    PTL_DAILY_LOST,
    PTL_DAILY_BOOKINGS,   /* value of deals won                                            */
    PTL_DAILY_CYCLE_DAYS, /* of deals won, added up                                        */
    PTL_N_DAILY
} ptl_daily;

/* Of the company alone, by day. */
typedef enum ptl_own {
    PTL_OWN_COSTS,     /* salaries, agencies, tools: each row spread over its days */
    PTL_OWN_REFERRALS, /* customers who were brought by others                    */
    PTL_N_OWN
} ptl_own;

/* One step of the funnel, by the day its lead came or its deal was opened. */
typedef struct ptl_step {
    int64_t entered, passed, lost;
    ptl_wide worth; /* of deals won, micros × billionths */
} ptl_step;
enum { PTL_STEP_LEAD, PTL_STEP_MQL, PTL_STEP_DEAL, PTL_N_STEPS };

/* Recurring revenue between a period's eve and its last day, in one currency. */
typedef struct ptl_mrr {
    int64_t start, end, fresh, grown, shrunk, lost, kept; /* kept: the smaller of both */
} ptl_mrr;

typedef struct ptl_contracts {
    int64_t customers, kept; /* with a contract on the eve; of these, on the last day too */
    ptl_mrr in[PTL_KPI_CURRENCIES_MAX];
    ptl_mrr sum; /* in the reporting currency, at the eve's rates */
} ptl_contracts;

/* Something figures are split by beside channels: campaigns, reasons, places. */
typedef struct ptl_split {
    const char *dimension, *name; /* of the figure */
    const char *unit;             /* NULL: the reporting currency */
    const char *member;
    int64_t *by_day;
} ptl_split;

enum { PTL_KPI_SPLIT_SLOTS = 2 * PTL_KPI_MEMBERS_MAX + 1 };

typedef struct ptl_open_pipeline {
    int64_t n;
    ptl_wide open[PTL_KPI_CURRENCIES_MAX], weighted[PTL_KPI_CURRENCIES_MAX]; /* micros; × 1e6 */
    int64_t open_micros, weighted_micros;
} ptl_open_pipeline;

struct ptl_cohorts;

typedef struct ptl_kpi {
    ptl_store *store;
    const ptl_workspace *workspace;
    ptl_span span;
    bool has_money; /* orders or media; false: leads and deals alone */
    int64_t run_id, n_days;
    ptl_arena *arena;
    ptl_rates rates;
    ptl_periods periods;
    ptl_money_channel *channels; /* sorted by member */
    int64_t n_channels;
    int64_t *daily[PTL_N_DAILY];  /* (day − first) * n_channels + channel */
    int64_t *own[PTL_N_OWN];      /* day − first                          */
    int64_t *active;              /* by period: customers who bought      */
    ptl_step *steps[PTL_N_STEPS]; /* (day − first) * n_channels + channel */
    ptl_contracts *contracts;     /* by period; NULL: no contracts        */
    ptl_open_pipeline pipeline;
    ptl_split *splits;
    int64_t n_splits;
    int32_t *split_slots; /* by hash: index into splits plus one */
    struct ptl_cohorts *cohorts;
    struct ptl_targets *targets;
    const char *currencies[PTL_KPI_CURRENCIES_MAX]; /* met in contracts and deals */
    int64_t n_currencies;
    ptl_table_builder *segments;
    ptl_figure_rows rows;
    ptl_kpi_report *report;
    ptl_progress *progress;
} ptl_kpi;

static inline int64_t *ptl_daily_at(const ptl_kpi *k, ptl_daily measure, ptl_day day, int64_t c)
{
    return &k->daily[measure][(int64_t)(day - k->span.first) * k->n_channels + c];
}
static inline bool ptl_kpi_holds(const ptl_kpi *k, ptl_day day)
{
    return day >= k->span.first && day <= k->span.last;
}

/** Channel of a recorded text, by its governed name; every text of the run's facts is there. */
int64_t ptl_kpi_channel(const ptl_kpi *k, ptl_text recorded);
/** Place of a currency among those met; E_LIMIT beyond PTL_KPI_CURRENCIES_MAX. */
PTL_NODISCARD ptl_status ptl_kpi_currency(int64_t *out, ptl_kpi *k, ptl_text code, ptl_error *err);
/** Rate on `day`, or on `other` where that day is too early for any. */
PTL_NODISCARD ptl_status ptl_kpi_rate(int64_t *rate_e9, const ptl_kpi *k, ptl_text currency,
                                      ptl_day day, ptl_day other, ptl_error *err);
/** The split of this name and member, made where it is new; NULL after PTL_KPI_MEMBERS_MAX. */
PTL_NODISCARD ptl_status ptl_kpi_split(ptl_split **out, ptl_kpi *k, const char *name,
                                       const char *unit, const char *dimension, ptl_text member,
                                       ptl_error *err);

/* --- readers, each one query -------------------------------------------------------------------
 */

PTL_NODISCARD ptl_status ptl_kpi_read_channels(ptl_kpi *k, ptl_error *err); /* and their money */
PTL_NODISCARD ptl_status ptl_kpi_read_spend(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_read_costs(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_read_customers(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_read_contracts(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_read_leads(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_read_deals(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_read_series(ptl_kpi *k, ptl_error *err); /* referrals */
PTL_NODISCARD ptl_status ptl_kpi_read_targets(ptl_kpi *k, ptl_error *err);

/** Target of a flow or of a ratio in a period, NaN where none is set. */
double ptl_kpi_target(const ptl_kpi *k, const char *kpi, const char *scope, const ptl_period *p,
                      bool is_flow);

/** The company's target of the period that holds the last day, and since when it counts. */
bool ptl_kpi_target_now(double *value, ptl_day *from, const ptl_kpi *k, const char *kpi);

/* --- writers -----------------------------------------------------------------------------------
 */

PTL_NODISCARD ptl_status ptl_kpi_write_figures(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_write_funnel(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_write_maturity(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_write_brand(ptl_kpi *k, ptl_error *err);

#endif
