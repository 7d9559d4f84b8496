/* memo.h: the last thing that was costly to read, kept while the store stays open.
 *
 * Invariants. 1. A memo holds one value and its key, in an arena of its own with a ceiling. 2. What
 * it holds is what a fresh read would give: keys name everything that the value depends on. 3. A
 * value stays valid until the memo is renewed or the store is closed; who asked borrows it. */
#ifndef PTL_STORE_MEMO_H
#define PTL_STORE_MEMO_H

#include "portolan/arena.h"

typedef struct ptl_memo {
    ptl_arena arena;
    const char *key; /* in the arena; NULL: nothing is held */
    void *value;
} ptl_memo;

/** What was kept for `key`; NULL where that was something else, or nothing. */
void *ptl_memo_find(const ptl_memo *memo, const char *key);

/** Forget what is held and give the arena to read anew into. */
ptl_arena *ptl_memo_renew(ptl_memo *memo);

/** Say what the arena holds now. */
PTL_NODISCARD ptl_status ptl_memo_keep(ptl_memo *memo, const char *key, void *value,
                                       ptl_error *err);
void ptl_memo_dispose(ptl_memo *memo);

#endif
