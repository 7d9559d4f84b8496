/* money_read.c: figures, cohorts and the funnel of a review, as a page needs them.
 *
 * The same queries answer `kpi list`, `cohort list` and `funnel show`, so the page says what they
 * say. */
#include "pages/money_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_MAX = 200000 };
static const ptl_day day_first = -25567, day_last = 47482; /* 1900 and 2100 */

bool ptl_money_known(double value)
{
    return value >= -1e15 && value <= 1e15;
}

const ptl_money_figure *ptl_money_find(const ptl_money_figures *list, const char *name,
                                       ptl_day from)
{
    for (int64_t i = 0; i < list->n; i++)
        if (list->items[i].from == from && strcmp(list->items[i].name, name) == 0)
            return &list->items[i];
    return NULL;
}

const ptl_money_figure *ptl_money_of(const ptl_money_view *v, const char *name)
{
    return ptl_money_find(&v->period, name, v->from);
}

const ptl_money_figure *ptl_money_channel(const ptl_money_view *v, const char *name,
                                          const char *member)
{
    for (int64_t i = 0; i < v->channels.n; i++)
        if (strcmp(v->channels.items[i].member, member) == 0 &&
            strcmp(v->channels.items[i].name, name) == 0)
            return &v->channels.items[i];
    return NULL;
}

const ptl_money_figure *ptl_money_part(const ptl_money_view *v, ptl_money_split split,
                                       const char *name, const char *member)
{
    const ptl_money_figures *list = &v->parts[split];
    for (int64_t i = 0; i < list->n; i++)
        if (strcmp(list->items[i].member, member) == 0 && strcmp(list->items[i].name, name) == 0)
            return &list->items[i];
    return NULL;
}

bool ptl_money_is_loaded(const ptl_money_view *v)
{
    const ptl_money_figure *f = ptl_money_find(&v->all, "cac.fully_loaded", v->all.items[0].from);
    return f && ptl_money_known(f->value);
}

double ptl_money_cost_of(const ptl_money_view *v, ptl_day month)
{
    const char *name = ptl_money_is_loaded(v) ? "cac.fully_loaded" : "cac.blended";
    const ptl_money_figure *f = ptl_money_find(&v->months, name, month);
    return f ? f->value : PTL_NAN;
}

/* --- columns ---------------------------------------------------------------------------------- */

static ptl_status bind(const ptl_column **columns, const ptl_table *t, const ptl_column_spec *specs,
                       size_t n, ptl_error *err)
{
    for (size_t i = 0; i < n; i++)
        PTL_TRY(ptl_table_column(&columns[i], t, specs[i].name, specs[i].type, err));
    return PTL_OK;
}

static ptl_status text_at(const char **out, const ptl_column *column, int64_t row, ptl_arena *arena,
                          ptl_error *err)
{
    *out = ptl_text_copy(ptl_column_text(column, row), arena, err);
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_day day_at(const ptl_column *column, int64_t row)
{
    return (ptl_day)ptl_column_int(column, row);
}

/* --- figures ---------------------------------------------------------------------------------- */

enum {
    NAME,
    GRAIN,
    FROM,
    TO,
    MEMBER,
    VALUE,
    EXACT,
    TARGET,
    BEFORE,
    YEAR,
    LOW,
    HIGH,
    UNIT,
    KIND,
    GRADE,
    VERDICT,
    RUN
};
static const ptl_column_spec figure_specs[] = {
    {"name", PTL_TYPE_TEXT},       {"grain", PTL_TYPE_TEXT},    {"period_start", PTL_TYPE_DAY},
    {"period_end", PTL_TYPE_DAY},  {"member", PTL_TYPE_TEXT},   {"value", PTL_TYPE_DOUBLE},
    {"exact", PTL_TYPE_INT},       {"target", PTL_TYPE_DOUBLE}, {"previous", PTL_TYPE_DOUBLE},
    {"year_ago", PTL_TYPE_DOUBLE}, {"low", PTL_TYPE_DOUBLE},    {"high", PTL_TYPE_DOUBLE},
    {"unit", PTL_TYPE_TEXT},       {"kind", PTL_TYPE_TEXT},     {"grade", PTL_TYPE_TEXT},
    {"verdict", PTL_TYPE_TEXT},    {"run_id", PTL_TYPE_INT}};
enum { N_FIGURE_COLUMNS = sizeof figure_specs / sizeof *figure_specs };

static ptl_unit unit_of(const ptl_money_figure *f, const char *currency)
{
    if (strcmp(f->noun, currency) == 0) return PTL_UNIT_MONEY;
    if (strcmp(f->noun, "share") == 0) return PTL_UNIT_SHARE;
    if (strncmp(f->name, "roas", 4) == 0) return PTL_UNIT_RETURN;
    return f->has_exact ? PTL_UNIT_COUNT : PTL_UNIT_NUMBER;
}

static ptl_status take_figure(ptl_money_figure *f, const ptl_money_view *v,
                              const ptl_column *const *c, int64_t i, ptl_arena *arena,
                              ptl_error *err)
{
    PTL_TRY(text_at(&f->name, c[NAME], i, arena, err));
    PTL_TRY(text_at(&f->grain, c[GRAIN], i, arena, err));
    PTL_TRY(text_at(&f->member, c[MEMBER], i, arena, err));
    PTL_TRY(text_at(&f->noun, c[UNIT], i, arena, err));
    PTL_TRY(text_at(&f->kind, c[KIND], i, arena, err));
    PTL_TRY(text_at(&f->grade, c[GRADE], i, arena, err));
    PTL_TRY(text_at(&f->verdict, c[VERDICT], i, arena, err));
    f->from = day_at(c[FROM], i);
    f->to = day_at(c[TO], i);
    f->has_exact = ptl_column_present(c[EXACT], i);
    f->exact = f->has_exact ? ptl_column_int(c[EXACT], i) : 0;
    f->value = ptl_column_double(c[VALUE], i);
    f->target = ptl_column_double(c[TARGET], i);
    f->previous = ptl_column_double(c[BEFORE], i);
    f->year_ago = ptl_column_double(c[YEAR], i);
    f->low = ptl_column_double(c[LOW], i);
    f->high = ptl_column_double(c[HIGH], i);
    f->unit = unit_of(f, v->workspace->currency);
    return PTL_OK;
}

typedef struct want {
    const char *name, *grain, *dimension;
    ptl_day from, to;
} want;

static ptl_status read_figures(ptl_money_figures *out, ptl_money_view *v, ptl_store *store,
                               const want *w, ptl_arena *arena, ptl_error *err)
{
    const ptl_value params[] = {
        ptl_value_int(v->run_id),       ptl_value_string(w->name), ptl_value_string(w->grain),
        ptl_value_string(w->dimension), ptl_value_string(""),      ptl_value_day(w->from),
        ptl_value_day(w->to),           ptl_value_int(ROWS_MAX),   ptl_value_int(0)};
    const ptl_column *c[N_FIGURE_COLUMNS];
    ptl_table t = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "kpi/list", params, 9, 0, err));
    PTL_TRY_GOTO(st, done, bind(c, &t, figure_specs, N_FIGURE_COLUMNS, err));
    out->items = ptl_arena_array(arena, t.n_rows + 1, sizeof *out->items, err);
    if (!out->items) st = PTL_E_NO_MEMORY;
    for (int64_t i = 0; st == PTL_OK && i < t.n_rows; i++)
        st = take_figure(&out->items[out->n++], v, c, i, arena, err);
    if (st == PTL_OK && t.n_rows > 0) v->run_id = ptl_column_int(c[RUN], 0);
done:
    ptl_table_dispose(&t);
    return st;
}

/* --- which period ----------------------------------------------------------------------------- */

/* The metric that the page answers with: the company's own where it was counted. */
static const char *primary_of(const ptl_money_view *v)
{
    const char *const metrics[] = {v->workspace->kpi.metric, "cm2", "revenue", "bookings"};
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        if (metrics[i] && v->all.n > 0 && ptl_money_find(&v->all, metrics[i], v->all.items[0].from))
            return metrics[i];
    return NULL;
}

bool ptl_money_is_whole(const ptl_money_view *v, const ptl_money_figure *f)
{
    return strcmp(f->name, v->primary) == 0 && strcmp(f->verdict, "partial") != 0;
}

/* The month asked for, or the newest that is whole; without one, all days. */
static ptl_status choose_period(ptl_money_view *v, ptl_error *err)
{
    v->grain = "all";
    v->from = v->all.items[0].from;
    v->to = v->last = v->all.items[0].to;
    v->period = v->all;
    for (int64_t i = 0; i < v->months.n; i++) {
        const ptl_money_figure *f = &v->months.items[i];
        if (!ptl_money_is_whole(v, f) || (v->has_month && f->from != v->month)) continue;
        if (strcmp(v->grain, "month") == 0 && f->from < v->from) continue;
        v->grain = "month";
        v->from = f->from;
        v->to = f->to;
        v->period = v->months;
    }
    if (!v->has_month || strcmp(v->grain, "month") == 0) return PTL_OK;
    const ptl_date d = ptl_date_of(v->month);
    return ptl_fail(err, PTL_E_NOT_FOUND,
                    "no whole month %04d-%02d was counted: facts are from %04d-%02d to %04d-%02d",
                    d.year, d.month, ptl_date_of(v->all.items[0].from).year,
                    ptl_date_of(v->all.items[0].from).month, ptl_date_of(v->last).year,
                    ptl_date_of(v->last).month);
}

/* Of campaigns there may be hundreds: what the page shows of them is kept. */
static void keep_money(ptl_money_figures *list)
{
    static const char *const kept[] = {"revenue", "cm1", "media", "cm2", "new_customers"};
    int64_t n = 0;
    for (int64_t i = 0; i < list->n; i++)
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            if (strcmp(list->items[i].name, kept[k]) == 0) list->items[n++] = list->items[i];
    list->n = n;
}

static ptl_status read_period(ptl_money_view *v, ptl_store *store, ptl_arena *arena, ptl_error *err)
{
    const want all = {"", "all", "", day_first, day_last};
    const want months = {"", "month", "", day_first, day_last};
    const want today = {"", "day", "", day_first, day_last};
    const want maturity = {"revenue.maturity", "week", "", day_first, day_last};
    PTL_TRY(read_figures(&v->all, v, store, &all, arena, err));
    v->primary = v->all.n > 0 ? primary_of(v) : NULL;
    if (!v->primary) {
        v->run_id = 0;
        return PTL_OK;
    }
    PTL_TRY(read_figures(&v->months, v, store, &months, arena, err));
    PTL_TRY(read_figures(&v->today, v, store, &today, arena, err));
    PTL_TRY(read_figures(&v->maturity, v, store, &maturity, arena, err));
    PTL_TRY(choose_period(v, err));
    const want channels = {"", v->grain, "channel", v->from, v->to};
    PTL_TRY(read_figures(&v->channels, v, store, &channels, arena, err));
    static const char *const dimensions[PTL_MONEY_N_SPLITS] = {"vertical", "segment", "geo",
                                                               "campaign"};
    for (int i = 0; i < PTL_MONEY_N_SPLITS; i++) {
        const want parts = {"", v->grain, dimensions[i], v->from, v->to};
        PTL_TRY(read_figures(&v->parts[i], v, store, &parts, arena, err));
        keep_money(&v->parts[i]);
    }
    return ptl_course_read(&v->course, store, v->workspace, v->run_id, arena, err);
}

/* --- cohorts ---------------------------------------------------------------------------------- */

static const ptl_column_spec cohort_specs[] = {
    {"period_start", PTL_TYPE_DAY},  {"member", PTL_TYPE_TEXT},
    {"customers", PTL_TYPE_INT},     {"active", PTL_TYPE_INT},
    {"orders", PTL_TYPE_INT},        {"revenue_micros", PTL_TYPE_INT},
    {"cm1_micros", PTL_TYPE_INT},    {"ltv", PTL_TYPE_DOUBLE},
    {"ltv_to_cac", PTL_TYPE_DOUBLE}, {"payback_months", PTL_TYPE_DOUBLE},
    {"verdict", PTL_TYPE_TEXT}};
enum { N_COHORT_COLUMNS = sizeof cohort_specs / sizeof *cohort_specs };

static int64_t int_or_0(const ptl_column *column, int64_t row)
{
    return ptl_column_present(column, row) ? ptl_column_int(column, row) : 0;
}

static ptl_status take_cohort(ptl_money_cohort *x, const ptl_column *const *c, int64_t i,
                              ptl_arena *arena, ptl_error *err)
{
    const ptl_text member = ptl_column_text(c[1], i); /* month of life, as 003 */
    int64_t age = -1;
    if (member.len > 0) PTL_TRY(ptl_text_int(&age, member, err));
    *x = (ptl_money_cohort){.from = day_at(c[0], i),
                            .age = (int32_t)age,
                            .customers = int_or_0(c[2], i),
                            .active = int_or_0(c[3], i),
                            .orders = int_or_0(c[4], i),
                            .revenue_micros = int_or_0(c[5], i),
                            .cm1_micros = int_or_0(c[6], i),
                            .ltv = ptl_column_double(c[7], i),
                            .to_cac = ptl_column_double(c[8], i),
                            .payback = ptl_column_double(c[9], i)};
    return text_at(&x->verdict, c[10], i, arena, err);
}

static ptl_status read_cohorts(ptl_money_cohorts *out, const ptl_money_view *v, ptl_store *store,
                               const char *dimension, ptl_arena *arena, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_int(v->run_id), ptl_value_string(dimension),
                                ptl_value_string(""),     ptl_value_day(day_first),
                                ptl_value_day(day_last),  ptl_value_int(ROWS_MAX),
                                ptl_value_int(0)};
    const ptl_column *c[N_COHORT_COLUMNS];
    ptl_table t = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "kpi/cohorts", params, 7, 0, err));
    PTL_TRY_GOTO(st, done, bind(c, &t, cohort_specs, N_COHORT_COLUMNS, err));
    out->items = ptl_arena_array(arena, t.n_rows + 1, sizeof *out->items, err);
    if (!out->items) st = PTL_E_NO_MEMORY;
    for (int64_t i = 0; st == PTL_OK && i < t.n_rows; i++)
        st = take_cohort(&out->items[out->n++], c, i, arena, err);
done:
    ptl_table_dispose(&t);
    return st;
}

/* --- funnel ----------------------------------------------------------------------------------- */

static const ptl_column_spec step_specs[] = {
    {"period_start", PTL_TYPE_DAY}, {"period_end", PTL_TYPE_DAY},    {"member", PTL_TYPE_TEXT},
    {"entered", PTL_TYPE_INT},      {"passed", PTL_TYPE_INT},        {"lost", PTL_TYPE_INT},
    {"waiting", PTL_TYPE_INT},      {"conversion", PTL_TYPE_DOUBLE}, {"leak", PTL_TYPE_DOUBLE}};
enum { N_STEP_COLUMNS = sizeof step_specs / sizeof *step_specs };

static ptl_status take_step(ptl_money_step *s, const ptl_column *const *c, int64_t i,
                            ptl_arena *arena, ptl_error *err)
{
    *s = (ptl_money_step){.from = day_at(c[0], i),
                          .to = day_at(c[1], i),
                          .entered = int_or_0(c[3], i),
                          .passed = int_or_0(c[4], i),
                          .lost = int_or_0(c[5], i),
                          .waiting = int_or_0(c[6], i),
                          .conversion = ptl_column_double(c[7], i),
                          .leak = ptl_column_double(c[8], i)};
    return text_at(&s->name, c[2], i, arena, err);
}

/* All days: a step takes months, and a month's deals are few. By name their order is that in which
 * they are passed. */
static ptl_status read_funnel(ptl_money_view *v, ptl_store *store, ptl_arena *arena, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_int(v->run_id), ptl_value_string("all"),
                                ptl_value_string(""), ptl_value_string("")};
    const ptl_column *c[N_STEP_COLUMNS];
    ptl_table t = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "kpi/funnel", params, 4, 0, err));
    PTL_TRY_GOTO(st, done, bind(c, &t, step_specs, N_STEP_COLUMNS, err));
    v->steps = ptl_arena_array(arena, t.n_rows + 1, sizeof *v->steps, err);
    if (!v->steps) st = PTL_E_NO_MEMORY;
    for (int64_t i = 0; st == PTL_OK && i < t.n_rows; i++) {
        if (int_or_0(c[3], i) == 0) continue; /* nobody came to this step */
        st = take_step(&v->steps[v->n_steps++], c, i, arena, err);
    }
done:
    ptl_table_dispose(&t);
    return st;
}

ptl_status ptl_money_read(ptl_money_view *out, ptl_store *store, const ptl_workspace *workspace,
                          int64_t run_id, ptl_arena *arena, ptl_error *err)
{
    *out = (ptl_money_view){
        .workspace = workspace, .run_id = run_id, .has_month = out->has_month, .month = out->month};
    PTL_TRY(read_period(out, store, arena, err));
    if (out->run_id == 0) return PTL_OK;
    PTL_TRY(read_cohorts(&out->cohorts, out, store, "", arena, err));
    PTL_TRY(read_cohorts(&out->ages, out, store, "age", arena, err));
    PTL_TRY(read_funnel(out, store, arena, err));
    return ptl_money_read_books(out, store, arena, err);
}
