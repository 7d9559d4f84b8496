/* csv.h: rows of a delimited text file, strictly and with every fault told apart.
 *
 * Invariants.
 *  1. Every line of the file is the head, blank, or part of exactly one row; rows are numbered from
 *     1 in file order, faulty ones included, so a row's number never depends on its neighbours.
 *  2. A faulty row (ragged, unclosed quote, text after a closing quote, NUL, not UTF-8, too long)
 *     has `fault` set and no fields; the next row starts at the next line. A quote that is never
 *     closed costs its own line, not the rest of the file.
 *  3. Fields are UTF-8. The file may be UTF-8 (with or without mark), UTF-16 (with mark) or latin-1
 *     (read as windows-1252, which is what says so), plain or gzip.
 *  4. Reading is by pread: several readers may share one descriptor, and a reader does not see
 *     another file that takes over the name.
 *
 * A ptl_csv belongs to one thread at a time. */
#ifndef PTL_STORE_CSV_H
#define PTL_STORE_CSV_H

#include "base/text.h"

enum {
    PTL_CSV_COLUMNS_MAX = 2048,         /* more is not a table of facts      */
    PTL_CSV_RECORD_BYTES_MAX = 1 << 20, /* longer is an unclosed quote       */
    PTL_CSV_BUFFER_BYTES = 4 << 20,     /* of UTF-8; one record fits four times */
    PTL_CSV_FAULT_BYTES = 160
};

typedef struct ptl_csv_options {
    int32_t size;
    char delimiter;       /* 0: found in the first 64 KiB                   */
    char quote;           /* 0: '"'                                         */
    const char *encoding; /* "utf-8" (default), "utf-16", "latin-1"         */
    const char *name;     /* of the file, for messages                      */
    bool is_gzip;         /* else plain; a plain name with gzip's first bytes is E_INVALID */
} ptl_csv_options;

ptl_csv_options ptl_csv_options_default(void);

typedef struct ptl_csv ptl_csv;

/** Read the head. E_INVALID: empty file, unreadable encoding, too many columns. Names are trimmed;
 * an empty one becomes column_<n>, a repeated one (in any case) <name>_2, _3 … */
PTL_NODISCARD ptl_status ptl_csv_open(ptl_csv **out, int fd, const ptl_csv_options *options,
                                      ptl_error *err);
void ptl_csv_close(ptl_csv *csv);

int64_t ptl_csv_n_columns(const ptl_csv *csv);
const char *ptl_csv_column(const ptl_csv *csv, int64_t idx);
char ptl_csv_delimiter(const ptl_csv *csv);
int64_t ptl_csv_bytes_read(const ptl_csv *csv); /* of the file as it lies on disk */

typedef struct ptl_csv_row {
    int64_t row;            /* 1 is the first after the head                 */
    int64_t line;           /* where it starts; 1 is the file's first        */
    const ptl_text *fields; /* n_columns, NULL where faulty                  */
    ptl_text raw;           /* the row's bytes where faulty, else empty      */
    const char *fault;      /* words, or NULL                                */
} ptl_csv_row;

/** The next row, borrowed until the next call; *more is false at the end. Fails where the file
 * cannot be read or decoded any further (E_IO, E_CORRUPT for a gzip that ends early). */
PTL_NODISCARD ptl_status ptl_csv_next(bool *more, ptl_csv_row *out, ptl_csv *csv, ptl_error *err);

#endif
