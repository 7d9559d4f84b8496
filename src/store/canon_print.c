/* canon_print.c: the reference page of the warehouse's tables, printed from the canonical model. */
#include "store/canon.h"

static const char *const kind_heads[] = {
    "Facts: filled by your mappings",   "Names: filled by your mappings, small",
    "Bookkeeping: written by Portolan", "Figures: what pages read",
    "Models: what models wrote",
};

static const char *mapped_name(char out[64], const ptl_canon_column *column)
{
    size_t len = 0;
    while (len < 63 && column->name[len]) {
        out[len] = column->name[len];
        len++;
    }
    if (ptl_canon_is_identifier(column) && len > 3) len -= 3; /* without _id */
    out[len] = '\0';
    return out;
}

static void print_notes(ptl_buffer *out, const ptl_canon_column *column)
{
    const char *gap = "";
    if (ptl_canon_is_key(column)) ptl_buffer_printf(out, "%skey", gap), gap = ", ";
    if (column->role == PTL_ROLE_MANAGED) return;
    if (column->required) ptl_buffer_printf(out, "%srequired", gap), gap = ", ";
    if (column->defaults) ptl_buffer_printf(out, "%sdefault %s", gap, column->defaults), gap = ", ";
    if (column->role == PTL_ROLE_MONEY) ptl_buffer_printf(out, "%smoney", gap), gap = ", ";
    if (ptl_canon_is_identifier(column))
        ptl_buffer_printf(out, "%stext, stored as %s", gap, column->name);
}

static void print_table(ptl_buffer *out, const ptl_canon_table *table)
{
    char name[64];
    ptl_buffer_printf(out, "\n### `%s`\n\nOne row is %s.", table->name, table->one_row_is);
    if (table->time_column) ptl_buffer_printf(out, " Placed in time by `%s`.", table->time_column);
    ptl_buffer_text(out, "\n\n| column | type | | what it holds |\n|---|---|---|---|\n");
    for (int64_t i = 0; i < table->n_columns; i++) {
        const ptl_canon_column *column = &table->columns[i];
        ptl_buffer_printf(out, "| `%s` | %s | ", mapped_name(name, column),
                          ptl_canon_is_identifier(column) ? "text" : ptl_type_name(column->type));
        print_notes(out, column);
        ptl_buffer_printf(out, " | %s |\n", column->about);
    }
}

void ptl_canon_print(ptl_buffer *out)
{
    ptl_buffer_text(
        out,
        "# The warehouse's tables\n\n"
        "Printed from `src/store/canon.c`; a test holds the two together.\n\n"
        "A mapping fills the columns of one fact or name table. *key*: two rows equal in all key\n"
        "columns are one fact. *required*: a row where it is empty goes to quarantine. *money*: a\n"
        "decimal amount of `currency`, stored in millionths. Types: int, double, bool, text,\n"
        "instant (UTC), day, blob. A customer is mapped as text and stored as a number that says\n"
        "nothing. Rows of one table that are no longer true stay where they are: `<table>_known`\n"
        "shows what is known now, `<table>_as_of(t)` what was known at the instant t.\n");
    for (int kind = PTL_CANON_FACT; kind <= PTL_CANON_MODEL; kind++) {
        ptl_buffer_printf(out, "\n## %s\n", kind_heads[kind]);
        for (int64_t i = 0; i < ptl_canon_n; i++)
            if ((int)ptl_canon[i].kind == kind) print_table(out, &ptl_canon[i]);
    }
}
