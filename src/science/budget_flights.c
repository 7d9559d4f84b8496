/* budget_flights.c: starts for S-shaped curves whose weeks couple by carry-over.
 *
 * The question.   Which weeks should each channel be on, where being on at all must first climb
 * over a threshold, and what is on carries over into the weeks after? The method.     At a price
 * for money channels do not couple. So every channel is tried in the same few flights (all year,
 * halves, pulses, the weeks that are worth most), each climbed at the price that the majorant's
 * optimum says money has; all channels of one flight share the model's evaluations. What a
 * channel's flights cost and bring is a menu; one dish per channel within the total is a knapsack
 * of multiple choice, solved by dynamic programming over a grid of the total. The plan put together
 * so is a start like any other: the caller climbs from it. Differences.    Climbing whole plans
 * from n starts compares n plans; this compares n^channels. Not identified. The grid rounds costs
 * up, so some of the total is left for the climb to spend. Cost.           A few evaluations a
 * flight on a part of the draws, and channels x flights x grid.
 */
#include "science/budget_problem.h"

#include <math.h>
#include <string.h>

enum {
    FLIGHTS = 12,       /* patterns below; being off is one more dish          */
    GRID = 1000,        /* parts of the total                                  */
    STEPS = 15,         /* of a climb                                          */
    MENU_MAX = 1 << 24, /* doubles of all dishes: larger problems get fewer    */
};

typedef struct menu {
    int32_t n;
    double *plan;           /* n x n_vars        */
    double *spend, *profit; /* n x n_channels    */
} menu;

/* ---- flights ---- */

/* Whether week t of n is on; rank[t]: 0 is the week worth most. */
static bool is_on(int flight, int64_t t, int64_t n, const int32_t *rank)
{
    switch (flight) {
    case 0:
        return true;
    case 1:
        return rank[t] < n / 2;
    case 2:
        return t < n / 2;
    case 3:
        return t >= n / 2;
    case 4:
        return t % 2 == 0;
    case 5:
        return t % 8 < 4;
    case 6:
        return rank[t] < n / 4;
    case 7:
        return t >= n / 4 && t < n - n / 4;
    case 8:
        return t % 4 < 2;
    case 9:
        return t < n / 4 || t >= n - n / 4;
    case 10:
        return t < n / 4;
    default:
        return rank[t] < 3 * n / 4;
    }
}

/* Weeks by what an outcome is worth in them, all geos together; equals in their order. */
static void rank_weeks(int32_t *rank, const ptl_budget_data *d)
{
    for (int64_t t = 0; t < d->n_weeks; t++) {
        double own = 0.0;
        for (int64_t g = 0; g < d->n_geos; g++) own += d->value[g * (d->n_weeks + d->n_tail) + t];
        rank[t] = 0;
        for (int64_t u = 0; u < d->n_weeks; u++) {
            double other = 0.0;
            for (int64_t g = 0; g < d->n_geos; g++)
                other += d->value[g * (d->n_weeks + d->n_tail) + u];
            rank[t] += other > own || (other == own && u < t);
        }
    }
}

/* Media at which a channel is worth being on, the mean over draws. */
static double threshold_of(const ptl_budget_model *m, int64_t channel)
{
    double sum = 0.0;
    for (int64_t s = 0; s < m->n_draws; s++) {
        const ptl_curve *const c = &m->curve[s * m->data->n_channels + channel];
        const double at = c->knee > 0.0 ? c->knee : c->saturation.param[0];
        sum += c->saturation.kind == PTL_SATURATION_LOGISTIC ? 1.0 / at : at / c->weight_sum;
    }
    return sum / (double)m->n_draws;
}

static void fly(double *y, const ptl_problem *p, int flight, const int32_t *rank)
{
    const ptl_budget_data *const d = p->data;
    for (int64_t j = 0; j < p->limits.n; j++) y[j] = 0.0;
    double level = 0.0;
    for (int64_t i = 0; i < p->model.n_cells; i++) {
        if (i % p->per_channel_cells == 0)
            level = threshold_of(&p->model, i / p->per_channel_cells);
        if (is_on(flight, i % d->n_weeks, d->n_weeks, rank))
            y[p->model.var[i]] += 1.3 * level / d->rate[i];
    }
    for (int64_t j = 0; j < p->limits.n; j++)
        y[j] = fmin(fmax(y[j], p->limits.lo[j]), p->limits.hi[j]);
}

/* ---- the menu ---- */

/* What y costs and brings, channel by channel, at the goal's own price. */
static void taste(menu *k, ptl_problem *p, const double *y)
{
    const ptl_budget_data *const d = p->data;
    double *const spend = k->spend + k->n * d->n_channels;
    double *const profit = k->profit + k->n * d->n_channels;
    double weights = 0.0;
    (void)ptl_budget_model_exact(&p->model, y);
    for (int64_t c = 0; c < d->n_channels; c++) spend[c] = profit[c] = 0.0;
    for (int64_t s = 0; s < p->model.n_draws; s++) {
        const double weight = p->model.frozen ? p->model.frozen[s] : 1.0;
        if (weight == 0.0) continue;
        weights += weight;
        for (int64_t b = 0; b < p->model.n_blocks; b++)
            profit[b / d->n_geos] += weight * p->model.worth[s * p->model.n_blocks + b];
    }
    for (int64_t i = 0; i < p->model.n_cells; i++)
        spend[i / p->per_channel_cells] += p->model.share[i] * y[p->model.var[i]];
    for (int64_t c = 0; c < d->n_channels; c++)
        profit[c] = profit[c] / weights - p->model.price * spend[c];
    memcpy(k->plan + k->n * p->limits.n, y, (size_t)p->limits.n * sizeof *y);
    k->n++;
}

/* Climb every channel by itself, at `price` on top of the goal's own, on a part of the draws. */
static void climb_apart(double *y, ptl_problem *p, const ptl_limits *apart, double price)
{
    const int64_t all = p->model.n_draws;
    const double own = p->model.price;
    const ptl_objective f = {.eval = ptl_budget_model_eval, .ctx = &p->model};
    p->model.price = own + price;
    p->model.n_draws = ptl_problem_few(p);
    ptl_limits_project(y, &p->prices, apart);
    (void)ptl_ascent_run(y, apart, &f, 1e-4 * p->scale, STEPS, &p->prices, p->ascent);
    p->model.n_draws = all, p->model.price = own;
}

static ptl_status cook(menu *k, ptl_problem *p, double price, ptl_arena *arena, ptl_error *err)
{
    int32_t *rank;
    ptl_limits apart = p->limits;
    const int64_t n = p->limits.n, most = MENU_MAX / n;
    const int flights = most < FLIGHTS ? (int)most : FLIGHTS;
    apart.total_lo = 0.0, apart.total_hi = HUGE_VAL;
    BUDGET_ALLOC(rank, arena, p->data->n_weeks);
    BUDGET_ALLOC(k->plan, arena, (flights + 2) * n);
    BUDGET_ALLOC(k->spend, arena, (int64_t)(flights + 2) * p->data->n_channels);
    BUDGET_ALLOC(k->profit, arena, (int64_t)(flights + 2) * p->data->n_channels);
    rank_weeks(rank, p->data);
    for (int64_t j = 0; j < n; j++) p->trial[j] = p->limits.lo[j];
    ptl_limits_project(p->trial, &p->prices, &apart); /* commitments come first */
    taste(k, p, p->trial);
    taste(k, p, p->y);
    for (int flight = 0; flight < flights; flight++) {
        fly(p->trial, p, flight, rank);
        climb_apart(p->trial, p, &apart, price);
        taste(k, p, p->trial);
    }
    return PTL_OK;
}

/* ---- one dish a channel ---- */

/* value[g]: the most that the channels so far bring for g parts of the total at most. */
static void serve(double *value, double *next, int8_t *choice, const menu *k, int64_t n_channels,
                  int64_t channel, double part)
{
    for (int64_t g = 0; g <= GRID; g++) next[g] = -HUGE_VAL, choice[g] = -1;
    for (int32_t i = 0; i < k->n; i++) {
        const double cost = ceil(k->spend[i * n_channels + channel] / part - 1e-9);
        if (!(cost <= GRID)) continue;
        for (int64_t g = (int64_t)cost; g <= GRID; g++) {
            const double with = value[g - (int64_t)cost] + k->profit[i * n_channels + channel];
            if (with > next[g]) next[g] = with, choice[g] = (int8_t)i;
        }
    }
    memcpy(value, next, (GRID + 1) * sizeof *value);
}

ptl_status ptl_problem_fly(double *y, ptl_problem *p, double price, ptl_error *err)
{
    ptl_arena *const arena = p->work->arena;
    const int64_t n_channels = p->data->n_channels, n = p->limits.n;
    menu k = {0};
    double *value, *next;
    int8_t *choice;
    BUDGET_ALLOC(value, arena, GRID + 1);
    BUDGET_ALLOC(next, arena, GRID + 1);
    BUDGET_ALLOC(choice, arena, n_channels * (GRID + 1));
    PTL_TRY(cook(&k, p, price, arena, err));
    const double part = p->limits.total_hi / GRID;
    for (int64_t g = 0; g <= GRID; g++) value[g] = 0.0;
    for (int64_t c = 0; c < n_channels; c++)
        serve(value, next, choice + c * (GRID + 1), &k, n_channels, c, part);
    int64_t left = GRID;
    for (int64_t c = n_channels - 1; c >= 0; c--) {
        const int8_t i = choice[c * (GRID + 1) + left];
        const int64_t from = p->limits.from[c], to = p->limits.from[c + 1];
        const double *const dish = k.plan + (i < 0 ? 0 : i) * n;
        memcpy(y + from, dish + from, (size_t)(to - from) * sizeof *y);
        if (i >= 0) left -= (int64_t)ceil(k.spend[i * n_channels + c] / part - 1e-9);
    }
    ptl_limits_project(y, &p->prices, &p->limits);
    return PTL_OK;
}
