/* change_explain.c: *because*, where an effect was measured.
 *
 * Only grades A (randomised), B (quasi-experiment with passing placebos) and C (a model held to A
 * or B) may stand behind the word. An effect counts for a member's change where it names that
 * member and its period meets the week, in proportion to the days they share: an effect is stated
 * over its period, and nothing says that a day of it weighs more than another. */
#include "understand/change_internal.h"

#include <string.h>

typedef struct columns {
    const ptl_column *name, *from, *to, *dimension, *member, *grade, *value, *low, *high;
} columns;

static ptl_status bind(columns *c, const ptl_table *t, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->name, t, "name", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->from, t, "period_start", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&c->to, t, "period_end", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&c->dimension, t, "dimension", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->member, t, "member", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->grade, t, "grade", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->value, t, "value", PTL_TYPE_DOUBLE, err));
    PTL_TRY(ptl_table_column(&c->low, t, "low", PTL_TYPE_DOUBLE, err));
    return ptl_table_column(&c->high, t, "high", PTL_TYPE_DOUBLE, err);
}

/* The share of an effect's days that lie in the week. */
static double share_of(const ptl_changes *changes, const columns *c, int64_t row)
{
    const ptl_day from = (ptl_day)ptl_column_int(c->from, row);
    const ptl_day to = (ptl_day)ptl_column_int(c->to, row);
    const ptl_day first = from > changes->from ? from : changes->from;
    const ptl_day last = to < changes->to ? to : changes->to;
    return (double)(last - first + 1) / (double)(to - from + 1);
}

static bool is_about(const ptl_changed *c, const columns *of, int64_t row)
{
    return ptl_text_equal(ptl_column_text(of->dimension, row), ptl_text_of(c->dimension)) &&
           ptl_text_equal(ptl_column_text(of->member, row), ptl_text_of(c->member));
}

static ptl_status explain(ptl_changed *c, const ptl_changes *changes, const columns *of,
                          int64_t row, ptl_arena *arena, ptl_error *err)
{
    const double share = share_of(changes, of, row);
    ptl_change_because *b = &c->because[c->n_because];
    if (c->n_because == PTL_CHANGE_BECAUSE_MAX) return PTL_OK;
    b->name = ptl_text_copy(ptl_column_text(of->name, row), arena, err);
    if (!b->name) return PTL_E_NO_MEMORY;
    b->grade = ptl_column_text(of->grade, row).ptr[0];
    b->micros = (int64_t)llround(1e6 * share * ptl_column_double(of->value, row));
    b->low = share * ptl_column_double(of->low, row);
    b->high = share * ptl_column_double(of->high, row);
    c->unexplained_micros -= b->micros;
    c->n_because++;
    return PTL_OK;
}

static ptl_status explain_all(ptl_changes *changes, const ptl_table *t, ptl_arena *arena,
                              ptl_error *err)
{
    columns c;
    PTL_TRY(bind(&c, t, err));
    for (int32_t f = 0; f < changes->n_found; f++)
        for (int64_t row = 0; row < t->n_rows; row++)
            if (is_about(&changes->found[f], &c, row))
                PTL_TRY(explain(&changes->found[f], changes, &c, row, arena, err));
    return PTL_OK;
}

ptl_status ptl_change_explain(ptl_changes *changes, ptl_store *store, const char *currency,
                              ptl_arena *arena, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_day(changes->from), ptl_value_day(changes->to),
                                ptl_value_string(currency)};
    ptl_table t = {0};
    if (changes->n_found == 0) return PTL_OK;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "change/evidence", params, 3, 0, err));
    const ptl_status st = explain_all(changes, &t, arena, err);
    ptl_table_dispose(&t);
    return st;
}
