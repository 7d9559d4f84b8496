/* review_challenge.c: questions about figures and their answers, as operations. A figure that may
 * be doubted in the open, and whose doubts are kept, is believed more than one that may not. */
#include "store/challenge.h"

#include "ops/args.h"
#include "ops/cursor.h"

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

static ptl_status challenge_add(ptl_call *call, ptl_error *err)
{
    ptl_challenge c = {.figure = ptl_args_text(call->args, "figure"),
                       .what = ptl_args_text(call->args, "what"),
                       .figure_run_id = ptl_args_int(call->args, "run"),
                       .question = ptl_args_text(call->args, "question"),
                       .asked_at = call->now,
                       .asked_by = call->actor,
                       .run_id = call->run_id};
    PTL_TRY(ptl_challenge_add(&c, call->store->records, err));
    ptl_reply_say(call->reply, "Question %lld about %s is kept.", (long long)c.challenge_id,
                  c.figure);
    ptl_reply_id(call->reply, "challenge", "Question", c.challenge_id);
    return PTL_OK;
}

static const ptl_param add_params[] = {
    {.name = "figure",
     .type = PTL_PARAM_TEXT,
     .positional = true,
     .required = true,
     .about = "Page and key of the figure, as the page has them: today/one."},
    {.name = "question",
     .type = PTL_PARAM_TEXT,
     .required = true,
     .about = "What is doubted, as one question."},
    {.name = "run",
     .type = PTL_PARAM_INT,
     .min = 1,
     .max = 9e15,
     .about = "The run that made the figure; without it, none is named."},
    {.name = "what",
     .type = PTL_PARAM_TEXT,
     .about = "The figure as it stood, in words: it may have another value tomorrow."}};

const ptl_op ptl_op_challenge_add = {
    .name = "challenge.add",
    .summary = "ask a question about a figure",
    .about = "The question stands beside the figure and on the console's front page until somebody "
             "answers it. Both are kept, with names and times, and both are in the ledger.",
    .params = add_params,
    .n_params = N_OF(add_params),
    .result = "challenge: int — its number",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES,
    .example = "portolan challenge add today/one --question Which-weeks-does-it-rest-on",
    .run = challenge_add};

static ptl_status challenge_answer(ptl_call *call, ptl_error *err)
{
    const int64_t id = ptl_args_int(call->args, "challenge");
    PTL_TRY(ptl_challenge_answer(call->store->records, id, ptl_args_text(call->args, "answer"),
                                 call->actor, call->now, err));
    ptl_reply_say(call->reply, "Question %lld is answered.", (long long)id);
    ptl_reply_id(call->reply, "challenge", "Question", id);
    return PTL_OK;
}

static const ptl_param answer_params[] = {{.name = "challenge",
                                           .type = PTL_PARAM_INT,
                                           .positional = true,
                                           .required = true,
                                           .min = 1,
                                           .max = 9e15,
                                           .about = "The question's number."},
                                          {.name = "answer",
                                           .type = PTL_PARAM_TEXT,
                                           .required = true,
                                           .about = "What is so, and where it can be seen."}};

const ptl_op ptl_op_challenge_answer = {
    .name = "challenge.answer",
    .summary = "answer a question about a figure",
    .about = "An answer is final. Who doubts it asks again.",
    .params = answer_params,
    .n_params = N_OF(answer_params),
    .result = "challenge: int — its number",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES,
    .example = "portolan challenge answer 1 --answer all-that-are-complete",
    .run = challenge_answer};

static void put_challenge(ptl_reply *reply, const ptl_challenge *c)
{
    ptl_reply_cell_id(reply, c->challenge_id);
    ptl_reply_cell_text(reply, c->figure);
    ptl_reply_cell_text(reply, c->what);
    if (c->figure_run_id > 0)
        ptl_reply_cell_id(reply, c->figure_run_id);
    else
        ptl_reply_cell_text(reply, NULL);
    ptl_reply_cell_text(reply, c->question);
    ptl_reply_cell_text(reply, c->asked_by);
    ptl_reply_cell_instant(reply, c->asked_at);
    ptl_reply_cell_text(reply, c->answer);
    ptl_reply_cell_text(reply, c->answered_by);
    ptl_reply_cell_instant(reply, c->answered_at);
}

static ptl_status challenge_list(ptl_call *call, ptl_error *err)
{
    static const ptl_reply_column columns[] = {{"challenge", "No", PTL_HOLDS_ID},
                                               {"figure", "Figure", PTL_HOLDS_TEXT},
                                               {"what", "", PTL_HOLDS_TEXT},
                                               {"run", "Run", PTL_HOLDS_ID},
                                               {"question", "Question", PTL_HOLDS_TEXT},
                                               {"asked_by", "By", PTL_HOLDS_TEXT},
                                               {"asked_at", "", PTL_HOLDS_INSTANT},
                                               {"answer", "Answer", PTL_HOLDS_TEXT},
                                               {"answered_by", "From", PTL_HOLDS_TEXT},
                                               {"answered_at", "", PTL_HOLDS_INSTANT}};
    ptl_challenge *list = NULL;
    ptl_window window;
    int64_t n = 0, first, n_page;
    PTL_TRY(ptl_window_read(&window, call, err));
    const ptl_challenge_options o = {.size = (int32_t)sizeof o,
                                     .figure = ptl_args_text(call->args, "figure"),
                                     .all = ptl_args_bool(call->args, "all"),
                                     .limit = window.n_wanted};
    PTL_TRY(ptl_challenge_list(&list, &n, call->store->records, &o, call->arena, err));
    ptl_reply_say(call->reply, n == 0 ? "No question is open." : "Open ones first.");
    ptl_reply_table(call->reply, "challenges", "", columns, N_OF(columns));
    PTL_TRY(ptl_window_find(&first, &n_page, &window, &list[0].challenge_id, sizeof *list, n, err));
    for (int64_t i = first; i < first + n_page; i++) put_challenge(call->reply, &list[i]);
    ptl_reply_table_end(call->reply);
    return ptl_window_put(call, &window, first, n_page, n,
                          n_page > 0 ? list[first + n_page - 1].challenge_id : 0, err);
}

static const ptl_param list_params[] = {
    {.name = "figure",
     .type = PTL_PARAM_TEXT,
     .about = "Only those about this figure; without it all."},
    {.name = "all", .type = PTL_PARAM_BOOL, .defaults = "false", .about = "Answered ones too."},
    {.name = "limit",
     .type = PTL_PARAM_INT,
     .unit = "questions",
     .defaults = "200",
     .min = 1,
     .max = 10000,
     .about = "How many at most."},
    PTL_PARAM_CURSOR};

const ptl_op ptl_op_challenge_list = {
    .name = "challenge.list",
    .summary = "list questions about figures, the open ones first",
    .about = "What people doubted, and what they were told.",
    .params = list_params,
    .n_params = N_OF(list_params),
    .result = "challenges: list(challenge int, figure, what, run int, question, asked_by, "
              "asked_at time, answer, answered_by, answered_at time) — the open ones "
              "first\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan challenge list",
    .run = challenge_list};
