/* csv.c: the splitter. One pass over the bytes finds a row's fields as slices of the buffer;
 * doubled quotes are folded in place only when the whole row is there, so that a row that turns out
 * to be faulty can be read again line by line. */
#include "store/csv_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Move what is unread to the front and read on. */
static ptl_status refill(ptl_csv *csv, ptl_error *err)
{
    memmove(csv->buffer, csv->buffer + csv->begin, csv->end - csv->begin);
    csv->end -= csv->begin;
    csv->begin = 0;
    while (!csv->ended && csv->end < PTL_CSV_BUFFER_BYTES - PTL_TEXT_INPUT_BYTES) {
        size_t n;
        PTL_TRY(ptl_text_input_read(&n, &csv->input, csv->buffer + csv->end,
                                    PTL_CSV_BUFFER_BYTES - csv->end, err));
        csv->end += n;
        csv->ended = n == 0;
    }
    return PTL_OK;
}

/* --- one record ------------------------------------------------------------------------------- */

/* The end of a line at p: its length (CR LF, LF or CR), 0 where the buffer must be longer to say.
 */
static size_t line_end_len(const ptl_csv *csv, const char *p, const char *end)
{
    if (*p == '\n') return 1;
    if (p + 1 < end) return p[1] == '\n' ? 2 : 1;
    return csv->ended ? 1 : 0;
}

/* The closing quote of a field that starts after an opening one; NULL where there is none. */
static const char *closing_quote(const ptl_csv *csv, ptl_csv_field *field, const char *p,
                                 const char *end, int64_t *n_lines)
{
    for (;;) {
        const char *q = memchr(p, csv->quote, (size_t)(end - p));
        if (!q) return NULL;
        for (const char *lf = p; (lf = memchr(lf, '\n', (size_t)(q - lf))) != NULL; lf++)
            ++*n_lines;
        if (q + 1 < end && q[1] == csv->quote) {
            field->has_doubled = true;
            p = q + 2;
            continue;
        }
        return q;
    }
}

ptl_csv_found ptl_csv_split(ptl_csv_record *out, ptl_csv *csv)
{
    const char *const start = csv->buffer + csv->begin, *const end = csv->buffer + csv->end;
    const char *p = start;
    *out = (ptl_csv_record){.start = start, .n_lines = 1};
    csv->n_fields = 0;
    for (;;) {
        if (csv->n_fields > PTL_ROWS_COLUMNS_MAX) return PTL_CSV_WIDE;
        ptl_csv_field *field = &csv->raw[csv->n_fields];
        field->has_doubled = false;
        if (p < end && *p == csv->quote) {
            const char *q = closing_quote(csv, field, p + 1, end, &out->n_lines);
            if (!q) return csv->ended ? PTL_CSV_UNCLOSED : PTL_CSV_MORE;
            if (q + 1 == end && !csv->ended) return PTL_CSV_MORE;
            field->at = (uint32_t)(p + 1 - start);
            field->len = (uint32_t)(q - p - 1);
            p = q + 1;
            out->fault_at = p;
            if (p < end && !csv->stops[(uint8_t)*p]) return PTL_CSV_AFTER;
        } else {
            const char *q = p;
            while (q < end && !csv->stops[(uint8_t)*q]) q++;
            if (q == end && !csv->ended) return PTL_CSV_MORE;
            field->at = (uint32_t)(p - start);
            field->len = (uint32_t)(q - p);
            p = q;
        }
        csv->n_fields++;
        out->end = p;
        out->next = p;
        if (p == end) return PTL_CSV_RECORD;
        if (*p != csv->delimiter) {
            const size_t n = line_end_len(csv, p, end);
            if (n == 0) return PTL_CSV_MORE;
            out->next = p + n;
            return PTL_CSV_RECORD;
        }
        p++;
    }
}

/* The physical line from `from` on, for a record that could not be split. */
static void take_line(ptl_csv_record *out, ptl_csv *csv, const char *from)
{
    const char *const end = csv->buffer + csv->end;
    const char *p = from;
    while (p < end && *p != '\n' && *p != '\r') p++;
    out->end = p;
    out->next = p < end ? p + line_end_len(csv, p, end) : p;
    if (p < end && out->next == p) out->next = p + 1;
    csv->skipping = p == end && !csv->ended;
}

/* Past a line that was given up: on to its end. */
static ptl_status skip_line(ptl_csv *csv, ptl_error *err)
{
    while (csv->skipping) {
        const char *at = csv->buffer + csv->begin;
        const char *lf = memchr(at, '\n', csv->end - csv->begin);
        csv->skipping = !lf && !csv->ended;
        csv->begin = lf ? (size_t)(lf + 1 - csv->buffer) : csv->end;
        if (csv->skipping) PTL_TRY(refill(csv, err));
    }
    return PTL_OK;
}

ptl_text ptl_csv_unfold(ptl_csv *csv, const ptl_csv_field *field, const char *start)
{
    char *text = csv->buffer + (start - csv->buffer) + field->at;
    if (!field->has_doubled) return (ptl_text){text, field->len};
    size_t len = 0;
    for (size_t i = 0; i < field->len; i++) {
        text[len++] = text[i];
        if (text[i] == csv->quote) i++;
    }
    return (ptl_text){text, len};
}

/* The next record into *out, its fault in csv->fault. */
ptl_status ptl_csv_take(bool *more, ptl_csv_record *out, ptl_csv *csv, ptl_error *err)
{
    csv->fault[0] = '\0';
    PTL_TRY(skip_line(csv, err));
    for (;;) {
        if (csv->begin == csv->end && !csv->ended) PTL_TRY(refill(csv, err));
        *more = csv->begin < csv->end;
        if (!*more) return PTL_OK;
        ptl_csv_found what = ptl_csv_split(out, csv);
        if (what == PTL_CSV_MORE && csv->end - csv->begin <= PTL_CSV_RECORD_BYTES_MAX) {
            PTL_TRY(refill(csv, err));
            continue;
        }
        const bool too_long =
            what == PTL_CSV_MORE ||
            (what == PTL_CSV_RECORD && out->end - out->start > (ptrdiff_t)PTL_CSV_RECORD_BYTES_MAX);
        if (too_long)
            (void)snprintf(csv->fault, sizeof csv->fault,
                           "longer than %d bytes; is a quote not closed?",
                           PTL_CSV_RECORD_BYTES_MAX);
        else if (what == PTL_CSV_UNCLOSED)
            (void)snprintf(csv->fault, sizeof csv->fault, "a quote is opened and never closed");
        else if (what == PTL_CSV_AFTER)
            (void)snprintf(csv->fault, sizeof csv->fault,
                           "text after the closing quote of field %lld",
                           (long long)(csv->n_fields + 1));
        else if (what == PTL_CSV_WIDE)
            (void)snprintf(csv->fault, sizeof csv->fault, "more than %d fields",
                           PTL_ROWS_COLUMNS_MAX);
        if (csv->fault[0] != '\0') {
            /* Past a long or an open record only its first line is given up. */
            const bool whole = what == PTL_CSV_AFTER || (too_long && what == PTL_CSV_RECORD);
            if (!whole) out->n_lines = 1;
            take_line(out, csv, whole ? out->fault_at ? out->fault_at : out->start : out->start);
        }
        return PTL_OK;
    }
}

bool ptl_csv_is_text(ptl_csv *csv, const ptl_csv_record *record)
{
    return ptl_rows_is_text(csv->fault,
                            (ptl_text){record->start, (size_t)(record->end - record->start)});
}

void ptl_csv_pass(ptl_csv *csv, const ptl_csv_record *record)
{
    csv->line += record->n_lines;
    csv->begin = (size_t)(record->next - csv->buffer);
}

bool ptl_csv_is_blank(const ptl_csv_record *r)
{
    for (const char *p = r->start; p < r->end; p++)
        if (*p != ' ' && *p != '\t') return false;
    return true;
}

static bool is_total(const ptl_csv *csv, const ptl_csv_record *r)
{
    if (csv->n_totals == 0 || csv->fault[0] != '\0') return false;
    ptl_text first = {NULL, 0};
    for (int64_t i = 0; i < csv->n_fields && first.len == 0; i++)
        first = ptl_text_trim((ptl_text){r->start + csv->raw[i].at, csv->raw[i].len});
    return first.len > 0 && ptl_rows_is_total(csv->totals, csv->n_totals, first);
}

/* The next record that is a row; what is blank has no number, totals have one. */
static ptl_status next_row(bool *more, ptl_csv_record *r, ptl_csv *csv, ptl_error *err)
{
    for (;;) {
        PTL_TRY(ptl_csv_take(more, r, csv, err));
        if (!*more) return PTL_OK;
        ptl_csv_pass(csv, r);
        if (ptl_csv_is_blank(r)) continue;
        csv->row++;
        if (!is_total(csv, r)) return PTL_OK;
        csv->n_passed++;
    }
}

ptl_status ptl_csv_next(bool *more, ptl_row *out, ptl_csv *csv, ptl_error *err)
{
    ptl_csv_record r;
    PTL_TRY(next_row(more, &r, csv, err));
    if (!*more) return PTL_OK;
    out->row = csv->row;
    out->line = csv->line - r.n_lines;
    out->raw = (ptl_text){NULL, 0};
    bool fits = csv->fault[0] == '\0' && ptl_csv_is_text(csv, &r);
    if (fits && csv->n_fields != csv->n_columns) {
        (void)snprintf(csv->fault, sizeof csv->fault, "%lld fields where the head has %lld",
                       (long long)csv->n_fields, (long long)csv->n_columns);
        fits = false;
    }
    out->fault = fits ? NULL : csv->fault;
    out->fields = fits ? csv->fields : NULL;
    if (!fits) out->raw = (ptl_text){r.start, (size_t)(r.end - r.start)};
    for (int64_t i = 0; fits && i < csv->n_columns; i++)
        csv->fields[i] = ptl_csv_unfold(csv, &csv->raw[i], r.start);
    return PTL_OK;
}

/* --- opening ---------------------------------------------------------------------------------- */

static ptl_status start(ptl_csv *csv, int fd, const ptl_rows_options *options, ptl_error *err)
{
    csv->options = options;
    csv->totals = options->totals;
    csv->n_totals = options->n_totals;
    csv->quote = options->quote ? options->quote : '"';
    csv->stops['\n'] = csv->stops['\r'] = true;
    csv->line = 1;
    PTL_TRY(ptl_text_input_open(&csv->input, fd, options, err));
    PTL_TRY(refill(csv, err));
    return ptl_csv_head(csv, err);
}

ptl_status ptl_csv_open(ptl_csv **out, int fd, const ptl_rows_options *options, ptl_error *err)
{
    *out = NULL;
    ptl_csv *csv = malloc(sizeof *csv);
    if (!csv) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to read a file");
    memset(csv, 0, offsetof(ptl_csv, raw));
    ptl_arena_init(&csv->arena, (size_t)2 << 20, NULL);
    const ptl_status st = start(csv, fd, options, err);
    if (st != PTL_OK)
        ptl_csv_close(csv);
    else
        *out = csv;
    return st;
}

void ptl_csv_close(ptl_csv *csv)
{
    if (!csv) return;
    ptl_text_input_close(&csv->input);
    ptl_arena_dispose(&csv->arena);
    free(csv);
}

int64_t ptl_csv_n_columns(const ptl_csv *csv)
{
    return csv->n_columns;
}

const char *ptl_csv_column(const ptl_csv *csv, int64_t idx)
{
    return csv->names[idx];
}

char ptl_csv_delimiter(const ptl_csv *csv)
{
    return csv->delimiter;
}

int64_t ptl_csv_bytes_read(const ptl_csv *csv)
{
    return csv->input.offset;
}

int64_t ptl_csv_totals(const ptl_csv *csv)
{
    return csv->n_passed;
}
