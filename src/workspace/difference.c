/* difference.c: what changed between two sets of files, as people read it (workspace.h).
 *
 * Unified text with three lines of context. Two files are aligned by their longest common
 * subsequence of lines. Common lines at both ends are set aside first; for what remains, table
 * L[i][j] holds the length for the suffixes that begin at line i of the one and j of the other,
 * and a walk from L[0][0] reads the edit off. Where the table would pass its ceiling, what remains
 * is shown as wholly replaced: longer to read, and still exactly what happened. */
#include "workspace/workspace.h"

#include "workspace/limits.h"

#include <stdlib.h>
#include <string.h>

enum { CONTEXT = 3 };

typedef struct lines {
    ptl_text *items; /* each with its line end, where it has one */
    int64_t n;
} lines;

/* One line of the edit: ' ' in both, '-' in the first, '+' in the second. */
typedef struct step {
    char mark;
    ptl_text line;
} step;

typedef struct edit {
    step *steps;
    int64_t n;
} edit;

static ptl_status split(lines *out, ptl_text content, ptl_arena *arena, ptl_error *err)
{
    int64_t n = 0;
    for (size_t i = 0; i < content.len; i++) n += content.ptr[i] == '\n' || i + 1 == content.len;
    out->items = ptl_arena_array(arena, n + 1, sizeof *out->items, err);
    if (!out->items) return ptl_refused(err);
    out->n = 0;
    for (size_t start = 0, i = 0; i < content.len; i++) {
        if (content.ptr[i] != '\n' && i + 1 < content.len) continue;
        out->items[out->n++] = (ptl_text){content.ptr + start, i + 1 - start};
        start = i + 1;
    }
    return PTL_OK;
}

static void push(edit *e, char mark, const lines *from, int64_t first, int64_t end)
{
    for (int64_t i = first; i < end; i++) e->steps[e->n++] = (step){mark, from->items[i]};
}

/* --- aligning --------------------------------------------------------------------------------- */

typedef struct window {
    const lines *a, *b;
    int64_t first;        /* lines alike at the start       */
    int64_t end_a, end_b; /* where the alike end begins     */
} window;

static window narrow(const lines *a, const lines *b)
{
    window w = {a, b, 0, a->n, b->n};
    while (w.first < w.end_a && w.first < w.end_b &&
           ptl_text_equal(a->items[w.first], b->items[w.first]))
        w.first++;
    while (w.end_a > w.first && w.end_b > w.first &&
           ptl_text_equal(a->items[w.end_a - 1], b->items[w.end_b - 1]))
        w.end_a--, w.end_b--;
    return w;
}

/* L, one row more and one column more than there are lines; NULL where it would be too large. */
static uint16_t *common_lengths(const window *w, ptl_arena *arena)
{
    const int64_t n_a = w->end_a - w->first, n_b = w->end_b - w->first;
    if (n_a >= UINT16_MAX || n_b >= UINT16_MAX || (n_a + 1) * (n_b + 1) > PTL_DIFFERENCE_CELLS_MAX)
        return NULL;
    uint16_t *length = ptl_arena_array(arena, (n_a + 1) * (n_b + 1), sizeof *length, NULL);
    for (int64_t i = n_a - 1; length && i >= 0; i--) {
        uint16_t *row = length + i * (n_b + 1);
        const uint16_t *below = row + n_b + 1;
        for (int64_t j = n_b - 1; j >= 0; j--) {
            const bool same = ptl_text_equal(w->a->items[w->first + i], w->b->items[w->first + j]);
            const uint16_t best = below[j] >= row[j + 1] ? below[j] : row[j + 1];
            row[j] = same ? (uint16_t)(below[j + 1] + 1) : best;
        }
    }
    return length;
}

/* Taken away before put in where both would do: the order of a unified difference. */
static void walk(edit *e, const window *w, const uint16_t *length)
{
    int64_t i = w->first, j = w->first;
    const int64_t width = w->end_b - w->first + 1;
    while (i < w->end_a && j < w->end_b) {
        const uint16_t *cell = length + (i - w->first) * width + (j - w->first);
        if (ptl_text_equal(w->a->items[i], w->b->items[j])) {
            push(e, ' ', w->a, i, i + 1);
            i++, j++;
        } else if (cell[width] >= cell[1]) {
            push(e, '-', w->a, i, i + 1);
            i++;
        } else {
            push(e, '+', w->b, j, j + 1);
            j++;
        }
    }
    push(e, '-', w->a, i, w->end_a);
    push(e, '+', w->b, j, w->end_b);
}

static ptl_status align(edit *e, const lines *a, const lines *b, ptl_arena *arena, ptl_error *err)
{
    const window w = narrow(a, b);
    e->n = 0;
    e->steps = ptl_arena_array(arena, a->n + b->n + 1, sizeof *e->steps, err);
    if (!e->steps) return ptl_refused(err);
    const uint16_t *length = common_lengths(&w, arena);
    push(e, ' ', a, 0, w.first);
    if (length) {
        walk(e, &w, length);
    } else {
        push(e, '-', a, w.first, w.end_a);
        push(e, '+', b, w.first, w.end_b);
    }
    push(e, ' ', a, w.end_a, a->n);
    return PTL_OK;
}

/* --- printing --------------------------------------------------------------------------------- */

static void print_step(ptl_buffer *out, const step *s)
{
    ptl_buffer_append(out, &s->mark, 1);
    ptl_buffer_append(out, s->line.ptr, s->line.len);
    if (!ptl_text_ends(s->line, PTL_TEXT("\n")))
        ptl_buffer_text(out, "\n\\ No newline at end of file\n");
}

static void print_place(ptl_buffer *out, char sign, int64_t before, int64_t n)
{
    /* a side without lines is placed behind the line before it */
    ptl_buffer_printf(out, "%c%lld", sign, (long long)(n > 0 ? before + 1 : before));
    if (n != 1) ptl_buffer_printf(out, ",%lld", (long long)n);
}

/* Lines [from, to) of the edit; `a` and `b` lines of either file lie before them. */
static void print_hunk(ptl_buffer *out, const edit *e, int64_t from, int64_t to, int64_t a,
                       int64_t b)
{
    int64_t n_a = 0, n_b = 0;
    for (int64_t i = from; i < to; i++) {
        n_a += e->steps[i].mark != '+';
        n_b += e->steps[i].mark != '-';
    }
    ptl_buffer_text(out, "@@ ");
    print_place(out, '-', a, n_a);
    ptl_buffer_text(out, " ");
    print_place(out, '+', b, n_b);
    ptl_buffer_text(out, " @@\n");
    for (int64_t i = from; i < to; i++) print_step(out, &e->steps[i]);
}

/* The end of the hunk whose first change is at `at`. Changes with at most two contexts between
 * them share one. */
static int64_t hunk_end(const edit *e, int64_t at)
{
    int64_t last = at;
    for (int64_t i = at; i < e->n && i - last <= 2 * CONTEXT + 1; i++)
        if (e->steps[i].mark != ' ') last = i;
    return last + 1 + CONTEXT < e->n ? last + 1 + CONTEXT : e->n;
}

static void print_hunks(ptl_buffer *out, const edit *e)
{
    int64_t a = 0, b = 0, at = 0; /* lines of either file before step `at` */
    for (int64_t i = 0; i < e->n; i++) {
        if (e->steps[i].mark == ' ') continue;
        const int64_t from = i - at > CONTEXT ? i - CONTEXT : at;
        const int64_t to = hunk_end(e, i);
        a += from - at; /* all of them alike */
        b += from - at;
        print_hunk(out, e, from, to, a, b);
        for (int64_t k = from; k < to; k++) {
            a += e->steps[k].mark != '+';
            b += e->steps[k].mark != '-';
        }
        at = to;
        i = to - 1;
    }
}

static ptl_status print_file(ptl_buffer *out, const ptl_config_file *before,
                             const ptl_config_file *after, ptl_arena *arena, ptl_error *err)
{
    lines a, b;
    edit e;
    const ptl_text none = {0};
    const ptl_arena_mark mark = ptl_arena_save(arena);
    if (before && after && ptl_text_equal(before->content, after->content)) return PTL_OK;
    ptl_buffer_printf(out, "--- %s%s\n", before ? "a/" : "/dev/null", before ? before->path : "");
    ptl_buffer_printf(out, "+++ %s%s\n", after ? "b/" : "/dev/null", after ? after->path : "");
    PTL_TRY(split(&a, before ? before->content : none, arena, err));
    PTL_TRY(split(&b, after ? after->content : none, arena, err));
    PTL_TRY(align(&e, &a, &b, arena, err));
    print_hunks(out, &e);
    ptl_arena_rewind(arena, mark);
    return PTL_OK;
}

/* --- file by file ----------------------------------------------------------------------------- */

static int compare_paths(const void *a, const void *b)
{
    return strcmp((*(const ptl_config_file *const *)a)->path,
                  (*(const ptl_config_file *const *)b)->path);
}

static const ptl_config_file **sorted(const ptl_config_file *files, int64_t n, ptl_arena *arena,
                                      ptl_error *err)
{
    const ptl_config_file **out = ptl_arena_array(arena, n + 1, sizeof *out, err);
    for (int64_t i = 0; out && i < n; i++) out[i] = &files[i];
    if (out) qsort(out, (size_t)n, sizeof *out, compare_paths);
    return out;
}

static ptl_status print_all(ptl_buffer *out, const ptl_config_file **a, int64_t n_a,
                            const ptl_config_file **b, int64_t n_b, ptl_arena *arena,
                            ptl_error *err)
{
    for (int64_t i = 0, j = 0; i < n_a || j < n_b;) {
        const int order = i == n_a ? 1 : j == n_b ? -1 : strcmp(a[i]->path, b[j]->path);
        const ptl_config_file *before = order <= 0 ? a[i++] : NULL;
        const ptl_config_file *after = order >= 0 ? b[j++] : NULL;
        PTL_TRY(print_file(out, before, after, arena, err));
    }
    return ptl_buffer_check(out, "the difference of two configurations", err);
}

ptl_status ptl_workspace_difference(ptl_buffer *out, const ptl_config_file *before,
                                    int64_t n_before, const ptl_config_file *after, int64_t n_after,
                                    ptl_error *err)
{
    ptl_arena arena;
    ptl_arena_init(&arena, PTL_DIFFERENCE_ARENA_BYTES_MAX, NULL);
    const ptl_config_file **a = sorted(before, n_before, &arena, err);
    const ptl_config_file **b = a ? sorted(after, n_after, &arena, err) : NULL;
    const ptl_status st =
        b ? print_all(out, a, n_before, b, n_after, &arena, err) : ptl_refused(err);
    ptl_arena_dispose(&arena);
    return st;
}
