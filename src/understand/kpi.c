/* kpi.c: the stage: reads each kind of fact once, then writes all it makes of them as one output
 * of the run (see kpi.h). */
#include "understand/cohort.h"

enum { TABLE_BYTES_MAX = 256 << 20 };

static const ptl_column_spec week_columns[] = {{"run_id", PTL_TYPE_INT},
                                               {"cohort_start", PTL_TYPE_DAY},
                                               {"channel", PTL_TYPE_TEXT},
                                               {"age_weeks", PTL_TYPE_INT},
                                               {"customers", PTL_TYPE_INT},
                                               {"active_customers", PTL_TYPE_INT},
                                               {"orders", PTL_TYPE_INT},
                                               {"revenue_micros", PTL_TYPE_INT},
                                               {"variable_cost_micros", PTL_TYPE_INT},
                                               {"mature", PTL_TYPE_BOOL}};

static const ptl_column_spec segment_columns[] = {
    {"run_id", PTL_TYPE_INT},         {"day", PTL_TYPE_DAY},
    {"segment", PTL_TYPE_TEXT},       {"orders", PTL_TYPE_INT},
    {"customers", PTL_TYPE_INT},      {"new_customers", PTL_TYPE_INT},
    {"revenue_micros", PTL_TYPE_INT}, {"variable_cost_micros", PTL_TYPE_INT}};

static const ptl_column_spec part_columns[] = {{"run_id", PTL_TYPE_INT},
                                               {"day", PTL_TYPE_DAY},
                                               {"dimension", PTL_TYPE_TEXT},
                                               {"member", PTL_TYPE_TEXT},
                                               {"orders", PTL_TYPE_INT},
                                               {"revenue_micros", PTL_TYPE_INT},
                                               {"variable_cost_micros", PTL_TYPE_INT},
                                               {"media_micros", PTL_TYPE_INT}};

typedef ptl_status (*reader_fn)(ptl_kpi *k, ptl_error *err);
static const struct {
    const char *words;
    reader_fn read;
} readers[] = {
    {"adding up media", ptl_kpi_read_spend},       {"adding up costs", ptl_kpi_read_costs},
    {"reading targets", ptl_kpi_read_targets},     {"reading customers", ptl_kpi_read_customers},
    {"reading contracts", ptl_kpi_read_contracts}, {"reading leads", ptl_kpi_read_leads},
    {"reading deals", ptl_kpi_read_deals},         {"reading referrals", ptl_kpi_read_series}};
enum { N_READERS = sizeof readers / sizeof *readers };

static ptl_status read_all(ptl_kpi *k, ptl_error *err)
{
    PTL_TRY(ptl_periods_make(&k->periods, &k->span, k->workspace, k->arena, err));
    PTL_TRY(ptl_kpi_read_channels(k, err));
    PTL_TRY(ptl_cuts_make(k, err));
    for (int i = 0; i < N_READERS; i++) {
        ptl_progress_step(k->progress, readers[i].words, i, N_READERS + 1);
        PTL_TRY(ptl_progress_check(k->progress, err));
        PTL_TRY(readers[i].read(k, err));
    }
    return PTL_OK;
}

/* Days of verticals and segments, from which the course of each is forecast. */
static ptl_status write_parts(ptl_kpi *k, const ptl_cut *cut, ptl_error *err)
{
    static const ptl_daily measures[] = {PTL_DAILY_ORDERS, PTL_DAILY_REVENUE, PTL_DAILY_VARIABLE,
                                         PTL_DAILY_MEDIA};
    ptl_table_builder *b = k->parts;
    for (int64_t m = 0; m < cut->n; m++)
        for (int64_t day = 0; cut->cells[m] && day < k->n_days; day++) {
            const int64_t *d = cut->cells[m][day].d;
            if (!d[PTL_DAILY_ORDERS] && !d[PTL_DAILY_REVENUE] && !d[PTL_DAILY_VARIABLE] &&
                !d[PTL_DAILY_MEDIA])
                continue;
            ptl_table_builder_int(b, k->run_id);
            ptl_table_builder_int(b, k->span.first + day);
            ptl_table_builder_text(b, ptl_text_of(cut->dimension));
            ptl_table_builder_text(b, ptl_text_of(cut->members[m]));
            for (int i = 0; i < 4; i++) ptl_table_builder_int(b, d[measures[i]]);
            PTL_TRY(ptl_table_builder_row_end(b, err));
        }
    return PTL_OK;
}

static ptl_status write_all(ptl_kpi *k, ptl_table_builder *weeks, ptl_error *err)
{
    ptl_progress_step(k->progress, "writing figures", N_READERS, N_READERS + 1);
    PTL_TRY(ptl_kpi_write_figures(k, err));
    PTL_TRY(write_parts(k, &k->cuts[PTL_CUT_VERTICAL], err));
    PTL_TRY(write_parts(k, &k->cuts[PTL_CUT_SEGMENT], err));
    PTL_TRY(ptl_kpi_write_funnel(k, err));
    PTL_TRY(ptl_kpi_write_brand(k, err));
    PTL_TRY(ptl_kpi_write_maturity(k, err));
    return ptl_cohort_write(k, weeks, err);
}

static ptl_status output(ptl_kpi *k, ptl_table_builder *weeks, ptl_error *err)
{
    ptl_scope scope;
    PTL_TRY(ptl_scope_begin(&scope, k->store->warehouse, err));
    const struct {
        const char *table;
        ptl_table rows;
    } outputs[] = {{"figure", ptl_table_builder_borrow(k->rows.builder)},
                   {"cohort_week", ptl_table_builder_borrow(weeks)},
                   {"day_segment", ptl_table_builder_borrow(k->segments)},
                   {"day_part", ptl_table_builder_borrow(k->parts)}};
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        const ptl_status st =
            ptl_scope_output(&scope, k->run_id, outputs[i].table, &outputs[i].rows, err);
        if (st == PTL_OK) continue;
        ptl_scope_rollback(&scope);
        return st;
    }
    return ptl_scope_commit(&scope, err);
}

/* The stage with its tables: what it opens it closes. */
static ptl_status run(ptl_kpi *k, ptl_error *err)
{
    ptl_table_builder *weeks = NULL;
    ptl_status st;
    PTL_TRY_GOTO(st, done, ptl_figure_rows_new(&k->rows, k->run_id, k->workspace->currency, err));
    PTL_TRY_GOTO(st, done,
                 ptl_table_builder_new(&weeks, week_columns,
                                       sizeof week_columns / sizeof *week_columns, TABLE_BYTES_MAX,
                                       err));
    PTL_TRY_GOTO(st, done,
                 ptl_table_builder_new(&k->segments, segment_columns,
                                       sizeof segment_columns / sizeof *segment_columns,
                                       TABLE_BYTES_MAX, err));
    PTL_TRY_GOTO(st, done,
                 ptl_table_builder_new(&k->parts, part_columns,
                                       sizeof part_columns / sizeof *part_columns, TABLE_BYTES_MAX,
                                       err));
    PTL_TRY_GOTO(
        st, done,
        ptl_rates_read(&k->rates, k->store, k->workspace->currency, k->span.known_by, err));
    PTL_TRY_GOTO(st, done, read_all(k, err));
    PTL_TRY_GOTO(st, done, write_all(k, weeks, err));
    st = output(k, weeks, err);
    k->report->n_figures = k->rows.n;
done:
    ptl_rates_dispose(&k->rates);
    ptl_table_builder_free(k->parts);
    ptl_table_builder_free(k->segments);
    ptl_table_builder_free(weeks);
    ptl_figure_rows_free(&k->rows);
    return st;
}

/* A company whose leads and deals are here and whose money is not is counted as well: from its
 * first lead or deal to the last day on which one came, was opened or was closed. */
static ptl_status read_span(ptl_kpi *k, const ptl_kpi_options *options, ptl_error *err)
{
    ptl_table t = {0};
    const ptl_column *first, *newest, *closed;
    ptl_status st;
    PTL_TRY(
        ptl_span_read(&k->span, k->store, k->workspace, options->has_as_of, options->as_of, err));
    k->has_money = k->span.has_facts;
    if (k->has_money) return PTL_OK;
    const ptl_value known = ptl_value_instant(k->span.known_by);
    PTL_TRY(ptl_warehouse_query(&t, k->store->warehouse, "kpi/range", &known, 1, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&first, &t, "first_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&newest, &t, "newest_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&closed, &t, "newest_at", PTL_TYPE_INSTANT, err));
    k->span.has_facts = ptl_column_present(first, 0);
    if (!k->span.has_facts) goto done;
    k->span.first = (ptl_day)ptl_column_int(first, 0);
    k->span.last = (ptl_day)ptl_column_int(newest, 0);
    if (ptl_column_present(closed, 0)) {
        const ptl_day day = ptl_zone_day(k->workspace->zone, ptl_column_int(closed, 0));
        if (day > k->span.last) k->span.last = day;
    }
    if (options->has_as_of && options->as_of < k->span.last) k->span.last = options->as_of;
    if (k->span.last < k->span.first) k->span.last = k->span.first;
done:
    ptl_table_dispose(&t);
    return st;
}

ptl_status ptl_kpi_run(ptl_kpi_report *out, ptl_store *store, const ptl_workspace *workspace,
                       const ptl_kpi_options *options, ptl_progress *progress, ptl_error *err)
{
    ptl_arena arena;
    *out = (ptl_kpi_report){0};
    ptl_arena_init(&arena, PTL_KPI_ARENA_BYTES_MAX, NULL);
    ptl_kpi *k = ptl_arena_array(&arena, 1, sizeof *k, err);
    ptl_status st = k ? PTL_OK : PTL_E_NO_MEMORY;
    if (st == PTL_OK) {
        *k = (ptl_kpi){.store = store,
                       .workspace = workspace,
                       .run_id = options->run_id,
                       .arena = &arena,
                       .report = out,
                       .progress = progress};
        st = read_span(k, options, err);
    }
    if (st == PTL_OK && k->span.has_facts) {
        k->n_days = k->span.last - k->span.first + 1;
        st = run(k, err);
    }
    ptl_arena_dispose(&arena);
    return st;
}
