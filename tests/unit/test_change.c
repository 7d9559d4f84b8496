/* test_change: the split by hand and against all 24 orders; Benjamini-Hochberg against its
 * definition; what is named and what is not; every input that must be refused. */
#include "support/expect.h"

#include "portolan/change.h"
#include "portolan/distribution.h"
#include "portolan/random.h"

enum { N = 120, CELLS = 12, WORK = 8000 };
static double work[WORK], y[CELLS][N];
static ptl_change_cell cells[CELLS];
static ptl_change_answer answers[CELLS];
static ptl_error err;

/* --- the split -------------------------------------------------------------------------------- */

static double money_of(const double v[2], const ptl_change_flow *f[2], int n, const int at[4])
{
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        const ptl_change_flow *s = &f[at[1]][i], *r = &f[at[2]][i], *p = &f[at[3]][i];
        sum += v[at[0]] * ((double)s->volume / v[at[1]]) * ((double)r->count / (double)r->volume) *
               ((double)p->micros / (double)p->count);
    }
    return sum;
}

/* Every order in which four factors can move, walked one by one. */
static void plain_shapley(double out[4], const ptl_change_flow *before, const ptl_change_flow *now,
                          int n)
{
    const ptl_change_flow *f[2] = {before, now};
    double v[2] = {0.0, 0.0};
    for (int i = 0; i < n; i++) {
        v[0] += (double)before[i].volume;
        v[1] += (double)now[i].volume;
    }
    memset(out, 0, 4 * sizeof *out);
    for (int code = 0; code < 256; code++) {
        const int order[4] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
        int seen = 0, at[4] = {0, 0, 0, 0};
        for (int k = 0; k < 4; k++) seen |= 1 << order[k];
        if (seen != 15) continue;
        for (int k = 0; k < 4; k++) {
            const double was = money_of(v, f, n, at);
            at[order[k]] = 1;
            out[order[k]] += (money_of(v, f, n, at) - was) / 24.0;
        }
    }
}

static void split_is_the_mean_over_orders(void **state)
{
    (void)state;
    ptl_rng rng = ptl_rng_new(1953);
    for (int round = 0; round < 50; round++) {
        ptl_change_flow before[5], now[5];
        int64_t change = 0;
        for (int i = 0; i < 5; i++) {
            ptl_change_flow *f[2] = {&before[i], &now[i]};
            for (int k = 0; k < 2; k++) {
                f[k]->count = 7 + (int64_t)ptl_rng_below(&rng, 400);
                f[k]->volume = f[k]->count + (int64_t)ptl_rng_below(&rng, 9000);
                f[k]->micros = f[k]->count * (17300000 + (int64_t)ptl_rng_below(&rng, 50000000));
            }
            change += now[i].micros - before[i].micros;
        }
        double plain[4];
        ptl_change_parts p;
        plain_shapley(plain, before, now, 5);
        EXPECT_OK(ptl_change_split(&p, before, now, 5, &err));
        EXPECT_INT(p.volume + p.mix + p.rate + p.price, change);
        EXPECT_NEAR((double)p.volume, plain[0], 2.0);
        EXPECT_NEAR((double)p.mix, plain[1], 2.0);
        EXPECT_NEAR((double)p.rate, plain[2], 2.0);
        EXPECT_NEAR((double)p.price, plain[3], 4.0);
    }
}

static void split_names_the_factor_that_moved(void **state)
{
    (void)state;
    const ptl_change_flow before[2] = {{1000, 100, 5000000000}, {3000, 60, 9000000000}};
    ptl_change_parts p;
    const ptl_change_flow more[2] = {{1100, 110, 5500000000}, {3300, 66, 9900000000}};
    EXPECT_OK(ptl_change_split(&p, before, more, 2, &err));
    EXPECT_INT(p.volume, 1400000000);
    EXPECT_INT(p.mix, 0);
    EXPECT_INT(p.rate, 0);
    EXPECT_INT(p.price, 0);
    const ptl_change_flow dearer[2] = {{1000, 100, 5100000000}, {3000, 60, 9180000000}};
    EXPECT_OK(ptl_change_split(&p, before, dearer, 2, &err));
    EXPECT_INT(p.price, 280000000);
    EXPECT_INT(p.volume + p.mix + p.rate, 0);
    const ptl_change_flow better[2] = {{1000, 120, 6000000000}, {3000, 60, 9000000000}};
    EXPECT_OK(ptl_change_split(&p, before, better, 2, &err));
    EXPECT_INT(p.rate, 1000000000);
    const ptl_change_flow moved[2] = {{2000, 200, 10000000000}, {2000, 40, 6000000000}};
    EXPECT_OK(ptl_change_split(&p, before, moved, 2, &err));
    EXPECT_INT(p.mix, 2000000000); /* 1000 visits at 5.00 each instead of 3.00 */
    EXPECT_INT(p.volume + p.rate + p.price, 0);
}

static void split_survives_nothing(void **state)
{
    (void)state;
    const ptl_change_flow none = {0, 0, 0}, some = {10, 4, 88000001}, refunds = {0, 0, -7000003};
    ptl_change_parts p;
    EXPECT_OK(ptl_change_split(&p, &none, &some, 1, &err));
    EXPECT_INT(p.volume, 88000001); /* what was not there came as volume */
    EXPECT_OK(ptl_change_split(&p, &some, &none, 1, &err));
    EXPECT_INT(p.volume, -88000001);
    EXPECT_OK(ptl_change_split(&p, &none, &refunds, 1, &err));
    EXPECT_INT(p.price, -7000003);
    EXPECT_OK(ptl_change_split(&p, NULL, NULL, 0, &err));
    EXPECT_INT(p.volume + p.mix + p.rate + p.price, 0);
    const ptl_change_flow bad = {-1, 4, 1}, much = {1, 1, INT64_MAX}, little = {1, 1, -INT64_MAX};
    EXPECT_FAIL(ptl_change_split(&p, &bad, &some, 1, &err), PTL_E_INVALID, "part 1");
    EXPECT_FAIL(ptl_change_split(&p, &little, &much, 1, &err), PTL_E_LIMIT, "64 bits");
    EXPECT_FAIL(ptl_change_split(&p, NULL, NULL, -1, &err), PTL_E_INVALID, "n_parts");
}

/* --- surprise --------------------------------------------------------------------------------- */

static void surprise_is_uniform_where_nothing_moved(void **state)
{
    (void)state;
    enum { ROUNDS = 20000, M = 40 };
    ptl_rng rng = ptl_rng_new(808);
    int rare = 0, once = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double misses[M];
        for (int i = 0; i < M; i++) misses[i] = 3.7 * ptl_rng_normal(&rng);
        const double p = ptl_surprise(3.7 * ptl_rng_normal(&rng), misses, M);
        rare += p <= 0.001;
        once += p <= 0.1;
    }
    EXPECT_NEAR((double)once / ROUNDS, 0.1, 0.012);
    EXPECT_LE((double)rare / ROUNDS, 0.0018);
}

/* Student's t with 4 degrees, of which 52 misses show little: a normal law with the scale known
 * would call nearly 1 in 100 a once-in-a-thousand. Half of that is left. */
static void surprise_knows_heavy_tails(void **state)
{
    (void)state;
    enum { ROUNDS = 20000, M = 52 };
    ptl_rng rng = ptl_rng_new(809);
    int rare = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double misses[M];
        for (int i = 0; i < M; i++) misses[i] = ptl_student_t_rng(&rng, 4.0, 0.0, 2.1);
        rare += ptl_surprise(ptl_student_t_rng(&rng, 4.0, 0.0, 2.1), misses, M) <= 0.001;
    }
    EXPECT_LE((double)rare / ROUNDS, 0.006);
}

static void surprise_at_its_edges(void **state)
{
    (void)state;
    const double none[10] = {0}, some[10] = {1, -1, 1, -1, 1, -1, 1, -1, 1, -1};
    assert_true(isnan(ptl_surprise(1.0, some, 7)));
    assert_true(isnan(ptl_surprise(PTL_NAN, some, 10)));
    EXPECT_NEAR(ptl_surprise(0.0, none, 10), 1.0, 0.0);
    EXPECT_NEAR(ptl_surprise(0.1, none, 10), 0.0, 0.0);
    EXPECT_NEAR(ptl_surprise(ptl_surprise_quantile(0.2, some, 10), some, 10), 0.2, 1e-9);
    assert_true(isnan(ptl_surprise_quantile(0.0, some, 10)));
}

/* --- what is named ---------------------------------------------------------------------------- */

static void fill(uint64_t seed)
{
    ptl_rng rng = ptl_rng_new(seed);
    for (int i = 0; i < CELLS; i++) {
        for (int t = 0; t < N; t++) y[i][t] = 1000.0 + 31.0 * ptl_rng_normal(&rng);
        cells[i] = (ptl_change_cell){y[i], i % 3, i / 3 - 1, 50.0, 1.0};
    }
}

static void named_are_those_of_the_definition(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 60; seed++) {
        fill(seed);
        for (int i = 0; i < CELLS; i += 4) y[i][N - 1] += 9.0 * (double)(seed % 17);
        ptl_change_result r;
        EXPECT_OK(ptl_change_find(&r, answers, cells, CELLS, N, NULL, work, &err));
        int largest = 0; /* the k of Benjamini & Hochberg, by counting */
        for (int k = 1; k <= CELLS; k++) {
            int below = 0;
            for (int i = 0; i < CELLS; i++) below += answers[i].chance <= 0.05 * k / CELLS;
            if (below >= k) largest = k;
        }
        for (int i = 0; i < CELLS; i++)
            assert_true(answers[i].passes ==
                        (largest > 0 && answers[i].chance <= 0.05 * largest / CELLS &&
                         fabs(answers[i].change) >= 50.0));
        for (int f = 0; f < r.n_found; f++) {
            assert_true(answers[r.found[f]].passes);
            for (int g = 0; g < f; g++) {
                assert_true(cells[r.found[f]].member != cells[r.found[g]].member);
                EXPECT_LE(fabs(answers[r.found[f]].change), fabs(answers[r.found[g]].change));
            }
        }
    }
}

static void a_member_explains_the_company(void **state)
{
    (void)state;
    ptl_change_result r;
    fill(5);
    y[0][N - 1] -= 400.0; /* the company, metric 0 … */
    y[3][N - 1] -= 390.0; /* … and member 0, metric 0 */
    EXPECT_OK(ptl_change_find(&r, answers, cells, CELLS, N, NULL, work, &err));
    EXPECT_INT(r.n_found, 1);
    EXPECT_INT(r.found[0], 3);
    y[3][N - 1] += 390.0;
    EXPECT_OK(ptl_change_find(&r, answers, cells, CELLS, N, NULL, work, &err));
    EXPECT_INT(r.n_found, 1);
    EXPECT_INT(r.found[0], 0);
    for (int i = 0; i < CELLS; i++) cells[i].least = 1000.0;
    EXPECT_OK(ptl_change_find(&r, answers, cells, CELLS, N, NULL, work, &err));
    EXPECT_INT(r.n_found, 0); /* surely, but not worth acting on */
}

/* A year's pattern that comes again is no change. */
static void the_year_before_is_expected(void **state)
{
    (void)state;
    ptl_change_result r;
    fill(6);
    for (int i = 0; i < CELLS; i++)
        for (int t = 0; t < N; t++)
            if (t % 52 == (N - 1) % 52) y[i][t] += 500.0;
    EXPECT_OK(ptl_change_find(&r, answers, cells, CELLS, N, NULL, work, &err));
    EXPECT_INT(r.n_found, 0);
    EXPECT_NEAR(answers[0].expected.point, 1500.0, 120.0);
}

static void short_histories_are_not_asked(void **state)
{
    (void)state;
    ptl_change_result r;
    fill(7);
    EXPECT_OK(ptl_change_find(&r, answers, cells, CELLS, 11, NULL, work, &err));
    EXPECT_INT(r.verdict, PTL_NOT_IDENTIFIED);
    EXPECT_INT(r.n_asked, 0);
    assert_true(isnan(answers[0].expected.point) && isnan(answers[0].chance));
    EXPECT_OK(ptl_change_find(&r, answers, cells, 0, 0, NULL, work, &err));
    EXPECT_INT(r.n_found, 0);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    ptl_change_result r;
    fill(8);
#define REFUSED(field, value, words)                                                               \
    do {                                                                                           \
        ptl_change_options bad = ptl_change_options_default();                                     \
        bad.field = value;                                                                         \
        EXPECT_FAIL(ptl_change_find(&r, answers, cells, CELLS, N, &bad, work, &err),               \
                    PTL_E_INVALID, words);                                                         \
    } while (0)
    REFUSED(season, 1, "season");
    REFUSED(misses, 7, "misses");
    REFUSED(found_max, 6, "found_max");
    REFUSED(rate, 0.0, "rate");
    REFUSED(rate, PTL_NAN, "rate");
    REFUSED(probability, 1.0, "probability");
    EXPECT_FAIL(ptl_change_find(&r, answers, cells, -1, N, NULL, work, &err), PTL_E_INVALID, "-1");
    y[4][17] = PTL_NAN;
    EXPECT_FAIL(ptl_change_find(&r, answers, cells, CELLS, N, NULL, work, &err), PTL_E_INVALID,
                "cell 5, period 18");
    fill(8);
    cells[2].worth = 0.0;
    EXPECT_FAIL(ptl_change_find(&r, answers, cells, CELLS, N, NULL, work, &err), PTL_E_INVALID,
                "cell 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split_is_the_mean_over_orders),
        cmocka_unit_test(split_names_the_factor_that_moved),
        cmocka_unit_test(split_survives_nothing),
        cmocka_unit_test(surprise_is_uniform_where_nothing_moved),
        cmocka_unit_test(surprise_knows_heavy_tails),
        cmocka_unit_test(surprise_at_its_edges),
        cmocka_unit_test(named_are_those_of_the_definition),
        cmocka_unit_test(a_member_explains_the_company),
        cmocka_unit_test(the_year_before_is_expected),
        cmocka_unit_test(short_histories_are_not_asked),
        cmocka_unit_test(bad_input_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
