/* test_proposal.c: a change that widens, from draft to in force, by the operations people use.
 * Numbers in comments are the invariants of proposal.h; "approve" those of workspace_approve.c. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "base/file.h"
#include "ops/dispatch.h"
#include "store/access.h"
#include "store/proposal.h"
#include "support/expect.h"
#include "support/scratch.h"

#define REASON "The board agreed to the target of May."
#define HOUR INT64_C(3600000000)

typedef struct fixture {
    scratch s;
    char root[128], dir[160], file[160];
    ptl_arena arena;
    ptl_reply *reply;
    ptl_instant now;
    ptl_error err;
} fixture;

#define err f->err

static void write_portolan(fixture *f, const char *to, const char *rest)
{
    char text[1024];
    const int n = snprintf(text, sizeof text,
                           "company: Acme\ncurrency: EUR\nzone: UTC\nkpi:\n  metric: revenue\n"
                           "  from: 1000\n  to: %s\n  starts: 2026-01-01\n  by: 2026-12-31\n%s",
                           to, rest);
    scratch_write(f->file, text, (size_t)n);
}

static char *file_text(fixture *f)
{
    ptl_text text;
    EXPECT_OK(ptl_file_read(&text, f->file, 1 << 20, &f->arena, &err));
    return ptl_text_copy(text, &f->arena, &err);
}

/* --- calls ------------------------------------------------------------------------------------ */

static ptl_status call_as(fixture *f, const char *actor, const char *role, const char *name,
                          const char *json)
{
    const ptl_op *op;
    ptl_args *args = NULL;
    ptl_reply_free(f->reply);
    f->reply = NULL;
    EXPECT_OK(ptl_op_find(&op, ptl_text_of(name), &err));
    EXPECT_OK(ptl_reply_new(&f->reply, &err));
    PTL_TRY(ptl_args_from_json(&args, op, ptl_text_of(json), &f->arena, &err));
    const ptl_request request = {.operation = op->name,
                                 .args = args,
                                 .root = f->root,
                                 .actor = actor,
                                 .role = role,
                                 .now = f->now};
    return ptl_dispatch_op(f->reply, op, &request, &err);
}

static const char *answer(fixture *f)
{
    ptl_buffer out;
    ptl_json json;
    ptl_buffer_init(&out, 1 << 20, NULL);
    ptl_json_init_buffer(&json, &out, 0, &err);
    ptl_reply_write_json(f->reply, &json);
    EXPECT_OK(ptl_json_finish(&json));
    const char *copy = ptl_text_copy(ptl_buffer_borrow(&out), &f->arena, &err);
    ptl_buffer_dispose(&out);
    return copy;
}

#define EXPECT_SAYS(words)                                                                         \
    do {                                                                                           \
        const char *told = answer(f);                                                              \
        if (!strstr(told, words)) fail_msg("no %s in %s", words, told);                            \
    } while (0)

static ptl_status lower(fixture *f, const char *actor, const char *role, const char *to)
{
    char json[128];
    snprintf(json, sizeof json, "{\"changes\":[\"kpi.to=%s\"]}", to);
    return call_as(f, actor, role, "workspace.set", json);
}

static ptl_records *open_records(fixture *f)
{
    char path[256];
    ptl_records *records;
    snprintf(path, sizeof path, "%s/records.sqlite", f->dir);
    EXPECT_OK(ptl_records_open(&records, path, &err));
    return records;
}

static int64_t version_in_force(fixture *f)
{
    ptl_config_version v;
    ptl_records *records = open_records(f);
    EXPECT_OK(ptl_config_in_force(&v, records, &f->arena, &err));
    ptl_records_close(records);
    return v.version;
}

/* "config.applied proposal.drafted …": kinds of the ledger's entries from `first` on. */
static const char *kinds(fixture *f, int64_t first)
{
    static char out[2048];
    ptl_ledger_entry *entries;
    int64_t n;
    size_t at = 0;
    ptl_records *records = open_records(f);
    EXPECT_OK(ptl_ledger_list(&entries, &n, records, first, 100, &f->arena, &err));
    out[0] = '\0';
    for (int64_t i = 0; i < n; i++) {
        if (strcmp(entries[i].kind, "run.settled") == 0) continue; /* what a killed process left */
        at +=
            (size_t)snprintf(out + at, sizeof out - at, "%s%s", at > 0 ? " " : "", entries[i].kind);
    }
    ptl_records_close(records);
    return out;
}

static void add_person(fixture *f, const char *name, const char *role, const char *verticals)
{
    ptl_records *records = open_records(f);
    int64_t id;
    ptl_access_user u = {.name = name,
                         .role = role,
                         .is_invited = true,
                         .invite = ptl_hash_bytes(name, strlen(name)),
                         .invite_until = f->now + HOUR,
                         .added_at = f->now,
                         .added_by = "test",
                         .verticals = verticals};
    EXPECT_OK(ptl_access_user_add(&u, records, &err));
    EXPECT_OK(ptl_access_user_claim(&id, records, u.invite, "argon", f->now, &err));
    ptl_records_close(records);
}

static int set_up(void **state)
{
    static fixture f_;
    fixture *f = &f_;
    memset(f, 0, sizeof *f);
    scratch_make_fast(&f->s);
    memcpy(f->root, f->s.dir, sizeof f->s.dir);
    snprintf(f->dir, sizeof f->dir, "%.60s/.portolan", f->root);
    snprintf(f->file, sizeof f->file, "%.60s/portolan.yaml", f->root);
    ptl_arena_init(&f->arena, 256 << 20, NULL);
    f->now = 1795000000000000;
    write_portolan(f, "2000", "");
    EXPECT_OK(call_as(f, "root", NULL, "apply", "{}"));
    add_person(f, "ada", "owner", NULL);
    add_person(f, "ines", "owner", NULL);
    add_person(f, "fin", "finance", NULL);
    add_person(f, "half", "owner", "North");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    ptl_reply_free(f->reply);
    ptl_arena_dispose(&f->arena);
    scratch_remove(&f->s);
    return 0;
}

/* --- the way of a change ---------------------------------------------------------------------- */

static void a_change_that_widens_waits(void **state)
{
    fixture *f = *state;
    const char *before = file_text(f);
    EXPECT_OK(call_as(f, "ada", "owner", "workspace.set",
                      "{\"changes\":[\"kpi.to=1500\"],\"dry_run\":true}"));
    EXPECT_SAYS("\"proposal\":null");
    EXPECT_SAYS("\"changed\":false");
    EXPECT_SAYS("\"widens\":[{\"key\":\"kpi.to\"");
    EXPECT_OK(lower(f, "ada", "owner", "1500"));
    EXPECT_SAYS("\"proposal\":1");
    EXPECT_SAYS("\"changed\":false");
    EXPECT_SAYS("\"decides\":\"ines\""); /* not ada, not fin, not who sees a part */
    EXPECT_INT(version_in_force(f), 1);
    EXPECT_STR(file_text(f), before);
    EXPECT_STR(kinds(f, 1), "proposal.drafted proposal.routed");
    EXPECT_OK(
        call_as(f, "ines", "owner", "proposal.approve", "{\"proposal\":1,\"note\":\"Yes.\"}"));
    EXPECT_SAYS("\"config_version\":2");
    EXPECT_INT(version_in_force(f), 2);
    assert_non_null(strstr(file_text(f), "to: 1500\n"));
    EXPECT_STR(kinds(f, 3), "config.applied proposal.approved");
}

static void nothing_happens_twice(void **state) /* 3 */
{
    fixture *f = *state;
    EXPECT_OK(lower(f, "ada", "owner", "1500"));
    EXPECT_OK(lower(f, "ada", "owner", "1500"));
    EXPECT_SAYS("\"proposal\":1");
    EXPECT_OK(lower(f, "ines", "owner", "1500")); /* the same draft of somebody else's */
    EXPECT_SAYS("\"proposal\":1");
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.approve", "{\"proposal\":1}"));
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.approve", "{\"proposal\":1}"));
    EXPECT_INT(version_in_force(f), 2);
    EXPECT_STR(kinds(f, 3), "config.applied proposal.approved");
    EXPECT_FAIL(call_as(f, "root", NULL, "proposal.approve", "{\"proposal\":1}"), PTL_E_CONFLICT,
                "it was approved by ines");
    EXPECT_FAIL(call_as(f, "ines", "owner", "proposal.reject",
                        "{\"proposal\":1,\"reason\":\"" REASON "\"}"),
                PTL_E_CONFLICT, "no longer waits");
    EXPECT_FAIL(call_as(f, "ines", "owner", "proposal.undo", "{\"proposal\":1}"), PTL_E_CONFLICT,
                "in force as version 2");
}

static void an_author_never_decides(void **state) /* 2 */
{
    fixture *f = *state;
    EXPECT_OK(lower(f, "ada", "owner", "1500"));
    EXPECT_FAIL(call_as(f, "ada", "owner", "proposal.approve", "{\"proposal\":1}"), PTL_E_DENIED,
                "does not decide on it");
    EXPECT_FAIL(
        call_as(f, "ada", "owner", "proposal.reject", "{\"proposal\":1,\"reason\":\"" REASON "\"}"),
        PTL_E_DENIED, "does not decide on it");
    EXPECT_FAIL(call_as(f, "fin", "finance", "proposal.approve", "{\"proposal\":1}"), PTL_E_DENIED,
                "an owner holds this right");
    EXPECT_FAIL(call_as(f, "key nightly", "owner", "proposal.approve", "{\"proposal\":1}"),
                PTL_E_DENIED, "no person");
    EXPECT_FAIL(call_as(f, "ines", "owner", "proposal.withdraw", "{\"proposal\":1}"), PTL_E_DENIED,
                "alone may withdraw");
    EXPECT_OK(call_as(f, "root", NULL, "proposal.approve", "{\"proposal\":1}"));
    /* what the terminal drafts it does not decide, whatever it is called */
    EXPECT_OK(lower(f, "root", NULL, "1400"));
    EXPECT_SAYS("\"proposal\":2");
    EXPECT_FAIL(call_as(f, "eve", NULL, "proposal.approve", "{\"proposal\":2}"), PTL_E_DENIED,
                "drafted by root");
    EXPECT_OK(call_as(f, "ada", "owner", "proposal.approve", "{\"proposal\":2}"));
    EXPECT_INT(version_in_force(f), 3);
}

static void silence_never_approves(void **state) /* 2, 4 */
{
    fixture *f = *state;
    EXPECT_OK(lower(f, "ada", "owner", "1500"));
    f->now += 14 * 24 * HOUR - 1;
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.list", "{}"));
    EXPECT_SAYS("\"state\":\"waits\"");
    f->now += 1;
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.list", "{}"));
    EXPECT_SAYS("\"proposals\":[]");
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.list", "{\"all\":true}"));
    EXPECT_SAYS("\"state\":\"expired\"");
    EXPECT_FAIL(call_as(f, "ines", "owner", "proposal.approve", "{\"proposal\":1}"), PTL_E_CONFLICT,
                "its time ran out");
    EXPECT_INT(version_in_force(f), 1);
}

static void a_rejection_has_a_reason_and_may_be_taken_back(void **state)
{
    fixture *f = *state;
    EXPECT_OK(lower(f, "ada", "owner", "1500"));
    EXPECT_FAIL(call_as(f, "ines", "owner", "proposal.reject",
                        "{\"proposal\":1,\"reason\":\"\xc3\xa4\xc3\xa4\xc3\xa4 nineteen of the\"}"),
                PTL_E_INVALID, "19 characters; 20 or more");
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.reject",
                      "{\"proposal\":1,\"reason\":\"" REASON "\"}"));
    EXPECT_FAIL(call_as(f, "ada", "owner", "proposal.undo", "{\"proposal\":1}"), PTL_E_DENIED,
                "alone may take that back");
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.undo", "{\"proposal\":1}"));
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.undo", "{\"proposal\":1}"));
    EXPECT_SAYS("\"state\":\"waits\"");
    EXPECT_STR(kinds(f, 3), "proposal.rejected proposal.undone");
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.reject",
                      "{\"proposal\":1,\"reason\":\"" REASON "\"}"));
    EXPECT_OK(lower(f, "ada", "owner", "1600"));
    EXPECT_FAIL(call_as(f, "ines", "owner", "proposal.undo", "{\"proposal\":1}"), PTL_E_CONFLICT,
                "drafted again as proposal 2");
}

static void a_later_draft_overtakes(void **state)
{
    fixture *f = *state;
    EXPECT_OK(lower(f, "ada", "owner", "1500"));
    EXPECT_OK(lower(f, "ines", "owner", "1450")); /* another author's stays */
    EXPECT_OK(lower(f, "ada", "owner", "1400"));
    EXPECT_SAYS("it takes the place of proposal 1");
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.list", "{}"));
    EXPECT_SAYS("\"proposal\":3");
    EXPECT_SAYS("\"proposal\":2");
    if (strstr(answer(f), "\"proposal\":1,")) fail_msg("an overtaken one is listed");
    EXPECT_FAIL(call_as(f, "ines", "owner", "proposal.approve", "{\"proposal\":1}"), PTL_E_CONFLICT,
                "overtaken");
}

/* --- what lies between draft and decision ----------------------------------------------------- */

static void narrowing_is_in_force_at_once_and_a_stale_draft_is_refused(void **state)
{
    fixture *f = *state;
    EXPECT_OK(lower(f, "ada", "owner", "1500"));
    EXPECT_OK(lower(f, "ines", "owner", "2500")); /* a higher target narrows */
    EXPECT_SAYS("\"changed\":true");
    EXPECT_INT(version_in_force(f), 2);
    EXPECT_FAIL(call_as(f, "ines", "owner", "proposal.approve", "{\"proposal\":1}"), PTL_E_CONFLICT,
                "drafted against version 1, and portolan.yaml was changed since");
    assert_non_null(strstr(file_text(f), "to: 2500\n"));
    EXPECT_INT(version_in_force(f), 2);
}

static void another_file_may_change_meanwhile(void **state)
{
    fixture *f = *state;
    EXPECT_OK(lower(f, "ada", "owner", "1500"));
    EXPECT_OK(call_as(f, "ines", "owner", "workspace.set",
                      "{\"file\":\"channels.yaml\",\"changes\":[\"[1].name=tv\"]}"));
    EXPECT_INT(version_in_force(f), 2);
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.approve", "{\"proposal\":1}"));
    EXPECT_INT(version_in_force(f), 3);
    EXPECT_OK(call_as(f, "root", NULL, "apply", "{}"));
    EXPECT_SAYS("Nothing to apply");
}

static void the_folder_is_the_draft_of_apply(void **state)
{
    fixture *f = *state;
    write_portolan(f, "1500", "threads: 2\n");
    EXPECT_OK(call_as(f, "root", NULL, "apply", "{}"));
    EXPECT_SAYS("\"proposal\":1");
    EXPECT_OK(call_as(f, "root", NULL, "apply", "{}")); /* nor once more, nor by the server */
    EXPECT_OK(call_as(f, "portolan serve", NULL, "apply", "{}"));
    EXPECT_SAYS("\"proposal\":1");
    EXPECT_OK(call_as(f, "ada", "owner", "source.list", "{}"));
    EXPECT_SAYS("proposal 1 waits for a decision");
    EXPECT_OK(call_as(f, "ada", "owner", "proposal.reject",
                      "{\"proposal\":1,\"reason\":\"" REASON "\"}"));
    EXPECT_OK(call_as(f, "portolan serve", NULL, "apply", "{}")); /* it asks nobody twice */
    EXPECT_SAYS("\"proposal\":null");
    EXPECT_OK(call_as(f, "root", NULL, "apply", "{}")); /* a person may */
    EXPECT_SAYS("\"proposal\":2");
    EXPECT_OK(call_as(f, "ada", "owner", "proposal.approve", "{\"proposal\":2}"));
    EXPECT_INT(version_in_force(f), 2);
    EXPECT_OK(call_as(f, "root", NULL, "apply", "{}"));
    EXPECT_SAYS("Nothing to apply");
}

static void a_file_that_nobody_proposed_is_not_written_over(void **state) /* approve 3 */
{
    fixture *f = *state;
    EXPECT_OK(lower(f, "ada", "owner", "1500"));
    write_portolan(f, "1700", "");
    const char *before = file_text(f);
    EXPECT_FAIL(call_as(f, "ines", "owner", "proposal.approve", "{\"proposal\":1}"), PTL_E_CONFLICT,
                "holds changes that proposal 1 does not know");
    EXPECT_STR(file_text(f), before);
    EXPECT_INT(version_in_force(f), 1);
    write_portolan(f, "1500", ""); /* what is proposed is there already: approve 2 */
    EXPECT_OK(call_as(f, "ines", "owner", "proposal.approve", "{\"proposal\":1}"));
    EXPECT_INT(version_in_force(f), 2);
}

static void who_is_alone_is_not_locked_out(void **state)
{
    fixture *f = *state;
    ptl_records *records = open_records(f);
    EXPECT_OK(ptl_access_user_remove(records, "ines", &err));
    ptl_records_close(records);
    EXPECT_OK(lower(f, "ada", "owner", "1500"));
    EXPECT_SAYS("\"changed\":true");
    EXPECT_SAYS("nobody else who can sign in holds the right");
    EXPECT_INT(version_in_force(f), 2);
    ptl_ledger_entry *entries;
    int64_t n;
    records = open_records(f);
    EXPECT_OK(ptl_ledger_list(&entries, &n, records, 1, 10, &f->arena, &err));
    EXPECT_INT(n, 1);
    const char *body = ptl_text_copy(entries[0].body, &f->arena, &err);
    assert_non_null(strstr(body, "\"decided\":\"nobody else holds the right\""));
    assert_non_null(strstr(body, "\"key\":\"kpi.to\""));
    ptl_records_close(records);
}

static void finance_decides_what_cac_counts(void **state)
{
    fixture *f = *state;
    const char *tv = "{\"file\":\"channels.yaml\",\"changes\":[\"[1].name=tv\",\"[1].paid=true\"]}";
    EXPECT_OK(call_as(f, "ada", "owner", "workspace.set", tv));
    EXPECT_OK(call_as(f, "ada", "owner", "workspace.set",
                      "{\"file\":\"channels.yaml\",\"changes\":[\"[1].paid=false\"]}"));
    EXPECT_SAYS("\"decides\":\"ines or fin\"");
    EXPECT_OK(call_as(f, "fin", "finance", "proposal.approve", "{\"proposal\":1}"));
    EXPECT_INT(version_in_force(f), 3);
}

static void a_secret_in_the_difference_is_not_shown(void **state)
{
    fixture *f = *state;
    EXPECT_OK(call_as(f, "ada", "owner", "workspace.set",
                      "{\"changes\":[\"digest.webhook=https://hooks.example/t0ken\"]}"));
    EXPECT_OK(call_as(f, "fin", "finance", "proposal.show", "{\"proposal\":1}"));
    EXPECT_SAYS("webhook: kept in the file");
    if (strstr(answer(f), "t0ken")) fail_msg("%s", answer(f));
}

/* --- killed at any moment --------------------------------------------------------------------- */

static void approve_and_die(fixture *f, int64_t after_us)
{
    int told[2];
    char got = 0;
    assert_int_equal(pipe(told), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const ptl_status st = call_as(f, "ines", "owner", "proposal.approve", "{\"proposal\":1}");
        got = st == PTL_OK ? 'y' : 'n';
        (void)!write(told[1], &got, 1);
        pause();
        _exit(0);
    }
    close(told[1]);
    const struct timespec wait = {0, after_us * 1000};
    nanosleep(&wait, NULL);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    const bool acknowledged = read(told[0], &got, 1) == 1 && got == 'y';
    close(told[0]);
    const int64_t version = version_in_force(f);
    const bool is_written = strstr(file_text(f), "to: 1500\n") != NULL;
    if (acknowledged) EXPECT_INT(version, 2);
    if (version == 2) assert_true(is_written); /* approve 2: never in force without its files */
}

/* What was told is in force, and whatever was not can be said again: it happens once. */
static void killed_at_any_moment(void **state) /* approve 1, 2 */
{
    for (int64_t after_us = 500; after_us < 260000; after_us = after_us * 7 / 5) {
        fixture *f = *state;
        EXPECT_OK(lower(f, "ada", "owner", "1500"));
        approve_and_die(f, after_us);
        EXPECT_OK(call_as(f, "ines", "owner", "proposal.approve", "{\"proposal\":1}"));
        EXPECT_INT(version_in_force(f), 2);
        EXPECT_STR(kinds(f, 3), "config.applied proposal.approved");
        EXPECT_OK(call_as(f, "root", NULL, "apply", "{}"));
        EXPECT_SAYS("Nothing to apply");
        tear_down(state);
        set_up(state);
    }
}

#undef err

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_change_that_widens_waits),
        TEST(nothing_happens_twice),
        TEST(an_author_never_decides),
        TEST(silence_never_approves),
        TEST(a_rejection_has_a_reason_and_may_be_taken_back),
        TEST(a_later_draft_overtakes),
        TEST(narrowing_is_in_force_at_once_and_a_stale_draft_is_refused),
        TEST(another_file_may_change_meanwhile),
        TEST(the_folder_is_the_draft_of_apply),
        TEST(a_file_that_nobody_proposed_is_not_written_over),
        TEST(who_is_alone_is_not_locked_out),
        TEST(finance_decides_what_cac_counts),
        TEST(a_secret_in_the_difference_is_not_shown),
        TEST(killed_at_any_moment),
    };
    return cmocka_run_group_tests_name("proposal", tests, NULL, NULL);
}
