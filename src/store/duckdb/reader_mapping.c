/* reader_mapping.c: a mapping's text is checked and given row numbers.
 *
 * The engine parses; its tree comes as JSON (json_serialize_sql), is changed here and goes back
 * (json_deserialize_sql). Two changes, in every SELECT that reads `source`, directly or through a
 * WITH or a subquery that does:
 *   - its list gets the column source_row (at the top: ptl_source_row);
 *   - ptl_money(x) becomes ptl_money_at(<relation>.source_row, '<column>', x), so that text which
 *     cannot be read is noted with its row.
 * A SELECT that groups has no row left to name, and the engine would say so in its own words; it is
 * refused here in ours. */
#include "store/duckdb/reader.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 200, WITHS_MAX = 64 };

typedef struct rewrite {
    const ptl_reader *reader;
    const char *withs[WITHS_MAX]; /* names of WITH queries that carry source_row */
    int32_t n_withs;
    int32_t depth;
    ptl_error *err;
} rewrite;

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool is_type(const json_t *object, const char *type)
{
    return strcmp(text_at(object, "type"), type) == 0;
}

/* --- line and column -------------------------------------------------------------------------- */

static void place_of(const ptl_reader *reader, int64_t position, int64_t *line, int64_t *column)
{
    const char *sql = reader->spec->mapping;
    *line = *column = 1;
    for (int64_t i = 0; i < position && sql[i]; i++) {
        ++*column;
        if (sql[i] == '\n') {
            ++*line;
            *column = 1;
        }
    }
}

static ptl_status refuse(rewrite *rw, const json_t *at, const char *words, const char *hint)
{
    const json_t *where = json_object_get(at, "query_location");
    int64_t line = 1, column = 1;
    if (json_is_integer(where)) place_of(rw->reader, json_integer_value(where), &line, &column);
    ptl_status st = ptl_fail(rw->err, PTL_E_INVALID, "mapping of %s, line %lld, column %lld: %s",
                             rw->reader->spec->source, (long long)line, (long long)column, words);
    ptl_error_hint(rw->err, "%s", hint);
    return st;
}

/* The nearest column of the file to a name the engine did not find. */
static void suggest_column(const ptl_reader *reader, const char *name, ptl_error *err)
{
    const char *near =
        ptl_text_nearest(ptl_text_of(name), reader->source_columns, reader->n_source_columns);
    if (near)
        ptl_error_hint(err, "did you mean \"%s\"?", near);
    else if (reader->n_source_columns == 1)
        ptl_error_hint(err, "the file has one column, \"%.200s\": is the delimiter right?",
                       reader->source_columns[0]);
    else
        ptl_error_hint(err, "the file's first columns are \"%.100s\" and \"%.100s\"",
                       reader->source_columns[0], reader->source_columns[1]);
}

/* geo.country without quotes is column country of a table geo: say how a path is written. */
static void suggest_path(const ptl_reader *reader, const char *words, ptl_error *err)
{
    static const char before[] = "Referenced table \"";
    const char *name = strstr(words, before);
    if (!name) return;
    name += sizeof before - 1;
    const size_t len = strcspn(name, "\"");
    for (int64_t i = 0; i < reader->n_source_columns; i++) {
        const char *column = reader->source_columns[i];
        if (strncmp(column, name, len) != 0 || column[len] != '.') continue;
        ptl_error_hint(err, "a nested key is one column: \"%s\", in double quotes", column);
        return;
    }
}

static void words_of(char *out, size_t size, const json_t *failure, const char *plain)
{
    const char *subtype = text_at(failure, "error_subtype"), *name = text_at(failure, "name");
    const char *message = failure ? text_at(failure, "exception_message") : plain;
    if (strcmp(subtype, "COLUMN_NOT_FOUND") == 0)
        (void)snprintf(out, size, "the file has no column \"%.200s\"", name);
    else if (strcmp(subtype, "MISSING_ENTRY") == 0 &&
             strcmp(text_at(failure, "type"), "Scalar Function") == 0)
        (void)snprintf(out, size, "there is no function %.100s", name);
    else if (strcmp(subtype, "MISSING_ENTRY") == 0 &&
             strcmp(text_at(failure, "type"), "Table") == 0)
        (void)snprintf(out, size, "there is no table %.100s: the file is called source", name);
    else if (strcmp(text_at(failure, "exception_type"), "Permission") == 0)
        (void)snprintf(out, size, "a mapping may read the source folders only: %.300s", message);
    else
        (void)snprintf(out, size, "%.*s",
                       (int)(strcspn(message, "\n") < 400 ? strcspn(message, "\n") : 400), message);
}

ptl_status ptl_reader_mapping_error(const ptl_reader *reader, const char *engine_json,
                                    ptl_error *err)
{
    const char *brace = engine_json ? strchr(engine_json, '{') : NULL;
    json_t *failure = brace ? json_loads(brace, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    char words[512];
    words_of(words, sizeof words, failure, engine_json ? engine_json : "it does not run");
    const char *position = text_at(failure, "position");
    const bool is_denied = strcmp(text_at(failure, "exception_type"), "Permission") == 0;
    const ptl_status status = is_denied ? PTL_E_DENIED : PTL_E_INVALID;
    int64_t line = 1, column = 1;
    if (*position) {
        place_of(reader, strtoll(position, NULL, 10), &line, &column);
        (void)ptl_fail(err, status, "mapping of %s, line %lld, column %lld: %s",
                       reader->spec->source, (long long)line, (long long)column, words);
    } else {
        (void)ptl_fail(err, status, "mapping of %s: %s", reader->spec->source, words);
    }
    if (strcmp(text_at(failure, "error_subtype"), "COLUMN_NOT_FOUND") == 0)
        suggest_column(reader, text_at(failure, "name"), err);
    else if (strcmp(text_at(failure, "error_subtype"), "SYNTAX_ERROR") == 0)
        ptl_error_hint(err, "a column whose name is a word of SQL, or holds a space, stands in "
                            "double quotes: \"order date\"");
    else if (is_denied)
        ptl_error_hint(err, "put the file into a folder that the source names");
    if (err && err->hint[0] == '\0') suggest_path(reader, words, err);
    json_decref(failure);
    return status;
}

/* --- expressions ------------------------------------------------------------------------------ */

static json_t *row_ref(const char *relation)
{
    return json_pack("{s:s,s:s,s:s,s:[s,s]}", "class", "COLUMN_REF", "type", "COLUMN_REF", "alias",
                     "", "column_names", relation, "source_row");
}

static json_t *text_constant(const char *text)
{
    return json_pack("{s:s,s:s,s:s,s:{s:{s:s,s:n},s:b,s:s}}", "class", "CONSTANT", "type",
                     "VALUE_CONSTANT", "alias", "", "value", "type", "id", "VARCHAR", "type_info",
                     "is_null", 0, "value", text);
}

static ptl_status rewrite_query(rewrite *rw, json_t *node, const char *row_name, bool *carries);

static ptl_status enter(rewrite *rw, const json_t *at)
{
    if (++rw->depth <= DEPTH_MAX) return PTL_OK;
    return refuse(rw, at, "it is nested too deeply", "split it with WITH");
}

/* What gives another answer each time it is asked has no place in a fact. */
static bool is_unsteady(const char *name)
{
    static const char *const names[] = {"now",
                                        "random",
                                        "uuid",
                                        "gen_random_uuid",
                                        "today",
                                        "current_date",
                                        "current_time",
                                        "nextval",
                                        "uuidv4",
                                        "uuidv7",
                                        "get_current_timestamp",
                                        "get_current_time",
                                        "transaction_timestamp",
                                        "setseed"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(names[i], name) == 0) return true;
    return false;
}

static ptl_status rewrite_function(rewrite *rw, json_t *call, const char *relation,
                                   const char *column)
{
    const char *name = text_at(call, "function_name");
    if (is_unsteady(name))
        return refuse(rw, call, "it asks for the time or for chance",
                      "a mapping gives the same rows each time: take the value from the file");
    if (!relation || !ptl_reader_is_cast(name)) return PTL_OK;
    char renamed[64];
    (void)snprintf(renamed, sizeof renamed, "%s_at", name);
    json_t *children = json_object_get(call, "children");
    if (json_array_insert_new(children, 0, row_ref(relation)) != 0 ||
        json_array_insert_new(children, 1, text_constant(column)) != 0 ||
        json_object_set_new(call, "function_name", json_string(renamed)) != 0)
        return ptl_fail(rw->err, PTL_E_NO_MEMORY, "no memory to prepare a mapping");
    return PTL_OK;
}

/* Every cast and subquery below `value`, wherever the tree keeps it. */
static ptl_status rewrite_expression(rewrite *rw, json_t *value, const char *relation,
                                     const char *column)
{
    PTL_TRY(enter(rw, value));
    ptl_status st = PTL_OK;
    if (json_is_array(value)) {
        for (size_t i = 0; st == PTL_OK && i < json_array_size(value); i++)
            st = rewrite_expression(rw, json_array_get(value, i), relation, column);
    } else if (json_is_object(value)) {
        json_t *node = json_object_get(json_object_get(value, "subquery"), "node");
        const char *key;
        json_t *child;
        bool carries;
        if (node) {
            st = rewrite_query(rw, node, NULL, &carries);
        } else {
            json_object_foreach(value, key, child)
            {
                if (st == PTL_OK) st = rewrite_expression(rw, child, relation, column);
            }
        }
        if (st == PTL_OK && strcmp(text_at(value, "class"), "FUNCTION") == 0)
            st = rewrite_function(rw, value, relation, column);
    }
    rw->depth--;
    return st;
}

/* --- relations -------------------------------------------------------------------------------- */

static bool is_carrier(const rewrite *rw, const char *table)
{
    if (strcasecmp(table, "source") == 0) return true;
    for (int32_t i = 0; i < rw->n_withs; i++)
        if (strcasecmp(table, rw->withs[i]) == 0) return true;
    return false;
}

/* The name under which the FROM clause offers source_row, or NULL. */
static ptl_status rewrite_from(rewrite *rw, json_t *from, const char **relation)
{
    PTL_TRY(enter(rw, from));
    ptl_status st = PTL_OK;
    const char *alias = text_at(from, "alias");
    if (is_type(from, "BASE_TABLE")) {
        const char *table = text_at(from, "table_name");
        if (is_carrier(rw, table)) *relation = *alias ? alias : table;
    } else if (is_type(from, "SUBQUERY")) {
        bool carries = false;
        json_t *node = json_object_get(json_object_get(from, "subquery"), "node");
        const size_t n_named = json_array_size(json_object_get(from, "column_name_alias"));
        st = rewrite_query(rw, node, n_named == 0 ? "source_row" : NULL, &carries);
        if (carries && *alias && n_named == 0) *relation = alias;
    } else if (is_type(from, "JOIN")) {
        const char *left = NULL, *right = NULL;
        st = rewrite_from(rw, json_object_get(from, "left"), &left);
        if (st == PTL_OK) st = rewrite_from(rw, json_object_get(from, "right"), &right);
        *relation = left ? left : right;
        if (st == PTL_OK)
            st = rewrite_expression(rw, json_object_get(from, "condition"), *relation, "JOIN");
    }
    rw->depth--;
    return st;
}

static const char *name_of(const json_t *item)
{
    const char *alias = text_at(item, "alias");
    if (*alias) return alias;
    const json_t *names = json_object_get(item, "column_names");
    const size_t n = json_array_size(names);
    const char *last = n > 0 ? json_string_value(json_array_get(names, n - 1)) : NULL;
    return last ? last : "?";
}

static ptl_status check_form(rewrite *rw, const json_t *select)
{
    const char *one_each =
        "each row of the file becomes one row, or none: map the rows as they are, "
        "figures sum them; leave rows out with WHERE";
    if (json_array_size(json_object_get(select, "group_expressions")) > 0)
        return refuse(rw, select, "it has GROUP BY", one_each);
    const json_t *modifiers = json_object_get(select, "modifiers");
    for (size_t i = 0; i < json_array_size(modifiers); i++) {
        const json_t *modifier = json_array_get(modifiers, i);
        if (is_type(modifier, "DISTINCT_MODIFIER"))
            return refuse(rw, select, "it has DISTINCT",
                          "leave it away: rows that say the same are found by the table's key "
                          "after the mapping");
        if (is_type(modifier, "LIMIT_MODIFIER") || is_type(modifier, "LIMIT_PERCENT_MODIFIER"))
            return refuse(rw, select, "it has LIMIT", one_each);
    }
    return PTL_OK;
}

static bool has_star(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (is_type(json_array_get(list, i), "STAR")) return true;
    return false;
}

static ptl_status rewrite_select(rewrite *rw, json_t *select, const char *row_name, bool *carries)
{
    const char *relation = NULL;
    PTL_TRY(rewrite_from(rw, json_object_get(select, "from_table"), &relation));
    json_t *list = json_object_get(select, "select_list");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        PTL_TRY(rewrite_expression(rw, item, relation, name_of(item)));
    }
    PTL_TRY(rewrite_expression(rw, json_object_get(select, "where_clause"), relation, "WHERE"));
    PTL_TRY(rewrite_expression(rw, json_object_get(select, "qualify"), relation, "QUALIFY"));
    *carries = relation != NULL;
    if (!relation || !row_name) return PTL_OK;
    PTL_TRY(check_form(rw, select));
    /* A star brings source_row along, under that very name. */
    if (strcmp(row_name, "source_row") == 0 && has_star(list)) return PTL_OK;
    json_t *row = row_ref(relation);
    if (!row || json_object_set_new(row, "alias", json_string(row_name)) != 0 ||
        json_array_append_new(list, row) != 0)
        return ptl_fail(rw->err, PTL_E_NO_MEMORY, "no memory to prepare a mapping");
    return PTL_OK;
}

static ptl_status rewrite_withs(rewrite *rw, json_t *node)
{
    json_t *map = json_object_get(json_object_get(node, "cte_map"), "map");
    for (size_t i = 0; i < json_array_size(map); i++) {
        json_t *entry = json_array_get(map, i), *value = json_object_get(entry, "value");
        json_t *query = json_object_get(json_object_get(value, "query"), "node");
        bool carries = false;
        const bool is_named = json_array_size(json_object_get(value, "aliases")) > 0;
        PTL_TRY(rewrite_query(rw, query, is_named ? NULL : "source_row", &carries));
        if (!carries || is_named) continue;
        if (rw->n_withs == WITHS_MAX)
            return refuse(rw, query, "it has more than 64 WITH queries", "join some of them");
        rw->withs[rw->n_withs++] = text_at(entry, "key");
    }
    return PTL_OK;
}

static ptl_status rewrite_node(rewrite *rw, json_t *node, const char *row_name, bool *carries)
{
    PTL_TRY(rewrite_withs(rw, node));
    if (is_type(node, "SELECT_NODE")) return rewrite_select(rw, node, row_name, carries);
    if (!is_type(node, "SET_OPERATION_NODE"))
        return refuse(rw, node, "it is recursive", "write a plain SELECT over source");
    bool left = false, right = false;
    PTL_TRY(rewrite_query(rw, json_object_get(node, "left"), row_name, &left));
    PTL_TRY(rewrite_query(rw, json_object_get(node, "right"), row_name, &right));
    *carries = left && right;
    return PTL_OK;
}

/* One query; `row_name` NULL: casts are rewritten, no column is added. */
static ptl_status rewrite_query(rewrite *rw, json_t *node, const char *row_name, bool *carries)
{
    *carries = false;
    PTL_TRY(enter(rw, node));
    const ptl_status st = rewrite_node(rw, node, row_name, carries);
    rw->depth--;
    return st;
}

/* --- the whole text --------------------------------------------------------------------------- */

/* One text in, one text out, through the engine. */
static ptl_status engine_text(char **out, const ptl_reader *reader, const char *sql,
                              const char *argument, ptl_error *err)
{
    duckdb_prepared_statement prepared = NULL;
    duckdb_result result;
    memset(&result, 0, sizeof result);
    *out = NULL;
    bool ok = duckdb_prepare(reader->connection, sql, &prepared) == DuckDBSuccess &&
              duckdb_bind_varchar(prepared, 1, argument) == DuckDBSuccess &&
              duckdb_execute_prepared(prepared, &result) == DuckDBSuccess;
    duckdb_data_chunk chunk = ok ? duckdb_fetch_chunk(result) : NULL;
    if (chunk && duckdb_data_chunk_get_size(chunk) == 1) {
        duckdb_string_t *text = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
        const size_t len = duckdb_string_t_length(*text);
        *out = malloc(len + 1);
        if (*out) memcpy(*out, duckdb_string_t_data(text), len);
        if (*out) (*out)[len] = '\0';
    }
    ptl_status st = PTL_OK;
    const char *words = duckdb_result_error(&result);
    if (!words) words = duckdb_prepare_error(prepared);
    if (!*out) st = ptl_reader_mapping_error(reader, words, err);
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(&result);
    duckdb_destroy_prepare(&prepared);
    return st;
}

/* The engine's own parser decides what the text is: one statement, and a SELECT. */
static ptl_status check_statement(const ptl_reader *reader, ptl_error *err)
{
    const char *source = reader->spec->source;
    duckdb_extracted_statements statements = NULL;
    const idx_t n =
        duckdb_extract_statements(reader->connection, reader->spec->mapping, &statements);
    ptl_status st = PTL_OK;
    duckdb_prepared_statement prepared = NULL;
    if (n == 0) {
        const char *complaint = duckdb_extract_statements_error(statements);
        st = complaint ? ptl_reader_mapping_error(reader, complaint, err)
                       : ptl_fail(err, PTL_E_INVALID, "mapping of %s is empty", source);
    } else if (n > 1) {
        st =
            ptl_fail(err, PTL_E_INVALID, "mapping of %s has %llu statements; it must be one SELECT",
                     source, (unsigned long long)n);
    } else if (duckdb_prepare_extracted_statement(reader->connection, statements, 0, &prepared) !=
               DuckDBSuccess) {
        st = ptl_reader_mapping_error(reader, duckdb_prepare_error(prepared), err);
    } else if (duckdb_prepared_statement_type(prepared) != DUCKDB_STATEMENT_TYPE_SELECT) {
        st = ptl_fail(err, PTL_E_INVALID, "mapping of %s is not a SELECT", source);
        ptl_error_hint(err, "a mapping only reads: SELECT … FROM source");
    } else if (duckdb_nparams(prepared) > 0) {
        st = ptl_fail(err, PTL_E_INVALID, "mapping of %s has parameters ($1 or ?)", source);
    }
    duckdb_destroy_prepare(&prepared);
    duckdb_destroy_extracted(&statements);
    return st;
}

/* The engine writes "no place" as 2^64 - 1, which no JSON reader of int64 takes. Inside a string
 * the quotes of this pattern would be escaped, so nothing else is touched. */
static void drop_no_places(char *json)
{
    static const char pattern[] = "\"query_location\":18446744073709551615";
    const size_t n_key = sizeof "\"query_location\":" - 1;
    for (char *at = json; (at = strstr(at, pattern)) != NULL;)
        for (size_t i = n_key; i < sizeof pattern - 1; i++) at[i] = i == n_key ? '0' : ' ';
}

static ptl_status rewrite_tree(json_t *tree, const ptl_reader *reader, ptl_error *err)
{
    json_t *statements = json_object_get(tree, "statements");
    json_t *node = json_object_get(json_array_get(statements, 0), "node");
    if (json_array_size(statements) != 1 || !node)
        return ptl_fail(err, PTL_E_INVALID, "mapping of %s is not one SELECT",
                        reader->spec->source);
    rewrite rw = {.reader = reader, .err = err};
    bool carries = false;
    PTL_TRY(rewrite_query(&rw, node, "ptl_source_row", &carries));
    if (carries) return PTL_OK;
    ptl_status st =
        ptl_fail(err, PTL_E_INVALID, "mapping of %s does not read source", reader->spec->source);
    ptl_error_hint(err, "every row it gives must come from one row of source");
    return st;
}

ptl_status ptl_reader_mapping_prepare(ptl_reader *reader, ptl_error *err)
{
    if (strlen(reader->spec->mapping) > PTL_READER_MAPPING_BYTES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "mapping of %s is longer than %d bytes",
                        reader->spec->source, PTL_READER_MAPPING_BYTES_MAX);
    PTL_TRY(check_statement(reader, err));
    char *text = NULL, *changed = NULL;
    PTL_TRY(engine_text(&text, reader, "SELECT json_serialize_sql($1::VARCHAR)::VARCHAR",
                        reader->spec->mapping, err));
    drop_no_places(text);
    json_t *tree = json_loads(text, 0, NULL);
    free(text);
    ptl_status st =
        tree ? rewrite_tree(tree, reader, err)
             : ptl_fail(err, PTL_E_INVALID, "mapping of %s holds a whole number beyond 64 bits",
                        reader->spec->source);
    if (st == PTL_OK) {
        changed = json_dumps(tree, JSON_COMPACT);
        st = changed ? engine_text(&reader->sql, reader,
                                   "SELECT json_deserialize_sql($1::VARCHAR::JSON)", changed, err)
                     : ptl_fail(err, PTL_E_NO_MEMORY, "no memory to prepare a mapping");
    }
    free(changed);
    json_decref(tree);
    return st;
}
