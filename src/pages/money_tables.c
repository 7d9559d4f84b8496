/* money_tables.c: channels, every KPI, and what is still to come, as tables that sort and copy. */
#include "pages/money_internal.h"

#include "workspace/metric.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value of the figure's unit; exact micros where the figure has them and it is its own value. */
static void put_value(const ptl_money_view *v, const ptl_money_figure *f, double value)
{
    char exact[32] = "";
    if (f && f->has_exact && value == f->value && f->unit == PTL_UNIT_MONEY)
        ptl_micros_format(exact, f->exact);
    else if (f && ptl_money_known(value))
        ptl_double_format(exact, value);
    ptl_page_cell_open(v->page, exact);
    if (*exact)
        ptl_money_show(&v->page->body, v, f, value, false);
    else
        ptl_page_text(v->page, NULL);
    ptl_page_cell_close(v->page);
}

/* --- channels --------------------------------------------------------------------------------- */

typedef struct ranked {
    const char *member;
    double revenue, media;
} ranked;

static int most_first(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->revenue != y->revenue) return x->revenue > y->revenue ? -1 : 1;
    if (x->media != y->media) return x->media > y->media ? -1 : 1;
    return strcmp(x->member, y->member);
}

static double value_of(const ptl_money_view *v, const char *name, const char *member)
{
    const ptl_money_figure *f = ptl_money_channel(v, name, member);
    return f && ptl_money_known(f->value) ? f->value : 0.0;
}

/* Channels with money of the period, most revenue first; as many as fit, and how many there are. */
static int64_t rank(ranked list[PTL_PAGE_KEYS_MAX], const ptl_money_view *v)
{
    int64_t n = 0;
    for (int64_t i = 0; i < v->channels.n && n < PTL_PAGE_KEYS_MAX; i++) {
        const ptl_money_figure *f = &v->channels.items[i];
        if (strcmp(f->name, "cm2") != 0) continue;
        const ranked r = {f->member, value_of(v, "revenue", f->member),
                          value_of(v, "media", f->member)};
        if (r.revenue != 0 || r.media != 0) list[n++] = r;
    }
    qsort(list, (size_t)n, sizeof *list, most_first);
    return n;
}

static const struct {
    const char *metric, *head;
    enum { NOW, BEFORE, YEAR } of;
} cells[] = {{"revenue", "Revenue", NOW},
             {"revenue", "a month before", BEFORE},
             {"revenue", "a year before", YEAR},
             {"cm2", "CM2", NOW},
             {"cm2", "a month before", BEFORE},
             {"cm2", "a year before", YEAR},
             {"media", "Media", NOW},
             {"new_customers", "Won", NOW},
             {"cac.paid", "Paid CAC", NOW}};
enum { N_CELLS = sizeof cells / sizeof *cells };

static void put_channel(const ptl_money_view *v, const char *member)
{
    const ptl_channel_config *c = ptl_workspace_channel(v->workspace, ptl_text_of(member));
    ptl_page_row(v->page, c && c->label ? c->label : *member ? member : "No channel recorded");
    for (int i = 0; i < N_CELLS; i++) {
        const ptl_money_figure *f = ptl_money_channel(v, cells[i].metric, member);
        put_value(v, f,
                  !f                      ? PTL_NAN
                  : cells[i].of == NOW    ? f->value
                  : cells[i].of == BEFORE ? f->previous
                                          : f->year_ago);
    }
    ptl_page_row_end(v->page);
}

void ptl_money_put_channels(const ptl_money_view *v)
{
    ranked list[PTL_PAGE_KEYS_MAX];
    ptl_page_column columns[N_CELLS + 1] = {{"Channel", false, true}};
    const int64_t n = rank(list, v), shown = n < PTL_MONEY_CHANNELS ? n : PTL_MONEY_CHANNELS;
    if (n == 0) return;
    for (int i = 0; i < N_CELLS; i++) columns[i + 1] = (ptl_page_column){cells[i].head, true, true};
    ptl_buffer *b = ptl_page_say(v->page);
    ptl_money_period_name(b, v->from, v->to);
    ptl_buffer_text(b, "; channel as recorded with the order, grade E");
    ptl_page_section(v->page, "By channel", ptl_page_said(v->page));
    ptl_page_table(v->page, "money-channels",
                   "What a channel is recorded with is not what it caused. Paid CAC is a channel's "
                   "media over the customers recorded with it.",
                   columns, N_CELLS + 1);
    for (int64_t i = 0; i < shown; i++) put_channel(v, list[i].member);
    ptl_page_table_end(v->page);
    if (n > shown) {
        ptl_page_html(v->page, "<p class=\"fine\">");
        ptl_page_printf(v->page, "Showing %lld of %lld channels: portolan kpi list --by channel",
                        (long long)shown, (long long)n);
        ptl_page_html(v->page, "</p>\n");
    }
    ptl_page_section_end(v->page);
}

/* --- every KPI -------------------------------------------------------------------------------- */

static void put_kpi_name(const ptl_money_view *v, const ptl_money_figure *f)
{
    const ptl_metric *m = ptl_metric_find(ptl_text_of(f->name));
    ptl_page_html(v->page, "<tr><th scope=\"row\" data-value=\"");
    ptl_page_text(v->page, f->name);
    ptl_page_html(v->page, "\">");
    ptl_page_text(v->page, ptl_money_label(v, f->name));
    if (m) {
        ptl_page_html(v->page, "<br><span class=\"fine\">");
        ptl_page_text(v->page, m->formula);
        ptl_page_html(v->page, "</span>");
    }
    ptl_page_html(v->page, "</th>");
    v->page->column = 1;
}

static void put_kpi(const ptl_money_view *v, const ptl_money_figure *f)
{
    put_kpi_name(v, f);
    put_value(v, f, f->value);
    put_value(v, f, f->target);
    put_value(v, f, f->previous);
    put_value(v, f, f->year_ago);
    ptl_page_cell_open(v->page, f->verdict);
    ptl_money_verdict(v, f->verdict);
    if (*f->grade) ptl_page_printf(v->page, ", grade %s", f->grade);
    ptl_page_cell_close(v->page);
    ptl_page_row_end(v->page);
}

void ptl_money_put_kpis(const ptl_money_view *v)
{
    static const ptl_page_column columns[] = {
        {"KPI", false, true},           {"Value", true, true},         {"Target", true, true},
        {"A month before", true, true}, {"A year before", true, true}, {"Verdict", false, true}};
    ptl_money_period_name(ptl_page_say(v->page), v->from, v->to);
    ptl_page_section(v->page, "Every KPI", ptl_page_said(v->page));
    ptl_page_table(v->page, "kpis",
                   "The whole company. portolan metric explain NAME says what one is made from and "
                   "where it is used.",
                   columns, 6);
    for (int64_t i = 0; i < v->period.n; i++)
        if (v->period.items[i].from == v->from) put_kpi(v, &v->period.items[i]);
    ptl_page_table_end(v->page);
    ptl_page_section_end(v->page);
}

/* --- what is still to come -------------------------------------------------------------------- */

static void put_week(const ptl_money_view *v, const ptl_money_figure *f)
{
    const ptl_estimate share = {f->value, f->low, f->high, 0.8};
    ptl_show_span(ptl_page_say(v->page), f->from, f->to);
    ptl_page_row(v->page, ptl_page_said(v->page));
    ptl_page_cell_estimate(v->page, &share, PTL_UNIT_SHARE);
    ptl_page_row_end(v->page);
}

/* Of the newest weeks: how much of what they will come to is known by now. */
void ptl_money_put_maturity(const ptl_money_view *v)
{
    static const ptl_page_column columns[] = {{"Week", false, false},
                                              {"Known by now, 80%", true, false}};
    int64_t n = 0;
    for (int64_t i = 0; i < v->maturity.n; i++) n += ptl_money_known(v->maturity.items[i].value);
    ptl_page_section(v->page, "What is still to come",
                     "revenue of a week known by now, of what it will come to");
    if (n == 0) {
        ptl_money_put_empty(v, "The data did not speak",
                            "All of the past came in one import, so nothing says how late orders "
                            "and refunds arrive. Import every week, and this shows how much of "
                            "the newest weeks is still to come.",
                            "portolan import");
    } else {
        ptl_page_table(v->page, "maturity", NULL, columns, 2);
        for (int64_t i = v->maturity.n - 1; i >= 0; i--) put_week(v, &v->maturity.items[i]);
        ptl_page_table_end(v->page);
    }
    ptl_page_section_end(v->page);
}
