/* artefact.c: what models leave behind, as files named by the SHA-256 of their bytes.
 *
 * The file is complete and durable before the record that names it is written, so a name found in
 * records always leads to bytes. Equal bytes are one file. A file that was damaged is found when it
 * is read, and put back by putting the same bytes again. */
#include "store/store_internal.h"

#include "base/file.h"
#include "store/limits.h"

#include <stdio.h>

static ptl_status artefact_path(char out[PTL_STORE_PATH_MAX], const ptl_store *store, ptl_hash hash,
                                ptl_error *err)
{
    char hex[PTL_HASH_HEX], name[sizeof PTL_ARTEFACT_FOLDER + PTL_HASH_HEX];
    ptl_hash_format(hex, hash);
    snprintf(name, sizeof name, "%s/%s", PTL_ARTEFACT_FOLDER, hex);
    return ptl_store_path(out, store->dir, name, err);
}

ptl_status ptl_store_artefact_put(ptl_hash *out, const ptl_store *store, ptl_text bytes,
                                  ptl_error *err)
{
    if (bytes.len > (size_t)PTL_ARTEFACT_BYTES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "artefact of %zu bytes, at most %lld are allowed",
                        bytes.len, (long long)PTL_ARTEFACT_BYTES_MAX);
    char path[PTL_STORE_PATH_MAX];
    *out = ptl_hash_bytes(bytes.ptr, bytes.len);
    PTL_TRY(artefact_path(path, store, *out, err));
    ptl_hash there;
    const bool kept = ptl_file_exists(path) && ptl_file_hash(&there, path, NULL, NULL) == PTL_OK &&
                      ptl_hash_equal(there, *out);
    return kept ? PTL_OK : ptl_file_write(path, bytes, 0600, err);
}

ptl_status ptl_store_artefact_get(ptl_text *out, const ptl_store *store, ptl_hash hash,
                                  ptl_arena *arena, ptl_error *err)
{
    char path[PTL_STORE_PATH_MAX];
    PTL_TRY(artefact_path(path, store, hash, err));
    PTL_TRY(ptl_file_read(out, path, (size_t)PTL_ARTEFACT_BYTES_MAX, arena, err));
    if (ptl_hash_equal(ptl_hash_bytes(out->ptr, out->len), hash)) return PTL_OK;
    ptl_fail(err, PTL_E_CORRUPT, "artefact \"%s\" does not hold the bytes of its name", path);
    ptl_error_hint(err, "run the operation that made it again, or restore a back-up");
    return PTL_E_CORRUPT;
}
