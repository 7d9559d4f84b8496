/* test_attribution_recovery: do intervals hold the truth as often as they say?
 *
 * A world is a Markov chain of journeys over five channels with probabilities of its own, drawn at
 * random. Persons have one to six journeys, and a person's journeys are alike: each person follows
 * one of two chains, a quiet or a keen one, so that journeys of one person are dependent and taking
 * them as independent would give intervals that are too narrow. The truth is the chain that pooled
 * journeys follow, mixed by expected flow, and its removal effects, from a dense solution written
 * here: nothing is shared with the estimator. The truth of Shapley's games comes from the chances
 * that a journey stays within each set of channels, kind by kind, since sets do not forget who made
 * them; its value is taken over all 120 orders of arrival. One interval a world and method is
 * judged, of a channel drawn at random, so that worlds count as independent.
 *
 * By default 300 worlds; PTL_LONG=1 runs 2,400, where coverage is held to the nominal rate +- 2
 * points (one standard error is 0.6 points). */
#include "support/effort.h"
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/attribution.h"
#include "portolan/linalg.h"

enum {
    K = 5,
    PERSONS = 1500, /* expected: who comes is part of the chance that intervals are about */
    JOURNEYS_MAX = 6,
    PATHS_MAX = 2 * PERSONS * JOURNEYS_MAX,
    LENGTH_MAX = 400,
    TOUCH_MAX = PATHS_MAX * 12
};

/* step[i][j]: from i (0 the start) to channel j; [K] conversion, [K + 1] null. */
typedef struct chain {
    double step[K + 1][K + 2];
} chain;

static chain random_chain(ptl_rng *rng, double keen)
{
    chain c;
    for (int i = 0; i <= K; i++) {
        double sum = 0.0;
        for (int j = 0; j < K + 2; j++) {
            double w = ptl_rng_exponential(rng) + 0.15;
            if (j == i - 1) w = 0.0; /* a repeat is the same state */
            if (j == K) w = i > 0 ? w * keen : 0.0;
            if (j == K + 1) w = i > 0 ? w * 2.0 : 0.0;
            sum += c.step[i][j] = w;
        }
        for (int j = 0; j < K + 2; j++) c.step[i][j] /= sum;
    }
    return c;
}

/* P(conversion from the start) and expected visits, by 3,000 steps of the chain itself. */
static double follow(const chain *c, int without, double visits[K + 1])
{
    double at[K + 1] = {1.0}, converted = 0.0;
    for (int i = 0; visits && i <= K; i++) visits[i] = i == 0;
    for (int round = 0; round < 3000; round++) {
        double next[K + 1] = {0}, left = 0.0;
        for (int i = 0; i <= K; i++) {
            for (int j = 0; j < K; j++)
                if (j != without) next[j + 1] += at[i] * c->step[i][j];
            converted += at[i] * c->step[i][K];
        }
        for (int i = 0; i <= K; i++) {
            at[i] = next[i];
            left += next[i];
            if (visits) visits[i] += next[i];
        }
        if (left < 1e-15) break;
    }
    return converted;
}

/* The chain that journeys of both kinds of person, half each, follow together. */
static chain pooled(const chain kinds[2])
{
    chain c = {0};
    double visits[2][K + 1];
    for (int kind = 0; kind < 2; kind++) follow(&kinds[kind], -1, visits[kind]);
    for (int i = 0; i <= K; i++)
        for (int j = 0; j < K + 2; j++)
            c.step[i][j] =
                (visits[0][i] * kinds[0].step[i][j] + visits[1][i] * kinds[1].step[i][j]) /
                (visits[0][i] + visits[1][i]);
    return c;
}

static struct {
    int64_t offsets[PATHS_MAX + 1], path[PATHS_MAX], converting[PATHS_MAX], null[PATHS_MAX];
    int32_t touches[TOUCH_MAX], group[PATHS_MAX];
    double value[PATHS_MAX];
} d;

static bool journey(const chain *c, int64_t p, ptl_rng *rng)
{
    int64_t n = d.offsets[p];
    for (int i = 0; n < d.offsets[p] + LENGTH_MAX && n < TOUCH_MAX;) {
        double u = ptl_rng_uniform(rng);
        int j = 0;
        while (j < K + 1 && u > c->step[i][j]) u -= c->step[i][j++];
        if (j >= K) {
            d.offsets[p + 1] = n;
            return j == K;
        }
        d.touches[n++] = j;
        i = j + 1;
    }
    d.offsets[p + 1] = n;
    return false;
}

static ptl_paths simulate(const chain kinds[2], ptl_rng *rng)
{
    int64_t p = 0;
    const int n_persons = (int)(PERSONS + sqrt((double)PERSONS) * ptl_rng_normal(rng));
    for (int person = 0; person < n_persons; person++) {
        const int32_t group = (int32_t)ptl_rng_below(rng, 64);
        const chain *kind = &kinds[ptl_rng_below(rng, 2)];
        const int64_t n = 1 + (int64_t)ptl_rng_below(rng, JOURNEYS_MAX);
        for (int64_t j = 0; j < n; j++, p++) {
            const bool converts = journey(kind, p, rng);
            d.path[p] = p;
            d.group[p] = group;
            d.converting[p] = converts;
            d.null[p] = !converts;
            d.value[p] = converts ? 5.0 + 30.0 * ptl_rng_exponential(rng) : 0.0;
        }
    }
    return (ptl_paths){.n_channels = K,
                       .direct = -1,
                       .n_paths = p,
                       .offsets = d.offsets,
                       .touches = d.touches,
                       .n_cells = p,
                       .cell_path = d.path,
                       .cell_group = d.group,
                       .cell_converting = d.converting,
                       .cell_value = d.value,
                       .cell_null = d.null};
}

enum {
    EFFECT_BOOT,
    SHARE_BOOT,
    VALUE_SHARE,
    EFFECT_JACK,
    SHARE_JACK,
    EFFECT_STEP,
    CREDIT,
    LAST_TOUCH,
    SUM_BOOT,
    SUM_JACK,
    RATE_BOOT,
    RATE_JACK,
    RATE_SAMPLED,
    N_JUDGED
};
static const char *const names[N_JUDGED] = {
    "effect, bootstrap",      "share, bootstrap",        "effect on value",
    "effect, jackknife",      "share, jackknife",        "effect, one step",
    "credit, bootstrap",      "last touch, jackknife",   "Shapley sum, bootstrap",
    "Shapley sum, jackknife", "Shapley rate, bootstrap", "Shapley rate, jackknife",
    "Shapley rate, sampled"};

static bool holds(ptl_estimate e, double truth)
{
    return e.low <= truth && truth <= e.high;
}

static ptl_markov_result solve(const ptl_paths *x, ptl_arena *arena, ptl_interval_method interval,
                               ptl_replicate_method replicate, const ptl_rng *rng)
{
    ptl_error err = {0};
    const ptl_attribution_work work = {.arena = arena, .rng = *rng};
    ptl_markov_options o = ptl_markov_options_default();
    o.interval.method = interval;
    o.replicate = replicate;
    ptl_markov_result r;
    EXPECT_OK(ptl_markov_solve(&r, x, &o, &work, &err));
    assert_true(r.credit.verdict != PTL_NOT_IDENTIFIED);
    return r;
}

/* The last touch is k in a share of conversions that is visits to k times its chance to convert. */
static bool last_touch_holds(const ptl_paths *x, const chain *truth, double whole, int k,
                             ptl_arena *arena)
{
    ptl_error err = {0};
    double visits[K + 1];
    follow(truth, -1, visits);
    const ptl_attribution_work work = {.arena = arena};
    ptl_heuristic_options o = ptl_heuristic_options_default();
    o.interval.method = PTL_INTERVAL_JACKKNIFE;
    ptl_attribution_result r;
    EXPECT_OK(ptl_heuristic_solve(&r, x, &o, &work, &err));
    return holds(r.share[k], visits[k + 1] * truth->step[k + 1][K] / whole);
}

/* ---- Shapley ---- */

enum { SETS = 1 << K, N_ORDERS = 120 };

/* P(a journey touches only channels of S, and converts | and ends at all), both kinds alike often.
 */
static void stay_within(double converts[SETS], double ends[SETS], const chain kinds[2])
{
    for (int set = 0; set < SETS; set++) {
        converts[set] = ends[set] = 0.0;
        for (int kind = 0; kind < 2; kind++) {
            chain to_conversion = kinds[kind], to_end = kinds[kind];
            for (int i = 0; i <= K; i++) {
                for (int j = 0; j < K; j++)
                    if (!(set >> j & 1)) to_conversion.step[i][j] = to_end.step[i][j] = 0.0;
                to_end.step[i][K] += to_end.step[i][K + 1];
            }
            converts[set] += 0.5 * follow(&to_conversion, -1, NULL);
            ends[set] += 0.5 * follow(&to_end, -1, NULL);
        }
    }
}

/* Shapley's share of channel k: its gain averaged over all orders of arrival. */
static double share_by_orders(const double worth[SETS], int k)
{
    double gain = 0.0;
    for (int number = 0; number < N_ORDERS; number++) {
        int left[K], rest = number, set = 0;
        for (int i = 0; i < K; i++) left[i] = i;
        for (int n = K; n > 0; n--) {
            const int at = rest % n, who = left[at];
            rest /= n;
            left[at] = left[n - 1];
            if (who == k) gain += worth[set | 1 << who] - worth[set];
            set |= 1 << who;
        }
    }
    return gain / N_ORDERS / worth[SETS - 1];
}

static ptl_estimate shapley(const ptl_paths *x, ptl_arena *arena, ptl_shapley_worth worth,
                            ptl_interval_method interval, int32_t n_exact_max, int k,
                            const ptl_rng *rng)
{
    ptl_error err = {0};
    const ptl_attribution_work work = {.arena = arena, .rng = *rng};
    ptl_shapley_options o = ptl_shapley_options_default();
    o.worth = worth;
    o.n_exact_max = n_exact_max;
    o.n_permutations = 16; /* few, so that what sampling adds matters */
    o.interval.method = interval;
    ptl_shapley_result r;
    EXPECT_OK(ptl_shapley_solve(&r, x, &o, &work, &err));
    return r.credit.share[k];
}

static void judge_shapley(int64_t *inside, const ptl_paths *x, const chain kinds[2], int k,
                          ptl_arena *arena, const ptl_rng *rng)
{
    double converts[SETS], ends[SETS], rate[SETS];
    stay_within(converts, ends, kinds);
    for (int set = 0; set < SETS; set++)
        rate[set] = ends[set] > 0.0 ? converts[set] / ends[set] : 0;
    const double by_sum = share_by_orders(converts, k), by_rate = share_by_orders(rate, k);
    const ptl_interval_method boot = PTL_INTERVAL_BOOTSTRAP, jack = PTL_INTERVAL_JACKKNIFE;
    inside[SUM_BOOT] += holds(shapley(x, arena, PTL_SHAPLEY_SUM, boot, 16, k, rng), by_sum);
    inside[SUM_JACK] += holds(shapley(x, arena, PTL_SHAPLEY_SUM, jack, 16, k, rng), by_sum);
    inside[RATE_BOOT] += holds(shapley(x, arena, PTL_SHAPLEY_RATE, boot, 16, k, rng), by_rate);
    inside[RATE_JACK] += holds(shapley(x, arena, PTL_SHAPLEY_RATE, jack, 16, k, rng), by_rate);
    inside[RATE_SAMPLED] += holds(shapley(x, arena, PTL_SHAPLEY_RATE, jack, 4, k, rng), by_rate);
}

static void judge_world(int64_t *inside, const ptl_rng *root, uint64_t number, ptl_arena *arena)
{
    ptl_rng rng = ptl_rng_split(root, number);
    const chain kinds[2] = {random_chain(&rng, 0.3), random_chain(&rng, 1.5)};
    const chain truth = pooled(kinds);
    double effect[K], sum = 0.0;
    const double whole = follow(&truth, -1, NULL);
    for (int k = 0; k < K; k++) sum += effect[k] = 1.0 - follow(&truth, k, NULL) / whole;
    const int k = (int)ptl_rng_below(&rng, K);
    const ptl_paths x = simulate(kinds, &rng);
    const double share = effect[k] / sum;

    const ptl_markov_result boot =
        solve(&x, arena, PTL_INTERVAL_BOOTSTRAP, PTL_REPLICATE_EXACT, &rng);
    inside[EFFECT_BOOT] += holds(boot.effect[k], effect[k]);
    inside[SHARE_BOOT] += holds(boot.credit.share[k], share);
    /* value per conversion is the same everywhere in these worlds, so its effect is the effect */
    inside[VALUE_SHARE] += holds(boot.effect_value[k], effect[k]);
    const double per_person = 0.5 * (1.0 + JOURNEYS_MAX) * whole;
    inside[CREDIT] += holds(boot.credit.credit[k], share * per_person * PERSONS);
    const ptl_markov_result jack =
        solve(&x, arena, PTL_INTERVAL_JACKKNIFE, PTL_REPLICATE_EXACT, &rng);
    inside[EFFECT_JACK] += holds(jack.effect[k], effect[k]);
    inside[SHARE_JACK] += holds(jack.credit.share[k], share);
    const ptl_markov_result step =
        solve(&x, arena, PTL_INTERVAL_BOOTSTRAP, PTL_REPLICATE_ONE_STEP, &rng);
    inside[EFFECT_STEP] += holds(step.effect[k], effect[k]);
    inside[LAST_TOUCH] += last_touch_holds(&x, &truth, whole, k, arena);
    judge_shapley(inside, &x, kinds, k, arena, &rng);
}

static void intervals_cover_at_their_rate(void **state)
{
    (void)state;
    const uint64_t n_worlds = (uint64_t)effort(30, 300, 2400);
    const ptl_rng root = ptl_rng_new(20260711);
    int64_t inside[N_JUDGED] = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 28, NULL);
    for (uint64_t w = 0; w < n_worlds; w++) {
        judge_world(inside, &root, w, &arena);
        ptl_arena_reset(&arena);
    }
    ptl_arena_dispose(&arena);
    const double nominal = 0.90,
                 tol = n_worlds >= 2400 ? 0.02 : 4.0 * sqrt(0.09 / (double)n_worlds);
    for (int i = 0; i < N_JUDGED; i++)
        printf("  %-24s %.4f of %d worlds\n", names[i], (double)inside[i] / (double)n_worlds,
               (int)n_worlds);
    for (int i = 0; i < N_JUDGED; i++)
        EXPECT_NEAR((double)inside[i] / (double)n_worlds, nominal, tol);
}

int main(void)
{
    ptl_error err = {0};
    if (ptl_linalg_init(&err) != PTL_OK) return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(intervals_cover_at_their_rate)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
