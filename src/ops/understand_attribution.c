/* understand_attribution.c: operations on journeys: share their conversions out, and show what was
 * found. What is shown is read back from the store, so that a run and whoever looks at it later say
 * the same. Every answer says that it describes: grade E, "is credited with", never "brought". */
#include "ops/args.h"
#include "ops/cursor.h"
#include "ops/understand_attribution.h"
#include "understand/attribution.h"
#include "understand/attribution_told.h"

#include <string.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

/* --- which run -------------------------------------------------------------------------------- */

static ptl_status goal_of(const ptl_goal_config **out, const ptl_call *call, ptl_error *err)
{
    const char *name = ptl_args_text(call->args, "goal");
    const ptl_journey_config *j = &call->workspace->journeys;
    *out = ptl_workspace_goal(call->workspace, name);
    if (*out) return PTL_OK;
    ptl_fail(err, PTL_E_NOT_FOUND, "no goal \"%.100s\" in journeys.yaml", name ? name : "");
    ptl_error_hint(err, "the first of %lld is \"%s\"", (long long)j->n_goals, j->goals[0].name);
    return PTL_E_NOT_FOUND;
}

static ptl_status run_id_of(int64_t *out, ptl_call *call, ptl_error *err)
{
    const ptl_goal_config *goal;
    *out = ptl_args_int(call->args, "run");
    if (*out > 0) return PTL_OK;
    PTL_TRY(goal_of(&goal, call, err));
    const char *by = ptl_args_text(call->args, "by");
    PTL_TRY(ptl_told_newest(out, call->store, goal->name, by, call->arena, err));
    if (*out > 0) return PTL_OK;
    ptl_fail(err, PTL_E_NOT_FOUND, "no run has shared out goal \"%s\" by %s", goal->name, by);
    ptl_error_hint(err, "portolan attribution run --goal %s --by %s", goal->name, by);
    return PTL_E_NOT_FOUND;
}

/* --- attribution.run -------------------------------------------------------------------------- */

static ptl_attribution_options options_of(const ptl_call *call, const ptl_goal_config *goal)
{
    const ptl_args *args = call->args;
    return (ptl_attribution_options){.size = (int32_t)sizeof(ptl_attribution_options),
                                     .run_id = call->run_id,
                                     .goal = goal,
                                     .by_campaign =
                                         strcmp(ptl_args_text(args, "by"), "campaign") == 0,
                                     .has_as_of = ptl_args_given(args, "as_of"),
                                     .has_from = ptl_args_given(args, "from"),
                                     .has_to = ptl_args_given(args, "to"),
                                     .as_of = ptl_args_day(args, "as_of"),
                                     .from = ptl_args_day(args, "from"),
                                     .to = ptl_args_day(args, "to"),
                                     .half_life_days = ptl_args_number(args, "half_life"),
                                     .order = (int32_t)ptl_args_int(args, "order"),
                                     .n_replicates = (int32_t)ptl_args_int(args, "replicates"),
                                     .seed = (uint64_t)ptl_args_int(args, "seed"),
                                     .sample_events = ptl_args_int(args, "sample")};
}

static void say_nothing_touched(ptl_call *call, const ptl_attribution_report *r)
{
    if (r->counts.n_conversions == 0) {
        ptl_reply_note(call->reply, "no conversion of this goal is known: journeys.yaml says which "
                                    "rows of which table are its conversions");
        return;
    }
    if (r->counts.n_touched > 0 || r->counts.n_null == 0) return;
    ptl_reply_note(call->reply,
                   "touches and conversions are there, but of different identifiers: until "
                   "identities are resolved, a cookie and a customer number are two people");
}

static ptl_status attribution_run(ptl_call *call, ptl_error *err)
{
    const ptl_goal_config *goal;
    ptl_attribution_report report;
    PTL_TRY(goal_of(&goal, call, err));
    const ptl_attribution_options options = options_of(call, goal);
    if (options.has_from && options.has_to && options.from > options.to)
        return ptl_fail(err, PTL_E_INVALID, "the period ends before it begins");
    PTL_TRY(ptl_attribution_run(&report, call->store, call->workspace, &options, call->executor,
                                call->arena, call->progress, err));
    say_nothing_touched(call, &report);
    if (!report.has_facts) {
        ptl_reply_say(call->reply,
                      "There are no journeys yet: no event and no conversion is known.");
        ptl_reply_next(call->reply, "portolan import");
        return PTL_OK;
    }
    return ptl_attribution_say(call, call->run_id, err);
}

/* --- attribution.show ------------------------------------------------------------------------- */

static ptl_status attribution_show(ptl_call *call, ptl_error *err)
{
    int64_t run_id;
    PTL_TRY(run_id_of(&run_id, call, err));
    return ptl_attribution_say(call, run_id, err);
}

/* --- journey.list ----------------------------------------------------------------------------- */

static ptl_status say_paths(ptl_call *call, int64_t run_id, int64_t before, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"path", "Path", PTL_HOLDS_TEXT},         {"steps", "Touches", PTL_HOLDS_INT},
        {"journeys", "Journeys", PTL_HOLDS_INT},  {"conversions", "Conversions", PTL_HOLDS_INT},
        {"rate", "Converting", PTL_HOLDS_NUMBER}, {"value", "Worth", PTL_HOLDS_MONEY}};
    const int64_t limit = ptl_args_int(call->args, "limit");
    const ptl_value params[] = {ptl_value_int(run_id),
                                ptl_value_string(ptl_args_text(call->args, "sort")),
                                ptl_value_int(limit + 1), ptl_value_int(before)};
    ptl_table t = {0};
    const ptl_column *path, *steps, *journeys, *conversions, *value;
    ptl_status st;
    PTL_TRY(
        ptl_warehouse_query(&t, call->store->warehouse, "attribution/paths", params, 4, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&path, &t, "path", PTL_TYPE_TEXT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&steps, &t, "steps", PTL_TYPE_INT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&journeys, &t, "journeys", PTL_TYPE_INT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&conversions, &t, "conversions", PTL_TYPE_INT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&value, &t, "revenue_micros", PTL_TYPE_INT, err));
    ptl_reply_table(call->reply, "paths", "", columns, N_OF(columns));
    for (int64_t i = 0; i < t.n_rows && i < limit; i++) {
        const char *text = ptl_text_copy(ptl_column_text(path, i), call->arena, err);
        if (!text) st = PTL_E_NO_MEMORY;
        if (st != PTL_OK) break;
        const double n = (double)ptl_column_int(journeys, i);
        ptl_reply_cell_text(call->reply, text);
        ptl_reply_cell_int(call->reply, ptl_column_int(steps, i));
        ptl_reply_cell_int(call->reply, ptl_column_int(journeys, i));
        ptl_reply_cell_int(call->reply, ptl_column_int(conversions, i));
        ptl_reply_cell_double(call->reply, (double)ptl_column_int(conversions, i) / n);
        ptl_reply_cell_micros(call->reply, ptl_column_int(value, i), call->workspace->currency);
    }
    ptl_reply_table_end(call->reply);
    const int64_t at[] = {run_id, before + limit};
    if (st == PTL_OK) st = ptl_cursor_put(call, t.n_rows > limit ? at : NULL, 2, err);
done:
    ptl_table_dispose(&t);
    return st;
}

static ptl_status journey_list(ptl_call *call, ptl_error *err)
{
    int64_t run_id, at[2]; /* run, rows before: what a run wrote does not change */
    bool given;
    PTL_TRY(ptl_cursor_read(at, 2, &given, call, err));
    PTL_TRY(run_id_of(&run_id, call, err));
    if (given) run_id = at[0];
    const bool by_journeys = strcmp(ptl_args_text(call->args, "sort"), "journeys") == 0;
    ptl_reply_say(call->reply,
                  "Paths of run %lld, %s first. Journeys that went the same way are one path.",
                  (long long)run_id, by_journeys ? "most taken" : "most converting");
    ptl_reply_id(call->reply, "run", "Run", run_id);
    PTL_TRY(say_paths(call, run_id, at[1], err));
    return ptl_attribution_say_shape(call, run_id, err);
}

/* --- rows ------------------------------------------------------------------------------------- */

#define PARAM_GOAL                                                                                 \
    {                                                                                              \
        .name = "goal", .type = PTL_PARAM_TEXT,                                                    \
        .about = "A goal of journeys.yaml; without it, the first."                                 \
    }
#define PARAM_BY                                                                                   \
    {                                                                                              \
        .name = "by", .type = PTL_PARAM_ENUM, .choices = "channel|campaign",                       \
        .defaults = "channel", .about = "What a touch is of."                                      \
    }
#define PARAM_RUN                                                                                  \
    {                                                                                              \
        .name = "run", .type = PTL_PARAM_INT, .defaults = "0", .min = 0, .max = 9e15,              \
        .about = "The run to show; 0 is the newest of this goal."                                  \
    }

static const ptl_param run_params[] = {
    PARAM_GOAL,
    PARAM_BY,
    {.name = "from", .type = PTL_PARAM_DAY, .about = "First local day on which journeys end."},
    {.name = "to", .type = PTL_PARAM_DAY, .about = "Last local day on which journeys end."},
    {.name = "as_of",
     .type = PTL_PARAM_DAY,
     .about = "What was known at the end of this local day; without it, all that is known."},
    {.name = "half_life",
     .type = PTL_PARAM_NUMBER,
     .unit = "days",
     .defaults = "7",
     .min = 0.01,
     .max = 3650,
     .about = "Of time decay: a touch this long before the last counts half as much."},
    {.name = "order",
     .type = PTL_PARAM_INT,
     .unit = "touches",
     .defaults = "0",
     .min = 0,
     .max = PTL_ATTRIBUTION_ORDER_MAX,
     .about = "What the Markov chain remembers; 0 takes the order that foretells held-out journeys "
              "best."},
    {.name = "replicates",
     .type = PTL_PARAM_INT,
     .defaults = "200",
     .min = 20,
     .max = PTL_ATTRIBUTION_REPLICATES_MAX,
     .about = "Draws of persons behind each interval."},
    {.name = "seed",
     .type = PTL_PARAM_INT,
     .defaults = "1",
     .min = 0,
     .max = 9e15,
     .about = "Of those draws: the same seed gives the same bytes."},
    {.name = "sample",
     .type = PTL_PARAM_INT,
     .unit = "events",
     .defaults = "1200000",
     .min = 0,
     .max = 9e15,
     .about = "Methods are judged, and the time-to-event model is fitted, by persons with about "
              "this many events; 0 takes all. The other methods always take all."}};

const ptl_op ptl_op_attribution_run = {
    .name = "attribution.run",
    .summary = "share the conversions of journeys out among channels",
    .about =
        "Reads events as journeys, as journeys.yaml says, and shares their conversions out by ten "
        "methods: six rules, a Markov chain's removal effects, Shapley values of two games and a "
        "time-to-event model, each with 90 % intervals over persons. Conversions that no touch "
        "preceded are a line of "
        "their own. What comes out describes journeys (grade E): a channel is credited with "
        "conversions, which is not what it caused. docs/journeys.md has the rules.",
    .params = run_params,
    .n_params = N_OF(run_params),
    .result = PTL_ATTRIBUTION_RESULT("?"),
    .right = "analyst",
    .effects = PTL_READS | PTL_WRITES,
    .is_long = true,
    .example = "portolan attribution run",
    .run = attribution_run};

static const ptl_param show_params[] = {PARAM_GOAL, PARAM_BY, PARAM_RUN};

const ptl_op ptl_op_attribution_show = {
    .name = "attribution.show",
    .alias = "attribution",
    .summary = "show what methods of attribution say, side by side",
    .about =
        "Each method's share of the touched conversions for every channel, how much money hangs on "
        "the choice of a method, the part each channel plays in journeys, and the flow from "
        "channel "
        "to channel. Methods disagree because they are conventions, not measurements: where money "
        "hangs on it, an experiment decides.",
    .params = show_params,
    .n_params = N_OF(show_params),
    .result = PTL_ATTRIBUTION_RESULT(""),
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan attribution",
    .run = attribution_show};

static const ptl_param list_params[] = {PARAM_GOAL,
                                        PARAM_BY,
                                        PARAM_RUN,
                                        {.name = "sort",
                                         .type = PTL_PARAM_ENUM,
                                         .choices = "journeys|conversions",
                                         .defaults = "journeys",
                                         .about = "Most taken first, or most converting."},
                                        {.name = "limit",
                                         .type = PTL_PARAM_INT,
                                         .unit = "rows",
                                         .defaults = "20",
                                         .min = 1,
                                         .max = 2000,
                                         .about = "Paths shown at most."},
                                        PTL_PARAM_CURSOR};

const ptl_op ptl_op_journey_list = {
    .name = "journey.list",
    .alias = "journeys",
    .summary = "list the paths that journeys took",
    .about = "The paths taken most, or converting most, of the newest attribution run, how many "
             "touches journeys had and how many days passed from the first touch to the "
             "conversion.",
    .params = list_params,
    .n_params = N_OF(list_params),
    .result = "run: int — the run that read them\n"
              "goal: text — what they lead to\n"
              "paths: list(path, steps int, journeys int, conversions int, rate number, "
              "value money) — journeys that went the same way are one\n" PTL_RESULT_CURSOR
              "\nroles: list(channel, first int, last int, alone int, assist int, touched int, "
              "journeys int) — conversions a channel had a part in\n"
              "sequences: list(sequence, journeys int, converting int, relative_lift number, "
              "z number, removal number) — those that tell most\n"
              "lengths: list(touches int, converting int, not_converting int) — the last "
              "holds all beyond\n"
              "lags: list(days int, conversions int) — from the first touch",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan journeys --sort conversions --limit 5",
    .run = journey_list};
