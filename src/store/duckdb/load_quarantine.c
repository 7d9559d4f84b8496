/* load_quarantine.c: what did not become a fact is kept, with why.
 *
 * Rows that the splitter, a cast or a required column refused, and rows that the mapping left out,
 * are read from the file once more (only where there are any) and kept as JSON of the file's own
 * columns. Where the table holds people, that JSON is sealed under a subject of quarantine's own:
 * it may hold anybody's name. Duplicates are kept as canonical rows, which hold nobody's. */
#include "store/duckdb/load_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_ROWS = 8192 };

static const ptl_column_spec columns[] = {{"load_id", PTL_TYPE_INT},
                                          {"source_row", PTL_TYPE_INT},
                                          {"column_name", PTL_TYPE_TEXT},
                                          {"reason", PTL_TYPE_TEXT},
                                          {"raw", PTL_TYPE_BLOB}};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

typedef struct keeper {
    ptl_load_job *job;
    ptl_table_builder *builder;
    ptl_duck_append *append;
    ptl_buffer json, sealed;
    int64_t note_at; /* notes are sorted by row */
    int64_t n_rows, n_batch;
    int64_t n_unkept, first_unkept; /* refused beyond the ceiling: counted, not kept */
} keeper;

static int by_row(const void *a, const void *b)
{
    const ptl_reader_note *x = a, *y = b;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* UTF-8 with what is not replaced by U+FFFD; at most `max` bytes. */
static void put_clean(ptl_buffer *out, ptl_text text, size_t max)
{
    while (text.len > 0 && out->len < max) {
        size_t at = 0;
        const bool ok = ptl_text_utf8_valid(text, &at);
        const size_t n = ok ? text.len : at;
        ptl_buffer_append(out, text.ptr, n);
        if (ok) return;
        ptl_buffer_text(out, "\xEF\xBF\xBD");
        text.ptr += n + 1;
        text.len -= n + 1;
    }
}

/* At most `max` bytes, cut between characters. */
static ptl_text shorten(ptl_text text, size_t max)
{
    if (text.len <= max) return text;
    while (max > 0 && ((uint8_t)text.ptr[max] & 0xC0) == 0x80) max--;
    return (ptl_text){text.ptr, max};
}

static ptl_status raw_json(keeper *k, const ptl_row *row, ptl_error *err)
{
    const ptl_reader *reader = k->job->reader;
    ptl_buffer_clear(&k->json);
    if (row->fields && row->raw.len > 0 && row->raw.len <= PTL_LOAD_RAW_BYTES_MAX) {
        ptl_buffer_append(&k->json, row->raw.ptr, row->raw.len); /* it is JSON already */
        return ptl_buffer_check(&k->json, "a row in quarantine", err);
    }
    ptl_json json;
    ptl_json_init_buffer(&json, &k->json, 0, err);
    ptl_json_object(&json);
    if (!row->fields) {
        ptl_buffer clean;
        ptl_buffer_init(&clean, (size_t)4 << 20, NULL);
        put_clean(&clean, shorten(row->raw, 4096), 8192);
        ptl_json_put_int(&json, "line", row->line);
        ptl_json_put_text(&json, "text", ptl_buffer_borrow(&clean));
        ptl_buffer_dispose(&clean);
    }
    size_t left = PTL_LOAD_RAW_BYTES_MAX;
    for (int64_t i = 0; row->fields && i < reader->n_source_columns && left > 0; i++) {
        const ptl_text value = shorten(row->fields[i], left < 4096 ? left : 4096);
        ptl_json_put_text(&json, reader->source_columns[i], value);
        left -= value.len < left ? value.len : left;
    }
    ptl_json_object_end(&json);
    return ptl_json_finish(&json);
}

static ptl_status flush(keeper *k, ptl_error *err)
{
    if (k->n_batch == 0) return PTL_OK;
    const ptl_table rows = ptl_table_builder_borrow(k->builder);
    PTL_TRY(ptl_duck_append_rows(k->append, &rows, err));
    ptl_table_builder_clear(k->builder);
    k->n_batch = 0;
    return PTL_OK;
}

static ptl_status keep_row(keeper *k, const ptl_row *row, const char *column, const char *reason,
                           ptl_error *err)
{
    PTL_TRY(raw_json(k, row, err));
    ptl_text raw = ptl_buffer_borrow(&k->json);
    if (k->job->plan.is_personal) {
        ptl_buffer_clear(&k->sealed);
        PTL_TRY(ptl_seal_value(&k->sealed, k->job->keys, PTL_LOAD_QUARANTINE_SUBJECT, raw, err));
        raw = ptl_buffer_borrow(&k->sealed);
    }
    ptl_table_builder_int(k->builder, k->job->load_id);
    ptl_table_builder_int(k->builder, row->row);
    if (column)
        ptl_table_builder_text(k->builder, ptl_text_of(column));
    else
        ptl_table_builder_null(k->builder);
    ptl_table_builder_text(k->builder, ptl_text_of(reason));
    ptl_table_builder_text(k->builder, raw);
    PTL_TRY(ptl_table_builder_row_end(k->builder, err));
    k->n_rows++;
    return ++k->n_batch < BATCH_ROWS ? PTL_OK : flush(k, err);
}

static bool is_seen(const ptl_load_job *job, int64_t row)
{
    return row / 8 < job->seen_capacity && (job->seen[row / 8] >> (row % 8) & 1);
}

static void count_unkept(keeper *k, int64_t row)
{
    if (k->n_unkept++ == 0) k->first_unkept = row;
}

/* A noted row with its note; a row that is neither noted nor seen was left out. Beyond the ceiling
 * rows are counted: a mapping that does not fit refuses every row of a file, and a million of them
 * say why as well as all. */
static ptl_status consider(keeper *k, const ptl_row *row, ptl_error *err)
{
    ptl_reader *reader = k->job->reader;
    const ptl_reader_note *note = NULL;
    if (k->note_at < atomic_load(&reader->n_notes) && reader->notes[k->note_at].row == row->row)
        note = &reader->notes[k->note_at++];
    const bool is_unkept = !note && reader->n_unkept > 0 && ptl_reader_is_noted(reader, row->row);
    if (!note && !is_unkept && is_seen(k->job, row->row)) return PTL_OK;
    if (is_unkept || k->n_rows >= PTL_READER_FAULTS_MAX) {
        count_unkept(k, row->row);
        return PTL_OK;
    }
    return note ? keep_row(k, row, note->column, note->reason, err)
                : keep_row(k, row, NULL, "left out by the mapping", err);
}

/* One row speaks for those that are not kept. */
static ptl_status close_unkept(keeper *k, ptl_error *err)
{
    if (k->n_unkept == 0) return PTL_OK;
    char reason[160];
    (void)snprintf(reason, sizeof reason,
                   "refused, and %lld rows after it: the first %d are kept, these are counted",
                   (long long)k->n_unkept - 1, PTL_READER_FAULTS_MAX);
    ptl_table_builder_int(k->builder, k->job->load_id);
    ptl_table_builder_int(k->builder, k->first_unkept);
    ptl_table_builder_null(k->builder);
    ptl_table_builder_text(k->builder, ptl_text_of(reason));
    ptl_table_builder_null(k->builder);
    k->n_batch++;
    return ptl_table_builder_row_end(k->builder, err);
}

/* --- of a Parquet file ------------------------------------------------------------------------ */

static ptl_status keep_json(void *ctx, int64_t number, ptl_text json, ptl_error *err)
{
    static const ptl_text none[1];
    const bool fits = json.len <= PTL_LOAD_RAW_BYTES_MAX;
    const ptl_row row = {.row = number, .line = number, .raw = json, .fields = fits ? none : NULL};
    return consider(ctx, &row, err);
}

static bool is_refused(keeper *k, int64_t *note_at, int64_t row)
{
    const ptl_reader *reader = k->job->reader;
    const bool is_noted =
        *note_at < atomic_load(&reader->n_notes) && reader->notes[*note_at].row == row;
    *note_at += is_noted;
    return is_noted || !is_seen(k->job, row) ||
           (reader->n_unkept > 0 && ptl_reader_is_noted(k->job->reader, row));
}

/* The engine is asked for the refused rows alone, some thousand at a time. */
static ptl_status read_parquet_again(keeper *k, ptl_error *err)
{
    ptl_reader *reader = k->job->reader;
    int64_t rows[4096], n = 0, note_at = 0;
    for (int64_t row = 1; row <= reader->rows_read; row++) {
        const bool is_full = k->n_rows + n >= PTL_READER_FAULTS_MAX;
        if (is_refused(k, &note_at, row)) {
            if (is_full)
                count_unkept(k, row);
            else
                rows[n++] = row;
        }
        if (n == 0 || (n < 4096 && row < reader->rows_read)) continue;
        PTL_TRY(ptl_reader_parquet_rows(reader, rows, n, keep_json, k, err));
        PTL_TRY(ptl_progress_check(k->job->progress, err));
        n = 0;
    }
    return PTL_OK;
}

static ptl_status read_again(keeper *k, ptl_error *err)
{
    ptl_reader *reader = k->job->reader;
    if (reader->rows_options.kind == PTL_ROWS_PARQUET) return read_parquet_again(k, err);
    ptl_rows *rows = NULL;
    PTL_TRY(ptl_rows_open(&rows, reader->fd, &reader->rows_options, err));
    ptl_status st = PTL_OK;
    bool more = true;
    while (st == PTL_OK && more) {
        ptl_row row;
        st = ptl_rows_next(&more, &row, rows, err);
        if (st == PTL_OK && more) st = consider(k, &row, err);
        if (st == PTL_OK && more && row.row % 65536 == 0) {
            ptl_progress_step(k->job->progress, "keeping rows in quarantine", row.row,
                              reader->rows_read);
            st = ptl_progress_check(k->job->progress, err);
        }
    }
    ptl_rows_close(rows);
    return st;
}

static ptl_status keep_refused(int64_t *n_rows, ptl_load_job *job, ptl_error *err)
{
    ptl_reader *reader = job->reader;
    const size_t n_notes = (size_t)atomic_load(&reader->n_notes);
    if (n_notes > 0) qsort(reader->notes, n_notes, sizeof *reader->notes, by_row);
    keeper k = {.job = job};
    ptl_buffer_init(&k.json, (size_t)1 << 20, NULL);
    ptl_buffer_init(&k.sealed, (size_t)2 << 20, NULL);
    const char *names[N_COLUMNS];
    for (int64_t i = 0; i < N_COLUMNS; i++) names[i] = columns[i].name;
    ptl_status st = PTL_OK;
    if (job->plan.is_personal)
        PTL_TRY_GOTO(st, end, ptl_seal_make(job->keys, PTL_LOAD_QUARANTINE_SUBJECT, 1, err));
    PTL_TRY_GOTO(st, end,
                 ptl_table_builder_new(&k.builder, columns, N_COLUMNS, (size_t)1 << 30, err));
    PTL_TRY_GOTO(st, end,
                 ptl_duck_append_open(&k.append, &job->scope, "quarantine", names, N_COLUMNS, err));
    PTL_TRY_GOTO(st, end, read_again(&k, err));
    PTL_TRY_GOTO(st, end, close_unkept(&k, err));
    PTL_TRY_GOTO(st, end, flush(&k, err));
    *n_rows = k.n_rows + k.n_unkept;
end:;
    ptl_error late = {0};
    const ptl_status closed = ptl_duck_append_close(k.append, st == PTL_OK ? err : &late);
    ptl_table_builder_free(k.builder);
    ptl_buffer_dispose(&k.json);
    ptl_buffer_dispose(&k.sealed);
    return st == PTL_OK ? closed : st;
}

/* Duplicates leave the table for quarantine as canonical rows. */
static ptl_status keep_lost(ptl_load_job *job, ptl_error *err)
{
    const ptl_load_plan *plan = &job->plan;
    ptl_buffer sql;
    ptl_buffer_init(&sql, (size_t)1 << 20, NULL);
    ptl_buffer_printf(&sql,
                      "INSERT INTO quarantine (load_id, source_row, reason, raw, lost_to_load_id)"
                      " SELECT %lld, l.source_row, CASE WHEN l.lost_to_load_id = %lld"
                      " THEN 'the same fact as row ' || l.first_row || ' of this file'"
                      " ELSE 'a fact of load ' || l.lost_to_load_id || ' already' END,"
                      " encode(CAST(json_object(",
                      (long long)job->load_id, (long long)job->load_id);
    for (int64_t i = 0; i < plan->n_columns; i++) {
        ptl_buffer_printf(&sql, "'%s', s.", plan->columns[i].canon->name);
        ptl_load_sql_name(&sql, plan->columns[i].canon->name);
        ptl_buffer_text(&sql, ", ");
    }
    ptl_buffer_printf(&sql,
                      "'load_day', %s) AS VARCHAR)), l.lost_to_load_id FROM load_lost AS l"
                      " JOIN %s AS s ON s.source_row = l.source_row AND s.load_id = %lld"
                      " ORDER BY l.source_row",
                      plan->has_day ? "s.\"day\"" : "NULL", plan->table->name,
                      (long long)job->load_id);
    ptl_status st = ptl_load_exec(NULL, job, &sql, "keep duplicates", err);
    if (st == PTL_OK) {
        ptl_buffer_printf(&sql,
                          "DELETE FROM %s AS s WHERE s.load_id = %lld AND EXISTS (FROM load_lost"
                          " AS l WHERE l.source_row = s.source_row)",
                          plan->table->name, (long long)job->load_id);
        st = ptl_load_exec(NULL, job, &sql, "take duplicates out", err);
    }
    ptl_buffer_dispose(&sql);
    return st;
}

ptl_status ptl_load_quarantine(int64_t *n_rows, ptl_load_job *job, ptl_error *err)
{
    *n_rows = 0;
    if (job->n_staged < job->reader->rows_read) PTL_TRY(keep_refused(n_rows, job, err));
    if (job->n_duplicates > 0) PTL_TRY(keep_lost(job, err));
    *n_rows += job->n_duplicates;
    return PTL_OK;
}
