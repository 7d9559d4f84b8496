/* load: how long does a file take to become facts? A million rows of money, 73 MB, drawn from a
 * seeded generator; checked, deduplicated, identifiers sealed, ordered, committed.
 *
 * Baseline: the same engine reading the same file by its own CSV reader, casting, ordering and
 * writing the same columns to a file: no checks, no quarantine, no identifiers, no hash of the
 * file. It is what a load costs at the least, not what a load does. Both count from the open store
 * on.
 *
 * By hand: bench_load txn|event|parquet ROWS [FOLDER] (parquet: the events again) prints steps,
 * seconds, CPU and peak memory. */
#include "base/clock.h"
#include "base/file.h"
#include "portolan/random.h"
#include "store/load.h"

#include <duckdb.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void write_time(char out[32], ptl_rng *rng)
{
    const int64_t second = INT64_C(1672531200) + (int64_t)ptl_rng_below(rng, 365 * 86400);
    char text[40];
    ptl_instant_format(text, second * PTL_MICROS_PER_SECOND);
    text[10] = ' ';
    text[19] = '\0';
    memcpy(out, text, 20);
}

static void write_txn(FILE *file, int64_t n)
{
    ptl_rng rng = ptl_rng_new(20240131);
    fputs("order_id,line,ordered,customer,product,qty,price,discount,currency,channel\n", file);
    static const char *const channels[] = {"search", "email", "social", "direct", "affiliate"};
    char time[32];
    for (int64_t i = 0; i < n; i++) {
        write_time(time, &rng);
        const long long cents = (long long)ptl_rng_below(&rng, 20000) + 99;
        fprintf(file, "O%09lld,%lld,%s,C%07lld,SKU-%05lld,%lld,%lld.%02lld,%lld.%02lld,EUR,%s\n",
                (long long)(i / 3), (long long)(i % 3), time,
                (long long)ptl_rng_below(&rng, (uint64_t)(n / 8 + 1)),
                (long long)ptl_rng_below(&rng, 20000), (long long)ptl_rng_below(&rng, 5) + 1,
                cents / 100, cents % 100, cents / 1000, cents % 100,
                channels[ptl_rng_below(&rng, 5)]);
    }
}

static void write_event(FILE *file, int64_t n)
{
    ptl_rng rng = ptl_rng_new(20240229);
    fputs("event_id,happened,cookie,kind,name,channel,campaign,value\n", file);
    static const char *const kinds[] = {"impression", "click", "visit", "view", "purchase"};
    static const char *const channels[] = {"search", "email", "social", "display", "video"};
    char time[32];
    for (int64_t i = 0; i < n; i++) {
        write_time(time, &rng);
        fprintf(file, "e%012llx,%s,ck%08llx,%s,%s,%s,campaign_%03lld,%s\n",
                (unsigned long long)i * 0x9E3779B1ULL % 0xFFFFFFFFFFFFULL, time,
                (unsigned long long)ptl_rng_below(&rng, (uint64_t)(n / 10 + 1)),
                kinds[ptl_rng_below(&rng, 5)], i % 2 ? "page_viewed" : "ad_shown",
                channels[ptl_rng_below(&rng, 5)], (long long)ptl_rng_below(&rng, 400),
                i % 50 == 0 ? "19.95" : "");
    }
}

static const char *const txn_mapping =
    "SELECT order_id || '-' || line AS txn_id, order_id, customer AS identifier,"
    " ptl_time(ordered, '%Y-%m-%d %H:%M:%S') AS occurred_at, channel, product,"
    " ptl_integer(qty) AS quantity, ptl_integer(qty) * ptl_money(price) AS gross_micros,"
    " ptl_money(discount) AS discount_micros, currency FROM source";

static const char *const event_mapping =
    "SELECT event_id, ptl_time(happened, '%Y-%m-%d %H:%M:%S') AS occurred_at,"
    " cookie AS identifier, kind, name, channel, campaign,"
    " ptl_money(value) AS value_micros FROM source";

static const char *const parquet_mapping =
    "SELECT event_id, happened AS occurred_at, cookie AS identifier, kind, name, channel, campaign,"
    " ptl_money(value) AS value_micros FROM source";

static double cpu_seconds(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

/* When each step began, and what the processor had done by then: a profile by eye. */
static void listen(void *ctx, const ptl_progress_state *state)
{
    static const char *what;
    const int64_t *start = ctx;
    if (what && strcmp(what, state->what) == 0) return;
    what = state->what;
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    fprintf(stderr, "%8.2f s %8.2f s of CPU  %s\n",
            (double)(ptl_clock_monotonic_ms() - *start) / 1000.0, cpu_seconds(&usage), what);
}

/* The generated file of n rows, made where it is missing. */
static ptl_status file_of(char path[512], const char *folder, bool is_txn, int64_t n,
                          ptl_error *err)
{
    snprintf(path, 512, "%s/%s_%lld.csv", folder, is_txn ? "txn" : "event", (long long)n);
    if (ptl_file_exists(path)) return PTL_OK;
    FILE *file = fopen(path, "w");
    if (!file) return ptl_fail(err, PTL_E_IO, "cannot write %s", path);
    if (is_txn)
        write_txn(file, n);
    else
        write_event(file, n);
    if (fclose(file) != 0) return ptl_fail(err, PTL_E_IO, "cannot write %s", path);
    return PTL_OK;
}

/* The events as a tool of data engineers would hand them over: typed, compressed. */
static ptl_status parquet_of(char path[512], const char *folder, int64_t n, ptl_error *err)
{
    char csv[512], sql[2048];
    PTL_TRY(file_of(csv, folder, false, n, err));
    snprintf(path, 512, "%s/event_%lld.parquet", folder, (long long)n);
    if (ptl_file_exists(path)) return PTL_OK;
    snprintf(sql, sizeof sql,
             "COPY (SELECT event_id, CAST(happened AS TIMESTAMP) AS happened, cookie, kind, name,"
             " channel, campaign, CAST(value AS DECIMAL(18, 2)) AS value FROM read_csv('%s',"
             " all_varchar = true)) TO '%s' (FORMAT parquet)",
             csv, path);
    duckdb_database database;
    duckdb_connection connection;
    if (duckdb_open(NULL, &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess ||
        duckdb_query(connection, sql, NULL) != DuckDBSuccess)
        return ptl_fail(err, PTL_E_INTERNAL, "cannot write %s", path);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return PTL_OK;
}

static ptl_status run(const char *folder, bool is_txn, bool is_parquet, int64_t n, bool by_hand,
                      ptl_error *err)
{
    char path[512], records_path[512], warehouse_path[512];
    if (is_parquet)
        PTL_TRY(parquet_of(path, folder, n, err));
    else
        PTL_TRY(file_of(path, folder, is_txn, n, err));
    snprintf(records_path, sizeof records_path, "%s/bench_%d.sqlite", folder, is_txn);
    snprintf(warehouse_path, sizeof warehouse_path, "%s/bench_%d.duckdb", folder, is_txn);
    ptl_records *records;
    ptl_seal *seal;
    ptl_warehouse *warehouse;
    ptl_zone *zone;
    PTL_TRY(ptl_zone_open(&zone, "Europe/Berlin", err));
    PTL_TRY(ptl_records_open(&records, records_path, err));
    PTL_TRY(ptl_seal_open(&seal, records, err));
    ptl_warehouse_options options = ptl_warehouse_options_default();
    options.memory_bytes_max = INT64_C(512) << 20;
    PTL_TRY(ptl_warehouse_open(&warehouse, warehouse_path, &options, err));
    const char *folders[] = {folder};
    const ptl_load_spec spec = {.size = sizeof spec,
                                .source = "bench",
                                .table = is_txn ? "txn" : "event",
                                .path = path,
                                .file = "bench.csv",
                                .mapping = is_txn       ? txn_mapping
                                           : is_parquet ? parquet_mapping
                                                        : event_mapping,
                                .identifier_kind = is_txn ? "customer" : "cookie",
                                .currency = "EUR",
                                .zone = zone,
                                .folders = folders,
                                .n_folders = 1,
                                .run_id = 1,
                                .known_at = ptl_clock_now(),
                                .force = true};
    struct rusage before;
    if (getrusage(RUSAGE_SELF, &before) != 0) return ptl_fail(err, PTL_E_IO, "cannot measure");
    int64_t start = ptl_clock_monotonic_ms();
    ptl_load_report report;
    ptl_progress progress;
    ptl_progress_init(&progress, by_hand ? listen : NULL, &start);
    progress.interval_ms = 0;
    PTL_TRY(ptl_load_run(&report, warehouse, seal, &spec, &progress, err));
    const int64_t ms = ptl_clock_monotonic_ms() - start;
    ptl_warehouse_close(warehouse);
    ptl_seal_close(seal);
    ptl_records_close(records);
    ptl_zone_close(zone);
    if (!by_hand) {
        printf("seconds %.3f\n", (double)ms / 1000.0);
        if (report.rows == n) return PTL_OK;
        return ptl_fail(err, PTL_E_INTERNAL, "%lld rows were loaded", (long long)report.rows);
    }
    struct stat st;
    struct rusage usage;
    if (stat(path, &st) != 0 || getrusage(RUSAGE_SELF, &usage) != 0)
        return ptl_fail(err, PTL_E_IO, "cannot measure");
    printf(
        "%s: %lld rows (%lld in quarantine, %lld identifiers), %lld MB, %.2f s, %.2f s of CPU, %ld "
        "MB peak\n",
        is_txn       ? "txn"
        : is_parquet ? "parquet"
                     : "event",
        (long long)report.rows, (long long)report.quarantined, (long long)report.new_identifiers,
        (long long)(st.st_size >> 20), (double)ms / 1000.0,
        cpu_seconds(&usage) - cpu_seconds(&before), usage.ru_maxrss >> 10);
    return PTL_OK;
}

/* --- the pair of `make bench` ----------------------------------------------------------------- */

static const char *const baseline_sql =
    "CREATE TABLE txn AS SELECT order_id || '-' || line AS txn_id, order_id, customer,"
    " CAST(ordered AS TIMESTAMP) AS occurred_at, channel, product, CAST(qty AS BIGINT) AS quantity,"
    " CAST(CAST(qty AS BIGINT) * CAST(price AS DECIMAL(18, 2)) * 1000000 AS BIGINT) AS "
    "gross_micros,"
    " CAST(CAST(discount AS DECIMAL(18, 2)) * 1000000 AS BIGINT) AS discount_micros, currency"
    " FROM read_csv($1, all_varchar = true) ORDER BY customer, occurred_at";

static int run_baseline(const char *folder, const char *path)
{
    char store[512];
    snprintf(store, sizeof store, "%s/baseline.duckdb", folder);
    (void)remove(store);
    duckdb_database database;
    duckdb_connection connection;
    duckdb_prepared_statement prepared;
    duckdb_result result;
    if (duckdb_open(store, &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess ||
        duckdb_query(connection, "SET memory_limit = '512MiB'", NULL) != DuckDBSuccess ||
        duckdb_prepare(connection, baseline_sql, &prepared) != DuckDBSuccess ||
        duckdb_bind_varchar(prepared, 1, path) != DuckDBSuccess)
        return 1;
    const int64_t start = ptl_clock_monotonic_ms();
    if (duckdb_execute_prepared(prepared, &result) != DuckDBSuccess) return 1;
    printf("seconds %.3f\n", (double)(ptl_clock_monotonic_ms() - start) / 1000.0);
    const bool all = duckdb_rows_changed(&result) == 1000000 || duckdb_row_count(&result) == 1;
    duckdb_destroy_result(&result);
    duckdb_destroy_prepare(&prepared);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    (void)remove(store);
    return all ? 0 : 1;
}

static void clean(const char *folder)
{
    static const char *const names[] = {"sqlite", "sqlite-wal", "sqlite-shm", "duckdb",
                                        "duckdb.wal"};
    for (size_t i = 0; i < 2 * sizeof names / sizeof *names; i++) {
        char path[600];
        snprintf(path, sizeof path, "%s/bench_%zu.%s", folder, i % 2, names[i / 2]);
        (void)remove(path);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s candidate|baseline, or txn|event|parquet ROWS [FOLDER]\n",
                argv[0]);
        return 2;
    }
    const bool is_pair = argc == 2;
    const char *temp = getenv("TMPDIR");
    const char *folder = argc > 3 ? argv[3] : temp ? temp : "/tmp";
    ptl_error err = {0};
    clean(folder);
    if (is_pair && strcmp(argv[1], "baseline") == 0) {
        char path[512];
        if (file_of(path, folder, true, 1000000, &err) != PTL_OK) return 1;
        return run_baseline(folder, path);
    }
    const int64_t n = is_pair ? 1000000 : strtoll(argv[2], NULL, 10);
    const bool is_txn = is_pair || strcmp(argv[1], "txn") == 0;
    const bool is_parquet = strcmp(argv[1], "parquet") == 0;
    const ptl_status st = run(folder, is_txn, is_parquet, n, !is_pair, &err);
    if (st != PTL_OK) fprintf(stderr, "%s (%s)\n", err.message, err.detail);
    return ptl_status_exit(st);
}
