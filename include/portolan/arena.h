/* arena.h: memory with a ceiling, freed in one go.
 *
 * Invariants. 1. An arena never holds more than bytes_max. 2. A pointer it gave stays valid until
 * rewind past it, reset or dispose. 3. Every block is aligned to 64 bytes at its start and every
 * pointer to 16. 4. One arena belongs to one thread at a time. */
#ifndef PORTOLAN_ARENA_H
#define PORTOLAN_ARENA_H

#include "portolan/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Where blocks come from. Tests put a faulty one here so that every allocation fails in turn. */
typedef struct ptl_allocator {
    void *(*alloc)(void *ctx, size_t bytes);
    void (*free)(void *ctx, void *ptr, size_t bytes);
    void *ctx;
} ptl_allocator;

PTL_API const ptl_allocator *ptl_allocator_system(void);

typedef struct ptl_arena_block ptl_arena_block;

typedef struct ptl_arena {
    const ptl_allocator *allocator;
    ptl_arena_block *head;
    size_t bytes_used; /* handed out, padding included    */
    size_t bytes_held; /* taken from the allocator        */
    size_t bytes_max;  /* ceiling on bytes_held           */
} ptl_arena;

typedef struct ptl_arena_mark {
    ptl_arena_block *block;
    size_t block_used;
    size_t bytes_used;
} ptl_arena_mark;

/** No memory is taken before the first allocation. allocator NULL means the system's. */
PTL_API void ptl_arena_init(ptl_arena *arena, size_t bytes_max, const ptl_allocator *allocator);
PTL_API void ptl_arena_dispose(ptl_arena *arena);

/** Zeroed memory, or NULL where the ceiling or the allocator refuses (err says which). */
PTL_NODISCARD PTL_API void *ptl_arena_alloc(ptl_arena *arena, size_t bytes, ptl_error *err);

/** n x size with the overflow checked. */
PTL_NODISCARD PTL_API void *ptl_arena_array(ptl_arena *arena, int64_t n, size_t size,
                                            ptl_error *err);

PTL_API ptl_arena_mark ptl_arena_save(const ptl_arena *arena);
PTL_API void ptl_arena_rewind(ptl_arena *arena, ptl_arena_mark mark);
PTL_API void ptl_arena_reset(ptl_arena *arena); /* keeps the newest block for reuse */

#ifdef __cplusplus
}
#endif
#endif
