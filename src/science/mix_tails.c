/* mix_tails.c: a likelihood that forgives outliers, for a panel.
 *
 * The model.      e_gt ~ Student-t(nu, 0, sigma_g). Given the noise the linear block is normal no
 *                 more, so its coefficients are sampled with everything else.
 * The method.     In scaled coefficients b = Lambda a (mix_linear.c) with a ~ N(0, I), the sampler
 *                 moves in z, a = a0 + L^-T z: a0 and the arrow L L' are mean and precision of the
 *                 same block under normal noise of the size that the baseline alone leaves over.
 *                 Where noise is nearly normal z is nearly standard normal; where it is not, z is
 *                 still a linear map with a constant Jacobian, so nothing is approximate.
 *                 With psi = (nu + 1) e / (nu sigma^2 + e^2), the slope by the fit, the slope by a
 *                 is Lambda X' psi - a, by log sd_j a_j (Lambda X' psi)_j, by log sigma
 *                 -1 + e psi a cell; by z it is L^-1 times that by a.
 * Differences.    For one geo the weights of Geweke 1993 are sampled instead (mix_student.c): there
 *                 the block can still be integrated out.
 * Cost.           cells x q + weeks x p + p^2 + G q p; p + G q more variables to sample. */
#include "science/mix_internal.h"

#include "portolan/special.h"

/* --- the map, fixed before anything is sampled ---------------------------------------------------
 */

static double root_mean_square(const ptl_mix_posterior *m, const double *y, const double *fit)
{
    double sum = 0.0, n = 0.0;
    for (int64_t i = 0; i < m->n_cells; i++) {
        sum += m->used[i] * (y[i] - fit[i]) * (y[i] - fit[i]);
        n += m->used[i];
    }
    return sqrt(sum / n);
}

ptl_status mix_tails_prepare(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    enum { ROUNDS = 2 }; /* the size of the noise, then the map with it */
    const int64_t block = m->slot_block;
    double *u, *sigma, *value;
    if (block < 0) return PTL_OK;
    MIX_ALLOC(m->reference, arena, 1, err);
    PTL_TRY(mix_linear_work_new(m->reference, m, arena, err));
    MIX_ALLOC(u, arena, m->n_cells, err);
    MIX_ALLOC(sigma, arena, m->n_geos, err);
    MIX_ALLOC(value, arena, m->n_slots, err);
    for (int64_t i = 0; i < m->n_slots; i++)
        value[i] = ptl_mix_prior_quantile(&m->slot[i].prior, 0.5);
    for (int64_t g = 0; g < m->n_geos; g++) sigma[g] = 1.0;
    m->slot_block = -1; /* under normal noise */
    ptl_status st = PTL_OK;
    for (int k = 0; k < ROUNDS && st == PTL_OK; k++) {
        st = mix_linear_density(m->reference, u, m, m->y, sigma, value, err);
        const double left = root_mean_square(m, m->y, m->reference->fitted);
        for (int64_t g = 0; g < m->n_geos && k + 1 < ROUNDS; g++) sigma[g] = left;
    }
    m->slot_block = block;
    return st;
}

/* a = a0 + L^-T z into the work's beta and local_beta. */
static void coefficients(mix_linear_work *w, const ptl_mix_posterior *m, const double *z)
{
    const mix_linear_work *const r = m->reference;
    const int64_t p = m->linear.p, q = m->linear.q;
    memcpy(w->beta, z, (size_t)p * sizeof *w->beta);
    mix_solve_upper(w->beta, r->schur, p);
    for (int64_t g = 0; g < m->n_geos; g++) {
        double *const b = w->local_beta + g * q;
        for (int64_t k = 0; k < q; k++)
            b[k] = z[p + g * q + k] - mix_dot(r->f + (g * q + k) * p, w->beta, p);
        mix_solve_upper(b, r->factor + g * q * q, q);
        for (int64_t k = 0; k < q; k++) b[k] += r->local_beta[g * q + k];
    }
    for (int64_t j = 0; j < p; j++) w->beta[j] += r->beta[j];
}

/* L^-1 d, in place in rhs and local_rhs. */
static void back(mix_linear_work *w, const ptl_mix_posterior *m)
{
    const mix_linear_work *const r = m->reference;
    const int64_t p = m->linear.p, q = m->linear.q;
    for (int64_t g = 0; g < m->n_geos; g++) {
        double *const d = w->local_rhs + g * q;
        mix_solve_lower(d, r->factor + g * q * q, q);
        for (int64_t k = 0; k < q; k++) mix_add_multiple(w->rhs, r->f + (g * q + k) * p, -d[k], p);
    }
    mix_solve_lower(w->rhs, r->schur, p);
}

/* --- the density --------------------------------------------------------------------------------
 */

/* Log density of a geo's cells; their slopes by the fit into u, by log sigma into *d_sigma. */
static double geo_density(double *u, double *d_sigma, const ptl_mix_posterior *m, int64_t g,
                          const double *residual, const double *fitted, double sigma)
{
    const double nu = m->spec.student_nu, spread = nu * sigma * sigma;
    double lp = 0.0, slope = 0.0;
    for (int64_t i = g * m->n_weeks; i < (g + 1) * m->n_weeks; i++) {
        const double e = residual[i] - fitted[i];
        u[i] = m->used[i] * (nu + 1.0) * e / (spread + e * e);
        slope += u[i] * e - m->used[i];
        lp -= m->used[i] * (log1p(e * e / spread));
    }
    *d_sigma = slope;
    static const double pi = 3.14159265358979323846264338328;
    const double one =
        ptl_lgamma(0.5 * (nu + 1.0)) - ptl_lgamma(0.5 * nu) - 0.5 * log(pi * nu) - log(sigma);
    return 0.5 * (nu + 1.0) * lp + m->linear.n_cells[g] * one;
}

/* By log sd of each column, and by a: what the likelihood says less what the prior does. */
static double by_coefficients(mix_linear_work *w, const ptl_mix_posterior *m)
{
    const int64_t p = m->linear.p, q = m->linear.q;
    double sq = 0.0;
    memset(w->d_local_sd, 0, (size_t)q * sizeof *w->d_local_sd);
    for (int64_t j = 0; j < p; j++) {
        w->d_sd[j] = w->beta[j] * w->rhs[j];
        w->rhs[j] -= w->beta[j];
        sq += w->beta[j] * w->beta[j];
    }
    for (int64_t i = 0; i < m->n_geos * q; i++) {
        w->d_local_sd[i % q] += w->local_beta[i] * w->local_rhs[i];
        w->local_rhs[i] -= w->local_beta[i];
        sq += w->local_beta[i] * w->local_beta[i];
    }
    return sq;
}

void mix_tails_density(mix_linear_work *w, double *u, const ptl_mix_posterior *m,
                       const double *residual, const double *sigma, const double *z)
{
    coefficients(w, m, z);
    mix_linear_unscale(w->coefficient, w, m);
    mix_linear_fit(w->fitted, m, w->coefficient);
    double lp = 0.0, slope, all = 0.0;
    for (int64_t g = 0; g < m->n_geos; g++) {
        lp += geo_density(u, &slope, m, g, residual, w->fitted, sigma[g]);
        if (m->spec.sigma_per_geo) w->d_sigma[g] = slope;
        all += slope;
    }
    if (!m->spec.sigma_per_geo) w->d_sigma[0] = all;
    mix_linear_rhs(w, m, u);
    w->log_density = lp - 0.5 * by_coefficients(w, m);
    back(w, m);
}
