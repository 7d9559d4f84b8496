/* migrate.c: the schema moves forward by files.
 *
 * Invariants. 1. `meta.format` is the number of the last migration that ran; a file without tables
 * is format 0. 2. A migration and the new format are one transaction. 3. Before the first migration
 * of a warehouse that holds anything its file is copied to `<path>.before-NNNN`. 4. A format above
 * the last migration is refused with both numbers: the file was written by a newer program. */
#include "store/duckdb/duckdb_internal.h"

#include "base/asset.h"
#include "base/file.h"

#include <stdio.h>
#include <string.h>

static ptl_status migration_of(ptl_duck_migration *out, const ptl_asset *asset, int32_t expected,
                               ptl_error *err)
{
    const char *name = asset->path + sizeof PTL_DUCK_MIGRATIONS - 1;
    int64_t version = 0;
    const bool numbered = strlen(name) > 5 && name[4] == '_' &&
                          ptl_text_int(&version, (ptl_text){name, 4}, NULL) == PTL_OK;
    if (!numbered || version != expected)
        return ptl_fail(err, PTL_E_INTERNAL, "migration %s should be number %04d", name, expected);
    *out = (ptl_duck_migration){(int32_t)version, name, (const char *)asset->bytes};
    return PTL_OK;
}

ptl_status ptl_duck_migrations(const ptl_duck_migration **out, int64_t *n, ptl_arena *arena,
                               ptl_error *err)
{
    const ptl_text prefix = PTL_TEXT(PTL_DUCK_MIGRATIONS);
    const int64_t first = ptl_asset_first(PTL_DUCK_MIGRATIONS);
    int64_t end = first;
    while (end < ptl_assets_n && ptl_text_starts(ptl_text_of(ptl_assets[end].path), prefix)) end++;
    ptl_duck_migration *list = ptl_arena_array(arena, end - first + 1, sizeof *list, err);
    if (!list) return PTL_E_NO_MEMORY;
    for (int64_t i = first; i < end; i++)
        PTL_TRY(migration_of(&list[i - first], &ptl_assets[i], (int32_t)(i - first) + 1, err));
    *out = list;
    *n = end - first;
    return PTL_OK;
}

static ptl_status foreign(const ptl_warehouse *warehouse, ptl_error *err)
{
    (void)ptl_fail(err, PTL_E_VERSION, "%s is a DuckDB file, but no warehouse of Portolan",
                   warehouse->path);
    ptl_error_hint(err, "move it away; importing builds a new warehouse");
    return PTL_E_VERSION;
}

static ptl_status format_of(int64_t *out, ptl_warehouse *warehouse, ptl_error *err)
{
    ptl_table table;
    *out = 0;
    PTL_TRY(ptl_warehouse_query(&table, warehouse, "meta/inventory", NULL, 0, 0, err));
    const int64_t n_tables = ptl_column_int(&table.columns[0], 0);
    const int64_t n_meta = ptl_column_int(&table.columns[1], 0);
    ptl_table_dispose(&table);
    if (n_tables == 0) return PTL_OK;
    if (n_meta == 0) return foreign(warehouse, err);
    const ptl_value name = ptl_value_string("format");
    PTL_TRY(ptl_warehouse_query(&table, warehouse, "meta/value", &name, 1, 0, err));
    const bool there = table.n_rows == 1;
    const ptl_status st =
        there ? ptl_text_int(out, ptl_column_text(&table.columns[0], 0), err) : PTL_OK;
    ptl_table_dispose(&table);
    return there ? st : foreign(warehouse, err);
}

static ptl_status too_new(int64_t found, int64_t known, const char *path, ptl_error *err)
{
    (void)ptl_fail(err, PTL_E_VERSION,
                   "%s has warehouse format %lld, this program knows formats up to %lld", path,
                   (long long)found, (long long)known);
    ptl_error_hint(err, "use the newer portolan that wrote it, or restore a back-up");
    return PTL_E_VERSION;
}

static ptl_status migrate_one(ptl_warehouse *warehouse, const ptl_duck_migration *migration,
                              ptl_error *err)
{
    char version[16];
    (void)snprintf(version, sizeof version, "%d", migration->version);
    const ptl_value format[2] = {ptl_value_string("format"), ptl_value_string(version)};
    ptl_scope scope;
    PTL_TRY(ptl_scope_begin(&scope, warehouse, err));
    ptl_status st = ptl_duck_exec(&scope, migration->sql, err);
    if (st == PTL_OK) st = ptl_scope_execute(NULL, &scope, "meta/value_clear", format, 1, err);
    if (st == PTL_OK) st = ptl_scope_execute(NULL, &scope, "meta/value_add", format, 2, err);
    st = ptl_scope_commit(&scope, err);
    return st == PTL_OK ? st : ptl_error_prefix(err, st, "migration %s", migration->name);
}

static ptl_status copy_before(ptl_warehouse *warehouse, int64_t format, ptl_error *err)
{
    char path[4096];
    const int len = snprintf(path, sizeof path, "%s.before-%04d", warehouse->path, (int)format + 1);
    if (len < 0 || (size_t)len >= sizeof path)
        return ptl_fail(err, PTL_E_LIMIT, "the path %s is too long", warehouse->path);
    if (ptl_file_exists(path)) return PTL_OK; /* of an earlier attempt: older, so nearer to safe */
    return ptl_warehouse_copy(warehouse, path, NULL, err);
}

ptl_status ptl_duck_migrate(ptl_warehouse *warehouse, const ptl_duck_migration *migrations,
                            int64_t n, ptl_error *err)
{
    int64_t format;
    PTL_TRY(format_of(&format, warehouse, err));
    if (format > n) return too_new(format, n, warehouse->path, err);
    if (format > 0 && format < n) PTL_TRY(copy_before(warehouse, format, err));
    for (int64_t i = format; i < n; i++) PTL_TRY(migrate_one(warehouse, &migrations[i], err));
    return PTL_OK;
}
