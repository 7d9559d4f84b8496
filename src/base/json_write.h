/* json_write.h: a streaming JSON writer.
 *
 * Invariants. 1. What it writes is valid RFC 8259 JSON, or its status is not OK. 2. Doubles are the
 * shortest decimal that reads back to the same bits; NaN and infinities are null. 3. Keys keep the
 * order in which they are written. 4. Nesting is at most PTL_JSON_DEPTH_MAX. 5. Text that is not
 * UTF-8 fails the writer rather than reaching a reader. The status is sticky: check it once. */
#ifndef PTL_BASE_JSON_WRITE_H
#define PTL_BASE_JSON_WRITE_H

#include "base/civil.h"
#include "base/text.h"

enum { PTL_JSON_DEPTH_MAX = 64 };

/** Receives bytes in order. Returns OK to go on. */
typedef ptl_status (*ptl_sink_fn)(void *ctx, const char *bytes, size_t len, ptl_error *err);

typedef struct ptl_json {
    ptl_sink_fn sink;
    void *ctx;
    ptl_error *err; /* caller's; filled once, on the first failure; may be NULL */
    ptl_status status;
    int32_t depth;
    int32_t indent; /* spaces per level; 0 writes one line */
    bool has_items[PTL_JSON_DEPTH_MAX];
    bool is_object[PTL_JSON_DEPTH_MAX];
    bool after_key;
    bool has_root; /* the one value of the text was begun */
    size_t n_pending;
    char pending[4096]; /* gathered before they reach the sink */
} ptl_json;

void ptl_json_init(ptl_json *json, ptl_sink_fn sink, void *ctx, int32_t indent, ptl_error *err);
void ptl_json_init_buffer(ptl_json *json, ptl_buffer *buffer, int32_t indent, ptl_error *err);

/** Flush; E_INTERNAL where an object or array is still open. */
PTL_NODISCARD ptl_status ptl_json_finish(ptl_json *json);

void ptl_json_object(ptl_json *json);
void ptl_json_object_end(ptl_json *json);
void ptl_json_array(ptl_json *json);
void ptl_json_array_end(ptl_json *json);
void ptl_json_key(ptl_json *json, const char *key);
void ptl_json_text(ptl_json *json, ptl_text text);
void ptl_json_string(ptl_json *json, const char *terminated); /* NULL writes null */
void ptl_json_int(ptl_json *json, int64_t value);
void ptl_json_double(ptl_json *json, double value);
void ptl_json_bool(ptl_json *json, bool value);
void ptl_json_null(ptl_json *json);
void ptl_json_raw(ptl_json *json, ptl_text json_text); /* trusted, already JSON: one value */

/* key and value in one line */
void ptl_json_put_string(ptl_json *json, const char *key, const char *value);
void ptl_json_put_text(ptl_json *json, const char *key, ptl_text value);
void ptl_json_put_int(ptl_json *json, const char *key, int64_t value);
void ptl_json_put_double(ptl_json *json, const char *key, double value);
/** A day like "2026-03-01". */
void ptl_json_put_day(ptl_json *json, const char *key, ptl_day value);
void ptl_json_put_bool(ptl_json *json, const char *key, bool value);
/** Exact: 1234500000 micros is the JSON string "1234.50"; two digits at least, six at most. */
void ptl_json_put_micros(ptl_json *json, const char *key, int64_t micros);

/** Shortest round-trip form of `value` into out[32]; returns its length. "null" for NaN, Inf. */
int32_t ptl_double_format(char out[32], double value);

/** "-1234.50" into out[32]; two decimals at least, up to six where the micros need them. */
int32_t ptl_micros_format(char out[32], int64_t micros);

#endif
