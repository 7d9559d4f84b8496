/* ledger.c: append, list, head, proofs (invariants in ledger.h, the tree in ledger_tree.h). */
#include "store/ledger_internal.h"
#include "store/limits.h"

#include <string.h>

/* --- the head --------------------------------------------------------------------------------- */

static ptl_status read_tree(ptl_tree *tree, ptl_hash *root, const ptl_statement *s, ptl_error *err)
{
    tree->size = ptl_row_int(s, 0);
    tree->n_peaks = ptl_tree_peaks_of(tree->size);
    PTL_TRY(ptl_row_hash(root, s, 1, err));
    const ptl_text peaks = ptl_row_bytes(s, 2);
    if (peaks.len != (size_t)tree->n_peaks * PTL_HASH_BYTES)
        return ptl_fail(err, PTL_E_CORRUPT,
                        "ledger head of size %lld has %zu bytes of subtree roots, not %d",
                        (long long)tree->size, peaks.len, tree->n_peaks * PTL_HASH_BYTES);
    if (peaks.len > 0) memcpy(tree->peaks, peaks.ptr, peaks.len);
    return PTL_OK;
}

ptl_status ptl_ledger_tree_get(ptl_tree *tree, ptl_hash *root, ptl_records *records, ptl_error *err)
{
    ptl_tree_init(tree);
    *root = ptl_tree_root(tree);
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "ledger_head_get", err));
    bool row;
    PTL_TRY(ptl_sql_step(&row, s, err));
    if (!row) return PTL_OK; /* nothing was ever appended */
    const ptl_status st = read_tree(tree, root, s, err);
    ptl_sql_reset(s);
    return st;
}

static ptl_status set_tree(const ptl_tree *tree, const ptl_hash *root, ptl_records *records,
                           ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "ledger_head_set", err));
    ptl_bind_int(s, tree->size);
    ptl_bind_hash(s, root);
    ptl_bind_blob(s, tree->peaks, (size_t)tree->n_peaks * PTL_HASH_BYTES);
    return ptl_sql_run(s, err);
}

ptl_status ptl_ledger_head_get(ptl_ledger_head *out, ptl_records *records, ptl_error *err)
{
    ptl_tree tree;
    PTL_TRY(ptl_ledger_tree_get(&tree, &out->root, records, err));
    out->size = tree.size;
    return PTL_OK;
}

/* --- append ----------------------------------------------------------------------------------- */

static ptl_status append_one(ptl_tree *tree, ptl_records *records, const ptl_ledger_entry *entry,
                             ptl_buffer *stored, ptl_error *err)
{
    if (tree->size >= PTL_LEDGER_SIZE_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "the ledger is full: %lld entries",
                        (long long)tree->size);
    PTL_TRY(ptl_ledger_encode(stored, entry, tree->size, err));
    const ptl_text bytes = ptl_buffer_borrow(stored);
    const ptl_hash leaf = ptl_tree_leaf(bytes.ptr, bytes.len);
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "ledger_add", err));
    ptl_bind_int(s, tree->size);
    ptl_bind_text(s, bytes);
    ptl_bind_hash(s, &leaf);
    PTL_TRY(ptl_sql_run(s, err));
    ptl_tree_add(tree, leaf);
    return PTL_OK;
}

static ptl_status append_all(ptl_ledger_head *head, ptl_records *records,
                             const ptl_ledger_entry *entries, int64_t n, ptl_buffer *stored,
                             ptl_error *err)
{
    ptl_tree tree;
    ptl_hash root;
    PTL_TRY(ptl_ledger_tree_get(&tree, &root, records, err));
    /* Appending to a head that does not follow from its own subtrees would bury the fault. */
    if (!ptl_hash_equal(root, ptl_tree_root(&tree))) {
        ptl_fail(err, PTL_E_CORRUPT, "the ledger's head does not follow from its subtrees");
        ptl_error_hint(err, "run `portolan ledger verify`, then restore the newest back-up");
        return PTL_E_CORRUPT;
    }
    for (int64_t i = 0; i < n; i++) PTL_TRY(append_one(&tree, records, &entries[i], stored, err));
    root = ptl_tree_root(&tree);
    PTL_TRY(set_tree(&tree, &root, records, err));
    *head = (ptl_ledger_head){tree.size, root};
    return PTL_OK;
}

ptl_status ptl_ledger_append_many(ptl_ledger_head *head, ptl_records *records,
                                  const ptl_ledger_entry *entries, int64_t n, ptl_error *err)
{
    ptl_ledger_head after;
    ptl_buffer stored;
    PTL_TRY(ptl_sql_begin(records->sql, err));
    /* JSON may write a character of kind or actor as six: \u001f. */
    ptl_buffer_init(&stored, PTL_LEDGER_BODY_MAX + 16 * PTL_LEDGER_NAME_MAX, NULL);
    ptl_status st = append_all(&after, records, entries, n, &stored, err);
    ptl_buffer_dispose(&stored);
    st = ptl_sql_end(records->sql, st, err);
    if (st == PTL_OK && head) *head = after;
    return st;
}

ptl_status ptl_ledger_append(ptl_ledger_head *head, ptl_records *records, const char *kind,
                             const char *actor, int64_t run_id, ptl_text body_json,
                             ptl_instant entered_at, ptl_error *err)
{
    const ptl_ledger_entry entry = {.kind = kind,
                                    .actor = actor,
                                    .run_id = run_id,
                                    .body = body_json,
                                    .entered_at = entered_at};
    return ptl_ledger_append_many(head, records, &entry, 1, err);
}

ptl_status ptl_ledger_of_run(int64_t *seq, ptl_records *records, const char *kind, int64_t run_id,
                             ptl_error *err)
{
    ptl_statement *s;
    bool found;
    *seq = 0;
    PTL_TRY(ptl_sql_use(&s, records->sql, "ledger_of_run", err));
    ptl_bind_int(s, run_id);
    ptl_bind_string(s, kind);
    return ptl_sql_run_int(seq, &found, s, err);
}

/* --- list ------------------------------------------------------------------------------------- */

static ptl_status list_row(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    ptl_ledger_entry *out = row;
    const int64_t seq = ptl_row_int(s, 0);
    ptl_status st = ptl_ledger_decode(out, ptl_row_bytes(s, 1), arena, err);
    if (st == PTL_OK) st = ptl_row_hash(&out->leaf, s, 2, err);
    if (st != PTL_OK) return ptl_error_prefix(err, st, "entry %lld", (long long)seq);
    out->seq = seq;
    return PTL_OK;
}

ptl_status ptl_ledger_list(ptl_ledger_entry **out, int64_t *n, ptl_records *records,
                           int64_t first_seq, int64_t limit, ptl_arena *arena, ptl_error *err)
{
    ptl_record_list list = {.n = n, .limit = limit, .row_bytes = sizeof **out, .read = list_row};
    PTL_TRY(ptl_records_list(&list, records, "ledger_size", "ledger_list", arena, err));
    *out = list.rows;
    ptl_bind_int(list.s, first_seq);
    ptl_bind_int(list.s, list.limit);
    return ptl_records_list_read(&list, err);
}
