/* course_score.c: what earlier runs said of weeks that are over, against what came.
 *
 * A forecast counts once per week and day it was made on: the first run that wrote it, so that
 * nobody improves a forecast by running again. "Frozen" are those whose run began before the week's
 * first day was over, by the clock: Monday's review forecasts the week from what was known on
 * Sunday, and no figure counts a day that is not complete. The others were made later from what had
 * been known ("replayed") and show how the method would have done, not what was promised. */
#include "understand/course_internal.h"

#include <string.h>

typedef struct columns {
    const ptl_column *run, *name, *as_of, *from, *to, *value, *low, *high, *probability;
} columns;

static ptl_status bind(columns *c, const ptl_table *t, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->run, t, "run_id", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&c->name, t, "name", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->as_of, t, "as_of", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&c->from, t, "period_start", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&c->to, t, "period_end", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&c->value, t, "value", PTL_TYPE_DOUBLE, err));
    PTL_TRY(ptl_table_column(&c->low, t, "low", PTL_TYPE_DOUBLE, err));
    PTL_TRY(ptl_table_column(&c->high, t, "high", PTL_TYPE_DOUBLE, err));
    return ptl_table_column(&c->probability, t, "probability", PTL_TYPE_DOUBLE, err);
}

/* Runs are asked for their beginning once each. */
typedef struct clock_of_runs {
    ptl_store *store;
    ptl_arena *arena;
    int64_t *run_ids;
    ptl_instant *began;
    int64_t n;
} clock_of_runs;

static ptl_status began(ptl_instant *out, clock_of_runs *clock, int64_t run_id, ptl_error *err)
{
    for (int64_t i = clock->n - 1; i >= 0; i--)
        if (clock->run_ids[i] == run_id) {
            *out = clock->began[i];
            return PTL_OK;
        }
    ptl_run run;
    const ptl_arena_mark mark = ptl_arena_save(clock->arena);
    PTL_TRY(ptl_run_get(&run, clock->store->records, run_id, clock->arena, err));
    *out = run.started_at;
    ptl_arena_rewind(clock->arena, mark);
    clock->run_ids[clock->n] = run_id;
    clock->began[clock->n++] = *out;
    return PTL_OK;
}

/* One statement: consecutive rows of the same week, as_of and run. */
typedef struct statement {
    int64_t run_id;
    ptl_day as_of, from, to;
    ptl_forecast_outcome said;
} statement;

static statement statement_at(const columns *c, int64_t row)
{
    return (statement){.run_id = ptl_column_int(c->run, row),
                       .as_of = (ptl_day)ptl_column_int(c->as_of, row),
                       .from = (ptl_day)ptl_column_int(c->from, row),
                       .to = (ptl_day)ptl_column_int(c->to, row),
                       .said = {.forecast = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN},
                                .naive = PTL_NAN,
                                .actual = PTL_NAN,
                                .chance = PTL_NAN,
                                .chance_naive = 0.5, /* a coin: all that is known without a model */
                                .threshold = PTL_NAN}};
}

static void take(statement *s, const columns *c, int64_t row, const char *metric)
{
    const ptl_text name = ptl_column_text(c->name, row);
    const size_t n = strlen(metric);
    if (name.len < n || memcmp(name.ptr, metric, n) != 0) return;
    const ptl_text what = {name.ptr + n, name.len - n};
    const double value = ptl_column_double(c->value, row);
    if (what.len == 0)
        s->said.forecast =
            (ptl_estimate){value, ptl_column_double(c->low, row), ptl_column_double(c->high, row),
                           ptl_column_double(c->probability, row)};
    else if (ptl_text_equal(what, PTL_TEXT(".naive")))
        s->said.naive = value;
    else if (ptl_text_equal(what, PTL_TEXT(".reference")))
        s->said.threshold = value;
    else if (ptl_text_equal(what, PTL_TEXT(".chance")))
        s->said.chance = value;
}

typedef struct sorted {
    ptl_forecast_outcome *frozen, *replayed;
    int64_t n_frozen, n_replayed;
} sorted;

static ptl_status sort_in(sorted *out, const statement *s, clock_of_runs *clock,
                          const ptl_workspace *workspace, const ptl_course_days *days,
                          ptl_instant known_by, ptl_error *err)
{
    if (!isfinite(s->said.forecast.point) || !ptl_course_days_hold(days, s->from, s->to))
        return PTL_OK; /* of another metric, or of days before the facts begin */
    ptl_instant at;
    PTL_TRY(began(&at, clock, s->run_id, err));
    if (at > known_by) return PTL_OK;
    ptl_forecast_outcome said = s->said;
    said.actual = (double)ptl_course_days_sum(days, s->from, s->to) / 1e6;
    if (at < ptl_zone_day_start(workspace->zone, s->from + 1))
        out->frozen[out->n_frozen++] = said;
    else
        out->replayed[out->n_replayed++] = said;
    return PTL_OK;
}

static ptl_status sort_all(sorted *out, const ptl_table *t, const columns *c, clock_of_runs *clock,
                           const ptl_workspace *workspace, const ptl_course_days *days,
                           ptl_instant known_by, ptl_error *err)
{
    ptl_day week = 0, made_on = 0;
    int64_t row = 0;
    while (row < t->n_rows) {
        statement s = statement_at(c, row);
        const bool again = row > 0 && s.from == week && s.as_of == made_on;
        for (; row < t->n_rows && ptl_column_int(c->run, row) == s.run_id &&
               ptl_column_int(c->from, row) == s.from && ptl_column_int(c->as_of, row) == s.as_of;
             row++)
            take(&s, c, row, days->metric);
        if (again) continue; /* an earlier run said it first */
        PTL_TRY(sort_in(out, &s, clock, workspace, days, known_by, err));
        if (isfinite(s.said.forecast.point)) {
            week = s.from;
            made_on = s.as_of;
        }
    }
    return PTL_OK;
}

static ptl_status reserve(sorted *out, clock_of_runs *clock, int64_t n, ptl_arena *arena,
                          ptl_error *err)
{
    out->frozen = ptl_arena_array(arena, n + 1, sizeof *out->frozen, err);
    out->replayed = ptl_arena_array(arena, n + 1, sizeof *out->replayed, err);
    clock->run_ids = ptl_arena_array(arena, n + 1, sizeof *clock->run_ids, err);
    clock->began = ptl_arena_array(arena, n + 1, sizeof *clock->began, err);
    return out->frozen && out->replayed && clock->run_ids && clock->began ? PTL_OK
                                                                          : PTL_E_NO_MEMORY;
}

ptl_status ptl_course_score(ptl_course *course, ptl_store *store, const ptl_workspace *workspace,
                            const ptl_course_days *days, int64_t run_id, ptl_instant known_by,
                            ptl_arena *arena, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_int(run_id), ptl_value_day(course->as_of)};
    ptl_table t = {0};
    columns c;
    sorted all = {0};
    clock_of_runs clock = {.store = store, .arena = arena};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "course/past", params, 2, 0, err));
    PTL_TRY_GOTO(st, done, bind(&c, &t, err));
    PTL_TRY_GOTO(st, done, reserve(&all, &clock, t.n_rows, arena, err));
    PTL_TRY_GOTO(st, done, sort_all(&all, &t, &c, &clock, workspace, days, known_by, err));
    PTL_TRY_GOTO(st, done, ptl_forecast_score_all(&course->frozen, all.frozen, all.n_frozen, err));
    PTL_TRY_GOTO(st, done,
                 ptl_forecast_score_all(&course->replayed, all.replayed, all.n_replayed, err));
done:
    ptl_table_dispose(&t);
    return st;
}
