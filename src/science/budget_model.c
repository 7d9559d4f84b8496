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

/* Value, slope and |second derivative| at x >= 0. */
typedef struct point {
    double value, slope, bend;
} point;

static point straight(double slope, double x)
{
    return (point){slope * x, slope, 0.0};
}

static point curve_at(const ptl_saturation *s, double x)
{
    point p;
    double bend = 0.0; /* second derivative */
    const double a = s->param[0];
    if (s->kind == PTL_SATURATION_HILL && s->param[1] < 1.0 && x < 1e-12 * a)
        return straight(ptl_saturation_value(s, 1e-12 * a) / (1e-12 * a), x);
    p.value = ptl_saturation_grad(&p.slope, NULL, s, x);
    switch (s->kind) {
    case PTL_SATURATION_NONE:
        break;
    case PTL_SATURATION_HILL:
        bend = x > 0.0              ? p.slope / x * (s->param[1] * (1.0 - 2.0 * p.value) - 1.0)
               : s->param[1] == 1.0 ? -2.0 / (a * a)
                                    : 0.0;
        break;
    case PTL_SATURATION_LOGISTIC:
        bend = -a * p.value * p.slope;
        break;
    case PTL_SATURATION_MICHAELIS_MENTEN:
        bend = -2.0 * p.slope / (a + x);
        break;
    case PTL_SATURATION_TANH:
        bend = -2.0 * p.value * p.slope / a;
        break;
    }
    p.bend = fabs(bend);
    return p;
}

/* The least concave majorant of sign * S on [0, x_max], where sign < 0 says a negative
 * coefficient; returned without the sign. */
static point majorant_at(const ptl_curve *c, double x, double x_max, bool negative)
{
    if (negative) {
        if (c->knee > 0.0 || !(x_max > 0.0)) return (point){0.0, 0.0, 0.0};
        return straight(curve_at(&c->saturation, x_max).value / x_max, x);
    }
    if (!(c->knee > 0.0)) return curve_at(&c->saturation, x);
    if (x_max < c->knee)
        return straight(x_max > 0.0 ? curve_at(&c->saturation, x_max).value / x_max : 0.0, x);
    return x < c->knee ? straight(c->knee_slope, x) : curve_at(&c->saturation, x);
}

static point response_at(const ptl_budget_model *m, const ptl_curve *c, double x, double x_max,
                         double coefficient)
{
    if (m->majorant == 0.0) return curve_at(&c->saturation, x);
    const point up = majorant_at(c, x, x_max, coefficient < 0.0);
    if (m->majorant == 1.0) return up;
    const point own = curve_at(&c->saturation, x);
    const double share = m->majorant, rest = 1.0 - share;
    return (point){share * up.value + rest * own.value, share * up.slope + rest * own.slope,
                   share * up.bend + rest * own.bend};
}

/* ---- one block under one draw ---- */

/* Carry-over first: S(A(x)). */
static double block_carried(ptl_block_sums *sums, const ptl_budget_model *m, const ptl_block *b,
                            double *w)
{
    const int64_t n = m->n_path;
    const ptl_curve *const curve = b->curve;
    double *const carried = w, *const g = w + n, *const h = w + 2 * n, *const back = w + 3 * n;
    const double most = b->media_max * curve->weight_sum;
    double total = 0.0;
    ptl_adstock_apply(carried, b->media, n, b->lag, curve->window);
    for (int64_t t = 0; t < n; t++) {
        g[t] = h[t] = 0.0;
        if (b->value[t] == 0.0) continue;
        const point p = response_at(m, curve, carried[t], most, b->coefficient);
        const double scale = b->coefficient * b->value[t];
        total += scale * p.value;
        if (!sums) continue;
        sums->worth[t] += b->weight * scale * p.value;
        g[t] = b->weight * scale * p.slope;
        h[t] = b->weight * fabs(scale) * p.bend * curve->weight_sum;
    }
    if (!sums) return total;
    ptl_adstock_apply_transposed(back, g, n, b->lag, curve->window);
    for (int64_t t = 0; t < n; t++) sums->slope[t] += back[t];
    ptl_adstock_apply_transposed(back, h, n, b->lag, curve->window);
    for (int64_t t = 0; t < n; t++) sums->curvature[t] += back[t];
    return total;
}

/* Saturation first: the margin of a week's effect is what it is worth in this week and later. */
static double block_saturated(ptl_block_sums *sums, const ptl_budget_model *m, const ptl_block *b,
                              double *w)
{
    double total = 0.0;
    ptl_adstock_apply_transposed(w, b->value, m->n_path, b->lag, b->curve->window);
    for (int64_t t = 0; t < m->n_path; t++) {
        if (w[t] == 0.0) continue;
        const point p = response_at(m, b->curve, b->media[t], b->media_max, b->coefficient);
        const double scale = b->coefficient * w[t];
        total += scale * p.value;
        if (!sums) continue;
        sums->worth[t] += b->weight * scale * p.value;
        sums->slope[t] += b->weight * scale * p.slope;
        sums->curvature[t] += b->weight * fabs(scale) * p.bend;
    }
    return total;
}

double ptl_budget_block(ptl_block_sums *sums, const ptl_budget_model *m, const ptl_block *b,
                        double *scratch)
{
    return (b->curve->order == PTL_SATURATION_FIRST ? block_saturated : block_carried)(sums, m, b,
                                                                                       scratch);
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

typedef struct stripe_scratch {
    double *media, *value, *kernel; /* n_path, n_path, 4 n_path */
    ptl_block_sums sums;            /* n_path each */
} stripe_scratch;

static stripe_scratch scratch_of(const ptl_budget_model *m, int64_t task)
{
    const int64_t n = m->n_path;
    double *const at = m->path + task * 9 * n;
    return (stripe_scratch){at, at + n, at + 2 * n, {at + 6 * n, at + 7 * n, at + 8 * n}};
}

static void variables_path(double *media, const ptl_budget_model *m, int64_t block)
{
    const ptl_budget_data *const d = m->data;
    ptl_budget_path(media, d, block, NULL);
    for (int64_t t = 0; t < d->n_weeks; t++) {
        const int64_t i = block * d->n_weeks + t;
        media[d->n_history + t] = d->rate[i] * m->share[i] * m->y_now[m->var[i]];
    }
}

static void clear_sums(const stripe_scratch *w, int64_t n)
{
    for (int64_t t = 0; t < n; t++)
        w->sums.slope[t] = w->sums.curvature[t] = w->sums.worth[t] = 0.0;
}

/* What the path says of the plan's cells. Effects outside the plan's weeks, less what history does
 * alone, go with the first cell: they are zero where weeks do not couple, and where a block has one
 * variable it does not matter which cell holds them. */
static void store_sums(const ptl_budget_model *m, int64_t block, const stripe_scratch *w,
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

static void eval_block(const ptl_budget_model *m, int64_t block, stripe_scratch *w)
{
    const ptl_budget_data *const d = m->data;
    double idle = 0.0;
    variables_path(w->media, m, block);
    ptl_budget_margins(w->value, d, block % d->n_geos);
    clear_sums(w, m->n_path);
    for (int64_t s = 0; s < m->n_draws; s++) {
        const int64_t at = s * d->n_channels + block / d->n_geos, k = s * m->n_blocks + block;
        const ptl_block b = {.curve = &m->curve[at],
                             .lag = m->lag + at * m->window_max,
                             .coefficient = m->coefficient[k],
                             .media = w->media,
                             .value = w->value,
                             .media_max = m->media_max[block],
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
    stripe_scratch w = scratch_of(m, task_idx);
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
    double sum = 0.0;
    for (int64_t s = 0; s < m->n_draws; s++)
        sum += m->draw_value[s] + (m->offset ? m->offset[s] : 0.0);
    return sum / (double)m->n_draws;
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
    double soft = 0.0, sum = 0.0;
    if (!m->risk_scaled) m->smooth *= spread_of(m->draw_value, m->n_draws), m->risk_scaled = true;
    const double tau = m->smooth;
    m->lift = 0.0;
    if (!(tau > 0.0)) { /* all draws agree: the tail is the mean */
        for (int64_t s = 0; s < m->n_draws; s++) m->draw_weight[s] = 1.0 / n;
        return mean;
    }
    const double t = tail_threshold(m, tau);
    for (int64_t s = 0; s < m->n_draws; s++) {
        const double z = (t - m->draw_value[s]) / tau;
        soft += ptl_log1p_exp(z);
        m->draw_weight[s] = ptl_expit(z);
        sum += m->draw_weight[s];
    }
    double linear = 0.0; /* the tail's mean by these weights: never below CVaR */
    for (int64_t s = 0; s < m->n_draws; s++) {
        const double q = m->draw_weight[s] / sum;
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
        for (int64_t s = 0; s < m->n_draws; s++) m->draw_weight[s] = 1.0 / (double)m->n_draws;
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
    eval_all(m, y, false);
    double value = ptl_budget_model_mean(m);
    if (m->tail_weight > 0.0)
        value += m->tail_weight * (ptl_budget_tail(m->draw_value, m->n_draws, m->tail_share,
                                                   m->order, m->order + m->n_draws) -
                                   value);
    return value - m->price * spend_of(m, y);
}
