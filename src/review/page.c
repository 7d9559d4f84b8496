/* page.c: the review as one HTML file.
 *
 * Order is that of reading (UI, 3): the one number and its course, what changed and why, minutes,
 * what needs attention, channels against their bands, tables, the data behind it, evidence. The
 * course is in page_course.c, changes and minutes in page_changes.c, charts in page_charts.c. */
#include "review/page_internal.h"

#include <stdio.h>
#include <string.h>

const char *ptl_review_title(ptl_page *page, const ptl_review *r)
{
    const ptl_review_period *week = ptl_review_last_week(r, &r->company);
    if (!week) return r->pipeline ? "Pipeline review" : "First review";
    int32_t year, number;
    ptl_iso_week(&year, &number, week->from + 3);
    ptl_buffer *b = ptl_page_say(page);
    ptl_buffer_printf(b, "Week %d review, ", number);
    ptl_show_span(b, week->from, week->to);
    return ptl_page_said(page);
}

static void put_differences(ptl_page *page, const ptl_review *r)
{
    if (r->n_weeks == 0 || r->n_channels < 2) return;
    ptl_page_section(page, "Where the week differed", "actual minus expected, 80% band");
    ptl_page_html(page, "<p>Channels as recorded with the order: contribution is credited to them, "
                        "grade E. What caused a difference is not said here.</p>\n");
    ptl_review_channels_chart(page, r);
    ptl_page_section_end(page);
}

/* --- tables ----------------------------------------------------------------------------------- */

static const ptl_measure table_measures[] = {PTL_ORDERS, PTL_REVENUE, PTL_CM1, PTL_MEDIA, PTL_CM2};
enum { N_TABLE_MEASURES = sizeof table_measures / sizeof *table_measures };

static void put_plain(ptl_page *page, const ptl_review_period *period, ptl_measure measure)
{
    if (measure == PTL_ORDERS)
        ptl_page_cell_count(page, period->exact[measure]);
    else
        ptl_page_cell_money(page, period->exact[measure]);
}

/* A figure of a table with its evidence. */
static void put_cited(ptl_page *page, const ptl_review *r, const char *key,
                      const ptl_review_line *line, const ptl_review_period *period,
                      ptl_measure measure)
{
    char exact[32];
    ptl_cited c = {.line = line, .period = period, .measure = measure};
    snprintf(c.key, sizeof c.key, "%s", key);
    ptl_micros_format(exact, period->exact[measure]);
    ptl_page_cell_open(page, exact);
    ptl_cited_put(page, r, &c, "");
    ptl_page_cell_close(page);
}

static void put_line_row(ptl_page *page, const ptl_review *r, const ptl_review_line *line,
                         int64_t idx)
{
    const ptl_review_period *week = ptl_review_last_week(r, line);
    const bool total = line == &r->company;
    char key[48];
    ptl_page_row(page, total ? "All channels" : line->label);
    for (int i = 0; i < N_TABLE_MEASURES; i++) {
        const ptl_measure m = table_measures[i];
        snprintf(key, sizeof key, "week-%s%s", ptl_measure_name(m), total ? "" : "-c");
        if (!total) snprintf(key, sizeof key, "week-%s-c%lld", ptl_measure_name(m), (long long)idx);
        if (m == PTL_ORDERS || (!total && m != PTL_CM2))
            put_plain(page, week, m);
        else
            put_cited(page, r, key, line, week, m);
    }
    snprintf(key, sizeof key, "all-cm2-c%lld", (long long)idx);
    put_cited(page, r, total ? "all-cm2" : key, line, &line->all, PTL_CM2);
    ptl_page_row_end(page);
}

static void measure_columns(ptl_page_column *columns)
{
    for (int i = 0; i < N_TABLE_MEASURES; i++)
        columns[1 + i] = (ptl_page_column){ptl_measure_label(table_measures[i]), true, true};
}

static void put_channels(ptl_page *page, const ptl_review *r)
{
    if (r->n_weeks == 0) return;
    ptl_buffer *b = ptl_page_say(page);
    ptl_review_week_name(b, r);
    ptl_buffer_text(b, "; channel as recorded with the order");
    ptl_page_section(page, "Money by channel", ptl_page_said(page));
    b = ptl_page_say(page);
    ptl_buffer_text(b, "CM2 since ");
    ptl_show_day(b, r->first, ptl_review_year(r));
    ptl_page_column columns[N_TABLE_MEASURES + 2] = {{"Channel", false, true}};
    measure_columns(columns);
    columns[N_TABLE_MEASURES + 1] = (ptl_page_column){ptl_page_said(page), true, true};
    ptl_page_table(page, "channels",
                   "Revenue is net of discounts, tax and refunds. CM1 is revenue less variable "
                   "cost, CM2 is CM1 less media.",
                   columns, N_TABLE_MEASURES + 2);
    const int64_t shown = ptl_review_rows_shown(r);
    for (int64_t k = 0; k < shown; k++) put_line_row(page, r, &r->channels[k], k);
    ptl_page_html(page, "</tbody><tfoot>");
    put_line_row(page, r, &r->company, 0);
    ptl_page_html(page, "</tfoot></table>\n");
    if (r->n_channels > shown) {
        ptl_page_html(page, "<p class=\"fine\">");
        ptl_page_printf(page, "Showing %lld of %lld channels; all are in review.json.",
                        (long long)shown, (long long)r->n_channels);
        ptl_page_html(page, "</p>\n");
    }
    ptl_page_section_end(page);
}

static void put_week_row(ptl_page *page, const ptl_review_period *week)
{
    ptl_page_html(page, "<tr><th scope=\"row\" data-value=\"");
    ptl_page_printf(page, "%d", week->from);
    ptl_page_html(page, "\">");
    ptl_show_span(&page->body, week->from, week->to);
    ptl_page_html(page, "</th>");
    page->column = 1;
    for (int m = 0; m < N_TABLE_MEASURES; m++) put_plain(page, week, table_measures[m]);
    ptl_page_row_end(page);
}

static void put_weeks(ptl_page *page, const ptl_review *r)
{
    if (r->n_weeks == 0) return;
    ptl_page_column columns[N_TABLE_MEASURES + 1] = {{"Week", false, true}};
    measure_columns(columns);
    ptl_page_section(page, "Week by week", "the last twelve complete weeks");
    ptl_page_table(page, "weeks", "Newest first, whole company", columns, N_TABLE_MEASURES + 1);
    for (int64_t i = r->n_weeks - 1; i >= 0 && i >= r->n_weeks - 12; i--)
        put_week_row(page, &r->company.weeks[i]);
    ptl_page_table_end(page);
    ptl_page_section_end(page);
}

/* --- attention and data ----------------------------------------------------------------------- */

static void put_findings(ptl_page *page, const ptl_review *r)
{
    if (r->n_findings == 0 && r->n_alarms == 0) return;
    ptl_page_section(page, "Needs attention", "what limits these figures");
    ptl_page_html(page, "<ol class=\"findings\">\n");
    ptl_review_alarms(page, r);
    for (int64_t i = 0; i < r->n_findings; i++) {
        const ptl_review_finding *f = &r->findings[i];
        const ptl_page_finding finding = {f->mark, f->title, f->text, f->who, f->action, NULL};
        ptl_page_put_finding(page, &finding);
    }
    ptl_page_html(page, "</ol>\n");
    ptl_page_section_end(page);
}

static void put_source(ptl_page *page, const ptl_review *r, const ptl_review_source *s)
{
    ptl_page_row(page, s->name);
    ptl_page_cell(page, s->table, NULL);
    ptl_page_cell_count(page, s->n_files);
    ptl_page_cell_count(page, s->rows);
    ptl_page_cell_count(page, s->quarantined);
    ptl_page_cell_open(page, NULL);
    if (s->has_days) {
        ptl_show_day(&page->body, s->first, ptl_review_year(r));
        ptl_page_html(page, " to ");
        ptl_show_day(&page->body, s->last, ptl_review_year(r));
    } else {
        ptl_page_html(page, "none");
    }
    ptl_page_cell_close(page);
    ptl_page_cell(page, s->owner, NULL);
    ptl_page_row_end(page);
}

static void put_total(ptl_page *page, const ptl_review_total *t)
{
    ptl_page_html(page, "<p>Everything loaded in ");
    ptl_page_text(page, t->currency);
    ptl_page_html(page, ": ");
    ptl_page_count(page, t->n_lines);
    ptl_page_html(page, " order lines, ");
    ptl_page_count(page, t->n_orders);
    ptl_page_html(page, " order numbers, ");
    ptl_page_count(page, t->n_customers);
    ptl_page_html(page, " known customers, ");
    ptl_show_money_exact(&page->body, t->gross_micros, t->currency);
    ptl_page_html(page, " gross, ");
    ptl_show_money_exact(&page->body, t->revenue_micros, t->currency);
    ptl_page_html(page, " revenue.</p>\n");
}

static void put_data(ptl_page *page, const ptl_review *r)
{
    static const ptl_page_column columns[] = {{"Source", false, false},   {"Table", false, false},
                                              {"Files", true, false},     {"Rows", true, false},
                                              {"Set aside", true, false}, {"Days", false, false},
                                              {"Owner", false, false}};
    ptl_page_section(page, "The data behind it", "loads in force");
    ptl_page_table(page, "sources", "What each source brought", columns, 7);
    for (int64_t i = 0; i < r->n_sources; i++) put_source(page, r, &r->sources[i]);
    ptl_page_table_end(page);
    for (int64_t i = 0; i < r->n_totals; i++) put_total(page, &r->totals[i]);
    ptl_page_html(page, "<p class=\"fine\">Figures above end on the last complete day, ");
    ptl_show_day_long(&page->body, r->last);
    ptl_page_html(page, "; what came later is loaded and waits for its day to end.</p>\n");
    ptl_page_section_end(page);
}

static void put_foot(ptl_page *page, const ptl_review *r)
{
    ptl_page_html(page, "<footer><p>Data to ");
    ptl_show_day_long(&page->body, r->last);
    ptl_page_printf(page, " · data version %lld · configuration %lld",
                    (long long)r->warehouse_version, (long long)r->workspace->version);
    ptl_page_html(page, "</p><p>");
    ptl_page_printf(page, "Run %lld · ledger entry %lld", (long long)r->review_run_id,
                    (long long)r->ledger_seq);
    if (r->run_id != r->review_run_id)
        ptl_page_printf(page, " · figures of run %lld: nothing was new", (long long)r->run_id);
    ptl_page_html(page, "</p></footer>\n");
}

static void put_all(ptl_page *page, const ptl_review *r)
{
    ptl_review_answer(page, r);
    ptl_review_changes(page, r);
    ptl_review_compare(page, r);
    ptl_review_minutes(page, r);
    put_findings(page, r);
    ptl_page_slot(page, "questions");
    put_differences(page, r);
    put_channels(page, r);
    put_weeks(page, r);
    put_data(page, r);
    put_foot(page, r);
}

/* Deals are here and money is not: what can be said honestly, and what money would add. */
static void put_pipeline(ptl_page *page, const ptl_review *r)
{
    ptl_pipeline_put(page, r->pipeline);
    ptl_review_minutes(page, r);
    put_findings(page, r);
    ptl_page_slot(page, "questions");
    put_data(page, r);
    put_foot(page, r);
}

void ptl_review_put(ptl_page *page, const ptl_review *review)
{
    if (review->has_facts)
        put_all(page, review);
    else if (review->pipeline)
        put_pipeline(page, review);
    else
        ptl_page_answer(page, "Nothing has been imported yet",
                        "Orders and media spend give the first figures: revenue, media and "
                        "contribution by channel and week. Describe each file in sources/ and run "
                        "portolan import.");
}

ptl_status ptl_review_write_page(ptl_buffer *out, const ptl_review *review, ptl_error *err)
{
    ptl_page page;
    const ptl_page_setting setting = ptl_page_setting_of(review->workspace, review->last);
    ptl_page_init(&page, &setting);
    ptl_review_put(&page, review);
    const char *title = ptl_review_title(&page, review);
    const ptl_status st = ptl_page_write(out, &page, title, review->workspace->company, title, err);
    ptl_page_dispose(&page);
    return st;
}
