/* decide_score.c: budget.score: what plans promised, and what a model that has seen their weeks
 * says they brought. A plan and its promise lie in the outcome of the run that proposed it. */
#include "ops/args.h"
#include "ops/decide_budget.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/show.h"
#include "decide/promise.h"
#include "ops/limits.h"
#include "store/proposal.h"

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

/* --- a promise from the outcome of its run ---------------------------------------------------- */

typedef struct told {
    int64_t run_id;
    ptl_day from;
    ptl_promise promise;
} told;

/* The value of an item: what stands behind its type. */
static const json_t *item_of(const json_t *outcome, const char *name)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(outcome, "items"), i, item)
    {
        const char *const own = json_string_value(json_object_get(item, "name"));
        if (own && strcmp(own, name) == 0) return json_array_get(json_object_get(item, "value"), 1);
    }
    return NULL;
}

static double number_of(const json_t *outcome, const char *name)
{
    const char *const text = json_string_value(item_of(outcome, name));
    double value = PTL_NAN;
    if (text && ptl_text_double(&value, ptl_text_of(text), NULL) != PTL_OK) value = PTL_NAN;
    return value;
}

static ptl_status read_block(ptl_promise *p, int64_t block, const json_t *from, ptl_arena *arena,
                             ptl_error *err)
{
    const char *const channel = json_string_value(json_object_get(from, "channel"));
    const char *const geo = json_string_value(json_object_get(from, "geo"));
    p->channel[block] = ptl_text_copy(ptl_text_of(channel ? channel : ""), arena, err);
    p->geo[block] = ptl_text_copy(ptl_text_of(geo ? geo : ""), arena, err);
    if (!p->channel[block] || !p->geo[block]) return PTL_E_LIMIT;
    const json_t *const cents = json_object_get(from, "cents");
    for (int32_t t = 0; t < p->n_weeks; t++)
        p->plan[block * p->n_weeks + t] =
            (double)json_integer_value(json_array_get(cents, (size_t)t)) / 100.0;
    p->present[block] = (double)json_integer_value(json_object_get(from, "present")) / 100.0;
    return PTL_OK;
}

static ptl_status read_plan(ptl_promise *p, const json_t *plan, ptl_arena *arena, ptl_error *err)
{
    p->n_blocks = (int64_t)json_array_size(plan);
    const json_t *const cents = json_object_get(json_array_get(plan, 0), "cents");
    p->n_weeks = (int32_t)json_array_size(cents);
    p->channel = ptl_arena_array(arena, p->n_blocks, sizeof *p->channel, err);
    p->geo = ptl_arena_array(arena, p->n_blocks, sizeof *p->geo, err);
    p->plan = ptl_arena_array(arena, p->n_blocks * p->n_weeks, sizeof *p->plan, err);
    p->present = ptl_arena_array(arena, p->n_blocks, sizeof *p->present, err);
    if (!p->channel || !p->geo || !p->plan || !p->present) return PTL_E_LIMIT;
    for (int64_t b = 0; b < p->n_blocks; b++)
        PTL_TRY(read_block(p, b, json_array_get(plan, (size_t)b), arena, err));
    return PTL_OK;
}

/* *found is false where the run's outcome holds no promise that can be scored. */
static ptl_status read_told(told *out, bool *found, const ptl_run *run, ptl_arena *arena,
                            ptl_error *err)
{
    json_t *const outcome = run->outcome ? json_loads(run->outcome, 0, NULL) : NULL;
    const json_t *const day = item_of(outcome, "from");
    const char *const text = json_string_value(item_of(outcome, "plan"));
    json_t *const plan = text ? json_loads(text, 0, NULL) : NULL;
    ptl_status st = PTL_OK;
    *found = json_is_integer(day) && json_array_size(plan) > 0;
    *out = (told){.run_id = run->run_id, .from = (ptl_day)json_integer_value(day)};
    if (*found) st = read_plan(&out->promise, plan, arena, err);
    out->promise.gain =
        (ptl_estimate){number_of(outcome, "gain_mean"), number_of(outcome, "gain_low"),
                       number_of(outcome, "gain_high"), 0.90};
    *found = *found && isfinite(out->promise.gain.low) && out->promise.n_weeks > 0;
    json_decref(plan);
    json_decref(outcome);
    return st;
}

/* --- scores ----------------------------------------------------------------------------------- */

typedef struct tally {
    int64_t n_due, n_inside, n_waiting;
    ptl_media_plan_options options;
} tally;

static const char *shown(const ptl_call *call, const ptl_estimate *e)
{
    ptl_buffer out;
    ptl_error err;
    ptl_buffer_init(&out, 256, NULL);
    ptl_show_estimate(&out, e, PTL_UNIT_MONEY, call->workspace->currency, true);
    const char *const text =
        out.status != PTL_OK ? NULL : ptl_text_copy(ptl_buffer_borrow(&out), call->arena, &err);
    ptl_buffer_dispose(&out);
    return text ? text : "none";
}

static int64_t micros(double money)
{
    return isfinite(money) && fabs(money) < 9e12 ? llround(money * 100.0) * 10000 : 0;
}

/* What became of the plan as a proposal; NULL where it was none. */
static ptl_status standing_of(const char **out, const ptl_call *call, int64_t run_id,
                              ptl_error *err)
{
    ptl_proposal p;
    PTL_TRY(ptl_proposal_of_run(&p, call->store->records, run_id, call->arena, err));
    *out = p.proposal_id > 0 ? ptl_proposal_state_text(ptl_proposal_state_at(&p, call->now)) : NULL;
    return PTL_OK;
}

static void say_score(ptl_call *call, const told *t, const ptl_promise_score *s,
                      const char *standing)
{
    const char *const currency = call->workspace->currency;
    ptl_reply_cell_id(call->reply, t->run_id);
    ptl_reply_cell_day(call->reply, t->from);
    ptl_reply_cell_day(call->reply, t->from + 7 * t->promise.n_weeks - 1);
    ptl_reply_cell_micros(call->reply, micros(s->planned), currency);
    ptl_reply_cell_micros(call->reply, micros(s->spent), currency);
    ptl_reply_cell_double(call->reply, s->followed);
    ptl_reply_cell_text(call->reply, shown(call, &t->promise.gain));
    ptl_reply_cell_text(call->reply, shown(call, &s->gain));
    ptl_reply_cell_text(call->reply, s->inside ? "yes" : "no");
    ptl_reply_cell_text(call->reply, standing);
}

/* One run: due where the model has seen all its weeks, and they are weeks of the model. */
static ptl_status score(tally *k, ptl_call *call, const ptl_fitted_mix *mix, const ptl_run *run,
                        ptl_error *err)
{
    told t;
    bool found;
    ptl_promise_score s;
    const char *standing;
    PTL_TRY(read_told(&t, &found, run, call->arena, err));
    if (!found) return PTL_OK;
    if (t.from + 7 * t.promise.n_weeks - 1 > mix->last) {
        k->n_waiting++;
        return PTL_OK;
    }
    if (t.from < mix->first || (t.from - mix->first) % 7 != 0) return PTL_OK;
    const ptl_arena_mark mark = ptl_arena_save(call->arena);
    PTL_TRY(ptl_promise_measure(&s, &t.promise, mix, (t.from - mix->first) / 7, &k->options,
                                call->executor, call->arena, err));
    PTL_TRY(standing_of(&standing, call, t.run_id, err));
    say_score(call, &t, &s, standing);
    ptl_arena_rewind(call->arena, mark);
    k->n_due++;
    k->n_inside += s.inside;
    return PTL_OK;
}

static int newest_first(const void *a, const void *b)
{
    const ptl_run *const x = a, *const y = b;
    return (x->run_id < y->run_id) - (x->run_id > y->run_id);
}

/* Runs that keep a plan: those the optimiser made, and those of people. */
static ptl_status list_plans(ptl_run **out, int64_t *n, ptl_call *call, ptl_error *err)
{
    static const char *const operations[] = {"budget.optimize", "budget.propose"};
    const int64_t limit = ptl_args_int(call->args, "limit");
    ptl_run *const all = ptl_arena_array(call->arena, 2 * limit, sizeof *all, err);
    if (!all) return PTL_E_LIMIT;
    *n = 0;
    for (int i = 0; i < 2; i++) {
        ptl_run *some;
        int64_t n_some;
        PTL_TRY(ptl_run_list(&some, &n_some, call->store->records, PTL_RUN_DONE, operations[i],
                             limit, call->arena, err));
        for (int64_t k = 0; k < n_some; k++) all[(*n)++] = some[k];
    }
    qsort(all, (size_t)*n, sizeof *all, newest_first);
    if (*n > limit) *n = limit;
    *out = all;
    return PTL_OK;
}

static void say_tally(ptl_call *call, const tally *k)
{
    if (k->n_due > 0)
        ptl_reply_say(call->reply,
                      "Of %lld promises that are due, %lld lay within their 90 %% interval.",
                      (long long)k->n_due, (long long)k->n_inside);
    else if (k->n_waiting > 0)
        ptl_reply_say(call->reply,
                      "No promise is due yet: no model has seen the last week of a plan.");
    else
        ptl_reply_say(call->reply, "No plan has been proposed yet.");
    ptl_reply_int(call->reply, "due", "Promises due", k->n_due);
    ptl_reply_int(call->reply, "inside", "Within their interval", k->n_inside);
    ptl_reply_int(call->reply, "waiting", "Not due yet", k->n_waiting);
    ptl_reply_double(call->reply, "coverage", "Share within",
                     k->n_due > 0 ? (double)k->n_inside / (double)k->n_due : PTL_NAN);
    if (k->n_due > 0 && k->n_due < 10)
        ptl_reply_note(call->reply, "nine in ten should lie within; %lld are too few to tell",
                       (long long)k->n_due);
}

ptl_status ptl_budget_answer_score(ptl_call *call, const ptl_fitted_mix *mix, double margin,
                                   ptl_error *err)
{
    static const ptl_reply_column columns[] = {{"run", "Run", true},
                                               {"from", "From", false},
                                               {"to", "To", false},
                                               {"planned", "Planned", true},
                                               {"spent", "Spent", true},
                                               {"followed", "Moves made", true},
                                               {"promised", "Promised", true},
                                               {"measured", "Measured", true},
                                               {"inside", "Within", false},
                                               {"standing", "Proposal", false}};
    tally k = {.options = ptl_media_plan_options_default()};
    ptl_run *run;
    int64_t n;
    k.options.margin = margin;
    k.options.recent_weeks = (int32_t)ptl_args_int(call->args, "recent");
    PTL_TRY(list_plans(&run, &n, call, err));
    ptl_reply_table(call->reply, "promises", "", columns, N_OF(columns));
    for (int64_t i = 0; i < n; i++) PTL_TRY(score(&k, call, mix, &run[i], err));
    ptl_reply_table_end(call->reply);
    say_tally(call, &k);
    return PTL_OK;
}
