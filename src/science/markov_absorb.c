/* markov_absorb.c: where an absorbing chain ends, to the last digits.
 *
 * The question.   From each state, how likely is a conversion, and what is it worth on average?
 * The quantity.   h = r + P h, over the states seen, with r the chance (or the expected value) of a
 *                 conversion as the very next thing. Removal: transitions into what is removed lead
 *                 to null, so their row of P loses them and nothing else changes.
 * The method.     Up to 256 states: state reduction (Grassmann, Taksar & Heyman 1985), one state
 *                 after the other. It only adds, multiplies and divides nonnegative numbers: the
 *                 divisor of a state is what leaves it, summed, never 1 minus what stays. So every
 *                 h is right to about n eps of itself, however often journeys go round in loops.
 *                 Beyond: Gauss-Seidel on sparse rows, sweeping to and fro. P is substochastic and
 *                 every state seen leads to an end, so it converges from any start.
 *                 Where the expected visits x = s + x P are wanted too, both are solved to half
 *                 the digits: x'(r + P h - h) added to h_start leaves (x* - x)'(r + P h - h), the
 *                 product of two small errors.
 * The certificate. res = r + P h - h is computed apart. The error at the start is x*' res exactly,
 *                 so |error| <= max|res| E(steps from the start); after the correction it is at
 *                 most max|res| sum|s + x P - x| max E(steps from any state).
 * Cost.           n^3/3 or sweeps x transitions. No allocation. */
#include "science/markov_internal.h"

#include "portolan/sum.h"

#include <string.h>

ptl_status ptl_absorb_alloc(ptl_absorb_work *out, const ptl_chain *chain, bool dense,
                            ptl_arena *arena, ptl_error *err)
{
    *out = (ptl_absorb_work){0};
    ALLOC(out->p, arena, chain->n_edges, err);
    ALLOC(out->exit, arena, chain->n_states, err);
    ALLOC(out->h, arena, 2 * chain->n_states, err);
    if (!dense) return PTL_OK;
    ALLOC(out->square, arena, chain->n_states * chain->n_states, err);
    ALLOC(out->pivot, arena, chain->n_states, err);
    return PTL_OK;
}

static void cut(ptl_absorb_work *w, const ptl_chain *chain, const ptl_rates *rates,
                const ptl_removal *removal)
{
    memcpy(w->p, rates->p, (size_t)chain->n_edges * sizeof *w->p);
    memcpy(w->exit, rates->exit, (size_t)chain->n_states * sizeof *w->exit);
    for (int64_t i = 0; removal && i < chain->n_states; i++)
        for (int64_t e = chain->row[i]; e < chain->row[i + 1]; e++)
            if (ptl_removal_cuts(removal, chain, chain->key[i], chain->key[chain->to[e]])) {
                w->exit[i] += w->p[e];
                w->p[e] = 0.0;
            }
}

/* Take state s out: what led there goes on to where s leads. The loop of a state on itself is left
 * out of its divisor, which is what leaves it for good. */
static void reduce(ptl_absorb_work *w, int64_t n, int64_t s)
{
    double *const row = w->square + s * n;
    double leaves = w->exit[s];
    for (int64_t j = 0; j < s; j++) leaves += row[j];
    w->pivot[s] = leaves;
    if (!(leaves > 0.0)) return; /* never reached under this weighting */
    for (int64_t i = 0; i < s; i++) {
        double *const other = w->square + i * n;
        if (other[s] == 0.0) continue;
        const double f = other[s] / leaves;
        for (int64_t j = 0; j < s; j++) other[j] += f * row[j];
        w->exit[i] += f * w->exit[s];
        w->h[2 * i] += f * w->h[2 * s];
        w->h[2 * i + 1] += f * w->h[2 * s + 1];
    }
}

static void eliminate(const ptl_chain *chain, const ptl_rates *rates, ptl_absorb_work *w)
{
    const int64_t n = chain->n_states;
    memset(w->square, 0, (size_t)(n * n) * sizeof *w->square);
    for (int64_t i = 0; i < n; i++) {
        w->h[2 * i] = rates->convert[i];
        w->h[2 * i + 1] = rates->value[i];
        for (int64_t e = chain->row[i]; e < chain->row[i + 1]; e++)
            w->square[i * n + chain->to[e]] = w->p[e];
    }
    for (int64_t s = n - 1; s >= 0; s--) reduce(w, n, s);
    for (int64_t i = 0; i < n; i++) {
        double convert = w->h[2 * i], value = w->h[2 * i + 1];
        for (int64_t j = 0; j < i; j++) {
            convert += w->square[i * n + j] * w->h[2 * j];
            value += w->square[i * n + j] * w->h[2 * j + 1];
        }
        const double leaves = w->pivot[i] > 0.0 ? w->pivot[i] : 1.0;
        w->h[2 * i] = convert / leaves;
        w->h[2 * i + 1] = value / leaves;
    }
}

/* Both columns in one register: the same sums in the same order, half the instructions. */
typedef double pair __attribute__((vector_size(16), may_alias));

/* r + P h of one state, both columns. h comes from an arena, aligned to 16. */
static inline void step(double out[2], const ptl_chain *chain, const ptl_rates *rates,
                        const ptl_absorb_work *w, int64_t i)
{
    const pair *const h = (const pair *)(const void *)w->h;
    pair sum = {rates->convert[i], rates->value[i]};
    for (int64_t e = chain->row[i]; e < chain->row[i + 1]; e++) sum += w->p[e] * h[chain->to[e]];
    out[0] = sum[0];
    out[1] = sum[1];
}

/* One Gauss-Seidel pass; the largest change relative to the largest h. */
static double sweep(const ptl_chain *chain, const ptl_rates *rates, ptl_absorb_work *w, bool up)
{
    double change[2] = {0.0, 0.0}, size[2] = {0.0, 0.0};
    for (int64_t k = 0; k < chain->n_states; k++) {
        const int64_t i = up ? k : chain->n_states - 1 - k;
        double next[2];
        step(next, chain, rates, w, i);
        for (int c = 0; c < 2; c++) {
            const double moved = fabs(next[c] - w->h[2 * i + c]);
            change[c] = moved > change[c] ? moved : change[c];
            size[c] = next[c] > size[c] ? next[c] : size[c];
            w->h[2 * i + c] = next[c];
        }
    }
    return fmax(size[0] > 0.0 ? change[0] / size[0] : 0.0,
                size[1] > 0.0 ? change[1] / size[1] : 0.0);
}

static void certify(ptl_absorb_result *out, const ptl_chain *chain, const ptl_rates *rates,
                    const ptl_absorb_work *w)
{
    double residual[2] = {0.0, 0.0}, size[2] = {0.0, 0.0};
    for (int64_t i = 0; i < chain->n_states; i++) {
        double next[2];
        step(next, chain, rates, w, i);
        for (int c = 0; c < 2; c++) {
            residual[c] = fmax(residual[c], fabs(next[c] - w->h[2 * i + c]));
            size[c] = fmax(size[c], next[c]);
        }
    }
    out->residual = residual[0];
    out->residual_rel = fmax(size[0] > 0.0 ? residual[0] / size[0] : 0.0,
                             size[1] > 0.0 ? residual[1] / size[1] : 0.0);
}

void ptl_absorb(ptl_absorb_result *out, const ptl_chain *chain, const ptl_rates *rates,
                const ptl_removal *removal, double tol, int32_t sweep_max, ptl_absorb_work *w)
{
    *out = (ptl_absorb_result){0};
    cut(w, chain, rates, removal);
    if (w->square) {
        eliminate(chain, rates, w);
    } else {
        double change = 1.0;
        while (out->sweeps < sweep_max && !(change <= tol))
            change = sweep(chain, rates, w, out->sweeps++ % 2 != 0);
    }
    certify(out, chain, rates, w);
    /* a state reduced exactly still rounds once per transition: 64 eps leaves room for that */
    out->converged = out->residual_rel <= fmax(tol, 64 * 0x1p-52);
    out->convert = w->h[0];
    out->value = w->h[1];
}

/* ---- expected visits ---- */

ptl_status ptl_chain_reverse_make(ptl_chain_reverse *out, const ptl_chain *chain, ptl_arena *arena,
                                  ptl_error *err)
{
    int64_t *next;
    ALLOC(out->row, arena, chain->n_states + 1, err);
    ALLOC(out->from, arena, chain->n_edges, err);
    ALLOC(out->edge, arena, chain->n_edges, err);
    ALLOC(next, arena, chain->n_states, err);
    for (int64_t e = 0; e < chain->n_edges; e++) out->row[chain->to[e] + 1]++;
    for (int64_t i = 0; i < chain->n_states; i++) {
        out->row[i + 1] += out->row[i];
        next[i] = out->row[i];
    }
    for (int64_t i = 0; i < chain->n_states; i++)
        for (int64_t e = chain->row[i]; e < chain->row[i + 1]; e++) {
            const int64_t at = next[chain->to[e]]++;
            out->from[at] = (int32_t)i;
            out->edge[at] = (int32_t)e;
        }
    return PTL_OK;
}

double ptl_visits(double *x, const ptl_chain *chain, const ptl_chain_reverse *reverse,
                  const double *p, double tol, int32_t sweep_max)
{
    double left = 1.0;
    for (int32_t n = 0; n < sweep_max && !(left <= tol); n++) {
        left = 0.0;
        for (int64_t k = 0; k < chain->n_states; k++) {
            const int64_t i = n % 2 == 0 ? k : chain->n_states - 1 - k;
            double next = i == 0 ? 1.0 : 0.0;
            for (int64_t e = reverse->row[i]; e < reverse->row[i + 1]; e++)
                next += x[reverse->from[e]] * p[reverse->edge[e]];
            left += fabs(next - x[i]);
            x[i] = next;
        }
    }
    return left; /* a sweep's changes, passed on once, bound what is still missing in the balance */
}

void ptl_absorb_correct(ptl_absorb_result *a, const ptl_chain *chain, const ptl_rates *rates,
                        const ptl_absorb_work *w, const double *x, double visits_left)
{
    ptl_sum convert = {0.0, 0.0}, value = {0.0, 0.0};
    for (int64_t i = 0; i < chain->n_states; i++) {
        double next[2];
        step(next, chain, rates, w, i);
        ptl_sum_add(&convert, x[i] * (next[0] - w->h[2 * i]));
        ptl_sum_add(&value, x[i] * (next[1] - w->h[2 * i + 1]));
    }
    a->convert += ptl_sum_value(&convert);
    a->value += ptl_sum_value(&value);
    a->residual *= visits_left;
    a->residual_rel *= visits_left;
}
