/* store.c: the two stores of a workspace, opened in order (store.h).
 *
 *     folder ─▶ lock ─▶ records ─▶ warehouse ─▶ keys ─▶ settlement
 *
 * Nothing of either store is touched before the lock is held; closing goes the other way. */
#include "store/store_internal.h"

#include "base/clock.h"
#include "base/file.h"
#include "store/memory.h"

#include <stdio.h>
#include <string.h>

ptl_store_options ptl_store_options_default(void)
{
    return (ptl_store_options){.size = sizeof(ptl_store_options),
                               .doing = "portolan",
                               .wait_ms = 0,
                               .now = ptl_clock_now(),
                               .warehouse = ptl_warehouse_options_default()};
}

ptl_status ptl_store_path(char out[PTL_STORE_PATH_MAX], const char *dir, const char *name,
                          ptl_error *err)
{
    const int len = snprintf(out, PTL_STORE_PATH_MAX, "%s/%s", dir, name);
    if (len >= 0 && len < PTL_STORE_PATH_MAX) return PTL_OK;
    return ptl_fail(err, PTL_E_LIMIT, "path \"%.200s…\" is longer than %d bytes", dir,
                    PTL_STORE_PATH_MAX - 1);
}

static ptl_status take_lock(ptl_store *store, const ptl_store_options *options, ptl_error *err)
{
    char path[PTL_STORE_PATH_MAX];
    PTL_TRY(ptl_folder_make(store->dir, 0700, err));
    PTL_TRY(ptl_store_path(path, store->dir, "lock", err));
    return ptl_lock_take(&store->lock, path, options->doing, options->wait_ms, err);
}

static ptl_status open_stores(ptl_store *store, const ptl_store_options *options, ptl_error *err)
{
    char path[PTL_STORE_PATH_MAX];
    PTL_TRY(ptl_store_path(path, store->dir, PTL_ARTEFACT_FOLDER, err));
    PTL_TRY(ptl_folder_make(path, 0700, err));
    PTL_TRY(ptl_store_path(path, store->dir, PTL_RECORDS_FILE, err));
    PTL_TRY(ptl_records_open(&store->records, path, err));
    PTL_TRY(ptl_store_path(path, store->dir, PTL_WAREHOUSE_FILE, err));
    PTL_TRY(ptl_warehouse_open(&store->warehouse, path, &options->warehouse, err));
    return ptl_seal_open(&store->seal, store->records, err);
}

ptl_status ptl_store_dir_copy(ptl_store *store, const char *dir, ptl_error *err)
{
    const size_t dir_bytes = strlen(dir) + 1;
    store->dir = ptl_object_new(dir_bytes, "store", err);
    if (!store->dir) return PTL_E_NO_MEMORY;
    memcpy(store->dir, dir, dir_bytes);
    return PTL_OK;
}

static ptl_status open_all(ptl_store *store, const char *dir, const ptl_store_options *options,
                           ptl_error *err)
{
    PTL_TRY(ptl_store_dir_copy(store, dir, err));
    PTL_TRY(take_lock(store, options, err));
    PTL_TRY(open_stores(store, options, err));
    return ptl_store_settle(store, options->now, err);
}

ptl_status ptl_store_open(ptl_store *out, const char *dir, const ptl_store_options *options,
                          ptl_error *err)
{
    const ptl_store_options defaults = ptl_store_options_default();
    memset(out, 0, sizeof *out);
    const ptl_status st = open_all(out, dir, options ? options : &defaults, err);
    if (st != PTL_OK) ptl_store_close(out);
    return st;
}

void ptl_store_close(ptl_store *store)
{
    if (!store) return;
    ptl_memo_dispose(&store->fit);
    ptl_seal_close(store->seal);
    ptl_warehouse_close(store->warehouse);
    ptl_records_close(store->records);
    ptl_lock_release(store->lock);
    ptl_object_free(store->dir, store->dir ? strlen(store->dir) + 1 : 0);
    memset(store, 0, sizeof *store);
}
