/* flatbuffer.h: a FlatBuffers writer, as much of it as Arrow's messages need (flatbuffers.dev,
 * "FlatBuffers Internals").
 *
 * A buffer is built from its end: what is referred to is written before what refers to it. A
 * position is a distance from the end, so it stays right while the front grows. A failure (the
 * ceiling) is sticky and comes out of ptl_flat_finish. */
#ifndef PTL_OPS_FLATBUFFER_H
#define PTL_OPS_FLATBUFFER_H

#include "base/text.h"

enum { PTL_FLAT_BYTES_MAX = 64 * 1024, PTL_FLAT_FIELDS_MAX = 8 };

typedef struct ptl_flat {
    uint8_t bytes[PTL_FLAT_BYTES_MAX];
    size_t used; /* at the end of `bytes` */
    bool is_full;
    size_t fields[PTL_FLAT_FIELDS_MAX]; /* of the open table: positions, 0: absent */
    size_t table_start;
} ptl_flat;

typedef size_t ptl_flat_at;

void ptl_flat_init(ptl_flat *flat);

/** A string; a vector of `n` positions; a vector of `n` structs of `words` 64-bit integers. */
ptl_flat_at ptl_flat_text(ptl_flat *flat, ptl_text text);
ptl_flat_at ptl_flat_vector(ptl_flat *flat, const ptl_flat_at *items, int64_t n);
ptl_flat_at ptl_flat_structs(ptl_flat *flat, const int64_t *values, int64_t n, int32_t words);

/* One table at a time: begin, its fields by number, end. `bytes` of a scalar: 1, 2, 4, 8. */
void ptl_flat_table(ptl_flat *flat);
void ptl_flat_scalar(ptl_flat *flat, int32_t field, int64_t value, int32_t bytes);
void ptl_flat_refer(ptl_flat *flat, int32_t field, ptl_flat_at to);
ptl_flat_at ptl_flat_table_end(ptl_flat *flat);

/** The whole buffer with `root` as its table; its length is a multiple of 8. */
PTL_NODISCARD ptl_status ptl_flat_finish(ptl_text *out, ptl_flat *flat, ptl_flat_at root,
                                         ptl_error *err);

#endif
