/* load.c: the steps of a load, in order, in one transaction. The invariants are those of
 * store/load.h; each is marked where it is held.
 *
 *   stamp, hash → nothing new? → reader, plan → scope ┬ facts, in order  (load_insert.c)
 *                                                     ├ the hash, if it was not known yet
 *                                                     ├ the file is as it was? (4)
 *                                                     ├ load row         (the views see it), rows
 * brought back ├ duplicates       (load_duplicate.c) ├ versions         (load_version.c) ├
 * identifiers, sealed; keys durable first ├ quarantine ├ what the load came to └ commit */
#include "store/load.h"

#include "base/file.h"
#include "store/duckdb/load_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- helpers of all steps --------------------------------------------------------------------- */

ptl_status ptl_load_exec(int64_t *n_rows, ptl_load_job *job, ptl_buffer *sql, const char *what,
                         ptl_error *err)
{
    PTL_TRY(ptl_buffer_check(sql, what, err));
    const ptl_status st = ptl_duck_exec_params(n_rows, &job->scope, sql->ptr, NULL, 0, what, err);
    ptl_buffer_clear(sql);
    return st;
}

ptl_status ptl_load_ask(int64_t *out, ptl_load_job *job, ptl_buffer *sql, const char *what,
                        ptl_error *err)
{
    *out = 0;
    PTL_TRY(ptl_buffer_check(sql, what, err));
    ptl_table answer;
    const ptl_status st =
        ptl_duck_query_text(&answer, &job->scope, sql->ptr, NULL, 0, 0, what, err);
    ptl_buffer_clear(sql);
    if (st != PTL_OK) return st;
    if (answer.n_rows > 0) *out = ptl_column_int(&answer.columns[0], 0);
    ptl_table_dispose(&answer);
    return PTL_OK;
}

void ptl_load_put_columns(ptl_buffer *out, const ptl_load_plan *plan, const char *prefix)
{
    for (int64_t i = 0; i < plan->n_columns; i++) {
        ptl_buffer_printf(out, "%s%s", i > 0 ? ", " : "", prefix);
        ptl_load_sql_name(out, plan->columns[i].canon->name);
    }
}

void ptl_load_put_keys(ptl_buffer *out, const ptl_load_plan *plan)
{
    const char *comma = "";
    for (int64_t i = 0; i < plan->n_columns; i++) {
        if (!plan->columns[i].is_key) continue;
        ptl_buffer_text(out, comma);
        ptl_load_sql_name(out, plan->columns[i].canon->name);
        comma = ", ";
    }
}

void ptl_load_put_keys_equal(ptl_buffer *out, const ptl_load_plan *plan, const char *a,
                             const char *b)
{
    const char *and = "";
    for (int64_t i = 0; i < plan->n_columns; i++) {
        const ptl_load_column *column = &plan->columns[i];
        if (!column->is_key) continue;
        const bool is_never_empty = column->must || column->canon->defaults;
        ptl_buffer_printf(out, "%s%s", and, a);
        ptl_load_sql_name(out, column->canon->name);
        ptl_buffer_printf(out, "%s%s", is_never_empty ? " = " : " IS NOT DISTINCT FROM ", b);
        ptl_load_sql_name(out, column->canon->name);
        and = " AND ";
    }
}

/* --- what is loaded already ------------------------------------------------------------------- */

static void add_setting(ptl_hasher *hasher, const char *text)
{
    ptl_hasher_add_text(hasher, ptl_text_of(text ? text : ""));
}

/* What says how the file is read, where anything does: sources without it keep their hash. */
static void add_form(ptl_hasher *hasher, const ptl_load_spec *spec)
{
    if (!spec->kind && !spec->sheet && !spec->range && !spec->head_row && spec->n_totals == 0)
        return;
    const int32_t numbers[] = {(int32_t)spec->kind, spec->head_row};
    ptl_hasher_add(hasher, numbers, sizeof numbers);
    add_setting(hasher, spec->sheet);
    add_setting(hasher, spec->range);
    for (int64_t i = 0; i < spec->n_totals; i++) add_setting(hasher, spec->totals[i]);
}

/* All that decides what the mapping makes of a file. */
static ptl_hash hash_mapping(const ptl_load_spec *spec)
{
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    add_setting(&hasher, spec->mapping);
    add_setting(&hasher, spec->table);
    add_setting(&hasher, spec->identifier_kind);
    add_setting(&hasher, spec->locale);
    add_setting(&hasher, spec->currency);
    add_setting(&hasher, ptl_zone_name(spec->zone));
    add_setting(&hasher, spec->encoding);
    const char marks[] = {spec->delimiter, spec->quote};
    ptl_hasher_add(&hasher, marks, sizeof marks);
    add_form(&hasher, spec);
    return ptl_hasher_finish(&hasher);
}

/* Invariants 1 and 2: a load that counts today of the same content and mapping, of the same file.
 * `content` NULL: of any content. */
static ptl_status find_loads(int64_t *same, ptl_load_job *job, const char *content, ptl_error *err)
{
    char mapping[PTL_HASH_HEX];
    ptl_hash_format(mapping, job->mapping_hash);
    const ptl_value params[] = {
        ptl_value_string(job->spec->source), ptl_value_string(content), ptl_value_string(mapping),
        ptl_value_string(job->spec->file ? job->spec->file : job->spec->path)};
    ptl_table found;
    PTL_TRY(ptl_warehouse_query(&found, job->warehouse, "load/find", params, 4, 0, err));
    *same = ptl_column_int(&found.columns[0], 0);
    job->replaces_load_id = ptl_column_int(&found.columns[1], 0);
    job->load_id = ptl_column_int(&found.columns[2], 0) + 1;
    ptl_table_dispose(&found);
    return PTL_OK;
}

/* Whether there is nothing new. Where that is sure to be false, the hash follows meanwhile. */
static ptl_status look_for_same(bool *is_same, ptl_load_job *job, ptl_error *err)
{
    const ptl_load_spec *spec = job->spec;
    *is_same = false;
    int64_t similar, same;
    PTL_TRY(find_loads(&similar, job, NULL, err));
    if (similar == 0 || spec->force) return ptl_load_hashing_start(&job->hashing, spec->path, err);
    PTL_TRY(ptl_file_hash(&job->content_hash, spec->path, job->progress, err));
    char content[PTL_HASH_HEX];
    ptl_hash_format(content, job->content_hash);
    PTL_TRY(find_loads(&same, job, content, err));
    *is_same = same != 0;
    return PTL_OK;
}

/* --- the load row ----------------------------------------------------------------------------- */

/* Written before the rows are settled, so that the views of what counts see this load and no longer
 * the one it replaces; what it came to is filled in at the end. */
static ptl_status write_load_row(ptl_load_job *job, ptl_error *err)
{
    const ptl_load_spec *spec = job->spec;
    char mapping[PTL_HASH_HEX];
    ptl_hash_format(mapping, job->mapping_hash);
    ptl_value params[] = {ptl_value_int(job->load_id),
                          ptl_value_string(spec->source),
                          ptl_value_string(job->plan.table->name),
                          ptl_value_string(spec->file ? spec->file : spec->path),
                          ptl_value_string(""),
                          ptl_value_string(mapping),
                          ptl_value_int(0),
                          ptl_value_int(0),
                          ptl_value_int(0),
                          ptl_value_int(0),
                          ptl_value_instant(spec->known_at),
                          ptl_value_int(job->replaces_load_id),
                          ptl_value_int(spec->run_id),
                          ptl_value_day(0),
                          ptl_value_day(0)};
    params[11].is_null = job->replaces_load_id == 0;
    params[13].is_null = params[14].is_null = true;
    return ptl_scope_execute(NULL, &job->scope, "load/add", params,
                             (int64_t)(sizeof params / sizeof *params), err);
}

static ptl_status settle_load_row(ptl_load_job *job, const ptl_load_report *report, ptl_error *err)
{
    char content[PTL_HASH_HEX];
    ptl_hash_format(content, job->content_hash);
    ptl_value params[] = {
        ptl_value_int(job->load_id),        ptl_value_string(content),
        ptl_value_int(report->rows_read),   ptl_value_int(report->rows),
        ptl_value_int(report->quarantined), ptl_value_int(report->new_identifiers),
        ptl_value_day(job->day_first),      ptl_value_day(job->day_last)};
    params[6].is_null = params[7].is_null = job->day_first > job->day_last;
    return ptl_scope_execute(NULL, &job->scope, "load/settle", params,
                             (int64_t)(sizeof params / sizeof *params), err);
}

static ptl_status drop_temporary(ptl_load_job *job, ptl_error *err)
{
    return ptl_duck_exec(&job->scope,
                         "DROP TABLE IF EXISTS load_lost; DROP TABLE IF EXISTS load_same;"
                         "DROP TABLE IF EXISTS load_back; DROP TABLE IF EXISTS load_met;"
                         "DROP TABLE IF EXISTS load_won; DROP TABLE IF EXISTS load_total",
                         err);
}

/* --- the order of the steps ------------------------------------------------------------------- */

static ptl_status check_unchanged(const ptl_load_job *job, ptl_file_stamp before, ptl_error *err)
{
    ptl_file_stamp now;
    PTL_TRY(ptl_file_stamp_of(&now, job->spec->path, err));
    if (ptl_file_stamp_equal(before, now)) return PTL_OK;
    ptl_status st = ptl_fail(err, PTL_E_CONFLICT,
                             "%s changed while it was read; nothing was loaded", job->spec->path);
    ptl_error_hint(err, "load it again when it is complete");
    return st;
}

static ptl_status in_scope(ptl_load_report *out, ptl_load_job *job, ptl_file_stamp stamp,
                           ptl_error *err)
{
    ptl_progress *progress = job->progress;
    if (job->plan.has_identifier)
        PTL_TRY(ptl_load_names_open(&job->names, &job->scope, job->keys, job->spec, err));
    int64_t n_written = 0;
    PTL_TRY(ptl_load_insert(&n_written, job, err));
    if (job->hashing) PTL_TRY(ptl_load_hashing_end(&job->content_hash, &job->hashing, err));
    PTL_TRY(check_unchanged(job, stamp, err)); /* invariant 4 */
    PTL_TRY(ptl_progress_check(progress, err));
    PTL_TRY(write_load_row(job, err));
    ptl_progress_step(progress, "looking for duplicates", -1, -1);
    PTL_TRY(ptl_load_revive(job, err));
    PTL_TRY(ptl_load_duplicates(job, err));
    out->rows_read = job->reader->rows_read;
    out->totals = job->reader->n_totals;
    out->rows = n_written - job->n_duplicates;
    out->duplicates = job->n_duplicates;
    out->restated = job->n_restated;
    out->new_identifiers = ptl_load_names_new(job->names);
    PTL_TRY(ptl_progress_check(progress, err));
    ptl_progress_step(progress, "sealing identifiers", -1, -1);
    if (job->names)
        PTL_TRY(
            ptl_load_names_write(job->names, &job->scope, job->keys, job->spec, job->load_id, err));
    ptl_progress_step(progress, "settling the load", -1, -1);
    PTL_TRY(ptl_load_quarantine(&out->quarantined, job, err));
    if (out->rows + out->quarantined != out->rows_read) /* invariant 3 */
        return ptl_fail(err, PTL_E_INTERNAL,
                        "source %s: %lld rows read, but %lld loaded and %lld in quarantine",
                        job->spec->source, (long long)out->rows_read, (long long)out->rows,
                        (long long)out->quarantined);
    PTL_TRY(ptl_load_count(job, err));
    PTL_TRY(settle_load_row(job, out, err));
    return drop_temporary(job, err);
}

static ptl_status run_scope(ptl_load_report *out, ptl_load_job *job, ptl_file_stamp stamp,
                            ptl_error *err)
{
    PTL_TRY(ptl_scope_begin(&job->scope, job->warehouse, err));
    ptl_error why = {0};
    const ptl_status st = in_scope(out, job, stamp, &why);
    if (st == PTL_OK) {
        ptl_progress_step(job->progress, "committing", -1, -1);
        return ptl_scope_commit(&job->scope, err);
    }
    ptl_scope_rollback(&job->scope);
    if (err) *err = why;
    return st;
}

static ptl_status run_steps(ptl_load_report *out, ptl_load_job *job, ptl_error *err)
{
    const ptl_load_spec *spec = job->spec;
    ptl_file_stamp stamp;
    PTL_TRY(ptl_file_stamp_of(&stamp, spec->path, err));
    job->mapping_hash = hash_mapping(spec);
    bool is_same;
    PTL_TRY(look_for_same(&is_same, job, err));
    out->content_hash = job->content_hash;
    if (is_same) return PTL_OK; /* invariant 1: nothing new */
    PTL_TRY(ptl_reader_open(&job->reader, spec, err));
    PTL_TRY(ptl_load_plan_make(&job->plan, job->reader, err));
    PTL_TRY(run_scope(out, job, stamp, err));
    out->content_hash = job->content_hash;
    out->load_id = job->load_id;
    out->replaces_load_id = job->replaces_load_id;
    if (job->day_first <= job->day_last) {
        out->day_first = job->day_first;
        out->day_last = job->day_last;
    }
    return PTL_OK;
}

static ptl_status check_spec(const ptl_load_spec *spec, ptl_error *err)
{
    if (!spec->source || !spec->table || !spec->path || !spec->mapping || !spec->zone)
        return ptl_fail(err, PTL_E_INVALID, "a load needs source, table, path, mapping and zone");
    if (spec->n_folders < 1)
        return ptl_fail(err, PTL_E_INVALID, "source %s names no folder", spec->source);
    return PTL_OK;
}

ptl_status ptl_load_check(const ptl_load_spec *spec, ptl_error *err)
{
    PTL_TRY(check_spec(spec, err));
    ptl_reader *reader = NULL;
    PTL_TRY(ptl_reader_open(&reader, spec, err));
    ptl_load_plan *plan = malloc(sizeof *plan);
    ptl_status st = plan ? ptl_load_plan_make(plan, reader, err)
                         : ptl_fail(err, PTL_E_NO_MEMORY, "no memory to check a mapping");
    free(plan);
    ptl_reader_close(reader);
    return st;
}

ptl_status ptl_load_run(ptl_load_report *out, ptl_warehouse *warehouse, ptl_seal *keys,
                        const ptl_load_spec *spec, ptl_progress *progress, ptl_error *err)
{
    memset(out, 0, sizeof *out);
    PTL_TRY(check_spec(spec, err));
    ptl_load_job *job = calloc(1, sizeof *job);
    if (!job) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for a load");
    job->spec = spec;
    job->progress = progress;
    job->warehouse = warehouse;
    job->keys = keys;
    job->day_first = INT32_MAX;
    job->day_last = INT32_MIN;
    pthread_mutex_init(&job->giving, NULL);
    const ptl_status st = run_steps(out, job, err);
    if (st != PTL_OK) memset(out, 0, sizeof *out);
    ptl_load_hashing_stop(job->hashing);
    ptl_load_names_close(job->names);
    ptl_reader_close(job->reader);
    pthread_mutex_destroy(&job->giving);
    free(job->keys_of_rows);
    free(job->seen);
    free(job);
    return st;
}
