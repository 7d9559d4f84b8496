/* load_stage.c: the reader's chunks become a table function of the warehouse's engine, so that
 * facts go from the file to the sorter without lying anywhere in between.
 *
 * Per row: has it been given before (a mapping gives each row at most once), did a cast complain,
 * is a required column empty? Rows that pass keep their vectors as they are; a chunk with faulty
 * rows is copied without them. Made here: the numbers of identifiers, the local day, and (kept
 * aside for load_duplicate.c) the hash of the natural key.
 *
 * Threads: every one of the engine's may ask. Who asks takes the next chunk and settles its rows
 * under the job's lock, so all that depends on the order of the file (which identifier is new, what
 * was seen before) is done in that order; what the engine then does with the chunk, it does
 * outside the lock and at once with others. */
#include "store/duckdb/load_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS_KEPT = 1024 };

typedef struct kept_day {
    ptl_instant starts_at, ends_at;
    ptl_day day;
    bool is_set;
} kept_day;

typedef struct stage { /* of one thread of the engine */
    ptl_load_job *job;
    duckdb_data_chunk chunk; /* the reader's newest: what was given may refer to it */
    duckdb_data_chunk out;   /* the engine's, of the call in progress */
    duckdb_selection_vector selection;
    int64_t n_columns;    /* of the table function */
    int64_t currency_idx; /* in the plan, -1 where the mapping gives none */
    int64_t n_checked;    /* columns of the plan that a row can fail by */
    int64_t checked[PTL_LOAD_COLUMNS_MAX];
    uint64_t *hashes; /* of a chunk's identifiers */
    int32_t offset_seconds;
    kept_day days[DAYS_KEPT];
} stage;

/* One chunk as the mapping gave it. */
typedef struct incoming {
    idx_t n;
    const int64_t *rows;
    const uint64_t *rows_validity;
    duckdb_vector vectors[PTL_LOAD_COLUMNS_MAX];
    void *values[PTL_LOAD_COLUMNS_MAX];
    uint64_t *validity[PTL_LOAD_COLUMNS_MAX];
} incoming;

static bool present(const incoming *in, int64_t column, idx_t row)
{
    if (!in->values[column]) return false; /* not carried */
    return !in->validity[column] || duckdb_validity_row_is_valid(in->validity[column], row);
}

static ptl_text text_at(const incoming *in, int64_t column, idx_t row)
{
    duckdb_string_t *text = (duckdb_string_t *)in->values[column] + row;
    return (ptl_text){duckdb_string_t_data(text), duckdb_string_t_length(*text)};
}

/* --- which rows pass -------------------------------------------------------------------------- */

/* A mapping that joins may give a row twice; then facts would be counted twice. */
static ptl_status mark_seen(ptl_load_job *job, int64_t row, ptl_error *err)
{
    if (row / 8 >= job->seen_capacity) {
        const int64_t wanted = (row / 8 + 4096) * 2;
        uint8_t *grown = realloc(job->seen, (size_t)wanted);
        if (!grown) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for the rows of a load");
        memset(grown + job->seen_capacity, 0, (size_t)(wanted - job->seen_capacity));
        job->seen = grown;
        job->seen_capacity = wanted;
    }
    const uint8_t bit = (uint8_t)(1U << (row % 8));
    if (job->seen[row / 8] & bit) {
        ptl_status st =
            ptl_fail(err, PTL_E_INVALID, "mapping of %s gives row %lld of the file more than once",
                     job->spec->source, (long long)row);
        ptl_error_hint(err, "a join in the mapping finds several partners for it");
        return st;
    }
    job->seen[row / 8] |= bit;
    return PTL_OK;
}

static bool is_currency(ptl_text text)
{
    bool is = text.len == 3;
    for (size_t i = 0; is && i < 3; i++) is = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z';
    return is;
}

/* The first column at fault and why; NULL where the row passes. */
static const ptl_load_column *find_fault(const stage *s, const incoming *in, idx_t row,
                                         const char **reason)
{
    const ptl_load_plan *plan = &s->job->plan;
    for (int64_t k = 0; k < s->n_checked; k++) {
        const int64_t i = s->checked[k];
        const ptl_load_column *column = &plan->columns[i];
        if (!present(in, i, row)) {
            *reason = "empty, and required";
            if (column->must) return column;
            continue;
        }
        if (column->is_identifier && text_at(in, i, row).len > PTL_LOAD_IDENTIFIER_BYTES_MAX) {
            *reason = "longer than 1024 bytes: it names nobody";
            return column;
        }
    }
    const int64_t c = s->currency_idx;
    if (c < 0 || !present(in, c, row) || is_currency(text_at(in, c, row))) return NULL;
    *reason = "not a currency: three capital letters, as EUR";
    return &plan->columns[c];
}

static ptl_status row_passes(bool *passes, stage *s, const incoming *in, idx_t row, ptl_error *err)
{
    ptl_load_job *job = s->job;
    *passes = false;
    if (in->rows_validity &&
        !duckdb_validity_row_is_valid((uint64_t *)(uintptr_t)in->rows_validity, row))
        return ptl_fail(err, PTL_E_INVALID, "mapping of %s gives a row that is not in the file",
                        job->spec->source);
    PTL_TRY(mark_seen(job, in->rows[row], err));
    if (ptl_reader_is_noted(job->reader, in->rows[row])) return PTL_OK;
    const char *reason = NULL;
    const ptl_load_column *column = find_fault(s, in, row, &reason);
    *passes = column == NULL;
    if (*passes) return PTL_OK;
    return ptl_reader_note_add(job->reader, in->rows[row], column->mapped, reason, PTL_TEXT(""),
                               err);
}

/* --- what is made here ------------------------------------------------------------------------ */

static uint64_t mix(uint64_t h, uint64_t w)
{
    h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 29);
}

static uint64_t mix_text(uint64_t h, ptl_text text)
{
    size_t i = 0;
    h = mix(h, text.len);
    for (; i + 8 <= text.len; i += 8) {
        uint64_t w;
        memcpy(&w, text.ptr + i, 8);
        h = mix(h, w);
    }
    uint64_t tail = 0;
    if (i < text.len) memcpy(&tail, text.ptr + i, text.len - i);
    return mix(h, tail);
}

static uint64_t hash_key(const ptl_load_plan *plan, const incoming *in, idx_t row)
{
    uint64_t h = UINT64_C(0x243f6a8885a308d3);
    for (int64_t i = 0; i < plan->n_columns; i++) {
        const ptl_load_column *column = &plan->columns[i];
        if (!column->is_key) continue;
        uint64_t word = 0;
        if (!present(in, i, row))
            h = mix(h, UINT64_C(0x5851f42d4c957f2d));
        else if (column->is_identifier || column->canon->type == PTL_TYPE_TEXT)
            h = mix_text(h, text_at(in, i, row));
        else if (column->canon->type == PTL_TYPE_DAY)
            h = mix(h, (uint64_t)(int64_t)((const int32_t *)in->values[i])[row]);
        else if (column->canon->type == PTL_TYPE_BOOL)
            h = mix(h, ((const bool *)in->values[i])[row]);
        else
            h = mix(h, (memcpy(&word, (const uint64_t *)in->values[i] + row, 8), word));
    }
    return h ^ (h >> 32);
}

static ptl_status keep_hash(ptl_load_job *job, uint64_t hash, int64_t row, ptl_error *err)
{
    if (job->n_staged >= PTL_LOAD_ROWS_MAX || row > UINT32_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "one file may hold %d rows", PTL_LOAD_ROWS_MAX);
    if (job->n_staged == job->key_capacity) {
        const int64_t wanted = job->key_capacity == 0 ? 65536 : job->key_capacity * 2;
        ptl_load_key *grown = realloc(job->keys_of_rows, (size_t)wanted * sizeof *grown);
        if (!grown) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for the keys of a load");
        job->keys_of_rows = grown;
        job->key_capacity = wanted;
    }
    job->keys_of_rows[job->n_staged++] =
        (ptl_load_key){(uint32_t)hash, (uint32_t)(hash >> 32), (uint32_t)row};
    return PTL_OK;
}

/* The workspace's local day of an instant; a day's bounds are asked of base/civil once. */
static ptl_day day_of(stage *s, ptl_instant instant)
{
    const ptl_zone *zone = s->job->spec->zone;
    const int64_t local = instant + (int64_t)s->offset_seconds * PTL_MICROS_PER_SECOND;
    int64_t guess = local / PTL_MICROS_PER_DAY;
    if (local % PTL_MICROS_PER_DAY < 0) guess--;
    kept_day *kept = &s->days[(uint64_t)guess % DAYS_KEPT];
    if (kept->is_set && instant >= kept->starts_at && instant < kept->ends_at) return kept->day;
    const ptl_day day = ptl_zone_day(zone, instant);
    s->offset_seconds = ptl_zone_offset(zone, instant);
    *kept = (kept_day){ptl_zone_day_start(zone, day), ptl_zone_day_start(zone, day + 1), day, true};
    return day;
}

static void note_day(ptl_load_job *job, ptl_day day)
{
    if (day < job->day_first) job->day_first = day;
    if (day > job->day_last) job->day_last = day;
}

static void set_null(duckdb_vector vector, idx_t row)
{
    duckdb_vector_ensure_validity_writable(vector);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

/* Texts that name people into numbers. */
static ptl_status fill_numbers(stage *s, const incoming *in, int64_t column, const sel_t *kept,
                               idx_t n, ptl_error *err)
{
    duckdb_vector vector =
        duckdb_data_chunk_get_vector(s->out, (idx_t)s->job->plan.columns[column].carried_idx);
    int64_t *numbers = duckdb_vector_get_data(vector);
    for (idx_t i = 0; i < n; i++) {
        const idx_t row = kept ? kept[i] : i;
        if (present(in, column, row))
            s->hashes[i] = ptl_load_names_expect(s->job->names, text_at(in, column, row));
    }
    for (idx_t i = 0; i < n; i++) {
        const idx_t row = kept ? kept[i] : i;
        if (present(in, column, row))
            PTL_TRY(ptl_load_names_number(&numbers[i], s->job->names, text_at(in, column, row),
                                          s->hashes[i], err));
        else
            set_null(vector, i);
    }
    return PTL_OK;
}

static void fill_days(stage *s, const incoming *in, const sel_t *kept, idx_t n)
{
    const ptl_load_plan *plan = &s->job->plan;
    duckdb_vector vector = duckdb_data_chunk_get_vector(s->out, (idx_t)plan->n_carried + 1);
    int32_t *days = duckdb_vector_get_data(vector);
    const int32_t time = plan->time_idx;
    const bool is_day = time >= 0 && plan->columns[time].canon->type == PTL_TYPE_DAY;
    for (idx_t i = 0; i < n; i++) {
        const idx_t row = kept ? kept[i] : i;
        if (time < 0 || !present(in, time, row)) {
            set_null(vector, i);
            continue;
        }
        days[i] = is_day ? ((const int32_t *)in->values[time])[row]
                         : day_of(s, ((const int64_t *)in->values[time])[row]);
        note_day(s->job, days[i]);
    }
}

/* --- chunk by chunk --------------------------------------------------------------------------- */

static void pass_on(stage *s, duckdb_vector from, idx_t column, const sel_t *kept, idx_t n_in)
{
    duckdb_vector to = duckdb_data_chunk_get_vector(s->out, column);
    if (kept)
        duckdb_vector_copy_sel(from, to, s->selection, n_in, 0, 0);
    else
        duckdb_vector_reference_vector(to, from);
}

/* `kept` lists the rows that pass; NULL where all do. */
static ptl_status give_rows(stage *s, const incoming *in, const sel_t *kept, idx_t n,
                            ptl_error *err)
{
    ptl_load_job *job = s->job;
    const ptl_load_plan *plan = &job->plan;
    pass_on(s, duckdb_data_chunk_get_vector(s->chunk, 0), 0, kept, n);
    for (idx_t i = 0; i < n; i++) {
        const idx_t row = kept ? kept[i] : i;
        PTL_TRY(keep_hash(job, hash_key(plan, in, row), in->rows[row], err));
    }
    for (int64_t i = 0; i < plan->n_columns; i++) {
        const int32_t carried = plan->columns[i].carried_idx;
        if (carried == 0) continue;
        if (plan->columns[i].is_identifier)
            PTL_TRY(fill_numbers(s, in, i, kept, n, err));
        else
            pass_on(s, in->vectors[i], (idx_t)carried, kept, n);
    }
    fill_days(s, in, kept, n);
    if (plan->has_known_at) {
        duckdb_vector known = duckdb_data_chunk_get_vector(s->chunk, (idx_t)plan->n_carried + 1);
        pass_on(s, known, (idx_t)s->n_columns - 1, kept, n);
    }
    duckdb_data_chunk_set_size(s->out, n);
    return PTL_OK;
}

static void open_chunk(incoming *in, const stage *s)
{
    in->n = duckdb_data_chunk_get_size(s->chunk);
    duckdb_vector rows = duckdb_data_chunk_get_vector(s->chunk, 0);
    in->rows = duckdb_vector_get_data(rows);
    in->rows_validity = duckdb_vector_get_validity(rows);
    for (int64_t i = 0; i < s->job->plan.n_columns; i++) {
        const int32_t carried = s->job->plan.columns[i].carried_idx;
        in->values[i] = NULL;
        if (carried == 0) continue;
        in->vectors[i] = duckdb_data_chunk_get_vector(s->chunk, (idx_t)carried);
        in->values[i] = duckdb_vector_get_data(in->vectors[i]);
        in->validity[i] = duckdb_vector_get_validity(in->vectors[i]);
    }
}

/* Chunks of the reader until one has a row that passes. Nothing given means the end. */
static ptl_status give(stage *s, ptl_error *err)
{
    ptl_load_job *job = s->job;
    duckdb_data_chunk_set_size(s->out, 0);
    for (idx_t n = 0; n == 0;) {
        PTL_TRY(ptl_progress_check(job->progress, err));
        duckdb_destroy_data_chunk(&s->chunk);
        PTL_TRY(ptl_load_ahead_next(&s->chunk, job->ahead, err));
        ptl_progress_step(job->progress, "reading rows", atomic_load(&job->reader->bytes_read),
                          job->reader->file_bytes);
        if (!s->chunk) return PTL_OK;
        incoming in;
        open_chunk(&in, s);
        sel_t *kept = duckdb_selection_vector_get_data_ptr(s->selection);
        for (idx_t row = 0; row < in.n; row++) {
            bool passes;
            PTL_TRY(row_passes(&passes, s, &in, row, err));
            if (passes) kept[n++] = (sel_t)row;
        }
        if (n > 0) return give_rows(s, &in, n < in.n ? kept : NULL, n, err);
    }
    return PTL_OK;
}

/* --- the table function ----------------------------------------------------------------------- */

static void add_result(duckdb_bind_info info, const char *name, duckdb_type type)
{
    duckdb_logical_type logical = duckdb_create_logical_type(type);
    duckdb_bind_add_result_column(info, name, logical);
    duckdb_destroy_logical_type(&logical);
}

/* Its one argument is the job's address: the function lives as long as the engine, a job does not.
 * Only load.c writes SQL that calls it; a mapping runs in another engine. */
static void stage_bind(duckdb_bind_info info)
{
    duckdb_value address = duckdb_bind_get_parameter(info, 0);
    ptl_load_job *job = (ptl_load_job *)(uintptr_t)duckdb_get_uint64(address);
    duckdb_destroy_value(&address);
    static const duckdb_type engine[] = {
        [PTL_TYPE_INT] = DUCKDB_TYPE_BIGINT,   [PTL_TYPE_DOUBLE] = DUCKDB_TYPE_DOUBLE,
        [PTL_TYPE_BOOL] = DUCKDB_TYPE_BOOLEAN, [PTL_TYPE_TEXT] = DUCKDB_TYPE_VARCHAR,
        [PTL_TYPE_DAY] = DUCKDB_TYPE_DATE,     [PTL_TYPE_INSTANT] = DUCKDB_TYPE_TIMESTAMP,
        [PTL_TYPE_BLOB] = DUCKDB_TYPE_BLOB};
    const ptl_load_plan *plan = &job->plan;
    add_result(info, "source_row", DUCKDB_TYPE_BIGINT);
    for (int64_t i = 0; i < plan->n_columns; i++)
        if (plan->columns[i].carried_idx > 0)
            add_result(info, plan->columns[i].canon->name, engine[plan->columns[i].canon->type]);
    add_result(info, "load_day", DUCKDB_TYPE_DATE);
    if (plan->has_known_at) add_result(info, "load_known_at", DUCKDB_TYPE_TIMESTAMP);
    duckdb_bind_set_bind_data(info, job, NULL);
}

static void stage_free(void *opaque)
{
    stage *s = opaque;
    duckdb_destroy_data_chunk(&s->chunk);
    if (s->selection) duckdb_destroy_selection_vector(s->selection);
    free(s->hashes);
    free(s);
}

static void stage_init(duckdb_init_info info)
{
    ptl_load_job *job = duckdb_init_get_bind_data(info);
    duckdb_init_set_max_threads(info, (idx_t)job->warehouse->options.n_threads);
}

static void stage_init_thread(duckdb_init_info info)
{
    ptl_load_job *job = duckdb_init_get_bind_data(info);
    stage *s = calloc(1, sizeof *s);
    if (s) s->hashes = calloc(duckdb_vector_size(), sizeof *s->hashes);
    if (!s || !s->hashes) {
        free(s);
        duckdb_init_set_error(info, "no memory to stage rows");
        return;
    }
    s->job = job;
    s->n_columns = job->plan.n_carried + 2 + (job->plan.has_known_at ? 1 : 0);
    s->currency_idx = -1;
    for (int64_t i = 0; i < job->plan.n_columns; i++) {
        const ptl_load_column *column = &job->plan.columns[i];
        if (column->carried_idx == 0) continue;
        if (column->must || column->is_identifier) s->checked[s->n_checked++] = i;
        if (strcmp(column->canon->name, "currency") == 0) s->currency_idx = i;
    }
    s->selection = duckdb_create_selection_vector(duckdb_vector_size());
    duckdb_init_set_init_data(info, s, stage_free);
}

/* After a failure nothing more is given: the engine hears of it once, from who met it. */
static void stage_give(duckdb_function_info info, duckdb_data_chunk output)
{
    stage *s = duckdb_function_get_local_init_data(info);
    ptl_load_job *job = s->job;
    ptl_error error = {0};
    ptl_status st = PTL_OK;
    s->out = output;
    duckdb_data_chunk_set_size(output, 0);
    pthread_mutex_lock(&job->giving);
    if (job->failure == PTL_OK && (st = give(s, &error)) != PTL_OK) {
        job->failure = st; /* read by load_insert.c when the statement has ended */
        job->error = error;
    }
    pthread_mutex_unlock(&job->giving);
    if (st != PTL_OK) duckdb_function_set_error(info, error.message);
}

ptl_status ptl_load_stage_register(ptl_buffer *out, ptl_load_job *job, ptl_error *err)
{
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_logical_type address = duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT);
    char name[64];
    (void)snprintf(name, sizeof name, "ptl_stage_%lld", (long long)job->load_id);
    duckdb_table_function_set_name(function, name);
    duckdb_table_function_add_parameter(function, address);
    duckdb_table_function_set_bind(function, stage_bind);
    duckdb_table_function_set_init(function, stage_init);
    duckdb_table_function_set_local_init(function, stage_init_thread);
    duckdb_table_function_set_function(function, stage_give);
    const duckdb_state state = duckdb_register_table_function(job->warehouse->connection, function);
    duckdb_destroy_table_function(&function);
    duckdb_destroy_logical_type(&address);
    if (state != DuckDBSuccess) {
        const ptl_status st =
            ptl_fail(err, PTL_E_INTERNAL, "the engine refused the table function of a load");
        return ptl_duck_failed(job->warehouse, st, err);
    }
    ptl_buffer_printf(out, "%s(%llu::UBIGINT)", name, (unsigned long long)(uintptr_t)job);
    return PTL_OK;
}
