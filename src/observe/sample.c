/* sample.c: the first rows of a file (sample.h). */
#include "observe/sample.h"

#include "observe/limits.h"
#include "store/load.h"
#include "store/xlsx.h"
#include "workspace/preset.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The ways in which a file is tried, in this order. */
typedef struct way {
    const char *encoding;
    int32_t head_row;
} way;
static const way ways[] = {{"utf-8", PTL_ROWS_HEAD_FIRST},   {"utf-8", PTL_ROWS_HEAD_FIND},
                           {"latin-1", PTL_ROWS_HEAD_FIRST}, {"latin-1", PTL_ROWS_HEAD_FIND},
                           {"utf-16", PTL_ROWS_HEAD_FIRST},  {"utf-16", PTL_ROWS_HEAD_FIND}};

static const char *const totals[] = {"Total*", "Gesamt*", "Summe*", "Grand total*"};

/* --- one way ---------------------------------------------------------------------------------- */

static ptl_status fold_columns(ptl_sample *out, ptl_arena *arena, ptl_error *err)
{
    ptl_text *folded = ptl_arena_array(arena, out->n_columns + 1, sizeof *folded, err);
    if (!folded) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < out->n_columns; i++) {
        char own[PTL_HEAD_BYTES_MAX];
        const ptl_text text = ptl_head_fold(own, ptl_text_of(out->columns[i]));
        folded[i] = (ptl_text){ptl_text_copy(text, arena, err), text.len};
        if (!folded[i].ptr) return PTL_E_NO_MEMORY;
    }
    out->folded = folded;
    return PTL_OK;
}

static ptl_status keep_columns(ptl_sample *out, const ptl_rows *rows, ptl_arena *arena,
                               ptl_error *err)
{
    const int64_t n = ptl_rows_n_columns(rows);
    const char **columns = ptl_arena_array(arena, n + 1, sizeof *columns, err);
    if (!columns) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < n; i++) {
        columns[i] = ptl_text_copy(ptl_text_of(ptl_rows_column(rows, i)), arena, err);
        if (!columns[i]) return PTL_E_NO_MEMORY;
    }
    out->columns = columns;
    out->n_columns = n;
    return fold_columns(out, arena, err);
}

static ptl_status keep_row(ptl_text *cells, size_t *bytes, const ptl_row *row, int64_t n_columns,
                           ptl_arena *arena, ptl_error *err)
{
    for (int64_t i = 0; i < n_columns; i++) {
        const ptl_text cell = ptl_text_trim(row->fields[i]);
        *bytes += cell.len;
        cells[i] = (ptl_text){ptl_text_copy(cell, arena, err), cell.len};
        if (!cells[i].ptr) return PTL_E_NO_MEMORY;
    }
    return PTL_OK;
}

static ptl_status keep_rows(ptl_sample *out, ptl_rows *rows, ptl_arena *arena, ptl_error *err)
{
    size_t bytes = 0;
    bool more = true;
    int64_t rows_max = PTL_SAMPLE_ROWS_MAX;
    if (out->n_columns * rows_max > 400000) rows_max = 400000 / out->n_columns + 1;
    ptl_text *cells = ptl_arena_array(arena, rows_max * out->n_columns + 1, sizeof *cells, err);
    if (!cells) return PTL_E_NO_MEMORY;
    out->cells = cells;
    while (out->n_rows < rows_max && bytes < PTL_SAMPLE_BYTES_MAX) {
        ptl_row row;
        PTL_TRY(ptl_rows_next(&more, &row, rows, err));
        if (!more) break;
        if (row.fault) {
            out->n_faulty++;
            if (out->n_faulty > rows_max) break;
            continue;
        }
        PTL_TRY(keep_row(cells + out->n_rows * out->n_columns, &bytes, &row, out->n_columns, arena,
                         err));
        out->n_rows++;
    }
    out->is_whole = !more;
    return PTL_OK;
}

static ptl_status read_way(ptl_sample *out, const char *path, const char *sheet, int fd,
                           const way *how, ptl_arena *arena, ptl_error *err)
{
    ptl_rows *rows = NULL;
    ptl_rows_options options = ptl_rows_options_of(path);
    options.name = path;
    options.sheet = sheet;
    options.encoding = how->encoding;
    options.head_row = how->head_row;
    options.totals = totals;
    options.n_totals = sizeof totals / sizeof *totals;
    options.sample_bytes = PTL_SAMPLE_BYTES_MAX;
    *out = (ptl_sample){.path = path,
                        .sheet = sheet,
                        .encoding = strcmp(how->encoding, "utf-8") == 0 ? NULL : how->encoding,
                        .find_head = how->head_row == PTL_ROWS_HEAD_FIND};
    PTL_TRY(ptl_rows_open(&rows, fd, &options, err));
    ptl_status st = keep_columns(out, rows, arena, err);
    if (st == PTL_OK) st = keep_rows(out, rows, arena, err);
    ptl_rows_close(rows);
    return st;
}

/* --- the best of them ------------------------------------------------------------------------- */

/* How well a way reads the file: whole rows of several columns. */
static double worth(const ptl_sample *s)
{
    const double rows = (double)(s->n_rows + s->n_faulty);
    const double whole = rows > 0 ? (double)s->n_rows / rows : 0.5;
    return s->n_columns > 1 ? whole : whole / 4;
}

static ptl_status read_ways(ptl_sample *out, const char *path, const char *sheet, int fd,
                            ptl_arena *arena, ptl_error *err)
{
    double best = -1;
    ptl_error first;
    ptl_status st = PTL_OK;
    for (size_t i = 0; i < sizeof ways / sizeof *ways && best < 0.99; i++) {
        ptl_sample sample;
        ptl_error own;
        const ptl_status tried = read_way(&sample, path, sheet, fd, &ways[i], arena, &own);
        if (tried == PTL_E_NO_MEMORY || tried == PTL_E_LIMIT) {
            if (err) *err = own;
            return tried;
        }
        if (i == 0) {
            st = tried;
            first = own;
        }
        if (tried != PTL_OK || worth(&sample) <= best + 0.01) continue;
        best = worth(&sample);
        *out = sample;
    }
    if (best >= 0) return PTL_OK;
    if (err) *err = first;
    return st == PTL_OK ? ptl_fail(err, PTL_E_INVALID, "%.300s holds no table", path) : st;
}

/* Columns and types are the file's own: there is one way. */
static ptl_status read_parquet(ptl_sample *out, const char *path, ptl_arena *arena, ptl_error *err)
{
    ptl_load_rows rows;
    *out = (ptl_sample){.path = path};
    PTL_TRY(ptl_load_peek(&rows, path, PTL_SAMPLE_ROWS_MAX, arena, err));
    out->columns = rows.columns;
    out->n_columns = rows.n_columns;
    out->cells = rows.cells;
    out->n_rows = rows.n_rows;
    out->is_whole = rows.is_whole;
    return fold_columns(out, arena, err);
}

ptl_status ptl_sample_sheets(const char *const **out, int64_t *n, const char *path,
                             ptl_arena *arena, ptl_error *err)
{
    *n = 0;
    if (ptl_rows_options_of(path).kind != PTL_ROWS_XLSX) return PTL_OK;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return PTL_OK;
    ptl_error own;
    const ptl_status st = ptl_xlsx_sheets(out, n, fd, path, arena, &own);
    (void)close(fd);
    if (st == PTL_E_NO_MEMORY && err) *err = own;
    if (st != PTL_OK || *n < 2) *n = 0;
    return st == PTL_E_NO_MEMORY ? st : PTL_OK;
}

ptl_status ptl_sample_read(ptl_sample *out, const char *path, const char *sheet, ptl_arena *arena,
                           ptl_error *err)
{
    if (ptl_rows_options_of(path).kind == PTL_ROWS_PARQUET)
        return read_parquet(out, path, arena, err);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ptl_fail(err, errno == ENOENT ? PTL_E_NOT_FOUND : PTL_E_IO, "%.300s: %s", path,
                        strerror(errno));
    const ptl_status st = read_ways(out, path, sheet, fd, arena, err);
    (void)close(fd);
    return st;
}
