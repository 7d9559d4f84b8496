/* funnel_write.c: steps of the funnel and what leaks out of them, in money.
 *
 * What passes a step is worth, on the average of the same period, what a won deal brought times the
 * chance of every later step among those whose fate is known. What was lost at a step, times that,
 * is the leak: what it would have brought at that average, not what could be won back. */
#include "understand/kpi_internal.h"

#include <math.h>
#include <stdio.h>

static const char *const step_names[PTL_N_STEPS] = {"lead", "mql", "opportunity"};

typedef struct funnel {
    ptl_step steps[PTL_N_STEPS];
    double worth_passed[PTL_N_STEPS]; /* of one that passed; NaN where nothing tells */
} funnel;

static double chance_of(const ptl_step *s)
{
    const int64_t known = s->passed + s->lost;
    return known > 0 ? (double)s->passed / (double)known : PTL_NAN;
}

static ptl_status worth_of(funnel *f, ptl_error *err)
{
    const ptl_step *deal = &f->steps[PTL_STEP_DEAL];
    int64_t worth;
    PTL_TRY(ptl_wide_micros(&worth, deal->worth, err));
    f->worth_passed[PTL_STEP_DEAL] =
        deal->passed > 0 ? (double)worth / 1e6 / (double)deal->passed : PTL_NAN;
    f->worth_passed[PTL_STEP_MQL] = f->worth_passed[PTL_STEP_DEAL] * chance_of(deal);
    f->worth_passed[PTL_STEP_LEAD] =
        f->worth_passed[PTL_STEP_MQL] * chance_of(&f->steps[PTL_STEP_MQL]);
    return PTL_OK;
}

/* Of a channel, or of all where that is below 0. */
static void sum_channel(funnel *f, const ptl_kpi *k, const ptl_period *p, int64_t channel)
{
    for (int s = 0; s < PTL_N_STEPS; s++)
        for (ptl_day day = p->from; day <= p->to; day++)
            for (int64_t c = 0; c < k->n_channels; c++) {
                const ptl_step *at = &k->steps[s][(day - k->span.first) * k->n_channels + c];
                if (channel >= 0 && c != channel) continue;
                f->steps[s].entered += at->entered;
                f->steps[s].passed += at->passed;
                f->steps[s].lost += at->lost;
                f->steps[s].worth += at->worth;
            }
}

static ptl_status put_value(ptl_kpi *k, const ptl_figure_row *place, const char *name,
                            const char *unit, int64_t count, double value, bool is_count,
                            ptl_error *err)
{
    ptl_figure_row row = *place;
    row.name = name;
    row.unit = unit;
    row.has_exact = is_count;
    row.exact = count;
    row.value = value;
    if (!is_count && !isfinite(value)) row.verdict = ptl_verdict_text(PTL_NOT_IDENTIFIED);
    return ptl_figure_rows_put(&k->rows, &row, err);
}

static ptl_status put_step(ptl_kpi *k, const funnel *f, int step, const ptl_figure_row *place,
                           ptl_error *err)
{
    const ptl_step *s = &f->steps[step];
    const char *unit = step == PTL_STEP_DEAL ? "deals" : "leads";
    const int64_t waiting = s->entered - s->passed - s->lost;
    const double leak = s->lost == 0 ? 0.0 : (double)s->lost * f->worth_passed[step];
    PTL_TRY(put_value(k, place, "funnel.entered", unit, s->entered, PTL_NAN, true, err));
    PTL_TRY(put_value(k, place, "funnel.passed", unit, s->passed, PTL_NAN, true, err));
    PTL_TRY(put_value(k, place, "funnel.lost", unit, s->lost, PTL_NAN, true, err));
    PTL_TRY(put_value(k, place, "funnel.waiting", unit, waiting, PTL_NAN, true, err));
    PTL_TRY(put_value(k, place, "funnel.conversion", "share", 0, chance_of(s), false, err));
    return put_value(k, place, "funnel.leak", NULL, 0, leak, false, err);
}

/* Steps of one funnel; of a member, named "member/step", those that anything entered. */
static ptl_status put_funnel(ptl_kpi *k, funnel *f, const ptl_period *p, const char *dimension,
                             const char *member, const char *grade, ptl_error *err)
{
    PTL_TRY(worth_of(f, err));
    ptl_figure_row place = ptl_figure_row_empty();
    place.grain = ptl_grain_name(p->grain);
    place.from = p->from;
    place.to = p->to;
    place.dimension = dimension;
    place.grade = grade;
    place.verdict = p->is_whole ? "counted" : "partial";
    for (int s = 0; s < PTL_N_STEPS; s++) {
        if (member && f->steps[s].entered == 0) continue;
        place.member = step_names[s];
        if (member) place.member = ptl_text_format(k->arena, err, "%s/%s", member, step_names[s]);
        if (!place.member) return PTL_E_NO_MEMORY;
        PTL_TRY(put_step(k, f, s, &place, err));
    }
    return PTL_OK;
}

/* Channels, campaigns, places and verticals, by year and in all. */
static ptl_status put_cut(ptl_kpi *k, int dimension, int64_t period, ptl_error *err)
{
    const ptl_cut *cut = &k->cuts[dimension];
    char name[40];
    (void)snprintf(name, sizeof name, "%s/step", cut->dimension);
    for (int64_t m = 0; m < cut->n; m++) {
        funnel f = {0};
        if (!cut->steps[m]) continue;
        for (int s = 0; s < PTL_N_STEPS; s++) f.steps[s] = cut->steps[m][s * k->periods.n + period];
        PTL_TRY(put_funnel(k, &f, &k->periods.items[period], name, cut->members[m],
                           dimension == PTL_CUT_CAMPAIGN ? "E" : "", err));
    }
    return PTL_OK;
}

static ptl_status put_members(ptl_kpi *k, int64_t period, ptl_error *err)
{
    for (int64_t c = 0; c < k->n_channels; c++) {
        funnel f = {0};
        sum_channel(&f, k, &k->periods.items[period], c);
        PTL_TRY(put_funnel(k, &f, &k->periods.items[period], "channel/step", k->channels[c].member,
                           "E", err));
    }
    PTL_TRY(put_cut(k, PTL_CUT_CAMPAIGN, period, err));
    PTL_TRY(put_cut(k, PTL_CUT_GEO, period, err));
    return put_cut(k, PTL_CUT_VERTICAL, period, err);
}

ptl_status ptl_kpi_write_funnel(ptl_kpi *k, ptl_error *err)
{
    if (k->report->n_leads + k->report->n_deals == 0) return PTL_OK;
    for (int64_t i = 0; i < k->periods.n; i++) {
        const ptl_period *p = &k->periods.items[i];
        funnel f = {0};
        if (p->grain == PTL_GRAIN_WEEK) continue;
        sum_channel(&f, k, p, -1);
        PTL_TRY(put_funnel(k, &f, p, "step", NULL, "", err));
        if (p->grain == PTL_GRAIN_YEAR || p->grain == PTL_GRAIN_ALL)
            PTL_TRY(put_members(k, i, err));
    }
    return PTL_OK;
}

/* --- brand ------------------------------------------------------------------------------------ */

static ptl_status put_brand(void *ctx, const ptl_table *rows, ptl_error *err)
{
    ptl_kpi *k = ctx;
    const ptl_column *day, *brand, *measure, *value;
    PTL_TRY(ptl_table_column(&day, rows, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&brand, rows, "brand", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&measure, rows, "measure", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&value, rows, "value", PTL_TYPE_DOUBLE, err));
    for (int64_t i = 0; i < rows->n_rows; i++) {
        const ptl_text m = ptl_column_text(measure, i);
        ptl_figure_row row = ptl_figure_row_empty();
        row.name = ptl_text_format(k->arena, err, "brand.%.*s", (int)m.len, m.ptr);
        row.member = ptl_text_copy(ptl_column_text(brand, i), k->arena, err);
        if (!row.name || !row.member) return PTL_E_NO_MEMORY;
        row.grain = "day";
        row.from = row.to = (ptl_day)ptl_column_int(day, i);
        row.dimension = "brand";
        row.unit = "share";
        row.value = ptl_column_double(value, i);
        PTL_TRY(ptl_figure_rows_put(&k->rows, &row, err));
    }
    return PTL_OK;
}

ptl_status ptl_kpi_write_brand(ptl_kpi *k, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(k->span.known_by), ptl_value_day(k->span.first),
                                ptl_value_day(k->span.last)};
    return ptl_warehouse_stream(k->store->warehouse, "kpi/brand", params, 3, put_brand, k,
                                k->progress, err);
}
