/* course_days.c: the KPI's metric by day, as the run counted it. A day without a row is zero. */
#include "understand/course_internal.h"

#include <string.h>

typedef struct columns {
    const ptl_column *day, *revenue, *variable, *media;
} columns;

static ptl_status bind(columns *c, const ptl_table *t, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->day, t, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&c->revenue, t, "revenue_micros", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&c->variable, t, "variable_cost_micros", PTL_TYPE_INT, err));
    return ptl_table_column(&c->media, t, "media_micros", PTL_TYPE_INT, err);
}

static int64_t metric_of(const columns *c, int64_t row, const char *metric)
{
    const int64_t revenue = ptl_column_int(c->revenue, row);
    if (strcmp(metric, "revenue") == 0) return revenue;
    const int64_t cm1 = revenue - ptl_column_int(c->variable, row);
    return strcmp(metric, "cm1") == 0 ? cm1 : cm1 - ptl_column_int(c->media, row);
}

static ptl_status read_span(ptl_course_days *out, ptl_store *store, int64_t run_id, ptl_error *err)
{
    const ptl_value run = ptl_value_int(run_id);
    const ptl_column *first, *last;
    ptl_table t = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "course/span", &run, 1, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&first, &t, "first_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&last, &t, "last_day", PTL_TYPE_DAY, err));
    if (t.n_rows == 1 && ptl_column_present(first, 0)) {
        out->first = (ptl_day)ptl_column_int(first, 0);
        out->n = ptl_column_int(last, 0) - out->first + 1;
    }
done:
    ptl_table_dispose(&t);
    return st;
}

static ptl_status read_days(ptl_course_days *out, ptl_store *store, const char *query,
                            const ptl_value *params, int64_t n_params, ptl_arena *arena,
                            ptl_error *err)
{
    ptl_table t = {0};
    columns c;
    ptl_status st;
    out->micros = ptl_arena_array(arena, out->n, sizeof *out->micros, err);
    if (!out->micros) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, query, params, n_params, 0, err));
    PTL_TRY_GOTO(st, done, bind(&c, &t, err));
    for (int64_t i = 0; i < t.n_rows; i++) {
        const int64_t at = ptl_column_int(c.day, i) - out->first;
        if (at >= 0 && at < out->n) out->micros[at] = metric_of(&c, i, out->metric);
    }
done:
    ptl_table_dispose(&t);
    return st;
}

ptl_status ptl_course_days_read(ptl_course_days *out, ptl_store *store, const char *metric,
                                int64_t run_id, ptl_arena *arena, ptl_error *err)
{
    const ptl_value run = ptl_value_int(run_id);
    *out = (ptl_course_days){.metric = metric};
    PTL_TRY(read_span(out, store, run_id, err));
    return out->n == 0 ? PTL_OK : read_days(out, store, "course/day", &run, 1, arena, err);
}

ptl_status ptl_course_part_days_read(ptl_course_days *out, ptl_store *store,
                                     const ptl_course_days *company, int64_t run_id,
                                     const char *dimension, ptl_text member, ptl_arena *arena,
                                     ptl_error *err)
{
    const ptl_value params[] = {ptl_value_int(run_id), ptl_value_string(dimension),
                                ptl_value_text(member)};
    *out = (ptl_course_days){company->metric, company->first, company->n, NULL};
    return read_days(out, store, "course/part_day", params, 3, arena, err);
}

int64_t ptl_course_days_sum(const ptl_course_days *days, ptl_day from, ptl_day to)
{
    int64_t sum = 0;
    const int64_t first = from > days->first ? (int64_t)from - days->first : 0;
    for (int64_t i = first; i < days->n && i <= (int64_t)to - days->first; i++)
        sum += days->micros[i];
    return sum;
}

bool ptl_course_days_hold(const ptl_course_days *days, ptl_day from, ptl_day to)
{
    return from >= days->first && (int64_t)to - days->first < days->n;
}
