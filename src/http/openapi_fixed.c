/* openapi_fixed.c: what the description has beside the registry's rows: addresses of the server's
 * own, and the parts that many answers share. */
#include "http/openapi.h"

typedef struct part {
    const char *name, *json;
} part;

/* clang-format off */
static const part paths[] = {
    {"/api/v1/jobs/{job}",
     "{\"get\":{\"operationId\":\"http.job\",\"summary\":\"how far a job is, and its answer\","
     "\"parameters\":[{\"$ref\":\"#/components/parameters/Job\"}],\"responses\":{\"200\":{"
     "\"description\":\"the job\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
     "\"#/components/schemas/Job\"}}}},\"default\":{\"$ref\":\"#/components/responses/Problem\""
     "}}},\"delete\":{\"operationId\":\"http.cancel\",\"summary\":\"stop a job\",\"parameters\""
     ":[{\"$ref\":\"#/components/parameters/Job\"}],\"responses\":{\"202\":{\"description\":"
     "\"it was told\"},\"default\":{\"$ref\":\"#/components/responses/Problem\"}}}}"},
    {"/api/v1/events",
     "{\"get\":{\"operationId\":\"http.events\",\"summary\":\"what changes, as it changes\","
     "\"description\":"
     "\"Server-sent events: state (what a page should ask again) and job (how far one is, "
     "without its answer).\",\"parameters\":[{\"name\":\"Last-Event-ID\","
     "\"in\":\"header\",\"required\":false,"
     "\"schema\":{\"type\":\"string\"}}],\"responses\":{\"200\":{\"description\":"
     "\"a stream that does not end\",\"content\":{\"text/event-stream\":{\"schema\":{\"type\":"
     "\"string\"}}}},\"default\":{\"$ref\":\"#/components/responses/Problem\"}}}}"},
    {"/api/v1/uploads",
     "{\"get\":{\"operationId\":\"http.uploads\",\"summary\":\"files in the inbox\","
     "\"responses\":{\"200\":{\"description\":\"the files\",\"content\":{\"application/json\":{"
     "\"schema\":{\"type\":\"object\",\"required\":[\"uploads\"],\"properties\":{\"uploads\":{"
     "\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Upload\"}}}}}}},\"default\""
     ":{\"$ref\":\"#/components/responses/Problem\"}}}}"},
    {"/api/v1/uploads/{name}",
     "{\"put\":{\"operationId\":\"http.upload\",\"summary\":\"put a file into the inbox\","
     "\"parameters\":[{\"$ref\":\"#/components/parameters/UploadName\"}],\"requestBody\":{"
     "\"required\":true,\"content\":{\"application/octet-stream\":{\"schema\":{\"type\":"
     "\"string\",\"format\":\"binary\"}}}},\"responses\":{\"200\":{\"description\":"
     "\"it took the place of another\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
     "\"#/components/schemas/Upload\"}}}},\"201\":{\"description\":\"it is there\",\"content\":"
     "{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Upload\"}}}},"
     "\"default\":{\"$ref\":\"#/components/responses/Problem\"}}},\"delete\":{\"operationId\":"
     "\"http.upload_remove\",\"summary\":\"take a file out of the inbox\",\"parameters\":[{"
     "\"$ref\":\"#/components/parameters/UploadName\"}],\"responses\":{\"204\":{\"description\""
     ":\"it is gone\"},\"default\":{\"$ref\":\"#/components/responses/Problem\"}}}}"},
    {"/api/v1/session",
     "{\"get\":{\"operationId\":\"http.who\",\"summary\":\"who asks\",\"responses\":{\"200\":{"
     "\"description\":\"the caller\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
     "\"#/components/schemas/Session\"}}}},\"default\":{\"$ref\":"
     "\"#/components/responses/Problem\"}}},\"post\":{\"operationId\":\"http.sign_in\","
     "\"summary\":\"sign in\",\"security\":[],\"requestBody\":{\"required\":true,\"content\":{"
     "\"application/json\":{\"schema\":{\"type\":\"object\",\"additionalProperties\":false,"
     "\"required\":[\"name\",\"password\"],\"properties\":{\"name\":{\"type\":\"string\","
     "\"maxLength\":80},\"password\":{\"type\":\"string\",\"maxLength\":256}}}}}},\"responses\""
     ":{\"200\":{\"description\":\"a session; its token is in the cookie\",\"content\":{"
     "\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Session\"}}}},"
     "\"default\":{\"$ref\":\"#/components/responses/Problem\"}}},\"delete\":{\"operationId\":"
     "\"http.sign_out\",\"summary\":\"sign out\",\"responses\":{\"204\":{\"description\":"
     "\"the session has ended\"},\"default\":{\"$ref\":\"#/components/responses/Problem\"}}}}"},
    {"/api/v1/claim",
     "{\"post\":{\"operationId\":\"http.claim\",\"summary\":\"use an invitation\",\"security\":"
     "[],\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":{"
     "\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"invitation\","
     "\"password\"],\"properties\":{\"invitation\":{\"type\":\"string\",\"maxLength\":80},"
     "\"password\":{\"type\":\"string\",\"minLength\":12,\"maxLength\":256}}}}}},\"responses\":"
     "{\"200\":{\"description\":\"the password is set, and a session begun\",\"content\":{"
     "\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Session\"}}}},"
     "\"default\":{\"$ref\":\"#/components/responses/Problem\"}}}}"}};

static const part components[] = {
    {"securitySchemes",
     "{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"},\"session\":{\"type\":\"apiKey\","
     "\"in\":\"cookie\",\"name\":\"portolan_session\"}}"},
    {"parameters",
     "{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":false,"
     "\"schema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":128}},\"Force\":{\"name\":"
     "\"force\",\"in\":\"query\",\"required\":false,\"schema\":{\"type\":\"boolean\","
     "\"default\":false}},\"Job\":{\"name\":\"job\",\"in\":\"path\",\"required\":true,"
     "\"schema\":{\"type\":\"integer\",\"minimum\":1}},\"Format\":{\"name\":\"format\",\"in\":"
     "\"query\",\"required\":false,\"description\":"
     "\"One list of the answer as a table; an Accept header says the same.\",\"schema\":{"
     "\"type\":\"string\",\"enum\":[\"json\",\"csv\",\"arrow\"],\"default\":\"json\"}},"
     "\"Table\":{\"name\":\"table\",\"in\":\"query\",\"required\":false,\"description\":"
     "\"Which list, where the answer has several.\",\"schema\":{\"type\":\"string\"}},"
     "\"UploadName\":{\"name\":\"name\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":"
     "\"string\",\"minLength\":1,\"maxLength\":120}}}"},
    {"responses",
     "{\"Problem\":{\"description\":\"a problem\",\"content\":{\"application/problem+json\":{"
     "\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}},\"Queued\":{\"description\":"
     "\"a job; Location is its address\",\"content\":{\"application/json\":{\"schema\":{"
     "\"$ref\":\"#/components/schemas/Job\"}}}}}"}};

static const part schemas[] = {
    {"Money",
     "{\"type\":\"object\",\"required\":[\"amount\",\"currency\"],\"properties\":{\"amount\":{"
     "\"type\":\"string\"},\"currency\":{\"type\":\"string\"}},\"additionalProperties\":false}"},
    {"Answer",
     "{\"type\":\"object\",\"required\":[\"said\",\"notes\",\"next\"],\"properties\":{\"said\":"
     "{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"notes\":{\"type\":\"array\","
     "\"items\":{\"type\":\"string\"}},\"next\":{\"type\":\"array\",\"items\":{\"type\":"
     "\"string\"}}}}"},
    {"JobState",
     "{\"type\":\"object\",\"required\":[\"job\",\"operation\",\"state\"],\"properties\":{"
     "\"job\":{\"type\":\"integer\"},\"operation\":{\"type\":\"string\"},\"state\":{\"enum\":["
     "\"queued\",\"running\",\"done\",\"failed\",\"cancelled\",\"interrupted\"]},\"share\":{"
     "\"type\":[\"number\",\"null\"]},\"step\":{\"type\":[\"string\",\"null\"]},\"answer\":{"
     "\"$ref\":\"#/components/schemas/Answer\"},\"problem\":{\"$ref\":"
     "\"#/components/schemas/Problem\"}}}"},
    {"Problem",
     "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\",\"code\",\"message\"],"
     "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
     "\"status\":{\"type\":\"integer\"},\"code\":{\"type\":\"string\"},"
     "\"message\":{\"type\":\"string\"},"
     "\"detail\":{\"type\":[\"string\",\"null\"]},\"hint\":{\"type\":[\"string\",\"null\"]},"
     "\"said\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
     "\"notes\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
     "\"next\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
     "\"faults\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,"
     "\"required\":[\"file\",\"line\",\"column\",\"key\",\"found\",\"allowed\",\"nearest\"],"
     "\"properties\":{\"file\":{\"type\":[\"string\",\"null\"]},"
     "\"line\":{\"type\":[\"integer\",\"null\"]},"
     "\"column\":{\"type\":[\"integer\",\"null\"]},\"key\":{\"type\":[\"string\",\"null\"]},"
     "\"found\":{\"type\":[\"string\",\"null\"]},\"allowed\":{\"type\":[\"string\",\"null\"]},"
     "\"nearest\":{\"type\":[\"string\",\"null\"]}}}}}}"},
    {"Upload",
     "{\"type\":\"object\",\"required\":[\"name\",\"bytes\"],\"properties\":{\"name\":{\"type\""
     ":\"string\"},\"bytes\":{\"type\":\"integer\"},\"sha256\":{\"type\":\"string\"},"
     "\"changed_at\":{\"type\":\"string\",\"format\":\"date-time\"}}}"},
    {"Session",
     "{\"type\":\"object\",\"required\":[\"name\",\"role\"],\"properties\":{\"name\":{\"type\":"
     "\"string\"},\"role\":{\"type\":\"string\"},\"csrf_token\":{\"type\":\"string\"}}}"}};
/* clang-format on */

static void put_parts(ptl_json *json, const part *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ptl_json_key(json, parts[i].name);
        ptl_json_raw(json, ptl_text_of(parts[i].json));
    }
}

void ptl_openapi_put_paths(ptl_json *json)
{
    put_parts(json, paths, sizeof paths / sizeof *paths);
}

void ptl_openapi_put_components(ptl_json *json)
{
    put_parts(json, components, sizeof components / sizeof *components);
}

void ptl_openapi_put_schemas(ptl_json *json)
{
    put_parts(json, schemas, sizeof schemas / sizeof *schemas);
}
