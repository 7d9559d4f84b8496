/* page.c: the review as one HTML file.
 *
 * Text, figures and tables are written here and read without script; the page's own script draws
 * the charts from the data beside them (docs/charts.md). Order is that of reading: the one number,
 * last week against its band, channels, weeks, what needs attention, the data behind it, evidence.
 */
#include "review/page_internal.h"

#include "base/asset.h"

#include <string.h>

typedef struct page {
    const ptl_review *r;
    ptl_buffer *out;
    ptl_cited cited[PTL_CITED_MAX];
    int64_t n_cited;
} page;

static void put(page *p, const char *html)
{
    ptl_buffer_text(p->out, html);
}

static void put_safe(page *p, const char *text)
{
    ptl_show_html(p->out, ptl_text_of(text));
}

static void put_money(page *p, int64_t micros)
{
    ptl_show_money_whole(p->out, micros, p->r->workspace->currency);
}

static const ptl_cited *cited_of(const page *p, const ptl_review_period *period,
                                 ptl_measure measure)
{
    for (int64_t i = 0; i < p->n_cited; i++)
        if (!p->cited[i].is_kpi && p->cited[i].period == period && p->cited[i].measure == measure)
            return &p->cited[i];
    return NULL;
}

static void put_cited(page *p, const ptl_cited *c, const char *classes)
{
    ptl_buffer_printf(p->out, "<a class=\"figure%s\" data-figure=\"%s\" href=\"#ev-%s\">", classes,
                      c->key, c->key);
    ptl_cited_text(p->out, p->r, c);
    put(p, "</a>");
}

/* A figure of a table: linked to its evidence where the page cites it, plain otherwise. */
static void put_figure(page *p, const ptl_review_period *period, ptl_measure measure)
{
    const ptl_cited *c = cited_of(p, period, measure);
    if (c)
        put_cited(p, c, "");
    else if (measure == PTL_ORDERS)
        ptl_show_count(p->out, period->exact[measure]);
    else
        put_money(p, period->exact[measure]);
}

static void put_cell(page *p, const ptl_review_period *period, ptl_measure measure)
{
    const bool is_main = measure == PTL_CM2 && period->to - period->from == 6; /* on a phone */
    ptl_buffer_printf(p->out, "<td class=\"n%s\" data-value=\"%lld\">", is_main ? " main" : "",
                      (long long)period->exact[measure]);
    put_figure(p, period, measure);
    put(p, "</td>");
}

/* --- head and answer -------------------------------------------------------------------------- */

static void put_asset(page *p, const char *path)
{
    const ptl_asset *asset = ptl_asset_find(path);
    if (asset) ptl_buffer_append(p->out, asset->bytes, asset->len);
}

static void put_week_title(page *p)
{
    const ptl_review_period *week = ptl_review_last_week(p->r, &p->r->company);
    if (!week) {
        put(p, "First review");
        return;
    }
    int32_t year, number;
    ptl_iso_week(&year, &number, week->from + 3);
    ptl_buffer_printf(p->out, "Week %d review, ", number);
    ptl_show_span(p->out, week->from, week->to);
}

static void put_head(page *p)
{
    ptl_buffer_printf(p->out,
                      "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">"
                      "<meta name=\"viewport\" content=\"width=device-width, "
                      "initial-scale=1\">\n<meta name=\"generator\" content=\"Portolan " PTL_VERSION
                      "\">\n<title>",
                      p->r->workspace->locale);
    put_week_title(p);
    put(p, ", ");
    put_safe(p, p->r->workspace->company);
    put(p, "</title>\n<style>");
    put_asset(p, "web/dist/review.css");
    put(p, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#answer\">To the answer</a>\n"
           "<main id=\"review\">\n<header class=\"bar\"><p>");
    put_safe(p, p->r->workspace->company);
    put(p, "</p><p>");
    put_week_title(p);
    put(p, "</p></header>\n");
}

static void put_target(page *p)
{
    const ptl_kpi_config *kpi = &p->r->workspace->kpi;
    put(p, "<p class=\"interval\">counted, ");
    ptl_show_span(p->out, p->r->kpi_from, p->r->kpi_to);
    put(p, "</p>\n<p class=\"lede\">");
    if (kpi->has_target && kpi->target_micros > 0) {
        const double reached = 100.0 * (double)p->r->kpi_exact / (double)kpi->target_micros;
        const double gone =
            100.0 * (double)(p->r->kpi_to - kpi->starts + 1) / (double)(kpi->due - kpi->starts + 1);
        ptl_buffer_printf(p->out, "That is %.0f%% of the ", reached);
        ptl_show_money_short(p->out, kpi->target_micros, p->r->workspace->currency, 4);
        put(p, " target, due ");
        ptl_show_day_long(p->out, kpi->due);
        ptl_buffer_printf(p->out, ", with %.0f%% of the time gone. ", gone);
    } else {
        put(p, "No target is set, so nothing is said about the course. ");
    }
    ptl_show_html(p->out, PTL_TEXT("A count, not a forecast: it says where the company stands."));
    put(p, "</p>\n");
}

/* --- charts: the tables a reader without script sees ------------------------------------------ */

static void put_estimate(page *p, double value)
{
    if (value <= 9e12 && value >= -9e12)
        put_money(p, (int64_t)(value * 1e6));
    else
        put(p, "none");
}

/* The line chart with its table; inside the answer, beside the one number (UI, Page grid). */
static void put_weeks_chart(page *p)
{
    const ptl_review *r = p->r;
    if (r->n_weeks == 0) return;
    put(p, "<figure class=\"chart\" data-chart=\"line\" data-id=\"cm2-weekly\">\n<figcaption>");
    ptl_review_headline(p->out, r);
    put(p, "</figcaption>\n<table><thead><tr><th>Week from</th><th>Actual</th><th>Expected</th>"
           "<th>Low</th><th>High</th></tr></thead><tbody>\n");
    const int64_t first = r->n_weeks > 53 ? r->n_weeks - 53 : 0;
    for (int64_t i = first; i < r->n_weeks; i++) {
        const ptl_review_period *week = &r->company.weeks[i];
        put(p, "<tr><th scope=\"row\">");
        ptl_show_day(p->out, week->from, ptl_review_year(r));
        put(p, "</th><td>");
        put_money(p, week->exact[PTL_CM2]);
        put(p, "</td><td>");
        put_estimate(p, week->expected.point);
        put(p, "</td><td>");
        put_estimate(p, week->expected.low);
        put(p, "</td><td>");
        put_estimate(p, week->expected.high);
        put(p, "</td></tr>\n");
    }
    put(p, "</tbody></table>\n</figure>\n");
}

static void put_answer(page *p)
{
    put(p, "<section class=\"one\" id=\"answer\">\n<h1><span class=\"label\">");
    ptl_buffer label;
    ptl_buffer_init(&label, 1024, NULL);
    ptl_review_kpi_label(&label, p->r);
    ptl_show_html(p->out, ptl_buffer_borrow(&label));
    ptl_buffer_dispose(&label);
    put(p, "</span> ");
    if (p->r->has_kpi) {
        put_cited(p, &p->cited[0], " number");
        put(p, "</h1>\n");
        put_target(p);
    } else {
        put(p, "none</h1>\n<p class=\"lede\">No fact falls into the period of the one number. Set "
               "kpi.starts in portolan.yaml, or import newer files.</p>\n");
    }
    put(p, "<ul class=\"marks\"><li><span class=\"v holds\">Counted from ");
    int64_t lines = 0;
    for (int64_t i = 0; i < p->r->n_totals; i++) lines += p->r->totals[i].n_lines;
    ptl_show_count(p->out, lines);
    put(p, " order lines</span></li>");
    if (p->r->n_findings > 0)
        ptl_buffer_printf(p->out, "<li><span class=\"v look\">%lld %s attention</span></li>",
                          (long long)p->r->n_findings,
                          p->r->n_findings == 1 ? "finding needs" : "findings need");
    put(p, "</ul>\n");
    put_weeks_chart(p);
    put(p, "</section>\n");
}

static int64_t rows_shown(const ptl_review *r)
{
    return r->n_channels < PTL_REVIEW_ROWS_MAX ? r->n_channels : PTL_REVIEW_ROWS_MAX;
}

static void put_rows_chart(page *p)
{
    const ptl_review *r = p->r;
    if (r->n_weeks == 0 || r->n_channels < 2) return;
    put(p,
        "<section>\n<header><h2>Where the week differed</h2><p>actual minus expected, 80% band</p>"
        "</header>\n<p>Channels as recorded with the order: contribution is credited to them, "
        "grade E. What caused a difference is not said here.</p>\n<figure class=\"chart\" "
        "data-chart=\"rows\" data-id=\"cm2-channels\">\n<figcaption>Contribution after media by "
        "channel, against what the weeks before led one to expect</figcaption>\n<table><thead><tr>"
        "<th>Channel</th><th>Actual</th><th>Expected</th></tr></thead><tbody>\n");
    for (int64_t k = 0; k < rows_shown(r); k++) {
        const ptl_review_period *week = ptl_review_last_week(r, &r->channels[k]);
        put(p, "<tr><th scope=\"row\">");
        put_safe(p, r->channels[k].label);
        put(p, "</th><td>");
        put_money(p, week->exact[PTL_CM2]);
        put(p, "</td><td>");
        put_estimate(p, week->expected.point);
        put(p, "</td></tr>\n");
    }
    put(p, "</tbody></table>\n</figure>\n</section>\n");
}

/* --- tables ----------------------------------------------------------------------------------- */

static const ptl_measure table_measures[] = {PTL_ORDERS, PTL_REVENUE, PTL_CM1, PTL_MEDIA, PTL_CM2};
enum { N_TABLE_MEASURES = sizeof table_measures / sizeof *table_measures };

static void put_measure_heads(page *p)
{
    for (int i = 0; i < N_TABLE_MEASURES; i++)
        ptl_buffer_printf(p->out, "<th class=\"n\" scope=\"col\" data-sort>%s</th>",
                          ptl_measure_label(table_measures[i]));
}

static void put_line_row(page *p, const ptl_review_line *line, bool is_total)
{
    const ptl_review_period *week = ptl_review_last_week(p->r, line);
    ptl_buffer_printf(p->out, "<tr%s><th scope=\"row\">", is_total ? " class=\"total\"" : "");
    put_safe(p, is_total ? "All channels" : line->label);
    put(p, "</th>");
    for (int i = 0; i < N_TABLE_MEASURES; i++) put_cell(p, week, table_measures[i]);
    put_cell(p, &line->all, PTL_CM2);
    put(p, "</tr>\n");
}

static void put_channels(page *p)
{
    const ptl_review *r = p->r;
    if (r->n_weeks == 0) return;
    put(p, "<section>\n<header><h2>Money by channel</h2><p>");
    ptl_review_week_name(p->out, r);
    put(p, "; channel as recorded with the order</p></header>\n<table class=\"data\" "
           "data-csv=\"channels\"><caption>Revenue is net of discounts, tax and refunds. CM1 is "
           "revenue "
           "less variable cost, CM2 is CM1 less media.</caption><thead><tr><th scope=\"col\" "
           "data-sort>Channel</th>");
    put_measure_heads(p);
    put(p, "<th class=\"n\" scope=\"col\" data-sort>CM2 since ");
    ptl_show_day(p->out, r->first, ptl_review_year(r));
    put(p, "</th></tr></thead><tbody>\n");
    for (int64_t k = 0; k < rows_shown(r); k++) put_line_row(p, &r->channels[k], false);
    put(p, "</tbody><tfoot>");
    put_line_row(p, &r->company, true);
    put(p, "</tfoot></table>\n");
    if (r->n_channels > PTL_REVIEW_ROWS_MAX)
        ptl_buffer_printf(p->out,
                          "<p class=\"fine\">Showing %d of %lld channels; all are in "
                          "review.json.</p>\n",
                          PTL_REVIEW_ROWS_MAX, (long long)r->n_channels);
    put(p, "</section>\n");
}

static void put_weeks(page *p)
{
    const ptl_review *r = p->r;
    if (r->n_weeks == 0) return;
    put(p,
        "<section>\n<header><h2>Week by week</h2><p>the last twelve complete weeks</p></header>\n"
        "<table class=\"data\" data-csv=\"weeks\"><caption>Newest first, whole "
        "company</caption><thead><tr><th scope=\"col\" data-sort>Week</th>");
    put_measure_heads(p);
    put(p, "</tr></thead><tbody>\n");
    for (int64_t i = r->n_weeks - 1; i >= 0 && i >= r->n_weeks - 12; i--) {
        const ptl_review_period *week = &r->company.weeks[i];
        ptl_buffer_printf(p->out, "<tr><th scope=\"row\" data-value=\"%d\">", week->from);
        ptl_show_span(p->out, week->from, week->to);
        put(p, "</th>");
        for (int m = 0; m < N_TABLE_MEASURES; m++) put_cell(p, week, table_measures[m]);
        put(p, "</tr>\n");
    }
    put(p, "</tbody></table>\n</section>\n");
}

/* --- attention and data ----------------------------------------------------------------------- */

static void put_findings(page *p)
{
    const ptl_review *r = p->r;
    if (r->n_findings == 0) return;
    put(p, "<section>\n<header><h2>Needs attention</h2><p>what limits these figures</p></header>\n"
           "<ol class=\"findings\">\n");
    for (int64_t i = 0; i < r->n_findings; i++) {
        const ptl_review_finding *f = &r->findings[i];
        ptl_buffer_printf(p->out, "<li class=\"%s\"><h3>", f->mark);
        put_safe(p, f->title);
        put(p, "</h3><p>");
        put_safe(p, f->text);
        put(p, "</p><p class=\"who\"><span>");
        put_safe(p, f->who ? f->who : "No owner");
        put(p, "</span> <span>");
        put_safe(p, f->action);
        put(p, "</span></p></li>\n");
    }
    put(p, "</ol>\n</section>\n");
}

static void put_source(page *p, const ptl_review_source *s)
{
    put(p, "<tr><th scope=\"row\">");
    put_safe(p, s->name);
    put(p, "</th><td>");
    put_safe(p, s->table);
    put(p, "</td><td class=\"n\">");
    ptl_show_count(p->out, s->n_files);
    put(p, "</td><td class=\"n\">");
    ptl_show_count(p->out, s->rows);
    put(p, "</td><td class=\"n\">");
    ptl_show_count(p->out, s->quarantined);
    put(p, "</td><td>");
    if (s->has_days) {
        ptl_show_day(p->out, s->first, ptl_review_year(p->r));
        put(p, " to ");
        ptl_show_day(p->out, s->last, ptl_review_year(p->r));
    } else {
        put(p, "none");
    }
    put(p, "</td><td>");
    put_safe(p, s->owner ? s->owner : "none");
    put(p, "</td></tr>\n");
}

static void put_total(page *p, const ptl_review_total *t)
{
    put(p, "<p>Everything loaded in ");
    put_safe(p, t->currency);
    put(p, ": ");
    ptl_show_count(p->out, t->n_lines);
    put(p, " order lines, ");
    ptl_show_count(p->out, t->n_orders);
    put(p, " order numbers, ");
    ptl_show_count(p->out, t->n_customers);
    put(p, " known customers, ");
    ptl_show_money_exact(p->out, t->gross_micros, t->currency);
    put(p, " gross, ");
    ptl_show_money_exact(p->out, t->revenue_micros, t->currency);
    put(p, " revenue.</p>\n");
}

static void put_data(page *p)
{
    const ptl_review *r = p->r;
    put(p,
        "<section>\n<header><h2>The data behind it</h2><p>loads in force</p></header>\n"
        "<table class=\"data\" data-csv=\"sources\"><caption>What each source brought</caption>"
        "<thead><tr><th scope=\"col\">Source</th><th scope=\"col\">Table</th><th class=\"n\" "
        "scope=\"col\">Files</th><th class=\"n\" scope=\"col\">Rows</th><th class=\"n\" "
        "scope=\"col\">Set aside</th><th scope=\"col\">Days</th><th scope=\"col\">Owner</th></tr>"
        "</thead><tbody>\n");
    for (int64_t i = 0; i < r->n_sources; i++) put_source(p, &r->sources[i]);
    put(p, "</tbody></table>\n");
    for (int64_t i = 0; i < r->n_totals; i++) put_total(p, &r->totals[i]);
    put(p, "<p class=\"fine\">Figures above end on the last complete day, ");
    ptl_show_day_long(p->out, r->last);
    put(p, "; what came later is loaded and waits for its day to end.</p>\n</section>\n");
}

/* --- evidence and foot ------------------------------------------------------------------------ */

static void put_evidence(page *p)
{
    put(p, "<section class=\"evidence\"><h2>Evidence</h2><ol>\n");
    for (int64_t i = 0; i < p->n_cited; i++) {
        const ptl_cited *c = &p->cited[i];
        ptl_buffer what;
        ptl_buffer_init(&what, 1024, NULL);
        ptl_buffer_printf(p->out, "<li id=\"ev-%s\"><b>", c->key);
        ptl_cited_text(p->out, p->r, c);
        put(p, "</b> ");
        ptl_cited_what(&what, p->r, c);
        ptl_show_html(p->out, ptl_buffer_borrow(&what));
        ptl_buffer_dispose(&what);
        put(p, "; counted, exactly ");
        ptl_show_money_exact(p->out, ptl_cited_exact(p->r, c), p->r->workspace->currency);
        put(p, "; ");
        ptl_cited_window(p->out, p->r, c);
        ptl_buffer_printf(p->out, "; run %lld</li>\n", (long long)p->r->run_id);
    }
    put(p, "</ol></section>\n");
}

static void put_foot(page *p)
{
    put(p, "<footer><p>Data to ");
    ptl_show_day_long(p->out, p->r->last);
    ptl_buffer_printf(p->out,
                      " · data version %lld · configuration %lld</p><p>Run %lld · ledger "
                      "entry %lld</p></footer>\n",
                      (long long)p->r->warehouse_version, (long long)p->r->workspace->version,
                      (long long)p->r->run_id, (long long)p->r->ledger_seq);
}

static void put_script(page *p)
{
    put(p, "</main>\n<script type=\"application/json\" id=\"data\">");
    ptl_buffer data;
    ptl_json json;
    ptl_buffer_init(&data, p->out->bytes_max, NULL);
    ptl_json_init_buffer(&json, &data, 0, NULL);
    ptl_review_write_data(p->r, &json);
    if (ptl_json_finish(&json) != PTL_OK) p->out->status = PTL_E_INTERNAL;
    for (size_t i = 0; i < data.len; i++) { /* no text may end the script element */
        if (data.ptr[i] == '<')
            put(p, "\\u003c");
        else
            ptl_buffer_append(p->out, data.ptr + i, 1);
    }
    ptl_buffer_dispose(&data);
    put(p, "</script>\n<script>");
    put_asset(p, "web/dist/review.js");
    put(p, "</script>\n</body>\n</html>\n");
}

static void put_empty(page *p)
{
    put(p,
        "<section id=\"answer\"><h1>Nothing has been imported yet</h1><p class=\"lede\">Orders and "
        "media spend give the first figures: revenue, media and contribution by channel and week. "
        "Describe each file in sources/ and run portolan import.</p></section>\n");
}

void ptl_review_write_page(const ptl_review *review, ptl_buffer *out)
{
    page p = {.r = review, .out = out};
    p.n_cited = review->has_facts ? ptl_review_cited(review, p.cited) : 0;
    put_head(&p);
    if (review->has_facts) {
        put_answer(&p);
        put_rows_chart(&p);
        put_channels(&p);
        put_weeks(&p);
        put_findings(&p);
        put_data(&p);
        put_foot(&p);
        put_evidence(&p);
    } else {
        put_empty(&p);
    }
    put_script(&p);
}
