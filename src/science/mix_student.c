/* mix_student.c: a likelihood that forgives outliers, for one geo.
 *
 * The model.      e_t ~ Student-t(nu, 0, sigma), written as e_t | w_t ~ N(0, sigma^2 / w_t), w_t ~
 *                 Gamma(nu / 2, nu / 2) (Geweke 1993). The weights are sampled; given them the
 * linear block is integrated out as ever, with weighted Gram matrices. The method.     By log w_t:
 * (1 - w_t e_t^2 / sigma^2 - w_t x_t' A^-1 x_t / sigma^2) / 2, the last the leverage of the week;
 * everything else as in mix_linear.c. Cost.           weeks x p^2 an evaluation: for a panel that
 * is too much, and a sigma for each geo serves it better. */
#include "science/mix_internal.h"

#include "portolan/linalg.h"

/* Week t's row of scaled columns, times the root of its weight over sigma. */
static void fill_rows(mix_linear_work *w, const ptl_mix_posterior *m, const double *weight,
                      double sigma)
{
    const mix_linear *const l = &m->linear;
    const int64_t n = m->n_weeks;
    for (int64_t j = 0; j < l->p; j++) {
        const double *const x = j < l->p_time ? l->time + j * n : l->cell[j - l->p_time];
        for (int64_t t = 0; t < n; t++)
            w->rows[j * n + t] = w->scale[j] * x[t] * sqrt(m->used[t] * weight[t]) / sigma;
    }
}

/* log|A| / 2, with the factor left in w->schur. NaN where A is not definite. */
static double factor(mix_linear_work *w, const ptl_mix_posterior *m)
{
    const int64_t p = m->linear.p, n = m->n_weeks;
    ptl_gemm(w->schur, w->rows, w->rows, p, p, n, true, false, n, n, p, 1.0, 0.0);
    for (int64_t j = 0; j < p; j++) w->schur[j * p + j] += 1.0;
    if (ptl_cholesky(w->schur, p, p, NULL) != PTL_OK) return PTL_NAN;
    return 0.5 * ptl_cholesky_logdet(w->schur, p, p);
}

ptl_status mix_student_density(mix_linear_work *w, double *u, const ptl_mix_posterior *m,
                               const double *residual, double sigma, const double *weight,
                               ptl_error *err)
{
    static const double log_2pi = 1.837877066409345483560659472811;
    const int64_t p = m->linear.p, n = m->n_weeks;
    double quadratic = 0.0, log_density = 0.0, trace = 0.0, own = 0.0;
    fill_rows(w, m, weight, sigma);
    log_density = -factor(w, m);
    w->log_density = log_density;
    if (!isfinite(log_density)) return PTL_OK;
    for (int64_t t = 0; t < n; t++) { /* the residual in units of its own noise */
        const double root = sqrt(m->used[t] * weight[t]) / sigma;
        w->week[t] = root * residual[t];
        quadratic += w->week[t] * w->week[t];
        if (m->used[t] != 0.0) log_density -= 0.5 * (log_2pi + 2.0 * log(sigma) - log(weight[t]));
    }
    for (int64_t j = 0; j < p; j++) w->beta[j] = mix_dot(w->rows + j * n, w->week, n);
    memcpy(w->rhs, w->beta, (size_t)p * sizeof *w->rhs);
    PTL_TRY(ptl_cholesky_solve(w->beta, w->schur, p, p, 1, p, err));
    w->log_density = log_density - 0.5 * (quadratic - mix_dot(w->rhs, w->beta, p));
    memset(w->inverse, 0, (size_t)(p * p) * sizeof *w->inverse);
    for (int64_t j = 0; j < p; j++) w->inverse[j * p + j] = 1.0;
    PTL_TRY(ptl_cholesky_solve(w->inverse, w->schur, p, p, p, p, err));
    ptl_gemm(w->leverage, w->rows, w->inverse, n, p, p, false, false, n, p, n, 1.0, 0.0);
    for (int64_t j = 0; j < p; j++) mix_add_multiple(w->week, w->rows + j * n, -w->beta[j], n);
    for (int64_t t = 0; t < n; t++) {
        double h = 0.0;
        for (int64_t j = 0; j < p; j++) h += w->leverage[j * n + t] * w->rows[j * n + t];
        u[t] = w->week[t] * sqrt(m->used[t] * weight[t]) / sigma;
        w->d_weight[t] = 0.5 * (m->used[t] - w->week[t] * w->week[t] - h) / weight[t];
        trace += h;
        own += w->week[t] * w->week[t] - m->used[t];
    }
    for (int64_t j = 0; j < p; j++)
        w->d_sd[j] = w->beta[j] * w->beta[j] - (1.0 - w->inverse[j * p + j]);
    w->d_sigma[0] = own + trace;
    return PTL_OK;
}
