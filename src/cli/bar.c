/* bar.c: see bar.h. */
#include "cli/bar.h"

#include <inttypes.h>

#include "base/show.h"
#include "ops/layout.h"

enum { BAR_WIDTH = 20, PLAIN_EVERY_MS = 10000, PLAIN_AFTER_MS = 2000 };

void ptl_bar_init(ptl_bar *bar, FILE *out, bool is_terminal, int32_t columns)
{
    *bar = (ptl_bar){.out = out, .is_terminal = is_terminal, .columns = columns, .shown_ms = -1};
    pthread_mutex_init(&bar->mutex, NULL);
}

void ptl_bar_dispose(ptl_bar *bar)
{
    pthread_mutex_destroy(&bar->mutex);
}

static void put_time(ptl_buffer *out, int64_t ms)
{
    const int64_t seconds = (ms + 999) / 1000;
    if (seconds < 60)
        ptl_buffer_printf(out, "%" PRId64 " s", seconds);
    else if (seconds < 3600)
        ptl_buffer_printf(out, "%" PRId64 " min %" PRId64 " s", seconds / 60, seconds % 60);
    else
        ptl_buffer_printf(out, "%" PRId64 " h %" PRId64 " min", seconds / 3600, seconds / 60 % 60);
}

static void put_share(ptl_buffer *out, double share)
{
    const int filled = (int)(share * BAR_WIDTH);
    for (int i = 0; i < BAR_WIDTH; i++)
        ptl_buffer_text(out, i < filled ? "\xE2\x94\x81" : "\xE2\x94\x80"); /* ━ done, ─ to do */
    ptl_buffer_printf(out, " %3d %%", (int)(share * 100.0));
}

void ptl_bar_format(ptl_buffer *out, const ptl_progress_state *state, int32_t columns)
{
    ptl_buffer tail; /* what must be seen; the words before it give way */
    ptl_buffer_init(&tail, 1024, NULL);
    if (state->share >= 0.0 && state->share <= 1.0) { /* NaN: the end is not known */
        ptl_buffer_text(&tail, "  ");
        put_share(&tail, state->share);
    } else if (state->done > 0) {
        ptl_buffer_text(&tail, "  ");
        ptl_show_count(&tail, state->done);
    }
    if (state->left_ms >= 0 && state->share < 1.0) {
        ptl_buffer_text(&tail, "  ");
        put_time(&tail, state->left_ms);
        ptl_buffer_text(&tail, " left");
    }
    if (state->quality) ptl_buffer_printf(&tail, "  %.60s", state->quality);
    const ptl_text end = ptl_buffer_borrow(&tail);
    const int64_t room = columns - ptl_text_columns(end);
    ptl_text what = ptl_text_of(state->what ? state->what : "working");
    if (room > 0) ptl_layout_plain(out, ptl_layout_line(&what, (int32_t)room));
    if (end.len > 0) ptl_buffer_append(out, end.ptr, end.len);
    ptl_buffer_dispose(&tail);
}

static bool is_due(const ptl_bar *bar, const ptl_progress_state *state)
{
    if (bar->is_terminal) return true;
    if (state->elapsed_ms < PLAIN_AFTER_MS) return false;
    return bar->shown_ms < 0 || state->elapsed_ms - bar->shown_ms >= PLAIN_EVERY_MS;
}

static void draw(ptl_bar *bar, const ptl_progress_state *state)
{
    ptl_buffer line;
    ptl_buffer_init(&line, 16 * 1024, NULL);
    /* one column stays free: a full line makes some terminals wrap */
    ptl_bar_format(&line, state, (bar->is_terminal ? bar->columns : 100) - 1);
    if (line.status == PTL_OK && line.ptr)
        fprintf(bar->out, bar->is_terminal ? "\r%s\033[K" : "%s\n", line.ptr);
    (void)fflush(bar->out);
    bar->is_drawn = bar->is_terminal;
    bar->shown_ms = state->elapsed_ms;
    ptl_buffer_dispose(&line);
}

void ptl_bar_listen(void *ctx, const ptl_progress_state *state)
{
    ptl_bar *bar = ctx;
    if (!bar->out) return;
    pthread_mutex_lock(&bar->mutex);
    if (is_due(bar, state)) draw(bar, state);
    pthread_mutex_unlock(&bar->mutex);
}

void ptl_bar_clear(ptl_bar *bar)
{
    pthread_mutex_lock(&bar->mutex);
    if (bar->is_drawn) {
        (void)fputs("\r\033[K", bar->out);
        (void)fflush(bar->out);
        bar->is_drawn = false;
    }
    pthread_mutex_unlock(&bar->mutex);
}
