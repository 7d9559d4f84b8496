/* optimise_history.c: the inverse Hessian that the last steps of a search imply, as an operator.
 *
 * With steps s and changes of gradient y, each update is H' = V' H V + rho s s', V = I - rho y s',
 * rho = 1 / s'y (Nocedal & Wright 2006, eq. 7.16), from H_0 = gamma I. H is never formed:
 *
 *   H v       the two-loop recursion (algorithm 7.4): 4 m n multiplications.
 *   draws     H' is a sum of covariances, so z ~ N(0, H) becomes V' z + sqrt(rho) s xi ~ N(0, H').
 *   log det   B = H^-1 is updated by the direct formula, for which det B' = det B (y's) / (s'Bs);
 *             B s is unrolled over the pairs before (procedure 7.6): m^2 n multiplications. */
#include "math/optimise_internal.h"

#include <string.h>

static double dot(const double *a, const double *b, int64_t n)
{
    double total = 0.0;
    for (int64_t i = 0; i < n; i++) total += a[i] * b[i];
    return total;
}

static void add(double *y, double alpha, const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) y[i] += alpha * x[i];
}

void ptl_lbfgs_multiply(double *out, const double *v, const ptl_lbfgs_history *h, int32_t n_pairs)
{
    const int64_t n = h->n;
    memcpy(out, v, sizeof *out * (size_t)n);
    for (int32_t k = n_pairs - 1; k >= 0; k--) {
        const int32_t at = ptl_lbfgs_slot(h, k);
        h->alpha[at] = h->rho[at] * dot(h->s + at * n, out, n);
        add(out, -h->alpha[at], h->y + at * n, n);
    }
    for (int64_t i = 0; i < n; i++) out[i] *= h->gamma;
    for (int32_t k = 0; k < n_pairs; k++) {
        const int32_t at = ptl_lbfgs_slot(h, k);
        const double beta = h->rho[at] * dot(h->y + at * n, out, n);
        add(out, h->alpha[at] - beta, h->s + at * n, n);
    }
}

double ptl_lbfgs_log_det(const ptl_lbfgs_history *h, double *scratch)
{
    const int64_t n = h->n;
    double value = (double)n * log(h->gamma);
    for (int32_t k = 0; k < h->count; k++) {
        const int32_t at = ptl_lbfgs_slot(h, k);
        const double *const s = h->s + at * n;
        double *const b_s = scratch + k * n; /* B_k s_k, then over sqrt(s'B s) */
        for (int64_t i = 0; i < n; i++) b_s[i] = s[i] / h->gamma;
        for (int32_t j = 0; j < k; j++) {
            const int32_t before = ptl_lbfgs_slot(h, j);
            const double *const y = h->y + before * n, *const b = scratch + j * n;
            add(b_s, h->rho[before] * dot(y, s, n), y, n);
            add(b_s, -dot(b, s, n), b, n);
        }
        const double s_b_s = dot(s, b_s, n);
        value += log(s_b_s * h->rho[at]);
        for (int64_t i = 0; i < n; i++) b_s[i] /= sqrt(s_b_s);
    }
    return value;
}

void ptl_lbfgs_draw(double *z, const double *centre, const ptl_lbfgs_history *h, ptl_rng *rng)
{
    const int64_t n = h->n;
    for (int64_t i = 0; i < n; i++) z[i] = sqrt(h->gamma) * ptl_rng_normal(rng);
    for (int32_t k = 0; k < h->count; k++) {
        const int32_t at = ptl_lbfgs_slot(h, k);
        const double along = h->rho[at] * dot(h->y + at * n, z, n);
        add(z, sqrt(h->rho[at]) * ptl_rng_normal(rng) - along, h->s + at * n, n);
    }
    add(z, 1.0, centre, n);
}
