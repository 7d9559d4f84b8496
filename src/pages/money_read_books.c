/* money_read_books.c: closed periods against the books, as the newest reconciliation found them,
 * with who signed them. */
#include "pages/money_internal.h"

#include "store/figure.h"

#include <stdio.h>
#include <string.h>

static const ptl_day day_first = -25567, day_last = 47482; /* 1900 and 2100 */
static const ptl_text prefix = {"reconcile.", 10};

/* What follows the line's name: "" for the line itself. */
static ptl_text suffix_of(ptl_text name)
{
    const char *dot = memchr(name.ptr + prefix.len, '.', name.len - prefix.len);
    return dot ? (ptl_text){dot, (size_t)(name.ptr + name.len - dot)} : (ptl_text){name.ptr, 0};
}

static ptl_money_book *book_of(ptl_money_view *v, ptl_day from, ptl_day to, ptl_text name)
{
    for (int64_t i = v->n_books - 1; i >= 0; i--) {
        const size_t n = strlen(v->books[i].line);
        if (v->books[i].from == from && v->books[i].to == to && name.len >= prefix.len + n &&
            memcmp(name.ptr + prefix.len, v->books[i].line, n) == 0 &&
            (name.len == prefix.len + n || name.ptr[prefix.len + n] == '.'))
            return &v->books[i];
    }
    return NULL;
}

static ptl_status take_line(ptl_money_view *v, const ptl_figures *f, int64_t i, ptl_arena *arena,
                            ptl_error *err)
{
    const ptl_text name = ptl_column_text(f->name, i);
    ptl_money_book *book = &v->books[v->n_books];
    *book = (ptl_money_book){.from = (ptl_day)ptl_column_int(f->period_start, i),
                             .to = (ptl_day)ptl_column_int(f->period_end, i),
                             .run_id = ptl_column_int(f->run_id, i),
                             .share = ptl_column_double(f->value, i),
                             .why = ""};
    book->line =
        ptl_text_copy((ptl_text){name.ptr + prefix.len, name.len - prefix.len}, arena, err);
    book->verdict = ptl_text_copy(ptl_column_text(f->verdict, i), arena, err);
    if (!book->line || !book->verdict) return PTL_E_NO_MEMORY;
    v->n_books++;
    return PTL_OK;
}

/* Causes that explain are named; what is left is an amount. */
static ptl_status take_cause(ptl_money_book *book, const ptl_figures *f, int64_t i,
                             ptl_arena *arena, ptl_error *err)
{
    const ptl_text member = ptl_column_text(f->member, i);
    if (ptl_text_equal(ptl_column_text(f->verdict, i), PTL_TEXT("left")))
        book->unexplained = ptl_column_int(f->exact, i);
    if (!ptl_text_equal(ptl_column_text(f->verdict, i), PTL_TEXT("explains"))) return PTL_OK;
    char words[256];
    (void)snprintf(words, sizeof words, "%s%s%.*s", book->why, *book->why ? ", " : "",
                   (int)member.len, member.ptr);
    book->why = ptl_text_copy(ptl_text_of(words), arena, err);
    return book->why ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status take_part(ptl_money_view *v, const ptl_figures *f, int64_t i, ptl_arena *arena,
                            ptl_error *err)
{
    const ptl_text name = ptl_column_text(f->name, i), suffix = suffix_of(name);
    ptl_money_book *book = book_of(v, (ptl_day)ptl_column_int(f->period_start, i),
                                   (ptl_day)ptl_column_int(f->period_end, i), name);
    if (!book || suffix.len == 0) return PTL_OK;
    const int64_t exact = ptl_column_int(f->exact, i);
    if (ptl_text_equal(suffix, PTL_TEXT(".ours"))) book->ours = exact;
    if (ptl_text_equal(suffix, PTL_TEXT(".books"))) book->books = exact;
    if (ptl_text_equal(suffix, PTL_TEXT(".difference"))) book->difference = exact;
    if (ptl_text_equal(suffix, PTL_TEXT(".because"))) return take_cause(book, f, i, arena, err);
    return PTL_OK;
}

static ptl_status take_all(ptl_money_view *v, const ptl_table *t, ptl_arena *arena, ptl_error *err)
{
    ptl_figures f;
    PTL_TRY(ptl_figures_bind(&f, t, err));
    v->books = ptl_arena_array(arena, t->n_rows + 1, sizeof *v->books, err);
    if (!v->books) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < t->n_rows; i++)
        if (suffix_of(ptl_column_text(f.name, i)).len == 0)
            PTL_TRY(take_line(v, &f, i, arena, err));
    for (int64_t i = 0; i < t->n_rows; i++) PTL_TRY(take_part(v, &f, i, arena, err));
    return PTL_OK;
}

ptl_status ptl_money_read_books(ptl_money_view *out, ptl_store *store, ptl_arena *arena,
                                ptl_error *err)
{
    const ptl_value params[] = {ptl_value_int(0), ptl_value_day(day_first),
                                ptl_value_day(day_last)};
    ptl_signature *signatures = NULL;
    int64_t n = 0;
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "prove/latest", params, 3, 0, err));
    ptl_status st = take_all(out, &t, arena, err);
    ptl_table_dispose(&t);
    if (st == PTL_OK && out->n_books > 0)
        st = ptl_signatures_read(&signatures, &n, store, arena, err);
    for (int64_t i = 0; st == PTL_OK && i < out->n_books; i++)
        out->books[i].by = ptl_signature_of(signatures, n, out->books[i].from, out->books[i].to);
    return st;
}
