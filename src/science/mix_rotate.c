/* mix_rotate.c: the linear block of one geo, made diagonal once.
 *
 * The method.     With one geo, fixed prior sds and one sigma, A = I + M / sigma^2 and M = Lambda
 * X'X Lambda never changes: M = Q D Q' once, and in the columns R = X Lambda Q every quantity of
 * mix_linear.c is a sum over j with 1 + D_j / sigma^2. Cost.           weeks x p multiplications an
 * evaluation instead of p^3. */
#include "science/mix_internal.h"

#include "portolan/linalg.h"

static bool is_fixed(const ptl_mix_posterior *m)
{
    if (m->n_geos > 1 || m->spec.likelihood == PTL_MIX_STUDENT_T) return false;
    for (int64_t j = 0; j < m->linear.p; j++)
        if (m->linear.laplace[j] != -1) return false;
    return true;
}

ptl_status mix_rotate_prepare(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    mix_linear *const l = &m->linear;
    const int64_t p = l->p, n = m->n_weeks;
    if (!is_fixed(m)) return PTL_OK;
    double *work;
    MIX_ALLOC(l->rotated, arena, p * n, err);
    MIX_ALLOC(l->vectors, arena, p * p, err);
    MIX_ALLOC(l->values, arena, p, err);
    MIX_ALLOC(work, arena, 34 * p, err);
    for (int64_t j = 0; j < p; j++)
        for (int64_t i = 0; i < p; i++)
            l->vectors[j * p + i] = l->sd[i] * l->sd[j] * l->gram_all[j * p + i];
    PTL_TRY(ptl_eigen_symmetric(l->vectors, l->values, p, p, work, 34 * p, err));
    for (int64_t j = 0; j < p; j++) {
        l->values[j] = fmax(0.0, l->values[j]); /* a Gram matrix has none below zero */
        for (int64_t i = 0; i < p; i++) {
            const double *const x = i < l->p_time ? l->time + i * n : l->cell[i - l->p_time];
            mix_add_multiple(l->rotated + j * n, x, l->sd[i] * l->vectors[j * p + i], n);
        }
    }
    return PTL_OK;
}

void mix_rotate_density(mix_linear_work *w, double *u, const ptl_mix_posterior *m,
                        const double *residual, double sigma)
{
    static const double log_2pi = 1.837877066409345483560659472811;
    const mix_linear *const l = &m->linear;
    const int64_t p = l->p, n = m->n_weeks;
    const double inv = 1.0 / (sigma * sigma);
    double log_det = 0.0, trace = 0.0;
    memset(u, 0, (size_t)n * sizeof *u);
    memset(w->fitted, 0, (size_t)n * sizeof *w->fitted);
    mix_add_product(u, m->used, residual, inv, n);
    double quadratic = mix_dot(u, residual, n);
    for (int64_t j = 0; j < p; j++) {
        const double a = 1.0 + inv * l->values[j], c = mix_dot(l->rotated + j * n, u, n);
        w->beta[j] = c / a;
        log_det += log(a);
        quadratic -= c * w->beta[j];
        trace += 1.0 - 1.0 / a;
        mix_add_multiple(w->fitted, l->rotated + j * n, w->beta[j], n);
    }
    mix_add_product(u, m->used, w->fitted, -inv, n);
    w->sigma = sigma;
    w->log_density = -0.5 * (l->n_cells[0] * (log_2pi + 2.0 * log(sigma)) + log_det + quadratic);
    w->d_sigma[0] = sigma * sigma * mix_dot(u, u, n) - l->n_cells[0] + trace;
}

void mix_rotate_draw(double *out, mix_linear_work *w, const ptl_mix_posterior *m, ptl_rng *rng)
{
    const mix_linear *const l = &m->linear;
    const int64_t p = l->p;
    const double inv = 1.0 / (w->sigma * w->sigma);
    memset(out, 0, (size_t)p * sizeof *out);
    for (int64_t j = 0; j < p; j++) {
        const double z = rng ? ptl_rng_normal(rng) : 0.0;
        const double b = w->beta[j] + z / sqrt(1.0 + inv * l->values[j]);
        mix_add_multiple(out, l->vectors + j * p, b, p);
    }
    for (int64_t j = 0; j < p; j++) out[j] *= l->sd[j];
}
