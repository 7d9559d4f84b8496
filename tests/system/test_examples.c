/* Every operation's example runs in a workspace, in the registry's order, in a terminal and with
 * --json; what it prints as JSON is one object that holds the keys its row promises. The example
 * shop is the workspace of all but models of media: these need more than a year by week, so theirs
 * is a small simulated shop, in which proposals of others wait. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "ops/op.h"
#include "store/proposal.h"
#include "support/expect.h"
#include "support/scratch.h"

/* What a person drafted in the console: nobody decides on a proposal of their own. */
static void draft(ptl_records *records, const char *by, bool by_terminal)
{
    ptl_error err;
    int64_t overtaken;
    ptl_run run = {.operation = "budget.propose",
                   .parameters = "{}",
                   .fingerprint = "f",
                   .actor = by,
                   .started_at = 1700000000000001};
    EXPECT_OK(ptl_run_start(&run, records, &err));
    EXPECT_OK(ptl_run_end(records, run.run_id, PTL_RUN_DONE, "{}", NULL, 1700000000000002, &err));
    ptl_proposal p = {.kind = "budget",
                      .title = "Move 12k a week from affiliates to paid search",
                      .why = "Its next euro returns more.",
                      .holder = "revenue_operations",
                      .content = ptl_hash_bytes(by, strlen(by)),
                      .base_version = 1,
                      .details = "{}",
                      .drafted_at = 1700000000000003,
                      .drafted_by = by,
                      .by_terminal = by_terminal,
                      .run_id = run.run_id,
                      .expires_at = 4100000000000000};
    EXPECT_OK(ptl_proposal_add(&p, &overtaken, records, NULL, 0, "[]", &err));
}

static void draft_proposals(const char *dir)
{
    char path[1024];
    ptl_error err;
    ptl_records *records;
    snprintf(path, sizeof path, "%s/year/.portolan/records.sqlite", dir);
    EXPECT_OK(ptl_records_open(&records, path, &err));
    draft(records, "mira", false);
    draft(records, "tom", false);
    draft(records, "whoever sits there", true);
    ptl_records_close(records);
}

/* "shop", so named since `init` makes "acme" inside it, and "year", which has been reviewed. */
static int make_workspaces(void **state)
{
    static scratch s;
    char command[2048];
    scratch_make(&s);
    *state = &s;
    /* the books of one month, so that there is something to reconcile and to sign */
    snprintf(command, sizeof command,
             "cd '%s' && portolan init shop > init.txt 2>&1 && cd shop &&"
             " printf 'from,to,line,amount\\n2026-08-01,2026-08-31,revenue,12345.67\\n' > "
             "data/books.csv &&"
             " printf 'table: finance_close\\nfiles: [data/books.csv]\\nmapping: |\\n"
             "  SELECT ptl_day(\"from\") AS period_start, ptl_day(\"to\") AS period_end,"
             " line AS book_line, ptl_money(amount) AS amount_micros FROM source\\n'"
             " > sources/books.yaml && cd .. &&"
             " portolan simulate year --persons 400 --weeks 70 --seed 3 > year.txt 2>&1 &&"
             " cd year && portolan import > import.txt 2>&1 && portolan review > review.txt 2>&1",
             s.dir);
    const int status = system(command);
    if (status == 0) draft_proposals(s.dir);
    return status;
}

static int remove_workspaces(void **state)
{
    scratch_remove(*state);
    return 0;
}

static int run_in(const char *dir, const char *shop, const char *line, const char *options)
{
    char command[1024];
    snprintf(command, sizeof command, "cd '%s/%s' && %s %s > ../out 2> ../problems < /dev/null",
             dir, shop, line, options);
    const int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static int run_op(const char *dir, const ptl_op *op, const char *options)
{
    const bool is_of_models = begins(op->name, "mix.") || begins(op->name, "budget.") ||
                              begins(op->name, "proposal.") ||
                              strcmp(op->name, "experiment.next") == 0;
    return run_in(dir, is_of_models ? "year" : "shop", op->example, options);
}

static ptl_text read_all(const char *dir, const char *name, ptl_arena *arena)
{
    char path[256];
    ptl_error err;
    ptl_text text;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    EXPECT_OK(ptl_file_read(&text, path, 1 << 24, arena, &err));
    return text;
}

static void expect_code(int code, const ptl_op *op, const char *dir, ptl_arena *arena)
{
    if (code == 0) return;
    const ptl_text words = read_all(dir, "problems", arena);
    fail_msg("%s: exit code %d: %.*s", op->example, code, (int)words.len, words.ptr);
}

/* "html, json: text — …" promises two keys. Those that say "where" are not always there. */
static void expect_promised(const json_t *answer, const ptl_op *op)
{
    ptl_text rest = ptl_text_of(op->result);
    while (rest.len > 0) {
        const ptl_text line = ptl_text_cut(&rest, '\n');
        ptl_text about = line;
        ptl_text keys = ptl_text_cut(&about, ':');
        char sentence[512];
        snprintf(sentence, sizeof sentence, "%.*s", (int)about.len, about.ptr);
        if (strstr(sentence, "where")) continue;
        while (keys.len > 0) {
            char key[64];
            const ptl_text name = ptl_text_trim(ptl_text_cut(&keys, ','));
            snprintf(key, sizeof key, "%.*s", (int)name.len, name.ptr);
            if (!json_object_get(answer, key))
                fail_msg("%s: the answer has no \"%s\"", op->example, key);
        }
    }
}

static void expect_object(const ptl_op *op, const char *dir, ptl_arena *arena)
{
    json_error_t fault;
    const ptl_text text = read_all(dir, "out", arena);
    json_t *answer = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &fault);
    if (!answer || !json_is_object(answer))
        fail_msg("%s --json: line %d: %s", op->example, fault.line, fault.text);
    assert_true(json_is_array(json_object_get(answer, "said")));
    assert_true(json_is_array(json_object_get(answer, "notes")));
    assert_true(json_is_array(json_object_get(answer, "next")));
    assert_null(json_object_get(answer, "status"));
    expect_promised(answer, op);
    json_decref(answer);
}

/* What writes something new can run once: its second call goes elsewhere. */
static void clear_way(const char *dir)
{
    char command[512];
    snprintf(command, sizeof command,
             "cd '%s' && rm -rf acme-restored acme-backup.first shop/acme shop/tea shop/first "
             "shop/audit audit && "
             "if [ -d acme-backup ]; then mv acme-backup acme-backup.first; fi",
             dir);
    assert_int_equal(system(command), 0);
}

static void every_example_runs(void **state)
{
    const scratch *s = *state;
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        const ptl_op *op = ptl_ops[i];
        ptl_arena arena;
        ptl_arena_init(&arena, 1 << 25, NULL);
        expect_code(run_op(s->dir, op, ""), op, s->dir, &arena);
        if (read_all(s->dir, "out", &arena).len == 0) fail_msg("%s prints nothing", op->example);
        if (strcmp(op->name, "init") == 0 || strcmp(op->name, "backup") == 0) clear_way(s->dir);
        if (strcmp(op->name, "restore") == 0 || strcmp(op->name, "simulate") == 0 ||
            strcmp(op->name, "reconcile.bundle") == 0 || strcmp(op->name, "start") == 0)
            clear_way(s->dir);
        if (strcmp(op->name, "restore") == 0)
            assert_int_equal(run_in(s->dir, "shop", "portolan backup ../acme-backup", ""), 0);
        if (strcmp(op->name, "access.user_remove") == 0)
            assert_int_equal(
                run_in(s->dir, "shop", "portolan access user_add mira --role analyst", ""), 0);
        if (strcmp(op->name, "access.key_revoke") == 0)
            assert_int_equal(
                run_in(s->dir, "shop", "portolan access key_add nightly-import --role analyst", ""),
                0);
        expect_code(run_op(s->dir, op, "--json"), op, s->dir, &arena);
        expect_object(op, s->dir, &arena);
        ptl_arena_dispose(&arena);
    }
}

int main(void)
{
    char path[8192];
    snprintf(path, sizeof path, "%s:%s", PTL_BINARY_DIR, getenv("PATH"));
    setenv("PATH", path, 1);
    unsetenv("PORTOLAN_WORKSPACE");
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_example_runs)};
    return cmocka_run_group_tests_name("examples", tests, make_workspaces, remove_workspaces);
}
