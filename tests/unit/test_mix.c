/* test_mix: what the mix model refuses, promises and says of itself. Small made-up panels; figures
 * are checked against the raw arrays, by loops that share nothing with the model's. */
#include "support/effort.h"
#include "support/expect.h"

#include "portolan/linalg.h"
#include "portolan/mix.h"

#include <stdlib.h>

enum { G = 4, T = 60, C = 3, N = G * T };

typedef struct world {
    double kpi[N], population[G], media[C * N], spend[C * N], control[N];
    double more[C * N]; /* frequency, revenue per KPI, an event: what a test needs beside these */
    bool held_out[N];
    ptl_mix_channel channel[C];
    ptl_mix_data data;
    ptl_mix_spec spec;
} world;

static ptl_arena arena;

static double pressure(double x)
{
    return x / (x + 1.3);
}

static void fill(world *w, int64_t n_geos)
{
    static const ptl_mix_kind kinds[C] = {PTL_MIX_PAID, PTL_MIX_PAID, PTL_MIX_ORGANIC};
    static const char *const names[C] = {"tv", "search", "mail"};
    ptl_rng rng = ptl_rng_new(2718);
    memset(w, 0, sizeof *w);
    for (int g = 0; g < G; g++) w->population[g] = 1000.0 * (1.3 + g);
    for (int i = 0; i < C * N; i++) {
        const double p = w->population[i % N / T];
        w->media[i] = p * (ptl_rng_uniform(&rng) < 0.25 ? 0.0 : 1.7 * ptl_rng_exponential(&rng));
        w->spend[i] = i < 2 * N ? 0.003 * w->media[i] : 0.0;
    }
    for (int i = 0; i < N; i++) {
        const double p = w->population[i / T];
        w->control[i] = ptl_rng_normal(&rng);
        w->kpi[i] =
            p * (9.3 + 0.6 * sin(i % T / 9.0) + 0.4 * w->control[i] + 0.35 * ptl_rng_normal(&rng));
        for (int c = 0; c < C; c++)
            w->kpi[i] += p * (c ? 0.5 : 2.1) * pressure(w->media[c * N + i] / p);
    }
    w->spec = ptl_mix_preset_meridian(w->channel, kinds, C);
    w->spec.n_knots = 7;
    w->data = (ptl_mix_data){.n_geos = n_geos,
                             .n_weeks = T,
                             .n_channels = C,
                             .n_controls = 1,
                             .kpi = w->kpi,
                             .population = w->population,
                             .media = w->media,
                             .spend = w->spend,
                             .control = w->control,
                             .held_out = w->held_out,
                             .channel_name = names};
}

static ptl_mix_options short_options(void)
{
    ptl_mix_options o = ptl_mix_options_default();
    o.nuts.n_chains = 2;
    o.nuts.n_warmup = o.nuts.n_draws = 150;
    o.n_path_draws = 60;
    return o;
}

/* tv is known by reach and frequency. */
static void frequency_of(world *w)
{
    for (int i = 0; i < C * N; i++) w->more[i] = 1.3 + i % 7 / 5.0;
    w->data.frequency = w->more;
    w->channel[0].has_frequency = true;
    w->channel[0].shape.order = PTL_SATURATION_FIRST;
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
#define REFUSED(status, words, ...)                                                                \
    do {                                                                                           \
        fill(&w, G);                                                                               \
        __VA_ARGS__;                                                                               \
        EXPECT_FAIL(ptl_mix_check(&w.data, &w.spec, NULL, 0, &arena, &err), status, words);        \
    } while (0)
    REFUSED(PTL_E_INVALID, "tv: negative media in geo 2, week 14: -3.5", w.media[T + 13] = -3.5);
    REFUSED(PTL_E_INVALID, "search: negative spend in geo 1, week 3: -0.5", w.spend[N + 2] = -0.5);
    REFUSED(PTL_E_INVALID, "KPI: value in geo 4, week 60 is not a number", w.kpi[N - 1] = PTL_NAN);
    REFUSED(PTL_E_INVALID, "control 1: value in geo 1, week 5", w.control[4] = HUGE_VAL);
    REFUSED(PTL_E_INVALID, "geo 3 has no population: 0", w.population[2] = 0.0);
    REFUSED(PTL_E_INVALID, "search: media never vary", {
        for (int i = 0; i < N; i++) w.media[N + i] = 4.25;
    });
    REFUSED(PTL_E_INVALID, "tv and mail are collinear", {
        for (int i = 0; i < N; i++) w.media[2 * N + i] = 1.7 * w.media[i] + 3.1;
    });
    REFUSED(PTL_E_INVALID, "search and control 1 are collinear", {
        for (int i = 0; i < N; i++) w.control[i] = 0.3 * w.media[N + i];
    });
    REFUSED(PTL_E_INVALID, "rows are too few", {
        for (int i = 0; i < N; i++) w.held_out[i] = i % T > 2;
    });
    REFUSED(PTL_E_INVALID, "specification has 2 channels", w.spec.n_channels = 2);
    REFUSED(PTL_E_INVALID, "tv: adstock window", w.channel[0].shape.adstock.window_weeks = 0);
    REFUSED(PTL_E_INVALID, "tv: a lognormal prior has no such parameters",
            w.channel[0].effect_prior.b = -0.9);
    REFUSED(PTL_E_INVALID, "mail: a prior on incremental ROI needs spend",
            w.channel[2].effect_on = PTL_MIX_ON_ROI);
    REFUSED(PTL_E_INVALID, "knot_sd must be positive", w.spec.knot_sd = PTL_NAN);
    /* values, by row and column */
    REFUSED(PTL_E_INVALID, "search: media in geo 3, week 1 is not a number",
            w.media[N + 2 * T] = PTL_NAN);
    REFUSED(PTL_E_INVALID, "tv: spend in geo 4, week 60 is not a number",
            w.spend[N - 1] = HUGE_VAL);
    REFUSED(PTL_E_INVALID, "revenue per KPI: negative value in geo 1, week 2: -3", {
        w.more[1] = -3.0;
        w.data.revenue_per_kpi = w.more;
    });
    REFUSED(PTL_E_INVALID, "tv: negative frequency in geo 1, week 4: -1.5", {
        frequency_of(&w);
        w.more[3] = -1.5;
    });
    REFUSED(PTL_E_INVALID, "event 1 in week 9 is not a number", {
        w.more[8] = PTL_NAN;
        w.data.n_events = 1;
        w.data.event = w.more;
    });
    REFUSED(PTL_E_INVALID, "geo 1 has no population: nan", w.population[0] = PTL_NAN);
    /* columns that say nothing, or are not there */
    REFUSED(PTL_E_INVALID, "the KPI never varies", {
        for (int i = 0; i < N; i++) w.kpi[i] = 7.5;
    });
    REFUSED(PTL_E_INVALID, "control 1 never varies, it is always 2.5", {
        for (int i = 0; i < N; i++) w.control[i] = 2.5;
    });
    REFUSED(PTL_E_INVALID, "search: spend is zero throughout", {
        for (int i = 0; i < N; i++) w.spend[N + i] = 0.0;
    });
    REFUSED(PTL_E_INVALID, "tv: spend is missing", w.data.spend = NULL);
    REFUSED(PTL_E_INVALID, "the KPI is missing", w.data.kpi = NULL);
    REFUSED(PTL_E_INVALID, "the controls are missing", w.data.control = NULL);
    REFUSED(PTL_E_INVALID, "tv: frequency is missing", {
        frequency_of(&w);
        w.data.frequency = NULL;
    });
    REFUSED(PTL_E_INVALID, "the saturation comes first", {
        frequency_of(&w);
        w.channel[0].shape.order = PTL_ADSTOCK_FIRST;
    });
    /* sizes */
    REFUSED(PTL_E_INVALID, "the data have 7 weeks; 8 to 1040", w.data.n_weeks = 7);
    REFUSED(PTL_E_INVALID, "the data have 0 geos; 1 to 1000", w.data.n_geos = 0);
    REFUSED(PTL_E_INVALID, "61 knots do not fit 60 weeks", w.spec.n_knots = 61);
    REFUSED(PTL_E_INVALID, "knot 2 is not a later week: 5", {
        static const int32_t knot[] = {4, 4, 9};
        w.spec.n_knots = 3;
        w.spec.knot = knot;
    });
    REFUSED(PTL_E_INVALID, "pairs of Fourier terms must be 0 to 26, not 27", w.spec.n_fourier = 27);
    REFUSED(PTL_E_INVALID, "student_nu must be above 2, not 2", {
        w.spec.likelihood = PTL_MIX_STUDENT_T;
        w.spec.student_nu = 2.0;
    });
    REFUSED(PTL_E_INVALID, "tv: lognormal pooling needs an effect prior above zero",
            w.channel[0].effect_prior.kind = PTL_MIX_PRIOR_NORMAL);
    REFUSED(PTL_E_INVALID, "tv: effect knots must be 0 or 2 to 400, not 1",
            w.channel[0].n_effect_knots = 1);
    REFUSED(PTL_E_INVALID, "tv: a prior on mROI needs a constant effect", {
        w.channel[0].effect_on = PTL_MIX_ON_MROI;
        w.channel[0].n_effect_knots = 3;
    });
    /* places and brands */
    static const int64_t members[G] = {0, 1, 1, 3};
    REFUSED(PTL_E_INVALID, "the data have 5 brands for 4 geos", {
        w.data.n_brands = 5;
        w.data.brand = members;
    });
    REFUSED(PTL_E_INVALID, "the data have 2 places for 4 geos, and do not say which is whose",
            w.data.n_places = 2);
    REFUSED(PTL_E_INVALID, "geo 4: brand 4 is not one of 3", {
        w.data.n_brands = 3;
        w.data.brand = members;
    });
    REFUSED(PTL_E_INVALID, "brand 3 has no geo", {
        w.data.n_brands = 4;
        w.data.brand = members;
    });
#undef REFUSED
    fill(&w, G);
    ptl_mix_experiment e = {0, 50, 58, 61, NULL, 0.0, 10.0, 2.0, 'A'};
    EXPECT_FAIL(ptl_mix_check(&w.data, &w.spec, &e, 1, &arena, &err), PTL_E_INVALID,
                "measured to 61, lie outside weeks 1 to 60");
    e.measured_to = 60;
    e.sd = 0.0;
    EXPECT_FAIL(ptl_mix_check(&w.data, &w.spec, &e, 1, &arena, &err), PTL_E_INVALID,
                "standard error 0");
    e.sd = 2.0;
    EXPECT_OK(ptl_mix_check(&w.data, &w.spec, &e, 1, &arena, &err));
    const struct {
        ptl_mix_experiment e;
        const char *words;
    } bad[] = {{{3, 50, 58, 60, NULL, 0.0, 10.0, 2.0, 'A'}, "channel 4 has no effect to measure"},
               {{0, 58, 58, 60, NULL, 0.0, 10.0, 2.0, 'A'}, "weeks 59 to 58"},
               {{0, -1, 58, 60, NULL, 0.0, 10.0, 2.0, 'A'}, "weeks 0 to 58"},
               {{0, 50, 58, 60, NULL, 1.0, 10.0, 2.0, 'A'}, "media factor must differ from 1"},
               {{0, 50, 58, 60, NULL, -0.5, 10.0, 2.0, 'A'}, "media factor must differ from 1"},
               {{0, 50, 58, 60, NULL, 0.0, PTL_NAN, 2.0, 'A'}, "estimate nan"},
               {{0, 50, 58, 60, NULL, 0.0, 10.0, 2.0, 'C'}, "grade must be A or B, not C"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        EXPECT_FAIL(ptl_mix_check(&w.data, &w.spec, &bad[i].e, 1, &arena, &err), PTL_E_INVALID,
                    bad[i].words);
    for (int g = 0; g < G; g++)
        for (int t = 50; t < 58; t++) w.media[g * T + t] = 0.0;
    EXPECT_FAIL(ptl_mix_check(&w.data, &w.spec, &e, 1, &arena, &err), PTL_E_INVALID,
                "no media in its window");
    EXPECT_FAIL(ptl_mix_check(&w.data, &w.spec, &e, 65, &arena, &err), PTL_E_LIMIT,
                "65 experiments; at most 64");
}

static ptl_status solve_short(ptl_mix_result *r, const world *w, int32_t n_threads, int32_t n_draws,
                              ptl_error *err)
{
    ptl_pool *pool;
    ptl_mix_options o = short_options();
    o.nuts.n_warmup = o.nuts.n_draws = n_draws;
    const ptl_rng rng = ptl_rng_new(99);
    PTL_TRY(ptl_pool_new(&pool, n_threads, err));
    const ptl_executor executor = ptl_pool_executor(pool);
    const ptl_status st =
        ptl_mix_solve(r, &w->data, &w->spec, NULL, 0, &rng, &o, &executor, &arena, err);
    ptl_pool_free(pool);
    return st;
}

static ptl_status solve(ptl_mix_result *r, const world *w, int32_t n_threads, ptl_error *err)
{
    return solve_short(r, w, n_threads, short_options().nuts.n_draws, err);
}

static void same_seed_same_bytes(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    uint8_t *bytes[3];
    size_t n[3];
    fill(&w, G);
    const int32_t threads[] = {1, 2, 4};
    for (int i = 0; i < 3; i++) {
        ptl_mix_result r;
        EXPECT_OK(solve_short(&r, &w, threads[i], effort(40, 150, 150), &err));
        EXPECT_OK(ptl_mix_save(&bytes[i], &n[i], r.posterior, &arena, &err));
        assert_true(n[i] == n[0] && memcmp(bytes[i], bytes[0], n[0]) == 0);
    }
    ptl_arena_reset(&arena);
}

/* Contributions of one draw from the shape that the posterior hands out, by plain loops. */
static void draws_say_what_they_mean(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    ptl_mix_result r;
    fill(&w, G);
    EXPECT_OK(solve(&r, &w, 1, &err));
    const ptl_mix_posterior *const p = r.posterior;
    double coefficient[G], drift[T], *work = calloc((size_t)ptl_mix_work_n(p), sizeof *work);
    for (int c = 0; c < C; c++) {
        ptl_mix_channel_draw d;
        double sum = 0.0, more = 0.0, path[T], out[T], scratch[T];
        ptl_mix_channel_draw_at(&d, coefficient, drift, p, c, 1, 37, work);
        for (int g = 0; g < G; g++)
            for (int times = 0; times < 2; times++) {
                for (int t = 0; t < T; t++)
                    path[t] = (times ? 1.01 : 1.0) * w.media[c * N + g * T + t] / d.media_scale[g];
                ptl_response_path(out, &d.shape, path, T, scratch);
                for (int t = 0; t < T; t++)
                    *(times ? &more : &sum) +=
                        coefficient[g] * drift[t] * d.outcome_scale[g * T + t] * out[t];
            }
        EXPECT_NEAR(d.contribution, sum, 1e-9 * fabs(sum));
        if (c == 2) {
            assert_true(isnan(d.roi));
            continue;
        }
        double spend = 0.0;
        for (int i = 0; i < N; i++) spend += w.spend[c * N + i];
        EXPECT_NEAR(d.roi, sum / spend, 1e-9 * fabs(d.roi));
        EXPECT_NEAR(d.mroi, (more - sum) / (0.01 * spend), 1e-6 * fabs(d.mroi));
        double *value = calloc((size_t)ptl_mix_n_params(p), sizeof *value);
        ptl_mix_draw(value, p, 1, 37);
        for (int64_t i = 0; i < ptl_mix_n_params(p); i++) {
            const ptl_mix_param param = ptl_mix_param_at(p, i);
            if (param.kind == PTL_MIX_PARAM_EFFECT && param.channel_idx == c)
                EXPECT_NEAR(value[i], d.roi, 1e-9 * fabs(d.roi)); /* ROI is a parameter */
        }
        free(value);
    }
    free(work);
    ptl_arena_reset(&arena);
}

static void figures_add_up(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    ptl_mix_result r;
    fill(&w, G);
    EXPECT_OK(solve(&r, &w, 2, &err));
    double outcome = 0.0;
    for (int i = 0; i < N; i++) outcome += w.kpi[i];
    EXPECT_NEAR(r.outcome, outcome, 1e-9 * outcome);
    for (int t = 0; t < T; t++) {
        double sum = r.baseline[t].point;
        for (int c = 0; c < C; c++)
            if (r.channel[c].verdict != PTL_NOT_IDENTIFIED) sum += r.channel[c].week[t].point;
        if (r.channel[1].verdict != PTL_NOT_IDENTIFIED &&
            r.channel[2].verdict != PTL_NOT_IDENTIFIED)
            EXPECT_NEAR(sum, r.expected[t].point, 1e-8 * fabs(sum));
    }
    const ptl_mix_channel_result *const tv = &r.channel[0];
    EXPECT_LE(tv->roi.low, tv->roi.point);
    EXPECT_LE(tv->roi.point, tv->roi.high);
    EXPECT_NEAR(tv->roi.point * tv->spend, tv->contribution.point, 1e-6 * tv->contribution.point);
    EXPECT_NEAR(tv->curve[0].point, 0.0, 1e-9);
    EXPECT_INT(tv->grade, 'D');
    EXPECT_LE(0.5, r.r2);
    ptl_arena_reset(&arena);
}

/* Media that did nothing, spent too little to tell: no figure is stated. */
static void silence_is_an_answer(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    ptl_mix_result r;
    fill(&w, 1);
    for (int i = 0; i < N; i++) w.spend[N + i] *= 1e-4;
    EXPECT_OK(solve(&r, &w, 2, &err));
    const ptl_mix_channel_result *const c = &r.channel[1];
    EXPECT_INT(c->verdict, PTL_NOT_IDENTIFIED);
    assert_true(isnan(c->roi.point) && isnan(c->contribution.low) && isnan(c->week[3].high));
    EXPECT_LE(0.8 * c->prior_variance, c->posterior_variance);
    EXPECT_NEAR(c->prior_variance, 0.81, 0.01); /* of log ROI, lognormal(0.2, 0.9) */
    ptl_arena_reset(&arena);
}

static void mediators_and_demand_have_no_figure(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    ptl_mix_result r;
    fill(&w, G);
    w.channel[1].path = PTL_MIX_DEMAND;
    w.channel[2].path = PTL_MIX_MEDIATOR;
    EXPECT_OK(solve(&r, &w, 2, &err));
    for (int c = 1; c < 3; c++) {
        EXPECT_INT(r.channel[c].verdict, PTL_NOT_IDENTIFIED);
        assert_true(isnan(r.channel[c].contribution.point));
    }
    int n_controls = 0;
    for (int64_t i = 0; i < ptl_mix_n_params(r.posterior); i++)
        n_controls += ptl_mix_param_at(r.posterior, i).kind == PTL_MIX_PARAM_CONTROL;
    EXPECT_INT(n_controls, 2); /* the control, and demand */
    ptl_arena_reset(&arena);
}

static void artefacts_come_back(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    ptl_mix_result r, back;
    uint8_t *bytes, *again;
    size_t n, n_again;
    fill(&w, G);
    EXPECT_OK(solve(&r, &w, 2, &err));
    EXPECT_OK(ptl_mix_save(&bytes, &n, r.posterior, &arena, &err));
    const ptl_mix_options o = short_options();
    EXPECT_OK(ptl_mix_load(&back, bytes, n, &w.data, &o, &arena, &err));
    EXPECT_NEAR(back.r_hat_max, r.r_hat_max, 0.0);
    EXPECT_INT(back.verdict, r.verdict);
    EXPECT_NEAR(back.channel[0].roi.point, r.channel[0].roi.point, 0.0);
    EXPECT_NEAR(back.channel[0].week[7].high, r.channel[0].week[7].high, 0.0);
    EXPECT_NEAR(back.baseline[9].low, r.baseline[9].low, 0.0);
    EXPECT_OK(ptl_mix_save(&again, &n_again, back.posterior, &arena, &err));
    assert_true(n == n_again && memcmp(bytes, again, n) == 0);
    bytes[n / 2] ^= 1;
    EXPECT_FAIL(ptl_mix_load(&back, bytes, n, &w.data, &o, &arena, &err), PTL_E_CORRUPT,
                "has been changed");
    bytes[n / 2] ^= 1;
    EXPECT_FAIL(ptl_mix_load(&back, bytes, n - 8, &w.data, &o, &arena, &err), PTL_E_CORRUPT, "");
    w.kpi[3] += 0.5;
    EXPECT_FAIL(ptl_mix_load(&back, bytes, n, &w.data, &o, &arena, &err), PTL_E_CONFLICT,
                "fitted on other data");
    ptl_arena_reset(&arena);
}

static void validation_is_typed(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    ptl_mix_result r;
    ptl_mix_validate_result v;
    ptl_mix_validate_options o = ptl_mix_validate_options_default();
    const ptl_rng rng = ptl_rng_new(3);
    o.nuts.n_warmup = o.nuts.n_draws = 100;
    o.n_folds = 2;
    fill(&w, 1);
    EXPECT_OK(solve(&r, &w, 2, &err));
    EXPECT_OK(ptl_mix_validate(&v, &r, &w.data, &w.spec, &rng, &o, NULL, &arena, &err));
    EXPECT_INT(v.n_fits, 5);
    for (int i = 0; i < PTL_MIX_CHECKS; i++) {
        assert_non_null(v.checks[i].id);
        assert_true(isfinite(v.checks[i].measured));
        assert_true(strlen(v.checks[i].advice) > 20);
    }
    EXPECT_STR(v.checks[PTL_MIX_CHECK_HOLDOUT_MAPE].id, "holdout_mape");
    EXPECT_LE(v.checks[PTL_MIX_CHECK_HOLDOUT_MAPE].measured,
              0.15); /* a world of the model's kind */
    EXPECT_INT(v.checks[PTL_MIX_CHECK_PPC_SD].outcome, PTL_PASS);
    o.holdout_weeks = T;
    EXPECT_FAIL(ptl_mix_validate(&v, &r, &w.data, &w.spec, &rng, &o, NULL, &arena, &err),
                PTL_E_INVALID, "holdout_weeks must be 1 to 20");
    ptl_arena_reset(&arena);
}

static ptl_status cancel_at_once(void *payload, int64_t chain, int64_t iter, int64_t n,
                                 ptl_error *err)
{
    (void)payload, (void)chain, (void)iter, (void)n;
    return ptl_fail(err, PTL_E_CANCELLED, "cancelled by hand");
}

static void cancelling_gives_memory_back(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    ptl_mix_result r;
    ptl_mix_options o = short_options();
    const ptl_rng rng = ptl_rng_new(1);
    o.nuts.progress = cancel_at_once;
    fill(&w, 1);
    const size_t before = arena.bytes_used;
    EXPECT_FAIL(ptl_mix_solve(&r, &w.data, &w.spec, NULL, 0, &rng, &o, NULL, &arena, &err),
                PTL_E_CANCELLED, "by hand");
    assert_true(arena.bytes_used == before && r.channel == NULL);
}

static void memory_has_a_ceiling(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    ptl_mix_result r;
    ptl_arena small;
    const ptl_mix_options o = short_options();
    const ptl_rng rng = ptl_rng_new(1);
    fill(&w, G);
    for (size_t bytes = 1 << 16; bytes <= 1 << 18; bytes *= 4) {
        ptl_arena_init(&small, bytes, NULL);
        EXPECT_FAIL(ptl_mix_solve(&r, &w.data, &w.spec, NULL, 0, &rng, &o, NULL, &small, &err),
                    PTL_E_LIMIT, "");
        assert_true(small.bytes_used == 0 && r.channel == NULL);
        ptl_arena_dispose(&small);
    }
}

/* Two channels measured at once, one of them at a loss, in some of the geos and weeks. */
static void experiments_of_several_kinds(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    ptl_mix_result r;
    static const bool some[G] = {false, true, true, false};
    fill(&w, G);
    const ptl_mix_experiment e[] = {{0, 20, 26, 30, some, 0.0, 0.0, 1.0, 'A'},
                                    {1, 40, 44, 47, NULL, 1.5, -900.0, 2500.0, 'B'}};
    ptl_mix_experiment of[2];
    memcpy(of, e, sizeof of);
    for (int g = 1; g < 3; g++) /* a fair truth: what the world's tv does in weeks 21 to 26 */
        for (int t = 20; t < 26; t++)
            of[0].estimate +=
                2.1 * w.population[g] * pressure(w.media[g * T + t] / w.population[g]);
    of[0].sd = 0.1 * of[0].estimate;
    const ptl_mix_options o = short_options();
    const ptl_rng rng = ptl_rng_new(4);
    EXPECT_OK(ptl_mix_solve(&r, &w.data, &w.spec, of, 2, &rng, &o, NULL, &arena, &err));
    EXPECT_INT(r.channel[0].grade, 'C');
    EXPECT_INT(r.channel[1].grade, 'C');
    EXPECT_INT(r.channel[2].grade, 'D');
    EXPECT_NEAR(r.experiment[0].predicted.point, of[0].estimate, 2.0 * of[0].sd);
    EXPECT_LE(r.experiment[1].predicted.point, 0.0); /* media were raised: less without */
    for (int i = 0; i < 2; i++) {
        assert_false(r.experiment[i].conflict);
        const ptl_mix_move *const m = &r.experiment[i].move[i];
        EXPECT_LE(m->sd_with, 1.1 * m->sd_without);
        EXPECT_NEAR(m->mean_with, r.experiment[1 - i].move[i].mean_with, 0.0);
    }
    /* all of it is there again after a reload, the experiments themselves included */
    ptl_mix_result back;
    uint8_t *bytes;
    size_t n;
    EXPECT_OK(ptl_mix_save(&bytes, &n, r.posterior, &arena, &err));
    EXPECT_OK(ptl_mix_load(&back, bytes, n, &w.data, &o, &arena, &err));
    for (int i = 0; i < 2; i++) {
        EXPECT_INT(back.channel[i].grade, 'C');
        EXPECT_NEAR(back.experiment[i].z, r.experiment[i].z, 0.0);
        EXPECT_NEAR(back.experiment[i].predicted.low, r.experiment[i].predicted.low, 0.0);
        for (int c = 0; c < C; c++)
            assert_memory_equal(&back.experiment[i].move[c], &r.experiment[i].move[c],
                                sizeof(ptl_mix_move));
    }
    uint8_t *again;
    size_t n_again;
    EXPECT_OK(ptl_mix_save(&again, &n_again, back.posterior, &arena, &err));
    assert_true(n == n_again && memcmp(bytes, again, n) == 0);
    ptl_arena_reset(&arena);
}

/* A week ten sigmas off: Student-t noise gives it little weight, and its neighbours theirs. */
static void outliers_lose_weight(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    ptl_mix_result r;
    fill(&w, 1);
    w.spec.likelihood = PTL_MIX_STUDENT_T;
    w.kpi[33] += 4.0 * w.population[0];
    EXPECT_OK(solve(&r, &w, 2, &err));
    double mean = 0.0, outlier = PTL_NAN;
    for (int64_t i = 0; i < ptl_mix_n_params(r.posterior); i++) {
        const ptl_mix_param p = ptl_mix_param_at(r.posterior, i);
        if (p.kind != PTL_MIX_PARAM_WEIGHT) continue;
        mean += p.summary.mean / T;
        if (p.idx == 33) outlier = p.summary.mean;
    }
    EXPECT_LE(outlier, 0.3);
    EXPECT_LE(0.7, mean);
    ptl_arena_reset(&arena);
}

/* What one cell in twenty of a cruder world does to the noise of a panel's others. */
static void outliers_leave_a_panel(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    ptl_mix_result r;
    double sigma[2] = {0.0, 0.0};
    if (!effort(0, 1, 1)) SKIP("two long fits by the code of the fit before");
    for (int heavy = 0; heavy < 2; heavy++) {
        fill(&w, G);
        for (int k = 7; k < N; k += 20) w.kpi[k] += (k % 3 - 1) * 4.0 * w.population[k / T];
        w.spec.likelihood = heavy ? PTL_MIX_STUDENT_T : PTL_MIX_NORMAL;
        EXPECT_OK(solve(&r, &w, 2, &err));
        EXPECT_LE(r.r_hat_max, 1.1);
        for (int64_t i = 0; i < ptl_mix_n_params(r.posterior); i++) {
            const ptl_mix_param p = ptl_mix_param_at(r.posterior, i);
            if (p.kind == PTL_MIX_PARAM_SIGMA) sigma[heavy] = p.summary.mean;
        }
    }
    EXPECT_LE(sigma[1], 0.7 * sigma[0]);
    ptl_arena_reset(&arena);
}

/* What a preset's channel is given in place of its own shape passes the checks, keeps the prior
 * that both have, and leaves treatments alone. */
static void shapes_are_exchanged(void **state)
{
    (void)state;
    static world w;
    ptl_error err;
    for (int a = 0; a <= PTL_ADSTOCK_WEIBULL_CDF; a++)
        for (int s = 0; s <= PTL_SATURATION_TANH; s++) {
            fill(&w, G);
            for (int c = 0; c < C; c++)
                ptl_mix_channel_shape(&w.channel[c], (ptl_adstock_kind)a, (ptl_saturation_kind)s);
            EXPECT_OK(ptl_mix_check(&w.data, &w.spec, NULL, 0, &arena, &err));
            EXPECT_INT(w.channel[1].shape.adstock.kind, a);
            EXPECT_INT(w.channel[1].shape.saturation.kind, s);
            if (a < PTL_ADSTOCK_WEIBULL_PDF)
                EXPECT_INT(w.channel[0].adstock_prior[0].kind, PTL_MIX_PRIOR_UNIFORM);
        }
    static const ptl_mix_kind treatment = PTL_MIX_NON_MEDIA;
    ptl_mix_channel c;
    (void)ptl_mix_preset_meridian(&c, &treatment, 1);
    ptl_mix_channel_shape(&c, PTL_ADSTOCK_DELAYED, PTL_SATURATION_TANH);
    EXPECT_INT(c.shape.saturation.kind, PTL_SATURATION_NONE);
}

static void priors_have_their_quantiles(void **state)
{
    (void)state;
    const ptl_mix_prior p[] = {{PTL_MIX_PRIOR_LOGNORMAL, 0.2, 0.9, 0, 0, 0.1},
                               {PTL_MIX_PRIOR_BETA, 1.0, 99.0, 0, 0, 0},
                               {PTL_MIX_PRIOR_EXPONENTIAL, 2.5, 0, 0, 0, 0}};
    EXPECT_NEAR(ptl_mix_prior_quantile(&p[0], 0.5), exp(0.2) + 0.1, 1e-12);
    EXPECT_NEAR(ptl_mix_prior_quantile(&p[1], 0.5), 1.0 - pow(0.5, 1.0 / 99.0), 1e-12);
    EXPECT_NEAR(ptl_mix_prior_quantile(&p[2], 0.9), log(10.0) / 2.5, 1e-12);
    EXPECT_STR(ptl_mix_prior_text(PTL_MIX_PRIOR_HALF_NORMAL), "half_normal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(priors_have_their_quantiles),
        cmocka_unit_test(shapes_are_exchanged),
        cmocka_unit_test(draws_say_what_they_mean),
        cmocka_unit_test(figures_add_up),
        cmocka_unit_test(silence_is_an_answer),
        cmocka_unit_test(mediators_and_demand_have_no_figure),
        cmocka_unit_test(artefacts_come_back),
        cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(cancelling_gives_memory_back),
        cmocka_unit_test(memory_has_a_ceiling),
        cmocka_unit_test(experiments_of_several_kinds),
        cmocka_unit_test(outliers_lose_weight),
        cmocka_unit_test(outliers_leave_a_panel),
        cmocka_unit_test(validation_is_typed),
    };
    ptl_error err;
    ptl_arena_init(&arena, (size_t)1 << 29, NULL);
    if (ptl_linalg_init(&err) != PTL_OK) return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ptl_arena_dispose(&arena);
    return failed;
}
