/* store_runs.c: what ran, with which inputs, and how it ended. */
#include "ops/args.h"
#include "ops/cursor.h"
#include "ops/registry.h"
#include "ops/vertical.h"

/* --- runs ------------------------------------------------------------------------------------- */

static int32_t run_state_of(const char *text)
{
    for (int32_t i = PTL_RUN_STARTED; text && i <= PTL_RUN_INTERRUPTED; i++)
        if (ptl_text_equal(ptl_text_of(text), ptl_text_of(ptl_run_state_text((ptl_run_state)i))))
            return i;
    return -1;
}

static void put_run(ptl_reply *reply, const ptl_run *run)
{
    char inputs[PTL_HASH_HEX];
    ptl_hash_format(inputs, run->inputs_hash);
    ptl_reply_cell_id(reply, run->run_id);
    ptl_reply_cell_text(reply, run->operation);
    ptl_reply_cell_text(reply, ptl_run_state_text(run->state));
    ptl_reply_cell_instant(reply, run->started_at);
    ptl_reply_cell_instant(reply, run->ended_at);
    ptl_reply_cell_text(reply, run->actor);
    ptl_reply_cell_id(reply, run->config_version);
    ptl_reply_cell_id(reply, run->warehouse_version);
    ptl_reply_cell_text(reply, inputs);
    ptl_reply_cell_text(reply, run->failure);
}

static ptl_status run_run_list(ptl_call *call, ptl_error *err)
{
    static const ptl_reply_column columns[] = {{"run", "run", PTL_HOLDS_ID},
                                               {"operation", "operation", PTL_HOLDS_TEXT},
                                               {"state", "state", PTL_HOLDS_TEXT},
                                               {"started_at", "started", PTL_HOLDS_INSTANT},
                                               {"ended_at", "", PTL_HOLDS_INSTANT},
                                               {"actor", "by", PTL_HOLDS_TEXT},
                                               {"config_version", "version", PTL_HOLDS_ID},
                                               {"warehouse_version", "", PTL_HOLDS_ID},
                                               {"inputs", "", PTL_HOLDS_TEXT},
                                               {"failure", "failure", PTL_HOLDS_TEXT}};
    ptl_run *runs = NULL;
    int64_t n = 0;
    const int64_t limit = ptl_args_int(call->args, "limit");
    int64_t before;
    bool given;
    PTL_TRY(ptl_cursor_read(&before, 1, &given, call, err));
    PTL_TRY(ptl_run_list_before(&runs, &n, call->store->records,
                                run_state_of(ptl_args_text(call->args, "state")),
                                ptl_args_text(call->args, "operation"), given ? before : INT64_MAX,
                                limit + 1, call->arena, err));
    const bool more = n > limit;
    if (more) n = limit;
    ptl_reply_say(call->reply, n == 0 ? "No such run." : "Newest first.");
    ptl_reply_table(call->reply, "runs", "", columns, 10);
    for (int64_t i = 0; i < n; i++) put_run(call->reply, &runs[i]);
    ptl_reply_table_end(call->reply);
    return ptl_cursor_put(call, more ? &runs[n - 1].run_id : NULL, 1, err);
}

static const ptl_param run_list_params[] = {
    {.name = "state",
     .type = PTL_PARAM_ENUM,
     .choices = "started|done|failed|cancelled|interrupted",
     .about = "Only runs in this state; without it all."},
    {.name = "operation",
     .type = PTL_PARAM_TEXT,
     .about = "Only runs of this operation, as source.import; without it all."},
    {.name = "limit",
     .type = PTL_PARAM_INT,
     .unit = "runs",
     .defaults = "20",
     .min = 1,
     .max = 10000,
     .about = "How many at most."},
    PTL_PARAM_CURSOR,
};

const ptl_op ptl_op_run_list = {
    .name = "run.list",
    .summary = "list runs, newest first",
    .about = "Whatever computes or changes something leaves a run behind: its parameters, the hash "
             "of its inputs, the configuration and the newest load it worked on, and how it ended. "
             "A run whose process died is interrupted, and nothing of it is visible.",
    .params = run_list_params,
    .n_params = 4,
    .result = "runs: list(run int, operation, state, started_at time, ended_at time, actor, "
              "config_version int, warehouse_version int, inputs, failure) — the newest "
              "first\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan run list --state done --limit 5",
    .run = run_run_list,
};

static ptl_status newest_run(ptl_run *out, ptl_call *call, ptl_error *err)
{
    ptl_run *runs = NULL;
    int64_t n = 0;
    PTL_TRY(ptl_run_list(&runs, &n, call->store->records, -1, NULL, 1, call->arena, err));
    if (n == 0) return ptl_fail(err, PTL_E_NOT_FOUND, "this workspace has no runs yet");
    *out = runs[0];
    return PTL_OK;
}

/* The answer the run gave, as every face would give it now. */
static ptl_status say_answer(ptl_call *call, const char *outcome, ptl_error *err)
{
    ptl_reply *answer = NULL;
    ptl_buffer text;
    ptl_json json;
    PTL_TRY(ptl_reply_new(&answer, err));
    ptl_buffer_init(&text, 256u << 20, NULL);
    ptl_json_init_buffer(&json, &text, 0, err);
    ptl_status st = ptl_reply_load(answer, ptl_text_of(outcome), err);
    ptl_reply_bound(answer, call->verticals);
    if (st == PTL_OK) {
        ptl_reply_write_json(answer, &json);
        st = ptl_json_finish(&json);
    }
    if (st == PTL_OK) ptl_reply_json(call->reply, "answer", ptl_buffer_borrow(&text));
    ptl_buffer_clear(&text);
    if (st == PTL_OK) {
        ptl_reply_write_text(answer, &text, 76);
        st = ptl_buffer_check(&text, "the run's answer", err);
    }
    if (st == PTL_OK)
        ptl_reply_block(call->reply, "answer", ptl_text_trim(ptl_buffer_borrow(&text)));
    ptl_buffer_dispose(&text);
    ptl_reply_free(answer);
    return st;
}

static void say_run(ptl_reply *reply, const ptl_run *run)
{
    char inputs[PTL_HASH_HEX];
    ptl_hash_format(inputs, run->inputs_hash);
    ptl_reply_say(reply, "Run %lld, %s, is %s.", (long long)run->run_id, run->operation,
                  ptl_run_state_text(run->state));
    ptl_reply_id(reply, "run", "run", run->run_id);
    ptl_reply_text(reply, "operation", "operation", run->operation);
    ptl_reply_text(reply, "state", "state", ptl_run_state_text(run->state));
    ptl_reply_json(reply, "parameters", ptl_text_of(run->parameters));
    ptl_reply_block(reply, "parameters", ptl_text_of(run->parameters));
    ptl_reply_instant(reply, "started_at", "started", run->started_at);
    ptl_reply_instant(reply, "ended_at", "ended", run->ended_at);
    ptl_reply_text(reply, "actor", "by", run->actor);
    ptl_reply_id(reply, "config_version", "configuration version", run->config_version);
    ptl_reply_id(reply, "warehouse_version", "newest load before", run->warehouse_version);
    ptl_reply_text(reply, "inputs", "inputs", inputs);
    ptl_reply_text(reply, "fingerprint", "fingerprint", run->fingerprint);
    if (run->failure) ptl_reply_text(reply, "failure", "failure", run->failure);
}

static ptl_status run_run_show(ptl_call *call, ptl_error *err)
{
    ptl_run run;
    if (ptl_args_given(call->args, "run"))
        PTL_TRY(ptl_run_get(&run, call->store->records, ptl_args_int(call->args, "run"),
                            call->arena, err));
    else
        PTL_TRY(newest_run(&run, call, err));
    say_run(call->reply, &run);
    if (run.state != PTL_RUN_DONE || !run.outcome) return PTL_OK;
    if (ptl_reply_is_saved(ptl_text_of(run.outcome))) return say_answer(call, run.outcome, err);
    ptl_reply_note(call->reply, "its process died before it could answer; what it wrote is "
                                "complete and was recorded at the next start");
    return PTL_OK;
}

static const ptl_param run_show_params[] = {
    {.name = "run",
     .type = PTL_PARAM_INT,
     .positional = true,
     .min = 1,
     .max = 9e15,
     .about = "The run's number; without it the newest."},
};

const ptl_op ptl_op_run_show = {
    .name = "run.show",
    .summary = "show one run: inputs, fingerprint, answer",
    .about = "The evidence behind a figure: which parameters, data and configuration it was made "
             "from, on which processor and libraries, and what the run answered.",
    .params = run_show_params,
    .n_params = 1,
    .result = "run: int — its number\n"
              "operation: text — what ran\n"
              "state: text — started, done, failed, cancelled or interrupted\n"
              "parameters: object — as the operation takes them, with defaults filled in\n"
              "started_at: time — when\n"
              "ended_at: time — null while started\n"
              "actor: text — who\n"
              "config_version: int — the configuration in force\n"
              "warehouse_version: int — the newest load it could see\n"
              "inputs: text — hash over operation, parameters, data, configuration and seed\n"
              "fingerprint: text — processor, BLAS, C library, engine, program\n"
              "failure?: text — why it failed, where it did\n"
              "answer?: object — what the operation answered, where it is done",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan run show 1",
    .run = run_run_show,
};

/* --- jobs ------------------------------------------------------------------------------------- */

static ptl_status run_job_list(ptl_call *call, ptl_error *err)
{
    static const ptl_reply_column columns[] = {{"job", "job", PTL_HOLDS_ID},
                                               {"run", "run", PTL_HOLDS_ID},
                                               {"operation", "operation", PTL_HOLDS_TEXT},
                                               {"state", "state", PTL_HOLDS_TEXT},
                                               {"share", "share", PTL_HOLDS_NUMBER},
                                               {"step", "last step", PTL_HOLDS_TEXT},
                                               {"started_at", "started", PTL_HOLDS_INSTANT},
                                               {"ended_at", "", PTL_HOLDS_INSTANT},
                                               {"failure", "failure", PTL_HOLDS_TEXT}};
    ptl_job *jobs = NULL;
    int64_t n = 0;
    const int64_t limit = ptl_args_int(call->args, "limit");
    int64_t before;
    bool given;
    PTL_TRY(ptl_cursor_read(&before, 1, &given, call, err));
    PTL_TRY(ptl_job_list_before(&jobs, &n, call->store->records, given ? before : INT64_MAX,
                                limit + 1, call->arena, err));
    const bool more = n > limit;
    if (more) n = limit;
    ptl_reply_say(call->reply, n == 0 ? "No job ran here yet." : "Newest first.");
    ptl_reply_table(call->reply, "jobs", "", columns, 9);
    for (int64_t i = 0; i < n; i++) {
        ptl_reply_cell_id(call->reply, jobs[i].job_id);
        ptl_reply_cell_id(call->reply, jobs[i].run_id);
        ptl_reply_cell_text(call->reply, jobs[i].operation);
        ptl_reply_cell_text(call->reply, ptl_job_state_text(jobs[i].state));
        ptl_reply_cell_double(call->reply, jobs[i].share);
        ptl_reply_cell_text(call->reply, jobs[i].step);
        ptl_reply_cell_instant(call->reply, jobs[i].started_at);
        ptl_reply_cell_instant(call->reply, jobs[i].ended_at);
        ptl_reply_cell_text(call->reply, jobs[i].failure);
    }
    ptl_reply_table_end(call->reply);
    return ptl_cursor_put(call, more ? &jobs[n - 1].job_id : NULL, 1, err);
}

static const ptl_param job_list_params[] = {
    {.name = "limit",
     .type = PTL_PARAM_INT,
     .unit = "jobs",
     .defaults = "20",
     .min = 1,
     .max = 10000,
     .about = "How many at most."},
    PTL_PARAM_CURSOR,
};

const ptl_op ptl_op_job_list = {
    .name = "job.list",
    .summary = "list long operations, how far they came and how they ended",
    .about = "An operation that takes long is a job: its step and share are recorded once a second "
             "while it runs. A job whose process died is interrupted.",
    .params = job_list_params,
    .n_params = 2,
    .result = "jobs: list(job int, run int, operation, state, share number, step, started_at "
              "time, ended_at time, failure) — the newest first\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan job list",
    .run = run_job_list,
};
