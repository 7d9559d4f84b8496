/* memory.h: the few objects of records that live as long as the store, from the system's allocator:
 * zeroed. Who holds keys wipes them before giving them back. */
#ifndef PTL_STORE_MEMORY_H
#define PTL_STORE_MEMORY_H

#include "portolan/arena.h"

#include <string.h>

/** `bytes` zeroed, or NULL with err. */
PTL_NODISCARD static inline void *ptl_object_new(size_t bytes, const char *what, ptl_error *err)
{
    const ptl_allocator *system = ptl_allocator_system();
    void *object = system->alloc(system->ctx, bytes);
    if (object)
        memset(object, 0, bytes);
    else
        (void)ptl_fail(err, PTL_E_NO_MEMORY, "%s: memory is exhausted", what);
    return object;
}

static inline void ptl_object_free(void *object, size_t bytes)
{
    const ptl_allocator *system = ptl_allocator_system();
    if (object) system->free(system->ctx, object, bytes);
}

#endif
