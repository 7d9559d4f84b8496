/* test_mix_recovery: truths drawn from the prior are covered as often as promised.
 *
 * The worlds are written here from the words of the model: geometric adstock as a recursion, Hill
 * as a fraction, no function of the estimator. Truth: ROI, retention, half point, baseline,
 * control, noise, each from the prior that the fit is given. 90 % intervals of ROI must then cover
 * 90 % of truths, and their ranks among the draws be uniform: 40 worlds in the normal lane, 500
 * with PTL_LONG=1 (86 to 94 %). With an experiment of error s the sd shrinks as sigma and s say,
 * the squared error falls and the coverage stays. */
#include "support/effort.h"
#include "support/expect.h"

#include "portolan/distribution.h"
#include "portolan/linalg.h"
#include "portolan/mix.h"

#include <stdlib.h>

enum { T = 104, C = 2, WINDOW = 9 };

typedef struct world {
    double kpi[T], media[C * T], control[T], roi[C], contribution[C], effect[C][T];
    ptl_mix_channel channel[C];
    ptl_mix_data data;
    ptl_mix_spec spec;
} world;

static ptl_arena arena;

/* sum_{l < window} a^l x_{t-l} / sum a^l, written as it reads. */
static double carried(const double *x, int t, double a)
{
    double sum = 0.0, all = 0.0, w = 1.0;
    for (int l = 0; l < WINDOW; l++, w *= a) {
        all += w;
        if (l <= t) sum += w * x[t - l];
    }
    return sum / all;
}

static double middle_of(const double *x)
{
    double sorted[T];
    int n = 0;
    for (int t = 0; t < T; t++) {
        if (x[t] == 0.0) continue;
        int i = n++;
        for (; i > 0 && sorted[i - 1] > x[t]; i--) sorted[i] = sorted[i - 1];
        sorted[i] = x[t];
    }
    return n % 2 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
}

/* The model's scaling depends on the KPI (its mean and sd), so the noise and the control are drawn
 * in money at a fixed scale and the spec's priors are given in that scale: level 100, sd 10. */
static void draw_world(world *w, uint64_t seed)
{
    ptl_rng rng = ptl_rng_new(seed);
    memset(w, 0, sizeof *w);
    w->spec = ptl_mix_preset_meridian(w->channel, NULL, C);
    w->spec.n_knots = 1;
    for (int c = 0; c < C; c++) {
        double *const x = w->media + c * T, spend = 0.0, unit = 0.0;
        w->channel[c].effect_prior = (ptl_mix_prior){PTL_MIX_PRIOR_LOGNORMAL, 0.2, 0.5, 0, 0, 0};
        for (int t = 0; t < T; t++) {
            const bool on = ptl_rng_uniform(&rng) < 0.6;
            x[t] = on ? 9.0 * ptl_rng_exponential(&rng) : 0.0;
            spend += x[t];
        }
        const double middle = middle_of(x), a = ptl_rng_uniform(&rng);
        const double half = ptl_truncated_normal_rng(&rng, 0.8, 0.8, 0.1, 10.0);
        w->roi[c] = exp(0.2 + 0.5 * ptl_rng_normal(&rng));
        for (int t = 0; t < T; t++) {
            const double pressure = carried(x, t, a) / middle;
            w->effect[c][t] = pressure / (pressure + half);
            unit += w->effect[c][t];
        }
        for (int t = 0; t < T; t++) w->effect[c][t] *= w->roi[c] * spend / unit;
        w->contribution[c] = w->roi[c] * spend;
    }
    const double gamma = 3.0 * ptl_rng_normal(&rng), sigma = 5.0 * (0.4 + ptl_rng_uniform(&rng));
    for (int t = 0; t < T; t++) {
        w->control[t] = ptl_rng_normal(&rng);
        w->kpi[t] = 100.0 + gamma * w->control[t] + sigma * ptl_rng_normal(&rng);
        for (int c = 0; c < C; c++) w->kpi[t] += w->effect[c][t];
    }
    w->data = (ptl_mix_data){.n_geos = 1,
                             .n_weeks = T,
                             .n_channels = C,
                             .n_controls = 1,
                             .kpi = w->kpi,
                             .media = w->media,
                             .spend = w->media,
                             .control = w->control};
}

static ptl_mix_options short_options(void)
{
    ptl_mix_options o = ptl_mix_options_default();
    o.nuts.n_chains = 2;
    o.nuts.n_warmup = 200;
    o.nuts.n_draws = 250;
    o.n_path_draws = 50;
    o.silent_share = 1.0; /* intervals are wanted of every world, also where little was learnt */
    o.experiments_explained = false;
    return o;
}

/* Share of draws of contribution c below the truth. */
static double rank_of(const ptl_mix_result *r, int c, double truth, double *sd)
{
    const ptl_mix_posterior *const p = r->posterior;
    double b[1], drift[T], *work = calloc((size_t)ptl_mix_work_n(p), sizeof *work);
    double below = 0.0, mean = 0.0, sq = 0.0, n = 0.0;
    for (int64_t k = 0; k < ptl_mix_n_chains(p); k++)
        for (int64_t d = 0; d < ptl_mix_n_draws(p); d++) {
            ptl_mix_channel_draw x;
            ptl_mix_channel_draw_at(&x, b, drift, p, c, k, d, work);
            below += x.contribution < truth;
            n += 1.0;
            mean += x.contribution;
            sq += x.contribution * x.contribution;
        }
    free(work);
    *sd = sqrt(sq / n - mean * mean / (n * n));
    return below / n;
}

static void truths_are_covered(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    const int n_worlds = effort(5, 40, 500);
    const ptl_mix_options o = short_options();
    const ptl_rng rng = ptl_rng_new(1);
    double covered = 0.0, thirds[3] = {0.0, 0.0, 0.0}, sd;
    const double n = (double)(n_worlds * C);
    for (int i = 0; i < n_worlds; i++) {
        ptl_mix_result r;
        draw_world(&w, 10000 + (uint64_t)i);
        EXPECT_OK(ptl_mix_solve(&r, &w.data, &w.spec, NULL, 0, &rng, &o, NULL, &arena, &err));
        for (int c = 0; c < C; c++) {
            const double rank = rank_of(&r, c, w.contribution[c], &sd);
            covered += rank > 0.05 && rank < 0.95;
            thirds[rank < 1.0 / 3.0 ? 0 : rank < 2.0 / 3.0 ? 1 : 2] += 1.0;
        }
        ptl_arena_reset(&arena);
    }
    const double noise = sqrt(0.9 * 0.1 / n), each = sqrt(2.0 / 9.0 / n);
    print_message("%d worlds: %.1f %% covered; thirds %.2f %.2f %.2f\n", n_worlds,
                  100.0 * covered / n, thirds[0] / n, thirds[1] / n, thirds[2] / n);
    if (n_worlds >= 500) {
        EXPECT_LE(0.86, covered / n);
        EXPECT_LE(covered / n, 0.94);
    } else
        EXPECT_NEAR(covered / n, 0.9, 3.0 * noise);
    for (int k = 0; k < 3; k++) EXPECT_NEAR(thirds[k] / n, 1.0 / 3.0, 3.3 * each);
}

/* One experiment on channel 1: all of it switched off, measured with error s. */
static void experiments_shrink_as_they_should(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    const int n_worlds = effort(3, 12, 200);
    ptl_mix_options o = short_options();
    const ptl_rng rng = ptl_rng_new(2);
    o.conflict_z = 10.0; /* these experiments are of the model's world: no conflict is real */
    o.nuts.n_draws = 500;
    double ratio = 0.0, before = 0.0, after = 0.0, covered = 0.0;
    for (int i = 0; i < n_worlds; i++) {
        ptl_mix_result r;
        double sigma, sd;
        draw_world(&w, 20000 + (uint64_t)i);
        ptl_rng noise = ptl_rng_new(30000 + (uint64_t)i);
        EXPECT_OK(ptl_mix_solve(&r, &w.data, &w.spec, NULL, 0, &rng, &o, NULL, &arena, &err));
        (void)rank_of(&r, 0, w.contribution[0], &sigma);
        before += pow(r.channel[0].contribution.point - w.contribution[0], 2.0);
        ptl_arena_reset(&arena);
        const double s = sigma / sqrt(3.0);
        const ptl_mix_experiment e = {
            0, 0, T, T, NULL, 0.0, w.contribution[0] + s * ptl_rng_normal(&noise), s, 'A'};
        EXPECT_OK(ptl_mix_solve(&r, &w.data, &w.spec, &e, 1, &rng, &o, NULL, &arena, &err));
        const double rank = rank_of(&r, 0, w.contribution[0], &sd);
        ratio += sd / (sigma * s / sqrt(sigma * sigma + s * s)) / n_worlds;
        after += pow(r.channel[0].contribution.point - w.contribution[0], 2.0);
        covered += rank > 0.05 && rank < 0.95;
        EXPECT_INT(r.channel[0].grade, 'C');
        ptl_arena_reset(&arena);
    }
    print_message(
        "%d worlds: sd %.3f of the formula's, squared error %.3f of before, %.0f %% covered\n",
        n_worlds, ratio, after / before, 100.0 * covered / n_worlds);
    EXPECT_NEAR(ratio, 1.0, 0.1);
    EXPECT_LE(after, before);
    EXPECT_NEAR(covered / n_worlds, 0.9, 3.0 * sqrt(0.09 / n_worlds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truths_are_covered),
        cmocka_unit_test(experiments_shrink_as_they_should),
    };
    ptl_error err;
    ptl_arena_init(&arena, (size_t)1 << 29, NULL);
    if (ptl_linalg_init(&err) != PTL_OK) return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ptl_arena_dispose(&arena);
    return failed;
}
