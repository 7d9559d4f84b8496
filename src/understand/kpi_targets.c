/* kpi_targets.c: what was to be reached, for any period inside a target's own.
 *
 * A sum (revenue, customers) is planned by days: a week of a year's target is 7⁄365 of it, and the
 * season is not in it. A ratio's target is the same in every period. Where several targets hold a
 * period, the one of the shortest period speaks. */
#include "understand/kpi_internal.h"

#include <string.h>

typedef struct target {
    const char *scope, *kpi;
    ptl_day from, to;
    double value;
} target;

typedef struct ptl_targets {
    target *items;
    int64_t n;
} ptl_targets;

enum { TARGETS_MAX = 100000 };

static ptl_status fill(ptl_targets *out, ptl_kpi *k, const ptl_table *rows, ptl_error *err)
{
    const ptl_column *scope, *kpi, *from, *to, *value;
    PTL_TRY(ptl_table_column(&scope, rows, "scope", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&kpi, rows, "kpi", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&from, rows, "period_start", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&to, rows, "period_end", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&value, rows, "value_to", PTL_TYPE_DOUBLE, err));
    for (int64_t i = 0; i < rows->n_rows && out->n < TARGETS_MAX; i++) {
        target *t = &out->items[out->n++];
        t->scope = ptl_text_copy(ptl_column_text(scope, i), k->arena, err);
        t->kpi = ptl_text_copy(ptl_column_text(kpi, i), k->arena, err);
        t->from = (ptl_day)ptl_column_int(from, i);
        t->to = (ptl_day)ptl_column_int(to, i);
        t->value = ptl_column_double(value, i);
        if (!t->scope || !t->kpi) return PTL_E_NO_MEMORY;
    }
    return PTL_OK;
}

ptl_status ptl_kpi_read_targets(ptl_kpi *k, ptl_error *err)
{
    const ptl_value known = ptl_value_instant(k->span.known_by);
    ptl_table rows = {0};
    ptl_targets *t = ptl_arena_array(k->arena, 1, sizeof *t, err);
    if (!t) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_warehouse_query(&rows, k->store->warehouse, "kpi/targets", &known, 1, 0, err));
    t->items = ptl_arena_array(k->arena, rows.n_rows + 1, sizeof *t->items, err);
    ptl_status st = t->items ? fill(t, k, &rows, err) : PTL_E_NO_MEMORY;
    const ptl_kpi_config *kpi = &k->workspace->kpi;
    if (st == PTL_OK && kpi->has_target)
        t->items[t->n++] = (target){"company", kpi->metric, kpi->starts, kpi->due,
                                    (double)kpi->target_micros / 1e6};
    k->targets = t;
    ptl_table_dispose(&rows);
    return st;
}

static bool speaks_for(const target *t, const char *kpi, const char *scope, ptl_day from,
                       ptl_day to)
{
    return strcmp(t->kpi, kpi) == 0 && strcmp(t->scope, scope) == 0 && t->from <= from &&
           to <= t->to;
}

static const target *shortest(const ptl_kpi *k, const char *kpi, const char *scope, ptl_day from,
                              ptl_day to)
{
    const target *found = NULL;
    for (int64_t i = 0; i < k->targets->n; i++) {
        const target *t = &k->targets->items[i];
        const bool speaks = speaks_for(t, kpi, scope, from, to);
        if (speaks && (!found || t->to - t->from < found->to - found->from)) found = t;
    }
    return found;
}

double ptl_kpi_target(const ptl_kpi *k, const char *kpi, const char *scope, const ptl_period *p,
                      bool is_flow)
{
    const target *t = shortest(k, kpi, scope, p->from, p->to);
    if (!t) return PTL_NAN;
    if (!is_flow) return t->value;
    return t->value * (double)(p->to - p->from + 1) / (double)(t->to - t->from + 1);
}

bool ptl_kpi_target_now(double *value, ptl_day *from, const ptl_kpi *k, const char *kpi)
{
    const target *t = shortest(k, kpi, "company", k->span.last, k->span.last);
    if (!t) return false;
    *value = t->value;
    *from = t->from;
    return true;
}
