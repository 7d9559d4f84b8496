/* setting_text.c: a value as YAML (setting.h).
 *
 * As a person would write it: plain where that can be read in one way only, in quotes where it
 * cannot, several lines after a |. What cannot stand after a | (a line that begins with a tab, a
 * control character) stands in quotes. A comment behind the old value stays behind the new one. */
#include "workspace/setting_internal.h"

#include <stdio.h>
#include <string.h>

void ptl_edit_indent(ptl_edit *e, int64_t n)
{
    while (n-- > 0) ptl_buffer_text(e->text, " ");
}

/* --- one line --------------------------------------------------------------------------------- */

/* Characters that no file may hold as they are (yaml_scan.c), ends of lines among them. The bytes
 * of the one that `text` begins with, and what stands for it in quotes; 0 where it begins with
 * none. */
static size_t hidden_at(char escape[8], ptl_text text)
{
    const unsigned char *const x = (const unsigned char *)text.ptr;
    const bool two = text.len >= 2 && x[0] == 0xC2 && x[1] >= 0x80 && x[1] < 0xA0;
    const bool separates = text.len >= 3 && x[0] == 0xE2 && x[1] == 0x80 && (x[2] | 1) == 0xA9;
    const bool mark = text.len >= 3 && x[0] == 0xEF &&
                      ((x[1] == 0xBB && x[2] == 0xBF) || (x[1] == 0xBF && x[2] >= 0xBE));
    if (two) snprintf(escape, 8, "\\x%02X", x[1]);
    if (separates || mark)
        snprintf(escape, 8, "\\u%04X", (x[0] & 0x0Fu) << 12 | (x[1] & 0x3Fu) << 6 | (x[2] & 0x3Fu));
    return two ? 2 : separates || mark ? 3 : 0;
}

static bool has_hidden(ptl_text text)
{
    char escape[8];
    for (size_t i = 0; i < text.len; i++)
        if (hidden_at(escape, (ptl_text){text.ptr + i, text.len - i}) > 0) return true;
    return false;
}

static bool needs_quotes(ptl_text text, bool flow)
{
    static const char firsts[] = "-?:,[]{}#&*!|>'\"%@`~ ";
    if (text.len == 0 || strchr(firsts, text.ptr[0]) || text.ptr[text.len - 1] == ' ') return true;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char x = (unsigned char)text.ptr[i];
        const char next = i + 1 < text.len ? text.ptr[i + 1] : ' ';
        if (x < 0x20 || x == 0x7F || (x == ':' && (next == ' ' || flow)) ||
            (x == '#' && i > 0 && text.ptr[i - 1] == ' ') || (flow && strchr(",[]{}", x)))
            return true;
    }
    return has_hidden(text) || ptl_text_starts(text, PTL_TEXT("..."));
}

static void put_escaped(ptl_edit *e, ptl_text *rest)
{
    char escape[8];
    const size_t len = hidden_at(escape, *rest);
    const unsigned char x = (unsigned char)rest->ptr[0];
    if (len > 0)
        ptl_buffer_text(e->text, escape);
    else if (x == '"' || x == '\\')
        ptl_buffer_printf(e->text, "\\%c", x);
    else if (x == '\n')
        ptl_buffer_text(e->text, "\\n");
    else if (x < 0x20 || x == 0x7F)
        ptl_buffer_printf(e->text, "\\x%02X", x);
    else
        ptl_buffer_append(e->text, rest->ptr, 1);
    *rest = (ptl_text){rest->ptr + (len > 0 ? len : 1), rest->len - (len > 0 ? len : 1)};
}

void ptl_edit_scalar(ptl_edit *e, ptl_text text, bool flow)
{
    if (!needs_quotes(text, flow)) {
        ptl_buffer_append(e->text, text.ptr, text.len);
        return;
    }
    ptl_buffer_text(e->text, "\"");
    while (text.len > 0) put_escaped(e, &text);
    ptl_buffer_text(e->text, "\"");
}

void ptl_edit_items(ptl_edit *e, const char *before_first, const char *between)
{
    ptl_text rest = e->value;
    bool first = true;
    while (rest.len > 0) {
        const ptl_text item = ptl_text_trim(ptl_text_cut(&rest, '\n'));
        if (item.len == 0) continue;
        ptl_buffer_text(e->text, first ? before_first : between);
        ptl_edit_scalar(e, item, true);
        first = false;
    }
}

/* --- several lines ---------------------------------------------------------------------------- */

/* What a | can hold as it is. */
static bool fits_block(ptl_text text)
{
    while (text.len > 0) {
        const ptl_text line = ptl_text_cut(&text, '\n');
        const char *const word = memchr(line.ptr, '\t', line.len);
        if (word && ptl_text_trim((ptl_text){line.ptr, (size_t)(word - line.ptr)}).len == 0)
            return false; /* a tab before the text of a line */
        for (size_t i = 0; i < line.len; i++) {
            const unsigned char x = (unsigned char)line.ptr[i];
            if ((x < 0x20 && x != '\t') || x == 0x7F) return false;
        }
        if (has_hidden(line)) return false;
    }
    return true;
}

static void put_lines(ptl_edit *e, int64_t indent)
{
    ptl_text rest = e->value;
    while (rest.len > 0) {
        const ptl_text line = ptl_text_cut(&rest, '\n');
        ptl_buffer_text(e->text, "\n");
        if (line.len == 0) continue;
        ptl_edit_indent(e, indent);
        ptl_buffer_append(e->text, line.ptr, line.len);
    }
}

void ptl_edit_value(ptl_edit *e, int64_t indent, bool flow)
{
    if (e->key->kind == PTL_SCHEMA_TEXTS) {
        ptl_buffer_text(e->text, "[");
        ptl_edit_items(e, "", ", ");
        ptl_buffer_text(e->text, "]");
    } else if (e->key->kind == PTL_SCHEMA_LINES && !flow && fits_block(e->value)) {
        ptl_buffer_text(e->text, "|");
        put_lines(e, indent + 2);
    } else {
        ptl_edit_scalar(e, e->value, flow);
    }
}

/* --- over what is there ----------------------------------------------------------------------- */

/* A list of lines stays one: its items take the places of the old ones. */
static void over_items(ptl_edit *e, const ptl_yaml_node *list)
{
    ptl_buffer between;
    ptl_buffer_init(&between, 256, NULL);
    ptl_buffer_text(&between, "\n");
    for (int64_t i = 1; i < list->column; i++) ptl_buffer_text(&between, " ");
    ptl_buffer_text(&between, "- ");
    ptl_edit_items(e, "- ", between.ptr ? between.ptr : "\n- ");
    ptl_buffer_dispose(&between);
}

/* Of the text after a | that is there: that of its first line with a word. */
static int64_t block_indent(const ptl_edit *e, const ptl_yaml_node *node)
{
    const size_t end = ptl_edit_end(e, node);
    size_t at = ptl_edit_line_end(e, ptl_edit_byte(e, node->from)), n = 0;
    for (; at < end; at++) {
        if (e->content.ptr[at] == '\n')
            n = 0;
        else if (e->content.ptr[at] == ' ')
            n++;
        else
            return (int64_t)n;
    }
    return node->key_column + 1;
}

/* What stands on the value's line behind it, or behind the | and its signs: a comment. */
static ptl_text behind(const ptl_edit *e, const ptl_yaml_node *node, bool was_block)
{
    size_t at = was_block ? ptl_edit_byte(e, node->from) + 1 : ptl_edit_end(e, node);
    while (was_block && at < e->content.len && strchr("+-0123456789", e->content.ptr[at])) at++;
    const size_t end = ptl_edit_line_end(e, at);
    const bool cr = end > at && e->content.ptr[end - 1] == '\r';
    return (ptl_text){e->content.ptr + at, end - at - (cr ? 1 : 0)};
}

static void over_lines(ptl_edit *e, const ptl_yaml_node *node)
{
    const bool was_block = ptl_edit_is_block(e, node), is_block = fits_block(e->value);
    const ptl_text comment = behind(e, node, was_block);
    const int64_t indent = was_block ? block_indent(e, node) : node->key_column + 1;
    if (is_block)
        ptl_buffer_text(e->text, "|");
    else
        ptl_edit_scalar(e, e->value, false);
    if (is_block || was_block) {
        ptl_buffer_append(e->text, comment.ptr, comment.len);
        e->to = ptl_edit_line_end(e, ptl_edit_end(e, node));
    }
    if (is_block) put_lines(e, indent);
}

void ptl_edit_over(ptl_edit *e, const ptl_yaml_node *node)
{
    const bool flow = node->parent && ptl_edit_in_flow(e, node->parent);
    e->from = ptl_edit_byte(e, node->from);
    e->to = ptl_edit_end(e, node);
    if (e->from > 0 && e->content.ptr[e->from - 1] == ':') ptl_buffer_text(e->text, " ");
    if (node->kind == PTL_YAML_LIST && !ptl_edit_in_flow(e, node))
        over_items(e, node);
    else if (node->kind == PTL_YAML_SCALAR && e->key->kind == PTL_SCHEMA_LINES && !flow)
        over_lines(e, node);
    else
        ptl_edit_value(e, node->key_column - 1, flow);
}
