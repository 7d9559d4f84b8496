/* money.c: the page of money (see money.h).
 *
 * Order is that of reading: what the newest whole month brought, the figures a company is steered
 * by, how revenue becomes contribution, channels, what customers come to, where the funnel leaks,
 * whether the books agree, and every KPI. All of it is counted: the page says what was, what it is
 * held against, and never why. */
#include "pages/money_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- the answer ------------------------------------------------------------------------------- */

/* ", €498 below target": nothing where there is nothing to compare with. */
static bool add_difference(ptl_buffer *b, const ptl_money_view *v, const ptl_money_figure *f,
                           double other, const char *before, const char *less, const char *more,
                           const char *same)
{
    if (!ptl_money_known(other) || other == 0) return false; /* 0: there was none yet */
    const double by = f->value - other;
    ptl_buffer_text(b, before);
    if (fabs(by) < 0.5) {
        ptl_buffer_text(b, same);
        return true;
    }
    ptl_money_show(b, v, f, fabs(by), false);
    ptl_buffer_text(b, by < 0 ? less : more);
    return true;
}

static const char *month_before(const ptl_money_view *v, const char *words)
{
    ptl_buffer name;
    ptl_buffer_init(&name, 256, NULL);
    ptl_money_period_name(&name, ptl_month_add(v->from, -1), v->from - 1);
    const char *text =
        ptl_page_words(v->page, "%s%.*s", words, (int)name.len, name.ptr ? name.ptr : "");
    ptl_buffer_dispose(&name);
    return text;
}

/* "October 2026 brought CM2 of €3,502: €498 below target, €738 less than September 2026." */
static const char *sentence(const ptl_money_view *v, const ptl_money_figure *f)
{
    const char *less = month_before(v, " less than "), *more = month_before(v, " more than ");
    const char *same = month_before(v, "as much as ");
    const char *what = ptl_money_inside(v, ptl_money_label(v, v->primary));
    ptl_buffer *b = ptl_page_say(v->page);
    ptl_money_period_name(b, v->from, v->to);
    ptl_buffer_printf(b, " brought %s of ", what);
    ptl_money_show(b, v, f, f->value, false);
    const bool target =
        add_difference(b, v, f, f->target, ": ", " below target", " above target", "on target");
    const bool before =
        add_difference(b, v, f, f->previous, target ? ", " : ": ", less, more, same);
    (void)add_difference(b, v, f, f->year_ago, target || before ? " and " : ": ",
                         " less than a year before", " more than a year before",
                         "as much as a year before");
    return ptl_page_said(v->page);
}

static void add_target(ptl_buffer *b, const ptl_money_view *v, const ptl_money_figure *f)
{
    const ptl_kpi_config *kpi = &v->workspace->kpi;
    if (!ptl_money_known(f->target)) {
        ptl_buffer_text(b, " No target is set for it.");
        return;
    }
    ptl_buffer_text(b, " The target of a month is its share, by days, of the period's");
    if (kpi->has_target && kpi->metric && strcmp(kpi->metric, f->name) == 0) {
        ptl_buffer_text(b, ": ");
        ptl_show_money_short(b, kpi->target_micros, v->workspace->currency, 4);
        ptl_buffer_text(b, " by ");
        ptl_show_day_long(b, kpi->due);
    }
    ptl_buffer_text(b, ".");
}

static const char *lede(const ptl_money_view *v, const ptl_money_figure *f)
{
    ptl_buffer *b = ptl_page_say(v->page);
    ptl_buffer_text(b, "Counted, not estimated, to ");
    ptl_show_day_long(b, v->last);
    ptl_buffer_text(b, ".");
    if (ptl_money_known(f->year_ago) && f->year_ago != 0)
        ptl_buffer_text(b, " A year before are the same weekdays, 364 days earlier.");
    add_target(b, v, f);
    return ptl_page_said(v->page);
}

/* --- marks under the answer ------------------------------------------------------------------- */

static void put_mark(const ptl_money_view *v, const char *mark, const char *words)
{
    ptl_page_html(v->page, "<li>");
    ptl_page_mark(v->page, mark, words);
    ptl_page_html(v->page, "</li>");
}

/* Whether the books agree with the month, and who signed it. */
static void put_books_mark(const ptl_money_view *v)
{
    int64_t n = 0, differing = 0;
    const ptl_signature *by = NULL;
    for (int64_t i = 0; i < v->n_books; i++) {
        if (v->books[i].from != v->from || v->books[i].to != v->to) continue;
        n++;
        differing += strcmp(v->books[i].verdict, "reconciled") != 0;
        by = v->books[i].by;
    }
    if (n == 0)
        put_mark(v, "waits", "The books have not closed this period");
    else if (differing > 0)
        put_mark(v, "look",
                 ptl_page_words(v->page, "%lld of %lld lines differ from the books",
                                (long long)differing, (long long)n));
    else
        put_mark(v, "holds", "Agrees with the books, within tolerance");
    if (n > 0)
        put_mark(v, by ? "holds" : "waits",
                 by ? ptl_page_words(v->page, "Signed by %s", by->actor) : "Not signed by finance");
}

static void put_marks(const ptl_money_view *v)
{
    ptl_page_html(v->page, "<ul class=\"marks\">");
    put_mark(v, "holds", ptl_page_words(v->page, "Counted in %s", v->run));
    if (ptl_money_of(v, "revenue")) put_books_mark(v);
    ptl_page_html(v->page, "</ul>\n");
}

void ptl_money_put_answer(const ptl_money_view *v)
{
    const ptl_money_figure *f = ptl_money_of(v, v->primary);
    const char *words = f ? sentence(v, f) : "Nothing was counted for a whole month yet";
    ptl_page_html(v->page, "<section id=\"answer\">\n<h1>");
    ptl_page_text(v->page, words);
    ptl_page_html(v->page, "</h1>\n<p class=\"lede\">");
    if (f) ptl_page_text(v->page, lede(v, f));
    ptl_page_html(v->page, "</p>\n");
    put_marks(v);
    ptl_page_section_end(v->page);
}

/* --- from revenue to contribution ------------------------------------------------------------- */

static const struct {
    const char *metric, *label;
    bool is_total;
} flow[] = {{"revenue", "Revenue", true},
            {"variable_cost", "Variable cost", false},
            {"cm1", "CM1", true},
            {"media", "Media", false},
            {"cm2", "CM2", true}};
enum { N_FLOW = sizeof flow / sizeof *flow };

static void put_flow_step(const ptl_money_view *v, ptl_json *j, int i, const ptl_money_figure *f)
{
    ptl_json_object(j);
    ptl_json_put_string(j, "label", flow[i].label);
    ptl_json_put_double(j, "value", flow[i].is_total ? f->value : -f->value);
    ptl_json_put_double(j, "lo", PTL_NAN);
    ptl_json_put_double(j, "hi", PTL_NAN);
    ptl_json_put_string(j, "kind", flow[i].is_total ? "total" : "step");
    ptl_json_put_string(j, "verdict", f->verdict);
    ptl_json_put_string(j, "run", v->run);
    ptl_json_object_end(j);
}

static void put_flow_table(const ptl_money_view *v)
{
    static const ptl_page_column columns[] = {{"Level or step", false, false},
                                              {"Amount", true, false}};
    ptl_page_table(v->page, NULL, NULL, columns, 2);
    for (int i = 0; i < N_FLOW; i++) {
        const ptl_money_figure *f = ptl_money_of(v, flow[i].metric);
        ptl_page_row(v->page, flow[i].label);
        ptl_page_cell_money(v->page, flow[i].is_total ? f->exact : -f->exact);
        ptl_page_row_end(v->page);
    }
    ptl_page_table_end(v->page);
}

/* "Of every euro of revenue 38 cents were left after media" as a title: what was, in % of revenue.
 */
static const char *flow_title(const ptl_money_view *v)
{
    const ptl_money_figure *revenue = ptl_money_of(v, "revenue"), *cm2 = ptl_money_of(v, "cm2");
    if (!(revenue->value > 0)) return "From revenue to contribution after media";
    return ptl_page_words(v->page, "%.0f%% of revenue was left after variable cost and media",
                          100 * cm2->value / revenue->value);
}

static void put_flow(const ptl_money_view *v)
{
    for (int i = 0; i < N_FLOW; i++)
        if (!ptl_money_of(v, flow[i].metric)) return;
    ptl_page_section(v->page, "From revenue to contribution", "counted, exactly");
    const ptl_page_chart chart = {.kind = PTL_CHART_WATERFALL,
                                  .id = "contribution",
                                  .title = flow_title(v),
                                  .quantity =
                                      ptl_page_words(v->page, "Revenue to CM2, %s",
                                                     ptl_show_currency(v->workspace->currency)),
                                  .probability = PTL_NAN,
                                  .unit = PTL_UNIT_MONEY,
                                  .evidence = ptl_page_words(v->page, "Counted in %s", v->run),
                                  .verdict = "counted",
                                  .run = v->run,
                                  .figure = "cm2"};
    ptl_json *j = ptl_page_chart_open(v->page, &chart);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    ptl_json_key(j, "steps");
    ptl_json_array(j);
    for (int i = 0; i < N_FLOW; i++) put_flow_step(v, j, i, ptl_money_of(v, flow[i].metric));
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    put_flow_table(v);
    ptl_page_chart_end(v->page);
    ptl_page_section_end(v->page);
}

/* --- the page --------------------------------------------------------------------------------- */

static void put_nothing(ptl_money_view *v)
{
    ptl_page_answer(v->page, "Nothing has been counted yet",
                    "This page shows what a month brought, what a customer costs and comes to, "
                    "where the funnel leaks, and whether the books agree.");
    ptl_page_section(v->page, "What it takes", NULL);
    ptl_money_put_empty(v, "Orders or invoices, by line",
                        "Revenue, CM1, customers won, cohorts and retention.",
                        "portolan import; portolan review");
    ptl_money_put_empty(v, "Media spend, by day and channel",
                        "CM2, paid and blended CAC, LTV:CAC, payback.",
                        "docs/workspace.md: a source of table spend");
    ptl_money_put_empty(v, "The company's books, by month",
                        "Whether these figures are those that finance signs.",
                        "docs/reconcile.md: a source of table finance_close");
    ptl_page_section_end(v->page);
}

static void put_foot(const ptl_money_view *v)
{
    ptl_page_html(v->page, "<footer><p>Data to ");
    ptl_show_day_long(&v->page->body, v->last);
    ptl_page_printf(v->page, " · configuration %lld", (long long)v->workspace->version);
    ptl_page_html(v->page, "</p><p>");
    ptl_page_printf(v->page, "Review: %s", v->run);
    ptl_page_html(v->page, "</p></footer>\n");
}

static const char *month_words(const ptl_money_view *v, ptl_day month)
{
    if (month == 0) return NULL;
    const ptl_date d = ptl_date_of(month);
    return ptl_page_words(v->page, "%04d-%02d", d.year, d.month);
}

/* The whole months beside this one. */
static void tell_period(const ptl_money_view *v)
{
    ptl_page_period *p = &v->page->period;
    ptl_day earlier = 0, later = 0;
    for (int64_t i = 0; i < v->months.n; i++) {
        const ptl_money_figure *f = &v->months.items[i];
        if (!ptl_money_is_whole(v, f)) continue;
        if (f->from < v->from && (earlier == 0 || f->from > earlier)) earlier = f->from;
        if (f->from > v->from && (later == 0 || f->from < later)) later = f->from;
    }
    ptl_money_period_name(ptl_page_say(v->page), v->from, v->to);
    p->label = ptl_page_said(v->page);
    p->earlier = month_words(v, earlier);
    p->later = month_words(v, later);
    p->run = v->run_id;
    if (!p->compares) return;
    const ptl_money_figure *f = ptl_money_of(v, v->primary);
    p->compared = f && ptl_money_known(f->year_ago) && f->year_ago != 0
                      ? "Every figure here stands beside the same weekdays a year before"
                      : "Facts do not reach back to the same weekdays a year before";
}

ptl_status ptl_money_page(ptl_page *page, ptl_store *store, const ptl_workspace *workspace,
                          ptl_arena *arena, ptl_error *err)
{
    ptl_money_view v = {.has_month = page->period.has_month, .month = page->period.month};
    PTL_TRY(ptl_money_read(&v, store, workspace, 0, arena, err));
    v.page = page;
    if (v.run_id == 0) {
        put_nothing(&v);
        return PTL_OK;
    }
    page->setting.today = v.last + 1;
    v.run = ptl_page_words(page, "run %lld", (long long)v.run_id);
    tell_period(&v);
    ptl_money_put_answer(&v);
    if (ptl_money_of(&v, "revenue")) {
        ptl_money_put_keys(&v);
        put_flow(&v);
        ptl_money_put_channels(&v);
        ptl_money_put_parts(&v);
        ptl_money_put_cohorts(&v);
    } else {
        ptl_money_put_deals(&v);
    }
    ptl_money_put_pipeline(&v);
    ptl_money_put_funnel(&v);
    ptl_money_put_books(&v);
    ptl_money_put_maturity(&v);
    ptl_money_put_kpis(&v);
    put_foot(&v);
    return PTL_OK;
}
