/* cursor.c: see cursor.h. A cursor is base64 of eight bytes that belong to the question and of its
 * values. It is not signed: whoever makes one up sees rows that he may see anyway. */
#include "ops/cursor.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "ops/limits.h"

enum { STAMP_BYTES = 8, SLACK = 1000, TEXT_MAX = 96 };

/* The operation and its parameters without those that change from page to page. */
static ptl_status stamp(uint8_t out[STAMP_BYTES], const ptl_call *call, ptl_error *err)
{
    ptl_hasher hasher;
    const ptl_op *op = call->op;
    (void)err;
    ptl_hasher_init(&hasher);
    ptl_hasher_add_text(&hasher, ptl_text_of(op->name));
    for (int64_t i = 0; i < op->n_params; i++) {
        const char *name = op->params[i].name;
        if (strcmp(name, "cursor") == 0 || strcmp(name, "limit") == 0) continue;
        ptl_hasher_add_text(&hasher, ptl_text_of(name));
        for (int64_t j = 0; j < ptl_args_count(call->args, name); j++)
            ptl_hasher_add_text(&hasher, ptl_text_of(ptl_args_item(call->args, name, j)));
    }
    const ptl_hash hash = ptl_hasher_finish(&hasher);
    memcpy(out, hash.bytes, STAMP_BYTES);
    return PTL_OK;
}

ptl_status ptl_cursor_read(int64_t *values, int64_t n, bool *given, const ptl_call *call,
                           ptl_error *err)
{
    uint8_t bytes[STAMP_BYTES + 8 * PTL_CURSOR_VALUES_MAX], wanted[STAMP_BYTES];
    size_t len = 0;
    const char *text = ptl_args_text(call->args, "cursor");
    memset(values, 0, (size_t)n * sizeof *values);
    *given = text != NULL;
    if (!text) return PTL_OK;
    PTL_TRY(stamp(wanted, call, err));
    const bool whole = sodium_base642bin(bytes, sizeof bytes, text, strlen(text), NULL, &len, NULL,
                                         sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
                       len == STAMP_BYTES + 8 * (size_t)n &&
                       memcmp(bytes, wanted, STAMP_BYTES) == 0;
    if (!whole) {
        (void)ptl_fail(err, PTL_E_INVALID, "cursor \"%.80s\" is none of %s with these parameters",
                       text, call->op->name);
        ptl_error_hint(err, "take next_cursor of an answer with the same other parameters, or "
                            "begin without one");
        return PTL_E_INVALID;
    }
    for (int64_t i = 0; i < n; i++) {
        uint64_t value = 0;
        for (int k = 7; k >= 0; k--) value = value << 8 | bytes[STAMP_BYTES + 8 * i + k];
        values[i] = (int64_t)value;
    }
    return PTL_OK;
}

/* --- how to go on, in a terminal -------------------------------------------------------------- */

static void put_word(ptl_buffer *out, const char *text)
{
    const size_t plain = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789_-./:,+@%=");
    if (text[0] && text[plain] == '\0') {
        ptl_buffer_printf(out, " %s", text);
        return;
    }
    ptl_buffer_text(out, " '");
    for (; *text; text++)
        if (*text == '\'')
            ptl_buffer_text(out, "'\\''");
        else
            ptl_buffer_append(out, text, 1);
    ptl_buffer_text(out, "'");
}

static void put_param(ptl_buffer *out, const ptl_call *call, const ptl_param *param)
{
    char option[80];
    for (int64_t j = 0; j < ptl_args_count(call->args, param->name); j++) {
        const char *value = ptl_args_item(call->args, param->name, j);
        if (param->defaults && strcmp(param->defaults, value) == 0) continue;
        (void)snprintf(option, sizeof option, " --%.70s", param->name);
        for (char *c = option; *c; c++)
            if (*c == '_') *c = '-';
        if (!param->positional) ptl_buffer_text(out, option);
        if (param->type != PTL_PARAM_BOOL) put_word(out, value);
    }
}

static void say_next(const ptl_call *call, const char *cursor)
{
    ptl_buffer line;
    ptl_buffer_init(&line, 64 * 1024, NULL);
    ptl_buffer_printf(&line, "portolan %s", call->op->name);
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '.') line.ptr[i] = ' ';
    for (int64_t i = 0; i < call->op->n_params; i++)
        if (strcmp(call->op->params[i].name, "cursor") != 0)
            put_param(&line, call, &call->op->params[i]);
    if (line.status == PTL_OK) ptl_reply_next(call->reply, "%s --cursor %s", line.ptr, cursor);
    ptl_buffer_dispose(&line);
}

ptl_status ptl_cursor_put(const ptl_call *call, const int64_t *values, int64_t n, ptl_error *err)
{
    uint8_t bytes[STAMP_BYTES + 8 * PTL_CURSOR_VALUES_MAX];
    char text[TEXT_MAX], quoted[TEXT_MAX + 2];
    if (!values) {
        ptl_reply_json(call->reply, "next_cursor", PTL_TEXT("null"));
        return PTL_OK;
    }
    PTL_TRY(stamp(bytes, call, err));
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < 8; k++)
            bytes[STAMP_BYTES + 8 * i + k] = (uint8_t)((uint64_t)values[i] >> (8 * k));
    sodium_bin2base64(text, sizeof text, bytes, STAMP_BYTES + 8 * (size_t)n,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    (void)snprintf(quoted, sizeof quoted, "\"%s\"", text);
    ptl_reply_json(call->reply, "next_cursor", ptl_text_of(quoted));
    say_next(call, text);
    return PTL_OK;
}

/* --- windows ---------------------------------------------------------------------------------- */

ptl_status ptl_window_read(ptl_window *out, const ptl_call *call, ptl_error *err)
{
    int64_t values[2];
    bool given;
    PTL_TRY(ptl_cursor_read(values, 2, &given, call, err));
    *out = (ptl_window){.limit = ptl_args_int(call->args, "limit")};
    if (given && (values[0] < 0 || values[0] > PTL_WINDOW_ROWS_MAX))
        return ptl_fail(err, PTL_E_INVALID, "the cursor leads to row %lld", (long long)values[0]);
    out->n_given = values[0];
    out->last_id = given ? values[1] : -1;
    out->n_wanted = out->n_given + out->limit + 1 + (given ? SLACK : 0);
    return PTL_OK;
}

static ptl_status gone(ptl_error *err)
{
    (void)ptl_fail(err, PTL_E_CONFLICT, "the row before this page is no longer listed");
    ptl_error_hint(err, "begin again without a cursor");
    return PTL_E_CONFLICT;
}

ptl_status ptl_window_find(int64_t *first, int64_t *n_page, const ptl_window *window,
                           const int64_t *ids, size_t stride, int64_t n, ptl_error *err)
{
    *first = 0;
    if (window->last_id >= 0) {
        int64_t i = 0;
        while (i < n &&
               *(const int64_t *)((const char *)ids + (size_t)i * stride) != window->last_id)
            i++;
        if (i == n) return gone(err);
        *first = i + 1;
    }
    *n_page = n - *first < window->limit ? n - *first : window->limit;
    return PTL_OK;
}

ptl_status ptl_window_put(const ptl_call *call, const ptl_window *window, int64_t first,
                          int64_t n_page, int64_t n, int64_t last_id, ptl_error *err)
{
    const int64_t values[] = {window->n_given + n_page, last_id};
    return ptl_cursor_put(call, first + n_page < n ? values : NULL, 2, err);
}

/* --- of a run --------------------------------------------------------------------------------- */

ptl_status ptl_run_page_read(ptl_run_page *out, const ptl_call *call, ptl_error *err)
{
    int64_t values[3];
    bool given;
    PTL_TRY(ptl_cursor_read(values, 3, &given, call, err));
    *out = (ptl_run_page){.limit = ptl_args_int(call->args, "limit"),
                          .run = given ? values[0] : ptl_args_int(call->args, "run"),
                          .n_given = values[1],
                          .last_id = values[2]};
    if (given && (out->run < 1 || out->n_given < 1 || out->n_given > PTL_WINDOW_RUN_ROWS_MAX))
        return ptl_fail(err, PTL_E_INVALID, "the cursor leads to row %lld of run %lld",
                        (long long)out->n_given, (long long)out->run);
    out->first = given ? out->n_given - 1 : 0;
    out->n_wanted = out->limit + 1 + given;
    return PTL_OK;
}

ptl_status ptl_run_page_find(int64_t *begin, int64_t *n_page, const ptl_run_page *page,
                             int64_t first_id, int64_t n, ptl_error *err)
{
    *begin = page->n_given > 0;
    if (*begin && (n == 0 || first_id != page->last_id)) return gone(err);
    *n_page = n - *begin < page->limit ? n - *begin : page->limit;
    return PTL_OK;
}

ptl_status ptl_run_page_put(const ptl_call *call, const ptl_run_page *page, int64_t run,
                            int64_t begin, int64_t n_page, int64_t n, int64_t last_id,
                            ptl_error *err)
{
    const int64_t values[] = {run, page->n_given + n_page, last_id};
    return ptl_cursor_put(call, begin + n_page < n ? values : NULL, 3, err);
}

int64_t ptl_cursor_id(const ptl_text *texts, int64_t n)
{
    ptl_hasher hasher;
    uint64_t id = 0;
    ptl_hasher_init(&hasher);
    for (int64_t i = 0; i < n; i++) ptl_hasher_add_text(&hasher, texts[i]);
    const ptl_hash hash = ptl_hasher_finish(&hasher);
    memcpy(&id, hash.bytes, sizeof id);
    return (int64_t)(id >> 1);
}
