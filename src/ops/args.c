/* args.c: parameters of one call, checked against the operation's table.
 *
 * Whatever face they come from, values pass through one check as text (a JSON number is written in
 * its shortest form first, which reads back to the same bits), so that a parameter means the same
 * in a terminal, in JSON and in a run's record. Nothing is guessed: a value is exactly of its type
 * and inside its range, or the call is refused with what was found and what is allowed. */
#include "ops/args.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "ops/limits.h"

typedef struct arg_value {
    bool given; /* by the caller, or by the table's default */
    int64_t n;
    const char **items; /* as text, n of them             */
    int64_t integer;    /* INT, BOOL, DAY: the first item */
    double real;        /* NUMBER: the first item         */
} arg_value;

struct ptl_args {
    const ptl_op *op;
    arg_value *values; /* one a parameter, in the table's order */
    ptl_arena *arena;
};

/* --- one value -------------------------------------------------------------------------------- */

/* "html|json" as "html, json". */
static void list_choices(char out[128], const char *choices)
{
    size_t n = 0;
    for (; *choices && n + 3 < 128; choices++) {
        out[n++] = *choices == '|' ? ',' : *choices;
        if (*choices == '|') out[n++] = ' ';
    }
    out[n] = '\0';
}

static const char *allowed_text(char out[128], const ptl_param *param)
{
    const bool ranged = param->min != 0.0 || param->max != 0.0;
    const char *what = param->type == PTL_PARAM_INT ? "a whole number" : "a number";
    switch (param->type) {
    case PTL_PARAM_INT:
    case PTL_PARAM_NUMBER:
        if (ranged)
            snprintf(out, 128, "%s from %.15g to %.15g", what, param->min, param->max);
        else
            snprintf(out, 128, "%s", what);
        break;
    case PTL_PARAM_BOOL:
        snprintf(out, 128, "true or false");
        break;
    case PTL_PARAM_DAY:
        snprintf(out, 128, "a day as 2026-11-15");
        break;
    case PTL_PARAM_ENUM:
        list_choices(out, param->choices);
        break;
    case PTL_PARAM_PATH:
        snprintf(out, 128, "a path");
        break;
    case PTL_PARAM_TEXT:
        snprintf(out, 128, "a text");
        break;
    }
    return out;
}

static ptl_status refuse(const ptl_param *param, const char *found, ptl_error *err)
{
    char allowed[128];
    allowed_text(allowed, param);
    const ptl_status st =
        ptl_fail(err, PTL_E_INVALID, "parameter \"%s\": found \"%.200s\", allowed: %s", param->name,
                 found, allowed);
    if (param->unit) ptl_error_detail(err, "unit: %s", param->unit);
    return st;
}

static bool in_range(const ptl_param *param, double value)
{
    if (param->min == 0.0 && param->max == 0.0) return isfinite(value);
    return value >= param->min && value <= param->max; /* NaN is outside */
}

static bool is_choice(const char *choices, ptl_text value)
{
    ptl_text rest = ptl_text_of(choices);
    while (rest.len > 0)
        if (ptl_text_equal(ptl_text_cut(&rest, '|'), value)) return true;
    return false;
}

/* Whether `text` is of the parameter's type and range; the value lands in `value`. */
static bool read_value(arg_value *value, const ptl_param *param, ptl_text text)
{
    ptl_day day = 0;
    switch (param->type) {
    case PTL_PARAM_INT:
        return ptl_text_int(&value->integer, text, NULL) == PTL_OK &&
               in_range(param, (double)value->integer);
    case PTL_PARAM_NUMBER:
        return ptl_text_double(&value->real, text, NULL) == PTL_OK && in_range(param, value->real);
    case PTL_PARAM_BOOL:
        value->integer = ptl_text_equal(text, PTL_TEXT("true"));
        return value->integer || ptl_text_equal(text, PTL_TEXT("false"));
    case PTL_PARAM_DAY:
        if (ptl_day_parse(&day, text, NULL) != PTL_OK) return false;
        value->integer = day;
        return true;
    case PTL_PARAM_ENUM:
        return is_choice(param->choices, text);
    case PTL_PARAM_PATH:
        return text.len > 0;
    case PTL_PARAM_TEXT:
        return true;
    }
    return false;
}

static ptl_status check_text(const ptl_param *param, ptl_text text, ptl_error *err)
{
    size_t fault = 0;
    if (text.len > PTL_ARG_TEXT_BYTES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "parameter \"%s\" has %zu bytes, at most %d are read",
                        param->name, text.len, (int)PTL_ARG_TEXT_BYTES_MAX);
    if (!ptl_text_utf8_valid(text, &fault))
        return ptl_fail(err, PTL_E_INVALID, "parameter \"%s\" is not UTF-8 at byte %zu",
                        param->name, fault + 1);
    if (memchr(text.ptr ? text.ptr : "", 0, text.len))
        return ptl_fail(err, PTL_E_INVALID, "parameter \"%s\" holds a zero byte", param->name);
    return PTL_OK;
}

/* Add one value of parameter `idx`. */
static ptl_status add_value(ptl_args *args, int64_t idx, ptl_text text, ptl_error *err)
{
    const ptl_param *param = &args->op->params[idx];
    arg_value *value = &args->values[idx];
    if (value->n > 0 && !param->repeated)
        return ptl_fail(err, PTL_E_INVALID, "parameter \"%s\" is given twice: \"%.100s\", \"%.*s\"",
                        param->name, value->items[0], (int)(text.len < 100 ? text.len : 100),
                        text.ptr ? text.ptr : "");
    if (value->n >= PTL_ARGS_ITEMS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "parameter \"%s\" has more than %d values", param->name,
                        (int)PTL_ARGS_ITEMS_MAX);
    PTL_TRY(check_text(param, text, err));
    char *copy = ptl_text_copy(text, args->arena, err);
    if (!copy) return PTL_E_NO_MEMORY;
    if (!value->items)
        value->items = ptl_arena_array(args->arena, param->repeated ? PTL_ARGS_ITEMS_MAX : 1,
                                       sizeof *value->items, err);
    if (!value->items) return PTL_E_NO_MEMORY;
    arg_value read = {.real = PTL_NAN};
    if (!read_value(&read, param, text)) return refuse(param, copy, err);
    if (value->n == 0) {
        value->integer = read.integer;
        value->real = read.real;
    }
    value->items[value->n++] = copy;
    value->given = true;
    return PTL_OK;
}

/* --- the table -------------------------------------------------------------------------------- */

static ptl_status args_new(ptl_args **out, const ptl_op *op, ptl_arena *arena, ptl_error *err)
{
    ptl_args *args = ptl_arena_alloc(arena, sizeof *args, err);
    if (!args) return PTL_E_NO_MEMORY;
    args->values =
        ptl_arena_array(arena, op->n_params ? op->n_params : 1, sizeof *args->values, err);
    if (!args->values) return PTL_E_NO_MEMORY;
    args->op = op;
    args->arena = arena;
    for (int64_t i = 0; i < op->n_params; i++) args->values[i].real = PTL_NAN;
    *out = args;
    return PTL_OK;
}

/* "as-of" is as_of: a terminal writes dashes. */
static bool names_match(const char *name, ptl_text given)
{
    if (strlen(name) != given.len) return false;
    for (size_t i = 0; i < given.len; i++)
        if (name[i] != (given.ptr[i] == '-' ? '_' : given.ptr[i])) return false;
    return true;
}

static ptl_status find_param(int64_t *out, const ptl_op *op, ptl_text name, ptl_error *err)
{
    const char *names[PTL_ARGS_PARAMS_MAX];
    int64_t n = 0;
    for (int64_t i = 0; i < op->n_params && n < PTL_ARGS_PARAMS_MAX; i++) {
        if (names_match(op->params[i].name, name)) {
            *out = i;
            return PTL_OK;
        }
        names[n++] = op->params[i].name;
    }
    (void)ptl_fail(err, PTL_E_INVALID, "%s has no parameter \"%.*s\"", op->name,
                   (int)(name.len < 100 ? name.len : 100), name.ptr ? name.ptr : "");
    const char *nearest = ptl_text_nearest(name, names, n);
    if (nearest)
        ptl_error_hint(err, "did you mean \"%s\"?", nearest);
    else
        ptl_error_hint(err, "portolan help %s lists its parameters", op->name);
    return PTL_E_INVALID;
}

/* Fill in defaults; refuse where a required parameter is missing. */
static ptl_status complete(ptl_args *args, ptl_error *err)
{
    const ptl_op *op = args->op;
    for (int64_t i = 0; i < op->n_params; i++) {
        const ptl_param *param = &op->params[i];
        if (args->values[i].given) continue;
        if (param->required) {
            (void)ptl_fail(err, PTL_E_INVALID, "%s needs \"%s\"", op->name, param->name);
            ptl_error_detail(err, "%s: %s", param->name, param->about);
            ptl_error_hint(err, "for example: %s", op->example);
            return PTL_E_INVALID;
        }
        if (param->defaults) PTL_TRY(add_value(args, i, ptl_text_of(param->defaults), err));
    }
    return PTL_OK;
}

ptl_status ptl_args_from_texts(ptl_args **out, const ptl_op *op, const ptl_arg_text *texts,
                               int64_t n_texts, ptl_arena *arena, ptl_error *err)
{
    ptl_args *args = NULL;
    PTL_TRY(args_new(&args, op, arena, err));
    for (int64_t i = 0; i < n_texts; i++) {
        int64_t idx = 0;
        PTL_TRY(find_param(&idx, op, ptl_text_of(texts[i].name), err));
        PTL_TRY(add_value(args, idx, ptl_text_of(texts[i].value), err));
    }
    PTL_TRY(complete(args, err));
    *out = args;
    return PTL_OK;
}

/* --- pages ------------------------------------------------------------------------------------ */

static const ptl_param *param_of(const ptl_op *op, const char *name)
{
    for (int64_t i = 0; i < op->n_params; i++)
        if (strcmp(op->params[i].name, name) == 0) return &op->params[i];
    return NULL;
}

bool ptl_op_has_pages(const ptl_op *op)
{
    return param_of(op, "limit") && param_of(op, "cursor");
}

/* What the page has in place of the value given; NULL: that value. */
static const char *of_page(const char *name, const char *limit, const char *cursor)
{
    return strcmp(name, "limit") == 0 ? limit : strcmp(name, "cursor") == 0 ? cursor : NULL;
}

ptl_status ptl_args_page(ptl_args **out, const ptl_args *args, int64_t limit, const char *cursor,
                         ptl_arena *arena, ptl_error *err)
{
    char number[24];
    ptl_args *page = NULL;
    const ptl_op *op = args->op;
    const int64_t most = (int64_t)param_of(op, "limit")->max;
    (void)snprintf(number, sizeof number, "%" PRId64, limit < most ? limit : most);
    PTL_TRY(args_new(&page, op, arena, err));
    for (int64_t i = 0; i < op->n_params; i++) {
        const char *own = of_page(op->params[i].name, number, cursor);
        if (own && own[0]) PTL_TRY(add_value(page, i, ptl_text_of(own), err));
        for (int64_t j = 0; !own && j < args->values[i].n; j++)
            PTL_TRY(add_value(page, i, ptl_text_of(args->values[i].items[j]), err));
    }
    *out = page;
    return PTL_OK;
}

/* --- JSON ------------------------------------------------------------------------------------- */

static const char *json_kind(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
        return "a whole number";
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        return "null";
    }
    return "a value";
}

/* The JSON value as the text a person would have typed, where its JSON type is the parameter's. */
static bool json_as_text(ptl_text *out, char scratch[40], ptl_param_type type, const json_t *value)
{
    int32_t n = 0;
    if (type == PTL_PARAM_BOOL && json_is_boolean(value)) {
        *out = json_is_true(value) ? PTL_TEXT("true") : PTL_TEXT("false");
        return true;
    }
    const bool number = type == PTL_PARAM_INT || type == PTL_PARAM_NUMBER;
    if (number && json_is_integer(value))
        n = snprintf(scratch, 40, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (type == PTL_PARAM_NUMBER && json_is_real(value))
        n = ptl_double_format(scratch, json_real_value(value));
    if (n > 0) {
        *out = (ptl_text){scratch, (size_t)n};
        return true;
    }
    if (number || type == PTL_PARAM_BOOL || !json_is_string(value)) return false;
    *out = (ptl_text){json_string_value(value), json_string_length(value)};
    return true;
}

static ptl_status add_json(ptl_args *args, int64_t idx, const json_t *value, ptl_error *err)
{
    const ptl_param *param = &args->op->params[idx];
    char scratch[40];
    char allowed[128];
    ptl_text text = {0};
    if (!json_as_text(&text, scratch, param->type, value))
        return ptl_fail(err, PTL_E_INVALID, "parameter \"%s\": found %s, allowed: %s", param->name,
                        json_kind(value), allowed_text(allowed, param));
    return add_value(args, idx, text, err);
}

static ptl_status add_member(ptl_args *args, const char *name, const json_t *value, ptl_error *err)
{
    int64_t idx = 0;
    PTL_TRY(find_param(&idx, args->op, ptl_text_of(name), err));
    if (!args->op->params[idx].repeated || !json_is_array(value))
        return add_json(args, idx, value, err);
    for (size_t i = 0; i < json_array_size(value); i++)
        PTL_TRY(add_json(args, idx, json_array_get(value, i), err));
    return PTL_OK;
}

static ptl_status parse_object(json_t **out, ptl_text json, ptl_error *err)
{
    if (json.len > PTL_ARGS_BYTES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "parameters have %zu bytes, at most %d are read",
                        json.len, (int)PTL_ARGS_BYTES_MAX);
    json_error_t fault;
    *out = json_loadb(json.ptr ? json.ptr : "", json.len, JSON_REJECT_DUPLICATES, &fault);
    if (!*out)
        return ptl_fail(err, PTL_E_INVALID, "parameters are not JSON: line %d, column %d: %s",
                        fault.line, fault.column, fault.text);
    if (json_is_object(*out)) return PTL_OK;
    const char *found = json_kind(*out);
    json_decref(*out);
    *out = NULL;
    return ptl_fail(err, PTL_E_INVALID, "parameters must be a JSON object, not %s", found);
}

ptl_status ptl_args_from_json(ptl_args **out, const ptl_op *op, ptl_text json, ptl_arena *arena,
                              ptl_error *err)
{
    json_t *root = NULL;
    ptl_args *args = NULL;
    PTL_TRY(parse_object(&root, json, err));
    ptl_status st = args_new(&args, op, arena, err);
    const char *name;
    json_t *value;
    json_object_foreach(root, name, value) if (st == PTL_OK) st =
        add_member(args, name, value, err);
    json_decref(root);
    if (st == PTL_OK) st = complete(args, err);
    if (st == PTL_OK) *out = args;
    return st;
}

static void write_item(const ptl_param *param, const char *item, ptl_json *json)
{
    arg_value read = {.real = PTL_NAN};
    const bool valid = read_value(&read, param, ptl_text_of(item));
    if (valid && param->type == PTL_PARAM_INT)
        ptl_json_int(json, read.integer);
    else if (valid && param->type == PTL_PARAM_NUMBER)
        ptl_json_double(json, read.real);
    else if (valid && param->type == PTL_PARAM_BOOL)
        ptl_json_bool(json, read.integer != 0);
    else
        ptl_json_string(json, item);
}

ptl_status ptl_args_canonical(ptl_buffer *out, const ptl_args *args, ptl_error *err)
{
    ptl_json json;
    ptl_json_init_buffer(&json, out, 0, err);
    ptl_json_object(&json);
    for (int64_t i = 0; i < args->op->n_params; i++) {
        const ptl_param *param = &args->op->params[i];
        const arg_value *value = &args->values[i];
        if (!value->given) continue;
        ptl_json_key(&json, param->name);
        if (param->repeated) ptl_json_array(&json);
        for (int64_t j = 0; j < value->n; j++) write_item(param, value->items[j], &json);
        if (param->repeated) ptl_json_array_end(&json);
    }
    ptl_json_object_end(&json);
    return ptl_json_finish(&json);
}

/* --- reading ---------------------------------------------------------------------------------- */

static const arg_value *find_value(const ptl_args *args, const char *name)
{
    static const arg_value none = {.real = PTL_NAN};
    for (int64_t i = 0; i < args->op->n_params; i++)
        if (strcmp(args->op->params[i].name, name) == 0) return &args->values[i];
    return &none;
}

const ptl_op *ptl_args_op(const ptl_args *args)
{
    return args->op;
}

bool ptl_args_given(const ptl_args *args, const char *name)
{
    return find_value(args, name)->given;
}

const char *ptl_args_text(const ptl_args *args, const char *name)
{
    return ptl_args_item(args, name, 0);
}

int64_t ptl_args_int(const ptl_args *args, const char *name)
{
    return find_value(args, name)->integer;
}

double ptl_args_number(const ptl_args *args, const char *name)
{
    return find_value(args, name)->real;
}

bool ptl_args_bool(const ptl_args *args, const char *name)
{
    return find_value(args, name)->integer != 0;
}

ptl_day ptl_args_day(const ptl_args *args, const char *name)
{
    return (ptl_day)find_value(args, name)->integer;
}

int64_t ptl_args_count(const ptl_args *args, const char *name)
{
    return find_value(args, name)->n;
}

const char *ptl_args_item(const ptl_args *args, const char *name, int64_t idx)
{
    const arg_value *value = find_value(args, name);
    return idx >= 0 && idx < value->n ? value->items[idx] : NULL;
}
