/* kpi_targets.c: what was to be reached, for any period inside a target's own.
 *
 * A sum (revenue, customers) is planned by days: a week of a year's target is 7⁄365 of it, and the
 * season is not in it. A ratio's target is the same in every period. Where several targets hold a
 * period, the one of the shortest period speaks. */
#include "understand/kpi_internal.h"

#include <string.h>

typedef struct target {
    const char *dimension, *member; /* NULL: the company's */
    bool is_plan;
    const char *kpi;
    ptl_day from, to;
    double value;
} target;

typedef struct ptl_targets {
    target *items;
    int64_t n;
} ptl_targets;

enum { TARGETS_MAX = 100000 };

/* "company"; "vertical/business", "geo/DE" …; a name alone is a vertical's, or else a channel's. */
static ptl_status scope_of(target *t, ptl_kpi *k, ptl_text scope, ptl_error *err)
{
    static const char *const dimensions[] = {"channel", "campaign", "geo", "segment", "vertical"};
    ptl_text member = scope;
    t->dimension = NULL;
    t->member = NULL;
    if (ptl_text_equal(scope, PTL_TEXT("company"))) return PTL_OK;
    t->dimension = ptl_workspace_vertical(k->workspace, scope) ? "vertical" : "channel";
    for (size_t i = 0; i < sizeof dimensions / sizeof *dimensions; i++) {
        const size_t n = strlen(dimensions[i]);
        const bool says =
            scope.len > n && scope.ptr[n] == '/' && memcmp(scope.ptr, dimensions[i], n) == 0;
        if (!says) continue;
        t->dimension = dimensions[i];
        member = (ptl_text){scope.ptr + n + 1, scope.len - n - 1};
    }
    t->member = ptl_text_copy(member, k->arena, err);
    return t->member ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status fill(ptl_targets *out, ptl_kpi *k, const ptl_table *rows, ptl_error *err)
{
    const ptl_column *scope, *kind, *kpi, *from, *to, *value;
    PTL_TRY(ptl_table_column(&kind, rows, "kind", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&scope, rows, "scope", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&kpi, rows, "kpi", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&from, rows, "period_start", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&to, rows, "period_end", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&value, rows, "value_to", PTL_TYPE_DOUBLE, err));
    for (int64_t i = 0; i < rows->n_rows && out->n < TARGETS_MAX; i++) {
        target *t = &out->items[out->n++];
        PTL_TRY(scope_of(t, k, ptl_column_text(scope, i), err));
        t->is_plan = ptl_text_equal(ptl_column_text(kind, i), PTL_TEXT("plan"));
        t->kpi = ptl_text_copy(ptl_column_text(kpi, i), k->arena, err);
        t->from = (ptl_day)ptl_column_int(from, i);
        t->to = (ptl_day)ptl_column_int(to, i);
        t->value = ptl_column_double(value, i);
        if (!t->kpi) return PTL_E_NO_MEMORY;
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
        t->items[t->n++] = (target){.kpi = kpi->metric,
                                    .from = kpi->starts,
                                    .to = kpi->due,
                                    .value = (double)kpi->target_micros / 1e6};
    k->targets = t;
    ptl_table_dispose(&rows);
    return st;
}

/* What is asked for. */
typedef struct question {
    const char *kpi, *dimension, *member;
    ptl_day from, to;
    bool is_plan;
} question;

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool speaks_for(const target *t, const question *q)
{
    return t->is_plan == q->is_plan && t->from <= q->from && q->to <= t->to &&
           strcmp(t->kpi, q->kpi) == 0 && same(t->dimension, q->dimension) &&
           same(t->member, q->member);
}

static const target *shortest(const ptl_kpi *k, const question *q)
{
    const target *found = NULL;
    for (int64_t i = 0; i < k->targets->n; i++) {
        const target *t = &k->targets->items[i];
        if (speaks_for(t, q) && (!found || t->to - t->from < found->to - found->from)) found = t;
    }
    return found;
}

static double share_of(const target *t, const question *q, bool is_flow)
{
    if (!t) return PTL_NAN;
    if (!is_flow) return t->value;
    return t->value * (double)(q->to - q->from + 1) / (double)(t->to - t->from + 1);
}

ptl_target_of ptl_kpi_target(const ptl_kpi *k, const char *kpi, const char *dimension,
                             const char *member, const ptl_period *p, bool is_flow)
{
    question q = {kpi, dimension, member, p->from, p->to, false};
    ptl_target_of out = {.target = share_of(shortest(k, &q), &q, is_flow)};
    q.is_plan = true;
    out.plan = share_of(shortest(k, &q), &q, is_flow);
    return out;
}

bool ptl_kpi_target_now(double *value, ptl_day *from, const ptl_kpi *k, const char *kpi)
{
    const question q = {kpi, NULL, NULL, k->span.last, k->span.last, false};
    const target *t = shortest(k, &q);
    if (!t) return false;
    *value = t->value;
    *from = t->from;
    return true;
}
