/* alarm.h: alarms in records: raised once, by the first run that saw them. */
#ifndef PTL_STORE_ALARM_H
#define PTL_STORE_ALARM_H

#include "portolan/verdict.h"
#include "store/records.h"

typedef struct ptl_alarm {
    int64_t alarm_id, run_id;
    ptl_day day;
    const char *metric;    /* "revenue"                    */
    const char *dimension; /* "" the company, "channel"    */
    const char *member;
    const char *unit;
    double value;
    ptl_estimate expected; /* the band that was left       */
    double chance;         /* of this with nothing wrong   */
    ptl_instant raised_at;
} ptl_alarm;

/** `is_new` false: that day's alarm of that metric and member is there already, and stays. */
PTL_NODISCARD ptl_status ptl_alarm_add(bool *is_new, ptl_alarm *alarm, ptl_records *records,
                                       ptl_error *err);

/** Days from `since` on, as known at `at`: newest day first, then the least likely. */
PTL_NODISCARD ptl_status ptl_alarm_list(ptl_alarm **out, int64_t *n, ptl_records *records,
                                        ptl_day since, ptl_instant at, int64_t limit,
                                        ptl_arena *arena, ptl_error *err);

#endif
