/* load_hash.c: the hash of a file, taken while the file is loaded.
 *
 * Whether a file is new is asked of its hash, so as a rule it is hashed first: to say "nothing new"
 * about last night's file must not cost a load. Where no load that counts could be the same (none
 * of this source through this mapping, or the load is forced), the answer is known before the hash
 * is; then a thread hashes while others read. load.c joins it before it looks whether the file is
 * as it was, so the hash is covered by that look too. */
#include "store/duckdb/load_internal.h"

#include "base/file.h"

#include <stdlib.h>

struct ptl_load_hashing {
    const char *path;
    pthread_t thread;
    ptl_progress progress; /* nobody listens; only to be cancelled */
    ptl_hash hash;
    ptl_status status;
    ptl_error error;
};

static void *hash_on(void *opaque)
{
    ptl_load_hashing *hashing = opaque;
    hashing->status =
        ptl_file_hash(&hashing->hash, hashing->path, &hashing->progress, &hashing->error);
    return NULL;
}

ptl_status ptl_load_hashing_start(ptl_load_hashing **out, const char *path, ptl_error *err)
{
    *out = NULL;
    ptl_load_hashing *hashing = calloc(1, sizeof *hashing);
    if (!hashing) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to hash %s", path);
    hashing->path = path;
    ptl_progress_init(&hashing->progress, NULL, NULL);
    if (pthread_create(&hashing->thread, NULL, hash_on, hashing) == 0) {
        *out = hashing;
        return PTL_OK;
    }
    free(hashing);
    return ptl_fail(err, PTL_E_UNAVAILABLE, "the system gives no thread to hash with");
}

ptl_status ptl_load_hashing_end(ptl_hash *out, ptl_load_hashing **hashing, ptl_error *err)
{
    ptl_load_hashing *h = *hashing;
    *hashing = NULL;
    (void)pthread_join(h->thread, NULL);
    const ptl_status st = h->status;
    if (st == PTL_OK)
        *out = h->hash;
    else if (err)
        *err = h->error;
    free(h);
    return st;
}

void ptl_load_hashing_stop(ptl_load_hashing *hashing)
{
    if (!hashing) return;
    ptl_progress_cancel(&hashing->progress);
    (void)pthread_join(hashing->thread, NULL);
    free(hashing);
}
