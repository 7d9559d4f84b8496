/* reconcile_causes.c: what the books may see differently, as amounts.
 *
 * Each cause is an amount that our line would change by. One of them, or else two together, explain
 * where they leave no more than a fiftieth of what is missing (a quarter where days are missing,
 * whose amount is an average). An amount that does not come that near explains nothing, however
 * plausible its story; what is left is unexplained. */
#include "prove/reconcile_internal.h"

#include "portolan/sum.h"

#include <stdlib.h>

/* --- timing ----------------------------------------------------------------------------------- */

/* The books cut days at midnight UTC. */
static int64_t by_utc(const ptl_reconcile *r, const ptl_book *b)
{
    return ptl_reconcile_sum(r, PTL_DAY_BEFORE, b->to + 1, b->to + 1) -
           ptl_reconcile_sum(r, PTL_DAY_BEFORE, b->from, b->from) +
           ptl_reconcile_sum(r, PTL_DAY_AFTER, b->from - 1, b->from - 1) -
           ptl_reconcile_sum(r, PTL_DAY_AFTER, b->to, b->to);
}

/* The books have a line `days` later than we, or earlier where it is negative. */
static int64_t by_shift(const ptl_reconcile *r, const ptl_book *b, int32_t days)
{
    return ptl_reconcile_sum(r, PTL_DAY_REVENUE, b->from - days, b->to - days) -
           ptl_reconcile_sum(r, PTL_DAY_REVENUE, b->from, b->to);
}

static bool is_nearer(int64_t change, int64_t than, int64_t missing)
{
    return llabs(missing - change) < llabs(missing - than);
}

static void find_timing(ptl_explanation *out, const ptl_reconcile *r, const ptl_book *b,
                        int64_t missing)
{
    int64_t best = by_utc(r, b);
    for (int32_t days = -PTL_RECONCILE_SHIFT_DAYS; days <= PTL_RECONCILE_SHIFT_DAYS; days++) {
        const int64_t change = by_shift(r, b, days);
        if (days == 0 || b->to - days > r->last || !is_nearer(change, best, missing)) continue;
        best = change;
        out->shift_days = days;
    }
    out->micros[PTL_CAUSE_TIMING] = best;
}

/* --- refunds, currency, days that are missing ---------------------------------------------------
 */

static bool holds(const ptl_book *b, ptl_day day)
{
    return b->from <= day && day <= b->to;
}

/* By their orders' days; or not at all, where that comes nearer. */
static int64_t by_refunds(const ptl_reconcile *r, const ptl_book *b, int64_t missing)
{
    int64_t moved = 0;
    for (int64_t i = 0; i < r->n_moved; i++) {
        const ptl_moved *m = &r->moved[i];
        if (holds(b, m->day) && !holds(b, m->order_day)) moved -= m->micros;
        if (!holds(b, m->day) && holds(b, m->order_day)) moved += m->micros;
    }
    const int64_t without = -ptl_reconcile_sum(r, PTL_DAY_REFUNDS, b->from, b->to);
    return is_nearer(without, moved, missing) ? without : moved;
}

static ptl_status by_currency(int64_t *out, const ptl_reconcile *r, const ptl_book *b,
                              ptl_error *err)
{
    int64_t at_end = 0;
    for (int64_t c = 0; c < r->n_currencies; c++) {
        int64_t sum = 0, rate, micros;
        for (ptl_day day = b->from; day <= b->to; day++) sum += r->in[c][day - r->first];
        if (sum == 0) continue;
        PTL_TRY(ptl_rates_at(&rate, &r->rates, ptl_text_of(r->currencies[c]), b->to, err));
        PTL_TRY(ptl_muldiv(&micros, sum, rate, INT64_C(1000000000), err));
        at_end += micros;
    }
    *out = at_end - ptl_reconcile_sum(r, PTL_DAY_REVENUE, b->from, b->to);
    return PTL_OK;
}

/* Days between the first and the last with money on which a series that runs has none, at what its
 * other days of the period come to on average. */
static int64_t by_gaps(int64_t *n_missing, const int64_t *series, const ptl_reconcile *r,
                       const ptl_book *b)
{
    int64_t sum = 0, n_there = 0, n_gaps = 0, run_on = 0;
    for (int64_t day = 0; day < r->n_days; day++) {
        const bool inside = holds(b, r->first + (ptl_day)day);
        const bool is_there = series[day] != 0;
        if (is_there && inside) sum += series[day];
        if (is_there && inside) n_there++;
        if (is_there && n_there > 0) n_gaps += run_on; /* a gap is closed by a later day */
        run_on = is_there ? 0 : run_on + inside;
    }
    /* a series that is mostly silent runs in flights: its silence is no gap */
    if (n_gaps == 0 || n_there < 3 * n_gaps) return 0;
    *n_missing += n_gaps;
    return sum / n_there * n_gaps;
}

static int64_t by_missing(int64_t *n_missing, const ptl_reconcile *r, const ptl_book *b)
{
    int64_t sum = 0;
    if (b->line == PTL_BOOK_REVENUE || b->line == PTL_BOOK_VARIABLE)
        return by_gaps(n_missing,
                       r->days[b->line == PTL_BOOK_REVENUE ? PTL_DAY_REVENUE : PTL_DAY_VARIABLE], r,
                       b);
    for (int64_t c = 0; b->line == PTL_BOOK_MEDIA && c < r->n_channels; c++)
        sum += by_gaps(n_missing, r->media + c * r->n_days, r, b);
    return sum;
}

/* --- which of them explain ----------------------------------------------------------------------
 */

/* How much a set of causes may leave of what is missing: amounts that are counted leave next to
 * nothing where they are the reason; the days that are missing are an average. */
static int64_t may_leave(int64_t missing, int64_t tolerance_micros, bool is_estimated)
{
    const int64_t share = llabs(missing) / (is_estimated ? 4 : 50);
    return share > tolerance_micros ? share : tolerance_micros;
}

static bool accounts_for(const ptl_explanation *e, int64_t missing, int64_t tolerance_micros, int a,
                         int b)
{
    const bool is_estimated = a == PTL_CAUSE_MISSING || b == PTL_CAUSE_MISSING;
    const bool is_one = a == b;
    if (e->micros[a] == 0 || e->micros[b] == 0) return false;
    const int64_t left = missing - e->micros[a] - (is_one ? 0 : e->micros[b]);
    return llabs(left) <= may_leave(missing, tolerance_micros, is_estimated);
}

/* The one cause that leaves least, or else the two. */
static void choose(ptl_explanation *out, int64_t missing, int64_t tolerance_micros)
{
    int best_a = -1, best_b = -1;
    int64_t least = INT64_MAX;
    out->unexplained_micros = missing;
    for (int two = 0; two < 2 && best_a < 0 && llabs(missing) > tolerance_micros; two++)
        for (int a = 0; a < PTL_N_CAUSES; a++)
            for (int b = two ? a + 1 : a; b < (two ? PTL_N_CAUSES : a + 1); b++) {
                const int64_t left = missing - out->micros[a] - (two ? out->micros[b] : 0);
                if (!accounts_for(out, missing, tolerance_micros, a, b) || llabs(left) >= least)
                    continue;
                least = llabs(left);
                best_a = a;
                best_b = b;
                out->unexplained_micros = left;
            }
    if (best_a < 0) return;
    out->explains[best_a] = out->explains[best_b] = true;
}

ptl_status ptl_reconcile_explain(ptl_explanation *out, const ptl_reconcile *r, const ptl_book *book,
                                 int64_t ours, int64_t tolerance_micros, ptl_error *err)
{
    const int64_t missing = book->micros - ours; /* what our line would have to rise by */
    *out = (ptl_explanation){0};
    if (book->line == PTL_BOOK_REVENUE) {
        find_timing(out, r, book, missing);
        out->micros[PTL_CAUSE_REFUNDS] = by_refunds(r, book, missing);
        out->micros[PTL_CAUSE_TAX] = ptl_reconcile_sum(r, PTL_DAY_TAX, book->from, book->to);
        PTL_TRY(by_currency(&out->micros[PTL_CAUSE_CURRENCY], r, book, err));
    }
    out->micros[PTL_CAUSE_MISSING] = by_missing(&out->n_days_missing, r, book);
    if (book->line == PTL_BOOK_MEDIA)
        out->micros[PTL_CAUSE_UNMAPPED] =
            -ptl_reconcile_sum(r, PTL_DAY_UNGOVERNED, book->from, book->to);
    choose(out, missing, tolerance_micros);
    return PTL_OK;
}
