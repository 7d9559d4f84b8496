/* export.h: files as other people's tools write them: CSV and JSON lines, plain or gzip.
 *
 * Invariants. 1. The bytes depend on what is put, never on the buffer or the clock (gzip carries no
 * time and no system). 2. A field is quoted where it must be, and nowhere else. 3. The first
 * failure is kept; what follows is swallowed; close says it. 4. No file is overwritten. */
#ifndef PTL_SIMULATE_EXPORT_H
#define PTL_SIMULATE_EXPORT_H

#include "base/civil.h"

/* Where the files go, and what has gone there. */
typedef struct ptl_export_folder {
    const char *dir;
    size_t buffer_bytes;
    bool gzip; /* of files opened as large */
    int64_t n_files, n_rows, n_bytes;
} ptl_export_folder;

typedef struct ptl_export ptl_export;

/** Create dir/name and the folders between; a large file is name.gz where the folder says gzip. */
PTL_NODISCARD ptl_status ptl_export_open(ptl_export **out, ptl_export_folder *folder,
                                         const char *name, bool is_large, ptl_error *err);
/** Flush, close and free; the status of everything put. NULL is fine. */
PTL_NODISCARD ptl_status ptl_export_close(ptl_export *x, ptl_error *err);
/** Close after a failure that is being reported already. */
void ptl_export_drop(ptl_export *x);

/** Semicolons between fields and a comma in numbers, as a German desktop writes them. */
void ptl_export_german(ptl_export *x);

/* cells */
void ptl_export_text(ptl_export *x, const char *text); /* NULL or "" is an empty cell */
void ptl_export_int(ptl_export *x, int64_t value);
void ptl_export_cents(ptl_export *x, int64_t cents);   /* 1234.50              */
void ptl_export_grouped(ptl_export *x, int64_t cents); /* "1,234.50"           */
void ptl_export_e5(ptl_export *x, int64_t value_e5);   /* 1.16512: five places */
void ptl_export_day(ptl_export *x, ptl_day day);       /* 2026-11-15           */
void ptl_export_end(ptl_export *x);                    /* the row is over      */
/** A whole line as it stands: a head, a JSON object. */
void ptl_export_line(ptl_export *x, const char *line);

/** One file from a text in memory. */
PTL_NODISCARD ptl_status ptl_export_write(ptl_export_folder *folder, const char *name,
                                          ptl_text content, ptl_error *err);

#endif
