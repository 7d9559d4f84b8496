/* alarm.c: the stage. Days from facts, series, answers, records (see alarm.h).
 *
 * Media of a channel, revenue and orders of a channel, and the same with CM2 of the company are
 * series; a series that was zero on most of its days (a channel off the air) is not asked, because
 * nothing is its normal day. */
#include "portolan/alarm.h"

#include "understand/alarm.h"
#include "understand/money_internal.h"

#include <stdlib.h>

enum {
    DAYS_MAX = 700, /* misses of half a year, a year to compare with, and growth */
    N_METRICS = 4
};

static const char *const names[N_METRICS] = {"revenue", "orders", "media", "cm2"};

typedef struct series_list {
    const double **y;
    ptl_alarm *about; /* value and member of each */
    int64_t n, n_days;
} series_list;

static double value_of(const ptl_money_cell *c, int metric)
{
    const int64_t cm2 = c->revenue_micros - c->variable_micros - c->media_micros;
    switch (metric) {
    case 0:
        return (double)c->revenue_micros / 1e6;
    case 1:
        return (double)c->orders;
    case 2:
        return (double)c->media_micros / 1e6;
    default:
        return (double)cm2 / 1e6;
    }
}

static bool has_a_normal_day(const double *y, int64_t n)
{
    int64_t zero = 0;
    for (int64_t t = 0; t < n; t++) zero += y[t] == 0.0;
    return 2 * zero < n;
}

static ptl_status add_series(series_list *list, const ptl_money_cube *cube, int64_t channel,
                             int metric, const char *currency, ptl_arena *arena, ptl_error *err)
{
    double *y = ptl_arena_array(arena, list->n_days, sizeof *y, err);
    if (!y) return PTL_E_NO_MEMORY;
    const ptl_day first = cube->first + (ptl_day)(cube->n_days - list->n_days);
    for (int64_t t = 0; t < list->n_days; t++) {
        const ptl_day day = first + (ptl_day)t;
        const ptl_money_cell cell = ptl_money_cube_sum(cube, day, day, channel);
        y[t] = value_of(&cell, metric);
    }
    if (!has_a_normal_day(y, list->n_days)) return PTL_OK;
    list->about[list->n] = (ptl_alarm){.metric = names[metric],
                                       .dimension = channel < 0 ? "" : "channel",
                                       .member = channel < 0 ? "" : cube->channels[channel].member,
                                       .unit = metric == 1 ? "orders" : currency,
                                       .value = y[list->n_days - 1]};
    list->y[list->n++] = y;
    return PTL_OK;
}

/* CM2 of a channel repeats its revenue and media: it is asked of the company alone. */
static ptl_status collect(series_list *list, const ptl_money_cube *cube, const char *currency,
                          ptl_arena *arena, ptl_error *err)
{
    const int64_t n_max = (cube->n_channels + 1) * N_METRICS;
    list->n_days = cube->n_days < DAYS_MAX ? cube->n_days : DAYS_MAX;
    list->y = ptl_arena_array(arena, n_max, sizeof *list->y, err);
    list->about = ptl_arena_array(arena, n_max, sizeof *list->about, err);
    if (!list->y || !list->about) return PTL_E_NO_MEMORY;
    for (int64_t channel = -1; channel < cube->n_channels; channel++)
        for (int metric = 0; metric < (channel < 0 ? N_METRICS : N_METRICS - 1); metric++)
            PTL_TRY(add_series(list, cube, channel, metric, currency, arena, err));
    return PTL_OK;
}

/* The last complete day is the day before the newest order's, as for the review's figures. */
static ptl_status read_span(ptl_day *first, ptl_alarm_report *out, ptl_store *store,
                            ptl_instant known, const ptl_alarm_run_options *options, ptl_error *err)
{
    const ptl_value param = ptl_value_instant(known);
    const ptl_column *first_day, *newest, *newest_order;
    ptl_table t = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "money/range", &param, 1, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&first_day, &t, "first_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&newest, &t, "newest_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done,
                 ptl_table_column(&newest_order, &t, "newest_order_day", PTL_TYPE_DAY, err));
    if (t.n_rows != 1 || !ptl_column_present(first_day, 0)) goto done;
    *first = (ptl_day)ptl_column_int(first_day, 0);
    out->day = ptl_column_present(newest_order, 0) ? (ptl_day)ptl_column_int(newest_order, 0) - 1
                                                   : (ptl_day)ptl_column_int(newest, 0);
    if (options->has_as_of && options->as_of < out->day) out->day = options->as_of;
    out->has_facts = out->day >= *first;
done:
    ptl_table_dispose(&t);
    return st;
}

static int least_likely_first(const void *a, const void *b)
{
    const ptl_alarm *x = a, *y = b;
    if (x->chance != y->chance) return x->chance < y->chance ? -1 : 1;
    const int by_member = ptl_text_compare(ptl_text_of(x->member), ptl_text_of(y->member));
    return by_member ? by_member : ptl_text_compare(ptl_text_of(x->metric), ptl_text_of(y->metric));
}

static ptl_status ask(ptl_alarm_report *out, const series_list *list, ptl_arena *arena,
                      ptl_error *err)
{
    int64_t n_raised = 0;
    const int64_t work_n = ptl_alarm_work_n(NULL);
    ptl_alarm_answer *answers = ptl_arena_array(arena, list->n + 1, sizeof *answers, err);
    double *work = ptl_arena_array(arena, work_n, sizeof *work, err);
    if (!answers || !work) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_alarm_find(answers, &n_raised, list->y, list->n, list->n_days, NULL, work, err));
    out->n_series = list->n;
    out->alarms = ptl_arena_array(arena, n_raised + 1, sizeof *out->alarms, err);
    if (!out->alarms) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < list->n; i++) {
        out->n_asked += answers[i].chance >= 0.0;
        if (!answers[i].raised) continue;
        ptl_alarm *a = &out->alarms[out->n_alarms++];
        *a = list->about[i];
        a->day = out->day;
        a->expected = answers[i].expected;
        a->chance = answers[i].chance;
    }
    qsort(out->alarms, (size_t)out->n_alarms, sizeof *out->alarms, least_likely_first);
    return PTL_OK;
}

static ptl_status keep(ptl_alarm_report *out, ptl_store *store,
                       const ptl_alarm_run_options *options, ptl_error *err)
{
    PTL_TRY(ptl_records_begin(store->records, err));
    for (int64_t i = 0; i < out->n_alarms; i++) {
        bool is_new = false;
        out->alarms[i].run_id = options->run_id;
        out->alarms[i].raised_at = options->now;
        const ptl_status st = ptl_alarm_add(&is_new, &out->alarms[i], store->records, err);
        if (st != PTL_OK) {
            ptl_records_rollback(store->records);
            return st;
        }
        out->n_new += is_new;
    }
    return ptl_records_commit(store->records, err);
}

ptl_status ptl_alarm_run(ptl_alarm_report *out, ptl_store *store, const ptl_workspace *workspace,
                         const ptl_alarm_run_options *options, ptl_arena *arena, ptl_error *err)
{
    const ptl_instant known = options->has_as_of
                                  ? ptl_zone_day_start(workspace->zone, options->as_of + 1) - 1
                                  : PTL_INSTANT_EVER;
    ptl_day first = 0;
    ptl_money_cube cube;
    series_list list = {0};
    *out = (ptl_alarm_report){0};
    PTL_TRY(read_span(&first, out, store, known, options, err));
    if (!out->has_facts) return PTL_OK;
    if (out->day - first >= DAYS_MAX) first = out->day - DAYS_MAX + 1;
    PTL_TRY(ptl_money_cube_read(&cube, store, workspace, first, out->day, known, arena, err));
    PTL_TRY(collect(&list, &cube, workspace->currency, arena, err));
    PTL_TRY(ask(out, &list, arena, err));
    return keep(out, store, options, err);
}
