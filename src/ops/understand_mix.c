/* understand_mix.c: the marketing-mix model as operations: fit, show, validate. */
#include "understand/mix.h"

#include "base/file.h"
#include "base/show.h"
#include "ops/args.h"

#include <string.h>

enum { TESTS_BYTES_MAX = 1 << 20 };

/* --- what a fit says -------------------------------------------------------------------------- */

static const char *said(ptl_call *call, const ptl_estimate *e, ptl_unit unit)
{
    ptl_buffer b;
    ptl_buffer_init(&b, 256, NULL);
    ptl_show_estimate(&b, e, unit, call->workspace->currency, false);
    const char *text = ptl_text_copy(ptl_buffer_borrow(&b), call->arena, NULL);
    ptl_buffer_dispose(&b);
    return text ? text : "";
}

static const char *behind(const ptl_mix_fitted *f, int64_t c)
{
    static const char *const paths[] = {"", "left out: other channels cause it",
                                        "left out: it follows demand"};
    const ptl_mix_path path = f->panel.channel[c].path;
    if (path != PTL_MIX_CAUSE) return paths[path];
    if (f->result.channel[c].verdict == PTL_NOT_IDENTIFIED) return "the data did not speak";
    return f->result.channel[c].grade == 'C' ? "held by an experiment" : "the model alone";
}

static void put_channel(ptl_call *call, const ptl_mix_fitted *f, int64_t c)
{
    const ptl_mix_channel_result *r = &f->result.channel[c];
    const char grade[2] = {r->grade, '\0'};
    ptl_reply_cell_text(call->reply, f->panel.channel_member[c]);
    ptl_reply_cell_double(call->reply, r->spend / (double)f->panel.data.n_weeks);
    ptl_reply_cell_text(call->reply, said(call, &r->contribution, PTL_UNIT_MONEY));
    ptl_reply_cell_text(call->reply, said(call, &r->roi, PTL_UNIT_RETURN));
    ptl_reply_cell_text(call->reply, said(call, &r->mroi, PTL_UNIT_RETURN));
    ptl_reply_cell_text(call->reply, f->panel.channel[c].path == PTL_MIX_CAUSE ? grade : "");
    ptl_reply_cell_text(call->reply, behind(f, c));
    ptl_reply_cell_double(call->reply, r->sensitivity);
    ptl_reply_cell_double(call->reply, r->roi.point);
    ptl_reply_cell_double(call->reply, r->roi.low);
    ptl_reply_cell_double(call->reply, r->roi.high);
}

static void put_channels(ptl_call *call, const ptl_mix_fitted *f)
{
    static const ptl_reply_column columns[] = {{"channel", "Channel", false},
                                               {"spend_week", "Spend a week", true},
                                               {"revenue", "Revenue", false},
                                               {"iroas", "Back for one", false},
                                               {"miroas", "Next one", false},
                                               {"grade", "Grade", false},
                                               {"behind", "What stands behind it", false},
                                               {"sensitivity", "", true},
                                               {"roi", "", true},
                                               {"roi_low", "", true},
                                               {"roi_high", "", true}};
    ptl_reply_table(call->reply, "channels", "What each channel returned", columns,
                    sizeof columns / sizeof *columns);
    for (int64_t c = 0; c < f->panel.data.n_channels; c++) put_channel(call, f, c);
    ptl_reply_table_end(call->reply);
}

static void put_experiments(ptl_call *call, const ptl_mix_fitted *f)
{
    static const ptl_reply_column columns[] = {{"channel", "Channel", false},
                                               {"measured", "Measured", true},
                                               {"sd", "", true},
                                               {"alone", "Model alone", false},
                                               {"z", "Apart", true},
                                               {"conflict", "Conflict", false},
                                               {"sd_without", "Sd without it", true},
                                               {"sd_with", "Sd with it", true}};
    if (f->panel.n_experiments == 0) return;
    ptl_reply_table(call->reply, "experiments", "What each experiment moved", columns,
                    sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < f->panel.n_experiments; i++) {
        const ptl_mix_experiment *e = &f->panel.experiment[i];
        const ptl_mix_experiment_result *r = &f->result.experiment[i];
        const ptl_mix_move *m = r->move ? &r->move[e->channel_idx] : NULL;
        ptl_reply_cell_text(call->reply, f->panel.channel_member[e->channel_idx]);
        ptl_reply_cell_double(call->reply, e->estimate);
        ptl_reply_cell_double(call->reply, e->sd);
        ptl_reply_cell_text(call->reply, said(call, &r->predicted_alone, PTL_UNIT_MONEY));
        ptl_reply_cell_double(call->reply, r->z);
        ptl_reply_cell_text(call->reply, r->conflict ? "the experiment rules" : "no");
        ptl_reply_cell_double(call->reply, m ? m->sd_without : PTL_NAN);
        ptl_reply_cell_double(call->reply, m ? m->sd_with : PTL_NAN);
    }
    ptl_reply_table_end(call->reply);
}

static void put_checks(ptl_reply *reply, const ptl_check *checks, int64_t n)
{
    static const ptl_reply_column columns[] = {{"check", "Check", false},
                                               {"outcome", "Outcome", false},
                                               {"measured", "Measured", true},
                                               {"threshold", "Limit", true},
                                               {"advice", "Advice", false}};
    static const char *const outcomes[] = {"pass", "review", "fail"};
    ptl_reply_table(reply, "checks", "Checks", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < n; i++) {
        ptl_reply_cell_text(reply, checks[i].id);
        ptl_reply_cell_text(reply, outcomes[checks[i].outcome]);
        ptl_reply_cell_double(reply, checks[i].measured);
        ptl_reply_cell_double(reply, checks[i].threshold);
        ptl_reply_cell_text(reply, checks[i].outcome == PTL_PASS ? "" : checks[i].advice);
    }
    ptl_reply_table_end(reply);
}

static int64_t count_spoke(const ptl_mix_fitted *f)
{
    int64_t n = 0;
    for (int64_t c = 0; c < f->panel.data.n_channels; c++)
        n += f->panel.channel[c].path == PTL_MIX_CAUSE &&
             f->result.channel[c].verdict != PTL_NOT_IDENTIFIED;
    return n;
}

static void put_fit(ptl_call *call, const ptl_mix_fitted *f)
{
    ptl_reply *reply = call->reply;
    const ptl_mix_result *r = &f->result;
    ptl_reply_say(reply, "The data spoke on %lld of %lld channels; the sampling is %s.",
                  (long long)count_spoke(f), (long long)f->panel.data.n_channels,
                  ptl_verdict_text(r->verdict));
    for (int64_t i = 0; i < f->panel.n_notes; i++) ptl_reply_note(reply, "%s", f->panel.notes[i]);
    ptl_reply_id(reply, "model", "Model", f->run_id);
    ptl_reply_day(reply, "from", "From", f->panel.first);
    ptl_reply_day(reply, "to", "To", f->panel.last);
    ptl_reply_int(reply, "weeks", "Weeks", f->panel.data.n_weeks);
    const ptl_mix_data *d = &f->panel.data;
    ptl_reply_int(reply, "geos", "Places", d->n_places ? d->n_places : d->n_geos);
    if (d->n_brands > 1) ptl_reply_int(reply, "brands", "Brands", d->n_brands);
    ptl_reply_text(reply, "verdict", "Sampling", ptl_verdict_text(r->verdict));
    ptl_reply_double(reply, "r_hat", "R-hat, largest", r->r_hat_max);
    ptl_reply_double(reply, "ess_bulk", "ESS of the bulk, smallest", r->ess_bulk_min);
    ptl_reply_double(reply, "ess_tail", "ESS of the tails, smallest", r->ess_tail_min);
    ptl_reply_int(reply, "divergent", "Divergent", r->n_divergent);
    ptl_reply_double(reply, "r2", "R² of the weeks", r->r2_national);
    ptl_reply_text(reply, "baseline", "Baseline, share",
                   said(call, &r->baseline_share, PTL_UNIT_SHARE));
    ptl_reply_double(reply, "margin", "CM1 per unit of revenue", f->panel.margin);
    put_channels(call, f);
    put_experiments(call, f);
}

/* --- fit -------------------------------------------------------------------------------------- */

static const char *text_or(const ptl_call *call, const char *name, const char *absent)
{
    const char *text = ptl_args_text(call->args, name);
    return text ? text : absent;
}

static ptl_status read_tests(ptl_mix_settings *s, ptl_call *call, ptl_error *err)
{
    const char *path = ptl_args_text(call->args, "experiments");
    if (!path) return PTL_OK;
    ptl_text json;
    PTL_TRY(ptl_file_read(&json, path, TESTS_BYTES_MAX, call->arena, err));
    return ptl_mix_tests_parse(&s->tests, &s->n_tests, json, call->arena, err);
}

static ptl_status mix_fit(ptl_call *call, ptl_error *err)
{
    ptl_mix_settings s = ptl_mix_settings_default();
    ptl_mix_fitted f;
    s.preset = text_or(call, "preset", s.preset);
    s.kpi = text_or(call, "kpi", s.kpi);
    s.mediators = text_or(call, "mediators", "");
    s.demand = text_or(call, "demand", "");
    s.adstock = text_or(call, "adstock", "");
    s.saturation = text_or(call, "saturation", "");
    s.noise = text_or(call, "noise", s.noise);
    if (ptl_args_given(call->args, "knots")) s.knots = (int32_t)ptl_args_int(call->args, "knots");
    s.weeks = (int32_t)ptl_args_int(call->args, "weeks");
    s.n_chains = (int32_t)ptl_args_int(call->args, "chains");
    s.n_warmup = s.n_draws = (int32_t)ptl_args_int(call->args, "draws");
    s.seed = (uint64_t)ptl_args_int(call->args, "seed");
    s.has_as_of = ptl_args_given(call->args, "as_of");
    if (s.has_as_of) s.as_of = ptl_args_day(call->args, "as_of");
    PTL_TRY(read_tests(&s, call, err));
    PTL_TRY(ptl_mix_fit(&f, call->store, call->workspace, &s, call->run_id, call->now,
                        call->executor, call->arena, call->progress, err));
    put_fit(call, &f);
    put_checks(call->reply, f.result.checks, PTL_MCMC_CHECKS);
    ptl_reply_next(call->reply, "portolan mix validate");
    ptl_reply_next(call->reply, "portolan budget optimize");
    return PTL_OK;
}

#define FIT_RESULT                                                                                 \
    "model: int — the run of the fit\n"                                                          \
    "from, to: day — of its panel\n"                                                             \
    "weeks, geos: int — how many\n"                                                              \
    "brands?: int — where the outcome is known by brand\n"                                       \
    "verdict: text — whether the sampling may be believed\n"                                     \
    "r_hat, ess_bulk, ess_tail: number — the worst of all parameters\n"                          \
    "divergent: int — steps that diverged\n"                                                     \
    "r2: number — of the weeks\n"                                                                \
    "baseline: text — share of what no media brought, with its interval\n"                       \
    "margin: number — CM1 per unit of revenue\n"                                                 \
    "channels: list(channel, spend_week number, revenue, iroas, miroas, grade, "                   \
    "behind, sensitivity number, roi number, roi_low number, roi_high number) — "                \
    "what each returned\n"                                                                         \
    "experiments?: list(channel, measured number, sd number, alone, z number, "                    \
    "conflict, sd_without number, sd_with number) — what each moved, where there "               \
    "are any"

static const ptl_param fit_params[] = {
    {.name = "preset",
     .type = PTL_PARAM_ENUM,
     .choices = "portolan|meridian|pymc",
     .defaults = "portolan",
     .about = "Model and priors: Meridian's with seasons that come back, Meridian's own defaults, "
              "PyMC-Marketing's own."},
    {.name = "kpi",
     .type = PTL_PARAM_TEXT,
     .defaults = "revenue",
     .about = "What is explained: revenue, or a control series by name, which may be known by "
              "place, and by brand: units stands for the series units/shoes and units/bags."},
    {.name = "adstock",
     .type = PTL_PARAM_ENUM,
     .choices = "geometric|binomial|delayed|weibull_pdf|weibull_cdf",
     .about = "How an effect is carried over the weeks after; without it, as the preset has it."},
    {.name = "saturation",
     .type = PTL_PARAM_ENUM,
     .choices = "none|hill|logistic|michaelis_menten|tanh",
     .about = "How an effect flattens with pressure; without it, as the preset has it."},
    {.name = "noise",
     .type = PTL_PARAM_ENUM,
     .choices = "normal|student_t",
     .defaults = "normal",
     .about = "What is left over: Student-t noise lets odd weeks count for little."},
    {.name = "knots",
     .type = PTL_PARAM_INT,
     .min = 0,
     .max = 400,
     .about = "Knots of the baseline: 0 lets the data choose, 1 is a level; without it, as the "
              "preset has it."},
    {.name = "weeks",
     .type = PTL_PARAM_INT,
     .unit = "weeks",
     .defaults = "156",
     .min = 20,
     .max = 1040,
     .about = "Newest complete weeks that are looked at, at most."},
    {.name = "mediators",
     .type = PTL_PARAM_TEXT,
     .about = "Channels that other channels cause, as brand_search; separated by commas. They get "
              "no figure of their own."},
    {.name = "demand",
     .type = PTL_PARAM_TEXT,
     .about = "Channels that only follow demand; separated by commas."},
    {.name = "experiments",
     .type = PTL_PARAM_PATH,
     .about = "JSON file of experiments that calibrate the model (docs/mix.md)."},
    {.name = "as_of",
     .type = PTL_PARAM_DAY,
     .about = "Use what was known at the end of this day; without it, all that is known."},
    {.name = "chains",
     .type = PTL_PARAM_INT,
     .defaults = "4",
     .min = 2,
     .max = 64,
     .about = "Markov chains."},
    {.name = "draws",
     .type = PTL_PARAM_INT,
     .defaults = "1000",
     .min = 100,
     .max = 20000,
     .about = "Draws a chain keeps, after as many of warm-up."},
    {.name = "seed",
     .type = PTL_PARAM_INT,
     .defaults = "1",
     .min = 0,
     .max = 9e15,
     .about = "Same data, same seed: same bytes."}};

const ptl_op ptl_op_mix_fit = {
    .name = "mix.fit",
    .summary = "fit the marketing-mix model: what each channel really returned",
    .about =
        "Explains the outcome week by week by a baseline, seasons, other drivers and the media, "
        "with "
        "carry-over and saturation, and says of every channel what it returned and what the next "
        "euro would. Where the data did not speak no figure is stated. A figure held by an "
        "experiment is grade C, by the model alone grade D, with how strong a hidden driver would "
        "have to be to bring it to break-even. docs/mix.md says how.",
    .params = fit_params,
    .n_params = sizeof fit_params / sizeof *fit_params,
    .result =
        FIT_RESULT "\nchecks: list(check, outcome, measured number, threshold number, advice) — "
                   "what the sampling was held against",
    .right = "analyst",
    .effects = PTL_READS | PTL_WRITES,
    .entry = "mix.fitted",
    .is_long = true,
    .example = "portolan mix fit --weeks 60 --draws 200 --chains 2",
    .run = mix_fit};

/* --- show ------------------------------------------------------------------------------------- */

static ptl_status mix_show(ptl_call *call, ptl_error *err)
{
    ptl_mix_fitted f;
    PTL_TRY(ptl_mix_fitted_read(&f, call->store, call->workspace, ptl_args_int(call->args, "model"),
                                call->arena, err));
    put_fit(call, &f);
    return PTL_OK;
}

#define PARAM_MODEL                                                                                \
    {                                                                                              \
        .name = "model", .type = PTL_PARAM_INT, .defaults = "0", .min = 0, .max = 9e15,            \
        .about = "The run that fitted the model; 0 is the newest."                                 \
    }

static const ptl_param show_params[] = {PARAM_MODEL};

const ptl_op ptl_op_mix_show = {
    .name = "mix.show",
    .summary = "show what the newest mix model says of each channel",
    .about = "Reads the draws back beside the same data as of the same knowledge, and computes "
             "every figure again.",
    .params = show_params,
    .n_params = 1,
    .result = FIT_RESULT,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan mix show",
    .run = mix_show};

/* --- validate --------------------------------------------------------------------------------- */

static ptl_status mix_validate(ptl_call *call, ptl_error *err)
{
    ptl_mix_fitted f;
    ptl_mix_validate_result v;
    ptl_mix_validate_options o = ptl_mix_validate_options_default();
    PTL_TRY(ptl_mix_fitted_read(&f, call->store, call->workspace, ptl_args_int(call->args, "model"),
                                call->arena, err));
    o.nuts.n_warmup = o.nuts.n_draws = (int32_t)ptl_args_int(call->args, "draws");
    const ptl_rng rng = ptl_rng_new(f.settings.seed);
    PTL_TRY(ptl_mix_validate(&v, &f.result, &f.panel.data, &f.panel.spec, &rng, &o, call->executor,
                             call->arena, err));
    static const char *const words[] = {"holds: every check passes", "asks to be looked at",
                                        "fails a check", "is not identified"};
    ptl_reply_say(call->reply, "Model %lld %s. %lld fits were made to find out.",
                  (long long)f.run_id, words[v.verdict], (long long)v.n_fits);
    ptl_reply_id(call->reply, "model", "Model", f.run_id);
    ptl_reply_text(call->reply, "verdict", "Health", ptl_verdict_text(v.verdict));
    put_checks(call->reply, v.checks, PTL_MIX_CHECKS);
    return PTL_OK;
}

static const ptl_param validate_params[] = {
    PARAM_MODEL,
    {.name = "draws",
     .type = PTL_PARAM_INT,
     .defaults = "300",
     .min = 50,
     .max = 5000,
     .about = "Draws of every refit, after as many of warm-up."}};

const ptl_op ptl_op_mix_validate = {
    .name = "mix.validate",
    .summary = "put the newest mix model on trial: holdout, refresh, placebo, noise, replicas",
    .about =
        "Refits the model without the newest weeks, with fewer, with noise on the media and with a "
        "channel that cannot work, and looks whether replicated outcomes look like the real one. "
        "Every check has a limit and an advice.",
    .params = validate_params,
    .n_params = 2,
    .result = "model: int — the run of the fit\n"
              "verdict: text — whether the model may be believed\n"
              "checks: list(check, outcome, measured number, threshold number, advice) — "
              "what it was held against",
    .right = "analyst",
    .effects = PTL_READS | PTL_WRITES,
    .entry = "mix.validated",
    .is_long = true,
    .example = "portolan mix validate --draws 60",
    .run = mix_validate};
