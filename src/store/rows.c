/* rows.c: one face over the forms a file may have (rows.h). */
#include "store/rows.h"

#include "store/csv.h"

#include <stdlib.h>

struct ptl_rows {
    ptl_rows_kind kind;
    ptl_csv *csv;
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
    const ptl_status st = ptl_csv_open(&rows->csv, fd, options, err);
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
    free(rows);
}

int64_t ptl_rows_n_columns(const ptl_rows *rows)
{
    return ptl_csv_n_columns(rows->csv);
}

const char *ptl_rows_column(const ptl_rows *rows, int64_t idx)
{
    return ptl_csv_column(rows->csv, idx);
}

char ptl_rows_delimiter(const ptl_rows *rows)
{
    return ptl_csv_delimiter(rows->csv);
}

int64_t ptl_rows_bytes_read(const ptl_rows *rows)
{
    return ptl_csv_bytes_read(rows->csv);
}

int64_t ptl_rows_totals(const ptl_rows *rows)
{
    return ptl_csv_totals(rows->csv);
}

ptl_status ptl_rows_next(bool *more, ptl_row *out, ptl_rows *rows, ptl_error *err)
{
    return ptl_csv_next(more, out, rows->csv, err);
}

/* --- for those who read a form ---------------------------------------------------------------- */

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
