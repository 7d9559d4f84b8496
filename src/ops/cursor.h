/* cursor.h: long lists in pages, the same in every face.
 *
 * An operation that lists takes `limit` and `cursor` and answers `next_cursor`: null at the end. A
 * cursor says behind which row the next page begins, never how many rows to skip of a list that
 * grows, so rows that come meanwhile neither repeat nor hide others. It belongs to its operation
 * and its other parameters; to callers it is a text without meaning. */
#ifndef PTL_OPS_CURSOR_H
#define PTL_OPS_CURSOR_H

#include "ops/args.h"

enum { PTL_CURSOR_VALUES_MAX = 4 };

#define PTL_PARAM_CURSOR                                                                           \
    {                                                                                              \
        .name = "cursor", .type = PTL_PARAM_TEXT,                                                  \
        .about = "Where the list goes on: next_cursor of the answer before, with the same other "  \
                 "parameters."                                                                     \
    }
#define PTL_RESULT_CURSOR "next_cursor: text — where the list goes on; null at its end"

/** The `n` values that the cursor given holds; *given is false where none was. E_INVALID where it
 * is none of this operation with these parameters. */
PTL_NODISCARD ptl_status ptl_cursor_read(int64_t *values, int64_t n, bool *given,
                                         const ptl_call *call, ptl_error *err);

/** Answer next_cursor, and say in a terminal how to go on. `values` NULL: the list ends here. */
PTL_NODISCARD ptl_status ptl_cursor_put(const ptl_call *call, const int64_t *values, int64_t n,
                                        ptl_error *err);

/** Lists whose order is not that of a key: the page begins behind the row with this id. Read
 * `n_wanted` rows, from the first on; find the place; after the page put the cursor. */
typedef struct ptl_window {
    int64_t limit;
    int64_t n_given; /* rows of the pages before */
    int64_t last_id;
    int64_t n_wanted;
} ptl_window;

PTL_NODISCARD ptl_status ptl_window_read(ptl_window *out, const ptl_call *call, ptl_error *err);
/** First row and number of rows of the page among `n` rows with these ids, `stride` bytes apart.
 * E_CONFLICT where the row before has gone. */
PTL_NODISCARD ptl_status ptl_window_find(int64_t *first, int64_t *n_page, const ptl_window *window,
                                         const int64_t *ids, size_t stride, int64_t n,
                                         ptl_error *err);
PTL_NODISCARD ptl_status ptl_window_put(const ptl_call *call, const ptl_window *window,
                                        int64_t first, int64_t n_page, int64_t n, int64_t last_id,
                                        ptl_error *err);

/** Lists of what one run wrote, which stands still: the pages after the first are of the same run,
 * whatever newer one there is by then. Ask for `n_wanted` rows from row `first` of run `run` on;
 * what stands there must begin with the row the page before ended with, known by its id. */
typedef struct ptl_run_page {
    int64_t limit;
    int64_t run; /* the parameter's, on the first page */
    int64_t first, n_wanted;
    int64_t n_given, last_id;
} ptl_run_page;

PTL_NODISCARD ptl_status ptl_run_page_read(ptl_run_page *out, const ptl_call *call, ptl_error *err);
/** Begin and length of the page among the `n` rows that were read. E_CONFLICT where their first,
 * of which this is the id, is another than it was. */
PTL_NODISCARD ptl_status ptl_run_page_find(int64_t *begin, int64_t *n_page,
                                           const ptl_run_page *page, int64_t first_id, int64_t n,
                                           ptl_error *err);
/** `run`: whose rows these are; `last_id`: of the page's last. */
PTL_NODISCARD ptl_status ptl_run_page_put(const ptl_call *call, const ptl_run_page *page,
                                          int64_t run, int64_t begin, int64_t n_page, int64_t n,
                                          int64_t last_id, ptl_error *err);
/** An id of a row that is known by texts: of their bytes, never negative. */
int64_t ptl_cursor_id(const ptl_text *texts, int64_t n);

#endif
