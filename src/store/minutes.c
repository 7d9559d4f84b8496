/* minutes.c: minutes in records (invariants in minutes.h). */
#include "store/minutes.h"

#include "store/limits.h"
#include "store/records_internal.h"

static const char *const kinds[] = {"decision", "action"};

const char *ptl_minute_kind_text(ptl_minute_kind kind)
{
    return (unsigned)kind < 2 ? kinds[kind] : NULL;
}

static ptl_status check(const ptl_minute *m, ptl_error *err)
{
    PTL_TRY(ptl_records_words(m->what, PTL_MINUTE_BYTES_MAX, "a minute", err));
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
    ptl_bind_int_if(s, m->has_due, m->due_on);
    ptl_bind_int(s, m->met_on);
    ptl_bind_int(s, m->opened_at);
    ptl_bind_string(s, m->opened_by);
    ptl_bind_int(s, m->run_id);
    return ptl_sql_run_int(&m->minute_id, NULL, s, err);
}

ptl_status ptl_minutes_close(ptl_records *records, int64_t minute_id, const char *outcome,
                             const char *actor, ptl_instant at, ptl_error *err)
{
    static const ptl_record_closing closing = {.noun = "minute",
                                               .closed_words =
                                                   "closed already with another outcome",
                                               .close_name = "minute_close",
                                               .same_name = "minute_outcome_is",
                                               .last_name = "minute_last"};
    if (!outcome || !outcome[0])
        return ptl_fail(err, PTL_E_INVALID, "minute %lld is closed without an outcome",
                        (long long)minute_id);
    PTL_TRY(ptl_records_need(actor, "who closes a minute", err));
    return ptl_records_close_with(records, &closing, minute_id, outcome, actor, at, err);
}

static ptl_status read_row(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    ptl_minute *m = row;
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
    ptl_record_list list = {
        .n = n, .limit = options->limit, .row_bytes = sizeof **out, .read = read_row};
    PTL_TRY(ptl_records_list(&list, records, "minute_last", "minute_list", arena, err));
    *out = list.rows;
    ptl_bind_int(list.s, options->at);
    ptl_bind_int(list.s, options->carried);
    ptl_bind_int(list.s, options->since);
    ptl_bind_int(list.s, list.limit);
    return ptl_records_list_read(&list, err);
}

bool ptl_minute_is_late(const ptl_minute *m, ptl_day day)
{
    return m->kind == PTL_MINUTE_ACTION && m->closed_at == 0 && m->due_on < day;
}
