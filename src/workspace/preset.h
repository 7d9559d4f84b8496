/* preset.h: what an export of a known tool means, as data.
 *
 * A preset is a file below src/workspace/presets/, built into the program: the columns of the
 * export by their roles, the names under which tools write them, what such a column holds, and an
 * expression for every column of the canonical table. A source that says `preset: google_ads` needs
 * no SQL: the mapping is made from the preset, the columns the source names and its slots.
 *
 * In an expression
 *   {role}    is the role's column, cast by its kind: {cost} → ptl_money("Cost")
 *   {=role}   is the column's text as it stands
 *   {?role}   the same as {role}; where the file has no such column, it and the comma behind it are
 *             left out: coalesce({?cost}, 0)
 *   {!role}   the same as {role}; where the file has none, the whole expression is left out
 *   {{slot}}  is a slot's text, inside a quoted SQL text
 * A role that the source's file does not have is an empty value of its type; an expression of which
 * no role is there at all is left out, so that the table's own default counts.
 *
 * The same preset serves recognition (observe/recognise.h): `names` and `kind` are its signature.
 */
#ifndef PTL_WORKSPACE_PRESET_H
#define PTL_WORKSPACE_PRESET_H

#include "workspace/schema.h"

/* What a column holds: name in the file, meaning. The order is that of ptl_preset_kind. */
#define PTL_PRESET_KINDS(X)                                                                        \
    X(TEXT, "text", "words")                                                                       \
    X(ID, "id", "numbers or codes that name things: mostly different, without blanks")             \
    X(EMAIL, "email", "e-mail addresses")                                                          \
    X(DAY, "day", "days, all in one format")                                                       \
    X(TIME, "time", "days with or without a time of day, all in one format")                       \
    X(MONEY, "money", "amounts")                                                                   \
    X(INTEGER, "integer", "whole numbers")                                                         \
    X(NUMBER, "number", "numbers")                                                                 \
    X(CURRENCY, "currency", "currencies of ISO 4217")                                              \
    X(COUNTRY, "country", "countries")                                                             \
    X(BOOL, "bool", "yes or no")                                                                   \
    X(WORD, "word", "one of the words listed")

typedef enum ptl_preset_kind {
    PTL_PRESET_KIND_NONE,
#define PTL_PRESET_KIND_ENUM(name, word, about) PTL_PRESET_##name,
    PTL_PRESET_KINDS(PTL_PRESET_KIND_ENUM)
#undef PTL_PRESET_KIND_ENUM
} ptl_preset_kind;

const char *ptl_preset_kind_word(ptl_preset_kind kind);
const char *ptl_preset_kind_about(ptl_preset_kind kind);

typedef struct ptl_preset_column {
    const char *role;
    int32_t kind;             /* ptl_preset_kind                                              */
    bool required;            /* without it the file is not this export                       */
    const char *const *names; /* as tools write it; "*" stands for any words, the first may be
                                 what a hand-written source means without naming it            */
    int64_t n_names;
    const char *const *heads;  /* the names, folded: see ptl_head_is                          */
    const char *format;        /* DAY, TIME: usual format; NULL: %Y-%m-%d, or RFC 3339          */
    const char *const *values; /* WORD: all that may stand there                                */
    int64_t n_values;
    const char *at_most; /* another role: never larger than that one, as clicks are never more
                            than impressions */
    const char *fits;    /* slot that the words under a "*" of the name fill: "currency"        */
} ptl_preset_column;

typedef struct ptl_preset {
    const char *name;          /* of its file                                         */
    const char *tool;          /* "Google Ads"                                        */
    const char *title;         /* "campaigns by day"                                  */
    const char *table;         /* canonical table                                     */
    const char *about;         /* where the export is found in the tool, what is odd  */
    const char *reads;         /* another preset whose columns and file these are     */
    const char *beside;        /* tried only where that preset is chosen, on the same file       */
    bool generic;              /* a sheet kept by hand: tried where no tool's export fits */
    const char *each;          /* role: one source for every column that may be it    */
    int32_t rank;              /* of presets that tell the same money, the lowest counts */
    bool counted;              /* `rank` holds: the same money may stand in other files too */
    bool find_head;            /* lines of the tool's own stand above the head */
    const char *const *totals; /* rows of totals, as in a source's format     */
    int64_t n_totals;
    const char *identifier_kind;
    const char *zone;   /* of times without offset; NULL: the workspace's */
    const char *locale; /* of its numbers; NULL: the workspace's          */
    const ptl_preset_column *columns;
    int64_t n_columns;
    const char *const *needs; /* roles, of those it reads, that it cannot do without */
    int64_t n_needs;
    const char *const *any; /* roles of which it needs at least one */
    int64_t n_any;
    const char *const *marks; /* heads, folded, of which it must have one: no other tool's */
    int64_t n_marks;
    const char *const *ignores; /* heads, folded, of columns that nothing is made of */
    int64_t n_ignores;
    const ptl_pair *slots; /* with their defaults */
    int64_t n_slots;
    const ptl_pair *map; /* canonical column, expression */
    int64_t n_map;
    const char *from;  /* what the expressions read; NULL: source */
    const char *where; /* NULL: every row                         */
} ptl_preset;

extern const ptl_schema ptl_schema_preset;

/** Presets in order of name, in the arena. Fails only for lack of memory: the files are tested. */
PTL_NODISCARD ptl_status ptl_preset_all(const ptl_preset **out, int64_t *n, ptl_arena *arena,
                                        ptl_error *err);

/** Their names alone, in order, ended by NULL, in the arena. NULL where memory ends. */
const char *const *ptl_preset_names(ptl_arena *arena, ptl_error *err);

/** By name. E_NOT_FOUND suggests the nearest. */
PTL_NODISCARD ptl_status ptl_preset_find(const ptl_preset **out, ptl_text name, ptl_arena *arena,
                                         ptl_error *err);

/** The bytes of a preset's file, part of a configuration's hash; empty where there is none. */
ptl_text ptl_preset_bytes(ptl_text name);

const ptl_preset_column *ptl_preset_column_find(const ptl_preset *preset, ptl_text role);
bool ptl_preset_has_slot(const ptl_preset *preset, ptl_text slot);

/** What a mapping is made of. */
typedef struct ptl_preset_use {
    const ptl_pair *columns; /* role, column of the file; a role not named: the preset's first name
                                where it is required, else not there */
    int64_t n_columns;
    const ptl_pair *slots; /* slot, text; "<role>_format" for days and times */
    int64_t n_slots;
} ptl_preset_use;

/** The mapping's SELECT. E_INVALID names a role, slot or canonical column that does not exist. */
PTL_NODISCARD ptl_status ptl_preset_mapping(ptl_buffer *out, const ptl_preset *preset,
                                            const ptl_preset_use *use, ptl_error *err);

/** A column's head, case folded, every run of what is no letter or digit one blank: "Amount spent
 * (EUR)" is "amount spent eur". Empty where it is too long. */
enum { PTL_HEAD_BYTES_MAX = 512 };
ptl_text ptl_head_fold(char out[PTL_HEAD_BYTES_MAX], ptl_text head);

/** Whether a folded head is `name` (a name of a column, "*" for any words; blanks make no
 * difference where it has no "*"). `stem` gets what stood for the first "*", else the empty text.
 */
bool ptl_head_is(ptl_text folded, const char *name, ptl_text *stem);

/** docs/presets.md. */
PTL_NODISCARD ptl_status ptl_preset_reference(ptl_buffer *out, ptl_error *err);

#endif
