/* triangulate_write.c: one figure per channel, and the books, as rows of `figure`.
 *
 * triangulate.figure, .effect, .from_credit, .journey_credit, .over_claim have an interval; .p and
 * .settle_error are numbers; .revenue, .baseline, .increment and .unexplained are counted, and add
 * up. .left_out and .missing say in their member what was not used, and why: "channel → source →
 * reason"; their value is that nothing of it went in. */
#include "understand/figure_rows.h"
#include "understand/triangulate_internal.h"

#include <math.h>
#include <stdio.h>

#define ARROW " \xE2\x86\x92 "

enum { OUTPUT_BYTES_MAX = 16 << 20 };

typedef struct writer {
    ptl_table_builder *rows;
    const ptl_triangulation *t;
    int64_t run_id;
    const char *member; /* a channel, or "" */
    ptl_status st;
    ptl_error *err;
} writer;

static void put_text(writer *w, const char *text)
{
    ptl_table_builder_text(w->rows, ptl_text_of(text));
}

static void put_double(writer *w, double value)
{
    if (isfinite(value))
        ptl_table_builder_double(w->rows, value);
    else
        ptl_table_builder_null(w->rows);
}

static void put_head(writer *w, const char *name)
{
    ptl_table_builder_int(w->rows, w->run_id);
    put_text(w, name);
    put_text(w, "all");
    ptl_table_builder_int(w->rows, w->t->from);
    ptl_table_builder_int(w->rows, w->t->to);
    put_text(w, w->member[0] ? "channel" : "");
    put_text(w, w->member);
}

static void put(writer *w, const char *name, ptl_estimate e, const char *unit, const char *kind,
                const char *grade)
{
    if (w->st != PTL_OK || isnan(e.point)) return;
    put_head(w, name);
    put_double(w, e.point);
    ptl_table_builder_null(w->rows);
    put_double(w, e.low);
    put_double(w, e.high);
    put_double(w, e.probability);
    put_text(w, unit);
    put_text(w, kind);
    put_text(w, grade);
    put_text(w, ptl_verdict_text(PTL_CONVERGED));
    w->st = ptl_table_builder_row_end(w->rows, w->err);
}

static void put_counted(writer *w, const char *name, int64_t micros)
{
    if (w->st != PTL_OK) return;
    put_head(w, name);
    ptl_table_builder_double(w->rows, (double)micros / 1e6);
    ptl_table_builder_int(w->rows, micros);
    for (int i = 0; i < 3; i++) ptl_table_builder_null(w->rows);
    put_text(w, w->t->currency);
    put_text(w, "counted");
    put_text(w, "");
    put_text(w, "counted");
    w->st = ptl_table_builder_row_end(w->rows, w->err);
}

static ptl_estimate number(double value)
{
    return (ptl_estimate){value, PTL_NAN, PTL_NAN, PTL_NAN};
}

static void put_line(writer *w, const ptl_triangulation_line *line)
{
    const ptl_triangulated *const t = &line->t;
    const char grade[2] = {t->grade, '\0'}, *const money = w->t->currency;
    w->member = line->channel;
    put(w, "triangulate.figure", t->figure, money, "estimated", grade);
    put(w, "triangulate.effect", t->effect, money, "estimated", grade);
    put(w, "triangulate.from_credit", t->from_credit, money, "estimated", "E");
    put(w, "triangulate.journey_credit", t->credit, money, "estimated", "E");
    put(w, "triangulate.p", number(t->p), "chance", "estimated", "");
    put(w, "triangulate.settle_error", number(t->settle_error), money, "estimated", "");
    put(w, "triangulate.claim", number(t->claim), money, "claimed", "E");
    put(w, "triangulate.over_claim", t->over_claim, "times", "estimated", grade);
    if (line->has_increment) put_counted(w, "triangulate.increment", line->increment_micros);
}

static void put_books(writer *w)
{
    const ptl_reconciliation *const b = &w->t->books;
    w->member = "";
    put_counted(w, "triangulate.revenue", b->revenue_micros);
    if (w->t->has_baseline) put_counted(w, "triangulate.baseline", b->baseline_micros);
    put_counted(w, "triangulate.increments", b->increments_micros);
    put_counted(w, "triangulate.unexplained", b->unexplained_micros);
}

/* A row whose member is what it says. */
static void put_said(writer *w, const char *name, const char *dimension, const char *said)
{
    if (w->st != PTL_OK) return;
    ptl_table_builder_int(w->rows, w->run_id);
    put_text(w, name);
    put_text(w, "all");
    ptl_table_builder_int(w->rows, w->t->from);
    ptl_table_builder_int(w->rows, w->t->to);
    put_text(w, dimension);
    put_text(w, said);
    ptl_table_builder_double(w->rows, 0.0);
    ptl_table_builder_int(w->rows, 0);
    for (int i = 0; i < 3; i++) ptl_table_builder_null(w->rows);
    put_text(w, "sources");
    put_text(w, "counted");
    put_text(w, "");
    put_text(w, "counted");
    w->st = ptl_table_builder_row_end(w->rows, w->err);
}

static void put_left_out(writer *w)
{
    char said[700];
    for (int64_t i = 0; i < w->t->n_sources; i++) {
        const ptl_triangulation_source *const s = &w->t->source[i];
        if (s->use <= PTL_SOURCE_THROUGH_MODEL) continue; /* it is in, or stands beside */
        (void)snprintf(said, sizeof said, "%.250s" ARROW "%.250s" ARROW "%.150s", s->channel,
                       s->origin, ptl_source_use_text(s->use));
        put_said(w, "triangulate.left_out", "source", said);
    }
    for (int32_t i = 0; i < w->t->n_missing; i++)
        put_said(w, "triangulate.missing", "", w->t->missing[i]);
}

static ptl_status output(ptl_store *store, int64_t run_id, ptl_table_builder *rows, ptl_error *err)
{
    ptl_scope scope;
    const ptl_table table = ptl_table_builder_borrow(rows);
    PTL_TRY(ptl_scope_begin(&scope, store->warehouse, err));
    const ptl_status st = ptl_scope_output(&scope, run_id, "figure", &table, err);
    if (st == PTL_OK) return ptl_scope_commit(&scope, err);
    ptl_scope_rollback(&scope);
    return st;
}

ptl_status ptl_triangulation_write(const ptl_triangulation *t, ptl_store *store, int64_t run_id,
                                   ptl_error *err)
{
    writer w = {.t = t, .run_id = run_id, .member = "", .err = err};
    PTL_TRY(ptl_table_builder_new(&w.rows, ptl_figure_columns, PTL_N_FIGURE_PLAIN_COLUMNS,
                                  OUTPUT_BYTES_MAX, err));
    for (int64_t k = 0; k < t->n_lines; k++) put_line(&w, &t->line[k]);
    if (t->is_closed) put_books(&w);
    put_left_out(&w);
    if (w.st == PTL_OK) w.st = output(store, run_id, w.rows, err);
    ptl_table_builder_free(w.rows);
    return w.st;
}
