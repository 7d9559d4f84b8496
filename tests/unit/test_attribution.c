/* test_attribution: totals, heuristics, statistics of paths, intervals, and bad input. Worlds are
 * small enough to be done by hand; the jackknife is written again here from its definition. */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/attribution.h"

enum { N_MAX = 64, TOUCH_MAX = 20000 };

/* A world that grows row by row: one path and one cell a row. */
typedef struct world {
    ptl_paths x;
    int64_t offsets[N_MAX + 1], cell_path[N_MAX], converting[N_MAX], null[N_MAX];
    int32_t touches[TOUCH_MAX], group[N_MAX];
    double value[N_MAX], gaps[TOUCH_MAX];
    ptl_arena arena;
    ptl_attribution_work work;
} world;

static void begin(world *w, int32_t n_channels)
{
    memset(w, 0, sizeof *w);
    w->x = (ptl_paths){.n_channels = n_channels,
                       .direct = -1,
                       .offsets = w->offsets,
                       .touches = w->touches,
                       .cell_path = w->cell_path,
                       .cell_group = w->group,
                       .cell_converting = w->converting,
                       .cell_value = w->value,
                       .cell_null = w->null};
    ptl_arena_init(&w->arena, (size_t)1 << 28, NULL);
    w->work = (ptl_attribution_work){.arena = &w->arena, .rng = ptl_rng_new(1234)};
}

/* Touches as letters: "abA" is channel 0, 1, 26. */
static void add(world *w, const char *touches, int32_t group, int64_t n_converting, double value,
                int64_t n_null)
{
    const int64_t p = w->x.n_paths++, c = w->x.n_cells++;
    int64_t at = w->offsets[p];
    for (; *touches; touches++)
        w->touches[at++] = *touches >= 'a' ? *touches - 'a' : *touches - 'A' + 26;
    w->offsets[p + 1] = at;
    w->cell_path[c] = p;
    w->group[c] = group;
    w->converting[c] = n_converting;
    w->value[c] = value;
    w->null[c] = n_null;
}

static ptl_attribution_result solve(world *w, ptl_heuristic_rule rule, double half_life)
{
    ptl_error err = {0};
    ptl_heuristic_options o = ptl_heuristic_options_default();
    o.rule = rule;
    o.half_life_days = half_life;
    ptl_attribution_result r;
    EXPECT_OK(ptl_heuristic_solve(&r, &w->x, &o, &w->work, &err));
    return r;
}

static void expect_points(const ptl_estimate *e, const double *expected, int n)
{
    for (int k = 0; k < n; k++) EXPECT_NEAR(e[k].point, expected[k], 1e-12);
}

static void rules_by_hand(void **state)
{
    (void)state;
    static world w;
    begin(&w, 4);
    w.x.direct = 3;
    add(&w, "abcd", 0, 3, 30.3, 5);
    add(&w, "ba", 1, 2, 7.5, 0);
    add(&w, "dd", 2, 1, 1.25, 9);
    add(&w, "c", 3, 0, 0.0, 4);
    expect_points(solve(&w, PTL_HEURISTIC_FIRST, 7).credit, (double[]){3, 2, 0, 1}, 4);
    expect_points(solve(&w, PTL_HEURISTIC_LAST, 7).credit, (double[]){2, 0, 0, 4}, 4);
    const ptl_attribution_result non = solve(&w, PTL_HEURISTIC_LAST_NON_DIRECT, 7);
    expect_points(non.credit, (double[]){2, 0, 3, 1}, 4);
    expect_points(non.value, (double[]){7.5, 0, 30.3, 1.25}, 4);
    expect_points(solve(&w, PTL_HEURISTIC_LINEAR, 7).credit, (double[]){1.75, 1.75, .75, 1.75}, 4);
    expect_points(solve(&w, PTL_HEURISTIC_POSITION, 7).credit,
                  (double[]){3 * .4 + 1, 3 * .1 + 1, 3 * .1, 3 * .4 + 1}, 4);
    /* half-life of one step: abcd weighs 1, 2, 4, 8 of 15; ba 1, 2 of 3 */
    const ptl_attribution_result decay = solve(&w, PTL_HEURISTIC_TIME_DECAY, 1);
    expect_points(decay.credit,
                  (double[]){3 / 15. + 4 / 3., 6 / 15. + 2 / 3., 12 / 15., 24 / 15. + 1}, 4);
    EXPECT_INT(decay.total.n_converting, 6);
    EXPECT_INT(decay.total.n_null, 18);
    EXPECT_INT(decay.total.n_groups, 4);
    ptl_arena_dispose(&w.arena);
}

static void decay_follows_the_gaps(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_heuristic_options o = ptl_heuristic_options_default();
    o.rule = PTL_HEURISTIC_TIME_DECAY;
    o.half_life_days = 3.5;
    const int32_t touches[] = {2, 0, 1};
    const double gaps[] = {7.0, 3.5, 11.3}; /* ages 21.8, 14.8, 11.3: weights 1 : 4 : 8 */
    double u[3];
    EXPECT_OK(ptl_heuristic_journey(u, touches, gaps, 3, -1, &o, &err));
    const double expected[] = {1 / 13., 4 / 13., 8 / 13.};
    for (int i = 0; i < 3; i++) EXPECT_NEAR(u[i], expected[i], 1e-15);
    const double far[] = {1e5, 1e5, 1e5}; /* ages that underflow leave the last touch, not NaN */
    EXPECT_OK(ptl_heuristic_journey(u, touches, far, 3, -1, &o, &err));
    EXPECT_NEAR(u[2], 1.0, 0.0);
    EXPECT_OK(ptl_heuristic_journey(u, touches, NULL, 0, -1, &o, &err));
}

static void untouched_is_a_line_of_its_own(void **state)
{
    (void)state;
    static world w;
    begin(&w, 2);
    add(&w, "", 5, 11, 101.7, 13);
    add(&w, "ab", 6, 4, 8.1, 1);
    const ptl_attribution_result r = solve(&w, PTL_HEURISTIC_LINEAR, 7);
    EXPECT_INT(r.total.n_untouched, 11);
    EXPECT_NEAR(r.total.value_untouched, 101.7, 1e-12);
    EXPECT_INT(r.total.n_empty_null, 13);
    EXPECT_INT(r.total.n_groups, 1);
    EXPECT_NEAR(r.credit[0].point + r.credit[1].point, 4.0, 1e-12);
    EXPECT_NEAR(r.value[0].point + r.value[1].point, 8.1, 1e-12);
    assert_true(isnan(r.credit[0].low)); /* one group: no interval */
    ptl_arena_dispose(&w.arena);
}

static void nothing_converts_is_not_identified(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    begin(&w, 3);
    add(&w, "abc", 1, 0, 0, 17);
    add(&w, "", 2, 3, 5.5, 0);
    EXPECT_INT(solve(&w, PTL_HEURISTIC_FIRST, 7).verdict, PTL_NOT_IDENTIFIED);
    assert_true(isnan(solve(&w, PTL_HEURISTIC_FIRST, 7).share[0].point));
    ptl_markov_result m;
    EXPECT_OK(ptl_markov_solve(&m, &w.x, NULL, &w.work, &err));
    EXPECT_INT(m.credit.verdict, PTL_NOT_IDENTIFIED);
    assert_true(isnan(m.effect[1].point) && isnan(m.credit.credit[1].point));
    ptl_shapley_options o = ptl_shapley_options_default();
    o.worth = PTL_SHAPLEY_RATE;
    ptl_shapley_result s;
    EXPECT_OK(ptl_shapley_solve(&s, &w.x, &o, &w.work, &err));
    EXPECT_INT(s.credit.verdict, PTL_NOT_IDENTIFIED);
    w.x.n_paths = w.x.n_cells = 0; /* and no journeys at all */
    EXPECT_OK(ptl_markov_solve(&m, &w.x, NULL, &w.work, &err));
    EXPECT_INT(m.credit.verdict, PTL_NOT_IDENTIFIED);
    EXPECT_OK(ptl_shapley_solve(&s, &w.x, &o, &w.work, &err));
    ptl_path_result p;
    EXPECT_OK(ptl_path_solve(&p, &w.x, NULL, &w.work, &err));
    EXPECT_INT(p.verdict, PTL_NOT_IDENTIFIED);
    ptl_markov_order_result k;
    EXPECT_OK(ptl_markov_order(&k, &w.x, NULL, &w.work, &err));
    EXPECT_INT(k.verdict, PTL_NOT_IDENTIFIED);
    ptl_arena_dispose(&w.arena);
}

static void one_channel_has_all(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    begin(&w, 1);
    for (int g = 0; g < 9; g++) add(&w, g % 2 ? "aaa" : "a", g, 3 + g, 10.5 + g, 2 * g);
    ptl_markov_options mo = ptl_markov_options_default();
    for (mo.order = 1; mo.order <= 4; mo.order++) {
        ptl_markov_result m;
        EXPECT_OK(ptl_markov_solve(&m, &w.x, &mo, &w.work, &err));
        EXPECT_NEAR(m.effect[0].point, 1.0, 0.0);
        EXPECT_NEAR(m.effect[0].low, 1.0, 1e-15);
        EXPECT_NEAR(m.credit.credit[0].point, 63.0, 1e-12);
        EXPECT_LE(m.credit.credit[0].low, 62.0);
    }
    ptl_shapley_options so = ptl_shapley_options_default();
    for (so.worth = PTL_SHAPLEY_SUM; so.worth <= PTL_SHAPLEY_RATE; so.worth++) {
        ptl_shapley_result s;
        EXPECT_OK(ptl_shapley_solve(&s, &w.x, &so, &w.work, &err));
        EXPECT_NEAR(s.credit.credit[0].point, 63.0, 1e-12);
    }
    ptl_arena_dispose(&w.arena);
}

static void equal_cells_add_up_in_any_order(void **state)
{
    (void)state;
    static world a, b;
    ptl_error err = {0};
    begin(&a, 3);
    begin(&b, 3);
    for (int g = 0; g < 12; g++) {
        add(&a, g % 3 ? "abca" : "cb", g % 6, 6, 12.0, 8);
        add(&b, (11 - g) % 3 ? "abca" : "cb", (11 - g) % 6, 6, 12.0, 8);
    }
    for (int64_t c = 0; c < 12; c++) b.cell_path[c] = 11 - c; /* cells of b against its paths */
    for (int64_t c = 0; c < 12; c++) b.group[c] = (int32_t)(c % 6);
    ptl_markov_result ra, rb;
    EXPECT_OK(ptl_markov_solve(&ra, &a.x, NULL, &a.work, &err));
    EXPECT_OK(ptl_markov_solve(&rb, &b.x, NULL, &b.work, &err));
    for (int k = 0; k < 3; k++) {
        EXPECT_NEAR(ra.credit.credit[k].point, rb.credit.credit[k].point, 1e-11);
        EXPECT_NEAR(ra.credit.credit[k].high, rb.credit.credit[k].high, 1e-11);
    }
    ptl_arena_dispose(&a.arena);
    ptl_arena_dispose(&b.arena);
}

/* sqrt(63/64 sum (theta_g - mean)^2) for last touch, each theta from a world without group g. Seven
 * groups have somebody; leaving out one of the others changes totals by 64/63 and shares not. */
static void jackknife_is_its_definition(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    enum { N = 7, G = PTL_ATTRIBUTION_GROUPS };
    begin(&w, 2);
    static const int64_t a[N] = {3, 9, 4, 0, 7, 2, 5}, b[N] = {8, 1, 6, 2, 2, 9, 4};
    for (int g = 0; g < N; g++) {
        add(&w, "ba", 9 * g, a[g], 1.5 * (double)a[g], 1);
        add(&w, "ab", 9 * g, b[g], 2.5 * (double)b[g], 3);
    }
    ptl_heuristic_options o = ptl_heuristic_options_default();
    o.interval.method = PTL_INTERVAL_JACKKNIFE;
    ptl_attribution_result r;
    EXPECT_OK(ptl_heuristic_solve(&r, &w.x, &o, &w.work, &err));
    double share[G], total[G], mean_s = 0, mean_t = 0, var_s = 0, var_t = 0;
    for (int out = 0; out < G; out++) {
        double sa = 0, sb = 0;
        for (int g = 0; g < N; g++)
            if (g != out) sa += (double)a[g], sb += (double)b[g];
        share[out] = sa / (sa + sb), total[out] = sa * G / (G - 1.0);
        mean_s += share[out] / G, mean_t += total[out] / G;
    }
    for (int g = 0; g < G; g++) {
        var_s += (share[g] - mean_s) * (share[g] - mean_s) * (G - 1) / G;
        var_t += (total[g] - mean_t) * (total[g] - mean_t) * (G - 1) / G;
    }
    const double t = 1.943180280515303; /* Student's 95 % quantile, 6 degrees: R, qt(.95, 6) */
    EXPECT_NEAR(r.share[0].high - r.share[0].point, t * sqrt(var_s), 1e-9);
    EXPECT_NEAR(r.credit[0].point - r.credit[0].low, t * sqrt(var_t), 1e-7);
    EXPECT_NEAR(r.credit[0].probability, 0.90, 0.0);
    ptl_arena_dispose(&w.arena);
}

/* For totals the bootstrap tends to sqrt(64/63 sum (T_g - mean)^2) over all 64 groups. */
static void bootstrap_tends_to_the_spread_of_groups(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    begin(&w, 1);
    double squares = 0.0, sum = 0.0;
    for (int g = 0; g < 40; g++) {
        const int64_t n = 5 + (g * 37) % 23;
        add(&w, "a", g, n, 0.0, 2);
        squares += (double)(n * n);
        sum += (double)n;
    }
    ptl_heuristic_options o = ptl_heuristic_options_default();
    o.interval.n_replicates = 4096;
    ptl_attribution_result r;
    EXPECT_OK(ptl_heuristic_solve(&r, &w.x, &o, &w.work, &err));
    const double t = 1.684875121711225; /* R, qt(.95, 39) */
    const double half = t * sqrt((squares - sum * sum / 64.0) * 64.0 / 63.0);
    /* a standard deviation from 4,096 draws is off by 1/sqrt(8192) = 1.1 %, and dividing by a mean
     * of 64 draws widens by about 1/64: four of the first and the second */
    EXPECT_NEAR(r.credit[0].high - r.credit[0].point, half, 0.06 * half);
    EXPECT_NEAR(r.share[0].high, 1.0, 1e-12);
    ptl_arena_dispose(&w.arena);
}

static void statistics_by_hand(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    begin(&w, 3);
    add(&w, "abab", 0, 4, 0, 6);
    add(&w, "c", 1, 1, 0, 19);
    add(&w, "cab", 2, 2, 0, 8);
    add(&w, "aa", 2, 3, 0, 0);
    w.x.gap_days = w.gaps;
    for (int i = 0; i < 10; i++) w.gaps[i] = 0.75;
    ptl_path_options o = ptl_path_options_default();
    o.journeys_min = 5;
    ptl_path_result r;
    EXPECT_OK(ptl_path_solve(&r, &w.x, &o, &w.work, &err));
    EXPECT_INT(r.length_converting[3], 4);
    EXPECT_INT(r.length_null[0], 19);
    EXPECT_INT(r.lag_converting[3], 4); /* four gaps of .75 days */
    EXPECT_INT(r.lag_converting[1], 3);
    EXPECT_INT(r.lag_converting[0], 1);
    EXPECT_INT(r.role[0].n_first, 7);
    EXPECT_INT(r.role[0].n_last, 3);
    EXPECT_INT(r.role[0].n_alone, 3);
    EXPECT_INT(r.role[0].n_assist, 6);
    EXPECT_INT(r.role[1].n_last, 6);
    EXPECT_INT(r.role[2].n_journeys, 30);
    EXPECT_INT(r.role[2].n_assist, 2);
    EXPECT_INT(r.frequency_journeys[1], 13); /* a twice: abab and aa */
    EXPECT_INT(r.frequency_converting[1], 7);
    EXPECT_INT(r.frequency_journeys[0], 10);
    /* ab: 20 journeys, 6 converting of 43 with 10: runs with a lift of .3 / (10/43) - 1 */
    bool found = false;
    for (int i = 0; i < r.n_sequences; i++) {
        const ptl_path_sequence *s = &r.sequence[i];
        if (i > 0) EXPECT_LE(fabs(s->z), fabs(r.sequence[i - 1].z));
        assert_true(s->n_journeys >= 5);
        if (s->n != 2 || s->channels[0] != 0 || s->channels[1] != 1) continue;
        found = true;
        EXPECT_INT(s->n_journeys, 20);
        EXPECT_INT(s->n_converting, 6);
        EXPECT_NEAR(s->relative_lift, .3 / (10. / 43.) - 1, 1e-12);
    }
    assert_true(found);
    /* rates: {a} 1, {b} 0, {c} 1/20, ab 7/13, ac 4/23, bc 1/20, abc 10/43 */
    EXPECT_INT(r.n_synergies, 3);
    EXPECT_INT(r.synergy_channel[0], 0);
    const double with_c = 10 / 43. - 4 / 23. - 1 / 20. + 1 / 20., without_c = 7 / 13. - 1 - 0 + 0;
    EXPECT_NEAR(r.synergy[1], .5 * (with_c + without_c), 1e-12);
    ptl_arena_dispose(&w.arena);
}

static void ten_thousand_touches(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    begin(&w, 3);
    add(&w, "ab", 1, 5, 1.0, 2);
    add(&w, "", 2, 1, 1.0, 0);
    for (int i = 0; i < 10000; i++) w.touches[2 + i] = i % 3;
    w.offsets[2] = 2 + 10000;
    ptl_markov_options o = ptl_markov_options_default();
    for (o.order = 1; o.order <= 4; o.order++) {
        ptl_markov_result m;
        EXPECT_OK(ptl_markov_solve(&m, &w.x, &o, &w.work, &err));
        EXPECT_INT(m.credit.verdict, PTL_CONVERGED);
        EXPECT_LE(m.diagnostics.residual, 1e-13);
        EXPECT_NEAR(m.credit.credit[0].point + m.credit.credit[1].point + m.credit.credit[2].point,
                    6.0, 1e-12);
    }
    EXPECT_NEAR(solve(&w, PTL_HEURISTIC_LINEAR, 7).credit[2].point, 3333 / 1e4, 1e-12);
    EXPECT_NEAR(solve(&w, PTL_HEURISTIC_TIME_DECAY, 1).credit[0].point, 5 / 3. + 4 / 7., 1e-12);
    ptl_path_result p;
    EXPECT_OK(ptl_path_solve(&p, &w.x, NULL, &w.work, &err));
    EXPECT_INT(p.length_converting[PTL_PATH_LENGTH_MAX - 1], 1);
    EXPECT_INT(p.frequency_converting[PTL_PATH_FREQUENCY_MAX - 1], 1);
    ptl_arena_dispose(&w.arena);
}

static ptl_status try_all(world *w, ptl_error *err)
{
    ptl_attribution_result h;
    ptl_markov_result m;
    ptl_shapley_result s;
    ptl_path_result p;
    ptl_markov_order_result k;
    const size_t used = w->arena.bytes_used;
    const ptl_status st = ptl_heuristic_solve(&h, &w->x, NULL, &w->work, err);
    EXPECT_INT(ptl_markov_solve(&m, &w->x, NULL, &w->work, err), st);
    EXPECT_INT(ptl_shapley_solve(&s, &w->x, NULL, &w->work, err), st);
    EXPECT_INT(ptl_path_solve(&p, &w->x, NULL, &w->work, err), st);
    EXPECT_INT(ptl_markov_order(&k, &w->x, NULL, &w->work, err), st);
    assert_true(st == PTL_OK || w->arena.bytes_used == used); /* as it was */
    return st;
}

static void refuses_by_name(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    begin(&w, 2);
    add(&w, "ab", 3, 1, 2.5, 1);
    add(&w, "b", 4, 1, 2.5, 1);
    w.touches[2] = 2;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "path 1, touch 0: channel 2 is not in 0 to 1");
    w.touches[2] = -1;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "channel -1");
    w.touches[2] = 1;
    w.group[1] = 64;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "cell 1: group 64");
    w.group[1] = 4;
    w.cell_path[1] = 2;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "cell 1: path 2");
    w.cell_path[1] = 1;
    w.value[1] = -3.5;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "cell 1: value of -3.5");
    assert_true(err.hint[0] != 0);
    w.value[1] = PTL_NAN;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "cell 1: value");
    w.value[1] = 2.5;
    w.converting[1] = 0;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "without a conversion");
    w.converting[1] = -1;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "-1 converting");
    w.converting[1] = INT64_MAX;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_LIMIT, "more than");
    w.converting[1] = 1;
    w.x.gap_days = w.gaps;
    w.gaps[1] = PTL_NAN;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "path 0, touch 1: gap");
    w.gaps[1] = -1.0;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "gap of -1");
    w.x.gap_days = NULL;
    w.offsets[1] = 4;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "path 1 ends");
    w.offsets[1] = 2;
    w.x.n_channels = 0;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_INVALID, "0 channels");
    w.x.n_channels = PTL_ATTRIBUTION_CHANNELS_MAX + 1;
    EXPECT_FAIL(try_all(&w, &err), PTL_E_LIMIT, "4097 channels");
    w.x.n_channels = 2;
    EXPECT_OK(try_all(&w, &err));
    ptl_arena_dispose(&w.arena);
}

/* ---- memory that fails ---- */

typedef struct faulty {
    int64_t n_left; /* allocations granted before the one that fails */
    int64_t n_live;
} faulty;

static void *faulty_alloc(void *ctx, size_t bytes)
{
    faulty *const f = ctx;
    if (f->n_left-- == 0) return NULL;
    f->n_live++;
    return malloc(bytes);
}

static void faulty_free(void *ctx, void *ptr, size_t bytes)
{
    (void)bytes;
    ((faulty *)ctx)->n_live--;
    free(ptr);
}

static ptl_status call(int method, const ptl_paths *x, const ptl_attribution_work *w,
                       ptl_error *err)
{
    ptl_attribution_result h;
    ptl_markov_result m;
    ptl_shapley_result s;
    ptl_path_result p;
    ptl_markov_order_result k;
    ptl_markov_options mo = ptl_markov_options_default();
    mo.order = 2;
    mo.replicate = PTL_REPLICATE_ONE_STEP;
    ptl_shapley_options so = ptl_shapley_options_default();
    so.worth = PTL_SHAPLEY_RATE;
    if (method == 5) so.n_exact_max = 1;
    switch (method) {
    case 0:
        return ptl_heuristic_solve(&h, x, NULL, w, err);
    case 1:
        return ptl_markov_solve(&m, x, NULL, w, err);
    case 2:
        return ptl_markov_solve(&m, x, &mo, w, err);
    case 3:
        return ptl_shapley_solve(&s, x, NULL, w, err);
    case 4:
    case 5:
        return ptl_shapley_solve(&s, x, &so, w, err);
    case 6:
        return ptl_path_solve(&p, x, NULL, w, err);
    default:
        return ptl_markov_order(&k, x, NULL, w, err);
    }
}

static void every_allocation_fails_in_turn(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    begin(&w, 6);
    for (int g = 0; g < 30; g++) add(&w, g % 2 ? "abcdaf" : "efb", g, 3, 7.5, 5);
    for (int method = 0; method < 8; method++) {
        ptl_status st = PTL_E_NO_MEMORY;
        for (int64_t granted = 0; st != PTL_OK; granted++) {
            faulty f = {.n_left = granted};
            const ptl_allocator allocator = {faulty_alloc, faulty_free, &f};
            ptl_arena arena;
            ptl_arena_init(&arena, (size_t)1 << 28, &allocator);
            const ptl_attribution_work work = {.arena = &arena, .rng = ptl_rng_new(2)};
            st = call(method, &w.x, &work, &err);
            if (st != PTL_OK) {
                EXPECT_INT(st, PTL_E_NO_MEMORY);
                EXPECT_INT(arena.bytes_used, 0);
            }
            ptl_arena_dispose(&arena);
            EXPECT_INT(f.n_live, 0);
            assert_true(granted < 1000);
        }
    }
    ptl_arena_dispose(&w.arena);
}

static void refuses_options_by_name(void **state)
{
    (void)state;
    static world w;
    ptl_error err = {0};
    begin(&w, 2);
    add(&w, "ab", 3, 1, 2.5, 1);
    ptl_attribution_result h;
    ptl_markov_result m;
    ptl_shapley_result s;
    ptl_heuristic_options ho = ptl_heuristic_options_default();
    ho.half_life_days = PTL_NAN;
    EXPECT_FAIL(ptl_heuristic_solve(&h, &w.x, &ho, &w.work, &err), PTL_E_INVALID, "half_life");
    ho = ptl_heuristic_options_default();
    ho.first_weight = 0.7;
    EXPECT_FAIL(ptl_heuristic_solve(&h, &w.x, &ho, &w.work, &err), PTL_E_INVALID, "first_weight");
    ho = ptl_heuristic_options_default();
    ho.interval.probability = 1.0;
    EXPECT_FAIL(ptl_heuristic_solve(&h, &w.x, &ho, &w.work, &err), PTL_E_INVALID, "probability");
    ho.interval = (ptl_interval_options){0};
    EXPECT_FAIL(ptl_heuristic_solve(&h, &w.x, &ho, &w.work, &err), PTL_E_VERSION, "interval");
    ptl_markov_options mo = ptl_markov_options_default();
    mo.order = 5;
    EXPECT_FAIL(ptl_markov_solve(&m, &w.x, &mo, &w.work, &err), PTL_E_INVALID, "order");
    mo = ptl_markov_options_default();
    mo.residual_tol = PTL_NAN;
    EXPECT_FAIL(ptl_markov_solve(&m, &w.x, &mo, &w.work, &err), PTL_E_INVALID, "residual_tol");
    ptl_shapley_options so = ptl_shapley_options_default();
    so.n_permutations = 7;
    EXPECT_FAIL(ptl_shapley_solve(&s, &w.x, &so, &w.work, &err), PTL_E_INVALID, "n_permutations");
    const ptl_attribution_work none = {0};
    EXPECT_FAIL(ptl_markov_solve(&m, &w.x, NULL, &none, &err), PTL_E_INVALID, "arena");
    ptl_arena small;
    ptl_arena_init(&small, 4096, NULL);
    const ptl_attribution_work tight = {.arena = &small};
    EXPECT_FAIL(ptl_markov_solve(&m, &w.x, NULL, &tight, &err), PTL_E_LIMIT, "memory ceiling");
    assert_true(small.bytes_used == 0);
    ptl_arena_dispose(&small);
    ptl_arena_dispose(&w.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rules_by_hand),
                                       cmocka_unit_test(decay_follows_the_gaps),
                                       cmocka_unit_test(untouched_is_a_line_of_its_own),
                                       cmocka_unit_test(nothing_converts_is_not_identified),
                                       cmocka_unit_test(one_channel_has_all),
                                       cmocka_unit_test(equal_cells_add_up_in_any_order),
                                       cmocka_unit_test(jackknife_is_its_definition),
                                       cmocka_unit_test(bootstrap_tends_to_the_spread_of_groups),
                                       cmocka_unit_test(statistics_by_hand),
                                       cmocka_unit_test(ten_thousand_touches),
                                       cmocka_unit_test(refuses_by_name),
                                       cmocka_unit_test(every_allocation_fails_in_turn),
                                       cmocka_unit_test(refuses_options_by_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
