/* described.h: an answer held against what its operation's row says of it (ops/result.h). It reads
 * the answer as text with a parser of its own, so that the writer of answers is judged too. */
#ifndef PTL_TESTS_DESCRIBED_H
#define PTL_TESTS_DESCRIBED_H

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "ops/result.h"

/* Where in an answer a fault is, and who is told of lists that hold something. */
typedef struct described {
    char at[200];  /* "kpis[3].value" */
    char why[200]; /* empty while all is well */
    void *ctx;
    void (*saw)(void *ctx, const char *list); /* "kpis", "rows.path"; or NULL */
} described;

static bool described_type(described *d, const json_t *value, const ptl_result_type *type,
                           const char *at);

static inline bool described_fault(described *d, const char *at, const char *why)
{
    snprintf(d->at, sizeof d->at, "%.190s", at);
    snprintf(d->why, sizeof d->why, "%.190s", why);
    return false;
}

static inline const char *described_kind(ptl_result_kind kind)
{
    static const char *const words[] = {
#define DESCRIBED_WORD(name, word) word,
        PTL_RESULT_KINDS(DESCRIBED_WORD)
#undef DESCRIBED_WORD
    };
    return words[kind];
}

static inline bool described_money(const json_t *value)
{
    return json_is_object(value) && json_object_size(value) == 2 &&
           json_is_string(json_object_get(value, "amount")) &&
           json_is_string(json_object_get(value, "currency"));
}

static inline bool described_scalar(const json_t *value, ptl_result_kind kind)
{
    ptl_day day;
    ptl_instant instant;
    const ptl_text text = ptl_text_of(json_string_value(value));
    switch (kind) {
    case PTL_RESULT_INT:
        return json_is_integer(value);
    case PTL_RESULT_NUMBER:
        return json_is_number(value);
    case PTL_RESULT_BOOL:
        return json_is_boolean(value);
    case PTL_RESULT_TEXT:
        return json_is_string(value);
    case PTL_RESULT_TIME:
        return json_is_string(value) && ptl_instant_parse(&instant, text, NULL) == PTL_OK;
    case PTL_RESULT_DAY:
        return json_is_string(value) && ptl_day_parse(&day, text, NULL) == PTL_OK;
    case PTL_RESULT_MONEY:
        return described_money(value);
    case PTL_RESULT_OBJECT:
        return json_is_object(value);
    case PTL_RESULT_ANY:
        return true;
    case PTL_RESULT_LIST:
        break;
    }
    return false;
}

/* `open`: an answer, which has said, notes and next beside its own. */
static inline bool described_keys(described *d, const json_t *value, const ptl_result_key *keys,
                                  const char *at, bool open)
{
    const char *name;
    json_t *member;
    char where[200];
    if (!json_is_object(value)) return described_fault(d, at, "is no object");
    for (const ptl_result_key *key = keys; key; key = key->next) {
        snprintf(where, sizeof where, "%.*s", (int)key->name.len, key->name.ptr);
        if (key->is_optional || json_object_get(value, where)) continue;
        snprintf(where, sizeof where, "has no \"%.*s\"", (int)key->name.len, key->name.ptr);
        return described_fault(d, at, where);
    }
    json_object_foreach((json_t *)(uintptr_t)value, name, member) /* which changes nothing */
    {
        const ptl_result_key *const key = ptl_result_find(keys, ptl_text_of(name));
        const bool shared =
            open && (!strcmp(name, "said") || !strcmp(name, "notes") || !strcmp(name, "next"));
        if (shared) continue;
        snprintf(where, sizeof where, "%s%s%s", at, at[0] ? "." : "", name);
        if (!key) return described_fault(d, where, "is not described");
        if (!described_type(d, member, key->type, where)) return false;
    }
    return true;
}

/* "rows[3].path" is told as "rows.path". */
static inline void described_saw(const described *d, const json_t *list, const char *at)
{
    char name[200];
    size_t n = 0;
    if (!d->saw || json_array_size(list) == 0) return;
    for (bool inside = false; *at && n + 1 < sizeof name; at++) {
        inside = inside || *at == '[';
        if (!inside) name[n++] = *at;
        if (*at == ']') inside = false;
    }
    name[n] = '\0';
    d->saw(d->ctx, name);
}

static inline bool described_list(described *d, const json_t *value, const ptl_result_type *items,
                                  const char *at)
{
    char where[200];
    if (!json_is_array(value)) return described_fault(d, at, "is no list");
    described_saw(d, value, at);
    for (size_t i = 0; i < json_array_size(value); i++) {
        snprintf(where, sizeof where, "%s[%zu]", at, i);
        if (!described_type(d, json_array_get(value, i), items, where)) return false;
    }
    return true;
}

static inline bool described_one(described *d, const json_t *value, const ptl_result_type *type,
                                 const char *at)
{
    char why[120];
    if (type->kind == PTL_RESULT_LIST) return described_list(d, value, type->items, at);
    if (type->keys) return described_keys(d, value, type->keys, at, false);
    if (json_is_null(value) || described_scalar(value, type->kind)) return true;
    snprintf(why, sizeof why, "is no %s", described_kind(type->kind));
    return described_fault(d, at, why);
}

static bool described_type(described *d, const json_t *value, const ptl_result_type *type,
                           const char *at)
{
    for (; type; type = type->other)
        if (described_one(d, value, type, at)) return true;
    return false;
}

/** Whether `answer` is as `op` describes it; d->at and d->why say where it is not. */
static inline bool described_holds(described *d, const json_t *answer, const ptl_op *op)
{
    ptl_arena arena;
    ptl_error err;
    ptl_result_key *keys;
    ptl_arena_init(&arena, 1 << 20, NULL);
    const bool holds = ptl_result_of(&keys, op, &arena, &err) == PTL_OK
                           ? described_keys(d, answer, keys, "", true)
                           : described_fault(d, "the row", err.message);
    ptl_arena_dispose(&arena);
    return holds;
}

#endif
