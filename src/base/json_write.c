/* json_write.c: the writer's state machine (invariants in json_write.h).
 *
 * A value may be written at the root once, in an array at any time, in an object after a key. The
 * position is `depth`, with two flags per open level, and `after_key`. A call at the wrong place is
 * the program's own fault: E_INTERNAL, sticky, and nothing more is written. */
#include "base/json_write.h"

#include <stdio.h>
#include <string.h>

static void json_fail(ptl_json *json, ptl_status status, const char *why)
{
    if (json->status != PTL_OK) return;
    json->status = ptl_fail(json->err, status, "JSON: %s", why);
}

static void flush(ptl_json *json)
{
    if (json->status != PTL_OK || json->n_pending == 0) return;
    json->status = json->sink(json->ctx, json->pending, json->n_pending, json->err);
    json->n_pending = 0;
}

static void emit(ptl_json *json, const char *bytes, size_t len)
{
    while (json->status == PTL_OK && len > 0) {
        const size_t room = sizeof json->pending - json->n_pending;
        const size_t n = len < room ? len : room;
        memcpy(json->pending + json->n_pending, bytes, n);
        json->n_pending += n;
        bytes += n;
        len -= n;
        if (json->n_pending == sizeof json->pending) flush(json);
    }
}

static void emit_char(ptl_json *json, char c)
{
    emit(json, &c, 1);
}

static void emit_newline(ptl_json *json)
{
    if (json->indent <= 0) return;
    emit_char(json, '\n');
    for (int32_t i = 0; i < json->indent * json->depth; i++) emit_char(json, ' ');
}

void ptl_json_init(ptl_json *json, ptl_sink_fn sink, void *ctx, int32_t indent, ptl_error *err)
{
    *json = (ptl_json){.sink = sink, .ctx = ctx, .err = err, .indent = indent};
}

static ptl_status buffer_sink(void *ctx, const char *bytes, size_t len, ptl_error *err)
{
    ptl_buffer *buffer = ctx;
    ptl_buffer_append(buffer, bytes, len);
    return ptl_buffer_check(buffer, "JSON", err);
}

void ptl_json_init_buffer(ptl_json *json, ptl_buffer *buffer, int32_t indent, ptl_error *err)
{
    ptl_json_init(json, buffer_sink, buffer, indent, err);
}

ptl_status ptl_json_finish(ptl_json *json)
{
    if (json->depth > 0) json_fail(json, PTL_E_INTERNAL, "an object or array is still open");
    if (!json->has_root) json_fail(json, PTL_E_INTERNAL, "no value was written");
    if (json->indent > 0) emit_char(json, '\n');
    flush(json);
    return json->status;
}

/* Before every value: is it allowed here, and what separates it from what stands before it? */
static bool begin_value(ptl_json *json)
{
    if (json->status != PTL_OK) return false;
    if (json->after_key) {
        json->after_key = false;
        return true;
    }
    if (json->depth == 0) {
        if (json->has_root) json_fail(json, PTL_E_INTERNAL, "a second value at the root");
        json->has_root = true;
        return json->status == PTL_OK;
    }
    const int32_t level = json->depth - 1;
    if (json->is_object[level]) {
        json_fail(json, PTL_E_INTERNAL, "a value in an object needs a key");
        return false;
    }
    if (json->has_items[level]) emit_char(json, ',');
    json->has_items[level] = true;
    emit_newline(json);
    return json->status == PTL_OK;
}

static void open_level(ptl_json *json, bool is_object)
{
    if (!begin_value(json)) return;
    if (json->depth == PTL_JSON_DEPTH_MAX) {
        json_fail(json, PTL_E_LIMIT, "nested more than 64 deep");
        return;
    }
    json->is_object[json->depth] = is_object;
    json->has_items[json->depth] = false;
    json->depth++;
    emit_char(json, is_object ? '{' : '[');
}

static void close_level(ptl_json *json, bool is_object)
{
    if (json->status != PTL_OK) return;
    if (json->depth == 0 || json->is_object[json->depth - 1] != is_object || json->after_key) {
        json_fail(json, PTL_E_INTERNAL, "an end without its beginning");
        return;
    }
    json->depth--;
    if (json->has_items[json->depth]) emit_newline(json);
    emit_char(json, is_object ? '}' : ']');
}

void ptl_json_object(ptl_json *json)
{
    open_level(json, true);
}

void ptl_json_object_end(ptl_json *json)
{
    close_level(json, true);
}

void ptl_json_array(ptl_json *json)
{
    open_level(json, false);
}

void ptl_json_array_end(ptl_json *json)
{
    close_level(json, false);
}

static void emit_escaped(ptl_json *json, unsigned char c)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *s = shorts; *s; s += 2)
        if ((unsigned char)s[0] == c) {
            emit(json, (const char[]){'\\', s[1]}, 2);
            return;
        }
    char text[8];
    const int len = snprintf(text, sizeof text, "\\u%04x", (unsigned)c);
    emit(json, text, (size_t)len);
}

static void emit_quoted(ptl_json *json, ptl_text text)
{
    size_t fault = 0;
    if (!ptl_text_utf8_valid(text, &fault)) {
        if (json->status == PTL_OK)
            json->status = ptl_fail(json->err, PTL_E_INVALID,
                                    "JSON: text is not UTF-8 at its byte %zu (0x%02x)", fault,
                                    (unsigned)(unsigned char)text.ptr[fault]);
        return;
    }
    emit_char(json, '"');
    size_t start = 0; /* runs that need no escape go out whole */
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        emit(json, text.ptr + start, i - start);
        emit_escaped(json, c);
        start = i + 1;
    }
    if (text.len > start) emit(json, text.ptr + start, text.len - start);
    emit_char(json, '"');
}

void ptl_json_key(ptl_json *json, const char *key)
{
    if (json->status != PTL_OK) return;
    if (json->depth == 0 || !json->is_object[json->depth - 1] || json->after_key) {
        json_fail(json, PTL_E_INTERNAL, "a key outside an object");
        return;
    }
    if (json->has_items[json->depth - 1]) emit_char(json, ',');
    json->has_items[json->depth - 1] = true;
    emit_newline(json);
    emit_quoted(json, ptl_text_of(key));
    emit(json, ": ", json->indent > 0 ? 2 : 1);
    json->after_key = true;
}

void ptl_json_raw(ptl_json *json, ptl_text json_text)
{
    if (!begin_value(json)) return;
    if (json_text.len == 0)
        json_fail(json, PTL_E_INTERNAL, "a raw value of no bytes");
    else
        emit(json, json_text.ptr, json_text.len);
}

void ptl_json_text(ptl_json *json, ptl_text text)
{
    if (begin_value(json)) emit_quoted(json, text);
}

void ptl_json_null(ptl_json *json)
{
    ptl_json_raw(json, PTL_TEXT("null"));
}

void ptl_json_string(ptl_json *json, const char *terminated)
{
    if (terminated)
        ptl_json_text(json, ptl_text_of(terminated));
    else
        ptl_json_null(json);
}

void ptl_json_int(ptl_json *json, int64_t value)
{
    char text[24];
    const int len = snprintf(text, sizeof text, "%lld", (long long)value);
    ptl_json_raw(json, (ptl_text){text, (size_t)len});
}

void ptl_json_double(ptl_json *json, double value)
{
    char text[32];
    const int32_t len = ptl_double_format(text, value);
    ptl_json_raw(json, (ptl_text){text, (size_t)len});
}

void ptl_json_bool(ptl_json *json, bool value)
{
    ptl_json_raw(json, value ? PTL_TEXT("true") : PTL_TEXT("false"));
}

void ptl_json_put_string(ptl_json *json, const char *key, const char *value)
{
    ptl_json_key(json, key);
    ptl_json_string(json, value);
}

void ptl_json_put_text(ptl_json *json, const char *key, ptl_text value)
{
    ptl_json_key(json, key);
    ptl_json_text(json, value);
}

void ptl_json_put_int(ptl_json *json, const char *key, int64_t value)
{
    ptl_json_key(json, key);
    ptl_json_int(json, value);
}

void ptl_json_put_double(ptl_json *json, const char *key, double value)
{
    ptl_json_key(json, key);
    ptl_json_double(json, value);
}

void ptl_json_put_day(ptl_json *json, const char *key, ptl_day value)
{
    char text[16];
    ptl_day_format(text, value);
    ptl_json_put_string(json, key, text);
}

void ptl_json_put_bool(ptl_json *json, const char *key, bool value)
{
    ptl_json_key(json, key);
    ptl_json_bool(json, value);
}

void ptl_json_put_micros(ptl_json *json, const char *key, int64_t micros)
{
    char text[32];
    const int32_t len = ptl_micros_format(text, micros);
    ptl_json_key(json, key);
    ptl_json_text(json, (ptl_text){text, (size_t)len});
}
