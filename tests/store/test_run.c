/* test_run.c: runs and jobs: their states, what is refused, what a dead process leaves. */
#include "support/records.h"

#include <math.h>
#include <sqlite3.h>

static ptl_run a_run(const char *operation, const char *inputs)
{
    return (ptl_run){.operation = operation,
                     .parameters = "{\"file\":\"orders.csv\"}",
                     .inputs_hash = ptl_hash_bytes(inputs, strlen(inputs)),
                     .warehouse_version = 17,
                     .config_version = 3,
                     .seed = 0xfedcba9876543210u, /* beyond int64: kept bit by bit */
                     .fingerprint = "x86-64 OpenBLAS 0.3.21",
                     .actor = "ada",
                     .started_at = 1763273520000001};
}

static void test_start_is_durable(void **state)
{
    (void)state;
    ptl_run run = a_run("source.import", "a");
    EXPECT_OK(ptl_run_start(&run, records, &err));
    EXPECT_INT(run.run_id, 1);
    /* another connection sees it: it was committed on return */
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(scratch_path(&dir, "records.sqlite"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT state FROM run", -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    EXPECT_STR((const char *)sqlite3_column_text(s, 0), "started");
    sqlite3_finalize(s);
    sqlite3_close(db);
    EXPECT_OK(ptl_records_begin(records, &err));
    EXPECT_FAIL(ptl_run_start(&run, records, &err), PTL_E_CONFLICT, "inside a transaction");
    ptl_records_rollback(records);
}

static void test_round_trip(void **state)
{
    (void)state;
    ptl_run run = a_run("source.import", "a"), got;
    EXPECT_OK(ptl_run_start(&run, records, &err));
    EXPECT_OK(ptl_run_get(&got, records, run.run_id, &arena, &err));
    EXPECT_STR(got.operation, "source.import");
    EXPECT_STR(got.parameters, "{\"file\":\"orders.csv\"}");
    assert_true(ptl_hash_equal(got.inputs_hash, run.inputs_hash));
    EXPECT_INT(got.warehouse_version, 17);
    EXPECT_INT(got.config_version, 3);
    assert_true(got.seed == 0xfedcba9876543210u);
    EXPECT_STR(got.fingerprint, run.fingerprint);
    EXPECT_STR(got.actor, "ada");
    EXPECT_INT(got.state, PTL_RUN_STARTED);
    EXPECT_INT(got.started_at, 1763273520000001);
    EXPECT_INT(got.ended_at, 0);
    assert_null(got.outcome);
    assert_null(got.failure);
    EXPECT_OK(ptl_run_end(records, 1, PTL_RUN_DONE, "{\"rows\":31}", NULL, 1763273520000777, &err));
    EXPECT_OK(ptl_run_get(&got, records, 1, &arena, &err));
    EXPECT_INT(got.state, PTL_RUN_DONE);
    EXPECT_INT(got.ended_at, 1763273520000777);
    EXPECT_STR(got.outcome, "{\"rows\":31}");
}

static void test_end_is_final(void **state)
{
    (void)state;
    EXPECT_FAIL(ptl_run_end(records, 1, PTL_RUN_DONE, NULL, NULL, 1, &err), PTL_E_NOT_FOUND,
                "no runs yet");
    ptl_run run = a_run("source.import", "a");
    EXPECT_OK(ptl_run_start(&run, records, &err));
    EXPECT_FAIL(ptl_run_end(records, 1, PTL_RUN_STARTED, NULL, NULL, 1, &err), PTL_E_INVALID,
                "cannot end");
    EXPECT_FAIL(ptl_run_end(records, 1, PTL_RUN_DONE, "{rows", NULL, 1, &err), PTL_E_INVALID,
                "not JSON");
    EXPECT_OK(ptl_run_end(records, 1, PTL_RUN_FAILED, NULL, "no such file", 1, &err));
    EXPECT_FAIL(ptl_run_end(records, 1, PTL_RUN_DONE, NULL, NULL, 1, &err), PTL_E_CONFLICT,
                "run 1 is already failed");
    EXPECT_FAIL(ptl_run_get(&run, records, 8, &arena, &err), PTL_E_NOT_FOUND, "highest is 1");
}

static void test_refusals(void **state)
{
    (void)state;
    ptl_run run = a_run("source.import", "a");
    run.parameters = "{\"a\":1,\"a\":2}";
    EXPECT_FAIL(ptl_run_start(&run, records, &err), PTL_E_INVALID, "not JSON");
    run = a_run(NULL, "a");
    EXPECT_FAIL(ptl_run_start(&run, records, &err), PTL_E_INVALID, "operation");
    ptl_run *runs;
    int64_t n;
    EXPECT_FAIL(ptl_run_list(&runs, &n, records, -1, NULL, 0, &arena, &err), PTL_E_INVALID,
                "not 0");
    EXPECT_FAIL(ptl_run_list(&runs, &n, records, 5, NULL, 1, &arena, &err), PTL_E_INVALID, "5");
}

/* Twelve runs: every third fails, every second is an import. */
static void test_list_and_find(void **state)
{
    (void)state;
    ptl_run *runs, found;
    int64_t n;
    EXPECT_OK(ptl_run_list(&runs, &n, records, -1, NULL, 10, &arena, &err));
    EXPECT_INT(n, 0);
    for (int i = 1; i <= 12; i++) {
        ptl_run run = a_run(i % 2 ? "review" : "source.import", i % 4 == 0 ? "same" : "other");
        EXPECT_OK(ptl_run_start(&run, records, &err));
        EXPECT_OK(ptl_run_end(records, i, i % 3 ? PTL_RUN_DONE : PTL_RUN_FAILED, NULL,
                              i % 3 ? NULL : "no", i, &err));
    }
    EXPECT_OK(ptl_run_list(&runs, &n, records, -1, NULL, 5, &arena, &err));
    EXPECT_INT(n, 5);
    for (int i = 0; i < 5; i++) EXPECT_INT(runs[i].run_id, 12 - i);
    EXPECT_OK(ptl_run_list(&runs, &n, records, PTL_RUN_FAILED, NULL, 100, &arena, &err));
    EXPECT_INT(n, 4);
    EXPECT_INT(runs[3].run_id, 3);
    EXPECT_OK(ptl_run_list(&runs, &n, records, -1, "review", 100, &arena, &err));
    EXPECT_INT(n, 6);
    EXPECT_OK(ptl_run_list(&runs, &n, records, PTL_RUN_FAILED, "review", 100, &arena, &err));
    EXPECT_INT(n, 2); /* 3 and 9 */
    EXPECT_INT(runs[0].run_id, 9);
    /* 12 has the inputs too, but failed; 8 is the newest that is done */
    EXPECT_OK(ptl_run_find(&found, records, ptl_hash_bytes("same", 4), &arena, &err));
    EXPECT_INT(found.run_id, 8);
    EXPECT_OK(ptl_run_find(&found, records, ptl_hash_bytes("none", 4), &arena, &err));
    EXPECT_INT(found.run_id, 0);
}

static void test_every_state_has_a_text(void **state)
{
    (void)state;
    EXPECT_STR(ptl_run_state_text(PTL_RUN_INTERRUPTED), "interrupted");
    assert_null(ptl_run_state_text((ptl_run_state)5));
    EXPECT_STR(ptl_job_state_text(PTL_JOB_INTERRUPTED), "interrupted");
    assert_null(ptl_job_state_text((ptl_job_state)-1));
}

/* --- jobs ------------------------------------------------------------------------------------- */

static ptl_job added(ptl_job_state state, int64_t run_id)
{
    ptl_job job = {.run_id = run_id,
                   .operation = "mix.fit",
                   .parameters = "{}",
                   .state = state,
                   .share = PTL_NAN,
                   .queued_at = 1001,
                   .started_at = state == PTL_JOB_RUNNING ? 1002 : 0};
    EXPECT_OK(ptl_job_add(&job, records, &err));
    return job;
}

static void test_job_life(void **state)
{
    (void)state;
    ptl_run run = a_run("mix.fit", "a");
    EXPECT_OK(ptl_run_start(&run, records, &err));
    ptl_job job = added(PTL_JOB_QUEUED, 0), *jobs;
    int64_t n;
    EXPECT_OK(ptl_job_list(&jobs, &n, records, 10, &arena, &err));
    EXPECT_INT(n, 1);
    EXPECT_INT(jobs[0].run_id, 0);
    assert_true(isnan(jobs[0].share));
    job.state = PTL_JOB_RUNNING;
    job.run_id = run.run_id;
    job.step = "sampling";
    job.share = 0.37;
    job.started_at = 2003;
    EXPECT_OK(ptl_job_update(records, &job, &err));
    EXPECT_OK(ptl_job_list(&jobs, &n, records, 10, &arena, &err));
    EXPECT_STR(jobs[0].step, "sampling");
    EXPECT_NEAR(jobs[0].share, 0.37, 0.0);
    job.state = PTL_JOB_QUEUED;
    EXPECT_FAIL(ptl_job_update(records, &job, &err), PTL_E_CONFLICT,
                "job 1 is running and cannot become queued");
    job.state = PTL_JOB_CANCELLED;
    EXPECT_FAIL(ptl_job_update(records, &job, &err), PTL_E_INVALID, "job_ended_when_over");
    job.ended_at = 3001;
    EXPECT_OK(ptl_job_update(records, &job, &err));
    job.state = PTL_JOB_DONE;
    EXPECT_FAIL(ptl_job_update(records, &job, &err), PTL_E_CONFLICT, "is cancelled");
    job.job_id = 7;
    EXPECT_FAIL(ptl_job_update(records, &job, &err), PTL_E_NOT_FOUND, "highest is 1");
}

static void test_job_settle(void **state)
{
    (void)state;
    ptl_run done = a_run("mix.fit", "a"), lost = a_run("mix.fit", "b");
    EXPECT_OK(ptl_run_start(&done, records, &err));
    EXPECT_OK(ptl_run_start(&lost, records, &err));
    EXPECT_OK(ptl_run_end(records, done.run_id, PTL_RUN_DONE, NULL, NULL, 5, &err));
    added(PTL_JOB_QUEUED, 0);
    added(PTL_JOB_RUNNING, done.run_id);
    added(PTL_JOB_RUNNING, lost.run_id);
    added(PTL_JOB_RUNNING, 0);
    int64_t n;
    EXPECT_OK(ptl_job_settle(&n, records, 5005, &err));
    EXPECT_INT(n, 3);
    ptl_job *jobs;
    EXPECT_OK(ptl_job_list(&jobs, &n, records, 10, &arena, &err));
    const ptl_job_state expected[] = {PTL_JOB_INTERRUPTED, PTL_JOB_INTERRUPTED, PTL_JOB_DONE,
                                      PTL_JOB_QUEUED};
    EXPECT_INT(n, 4);
    for (int i = 0; i < 4; i++) EXPECT_INT(jobs[i].state, expected[i]);
    EXPECT_INT(jobs[0].ended_at, 5005);
    EXPECT_OK(ptl_job_settle(&n, records, 6006, &err));
    EXPECT_INT(n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, records_setup, records_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_start_is_durable), TEST(test_round_trip),    TEST(test_end_is_final),
        TEST(test_refusals),         TEST(test_list_and_find), TEST(test_every_state_has_a_text),
        TEST(test_job_life),         TEST(test_job_settle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
