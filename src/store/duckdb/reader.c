/* reader.c: an isolated engine is opened over one file, runs the mapping, and is thrown away. */
#include "store/duckdb/reader.h"

#include "base/file.h"
#include "store/jsonl.h"
#include "store/duckdb/duckdb_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- notes ------------------------------------------------------------------------------------ */

bool ptl_reader_is_noted(ptl_reader *reader, int64_t row)
{
    if (atomic_load_explicit(&reader->n_notes, memory_order_acquire) == 0) return false;
    pthread_mutex_lock(&reader->guard);
    const bool is = row / 8 < reader->noted_capacity && (reader->noted[row / 8] >> (row % 8) & 1);
    pthread_mutex_unlock(&reader->guard);
    return is;
}

static ptl_status reserve_bit(ptl_reader *reader, int64_t row, ptl_error *err)
{
    if (row / 8 < reader->noted_capacity) return PTL_OK;
    const int64_t wanted = (row / 8 + 4096) * 2;
    uint8_t *grown = realloc(reader->noted, (size_t)wanted);
    if (!grown) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for the rows in quarantine");
    memset(grown + reader->noted_capacity, 0, (size_t)(wanted - reader->noted_capacity));
    reader->noted = grown;
    reader->noted_capacity = wanted;
    return PTL_OK;
}

static ptl_status reserve_note(ptl_reader *reader, ptl_error *err)
{
    const int64_t n = atomic_load(&reader->n_notes);
    if (n < reader->notes_capacity) return PTL_OK;
    const int64_t wanted = n == 0 ? 256 : n * 2;
    ptl_reader_note *grown = realloc(reader->notes, (size_t)wanted * sizeof *grown);
    if (!grown) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for the rows in quarantine");
    reader->notes = grown;
    reader->notes_capacity = wanted;
    return PTL_OK;
}

/* A copy that lasts; the previous note's copy where it says the same. */
static const char *keep_words(ptl_reader *reader, const char *words, const char *before,
                              ptl_error *err)
{
    if (before && strcmp(words, before) == 0) return before;
    return ptl_text_copy(ptl_text_of(words), &reader->notes_arena, err);
}

static ptl_status add_note(ptl_reader *reader, ptl_reader_note note, ptl_error *err)
{
    if (note.row / 8 < reader->noted_capacity &&
        (reader->noted[note.row / 8] >> (note.row % 8) & 1))
        return PTL_OK;
    PTL_TRY(reserve_bit(reader, note.row, err));
    const int64_t n = atomic_load(&reader->n_notes);
    if (n == PTL_READER_FAULTS_MAX) { /* told and kept no more, but counted */
        reader->noted[note.row / 8] |= (uint8_t)(1U << (note.row % 8));
        reader->n_unkept++;
        return PTL_OK;
    }
    PTL_TRY(reserve_note(reader, err));
    const ptl_reader_note *before = n > 0 ? &reader->notes[n - 1] : NULL;
    if (note.column) {
        note.column = keep_words(reader, note.column, before ? before->column : NULL, err);
        if (!note.column) return PTL_E_NO_MEMORY;
    }
    note.reason = keep_words(reader, note.reason, before ? before->reason : NULL, err);
    if (note.text.len > PTL_READER_TEXT_BYTES_MAX) note.text.len = PTL_READER_TEXT_BYTES_MAX;
    const char *text = ptl_text_copy(note.text, &reader->notes_arena, err);
    if (!note.reason || !text) return PTL_E_NO_MEMORY;
    note.text.ptr = text;
    reader->notes[n] = note;
    reader->noted[note.row / 8] |= (uint8_t)(1U << (note.row % 8));
    atomic_store_explicit(&reader->n_notes, n + 1, memory_order_release);
    return PTL_OK;
}

ptl_status ptl_reader_note_add(ptl_reader *reader, int64_t row, const char *column,
                               const char *reason, ptl_text text, ptl_error *err)
{
    pthread_mutex_lock(&reader->guard);
    const ptl_status st = add_note(
        reader, (ptl_reader_note){.row = row, .column = column, .reason = reason, .text = text},
        err);
    pthread_mutex_unlock(&reader->guard);
    return st;
}

void ptl_reader_fail(ptl_reader *reader, ptl_status status, const ptl_error *err)
{
    pthread_mutex_lock(&reader->guard);
    if (reader->failure == PTL_OK) {
        reader->failure = status;
        reader->error = *err;
    }
    pthread_mutex_unlock(&reader->guard);
}

/* --- the file --------------------------------------------------------------------------------- */

/* The file must lie below one of the folders, links followed. */
static ptl_status check_folder(const ptl_load_spec *spec, ptl_error *err)
{
    char file[PATH_MAX], folder[PATH_MAX];
    if (!realpath(spec->path, file))
        return ptl_fail(err, errno == ENOENT ? PTL_E_NOT_FOUND : PTL_E_IO, "source %s: %s: %s",
                        spec->source, spec->path, strerror(errno));
    for (int64_t i = 0; i < spec->n_folders; i++) {
        if (!realpath(spec->folders[i], folder)) continue;
        const size_t len = strlen(folder);
        if (strncmp(file, folder, len) == 0 && (file[len] == '/' || strcmp(folder, "/") == 0))
            return PTL_OK;
    }
    ptl_status st = ptl_fail(err, PTL_E_DENIED, "source %s: %s lies outside the source folders",
                             spec->source, spec->path);
    ptl_error_hint(err, "name its folder in the source");
    return st;
}

/* What the source says about its files, over what the file's name says. */
static ptl_status settle_options(ptl_reader *reader, ptl_error *err)
{
    const ptl_load_spec *spec = reader->spec;
    ptl_rows_options *options = &reader->rows_options;
    *options = ptl_rows_options_of(spec->path);
    if (spec->kind) options->kind = spec->kind;
    options->delimiter = spec->delimiter;
    options->quote = spec->quote;
    options->encoding = spec->encoding;
    options->sheet = spec->sheet;
    options->range = spec->range;
    options->head_row = spec->head_row;
    options->totals = spec->totals;
    options->n_totals = spec->n_totals;
    options->name = spec->file ? spec->file : spec->path;
    options->decimal = reader->locale->decimal;
    options->sample_bytes = PTL_JSONL_SAMPLE_BYTES;
    const bool has_head = options->kind == PTL_ROWS_CSV || options->kind == PTL_ROWS_XLSX;
    if (!has_head && (spec->head_row || spec->n_totals || spec->sheet || spec->range))
        return ptl_fail(err, PTL_E_INVALID,
                        "source %s: head_row, totals, sheet and range say nothing about %s",
                        spec->source, options->name);
    if (spec->n_totals > PTL_ROWS_TOTALS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "source %s names more than %d totals", spec->source,
                        PTL_ROWS_TOTALS_MAX);
    return PTL_OK;
}

static ptl_status open_file(ptl_reader *reader, ptl_error *err)
{
    const ptl_load_spec *spec = reader->spec;
    PTL_TRY(check_folder(spec, err));
    reader->fd = open(spec->path, O_RDONLY | O_CLOEXEC);
    if (reader->fd < 0)
        return ptl_fail(err, errno == ENOENT ? PTL_E_NOT_FOUND : PTL_E_IO, "source %s: %s: %s",
                        spec->source, spec->path, strerror(errno));
    struct stat st;
    if (fstat(reader->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return ptl_fail(err, PTL_E_INVALID, "source %s: %s is not a file", spec->source,
                        spec->path);
    reader->file_bytes = (int64_t)st.st_size;
    return settle_options(reader, err);
}

/* What was found once is the same for every scan: columns, delimiter, paths. */
static ptl_status keep_head(ptl_reader *reader, const ptl_rows *rows, ptl_error *err)
{
    const int64_t n = ptl_rows_n_columns(rows);
    const char **names = ptl_arena_array(&reader->arena, n, sizeof *names, err);
    const char **paths = ptl_arena_array(&reader->arena, n, sizeof *paths, err);
    if (!names || !paths) return PTL_E_NO_MEMORY;
    int64_t n_paths = 0;
    for (int64_t i = 0; i < n; i++) {
        const char *path = ptl_rows_path(rows, i);
        names[i] = ptl_text_copy(ptl_text_of(ptl_rows_column(rows, i)), &reader->arena, err);
        if (!names[i]) return PTL_E_NO_MEMORY;
        if (!path) continue;
        paths[n_paths++] = ptl_text_copy(ptl_text_of(path), &reader->arena, err);
        if (!paths[n_paths - 1]) return PTL_E_NO_MEMORY;
    }
    reader->source_columns = names;
    reader->n_source_columns = n;
    reader->rows_options.delimiter = ptl_rows_delimiter(rows);
    reader->rows_options.paths = paths;
    reader->rows_options.n_paths = n_paths;
    return PTL_OK;
}

static ptl_status read_head(ptl_reader *reader, ptl_error *err)
{
    ptl_rows *rows = NULL;
    if (reader->rows_options.kind == PTL_ROWS_PARQUET) return PTL_OK; /* the engine reads it */
    PTL_TRY(ptl_rows_open(&rows, reader->fd, &reader->rows_options, err));
    const ptl_status st = keep_head(reader, rows, err);
    ptl_rows_close(rows);
    return st;
}

/* --- the engine ------------------------------------------------------------------------------- */

static ptl_status engine_run(ptl_reader *reader, const char *sql, ptl_error *err)
{
    duckdb_result result;
    ptl_status st = PTL_OK;
    if (duckdb_query(reader->connection, sql, &result) != DuckDBSuccess)
        st = ptl_fail(err, PTL_E_INTERNAL, "isolated reader: %s", duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    return st;
}

/* allowed_directories as a list of SQL texts; links are resolved, since the engine compares names.
 */
static ptl_status allow_folders(ptl_reader *reader, ptl_error *err)
{
    ptl_buffer sql;
    ptl_buffer_init(&sql, (size_t)1 << 20, NULL);
    ptl_buffer_text(&sql, "SET allowed_directories = [");
    const char *comma = "";
    for (int64_t i = 0; i < reader->spec->n_folders; i++) {
        char folder[PATH_MAX];
        if (!realpath(reader->spec->folders[i], folder)) continue;
        ptl_buffer_printf(&sql, "%s'", comma);
        for (const char *c = folder; *c; c++) ptl_buffer_printf(&sql, *c == '\'' ? "''" : "%c", *c);
        ptl_buffer_text(&sql, "'");
        comma = ", ";
    }
    ptl_buffer_text(&sql, "]");
    ptl_status st = ptl_buffer_check(&sql, "the list of source folders", err);
    if (st == PTL_OK) st = engine_run(reader, sql.ptr, err);
    ptl_buffer_dispose(&sql);
    return st;
}

/* GA4 keeps an event's parameters as a list of {key, value: {string_value, int_value, …}}: the one
 * of a name, as text, whichever type it has. No subquery: the engine would make a join of it, and
 * hold all rows before it gave the first. */
static const char param_macro[] =
    "CREATE MACRO ptl_param(params, name) AS list_transform(list_filter(from_json(params, "
    "'[{\"key\":\"VARCHAR\",\"value\":{\"string_value\":\"VARCHAR\",\"int_value\":\"VARCHAR\","
    "\"float_value\":\"VARCHAR\",\"double_value\":\"VARCHAR\"}}]'), lambda p: p.key = name),"
    " lambda p: coalesce(p.value.string_value, p.value.int_value, p.value.float_value,"
    " p.value.double_value))[1]";

/* What an address says of where somebody came from: a UTM parameter, decoded, and the platform
 * whose click number it carries. */
static const char utm_macro[] =
    "CREATE MACRO ptl_utm(url, part) AS nullif(trim(url_decode(replace(regexp_extract("
    "split_part(url, '#', 1), '(?i)[?&]utm_' || part || '=([^&]*)', 1), '+', ' '))), '')";
static const char click_macro[] =
    "CREATE MACRO ptl_click(url) AS CASE"
    " WHEN regexp_matches(url, '[?&](gclid|gbraid|wbraid|dclid)=[^&#]') THEN 'google'"
    " WHEN regexp_matches(url, '[?&]fbclid=[^&#]') THEN 'meta'"
    " WHEN regexp_matches(url, '[?&]msclkid=[^&#]') THEN 'microsoft'"
    " WHEN regexp_matches(url, '[?&]ttclid=[^&#]') THEN 'tiktok'"
    " WHEN regexp_matches(url, '[?&]li_fat_id=[^&#]') THEN 'linkedin'"
    " WHEN regexp_matches(url, '[?&]twclid=[^&#]') THEN 'x'"
    " WHEN regexp_matches(url, '[?&]epik=[^&#]') THEN 'pinterest' END";

static ptl_status register_source(ptl_reader *reader, ptl_error *err)
{
    if (reader->rows_options.kind == PTL_ROWS_PARQUET)
        return ptl_reader_parquet_register(reader, err);
    PTL_TRY(ptl_reader_source_register(reader, err));
    return engine_run(reader, "CREATE VIEW source AS SELECT * FROM ptl_source()", err);
}

/* Settings first, the lock last: from then on nothing that a mapping says can change them. Nothing
 * spills (a mapping streams), so there is no temporary folder to read from either. One thread: the
 * one that fetches; a second would only make the first spin while the file is split. */
static ptl_status isolate(ptl_reader *reader, ptl_error *err)
{
    char memory[64];
    (void)snprintf(memory, sizeof memory, "SET memory_limit = '%dMiB'", PTL_READER_MEMORY_MIB);
    PTL_TRY(engine_run(reader, memory, err));
    PTL_TRY(engine_run(reader, "SET temp_directory = ''", err));
    PTL_TRY(engine_run(reader, "SET errors_as_json = true", err));
    PTL_TRY(engine_run(reader, "SET threads = 1", err));
    PTL_TRY(allow_folders(reader, err));
    PTL_TRY(engine_run(reader, "SET TimeZone = 'UTC'", err));
    PTL_TRY(ptl_reader_casts_register(reader, err));
    PTL_TRY(register_source(reader, err));
    PTL_TRY(engine_run(reader, param_macro, err));
    PTL_TRY(engine_run(reader, utm_macro, err));
    PTL_TRY(engine_run(reader, click_macro, err));
    PTL_TRY(engine_run(reader, "SET enable_external_access = false", err));
    return engine_run(reader, "SET lock_configuration = true", err);
}

static ptl_status open_engine(ptl_reader *reader, ptl_error *err)
{
    PTL_TRY(ptl_duck_library_check(err));
    duckdb_config config = NULL;
    char *words = NULL;
    bool ok = duckdb_create_config(&config) == DuckDBSuccess &&
              duckdb_set_config(config, "autoinstall_known_extensions", "false") == DuckDBSuccess &&
              duckdb_set_config(config, "autoload_known_extensions", "false") == DuckDBSuccess &&
              duckdb_set_config(config, "allow_community_extensions", "false") == DuckDBSuccess &&
              duckdb_open_ext(NULL, &reader->database, config, &words) == DuckDBSuccess &&
              duckdb_connect(reader->database, &reader->connection) == DuckDBSuccess;
    ptl_status st = PTL_OK;
    if (!ok)
        st = ptl_fail(err, PTL_E_UNAVAILABLE, "the isolated reader does not open: %s",
                      words ? words : "no words from the engine");
    duckdb_free(words);
    duckdb_destroy_config(&config);
    if (st == PTL_OK) st = isolate(reader, err);
    return st;
}

/* Names and types of the mapping's columns. */
static ptl_status describe(ptl_reader *reader, ptl_error *err)
{
    duckdb_prepared_statement prepared = NULL;
    ptl_status st = PTL_OK;
    if (duckdb_prepare(reader->connection, reader->sql, &prepared) != DuckDBSuccess) {
        /* The text was changed, so a position would mislead: words only. */
        ptl_error words = {0};
        st = ptl_reader_mapping_error(reader, duckdb_prepare_error(prepared), &words);
        const char *said = strstr(words.message, ": ");
        (void)ptl_fail(err, st, "mapping of %s%s", reader->spec->source, said ? said : "");
        ptl_error_hint(err, "%s", words.hint);
    }
    const idx_t n = st == PTL_OK ? duckdb_prepared_statement_column_count(prepared) : 0;
    if (st == PTL_OK) {
        reader->columns =
            ptl_arena_array(&reader->arena, (int64_t)n + 1, sizeof *reader->columns, err);
        if (!reader->columns) st = PTL_E_NO_MEMORY;
    }
    for (idx_t i = 0; st == PTL_OK && i < n; i++) {
        const char *name = duckdb_prepared_statement_column_name(prepared, i);
        if (strcmp(name, "ptl_source_row") != 0 && strcmp(name, "source_row") != 0) {
            ptl_reader_column *column = &reader->columns[reader->n_columns++];
            column->type = duckdb_prepared_statement_column_type(prepared, i);
            column->name = ptl_text_copy(ptl_text_of(name), &reader->arena, err);
            if (!column->name) st = PTL_E_NO_MEMORY;
        }
        duckdb_free((void *)(uintptr_t)name);
    }
    duckdb_destroy_prepare(&prepared);
    return st;
}

static ptl_status open_mapping(ptl_reader *reader, ptl_error *err)
{
    PTL_TRY(open_engine(reader, err));
    PTL_TRY(ptl_reader_mapping_prepare(reader, err));
    return describe(reader, err);
}

/* Whether the columns known are those of a part of the file: a mapping may name others. */
static bool is_sampled(const ptl_reader *reader)
{
    const ptl_rows_options *o = &reader->rows_options;
    return o->kind == PTL_ROWS_JSONL && o->sample_bytes > 0 &&
           (o->is_gzip || reader->file_bytes > o->sample_bytes);
}

static void shut_engine(ptl_reader *reader)
{
    duckdb_destroy_result(&reader->result);
    duckdb_destroy_prepare(&reader->prepared);
    duckdb_disconnect(&reader->connection);
    duckdb_close(&reader->database); /* no thread of the engine is left after this */
    free(reader->sql);
    reader->sql = NULL;
    reader->n_columns = 0;
}

static ptl_status open_parts(ptl_reader *reader, ptl_error *err)
{
    const char *locale = reader->spec->locale ? reader->spec->locale : "en";
    reader->locale = ptl_locale_find(ptl_text_of(locale));
    if (!reader->locale) {
        ptl_status st = ptl_fail(err, PTL_E_INVALID, "source %s: locale \"%s\" is not one of ours",
                                 reader->spec->source, locale);
        ptl_error_hint(err, "use en, de, fr, ch or plain");
        return st;
    }
    PTL_TRY(open_file(reader, err));
    PTL_TRY(read_head(reader, err));
    const ptl_status st = open_mapping(reader, err);
    if (st != PTL_E_INVALID || !is_sampled(reader)) return st;
    shut_engine(reader);
    reader->rows_options.sample_bytes = 0;
    reader->rows_options.n_paths = 0;
    PTL_TRY(read_head(reader, err));
    return open_mapping(reader, err);
}

ptl_status ptl_reader_open(ptl_reader **out, const ptl_load_spec *spec, ptl_error *err)
{
    *out = NULL;
    ptl_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for a reader");
    reader->spec = spec;
    reader->fd = -1;
    reader->rows_read = -1;
    pthread_mutex_init(&reader->guard, NULL);
    ptl_arena_init(&reader->arena, (size_t)16 << 20, NULL);
    ptl_arena_init(&reader->notes_arena, PTL_READER_NOTES_BYTES, NULL);
    const ptl_status st = open_parts(reader, err);
    if (st != PTL_OK)
        ptl_reader_close(reader);
    else
        *out = reader;
    return st;
}

void ptl_reader_close(ptl_reader *reader)
{
    if (!reader) return;
    shut_engine(reader);
    for (int32_t i = 0; i < reader->n_clocks; i++) {
        free(reader->clocks[i]->format);
        free(reader->clocks[i]);
    }
    for (int32_t i = 0; i < reader->n_zones; i++) ptl_zone_close(reader->zones[i]);
    if (reader->fd >= 0) close(reader->fd);
    free(reader->notes);
    free(reader->noted);
    ptl_arena_dispose(&reader->notes_arena);
    ptl_arena_dispose(&reader->arena);
    pthread_mutex_destroy(&reader->guard);
    free(reader);
}

/* --- running ---------------------------------------------------------------------------------- */

/* A failure of our own (a damaged file, a ceiling) outranks the engine's report of it. */
static ptl_status run_failure(ptl_reader *reader, const char *engine_words, ptl_error *err)
{
    pthread_mutex_lock(&reader->guard);
    const ptl_status st = reader->failure;
    if (st != PTL_OK && err) *err = reader->error;
    pthread_mutex_unlock(&reader->guard);
    if (st != PTL_OK) return st;
    if (engine_words && strstr(engine_words, "Interrupt"))
        return ptl_fail(err, PTL_E_CANCELLED, "reading %s was cancelled",
                        reader->rows_options.name);
    return ptl_reader_mapping_error(reader, engine_words, err);
}

/* The mapping may stop before the file does, or not need to look: count what is left. */
static ptl_status count_rest(ptl_reader *reader, ptl_error *err)
{
    if (reader->rows_read >= 0) return PTL_OK;
    ptl_rows *rows = NULL;
    PTL_TRY(ptl_rows_open(&rows, reader->fd, &reader->rows_options, err));
    bool more = true;
    ptl_row row = {0};
    int64_t n = 0;
    ptl_status st = PTL_OK;
    while (st == PTL_OK && more) {
        st = ptl_rows_next(&more, &row, rows, err);
        if (st != PTL_OK || !more) break;
        n++;
        if (row.fault) st = ptl_reader_note_add(reader, row.row, NULL, row.fault, row.raw, err);
    }
    if (st == PTL_OK) reader->rows_read = n;
    reader->n_totals = ptl_rows_totals(rows);
    ptl_rows_close(rows);
    return st;
}

ptl_status ptl_reader_start(ptl_reader *reader, const char *list, ptl_error *err)
{
    char *sql =
        ptl_text_format(&reader->arena, err, "SELECT %s FROM (%s\n) AS mapped", list, reader->sql);
    if (!sql) return PTL_E_NO_MEMORY;
    duckdb_pending_result pending = NULL;
    ptl_status st = PTL_OK;
    if (duckdb_prepare(reader->connection, sql, &reader->prepared) != DuckDBSuccess)
        st = run_failure(reader, duckdb_prepare_error(reader->prepared), err);
    else if (duckdb_pending_prepared_streaming(reader->prepared, &pending) != DuckDBSuccess)
        st = run_failure(reader, duckdb_pending_error(pending), err);
    else if (duckdb_execute_pending(pending, &reader->result) != DuckDBSuccess)
        st = run_failure(reader, duckdb_result_error(&reader->result), err);
    duckdb_destroy_pending(&pending);
    return st;
}

/* The engine does not say how far in the file it is; the row's number does. */
static void note_progress(ptl_reader *reader, duckdb_data_chunk chunk)
{
    const int64_t *rows = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    const double part = (double)rows[0] / (double)(reader->rows_read + 1);
    atomic_store_explicit(&reader->bytes_read, (int64_t)(part * (double)reader->file_bytes),
                          memory_order_relaxed);
}

ptl_status ptl_reader_next(duckdb_data_chunk *out, ptl_reader *reader, ptl_error *err)
{
    for (;;) {
        *out = duckdb_fetch_chunk(reader->result);
        if (!*out) break;
        if (duckdb_data_chunk_get_size(*out) > 0) {
            if (reader->rows_options.kind == PTL_ROWS_PARQUET) note_progress(reader, *out);
            return PTL_OK;
        }
        duckdb_destroy_data_chunk(out);
    }
    const char *words = duckdb_result_error(&reader->result);
    pthread_mutex_lock(&reader->guard);
    const bool failed = words || reader->failure != PTL_OK;
    pthread_mutex_unlock(&reader->guard);
    return failed ? run_failure(reader, words, err) : PTL_OK;
}

ptl_status ptl_reader_finish(ptl_reader *reader, ptl_error *err)
{
    duckdb_destroy_result(&reader->result);
    duckdb_destroy_prepare(&reader->prepared);
    return count_rest(reader, err);
}
