/* rows.c: one face over the forms a file may have (rows.h). */
#include "store/rows.h"

#include "store/csv.h"
#include "store/jsonl.h"
#include "store/xlsx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ptl_rows {
    ptl_rows_kind kind;
    ptl_csv *csv; /* whichever it is; the others are NULL */
    ptl_jsonl *jsonl;
    ptl_xlsx *xlsx;
};

static bool name_ends(ptl_text *name, const char *suffix)
{
    const ptl_text end = ptl_text_of(suffix);
    if (name->len < end.len) return false;
    for (size_t i = 0; i < end.len; i++) {
        const char c = name->ptr[name->len - end.len + i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != end.ptr[i]) return false;
    }
    name->len -= end.len;
    return true;
}

ptl_rows_options ptl_rows_options_of(const char *path)
{
    ptl_text name = ptl_text_of(path);
    ptl_rows_options options = {.size = sizeof options, .kind = PTL_ROWS_CSV};
    options.is_gzip = name_ends(&name, ".gz");
    if (name_ends(&name, ".jsonl") || name_ends(&name, ".ndjson") || name_ends(&name, ".json"))
        options.kind = PTL_ROWS_JSONL;
    else if (name_ends(&name, ".parquet"))
        options.kind = PTL_ROWS_PARQUET;
    else if (name_ends(&name, ".xlsx") || name_ends(&name, ".xlsm"))
        options.kind = PTL_ROWS_XLSX;
    return options;
}

/* --- one face --------------------------------------------------------------------------------- */

ptl_status ptl_rows_open(ptl_rows **out, int fd, const ptl_rows_options *options, ptl_error *err)
{
    *out = NULL;
    ptl_rows *rows = calloc(1, sizeof *rows);
    if (!rows) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to read a file");
    rows->kind = options->kind;
    ptl_status st;
    if (rows->kind == PTL_ROWS_JSONL)
        st = ptl_jsonl_open(&rows->jsonl, fd, options, err);
    else if (rows->kind == PTL_ROWS_XLSX)
        st = ptl_xlsx_open(&rows->xlsx, fd, options, err);
    else
        st = ptl_csv_open(&rows->csv, fd, options, err);
    if (st != PTL_OK)
        ptl_rows_close(rows);
    else
        *out = rows;
    return st;
}

void ptl_rows_close(ptl_rows *rows)
{
    if (!rows) return;
    ptl_csv_close(rows->csv);
    ptl_jsonl_close(rows->jsonl);
    ptl_xlsx_close(rows->xlsx);
    free(rows);
}

int64_t ptl_rows_n_columns(const ptl_rows *rows)
{
    if (rows->jsonl) return ptl_jsonl_n_columns(rows->jsonl);
    return rows->xlsx ? ptl_xlsx_n_columns(rows->xlsx) : ptl_csv_n_columns(rows->csv);
}

const char *ptl_rows_column(const ptl_rows *rows, int64_t idx)
{
    if (rows->jsonl) return ptl_jsonl_column(rows->jsonl, idx);
    return rows->xlsx ? ptl_xlsx_column(rows->xlsx, idx) : ptl_csv_column(rows->csv, idx);
}

const char *ptl_rows_path(const ptl_rows *rows, int64_t idx)
{
    return rows->jsonl ? ptl_jsonl_path(rows->jsonl, idx) : NULL;
}

char ptl_rows_delimiter(const ptl_rows *rows)
{
    return rows->csv ? ptl_csv_delimiter(rows->csv) : 0;
}

int64_t ptl_rows_bytes_read(const ptl_rows *rows)
{
    if (rows->jsonl) return ptl_jsonl_bytes_read(rows->jsonl);
    return rows->xlsx ? ptl_xlsx_bytes_read(rows->xlsx) : ptl_csv_bytes_read(rows->csv);
}

int64_t ptl_rows_totals(const ptl_rows *rows)
{
    if (rows->xlsx) return ptl_xlsx_totals(rows->xlsx);
    return rows->csv ? ptl_csv_totals(rows->csv) : 0;
}

ptl_status ptl_rows_next(bool *more, ptl_row *out, ptl_rows *rows, ptl_error *err)
{
    if (rows->jsonl) return ptl_jsonl_next(more, out, rows->jsonl, err);
    return rows->xlsx ? ptl_xlsx_next(more, out, rows->xlsx, err)
                      : ptl_csv_next(more, out, rows->csv, err);
}

/* --- for those who read a form ---------------------------------------------------------------- */

/* Eight bytes at a time: is any byte zero or above 0x7F? */
static bool is_plain_ascii(const char *p, size_t len)
{
    uint64_t high = 0, zero = 0;
    for (; len >= 8; p += 8, len -= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        high |= w;
        zero |= (w - UINT64_C(0x0101010101010101)) & ~w;
    }
    for (; len > 0; p++, len--) {
        high |= (uint8_t)*p;
        if (*p == 0) return false;
    }
    return ((high | zero) & UINT64_C(0x8080808080808080)) == 0;
}

bool ptl_rows_is_text(char fault[PTL_ROWS_FAULT_BYTES], ptl_text text)
{
    if (is_plain_ascii(text.ptr, text.len)) return true;
    if (memchr(text.ptr, 0, text.len)) {
        (void)snprintf(fault, PTL_ROWS_FAULT_BYTES, "a NUL byte");
        return false;
    }
    size_t at = 0;
    if (ptl_text_utf8_valid(text, &at)) return true;
    (void)snprintf(fault, PTL_ROWS_FAULT_BYTES,
                   "byte 0x%02X at position %zu is not UTF-8; is the encoding latin-1?",
                   (unsigned)(uint8_t)text.ptr[at], at + 1);
    return false;
}

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* `*` stands for any text: after a mismatch the newest star takes one byte more. */
static bool matches(const char *pattern, ptl_text text)
{
    const char *star = NULL;
    size_t at = 0, star_at = 0;
    while (at < text.len) {
        if (*pattern == '*') {
            star = ++pattern;
            star_at = at;
        } else if (*pattern && fold(*pattern) == fold(text.ptr[at])) {
            pattern++;
            at++;
        } else if (star) {
            pattern = star;
            at = ++star_at;
        } else {
            return false;
        }
    }
    while (*pattern == '*') pattern++;
    return *pattern == '\0';
}

bool ptl_rows_is_total(const char *const *patterns, int64_t n_patterns, ptl_text first)
{
    for (int64_t i = 0; i < n_patterns; i++)
        if (matches(patterns[i], first)) return true;
    return false;
}

static bool same_name(const char *a, const char *b)
{
    while (*a && fold(*a) == fold(*b)) a++, b++;
    return *a == '\0' && *b == '\0';
}

static bool name_is_taken(const char *const *names, int64_t n, const char *name)
{
    for (int64_t i = 0; i < n; i++)
        if (same_name(names[i], name)) return true;
    return same_name(name, "source_row");
}

ptl_status ptl_rows_name_column(const char **names, int64_t idx, ptl_text text, const char *file,
                                ptl_arena *arena, ptl_error *err)
{
    text = ptl_text_trim(text);
    if (text.len > 255)
        return ptl_fail(err, PTL_E_INVALID, "%s: name of column %lld is longer than 255 bytes",
                        file, (long long)(idx + 1));
    const char *name = text.len > 0
                           ? ptl_text_copy(text, arena, err)
                           : ptl_text_format(arena, err, "column_%lld", (long long)(idx + 1));
    if (!name) return PTL_E_NO_MEMORY;
    const char *const base = name;
    for (int64_t n = 2; name_is_taken(names, idx, name); n++) {
        name = ptl_text_format(arena, err, "%s_%lld", base, (long long)n);
        if (!name) return PTL_E_NO_MEMORY;
    }
    names[idx] = name;
    return PTL_OK;
}
