/* restore.c: a back-up verified, then laid down in one step.
 *
 *     manifest ─▶ every file's hash ─▶ copy into <dir>.restoring ─▶ open both stores there,
 *     recompute the ledger, compare its head ─▶ rename to <dir>
 *
 * Invariants. 1. `dir` is missing or empty before, and complete after; a failure or a crash leaves
 * it as it was. 2. The back-up is only read. 3. What is copied is hashed again while it is copied,
 * so that a file replaced after the first look is found too. */
#include "store/store_internal.h"

#include "base/file.h"
#include "store/durable.h"
#include "store/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { RESTORE_ARENA_MAX = 512 * 1024 * 1024, REMOVE_DEPTH = 16 };

/* --- folders ---------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st, (void)kind, (void)walk;
    remove(path);
    return 0;
}

void ptl_folder_remove(const char *path)
{
    nftw(path, remove_one, REMOVE_DEPTH, FTW_DEPTH | FTW_PHYS);
}

ptl_status ptl_folder_is_empty(bool *out, char found[256], const char *dir, ptl_error *err)
{
    *out = true;
    DIR *folder = opendir(dir);
    if (!folder && errno == ENOENT) return PTL_OK;
    if (!folder) return ptl_io_fail(err, errno, "read the folder", dir);
    for (const struct dirent *e = readdir(folder); e && *out; e = readdir(folder)) {
        *out = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
        if (!*out) snprintf(found, 256, "%s", e->d_name);
    }
    closedir(folder);
    return PTL_OK;
}

static ptl_status check_target(const char *dir, ptl_error *err)
{
    bool empty;
    char found[256];
    PTL_TRY(ptl_folder_is_empty(&empty, found, dir, err));
    if (empty) return PTL_OK;
    ptl_fail(err, PTL_E_CONFLICT, "cannot restore into \"%s\": it is not empty", dir);
    ptl_error_detail(err, "it holds \"%s\"", found);
    ptl_error_hint(err, "restore into a new workspace, or move this folder away first");
    return PTL_E_CONFLICT;
}

/* --- files ------------------------------------------------------------------------------------ */

static ptl_status differs(const ptl_manifest_file *file, ptl_error *err)
{
    ptl_fail(err, PTL_E_CORRUPT, "back-up file \"%s\" is not what was backed up", file->path);
    ptl_error_hint(err, "nothing was restored; use another back-up");
    return PTL_E_CORRUPT;
}

static ptl_status verify_file(const char *from, const ptl_manifest_file *file,
                              ptl_progress *progress, ptl_error *err)
{
    char path[PTL_STORE_PATH_MAX];
    PTL_TRY(ptl_store_path(path, from, file->path, err));
    ptl_hash hash;
    ptl_file_stamp stamp;
    PTL_TRY(ptl_file_stamp_of(&stamp, path, err));
    if (stamp.bytes != file->n_bytes) return differs(file, err);
    PTL_TRY(ptl_file_hash(&hash, path, progress, err));
    return ptl_hash_equal(hash, file->hash) ? PTL_OK : differs(file, err);
}

static ptl_status copy_file(const char *from, const char *to, const ptl_manifest_file *file,
                            ptl_progress *progress, ptl_error *err)
{
    char source[PTL_STORE_PATH_MAX], target[PTL_STORE_PATH_MAX];
    PTL_TRY(ptl_store_path(source, from, file->path, err));
    PTL_TRY(ptl_store_path(target, to, file->path, err));
    ptl_hash hash;
    int64_t n_bytes;
    PTL_TRY(ptl_durable_copy(&hash, &n_bytes, source, target, progress, err));
    return ptl_hash_equal(hash, file->hash) ? PTL_OK : differs(file, err);
}

static ptl_status copy_files(const char *from, const char *to, const ptl_manifest *manifest,
                             ptl_progress *progress, ptl_error *err)
{
    char folder[PTL_STORE_PATH_MAX];
    PTL_TRY(ptl_store_path(folder, to, PTL_ARTEFACT_FOLDER, err));
    PTL_TRY(ptl_folder_make(folder, 0700, err));
    for (int64_t i = 0; i < manifest->n_files; i++) {
        PTL_TRY(copy_file(from, to, &manifest->files[i], progress, err));
        ptl_progress_step(progress, "copying the back-up", i + 1, manifest->n_files);
    }
    return ptl_durable_folder(folder, err);
}

/* --- the stores in the copy ------------------------------------------------------------------- */

static ptl_status check_ledger(ptl_records *records, ptl_ledger_head expected,
                               ptl_progress *progress, ptl_error *err)
{
    ptl_ledger_verdict verdict;
    PTL_TRY(ptl_ledger_verify(&verdict, records, progress, err));
    if (!verdict.holds)
        return ptl_fail(err, PTL_E_CORRUPT, "the back-up's ledger does not hold: %s",
                        verdict.fault);
    if (verdict.head.size == expected.size && ptl_hash_equal(verdict.head.root, expected.root))
        return PTL_OK;
    return ptl_fail(err, PTL_E_CORRUPT,
                    "the back-up's ledger has another head than its manifest: %lld entries, not "
                    "%lld, or another root",
                    (long long)verdict.head.size, (long long)expected.size);
}

static ptl_status check_records(const char *dir, ptl_ledger_head expected, ptl_progress *progress,
                                ptl_error *err)
{
    char path[PTL_STORE_PATH_MAX];
    ptl_records *records;
    PTL_TRY(ptl_store_path(path, dir, PTL_RECORDS_FILE, err));
    PTL_TRY(ptl_records_open(&records, path, err));
    const ptl_status st = check_ledger(records, expected, progress, err);
    ptl_records_close(records);
    return st;
}

static ptl_status check_warehouse(const char *dir, ptl_error *err)
{
    char path[PTL_STORE_PATH_MAX];
    ptl_warehouse *warehouse;
    const ptl_warehouse_options options = ptl_warehouse_options_default();
    PTL_TRY(ptl_store_path(path, dir, PTL_WAREHOUSE_FILE, err));
    PTL_TRY(ptl_warehouse_open(&warehouse, path, &options, err));
    ptl_warehouse_close(warehouse);
    return PTL_OK;
}

static ptl_status fill(const char *from, const char *staging, const ptl_manifest *manifest,
                       ptl_progress *progress, ptl_error *err)
{
    PTL_TRY(copy_files(from, staging, manifest, progress, err));
    PTL_TRY(check_records(staging, manifest->head, progress, err));
    return check_warehouse(staging, err);
}

static ptl_status make_staging(char out[PTL_STORE_PATH_MAX], const char *dir, ptl_error *err)
{
    size_t len = strlen(dir);
    while (len > 1 && dir[len - 1] == '/') len--;
    const int n = snprintf(out, PTL_STORE_PATH_MAX, "%.*s.restoring", (int)len, dir);
    if (n < 0 || n >= PTL_STORE_PATH_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "path \"%.200s…\" is too long", dir);
    const char *slash = strrchr(out, '/');
    if (slash && slash > out) {
        char parent[PTL_STORE_PATH_MAX];
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - out), out);
        PTL_TRY(ptl_folder_make(parent, 0700, err));
    }
    if (mkdir(out, 0700) == 0) return PTL_OK;
    if (errno != EEXIST) return ptl_io_fail(err, errno, "make the folder", out);
    ptl_fail(err, PTL_E_CONFLICT, "\"%s\" is there: another restore runs or was interrupted", out);
    ptl_error_hint(err, "if none runs, remove that folder and restore again");
    return PTL_E_CONFLICT;
}

static ptl_status lay_down(const char *from, const char *dir, const ptl_manifest *manifest,
                           ptl_progress *progress, ptl_error *err)
{
    char staging[PTL_STORE_PATH_MAX];
    PTL_TRY(make_staging(staging, dir, err));
    ptl_status st = fill(from, staging, manifest, progress, err);
    if (st == PTL_OK) st = ptl_durable_file(staging, err);        /* the names in the folder */
    if (st == PTL_OK) st = ptl_durable_rename(staging, dir, err); /* over an empty folder at most */
    if (st != PTL_OK) ptl_folder_remove(staging);
    return st;
}

static ptl_status restore(const char *from, const char *dir, ptl_arena *arena,
                          ptl_progress *progress, ptl_error *err)
{
    ptl_manifest manifest;
    PTL_TRY(check_target(dir, err));
    PTL_TRY(ptl_manifest_read(&manifest, from, arena, err));
    for (int64_t i = 0; i < manifest.n_files; i++) {
        PTL_TRY(verify_file(from, &manifest.files[i], progress, err));
        ptl_progress_step(progress, "verifying the back-up", i + 1, manifest.n_files);
    }
    return lay_down(from, dir, &manifest, progress, err);
}

ptl_status ptl_store_restore(const char *from, const char *dir, ptl_progress *progress,
                             ptl_error *err)
{
    ptl_arena arena;
    ptl_arena_init(&arena, RESTORE_ARENA_MAX, NULL);
    const ptl_status st = restore(from, dir, &arena, progress, err);
    ptl_arena_dispose(&arena);
    return st;
}
