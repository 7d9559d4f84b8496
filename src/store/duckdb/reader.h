/* reader.h: the isolated engine that maps a file's rows.
 *
 * Invariants.
 *  1. The engine is in memory, of its own, and may read spec->folders only: no other file, no
 *     network, no extension; its settings are locked before the mapping's text reaches it.
 *  2. The mapping is exactly one SELECT. It sees the file through the view `source`: text columns
 *     and source_row.
 *  3. A cast that cannot read its text gives NULL to the engine and notes (row, column, reason,
 *     text) here. So no arithmetic on the way can hide it: the row is known to be faulty whatever
 *     the mapping makes of the NULL. This is why the mapping's text is taken apart: every call of
 *     a cast is given the number of its row, and every row of the result carries it.
 *  4. rows_read counts every row of the file, also those that the mapping leaves out.
 *
 * Threads: one thread uses a ptl_reader; the engine's own threads call source and casts, which meet
 * in `guard`. */
#ifndef PTL_STORE_READER_H
#define PTL_STORE_READER_H

#include "store/cast.h"
#include "store/load.h"
#include "store/rows.h"

#include <duckdb.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    PTL_READER_MEMORY_MIB = 256, /* of the isolated engine: a mapping streams, it holds nothing  */
    PTL_READER_MAPPING_BYTES_MAX = 1 << 18,
    PTL_READER_FAULTS_MAX = 1000000, /* refused rows of a load that are kept; more are counted   */
    PTL_READER_NOTES_BYTES = 512 << 20,
    PTL_READER_TEXT_BYTES_MAX = 200, /* of the text that a cast could not read, kept for people  */
    PTL_READER_ZONES_MAX = 64,       /* named by one mapping                                     */
    PTL_READER_CLOCKS_MAX = 16       /* (format, zone) pairs kept ready; more are made each time */
};

/* Why a row of the file does not become a fact. */
typedef struct ptl_reader_note {
    int64_t row;
    const char *column; /* output column, or NULL where the whole row is meant */
    const char *reason;
    ptl_text text; /* what was read, shortened */
} ptl_reader_note;

typedef struct ptl_reader_clock {
    ptl_cast_clock clock;
    char *format; /* owned: the clock borrows it */
    bool in_use;
} ptl_reader_clock;

/* A column that the mapping gives. */
typedef struct ptl_reader_column {
    const char *name;
    duckdb_type type;
} ptl_reader_column;

typedef struct ptl_reader {
    const ptl_load_spec *spec;
    int fd;
    int64_t file_bytes;
    ptl_rows_options rows_options;
    const ptl_locale *locale;
    int64_t n_source_columns;
    const char **source_columns;
    ptl_reader_column *columns; /* of the mapping, source_row not among them */
    int64_t n_columns;
    char *sql; /* the mapping with row numbers: what runs */
    duckdb_database database;
    duckdb_connection connection;
    duckdb_prepared_statement prepared; /* of the run that was started */
    duckdb_result result;
    _Atomic int64_t bytes_read; /* by the scan in progress           */

    pthread_mutex_t guard; /* over what follows */
    ptl_status failure;    /* the first failure of a scan */
    ptl_error error;
    int64_t rows_read; /* rows of the file, -1 until a scan reached its end  */
    int64_t n_totals;  /* rows of totals passed over, once rows_read is known */
    _Atomic int64_t n_notes;
    int64_t notes_capacity;
    int64_t n_unkept; /* rows noted beyond PTL_READER_FAULTS_MAX: a bit each, no words */
    ptl_reader_note *notes;
    uint8_t *noted; /* one bit a row */
    int64_t noted_capacity;
    ptl_arena notes_arena;
    ptl_zone *zones[PTL_READER_ZONES_MAX];
    int32_t n_zones;
    ptl_reader_clock *clocks[PTL_READER_CLOCKS_MAX];
    int32_t n_clocks;
    ptl_arena arena;
} ptl_reader;

/** Open the file and the engine, check the mapping's form and learn its columns. `spec` is borrowed
 * until close. */
PTL_NODISCARD ptl_status ptl_reader_open(ptl_reader **out, const ptl_load_spec *spec,
                                         ptl_error *err);
void ptl_reader_close(ptl_reader *reader);

/** Start "SELECT <list> FROM (mapping)", where `list` may name the mapping's columns and
 * ptl_source_row. */
PTL_NODISCARD ptl_status ptl_reader_start(ptl_reader *reader, const char *list, ptl_error *err);
/** The next chunk, the caller's to destroy; NULL at the end. In the order of the file as long as
 * the mapping has no ORDER BY. Any thread, one at a time. */
PTL_NODISCARD ptl_status ptl_reader_next(duckdb_data_chunk *out, ptl_reader *reader,
                                         ptl_error *err);
/** Let the result go and settle rows_read, whatever part of the file the mapping looked at. */
PTL_NODISCARD ptl_status ptl_reader_finish(ptl_reader *reader, ptl_error *err);

/** Note a fault of a row; the first one of a row stays. Thread-safe. */
PTL_NODISCARD ptl_status ptl_reader_note_add(ptl_reader *reader, int64_t row, const char *column,
                                             const char *reason, ptl_text text, ptl_error *err);
bool ptl_reader_is_noted(ptl_reader *reader, int64_t row);

/* --- shared by the reader's files ------------------------------------------------------------- */

PTL_NODISCARD ptl_status ptl_reader_source_register(ptl_reader *reader, ptl_error *err);
/** The view `source` over a Parquet file; learns its columns and how many rows it has. */
PTL_NODISCARD ptl_status ptl_reader_parquet_register(ptl_reader *reader, ptl_error *err);
/** Rows of a Parquet file as JSON, in order; `rows` ascending, n >= 1. After finish only. */
typedef ptl_status (*ptl_reader_raw_fn)(void *ctx, int64_t row, ptl_text json, ptl_error *err);
PTL_NODISCARD ptl_status ptl_reader_parquet_rows(ptl_reader *reader, const int64_t *rows, int64_t n,
                                                 ptl_reader_raw_fn fn, void *ctx, ptl_error *err);
PTL_NODISCARD ptl_status ptl_reader_casts_register(ptl_reader *reader, ptl_error *err);
/** Check the mapping's form and put row numbers into it (reader->sql). */
PTL_NODISCARD ptl_status ptl_reader_mapping_prepare(ptl_reader *reader, ptl_error *err);
/** The engine's complaint about the mapping (JSON) in words with line and column. */
ptl_status ptl_reader_mapping_error(const ptl_reader *reader, const char *engine_json,
                                    ptl_error *err);
/** Whether `name` is a cast of ours: its text argument then stands first. */
bool ptl_reader_is_cast(const char *name);
void ptl_reader_fail(ptl_reader *reader, ptl_status status, const ptl_error *err);

#endif
