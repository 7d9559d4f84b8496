/* understand_alarm.c: daily alarms as operations. */
#include "understand/alarm.h"

#include "ops/args.h"
#include "ops/cursor.h"

static const ptl_reply_column columns[] = {{"alarm", "", PTL_HOLDS_ID},
                                           {"day", "Day", PTL_HOLDS_DAY},
                                           {"dimension", "", PTL_HOLDS_TEXT},
                                           {"member", "Of", PTL_HOLDS_TEXT},
                                           {"metric", "Metric", PTL_HOLDS_TEXT},
                                           {"value", "Was", PTL_HOLDS_NUMBER},
                                           {"expected", "Expected", PTL_HOLDS_NUMBER},
                                           {"low", "from", PTL_HOLDS_NUMBER},
                                           {"high", "to", PTL_HOLDS_NUMBER},
                                           {"unit", "", PTL_HOLDS_TEXT},
                                           {"chance", "Chance", PTL_HOLDS_NUMBER},
                                           {"raised_at", "", PTL_HOLDS_INSTANT},
                                           {"run", "", PTL_HOLDS_ID}};

static void put_alarms(ptl_reply *reply, const ptl_alarm *alarms, int64_t n)
{
    ptl_reply_table(reply, "alarms", "", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < n; i++) {
        const ptl_alarm *a = &alarms[i];
        ptl_reply_cell_id(reply, a->alarm_id);
        ptl_reply_cell_day(reply, a->day);
        ptl_reply_cell_text(reply, a->dimension[0] ? a->dimension : "company");
        ptl_reply_cell_text(reply, !a->dimension[0] ? "(all)"
                                   : a->member[0]   ? a->member
                                                    : "(none recorded)");
        ptl_reply_cell_text(reply, a->metric);
        ptl_reply_cell_double(reply, a->value);
        ptl_reply_cell_double(reply, a->expected.point);
        ptl_reply_cell_double(reply, a->expected.low);
        ptl_reply_cell_double(reply, a->expected.high);
        ptl_reply_cell_text(reply, a->unit);
        ptl_reply_cell_double(reply, a->chance);
        ptl_reply_cell_instant(reply, a->raised_at);
        ptl_reply_cell_id(reply, a->run_id);
    }
    ptl_reply_table_end(reply);
}

static void say(ptl_reply *reply, const ptl_alarm_report *report)
{
    char day[16];
    ptl_day_format(day, report->day);
    if (!report->has_facts) {
        ptl_reply_say(reply, "There are no facts yet, so nothing can be out of order.");
        ptl_reply_next(reply, "portolan import");
    } else if (report->n_asked == 0) {
        ptl_reply_say(reply, "No series is long enough: an alarm needs eleven weeks of days.");
    } else if (report->n_alarms == 0) {
        ptl_reply_say(reply, "%s is in order: all %lld series lie inside their bands.", day,
                      (long long)report->n_asked);
    } else {
        ptl_reply_say(reply, "%s: %lld of %lld series left their bands, %lld of them new.", day,
                      (long long)report->n_alarms, (long long)report->n_asked,
                      (long long)report->n_new);
    }
}

static ptl_status alarm_run(ptl_call *call, ptl_error *err)
{
    const ptl_alarm_run_options options = {.size = (int32_t)sizeof options,
                                           .run_id = call->run_id,
                                           .has_as_of = ptl_args_given(call->args, "as_of"),
                                           .as_of = ptl_args_day(call->args, "as_of"),
                                           .now = call->now};
    ptl_alarm_report report;
    PTL_TRY(ptl_alarm_run(&report, call->store, call->workspace, &options, call->arena, err));
    say(call->reply, &report);
    if (!report.has_facts) return PTL_OK;
    ptl_reply_day(call->reply, "day", "Day", report.day);
    ptl_reply_int(call->reply, "asked", "Series asked", report.n_asked);
    ptl_reply_int(call->reply, "new", "New", report.n_new);
    put_alarms(call->reply, report.alarms, report.n_alarms);
    return PTL_OK;
}

static const ptl_param run_params[] = {
    {.name = "as_of",
     .type = PTL_PARAM_DAY,
     .about = "Ask about this local day, as it was known at its end; without it, the last complete "
              "one."}};

const ptl_op ptl_op_alarm_run = {
    .name = "alarm.run",
    .summary = "ask whether the last complete day is what its weekdays led one to expect",
    .about =
        "Revenue, orders and media of the company and every channel, and the company's CM2, each "
        "against the same weekdays before and a year before. With nothing wrong at most one alarm "
        "a week "
        "is expected over all of them together. Meant to run every morning after the import; "
        "asking twice "
        "raises nothing twice.",
    .params = run_params,
    .n_params = 1,
    .result = "day?: day — the day, where there are facts\n"
              "asked?, new?: int — series with history enough, and alarms not raised before\n"
              "alarms?: list(alarm int, day day, dimension, member, metric, value number, "
              "expected number, low number, high number, unit, chance number, raised_at "
              "time, run int) — of that day, where there are facts",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES,
    .example = "portolan alarm run",
    .run = alarm_run};

static ptl_status alarm_list(ptl_call *call, ptl_error *err)
{
    ptl_alarm *alarms = NULL;
    ptl_window window;
    int64_t n = 0, first, n_page;
    PTL_TRY(ptl_window_read(&window, call, err));
    const ptl_day since =
        ptl_args_given(call->args, "since") ? ptl_args_day(call->args, "since") : 0;
    PTL_TRY(ptl_alarm_list(&alarms, &n, call->store->records, since, PTL_INSTANT_EVER,
                           window.n_wanted, call->arena, err));
    PTL_TRY(ptl_window_find(&first, &n_page, &window, &alarms[0].alarm_id, sizeof *alarms, n, err));
    ptl_reply_say(call->reply, n == 0 ? "No alarm was raised." : "Newest day first.");
    put_alarms(call->reply, alarms + first, n_page);
    return ptl_window_put(call, &window, first, n_page, n,
                          n_page > 0 ? alarms[first + n_page - 1].alarm_id : 0, err);
}

static const ptl_param list_params[] = {
    {.name = "since", .type = PTL_PARAM_DAY, .about = "Only days from this one on."},
    {.name = "limit",
     .type = PTL_PARAM_INT,
     .unit = "alarms",
     .defaults = "50",
     .min = 1,
     .max = 100000,
     .about = "How many at most."},
    PTL_PARAM_CURSOR};

const ptl_op ptl_op_alarm_list = {
    .name = "alarm.list",
    .alias = "alarms",
    .summary = "list the alarms that were raised, newest day first",
    .about = "Each alarm with the band it left and the chance of that with nothing wrong.",
    .params = list_params,
    .n_params = 3,
    .result = "alarms: list(alarm int, day day, dimension, member, metric, value number, "
              "expected number, low number, high number, unit, chance number, raised_at "
              "time, run int) — the newest first\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan alarm list --limit 10",
    .run = alarm_list};
