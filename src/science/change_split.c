/* change_split.c: volume, mix, rate and price, adding up to the millionth.
 *
 * The question.   Money went from M0 to M1. How much of that is more volume, other shares of it,
 *                 other rates, other prices?
 * The quantity.   M = sum_i V s_i r_i p_i over parts i: V the volume, s_i its shares, r_i = count
 *                 over volume, p_i = money over count. Four factors, each before or now.
 * The method.     Shapley 1953, as Shorrocks 2013 applies it to decompositions: with R(S) the money
 *                 if the factors in S had moved and the others not, a factor's part is the mean of
 *                 R(S with it) - R(S) over the 24 orders of moving. It favours no order, is zero
 *                 for a factor that did not move, and needs no logarithm, so zeros are allowed.
 * Exact.          Volume, mix and rate are rounded to micros; price is what is left, so that the
 *                 four add up. Money without any count (a week of refunds alone) is price as well.
 * Where undefined a part's rate or price of a period is that of the other: it did not move. */
#include "portolan/change.h"

#include <math.h>

enum { VOLUME = 1, MIX = 2, RATE = 4, PRICE = 8, N_FACTORS = 4 };

typedef struct whole {
    const ptl_change_flow *before, *now;
    int64_t n;
    double volume[2]; /* before, now */
} whole;

static double ratio(int64_t part, int64_t of, double otherwise)
{
    return of > 0 ? (double)part / (double)of : otherwise;
}

/* count per volume, or money per count, of part i; of the other period where this one has none */
static double rate_of(const whole *w, int64_t i, bool now)
{
    const ptl_change_flow *f = now ? &w->now[i] : &w->before[i];
    const ptl_change_flow *g = now ? &w->before[i] : &w->now[i];
    return ratio(f->count, f->volume, ratio(g->count, g->volume, 0.0));
}

static double price_of(const whole *w, int64_t i, bool now)
{
    const ptl_change_flow *f = now ? &w->now[i] : &w->before[i];
    const ptl_change_flow *g = now ? &w->before[i] : &w->now[i];
    return ratio(f->micros, f->count, ratio(g->micros, g->count, 0.0));
}

static double share_of(const whole *w, int64_t i, bool now)
{
    const double all = w->volume[now];
    if (!(all > 0.0)) { /* nothing at all: shares are those of the other period */
        if (!(w->volume[!now] > 0.0)) return 0.0;
        return (double)(now ? w->before[i] : w->now[i]).volume / w->volume[!now];
    }
    return (double)(now ? w->now[i] : w->before[i]).volume / all;
}

/* The money if the factors in `moved` were as now and the others as before. */
static double money_if(const whole *w, unsigned moved)
{
    double sum = 0.0;
    for (int64_t i = 0; i < w->n; i++)
        sum += share_of(w, i, (moved & MIX) != 0) * rate_of(w, i, (moved & RATE) != 0) *
               price_of(w, i, (moved & PRICE) != 0);
    return sum * w->volume[(moved & VOLUME) != 0];
}

static double shapley_of(const double money[16], unsigned factor)
{
    /* (size of S)! (3 - size)! / 4! */
    static const double weight[N_FACTORS] = {1.0 / 4.0, 1.0 / 12.0, 1.0 / 12.0, 1.0 / 4.0};
    static const uint8_t size[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};
    double part = 0.0;
    for (unsigned s = 0; s < 16; s++)
        if (!(s & factor)) part += weight[size[s]] * (money[s | factor] - money[s]);
    return part;
}

static ptl_status add_up(whole *w, int64_t *change, ptl_error *err)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < w->n; i++) {
        const ptl_change_flow *b = &w->before[i], *f = &w->now[i];
        if (b->volume < 0 || b->count < 0 || f->volume < 0 || f->count < 0)
            return ptl_fail(err, PTL_E_INVALID, "part %lld has a negative volume or count",
                            (long long)i + 1);
        int64_t difference;
        if (__builtin_sub_overflow(f->micros, b->micros, &difference) ||
            __builtin_add_overflow(sum, difference, &sum))
            return ptl_fail(err, PTL_E_LIMIT, "a change of money does not fit in 64 bits");
        w->volume[0] += (double)b->volume;
        w->volume[1] += (double)f->volume;
    }
    *change = sum;
    return PTL_OK;
}

ptl_status ptl_change_split(ptl_change_parts *out, const ptl_change_flow *before,
                            const ptl_change_flow *now, int64_t n_parts, ptl_error *err)
{
    whole w = {.before = before, .now = now, .n = n_parts};
    double money[16];
    int64_t change = 0;
    if (n_parts < 0) return ptl_fail(err, PTL_E_INVALID, "n_parts must not be negative");
    PTL_TRY(add_up(&w, &change, err));
    for (unsigned s = 0; s < 16; s++) money[s] = money_if(&w, s);
    out->volume = (int64_t)llround(shapley_of(money, VOLUME));
    out->mix = (int64_t)llround(shapley_of(money, MIX));
    out->rate = (int64_t)llround(shapley_of(money, RATE));
    out->price = change - out->volume - out->mix - out->rate;
    return PTL_OK;
}
