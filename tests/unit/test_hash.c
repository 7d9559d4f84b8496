/* test_hash: SHA-256 against the examples of FIPS 180-4 (CSRC example values) and long messages. */
#include "support/expect.h"

#include <stdlib.h>

#include "base/hash.h"

#include <sodium.h>

static void expect_hash(ptl_hash hash, const char *hex)
{
    char text[PTL_HASH_HEX];
    ptl_hash_format(text, hash);
    EXPECT_STR(text, hex);
}

static void published_examples(void **state)
{
    (void)state;
    expect_hash(ptl_hash_bytes("abc", 3),
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_hash(ptl_hash_bytes(NULL, 0),
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    expect_hash(ptl_hash_bytes(two_blocks, strlen(two_blocks)),
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* A million times "a", in pieces of every size from 1 to 997. */
static void pieces_make_the_same_hash(void **state)
{
    (void)state;
    char piece[997];
    memset(piece, 'a', sizeof piece);
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    size_t left = 1000000;
    for (size_t n = 1; left > 0; n = n % sizeof piece + 1) {
        const size_t take = n < left ? n : left;
        ptl_hasher_add(&hasher, piece, take);
        left -= take;
    }
    expect_hash(ptl_hasher_finish(&hasher),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static ptl_hash hash_of_two(ptl_text a, ptl_text b)
{
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    ptl_hasher_add_text(&hasher, a);
    ptl_hasher_add_text(&hasher, b);
    return ptl_hasher_finish(&hasher);
}

/* The processor's instructions and libsodium's plain C give the same bits at every length. */
static void kernel_and_library_agree(void **state)
{
    (void)state;
    uint8_t bytes[3000], expected[32];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7919 >> 3);
    for (size_t len = 0; len < sizeof bytes; len += 1 + len / 37) {
        ptl_hasher hasher;
        const size_t begun = len % 83;
        ptl_hasher_init(&hasher);
        ptl_hasher_add(&hasher, bytes, begun < len ? begun : len);
        if (begun < len) ptl_hasher_add(&hasher, bytes + begun, len - begun);
        const ptl_hash hash = ptl_hasher_finish(&hasher);
        assert_int_equal(crypto_hash_sha256(expected, bytes, len), 0);
        assert_memory_equal(hash.bytes, expected, 32);
    }
}

static void texts_keep_their_borders(void **state)
{
    (void)state;
    const ptl_hash one = hash_of_two(PTL_TEXT("ab"), PTL_TEXT("c"));
    assert_false(ptl_hash_equal(one, hash_of_two(PTL_TEXT("a"), PTL_TEXT("bc"))));
    assert_false(ptl_hash_equal(one, hash_of_two(PTL_TEXT("abc"), PTL_TEXT(""))));
    assert_true(ptl_hash_equal(one, hash_of_two(PTL_TEXT("ab"), PTL_TEXT("c"))));
    /* the prefix is the length in eight bytes, least first: stable across machines */
    const ptl_hash by_hand = ptl_hash_bytes("\2\0\0\0\0\0\0\0ab\1\0\0\0\0\0\0\0c", 19);
    assert_true(ptl_hash_equal(one, by_hand));
}

static void hex_reads_back(void **state)
{
    (void)state;
    ptl_error err = {0};
    const ptl_hash hash = ptl_hash_bytes("portolan", 8);
    char hex[PTL_HASH_HEX];
    ptl_hash_format(hex, hash);
    ptl_hash back;
    EXPECT_OK(ptl_hash_parse(&back, ptl_text_of(hex), &err));
    assert_true(ptl_hash_equal(hash, back));
    EXPECT_FAIL(ptl_hash_parse(&back, PTL_TEXT("abc"), &err), PTL_E_INVALID, "64 hexadecimal");
    hex[17] = 'g';
    EXPECT_FAIL(ptl_hash_parse(&back, ptl_text_of(hex), &err), PTL_E_INVALID, "digit 18");
    back.bytes[31] ^= 1;
    assert_false(ptl_hash_equal(hash, back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_examples),       cmocka_unit_test(pieces_make_the_same_hash),
        cmocka_unit_test(kernel_and_library_agree), cmocka_unit_test(texts_keep_their_borders),
        cmocka_unit_test(hex_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
