/* store.h: the two stores of a workspace, opened, settled and copied together.
 *
 * Intent and outcome lie in records, facts in the warehouse; no transaction spans both. A run is
 * `started` durably, then its rows and their load/output row are one warehouse transaction, then
 * the run is `done`. Opening settles: a run still `started` is done if its load or output row is
 * there, otherwise interrupted (a run that wrote nothing outside records is interrupted too). */
#ifndef PTL_STORE_STORE_H
#define PTL_STORE_STORE_H

#include "store/ledger.h"
#include "store/lock.h"
#include "store/memo.h"
#include "store/records.h"
#include "store/seal.h"
#include "store/warehouse.h"

typedef struct ptl_store {
    char *dir; /* <workspace>/.portolan */
    ptl_lock *lock;
    ptl_records *records;
    ptl_warehouse *warehouse;
    ptl_seal *seal;
    ptl_memo fit; /* the fit that was read back last: sliders ask for it again and again */
    int64_t n_settled_done, n_settled_interrupted;
    bool is_beside;  /* opened by ptl_store_open_beside */
    bool reads_only; /* of those                        */
} ptl_store;

typedef struct ptl_store_options {
    int32_t size;
    const char *doing; /* for the lock's file: "portolan import" */
    int64_t wait_ms;
    ptl_instant now;
    ptl_warehouse_options warehouse;
} ptl_store_options;

ptl_store_options ptl_store_options_default(void);

/** Make `dir` where it is missing (0700), take the lock, open both stores, settle. */
PTL_NODISCARD ptl_status ptl_store_open(ptl_store *out, const char *dir,
                                        const ptl_store_options *options, ptl_error *err);
void ptl_store_close(ptl_store *store);

/* --- beside an open store, for another thread --------------------------------------------------
 */

/** Further handles on both stores, under the lock that `store` holds; closed before it. They work
 * between enter and leave alone. */
PTL_NODISCARD ptl_status ptl_store_open_beside(ptl_store *out, ptl_store *store, bool reads_only,
                                               ptl_error *err);
/** What a reader reads until it leaves is one state of both stores; `state` (nullable) receives its
 * number by `pulse`, -1 where a commit was under way and the two may be one commit apart. */
PTL_NODISCARD ptl_status ptl_store_enter(int64_t *state, ptl_store *beside, ptl_pulse *pulse,
                                         ptl_error *err);
void ptl_store_leave(ptl_store *beside);
/** Of a reader: what it asks is not counted anew by whoever commits (warehouse.h). */
void ptl_store_ask_once(ptl_store *beside);
/** Whether who is inside is waited for: the engine is broken, or about to be closed or reopened. */
bool ptl_store_must_leave(const ptl_store *beside);
/** Let go of what an open store holds in memory beside its handles, the engine first of all; the
 * next call that needs it opens it again. */
void ptl_store_rest(ptl_store *store);
/** Count the commits of both stores through this handle, and of the warehouse through all. */
void ptl_store_watch(ptl_store *store, ptl_pulse *pulse);

/** Copy both stores, the artefacts and a manifest (files with hashes, ledger head, versions) into
 * the new folder `to`. */
PTL_NODISCARD ptl_status ptl_store_backup(ptl_store *store, const char *to, ptl_progress *progress,
                                          ptl_error *err);
/** Verify a back-up's manifest and ledger, then lay it into `dir`, which must hold no store. */
PTL_NODISCARD ptl_status ptl_store_restore(const char *from, const char *dir,
                                           ptl_progress *progress, ptl_error *err);

/** Write bytes as artefacts/<sha256> before the record that names them; `out` is the hash. */
PTL_NODISCARD ptl_status ptl_store_artefact_put(ptl_hash *out, const ptl_store *store,
                                                ptl_text bytes, ptl_error *err);
PTL_NODISCARD ptl_status ptl_store_artefact_get(ptl_text *out, const ptl_store *store,
                                                ptl_hash hash, ptl_arena *arena, ptl_error *err);

#endif
