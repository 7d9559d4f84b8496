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

static void cite(ptl_cited *out, int64_t *n, const char *key, const ptl_review_line *line,
                 const ptl_review_period *period, ptl_measure measure)
{
    if (*n == PTL_CITED_MAX || !period) return;
    ptl_cited *c = &out[(*n)++];
    *c = (ptl_cited){.line = line, .period = period, .measure = measure};
    snprintf(c->key, sizeof c->key, "%s", key);
}

static int64_t rows_shown(const ptl_review *review)
{
    return review->n_channels < PTL_REVIEW_ROWS_MAX ? review->n_channels : PTL_REVIEW_ROWS_MAX;
}

int64_t ptl_review_cited(const ptl_review *review, ptl_cited out[PTL_CITED_MAX])
{
    static const ptl_measure shown[] = {PTL_REVENUE, PTL_CM1, PTL_MEDIA, PTL_CM2};
    int64_t n = 0;
    if (review->has_kpi) {
        cite(out, &n, "one", &review->company, &review->company.all, PTL_CM2);
        out[0].is_kpi = true;
    }
    const ptl_review_period *week = ptl_review_last_week(review, &review->company);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        char key[96];
        snprintf(key, sizeof key, "week-%s", ptl_measure_name(shown[i]));
        cite(out, &n, key, &review->company, week, shown[i]);
    }
    for (int64_t k = 0; k < rows_shown(review); k++) {
        char key[96];
        const ptl_review_line *line = &review->channels[k];
        snprintf(key, sizeof key, "week-cm2-c%lld", (long long)k);
        cite(out, &n, key, line, ptl_review_last_week(review, line), PTL_CM2);
        snprintf(key, sizeof key, "all-cm2-c%lld", (long long)k);
        cite(out, &n, key, line, &line->all, PTL_CM2);
    }
    return n;
}

int64_t ptl_cited_exact(const ptl_review *review, const ptl_cited *cited)
{
    return cited->is_kpi ? review->kpi_exact : cited->period->exact[cited->measure];
}

void ptl_cited_text(ptl_buffer *out, const ptl_review *review, const ptl_cited *cited)
{
    const int64_t exact = ptl_cited_exact(review, cited);
    if (cited->is_kpi)
        ptl_show_money_short(out, exact, review->workspace->currency, 4);
    else
        ptl_show_money_whole(out, exact, review->workspace->currency);
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
    else
        ptl_review_week_name(out, review);
}

void ptl_cited_window(ptl_buffer *out, const ptl_review *review, const ptl_cited *cited)
{
    const ptl_day from = cited->is_kpi ? review->kpi_from : cited->period->from;
    const ptl_day to = cited->is_kpi ? review->kpi_to : cited->period->to;
    ptl_show_day_long(out, from);
    ptl_buffer_text(out, " to ");
    ptl_show_day_long(out, to);
}
