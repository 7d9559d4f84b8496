/* ledger_internal.h: what the files of the ledger share. */
#ifndef PTL_STORE_LEDGER_INTERNAL_H
#define PTL_STORE_LEDGER_INTERNAL_H

#include "store/ledger.h"
#include "store/ledger_tree.h"
#include "store/records_internal.h"

/** The tree as the head's row states it; `root` is the root written there. E_CORRUPT where the
 * number of peaks does not fit the size. */
PTL_NODISCARD ptl_status ptl_ledger_tree_get(ptl_tree *tree, ptl_hash *root, ptl_records *records,
                                             ptl_error *err);

/** Make the bytes of an entry, replacing what `out` held. */
PTL_NODISCARD ptl_status ptl_ledger_encode(ptl_buffer *out, const ptl_ledger_entry *entry,
                                           int64_t seq, ptl_error *err);

/** Read them back; texts go to the arena. E_CORRUPT names the entry. */
PTL_NODISCARD ptl_status ptl_ledger_decode(ptl_ledger_entry *out, ptl_text stored, ptl_arena *arena,
                                           ptl_error *err);

/** Whether the bytes say that they are entry `seq`. */
bool ptl_ledger_says(ptl_text stored, int64_t seq);

#endif
