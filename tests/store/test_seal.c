/* test_seal.c: personal values under keys of their own (seal.c, invariants 1-4). */
#include "support/expect.h"
#include "support/scratch.h"

#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>

#include "portolan/random.h"
#include "store/seal.h"

static ptl_error err;
static scratch dir;
static ptl_records *records;
static ptl_seal *seal;
static ptl_buffer sealed, opened;

static int setup(void **state)
{
    (void)state;
    scratch_make(&dir);
    ptl_error_clear(&err);
    ptl_buffer_init(&sealed, 1 << 20, NULL);
    ptl_buffer_init(&opened, 1 << 20, NULL);
    if (ptl_records_open(&records, scratch_path(&dir, "records.sqlite"), &err) != PTL_OK) return -1;
    return ptl_seal_open(&seal, records, &err) == PTL_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ptl_seal_close(seal);
    ptl_records_close(records);
    ptl_buffer_dispose(&sealed);
    ptl_buffer_dispose(&opened);
    scratch_remove(&dir);
    return 0;
}

/* The bytes of one column of one row, through a second connection. */
static size_t raw_bytes(uint8_t *out, size_t room, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(scratch_path(&dir, "records.sqlite"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    const size_t n = (size_t)sqlite3_column_bytes(s, 0);
    assert_true(n <= room);
    if (n > 0) memcpy(out, sqlite3_column_blob(s, 0), n);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return n;
}

static void test_round_trip(void **state)
{
    (void)state;
    EXPECT_OK(ptl_seal_make(seal, 1, 3, &err));
    static const char *const values[] = {"", "a", "ada@example.org", "zoë\n\"quoted\""};
    for (size_t i = 0; i < 4; i++) {
        const ptl_text value = ptl_text_of(values[i]);
        ptl_buffer_clear(&sealed);
        ptl_buffer_clear(&opened);
        ptl_buffer_text(&sealed, "before ");
        EXPECT_OK(ptl_seal_value(&sealed, seal, 2, value, &err));
        EXPECT_INT(sealed.len, 7 + value.len + 40);
        const ptl_text bytes = {sealed.ptr + 7, sealed.len - 7};
        ptl_buffer_text(&opened, "kept ");
        EXPECT_OK(ptl_seal_open_value(&opened, seal, 2, bytes, &err));
        assert_true(ptl_text_starts(ptl_buffer_borrow(&opened), PTL_TEXT("kept ")));
        EXPECT_INT(opened.len, 5 + value.len);
        assert_memory_equal(opened.ptr + 5, values[i], value.len);
    }
}

/* What was sealed is XChaCha20-Poly1305 as libsodium's own call opens it. */
static void test_format(void **state)
{
    (void)state;
    EXPECT_OK(ptl_seal_make(seal, 258, 1, &err));
    EXPECT_OK(ptl_seal_value(&sealed, seal, 258, PTL_TEXT("ada@example.org"), &err));
    uint8_t key[32], plain[64];
    EXPECT_INT(raw_bytes(key, 32, "SELECT key FROM subject_key WHERE subject_id = 258"), 32);
    unsigned long long n;
    const uint8_t id[8] = {2, 1}; /* 258, least significant first */
    const uint8_t *bytes = (const uint8_t *)sealed.ptr;
    EXPECT_INT(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &n, NULL, bytes + 24,
                                                          sealed.len - 24, id, 8, bytes, key),
               0);
    EXPECT_INT(n, 15);
    assert_memory_equal(plain, "ada@example.org", 15);
}

static void test_never_twice_the_same(void **state)
{
    (void)state;
    EXPECT_OK(ptl_seal_make(seal, 1, 1, &err));
    EXPECT_OK(ptl_seal_value(&sealed, seal, 1, PTL_TEXT("same"), &err));
    EXPECT_OK(ptl_seal_value(&sealed, seal, 1, PTL_TEXT("same"), &err));
    EXPECT_INT(sealed.len, 88);
    assert_memory_not_equal(sealed.ptr, sealed.ptr + 44, 44);
}

/* One bit anywhere, another subject, a cut: nothing of the value comes out. */
static void test_refused(void **state)
{
    (void)state;
    EXPECT_OK(ptl_seal_make(seal, 1, 2, &err));
    EXPECT_OK(ptl_seal_value(&sealed, seal, 1, PTL_TEXT("ada@example.org"), &err));
    const ptl_text whole = ptl_buffer_borrow(&sealed);
    for (size_t i = 0; i < whole.len; i++) {
        sealed.ptr[i] ^= 0x10;
        EXPECT_FAIL(ptl_seal_open_value(&opened, seal, 1, whole, &err), PTL_E_CORRUPT, "subject 1");
        EXPECT_INT(opened.len, 0);
        sealed.ptr[i] ^= 0x10;
    }
    EXPECT_FAIL(ptl_seal_open_value(&opened, seal, 2, whole, &err), PTL_E_CORRUPT, "subject 2");
    for (size_t len = 0; len < whole.len; len += 7)
        EXPECT_FAIL(ptl_seal_open_value(&opened, seal, 1, (ptl_text){whole.ptr, len}, &err),
                    PTL_E_CORRUPT, "sealed value");
    EXPECT_FAIL(ptl_seal_value(&sealed, seal, 9, PTL_TEXT("x"), &err), PTL_E_NOT_FOUND,
                "never made");
    EXPECT_FAIL(ptl_seal_make(seal, -1, 1, &err), PTL_E_INVALID, "neither may be negative");
    EXPECT_OK(ptl_seal_make(seal, 0, 1, &err)); /* the workspace itself */
    EXPECT_FAIL(ptl_seal_make(seal, INT64_MAX, 2, &err), PTL_E_INVALID, "subjects");
    EXPECT_OK(ptl_seal_open_value(&opened, seal, 1, whole, &err));
}

static void test_keys_stay(void **state)
{
    (void)state;
    EXPECT_OK(ptl_seal_make(seal, 1, 1000, &err)); /* two batches and a part */
    EXPECT_OK(ptl_seal_value(&sealed, seal, 777, PTL_TEXT("kept"), &err));
    EXPECT_OK(ptl_seal_make(seal, 500, 1000, &err)); /* those that have one keep it */
    EXPECT_OK(ptl_seal_open_value(&opened, seal, 777, ptl_buffer_borrow(&sealed), &err));
    uint8_t n[32];
    EXPECT_INT(raw_bytes(n, 32, "SELECT CAST(count(DISTINCT key) AS TEXT) FROM subject_key"), 4);
    assert_memory_equal(n, "1499", 4);
}

static void test_lookup(void **state)
{
    (void)state;
    uint8_t a[16], b[16], key[32], expected[16];
    ptl_seal_lookup(a, seal, PTL_TEXT("shop"), PTL_TEXT("email"), PTL_TEXT("ada@example.org"));
    ptl_seal_lookup(b, seal, PTL_TEXT("shop"), PTL_TEXT("email"), PTL_TEXT("ada@example.org"));
    assert_memory_equal(a, b, 16);
    ptl_seal_lookup(b, seal, PTL_TEXT("shope"), PTL_TEXT("mail"), PTL_TEXT("ada@example.org"));
    assert_memory_not_equal(a, b, 16);
    /* keyed BLAKE2b over the length-prefixed parts, by libsodium's one-shot call */
    static const uint8_t message[] = "\4\0\0\0\0\0\0\0shop\5\0\0\0\0\0\0\0email"
                                     "\17\0\0\0\0\0\0\0ada@example.org";
    EXPECT_INT(raw_bytes(key, 32, "SELECT value FROM meta WHERE key = 'seal.workspace_key'"), 32);
    crypto_generichash(expected, 16, message, sizeof message - 1, key, 32);
    assert_memory_equal(a, expected, 16);
    /* the same workspace later: the same; another workspace: different */
    ptl_seal_close(seal);
    EXPECT_OK(ptl_seal_open(&seal, records, &err));
    ptl_seal_lookup(b, seal, PTL_TEXT("shop"), PTL_TEXT("email"), PTL_TEXT("ada@example.org"));
    assert_memory_equal(a, b, 16);
    ptl_records *others;
    ptl_seal *other;
    EXPECT_OK(ptl_records_open(&others, scratch_path(&dir, "other.sqlite"), &err));
    EXPECT_OK(ptl_seal_open(&other, others, &err));
    ptl_seal_lookup(b, other, PTL_TEXT("shop"), PTL_TEXT("email"), PTL_TEXT("ada@example.org"));
    assert_memory_not_equal(a, b, 16);
    ptl_seal_close(other);
    ptl_records_close(others);
}

/* --- erasure ---------------------------------------------------------------------------------- */

static bool file_holds(const char *name, const uint8_t *bytes, size_t len)
{
    FILE *f = fopen(scratch_path(&dir, name), "rb");
    if (!f) return false;
    static uint8_t content[8 << 20];
    const size_t n = fread(content, 1, sizeof content, f);
    fclose(f);
    assert_true(n < sizeof content);
    return n >= len && memmem(content, n, bytes, len) != NULL;
}

static bool on_disk(const uint8_t key[32])
{
    return file_holds("records.sqlite", key, 32) || file_holds("records.sqlite-wal", key, 32);
}

static void test_destroyed_is_gone_from_disk(void **state)
{
    (void)state;
    EXPECT_OK(ptl_seal_make(seal, 1, 2000, &err));
    EXPECT_OK(ptl_seal_value(&sealed, seal, 1234, PTL_TEXT("ada@example.org"), &err));
    uint8_t key[32], kept[32];
    EXPECT_INT(raw_bytes(key, 32, "SELECT key FROM subject_key WHERE subject_id = 1234"), 32);
    EXPECT_INT(raw_bytes(kept, 32, "SELECT key FROM subject_key WHERE subject_id = 1235"), 32);
    assert_true(on_disk(key));
    EXPECT_OK(ptl_seal_destroy(seal, 1234, &err));
    assert_false(on_disk(key));
    assert_true(on_disk(kept));
    EXPECT_FAIL(ptl_seal_open_value(&opened, seal, 1234, ptl_buffer_borrow(&sealed), &err),
                PTL_E_NOT_FOUND, "subject 1234 was destroyed");
    EXPECT_OK(ptl_seal_make(seal, 1, 2000, &err)); /* and gets no other */
    EXPECT_FAIL(ptl_seal_value(&sealed, seal, 1234, PTL_TEXT("again"), &err), PTL_E_NOT_FOUND,
                "was destroyed");
    EXPECT_OK(ptl_seal_destroy(seal, 1234, &err)); /* once more is no fault */
    EXPECT_FAIL(ptl_seal_destroy(seal, 5000, &err), PTL_E_NOT_FOUND, "never made");
}

static void test_destroyed_within_a_transaction(void **state)
{
    (void)state;
    EXPECT_OK(ptl_seal_make(seal, 1, 2000, &err));
    uint8_t key[32];
    EXPECT_INT(raw_bytes(key, 32, "SELECT key FROM subject_key WHERE subject_id = 7"), 32);
    EXPECT_OK(ptl_records_begin(records, &err));
    EXPECT_OK(ptl_seal_destroy(seal, 7, &err));
    ptl_records_rollback(records);
    assert_true(on_disk(key)); /* rolled back: the key is in force */
    EXPECT_OK(ptl_records_begin(records, &err));
    EXPECT_OK(ptl_seal_destroy(seal, 7, &err));
    EXPECT_OK(ptl_records_commit(records, &err));
    assert_false(on_disk(key));
}

/* More values than one batch draws keys for; each opens alone, under its own subject only. */
static void test_many_at_once(void **state)
{
    (void)state;
    enum { N = 1300 };
    static char words[N][32];
    static ptl_text values[N];
    static size_t ends[N];
    for (int i = 0; i < N; i++) {
        snprintf(words[i], sizeof words[i], "%.*s%d", i % 20, "xxxxxxxxxxxxxxxxxxxx", i % 7);
        values[i] = ptl_text_of(words[i]);
    }
    EXPECT_OK(ptl_seal_make(seal, 5, N, &err));
    ptl_buffer_text(&sealed, "before");
    EXPECT_OK(ptl_seal_values(&sealed, ends, seal, 5, values, N, &err));
    EXPECT_INT(ends[N - 1], sealed.len);
    size_t at = 6;
    for (int i = 0; i < N; at = ends[i++]) {
        const ptl_text one = {sealed.ptr + at, ends[i] - at};
        EXPECT_INT(one.len, values[i].len + 40);
        ptl_buffer_clear(&opened);
        EXPECT_OK(ptl_seal_open_value(&opened, seal, 5 + i, one, &err));
        assert_string_equal(opened.ptr, words[i]);
        EXPECT_FAIL(ptl_seal_open_value(&opened, seal, 5 + (i + 1) % N, one, &err), PTL_E_CORRUPT,
                    "not what was sealed");
        /* nonces: none is the one before */
        if (i > 0) assert_memory_not_equal(one.ptr, sealed.ptr + (i > 1 ? ends[i - 2] : 6), 24);
    }
}

static void test_many_need_every_key(void **state)
{
    (void)state;
    const ptl_text values[] = {PTL_TEXT("a"), PTL_TEXT("b"), PTL_TEXT("c")};
    size_t ends[3];
    EXPECT_OK(ptl_seal_make(seal, 1, 2, &err));
    EXPECT_OK(ptl_seal_make(seal, 4, 1, &err));
    ptl_buffer_text(&sealed, "before");
    EXPECT_FAIL(ptl_seal_values(&sealed, ends, seal, 1, values, 3, &err), PTL_E_NOT_FOUND,
                "subject 3 was never made");
    assert_string_equal(sealed.ptr, "before");
    EXPECT_FAIL(ptl_seal_values(&sealed, ends, seal, 4, values, 2, &err), PTL_E_NOT_FOUND,
                "subject 5 was never made");
    EXPECT_OK(ptl_seal_destroy(seal, 2, &err));
    EXPECT_FAIL(ptl_seal_values(&sealed, ends, seal, 1, values, 2, &err), PTL_E_NOT_FOUND,
                "subject 2 was destroyed");
    EXPECT_OK(ptl_seal_values(&sealed, ends, seal, 1, values, 0, &err));
    EXPECT_FAIL(ptl_seal_values(&sealed, ends, seal, -1, values, 1, &err), PTL_E_INVALID,
                "from subject -1");
}

static void test_damaged_workspace_key(void **state)
{
    (void)state;
    EXPECT_OK(ptl_records_set(records, "seal.workspace_key", PTL_TEXT("short"), &err));
    ptl_seal *none = NULL;
    EXPECT_FAIL(ptl_seal_open(&none, records, &err), PTL_E_CORRUPT, "5 bytes, not 32");
    assert_null(none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),
        TEST(test_format),
        TEST(test_never_twice_the_same),
        TEST(test_refused),
        TEST(test_keys_stay),
        TEST(test_lookup),
        TEST(test_destroyed_is_gone_from_disk),
        TEST(test_destroyed_within_a_transaction),
        TEST(test_many_at_once),
        TEST(test_many_need_every_key),
        TEST(test_damaged_workspace_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
