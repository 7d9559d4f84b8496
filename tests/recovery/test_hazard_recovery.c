/* test_hazard_recovery: does the time-to-event model find what journeys were made from?
 *
 * Journeys are drawn by thinning from the model's own rate: touches come at random times, and a
 * conversion when the rate says so, or none until the journey is watched no longer. Nothing is
 * shared with the estimator. Persons have one to five journeys and keenness of their own in the
 * worlds that judge intervals, so that journeys of one person are dependent. Intervals are judged
 * where all persons are read and where some are drawn to stand for the others. */
#include "support/effort.h"
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/hazard.h"
#include "portolan/validation.h"

enum { K = 3, JOURNEYS_MAX = 120000, TOUCH_MAX = 8 * JOURNEYS_MAX };
static const double baseline = 0.004, effect[K] = {0.11, 0.07, 0.05},
                    half_life[K] = {0.6, 3.5, 9.0};

static struct {
    int64_t offsets[JOURNEYS_MAX + 1], path[JOURNEYS_MAX], converting[JOURNEYS_MAX],
        null[JOURNEYS_MAX];
    int32_t touches[TOUCH_MAX], group[JOURNEYS_MAX];
    double gaps[TOUCH_MAX], value[JOURNEYS_MAX];
} d;

static double rate_at(double t, const double *times, const int32_t *touches, int64_t n, double keen)
{
    double rate = baseline;
    for (int64_t i = 0; i < n; i++) {
        const double w = 0.69314718055994531 / half_life[touches[i]];
        if (times[i] <= t) rate += effect[touches[i]] * w * exp(-w * (t - times[i]));
    }
    return keen * rate;
}

/* Lewis and Shedler's thinning: between touches the rate falls, so what it is now bounds it. */
static bool journey(int64_t p, double keen, ptl_rng *rng)
{
    double times[7], now = 0.0;
    const double watched = 20.0 + 10.0 * ptl_rng_uniform(rng);
    const int64_t from = d.offsets[p];
    int64_t n = 0, made = 1 + (int64_t)ptl_rng_below(rng, 6);
    int32_t touches[7];
    for (int64_t i = 0; i < made; i++) {
        times[i] = i ? times[i - 1] + 4.0 * ptl_rng_exponential(rng) : 0.0;
        touches[i] = (int32_t)ptl_rng_below(rng, K);
    }
    while (made > 1 && times[made - 1] >= watched) made--;
    double end = watched;
    bool converts = false;
    for (;;) {
        while (n < made && times[n] <= now) n++;
        const double bound = rate_at(now, times, touches, n, keen);
        const double step = ptl_rng_exponential(rng) / bound;
        const double next = n < made ? times[n] : watched;
        if (now + step >= next) {
            now = next;
            if (n >= made) break;
            continue;
        }
        now += step;
        if (ptl_rng_uniform(rng) * bound < rate_at(now, times, touches, n, keen)) {
            end = now;
            converts = true;
            break;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        d.touches[from + i] = touches[i];
        d.gaps[from + i] = (i + 1 < n ? times[i + 1] : end) - times[i];
    }
    d.offsets[p + 1] = from + n;
    return converts;
}

/* Journeys without a conversion are of one person in null_in, those with one of one in won_in; each
 * counts as often as it stands for. Who is drawn for the first is drawn for the second. */
typedef struct drawing {
    int64_t n_persons;
    int32_t null_in, won_in;
} drawing;

static ptl_paths simulate_drawn(drawing drawn, double spread, ptl_rng *rng)
{
    int64_t p = 0;
    for (int64_t person = 0; person < drawn.n_persons; person++) {
        const int32_t group = (int32_t)ptl_rng_below(rng, 64);
        const int32_t lot = (int32_t)ptl_rng_below(rng, (uint64_t)(drawn.null_in * drawn.won_in));
        const double keen = exp(spread * ptl_rng_normal(rng) - 0.5 * spread * spread);
        const int64_t n = 1 + (int64_t)ptl_rng_below(rng, 5);
        for (int64_t j = 0; j < n && p < JOURNEYS_MAX; j++) {
            const bool converts = journey(p, keen, rng);
            const double worth = converts ? 3.0 + 40.0 * ptl_rng_uniform(rng) : 0.0;
            if (lot % (converts ? drawn.won_in : drawn.null_in) != 0) continue; /* written over */
            d.path[p] = p;
            d.group[p] = group;
            d.converting[p] = converts ? drawn.won_in : 0;
            d.null[p] = converts ? 0 : drawn.null_in;
            d.value[p] = worth * drawn.won_in;
            p++;
        }
    }
    return (ptl_paths){.n_channels = K,
                       .direct = -1,
                       .n_paths = p,
                       .offsets = d.offsets,
                       .touches = d.touches,
                       .gap_days = d.gaps,
                       .n_cells = p,
                       .cell_path = d.path,
                       .cell_group = d.group,
                       .cell_converting = d.converting,
                       .cell_value = d.value,
                       .cell_null = d.null};
}

static ptl_paths simulate(int64_t n_persons, double spread, ptl_rng *rng)
{
    return simulate_drawn((drawing){n_persons, 1, 1}, spread, rng);
}

static ptl_hazard_result solve(const ptl_paths *x, const ptl_hazard_options *o, ptl_arena *arena)
{
    ptl_error err = {0};
    const ptl_attribution_work work = {.arena = arena, .rng = ptl_rng_new(7)};
    ptl_hazard_result r;
    EXPECT_OK(ptl_hazard_solve(&r, x, o, &work, &err));
    EXPECT_INT(r.verdict, PTL_CONVERGED);
    EXPECT_INT(r.n_failed, 0);
    return r;
}

static bool holds(ptl_estimate e, double truth)
{
    return e.low <= truth && truth <= e.high;
}

static void planted_parameters_are_found(void **state)
{
    (void)state;
    ptl_rng rng = ptl_rng_new(424243);
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    const ptl_paths x = simulate(38000, 0.0, &rng);
    const ptl_hazard_result r = solve(&x, NULL, &arena);
    print_message("  %lld journeys, %lld conversions, %lld evaluations\n", (long long)x.n_paths,
                  (long long)r.credit.total.n_converting, (long long)r.n_evaluations);
    print_message("  baseline  %.5f (%.5f to %.5f) of %.5f\n", r.baseline.point, r.baseline.low,
                  r.baseline.high, baseline);
    EXPECT_NEAR(r.baseline.point, baseline, 1.5 * (r.baseline.high - r.baseline.low));
    EXPECT_NEAR(r.baseline.point, baseline, 0.1 * baseline);
    for (int k = 0; k < K; k++) {
        print_message(
            "  channel %d %.4f (%.4f to %.4f) of %.4f, half-life %.2f (%.2f to %.2f) of %.1f\n", k,
            r.effect[k].point, r.effect[k].low, r.effect[k].high, effect[k],
            r.half_life_days[k].point, r.half_life_days[k].low, r.half_life_days[k].high,
            half_life[k]);
        /* twice a 90 % half width is 3.3 standard errors */
        EXPECT_NEAR(r.effect[k].point, effect[k], r.effect[k].high - r.effect[k].low);
        EXPECT_NEAR(log(r.half_life_days[k].point / half_life[k]), 0.0,
                    log(r.half_life_days[k].high / r.half_life_days[k].low));
        assert_true(!r.at_bound[k]);
    }
    EXPECT_NEAR(r.effect[0].point, effect[0], 0.06 * effect[0]);
    ptl_arena_dispose(&arena);
}

/* Where persons differ in keenness, journeys of one resemble each other, and what the model finds
 * is no longer any planted number: the truth judged is its mean over big worlds, some hundred times
 * the persons of one that is judged. */
static void find_truth(double effect_true[K], double share_true[K + 1], int n_worlds,
                       const ptl_hazard_options *o, ptl_arena *arena, ptl_rng *rng)
{
    for (int k = 0; k < K; k++) effect_true[k] = 0.0;
    for (int k = 0; k <= K; k++) share_true[k] = 0.0;
    for (int w = 0; w < n_worlds; w++) {
        const ptl_paths big = simulate(39000, 0.6, rng);
        const ptl_hazard_result r = solve(&big, o, arena);
        for (int k = 0; k < K; k++) effect_true[k] += r.effect[k].point / n_worlds;
        for (int k = 0; k <= K; k++) share_true[k] += r.credit.share[k].point / n_worlds;
        ptl_arena_reset(arena);
    }
}

/* How many of n worlds' intervals hold the truth: of an effect, of a share. */
static void judge(drawing drawn, const double effect_true[K], const double share_true[K + 1],
                  const ptl_hazard_options *o, ptl_arena *arena, ptl_rng *rng)
{
    const int n_worlds = effort(8, 60, 1000);
    int64_t inside[2] = {0}, n_journeys = 0;
    for (int w = 0; w < n_worlds; w++) {
        const ptl_paths x = simulate_drawn(drawn, 0.6, rng);
        const ptl_hazard_result r = solve(&x, o, arena);
        const int k = (int)ptl_rng_below(rng, K);
        inside[0] += holds(r.effect[k], effect_true[k]);
        inside[1] += holds(r.credit.share[k], share_true[k]);
        n_journeys += x.n_paths;
        ptl_arena_reset(arena);
    }
    print_message("  one in %d without, one in %d with a conversion, of %d persons: %d journeys; "
                  "effect %.3f, share %.3f of %d worlds\n",
                  drawn.null_in, drawn.won_in, (int)drawn.n_persons, (int)(n_journeys / n_worlds),
                  (double)inside[0] / n_worlds, (double)inside[1] / n_worlds, n_worlds);
    const double tol = n_worlds >= 1000 ? 0.02 : 4.0 * sqrt(0.09 / n_worlds);
    for (int i = 0; i < 2; i++) EXPECT_NEAR((double)inside[i] / n_worlds, 0.90, tol);
}

static void intervals_cover(void **state)
{
    (void)state;
    static const drawing ways[] = {{3000, 1, 1}, {4000, 4, 1}, {6000, 8, 2}};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    ptl_rng rng = ptl_rng_new(99173);
    ptl_hazard_options o = ptl_hazard_options_default();
    o.interval.method = PTL_INTERVAL_NONE;
    o.shared_decay = true;
    double effect_true[K], share_true[K + 1];
    find_truth(effect_true, share_true, effort(1, 4, 12), &o, &arena, &rng);
    o.interval.method = PTL_INTERVAL_JACKKNIFE;
    for (int i = 0; i < 3; i++) judge(ways[i], effect_true, share_true, &o, &arena, &rng);
    ptl_arena_dispose(&arena);
}

/* In persons it was not fitted to: 20 parts of the predictions hold as many conversions as they
 * say. */
static void predictions_are_calibrated(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_rng rng = ptl_rng_new(31337);
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    ptl_hazard_options o = ptl_hazard_options_default();
    o.interval.method = PTL_INTERVAL_NONE;
    const ptl_paths train = simulate(30000, 0.0, &rng);
    const ptl_hazard_result r = solve(&train, &o, &arena);
    const ptl_paths x = simulate(30000, 0.0, &rng);
    ptl_calibration c;
    const ptl_attribution_work work = {.arena = &arena};
    EXPECT_OK(ptl_hazard_calibrate(&c, &x, &r.params, 4.0, 20, &work, &err));
    double chi2 = 0.0;
    for (int32_t b = 0; b < c.n_bins; b++) {
        const ptl_calibration_bin *const bin = &c.bin[b];
        /* the variance of what a rate leaves is its integral */
        chi2 += (bin->observed - bin->expected) * (bin->observed - bin->expected) / bin->expected;
    }
    print_message("  expected %.0f, observed %.0f, chi squared %.1f of %d\n", c.expected,
                  c.observed, chi2, c.n_bins);
    EXPECT_INT(c.n_bins, 20);
    EXPECT_LE(chi2, 45.3); /* 0.999 of chi squared with 20 degrees */
    ptl_arena_dispose(&arena);
}

/* Held out it knows something, at the right level. It need not beat a rule at this, even in its own
 * world: which touch was a journey's last is known only afterwards, and the rule is told. */
static void held_out_it_foresees(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_rng rng = ptl_rng_new(777);
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    const ptl_attribution_work work = {.arena = &arena};
    const ptl_paths x = simulate(20000, 0.0, &rng);
    const ptl_validation_method in_time = {.method = PTL_CREDIT_HAZARD};
    const ptl_validation_method last = {.method = PTL_CREDIT_RULE};
    ptl_prediction_result a, b;
    EXPECT_OK(ptl_validation_solve(&a, &x, &in_time, NULL, &work, &err));
    EXPECT_OK(ptl_validation_solve(&b, &x, &last, NULL, &work, &err));
    print_message("  AUC %.3f and %.3f, log loss %.4f and %.4f, of one chance for all %.4f\n",
                  a.auc, b.auc, a.log_loss, b.log_loss, a.log_loss_base);
    EXPECT_INT(a.verdict, PTL_CONVERGED);
    EXPECT_INT(b.verdict, PTL_CONVERGED);
    EXPECT_LE(0.57, a.auc);
    EXPECT_LE(a.log_loss, a.log_loss_base - 0.004);
    EXPECT_NEAR(a.calibration.expected / a.calibration.observed, 1.0, 1e-3);
    ptl_arena_dispose(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_parameters_are_found),
        cmocka_unit_test(predictions_are_calibrated),
        cmocka_unit_test(held_out_it_foresees),
        cmocka_unit_test(intervals_cover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
