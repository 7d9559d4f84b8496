/* rows.h: the rows of a file as texts, whatever form the file has.
 *
 * Delimited text (csv.h), JSON lines (jsonl.h) and workbooks (xlsx.h) give the same: named columns,
 * and rows of texts. Invariants, which each of them holds:
 *  1. Everything in the file is before the head, the head, blank, a row that `totals` names, or
 *     part of exactly one row. Rows are numbered from 1 after the head in file order; rows that are
 *     faulty or totals have their number too, so a row's number never depends on its neighbours.
 *  2. A faulty row has `fault` set and no fields, and costs only itself.
 *  3. Fields are UTF-8. A value that the file keeps as a number, not as text, is written with the
 *     decimal mark that the options name, so that one cast reads both.
 *  4. Reading is by pread: several readers may share one descriptor.
 *
 * A ptl_rows belongs to one thread at a time. */
#ifndef PTL_STORE_ROWS_H
#define PTL_STORE_ROWS_H

#include "base/text.h"

enum {
    PTL_ROWS_COLUMNS_MAX = 2048, /* more is not a table of facts */
    PTL_ROWS_FAULT_BYTES = 160,
    PTL_ROWS_TOTALS_MAX = 64,  /* patterns of one source */
    PTL_ROWS_HEAD_MAX = 10000, /* the line of a head: below that it is no head   */
    PTL_ROWS_HEAD_FIRST = 0,   /* of head_row: the first row that is not blank */
    PTL_ROWS_HEAD_FIND = -1    /* of head_row: where the table begins          */
};

typedef enum ptl_rows_kind {
    PTL_ROWS_CSV = 1, /* also with tabs, semicolons … */
    PTL_ROWS_JSONL,
    PTL_ROWS_PARQUET, /* read by the engine, not here */
    PTL_ROWS_XLSX
} ptl_rows_kind;

typedef struct ptl_rows_options {
    int32_t size;
    ptl_rows_kind kind;
    const char *name;     /* of the file, for messages                                            */
    bool is_gzip;         /* else plain; a plain name with gzip's first bytes is E_INVALID        */
    char delimiter;       /* csv; 0: found in the first 64 KiB                                    */
    char quote;           /* csv; 0: '"'                                                          */
    char decimal;         /* of values kept as numbers; 0: '.'                                    */
    const char *encoding; /* csv, jsonl: "utf-8" (default), "utf-16", "latin-1"               */
    const char *sheet;    /* xlsx: its name; NULL: the only one with rows                     */
    const char *range;    /* xlsx: "A3:F20"; NULL: the only table                             */
    int32_t head_row;     /* where the head stands, as an editor numbers the file's lines; or
                             PTL_ROWS_HEAD_FIRST (default), PTL_ROWS_HEAD_FIND                */
    const char *const *totals; /* a row is passed over where its first filled field matches:
                                  `*` stands for any text, case makes no difference           */
    int64_t n_totals;
    int64_t sample_bytes;     /* jsonl: how much is read to learn the columns; 0: all             */
    const char *const *paths; /* jsonl: the columns, learnt before; NULL: learn them          */
    int64_t n_paths;
} ptl_rows_options;

/** Kind and gzip from the file's name: .csv, .tsv, .jsonl, .ndjson, .json, .parquet, .xlsx, each
 * also with .gz; what has another name is csv. */
ptl_rows_options ptl_rows_options_of(const char *path);

typedef struct ptl_row {
    int64_t row;            /* 1 is the first after the head                 */
    int64_t line;           /* where it starts; 1 is the file's first        */
    const ptl_text *fields; /* n_columns, NULL where faulty                  */
    ptl_text raw;           /* the row's bytes where faulty; of jsonl always  */
    const char *fault;      /* words, or NULL                                */
} ptl_row;

typedef struct ptl_rows ptl_rows;

/** Open and read the head. E_INVALID: empty file, unreadable encoding, no head. Names are trimmed;
 * an empty one becomes column_<n>, a repeated one (in any case) <name>_2, _3 … */
PTL_NODISCARD ptl_status ptl_rows_open(ptl_rows **out, int fd, const ptl_rows_options *options,
                                       ptl_error *err);
void ptl_rows_close(ptl_rows *rows);

int64_t ptl_rows_n_columns(const ptl_rows *rows);
const char *ptl_rows_column(const ptl_rows *rows, int64_t idx);
/** What a later opening takes as `paths`; NULL where the form needs none. */
const char *ptl_rows_path(const ptl_rows *rows, int64_t idx);
char ptl_rows_delimiter(const ptl_rows *rows);     /* the one found; 0 where there is none  */
int64_t ptl_rows_bytes_read(const ptl_rows *rows); /* of the file as it lies on disk        */
int64_t ptl_rows_totals(const ptl_rows *rows);     /* rows passed over so far               */

/** The next row, borrowed until the next call; *more is false at the end. Fails where the file
 * cannot be read or decoded any further (E_IO, E_CORRUPT for a gzip that ends early). */
PTL_NODISCARD ptl_status ptl_rows_next(bool *more, ptl_row *out, ptl_rows *rows, ptl_error *err);

/* --- for those who read a form ---------------------------------------------------------------- */

/** Whether bytes are UTF-8 without NUL; `fault` says where not. */
bool ptl_rows_is_text(char fault[PTL_ROWS_FAULT_BYTES], ptl_text text);

/** Whether a row whose first filled field is `first` is one of totals. */
bool ptl_rows_is_total(const char *const *patterns, int64_t n_patterns, ptl_text first);

/** Make `names[idx]` of `text`: trimmed, never empty, none of those before it. */
PTL_NODISCARD ptl_status ptl_rows_name_column(const char **names, int64_t idx, ptl_text text,
                                              const char *file, ptl_arena *arena, ptl_error *err);

#endif
