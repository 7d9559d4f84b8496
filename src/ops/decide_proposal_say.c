/* decide_proposal_say.c: everything about one proposal, as the answer of proposal.show. A change of
 * files is shown without addresses and passwords that the files hold: who decides need not know
 * them, and everybody may read. */
#include "ops/decide_proposal.h"

#include <jansson.h>
#include <string.h>

#include "store/limits.h"

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

const char *ptl_proposal_worth(const ptl_proposal *p, ptl_arena *arena)
{
    json_t *const details = json_loads(p->details, 0, NULL);
    const char *const worth = json_string_value(json_object_get(details, "worth"));
    const char *const copy = worth ? ptl_text_copy(ptl_text_of(worth), arena, NULL) : NULL;
    json_decref(details);
    return copy;
}

/* For machines: people read it in a sentence or a table. */
static void put_hidden(const ptl_call *call, const char *name, const char *text, double number)
{
    ptl_buffer out;
    ptl_json json;
    ptl_error err;
    ptl_buffer_init(&out, PTL_PROPOSAL_ARENA_MAX, NULL);
    ptl_json_init_buffer(&json, &out, 0, &err);
    if (text)
        ptl_json_string(&json, text);
    else
        ptl_json_double(&json, number);
    if (ptl_json_finish(&json) == PTL_OK)
        ptl_reply_json(call->reply, name, ptl_buffer_borrow(&out));
    ptl_buffer_dispose(&out);
}

/* --- its path --------------------------------------------------------------------------------- */

static void put_step(const ptl_call *call, const char *step, ptl_instant at, const char *by,
                     const char *note)
{
    ptl_reply_cell_text(call->reply, step);
    ptl_reply_cell_instant(call->reply, at);
    ptl_reply_cell_text(call->reply, by);
    ptl_reply_cell_text(call->reply, note);
}

static const char *holder_words(const ptl_proposal *p)
{
    return strcmp(p->holder, "finance") == 0              ? "finance or an owner"
           : strcmp(p->holder, "revenue_operations") == 0 ? "revenue operations or an owner"
                                                          : "an owner";
}

static void put_end(const ptl_call *call, const ptl_proposal *p)
{
    if (strcmp(p->kind, "budget") == 0) {
        put_step(call, "measured", 0, NULL, "by budget score, when a model has seen its weeks");
        return;
    }
    const char *const note =
        p->version > 0 ? ptl_text_format(call->arena, NULL, "version %lld", (long long)p->version)
                       : NULL;
    put_step(call, "in force", p->version > 0 ? p->decided_at : 0, NULL, note);
}

static void put_path(const ptl_call *call, const ptl_proposal *p, ptl_proposal_state state)
{
    static const ptl_reply_column columns[] = {
        {"step", "Step", false}, {"at", "At", false}, {"by", "By", false}, {"note", "Note", false}};
    ptl_reply_table(call->reply, "path", "Path", columns, N_OF(columns));
    put_step(call, "drafted", p->drafted_at, p->drafted_by, NULL);
    put_step(call, "routed", p->drafted_at, NULL, holder_words(p));
    if (state == PTL_PROPOSAL_EXPIRED)
        put_step(call, "expired", p->expires_at, NULL, "silence never approves");
    else if (state == PTL_PROPOSAL_WAITS)
        put_step(call, "approved", 0, NULL, "waits");
    else
        put_step(call, ptl_proposal_state_text(state), p->decided_at, p->decided_by, p->reason);
    if (state == PTL_PROPOSAL_WAITS || state == PTL_PROPOSAL_APPROVED) put_end(call, p);
    ptl_reply_table_end(call->reply);
}

/* --- what it would do ------------------------------------------------------------------------- */

static void put_texts(const ptl_call *call, const json_t *item, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        ptl_reply_cell_text(call->reply, json_string_value(json_object_get(item, names[i])));
}

static void put_widens(const ptl_call *call, const json_t *details)
{
    static const ptl_reply_column columns[] = {{"key", "Widens", false},
                                               {"before", "From", false},
                                               {"after", "To", false},
                                               {"why", "Why", false},
                                               {"right", "Decides", false}};
    static const char *const names[] = {"key", "before", "after", "why", "right"};
    const json_t *item;
    size_t i;
    ptl_reply_table(call->reply, "widens", "", columns, N_OF(columns));
    json_array_foreach(json_object_get(details, "widens"), i, item) put_texts(call, item, names, 5);
    ptl_reply_table_end(call->reply);
}

static void put_reasons(const ptl_call *call, const json_t *details)
{
    static const ptl_reply_column columns[] = {{"side", "Side", false}, {"what", "What", false}};
    static const char *const names[] = {"side", "what"};
    const json_t *item;
    size_t i;
    ptl_reply_table(call->reply, "reasons", "What speaks for it, and against", columns,
                    N_OF(columns));
    json_array_foreach(json_object_get(details, "reasons"), i, item)
        put_texts(call, item, names, 2);
    ptl_reply_table_end(call->reply);
}

static void put_channels(const ptl_call *call, const json_t *details)
{
    static const ptl_reply_column columns[] = {{"name", NULL, false},
                                               {"channel", "Channel", false},
                                               {"present", "A week now", true},
                                               {"plan", "Planned", true}};
    const char *const currency = json_string_value(json_object_get(details, "currency"));
    const json_t *item;
    size_t i;
    ptl_reply_table(call->reply, "channels", "", columns, N_OF(columns));
    json_array_foreach(json_object_get(details, "channels"), i, item)
    {
        ptl_reply_cell_text(call->reply, json_string_value(json_object_get(item, "name")));
        ptl_reply_cell_text(call->reply, json_string_value(json_object_get(item, "channel")));
        ptl_reply_cell_micros(call->reply, json_integer_value(json_object_get(item, "present")),
                              currency ? currency : "");
        ptl_reply_cell_micros(call->reply, json_integer_value(json_object_get(item, "plan")),
                              currency ? currency : "");
    }
    ptl_reply_table_end(call->reply);
}

static double number_of(const json_t *details, const char *name)
{
    const json_t *const value = json_object_get(details, name);
    return json_is_number(value) ? json_number_value(value) : PTL_NAN;
}

/* What no table is made of: for whoever draws it. */
static void put_whole(const ptl_call *call, const json_t *details, const char *name)
{
    const json_t *const value = json_object_get(details, name);
    char *const text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    if (text) ptl_reply_json(call->reply, name, ptl_text_of(text));
    free(text);
}

static void put_plan(const ptl_call *call, const json_t *details)
{
    ptl_reply_text(call->reply, "worth", "Worth, 90 %",
                   json_string_value(json_object_get(details, "worth")));
    put_hidden(call, "worth_mean", NULL, number_of(details, "worth_mean"));
    put_hidden(call, "worth_low", NULL, number_of(details, "worth_low"));
    put_hidden(call, "worth_high", NULL, number_of(details, "worth_high"));
    put_hidden(call, "chance_of_loss", NULL, number_of(details, "chance_of_loss"));
    ptl_reply_text(call->reply, "chance", "Chance that it loses",
                   json_string_value(json_object_get(details, "chance")));
    ptl_reply_text(call->reply, "grade", "Grade",
                   json_string_value(json_object_get(details, "grade")));
    ptl_reply_text(call->reply, "from", "From",
                   json_string_value(json_object_get(details, "from")));
    ptl_reply_text(call->reply, "to", "To", json_string_value(json_object_get(details, "to")));
    put_whole(call, details, "density");
    put_channels(call, details);
}

/* --- its files -------------------------------------------------------------------------------- */

/* Behind "webhook:" or "mail_password:" stands a secret, unless it names a variable. */
static size_t secret_at(ptl_text line)
{
    static const char *const keys[] = {"webhook:", "mail_password:"};
    size_t at = 0;
    while (at < line.len && strchr("+- ", line.ptr[at])) at++;
    for (int i = 0; i < 2; i++) {
        const ptl_text rest = {line.ptr + at, line.len - at};
        if (!ptl_text_starts(rest, ptl_text_of(keys[i]))) continue;
        const size_t behind = at + strlen(keys[i]);
        const ptl_text value = ptl_text_trim((ptl_text){line.ptr + behind, line.len - behind});
        const bool names = value.len == 0 || memmem(value.ptr, value.len, "${", 2) != NULL;
        return names ? 0 : behind;
    }
    return 0;
}

static ptl_status put_difference(const ptl_call *call, const char *difference, ptl_error *err)
{
    ptl_buffer out;
    ptl_text rest = ptl_text_of(difference);
    ptl_buffer_init(&out, PTL_PROPOSAL_ARENA_MAX, NULL);
    while (rest.len > 0) {
        const ptl_text line = ptl_text_cut(&rest, '\n');
        const size_t secret = secret_at(line);
        ptl_buffer_append(&out, line.ptr, secret > 0 ? secret : line.len);
        ptl_buffer_text(&out, secret > 0 ? " kept in the file\n" : "\n");
    }
    ptl_status st = ptl_buffer_check(&out, "the difference", err);
    if (st == PTL_OK && out.len > 0)
        ptl_reply_text(call->reply, "difference", "Difference", out.ptr);
    ptl_buffer_dispose(&out);
    return st;
}

/* --- one proposal ----------------------------------------------------------------------------- */

static const char *undo_of(const ptl_proposal *p)
{
    return strcmp(p->kind, "budget") == 0
               ? "Whoever approves it may take that back until its first week begins. Nothing is "
                 "bought by it, so nothing has to be given back."
               : "Once approved it is in force. It is undone by changing the setting back, which "
                 "is "
                 "a change of its own. What was counted in between stays in its runs.";
}

static void put_undo(const ptl_call *call, const ptl_proposal *p)
{
    const bool open =
        p->decision == PTL_PROPOSAL_REJECTED ||
        (p->decision == PTL_PROPOSAL_APPROVED && p->version == 0 && call->now < p->expires_at);
    ptl_reply_text(call->reply, "undo", "Undone by", undo_of(p));
    if (open) ptl_reply_instant(call->reply, "undone_until", "Undone until", p->expires_at);
}

static void put_head(const ptl_call *call, const ptl_proposal *p, ptl_proposal_state state,
                     const ptl_deciders *d)
{
    ptl_reply *const reply = call->reply;
    ptl_reply_say(reply, "%s.", p->title);
    ptl_reply_id(reply, "proposal", "Proposal", p->proposal_id);
    put_hidden(call, "title", p->title, 0.0);
    ptl_reply_text(reply, "kind", "Kind", p->kind);
    ptl_reply_text(reply, "state", "State", ptl_proposal_state_text(state));
    ptl_reply_text(reply, "why", "Why", p->why);
    put_hidden(call, "holder", p->holder, 0.0);
    ptl_reply_text(reply, "decides", "May decide", d->words);
    ptl_reply_text(reply, "drafted_by", "Drafted by", p->drafted_by);
    put_hidden(call, "by_terminal", p->by_terminal ? "yes" : "no", 0.0);
    ptl_reply_instant(reply, "drafted_at", "Drafted", p->drafted_at);
    ptl_reply_instant(reply, "expires_at", "Expires", p->expires_at);
    ptl_reply_id(reply, "base_version", "Drafted against version", p->base_version);
    ptl_reply_id(reply, "drafted_in", "Run", p->run_id);
    ptl_reply_text(reply, "decided_by", "Decided by", p->decided_by);
    ptl_reply_text(reply, "reason", "Reason", p->reason);
    if (p->version > 0) ptl_reply_id(reply, "version", "In force as version", p->version);
}

ptl_status ptl_proposal_say(const ptl_call *call, const ptl_proposal *p, const ptl_deciders *d,
                            ptl_error *err)
{
    const ptl_proposal_state state = ptl_proposal_state_at(p, call->now);
    json_t *const details = json_loads(p->details, 0, NULL);
    if (!details)
        return ptl_fail(err, PTL_E_CORRUPT, "proposal %lld: its details cannot be read",
                        (long long)p->proposal_id);
    put_head(call, p, state, d);
    put_undo(call, p);
    put_path(call, p, state);
    put_reasons(call, details);
    if (strcmp(p->kind, "budget") == 0)
        put_plan(call, details);
    else
        put_widens(call, details);
    json_decref(details);
    if (state == PTL_PROPOSAL_WAITS)
        ptl_reply_next(call->reply, "portolan proposal approve %lld", (long long)p->proposal_id);
    return p->difference ? put_difference(call, p->difference, err) : PTL_OK;
}
