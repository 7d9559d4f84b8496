/* change.c: the stage. Weeks become cells, cells are asked, what moved is split (see change.h). */
#include "understand/change_internal.h"

#include <string.h>

enum { RECENT_WEEKS = 8 }; /* what a unit of a metric is worth is taken from these */

typedef struct question {
    const ptl_change_history *h;
    ptl_change_cell
        *cells; /* asked ones first, then the volumes and costs that are only expected */
    ptl_change_answer *answers;
    int64_t n_asked, n_cells;
    int64_t *of_member; /* [n_members * N_METRICS] index of a cell, -1 where there is none */
    double least;       /* money a week */
} question;

/* --- cells ------------------------------------------------------------------------------------ */

static double recent_mean(const ptl_change_history *h, const ptl_change_member *m, int metric)
{
    const int64_t newest = h->n_weeks - 1;
    const int64_t n = newest < RECENT_WEEKS ? newest : RECENT_WEEKS;
    double sum = 0.0;
    for (int64_t i = 1; i <= n; i++) sum += ptl_change_value(m, newest - i, metric);
    return n > 0 ? sum / (double)n : 0.0;
}

/* Revenue or contribution that one unit of a metric stands for; not positive: not asked. */
static double worth_of(const ptl_change_history *h, const ptl_change_member *m, int metric)
{
    const double price = recent_mean(h, m, PTL_CHANGE_PRICE);
    switch (metric) {
    case PTL_CHANGE_ORDERS:
        return price;
    case PTL_CHANGE_RATE:
        return m->has_volume ? price * recent_mean(h, m, PTL_CHANGE_VOLUME) : 0.0;
    case PTL_CHANGE_PRICE:
        return recent_mean(h, m, PTL_CHANGE_ORDERS);
    default:
        return 1.0;
    }
}

static bool has_any(const ptl_change_history *h, const ptl_change_member *m, int metric)
{
    for (int64_t w = 0; w < h->n_weeks; w++)
        if (ptl_change_value(m, w, metric) != 0.0) return true;
    return false;
}

static ptl_status add_cell(question *q, int64_t member, int metric, ptl_arena *arena,
                           ptl_error *err)
{
    const ptl_change_history *h = q->h;
    const ptl_change_member *m = &h->members[member];
    const double worth = worth_of(h, m, metric);
    if (!(worth > 0.0) || !has_any(h, m, metric)) return PTL_OK;
    double *y = ptl_arena_array(arena, h->n_weeks, sizeof *y, err);
    if (!y) return PTL_E_NO_MEMORY;
    for (int64_t w = 0; w < h->n_weeks; w++) y[w] = ptl_change_value(m, w, metric);
    q->of_member[member * PTL_CHANGE_N_METRICS + metric] = q->n_cells;
    q->cells[q->n_cells++] =
        (ptl_change_cell){y, metric, (int32_t)member - 1, q->least / worth, worth};
    return PTL_OK;
}

static ptl_status add_cells(question *q, int from, int to, ptl_arena *arena, ptl_error *err)
{
    for (int64_t member = 0; member < q->h->n_members; member++)
        for (int metric = from; metric < to; metric++)
            PTL_TRY(add_cell(q, member, metric, arena, err));
    return PTL_OK;
}

static ptl_status prepare(question *q, ptl_arena *arena, ptl_error *err)
{
    const int64_t n = q->h->n_members * PTL_CHANGE_N_METRICS;
    q->cells = ptl_arena_array(arena, n, sizeof *q->cells, err);
    q->answers = ptl_arena_array(arena, n, sizeof *q->answers, err);
    q->of_member = ptl_arena_array(arena, n, sizeof *q->of_member, err);
    if (!q->cells || !q->answers || !q->of_member) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < n; i++) q->of_member[i] = -1;
    PTL_TRY(add_cells(q, 0, PTL_CHANGE_N_ASKED, arena, err));
    q->n_asked = q->n_cells;
    return add_cells(q, PTL_CHANGE_N_ASKED, PTL_CHANGE_N_METRICS, arena, err);
}

/* The cells that are asked, then those that only need an expectation and must not count as asked.
 */
static ptl_status ask(ptl_change_result *result, question *q, ptl_arena *arena, ptl_error *err)
{
    ptl_change_result unused;
    const int64_t n_weeks = q->h->n_weeks, n_rest = q->n_cells - q->n_asked;
    const int64_t work_n = ptl_change_work_n(q->n_cells, n_weeks, NULL);
    double *work = ptl_arena_array(arena, work_n, sizeof *work, err);
    if (!work) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_change_find(result, q->answers, q->cells, q->n_asked, n_weeks, NULL, work, err));
    return ptl_change_find(&unused, q->answers + q->n_asked, q->cells + q->n_asked, n_rest, n_weeks,
                           NULL, work, err);
}

/* --- the split -------------------------------------------------------------------------------- */

static int64_t rounded(double x)
{
    return isfinite(x) ? (int64_t)llround(x) : 0;
}

/* What was expected of a member's metric; nothing where nothing could be. */
static double expected_of(const question *q, int64_t member, int metric)
{
    const int64_t cell = q->of_member[member * PTL_CHANGE_N_METRICS + metric];
    const double point = cell < 0 ? 0.0 : q->answers[cell].expected.point;
    return isfinite(point) ? point : 0.0;
}

static int64_t count_expected(const question *q, int64_t member, int metric)
{
    const int64_t n = rounded(expected_of(q, member, metric));
    return n > 0 ? n : 0;
}

static int64_t not_negative(int64_t n)
{
    return n > 0 ? n : 0;
}

static void flows_of(ptl_change_flow *before, ptl_change_flow *now, const question *q,
                     int64_t member, bool by_volume)
{
    const ptl_change_week *w = &q->h->members[member].weeks[q->h->n_weeks - 1];
    *before = (ptl_change_flow){0, count_expected(q, member, PTL_CHANGE_ORDERS),
                                rounded(1e6 * expected_of(q, member, PTL_CHANGE_REVENUE))};
    *now = (ptl_change_flow){0, not_negative(w->orders), w->revenue_micros};
    before->volume = by_volume ? count_expected(q, member, PTL_CHANGE_VOLUME) : before->count;
    now->volume = by_volume ? w->volume : now->count;
}

/* The company is split over its channels by orders: only those are counted alike in all. */
static ptl_status split_company(ptl_changed *c, const question *q, ptl_arena *arena, ptl_error *err)
{
    const int64_t n = q->h->n_channels;
    ptl_change_flow *before = ptl_arena_array(arena, n + 1, sizeof *before, err);
    ptl_change_flow *now = ptl_arena_array(arena, n + 1, sizeof *now, err);
    if (!before || !now) return PTL_E_NO_MEMORY;
    for (int64_t k = 0; k < n; k++) flows_of(&before[k], &now[k], q, k + 1, false);
    return ptl_change_split(&c->parts, before, now, n, err);
}

static ptl_status split(ptl_changed *c, const question *q, int64_t member, ptl_arena *arena,
                        ptl_error *err)
{
    const ptl_change_member *m = &q->h->members[member];
    const ptl_change_week *w = &m->weeks[q->h->n_weeks - 1];
    ptl_change_flow before, now;
    flows_of(&before, &now, q, member, m->has_volume);
    if (member == 0)
        PTL_TRY(split_company(c, q, arena, err));
    else
        PTL_TRY(ptl_change_split(&c->parts, &before, &now, 1, err));
    c->revenue_micros = now.micros - before.micros;
    c->apart_micros =
        c->revenue_micros - c->parts.volume - c->parts.mix - c->parts.rate - c->parts.price;
    c->cost_micros = rounded(1e6 * expected_of(q, member, PTL_CHANGE_COST)) - w->variable_micros;
    c->media_micros = rounded(1e6 * expected_of(q, member, PTL_CHANGE_MEDIA)) - w->media_micros;
    c->cm2_micros = c->revenue_micros + c->cost_micros + c->media_micros;
    c->unexplained_micros = c->cm2_micros;
    return PTL_OK;
}

/* --- the findings ----------------------------------------------------------------------------- */

static const char *label_of(const ptl_change_member *m, const ptl_workspace *workspace)
{
    if (m->dimension[0] == 0) return workspace->company;
    if (strcmp(m->dimension, "channel") != 0) return m->name;
    const ptl_channel_config *channel =
        m->name[0] ? ptl_workspace_channel(workspace, ptl_text_of(m->name)) : NULL;
    return channel ? channel->label : m->name[0] ? m->name : "No channel recorded";
}

static const char *unit_of(const ptl_change_member *m, int metric, const char *currency)
{
    if (metric == PTL_CHANGE_ORDERS) return "orders";
    if (metric != PTL_CHANGE_RATE) return currency;
    return strcmp(m->dimension, "channel") == 0 ? "orders a click" : "orders a customer";
}

static ptl_status describe(ptl_changed *out, const question *q, int64_t cell,
                           const ptl_workspace *workspace, ptl_arena *arena, ptl_error *err)
{
    enum { YEAR_WEEKS = 52 };
    const ptl_change_cell *c = &q->cells[cell];
    const ptl_change_answer *a = &q->answers[cell];
    const int64_t newest = q->h->n_weeks - 1, member = (int64_t)c->member + 1;
    const ptl_change_member *m = &q->h->members[member];
    *out = (ptl_changed){.metric = ptl_change_metric_name(c->metric),
                         .dimension = m->dimension,
                         .member = m->name,
                         .label = label_of(m, workspace),
                         .unit = unit_of(m, c->metric, workspace->currency),
                         .value = c->y[newest],
                         .expected = a->expected,
                         .change = a->change,
                         .chance = a->chance,
                         .year_before = newest >= YEAR_WEEKS ? c->y[newest - YEAR_WEEKS] : PTL_NAN};
    return split(out, q, member, arena, err);
}

ptl_status ptl_change_run(ptl_changes *out, ptl_store *store, const ptl_workspace *workspace,
                          const ptl_change_options_run *options, ptl_arena *arena, ptl_error *err)
{
    ptl_change_history h;
    question q = {.h = &h};
    ptl_change_result result;
    const ptl_instant known = options->has_as_of
                                  ? ptl_zone_day_start(workspace->zone, options->as_of + 1) - 1
                                  : PTL_INSTANT_EVER;
    *out = (ptl_changes){.run_id = options->run_id, .verdict = PTL_NOT_IDENTIFIED};
    PTL_TRY(ptl_change_history_read(&h, store, workspace, options->run_id, known, arena, err));
    if (h.n_weeks == 0) return PTL_OK;
    out->from = h.first + (ptl_day)(7 * (h.n_weeks - 1));
    out->to = out->from + 6;
    q.least =
        workspace->review.least_change / 100.0 * recent_mean(&h, &h.members[0], PTL_CHANGE_REVENUE);
    if (!(q.least >= 0.0)) q.least = 0.0; /* weeks of refunds alone */
    out->least = q.least;
    PTL_TRY(prepare(&q, arena, err));
    PTL_TRY(ask(&result, &q, arena, err));
    out->verdict = result.verdict;
    out->n_asked = result.n_asked;
    for (; out->n_found < result.n_found; out->n_found++)
        PTL_TRY(describe(&out->found[out->n_found], &q, result.found[out->n_found], workspace,
                         arena, err));
    PTL_TRY(ptl_change_explain(out, store, workspace->currency, arena, err));
    return ptl_change_write(out, store, workspace->currency, err);
}
