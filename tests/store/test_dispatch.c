/* The dispatcher, by operations made for it: what is recorded, when, and what is not. Numbers in
 * comments are the invariants of dispatch.c. */
#include <stdlib.h>

#include "base/clock.h"
#include "ops/dispatch.h"
#include "support/expect.h"
#include "support/scratch.h"

typedef struct fixture {
    scratch s;
    char root[128];
    char dir[160];
    ptl_arena arena;
    ptl_reply *reply; /* of the last call */
    ptl_error err;
} fixture;

/* What the handlers below were last called with, and how often. */
static int n_calls;
static int64_t run_seen;
static bool force_seen;

static void *fresh_reply(fixture *f)
{
    ptl_reply_free(f->reply);
    f->reply = NULL;
    if (ptl_reply_new(&f->reply, &f->err) != PTL_OK) fail_msg("%s", f->err.message);
    return f->reply;
}

static int set_up(void **state)
{
    static fixture f;
    const ptl_init_options options = {.size = sizeof options, .company = "Acme", .zone = "UTC"};
    memset(&f, 0, sizeof f);
    scratch_make(&f.s);
    snprintf(f.root, sizeof f.root, "%s/ws", f.s.dir);
    snprintf(f.dir, sizeof f.dir, "%s/.portolan", f.root);
    ptl_arena_init(&f.arena, 16 << 20, NULL);
    n_calls = 0;
    *state = &f;
    return ptl_workspace_init(f.root, &options, &f.err) == PTL_OK ? 0 : 1;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ptl_reply_free(f->reply);
    ptl_arena_dispose(&f->arena);
    scratch_remove(&f->s);
    return 0;
}

static ptl_status call(fixture *f, const ptl_op *op, const char *json, bool force,
                       ptl_progress *progress)
{
    ptl_args *args = NULL;
    PTL_TRY(ptl_args_from_json(&args, op, ptl_text_of(json), &f->arena, &f->err));
    const ptl_request request = {.operation = op->name,
                                 .args = args,
                                 .root = f->root,
                                 .actor = "mira",
                                 .force = force,
                                 .progress = progress,
                                 .now = ptl_clock_now()};
    return ptl_dispatch_op(fresh_reply(f), op, &request, &f->err);
}

#define err f->err /* EXPECT_* print the caller's `err` */

/* --- what the store holds afterwards ---------------------------------------------------------- */

static void open_store(ptl_store *store, fixture *f)
{
    const ptl_store_options options = ptl_store_options_default();
    EXPECT_OK(ptl_store_open(store, f->dir, &options, &err));
}

static ptl_run *list_runs(int64_t *n, fixture *f)
{
    ptl_store store;
    ptl_run *runs = NULL;
    open_store(&store, f);
    EXPECT_OK(ptl_run_list(&runs, n, store.records, -1, NULL, 100, &f->arena, &err));
    ptl_store_close(&store);
    return runs;
}

static ptl_ledger_entry *list_ledger(int64_t *n, fixture *f)
{
    ptl_store store;
    ptl_ledger_entry *entries = NULL;
    open_store(&store, f);
    EXPECT_OK(ptl_ledger_list(&entries, n, store.records, 0, 100, &f->arena, &err));
    ptl_store_close(&store);
    return entries;
}

static ptl_job *list_jobs(int64_t *n, fixture *f)
{
    ptl_store store;
    ptl_job *jobs = NULL;
    open_store(&store, f);
    EXPECT_OK(ptl_job_list(&jobs, n, store.records, 100, &f->arena, &err));
    ptl_store_close(&store);
    return jobs;
}

static const char *answer_json(fixture *f)
{
    static ptl_buffer out;
    ptl_json json;
    ptl_buffer_dispose(&out);
    ptl_buffer_init(&out, 1 << 20, NULL);
    ptl_json_init_buffer(&json, &out, 0, &err);
    ptl_reply_write_json(f->reply, &json);
    EXPECT_OK(ptl_json_finish(&json));
    char *copy = ptl_text_copy(ptl_buffer_borrow(&out), &f->arena, &err);
    ptl_buffer_dispose(&out);
    return copy;
}

/* --- operations ------------------------------------------------------------------------------- */

static ptl_status count_calls(ptl_call *c, ptl_error *e)
{
    (void)e;
    n_calls++;
    run_seen = c->run_id;
    force_seen = c->force;
    ptl_reply_say(c->reply, "call %d", n_calls);
    ptl_reply_int(c->reply, "calls", "Calls", n_calls);
    return PTL_OK;
}

static ptl_status fail_always(ptl_call *c, ptl_error *e)
{
    (void)c;
    return ptl_fail(e, PTL_E_LIMIT, "the test is full: 17");
}

static ptl_status forget_the_table(ptl_call *c, ptl_error *e)
{
    static const ptl_reply_column columns[] = {{"a", "A", false}};
    (void)e;
    ptl_reply_table(c->reply, "t", "T", columns, 1);
    return PTL_OK;
}

static ptl_status work_long(ptl_call *c, ptl_error *e)
{
    for (int i = 0; i < 140; i++) {
        PTL_TRY(ptl_progress_check(c->progress, e));
        ptl_progress_step(c->progress, "counting to 140", i, 140);
        const struct timespec t = {0, 10000000};
        nanosleep(&t, NULL);
    }
    return PTL_OK;
}

static ptl_status cancel_itself(ptl_call *c, ptl_error *e)
{
    ptl_progress_cancel(c->progress);
    return ptl_fail(e, PTL_E_IO, "the engine said something else");
}

static const ptl_param k_param[] = {
    {.name = "k", .type = PTL_PARAM_INT, .defaults = "1", .min = 1, .max = 9, .about = "k."}};

#define OP(op_name, handler, ...)                                                                  \
    (const ptl_op)                                                                                 \
    {                                                                                              \
        .name = op_name, .summary = "s", .about = "a.", .params = k_param, .n_params = 1,          \
        .result = "", .right = "everyone", .example = "portolan", .run = handler, __VA_ARGS__      \
    }

/* --- tests ------------------------------------------------------------------------------------ */

static void a_read_leaves_nothing(void **state) /* 3 */
{
    fixture *f = *state;
    const ptl_op op = OP("test.read", count_calls, .effects = PTL_READS, .is_long = true);
    int64_t n = -1;
    EXPECT_OK(call(f, &op, "{}", false, NULL));
    EXPECT_INT(run_seen, 0);
    (void)list_runs(&n, f);
    EXPECT_INT(n, 0);
    (void)list_jobs(&n, f);
    EXPECT_INT(n, 0);
    const ptl_ledger_entry *entries = list_ledger(&n, f);
    EXPECT_INT(n, 1); /* the first use put version 1 in force */
    EXPECT_STR(entries[0].kind, "config.applied");
    assert_non_null(strstr(answer_json(f), "first use"));
}

static void a_write_leaves_run_and_entry(void **state) /* 1, 2 */
{
    fixture *f = *state;
    const ptl_op op =
        OP("test.write", count_calls, .effects = PTL_READS | PTL_WRITES, .entry = "test.written");
    int64_t n = -1;
    EXPECT_OK(call(f, &op, "{\"k\":3}", true, NULL));
    assert_true(force_seen);
    const ptl_run *runs = list_runs(&n, f);
    EXPECT_INT(n, 1);
    EXPECT_INT(runs[0].run_id, run_seen);
    EXPECT_INT(runs[0].state, PTL_RUN_DONE);
    EXPECT_INT(runs[0].config_version, 1);
    EXPECT_STR(runs[0].operation, "test.write");
    EXPECT_STR(runs[0].parameters, "{\"k\":3}");
    EXPECT_STR(runs[0].actor, "mira");
    assert_non_null(strstr(runs[0].fingerprint, "DuckDB"));
    assert_true(ptl_reply_is_saved(ptl_text_of(runs[0].outcome)));
    const ptl_ledger_entry *entries = list_ledger(&n, f);
    EXPECT_INT(n, 2);
    EXPECT_STR(entries[1].kind, "test.written");
    EXPECT_INT(entries[1].run_id, run_seen);
    assert_non_null(strstr(entries[1].body.ptr, "\"parameters\":{\"k\":3}"));
}

static void inputs_are_named_by_all_they_are(void **state)
{
    fixture *f = *state;
    const ptl_op op = OP("test.write", count_calls, .effects = PTL_READS | PTL_WRITES);
    const ptl_op other = OP("test.other", count_calls, .effects = PTL_READS | PTL_WRITES);
    int64_t n = -1;
    EXPECT_OK(call(f, &op, "{}", false, NULL));
    EXPECT_OK(call(f, &op, "{\"k\":1}", false, NULL)); /* the default: the same inputs */
    EXPECT_OK(call(f, &op, "{\"k\":2}", false, NULL));
    EXPECT_OK(call(f, &other, "{}", false, NULL));
    const ptl_run *runs = list_runs(&n, f); /* newest first */
    EXPECT_INT(n, 4);
    assert_true(ptl_hash_equal(runs[3].inputs_hash, runs[2].inputs_hash));
    assert_false(ptl_hash_equal(runs[3].inputs_hash, runs[1].inputs_hash));
    assert_false(ptl_hash_equal(runs[3].inputs_hash, runs[0].inputs_hash));
}

static void the_same_inputs_give_the_same_answer(void **state) /* 4 */
{
    fixture *f = *state;
    const ptl_op op = OP("test.cached", count_calls, .effects = PTL_READS | PTL_CACHED);
    int64_t n = -1;
    EXPECT_OK(call(f, &op, "{}", false, NULL));
    EXPECT_OK(call(f, &op, "{}", false, NULL));
    EXPECT_INT(n_calls, 1);
    assert_non_null(strstr(answer_json(f), "\"said\":[\"call 1\"],\"calls\":1,\"run\":1"));
    assert_non_null(strstr(answer_json(f), "nothing has changed since run 1"));
    assert_null(strstr(answer_json(f), "first use")); /* a note of that call, not of this */
    EXPECT_OK(call(f, &op, "{\"k\":2}", false, NULL));
    EXPECT_INT(n_calls, 2);
    EXPECT_OK(call(f, &op, "{}", true, NULL));
    EXPECT_INT(n_calls, 3);
    EXPECT_OK(call(f, &op, "{}", false, NULL)); /* the newest answer */
    EXPECT_INT(n_calls, 3);
    assert_non_null(strstr(answer_json(f), "\"calls\":3,\"run\":3"));
    (void)list_runs(&n, f);
    EXPECT_INT(n, 3);
}

static void a_changed_configuration_is_another_input(void **state)
{
    fixture *f = *state;
    const ptl_op op = OP("test.cached", count_calls, .effects = PTL_READS | PTL_CACHED);
    const ptl_op *apply = NULL;
    char path[256];
    EXPECT_OK(call(f, &op, "{}", false, NULL));
    snprintf(path, sizeof path, "%s/portolan.yaml", f->root);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs("# changed\n", file);
    fclose(file);
    EXPECT_OK(call(f, &op, "{}", false, NULL)); /* a draft is not in force */
    EXPECT_INT(n_calls, 1);
    assert_non_null(strstr(answer_json(f), "differ from version 1"));
    EXPECT_OK(ptl_op_find(&apply, PTL_TEXT("apply"), &err));
    EXPECT_OK(call(f, apply, "{}", false, NULL));
    EXPECT_OK(call(f, &op, "{}", false, NULL));
    EXPECT_INT(n_calls, 2);
}

static void a_failure_is_recorded_in_its_words(void **state)
{
    fixture *f = *state;
    const ptl_op op = OP("test.fail", fail_always, .effects = PTL_READS | PTL_WRITES);
    const ptl_op slip = OP("test.slip", forget_the_table, .effects = PTL_READS | PTL_WRITES);
    int64_t n = -1;
    EXPECT_FAIL(call(f, &op, "{}", false, NULL), PTL_E_LIMIT, "the test is full: 17");
    EXPECT_FAIL(call(f, &slip, "{}", false, NULL), PTL_E_INTERNAL, "was not ended");
    const ptl_run *runs = list_runs(&n, f);
    EXPECT_INT(n, 2);
    EXPECT_INT(runs[0].state, PTL_RUN_FAILED);
    EXPECT_INT(runs[1].state, PTL_RUN_FAILED);
    EXPECT_STR(runs[1].failure, "the test is full: 17");
    (void)list_ledger(&n, f);
    EXPECT_INT(n, 1); /* nothing was done, nothing is entered */
}

static void count_reports(void *ctx, const ptl_progress_state *progress)
{
    (void)progress;
    ++*(int *)ctx;
}

static void a_long_one_is_a_job(void **state)
{
    fixture *f = *state;
    const ptl_op op =
        OP("test.long", work_long, .effects = PTL_READS | PTL_WRITES, .is_long = true);
    ptl_progress progress;
    int n_reports = 0;
    int64_t n = -1;
    ptl_progress_init(&progress, count_reports, &n_reports);
    EXPECT_OK(call(f, &op, "{}", false, &progress));
    assert_true(n_reports > 5); /* who listened before still does */
    assert_true(progress.listen == count_reports);
    const ptl_job *jobs = list_jobs(&n, f);
    EXPECT_INT(n, 1);
    EXPECT_INT(jobs[0].state, PTL_JOB_DONE);
    EXPECT_STR(jobs[0].step, "counting to 140");
    assert_true(jobs[0].share == 1.0);
    EXPECT_INT(jobs[0].run_id, 1);
}

static void a_cancel_is_a_cancel_whatever_the_engine_says(void **state)
{
    fixture *f = *state;
    const ptl_op op =
        OP("test.cancel", cancel_itself, .effects = PTL_READS | PTL_WRITES, .is_long = true);
    ptl_progress progress;
    int64_t n = -1;
    ptl_progress_init(&progress, NULL, NULL);
    EXPECT_FAIL(call(f, &op, "{}", false, &progress), PTL_E_CANCELLED, "test.cancel was cancelled");
    assert_non_null(strstr(err.hint, "nothing half-done"));
    EXPECT_INT(list_runs(&n, f)[0].state, PTL_RUN_CANCELLED);
    EXPECT_INT(list_jobs(&n, f)[0].state, PTL_JOB_CANCELLED);
    EXPECT_FAIL(call(f, &op, "{}", false, &progress), PTL_E_CANCELLED, "cancelled");
    (void)list_runs(&n, f);
    EXPECT_INT(n, 1); /* cancelled before it began: no run */
}

static void foreign_parameters_are_refused(void **state)
{
    fixture *f = *state;
    const ptl_op op = OP("test.read", count_calls, .effects = PTL_READS);
    const ptl_op other = OP("test.other", count_calls, .effects = PTL_READS);
    ptl_args *args = NULL;
    EXPECT_OK(ptl_args_from_json(&args, &other, PTL_TEXT("{}"), &f->arena, &err));
    const ptl_request request = {.operation = "test.read", .args = args, .root = f->root};
    EXPECT_FAIL(ptl_dispatch_op(fresh_reply(f), &op, &request, &err), PTL_E_INTERNAL, "parameters");
    EXPECT_FAIL(ptl_dispatch(f->reply, &request, &err), PTL_E_NOT_FOUND, "test.read");
    EXPECT_INT(n_calls, 0);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_read_leaves_nothing),
        CASE(a_write_leaves_run_and_entry),
        CASE(inputs_are_named_by_all_they_are),
        CASE(the_same_inputs_give_the_same_answer),
        CASE(a_changed_configuration_is_another_input),
        CASE(a_failure_is_recorded_in_its_words),
        CASE(a_long_one_is_a_job),
        CASE(a_cancel_is_a_cancel_whatever_the_engine_says),
        CASE(foreign_parameters_are_refused),
    };
    return cmocka_run_group_tests_name("dispatch", tests, NULL, NULL);
}
