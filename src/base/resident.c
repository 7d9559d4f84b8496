/* resident.c: see resident.h.
 *
 * A library as large as the engine's leaves tens of megabytes of its code mapped after it has been
 * used once, and nothing takes them away while the machine has memory to spare. They are clean
 * copies of a file, so letting go of them loses nothing: only segments that were never writable are
 * let go of, because a page that was written (relocations, constants made at start) exists nowhere
 * else. */
#include "base/resident.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PIECE_BYTES = 1024 * 1024 };

/* Left to itself the allocator learns from each large piece that is freed to hold such pieces, in
 * every thread's heap, and ends of heaps are what malloc_trim does not look at. */
void ptl_resident_settle(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, PIECE_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, PIECE_BYTES);
}

static int let_go_of(struct dl_phdr_info *object, size_t size, void *page_bytes)
{
    const uintptr_t page = *(const uintptr_t *)page_bytes;
    (void)size;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        const uintptr_t first = (object->dlpi_addr + segment->p_vaddr + page - 1) & ~(page - 1);
        const uintptr_t end =
            (object->dlpi_addr + segment->p_vaddr + segment->p_memsz) & ~(page - 1);
        if (first < end) (void)madvise((void *)first, end - first, MADV_DONTNEED);
    }
    return 0;
}

void ptl_resident_trim(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)malloc_trim(0);
    (void)dl_iterate_phdr(let_go_of, &page);
}
