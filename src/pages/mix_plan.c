/* mix_plan.c: what would follow from spending it differently: the best plan the model knows, within
 * 30 % of what was seen, and what it would be worth. Channels on which the data did not speak are
 * held. */
#include "base/show.h"
#include "decide/media_plan.h"
#include "pages/mix_internal.h"

#include <math.h>

enum { PLAN_WEEKS = 13 };

static const char *run_of(ptl_mix_page *m)
{
    return ptl_page_words(m->page, "run %lld", (long long)m->fit.run_id);
}

static void put_row(ptl_mix_page *m, ptl_json *j, const ptl_media_plan *p,
                    const ptl_budget_result *r, int64_t c)
{
    const double weeks = p->data.n_weeks, now = r->channel[c].spend_present / weeks,
                 then = r->channel[c].spend / weeks;
    ptl_json_object(j);
    ptl_json_put_string(j, "label", m->fit.panel.channel_label[p->channel[c].mix_idx]);
    ptl_json_put_double(j, "now", now);
    ptl_json_put_double(j, "what_if", then);
    ptl_json_put_double(j, "floor", fmin(0.7 * now, then));
    ptl_json_put_double(j, "ceiling", fmax(1.3 * now, then));
    if (p->limits[c].hold) ptl_json_put_string(j, "held", "held");
    ptl_json_put_string(j, "verdict", p->limits[c].hold ? "not identified" : "converged");
    ptl_json_put_string(j, "run", run_of(m));
    ptl_json_object_end(j);
}

static void put_table(ptl_mix_page *m, const ptl_media_plan *p, const ptl_budget_result *r)
{
    static const ptl_page_column columns[] = {{"Channel", false, false},
                                              {"Now", true, false},
                                              {"What if", true, false},
                                              {"Gain, 90%", true, false}};
    const double weeks = p->data.n_weeks;
    ptl_page_table(m->page, NULL, NULL, columns, 4);
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        ptl_page_row(m->page, m->fit.panel.channel_label[p->channel[c].mix_idx]);
        ptl_page_cell_money(m->page, (int64_t)llround(1e6 * r->channel[c].spend_present / weeks));
        ptl_page_cell_money(m->page, (int64_t)llround(1e6 * r->channel[c].spend / weeks));
        ptl_page_cell_estimate(m->page, &r->channel[c].gain, PTL_UNIT_MONEY);
        ptl_page_row_end(m->page);
    }
    ptl_page_table_end(m->page);
}

/* A bound, not a claim: weeks and risks couple. */
static const char *gap_words(ptl_page *page, const ptl_budget_result *r)
{
    const double gap = r->objective > 0 ? 100.0 * r->gap / r->objective : PTL_NAN;
    if (!(gap >= 0.01)) return "No plan within the limits is worth 0.01% more";
    return ptl_page_words(page, "No plan within the limits is worth %.2g%% more", gap);
}

static void put_chart(ptl_mix_page *m, const ptl_media_plan *p, const ptl_budget_result *r)
{
    ptl_page *page = m->page;
    const ptl_page_chart chart = {
        .kind = PTL_CHART_WHATIF,
        .id = "plan",
        .title = "The plan that is worth most within the limits",
        .quantity =
            ptl_page_words(page, "Spend a week, %s", ptl_show_currency(m->workspace->currency)),
        .band = "brackets are what was seen, give or take 30%",
        .probability = PTL_NAN,
        .unit = PTL_UNIT_MONEY,
        .evidence = gap_words(page, r),
        .verdict = ptl_verdict_text(r->verdict),
        .run = run_of(m)};
    ptl_json *j = ptl_page_chart_open(page, &chart);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    ptl_json_key(j, "rows");
    ptl_json_array(j);
    for (int64_t c = 0; c < p->data.n_channels; c++) put_row(m, j, p, r, c);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    put_table(m, p, r);
    ptl_page_chart_end(page);
}

static void put_gain(ptl_mix_page *m, const ptl_budget_result *r)
{
    ptl_page *page = m->page;
    const ptl_page_figure f = {
        .key = "gain",
        .what = ptl_page_words(page, "gain of the plan over the present one, %d weeks", PLAN_WEEKS),
        .value = r->gain.point,
        .low = r->gain.low,
        .high = r->gain.high,
        .probability = r->gain.probability,
        .unit = PTL_UNIT_MONEY,
        .is_signed = true,
        .verdict = ptl_verdict_text(r->verdict),
        .kind = "forecast",
        .grade = m->fit.panel.n_experiments > 0 ? "C" : "D",
        .reference = "0",
        .run = run_of(m),
        .window = "judged on draws that did not choose the plan",
        .repeat = ptl_page_words(page, "portolan budget optimize --weeks %d", PLAN_WEEKS)};
    ptl_page_html(page, "<p>Over 13 weeks it is expected to bring ");
    ptl_page_cite(page, &f, "");
    ptl_page_html(page, " <span class=\"interval\">(90%: ");
    ptl_show_range(&page->body, r->gain.low, r->gain.high,
                   ptl_show_digits(r->gain.point, r->gain.low, r->gain.high, PTL_UNIT_MONEY));
    ptl_page_html(page, ")</span>. The chance that it does worse is ");
    ptl_show_chance(&page->body, r->p_loss);
    ptl_page_html(page, m->fit.panel.n_experiments > 0
                            ? ".</p>\n"
                            : ". No experiment holds it: the gain goes with the plan in the model, "
                              "it has not been caused yet.</p>\n");
}

ptl_status ptl_mix_page_plan(ptl_mix_page *m, ptl_error *err)
{
    const ptl_fitted_mix mix = {
        .data = &m->fit.panel.data, .channel = m->fit.panel.channel, .fit = &m->fit.result};
    ptl_media_plan *p = ptl_arena_alloc(m->arena, sizeof *p, err);
    if (!p) return PTL_E_NO_MEMORY;
    ptl_media_plan_options po = ptl_media_plan_options_default();
    po.margin = m->margin;
    po.n_weeks = PLAN_WEEKS;
    const ptl_status st = ptl_media_plan_make(p, &mix, NULL, &po, m->arena, err);
    if (st == PTL_E_CONFLICT || st == PTL_E_INVALID) { /* nothing can be planned: say so, go on */
        ptl_error_clear(err);
        return PTL_OK;
    }
    PTL_TRY(st);
    const ptl_budget_options bo = ptl_budget_options_default();
    const ptl_budget_work work = {.arena = m->arena};
    ptl_budget_result r;
    PTL_TRY(ptl_budget_solve(&r, &p->data, &bo, &work, err));
    ptl_page_section(m->page, "What if we spend it differently", "same total, 13 weeks");
    put_gain(m, &r);
    put_chart(m, p, &r);
    ptl_page_section_end(m->page);
    return PTL_OK;
}
