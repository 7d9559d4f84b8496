/* dispatch.c: every operation runs through here, whatever face asked.
 *
 * Invariants.
 *  1. A run is durable as `started` before its handler is called, and ends as done, failed or
 *     cancelled before the stores close. If the process dies between, opening settles it.
 *  2. A done run's state, its job's and its ledger entry are one transaction of records.
 *  3. A pure read leaves nothing behind: no run, no job, no entry.
 *  4. The answer kept with a run holds what the handler said, not what this call noticed beside it
 *     (settled runs, a draft that differs): those are notes of this call only.
 *
 * Threads: the handler may report progress from several. Records belong to the dispatching thread,
 * so a job's row is written from its reports alone, at most once a second. */
#include "ops/dispatch.h"
#include "ops/vertical.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "ops/draft.h"
#include "ops/limits.h"
#include "store/proposal.h"

enum { JOB_INTERVAL_MS = 1000, LOCK_SLICE_MS = 200, ENGINE_BYTES_MIN = 64 << 20 };

typedef struct session {
    const ptl_request *request;
    const ptl_op *op;
    ptl_reply *reply;
    ptl_instant now; /* the request's, or when the lock was got where another process held it */
    bool waited;
    ptl_arena arena;
    ptl_draft own_draft;
    const ptl_draft *draft; /* own, or the memo's */
    ptl_store own;          /* opened here, where the caller brought none */
    ptl_store *store;       /* NULL: none is open                         */
    ptl_config_version in_force;
    ptl_workspace own_workspace;
    const ptl_workspace *workspace; /* own, or the memo's; NULL: nothing is in force */
    bool draft_differs;
    bool is_first_use;
    ptl_pool *pool;
    ptl_executor executor;
    ptl_run run; /* run_id 0: this operation makes none */
    ptl_job job; /* job_id 0: not a job                 */
    int64_t job_written_ms;
    char step[256]; /* what the job's row says it does */
    pthread_t thread;
    ptl_progress_fn listen; /* the request's, called on from ours */
    void *listen_ctx;
} session;

/* --- cancelling ------------------------------------------------------------------------------- */

/* While the stores are open a cancel interrupts the engine too, between two looks at the flag. */
static void interrupt(void *warehouse)
{
    ptl_warehouse_interrupt(warehouse);
}

static bool is_cancelled(const session *s)
{
    return s->request->progress && atomic_load(&s->request->progress->cancelled);
}

/* --- what is kept from one call to the next --------------------------------------------------- */

static void forget_draft(ptl_dispatch_memo *memo)
{
    if (!memo->has_draft) return;
    ptl_draft_dispose(&memo->draft);
    ptl_arena_dispose(&memo->draft_arena);
    memo->has_draft = memo->knows_difference = false;
}

static void forget_workspace(ptl_dispatch_memo *memo)
{
    if (!memo->has_workspace) return;
    ptl_workspace_dispose(&memo->workspace);
    memo->has_workspace = memo->knows_difference = false;
}

void ptl_dispatch_memo_dispose(ptl_dispatch_memo *memo)
{
    forget_draft(memo);
    forget_workspace(memo);
}

/* --- opening ---------------------------------------------------------------------------------- */

/* Threads and memory are the machine's matter and needed before records can be read, so they come
 * from the draft, or are the defaults where the draft has faults. Answers do not depend on them. */
static ptl_store_options options_of(const ptl_draft *from, int32_t n_threads, const char *doing,
                                    ptl_instant now)
{
    ptl_store_options o = ptl_store_options_default();
    o.doing = doing;
    o.now = now;
    if (from->status == PTL_OK) {
        const ptl_workspace *draft = &from->workspace;
        if (n_threads == 0) n_threads = draft->n_threads;
        if (draft->memory_bytes_max > 0) o.warehouse.memory_bytes_max = draft->memory_bytes_max / 3;
    }
    if (n_threads > 0) o.warehouse.n_threads = n_threads;
    return o;
}

/* A load of ten million rows keeps half a gigabyte of its own beside the engine, which sorts as
 * fast in half of its share. */
static void leave_room(ptl_store_options *options, const ptl_op *op)
{
    int64_t *bytes = &options->warehouse.memory_bytes_max;
    if (!(op->effects & PTL_LOADS)) return;
    *bytes = *bytes / 2 < ENGINE_BYTES_MIN ? ENGINE_BYTES_MIN : *bytes / 2;
}

/* Waiting for the lock in slices, so that a cancel is heard while another process works. */
static ptl_status open_waiting(session *s, const char *dir, ptl_store_options *options,
                               ptl_error *err)
{
    const int64_t until = ptl_clock_monotonic_ms() + s->request->wait_ms;
    for (;; s->waited = true) {
        PTL_TRY(ptl_progress_check(s->request->progress, err));
        const int64_t left = until - ptl_clock_monotonic_ms();
        options->wait_ms = left < 0 ? 0 : left < LOCK_SLICE_MS ? left : LOCK_SLICE_MS;
        if (s->waited) s->now = options->now = ptl_clock_now();
        const ptl_status st = ptl_store_open(&s->own, dir, options, err);
        if (st != PTL_E_BUSY || ptl_clock_monotonic_ms() >= until) return st;
    }
}

/* The memo's as long as no file has changed. */
static ptl_status read_draft(session *s, ptl_error *err)
{
    ptl_hash stamp;
    ptl_dispatch_memo *memo = s->request->memo;
    s->draft = &s->own_draft;
    if (!memo) return ptl_draft_read(&s->own_draft, s->request->root, &s->arena, err);
    PTL_TRY(ptl_workspace_stamp(&stamp, s->request->root, &s->arena, err));
    s->draft = &memo->draft;
    if (memo->has_draft && ptl_hash_equal(stamp, memo->stamp)) return PTL_OK;
    forget_draft(memo);
    ptl_arena_init(&memo->draft_arena, PTL_CALL_BYTES_MAX, NULL);
    memo->has_draft = true;
    memo->stamp = stamp;
    const ptl_status st = ptl_draft_read(&memo->draft, s->request->root, &memo->draft_arena, err);
    if (st != PTL_OK) forget_draft(memo);
    return st;
}

/* A server keeps the stores open from one call to the next. */
static ptl_status borrow_store(session *s)
{
    s->store = s->request->store;
    (void)ptl_progress_hook(s->request->progress,
                            (ptl_cancel_hook){interrupt, s->store->warehouse});
    return PTL_OK;
}

static ptl_status open_store(session *s, ptl_error *err)
{
    if (!s->request->root)
        return ptl_fail(err, PTL_E_INTERNAL, "%s needs a workspace and was given none",
                        s->op->name);
    PTL_TRY(read_draft(s, err));
    if (s->request->store) return borrow_store(s);
    const char *dir = ptl_path_join(&s->arena, s->request->root, ".portolan", err);
    const char *doing = ptl_text_format(&s->arena, err, "portolan %s", s->op->name);
    if (!dir || !doing) return PTL_E_NO_MEMORY;
    ptl_store_options options = options_of(s->draft, s->request->n_threads, doing, s->now);
    leave_room(&options, s->op);
    PTL_TRY(open_waiting(s, dir, &options, err));
    s->store = &s->own;
    (void)ptl_progress_hook(s->request->progress,
                            (ptl_cancel_hook){interrupt, s->store->warehouse});
    if (!s->waited) return PTL_OK;
    ptl_draft_dispose(&s->own_draft); /* the files may have changed meanwhile */
    return ptl_draft_read(&s->own_draft, s->request->root, &s->arena, err);
}

static ptl_status first_version(session *s, ptl_error *err)
{
    PTL_TRY(ptl_draft_check(s->draft, s->reply, err));
    const ptl_apply apply = {
        .records = s->store->records, .actor = s->request->actor, .now = s->now};
    s->is_first_use = true;
    return ptl_draft_apply(&s->in_force, s->draft, &apply, &s->arena, err);
}

static ptl_status parse_version(ptl_workspace *out, const char *root, ptl_store *store,
                                int64_t version, ptl_arena *arena, ptl_error *err)
{
    ptl_config_file *files = NULL;
    int64_t n = 0;
    PTL_TRY(ptl_config_files(&files, &n, store->records, version, arena, err));
    const ptl_status st = ptl_workspace_parse(out, root, files, n, NULL, err);
    if (st != PTL_OK)
        return ptl_error_prefix(err, st, "configuration version %lld in force", (long long)version);
    out->version = version;
    return PTL_OK;
}

static ptl_status read_in_force(session *s, ptl_error *err)
{
    ptl_dispatch_memo *memo = s->request->memo;
    ptl_workspace *place = memo ? &memo->workspace : &s->own_workspace;
    const int64_t version = s->in_force.version;
    if (!memo || !memo->has_workspace || memo->version != version) {
        if (memo) forget_workspace(memo);
        PTL_TRY(parse_version(place, s->request->root, s->store, version, &s->arena, err));
        if (memo) {
            memo->has_workspace = true;
            memo->version = version;
        }
    }
    s->workspace = place;
    if (memo && memo->knows_difference) {
        s->draft_differs = memo->draft_differs;
        return PTL_OK;
    }
    PTL_TRY(
        ptl_draft_differs(&s->draft_differs, s->draft, s->store->records, version, &s->arena, err));
    if (!memo) return PTL_OK;
    memo->draft_differs = s->draft_differs;
    memo->knows_difference = true;
    return PTL_OK;
}

/* What is in force. An operation on the draft (apply) is what puts a first version there. A handle
 * that only reads is given a calendar that is there (ptl_dispatch_settle). */
static ptl_status read_configuration(session *s, ptl_error *err)
{
    PTL_TRY(ptl_config_in_force(&s->in_force, s->store->records, &s->arena, err));
    if (s->in_force.version == 0) {
        if (s->op->effects & PTL_DRAFT) return PTL_OK;
        PTL_TRY(first_version(s, err));
    }
    PTL_TRY(read_in_force(s, err));
    if (s->store->reads_only) return PTL_OK;
    return ptl_warehouse_calendar(s->store->warehouse, s->workspace->zone, err);
}

static ptl_status open_executor(session *s, ptl_error *err)
{
    if (!s->op->is_long && !ptl_op_makes_run(s->op)) return PTL_OK;
    int32_t n = s->request->n_threads;
    if (n == 0 && s->workspace) n = s->workspace->n_threads;
    PTL_TRY(ptl_pool_new(&s->pool, n, err));
    s->executor = ptl_pool_executor(s->pool);
    return PTL_OK;
}

/* --- runs ------------------------------------------------------------------------------------- */

/* What names a run's inputs: operation, parameters, data, configuration, seed. */
static ptl_hash hash_inputs(const session *s)
{
    ptl_hasher hasher;
    const uint64_t numbers[2] = {(uint64_t)s->run.warehouse_version, s->run.seed};
    ptl_hasher_init(&hasher);
    ptl_hasher_add_text(&hasher, ptl_text_of(s->run.operation));
    ptl_hasher_add_text(&hasher, ptl_text_of(s->run.parameters));
    for (int i = 0; i < 2; i++) { /* little endian wherever this runs */
        uint8_t bytes[8];
        for (int j = 0; j < 8; j++) bytes[j] = (uint8_t)(numbers[i] >> (8 * j));
        ptl_hasher_add(&hasher, bytes, sizeof bytes);
    }
    if (s->workspace)
        ptl_hasher_add(&hasher, s->workspace->hash.bytes, sizeof s->workspace->hash.bytes);
    return ptl_hasher_finish(&hasher);
}

static ptl_status describe_run(session *s, ptl_error *err)
{
    ptl_buffer canonical;
    ptl_buffer_init(&canonical, 2 * (size_t)PTL_ARGS_BYTES_MAX, NULL);
    ptl_status st = ptl_args_canonical(&canonical, s->request->args, err);
    const char *parameters = NULL;
    if (st == PTL_OK) parameters = ptl_text_copy(ptl_buffer_borrow(&canonical), &s->arena, err);
    ptl_buffer_dispose(&canonical);
    PTL_TRY(st);
    if (!parameters) return PTL_E_NO_MEMORY;
    s->run = (ptl_run){.operation = s->op->name,
                       .parameters = parameters,
                       .config_version = s->in_force.version,
                       .actor = s->request->actor,
                       .state = PTL_RUN_STARTED,
                       .started_at = s->now};
    PTL_TRY(ptl_warehouse_version(&s->run.warehouse_version, s->store->warehouse, err));
    PTL_TRY(ptl_fingerprint(&s->run.fingerprint, &s->arena, err));
    s->run.inputs_hash = hash_inputs(s);
    return PTL_OK;
}

/* The earlier run's answer where inputs and numeric fingerprint are the same. */
static ptl_status answer_from_cache(bool *answered, session *s, ptl_error *err)
{
    *answered = false;
    if (!(s->op->effects & PTL_CACHED) || s->request->force) return PTL_OK;
    ptl_run earlier = {0};
    PTL_TRY(ptl_run_find(&earlier, s->store->records, s->run.inputs_hash, &s->arena, err));
    if (earlier.run_id == 0 || !ptl_reply_is_saved(ptl_text_of(earlier.outcome))) return PTL_OK;
    if (strcmp(earlier.fingerprint, s->run.fingerprint) != 0) return PTL_OK;
    PTL_TRY(ptl_reply_load(s->reply, ptl_text_of(earlier.outcome), err));
    char ended[40];
    ptl_instant_format(ended, earlier.ended_at);
    ptl_reply_note(s->reply,
                   "nothing has changed since run %lld of %s, so this is its answer; "
                   "--force computes it again",
                   (long long)earlier.run_id, ended);
    *answered = true;
    return PTL_OK;
}

static ptl_status start_run(session *s, ptl_error *err)
{
    PTL_TRY(ptl_run_start(&s->run, s->store->records, err));
    if (!s->op->is_long) return PTL_OK;
    s->job = (ptl_job){.job_id = s->request->job_id,
                       .run_id = s->run.run_id,
                       .operation = s->run.operation,
                       .parameters = s->run.parameters,
                       .state = PTL_JOB_RUNNING,
                       .share = PTL_NAN,
                       .queued_at = s->now,
                       .started_at = s->now};
    if (s->job.job_id > 0) return ptl_job_update(s->store->records, &s->job, err);
    return ptl_job_add(&s->job, s->store->records, err);
}

/* The job's row follows the work; a row that cannot be written now is written by the next. */
static void listen_and_record(void *ctx, const ptl_progress_state *state)
{
    session *s = ctx;
    if (s->listen) s->listen(s->listen_ctx, state);
    if (!pthread_equal(pthread_self(), s->thread)) return;
    const int64_t now = ptl_clock_monotonic_ms();
    if (now - s->job_written_ms < JOB_INTERVAL_MS) return;
    s->job_written_ms = now;
    snprintf(s->step, sizeof s->step, "%s", state->what ? state->what : "");
    s->job.step = s->step;
    s->job.share = state->share;
    const ptl_status st = ptl_job_update(s->store->records, &s->job, NULL);
    (void)st;
}

static void listen_begin(session *s)
{
    if (s->job.job_id == 0 || !s->request->progress) return;
    s->thread = pthread_self();
    s->job_written_ms = ptl_clock_monotonic_ms();
    s->listen = s->request->progress->listen;
    s->listen_ctx = s->request->progress->ctx;
    s->request->progress->ctx = s;
    s->request->progress->listen = listen_and_record;
}

static void listen_end(session *s)
{
    if (s->job.job_id == 0 || !s->request->progress) return;
    s->request->progress->listen = s->listen;
    s->request->progress->ctx = s->listen_ctx;
}

/* --- the end of a run ------------------------------------------------------------------------- */

static ptl_status enter_ledger(session *s, ptl_text outcome, ptl_instant ended, ptl_error *err)
{
    if (!(s->op->effects & PTL_WRITES) || (s->op->effects & PTL_ENTERS)) return PTL_OK;
    char inputs[PTL_HASH_HEX];
    char answer[PTL_HASH_HEX];
    ptl_hash_format(inputs, s->run.inputs_hash);
    ptl_hash_format(answer, ptl_hash_bytes(outcome.ptr, outcome.len));
    ptl_buffer body;
    ptl_json json;
    ptl_buffer_init(&body, 2 * (size_t)PTL_ARGS_BYTES_MAX, NULL);
    ptl_json_init_buffer(&json, &body, 0, err);
    ptl_json_object(&json);
    ptl_json_put_string(&json, "operation", s->op->name);
    ptl_json_key(&json, "parameters");
    ptl_json_raw(&json, ptl_text_of(s->run.parameters));
    ptl_json_put_int(&json, "config_version", s->run.config_version);
    ptl_json_put_int(&json, "warehouse_version", s->run.warehouse_version);
    ptl_json_put_string(&json, "inputs", inputs);
    ptl_json_put_string(&json, "answer", answer);
    ptl_json_object_end(&json);
    ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK)
        st = ptl_ledger_append(NULL, s->store->records, s->op->entry ? s->op->entry : s->op->name,
                               s->request->actor, s->run.run_id, ptl_buffer_borrow(&body), ended,
                               err);
    ptl_buffer_dispose(&body);
    return st;
}

/* Invariant 2: everything that says how the run ended. */
static ptl_status write_end(session *s, ptl_run_state state, ptl_text outcome, const char *failure,
                            ptl_error *err)
{
    const ptl_instant ended = ptl_clock_now();
    PTL_TRY(ptl_run_end(s->store->records, s->run.run_id, state, outcome.ptr, failure, ended, err));
    if (s->job.job_id > 0) {
        s->job.state = state == PTL_RUN_DONE     ? PTL_JOB_DONE
                       : state == PTL_RUN_FAILED ? PTL_JOB_FAILED
                                                 : PTL_JOB_CANCELLED;
        s->job.share = state == PTL_RUN_DONE ? 1.0 : s->job.share;
        s->job.ended_at = ended;
        s->job.failure = failure;
        PTL_TRY(ptl_job_update(s->store->records, &s->job, err));
    }
    return state == PTL_RUN_DONE ? enter_ledger(s, outcome, ended, err) : PTL_OK;
}

static ptl_status write_end_at_once(session *s, ptl_run_state state, ptl_text outcome,
                                    const char *failure, ptl_error *err)
{
    PTL_TRY(ptl_records_begin(s->store->records, err));
    const ptl_status st = write_end(s, state, outcome, failure, err);
    if (st == PTL_OK) return ptl_records_commit(s->store->records, err);
    ptl_records_rollback(s->store->records);
    return st;
}

static ptl_status end_done(session *s, ptl_error *err)
{
    ptl_reply_id(s->reply, "run", "run", s->run.run_id);
    ptl_buffer outcome;
    ptl_json json;
    ptl_buffer_init(&outcome, PTL_OUTCOME_BYTES_MAX, NULL);
    ptl_json_init_buffer(&json, &outcome, 0, err);
    ptl_reply_save(s->reply, &json);
    ptl_status st = ptl_reply_check(s->reply, err);
    if (st == PTL_OK) st = ptl_json_finish(&json);
    if (st == PTL_OK)
        st = write_end_at_once(s, PTL_RUN_DONE, ptl_buffer_borrow(&outcome), NULL, err);
    ptl_buffer_dispose(&outcome);
    if (st != PTL_OK)
        return ptl_error_prefix(err, st, "%s did its work, but run %lld could not be closed",
                                s->op->name, (long long)s->run.run_id);
    return PTL_OK;
}

/* The words of the failure stay the caller's, whatever recording them says. */
static void end_failed(session *s, ptl_status why, const ptl_error *err)
{
    ptl_error ignored;
    const ptl_run_state state = why == PTL_E_CANCELLED ? PTL_RUN_CANCELLED : PTL_RUN_FAILED;
    const ptl_status st = write_end_at_once(s, state, (ptl_text){0}, err->message, &ignored);
    (void)st; /* opening settles a run that is still started */
}

/* --- the call --------------------------------------------------------------------------------- */

static ptl_status call_handler(session *s, ptl_error *err)
{
    ptl_call call = {.op = s->op,
                     .args = s->request->args,
                     .root = s->request->root,
                     .workspace = s->workspace,
                     .store = s->store,
                     .held = s->request->store,
                     .executor = s->pool ? &s->executor : NULL,
                     .progress = s->request->progress,
                     .arena = &s->arena,
                     .reply = s->reply,
                     .now = s->now,
                     .actor = s->request->actor,
                     .role = s->request->role,
                     .verticals = s->request->verticals,
                     .run_id = s->run.run_id,
                     .whole = s->request->whole,
                     .force = s->request->force,
                     .asker = s->request->asker};
    PTL_TRY(ptl_progress_check(s->request->progress, err));
    PTL_TRY(s->op->run(&call, err));
    return ptl_reply_check(s->reply, err);
}

/* An interrupted engine may say so in many words; who asked for it knows better. */
static ptl_status name_cancel(const session *s, ptl_status st, ptl_error *err)
{
    if (st == PTL_OK || (st != PTL_E_CANCELLED && !is_cancelled(s))) return st;
    (void)ptl_fail(err, PTL_E_CANCELLED, "%s was cancelled", s->op->name);
    ptl_error_hint(err, "nothing half-done was left behind; what was complete before stays");
    return PTL_E_CANCELLED;
}

static ptl_status run_and_record(session *s, ptl_error *err)
{
    bool answered = false;
    PTL_TRY(describe_run(s, err));
    PTL_TRY(answer_from_cache(&answered, s, err));
    if (answered) return PTL_OK;
    PTL_TRY(start_run(s, err));
    listen_begin(s);
    const ptl_status st = name_cancel(s, call_handler(s, err), err);
    listen_end(s);
    if (st == PTL_OK) return end_done(s, err);
    end_failed(s, st, err);
    return st;
}

static void note_settled(const session *s)
{
    const int64_t gone = s->own.n_settled_interrupted;
    const int64_t done = s->own.n_settled_done;
    if (gone > 0)
        ptl_reply_note(s->reply,
                       "%lld run%s had been interrupted and left nothing behind; "
                       "portolan run list shows %s",
                       (long long)gone, gone == 1 ? "" : "s", gone == 1 ? "it" : "them");
    if (done > 0)
        ptl_reply_note(s->reply,
                       "%lld run%s had ended without a record of it; what %s wrote is "
                       "complete and %s now recorded as done",
                       (long long)done, done == 1 ? "" : "s", done == 1 ? "it" : "they",
                       done == 1 ? "it is" : "they are");
}

/* The folder's draft may be one that waits for somebody's agreement. */
static int64_t proposal_of_draft(const session *s)
{
    int64_t proposal = 0;
    if (s->draft->status != PTL_OK) return 0;
    const ptl_status st =
        ptl_proposal_waiting(&proposal, s->store->records, s->draft->workspace.hash, s->now, NULL);
    return st == PTL_OK ? proposal : 0; /* a note is no reason to fail */
}

static void note_difference(const session *s)
{
    const int64_t proposal = proposal_of_draft(s);
    if (proposal > 0)
        ptl_reply_note(s->reply,
                       "the workspace's files differ from version %lld, which is in force: "
                       "proposal %lld waits for a decision",
                       (long long)s->in_force.version, (long long)proposal);
    else if (s->draft->status == PTL_OK)
        ptl_reply_note(s->reply,
                       "the workspace's files differ from version %lld, which is in "
                       "force; portolan apply puts them in force",
                       (long long)s->in_force.version);
    else
        ptl_reply_note(s->reply,
                       "the workspace's files have faults, so version %lld stays in "
                       "force; portolan apply lists them",
                       (long long)s->in_force.version);
}

static void note_draft(const session *s)
{
    if (s->is_first_use && s->workspace)
        ptl_reply_note(s->reply,
                       "this is the workspace's first use: its files are in force as "
                       "version %lld",
                       (long long)s->in_force.version);
    if (s->draft_differs && !(s->op->effects & PTL_DRAFT)) note_difference(s);
}

static ptl_status with_store(session *s, ptl_error *err)
{
    PTL_TRY(open_store(s, err));
    ptl_status st = read_configuration(s, err);
    if (st == PTL_OK) st = open_executor(s, err);
    if (st == PTL_OK && ptl_op_makes_run(s->op))
        st = run_and_record(s, err);
    else if (st == PTL_OK)
        st = call_handler(s, err);
    note_settled(s);
    note_draft(s);
    return st;
}

static void close_session(session *s)
{
    ptl_pool_free(s->pool);
    (void)ptl_progress_hook(s->request->progress, (ptl_cancel_hook){0});
    if (s->store == &s->own) ptl_store_close(&s->own);
    if (s->workspace == &s->own_workspace) ptl_workspace_dispose(&s->own_workspace);
    ptl_draft_dispose(&s->own_draft);
    ptl_arena_dispose(&s->arena);
}

ptl_status ptl_dispatch_op(ptl_reply *reply, const ptl_op *op, const ptl_request *request,
                           ptl_error *err)
{
    ptl_error scratch; /* run records need the words even where the caller does not */
    if (!err) err = &scratch;
    ptl_error_clear(err);
    session s = {.request = request, .reply = reply, .op = op, .now = request->now};
    if (!request->args || ptl_args_op(request->args) != op)
        return ptl_fail(err, PTL_E_INTERNAL, "%s was given another operation's parameters",
                        op->name);
    ptl_arena_init(&s.arena, PTL_CALL_BYTES_MAX, NULL);
    ptl_status st = (op->effects & PTL_NO_STORE) ? call_handler(&s, err) : with_store(&s, err);
    st = name_cancel(&s, st, err);
    close_session(&s);
    ptl_reply_bound(reply, request->verticals);
    return st;
}

ptl_status ptl_dispatch_store(ptl_store *out, const char *root, const char *doing, int64_t wait_ms,
                              ptl_error *err)
{
    ptl_arena arena;
    ptl_draft draft = {0};
    ptl_arena_init(&arena, PTL_CALL_BYTES_MAX, NULL);
    ptl_status st = ptl_draft_read(&draft, root, &arena, err);
    const char *dir = st == PTL_OK ? ptl_path_join(&arena, root, ".portolan", err) : NULL;
    if (st == PTL_OK && !dir) st = PTL_E_NO_MEMORY;
    if (st == PTL_OK) {
        ptl_store_options options = options_of(&draft, 0, doing, ptl_clock_now());
        options.wait_ms = wait_ms;
        st = ptl_store_open(out, dir, &options, err);
    }
    ptl_draft_dispose(&draft);
    ptl_arena_dispose(&arena);
    return st;
}

static ptl_status settle(bool *settled, int64_t *version, ptl_store *store, const char *root,
                         ptl_arena *arena, ptl_error *err)
{
    ptl_config_version in_force;
    ptl_workspace workspace;
    PTL_TRY(ptl_config_in_force(&in_force, store->records, arena, err));
    *version = in_force.version;
    if (in_force.version == 0) return PTL_OK;
    PTL_TRY(parse_version(&workspace, root, store, in_force.version, arena, err));
    const ptl_status st = ptl_warehouse_calendar(store->warehouse, workspace.zone, err);
    ptl_workspace_dispose(&workspace);
    *settled = st == PTL_OK;
    return st;
}

ptl_status ptl_dispatch_settle(bool *settled, int64_t *version, ptl_store *store, const char *root,
                               ptl_error *err)
{
    ptl_arena arena;
    *settled = false;
    *version = 0;
    ptl_arena_init(&arena, PTL_CALL_BYTES_MAX, NULL);
    const ptl_status st = settle(settled, version, store, root, &arena, err);
    ptl_arena_dispose(&arena);
    return st;
}

ptl_status ptl_dispatch(ptl_reply *reply, const ptl_request *request, ptl_error *err)
{
    const ptl_op *op = NULL;
    PTL_TRY(ptl_op_find(&op, ptl_text_of(request->operation), err));
    return ptl_dispatch_op(reply, op, request, err);
}
