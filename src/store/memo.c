/* memo.c: see memo.h. */
#include "store/memo.h"

#include <string.h>

#include "base/text.h"
#include "store/limits.h"

void *ptl_memo_find(const ptl_memo *memo, const char *key)
{
    return memo->key && strcmp(memo->key, key) == 0 ? memo->value : NULL;
}

ptl_arena *ptl_memo_renew(ptl_memo *memo)
{
    ptl_memo_dispose(memo);
    ptl_arena_init(&memo->arena, PTL_MEMO_BYTES_MAX, NULL);
    return &memo->arena;
}

ptl_status ptl_memo_keep(ptl_memo *memo, const char *key, void *value, ptl_error *err)
{
    memo->key = ptl_text_copy(ptl_text_of(key), &memo->arena, err);
    if (!memo->key) return PTL_E_NO_MEMORY;
    memo->value = value;
    return PTL_OK;
}

void ptl_memo_dispose(ptl_memo *memo)
{
    if (memo->arena.allocator) ptl_arena_dispose(&memo->arena);
    *memo = (ptl_memo){0};
}
