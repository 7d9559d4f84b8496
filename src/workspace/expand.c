/* expand.c: where a source's files are (workspace.h).
 *
 * A workspace is kept in git and opened on several machines, data lie elsewhere on each. A
 * pattern may name variables of the environment; they are put in when files are looked for, not
 * when the configuration is read: the configuration, and its hash, are the same everywhere. */
#include "workspace/expand.h"

#include "workspace/limits.h"
#include "workspace/workspace.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The name between "${" and "}" at the start of `text`; empty where there is none such. */
static ptl_text variable_at(ptl_text text)
{
    size_t end = 2;
    if (!ptl_text_starts(text, PTL_TEXT("${"))) return (ptl_text){0};
    while (end < text.len && (isalnum((unsigned char)text.ptr[end]) || text.ptr[end] == '_')) end++;
    const bool closed = end < text.len && text.ptr[end] == '}';
    return closed && end > 2 ? (ptl_text){text.ptr + 2, end - 2} : (ptl_text){0};
}

static ptl_text from(ptl_text text, size_t at)
{
    return (ptl_text){text.ptr + at, text.len - at};
}

bool ptl_pattern_valid(ptl_text pattern)
{
    for (size_t at = 0; at < pattern.len; at++) {
        const ptl_text rest = from(pattern, at);
        if (ptl_text_starts(rest, PTL_TEXT("${")) && variable_at(rest).len == 0) return false;
    }
    return pattern.len > 0;
}

static ptl_status put_variable(ptl_buffer *out, ptl_text name, const char *pattern, ptl_error *err)
{
    char terminated[256];
    if (name.len >= sizeof terminated)
        return ptl_fail(err, PTL_E_INVALID, "a variable's name has at most 255 characters, not %zu",
                        name.len);
    memcpy(terminated, name.ptr, name.len);
    terminated[name.len] = '\0';
    const char *value = getenv(terminated);
    if (!value || !value[0]) {
        ptl_fail(err, PTL_E_NOT_FOUND, "environment variable %s is not set", terminated);
        ptl_error_detail(err, "the file pattern is %s", pattern);
        ptl_error_hint(err, "set it to the folder that holds the files: %s=/path", terminated);
        return PTL_E_NOT_FOUND;
    }
    ptl_buffer_text(out, value);
    return PTL_OK;
}

static ptl_status expand_into(ptl_buffer *out, const char *pattern, ptl_error *err)
{
    const ptl_text text = ptl_text_of(pattern);
    for (size_t at = 0; at < text.len;) {
        const ptl_text name = variable_at(from(text, at));
        if (name.len > 0) {
            PTL_TRY(put_variable(out, name, pattern, err));
            at += name.len + 3;
        } else {
            ptl_buffer_append(out, text.ptr + at, 1);
            at++;
        }
    }
    return ptl_buffer_check(out, "a file pattern", err);
}

ptl_status ptl_workspace_expand(char **out, const char *pattern, ptl_arena *arena, ptl_error *err)
{
    ptl_buffer path;
    ptl_buffer_init(&path, PTL_EXPANDED_BYTES_MAX, NULL);
    ptl_status st = expand_into(&path, pattern, err);
    if (st == PTL_OK) {
        *out = ptl_text_copy(ptl_buffer_borrow(&path), arena, err);
        if (!*out) st = ptl_refused(err);
    }
    ptl_buffer_dispose(&path);
    return st;
}
