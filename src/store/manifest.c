/* manifest.c: see manifest.h. */
#include "store/manifest.h"

#include "base/file.h"
#include "store/limits.h"
#include "store/store_internal.h"

#include <jansson.h>
#include <string.h>

static void write_files(ptl_json *json, const ptl_manifest *manifest)
{
    ptl_json_key(json, "files");
    ptl_json_array(json);
    for (int64_t i = 0; i < manifest->n_files; i++) {
        char hex[PTL_HASH_HEX];
        ptl_hash_format(hex, manifest->files[i].hash);
        ptl_json_object(json);
        ptl_json_put_string(json, "path", manifest->files[i].path);
        ptl_json_put_int(json, "bytes", manifest->files[i].n_bytes);
        ptl_json_put_string(json, "sha256", hex);
        ptl_json_object_end(json);
    }
    ptl_json_array_end(json);
}

static ptl_status encode(ptl_buffer *out, const ptl_manifest *manifest, ptl_instant made_at,
                         ptl_error *err)
{
    char at[40], root[PTL_HASH_HEX];
    ptl_instant_format(at, made_at);
    ptl_hash_format(root, manifest->head.root);
    ptl_json json;
    ptl_json_init_buffer(&json, out, 2, err);
    ptl_json_object(&json);
    ptl_json_put_int(&json, "format", PTL_MANIFEST_FORMAT);
    ptl_json_put_string(&json, "program", PTL_VERSION);
    ptl_json_put_string(&json, "engine", ptl_warehouse_engine());
    ptl_json_put_string(&json, "made_at", at);
    ptl_json_key(&json, "ledger");
    ptl_json_object(&json);
    ptl_json_put_int(&json, "size", manifest->head.size);
    ptl_json_put_string(&json, "root", root);
    ptl_json_object_end(&json);
    write_files(&json, manifest);
    ptl_json_object_end(&json);
    return ptl_json_finish(&json);
}

ptl_status ptl_manifest_write(const char *folder, const ptl_manifest *manifest, ptl_instant made_at,
                              ptl_error *err)
{
    char path[PTL_STORE_PATH_MAX];
    PTL_TRY(ptl_store_path(path, folder, PTL_MANIFEST_FILE, err));
    ptl_buffer buffer;
    ptl_buffer_init(&buffer, PTL_MANIFEST_BYTES_MAX, NULL);
    ptl_status st = encode(&buffer, manifest, made_at, err);
    if (st == PTL_OK) st = ptl_file_write(path, ptl_buffer_borrow(&buffer), 0600, err);
    ptl_buffer_dispose(&buffer);
    return st;
}

/* --- read ------------------------------------------------------------------------------------- */

static ptl_status broken(const char *what, ptl_error *err)
{
    ptl_fail(err, PTL_E_CORRUPT, "manifest.json of the back-up: %s", what);
    ptl_error_hint(err, "use another back-up");
    return PTL_E_CORRUPT;
}

static ptl_status read_hash(ptl_hash *out, const json_t *object, const char *key, ptl_error *err)
{
    const char *hex = json_string_value(json_object_get(object, key));
    if (!hex || ptl_hash_parse(out, ptl_text_of(hex), NULL) != PTL_OK)
        return broken("a hash is missing or not 64 hexadecimal digits", err);
    return PTL_OK;
}

/* A path decides where restore writes: only the names we give ourselves, and an artefact only
 * under the hash it is stated to have. */
static bool path_allowed(const char *path, ptl_hash hash)
{
    static const char folder[] = PTL_ARTEFACT_FOLDER "/";
    if (strcmp(path, PTL_RECORDS_FILE) == 0 || strcmp(path, PTL_WAREHOUSE_FILE) == 0) return true;
    char hex[PTL_HASH_HEX];
    ptl_hash_format(hex, hash);
    return strncmp(path, folder, sizeof folder - 1) == 0 &&
           strcmp(path + sizeof folder - 1, hex) == 0;
}

static ptl_status read_file(ptl_manifest_file *out, const json_t *json, ptl_arena *arena,
                            ptl_error *err)
{
    const char *path = json_string_value(json_object_get(json, "path"));
    const json_t *bytes = json_object_get(json, "bytes");
    if (!path || !json_is_integer(bytes) || json_integer_value(bytes) < 0)
        return broken("a file without path or bytes", err);
    PTL_TRY(read_hash(&out->hash, json, "sha256", err));
    if (!path_allowed(path, out->hash)) return broken("a file that is no part of a back-up", err);
    out->n_bytes = json_integer_value(bytes);
    out->path = ptl_text_copy(ptl_text_of(path), arena, err);
    return out->path ? PTL_OK : PTL_E_NO_MEMORY;
}

static int64_t count_named(const ptl_manifest *manifest, const char *path)
{
    int64_t n = 0;
    for (int64_t i = 0; i < manifest->n_files; i++) n += strcmp(manifest->files[i].path, path) == 0;
    return n;
}

static ptl_status read_files(ptl_manifest *out, const json_t *files, ptl_arena *arena,
                             ptl_error *err)
{
    const size_t n = json_array_size(files);
    if (n < 2 || n > PTL_MANIFEST_FILES_MAX) return broken("the list of files is missing", err);
    out->files = ptl_arena_array(arena, (int64_t)n, sizeof *out->files, err);
    if (!out->files) return PTL_E_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        PTL_TRY(read_file(&out->files[i], json_array_get(files, i), arena, err));
    out->n_files = (int64_t)n;
    if (count_named(out, PTL_RECORDS_FILE) != 1 || count_named(out, PTL_WAREHOUSE_FILE) != 1)
        return broken("records.sqlite and warehouse.duckdb must be listed once each", err);
    return PTL_OK;
}

static ptl_status read_json(ptl_manifest *out, const json_t *json, ptl_arena *arena, ptl_error *err)
{
    const json_t *format = json_object_get(json, "format");
    if (!json_is_integer(format)) return broken("it states no format", err);
    if (json_integer_value(format) > PTL_MANIFEST_FORMAT)
        return ptl_fail(err, PTL_E_VERSION,
                        "the back-up has format %lld, this program knows up to %d",
                        (long long)json_integer_value(format), PTL_MANIFEST_FORMAT);
    const json_t *ledger = json_object_get(json, "ledger");
    const json_t *size = json_object_get(ledger, "size");
    if (!json_is_integer(size)) return broken("it states no size of the ledger", err);
    out->head.size = json_integer_value(size);
    PTL_TRY(read_hash(&out->head.root, ledger, "root", err));
    return read_files(out, json_object_get(json, "files"), arena, err);
}

ptl_status ptl_manifest_read(ptl_manifest *out, const char *folder, ptl_arena *arena,
                             ptl_error *err)
{
    memset(out, 0, sizeof *out);
    char path[PTL_STORE_PATH_MAX];
    ptl_text text;
    PTL_TRY(ptl_store_path(path, folder, PTL_MANIFEST_FILE, err));
    if (!ptl_file_exists(path)) {
        ptl_fail(err, PTL_E_NOT_FOUND, "\"%s\" is no complete back-up: it has no manifest.json",
                 folder);
        ptl_error_hint(err, "manifest.json is written last; use a back-up that has one");
        return PTL_E_NOT_FOUND;
    }
    PTL_TRY(ptl_file_read(&text, path, PTL_MANIFEST_BYTES_MAX, arena, err));
    json_t *json = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    const ptl_status st = json ? read_json(out, json, arena, err) : broken("it is not JSON", err);
    json_decref(json);
    return st;
}
