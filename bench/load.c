/* load.c: how long a file of made-up rows takes to become facts.
 *
 *     load txn 1000000 [folder]      load event 10000000 [folder]
 *
 * Prints rows, megabytes, seconds and the process's peak memory. The file is written first and not
 * timed. Rows are drawn from a seeded generator: the same file each time. */
#include "base/clock.h"
#include "base/file.h"
#include "portolan/random.h"
#include "store/load.h"

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

/* When each step began: a profile by eye. */
static void listen(void *ctx, const ptl_progress_state *state)
{
    static const char *what;
    const int64_t *start = ctx;
    if (what && strcmp(what, state->what) == 0) return;
    what = state->what;
    fprintf(stderr, "%8.2f s  %s\n", (double)(ptl_clock_monotonic_ms() - *start) / 1000.0, what);
}

static ptl_status run(const char *folder, bool is_txn, int64_t n, ptl_error *err)
{
    char path[512], records_path[512], warehouse_path[512];
    snprintf(path, sizeof path, "%s/%s_%lld.csv", folder, is_txn ? "txn" : "event", (long long)n);
    snprintf(records_path, sizeof records_path, "%s/bench_%d.sqlite", folder, is_txn);
    snprintf(warehouse_path, sizeof warehouse_path, "%s/bench_%d.duckdb", folder, is_txn);
    if (!ptl_file_exists(path)) {
        FILE *file = fopen(path, "w");
        if (!file) return ptl_fail(err, PTL_E_IO, "cannot write %s", path);
        if (is_txn)
            write_txn(file, n);
        else
            write_event(file, n);
        if (fclose(file) != 0) return ptl_fail(err, PTL_E_IO, "cannot write %s", path);
    }
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
                                .mapping = is_txn ? txn_mapping : event_mapping,
                                .identifier_kind = is_txn ? "customer" : "cookie",
                                .currency = "EUR",
                                .zone = zone,
                                .folders = folders,
                                .n_folders = 1,
                                .run_id = 1,
                                .known_at = ptl_clock_now(),
                                .force = true};
    int64_t start = ptl_clock_monotonic_ms();
    ptl_load_report report;
    ptl_progress progress;
    ptl_progress_init(&progress, listen, &start);
    progress.interval_ms = 0;
    PTL_TRY(ptl_load_run(&report, warehouse, seal, &spec, &progress, err));
    const int64_t ms = ptl_clock_monotonic_ms() - start;
    ptl_warehouse_close(warehouse);
    ptl_seal_close(seal);
    ptl_records_close(records);
    ptl_zone_close(zone);
    struct stat st;
    struct rusage usage;
    if (stat(path, &st) != 0 || getrusage(RUSAGE_SELF, &usage) != 0)
        return ptl_fail(err, PTL_E_IO, "cannot measure");
    printf("%s: %lld rows (%lld in quarantine, %lld identifiers), %lld MB, %.2f s, %ld MB peak\n",
           is_txn ? "txn" : "event", (long long)report.rows, (long long)report.quarantined,
           (long long)report.new_identifiers, (long long)(st.st_size >> 20), (double)ms / 1000.0,
           usage.ru_maxrss >> 10);
    return PTL_OK;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s txn|event ROWS [FOLDER]\n", argv[0]);
        return 2;
    }
    ptl_error err = {0};
    const ptl_status st = run(argc > 3 ? argv[3] : "/tmp", strcmp(argv[1], "txn") == 0,
                              strtoll(argv[2], NULL, 10), &err);
    if (st != PTL_OK) fprintf(stderr, "%s (%s)\n", err.message, err.detail);
    return ptl_status_exit(st);
}
