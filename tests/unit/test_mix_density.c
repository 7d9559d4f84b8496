/* test_mix_density: the log posterior of the mix model. References: central differences of every
 * derivative; and the marginal density of the linear block by brute force, as one normal with a
 * dense covariance built from the definition of the model. */
#include "support/expect.h"

#include "portolan/distribution.h"
#include "portolan/linalg.h"
#include "science/mix_internal.h"

#include <stdlib.h>

enum { G = 3, T = 29, L = 2, C = 5, N = G * T, W = G * (T + L), CONTROLS = 2 };

typedef struct world {
    double kpi[N], revenue[N], population[G], media[C * W], frequency[C * W], spend[C * N];
    double control[CONTROLS * N], event[T];
    bool held_out[N], geo[G];
    ptl_mix_channel channel[C];
    ptl_mix_data data;
    ptl_mix_spec spec;
    ptl_mix_experiment experiment[2];
} world;

static void fill_data(world *w)
{
    ptl_rng rng = ptl_rng_new(61803);
    for (int i = 0; i < N; i++) {
        w->kpi[i] = 140.3 + 21.7 * ptl_rng_normal(&rng);
        w->revenue[i] = 2.1 + 0.3 * ptl_rng_uniform(&rng);
        w->held_out[i] = i % 17 == 5;
    }
    for (int g = 0; g < G; g++) w->population[g] = 1.7 + g;
    for (int i = 0; i < C * W; i++) {
        w->media[i] = i % 11 == 3 ? 0.0 : 30.7 * ptl_rng_exponential(&rng);
        w->frequency[i] = 1.2 + 3.1 * ptl_rng_uniform(&rng);
    }
    for (int i = 0; i < C * N; i++) w->spend[i] = 4.1 * ptl_rng_uniform(&rng);
    for (int i = 0; i < CONTROLS * N; i++) w->control[i] = ptl_rng_normal(&rng);
    w->event[7] = w->event[19] = 1.0;
    w->geo[1] = w->geo[2] = true;
}

static void fill_world(world *w)
{
    static const ptl_mix_kind kinds[C] = {PTL_MIX_PAID, PTL_MIX_PAID, PTL_MIX_PAID, PTL_MIX_ORGANIC,
                                          PTL_MIX_NON_MEDIA};
    memset(w, 0, sizeof *w);
    fill_data(w);
    w->spec = ptl_mix_preset_meridian(w->channel, kinds, C);
    w->spec.n_knots = 4;
    w->spec.trend_sd = 1.3;
    w->spec.n_fourier = 2;
    w->spec.fourier_laplace = true;
    w->data = (ptl_mix_data){.n_geos = G,
                             .n_weeks = T,
                             .n_lead = L,
                             .n_channels = C,
                             .n_controls = CONTROLS,
                             .n_events = 1,
                             .kpi = w->kpi,
                             .revenue_per_kpi = w->revenue,
                             .population = w->population,
                             .media = w->media,
                             .frequency = w->frequency,
                             .spend = w->spend,
                             .control = w->control,
                             .event = w->event,
                             .held_out = w->held_out};
    w->experiment[0] = (ptl_mix_experiment){0, 6, 12, 15, w->geo, 0.0, 31.3, 7.7, 'A'};
    w->experiment[1] = (ptl_mix_experiment){2, 20, 22, 22, NULL, 1.0 / 1.5, -4.3, 9.1, 'B'};
}

/* The shapes a Meridian model does not use: everything at once. */
static void vary_shapes(world *w)
{
    ptl_mix_channel *const c = w->channel;
    const ptl_mix_prior lognormal = {PTL_MIX_PRIOR_LOGNORMAL, 0.7, 0.4, 0, 0, 0.1};
    c[0].shape.adstock.kind = PTL_ADSTOCK_WEIBULL_PDF;
    c[0].adstock_prior[0] = (ptl_mix_prior){PTL_MIX_PRIOR_GAMMA, 3.0, 2.0, 0, 0, 0};
    c[0].adstock_prior[1] = (ptl_mix_prior){PTL_MIX_PRIOR_INVERSE_GAMMA, 3.0, 5.0, 0, 0, 0};
    c[0].saturation_prior[1] = lognormal; /* a free slope */
    c[0].n_effect_knots = 3;
    c[1].effect_on = PTL_MIX_ON_MROI;
    c[1].shape.order = PTL_SATURATION_FIRST;
    c[1].shape.saturation.kind = PTL_SATURATION_LOGISTIC;
    c[1].saturation_prior[0] = (ptl_mix_prior){PTL_MIX_PRIOR_GAMMA, 3.0, 1.0, 0, 0, 0};
    c[2].has_frequency = true;
    c[2].shape.order = PTL_SATURATION_FIRST;
    c[2].saturation_prior[0] = lognormal;
    c[2].saturation_prior[1] = lognormal;
    c[3].effect_on = PTL_MIX_ON_COEFFICIENT;
    c[3].effect_prior = (ptl_mix_prior){PTL_MIX_PRIOR_EXPONENTIAL, 1.0, 0, 0, 0, 0};
    c[3].shape.adstock.kind = PTL_ADSTOCK_DELAYED;
    c[3].adstock_prior[0] = (ptl_mix_prior){PTL_MIX_PRIOR_BETA, 2.0, 3.0, 0, 0, 0};
    c[3].adstock_prior[1] = (ptl_mix_prior){PTL_MIX_PRIOR_TRUNCATED, 1.0, 1.0, 0.0, 8.0, 0};
    c[3].shape.saturation.kind = PTL_SATURATION_TANH;
    c[3].saturation_prior[0] = (ptl_mix_prior){PTL_MIX_PRIOR_HALF_NORMAL, 1.0, 0, 0, 0, 0.3};
    w->spec.sigma_per_geo = true;
}

static ptl_arena arena;

static ptl_mix_posterior prepared(world *w, int64_t n_experiments)
{
    ptl_error err;
    ptl_mix_posterior m = {.experiment = w->experiment, .n_experiments = n_experiments};
    EXPECT_OK(ptl_mix_check(&w->data, &w->spec, w->experiment, n_experiments, &arena, &err));
    EXPECT_OK(mix_prepare(&m, &w->data, &w->spec, &arena, &err));
    return m;
}

static void gradient_equals_differences(world *w, int64_t n_experiments, bool centred)
{
    ptl_error err;
    ptl_mix_posterior m = prepared(w, n_experiments);
    for (int64_t c = 0; c < C; c++) {
        m.channel[c].centred = centred && m.channel[c].slot_geo >= 0;
        for (int64_t g = 0; m.channel[c].centred && g < m.n_geos; g++)
            m.slot[m.channel[c].slot_geo + g].centred = true;
    }
    mix_work work;
    EXPECT_OK(mix_work_new(&work, &m, &arena, &err));
    double *x, *grad, *scratch;
    x = calloc((size_t)m.n_slots * 3, sizeof *x);
    grad = x + m.n_slots;
    scratch = grad + m.n_slots;
    ptl_rng rng = ptl_rng_new(4447);
    for (int point = 0; point < 3; point++) {
        for (int64_t i = 0; i < m.n_slots; i++) x[i] = 0.6 * ptl_rng_normal(&rng);
        double f;
        EXPECT_OK(mix_density(&f, grad, x, m.n_slots, &work, &err));
        for (int64_t i = 0; i < m.n_slots; i++) {
            const double keep = x[i], h = 3e-4; /* four points: h^4 is below the roundings */
            double at[4];
            for (int k = 0; k < 4; k++) {
                x[i] = keep + h * (k < 2 ? k - 2 : k - 1);
                EXPECT_OK(mix_density(&at[k], scratch, x, m.n_slots, &work, &err));
            }
            x[i] = keep;
            const double slope = (8.0 * (at[2] - at[1]) - (at[3] - at[0])) / (12.0 * h);
            if (!(fabs(grad[i] - slope) <= 2e-6 * fmax(1.0, fabs(slope))))
                fail_msg("%s of channel %d, geo %d, idx %d: %.9g, differences %.9g",
                         ptl_mix_param_text(m.slot[i].kind), m.slot[i].channel, m.slot[i].geo,
                         m.slot[i].idx, grad[i], slope);
        }
    }
    free(x);
    ptl_arena_reset(&arena);
}

static void gradients(void **state)
{
    (void)state;
    static world w;
    fill_world(&w);
    gradient_equals_differences(&w, 0, false);
    gradient_equals_differences(&w, 2, true);
    vary_shapes(&w);
    gradient_equals_differences(&w, 2, false);
    w.channel[3].pooling = PTL_MIX_POOL_COMPLETE;
    w.channel[1].pooling = PTL_MIX_POOL_NORMAL;
    w.channel[1].effect_prior = (ptl_mix_prior){PTL_MIX_PRIOR_NORMAL, 0.3, 0.4, 0, 0, 0};
    w.spec.controls_pooled = false;
    gradient_equals_differences(&w, 2, false);
}

/* Three geos are pairs of two places and two brands: the gradient, and the deviations by hand. */
static void places_and_brands(void **state)
{
    (void)state;
    static world w;
    static const int64_t place[G] = {0, 1, 1}, brand[G] = {0, 0, 1};
    ptl_error err;
    fill_world(&w);
    w.data.n_places = w.data.n_brands = 2;
    w.data.place = place;
    w.data.brand = brand;
    w.channel[2].pooling = PTL_MIX_POOL_NORMAL;
    gradient_equals_differences(&w, 2, true);
    gradient_equals_differences(&w, 0, false);
    ptl_mix_posterior m = prepared(&w, 0);
    mix_work work;
    EXPECT_OK(mix_work_new(&work, &m, &arena, &err));
    double *x = calloc((size_t)m.n_slots, sizeof *x);
    ptl_rng rng = ptl_rng_new(31);
    for (int64_t i = 0; i < m.n_slots; i++) x[i] = 0.5 * ptl_rng_normal(&rng);
    mix_forward(&work, x);
    for (int c = 0; c < 3; c += 2) { /* lognormal: ratios; normal: differences */
        const mix_channel *const ch = &m.channel[c];
        const double *const v = work.value, *const b = work.b + c * G;
        const double by_place = v[ch->slot_eta] * (v[ch->slot_geo + 1] - v[ch->slot_geo]),
                     by_brand = v[ch->slot_brand_eta] * (v[ch->slot_brand + 1] - v[ch->slot_brand]);
        const double first = c ? b[1] - b[0] : log(b[1] / b[0]);
        const double second = c ? b[2] - b[1] : log(b[2] / b[1]);
        EXPECT_NEAR(first, by_place, 1e-10);
        EXPECT_NEAR(second, by_brand, 1e-10);
    }
    free(x);
    ptl_arena_reset(&arena);
}

/* Student-t noise in a panel: the gradient, and the density itself from the model's definition at
 * the coefficients that the block's variables stand for. */
static void tails_of_a_panel(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    fill_world(&w);
    w.spec.likelihood = PTL_MIX_STUDENT_T;
    w.spec.student_nu = 3.5;
    gradient_equals_differences(&w, 2, true);
    w.spec.sigma_per_geo = true;
    gradient_equals_differences(&w, 0, false);
    ptl_mix_posterior m = prepared(&w, 0);
    mix_work work;
    EXPECT_OK(mix_work_new(&work, &m, &arena, &err));
    ptl_rng rng = ptl_rng_new(29);
    double r[N], u[N], fit[N], *b = calloc((size_t)m.n_linear, sizeof *b), lp[2], expected[2];
    for (int i = 0; i < N; i++) r[i] = ptl_rng_normal(&rng);
    for (int g = 0; g < G; g++) work.sigma[g] = 0.5 + 0.2 * g;
    for (int k = 0; k < 2; k++) { /* a constant, of the map, is left open: differences tell */
        for (int64_t i = 0; i < m.n_slots; i++)
            work.value[i] = m.slot[i].kind == PTL_MIX_PARAM_BLOCK ? ptl_rng_normal(&rng)
                                                                  : 0.3 + ptl_rng_uniform(&rng);
        EXPECT_OK(mix_linear_density(&work.linear, u, &m, r, work.sigma, work.value, &err));
        mix_linear_draw(b, &work.linear, &m, &rng);
        mix_linear_fit(fit, &m, b);
        lp[k] = work.linear.log_density;
        expected[k] = 0.0;
        for (int i = 0; i < N; i++) {
            const double x = (r[i] - fit[i]) / work.sigma[i / T];
            if (!w.held_out[i])
                expected[k] += ptl_student_t_lpdf(x, 3.5, 0.0, 1.0) - log(work.sigma[i / T]);
        }
        for (int64_t j = 0; j < m.n_linear; j++) { /* scaled coefficients are standard normal */
            const int64_t local = j - m.linear.p;
            const double sd =
                local >= 0 ? work.linear.local_scale[local % m.linear.q] : work.linear.scale[j];
            expected[k] -= 0.5 * (b[j] / sd) * (b[j] / sd);
        }
    }
    EXPECT_NEAR(lp[1] - lp[0], expected[1] - expected[0], 1e-9 * fabs(lp[0]));
    free(b);
    ptl_arena_reset(&arena);
}

/* Priors that fit a family of shapes. */
static void choose_family(ptl_mix_channel *c, int adstock, int saturation, ptl_response_order order)
{
    static const ptl_mix_prior adstocks[][PTL_RESPONSE_PARAMS_MAX] = {
        [PTL_ADSTOCK_GEOMETRIC] = {{PTL_MIX_PRIOR_UNIFORM, 0, 0, 0.0, 1.0, 0}},
        [PTL_ADSTOCK_BINOMIAL] = {{PTL_MIX_PRIOR_BETA, 2.0, 2.0, 0, 0, 0}},
        [PTL_ADSTOCK_DELAYED] = {{PTL_MIX_PRIOR_BETA, 2.0, 3.0, 0, 0, 0},
                                 {PTL_MIX_PRIOR_TRUNCATED, 1.0, 1.0, 0.0, 8.0, 0}},
        [PTL_ADSTOCK_WEIBULL_PDF] = {{PTL_MIX_PRIOR_GAMMA, 3.0, 2.0, 0, 0, 0},
                                     {PTL_MIX_PRIOR_INVERSE_GAMMA, 3.0, 5.0, 0, 0, 0}},
        [PTL_ADSTOCK_WEIBULL_CDF] = {{PTL_MIX_PRIOR_GAMMA, 3.0, 2.0, 0, 0, 0},
                                     {PTL_MIX_PRIOR_INVERSE_GAMMA, 3.0, 5.0, 0, 0, 0}}};
    static const ptl_mix_prior saturations[][PTL_RESPONSE_PARAMS_MAX] = {
        [PTL_SATURATION_HILL] = {{PTL_MIX_PRIOR_TRUNCATED, 0.8, 0.8, 0.1, 10.0, 0},
                                 {PTL_MIX_PRIOR_LOGNORMAL, 0.7, 0.4, 0, 0, 0.1}},
        [PTL_SATURATION_LOGISTIC] = {{PTL_MIX_PRIOR_GAMMA, 3.0, 1.0, 0, 0, 0}},
        [PTL_SATURATION_MICHAELIS_MENTEN] = {{PTL_MIX_PRIOR_LOGNORMAL, 0.0, 0.5, 0, 0, 0.1}},
        [PTL_SATURATION_TANH] = {{PTL_MIX_PRIOR_HALF_NORMAL, 1.0, 0, 0, 0, 0.3}}};
    c->shape.adstock.kind = (ptl_adstock_kind)adstock;
    c->shape.saturation.kind = (ptl_saturation_kind)saturation;
    c->shape.order = order;
    memcpy(c->adstock_prior, adstocks[adstock], sizeof c->adstock_prior);
    if (saturation != PTL_SATURATION_NONE)
        memcpy(c->saturation_prior, saturations[saturation], sizeof c->saturation_prior);
}

/* The path of channel 0 against response.h, geo by geo, its weeks of lead included. */
static void path_is_the_responses(world *w)
{
    ptl_error err;
    ptl_mix_posterior m = prepared(w, 0);
    mix_work work;
    EXPECT_OK(mix_work_new(&work, &m, &arena, &err));
    double *const x = calloc((size_t)m.n_slots, sizeof *x), out[T + L], scratch[T + L];
    ptl_rng rng = ptl_rng_new(53);
    for (int64_t i = 0; i < m.n_slots; i++) x[i] = 0.5 * ptl_rng_normal(&rng);
    mix_forward(&work, x);
    const ptl_response shape = mix_shape(&m, 0, work.value);
    for (int g = 0; g < G; g++) {
        ptl_response_path(out, &shape, m.channel[0].x + g * (T + L), T + L, scratch);
        for (int t = 0; t < T; t++)
            EXPECT_NEAR(work.s[g * T + t], out[L + t], 1e-12 * (1.0 + fabs(out[L + t])));
    }
    free(x);
    ptl_arena_reset(&arena);
}

/* Every carry-over with every saturation in either order, and every quantity that a prior may
 * speak of; windows shorter than a register, and longer than there are weeks. */
static void every_family(void **state)
{
    (void)state;
    static world w;
    static const int32_t windows[] = {9, 1, 12, 40, 6};
    fill_world(&w);
    for (int adstock = 0; adstock <= PTL_ADSTOCK_WEIBULL_CDF; adstock++)
        for (int saturation = 0; saturation <= PTL_SATURATION_TANH; saturation++)
            for (int order = 0; order < 2; order++) {
                const bool delayed = adstock == PTL_ADSTOCK_DELAYED;
                ptl_mix_channel *const c = &w.channel[0];
                choose_family(c, adstock, saturation, (ptl_response_order)order);
                c->shape.adstock.window_weeks = delayed ? 9 : windows[saturation];
                c->effect_on = (ptl_mix_prior_on)((adstock + saturation + order) % 4);
                path_is_the_responses(&w);
                gradient_equals_differences(&w, order, false);
            }
    for (int saturation = 0; saturation <= PTL_SATURATION_TANH; saturation++) {
        choose_family(&w.channel[2], PTL_ADSTOCK_BINOMIAL, saturation, PTL_SATURATION_FIRST);
        w.channel[2].has_frequency = true; /* reach and frequency */
        w.channel[2].n_effect_knots = saturation % 2 ? 4 : 0;
        gradient_equals_differences(&w, 2, false);
    }
}

/* One geo: the rotated block against the general one, which Laplace terms call for; Student-t noise
 * with weights of one is normal noise, and its gradients are its differences. */
static void one_geo_has_three_ways(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    double lp[3], u[3][N], r[T];
    ptl_rng rng = ptl_rng_new(41);
    for (int t = 0; t < T; t++) r[t] = ptl_rng_normal(&rng);
    for (int way = 0; way < 3; way++) {
        fill_world(&w);
        w.data.n_geos = 1;
        w.spec.fourier_laplace = way == 1;
        w.spec.fourier_sd = 1.7;
        w.spec.likelihood = way == 2 ? PTL_MIX_STUDENT_T : PTL_MIX_NORMAL;
        ptl_mix_posterior m = prepared(&w, 0);
        mix_work work;
        EXPECT_OK(mix_work_new(&work, &m, &arena, &err));
        for (int64_t i = 0; i < m.n_slots; i++)
            work.value[i] = m.slot[i].kind == PTL_MIX_PARAM_LAPLACE ? 1.7 * 1.7 : 1.0;
        work.sigma[0] = 0.7;
        EXPECT_OK(mix_linear_density(&work.linear, u[way], &m, r, work.sigma, work.value, &err));
        lp[way] = work.linear.log_density;
        EXPECT_NEAR(lp[way], lp[0], 1e-10 * fabs(lp[0]));
        for (int t = 0; t < T; t++) EXPECT_NEAR(u[way][t], u[0][t], 1e-10);
        ptl_arena_reset(&arena);
    }
    gradient_equals_differences(&w, 0, false);
    w.spec.fourier_laplace = true;
    gradient_equals_differences(&w, 0, false);
}

/* Prior covariance between the linear parts of two cells, straight from the model's definition. */
static double covariance(const ptl_mix_posterior *m, const double *value, int64_t i, int64_t j)
{
    const mix_linear *const l = &m->linear;
    double sum = 0.0;
    for (int64_t k = 0; k < l->p; k++) {
        const double var = l->laplace[k] >= 0 ? value[l->laplace[k]] : l->sd[k] * l->sd[k];
        const double xi = k < l->p_time ? l->time[k * T + i % T] : l->cell[k - l->p_time][i];
        const double xj = k < l->p_time ? l->time[k * T + j % T] : l->cell[k - l->p_time][j];
        sum += var * xi * xj;
    }
    for (int64_t k = 0; i / T == j / T && k < l->q; k++) {
        const double sd = l->xi[k] >= 0 ? value[l->xi[k]] : l->local_sd[k];
        sum += sd * sd * l->local[k][i] * l->local[k][j];
    }
    return sum;
}

static void block_equals_one_dense_normal(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    fill_world(&w);
    w.spec.sigma_per_geo = true;
    ptl_mix_posterior m = prepared(&w, 0);
    mix_work work;
    EXPECT_OK(mix_work_new(&work, &m, &arena, &err));
    ptl_rng rng = ptl_rng_new(17);
    for (int64_t i = 0; i < m.n_slots; i++) work.value[i] = 0.2 + ptl_rng_uniform(&rng);
    for (int g = 0; g < G; g++) work.sigma[g] = 0.4 + 0.3 * g;
    double r[N], u[N], *a = malloc(sizeof *a * N * N), x[N], used[N];
    int n = 0, at[N];
    for (int i = 0; i < N; i++) {
        r[i] = ptl_rng_normal(&rng);
        if (!w.held_out[i]) at[n++] = i;
    }
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++) {
            const double noise = work.sigma[at[i] / T];
            a[j * n + i] =
                covariance(&m, work.value, at[i], at[j]) + (i == j ? noise * noise : 0.0);
        }
    EXPECT_OK(ptl_cholesky(a, n, n, &err));
    for (int i = 0; i < n; i++) x[i] = used[i] = r[at[i]];
    EXPECT_OK(ptl_cholesky_solve(x, a, n, n, 1, n, &err));
    double dense = -0.5 * (ptl_cholesky_logdet(a, n, n) + n * log(2.0 * acos(-1.0)));
    for (int i = 0; i < n; i++) dense -= 0.5 * used[i] * x[i];
    EXPECT_OK(mix_linear_density(&work.linear, u, &m, r, work.sigma, work.value, &err));
    EXPECT_NEAR(work.linear.log_density, dense, 1e-9 * fabs(dense));
    for (int i = 0; i < n; i++) EXPECT_NEAR(u[at[i]], x[i], 1e-9);
    free(a);
    ptl_arena_reset(&arena);
}

/* Draws of the block have its mean and, over many, its covariance: checked on fitted values. */
static void block_draws_have_its_moments(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    enum { DRAWS = 4000, CELL = 2 * T + 11 };
    fill_world(&w);
    ptl_mix_posterior m = prepared(&w, 0);
    mix_work work;
    EXPECT_OK(mix_work_new(&work, &m, &arena, &err));
    ptl_rng rng = ptl_rng_new(23);
    for (int64_t i = 0; i < m.n_slots; i++) work.value[i] = 0.3 + ptl_rng_uniform(&rng);
    for (int g = 0; g < G; g++) work.sigma[g] = 0.6;
    double r[N], u[N], fit[N], *b = calloc((size_t)m.n_linear, sizeof *b), mean = 0.0, sq = 0.0;
    for (int i = 0; i < N; i++) r[i] = ptl_rng_normal(&rng);
    EXPECT_OK(mix_linear_density(&work.linear, u, &m, r, work.sigma, work.value, &err));
    mix_linear_draw(b, &work.linear, &m, NULL);
    mix_linear_fit(fit, &m, b);
    EXPECT_NEAR(u[CELL], (r[CELL] - fit[CELL]) / (0.6 * 0.6), 1e-9);
    const double centre = fit[CELL];
    for (int d = 0; d < DRAWS; d++) {
        EXPECT_OK(mix_linear_density(&work.linear, u, &m, r, work.sigma, work.value, &err));
        mix_linear_draw(b, &work.linear, &m, &rng);
        mix_linear_fit(fit, &m, b);
        mean += (fit[CELL] - centre) / DRAWS;
        sq += (fit[CELL] - centre) * (fit[CELL] - centre) / DRAWS;
    }
    /* posterior variance of the fit at a cell = sigma^2 d(fit) / d(residual there) */
    const double h = 1e-4;
    r[CELL] += h;
    EXPECT_OK(mix_linear_density(&work.linear, u, &m, r, work.sigma, work.value, &err));
    mix_linear_draw(b, &work.linear, &m, NULL);
    mix_linear_fit(fit, &m, b);
    const double var = 0.6 * 0.6 * (fit[CELL] - centre) / h;
    EXPECT_NEAR(mean, 0.0, 4.0 * sqrt(var / DRAWS));
    EXPECT_NEAR(sq / var, 1.0, 4.0 * sqrt(2.0 / DRAWS));
    free(b);
    ptl_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_equals_one_dense_normal),
        cmocka_unit_test(block_draws_have_its_moments),
        cmocka_unit_test(one_geo_has_three_ways),
        cmocka_unit_test(gradients),
        cmocka_unit_test(every_family),
        cmocka_unit_test(tails_of_a_panel),
        cmocka_unit_test(places_and_brands),
    };
    ptl_error err;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    if (ptl_linalg_init(&err) != PTL_OK) return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ptl_arena_dispose(&arena);
    return failed;
}
