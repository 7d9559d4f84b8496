/* change_write.c: what changed as rows of `figure`, and back.
 *
 *   change.asked            value = cells asked, target = least change worth acting on; company
 *   change.of.<metric>      value = change, low and high of it, previous = expected
 *   change.now, .chance, .year_before, .rank
 *   change.part.<part>      exact: volume mix rate price apart cost media, cm2 and unexplained
 *   change.because.<effect> exact, low, high, with its grade */
#include "understand/change_internal.h"
#include "understand/figure_rows.h"

#include <stdio.h>
#include <string.h>

enum { OUTPUT_BYTES_MAX = 16 << 20, NAME_MAX = 200 };

typedef struct writer {
    ptl_table_builder *rows;
    const ptl_changes *changes;
    const char *dimension, *member;
    ptl_status st;
    ptl_error *err;
} writer;

typedef struct row {
    const char *name, *unit;
    double value;
    bool is_exact;
    int64_t exact;
    ptl_estimate range;
    char grade;
} row;

static void put_double(ptl_table_builder *b, double value)
{
    if (isnan(value))
        ptl_table_builder_null(b);
    else
        ptl_table_builder_double(b, value);
}

static void put(writer *w, const row *r)
{
    ptl_table_builder *b = w->rows;
    const char grade[2] = {r->grade, 0};
    if (w->st != PTL_OK) return;
    ptl_table_builder_int(b, w->changes->run_id);
    ptl_table_builder_text(b, ptl_text_of(r->name));
    ptl_table_builder_text(b, PTL_TEXT("week"));
    ptl_table_builder_int(b, w->changes->from);
    ptl_table_builder_int(b, w->changes->to);
    ptl_table_builder_text(b, ptl_text_of(w->dimension));
    ptl_table_builder_text(b, ptl_text_of(w->member));
    put_double(b, r->value);
    if (r->is_exact)
        ptl_table_builder_int(b, r->exact);
    else
        ptl_table_builder_null(b);
    put_double(b, r->range.low);
    put_double(b, r->range.high);
    put_double(b, r->range.probability);
    ptl_table_builder_text(b, ptl_text_of(r->unit));
    ptl_table_builder_text(b, PTL_TEXT("estimated"));
    ptl_table_builder_text(b, ptl_text_of(grade));
    ptl_table_builder_text(b, ptl_text_of(ptl_verdict_text(w->changes->verdict)));
    w->st = ptl_table_builder_row_end(b, w->err);
}

static const ptl_estimate no_range = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};

static void put_number(writer *w, const char *name, const char *unit, double value)
{
    const row r = {.name = name, .unit = unit, .value = value, .range = no_range, .grade = 'E'};
    put(w, &r);
}

static void put_exact(writer *w, const char *part, const char *currency, int64_t micros)
{
    char name[NAME_MAX];
    snprintf(name, sizeof name, "change.part.%s", part);
    const row r = {name, currency, (double)micros / 1e6, true, micros, no_range, 'E'};
    put(w, &r);
}

static void put_parts(writer *w, const ptl_changed *c, const char *currency)
{
    put_exact(w, "revenue", currency, c->revenue_micros);
    put_exact(w, "volume", currency, c->parts.volume);
    put_exact(w, "mix", currency, c->parts.mix);
    put_exact(w, "rate", currency, c->parts.rate);
    put_exact(w, "price", currency, c->parts.price);
    put_exact(w, "apart", currency, c->apart_micros);
    put_exact(w, "cost", currency, c->cost_micros);
    put_exact(w, "media", currency, c->media_micros);
    put_exact(w, "cm2", currency, c->cm2_micros);
    put_exact(w, "unexplained", currency, c->unexplained_micros);
}

static void put_because(writer *w, const ptl_change_because *b, const char *currency)
{
    char name[NAME_MAX];
    snprintf(name, sizeof name, "change.because.%s", b->name);
    const row r = {name,    currency,  (double)b->micros / 1e6,
                   true,    b->micros, {PTL_NAN, b->low, b->high, PTL_NAN},
                   b->grade};
    put(w, &r);
}

static void put_changed(writer *w, const ptl_changed *c, int32_t rank, const char *currency)
{
    char name[NAME_MAX];
    w->dimension = c->dimension;
    w->member = c->member;
    snprintf(name, sizeof name, "change.of.%s", c->metric);
    const ptl_estimate range = {PTL_NAN, c->value - c->expected.high, c->value - c->expected.low,
                                c->expected.probability};
    const row r = {.name = name, .unit = c->unit, .value = c->change, .range = range, .grade = 'E'};
    put(w, &r);
    put_number(w, "change.now", c->unit, c->value);
    put_number(w, "change.chance", "chance", c->chance);
    put_number(w, "change.year_before", c->unit, c->year_before);
    put_number(w, "change.rank", "rank", rank);
    put_parts(w, c, currency);
    for (int32_t i = 0; i < c->n_because; i++) put_because(w, &c->because[i], currency);
}

static ptl_status output(const ptl_changes *changes, ptl_store *store, ptl_table_builder *rows,
                         ptl_error *err)
{
    ptl_scope scope;
    const ptl_table table = ptl_table_builder_borrow(rows);
    PTL_TRY(ptl_scope_begin(&scope, store->warehouse, err));
    const ptl_status st = ptl_scope_output(&scope, changes->run_id, "figure", &table, err);
    if (st == PTL_OK) return ptl_scope_commit(&scope, err);
    ptl_scope_rollback(&scope);
    return st;
}

ptl_status ptl_change_write(const ptl_changes *changes, ptl_store *store, const char *currency,
                            ptl_error *err)
{
    writer w = {.changes = changes, .dimension = "", .member = "", .err = err};
    PTL_TRY(ptl_table_builder_new(&w.rows, ptl_figure_columns, PTL_N_FIGURE_PLAIN_COLUMNS,
                                  OUTPUT_BYTES_MAX, err));
    put_number(&w, "change.asked", "cells", (double)changes->n_asked);
    put_number(&w, "change.least", currency, changes->least);
    for (int32_t i = 0; i < changes->n_found; i++) put_changed(&w, &changes->found[i], i, currency);
    if (w.st == PTL_OK) w.st = output(changes, store, w.rows, err);
    ptl_table_builder_free(w.rows);
    return w.st;
}
