/* stream_internal.h: what a whole list is while it is written: stream.c speaks HTTP, stream_read.c
 * reads and writes its pages. */
#ifndef PTL_HTTP_STREAM_INTERNAL_H
#define PTL_HTTP_STREAM_INTERNAL_H

#include <zlib.h>

#include "http/server_internal.h"

enum { PTL_STREAM_FIRST_ROWS = 1000 };

struct ptl_streams {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    ptl_stream *first;
    int64_t n_open, n_reading, n_broken_off;
    bool is_closing;
};

struct ptl_stream {
    ptl_server *server;
    ptl_stream *before, *next;
    int64_t n_holders;
    struct MHD_Connection *connection;
    /* the question */
    const ptl_op *op;
    ptl_arena arena;
    const ptl_args *args;
    const char *table; /* NULL: the only one */
    ptl_format format;
    ptl_caller caller;
    ptl_instant now;
    /* the lane's */
    ptl_progress progress;
    int64_t begun_ms, waited_ms, rows; /* waited for the reader */
    ptl_buffer cursor, next_cursor, plain, made;
    bool zips, is_asked, is_bare; /* the headers alone are wanted */
    z_stream z;
    /* shared */
    ptl_buffer sent;
    size_t sent_at;
    int64_t n_taken;
    bool is_suspended, is_whole, is_broken, is_gone;
};

/** The next page's bytes into `made`. Rows that are too large for one answer are asked for in
 * smaller pages. `reply` has what a failed call shows; the caller frees it. */
PTL_NODISCARD ptl_status ptl_stream_read_page(ptl_stream *s, ptl_reply **reply, ptl_store *store,
                                              ptl_dispatch_memo *memo, ptl_progress *progress,
                                              ptl_error *err);
/** Under the mutex: `made` is what is sent next. */
void ptl_stream_hand_on(ptl_stream *s);

#endif
