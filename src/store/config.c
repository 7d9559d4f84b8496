/* config.c: versions of the configuration, whole, and the pointer to the one in force.
 *
 * Invariant: a version, its files and the pointer are one transaction, so that what is in force is
 * always complete. Versions are never changed; going back is applying an old content anew. */
#include "store/limits.h"
#include "store/records_internal.h"

#include <string.h>

static ptl_status check(const ptl_config_version *version, const ptl_config_file *files,
                        int64_t n_files, ptl_error *err)
{
    PTL_TRY(ptl_records_need(version->actor, "the configuration's actor", err));
    PTL_TRY(ptl_records_need(version->difference, "the configuration's difference", err));
    if (n_files < 1 || n_files > PTL_CONFIG_FILES_MAX)
        return ptl_fail(err, n_files < 1 ? PTL_E_INVALID : PTL_E_LIMIT,
                        "a configuration has 1 to %d files, not %lld", PTL_CONFIG_FILES_MAX,
                        (long long)n_files);
    size_t bytes = 0;
    for (int64_t i = 0; i < n_files; i++) {
        PTL_TRY(ptl_records_need(files[i].path, "a configuration file's path", err));
        bytes += files[i].content.len;
        if (bytes > PTL_CONFIG_BYTES_MAX)
            return ptl_fail(err, PTL_E_LIMIT, "configuration file \"%s\" makes more than %d bytes",
                            files[i].path, PTL_CONFIG_BYTES_MAX);
    }
    return PTL_OK;
}

static ptl_status add_files(ptl_records *records, int64_t version, const ptl_config_file *files,
                            int64_t n_files, ptl_error *err)
{
    for (int64_t i = 0; i < n_files; i++) {
        ptl_statement *s;
        PTL_TRY(ptl_sql_use(&s, records->sql, "config_file_add", err));
        ptl_bind_int(s, version);
        ptl_bind_string(s, files[i].path);
        ptl_bind_blob(s, files[i].content.ptr, files[i].content.len);
        const ptl_status st = ptl_sql_run(s, err);
        if (st != PTL_OK)
            return ptl_error_prefix(err, st, "configuration file \"%s\"", files[i].path);
    }
    return PTL_OK;
}

static ptl_status add_version(ptl_config_version *version, ptl_records *records,
                              const ptl_config_file *files, int64_t n_files, ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "config_add", err));
    ptl_bind_hash(s, &version->hash);
    ptl_bind_int(s, version->applied_at);
    ptl_bind_string(s, version->actor);
    ptl_bind_string(s, version->difference);
    PTL_TRY(ptl_sql_run_int(&version->version, NULL, s, err));
    PTL_TRY(add_files(records, version->version, files, n_files, err));
    PTL_TRY(ptl_sql_use(&s, records->sql, "config_point", err));
    ptl_bind_int(s, version->version);
    return ptl_sql_run(s, err);
}

ptl_status ptl_config_add(ptl_config_version *version, ptl_records *records,
                          const ptl_config_file *files, int64_t n_files, ptl_error *err)
{
    PTL_TRY(check(version, files, n_files, err));
    const int64_t before = version->version;
    PTL_TRY(ptl_sql_begin(records->sql, err));
    const ptl_status st = add_version(version, records, files, n_files, err);
    const ptl_status end = ptl_sql_end(records->sql, st, err);
    if (end != PTL_OK) version->version = before;
    return end;
}

static ptl_status read_version(ptl_config_version *out, const ptl_statement *s, ptl_arena *arena,
                               ptl_error *err)
{
    out->version = ptl_row_int(s, 0);
    PTL_TRY(ptl_row_hash(&out->hash, s, 1, err));
    out->applied_at = ptl_row_int(s, 2);
    PTL_TRY(ptl_row_string(&out->actor, s, 3, arena, err));
    return ptl_row_string(&out->difference, s, 4, arena, err);
}

ptl_status ptl_config_in_force(ptl_config_version *out, ptl_records *records, ptl_arena *arena,
                               ptl_error *err)
{
    memset(out, 0, sizeof *out);
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "config_in_force", err));
    bool row;
    PTL_TRY(ptl_sql_step(&row, s, err));
    if (!row) return PTL_OK;
    const ptl_status st = read_version(out, s, arena, err);
    ptl_sql_reset(s);
    return st;
}

/* How many files the version has; every version has one at least. */
static ptl_status count_files(int64_t *n, ptl_records *records, int64_t version, ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "config_file_count", err));
    ptl_bind_int(s, version);
    PTL_TRY(ptl_sql_run_int(n, NULL, s, err));
    if (*n > 0) return PTL_OK;
    return ptl_fail(err, PTL_E_NOT_FOUND, "configuration version %lld does not exist",
                    (long long)version);
}

static ptl_status read_file(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    ptl_config_file *out = row;
    PTL_TRY(ptl_row_string(&out->path, s, 0, arena, err));
    const ptl_text content = ptl_row_bytes(s, 1);
    out->content.ptr = ptl_text_copy(content, arena, err);
    out->content.len = content.len;
    return out->content.ptr ? PTL_OK : PTL_E_NO_MEMORY;
}

ptl_status ptl_config_files(ptl_config_file **out, int64_t *n, ptl_records *records,
                            int64_t version, ptl_arena *arena, ptl_error *err)
{
    int64_t count;
    *n = 0;
    PTL_TRY(count_files(&count, records, version, err));
    ptl_record_list list = {.n = n, .limit = count, .row_bytes = sizeof **out, .read = read_file};
    PTL_TRY(ptl_records_list(&list, records, NULL, "config_files", arena, err));
    *out = list.rows;
    ptl_bind_int(list.s, version);
    return ptl_records_list_read(&list, err);
}
