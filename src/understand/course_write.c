/* course_write.c: the course as rows of `forecast` (their names stand in course.h). */
#include "understand/course_internal.h"

#include <stdio.h>

static const ptl_column_spec columns[] = {
    {"run_id", PTL_TYPE_INT},     {"name", PTL_TYPE_TEXT},        {"as_of", PTL_TYPE_DAY},
    {"grain", PTL_TYPE_TEXT},     {"period_start", PTL_TYPE_DAY}, {"period_end", PTL_TYPE_DAY},
    {"dimension", PTL_TYPE_TEXT}, {"member", PTL_TYPE_TEXT},      {"value", PTL_TYPE_DOUBLE},
    {"low", PTL_TYPE_DOUBLE},     {"high", PTL_TYPE_DOUBLE},      {"probability", PTL_TYPE_DOUBLE},
    {"unit", PTL_TYPE_TEXT},      {"verdict", PTL_TYPE_TEXT}};

enum { OUTPUT_BYTES_MAX = 64 << 20 };

typedef struct writer {
    ptl_table_builder *rows;
    const ptl_course *c;
    const char *grain;
    ptl_day from, to;
    const char *dimension; /* "" the company, "record" of scores, "vertical", "segment" */
    const char *member;    /* of scores: "frozen" or "replayed"; "" of the company       */
    ptl_verdict verdict;
    ptl_status st;
    ptl_error *err;
} writer;

static void put_double(ptl_table_builder *b, double value)
{
    if (isnan(value))
        ptl_table_builder_null(b);
    else
        ptl_table_builder_double(b, value);
}

static void put(writer *w, const char *suffix, const char *unit, ptl_estimate e)
{
    char name[64];
    ptl_table_builder *b = w->rows;
    if (w->st != PTL_OK) return;
    snprintf(name, sizeof name, "%s%s", w->c->metric, suffix);
    ptl_table_builder_int(b, w->c->run_id);
    ptl_table_builder_text(b, ptl_text_of(name));
    ptl_table_builder_int(b, w->c->as_of);
    ptl_table_builder_text(b, ptl_text_of(w->grain));
    ptl_table_builder_int(b, w->from);
    ptl_table_builder_int(b, w->to);
    ptl_table_builder_text(b, ptl_text_of(w->dimension));
    ptl_table_builder_text(b, ptl_text_of(w->member));
    put_double(b, e.point);
    put_double(b, e.low);
    put_double(b, e.high);
    put_double(b, e.probability);
    ptl_table_builder_text(b, ptl_text_of(unit));
    ptl_table_builder_text(b, ptl_text_of(ptl_verdict_text(w->verdict)));
    w->st = ptl_table_builder_row_end(b, w->err);
}

static void put_number(writer *w, const char *suffix, const char *unit, double value)
{
    put(w, suffix, unit, (ptl_estimate){value, PTL_NAN, PTL_NAN, PTL_NAN});
}

static void put_weeks(writer *w)
{
    const char *money = w->c->currency;
    w->grain = "week";
    for (int64_t i = 0; i < w->c->n_weeks; i++) {
        const ptl_course_week *week = &w->c->weeks[i];
        w->from = week->from;
        w->to = week->to;
        put(w, "", money, week->value);
        put_number(w, ".naive", money, week->naive);
        put_number(w, ".reference", money, week->reference);
        put_number(w, ".chance", "chance", week->chance);
    }
}

static void put_kpi(writer *w)
{
    const char *money = w->c->currency;
    w->grain = "kpi";
    w->from = w->c->starts;
    w->to = w->c->due;
    put(w, "", money, w->c->final);
    put_number(w, ".to_date", money, w->c->to_date);
    put_number(w, ".plan_to_date", money, w->c->plan_to_date);
    put_number(w, ".reference", money, w->c->target);
    put_number(w, ".chance", "chance", w->c->chance);
    w->grain = "cone";
    for (int64_t i = 0; i < w->c->n_points; i++) {
        const ptl_course_point *p = &w->c->points[i];
        w->to = p->day;
        put(w, "", money, p->sum);
        put_number(w, ".plan", money, p->plan);
        if (!p->is_actual)
            put(w, ".half", money, (ptl_estimate){p->sum.point, p->half_low, p->half_high, 0.5});
    }
}

static void put_parts(writer *w)
{
    const char *money = w->c->currency;
    w->grain = "kpi";
    for (int64_t i = 0; i < w->c->n_parts; i++) {
        const ptl_course_part *p = &w->c->parts[i];
        w->dimension = p->dimension;
        w->member = p->member;
        w->verdict = p->verdict;
        w->from = p->starts;
        w->to = p->due;
        put(w, "", money, p->final);
        put_number(w, ".to_date", money, p->to_date);
        put_number(w, ".plan_to_date", money, p->plan_to_date);
        put_number(w, ".reference", money, p->target);
        put_number(w, ".chance", "chance", p->chance);
    }
    w->verdict = w->c->verdict;
}

static void put_score(writer *w, const char *member, const ptl_forecast_score *s)
{
    w->grain = "score";
    w->dimension = "record";
    w->member = member;
    w->from = w->to = w->c->as_of;
    put_number(w, ".n", "forecasts", (double)s->n);
    put_number(w, ".n_chances", "forecasts", (double)s->n_chances);
    put_number(w, ".wape", "share", s->wape);
    put_number(w, ".wape_naive", "share", s->wape_naive);
    put_number(w, ".bias", "share", s->bias);
    put_number(w, ".coverage", "share", s->coverage);
    put_number(w, ".brier", "score", s->brier);
    put_number(w, ".brier_naive", "score", s->brier_naive);
}

static ptl_status output(const ptl_course *course, ptl_store *store, ptl_table_builder *rows,
                         ptl_error *err)
{
    ptl_scope scope;
    const ptl_table table = ptl_table_builder_borrow(rows);
    PTL_TRY(ptl_scope_begin(&scope, store->warehouse, err));
    const ptl_status st = ptl_scope_output(&scope, course->run_id, "forecast", &table, err);
    if (st == PTL_OK) return ptl_scope_commit(&scope, err);
    ptl_scope_rollback(&scope);
    return st;
}

ptl_status ptl_course_write(const ptl_course *course, ptl_store *store, ptl_error *err)
{
    writer w = {.c = course, .dimension = "", .member = "", .verdict = course->verdict, .err = err};
    PTL_TRY(ptl_table_builder_new(&w.rows, columns, sizeof columns / sizeof *columns,
                                  OUTPUT_BYTES_MAX, err));
    put_weeks(&w);
    if (course->has_target) put_kpi(&w);
    put_parts(&w);
    put_score(&w, "frozen", &course->frozen);
    put_score(&w, "replayed", &course->replayed);
    if (w.st == PTL_OK) w.st = output(course, store, w.rows, err);
    ptl_table_builder_free(w.rows);
    return w.st;
}
