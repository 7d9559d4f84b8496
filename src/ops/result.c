/* result.c: reading the grammar of result.h by descent, a function for each of its rules.
 *
 * The texts are the program's own, so a fault in one is a fault of the program: a test reads them
 * all. What they say is held against what operations answer, by tests too. */
#include "ops/result.h"

#include <string.h>

#include "ops/limits.h"

typedef struct reader {
    ptl_text rest; /* of the line */
    int64_t line;  /* from 1      */
    int32_t depth;
    ptl_arena *arena;
    ptl_error *err;
} reader;

static ptl_status wrong(const reader *r, const char *expected)
{
    const size_t shown = r->rest.len < 40 ? r->rest.len : 40;
    if (r->rest.len == 0)
        return ptl_fail(r->err, PTL_E_INVALID, "result, line %lld ends where %s should stand",
                        (long long)r->line, expected);
    return ptl_fail(r->err, PTL_E_INVALID, "result, line %lld: %s should stand before \"%.*s\"",
                    (long long)r->line, expected, (int)shown, r->rest.ptr);
}

static bool take(reader *r, ptl_text words)
{
    if (!ptl_text_starts(r->rest, words)) return false;
    r->rest.ptr += words.len;
    r->rest.len -= words.len;
    return true;
}

static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static ptl_text take_name(reader *r)
{
    ptl_text name = {r->rest.ptr, 0};
    while (name.len < r->rest.len && is_of_name(name.ptr[name.len])) name.len++;
    r->rest.ptr += name.len;
    r->rest.len -= name.len;
    return name;
}

const ptl_result_key *ptl_result_find(const ptl_result_key *keys, ptl_text name)
{
    while (keys && !ptl_text_equal(keys->name, name)) keys = keys->next;
    return keys;
}

/* At the end of `first`, so that keys stay in their order. */
static ptl_status add_key(ptl_result_key **out, ptl_result_key **first, ptl_text name,
                          ptl_arena *arena, ptl_error *err)
{
    ptl_result_key *const key = ptl_arena_alloc(arena, sizeof *key, err);
    if (!key) return PTL_E_NO_MEMORY;
    *key = (ptl_result_key){.name = name};
    while (*first) first = &(*first)->next;
    *first = *out = key;
    return PTL_OK;
}

static ptl_status read_key(ptl_result_key **out, ptl_result_key **first, reader *r)
{
    const ptl_text name = take_name(r);
    if (name.len == 0) return wrong(r, "a name");
    if (ptl_result_find(*first, name))
        return ptl_fail(r->err, PTL_E_INVALID, "result, line %lld: \"%.*s\" stands there twice",
                        (long long)r->line, (int)name.len, name.ptr);
    PTL_TRY(add_key(out, first, name, r->arena, r->err));
    (*out)->is_optional = take(r, PTL_TEXT("?"));
    return PTL_OK;
}

/* --- types ------------------------------------------------------------------------------------ */

static ptl_status read_type(ptl_result_type **out, reader *r);

static ptl_status make_type(ptl_result_type **out, ptl_result_kind kind, ptl_arena *arena,
                            ptl_error *err)
{
    *out = ptl_arena_alloc(arena, sizeof **out, err);
    if (!*out) return PTL_E_NO_MEMORY;
    **out = (ptl_result_type){.kind = kind};
    return PTL_OK;
}

static ptl_status read_columns(ptl_result_key **out, reader *r)
{
    do {
        ptl_result_key *key;
        PTL_TRY(read_key(&key, out, r));
        if (take(r, PTL_TEXT(" ")))
            PTL_TRY(read_type(&key->type, r));
        else
            PTL_TRY(make_type(&key->type, PTL_RESULT_TEXT, r->arena, r->err));
    } while (take(r, PTL_TEXT(", ")));
    return take(r, PTL_TEXT(")")) ? PTL_OK : wrong(r, "\", \" or \")\"");
}

static ptl_status read_kind(ptl_result_kind *out, reader *r)
{
    static const struct {
        const char *word;
        ptl_result_kind kind;
    } kinds[] = {
#define PTL_RESULT_WORD(name, word) {word, PTL_RESULT_##name},
        PTL_RESULT_KINDS(PTL_RESULT_WORD)
#undef PTL_RESULT_WORD
    };
    const ptl_text before = r->rest;
    const ptl_text word = take_name(r);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!ptl_text_equal(word, ptl_text_of(kinds[i].word))) continue;
        *out = kinds[i].kind;
        return PTL_OK;
    }
    r->rest = before;
    return wrong(r, "a kind (int, number, bool, text, time, day, money, object, list or any)");
}

static ptl_status read_one(ptl_result_type **out, reader *r);

/* What stands behind "list". */
static ptl_status read_items(ptl_result_type **out, reader *r)
{
    if (take(r, PTL_TEXT(" of "))) return read_one(out, r);
    if (!take(r, PTL_TEXT("("))) return wrong(r, "\" of \" or a list's columns");
    PTL_TRY(make_type(out, PTL_RESULT_OBJECT, r->arena, r->err));
    return read_columns(&(*out)->keys, r);
}

static ptl_status read_one(ptl_result_type **out, reader *r)
{
    ptl_result_kind kind = PTL_RESULT_ANY;
    if (++r->depth > PTL_RESULT_DEPTH_MAX)
        return ptl_fail(r->err, PTL_E_LIMIT, "result, line %lld is deeper than %d",
                        (long long)r->line, PTL_RESULT_DEPTH_MAX);
    PTL_TRY(read_kind(&kind, r));
    PTL_TRY(make_type(out, kind, r->arena, r->err));
    if (kind == PTL_RESULT_LIST)
        PTL_TRY(read_items(&(*out)->items, r));
    else if (kind == PTL_RESULT_OBJECT && take(r, PTL_TEXT("(")))
        PTL_TRY(read_columns(&(*out)->keys, r));
    r->depth--;
    return PTL_OK;
}

static ptl_status read_type(ptl_result_type **out, reader *r)
{
    do {
        PTL_TRY(read_one(out, r));
        out = &(*out)->other;
    } while (take(r, PTL_TEXT(" or ")));
    return PTL_OK;
}

/* --- lines ------------------------------------------------------------------------------------ */

static ptl_status read_line(ptl_result_key **keys, reader *r)
{
    ptl_result_key *key, *first = NULL;
    ptl_result_type *type;
    do {
        PTL_TRY(read_key(&key, keys, r));
        if (!first) first = key;
    } while (take(r, PTL_TEXT(", ")));
    if (!take(r, PTL_TEXT(": "))) return wrong(r, "\", \" or \": \"");
    PTL_TRY(read_type(&type, r));
    for (key = first; key; key = key->next) key->type = type;
    if (!take(r, PTL_TEXT(" — "))) return wrong(r, "\" — \" and words");
    return r->rest.len > 0 ? PTL_OK : wrong(r, "a word");
}

ptl_status ptl_result_parse(ptl_result_key **out, const char *text, ptl_arena *arena,
                            ptl_error *err)
{
    ptl_text lines = ptl_text_of(text);
    reader r = {.arena = arena, .err = err};
    *out = NULL;
    while (lines.len > 0) {
        r.rest = ptl_text_cut(&lines, '\n');
        r.line++;
        PTL_TRY(read_line(out, &r));
    }
    return PTL_OK;
}

ptl_status ptl_result_of(ptl_result_key **out, const ptl_op *op, ptl_arena *arena, ptl_error *err)
{
    ptl_result_key *key;
    PTL_TRY(ptl_result_parse(out, op->result, arena, err));
    if (!ptl_op_makes_run(op) || (op->effects & PTL_NO_STORE)) return PTL_OK;
    if (ptl_result_find(*out, PTL_TEXT("run"))) return PTL_OK;
    PTL_TRY(add_key(&key, out, PTL_TEXT("run"), arena, err));
    return make_type(&key->type, PTL_RESULT_INT, arena, err);
}
