/* vertical.c: see vertical.h. */
#include "ops/vertical.h"

#include <string.h>

#include "ops/reply_internal.h"

bool ptl_lines_hold(const char *lines, ptl_text name)
{
    ptl_text rest = ptl_text_of(lines);
    if (rest.len == 0) return true;
    while (rest.len > 0)
        if (ptl_text_equal(ptl_text_cut(&rest, '\n'), name)) return true;
    return false;
}

static ptl_text cell_of(const ptl_reply_item *item, int64_t row, const char *name)
{
    for (int64_t j = 0; j < item->n_columns; j++) {
        const ptl_cell *cell = &item->cells[row * item->n_columns + j];
        if (strcmp(item->columns[j].name, name) == 0 && cell->kind == PTL_CELL_TEXT)
            return cell->text;
    }
    return (ptl_text){0};
}

static ptl_text vertical_of(const ptl_reply_item *item, int64_t row)
{
    if (!ptl_text_equal(cell_of(item, row, "dimension"), PTL_TEXT("vertical")))
        return cell_of(item, row, "vertical");
    const ptl_text member = cell_of(item, row, "member");
    return member.len > 0 ? member : cell_of(item, row, "channel");
}

static void bound_table(ptl_reply_item *item, const char *verticals)
{
    const size_t bytes = (size_t)item->n_columns * sizeof *item->cells;
    int64_t n = 0;
    for (int64_t i = 0; i < item->n_cells / item->n_columns; i++) {
        const ptl_text vertical = vertical_of(item, i);
        if (vertical.len > 0 && !ptl_lines_hold(verticals, vertical)) continue;
        memmove(&item->cells[n * item->n_columns], &item->cells[i * item->n_columns], bytes);
        n++;
    }
    item->n_cells = n * item->n_columns;
}

void ptl_reply_bound(ptl_reply *reply, const char *verticals)
{
    if (!verticals || !verticals[0]) return;
    for (int64_t i = 0; i < reply->n_items; i++)
        if (reply->items[i].n_columns > 0) bound_table(&reply->items[i], verticals);
}
