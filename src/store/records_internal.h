/* records_internal.h: what the files of records share. */
#ifndef PTL_STORE_RECORDS_INTERNAL_H
#define PTL_STORE_RECORDS_INTERNAL_H

#include "store/records.h"
#include "store/sql.h"

struct ptl_records {
    ptl_sql *sql;
};

/** E_INVALID where a text that must be there is NULL. */
PTL_NODISCARD ptl_status ptl_records_need(const char *text, const char *what, ptl_error *err);

/** E_INVALID where a text is missing or is not JSON. (SQLite's json_valid cannot stand in a CHECK
 * while the schema is not trusted.) */
PTL_NODISCARD ptl_status ptl_records_json(const char *text, const char *what, ptl_error *err);

/** The integer a statement without parameters answers with. */
PTL_NODISCARD ptl_status ptl_records_int(int64_t *out, ptl_records *records, const char *name,
                                         ptl_error *err);

/** Cut a list's limit to what there can be: the highest identifier, as the statement `last_name`
 * tells it, and PTL_LIST_MAX. E_INVALID below 1. */
PTL_NODISCARD ptl_status ptl_records_limit(int64_t *limit, ptl_records *records,
                                           const char *last_name, ptl_error *err);

/** One running job that was settled: told to `fn` inside the settling transaction. */
typedef ptl_status (*ptl_job_settled_fn)(void *ctx, int64_t job_id, int64_t run_id,
                                         ptl_job_state state, ptl_error *err);
PTL_NODISCARD ptl_status ptl_job_settle_each(int64_t *n, ptl_records *records, ptl_instant now,
                                             ptl_job_settled_fn fn, void *ctx, ptl_error *err);

#endif
