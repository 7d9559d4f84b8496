/* alarm.h: which of many daily series left what their weekdays led one to expect.
 *
 * Asked every day, so the promise is about time: with nothing wrong, at most so many alarms a week
 * over all series together. */
#ifndef PORTOLAN_ALARM_H
#define PORTOLAN_ALARM_H

#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PTL_ALARM_SERIES_MAX = 10000, PTL_ALARM_DAYS_MAX = 40000 };

typedef struct ptl_alarm_options {
    int32_t size;   /* sizeof this struct, set by _default()                                   */
    int32_t misses; /* newest past misses that set the scale, [28, 1000]; default 182           */
    double false_week; /* false alarms a week expected at most, all series together, (0, 7];
                          default 0.5: half of one, because small chances are known only roughly  */
} ptl_alarm_options;

typedef struct ptl_alarm_answer {
    ptl_estimate expected; /* of the newest day; the interval is the one whose leaving raises     */
    double chance;         /* of a miss this large with nothing wrong                             */
    bool raised;
} ptl_alarm_answer;

PTL_API ptl_alarm_options ptl_alarm_options_default(void);

/** Doubles of work. */
PTL_API int64_t ptl_alarm_work_n(const ptl_alarm_options *options);

/** series[n_series]: each n_days values, oldest first, no gaps; the newest day is asked about.
 * answers[n_series]; NaN and not raised where the history is short (77 days). n_raised counts.
 * E_INVALID names the series and day that is not finite. */
PTL_NODISCARD PTL_API ptl_status ptl_alarm_find(ptl_alarm_answer *answers, int64_t *n_raised,
                                                const double *const *series, int64_t n_series,
                                                int64_t n_days, const ptl_alarm_options *options,
                                                double *work, ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
