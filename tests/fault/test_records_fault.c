/* test_records_fault.c: nothing acknowledged is lost, nothing is half there.
 *
 * Three enemies: a file system that fails at the N-th change, for every N until a whole scenario
 * passes without meeting the fault; SIGKILL at seeded random moments; and, where this process may
 * mount one, a real file system that is full or read-only. */
#include "support/expect.h"
#include "support/scratch.h"

#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>

#include "portolan/random.h"
#include "store/ledger.h"
#include "store/proposal.h"
#include "store/seal.h"

#include "support/fault_vfs.c"

static ptl_error err;
static scratch dir;

/* --- one scenario, step by step --------------------------------------------------------------- */

enum step {
    OPEN,
    RUN,
    ONE,
    MANY,
    CONFIG,
    TOGETHER,
    PROPOSE,
    APPROVE,
    KEYS,
    DESTROY,
    COPY,
    N_STEPS
};
enum { N_MANY = 3, N_KEYS = 40 };

typedef struct scenario {
    ptl_records *records;
    ptl_seal *seal;
    int64_t run_id;
    bool acknowledged[N_STEPS];
    ptl_error first; /* the first failure */
} scenario;

static ptl_status step_run(scenario *s)
{
    ptl_run run = {.operation = "x",
                   .parameters = "{}",
                   .fingerprint = "test",
                   .actor = "ada",
                   .started_at = 1763273520000001};
    PTL_TRY(ptl_run_start(&run, s->records, &err));
    s->run_id = run.run_id;
    return PTL_OK;
}

static ptl_status step_many(scenario *s)
{
    ptl_ledger_entry entries[N_MANY];
    for (int i = 0; i < N_MANY; i++)
        entries[i] = (ptl_ledger_entry){.kind = "many", .actor = "ada", .body = PTL_TEXT("{}")};
    return ptl_ledger_append_many(NULL, s->records, entries, N_MANY, &err);
}

static ptl_status step_config(scenario *s)
{
    const ptl_config_file files[] = {{"a.yaml", PTL_TEXT("a: 1\n")},
                                     {"b.yaml", PTL_TEXT("b: 2\n")}};
    ptl_config_version version = {.actor = "ada", .difference = "", .applied_at = 1};
    return ptl_config_add(&version, s->records, files, 2, &err);
}

/* A value, a ledger entry and a run's end: three tables, one transaction. */
static ptl_status step_together(scenario *s)
{
    PTL_TRY(ptl_records_begin(s->records, &err));
    ptl_status st = ptl_records_set(s->records, "together", PTL_TEXT("1"), &err);
    if (st == PTL_OK)
        st = ptl_ledger_append(NULL, s->records, "together", "ada", 0, PTL_TEXT("{}"), 1, &err);
    if (st == PTL_OK && s->run_id > 0)
        st = ptl_run_end(s->records, s->run_id, PTL_RUN_DONE, "{}", NULL, 1763273520000002, &err);
    if (st == PTL_OK) return ptl_records_commit(s->records, &err);
    ptl_records_rollback(s->records);
    return st;
}

/* A proposal, its file and two entries; then its decision and one. */
static ptl_status step_propose(scenario *s)
{
    int64_t overtaken;
    const ptl_proposal_file file = {.path = "a.yaml", .content = PTL_TEXT("a: 2\n")};
    ptl_proposal p = {.kind = "budget",
                      .title = "Move it",
                      .why = "It is so.",
                      .holder = "owner",
                      .base_version = 1,
                      .details = "{}",
                      .drafted_at = 1763273520000003,
                      .drafted_by = "ada",
                      .run_id = s->run_id,
                      .expires_at = 1763273529000003};
    return ptl_proposal_add(&p, &overtaken, s->records, &file, 1, "[]", &err);
}

static ptl_status step_approve(scenario *s)
{
    bool again;
    const ptl_proposal_verdict v = {.proposal_id = 1,
                                    .decision = PTL_PROPOSAL_APPROVED,
                                    .at = 1763273520000004,
                                    .by = "ines",
                                    .run_id = s->run_id};
    return ptl_proposal_decide(&again, s->records, &v, &err);
}

static ptl_status step_keys(scenario *s)
{
    PTL_TRY(ptl_seal_open(&s->seal, s->records, &err));
    return ptl_seal_make(s->seal, 1, N_KEYS, &err);
}

static ptl_status do_step(scenario *s, enum step step)
{
    switch (step) {
    case OPEN:
        return ptl_records_open(&s->records, scratch_path(&dir, "records.sqlite"), &err);
    case RUN:
        return step_run(s);
    case ONE:
        return ptl_ledger_append(NULL, s->records, "one", "ada", 0, PTL_TEXT("{}"), 1, &err);
    case MANY:
        return step_many(s);
    case CONFIG:
        return step_config(s);
    case TOGETHER:
        return step_together(s);
    case PROPOSE:
        return step_propose(s);
    case APPROVE:
        return step_approve(s);
    case KEYS:
        return step_keys(s);
    case DESTROY:
        return s->acknowledged[KEYS] ? ptl_seal_destroy(s->seal, 5, &err) : PTL_E_CONFLICT;
    case COPY:
        return ptl_records_copy(s->records, scratch_path(&dir, "copy.sqlite"), &err);
    case N_STEPS:
        break;
    }
    return PTL_E_INTERNAL;
}

/* Every step is tried, also after one that failed: what follows a fault must be right too. */
static void play(scenario *s)
{
    memset(s, 0, sizeof *s);
    for (int i = 0; i < N_STEPS && (i == OPEN || s->records); i++) {
        ptl_error_clear(&err);
        s->acknowledged[i] = do_step(s, (enum step)i) == PTL_OK;
        if (!s->acknowledged[i] && s->first.status == PTL_OK) s->first = err;
    }
    ptl_seal_close(s->seal);
    ptl_records_close(s->records);
}

/* --- what must be there afterwards ------------------------------------------------------------ */

static int64_t raw_int(const char *name, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(scratch_path(&dir, name), &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    const int64_t value = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return value;
}

static int64_t count(const char *sql)
{
    return raw_int("records.sqlite", sql);
}

/* `n` is 0 or `whole`, and whole where it was acknowledged. */
static void all_or_nothing(const char *what, int64_t n, int64_t whole, bool acknowledged)
{
    if (n != whole && n != 0) fail_msg("%s: %lld of %lld", what, (long long)n, (long long)whole);
    if (acknowledged && n != whole) fail_msg("%s was acknowledged and is lost", what);
}

#define KIND(kind) "SELECT count(*) FROM ledger_entry WHERE stored LIKE '%\"kind\":\"" kind "\"%'"

static void check(const scenario *s)
{
    ptl_records *records;
    ptl_ledger_verdict verdict;
    EXPECT_OK(ptl_records_open(&records, scratch_path(&dir, "records.sqlite"), &err));
    EXPECT_OK(ptl_ledger_verify(&verdict, records, NULL, &err));
    if (!verdict.holds) fail_msg("ledger: %s", verdict.fault);
    all_or_nothing("run", count("SELECT count(*) FROM run"), 1, s->acknowledged[RUN]);
    all_or_nothing("entry", count(KIND("one")), 1, s->acknowledged[ONE]);
    all_or_nothing("entries", count(KIND("many")), N_MANY, s->acknowledged[MANY]);
    all_or_nothing("configuration",
                   count("SELECT (SELECT count(*) FROM config_version) + "
                         "(SELECT count(*) FROM config_file) + (SELECT count(*) FROM meta "
                         "WHERE key = 'config.in_force')"),
                   4, s->acknowledged[CONFIG]);
    const int64_t together = count(KIND("together"));
    all_or_nothing("together", together, 1, s->acknowledged[TOGETHER]);
    EXPECT_INT(count("SELECT count(*) FROM meta WHERE key = 'together'"), together);
    if (s->run_id > 0) EXPECT_INT(count("SELECT count(*) FROM run WHERE state = 'done'"), together);
    all_or_nothing("proposal",
                   count("SELECT (SELECT count(*) FROM proposal) + (SELECT count(*) FROM "
                         "proposal_file)") +
                       count(KIND("proposal.drafted")) + count(KIND("proposal.routed")),
                   4, s->acknowledged[PROPOSE]);
    all_or_nothing("decision",
                   count("SELECT count(*) FROM proposal WHERE decision = 'approved'") +
                       count(KIND("proposal.approved")),
                   2, s->acknowledged[APPROVE]);
    all_or_nothing("keys", count("SELECT count(*) FROM subject_key"), N_KEYS,
                   s->acknowledged[KEYS]);
    if (s->acknowledged[DESTROY])
        EXPECT_INT(count("SELECT key IS NULL FROM subject_key WHERE subject_id = 5"), 1);
    EXPECT_OK(ptl_ledger_append(NULL, records, "after", "ada", 0, PTL_TEXT("{}"), 2, &err));
    ptl_records_close(records);
    assert_int_not_equal(access(scratch_path(&dir, "copy.sqlite.part"), F_OK), 0);
    const bool copied = access(scratch_path(&dir, "copy.sqlite"), F_OK) == 0;
    if (s->acknowledged[COPY]) assert_true(copied);
    if (copied)
        EXPECT_INT(raw_int("copy.sqlite", "SELECT integrity_check = 'ok' FROM "
                                          "pragma_integrity_check"),
                   1);
}

/* The words name the file, and what to do. */
static void check_words(const scenario *s, fault_kind kind)
{
    const ptl_error *e = &s->first;
    if (e->status == PTL_OK) return; /* SQLite coped with the fault */
    if (!strstr(e->message, scratch_path(&dir, "records.sqlite")) &&
        !strstr(e->message, scratch_path(&dir, "copy.sqlite")))
        fail_msg("\"%s\" names no file (%s)", e->message, e->detail);
    if (e->hint[0] == '\0') fail_msg("\"%s\" has no hint (%s)", e->message, e->detail);
    if (kind == FAULT_FULL && strstr(e->message, "disk is full"))
        assert_non_null(strstr(e->hint, "free space"));
}

/* Fail at change 1, 2, … until the scenario meets no fault. Returns how many were met. */
static int64_t exhaust(fault_kind kind, bool sticky, bool fresh)
{
    int64_t n_full = 0;
    for (int64_t n = 1; n < 5000; n++) {
        scenario s;
        scratch_make_fast(&dir);
        if (!fresh) { /* the file and its tables are there already */
            ptl_records *records;
            EXPECT_OK(ptl_records_open(&records, scratch_path(&dir, "records.sqlite"), &err));
            ptl_records_close(records);
        }
        fault_vfs_arm(n, kind, sticky);
        play(&s);
        const bool fired = fault_vfs_fired();
        fault_vfs_disarm();
        check_words(&s, kind);
        n_full += strstr(s.first.message, "disk is full") != NULL;
        check(&s);
        scratch_remove(&dir);
        if (fired) continue;
        for (int i = 0; i < N_STEPS; i++) assert_true(s.acknowledged[i]);
        if (kind == FAULT_FULL) assert_true(n_full > 10);
        print_message("    %lld places failed\n", (long long)n - 1);
        return n - 1;
    }
    fail_msg("the scenario never ended");
    return 0;
}

static void test_every_change_fails_once(void **state)
{
    (void)state;
    fault_vfs_install();
    assert_true(exhaust(FAULT_IO, false, false) > 20);
    assert_true(exhaust(FAULT_FULL, false, true) > 40);
}

static void test_every_change_fails_from_then_on(void **state)
{
    (void)state;
    fault_vfs_install();
    assert_true(exhaust(FAULT_IO, true, true) > 40);
    assert_true(exhaust(FAULT_FULL, true, false) > 20);
}

/* --- SIGKILL ---------------------------------------------------------------------------------- */

typedef struct ack {
    char what; /* r run started, e run ended, l ledger size */
    int64_t id;
} ack;

static void tell(int fd, char what, int64_t id)
{
    const ack a = {.what = what, .id = id};
    if (write(fd, &a, sizeof a) != sizeof a) _exit(3);
}

/* Work until killed; say what was acknowledged, after it was. */
static void work(int fd, const char *path)
{
    scenario s = {0};
    ptl_ledger_head head;
    if (ptl_records_open(&s.records, path, &err) != PTL_OK) _exit(4);
    for (int i = 0;; i++) {
        if (step_run(&s) != PTL_OK) _exit(5);
        tell(fd, 'r', s.run_id);
        if (step_many(&s) != PTL_OK) _exit(6);
        if (ptl_ledger_append(&head, s.records, "one", "ada", s.run_id, PTL_TEXT("{}"), i, &err) !=
            PTL_OK)
            _exit(7);
        tell(fd, 'l', head.size);
        if (ptl_run_end(s.records, s.run_id, PTL_RUN_DONE, "{}", NULL, 1763273520000002, &err) !=
            PTL_OK)
            _exit(8);
        tell(fd, 'e', s.run_id);
    }
}

/* Whether another acknowledgement came; noted in `last`. */
static bool read_ack(int fd, ack last[3])
{
    ack a;
    const ssize_t n = read(fd, &a, sizeof a);
    if (n == 0) return false;
    assert_int_equal(n, sizeof a);
    last[a.what == 'r' ? 0 : a.what == 'e' ? 1 : 2] = a;
    return true;
}

/* Wait for `n` acknowledgements and a moment more, kill, and read what was still in the pipe. The
 * moment falls anywhere into the next few writes, however busy the machine is. */
static void kill_after(int64_t n, int64_t micros, int fd, pid_t pid, ack last[3])
{
    for (int64_t i = 0; i < n; i++) assert_true(read_ack(fd, last));
    const struct timespec moment = {.tv_nsec = (long)micros * 1000};
    nanosleep(&moment, NULL);
    kill(pid, SIGKILL);
    while (read_ack(fd, last)) {
    }
}

static void test_killed_at_random_moments(void **state)
{
    (void)state;
    enum { KILLS = 30 };
    scratch_make(&dir); /* a real disk: syncs take their time */
    char path[256];
    snprintf(path, sizeof path, "%s", scratch_path(&dir, "records.sqlite"));
    ptl_rng rng = ptl_rng_new(9);
    ack last[3] = {{'r', 0}, {'e', 0}, {'l', 0}};
    for (int i = 0; i < KILLS; i++) {
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        const pid_t pid = fork();
        if (pid == 0) {
            close(fds[0]);
            work(fds[1], path);
        }
        close(fds[1]);
        const int64_t n = (int64_t)ptl_rng_below(&rng, 40);
        kill_after(n, (int64_t)ptl_rng_below(&rng, 5000), fds[0], pid, last);
        close(fds[0]);
        int status;
        waitpid(pid, &status, 0);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        ptl_records *records;
        ptl_ledger_verdict verdict;
        ptl_arena arena;
        ptl_run run;
        ptl_arena_init(&arena, 1 << 20, NULL);
        EXPECT_OK(ptl_records_open(&records, path, &err));
        EXPECT_OK(ptl_ledger_verify(&verdict, records, NULL, &err));
        if (!verdict.holds) fail_msg("kill %d: %s", i, verdict.fault);
        assert_true(verdict.n_entries >= last[2].id);
        if (last[0].id > 0) EXPECT_OK(ptl_run_get(&run, records, last[0].id, &arena, &err));
        if (last[1].id > 0) {
            EXPECT_OK(ptl_run_get(&run, records, last[1].id, &arena, &err));
            EXPECT_INT(run.state, PTL_RUN_DONE);
        }
        /* three of "many" for each "one", but for the batch before the kill */
        const int64_t ones = count(KIND("one")), many = count(KIND("many"));
        EXPECT_INT(many % N_MANY, 0);
        assert_true(many / N_MANY >= ones);
        ptl_records_close(records);
        ptl_arena_dispose(&arena);
    }
    if (last[2].id < 100) fail_msg("only %lld entries were written", (long long)last[2].id);
    print_message("    %lld runs, %lld entries acknowledged through 30 kills\n",
                  (long long)last[0].id, (long long)last[2].id);
    scratch_remove(&dir);
}

/* --- real file systems ------------------------------------------------------------------------ */

/* In a child with a mount table of its own. Exits 0 passed, 77 not permitted, else the failed line.
 */
#define CHECK(condition)                                                                           \
    if (!(condition)) _exit(__LINE__ % 70 + 1)

static void on_small_disk(const char *mount_dir)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", mount_dir, "tmpfs", 0, "size=2m") != 0)
        _exit(77);
    char path[256];
    snprintf(path, sizeof path, "%s/records.sqlite", mount_dir);
    ptl_records *records;
    ptl_ledger_head head = {0}, acknowledged = {0};
    ptl_ledger_verdict verdict;
    ptl_status st = PTL_OK;
    CHECK(ptl_records_open(&records, path, &err) == PTL_OK);
    for (int i = 0; i < 100000 && st == PTL_OK; i++) {
        acknowledged = head;
        st = ptl_ledger_append(&head, records, "one", "ada", 0, PTL_TEXT("{}"), i, &err);
    }
    CHECK(st == PTL_E_IO && strstr(err.message, "the disk is full") && strstr(err.message, path));
    CHECK(strstr(err.hint, "free space"));
    ptl_records_close(records);
    /* there is room again: everything acknowledged is there, and it goes on */
    CHECK(mount("none", mount_dir, NULL, MS_REMOUNT, "size=8m") == 0);
    CHECK(ptl_records_open(&records, path, &err) == PTL_OK);
    CHECK(ptl_ledger_verify(&verdict, records, NULL, &err) == PTL_OK && verdict.holds);
    CHECK(verdict.n_entries >= acknowledged.size && acknowledged.size > 100);
    CHECK(ptl_ledger_append(&head, records, "one", "ada", 0, PTL_TEXT("{}"), 1, &err) == PTL_OK);
    ptl_records_close(records);
    CHECK(mount("none", mount_dir, NULL, MS_REMOUNT | MS_RDONLY, "size=8m") == 0);
    CHECK(ptl_records_open(&records, path, &err) == PTL_E_DENIED);
    CHECK(strstr(err.message, "read-only") && strstr(err.hint, "writable"));
    _exit(0);
}

static void test_full_and_read_only_disk(void **state)
{
    (void)state;
    scratch_make(&dir);
    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) on_small_disk(dir.dir);
    int status;
    waitpid(pid, &status, 0);
    scratch_remove(&dir);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("    skipped: no right to mount a tmpfs\n");
        skip();
    }
    EXPECT_INT(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_and_read_only_disk), /* before the faulty file system stands */
        cmocka_unit_test(test_killed_at_random_moments),
        cmocka_unit_test(test_every_change_fails_once),
        cmocka_unit_test(test_every_change_fails_from_then_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
