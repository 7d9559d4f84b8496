/* schema.h: what a file may say, as a table; one walker checks every file against its table.
 *
 * A table lists keys: what each means, its kind, range, default, and where in a C struct its value
 * goes. From the same table come the struct's contents, the faults (all of them, each with what is
 * allowed there), and the reference page. Nothing about a key is written in a second place.
 *
 * Invariants. 1. A value that was faulted leaves its field as it was. 2. A key that is not given
 * and has a default is read from the default's text by the same code. 3. An optional map that is
 * not given is filled with its keys' defaults. */
#ifndef PTL_WORKSPACE_SCHEMA_H
#define PTL_WORKSPACE_SCHEMA_H

#include "workspace/pair.h"
#include "workspace/yaml.h"

/* kind, field's type */
typedef enum ptl_schema_kind {
    PTL_SCHEMA_TEXT,      /* const char *: one line, [low, high] characters, default [1, 200] */
    PTL_SCHEMA_LINES,     /* const char *: several lines, [low, high] characters             */
    PTL_SCHEMA_NAME,      /* const char *: [a-z0-9_]+                                        */
    PTL_SCHEMA_INT,       /* int32_t in [low, high]                                          */
    PTL_SCHEMA_ROW,       /* int32_t: a row from 1, -1 for "auto"                            */
    PTL_SCHEMA_NUMBER,    /* double in [low, high]                                           */
    PTL_SCHEMA_BOOL,      /* bool                                                            */
    PTL_SCHEMA_DAY,       /* ptl_day                                                         */
    PTL_SCHEMA_MONEY,     /* int64_t micros, in [low, high] of the unit                      */
    PTL_SCHEMA_BYTES,     /* int64_t, in [low, high] bytes: "4 GiB"                          */
    PTL_SCHEMA_CURRENCY,  /* const char *: ISO 4217                                          */
    PTL_SCHEMA_LOCALE,    /* const char *: "en", "en-GB"                                     */
    PTL_SCHEMA_ZONE,      /* const char *: opens with ptl_zone_open                          */
    PTL_SCHEMA_CHARACTER, /* char: one printable ASCII character, or "tab"                   */
    PTL_SCHEMA_ENUM,      /* int32_t: 1 for the first of `values`, 2 for the next …          */
    PTL_SCHEMA_WORD,      /* const char *: one of `values`                                   */
    PTL_SCHEMA_TEXTS,     /* const char *const * and int64_t: [low, high] lines of text      */
    PTL_SCHEMA_PAIRS,     /* const ptl_pair * and int64_t: names of the writer's own, to texts
                             of [low, high] characters                                      */
    PTL_SCHEMA_MAP,       /* a struct, or part of the same one: `nested`                     */
    PTL_SCHEMA_MAPS       /* pointer to structs and int64_t: a list of `nested`              */
} ptl_schema_kind;

typedef struct ptl_schema ptl_schema;
typedef struct ptl_schema_pass ptl_schema_pass;

typedef struct ptl_schema_key {
    const char *key;
    ptl_schema_kind kind;
    bool required;
    const char *defaults;      /* as somebody would write it; NULL: the field stays zero */
    double low, high;          /* both 0: the kind's own                                 */
    const char *const *values; /* ENUM, WORD: ends with NULL                        */
    const ptl_schema *nested;  /* MAP, MAPS                                         */
    size_t offset;
    size_t offset_n; /* TEXTS, PAIRS, MAPS: the count's    */
    const char *about;
    const char *where_absent; /* for the page, where there is no default: what happens then */
} ptl_schema_key;

struct ptl_schema {
    const char *title; /* of the reference page: "`portolan.yaml`" */
    const char *about;
    const ptl_schema_key *keys;
    int64_t n_keys;
    size_t size; /* of the struct */
    /* what no single key can tell; runs when the map's keys are read. `map` NULL: not given */
    void (*check)(void *target, const ptl_yaml_node *map, ptl_schema_pass *pass);
};

/* One file's walk: what it needs and what it leaves. */
struct ptl_schema_pass {
    const char *file;
    ptl_faults *faults;
    ptl_arena *arena; /* texts and lists of the struct */
    ptl_error *err;
    ptl_status status; /* sticky: of the memory   */
    void *context;     /* for the `check`s        */
};

/** Fill `target` from `map` (NULL: from defaults only). Faults go to the pass. */
void ptl_schema_fill(void *target, const ptl_schema *schema, const ptl_yaml_node *map,
                     ptl_schema_pass *pass);

/** Fill an array from a list of maps, as PTL_SCHEMA_MAPS does. */
void ptl_schema_fill_list(void **items, int64_t *n, const ptl_schema *schema,
                          const ptl_yaml_node *list, ptl_schema_pass *pass);

/** Report `node`: quoted as written, or its kind where it is no scalar. `nearest` may be NULL. */
void ptl_schema_fault(ptl_schema_pass *pass, const ptl_yaml_node *node, const char *allowed,
                      const char *nearest);
/** Report a key that `map` needs and has not. */
void ptl_schema_missing(ptl_schema_pass *pass, const ptl_yaml_node *map, const char *key,
                        const char *allowed);

/** Of a-z, 0-9 and _, 1 to 64 characters: PTL_SCHEMA_NAME. */
bool ptl_schema_is_name(ptl_text text);

/** What may stand there, in words: "a whole number from 0 to 256". */
void ptl_schema_allowed(ptl_buffer *out, const ptl_schema_key *key);

/** A page section: title, about, a table of the keys, then a section for every nested table. */
void ptl_schema_print(ptl_buffer *out, const ptl_schema *schema);

#endif
