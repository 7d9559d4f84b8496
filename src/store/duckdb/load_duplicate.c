/* load_duplicate.c: one fact, one row.
 *
 * Within the file: equal keys have equal hashes, so the hashes of all staged rows are sorted, and
 * only rows whose hash occurs twice are compared, by the engine, on the keys themselves. Against
 * the table: a join on the keys with the rows that count today, those of the load now replaced left
 * out. The first row of a file wins, and what is there already wins over the file.
 *
 * Replacing a load frees its keys. Rows of other loads that had lost to it are kept in quarantine
 * as canonical rows (JSON), so they can become facts of the load that brought them: the first of
 * them by (load_id, source_row), unless the new load or another one has the key. */
#include "store/duckdb/load_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- within the file -------------------------------------------------------------------------------- */

/* Least significant byte first; `spare` is as long as `keys`. The result is in `keys`. */
static void sort_hashes(uint64_t *keys, uint64_t *spare, int64_t n) {
    for (int32_t shift = 0; shift < 64; shift += 8) {
        int64_t starts[257] = {0};
        for (int64_t i = 0; i < n; i++) starts[(keys[i] >> shift & 0xFF) + 1]++;
        for (int32_t b = 0; b < 256; b++) starts[b + 1] += starts[b];
        for (int64_t i = 0; i < n; i++) spare[starts[keys[i] >> shift & 0xFF]++] = keys[i];
        uint64_t *const swap = keys;
        keys = spare;
        spare = swap;
    }
}

/* Hashes that occur more than once, to the front of key_hashes; the rest is given up. */
static ptl_status repeated_hashes(int64_t *n_repeated, ptl_load_job *job, ptl_error *err) {
    const int64_t n = job->n_staged;
    *n_repeated = 0;
    if (n < 2) return PTL_OK;
    uint64_t *spare = malloc((size_t)n * sizeof *spare);
    if (!spare) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to find duplicates");
    uint64_t *keys = job->key_hashes;
    sort_hashes(keys, spare, n);
    free(spare);
    for (int64_t i = 1; i < n; i++) {
        if (keys[i] != keys[i - 1]) continue;
        if (*n_repeated == 0 || keys[*n_repeated - 1] != keys[i]) keys[(*n_repeated)++] = keys[i];
    }
    return PTL_OK;
}

static const ptl_column_spec hash_column = {"key_hash", PTL_TYPE_INT};

static ptl_status put_hashes(ptl_load_job *job, int64_t n, ptl_error *err) {
    ptl_table_builder *builder = NULL;
    ptl_duck_append *append = NULL;
    const char *names[] = {"key_hash"};
    ptl_status st = PTL_OK;
    PTL_TRY_GOTO(st, end, ptl_table_builder_new(&builder, &hash_column, 1, (size_t)64 << 20, err));
    PTL_TRY_GOTO(st, end, ptl_duck_append_open(&append, &job->scope, "load_hash", names, 1, err));
    for (int64_t i = 0; i < n; i++) {
        int64_t bits; /* the engine holds the same 64 bits, signed */
        memcpy(&bits, &job->key_hashes[i], sizeof bits);
        ptl_table_builder_int(builder, bits);
        PTL_TRY_GOTO(st, end, ptl_table_builder_row_end(builder, err));
        if ((i + 1) % 65536 != 0 && i + 1 < n) continue;
        const ptl_table rows = ptl_table_builder_borrow(builder);
        PTL_TRY_GOTO(st, end, ptl_duck_append_rows(append, &rows, err));
        ptl_table_builder_clear(builder);
    }
end:;
    ptl_error late = {0};
    const ptl_status closed = ptl_duck_append_close(append, st == PTL_OK ? err : &late);
    ptl_table_builder_free(builder);
    return st == PTL_OK ? closed : st;
}

static ptl_status lose_within(ptl_load_job *job, ptl_buffer *sql, ptl_error *err) {
    int64_t n_repeated;
    PTL_TRY(repeated_hashes(&n_repeated, job, err));
    if (n_repeated == 0) return PTL_OK;
    ptl_buffer_text(sql, "CREATE OR REPLACE TEMP TABLE load_hash (key_hash BIGINT)");
    PTL_TRY(ptl_load_exec(NULL, job, sql, "find duplicates", err));
    PTL_TRY(put_hashes(job, n_repeated, err));
    ptl_buffer_printf(sql,
                      "INSERT INTO load_lost SELECT source_row, %lld, first_row FROM ("
                      "SELECT source_row, min(source_row) OVER (PARTITION BY ",
                      (long long)job->load_id);
    ptl_load_put_keys(sql, &job->plan);
    ptl_buffer_text(sql, ") AS first_row FROM load_stage AS s"
                         " WHERE EXISTS (FROM load_hash AS h WHERE s.key_hash = h.key_hash)"
                         " AND NOT EXISTS (FROM load_lost AS l WHERE l.source_row = s.source_row))"
                         " WHERE first_row < source_row");
    return ptl_load_exec(NULL, job, sql, "find duplicates", err);
}

/* --- against the table ------------------------------------------------------------------------------ */

static ptl_status lose_to_table(ptl_load_job *job, ptl_buffer *sql, ptl_error *err) {
    const char *table = job->plan.table->name;
    ptl_buffer_printf(sql, "SELECT count(*) FROM (SELECT 1 FROM %s LIMIT 1)", table);
    int64_t n;
    PTL_TRY(ptl_load_ask(&n, job, sql, "look at the table", err));
    if (n == 0) return PTL_OK;
    ptl_buffer_printf(sql,
                      "INSERT INTO load_lost SELECT s.source_row, min(t.load_id), 0"
                      " FROM load_stage AS s JOIN (FROM %s_known WHERE load_id <> %lld) AS t ON ",
                      table, (long long)job->replaces_load_id);
    ptl_load_put_keys_equal(sql, &job->plan, "s.", "t.");
    ptl_buffer_text(sql, " GROUP BY s.source_row");
    return ptl_load_exec(NULL, job, sql, "find duplicates in the table", err);
}

static bool has_key(const ptl_load_plan *plan) {
    for (int64_t i = 0; i < plan->n_columns; i++)
        if (plan->columns[i].is_key) return true;
    return false;
}

ptl_status ptl_load_duplicates(ptl_load_job *job, ptl_error *err) {
    ptl_buffer sql;
    ptl_buffer_init(&sql, (size_t)1 << 20, NULL);
    ptl_buffer_text(&sql, "CREATE OR REPLACE TEMP TABLE load_lost"
                          " (source_row BIGINT, lost_to_load_id BIGINT, first_row BIGINT)");
    ptl_status st = ptl_load_exec(NULL, job, &sql, "find duplicates", err);
    if (st == PTL_OK && has_key(&job->plan)) st = lose_to_table(job, &sql, err);
    if (st == PTL_OK && has_key(&job->plan)) st = lose_within(job, &sql, err);
    if (st == PTL_OK) {
        ptl_buffer_text(&sql, "SELECT count(*) FROM load_lost");
        st = ptl_load_ask(&job->n_duplicates, job, &sql, "count duplicates", err);
    }
    ptl_buffer_dispose(&sql);
    return st;
}

/* --- back again ------------------------------------------------------------------------------------- */

/* Rows that lost to the replaced load, as typed columns again. */
static ptl_status gather_back(ptl_load_job *job, ptl_buffer *sql, ptl_error *err) {
    const ptl_load_plan *plan = &job->plan;
    ptl_buffer_text(sql, "CREATE OR REPLACE TEMP TABLE load_back AS SELECT ");
    ptl_load_put_columns(sql, plan, "");
    ptl_buffer_text(sql, ", load_day, load_id, source_row, row_number() OVER (PARTITION BY ");
    ptl_load_put_keys(sql, plan);
    ptl_buffer_text(sql, " ORDER BY load_id, source_row) AS place FROM (SELECT ");
    for (int64_t i = 0; i < plan->n_columns; i++) {
        const ptl_canon_column *canon = plan->columns[i].canon;
        ptl_buffer_printf(sql, "CAST(json_extract_string(decode(q.raw), '$.%s') AS %s) AS ",
                          canon->name, ptl_load_sql_type(canon->type));
        ptl_load_sql_name(sql, canon->name);
        ptl_buffer_text(sql, ", ");
    }
    ptl_buffer_printf(sql,
                      "CAST(json_extract_string(decode(q.raw), '$.load_day') AS DATE) AS load_day,"
                      " q.load_id, q.source_row FROM quarantine AS q JOIN load AS l"
                      " ON l.load_id = q.load_id WHERE q.lost_to_load_id = %lld"
                      " AND l.load_id <> %lld AND l.table_name = '%s'"
                      " AND NOT EXISTS (FROM load AS n WHERE n.replaces_load_id = l.load_id))",
                      (long long)job->replaces_load_id, (long long)job->replaces_load_id,
                      plan->table->name);
    return ptl_load_exec(NULL, job, sql, "bring rows back", err);
}

/* Among those brought back only the first of a key counts, and only where nobody has the key. */
static void put_winners(ptl_buffer *sql, const ptl_load_plan *plan) {
    ptl_buffer_printf(sql, " FROM load_back AS b WHERE place = 1 AND NOT EXISTS (FROM %s_known"
                           " AS t WHERE ",
                      plan->table->name);
    ptl_load_put_keys_equal(sql, plan, "b.", "t.");
    ptl_buffer_text(sql, ")");
}

static ptl_status insert_winners(int64_t *n_rows, ptl_load_job *job, ptl_buffer *sql,
                                 ptl_error *err) {
    const ptl_load_plan *plan = &job->plan;
    ptl_buffer_text(sql, "CREATE OR REPLACE TEMP TABLE load_won AS SELECT b.*");
    put_winners(sql, plan);
    PTL_TRY(ptl_load_exec(NULL, job, sql, "bring rows back", err));
    ptl_buffer_printf(sql, "INSERT INTO %s (", plan->table->name);
    ptl_load_put_columns(sql, plan, "");
    ptl_buffer_printf(sql, "%s, load_id, source_row, known_at) SELECT ",
                      plan->has_day ? ", \"day\"" : "");
    ptl_load_put_columns(sql, plan, "");
    ptl_buffer_printf(sql, "%s, load_id, source_row, make_timestamp(%lld) FROM load_won"
                           " ORDER BY load_id, source_row",
                      plan->has_day ? ", load_day" : "", (long long)job->spec->known_at);
    return ptl_load_exec(n_rows, job, sql, "bring rows back", err);
}

/* The bookkeeping follows: rows move from quarantined to loaded; who still loses, loses to whoever
 * has the key now. */
static ptl_status settle_back(ptl_load_job *job, ptl_buffer *sql, ptl_error *err) {
    ptl_buffer_text(sql, "DELETE FROM quarantine AS q WHERE EXISTS (FROM load_won AS w"
                         " WHERE w.load_id = q.load_id AND w.source_row = q.source_row)");
    PTL_TRY(ptl_load_exec(NULL, job, sql, "bring rows back", err));
    ptl_buffer_text(sql, "UPDATE load AS l SET rows_loaded = l.rows_loaded + c.n,"
                         " rows_quarantined = l.rows_quarantined - c.n"
                         " FROM (SELECT load_id, count(*) AS n FROM load_won GROUP BY load_id) AS c"
                         " WHERE c.load_id = l.load_id");
    PTL_TRY(ptl_load_exec(NULL, job, sql, "bring rows back", err));
    ptl_buffer_printf(sql, "UPDATE quarantine AS q SET lost_to_load_id = m.winner FROM"
                           " (SELECT b.load_id, b.source_row, min(t.load_id) AS winner FROM"
                           " load_back AS b JOIN %s_known AS t ON ",
                      job->plan.table->name);
    ptl_load_put_keys_equal(sql, &job->plan, "b.", "t.");
    ptl_buffer_text(sql, " GROUP BY b.load_id, b.source_row) AS m"
                         " WHERE q.load_id = m.load_id AND q.source_row = m.source_row");
    return ptl_load_exec(NULL, job, sql, "bring rows back", err);
}

ptl_status ptl_load_revive(ptl_load_job *job, ptl_error *err) {
    if (job->replaces_load_id == 0 || !has_key(&job->plan)) return PTL_OK;
    ptl_buffer sql;
    ptl_buffer_init(&sql, (size_t)1 << 20, NULL);
    int64_t n = 0;
    ptl_buffer_printf(&sql, "SELECT count(*) FROM quarantine WHERE lost_to_load_id = %lld"
                            " AND load_id <> %lld",
                      (long long)job->replaces_load_id, (long long)job->replaces_load_id);
    ptl_status st = ptl_load_ask(&n, job, &sql, "look for rows to bring back", err);
    if (st == PTL_OK && n > 0) {
        st = gather_back(job, &sql, err);
        if (st == PTL_OK) st = insert_winners(NULL, job, &sql, err);
        if (st == PTL_OK) st = settle_back(job, &sql, err);
    }
    ptl_buffer_dispose(&sql);
    return st;
}
