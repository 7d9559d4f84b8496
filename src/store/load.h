/* load.h: files become facts, exactly once.
 *
 * A load takes one file through one mapping into one canonical table, in one transaction. Steps:
 * read (an isolated engine that may see the source folders only; all columns text) → map (one
 * SELECT over `source`) → check required columns, quarantine what fails → resolve duplicates within
 * the batch and against the table → intern identifiers, their values sealed under the subject's
 * key → stamp the local day → append ordered by (identifier_id, time) → write the `load` row.
 *
 * Invariants.
 *  1. The same file content through the same mapping is loaded once; again is "nothing new".
 *  2. A changed file replaces its own earlier load: the new load names the old in replaces_load_id.
 *  3. Every source row that is not one of totals is a fact row or a quarantine row:
 *     rows_read = rows + quarantined.
 *  4. A file that changes while it is read loads nothing (E_CONFLICT).
 *  5. A row that says what counts already is a duplicate: quarantined with the load it lost to.
 *  6. A row with the key of another load's that says something else is a version: of two the one
 *     learnt later counts, `superseded` names the other. When the load that brought it is replaced,
 *     the older one counts again. */
#ifndef PTL_STORE_LOAD_H
#define PTL_STORE_LOAD_H

#include "store/rows.h"
#include "store/seal.h"
#include "store/warehouse.h"

/** The subject under whose key quarantined rows of tables about people are sealed: the workspace's
 * own, because they may hold anybody's name. */
#define PTL_LOAD_QUARANTINE_SUBJECT INT64_C(0)

typedef struct ptl_load_spec {
    int32_t size;
    const char *source;  /* name of the source, "orders"                                     */
    const char *table;   /* canonical table, "txn"                                           */
    const char *path;    /* the file; .gz is read as gzip                                    */
    const char *file;    /* the name under which it is recorded: relative to the workspace   */
    const char *mapping; /* one SELECT over `source`, which has the file's columns as text and
                            source_row (1 is the first row after the head)                   */
    const char *identifier_kind; /* "customer", "email", …; NULL where the table has none     */
    const char *locale;   /* of numbers: "1,234.56" is "en", "1.234,56" is "de", …; default en */
    const char *currency; /* workspace default where the mapping gives none            */
    const ptl_zone *zone; /* of local times without offset, and of `day`              */
    char delimiter;       /* 0: found in the file                                      */
    char quote;           /* 0: '"'                                                    */
    const char *encoding; /* "utf-8" (default), "utf-16", "latin-1"                    */
    ptl_rows_kind kind;   /* 0: by the file's name                                     */
    const char *range;    /* of a workbook's sheet, "A3:F20"; NULL: the only table     */
    const char *sheet;    /* of a workbook; NULL: the only one with rows               */
    bool as_text;         /* Parquet: columns are text as in CSV, for a mapping made for any form */
    int32_t head_row;     /* rows.h: a line, PTL_ROWS_HEAD_FIRST or PTL_ROWS_HEAD_FIND */
    const char *const *totals; /* rows.h: rows passed over, neither facts nor quarantine */
    int64_t n_totals;
    const char *const *folders; /* the only folders the mapping's engine may read            */
    int64_t n_folders;
    int64_t run_id;
    ptl_instant known_at; /* default of the column known_at                            */
    bool force;           /* load even if nothing is new                               */
} ptl_load_spec;

typedef struct ptl_load_report {
    int64_t load_id;                                  /* 0 where nothing was new              */
    int64_t replaces_load_id;                         /* 0 where it replaced none             */
    int64_t rows_read, rows, quarantined, duplicates; /* duplicates are among the quarantined */
    int64_t new_identifiers;
    int64_t restated; /* rows that now stand over an older version of the same fact */
    int64_t totals;   /* rows passed over because the source says they are totals */
    ptl_hash content_hash;
    ptl_day day_first, day_last; /* of the rows loaded; 0 where none */
} ptl_load_report;

/** Check a mapping without reading rows: one SELECT, known columns, right types, required ones
 * there. Every fault is reported, one a line, in `err->detail`, the first as the message. `path`
 * gives the file's columns. */
PTL_NODISCARD ptl_status ptl_load_check(const ptl_load_spec *spec, ptl_error *err);

/* The first rows of a file as texts, row by row. */
typedef struct ptl_load_rows {
    const char *const *columns;
    int64_t n_columns;
    const ptl_text *cells; /* n_rows × n_columns; empty where there is no value */
    int64_t n_rows;
    bool is_whole; /* no row lies beyond them */
} ptl_load_rows;

/** The first `rows_max` rows of a Parquet file, each value as the text that
 * a mapping is given under as_text; they live in the arena. E_INVALID, E_CORRUPT: it is none, or
 * damaged. */
PTL_NODISCARD ptl_status ptl_load_peek(ptl_load_rows *out, const char *path, int64_t rows_max,
                                       ptl_arena *arena, ptl_error *err);

/** Load. Subject keys of new identifiers are durable in `keys` before the facts commit. */
PTL_NODISCARD ptl_status ptl_load_run(ptl_load_report *out, ptl_warehouse *warehouse,
                                      ptl_seal *keys, const ptl_load_spec *spec,
                                      ptl_progress *progress, ptl_error *err);

#endif
