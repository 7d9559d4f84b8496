/* backup.c: a consistent copy of a workspace's stores, made while they are open.
 *
 * Order matters. Records go first: a run that is still `started` in them may have its rows in the
 * warehouse copied later, and settles as done after a restore; the other way round a run could be
 * done without its rows. Artefacts come last: they are only ever added, and before the record that
 * names them. The manifest is written when everything else is durable. */
#include "store/store_internal.h"

#include "base/clock.h"
#include "base/file.h"
#include "store/durable.h"
#include "store/limits.h"
#include "store/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BACKUP_ARENA_MAX = 256 * 1024 * 1024 };

typedef struct backup {
    ptl_store *store;
    const char *to;
    ptl_manifest manifest;
    int64_t capacity;
    ptl_progress *progress;
    ptl_arena arena; /* owns the manifest's files */
} backup;

static ptl_status note_file(backup *b, const char *name, int64_t n_bytes, ptl_hash hash,
                            ptl_error *err)
{
    if (b->manifest.n_files == b->capacity)
        return ptl_fail(err, PTL_E_CONFLICT, "artefacts were added while they were copied");
    const char *path = ptl_text_copy(ptl_text_of(name), &b->arena, err);
    if (!path) return PTL_E_NO_MEMORY;
    b->manifest.files[b->manifest.n_files++] = (ptl_manifest_file){path, n_bytes, hash};
    return PTL_OK;
}

/* A store's copy was made by its engine: hash what lies there. */
static ptl_status note_copy(backup *b, const char *name, const char *path, ptl_error *err)
{
    ptl_hash hash;
    ptl_file_stamp stamp;
    PTL_TRY(ptl_durable_file(path, err));
    PTL_TRY(ptl_file_hash(&hash, path, b->progress, err));
    PTL_TRY(ptl_file_stamp_of(&stamp, path, err));
    return note_file(b, name, stamp.bytes, hash, err);
}

static ptl_status copy_stores(backup *b, ptl_error *err)
{
    char path[PTL_STORE_PATH_MAX];
    PTL_TRY(ptl_store_path(path, b->to, PTL_RECORDS_FILE, err));
    ptl_progress_step(b->progress, "copying records", -1, -1);
    PTL_TRY(ptl_records_copy(b->store->records, path, err));
    PTL_TRY(note_copy(b, PTL_RECORDS_FILE, path, err));
    PTL_TRY(ptl_progress_check(b->progress, err));
    PTL_TRY(ptl_store_path(path, b->to, PTL_WAREHOUSE_FILE, err));
    PTL_TRY(ptl_warehouse_copy(b->store->warehouse, path, b->progress, err));
    return note_copy(b, PTL_WAREHOUSE_FILE, path, err);
}

/* --- artefacts -------------------------------------------------------------------------------- */

static bool is_artefact(const char *name)
{
    ptl_hash hash;
    return ptl_hash_parse(&hash, ptl_text_of(name), NULL) == PTL_OK;
}

static ptl_status copy_artefact(backup *b, const char *hex, ptl_error *err)
{
    char name[sizeof PTL_ARTEFACT_FOLDER + PTL_HASH_HEX];
    char from[PTL_STORE_PATH_MAX], to[PTL_STORE_PATH_MAX];
    snprintf(name, sizeof name, "%s/%.64s", PTL_ARTEFACT_FOLDER, hex);
    PTL_TRY(ptl_store_path(from, b->store->dir, name, err));
    PTL_TRY(ptl_store_path(to, b->to, name, err));
    ptl_hash hash, expected;
    int64_t n_bytes;
    PTL_TRY(ptl_durable_copy(&hash, &n_bytes, from, to, b->progress, err));
    PTL_TRY(ptl_hash_parse(&expected, ptl_text_of(hex), err));
    if (!ptl_hash_equal(hash, expected))
        return ptl_fail(err, PTL_E_CORRUPT, "artefact \"%s\" does not hold the bytes of its name",
                        from);
    return note_file(b, name, n_bytes, hash, err);
}

/* Call for every artefact, or only count them where `b` is NULL. */
static ptl_status each_artefact(int64_t *n, const char *folder, backup *b, ptl_error *err)
{
    *n = 0;
    DIR *dir = opendir(folder);
    if (!dir) return ptl_io_fail(err, errno, "read the folder", folder);
    ptl_status st = PTL_OK;
    for (const struct dirent *e = readdir(dir); e && st == PTL_OK; e = readdir(dir)) {
        if (!is_artefact(e->d_name)) continue; /* ".", "..", a write that was interrupted */
        if (b) st = copy_artefact(b, e->d_name, err);
        ++*n;
    }
    closedir(dir);
    return st;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const ptl_manifest_file *)a)->path, ((const ptl_manifest_file *)b)->path);
}

static ptl_status copy_all(backup *b, ptl_error *err)
{
    char from[PTL_STORE_PATH_MAX], to[PTL_STORE_PATH_MAX];
    int64_t n;
    PTL_TRY(ptl_store_path(from, b->store->dir, PTL_ARTEFACT_FOLDER, err));
    PTL_TRY(ptl_store_path(to, b->to, PTL_ARTEFACT_FOLDER, err));
    PTL_TRY(ptl_folder_make(to, 0700, err));
    PTL_TRY(each_artefact(&n, from, NULL, err));
    b->capacity = n + 2;
    b->manifest.files = ptl_arena_array(&b->arena, b->capacity, sizeof *b->manifest.files, err);
    if (!b->manifest.files) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_ledger_head_get(&b->manifest.head, b->store->records, err));
    PTL_TRY(copy_stores(b, err));
    PTL_TRY(each_artefact(&n, from, b, err));
    PTL_TRY(ptl_durable_folder(to, err));
    qsort(b->manifest.files, (size_t)b->manifest.n_files, sizeof *b->manifest.files, by_path);
    return ptl_manifest_write(b->to, &b->manifest, ptl_clock_now(), err);
}

ptl_status ptl_store_backup(ptl_store *store, const char *to, ptl_progress *progress,
                            ptl_error *err)
{
    if (mkdir(to, 0700) != 0) {
        if (errno != EEXIST) return ptl_io_fail(err, errno, "make the folder", to);
        ptl_fail(err, PTL_E_CONFLICT, "back-up folder \"%s\" is already there", to);
        ptl_error_hint(err, "name a folder that does not exist: a back-up is never overwritten");
        return PTL_E_CONFLICT;
    }
    backup b = {.store = store, .to = to, .progress = progress};
    ptl_arena_init(&b.arena, BACKUP_ARENA_MAX, NULL);
    ptl_status st = copy_all(&b, err);
    if (st == PTL_OK) st = ptl_durable_folder(to, err);
    ptl_arena_dispose(&b.arena);
    if (st != PTL_OK) ptl_folder_remove(to);
    return st;
}
