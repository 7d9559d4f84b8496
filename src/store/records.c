/* records.c: open, migrate, transactions, small values (invariants in records.h). */
#include "base/asset.h"
#include "store/limits.h"
#include "store/memory.h"
#include "store/migrate.h"
#include "store/records_internal.h"

#include <jansson.h>
#include <string.h>

static ptl_status migrate(ptl_sql *sql, ptl_error *err)
{
    ptl_arena arena;
    ptl_arena_init(&arena, 1024 * 1024, NULL);
    ptl_migration *migrations;
    int64_t n, version;
    ptl_status st = ptl_migrations_find(&migrations, &n, "sql/records/", &arena, err);
    /* A file that is not ours is refused before the journal mode writes into it. */
    if (st == PTL_OK) st = ptl_migrate_check(&version, sql, n, err);
    if (st == PTL_OK) st = ptl_sql_script(sql, "open_durable", err);
    if (st == PTL_OK) st = ptl_migrate(sql, migrations, n, err);
    ptl_arena_dispose(&arena);
    return st;
}

static ptl_status statements(ptl_text *out, ptl_error *err)
{
    const ptl_asset *script = ptl_asset_find("sql/records/statements.sql");
    if (!script) return ptl_fail(err, PTL_E_INTERNAL, "sql/records/statements.sql is not embedded");
    *out = (ptl_text){(const char *)script->bytes, script->len};
    return PTL_OK;
}

static ptl_status open_sql(ptl_sql **out, const char *path, ptl_error *err)
{
    ptl_text text;
    PTL_TRY(statements(&text, err));
    PTL_TRY(ptl_sql_open(out, path, text, err));
    PTL_TRY(ptl_sql_script(*out, "open_checks", err));
    return migrate(*out, err);
}

ptl_status ptl_records_open(ptl_records **out, const char *path, ptl_error *err)
{
    ptl_records *records = ptl_object_new(sizeof *records, "records", err);
    if (!records) return PTL_E_NO_MEMORY;
    const ptl_status st = open_sql(&records->sql, path, err);
    if (st != PTL_OK) {
        ptl_records_close(records);
        return st;
    }
    *out = records;
    return PTL_OK;
}

static ptl_status open_beside(ptl_sql **out, const ptl_sql *of, bool reads_only, ptl_error *err)
{
    ptl_text text;
    PTL_TRY(statements(&text, err));
    if (reads_only)
        PTL_TRY(ptl_sql_open_reader(out, of, text, err));
    else
        PTL_TRY(ptl_sql_open(out, ptl_sql_path(of), text, err));
    PTL_TRY(ptl_sql_script(*out, "open_checks", err));
    return ptl_sql_script(*out, reads_only ? "open_reader" : "open_durable", err);
}

ptl_status ptl_records_open_beside(ptl_records **out, const ptl_records *records, bool reads_only,
                                   ptl_error *err)
{
    ptl_records *beside = ptl_object_new(sizeof *beside, "records", err);
    if (!beside) return PTL_E_NO_MEMORY;
    const ptl_status st = open_beside(&beside->sql, records->sql, reads_only, err);
    if (st != PTL_OK) {
        ptl_records_close(beside);
        return st;
    }
    *out = beside;
    return PTL_OK;
}

void ptl_records_rest(ptl_records *records)
{
    ptl_sql_rest(records->sql);
}

void ptl_records_watch(ptl_records *records, ptl_pulse *pulse)
{
    ptl_sql_watch(records->sql, pulse);
}

ptl_status ptl_records_begin_reading(ptl_records *records, ptl_error *err)
{
    return ptl_sql_begin_reading(records->sql, err);
}

void ptl_records_close(ptl_records *records)
{
    if (!records) return;
    ptl_sql_close(records->sql);
    ptl_object_free(records, sizeof *records);
}

ptl_status ptl_records_begin(ptl_records *records, ptl_error *err)
{
    return ptl_sql_begin(records->sql, err);
}

ptl_status ptl_records_commit(ptl_records *records, ptl_error *err)
{
    return ptl_sql_commit(records->sql, err);
}

void ptl_records_rollback(ptl_records *records)
{
    ptl_sql_rollback(records->sql, PTL_OK, NULL);
}

ptl_status ptl_records_copy(ptl_records *records, const char *path, ptl_error *err)
{
    return ptl_sql_copy(records->sql, path, err);
}

ptl_status ptl_records_need(const char *text, const char *what, ptl_error *err)
{
    return text ? PTL_OK : ptl_fail(err, PTL_E_INVALID, "%s is missing", what);
}

ptl_status ptl_records_json(const char *text, const char *what, ptl_error *err)
{
    PTL_TRY(ptl_records_need(text, what, err));
    if (strlen(text) > PTL_RUN_JSON_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "%s have %zu bytes, at most %d are allowed", what,
                        strlen(text), PTL_RUN_JSON_MAX);
    json_error_t fault;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    const bool is_json = json != NULL;
    json_decref(json);
    if (is_json) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "%s are not JSON at byte %d: %s", what, fault.position,
                    fault.text);
}

ptl_status ptl_records_int(int64_t *out, ptl_records *records, const char *name, ptl_error *err)
{
    ptl_statement *statement;
    PTL_TRY(ptl_sql_use(&statement, records->sql, name, err));
    return ptl_sql_run_int(out, NULL, statement, err);
}

/* --- small values ----------------------------------------------------------------------------- */

ptl_status ptl_records_get(ptl_text *out, ptl_records *records, const char *key, ptl_arena *arena,
                           ptl_error *err)
{
    *out = (ptl_text){NULL, 0};
    ptl_statement *statement;
    PTL_TRY(ptl_sql_use(&statement, records->sql, "meta_get", err));
    ptl_bind_string(statement, key);
    bool row;
    PTL_TRY(ptl_sql_step(&row, statement, err));
    if (!row) return PTL_OK;
    const ptl_text value = ptl_row_bytes(statement, 0);
    out->ptr = ptl_text_copy(value, arena, err);
    out->len = out->ptr ? value.len : 0;
    ptl_sql_reset(statement);
    return out->ptr ? PTL_OK : PTL_E_NO_MEMORY;
}

ptl_status ptl_records_set(ptl_records *records, const char *key, ptl_text value, ptl_error *err)
{
    PTL_TRY(ptl_records_need(key, "the value's name", err));
    if (value.len > PTL_META_VALUE_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "value \"%s\" has %zu bytes, at most %d are allowed", key,
                        value.len, PTL_META_VALUE_MAX);
    ptl_statement *statement;
    PTL_TRY(ptl_sql_use(&statement, records->sql, "meta_set", err));
    ptl_bind_string(statement, key);
    ptl_bind_blob(statement, value.ptr, value.len);
    return ptl_sql_run(statement, err);
}
