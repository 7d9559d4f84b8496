/* ledger_proof.c: proofs over the stored leaves.
 *
 * Subtree roots are not stored: a proof reads each leaf hash outside the path once, in order, and
 * holds one peak per level. A million entries take well under a second, which is rare enough work
 * that no second table has to be kept true for it. */
#include "store/ledger_internal.h"

static ptl_status range_leaves(ptl_tree *tree, ptl_statement *s, ptl_tree_range range,
                               ptl_error *err)
{
    bool row;
    for (int64_t i = 0; i < range.n; i++) {
        PTL_TRY(ptl_sql_step(&row, s, err));
        if (!row || ptl_row_int(s, 0) != range.first + i)
            return ptl_fail(err, PTL_E_CORRUPT, "ledger entry %lld is missing",
                            (long long)(range.first + i));
        ptl_hash leaf;
        PTL_TRY(ptl_row_hash(&leaf, s, 1, err));
        ptl_tree_add(tree, leaf);
    }
    return PTL_OK;
}

static ptl_status range_root(ptl_hash *out, ptl_records *records, ptl_tree_range range,
                             ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "ledger_leaves", err));
    ptl_bind_int(s, range.first);
    ptl_bind_int(s, range.first + range.n);
    ptl_tree tree;
    ptl_tree_init(&tree);
    const ptl_status st = range_leaves(&tree, s, range, err);
    ptl_sql_reset(s);
    if (st == PTL_OK) *out = ptl_tree_root(&tree);
    return st;
}

static ptl_status range_roots(ptl_hash *path, ptl_records *records, const ptl_tree_range *ranges,
                              int32_t n, ptl_error *err)
{
    for (int32_t i = 0; i < n; i++) PTL_TRY(range_root(&path[i], records, ranges[i], err));
    return PTL_OK;
}

static ptl_status check_size(ptl_records *records, int64_t size, ptl_error *err)
{
    ptl_ledger_head head;
    PTL_TRY(ptl_ledger_head_get(&head, records, err));
    if (size >= 0 && size <= head.size) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "ledger size %lld: the ledger has %lld entries",
                    (long long)size, (long long)head.size);
}

ptl_status ptl_ledger_inclusion(ptl_hash path[PTL_LEDGER_PROOF_MAX], int32_t *n,
                                ptl_records *records, int64_t seq, int64_t size, ptl_error *err)
{
    PTL_TRY(check_size(records, size, err));
    if (seq < 0 || seq >= size)
        return ptl_fail(err, PTL_E_INVALID, "entry %lld is not among the first %lld",
                        (long long)seq, (long long)size);
    ptl_tree_range ranges[PTL_LEDGER_PROOF_MAX];
    *n = ptl_tree_audit(ranges, seq, size);
    return range_roots(path, records, ranges, *n, err);
}

ptl_status ptl_ledger_consistency(ptl_hash path[PTL_LEDGER_PROOF_MAX], int32_t *n,
                                  ptl_records *records, int64_t size_old, int64_t size_new,
                                  ptl_error *err)
{
    PTL_TRY(check_size(records, size_new, err));
    if (size_old < 0 || size_old > size_new)
        return ptl_fail(err, PTL_E_INVALID, "ledger size %lld is not between 0 and %lld",
                        (long long)size_old, (long long)size_new);
    ptl_tree_range ranges[PTL_LEDGER_PROOF_MAX];
    *n = ptl_tree_consistency(ranges, size_old, size_new);
    return range_roots(path, records, ranges, *n, err);
}
