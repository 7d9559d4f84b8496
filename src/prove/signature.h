/* signature.h: who signed a closed period's figures, read back from the ledger. */
#ifndef PTL_PROVE_SIGNATURE_H
#define PTL_PROVE_SIGNATURE_H

#include "store/store.h"

typedef struct ptl_signature {
    ptl_day from, to;
    int64_t reconciliation, seq; /* the run that was signed; the ledger's entry */
    const char *actor;
    ptl_instant at;
} ptl_signature;

/** The newest signatures, oldest first, in `arena`. */
PTL_NODISCARD ptl_status ptl_signatures_read(ptl_signature **out, int64_t *n, ptl_store *store,
                                             ptl_arena *arena, ptl_error *err);

/** The newest of this period, or NULL. */
const ptl_signature *ptl_signature_of(const ptl_signature *list, int64_t n, ptl_day from,
                                      ptl_day to);

#endif
