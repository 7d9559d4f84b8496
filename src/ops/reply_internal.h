/* reply_internal.h: what a reply is made of, for the files that write it. */
#ifndef PTL_OPS_REPLY_INTERNAL_H
#define PTL_OPS_REPLY_INTERNAL_H

#include "ops/limits.h"
#include "ops/reply.h"

#define PTL_CELL_KINDS(X)                                                                          \
    X(NONE, "none")                                                                                \
    X(TEXT, "text")                                                                                \
    X(INT, "int")                                                                                  \
    X(ID, "id")                                                                                    \
    X(DOUBLE, "double")                                                                            \
    X(BOOL, "bool")                                                                                \
    X(MICROS, "micros")                                                                            \
    X(INSTANT, "instant")                                                                          \
    X(DAY, "day")                                                                                  \
    X(SECRET, "secret") /* told once, never kept */                                                \
    X(JSON, "json")     /* for machines only */                                                    \
    X(BLOCK, "block")   /* for people only   */

typedef enum ptl_cell_kind {
#define PTL_CELL_ENUM(name, text) PTL_CELL_##name,
    PTL_CELL_KINDS(PTL_CELL_ENUM)
#undef PTL_CELL_ENUM
} ptl_cell_kind;

typedef struct ptl_cell {
    ptl_cell_kind kind;
    int64_t integer; /* INT, ID, BOOL, MICROS, INSTANT, DAY */
    double real;     /* DOUBLE                              */
    ptl_text text;   /* TEXT, JSON; the currency of MICROS  */
} ptl_cell;

/* A named value, or a table where n_columns > 0. */
typedef struct ptl_reply_item {
    const char *name;
    const char *label;
    ptl_cell value;
    const ptl_reply_column *columns;
    int64_t n_columns;
    ptl_cell *cells; /* n_cells / n_columns rows */
    int64_t n_cells;
    int64_t cells_max;
} ptl_reply_item;

typedef struct ptl_sentences {
    const char **items;
    int64_t n;
    int64_t n_max;
} ptl_sentences;

struct ptl_reply {
    ptl_arena arena; /* owns every text, and this struct */
    ptl_status status;
    ptl_error error; /* the first failure */
    ptl_sentences said;
    ptl_sentences notes;
    ptl_sentences next;
    ptl_reply_item *items;
    int64_t n_items;
    int64_t items_max;
    bool table_open;
    bool is_full; /* the failure is that the arena has no room */
    ptl_text document;
};

/* reply.c, for reply_save.c */
void ptl_reply_add_value(ptl_reply *reply, const char *name, const char *label, ptl_cell cell);
void ptl_reply_add_cell(ptl_reply *reply, ptl_cell cell);
void ptl_reply_add_sentence(ptl_reply *reply, ptl_sentences *to, ptl_text sentence);

/* A cell as a person reads it, into `out`. */
void ptl_cell_text(ptl_buffer *out, const ptl_cell *cell);
/* A cell as CSV has it, unquoted; nothing for what is missing. */
void ptl_cell_plain(ptl_buffer *out, const ptl_cell *cell);
/* A list by name; NULL: the only one. */
PTL_NODISCARD ptl_status ptl_reply_find_table(const ptl_reply_item **out, const ptl_reply *reply,
                                              const char *name, ptl_error *err);
/* Of a list that is written in parts: every column says what it holds. */
PTL_NODISCARD ptl_status ptl_reply_check_parts(const ptl_reply_item *item, int parts,
                                               ptl_error *err);
static inline bool ptl_holds_right(int32_t holds)
{
    return holds == true || holds >= PTL_HOLDS_INT;
}
static inline bool ptl_holds_anything(int32_t holds)
{
    return holds < PTL_HOLDS_TEXT;
}
/* Whether it is money, or may be: then it has a second column for the currency. */
bool ptl_reply_column_is_money(const ptl_reply_item *item, int64_t column);
/* A cell as one JSON value. */
void ptl_cell_json(const ptl_cell *cell, ptl_json *json);

#endif
