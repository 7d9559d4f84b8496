/* test_arena: memory with a ceiling (arena.h), under an allocator that fails on demand. */
#include "support/expect.h"

#include <stdlib.h>

#include "base/text.h"

/* Counts what is out, checks the sizes that come back, and fails the call number fail_at. */
typedef struct faulty {
    int64_t n_calls, fail_at;
    int64_t n_out;
    size_t bytes_out;
} faulty;

static void *faulty_alloc(void *ctx, size_t bytes)
{
    faulty *f = ctx;
    if (f->n_calls++ == f->fail_at) return NULL;
    f->n_out++;
    f->bytes_out += bytes;
    char *raw = malloc(bytes);
    if (raw) memset(raw, 0xA5, bytes); /* so that zeroed memory is the arena's doing */
    return raw;
}

static void faulty_free(void *ctx, void *ptr, size_t bytes)
{
    faulty *f = ctx;
    f->n_out--;
    f->bytes_out -= bytes;
    free(ptr);
}

static ptl_allocator faulty_allocator(faulty *f, int64_t fail_at)
{
    *f = (faulty){.fail_at = fail_at};
    return (ptl_allocator){faulty_alloc, faulty_free, f};
}

static bool all_zero(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i]) return false;
    return true;
}

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    faulty f;
    const ptl_allocator allocator = faulty_allocator(&f, -1);
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, 1 << 24, &allocator);
    assert_int_equal(arena.bytes_held, 0);
    ptl_arena_block *block = NULL;
    for (size_t bytes = 0; bytes < 3000; bytes += 37) {
        char *ptr = ptl_arena_alloc(&arena, bytes, &err);
        assert_non_null(ptr);
        assert_int_equal((uintptr_t)ptr % 16, 0);
        if (arena.head != block) assert_int_equal((uintptr_t)ptr % 64, 0);
        block = arena.head;
        assert_true(all_zero(ptr, bytes));
        memset(ptr, 0x5A, bytes);
    }
    assert_int_equal(arena.bytes_held, f.bytes_out);
    assert_true(arena.bytes_used <= arena.bytes_held);
    ptl_arena_dispose(&arena);
    EXPECT_INT(f.n_out, 0);
    assert_int_equal(f.bytes_out, 0);
}

static void the_ceiling_holds(void **state)
{
    (void)state;
    ptl_error err = {0};
    for (size_t ceiling = 0; ceiling < 20000; ceiling += 613) {
        faulty f;
        const ptl_allocator allocator = faulty_allocator(&f, -1);
        ptl_arena arena;
        ptl_arena_init(&arena, ceiling, &allocator);
        size_t n = 0;
        while (ptl_arena_alloc(&arena, 97, &err)) n++;
        EXPECT_INT(err.status, PTL_E_LIMIT);
        assert_non_null(strstr(err.message, "ceiling"));
        assert_true(arena.bytes_held <= ceiling);
        assert_int_equal(arena.bytes_held, f.bytes_out);
        if (ceiling > 300) assert_true(n > 0);
        ptl_arena_dispose(&arena);
    }
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, SIZE_MAX, NULL);
    assert_null(ptl_arena_alloc(&arena, SIZE_MAX, &err));
    EXPECT_INT(err.status, PTL_E_LIMIT);
    assert_null(ptl_arena_array(&arena, INT64_MAX, 16, &err));
    EXPECT_INT(err.status, PTL_E_LIMIT);
    assert_null(ptl_arena_array(&arena, -3, 16, &err));
    EXPECT_INT(err.status, PTL_E_INVALID);
    assert_non_null(ptl_arena_array(&arena, 0, 16, &err));
    ptl_arena_dispose(&arena);
}

static void rewind_gives_back_and_keeps(void **state)
{
    (void)state;
    faulty f;
    const ptl_allocator allocator = faulty_allocator(&f, -1);
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, 1 << 24, &allocator);
    char *kept = ptl_arena_alloc(&arena, 100, &err);
    memcpy(kept, "kept", 5);
    const ptl_arena_mark mark = ptl_arena_save(&arena);
    const size_t held = arena.bytes_held;
    for (int i = 0; i < 50; i++) assert_non_null(ptl_arena_alloc(&arena, 5003, &err));
    ptl_arena_rewind(&arena, mark);
    assert_int_equal(arena.bytes_held, held);
    assert_int_equal(arena.bytes_used, mark.bytes_used);
    EXPECT_STR(kept, "kept");
    char *again = ptl_arena_alloc(&arena, 64, &err);
    assert_true(all_zero(again, 64)); /* also where memory was used before */
    ptl_arena_reset(&arena);
    assert_int_equal(arena.bytes_used, 0);
    EXPECT_INT(f.n_out, 1);
    ptl_arena_dispose(&arena);
    EXPECT_INT(f.n_out, 0);
    ptl_arena_dispose(NULL);
}

static void rewind_to_the_empty_arena(void **state)
{
    (void)state;
    faulty f;
    const ptl_allocator allocator = faulty_allocator(&f, -1);
    ptl_error err = {0};
    ptl_arena arena;
    ptl_arena_init(&arena, 1 << 20, &allocator);
    const ptl_arena_mark mark = ptl_arena_save(&arena);
    assert_non_null(ptl_arena_alloc(&arena, 77, &err));
    ptl_arena_rewind(&arena, mark);
    EXPECT_INT(f.n_out, 0);
    assert_int_equal(arena.bytes_held, 0);
    ptl_arena_reset(&arena);
    ptl_arena_dispose(&arena);
}

/* A small piece of work that allocates in every way base offers. */
static ptl_status work(const ptl_allocator *allocator, ptl_error *err)
{
    ptl_arena arena;
    ptl_buffer buffer;
    ptl_arena_init(&arena, 1 << 22, allocator);
    ptl_buffer_init(&buffer, 1 << 20, allocator);
    ptl_status st = PTL_OK;
    for (int i = 0; i < 40 && st == PTL_OK; i++) {
        char *text = ptl_text_format(&arena, err, "%0*d", 100 * i + 1, i);
        double *array = text ? ptl_arena_array(&arena, 131 * i, sizeof *array, err) : NULL;
        char *copy = array ? ptl_text_copy(ptl_text_of(text), &arena, err) : NULL;
        if (!copy) st = err->status;
        if (copy) ptl_buffer_printf(&buffer, "%s|", copy);
    }
    if (st == PTL_OK) st = ptl_buffer_check(&buffer, "the work's text", err);
    ptl_buffer_dispose(&buffer);
    ptl_arena_dispose(&arena);
    return st;
}

static void every_allocation_fails_in_turn(void **state)
{
    (void)state;
    int64_t fail_at = 0;
    for (;; fail_at++) {
        faulty f;
        const ptl_allocator allocator = faulty_allocator(&f, fail_at);
        ptl_error err = {0};
        const ptl_status st = work(&allocator, &err);
        EXPECT_INT(f.n_out, 0); /* nothing leaks on any path */
        assert_int_equal(f.bytes_out, 0);
        if (f.n_calls <= fail_at) { /* the fault lay behind the end: the work went through */
            EXPECT_INT(st, PTL_OK);
            break;
        }
        EXPECT_INT(st, PTL_E_NO_MEMORY);
        assert_true(strlen(err.message) > 0);
    }
    assert_true(fail_at > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(the_ceiling_holds),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(rewind_gives_back_and_keeps),
        cmocka_unit_test(rewind_to_the_empty_arena),
        cmocka_unit_test(every_allocation_fails_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
