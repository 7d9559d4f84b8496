/* proposal.c: proposals in records (invariants in proposal.h); reading them is proposal_read.c. */
#include "store/proposal.h"

#include "store/ledger.h"
#include "store/limits.h"
#include "store/records_internal.h"

#include <string.h>

/* --- the ledger ------------------------------------------------------------------------------- */

typedef struct entry {
    const char *kind, *actor;
    int64_t run_id;
    ptl_instant at;
} entry;

static ptl_status enter(ptl_records *records, const entry *e, ptl_buffer *body, ptl_json *json,
                        ptl_error *err)
{
    ptl_json_object_end(json);
    PTL_TRY(ptl_json_finish(json));
    return ptl_ledger_append(NULL, records, e->kind, e->actor, e->run_id, ptl_buffer_borrow(body),
                             e->at, err);
}

/* What is proposed: the files themselves lie in the row, their hash here. */
static ptl_status enter_drafted(const ptl_proposal *p, ptl_records *records, ptl_error *err)
{
    char content[PTL_HASH_HEX];
    ptl_buffer body;
    ptl_json json;
    const entry e = {"proposal.drafted", p->drafted_by, p->run_id, p->drafted_at};
    ptl_hash_format(content, p->content);
    ptl_buffer_init(&body, PTL_LEDGER_BODY_MAX, NULL);
    ptl_json_init_buffer(&json, &body, 0, err);
    ptl_json_object(&json);
    ptl_json_put_int(&json, "proposal", p->proposal_id);
    ptl_json_put_string(&json, "kind", p->kind);
    ptl_json_put_string(&json, "title", p->title);
    ptl_json_put_string(&json, "content", content);
    ptl_json_put_int(&json, "config_version", p->base_version);
    ptl_json_key(&json, "details");
    ptl_json_raw(&json, ptl_text_of(p->details));
    const ptl_status st = enter(records, &e, &body, &json, err);
    ptl_buffer_dispose(&body);
    return st;
}

static ptl_status enter_routed(const ptl_proposal *p, ptl_records *records, const char *deciders,
                               ptl_error *err)
{
    ptl_buffer body;
    ptl_json json;
    const entry e = {"proposal.routed", p->drafted_by, p->run_id, p->drafted_at};
    ptl_buffer_init(&body, PTL_LEDGER_BODY_MAX, NULL);
    ptl_json_init_buffer(&json, &body, 0, err);
    ptl_json_object(&json);
    ptl_json_put_int(&json, "proposal", p->proposal_id);
    ptl_json_put_string(&json, "holder", p->holder);
    ptl_json_key(&json, "deciders");
    ptl_json_raw(&json, ptl_text_of(deciders));
    const ptl_status st = enter(records, &e, &body, &json, err);
    ptl_buffer_dispose(&body);
    return st;
}

static ptl_status enter_step(ptl_records *records, const entry *e, int64_t proposal_id,
                             const char *reason, int64_t version, int64_t by_proposal,
                             ptl_error *err)
{
    ptl_buffer body;
    ptl_json json;
    ptl_buffer_init(&body, PTL_LEDGER_BODY_MAX, NULL);
    ptl_json_init_buffer(&json, &body, 0, err);
    ptl_json_object(&json);
    ptl_json_put_int(&json, "proposal", proposal_id);
    if (reason) ptl_json_put_string(&json, "reason", reason);
    if (version > 0) ptl_json_put_int(&json, "config_version", version);
    if (by_proposal > 0) ptl_json_put_int(&json, "by_proposal", by_proposal);
    const ptl_status st = enter(records, e, &body, &json, err);
    ptl_buffer_dispose(&body);
    return st;
}

/* --- drafted and routed ----------------------------------------------------------------------- */

static ptl_status check(const ptl_proposal *p, ptl_records *records, const char *deciders,
                        ptl_error *err)
{
    int64_t n_open;
    PTL_TRY(ptl_records_words(p->title, PTL_PROPOSAL_TITLE_MAX, "the proposal's title", err));
    PTL_TRY(ptl_records_words(p->why, PTL_PROPOSAL_TEXT_MAX, "the proposal's why", err));
    PTL_TRY(ptl_records_need(p->holder, "who decides on the proposal", err));
    PTL_TRY(ptl_records_need(p->drafted_by, "who drafted the proposal", err));
    PTL_TRY(ptl_records_json(p->details, "the proposal's details", err));
    PTL_TRY(ptl_records_words(p->details, PTL_PROPOSAL_DETAILS_MAX, "the proposal's details", err));
    PTL_TRY(ptl_records_json(deciders, "those who may decide", err));
    PTL_TRY(ptl_proposal_open_count(&n_open, records, p->drafted_at, err));
    if (n_open < PTL_PROPOSALS_OPEN_MAX) return PTL_OK;
    (void)ptl_fail(err, PTL_E_LIMIT, "%lld proposals wait already", (long long)n_open);
    ptl_error_hint(err, "decide on some first: portolan proposal list");
    return PTL_E_LIMIT;
}

static ptl_status add_file(ptl_records *records, int64_t proposal_id, const ptl_proposal_file *f,
                           ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_file_add", err));
    ptl_bind_int(s, proposal_id);
    ptl_bind_string(s, f->path);
    if (f->has_base)
        ptl_bind_hash(s, &f->base);
    else
        ptl_bind_null(s);
    if (f->has_beside)
        ptl_bind_hash(s, &f->beside);
    else
        ptl_bind_null(s);
    if (f->is_removed)
        ptl_bind_null(s);
    else
        ptl_bind_blob(s, f->content.ptr ? f->content.ptr : "", f->content.len);
    return ptl_sql_run(s, err);
}

static ptl_status add_row(ptl_proposal *p, ptl_records *records, ptl_error *err)
{
    ptl_statement *s;
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_add", err));
    ptl_bind_string(s, p->kind);
    ptl_bind_string(s, p->title);
    ptl_bind_string(s, p->why);
    ptl_bind_string(s, p->holder);
    ptl_bind_hash(s, &p->content);
    ptl_bind_int(s, p->base_version);
    ptl_bind_string(s, p->details);
    ptl_bind_string(s, p->difference);
    ptl_bind_int(s, p->drafted_at);
    ptl_bind_string(s, p->drafted_by);
    ptl_bind_int(s, p->by_terminal);
    ptl_bind_int(s, p->run_id);
    ptl_bind_int(s, p->expires_at);
    return ptl_sql_run_int(&p->proposal_id, NULL, s, err);
}

static ptl_status overtake(int64_t *overtaken, const ptl_proposal *p, ptl_records *records,
                           ptl_error *err)
{
    ptl_statement *s;
    bool found;
    const entry e = {"proposal.overtaken", p->drafted_by, p->run_id, p->drafted_at};
    *overtaken = 0;
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_overtaken_by", err));
    ptl_bind_string(s, p->drafted_by);
    ptl_bind_string(s, p->kind);
    ptl_bind_int(s, p->proposal_id);
    ptl_bind_int(s, p->drafted_at);
    ptl_bind_int(s, p->run_id);
    PTL_TRY(ptl_sql_run_int(overtaken, &found, s, err));
    if (!found) return PTL_OK;
    return enter_step(records, &e, *overtaken, NULL, 0, p->proposal_id, err);
}

static ptl_status add_all(ptl_proposal *p, int64_t *overtaken, ptl_records *records,
                          const ptl_proposal_file *files, int64_t n_files, const char *deciders,
                          ptl_error *err)
{
    PTL_TRY(add_row(p, records, err));
    for (int64_t i = 0; i < n_files; i++)
        PTL_TRY(add_file(records, p->proposal_id, &files[i], err));
    PTL_TRY(enter_drafted(p, records, err));
    PTL_TRY(enter_routed(p, records, deciders, err));
    return overtake(overtaken, p, records, err);
}

ptl_status ptl_proposal_add(ptl_proposal *p, int64_t *overtaken, ptl_records *records,
                            const ptl_proposal_file *files, int64_t n_files, const char *deciders,
                            ptl_error *err)
{
    PTL_TRY(check(p, records, deciders, err));
    PTL_TRY(ptl_sql_begin(records->sql, err));
    const ptl_status st = add_all(p, overtaken, records, files, n_files, deciders, err);
    return ptl_sql_end(records->sql, st, err);
}

/* --- decided ---------------------------------------------------------------------------------- */

/* One who reads the reason must be able to act on it: characters, not bytes. */
static int64_t count_characters(const char *text)
{
    int64_t n = 0;
    for (; text && *text; text++) n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static ptl_status check_reason(const ptl_proposal_verdict *v, ptl_error *err)
{
    const int64_t n = count_characters(v->reason);
    if (v->reason) PTL_TRY(ptl_records_words(v->reason, PTL_PROPOSAL_TEXT_MAX, "the reason", err));
    if (v->decision != PTL_PROPOSAL_REJECTED || n >= PTL_PROPOSAL_REASON_MIN) return PTL_OK;
    (void)ptl_fail(err, PTL_E_INVALID, "the reason has %lld characters; %d or more are needed",
                   (long long)n, PTL_PROPOSAL_REASON_MIN);
    ptl_error_hint(err, "say what would have to be otherwise, so that it can be drafted again");
    return PTL_E_INVALID;
}

static bool is_author(const ptl_proposal *p, const ptl_proposal_verdict *v)
{
    return (p->by_terminal && v->by_terminal) || strcmp(p->drafted_by, v->by) == 0;
}

static ptl_status check_author(const ptl_proposal *p, const ptl_proposal_verdict *v, ptl_error *err)
{
    const bool withdraws = v->decision == PTL_PROPOSAL_WITHDRAWN;
    if (is_author(p, v) == withdraws) return PTL_OK;
    (void)ptl_fail(err, PTL_E_DENIED, "proposal %lld was drafted by %s, who %s",
                   (long long)p->proposal_id, p->drafted_by,
                   withdraws ? "alone may withdraw it" : "does not decide on it");
    ptl_error_hint(err, withdraws ? "portolan proposal reject, with a reason"
                                  : "an author never decides; portolan proposal withdraw takes it "
                                    "back");
    return PTL_E_DENIED;
}

static ptl_status check_waits(bool *again, const ptl_proposal *p, const ptl_proposal_verdict *v,
                              ptl_error *err)
{
    const ptl_proposal_state state = ptl_proposal_state_at(p, v->at);
    *again = state == v->decision && strcmp(p->decided_by, v->by) == 0;
    if (*again || state == PTL_PROPOSAL_WAITS) return PTL_OK;
    if (state == PTL_PROPOSAL_EXPIRED && v->decision == PTL_PROPOSAL_WITHDRAWN) return PTL_OK;
    if (state == PTL_PROPOSAL_EXPIRED)
        (void)ptl_fail(err, PTL_E_CONFLICT, "proposal %lld no longer waits: its time ran out",
                       (long long)p->proposal_id);
    else
        (void)ptl_fail(err, PTL_E_CONFLICT, "proposal %lld no longer waits: it was %s by %s",
                       (long long)p->proposal_id, ptl_proposal_state_text(state), p->decided_by);
    ptl_error_hint(err, "draft it again");
    return PTL_E_CONFLICT;
}

static ptl_status look(bool *again, ptl_records *records, const ptl_proposal_verdict *v,
                       ptl_arena *arena, ptl_error *err)
{
    ptl_proposal p;
    *again = false;
    PTL_TRY(ptl_records_need(v->by, "who decides", err));
    PTL_TRY(ptl_proposal_get(&p, records, v->proposal_id, arena, err));
    PTL_TRY(check_author(&p, v, err));
    PTL_TRY(check_waits(again, &p, v, err));
    return *again ? PTL_OK : check_reason(v, err);
}

ptl_status ptl_proposal_may_decide(bool *again, ptl_records *records, const ptl_proposal_verdict *v,
                                   ptl_error *err)
{
    ptl_arena arena;
    ptl_arena_init(&arena, PTL_PROPOSAL_ARENA_MAX, NULL);
    const ptl_status st = look(again, records, v, &arena, err);
    ptl_arena_dispose(&arena);
    return st;
}

static ptl_status decide(ptl_records *records, const ptl_proposal_verdict *v, ptl_error *err)
{
    ptl_statement *s;
    int64_t id;
    bool found;
    const char *const kind = v->decision == PTL_PROPOSAL_APPROVED   ? "proposal.approved"
                             : v->decision == PTL_PROPOSAL_REJECTED ? "proposal.rejected"
                                                                    : "proposal.withdrawn";
    const entry e = {kind, v->by, v->run_id, v->at};
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_decide", err));
    ptl_bind_int(s, v->proposal_id);
    ptl_bind_string(s, ptl_proposal_state_text(v->decision));
    ptl_bind_int(s, v->at);
    ptl_bind_string(s, v->by);
    ptl_bind_string(s, v->reason);
    ptl_bind_int(s, v->run_id);
    if (v->version > 0)
        ptl_bind_int(s, v->version);
    else
        ptl_bind_null(s);
    PTL_TRY(ptl_sql_run_int(&id, &found, s, err));
    if (!found)
        return ptl_fail(err, PTL_E_CONFLICT, "proposal %lld no longer waits",
                        (long long)v->proposal_id);
    return enter_step(records, &e, id, v->reason, v->version, 0, err);
}

ptl_status ptl_proposal_decide(bool *again, ptl_records *records, const ptl_proposal_verdict *v,
                               ptl_error *err)
{
    PTL_TRY(ptl_proposal_may_decide(again, records, v, err));
    if (*again) return PTL_OK;
    PTL_TRY(ptl_sql_begin(records->sql, err));
    const ptl_status st = decide(records, v, err);
    return ptl_sql_end(records->sql, st, err);
}

/* --- taken back ------------------------------------------------------------------------------- */

static ptl_status check_reopen(const ptl_proposal *p, ptl_records *records, const char *by,
                               ptl_instant at, ptl_error *err)
{
    ptl_statement *s;
    int64_t later;
    const long long id = (long long)p->proposal_id;
    if (p->decision != PTL_PROPOSAL_APPROVED && p->decision != PTL_PROPOSAL_REJECTED)
        return ptl_fail(err, PTL_E_CONFLICT, "proposal %lld was %s: there is no decision to undo",
                        id, ptl_proposal_state_text(p->decision));
    if (strcmp(p->decided_by, by) != 0)
        return ptl_fail(err, PTL_E_DENIED,
                        "proposal %lld was %s by %s, who alone may take that back", id,
                        ptl_proposal_state_text(p->decision), p->decided_by);
    if (p->version > 0) {
        (void)ptl_fail(err, PTL_E_CONFLICT, "proposal %lld is in force as version %lld", id,
                       (long long)p->version);
        ptl_error_hint(err, "change the setting back: that is a change of its own");
        return PTL_E_CONFLICT;
    }
    if (p->decision == PTL_PROPOSAL_APPROVED && at >= p->expires_at)
        return ptl_fail(err, PTL_E_CONFLICT, "proposal %lld has taken effect: its first week began",
                        id);
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_later", err));
    ptl_bind_int(s, p->proposal_id);
    PTL_TRY(ptl_sql_run_int(&later, NULL, s, err));
    if (later == 0) return PTL_OK;
    return ptl_fail(err, PTL_E_CONFLICT, "proposal %lld was drafted again as proposal %lld", id,
                    (long long)later);
}

static ptl_status reopen(ptl_records *records, int64_t proposal_id, const char *by, ptl_instant at,
                         int64_t run_id, ptl_arena *arena, ptl_error *err)
{
    ptl_proposal p;
    ptl_statement *s;
    const entry e = {"proposal.undone", by, run_id, at};
    PTL_TRY(ptl_proposal_get(&p, records, proposal_id, arena, err));
    if (p.decision == PTL_PROPOSAL_WAITS) return PTL_OK; /* taken back twice is once */
    PTL_TRY(check_reopen(&p, records, by, at, err));
    PTL_TRY(ptl_sql_use(&s, records->sql, "proposal_reopen", err));
    ptl_bind_int(s, proposal_id);
    ptl_bind_string(s, ptl_proposal_state_text(p.decision));
    PTL_TRY(ptl_sql_run(s, err));
    return enter_step(records, &e, proposal_id, NULL, 0, 0, err);
}

ptl_status ptl_proposal_reopen(ptl_records *records, int64_t proposal_id, const char *by,
                               ptl_instant at, int64_t run_id, ptl_error *err)
{
    ptl_arena arena;
    PTL_TRY(ptl_records_need(by, "who takes the decision back", err));
    PTL_TRY(ptl_sql_begin(records->sql, err));
    ptl_arena_init(&arena, PTL_PROPOSAL_ARENA_MAX, NULL);
    const ptl_status st = reopen(records, proposal_id, by, at, run_id, &arena, err);
    ptl_arena_dispose(&arena);
    return ptl_sql_end(records->sql, st, err);
}
