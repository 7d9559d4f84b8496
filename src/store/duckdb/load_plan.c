/* load_plan.c: a mapping's columns against the canonical table. All faults are found, not the
 * first one: somebody mends a mapping once. */
#include "store/duckdb/load_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 128 };

/* What a mapping calls the column: identifier_id is given as text under the name identifier. */
static void mapped_name(char out[NAME_BYTES], const ptl_canon_column *column)
{
    (void)snprintf(out, NAME_BYTES, "%s", column->name);
    const size_t len = strlen(out);
    if (ptl_canon_is_identifier(column) && len > 3 && strcmp(out + len - 3, "_id") == 0)
        out[len - 3] = '\0';
}

const char *ptl_load_sql_type(ptl_type type)
{
    switch (type) {
    case PTL_TYPE_INT:
        return "BIGINT";
    case PTL_TYPE_DOUBLE:
        return "DOUBLE";
    case PTL_TYPE_BOOL:
        return "BOOLEAN";
    case PTL_TYPE_TEXT:
        return "VARCHAR";
    case PTL_TYPE_INSTANT:
        return "TIMESTAMP";
    case PTL_TYPE_DAY:
        return "DATE";
    case PTL_TYPE_BLOB:
        return "BLOB";
    }
    return "VARCHAR";
}

/* --- types ------------------------------------------------------------------------------------ */

static bool is_integer(duckdb_type type)
{
    switch (type) {
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
        return true;
    default:
        return false;
    }
}

static bool type_fits(const ptl_load_column *column, duckdb_type type)
{
    if (type == DUCKDB_TYPE_SQLNULL) return true;
    if (column->is_identifier) return type == DUCKDB_TYPE_VARCHAR;
    switch (column->canon->type) {
    case PTL_TYPE_INT:
        return is_integer(type);
    case PTL_TYPE_DOUBLE:
        return is_integer(type) || type == DUCKDB_TYPE_DOUBLE || type == DUCKDB_TYPE_FLOAT ||
               type == DUCKDB_TYPE_DECIMAL;
    case PTL_TYPE_BOOL:
        return type == DUCKDB_TYPE_BOOLEAN;
    case PTL_TYPE_TEXT:
        return type == DUCKDB_TYPE_VARCHAR;
    case PTL_TYPE_INSTANT:
        return type == DUCKDB_TYPE_TIMESTAMP;
    case PTL_TYPE_DAY:
        return type == DUCKDB_TYPE_DATE;
    case PTL_TYPE_BLOB:
        return false;
    }
    return false;
}

static const char *type_words(duckdb_type type)
{
    if (is_integer(type)) return "a whole number";
    switch (type) {
    case DUCKDB_TYPE_VARCHAR:
        return "text";
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_FLOAT:
        return "a floating number";
    case DUCKDB_TYPE_DECIMAL:
        return "a decimal";
    case DUCKDB_TYPE_BOOLEAN:
        return "yes or no";
    case DUCKDB_TYPE_TIMESTAMP:
        return "a time";
    case DUCKDB_TYPE_TIMESTAMP_TZ:
        return "a time with zone";
    case DUCKDB_TYPE_DATE:
        return "a day";
    default:
        return "of a type that no column has";
    }
}

/* What to write instead. */
static const char *remedy(const ptl_load_column *column)
{
    if (column->is_identifier) return "give it as text";
    if (column->canon->role == PTL_ROLE_MONEY) return "wrap it in ptl_money(…)";
    switch (column->canon->type) {
    case PTL_TYPE_INT:
        return "wrap it in ptl_integer(…)";
    case PTL_TYPE_DOUBLE:
        return "wrap it in ptl_number(…)";
    case PTL_TYPE_BOOL:
        return "wrap it in ptl_bool(…)";
    case PTL_TYPE_INSTANT:
        return "wrap it in ptl_time(…, format)";
    case PTL_TYPE_DAY:
        return "wrap it in ptl_day(…, format)";
    case PTL_TYPE_TEXT:
    case PTL_TYPE_BLOB:
        break;
    }
    return "give it as text: CAST(… AS VARCHAR)";
}

/* --- faults ----------------------------------------------------------------------------------- */

typedef struct faults {
    ptl_buffer lines;
    int64_t n;
    const char *source;
} faults;

static void fault(faults *f, const char *format, ...) PTL_PRINTF(2, 3);

static void fault(faults *f, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    ptl_buffer_printf(&f->lines, "%s%s", f->n > 0 ? "\n" : "", line);
    f->n++;
}

static ptl_status faults_end(faults *f, ptl_error *err)
{
    ptl_status st = ptl_buffer_check(&f->lines, "the faults of a mapping", err);
    if (st == PTL_OK && f->n > 0) {
        const size_t first = strcspn(f->lines.ptr, "\n");
        st = ptl_fail(err, PTL_E_INVALID, "mapping of %s: %.*s", f->source, (int)first,
                      f->lines.ptr);
        ptl_error_detail(err, "%s", f->lines.ptr);
        if (f->n > 1) ptl_error_hint(err, "%lld faults, see the detail", (long long)f->n);
    }
    ptl_buffer_dispose(&f->lines);
    return st;
}

/* --- the plan --------------------------------------------------------------------------------- */

static const ptl_reader_column *given(const ptl_reader *reader, const char *name)
{
    for (int64_t i = 0; i < reader->n_columns; i++)
        if (strcasecmp(reader->columns[i].name, name) == 0) return &reader->columns[i];
    return NULL;
}

/* The workspace's currency stands in where a table of money has rows without. */
static bool takes_currency(const ptl_load_plan *plan, const ptl_canon_column *column)
{
    if (strcmp(column->name, "currency") != 0 || ptl_canon_is_key(column)) return false;
    for (int64_t i = 0; i < plan->table->n_columns; i++)
        if (plan->table->columns[i].role == PTL_ROLE_MONEY) return true;
    return false;
}

static bool has_fallback(const ptl_load_plan *plan, const ptl_canon_column *column,
                         const ptl_load_spec *spec)
{
    return column->defaults || (spec->currency && takes_currency(plan, column));
}

static void plan_column(ptl_load_plan *plan, const ptl_reader *reader,
                        const ptl_canon_column *canon, faults *f)
{
    ptl_load_column *column = &plan->columns[plan->n_columns];
    char name[NAME_BYTES];
    mapped_name(name, canon);
    column->canon = canon;
    column->is_identifier = ptl_canon_is_identifier(canon);
    column->is_key = ptl_canon_is_key(canon);
    const ptl_reader_column *found = given(reader, name);
    column->is_given = found != NULL;
    if (found) column->carried_idx = ++plan->n_carried;
    column->mapped = found ? found->name : canon->name;
    const bool falls_back = has_fallback(plan, canon, reader->spec);
    column->must = canon->required && !falls_back;
    if (found && !type_fits(column, found->type))
        fault(f, "column %s is %s; %s", name, type_words(found->type), remedy(column));
    if (!found && column->must)
        fault(f, "column %s is missing: %s needs it (%s)", name, plan->table->name, canon->about);
    if (plan->table->time_column && strcmp(canon->name, plan->table->time_column) == 0)
        plan->time_idx = (int32_t)plan->n_columns;
    plan->has_identifier = plan->has_identifier || (column->is_identifier && found);
    if (column->is_identifier || canon->role == PTL_ROLE_PERSONAL) plan->is_personal = true;
    plan->n_columns++;
}

/* What the mapping gives and the table does not have. */
static void find_unknown(const ptl_load_plan *plan, const ptl_reader *reader, faults *f)
{
    char names[PTL_LOAD_COLUMNS_MAX][NAME_BYTES];
    const char *candidates[PTL_LOAD_COLUMNS_MAX];
    for (int64_t i = 0; i < plan->n_columns; i++) {
        mapped_name(names[i], plan->columns[i].canon);
        candidates[i] = names[i];
    }
    for (int64_t i = 0; i < reader->n_columns; i++) {
        const char *name = reader->columns[i].name;
        bool is_known = strcasecmp(name, "known_at") == 0;
        for (int64_t j = 0; j < plan->n_columns; j++)
            is_known = is_known || strcasecmp(name, candidates[j]) == 0;
        for (int64_t j = 0; j < i; j++)
            if (strcasecmp(name, reader->columns[j].name) == 0)
                fault(f, "column %s is given twice", name);
        if (is_known) continue;
        const char *near = ptl_text_nearest(ptl_text_of(name), candidates, plan->n_columns);
        if (near)
            fault(f, "table %s has no column %s; did you mean %s?", plan->table->name, name, near);
        else
            fault(f, "table %s has no column %s", plan->table->name, name);
    }
}

static ptl_status find_table(const ptl_canon_table **out, const ptl_load_spec *spec, ptl_error *err)
{
    *out = ptl_canon_find(ptl_text_of(spec->table));
    if (*out && (*out)->n_columns <= PTL_LOAD_COLUMNS_MAX &&
        ((*out)->kind == PTL_CANON_FACT || (*out)->kind == PTL_CANON_DIMENSION))
        return PTL_OK;
    const char *names[128];
    int64_t n = 0;
    for (int64_t i = 0; i < ptl_canon_n && n < 128; i++)
        if (ptl_canon[i].kind == PTL_CANON_FACT || ptl_canon[i].kind == PTL_CANON_DIMENSION)
            names[n++] = ptl_canon[i].name;
    const char *near = ptl_text_nearest(ptl_text_of(spec->table), names, n);
    ptl_status st =
        ptl_fail(err, PTL_E_INVALID, "source %s: \"%s\" is not a table that a file fills",
                 spec->source, spec->table);
    ptl_error_hint(err, near ? "did you mean \"%s\"?" : "docs/tables.md lists them%s",
                   near ? near : "");
    return st;
}

ptl_status ptl_load_plan_make(ptl_load_plan *out, const ptl_reader *reader, ptl_error *err)
{
    const ptl_load_spec *spec = reader->spec;
    memset(out, 0, sizeof *out);
    out->time_idx = -1;
    PTL_TRY(find_table(&out->table, spec, err));
    faults f = {.source = spec->source};
    ptl_buffer_init(&f.lines, (size_t)1 << 20, NULL);
    for (int64_t i = 0; i < out->table->n_columns; i++) {
        const ptl_canon_column *column = &out->table->columns[i];
        if (column->role != PTL_ROLE_MANAGED)
            plan_column(out, reader, column, &f);
        else if (strcmp(column->name, "day") == 0)
            out->has_day = true;
    }
    find_unknown(out, reader, &f);
    const ptl_reader_column *known = given(reader, "known_at");
    out->has_known_at = known != NULL;
    if (known && known->type != DUCKDB_TYPE_TIMESTAMP)
        fault(&f, "column known_at is %s; wrap it in ptl_time(…, format)", type_words(known->type));
    if (out->has_identifier && !spec->identifier_kind)
        fault(&f, "the source names no identifier kind, and the mapping gives identifier");
    return faults_end(&f, err);
}

/* --- SQL from the plan ------------------------------------------------------------------------ */

void ptl_load_sql_text(ptl_buffer *out, const char *text)
{
    ptl_buffer_text(out, "'");
    for (const char *c = text; *c; c++)
        ptl_buffer_append(out, *c == '\'' ? "''" : c, *c == '\'' ? 2 : 1);
    ptl_buffer_text(out, "'");
}

void ptl_load_sql_name(ptl_buffer *out, const char *name)
{
    ptl_buffer_text(out, "\"");
    for (const char *c = name; *c; c++)
        ptl_buffer_append(out, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    ptl_buffer_text(out, "\"");
}

/* The value as the table's type; what names people is text until it has a number. */
static void put_given(ptl_buffer *out, const ptl_load_column *column)
{
    const bool is_text = column->is_identifier || column->canon->type == PTL_TYPE_TEXT;
    if (!column->is_given) {
        ptl_buffer_printf(out, "CAST(NULL AS %s)",
                          is_text ? "VARCHAR" : ptl_load_sql_type(column->canon->type));
        return;
    }
    ptl_buffer_text(out, "CAST(");
    ptl_load_sql_name(out, column->mapped);
    ptl_buffer_printf(out, " AS %s)", is_text ? "VARCHAR" : ptl_load_sql_type(column->canon->type));
}

static void put_column(ptl_buffer *out, const ptl_load_plan *plan, const ptl_load_column *column,
                       const ptl_load_spec *spec)
{
    if (column->canon->defaults) {
        ptl_buffer_text(out, "coalesce(");
        put_given(out, column);
        ptl_buffer_printf(out, ", CAST(%s AS %s))", column->canon->defaults,
                          ptl_load_sql_type(column->canon->type));
    } else if (spec->currency && takes_currency(plan, column->canon)) {
        ptl_buffer_text(out, "upper(coalesce(");
        put_given(out, column);
        ptl_buffer_text(out, ", ");
        ptl_load_sql_text(out, spec->currency);
        ptl_buffer_text(out, "))");
    } else {
        put_given(out, column);
    }
}

void ptl_load_plan_list(ptl_buffer *out, const ptl_load_plan *plan, const ptl_load_spec *spec)
{
    ptl_buffer_text(out, "ptl_source_row");
    for (int64_t i = 0; i < plan->n_columns; i++) {
        if (plan->columns[i].carried_idx == 0) continue;
        ptl_buffer_text(out, ", ");
        put_column(out, plan, &plan->columns[i], spec);
    }
    if (plan->has_known_at) ptl_buffer_text(out, ", known_at");
}

void ptl_load_plan_values(ptl_buffer *out, const ptl_load_plan *plan, const ptl_load_spec *spec)
{
    for (int64_t i = 0; i < plan->n_columns; i++) {
        const ptl_load_column *column = &plan->columns[i];
        if (i > 0) ptl_buffer_text(out, ", ");
        if (column->carried_idx > 0)
            ptl_load_sql_name(out, column->canon->name);
        else if (column->is_identifier) /* its number, not the text that has one */
            ptl_buffer_text(out, "CAST(NULL AS BIGINT)");
        else
            put_column(out, plan, column, spec);
    }
}
