/* money_words.c: words of the page of money, and its figures with their evidence. */
#include "pages/money_internal.h"

#include "workspace/metric.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- words ------------------------------------------------------------------------------------ */

void ptl_money_period_name(ptl_buffer *out, ptl_day from, ptl_day to)
{
    const bool is_month = from == ptl_month_start(from) && to == ptl_month_add(from, 1) - 1;
    if (!is_month && to - from < 31) {
        ptl_show_span(out, from, to);
        return;
    }
    if (!is_month) {
        ptl_show_day_long(out, from);
        ptl_buffer_text(out, " to ");
        ptl_show_day_long(out, to);
        return;
    }
    ptl_buffer day;
    ptl_buffer_init(&day, 256, NULL);
    ptl_show_day_long(&day, from); /* "1 October 2026" */
    if (day.len > 2) ptl_buffer_append(out, day.ptr + 2, day.len - 2);
    ptl_buffer_dispose(&day);
}

const char *ptl_money_label(const ptl_money_view *v, const char *metric)
{
    ptl_metric_in_force m;
    ptl_error own;
    return ptl_metric_of(&m, v->workspace, ptl_text_of(metric), &own) == PTL_OK ? m.label : metric;
}

/* Counted figures have no interval to take their digits from: a share is told to the tenth of a
 * point, a ratio to two decimals. */
static ptl_digits digits_of(const ptl_money_figure *f, double value)
{
    if (f->unit == PTL_UNIT_SHARE) return (ptl_digits){.power = -2, .decimals = 1, .strip = true};
    if (f->unit == PTL_UNIT_NUMBER || f->unit == PTL_UNIT_RETURN)
        return (ptl_digits){.power = 0, .decimals = fabs(value) < 10 ? 2 : 1, .strip = true};
    return ptl_show_digits(value, PTL_NAN, PTL_NAN, f->unit);
}

void ptl_money_show(ptl_buffer *out, const ptl_money_view *v, const ptl_money_figure *f,
                    double value, bool is_signed)
{
    const char *currency = v->workspace->currency;
    const double least = f->has_exact ? 9.5 : 99.5; /* sums are told whole, ratios to the cent */
    const bool is_whole = f->unit == PTL_UNIT_MONEY && fabs(value) >= least && fabs(value) < 9999.5;
    const bool is_time = strcmp(f->noun, "months") == 0 || strcmp(f->noun, "days") == 0 ||
                         strcmp(f->noun, "hours") == 0;
    if (strcmp(f->noun, "month of life") == 0) ptl_buffer_text(out, "month ");
    if (is_whole && !is_signed)
        ptl_show_money_whole(out, (int64_t)llround(value * 1e6), currency);
    else
        ptl_show_value(out, value, digits_of(f, value), f->unit, currency, is_signed);
    if (is_time && ptl_money_known(value)) ptl_buffer_printf(out, " %s", f->noun);
}

static const char *mark_of(const char *verdict)
{
    static const struct {
        const char *verdict, *mark;
    } marks[] = {{"counted", "holds"},  {"reconciled", "holds"},
                 {"differs", "broken"}, {"not identified", "unidentified"},
                 {"explained", "look"}, {"partial", "waits"},
                 {"immature", "waits"}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strcmp(marks[i].verdict, verdict) == 0) return marks[i].mark;
    return "look";
}

void ptl_money_verdict(const ptl_money_view *v, const char *verdict)
{
    ptl_page_mark(v->page, mark_of(verdict), verdict);
}

void ptl_money_put_empty(const ptl_money_view *v, const char *missing, const char *worth,
                         const char *action)
{
    ptl_page_html(v->page, "<p>");
    ptl_page_mark(v->page, "waits", missing);
    ptl_page_html(v->page, "</p><p class=\"fine\">");
    ptl_page_text(v->page, worth);
    ptl_page_html(v->page, "</p><p class=\"fine\"><code>");
    ptl_page_text(v->page, action);
    ptl_page_html(v->page, "</code></p>\n");
}

/* --- figures ---------------------------------------------------------------------------------- */

static const char *what_of(const ptl_money_view *v, const ptl_money_figure *f)
{
    ptl_buffer *b = ptl_page_say(v->page);
    ptl_buffer_printf(b, "%s, ", ptl_money_label(v, f->name));
    if (*f->member) ptl_buffer_printf(b, "%s, ", f->member);
    ptl_money_period_name(b, f->from, f->to);
    return ptl_page_said(v->page);
}

static const char *window_of(const ptl_money_view *v, const ptl_money_figure *f)
{
    ptl_buffer *b = ptl_page_say(v->page);
    ptl_show_day_long(b, f->from);
    ptl_buffer_text(b, " to ");
    ptl_show_day_long(b, f->to);
    return ptl_page_said(v->page);
}

/* The definition, and who answers for it. */
static const char *definition_of(const ptl_money_view *v, const ptl_money_figure *f)
{
    ptl_metric_in_force m;
    ptl_error own;
    if (ptl_metric_of(&m, v->workspace, ptl_text_of(f->name), &own) != PTL_OK) return NULL;
    return ptl_page_words(v->page, "is %s; version %d, %s%s", m.metric->formula, (int)m.version,
                          m.owner ? "owner " : "without an owner", m.owner ? m.owner : "");
}

static const char *exact_of(const ptl_money_view *v, const ptl_money_figure *f)
{
    if (!f->has_exact || f->unit != PTL_UNIT_MONEY) return NULL;
    ptl_buffer *b = ptl_page_say(v->page);
    ptl_buffer_text(b, "exactly ");
    ptl_show_money_exact(b, f->exact, v->workspace->currency);
    return ptl_page_said(v->page);
}

static const char *shown(const ptl_money_view *v, const ptl_money_figure *f)
{
    ptl_money_show(ptl_page_say(v->page), v, f, f->value, false);
    return ptl_page_said(v->page);
}

void ptl_money_cite(const ptl_money_view *v, const char *key, const ptl_money_figure *f,
                    const char *classes)
{
    const bool has_target = ptl_money_known(f->target);
    const ptl_page_figure figure = {
        .key = key,
        .text = shown(v, f),
        .what = what_of(v, f),
        .value = f->value,
        .low = f->low,
        .high = f->high,
        .probability = ptl_money_known(f->low) ? 0.8 : PTL_NAN,
        .unit = f->unit,
        .interval = exact_of(v, f),
        .verdict = f->verdict,
        .mark = mark_of(f->verdict),
        .kind = f->kind,
        .grade = *f->grade ? f->grade : NULL,
        .reference = has_target ? "target" : NULL,
        .reference_value = f->target,
        .run = v->run,
        .window = window_of(v, f),
        .checks = definition_of(v, f),
        .repeat = ptl_page_words(v->page, "portolan kpi list %s --grain %s --run %lld", f->name,
                                 f->grain, (long long)v->run_id)};
    ptl_page_cite(v->page, &figure, classes);
}
