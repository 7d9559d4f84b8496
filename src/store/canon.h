/* canon.h: the canonical model, described once.
 *
 * Every warehouse table, its columns, which of them a mapping must fill, what makes a row unique,
 * what is personal. Mappings are checked against it, the reference page docs/tables.md is printed
 * from it, and a test holds it against what the migrations really created. */
#ifndef PTL_STORE_CANON_H
#define PTL_STORE_CANON_H

#include "store/table.h"

typedef enum ptl_canon_role {
    PTL_ROLE_PLAIN,
    PTL_ROLE_KEY,        /* part of the natural key: two rows equal in all KEY columns are one fact;
                            empty equals empty (IS NOT DISTINCT FROM)                          */
    PTL_ROLE_MONEY,      /* int64 micros of `currency`                                            */
    PTL_ROLE_PERSONAL,   /* personal free text: sealed in quarantine, never in a fact             */
    PTL_ROLE_IDENTIFIER, /* mapped as text "identifier", stored as identifier_id: <x>_id is <x> */
    PTL_ROLE_MANAGED, /* load_id, source_row, known_at, day …: written by the load, not mapped  */
    PTL_ROLE_IDENTIFIER_KEY /* an identifier that is part of the natural key */
} ptl_canon_role;

typedef struct ptl_canon_column {
    const char *name;
    ptl_type type;
    ptl_canon_role role;
    bool required;        /* empty after mapping sends the row to quarantine */
    const char *defaults; /* SQL literal used where the mapping has no such column, or NULL */
    const char *about;
} ptl_canon_column;

typedef enum ptl_canon_kind {
    PTL_CANON_FACT,      /* filled by loads; rows carry load_id, source_row, known_at */
    PTL_CANON_DIMENSION, /* filled by loads too; small                              */
    PTL_CANON_BOOKKEEPING,
    PTL_CANON_FIGURE, /* what pages read; rows carry run_id                       */
    PTL_CANON_MODEL   /* what models wrote; rows carry run_id                     */
} ptl_canon_kind;

typedef struct ptl_canon_table {
    const char *name;
    ptl_canon_kind kind;
    const char *one_row_is;
    const char *time_column; /* the instant or day that places a row in time, or NULL */
    const ptl_canon_column *columns;
    int64_t n_columns;
} ptl_canon_table;

extern const ptl_canon_table ptl_canon[];
extern const int64_t ptl_canon_n;

const ptl_canon_table *ptl_canon_find(ptl_text name);
const ptl_canon_column *ptl_canon_column_find(const ptl_canon_table *table, ptl_text name);

bool ptl_canon_is_key(const ptl_canon_column *column);
bool ptl_canon_is_identifier(const ptl_canon_column *column);

/** The reference page docs/tables.md, as Markdown. */
void ptl_canon_print(ptl_buffer *out);

#endif
