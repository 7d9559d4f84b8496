/* setting_span.c: where in a file's bytes a node of its tree stands (setting.h).
 *
 * The tree counts characters, a change bytes. Two things are not where the reader of YAML says: a
 * map or list without brackets ends far behind its last value, and a text after | ends behind the
 * blank lines that follow it. Both end here where their last word ends.
 *
 * Which comments go with an item: those directly above it that are indented as its dash is, unless
 * they begin the file, which is what heads of files do; and those directly below that are indented
 * deeper, as keys that somebody has switched off. A blank line parts an item from what is above. */
#include "workspace/setting_internal.h"

size_t ptl_edit_byte(const ptl_edit *e, int64_t idx)
{
    size_t i = ptl_text_starts(e->content, PTL_TEXT("\xEF\xBB\xBF")) ? 3 : 0;
    for (; i < e->content.len; i++) {
        const bool begins = ((unsigned char)e->content.ptr[i] & 0xC0) != 0x80;
        if (begins && idx-- == 0) break;
    }
    return i;
}

size_t ptl_edit_line_start(const ptl_edit *e, size_t at)
{
    while (at > 0 && e->content.ptr[at - 1] != '\n') at--;
    return at;
}

size_t ptl_edit_line_end(const ptl_edit *e, size_t at)
{
    while (at < e->content.len && e->content.ptr[at] != '\n') at++;
    return at;
}

static char byte_at(const ptl_edit *e, const ptl_yaml_node *node)
{
    const size_t at = ptl_edit_byte(e, node->from);
    return at < e->content.len ? e->content.ptr[at] : '\0';
}

bool ptl_edit_in_flow(const ptl_edit *e, const ptl_yaml_node *node)
{
    if (node->kind == PTL_YAML_SCALAR) return false;
    const char first = byte_at(e, node);
    return first == '{' || first == '[';
}

bool ptl_edit_is_block(const ptl_edit *e, const ptl_yaml_node *node)
{
    if (node->kind != PTL_YAML_SCALAR || node->to == node->from) return false;
    const char first = byte_at(e, node);
    return first == '|' || first == '>';
}

size_t ptl_edit_end(const ptl_edit *e, const ptl_yaml_node *node)
{
    while (node->kind != PTL_YAML_SCALAR && node->last && !ptl_edit_in_flow(e, node))
        node = node->last;
    const size_t from = ptl_edit_byte(e, node->from);
    size_t to = ptl_edit_byte(e, node->to);
    while (to > from + 1 && ptl_edit_is_block(e, node) &&
           ptl_text_trim((ptl_text){e->content.ptr + to - 1, 1}).len == 0)
        to--;
    return to;
}

/* --- lines ------------------------------------------------------------------------------------ */

/* The line that begins at `at`, without its break. */
static ptl_text line_at(const ptl_edit *e, size_t at)
{
    return (ptl_text){e->content.ptr + at, ptl_edit_line_end(e, at) - at};
}

static bool is_blank(const ptl_edit *e, size_t at)
{
    return ptl_text_trim(line_at(e, at)).len == 0;
}

/* Characters before a comment; -1 where the line is none. */
static int64_t comment_indent(const ptl_edit *e, size_t at)
{
    const ptl_text line = line_at(e, at);
    size_t n = 0;
    while (n < line.len && line.ptr[n] == ' ') n++;
    return n < line.len && line.ptr[n] == '#' ? (int64_t)n : -1;
}

bool ptl_edit_blank_before(const ptl_edit *e, size_t at)
{
    return at > 0 && is_blank(e, ptl_edit_line_start(e, at - 1));
}

static size_t with_comments_above(const ptl_edit *e, size_t start, int64_t indent)
{
    size_t at = start;
    while (at > 0) {
        const size_t above = ptl_edit_line_start(e, at - 1);
        if (comment_indent(e, above) != indent) return at;
        at = above;
    }
    return start; /* they begin the file: its head, not the item's */
}

static size_t with_comments_below(const ptl_edit *e, size_t end, int64_t indent)
{
    while (end < e->content.len && comment_indent(e, end) > indent) {
        end = ptl_edit_line_end(e, end);
        if (end < e->content.len) end++;
    }
    return end;
}

void ptl_edit_item_lines(size_t *from, size_t *to, const ptl_edit *e, const ptl_yaml_node *item)
{
    const int64_t indent = item->parent->column - 1; /* of the dash */
    *from = with_comments_above(e, ptl_edit_line_start(e, ptl_edit_byte(e, item->from)), indent);
    *to = ptl_edit_line_end(e, ptl_edit_end(e, item));
    if (*to < e->content.len) ++*to;
    *to = with_comments_below(e, *to, indent);
}
