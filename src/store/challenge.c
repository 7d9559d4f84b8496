/* challenge.c: questions about figures in records (invariants in challenge.h). */
#include "store/challenge.h"

#include "store/limits.h"
#include "store/records_internal.h"

#include <string.h>

static ptl_status check_text(const char *text, size_t most, const char *what, ptl_error *err)
{
    const size_t n = text ? strlen(text) : 0;
    if (n == 0) return ptl_fail(err, PTL_E_INVALID, "%s says nothing", what);
    if (n <= most) return PTL_OK;
    return ptl_fail(err, PTL_E_LIMIT, "%s has %zu bytes, at most %zu are allowed", what, n, most);
}

static ptl_status check(const ptl_challenge *c, ptl_records *records, ptl_error *err)
{
    ptl_run run;
    ptl_arena arena;
    PTL_TRY(check_text(c->figure, PTL_CHALLENGE_FIGURE_MAX, "the figure's name", err));
    PTL_TRY(check_text(c->question, PTL_CHALLENGE_BYTES_MAX, "the question", err));
    if (c->what) PTL_TRY(check_text(c->what, PTL_CHALLENGE_BYTES_MAX, "the figure in words", err));
    PTL_TRY(ptl_records_need(c->asked_by, "who asked a question", err));
    if (c->figure_run_id == 0) return PTL_OK;
    ptl_arena_init(&arena, PTL_CHALLENGE_ARENA_MAX, NULL);
    const ptl_status st = ptl_run_get(&run, records, c->figure_run_id, &arena, err);
    ptl_arena_dispose(&arena);
    return st;
}

ptl_status ptl_challenge_add(ptl_challenge *c, ptl_records *records, ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(check(c, records, err));
    PTL_TRY(ptl_sql_use(&s, records->sql, "challenge_add", err));
    ptl_bind_string(s, c->figure);
    ptl_bind_string(s, c->what);
    if (c->figure_run_id > 0)
        ptl_bind_int(s, c->figure_run_id);
    else
        ptl_bind_null(s);
    ptl_bind_string(s, c->question);
    ptl_bind_int(s, c->asked_at);
    ptl_bind_string(s, c->asked_by);
    ptl_bind_int(s, c->run_id);
    return ptl_sql_run_int(&c->challenge_id, NULL, s, err);
}

/* Nothing was answered: say why, unless it is answered with these words already. */
static ptl_status not_answered(ptl_records *records, int64_t id, const char *answer, ptl_error *err)
{
    ptl_statement *s;
    int64_t last, is_same;
    bool found;
    PTL_TRY(ptl_records_int(&last, records, "challenge_last", err));
    PTL_TRY(ptl_sql_use(&s, records->sql, "challenge_answer_is", err));
    ptl_bind_int(s, id);
    ptl_bind_string(s, answer);
    PTL_TRY(ptl_sql_run_int(&is_same, &found, s, err));
    if (!found)
        return ptl_fail(err, PTL_E_NOT_FOUND, "question %lld does not exist: the highest is %lld",
                        (long long)id, (long long)last);
    if (is_same) return PTL_OK; /* said twice, done once */
    (void)ptl_fail(err, PTL_E_CONFLICT, "question %lld is answered already", (long long)id);
    ptl_error_hint(err, "who doubts an answer asks again");
    return PTL_E_CONFLICT;
}

ptl_status ptl_challenge_answer(ptl_records *records, int64_t challenge_id, const char *answer,
                                const char *actor, ptl_instant at, ptl_error *err)
{
    ptl_statement *s;
    int64_t answered;
    bool found;
    PTL_TRY(check_text(answer, PTL_CHALLENGE_BYTES_MAX, "the answer", err));
    PTL_TRY(ptl_records_need(actor, "who answers a question", err));
    PTL_TRY(ptl_sql_use(&s, records->sql, "challenge_answer", err));
    ptl_bind_int(s, challenge_id);
    ptl_bind_int(s, at);
    ptl_bind_string(s, actor);
    ptl_bind_string(s, answer);
    PTL_TRY(ptl_sql_run_int(&answered, &found, s, err));
    return found ? PTL_OK : not_answered(records, challenge_id, answer, err);
}

static ptl_status read_row(ptl_challenge *c, const ptl_statement *s, ptl_arena *arena,
                           ptl_error *err)
{
    *c = (ptl_challenge){.challenge_id = ptl_row_int(s, 0),
                         .figure_run_id = ptl_row_int(s, 3),
                         .asked_at = ptl_row_int(s, 5),
                         .run_id = ptl_row_int(s, 7),
                         .answered_at = ptl_row_int(s, 8)};
    PTL_TRY(ptl_row_string(&c->figure, s, 1, arena, err));
    PTL_TRY(ptl_row_string(&c->what, s, 2, arena, err));
    PTL_TRY(ptl_row_string(&c->question, s, 4, arena, err));
    PTL_TRY(ptl_row_string(&c->asked_by, s, 6, arena, err));
    PTL_TRY(ptl_row_string(&c->answered_by, s, 9, arena, err));
    return ptl_row_string(&c->answer, s, 10, arena, err);
}

ptl_status ptl_challenge_list(ptl_challenge **out, int64_t *n, ptl_records *records,
                              const ptl_challenge_options *options, ptl_arena *arena,
                              ptl_error *err)
{
    int64_t limit = options->limit;
    ptl_statement *s;
    *n = 0;
    PTL_TRY(ptl_records_limit(&limit, records, "challenge_last", err));
    *out = ptl_arena_array(arena, limit, sizeof **out, err);
    if (!*out) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_sql_use(&s, records->sql, "challenge_list", err));
    ptl_bind_string(s, options->figure);
    ptl_bind_int(s, options->all);
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
