/* People, keys and kept answers in records, and what a role may do. */
#include "ops/registry.h"
#include "ops/role.h"
#include "store/access.h"
#include "support/expect.h"
#include "support/scratch.h"

static scratch dir;
static ptl_arena arena;
static ptl_error err;
static ptl_records *records;

static const ptl_instant now = 1763273520000123;

static int set_up(void **state)
{
    (void)state;
    scratch_make(&dir);
    ptl_arena_init(&arena, 1 << 22, NULL);
    return ptl_records_open(&records, scratch_path(&dir, "records.sqlite"), &err) == PTL_OK ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    ptl_records_close(records);
    ptl_arena_dispose(&arena);
    scratch_remove(&dir);
    return 0;
}

static ptl_hash hash_of(const char *text)
{
    return ptl_hash_bytes(text, strlen(text));
}

static ptl_access_user invited(const char *name, const char *token)
{
    return (ptl_access_user){.name = name,
                             .role = "analyst",
                             .is_invited = true,
                             .invite = hash_of(token),
                             .invite_until = now + 1000,
                             .added_at = now,
                             .added_by = "mira"};
}

static void an_invitation_opens_once(void **state)
{
    (void)state;
    int64_t id = 0, n = 0;
    ptl_access_user *list = NULL;
    ptl_access_user user = invited("ada", "in_1");
    EXPECT_OK(ptl_access_user_add(&user, records, &err));
    EXPECT_FAIL(ptl_access_user_claim(&id, records, hash_of("in_2"), "p", now, &err), PTL_E_DENIED,
                "never was");
    EXPECT_FAIL(ptl_access_user_claim(&id, records, hash_of("in_1"), "p", now + 1000, &err),
                PTL_E_DENIED, "has ended");
    EXPECT_OK(ptl_access_user_claim(&id, records, hash_of("in_1"), "p", now + 999, &err));
    EXPECT_INT(id, user.user_id);
    EXPECT_FAIL(ptl_access_user_claim(&id, records, hash_of("in_1"), "q", now, &err), PTL_E_DENIED,
                "was used");
    EXPECT_OK(ptl_access_user_list(&list, &n, records, &arena, &err));
    EXPECT_INT(n, 1);
    EXPECT_STR(list[0].password, "p");
    assert_false(list[0].is_invited);
}

static void inviting_again_takes_the_password(void **state)
{
    (void)state;
    int64_t id = 0, n = 0;
    ptl_access_user *list = NULL;
    ptl_access_user user = invited("ada", "in_1");
    EXPECT_OK(ptl_access_user_add(&user, records, &err));
    EXPECT_OK(ptl_access_user_claim(&id, records, hash_of("in_1"), "p", now, &err));
    user = invited("ada", "in_3");
    EXPECT_OK(ptl_access_user_add(&user, records, &err));
    EXPECT_OK(ptl_access_user_list(&list, &n, records, &arena, &err));
    EXPECT_INT(n, 1);
    assert_null(list[0].password);
    assert_true(ptl_hash_equal(list[0].invite, hash_of("in_3")));
    EXPECT_OK(ptl_access_user_remove(records, "ada", &err));
    EXPECT_FAIL(ptl_access_user_remove(records, "ada", &err), PTL_E_NOT_FOUND, "ada");
}

static void a_label_is_one_key(void **state)
{
    (void)state;
    int64_t n = 0;
    ptl_access_key *list = NULL;
    ptl_access_key key = {.label = "nightly",
                          .role = "analyst",
                          .hash = hash_of("ptl_1"),
                          .added_at = now,
                          .added_by = "mira",
                          .expires_at = now + 7};
    EXPECT_OK(ptl_access_key_add(&key, records, &err));
    EXPECT_OK(ptl_access_key_revoke(records, "nightly", now, &err));
    EXPECT_FAIL(ptl_access_key_revoke(records, "nightly", now, &err), PTL_E_NOT_FOUND, "in force");
    key.hash = hash_of("ptl_2");
    EXPECT_OK(ptl_access_key_add(&key, records, &err));
    EXPECT_OK(ptl_access_key_list(&list, &n, records, &arena, &err));
    EXPECT_INT(n, 1);
    EXPECT_INT(list[0].revoked_at, 0);
    assert_true(ptl_hash_equal(list[0].hash, hash_of("ptl_2")));
}

static void an_answer_is_kept_a_day(void **state)
{
    (void)state;
    bool found = true;
    ptl_kept_answer kept;
    const ptl_hash request = hash_of("request");
    const ptl_instant next_day = now + PTL_MICROS_PER_DAY + 1;
#define BEGIN(actor, at)                                                                           \
    ptl_kept_answer_begin(&kept, &found, records, actor, "k", request, at, &arena, &err)
    EXPECT_OK(BEGIN("ada", now));
    assert_false(found);
    EXPECT_OK(BEGIN("ada", now)); /* its end is not known */
    assert_true(found);
    EXPECT_INT(kept.http, 0);
    EXPECT_OK(BEGIN("eve", now)); /* another caller's key is another key */
    assert_false(found);
    const ptl_kept_answer answer = {.http = 200, .answer = "{\"a\":17}"};
    EXPECT_OK(ptl_kept_answer_end(records, "ada", "k", &answer, &err));
    EXPECT_OK(BEGIN("ada", now + 5));
    assert_true(found);
    EXPECT_INT(kept.http, 200);
    EXPECT_STR(kept.answer, "{\"a\":17}");
    assert_true(ptl_hash_equal(kept.request, request));
    EXPECT_OK(ptl_kept_answer_drop(records, "eve", "k", &err));
    EXPECT_OK(BEGIN("eve", now));
    assert_false(found);
    EXPECT_OK(BEGIN("ada", next_day));
    assert_false(found);
#undef BEGIN
}

static const ptl_op *op_of(const char *name)
{
    const ptl_op *op = NULL;
    EXPECT_OK(ptl_op_find(&op, ptl_text_of(name), &err));
    return op;
}

/* The table of docs/access.md, by operations that stand for its columns. */
static void a_role_may_what_the_page_says(void **state)
{
    (void)state;
    static const struct {
        const char *role;
        bool reads, changes, analyses, owns;
    } rows[] = {{"owner", true, true, true, true},
                {"analyst", true, true, true, false},
                {"revenue_operations", true, true, true, false},
                {"finance", true, true, false, false},
                {"people_partner", true, true, false, false},
                {"board", true, false, false, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ptl_role role;
        EXPECT_OK(ptl_role_find(&role, ptl_text_of(rows[i].role), &err));
        EXPECT_INT(ptl_role_may(role, op_of("status")), rows[i].reads);
        EXPECT_INT(ptl_role_may(role, op_of("minutes.add")), rows[i].changes);
        EXPECT_INT(ptl_role_may(role, op_of("mix.fit")), rows[i].analyses);
        EXPECT_INT(ptl_role_may(role, op_of("access.key_add")), rows[i].owns);
        EXPECT_INT(ptl_role_may(role, op_of("simulate")), rows[i].owns);
        EXPECT_INT(ptl_role_may(role, op_of("backup")), rows[i].owns);
    }
    ptl_role none;
    EXPECT_FAIL(ptl_role_find(&none, PTL_TEXT("admin"), &err), PTL_E_INVALID, "admin");
    assert_false(ptl_role_may(PTL_ROLES_N, op_of("version")));
}

static void a_read_is_what_leaves_nothing(void **state)
{
    (void)state;
    static const char *const reads[] = {"status", "run.list", "version", "access.list"};
    static const char *const others[] = {"backup",           "ledger.verify", "init",
                                         "source.recognise", "minutes.add",   "reconcile.bundle"};
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
        assert_true(ptl_op_is_read(op_of(reads[i])));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(ptl_op_is_read(op_of(others[i])));
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(an_invitation_opens_once),
        CASE(inviting_again_takes_the_password),
        CASE(a_label_is_one_key),
        CASE(an_answer_is_kept_a_day),
        CASE(a_role_may_what_the_page_says),
        CASE(a_read_is_what_leaves_nothing),
    };
    return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
