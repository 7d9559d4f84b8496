/* load_internal.h: what the steps of a load share.
 *
 * load.c is the order of the steps; load_plan.c sets a mapping's columns against the canonical
 * table; load_hash.c hashes the file meanwhile; load_insert.c writes the facts; load_ahead.c reads
 * the file in a thread of its own; load_stage.c gives mapped rows to the engine; load_identifier.c
 * turns what names a person into numbers; load_duplicate.c finds facts that are there already and
 * brings back those that lost to a load now replaced; load_version.c sets newer versions of a fact
 * over older ones; load_quarantine.c keeps what did not become a fact; load_count.c adds up. */
#ifndef PTL_STORE_LOAD_INTERNAL_H
#define PTL_STORE_LOAD_INTERNAL_H

#include "store/duckdb/duckdb_internal.h"
#include "store/duckdb/reader.h"

#include <stdatomic.h>

enum {
    PTL_LOAD_COLUMNS_MAX = 64,            /* of a canonical table                              */
    PTL_LOAD_ROWS_MAX = 2000000000,       /* of one file: twelve bytes each are kept for keys   */
    PTL_LOAD_IDENTIFIERS_MAX = 50000000,  /* of one source and kind                             */
    PTL_LOAD_IDENTIFIER_BYTES_MAX = 1024, /* of one value; longer is no name of anybody         */
    PTL_LOAD_RAW_BYTES_MAX = 16384        /* of one row as JSON in quarantine                   */
};

/* How one column of the canonical table is filled. */
typedef struct ptl_load_column {
    const ptl_canon_column *canon;
    const char *mapped; /* the mapping's name for it: identifier_id is "identifier" */
    bool is_given;
    bool is_identifier;
    bool is_key;
    bool must;           /* empty sends the row to quarantine */
    int32_t carried_idx; /* in the chunks of reader and stage; 0 where no row differs */
} ptl_load_column;

typedef struct ptl_load_plan {
    const ptl_canon_table *table;
    ptl_load_column columns[PTL_LOAD_COLUMNS_MAX];
    int64_t n_columns;
    int32_t n_carried; /* columns that the mapping gives       */
    int32_t time_idx;  /* of the column that places a row in time, or -1        */
    bool has_day;      /* the load cuts the local day from it                   */
    bool has_identifier;
    bool has_known_at; /* the mapping gives known_at                            */
    bool is_personal;  /* quarantined rows are sealed                           */
} ptl_load_plan;

/** Hold the mapping's columns against the table; every fault is a line of err->detail. */
PTL_NODISCARD ptl_status ptl_load_plan_make(ptl_load_plan *out, const ptl_reader *reader,
                                            ptl_error *err);
/** The select list of the reader: source row, the columns that the mapping gives in the plan's
 * order, known_at if given. */
void ptl_load_plan_list(ptl_buffer *out, const ptl_load_plan *plan, const ptl_load_spec *spec);
/** The plan's columns as the table takes them from the stage, comma between: what no row says
 * differently is written here, and not carried through the sorter. */
void ptl_load_plan_values(ptl_buffer *out, const ptl_load_plan *plan, const ptl_load_spec *spec);
const char *ptl_load_sql_type(ptl_type type);
/** SQL text literal, and name in double quotes. */
void ptl_load_sql_text(ptl_buffer *out, const char *text);
void ptl_load_sql_name(ptl_buffer *out, const char *name);

/* --- identifiers ------------------------------------------------------------------------------ */

typedef struct ptl_load_names ptl_load_names;

/** Learn the numbers of this source and kind; new ones will start after the highest there is. */
PTL_NODISCARD ptl_status ptl_load_names_open(ptl_load_names **out, ptl_scope *scope,
                                             const ptl_seal *keys, const ptl_load_spec *spec,
                                             ptl_error *err);
void ptl_load_names_close(ptl_load_names *names);
/** The number of `value`, whose hash ptl_load_names_expect gave. */
PTL_NODISCARD ptl_status ptl_load_names_number(int64_t *out, ptl_load_names *names, ptl_text value,
                                               uint64_t hash, ptl_error *err);
/** A hint that the number of `value` will be asked for soon; its hash. */
uint64_t ptl_load_names_expect(const ptl_load_names *names, ptl_text value);
int64_t ptl_load_names_new(const ptl_load_names *names);
/** Make keys, seal the new values, write their rows. */
PTL_NODISCARD ptl_status ptl_load_names_write(ptl_load_names *names, ptl_scope *scope,
                                              ptl_seal *keys, const ptl_load_spec *spec,
                                              int64_t load_id, ptl_error *err);

/* --- reading ahead ---------------------------------------------------------------------------- */

typedef struct ptl_load_ahead ptl_load_ahead;

/** Read a started reader in a thread of its own; until stop nobody else may use it, but for notes.
 */
PTL_NODISCARD ptl_status ptl_load_ahead_start(ptl_load_ahead **out, ptl_reader *reader,
                                              ptl_error *err);
/** As ptl_reader_next. */
PTL_NODISCARD ptl_status ptl_load_ahead_next(duckdb_data_chunk *out, ptl_load_ahead *ahead,
                                             ptl_error *err);
/** Wait until the thread has ended; chunks not taken are let go. */
void ptl_load_ahead_stop(ptl_load_ahead *ahead);

/* --- hashing meanwhile ------------------------------------------------------------------------ */

typedef struct ptl_load_hashing ptl_load_hashing;

/** Hash the file at `path` (borrowed until it has ended) in a thread. */
PTL_NODISCARD ptl_status ptl_load_hashing_start(ptl_load_hashing **out, const char *path,
                                                ptl_error *err);
/** Wait for the hash; *hashing is gone afterwards, also on failure. */
PTL_NODISCARD ptl_status ptl_load_hashing_end(ptl_hash *out, ptl_load_hashing **hashing,
                                              ptl_error *err);
/** Give it up. NULL does nothing. */
void ptl_load_hashing_stop(ptl_load_hashing *hashing);

/* --- the run ---------------------------------------------------------------------------------- */

/* The hash of a row's natural key. Twelve bytes: ten million rows are 120 MB. */
typedef struct ptl_load_key {
    uint32_t hash_low, hash_high;
    uint32_t row;
} ptl_load_key;

typedef struct ptl_load_job {
    const ptl_load_spec *spec;
    ptl_progress *progress;
    ptl_warehouse *warehouse;
    ptl_seal *keys;
    ptl_reader *reader;
    ptl_load_hashing *hashing; /* NULL where the hash is known */
    ptl_load_ahead *ahead;     /* while facts are written */
    ptl_load_plan plan;
    ptl_scope scope;
    ptl_load_names *names;
    int64_t load_id, replaces_load_id;
    ptl_hash content_hash, mapping_hash;
    /* Held by the engine's thread that takes a chunk and settles its rows: all below is written
     * under it, in the order of the file. */
    pthread_mutex_t giving;
    ptl_status failure; /* of a step that runs inside the engine */
    ptl_error error;
    int64_t n_staged;
    int64_t n_duplicates, n_restated;
    int64_t n_set_over; /* rows that something was set over, those of other loads among them */
    bool has_won;       /* load_won is there: rows were brought back */
    ptl_day day_first, day_last; /* INT32_MAX and INT32_MIN where no row has a day */
    ptl_load_key *keys_of_rows;  /* of the staged rows */
    int64_t key_capacity;
    uint8_t *seen; /* one bit a source row that the mapping gave */
    int64_t seen_capacity;
} ptl_load_job;

/** The table function that gives a job's mapped rows: source_row, the columns that are carried,
 * load_day, and load_known_at where the mapping gives it. `out` receives how to call it in SQL. */
PTL_NODISCARD ptl_status ptl_load_stage_register(ptl_buffer *out, ptl_load_job *job,
                                                 ptl_error *err);
/** From the file to the table: read, map, order, write. */
PTL_NODISCARD ptl_status ptl_load_insert(int64_t *n_rows, ptl_load_job *job, ptl_error *err);
/** Once the facts are written: rows that lose, into the temporary table load_lost (source_row,
 * lost_to_load_id, first_row). */
PTL_NODISCARD ptl_status ptl_load_duplicates(ptl_load_job *job, ptl_error *err);
/** Against the table: rows that say what counts already, into load_lost; versions into superseded.
 */
PTL_NODISCARD ptl_status ptl_load_versions(ptl_load_job *job, ptl_buffer *sql, ptl_error *err);
/** The same for rows brought back (load_won), before they are written. */
PTL_NODISCARD ptl_status ptl_load_versions_back(ptl_load_job *job, ptl_buffer *sql, ptl_error *err);
/** Rows that lost to the load now replaced and win today become facts of their own load. */
PTL_NODISCARD ptl_status ptl_load_revive(ptl_load_job *job, ptl_error *err);
/** Every row of the file that is no fact, with why. */
PTL_NODISCARD ptl_status ptl_load_quarantine(int64_t *n_rows, ptl_load_job *job, ptl_error *err);

/** What the load changed in the sums that pages read; the last step, when its facts are settled. */
PTL_NODISCARD ptl_status ptl_load_count(ptl_load_job *job, ptl_error *err);

/** Run the SQL in `sql`, then empty it; `n_rows` (nullable) receives how many rows it changed. */
PTL_NODISCARD ptl_status ptl_load_exec(int64_t *n_rows, ptl_load_job *job, ptl_buffer *sql,
                                       const char *what, ptl_error *err);
/** One integer, 0 where the query gives NULL or no row. */
PTL_NODISCARD ptl_status ptl_load_ask(int64_t *out, ptl_load_job *job, ptl_buffer *sql,
                                      const char *what, ptl_error *err);
/** Columns of the plan, each preceded by `prefix`: "t.", comma between. */
void ptl_load_put_columns(ptl_buffer *out, const ptl_load_plan *plan, const char *prefix);
/** a.key = b.key AND …; where a key may be empty, empty equals empty. */
void ptl_load_put_keys_equal(ptl_buffer *out, const ptl_load_plan *plan, const char *a,
                             const char *b);
void ptl_load_put_keys(ptl_buffer *out, const ptl_load_plan *plan);

#endif
