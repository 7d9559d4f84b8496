/* csv_internal.h: what the splitter (csv.c) and the search for the head (csv_head.c) share. */
#ifndef PTL_STORE_CSV_INTERNAL_H
#define PTL_STORE_CSV_INTERNAL_H

#include "store/csv.h"
#include "store/text_input.h"

/* A field as it was found, before doubled quotes are folded. */
typedef struct ptl_csv_field {
    uint32_t at, len; /* from the record's start */
    bool has_doubled; /* quotes to fold          */
} ptl_csv_field;

struct ptl_csv {
    ptl_text_input input;
    const ptl_rows_options *options; /* valid while opening */
    const char *const *totals;       /* borrowed            */
    int64_t n_totals, n_passed;
    char delimiter, quote;
    bool ended;        /* the input gave its last byte */
    bool skipping;     /* the rest of a line too long for the buffer */
    size_t begin, end; /* unread bytes of the buffer   */
    int64_t row, line; /* of the record to come        */
    int64_t n_columns;
    const char **names;
    int64_t n_fields;
    bool stops[256]; /* delimiter, CR, LF */
    char fault[PTL_ROWS_FAULT_BYTES];
    ptl_arena arena;
    ptl_csv_field raw[PTL_ROWS_COLUMNS_MAX + 1];
    ptl_text fields[PTL_ROWS_COLUMNS_MAX + 1];
    char buffer[PTL_CSV_BUFFER_BYTES + 1];
};

typedef enum ptl_csv_found {
    PTL_CSV_RECORD,
    PTL_CSV_MORE,     /* the buffer ends inside it          */
    PTL_CSV_UNCLOSED, /* a quote was opened and not closed  */
    PTL_CSV_AFTER,    /* text after a closing quote         */
    PTL_CSV_WIDE      /* more fields than we keep           */
} ptl_csv_found;

typedef struct ptl_csv_record {
    const char *start, *end; /* bytes without the line end */
    const char *next;        /* where the next one starts  */
    int64_t n_lines;
    const char *fault_at;
} ptl_csv_record;

/** Split the record at csv->begin into csv->raw and csv->n_fields, moving nothing. */
ptl_csv_found ptl_csv_split(ptl_csv_record *out, ptl_csv *csv);
/** The next record, its fault in csv->fault; csv->begin stays at its start. */
PTL_NODISCARD ptl_status ptl_csv_take(bool *more, ptl_csv_record *out, ptl_csv *csv,
                                      ptl_error *err);
/** Past a record that was looked at. */
void ptl_csv_pass(ptl_csv *csv, const ptl_csv_record *record);
bool ptl_csv_is_blank(const ptl_csv_record *record);
/** Set csv->fault where the record's bytes are not text. */
bool ptl_csv_is_text(ptl_csv *csv, const ptl_csv_record *record);
/** A field with its doubled quotes folded, in place. */
ptl_text ptl_csv_unfold(ptl_csv *csv, const ptl_csv_field *field, const char *start);

/** Settle the delimiter, go to the head and read the columns' names. */
PTL_NODISCARD ptl_status ptl_csv_head(ptl_csv *csv, ptl_error *err);

#endif
