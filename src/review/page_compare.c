/* page_compare.c: the week beside the same weekdays a year before.
 *
 * 364 days earlier a week has the same weekdays, and what was counted then is a figure of the same
 * run: the two are subtracted, exactly, and nothing is said of why they differ. It stands on the
 * page where it is asked for. */
#include "review/page_internal.h"

#include <stdio.h>
#include <stdlib.h>

static const ptl_measure compared[] = {PTL_REVENUE, PTL_CM2};
enum { N_COMPARED = sizeof compared / sizeof *compared, N_COLUMNS = 1 + 3 * N_COMPARED };

static void put_figure(ptl_page *page, const ptl_review *r, const ptl_review_line *line,
                       const ptl_review_period *period, ptl_measure measure, const char *key)
{
    char exact[32];
    ptl_cited c = {.line = line, .period = period, .measure = measure};
    (void)snprintf(c.key, sizeof c.key, "%s", key);
    ptl_micros_format(exact, period->exact[measure]);
    ptl_page_cell_open(page, exact);
    ptl_cited_put(page, r, &c, "");
    ptl_page_cell_close(page);
}

static void put_change(ptl_page *page, const ptl_review *r, int64_t micros)
{
    char exact[32];
    ptl_micros_format(exact, micros);
    ptl_page_cell_open(page, exact);
    if (llabs(micros) < 500000)
        ptl_page_html(page, "0");
    else {
        ptl_page_html(page, micros < 0 ? "\xE2\x88\x92" : "+");
        ptl_show_money_whole(&page->body, llabs(micros), r->workspace->currency);
    }
    ptl_page_cell_close(page);
}

/* Of channels only what came is cited: a page has few keys, and CSV has every digit. */
static void put_line(ptl_page *page, const ptl_review *r, const ptl_review_line *line, int64_t idx)
{
    const ptl_review_period *now = ptl_review_last_week(r, line);
    const ptl_review_period *before = ptl_review_year_before(r, line);
    const bool is_total = line == &r->company;
    char key[48], year[48];
    ptl_page_row(page, is_total ? "All channels" : line->label);
    for (int i = 0; i < N_COMPARED; i++) {
        const ptl_measure m = compared[i];
        const char *name = ptl_measure_name(m);
        const char *end = is_total ? "" : ptl_page_words(page, "-c%lld", (long long)idx);
        (void)snprintf(key, sizeof key, "week-%s%s", name, end);
        (void)snprintf(year, sizeof year, "year-%s%s", name, end);
        if (is_total || m == PTL_CM2) {
            put_figure(page, r, line, now, m, key);
            put_figure(page, r, line, before, m, year);
        } else {
            ptl_page_cell_money(page, now->exact[m]);
            ptl_page_cell_money(page, before->exact[m]);
        }
        put_change(page, r, now->exact[m] - before->exact[m]);
    }
    ptl_page_row_end(page);
}

static const char *note_of(ptl_page *page, const ptl_review *r)
{
    ptl_buffer *b = ptl_page_say(page);
    ptl_review_week_name(b, r);
    ptl_buffer_text(b, ", against ");
    ptl_review_days(b, r, ptl_review_year_before(r, &r->company));
    return ptl_page_said(page);
}

void ptl_review_compare(ptl_page *page, const ptl_review *r)
{
    if (!r->compares || !ptl_review_year_before(r, &r->company)) return;
    static const ptl_page_column columns[N_COLUMNS] = {{"Channel", false, true},
                                                       {"Revenue", true, true},
                                                       {"Revenue a year before", true, true},
                                                       {"Revenue change", true, true},
                                                       {"CM2", true, true},
                                                       {"CM2 a year before", true, true},
                                                       {"CM2 change", true, true}};
    const int64_t shown = ptl_review_rows_shown(r);
    ptl_page_section(page, "Beside the same weekdays a year before", note_of(page, r));
    ptl_page_html(page,
                  "<p id=\"year-before\">Both weeks are counted; the days lie 364 apart. What "
                  "made the difference is not said here.</p>\n");
    ptl_page_table(page, "year-before", NULL, columns, N_COLUMNS);
    for (int64_t k = 0; k < shown; k++) put_line(page, r, &r->channels[k], k);
    ptl_page_html(page, "</tbody><tfoot>");
    put_line(page, r, &r->company, 0);
    ptl_page_html(page, "</tfoot></table>\n");
    ptl_page_section_end(page);
}
