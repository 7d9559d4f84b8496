/* table.h: query results as columns in the Arrow C data layout.
 *
 * A column is a validity bitmap (LSB first, NULL where nothing is missing), and values: int64,
 * double, int32 days, or int32 offsets into bytes. A table owns its columns in one arena. */
#ifndef PTL_STORE_TABLE_H
#define PTL_STORE_TABLE_H

#include "base/civil.h"
#include "base/hash.h"
#include "base/json_write.h"

typedef enum ptl_type {
    PTL_TYPE_INT,     /* int64                                    */
    PTL_TYPE_DOUBLE,  /* double                                   */
    PTL_TYPE_BOOL,    /* int64, 0 or 1                            */
    PTL_TYPE_TEXT,    /* int32 offsets[n + 1] into bytes, UTF-8   */
    PTL_TYPE_INSTANT, /* int64 UTC micros since 1970              */
    PTL_TYPE_DAY,     /* int32 days since 1970                    */
    PTL_TYPE_BLOB     /* as TEXT, any bytes                       */
} ptl_type;

const char *ptl_type_name(ptl_type type);

typedef struct ptl_column {
    const char *name;
    ptl_type type;
    const uint8_t *validity; /* bit set = present; NULL = all present */
    union {
        const int64_t *ints; /* INT, BOOL, INSTANT */
        const double *doubles;
        const int32_t *days;
        const int32_t *offsets; /* TEXT, BLOB */
    } values;
    const char *bytes; /* TEXT, BLOB */
} ptl_column;

typedef struct ptl_table {
    int64_t n_rows;
    int64_t n_columns;
    const ptl_column *columns;
    ptl_arena arena; /* owns everything above; empty for a batch borrowed from a stream */
} ptl_table;

void ptl_table_dispose(ptl_table *table);

/** A table of its own with the same columns. */
PTL_NODISCARD ptl_status ptl_table_copy(ptl_table *out, const ptl_table *table, ptl_error *err);

/** The column of this name. A query's columns are part of its contract, so a missing one is
 * E_INTERNAL; check all of them once, before the loop over rows. */
PTL_NODISCARD ptl_status ptl_table_column(const ptl_column **out, const ptl_table *table,
                                          const char *name, ptl_type type, ptl_error *err);

bool ptl_column_present(const ptl_column *column, int64_t row);
int64_t ptl_column_int(const ptl_column *column, int64_t row);   /* INT, BOOL, INSTANT, DAY */
double ptl_column_double(const ptl_column *column, int64_t row); /* NaN where missing; widens INT */
ptl_text ptl_column_text(const ptl_column *column, int64_t row); /* empty where missing           */

/** One cell as a JSON value; instants and days as text, missing as null. */
void ptl_column_json(const ptl_column *column, int64_t row, ptl_json *json);

/** SHA-256 over names, types, validity and values: what "same bytes" means for a result. */
ptl_hash ptl_table_hash(const ptl_table *table);

/** Build a table row by row, for appends and for tests. Capacity grows to bytes_max. */
typedef struct ptl_table_builder ptl_table_builder;
typedef struct ptl_column_spec {
    const char *name;
    ptl_type type;
} ptl_column_spec;

PTL_NODISCARD ptl_status ptl_table_builder_new(ptl_table_builder **out,
                                               const ptl_column_spec *columns, int64_t n_columns,
                                               size_t bytes_max, ptl_error *err);
void ptl_table_builder_free(ptl_table_builder *builder);
/* Cells of a row in column order; failures are sticky and reported by row_end. */
void ptl_table_builder_int(ptl_table_builder *builder, int64_t value); /* INT BOOL INSTANT DAY */
void ptl_table_builder_double(ptl_table_builder *builder, double value);
void ptl_table_builder_text(ptl_table_builder *builder, ptl_text value); /* TEXT, BLOB */
void ptl_table_builder_null(ptl_table_builder *builder);
PTL_NODISCARD ptl_status ptl_table_builder_row_end(ptl_table_builder *builder, ptl_error *err);
/** The rows so far, borrowed until the next change of the builder. */
ptl_table ptl_table_builder_borrow(ptl_table_builder *builder);
void ptl_table_builder_clear(ptl_table_builder *builder);

#endif
