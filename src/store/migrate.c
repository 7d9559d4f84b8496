/* migrate.c: see migrate.h. */
#include "store/migrate.h"

#include "base/asset.h"
#include "store/limits.h"

#include <stdio.h>
#include <string.h>

enum { APPLICATION_ID = 0x50544c4e }; /* "PTLN" */

/* The number in "…/0012_jobs.sql"; 0 for a file that is no migration. */
static int64_t version_of(const char *name)
{
    int64_t version = 0;
    for (int i = 0; i < 4; i++) {
        if (name[i] < '0' || name[i] > '9') return 0;
        version = version * 10 + (name[i] - '0');
    }
    return name[4] == '_' ? version : 0;
}

static ptl_status add(ptl_migration *list, int64_t *n, const ptl_asset *asset, int64_t version,
                      ptl_error *err)
{
    if (version != *n + 1)
        return ptl_fail(err, PTL_E_INTERNAL, "migration \"%s\" should have number %04lld",
                        asset->path, (long long)(*n + 1));
    list[(*n)++] = (ptl_migration){version, asset->path, (const char *)asset->bytes};
    return PTL_OK;
}

ptl_status ptl_migrations_find(ptl_migration **out, int64_t *n, const char *folder,
                               ptl_arena *arena, ptl_error *err)
{
    *n = 0;
    *out = ptl_arena_array(arena, ptl_assets_n, sizeof **out, err);
    if (!*out) return PTL_E_NO_MEMORY;
    const size_t len = strlen(folder);
    for (int64_t i = ptl_asset_first(folder); i < ptl_assets_n; i++) {
        if (strncmp(ptl_assets[i].path, folder, len) != 0) break;
        const int64_t version = version_of(ptl_assets[i].path + len);
        if (version > 0) PTL_TRY(add(*out, n, &ptl_assets[i], version, err));
    }
    if (*n == 0)
        return ptl_fail(err, PTL_E_INTERNAL, "no migrations are embedded below \"%s\"", folder);
    return PTL_OK;
}

static ptl_status read_int(int64_t *out, ptl_sql *sql, const char *name, ptl_error *err)
{
    ptl_statement *statement;
    PTL_TRY(ptl_sql_use(&statement, sql, name, err));
    return ptl_sql_run_int(out, NULL, statement, err);
}

ptl_status ptl_migrate_check(int64_t *version, ptl_sql *sql, int64_t newest, ptl_error *err)
{
    int64_t application, n_tables;
    PTL_TRY(read_int(version, sql, "user_version", err));
    PTL_TRY(read_int(&application, sql, "application_id", err));
    PTL_TRY(read_int(&n_tables, sql, "table_count", err));
    const bool is_new = *version == 0 && application == 0 && n_tables == 0;
    if (!is_new && application != APPLICATION_ID) {
        ptl_fail(err, PTL_E_CORRUPT, "\"%s\" is a database of another program, not records",
                 ptl_sql_path(sql));
        ptl_error_detail(err, "application_id is %lld, expected %d; %lld tables",
                         (long long)application, APPLICATION_ID, (long long)n_tables);
        ptl_error_hint(err, "move the file away, or restore a back-up: portolan restore");
        return PTL_E_CORRUPT;
    }
    if (!is_new && *version < 1)
        return ptl_fail(err, PTL_E_CORRUPT, "records \"%s\" state version %lld, which never was",
                        ptl_sql_path(sql), (long long)*version);
    if (*version <= newest) return PTL_OK;
    ptl_fail(err, PTL_E_VERSION, "records \"%s\" have version %lld, this program knows up to %lld",
             ptl_sql_path(sql), (long long)*version, (long long)newest);
    ptl_error_hint(err, "install the newer program, or restore a back-up made by this one");
    return PTL_E_VERSION;
}

static ptl_status apply(ptl_sql *sql, const ptl_migration *migration, ptl_error *err)
{
    PTL_TRY(ptl_sql_text_run(sql, migration->text, migration->name, err));
    int64_t version;
    PTL_TRY(read_int(&version, sql, "user_version", err));
    if (version == migration->version) return PTL_OK;
    return ptl_fail(err, PTL_E_INTERNAL, "migration \"%s\" sets version %lld", migration->name,
                    (long long)version);
}

static ptl_status keep_copy(ptl_sql *sql, int64_t version, ptl_error *err)
{
    char path[4096];
    const int len =
        snprintf(path, sizeof path, "%s.v%lld.bak", ptl_sql_path(sql), (long long)version);
    if (len < 0 || (size_t)len >= sizeof path)
        return ptl_fail(err, PTL_E_LIMIT, "path \"%s\" is too long", ptl_sql_path(sql));
    return ptl_sql_copy(sql, path, err);
}

ptl_status ptl_migrate(ptl_sql *sql, const ptl_migration *migrations, int64_t n, ptl_error *err)
{
    int64_t version;
    PTL_TRY(ptl_migrate_check(&version, sql, n, err));
    if (version > 0 && version < n) PTL_TRY(keep_copy(sql, version, err));
    for (int64_t i = version; i < n; i++) {
        PTL_TRY(ptl_sql_begin(sql, err));
        PTL_TRY(ptl_sql_end(sql, apply(sql, &migrations[i], err), err));
    }
    return PTL_OK;
}
