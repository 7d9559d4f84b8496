/* truth.h: what was so, added up while the company lives, and written as truth.json.
 *
 * Money is counted in cents of its own currency by day, so that it is exact; it is converted as the
 * definitions of figures say: each day's sum of a channel and a currency once, half to even. */
#ifndef PTL_SIMULATE_TRUTH_H
#define PTL_SIMULATE_TRUTH_H

#include "simulate/climate.h"
#include "simulate/export.h"

enum {
    PTL_TRUTH_RECORDED_MAX = 12, /* channels as orders record them                      */
    PTL_TRUTH_MONTHS_MAX = 122,  /* of ten years                                        */
    PTL_TRUTH_BINS = 101,        /* of customers by what they brought: 10 euro each     */
    PTL_TRUTH_FAULTS_MAX = 24,
    PTL_TRUTH_OWN_COSTS = 3 /* rows a month: salaries, agency, tools */
};

/* Money of one day, recorded channel and currency. Amounts in cents. */
typedef struct ptl_truth_cell {
    int64_t orders, customers_new, refunds;
    int64_t gross, discount, tax, cogs, shipping, fees; /* refunds included, as negatives  */
    int64_t refunded;                                   /* net of discount and tax, >= 0   */
} ptl_truth_cell;

/* One scenario's day in one currency. */
typedef struct ptl_truth_day {
    int64_t orders, fresh, leads, net, variable; /* fresh: new customers */
} ptl_truth_day;

typedef struct ptl_truth_claim {          /* what a platform says a channel did on a day */
    int64_t conversions, value_cents;     /* euro, as it stands at the end  */
    int64_t conversions_then, value_then; /* as it stood four weeks earlier */
} ptl_truth_claim;

typedef struct ptl_truth_fault {
    const char *fault, *file, *what;
    ptl_day from, to;
    int64_t rows, cents;
} ptl_truth_fault;

typedef struct ptl_truth {
    const ptl_climate *climate;
    const char *const *recorded; /* names of n_recorded channels as governed; "" where none */
    int32_t n_recorded;
    ptl_truth_cell *cells;   /* (day * n_recorded + recorded) * currencies + currency */
    ptl_truth_day *days;     /* (scenario * n_days + day) * currencies + currency     */
    ptl_truth_claim *claims; /* channel * n_days + day                               */
    int64_t *causes;         /* factual orders by (cause * n_recorded + recorded); the cause
                                after the last channel is what would have been anyway   */
    int64_t *cohorts;        /* (month * months + age) * 3: orders, net, CM1 in euro micros */
    int64_t cohort_size[PTL_TRUTH_MONTHS_MAX];
    int64_t worth[PTL_TRUTH_BINS]; /* customers by CM1 of their lifetime in the window */
    int64_t worth_micros, customers, lapsed, subscribers, subscribers_lost;
    int32_t n_months;
    ptl_truth_fault faults[PTL_TRUTH_FAULTS_MAX];
    int32_t n_faults;
    struct ptl_truth_kpi *kpi; /* truth_kpi.h */
} ptl_truth;

PTL_NODISCARD ptl_status ptl_truth_init(ptl_truth *out, const ptl_climate *climate,
                                        const char *const *recorded, int32_t n_recorded,
                                        ptl_arena *arena, ptl_error *err);

static inline ptl_truth_cell *ptl_truth_at(const ptl_truth *t, int64_t day, int32_t recorded,
                                           int32_t currency)
{
    return &t->cells[(day * t->n_recorded + recorded) * PTL_SIM_CURRENCIES + currency];
}
static inline ptl_truth_day *ptl_truth_day_at(const ptl_truth *t, int32_t scenario, int64_t day,
                                              int32_t currency)
{
    return &t->days[((int64_t)scenario * t->climate->n_days + day) * PTL_SIM_CURRENCIES + currency];
}

/** Month of a day, 0 is the month of the first. */
int32_t ptl_truth_month(const ptl_truth *truth, int64_t day);

void ptl_truth_fault_add(ptl_truth *truth, ptl_truth_fault fault);

/* Sums, in euro micros. */
typedef struct ptl_truth_money {
    int64_t orders, customers_new, refunds;
    int64_t revenue, cogs, shipping, fees, variable, media, refunded;
} ptl_truth_money;
/** Days [from, to] of one recorded channel, or of all where it is -1. */
ptl_truth_money ptl_truth_sum(const ptl_truth *truth, int64_t from, int64_t to, int32_t recorded);

/** Days [from, to] of a scenario: orders, revenue and CM1 in euro micros. */
typedef struct ptl_truth_outcome {
    int64_t orders, fresh, leads, revenue, cm1;
} ptl_truth_outcome;
ptl_truth_outcome ptl_truth_of(const ptl_truth *truth, int32_t scenario, int64_t from, int64_t to);

/** Place of a channel of the media among the recorded ones. */
int32_t ptl_truth_recorded_of(const ptl_truth *truth, int32_t channel);

/** truth.json. */
PTL_NODISCARD ptl_status ptl_truth_write(const ptl_truth *truth, ptl_export_folder *folder,
                                         ptl_error *err);

#endif
