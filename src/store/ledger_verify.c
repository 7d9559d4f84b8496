/* ledger_verify.c: everything recomputed from the stored bytes.
 *
 * Question: is the ledger what was written, and if not, where does it first differ?
 * Method: one pass in order of seq. Each entry must stand at its place (no gap), say so itself (its
 * seq is part of the bytes) and hash to its leaf; two trees are grown, one from the bytes and one
 * from the stored leaves, and at the head's size compared with the head. The first entry at fault
 * is the answer; the comparison of the trees tells which of its two sides was changed.
 *
 *     the bytes or the leaf of entry 7 changed    7, and which of the two, from the root
 *     entry 7 is gone                             7: the next row does not follow 6
 *     entries 7 and 9 swapped                     7: its bytes say that it is 9
 *     entries behind the head                     the first of them
 *     the head's root or subtrees changed         -1: all entries hold
 *
 * Cost: two or three hashes an entry; memory for one entry. Not identified: whoever can rewrite
 * entries, leaves and head together leaves no trace inside this file. That is what heads kept
 * elsewhere are for: in back-ups' manifests, in printed reviews (ptl_ledger_consistency). */
#include "store/ledger_internal.h"

#include <stdio.h>
#include <string.h>

enum { STEP_EVERY = 4096 };

typedef struct verification {
    ptl_ledger_verdict *out;
    ptl_hash root;      /* of the head's row                       */
    ptl_tree head;      /* of the head's row                       */
    ptl_tree by_bytes;  /* grown from the stored bytes             */
    ptl_tree by_leaves; /* grown from the stored leaf hashes       */
} verification;

static void PTL_PRINTF(3, 4) fault(verification *v, int64_t seq, const char *format, ...)
{
    if (!v->out->holds) return; /* the first one counts */
    v->out->holds = false;
    v->out->fault_seq = seq;
    va_list args;
    va_start(args, format);
    vsnprintf(v->out->fault, sizeof v->out->fault, format, args);
    va_end(args);
}

static void check_entry(verification *v, const ptl_statement *s)
{
    const int64_t place = v->by_bytes.size, seq = ptl_row_int(s, 0);
    const ptl_text stored = ptl_row_bytes(s, 1);
    const ptl_hash leaf = ptl_tree_leaf(stored.ptr, stored.len);
    ptl_hash stored_leaf;
    const bool has_leaf = ptl_row_hash(&stored_leaf, s, 2, NULL) == PTL_OK;
    if (seq != place)
        fault(v, seq < place ? seq : place, "entry %lld is missing: after it comes entry %lld",
              (long long)place, (long long)seq);
    else if (!has_leaf || !ptl_hash_equal(leaf, stored_leaf))
        fault(v, seq, "the bytes of entry %lld do not hash to its leaf", (long long)seq);
    else if (!ptl_ledger_says(stored, seq))
        fault(v, seq, "entry %lld says that it is another: %.*s", (long long)seq,
              (int)(stored.len < 60 ? stored.len : 60), stored.ptr);
    ptl_tree_add(&v->by_bytes, leaf);
    ptl_tree_add(&v->by_leaves, has_leaf ? stored_leaf : leaf);
}

static ptl_status check_entries(verification *v, ptl_statement *s, ptl_progress *progress,
                                ptl_error *err)
{
    for (bool row = true;;) {
        PTL_TRY(ptl_sql_step(&row, s, err));
        if (!row) return PTL_OK;
        check_entry(v, s);
        if (v->by_bytes.size % STEP_EVERY == 0) {
            ptl_progress_step(progress, "verifying the ledger", v->by_bytes.size, v->head.size);
            PTL_TRY(ptl_progress_check(progress, err));
        }
    }
}

static bool is_root(const verification *v, const ptl_tree *tree)
{
    return ptl_hash_equal(ptl_tree_root(tree), v->root);
}

/* Where an entry and its leaf differ, the head says which of them is the one that was written. */
static void tell_sides(verification *v)
{
    char *text = v->out->fault;
    const size_t len = strlen(text), room = sizeof v->out->fault - len;
    if (v->out->holds || !strstr(text, "hash to its leaf")) return;
    if (is_root(v, &v->by_leaves))
        snprintf(text + len, room, ": the bytes were changed");
    else if (is_root(v, &v->by_bytes))
        snprintf(text + len, room, ": the leaf was changed");
}

static void check_size(verification *v)
{
    const int64_t found = v->by_bytes.size, expected = v->head.size;
    if (found == expected) return;
    if (is_root(v, &v->by_bytes))
        fault(v, -1, "the head says %lld entries, but its root is that of %lld",
              (long long)expected, (long long)found);
    else if (found < expected)
        fault(v, found, "entry %lld is missing: the head knows %lld entries", (long long)found,
              (long long)expected);
    else
        fault(v, expected, "entry %lld stands behind the head of %lld entries", (long long)expected,
              (long long)expected);
}

static void check_head(verification *v)
{
    check_size(v);
    if (v->by_bytes.size != v->head.size) return;
    if (!is_root(v, &v->by_bytes))
        fault(v, -1, "the head's root is not that of the %lld entries", (long long)v->head.size);
    if (!is_root(v, &v->head))
        fault(v, -1, "the head's subtrees do not make its root: the next entry could not follow");
}

static ptl_status read_head(verification *v, ptl_records *records, ptl_error *err)
{
    const ptl_status st = ptl_ledger_tree_get(&v->head, &v->root, records, err);
    if (st != PTL_E_CORRUPT) return st;
    fault(v, -1, "the head's subtrees do not fit its size of %lld", (long long)v->head.size);
    return PTL_OK;
}

static ptl_status verify(verification *v, ptl_records *records, ptl_progress *progress,
                         ptl_error *err)
{
    PTL_TRY(read_head(v, records, err));
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "ledger_all", err));
    const ptl_status st = check_entries(v, s, progress, err);
    ptl_sql_reset(s);
    if (st != PTL_OK)
        return ptl_error_prefix(err, st, "ledger after entry %lld",
                                (long long)(v->by_bytes.size - 1));
    tell_sides(v);
    check_head(v);
    return PTL_OK;
}

ptl_status ptl_ledger_verify(ptl_ledger_verdict *out, ptl_records *records, ptl_progress *progress,
                             ptl_error *err)
{
    memset(out, 0, sizeof *out);
    out->holds = true;
    out->fault_seq = -1;
    verification v = {.out = out};
    ptl_tree_init(&v.by_bytes);
    ptl_tree_init(&v.by_leaves);
    PTL_TRY(verify(&v, records, progress, err));
    out->n_entries = v.by_bytes.size;
    out->head = (ptl_ledger_head){v.head.size, v.root};
    return PTL_OK;
}
