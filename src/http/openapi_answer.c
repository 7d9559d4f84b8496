/* openapi_answer.c: every operation's answer as a schema, from what its row says (ops/result.h).
 *
 * A key that is not described is refused, at every depth, so that the description cannot fall
 * behind the program unseen. A value may be null, since what is not known is null; lists and their
 * rows are always there. Whether an answer has a key is told by `required`. */
#include <stdio.h>

#include "http/openapi.h"
#include "ops/registry.h"
#include "ops/result.h"

enum { RESULT_BYTES_MAX = 1 << 20 };

static void put_type(ptl_json *json, const ptl_result_type *type);

/* Members of an object's schema. */
static void put_keys(ptl_json *json, const ptl_result_key *keys)
{
    ptl_json_key(json, "required");
    ptl_json_array(json);
    for (const ptl_result_key *key = keys; key; key = key->next)
        if (!key->is_optional) ptl_json_text(json, key->name);
    ptl_json_array_end(json);
    ptl_json_key(json, "properties");
    ptl_json_object(json);
    for (const ptl_result_key *key = keys; key; key = key->next) {
        char name[80];
        (void)snprintf(name, sizeof name, "%.*s", (int)key->name.len, key->name.ptr);
        ptl_json_key(json, name);
        put_type(json, key->type);
    }
    ptl_json_object_end(json);
}

static void put_row(ptl_json *json, const ptl_result_key *keys)
{
    ptl_json_object(json);
    ptl_json_put_string(json, "type", "object");
    put_keys(json, keys);
    ptl_json_put_bool(json, "additionalProperties", false);
    ptl_json_object_end(json);
}

static void put_list(ptl_json *json, const ptl_result_type *items)
{
    ptl_json_object(json);
    ptl_json_put_string(json, "type", "array");
    ptl_json_key(json, "items");
    put_type(json, items);
    ptl_json_object_end(json);
}

static void put_one(ptl_json *json, const ptl_result_type *type)
{
    static const char *const scalars[] = {
        [PTL_RESULT_INT] = "{\"type\":[\"integer\",\"null\"]}",
        [PTL_RESULT_NUMBER] = "{\"type\":[\"number\",\"null\"]}",
        [PTL_RESULT_BOOL] = "{\"type\":[\"boolean\",\"null\"]}",
        [PTL_RESULT_TEXT] = "{\"type\":[\"string\",\"null\"]}",
        [PTL_RESULT_TIME] = "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}",
        [PTL_RESULT_DAY] = "{\"type\":[\"string\",\"null\"],\"format\":\"date\"}",
        [PTL_RESULT_MONEY] =
            "{\"anyOf\":[{\"$ref\":\"#/components/schemas/Money\"},{\"type\":\"null\"}]}",
        [PTL_RESULT_OBJECT] = "{\"type\":[\"object\",\"null\"]}",
        [PTL_RESULT_ANY] = "{}"};
    if (type->kind == PTL_RESULT_LIST)
        put_list(json, type->items);
    else if (type->keys)
        put_row(json, type->keys);
    else
        ptl_json_raw(json, ptl_text_of(scalars[type->kind]));
}

static void put_type(ptl_json *json, const ptl_result_type *type)
{
    if (!type->other) {
        put_one(json, type);
        return;
    }
    ptl_json_object(json);
    ptl_json_key(json, "anyOf");
    ptl_json_array(json);
    for (; type; type = type->other) put_one(json, type);
    ptl_json_array_end(json);
    ptl_json_object_end(json);
}

/* Beside its own keys an answer has those of every answer: said, notes, next. */
static void put_answer(ptl_json *json, const ptl_result_key *keys)
{
    ptl_json_object(json);
    ptl_json_put_string(json, "type", "object");
    ptl_json_key(json, "allOf");
    ptl_json_raw(json, PTL_TEXT("[{\"$ref\":\"#/components/schemas/Answer\"}]"));
    put_keys(json, keys);
    ptl_json_put_bool(json, "unevaluatedProperties", false);
    ptl_json_object_end(json);
}

/* A job's answer is that of its operation. */
static void put_answer_of_job(ptl_json *json, const char *operation)
{
    char text[320];
    (void)snprintf(text, sizeof text,
                   "{\"if\":{\"properties\":{\"operation\":{\"const\":\"%s\"}}},\"then\":{"
                   "\"properties\":{\"answer\":{\"$ref\":\"#/components/schemas/%s\"}}}}",
                   operation, operation);
    ptl_json_raw(json, ptl_text_of(text));
}

static void put_job(ptl_json *json)
{
    ptl_json_key(json, "Job");
    ptl_json_object(json);
    ptl_json_key(json, "allOf");
    ptl_json_array(json);
    ptl_json_raw(json, PTL_TEXT("{\"$ref\":\"#/components/schemas/JobState\"}"));
    for (int64_t i = 0; i < ptl_ops_n; i++)
        if (ptl_ops[i]->is_long) put_answer_of_job(json, ptl_ops[i]->name);
    ptl_json_array_end(json);
    ptl_json_object_end(json);
}

ptl_status ptl_openapi_put_answers(ptl_json *json, ptl_error *err)
{
    ptl_arena arena;
    ptl_status st = PTL_OK;
    put_job(json);
    for (int64_t i = 0; i < ptl_ops_n && st == PTL_OK; i++) {
        ptl_result_key *keys;
        ptl_arena_init(&arena, RESULT_BYTES_MAX, NULL);
        st = ptl_result_of(&keys, ptl_ops[i], &arena, err);
        if (st == PTL_OK) {
            ptl_json_key(json, ptl_ops[i]->name);
            put_answer(json, keys);
        } else {
            st = ptl_error_prefix(err, st, "%s", ptl_ops[i]->name);
        }
        ptl_arena_dispose(&arena);
    }
    return st;
}
