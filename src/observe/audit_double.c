/* audit_double.c: conversions that a platform counts twice.
 *
 * A conversion tag that fires twice doubles every count. So under "doubled" a count is twice a
 * usual one: P(2k) = p(k), P(odd) = 0, where p is how often the source claims k on a row of a day.
 * The stretch of days with the largest sum of ln P(count | doubled) - ln p(count) is sought
 * (Kadane's scan; a day with an odd count ends it). By Wald's bound a stretch of usual days reaches
 * a sum of A somewhere in n days with a chance of at most about n exp(-A): that is how sure a
 * finding is. */
#include "observe/audit_internal.h"

#include <math.h>
#include <string.h>

enum { COUNT_MAX = 1000 }; /* larger counts say the same: doubled, they are the last bin */

static const double chance_sure = 1e-4;   /* of a usual source looking doubled somewhere: high */
static const double chance_likely = 0.01; /* … : medium                                       */

typedef struct claims {
    const char *source;
    double p[COUNT_MAX + 1]; /* share of rows that claim k, k >= 1 */
    double *gain;            /* by day; -inf where a count is odd  */
    double *count;           /* conversions by day                 */
} claims;

static int64_t count_of(const ptl_table *t, int64_t row)
{
    const int64_t k = ptl_column_int(&t->columns[2], row) / 1000000;
    return k < COUNT_MAX ? k : COUNT_MAX;
}

static bool is_whole(const ptl_table *t, int64_t row)
{
    return ptl_column_int(&t->columns[2], row) % 1000000 == 0;
}

/* p with half a row in every bin up to the largest, so that nothing is impossible. */
static void learn(claims *c, const ptl_table *t, int64_t from, int64_t to)
{
    int64_t largest = 1;
    double all = 0.0;
    memset(c->p, 0, sizeof c->p);
    for (int64_t i = from; i < to; i++) {
        const int64_t k = count_of(t, i);
        c->p[k] += (double)ptl_column_int(&t->columns[3], i);
        if (k > largest) largest = k;
    }
    for (int64_t k = 1; k <= largest; k++) all += c->p[k] += 0.5;
    for (int64_t k = 1; k <= largest; k++) c->p[k] /= all;
}

static void weigh(claims *c, const ptl_audit *audit, const ptl_table *t, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        const int64_t d = ptl_column_int(&t->columns[1], i) - audit->first;
        const int64_t k = count_of(t, i);
        const double rows = (double)ptl_column_int(&t->columns[3], i);
        if (d < 0 || d >= audit->n_days) continue;
        c->count[d] += rows * (double)k;
        c->gain[d] += k % 2 == 1 ? -HUGE_VAL : rows * log(c->p[k / 2] / c->p[k]);
    }
}

static double best_stretch(const claims *c, int64_t n_days, int64_t *first, int64_t *last)
{
    double best = 0.0, sum = 0.0;
    int64_t from = 0;
    for (int64_t d = 0; d < n_days; d++) {
        if (!(sum > 0.0)) {
            sum = 0.0;
            from = d;
        }
        sum += c->gain[d];
        if (!(sum > best)) continue;
        best = sum;
        *first = from;
        *last = d;
    }
    return best;
}

static ptl_status report(ptl_audit *audit, const claims *c, int64_t first, int64_t last,
                         double gain, ptl_error *err)
{
    const double chance = (double)audit->n_days * exp(-gain);
    const ptl_day from = audit->first + (ptl_day)first, to = audit->first + (ptl_day)last;
    const bool sure = chance < chance_sure;
    double claimed = 0.0;
    for (int64_t d = first; d <= last; d++) claimed += c->count[d];
    const ptl_audit_finding f = {
        .check = "double_counting",
        .severity = sure ? PTL_SEVERITY_HIGH : PTL_SEVERITY_MEDIUM,
        .source = c->source,
        .table = "spend",
        .field = "claimed_conversions",
        .title = ptl_audit_say(audit,
                               sure ? "%s counts each conversion twice"
                                    : "%s seems to count each conversion twice",
                               c->source),
        .detail = ptl_audit_say(audit,
                                "Every count is even and high, %s: %.0f conversions claimed, half "
                                "of them are likely. Chance that usual days look so: %s.",
                                ptl_audit_span(audit, from, to), claimed, "less than 1 in 100"),
        .has_days = true,
        .from = from,
        .to = to,
        .rows = last - first + 1,
        .effect = "platform claims and their over-claim factor",
        .advice = "Look for a conversion that fires twice, and export these days again"};
    return ptl_audit_add(audit, &f, err);
}

static ptl_status check(ptl_audit *audit, const ptl_table *t, int64_t from, int64_t to,
                        ptl_error *err)
{
    for (int64_t i = from; i < to; i++)
        if (!is_whole(t, i)) return PTL_OK; /* modelled conversions: nothing is even */
    claims *c = ptl_arena_alloc(audit->arena, sizeof *c, err);
    double *days = ptl_arena_array(audit->arena, 2 * audit->n_days, sizeof *days, err);
    if (!c || !days) return PTL_E_NO_MEMORY;
    for (int64_t d = 0; d < 2 * audit->n_days; d++) days[d] = 0.0;
    *c = (claims){.source = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], from)),
                  .gain = days,
                  .count = days + audit->n_days};
    learn(c, t, from, to);
    weigh(c, audit, t, from, to);
    int64_t first = 0, last = 0;
    const double gain = best_stretch(c, audit->n_days, &first, &last);
    if ((double)audit->n_days * exp(-gain) >= chance_likely) return PTL_OK;
    return report(audit, c, first, last, gain, err);
}

ptl_status ptl_audit_double(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(ptl_audit_query(&t, audit, "audit/claim_day", err));
    for (int64_t from = 0, to; from < t.n_rows && st == PTL_OK; from = to) {
        const ptl_text source = ptl_column_text(&t.columns[0], from);
        for (to = from + 1;
             to < t.n_rows && ptl_text_equal(source, ptl_column_text(&t.columns[0], to));)
            to++;
        if (audit->n_days > 0) st = check(audit, &t, from, to, err);
    }
    ptl_table_dispose(&t);
    return st;
}
