/* load_version.c: which version of a fact counts.
 *
 * A row whose key the table has already is one of two things. Where it says the same, it is a
 * duplicate and loses to the row that is there. Where it says something else, it is a version:
 * spend that a platform restated, a lead whose score changed. Of two versions the one learnt later
 * counts (equal times: the one of the later load), and `superseded` names the other, by whom and
 * since when; nothing is overwritten, so what was known before remains to be asked for.
 *
 * A correction holds as long as the load that brought it counts (the view superseded_known). So a
 * new version is set over every older one of its key, not only over the one that counted: when it
 * goes, its predecessor is the one that counts again, and when that one goes first, nothing comes
 * back that something newer stands over.
 *
 * The table load_met holds, of the new rows, what they met: one row a pair. It is small: files
 * overlap by days, not by years. */
#include "store/duckdb/load_internal.h"

/* Every column that is not the key says the same. */
static void put_content_equal(ptl_buffer *sql, const ptl_load_plan *plan)
{
    ptl_buffer_text(sql, "true");
    for (int64_t i = 0; i < plan->n_columns; i++) {
        if (plan->columns[i].is_key) continue;
        ptl_buffer_text(sql, " AND s.");
        ptl_load_sql_name(sql, plan->columns[i].canon->name);
        ptl_buffer_text(sql, " IS NOT DISTINCT FROM r.");
        ptl_load_sql_name(sql, plan->columns[i].canon->name);
    }
}

/* The rows of loads that count, versions that something stands over among them. */
static void put_rows_of_loads(ptl_buffer *sql, const ptl_load_job *job)
{
    ptl_buffer_printf(sql,
                      "(SELECT f.* FROM %s AS f ANTI JOIN (SELECT replaces_load_id FROM load"
                      " WHERE replaces_load_id IS NOT NULL) AS n ON n.replaces_load_id = f.load_id"
                      " WHERE f.load_id < %lld) AS r ON ",
                      job->plan.table->name, (long long)job->load_id);
}

static ptl_status meet(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    const char *table = job->plan.table->name;
    ptl_buffer_text(sql, "CREATE OR REPLACE TEMP TABLE load_met AS SELECT s.source_row, s.known_at,"
                         " r.load_id AS their_load, r.source_row AS their_row,"
                         " r.known_at AS their_known, (");
    put_content_equal(sql, &job->plan);
    ptl_buffer_printf(sql,
                      ") AS is_same FROM (SELECT t.* FROM %s AS t ANTI JOIN load_lost AS l"
                      " ON l.source_row = t.source_row WHERE t.load_id = %lld) AS s JOIN ",
                      table, (long long)job->load_id);
    put_rows_of_loads(sql, job);
    ptl_load_put_keys_equal(sql, &job->plan, "s.", "r.");
    return ptl_load_exec(NULL, job, sql, "compare with the table", err);
}

/* Says what the version says that counts, and was not learnt earlier. */
static ptl_status lose(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    ptl_buffer_printf(sql,
                      "INSERT INTO load_lost SELECT m.source_row, min(m.their_load), 0"
                      " FROM load_met AS m ANTI JOIN (SELECT load_id, source_row FROM"
                      " superseded_known WHERE table_name = '%s') AS x"
                      " ON x.load_id = m.their_load AND x.source_row = m.their_row"
                      " WHERE m.is_same AND m.their_known <= m.known_at GROUP BY m.source_row",
                      job->plan.table->name);
    return ptl_load_exec(NULL, job, sql, "find duplicates in the table", err);
}

static ptl_status supersede(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    const char *table = job->plan.table->name;
    const long long load = (long long)job->load_id;
    ptl_buffer_printf(sql,
                      "INSERT INTO superseded SELECT '%s', m.their_load, m.their_row, %lld,"
                      " m.known_at FROM load_met AS m ANTI JOIN load_lost AS l"
                      " ON l.source_row = m.source_row WHERE m.their_known <= m.known_at"
                      " ORDER BY m.their_load, m.their_row",
                      table, load);
    PTL_TRY(ptl_load_exec(&job->n_restated, job, sql, "set versions over others", err));
    job->n_set_over += job->n_restated;
    ptl_buffer_printf(sql,
                      "INSERT INTO superseded SELECT '%s', %lld, m.source_row, m.their_load,"
                      " m.their_known FROM load_met AS m WHERE m.their_known > m.known_at"
                      " ORDER BY m.source_row, m.their_load",
                      table, load);
    int64_t n;
    PTL_TRY(ptl_load_exec(&n, job, sql, "set others over versions", err));
    job->n_set_over += n;
    return PTL_OK;
}

ptl_status ptl_load_versions(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    int64_t n;
    ptl_buffer_printf(sql, "SELECT count(*) FROM (SELECT 1 FROM %s WHERE load_id < %lld LIMIT 1)",
                      job->plan.table->name, (long long)job->load_id);
    PTL_TRY(ptl_load_ask(&n, job, sql, "look at the table", err));
    if (n == 0) return PTL_OK;
    PTL_TRY(meet(job, sql, err));
    PTL_TRY(lose(job, sql, err));
    return supersede(job, sql, err);
}

/* Rows brought back (load_won) stand over the older ones of their keys from now on. */
ptl_status ptl_load_versions_back(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    const char *table = job->plan.table->name;
    ptl_buffer_printf(sql,
                      "INSERT INTO superseded SELECT '%s', r.load_id, r.source_row, s.load_id,"
                      " make_timestamp(%lld) FROM load_won AS s JOIN ",
                      table, (long long)job->spec->known_at);
    put_rows_of_loads(sql, job);
    ptl_load_put_keys_equal(sql, &job->plan, "s.", "r.");
    ptl_buffer_text(sql, " WHERE r.load_id < s.load_id ORDER BY r.load_id, r.source_row");
    int64_t n;
    PTL_TRY(ptl_load_exec(&n, job, sql, "bring rows back", err));
    job->n_set_over += n;
    return PTL_OK;
}
