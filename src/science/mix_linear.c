/* mix_linear.c: the linear-Gaussian block, integrated out and drawn back.
 *
 * The question.   How likely is what the media leave over, whatever the baseline, the unit
 *                 intercepts and the control coefficients are?
 * The quantity.   r = X b + noise, b ~ N(0, V), noise ~ N(0, sigma_g^2):
 *                 log p(r) = -(1/2) sum_g n_g log(2 pi sigma_g^2) - (1/2) log|A|
 *                            - (1/2) (r'S^-1 r - c'A^-1 c),
 *                 in scaled coefficients b = Lambda a, Lambda = V^(1/2):
 *                 A = I + Lambda X'S^-1 X Lambda, c = Lambda X'S^-1 r. Nothing divides by a prior
 *                 sd, so a spread of zero is no special case.
 * The method.     A is an arrow: p columns shared by all geos, q of each geo. With E_g the geo's
 *                 block and B_g its border, E_g = L L', F_g = B_g L^-T, the Schur complement is
 *                 A_pp - sum_g F_g F_g'. Derivatives need diag(A^-1) alone: by log sd_k the sum of
 *                 a_j^2 + (A^-1)_jj - 1 over the block's columns; by log sigma_g
 *                 -n_g + e'e / sigma^2 + tr(A^-1 X_g'X_g) / sigma^2 (and where sigma is shared, the
 *                 trace is the sum of 1 - (A^-1)_jj). By the mean: S^-1 (r - X b^).
 * Source.         Rasmussen & Williams 2006, §2.7 (explicit basis functions) for the identity; the
 *                 arrow is plain block elimination.
 * Cost.           G q p^2 multiplications by BLAS and p^3 / 3; cells x few otherwise. */
#include "science/mix_internal.h"

#include "portolan/linalg.h"

enum { Q_MAX = 1 + PTL_MIX_CONTROLS_MAX };

/* --- the Gram matrices --------------------------------------------------------------------------
 */

static double column_at(const ptl_mix_posterior *m, int64_t j, int64_t g, int64_t t)
{
    const mix_linear *const l = &m->linear;
    return j < l->p_time ? l->time[j * m->n_weeks + t] : l->cell[j - l->p_time][g * m->n_weeks + t];
}

static void fill_gram(ptl_mix_posterior *m, int64_t g, double *used_column)
{
    mix_linear *const l = &m->linear;
    const int64_t n = m->n_weeks, p = l->p, q = l->q;
    const double *const used = m->used + g * n;
    double *const gram = l->gram + g * p * p;
    for (int64_t j = 0; j < p; j++) {
        for (int64_t t = 0; t < n; t++) used_column[t] = used[t] * column_at(m, j, g, t);
        for (int64_t i = j; i < p; i++) {
            double sum = 0.0;
            for (int64_t t = 0; t < n; t++) sum += used_column[t] * column_at(m, i, g, t);
            gram[j * p + i] = gram[i * p + j] = sum;
        }
        for (int64_t k = 0; k < q; k++) {
            double sum = 0.0;
            for (int64_t t = 0; t < n; t++) sum += used_column[t] * l->local[k][g * n + t];
            l->cross[g * p * q + k * p + j] = sum;
        }
    }
    for (int64_t k = 0; k < q; k++)
        for (int64_t i = 0; i < q; i++) {
            double sum = 0.0;
            for (int64_t t = 0; t < n; t++)
                sum += used[t] * l->local[k][g * n + t] * l->local[i][g * n + t];
            l->local_gram[g * q * q + k * q + i] = sum;
        }
    l->n_cells[g] = 0.0;
    for (int64_t t = 0; t < n; t++) l->n_cells[g] += used[t];
}

ptl_status mix_linear_prepare(ptl_mix_posterior *m, ptl_arena *arena, ptl_error *err)
{
    mix_linear *const l = &m->linear;
    const int64_t p = l->p, q = l->q, n_geos = m->n_geos;
    MIX_ALLOC(l->gram, arena, n_geos * p * p, err);
    MIX_ALLOC(l->gram_all, arena, p * p, err);
    MIX_ALLOC(l->cross, arena, n_geos * p * q, err);
    MIX_ALLOC(l->local_gram, arena, n_geos * q * q, err);
    MIX_ALLOC(l->n_cells, arena, n_geos, err);
    double *column;
    MIX_ALLOC(column, arena, m->n_weeks, err);
    for (int64_t g = 0; g < n_geos; g++) {
        fill_gram(m, g, column);
        for (int64_t i = 0; i < p * p; i++) l->gram_all[i] += l->gram[g * p * p + i];
    }
    m->n_linear = p + q * n_geos;
    return mix_rotate_prepare(m, arena, err);
}

ptl_status mix_linear_work_new(mix_linear_work *w, const ptl_mix_posterior *m, ptl_arena *arena,
                               ptl_error *err)
{
    const int64_t p = m->linear.p, q = m->linear.q, n_geos = m->n_geos;
    *w = (mix_linear_work){0};
    MIX_ALLOC(w->scale, arena, p, err);
    MIX_ALLOC(w->local_scale, arena, q, err);
    MIX_ALLOC(w->schur, arena, p * p, err);
    MIX_ALLOC(w->inverse, arena, p * p, err);
    MIX_ALLOC(w->factor, arena, n_geos * q * q, err);
    MIX_ALLOC(w->f, arena, p * n_geos * q, err);
    MIX_ALLOC(w->h, arena, p * n_geos * q, err);
    MIX_ALLOC(w->ph, arena, p * n_geos * q, err);
    MIX_ALLOC(w->rhs, arena, p, err);
    MIX_ALLOC(w->beta, arena, p, err);
    MIX_ALLOC(w->local_rhs, arena, n_geos * q, err);
    MIX_ALLOC(w->local_beta, arena, n_geos * q, err);
    MIX_ALLOC(w->week, arena, m->n_weeks, err);
    MIX_ALLOC(w->coefficient, arena, m->n_linear, err);
    MIX_ALLOC(w->fitted, arena, m->n_cells, err);
    MIX_ALLOC(w->d_sd, arena, p, err);
    MIX_ALLOC(w->d_local_sd, arena, q, err);
    MIX_ALLOC(w->d_sigma, arena, n_geos, err);
    if (m->slot_weight < 0) return PTL_OK;
    MIX_ALLOC(w->rows, arena, p * m->n_weeks, err);
    MIX_ALLOC(w->leverage, arena, p * m->n_weeks, err);
    MIX_ALLOC(w->d_weight, arena, m->n_weeks, err);
    return PTL_OK;
}

/* --- small triangles, in place ------------------------------------------------------------------
 */

static bool cholesky_small(double *a, int64_t n)
{
    for (int64_t j = 0; j < n; j++) {
        double d = a[j * n + j];
        for (int64_t k = 0; k < j; k++) d -= a[k * n + j] * a[k * n + j];
        if (!(d > 0.0)) return false;
        a[j * n + j] = sqrt(d);
        for (int64_t i = j + 1; i < n; i++) {
            double x = a[j * n + i];
            for (int64_t k = 0; k < j; k++) x -= a[k * n + i] * a[k * n + j];
            a[j * n + i] = x / a[j * n + j];
        }
    }
    return true;
}

void mix_solve_lower(double *x, const double *l, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < i; k++) x[i] -= l[k * n + i] * x[k];
        x[i] /= l[i * n + i];
    }
}

void mix_solve_upper(double *x, const double *l, int64_t n) /* L' x = b */
{
    for (int64_t i = n - 1; i >= 0; i--) {
        for (int64_t k = i + 1; k < n; k++) x[i] -= l[i * n + k] * x[k];
        x[i] /= l[i * n + i];
    }
}

/* --- elimination --------------------------------------------------------------------------------
 */

static void fill_scales(mix_linear_work *w, const ptl_mix_posterior *m, const double *value)
{
    const mix_linear *const l = &m->linear;
    for (int64_t j = 0; j < l->p; j++)
        w->scale[j] = l->laplace[j] >= 0 ? sqrt(value[l->laplace[j]]) : l->sd[j];
    for (int64_t k = 0; k < l->q; k++)
        w->local_scale[k] = l->xi[k] >= 0 ? value[l->xi[k]] : l->local_sd[k];
}

/* One geo's block: its factor, F_g = B L^-T and H_g = F L^-1, columns of p. False: not positive. */
static bool eliminate_geo(mix_linear_work *w, const ptl_mix_posterior *m, int64_t g, double inv)
{
    const mix_linear *const l = &m->linear;
    const int64_t p = l->p, q = l->q;
    double *const e = w->factor + g * q * q, *const f = w->f + g * p * q,
                  *const h = w->h + g * p * q;
    for (int64_t k = 0; k < q; k++)
        for (int64_t i = 0; i < q; i++)
            e[k * q + i] = (i == k ? 1.0 : 0.0) + inv * w->local_scale[i] * w->local_scale[k] *
                                                      l->local_gram[g * q * q + k * q + i];
    if (!cholesky_small(e, q)) return false;
    for (int64_t k = 0; k < q; k++) { /* columns of F from left to right: F L' = B */
        double *const fk = f + k * p;
        mix_product(fk, w->scale, l->cross + g * p * q + k * p, inv * w->local_scale[k], p);
        for (int64_t i = 0; i < k; i++) mix_add_multiple(fk, f + i * p, -e[i * q + k], p);
        mix_divide(fk, e[k * q + k], p);
    }
    for (int64_t k = q - 1; k >= 0; k--) { /* and of H from right to left: H L = F */
        double *const hk = h + k * p;
        memcpy(hk, f + k * p, (size_t)p * sizeof *hk);
        for (int64_t i = k + 1; i < q; i++) mix_add_multiple(hk, h + i * p, -e[k * q + i], p);
        mix_divide(hk, e[k * q + k], p);
    }
    return true;
}

static double log_diagonal(const double *l, int64_t n)
{
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++) sum += log(l[i * n + i]);
    return sum;
}

/* Factor A; half its log determinant, or NaN. */
static double eliminate(mix_linear_work *w, const ptl_mix_posterior *m, const double *sigma)
{
    const mix_linear *const l = &m->linear;
    const int64_t p = l->p, q = l->q;
    double half = 0.0;
    if (m->spec.sigma_per_geo) {
        memset(w->schur, 0, (size_t)(p * p) * sizeof *w->schur);
        for (int64_t g = 0; g < m->n_geos; g++) {
            const double inv = 1.0 / (sigma[g] * sigma[g]);
            const double *restrict const gram = l->gram + g * p * p;
            for (int64_t i = 0; i < p * p; i++) w->schur[i] += inv * gram[i];
        }
    } else {
        const double inv = 1.0 / (sigma[0] * sigma[0]);
        for (int64_t i = 0; i < p * p; i++) w->schur[i] = inv * l->gram_all[i];
    }
    for (int64_t j = 0; j < p; j++) {
        for (int64_t i = 0; i < p; i++) w->schur[j * p + i] *= w->scale[i] * w->scale[j];
        w->schur[j * p + j] += 1.0;
    }
    for (int64_t g = 0; q > 0 && g < m->n_geos; g++) {
        if (!eliminate_geo(w, m, g, 1.0 / (sigma[g] * sigma[g]))) return PTL_NAN;
        half += log_diagonal(w->factor + g * q * q, q);
    }
    if (q > 0) ptl_gemm(w->schur, w->f, w->f, p, p, m->n_geos * q, false, true, p, p, p, -1.0, 1.0);
    if (ptl_cholesky(w->schur, p, p, NULL) != PTL_OK) return PTL_NAN;
    return half + log_diagonal(w->schur, p);
}

/* --- right-hand side and solution ---------------------------------------------------------------
 */

/* c = Lambda X'S^-1 r. `u` holds S^-1 r, zero where held out. */
void mix_linear_rhs(mix_linear_work *w, const ptl_mix_posterior *m, const double *u)
{
    const mix_linear *const l = &m->linear;
    const int64_t n = m->n_weeks;
    memset(w->week, 0, (size_t)n * sizeof *w->week);
    for (int64_t g = 0; g < m->n_geos; g++) mix_add_multiple(w->week, u + g * n, 1.0, n);
    for (int64_t j = 0; j < l->p_time; j++)
        w->rhs[j] = w->scale[j] * mix_dot(l->time + j * n, w->week, n);
    for (int64_t j = 0; j < l->p_cell; j++)
        w->rhs[l->p_time + j] = w->scale[l->p_time + j] * mix_dot(l->cell[j], u, m->n_cells);
    for (int64_t g = 0; g < m->n_geos; g++)
        for (int64_t k = 0; k < l->q; k++)
            w->local_rhs[g * l->q + k] =
                w->local_scale[k] * mix_dot(l->local[k] + g * n, u + g * n, n);
}

/* a^ in w->beta and w->local_beta; c'A^-1 c returned. Leaves L_g^-1 c_g in local_rhs. */
static double solve(mix_linear_work *w, const ptl_mix_posterior *m)
{
    const int64_t p = m->linear.p, q = m->linear.q;
    double quadratic = 0.0;
    memcpy(w->beta, w->rhs, (size_t)p * sizeof *w->beta);
    for (int64_t g = 0; g < m->n_geos; g++) {
        double *const c = w->local_rhs + g * q;
        mix_solve_lower(c, w->factor + g * q * q, q);
        for (int64_t k = 0; k < q; k++) {
            quadratic += c[k] * c[k];
            mix_add_multiple(w->beta, w->f + (g * q + k) * p, -c[k], p);
        }
    }
    mix_solve_lower(w->beta, w->schur, p);
    for (int64_t j = 0; j < p; j++) quadratic += w->beta[j] * w->beta[j];
    mix_solve_upper(w->beta, w->schur, p);
    for (int64_t g = 0; g < m->n_geos; g++) {
        double *const b = w->local_beta + g * q;
        for (int64_t k = 0; k < q; k++)
            b[k] = w->local_rhs[g * q + k] - mix_dot(w->f + (g * q + k) * p, w->beta, p);
        mix_solve_upper(b, w->factor + g * q * q, q);
    }
    return quadratic;
}

/* --- derivatives --------------------------------------------------------------------------------
 */

static ptl_status invert(mix_linear_work *w, const ptl_mix_posterior *m, ptl_error *err)
{
    const int64_t p = m->linear.p, n_local = m->n_geos * m->linear.q;
    memcpy(w->inverse, w->schur, (size_t)(p * p) * sizeof *w->inverse);
    PTL_TRY(ptl_cholesky_inverse(w->inverse, p, p, err));
    if (n_local > 0)
        ptl_gemm(w->ph, w->inverse, w->h, p, n_local, p, false, false, p, p, p, 1.0, 0.0);
    return PTL_OK;
}

/* Row k of the geo's own block of A^-1: E^-1 + H' S^-1 H. */
static void local_inverse_row(double *row, const mix_linear_work *w, const ptl_mix_posterior *m,
                              int64_t g, int64_t k)
{
    const int64_t p = m->linear.p, q = m->linear.q;
    memset(row, 0, (size_t)q * sizeof *row);
    row[k] = 1.0;
    mix_solve_lower(row, w->factor + g * q * q, q);
    mix_solve_upper(row, w->factor + g * q * q, q);
    for (int64_t i = 0; i < q; i++)
        row[i] += mix_dot(w->h + (g * q + i) * p, w->ph + (g * q + k) * p, p);
}

/* Its element on the diagonal alone. */
static double local_inverse_at(const mix_linear_work *w, const ptl_mix_posterior *m, int64_t g,
                               int64_t k)
{
    const int64_t p = m->linear.p, q = m->linear.q;
    double column[Q_MAX], sum = 0.0;
    const double *const l = w->factor + g * q * q;
    for (int64_t i = k; i < q; i++) { /* column k of L^-1, whose length is that of E^-1 there */
        double x = i == k ? 1.0 : 0.0;
        for (int64_t j = k; j < i; j++) x -= l[j * q + i] * column[j];
        column[i] = x / l[i * q + i];
        sum += column[i] * column[i];
    }
    return sum + mix_dot(w->h + (g * q + k) * p, w->ph + (g * q + k) * p, p);
}

/* tr(A^-1 Lambda X_g'X_g Lambda) / sigma_g^2, where sigma is each geo's own. */
static double trace_geo(const mix_linear_work *w, const ptl_mix_posterior *m, int64_t g, double inv)
{
    const mix_linear *const l = &m->linear;
    const int64_t p = l->p, q = l->q;
    double sum = 0.0, row[Q_MAX];
    for (int64_t j = 0; j < p; j++)
        for (int64_t i = 0; i < p; i++)
            sum +=
                w->inverse[j * p + i] * w->scale[i] * w->scale[j] * l->gram[g * p * p + j * p + i];
    for (int64_t k = 0; k < q; k++) {
        const double *const cross = l->cross + g * p * q + k * p;
        for (int64_t j = 0; j < p; j++)
            sum -= 2.0 * w->ph[(g * q + k) * p + j] * w->scale[j] * w->local_scale[k] * cross[j];
        local_inverse_row(row, w, m, g, k);
        for (int64_t i = 0; i < q; i++)
            sum += row[i] * w->local_scale[i] * w->local_scale[k] *
                   l->local_gram[g * q * q + k * q + i];
    }
    return inv * sum;
}

/* d_sd, d_local_sd; returns the trace of all geos together, sum of 1 - (A^-1)_jj. */
static double by_scales(mix_linear_work *w, const ptl_mix_posterior *m)
{
    const int64_t p = m->linear.p, q = m->linear.q;
    double trace = 0.0;
    for (int64_t j = 0; j < p; j++) {
        const double left = 1.0 - w->inverse[j * p + j];
        w->d_sd[j] = w->beta[j] * w->beta[j] - left;
        trace += left;
    }
    memset(w->d_local_sd, 0, (size_t)q * sizeof *w->d_local_sd);
    for (int64_t g = 0; g < m->n_geos; g++)
        for (int64_t k = 0; k < q; k++) {
            const double left = 1.0 - local_inverse_at(w, m, g, k), b = w->local_beta[g * q + k];
            w->d_local_sd[k] += b * b - left;
            trace += left;
        }
    return trace;
}

static void by_sigma(mix_linear_work *w, const ptl_mix_posterior *m, const double *u,
                     const double *sigma, double trace)
{
    const int64_t n = m->n_weeks;
    double shared = trace;
    for (int64_t g = 0; g < m->n_geos; g++) {
        const double var = sigma[g] * sigma[g];
        const double own = var * mix_dot(u + g * n, u + g * n, n) - m->linear.n_cells[g];
        if (m->spec.sigma_per_geo)
            w->d_sigma[g] = own + trace_geo(w, m, g, 1.0 / var);
        else
            shared += own;
    }
    if (!m->spec.sigma_per_geo) w->d_sigma[0] = shared;
}

/* --- what the density calls ---------------------------------------------------------------------
 */

void mix_linear_fit(double *out, const ptl_mix_posterior *m, const double *coefficient)
{
    const mix_linear *const l = &m->linear;
    const int64_t n = m->n_weeks;
    memset(out, 0, (size_t)n * sizeof *out);
    for (int64_t j = 0; j < l->p_time; j++)
        mix_add_multiple(out, l->time + j * n, coefficient[j], n);
    for (int64_t g = 1; g < m->n_geos; g++) memcpy(out + g * n, out, (size_t)n * sizeof *out);
    for (int64_t j = 0; j < l->p_cell; j++) {
        const double b = coefficient[l->p_time + j];
        mix_add_multiple(out, l->cell[j], b, m->n_cells);
    }
    for (int64_t g = 0; g < m->n_geos; g++)
        for (int64_t k = 0; k < l->q; k++) {
            const double b = coefficient[l->p + g * l->q + k];
            mix_add_multiple(out + g * n, l->local[k] + g * n, b, n);
        }
}

void mix_linear_unscale(double *out, const mix_linear_work *w, const ptl_mix_posterior *m)
{
    const int64_t p = m->linear.p, q = m->linear.q;
    for (int64_t j = 0; j < p; j++) out[j] = w->scale[j] * w->beta[j];
    for (int64_t g = 0; g < m->n_geos; g++)
        for (int64_t k = 0; k < q; k++)
            out[p + g * q + k] = w->local_scale[k] * w->local_beta[g * q + k];
}

ptl_status mix_linear_density(mix_linear_work *w, double *u, const ptl_mix_posterior *m,
                              const double *residual, const double *sigma, const double *value,
                              ptl_error *err)
{
    const int64_t n = m->n_weeks;
    static const double log_2pi = 1.837877066409345483560659472811;
    if (m->linear.rotated) {
        mix_rotate_density(w, u, m, residual, sigma[0]);
        return PTL_OK;
    }
    fill_scales(w, m, value);
    if (m->slot_block >= 0) {
        mix_tails_density(w, u, m, residual, sigma, value + m->slot_block);
        return PTL_OK;
    }
    if (m->slot_weight >= 0)
        return mix_student_density(w, u, m, residual, sigma[0], value + m->slot_weight, err);
    double log_density = -eliminate(w, m, sigma);
    double quadratic = 0.0;
    for (int64_t g = 0; g < m->n_geos; g++) {
        const double inv = 1.0 / (sigma[g] * sigma[g]);
        mix_product(u + g * n, m->used + g * n, residual + g * n, inv, n);
        quadratic += mix_dot(u + g * n, residual + g * n, n);
        log_density -= 0.5 * m->linear.n_cells[g] * (log_2pi + 2.0 * log(sigma[g]));
    }
    if (!isfinite(log_density)) {
        w->log_density = PTL_NAN;
        return PTL_OK;
    }
    mix_linear_rhs(w, m, u);
    quadratic -= solve(w, m);
    w->log_density = log_density - 0.5 * quadratic;
    mix_linear_unscale(w->coefficient, w, m);
    mix_linear_fit(w->fitted, m, w->coefficient);
    for (int64_t g = 0; g < m->n_geos; g++) {
        const double inv = 1.0 / (sigma[g] * sigma[g]);
        mix_add_product(u + g * n, m->used + g * n, w->fitted + g * n, -inv, n);
    }
    PTL_TRY(invert(w, m, err));
    by_sigma(w, m, u, sigma, by_scales(w, m));
    return PTL_OK;
}

/* a = a^ + A^(-1/2)' z: the shared part first, then each geo's given it. */
void mix_linear_draw(double *out, mix_linear_work *w, const ptl_mix_posterior *m, ptl_rng *rng)
{
    const int64_t p = m->linear.p, q = m->linear.q;
    if (m->linear.rotated) {
        mix_rotate_draw(out, w, m, rng);
        return;
    }
    if (!rng || m->slot_block >= 0) { /* sampled ones are what they are */
        mix_linear_unscale(out, w, m);
        return;
    }
    for (int64_t j = 0; j < p; j++) w->rhs[j] = ptl_rng_normal(rng);
    mix_solve_upper(w->rhs, w->schur, p);
    for (int64_t j = 0; j < p; j++) w->beta[j] += w->rhs[j];
    for (int64_t g = 0; g < m->n_geos; g++) {
        double *const b = w->local_beta + g * q;
        for (int64_t k = 0; k < q; k++)
            b[k] = w->local_rhs[g * q + k] - mix_dot(w->f + (g * q + k) * p, w->beta, p) +
                   ptl_rng_normal(rng);
        mix_solve_upper(b, w->factor + g * q * q, q);
    }
    mix_linear_unscale(out, w, m);
}
