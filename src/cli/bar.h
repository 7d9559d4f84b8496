/* bar.h: how far a long command is, on standard error.
 *
 * In a terminal: one line, redrawn, with what, share and time left. Elsewhere (a log): a plain line
 * at most every 10 s, and none for work under 2 s. Thread-safe: progress may come from several. */
#ifndef PTL_CLI_BAR_H
#define PTL_CLI_BAR_H

#include <pthread.h>
#include <stdio.h>

#include "base/progress.h"

typedef struct ptl_bar {
    FILE *out; /* NULL: quiet */
    bool is_terminal;
    int32_t columns;
    int64_t shown_ms; /* of elapsed time, at the last line; -1 before the first */
    bool is_drawn;    /* a line stands on the terminal now */
    pthread_mutex_t mutex;
} ptl_bar;

void ptl_bar_init(ptl_bar *bar, FILE *out, bool is_terminal, int32_t columns);
void ptl_bar_dispose(ptl_bar *bar);
/** For ptl_progress_init; ctx is the bar. */
void ptl_bar_listen(void *bar, const ptl_progress_state *state);
/** Wipe the line, so that something else can be printed. */
void ptl_bar_clear(ptl_bar *bar);

/** One line without a line break: "reading orders.csv  ━━━━━───── 42 %  1 min 20 s left". */
void ptl_bar_format(ptl_buffer *out, const ptl_progress_state *state, int32_t columns);

#endif
