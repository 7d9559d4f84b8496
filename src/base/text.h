/* text.h: strings are slices; what grows is a buffer with a ceiling.
 *
 * A ptl_text borrows bytes that somebody else keeps. A ptl_buffer owns bytes, grows by doubling up
 * to bytes_max and then refuses: failure is sticky, so that a writer checks once, at the end. */
#ifndef PTL_BASE_TEXT_H
#define PTL_BASE_TEXT_H

#include "portolan/arena.h"
#include "portolan/status.h"

typedef struct ptl_text {
    const char *ptr; /* UTF-8, not terminated; may be NULL where len is 0 */
    size_t len;
} ptl_text;

#define PTL_TEXT(literal) ((ptl_text){"" literal, sizeof(literal) - 1})

ptl_text ptl_text_of(const char *terminated); /* NULL gives the empty slice */
bool ptl_text_equal(ptl_text a, ptl_text b);
int ptl_text_compare(ptl_text a, ptl_text b); /* bytewise, shorter first on a common prefix */
bool ptl_text_starts(ptl_text text, ptl_text prefix);
bool ptl_text_ends(ptl_text text, ptl_text suffix);
ptl_text ptl_text_trim(ptl_text text); /* ASCII space, tab, CR, LF */

/** Cut `text` at the first `separator`: the head is returned, `text` keeps the rest. */
ptl_text ptl_text_cut(ptl_text *text, char separator);

/** A terminated copy in the arena; NULL with err where memory ends. */
PTL_NODISCARD char *ptl_text_copy(ptl_text text, ptl_arena *arena, ptl_error *err);

/** printf into the arena. */
PTL_NODISCARD char *ptl_text_format(ptl_arena *arena, ptl_error *err, const char *format, ...)
    PTL_PRINTF(3, 4);

/** The whole text must be a number; E_INVALID otherwise, naming what was found. */
PTL_NODISCARD ptl_status ptl_text_int(int64_t *out, ptl_text text, ptl_error *err);
PTL_NODISCARD ptl_status ptl_text_double(double *out, ptl_text text, ptl_error *err);

bool ptl_text_utf8_valid(ptl_text text, size_t *first_fault);
int64_t ptl_text_columns(ptl_text text); /* terminal columns, wide characters count two */

/** Optimal string alignment distance on bytes, at most `limit` (returns limit + 1 beyond). */
int32_t ptl_text_distance(ptl_text a, ptl_text b, int32_t limit);

/** "did you mean": the candidate nearest to `found`, or NULL if none is near enough to help. */
const char *ptl_text_nearest(ptl_text found, const char *const *candidates, int64_t n_candidates);

typedef struct ptl_buffer {
    char *ptr; /* terminated after every append, NULL before the first */
    size_t len;
    size_t capacity;
    size_t bytes_max;
    ptl_status status; /* sticky: OK, E_LIMIT or E_NO_MEMORY */
    const ptl_allocator *allocator;
} ptl_buffer;

void ptl_buffer_init(ptl_buffer *buffer, size_t bytes_max, const ptl_allocator *allocator);
void ptl_buffer_dispose(ptl_buffer *buffer);
void ptl_buffer_clear(ptl_buffer *buffer); /* keeps the memory, clears the status */
void ptl_buffer_append(ptl_buffer *buffer, const void *bytes, size_t len);
void ptl_buffer_text(ptl_buffer *buffer, const char *terminated);
void ptl_buffer_printf(ptl_buffer *buffer, const char *format, ...) PTL_PRINTF(2, 3);
ptl_text ptl_buffer_borrow(const ptl_buffer *buffer);

/** The sticky status as an error that names the ceiling. */
PTL_NODISCARD ptl_status ptl_buffer_check(const ptl_buffer *buffer, const char *what,
                                          ptl_error *err);

#endif
