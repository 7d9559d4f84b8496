/* course_internal.h: what the files of course share. */
#ifndef PTL_UNDERSTAND_COURSE_INTERNAL_H
#define PTL_UNDERSTAND_COURSE_INTERNAL_H

#include "understand/course.h"
#include "understand/limits.h"

/* The KPI's metric, day by day, exact. */
typedef struct ptl_course_days {
    const char *metric;
    ptl_day first;
    int64_t n;
    int64_t *micros; /* [n] */
} ptl_course_days;

/** Days as the run counted them; n = 0 where it counted nothing. */
PTL_NODISCARD ptl_status ptl_course_days_read(ptl_course_days *out, ptl_store *store,
                                              const char *metric, int64_t run_id, ptl_arena *arena,
                                              ptl_error *err);

/** The same of a vertical or a segment, on the days that `company` has. */
PTL_NODISCARD ptl_status ptl_course_part_days_read(ptl_course_days *out, ptl_store *store,
                                                   const ptl_course_days *company, int64_t run_id,
                                                   const char *dimension, ptl_text member,
                                                   ptl_arena *arena, ptl_error *err);

/** Where the course leads that has metric, currency, target, starts and due: course.c. */
PTL_NODISCARD ptl_status ptl_course_steer(ptl_course *c, const ptl_course_days *days,
                                          const ptl_kpi_config *kpi, ptl_arena *arena,
                                          ptl_error *err);
/** Parts of the company that have a target: `out->parts`. */
PTL_NODISCARD ptl_status ptl_course_parts_run(ptl_course *out, ptl_store *store,
                                              const ptl_workspace *workspace,
                                              const ptl_course_days *days, ptl_instant known_by,
                                              ptl_arena *arena, ptl_error *err);

/** Sum over [from, to], cut to the days there are. */
int64_t ptl_course_days_sum(const ptl_course_days *days, ptl_day from, ptl_day to);
bool ptl_course_days_hold(const ptl_course_days *days, ptl_day from, ptl_day to);

/** Score what earlier runs said of weeks that are over. `known_by`: runs begun later do not count.
 */
PTL_NODISCARD ptl_status ptl_course_score(ptl_course *course, ptl_store *store,
                                          const ptl_workspace *workspace,
                                          const ptl_course_days *days, int64_t run_id,
                                          ptl_instant known_by, ptl_arena *arena, ptl_error *err);

/** The course as rows of `forecast`, one output of the run. */
PTL_NODISCARD ptl_status ptl_course_write(const ptl_course *course, ptl_store *store,
                                          ptl_error *err);

#endif
