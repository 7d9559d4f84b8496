/* warehouse: what does knowledge time cost? Ten million orders in three currencies, summed per day
 * and currency: the rows that count (`txn_known`) against the bare table, which is the lower bound
 * and what a warehouse without corrections would read. Nothing is replaced, the plain case. The
 * money of both must be, to the millionth, what a 128-bit sum in C found while the rows were made.
 */
#include "base/clock.h"
#include "store/duckdb/duckdb_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__extension__ typedef __int128 wide_int;
enum { N_ROWS = 10000000, BATCH = 100000, ROUNDS = 20 };
static const char *const currencies[3] = {"CHF", "EUR", "USD"};
static const char *const candidate_sql = "SELECT day, currency, sum(gross_micros) AS gross "
                                         "FROM txn_known GROUP BY ALL ORDER BY ALL";
static const char *const baseline_sql = "SELECT day, currency, sum(gross_micros) AS gross "
                                        "FROM txn GROUP BY ALL ORDER BY ALL";

static uint64_t mixed(uint64_t z) /* splitmix64's finaliser */
{
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static ptl_status fill(wide_int sums[3], ptl_scope *scope, ptl_table_builder *builder,
                       ptl_error *err)
{
    for (int64_t i = 0; i < N_ROWS; i++) {
        const uint64_t drawn = mixed((uint64_t)i + 20261122);
        const int64_t gross = (int64_t)(drawn >> 24) - (INT64_C(1) << 38);
        char id[24];
        sums[drawn % 3] += gross;
        ptl_table_builder_text(
            builder, (ptl_text){id, (size_t)snprintf(id, sizeof id, "t%lld", (long long)i)});
        ptl_table_builder_int(builder, i * 6000000);
        ptl_table_builder_int(builder, i * 6 / 86400);
        ptl_table_builder_int(builder, gross);
        ptl_table_builder_text(builder, ptl_text_of(currencies[drawn % 3]));
        ptl_table_builder_int(builder, 1 + i / 1000000);
        ptl_table_builder_int(builder, i + 1);
        ptl_table_builder_int(builder, 0);
        PTL_TRY(ptl_table_builder_row_end(builder, err));
        if ((i + 1) % BATCH) continue;
        const ptl_table rows = ptl_table_builder_borrow(builder);
        PTL_TRY(ptl_scope_append(scope, "txn", &rows, err));
        ptl_table_builder_clear(builder);
    }
    return PTL_OK;
}

static ptl_status make(wide_int sums[3], ptl_warehouse *warehouse, ptl_error *err)
{
    static const ptl_column_spec columns[] = {
        {"txn_id", PTL_TYPE_TEXT},    {"occurred_at", PTL_TYPE_INSTANT},
        {"day", PTL_TYPE_DAY},        {"gross_micros", PTL_TYPE_INT},
        {"currency", PTL_TYPE_TEXT},  {"load_id", PTL_TYPE_INT},
        {"source_row", PTL_TYPE_INT}, {"known_at", PTL_TYPE_INSTANT}};
    ptl_table_builder *builder;
    ptl_scope scope;
    PTL_TRY(ptl_table_builder_new(&builder, columns, 8, (size_t)64 << 20, err));
    ptl_status st = ptl_scope_begin(&scope, warehouse, err);
    if (st == PTL_OK) {
        st = fill(sums, &scope, builder, err);
        if (st != PTL_OK) ptl_scope_mark(&scope, st, err);
        st = ptl_scope_commit(&scope, err);
    }
    ptl_table_builder_free(builder);
    return st;
}

static ptl_status compare(const ptl_table *t, wide_int expected[3], ptl_error *err)
{
    wide_int found[3] = {0};
    for (int64_t i = 0; i < t->n_rows; i++)
        for (int c = 0; c < 3; c++)
            if (ptl_text_equal(ptl_column_text(&t->columns[1], i), ptl_text_of(currencies[c])))
                found[c] += ptl_column_int(&t->columns[2], i);
    for (int c = 0; c < 3; c++)
        if (found[c] != expected[c])
            return ptl_fail(err, PTL_E_INTERNAL, "%s differs from the sum in C", currencies[c]);
    return PTL_OK;
}

static ptl_status measure(ptl_warehouse *warehouse, const char *sql, wide_int sums[3],
                          ptl_error *err)
{
    const int64_t from = ptl_clock_monotonic_ms();
    for (int round = 0; round < ROUNDS; round++) {
        ptl_scope scope;
        ptl_table table;
        PTL_TRY(ptl_scope_begin(&scope, warehouse, err));
        PTL_TRY(ptl_duck_query_text(&table, &scope, sql, NULL, 0, 0, "bench", err));
        ptl_scope_rollback(&scope);
        const ptl_status st = compare(&table, sums, err);
        ptl_table_dispose(&table);
        PTL_TRY(st);
    }
    printf("seconds %.6f\n", 1e-3 * (double)(ptl_clock_monotonic_ms() - from) / ROUNDS);
    return PTL_OK;
}

static ptl_status run(const char *path, const char *sql, ptl_error *err)
{
    ptl_warehouse *warehouse;
    wide_int sums[3] = {0};
    PTL_TRY(ptl_warehouse_open(&warehouse, path, NULL, err));
    const int64_t from = ptl_clock_monotonic_ms();
    ptl_status st = make(sums, warehouse, err);
    printf("%d rows appended in %.1f s\n", N_ROWS,
           1e-3 * (double)(ptl_clock_monotonic_ms() - from));
    if (st == PTL_OK) st = measure(warehouse, sql, sums, err);
    ptl_warehouse_close(warehouse);
    return st;
}

int main(int argc, char **argv)
{
    if (argc < 2) return 2;
    char folder[] = "/tmp/ptl-bench-XXXXXX", path[64], other[80];
    if (!mkdtemp(folder)) return 2;
    (void)snprintf(path, sizeof path, "%s/warehouse.duckdb", folder);
    ptl_error err = {0};
    const bool candidate = strcmp(argv[1], "candidate") == 0;
    const ptl_status st = run(path, candidate ? candidate_sql : baseline_sql, &err);
    if (st != PTL_OK) fprintf(stderr, "%s\n", err.message);
    (void)unlink(path);
    (void)snprintf(other, sizeof other, "%s.wal", path);
    (void)unlink(other);
    (void)snprintf(other, sizeof other, "%s.tmp", path);
    (void)rmdir(other);
    (void)rmdir(folder);
    return st == PTL_OK ? 0 : 1;
}
