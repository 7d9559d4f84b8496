/* decide_budget.c: operations on budgets and on the next experiment: their rows. They read a fitted
 * mix model and answer; the run of a plan keeps its promise, and budget.score reads it. */
#include "ops/args.h"
#include "ops/decide_budget.h"

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

ptl_status ptl_budget_margin(double *out, ptl_call *call, ptl_error *err)
{
    if (ptl_args_given(call->args, "margin")) {
        *out = ptl_args_number(call->args, "margin");
        return PTL_OK;
    }
    ptl_table t = {0};
    const ptl_column *revenue, *cost;
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, call->store->warehouse, "decide/margin", NULL, 0, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&revenue, &t, "revenue_micros", PTL_TYPE_INT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&cost, &t, "variable_cost_micros", PTL_TYPE_INT, err));
    const bool known = t.n_rows == 1 && ptl_column_present(revenue, 0) &&
                       ptl_column_int(revenue, 0) > 0 &&
                       ptl_column_int(cost, 0) < ptl_column_int(revenue, 0);
    if (known) {
        const double share = (double)ptl_column_int(cost, 0) / (double)ptl_column_int(revenue, 0);
        *out = share > 0.0 ? 1.0 - share : 1.0;
    } else {
        st = ptl_fail(err, PTL_E_NOT_FOUND, "no margin is known: no review has counted revenue");
        ptl_error_hint(err, "portolan review, or --margin with CM1 per unit of revenue");
    }
done:
    ptl_table_dispose(&t);
    return st;
}

typedef ptl_status (*answer_fn)(ptl_call *call, const ptl_fitted_mix *mix, double margin,
                                ptl_error *err);

static ptl_status answer(ptl_call *call, answer_fn fn, ptl_error *err)
{
    ptl_fitted_mix mix;
    double margin;
    PTL_TRY(ptl_fitted_mix_read(&mix, call, err));
    PTL_TRY(ptl_budget_margin(&margin, call, err));
    return fn(call, &mix, margin, err);
}

static ptl_status budget_optimize(ptl_call *call, ptl_error *err)
{
    return answer(call, ptl_budget_answer_optimize, err);
}

static ptl_status budget_simulate(ptl_call *call, ptl_error *err)
{
    return answer(call, ptl_budget_answer_simulate, err);
}

static ptl_status budget_propose(ptl_call *call, ptl_error *err)
{
    return answer(call, ptl_budget_answer_propose, err);
}

static ptl_status budget_score(ptl_call *call, ptl_error *err)
{
    return answer(call, ptl_budget_answer_score, err);
}

static ptl_status experiment_next(ptl_call *call, ptl_error *err)
{
    return answer(call, ptl_experiment_answer_next, err);
}

/* --- rows ------------------------------------------------------------------------------------- */

#define PARAM_MODEL                                                                                \
    {                                                                                              \
        .name = "model", .type = PTL_PARAM_INT, .defaults = "0", .min = 0, .max = 9e15,            \
        .about = "The run that fitted the model; 0 is the newest."                                 \
    }
#define PARAM_WEEKS                                                                                \
    {                                                                                              \
        .name = "weeks", .type = PTL_PARAM_INT, .unit = "weeks", .defaults = "13", .min = 1,       \
        .max = 104, .about = "Weeks that are planned."                                             \
    }
#define PARAM_RECENT                                                                               \
    {                                                                                              \
        .name = "recent", .type = PTL_PARAM_INT, .unit = "weeks", .defaults = "26", .min = 1,      \
        .max = 520,                                                                                \
        .about = "Past weeks that the weeks ahead are taken to be like: spend, price of media, "   \
                 "worth of an outcome."                                                            \
    }
#define PARAM_MARGIN                                                                               \
    {                                                                                              \
        .name = "margin", .type = PTL_PARAM_NUMBER, .min = 0.001, .max = 1,                        \
        .about = "CM1 per unit of revenue; without it, that of the last 52 weeks."                 \
    }

static const ptl_param optimize_params[] = {
    PARAM_MODEL,
    PARAM_WEEKS,
    {.name = "goal",
     .type = PTL_PARAM_ENUM,
     .choices = "fixed|flexible|roi|marginal",
     .defaults = "fixed",
     .about = "Spend a total, spend what pays, or spend up to a target of incremental ROI or of "
              "marginal ROI."},
    {.name = "total",
     .type = PTL_PARAM_NUMBER,
     .min = 0.01,
     .max = 1e12,
     .about = "Money to spend, or at most to spend; without it, as much as at present (fixed) or "
              "what limits allow."},
    {.name = "target",
     .type = PTL_PARAM_NUMBER,
     .defaults = "0",
     .min = -0.99,
     .max = 1000,
     .about = "Of --goal roi and marginal: profit per unit of spend, 0 is break-even."},
    {.name = "utility",
     .type = PTL_PARAM_ENUM,
     .choices = "mean|cvar|loss",
     .defaults = "mean",
     .about =
         "What is maximised: the mean, the mean of the worst draws, or the mean with a ceiling "
         "on the chance of doing worse."},
    {.name = "tail",
     .type = PTL_PARAM_NUMBER,
     .defaults = "0.1",
     .min = 0.001,
     .max = 1,
     .about = "Share of draws that cvar looks at."},
    {.name = "loss",
     .type = PTL_PARAM_NUMBER,
     .defaults = "0.1",
     .min = 0.001,
     .max = 0.999,
     .about = "Chance of doing worse than the present plan that loss allows."},
    {.name = "grain",
     .type = PTL_PARAM_ENUM,
     .choices = "cell|week|geo|channel",
     .defaults = "cell",
     .about =
         "What is free: every geo and week, or the present pattern over geos, weeks or both is "
         "kept."},
    {.name = "step",
     .type = PTL_PARAM_NUMBER,
     .defaults = "0.01",
     .min = 0.01,
     .max = 1e9,
     .about = "Every geo-week is a multiple of this amount."},
    {.name = "hold",
     .type = PTL_PARAM_TEXT,
     .about = "Channels that stay as they are, separated by commas."},
    PARAM_RECENT,
    PARAM_MARGIN};

#define PLAN_RESULT                                                                                \
    "grade: text — the weakest of a channel that changes\n"                                      \
    "spend, spend_present: money — of the plan, and at present\n"                                \
    "outcome, gain: text — point and 90 % interval, of CM1\n"                                    \
    "gain_mean, gain_low, gain_high: number — the same, in money\n"                              \
    "chance_of_loss: number — of doing worse than the present plan\n"                            \
    "channels: list(channel, present money, plan money, gain, incremental_roi "                    \
    "number, marginal_roi number, beyond int, grade, held) — every channel\n"

const ptl_op ptl_op_budget_optimize = {
    .name = "budget.optimize",
    .summary = "find the plan that is worth most, and how much more any could be",
    .about =
        "Plans the coming weeks by the newest mix model, channel by channel, geo by geo, week by "
        "week, within 30 % of what was seen. Half the model's chains choose the plan, the others "
        "say what it is worth. A bound says how much more any plan within the limits could bring. "
        "Channels on which the data did not speak are held. docs/budget.md says how.",
    .params = optimize_params,
    .n_params = N_OF(optimize_params),
    .result =
        PLAN_RESULT "verdict: text — converged where the bound is within 0.01 %\n"
                    "gap, bound: number — money, by the draws that chose\n"
                    "shadow_price: number — what one more unit of total would bring\n"
                    "gain_in_sample: number — on the draws that chose, for comparison\n"
                    "from, to: day — of the plan\n"
                    "plan: list(channel, geo, cents list of int, present int) — cents week by "
                    "week, and cents a week at present",
    .right = "analyst",
    .effects = PTL_READS | PTL_WRITES,
    .is_long = true,
    .example = "portolan budget optimize --weeks 8",
    .run = budget_optimize};

static const ptl_param simulate_params[] = {
    {.name = "changes",
     .type = PTL_PARAM_TEXT,
     .positional = true,
     .repeated = true,
     .about = "What changes: video=+20%, search=-10%, posters=0."},
    PARAM_MODEL,
    PARAM_WEEKS,
    PARAM_RECENT,
    PARAM_MARGIN};

const ptl_op ptl_op_budget_simulate = {
    .name = "budget.simulate",
    .summary = "say what a change of the budget would be worth",
    .about =
        "Takes the present weekly spend, changes the channels named, and says by the newest mix "
        "model what follows: outcome, gain over the present, chance of doing worse, and what "
        "each channel returns then. Limits are not applied; weeks beyond what was seen are "
        "counted.",
    .params = simulate_params,
    .n_params = N_OF(simulate_params),
    .result = PLAN_RESULT,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan budget simulate",
    .run = budget_simulate};

static const ptl_param propose_params[] = {{.name = "changes",
                                            .type = PTL_PARAM_TEXT,
                                            .positional = true,
                                            .repeated = true,
                                            .required = true,
                                            .about = "What changes: video=+20%, search=-10%."},
                                           PARAM_MODEL,
                                           PARAM_WEEKS,
                                           PARAM_RECENT,
                                           PARAM_MARGIN};

const ptl_op ptl_op_budget_propose = {
    .name = "budget.propose",
    .summary = "propose a plan of your own and keep what it promises",
    .about = "Changes the present weekly spend as budget simulate does and keeps the plan in its "
             "run: budget score holds its promise against what was measured when its weeks are "
             "over. It waits as a proposal for revenue operations or an owner, until its first "
             "week begins. A plan that moves a channel on which the data did not speak is "
             "refused. Nothing is bought or changed by it, nor by approving it.",
    .params = propose_params,
    .n_params = N_OF(propose_params),
    .result =
        PLAN_RESULT "from, to: day — of the plan\n"
                    "proposal: int — its number\n"
                    "title: text — what is proposed\n"
                    "decides: text — who may approve it; null where nobody else may\n"
                    "plan: list(channel, geo, cents list of int, present int) — cents week by "
                    "week, and cents a week at present",
    .right = "analyst",
    .effects = PTL_READS | PTL_WRITES,
    .example = "portolan budget propose paid_social=+10%",
    .run = budget_propose};

static const ptl_param score_params[] = {PARAM_MODEL,
                                         {.name = "limit",
                                          .type = PTL_PARAM_INT,
                                          .unit = "plans",
                                          .defaults = "100",
                                          .min = 1,
                                          .max = 1000,
                                          .about = "Newest plans looked at."},
                                         PARAM_RECENT,
                                         PARAM_MARGIN};

const ptl_op ptl_op_budget_score = {
    .name = "budget.score",
    .summary = "compare what plans promised with what they brought",
    .about =
        "Every plan of budget optimize and budget propose keeps its promise in its run. Where a "
        "model has "
        "seen all its weeks, what was spent in them is judged against the spend that was in force "
        "when the plan was made, and the mean gain is held against the interval that was promised. "
        "Nine in ten should lie within.",
    .params = score_params,
    .n_params = N_OF(score_params),
    .result = "due, inside, waiting: int — promises\n"
              "coverage: number — share of those due that lie within\n"
              "promises: list(run int, from day, to day, planned money, spent money, "
              "followed number, promised, measured, inside, standing) — standing is the "
              "proposal's",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan budget score",
    .run = budget_score};

static const ptl_param next_params[] = {
    PARAM_MODEL,
    {.name = "horizon",
     .type = PTL_PARAM_INT,
     .unit = "weeks",
     .defaults = "52",
     .min = 1,
     .max = 520,
     .about = "Weeks for which the budget is decided."},
    {.name = "bias",
     .type = PTL_PARAM_NUMBER,
     .defaults = "0.1",
     .min = 0,
     .max = 100,
     .about = "What a longer test does not remove, as a share of the effect expected."},
    {.name = "cost",
     .type = PTL_PARAM_NUMBER,
     .defaults = "0",
     .min = 0,
     .max = 1e12,
     .about = "Money that any test costs beside the margin forgone."},
    {.name = "limit",
     .type = PTL_PARAM_INT,
     .unit = "rows",
     .defaults = "10",
     .min = 1,
     .max = 2000,
     .about = "Tests shown at most."},
    PARAM_WEEKS,
    PARAM_RECENT,
    PARAM_MARGIN};

const ptl_op ptl_op_experiment_next = {
    .name = "experiment.next",
    .summary = "say which experiment to run next, or to run none",
    .about =
        "For every paid channel, hold-outs of several lengths and shares of the market are valued: "
        "how often the result would change next year's budget and by how much, less what the test "
        "costs in money and in margin forgone. The rule that turns a reading into a budget comes "
        "with it, to be registered before the test starts. docs/experiment-value.md says how.",
    .params = next_params,
    .n_params = N_OF(next_params),
    .result = "run: bool — whether one pays\n"
              "net_benefit: money — of the best; 0 for none\n"
              "noise: money — a week of the market that the model does not explain\n"
              "autocorrelation: number — of that, from week to week\n"
              "designs: list(design, net_benefit money, worth money, cost money, changes "
              "number, assurance number, standard_error money, verdict, channel, weeks int, "
              "share number) — the best first\n"
              "rule?: list(from money or text, spend number) — which budget follows from "
              "which reading, where one pays",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan experiment next",
    .run = experiment_next};
