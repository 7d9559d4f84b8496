/* layout.c: see layout.h. */
#include "ops/layout.h"

int32_t ptl_layout_columns(int32_t columns)
{
    if (columns == 0) return 80;
    if (columns < PTL_LAYOUT_COLUMNS_MIN) return PTL_LAYOUT_COLUMNS_MIN;
    return columns > PTL_LAYOUT_COLUMNS_MAX ? PTL_LAYOUT_COLUMNS_MAX : columns;
}

/* Bytes of the character at `text`, at least one, never beyond the end. */
static size_t character_bytes(ptl_text text)
{
    const unsigned char c = (unsigned char)text.ptr[0];
    const size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    return n < text.len ? n : text.len;
}

static bool is_control(ptl_text character)
{
    const unsigned char c = (unsigned char)character.ptr[0];
    if (c < 0x20 || c == 0x7F) return true;
    /* U+0080 … U+009F: the C1 controls, of which U+009B opens a terminal's command */
    return c == 0xC2 && character.len > 1 && (unsigned char)character.ptr[1] < 0xA0;
}

void ptl_layout_plain(ptl_buffer *out, ptl_text text)
{
    while (text.len > 0) {
        const ptl_text character = {text.ptr, character_bytes(text)};
        if (is_control(character))
            ptl_buffer_text(out, "\xEF\xBF\xBD");
        else
            ptl_buffer_append(out, character.ptr, character.len);
        text.ptr += character.len;
        text.len -= character.len;
    }
}

void ptl_layout_spaces(ptl_buffer *out, int64_t n)
{
    for (; n > 0; n--) ptl_buffer_append(out, " ", 1);
}

/* How far a line reaches: the cut, and where the rest goes on. */
typedef struct line_end {
    size_t cut;
    size_t next;
} line_end;

static line_end find_end(ptl_text text, int32_t columns)
{
    int64_t used = 0;
    size_t at = 0;
    size_t space = 0; /* the last space that fits, 0 where there is none */
    while (at < text.len && text.ptr[at] != '\n') {
        const ptl_text tail = {text.ptr + at, text.len - at};
        const ptl_text character = {tail.ptr, character_bytes(tail)};
        used += is_control(character) ? 1 : ptl_text_columns(character);
        if (text.ptr[at] == ' ' && at > 0) space = at;
        if (used > columns && text.ptr[at] != ' ') {
            if (space > 0) return (line_end){space, space + 1};
            return at > 0 ? (line_end){at, at} : (line_end){character.len, character.len};
        }
        at += character.len;
    }
    return (line_end){at, at < text.len ? at + 1 : at};
}

ptl_text ptl_layout_line(ptl_text *rest, int32_t columns)
{
    const line_end end = find_end(*rest, columns);
    ptl_text line = {rest->ptr, end.cut};
    while (line.len > 0 && line.ptr[line.len - 1] == ' ') line.len--;
    rest->ptr += end.next;
    rest->len -= end.next;
    return line;
}

void ptl_layout_wrap(ptl_buffer *out, ptl_text text, int32_t at, int32_t indent, int32_t columns)
{
    const int32_t width = columns - indent > 10 ? columns - indent : 10;
    bool first = true;
    while (first || text.len > 0) {
        const bool verbatim = text.len > 1 && text.ptr[0] == ' ' && text.ptr[1] == ' ';
        const int32_t room = first && columns - at > 10 ? columns - at : width;
        ptl_text line = text.len > 0 ? ptl_layout_line(&text, verbatim ? INT32_MAX : room) : text;
        if (!first && line.len > 0) ptl_layout_spaces(out, indent);
        ptl_layout_plain(out, line);
        ptl_buffer_text(out, "\n");
        first = false;
    }
}

void ptl_layout_entry(ptl_buffer *out, int32_t indent, const char *label, int32_t width,
                      const char *text, int32_t columns)
{
    const int64_t used = ptl_text_columns(ptl_text_of(label));
    ptl_layout_spaces(out, indent);
    ptl_buffer_text(out, label);
    if (used + 2 > width) { /* a long label has a line of its own */
        ptl_buffer_text(out, "\n");
        ptl_layout_spaces(out, indent + width);
    } else {
        ptl_layout_spaces(out, width - used);
    }
    ptl_layout_wrap(out, ptl_text_of(text), indent + width, indent + width, columns);
}
