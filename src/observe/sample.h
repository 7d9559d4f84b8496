/* sample.h: the first rows of a file, as anybody would look at them first.
 *
 * Invariants. 1. Read only; a file is never changed, and what cannot be read is said, not guessed.
 * 2. The first PTL_SAMPLE_ROWS_MAX rows or PTL_SAMPLE_BYTES_MAX bytes of text, whichever is less:
 * the same file gives the same sample. 3. Encoding and head are those under which most rows are
 * whole, tried in a fixed order. */
#ifndef PTL_OBSERVE_SAMPLE_H
#define PTL_OBSERVE_SAMPLE_H

#include "store/rows.h"

typedef struct ptl_sample {
    const char *path;
    const char *sheet;          /* of a workbook; NULL: the only one with rows         */
    const char *const *columns; /* as the file writes them                              */
    const ptl_text *folded;     /* ptl_head_fold of each                                */
    int64_t n_columns;
    const ptl_text *cells; /* n_rows × n_columns, row by row                       */
    int64_t n_rows, n_faulty;
    bool is_whole;        /* no row lies beyond it                                */
    bool find_head;       /* something stands above the head: format.head_row: auto */
    const char *encoding; /* NULL: utf-8                                          */
} ptl_sample;

/** E_INVALID, E_NOT_FOUND …: the file is no table that can be read, and why. */
PTL_NODISCARD ptl_status ptl_sample_read(ptl_sample *out, const char *path, const char *sheet,
                                         ptl_arena *arena, ptl_error *err);

/** Names of a workbook's sheets that have rows; none where it is no workbook, has one such sheet
 * only, or cannot be read: then ptl_sample_read says what is wrong with it. */
PTL_NODISCARD ptl_status ptl_sample_sheets(const char *const **out, int64_t *n, const char *path,
                                           ptl_arena *arena, ptl_error *err);

static inline ptl_text ptl_sample_cell(const ptl_sample *sample, int64_t row, int64_t column)
{
    return sample->cells[row * sample->n_columns + column];
}

#endif
