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

#endif
