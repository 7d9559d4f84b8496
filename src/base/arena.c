/* arena.c: blocks in a chain, newest first; memory is handed out from the newest.
 *
 * A block is one piece from the allocator:
 *
 *     raw ──▶ [ padding to 64 ][ header, 64 bytes ][ data, capacity bytes ]
 *
 * so the first pointer of every block is aligned to 64 (a cache line, an AVX-512 vector) whatever
 * the allocator's own alignment. Blocks double from one page to 1 MiB; a request larger than the
 * next block gets a block of its own size. The ceiling counts all of it, padding and header
 * included, because that is what the machine loses. */
#include "portolan/arena.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_ALIGN = 64, POINTER_ALIGN = 16 };

struct ptl_arena_block {
    ptl_arena_block *older;
    void *raw;        /* as the allocator gave it */
    size_t raw_bytes; /* and how much it was      */
    size_t capacity;
    size_t used;
    char fill[BLOCK_ALIGN - 5 * sizeof(size_t)];
};
_Static_assert(sizeof(ptl_arena_block) == BLOCK_ALIGN, "the header fills one cache line");

enum { BLOCK_OVERHEAD = 2 * BLOCK_ALIGN }; /* header, and padding at most */

static void *system_alloc(void *ctx, size_t bytes)
{
    (void)ctx;
    return malloc(bytes);
}

static void system_free(void *ctx, void *ptr, size_t bytes)
{
    (void)ctx;
    (void)bytes;
    free(ptr);
}

const ptl_allocator *ptl_allocator_system(void)
{
    static const ptl_allocator system = {system_alloc, system_free, NULL};
    return &system;
}

void ptl_arena_init(ptl_arena *arena, size_t bytes_max, const ptl_allocator *allocator)
{
    *arena = (ptl_arena){.allocator = allocator ? allocator : ptl_allocator_system(),
                         .bytes_max = bytes_max};
}

static void free_newest(ptl_arena *arena)
{
    ptl_arena_block *block = arena->head;
    arena->head = block->older;
    arena->bytes_held -= block->raw_bytes;
    arena->allocator->free(arena->allocator->ctx, block->raw, block->raw_bytes);
}

void ptl_arena_dispose(ptl_arena *arena)
{
    if (!arena) return;
    while (arena->head) free_newest(arena);
    arena->bytes_used = 0;
}

/* How many data bytes the next block has: doubled from the last one, no less than asked, and no
 * more than the ceiling leaves unless what was asked needs it. 0 where the ceiling refuses. */
static size_t next_capacity(const ptl_arena *arena, size_t bytes)
{
    const size_t left = arena->bytes_max - arena->bytes_held;
    if (left < BLOCK_OVERHEAD || bytes > left - BLOCK_OVERHEAD) return 0;
    size_t want = arena->head ? 2 * arena->head->capacity : PTL_ARENA_BLOCK_MIN;
    if (want > PTL_ARENA_BLOCK_MAX) want = PTL_ARENA_BLOCK_MAX;
    if (want > left - BLOCK_OVERHEAD) want = (left - BLOCK_OVERHEAD) & ~(size_t)(POINTER_ALIGN - 1);
    return want > bytes ? want : bytes;
}

static bool add_block(ptl_arena *arena, size_t bytes, ptl_error *err)
{
    const size_t capacity = next_capacity(arena, bytes);
    if (capacity == 0) {
        ptl_fail(err, PTL_E_LIMIT, "memory ceiling of %zu bytes reached: %zu more were asked",
                 arena->bytes_max, bytes);
        ptl_error_detail(err, "%zu bytes held, %zu handed out", arena->bytes_held,
                         arena->bytes_used);
        return false;
    }
    const size_t raw_bytes = capacity + BLOCK_OVERHEAD;
    void *raw = arena->allocator->alloc(arena->allocator->ctx, raw_bytes);
    if (!raw) {
        ptl_fail(err, PTL_E_NO_MEMORY, "the system gave no memory: %zu bytes were asked",
                 raw_bytes);
        return false;
    }
    const uintptr_t start = ((uintptr_t)raw + BLOCK_ALIGN - 1) & ~(uintptr_t)(BLOCK_ALIGN - 1);
    ptl_arena_block *block = (ptl_arena_block *)start;
    block->older = arena->head;
    block->raw = raw;
    block->raw_bytes = raw_bytes;
    block->capacity = capacity;
    block->used = 0;
    arena->head = block;
    arena->bytes_held += raw_bytes;
    return true;
}

void *ptl_arena_alloc(ptl_arena *arena, size_t bytes, ptl_error *err)
{
    if (bytes > SIZE_MAX - 2 * BLOCK_OVERHEAD) {
        ptl_fail(err, PTL_E_LIMIT, "memory ceiling of %zu bytes reached: %zu more were asked",
                 arena->bytes_max, bytes);
        return NULL;
    }
    /* an empty request still gets an address of its own */
    const size_t need =
        bytes ? (bytes + POINTER_ALIGN - 1) & ~(size_t)(POINTER_ALIGN - 1) : POINTER_ALIGN;
    if (!arena->head || need > arena->head->capacity - arena->head->used)
        if (!add_block(arena, need, err)) return NULL;
    char *ptr = (char *)(arena->head + 1) + arena->head->used;
    arena->head->used += need;
    arena->bytes_used += need;
    return memset(ptr, 0, need);
}

void *ptl_arena_array(ptl_arena *arena, int64_t n, size_t size, ptl_error *err)
{
    if (n < 0) {
        ptl_fail(err, PTL_E_INVALID, "an array cannot have %lld items", (long long)n);
        return NULL;
    }
    if (size > 0 && (uint64_t)n > SIZE_MAX / size) {
        ptl_fail(err, PTL_E_LIMIT, "an array of %lld items of %zu bytes is too large", (long long)n,
                 size);
        return NULL;
    }
    return ptl_arena_alloc(arena, (size_t)n * size, err);
}

ptl_arena_mark ptl_arena_save(const ptl_arena *arena)
{
    return (ptl_arena_mark){.block = arena->head,
                            .block_used = arena->head ? arena->head->used : 0,
                            .bytes_used = arena->bytes_used};
}

void ptl_arena_rewind(ptl_arena *arena, ptl_arena_mark mark)
{
    while (arena->head && arena->head != mark.block) free_newest(arena);
    if (arena->head) arena->head->used = mark.block_used;
    arena->bytes_used = mark.bytes_used;
}

void ptl_arena_reset(ptl_arena *arena)
{
    ptl_arena_block *keep = arena->head;
    if (!keep) return;
    arena->head = keep->older;
    while (arena->head) free_newest(arena);
    keep->older = NULL;
    keep->used = 0;
    arena->head = keep;
    arena->bytes_used = 0;
}
