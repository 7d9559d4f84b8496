/* alarm.h: daily alarms on the company's and its channels' money.
 *
 * Counts the days from the facts in force, asks each series whether the last complete day is what
 * its weekdays led one to expect (portolan/alarm.h), and keeps what left its band in records: once,
 * however often the day is asked about. With nothing wrong at most one alarm a week is expected
 * over all series together. */
#ifndef PTL_UNDERSTAND_ALARM_H
#define PTL_UNDERSTAND_ALARM_H

#include "store/alarm.h"
#include "store/store.h"
#include "workspace/workspace.h"

typedef struct ptl_alarm_run_options {
    int32_t size;
    int64_t run_id;
    bool has_as_of;
    ptl_day as_of;
    ptl_instant now; /* written as raised_at */
} ptl_alarm_run_options;

typedef struct ptl_alarm_report {
    bool has_facts;
    ptl_day day;               /* the one asked about                            */
    int64_t n_series, n_asked; /* n_asked: with history enough     */
    ptl_alarm *alarms;         /* that left their band, least likely first */
    int64_t n_alarms, n_new;   /* n_new: not raised by an earlier run */
} ptl_alarm_report;

PTL_NODISCARD ptl_status ptl_alarm_run(ptl_alarm_report *out, ptl_store *store,
                                       const ptl_workspace *workspace,
                                       const ptl_alarm_run_options *options, ptl_arena *arena,
                                       ptl_error *err);

#endif
