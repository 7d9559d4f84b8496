/* journeys: from events in the warehouse to weighted distinct paths. `bench_journeys scale` reads
 * 1, 3 and 10 million journeys (6, 18 and 60 million events) and prints time, processor time and
 * peak memory of each; `resolved` does one million with every identifier resolved to a person of
 * two; `candidate` does one million; `make PATH N`, `read PATH N` and `share PATH` (all ten
 * methods) do one step each. Nothing comparable reads a store into paths by groups of persons, so
 * there is no baseline. PTL_BENCH_DIR names a folder for the warehouse (60 million events: 1.2 GB).
 *
 * The world: a person has three journeys of six events a quarter apart; two of the six follow
 * within ten minutes on the same channel, so a journey has four touches. 100 channels, some much
 * more common than others. One journey in twenty ends in an order. It is made by the engine
 * straight into its tables, as loads leave them, by another process: the peak is that of reading.
 * Checked: the exact number of journeys, touches, conversions and what they are worth. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "portolan/linalg.h"
#include "store/duckdb/duckdb_internal.h"
#include "understand/attribution.h"

enum { EVENTS = 18, JOURNEYS = 3, CHANNELS = 100, RATE = 20, THREADS = 2 };
enum { SAMPLE_EVENTS = 1200000 }; /* as `attribution run` does unless told otherwise */

/* Times rise within a person; every third event repeats the one before. */
static const char *const events_sql =
    "INSERT INTO event (event_id, occurred_at, identifier_id, kind, name, channel, campaign, day,"
    " load_id, source_row, known_at)"
    " SELECT 'e' || i, moment, 1 + i // 18, 'visit', 'session_start', 'channel ' || c,"
    " 'campaign ' || c % 7, moment::DATE, 1, i + 1, TIMESTAMP '2026-01-01'"
    " FROM (SELECT i, (100 * power((hash(i - (i % 3 = 2)::INT, 7) % 1000000) / 1e6, 2.5))::INT"
    " AS c, TIMESTAMP '2025-01-01' + to_days((90 * (i % 18 // 6) + 4 * (i % 6 - (i % 3 = 2)::INT))"
    "::INT) + to_microseconds((hash(i - (i % 3 = 2)::INT) % 172800000000)::BIGINT"
    " + CASE WHEN i % 3 = 2 THEN 600000000 ELSE 0 END) AS moment FROM range(18 * PERSONS) AS r(i)) "
    "AS "
    "e";
static const char *const orders_sql =
    "INSERT INTO txn (txn_id, occurred_at, identifier_id, kind, gross_micros, discount_micros,"
    " tax_micros, shipping_micros, fees_micros, variable_cost_micros, currency, day, load_id,"
    " source_row, known_at)"
    " SELECT 't' || i, moment, 1 + i // 3, 'new', 1000000 + i % 1000, 0, 0, 0, 0, 0, 'EUR', "
    "moment::DATE,"
    " 2, i + 1, TIMESTAMP '2026-01-01' FROM (SELECT i, TIMESTAMP '2025-01-26' + "
    "to_days((90 * (i % 3))::INT) AS moment FROM range(3 * PERSONS) AS r(i)"
    " WHERE i % 20 = 0) AS o";
static const char *const people_sql =
    "INSERT INTO identifier SELECT 1 + i, 'web', 'cookie', encode('l' || i), NULL, 1 + i // 2,"
    " TIMESTAMP '2025-01-01', NULL, 1 FROM range(PERSONS) AS r(i)";
static const char *const loads_sql = "INSERT INTO load VALUES"
                                     " (1, 'web', 'event', 'e.csv', 'c', 'm', 1, 1, 0, 0, "
                                     "TIMESTAMP '2026-01-01', NULL, 1, NULL, NULL),"
                                     " (2, 'shop', 'txn', 't.csv', 'c', 'm', 1, 1, 0, 0, TIMESTAMP "
                                     "'2026-01-01', NULL, 2, NULL, NULL)";

static double cpu_seconds(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* PERSONS in the text is their number. */
static ptl_status run_sql(ptl_scope *scope, const char *text, int64_t persons, ptl_error *err)
{
    char sql[2000];
    const char *at = strstr(text, "PERSONS");
    if (!at) return ptl_duck_exec(scope, text, err);
    (void)snprintf(sql, sizeof sql, "%.*s%" PRId64 "%s", (int)(at - text), text, persons,
                   at + strlen("PERSONS"));
    return ptl_duck_exec(scope, sql, err);
}

static ptl_status make(const char *path, int64_t persons, bool resolved, ptl_error *err)
{
    ptl_warehouse *warehouse;
    ptl_scope scope;
    PTL_TRY(ptl_warehouse_open(&warehouse, path, NULL, err));
    ptl_status st = ptl_scope_begin(&scope, warehouse, err);
    if (st == PTL_OK) st = run_sql(&scope, events_sql, persons, err);
    if (st == PTL_OK) st = run_sql(&scope, orders_sql, persons, err);
    if (st == PTL_OK && resolved) st = run_sql(&scope, people_sql, persons, err);
    if (st == PTL_OK) st = run_sql(&scope, loads_sql, persons, err);
    if (st == PTL_OK) st = ptl_scope_commit(&scope, err);
    ptl_warehouse_close(warehouse);
    return st;
}

static ptl_status made_by_a_child(const char *path, int64_t persons, bool resolved)
{
    const pid_t child = fork();
    if (child == 0) {
        ptl_error err = {0};
        const ptl_status st = make(path, persons, resolved, &err);
        if (st != PTL_OK) fprintf(stderr, "%s\n", err.message);
        _exit(st == PTL_OK ? 0 : 1);
    }
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) != child) return PTL_E_INTERNAL;
    return status == 0 ? PTL_OK : PTL_E_INTERNAL;
}

static ptl_status workspace(ptl_workspace *out, ptl_error *err)
{
    const ptl_config_file file = {
        .path = "portolan.yaml", .content = PTL_TEXT("company: Bench\ncurrency: EUR\nzone: UTC\n")};
    return ptl_workspace_parse(out, "/tmp", &file, 1, NULL, err);
}

static bool is_right(const ptl_journeys *j, int64_t persons, bool resolved)
{
    const ptl_journey_counts *c = ptl_journeys_counts(j);
    const int64_t n = (JOURNEYS * persons + RATE - 1) / RATE;
    int64_t worth = 0;
    for (int64_t i = 0; i < JOURNEYS * persons; i += RATE) worth += 1000000 + i % 1000;
    if (c->n_conversions != n || c->n_events != EVENTS * persons || c->value_micros != worth)
        return false;
    /* two people on one person's number: their journeys of a quarter run together */
    if (resolved) return c->n_touched == n;
    return c->n_touched == n && c->n_null == JOURNEYS * persons - n &&
           c->n_touches == 4 * JOURNEYS * persons;
}

/* Two programs that read the same store can be held against each other. */
static void print_hash(const ptl_journeys *j)
{
    char text[PTL_HASH_HEX];
    ptl_hasher h;
    ptl_hasher_init(&h);
    const ptl_paths *both[] = {ptl_journeys_paths(j), ptl_journeys_timed(j)};
    for (int i = 0; i < 2; i++) {
        const ptl_paths *x = both[i];
        ptl_hasher_add(&h, x->offsets, (size_t)(x->n_paths + 1) * sizeof *x->offsets);
        ptl_hasher_add(&h, x->touches, (size_t)x->offsets[x->n_paths] * sizeof *x->touches);
        if (i) ptl_hasher_add(&h, x->gap_days, (size_t)x->offsets[x->n_paths] * sizeof(double));
        ptl_hasher_add(&h, x->cell_path, (size_t)x->n_cells * sizeof *x->cell_path);
        ptl_hasher_add(&h, x->cell_group, (size_t)x->n_cells * sizeof *x->cell_group);
        ptl_hasher_add(&h, x->cell_converting, (size_t)x->n_cells * sizeof *x->cell_converting);
        ptl_hasher_add(&h, x->cell_null, (size_t)x->n_cells * sizeof *x->cell_null);
        ptl_hasher_add(&h, x->cell_value, (size_t)x->n_cells * sizeof *x->cell_value);
    }
    ptl_hash_format(text, ptl_hasher_finish(&h));
    printf("paths %.16s\n", text);
}

static ptl_status read_once(const char *path, int64_t persons, bool resolved, double *seconds,
                            ptl_error *err)
{
    ptl_workspace w;
    ptl_warehouse_options engine = ptl_warehouse_options_default();
    ptl_store store = {0};
    ptl_journeys *journeys = NULL;
    ptl_pool *pool;
    engine.n_threads = THREADS;
    engine.memory_bytes_max = (INT64_C(4) << 30) / 3; /* a third of the workspace's default */
    PTL_TRY(workspace(&w, err));
    PTL_TRY(ptl_warehouse_open(&store.warehouse, path, &engine, err));
    PTL_TRY(ptl_pool_new(&pool, THREADS, err));
    const ptl_executor executor = ptl_pool_executor(pool);
    const ptl_journey_options options = {.size = (int32_t)sizeof options,
                                         .known_by = PTL_INSTANT_EVER,
                                         .sample_events = SAMPLE_EVENTS};
    const int64_t from = ptl_clock_monotonic_ms();
    const double cpu = cpu_seconds();
    ptl_status st = ptl_journeys_read(&journeys, &store, &w, &options, &executor, NULL, err);
    *seconds = 1e-3 * (double)(ptl_clock_monotonic_ms() - from);
    if (st == PTL_OK) {
        struct rusage used;
        getrusage(RUSAGE_SELF, &used);
        const ptl_paths *x = ptl_journeys_paths(journeys);
        const ptl_journey_counts *c = ptl_journeys_counts(journeys);
        printf("%" PRId64 " journeys of %" PRId64 " events: %" PRId64 " paths, %" PRId64
               " cells: %.2f s, %.2f s of processor, peak %ld MiB\n",
               c->n_touched + c->n_null, c->n_events, x->n_paths, x->n_cells, *seconds,
               cpu_seconds() - cpu, used.ru_maxrss / 1024);
        print_hash(journeys);
        if (!is_right(journeys, persons, resolved))
            st = ptl_fail(err, PTL_E_INTERNAL, "counts are not those of the world");
    }
    ptl_journeys_free(journeys);
    ptl_pool_free(pool);
    ptl_warehouse_close(store.warehouse);
    ptl_workspace_dispose(&w);
    return st;
}

/* The whole stage: journeys, nine methods with intervals, figures. */
static ptl_status share_out(const char *path, ptl_error *err)
{
    ptl_workspace w;
    ptl_store store = {0};
    ptl_pool *pool;
    ptl_arena arena;
    ptl_attribution_report report;
    PTL_TRY(ptl_linalg_init(err));
    PTL_TRY(workspace(&w, err));
    PTL_TRY(ptl_warehouse_open(&store.warehouse, path, NULL, err));
    PTL_TRY(ptl_pool_new(&pool, THREADS, err));
    ptl_arena_init(&arena, (size_t)256 << 20, NULL);
    const ptl_executor executor = ptl_pool_executor(pool);
    const ptl_attribution_options options = {.size = (int32_t)sizeof options,
                                             .run_id = 9,
                                             .half_life_days = 7.0,
                                             .n_replicates = 200,
                                             .sample_events = SAMPLE_EVENTS,
                                             .seed = 1};
    const int64_t from = ptl_clock_monotonic_ms();
    const double cpu = cpu_seconds();
    const ptl_status st =
        ptl_attribution_run(&report, &store, &w, &options, &executor, &arena, NULL, err);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    if (st == PTL_OK)
        printf("shared out: order %d, %.2f s, %.2f s of processor, peak %ld MiB\n", report.order,
               1e-3 * (double)(ptl_clock_monotonic_ms() - from), cpu_seconds() - cpu,
               used.ru_maxrss / 1024);
    ptl_arena_dispose(&arena);
    ptl_pool_free(pool);
    ptl_warehouse_close(store.warehouse);
    ptl_workspace_dispose(&w);
    return st;
}

/* In a process of its own too, so that its peak is its own. */
static bool measure(int64_t n_journeys, bool resolved, double *seconds)
{
    const char *base = getenv("PTL_BENCH_DIR");
    char folder[200], path[256], command[300];
    (void)snprintf(folder, sizeof folder, "%s/ptl-journeys-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder)) return false;
    (void)snprintf(path, sizeof path, "%s/warehouse.duckdb", folder);
    const int64_t persons = n_journeys / JOURNEYS + 1;
    bool good = made_by_a_child(path, persons, resolved) == PTL_OK;
    const pid_t child = good ? fork() : -1;
    if (child == 0) {
        ptl_error err = {0};
        const ptl_status st = read_once(path, persons, resolved, seconds, &err);
        if (st != PTL_OK) fprintf(stderr, "%s\n", err.message);
        if (st == PTL_OK) printf("seconds %.6f\n", *seconds);
        fflush(stdout);
        _exit(st == PTL_OK ? 0 : 1);
    }
    int status = 1;
    good = child > 0 && waitpid(child, &status, 0) == child && status == 0;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 && good;
}

int main(int argc, char **argv)
{
    double seconds = 0.0;
    if (argc < 2) return 2;
    if (strcmp(argv[1], "baseline") == 0) return 77;
    if (strcmp(argv[1], "resolved") == 0)
        return measure(argc > 2 ? atoll(argv[2]) : 1000000, true, &seconds) ? 0 : 1;
    if (argc == 4 && strcmp(argv[1], "make") == 0) /* to look at the store in between */
        return made_by_a_child(argv[2], atoll(argv[3]) / JOURNEYS + 1, false) == PTL_OK ? 0 : 1;
    if (argc == 3 && strcmp(argv[1], "share") == 0) {
        ptl_error err = {0};
        if (share_out(argv[2], &err) == PTL_OK) return 0;
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    if (argc == 4 && strcmp(argv[1], "read") == 0) {
        ptl_error err = {0};
        if (read_once(argv[2], atoll(argv[3]) / JOURNEYS + 1, false, &seconds, &err) == PTL_OK)
            return 0;
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    if (strcmp(argv[1], "scale") == 0) {
        static const int64_t sizes[] = {1000000, 3000000, 10000000};
        for (int i = 0; i < 3; i++)
            if (!measure(sizes[i], false, &seconds)) return 1;
        return 0;
    }
    return measure(1000000, false, &seconds) ? 0 : 1;
}
