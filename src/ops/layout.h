/* layout.h: text set into columns of a terminal.
 *
 * Widths are terminal columns (a wide character counts two). Whatever reaches a terminal passes
 * through here: control characters in data are shown as U+FFFD, so that no file, name or message
 * can move the cursor or change a colour. */
#ifndef PTL_OPS_LAYOUT_H
#define PTL_OPS_LAYOUT_H

#include "base/text.h"

enum { PTL_LAYOUT_COLUMNS_MIN = 40, PTL_LAYOUT_COLUMNS_MAX = 1000 };

/** `columns` held inside what a layout can do; 0 means 80. */
int32_t ptl_layout_columns(int32_t columns);

/** The next line of at most `columns` columns: up to a line break, else to the last space that
 * fits, else cut inside the word. `rest` moves past it. */
ptl_text ptl_layout_line(ptl_text *rest, int32_t columns);

/** `text` with control characters made visible. */
void ptl_layout_plain(ptl_buffer *out, ptl_text text);
void ptl_layout_spaces(ptl_buffer *out, int64_t n);

/** Wrap `text` to `columns`: the first line starts at column `at` (already written), further ones
 * behind `indent` spaces. Ends with a line break. Lines that begin with two spaces stay as they
 * are: they are commands or tables. */
void ptl_layout_wrap(ptl_buffer *out, ptl_text text, int32_t at, int32_t indent, int32_t columns);

/** "label", padded to `width`, then `text` wrapped behind it: one entry of a list. */
void ptl_layout_entry(ptl_buffer *out, int32_t indent, const char *label, int32_t width,
                      const char *text, int32_t columns);

#endif
