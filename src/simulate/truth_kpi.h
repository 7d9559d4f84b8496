/* truth_kpi.h: exact KPIs, cohorts and funnels of a company, as its exports record it.
 *
 * Counted while the company lives, from its own state. A *customer* is a number of the exports: a
 * guest's order under another number is another customer, as anybody sees it who has not resolved
 * who is who. A customer is *won* on its first day, where a line of that day says "first"; one
 * whose lines begin with anything else was there before the records and is in no cohort.
 *
 * Money of a day, recorded channel and currency is converted once, as figures are. Money of a
 * cohort is added up as amount × rate of each line's own day and divided once (docs/kpi.md). */
#ifndef PTL_SIMULATE_TRUTH_KPI_H
#define PTL_SIMULATE_TRUTH_KPI_H

#include "base/json_write.h"
#include "simulate/truth.h"

typedef enum ptl_truth_grain {
    PTL_TRUTH_MONTH,
    PTL_TRUTH_QUARTER,
    PTL_TRUTH_YEAR,
    PTL_TRUTH_ALL,
    PTL_TRUTH_GRAINS
} ptl_truth_grain;

enum {
    PTL_TRUTH_PERIODS_MAX = PTL_TRUTH_MONTHS_MAX,
    PTL_TRUTH_PRODUCTS = 8,
    PTL_TRUTH_REASONS = 4,
    PTL_TRUTH_STATES_MAX = 64 /* of one company's contracts */
};

__extension__ typedef __int128 ptl_wide;

/* One customer number on its way through the exports. */
typedef struct ptl_truth_number {
    bool known;                     /* has lines already                       */
    int32_t cohort;                 /* month in which it was won; -1 in none   */
    int32_t recorded, product;      /* of the order with which it was won      */
    int64_t won_order;              /* that order                              */
    int32_t seen[PTL_TRUTH_GRAINS]; /* last period counted as active, plus one */
    int32_t age_seen;               /* last age counted as active, plus one    */
} ptl_truth_number;
void ptl_truth_number_init(ptl_truth_number *out);

/* What orders and media record beside their channel. A line of an order has its own vertical. */
enum { PTL_TRUTH_CAMPAIGN, PTL_TRUTH_GEO, PTL_TRUTH_VERTICAL, PTL_TRUTH_CUTS };
enum { PTL_TRUTH_MEMBERS_MAX = 16, PTL_TRUTH_LINES_MAX = 3 };

typedef struct ptl_truth_line {
    int64_t net, variable;
    int32_t vertical;
} ptl_truth_line;

/* A day of a member in one currency, cents. */
typedef struct ptl_truth_cut_cell {
    int64_t orders, won, paid_won, net, variable, won_net, paid_net;
    int64_t leads, opened, deals_won, deals_lost, bookings;
} ptl_truth_cut_cell;

typedef struct ptl_truth_cut {
    const char *name;
    const char *members[PTL_TRUTH_MEMBERS_MAX]; /* the last is "": not recorded */
    int32_t n;
    int32_t media[PTL_TRUTH_MEMBERS_MAX]; /* by campaign: member that its money is */
    ptl_truth_cut_cell *cells;            /* (day * n + member) * currencies + currency */
} ptl_truth_cut;

typedef struct ptl_truth_cut_spec {
    const char *const *verticals;
    int32_t n_verticals;
    const char *const *more; /* campaigns that nobody buys */
    int32_t n_more;
    int32_t (*vertical_of)(const ptl_campaign *campaign); /* -1: none */
} ptl_truth_cut_spec;

/* An order or a refund: cents of `currency`. */
typedef struct ptl_truth_sale {
    int64_t day, order, net, variable;
    int32_t recorded, currency, product; /* product of its first line, -1: none */
    bool is_first, is_refund;
    int32_t n_lines;
    int32_t member[PTL_TRUTH_VERTICAL]; /* campaign and place; -1: none */
    ptl_truth_line lines[PTL_TRUTH_LINES_MAX];
} ptl_truth_sale;

typedef struct ptl_truth_cohort {
    int64_t customers, active, orders;
    ptl_wide revenue, variable; /* micros × billionths */
} ptl_truth_cohort;

/* Recurring revenue between a period's eve and its end, micros of one currency. */
typedef struct ptl_truth_mrr {
    int64_t start, end, fresh, grown, shrunk, lost, kept; /* kept: min of start and end */
} ptl_truth_mrr;
typedef struct ptl_truth_contracts {
    int64_t customers, kept;
    ptl_truth_mrr mrr[PTL_SIM_CURRENCIES];
} ptl_truth_contracts;

/* A state of a contract: days [from, to). */
typedef struct ptl_truth_state {
    int64_t from, to, mrr_micros;
} ptl_truth_state;

/* One day and recorded channel of the pipeline. */
typedef struct ptl_truth_pipe {
    int64_t leads, mql, sql, rejected, opened, won, lost, cycle_days;
    int64_t lead_passed, lead_lost, mql_passed, mql_lost; /* by the lead's day         */
    int64_t deal_won, deal_lost;                          /* by the day it was opened  */
    int64_t bookings[PTL_SIM_CURRENCIES];                 /* won that day, cents       */
    ptl_wide deal_bookings;                               /* of deals opened that day  */
} ptl_truth_pipe;

typedef struct ptl_truth_kpi {
    int64_t from[PTL_TRUTH_GRAINS][PTL_TRUTH_PERIODS_MAX]; /* days of each period, */
    int64_t to[PTL_TRUTH_GRAINS][PTL_TRUTH_PERIODS_MAX];   /* inside the window    */
    int64_t *won, *won_net; /* (day * n_recorded + recorded) * currencies + currency */
    int64_t active[PTL_TRUTH_GRAINS][PTL_TRUTH_PERIODS_MAX];
    ptl_truth_cohort *cohorts;    /* month * months + age         */
    ptl_truth_cohort *by_channel; /* recorded * months + month    */
    ptl_truth_cohort *by_product; /* product * months + month     */
    ptl_truth_contracts contracts[PTL_TRUTH_GRAINS][PTL_TRUTH_PERIODS_MAX];
    ptl_truth_pipe *pipe; /* day * n_recorded + recorded */
    int64_t reasons[PTL_TRUTH_REASONS];
    const char *const *reason_names; /* NULL: no pipeline */
    uint32_t not_marketing; /* bit r: the recorded channel r is nobody's or not marketing's */
    const char *product_names[PTL_TRUTH_PRODUCTS]; /* NULL: nothing is sold by product */
    ptl_truth_cut cuts[PTL_TRUTH_CUTS];
    ptl_truth_contracts places[PTL_SIM_CURRENCIES][PTL_TRUTH_GRAINS][PTL_TRUTH_PERIODS_MAX];
    int64_t open_deals, open_cents[PTL_SIM_CURRENCIES];
    int64_t weighted[PTL_SIM_CURRENCIES]; /* cents × per cent */
} ptl_truth_kpi;

PTL_NODISCARD ptl_status ptl_truth_kpi_init(ptl_truth_kpi **out, const ptl_truth *truth,
                                            ptl_arena *arena, ptl_error *err);

void ptl_truth_sale_add(ptl_truth *truth, ptl_truth_number *number, const ptl_truth_sale *sale);
/** All states of one customer's contracts, in order. */
void ptl_truth_contract_add(ptl_truth *truth, const ptl_truth_state *states, int32_t n,
                            int32_t currency, int32_t place);

/* What became of one lead, and of its deal. Days −1: not by the end. */
typedef struct ptl_truth_deal {
    int64_t lead_day, mql_day, sql_day, closed_day;
    bool rejected, won;
    int32_t reason, recorded, currency, chance; /* chance: of the stage it stands in, per cent */
    int64_t cents;                              /* a year */
    int32_t campaign, vertical;                 /* -1: none; a lead has no vertical */
} ptl_truth_deal;
void ptl_truth_deal_add(ptl_truth *truth, const ptl_truth_deal *deal);

/** Period of a day, and how many there are. */
int32_t ptl_truth_period(const ptl_truth *truth, ptl_truth_grain grain, int64_t day);
int32_t ptl_truth_periods(const ptl_truth *truth, ptl_truth_grain grain);

/** Won in the calendar year that the window ends in, euro micros, and what was to be won. */
int64_t ptl_truth_bookings(const ptl_truth *truth, int64_t from, int64_t to, int32_t recorded);
int64_t ptl_truth_bookings_target(const ptl_truth *truth);

PTL_NODISCARD ptl_status ptl_truth_cut_init(ptl_truth *truth, const ptl_truth_cut_spec *spec,
                                            ptl_arena *arena, ptl_error *err);
/** A sale whose order is, or is not, the one that won its customer. */
void ptl_truth_cut_sale(ptl_truth *truth, const ptl_truth_sale *sale, bool wins, bool is_won_order);
void ptl_truth_cut_deal(ptl_truth *truth, const ptl_truth_deal *deal);
/** CM2 of a member over the whole window, euro micros. */
int64_t ptl_truth_cut_cm2(const ptl_truth *truth, int cut, int32_t member);
/** The key "cuts" of "kpis". */
void ptl_truth_cut_write(ptl_json *json, const ptl_truth *truth);
bool ptl_truth_is_paid(const ptl_truth *truth, int32_t recorded);

/** The key "kpis" of truth.json. */
void ptl_truth_kpi_write(ptl_json *json, const ptl_truth *truth);

#endif
