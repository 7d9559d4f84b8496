/* kpi_members.c: which campaigns and places have figures of their own: those with the most money.
 *
 * Days of members are held in memory, so there is a ceiling of members and one of days. Where more
 * are recorded, the largest are told apart, by orders' gross value, media and deals' value at the
 * newest rates, of equal ones the first by name; all others count together as "(other)". Which
 * these are does not hang on the order of the facts. */
#include "understand/kpi_internal.h"

#include "portolan/sum.h"

#include <stdlib.h>

typedef struct candidate {
    ptl_text member;
    int64_t micros;
} candidate;

typedef struct candidates {
    candidate *items; /* by member, until they are sorted */
    int64_t n;
} candidates;

static int larger_first(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->micros != y->micros) return x->micros > y->micros ? -1 : 1;
    return ptl_text_compare(x->member, y->member);
}

/* Money at the newest rate; of a currency that has none, nothing. */
static int64_t worth_of(const ptl_kpi *k, ptl_text currency, int64_t micros)
{
    int64_t rate, worth;
    if (ptl_kpi_rate(&rate, k, currency, k->span.last, k->span.first, NULL) != PTL_OK) return 0;
    if (ptl_muldiv(&worth, micros, rate, INT64_C(1000000000), NULL) != PTL_OK) return INT64_MAX;
    return worth;
}

static void take(candidates *c, ptl_text member, int64_t micros)
{
    candidate *last = c->n ? &c->items[c->n - 1] : NULL;
    if (!last || !ptl_text_equal(last->member, member)) {
        c->items[c->n++] = (candidate){member, micros};
        return;
    }
    if (__builtin_add_overflow(last->micros, micros, &last->micros)) last->micros = INT64_MAX;
}

static ptl_status sort_in(candidates of[2], const ptl_kpi *k, const ptl_table *rows, ptl_error *err)
{
    const ptl_column *dimension, *member, *currency, *micros;
    PTL_TRY(ptl_table_column(&dimension, rows, "dimension", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&member, rows, "member", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&currency, rows, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&micros, rows, "micros", PTL_TYPE_INT, err));
    for (int64_t i = 0; i < rows->n_rows; i++) {
        const bool is_geo = ptl_text_equal(ptl_column_text(dimension, i), PTL_TEXT("geo"));
        const ptl_text code = ptl_column_text(currency, i);
        take(&of[is_geo], ptl_column_text(member, i),
             code.len ? worth_of(k, code, ptl_column_int(micros, i)) : 0);
    }
    for (int d = 0; d < 2; d++)
        if (of[d].n > 1) qsort(of[d].items, (size_t)of[d].n, sizeof *of[d].items, larger_first);
    return PTL_OK;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What is left of the ceiling of days, shared out: each may have half, and what the other leaves.
 * Beside stand "" and "(other)" of both, segments and verticals. */
static void share_out(int64_t room[2], const ptl_kpi *k, const candidates of[2])
{
    const int64_t beside = 4 + 4 + 1 + k->workspace->n_verticals;
    const int64_t days = PTL_KPI_CUT_CELLS_MAX / k->n_days;
    const int64_t all = days > beside ? days - beside : 0, most = PTL_KPI_CUT_MEMBERS_MAX - 2;
    for (int d = 0; d < 2; d++) {
        const int64_t left = all - least(of[1 - d].n, most), half = all / 2;
        room[d] = least(least(of[d].n, most), left > half ? left : half);
    }
}

ptl_status ptl_cuts_fill(ptl_kpi *k, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(k->span.known_by), ptl_value_day(k->span.first),
                                ptl_value_day(k->span.last)};
    candidates of[2] = {0};
    int64_t room[2];
    ptl_table t = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, k->store->warehouse, "kpi/members", params, 3, 0, err));
    candidate *items = calloc((size_t)(2 * t.n_rows + 1), sizeof *items);
    st = items ? PTL_OK : ptl_fail(err, PTL_E_NO_MEMORY, "no memory to rank campaigns and places");
    of[0].items = items;
    of[1].items = items ? items + t.n_rows : NULL;
    if (st == PTL_OK) st = sort_in(of, k, &t, err);
    if (st == PTL_OK) share_out(room, k, of);
    for (int d = 0; d < 2; d++)
        for (int64_t i = 0; st == PTL_OK && i < room[d]; i++)
            st = ptl_cut_name(k, d ? PTL_CUT_GEO : PTL_CUT_CAMPAIGN, of[d].items[i].member, err);
    free(items);
    ptl_table_dispose(&t);
    return st;
}
