/* openapi.c: the OpenAPI 3.1 description of every route, from the registry.
 *
 * A read is GET with its parameters in the query, everything else POST with one JSON object; the
 * answer's shape is the operation's own `result` (openapi_answer.c). */
#include <stdio.h>
#include <string.h>

#include "http/openapi.h"
#include "http/server.h"
#include "ops/role.h"

static void put_type(ptl_json *json, const char *type)
{
    ptl_json_put_string(json, "type", type);
}

static void put_choices(ptl_json *json, const char *choices)
{
    ptl_text rest = ptl_text_of(choices);
    ptl_json_key(json, "enum");
    ptl_json_array(json);
    while (rest.len > 0) ptl_json_text(json, ptl_text_cut(&rest, '|'));
    ptl_json_array_end(json);
}

static void put_range(ptl_json *json, const ptl_param *param)
{
    if (param->min == 0.0 && param->max == 0.0) return;
    ptl_json_put_double(json, "minimum", param->min);
    ptl_json_put_double(json, "maximum", param->max);
}

static void put_default(ptl_json *json, const ptl_param *param)
{
    int64_t integer = 0;
    double real = 0.0;
    const char *text = param->defaults;
    if (!text || param->repeated) return;
    if (param->type == PTL_PARAM_INT && ptl_text_int(&integer, ptl_text_of(text), NULL) == PTL_OK)
        ptl_json_put_int(json, "default", integer);
    else if (param->type == PTL_PARAM_NUMBER &&
             ptl_text_double(&real, ptl_text_of(text), NULL) == PTL_OK)
        ptl_json_put_double(json, "default", real);
    else if (param->type == PTL_PARAM_BOOL)
        ptl_json_put_bool(json, "default", strcmp(text, "true") == 0);
    else
        ptl_json_put_string(json, "default", text);
}

static void put_value_schema(ptl_json *json, const ptl_param *param)
{
    ptl_json_object(json);
    switch (param->type) {
    case PTL_PARAM_INT:
        put_type(json, "integer");
        put_range(json, param);
        break;
    case PTL_PARAM_NUMBER:
        put_type(json, "number");
        put_range(json, param);
        break;
    case PTL_PARAM_BOOL:
        put_type(json, "boolean");
        break;
    case PTL_PARAM_DAY:
        put_type(json, "string");
        ptl_json_put_string(json, "format", "date");
        break;
    case PTL_PARAM_ENUM:
        put_type(json, "string");
        put_choices(json, param->choices);
        break;
    case PTL_PARAM_PATH:
    case PTL_PARAM_TEXT:
        put_type(json, "string");
        break;
    }
    put_default(json, param);
    ptl_json_object_end(json);
}

static void put_schema(ptl_json *json, const ptl_param *param)
{
    if (!param->repeated) {
        put_value_schema(json, param);
        return;
    }
    ptl_json_object(json);
    put_type(json, "array");
    ptl_json_key(json, "items");
    put_value_schema(json, param);
    ptl_json_object_end(json);
}

/* --- requests --------------------------------------------------------------------------------- */

static void put_query(ptl_json *json, const ptl_op *op)
{
    ptl_json_key(json, "parameters");
    ptl_json_array(json);
    for (int64_t i = 0; i < op->n_params; i++) {
        const ptl_param *param = &op->params[i];
        ptl_json_object(json);
        ptl_json_put_string(json, "name", param->name);
        ptl_json_put_string(json, "in", "query");
        ptl_json_put_bool(json, "required", param->required);
        ptl_json_put_string(json, "description", param->about);
        ptl_json_key(json, "schema");
        put_schema(json, param);
        ptl_json_object_end(json);
    }
    ptl_json_raw(json, PTL_TEXT("{\"$ref\":\"#/components/parameters/Format\"}"));
    ptl_json_raw(json, PTL_TEXT("{\"$ref\":\"#/components/parameters/Table\"}"));
    ptl_json_array_end(json);
}

static void put_required(ptl_json *json, const ptl_op *op)
{
    ptl_json_key(json, "required");
    ptl_json_array(json);
    for (int64_t i = 0; i < op->n_params; i++)
        if (op->params[i].required) ptl_json_string(json, op->params[i].name);
    ptl_json_array_end(json);
}

static void put_described(ptl_json *json, const ptl_param *param)
{
    ptl_json_key(json, param->name);
    ptl_json_object(json);
    ptl_json_put_string(json, "description", param->about);
    ptl_json_key(json, "allOf");
    ptl_json_array(json);
    put_schema(json, param);
    ptl_json_array_end(json);
    ptl_json_object_end(json);
}

static void put_body(ptl_json *json, const ptl_op *op)
{
    ptl_json_key(json, "parameters");
    ptl_json_raw(json, PTL_TEXT("[{\"$ref\":\"#/components/parameters/IdempotencyKey\"},"
                                "{\"$ref\":\"#/components/parameters/Force\"}]"));
    ptl_json_key(json, "requestBody");
    ptl_json_object(json);
    ptl_json_key(json, "content");
    ptl_json_object(json);
    ptl_json_key(json, "application/json");
    ptl_json_object(json);
    ptl_json_key(json, "schema");
    ptl_json_object(json);
    put_type(json, "object");
    ptl_json_put_bool(json, "additionalProperties", false);
    put_required(json, op);
    ptl_json_key(json, "properties");
    ptl_json_object(json);
    for (int64_t i = 0; i < op->n_params; i++) put_described(json, &op->params[i]);
    ptl_json_object_end(json);
    for (int i = 0; i < 4; i++) ptl_json_object_end(json);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void put_reference(ptl_json *json, const ptl_op *op)
{
    char at[128];
    (void)snprintf(at, sizeof at, "#/components/schemas/%s", op->name);
    ptl_json_object(json);
    ptl_json_put_string(json, "$ref", at);
    ptl_json_object_end(json);
}

static void put_answer(ptl_json *json, const ptl_op *op)
{
    ptl_json_key(json, "200");
    ptl_json_object(json);
    ptl_json_put_string(json, "description", "the answer, as --json prints it");
    ptl_json_key(json, "content");
    ptl_json_object(json);
    ptl_json_key(json, "application/json");
    ptl_json_object(json);
    ptl_json_key(json, "schema");
    put_reference(json, op);
    ptl_json_object_end(json);
    if (ptl_op_is_read(op)) {
        ptl_json_key(json, "text/csv");
        ptl_json_raw(json, PTL_TEXT("{\"schema\":{\"type\":\"string\"}}"));
        ptl_json_key(json, "application/vnd.apache.arrow.stream");
        ptl_json_raw(json, PTL_TEXT("{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}"));
    }
    ptl_json_object_end(json);
    ptl_json_object_end(json);
}

static void put_responses(ptl_json *json, const ptl_op *op)
{
    ptl_json_key(json, "responses");
    ptl_json_object(json);
    if (op->is_long) {
        ptl_json_key(json, "202");
        ptl_json_raw(json, PTL_TEXT("{\"$ref\":\"#/components/responses/Queued\"}"));
    } else {
        put_answer(json, op);
    }
    if (ptl_op_is_read(op)) {
        ptl_json_key(json, "304");
        ptl_json_raw(json, PTL_TEXT("{\"description\":\"as If-None-Match has it\"}"));
    }
    ptl_json_key(json, "default");
    ptl_json_raw(json, PTL_TEXT("{\"$ref\":\"#/components/responses/Problem\"}"));
    ptl_json_object_end(json);
}

static void put_op(ptl_json *json, const ptl_op *op, const char *room)
{
    char path[128];
    const bool reads = ptl_op_is_read(op);
    (void)snprintf(path, sizeof path, "/api/v1/%s", op->name);
    for (char *c = path + 8; *c; c++)
        if (*c == '.') *c = '/';
    ptl_json_key(json, path);
    ptl_json_object(json);
    ptl_json_key(json, reads ? "get" : "post");
    ptl_json_object(json);
    ptl_json_put_string(json, "operationId", op->name);
    ptl_json_put_string(json, "summary", op->summary);
    ptl_json_put_string(json, "description", op->about);
    ptl_json_put_string(json, "x-right", op->right);
    ptl_json_key(json, "tags");
    ptl_json_array(json);
    ptl_json_string(json, room);
    ptl_json_array_end(json);
    if (reads)
        put_query(json, op);
    else
        put_body(json, op);
    put_responses(json, op);
    ptl_json_object_end(json);
    ptl_json_object_end(json);
}

ptl_status ptl_openapi(ptl_json *json, ptl_error *err)
{
    ptl_json_object(json);
    ptl_json_put_string(json, "openapi", "3.1.0");
    ptl_json_key(json, "info");
    ptl_json_object(json);
    ptl_json_put_string(json, "title", "Portolan");
    ptl_json_put_string(json, "version", PTL_VERSION);
    ptl_json_object_end(json);
    ptl_json_key(json, "security");
    ptl_json_raw(json, PTL_TEXT("[{\"key\":[]},{\"session\":[]}]"));
    ptl_json_key(json, "paths");
    ptl_json_object(json);
    for (int64_t i = 0; i < ptl_ops_n; i++)
        put_op(json, ptl_ops[i], ptl_op_rooms[ptl_op_room_of(i)].name);
    ptl_openapi_put_paths(json);
    ptl_json_object_end(json);
    ptl_json_key(json, "components");
    ptl_json_object(json);
    ptl_openapi_put_components(json);
    ptl_json_key(json, "schemas");
    ptl_json_object(json);
    ptl_openapi_put_schemas(json);
    PTL_TRY(ptl_openapi_put_answers(json, err));
    ptl_json_object_end(json);
    ptl_json_object_end(json);
    ptl_json_object_end(json);
    return PTL_OK;
}
