/* course_parts.c: the course of verticals and segments that have a target of their own.
 *
 * Each is forecast from its own days, as the company is. A segment's contribution after media is
 * not said: media know no customers, and a number without its media would be another number. */
#include "understand/course_internal.h"

#include <string.h>

/* "vertical/business", "segment/new", or a vertical's name alone; false for any other scope. */
static bool scope_of(const char **dimension, ptl_text *member, const ptl_workspace *w,
                     ptl_text scope)
{
    static const char *const dimensions[] = {"vertical", "segment"};
    *member = scope;
    *dimension = "vertical";
    for (int i = 0; i < 2; i++) {
        const size_t n = strlen(dimensions[i]);
        if (scope.len <= n || scope.ptr[n] != '/' || memcmp(scope.ptr, dimensions[i], n) != 0)
            continue;
        *dimension = dimensions[i];
        *member = (ptl_text){scope.ptr + n + 1, scope.len - n - 1};
    }
    return strcmp(*dimension, "segment") == 0 || ptl_workspace_vertical(w, *member) != NULL;
}

static ptl_course blank_of(const ptl_course *company, ptl_day starts, ptl_day due, double target)
{
    ptl_course c = *company;
    c.has_target = true;
    c.starts = starts;
    c.due = due;
    c.target = target;
    c.to_date = c.plan_to_date = c.chance = PTL_NAN;
    c.final = (ptl_estimate){PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    c.word = PTL_COURSE_SILENT;
    c.verdict = PTL_NOT_IDENTIFIED;
    c.points = NULL;
    c.n_points = 0;
    return c;
}

static ptl_status steer_part(ptl_course_part *out, const ptl_course *company, ptl_store *store,
                             const ptl_workspace *w, const ptl_course_days *days,
                             const char *dimension, const char *member, const ptl_course *blank,
                             ptl_arena *arena, ptl_error *err)
{
    ptl_course c = *blank;
    ptl_course_days own;
    const bool has_media = strcmp(dimension, "vertical") == 0;
    if (has_media || strcmp(company->metric, "cm2") != 0) {
        PTL_TRY(ptl_course_part_days_read(&own, store, days, company->run_id, dimension,
                                          ptl_text_of(member), arena, err));
        PTL_TRY(ptl_course_steer(&c, &own, &w->kpi, arena, err));
    }
    *out = (ptl_course_part){dimension,      member,   c.starts, c.due,  c.target, c.to_date,
                             c.plan_to_date, c.chance, c.final,  c.word, c.verdict};
    return PTL_OK;
}

static ptl_status run_all(ptl_course *out, ptl_store *store, const ptl_workspace *w,
                          const ptl_course_days *days, const ptl_table *t, ptl_arena *arena,
                          ptl_error *err)
{
    const ptl_column *scope, *from, *to, *value;
    PTL_TRY(ptl_table_column(&scope, t, "scope", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&from, t, "period_start", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&to, t, "period_end", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&value, t, "value_to", PTL_TYPE_DOUBLE, err));
    out->parts = ptl_arena_array(arena, t->n_rows + 1, sizeof *out->parts, err);
    if (!out->parts) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < t->n_rows; i++) {
        const char *dimension;
        ptl_text member;
        if (!scope_of(&dimension, &member, w, ptl_column_text(scope, i))) continue;
        const char *name = ptl_text_copy(member, arena, err);
        if (!name) return PTL_E_NO_MEMORY;
        const ptl_course blank =
            blank_of(out, (ptl_day)ptl_column_int(from, i), (ptl_day)ptl_column_int(to, i),
                     ptl_column_double(value, i));
        PTL_TRY(steer_part(&out->parts[out->n_parts++], out, store, w, days, dimension, name,
                           &blank, arena, err));
    }
    return PTL_OK;
}

ptl_status ptl_course_parts_run(ptl_course *out, ptl_store *store, const ptl_workspace *workspace,
                                const ptl_course_days *days, ptl_instant known_by, ptl_arena *arena,
                                ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(known_by), ptl_value_string(out->metric),
                                ptl_value_day(out->as_of)};
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "course/part_targets", params, 3, 0, err));
    const ptl_status st = run_all(out, store, workspace, days, &t, arena, err);
    ptl_table_dispose(&t);
    return st;
}
