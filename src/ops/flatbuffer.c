/* flatbuffer.c: see flatbuffer.h. Numbers are little-endian, whatever the machine. */
#include "ops/flatbuffer.h"

#include <string.h>

void ptl_flat_init(ptl_flat *flat)
{
    flat->used = 0;
    flat->is_full = false;
    flat->table_start = 0;
    memset(flat->fields, 0, sizeof flat->fields);
}

static void push_bytes(ptl_flat *flat, const void *bytes, size_t n)
{
    if (flat->is_full || n > PTL_FLAT_BYTES_MAX - flat->used) {
        flat->is_full = true;
        return;
    }
    flat->used += n;
    if (n > 0) memcpy(flat->bytes + PTL_FLAT_BYTES_MAX - flat->used, bytes, n);
}

static void push(ptl_flat *flat, int64_t value, size_t bytes)
{
    uint8_t little[8];
    for (size_t i = 0; i < 8; i++) little[i] = (uint8_t)((uint64_t)value >> (8 * i));
    push_bytes(flat, little, bytes);
}

/* Zeros, until what follows, after `ahead` bytes, stands at a multiple of `step` from the end. */
static void align(ptl_flat *flat, size_t step, size_t ahead)
{
    static const uint8_t zeros[8];
    push_bytes(flat, zeros, (step - (flat->used + ahead) % step) % step);
}

/* A reference is the distance from where it stands. */
static void push_reference(ptl_flat *flat, ptl_flat_at to)
{
    align(flat, 4, 0);
    push(flat, (int64_t)(flat->used + 4 - to), 4);
}

ptl_flat_at ptl_flat_text(ptl_flat *flat, ptl_text text)
{
    align(flat, 4, text.len + 1);
    push(flat, 0, 1);
    push_bytes(flat, text.ptr, text.len);
    push(flat, (int64_t)text.len, 4);
    return flat->used;
}

ptl_flat_at ptl_flat_vector(ptl_flat *flat, const ptl_flat_at *items, int64_t n)
{
    align(flat, 4, 4 * (size_t)n);
    for (int64_t i = n - 1; i >= 0; i--) push_reference(flat, items[i]);
    push(flat, n, 4);
    return flat->used;
}

ptl_flat_at ptl_flat_structs(ptl_flat *flat, const int64_t *values, int64_t n, int32_t words)
{
    align(flat, 8, 0);
    for (int64_t i = n * words - 1; i >= 0; i--) push(flat, values[i], 8);
    push(flat, n, 4);
    return flat->used;
}

void ptl_flat_table(ptl_flat *flat)
{
    memset(flat->fields, 0, sizeof flat->fields);
    flat->table_start = flat->used;
}

void ptl_flat_scalar(ptl_flat *flat, int32_t field, int64_t value, int32_t bytes)
{
    align(flat, (size_t)bytes, 0);
    push(flat, value, (size_t)bytes);
    flat->fields[field] = flat->used;
}

void ptl_flat_refer(ptl_flat *flat, int32_t field, ptl_flat_at to)
{
    push_reference(flat, to);
    flat->fields[field] = flat->used;
}

/* The table begins with the distance to its list of fields, which is written before it. */
ptl_flat_at ptl_flat_table_end(ptl_flat *flat)
{
    align(flat, 4, 0);
    push(flat, 0, 4);
    const ptl_flat_at table = flat->used;
    int32_t n = PTL_FLAT_FIELDS_MAX;
    while (n > 0 && flat->fields[n - 1] == 0) n--;
    for (int32_t i = n - 1; i >= 0; i--)
        push(flat, flat->fields[i] ? (int64_t)(table - flat->fields[i]) : 0, 2);
    push(flat, (int64_t)(table - flat->table_start), 2);
    push(flat, 2 * (2 + (int64_t)n), 2);
    if (flat->is_full) return 0;
    const uint64_t distance = flat->used - table;
    uint8_t *slot = flat->bytes + PTL_FLAT_BYTES_MAX - table;
    for (size_t i = 0; i < 4; i++) slot[i] = (uint8_t)(distance >> (8 * i));
    return table;
}

ptl_status ptl_flat_finish(ptl_text *out, ptl_flat *flat, ptl_flat_at root, ptl_error *err)
{
    align(flat, 8, 4);
    push_reference(flat, root);
    *out = (ptl_text){0};
    if (flat->is_full)
        return ptl_fail(err, PTL_E_LIMIT, "a message's head is longer than %d bytes",
                        PTL_FLAT_BYTES_MAX);
    *out = (ptl_text){(const char *)flat->bytes + PTL_FLAT_BYTES_MAX - flat->used, flat->used};
    return PTL_OK;
}
