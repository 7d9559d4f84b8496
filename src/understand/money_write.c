/* money_write.c: figures of the cube, for whoever reads pages.
 *
 * Grains: "week" (complete weeks), "all" (first to last complete day), "kpi" (the primary KPI's
 * period so far). Dimensions: "" is the whole company, "channel" one member each. A counted figure
 * has `exact` (micros or a count) and no interval; an expectation ("cm2.expected") has an interval
 * and no `exact`. All of it and the day_channel rows are one output of the run. */
#include "understand/figure_rows.h"
#include "understand/money_internal.h"

#include "portolan/expect.h"

#include <string.h>

/* The measures of a cell, in the order in which pages show them. */
typedef struct measure {
    const char *name;
    const char *unit; /* "money" or "orders" */
    int64_t (*of)(const ptl_money_cell *cell);
} measure;

static int64_t orders_of(const ptl_money_cell *c)
{
    return c->orders;
}
static int64_t revenue_of(const ptl_money_cell *c)
{
    return c->revenue_micros;
}
static int64_t variable_of(const ptl_money_cell *c)
{
    return c->variable_micros;
}
static int64_t cm1_of(const ptl_money_cell *c)
{
    return c->revenue_micros - c->variable_micros;
}
static int64_t media_of(const ptl_money_cell *c)
{
    return c->media_micros;
}
static int64_t cm2_of(const ptl_money_cell *c)
{
    return c->revenue_micros - c->variable_micros - c->media_micros;
}

static const measure measures[] = {{"orders", "orders", orders_of},
                                   {"revenue", "money", revenue_of},
                                   {"variable_cost", "money", variable_of},
                                   {"cm1", "money", cm1_of},
                                   {"media", "money", media_of},
                                   {"cm2", "money", cm2_of}};
enum { N_MEASURES = sizeof measures / sizeof *measures };

static const ptl_column_spec day_columns[] = {
    {"run_id", PTL_TYPE_INT},         {"day", PTL_TYPE_DAY},
    {"channel", PTL_TYPE_TEXT},       {"orders", PTL_TYPE_INT},
    {"revenue_micros", PTL_TYPE_INT}, {"variable_cost_micros", PTL_TYPE_INT},
    {"media_micros", PTL_TYPE_INT}};

enum { OUTPUT_BYTES_MAX = 256 << 20 }; /* a century of days times a thousand channels is refused */

typedef struct writer {
    ptl_table_builder *figures;
    const ptl_money_cube *cube;
    const char *currency;
    int64_t run_id;
    int64_t n_figures;
} writer;

/* What one figure is about. */
typedef struct place {
    const char *grain;
    ptl_day from, to;
    int64_t channel; /* -1: the whole company */
} place;

static void put_place(writer *w, const char *name, const place *p)
{
    ptl_table_builder *b = w->figures;
    ptl_table_builder_int(b, w->run_id);
    ptl_table_builder_text(b, ptl_text_of(name));
    ptl_table_builder_text(b, ptl_text_of(p->grain));
    ptl_table_builder_int(b, p->from);
    ptl_table_builder_int(b, p->to);
    ptl_table_builder_text(b, ptl_text_of(p->channel < 0 ? "" : "channel"));
    ptl_table_builder_text(b,
                           ptl_text_of(p->channel < 0 ? "" : w->cube->channels[p->channel].member));
}

static void put_double(ptl_table_builder *b, double value)
{
    if (isnan(value))
        ptl_table_builder_null(b);
    else
        ptl_table_builder_double(b, value);
}

static const char *unit_of(const writer *w, const measure *m)
{
    return strcmp(m->unit, "money") == 0 ? w->currency : m->unit;
}

static double scale_of(const measure *m)
{
    return strcmp(m->unit, "money") == 0 ? 1e6 : 1.0;
}

static ptl_status put_counted(writer *w, const measure *m, const place *p,
                              const ptl_money_cell *cell, double target, double previous,
                              ptl_error *err)
{
    ptl_table_builder *b = w->figures;
    put_place(w, m->name, p);
    ptl_table_builder_double(b, (double)m->of(cell) / scale_of(m));
    ptl_table_builder_int(b, m->of(cell));
    for (int i = 0; i < 3; i++) ptl_table_builder_null(b); /* counted: no interval */
    ptl_table_builder_text(b, ptl_text_of(unit_of(w, m)));
    ptl_table_builder_text(b, PTL_TEXT("counted"));
    /* Money by channel rests on the channel recorded with the order: credit, grade E. */
    ptl_table_builder_text(b, p->channel < 0 || m->of == media_of ? PTL_TEXT("") : PTL_TEXT("E"));
    ptl_table_builder_text(b, PTL_TEXT("counted"));
    put_double(b, target);
    put_double(b, previous);
    w->n_figures++;
    return ptl_table_builder_row_end(b, err);
}

static ptl_status put_expected(writer *w, const char *name, const measure *m, const place *p,
                               const ptl_estimate *e, ptl_error *err)
{
    ptl_table_builder *b = w->figures;
    put_place(w, name, p);
    ptl_table_builder_double(b, e->point);
    ptl_table_builder_null(b);
    ptl_table_builder_double(b, e->low);
    ptl_table_builder_double(b, e->high);
    ptl_table_builder_double(b, e->probability);
    ptl_table_builder_text(b, ptl_text_of(unit_of(w, m)));
    ptl_table_builder_text(b, PTL_TEXT("estimated"));
    ptl_table_builder_text(b, PTL_TEXT("E"));
    ptl_table_builder_text(b, ptl_text_of(ptl_verdict_text(PTL_CONVERGED)));
    ptl_table_builder_null(b);
    ptl_table_builder_null(b);
    w->n_figures++;
    return ptl_table_builder_row_end(b, err);
}

static ptl_status put_all_measures(writer *w, const place *p, const place *before, ptl_error *err)
{
    const ptl_money_cell now = ptl_money_cube_sum(w->cube, p->from, p->to, p->channel);
    ptl_money_cell then = {0};
    if (before) then = ptl_money_cube_sum(w->cube, before->from, before->to, before->channel);
    for (int i = 0; i < N_MEASURES; i++) {
        const double previous =
            before ? (double)measures[i].of(&then) / scale_of(&measures[i]) : PTL_NAN;
        PTL_TRY(put_counted(w, &measures[i], p, &now, PTL_NAN, previous, err));
    }
    return PTL_OK;
}

/* --- weeks ------------------------------------------------------------------------------------ */

typedef struct week_span {
    ptl_day first; /* first day of the first complete week */
    int64_t n;
} week_span;

static week_span weeks_of(const ptl_money_cube *cube, ptl_day last, int32_t week_start)
{
    ptl_day first = ptl_week_start(cube->first, week_start);
    if (first < cube->first) first += 7;
    const int64_t n = (last - first + 1) / 7;
    return (week_span){first, n > 0 ? n : 0};
}

static place week_at(const week_span *weeks, int64_t i, int64_t channel)
{
    const ptl_day from = weeks->first + (ptl_day)(7 * i);
    return (place){"week", from, from + 6, channel};
}

static ptl_status put_weeks(writer *w, const week_span *weeks, int64_t channel, ptl_error *err)
{
    for (int64_t i = 0; i < weeks->n; i++) {
        const place p = week_at(weeks, i, channel);
        const place before = week_at(weeks, i - 1, channel);
        PTL_TRY(put_all_measures(w, &p, i > 0 ? &before : NULL, err));
    }
    return PTL_OK;
}

/* What the weeks before led one to expect of each week, for one measure of one channel. */
static ptl_status put_expectation(writer *w, const week_span *weeks, const measure *m,
                                  const char *name, int64_t channel, ptl_arena *arena,
                                  ptl_error *err)
{
    if (weeks->n == 0) return PTL_OK;
    const ptl_arena_mark mark = ptl_arena_save(arena);
    const int64_t work_n = ptl_expect_work_n(weeks->n, NULL);
    double *y = ptl_arena_array(arena, weeks->n, sizeof *y, err);
    double *work = ptl_arena_array(arena, work_n, sizeof *work, err);
    ptl_estimate *band = ptl_arena_array(arena, weeks->n, sizeof *band, err);
    if (!y || !work || !band) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < weeks->n; i++) {
        const place p = week_at(weeks, i, channel);
        const ptl_money_cell cell = ptl_money_cube_sum(w->cube, p.from, p.to, channel);
        y[i] = (double)m->of(&cell) / scale_of(m);
    }
    ptl_expect_result result;
    PTL_TRY(ptl_expect_solve(&result, band, y, weeks->n, NULL, work, err));
    for (int64_t i = result.first; i < weeks->n; i++) {
        const place p = week_at(weeks, i, channel);
        PTL_TRY(put_expected(w, name, m, &p, &band[i], err));
    }
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}

static const measure *measure_named(const char *name)
{
    for (int i = 0; i < N_MEASURES; i++)
        if (strcmp(measures[i].name, name) == 0) return &measures[i];
    return &measures[N_MEASURES - 1];
}

static ptl_status put_kpi(writer *w, const ptl_kpi_config *kpi, ptl_day last, ptl_error *err)
{
    ptl_day from = kpi->starts > w->cube->first ? kpi->starts : w->cube->first;
    ptl_day to = kpi->due < last ? kpi->due : last;
    if (from > to) return PTL_OK; /* no fact falls into the period yet */
    const place p = {"kpi", from, to, -1};
    const ptl_money_cell cell = ptl_money_cube_sum(w->cube, from, to, -1);
    const double target = kpi->has_target ? (double)kpi->target_micros / 1e6 : PTL_NAN;
    return put_counted(w, measure_named(kpi->metric), &p, &cell, target, PTL_NAN, err);
}

static ptl_status put_channel(writer *w, const week_span *weeks, ptl_day last, int64_t channel,
                              ptl_arena *arena, ptl_error *err)
{
    const place all = {"all", w->cube->first, last, channel};
    PTL_TRY(put_all_measures(w, &all, NULL, err));
    PTL_TRY(put_weeks(w, weeks, channel, err));
    PTL_TRY(put_expectation(w, weeks, measure_named("cm2"), "cm2.expected", channel, arena, err));
    return put_expectation(w, weeks, measure_named("revenue"), "revenue.expected", channel, arena,
                           err);
}

/* --- the output ------------------------------------------------------------------------------- */

static ptl_status put_days(ptl_table_builder *b, const ptl_money_cube *cube, int64_t run_id,
                           ptl_error *err)
{
    for (int64_t d = 0; d < cube->n_days; d++)
        for (int64_t c = 0; c < cube->n_channels; c++) {
            const ptl_day day = cube->first + (ptl_day)d;
            const ptl_money_cell *cell = ptl_money_cube_at(cube, day, c);
            if (!cell->orders && !cell->revenue_micros && !cell->variable_micros &&
                !cell->media_micros)
                continue;
            ptl_table_builder_int(b, run_id);
            ptl_table_builder_int(b, day);
            ptl_table_builder_text(b, ptl_text_of(cube->channels[c].member));
            ptl_table_builder_int(b, cell->orders);
            ptl_table_builder_int(b, cell->revenue_micros);
            ptl_table_builder_int(b, cell->variable_micros);
            ptl_table_builder_int(b, cell->media_micros);
            PTL_TRY(ptl_table_builder_row_end(b, err));
        }
    return PTL_OK;
}

static ptl_status output(ptl_store *store, int64_t run_id, ptl_table_builder *figures,
                         ptl_table_builder *days, ptl_error *err)
{
    ptl_scope scope;
    PTL_TRY(ptl_scope_begin(&scope, store->warehouse, err));
    const ptl_table figure_rows = ptl_table_builder_borrow(figures);
    const ptl_table day_rows = ptl_table_builder_borrow(days);
    ptl_status st;
    PTL_TRY_GOTO(st, undo, ptl_scope_output(&scope, run_id, "figure", &figure_rows, err));
    PTL_TRY_GOTO(st, undo, ptl_scope_output(&scope, run_id, "day_channel", &day_rows, err));
    return ptl_scope_commit(&scope, err);
undo:
    ptl_scope_rollback(&scope);
    return st;
}

ptl_status ptl_money_write(ptl_money_report *report, ptl_store *store,
                           const ptl_workspace *workspace, const ptl_money_cube *cube,
                           int64_t run_id, ptl_arena *arena, ptl_error *err)
{
    writer w = {.cube = cube, .currency = workspace->currency, .run_id = run_id};
    ptl_table_builder *days = NULL;
    ptl_status st;
    const week_span weeks = weeks_of(cube, report->last, workspace->week_start);
    PTL_TRY_GOTO(st, done,
                 ptl_table_builder_new(&w.figures, ptl_figure_columns, PTL_N_FIGURE_COLUMNS,
                                       OUTPUT_BYTES_MAX, err));
    PTL_TRY_GOTO(st, done,
                 ptl_table_builder_new(&days, day_columns, sizeof day_columns / sizeof *day_columns,
                                       OUTPUT_BYTES_MAX, err));
    for (int64_t c = -1; c < cube->n_channels; c++)
        PTL_TRY_GOTO(st, done, put_channel(&w, &weeks, report->last, c, arena, err));
    PTL_TRY_GOTO(st, done, put_kpi(&w, &workspace->kpi, report->last, err));
    PTL_TRY_GOTO(st, done, put_days(days, cube, run_id, err));
    PTL_TRY_GOTO(st, done, output(store, run_id, w.figures, days, err));
    report->n_weeks = weeks.n;
    report->n_channels = cube->n_channels;
    report->n_figures = w.n_figures;
done:
    ptl_table_builder_free(days);
    ptl_table_builder_free(w.figures);
    return st;
}
