/* course.h: do we hold the course for the one number?
 *
 * Reads what the run counted (day_channel, figure) and what earlier runs forecast; writes
 * `forecast` for the run: the weeks to come, the primary KPI at its date with its chance, the cone
 * that leads there, and the score of earlier forecasts. A forecast is written before its period and
 * never changed; of several for the same week made on the same day, the first counts.
 *
 * Rows of `forecast`, by grain; <m> is the KPI's metric ("cm2"):
 *
 *   week   <m> with its interval, <m>.naive, <m>.reference, <m>.chance = P(week >= reference)
 *
 *   kpi    <m> at the date with its interval, <m>.to_date, <m>.plan_to_date, <m>.chance,
 *          <m>.reference = the target
 *
 *   cone   <m> summed from the start to each week's end at 80 %, <m>.half at 50 %, <m>.plan
 *
 *   kpi, with dimension "vertical" or "segment": the same of one that has a target of its own
 *
 *   score  <m>.wape … <m>.brier_naive; member "frozen" (its run began by the week's first day) or
 *          "replayed"
 */
#ifndef PTL_UNDERSTAND_COURSE_H
#define PTL_UNDERSTAND_COURSE_H

#include "portolan/forecast.h"
#include "store/store.h"
#include "workspace/workspace.h"

#define PTL_COURSE_WORDS(X)                                                                        \
    X(HOLDS, "holding course")                                                                     \
    X(DRIFTS, "drifting")                                                                          \
    X(OFF, "off course")                                                                           \
    X(SILENT, "not identified") /* no target, or too few weeks */

typedef enum ptl_course_word {
#define PTL_COURSE_ENUM(name, text) PTL_COURSE_##name,
    PTL_COURSE_WORDS(PTL_COURSE_ENUM)
#undef PTL_COURSE_ENUM
} ptl_course_word;

const char *ptl_course_word_text(ptl_course_word word);

/** By the workspace's limits, in 100; NaN is SILENT. */
ptl_course_word ptl_course_word_of(double chance, const ptl_kpi_config *kpi);

typedef struct ptl_course_options {
    int32_t size;
    int64_t run_id; /* whose day_channel and figures are there */
    bool has_as_of;
    ptl_day as_of; /* forecasts of runs that began later are not scored */
} ptl_course_options;

/** Units of the currency; NaN where not identified. */
typedef struct ptl_course_point {
    ptl_day day;                /* the sum runs from the KPI's first day to this one */
    bool is_actual;             /* counted, not forecast                             */
    ptl_estimate sum;           /* at 80 %                                           */
    double half_low, half_high; /* at 50 %                                       */
    double plan;                /* NaN without a target                              */
} ptl_course_point;

typedef struct ptl_course_week {
    ptl_day from, to;
    ptl_estimate value;
    double naive, reference, chance;
} ptl_course_week;

typedef struct ptl_course {
    int64_t run_id; /* 0: no run has written a course */
    char metric[16];
    char currency[8];
    ptl_day as_of;   /* last complete day                            */
    bool has_target; /* the fields down to `points` speak of it      */
    ptl_day starts, due;
    double target, to_date, plan_to_date;
    ptl_estimate final; /* at the date                                  */
    double chance;      /* that final >= target                         */
    ptl_course_word word;
    ptl_verdict verdict;      /* of the forecast                              */
    ptl_course_point *points; /* by day */
    int64_t n_points;
    ptl_course_week *weeks; /* to come, by day */
    int64_t n_weeks;
    ptl_forecast_score frozen, replayed; /* n = 0: nothing has come out yet */
    struct ptl_course_part *parts;       /* by dimension and member */
    int64_t n_parts;
} ptl_course;

/* The same number of a vertical or a segment that has a target of its own. */
typedef struct ptl_course_part {
    const char *dimension, *member;
    ptl_day starts, due;
    double target, to_date, plan_to_date, chance;
    ptl_estimate final;
    ptl_course_word word;
    ptl_verdict verdict;
} ptl_course_part;

PTL_NODISCARD ptl_status ptl_course_run(ptl_course *out, ptl_store *store,
                                        const ptl_workspace *workspace,
                                        const ptl_course_options *options, ptl_arena *arena,
                                        ptl_error *err);

/** What run `run_id` wrote (0: the newest). Everything lies in the arena. */
PTL_NODISCARD ptl_status ptl_course_read(ptl_course *out, ptl_store *store,
                                         const ptl_workspace *workspace, int64_t run_id,
                                         ptl_arena *arena, ptl_error *err);

#endif
