/* ledger_entry.c: the bytes of an entry.
 *
 * One JSON object, keys in this order, nothing between its own tokens:
 *
 *     {"seq":0,"entered_at":"2026-11-16T06:12:00Z","kind":"config.applied","actor":"ada",
 *      "run_id":7,"body":{…}}
 *
 * run_id is null where no run stands behind the entry. The body is the caller's JSON object as it
 * came. These bytes are hashed and never made again: the seq inside them is what ties an entry to
 * its place. Inside a JSON text a quote is always escaped, so the first `,"body":` is the key. */
#include "store/ledger_internal.h"
#include "store/limits.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char body_key[] = ",\"body\":";
enum { BODY_KEY_LEN = sizeof body_key - 1, SEQ_PREFIX_MAX = 40 };

/* Only what a reader can rely on becomes an entry: one JSON object, no key twice. */
static ptl_status check_body(ptl_text body, ptl_error *err)
{
    if (body.len > PTL_LEDGER_BODY_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "ledger entry with a body of %zu bytes, at most %d",
                        body.len, PTL_LEDGER_BODY_MAX);
    json_error_t fault;
    json_t *json = json_loadb(body.ptr ? body.ptr : "", body.len, JSON_REJECT_DUPLICATES, &fault);
    const bool is_json = json != NULL, is_object = json_is_object(json);
    json_decref(json);
    if (is_object) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "ledger entry whose body is no JSON object: %s",
                    is_json ? "it is an array" : fault.text);
}

static ptl_status check_name(const char *name, const char *what, ptl_error *err)
{
    if (!name || !name[0]) return ptl_fail(err, PTL_E_INVALID, "ledger entry without %s", what);
    if (strlen(name) > PTL_LEDGER_NAME_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "ledger entry with %s of more than %d bytes", what,
                        PTL_LEDGER_NAME_MAX);
    return PTL_OK;
}

ptl_status ptl_ledger_encode(ptl_buffer *out, const ptl_ledger_entry *entry, int64_t seq,
                             ptl_error *err)
{
    PTL_TRY(check_name(entry->kind, "kind", err));
    PTL_TRY(check_name(entry->actor, "actor", err));
    PTL_TRY(check_body(entry->body, err));
    char at[40];
    ptl_instant_format(at, entry->entered_at);
    ptl_buffer_clear(out);
    ptl_json json;
    ptl_json_init_buffer(&json, out, 0, err);
    ptl_json_object(&json);
    ptl_json_put_int(&json, "seq", seq);
    ptl_json_put_string(&json, "entered_at", at);
    ptl_json_put_string(&json, "kind", entry->kind);
    ptl_json_put_string(&json, "actor", entry->actor);
    ptl_json_key(&json, "run_id");
    if (entry->run_id == 0)
        ptl_json_null(&json);
    else
        ptl_json_int(&json, entry->run_id);
    ptl_json_key(&json, "body");
    ptl_json_raw(&json, entry->body);
    ptl_json_object_end(&json);
    return ptl_json_finish(&json);
}

bool ptl_ledger_says(ptl_text stored, int64_t seq)
{
    char prefix[SEQ_PREFIX_MAX];
    const int len = snprintf(prefix, sizeof prefix, "{\"seq\":%lld,", (long long)seq);
    return ptl_text_starts(stored, (ptl_text){prefix, (size_t)len});
}

/* The keys before the body, as JSON of their own. */
static json_t *load_front(ptl_text front, ptl_arena *arena, ptl_error *err)
{
    const char *closed = ptl_text_format(arena, err, "%.*s}", (int)front.len, front.ptr);
    return closed ? json_loads(closed, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static ptl_status copy_string(const char **out, const json_t *front, const char *key,
                              ptl_arena *arena, ptl_error *err)
{
    const char *value = json_string_value(json_object_get(front, key));
    if (!value) return ptl_fail(err, PTL_E_CORRUPT, "ledger entry without \"%s\"", key);
    *out = ptl_text_copy(ptl_text_of(value), arena, err);
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status read_front(ptl_ledger_entry *out, const json_t *front, ptl_arena *arena,
                             ptl_error *err)
{
    const char *at;
    out->seq = json_integer_value(json_object_get(front, "seq"));
    out->run_id = json_integer_value(json_object_get(front, "run_id"));
    PTL_TRY(copy_string(&out->kind, front, "kind", arena, err));
    PTL_TRY(copy_string(&out->actor, front, "actor", arena, err));
    PTL_TRY(copy_string(&at, front, "entered_at", arena, err));
    return ptl_instant_parse(&out->entered_at, ptl_text_of(at), err);
}

ptl_status ptl_ledger_decode(ptl_ledger_entry *out, ptl_text stored, ptl_arena *arena,
                             ptl_error *err)
{
    memset(out, 0, sizeof *out);
    const char *copy = ptl_text_copy(stored, arena, err);
    if (!copy) return PTL_E_NO_MEMORY;
    out->stored = (ptl_text){copy, stored.len};
    const char *key = memmem(copy, stored.len, body_key, BODY_KEY_LEN);
    if (!key || stored.len > INT32_MAX || copy[stored.len - 1] != '}')
        return ptl_fail(err, PTL_E_CORRUPT, "ledger entry \"%.60s\" has no body", copy);
    const char *body = key + BODY_KEY_LEN;
    out->body = (ptl_text){body, (size_t)(copy + stored.len - 1 - body)};
    json_t *front = load_front((ptl_text){copy, (size_t)(key - copy)}, arena, err);
    const ptl_status st =
        front ? read_front(out, front, arena, err)
              : ptl_fail(err, PTL_E_CORRUPT, "ledger entry \"%.60s\" is not JSON", copy);
    json_decref(front);
    return st;
}
