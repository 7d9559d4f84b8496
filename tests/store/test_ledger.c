/* test_ledger.c: the Merkle log against RFC 6962 (ledger.h, 1-3; ledger_verify.c's table).
 *
 * Known answers are the reference inputs of Certificate Transparency's own test suites. Everything
 * else is held against the definitions of RFC 6962, section 2.1, written down once more here as
 * plain recursions over an array of leaves, sharing no code with the program but SHA-256. */
#include "support/records.h"

#include <sqlite3.h>

#include "portolan/random.h"
#include "store/ledger_internal.h"

static void expect_hash(ptl_hash hash, const char *hex)
{
    char found[PTL_HASH_HEX];
    ptl_hash_format(found, hash);
    EXPECT_STR(found, hex);
}

/* --- the definitions, recursively ------------------------------------------------------------- */

static ptl_hash ref_node(ptl_hash a, ptl_hash b)
{
    uint8_t bytes[65] = {0x01};
    memcpy(bytes + 1, a.bytes, 32);
    memcpy(bytes + 33, b.bytes, 32);
    return ptl_hash_bytes(bytes, sizeof bytes);
}

static int64_t ref_split(int64_t n)
{
    int64_t k = 1;
    while (2 * k < n) k *= 2;
    return k;
}

static ptl_hash ref_root(const ptl_hash *d, int64_t n)
{
    if (n == 0) return ptl_hash_bytes("", 0);
    if (n == 1) return d[0];
    const int64_t k = ref_split(n);
    return ref_node(ref_root(d, k), ref_root(d + k, n - k));
}

static int32_t ref_path(ptl_hash *out, int64_t m, const ptl_hash *d, int64_t n)
{
    if (n == 1) return 0;
    const int64_t k = ref_split(n);
    int32_t len;
    if (m < k) {
        len = ref_path(out, m, d, k);
        out[len++] = ref_root(d + k, n - k);
    } else {
        len = ref_path(out, m - k, d + k, n - k);
        out[len++] = ref_root(d, k);
    }
    return len;
}

static int32_t ref_subproof(ptl_hash *out, int64_t m, const ptl_hash *d, int64_t n, bool known)
{
    int32_t len = 0;
    if (m == n) {
        if (!known) out[len++] = ref_root(d, n);
        return len;
    }
    const int64_t k = ref_split(n);
    if (m <= k) {
        len = ref_subproof(out, m, d, k, known);
        out[len++] = ref_root(d + k, n - k);
    } else {
        len = ref_subproof(out, m - k, d + k, n - k, false);
        out[len++] = ref_root(d, k);
    }
    return len;
}

/* --- known answers ---------------------------------------------------------------------------- */

static void test_known_answers(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *root; /* of the tree of all inputs so far */
    } inputs[] = {
        {"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
    };
    ptl_tree tree;
    ptl_tree_init(&tree);
    expect_hash(ptl_tree_root(&tree),
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        ptl_tree_add(&tree, ptl_tree_leaf(inputs[i].bytes, inputs[i].len));
        expect_hash(ptl_tree_root(&tree), inputs[i].root);
    }
}

/* --- the ledger against the definitions ------------------------------------------------------- */

enum { SIZES = 70 };

static void append(int64_t n, const char *kind)
{
    for (int64_t i = 0; i < n; i++) {
        char body[64];
        const int len = snprintf(body, sizeof body, "{\"n\":%lld}", (long long)i * 7);
        EXPECT_OK(ptl_ledger_append(NULL, records, kind, "ada", i % 5,
                                    (ptl_text){body, (size_t)len}, 1763273520000001 + i, &err));
    }
}

/* All heads, inclusion proofs and consistency proofs of all sizes up to 70. */
static void test_all_sizes(void **state)
{
    (void)state;
    ptl_ledger_head heads[SIZES + 1];
    EXPECT_OK(ptl_ledger_head_get(&heads[0], records, &err));
    EXPECT_INT(heads[0].size, 0);
    for (int i = 1; i <= SIZES; i++)
        EXPECT_OK(ptl_ledger_append(&heads[i], records, "test", "ada", 0, PTL_TEXT("{}"), i, &err));
    ptl_ledger_entry *entries;
    int64_t n;
    EXPECT_OK(ptl_ledger_list(&entries, &n, records, 0, 1000, &arena, &err));
    EXPECT_INT(n, SIZES);
    ptl_hash leaves[SIZES], path[PTL_LEDGER_PROOF_MAX], expected[PTL_LEDGER_PROOF_MAX];
    for (int i = 0; i < SIZES; i++) leaves[i] = entries[i].leaf;
    for (int size = 0; size <= SIZES; size++)
        assert_true(ptl_hash_equal(heads[size].root, ref_root(leaves, size)));
    for (int size = 1; size <= SIZES; size++) {
        for (int seq = 0; seq < size; seq++) {
            int32_t len;
            EXPECT_OK(ptl_ledger_inclusion(path, &len, records, seq, size, &err));
            EXPECT_INT(len, ref_path(expected, seq, leaves, size));
            for (int32_t i = 0; i < len; i++) assert_true(ptl_hash_equal(path[i], expected[i]));
            assert_true(ptl_ledger_inclusion_holds(leaves[seq], seq, heads[size], path, len));
        }
        for (int old = 0; old <= size; old++) {
            int32_t len;
            EXPECT_OK(ptl_ledger_consistency(path, &len, records, old, size, &err));
            EXPECT_INT(len, old == 0 ? 0 : ref_subproof(expected, old, leaves, size, true));
            for (int32_t i = 0; i < len; i++) assert_true(ptl_hash_equal(path[i], expected[i]));
            assert_true(ptl_ledger_consistency_holds(heads[old], heads[size], path, len));
        }
    }
}

/* A verifier that says yes to everything would pass the test above: here it must say no. */
static void test_proofs_refuse(void **state)
{
    (void)state;
    ptl_ledger_head heads[SIZES + 1];
    ptl_hash leaves[SIZES];
    for (int i = 0; i < SIZES; i++) {
        append(1, "test");
        EXPECT_OK(ptl_ledger_head_get(&heads[i + 1], records, &err));
    }
    ptl_ledger_entry *entries;
    int64_t n;
    EXPECT_OK(ptl_ledger_list(&entries, &n, records, 0, SIZES, &arena, &err));
    for (int i = 0; i < SIZES; i++) leaves[i] = entries[i].leaf;
    ptl_rng rng = ptl_rng_new(6962);
    for (int trial = 0; trial < 2000; trial++) {
        const int size = 2 + (int)ptl_rng_below(&rng, SIZES - 1);
        const int seq = (int)ptl_rng_below(&rng, (uint64_t)size);
        const int old = 1 + (int)ptl_rng_below(&rng, (uint64_t)size - 1);
        ptl_hash path[PTL_LEDGER_PROOF_MAX];
        const int bit = 1 << ptl_rng_below(&rng, 8), byte = (int)ptl_rng_below(&rng, 32);
        int32_t len = ref_path(path, seq, leaves, size);
        assert_true(ptl_ledger_inclusion_holds(leaves[seq], seq, heads[size], path, len));
        assert_false(
            ptl_ledger_inclusion_holds(leaves[seq], (seq + 1) % size, heads[size], path, len));
        assert_false(ptl_ledger_inclusion_holds(leaves[seq], seq, heads[size], path, len - 1));
        assert_false(
            ptl_ledger_inclusion_holds(leaves[(seq + 1) % size], seq, heads[size], path, len));
        const int at = (int)ptl_rng_below(&rng, (uint64_t)len);
        path[at].bytes[byte] ^= (uint8_t)bit;
        assert_false(ptl_ledger_inclusion_holds(leaves[seq], seq, heads[size], path, len));
        len = ref_subproof(path, old, leaves, size, true);
        assert_true(ptl_ledger_consistency_holds(heads[old], heads[size], path, len));
        assert_false(ptl_ledger_consistency_holds(heads[old], heads[size], path, len - 1));
        ptl_ledger_head forged = heads[old];
        forged.root.bytes[byte] ^= (uint8_t)bit;
        assert_false(ptl_ledger_consistency_holds(forged, heads[size], path, len));
        forged = heads[size];
        forged.root.bytes[byte] ^= (uint8_t)bit;
        assert_false(ptl_ledger_consistency_holds(heads[old], forged, path, len));
        path[ptl_rng_below(&rng, (uint64_t)len)].bytes[byte] ^= (uint8_t)bit;
        assert_false(ptl_ledger_consistency_holds(heads[old], heads[size], path, len));
    }
    assert_false(ptl_ledger_inclusion_holds(leaves[0], -1, heads[1], NULL, 0));
    assert_false(ptl_ledger_inclusion_holds(leaves[0], 1, heads[1], NULL, 0));
    assert_false(ptl_ledger_consistency_holds(heads[2], heads[1], NULL, 0));
}

static void test_proof_bounds(void **state)
{
    (void)state;
    append(5, "test");
    ptl_hash path[PTL_LEDGER_PROOF_MAX];
    int32_t n;
    EXPECT_FAIL(ptl_ledger_inclusion(path, &n, records, 0, 6, &err), PTL_E_INVALID, "5 entries");
    EXPECT_FAIL(ptl_ledger_inclusion(path, &n, records, 5, 5, &err), PTL_E_INVALID, "entry 5");
    EXPECT_FAIL(ptl_ledger_inclusion(path, &n, records, -1, 5, &err), PTL_E_INVALID, "entry -1");
    EXPECT_FAIL(ptl_ledger_consistency(path, &n, records, 4, 3, &err), PTL_E_INVALID, "4");
}

/* --- entries ---------------------------------------------------------------------------------- */

static void test_stored_bytes(void **state)
{
    (void)state;
    EXPECT_OK(ptl_ledger_append(NULL, records, "source.loaded", "ada \",\"body\":\\", 7,
                                PTL_TEXT("{\"rows\":31,\"body\":{}}"), 1763273520000001, &err));
    EXPECT_OK(
        ptl_ledger_append(NULL, records, "review.written", "zoë", 0, PTL_TEXT("{}"), 0, &err));
    ptl_ledger_entry *e;
    int64_t n;
    EXPECT_OK(ptl_ledger_list(&e, &n, records, 0, 10, &arena, &err));
    EXPECT_INT(n, 2);
    EXPECT_STR(e[0].stored.ptr,
               "{\"seq\":0,\"entered_at\":\"2025-11-16T06:12:00.000001Z\",\"kind\":"
               "\"source.loaded\",\"actor\":\"ada \\\",\\\"body\\\":\\\\\",\"run_id\":7,\"body\":"
               "{\"rows\":31,\"body\":{}}}");
    EXPECT_STR(e[0].kind, "source.loaded");
    EXPECT_STR(e[0].actor, "ada \",\"body\":\\");
    EXPECT_INT(e[0].run_id, 7);
    EXPECT_INT(e[0].entered_at, 1763273520000001);
    assert_true(ptl_text_equal(e[0].body, PTL_TEXT("{\"rows\":31,\"body\":{}}")));
    assert_true(ptl_hash_equal(e[0].leaf, ptl_tree_leaf(e[0].stored.ptr, e[0].stored.len)));
    EXPECT_STR(e[1].actor, "zoë");
    EXPECT_INT(e[1].run_id, 0);
    EXPECT_OK(ptl_ledger_list(&e, &n, records, 1, 10, &arena, &err));
    EXPECT_INT(n, 1);
    EXPECT_INT(e[0].seq, 1);
    EXPECT_OK(ptl_ledger_list(&e, &n, records, 2, 10, &arena, &err));
    EXPECT_INT(n, 0);
}

static void test_refused_entries(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *actor, *body, *words;
    } cases[] = {
        {"k", "a", "[]", "no JSON object"},
        {"k", "a", "", "no JSON object"},
        {"k", "a", "{\"a\":1,\"a\":2}", "duplicate"},
        {"k", "a", "{} {}", "no JSON object"},
        {"", "a", "{}", "without kind"},
        {"k", NULL, "{}", "without actor"},
        {"k\xff", "a", "{}", "UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        EXPECT_FAIL(ptl_ledger_append(NULL, records, cases[i].kind, cases[i].actor, 0,
                                      ptl_text_of(cases[i].body), 1, &err),
                    PTL_E_INVALID, cases[i].words);
    ptl_ledger_head head;
    EXPECT_OK(ptl_ledger_head_get(&head, records, &err));
    EXPECT_INT(head.size, 0);
}

static void test_many_is_one_transaction(void **state)
{
    (void)state;
    ptl_ledger_entry entries[3] = {
        {.kind = "a", .actor = "ada", .body = PTL_TEXT("{}")},
        {.kind = "b", .actor = "ada", .body = PTL_TEXT("{}")},
        {.kind = "c", .actor = "ada", .body = PTL_TEXT("not json")},
    };
    ptl_ledger_head head = {.size = -5};
    EXPECT_FAIL(ptl_ledger_append_many(&head, records, entries, 3, &err), PTL_E_INVALID, "body");
    EXPECT_INT(head.size, -5);
    EXPECT_OK(ptl_ledger_append_many(&head, records, entries, 2, &err));
    EXPECT_INT(head.size, 2);
    EXPECT_OK(ptl_ledger_append_many(&head, records, entries, 0, &err));
    EXPECT_INT(head.size, 2);
    /* inside a transaction that is rolled back, head and entries go together */
    EXPECT_OK(ptl_records_begin(records, &err));
    append(4, "gone");
    ptl_records_rollback(records);
    EXPECT_OK(ptl_ledger_head_get(&head, records, &err));
    EXPECT_INT(head.size, 2);
    ptl_ledger_verdict verdict;
    EXPECT_OK(ptl_ledger_verify(&verdict, records, NULL, &err));
    assert_true(verdict.holds);
    EXPECT_INT(verdict.n_entries, 2);
}

/* --- verification: 5,000 entries, one change -------------------------------------------------- */

enum { N = 5000 };

static void fill(void)
{
    static ptl_ledger_entry entries[N];
    static char bodies[N][48];
    for (int i = 0; i < N; i++) {
        const int len =
            snprintf(bodies[i], sizeof bodies[i], "{\"amount\":\"%d.%02d\"}", i * 37, i % 97);
        entries[i] = (ptl_ledger_entry){.kind = "source.loaded",
                                        .actor = "ada",
                                        .run_id = i % 11,
                                        .entered_at = 1763273520000001 + i,
                                        .body = {bodies[i], (size_t)len}};
    }
    EXPECT_OK(ptl_ledger_append_many(NULL, records, entries, N, &err));
}

/* A raw second connection that does one thing to the file: ?1, ?2 are a and b. */
static void tamper(const char *sql, int64_t a, int64_t b)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(scratch_path(&dir, "records.sqlite"), &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
    if (sqlite3_bind_parameter_count(s) > 0) sqlite3_bind_int64(s, 1, a);
    if (sqlite3_bind_parameter_count(s) > 1) sqlite3_bind_int64(s, 2, b);
    if (sqlite3_step(s) != SQLITE_DONE) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    EXPECT_INT(sqlite3_changes(db) > 0, 1);
    sqlite3_finalize(s);
    sqlite3_close(db);
}

/* Read a blob, flip one bit of it, write it back. */
static void flip(const char *get, const char *set, int64_t seq, ptl_rng *rng)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    static uint8_t bytes[4096];
    assert_int_equal(sqlite3_open(scratch_path(&dir, "records.sqlite"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, get, -1, &s, NULL), SQLITE_OK);
    sqlite3_bind_int64(s, 1, seq);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    const int n = sqlite3_column_bytes(s, 0);
    assert_true(n > 0 && n <= (int)sizeof bytes);
    memcpy(bytes, sqlite3_column_blob(s, 0), (size_t)n);
    sqlite3_finalize(s);
    bytes[ptl_rng_below(rng, (uint64_t)n)] ^= (uint8_t)(1u << ptl_rng_below(rng, 8));
    assert_int_equal(sqlite3_prepare_v2(db, set, -1, &s, NULL), SQLITE_OK);
    sqlite3_bind_int64(s, 1, seq);
    sqlite3_bind_blob(s, 2, bytes, n, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(s), SQLITE_DONE);
    sqlite3_finalize(s);
    sqlite3_close(db);
}

static void expect_fault(int64_t seq, const char *words)
{
    ptl_ledger_verdict v;
    EXPECT_OK(ptl_ledger_verify(&v, records, NULL, &err));
    if (v.holds) fail_msg("the change of entry %lld was not found", (long long)seq);
    if (v.fault_seq != seq || !strstr(v.fault, words))
        fail_msg("fault %lld \"%s\", expected %lld \"%s\"", (long long)v.fault_seq, v.fault,
                 (long long)seq, words);
}

/* Undo: the file as it was, kept beside. */
static void restore_file(void)
{
    char kept[256];
    snprintf(kept, sizeof kept, "%s", scratch_path(&dir, "kept.sqlite"));
    char command[700];
    ptl_records_close(records);
    snprintf(command, sizeof command,
             "cd '%s' && rm -f records.sqlite-wal records.sqlite-shm && "
             "cp kept.sqlite records.sqlite",
             dir.dir);
    assert_int_equal(system(command), 0);
    EXPECT_OK(ptl_records_open(&records, scratch_path(&dir, "records.sqlite"), &err));
}

#define GET_STORED "SELECT CAST(stored AS BLOB) FROM ledger_entry WHERE seq = ?1"
#define SET_STORED "UPDATE ledger_entry SET stored = CAST(?2 AS TEXT) WHERE seq = ?1"
#define GET_LEAF "SELECT leaf FROM ledger_entry WHERE seq = ?1"
#define SET_LEAF "UPDATE ledger_entry SET leaf = ?2 WHERE seq = ?1"
#define GET_ROOT "SELECT root FROM ledger_head WHERE id = 1 + 0 * ?1"
#define SET_ROOT "UPDATE ledger_head SET root = ?2 WHERE id = 1 + 0 * ?1"
#define GET_PEAKS "SELECT peaks FROM ledger_head WHERE id = 1 + 0 * ?1"
#define SET_PEAKS "UPDATE ledger_head SET peaks = ?2 WHERE id = 1 + 0 * ?1"
#define SWAP                                                                                       \
    "UPDATE ledger_entry SET stored = o.stored, leaf = o.leaf FROM "                               \
    "(SELECT ?1 + ?2 - seq AS seq, stored, leaf FROM ledger_entry WHERE seq IN (?1, ?2)) o "       \
    "WHERE ledger_entry.seq = o.seq"

static void test_every_change_is_located(void **state)
{
    (void)state;
    fill();
    ptl_ledger_verdict v;
    EXPECT_OK(ptl_ledger_verify(&v, records, NULL, &err));
    assert_true(v.holds);
    EXPECT_INT(v.n_entries, N);
    EXPECT_INT(v.fault_seq, -1);
    EXPECT_OK(ptl_records_copy(records, scratch_path(&dir, "kept.sqlite"), &err));
    ptl_rng rng = ptl_rng_new(20261116);
    for (int trial = 0; trial < 12; trial++) {
        /* the ends are among the places */
        const int64_t a = trial == 0 ? 0 : trial == 1 ? N - 1 : (int64_t)ptl_rng_below(&rng, N);
        int64_t b = a;
        while (b == a) b = (int64_t)ptl_rng_below(&rng, N);
        flip(GET_STORED, SET_STORED, a, &rng);
        expect_fault(a, "the bytes were changed");
        restore_file();
        flip(GET_LEAF, SET_LEAF, a, &rng);
        expect_fault(a, "the leaf was changed");
        restore_file();
        tamper("DELETE FROM ledger_entry WHERE seq = ?1", a, 0);
        expect_fault(a, "is missing");
        restore_file();
        tamper(SWAP, a, b);
        expect_fault(a < b ? a : b, "says that it is another");
        restore_file();
    }
    for (int trial = 0; trial < 8; trial++) {
        flip(GET_ROOT, SET_ROOT, 0, &rng);
        expect_fault(-1, "root is not that of the 5000 entries");
        restore_file();
        flip(GET_PEAKS, SET_PEAKS, 0, &rng);
        expect_fault(-1, "subtrees do not make its root");
        ptl_ledger_head head;
        EXPECT_FAIL(ptl_ledger_append(&head, records, "k", "a", 0, PTL_TEXT("{}"), 1, &err),
                    PTL_E_CORRUPT, "does not follow");
        restore_file();
    }
}

static void test_ends_of_the_log(void **state)
{
    (void)state;
    fill();
    EXPECT_OK(ptl_records_copy(records, scratch_path(&dir, "kept.sqlite"), &err));
    tamper("UPDATE ledger_head SET size = size + 0 * ?1 + 1", 0, 0);
    expect_fault(-1, "subtrees do not fit"); /* 5001 has one binary one more */
    restore_file();
    tamper("UPDATE ledger_head SET size = 5056 + 0 * ?1", 0, 0); /* as many ones as 5000 */
    expect_fault(-1, "says 5056 entries");
    restore_file();
    tamper("INSERT INTO ledger_entry SELECT 5000, stored, leaf FROM ledger_entry WHERE seq = ?1", 7,
           0);
    expect_fault(N, "says that it is another");
    restore_file();
    tamper("DELETE FROM ledger_entry WHERE seq >= ?1", 4990, 0);
    expect_fault(4990, "is missing: the head knows 5000");
    restore_file();
    tamper("DELETE FROM ledger_head WHERE id > ?1", 0, 0);
    expect_fault(0, "behind the head of 0");
}

static void stop(void *ctx, const ptl_progress_state *state)
{
    (void)state;
    ptl_progress_cancel(ctx);
}

static void test_verify_can_be_cancelled(void **state)
{
    (void)state;
    fill();
    ptl_progress progress;
    ptl_progress_init(&progress, stop, &progress);
    ptl_ledger_verdict v;
    EXPECT_FAIL(ptl_ledger_verify(&v, records, &progress, &err), PTL_E_CANCELLED, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, records_setup, records_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_known_answers),
        TEST(test_all_sizes),
        TEST(test_proofs_refuse),
        TEST(test_proof_bounds),
        TEST(test_stored_bytes),
        TEST(test_refused_entries),
        TEST(test_many_is_one_transaction),
        TEST(test_every_change_is_located),
        TEST(test_ends_of_the_log),
        TEST(test_verify_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
