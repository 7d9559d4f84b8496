/* words.c: what the review says, in words that claim no more than its figures allow.
 *
 * Counted figures are stated; a week is compared with what the weeks before led one to expect, and
 * nothing here says why. */
#include "review/page_internal.h"

#include <stdio.h>

int32_t ptl_review_year(const ptl_review *review)
{
    return ptl_date_of(review->last).year;
}

void ptl_review_week_name(ptl_buffer *out, const ptl_review *review)
{
    const ptl_review_period *week = ptl_review_last_week(review, &review->company);
    if (!week) {
        ptl_buffer_text(out, "no complete week yet");
        return;
    }
    int32_t year, number;
    ptl_iso_week(&year, &number, week->from + 3);
    ptl_buffer_printf(out, "week %d, ", number);
    ptl_show_span(out, week->from, week->to);
}

void ptl_review_days(ptl_buffer *out, const ptl_review *review, const ptl_review_period *period)
{
    const int32_t year = ptl_date_of(period->to).year;
    ptl_show_span(out, period->from, period->to);
    if (year != ptl_review_year(review)) ptl_buffer_printf(out, " %d", year);
}

void ptl_review_kpi_label(ptl_buffer *out, const ptl_review *review)
{
    ptl_buffer_text(out, review->workspace->kpi.label);
    if (!review->has_kpi) return;
    const int32_t from = ptl_date_of(review->kpi_from).year, to = ptl_date_of(review->kpi_to).year;
    ptl_buffer_printf(out, from == to ? ", %d" : ", %d to %d", from, to);
}

void ptl_review_headline(ptl_buffer *out, const ptl_review *review)
{
    static const char *const claims[] = {" fell below its expected band in ",
                                         " stayed inside its expected band in ",
                                         " rose above its expected band in "};
    const ptl_review_period *week = ptl_review_last_week(review, &review->company);
    ptl_buffer_text(out, "Contribution after media");
    const int against = week ? ptl_review_against_band(week) : 2;
    if (against == 2) {
        ptl_buffer_text(out, ", week by week");
        return;
    }
    int32_t year, number;
    ptl_iso_week(&year, &number, week->from + 3);
    ptl_buffer_printf(out, "%sweek %d", claims[against + 1], number);
}

/* --- cited figures ---------------------------------------------------------------------------- */

int64_t ptl_review_rows_shown(const ptl_review *review)
{
    return review->n_channels < PTL_REVIEW_ROWS_MAX ? review->n_channels : PTL_REVIEW_ROWS_MAX;
}

void ptl_cited_what(ptl_buffer *out, const ptl_review *review, const ptl_cited *cited)
{
    if (cited->is_kpi) {
        ptl_review_kpi_label(out, review);
        return;
    }
    ptl_buffer_text(out, ptl_measure_label(cited->measure));
    if (cited->line != &review->company) ptl_buffer_printf(out, ", %s", cited->line->label);
    ptl_buffer_text(out, ", ");
    if (cited->period == &cited->line->all)
        ptl_buffer_text(out, "all complete days");
    else if (cited->period == ptl_review_year_before(review, cited->line))
        ptl_review_days(out, review, cited->period);
    else
        ptl_review_week_name(out, review);
}

static const char *text_of(ptl_page *page, const ptl_review *review, const ptl_cited *cited,
                           int64_t micros)
{
    ptl_buffer *words = ptl_page_say(page);
    if (cited->is_kpi)
        ptl_show_money_short(words, micros, review->workspace->currency, 4);
    else
        ptl_show_money_whole(words, micros, review->workspace->currency);
    return ptl_page_said(page);
}

static const char *what_of(ptl_page *page, const ptl_review *review, const ptl_cited *cited)
{
    ptl_cited_what(ptl_page_say(page), review, cited);
    return ptl_page_said(page);
}

static const char *exact_of(ptl_page *page, const ptl_review *review, int64_t micros)
{
    ptl_buffer *words = ptl_page_say(page);
    ptl_buffer_text(words, "counted, exactly ");
    ptl_show_money_exact(words, micros, review->workspace->currency);
    return ptl_page_said(page);
}

static const char *window_of(ptl_page *page, ptl_day from, ptl_day to)
{
    ptl_buffer *words = ptl_page_say(page);
    ptl_show_day_long(words, from);
    ptl_buffer_text(words, " to ");
    ptl_show_day_long(words, to);
    return ptl_page_said(page);
}

void ptl_cited_put(ptl_page *page, const ptl_review *review, const ptl_cited *cited,
                   const char *classes)
{
    const bool kpi = cited->is_kpi;
    const int64_t micros = kpi ? review->kpi_exact : cited->period->exact[cited->measure];
    const long long run = (long long)review->run_id;
    const char *name = kpi ? review->workspace->kpi.metric : ptl_measure_name(cited->measure);
    ptl_page_figure f = ptl_page_counted(
        cited->key, what_of(page, review, cited), micros, ptl_page_words(page, "run %lld", run),
        window_of(page, kpi ? review->kpi_from : cited->period->from,
                  kpi ? review->kpi_to : cited->period->to),
        ptl_page_words(page, "portolan figure list --run %lld --name %s", run, name));
    f.text = text_of(page, review, cited, micros);
    f.interval = exact_of(page, review, micros);
    f.grade = cited->line != &review->company ? "E" : NULL;
    f.ledger_seq = review->ledger_seq;
    ptl_page_cite(page, &f, classes);
}
