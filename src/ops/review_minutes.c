/* review_minutes.c: decisions and actions of the review meeting, as operations. */
#include "store/minutes.h"

#include "ops/args.h"
#include "ops/cursor.h"

#include <string.h>

/* The day it is in the workspace's zone: when the meeting is held. */
static ptl_day today(const ptl_call *call)
{
    return ptl_zone_day(call->workspace->zone, call->now);
}

static ptl_status minutes_add(ptl_call *call, ptl_error *err)
{
    const char *kind = ptl_args_text(call->args, "kind");
    ptl_minute m = {.kind = strcmp(kind, "decision") == 0 ? PTL_MINUTE_DECISION : PTL_MINUTE_ACTION,
                    .what = ptl_args_text(call->args, "what"),
                    .owner = ptl_args_text(call->args, "owner"),
                    .has_due = ptl_args_given(call->args, "due"),
                    .due_on = ptl_args_day(call->args, "due"),
                    .met_on = today(call),
                    .opened_at = call->now,
                    .opened_by = call->actor,
                    .run_id = call->run_id};
    PTL_TRY(ptl_minutes_add(&m, call->store->records, err));
    ptl_reply_say(call->reply, "%s %lld is in the minutes.",
                  m.kind == PTL_MINUTE_ACTION ? "Action" : "Decision", (long long)m.minute_id);
    ptl_reply_id(call->reply, "minute", "Minute", m.minute_id);
    return PTL_OK;
}

static const ptl_param add_params[] = {
    {.name = "what",
     .type = PTL_PARAM_TEXT,
     .positional = true,
     .required = true,
     .about = "What was decided, or is to be done: one sentence."},
    {.name = "kind",
     .type = PTL_PARAM_ENUM,
     .defaults = "action",
     .choices = "action|decision",
     .about = "An action is carried over until it is closed; a decision stands."},
    {.name = "owner",
     .type = PTL_PARAM_TEXT,
     .about = "The one person who does it; an action has one."},
    {.name = "due",
     .type = PTL_PARAM_DAY,
     .about = "The day by which it is done; an action has one."}};

const ptl_op ptl_op_minutes_add = {
    .name = "minutes.add",
    .summary = "enter a decision or an action of the review meeting",
    .about = "Minutes are kept with the ledger: who entered what, when. An action stands on every "
             "review until it is closed with an outcome.",
    .params = add_params,
    .n_params = 4,
    .result = "minute: int — its number",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES,
    .example = "portolan minutes add Repair-the-feed --owner Ines --due 2030-12-31",
    .run = minutes_add};

static const char *state_of(const ptl_minute *m, ptl_day day)
{
    if (m->closed_at != 0) return "closed";
    if (m->kind == PTL_MINUTE_DECISION) return "stands";
    return ptl_minute_is_late(m, day) ? "late" : "open";
}

static void put_minute(ptl_reply *reply, const ptl_minute *m, ptl_day day)
{
    ptl_reply_cell_id(reply, m->minute_id);
    ptl_reply_cell_text(reply, ptl_minute_kind_text(m->kind));
    ptl_reply_cell_text(reply, state_of(m, day));
    ptl_reply_cell_text(reply, m->what);
    ptl_reply_cell_text(reply, m->owner);
    if (m->has_due)
        ptl_reply_cell_day(reply, m->due_on);
    else
        ptl_reply_cell_text(reply, NULL);
    ptl_reply_cell_day(reply, m->met_on);
    ptl_reply_cell_text(reply, m->opened_by);
    ptl_reply_cell_instant(reply, m->closed_at);
    ptl_reply_cell_text(reply, m->closed_by);
    ptl_reply_cell_text(reply, m->outcome);
}

static ptl_status minutes_list(ptl_call *call, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"minute", "No", PTL_HOLDS_ID},        {"kind", "", PTL_HOLDS_TEXT},
        {"state", "State", PTL_HOLDS_TEXT},    {"what", "What", PTL_HOLDS_TEXT},
        {"owner", "Owner", PTL_HOLDS_TEXT},    {"due", "Due", PTL_HOLDS_DAY},
        {"met_on", "", PTL_HOLDS_DAY},         {"opened_by", "", PTL_HOLDS_TEXT},
        {"closed_at", "", PTL_HOLDS_INSTANT},  {"closed_by", "", PTL_HOLDS_TEXT},
        {"outcome", "Outcome", PTL_HOLDS_TEXT}};
    ptl_minute *list = NULL;
    ptl_window window;
    int64_t n = 0, first, n_page;
    PTL_TRY(ptl_window_read(&window, call, err));
    const ptl_minutes_options o = {.size = (int32_t)sizeof o,
                                   .at = PTL_INSTANT_EVER,
                                   .carried = !ptl_args_bool(call->args, "all"),
                                   .since = today(call) - 6,
                                   .limit = window.n_wanted};
    PTL_TRY(ptl_minutes_list(&list, &n, call->store->records, &o, call->arena, err));
    ptl_reply_say(call->reply,
                  n == 0 ? "The minutes are empty." : "Open ones first, by their day.");
    ptl_reply_table(call->reply, "minutes", "", columns, sizeof columns / sizeof *columns);
    PTL_TRY(ptl_window_find(&first, &n_page, &window, &list[0].minute_id, sizeof *list, n, err));
    for (int64_t i = first; i < first + n_page; i++) put_minute(call->reply, &list[i], today(call));
    ptl_reply_table_end(call->reply);
    return ptl_window_put(call, &window, first, n_page, n,
                          n_page > 0 ? list[first + n_page - 1].minute_id : 0, err);
}

static const ptl_param list_params[] = {
    {.name = "all",
     .type = PTL_PARAM_BOOL,
     .defaults = "false",
     .about = "Closed actions and decisions of earlier weeks too."},
    {.name = "limit",
     .type = PTL_PARAM_INT,
     .unit = "minutes",
     .defaults = "200",
     .min = 1,
     .max = 100000,
     .about = "How many at most."},
    PTL_PARAM_CURSOR};

const ptl_op ptl_op_minutes_list = {
    .name = "minutes.list",
    .alias = "minutes",
    .summary = "list open actions and what this week decided",
    .about = "Actions are carried over until they are closed; one that is open after its day is "
             "late.",
    .params = list_params,
    .n_params = 3,
    .result =
        "minutes: list(minute int, kind, state, what, owner, due day, met_on day, "
        "opened_by, closed_at time, closed_by, outcome) — the open ones first\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan minutes list",
    .run = minutes_list};

static ptl_status minutes_close(ptl_call *call, ptl_error *err)
{
    const int64_t id = ptl_args_int(call->args, "minute");
    PTL_TRY(ptl_minutes_close(call->store->records, id, ptl_args_text(call->args, "outcome"),
                              call->actor, call->now, err));
    ptl_reply_say(call->reply, "Minute %lld is closed.", (long long)id);
    ptl_reply_id(call->reply, "minute", "Minute", id);
    return PTL_OK;
}

static const ptl_param close_params[] = {
    {.name = "minute",
     .type = PTL_PARAM_INT,
     .positional = true,
     .required = true,
     .min = 1,
     .max = 9e15,
     .about = "Its number."},
    {.name = "outcome",
     .type = PTL_PARAM_TEXT,
     .required = true,
     .about = "How it ended: done, dropped and why, replaced by which."}};

const ptl_op ptl_op_minutes_close = {
    .name = "minutes.close",
    .summary = "close an action or a decision with its outcome",
    .about = "Closing is final. What was wrong is closed with words and entered anew.",
    .params = close_params,
    .n_params = 2,
    .result = "minute: int — its number",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES,
    .example = "portolan minutes close 1 --outcome repaired",
    .run = minutes_close};
