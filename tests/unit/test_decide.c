/* test_decide: from a fitted mix model to a plan and to the next experiment. The model is fitted
 * here, on a made-up panel; what is checked is the translation: outcomes of a plan computed again
 * from the draws of the fit by the formula in mix.h, limits, what is held, and that experiments
 * follow from the same draws. */
#include "support/expect.h"

#include "decide/next.h"
#include "decide/promise.h"
#include "ops/args.h"
#include "ops/decide_budget.h"
#include "portolan/linalg.h"

#include <jansson.h>
#include <stdlib.h>

enum { G = 3, T = 60, LEAD = 8, C = 4, N = G * T, W = G * (T + LEAD), WEEKS = 6 };

static ptl_error err;

typedef struct bed {
    double kpi[N], population[G], media[C * W], spend[C * N], revenue[N], frequency[C * W];
    ptl_mix_channel channel[C];
    ptl_mix_spec spec;
    ptl_mix_data data;
    ptl_mix_result fit;
    ptl_fitted_mix mix;
    ptl_arena arena;
    ptl_arena_mark mark;
} bed;

static const char *const names[C] = {"search", "video", "posters", "newsletter"};

/* Spend in waves; a hyperbola of what is carried over by a half; two money units a sale. */
static void fill_panel(bed *b)
{
    ptl_rng rng = ptl_rng_new(20);
    for (int g = 0; g < G; g++) b->population[g] = 900.0 + 350.0 * g;
    for (int c = 0; c < C; c++)
        for (int g = 0; g < G; g++)
            for (int t = 0; t < T + LEAD; t++) {
                const double wave = 1.0 + sin(0.3 * t * (c + 1) + g) + 0.6 * ptl_rng_uniform(&rng);
                const double money = b->population[g] * (0.2 + 0.1 * c) * wave;
                b->media[(c * G + g) * (T + LEAD) + t] = money * (3.0 + c);
                b->frequency[(c * G + g) * (T + LEAD) + t] = 2.0 + 0.5 * ptl_rng_uniform(&rng);
                if (t >= LEAD && c < 3) b->spend[(c * G + g) * T + t - LEAD] = money;
            }
    for (int g = 0; g < G; g++)
        for (int t = 0; t < T; t++) {
            double sales = b->population[g] * (2.0 + 0.05 * ptl_rng_normal(&rng));
            for (int c = 0; c < 3; c++) {
                const double *const x = b->media + (c * G + g) * (T + LEAD) + t + LEAD;
                const double carried =
                    (x[0] + 0.5 * x[-1] + 0.25 * x[-2]) / 1.75 / b->population[g];
                sales += b->population[g] * (0.2 + 0.3 * c) * carried / (carried + 1.5);
            }
            b->kpi[g * T + t] = sales;
            b->revenue[g * T + t] = 2.0 + 0.1 * sin(0.1 * t);
        }
}

static int fit_once(void **state)
{
    static bed b;
    static const ptl_mix_kind kinds[C] = {PTL_MIX_PAID, PTL_MIX_PAID, PTL_MIX_PAID,
                                          PTL_MIX_ORGANIC};
    if (ptl_linalg_init(&err) != PTL_OK) return -1;
    ptl_arena_init(&b.arena, (size_t)512 << 20, NULL);
    fill_panel(&b);
    b.spec = ptl_mix_preset_meridian(b.channel, kinds, C);
    b.spec.n_knots = 3;
    b.channel[1].has_frequency = true;
    b.channel[1].shape.order = PTL_SATURATION_FIRST;
    b.data = (ptl_mix_data){.n_geos = G,
                            .n_weeks = T,
                            .n_lead = LEAD,
                            .n_channels = C,
                            .kpi = b.kpi,
                            .revenue_per_kpi = b.revenue,
                            .population = b.population,
                            .media = b.media,
                            .frequency = b.frequency,
                            .spend = b.spend,
                            .channel_name = names};
    ptl_mix_options o = ptl_mix_options_default();
    o.nuts.n_chains = 2, o.nuts.n_warmup = 250, o.nuts.n_draws = 120;
    o.experiments_explained = false, o.n_path_draws = 50;
    const ptl_rng rng = ptl_rng_new(4);
    if (ptl_mix_solve(&b.fit, &b.data, &b.spec, NULL, 0, &rng, &o, NULL, &b.arena, &err) !=
        PTL_OK) {
        print_message("%s %s\n", err.message, err.detail);
        return -1;
    }
    /* 120 draws a chain are too few for the verdict a real fit needs; the translation is what
     * counts */
    if (b.fit.verdict != PTL_CONVERGED) b.fit.verdict = PTL_INACCURATE;
    b.mix = (ptl_fitted_mix){.data = &b.data, .channel = b.channel, .fit = &b.fit};
    b.mark = ptl_arena_save(&b.arena);
    *state = &b;
    return 0;
}

static int let_go(void **state)
{
    bed *const b = *state;
    ptl_arena_dispose(&b->arena);
    return 0;
}

static int rewind_arena(void **state)
{
    bed *const b = *state;
    ptl_arena_rewind(&b->arena, b->mark);
    return 0;
}

static ptl_media_plan made(bed *b, ptl_media_plan *p, const ptl_media_plan_options *o)
{
    EXPECT_OK(ptl_media_plan_make(p, &b->mix, NULL, o, &b->arena, &err));
    return *p;
}

static ptl_media_plan_options six_weeks(void)
{
    ptl_media_plan_options o = ptl_media_plan_options_default();
    o.n_weeks = WEEKS, o.recent_weeks = 10, o.margin = 0.4;
    return o;
}

/* ---- the translation ---- */

static double recent(const double *row)
{
    double sum = 0.0;
    for (int t = T - 10; t < T; t++) sum += row[t];
    return sum / 10.0;
}

/* Outcome of channel c in geo g under one draw, from mix.h's formula: coefficient x outcome scale x
 * drift x S(A(media / media scale)), over the plan and eight weeks after it. */
static double outcome_again(bed *b, const double *money, int c, int g, int chain, int draw,
                            double *work)
{
    double coefficient[G], drift[T], total = 0.0;
    ptl_mix_channel_draw d;
    ptl_mix_channel_draw_at(&d, coefficient, drift, b->fit.posterior, c, chain, draw, work);
    const double *const spend = b->spend + (c * G + g) * T;
    const double *const media = b->media + (c * G + g) * (T + LEAD) + LEAD;
    const double *const frequency = b->frequency + (c * G + g) * (T + LEAD) + LEAD;
    (void)frequency;
    const double price = recent(media) / recent(spend) / d.media_scale[g];
    double lag[PTL_ADSTOCK_WINDOW_MAX];
    (void)ptl_adstock_weights(lag, &d.shape.adstock);
    double contacts = 0.0, reach = 0.0;
    for (int k = 0; k < G; k++)
        for (int t = T - 10; t < T; t++) {
            const double r = b->media[(c * G + k) * (T + LEAD) + LEAD + t];
            reach += r;
            contacts += r * b->frequency[(c * G + k) * (T + LEAD) + LEAD + t];
        }
    const double at_frequency = ptl_saturation_value(&d.shape.saturation, contacts / reach);
    for (int t = 0; t < WEEKS + 8; t++) {
        double with = 0.0, without = 0.0;
        for (int l = 0; l < d.shape.adstock.window_weeks; l++) {
            const int at = t - l;
            if (at >= 0 && at < WEEKS) with += lag[l] * price * money[at];
            if (at < 0 && T + at >= 0) without += lag[l] * media[T + at] / d.media_scale[g];
        }
        const double scale = 0.4 * recent(d.outcome_scale + g * T) * pow(1.1, -t / 52.0);
        const double effect = coefficient[g] * drift[T - 1] * scale;
        if (c == 1)
            total += effect * at_frequency * with; /* reach and frequency: linear in reach */
        else
            total += effect * (ptl_saturation_value(&d.shape.saturation, with + without) -
                               ptl_saturation_value(&d.shape.saturation, without));
    }
    return total;
}

static void a_plan_is_worth_what_the_fit_says(void **state)
{
    bed *const b = *state;
    ptl_media_plan p;
    const ptl_media_plan_options o = six_weeks();
    (void)made(b, &p, &o);
    EXPECT_INT(p.data.n_channels, 3); /* the newsletter has no spend */
    EXPECT_INT(p.data.n_draws, 240);
    double plan[3 * G * WEEKS];
    for (int i = 0; i < 3 * G * WEEKS; i++) plan[i] = 100.0 + 13.0 * (i % 7);
    ptl_budget_options k = ptl_budget_options_default();
    k.split = false;
    const ptl_budget_work work = {.arena = &b->arena};
    ptl_budget_result r;
    EXPECT_OK(ptl_budget_simulate(&r, plan, &p.data, &k, &work, &err));
    double *const scratch = malloc((size_t)ptl_mix_work_n(b->fit.posterior) * sizeof *scratch);
    assert_non_null(scratch);
    for (int c = 0; c < 3; c++) {
        double mean = 0.0;
        for (int chain = 0; chain < 2; chain++)
            for (int draw = 0; draw < 120; draw++)
                for (int g = 0; g < G; g++)
                    mean +=
                        outcome_again(b, plan + (c * G + g) * WEEKS, c, g, chain, draw, scratch) /
                        240.0;
        EXPECT_NEAR(r.channel[c].outcome.point, mean, 1e-8 * fabs(mean));
    }
    free(scratch);
}

/* Even draws are of the first chain, odd ones of the second. */
static void halves_are_chains(void **state)
{
    bed *const b = *state;
    ptl_media_plan p;
    (void)made(b, &p, NULL);
    ptl_response response[3];
    double coefficient[3 * G], own[G], drift[T];
    ptl_budget_draw out = {response, coefficient};
    double *const scratch = malloc((size_t)ptl_mix_work_n(b->fit.posterior) * sizeof *scratch);
    assert_non_null(scratch);
    for (int s = 0; s < 240; s += 7) {
        EXPECT_OK(ptl_media_plan_draw(&out, s, &p, &err));
        ptl_mix_channel_draw d;
        ptl_mix_channel_draw_at(&d, own, drift, b->fit.posterior, 2, s % 2, s / 2, scratch);
        for (int g = 0; g < G; g++) assert_true(coefficient[2 * G + g] == own[g] * drift[T - 1]);
    }
    free(scratch);
}

static void plans_keep_to_what_was_seen(void **state)
{
    bed *const b = *state;
    ptl_media_plan p;
    const ptl_media_plan_options o = six_weeks();
    (void)made(b, &p, &o);
    p.limits[0].hold = true;
    const ptl_budget_work work = {.arena = &b->arena};
    ptl_budget_result r;
    EXPECT_OK(ptl_budget_solve(&r, &p.data, NULL, &work, &err));
    for (int c = 0; c < 3; c++)
        for (int g = 0; g < G; g++)
            for (int t = 0; t < WEEKS; t++) {
                const int block = c * G + g, i = block * WEEKS + t;
                const double money = (double)r.plan_cents[i] / 100.0;
                if (c == 0) EXPECT_NEAR(money, p.present[i], 0.0051);
                EXPECT_LE(money, fmax(1.3 * p.data.seen_high[block], p.present[i]) + 0.0051);
            }
    assert_true(r.plan.outcome.point > 0.0 && r.gap >= 0.0);
    EXPECT_LE(r.present.profit.point, r.plan.profit.point + 0.05 * fabs(r.present.profit.point));
}

static void nothing_is_planned_on_a_model_that_did_not_converge(void **state)
{
    bed *const b = *state;
    ptl_mix_result fit = b->fit;
    ptl_fitted_mix mix = b->mix;
    ptl_media_plan p;
    fit.verdict = PTL_NOT_CONVERGED, mix.fit = &fit;
    EXPECT_FAIL(ptl_media_plan_make(&p, &mix, NULL, NULL, &b->arena, &err), PTL_E_CONFLICT,
                "the model's verdict is \"not converged\"");
    fit.verdict = PTL_CONVERGED;
    ptl_media_plan_options o = six_weeks();
    o.n_weeks = 0;
    EXPECT_FAIL(ptl_media_plan_make(&p, &mix, NULL, &o, &b->arena, &err), PTL_E_INVALID,
                "1 to 104 weeks");
    o = six_weeks(), o.margin = 0.0;
    EXPECT_FAIL(ptl_media_plan_make(&p, &mix, NULL, &o, &b->arena, &err), PTL_E_INVALID, "margin");
    ptl_mix_channel channel[C];
    memcpy(channel, b->channel, sizeof channel);
    for (int c = 0; c < C; c++) channel[c].path = PTL_MIX_DEMAND;
    mix.channel = channel;
    EXPECT_FAIL(ptl_media_plan_make(&p, &mix, NULL, NULL, &b->arena, &err), PTL_E_CONFLICT,
                "no channel with spend of its own");
}

static void a_channel_without_a_voice_is_held(void **state)
{
    bed *const b = *state;
    ptl_mix_result fit = b->fit;
    ptl_mix_channel_result channel[C];
    ptl_fitted_mix mix = b->mix;
    ptl_media_plan p;
    memcpy(channel, b->fit.channel, sizeof channel);
    channel[1].verdict = PTL_NOT_IDENTIFIED;
    channel[1].roi = (ptl_estimate){PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    fit.channel = channel, mix.fit = &fit;
    EXPECT_OK(ptl_media_plan_make(&p, &mix, NULL, NULL, &b->arena, &err));
    assert_true(p.limits[1].hold && !p.channel[1].spoke);
    EXPECT_STR(p.limits[1].name, "video");
}

/* ---- the next experiment ---- */

static void the_next_experiment_follows_from_the_same_draws(void **state)
{
    bed *const b = *state;
    ptl_media_plan p;
    ptl_next next;
    const ptl_media_plan_options o = six_weeks();
    (void)made(b, &p, &o);
    EXPECT_OK(ptl_next_solve(&next, &p, NULL, NULL, &b->arena, &err));
    EXPECT_INT(next.n_designs, 3 * 3 * 3);
    assert_true(next.noise_sd > 0.0 && next.autocorrelation >= 0.0);
    for (int64_t i = 0; i < next.n_designs; i++) {
        const ptl_next_design *const d = &next.design[i];
        assert_true(d->value.evsi >= 0.0 && d->value.evsi <= d->value.evpi);
        if (i > 0) assert_true(d->value.enbs <= next.design[i - 1].value.enbs);
        const double q = d->share, r = next.autocorrelation;
        EXPECT_NEAR(d->error_sd,
                    next.noise_sd * sqrt(d->weeks * q / (1.0 - q) * (1.0 + r) / (1.0 - r)),
                    1e-9 * d->error_sd);
    }
    assert_true((next.best == 0) == (next.design[0].value.enbs > 0.0));
    /* a test that costs more than anything could be worth is not run */
    ptl_next_options dear = ptl_next_options_default();
    dear.cost = 1e12;
    EXPECT_OK(ptl_next_solve(&next, &p, &dear, NULL, &b->arena, &err));
    EXPECT_INT(next.best, -1);
    dear.n_steps = 1; /* one budget allowed: nothing to learn for */
    EXPECT_OK(ptl_next_solve(&next, &p, &dear, NULL, &b->arena, &err));
    for (int64_t i = 0; i < next.n_designs; i++) assert_true(next.design[i].value.evsi == 0.0);
    dear.lengths[1] = 0;
    EXPECT_FAIL(ptl_next_solve(&next, &p, &dear, NULL, &b->arena, &err), PTL_E_INVALID,
                "a test lasts 1 to 104 weeks");
}

/* ---- what the operations answer ---- */

extern const ptl_op ptl_op_budget_optimize, ptl_op_budget_simulate, ptl_op_budget_score,
    ptl_op_experiment_next;

typedef ptl_status (*answer_fn)(ptl_call *call, const ptl_fitted_mix *mix, double margin,
                                ptl_error *err);

/* A call of an operation on this bed's fit, and what it answers at a margin of 0.4. */
static ptl_status answered(ptl_call *call, bed *b, const ptl_fitted_mix *mix, answer_fn answer,
                           const ptl_arg_text *texts, int64_t n_texts)
{
    static ptl_workspace workspace;
    ptl_args *args;
    workspace.currency = "EUR";
    call->workspace = &workspace, call->arena = &b->arena;
    EXPECT_OK(ptl_reply_new(&call->reply, &err));
    PTL_TRY(ptl_args_from_texts(&args, call->op, texts, n_texts, &b->arena, &err));
    call->args = args;
    return answer(call, mix, 0.4, &err);
}

/* The operation's answer as JSON; NULL where it failed, with err filled. */
static json_t *answer_of(bed *b, const ptl_op *op, answer_fn answer, const ptl_arg_text *texts,
                         int64_t n_texts)
{
    ptl_call call = {.op = op};
    const ptl_status st = answered(&call, b, &b->mix, answer, texts, n_texts);
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 24, NULL);
    json_t *parsed = NULL;
    if (st == PTL_OK) {
        ptl_json json;
        EXPECT_OK(ptl_reply_check(call.reply, &err));
        ptl_json_init_buffer(&json, &out, 0, &err);
        ptl_reply_write_json(call.reply, &json);
        EXPECT_OK(ptl_json_finish(&json));
        parsed = json_loads(out.ptr, 0, NULL);
        assert_non_null(parsed);
    }
    ptl_buffer_dispose(&out);
    ptl_reply_free(call.reply);
    return parsed;
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *const value = json_object_get(object, key);
    if (!json_is_number(value)) fail_msg("%s is no number", key);
    return json_number_value(value);
}

static void optimize_answers_with_every_week(void **state)
{
    bed *const b = *state;
    const ptl_arg_text texts[] = {
        {"weeks", "6"}, {"step", "50"}, {"hold", "posters"}, {"recent", "10"}};
    json_t *const r = answer_of(b, &ptl_op_budget_optimize, ptl_budget_answer_optimize, texts, 4);
    if (!r) fail_msg("%s", err.message);
    const json_t *const plan = json_object_get(r, "plan");
    EXPECT_INT(json_array_size(plan), 3 * G);
    double spend = 0.0;
    for (size_t i = 0; i < json_array_size(plan); i++) {
        const json_t *const cents = json_object_get(json_array_get(plan, i), "cents");
        EXPECT_INT(json_array_size(cents), WEEKS);
        for (size_t t = 0; t < WEEKS; t++) {
            const int64_t n = json_integer_value(json_array_get(cents, t));
            if (i < 2 * G) EXPECT_INT(n % 5000, 0); /* posters are held as they are */
            spend += (double)n / 100.0;
        }
    }
    const json_t *const channels = json_object_get(r, "channels");
    EXPECT_INT(json_array_size(channels), 3);
    EXPECT_STR(json_string_value(json_object_get(json_array_get(channels, 2), "held")), "yes");
    EXPECT_LE(number_of(r, "gain_low"), number_of(r, "gain_mean"));
    EXPECT_LE(0.0, number_of(r, "gap"));
    assert_true(spend > 0.0);
    json_decref(r);
}

static void simulate_answers_what_if(void **state)
{
    bed *const b = *state;
    json_t *r = answer_of(b, &ptl_op_budget_simulate, ptl_budget_answer_simulate, NULL, 0);
    assert_true(r && number_of(r, "gain_mean") == 0.0 && number_of(r, "chance_of_loss") == 0.0);
    json_decref(r);
    const ptl_arg_text changed[] = {{"changes", "search=+20%"}, {"changes", "posters=0"}};
    r = answer_of(b, &ptl_op_budget_simulate, ptl_budget_answer_simulate, changed, 2);
    if (!r) fail_msg("%s", err.message);
    const json_t *const rows = json_object_get(r, "channels");
    const double factor[3] = {1.2, 1.0, 0.0};
    for (size_t c = 0; c < 3; c++) {
        const json_t *const row = json_array_get(rows, c);
        const double before = json_number_value(json_object_get(row, "present"));
        EXPECT_NEAR(json_number_value(json_object_get(row, "plan")), factor[c] * before, 1e-2);
    }
    json_decref(r);
    const ptl_arg_text none[] = {{"changes", "cinema=+20%"}};
    ptl_error_clear(&err);
    assert_null(answer_of(b, &ptl_op_budget_simulate, ptl_budget_answer_simulate, none, 1));
    EXPECT_INT(err.status, PTL_E_NOT_FOUND);
    const ptl_arg_text bent[] = {{"changes", "search=lots"}};
    assert_null(answer_of(b, &ptl_op_budget_simulate, ptl_budget_answer_simulate, bent, 1));
    EXPECT_INT(err.status, PTL_E_INVALID);
}

/* ---- promises ---- */

/* What was spent in the last weeks, as a promise of a plan that was followed to the cent. */
static ptl_promise followed(bed *b, double present)
{
    static const char *channel[3 * G], *geo[3 * G];
    static const char *const geos[G] = {"north", "middle", "south"};
    static double plan[3 * G * WEEKS], before[3 * G];
    b->data.geo_name = geos;
    for (int i = 0; i < 3 * G; i++) {
        channel[i] = names[i / G], geo[i] = geos[i % G], before[i] = present;
        for (int t = 0; t < WEEKS; t++) plan[i * WEEKS + t] = b->spend[i * T + T - WEEKS + t];
    }
    return (ptl_promise){.n_blocks = 3 * G,
                         .n_weeks = WEEKS,
                         .channel = channel,
                         .geo = geo,
                         .plan = plan,
                         .present = before};
}

static void a_promise_is_measured_by_what_was_spent(void **state)
{
    bed *const b = *state;
    const ptl_media_plan_options o = six_weeks();
    ptl_promise p = followed(b, 300.0);
    ptl_promise_score s;
    double *const scratch = malloc((size_t)ptl_mix_work_n(b->fit.posterior) * sizeof *scratch);
    assert_non_null(scratch);
    double gain = 0.0, before[WEEKS];
    for (int t = 0; t < WEEKS; t++) before[t] = 300.0;
    for (int i = 0; i < 3 * G; i++) {
        const double *const spent = p.plan + i * WEEKS;
        for (int t = 0; t < WEEKS; t++) gain -= spent[t] - before[t];
        for (int k = 0; k < 240; k++)
            gain += (outcome_again(b, spent, i / G, i % G, k / 120, k % 120, scratch) -
                     outcome_again(b, before, i / G, i % G, k / 120, k % 120, scratch)) /
                    240.0;
    }
    free(scratch);
    p.gain = (ptl_estimate){gain, gain - 1.0, gain + 1.0, 0.9};
    EXPECT_OK(ptl_promise_measure(&s, &p, &b->mix, T - WEEKS, &o, NULL, &b->arena, &err));
    EXPECT_NEAR(s.gain.point, gain, 1e-8 * fabs(gain));
    assert_true(s.inside && s.followed == 1.0 && s.n_unknown == 0);
    EXPECT_NEAR(s.planned, s.spent, 1e-9 * s.spent);
    p.gain.low = gain + 0.5, p.channel[0] = "skywriting";
    EXPECT_OK(ptl_promise_measure(&s, &p, &b->mix, T - WEEKS, &o, NULL, &b->arena, &err));
    assert_true(!s.inside);
    EXPECT_INT(s.n_unknown, 1);
    EXPECT_FAIL(ptl_promise_measure(&s, &p, &b->mix, T - WEEKS + 1, &o, NULL, &b->arena, &err),
                PTL_E_INVALID, "are not among the model's 60");
}

/* Proposed by a run while the model ended six weeks earlier; due now that it knows those weeks. */
static void score_finds_the_promise_in_its_run(void **state)
{
    bed *const b = *state;
    const ptl_arg_text texts[] = {{"weeks", "6"}, {"recent", "10"}};
    char folder[] = "/tmp/ptl-decide-XXXXXX", command[64];
    assert_non_null(mkdtemp(folder));
    ptl_store store;
    EXPECT_OK(ptl_store_open(&store, folder, NULL, &err));
    (void)followed(b, 0.0); /* names of geos */
    ptl_fitted_mix earlier = b->mix, now = b->mix;
    now.first = 20000, now.last = now.first + 7 * T - 1;
    earlier.first = now.first, earlier.last = now.last - 7 * WEEKS;
    ptl_call call = {.op = &ptl_op_budget_optimize, .store = &store};
    EXPECT_OK(answered(&call, b, &earlier, ptl_budget_answer_optimize, texts, 2));
    ptl_buffer outcome;
    ptl_json json;
    ptl_buffer_init(&outcome, 1 << 24, NULL);
    ptl_json_init_buffer(&json, &outcome, 0, &err);
    ptl_reply_save(call.reply, &json);
    EXPECT_OK(ptl_json_finish(&json));
    ptl_run run = {.operation = "budget.optimize",
                   .parameters = "{}",
                   .actor = "a",
                   .fingerprint = "",
                   .started_at = 1};
    EXPECT_OK(ptl_run_start(&run, store.records, &err));
    EXPECT_OK(ptl_run_end(store.records, run.run_id, PTL_RUN_DONE,
                          ptl_text_copy(ptl_buffer_borrow(&outcome), &b->arena, &err), NULL, 2,
                          &err));
    ptl_buffer_dispose(&outcome);
    ptl_reply_free(call.reply);
    for (int k = 0; k < 2; k++) { /* not due, due */
        ptl_call score = {.op = &ptl_op_budget_score, .store = &store};
        EXPECT_OK(answered(&score, b, k ? &now : &earlier, ptl_budget_answer_score, NULL, 0));
        ptl_buffer out;
        ptl_buffer_init(&out, 1 << 20, NULL);
        ptl_json_init_buffer(&json, &out, 0, &err);
        ptl_reply_write_json(score.reply, &json);
        EXPECT_OK(ptl_json_finish(&json));
        json_t *const r = json_loads(out.ptr, 0, NULL);
        EXPECT_INT(json_integer_value(json_object_get(r, "due")), k);
        EXPECT_INT(json_integer_value(json_object_get(r, "waiting")), 1 - k);
        EXPECT_INT(json_array_size(json_object_get(r, "promises")), k);
        json_decref(r);
        ptl_buffer_dispose(&out);
        ptl_reply_free(score.reply);
    }
    ptl_store_close(&store);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

static void next_says_run_none_where_none_pays(void **state)
{
    bed *const b = *state;
    const ptl_arg_text texts[] = {{"cost", "1000000000"}, {"limit", "4"}};
    json_t *const r = answer_of(b, &ptl_op_experiment_next, ptl_experiment_answer_next, texts, 2);
    if (!r) fail_msg("%s", err.message);
    assert_true(json_is_false(json_object_get(r, "run")));
    EXPECT_INT(json_array_size(json_object_get(r, "designs")), 4);
    assert_non_null(
        strstr(json_string_value(json_array_get(json_object_get(r, "said"), 0)), "Run none"));
    json_decref(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_plan_is_worth_what_the_fit_says, rewind_arena),
        cmocka_unit_test_teardown(halves_are_chains, rewind_arena),
        cmocka_unit_test_teardown(plans_keep_to_what_was_seen, rewind_arena),
        cmocka_unit_test_teardown(nothing_is_planned_on_a_model_that_did_not_converge,
                                  rewind_arena),
        cmocka_unit_test_teardown(a_channel_without_a_voice_is_held, rewind_arena),
        cmocka_unit_test_teardown(the_next_experiment_follows_from_the_same_draws, rewind_arena),
        cmocka_unit_test_teardown(optimize_answers_with_every_week, rewind_arena),
        cmocka_unit_test_teardown(simulate_answers_what_if, rewind_arena),
        cmocka_unit_test_teardown(a_promise_is_measured_by_what_was_spent, rewind_arena),
        cmocka_unit_test_teardown(score_finds_the_promise_in_its_run, rewind_arena),
        cmocka_unit_test_teardown(next_says_run_none_where_none_pays, rewind_arena),
    };
    return cmocka_run_group_tests(tests, fit_once, let_go);
}
