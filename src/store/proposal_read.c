/* proposal_read.c: proposals as records hold them (proposal.h). */
#include "store/limits.h"
#include "store/proposal.h"
#include "store/records_internal.h"

#include <string.h>

static const char *const state_text[] = {
#define STATE_TEXT(id, text) text,
    PTL_PROPOSAL_STATES(STATE_TEXT)
#undef STATE_TEXT
};

const char *ptl_proposal_state_text(ptl_proposal_state state)
{
    return (unsigned)state <= PTL_PROPOSAL_EXPIRED ? state_text[state] : "none";
}

ptl_proposal_state ptl_proposal_state_at(const ptl_proposal *p, ptl_instant now)
{
    if (p->decision != PTL_PROPOSAL_WAITS) return p->decision;
    return now >= p->expires_at ? PTL_PROPOSAL_EXPIRED : PTL_PROPOSAL_WAITS;
}

static ptl_proposal_state state_of(ptl_text text)
{
    for (int i = PTL_PROPOSAL_APPROVED; i <= PTL_PROPOSAL_OVERTAKEN; i++)
        if (ptl_text_equal(text, ptl_text_of(state_text[i]))) return (ptl_proposal_state)i;
    return PTL_PROPOSAL_WAITS;
}

static ptl_status read_row(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    ptl_proposal *const p = row;
    *p = (ptl_proposal){.proposal_id = ptl_row_int(s, 0),
                        .base_version = ptl_row_int(s, 6),
                        .drafted_at = ptl_row_int(s, 9),
                        .by_terminal = ptl_row_int(s, 11) != 0,
                        .run_id = ptl_row_int(s, 12),
                        .expires_at = ptl_row_int(s, 13),
                        .decision = state_of(ptl_row_bytes(s, 14)),
                        .decided_at = ptl_row_int(s, 15),
                        .decision_run_id = ptl_row_int(s, 18),
                        .version = ptl_row_int(s, 19)};
    PTL_TRY(ptl_row_string(&p->kind, s, 1, arena, err));
    PTL_TRY(ptl_row_string(&p->title, s, 2, arena, err));
    PTL_TRY(ptl_row_string(&p->why, s, 3, arena, err));
    PTL_TRY(ptl_row_string(&p->holder, s, 4, arena, err));
    PTL_TRY(ptl_row_hash(&p->content, s, 5, err));
    PTL_TRY(ptl_row_string(&p->details, s, 7, arena, err));
    PTL_TRY(ptl_row_string(&p->difference, s, 8, arena, err));
    PTL_TRY(ptl_row_string(&p->drafted_by, s, 10, arena, err));
    PTL_TRY(ptl_row_string(&p->decided_by, s, 16, arena, err));
    return ptl_row_string(&p->reason, s, 17, arena, err);
}

ptl_status ptl_proposal_get(ptl_proposal *out, ptl_records *records, int64_t proposal_id,
                            ptl_arena *arena, ptl_error *err)
{
    ptl_statement *s;
    bool found;
    int64_t last;
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_get", err));
    ptl_bind_int(s, proposal_id);
    PTL_TRY(ptl_records_one(out, &found, s, read_row, arena, err));
    if (found) return PTL_OK;
    PTL_TRY(ptl_records_int(&last, records, "proposal_last", err));
    return ptl_fail(err, PTL_E_NOT_FOUND, "proposal %lld does not exist: the highest is %lld",
                    (long long)proposal_id, (long long)last);
}

ptl_status ptl_proposal_of_run(ptl_proposal *out, ptl_records *records, int64_t run_id,
                               ptl_arena *arena, ptl_error *err)
{
    ptl_statement *s;
    bool found;
    *out = (ptl_proposal){0}; /* so it stays where there is none */
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_of_run", err));
    ptl_bind_int(s, run_id);
    return ptl_records_one(out, &found, s, read_row, arena, err);
}

static ptl_status read_file(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    ptl_proposal_file *const f = row;
    *f = (ptl_proposal_file){.has_base = !ptl_row_is_null(s, 1),
                             .has_beside = !ptl_row_is_null(s, 2),
                             .is_removed = ptl_row_is_null(s, 3)};
    PTL_TRY(ptl_row_string(&f->path, s, 0, arena, err));
    if (f->has_base) PTL_TRY(ptl_row_hash(&f->base, s, 1, err));
    if (f->has_beside) PTL_TRY(ptl_row_hash(&f->beside, s, 2, err));
    const ptl_text bytes = ptl_row_bytes(s, 3);
    const char *copy = ptl_text_copy(bytes, arena, err);
    f->content = (ptl_text){copy, bytes.len};
    return copy ? PTL_OK : PTL_E_NO_MEMORY;
}

ptl_status ptl_proposal_files(ptl_proposal_file **out, int64_t *n, ptl_records *records,
                              int64_t proposal_id, ptl_arena *arena, ptl_error *err)
{
    ptl_statement *s;
    int64_t n_max;
    *n = 0;
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_file_count", err));
    ptl_bind_int(s, proposal_id);
    PTL_TRY(ptl_sql_run_int(&n_max, NULL, s, err));
    if (n_max > PTL_PROPOSAL_FILES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "proposal %lld has %lld files", (long long)proposal_id,
                        (long long)n_max);
    ptl_record_list list = {
        .n = n, .limit = n_max > 0 ? n_max : 1, .row_bytes = sizeof **out, .read = read_file};
    PTL_TRY(ptl_records_list(&list, records, NULL, "proposal_files", arena, err));
    *out = list.rows;
    ptl_bind_int(list.s, proposal_id);
    return ptl_records_list_read(&list, err);
}

ptl_status ptl_proposal_waiting(int64_t *proposal_id, ptl_records *records, ptl_hash content,
                                ptl_instant now, ptl_error *err)
{
    ptl_statement *s;
    bool found;
    *proposal_id = 0;
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_waiting", err));
    ptl_bind_hash(s, &content);
    ptl_bind_int(s, now);
    return ptl_sql_run_int(proposal_id, &found, s, err);
}

ptl_status ptl_proposal_newest_of(int64_t *proposal_id, ptl_records *records, ptl_hash content,
                                  int64_t base, ptl_error *err)
{
    ptl_statement *s;
    bool found;
    *proposal_id = 0;
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_newest_of", err));
    ptl_bind_hash(s, &content);
    ptl_bind_int(s, base);
    return ptl_sql_run_int(proposal_id, &found, s, err);
}

ptl_status ptl_proposal_open_count(int64_t *n, ptl_records *records, ptl_instant now,
                                   ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_open_count", err));
    ptl_bind_int(s, now);
    return ptl_sql_run_int(n, NULL, s, err);
}

ptl_status ptl_proposal_list(ptl_proposal **out, int64_t *n, ptl_records *records,
                             const ptl_proposal_options *options, ptl_arena *arena, ptl_error *err)
{
    ptl_record_list list = {
        .n = n, .limit = options->limit, .row_bytes = sizeof **out, .read = read_row};
    PTL_TRY(ptl_records_list(&list, records, "proposal_last", "proposal_list", arena, err));
    *out = list.rows;
    ptl_bind_int(list.s, options->all);
    ptl_bind_int(list.s, options->before);
    ptl_bind_int(list.s, options->now);
    ptl_bind_int(list.s, list.limit);
    return ptl_records_list_read(&list, err);
}
