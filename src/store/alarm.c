/* alarm.c: alarms in records (alarm.h). */
#include "store/alarm.h"

#include "store/records_internal.h"

ptl_status ptl_alarm_add(bool *is_new, ptl_alarm *a, ptl_records *records, ptl_error *err)
{
    ptl_statement *s;
    int64_t id = 0;
    PTL_TRY(ptl_sql_use(&s, records->sql, "alarm_add", err));
    ptl_bind_int(s, a->run_id);
    ptl_bind_int(s, a->day);
    ptl_bind_string(s, a->metric);
    ptl_bind_string(s, a->dimension);
    ptl_bind_string(s, a->member);
    ptl_bind_string(s, a->unit);
    ptl_bind_double(s, a->value);
    ptl_bind_double(s, a->expected.point);
    ptl_bind_double(s, a->expected.low);
    ptl_bind_double(s, a->expected.high);
    ptl_bind_double(s, a->chance);
    ptl_bind_int(s, a->raised_at);
    PTL_TRY(ptl_sql_run_int(&id, is_new, s, err));
    if (*is_new) a->alarm_id = id;
    return PTL_OK;
}

static ptl_status read_row(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    ptl_alarm *a = row;
    *a = (ptl_alarm){
        .alarm_id = ptl_row_int(s, 0),
        .run_id = ptl_row_int(s, 1),
        .day = (ptl_day)ptl_row_int(s, 2),
        .value = ptl_row_double(s, 7),
        .expected = {ptl_row_double(s, 8), ptl_row_double(s, 9), ptl_row_double(s, 10), PTL_NAN},
        .chance = ptl_row_double(s, 11),
        .raised_at = ptl_row_int(s, 12)};
    PTL_TRY(ptl_row_string(&a->metric, s, 3, arena, err));
    PTL_TRY(ptl_row_string(&a->dimension, s, 4, arena, err));
    PTL_TRY(ptl_row_string(&a->member, s, 5, arena, err));
    return ptl_row_string(&a->unit, s, 6, arena, err);
}

ptl_status ptl_alarm_list(ptl_alarm **out, int64_t *n, ptl_records *records, ptl_day since,
                          ptl_instant at, int64_t limit, ptl_arena *arena, ptl_error *err)
{
    ptl_record_list list = {.n = n, .limit = limit, .row_bytes = sizeof **out, .read = read_row};
    PTL_TRY(ptl_records_list(&list, records, "alarm_last", "alarm_list", arena, err));
    *out = list.rows;
    ptl_bind_int(list.s, since);
    ptl_bind_int(list.s, at);
    ptl_bind_int(list.s, list.limit);
    return ptl_records_list_read(&list, err);
}
