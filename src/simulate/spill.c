/* spill.c: buckets on disk (spill.h). The file is a row of blocks of one size; each block names the
 * bucket's block before it in memory, so a bucket is read by following its chain. */
#include "simulate/spill.h"

#include "simulate/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct bucket {
    char *block;        /* PTL_SIM_SPILL_BYTES at most, taken when first needed */
    int64_t n_block;    /* records in it                                        */
    int64_t n;          /* records of the bucket                                */
    int64_t last_block; /* of its chain in the file; -1: none                   */
} bucket;

struct ptl_spill {
    int fd;
    size_t record_bytes;
    int64_t block_records; /* of a full block */
    int64_t n_buckets;
    bucket *buckets;
    int64_t *before; /* of each block in the file, the bucket's block before it */
    int64_t n_blocks, blocks_capacity;
    char *sorted;
    size_t sorted_bytes;
};

static ptl_status no_memory(ptl_error *err)
{
    return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to sort events by week");
}

static ptl_status open_unnamed(int *fd, const char *dir, ptl_error *err)
{
    char path[512];
    if (snprintf(path, sizeof path, "%s/.sorting-XXXXXX", dir) >= (int)sizeof path)
        return ptl_fail(err, PTL_E_LIMIT, "the folder's name is too long: %s", dir);
    *fd = mkostemp(path, O_CLOEXEC);
    if (*fd < 0) return ptl_fail(err, PTL_E_IO, "%s cannot be created: %s", path, strerror(errno));
    unlink(path);
    return PTL_OK;
}

ptl_status ptl_spill_new(ptl_spill **out, const char *dir, int64_t n_buckets, size_t record_bytes,
                         ptl_error *err)
{
    ptl_spill *s = calloc(1, sizeof *s);
    bucket *buckets = calloc((size_t)n_buckets, sizeof *buckets);
    if (!s || !buckets) {
        free(s);
        free(buckets);
        return no_memory(err);
    }
    *s = (ptl_spill){.fd = -1,
                     .record_bytes = record_bytes,
                     .block_records = (int64_t)(PTL_SIM_SPILL_BYTES / record_bytes),
                     .n_buckets = n_buckets,
                     .buckets = buckets};
    for (int64_t i = 0; i < n_buckets; i++) buckets[i].last_block = -1;
    const ptl_status st = open_unnamed(&s->fd, dir, err);
    if (st != PTL_OK)
        ptl_spill_free(s);
    else
        *out = s;
    return st;
}

void ptl_spill_free(ptl_spill *s)
{
    if (!s) return;
    for (int64_t i = 0; i < s->n_buckets; i++) free(s->buckets[i].block);
    if (s->fd >= 0) close(s->fd);
    free(s->buckets);
    free(s->before);
    free(s->sorted);
    free(s);
}

static size_t block_bytes(const ptl_spill *s)
{
    return (size_t)s->block_records * s->record_bytes;
}

static ptl_status append_block(ptl_spill *s, bucket *b, ptl_error *err)
{
    if (s->n_blocks == s->blocks_capacity) {
        const int64_t more = s->blocks_capacity ? 2 * s->blocks_capacity : 256;
        int64_t *grown = realloc(s->before, (size_t)more * sizeof *grown);
        if (!grown) return no_memory(err);
        s->before = grown;
        s->blocks_capacity = more;
    }
    const off_t at = (off_t)s->n_blocks * (off_t)block_bytes(s);
    const ssize_t n = pwrite(s->fd, b->block, block_bytes(s), at);
    if (n != (ssize_t)block_bytes(s))
        return ptl_fail(err, PTL_E_IO, "events cannot be kept on disk: %s", strerror(errno));
    s->before[s->n_blocks] = b->last_block;
    b->last_block = s->n_blocks++;
    b->n_block = 0;
    return PTL_OK;
}

ptl_status ptl_spill_put(ptl_spill *s, int64_t idx, const void *record, ptl_error *err)
{
    if (idx < 0 || idx >= s->n_buckets)
        return ptl_fail(err, PTL_E_INTERNAL, "an event lies outside the weeks: %lld",
                        (long long)idx);
    bucket *b = &s->buckets[idx];
    if (!b->block && !(b->block = malloc(block_bytes(s)))) return no_memory(err);
    if (b->n_block == s->block_records) PTL_TRY(append_block(s, b, err));
    memcpy(b->block + (size_t)b->n_block * s->record_bytes, record, s->record_bytes);
    b->n_block++;
    b->n++;
    return PTL_OK;
}

static ptl_status make_room(ptl_spill *s, size_t bytes, ptl_error *err)
{
    if (bytes <= s->sorted_bytes) return PTL_OK;
    free(s->sorted);
    s->sorted = malloc(bytes);
    s->sorted_bytes = s->sorted ? bytes : 0;
    return s->sorted ? PTL_OK : no_memory(err);
}

ptl_status ptl_spill_sorted(void **records, int64_t *n, ptl_spill *s, int64_t idx,
                            int (*compare)(const void *a, const void *b), ptl_error *err)
{
    const bucket *b = &s->buckets[idx];
    PTL_TRY(make_room(s, (size_t)b->n * s->record_bytes, err));
    const size_t in_memory = (size_t)b->n_block * s->record_bytes;
    char *at = s->sorted; /* NULL where nothing was added */
    if (in_memory > 0) {
        memcpy(at, b->block, in_memory);
        at += in_memory;
    }
    for (int64_t block = b->last_block; block >= 0; block = s->before[block]) {
        const off_t from = (off_t)block * (off_t)block_bytes(s);
        if (pread(s->fd, at, block_bytes(s), from) != (ssize_t)block_bytes(s))
            return ptl_fail(err, PTL_E_IO, "events cannot be read back: %s", strerror(errno));
        at += block_bytes(s);
    }
    if (b->n > 0) qsort(s->sorted, (size_t)b->n, s->record_bytes, compare);
    *records = s->sorted;
    *n = b->n;
    return PTL_OK;
}
