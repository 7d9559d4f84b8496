/* csv_head.c: where the table begins, what parts its columns, what they are called.
 *
 * Reports carry a title and a period before the table, and spreadsheets pad those lines with empty
 * fields. Where the source says `find`, the head is the first record that has as many fields as
 * most of the first hundred and fills at least two thirds of them (and two). Where it says a
 * number, that line is the head; else it is the first line that is not blank. The delimiter is the
 * one by which most lines come out equally wide. */
#include "store/csv_internal.h"

#include <stdio.h>
#include <string.h>

enum { SURVEY_RECORDS = 100, SURVEY_BYTES = 64 << 10 };

static const char candidates[] = {',', ';', '\t', '|'};

/* Widths of the first records under a delimiter. */
typedef struct survey {
    int64_t width;   /* of most of them, or of the first */
    int64_t n_agree; /* records of that width            */
} survey;

static void set_delimiter(ptl_csv *csv, char delimiter)
{
    csv->stops[(uint8_t)csv->delimiter] = csv->delimiter == '\n' || csv->delimiter == '\r';
    csv->delimiter = delimiter;
    csv->stops[(uint8_t)delimiter] = true;
}

/* Walk the first records; the buffer's place is left as it was. */
static int64_t widths_of(int64_t widths[SURVEY_RECORDS], ptl_csv *csv)
{
    const size_t begin = csv->begin;
    int64_t n = 0;
    while (n < SURVEY_RECORDS && csv->begin < csv->end && csv->begin < begin + SURVEY_BYTES) {
        ptl_csv_record r;
        if (ptl_csv_split(&r, csv) != PTL_CSV_RECORD) break;
        if (!ptl_csv_is_blank(&r)) widths[n++] = csv->n_fields;
        csv->begin = (size_t)(r.next - csv->buffer);
    }
    csv->begin = begin;
    return n;
}

static int64_t count_width(const int64_t *widths, int64_t n, int64_t width)
{
    int64_t n_agree = 0;
    for (int64_t i = 0; i < n; i++) n_agree += widths[i] == width;
    return n_agree;
}

/* `find`: the width of most records, the wider of two that are as frequent; else the first's. */
static survey survey_of(ptl_csv *csv, char delimiter, bool find)
{
    int64_t widths[SURVEY_RECORDS];
    set_delimiter(csv, delimiter);
    const int64_t n = widths_of(widths, csv);
    survey best = {0};
    for (int64_t i = 0; i < (find ? n : n > 0); i++) {
        const int64_t n_agree = count_width(widths, n, widths[i]);
        const bool better =
            n_agree > best.n_agree || (n_agree == best.n_agree && widths[i] > best.width);
        if (widths[i] >= 2 && better) best = (survey){widths[i], n_agree};
    }
    return best;
}

/* The delimiter under which most records agree; more fields break a tie. */
static char find_delimiter(survey *out, ptl_csv *csv, bool find)
{
    char best = ',';
    *out = (survey){0};
    for (size_t i = 0; i < sizeof candidates; i++) {
        const survey s = survey_of(csv, candidates[i], find);
        if (s.n_agree < out->n_agree) continue;
        if (s.n_agree == out->n_agree && s.width <= out->width) continue;
        best = candidates[i];
        *out = s;
    }
    return best;
}

static const char *delimiter_name(char delimiter, char out[8])
{
    if (delimiter == '\t') return "tab";
    (void)snprintf(out, 8, "\"%c\"", delimiter);
    return out;
}

/* A delimiter that was set and parts nothing, while another one parts every line. */
static ptl_status check_delimiter(ptl_csv *csv, bool find, ptl_error *err)
{
    const char set = csv->delimiter;
    survey other;
    if (survey_of(csv, set, find).width >= 2) return PTL_OK;
    const char better = find_delimiter(&other, csv, find);
    set_delimiter(csv, set);
    if (other.n_agree < 2) return PTL_OK;
    char a[8], b[8];
    ptl_status st = ptl_fail(
        err, PTL_E_INVALID, "%s: the delimiter %s parts no column; %s would give %lld",
        csv->input.name, delimiter_name(set, a), delimiter_name(better, b), (long long)other.width);
    ptl_error_hint(err, "leave out format.delimiter: it is found in the file");
    return st;
}

/* --- going to the head ------------------------------------------------------------------------ */

static int64_t filled_fields(const ptl_csv *csv, const ptl_csv_record *r)
{
    int64_t n = 0;
    for (int64_t i = 0; i < csv->n_fields; i++) {
        const ptl_text field = {r->start + csv->raw[i].at, csv->raw[i].len};
        n += ptl_text_trim(field).len > 0;
    }
    return n;
}

/* To the record that looks like a head; where none does, to the first of the right width. */
static void go_to_found(ptl_csv *csv, int64_t width)
{
    const size_t begin = csv->begin;
    const int64_t line = csv->line;
    size_t fallback = begin;
    int64_t fallback_line = 0;
    for (int32_t i = 0; i < SURVEY_RECORDS && csv->begin < csv->end; i++) {
        ptl_csv_record r;
        if (ptl_csv_split(&r, csv) != PTL_CSV_RECORD) break;
        const int64_t n = csv->n_fields == width ? filled_fields(csv, &r) : 0;
        if (n >= 2 && n * 3 >= width * 2) return;
        if (n >= 2 && fallback_line == 0) {
            fallback = csv->begin;
            fallback_line = csv->line;
        }
        ptl_csv_pass(csv, &r);
    }
    csv->begin = fallback;
    csv->line = fallback_line ? fallback_line : line;
}

static ptl_status go_to_line(ptl_csv *csv, int64_t wanted, ptl_error *err)
{
    while (csv->line < wanted) {
        ptl_csv_record r;
        bool more;
        PTL_TRY(ptl_csv_take(&more, &r, csv, err));
        if (!more)
            return ptl_fail(err, PTL_E_INVALID, "%s has %lld lines; the head should be line %lld",
                            csv->input.name, (long long)(csv->line - 1), (long long)wanted);
        ptl_csv_pass(csv, &r);
    }
    return PTL_OK;
}

static ptl_status read_names(ptl_csv *csv, ptl_error *err)
{
    ptl_csv_record r;
    bool more;
    do {
        PTL_TRY(ptl_csv_take(&more, &r, csv, err));
        if (!more) return ptl_fail(err, PTL_E_INVALID, "%s is empty", csv->input.name);
        ptl_csv_pass(csv, &r);
    } while (ptl_csv_is_blank(&r));
    if (csv->fault[0] != '\0' || !ptl_csv_is_text(csv, &r))
        return ptl_fail(err, PTL_E_INVALID, "%s: line %lld, the head: %s", csv->input.name,
                        (long long)(csv->line - r.n_lines), csv->fault);
    csv->n_columns = csv->n_fields;
    if (csv->n_columns > PTL_ROWS_COLUMNS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "%s has more than %d columns", csv->input.name,
                        PTL_ROWS_COLUMNS_MAX);
    csv->names = ptl_arena_array(&csv->arena, csv->n_columns, sizeof *csv->names, err);
    if (!csv->names) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < csv->n_columns; i++)
        PTL_TRY(ptl_rows_name_column(csv->names, i, ptl_csv_unfold(csv, &csv->raw[i], r.start),
                                     csv->input.name, &csv->arena, err));
    return PTL_OK;
}

ptl_status ptl_csv_head(ptl_csv *csv, ptl_error *err)
{
    const int32_t head_row = csv->options->head_row;
    const bool find = head_row == PTL_ROWS_HEAD_FIND;
    survey s = {0};
    csv->delimiter = csv->options->delimiter ? csv->options->delimiter : ',';
    if (csv->delimiter == csv->quote || csv->delimiter == '\n' || csv->delimiter == '\r')
        return ptl_fail(err, PTL_E_INVALID, "%s: the delimiter cannot be a quote or a line end",
                        csv->input.name);
    if (head_row > 0) PTL_TRY(go_to_line(csv, head_row, err));
    if (csv->options->delimiter) {
        PTL_TRY(check_delimiter(csv, find, err));
        if (find) s = survey_of(csv, csv->delimiter, true);
    } else {
        set_delimiter(csv, find_delimiter(&s, csv, find));
    }
    set_delimiter(csv, csv->delimiter);
    if (find && s.width >= 2) go_to_found(csv, s.width);
    return read_names(csv, err);
}
