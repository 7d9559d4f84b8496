/* test_mix_panel: panels of brands in places, with noise of heavy tails and without.
 *
 * Worlds are written here from the words of the model and share nothing with the estimator. Of
 * every channel the truth is drawn from the prior that the fit is given: ROI, retention, half
 * point, the spreads between places and between brands, and the deviations themselves. Ranks among
 * the draws must then be uniform: of the ROI, of one brand's effect against the other's and of one
 * place's against another's. 12 worlds of either noise in the normal lane, 150 with PTL_LONG=1. */
#include "support/effort.h"
#include "support/expect.h"

#include "portolan/distribution.h"
#include "portolan/linalg.h"
#include "portolan/mix.h"

#include <stdlib.h>

enum { PLACES = 3, BRANDS = 2, U = PLACES * BRANDS, T = 52, C = 2, N = U * T, WINDOW = 9 };
static const double SPREAD = 0.4; /* of the half-normal spreads */

typedef struct world {
    double kpi[N], media[C * N], roi[C], by_brand[C], by_place[C];
    int64_t place[U], brand[U];
    ptl_mix_channel channel[C];
    ptl_mix_data data;
    ptl_mix_spec spec;
} world;

static ptl_arena arena;

static double carried(const double *x, int t, double a)
{
    double sum = 0.0, all = 0.0, w = 1.0;
    for (int l = 0; l < WINDOW; l++, w *= a) {
        all += w;
        if (l <= t) sum += w * x[t - l];
    }
    return sum / all;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double middle_of(const double *x)
{
    double sorted[N];
    int n = 0;
    for (int i = 0; i < N; i++)
        if (x[i] != 0.0) sorted[n++] = x[i];
    qsort(sorted, (size_t)n, sizeof *sorted, ascending);
    return n % 2 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
}

/* Media of one channel and what they caused, added to the KPI. */
static void draw_channel(world *w, int c, ptl_rng *rng)
{
    double *const x = w->media + c * N, spend = 0.0, all = 0.0, s[N], e[U];
    const double a = ptl_rng_uniform(rng), roi = exp(0.2 + 0.5 * ptl_rng_normal(rng));
    const double half = ptl_truncated_normal_rng(rng, 0.8, 0.8, 0.1, 10.0);
    const double between_places = ptl_half_normal_rng(rng, SPREAD);
    const double between_brands = ptl_half_normal_rng(rng, SPREAD);
    double by_place[PLACES], by_brand[BRANDS];
    for (int k = 0; k < PLACES; k++) by_place[k] = between_places * ptl_rng_normal(rng);
    for (int k = 0; k < BRANDS; k++) by_brand[k] = between_brands * ptl_rng_normal(rng);
    for (int i = 0; i < N; i++) {
        x[i] = ptl_rng_uniform(rng) < 0.6 ? 9.0 * ptl_rng_exponential(rng) : 0.0;
        spend += x[i];
    }
    const double middle = middle_of(x);
    for (int u = 0; u < U; u++) {
        e[u] = exp(by_place[u / BRANDS] + by_brand[u % BRANDS]);
        for (int t = 0; t < T; t++) {
            const double pressure = carried(x + u * T, t, a) / middle;
            s[u * T + t] = pressure / (pressure + half);
            all += e[u] * s[u * T + t];
        }
    }
    for (int i = 0; i < N; i++) w->kpi[i] += roi * spend * e[i / T] * s[i] / all;
    w->roi[c] = roi;
    w->by_brand[c] = by_brand[1] - by_brand[0];
    w->by_place[c] = by_place[2] - by_place[0];
}

static void draw_world(world *w, uint64_t seed, bool heavy)
{
    ptl_rng rng = ptl_rng_new(seed);
    memset(w, 0, sizeof *w);
    w->spec = ptl_mix_preset_meridian(w->channel, NULL, C);
    w->spec.n_knots = 1;
    w->spec.likelihood = heavy ? PTL_MIX_STUDENT_T : PTL_MIX_NORMAL;
    for (int u = 0; u < U; u++) {
        const double level = 90.0 + 12.0 * ptl_rng_normal(&rng);
        w->place[u] = u / BRANDS;
        w->brand[u] = u % BRANDS;
        for (int t = 0; t < T; t++)
            w->kpi[u * T + t] = level + (heavy ? ptl_student_t_rng(&rng, 4.0, 0.0, 2.3)
                                               : 2.9 * ptl_rng_normal(&rng));
    }
    for (int c = 0; c < C; c++) {
        ptl_mix_channel *const ch = &w->channel[c];
        ch->effect_prior = (ptl_mix_prior){PTL_MIX_PRIOR_LOGNORMAL, 0.2, 0.5, 0, 0, 0};
        ch->eta_prior = ch->brand_eta_prior =
            (ptl_mix_prior){PTL_MIX_PRIOR_HALF_NORMAL, SPREAD, 0, 0, 0, 0};
        draw_channel(w, c, &rng);
    }
    w->data = (ptl_mix_data){.n_geos = U,
                             .n_weeks = T,
                             .n_channels = C,
                             .kpi = w->kpi,
                             .media = w->media,
                             .spend = w->media,
                             .n_places = PLACES,
                             .place = w->place,
                             .n_brands = BRANDS,
                             .brand = w->brand};
}

/* Shares of draws below the truth: ROI, brand against brand, place against place. */
static void ranks_of(double rank[3], const ptl_mix_posterior *p, const world *w, int c,
                     double *work)
{
    double b[U], drift[T], n = 0.0;
    rank[0] = rank[1] = rank[2] = 0.0;
    for (int64_t k = 0; k < ptl_mix_n_chains(p); k++)
        for (int64_t d = 0; d < ptl_mix_n_draws(p); d++) {
            ptl_mix_channel_draw x;
            ptl_mix_channel_draw_at(&x, b, drift, p, c, k, d, work);
            rank[0] += x.roi < w->roi[c];
            rank[1] += log(b[1] / b[0]) < w->by_brand[c];
            rank[2] += log(b[2 * BRANDS] / b[0]) < w->by_place[c];
            n += 1.0;
        }
    for (int i = 0; i < 3; i++) rank[i] /= n;
}

static void ranks_are_uniform(bool heavy)
{
    static world w;
    ptl_error err;
    const int n_worlds = effort(2, 12, 150);
    const ptl_rng rng = ptl_rng_new(1);
    ptl_mix_options o = ptl_mix_options_default();
    o.nuts.n_chains = 2;
    o.nuts.n_warmup = 200;
    o.nuts.n_draws = 250;
    o.n_path_draws = 50;
    o.silent_share = 1.0;
    double inside[3] = {0.0}, low[3] = {0.0}, worst = 0.0;
    const double n = n_worlds * C;
    for (int i = 0; i < n_worlds; i++) {
        ptl_mix_result r;
        draw_world(&w, 40000 + (uint64_t)i, heavy);
        EXPECT_OK(ptl_mix_solve(&r, &w.data, &w.spec, NULL, 0, &rng, &o, NULL, &arena, &err));
        worst = fmax(worst, r.r_hat_max);
        double *const work = calloc((size_t)ptl_mix_work_n(r.posterior), sizeof *work);
        for (int c = 0; c < C; c++) {
            double rank[3];
            ranks_of(rank, r.posterior, &w, c, work);
            for (int k = 0; k < 3; k++) {
                inside[k] += rank[k] > 0.05 && rank[k] < 0.95;
                low[k] += rank[k] < 0.5;
            }
        }
        free(work);
        ptl_arena_reset(&arena);
    }
    static const char *const names[] = {"ROI", "brand", "place"};
    for (int k = 0; k < 3; k++) {
        print_message("%s noise, %d worlds, %s: %.1f %% covered, %.0f %% of truths below the "
                      "middle; worst R-hat %.3f\n",
                      heavy ? "heavy" : "normal", n_worlds, names[k], 100.0 * inside[k] / n,
                      100.0 * (1.0 - low[k] / n), worst);
        EXPECT_NEAR(inside[k] / n, 0.9, 3.0 * sqrt(0.09 / n));
        EXPECT_NEAR(low[k] / n, 0.5, 3.0 * sqrt(0.25 / n));
    }
}

static void heavy_tails(void **state)
{
    (void)state;
    ranks_are_uniform(true);
}

static void normal_noise(void **state)
{
    (void)state;
    ranks_are_uniform(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heavy_tails),
        cmocka_unit_test(normal_noise),
    };
    ptl_error err;
    ptl_arena_init(&arena, (size_t)1 << 29, NULL);
    if (ptl_linalg_init(&err) != PTL_OK) return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ptl_arena_dispose(&arena);
    return failed;
}
