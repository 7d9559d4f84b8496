/* challenge.c: questions about figures in records (invariants in challenge.h). */
#include "store/challenge.h"

#include "store/limits.h"
#include "store/records_internal.h"

static ptl_status check(const ptl_challenge *c, ptl_records *records, ptl_error *err)
{
    ptl_run run;
    ptl_arena arena;
    PTL_TRY(ptl_records_words(c->figure, PTL_CHALLENGE_FIGURE_MAX, "the figure's name", err));
    PTL_TRY(ptl_records_words(c->question, PTL_CHALLENGE_BYTES_MAX, "the question", err));
    if (c->what)
        PTL_TRY(ptl_records_words(c->what, PTL_CHALLENGE_BYTES_MAX, "the figure in words", err));
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
    ptl_bind_int_if(s, c->figure_run_id > 0, c->figure_run_id);
    ptl_bind_string(s, c->question);
    ptl_bind_int(s, c->asked_at);
    ptl_bind_string(s, c->asked_by);
    ptl_bind_int(s, c->run_id);
    return ptl_sql_run_int(&c->challenge_id, NULL, s, err);
}

ptl_status ptl_challenge_answer(ptl_records *records, int64_t challenge_id, const char *answer,
                                const char *actor, ptl_instant at, ptl_error *err)
{
    static const ptl_record_closing answering = {.noun = "question",
                                                 .closed_words = "answered already",
                                                 .hint = "who doubts an answer asks again",
                                                 .close_name = "challenge_answer",
                                                 .same_name = "challenge_answer_is",
                                                 .last_name = "challenge_last"};
    PTL_TRY(ptl_records_words(answer, PTL_CHALLENGE_BYTES_MAX, "the answer", err));
    PTL_TRY(ptl_records_need(actor, "who answers a question", err));
    return ptl_records_close_with(records, &answering, challenge_id, answer, actor, at, err);
}

static ptl_status read_row(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err)
{
    ptl_challenge *c = row;
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
    ptl_record_list list = {
        .n = n, .limit = options->limit, .row_bytes = sizeof **out, .read = read_row};
    PTL_TRY(ptl_records_list(&list, records, "challenge_last", "challenge_list", arena, err));
    *out = list.rows;
    ptl_bind_string(list.s, options->figure);
    ptl_bind_int(list.s, options->all);
    ptl_bind_int(list.s, list.limit);
    return ptl_records_list_read(&list, err);
}
