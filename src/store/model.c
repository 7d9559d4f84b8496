/* model.c: fitted models in records (invariants in model.h). */
#include "store/model.h"

#include "store/records_internal.h"

ptl_status ptl_model_add(const ptl_model *model, ptl_records *records, ptl_error *err)
{
    ptl_statement *s;
    int64_t run_id;
    PTL_TRY(ptl_sql_use(&s, records->sql, "model_add", err));
    ptl_bind_int(s, model->run_id);
    ptl_bind_string(s, model->kind);
    ptl_bind_hash(s, &model->artefact);
    ptl_bind_string(s, model->settings);
    ptl_bind_string(s, model->verdict);
    ptl_bind_int(s, model->made_at);
    return ptl_sql_run_int(&run_id, NULL, s, err);
}

ptl_status ptl_model_find(ptl_model *out, ptl_records *records, const char *kind, int64_t run_id,
                          ptl_arena *arena, ptl_error *err)
{
    ptl_statement *s;
    bool row;
    PTL_TRY(ptl_sql_use(&s, records->sql, "model_find", err));
    ptl_bind_string(s, kind);
    ptl_bind_int(s, run_id);
    PTL_TRY(ptl_sql_step(&row, s, err));
    if (!row) {
        if (run_id == 0)
            ptl_fail(err, PTL_E_NOT_FOUND, "no %s model has been fitted yet", kind);
        else
            ptl_fail(err, PTL_E_NOT_FOUND, "run %lld fitted no %s model", (long long)run_id, kind);
        ptl_error_hint(err, "portolan %s fit", kind);
        return PTL_E_NOT_FOUND;
    }
    *out = (ptl_model){.run_id = ptl_row_int(s, 0), .kind = kind, .made_at = ptl_row_int(s, 4)};
    ptl_status st = ptl_row_hash(&out->artefact, s, 1, err);
    if (st == PTL_OK) st = ptl_row_string(&out->settings, s, 2, arena, err);
    if (st == PTL_OK) st = ptl_row_string(&out->verdict, s, 3, arena, err);
    ptl_sql_reset(s);
    return st;
}
