/* bench/ledger.c: what the Merkle log costs over a plain table.
 *
 * Question: how many entries a second does the ledger take, and what of that is the price of
 * checking, encoding and hashing them? Work: 300,000 entries of about 190 bytes in batches of
 * 10,000, one transaction each, to a file on disk. Baseline: SQLite with the same settings takes
 * rows of the same size in the same batches, unhashed. That is the least any durable log in this
 * file could cost.
 *
 * usage: ledger candidate|baseline [N]     the folder is $TMPDIR or /tmp
 * The candidate also measures verification, a proof and keys, and fails where the ledger does not
 * hold. Each line is: what, how many, seconds by the clock, seconds of this process, per second. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/ledger.h"
#include "store/seal.h"

enum { BATCH = 10000, ONE_BY_ONE = 100 };

typedef struct stopwatch {
    double wall, cpu;
} stopwatch;

static double seconds_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static stopwatch start(void)
{
    return (stopwatch){seconds_of(CLOCK_MONOTONIC), seconds_of(CLOCK_PROCESS_CPUTIME_ID)};
}

static double report(const char *what, int64_t n, stopwatch since)
{
    const double wall = seconds_of(CLOCK_MONOTONIC) - since.wall;
    const double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - since.cpu;
    printf("%-18s %9lld  %7.3f s  %7.3f s  %9.0f/s\n", what, (long long)n, wall, cpu,
           (double)n / wall);
    return wall;
}

static int32_t make_body(char out[96], int64_t i)
{
    return snprintf(out, 96,
                    "{\"campaign\":\"spring-%03lld\",\"from\":\"%lld.07\",\"to\":\"%lld.93\"}",
                    (long long)(i % 977), (long long)i, (long long)i * 3);
}

/* --- candidate -------------------------------------------------------------------------------- */

static ptl_status append(ptl_records *records, int64_t n, ptl_error *err)
{
    static ptl_ledger_entry entries[BATCH];
    static char bodies[BATCH][96];
    for (int64_t done = 0; done < n; done += BATCH) {
        const int64_t batch = n - done < BATCH ? n - done : BATCH;
        for (int64_t i = 0; i < batch; i++) {
            const int32_t len = make_body(bodies[i], done + i);
            entries[i] = (ptl_ledger_entry){.kind = "budget.moved",
                                            .actor = "ada.lovelace",
                                            .run_id = 1 + done + i,
                                            .entered_at = 1763273520000001 + (done + i) * 1009,
                                            .body = {bodies[i], (size_t)len}};
        }
        PTL_TRY(ptl_ledger_append_many(NULL, records, entries, batch, err));
    }
    return PTL_OK;
}

static ptl_status append_singly(ptl_records *records, ptl_error *err)
{
    const stopwatch since = start();
    for (int i = 0; i < ONE_BY_ONE; i++)
        PTL_TRY(ptl_ledger_append(NULL, records, "review.written", "ada.lovelace", 7,
                                  PTL_TEXT("{\"week\":\"2026-W46\"}"), 1763273520000001, err));
    report("append one by one", ONE_BY_ONE, since);
    return PTL_OK;
}

static ptl_status verify(ptl_records *records, int64_t n, ptl_error *err)
{
    ptl_ledger_verdict verdict;
    stopwatch since = start();
    PTL_TRY(ptl_ledger_verify(&verdict, records, NULL, err));
    report("verify", verdict.n_entries, since);
    if (!verdict.holds) return ptl_fail(err, PTL_E_CORRUPT, "%s", verdict.fault);
    ptl_hash path[PTL_LEDGER_PROOF_MAX];
    int32_t n_path;
    since = start();
    PTL_TRY(ptl_ledger_inclusion(path, &n_path, records, n / 3, verdict.n_entries, err));
    report("inclusion proof", 1, since);
    return PTL_OK;
}

static ptl_status keys(ptl_records *records, int64_t n, ptl_error *err)
{
    ptl_seal *seal;
    PTL_TRY(ptl_seal_open(&seal, records, err));
    const stopwatch since = start();
    const ptl_status st = ptl_seal_make(seal, 1, n, err);
    report("subject keys", n, since);
    ptl_seal_close(seal);
    return st;
}

static ptl_status candidate(const char *path, int64_t n, ptl_error *err)
{
    ptl_records *records;
    PTL_TRY(ptl_records_open(&records, path, err));
    const stopwatch since = start();
    ptl_status st = append(records, n, err);
    const double wall = report("append in batches", n, since);
    if (st == PTL_OK) st = append_singly(records, err);
    if (st == PTL_OK) st = verify(records, n, err);
    if (st == PTL_OK) st = keys(records, n, err);
    ptl_records_close(records);
    if (st == PTL_OK) printf("seconds %.6f\n", wall);
    return st;
}

/* --- baseline --------------------------------------------------------------------------------- */

static bool insert_plain(sqlite3 *db, int64_t n)
{
    sqlite3_stmt *s;
    char body[96], row[256];
    uint8_t leaf[32];
    memset(leaf, 7, sizeof leaf);
    if (sqlite3_prepare_v2(db, "INSERT INTO entry VALUES (?1, ?2, ?3)", -1, &s, NULL) != SQLITE_OK)
        return false;
    bool ok = true;
    for (int64_t i = 0; i < n && ok; i++) {
        if (i % BATCH == 0) ok = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
        make_body(body, i);
        const int len = snprintf(row, sizeof row,
                                 "{\"seq\":%lld,\"entered_at\":\"2025-11-16T06:12:00.000001Z\","
                                 "\"kind\":\"budget.moved\",\"actor\":\"ada.lovelace\","
                                 "\"run_id\":%lld,\"body\":%s}",
                                 (long long)i, (long long)i + 1, body);
        sqlite3_bind_int64(s, 1, i);
        sqlite3_bind_text(s, 2, row, len, SQLITE_STATIC);
        sqlite3_bind_blob(s, 3, leaf, sizeof leaf, SQLITE_STATIC);
        ok = ok && sqlite3_step(s) == SQLITE_DONE && sqlite3_reset(s) == SQLITE_OK;
        if (ok && (i % BATCH == BATCH - 1 || i == n - 1))
            ok = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    }
    sqlite3_finalize(s);
    return ok;
}

static ptl_status baseline(const char *path, int64_t n, ptl_error *err)
{
    sqlite3 *db;
    bool ok = sqlite3_open(path, &db) == SQLITE_OK &&
              sqlite3_exec(db,
                           "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                           "PRAGMA secure_delete = ON;"
                           "CREATE TABLE entry (seq INTEGER PRIMARY KEY, stored TEXT NOT NULL,"
                           "leaf BLOB NOT NULL) STRICT",
                           NULL, NULL, NULL) == SQLITE_OK;
    const stopwatch since = start();
    ok = ok && insert_plain(db, n);
    const double wall = report("plain inserts", n, since);
    if (!ok) (void)ptl_fail(err, PTL_E_IO, "SQLite: %s", sqlite3_errmsg(db));
    sqlite3_close(db);
    if (!ok) return PTL_E_IO;
    printf("seconds %.6f\n", wall);
    return PTL_OK;
}

int main(int argc, char **argv)
{
    const bool ours = argc > 1 && strcmp(argv[1], "candidate") == 0;
    if (argc < 2 || (!ours && strcmp(argv[1], "baseline") != 0))
        return fprintf(stderr, "usage: ledger candidate|baseline [N]\n"), 2;
    int64_t n = 300000;
    if (argc > 2 && ptl_text_int(&n, ptl_text_of(argv[2]), NULL) != PTL_OK)
        return fprintf(stderr, "ledger: \"%s\" is no number\n", argv[2]), 2;
    const char *parent = getenv("TMPDIR");
    char folder[400], path[450];
    snprintf(folder, sizeof folder, "%s/ptl-bench-XXXXXX", parent ? parent : "/tmp");
    if (!mkdtemp(folder)) return perror(folder), 1;
    snprintf(path, sizeof path, "%s/records.sqlite", folder);
    ptl_error err = {0};
    const ptl_status st = ours ? candidate(path, n, &err) : baseline(path, n, &err);
    if (st != PTL_OK) fprintf(stderr, "%s (%s)\n", err.message, err.detail);
    unlink(path);
    rmdir(folder);
    return st == PTL_OK ? 0 : 1;
}
