/* csv.c: the splitter. One pass over the bytes finds a row's fields as slices of the buffer;
 * doubled quotes are folded in place only when the whole row is there, so that a row that turns out
 * to be faulty can be read again line by line. */
#include "store/csv_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct raw_field {
    uint32_t at, len; /* from the record's start */
    bool has_doubled; /* quotes to fold          */
} raw_field;

struct ptl_csv {
    ptl_csv_input input;
    char delimiter, quote;
    bool ended;        /* the input gave its last byte */
    bool skipping;     /* the rest of a line too long for the buffer */
    size_t begin, end; /* unread bytes of the buffer   */
    int64_t row, line; /* of the record to come        */
    int64_t n_columns;
    char **names;
    int64_t n_fields;
    bool stops[256]; /* delimiter, CR, LF */
    char fault[PTL_CSV_FAULT_BYTES];
    ptl_arena arena;
    raw_field raw[PTL_CSV_COLUMNS_MAX + 1];
    ptl_text fields[PTL_CSV_COLUMNS_MAX + 1];
    char buffer[PTL_CSV_BUFFER_BYTES + 1];
};

ptl_csv_options ptl_csv_options_default(void)
{
    return (ptl_csv_options){.size = sizeof(ptl_csv_options), .quote = '"'};
}

/* Move what is unread to the front and read on. */
static ptl_status refill(ptl_csv *csv, ptl_error *err)
{
    memmove(csv->buffer, csv->buffer + csv->begin, csv->end - csv->begin);
    csv->end -= csv->begin;
    csv->begin = 0;
    while (!csv->ended && csv->end < PTL_CSV_BUFFER_BYTES - PTL_CSV_DISK_BYTES) {
        size_t n;
        PTL_TRY(ptl_csv_input_read(&n, &csv->input, csv->buffer + csv->end,
                                   PTL_CSV_BUFFER_BYTES - csv->end, err));
        csv->end += n;
        csv->ended = n == 0;
    }
    return PTL_OK;
}

/* --- one record ------------------------------------------------------------------------------- */

typedef enum found {
    FOUND_RECORD,
    FOUND_MORE,     /* the buffer ends inside it          */
    FOUND_UNCLOSED, /* a quote was opened and not closed  */
    FOUND_AFTER,    /* text after a closing quote         */
    FOUND_WIDE      /* more fields than we keep           */
} found;

typedef struct record {
    const char *start, *end; /* bytes without the line end */
    const char *next;        /* where the next one starts  */
    int64_t n_lines;
    const char *fault_at;
} record;

/* The end of a line at p: its length (CR LF, LF or CR), 0 where the buffer must be longer to say.
 */
static size_t line_end_len(const ptl_csv *csv, const char *p, const char *end)
{
    if (*p == '\n') return 1;
    if (p + 1 < end) return p[1] == '\n' ? 2 : 1;
    return csv->ended ? 1 : 0;
}

/* The closing quote of a field that starts after an opening one; NULL where there is none. */
static const char *closing_quote(const ptl_csv *csv, raw_field *field, const char *p,
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

static found split(record *out, ptl_csv *csv)
{
    const char *const start = csv->buffer + csv->begin, *const end = csv->buffer + csv->end;
    const char *p = start;
    *out = (record){.start = start, .n_lines = 1};
    csv->n_fields = 0;
    for (;;) {
        if (csv->n_fields > PTL_CSV_COLUMNS_MAX) return FOUND_WIDE;
        raw_field *field = &csv->raw[csv->n_fields];
        field->has_doubled = false;
        if (p < end && *p == csv->quote) {
            const char *q = closing_quote(csv, field, p + 1, end, &out->n_lines);
            if (!q) return csv->ended ? FOUND_UNCLOSED : FOUND_MORE;
            if (q + 1 == end && !csv->ended) return FOUND_MORE;
            field->at = (uint32_t)(p + 1 - start);
            field->len = (uint32_t)(q - p - 1);
            p = q + 1;
            out->fault_at = p;
            if (p < end && !csv->stops[(uint8_t)*p]) return FOUND_AFTER;
        } else {
            const char *q = p;
            while (q < end && !csv->stops[(uint8_t)*q]) q++;
            if (q == end && !csv->ended) return FOUND_MORE;
            field->at = (uint32_t)(p - start);
            field->len = (uint32_t)(q - p);
            p = q;
        }
        csv->n_fields++;
        out->end = p;
        out->next = p;
        if (p == end) return FOUND_RECORD;
        if (*p != csv->delimiter) {
            const size_t n = line_end_len(csv, p, end);
            if (n == 0) return FOUND_MORE;
            out->next = p + n;
            return FOUND_RECORD;
        }
        p++;
    }
}

/* The physical line from `from` on, for a record that could not be split. */
static void take_line(record *out, ptl_csv *csv, const char *from)
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

static ptl_text unfold(ptl_csv *csv, const raw_field *field, const char *start)
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

/* Set csv->fault where the bytes are not text. */
static bool bytes_are_text(ptl_csv *csv, const record *r)
{
    const ptl_text text = {r->start, (size_t)(r->end - r->start)};
    if (is_plain_ascii(text.ptr, text.len)) return true;
    if (memchr(text.ptr, 0, text.len)) {
        (void)snprintf(csv->fault, sizeof csv->fault, "a NUL byte");
        return false;
    }
    size_t at = 0;
    if (ptl_text_utf8_valid(text, &at)) return true;
    (void)snprintf(csv->fault, sizeof csv->fault,
                   "byte 0x%02X at position %zu is not UTF-8; is the encoding latin-1?",
                   (unsigned)(uint8_t)text.ptr[at], at + 1);
    return false;
}

/* The next record into *out, its fault in csv->fault. */
static ptl_status next_record(bool *more, record *out, ptl_csv *csv, ptl_error *err)
{
    csv->fault[0] = '\0';
    PTL_TRY(skip_line(csv, err));
    for (;;) {
        if (csv->begin == csv->end && !csv->ended) PTL_TRY(refill(csv, err));
        *more = csv->begin < csv->end;
        if (!*more) return PTL_OK;
        found what = split(out, csv);
        if (what == FOUND_MORE && csv->end - csv->begin <= PTL_CSV_RECORD_BYTES_MAX) {
            PTL_TRY(refill(csv, err));
            continue;
        }
        const bool too_long =
            what == FOUND_MORE ||
            (what == FOUND_RECORD && out->end - out->start > (ptrdiff_t)PTL_CSV_RECORD_BYTES_MAX);
        if (too_long)
            (void)snprintf(csv->fault, sizeof csv->fault,
                           "longer than %d bytes; is a quote not closed?",
                           PTL_CSV_RECORD_BYTES_MAX);
        else if (what == FOUND_UNCLOSED)
            (void)snprintf(csv->fault, sizeof csv->fault, "a quote is opened and never closed");
        else if (what == FOUND_AFTER)
            (void)snprintf(csv->fault, sizeof csv->fault,
                           "text after the closing quote of field %lld",
                           (long long)(csv->n_fields + 1));
        else if (what == FOUND_WIDE)
            (void)snprintf(csv->fault, sizeof csv->fault, "more than %d fields",
                           PTL_CSV_COLUMNS_MAX);
        if (csv->fault[0] != '\0') {
            /* Past a long or an open record only its first line is given up. */
            const bool whole = what == FOUND_AFTER || (too_long && what == FOUND_RECORD);
            if (!whole) out->n_lines = 1;
            take_line(out, csv, whole ? out->fault_at ? out->fault_at : out->start : out->start);
        }
        return PTL_OK;
    }
}

static bool is_blank(const record *r)
{
    for (const char *p = r->start; p < r->end; p++)
        if (*p != ' ' && *p != '\t') return false;
    return true;
}

ptl_status ptl_csv_next(bool *more, ptl_csv_row *out, ptl_csv *csv, ptl_error *err)
{
    record r;
    do {
        PTL_TRY(next_record(more, &r, csv, err));
        if (!*more) return PTL_OK;
        out->line = csv->line;
        csv->line += r.n_lines;
        csv->begin = (size_t)(r.next - csv->buffer);
    } while (is_blank(&r));
    out->row = ++csv->row;
    out->raw = (ptl_text){NULL, 0};
    bool fits = csv->fault[0] == '\0' && bytes_are_text(csv, &r);
    if (fits && csv->n_fields != csv->n_columns) {
        (void)snprintf(csv->fault, sizeof csv->fault, "%lld fields where the head has %lld",
                       (long long)csv->n_fields, (long long)csv->n_columns);
        fits = false;
    }
    out->fault = fits ? NULL : csv->fault;
    out->fields = fits ? csv->fields : NULL;
    if (!fits) out->raw = (ptl_text){r.start, (size_t)(r.end - r.start)};
    for (int64_t i = 0; fits && i < csv->n_columns; i++)
        csv->fields[i] = unfold(csv, &csv->raw[i], r.start);
    return PTL_OK;
}

/* --- the head --------------------------------------------------------------------------------- */

/* Fields of the first lines with this delimiter: how many lines agree with the first. */
static int64_t agreement(ptl_csv *csv, char delimiter, int64_t *n_fields)
{
    const size_t begin = csv->begin;
    csv->delimiter = delimiter;
    csv->stops[(uint8_t)delimiter] = true;
    int64_t n = 0;
    *n_fields = 0;
    for (int32_t i = 0; i < 100 && csv->begin < csv->end && csv->begin < begin + (64 << 10); i++) {
        record r;
        if (split(&r, csv) != FOUND_RECORD) break;
        if (*n_fields == 0) *n_fields = csv->n_fields;
        if (csv->n_fields == *n_fields) n++;
        csv->begin = (size_t)(r.next - csv->buffer);
    }
    csv->stops[(uint8_t)delimiter] = false;
    csv->begin = begin;
    return n;
}

/* The delimiter that splits the head and agrees with most lines; more fields break a tie. */
static void find_delimiter(ptl_csv *csv)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    char best = ',';
    int64_t best_lines = 0, best_fields = 1;
    for (size_t i = 0; i < sizeof candidates; i++) {
        int64_t n_fields;
        const int64_t n_lines = agreement(csv, candidates[i], &n_fields);
        if (n_fields < 2) continue;
        if (n_lines < best_lines || (n_lines == best_lines && n_fields <= best_fields)) continue;
        best = candidates[i];
        best_lines = n_lines;
        best_fields = n_fields;
    }
    csv->delimiter = best;
}

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_name(const char *a, const char *b)
{
    while (*a && fold(*a) == fold(*b)) a++, b++;
    return *a == '\0' && *b == '\0';
}

static bool name_is_taken(const ptl_csv *csv, int64_t n, const char *name)
{
    for (int64_t i = 0; i < n; i++)
        if (same_name(csv->names[i], name)) return true;
    return same_name(name, "source_row");
}

static ptl_status name_column(ptl_csv *csv, int64_t idx, ptl_text text, ptl_error *err)
{
    text = ptl_text_trim(text);
    if (text.len > 255)
        return ptl_fail(err, PTL_E_INVALID, "%s: name of column %lld is longer than 255 bytes",
                        csv->input.name, (long long)(idx + 1));
    char *name = text.len > 0
                     ? ptl_text_copy(text, &csv->arena, err)
                     : ptl_text_format(&csv->arena, err, "column_%lld", (long long)(idx + 1));
    if (!name) return PTL_E_NO_MEMORY;
    const char *const base = name;
    for (int64_t n = 2; name_is_taken(csv, idx, name); n++) {
        name = ptl_text_format(&csv->arena, err, "%s_%lld", base, (long long)n);
        if (!name) return PTL_E_NO_MEMORY;
    }
    csv->names[idx] = name;
    return PTL_OK;
}

static ptl_status read_head(ptl_csv *csv, ptl_error *err)
{
    record r;
    bool more;
    do {
        PTL_TRY(next_record(&more, &r, csv, err));
        if (!more) return ptl_fail(err, PTL_E_INVALID, "%s is empty", csv->input.name);
        csv->line += r.n_lines;
        csv->begin = (size_t)(r.next - csv->buffer);
    } while (is_blank(&r));
    if (csv->fault[0] != '\0' || !bytes_are_text(csv, &r))
        return ptl_fail(err, PTL_E_INVALID, "%s: line %lld, the head: %s", csv->input.name,
                        (long long)(csv->line - r.n_lines), csv->fault);
    csv->n_columns = csv->n_fields;
    if (csv->n_columns > PTL_CSV_COLUMNS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "%s has more than %d columns", csv->input.name,
                        PTL_CSV_COLUMNS_MAX);
    csv->names = ptl_arena_array(&csv->arena, csv->n_columns, sizeof *csv->names, err);
    if (!csv->names) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < csv->n_columns; i++)
        PTL_TRY(name_column(csv, i, unfold(csv, &csv->raw[i], r.start), err));
    return PTL_OK;
}

static ptl_status start(ptl_csv *csv, int fd, const ptl_csv_options *options, ptl_error *err)
{
    csv->quote = options->quote ? options->quote : '"';
    csv->stops['\n'] = csv->stops['\r'] = true;
    csv->line = 1;
    PTL_TRY(ptl_csv_input_open(&csv->input, fd, options, err));
    PTL_TRY(refill(csv, err));
    csv->delimiter = options->delimiter;
    if (csv->delimiter == 0) find_delimiter(csv);
    if (csv->delimiter == csv->quote || csv->stops[(uint8_t)csv->delimiter])
        return ptl_fail(err, PTL_E_INVALID, "%s: the delimiter cannot be a quote or a line end",
                        csv->input.name);
    csv->stops[(uint8_t)csv->delimiter] = true;
    return read_head(csv, err);
}

ptl_status ptl_csv_open(ptl_csv **out, int fd, const ptl_csv_options *options, ptl_error *err)
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
    ptl_csv_input_close(&csv->input);
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
