/* budget_model.c: what a plan earns under the draws that choose, with slope and curvature.
 *
 * The question.   Value of a plan, what one more unit in each variable adds, and how fast that
 * falls. The quantity.   F(y) = U(V_1 … V_S) - price * spend, V_s = sum over blocks of coefficient
 * times margins times response; U = (1 - theta) mean + theta CVaR_beta. The method.     A block is
 * a channel in a geo: its scaled media path is carried over, saturated and weighed by margins; the
 * transpose of the carry-over takes slopes back to spend. The curvature is a diagonal majorant:
 * each row of the (banded) second derivative summed in absolute value, which the same transpose
 * yields, as the lag weights are known. CVaR is smoothed for the ascent: it is the least mean over
 * weights q_s <= 1/(beta S) (Rockafellar & Uryasev 2000), and q_s = expit((t - V_s)/tau)/(beta S),
 * t set so that they add up to one, are such weights. So for concave V a bound with these weights
 * is a bound on the true CVaR, whatever tau. The majorant.   An S-shaped curve is replaced, per
 * draw, by its least concave majorant from zero: the tangent from the origin, which for Hill
 * touches at h (s - 1)^(1/s). A negative coefficient on a concave curve gives the chord to the
 * largest media allowed; on an S-shaped one, zero. Its optimum bounds the true one. Differences. A
 * Hill curve with slope below one is infinitely steep at zero; below 1e-12 of its half point it is
 * replaced by its chord, which is concave still and changes values by less than 1e-12^slope of the
 * coefficient. Cost.           O(draws x cells x window); parallel over blocks, every block writes
 * its own cells and sums run in a fixed order. */
#include "science/budget_internal.h"
#include "science/wide_internal.h"

#include <math.h>
#include <string.h>

#include "portolan/special.h"
#include "science/order_internal.h"

/* ---- curves ---- */

static double knee_of(const ptl_saturation *s)
{
    if (s->kind != PTL_SATURATION_HILL || !(s->param[1] > 1.0)) return 0.0;
    return s->param[0] * pow(s->param[1] - 1.0, 1.0 / s->param[1]);
}

void ptl_budget_curve_of(ptl_curve *curve, double *lag, const ptl_response *r)
{
    *curve = (ptl_curve){
        .saturation = r->saturation, .order = r->order, .window = r->adstock.window_weeks};
    curve->weight_sum = ptl_adstock_weights(lag, &r->adstock);
    curve->knee = knee_of(&r->saturation);
    if (curve->knee > 0.0)
        curve->knee_slope = ptl_saturation_value(&r->saturation, curve->knee) / curve->knee;
}

/* ---- one block under one draw ---- */

enum { FRONT = PTL_ADSTOCK_WINDOW_MAX, BACK = PTL_ADSTOCK_WINDOW_MAX + LANES };

static int64_t in_lanes(int64_t n)
{
    return (n + LANES - 1) / LANES * LANES;
}

/* A path of the kernel has room before and after for what a carry-over reads there. */
static int64_t padded(int64_t n)
{
    return FRONT + in_lanes(n) + BACK;
}

enum { PADDED = 7, PLAIN = 8 };

int64_t ptl_budget_scratch_n(int64_t n_path)
{
    return PADDED * padded(n_path) + PLAIN * in_lanes(n_path);
}

ptl_budget_scratch ptl_budget_scratch_at(double *base, int64_t n_path, int64_t task)
{
    const int64_t n = in_lanes(n_path);
    double *const at = base + task * ptl_budget_scratch_n(n_path);
    return (ptl_budget_scratch){at, at + n, at + 5 * n, {at + 2 * n, at + 3 * n, at + 4 * n}};
}

typedef struct lines {
    double *x, *carried, *g, *h; /* zero before and after, as far as a window reads */
    ptl_points p;
    double *room; /* of the majorant */
} lines;

static lines lines_of(double *kernel, int64_t n)
{
    double *const at = kernel + FRONT;
    const int64_t step = padded(n);
    return (lines){at,
                   at + step,
                   at + 2 * step,
                   at + 3 * step,
                   {at + 4 * step, at + 5 * step, at + 6 * step},
                   kernel + PADDED * step};
}

static void clear(double *x, int64_t from, int64_t to)
{
    if (to > from) memset(x + from, 0, (size_t)(to - from) * sizeof *x);
}

static int64_t first_of_worth(const double *value, int64_t n)
{
    int64_t t = 0;
    while (t < n && value[t] == 0.0) t++;
    return t;
}

/* Points of the curve along x from week `from`, and their worth by the weeks' margins. */
static double points_of(const ptl_points *p, const ptl_budget_model *m, const ptl_block *b,
                        const double *x, const double *margin, double most, bool all, int64_t from,
                        double *room)
{
    const int64_t n = m->n_path - from;
    const bool leans = m->majorant > 0.0;
    (all || leans ? ptl_curve_points : ptl_curve_values)(p, &b->curve->saturation, x, n);
    if (leans) ptl_majorant_apply(p, m, b, x, most, from, n, room);
    return b->coefficient * ptl_weigh(margin, p->value, n);
}

/* Carry-over first: S(A(x)). */
static double block_carried(const ptl_block_sums *sums, const ptl_budget_model *m,
                            const ptl_block *b, double *kernel)
{
    const int64_t n = m->n_path, window = b->curve->window, end = in_lanes(n);
    const int64_t from = first_of_worth(b->value, n), rest = n - from;
    const lines k = lines_of(kernel, n);
    const ptl_points p = {k.p.value + from, k.p.slope + from, k.p.bend + from};
    const double *const margin = b->value + from;
    clear(k.x, 1 - window, 0);
    memcpy(k.x, b->media, (size_t)n * sizeof *k.x);
    clear(k.x, n, end);
    clear(k.carried, 0, end);
    ptl_carry(k.carried, k.x, b->lag, window, end);
    const double total = points_of(&p, m, b, k.carried + from, margin,
                                   b->media_max * b->curve->weight_sum, sums != NULL, from, k.room);
    if (!sums) return total;
    const double by = b->weight * b->coefficient;
    ptl_weigh_add(sums->worth + from, margin, p.value, by, rest);
    ptl_weigh_into(k.g + from, margin, p.slope, by, rest);
    ptl_weigh_into(k.h + from, margin, p.bend, fabs(by) * b->curve->weight_sum, rest);
    clear(k.g, 0, from), clear(k.g, n, end + window);
    clear(k.h, 0, from), clear(k.h, n, end + window);
    ptl_carry_back(sums->slope, k.g, b->lag, window, end);
    ptl_carry_back(sums->curvature, k.h, b->lag, window, end);
    return total;
}

/* Saturation first: the margin of a week's effect is what it is worth in this week and later. */
static double block_saturated(const ptl_block_sums *sums, const ptl_budget_model *m,
                              const ptl_block *b, double *kernel)
{
    const int64_t n = m->n_path, window = b->curve->window, end = in_lanes(n);
    const lines k = lines_of(kernel, n);
    memcpy(k.g, b->value, (size_t)n * sizeof *k.g);
    clear(k.g, n, end + window);
    clear(k.carried, 0, end);
    ptl_carry_back(k.carried, k.g, b->lag, window, end);
    const double total =
        points_of(&k.p, m, b, b->media, k.carried, b->media_max, sums != NULL, 0, k.room);
    if (!sums) return total;
    const double by = b->weight * b->coefficient;
    ptl_weigh_add(sums->worth, k.carried, k.p.value, by, n);
    ptl_weigh_add(sums->slope, k.carried, k.p.slope, by, n);
    ptl_weigh_add(sums->curvature, k.carried, k.p.bend, fabs(by), n);
    return total;
}

double ptl_budget_block(const ptl_block_sums *sums, const ptl_budget_model *m, const ptl_block *b,
                        double *kernel)
{
    return (b->curve->order == PTL_SATURATION_FIRST ? block_saturated : block_carried)(sums, m, b,
                                                                                       kernel);
}

void ptl_budget_path(double *media, const ptl_budget_data *d, int64_t block, const double *plan)
{
    const int64_t from = block * d->n_weeks;
    for (int64_t t = 0; t < d->n_history; t++)
        media[t] = d->history ? d->history[block * d->n_history + t] : 0.0;
    for (int64_t t = 0; t < d->n_weeks; t++)
        media[d->n_history + t] = plan ? d->rate[from + t] * plan[from + t] : 0.0;
    memset(media + d->n_history + d->n_weeks, 0, (size_t)d->n_tail * sizeof *media);
}

void ptl_budget_margins(double *value, const ptl_budget_data *d, int64_t geo)
{
    const int64_t n = d->n_weeks + d->n_tail;
    memset(value, 0, (size_t)d->n_history * sizeof *value);
    memcpy(value + d->n_history, d->value + geo * n, (size_t)n * sizeof *value);
}

/* ---- all blocks ---- */

void ptl_budget_variables_path(double *media, const ptl_budget_model *m, int64_t block,
                               const double *y)
{
    const ptl_budget_data *const d = m->data;
    ptl_budget_path(media, d, block, NULL);
    for (int64_t t = 0; t < d->n_weeks; t++) {
        const int64_t i = block * d->n_weeks + t;
        media[d->n_history + t] = d->rate[i] * m->share[i] * y[m->var[i]];
    }
}

void ptl_budget_clear(const ptl_block_sums *sums, int64_t n)
{
    clear(sums->slope, 0, in_lanes(n));
    clear(sums->curvature, 0, in_lanes(n));
    clear(sums->worth, 0, in_lanes(n));
}

/* What the path says of the plan's cells. Effects outside the plan's weeks, less what history does
 * alone, go with the first cell: they are zero where weeks do not couple, and where a block has one
 * variable it does not matter which cell holds them. */
static void store_sums(const ptl_budget_model *m, int64_t block, const ptl_budget_scratch *w,
                       double idle)
{
    const ptl_budget_data *const d = m->data;
    double rest = -idle;
    for (int64_t t = 0; t < m->n_path; t++)
        if (t < d->n_history || t >= d->n_history + d->n_weeks) rest += w->sums.worth[t];
    for (int64_t t = 0; t < d->n_weeks; t++) {
        const int64_t i = block * d->n_weeks + t, at = d->n_history + t;
        m->cell_slope[i] = w->sums.slope[at] * d->rate[i];
        m->cell_curvature[i] = w->sums.curvature[at] * d->rate[i] * d->rate[i];
        m->cell_worth[i] = w->sums.worth[at] + (t == 0 ? rest : 0.0);
    }
}

static void eval_block(const ptl_budget_model *m, int64_t block, const ptl_budget_scratch *w)
{
    const ptl_budget_data *const d = m->data;
    double idle = 0.0;
    ptl_budget_variables_path(w->media, m, block, m->y_now);
    ptl_budget_margins(w->value, d, block % d->n_geos);
    ptl_budget_clear(&w->sums, m->n_path);
    for (int64_t s = 0; s < m->n_draws; s++) {
        if ((m->want_slope || m->frozen) && m->draw_weight[s] == 0.0)
            continue; /* its worth is known by now, or never asked for */
        const int64_t at = s * d->n_channels + block / d->n_geos, k = s * m->n_blocks + block;
        const ptl_block b = {.curve = &m->curve[at],
                             .lag = m->lag + at * m->window_max,
                             .coefficient = m->coefficient[k],
                             .media = w->media,
                             .value = w->value,
                             .media_max = m->media_max[block],
                             .lean = m->lean ? m->lean + k * 3 * m->n_path : NULL,
                             .weight = m->draw_weight[s]};
        const double worth = ptl_budget_block(m->want_slope ? &w->sums : NULL, m, &b, w->kernel);
        m->worth[k] = worth - m->idle[k];
        idle += m->draw_weight[s] * m->idle[k];
    }
    if (m->want_slope) store_sums(m, block, w, idle);
}

static ptl_status eval_stripe(void *payload, int64_t task_idx, ptl_error *err)
{
    (void)err;
    const ptl_budget_model *const m = payload;
    const ptl_budget_scratch w = ptl_budget_scratch_at(m->path, m->n_path, task_idx);
    for (int64_t block = task_idx; block < m->n_blocks; block += PTL_BUDGET_TASKS)
        eval_block(m, block, &w);
    return PTL_OK;
}

static void eval_all(ptl_budget_model *m, const double *y, bool want_slope)
{
    m->y_now = y, m->want_slope = want_slope;
    m->n_eval++;
    const int64_t n_tasks = m->n_blocks < PTL_BUDGET_TASKS ? m->n_blocks : PTL_BUDGET_TASKS;
    /* tasks cannot fail */
    if (ptl_executor_run(m->executor, n_tasks, eval_stripe, m, NULL) != PTL_OK) return;
    for (int64_t s = 0; s < m->n_draws; s++) {
        double sum = 0.0;
        for (int64_t b = 0; b < m->n_blocks; b++) sum += m->worth[s * m->n_blocks + b];
        m->draw_value[s] = sum - (m->offset ? m->offset[s] : 0.0);
    }
}

double ptl_budget_model_mean(const ptl_budget_model *m)
{
    double sum = 0.0, weights = 0.0;
    for (int64_t s = 0; s < m->n_draws; s++) {
        const double weight = m->frozen ? m->frozen[s] : 1.0;
        if (weight == 0.0) continue;
        sum += weight * (m->draw_value[s] + (m->offset ? m->offset[s] : 0.0));
        weights += weight;
    }
    return sum / weights;
}

/* Equal ones, or those that are frozen. */
static void plain_weights(ptl_budget_model *m)
{
    double sum = 0.0;
    for (int64_t s = 0; s < m->n_draws; s++) sum += m->frozen ? m->frozen[s] : 1.0;
    for (int64_t s = 0; s < m->n_draws; s++)
        m->draw_weight[s] = (m->frozen ? m->frozen[s] : 1.0) / sum;
}

/* ---- risk ---- */

/* The t at which the smoothed weights add up to one: their sum rises with t. */
static double tail_threshold(const ptl_budget_model *m, double tau)
{
    const double n = (double)m->n_draws, target = m->tail_share * n;
    double lo = m->draw_value[0], hi = lo;
    for (int64_t s = 1; s < m->n_draws; s++)
        lo = fmin(lo, m->draw_value[s]), hi = fmax(hi, m->draw_value[s]);
    lo -= 800.0 * tau, hi += 800.0 * tau;
    for (int i = 0; i < 200; i++) {
        const double t = 0.5 * (lo + hi);
        if (!(t > lo && t < hi)) break;
        double sum = 0.0;
        for (int64_t s = 0; s < m->n_draws; s++) sum += ptl_expit((t - m->draw_value[s]) / tau);
        if (sum > target)
            hi = t;
        else
            lo = t;
    }
    return lo;
}

static double spread_of(const double *v, int64_t n)
{
    double mean = 0.0, square = 0.0;
    for (int64_t s = 0; s < n; s++) mean += v[s] / (double)n;
    for (int64_t s = 0; s < n; s++) square += (v[s] - mean) * (v[s] - mean) / (double)n;
    return sqrt(square);
}

/* draw_weight, and U with the tail smoothed: t - tau / beta mean softplus((t - V) / tau). */
static double risk_weights(ptl_budget_model *m)
{
    const double n = (double)m->n_draws, theta = m->tail_weight;
    const double mean = ptl_budget_model_mean(m);
    const double least = 1e-6; /* what weighs less is left out, and costs no slope */
    double soft = 0.0, sum = 0.0, room = 0.0;
    if (!m->risk_scaled) m->smooth *= spread_of(m->draw_value, m->n_draws), m->risk_scaled = true;
    const double tau = m->smooth;
    m->lift = 0.0;
    if (!(tau > 0.0)) { /* all draws agree: the tail is the mean */
        for (int64_t s = 0; s < m->n_draws; s++) m->draw_weight[s] = 1.0 / n;
        return mean;
    }
    const double t = tail_threshold(m, tau), target = m->tail_share * n;
    for (int64_t s = 0; s < m->n_draws; s++) {
        const double z = (t - m->draw_value[s]) / tau, weight = ptl_expit(z);
        soft += ptl_log1p_exp(z);
        m->draw_weight[s] = weight < least ? 0.0 : weight;
        sum += m->draw_weight[s];
        if (weight >= least) room += 1.0 - weight;
    }
    /* what was left out goes to the others, as far as one: no weight exceeds 1 / (beta S) */
    const double rest = room > 0.0 ? fmin(fmax(target - sum, 0.0) / room, 1.0) : 0.0;
    double linear = 0.0; /* the tail's mean by these weights: never below CVaR */
    for (int64_t s = 0; s < m->n_draws; s++) {
        const double own = m->draw_weight[s];
        const double q = own > 0.0 ? (own + rest * (1.0 - own)) / target : 0.0;
        linear += q * m->draw_value[s];
        m->draw_weight[s] = (1.0 - theta) / n + theta * q;
    }
    const double smooth = t - tau * soft / (m->tail_share * n);
    m->lift = theta * fmax(linear - smooth, 0.0);
    return (1.0 - theta) * mean + theta * smooth;
}

static double spend_of(const ptl_budget_model *m, const double *y)
{
    double spend = 0.0;
    for (int64_t i = 0; i < m->n_cells; i++) spend += m->share[i] * y[m->var[i]];
    return spend;
}

double ptl_budget_model_eval(void *ctx, double *slope, double *curvature, const double *y)
{
    ptl_budget_model *const m = ctx;
    const bool risk = m->tail_weight > 0.0;
    double value;
    if (risk) {
        eval_all(m, y, false);
        value = risk_weights(m);
        if (slope) eval_all(m, y, true);
    } else {
        plain_weights(m);
        eval_all(m, y, slope != NULL);
        value = ptl_budget_model_mean(m);
        m->lift = 0.0;
    }
    if (slope) {
        for (int64_t j = 0; j < m->n_vars; j++) slope[j] = curvature[j] = 0.0;
        for (int64_t i = 0; i < m->n_cells; i++) {
            slope[m->var[i]] += m->share[i] * (m->cell_slope[i] - m->price);
            curvature[m->var[i]] += m->share[i] * m->share[i] * m->cell_curvature[i];
        }
    }
    return value - m->price * spend_of(m, y);
}

double ptl_budget_tail(const double *v, int64_t n, double share, int64_t *order, int64_t *scratch)
{
    const double whole = share * (double)n;
    double left = whole, sum = 0.0;
    ptl_order_by(order, v, n, scratch);
    for (int64_t k = 0; k < n && left > 0.0; k++) {
        const double part = left < 1.0 ? left : 1.0;
        sum += part * v[order[k]];
        left -= part;
    }
    return sum / whole;
}

double ptl_budget_model_exact(ptl_budget_model *m, const double *y)
{
    if (m->frozen) plain_weights(m);
    eval_all(m, y, false);
    double value = ptl_budget_model_mean(m);
    if (m->tail_weight > 0.0)
        value += m->tail_weight * (ptl_budget_tail(m->draw_value, m->n_draws, m->tail_share,
                                                   m->order, m->order + m->n_draws) -
                                   value);
    return value - m->price * spend_of(m, y);
}
