/* load_count.c: what a load brought, added up, so that pages need not count millions of facts.
 *
 * Two kinds of sums, both written in the load's own transaction (migration 0007_counts.sql has the
 * tables and the words for the files that were there before):
 *
 *   count_day   rows and money of one load by day and name. Loads are added and go as wholes, so
 *               what counts today is a sum over the loads that count, minus the rows in
 *               count_corrected that a version stands over (the view count_day_known).
 *   txn_total   how many different orders and customers there are. Such numbers of loads do not add
 *               up: a customer of two files is one. So the load finds those that are new with it,
 *               and where it takes anything away (a file replaced, a row corrected) counts anew.
 *
 * Invariant: after every commit both say what counting the facts of <table>_known would. A load
 * counts last, when its facts are settled. */
#include "store/duckdb/load_internal.h"

#include <stdio.h>
#include <string.h>

/* Tables that grow with people; the others are small and counted as they are. The view `counted`
 * has a branch for each. */
static const char *const by_people[] = {"event",  "txn",      "lead",   "usage_day",
                                        "ticket", "feedback", "consent"};

static bool is_counted(const char *table)
{
    for (size_t i = 0; i < sizeof by_people / sizeof *by_people; i++)
        if (strcmp(by_people[i], table) == 0) return true;
    return false;
}

/* --- rows and money by day and name ----------------------------------------------------------- */

/* `rows`: which facts of the table, after "FROM counted AS c". */
static ptl_status add_days(ptl_load_job *job, ptl_buffer *sql, const char *rows, ptl_error *err)
{
    ptl_buffer_printf(
        sql,
        "INSERT INTO count_day SELECT load_id, '%s', u.kind, u.name, u.currency, \"day\","
        " sum(n_rows), sum(micros_sum), sum(size_sum) FROM (SELECT load_id, \"day\", n_rows,"
        " micros_sum, size_sum, unnest(count_names(channel, campaign, geo, currency)) AS u FROM ("
        "SELECT c.load_id, c.\"day\", c.channel, c.campaign, c.geo, c.currency,"
        " count(*) AS n_rows, sum(c.micros) AS micros_sum, sum(abs(c.micros)) AS size_sum"
        " FROM counted AS c %s AND c.table_name = '%s' GROUP BY ALL))"
        " WHERE u.kind = '' OR u.name <> ''"
        " GROUP BY load_id, u.kind, u.name, u.currency, \"day\""
        " ORDER BY load_id, u.kind, u.name, u.currency, \"day\"",
        job->plan.table->name, rows, job->plan.table->name);
    return ptl_load_exec(NULL, job, sql, "count the rows", err);
}

static ptl_status add_own(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    char rows[64];
    (void)snprintf(rows, sizeof rows, "WHERE c.load_id = %lld", (long long)job->load_id);
    return add_days(job, sql, rows, err);
}

/* Rows brought back are facts of the load that brought them. */
static ptl_status add_back(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    return add_days(job, sql,
                    "SEMI JOIN load_won AS w ON w.load_id = c.load_id"
                    " AND w.source_row = c.source_row WHERE true",
                    err);
}

/* Rows that something stands over since this load, once each: whether it still does, the view asks.
 */
static ptl_status add_corrected(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    const char *table = job->plan.table->name;
    ptl_buffer_printf(sql,
                      "INSERT INTO count_corrected SELECT c.table_name, c.load_id, c.source_row,"
                      " c.\"day\", c.channel, c.campaign, c.geo, c.currency, c.micros"
                      " FROM counted AS c SEMI JOIN (SELECT s.load_id, s.source_row"
                      " FROM superseded AS s ANTI JOIN count_corrected AS k"
                      " ON k.table_name = s.table_name AND k.load_id = s.load_id"
                      " AND k.source_row = s.source_row WHERE s.table_name = '%s') AS s"
                      " ON s.load_id = c.load_id AND s.source_row = c.source_row"
                      " WHERE c.table_name = '%s' ORDER BY c.load_id, c.source_row",
                      table, table);
    return ptl_load_exec(NULL, job, sql, "count what was corrected", err);
}

/* --- different orders and customers ----------------------------------------------------------- */

static ptl_status total_anew(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    ptl_buffer_text(sql, "CREATE OR REPLACE TEMP TABLE load_total AS SELECT currency,"
                         " count(*) AS n_lines,"
                         " count(DISTINCT coalesce(order_id, txn_id)) AS n_orders,"
                         " count(DISTINCT identifier_id) AS n_customers,"
                         " sum(gross_micros) AS gross_sum, coalesce(sum(gross_micros::HUGEINT"
                         " - discount_micros - tax_micros), 0) AS revenue_sum"
                         " FROM txn_known GROUP BY currency");
    return ptl_load_exec(NULL, job, sql, "total the orders", err);
}

/* How many of the load's keys the table had before, by currency. The load is the small side. */
static void put_met(ptl_buffer *sql, long long load, const char *key, const char *counts)
{
    ptl_buffer_printf(sql,
                      " UNION ALL SELECT r.currency, 0, %s, 0, 0 FROM (SELECT DISTINCT currency,"
                      " %s AS key FROM txn WHERE load_id = %lld) AS s JOIN (SELECT currency,"
                      " %s AS key FROM txn_known WHERE load_id < %lld) AS r"
                      " ON r.currency = s.currency AND r.key = s.key GROUP BY r.currency",
                      counts, key, load, key, load);
}

static ptl_status total_with_load(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    const long long load = (long long)job->load_id;
    ptl_buffer_printf(
        sql,
        "CREATE OR REPLACE TEMP TABLE load_total AS SELECT currency, sum(n_lines) AS n_lines,"
        " sum(n_orders) AS n_orders, sum(n_customers) AS n_customers, sum(gross_sum) AS gross_sum,"
        " sum(revenue_sum) AS revenue_sum FROM (FROM txn_total UNION ALL SELECT currency,"
        " count(*), count(DISTINCT coalesce(order_id, txn_id)), count(DISTINCT identifier_id),"
        " sum(gross_micros), coalesce(sum(gross_micros::HUGEINT - discount_micros - tax_micros), 0)"
        " FROM txn WHERE load_id = %lld GROUP BY currency",
        load);
    put_met(sql, load, "coalesce(order_id, txn_id)", "-count(DISTINCT r.key), 0");
    put_met(sql, load, "identifier_id", "0, -count(DISTINCT r.key)");
    ptl_buffer_text(sql, ") GROUP BY currency");
    return ptl_load_exec(NULL, job, sql, "total the orders", err);
}

/* A source may fill another table than before: then orders go with the file that is replaced. */
static ptl_status touches_orders(bool *out, ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    int64_t n = 0;
    *out = strcmp(job->plan.table->name, "txn") == 0;
    if (*out || job->replaces_load_id == 0) return PTL_OK;
    ptl_buffer_printf(sql, "SELECT count(*) FROM load WHERE load_id = %lld AND table_name = 'txn'",
                      (long long)job->replaces_load_id);
    PTL_TRY(ptl_load_ask(&n, job, sql, "look for orders", err));
    *out = n > 0;
    return PTL_OK;
}

static ptl_status total_orders(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    bool has_orders;
    PTL_TRY(touches_orders(&has_orders, job, sql, err));
    if (!has_orders) return PTL_OK;
    const bool takes_away = job->replaces_load_id != 0 || job->n_set_over > 0;
    PTL_TRY(takes_away ? total_anew(job, sql, err) : total_with_load(job, sql, err));
    ptl_buffer_text(sql, "DELETE FROM txn_total");
    PTL_TRY(ptl_load_exec(NULL, job, sql, "total the orders", err));
    ptl_buffer_text(sql, "INSERT INTO txn_total FROM load_total ORDER BY currency");
    return ptl_load_exec(NULL, job, sql, "total the orders", err);
}

/* --- all of them ------------------------------------------------------------------------------ */

static ptl_status count_rows(ptl_load_job *job, ptl_buffer *sql, ptl_error *err)
{
    if (!is_counted(job->plan.table->name)) return PTL_OK;
    PTL_TRY(add_own(job, sql, err));
    if (job->has_won) PTL_TRY(add_back(job, sql, err));
    return job->n_set_over > 0 ? add_corrected(job, sql, err) : PTL_OK;
}

ptl_status ptl_load_count(ptl_load_job *job, ptl_error *err)
{
    ptl_buffer sql;
    ptl_buffer_init(&sql, (size_t)1 << 20, NULL);
    ptl_status st = count_rows(job, &sql, err);
    if (st == PTL_OK) st = total_orders(job, &sql, err);
    ptl_buffer_dispose(&sql);
    return st;
}
