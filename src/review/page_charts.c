/* page_charts.c: the charts of the review, each with the table a reader without script sees. */
#include "review/json_internal.h"
#include "review/page_internal.h"

#include <stdio.h>

static double units(int64_t micros)
{
    return (double)micros / 1e6;
}

static const char *run_of(ptl_page *page, const ptl_review *r)
{
    return ptl_page_words(page, "run %lld", (long long)r->run_id);
}

static ptl_page_chart chart_of(ptl_page *page, const ptl_review *r)
{
    return (ptl_page_chart){.band = "the band holds 80%",
                            .probability = 0.8,
                            .unit = PTL_UNIT_MONEY,
                            .evidence =
                                ptl_page_words(page, "Run %lld, counted from %lld complete weeks",
                                               (long long)r->run_id, (long long)r->n_weeks),
                            .verdict = "counted",
                            .run = run_of(page, r)};
}

/* --- week by week ----------------------------------------------------------------------------- */

static void put_point(ptl_page *page, ptl_json *j, const ptl_review *r,
                      const ptl_review_period *week)
{
    int32_t year, number;
    ptl_iso_week(&year, &number, week->from + 3);
    ptl_json_object(j);
    ptl_json_put_string(j, "label", ptl_page_words(page, "Week %d", number));
    ptl_json_put_day(j, "start", week->from);
    ptl_json_put_day(j, "end", week->to);
    ptl_json_put_double(j, "actual", units(week->exact[PTL_CM2]));
    ptl_json_put_double(j, "expected", week->expected.point);
    ptl_json_put_double(j, "lo", week->expected.low);
    ptl_json_put_double(j, "hi", week->expected.high);
    ptl_json_put_string(j, "verdict", "counted");
    ptl_json_put_string(j, "run", run_of(page, r));
    ptl_json_object_end(j);
}

static void put_week_row(ptl_page *page, const ptl_review *r, const ptl_review_period *week)
{
    ptl_buffer *name = ptl_page_say(page);
    ptl_show_day(name, week->from, ptl_review_year(r));
    ptl_page_row(page, ptl_page_said(page));
    ptl_page_cell_money(page, week->exact[PTL_CM2]);
    ptl_page_cell_estimate(page, &week->expected, PTL_UNIT_MONEY);
    ptl_page_row_end(page);
}

void ptl_review_weeks_chart(ptl_page *page, const ptl_review *r)
{
    static const ptl_page_column columns[] = {
        {"Week from", false, false}, {"Actual", true, false}, {"Expected, 80%", true, false}};
    if (r->n_weeks == 0) return;
    ptl_page_chart chart = chart_of(page, r);
    ptl_review_headline(ptl_page_say(page), r);
    chart.kind = PTL_CHART_LINE;
    chart.id = "cm2-weekly";
    chart.title = ptl_page_said(page);
    chart.quantity = ptl_page_words(page, "Contribution after media, %s, by week",
                                    ptl_show_currency(r->workspace->currency));
    const int64_t first = r->n_weeks > 53 ? r->n_weeks - 53 : 0;
    ptl_json *j = ptl_page_chart_open(page, &chart);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    ptl_json_key(j, "points");
    ptl_json_array(j);
    for (int64_t i = first; i < r->n_weeks; i++) put_point(page, j, r, &r->company.weeks[i]);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    ptl_page_table(page, NULL, NULL, columns, 3);
    for (int64_t i = first; i < r->n_weeks; i++) put_week_row(page, r, &r->company.weeks[i]);
    ptl_page_table_end(page);
    ptl_page_chart_end(page);
}

/* --- channels against their bands ------------------------------------------------------------- */

static const char *second_line(ptl_page *page, const ptl_review *r, const ptl_review_period *week)
{
    ptl_buffer *b = ptl_page_say(page);
    ptl_show_money_short(b, week->exact[PTL_CM2], r->workspace->currency, 3);
    if (ptl_review_against_band(week) == 2) {
        ptl_buffer_text(b, "; too few weeks for a band.");
    } else {
        ptl_buffer_text(b, " against ");
        ptl_show_money_short(b, (int64_t)(week->expected.point * 1e6), r->workspace->currency, 3);
        ptl_buffer_text(b, " expected.");
    }
    return ptl_page_said(page);
}

static void put_row(ptl_page *page, ptl_json *j, const ptl_review *r, const ptl_review_line *line)
{
    static const char *const words[] = {"below its band", "as expected", "above its band"};
    const ptl_review_period *week = ptl_review_last_week(r, line);
    const int against = ptl_review_against_band(week);
    const double actual = units(week->exact[PTL_CM2]);
    const bool known = against != 2;
    ptl_json_object(j);
    ptl_json_put_string(j, "label", line->label);
    ptl_json_put_string(j, "second", second_line(page, r, week));
    ptl_json_put_double(j, "value", known ? actual - week->expected.point : PTL_NAN);
    ptl_json_put_double(j, "lo", known ? actual - week->expected.high : PTL_NAN);
    ptl_json_put_double(j, "hi", known ? actual - week->expected.low : PTL_NAN);
    ptl_json_put_string(j, "verdict", known ? words[against + 1] : "not identified");
    ptl_json_put_string(j, "mark", known ? against == 0 ? "holds" : "look" : "unidentified");
    if (!known) ptl_json_put_bool(j, "not_identified", true);
    ptl_json_put_string(j, "run", run_of(page, r));
    ptl_json_object_end(j);
}

static void put_channel_row(ptl_page *page, const ptl_review_line *line,
                            const ptl_review_period *week)
{
    ptl_page_row(page, line->label);
    ptl_page_cell_money(page, week->exact[PTL_CM2]);
    ptl_page_cell_estimate(page, &week->expected, PTL_UNIT_MONEY);
    ptl_page_row_end(page);
}

void ptl_review_channels_chart(ptl_page *page, const ptl_review *r)
{
    static const ptl_page_column columns[] = {
        {"Channel", false, false}, {"Actual", true, false}, {"Expected, 80%", true, false}};
    ptl_page_chart chart = chart_of(page, r);
    chart.kind = PTL_CHART_ROWS;
    chart.id = "cm2-channels";
    chart.title = "Contribution after media by channel, against what the weeks before led one to "
                  "expect";
    chart.quantity = ptl_page_words(page, "Actual minus expected, %s, last complete week",
                                    ptl_show_currency(r->workspace->currency));
    chart.band = "bands hold 80%";
    chart.is_signed = true;
    const int64_t n = ptl_review_rows_shown(r);
    ptl_json *j = ptl_page_chart_open(page, &chart);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    ptl_json_key(j, "rows");
    ptl_json_array(j);
    for (int64_t k = 0; k < n; k++) put_row(page, j, r, &r->channels[k]);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    ptl_page_table(page, NULL, NULL, columns, 3);
    for (int64_t k = 0; k < n; k++)
        put_channel_row(page, &r->channels[k], ptl_review_last_week(r, &r->channels[k]));
    ptl_page_table_end(page);
    ptl_page_chart_end(page);
}
