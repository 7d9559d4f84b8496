/* mix_charts.c: the charts of the mix model's page, each with its table. */
#include "base/show.h"
#include "decide/media_plan.h"
#include "pages/mix_internal.h"

#include <math.h>
#include <string.h>

static const char *run_of(ptl_mix_page *m)
{
    return ptl_page_words(m->page, "run %lld", (long long)m->fit.run_id);
}

static const char *value_text(ptl_mix_page *m, double value, ptl_unit unit)
{
    ptl_show_value(ptl_page_say(m->page), value, ptl_show_digits(value, PTL_NAN, PTL_NAN, unit),
                   unit, m->workspace->currency, false);
    return ptl_page_said(m->page);
}

static const char *estimate_text(ptl_mix_page *m, ptl_estimate e, ptl_unit unit)
{
    ptl_show_estimate(ptl_page_say(m->page), &e, unit, m->workspace->currency, false);
    return ptl_page_said(m->page);
}

static const char *behind(const ptl_mix_page *m, int64_t c)
{
    if (!ptl_mix_page_spoke(m, c)) return "not identified";
    return m->fit.result.channel[c].grade == 'C' ? "held by a test" : "model alone";
}

static const char *mark_of(const ptl_mix_page *m, int64_t c)
{
    if (!ptl_mix_page_spoke(m, c)) return "unidentified";
    return m->fit.result.channel[c].grade == 'C' ? "holds" : "look";
}

/* --- how each channel answers spend ----------------------------------------------------------- */

/* Largest week of spend over the mean of the weeks: beyond it the curve was never seen. */
static double seen_factor(const ptl_mix_page *m, int64_t c)
{
    const ptl_mix_data *d = &m->fit.panel.data;
    double largest = 0.0;
    for (int64_t w = 0; w < d->n_weeks; w++) {
        double week = 0.0;
        for (int64_t g = 0; g < d->n_geos; g++)
            week += d->spend[(c * d->n_geos + g) * d->n_weeks + w];
        largest = fmax(largest, week);
    }
    const double mean = m->fit.result.channel[c].spend / (double)d->n_weeks;
    return mean > 0.0 ? largest / mean : 0.0;
}

static void put_curve_points(ptl_mix_page *m, ptl_json *j, int64_t c)
{
    const ptl_mix_channel_result *r = &m->fit.result.channel[c];
    const double weeks = (double)m->fit.panel.data.n_weeks, spend = r->spend / weeks,
                 seen = seen_factor(m, c);
    ptl_json_key(j, "points");
    ptl_json_array(j);
    for (int k = 0; k < PTL_MIX_CURVE_POINTS; k++) {
        const double factor = 2.0 * k / (PTL_MIX_CURVE_POINTS - 1);
        const ptl_estimate e = ptl_mix_page_scaled(m, r->curve[k], 1.0 / weeks);
        ptl_json_object(j);
        ptl_json_put_double(j, "spend", factor * spend);
        ptl_json_put_double(j, "value", e.point);
        ptl_json_put_double(j, "lo", e.low);
        ptl_json_put_double(j, "hi", e.high);
        ptl_json_put_bool(j, "seen", factor <= seen);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

static void put_curve_table(ptl_mix_page *m, int64_t c)
{
    static const ptl_page_column columns[] = {{"Spend a week", true, false},
                                              {"Outcome a week", true, false}};
    const ptl_mix_channel_result *r = &m->fit.result.channel[c];
    const double weeks = (double)m->fit.panel.data.n_weeks, spend = r->spend / weeks;
    ptl_page_table(m->page, NULL, NULL, columns, 2);
    for (int k = 0; k < PTL_MIX_CURVE_POINTS; k += 2) {
        const ptl_estimate e = ptl_mix_page_scaled(m, r->curve[k], 1.0 / weeks);
        ptl_page_row(m->page,
                     value_text(m, 2.0 * k / (PTL_MIX_CURVE_POINTS - 1) * spend, PTL_UNIT_MONEY));
        ptl_page_cell_estimate(m->page, &e, PTL_UNIT_MONEY);
        ptl_page_row_end(m->page);
    }
    ptl_page_table_end(m->page);
}

static void put_curve(ptl_mix_page *m, int64_t c)
{
    const ptl_mix_channel_result *r = &m->fit.result.channel[c];
    const double weeks = (double)m->fit.panel.data.n_weeks, spend = r->spend / weeks;
    const bool spoke = ptl_mix_page_spoke(m, c);
    ptl_page *p = m->page;
    const ptl_page_chart chart = {
        .kind = PTL_CHART_CURVE,
        .id = ptl_page_words(p, "curve-%lld", (long long)c),
        .title = m->fit.panel.channel_label[c],
        .quantity = spoke ? ptl_page_words(p, "next euro returns %s",
                                           estimate_text(m, ptl_mix_page_scaled(m, r->mroi, 1.0),
                                                         PTL_UNIT_RETURN))
                          : "the data did not speak",
        .probability = 0.9,
        .unit = PTL_UNIT_MONEY,
        .evidence = behind(m, c),
        .verdict = spoke ? ptl_verdict_text(r->verdict) : "not identified",
        .run = run_of(m)};
    ptl_json *j = ptl_page_chart_open(p, &chart);
    ptl_json_put_bool(j, "small", true);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    if (spoke) {
        put_curve_points(m, j, c);
    } else {
        ptl_json_key(j, "points");
        ptl_json_array(j);
        ptl_json_array_end(j);
    }
    ptl_json_object_end(j);
    ptl_json_key(j, "now");
    ptl_json_object(j);
    ptl_json_put_double(j, "spend", spend);
    ptl_json_put_double(
        j, "value",
        spoke ? ptl_mix_page_scaled(m, r->curve[PTL_MIX_CURVE_POINTS / 2], 1.0 / weeks).point
              : PTL_NAN);
    ptl_json_object_end(j);
    ptl_json_put_double(j, "break_even", 1.0);
    ptl_json_put_string(j, "verdict", chart.verdict);
    ptl_json_put_string(j, "run", chart.run);
    if (!spoke) ptl_json_put_string(j, "not_identified", "the data did not speak");
    if (spoke) put_curve_table(m, c);
    ptl_page_chart_end(p);
}

void ptl_mix_page_curves(ptl_mix_page *m)
{
    ptl_page *p = m->page;
    ptl_page_section(p, "How each channel answers spend",
                     "axes differ: compare each curve with its break-even line");
    ptl_page_html(p, "<div class=\"three\">\n");
    for (int64_t c = 0; c < m->fit.panel.data.n_channels; c++)
        if (ptl_mix_page_spoke(m, c)) put_curve(m, c);
    ptl_page_html(p, "</div>\n");
    const char *comma = "";
    ptl_buffer *b = ptl_page_say(p);
    for (int64_t c = 0; c < m->fit.panel.data.n_channels; c++)
        if (ptl_mix_page_is_paid(m, c) && !ptl_mix_page_spoke(m, c)) {
            ptl_buffer_printf(b, "%s%s", comma, m->fit.panel.channel_label[c]);
            comma = ", ";
        }
    if (*comma) {
        ptl_page_html(p, "<p class=\"note\">");
        ptl_page_text(p, ptl_page_said(p));
        ptl_page_html(p, ": the data did not speak, so no curve is drawn. A test would settle it: "
                         "<code>portolan experiment next</code>.</p>\n");
    }
    ptl_page_section_end(p);
}

/* --- what a euro brings back ------------------------------------------------------------------ */

static const char *sensitivity_of(ptl_mix_page *m, int64_t c)
{
    const ptl_mix_channel_result *r = &m->fit.result.channel[c];
    if (!ptl_mix_page_spoke(m, c) || r->grade != 'D' || !(r->sensitivity >= 0.0)) return NULL;
    if (r->sensitivity == 0.0)
        return "It does not bring itself back, even if all of this is its work.";
    return ptl_page_words(m->page,
                          "A hidden driver behind %.0f%% of what is unexplained would bring it to "
                          "break-even.",
                          100.0 * r->sensitivity);
}

static void put_return(ptl_mix_page *m, ptl_json *j, int64_t c)
{
    const ptl_mix_channel_result *r = &m->fit.result.channel[c];
    const bool spoke = ptl_mix_page_spoke(m, c);
    const ptl_estimate roi = ptl_mix_page_scaled(m, r->roi, 1.0);
    const char *second = sensitivity_of(m, c);
    ptl_json_object(j);
    ptl_json_put_string(j, "label", m->fit.panel.channel_label[c]);
    if (second) ptl_json_put_string(j, "second", second);
    ptl_json_put_double(j, "value", spoke ? roi.point : PTL_NAN);
    ptl_json_put_double(j, "lo", spoke ? roi.low : PTL_NAN);
    ptl_json_put_double(j, "hi", spoke ? roi.high : PTL_NAN);
    if (spoke) ptl_json_put_double(j, "next", r->mroi.point * m->margin);
    if (!spoke) ptl_json_put_bool(j, "not_identified", true);
    ptl_json_put_string(j, "verdict", behind(m, c));
    ptl_json_put_string(j, "mark", mark_of(m, c));
    ptl_json_put_string(j, "run", run_of(m));
    ptl_json_object_end(j);
}

static void cite_return(ptl_mix_page *m, int64_t c, const char *key, const char *what,
                        ptl_estimate revenue)
{
    const ptl_mix_channel_result *r = &m->fit.result.channel[c];
    const char grade[2] = {r->grade, '\0'};
    const ptl_estimate e = ptl_mix_page_scaled(m, revenue, 1.0);
    const ptl_page_figure f = {
        .key = key,
        .what = ptl_page_words(m->page, "%s, %s", what, m->fit.panel.channel_label[c]),
        .value = e.point,
        .low = e.low,
        .high = e.high,
        .probability = e.probability,
        .unit = PTL_UNIT_RETURN,
        .verdict = ptl_verdict_text(r->verdict),
        .kind = "estimated",
        .grade = grade,
        .reference = "break-even",
        .reference_value = 1.0,
        .run = run_of(m),
        .window =
            ptl_page_words(m->page, "%lld weeks, %lld %s", (long long)m->fit.panel.data.n_weeks,
                           (long long)m->fit.panel.data.n_geos,
                           m->fit.panel.data.n_geos == 1 ? "place" : "places"),
        .checks = sensitivity_of(m, c),
        .repeat =
            ptl_page_words(m->page, "portolan mix show --model %lld", (long long)m->fit.run_id)};
    ptl_page_cell_open(m->page, NULL);
    ptl_page_cite(m->page, &f, "");
    ptl_page_cell_close(m->page);
}

static void put_return_row(ptl_mix_page *m, int64_t c)
{
    const ptl_mix_channel_result *r = &m->fit.result.channel[c];
    ptl_page *p = m->page;
    ptl_page_row(p, m->fit.panel.channel_label[c]);
    ptl_page_cell(p, value_text(m, r->spend / (double)m->fit.panel.data.n_weeks, PTL_UNIT_MONEY),
                  NULL);
    if (ptl_mix_page_spoke(m, c)) {
        cite_return(m, c, ptl_page_words(p, "roi-%lld", (long long)c), "an average euro", r->roi);
        cite_return(m, c, ptl_page_words(p, "next-%lld", (long long)c), "the next euro", r->mroi);
    } else {
        ptl_page_cell(p, "none", NULL);
        ptl_page_cell(p, "none", NULL);
    }
    ptl_page_cell_mark(p, mark_of(m, c), behind(m, c));
    ptl_page_row_end(p);
}

void ptl_mix_page_returns(ptl_mix_page *m)
{
    static const ptl_page_column columns[] = {{"Channel", false, false},
                                              {"Spend a week", true, false},
                                              {"Average euro", true, false},
                                              {"Next euro", true, false},
                                              {"What stands behind it", false, false}};
    ptl_page *p = m->page;
    const ptl_page_chart chart = {
        .kind = PTL_CHART_ROWS,
        .id = "returns",
        .title = "An average euro with its interval; the tick is the next euro",
        .quantity = m->has_margin ? "Contribution before media for one of spend"
                                  : "Revenue for one of spend",
        .band = "bands hold 90%",
        .probability = 0.9,
        .unit = PTL_UNIT_RETURN,
        .evidence = ptl_page_words(p, "Mix model %lld", (long long)m->fit.run_id),
        .verdict = ptl_verdict_text(m->fit.result.verdict),
        .run = run_of(m)};
    ptl_page_section(p, "What a euro brings back", "average and next, 90% interval");
    ptl_json *j = ptl_page_chart_open(p, &chart);
    ptl_json_key(j, "reference");
    ptl_json_object(j);
    ptl_json_put_double(j, "value", 1.0);
    ptl_json_put_string(j, "label", "1 breaks even");
    ptl_json_object_end(j);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    ptl_json_key(j, "rows");
    ptl_json_array(j);
    for (int silent = 0; silent < 2; silent++) /* those with a figure first */
        for (int64_t c = 0; c < m->fit.panel.data.n_channels; c++)
            if (ptl_mix_page_is_paid(m, c) && ptl_mix_page_spoke(m, c) != silent)
                put_return(m, j, c);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    ptl_page_chart_end(p);
    ptl_page_table(p, "returns", NULL, columns, 5);
    for (int silent = 0; silent < 2; silent++)
        for (int64_t c = 0; c < m->fit.panel.data.n_channels; c++)
            if (ptl_mix_page_is_paid(m, c) && ptl_mix_page_spoke(m, c) != silent)
                put_return_row(m, c);
    ptl_page_table_end(p);
    ptl_page_section_end(p);
}

/* --- where the revenue came from -------------------------------------------------------------- */

static void put_step(ptl_mix_page *m, ptl_json *j, const char *label, ptl_estimate e,
                     const char *kind, const char *verdict)
{
    ptl_json_object(j);
    ptl_json_put_string(j, "label", label);
    ptl_json_put_double(j, "value", e.point);
    ptl_json_put_double(j, "lo", e.low);
    ptl_json_put_double(j, "hi", e.high);
    ptl_json_put_string(j, "kind", kind);
    ptl_json_put_string(j, "verdict", verdict);
    ptl_json_put_string(j, "run", run_of(m));
    ptl_json_object_end(j);
}

static ptl_estimate counted(double value)
{
    return (ptl_estimate){value, PTL_NAN, PTL_NAN, PTL_NAN};
}

static void put_step_row(ptl_mix_page *m, const char *label, ptl_estimate e)
{
    ptl_page_row(m->page, label);
    ptl_page_cell_estimate(m->page, &e, PTL_UNIT_MONEY);
    ptl_page_row_end(m->page);
}

/* Baseline, each channel on which the data spoke, the rest, and what was counted: exactly. */
static void put_steps(ptl_mix_page *m, ptl_json *j)
{
    const ptl_mix_result *r = &m->fit.result;
    double rest = r->outcome - r->baseline_share.point * r->outcome;
    ptl_json_key(j, "steps");
    ptl_json_array(j);
    put_step(m, j, "Baseline", counted(r->baseline_share.point * r->outcome), "total", "estimated");
    for (int64_t c = 0; c < m->fit.panel.data.n_channels; c++) {
        if (!ptl_mix_page_spoke(m, c)) continue;
        put_step(m, j, m->fit.panel.channel_label[c], r->channel[c].contribution, "step",
                 ptl_verdict_text(r->channel[c].verdict));
        rest -= r->channel[c].contribution.point;
    }
    put_step(m, j, "Not identified, unexplained", counted(rest), "unexplained", "not identified");
    put_step(m, j, "Counted", counted(r->outcome), "total", "counted");
    ptl_json_array_end(j);
}

static void put_steps_table(ptl_mix_page *m)
{
    static const ptl_page_column columns[] = {{"What", false, false},
                                              {"Revenue, 90%", true, false}};
    const ptl_mix_result *r = &m->fit.result;
    double rest = r->outcome - r->baseline_share.point * r->outcome;
    ptl_page_table(m->page, NULL, NULL, columns, 2);
    put_step_row(m, "Baseline", counted(r->baseline_share.point * r->outcome));
    for (int64_t c = 0; c < m->fit.panel.data.n_channels; c++) {
        if (!ptl_mix_page_spoke(m, c)) continue;
        put_step_row(m, m->fit.panel.channel_label[c], r->channel[c].contribution);
        rest -= r->channel[c].contribution.point;
    }
    put_step_row(m, "Not identified, unexplained", counted(rest));
    put_step_row(m, "Counted", counted(r->outcome));
    ptl_page_table_end(m->page);
}

void ptl_mix_page_waterfall(ptl_mix_page *m)
{
    ptl_page *p = m->page;
    const ptl_page_chart chart = {
        .kind = PTL_CHART_WATERFALL,
        .id = "waterfall",
        .title = "From the baseline to what was counted",
        .quantity = ptl_page_words(p, "Revenue of the weeks, %s",
                                   ptl_show_currency(m->workspace->currency)),
        .band = "whiskers hold 90%",
        .probability = 0.9,
        .unit = PTL_UNIT_MONEY,
        .evidence = ptl_page_words(p, "Mix model %lld", (long long)m->fit.run_id),
        .verdict = ptl_verdict_text(m->fit.result.verdict),
        .run = run_of(m)};
    ptl_page_section(p, "Where the revenue came from", "goes with media; caused only where tested");
    ptl_json *j = ptl_page_chart_open(p, &chart);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    put_steps(m, j);
    ptl_json_object_end(j);
    put_steps_table(m);
    ptl_page_chart_end(p);
    ptl_page_section_end(p);
}
