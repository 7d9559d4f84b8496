/* model.c: what a review says, read back from the store.
 *
 * The rooms wrote `figure`; the review reads it like anybody else, so what it shows is what a page,
 * an export or an auditor finds under the same run. */
#include "review/model.h"

#include "pages/money.h"
#include "store/figure.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *label;
} measures[PTL_N_MEASURES] = {[PTL_ORDERS] = {"orders", "Orders"},
                              [PTL_REVENUE] = {"revenue", "Revenue"},
                              [PTL_VARIABLE] = {"variable_cost", "Variable cost"},
                              [PTL_CM1] = {"cm1", "CM1"},
                              [PTL_MEDIA] = {"media", "Media"},
                              [PTL_CM2] = {"cm2", "CM2"}};

const char *ptl_measure_name(ptl_measure measure)
{
    return measures[measure].name;
}

const char *ptl_measure_label(ptl_measure measure)
{
    return measures[measure].label;
}

static int measure_of(ptl_text name)
{
    for (int m = 0; m < PTL_N_MEASURES; m++)
        if (ptl_text_equal(name, ptl_text_of(measures[m].name))) return m;
    return -1;
}

const ptl_review_period *ptl_review_last_week(const ptl_review *review, const ptl_review_line *line)
{
    return review->n_weeks > 0 ? &line->weeks[review->n_weeks - 1] : NULL;
}

const ptl_review_period *ptl_review_year_before(const ptl_review *review,
                                                const ptl_review_line *line)
{
    enum { WEEKS = 52 };
    return review->n_weeks > WEEKS ? &line->weeks[review->n_weeks - 1 - WEEKS] : NULL;
}

int ptl_review_against_band(const ptl_review_period *period)
{
    const double value = (double)period->exact[PTL_CM2] / 1e6;
    if (!(period->expected.low <= period->expected.high)) return 2;
    return value < period->expected.low ? -1 : value > period->expected.high ? 1 : 0;
}

/* --- figures ---------------------------------------------------------------------------------- */

static bool is(const ptl_column *column, int64_t row, const char *text)
{
    return ptl_text_equal(ptl_column_text(column, row), ptl_text_of(text));
}

/* The line of row i; NULL for a member not seen in the "all" grain, which cannot happen. */
static ptl_review_line *line_of(ptl_review *r, const ptl_figures *c, int64_t i)
{
    if (is(c->dimension, i, "")) return &r->company;
    for (int64_t k = 0; k < r->n_channels; k++)
        if (is(c->member, i, r->channels[k].member)) return &r->channels[k];
    return NULL;
}

static void name_line(ptl_review_line *line, const ptl_workspace *workspace)
{
    const ptl_channel_config *channel =
        line->member[0] ? ptl_workspace_channel(workspace, ptl_text_of(line->member)) : NULL;
    line->governed = channel != NULL;
    line->owner = channel ? channel->owner : NULL;
    line->label = channel ? channel->label : line->member[0] ? line->member : "No channel recorded";
}

static void start_period(ptl_review_period *p, ptl_day from, ptl_day to)
{
    *p = (ptl_review_period){
        .from = from, .to = to, .expected = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN}};
}

/* First pass: which channels and weeks there are. */
static ptl_status shape(ptl_review *r, const ptl_figures *c, int64_t n, ptl_arena *arena,
                        ptl_error *err)
{
    ptl_day first_week = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!is(c->name, i, "revenue")) continue;
        if (is(c->grain, i, "all") && is(c->dimension, i, "channel")) r->n_channels++;
        if (!is(c->grain, i, "week") || !is(c->dimension, i, "")) continue;
        if (r->n_weeks++ == 0) first_week = (ptl_day)ptl_column_int(c->period_start, i);
    }
    r->channels = ptl_arena_array(arena, r->n_channels + 1, sizeof *r->channels, err);
    if (!r->channels) return PTL_E_NO_MEMORY;
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!is(c->name, i, "revenue") || !is(c->grain, i, "all") || is(c->dimension, i, ""))
            continue;
        char *member = ptl_text_copy(ptl_column_text(c->member, i), arena, err);
        if (!member) return PTL_E_NO_MEMORY;
        r->channels[k++].member = member;
    }
    r->company.member = "";
    r->company.label = r->workspace->company;
    for (k = -1; k < r->n_channels; k++) {
        ptl_review_line *line = k < 0 ? &r->company : &r->channels[k];
        if (k >= 0) name_line(line, r->workspace);
        line->weeks = ptl_arena_array(arena, r->n_weeks + 1, sizeof *line->weeks, err);
        if (!line->weeks) return PTL_E_NO_MEMORY;
        for (int64_t w = 0; w < r->n_weeks; w++)
            start_period(&line->weeks[w], first_week + (ptl_day)(7 * w),
                         first_week + (ptl_day)(7 * w) + 6);
        start_period(&line->all, 0, 0);
    }
    return PTL_OK;
}

static void take_counted(ptl_review *r, ptl_review_period *period, const ptl_figures *c, int64_t i)
{
    const int measure = measure_of(ptl_column_text(c->name, i));
    if (measure < 0) return;
    period->exact[measure] = ptl_column_int(c->exact, i);
    period->from = (ptl_day)ptl_column_int(c->period_start, i);
    period->to = (ptl_day)ptl_column_int(c->period_end, i);
    if (period == &r->company.all) {
        r->first = period->from;
        r->last = period->to;
    }
}

static void take_kpi(ptl_review *r, const ptl_figures *c, int64_t i)
{
    r->has_kpi = true;
    r->kpi_from = (ptl_day)ptl_column_int(c->period_start, i);
    r->kpi_to = (ptl_day)ptl_column_int(c->period_end, i);
    r->kpi_exact = ptl_column_int(c->exact, i);
}

static void take(ptl_review *r, const ptl_figures *c, int64_t i)
{
    if (is(c->grain, i, "kpi")) {
        take_kpi(r, c, i);
        return;
    }
    ptl_review_line *line = line_of(r, c, i);
    if (!line) return;
    ptl_review_period *period = &line->all;
    if (is(c->grain, i, "week"))
        period = &line->weeks[(ptl_column_int(c->period_start, i) - line->weeks[0].from) / 7];
    if (is(c->name, i, "cm2.expected"))
        period->expected =
            (ptl_estimate){ptl_column_double(c->value, i), ptl_column_double(c->low, i),
                           ptl_column_double(c->high, i), ptl_column_double(c->probability, i)};
    else
        take_counted(r, period, c, i);
}

static int most_revenue_first(const void *a, const void *b)
{
    const ptl_review_line *x = a, *y = b;
    const int64_t u = x->all.exact[PTL_REVENUE], v = y->all.exact[PTL_REVENUE];
    if (u != v) return u > v ? -1 : 1;
    return strcmp(x->member, y->member);
}

static bool has_money(const ptl_review_line *line)
{
    for (int m = 0; m < PTL_N_MEASURES; m++)
        if (line->all.exact[m] != 0) return true;
    return false;
}

static void order_channels(ptl_review *r)
{
    int64_t kept = 0; /* a governed channel without a fact stays out of the tables */
    for (int64_t i = 0; i < r->n_channels; i++)
        if (has_money(&r->channels[i])) r->channels[kept++] = r->channels[i];
    r->n_channels = kept;
    qsort(r->channels, (size_t)kept, sizeof *r->channels, most_revenue_first);
}

static ptl_status read_figures(ptl_review *r, ptl_store *store, ptl_arena *arena, ptl_error *err)
{
    const char *metric = r->workspace->kpi.metric;
    const ptl_value params[] = {ptl_value_int(r->run_id), ptl_value_string(metric ? metric : "")};
    ptl_table t = {0};
    ptl_figures c;
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "figure/of_review", params, 2, 0, err));
    PTL_TRY_GOTO(st, done, ptl_figures_bind(&c, &t, err));
    r->has_facts = t.n_rows > 0;
    PTL_TRY_GOTO(st, done, shape(r, &c, t.n_rows, arena, err));
    for (int64_t i = 0; i < t.n_rows; i++) take(r, &c, i);
    order_channels(r);
done:
    ptl_table_dispose(&t);
    return st;
}

/* --- sources and totals ----------------------------------------------------------------------- */

static ptl_status int_at(int64_t *out, const ptl_table *t, const char *name, int64_t row,
                         ptl_error *err)
{
    const ptl_column *column;
    PTL_TRY(ptl_table_column(&column, t, name, PTL_TYPE_INT, err));
    *out = ptl_column_int(column, row);
    return PTL_OK;
}

static ptl_status text_at(const char **out, const ptl_table *t, const char *name, int64_t row,
                          ptl_arena *arena, ptl_error *err)
{
    const ptl_column *column;
    PTL_TRY(ptl_table_column(&column, t, name, PTL_TYPE_TEXT, err));
    *out = ptl_text_copy(ptl_column_text(column, row), arena, err);
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status read_source(ptl_review_source *s, const ptl_review *r, const ptl_table *t,
                              int64_t row, ptl_arena *arena, ptl_error *err)
{
    const ptl_column *first, *last;
    PTL_TRY(text_at(&s->name, t, "source", row, arena, err));
    PTL_TRY(text_at(&s->table, t, "table_name", row, arena, err));
    PTL_TRY(int_at(&s->n_files, t, "n_files", row, err));
    PTL_TRY(int_at(&s->rows, t, "rows_loaded", row, err));
    PTL_TRY(int_at(&s->quarantined, t, "rows_quarantined", row, err));
    PTL_TRY(ptl_table_column(&first, t, "day_first", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&last, t, "day_last", PTL_TYPE_DAY, err));
    s->has_days = ptl_column_present(first, row) && ptl_column_present(last, row);
    if (s->has_days) {
        s->first = (ptl_day)ptl_column_int(first, row);
        s->last = (ptl_day)ptl_column_int(last, row);
    }
    const ptl_source_config *config = ptl_workspace_source(r->workspace, ptl_text_of(s->name));
    s->owner = config ? config->owner : NULL;
    return PTL_OK;
}

static ptl_status read_sources(ptl_review *r, ptl_store *store, ptl_arena *arena, ptl_error *err)
{
    const ptl_value known = ptl_value_instant(r->known_by);
    ptl_table t = {0};
    ptl_status st = PTL_E_NO_MEMORY;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "source/summary", &known, 1, 0, err));
    r->n_sources = t.n_rows;
    r->sources = ptl_arena_array(arena, t.n_rows + 1, sizeof *r->sources, err);
    if (!r->sources) goto done;
    st = PTL_OK;
    for (int64_t i = 0; i < t.n_rows; i++)
        PTL_TRY_GOTO(st, done, read_source(&r->sources[i], r, &t, i, arena, err));
done:
    ptl_table_dispose(&t);
    return st;
}

static ptl_status read_total(ptl_review_total *x, const ptl_table *t, int64_t row, ptl_arena *arena,
                             ptl_error *err)
{
    PTL_TRY(text_at(&x->currency, t, "currency", row, arena, err));
    PTL_TRY(int_at(&x->n_lines, t, "n_lines", row, err));
    PTL_TRY(int_at(&x->n_orders, t, "n_orders", row, err));
    PTL_TRY(int_at(&x->n_customers, t, "n_customers", row, err));
    PTL_TRY(int_at(&x->gross_micros, t, "gross_micros", row, err));
    return int_at(&x->revenue_micros, t, "revenue_micros", row, err);
}

/* What is known today is added up already; what was known at an instant is counted. */
static ptl_status read_totals(ptl_review *r, ptl_store *store, ptl_arena *arena, ptl_error *err)
{
    const ptl_value known = ptl_value_instant(r->known_by);
    const bool today = r->known_by == PTL_INSTANT_EVER;
    ptl_table t = {0};
    ptl_status st = PTL_E_NO_MEMORY;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, today ? "source/totals" : "source/txn_totals",
                                today ? NULL : &known, today ? 0 : 1, 0, err));
    r->n_totals = t.n_rows;
    r->totals = ptl_arena_array(arena, t.n_rows + 1, sizeof *r->totals, err);
    if (!r->totals) goto done;
    st = PTL_OK;
    for (int64_t i = 0; i < t.n_rows; i++)
        PTL_TRY_GOTO(st, done, read_total(&r->totals[i], &t, i, arena, err));
done:
    ptl_table_dispose(&t);
    return st;
}

/* --- minutes and alarms ----------------------------------------------------------------------- */

static ptl_status read_records(ptl_review *r, ptl_store *store, ptl_arena *arena, ptl_error *err)
{
    enum { MINUTES_MAX = 1000, ALARMS_MAX = 100 };
    const ptl_day since = r->last - 6; /* the newest seven days */
    const ptl_minutes_options o = {(int32_t)sizeof o, .at = r->known_by, .carried = true,
                                   .since = since, .limit = MINUTES_MAX};
    PTL_TRY(ptl_minutes_list(&r->minutes, &r->n_minutes, store->records, &o, arena, err));
    return ptl_alarm_list(&r->alarms, &r->n_alarms, store->records, since, r->known_by, ALARMS_MAX,
                          arena, err);
}

/* Deals without money: the review speaks of the pipeline. */
static ptl_status read_pipeline(ptl_review *r, ptl_store *store, ptl_arena *arena, ptl_error *err)
{
    PTL_TRY(ptl_pipeline_read(&r->pipeline, store, r->workspace, r->run_id, arena, err));
    if (r->pipeline) ptl_pipeline_span(&r->first, &r->last, r->pipeline);
    return PTL_OK;
}

ptl_status ptl_review_read(ptl_review *out, ptl_store *store, ptl_arena *arena, ptl_error *err)
{
    PTL_TRY(ptl_warehouse_version(&out->warehouse_version, store->warehouse, err));
    PTL_TRY(read_figures(out, store, arena, err));
    if (!out->has_facts) PTL_TRY(read_pipeline(out, store, arena, err));
    PTL_TRY(read_sources(out, store, arena, err));
    PTL_TRY(read_totals(out, store, arena, err));
    PTL_TRY(ptl_course_read(&out->course, store, out->workspace, out->run_id, arena, err));
    PTL_TRY(ptl_change_read(&out->changes, store, out->workspace, out->run_id, arena, err));
    int64_t audit_run;
    PTL_TRY(ptl_audit_read(&out->audit, &audit_run, store, 0, arena, err));
    out->has_audit = audit_run > 0;
    return read_records(out, store, arena, err);
}
