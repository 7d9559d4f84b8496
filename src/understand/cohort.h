/* cohort.h: customers by when, through what and with what they were won, and what became of them.
 *
 * A customer is won on its first day in the facts, where a line of that day is of kind new; that
 * line names channel, first product and the order. One whose facts begin otherwise was a customer
 * before them and is in no cohort. Cohorts are kept by month (with the month of life), by week
 * (with the week of life), and by month for each channel and for the products that won most. */
#ifndef PTL_UNDERSTAND_COHORT_H
#define PTL_UNDERSTAND_COHORT_H

#include "understand/kpi_internal.h"

typedef struct ptl_cohort_cell {
    int64_t customers, active, orders; /* customers stand at age 0 alone */
    ptl_wide revenue, variable;        /* micros × billionths            */
} ptl_cohort_cell;

/* One line of money of a customer. */
typedef struct ptl_kpi_line {
    ptl_day day;
    int32_t channel, currency, product, campaign, geo;
    uint64_t products; /* verticals that allow its product */
    bool is_new, is_refund, is_expansion;
    uint64_t order; /* hash of the order's key */
    int64_t revenue_micros, variable_micros, rate_e9;
} ptl_kpi_line;

/* How one customer was won. */
typedef struct ptl_won {
    bool is_won;
    ptl_day day;
    int32_t channel, product;
    uint64_t order;
    int64_t line; /* that names them */
} ptl_won;

typedef struct ptl_cohort_set { /* months of life of the cohorts of one channel, or of all */
    ptl_cohort_cell *by_month;  /* month * n_ages + age                                    */
    ptl_cohort_cell *by_week;   /* week * n_weeks + age, of the newest weeks               */
} ptl_cohort_set;

typedef struct ptl_cohorts {
    int64_t n_months, n_ages, n_weeks;
    ptl_day first_month, first_week;
    ptl_cohort_set all, *by_channel; /* n_channels; by_month NULL where nobody was won */
    const char **products;           /* interned; 0 is none, 1 those beyond the ceiling */
    ptl_cohort_cell ***by_product;   /* product, month; NULL where nobody was won: ages below
                                        n_split, and all later ones in one cell          */
    int64_t n_products, n_split, n_product_rows;
    int32_t *product_slots;
} ptl_cohorts;

PTL_NODISCARD ptl_status ptl_cohorts_make(ptl_cohorts **out, ptl_kpi *k, ptl_error *err);
PTL_NODISCARD ptl_status ptl_cohort_product(int32_t *out, ptl_cohorts *c, ptl_text product,
                                            ptl_arena *arena, ptl_error *err);
/** A customer that was won, with all its lines in order of time. */
PTL_NODISCARD ptl_status ptl_cohort_add(ptl_kpi *k, const ptl_won *won, const ptl_kpi_line *lines,
                                        int64_t n, ptl_error *err);
/** Figures by cohort, and rows of cohort_week. */
PTL_NODISCARD ptl_status ptl_cohort_write(ptl_kpi *k, ptl_table_builder *weeks, ptl_error *err);

/** What a cohort was worth. `cost_micros` is what all of it cost to win. */
typedef struct ptl_cohort_worth {
    double ltv;         /* money a customer, discounted; NaN without customers      */
    double ltv_to_cac;  /* NaN without customers or cost                            */
    double payback;     /* month of life, 0 the first; NaN where not yet            */
    bool is_mature;     /* the horizon is over                                      */
    int64_t cm1_micros; /* of all of it so far                                      */
} ptl_cohort_worth;
PTL_NODISCARD ptl_status ptl_cohort_worth_of(ptl_cohort_worth *out, const ptl_cohort_cell *ages,
                                             int64_t n_ages, int64_t cost_micros,
                                             int32_t horizon_months, double discount_a_year,
                                             ptl_error *err);

#endif
