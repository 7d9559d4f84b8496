/* proposal.h: what somebody wants to do and somebody else has to agree to, in records.
 *
 *     drafted ─▶ routed ─▶ waits ─┬─▶ approved      by whoever holds the right, never the author
 *                            ▲    ├─▶ rejected      with a reason
 *                            │    ├─▶ withdrawn     by the author
 *                            │    ├─▶ overtaken     by a later draft of the author's
 *                            │    └─▶ expired       by time: nobody writes that, nobody agreed
 *                            └─ taken back by whoever decided
 *
 * Invariants. 1. A step and its ledger entry are one transaction. 2. Silence never approves, and an
 * author never decides: neither under the same name nor, where the workspace's own terminal drafted
 * it, from that terminal. 3. A proposal is decided once: the same decision by the same person again
 * changes nothing, another is refused. 4. Whether it has expired follows from the clock given. */
#ifndef PTL_STORE_PROPOSAL_H
#define PTL_STORE_PROPOSAL_H

#include "store/records.h"

#define PTL_PROPOSAL_STATES(X)                                                                     \
    X(WAITS, "waits")                                                                              \
    X(APPROVED, "approved")                                                                        \
    X(REJECTED, "rejected")                                                                        \
    X(WITHDRAWN, "withdrawn")                                                                      \
    X(OVERTAKEN, "overtaken")                                                                      \
    X(EXPIRED, "expired") /* derived, never written */

typedef enum ptl_proposal_state {
#define PTL_PROPOSAL_ENUM(id, text) PTL_PROPOSAL_##id,
    PTL_PROPOSAL_STATES(PTL_PROPOSAL_ENUM)
#undef PTL_PROPOSAL_ENUM
} ptl_proposal_state;

const char *ptl_proposal_state_text(ptl_proposal_state state);

typedef struct ptl_proposal {
    int64_t proposal_id;
    const char *kind;  /* "configuration", "budget"                                       */
    const char *title; /* verb first: "Lower the target from €1.2m to €1.1m"              */
    const char *why;
    const char *holder;     /* the role that decides; an owner always may                      */
    ptl_hash content;       /* of what is proposed: equal content is the same proposal         */
    int64_t base_version;   /* of the configuration in force when it was drafted               */
    const char *details;    /* JSON object: what widens, or what the plan promises            */
    const char *difference; /* unified text; NULL where no file changes                       */
    ptl_instant drafted_at;
    const char *drafted_by;
    bool by_terminal; /* drafted by the workspace's own user                            */
    int64_t run_id;
    ptl_instant expires_at;
    ptl_proposal_state decision; /* as written: WAITS where nobody decided; see _state_at */
    ptl_instant decided_at;      /* 0: not yet */
    const char *decided_by;
    const char *reason;
    int64_t decision_run_id; /* 0: none */
    int64_t version;         /* that an approved configuration became; 0: none */
} ptl_proposal;

ptl_proposal_state ptl_proposal_state_at(const ptl_proposal *proposal, ptl_instant now);

typedef struct ptl_proposal_file {
    const char *path;
    bool has_base, has_beside, is_removed;
    ptl_hash base;    /* in force when it was drafted         */
    ptl_hash beside;  /* in the folder then                   */
    ptl_text content; /* nothing where it would be taken away */
} ptl_proposal_file;

/** Draft and route: sets proposal_id; an open one of the same author and kind is overtaken (its
 * number, or 0). `deciders`: who may decide, for the ledger, a JSON array. E_LIMIT where too many
 * are open. */
PTL_NODISCARD ptl_status ptl_proposal_add(ptl_proposal *proposal, int64_t *overtaken,
                                          ptl_records *records, const ptl_proposal_file *files,
                                          int64_t n_files, const char *deciders, ptl_error *err);

/** Who decides, and how. */
typedef struct ptl_proposal_verdict {
    int64_t proposal_id;
    ptl_proposal_state decision; /* APPROVED, REJECTED, WITHDRAWN */
    ptl_instant at;
    const char *by;
    bool by_terminal;
    const char *reason; /* NULL: none; a rejection has one of PTL_PROPOSAL_REASON_MIN characters */
    int64_t run_id;
    int64_t version; /* of the configuration that an approval made; 0: none */
} ptl_proposal_verdict;

/** *again: it was decided so by the same person already, and nothing was done. E_DENIED for an
 * author's own, E_CONFLICT where it no longer waits, E_NOT_FOUND names the highest there is. */
PTL_NODISCARD ptl_status ptl_proposal_decide(bool *again, ptl_records *records,
                                             const ptl_proposal_verdict *verdict, ptl_error *err);

/** The same checks without the decision. */
PTL_NODISCARD ptl_status ptl_proposal_may_decide(bool *again, ptl_records *records,
                                                 const ptl_proposal_verdict *verdict,
                                                 ptl_error *err);

/** Take a decision back: a rejection while no later draft took its place, the approval of a plan
 * until `expires_at`. One that waits stays as it is. E_DENIED for anybody but who decided. */
PTL_NODISCARD ptl_status ptl_proposal_reopen(ptl_records *records, int64_t proposal_id,
                                             const char *by, ptl_instant at, int64_t run_id,
                                             ptl_error *err);

/** E_NOT_FOUND names the highest there is. Texts lie in the arena. */
PTL_NODISCARD ptl_status ptl_proposal_get(ptl_proposal *out, ptl_records *records,
                                          int64_t proposal_id, ptl_arena *arena, ptl_error *err);
/** The one that run `run_id` drafted; proposal_id 0: none. */
PTL_NODISCARD ptl_status ptl_proposal_of_run(ptl_proposal *out, ptl_records *records,
                                             int64_t run_id, ptl_arena *arena, ptl_error *err);
PTL_NODISCARD ptl_status ptl_proposal_files(ptl_proposal_file **out, int64_t *n,
                                            ptl_records *records, int64_t proposal_id,
                                            ptl_arena *arena, ptl_error *err);

/** The open proposal of this content; 0: none. */
PTL_NODISCARD ptl_status ptl_proposal_waiting(int64_t *proposal_id, ptl_records *records,
                                              ptl_hash content, ptl_instant now, ptl_error *err);
/** The newest of this content against version `base`, whatever became of it; 0: none. */
PTL_NODISCARD ptl_status ptl_proposal_newest_of(int64_t *proposal_id, ptl_records *records,
                                                ptl_hash content, int64_t base, ptl_error *err);
PTL_NODISCARD ptl_status ptl_proposal_open_count(int64_t *n, ptl_records *records, ptl_instant now,
                                                 ptl_error *err);

typedef struct ptl_proposal_options {
    int32_t size;
    bool all;       /* decided and expired ones too */
    int64_t before; /* those with a lower number    */
    int64_t limit;
    ptl_instant now;
} ptl_proposal_options;

/** Newest first. Texts lie in the arena. */
PTL_NODISCARD ptl_status ptl_proposal_list(ptl_proposal **out, int64_t *n, ptl_records *records,
                                           const ptl_proposal_options *options, ptl_arena *arena,
                                           ptl_error *err);

#endif
