/* reader_cast.c: the casts of cast.h as functions of the isolated engine.
 *
 * Each exists twice. `ptl_money(text, …)` is what people write; it runs only where no row is at
 * hand (a constant, a lookup list), and text it cannot read fails the load. `ptl_money_at(row,
 * column, text, …)` is what the mapping's rewriting makes of it; text it cannot read is NULL and a
 * note of the row. */
#include "base/json_write.h"
#include "store/duckdb/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum cast_kind {
    KIND_MONEY,
    KIND_INTEGER,
    KIND_NUMBER,
    KIND_BOOL,
    KIND_TIME,
    KIND_DAY
} cast_kind;

/* Name, result, number of texts a call may have: the value, then locale, or format and zone. */
static const struct {
    const char *name;
    duckdb_type result;
    int32_t n_args_min, n_args_max;
} kinds[] = {
    [KIND_MONEY] = {"ptl_money", DUCKDB_TYPE_BIGINT, 1, 2},
    [KIND_INTEGER] = {"ptl_integer", DUCKDB_TYPE_BIGINT, 1, 2},
    [KIND_NUMBER] = {"ptl_number", DUCKDB_TYPE_DOUBLE, 1, 2},
    [KIND_BOOL] = {"ptl_bool", DUCKDB_TYPE_BOOLEAN, 1, 1},
    [KIND_TIME] = {"ptl_time", DUCKDB_TYPE_TIMESTAMP, 1, 3},
    [KIND_DAY] = {"ptl_day", DUCKDB_TYPE_DATE, 1, 2},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

bool ptl_reader_is_cast(const char *name)
{
    for (int32_t i = 0; i < N_KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0) return true;
    return false;
}

typedef struct overload {
    ptl_reader *reader;
    cast_kind kind;
    int32_t n_args;    /* the value and texts         */
    bool has_row;      /* row and column stand before */
    duckdb_type value; /* VARCHAR; in Parquet also BIGINT and DOUBLE */
} overload;

/* What one call keeps: the engine's vectors and what the last row's settings were made into. */
typedef struct call {
    const overload *self;
    duckdb_function_info info;
    const int64_t *rows;
    const uint64_t *rows_validity;
    duckdb_string_t *columns;
    duckdb_string_t *args[3]; /* the first is of the overload's type */
    uint64_t *validity[3];
    duckdb_string_t settings[2]; /* of the previous row: compared bytewise */
    bool has_settings;
    const ptl_locale *locale;
    ptl_reader_clock *clock;
    ptl_status failure;
    ptl_error error;
} call;

static ptl_text text_of(duckdb_string_t *s)
{
    return (ptl_text){duckdb_string_t_data(s), duckdb_string_t_length(*s)};
}

/* --- settings: locale, or format and zone ----------------------------------------------------- */

static ptl_status zone_find(const ptl_zone **out, ptl_reader *reader, ptl_text name, ptl_error *err)
{
    for (int32_t i = 0; i < reader->n_zones; i++) {
        *out = reader->zones[i];
        if (ptl_text_equal(ptl_text_of(ptl_zone_name(*out)), name)) return PTL_OK;
    }
    char terminated[128];
    if (name.len >= sizeof terminated || reader->n_zones >= PTL_READER_ZONES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "a mapping may name at most %d zones",
                        PTL_READER_ZONES_MAX);
    memcpy(terminated, name.ptr, name.len);
    terminated[name.len] = '\0';
    PTL_TRY(ptl_zone_open(&reader->zones[reader->n_zones], terminated, err));
    *out = reader->zones[reader->n_zones++];
    return PTL_OK;
}

static ptl_status clock_new(ptl_reader_clock **out, ptl_text format, const ptl_zone *zone,
                            ptl_error *err)
{
    ptl_reader_clock *made = malloc(sizeof *made);
    char *copy = malloc(format.len + 1);
    if (!made || !copy) {
        free(made);
        free(copy);
        return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for a time format");
    }
    memcpy(copy, format.ptr, format.len);
    copy[format.len] = '\0';
    made->format = copy;
    made->in_use = true;
    ptl_cast_clock_init(&made->clock, (ptl_text){copy, format.len}, zone);
    *out = made;
    return PTL_OK;
}

/* A clock of this format and zone that nobody else uses; the guard is held. */
static ptl_status clock_take(ptl_reader_clock **out, ptl_reader *reader, ptl_text format,
                             const ptl_zone *zone, ptl_error *err)
{
    for (int32_t i = 0; i < reader->n_clocks; i++) {
        ptl_reader_clock *kept = reader->clocks[i];
        if (kept->in_use || kept->clock.zone != zone) continue;
        if (!ptl_text_equal(kept->clock.format, format)) continue;
        kept->in_use = true;
        *out = kept;
        return PTL_OK;
    }
    PTL_TRY(clock_new(out, format, zone, err));
    if (reader->n_clocks < PTL_READER_CLOCKS_MAX) reader->clocks[reader->n_clocks++] = *out;
    return PTL_OK;
}

static void clock_put(ptl_reader *reader, ptl_reader_clock *clock)
{
    if (!clock) return;
    pthread_mutex_lock(&reader->guard);
    clock->in_use = false;
    bool is_kept = false;
    for (int32_t i = 0; i < reader->n_clocks; i++) is_kept = is_kept || reader->clocks[i] == clock;
    pthread_mutex_unlock(&reader->guard);
    if (is_kept) return;
    free(clock->format);
    free(clock);
}

static ptl_status settle_clock(call *c, ptl_error *err)
{
    ptl_reader *reader = c->self->reader;
    clock_put(reader, c->clock);
    c->clock = NULL;
    const ptl_text format = c->self->n_args > 1 ? text_of(&c->settings[0]) : PTL_TEXT("");
    const bool is_day = c->self->kind == KIND_DAY;
    pthread_mutex_lock(&reader->guard);
    const ptl_zone *zone = reader->spec->zone;
    ptl_status st = PTL_OK;
    if (is_day || !zone) st = zone_find(&zone, reader, PTL_TEXT("UTC"), err);
    if (c->self->n_args > 2) st = zone_find(&zone, reader, text_of(&c->settings[1]), err);
    if (st == PTL_OK) st = clock_take(&c->clock, reader, format, zone, err);
    pthread_mutex_unlock(&reader->guard);
    return st;
}

static ptl_status settle_locale(call *c, ptl_error *err)
{
    if (c->self->value != DUCKDB_TYPE_VARCHAR) {
        c->locale = ptl_locale_find(PTL_TEXT("plain"));
        return PTL_OK;
    }
    c->locale = c->self->reader->locale;
    if (c->self->n_args < 2) return PTL_OK;
    const ptl_text name = text_of(&c->settings[0]);
    c->locale = ptl_locale_find(name);
    if (c->locale) return PTL_OK;
    ptl_status st = ptl_fail(err, PTL_E_INVALID, "%s: locale \"%.*s\" is not one of ours",
                             kinds[c->self->kind].name, (int)name.len, name.ptr);
    ptl_error_hint(err, "use en, de, fr, ch or plain");
    return st;
}

/* Make the row's settings ready, where they are not those of the row before. */
static ptl_status settle(call *c, idx_t row, ptl_error *err)
{
    const int32_t n = c->self->n_args - 1;
    bool same = c->has_settings;
    for (int32_t i = 0; i < n; i++) {
        same = same && memcmp(&c->settings[i], &c->args[i + 1][row], sizeof *c->settings) == 0;
        c->settings[i] = c->args[i + 1][row];
    }
    if (same) return PTL_OK;
    c->has_settings = true;
    if (c->self->kind == KIND_TIME || c->self->kind == KIND_DAY) return settle_clock(c, err);
    return settle_locale(c, err);
}

/* --- rows ------------------------------------------------------------------------------------- */

/* A number that the file keeps as one, as text: the shortest that reads back the same. */
static ptl_text text_of_number(const call *c, idx_t row, char out[40])
{
    const void *values = c->args[0];
    int len;
    if (c->self->value == DUCKDB_TYPE_BIGINT) {
        len = snprintf(out, 40, "%lld", (long long)((const int64_t *)values)[row]);
    } else {
        len = ptl_double_format(out, ((const double *)values)[row]);
    }
    return (ptl_text){out, (size_t)len};
}

static ptl_cast cast_one(call *c, void *values, idx_t row, ptl_text text)
{
    switch (c->self->kind) {
    case KIND_MONEY:
        return ptl_cast_money((int64_t *)values + row, text, c->locale);
    case KIND_INTEGER:
        return ptl_cast_integer((int64_t *)values + row, text, c->locale);
    case KIND_NUMBER:
        return ptl_cast_number((double *)values + row, text, c->locale);
    case KIND_BOOL:
        return ptl_cast_bool((bool *)values + row, text);
    case KIND_TIME:
        return ptl_cast_time((int64_t *)values + row, text, &c->clock->clock);
    case KIND_DAY:
        return ptl_cast_day((int32_t *)values + row, text, &c->clock->clock);
    }
    return PTL_CAST_NOT_NUMBER;
}

static ptl_status complain(call *c, idx_t row, ptl_cast found, ptl_text text, ptl_error *err)
{
    const bool has_row =
        c->rows && (!c->rows_validity ||
                    duckdb_validity_row_is_valid((uint64_t *)(uintptr_t)c->rows_validity, row));
    if (!has_row)
        return ptl_fail(err, PTL_E_INVALID, "%s(\"%.*s\"): %s", kinds[c->self->kind].name,
                        (int)(text.len < 80 ? text.len : 80), text.ptr, ptl_cast_text(found));
    char column[256];
    const ptl_text name = text_of(&c->columns[row]);
    (void)snprintf(column, sizeof column, "%.*s", (int)name.len, name.ptr);
    return ptl_reader_note_add(c->self->reader, c->rows[row], column, ptl_cast_text(found), text,
                               err);
}

static bool args_present(const call *c, idx_t row)
{
    for (int32_t i = 0; i < c->self->n_args; i++)
        if (c->validity[i] && !duckdb_validity_row_is_valid(c->validity[i], row)) return false;
    return true;
}

static ptl_status cast_rows(call *c, idx_t n, duckdb_vector output, ptl_error *err)
{
    void *values = duckdb_vector_get_data(output);
    uint64_t *validity = NULL;
    for (idx_t row = 0; row < n; row++) {
        ptl_cast found = PTL_CAST_EMPTY;
        if (args_present(c, row)) {
            PTL_TRY(settle(c, row, err));
            char digits[40];
            const bool is_text = c->self->value == DUCKDB_TYPE_VARCHAR;
            const ptl_text text =
                is_text ? text_of(&c->args[0][row]) : text_of_number(c, row, digits);
            found = cast_one(c, values, row, text);
            if (found == PTL_CAST_OK) continue;
            if (found != PTL_CAST_EMPTY) PTL_TRY(complain(c, row, found, text, err));
        }
        if (!validity) {
            duckdb_vector_ensure_validity_writable(output);
            validity = duckdb_vector_get_validity(output);
        }
        duckdb_validity_set_row_invalid(validity, row);
    }
    return PTL_OK;
}

static void cast_call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    call c = {.self = duckdb_scalar_function_get_extra_info(info), .info = info};
    idx_t at = 0;
    if (c.self->has_row) {
        duckdb_vector rows = duckdb_data_chunk_get_vector(input, at++);
        c.rows = duckdb_vector_get_data(rows);
        c.rows_validity = duckdb_vector_get_validity(rows);
        c.columns = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, at++));
    }
    for (int32_t i = 0; i < c.self->n_args; i++) {
        duckdb_vector arg = duckdb_data_chunk_get_vector(input, at++);
        c.args[i] = duckdb_vector_get_data(arg);
        c.validity[i] = duckdb_vector_get_validity(arg);
    }
    ptl_error error = {0};
    const ptl_status st = cast_rows(&c, duckdb_data_chunk_get_size(input), output, &error);
    clock_put(c.self->reader, c.clock);
    if (st == PTL_OK) return;
    ptl_reader_fail(c.self->reader, st, &error);
    duckdb_scalar_function_set_error(info, error.message);
}

/* --- registering ------------------------------------------------------------------------------ */

static ptl_status add_overload(duckdb_scalar_function_set set, const char *name, overload wanted,
                               ptl_error *err)
{
    overload *self = malloc(sizeof *self);
    if (!self) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for the casts");
    *self = wanted;
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_logical_type row = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    duckdb_logical_type value = duckdb_create_logical_type(wanted.value);
    duckdb_logical_type result = duckdb_create_logical_type(kinds[wanted.kind].result);
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(function, name);
    if (wanted.has_row) {
        duckdb_scalar_function_add_parameter(function, row);
        duckdb_scalar_function_add_parameter(function, text);
    }
    for (int32_t i = 0; i < wanted.n_args; i++)
        duckdb_scalar_function_add_parameter(function, i == 0 ? value : text);
    duckdb_scalar_function_set_return_type(function, result);
    duckdb_scalar_function_set_special_handling(function);
    duckdb_scalar_function_set_extra_info(function, self, free);
    duckdb_scalar_function_set_function(function, cast_call);
    const duckdb_state state = duckdb_add_scalar_function_to_set(set, function);
    duckdb_destroy_scalar_function(&function);
    duckdb_destroy_logical_type(&text);
    duckdb_destroy_logical_type(&value);
    duckdb_destroy_logical_type(&row);
    duckdb_destroy_logical_type(&result);
    if (state == DuckDBSuccess) return PTL_OK;
    return ptl_fail(err, PTL_E_INTERNAL, "the engine refused an overload of %s", name);
}

static ptl_status register_kind(ptl_reader *reader, cast_kind kind, bool has_row, ptl_error *err)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s%s", kinds[kind].name, has_row ? "_at" : "");
    duckdb_scalar_function_set set = duckdb_create_scalar_function_set(name);
    ptl_status st = PTL_OK;
    static const duckdb_type values[] = {DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_BIGINT,
                                         DUCKDB_TYPE_DOUBLE};
    const bool is_typed = reader->rows_options.kind == PTL_ROWS_PARQUET && kind <= KIND_NUMBER;
    for (int32_t n = kinds[kind].n_args_min; st == PTL_OK && n <= kinds[kind].n_args_max; n++)
        for (int32_t i = 0; st == PTL_OK && i < (is_typed ? 3 : 1); i++)
            st = add_overload(set, name, (overload){reader, kind, n, has_row, values[i]}, err);
    if (st == PTL_OK &&
        duckdb_register_scalar_function_set(reader->connection, set) != DuckDBSuccess)
        st = ptl_fail(err, PTL_E_INTERNAL, "the engine refused the cast %s", name);
    duckdb_destroy_scalar_function_set(&set);
    return st;
}

ptl_status ptl_reader_casts_register(ptl_reader *reader, ptl_error *err)
{
    for (int32_t i = 0; i < N_KINDS; i++) {
        PTL_TRY(register_kind(reader, (cast_kind)i, false, err));
        PTL_TRY(register_kind(reader, (cast_kind)i, true, err));
    }
    return PTL_OK;
}
