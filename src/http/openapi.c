/* openapi.c: the OpenAPI 3.1 description of every route, from the registry.
 *
 * A read is GET with its parameters in the query, everything else POST with one JSON object; the
 * answer's shape is the operation's own `result`, a line a key. */
#include <stdio.h>
#include <string.h>

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

/* A word of the registry's `result` as JSON Schema; what is missing is null. */
static ptl_text schema_of(ptl_text word)
{
    static const struct {
        const char *word;
        const char *schema;
    } known[] = {{"int", "{\"type\":[\"integer\",\"null\"]}"},
                 {"number", "{\"type\":[\"number\",\"null\"]}"},
                 {"bool", "{\"type\":[\"boolean\",\"null\"]}"},
                 {"text", "{\"type\":[\"string\",\"null\"]}"},
                 {"time", "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"},
                 {"day", "{\"type\":[\"string\",\"null\"],\"format\":\"date\"}"},
                 {"money", "{\"anyOf\":[{\"$ref\":\"#/components/schemas/Money\"},"
                           "{\"type\":\"null\"}]}"},
                 {"list", "{\"type\":[\"array\",\"null\"]}"},
                 {"object", "{\"type\":[\"object\",\"null\"]}"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (ptl_text_equal(word, ptl_text_of(known[i].word))) return ptl_text_of(known[i].schema);
    return PTL_TEXT("{}");
}

static void put_results(ptl_json *json, const ptl_op *op)
{
    ptl_text rest = ptl_text_of(op->result);
    while (rest.len > 0) {
        char name[80];
        ptl_text line = ptl_text_cut(&rest, '\n');
        const ptl_text key = ptl_text_trim(ptl_text_cut(&line, ':'));
        ptl_text type = ptl_text_trim(line);
        type = ptl_text_cut(&type, ' ');
        if (line.len == 0 || key.len == 0 || key.len >= sizeof name) continue;
        if (memchr(key.ptr, ' ', key.len)) continue;
        (void)snprintf(name, sizeof name, "%.*s", (int)key.len, key.ptr);
        ptl_json_key(json, name);
        ptl_json_raw(json, schema_of(type));
    }
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
    ptl_json_object(json);
    ptl_json_key(json, "allOf");
    ptl_json_array(json);
    ptl_json_raw(json, PTL_TEXT("{\"$ref\":\"#/components/schemas/Answer\"}"));
    ptl_json_object(json);
    put_type(json, "object");
    ptl_json_key(json, "properties");
    ptl_json_object(json);
    put_results(json, op);
    ptl_json_object_end(json);
    ptl_json_object_end(json);
    ptl_json_array_end(json);
    ptl_json_object_end(json);
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

/* --- what the registry does not have ---------------------------------------------------------- */

static const struct {
    const char *path, *about;
} fixed_paths[] = {
    {"/api/v1/jobs/{job}",
     "{\"get\":{\"operationId\":\"http.job\",\"summary\":\"how far a job is, and its answer\""
     ",\"parameters\":[{\"$ref\":\"#/components/parameters/Job\"}],\"responses\":{\"200\":{\""
     "description\":\"the job\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/"
     "components/schemas/Job\"}}}},\"default\":{\"$ref\":\"#/components/responses/Problem\"}"
     "}},\"delete\":{\"operationId\":\"http.cancel\",\"summary\":\"stop a job\",\"parameters"
     "\":[{\"$ref\":\"#/components/parameters/Job\"}],\"responses\":{\"202\":{\"description\""
     ":\"it was told\"},\"default\":{\"$ref\":\"#/components/responses/Problem\"}}}}"},
    {"/api/v1/events",
     "{\"get\":{\"operationId\":\"http.events\",\"summary\":\"what changes, as it changes\","
     "\"description\":\"Server-sent events: state (what a page should ask again) and job (ho"
     "w far one is, without its answer).\",\"parameters\":[{\"name\":\"Last-Event-ID\",\"in\""
     ":\"header\",\"required\":false,\"schema\":{\"type\":\"string\"}}],\"responses\":{\"200"
     "\":{\"description\":\"a stream that does not end\",\"content\":{\"text/event-stream\":"
     "{\"schema\":{\"type\":\"string\"}}}},\"default\":{\"$ref\":\"#/components/responses/Pr"
     "oblem\"}}}}"},
    {"/api/v1/uploads",
     "{\"get\":{\"operationId\":\"http.uploads\",\"summary\":\"files in the inbox\",\"respon"
     "ses\":{\"200\":{\"description\":\"the files\",\"content\":{\"application/json\":{\"sch"
     "ema\":{\"type\":\"object\",\"required\":[\"uploads\"],\"properties\":{\"uploads\":{\"t"
     "ype\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Upload\"}}}}}}},\"default\""
     ":{\"$ref\":\"#/components/responses/Problem\"}}}}"},
    {"/api/v1/uploads/{name}",
     "{\"put\":{\"operationId\":\"http.upload\",\"summary\":\"put a file into the inbox\",\""
     "parameters\":[{\"$ref\":\"#/components/parameters/UploadName\"}],\"requestBody\":{\"re"
     "quired\":true,\"content\":{\"application/octet-stream\":{\"schema\":{\"type\":\"string"
     "\",\"format\":\"binary\"}}}},\"responses\":{\"200\":{\"description\":\"it took the pla"
     "ce of another\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components"
     "/schemas/Upload\"}}}},\"201\":{\"description\":\"it is there\",\"content\":{\"applicat"
     "ion/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Upload\"}}}},\"default\":{\"$r"
     "ef\":\"#/components/responses/Problem\"}}},\"delete\":{\"operationId\":\"http.upload_r"
     "emove\",\"summary\":\"take a file out of the inbox\",\"parameters\":[{\"$ref\":\"#/com"
     "ponents/parameters/UploadName\"}],\"responses\":{\"204\":{\"description\":\"it is gone"
     "\"},\"default\":{\"$ref\":\"#/components/responses/Problem\"}}}}"},
    {"/api/v1/session",
     "{\"get\":{\"operationId\":\"http.who\",\"summary\":\"who asks\",\"responses\":{\"200\""
     ":{\"description\":\"the caller\",\"content\":{\"application/json\":{\"schema\":{\"$ref"
     "\":\"#/components/schemas/Session\"}}}},\"default\":{\"$ref\":\"#/components/responses"
     "/Problem\"}}},\"post\":{\"operationId\":\"http.sign_in\",\"summary\":\"sign in\",\"sec"
     "urity\":[],\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"sch"
     "ema\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"name\",\"pas"
     "sword\"],\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":80},\"password\":"
     "{\"type\":\"string\",\"maxLength\":256}}}}}},\"responses\":{\"200\":{\"description\":\""
     "a session; its token is in the cookie\",\"content\":{\"application/json\":{\"schema\":"
     "{\"$ref\":\"#/components/schemas/Session\"}}}},\"default\":{\"$ref\":\"#/components/re"
     "sponses/Problem\"}}},\"delete\":{\"operationId\":\"http.sign_out\",\"summary\":\"sign "
     "out\",\"responses\":{\"204\":{\"description\":\"the session has ended\"},\"default\":{"
     "\"$ref\":\"#/components/responses/Problem\"}}}}"},
    {"/api/v1/claim",
     "{\"post\":{\"operationId\":\"http.claim\",\"summary\":\"use an invitation\",\"security"
     "\":[],\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\""
     ":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"invitation\",\"pa"
     "ssword\"],\"properties\":{\"invitation\":{\"type\":\"string\",\"maxLength\":80},\"pass"
     "word\":{\"type\":\"string\",\"minLength\":12,\"maxLength\":256}}}}}},\"responses\":{\""
     "200\":{\"description\":\"the password is set, and a session begun\",\"content\":{\"app"
     "lication/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Session\"}}}},\"default\""
     ":{\"$ref\":\"#/components/responses/Problem\"}}}}"}};

static const char components[] =
    "{\"securitySchemes\":{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"session\":{\""
    "type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"portolan_session\"}},\"parameters\":{\""
    "IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":false,\""
    "schema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":128}},\"Force\":{\"name\":"
    "\"force\",\"in\":\"query\",\"required\":false,\"schema\":{\"type\":\"boolean\",\"defau"
    "lt\":false}},\"Job\":{\"name\":\"job\",\"in\":\"path\",\"required\":true,\"schema\":{\""
    "type\":\"integer\",\"minimum\":1}},\"Format\":{\"name\":\"format\",\"in\":\"query\",\""
    "required\":false,\"description\":\"One list of the answer as a table; an Accept header"
    " says the same.\",\"schema\":{\"type\":\"string\",\"enum\":[\"json\",\"csv\",\"arrow\""
    "],\"default\":\"json\"}},\"Table\":{\"name\":\"table\",\"in\":\"query\",\"required\":f"
    "alse,\"description\":\"Which list, where the answer has several.\",\"schema\":{\"type\""
    ":\"string\"}},\"UploadName\":{\"name\":\"name\",\"in\":\"path\",\"required\":true,\"sc"
    "hema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":120}}},\"responses\":{\"Prob"
    "lem\":{\"description\":\"a problem\",\"content\":{\"application/problem+json\":{\"sche"
    "ma\":{\"$ref\":\"#/components/schemas/Problem\"}}}},\"Queued\":{\"description\":\"a jo"
    "b; Location is its address\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\""
    "#/components/schemas/Job\"}}}}},\"schemas\":{\"Money\":{\"type\":\"object\",\"required"
    "\":[\"amount\",\"currency\"],\"properties\":{\"amount\":{\"type\":\"string\"},\"curren"
    "cy\":{\"type\":\"string\"}}},\"Answer\":{\"type\":\"object\",\"required\":[\"said\",\""
    "notes\",\"next\"],\"properties\":{\"said\":{\"type\":\"array\",\"items\":{\"type\":\"s"
    "tring\"}},\"notes\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"next\":{\"t"
    "ype\":\"array\",\"items\":{\"type\":\"string\"}}}},\"Job\":{\"type\":\"object\",\"requ"
    "ired\":[\"job\",\"operation\",\"state\"],\"properties\":{\"job\":{\"type\":\"integer\""
    "},\"operation\":{\"type\":\"string\"},\"state\":{\"enum\":[\"queued\",\"running\",\"do"
    "ne\",\"failed\",\"cancelled\",\"interrupted\"]},\"share\":{\"type\":[\"number\",\"null"
    "\"]},\"step\":{\"type\":[\"string\",\"null\"]},\"answer\":{\"$ref\":\"#/components/sch"
    "emas/Answer\"},\"problem\":{\"$ref\":\"#/components/schemas/Problem\"}}},\"Problem\":{"
    "\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"code\",\"message\"],"
    "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"statu"
    "s\":{\"type\":\"integer\"},\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"stri"
    "ng\"},\"detail\":{\"type\":[\"string\",\"null\"]},\"hint\":{\"type\":[\"string\",\"nul"
    "l\"]}}},\"Upload\":{\"type\":\"object\",\"required\":[\"name\",\"bytes\"],\"properties"
    "\":{\"name\":{\"type\":\"string\"},\"bytes\":{\"type\":\"integer\"},\"sha256\":{\"type"
    "\":\"string\"},\"changed_at\":{\"type\":\"string\",\"format\":\"date-time\"}}},\"Sessi"
    "on\":{\"type\":\"object\",\"required\":[\"name\",\"role\"],\"properties\":{\"name\":{\""
    "type\":\"string\"},\"role\":{\"type\":\"string\"},\"csrf_token\":{\"type\":\"string\"}"
    "}}}}";

void ptl_openapi(ptl_json *json)
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
    for (size_t i = 0; i < sizeof fixed_paths / sizeof *fixed_paths; i++) {
        ptl_json_key(json, fixed_paths[i].path);
        ptl_json_raw(json, ptl_text_of(fixed_paths[i].about));
    }
    ptl_json_object_end(json);
    ptl_json_key(json, "components");
    ptl_json_raw(json, ptl_text_of(components));
    ptl_json_object_end(json);
}
