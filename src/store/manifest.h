/* manifest.h: what a back-up says about itself, in manifest.json.
 *
 *     {"format":1, "program":"0.1.0", "engine":"DuckDB v1.5.6", "made_at":"2026-…Z",
 *      "ledger":{"size":12,"root":"<64 hex>"},
 *      "files":[{"path":"records.sqlite","bytes":90112,"sha256":"<64 hex>"}, …]}
 *
 * It is written last: a folder without it is no back-up. Paths are records.sqlite,
 * warehouse.duckdb and artefacts/<sha256>, nothing else; each once. */
#ifndef PTL_STORE_MANIFEST_H
#define PTL_STORE_MANIFEST_H

#include "store/ledger.h"

enum { PTL_MANIFEST_FORMAT = 1 };

typedef struct ptl_manifest_file {
    const char *path; /* relative to the back-up's folder */
    int64_t n_bytes;
    ptl_hash hash;
} ptl_manifest_file;

typedef struct ptl_manifest {
    ptl_ledger_head head;
    ptl_manifest_file *files;
    int64_t n_files;
} ptl_manifest;

/** Write the manifest of the back-up in `folder`. */
PTL_NODISCARD ptl_status ptl_manifest_write(const char *folder, const ptl_manifest *manifest,
                                            ptl_instant made_at, ptl_error *err);

/** Read and check it: E_NOT_FOUND where there is none, E_VERSION for a newer format, E_CORRUPT
 * where it is not what ptl_manifest_write writes. */
PTL_NODISCARD ptl_status ptl_manifest_read(ptl_manifest *out, const char *folder, ptl_arena *arena,
                                           ptl_error *err);

#endif
