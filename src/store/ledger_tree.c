/* ledger_tree.c: Merkle trees, audit paths, consistency proofs (definitions in ledger_tree.h).
 *
 * Verifiers walk the path bottom up with two indices: that of the node in hand and that of the last
 * node of its level. A node that is last on its level and has no sibling is passed up unhashed;
 * this is where the trees of RFC 6962 differ from complete ones. */
#include "store/ledger_tree.h"

#include "store/ledger.h"

ptl_hash ptl_tree_leaf(const void *bytes, size_t len)
{
    const uint8_t prefix = 0x00;
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    ptl_hasher_add(&hasher, &prefix, 1);
    ptl_hasher_add(&hasher, bytes, len);
    return ptl_hasher_finish(&hasher);
}

ptl_hash ptl_tree_node(ptl_hash left, ptl_hash right)
{
    const uint8_t prefix = 0x01;
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    ptl_hasher_add(&hasher, &prefix, 1);
    ptl_hasher_add(&hasher, left.bytes, PTL_HASH_BYTES);
    ptl_hasher_add(&hasher, right.bytes, PTL_HASH_BYTES);
    return ptl_hasher_finish(&hasher);
}

/* --- growing ---------------------------------------------------------------------------------- */

void ptl_tree_init(ptl_tree *tree)
{
    tree->size = 0;
    tree->n_peaks = 0;
}

void ptl_tree_add(ptl_tree *tree, ptl_hash leaf)
{
    ptl_hash top = leaf;
    for (int64_t digits = tree->size; digits & 1; digits >>= 1)
        top = ptl_tree_node(tree->peaks[--tree->n_peaks], top);
    tree->peaks[tree->n_peaks++] = top;
    tree->size++;
}

ptl_hash ptl_tree_root(const ptl_tree *tree)
{
    if (tree->n_peaks == 0) return ptl_hash_bytes(NULL, 0);
    ptl_hash root = tree->peaks[tree->n_peaks - 1];
    for (int32_t i = tree->n_peaks - 2; i >= 0; i--) root = ptl_tree_node(tree->peaks[i], root);
    return root;
}

int32_t ptl_tree_peaks_of(int64_t size)
{
    int32_t n = 0;
    for (int64_t digits = size; digits > 0; digits >>= 1) n += (int32_t)(digits & 1);
    return n;
}

/* --- which subtrees make a proof -------------------------------------------------------------- */

/* The largest power of two below n, n >= 2. */
static int64_t split_of(int64_t n)
{
    int64_t k = 1;
    while (k <= (n - 1) / 2) k *= 2;
    return k;
}

static void reverse(ptl_tree_range *ranges, int32_t n)
{
    for (int32_t i = 0, j = n - 1; i < j; i++, j--) {
        const ptl_tree_range swap = ranges[i];
        ranges[i] = ranges[j];
        ranges[j] = swap;
    }
}

/* Both proofs descend from the root and note the sibling passed at each step; a proof lists them
 * from the bottom. */
int32_t ptl_tree_audit(ptl_tree_range out[64], int64_t seq, int64_t size)
{
    int32_t n = 0;
    int64_t first = 0;
    while (size > 1) {
        const int64_t k = split_of(size);
        if (seq - first < k) {
            out[n++] = (ptl_tree_range){first + k, size - k};
            size = k;
        } else {
            out[n++] = (ptl_tree_range){first, k};
            first += k;
            size -= k;
        }
    }
    reverse(out, n);
    return n;
}

int32_t ptl_tree_consistency(ptl_tree_range out[64], int64_t size_old, int64_t size_new)
{
    if (size_old == 0 || size_old == size_new) return 0;
    int32_t n = 0;
    int64_t first = 0, old = size_old, size = size_new;
    while (old != size) {
        const int64_t k = split_of(size);
        if (old <= k) {
            out[n++] = (ptl_tree_range){first + k, size - k};
            size = k;
        } else {
            out[n++] = (ptl_tree_range){first, k};
            first += k;
            old -= k;
            size -= k;
        }
    }
    /* The old tree itself needs no mention where it is a whole subtree of the new one. */
    if (first > 0) out[n++] = (ptl_tree_range){first, size};
    reverse(out, n);
    return n;
}

/* --- verifying -------------------------------------------------------------------------------- */

bool ptl_ledger_inclusion_holds(ptl_hash leaf, int64_t seq, ptl_ledger_head head,
                                const ptl_hash *path, int32_t n)
{
    if (seq < 0 || seq >= head.size) return false;
    int64_t node = seq, last = head.size - 1;
    ptl_hash hash = leaf;
    for (int32_t i = 0; i < n; i++) {
        if (last == 0) return false; /* longer than the tree is high */
        if ((node & 1) || node == last) {
            hash = ptl_tree_node(path[i], hash);
            while (!(node & 1) && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = ptl_tree_node(hash, path[i]);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && ptl_hash_equal(hash, head.root);
}

/* Two trees climbed at once: `old` takes only the siblings to the left, `new` takes all. */
typedef struct climb {
    int64_t node, last;
    ptl_hash old, new;
} climb;

static void pass_up(climb *c)
{
    c->node >>= 1;
    c->last >>= 1;
}

static bool climb_path(climb *c, const ptl_hash *path, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        if (c->last == 0) return false;
        if ((c->node & 1) || c->node == c->last) {
            c->old = ptl_tree_node(path[i], c->old);
            c->new = ptl_tree_node(path[i], c->new);
            while (!(c->node & 1) && c->node != 0) pass_up(c);
        } else {
            c->new = ptl_tree_node(c->new, path[i]);
        }
        pass_up(c);
    }
    return c->last == 0;
}

bool ptl_ledger_consistency_holds(ptl_ledger_head old_head, ptl_ledger_head new_head,
                                  const ptl_hash *path, int32_t n)
{
    if (old_head.size < 0 || old_head.size > new_head.size) return false;
    if (old_head.size == 0) /* every list begins with the empty one */
        return n == 0 && ptl_hash_equal(old_head.root, ptl_hash_bytes(NULL, 0));
    if (old_head.size == new_head.size)
        return n == 0 && ptl_hash_equal(old_head.root, new_head.root);
    climb c = {.node = old_head.size - 1, .last = new_head.size - 1};
    while (c.node & 1) pass_up(&c);
    /* Where the old tree is a whole subtree of the new one, the proof starts from its root. */
    int32_t used = 0;
    if (c.node == 0) {
        c.old = c.new = old_head.root;
    } else {
        if (n < 1) return false;
        c.old = c.new = path[0];
        used = 1;
    }
    return climb_path(&c, path + used, n - used) && ptl_hash_equal(c.old, old_head.root) &&
           ptl_hash_equal(c.new, new_head.root);
}
