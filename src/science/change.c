/* change.c: which of many series moved, more than chance and more than matters.
 *
 * The question.   Of all metrics of all members, which changed in the newest period?
 * The quantity.   For each cell y_n - c_n, c_n what was to be expected without seeing y_n, and the
 *                 chance of a difference this large where nothing moved.
 * The model.      Three expectations are tried on the past: the mean of the 4 periods before, of
 *                 the 8 before, and the same period a year before times the growth of the last 8
 *                 over theirs. The one with the least squared misses so far is used. The newest
 *                 miss is judged by those before it (surprise.c). Misses of series that are never
 *                 negative count relative to what was expected, so that a company that doubled is
 *                 not called restless.
 * The method.     Benjamini & Hochberg 1995: with the n chances in order, those up to the largest
 *                 k with p_(k) <= k rate / n pass. Where nothing changed at all, naming anything is
 *                 wrong, and the chance of that is at most `rate` for independent or positively
 *                 dependent cells (Benjamini & Yekutieli 2001, theorem 1.2). Metrics of one member
 *                 are so dependent. What passes must also reach the cell's least change.
 * Not identified. A cell with fewer than 8 past misses is not asked, and does not count in n.
 * Cost.           O(cells (periods + misses)), no allocation. */
#include "portolan/change.h"

#include <string.h>

enum { SHORT = 4, LONG = 8, MISSES_MIN = 8, N_RULES = 3, YEAR_CYCLES_MIN = 12 };

ptl_change_options ptl_change_options_default(void)
{
    return (ptl_change_options){.size = (int32_t)sizeof(ptl_change_options),
                                .season = 52,
                                .misses = 52,
                                .found_max = PTL_CHANGE_FOUND_MAX,
                                .rate = 0.05,
                                .probability = 0.80};
}

int64_t ptl_change_work_n(int64_t n_cells, int64_t n_periods, const ptl_change_options *options)
{
    (void)n_periods;
    const ptl_change_options o = options ? *options : ptl_change_options_default();
    return (int64_t)N_RULES * o.misses + n_cells;
}

static ptl_status check_options(const ptl_change_options *o, ptl_error *err)
{
    if (o->season < 2 || o->season > 400)
        return ptl_fail(err, PTL_E_INVALID, "season must be 2 to 400 periods, not %d", o->season);
    if (o->misses < MISSES_MIN || o->misses > 1000)
        return ptl_fail(err, PTL_E_INVALID, "misses must be %d to 1000, not %d", MISSES_MIN,
                        o->misses);
    if (o->found_max < 1 || o->found_max > PTL_CHANGE_FOUND_MAX)
        return ptl_fail(err, PTL_E_INVALID, "found_max must be 1 to %d, not %d",
                        PTL_CHANGE_FOUND_MAX, o->found_max);
    if (!(o->rate > 0.0 && o->rate < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "rate must lie between 0 and 1, not %g", o->rate);
    if (!(o->probability > 0.0 && o->probability < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "probability must lie between 0 and 1, not %g",
                        o->probability);
    return PTL_OK;
}

static ptl_status check_cell(const ptl_change_cell *cell, int64_t idx, int64_t n_periods,
                             ptl_error *err)
{
    if (!(cell->least >= 0.0) || !(cell->worth > 0.0))
        return ptl_fail(err, PTL_E_INVALID,
                        "cell %lld: least must be 0 or more and worth positive, not %g and %g",
                        (long long)idx + 1, cell->least, cell->worth);
    for (int64_t t = 0; t < n_periods; t++)
        if (!isfinite(cell->y[t]))
            return ptl_fail(err, PTL_E_INVALID, "cell %lld, period %lld is not a finite number",
                            (long long)idx + 1, (long long)t + 1);
    return PTL_OK;
}

/* --- expectations ----------------------------------------------------------------------------- */

static double sum_before(const double *y, int64_t t, int64_t n)
{
    double sum = 0.0;
    for (int64_t i = 1; i <= n; i++) sum += y[t - i];
    return sum;
}

static int64_t rule_needs(int rule, int32_t season)
{
    return rule == 0 ? SHORT : rule == 1 ? LONG : season + LONG;
}

static double expect_by(int rule, const double *y, int64_t t, int32_t season)
{
    if (rule == 0) return sum_before(y, t, SHORT) / SHORT;
    if (rule == 1) return sum_before(y, t, LONG) / LONG;
    const double then = sum_before(y, t - season, LONG);
    if (!(then > 0.0)) return sum_before(y, t, LONG) / LONG;
    return y[t - season] * sum_before(y, t, LONG) / then;
}

/* A cell's rule at work: misses of the past, and what it says of the newest period. */
typedef struct trial {
    double *misses;
    int64_t m;
    double expected, square; /* mean squared miss, relative where `relative` */
} trial;

static bool never_negative(const double *y, int64_t n)
{
    for (int64_t t = 0; t < n; t++)
        if (!(y[t] >= 0.0)) return false;
    return true;
}

static double scale_of(double expected, bool relative)
{
    return relative ? expected : 1.0;
}

static void try_rule(trial *out, int rule, const double *y, int64_t n, bool relative,
                     const ptl_change_options *o)
{
    const int64_t last = n - 1;
    int64_t first = rule_needs(rule, o->season);
    if (first < last - o->misses) first = last - o->misses;
    out->m = 0;
    double squares = 0.0;
    for (int64_t t = first; t < last; t++) {
        const double c = expect_by(rule, y, t, o->season);
        if (relative && !(c > 0.0)) continue;
        const double miss = (y[t] - c) / scale_of(c, relative);
        out->misses[out->m++] = miss;
        squares += miss * miss;
    }
    const bool enough = out->m >= (rule == 2 ? YEAR_CYCLES_MIN : MISSES_MIN);
    out->square = enough ? squares / (double)out->m : (double)INFINITY;
    out->expected = enough ? expect_by(rule, y, last, o->season) : PTL_NAN;
}

static ptl_change_answer unknown(void)
{
    return (ptl_change_answer){{PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN}, PTL_NAN, PTL_NAN, false};
}

static void answer(ptl_change_answer *out, const ptl_change_cell *cell, int64_t n,
                   const ptl_change_options *o, double *work)
{
    const bool relative = never_negative(cell->y, n);
    trial best = {.square = (double)INFINITY};
    *out = unknown();
    for (int rule = 0; rule < N_RULES; rule++) {
        trial t = {.misses = work + (int64_t)rule * o->misses};
        if (n - 1 >= rule_needs(rule, o->season)) try_rule(&t, rule, cell->y, n, relative, o);
        if (t.m > 0 && t.square < best.square) best = t;
    }
    if (!isfinite(best.square) || (relative && !(best.expected > 0.0))) return;
    const double scale = scale_of(best.expected, relative);
    out->change = cell->y[n - 1] - best.expected;
    out->chance = ptl_surprise(out->change / scale, best.misses, best.m);
    const double half = scale * ptl_surprise_quantile(1.0 - o->probability, best.misses, best.m);
    out->expected =
        (ptl_estimate){best.expected, best.expected - half, best.expected + half, o->probability};
}

/* --- who passes, who is named ----------------------------------------------------------------- */

static void sift(double *heap, int64_t root, int64_t n)
{
    for (int64_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && heap[child + 1] > heap[child]) child++;
        if (!(heap[child] > heap[root])) return;
        const double swap = heap[root];
        heap[root] = heap[child];
        heap[child] = swap;
    }
}

/* Heapsort, ascending: the C library's sort may allocate, and this room does not. */
static void sort(double *x, int64_t n)
{
    for (int64_t i = n / 2 - 1; i >= 0; i--) sift(x, i, n);
    for (int64_t end = n - 1; end > 0; end--) {
        const double top = x[0];
        x[0] = x[end];
        x[end] = top;
        sift(x, 0, end);
    }
}

/* The largest chance that passes, -1 where none does. */
static double benjamini_hochberg(const ptl_change_answer *answers, int64_t n, double rate,
                                 double *sorted, int64_t *n_asked)
{
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++)
        if (answers[i].chance >= 0.0) sorted[m++] = answers[i].chance;
    *n_asked = m;
    sort(sorted, m);
    for (int64_t k = m; k > 0; k--)
        if (sorted[k - 1] <= (double)k * rate / (double)m) return sorted[k - 1];
    return -1.0;
}

static double worth_of(const ptl_change_cell *cells, const ptl_change_answer *answers, int64_t i)
{
    return fabs(answers[i].change) * cells[i].worth;
}

static bool better(const ptl_change_cell *cells, const ptl_change_answer *answers, int64_t i,
                   int64_t than)
{
    if (answers[i].chance < answers[than].chance) return true;
    if (answers[i].chance > answers[than].chance) return false;
    return worth_of(cells, answers, i) > worth_of(cells, answers, than);
}

/* Whether cell i is its member's least likely one. */
static bool speaks_for_member(const ptl_change_cell *cells, const ptl_change_answer *answers,
                              int64_t n, int64_t i)
{
    for (int64_t k = 0; k < n; k++)
        if (k != i && answers[k].passes && cells[k].member == cells[i].member &&
            (better(cells, answers, k, i) || (!better(cells, answers, i, k) && k < i)))
            return false;
    return true;
}

/* Named cells that explain half of the company's change make it a second telling of the same. */
static bool is_explained(const ptl_change_result *r, const ptl_change_cell *cells,
                         const ptl_change_answer *answers, int64_t n, int64_t company)
{
    double sum = 0.0;
    for (int32_t f = 0; f < r->n_found; f++)
        for (int64_t k = 0; k < n; k++)
            if (cells[k].member == cells[r->found[f]].member && cells[k].member >= 0 &&
                cells[k].metric == cells[company].metric && isfinite(answers[k].change))
                sum += answers[k].change;
    return sum / answers[company].change >= 0.5;
}

static void insert(ptl_change_result *r, const ptl_change_cell *cells,
                   const ptl_change_answer *answers, int64_t i, int32_t found_max)
{
    int32_t at = r->n_found;
    while (at > 0 && worth_of(cells, answers, i) > worth_of(cells, answers, r->found[at - 1])) at--;
    if (at == found_max) return;
    if (r->n_found < found_max) r->n_found++;
    memmove(r->found + at + 1, r->found + at, (size_t)(r->n_found - 1 - at) * sizeof *r->found);
    r->found[at] = i;
}

static void name(ptl_change_result *r, const ptl_change_cell *cells,
                 const ptl_change_answer *answers, int64_t n, int32_t found_max)
{
    int64_t company = -1;
    for (int64_t i = 0; i < n; i++) {
        if (!answers[i].passes || !speaks_for_member(cells, answers, n, i)) continue;
        if (cells[i].member < 0)
            company = i;
        else
            insert(r, cells, answers, i, found_max);
    }
    if (company >= 0 && !is_explained(r, cells, answers, n, company))
        insert(r, cells, answers, company, found_max);
}

ptl_status ptl_change_find(ptl_change_result *result, ptl_change_answer *answers,
                           const ptl_change_cell *cells, int64_t n_cells, int64_t n_periods,
                           const ptl_change_options *options, double *work, ptl_error *err)
{
    const ptl_change_options o = options ? *options : ptl_change_options_default();
    PTL_TRY(check_options(&o, err));
    if (n_cells < 0 || n_cells > PTL_CHANGE_CELLS_MAX || n_periods < 0 ||
        n_periods > PTL_CHANGE_PERIODS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "%lld cells of %lld periods: at most %d of %d",
                        (long long)n_cells, (long long)n_periods, PTL_CHANGE_CELLS_MAX,
                        PTL_CHANGE_PERIODS_MAX);
    *result = (ptl_change_result){.verdict = PTL_NOT_IDENTIFIED};
    for (int64_t i = 0; i < n_cells; i++) {
        PTL_TRY(check_cell(&cells[i], i, n_periods, err));
        answer(&answers[i], &cells[i], n_periods, &o, work);
    }
    double *const sorted = work + (int64_t)N_RULES * o.misses;
    const double limit = benjamini_hochberg(answers, n_cells, o.rate, sorted, &result->n_asked);
    for (int64_t i = 0; i < n_cells; i++) {
        answers[i].passes = answers[i].chance <= limit && fabs(answers[i].change) >= cells[i].least;
        result->n_passed += answers[i].passes;
    }
    if (result->n_asked > 0) result->verdict = PTL_CONVERGED;
    name(result, cells, answers, n_cells, o.found_max);
    return PTL_OK;
}
