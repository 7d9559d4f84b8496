/* test_triangulate: one figure from an effect and a biased witness, against posteriors by mpmath
 * (tests/reference/triangulate.py); what is left out, and why; the books to the cent. */
#include "support/expect.h"

#include "portolan/linalg.h"
#include "portolan/random.h"
#include "portolan/special.h"
#include "portolan/triangulate.h"

typedef struct reference_case {
    const char *name;
    int n_learnt;
    double learnt[5][4];
    double effect[2], credit[2];
    double alone[3], p, both[3];
} reference_case;

#include "triangulate_reference.h"

enum { K = 8, S_MAX = 32 };

typedef struct setup {
    ptl_estimand e;
    ptl_source s[S_MAX];
    int32_t n;
    ptl_arena arena;
    double spend[K], margin[K], worth[K];
} setup;

static void begin(setup *u)
{
    memset(u, 0, sizeof *u);
    for (int k = 0; k < K; k++) {
        u->spend[k] = 1000.0 + 37 * k;
        u->margin[k] = u->worth[k] = PTL_NAN;
    }
    u->e = (ptl_estimand){.n_channels = K,
                          .period_from = 20001,
                          .period_to = 20028,
                          .geo = -1,
                          .spend = u->spend,
                          .cm1_per_revenue = u->margin,
                          .cm1_per_conversion = u->worth};
    ptl_arena_init(&u->arena, (size_t)1 << 24, NULL);
}

static ptl_source *say(setup *u, ptl_source_kind kind, int32_t channel, char grade, double point,
                       double low, double high)
{
    ptl_source *const s = &u->s[u->n++];
    *s = (ptl_source){.kind = kind,
                      .channel = channel,
                      .grade = grade,
                      .period_from = 20001,
                      .period_to = 20028,
                      .geo = -1,
                      .spend_low = PTL_NAN,
                      .spend_high = PTL_NAN,
                      .figure = {point, low, high, 0.90}};
    return s;
}

/* An interval whose point is the middle of its logs. */
static ptl_source *say_log(setup *u, ptl_source_kind kind, int32_t channel, char grade, double low,
                           double high)
{
    return say(u, kind, channel, grade, sqrt(low * high), low, high);
}

static ptl_triangulate_result solve(setup *u)
{
    ptl_error err = {0};
    ptl_triangulate_result r;
    EXPECT_OK(ptl_triangulate_solve(&r, &u->e, u->s, u->n, NULL, &u->arena, &err));
    return r;
}

static void expect_estimate(ptl_estimate e, const double expected[3], double tol_rel)
{
    EXPECT_NEAR(e.point, expected[0], tol_rel * expected[0]);
    EXPECT_NEAR(e.low, expected[1], tol_rel * expected[1]);
    EXPECT_NEAR(e.high, expected[2], tol_rel * expected[2]);
    EXPECT_NEAR(e.probability, 0.90, 0.0);
}

static void one_reference(const reference_case *c)
{
    static setup u;
    begin(&u);
    for (int i = 0; i < c->n_learnt; i++) {
        say_log(&u, PTL_SOURCE_EFFECT, i + 1, i % 2 ? 'A' : 'B', c->learnt[i][0], c->learnt[i][1]);
        say_log(&u, PTL_SOURCE_CREDIT, i + 1, 'E', c->learnt[i][2], c->learnt[i][3]);
    }
    if (c->effect[0] > 0.0)
        say_log(&u, PTL_SOURCE_EFFECT, 0, 'D', c->effect[0], c->effect[1]);
    else
        say(&u, PTL_SOURCE_EFFECT, 0, 'D', 0.5 * (c->effect[0] + c->effect[1]), c->effect[0],
            c->effect[1]);
    say_log(&u, PTL_SOURCE_CREDIT, 0, 'E', c->credit[0], c->credit[1]);
    const ptl_triangulate_result r = solve(&u);
    const ptl_triangulated *const t = &r.channel[0];
    /* half a cell of 513 widens a posterior that is laid on a grid */
    const bool closed = c->effect[0] > 0.0;
    expect_estimate(t->from_credit, c->alone, 1e-9);
    EXPECT_NEAR(t->p, c->p, closed ? 1e-10 : 1e-6);
    EXPECT_INT(t->n_learnt, c->n_learnt);
    assert_true(t->prior_speaks == (c->n_learnt < 3));
    assert_true(t->conflict == (c->p < 0.05));
    assert_true(t->grade == 'D');
    if (t->conflict)
        assert_true(isnan(t->figure.point));
    else
        expect_estimate(t->figure, c->both, closed ? 1e-9 : 2e-4);
    ptl_arena_dispose(&u.arena);
}

static void posteriors_equal_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reference / sizeof *reference; i++) {
        print_message("  %s\n", reference[i].name);
        one_reference(&reference[i]);
    }
}

/* Credit of .8, of 1.3, or anything between, with an error of one percent, against 4.0 +- 5 %. */
static void a_precise_wrong_credit_does_not_drag(void **state)
{
    (void)state;
    static setup u;
    const double scatter[] = {0.31, 0.9, 2.2, 0.55, 1.4};
    for (int n_learnt = 0; n_learnt <= 5; n_learnt++)
        for (double credit = 0.8; credit < 1.31; credit += 0.1) {
            begin(&u);
            say_log(&u, PTL_SOURCE_EFFECT, 0, 'A', 4.0 / 1.08, 4.0 * 1.08);
            say_log(&u, PTL_SOURCE_CREDIT, 0, 'E', credit / 1.01, credit * 1.01);
            for (int i = 0; i < n_learnt; i++) {
                say_log(&u, PTL_SOURCE_EFFECT, i + 1, 'A', 2.0 / 1.1, 2.0 * 1.1);
                say_log(&u, PTL_SOURCE_CREDIT, i + 1, 'E', 2.0 * scatter[i] / 1.01,
                        2.0 * scatter[i] * 1.01);
            }
            const ptl_triangulate_result r = solve(&u);
            const ptl_triangulated *const t = &r.channel[0];
            EXPECT_NEAR(t->effect.point, 4.0, 1e-12);
            if (t->conflict)
                assert_true(isnan(t->figure.point) && t->settle_error > 0.0);
            else
                EXPECT_NEAR(t->figure.point, 4.0, 0.04); /* one percent: a fifth of its error */
            ptl_arena_dispose(&u.arena);
        }
}

/* Pooling by precision would be at 0.9 here: what the bias model is there to prevent. */
static void on_conflict_both_stand(void **state)
{
    (void)state;
    static setup u;
    begin(&u);
    for (int i = 1; i < 6; i++) {
        say_log(&u, PTL_SOURCE_EFFECT, i, 'A', 2.0 / 1.1, 2.0 * 1.1);
        say_log(&u, PTL_SOURCE_CREDIT, i, 'E', (1.9 + 0.05 * i) / 1.02, (1.9 + 0.05 * i) * 1.02);
    }
    say_log(&u, PTL_SOURCE_EFFECT, 0, 'C', 3.1, 5.2);
    say_log(&u, PTL_SOURCE_CREDIT, 0, 'E', 0.79, 0.81);
    say(&u, PTL_SOURCE_CLAIM, 0, 'E', 9.3, PTL_NAN, PTL_NAN);
    const ptl_triangulate_result r = solve(&u);
    const ptl_triangulated *const t = &r.channel[0];
    assert_true(t->conflict);
    assert_true(isnan(t->figure.point));
    EXPECT_NEAR(t->effect.point, sqrt(3.1 * 5.2), 1e-12);
    EXPECT_LE(fabs(log(t->from_credit.point / 0.8)), 0.1);
    EXPECT_NEAR(t->settle_error, (t->effect.point - t->from_credit.point) / 2.8015852181, 1e-8);
    EXPECT_INT(r.n_conflicts, 1);
    EXPECT_INT(r.settle_first, 0);
    EXPECT_NEAR(t->over_claim.point, 9.3 / t->effect.point, 1e-12);
    EXPECT_NEAR(t->over_claim.low, 9.3 / 5.2, 1e-12);
    EXPECT_NEAR(t->over_claim.high, 9.3 / 3.1, 1e-12);
    ptl_arena_dispose(&u.arena);
}

static void what_cannot_be_mapped_is_left_out(void **state)
{
    (void)state;
    static setup u;
    begin(&u);
    int32_t at[16], n = 0;
    const ptl_source_use expected[] = {
        PTL_SOURCE_NOT_BELIEVED, PTL_SOURCE_NO_FIGURE,     PTL_SOURCE_NO_INTERVAL,
        PTL_SOURCE_OTHER_SLOPE,  PTL_SOURCE_OTHER_PERIOD,  PTL_SOURCE_OTHER_GEO,
        PTL_SOURCE_NO_MARGIN,    PTL_SOURCE_NO_WORTH,      PTL_SOURCE_NOT_POSITIVE,
        PTL_SOURCE_NO_EFFECT,    PTL_SOURCE_OUTSIDE_RANGE, PTL_SOURCE_BESIDE};
    for (int i = 0; i < 12; i++) {
        at[n++] = u.n;
        ptl_source *const s = say(&u, PTL_SOURCE_CREDIT, 0, 'E', 3.3, 2.1, 4.7);
        if (i == 0) s->verdict = PTL_NOT_CONVERGED;
        if (i == 1) s->figure = (ptl_estimate){PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
        if (i == 2) s->figure.low = s->figure.high = PTL_NAN;
        if (i == 3) s->slope = PTL_SLOPE_MARGINAL;
        if (i == 4) s->period_to += 7;
        if (i == 5) s->geo = 3;
        if (i == 6) s->measure = PTL_MEASURE_REVENUE;
        if (i == 7) s->measure = PTL_MEASURE_CONVERSIONS;
        if (i == 8) s->figure = (ptl_estimate){-0.3, -1.1, 0.7, 0.9};
        if (i == 10) s->kind = PTL_SOURCE_EFFECT, s->spend_low = 1200, s->spend_high = 2100;
        if (i == 11) s->kind = PTL_SOURCE_CLAIM;
    }
    const ptl_triangulate_result r = solve(&u);
    for (int i = 0; i < n; i++) {
        EXPECT_STR(ptl_source_use_text(r.use[at[i]]), ptl_source_use_text(expected[i]));
        assert_true(strlen(ptl_source_use_text(r.use[at[i]])) > 10);
    }
    EXPECT_INT(r.verdict, PTL_NOT_IDENTIFIED);
    assert_true(isnan(r.channel[0].figure.point) && isnan(r.channel[0].from_credit.point));
    EXPECT_NEAR(r.channel[0].claim, 3.3, 0.0);
    assert_true(isnan(r.channel[0].over_claim.point)); /* over nothing */
    EXPECT_STR(ptl_source_use_text((ptl_source_use)99), "");
    ptl_arena_dispose(&u.arena);
}

static void measures_become_cm1(void **state)
{
    (void)state;
    static setup u;
    begin(&u);
    u.margin[2] = 0.4;
    u.worth[2] = 11.0;
    say(&u, PTL_SOURCE_EFFECT, 2, 'C', 1000.0, 700.0, 1400.0)->measure = PTL_MEASURE_REVENUE;
    say(&u, PTL_SOURCE_CREDIT, 2, 'E', 30.0, 25.0, 35.0)->measure = PTL_MEASURE_CONVERSIONS;
    say(&u, PTL_SOURCE_CLAIM, 2, 'E', 2500.0, PTL_NAN, PTL_NAN)->measure = PTL_MEASURE_REVENUE;
    const ptl_triangulate_result r = solve(&u);
    EXPECT_NEAR(r.channel[2].effect.point, 400.0, 1e-9);
    EXPECT_NEAR(r.channel[2].effect.high, 560.0, 1e-9);
    EXPECT_NEAR(r.channel[2].credit.point, 330.0, 1e-9);
    EXPECT_NEAR(r.channel[2].claim, 1000.0, 1e-9);
    EXPECT_NEAR(r.channel[2].over_claim.point, 1000.0 / r.channel[2].figure.point, 1e-12);
    ptl_arena_dispose(&u.arena);
}

static void an_experiment_enters_once(void **state)
{
    (void)state;
    static setup u;
    begin(&u);
    say(&u, PTL_SOURCE_EXPERIMENT, 0, 'A', 5.1, 4.1, 6.1); /* before the model, on purpose */
    say(&u, PTL_SOURCE_EFFECT, 0, 'C', 4.3, 3.3, 5.6);
    say(&u, PTL_SOURCE_EXPERIMENT, 1, 'A', 2.9, 2.1, 3.7);
    const ptl_triangulate_result r = solve(&u);
    EXPECT_INT(r.use[0], PTL_SOURCE_THROUGH_MODEL);
    EXPECT_NEAR(r.channel[0].figure.point, 4.3, 0.0);
    EXPECT_NEAR(r.channel[0].figure.low, 3.3, 0.0);
    EXPECT_INT(r.use[2], PTL_SOURCE_USED);
    EXPECT_NEAR(r.channel[1].figure.point, 2.9, 0.0);
    assert_true(r.channel[1].grade == 'A');
    ptl_arena_dispose(&u.arena);
}

/* Channels drawn from the model itself: the pooled interval holds the truth as often as it says,
 * and is narrower than the effect's own. One channel with a weak effect a world. */
static void figures_cover_the_truth(void **state)
{
    (void)state;
    static setup u;
    enum { WORLDS = 600 };
    int64_t inside = 0, judged = 0;
    double width = 0.0, width_alone = 0.0;
    ptl_rng rng = ptl_rng_new(20260714);
    for (int w = 0; w < WORLDS; w++) {
        begin(&u);
        const double b = log(4.0) * ptl_rng_normal(&rng);
        const double tau = log(2.0) * fabs(ptl_rng_normal(&rng));
        double truth = 0.0;
        for (int k = 0; k < K; k++) {
            const double theta = 1.1 + 0.7 * ptl_rng_normal(&rng), s = k ? 0.15 : 0.6, e = 0.05;
            const double x = theta + s * ptl_rng_normal(&rng);
            const double c = theta + b + tau * ptl_rng_normal(&rng) + e * ptl_rng_normal(&rng);
            const double z = ptl_normal_quantile_std(0.95);
            say(&u, PTL_SOURCE_EFFECT, k, k ? 'A' : 'D', exp(x), exp(x - z * s), exp(x + z * s));
            say(&u, PTL_SOURCE_CREDIT, k, 'E', exp(c), exp(c - z * e), exp(c + z * e));
            if (k == 0) truth = exp(theta);
        }
        ptl_error err = {0};
        ptl_triangulate_options o = ptl_triangulate_options_default();
        o.conflict_p = 1e-12; /* coverage is that of the posterior: nothing is set aside */
        ptl_triangulate_result r;
        EXPECT_OK(ptl_triangulate_solve(&r, &u.e, u.s, u.n, &o, &u.arena, &err));
        const ptl_estimate f = r.channel[0].figure;
        inside += f.low <= truth && truth <= f.high;
        width += log(f.high / f.low);
        width_alone += log(r.channel[0].effect.high / r.channel[0].effect.low);
        judged++;
        ptl_arena_dispose(&u.arena);
    }
    print_message("  covered %.3f, width %.2f of the effect's own\n",
                  (double)inside / (double)judged, width / width_alone);
    EXPECT_NEAR((double)inside / (double)judged, 0.90, 4.0 * sqrt(0.09 / (double)judged));
    EXPECT_LE(width / width_alone, 0.9);
}

static void the_books_add_up(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_reconciliation r;
    const double increment[] = {1234567.891e6, -0.126e6, PTL_NAN, 3333333333.0 / 7.0 * 1e3};
    int64_t line[4];
    EXPECT_OK(ptl_reconcile(&r, line, INT64_C(9876543210120000), 5.5e15 / 3.0, increment, 4, 10000,
                            &err));
    EXPECT_INT(line[0], INT64_C(1234567890000));
    EXPECT_INT(line[1], -130000); /* -12.6 cents */
    EXPECT_INT(line[2], 0);
    EXPECT_INT(line[3] % 10000, 0);
    EXPECT_INT(r.n_missing, 1);
    EXPECT_INT(r.baseline_micros + line[0] + line[1] + line[2] + line[3] + r.unexplained_micros,
               INT64_C(9876543210120000));
    EXPECT_INT(r.unexplained_micros % 10000, 0);
    EXPECT_INT(r.increments_micros, line[0] + line[1] + line[3]);
    EXPECT_NEAR(r.unexplained_share, (double)r.unexplained_micros / 9876543210120000.0, 1e-15);
    EXPECT_OK(ptl_reconcile(&r, NULL, 0, 0.0, NULL, 0, 10000, &err));
    assert_true(isnan(r.unexplained_share));
    EXPECT_FAIL(ptl_reconcile(&r, line, 1, PTL_NAN, increment, 4, 10000, &err), PTL_E_INVALID,
                "a baseline of nan");
    const double huge[] = {4.4e18, 4.4e18};
    EXPECT_FAIL(ptl_reconcile(&r, line, 1, 0.0, huge, 2, 1, &err), PTL_E_LIMIT, "add up to more");
    const double endless[] = {HUGE_VAL};
    EXPECT_FAIL(ptl_reconcile(&r, line, 1, 0.0, endless, 1, 1, &err), PTL_E_INVALID, "is inf");
    EXPECT_FAIL(ptl_reconcile(&r, line, 1, 0.0, endless, 1, 0, &err), PTL_E_INVALID, "0 micros");
    EXPECT_FAIL(ptl_reconcile(&r, line, INT64_MAX, 0.0, huge, 0, 1, &err), PTL_E_LIMIT, "revenue");
    EXPECT_FAIL(ptl_reconcile(&r, line, 1, 1e300, huge, 0, 1, &err), PTL_E_LIMIT, "a baseline");
}

static void expect_refusal(setup *u, const ptl_triangulate_options *o, ptl_status status,
                           const char *words)
{
    ptl_error err = {0};
    ptl_triangulate_result r;
    const size_t before = u->arena.bytes_used;
    EXPECT_FAIL(ptl_triangulate_solve(&r, &u->e, u->s, u->n, o, &u->arena, &err), status, words);
    EXPECT_INT(u->arena.bytes_used, before);
}

static void bad_sources_are_refused(void **state)
{
    (void)state;
    static setup u;
    for (int i = 0; i < 10; i++) {
        static const char *const words[] = {"channel 8 is not in 0 to 7",
                                            "grade \"F\"",
                                            "day 20001 to day 20000",
                                            "outside its interval",
                                            "probability",
                                            "a claim of -1",
                                            "two effects",
                                            "two credits",
                                            "kind 7",
                                            "two claims"};
        begin(&u);
        ptl_source *const s = say(&u, PTL_SOURCE_EFFECT, 1, 'A', 3.3, 2.1, 4.7);
        if (i == 0) s->channel = K;
        if (i == 1) s->grade = 'F';
        if (i == 2) s->period_to = 20000;
        if (i == 3) s->figure.low = 4.0;
        if (i == 4) s->figure.probability = PTL_NAN;
        if (i == 5) s->kind = PTL_SOURCE_CLAIM, s->figure.point = s->figure.low = -1.0;
        if (i == 6) say(&u, PTL_SOURCE_EFFECT, 1, 'C', 1.3, 1.1, 1.7);
        if (i == 7 || i == 9) {
            s->kind = i == 7 ? PTL_SOURCE_CREDIT : PTL_SOURCE_CLAIM;
            say(&u, s->kind, 1, 'E', 1.3, 1.1, 1.7);
        }
        if (i == 8) s->kind = (ptl_source_kind)7;
        expect_refusal(&u, NULL, PTL_E_INVALID, words[i]);
        ptl_arena_dispose(&u.arena);
    }
}

static void bad_options_and_estimands_are_refused(void **state)
{
    (void)state;
    static setup u;
    begin(&u);
    ptl_triangulate_options o;
#define OPTION(field, value, words)                                                                \
    o = ptl_triangulate_options_default();                                                         \
    o.field = (value);                                                                             \
    expect_refusal(&u, &o, PTL_E_INVALID, words)
    OPTION(bias_scale, 0.0, "bias_scale");
    OPTION(spread_scale, PTL_NAN, "spread_scale");
    OPTION(conflict_p, 1.0, "conflict_p");
    OPTION(learn_min, 0, "learn_min");
    OPTION(probability, -0.5, "probability");
#undef OPTION
    o.size = 3;
    expect_refusal(&u, &o, PTL_E_VERSION, "3 bytes");
    u.spend[3] = -1.0;
    expect_refusal(&u, NULL, PTL_E_INVALID, "channel 3: spend of -1");
    u.spend[3] = 1.0;
    u.e.period_to = 1;
    expect_refusal(&u, NULL, PTL_E_INVALID, "to day 1");
    u.e.period_to = 20028;
    u.e.n_channels = 257;
    expect_refusal(&u, NULL, PTL_E_LIMIT, "the ceiling is 256");
    u.e.n_channels = 0;
    expect_refusal(&u, NULL, PTL_E_INVALID, "0 channels");
    ptl_arena_dispose(&u.arena);
}

static void nobody_says_anything(void **state)
{
    (void)state;
    static setup u;
    begin(&u);
    const ptl_triangulate_result r = solve(&u);
    EXPECT_INT(r.verdict, PTL_NOT_IDENTIFIED);
    assert_true(r.prior_speaks);
    /* then b and tau are their priors: medians 0 and 0.6745 ln 2 */
    EXPECT_NEAR(r.bias.point, 1.0, 1e-9);
    EXPECT_NEAR(log(r.bias.high), 1.6448536269514722 * log(4.0), 1e-9);
    EXPECT_NEAR(log(r.spread.point), 0.6744897501960817 * log(2.0), 2e-3);
    EXPECT_INT(r.settle_first, -1);
    ptl_arena_dispose(&u.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posteriors_equal_the_reference),
        cmocka_unit_test(a_precise_wrong_credit_does_not_drag),
        cmocka_unit_test(on_conflict_both_stand),
        cmocka_unit_test(what_cannot_be_mapped_is_left_out),
        cmocka_unit_test(measures_become_cm1),
        cmocka_unit_test(an_experiment_enters_once),
        cmocka_unit_test(figures_cover_the_truth),
        cmocka_unit_test(the_books_add_up),
        cmocka_unit_test(bad_sources_are_refused),
        cmocka_unit_test(bad_options_and_estimands_are_refused),
        cmocka_unit_test(nobody_says_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
