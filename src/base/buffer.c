/* buffer.c: bytes that grow by doubling up to a ceiling, with a sticky failure (base/text.h). */
#include "base/text.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>

void ptl_buffer_init(ptl_buffer *buffer, size_t bytes_max, const ptl_allocator *allocator)
{
    *buffer = (ptl_buffer){.bytes_max = bytes_max < SIZE_MAX / 4 ? bytes_max : SIZE_MAX / 4,
                           .allocator = allocator ? allocator : ptl_allocator_system()};
}

void ptl_buffer_dispose(ptl_buffer *buffer)
{
    if (!buffer || !buffer->ptr) return;
    buffer->allocator->free(buffer->allocator->ctx, buffer->ptr, buffer->capacity);
    buffer->ptr = NULL;
    buffer->len = buffer->capacity = 0;
}

void ptl_buffer_clear(ptl_buffer *buffer)
{
    buffer->len = 0;
    buffer->status = PTL_OK;
    if (buffer->ptr) buffer->ptr[0] = '\0';
}

/* Room for `more` bytes and the terminator. */
static bool reserve(ptl_buffer *buffer, size_t more)
{
    if (buffer->status != PTL_OK) return false;
    if (more > buffer->bytes_max - buffer->len) {
        buffer->status = PTL_E_LIMIT;
        return false;
    }
    const size_t need = buffer->len + more + 1;
    if (need <= buffer->capacity) return true;
    size_t capacity = buffer->capacity ? buffer->capacity : PTL_BUFFER_MIN;
    while (capacity < need) capacity *= 2;
    if (capacity > buffer->bytes_max + 1) capacity = buffer->bytes_max + 1;
    char *ptr = buffer->allocator->alloc(buffer->allocator->ctx, capacity);
    if (!ptr) {
        buffer->status = PTL_E_NO_MEMORY;
        return false;
    }
    if (buffer->ptr) {
        memcpy(ptr, buffer->ptr, buffer->len + 1);
        buffer->allocator->free(buffer->allocator->ctx, buffer->ptr, buffer->capacity);
    }
    buffer->ptr = ptr;
    buffer->capacity = capacity;
    return true;
}

void ptl_buffer_append(ptl_buffer *buffer, const void *bytes, size_t len)
{
    if (!reserve(buffer, len)) return;
    if (len > 0) memcpy(buffer->ptr + buffer->len, bytes, len);
    buffer->len += len;
    buffer->ptr[buffer->len] = '\0';
}

void ptl_buffer_text(ptl_buffer *buffer, const char *terminated)
{
    ptl_buffer_append(buffer, terminated, terminated ? strlen(terminated) : 0);
}

void ptl_buffer_printf(ptl_buffer *buffer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    const int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0) {
        if (buffer->status == PTL_OK) buffer->status = PTL_E_INTERNAL;
    } else if (reserve(buffer, (size_t)len)) {
        vsnprintf(buffer->ptr + buffer->len, (size_t)len + 1, format, again);
        buffer->len += (size_t)len;
    }
    va_end(again);
}

ptl_text ptl_buffer_borrow(const ptl_buffer *buffer)
{
    return (ptl_text){buffer->ptr, buffer->len};
}

ptl_status ptl_buffer_check(const ptl_buffer *buffer, const char *what, ptl_error *err)
{
    switch (buffer->status) {
    case PTL_OK:
        return PTL_OK;
    case PTL_E_LIMIT:
        return ptl_fail(err, PTL_E_LIMIT, "%s would pass its ceiling of %zu bytes", what,
                        buffer->bytes_max);
    case PTL_E_NO_MEMORY:
        return ptl_fail(err, PTL_E_NO_MEMORY, "%s: the system gave no memory beyond %zu bytes",
                        what, buffer->capacity);
    default:
        return ptl_fail(err, buffer->status, "%s could not be formatted", what);
    }
}
