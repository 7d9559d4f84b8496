/* course_read.c: a course as a run wrote it, for whoever shows it. */
#include "understand/course_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct columns {
    const ptl_column *run, *name, *as_of, *grain, *from, *to, *dimension, *member, *value, *low,
        *high, *probability, *unit, *verdict;
} columns;

static ptl_status bind(columns *c, const ptl_table *t, ptl_error *err)
{
    const struct {
        const ptl_column **field;
        const char *name;
        ptl_type type;
    } all[] = {{&c->run, "run_id", PTL_TYPE_INT},
               {&c->name, "name", PTL_TYPE_TEXT},
               {&c->as_of, "as_of", PTL_TYPE_DAY},
               {&c->grain, "grain", PTL_TYPE_TEXT},
               {&c->from, "period_start", PTL_TYPE_DAY},
               {&c->to, "period_end", PTL_TYPE_DAY},
               {&c->dimension, "dimension", PTL_TYPE_TEXT},
               {&c->member, "member", PTL_TYPE_TEXT},
               {&c->value, "value", PTL_TYPE_DOUBLE},
               {&c->low, "low", PTL_TYPE_DOUBLE},
               {&c->high, "high", PTL_TYPE_DOUBLE},
               {&c->probability, "probability", PTL_TYPE_DOUBLE},
               {&c->unit, "unit", PTL_TYPE_TEXT},
               {&c->verdict, "verdict", PTL_TYPE_TEXT}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        PTL_TRY(ptl_table_column(all[i].field, t, all[i].name, all[i].type, err));
    return PTL_OK;
}

static bool is(const ptl_column *column, int64_t row, const char *text)
{
    return ptl_text_equal(ptl_column_text(column, row), ptl_text_of(text));
}

/* What follows the metric in a row's name: "", ".plan" … */
static ptl_text suffix_at(const columns *c, int64_t row)
{
    const ptl_text name = ptl_column_text(c->name, row);
    const char *dot = memchr(name.ptr, '.', name.len);
    if (!dot) return PTL_TEXT("");
    return (ptl_text){dot, name.len - (size_t)(dot - name.ptr)};
}

static ptl_estimate estimate_at(const columns *c, int64_t row)
{
    return (ptl_estimate){ptl_column_double(c->value, row), ptl_column_double(c->low, row),
                          ptl_column_double(c->high, row), ptl_column_double(c->probability, row)};
}

/* One field of a struct by the suffix of a row's name. */
typedef struct slot {
    const char *suffix;
    double *field;
} slot;

static void fill(const slot *slots, size_t n, ptl_text suffix, double value)
{
    for (size_t i = 0; i < n; i++)
        if (ptl_text_equal(suffix, ptl_text_of(slots[i].suffix))) *slots[i].field = value;
}
#define FILL(slots, suffix, value) fill(slots, sizeof(slots) / sizeof *(slots), suffix, value)

static void take_week(ptl_course *out, const columns *c, int64_t row)
{
    const ptl_day from = (ptl_day)ptl_column_int(c->from, row);
    int64_t i = 0;
    while (i < out->n_weeks && out->weeks[i].from != from) i++;
    ptl_course_week *w = &out->weeks[i];
    if (i == out->n_weeks) {
        *w = (ptl_course_week){from,
                               (ptl_day)ptl_column_int(c->to, row),
                               {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN},
                               PTL_NAN,
                               PTL_NAN,
                               PTL_NAN};
        out->n_weeks++;
    }
    const slot slots[] = {
        {".naive", &w->naive}, {".reference", &w->reference}, {".chance", &w->chance}};
    const ptl_text suffix = suffix_at(c, row);
    if (suffix.len == 0) w->value = estimate_at(c, row);
    FILL(slots, suffix, ptl_column_double(c->value, row));
}

static void take_point(ptl_course *out, const columns *c, int64_t row)
{
    const ptl_day day = (ptl_day)ptl_column_int(c->to, row);
    int64_t i = 0;
    while (i < out->n_points && out->points[i].day != day) i++;
    ptl_course_point *p = &out->points[i];
    if (i == out->n_points) {
        *p = (ptl_course_point){.day = day,
                                .is_actual = day <= out->as_of,
                                .half_low = PTL_NAN,
                                .half_high = PTL_NAN,
                                .plan = PTL_NAN};
        out->n_points++;
    }
    const ptl_text suffix = suffix_at(c, row);
    if (suffix.len == 0) p->sum = estimate_at(c, row);
    if (ptl_text_equal(suffix, PTL_TEXT(".plan"))) p->plan = ptl_column_double(c->value, row);
    if (!ptl_text_equal(suffix, PTL_TEXT(".half"))) return;
    p->half_low = ptl_column_double(c->low, row);
    p->half_high = ptl_column_double(c->high, row);
}

static void take_kpi(ptl_course *out, const columns *c, int64_t row)
{
    const slot slots[] = {{".to_date", &out->to_date},
                          {".plan_to_date", &out->plan_to_date},
                          {".reference", &out->target},
                          {".chance", &out->chance}};
    const ptl_text suffix = suffix_at(c, row);
    out->has_target = true;
    out->starts = (ptl_day)ptl_column_int(c->from, row);
    out->due = (ptl_day)ptl_column_int(c->to, row);
    if (suffix.len == 0) out->final = estimate_at(c, row);
    FILL(slots, suffix, ptl_column_double(c->value, row));
}

static void take_score(ptl_course *out, const columns *c, int64_t row)
{
    ptl_forecast_score *s = is(c->member, row, "frozen") ? &out->frozen : &out->replayed;
    const slot slots[] = {{".wape", &s->wape},   {".wape_naive", &s->wape_naive},
                          {".bias", &s->bias},   {".coverage", &s->coverage},
                          {".brier", &s->brier}, {".brier_naive", &s->brier_naive}};
    const ptl_text suffix = suffix_at(c, row);
    const double value = ptl_column_double(c->value, row);
    FILL(slots, suffix, value);
    if (ptl_text_equal(suffix, PTL_TEXT(".n"))) s->n = (int64_t)value;
    if (ptl_text_equal(suffix, PTL_TEXT(".n_chances"))) s->n_chances = (int64_t)value;
}

static ptl_verdict verdict_at(const columns *c, int64_t row)
{
    for (int v = PTL_CONVERGED; v < PTL_NOT_IDENTIFIED; v++)
        if (is(c->verdict, row, ptl_verdict_text((ptl_verdict)v))) return (ptl_verdict)v;
    return PTL_NOT_IDENTIFIED;
}

static void take_head(ptl_course *out, const columns *c, int64_t row)
{
    const ptl_text name = ptl_column_text(c->name, row);
    const size_t n = name.len - suffix_at(c, row).len;
    snprintf(out->metric, sizeof out->metric, "%.*s", (int)n, name.ptr);
    out->run_id = ptl_column_int(c->run, row);
    out->as_of = (ptl_day)ptl_column_int(c->as_of, row);
    out->verdict = verdict_at(c, row);
}

static ptl_status start_part(ptl_course *out, const columns *c, int64_t row, ptl_arena *arena,
                             ptl_error *err)
{
    ptl_course_part *p = &out->parts[out->n_parts++];
    *p = (ptl_course_part){.starts = (ptl_day)ptl_column_int(c->from, row),
                           .due = (ptl_day)ptl_column_int(c->to, row),
                           .target = PTL_NAN,
                           .to_date = PTL_NAN,
                           .plan_to_date = PTL_NAN,
                           .chance = PTL_NAN,
                           .final = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN},
                           .verdict = PTL_NOT_IDENTIFIED};
    p->dimension = ptl_text_copy(ptl_column_text(c->dimension, row), arena, err);
    p->member = ptl_text_copy(ptl_column_text(c->member, row), arena, err);
    return p->dimension && p->member ? PTL_OK : PTL_E_NO_MEMORY;
}

/* A row of a vertical or a segment. */
static ptl_status take_part(ptl_course *out, const columns *c, int64_t row, ptl_arena *arena,
                            ptl_error *err)
{
    int64_t i = 0;
    while (i < out->n_parts && !(is(c->dimension, row, out->parts[i].dimension) &&
                                 is(c->member, row, out->parts[i].member)))
        i++;
    if (i == out->n_parts) PTL_TRY(start_part(out, c, row, arena, err));
    ptl_course_part *p = &out->parts[i];
    const slot slots[] = {{".to_date", &p->to_date},
                          {".plan_to_date", &p->plan_to_date},
                          {".reference", &p->target},
                          {".chance", &p->chance}};
    const ptl_text suffix = suffix_at(c, row);
    if (suffix.len == 0) p->final = estimate_at(c, row);
    if (suffix.len == 0) p->verdict = verdict_at(c, row);
    FILL(slots, suffix, ptl_column_double(c->value, row));
    return PTL_OK;
}

static bool is_part(const columns *c, int64_t row)
{
    return is(c->dimension, row, "vertical") || is(c->dimension, row, "segment");
}

static void take(ptl_course *out, const columns *c, int64_t row)
{
    if (is(c->grain, row, "week")) take_week(out, c, row);
    if (is(c->grain, row, "cone")) take_point(out, c, row);
    if (is(c->grain, row, "kpi")) take_kpi(out, c, row);
    if (is(c->grain, row, "score")) take_score(out, c, row);
}

static void start(ptl_course *out, const ptl_workspace *workspace)
{
    const ptl_forecast_score none = {0, PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN, 0, PTL_NAN, PTL_NAN};
    *out = (ptl_course){.target = PTL_NAN,
                        .to_date = PTL_NAN,
                        .plan_to_date = PTL_NAN,
                        .final = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN},
                        .chance = PTL_NAN,
                        .verdict = PTL_NOT_IDENTIFIED,
                        .frozen = none,
                        .replayed = none};
    snprintf(out->metric, sizeof out->metric, "%s", workspace->kpi.metric);
    snprintf(out->currency, sizeof out->currency, "%s", workspace->currency);
}

static int by_day(const void *a, const void *b)
{
    const ptl_course_point *x = a, *y = b;
    return x->day < y->day ? -1 : x->day > y->day;
}

static ptl_status take_all(ptl_course *out, const ptl_table *t, ptl_arena *arena, ptl_error *err)
{
    columns c;
    PTL_TRY(bind(&c, t, err));
    out->points = ptl_arena_array(arena, t->n_rows + 1, sizeof *out->points, err);
    out->weeks = ptl_arena_array(arena, t->n_rows + 1, sizeof *out->weeks, err);
    out->parts = ptl_arena_array(arena, t->n_rows + 1, sizeof *out->parts, err);
    if (!out->points || !out->weeks || !out->parts) return PTL_E_NO_MEMORY;
    bool has_head = false;
    for (int64_t i = 0; i < t->n_rows; i++) {
        if (is_part(&c, i)) {
            PTL_TRY(take_part(out, &c, i, arena, err));
            continue;
        }
        if (!has_head) take_head(out, &c, i);
        has_head = true;
        take(out, &c, i);
    }
    qsort(out->points, (size_t)out->n_points, sizeof *out->points, by_day);
    return PTL_OK;
}

ptl_status ptl_course_read(ptl_course *out, ptl_store *store, const ptl_workspace *workspace,
                           int64_t run_id, ptl_arena *arena, ptl_error *err)
{
    const ptl_value run = ptl_value_int(run_id);
    ptl_table t = {0};
    start(out, workspace);
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "course/of_run", &run, 1, 0, err));
    const ptl_status st = take_all(out, &t, arena, err);
    ptl_table_dispose(&t);
    out->word = ptl_course_word_of(out->chance, &workspace->kpi);
    for (int64_t i = 0; i < out->n_parts; i++)
        out->parts[i].word = ptl_course_word_of(out->parts[i].chance, &workspace->kpi);
    return st;
}
