/* budget_load.c: posterior draws into the form the optimiser reads them in, and every refusal. */
#include "science/budget_internal.h"

#include <math.h>

/* ---- refusals ---- */

static ptl_status refuse(ptl_error *err, const ptl_budget_data *d, int64_t channel,
                         const char *what, double value)
{
    const char *const name = d->channel[channel].name;
    return ptl_fail(err, PTL_E_INVALID, "channel %lld \"%s\": %s, not %g", (long long)channel,
                    name ? name : "", what, value);
}

static ptl_status check_shape(const ptl_budget_data *d, ptl_error *err)
{
    if (d->n_channels < 1 || d->n_channels > PTL_BUDGET_CHANNELS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "n_channels must be 1 to %d, not %d",
                        PTL_BUDGET_CHANNELS_MAX, d->n_channels);
    if (d->n_weeks < 1 || d->n_weeks > PTL_BUDGET_WEEKS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "n_weeks must be 1 to %d, not %d", PTL_BUDGET_WEEKS_MAX,
                        d->n_weeks);
    if (d->n_geos < 1)
        return ptl_fail(err, PTL_E_INVALID, "n_geos must be at least 1, not %d", d->n_geos);
    if (d->n_history < 0 || d->n_history > PTL_BUDGET_WEEKS_MAX || d->n_tail < 0 ||
        d->n_tail > PTL_BUDGET_WEEKS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "n_history and n_tail must be 0 to %d, not %d and %d",
                        PTL_BUDGET_WEEKS_MAX, d->n_history, d->n_tail);
    if ((int64_t)d->n_channels * d->n_geos > PTL_BUDGET_CELLS_MAX / d->n_weeks)
        return ptl_fail(err, PTL_E_LIMIT, "channels x geos x weeks exceed %d",
                        PTL_BUDGET_CELLS_MAX);
    if (d->n_draws < 1 || d->n_draws > PTL_BUDGET_DRAWS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "n_draws must be 1 to %d, not %lld",
                        PTL_BUDGET_DRAWS_MAX, (long long)d->n_draws);
    if (!d->channel || !d->present || !d->rate || !d->value || !d->draw)
        return ptl_fail(err, PTL_E_INVALID,
                        "channel, present, rate, value and draw must all be given");
    return PTL_OK;
}

static ptl_status check_channel(const ptl_budget_data *d, int64_t c, ptl_error *err)
{
    const ptl_budget_channel *const x = &d->channel[c];
    if (!(x->total_min >= 0.0 && x->total_min < HUGE_VAL))
        return refuse(err, d, c, "total_min must be finite and not negative", x->total_min);
    if (!(x->total_max >= x->total_min))
        return refuse(err, d, c, "total_max must be at least total_min", x->total_max);
    if (!(x->cell_min >= 0.0 && x->cell_min < HUGE_VAL))
        return refuse(err, d, c, "cell_min must be finite and not negative", x->cell_min);
    if (!(x->cell_max >= x->cell_min))
        return refuse(err, d, c, "cell_max must be at least cell_min", x->cell_max);
    if (x->step_cents < 1 || x->step_cents > 100000000000)
        return refuse(err, d, c, "step_cents must be 1 to 1e11", (double)x->step_cents);
    return PTL_OK;
}

static ptl_status cell_fault(ptl_error *err, const ptl_budget_data *d, int64_t cell,
                             const char *what, double value)
{
    const int64_t block = cell / d->n_weeks;
    const char *const name = d->channel[block / d->n_geos].name;
    return ptl_fail(err, PTL_E_INVALID, "channel %lld \"%s\", geo %lld, week %lld: %s, not %g",
                    (long long)(block / d->n_geos), name ? name : "",
                    (long long)(block % d->n_geos), (long long)(cell % d->n_weeks), what, value);
}

static ptl_status check_cells(const ptl_budget_data *d, ptl_error *err)
{
    const int64_t n_blocks = (int64_t)d->n_channels * d->n_geos;
    for (int64_t i = 0; i < n_blocks * d->n_weeks; i++) {
        if (!(d->present[i] >= 0.0 && d->present[i] < HUGE_VAL))
            return cell_fault(err, d, i, "present must be finite and not negative", d->present[i]);
        if (!(d->rate[i] > 0.0 && d->rate[i] < HUGE_VAL))
            return cell_fault(err, d, i, "rate must be finite and positive", d->rate[i]);
    }
    for (int64_t b = 0; b < n_blocks; b++) {
        const double low = d->seen_low ? d->seen_low[b] : PTL_NAN;
        const double high = d->seen_high ? d->seen_high[b] : PTL_NAN;
        if (low < 0.0) return cell_fault(err, d, b * d->n_weeks, "seen_low must be >= 0", low);
        if (high < 0.0) return cell_fault(err, d, b * d->n_weeks, "seen_high must be >= 0", high);
        if (low > high)
            return cell_fault(err, d, b * d->n_weeks, "seen_low must not exceed seen_high", low);
        for (int64_t t = 0; d->history && t < d->n_history; t++)
            if (!(d->history[b * d->n_history + t] >= 0.0 &&
                  d->history[b * d->n_history + t] < HUGE_VAL))
                return ptl_fail(err, PTL_E_INVALID, "history of block %lld, week %lld is %g",
                                (long long)b, (long long)t, d->history[b * d->n_history + t]);
    }
    const int64_t n_value = (int64_t)d->n_weeks + d->n_tail;
    for (int64_t i = 0; i < d->n_geos * n_value; i++)
        if (!(d->value[i] >= 0.0 && d->value[i] < HUGE_VAL))
            return ptl_fail(err, PTL_E_INVALID, "value of geo %lld, week %lld is %g",
                            (long long)(i / n_value), (long long)(i % n_value), d->value[i]);
    return PTL_OK;
}

static ptl_status check_kinds(const ptl_budget_options *o, ptl_error *err)
{
    if (o->size != (int32_t)sizeof *o)
        return ptl_fail(err, PTL_E_VERSION, "budget options are %d bytes, not %zu: use _default()",
                        o->size, sizeof *o);
    if ((unsigned)o->goal > PTL_BUDGET_TARGET_MROI)
        return ptl_fail(err, PTL_E_INVALID, "goal %d is not in the list", (int)o->goal);
    if ((unsigned)o->utility > PTL_BUDGET_LOSS)
        return ptl_fail(err, PTL_E_INVALID, "utility %d is not in the list", (int)o->utility);
    if ((unsigned)o->grain > PTL_BUDGET_CHANNEL)
        return ptl_fail(err, PTL_E_INVALID, "grain %d is not in the list", (int)o->grain);
    return PTL_OK;
}

typedef struct within {
    const char *name;
    double value, lo, hi; /* lo <= value <= hi */
} within;

static ptl_status check_options(const ptl_budget_options *o, ptl_error *err)
{
    PTL_TRY(check_kinds(o, err));
    const double tiny = 1e-300;
    const within rows[] = {
        {"total_min", o->total_min, 0.0, 1e300},
        {"total_max", isnan(o->total_max) ? 1.0 : o->total_max, tiny, 1e300},
        {"target", o->target, -1.0 + 1e-12, 1e6},
        {"tail_share", o->tail_share, tiny, 1.0},
        {"loss_max", o->loss_max, tiny, 1.0 - 1e-12},
        {"range", o->range, 0.0, 1.0},
        {"n_choose_max", o->n_choose_max, 1.0, 1e5},
        {"n_judge_max", o->n_judge_max, 2.0, 1e6},
        {"gap_rel", o->gap_rel, tiny, 1.0 - 1e-12},
        {"iter_max", o->iter_max, 1.0, 1e5},
        {"node_max", o->node_max, 1.0, 1e5},
        {"probability", o->probability, tiny, 1.0 - 1e-12},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!(rows[i].value >= rows[i].lo && rows[i].value <= rows[i].hi))
            return ptl_fail(err, PTL_E_INVALID, "%s is out of its range: %g", rows[i].name,
                            rows[i].value);
    return PTL_OK;
}

ptl_status ptl_budget_check(const ptl_budget_data *d, const ptl_budget_options *o, ptl_error *err)
{
    PTL_TRY(check_options(o, err));
    PTL_TRY(check_shape(d, err));
    if (o->split && d->n_draws < 4)
        return ptl_fail(err, PTL_E_INVALID,
                        "%lld draws are too few to choose on one half and judge on the other",
                        (long long)d->n_draws);
    for (int64_t c = 0; c < d->n_channels; c++) PTL_TRY(check_channel(d, c, err));
    return check_cells(d, err);
}

/* ---- draws ---- */

int64_t ptl_budget_draw_count(const ptl_budget_data *d, int parity, int64_t n_max)
{
    const int64_t n = parity < 0 ? d->n_draws : (d->n_draws + 1 - parity) / 2;
    return n < n_max ? n : n_max;
}

int64_t ptl_budget_draw_at(const ptl_budget_data *d, int parity, int64_t i, int64_t n)
{
    const int64_t all = ptl_budget_draw_count(d, parity, INT64_MAX);
    const int64_t at = (int64_t)(((double)i + 0.5) / (double)n * (double)all);
    return parity < 0 ? at : 2 * at + parity;
}

ptl_status ptl_budget_read_draw(const ptl_budget_data *d, int64_t draw_idx, ptl_budget_draw *into,
                                ptl_error *err)
{
    PTL_TRY(d->draw(into, draw_idx, d->payload, err));
    for (int64_t c = 0; c < d->n_channels; c++) {
        const char *const name = d->channel[c].name ? d->channel[c].name : "";
        const ptl_status st = ptl_response_check(&into->response[c], err);
        if (st != PTL_OK)
            return ptl_error_prefix(err, st, "draw %lld, channel %lld \"%s\"", (long long)draw_idx,
                                    (long long)c, name);
        for (int64_t g = 0; g < d->n_geos; g++)
            if (!isfinite(into->coefficient[c * d->n_geos + g]))
                return ptl_fail(err, PTL_E_INVALID,
                                "draw %lld, channel %lld \"%s\", geo %lld: the coefficient is %g",
                                (long long)draw_idx, (long long)c, name, (long long)g,
                                into->coefficient[c * d->n_geos + g]);
    }
    return PTL_OK;
}

/* What a draw says about the problem's kind. */
static void note_shape(ptl_budget_model *m, const ptl_budget_options *o, const ptl_curve *curve,
                       int64_t c, const double *coefficient)
{
    const ptl_budget_data *const d = m->data;
    const bool several = o->grain == PTL_BUDGET_CELL || o->grain == PTL_BUDGET_WEEK;
    if (several && d->n_weeks > 1 && curve->window > 1 && curve->order == PTL_ADSTOCK_FIRST)
        m->coupled = true;
    if (curve->knee > 0.0) m->concave = false;
    if (curve->saturation.kind == PTL_SATURATION_HILL && curve->saturation.param[1] < 1.0)
        m->steep = true;
    for (int64_t g = 0; g < d->n_geos; g++)
        if (coefficient[c * d->n_geos + g] < 0.0 && curve->saturation.kind != PTL_SATURATION_NONE)
            m->concave = false;
}

static ptl_status find_window(ptl_budget_model *m, const ptl_budget_options *o,
                              ptl_budget_draw *into, ptl_error *err)
{
    const int parity = o->split ? 0 : -1;
    for (int64_t s = 0; s < m->n_draws; s++) {
        const int64_t at = ptl_budget_draw_at(m->data, parity, s, m->n_draws);
        PTL_TRY(ptl_budget_read_draw(m->data, at, into, err));
        for (int64_t c = 0; c < m->data->n_channels; c++)
            if (into->response[c].adstock.window_weeks > m->window_max)
                m->window_max = into->response[c].adstock.window_weeks;
    }
    return PTL_OK;
}

/* What history alone would bring, which no plan changes and no plan is credited with. */
static void fill_idle(ptl_budget_model *m)
{
    const ptl_budget_scratch w = ptl_budget_scratch_at(m->path, m->n_path, 0);
    for (int64_t b = 0; b < m->n_blocks; b++) {
        ptl_budget_path(w.media, m->data, b, NULL);
        ptl_budget_margins(w.value, m->data, b % m->data->n_geos);
        for (int64_t s = 0; s < m->n_draws; s++) {
            const int64_t at = s * m->data->n_channels + b / m->data->n_geos;
            const ptl_block block = {.curve = &m->curve[at],
                                     .lag = m->lag + at * m->window_max,
                                     .coefficient = m->coefficient[s * m->n_blocks + b],
                                     .media = w.media,
                                     .value = w.value};
            m->idle[s * m->n_blocks + b] = ptl_budget_block(NULL, m, &block, w.kernel);
        }
    }
}

static ptl_status alloc_model(ptl_budget_model *m, ptl_arena *arena, ptl_error *err)
{
    const int64_t n_curves = m->n_draws * m->data->n_channels;
    BUDGET_ALLOC(m->curve, arena, n_curves);
    BUDGET_ALLOC(m->lag, arena, n_curves * m->window_max);
    BUDGET_ALLOC(m->coefficient, arena, m->n_draws * m->n_blocks);
    BUDGET_ALLOC(m->idle, arena, m->n_draws * m->n_blocks);
    BUDGET_ALLOC(m->worth, arena, m->n_draws * m->n_blocks);
    BUDGET_ALLOC(m->draw_weight, arena, m->n_draws);
    BUDGET_ALLOC(m->draw_value, arena, m->n_draws);
    BUDGET_ALLOC(m->order, arena, 2 * m->n_draws);
    BUDGET_ALLOC(m->cell_slope, arena, m->n_cells);
    BUDGET_ALLOC(m->cell_curvature, arena, m->n_cells);
    BUDGET_ALLOC(m->cell_worth, arena, m->n_cells);
    BUDGET_ALLOC(m->path, arena, PTL_BUDGET_TASKS * ptl_budget_scratch_n(m->n_path));
    return PTL_OK;
}

/* Every fourth draw first, then the ones between: a quarter of the slots is an even sample. */
static int64_t slot_of(int64_t i, int64_t n)
{
    int64_t before = 0;
    for (int64_t r = 0; r < i % 4; r++) before += (n - r + 3) / 4;
    return before + i / 4;
}

ptl_status ptl_budget_model_load(ptl_budget_model *m, const ptl_budget_options *o, ptl_arena *arena,
                                 ptl_error *err)
{
    const ptl_budget_data *const d = m->data;
    const int parity = o->split ? 0 : -1;
    ptl_budget_draw into;
    BUDGET_ALLOC(into.response, arena, d->n_channels);
    BUDGET_ALLOC(into.coefficient, arena, m->n_blocks);
    m->n_draws = ptl_budget_draw_count(d, parity, o->n_choose_max);
    m->n_path = (int64_t)d->n_history + d->n_weeks + d->n_tail;
    m->window_max = 1;
    PTL_TRY(find_window(m, o, &into, err));
    PTL_TRY(alloc_model(m, arena, err));
    m->concave = true;
    for (int64_t i = 0; i < m->n_draws; i++) {
        const int64_t s = slot_of(i, m->n_draws);
        PTL_TRY(ptl_budget_read_draw(d, ptl_budget_draw_at(d, parity, i, m->n_draws), &into, err));
        for (int64_t c = 0; c < d->n_channels; c++) {
            const int64_t at = s * d->n_channels + c;
            ptl_budget_curve_of(&m->curve[at], m->lag + at * m->window_max, &into.response[c]);
            note_shape(m, o, &m->curve[at], c, into.coefficient);
        }
        for (int64_t b = 0; b < m->n_blocks; b++)
            m->coefficient[s * m->n_blocks + b] = into.coefficient[b];
    }
    fill_idle(m);
    return PTL_OK;
}
