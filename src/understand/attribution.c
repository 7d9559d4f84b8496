/* attribution.c: the stage (see attribution.h): journeys in, every method asked, findings written.
 *
 * Methods run one after the other in one arena that is emptied between them: only their estimates
 * stay. Each starts from the same seed, so that replicates draw the same units for every method and
 * differences between methods are not differences of luck. */
#include "understand/attribution_internal.h"

#include <string.h>

typedef struct solving {
    const ptl_attribution_options *options;
    ptl_findings *f;
    ptl_arena *kept; /* estimates                         */
    ptl_arena work;  /* emptied after every method        */
    const ptl_executor *executor;
    ptl_progress *progress;
} solving;

static ptl_attribution_work work_of(solving *s)
{
    return (ptl_attribution_work){&s->work, s->executor, ptl_rng_new(s->options->seed)};
}

static ptl_interval_options interval_of(const solving *s)
{
    ptl_interval_options o = ptl_interval_options_default();
    o.n_replicates = s->options->n_replicates;
    return o;
}

static ptl_status keep(ptl_estimate **out, const ptl_estimate *from, int64_t n, ptl_arena *arena,
                       ptl_error *err)
{
    *out = ptl_arena_array(arena, n, sizeof **out, err);
    if (!*out) return err ? err->status : PTL_E_LIMIT;
    memcpy(*out, from, (size_t)n * sizeof **out);
    return PTL_OK;
}

/* Keep what the method found, ask what it foresees, and give its memory back. */
static ptl_status add_method(solving *s, const char *name, const ptl_attribution_result *r,
                             const ptl_validation_method *how, ptl_error *err)
{
    ptl_method *m = &s->f->methods[s->f->n_methods++];
    *m = (ptl_method){
        .name = name, .verdict = r->verdict, .has_baseline = how->method == PTL_CREDIT_HAZARD};
    PTL_TRY(keep(&m->credit, r->credit, r->n_channels, s->kept, err));
    PTL_TRY(keep(&m->share, r->share, r->n_channels, s->kept, err));
    PTL_TRY(keep(&m->value, r->value, r->n_channels, s->kept, err));
    ptl_arena_reset(&s->work);
    const ptl_attribution_work work = work_of(s);
    PTL_TRY(ptl_attribution_foresee(m, s->f, how, s->kept, &work, err));
    ptl_arena_reset(&s->work);
    PTL_TRY(ptl_attribution_steady(m, s->f, how, &work, err));
    ptl_arena_reset(&s->work);
    return ptl_progress_check(s->progress, err);
}

/* --- rules ------------------------------------------------------------------------------------ */

static ptl_status solve_rules(solving *s, ptl_error *err)
{
    static const struct {
        const char *name;
        ptl_heuristic_rule rule;
    } rules[] = {{"first_touch", PTL_HEURISTIC_FIRST},
                 {"last_touch", PTL_HEURISTIC_LAST},
                 {"last_non_direct", PTL_HEURISTIC_LAST_NON_DIRECT},
                 {"linear", PTL_HEURISTIC_LINEAR},
                 {"position", PTL_HEURISTIC_POSITION},
                 {"time_decay", PTL_HEURISTIC_TIME_DECAY}};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const ptl_attribution_work work = work_of(s);
        ptl_heuristic_options o = ptl_heuristic_options_default();
        ptl_attribution_result r;
        o.rule = rules[i].rule;
        o.half_life_days = s->options->half_life_days;
        o.interval = interval_of(s);
        const ptl_paths *paths = o.rule == PTL_HEURISTIC_TIME_DECAY
                                     ? ptl_journeys_timed(s->f->journeys)
                                     : ptl_journeys_paths(s->f->journeys);
        PTL_TRY(ptl_heuristic_solve(&r, paths, &o, &work, err));
        const ptl_validation_method how = {.method = PTL_CREDIT_RULE, .rule = &o};
        PTL_TRY(add_method(s, rules[i].name, &r, &how, err));
    }
    return PTL_OK;
}

/* --- models ----------------------------------------------------------------------------------- */

/* The order that foretells held-out journeys of the sample best, unless one was asked for. */
static ptl_status choose_order(solving *s, ptl_error *err)
{
    const ptl_attribution_work work = work_of(s);
    s->f->order_used = s->options->order;
    if (s->options->order > 0) return PTL_OK;
    PTL_TRY(ptl_markov_order(&s->f->order, ptl_journeys_sample(s->f->journeys).paths, NULL, &work,
                             err));
    s->f->order_used = s->f->order.verdict == PTL_CONVERGED ? s->f->order.order : 1;
    ptl_arena_reset(&s->work);
    return ptl_progress_check(s->progress, err);
}

static ptl_status solve_markov(solving *s, ptl_error *err)
{
    PTL_TRY(choose_order(s, err));
    const ptl_attribution_work work = work_of(s);
    ptl_markov_options o = ptl_markov_options_default();
    ptl_markov_result r;
    o.order = s->f->order_used;
    o.interval = interval_of(s);
    PTL_TRY(ptl_markov_solve(&r, ptl_journeys_paths(s->f->journeys), &o, &work, err));
    PTL_TRY(keep(&s->f->removal, r.effect, s->f->n_channels, s->kept, err));
    const ptl_validation_method how = {.method = PTL_CREDIT_MARKOV, .markov = &o};
    return add_method(s, "markov", &r.credit, &how, err);
}

static ptl_status solve_shapley(solving *s, const char *name, ptl_shapley_worth worth,
                                ptl_error *err)
{
    const ptl_attribution_work work = work_of(s);
    ptl_shapley_options o = ptl_shapley_options_default();
    ptl_shapley_result r;
    o.worth = worth;
    o.interval = interval_of(s);
    PTL_TRY(ptl_shapley_solve(&r, ptl_journeys_paths(s->f->journeys), &o, &work, err));
    const ptl_validation_method how = {.method = PTL_CREDIT_SHAPLEY, .shapley = &o};
    return add_method(s, name, &r.credit, &how, err);
}

static void bring_to(ptl_estimate *e, int64_t n, double total)
{
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++) sum += e[i].point;
    if (!(sum > 0.0)) return;
    for (int64_t i = 0; i < n; i++)
        e[i] = (ptl_estimate){e[i].point * (total / sum), e[i].low * (total / sum),
                              e[i].high * (total / sum), e[i].probability};
}

/* A sample knows shares; how many conversions there were, and of what worth, is counted. */
static void bring_to_totals(ptl_attribution_result *r, const ptl_findings *f)
{
    const ptl_journey_sample sample = ptl_journeys_sample(f->journeys);
    const ptl_journey_counts *c = ptl_journeys_counts(f->journeys);
    if (sample.null_in == 1 && sample.won_in == 1) return;
    bring_to(r->credit, r->n_channels, (double)c->n_touched);
    bring_to(r->value, r->n_channels, (double)c->touched_micros);
}

/* Beyond the ceiling its two parameters a channel are not asked for. */
static ptl_status solve_hazard(solving *s, ptl_error *err)
{
    const ptl_attribution_work work = work_of(s);
    const ptl_hazard_options o = ptl_hazard_options_default();
    ptl_hazard_result r;
    if (s->f->n_channels > PTL_ATTRIBUTION_CLOCKED_CHANNELS) return PTL_OK;
    PTL_TRY(ptl_hazard_solve(&r, ptl_journeys_sample(s->f->journeys).timed, &o, &work, err));
    bring_to_totals(&r.credit, s->f);
    PTL_TRY(keep(&s->f->half_life, r.half_life_days, s->f->n_channels, s->kept, err));
    PTL_TRY(keep(&s->f->effect, r.effect, s->f->n_channels, s->kept, err));
    const ptl_validation_method how = {.method = PTL_CREDIT_HAZARD, .hazard = &o};
    return add_method(s, "time_to_event", &r.credit, &how, err);
}

/* Last: what is counted here stays in the arena of work until it is written. */
static ptl_status solve_paths(solving *s, ptl_error *err)
{
    const ptl_attribution_work work = work_of(s);
    ptl_path_options o = ptl_path_options_default();
    PTL_TRY(ptl_path_solve(&s->f->paths, ptl_journeys_paths(s->f->journeys), &o, &work, err));
    PTL_TRY(ptl_attribution_remove_sequences(s->f, &work, err));
    o.n_sequences = 0;
    o.n_synergies = 0;
    return ptl_path_solve(&s->f->timed, ptl_journeys_timed(s->f->journeys), &o, &work, err);
}

static ptl_status solve_all(solving *s, ptl_error *err)
{
    ptl_progress_step(s->progress, "sharing out by rules", 2, 7);
    PTL_TRY(solve_rules(s, err));
    ptl_progress_step(s->progress, "Markov chain", 3, 7);
    PTL_TRY(solve_markov(s, err));
    ptl_progress_step(s->progress, "Shapley values", 4, 7);
    PTL_TRY(solve_shapley(s, "shapley", PTL_SHAPLEY_SUM, err));
    PTL_TRY(solve_shapley(s, "shapley_rate", PTL_SHAPLEY_RATE, err));
    ptl_progress_step(s->progress, "time-to-event model", 5, 7);
    PTL_TRY(solve_hazard(s, err));
    return solve_paths(s, err);
}

/* --- the stage -------------------------------------------------------------------------------- */

static ptl_journey_options journey_options(const ptl_workspace *workspace,
                                           const ptl_attribution_options *o)
{
    return (ptl_journey_options){
        .size = (int32_t)sizeof(ptl_journey_options),
        .goal = o->goal,
        .by_campaign = o->by_campaign,
        .known_by =
            o->has_as_of ? ptl_zone_day_start(workspace->zone, o->as_of + 1) - 1 : PTL_INSTANT_EVER,
        .has_from = o->has_from,
        .has_to = o->has_to,
        .from = o->from,
        .to = o->to,
        .sample_events = o->sample_events};
}

static void report(ptl_attribution_report *out, const ptl_findings *f)
{
    *out = (ptl_attribution_report){.goal = f->goal->name,
                                    .counts = *ptl_journeys_counts(f->journeys),
                                    .n_channels = f->n_channels,
                                    .n_paths = ptl_journeys_paths(f->journeys)->n_paths,
                                    .order = f->order_used,
                                    .first = f->first,
                                    .last = f->last};
}

static ptl_status solve_and_write(ptl_findings *f, ptl_store *store,
                                  const ptl_attribution_options *options, size_t bytes_max,
                                  const ptl_executor *executor, ptl_arena *arena,
                                  ptl_progress *progress, ptl_error *err)
{
    solving s = {
        .options = options, .f = f, .kept = arena, .executor = executor, .progress = progress};
    ptl_arena_init(&s.work, bytes_max, NULL);
    ptl_status st = f->n_channels > 0 ? solve_all(&s, err) : PTL_OK;
    ptl_progress_step(progress, "writing figures", 6, 7);
    if (st == PTL_OK) st = ptl_attribution_write(store, f, err);
    ptl_arena_dispose(&s.work);
    return st;
}

ptl_status ptl_attribution_run(ptl_attribution_report *out, ptl_store *store,
                               const ptl_workspace *workspace,
                               const ptl_attribution_options *options, const ptl_executor *executor,
                               ptl_arena *arena, ptl_progress *progress, ptl_error *err)
{
    const ptl_journey_options reading = journey_options(workspace, options);
    ptl_journeys *journeys;
    *out = (ptl_attribution_report){0};
    PTL_TRY(ptl_journeys_read(&journeys, store, workspace, &reading, executor, progress, err));
    ptl_findings f = {.journeys = journeys,
                      .goal = options->goal ? options->goal : ptl_workspace_goal(workspace, NULL),
                      .currency = workspace->currency,
                      .dimension = options->by_campaign ? "campaign" : "channel",
                      .run_id = options->run_id,
                      .n_channels = ptl_journeys_channels(journeys)};
    const bool has_facts = ptl_journeys_span(&f.first, &f.last, journeys);
    if (options->has_from) f.first = options->from;
    if (options->has_to) f.last = options->to;
    const size_t bytes_max = (size_t)(workspace->memory_bytes_max / 3 * 2); /* less the engine's */
    const ptl_status st =
        has_facts ? solve_and_write(&f, store, options, bytes_max, executor, arena, progress, err)
                  : PTL_OK;
    report(out, &f);
    out->has_facts = has_facts;
    ptl_journeys_free(journeys);
    return st;
}
