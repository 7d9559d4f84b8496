/* attribution_credit.c: methods side by side, and what hangs on the choice of one. */
#include "pages/attribution_internal.h"

#include <math.h>
#include <string.h>

static const char *band_words(const ptl_journeys_view *v)
{
    return ptl_page_words(v->page, "bands hold %.0f%%, persons resampled",
                          100.0 * v->told->probability);
}

static const char *quantity_word(const ptl_journeys_view *v)
{
    return v->told->has_value ? ptl_show_currency(v->workspace->currency) : "conversions";
}

/* A point in the digits that its interval allows. */
static const char *shown(const ptl_journeys_view *v, const ptl_told *t)
{
    ptl_show_value(ptl_page_say(v->page), t->point,
                   ptl_show_digits(t->point, t->low, t->high, v->unit), v->unit,
                   v->page->setting.currency, false);
    return ptl_page_said(v->page);
}

static ptl_page_chart chart_of(const ptl_journeys_view *v)
{
    return (ptl_page_chart){.band = band_words(v),
                            .probability = v->told->probability,
                            .unit = v->unit,
                            .noun = v->unit == PTL_UNIT_COUNT ? "conversions" : NULL,
                            .evidence = ptl_page_words(v->page, "Journeys, %s, grade E", v->run),
                            .verdict = "converged",
                            .run = v->run};
}

/* --- the channel on which most hangs ---------------------------------------------------------- */

static const char *stake_title(const ptl_journeys_view *v, const ptl_told_stake *s)
{
    const char *least = shown(v, &s->channel->of[s->least][v->outcome]);
    const char *most = shown(v, &s->channel->of[s->most][v->outcome]);
    return ptl_page_words(v->page, "%s is credited with %s to %s, depending on the method",
                          ptl_journeys_label(v, s->channel->name), least, most);
}

static void put_method_point(const ptl_journeys_view *v, ptl_json *j, const ptl_told_channel *c,
                             int32_t m)
{
    const ptl_told *t = &c->of[m][v->outcome];
    ptl_json_object(j);
    ptl_json_put_string(j, "label", ptl_journeys_method(v, m));
    ptl_json_put_double(j, "value", t->point);
    ptl_json_put_double(j, "lo", t->low);
    ptl_json_put_double(j, "hi", t->high);
    ptl_json_put_string(j, "verdict", isnan(t->point) ? "not identified" : v->told->verdicts[m]);
    ptl_json_put_string(j, "run", v->run);
    if (isnan(t->point)) ptl_json_put_bool(j, "not_identified", true);
    ptl_json_object_end(j);
}

static void put_stake_chart(const ptl_journeys_view *v, const ptl_told_stake *s)
{
    static const ptl_page_column columns[] = {
        {"Method", false, false}, {"Is credited with", true, false}, {"Verdict", false, false}};
    ptl_page_chart chart = chart_of(v);
    chart.kind = PTL_CHART_ROWS;
    chart.id = "stake";
    chart.title = stake_title(v, s);
    chart.quantity = ptl_page_words(v->page, "Journey credit of one channel by method, %s, grade E",
                                    quantity_word(v));
    ptl_json *j = ptl_page_chart_open(v->page, &chart);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    ptl_json_key(j, "rows");
    ptl_json_array(j);
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++)
        if (v->told->verdicts[m]) put_method_point(v, j, s->channel, m);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    ptl_page_table(v->page, NULL, NULL, columns, 3);
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++) {
        if (!v->told->verdicts[m]) continue;
        const ptl_estimate e = ptl_journeys_estimate(v, &s->channel->of[m][v->outcome]);
        ptl_page_row(v->page, ptl_journeys_method(v, m));
        ptl_page_cell_estimate(v->page, &e, v->unit);
        ptl_page_cell(v->page, v->told->verdicts[m], NULL);
        ptl_page_row_end(v->page);
    }
    ptl_page_table_end(v->page);
    ptl_page_chart_end(v->page);
}

/* --- what hangs on it ------------------------------------------------------------------------- */

/* The two methods that differ most, over all channels. */
static double farthest(const ptl_journeys_view *v, int32_t *a, int32_t *b)
{
    double most = -1.0;
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++)
        for (int32_t k = m + 1; k < PTL_TOLD_METHODS; k++) {
            const double d = ptl_told_distance(v->told, m, k, v->outcome);
            if (!(d > most)) continue;
            most = d;
            *a = m;
            *b = k;
        }
    return most;
}

static void put_distance(const ptl_journeys_view *v)
{
    int32_t a = 0, b = 0;
    const double distance = farthest(v, &a, &b);
    if (!(distance > 0.0)) return;
    const ptl_page_figure figure = {
        .key = "distance",
        .what = "journey credit that changes channel between the two methods furthest apart",
        .value = distance,
        .low = PTL_NAN,
        .high = PTL_NAN,
        .probability = PTL_NAN,
        .unit = v->unit,
        .verdict = "counted",
        .kind = "estimated",
        .grade = "E",
        .run = v->run,
        .window = v->window,
        .repeat = v->again};
    ptl_page_html(v->page, "<p>Between ");
    ptl_page_text(v->page, ptl_told_methods[a].label);
    ptl_page_html(v->page, " and ");
    ptl_page_text(v->page, ptl_told_methods[b].label);
    ptl_page_html(v->page, ", the two furthest apart, ");
    ptl_page_cite(v->page, &figure, "");
    ptl_page_html(v->page, " of journey credit changes channel. Methods are conventions: where "
                           "money hangs on the choice, an experiment decides.</p>\n");
}

static void put_end(const ptl_journeys_view *v, const ptl_told_stake *s, int32_t method)
{
    const ptl_estimate e = ptl_journeys_estimate(v, &s->channel->of[method][v->outcome]);
    ptl_page_cell_estimate(v->page, &e, v->unit);
    ptl_page_cell(v->page, ptl_journeys_method(v, method), NULL);
}

static void put_stake_row(const ptl_journeys_view *v, const ptl_told_stake *s)
{
    const ptl_told *most = &s->channel->of[s->most][v->outcome];
    const ptl_told spread = {s->spread, s->spread - (most->point - most->low),
                             s->spread + (most->high - most->point)}; /* for its digits */
    ptl_page_row(v->page, ptl_journeys_label(v, s->channel->name));
    put_end(v, s, s->least);
    put_end(v, s, s->most);
    ptl_page_cell(v->page, shown(v, &spread), ptl_page_words(v->page, "%.6g", s->spread));
    ptl_page_row_end(v->page);
}

void ptl_journeys_put_stakes(const ptl_journeys_view *v)
{
    static const ptl_page_column columns[] = {{"Channel", false, true},   {"Least", true, true},
                                              {"Least by", false, false}, {"Most", true, true},
                                              {"Most by", false, false},  {"At stake", true, true}};
    if (v->n_stakes < 2) return;
    ptl_page_section(v->page, "Where methods disagree",
                     ptl_page_words(v->page, "%s, %.0f%% intervals, grade E", quantity_word(v),
                                    100.0 * v->told->probability));
    put_distance(v);
    ptl_page_table(v->page, "stake", "The least and the most that a channel is credited with",
                   columns, 6);
    for (int64_t i = 0; i < v->n_stakes && i < PTL_SHOWN_ROWS; i++) put_stake_row(v, &v->stakes[i]);
    ptl_page_table_end(v->page);
    if (v->n_stakes > PTL_SHOWN_ROWS)
        ptl_page_html(v->page, "<p class=\"fine\">Channels with less at stake are in attribution "
                               "show --json.</p>\n");
    put_stake_chart(v, &v->stakes[0]);
    ptl_page_section_end(v->page);
}

/* --- side by side ----------------------------------------------------------------------------- */

/* The interval below its point, so that five channels stand beside each other. */
static void put_share(const ptl_journeys_view *v, const ptl_told *t)
{
    ptl_buffer *out = &v->page->body;
    const ptl_digits digits = ptl_show_digits(t->point, t->low, t->high, PTL_UNIT_SHARE);
    ptl_page_cell_open(v->page, isnan(t->point) ? "" : ptl_page_words(v->page, "%.6g", t->point));
    ptl_show_value(out, t->point, digits, PTL_UNIT_SHARE, "", false);
    if (t->low <= t->high) {
        ptl_page_html(v->page, " <br><span class=\"interval\">");
        ptl_show_range(out, t->low, t->high, digits);
        ptl_page_html(v->page, "</span>");
    }
    ptl_page_cell_close(v->page);
}

static void put_method_row(const ptl_journeys_view *v, int32_t m, int64_t n)
{
    ptl_page_row(v->page, ptl_journeys_method(v, m));
    for (int64_t i = 0; i < n; i++) put_share(v, &v->told->channels[i].of[m][PTL_TOLD_SHARE]);
    ptl_page_row_end(v->page);
}

/* A model with a baseline credits part of the touched conversions to no touch at all. */
static void put_baseline(const ptl_journeys_view *v)
{
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++) {
        const ptl_estimate e = ptl_journeys_estimate(v, &v->told->baseline.of[m][PTL_TOLD_SHARE]);
        if (isnan(e.point)) continue;
        ptl_page_html(v->page, "<p class=\"note\">");
        ptl_page_printf(v->page, "By the %s, ", ptl_told_methods[m].label);
        ptl_show_estimate(&v->page->body, &e, PTL_UNIT_SHARE, "", false);
        ptl_page_html(v->page, " belongs to its baseline: what would have come without any "
                               "touch's help. No channel is credited with that.</p>\n");
    }
}

void ptl_journeys_put_methods(const ptl_journeys_view *v)
{
    ptl_page_column columns[PTL_SHOWN_CHANNELS + 1] = {{"Method", false, false}};
    const int64_t n =
        v->told->n_channels < PTL_SHOWN_CHANNELS ? v->told->n_channels : PTL_SHOWN_CHANNELS;
    for (int64_t i = 0; i < n; i++)
        columns[i + 1] =
            (ptl_page_column){ptl_journeys_label(v, v->told->channels[i].name), true, true};
    ptl_page_section(v->page, "Methods side by side",
                     ptl_page_words(v->page,
                                    "share of touched conversions, %.0f%% intervals, "
                                    "grade E",
                                    100.0 * v->told->probability));
    ptl_page_table(v->page, "methods",
                   ptl_page_words(v->page,
                                  "What each channel is credited with of the %s "
                                  "conversions that followed a touch",
                                  v->goal),
                   columns, (int32_t)n + 1);
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++)
        if (v->told->verdicts[m]) put_method_row(v, m, n);
    ptl_page_table_end(v->page);
    put_baseline(v);
    if (v->told->n_channels > n) {
        ptl_page_html(v->page, "<p class=\"fine\">");
        ptl_page_printf(v->page, "The %lld channels with most of %lld; every one is in %s --json.",
                        (long long)n, (long long)v->told->n_channels, v->again);
        ptl_page_html(v->page, "</p>\n");
    }
    ptl_page_section_end(v->page);
}
