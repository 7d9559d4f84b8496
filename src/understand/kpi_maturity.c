/* kpi_maturity.c: what was known of each week when it was so many weeks old, and the figures made
 * of it. A week counts as known at an age where something of its table was loaded between its end
 * and that age; one bulk import of the past says nothing, and that is said. */
#include "understand/kpi_internal.h"
#include "understand/maturity.h"

#include "portolan/sum.h"

#include <math.h>
#include <string.h>

enum { N_NAMES = 2, SHOWN_WEEKS = PTL_MATURITY_AGES, ROWS_BYTES_MAX = 128 << 20 };
static const char *const names[N_NAMES] = {"revenue", "media"};

typedef struct triangle {
    ptl_kpi *k;
    ptl_day first; /* of the first week */
    int64_t n_weeks;
    double *amounts[N_NAMES];     /* week * AGES + age */
    ptl_instant *loaded[N_NAMES]; /* instants of loads, in order; n_loaded of each */
    int64_t n_loaded[N_NAMES];
    ptl_instant known_by; /* the newest load's                                */
    int64_t since_micros; /* from the newest week's end to then               */
} triangle;

static ptl_instant week_ends(const triangle *t, int64_t w)
{
    return ptl_zone_day_start(t->k->workspace->zone, t->first + (ptl_day)(7 * (w + 1)));
}

/* When week w was as old as the newest week is now, and `age` weeks more. */
static ptl_instant age_ends(const triangle *t, int64_t w, int32_t age)
{
    return week_ends(t, w) + t->since_micros + 7 * age * PTL_MICROS_PER_DAY;
}

typedef struct known_row {
    int name;
    int64_t week, micros;
    ptl_instant known_at, replaced_at;
} known_row;

static ptl_status read_row(known_row *out, const triangle *t, const ptl_column *const c[6],
                           int64_t i, ptl_error *err)
{
    const ptl_day week = (ptl_day)ptl_column_int(c[1], i);
    int64_t rate;
    out->name = ptl_text_equal(ptl_column_text(c[0], i), ptl_text_of(names[0])) ? 0 : 1;
    out->week = (week - t->first) / 7;
    out->known_at = ptl_column_int(c[3], i);
    out->replaced_at = ptl_column_present(c[4], i) ? ptl_column_int(c[4], i) : PTL_INSTANT_EVER;
    /* at one rate a week: shares of a week's own amounts are asked for, not money */
    PTL_TRY(ptl_kpi_rate(&rate, t->k, ptl_column_text(c[2], i), week, week + 6, err));
    return ptl_muldiv(&out->micros, ptl_column_int(c[5], i), rate, INT64_C(1000000000), err);
}

static void note_load(triangle *t, const known_row *r)
{
    for (int64_t i = 0; i < t->n_loaded[r->name]; i++)
        if (t->loaded[r->name][i] == r->known_at) return;
    t->loaded[r->name][t->n_loaded[r->name]++] = r->known_at;
    if (r->known_at > t->known_by) t->known_by = r->known_at;
}

/* Whether anything of the table was loaded after the week's end and by its age's. */
static bool was_loaded(const triangle *t, int name, int64_t w, int32_t age)
{
    const ptl_instant from = week_ends(t, w), to = age_ends(t, w, age);
    for (int64_t i = 0; i < t->n_loaded[name]; i++)
        if (t->loaded[name][i] > from && t->loaded[name][i] <= to) return true;
    return false;
}

static void add_row(triangle *t, const known_row *r)
{
    if (r->week < 0 || r->week >= t->n_weeks) return;
    for (int32_t age = 0; age < PTL_MATURITY_AGES; age++) {
        const ptl_instant then = age_ends(t, r->week, age);
        if (r->known_at <= then && then < r->replaced_at)
            t->amounts[r->name][r->week * PTL_MATURITY_AGES + age] += (double)r->micros;
    }
}

/* An age that is not over, or at which nothing was loaded, is not known. */
static void blank(triangle *t)
{
    for (int n = 0; n < N_NAMES; n++)
        for (int64_t w = 0; w < t->n_weeks; w++)
            for (int32_t age = 0; age < PTL_MATURITY_AGES; age++)
                if (w + age >= t->n_weeks || !was_loaded(t, n, w, age))
                    t->amounts[n][w * PTL_MATURITY_AGES + age] = PTL_NAN;
}

static ptl_status fill(triangle *t, const ptl_table *rows, ptl_error *err)
{
    static const ptl_column_spec specs[6] = {
        {"name", PTL_TYPE_TEXT},           {"week", PTL_TYPE_DAY},
        {"currency", PTL_TYPE_TEXT},       {"known_at", PTL_TYPE_INSTANT},
        {"replaced_at", PTL_TYPE_INSTANT}, {"micros", PTL_TYPE_INT}};
    const ptl_column *c[6];
    for (int i = 0; i < 6; i++)
        PTL_TRY(ptl_table_column(&c[i], rows, specs[i].name, specs[i].type, err));
    for (int n = 0; n < N_NAMES; n++) {
        t->amounts[n] =
            ptl_arena_array(t->k->arena, t->n_weeks * PTL_MATURITY_AGES, sizeof **t->amounts, err);
        t->loaded[n] = ptl_arena_array(t->k->arena, rows->n_rows + 1, sizeof **t->loaded, err);
        if (!t->amounts[n] || !t->loaded[n]) return PTL_E_NO_MEMORY;
    }
    known_row *held = ptl_arena_array(t->k->arena, rows->n_rows + 1, sizeof *held, err);
    if (!held) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < rows->n_rows; i++) {
        PTL_TRY(read_row(&held[i], t, c, i, err));
        note_load(t, &held[i]);
    }
    t->since_micros = t->known_by - week_ends(t, t->n_weeks - 1);
    for (int64_t i = 0; i < rows->n_rows; i++) add_row(t, &held[i]);
    blank(t);
    return PTL_OK;
}

/* --- figures ---------------------------------------------------------------------------------- */

static ptl_status put(triangle *t, int name, int64_t week, int32_t age, ptl_error *err)
{
    ptl_kpi *k = t->k;
    const ptl_maturity_data data = {t->amounts[name], t->n_weeks};
    const ptl_maturity m = ptl_maturity_of(&data, age);
    ptl_figure_row row = ptl_figure_row_empty();
    row.name = name == 0 ? "revenue.maturity" : "media.maturity";
    row.grain = "week";
    row.from = t->first + (ptl_day)(7 * week);
    row.to = row.from + 6;
    row.unit = "share";
    row.value = m.share;
    row.low = m.low;
    row.high = m.high;
    row.probability = isnan(m.low) ? PTL_NAN : 0.8;
    row.kind = "estimated";
    row.verdict = ptl_verdict_text(m.verdict);
    return ptl_figure_rows_put(&k->rows, &row, err);
}

static ptl_status put_weeks(triangle *t, ptl_error *err)
{
    for (int name = 0; name < N_NAMES; name++)
        for (int32_t age = 0; age < SHOWN_WEEKS && age < t->n_weeks && t->n_loaded[name]; age++)
            PTL_TRY(put(t, name, t->n_weeks - 1 - age, age, err));
    return PTL_OK;
}

ptl_status ptl_kpi_write_maturity(ptl_kpi *k, ptl_error *err)
{
    triangle t = {.k = k};
    const ptl_periods *p = &k->periods;
    ptl_table rows = {0};
    t.n_weeks = p->count[PTL_GRAIN_WEEK];
    if (t.n_weeks > PTL_MATURITY_WEEKS_MAX) t.n_weeks = PTL_MATURITY_WEEKS_MAX;
    if (t.n_weeks == 0 || !k->has_money) return PTL_OK;
    t.first = p->items[p->first[PTL_GRAIN_WEEK] + p->count[PTL_GRAIN_WEEK] - t.n_weeks].from;
    const ptl_value params[] = {ptl_value_instant(k->span.known_by), ptl_value_day(t.first),
                                ptl_value_day(k->span.last),
                                ptl_value_int(k->workspace->week_start - 1)};
    PTL_TRY(ptl_warehouse_query(&rows, k->store->warehouse, "kpi/loads_week", params, 4,
                                ROWS_BYTES_MAX, err));
    ptl_status st = fill(&t, &rows, err);
    ptl_table_dispose(&rows);
    return st == PTL_OK ? put_weeks(&t, err) : st;
}
