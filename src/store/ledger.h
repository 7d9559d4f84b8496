/* ledger.h: an append-only Merkle log (RFC 6962) of what was decided and done.
 *
 * Invariants. 1. Leaf hash = SHA-256(0x00 ‖ stored bytes), node = SHA-256(0x01 ‖ left ‖ right), the
 * tree of RFC 6962 §2.1. 2. An entry and the head after it are one transaction of records. 3. The
 * stored bytes are canonical JSON made once; they are never rewritten. 4. Personal values inside
 * are sealed (seal.h), so that erasure leaves every hash as it was. */
#ifndef PTL_STORE_LEDGER_H
#define PTL_STORE_LEDGER_H

#include "base/progress.h"
#include "store/records.h"

typedef struct ptl_ledger_entry {
    int64_t seq; /* 0 is the first */
    ptl_instant entered_at;
    const char *kind; /* "config.applied", "source.loaded", "review.written" */
    const char *actor;
    int64_t run_id;  /* 0 where no run stands behind it */
    ptl_text body;   /* JSON object                     */
    ptl_text stored; /* the bytes that were hashed      */
    ptl_hash leaf;
} ptl_ledger_entry;

typedef struct ptl_ledger_head {
    int64_t size;
    ptl_hash root; /* of the empty tree: SHA-256 of nothing */
} ptl_ledger_head;

/** Append one entry; `head` (nullable) receives the head after it. */
PTL_NODISCARD ptl_status ptl_ledger_append(ptl_ledger_head *head, ptl_records *records,
                                           const char *kind, const char *actor, int64_t run_id,
                                           ptl_text body_json, ptl_instant entered_at,
                                           ptl_error *err);
/** Many in one transaction: >= 100,000 a second. */
PTL_NODISCARD ptl_status ptl_ledger_append_many(ptl_ledger_head *head, ptl_records *records,
                                                const ptl_ledger_entry *entries, int64_t n,
                                                ptl_error *err);
PTL_NODISCARD ptl_status ptl_ledger_head_get(ptl_ledger_head *out, ptl_records *records,
                                             ptl_error *err);
PTL_NODISCARD ptl_status ptl_ledger_list(ptl_ledger_entry **out, int64_t *n, ptl_records *records,
                                         int64_t first_seq, int64_t limit, ptl_arena *arena,
                                         ptl_error *err);

/** The newest entry of this kind that run `run_id` left; 0 where it left none. Costs a walk from
 * the newest entry back to it. */
PTL_NODISCARD ptl_status ptl_ledger_of_run(int64_t *seq, ptl_records *records, const char *kind,
                                           int64_t run_id, ptl_error *err);

/** What verification found. `fault_seq` is the first entry whose bytes, hash or place are not what
 * was written; -1 where the entries hold but the head does not follow from them, or all is well. */
typedef struct ptl_ledger_verdict {
    bool holds;
    int64_t n_entries;
    int64_t fault_seq;
    char fault[256]; /* what is wrong, in words */
    ptl_ledger_head head;
} ptl_ledger_verdict;

/** Recompute everything from the stored bytes. Returns OK also where a fault was found: see
 * `holds`. */
PTL_NODISCARD ptl_status ptl_ledger_verify(ptl_ledger_verdict *out, ptl_records *records,
                                           ptl_progress *progress, ptl_error *err);

/** Audit path of entry `seq` in the tree of `size` leaves (RFC 6962 §2.1.1). */
enum { PTL_LEDGER_PROOF_MAX = 64 };
PTL_NODISCARD ptl_status ptl_ledger_inclusion(ptl_hash path[PTL_LEDGER_PROOF_MAX], int32_t *n,
                                              ptl_records *records, int64_t seq, int64_t size,
                                              ptl_error *err);
/** Consistency proof between two sizes (§2.1.2). */
PTL_NODISCARD ptl_status ptl_ledger_consistency(ptl_hash path[PTL_LEDGER_PROOF_MAX], int32_t *n,
                                                ptl_records *records, int64_t size_old,
                                                int64_t size_new, ptl_error *err);
/* Pure verifiers, for whoever holds only heads and a proof. */
bool ptl_ledger_inclusion_holds(ptl_hash leaf, int64_t seq, ptl_ledger_head head,
                                const ptl_hash *path, int32_t n);
bool ptl_ledger_consistency_holds(ptl_ledger_head old_head, ptl_ledger_head new_head,
                                  const ptl_hash *path, int32_t n);

#endif
