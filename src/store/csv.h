/* csv.h: rows of a delimited text file, strictly and with every fault told apart.
 *
 * Invariants, beside those of rows.h.
 *  1. A faulty row is ragged, has an unclosed quote, text after a closing quote, a NUL, bytes that
 *     are not UTF-8, or is too long; the next row starts at the next line. A quote that is never
 *     closed costs its own line, not the rest of the file.
 *  2. The file may be UTF-8 (with or without mark), UTF-16 (with mark) or latin-1 (read as
 *     windows-1252, which is what says so), plain or gzip. */
#ifndef PTL_STORE_CSV_H
#define PTL_STORE_CSV_H

#include "store/rows.h"

enum {
    PTL_CSV_RECORD_BYTES_MAX = 1 << 20, /* longer is an unclosed quote           */
    PTL_CSV_BUFFER_BYTES = 4 << 20      /* of UTF-8; one record fits four times  */
};

typedef struct ptl_csv ptl_csv;

/* As the functions of rows.h. */
PTL_NODISCARD ptl_status ptl_csv_open(ptl_csv **out, int fd, const ptl_rows_options *options,
                                      ptl_error *err);
void ptl_csv_close(ptl_csv *csv);
int64_t ptl_csv_n_columns(const ptl_csv *csv);
const char *ptl_csv_column(const ptl_csv *csv, int64_t idx);
char ptl_csv_delimiter(const ptl_csv *csv);
int64_t ptl_csv_bytes_read(const ptl_csv *csv);
int64_t ptl_csv_totals(const ptl_csv *csv);
PTL_NODISCARD ptl_status ptl_csv_next(bool *more, ptl_row *out, ptl_csv *csv, ptl_error *err);

#endif
