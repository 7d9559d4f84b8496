/* ledger_tree.h: the Merkle tree of RFC 6962, section 2.1, as pure functions.
 *
 * Question: which 32 bytes commit to a list of entries, and how is one entry, or an older list,
 * shown to be part of it without the others?
 *
 *     MTH({})     = SHA-256()
 *     MTH({d0})   = SHA-256(0x00 ‖ d0)
 *     MTH(D[0:n]) = SHA-256(0x01 ‖ MTH(D[0:k]) ‖ MTH(D[k:n])),  k the largest power of two < n
 *
 * A list of n entries is cut by the binary digits of n into complete subtrees, largest first: its
 * peaks. They are all an append needs: adding a leaf merges as many peaks as n has trailing ones,
 * and the root folds them from the right. So appending costs O(1) hashes on average, O(log n) at
 * worst, and reads no entry. A tree from an array of n leaves needs no recursion. */
#ifndef PTL_STORE_LEDGER_TREE_H
#define PTL_STORE_LEDGER_TREE_H

#include "base/hash.h"

enum { PTL_TREE_PEAKS_MAX = 63 }; /* size is a positive int64 */

typedef struct ptl_tree {
    int64_t size;
    int32_t n_peaks;                    /* one for each binary one of size   */
    ptl_hash peaks[PTL_TREE_PEAKS_MAX]; /* largest subtree first             */
} ptl_tree;

ptl_hash ptl_tree_leaf(const void *bytes, size_t len); /* SHA-256(0x00 ‖ bytes)         */
ptl_hash ptl_tree_node(ptl_hash left, ptl_hash right); /* SHA-256(0x01 ‖ left ‖ right)  */

void ptl_tree_init(ptl_tree *tree);
void ptl_tree_add(ptl_tree *tree, ptl_hash leaf);
ptl_hash ptl_tree_root(const ptl_tree *tree);
int32_t ptl_tree_peaks_of(int64_t size); /* how many peaks a tree of this size has */

/** Leaves [first, first + n) whose root stands in a proof. */
typedef struct ptl_tree_range {
    int64_t first;
    int64_t n;
} ptl_tree_range;

/** The subtrees of the audit path of leaf `seq` in a tree of `size`, in the order of the proof
 * (2.1.1). Returns how many. 0 <= seq < size. */
int32_t ptl_tree_audit(ptl_tree_range out[64], int64_t seq, int64_t size);

/** The subtrees of the consistency proof between two sizes (2.1.2), 0 <= old <= new. */
int32_t ptl_tree_consistency(ptl_tree_range out[64], int64_t size_old, int64_t size_new);

#endif
