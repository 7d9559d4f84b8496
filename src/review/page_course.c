/* page_course.c: the one number: where it will be at its date, and whether that is the course.
 *
 * With a target and a forecast the number is the forecast; without, it is the count so far and no
 * course is spoken of. The chart is the distance from plan, because a cumulative line would hide a
 * gap of one in a hundred (UI, 3). */
#include "review/json_internal.h"
#include "review/page_internal.h"

#include <math.h>
#include <stdio.h>

static bool has_course(const ptl_review *r)
{
    return r->course.run_id > 0 && r->course.has_target && r->course.word != PTL_COURSE_SILENT &&
           r->course.final.low <= r->course.final.high;
}

static const char *money(ptl_page *page, const ptl_review *r, double units, bool is_signed)
{
    ptl_buffer *b = ptl_page_say(page);
    const int64_t micros = (int64_t)llround(units * 1e6);
    if (is_signed)
        ptl_show_money_change(b, micros, r->workspace->currency, 4);
    else
        ptl_show_money_short(b, micros, r->workspace->currency, 4);
    return ptl_page_said(page);
}

static const char *run_of(ptl_page *page, const ptl_review *r)
{
    return ptl_page_words(page, "run %lld", (long long)r->run_id);
}

/* --- the number ------------------------------------------------------------------------------- */

static void cite_forecast(ptl_page *page, const ptl_review *r)
{
    const ptl_course *c = &r->course;
    const ptl_page_figure f = {
        .key = "one",
        .what = ptl_page_words(page, "%s at its date", r->workspace->kpi.label),
        .value = c->final.point,
        .low = c->final.low,
        .high = c->final.high,
        .probability = c->final.probability,
        .unit = PTL_UNIT_MONEY,
        .verdict = ptl_verdict_text(c->verdict),
        .kind = "forecast",
        .reference = "target",
        .reference_value = c->target,
        .run = run_of(page, r),
        .window = ptl_page_words(page, "%lld complete weeks", (long long)r->n_weeks),
        .checks = c->frozen.n > 0
                      ? ptl_page_words(page, "%lld forecasts have come out, %.0f%% inside 80%%",
                                       (long long)c->frozen.n, 100.0 * c->frozen.coverage)
                      : "no forecast has come out yet",
        .repeat = ptl_page_words(page, "portolan course show --run %lld", (long long)r->run_id),
        .ledger_seq = r->ledger_seq};
    ptl_page_cite(page, &f, "number");
}

static void put_word(ptl_page *page, const ptl_course *c)
{
    static const char *const marks[] = {"holds", "look", "broken", "unidentified"};
    const char *word = ptl_course_word_text(c->word);
    ptl_buffer_printf(&page->body, "<p class=\"state %s\">%c", marks[c->word],
                      word[0] >= 'a' ? word[0] - 32 : word[0]);
    ptl_page_text(page, word + 1);
    ptl_page_html(page, "</p>\n");
}

/* The chance on a line from 0 to 100, with the two limits of the course as ticks. It repeats what
 * the sentence says, and so is hidden from those who listen. */
static void put_chance(ptl_page *page, const ptl_review *r)
{
    const double at = 100 * r->course.chance;
    const bool near_start = at<16, near_end = at> 84;
    const char *anchor = near_start ? "start" : near_end ? "end" : "middle";
    const ptl_kpi_config *kpi = &r->workspace->kpi;
    if (!(at >= 0 && at <= 100)) return;
    ptl_page_html(page, "<svg class=\"chance\" width=\"100%\" height=\"32\" aria-hidden=\"true\">");
    ptl_buffer_printf(&page->body,
                      "<rect class=\"all\" y=\"6\" width=\"100%%\" height=\"4\" rx=\"2\"/>"
                      "<rect class=\"done\" y=\"6\" width=\"%.1f%%\" height=\"4\" rx=\"2\"/>"
                      "<rect class=\"limit\" x=\"%.1f%%\" y=\"3\" width=\"1\" height=\"10\"/>"
                      "<rect class=\"limit\" x=\"%.1f%%\" y=\"3\" width=\"1\" height=\"10\"/>"
                      "<circle cx=\"%.1f%%\" cy=\"8\" r=\"4.2\"/>",
                      at, kpi->drifts_at, kpi->holds_at, at);
    ptl_buffer_printf(&page->body,
                      "<text class=\"at\" x=\"%.1f%%\" y=\"28\" text-anchor=\"%s\">%s%.0f%s</text>",
                      at, anchor,
                      at < 1    ? "below "
                      : at > 99 ? "above "
                                : "",
                      at < 1    ? 1.0
                      : at > 99 ? 99.0
                                : at,
                      " in 100 now");
    if (!near_start) ptl_page_html(page, "<text y=\"28\">0</text>");
    if (!near_end) ptl_page_html(page, "<text x=\"100%\" y=\"28\" text-anchor=\"end\">100</text>");
    ptl_page_html(page, "</svg>\n");
}

static void put_lede(ptl_page *page, const ptl_review *r)
{
    const ptl_course *c = &r->course;
    const double gap = c->final.point - c->target;
    const ptl_digits d = /* the gap is as uncertain as the forecast: it has its digits */
        ptl_show_digits(c->final.point, c->final.low, c->final.high, PTL_UNIT_MONEY);
    ptl_buffer *b = ptl_page_say(page);
    ptl_show_value(b, fabs(gap), d, PTL_UNIT_MONEY, r->workspace->currency, false);
    ptl_page_html(page, "<p class=\"lede\">");
    ptl_page_text(page, ptl_page_said(page));
    ptl_page_html(page, gap < 0 ? " short of the " : " above the ");
    ptl_page_text(page, money(page, r, c->target, false));
    ptl_page_html(page, " target. The chance of reaching it is ");
    ptl_show_chance(&page->body, c->chance);
    ptl_page_html(page, ". So far ");
    ptl_page_text(page, money(page, r, c->to_date, false));
    ptl_page_html(page, " are counted, ");
    ptl_page_text(page, money(page, r, c->to_date - c->plan_to_date, true));
    ptl_page_html(page, " from plan.</p>\n");
}

/* "31 December"; of another year than the review's with the year. */
static const char *due_day(ptl_page *page, const ptl_review *r)
{
    enum { YEAR = 5 }; /* " 2026" */
    ptl_buffer *b = ptl_page_say(page);
    ptl_show_day_long(b, r->course.due);
    const bool is_own = ptl_date_of(r->course.due).year == ptl_review_year(r);
    if (is_own && b->len > YEAR) b->len -= YEAR;
    return ptl_page_said(page);
}

static void put_forecast(ptl_page *page, const ptl_review *r)
{
    const ptl_course *c = &r->course;
    const ptl_digits d =
        ptl_show_digits(c->final.point, c->final.low, c->final.high, PTL_UNIT_MONEY);
    cite_forecast(page, r);
    ptl_page_html(page, "</h1>\n<p class=\"interval\">expected on ");
    ptl_page_text(page, due_day(page, r));
    ptl_page_html(page, " · 80%: ");
    ptl_show_range(&page->body, c->final.low, c->final.high, d);
    ptl_page_html(page, "</p>\n");
    put_word(page, c);
    put_lede(page, r);
    put_chance(page, r);
}

static void put_count(ptl_page *page, const ptl_review *r)
{
    const ptl_cited one = {.key = "one",
                           .line = &r->company,
                           .period = &r->company.all,
                           .measure = PTL_CM2,
                           .is_kpi = true};
    ptl_cited_put(page, r, &one, "number");
    ptl_page_html(page, "</h1>\n<p class=\"interval\">counted, ");
    ptl_show_span(&page->body, r->kpi_from, r->kpi_to);
    ptl_page_html(page, "</p>\n<p class=\"lede\">");
    ptl_page_html(page, r->workspace->kpi.has_target
                            ? "Too few weeks are known to forecast it."
                            : "No target is set, so nothing is said about the course.");
    ptl_page_html(page, " A count says where the company stands.</p>\n");
}

static void put_marks(ptl_page *page, const ptl_review *r)
{
    int64_t lines = 0;
    for (int64_t i = 0; i < r->n_totals; i++) lines += r->totals[i].n_lines;
    ptl_page_html(page, "<ul class=\"marks\"><li>");
    ptl_show_count(ptl_page_say(page), lines);
    ptl_page_mark(page, "holds",
                  ptl_page_words(page, "Counted from %s order lines", ptl_page_said(page)));
    ptl_page_html(page, "</li>");
    if (r->n_findings > 0) {
        ptl_page_html(page, "<li>");
        ptl_page_mark(page, "look",
                      ptl_page_words(page, "%lld %s attention", (long long)r->n_findings,
                                     r->n_findings == 1 ? "finding needs" : "findings need"));
        ptl_page_html(page, "</li>");
    }
    ptl_page_html(page, "</ul>\n");
}

/* --- the cone --------------------------------------------------------------------------------- */

static const char *week_label(ptl_page *page, ptl_day day)
{
    int32_t year, number;
    ptl_iso_week(&year, &number, day);
    return ptl_page_words(page, "Week %d", number);
}

static void put_past(ptl_page *page, ptl_json *j, const ptl_review *r)
{
    ptl_json_key(j, "points");
    ptl_json_array(j);
    for (int64_t i = 0; i < r->course.n_points; i++) {
        const ptl_course_point *p = &r->course.points[i];
        if (!p->is_actual) continue;
        ptl_json_object(j);
        ptl_json_put_string(j, "label", week_label(page, p->day));
        ptl_json_put_day(j, "start", p->day);
        ptl_json_put_double(j, "value", p->sum.point - p->plan);
        ptl_json_put_string(j, "run", run_of(page, r));
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

static void put_ahead(ptl_page *page, ptl_json *j, const ptl_review *r)
{
    ptl_json_key(j, "ahead");
    ptl_json_array(j);
    for (int64_t i = 0; i < r->course.n_points; i++) {
        const ptl_course_point *p = &r->course.points[i];
        if (p->is_actual) continue;
        ptl_json_object(j);
        ptl_json_put_string(j, "label", week_label(page, p->day));
        ptl_json_put_day(j, "start", p->day);
        ptl_json_put_double(j, "median", p->sum.point - p->plan);
        ptl_json_put_double(j, "lo", p->sum.low - p->plan);
        ptl_json_put_double(j, "hi", p->sum.high - p->plan);
        ptl_json_put_double(j, "lo50", p->half_low - p->plan);
        ptl_json_put_double(j, "hi50", p->half_high - p->plan);
        ptl_json_put_string(j, "verdict", ptl_verdict_text(r->course.verdict));
        ptl_json_put_string(j, "run", run_of(page, r));
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

static void put_cone_table(ptl_page *page, const ptl_review *r)
{
    static const ptl_page_column columns[] = {
        {"To", false, false}, {"From plan, 80%", true, false}, {"Kind", false, false}};
    ptl_page_table(page, NULL, NULL, columns, 3);
    for (int64_t i = 0; i < r->course.n_points; i++) {
        const ptl_course_point *p = &r->course.points[i];
        const ptl_estimate gap = {p->sum.point - p->plan, p->sum.low - p->plan,
                                  p->sum.high - p->plan, p->sum.probability};
        ptl_show_day(ptl_page_say(page), p->day, ptl_review_year(r));
        ptl_page_row(page, ptl_page_said(page));
        ptl_page_cell_estimate(page, &gap, PTL_UNIT_MONEY);
        ptl_page_cell(page, p->is_actual ? "counted" : "forecast", NULL);
        ptl_page_row_end(page);
    }
    ptl_page_table_end(page);
}

static const char *cone_title(const ptl_course *c)
{
    const double gap = c->to_date - c->plan_to_date;
    if (c->final.low > c->target) return "Ahead of plan, and the interval stays ahead";
    if (c->final.high < c->target) return "Behind plan, and the interval stays behind";
    return gap < 0 ? "Behind plan; the target is still inside the interval"
                   : "Ahead of plan; the interval reaches below it";
}

static void put_cone(ptl_page *page, const ptl_review *r)
{
    const ptl_course *c = &r->course;
    const ptl_page_chart chart = {
        .kind = PTL_CHART_CONE,
        .id = "course",
        .title = cone_title(c),
        .quantity = ptl_page_words(page, "%s against plan, added up, %s", r->workspace->kpi.label,
                                   ptl_show_currency(r->workspace->currency)),
        .band = "bands hold 50% and 80%",
        .probability = 0.8,
        .unit = PTL_UNIT_MONEY,
        .is_signed = true,
        .evidence =
            c->frozen.n > 0
                ? ptl_page_words(page, "Forecast, %s; %lld earlier ones came out, %.0f%% inside",
                                 ptl_verdict_text(c->verdict), (long long)c->frozen.n,
                                 100.0 * c->frozen.coverage)
                : ptl_page_words(page, "Forecast, %s; none has come out yet",
                                 ptl_verdict_text(c->verdict)),
        .verdict = ptl_verdict_text(c->verdict),
        .run = run_of(page, r),
        .figure = "one"};
    ptl_json *j = ptl_page_chart_open(page, &chart);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    put_past(page, j, r);
    put_ahead(page, j, r);
    ptl_json_object_end(j);
    ptl_json_put_string(
        j, "plan", ptl_page_words(page, "Plan: lands at %s", money(page, r, c->target, false)));
    ptl_json_put_string(
        j, "now",
        ptl_page_words(page, "now %s", money(page, r, c->to_date - c->plan_to_date, true)));
    put_cone_table(page, r);
    ptl_page_chart_end(page);
}

void ptl_review_answer(ptl_page *page, const ptl_review *r)
{
    ptl_page_html(page, "<section class=\"one\" id=\"answer\">\n<h1><span class=\"label\">");
    ptl_review_kpi_label(ptl_page_say(page), r);
    ptl_page_text(page, ptl_page_said(page));
    ptl_page_html(page, "</span> ");
    if (has_course(r))
        put_forecast(page, r);
    else if (r->has_kpi)
        put_count(page, r);
    else
        ptl_page_html(page,
                      "none</h1>\n<p class=\"lede\">No fact falls into the period of the one "
                      "number. Set kpi.starts in portolan.yaml, or import newer files.</p>\n");
    put_marks(page, r);
    if (has_course(r) && r->course.n_points > 0)
        put_cone(page, r);
    else
        ptl_review_weeks_chart(page, r); /* beside the one number (UI, Page grid) */
    ptl_page_section_end(page);
}
