/* fault.c: faults are kept whole, up to a number that somebody would still read (fault.h). */
#include "workspace/fault.h"

#include "workspace/limits.h"

#include <inttypes.h>
#include <string.h>

void ptl_faults_init(ptl_faults *faults)
{
    faults->n = faults->n_total = 0;
    ptl_arena_init(&faults->arena, PTL_FAULT_ARENA_BYTES_MAX, NULL);
}

void ptl_faults_dispose(ptl_faults *faults)
{
    if (!faults) return;
    ptl_arena_dispose(&faults->arena);
    faults->n = faults->n_total = 0;
}

/* The first line, and of that what a reader needs to find the place; never half a character. */
static char *copy_found(ptl_faults *faults, const char *found)
{
    size_t len = strcspn(found, "\r\n");
    bool cut = found[len] != '\0';
    if (len > PTL_FAULT_FOUND_BYTES_MAX) {
        len = PTL_FAULT_FOUND_BYTES_MAX;
        while (len > 0 && ((unsigned char)found[len] & 0xC0u) == 0x80u) len--;
        cut = true;
    }
    return ptl_text_format(&faults->arena, NULL, "%.*s%s", (int)len, found, cut ? "…" : "");
}

static char *copy(ptl_faults *faults, const char *text)
{
    return ptl_text_copy(ptl_text_of(text), &faults->arena, NULL);
}

void ptl_faults_add(ptl_faults *faults, const ptl_fault *fault)
{
    faults->n_total++;
    if (faults->n == PTL_FAULTS_MAX) return;
    ptl_fault kept = *fault;
    kept.file = copy(faults, fault->file);
    kept.key = copy(faults, fault->key);
    kept.found = copy_found(faults, fault->found ? fault->found : "");
    kept.allowed = copy(faults, fault->allowed);
    kept.nearest = fault->nearest ? copy(faults, fault->nearest) : NULL;
    if (!kept.file || !kept.key || !kept.found || !kept.allowed) return; /* counted all the same */
    faults->items[faults->n++] = kept;
}

static int64_t file_rank(const ptl_faults *faults, const char *file)
{
    for (int64_t i = 0; i < faults->n; i++)
        if (strcmp(faults->items[i].file, file) == 0) return i;
    return faults->n;
}

static bool comes_before(const ptl_fault *a, int64_t rank_a, const ptl_fault *b, int64_t rank_b)
{
    if (rank_a != rank_b) return rank_a < rank_b;
    if (a->line != b->line) return a->line < b->line;
    return a->column < b->column;
}

/* By insertion: stable, and there are at most 200. Ranks are taken before anything moves. */
void ptl_faults_sort(ptl_faults *faults)
{
    int64_t rank[PTL_FAULTS_MAX];
    for (int64_t i = 0; i < faults->n; i++) rank[i] = file_rank(faults, faults->items[i].file);
    for (int64_t i = 1; i < faults->n; i++) {
        const ptl_fault moved = faults->items[i];
        const int64_t moved_rank = rank[i];
        int64_t j = i;
        for (; j > 0 && comes_before(&moved, moved_rank, &faults->items[j - 1], rank[j - 1]); j--) {
            faults->items[j] = faults->items[j - 1];
            rank[j] = rank[j - 1];
        }
        faults->items[j] = moved;
        rank[j] = moved_rank;
    }
}

void ptl_fault_format(ptl_buffer *out, const ptl_fault *fault)
{
    ptl_buffer_printf(out, "%s:%" PRId64 ":%" PRId64 ": ", fault->file, fault->line, fault->column);
    if (fault->key[0]) ptl_buffer_printf(out, "%s: ", fault->key);
    if (fault->found[0] == '\0')
        ptl_buffer_text(out, "missing");
    else
        ptl_buffer_printf(out, fault->in_words ? "found %s" : "found \"%s\"", fault->found);
    ptl_buffer_printf(out, ", allowed: %s", fault->allowed);
    if (fault->nearest) ptl_buffer_printf(out, "; did you mean \"%s\"?", fault->nearest);
}
