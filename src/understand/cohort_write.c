/* cohort_write.c: cohorts become figures, and rows of cohort_week.
 *
 * A cohort's figures have the grain "cohort", its month as period, and no other dimension, or
 * channel, or product, or "age" with the month of life as member. LTV is observed: CM1 of the
 * months of life that have been, discounted; a cohort whose horizon is not over is marked
 * immature, and so is everything divided by its cost. */
#include "understand/cohort.h"
#include "workspace/metric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct terms {
    int32_t horizon_months;
    double discount_a_year;
    const char *suffix; /* of the figures' names: "" in force, "@1" the first definition */
} terms;

/* --- places ----------------------------------------------------------------------------------- */

static ptl_figure_row place_of(const ptl_kpi *k, int64_t month, const char *dimension,
                               const char *member)
{
    const ptl_period *p = &k->periods.items[k->periods.first[PTL_GRAIN_MONTH] + month];
    ptl_figure_row row = ptl_figure_row_empty();
    row.grain = "cohort";
    row.from = p->from;
    row.to = p->to;
    row.dimension = dimension;
    row.member = member;
    row.grade = dimension && strcmp(dimension, "channel") == 0 ? "E" : "";
    return row;
}

static ptl_status put_count(ptl_kpi *k, ptl_figure_row row, const char *name, const char *unit,
                            int64_t n, ptl_error *err)
{
    row.name = name;
    row.unit = unit;
    row.has_exact = true;
    row.exact = n;
    return ptl_figure_rows_put(&k->rows, &row, err);
}

static ptl_status put_money(ptl_kpi *k, ptl_figure_row row, const ptl_cohort_cell *cell,
                            ptl_error *err)
{
    int64_t revenue, variable;
    PTL_TRY(ptl_wide_micros(&revenue, cell->revenue, err));
    PTL_TRY(ptl_wide_micros(&variable, cell->variable, err));
    PTL_TRY(put_count(k, row, "cohort.revenue", NULL, revenue, err));
    return put_count(k, row, "cohort.cm1", NULL, revenue - variable, err);
}

static ptl_cohort_cell total_of(const ptl_cohort_cell *ages, int64_t n)
{
    ptl_cohort_cell sum = {.customers = ages[0].customers};
    for (int64_t age = 0; age < n; age++) {
        sum.orders += ages[age].orders;
        sum.revenue += ages[age].revenue;
        sum.variable += ages[age].variable;
    }
    return sum;
}

/* --- months ----------------------------------------------------------------------------------- */

static int64_t ages_of(const ptl_cohorts *c, int64_t month)
{
    const int64_t lived = c->n_months - month;
    return lived < c->n_ages ? lived : c->n_ages;
}

/* What a month's customers cost: media, of one channel or of all, and marketing's own costs. */
static int64_t cost_of(const ptl_kpi *k, int64_t month, int64_t channel)
{
    const ptl_period *p = &k->periods.items[k->periods.first[PTL_GRAIN_MONTH] + month];
    int64_t sum = 0;
    for (ptl_day day = p->from; day <= p->to; day++) {
        for (int64_t c = 0; c < k->n_channels; c++)
            if (channel < 0 || c == channel) sum += *ptl_daily_at(k, PTL_DAILY_MEDIA, day, c);
        if (channel < 0)
            for (int64_t c = 0; c < k->n_channels; c++)
                sum += *ptl_daily_at(k, PTL_DAILY_OWN_COSTS, day, c);
    }
    return sum;
}

static ptl_status put_ratio(ptl_kpi *k, ptl_figure_row row, const char *name, const char *suffix,
                            const char *unit, double value, ptl_error *err)
{
    char full[80];
    (void)snprintf(full, sizeof full, "%s%s", name, suffix);
    row.name = full;
    row.unit = unit;
    row.value = value;
    if (!isfinite(value)) row.verdict = ptl_verdict_text(PTL_NOT_IDENTIFIED);
    return ptl_figure_rows_put(&k->rows, &row, err);
}

/* Of a channel the cost is its own media: nobody shares out salaries. */
static ptl_status put_worth(ptl_kpi *k, ptl_figure_row row, int64_t month, int64_t channel,
                            const ptl_cohort_cell *ages, const terms *t, ptl_error *err)
{
    ptl_cohort_worth worth;
    const int64_t cost = cost_of(k, month, channel);
    PTL_TRY(ptl_cohort_worth_of(&worth, ages, ages_of(k->cohorts, month), cost, t->horizon_months,
                                t->discount_a_year, err));
    row.verdict = worth.is_mature ? "counted" : "immature";
    PTL_TRY(put_ratio(k, row, "ltv.observed", t->suffix, NULL, worth.ltv, err));
    if (cost == 0) return PTL_OK;
    PTL_TRY(put_ratio(k, row, "ltv_to_cac", t->suffix, "times", worth.ltv_to_cac, err));
    return put_ratio(k, row, "payback_months", t->suffix, "months", worth.payback, err);
}

/* One more month of life: what the customers brought until its end, each, discounted. */
static ptl_status add_worth(double *worth, const ptl_cohort_cell *cell, int64_t age, const terms *t,
                            ptl_error *err)
{
    int64_t revenue, variable;
    PTL_TRY(ptl_wide_micros(&revenue, cell->revenue, err));
    PTL_TRY(ptl_wide_micros(&variable, cell->variable, err));
    *worth +=
        (double)(revenue - variable) / 1e6 * pow(1.0 + t->discount_a_year, -(double)age / 12.0);
    return PTL_OK;
}

/* Months of life of a cohort: of all, or of a channel's or a product's, as member "social/003". */
static ptl_status put_ages(ptl_kpi *k, int64_t month, const ptl_cohort_cell *ages, int64_t n,
                           const char *split, const char *of, const terms *t, ptl_error *err)
{
    char dimension[32], member[600];
    double worth = 0.0;
    const double customers = (double)ages[0].customers;
    (void)snprintf(dimension, sizeof dimension, "%s%s", split ? split : "", split ? "/age" : "age");
    for (int64_t age = 0; age < n; age++) {
        (void)snprintf(member, sizeof member, "%.500s%s%03d", split ? of : "", split ? "/" : "",
                       (int)age);
        ptl_figure_row row = place_of(k, month, dimension, member);
        if (month + age == k->cohorts->n_months - 1) row.verdict = "partial";
        if (split && strcmp(split, "channel") == 0) row.grade = "E";
        PTL_TRY(add_worth(&worth, &ages[age], age, t, err));
        PTL_TRY(put_count(k, row, "cohort.active", "customers", ages[age].active, err));
        PTL_TRY(put_count(k, row, "cohort.orders", "orders", ages[age].orders, err));
        PTL_TRY(put_money(k, row, &ages[age], err));
        if (!(customers > 0.0)) continue;
        PTL_TRY(put_ratio(k, row, "cohort.retention", "", "share",
                          (double)ages[age].active / customers, err));
        PTL_TRY(put_ratio(k, row, "ltv.cumulative", "", NULL, worth / customers, err));
    }
    return PTL_OK;
}

/* Of channels and products the newest months are told by month of life. */
static ptl_status put_split_ages(ptl_kpi *k, int64_t month, const ptl_cohort_cell *ages,
                                 const char *split, const char *of, const terms *t, ptl_error *err)
{
    const ptl_cohorts *c = k->cohorts;
    const int64_t lived = ages_of(c, month), n = lived < c->n_split ? lived : c->n_split;
    if (month < c->n_months - PTL_COHORT_SPLIT_MONTHS) return PTL_OK;
    return put_ages(k, month, ages, n, split, of, t, err);
}

static ptl_status put_set(ptl_kpi *k, const ptl_cohort_set *set, int64_t channel, const terms *t,
                          ptl_error *err)
{
    const ptl_cohorts *c = k->cohorts;
    const char *member = channel < 0 ? NULL : k->channels[channel].member;
    for (int64_t m = 0; m < c->n_months; m++) {
        const ptl_cohort_cell *ages = set->by_month + m * c->n_ages;
        const ptl_figure_row row = place_of(k, m, channel < 0 ? NULL : "channel", member);
        const ptl_cohort_cell total = total_of(ages, ages_of(c, m));
        if (total.customers == 0) continue;
        PTL_TRY(put_worth(k, row, m, channel, ages, t, err));
        if (t->suffix[0]) continue;
        PTL_TRY(put_count(k, row, "cohort.customers", "customers", total.customers, err));
        PTL_TRY(put_count(k, row, "cohort.orders", "orders", total.orders, err));
        PTL_TRY(put_money(k, row, &total, err));
        if (channel < 0)
            PTL_TRY(put_ages(k, m, ages, ages_of(c, m), NULL, NULL, t, err));
        else
            PTL_TRY(put_split_ages(k, m, ages, "channel", member, t, err));
    }
    return PTL_OK;
}

/* --- products --------------------------------------------------------------------------------- */

typedef struct rank {
    int64_t product, customers;
} rank;

static int most_first(const void *a, const void *b)
{
    const rank *x = a, *y = b;
    if (x->customers != y->customers) return x->customers > y->customers ? -1 : 1;
    return x->product < y->product ? -1 : 1;
}

/* What a product's customers cost: their share of what the month's customers cost, since nobody
 * records media by product. */
static int64_t product_cost(const ptl_kpi *k, int64_t month, int64_t customers)
{
    const ptl_cohorts *c = k->cohorts;
    const double all = (double)c->all.by_month[month * c->n_ages].customers;
    const double cost = (double)cost_of(k, month, -1) * (double)customers;
    return all > 0.0 ? llround(cost / all) : 0;
}

static ptl_status put_product_worth(ptl_kpi *k, ptl_figure_row row, int64_t month,
                                    const ptl_cohort_cell *ages, const terms *t, ptl_error *err)
{
    const ptl_cohorts *c = k->cohorts;
    const int64_t lived = ages_of(c, month), cost = product_cost(k, month, ages[0].customers);
    ptl_cohort_worth worth;
    if (t->horizon_months >= PTL_COHORT_SPLIT_AGES)
        return PTL_OK; /* its life is not kept so long */
    PTL_TRY(ptl_cohort_worth_of(&worth, ages, lived < c->n_split ? lived : c->n_split, cost,
                                t->horizon_months, t->discount_a_year, err));
    row.verdict = lived > t->horizon_months ? "counted" : "immature";
    PTL_TRY(put_ratio(k, row, "ltv.observed", t->suffix, NULL, worth.ltv, err));
    if (cost == 0) return PTL_OK;
    PTL_TRY(put_ratio(k, row, "ltv_to_cac", t->suffix, "times", worth.ltv_to_cac, err));
    return put_ratio(k, row, "payback_months", t->suffix, "months", worth.payback, err);
}

static ptl_status put_product(ptl_kpi *k, const char *name, ptl_cohort_cell *const *months,
                              const terms *t, ptl_error *err)
{
    for (int64_t m = 0; m < k->cohorts->n_months; m++) {
        const ptl_figure_row row = place_of(k, m, "product", name);
        if (!months[m] || months[m][0].customers == 0) continue;
        PTL_TRY(put_product_worth(k, row, m, months[m], t, err));
        if (t->suffix[0]) continue;
        const ptl_cohort_cell total = total_of(months[m], k->cohorts->n_split + 1);
        PTL_TRY(put_count(k, row, "cohort.customers", "customers", total.customers, err));
        PTL_TRY(put_count(k, row, "cohort.orders", "orders", total.orders, err));
        PTL_TRY(put_money(k, row, &total, err));
        PTL_TRY(put_split_ages(k, m, months[m], "product", name, t, err));
    }
    return PTL_OK;
}

static ptl_status add_product(ptl_kpi *k, ptl_cohort_cell **into, ptl_cohort_cell *const *from,
                              ptl_error *err)
{
    const int64_t n = k->cohorts->n_split + 1;
    for (int64_t m = 0; m < k->cohorts->n_months; m++) {
        if (!from[m]) continue;
        if (!into[m] && !(into[m] = ptl_arena_array(k->arena, n, sizeof **into, err)))
            return PTL_E_NO_MEMORY;
        for (int64_t age = 0; age < n; age++) {
            into[m][age].customers += from[m][age].customers;
            into[m][age].active += from[m][age].active;
            into[m][age].orders += from[m][age].orders;
            into[m][age].revenue += from[m][age].revenue;
            into[m][age].variable += from[m][age].variable;
        }
    }
    return PTL_OK;
}

static int64_t rank_products(rank *ranks, const ptl_cohorts *c)
{
    int64_t n = 0;
    for (int64_t p = 1; p < c->n_products; p++) {
        if (!c->by_product[p]) continue;
        ranks[n].product = p;
        for (int64_t m = 0; m < c->n_months; m++)
            if (c->by_product[p][m]) ranks[n].customers += c->by_product[p][m][0].customers;
        n++;
    }
    qsort(ranks, (size_t)n, sizeof *ranks, most_first);
    return n;
}

/* The products that won most, and all others together. */
static ptl_status put_products(ptl_kpi *k, const terms *t, ptl_error *err)
{
    const ptl_cohorts *c = k->cohorts;
    rank *ranks = ptl_arena_array(k->arena, c->n_products, sizeof *ranks, err);
    ptl_cohort_cell **others = ptl_arena_array(k->arena, c->n_months, sizeof *others, err);
    if (!ranks || !others) return PTL_E_NO_MEMORY;
    const int64_t n = rank_products(ranks, c);
    for (int64_t i = 0; i < n; i++) {
        ptl_cohort_cell *const *months = c->by_product[ranks[i].product];
        if (i < PTL_COHORT_PRODUCTS_SHOWN && ranks[i].product > 1)
            PTL_TRY(put_product(k, c->products[ranks[i].product], months, t, err));
        else
            PTL_TRY(add_product(k, others, months, err));
    }
    return put_product(k, c->products[1], others, t, err);
}

/* --- weeks ------------------------------------------------------------------------------------ */

static ptl_status put_week(ptl_kpi *k, ptl_table_builder *b, int64_t week, int64_t age,
                           const char *channel, int64_t customers, const ptl_cohort_cell *cell,
                           ptl_error *err)
{
    const ptl_day start = k->cohorts->first_week + (ptl_day)(7 * week);
    int64_t revenue, variable;
    PTL_TRY(ptl_wide_micros(&revenue, cell->revenue, err));
    PTL_TRY(ptl_wide_micros(&variable, cell->variable, err));
    ptl_table_builder_int(b, k->run_id);
    ptl_table_builder_int(b, start);
    ptl_table_builder_text(b, ptl_text_of(channel));
    ptl_table_builder_int(b, age);
    ptl_table_builder_int(b, customers);
    ptl_table_builder_int(b, cell->active);
    ptl_table_builder_int(b, cell->orders);
    ptl_table_builder_int(b, revenue);
    ptl_table_builder_int(b, variable);
    ptl_table_builder_int(b, start + 7 * age + 6 <= k->span.last);
    k->report->n_cohort_rows++;
    return ptl_table_builder_row_end(b, err);
}

static ptl_status put_weeks(ptl_kpi *k, ptl_table_builder *b, const ptl_cohort_set *set,
                            const char *channel, ptl_error *err)
{
    const int64_t n = k->cohorts->n_weeks;
    for (int64_t week = 0; week < n; week++) {
        const ptl_cohort_cell *ages = set->by_week + week * n;
        for (int64_t age = 0; ages[0].customers > 0 && week + age < n; age++)
            PTL_TRY(put_week(k, b, week, age, channel, ages[0].customers, &ages[age], err));
    }
    return PTL_OK;
}

/* Everything of one definition; weeks of life have no definition to differ by. */
static ptl_status put_sets(ptl_kpi *k, const terms *t, ptl_error *err)
{
    PTL_TRY(put_set(k, &k->cohorts->all, -1, t, err));
    for (int64_t c = 0; c < k->n_channels; c++)
        if (k->cohorts->by_channel[c].by_month)
            PTL_TRY(put_set(k, &k->cohorts->by_channel[c], c, t, err));
    return PTL_OK;
}

ptl_status ptl_cohort_write(ptl_kpi *k, ptl_table_builder *weeks, ptl_error *err)
{
    ptl_metric_in_force ltv;
    PTL_TRY(ptl_metric_of(&ltv, k->workspace, PTL_TEXT("ltv.observed"), err));
    const terms in_force = {ltv.horizon_months, ltv.discount, ""};
    const terms first = {ltv.metric->horizon_months, ltv.metric->discount, "@1"};
    PTL_TRY(put_sets(k, &in_force, err));
    if (ltv.version > 1) PTL_TRY(put_sets(k, &first, err));
    PTL_TRY(put_weeks(k, weeks, &k->cohorts->all, "", err));
    for (int64_t c = 0; c < k->n_channels; c++)
        if (k->cohorts->by_channel[c].by_month && k->channels[c].member[0])
            PTL_TRY(put_weeks(k, weeks, &k->cohorts->by_channel[c], k->channels[c].member, err));
    PTL_TRY(put_products(k, &in_force, err));
    return ltv.version > 1 ? put_products(k, &first, err) : PTL_OK;
}
