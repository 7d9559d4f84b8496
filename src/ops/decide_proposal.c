/* decide_proposal.c: proposals as operations: what waits, what it would do, and what a person
 * decided. The steps and their ledger entries are records' (store/proposal.h), who may decide is
 * decider.h; a change of the configuration is put in force by workspace_approve.c. A plan that is
 * approved is agreed to: nothing is bought by it. */
#include "ops/args.h"
#include "ops/cursor.h"
#include "ops/decide_proposal.h"

#include <string.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

static bool is_budget(const ptl_proposal *p)
{
    return strcmp(p->kind, "budget") == 0;
}

static ptl_status read_proposal(ptl_proposal *out, const ptl_call *call, ptl_error *err)
{
    return ptl_proposal_get(out, call->store->records, ptl_args_int(call->args, "proposal"),
                            call->arena, err);
}

#define PARAM_PROPOSAL                                                                             \
    {                                                                                              \
        .name = "proposal", .type = PTL_PARAM_INT, .positional = true, .required = true, .min = 1, \
        .max = 9e15, .about = "The proposal's number."                                             \
    }

/* --- proposal.list ---------------------------------------------------------------------------- */

static ptl_status put_row(const ptl_call *call, const ptl_proposal *p, ptl_error *err)
{
    ptl_deciders d;
    ptl_reply *const reply = call->reply;
    PTL_TRY(ptl_deciders_of(&d, call->store->records, p->holder, p->drafted_by, call->arena, err));
    ptl_reply_cell_id(reply, p->proposal_id);
    ptl_reply_cell_text(reply, p->title);
    ptl_reply_cell_text(reply, ptl_proposal_state_text(ptl_proposal_state_at(p, call->now)));
    ptl_reply_cell_text(reply, p->kind);
    ptl_reply_cell_text(reply, p->why);
    ptl_reply_cell_text(reply, ptl_proposal_worth(p, call->arena));
    ptl_reply_cell_text(reply, p->holder);
    ptl_reply_cell_text(reply, d.words);
    ptl_reply_cell_text(reply, p->drafted_by);
    ptl_reply_cell_text(reply, p->by_terminal ? "yes" : "no");
    ptl_reply_cell_instant(reply, p->drafted_at);
    ptl_reply_cell_instant(reply, p->expires_at);
    ptl_reply_cell_text(reply, p->decided_by);
    ptl_reply_cell_instant(reply, p->decided_at);
    ptl_reply_cell_text(reply, p->reason);
    ptl_reply_cell_id(reply, p->run_id);
    return PTL_OK;
}

static ptl_status proposal_list(ptl_call *call, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"proposal", "No", PTL_HOLDS_ID},      {"title", "Proposal", PTL_HOLDS_TEXT},
        {"state", "State", PTL_HOLDS_TEXT},    {"kind", "", PTL_HOLDS_TEXT},
        {"why", "", PTL_HOLDS_TEXT},           {"worth", "Worth", PTL_HOLDS_TEXT},
        {"holder", "", PTL_HOLDS_TEXT},        {"decides", "Who", PTL_HOLDS_TEXT},
        {"drafted_by", "By", PTL_HOLDS_TEXT},  {"by_terminal", "", PTL_HOLDS_TEXT},
        {"drafted_at", "", PTL_HOLDS_INSTANT}, {"expires_at", "Until", PTL_HOLDS_INSTANT},
        {"decided_by", "", PTL_HOLDS_TEXT},    {"decided_at", "", PTL_HOLDS_INSTANT},
        {"reason", "", PTL_HOLDS_TEXT},        {"run", "", PTL_HOLDS_ID}};
    ptl_proposal *list = NULL;
    int64_t n = 0, before;
    bool given;
    const int64_t limit = ptl_args_int(call->args, "limit");
    PTL_TRY(ptl_cursor_read(&before, 1, &given, call, err));
    const ptl_proposal_options o = {.size = (int32_t)sizeof o,
                                    .all = ptl_args_bool(call->args, "all"),
                                    .before = given ? before : INT64_MAX,
                                    .limit = limit + 1,
                                    .now = call->now};
    PTL_TRY(ptl_proposal_list(&list, &n, call->store->records, &o, call->arena, err));
    const bool more = n > limit;
    if (more) n = limit;
    ptl_reply_say(call->reply, n == 0 ? "No proposal waits." : "Newest first.");
    ptl_reply_table(call->reply, "proposals", "", columns, N_OF(columns));
    for (int64_t i = 0; i < n; i++) PTL_TRY(put_row(call, &list[i], err));
    ptl_reply_table_end(call->reply);
    return ptl_cursor_put(call, more ? &list[n - 1].proposal_id : NULL, 1, err);
}

static const ptl_param list_params[] = {{.name = "all",
                                         .type = PTL_PARAM_BOOL,
                                         .defaults = "false",
                                         .about = "Decided and expired ones too."},
                                        {.name = "limit",
                                         .type = PTL_PARAM_INT,
                                         .unit = "proposals",
                                         .defaults = "200",
                                         .min = 1,
                                         .max = 10000,
                                         .about = "How many at most."},
                                        PTL_PARAM_CURSOR};

const ptl_op ptl_op_proposal_list = {
    .name = "proposal.list",
    .summary = "list proposals, those that wait for a decision",
    .about = "A change of the configuration that widens, or a plan of the budget, waits here until "
             "whoever holds the right has decided. Silence never approves: what nobody decides on "
             "expires.",
    .params = list_params,
    .n_params = N_OF(list_params),
    .result = "proposals: list(proposal int, title, state, kind, why, worth, holder, "
              "decides, drafted_by, by_terminal, drafted_at time, expires_at time, "
              "decided_by, decided_at time, reason, run int) — holder is the role that "
              "decides, decides who may\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan proposal list --all",
    .run = proposal_list};

/* --- proposal.show ---------------------------------------------------------------------------- */

static ptl_status proposal_show(ptl_call *call, ptl_error *err)
{
    ptl_proposal p;
    ptl_deciders d;
    PTL_TRY(read_proposal(&p, call, err));
    PTL_TRY(ptl_deciders_of(&d, call->store->records, p.holder, p.drafted_by, call->arena, err));
    return ptl_proposal_say(call, &p, &d, err);
}

static const ptl_param show_params[] = {PARAM_PROPOSAL};

const ptl_op ptl_op_proposal_show = {
    .name = "proposal.show",
    .summary = "show a proposal: what it would do, why, and where it stands",
    .about = "Its path with times and names, what it widens or what the plan promises, what speaks "
             "against it where that is known, and how it is undone.",
    .params = show_params,
    .n_params = 1,
    .result = "proposal: int — its number\n"
              "title, kind, state, why, holder, decides, drafted_by, by_terminal: text — as "
              "in the list\n"
              "drafted_at, expires_at: time — when, and until when it waits\n"
              "base_version: int — of the configuration it was drafted against\n"
              "drafted_in: int — the run that drafted it\n"
              "decided_by, reason: text — who decided, and why\n"
              "version?: int — of the configuration that it became, where it did\n"
              "undo: text — how it is undone\n"
              "undone_until?: time — until when a decision may be taken back, where it may\n"
              "path: list(step, at time, by, note) — from draft to end\n"
              "reasons: list(side, what) — for and against\n"
              "widens?: list(key, before, after, why, right) — where it changes the "
              "configuration\n"
              "worth?: text — point and 90 % interval, where it is a plan\n"
              "worth_mean?, worth_low?, worth_high?, chance_of_loss?: number — where it is a "
              "plan\n"
              "grade?: text — the weakest of a channel that changes, where it is a plan\n"
              "from?, to?: day — of the plan, where it is one\n"
              "chance?: text — of loss, in words, where it is a plan\n"
              "density?: object(from number, to number, median number, heights list of number) — "
              "its draws "
              "as a curve, where it is a plan\n"
              "channels?: list(name, channel, present money, plan money) — money a week, where it "
              "is a plan\n"
              "difference?: text — what would change in the files, where it changes any",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan proposal show 1",
    .run = proposal_show};

/* --- decisions -------------------------------------------------------------------------------- */

static ptl_proposal_verdict verdict_of(const ptl_call *call, ptl_proposal_state decision,
                                       const char *reason)
{
    return (ptl_proposal_verdict){.proposal_id = ptl_args_int(call->args, "proposal"),
                                  .decision = decision,
                                  .at = call->now,
                                  .by = call->actor,
                                  .by_terminal = ptl_call_is_terminal(call),
                                  .reason = ptl_args_text(call->args, reason),
                                  .run_id = call->run_id};
}

static void say_decided(const ptl_call *call, const ptl_proposal *p, const char *state)
{
    ptl_reply_id(call->reply, "proposal", "proposal", p->proposal_id);
    ptl_reply_text(call->reply, "state", "state", state);
    ptl_reply_text(call->reply, "title", "title", p->title);
}

static void say_approved(const ptl_call *call, const ptl_proposal *p, int64_t version)
{
    if (is_budget(p))
        ptl_reply_say(call->reply,
                      "Proposal %lld is approved: people agreed to the plan. Nothing is bought or "
                      "changed by it; whoever buys media does that.",
                      (long long)p->proposal_id);
    else
        ptl_reply_say(call->reply, "Proposal %lld is approved: version %lld is in force.",
                      (long long)p->proposal_id, (long long)version);
    say_decided(call, p, "approved");
    if (version > 0) ptl_reply_id(call->reply, "config_version", "version in force", version);
}

static ptl_status proposal_approve(ptl_call *call, ptl_error *err)
{
    ptl_proposal p;
    bool again;
    ptl_proposal_verdict v = verdict_of(call, PTL_PROPOSAL_APPROVED, "note");
    PTL_TRY(read_proposal(&p, call, err));
    PTL_TRY(ptl_decider_check(call, p.holder, err));
    PTL_TRY(ptl_proposal_may_decide(&again, call->store->records, &v, err));
    if (again)
        v.version = p.version;
    else if (is_budget(&p))
        PTL_TRY(ptl_proposal_decide(&again, call->store->records, &v, err));
    else
        PTL_TRY(ptl_workspace_approve(&v, call, &p, err));
    say_approved(call, &p, v.version);
    if (again) ptl_reply_note(call->reply, "it was approved before; nothing happened twice");
    return PTL_OK;
}

static const ptl_param approve_params[] = {
    PARAM_PROPOSAL, {.name = "note", .type = PTL_PARAM_TEXT, .about = "Kept with the decision."}};

const ptl_op ptl_op_proposal_approve = {
    .name = "proposal.approve",
    .summary = "approve a proposal that somebody else drafted",
    .about =
        "Whoever holds the right: the role that the proposal names, or an owner. Its author never "
        "decides, nor does a key. A change of the configuration is in force at once and its files "
        "are written; where what it was drafted against is no longer so, it is refused. A plan "
        "is agreed to: nothing is bought by it. Approved twice is once.",
    .params = approve_params,
    .n_params = N_OF(approve_params),
    .result = "proposal: int — its number\n"
              "state: text — approved\n"
              "title: text — what was proposed\n"
              "config_version?: int — the version in force, where it changes the "
              "configuration",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES | PTL_ENTERS,
    .example = "portolan proposal approve 1",
    .run = proposal_approve};

static ptl_status proposal_reject(ptl_call *call, ptl_error *err)
{
    ptl_proposal p;
    bool again;
    const ptl_proposal_verdict v = verdict_of(call, PTL_PROPOSAL_REJECTED, "reason");
    PTL_TRY(read_proposal(&p, call, err));
    PTL_TRY(ptl_decider_check(call, p.holder, err));
    PTL_TRY(ptl_proposal_decide(&again, call->store->records, &v, err));
    ptl_reply_say(call->reply, "Proposal %lld is rejected; what was in force stays.",
                  (long long)p.proposal_id);
    say_decided(call, &p, "rejected");
    return PTL_OK;
}

static const ptl_param reject_params[] = {
    PARAM_PROPOSAL,
    {.name = "reason",
     .type = PTL_PARAM_TEXT,
     .required = true,
     .about = "What would have to be otherwise: 20 characters or more."}};

const ptl_op ptl_op_proposal_reject = {
    .name = "proposal.reject",
    .summary = "reject a proposal, with a reason",
    .about = "Whoever may approve it may reject it. The reason is kept with the proposal and in "
             "the ledger; whoever rejected it may take that back until it is drafted again.",
    .params = reject_params,
    .n_params = N_OF(reject_params),
    .result = "proposal: int — its number\nstate: text — rejected\ntitle: text — what was proposed",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES | PTL_ENTERS,
    .example = "portolan proposal reject 2 --reason Say-what-the-other-channels-lose",
    .run = proposal_reject};

static ptl_status proposal_withdraw(ptl_call *call, ptl_error *err)
{
    ptl_proposal p;
    bool again;
    const ptl_proposal_verdict v = verdict_of(call, PTL_PROPOSAL_WITHDRAWN, "note");
    PTL_TRY(read_proposal(&p, call, err));
    PTL_TRY(ptl_proposal_decide(&again, call->store->records, &v, err));
    ptl_reply_say(call->reply, "Proposal %lld is withdrawn.", (long long)p.proposal_id);
    say_decided(call, &p, "withdrawn");
    return PTL_OK;
}

const ptl_op ptl_op_proposal_withdraw = {
    .name = "proposal.withdraw",
    .summary = "take back a proposal of your own",
    .about = "Only its author may. Files that lie in the folder stay as they are: they are the "
             "draft.",
    .params = approve_params,
    .n_params = N_OF(approve_params),
    .result =
        "proposal: int — its number\nstate: text — withdrawn\ntitle: text — what was proposed",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES | PTL_ENTERS,
    .example = "portolan proposal withdraw 3",
    .run = proposal_withdraw};

static ptl_status proposal_undo(ptl_call *call, ptl_error *err)
{
    ptl_proposal p;
    PTL_TRY(read_proposal(&p, call, err));
    PTL_TRY(ptl_proposal_reopen(call->store->records, p.proposal_id, call->actor, call->now,
                                call->run_id, err));
    const ptl_proposal waits = {.expires_at = p.expires_at};
    const char *const state = ptl_proposal_state_text(ptl_proposal_state_at(&waits, call->now));
    ptl_reply_say(call->reply, "The decision on proposal %lld is taken back.",
                  (long long)p.proposal_id);
    say_decided(call, &p, state);
    return PTL_OK;
}

const ptl_op ptl_op_proposal_undo = {
    .name = "proposal.undo",
    .summary = "take your own decision on a proposal back",
    .about = "Whoever decided may: a rejection until the proposal is drafted again, the approval "
             "of a plan until its first week begins. An approved change of the configuration is in "
             "force at once and is undone by another change.",
    .params = show_params,
    .n_params = 1,
    .result = "proposal: int — its number\nstate: text — waits, or expired\ntitle: text — what was "
              "proposed",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES | PTL_ENTERS,
    .example = "portolan proposal undo 2",
    .run = proposal_undo};
