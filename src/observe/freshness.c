/* freshness.c: days against habits (see freshness.h).
 *
 * Two readings: what loads brought in all, and rows a day of the last ten weeks. Days are counted
 * to the last complete one, the day before the newest order's; without orders, the newest day of
 * anything that happens (a plan reaches into next year and says nothing of today). */
#include "observe/freshness.h"

#include <string.h>

enum { SPAN = PTL_FRESH_DAYS + PTL_FRESH_HABIT };

/* Of days with rows, from which a day without is missing: below it a day without is chance. */
static const double nearly_always = 0.95;

enum { FEW_FROM = 12 }; /* rows usual a day, below which half of them is chance too */

/* Tables whose rows happen on a day. Of the others a source has no days. */
static bool is_by_day(const char *table)
{
    static const char *const names[] = {
        "event",     "spend",  "txn",      "subscription",      "lead",   "opportunity",
        "usage_day", "ticket", "feedback", "opportunity_stage", "consent"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], table) == 0) return true;
    return false;
}

/* --- what was loaded -------------------------------------------------------------------------- */

static ptl_fresh_source *find(ptl_freshness *f, ptl_text source)
{
    for (int64_t i = 0; i < f->n_sources; i++)
        if (ptl_text_equal(source, ptl_text_of(f->sources[i].source->name))) return &f->sources[i];
    return NULL; /* a source of older files, not in force any more */
}

static void take_loads(ptl_freshness *f, const ptl_table *t)
{
    ptl_day newest = INT32_MIN, newest_order = INT32_MIN;
    for (int64_t i = 0; i < t->n_rows; i++) {
        ptl_fresh_source *s = find(f, ptl_column_text(&t->columns[0], i));
        if (!s) continue;
        s->is_loaded = true;
        s->files += ptl_column_int(&t->columns[2], i);
        s->rows += ptl_column_int(&t->columns[3], i);
        s->set_aside += ptl_column_int(&t->columns[4], i);
        if (!ptl_column_present(&t->columns[6], i)) continue;
        const ptl_day day = (ptl_day)ptl_column_int(&t->columns[6], i);
        if (!s->has_last || day > s->last) s->last = day;
        s->has_last = true;
        if (is_by_day(s->source->table) && day > newest) newest = day;
        if (strcmp(s->source->table, "txn") == 0 && day > newest_order) newest_order = day;
    }
    f->has_days = newest > INT32_MIN;
    f->last = newest_order > INT32_MIN ? newest_order - 1 : newest;
    f->first = f->has_days ? f->last - PTL_FRESH_DAYS + 1 : 0;
}

static ptl_status read_loads(ptl_freshness *f, ptl_store *store, ptl_error *err)
{
    const ptl_value ever = ptl_value_instant(PTL_INSTANT_EVER);
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "source/summary", &ever, 1, 0, err));
    take_loads(f, &t);
    ptl_table_dispose(&t);
    return PTL_OK;
}

/* --- days ------------------------------------------------------------------------------------- */

static void sort(int64_t *x, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        for (int64_t j = i; j > 0 && x[j - 1] > x[j]; j--) {
            const int64_t kept = x[j];
            x[j] = x[j - 1];
            x[j - 1] = kept;
        }
}

/* What the weekday of day `d` usually brings: the median of its days with rows before those shown.
 */
static int64_t usual_of(const int64_t *rows, int64_t d)
{
    int64_t seen[PTL_FRESH_HABIT / 7 + 1];
    int64_t n = 0;
    for (int64_t k = d % 7; k < PTL_FRESH_HABIT; k += 7)
        if (rows[k] > 0) seen[n++] = rows[k];
    sort(seen, n);
    return n > 0 ? seen[n / 2] : 0;
}

/* A source younger than four weeks has no habit: no day of it is missing. */
static bool is_due(const int64_t *rows)
{
    int64_t first = 0, present = 0;
    while (first < PTL_FRESH_HABIT && rows[first] == 0) first++;
    for (int64_t d = first; d < PTL_FRESH_HABIT; d++) present += rows[d] > 0;
    const int64_t known = PTL_FRESH_HABIT - first;
    return known >= 28 && (double)present >= nearly_always * (double)known;
}

static bool is_few(int64_t n, int64_t usual)
{
    return usual >= FEW_FROM && 2 * n < usual;
}

static ptl_fresh_state state_of(const ptl_fresh_source *s)
{
    int64_t d = PTL_FRESH_DAYS - 1;
    if (s->missing > 0) return PTL_FRESH_MISSING;
    while (d > 0 && s->day[d] == PTL_DAY_NOT_DUE) d--;
    return s->day[d] == PTL_DAY_FEW ? PTL_FRESH_FEW : PTL_FRESH;
}

static void judge(ptl_fresh_source *s, const int64_t *rows)
{
    const bool due = is_due(rows);
    int64_t total = 0;
    for (int64_t i = 0; i < PTL_FRESH_DAYS; i++) {
        const int64_t n = rows[PTL_FRESH_HABIT + i];
        total += n;
        if (n == 0)
            s->day[i] = due ? PTL_DAY_MISSING : PTL_DAY_NOT_DUE;
        else
            s->day[i] =
                is_few(n, usual_of(rows, PTL_FRESH_HABIT + i)) ? PTL_DAY_FEW : PTL_DAY_USUAL;
    }
    while (s->missing < PTL_FRESH_DAYS &&
           s->day[PTL_FRESH_DAYS - 1 - s->missing] == PTL_DAY_MISSING)
        s->missing++;
    s->rows_a_day = (double)total / PTL_FRESH_DAYS;
    s->state = state_of(s);
}

static void take_days(ptl_freshness *f, const ptl_table *t, int64_t *rows)
{
    const ptl_day start = f->first - PTL_FRESH_HABIT;
    for (int64_t i = 0; i < t->n_rows; i++) {
        const ptl_fresh_source *s = find(f, ptl_column_text(&t->columns[0], i));
        const int64_t day = ptl_column_int(&t->columns[2], i) - start;
        if (s && day >= 0 && day < SPAN)
            rows[(s - f->sources) * SPAN + day] += ptl_column_int(&t->columns[3], i);
    }
}

static ptl_status read_days(int64_t **rows, ptl_freshness *f, ptl_store *store, ptl_arena *arena,
                            ptl_error *err)
{
    const ptl_value params[] = {ptl_value_day(f->first - PTL_FRESH_HABIT), ptl_value_day(f->last)};
    ptl_table t = {0};
    *rows = ptl_arena_array(arena, (f->n_sources + 1) * SPAN, sizeof **rows, err);
    if (!*rows) return PTL_E_NO_MEMORY;
    memset(*rows, 0, (size_t)((f->n_sources + 1) * SPAN) * sizeof **rows);
    if (!f->has_days) return PTL_OK;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "source/rows_recent", params, 2, 0, err));
    take_days(f, &t, *rows);
    ptl_table_dispose(&t);
    return PTL_OK;
}

/* --- all -------------------------------------------------------------------------------------- */

static void settle(ptl_freshness *f, const int64_t *rows)
{
    for (int64_t i = 0; i < f->n_sources; i++) {
        ptl_fresh_source *s = &f->sources[i];
        const bool by_day = is_by_day(s->source->table);
        if (!s->is_loaded)
            s->state = PTL_FRESH_NOTHING;
        else if (by_day)
            judge(s, rows + i * SPAN);
        else
            s->state = PTL_FRESH_UNDATED;
        f->n_due += s->state != PTL_FRESH_UNDATED;
        f->n_fresh += s->state == PTL_FRESH;
    }
}

ptl_status ptl_freshness_read(ptl_freshness *out, ptl_store *store, const ptl_workspace *workspace,
                              ptl_arena *arena, ptl_error *err)
{
    int64_t *rows;
    *out = (ptl_freshness){.n_sources = workspace->n_sources};
    out->sources = ptl_arena_array(arena, out->n_sources + 1, sizeof *out->sources, err);
    if (!out->sources) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < out->n_sources; i++)
        out->sources[i] =
            (ptl_fresh_source){.source = &workspace->sources[i], .rows_a_day = PTL_NAN};
    PTL_TRY(read_loads(out, store, err));
    PTL_TRY(read_days(&rows, out, store, arena, err));
    settle(out, rows);
    return PTL_OK;
}
