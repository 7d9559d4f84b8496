/* audit_write.c: findings as rows of `finding`, and back. */
#include "observe/audit_internal.h"

#include <string.h>

enum { OUTPUT_BYTES_MAX = 16 << 20 };

static const ptl_column_spec columns[] = {
    {"run_id", PTL_TYPE_INT},       {"finding_id", PTL_TYPE_INT}, {"check_name", PTL_TYPE_TEXT},
    {"severity", PTL_TYPE_TEXT},    {"source", PTL_TYPE_TEXT},    {"subject_table", PTL_TYPE_TEXT},
    {"field", PTL_TYPE_TEXT},       {"title", PTL_TYPE_TEXT},     {"detail", PTL_TYPE_TEXT},
    {"day_first", PTL_TYPE_DAY},    {"day_last", PTL_TYPE_DAY},   {"n_rows", PTL_TYPE_INT},
    {"value_micros", PTL_TYPE_INT}, {"effect", PTL_TYPE_TEXT},    {"advice", PTL_TYPE_TEXT},
    {"owner", PTL_TYPE_TEXT}};

static void put_text(ptl_table_builder *b, const char *text)
{
    ptl_table_builder_text(b, ptl_text_of(text ? text : ""));
}

static void put_if(ptl_table_builder *b, bool known, int64_t value)
{
    if (known)
        ptl_table_builder_int(b, value);
    else
        ptl_table_builder_null(b);
}

static ptl_status put_row(ptl_table_builder *b, const ptl_audit_finding *f, int64_t run_id,
                          int64_t idx, ptl_error *err)
{
    ptl_table_builder_int(b, run_id);
    ptl_table_builder_int(b, idx);
    put_text(b, f->check);
    put_text(b, ptl_severity_text(f->severity));
    put_text(b, f->source);
    put_text(b, f->table);
    put_text(b, f->field);
    put_text(b, f->title);
    put_text(b, f->detail);
    put_if(b, f->has_days, f->from);
    put_if(b, f->has_days, f->to);
    ptl_table_builder_int(b, f->rows);
    put_if(b, f->has_value, f->value_micros);
    put_text(b, f->effect);
    put_text(b, f->advice);
    put_text(b, f->owner);
    return ptl_table_builder_row_end(b, err);
}

ptl_status ptl_audit_write(const ptl_audit *audit, int64_t run_id, ptl_error *err)
{
    const ptl_audit_report *r = audit->out;
    ptl_table_builder *rows;
    PTL_TRY(ptl_table_builder_new(&rows, columns, sizeof columns / sizeof *columns,
                                  OUTPUT_BYTES_MAX, err));
    ptl_status st = PTL_OK;
    for (int64_t i = 0; i < r->n_findings && st == PTL_OK; i++)
        st = put_row(rows, &r->findings[i], run_id, i + 1, err);
    ptl_scope scope;
    if (st == PTL_OK) st = ptl_scope_begin(&scope, audit->store->warehouse, err);
    if (st == PTL_OK) {
        const ptl_table table = ptl_table_builder_borrow(rows);
        st = ptl_scope_output(&scope, run_id, "finding", &table, err);
        st = st == PTL_OK ? ptl_scope_commit(&scope, err) : st;
        ptl_scope_rollback(&scope);
    }
    ptl_table_builder_free(rows);
    return st;
}

/* --- reading ---------------------------------------------------------------------------------- */

static const char *text_at(const ptl_table *t, int64_t column, int64_t row, ptl_arena *arena)
{
    char *copy = ptl_text_copy(ptl_column_text(&t->columns[column], row), arena, NULL);
    return copy ? copy : "";
}

static ptl_severity severity_at(const ptl_table *t, int64_t row)
{
    const ptl_text text = ptl_column_text(&t->columns[3], row);
    for (int s = 0; s < PTL_N_SEVERITIES; s++)
        if (ptl_text_equal(text, ptl_text_of(ptl_severity_text((ptl_severity)s))))
            return (ptl_severity)s;
    return PTL_SEVERITY_LOW;
}

static ptl_audit_finding finding_at(const ptl_table *t, int64_t i, ptl_arena *arena)
{
    const char *owner = text_at(t, 15, i, arena);
    return (ptl_audit_finding){.check = text_at(t, 2, i, arena),
                               .severity = severity_at(t, i),
                               .source = text_at(t, 4, i, arena),
                               .table = text_at(t, 5, i, arena),
                               .field = text_at(t, 6, i, arena),
                               .title = text_at(t, 7, i, arena),
                               .detail = text_at(t, 8, i, arena),
                               .has_days = ptl_column_present(&t->columns[9], i),
                               .from = (ptl_day)ptl_column_int(&t->columns[9], i),
                               .to = (ptl_day)ptl_column_int(&t->columns[10], i),
                               .rows = ptl_column_int(&t->columns[11], i),
                               .has_value = ptl_column_present(&t->columns[12], i),
                               .value_micros = ptl_column_int(&t->columns[12], i),
                               .effect = text_at(t, 13, i, arena),
                               .advice = text_at(t, 14, i, arena),
                               .owner = owner[0] ? owner : NULL};
}

ptl_status ptl_audit_read(ptl_audit_report *out, int64_t *run_id_out, ptl_store *store,
                          int64_t run_id, ptl_arena *arena, ptl_error *err)
{
    const ptl_value run = ptl_value_int(run_id);
    ptl_table t = {0};
    *out = (ptl_audit_report){0};
    *run_id_out = 0;
    ptl_table newest = {0};
    PTL_TRY(ptl_warehouse_query(&newest, store->warehouse, "audit/newest", &run, 1, 0, err));
    if (newest.n_rows > 0) *run_id_out = ptl_column_int(&newest.columns[0], 0);
    ptl_table_dispose(&newest);
    if (*run_id_out == 0) return PTL_OK;
    const ptl_value found = ptl_value_int(*run_id_out);
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "audit/findings", &found, 1, 0, err));
    out->findings = ptl_arena_array(arena, t.n_rows + 1, sizeof *out->findings, err);
    const ptl_status st = out->findings ? PTL_OK : PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < t.n_rows && st == PTL_OK; i++) {
        out->findings[i] = finding_at(&t, i, arena);
        out->by_severity[out->findings[i].severity]++;
        out->n_findings++;
    }
    out->has_facts = true;
    ptl_table_dispose(&t);
    return st;
}
