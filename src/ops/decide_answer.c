/* decide_answer.c: what a plan is worth, in words and tables. A figure of a model that no
 * experiment holds (grade D) is said to go with the plan, never to be caused by it. */
#include "ops/args.h"
#include "ops/decide_budget.h"

#include "base/show.h"

#include <math.h>
#include <string.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

/* Whole cents, as micros. */
static int64_t micros(double money)
{
    return isfinite(money) && fabs(money) < 9e12 ? llround(money * 100.0) * 10000 : 0;
}

/* A number for machines: people read it in a sentence or a table. */
static void say_number(ptl_call *call, const char *name, double value)
{
    ptl_buffer text;
    ptl_json json;
    ptl_error err;
    ptl_buffer_init(&text, 64, NULL);
    ptl_json_init_buffer(&json, &text, 0, &err);
    ptl_json_double(&json, value);
    if (ptl_json_finish(&json) == PTL_OK)
        ptl_reply_json(call->reply, name, ptl_buffer_borrow(&text));
    ptl_buffer_dispose(&text);
}

/* An estimate of money as people read it; in the arena. */
static const char *shown(const ptl_call *call, const ptl_estimate *e, ptl_unit unit, bool is_signed)
{
    ptl_buffer out;
    ptl_error err;
    ptl_buffer_init(&out, 256, NULL);
    ptl_show_estimate(&out, e, unit, call->workspace->currency, is_signed);
    const char *const text =
        out.status != PTL_OK ? NULL : ptl_text_copy(ptl_buffer_borrow(&out), call->arena, &err);
    ptl_buffer_dispose(&out);
    return text ? text : "none";
}

static void say_estimate(ptl_call *call, const char *name, const char *label, const ptl_estimate *e,
                         ptl_unit unit)
{
    ptl_reply_text(call->reply, name, label, shown(call, e, unit, true));
}

/* ---- a plan ---- */

static char weakest_grade(const ptl_media_plan *p, const ptl_budget_result *r)
{
    char grade = 'C';
    for (int64_t c = 0; c < p->data.n_channels; c++)
        if (fabs(r->channel[c].spend - r->channel[c].spend_present) > 0.01 &&
            p->channel[c].grade > grade)
            grade = p->channel[c].grade;
    return grade;
}

static void say_channels(ptl_call *call, const ptl_media_plan *p, const ptl_budget_result *r)
{
    static const ptl_reply_column columns[] = {{"channel", "Channel", false},
                                               {"present", "Present", true},
                                               {"plan", "Plan", true},
                                               {"gain", "Gain, 90 %", true},
                                               {"incremental_roi", "Incremental ROI", true},
                                               {"marginal_roi", "Marginal ROI", true},
                                               {"beyond", "Weeks beyond seen", true},
                                               {"grade", "Grade", false},
                                               {"held", NULL, false}};
    const char *const currency = call->workspace->currency;
    ptl_reply_table(call->reply, "channels", "", columns, N_OF(columns));
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        const ptl_budget_channel_result *const x = &r->channel[c];
        const char grade[2] = {p->channel[c].grade, 0};
        ptl_reply_cell_text(call->reply, p->limits[c].name ? p->limits[c].name : "");
        ptl_reply_cell_micros(call->reply, micros(x->spend_present), currency);
        ptl_reply_cell_micros(call->reply, micros(x->spend), currency);
        ptl_reply_cell_text(call->reply, shown(call, &x->gain, PTL_UNIT_MONEY, true));
        /* where the data did not speak no figure is stated */
        const bool spoke = p->channel[c].spoke;
        ptl_reply_cell_double(call->reply, spoke ? x->roi.point : PTL_NAN);
        ptl_reply_cell_double(call->reply, spoke ? x->mroi.point : PTL_NAN);
        ptl_reply_cell_int(call->reply, x->n_beyond);
        ptl_reply_cell_text(call->reply, spoke ? grade : "silent");
        ptl_reply_cell_text(call->reply, p->limits[c].hold ? "yes" : "no");
    }
    ptl_reply_table_end(call->reply);
}

/* Every geo-week of the plan, for machines. */
static ptl_status say_cells(ptl_call *call, const ptl_media_plan *p, const ptl_budget_result *r,
                            ptl_error *err)
{
    ptl_buffer text;
    ptl_json json;
    ptl_buffer_init(&text, (size_t)256 << 20, NULL);
    ptl_json_init_buffer(&json, &text, 0, err);
    ptl_json_array(&json);
    const int64_t weeks = p->data.n_weeks;
    for (int64_t block = 0; block < (int64_t)p->data.n_channels * p->data.n_geos; block++) {
        ptl_json_object(&json);
        const char *const channel = p->limits[block / p->data.n_geos].name;
        const char *const *const geo = p->mix.data->geo_name;
        ptl_json_put_string(&json, "channel", channel ? channel : "");
        ptl_json_put_string(&json, "geo", geo ? geo[block % p->data.n_geos] : "");
        ptl_json_key(&json, "cents");
        ptl_json_array(&json);
        for (int64_t t = 0; t < weeks; t++) ptl_json_int(&json, r->plan_cents[block * weeks + t]);
        ptl_json_array_end(&json);
        ptl_json_put_int(&json, "present", llround(100.0 * p->weekly[block]));
        ptl_json_object_end(&json);
    }
    ptl_json_array_end(&json);
    const ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK) ptl_reply_json(call->reply, "plan", ptl_buffer_borrow(&text));
    ptl_buffer_dispose(&text);
    return st;
}

static void say_worth(ptl_call *call, const ptl_media_plan *p, const ptl_budget_result *r)
{
    const char grade[2] = {weakest_grade(p, r), 0};
    ptl_reply_text(call->reply, "grade", "Grade", grade);
    ptl_reply_micros(call->reply, "spend", "Spend", micros(r->plan.spend),
                     call->workspace->currency);
    ptl_reply_micros(call->reply, "spend_present", "Spend at present", micros(r->present.spend),
                     call->workspace->currency);
    say_estimate(call, "outcome", "CM1 of the media", &r->plan.outcome, PTL_UNIT_MONEY);
    say_estimate(call, "gain", "Gain over the present plan", &r->gain, PTL_UNIT_MONEY);
    say_number(call, "gain_mean", r->gain.point);
    say_number(call, "gain_low", r->gain.low);
    say_number(call, "gain_high", r->gain.high);
    ptl_reply_double(call->reply, "chance_of_loss", "Chance of doing worse", r->p_loss);
}

static void say_certificate(ptl_call *call, const ptl_budget_result *r)
{
    const double size = fabs(r->plan.outcome.point);
    ptl_reply_text(call->reply, "verdict", "Verdict", ptl_verdict_text(r->verdict));
    say_number(call, "gap", r->gap);
    say_number(call, "bound", r->bound);
    say_number(call, "shadow_price", r->shadow_price);
    say_number(call, "gain_in_sample", r->gain_in_sample);
    ptl_reply_note(call->reply,
                   "no plan within the limits can be worth more than %.2g %% of the outcome above "
                   "this one, by the draws that chose it%s",
                   100.0 * r->gap / size,
                   r->coupled ? "; weeks or risks couple, so this is a bound, not zero" : "");
    if (r->unallocated_cents > 0)
        ptl_reply_note(call->reply, "%.2f of the total is smaller than any step and stays unspent",
                       (double)r->unallocated_cents / 100.0);
}

static void say_caveats(ptl_call *call, const ptl_media_plan *p, const ptl_budget_result *r)
{
    int64_t n_beyond = 0;
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        n_beyond += r->channel[c].n_beyond;
        if (!p->channel[c].spoke)
            ptl_reply_note(call->reply, "%s is held as it is: the data did not speak on it",
                           p->limits[c].name ? p->limits[c].name : "a channel");
    }
    if (n_beyond > 0)
        ptl_reply_note(call->reply,
                       "%lld geo-weeks spend more than 95 %% of the weeks that were seen; 30 %% "
                       "beyond that is the limit",
                       (long long)n_beyond);
    if (weakest_grade(p, r) == 'D')
        ptl_reply_note(call->reply, "no experiment holds every channel that changes: the gain goes "
                                    "with the plan in the model, it has not been caused yet");
}

/* ---- the plan in force, from the fit ---- */

static bool listed(const char *list, const char *name)
{
    if (!list || !name) return false;
    const size_t n = strlen(name);
    for (const char *at = list; (at = strstr(at, name)) != NULL; at += n)
        if ((at == list || at[-1] == ',') && (at[n] == 0 || at[n] == ',')) return true;
    return false;
}

static ptl_status make_plan(ptl_media_plan *p, ptl_call *call, const ptl_fitted_mix *mix,
                            double margin, ptl_error *err)
{
    ptl_media_plan_options o = ptl_media_plan_options_default();
    o.n_weeks = (int32_t)ptl_args_int(call->args, "weeks");
    o.recent_weeks = (int32_t)ptl_args_int(call->args, "recent");
    o.margin = margin;
    return ptl_media_plan_make(p, mix, NULL, &o, call->arena, err);
}

static int choice_of(const ptl_call *call, const char *name, const char *const *words, int n)
{
    const char *const given = ptl_args_text(call->args, name);
    for (int i = 0; given && i < n; i++)
        if (strcmp(given, words[i]) == 0) return i;
    return 0;
}

static ptl_budget_options options_of(const ptl_call *call)
{
    static const char *const goals[] = {"fixed", "flexible", "roi", "marginal"};
    static const char *const utilities[] = {"mean", "cvar", "loss"};
    static const char *const grains[] = {"cell", "week", "geo", "channel"};
    ptl_budget_options o = ptl_budget_options_default();
    o.goal = (ptl_budget_goal)choice_of(call, "goal", goals, 4);
    o.utility = (ptl_budget_utility)choice_of(call, "utility", utilities, 3);
    o.grain = (ptl_budget_grain)choice_of(call, "grain", grains, 4);
    if (ptl_args_given(call->args, "total")) o.total_max = ptl_args_number(call->args, "total");
    o.target = ptl_args_number(call->args, "target");
    o.tail_share = ptl_args_number(call->args, "tail");
    o.loss_max = ptl_args_number(call->args, "loss");
    return o;
}

ptl_status ptl_budget_answer_optimize(ptl_call *call, const ptl_fitted_mix *mix, double margin,
                                      ptl_error *err)
{
    ptl_media_plan *p = ptl_arena_alloc(call->arena, sizeof *p, err);
    if (!p) return PTL_E_LIMIT;
    PTL_TRY(make_plan(p, call, mix, margin, err));
    const ptl_budget_options o = options_of(call);
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        p->limits[c].step_cents = llround(100.0 * ptl_args_number(call->args, "step"));
        if (listed(ptl_args_text(call->args, "hold"), p->limits[c].name)) p->limits[c].hold = true;
    }
    const ptl_budget_work work = {.arena = call->arena, .executor = call->executor};
    ptl_budget_result r;
    PTL_TRY(ptl_budget_solve(&r, &p->data, &o, &work, err));
    ptl_reply_say(call->reply,
                  "Over %d weeks this plan is expected to bring %s of CM1 net of media over the "
                  "present one; the chance that it does worse is %.0f %%.",
                  p->data.n_weeks, shown(call, &r.gain, PTL_UNIT_MONEY, true), 100.0 * r.p_loss);
    ptl_reply_day(call->reply, "from", "From", mix->last + 1);
    ptl_reply_day(call->reply, "to", "To", mix->last + 7 * p->data.n_weeks);
    say_worth(call, p, &r);
    say_channels(call, p, &r);
    say_certificate(call, &r);
    say_caveats(call, p, &r);
    return say_cells(call, p, &r, err);
}

/* ---- what if ---- */

/* "video=+20%", "video=1.2" or "video=0": a factor on every geo-week of the channel. */
static ptl_status read_change(int64_t *channel, double *factor, const ptl_media_plan *p,
                              const char *text, ptl_error *err)
{
    const char *const equals = strrchr(text, '=');
    *channel = -1;
    for (int64_t c = 0; equals && c < p->data.n_channels; c++)
        if (p->limits[c].name && strlen(p->limits[c].name) == (size_t)(equals - text) &&
            strncmp(p->limits[c].name, text, (size_t)(equals - text)) == 0)
            *channel = c;
    if (*channel < 0) {
        (void)ptl_fail(err, PTL_E_NOT_FOUND, "\"%.100s\" names no channel of the plan", text);
        ptl_error_hint(err, "the first is %s: %s=+20%%", p->limits[0].name, p->limits[0].name);
        return PTL_E_NOT_FOUND;
    }
    ptl_text value = ptl_text_of(equals + 1);
    const bool percent = value.len > 0 && value.ptr[value.len - 1] == '%';
    if (percent) value.len--;
    if (value.len > 0 && value.ptr[0] == '+') value.ptr++, value.len--;
    double number = 0.0;
    const bool read = ptl_text_double(&number, value, NULL) == PTL_OK;
    *factor = percent ? 1.0 + number / 100.0 : number;
    if (!read || !(*factor >= 0.0 && *factor <= 100.0))
        return ptl_fail(err, PTL_E_INVALID,
                        "\"%.100s\" is no change: +20%%, -10%% or a factor from 0 to 100", text);
    return PTL_OK;
}

/* The present plan with the changes that the call names, and what it would be worth. */
static ptl_status solve_changes(ptl_media_plan *p, ptl_budget_result *r, ptl_call *call,
                                const ptl_fitted_mix *mix, double margin, ptl_error *err)
{
    PTL_TRY(make_plan(p, call, mix, margin, err));
    const int64_t per_channel = (int64_t)p->data.n_geos * p->data.n_weeks;
    double *plan =
        ptl_arena_array(call->arena, per_channel * p->data.n_channels, sizeof *plan, err);
    if (!plan) return PTL_E_LIMIT;
    memcpy(plan, p->present, (size_t)(per_channel * p->data.n_channels) * sizeof *plan);
    for (int64_t i = 0; i < ptl_args_count(call->args, "changes"); i++) {
        int64_t c;
        double factor;
        PTL_TRY(read_change(&c, &factor, p, ptl_args_item(call->args, "changes", i), err));
        for (int64_t k = c * per_channel; k < (c + 1) * per_channel; k++)
            plan[k] = p->present[k] * factor;
    }
    const ptl_budget_work work = {.arena = call->arena, .executor = call->executor};
    return ptl_budget_simulate(r, plan, &p->data, NULL, &work, err);
}

ptl_status ptl_budget_answer_simulate(ptl_call *call, const ptl_fitted_mix *mix, double margin,
                                      ptl_error *err)
{
    ptl_budget_result r;
    ptl_media_plan *p = ptl_arena_alloc(call->arena, sizeof *p, err);
    if (!p) return PTL_E_LIMIT;
    PTL_TRY(solve_changes(p, &r, call, mix, margin, err));
    ptl_reply_say(call->reply,
                  "Over %d weeks these changes are expected to bring %s of CM1 net of media; the "
                  "chance of doing worse than at present is %.0f %%.",
                  p->data.n_weeks, shown(call, &r.gain, PTL_UNIT_MONEY, true), 100.0 * r.p_loss);
    say_worth(call, p, &r);
    say_channels(call, p, &r);
    say_caveats(call, p, &r);
    return PTL_OK;
}

/* A plan that moves what the data did not speak on, or nothing, promises nothing. */
static ptl_status check_proposal(const ptl_media_plan *p, const ptl_budget_result *r,
                                 ptl_error *err)
{
    bool moves = false;
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        if (fabs(r->channel[c].spend - r->channel[c].spend_present) <= 0.01) continue;
        moves = true;
        if (p->channel[c].spoke) continue;
        (void)ptl_fail(err, PTL_E_CONFLICT, "no plan may move %s: the data did not speak on it",
                       p->limits[c].name ? p->limits[c].name : "a channel");
        ptl_error_hint(err, "portolan experiment next says which test would settle it");
        return PTL_E_CONFLICT;
    }
    if (moves) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "the plan is the present one: it changes no channel");
}

ptl_status ptl_budget_answer_propose(ptl_call *call, const ptl_fitted_mix *mix, double margin,
                                     ptl_error *err)
{
    ptl_budget_result r;
    ptl_media_plan *p = ptl_arena_alloc(call->arena, sizeof *p, err);
    if (!p) return PTL_E_LIMIT;
    PTL_TRY(solve_changes(p, &r, call, mix, margin, err));
    PTL_TRY(check_proposal(p, &r, err));
    ptl_reply_say(call->reply,
                  "The plan is kept and proposed. Over %d weeks it promises %s of CM1 net of media "
                  "over the present one; the chance that it does worse is %.0f %%.",
                  p->data.n_weeks, shown(call, &r.gain, PTL_UNIT_MONEY, true), 100.0 * r.p_loss);
    ptl_reply_day(call->reply, "from", "From", mix->last + 1);
    ptl_reply_day(call->reply, "to", "To", mix->last + 7 * p->data.n_weeks);
    say_worth(call, p, &r);
    PTL_TRY(ptl_budget_propose(call, p, &r, weakest_grade(p, &r), err));
    say_channels(call, p, &r);
    say_caveats(call, p, &r);
    ptl_reply_next(call->reply, "portolan proposal list");
    ptl_reply_next(call->reply, "portolan budget score");
    return say_cells(call, p, &r, err);
}

/* ---- the next experiment ---- */

static const char *design_text(const ptl_call *call, const ptl_media_plan *p,
                               const ptl_next_design *d)
{
    ptl_error err;
    const char *const name = p->limits[d->channel].name ? p->limits[d->channel].name : "a channel";
    const char *const text =
        d->share < 1.0
            ? ptl_text_format(call->arena, &err, "%s off in %.0f %% of the market for %d weeks",
                              name, 100.0 * d->share, d->weeks)
            : ptl_text_format(call->arena, &err, "%s off everywhere for %d weeks", name, d->weeks);
    return text ? text : name;
}

static void say_designs(ptl_call *call, const ptl_media_plan *p, const ptl_next *n, int64_t limit)
{
    static const ptl_reply_column columns[] = {{"design", "Test", false},
                                               {"net_benefit", "Net benefit", true},
                                               {"worth", "Worth", true},
                                               {"cost", "Cost", true},
                                               {"changes", "Changes the budget", true},
                                               {"assurance", "Tells an effect", true},
                                               {"standard_error", "Standard error", true},
                                               {"verdict", "Verdict", false},
                                               {"channel", NULL, false},
                                               {"weeks", NULL, true},
                                               {"share", NULL, true}};
    const char *const currency = call->workspace->currency;
    ptl_reply_table(call->reply, "designs", "", columns, N_OF(columns));
    for (int64_t i = 0; i < n->n_designs && i < limit; i++) {
        const ptl_next_design *const d = &n->design[i];
        ptl_reply_cell_text(call->reply, design_text(call, p, d));
        ptl_reply_cell_micros(call->reply, micros(d->value.enbs), currency);
        ptl_reply_cell_micros(call->reply, micros(d->value.evsi * d->value.share_left), currency);
        ptl_reply_cell_micros(call->reply, micros(d->value.cost), currency);
        ptl_reply_cell_double(call->reply, d->value.p_change);
        ptl_reply_cell_double(call->reply, d->value.assurance);
        ptl_reply_cell_micros(call->reply, micros(d->error_sd), currency);
        ptl_reply_cell_text(call->reply, ptl_verdict_text(d->value.verdict));
        ptl_reply_cell_text(call->reply, p->limits[d->channel].name);
        ptl_reply_cell_int(call->reply, d->weeks);
        ptl_reply_cell_double(call->reply, d->share);
    }
    ptl_reply_table_end(call->reply);
}

/* Which budget follows from which reading: to be registered before the test starts. */
static void say_rule(ptl_call *call, const ptl_next_options *o, const ptl_next_design *d)
{
    static const ptl_reply_column columns[] = {{"from", "Reading from", true},
                                               {"spend", "Spend, of the present", true}};
    ptl_reply_table(call->reply, "rule", "What follows from the reading", columns, N_OF(columns));
    for (int32_t i = 0; i < d->value.n_rule && i < PTL_EXPERIMENT_RULE_MAX; i++) {
        if (isfinite(d->value.rule_from[i]))
            ptl_reply_cell_micros(call->reply, micros(d->value.rule_from[i]),
                                  call->workspace->currency);
        else
            ptl_reply_cell_text(call->reply, "lowest");
        ptl_reply_cell_double(call->reply, o->steps[d->value.rule_action[i]]);
    }
    ptl_reply_table_end(call->reply);
}

ptl_status ptl_experiment_answer_next(ptl_call *call, const ptl_fitted_mix *mix, double margin,
                                      ptl_error *err)
{
    ptl_media_plan *p = ptl_arena_alloc(call->arena, sizeof *p, err);
    if (!p) return PTL_E_LIMIT;
    PTL_TRY(make_plan(p, call, mix, margin, err));
    ptl_next_options o = ptl_next_options_default();
    o.horizon_weeks = (int32_t)ptl_args_int(call->args, "horizon");
    o.bias_share = ptl_args_number(call->args, "bias");
    o.cost = ptl_args_number(call->args, "cost");
    ptl_next n;
    PTL_TRY(ptl_next_solve(&n, p, &o, call->executor, call->arena, err));
    const ptl_next_design *const first = &n.design[0];
    if (n.best < 0)
        ptl_reply_say(call->reply,
                      "Run none: of %lld tests none would teach more than it costs. The nearest is "
                      "%s.",
                      (long long)n.n_designs, design_text(call, p, first));
    else
        ptl_reply_say(call->reply,
                      "Run %s: it would change the budget with a chance of %.0f %%, and is worth "
                      "more than it costs.",
                      design_text(call, p, first), 100.0 * first->value.p_change);
    ptl_reply_bool(call->reply, "run", "Run one", n.best >= 0);
    ptl_reply_micros(call->reply, "net_benefit", "Net benefit",
                     micros(n.best >= 0 ? first->value.enbs : 0.0), call->workspace->currency);
    ptl_reply_micros(call->reply, "noise", "Unexplained, a week", micros(n.noise_sd),
                     call->workspace->currency);
    say_number(call, "autocorrelation", n.autocorrelation);
    say_designs(call, p, &n, ptl_args_int(call->args, "limit"));
    if (n.best >= 0) say_rule(call, &o, first);
    if (first->value.verdict != PTL_CONVERGED)
        ptl_reply_note(call->reply, "the first test's net benefit is within what the number of "
                                    "draws leaves open: fit with more draws before deciding");
    return PTL_OK;
}
