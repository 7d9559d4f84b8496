/* result.h: the shape of an answer, read from the text that an operation's row has for it.
 *
 *   result = line { "\n" line }
 *   line   = key { ", " key } ": " type " — " words     what a person reads stands in the words
 *   key    = name [ "?" ]                               "?": not every answer has it
 *   type   = one { " or " one }
 *   one    = kind | "list of " one | "list(" columns ")" | "object(" columns ")"
 *   column = key [ " " type ]                           without a type it is text
 *   kind   = int | number | bool | text | time | day | money | object | any
 *
 * "runs: list(run int, operation, started_at time) — the newest five" is a list whose rows have
 * three columns. Whatever is not known is null, so null is of every type. "object" alone has keys
 * that no row can name: a run's parameters, a file's content. */
#ifndef PTL_OPS_RESULT_H
#define PTL_OPS_RESULT_H

#include "ops/op.h"

#define PTL_RESULT_KINDS(X)                                                                        \
    X(INT, "int")                                                                                  \
    X(NUMBER, "number")                                                                            \
    X(BOOL, "bool")                                                                                \
    X(TEXT, "text")                                                                                \
    X(TIME, "time")                                                                                \
    X(DAY, "day")                                                                                  \
    X(MONEY, "money")                                                                              \
    X(OBJECT, "object")                                                                            \
    X(LIST, "list")                                                                                \
    X(ANY, "any")

typedef enum ptl_result_kind {
#define PTL_RESULT_ENUM(name, word) PTL_RESULT_##name,
    PTL_RESULT_KINDS(PTL_RESULT_ENUM)
#undef PTL_RESULT_ENUM
} ptl_result_kind;

typedef struct ptl_result_key ptl_result_key;

typedef struct ptl_result_type {
    ptl_result_kind kind;
    ptl_result_key *keys;          /* OBJECT: in their order; NULL where any may stand there */
    struct ptl_result_type *items; /* LIST: what each of it is */
    struct ptl_result_type *other; /* or this; NULL: nothing else */
} ptl_result_type;

struct ptl_result_key {
    ptl_text name;
    ptl_result_type *type;
    bool is_optional;
    ptl_result_key *next;
};

/** The keys of the answer that `text` describes, in the arena, with names borrowed from `text`.
 * E_INVALID says in which line and what was expected there. */
PTL_NODISCARD ptl_status ptl_result_parse(ptl_result_key **out, const char *text, ptl_arena *arena,
                                          ptl_error *err);

/** The same of an operation, and with `run`, which the dispatcher adds to whatever leaves one. */
PTL_NODISCARD ptl_status ptl_result_of(ptl_result_key **out, const ptl_op *op, ptl_arena *arena,
                                       ptl_error *err);

/** By name; NULL where it is not described. */
const ptl_result_key *ptl_result_find(const ptl_result_key *keys, ptl_text name);

#endif
