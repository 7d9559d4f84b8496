/* reconcile.c: the stage: books and facts are read, compared and written as figures. */
#include "prove/reconcile_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIGURES_BYTES_MAX = 64 << 20 };

const char *ptl_book_line_text(ptl_book_line line)
{
    static const char *const texts[] = {
#define LINE_TEXT(name, text) text,
        PTL_RECONCILE_LINES(LINE_TEXT)
#undef LINE_TEXT
    };
    return texts[line];
}

const char *ptl_cause_text(ptl_cause cause)
{
    static const char *const texts[] = {
#define CAUSE_TEXT(name, text) text,
        PTL_RECONCILE_CAUSES(CAUSE_TEXT)
#undef CAUSE_TEXT
    };
    return texts[cause];
}

/* --- rows of figure --------------------------------------------------------------------------- */

static const ptl_column_spec columns[] = {
    {"run_id", PTL_TYPE_INT},       {"name", PTL_TYPE_TEXT},      {"grain", PTL_TYPE_TEXT},
    {"period_start", PTL_TYPE_DAY}, {"period_end", PTL_TYPE_DAY}, {"dimension", PTL_TYPE_TEXT},
    {"member", PTL_TYPE_TEXT},      {"value", PTL_TYPE_DOUBLE},   {"exact", PTL_TYPE_INT},
    {"unit", PTL_TYPE_TEXT},        {"kind", PTL_TYPE_TEXT},      {"grade", PTL_TYPE_TEXT},
    {"verdict", PTL_TYPE_TEXT},     {"target", PTL_TYPE_DOUBLE}};

typedef struct writer {
    ptl_table_builder *rows;
    int64_t run_id;
    const char *currency;
    const ptl_book *book;
} writer;

static ptl_status put(writer *w, const char *what, const char *cause, const char *unit,
                      double value, bool has_exact, int64_t exact, const char *kind,
                      const char *verdict, double target, ptl_error *err)
{
    char name[96];
    ptl_table_builder *b = w->rows;
    (void)snprintf(name, sizeof name, "reconcile.%s%s", ptl_book_line_text(w->book->line), what);
    ptl_table_builder_int(b, w->run_id);
    ptl_table_builder_text(b, ptl_text_of(name));
    ptl_table_builder_text(b, PTL_TEXT("close"));
    ptl_table_builder_int(b, w->book->from);
    ptl_table_builder_int(b, w->book->to);
    ptl_table_builder_text(b, ptl_text_of(cause ? "cause" : ""));
    ptl_table_builder_text(b, ptl_text_of(cause ? cause : ""));
    if (isfinite(value))
        ptl_table_builder_double(b, value);
    else
        ptl_table_builder_null(b);
    if (has_exact)
        ptl_table_builder_int(b, exact);
    else
        ptl_table_builder_null(b);
    ptl_table_builder_text(b, ptl_text_of(unit));
    ptl_table_builder_text(b, ptl_text_of(kind));
    ptl_table_builder_text(b, PTL_TEXT(""));
    ptl_table_builder_text(b, ptl_text_of(verdict));
    if (isfinite(target))
        ptl_table_builder_double(b, target);
    else
        ptl_table_builder_null(b);
    return ptl_table_builder_row_end(b, err);
}

static ptl_status put_micros(writer *w, const char *what, const char *cause, int64_t micros,
                             const char *kind, const char *verdict, ptl_error *err)
{
    return put(w, what, cause, w->currency, (double)micros / 1e6, true, micros, kind, verdict,
               PTL_NAN, err);
}

static ptl_status put_causes(writer *w, const ptl_explanation *e, ptl_error *err)
{
    for (int c = 0; c < PTL_N_CAUSES; c++) {
        if (e->micros[c] == 0) continue;
        PTL_TRY(put_micros(w, ".because", ptl_cause_text((ptl_cause)c), e->micros[c],
                           c == PTL_CAUSE_MISSING ? "estimated" : "counted",
                           e->explains[c] ? "explains" : "considered", err));
    }
    return put_micros(w, ".because", "unexplained", e->unexplained_micros, "counted", "left", err);
}

/* --- one line of one period ---------------------------------------------------------------------
 */

static int64_t ours_of(const ptl_reconcile *r, const ptl_book *b)
{
    static const ptl_ledger_day days[PTL_N_BOOK_LINES] = {PTL_DAY_REVENUE, PTL_DAY_VARIABLE,
                                                          PTL_DAY_MEDIA, PTL_DAY_COST};
    return ptl_reconcile_sum(r, days[b->line], b->from, b->to);
}

static ptl_status tolerance_of(double *out, const ptl_reconcile *r, ptl_book_line line,
                               ptl_error *err)
{
    char name[64];
    ptl_metric_in_force metric;
    (void)snprintf(name, sizeof name, "reconcile.%s", ptl_book_line_text(line));
    PTL_TRY(ptl_metric_of(&metric, r->workspace, ptl_text_of(name), err));
    *out = metric.tolerance;
    return PTL_OK;
}

static ptl_status compare(writer *w, const ptl_reconcile *r, ptl_reconcile_report *report,
                          ptl_error *err)
{
    const ptl_book *b = w->book;
    const int64_t ours = ours_of(r, b), difference = ours - b->micros;
    ptl_explanation e;
    double tolerance;
    PTL_TRY(tolerance_of(&tolerance, r, b->line, err));
    const int64_t allowed = (int64_t)floor(tolerance * (double)llabs(b->micros));
    PTL_TRY(ptl_reconcile_explain(&e, r, b, ours, allowed, err));
    const bool is_within = llabs(difference) <= allowed;
    const char *verdict = is_within                                ? "reconciled"
                          : llabs(e.unexplained_micros) <= allowed ? "explained"
                                                                   : "differs";
    const double share = b->micros != 0 ? (double)difference / (double)llabs(b->micros) : PTL_NAN;
    report->n_lines++;
    report->n_differing += !is_within;
    PTL_TRY(put(w, "", NULL, "share", share, false, 0, "counted", verdict, tolerance, err));
    PTL_TRY(put_micros(w, ".ours", NULL, ours, "counted", "counted", err));
    PTL_TRY(put_micros(w, ".books", NULL, b->micros, "counted", b->audited ? "audited" : "counted",
                       err));
    PTL_TRY(put_micros(w, ".difference", NULL, difference, "counted", verdict, err));
    return is_within ? PTL_OK : put_causes(w, &e, err);
}

static ptl_status compare_all(ptl_reconcile_report *report, const ptl_reconcile *r, writer *w,
                              ptl_error *err)
{
    for (int64_t i = 0; i < r->n_books; i++) {
        w->book = &r->books[i];
        PTL_TRY(compare(w, r, report, err));
        if (i == 0 || w->book->from < report->first) report->first = w->book->from;
        if (i == 0 || w->book->to > report->last) report->last = w->book->to;
        const bool is_new =
            i == 0 || r->books[i - 1].from != w->book->from || r->books[i - 1].to != w->book->to;
        report->n_periods += is_new;
    }
    return PTL_OK;
}

static ptl_status output(const ptl_reconcile *r, const writer *w, ptl_error *err)
{
    ptl_scope scope;
    const ptl_table rows = ptl_table_builder_borrow(w->rows);
    PTL_TRY(ptl_scope_begin(&scope, r->store->warehouse, err));
    const ptl_status st = ptl_scope_output(&scope, w->run_id, "figure", &rows, err);
    if (st == PTL_OK) return ptl_scope_commit(&scope, err);
    ptl_scope_rollback(&scope);
    return st;
}

/* The last complete day, as figures have it: the day before the newest order's. */
static ptl_status read_last(ptl_reconcile *r, bool *has_facts, const ptl_reconcile_options *options,
                            ptl_error *err)
{
    const ptl_value known = ptl_value_instant(r->known_by);
    const ptl_column *order, *newest;
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, r->store->warehouse, "money/range", &known, 1, 0, err));
    ptl_status st = ptl_table_column(&order, &t, "newest_order_day", PTL_TYPE_DAY, err);
    if (st == PTL_OK) st = ptl_table_column(&newest, &t, "newest_day", PTL_TYPE_DAY, err);
    if (st == PTL_OK) {
        const bool has_order = ptl_column_present(order, 0);
        *has_facts = has_order || ptl_column_present(newest, 0);
        r->last = (ptl_day)(has_order ? ptl_column_int(order, 0) - 1 : ptl_column_int(newest, 0));
        if (options->has_as_of && options->as_of < r->last) r->last = options->as_of;
    }
    ptl_table_dispose(&t);
    return st;
}

static ptl_status run(ptl_reconcile_report *out, ptl_reconcile *r,
                      const ptl_reconcile_options *options, ptl_error *err)
{
    bool has_facts = false, has_books = false;
    writer w = {.run_id = options->run_id, .currency = r->workspace->currency};
    ptl_status st;
    PTL_TRY(read_last(r, &has_facts, options, err));
    if (!has_facts) return PTL_OK;
    PTL_TRY_GOTO(st, done,
                 ptl_rates_read(&r->rates, r->store, r->workspace->currency, r->known_by, err));
    PTL_TRY_GOTO(st, done, ptl_reconcile_read(r, &has_books, err));
    if (!has_books) goto done;
    PTL_TRY_GOTO(st, done,
                 ptl_table_builder_new(&w.rows, columns, sizeof columns / sizeof *columns,
                                       FIGURES_BYTES_MAX, err));
    PTL_TRY_GOTO(st, done, compare_all(out, r, &w, err));
    st = output(r, &w, err);
done:
    ptl_table_builder_free(w.rows);
    ptl_rates_dispose(&r->rates);
    return st;
}

ptl_status ptl_reconcile_run(ptl_reconcile_report *out, ptl_store *store,
                             const ptl_workspace *workspace, const ptl_reconcile_options *options,
                             ptl_progress *progress, ptl_error *err)
{
    ptl_arena arena;
    *out = (ptl_reconcile_report){0};
    PTL_TRY(ptl_progress_check(progress, err));
    ptl_arena_init(&arena, PTL_RECONCILE_BYTES_MAX, NULL);
    ptl_reconcile *r = ptl_arena_array(&arena, 1, sizeof *r, err);
    ptl_status st = r ? PTL_OK : PTL_E_NO_MEMORY;
    if (r) {
        r->store = store;
        r->workspace = workspace;
        r->arena = &arena;
        r->known_by = options->has_as_of
                          ? ptl_zone_day_start(workspace->zone, options->as_of + 1) - 1
                          : PTL_INSTANT_EVER;
        st = run(out, r, options, err);
    }
    ptl_arena_dispose(&arena);
    return st;
}
