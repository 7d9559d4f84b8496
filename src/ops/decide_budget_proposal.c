/* decide_budget_proposal.c: a plan of the budget as a proposal: somebody else has to agree to it.
 * What is agreed to is the plan that its run keeps; nothing is bought by it. */
#include "ops/args.h"
#include "ops/decide_budget.h"
#include "ops/decider.h"

#include "base/show.h"
#include "store/proposal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HOLDER "revenue_operations" /* runs the numbers between the teams; an owner always may */

enum { TEXT_BYTES_MAX = 4000, DETAILS_BYTES_MAX = 256 * 1024, GRACE_DAYS = 7 };

static int64_t micros(double money)
{
    return isfinite(money) && fabs(money) < 9e12 ? llround(money * 100.0) * 10000 : 0;
}

/* --- words ------------------------------------------------------------------------------------ */

/* "paid social" within a sentence; "TV" stays. */
static void put_channel(ptl_buffer *out, const ptl_workspace *w, const char *name)
{
    const ptl_channel_config *const c = name ? ptl_workspace_channel(w, ptl_text_of(name)) : NULL;
    const char *const label = c && c->label ? c->label : name ? name : "a channel";
    const bool capital = label[0] >= 'A' && label[0] <= 'Z';
    const bool word = capital && label[1] >= 'a' && label[1] <= 'z';
    const char first = (char)(word ? label[0] - 'A' + 'a' : label[0]);
    ptl_buffer_append(out, &first, 1);
    ptl_buffer_text(out, label[0] ? label + 1 : "");
}

typedef struct moves {
    int64_t up, down;  /* channels that gain and lose most, −1: none */
    double more, less; /* money a week */
    int64_t n;
} moves;

static moves moves_of(const ptl_media_plan *p, const ptl_budget_result *r)
{
    moves m = {.up = -1, .down = -1};
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        const double by =
            (r->channel[c].spend - r->channel[c].spend_present) / (double)p->data.n_weeks;
        if (fabs(by) * (double)p->data.n_weeks <= 0.01) continue;
        m.n++;
        if (by > m.more) m.more = by, m.up = c;
        if (-by > m.less) m.less = -by, m.down = c;
    }
    return m;
}

static void put_side(ptl_buffer *out, const ptl_workspace *w, const ptl_media_plan *p, double money,
                     const char *word, int64_t channel)
{
    ptl_show_money_short(out, micros(money), w->currency, 2);
    ptl_buffer_printf(out, " %s ", word);
    put_channel(out, w, p->limits[channel].name);
}

/* "Move €35k a week from paid social to search". */
static void put_title(ptl_buffer *out, const ptl_workspace *w, const ptl_media_plan *p,
                      const ptl_budget_result *r)
{
    const moves m = moves_of(p, r);
    const bool both = m.up >= 0 && m.down >= 0;
    if (both && fabs(m.more - m.less) <= 0.1 * fmax(m.more, m.less)) {
        ptl_buffer_text(out, "Move ");
        put_side(out, w, p, fmin(m.more, m.less), "a week from", m.down);
        ptl_buffer_text(out, " to ");
        put_channel(out, w, p->limits[m.up].name);
    } else if (both) {
        ptl_buffer_text(out, "Spend ");
        put_side(out, w, p, m.more, "a week more on", m.up);
        ptl_buffer_text(out, " and ");
        put_side(out, w, p, m.less, "less on", m.down);
    } else {
        ptl_buffer_text(out, "Spend ");
        put_side(out, w, p, m.up >= 0 ? m.more : m.less,
                 m.up >= 0 ? "a week more on" : "a week less on", m.up >= 0 ? m.up : m.down);
    }
    const int64_t left = m.n - (both ? 2 : 1);
    if (left > 0)
        ptl_buffer_printf(out, ", and change %lld other%s", (long long)left, left == 1 ? "" : "s");
}

static void put_why(ptl_buffer *out, const ptl_workspace *w, const ptl_media_plan *p,
                    const ptl_budget_result *r)
{
    ptl_buffer_printf(out, "Over %d weeks it promises ", p->data.n_weeks);
    ptl_show_estimate(out, &r->gain, PTL_UNIT_MONEY, w->currency, true);
    ptl_buffer_text(out, " (90 %) of CM1 net of media over the present plan; the chance that it "
                         "does worse is ");
    ptl_show_chance(out, r->p_loss);
    ptl_buffer_text(out, ".");
}

typedef struct texts {
    ptl_buffer title, why, worth, chance, details;
} texts;

/* --- details ---------------------------------------------------------------------------------- */

static void put_channels(ptl_json *json, const ptl_workspace *w, const ptl_media_plan *p,
                         const ptl_budget_result *r)
{
    ptl_json_key(json, "channels");
    ptl_json_array(json);
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        const char *const name = p->limits[c].name ? p->limits[c].name : "";
        const ptl_channel_config *const own = ptl_workspace_channel(w, ptl_text_of(name));
        ptl_json_object(json);
        ptl_json_put_string(json, "name", name);
        ptl_json_put_string(json, "channel", own && own->label ? own->label : name);
        ptl_json_put_int(json, "present",
                         micros(r->channel[c].spend_present / (double)p->data.n_weeks));
        ptl_json_put_int(json, "plan", micros(r->channel[c].spend / (double)p->data.n_weeks));
        ptl_json_object_end(json);
    }
    ptl_json_array_end(json);
}

/* The draws of the gain as a curve; none where they do not vary. */
static void put_density(ptl_json *json, const ptl_budget_result *r)
{
    const ptl_density *const d = &r->gain_density;
    if (!(d->bandwidth > 0.0)) return;
    ptl_json_key(json, "density");
    ptl_json_object(json);
    ptl_json_put_double(json, "from", d->from);
    ptl_json_put_double(json, "to", d->to);
    ptl_json_put_double(json, "median", d->median);
    ptl_json_key(json, "heights");
    ptl_json_array(json);
    for (int k = 0; k < PTL_DENSITY_POINTS; k++) ptl_json_double(json, d->height[k]);
    ptl_json_array_end(json);
    ptl_json_object_end(json);
}

static void put_reason(ptl_json *json, const char *side, const char *what)
{
    ptl_json_object(json);
    ptl_json_put_string(json, "side", side);
    ptl_json_put_string(json, "what", what);
    ptl_json_object_end(json);
}

/* What speaks for the plan, and what against it, as far as the model can tell. */
static void put_reasons(ptl_json *json, const ptl_media_plan *p, const ptl_budget_result *r,
                        char grade)
{
    int64_t n_beyond = 0;
    for (int64_t c = 0; c < p->data.n_channels; c++) n_beyond += r->channel[c].n_beyond;
    ptl_json_key(json, "reasons");
    ptl_json_array(json);
    if (r->gain.low > 0.0) put_reason(json, "for", "The whole 90 % interval lies above zero.");
    if (grade < 'D') put_reason(json, "for", "An experiment holds every channel that changes.");
    if (!(r->gain.low > 0.0))
        put_reason(json, "against", "The 90 % interval does not exclude a loss.");
    if (grade >= 'D')
        put_reason(json, "against",
                   "No experiment holds every channel that changes: the gain goes with the plan in "
                   "the model, it has not been caused yet.");
    if (n_beyond > 0)
        put_reason(json, "against", "Some weeks spend more than 95 % of the weeks that were seen.");
    ptl_json_array_end(json);
}

static void put_details(ptl_json *json, const ptl_call *call, const ptl_media_plan *p,
                        const ptl_budget_result *r, char grade, const texts *t)
{
    const char letter[2] = {grade, 0};
    ptl_json_object(json);
    ptl_json_put_string(json, "worth", t->worth.ptr);
    ptl_json_put_string(json, "chance", t->chance.ptr);
    ptl_json_put_double(json, "worth_mean", r->gain.point);
    ptl_json_put_double(json, "worth_low", r->gain.low);
    ptl_json_put_double(json, "worth_high", r->gain.high);
    ptl_json_put_double(json, "chance_of_loss", r->p_loss);
    ptl_json_put_string(json, "grade", letter);
    ptl_json_put_string(json, "currency", call->workspace->currency);
    ptl_json_put_day(json, "from", p->mix.last + 1);
    ptl_json_put_day(json, "to", p->mix.last + 7 * p->data.n_weeks);
    put_density(json, r);
    put_channels(json, call->workspace, p, r);
    put_reasons(json, p, r, grade);
    ptl_json_object_end(json);
}

/* --- the proposal ----------------------------------------------------------------------------- */

static ptl_status write_texts(texts *t, const ptl_call *call, const ptl_media_plan *p,
                              const ptl_budget_result *r, char grade, ptl_error *err)
{
    ptl_json json;
    put_title(&t->title, call->workspace, p, r);
    put_why(&t->why, call->workspace, p, r);
    ptl_show_estimate(&t->worth, &r->gain, PTL_UNIT_MONEY, call->workspace->currency, true);
    PTL_TRY(ptl_buffer_check(&t->title, "the plan's title", err));
    PTL_TRY(ptl_buffer_check(&t->why, "the plan's why", err));
    ptl_show_chance(&t->chance, r->p_loss);
    PTL_TRY(ptl_buffer_check(&t->chance, "the plan's chance", err));
    PTL_TRY(ptl_buffer_check(&t->worth, "the plan's worth", err));
    ptl_json_init_buffer(&json, &t->details, 0, err);
    put_details(&json, call, p, r, grade, t);
    return ptl_json_finish(&json);
}

/* The plan's cells name it: the same plan of the same weeks is the same content. */
static ptl_hash content_of(const ptl_media_plan *p, const ptl_budget_result *r)
{
    char head[64];
    const int64_t n = (int64_t)p->data.n_channels * p->data.n_geos * p->data.n_weeks;
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    (void)snprintf(head, sizeof head, "plan %d %d", (int)p->mix.last, p->data.n_weeks);
    ptl_hasher_add_text(&hasher, ptl_text_of(head));
    for (int64_t i = 0; i < n; i++) {
        char cell[32];
        (void)snprintf(cell, sizeof cell, " %lld", (long long)r->plan_cents[i]);
        ptl_hasher_add_text(&hasher, ptl_text_of(cell));
    }
    return ptl_hasher_finish(&hasher);
}

/* When the plan's first week begins; where that has begun, a week is left to agree. */
static ptl_instant expiry(const ptl_call *call, const ptl_media_plan *p)
{
    const ptl_instant begins = ptl_zone_day_start(call->workspace->zone, p->mix.last + 1);
    return begins > call->now ? begins : call->now + GRACE_DAYS * PTL_MICROS_PER_DAY;
}

static ptl_status add(ptl_call *call, const ptl_media_plan *p, const ptl_budget_result *r,
                      const texts *t, ptl_error *err)
{
    ptl_deciders d;
    int64_t overtaken;
    ptl_proposal made = {.kind = "budget",
                         .title = t->title.ptr,
                         .why = t->why.ptr,
                         .holder = HOLDER,
                         .content = content_of(p, r),
                         .base_version = call->workspace->version,
                         .details = t->details.ptr,
                         .drafted_at = call->now,
                         .drafted_by = call->actor,
                         .by_terminal = ptl_call_is_terminal(call),
                         .run_id = call->run_id,
                         .expires_at = expiry(call, p)};
    PTL_TRY(ptl_deciders_of(&d, call->store->records, HOLDER, call->actor, call->arena, err));
    PTL_TRY(ptl_proposal_add(&made, &overtaken, call->store->records, NULL, 0, d.json, err));
    ptl_reply_id(call->reply, "proposal", "Proposal", made.proposal_id);
    ptl_reply_text(call->reply, "title", "Proposed", made.title);
    ptl_reply_text(call->reply, "decides", "Decides", d.words);
    if (overtaken > 0)
        ptl_reply_note(call->reply, "it takes the place of proposal %lld", (long long)overtaken);
    if (!d.words)
        ptl_reply_note(call->reply, "nobody else who can sign in may agree to it: portolan access "
                                    "user_add invites somebody");
    return PTL_OK;
}

ptl_status ptl_budget_propose(ptl_call *call, const ptl_media_plan *p, const ptl_budget_result *r,
                              char grade, ptl_error *err)
{
    texts t;
    ptl_buffer_init(&t.title, TEXT_BYTES_MAX, NULL);
    ptl_buffer_init(&t.why, TEXT_BYTES_MAX, NULL);
    ptl_buffer_init(&t.worth, TEXT_BYTES_MAX, NULL);
    ptl_buffer_init(&t.chance, TEXT_BYTES_MAX, NULL);
    ptl_buffer_init(&t.details, DETAILS_BYTES_MAX, NULL);
    ptl_status st = write_texts(&t, call, p, r, grade, err);
    if (st == PTL_OK) st = add(call, p, r, &t, err);
    ptl_buffer_dispose(&t.title);
    ptl_buffer_dispose(&t.why);
    ptl_buffer_dispose(&t.worth);
    ptl_buffer_dispose(&t.chance);
    ptl_buffer_dispose(&t.details);
    return st;
}
