/* triangulate_map.c: every source on one scale, or left out with the reason.
 *
 * The estimand is incremental CM1 of a channel, in one period, one geo, average or marginal. A
 * source speaks of it if it has the same period, geo and slope, if spend lies in the range it was
 * tested at, and if what it counts can be turned into CM1: revenue by the channel's margin,
 * conversions by what one is worth. Nothing is stretched: credit of two weeks says nothing about
 * one, an average says nothing about the last unit.
 *
 * An experiment enters once. The mix model took it in, so its own figure is left out wherever the
 * model has one for that channel; where the model has none it is the effect itself. */
#include "science/triangulate_internal.h"

#include "portolan/special.h"

const char *ptl_source_use_text(ptl_source_use use)
{
    static const char *const text[] = {
#define PTL_SOURCE_USE_TEXT(name, words) words,
        PTL_SOURCE_USE_LIST(PTL_SOURCE_USE_TEXT)
#undef PTL_SOURCE_USE_TEXT
    };
    if ((int)use < 0 || (size_t)use >= sizeof text / sizeof *text) return "";
    return text[use];
}

static ptl_status check_source(const ptl_source *s, int32_t at, const ptl_estimand *e,
                               ptl_error *err)
{
    if ((int)s->kind < 0 || s->kind > PTL_SOURCE_CLAIM || (int)s->measure < 0 ||
        s->measure > PTL_MEASURE_CONVERSIONS || (int)s->slope < 0 || s->slope > PTL_SLOPE_MARGINAL)
        return ptl_fail(err, PTL_E_INVALID,
                        "source %d: kind %d, measure %d or slope %d is not in the list", at,
                        (int)s->kind, (int)s->measure, (int)s->slope);
    if (s->channel < 0 || s->channel >= e->n_channels)
        return ptl_fail(err, PTL_E_INVALID, "source %d: channel %d is not in 0 to %d", at,
                        s->channel, e->n_channels - 1);
    if (s->grade < 'A' || s->grade > 'E')
        return ptl_fail(err, PTL_E_INVALID, "source %d: grade \"%c\" is not A to E", at, s->grade);
    if (s->period_to < s->period_from)
        return ptl_fail(err, PTL_E_INVALID, "source %d: period from day %lld to day %lld", at,
                        (long long)s->period_from, (long long)s->period_to);
    const ptl_estimate *const f = &s->figure;
    if (f->low > f->point || f->point > f->high)
        return ptl_fail(err, PTL_E_INVALID, "source %d: %g lies outside its interval, %g to %g", at,
                        f->point, f->low, f->high);
    if (isfinite(f->low) && isfinite(f->high) && !(f->probability > 0.0 && f->probability < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "source %d: an interval of probability %g", at,
                        f->probability);
    if (s->kind == PTL_SOURCE_CLAIM && f->point < 0.0)
        return ptl_fail(err, PTL_E_INVALID, "source %d: a claim of %g", at, f->point);
    return PTL_OK;
}

/* What turns the source's measure into CM1; NaN where nobody knows. */
static double cm1_factor(const ptl_source *s, const ptl_estimand *e)
{
    const double *const by = s->measure == PTL_MEASURE_REVENUE       ? e->cm1_per_revenue
                             : s->measure == PTL_MEASURE_CONVERSIONS ? e->cm1_per_conversion
                                                                     : NULL;
    if (s->measure == PTL_MEASURE_CM1) return 1.0;
    return by && isfinite(by[s->channel]) ? by[s->channel] : PTL_NAN;
}

static bool in_range(const ptl_source *s, const ptl_estimand *e)
{
    if (!e->spend || isnan(s->spend_low) || isnan(s->spend_high)) return true;
    return e->spend[s->channel] >= s->spend_low && e->spend[s->channel] <= s->spend_high;
}

/* USED where the source speaks of the estimand. A claim needs no interval, and is judged by no
 * tested range. */
static ptl_source_use judge(const ptl_source *s, const ptl_estimand *e)
{
    const bool claim = s->kind == PTL_SOURCE_CLAIM;
    if (s->verdict == PTL_NOT_CONVERGED || s->verdict == PTL_NOT_IDENTIFIED)
        return PTL_SOURCE_NOT_BELIEVED;
    if (!isfinite(s->figure.point)) return PTL_SOURCE_NO_FIGURE;
    if (!claim &&
        !(isfinite(s->figure.low) && isfinite(s->figure.high) && s->figure.high > s->figure.low))
        return PTL_SOURCE_NO_INTERVAL;
    if (s->slope != e->slope) return PTL_SOURCE_OTHER_SLOPE;
    if (s->period_from != e->period_from || s->period_to != e->period_to)
        return PTL_SOURCE_OTHER_PERIOD;
    if (s->geo != e->geo) return PTL_SOURCE_OTHER_GEO;
    if ((s->kind == PTL_SOURCE_EFFECT || s->kind == PTL_SOURCE_EXPERIMENT) && !in_range(s, e))
        return PTL_SOURCE_OUTSIDE_RANGE;
    if (!(cm1_factor(s, e) > 0.0))
        return s->measure == PTL_MEASURE_REVENUE ? PTL_SOURCE_NO_MARGIN : PTL_SOURCE_NO_WORTH;
    if (s->kind == PTL_SOURCE_CREDIT && !(s->figure.point > 0.0)) return PTL_SOURCE_NOT_POSITIVE;
    return PTL_SOURCE_USED;
}

static ptl_estimate scaled(ptl_estimate e, double by)
{
    return (ptl_estimate){e.point * by, e.low * by, e.high * by, e.probability};
}

/* Standard error that an interval stands for, on the scale of its ends. */
static double error_of(double low, double high, double probability)
{
    return (high - low) / (2.0 * ptl_normal_quantile_std(0.5 * (1.0 + probability)));
}

static void take_effect(ptl_pair *p, const ptl_source *s, int32_t at, double factor)
{
    const ptl_estimate f = scaled(s->figure, factor);
    p->effect = at;
    p->grade = s->grade;
    p->effect_figure = f;
    p->log_normal = f.low > 0.0;
    p->centre = p->log_normal ? log(f.point) : f.point;
    p->error = p->log_normal ? error_of(log(f.low), log(f.high), f.probability)
                             : error_of(f.low, f.high, f.probability);
}

/* A credit's interval is symmetric and may reach below zero where the channel is nearly absent: its
 * error on the log scale is then relative. */
static void take_credit(ptl_pair *p, const ptl_source *s, int32_t at, double factor)
{
    const ptl_estimate f = scaled(s->figure, factor);
    p->credit = at;
    p->credit_figure = f;
    p->log_credit = log(f.point);
    p->credit_error = f.low > 0.0 ? error_of(log(f.low), log(f.high), f.probability)
                                  : error_of(f.low, f.high, f.probability) / f.point;
}

static ptl_status take(ptl_pair *p, ptl_source_use *use, const ptl_source *s, int32_t at,
                       double factor, ptl_error *err)
{
    const char *const what[] = {"effects", "experiments", "credits", "claims"};
    const bool effect = s->kind == PTL_SOURCE_EFFECT || s->kind == PTL_SOURCE_EXPERIMENT;
    const int32_t there = effect ? p->effect : s->kind == PTL_SOURCE_CREDIT ? p->credit : p->claim;
    if (there >= 0) {
        ptl_fail(err, PTL_E_INVALID, "channel %d has two %s, sources %d and %d", s->channel,
                 what[s->kind], there, at);
        ptl_error_hint(err, "say which one counts: sources of one kind are not independent");
        return PTL_E_INVALID;
    }
    if (effect) {
        take_effect(p, s, at, factor);
    } else if (s->kind == PTL_SOURCE_CREDIT) {
        take_credit(p, s, at, factor);
    } else {
        p->claim = at;
        p->claim_figure = s->figure.point * factor;
        *use = PTL_SOURCE_BESIDE;
    }
    return PTL_OK;
}

ptl_status ptl_sources_map(ptl_pair *pair, ptl_source_use *use, const ptl_estimand *e,
                           const ptl_source *sources, int32_t n_sources, ptl_error *err)
{
    const ptl_estimate nothing = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    for (int32_t k = 0; k < e->n_channels; k++)
        pair[k] = (ptl_pair){.effect = -1,
                             .credit = -1,
                             .claim = -1,
                             .grade = 'E',
                             .effect_figure = nothing,
                             .credit_figure = nothing,
                             .claim_figure = PTL_NAN};
    for (int32_t i = 0; i < n_sources; i++) PTL_TRY(check_source(&sources[i], i, e, err));
    /* models before experiments, so that an experiment knows whether the model has it */
    for (int pass = 0; pass < 2; pass++)
        for (int32_t i = 0; i < n_sources; i++) {
            const ptl_source *const s = &sources[i];
            ptl_pair *const p = &pair[s->channel];
            if ((s->kind == PTL_SOURCE_EXPERIMENT) != (pass == 1)) continue;
            use[i] = judge(s, e);
            const bool modelled = p->effect >= 0 && sources[p->effect].kind == PTL_SOURCE_EFFECT;
            if (pass == 1 && modelled)
                use[i] = PTL_SOURCE_THROUGH_MODEL;
            else if (use[i] == PTL_SOURCE_USED)
                PTL_TRY(take(p, &use[i], s, i, cm1_factor(s, e), err));
        }
    return PTL_OK;
}
