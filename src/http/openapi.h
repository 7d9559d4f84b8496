/* openapi.h: the parts that the OpenAPI description is put together from. */
#ifndef PTL_HTTP_OPENAPI_H
#define PTL_HTTP_OPENAPI_H

#include "base/json_write.h"

/* openapi_fixed.c: members of the object that the caller has open. */
void ptl_openapi_put_paths(ptl_json *json);
void ptl_openapi_put_components(ptl_json *json);
void ptl_openapi_put_schemas(ptl_json *json);

/** openapi_answer.c: a schema for every operation's answer, under its name, and Job, which has
 * them. E_INVALID where the text of one cannot be read. */
PTL_NODISCARD ptl_status ptl_openapi_put_answers(ptl_json *json, ptl_error *err);

#endif
