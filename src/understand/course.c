/* course.c: the stage. Weeks become a forecast, the forecast a chance (see course.h).
 *
 * Two series of weeks are forecast. Weeks counted back from the last complete day lose no day and
 * lead to the KPI's date; their last one is cut to its first days by the share that those days had
 * in the eight weeks before. Calendar weeks are what next Monday's review will score. */
#include "understand/course_internal.h"

#include "portolan/distribution.h"

#include <stdio.h>
#include <string.h>

enum {
    YEAR_DAYS = 364, /* the same weekday a year before             */
    YEAR_WEEKS = 52,
    AHEAD_WEEKS = 13, /* calendar weeks that are forecast and scored */
    SHARE_WEEKS = 8   /* weeks that say how a week's days share it   */
};

static const char *const words[] = {
#define COURSE_TEXT(name, text) text,
    PTL_COURSE_WORDS(COURSE_TEXT)
#undef COURSE_TEXT
};

const char *ptl_course_word_text(ptl_course_word word)
{
    return (unsigned)word < sizeof words / sizeof *words ? words[word] : NULL;
}

ptl_course_word ptl_course_word_of(double chance, const ptl_kpi_config *kpi)
{
    if (!(chance >= 0.0)) return PTL_COURSE_SILENT;
    if (chance * 100.0 >= kpi->holds_at) return PTL_COURSE_HOLDS;
    return chance * 100.0 >= kpi->drifts_at ? PTL_COURSE_DRIFTS : PTL_COURSE_OFF;
}

/* --- a forecast of weeks ---------------------------------------------------------------------- */

typedef struct outlook {
    ptl_day last; /* the forecast's first week begins the day after */
    int64_t n;    /* weeks ahead                                    */
    ptl_estimate *path, *total;
    ptl_forecast_result result;
} outlook;

static double units(int64_t micros)
{
    return (double)micros / 1e6;
}

/* Weeks that end on `last`, and the `ahead` that follow. */
static ptl_status look(outlook *out, const ptl_course_days *days, ptl_day last, int64_t ahead,
                       ptl_arena *arena, ptl_error *err)
{
    const int64_t n = (last - days->first + 1) / 7;
    ptl_forecast_options o = ptl_forecast_options_default();
    o.season = n > 2 * YEAR_WEEKS ? YEAR_WEEKS : 1;
    o.horizon = (int32_t)ahead;
    *out = (outlook){.last = last, .n = ahead};
    const int64_t work_n = ptl_forecast_work_n(n, &o);
    double *y = ptl_arena_array(arena, n + 1, sizeof *y, err);
    double *work = ptl_arena_array(arena, work_n, sizeof *work, err);
    out->path = ptl_arena_array(arena, ahead, sizeof *out->path, err);
    out->total = ptl_arena_array(arena, ahead, sizeof *out->total, err);
    if (!y || !work || !out->path || !out->total) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < n; i++) {
        const ptl_day to = last - (ptl_day)(7 * (n - 1 - i));
        y[i] = units(ptl_course_days_sum(days, to - 6, to));
    }
    return ptl_forecast_solve(&out->result, out->path, out->total, y, n, &o, work, err);
}

/* What the first `n_days` of a week were to whole weeks lately. */
static double share_of_days(const ptl_course_days *days, ptl_day last, int64_t n_days)
{
    double part = 0.0, whole = 0.0;
    for (int64_t i = 0; i < SHARE_WEEKS; i++) {
        const ptl_day from = last - (ptl_day)(7 * i) - 6;
        if (from < days->first) break;
        part += units(ptl_course_days_sum(days, from, from + (ptl_day)n_days - 1));
        whole += units(ptl_course_days_sum(days, from, from + 6));
    }
    const double even = (double)n_days / 7.0;
    const double share = whole > 0.0 ? part / whole : even;
    return share >= 0.0 && share <= 1.0 ? share : even; /* losses make shares meaningless */
}

/* The sum of the next `n_days`, the last week in part. */
static ptl_estimate sum_ahead(const outlook *out, const ptl_course_days *days, int64_t n_days)
{
    const int64_t whole = n_days / 7, rest = n_days % 7;
    ptl_estimate sum = whole > 0 ? out->total[whole - 1]
                                 : (ptl_estimate){0.0, 0.0, 0.0, out->total[0].probability};
    if (rest == 0) return sum;
    const double share = share_of_days(days, out->last, rest);
    sum.point += share * (out->total[whole].point - sum.point);
    sum.low += share * (out->total[whole].low - sum.low);
    sum.high += share * (out->total[whole].high - sum.high);
    return sum;
}

/* --- plan and cone ---------------------------------------------------------------------------- */

/* The share of the target that should be there by `day`: as the same weekdays a year before went
 * where they are all known and added up to something, otherwise by days alone. */
static double plan_share(const ptl_course_days *days, const ptl_course *c, ptl_day day)
{
    if (day < c->starts) return 0.0;
    if (day >= c->due) return 1.0;
    const ptl_day from = c->starts - YEAR_DAYS;
    if (ptl_course_days_hold(days, from, c->due - YEAR_DAYS)) {
        const int64_t all = ptl_course_days_sum(days, from, c->due - YEAR_DAYS);
        if (all > 0) return (double)ptl_course_days_sum(days, from, day - YEAR_DAYS) / (double)all;
    }
    return (double)(day - c->starts + 1) / (double)(c->due - c->starts + 1);
}

static ptl_estimate shifted(ptl_estimate e, double by)
{
    return (ptl_estimate){e.point + by, e.low + by, e.high + by, e.probability};
}

static ptl_estimate counted(double value)
{
    return (ptl_estimate){value, PTL_NAN, PTL_NAN, PTL_NAN};
}

static void put_point(ptl_course *c, const ptl_course_days *days, const outlook *out, ptl_day day)
{
    ptl_course_point *p = &c->points[c->n_points++];
    *p = (ptl_course_point){.day = day, .is_actual = day <= c->as_of};
    p->plan = c->target * plan_share(days, c, day);
    p->half_low = p->half_high = PTL_NAN;
    if (p->is_actual) {
        p->sum = counted(units(ptl_course_days_sum(days, c->starts, day)));
        return;
    }
    const int64_t ahead = (int64_t)day - c->as_of;
    p->sum = shifted(sum_ahead(out, days, ahead), c->to_date);
    const double t80 = ptl_student_t_quantile(0.9, out->result.df, 0.0, 1.0);
    const double t50 = ptl_student_t_quantile(0.75, out->result.df, 0.0, 1.0);
    p->half_low = p->sum.point - (p->sum.point - p->sum.low) * t50 / t80;
    p->half_high = p->sum.point + (p->sum.high - p->sum.point) * t50 / t80;
}

/* A point for each week's end since the start, for the last complete day, and for the date. */
static ptl_status draw_cone(ptl_course *c, const ptl_course_days *days, const outlook *out,
                            ptl_arena *arena, ptl_error *err)
{
    const int64_t n_max = ((int64_t)c->due - c->starts) / 7 + 4;
    c->points = ptl_arena_array(arena, n_max, sizeof *c->points, err);
    if (!c->points) return PTL_E_NO_MEMORY;
    const ptl_day begins = c->starts > days->first ? c->starts : days->first;
    const ptl_day ends = c->as_of < c->due ? c->as_of : c->due;
    for (ptl_day day = ends - 7 * ((ends - begins) / 7); day <= ends; day += 7)
        put_point(c, days, out, day);
    if (!out) return PTL_OK;
    for (ptl_day day = c->as_of + 7; day < c->due; day += 7) put_point(c, days, out, day);
    put_point(c, days, out, c->due);
    return PTL_OK;
}

/* --- the KPI at its date ---------------------------------------------------------------------- */

ptl_status ptl_course_steer(ptl_course *c, const ptl_course_days *days, const ptl_kpi_config *kpi,
                            ptl_arena *arena, ptl_error *err)
{
    const int64_t ahead = (int64_t)c->due - c->as_of;
    c->to_date = units(ptl_course_days_sum(days, c->starts, c->due));
    c->plan_to_date = c->target * plan_share(days, c, c->as_of);
    if (ahead <= 0) { /* it has come out */
        c->final = counted(c->to_date);
        c->chance = c->to_date >= c->target ? 1.0 : 0.0;
        c->word = ptl_course_word_of(c->chance, kpi);
        return draw_cone(c, days, NULL, arena, err);
    }
    if (ahead / 7 >= PTL_FORECAST_HORIZON_MAX || c->starts > c->as_of + 1)
        return PTL_OK; /* decades away, or a period that has not begun: nothing is said yet */
    outlook out;
    PTL_TRY(look(&out, days, c->as_of, (ahead + 6) / 7, arena, err));
    c->verdict = out.result.verdict;
    if (c->verdict == PTL_NOT_IDENTIFIED) return draw_cone(c, days, NULL, arena, err);
    const ptl_estimate rest = sum_ahead(&out, days, ahead);
    c->final = shifted(rest, c->to_date);
    c->chance = ptl_forecast_chance(&c->final, out.result.df, c->target);
    c->word = ptl_course_word_of(c->chance, kpi);
    return draw_cone(c, days, &out, arena, err);
}

/* --- the weeks to come ------------------------------------------------------------------------ */

/* The last complete calendar week ends here. */
static ptl_day week_end_before(ptl_day day, int32_t week_start)
{
    const ptl_day start = ptl_week_start(day, week_start);
    return start + 6 <= day ? start + 6 : start - 1;
}

/* What the simplest rule says: the same weekdays a year before, else the newest whole week. */
static double naive_of(const ptl_course_days *days, ptl_day from, ptl_day last_week_end)
{
    const ptl_day before = from - YEAR_DAYS;
    if (ptl_course_days_hold(days, before, before + 6))
        return units(ptl_course_days_sum(days, before, before + 6));
    return units(ptl_course_days_sum(days, last_week_end - 6, last_week_end));
}

static ptl_status look_at_weeks(ptl_course *c, const ptl_course_days *days, int32_t week_start,
                                ptl_arena *arena, ptl_error *err)
{
    const ptl_day end = week_end_before(c->as_of, week_start);
    const int64_t skip = end < c->as_of; /* a week already begun is not before its period */
    outlook out;
    if (end - days->first + 1 < 7) return PTL_OK;
    PTL_TRY(look(&out, days, end, AHEAD_WEEKS + skip, arena, err));
    if (!c->has_target) c->verdict = out.result.verdict;
    if (out.result.verdict == PTL_NOT_IDENTIFIED) return PTL_OK;
    c->weeks = ptl_arena_array(arena, AHEAD_WEEKS, sizeof *c->weeks, err);
    if (!c->weeks) return PTL_E_NO_MEMORY;
    for (int64_t i = skip; i < out.n; i++) {
        ptl_course_week *w = &c->weeks[c->n_weeks++];
        w->from = end + 1 + (ptl_day)(7 * i);
        w->to = w->from + 6;
        w->value = out.path[i];
        w->naive = w->reference = naive_of(days, w->from, end);
        w->chance = ptl_forecast_chance(&w->value, out.result.df, w->reference);
    }
    return PTL_OK;
}

/* --- the stage -------------------------------------------------------------------------------- */

static void start(ptl_course *c, const ptl_workspace *workspace, int64_t run_id)
{
    const ptl_kpi_config *kpi = &workspace->kpi;
    *c = (ptl_course){.run_id = run_id,
                      .has_target = kpi->has_target,
                      .starts = kpi->starts,
                      .due = kpi->due,
                      .target = kpi->has_target ? units(kpi->target_micros) : PTL_NAN,
                      .to_date = PTL_NAN,
                      .plan_to_date = PTL_NAN,
                      .final = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN},
                      .chance = PTL_NAN,
                      .word = PTL_COURSE_SILENT,
                      .verdict = PTL_NOT_IDENTIFIED};
    snprintf(c->metric, sizeof c->metric, "%s", kpi->metric);
    snprintf(c->currency, sizeof c->currency, "%s", workspace->currency);
}

ptl_status ptl_course_run(ptl_course *out, ptl_store *store, const ptl_workspace *workspace,
                          const ptl_course_options *options, ptl_arena *arena, ptl_error *err)
{
    ptl_course_days days;
    start(out, workspace, options->run_id);
    PTL_TRY(ptl_course_days_read(&days, store, workspace->kpi.metric, options->run_id, arena, err));
    if (days.n == 0) return PTL_OK;
    out->as_of = days.first + (ptl_day)days.n - 1;
    if (out->has_target && out->due >= days.first)
        PTL_TRY(ptl_course_steer(out, &days, &workspace->kpi, arena, err));
    PTL_TRY(look_at_weeks(out, &days, workspace->week_start, arena, err));
    const ptl_instant known = options->has_as_of
                                  ? ptl_zone_day_start(workspace->zone, options->as_of + 1) - 1
                                  : PTL_INSTANT_EVER;
    PTL_TRY(ptl_course_parts_run(out, store, workspace, &days, known, arena, err));
    PTL_TRY(ptl_course_score(out, store, workspace, &days, options->run_id, known, arena, err));
    return ptl_course_write(out, store, err);
}
