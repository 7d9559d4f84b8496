/* model.h: the registry of fitted models, in records.
 *
 * A model is a file of draws (store.h, artefacts) and the settings under which the same data are
 * read again. The file is written first: a row never names a file that is not there. */
#ifndef PTL_STORE_MODEL_H
#define PTL_STORE_MODEL_H

#include "store/records.h"

typedef struct ptl_model {
    int64_t run_id;
    const char *kind; /* "mix" */
    ptl_hash artefact;
    const char *settings; /* canonical JSON */
    const char *verdict;  /* of the fit     */
    ptl_instant made_at;
} ptl_model;

PTL_NODISCARD ptl_status ptl_model_add(const ptl_model *model, ptl_records *records,
                                       ptl_error *err);

/** The model that run `run_id` made, or the newest of its kind where run_id is 0. E_NOT_FOUND. */
PTL_NODISCARD ptl_status ptl_model_find(ptl_model *out, ptl_records *records, const char *kind,
                                        int64_t run_id, ptl_arena *arena, ptl_error *err);

#endif
