/* spill.h: more records than memory holds, sorted.
 *
 * Records of one size are put into buckets (weeks) in any order; each bucket is read back alone and
 * sorted. A bucket gathers a block and appends it to one unnamed file, so memory is a block a
 * bucket while writing and one bucket while reading. */
#ifndef PTL_SIMULATE_SPILL_H
#define PTL_SIMULATE_SPILL_H

#include "portolan/arena.h"

typedef struct ptl_spill ptl_spill;

/** `dir` is where the file lies while it is needed; it has no name there. */
PTL_NODISCARD ptl_status ptl_spill_new(ptl_spill **out, const char *dir, int64_t n_buckets,
                                       size_t record_bytes, ptl_error *err);
void ptl_spill_free(ptl_spill *spill);

PTL_NODISCARD ptl_status ptl_spill_put(ptl_spill *spill, int64_t bucket, const void *record,
                                       ptl_error *err);

/** The records of a bucket in the order of `compare`, which no two may tie in; borrowed until the
 * next call. */
PTL_NODISCARD ptl_status ptl_spill_sorted(void **records, int64_t *n, ptl_spill *spill,
                                          int64_t bucket,
                                          int (*compare)(const void *a, const void *b),
                                          ptl_error *err);

#endif
