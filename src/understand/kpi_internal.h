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
    /* money that a fact brings, in millionths: cuts keep what rounding leaves of it */
    PTL_DAILY_REVENUE,
    PTL_DAILY_VARIABLE,
    PTL_DAILY_MEDIA,
    PTL_DAILY_REVENUE_NEW,       /* of the orders that won customers, less their refunds   */
    PTL_DAILY_REVENUE_NOBODY,    /* of orders that name no customer                        */
    PTL_DAILY_REVENUE_EXPANSION, /* of lines of kind expansion                             */
    PTL_DAILY_CLAIMED,           /* value that platforms claim                             */
    PTL_DAILY_BOOKINGS,          /* value of deals won                                     */
    PTL_DAILY_PAID_MEDIA,        /* of channels that are paid for                          */
    PTL_DAILY_PAID_REVENUE,      /* recorded with them                                     */
    PTL_DAILY_INFLUENCED,        /* revenue recorded with channels of marketing            */
    PTL_DAILY_OWN_COSTS,         /* salaries, agencies, tools: each row over its days      */
    PTL_N_DAILY_MONEY,
    PTL_DAILY_REVENUE_RETENTION = PTL_N_DAILY_MONEY, /* of customers' other orders         */
    PTL_DAILY_ORDERS,
    PTL_DAILY_NEW_CUSTOMERS,
    PTL_DAILY_PAID_CUSTOMERS, /* won through channels that are paid for                    */
    PTL_DAILY_LEADS,          /* leads by the day they came, other steps by their own      */
    PTL_DAILY_MQL,
    PTL_DAILY_ACCEPTED,
    PTL_DAILY_SQL,
    PTL_DAILY_REJECTED,
    PTL_DAILY_ANSWERED,       /* leads that sales answered, by the day they came           */
    PTL_DAILY_ANSWER_SECONDS, /* until then, added up                                      */
    PTL_DAILY_OPENED,         /* deals                                                     */
    PTL_DAILY_WON,
    PTL_DAILY_LOST,
    PTL_DAILY_CYCLE_DAYS, /* of deals won, added up                                        */
    PTL_N_DAILY
} ptl_daily;

/* Of the company alone, by day. */
typedef enum ptl_own {
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

/* The same of one member, added up at full precision: micros × billionths. */
typedef struct ptl_contracts_sum {
    int64_t customers, kept;
    ptl_wide start, end, fresh, grown, shrunk, lost, kept_money;
} ptl_contracts_sum;

typedef struct ptl_contracted {
    int64_t customers, kept; /* with a contract on the eve; of these, on the last day too */
    ptl_mrr sum;             /* in the reporting currency, at the eve's rates             */
} ptl_contracted;

typedef struct ptl_contracts {
    ptl_contracted of;
    ptl_mrr in[PTL_KPI_CURRENCIES_MAX];
} ptl_contracts;

/* --- cuts: the same days by what facts record beside their channel (kpi_cut.c) -----------------
 */

typedef enum ptl_cut_dimension {
    PTL_CUT_CAMPAIGN,
    PTL_CUT_GEO,
    PTL_CUT_SEGMENT,
    PTL_CUT_VERTICAL,
    PTL_N_CUTS
} ptl_cut_dimension;

/* Where a fact stands in every dimension; 0 is "not recorded". */
typedef struct ptl_cut_place {
    int32_t member[PTL_N_CUTS];
} ptl_cut_place;

/* Money of one fact in the reporting currency: millionths, and billionths of one that are left. */
typedef struct ptl_cut_money {
    int64_t micros;
    int32_t rest; /* [0, 1e9) */
} ptl_cut_money;

typedef struct ptl_cut_cell { /* a day of a member */
    int64_t d[PTL_N_DAILY];
    int32_t rest[PTL_N_DAILY_MONEY];
} ptl_cut_cell;

typedef struct ptl_cut {
    const char *dimension;
    const char **members; /* 0: "", not recorded */
    uint64_t *verticals;  /* that allow the member's text */
    uint64_t *media;      /* of a campaign: that name it their own */
    ptl_cut_cell **cells; /* member, day; NULL where it has no fact */
    int64_t **active;     /* member, period: customers who bought; then a year before */
    int64_t
        *seen; /* (member * 2 + year before) * grains + grain: customer and period of the last */
    ptl_contracts_sum **contracts; /* member, period, then a year before; NULL without */
    ptl_step **steps;              /* member, step * periods + period; NULL without */
    int64_t n;
    int32_t *slots; /* by hash: member plus one */
    int32_t recent; /* member asked for last */
} ptl_cut;

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
    int64_t *active;              /* by period, then a year before: customers who bought  */
    int64_t *channel_active;      /* (year before * periods + period) * n_channels + channel that
                                     the customer's first order names */
    ptl_step *steps[PTL_N_STEPS]; /* (day − first) * n_channels + channel */
    ptl_contracts *contracts;     /* by period, then a year before; NULL: no contracts */
    ptl_contracts_sum **channel_contracts; /* the same by channel, as of members */
    ptl_open_pipeline pipeline;
    ptl_cut cuts[PTL_N_CUTS];
    uint64_t *channel_verticals;            /* by channel: verticals that allow it */
    bool *channel_paid, *channel_marketing; /* by channel */
    ptl_split *splits;
    int64_t n_splits;
    int32_t *split_slots; /* by hash: index into splits plus one */
    struct ptl_cohorts *cohorts;
    struct ptl_targets *targets;
    const char *currencies[PTL_KPI_CURRENCIES_MAX]; /* met in contracts and deals */
    int64_t n_currencies;
    ptl_table_builder *segments, *parts;
    ptl_figure_rows rows;
    ptl_kpi_report *report;
    ptl_progress *progress;
} ptl_kpi;

static inline int64_t *ptl_daily_at(const ptl_kpi *k, ptl_daily measure, ptl_day day, int64_t c)
{
    return &k->daily[measure][(int64_t)(day - k->span.first) * k->n_channels + c];
}
enum { PTL_YEAR_DAYS = 364 }; /* the same weekdays a year before */

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

/** Members "", and the segments and verticals there are. */
PTL_NODISCARD ptl_status ptl_cuts_make(ptl_kpi *k, ptl_error *err);
/** Campaigns and places that are told apart: the largest, as many as the ceilings hold. */
PTL_NODISCARD ptl_status ptl_cuts_fill(ptl_kpi *k, ptl_error *err);
/** One more member. */
PTL_NODISCARD ptl_status ptl_cut_name(ptl_kpi *k, ptl_cut_dimension dimension, ptl_text text,
                                      ptl_error *err);
/** The member of a recorded text, "(other)" where it is not told apart. */
PTL_NODISCARD ptl_status ptl_cut_member(int32_t *out, ptl_kpi *k, ptl_cut_dimension dimension,
                                        ptl_text text, ptl_error *err);
/** Fill in the vertical of a place, of the channel and `product` (its verticals: a mask). */
void ptl_cut_settle(ptl_kpi *k, ptl_cut_place *place, int64_t channel, uint64_t product,
                    bool is_media);
/** The member of a vertical by its name; 0 where it is none. */
int32_t ptl_cut_vertical(const ptl_kpi *k, ptl_text name);
uint64_t ptl_cut_product(const ptl_kpi *k, ptl_text product);
ptl_cut_money ptl_cut_money_of(int64_t micros, int64_t rate_e9);
void ptl_cut_add(ptl_kpi *k, const ptl_cut_place *place, ptl_day day, ptl_daily measure,
                 ptl_cut_money money);
/** The same of several measures of one fact, in one walk. */
void ptl_cut_add_all(ptl_kpi *k, const ptl_cut_place *place, ptl_day day, const ptl_daily *measures,
                     const ptl_cut_money *money, int n);
void ptl_cut_count(ptl_kpi *k, const ptl_cut_place *place, ptl_day day, ptl_daily measure,
                   int64_t n);
/** A lead or deal that came in on a day has passed a step, was lost at it, or waits. */
PTL_NODISCARD ptl_status ptl_cut_step(ptl_kpi *k, const ptl_cut_place *place, ptl_day day, int step,
                                      const ptl_step *what, ptl_error *err);
/** A customer, by its serial number, bought on a day. */
void ptl_cut_active(ptl_kpi *k, const ptl_cut_place *place, ptl_day day, int64_t serial);
/** A line of these members and this day is about to be counted: have its cells at hand. */
static inline void ptl_cut_prefetch(const ptl_kpi *k, int32_t campaign, int32_t geo, ptl_day day)
{
    const char *const cells[] = {
        (const char *)&k->cuts[PTL_CUT_CAMPAIGN].cells[campaign][day - k->span.first],
        (const char *)&k->cuts[PTL_CUT_GEO].cells[geo][day - k->span.first]};
    for (int i = 0; i < 2; i++)
        for (size_t at = 0; at < sizeof(ptl_cut_cell); at += 64)
            if (at < 128 || at >= 192) __builtin_prefetch(cells[i] + at, 1);
}
/** After all facts: round, and let each day's members add up to the company's day. */
void ptl_cuts_close(ptl_kpi *k);

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

/** Target and plan of a flow or of a ratio in a period, NaN where none is set; of the company where
 * `dimension` is NULL. */
typedef struct ptl_target_of {
    double target, plan;
} ptl_target_of;
ptl_target_of ptl_kpi_target(const ptl_kpi *k, const char *kpi, const char *dimension,
                             const char *member, const ptl_period *p, bool is_flow);

/** The company's target of the period that holds the last day, and since when it counts. */
bool ptl_kpi_target_now(double *value, ptl_day *from, const ptl_kpi *k, const char *kpi);

/* --- writers -----------------------------------------------------------------------------------
 */

PTL_NODISCARD ptl_status ptl_kpi_write_figures(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_write_funnel(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_write_maturity(ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kpi_write_brand(ptl_kpi *k, ptl_error *err);

#endif
