/* jsonl.h: JSON lines, one object a line, as rows of texts.
 *
 * Invariants, beside those of rows.h.
 *  1. A key of a nested object is a column under its path, "geo.country"; a list is the text of the
 *     list as it stands; null and "" are empty. Numbers keep the digits that the file has.
 *  2. Columns are the keys of the first `sample_bytes` (0: of the whole file), in the order in
 * which they first appear, at most PTL_ROWS_COLUMNS_MAX; other keys are read over.
 *  3. A line that is not one valid object (RFC 8259, UTF-8, no key twice, PTL_JSON_SCAN_DEPTH_MAX
 * deep) is faulty and costs only itself.
 *  4. There is no head: row 1 is the first line that is not blank. */
#ifndef PTL_STORE_JSONL_H
#define PTL_STORE_JSONL_H

#include "store/rows.h"

enum {
    PTL_JSONL_LINE_BYTES_MAX = 1 << 20,  /* longer is no event                           */
    PTL_JSONL_BUFFER_BYTES = 4 << 20,    /* of UTF-8; one line fits four times           */
    PTL_JSONL_ARENA_BYTES_MAX = 4 << 20, /* the names of 2,048 columns                   */
    PTL_JSONL_SAMPLE_BYTES = 16 << 20    /* read to learn the columns, before all is read */
};

typedef struct ptl_jsonl ptl_jsonl;

/* As the functions of rows.h; ptl_row.raw is always the line. */
PTL_NODISCARD ptl_status ptl_jsonl_open(ptl_jsonl **out, int fd, const ptl_rows_options *options,
                                        ptl_error *err);
void ptl_jsonl_close(ptl_jsonl *file);
int64_t ptl_jsonl_n_columns(const ptl_jsonl *file);
const char *ptl_jsonl_column(const ptl_jsonl *file, int64_t idx);
const char *ptl_jsonl_path(const ptl_jsonl *file, int64_t idx); /* the key; a column may differ */
int64_t ptl_jsonl_bytes_read(const ptl_jsonl *file);
PTL_NODISCARD ptl_status ptl_jsonl_next(bool *more, ptl_row *out, ptl_jsonl *file, ptl_error *err);

#endif
