/* budget: the best plan of 20 channels over 52 weeks from posterior draws, with its dual bound, in
 * the processor's time of one thread. `candidate` solves the concave problem with carry-over that a
 * weekly plan usually is; `kinds` prints every kind of problem; `panel` one with 50 geos. A gap
 * above 1e-4 of the outcome where all is concave is a wrong answer. There is no baseline: what
 * others optimise is the totals of channels, of the whole country, without a bound; Meridian's own
 * notebooks store 33 and 42 seconds for that on a GPU. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "portolan/budget.h"
#include "portolan/linalg.h"
#include "portolan/random.h"

enum { CHANNELS = 20, GEOS_MAX = 50, WEEKS = 52, DRAWS = 1000, HISTORY = 8, TAIL = 8, WINDOW = 9 };

typedef struct world {
    ptl_rng rng;
    bool s_shaped, carried, bounded; /* bounded: from below, too, as plans of the program are */
    int n_geos, n_weeks;
} world;

static double normal_of(const ptl_rng *rng, int64_t draw, int64_t channel, int what)
{
    ptl_rng r = ptl_rng_split(rng, (uint64_t)((draw * CHANNELS + channel) * 8 + what));
    return ptl_rng_normal(&r);
}

static ptl_status draw(ptl_budget_draw *out, int64_t s, void *payload, ptl_error *err)
{
    (void)err;
    const world *const w = payload;
    for (int64_t c = 0; c < CHANNELS; c++) {
        const double slope =
            w->s_shaped ? 1.4 + 0.1 * (double)(c % 12) + 0.1 * normal_of(&w->rng, s, c, 0) : 1.0;
        out->response[c] = (ptl_response){
            .adstock = {.kind = PTL_ADSTOCK_GEOMETRIC,
                        .window_weeks = w->carried ? WINDOW : 1,
                        .normalised = true,
                        .param = {0.2 + 0.03 * (double)c}},
            .saturation = {.kind = PTL_SATURATION_HILL,
                           .param = {exp(0.3 * normal_of(&w->rng, s, c, 1)), fmax(slope, 1.0)}}};
        for (int g = 0; g < w->n_geos; g++)
            out->coefficient[c * w->n_geos + g] = (800.0 + 150.0 * (double)(c % 7) + 20.0 * g) *
                                                  exp(0.3 * normal_of(&w->rng, s, c, 2));
    }
    return PTL_OK;
}

enum { BLOCKS_MAX = CHANNELS * GEOS_MAX };

typedef struct plan {
    double present[BLOCKS_MAX * WEEKS], rate[BLOCKS_MAX * WEEKS], value[GEOS_MAX * (WEEKS + TAIL)];
    double history[BLOCKS_MAX * HISTORY], seen[BLOCKS_MAX], least[BLOCKS_MAX];
    ptl_budget_channel channel[CHANNELS];
} plan;

static void make_plan(plan *p, const world *w)
{
    for (int b = 0; b < CHANNELS * w->n_geos; b++) {
        const int c = b / w->n_geos;
        p->channel[c] = ptl_budget_channel_default();
        for (int t = 0; t < w->n_weeks; t++) {
            p->present[b * w->n_weeks + t] = 300.0 + 10.0 * c + 3.0 * ((t * 7 + c) % 13);
            p->rate[b * w->n_weeks + t] = 1.0 / (400.0 + 15.0 * c);
        }
        for (int t = 0; t < HISTORY; t++) p->history[b * HISTORY + t] = 0.7;
        p->seen[b] = 700.0 + 20.0 * c, p->least[b] = 300.0 + 10.0 * c;
    }
    for (int i = 0; i < w->n_geos * (w->n_weeks + TAIL); i++)
        p->value[i] = 1.0 + 0.3 * sin(0.12 * i);
}

static double processor(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int report(const char *name, const ptl_budget_result *r, double seconds)
{
    printf("%-36s %6.3f s  gap %8.1e of the outcome, gain %.4f [%.4f, %.4f] of the spend, "
           "%lld evaluations, %lld nodes, %s\n",
           name, seconds, r->gap_search / r->plan.outcome.point, r->gain.point / r->plan.spend,
           r->gain.low / r->plan.spend, r->gain.high / r->plan.spend, (long long)r->n_evaluations,
           (long long)r->n_nodes, ptl_verdict_text(r->verdict));
    return r->concave && !(r->gap_search <= 1e-4 * r->plan.outcome.point);
}

static int solve_one(const char *name, world w, ptl_budget_utility utility, ptl_budget_grain grain,
                     double *seconds)
{
    static plan p;
    make_plan(&p, &w);
    const ptl_budget_data d = {.n_channels = CHANNELS,
                               .n_geos = w.n_geos,
                               .n_weeks = w.n_weeks,
                               .n_history = HISTORY,
                               .n_tail = TAIL,
                               .n_draws = DRAWS,
                               .channel = p.channel,
                               .present = p.present,
                               .rate = p.rate,
                               .value = p.value,
                               .history = p.history,
                               .seen_high = p.seen,
                               .seen_low = w.bounded ? p.least : NULL,
                               .draw = draw,
                               .payload = &w};
    ptl_budget_options o = ptl_budget_options_default();
    o.utility = utility, o.grain = grain;
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 30, NULL);
    const ptl_budget_work work = {.arena = &arena};
    ptl_budget_result r;
    ptl_error err = {0};
    const double before = processor();
    const ptl_status st = ptl_budget_solve(&r, &d, &o, &work, &err);
    *seconds = processor() - before;
    if (st != PTL_OK) fprintf(stderr, "%s\n", err.message);
    const int wrong = st != PTL_OK || report(name, &r, *seconds);
    ptl_arena_dispose(&arena);
    return wrong;
}

static world country(bool s_shaped, bool carried)
{
    return (world){ptl_rng_new(17), s_shaped, carried, false, 1, WEEKS};
}

static int kinds(void)
{
    double s;
    int wrong = 0;
    wrong |= solve_one("concave", country(false, false), PTL_BUDGET_MEAN, PTL_BUDGET_CELL, &s);
    wrong |= solve_one("concave, carry-over", country(false, true), PTL_BUDGET_MEAN,
                       PTL_BUDGET_CELL, &s);
    wrong |= solve_one("concave, carry-over, CVaR", country(false, true), PTL_BUDGET_CVAR,
                       PTL_BUDGET_CELL, &s);
    wrong |= solve_one("concave, carry-over, loss", country(false, true), PTL_BUDGET_LOSS,
                       PTL_BUDGET_CELL, &s);
    wrong |= solve_one("S-shaped", country(true, false), PTL_BUDGET_MEAN, PTL_BUDGET_CELL, &s);
    wrong |= solve_one("S-shaped, totals of channels", country(true, true), PTL_BUDGET_MEAN,
                       PTL_BUDGET_CHANNEL, &s);
    world w = country(true, true);
    wrong |= solve_one("S-shaped, carry-over", w, PTL_BUDGET_MEAN, PTL_BUDGET_CELL, &s);
    wrong |= solve_one("S-shaped, carry-over, CVaR", w, PTL_BUDGET_CVAR, PTL_BUDGET_CELL, &s);
    w.bounded = true;
    wrong |= solve_one("S-shaped, carry-over, as seen", w, PTL_BUDGET_MEAN, PTL_BUDGET_CELL, &s);
    wrong |=
        solve_one("S-shaped, carry-over, as seen, loss", w, PTL_BUDGET_LOSS, PTL_BUDGET_CELL, &s);
    return wrong;
}

int main(int argc, char **argv)
{
    ptl_error err;
    if (ptl_linalg_init(&err) != PTL_OK) return 2;
    const char *const side = argc > 1 ? argv[1] : "candidate";
    if (strcmp(side, "kinds") == 0) return kinds();
    double s;
    if (strcmp(side, "panel") == 0)
        return solve_one("concave, carry-over, 50 geos",
                         (world){ptl_rng_new(17), false, true, false, GEOS_MAX, 13},
                         PTL_BUDGET_MEAN, PTL_BUDGET_CELL, &s);
    if (strcmp(side, "candidate") != 0) return 77;
    const int wrong = solve_one("concave, carry-over", country(false, true), PTL_BUDGET_MEAN,
                                PTL_BUDGET_CELL, &s);
    printf("seconds %.6f\n", s);
    return wrong;
}
