/* cohort.c: cohorts while customers are read (cohort.h). */
#include "understand/cohort.h"

#include <math.h>
#include <string.h>

enum { PRODUCT_SLOTS = 2 * PTL_COHORT_PRODUCTS_MAX + 1, PRODUCT_NONE = 0, PRODUCT_OTHER = 1 };

static int64_t months_between(ptl_day from, ptl_day to)
{
    const ptl_date a = ptl_date_of(from), b = ptl_date_of(to);
    return 12 * (int64_t)(b.year - a.year) + b.month - a.month;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* --- opening ---------------------------------------------------------------------------------- */

static ptl_status make_set(ptl_cohort_set *set, const ptl_cohorts *c, ptl_arena *arena,
                           ptl_error *err)
{
    if (set->by_month) return PTL_OK;
    set->by_month = ptl_arena_array(arena, c->n_months * c->n_ages, sizeof *set->by_month, err);
    set->by_week = ptl_arena_array(arena, c->n_weeks * c->n_weeks, sizeof *set->by_week, err);
    return set->by_month && set->by_week ? PTL_OK : PTL_E_NO_MEMORY;
}

ptl_status ptl_cohorts_make(ptl_cohorts **out, ptl_kpi *k, ptl_error *err)
{
    ptl_cohorts *c = ptl_arena_array(k->arena, 1, sizeof *c, err);
    if (!c) return PTL_E_NO_MEMORY;
    const ptl_day week = ptl_week_start(k->span.last, k->workspace->week_start);
    const ptl_day earliest = ptl_week_start(k->span.first, k->workspace->week_start);
    c->n_months = months_between(k->span.first, k->span.last) + 1;
    c->n_ages = least(c->n_months, PTL_COHORT_AGES_MAX);
    c->n_split = least(c->n_ages, PTL_COHORT_SPLIT_AGES);
    c->n_weeks = least((week - earliest) / 7 + 1, PTL_COHORT_WEEKS_MAX);
    c->first_month = ptl_month_start(k->span.first);
    c->first_week = week - 7 * (ptl_day)(c->n_weeks - 1);
    if (c->n_months > PTL_COHORT_MONTHS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "facts span %lld months; cohorts are kept for %d",
                        (long long)c->n_months, PTL_COHORT_MONTHS_MAX);
    c->by_channel = ptl_arena_array(k->arena, k->n_channels, sizeof *c->by_channel, err);
    c->products = ptl_arena_array(k->arena, PTL_COHORT_PRODUCTS_MAX, sizeof *c->products, err);
    c->by_product = ptl_arena_array(k->arena, PTL_COHORT_PRODUCTS_MAX, sizeof *c->by_product, err);
    c->product_slots = ptl_arena_array(k->arena, PRODUCT_SLOTS, sizeof *c->product_slots, err);
    if (!c->by_channel || !c->products || !c->by_product || !c->product_slots)
        return PTL_E_NO_MEMORY;
    c->products[PRODUCT_NONE] = "";
    c->products[PRODUCT_OTHER] = "(others)";
    c->n_products = 2;
    *out = c;
    return make_set(&c->all, c, k->arena, err);
}

ptl_status ptl_cohort_product(int32_t *out, ptl_cohorts *c, ptl_text product, ptl_arena *arena,
                              ptl_error *err)
{
    uint64_t h = UINT64_C(1469598103934665603);
    *out = PRODUCT_NONE;
    if (product.len == 0) return PTL_OK;
    for (size_t i = 0; i < product.len; i++)
        h = (h ^ (uint8_t)product.ptr[i]) * UINT64_C(1099511628211);
    for (uint64_t at = h % PRODUCT_SLOTS;; at = (at + 1) % PRODUCT_SLOTS) {
        const int32_t i = c->product_slots[at];
        *out = i;
        if (i && ptl_text_equal(ptl_text_of(c->products[i]), product)) return PTL_OK;
        if (i) continue;
        *out = PRODUCT_OTHER;
        if (c->n_products == PTL_COHORT_PRODUCTS_MAX) return PTL_OK;
        *out = c->product_slots[at] = (int32_t)c->n_products;
        c->products[c->n_products] = ptl_text_copy(product, arena, err);
        return c->products[c->n_products++] ? PTL_OK : PTL_E_NO_MEMORY;
    }
}

/* --- a customer ------------------------------------------------------------------------------- */

/* One customer's way through one row of ages: `seen` is the last age counted as active, plus one.
 */
typedef struct walker {
    ptl_cohort_cell *ages;
    int64_t n_ages, seen;
    uint64_t order;
    bool has_order;
} walker;

static void step(walker *w, int64_t age, const ptl_kpi_line *line, ptl_wide revenue,
                 ptl_wide variable)
{
    if (age >= w->n_ages) return;
    ptl_cohort_cell *cell = &w->ages[age];
    cell->revenue += revenue;
    cell->variable += variable;
    if (line->is_refund) return;
    cell->orders += !w->has_order || w->order != line->order;
    w->order = line->order;
    w->has_order = true;
    cell->active += w->seen != age + 1;
    w->seen = age + 1;
}

/* The rows that one customer walks through: all's and its channel's, by month and by week, and its
 * first product's. */
enum { BY_MONTH, CHANNEL_BY_MONTH, BY_WEEK, CHANNEL_BY_WEEK, BY_PRODUCT, N_WALKERS };

static int64_t month_of(const ptl_kpi *k, ptl_day day)
{
    const ptl_periods *p = &k->periods;
    return p->at[PTL_GRAIN_MONTH][day - k->span.first] - p->first[PTL_GRAIN_MONTH];
}

/* Below 0: before the weeks that are kept. */
static int64_t week_of(const ptl_cohorts *c, ptl_day day)
{
    return day < c->first_week ? -1 : (day - c->first_week) / 7;
}

/* The life of a product's month; a product beyond the ceiling counts with the others. */
static ptl_status product_row(ptl_cohort_cell **out, ptl_kpi *k, int32_t product, int64_t month,
                              ptl_error *err)
{
    ptl_cohorts *c = k->cohorts;
    if (c->n_product_rows >= PTL_COHORT_PRODUCT_ROWS_MAX &&
        (!c->by_product[product] || !c->by_product[product][month]))
        product = PRODUCT_OTHER;
    ptl_cohort_cell ***months = &c->by_product[product];
    if (!*months && !(*months = ptl_arena_array(k->arena, c->n_months, sizeof **months, err)))
        return PTL_E_NO_MEMORY;
    ptl_cohort_cell **row = &(*months)[month];
    if (!*row) {
        *row = ptl_arena_array(k->arena, c->n_split + 1, sizeof **row, err);
        c->n_product_rows++;
    }
    *out = *row;
    return *row ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status start_walkers(walker *w, ptl_kpi *k, const ptl_won *won, ptl_error *err)
{
    ptl_cohorts *c = k->cohorts;
    const int64_t month = month_of(k, won->day), week = week_of(c, won->day);
    const ptl_cohort_set *const sets[] = {&c->all, &c->by_channel[won->channel]};
    for (int i = 0; i < 2; i++) {
        w[BY_MONTH + i] = (walker){.ages = sets[i]->by_month + month * c->n_ages, c->n_ages};
        if (week >= 0)
            w[BY_WEEK + i] = (walker){.ages = sets[i]->by_week + week * c->n_weeks, c->n_weeks};
    }
    if (won->product != PRODUCT_NONE) {
        PTL_TRY(product_row(&w[BY_PRODUCT].ages, k, won->product, month, err));
        w[BY_PRODUCT].n_ages = c->n_split + 1;
    }
    for (int i = 0; i < N_WALKERS; i++)
        if (w[i].ages) w[i].ages[0].customers++;
    return PTL_OK;
}

ptl_status ptl_cohort_add(ptl_kpi *k, const ptl_won *won, const ptl_kpi_line *lines, int64_t n,
                          ptl_error *err)
{
    ptl_cohorts *c = k->cohorts;
    walker w[N_WALKERS] = {0};
    PTL_TRY(make_set(&c->by_channel[won->channel], c, k->arena, err));
    PTL_TRY(start_walkers(w, k, won, err));
    const int64_t month = month_of(k, won->day), week = week_of(c, won->day);
    for (int64_t i = 0; i < n; i++) {
        const ptl_kpi_line *line = &lines[i];
        const int64_t months = month_of(k, line->day) - month, weeks = week_of(c, line->day) - week;
        const int64_t ages[N_WALKERS] = {months, months, weeks, weeks, least(months, c->n_split)};
        const ptl_wide revenue = (ptl_wide)line->revenue_micros * line->rate_e9;
        const ptl_wide variable = (ptl_wide)line->variable_micros * line->rate_e9;
        for (int j = 0; j < N_WALKERS; j++)
            if (w[j].ages) step(&w[j], ages[j], line, revenue, variable);
    }
    return PTL_OK;
}

/* --- worth ------------------------------------------------------------------------------------ */

ptl_status ptl_cohort_worth_of(ptl_cohort_worth *out, const ptl_cohort_cell *ages, int64_t n_ages,
                               int64_t cost_micros, int32_t horizon_months, double discount_a_year,
                               ptl_error *err)
{
    const double customers = (double)ages[0].customers;
    double worth = 0.0;
    *out = (ptl_cohort_worth){PTL_NAN, PTL_NAN, PTL_NAN, n_ages > horizon_months, 0};
    for (int64_t age = 0; age < n_ages; age++) {
        int64_t revenue, variable;
        PTL_TRY(ptl_wide_micros(&revenue, ages[age].revenue, err));
        PTL_TRY(ptl_wide_micros(&variable, ages[age].variable, err));
        out->cm1_micros += revenue - variable;
        if (age >= horizon_months) continue;
        worth +=
            (double)(revenue - variable) / 1e6 * pow(1.0 + discount_a_year, -(double)age / 12.0);
        if (isnan(out->payback) && customers > 0.0 && out->cm1_micros >= cost_micros)
            out->payback = (double)age;
    }
    if (!(customers > 0.0)) return PTL_OK;
    out->ltv = worth / customers;
    if (cost_micros > 0) out->ltv_to_cac = worth / ((double)cost_micros / 1e6);
    return PTL_OK;
}
