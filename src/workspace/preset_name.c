/* preset_name.c: when two heads of columns are the same (preset.h).
 *
 * Tools, locales and years differ in capitals, blanks and punctuation, and mean the same: "Impr.",
 * "impr" and "IMPR" are one head. Letters do not differ that way: "Cost" is not "Costs" until a
 * preset lists both, for a name that is nearly right may be another column. */
#include "workspace/preset.h"

#include <string.h>
#include <utf8proc.h>

/* Letters and digits of any script. */
static bool is_word(utf8proc_int32_t point)
{
    const utf8proc_category_t category = utf8proc_category(point);
    return category <= UTF8PROC_CATEGORY_LO ||
           (category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_NO);
}

ptl_text ptl_head_fold(char out[PTL_HEAD_BYTES_MAX], ptl_text head)
{
    enum { POINTS_MAX = PTL_HEAD_BYTES_MAX / 4 };
    utf8proc_int32_t points[POINTS_MAX];
    const utf8proc_option_t options = (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPAT |
                                                          UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    utf8proc_ssize_t n =
        utf8proc_decompose((const utf8proc_uint8_t *)head.ptr, (utf8proc_ssize_t)head.len, points,
                           POINTS_MAX, options);
    if (n > 0 && n <= POINTS_MAX) n = utf8proc_normalize_utf32(points, n, options);
    size_t len = 0;
    bool blank = false;
    for (utf8proc_ssize_t i = 0; n <= POINTS_MAX && i < n; i++) {
        if (!is_word(points[i]) && points[i] != '*') {
            blank = len > 0;
            continue;
        }
        if (len + 6 > PTL_HEAD_BYTES_MAX) return (ptl_text){out, 0};
        if (blank) out[len++] = ' ';
        blank = false;
        len += (size_t)utf8proc_encode_char(points[i], (utf8proc_uint8_t *)out + len);
    }
    return (ptl_text){out, len};
}

static bool equal_without_blanks(ptl_text a, ptl_text b)
{
    size_t i = 0, j = 0;
    for (;; i++, j++) {
        while (i < a.len && a.ptr[i] == ' ') i++;
        while (j < b.len && b.ptr[j] == ' ') j++;
        if (i == a.len || j == b.len) return i == a.len && j == b.len;
        if (a.ptr[i] != b.ptr[j]) return false;
    }
}

/* "a * b": what stands before and behind the first "*", a second "*" at the very end. */
static bool matches(ptl_text head, ptl_text pattern, ptl_text *stem)
{
    ptl_text behind = pattern;
    const ptl_text before = ptl_text_trim(ptl_text_cut(&behind, '*'));
    const bool open = ptl_text_ends(behind, PTL_TEXT("*"));
    if (open) behind.len--;
    behind = ptl_text_trim(behind);
    if (head.len < before.len + behind.len || !ptl_text_starts(head, before)) return false;
    const ptl_text rest = {head.ptr + before.len, head.len - before.len};
    if (open) { /* "* word *": the word anywhere */
        for (size_t at = 0; at + behind.len <= rest.len; at++)
            if (memcmp(rest.ptr + at, behind.ptr, behind.len) == 0) {
                *stem = head;
                return true;
            }
        return false;
    }
    if (!ptl_text_ends(rest, behind)) return false;
    *stem = ptl_text_trim((ptl_text){rest.ptr, rest.len - behind.len});
    return stem->len > 0;
}

bool ptl_head_is(ptl_text folded, const char *pattern, ptl_text *stem)
{
    const ptl_text text = ptl_text_of(pattern);
    *stem = (ptl_text){0};
    if (text.len == 0 || folded.len == 0) return false;
    if (memchr(text.ptr, '*', text.len)) return matches(folded, text, stem);
    return equal_without_blanks(folded, text);
}
