/* jsonl.c: lines are cut, scanned (json_scan.h) and laid out in columns (jsonl.h).
 *
 * Tools write the keys of every object in the same order, so the column of a value is guessed to be
 * the one that followed last time, and looked up in a table of hashes only where that is wrong. */
#include "store/jsonl.h"

#include "store/json_scan.h"
#include "store/text_input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 4 * PTL_ROWS_COLUMNS_MAX };

typedef struct column {
    const char *path, *name;
    size_t path_len;
    int64_t row_set; /* the row that gave it a value last */
    int32_t next;    /* the column that followed it       */
} column;

struct ptl_jsonl {
    ptl_text_input input;
    int fd;
    char decimal;
    bool ended;        /* the input gave its last byte */
    bool learns;       /* keys become columns          */
    size_t begin, end; /* unread bytes of the buffer   */
    int64_t row, line; /* of the line to come          */
    int32_t last;      /* column of the value before, -1 at the start of a line */
    int32_t first;     /* column that lines begin with */
    int64_t n_columns;
    char *scratch; /* of the line: what follows the unfolded texts */
    ptl_arena arena;
    column columns[PTL_ROWS_COLUMNS_MAX];
    int32_t slots[SLOTS]; /* column + 1 by the hash of its path; 0: free */
    ptl_text fields[PTL_ROWS_COLUMNS_MAX];
    char fault[PTL_ROWS_FAULT_BYTES];
    char buffer[PTL_JSONL_BUFFER_BYTES];
    char unfolded[2 * PTL_JSONL_LINE_BYTES_MAX]; /* texts, and numbers with another mark */
};

/* --- columns ---------------------------------------------------------------------------------- */

static uint32_t hash_path(ptl_text path)
{
    uint32_t h = UINT32_C(2166136261); /* FNV-1a */
    for (size_t i = 0; i < path.len; i++) h = (h ^ (uint8_t)path.ptr[i]) * UINT32_C(16777619);
    return h;
}

static bool is_path(const column *c, ptl_text path)
{
    return c->path_len == path.len && memcmp(c->path, path.ptr, path.len) == 0;
}

/* The slot of a path: of its column, or the free one where it would go. */
static int32_t *slot_of(ptl_jsonl *file, ptl_text path)
{
    for (uint32_t at = hash_path(path);; at++) {
        int32_t *slot = &file->slots[at % SLOTS];
        if (*slot == 0 || is_path(&file->columns[*slot - 1], path)) return slot;
    }
}

static ptl_status add_column(ptl_jsonl *file, ptl_text path, const char *name, ptl_error *err)
{
    column *c = &file->columns[file->n_columns];
    *c = (column){.path = ptl_text_copy(path, &file->arena, err), .path_len = path.len, .next = -1};
    if (!c->path) return PTL_E_NO_MEMORY;
    c->name = name;
    *slot_of(file, path) = (int32_t)++file->n_columns;
    return PTL_OK;
}

/* A broken line names no columns: those beyond the first `n` are forgotten. */
static void forget_columns(ptl_jsonl *file, int64_t n)
{
    if (file->n_columns == n) return;
    file->n_columns = 0;
    memset(file->slots, 0, sizeof file->slots);
    for (int64_t i = 0; i < n; i++) {
        const column *c = &file->columns[i];
        *slot_of(file, (ptl_text){c->path, c->path_len}) = (int32_t)++file->n_columns;
        file->columns[i].next = -1;
    }
    file->first = -1;
}

/* The column of a path, -1 where it has none. */
static int32_t find_column(ptl_jsonl *file, ptl_text path)
{
    int32_t *guess = file->last < 0 ? &file->first : &file->columns[file->last].next;
    if (*guess >= 0 && is_path(&file->columns[*guess], path)) return *guess;
    const int32_t found = *slot_of(file, path) - 1;
    if (found >= 0) *guess = found;
    return found;
}

static ptl_text with_decimal(ptl_jsonl *file, ptl_text number)
{
    const char *point = memchr(number.ptr, '.', number.len);
    if (!point) return number;
    char *copy = file->scratch;
    memcpy(copy, number.ptr, number.len);
    copy[point - number.ptr] = file->decimal;
    file->scratch += number.len;
    return (ptl_text){copy, number.len};
}

static const char *give(void *ctx, ptl_text path, ptl_text value, bool is_number)
{
    ptl_jsonl *file = ctx;
    int32_t idx = find_column(file, path);
    if (idx < 0 && file->learns && file->n_columns < PTL_ROWS_COLUMNS_MAX && path.len > 0) {
        if (add_column(file, path, NULL, NULL) != PTL_OK) return "no memory for another column";
        idx = (int32_t)file->n_columns - 1;
    }
    if (idx < 0) return NULL;
    file->last = idx;
    if (file->columns[idx].row_set == file->row) return "a key comes twice";
    file->columns[idx].row_set = file->row;
    if (is_number && file->decimal != '.') value = with_decimal(file, value);
    file->fields[idx] = value;
    return NULL;
}

/* --- lines ------------------------------------------------------------------------------------ */

static ptl_status refill(ptl_jsonl *file, ptl_error *err)
{
    memmove(file->buffer, file->buffer + file->begin, file->end - file->begin);
    file->end -= file->begin;
    file->begin = 0;
    while (!file->ended && file->end < PTL_JSONL_BUFFER_BYTES - PTL_TEXT_INPUT_BYTES) {
        size_t n;
        PTL_TRY(ptl_text_input_read(&n, &file->input, file->buffer + file->end,
                                    PTL_JSONL_BUFFER_BYTES - file->end, err));
        file->end += n;
        file->ended = n == 0;
    }
    return PTL_OK;
}

/* On to the end of a line that was given up. */
static ptl_status skip_line(ptl_jsonl *file, ptl_error *err)
{
    const char *lf = NULL;
    while (!lf) {
        lf = memchr(file->buffer + file->begin, '\n', file->end - file->begin);
        file->begin = lf ? (size_t)(lf + 1 - file->buffer) : file->end;
        if (!lf && file->ended) return PTL_OK;
        if (!lf) PTL_TRY(refill(file, err));
    }
    return PTL_OK;
}

/* The next line without its end; a line beyond the ceiling is cut there and marked as a fault. */
static ptl_status next_line(bool *more, ptl_text *out, ptl_jsonl *file, ptl_error *err)
{
    file->fault[0] = '\0';
    for (;;) {
        const char *start = file->buffer + file->begin;
        const size_t n = file->end - file->begin;
        const char *lf = memchr(start, '\n', n);
        *more = n > 0 || !file->ended;
        if (!*more) return PTL_OK;
        const size_t len = lf ? (size_t)(lf - start) : n;
        const bool is_long = len > PTL_JSONL_LINE_BYTES_MAX;
        if (lf || is_long || file->ended) {
            *out = (ptl_text){start, is_long ? (size_t)4096 : len};
            file->line++;
            file->begin += lf ? len + 1 : len;
            if (is_long)
                (void)snprintf(file->fault, sizeof file->fault, "longer than %d bytes",
                               PTL_JSONL_LINE_BYTES_MAX);
            return PTL_OK;
        }
        PTL_TRY(refill(file, err));
    }
}

static bool scan(ptl_jsonl *file, ptl_text line)
{
    size_t at = 0;
    if (file->fault[0] != '\0' || !ptl_rows_is_text(file->fault, line)) return false;
    for (int64_t i = 0; i < file->n_columns; i++) file->fields[i] = (ptl_text){NULL, 0};
    file->last = -1;
    file->scratch = file->unfolded + PTL_JSONL_LINE_BYTES_MAX;
    const int64_t n_columns = file->n_columns;
    const char *fault = ptl_json_scan(&at, line, file->unfolded, give, file);
    if (!fault) return true;
    (void)snprintf(file->fault, sizeof file->fault, "%s, at position %zu", fault, at);
    forget_columns(file, n_columns);
    return false;
}

ptl_status ptl_jsonl_next(bool *more, ptl_row *out, ptl_jsonl *file, ptl_error *err)
{
    ptl_text line;
    do {
        /* What was given up last time: only now may its bytes go. */
        if (file->fault[0] != '\0' && file->begin > 0 && file->buffer[file->begin - 1] != '\n')
            PTL_TRY(skip_line(file, err));
        PTL_TRY(next_line(more, &line, file, err));
        if (!*more) return PTL_OK;
        line = ptl_text_trim(line);
    } while (line.len == 0);
    file->row++;
    const bool fits = scan(file, line);
    *out = (ptl_row){.row = file->row,
                     .line = file->line,
                     .fields = fits ? file->fields : NULL,
                     .raw = line,
                     .fault = fits ? NULL : file->fault};
    return PTL_OK;
}

/* --- opening ---------------------------------------------------------------------------------- */

static ptl_status rewind_to_start(ptl_jsonl *file, const ptl_rows_options *options, ptl_error *err)
{
    ptl_text_input_close(&file->input);
    file->ended = false;
    file->begin = file->end = 0;
    file->row = file->line = 0;
    for (int64_t i = 0; i < file->n_columns; i++) file->columns[i].row_set = 0;
    return ptl_text_input_open(&file->input, file->fd, options, err);
}

/* One object that spans the file, or a list of objects, is JSON too, but not this. */
static ptl_status refuse_first(const ptl_jsonl *file, const ptl_row *row, ptl_error *err)
{
    const bool is_list = row->raw.len > 0 && row->raw.ptr[0] == '[';
    ptl_status st = is_list ? ptl_fail(err, PTL_E_INVALID,
                                       "%s is one JSON list, not one object a "
                                       "line",
                                       file->input.name)
                            : ptl_fail(err, PTL_E_INVALID, "%s: line %lld: %s", file->input.name,
                                       (long long)row->line, row->fault);
    ptl_error_hint(err, "export it as JSON lines (also called NDJSON): one object a line");
    return st;
}

/* The keys of the first lines; the first fault speaks where no line is an object. */
static ptl_status learn(ptl_jsonl *file, const ptl_rows_options *options, ptl_error *err)
{
    ptl_error first = {0};
    bool more = true;
    file->learns = true;
    for (size_t n_bytes = 0;
         options->sample_bytes == 0 || n_bytes < (size_t)options->sample_bytes;) {
        ptl_row row = {0};
        PTL_TRY(ptl_jsonl_next(&more, &row, file, err));
        if (!more) break;
        n_bytes += row.raw.len;
        if (row.fault && first.status == PTL_OK) (void)refuse_first(file, &row, &first);
    }
    file->learns = false;
    if (file->n_columns > 0) return PTL_OK;
    if (first.status == PTL_OK)
        return ptl_fail(err, PTL_E_INVALID, "%s is empty", file->input.name);
    if (err) *err = first;
    return first.status;
}

static ptl_status name_columns(ptl_jsonl *file, ptl_error *err)
{
    const char **names = ptl_arena_array(&file->arena, file->n_columns, sizeof *names, err);
    if (!names) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < file->n_columns; i++) {
        column *c = &file->columns[i];
        PTL_TRY(ptl_rows_name_column(names, i, (ptl_text){c->path, c->path_len}, file->input.name,
                                     &file->arena, err));
        c->name = names[i];
    }
    return PTL_OK;
}

static ptl_status start(ptl_jsonl *file, const ptl_rows_options *options, ptl_error *err)
{
    PTL_TRY(ptl_text_input_open(&file->input, file->fd, options, err));
    for (int64_t i = 0; i < options->n_paths; i++)
        PTL_TRY(add_column(file, ptl_text_of(options->paths[i]), NULL, err));
    if (options->n_paths == 0) {
        PTL_TRY(learn(file, options, err));
        PTL_TRY(rewind_to_start(file, options, err));
    }
    return name_columns(file, err);
}

ptl_status ptl_jsonl_open(ptl_jsonl **out, int fd, const ptl_rows_options *options, ptl_error *err)
{
    *out = NULL;
    ptl_jsonl *file = malloc(sizeof *file);
    if (!file) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to read a file");
    memset(file, 0, offsetof(ptl_jsonl, fault));
    file->fault[0] = '\0';
    file->fd = fd;
    file->first = file->last = -1;
    file->decimal = options->decimal ? options->decimal : '.';
    ptl_arena_init(&file->arena, PTL_JSONL_ARENA_BYTES_MAX, NULL);
    const ptl_status st = start(file, options, err);
    if (st != PTL_OK)
        ptl_jsonl_close(file);
    else
        *out = file;
    return st;
}

void ptl_jsonl_close(ptl_jsonl *file)
{
    if (!file) return;
    ptl_text_input_close(&file->input);
    ptl_arena_dispose(&file->arena);
    free(file);
}

int64_t ptl_jsonl_n_columns(const ptl_jsonl *file)
{
    return file->n_columns;
}

const char *ptl_jsonl_column(const ptl_jsonl *file, int64_t idx)
{
    return file->columns[idx].name;
}

const char *ptl_jsonl_path(const ptl_jsonl *file, int64_t idx)
{
    return file->columns[idx].path;
}

int64_t ptl_jsonl_bytes_read(const ptl_jsonl *file)
{
    return file->input.offset;
}
