/* minutes.c: minutes in records (invariants in minutes.h). */
#include "store/minutes.h"

#include "store/limits.h"
#include "store/records_internal.h"

#include <string.h>

static const char *const kinds[] = {"decision", "action"};

const char *ptl_minute_kind_text(ptl_minute_kind kind)
{
    return (unsigned)kind < 2 ? kinds[kind] : NULL;
}

static ptl_status check(const ptl_minute *m, ptl_error *err)
{
    const size_t n = m->what ? strlen(m->what) : 0;
    if (n == 0) return ptl_fail(err, PTL_E_INVALID, "a minute says nothing");
    if (n > PTL_MINUTE_BYTES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "a minute has %zu bytes, at most %d are allowed", n,
                        PTL_MINUTE_BYTES_MAX);
    if (m->kind != PTL_MINUTE_ACTION) return PTL_OK;
    if (!m->owner || !m->owner[0]) {
        ptl_fail(err, PTL_E_INVALID, "an action has no owner");
        ptl_error_hint(err, "name the one person who does it");
        return PTL_E_INVALID;
    }
    if (!m->has_due)
        return ptl_fail(err, PTL_E_INVALID, "an action has no day by which it is done");
    if (m->due_on < m->met_on)
        return ptl_fail(err, PTL_E_INVALID, "an action is due before the meeting that decided it");
    return PTL_OK;
}

ptl_status ptl_minutes_add(ptl_minute *m, ptl_records *records, ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(check(m, err));
    PTL_TRY(ptl_records_need(m->opened_by, "who entered a minute", err));
    PTL_TRY(ptl_sql_use(&s, records->sql, "minute_add", err));
    ptl_bind_string(s, kinds[m->kind]);
    ptl_bind_string(s, m->what);
    ptl_bind_string(s, m->owner);
    if (m->has_due)
        ptl_bind_int(s, m->due_on);
    else
        ptl_bind_null(s);
    ptl_bind_int(s, m->met_on);
    ptl_bind_int(s, m->opened_at);
    ptl_bind_string(s, m->opened_by);
    ptl_bind_int(s, m->run_id);
    return ptl_sql_run_int(&m->minute_id, NULL, s, err);
}

/* Nothing was closed: say why, unless it is closed with these words already. */
static ptl_status not_closed(ptl_records *records, int64_t minute_id, const char *outcome,
                             ptl_error *err)
{
    ptl_statement *s;
    int64_t last, is_same;
    bool found;
    PTL_TRY(ptl_records_int(&last, records, "minute_last", err));
    PTL_TRY(ptl_sql_use(&s, records->sql, "minute_outcome_is", err));
    ptl_bind_int(s, minute_id);
    ptl_bind_string(s, outcome);
    PTL_TRY(ptl_sql_run_int(&is_same, &found, s, err));
    if (!found)
        return ptl_fail(err, PTL_E_NOT_FOUND, "minute %lld does not exist: the highest is %lld",
                        (long long)minute_id, (long long)last);
    if (is_same) return PTL_OK; /* said twice, done once */
    return ptl_fail(err, PTL_E_CONFLICT, "minute %lld is closed already with another outcome",
                    (long long)minute_id);
}

ptl_status ptl_minutes_close(ptl_records *records, int64_t minute_id, const char *outcome,
                             const char *actor, ptl_instant at, ptl_error *err)
{
    ptl_statement *s;
    int64_t closed;
    bool found;
    if (!outcome || !outcome[0])
        return ptl_fail(err, PTL_E_INVALID, "minute %lld is closed without an outcome",
                        (long long)minute_id);
    PTL_TRY(ptl_records_need(actor, "who closes a minute", err));
    PTL_TRY(ptl_sql_use(&s, records->sql, "minute_close", err));
    ptl_bind_int(s, minute_id);
    ptl_bind_int(s, at);
    ptl_bind_string(s, actor);
    ptl_bind_string(s, outcome);
    PTL_TRY(ptl_sql_run_int(&closed, &found, s, err));
    return found ? PTL_OK : not_closed(records, minute_id, outcome, err);
}

static ptl_status read_row(ptl_minute *m, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    *m = (ptl_minute){.minute_id = ptl_row_int(s, 0),
                      .kind = ptl_text_equal(ptl_row_bytes(s, 1), PTL_TEXT("action"))
                                  ? PTL_MINUTE_ACTION
                                  : PTL_MINUTE_DECISION,
                      .has_due = !ptl_row_is_null(s, 4),
                      .due_on = (ptl_day)ptl_row_int(s, 4),
                      .met_on = (ptl_day)ptl_row_int(s, 5),
                      .opened_at = ptl_row_int(s, 6),
                      .run_id = ptl_row_int(s, 8),
                      .closed_at = ptl_row_int(s, 9)};
    PTL_TRY(ptl_row_string(&m->what, s, 2, arena, err));
    PTL_TRY(ptl_row_string(&m->owner, s, 3, arena, err));
    PTL_TRY(ptl_row_string(&m->opened_by, s, 7, arena, err));
    PTL_TRY(ptl_row_string(&m->closed_by, s, 10, arena, err));
    return ptl_row_string(&m->outcome, s, 11, arena, err);
}

ptl_status ptl_minutes_list(ptl_minute **out, int64_t *n, ptl_records *records,
                            const ptl_minutes_options *options, ptl_arena *arena, ptl_error *err)
{
    int64_t limit = options->limit;
    ptl_statement *s;
    *n = 0;
    PTL_TRY(ptl_records_limit(&limit, records, "minute_last", err));
    *out = ptl_arena_array(arena, limit, sizeof **out, err);
    if (!*out) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_sql_use(&s, records->sql, "minute_list", err));
    ptl_bind_int(s, options->at);
    ptl_bind_int(s, options->carried);
    ptl_bind_int(s, options->since);
    ptl_bind_int(s, limit);
    for (bool row = true;;) {
        PTL_TRY(ptl_sql_step(&row, s, err));
        if (!row) return PTL_OK;
        const ptl_status st = read_row(&(*out)[*n], s, arena, err);
        if (st != PTL_OK) {
            ptl_sql_reset(s);
            return st;
        }
        (*n)++;
    }
}

bool ptl_minute_is_late(const ptl_minute *m, ptl_day day)
{
    return m->kind == PTL_MINUTE_ACTION && m->closed_at == 0 && m->due_on < day;
}
