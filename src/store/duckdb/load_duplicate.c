/* load_duplicate.c: one fact, one row.
 *
 * The facts of the load are in the table by now, inside the transaction; those that lose are taken
 * out again, since they are few. Within the file: equal keys have equal hashes, so the hashes of
 * all rows are sorted, and only rows whose hash occurs twice are compared, by the engine, on the
 * keys themselves; the first row of a file wins. Against the table: see load_version.c.
 *
 * Replacing a load frees its keys. Rows of other loads that had lost to it are kept in quarantine
 * as canonical rows (JSON), so they can become facts of the load that brought them: the newest of
 * them, where no load newer than theirs has the key and the row that counts says something else.
 * That comes before the new rows are looked at: to them it is as if those had never lost. */
#include "store/duckdb/load_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- within the file -------------------------------------------------------------------------- */

static uint32_t bucket_of(ptl_load_key key)
{
    return key.hash_high >> 24;
}

static int by_hash(const void *a, const void *b)
{
    const ptl_load_key *x = a, *y = b;
    if (x->hash_high != y->hash_high) return x->hash_high < y->hash_high ? -1 : 1;
    return x->hash_low < y->hash_low ? -1 : x->hash_low > y->hash_low;
}

enum { HELP_ROWS_MIN = 100000 }; /* below, a thread costs more than it does */

/* Some of the buckets; the result does not depend on who sorts which. */
typedef struct sorting {
    ptl_load_key *keys;
    const int64_t *ends;
    int32_t first, end;
} sorting;

static void *sort_buckets(void *opaque)
{
    const sorting *s = opaque;
    for (int32_t b = s->first; b < s->end; b++) {
        const int64_t at = b == 0 ? 0 : s->ends[b - 1];
        qsort(s->keys + at, (size_t)(s->ends[b] - at), sizeof *s->keys, by_hash);
    }
    return NULL;
}

/* In place: keys to 256 buckets by their first byte (each swap puts one key where it belongs), then
 * each bucket, small enough for the cache, by the library's sort. */
static void sort_keys(ptl_load_key *keys, int64_t n)
{
    int64_t next[256] = {0}, ends[256];
    for (int64_t i = 0; i < n; i++) next[bucket_of(keys[i])]++;
    for (int64_t b = 0, at = 0; b < 256; b++) {
        ends[b] = at + next[b];
        next[b] = at;
        at = ends[b];
    }
    for (uint32_t b = 0; b < 256; b++) {
        while (next[b] < ends[b]) {
            const uint32_t home = bucket_of(keys[next[b]]);
            if (home == b) {
                next[b]++;
                continue;
            }
            const ptl_load_key swap = keys[next[home]];
            keys[next[home]++] = keys[next[b]];
            keys[next[b]] = swap;
        }
    }
    sorting halves[2] = {{keys, ends, 0, 128}, {keys, ends, 128, 256}};
    pthread_t helper;
    const bool helped =
        n >= HELP_ROWS_MIN && pthread_create(&helper, NULL, sort_buckets, &halves[1]) == 0;
    (void)sort_buckets(&halves[0]);
    if (helped)
        (void)pthread_join(helper, NULL);
    else
        (void)sort_buckets(&halves[1]);
}

/* Rows whose hash another row has too, to the front of keys_of_rows; the rest is given up. */
static int64_t repeated_rows(ptl_load_job *job)
{
    ptl_load_key *keys = job->keys_of_rows;
    const int64_t n = job->n_staged;
    if (n < 2) return 0;
    sort_keys(keys, n);
    int64_t n_repeated = 0;
    bool same_as_last = false;
    for (int64_t i = 0; i < n; i++) {
        const bool same_as_next = i + 1 < n && by_hash(&keys[i], &keys[i + 1]) == 0;
        if (same_as_last || same_as_next) keys[n_repeated++] = keys[i];
        same_as_last = same_as_next;
    }
    return n_repeated;
}

static const ptl_column_spec row_column = {"source_row", PTL_TYPE_INT};

static ptl_status put_rows(ptl_load_job *job, int64_t n, ptl_error *err)
{
    ptl_table_builder *builder = NULL;
    ptl_duck_append *append = NULL;
    const char *names[] = {"source_row"};
    ptl_status st = PTL_OK;
    PTL_TRY_GOTO(st, end, ptl_table_builder_new(&builder, &row_column, 1, (size_t)64 << 20, err));
    PTL_TRY_GOTO(st, end, ptl_duck_append_open(&append, &job->scope, "load_same", names, 1, err));
    for (int64_t i = 0; i < n; i++) {
        ptl_table_builder_int(builder, job->keys_of_rows[i].row);
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

static ptl_status lose_within(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    const int64_t n = repeated_rows(job);
    if (n == 0) return PTL_OK;
    ptl_buffer_text(sql, "CREATE OR REPLACE TEMP TABLE load_same (source_row BIGINT)");
    PTL_TRY(ptl_load_exec(NULL, job, sql, "find duplicates", err));
    PTL_TRY(put_rows(job, n, err));
    ptl_buffer_printf(sql,
                      "INSERT INTO load_lost SELECT source_row, %lld, first_row FROM ("
                      "SELECT source_row, min(source_row) OVER (PARTITION BY ",
                      (long long)job->load_id);
    ptl_load_put_keys(sql, &job->plan);
    ptl_buffer_printf(sql,
                      ") AS first_row FROM %s AS s WHERE s.load_id = %lld"
                      " AND EXISTS (FROM load_same AS h WHERE s.source_row = h.source_row))"
                      " WHERE first_row < source_row",
                      job->plan.table->name, (long long)job->load_id);
    return ptl_load_exec(NULL, job, sql, "find duplicates", err);
}

/* --- all of them ------------------------------------------------------------------------------ */

static bool has_key(const ptl_load_plan *plan)
{
    for (int64_t i = 0; i < plan->n_columns; i++)
        if (plan->columns[i].is_key) return true;
    return false;
}

ptl_status ptl_load_duplicates(ptl_load_job *job, ptl_error *err)
{
    ptl_buffer sql;
    ptl_buffer_init(&sql, (size_t)1 << 20, NULL);
    ptl_buffer_text(&sql, "CREATE OR REPLACE TEMP TABLE load_lost"
                          " (source_row BIGINT, lost_to_load_id BIGINT, first_row BIGINT)");
    ptl_status st = ptl_load_exec(NULL, job, &sql, "find duplicates", err);
    if (st == PTL_OK && has_key(&job->plan)) st = lose_within(job, &sql, err);
    if (st == PTL_OK && has_key(&job->plan)) st = ptl_load_versions(job, &sql, err);
    if (st == PTL_OK) {
        ptl_buffer_text(&sql, "SELECT count(*) FROM load_lost");
        st = ptl_load_ask(&job->n_duplicates, job, &sql, "count duplicates", err);
    }
    ptl_buffer_dispose(&sql);
    return st;
}

/* --- back again ------------------------------------------------------------------------------- */

/* Rows that lost to the replaced load, as typed columns again. */
static ptl_status gather_back(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    const ptl_load_plan *plan = &job->plan;
    ptl_buffer_text(sql, "CREATE OR REPLACE TEMP TABLE load_back AS SELECT ");
    ptl_load_put_columns(sql, plan, "");
    ptl_buffer_text(sql, ", load_day, load_id, source_row, row_number() OVER (PARTITION BY ");
    ptl_load_put_keys(sql, plan);
    ptl_buffer_text(sql, " ORDER BY load_id DESC, source_row) AS place FROM (SELECT ");
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

/* Who has a row's key today and is not older, or says the same: the row keeps losing to it. */
static void put_keeps_losing(ptl_buffer *sql, const ptl_load_plan *plan)
{
    ptl_load_put_keys_equal(sql, plan, "b.", "t.");
    ptl_buffer_text(sql, " AND (t.load_id > b.load_id OR (true");
    for (int64_t i = 0; i < plan->n_columns; i++) {
        if (plan->columns[i].is_key) continue;
        ptl_buffer_text(sql, " AND b.");
        ptl_load_sql_name(sql, plan->columns[i].canon->name);
        ptl_buffer_text(sql, " IS NOT DISTINCT FROM t.");
        ptl_load_sql_name(sql, plan->columns[i].canon->name);
    }
    ptl_buffer_text(sql, "))");
}

/* Among those brought back only the newest of a key counts. */
static void put_winners(ptl_buffer *sql, const ptl_load_job *job)
{
    const ptl_load_plan *plan = &job->plan;
    ptl_buffer_printf(sql,
                      " FROM load_back AS b WHERE place = 1 AND NOT EXISTS (FROM %s_known"
                      " AS t WHERE t.load_id < %lld AND ",
                      plan->table->name, (long long)job->load_id);
    put_keeps_losing(sql, plan);
    ptl_buffer_text(sql, ")");
}

static ptl_status insert_winners(int64_t *n_rows, ptl_load_job *job, ptl_buffer *sql,
                                 ptl_error *err)
{
    const ptl_load_plan *plan = &job->plan;
    ptl_buffer_text(sql, "CREATE OR REPLACE TEMP TABLE load_won AS SELECT b.*");
    put_winners(sql, job);
    PTL_TRY(ptl_load_exec(NULL, job, sql, "bring rows back", err));
    job->has_won = true;
    PTL_TRY(ptl_load_versions_back(job, sql, err));
    ptl_buffer_printf(sql, "INSERT INTO %s (", plan->table->name);
    ptl_load_put_columns(sql, plan, "");
    ptl_buffer_printf(sql, "%s, load_id, source_row, known_at) SELECT ",
                      plan->has_day ? ", \"day\"" : "");
    ptl_load_put_columns(sql, plan, "");
    ptl_buffer_printf(sql,
                      "%s, load_id, source_row, make_timestamp(%lld) FROM load_won"
                      " ORDER BY load_id, source_row",
                      plan->has_day ? ", load_day" : "", (long long)job->spec->known_at);
    return ptl_load_exec(n_rows, job, sql, "bring rows back", err);
}

/* The bookkeeping follows: rows move from quarantined to loaded; who still loses, loses to whoever
 * has the key now. */
static ptl_status settle_back(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    ptl_buffer_text(sql, "DELETE FROM quarantine AS q WHERE EXISTS (FROM load_won AS w"
                         " WHERE w.load_id = q.load_id AND w.source_row = q.source_row)");
    PTL_TRY(ptl_load_exec(NULL, job, sql, "bring rows back", err));
    ptl_buffer_text(sql, "UPDATE load AS l SET rows_loaded = l.rows_loaded + c.n,"
                         " rows_quarantined = l.rows_quarantined - c.n"
                         " FROM (SELECT load_id, count(*) AS n FROM load_won GROUP BY load_id) AS c"
                         " WHERE c.load_id = l.load_id");
    PTL_TRY(ptl_load_exec(NULL, job, sql, "bring rows back", err));
    ptl_buffer_printf(sql,
                      "UPDATE quarantine AS q SET lost_to_load_id = m.winner FROM"
                      " (SELECT b.load_id, b.source_row, min(t.load_id) AS winner FROM"
                      " load_back AS b JOIN %s_known AS t ON ",
                      job->plan.table->name);
    ptl_load_put_keys_equal(sql, &job->plan, "b.", "t.");
    ptl_buffer_printf(sql, " WHERE t.load_id < %lld", (long long)job->load_id);
    ptl_buffer_text(sql, " GROUP BY b.load_id, b.source_row) AS m"
                         " WHERE q.load_id = m.load_id AND q.source_row = m.source_row");
    return ptl_load_exec(NULL, job, sql, "bring rows back", err);
}

ptl_status ptl_load_revive(ptl_load_job *job, ptl_error *err)
{
    if (job->replaces_load_id == 0 || !has_key(&job->plan)) return PTL_OK;
    ptl_buffer sql;
    ptl_buffer_init(&sql, (size_t)1 << 20, NULL);
    int64_t n = 0;
    ptl_buffer_printf(&sql,
                      "SELECT count(*) FROM quarantine WHERE lost_to_load_id = %lld"
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
