/* money_pipeline.c: leads and deals: what was won month by month, what is open, where it leaks.
 *
 * Part of the page of money, and the page of a company whose money is not here. */
#include "pages/money_internal.h"

#include <stdio.h>
#include <string.h>

/* --- the funnel ------------------------------------------------------------------------------- */

static const char *step_words(const char *name)
{
    static const char *const words[][2] = {{"lead", "Lead to qualified by marketing"},
                                           {"mql", "Qualified by marketing to deal"},
                                           {"opportunity", "Deal to won"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(name, words[i][0]) == 0) return words[i][1];
    return name;
}

static const ptl_money_step *largest_leak(const ptl_money_view *v)
{
    const ptl_money_step *most = NULL;
    for (int64_t i = 0; i < v->n_steps; i++) {
        const ptl_money_step *s = &v->steps[i];
        if (ptl_money_known(s->leak) && s->leak > 0 && (!most || s->leak > most->leak)) most = s;
    }
    return most;
}

static void cite_leak(const ptl_money_view *v, const ptl_money_step *s)
{
    char key[48];
    (void)snprintf(key, sizeof key, "leak-%.40s", s->name);
    ptl_buffer *b = ptl_page_say(v->page);
    ptl_show_day_long(b, s->from);
    ptl_buffer_text(b, " to ");
    ptl_show_day_long(b, s->to);
    const char *window = ptl_page_said(v->page);
    const ptl_page_figure figure = {
        .key = key,
        .what = ptl_page_words(v->page, "leak at %s", step_words(s->name)),
        .value = s->leak,
        .low = PTL_NAN,
        .high = PTL_NAN,
        .probability = PTL_NAN,
        .unit = PTL_UNIT_MONEY,
        .verdict = "counted",
        .kind = "counted",
        .run = v->run,
        .window = window,
        .checks = "what was lost, times what those who passed were worth on average; not what "
                  "could be won back",
        .repeat = ptl_page_words(v->page, "portolan funnel show --run %lld", (long long)v->run_id)};
    ptl_page_cite(v->page, &figure, "");
}

static void put_step(const ptl_money_view *v, const ptl_money_step *s)
{
    const ptl_estimate passed = {s->conversion, PTL_NAN, PTL_NAN, PTL_NAN};
    char exact[32] = "";
    if (ptl_money_known(s->leak)) ptl_double_format(exact, s->leak);
    ptl_page_row(v->page, step_words(s->name));
    ptl_page_cell_count(v->page, s->entered);
    ptl_page_cell_count(v->page, s->passed);
    ptl_page_cell_count(v->page, s->lost);
    ptl_page_cell_count(v->page, s->waiting);
    ptl_page_cell_estimate(v->page, &passed, PTL_UNIT_SHARE);
    ptl_page_cell_open(v->page, exact);
    if (*exact)
        cite_leak(v, s);
    else
        ptl_page_text(v->page, NULL);
    ptl_page_cell_close(v->page);
    ptl_page_row_end(v->page);
}

void ptl_money_put_funnel(const ptl_money_view *v)
{
    static const ptl_page_column columns[] = {
        {"Step", false, false}, {"Came", true, false},    {"Passed", true, false},
        {"Lost", true, false},  {"Waiting", true, false}, {"Passed of known", true, false},
        {"Leak", true, false}};
    const ptl_money_step *most = largest_leak(v);
    if (v->n_steps == 0) return;
    ptl_buffer *b = ptl_page_say(v->page);
    ptl_show_day_long(b, v->steps[0].from);
    ptl_buffer_text(b, " to ");
    ptl_show_day_long(b, v->steps[0].to);
    ptl_page_section(v->page, "Where the funnel leaks", ptl_page_said(v->page));
    if (most) {
        ptl_page_html(v->page, "<p>Most is lost from ");
        ptl_page_printf(v->page, "%s: ", step_words(most->name));
        cite_leak(v, most);
        ptl_page_html(v->page, " at the average worth of those who passed.</p>\n");
    }
    ptl_page_table(v->page, "funnel",
                   "Leads are followed from the day they came, deals from the day they were "
                   "opened. A leak is an average and not what could be won back.",
                   columns, 7);
    for (int64_t i = 0; i < v->n_steps; i++) put_step(v, &v->steps[i]);
    ptl_page_table_end(v->page);
    ptl_page_section_end(v->page);
}

/* --- month by month --------------------------------------------------------------------------- */

static const char *const monthly[] = {"leads",      "leads.sql", "opportunities", "deals.won",
                                      "deals.lost", "bookings",  "win_rate",      "cycle_days"};
enum { N_MONTHLY = sizeof monthly / sizeof *monthly, MONTHS_SHOWN = 13 };

/* Metrics that some month counted; a company without leads has no column of them. */
static int32_t present(const char *names[N_MONTHLY], const ptl_money_view *v)
{
    int32_t n = 0;
    for (int m = 0; m < N_MONTHLY; m++)
        for (int64_t i = 0; i < v->months.n; i++)
            if (strcmp(v->months.items[i].name, monthly[m]) == 0 &&
                ptl_money_known(v->months.items[i].value) && v->months.items[i].value != 0) {
                names[n++] = monthly[m];
                break;
            }
    return n;
}

static void put_figure_cell(const ptl_money_view *v, const ptl_money_figure *f)
{
    char exact[32] = "";
    if (f && ptl_money_known(f->value)) ptl_double_format(exact, f->value);
    ptl_page_cell_open(v->page, exact);
    if (*exact)
        ptl_money_show(&v->page->body, v, f, f->value, false);
    else
        ptl_page_text(v->page, NULL);
    ptl_page_cell_close(v->page);
}

static void put_month(const ptl_money_view *v, ptl_day from, ptl_day to, const char *const *names,
                      int32_t n)
{
    char exact[16];
    ptl_day_format(exact, from);
    ptl_page_html(v->page, "<tr><th scope=\"row\" data-value=\"");
    ptl_page_text(v->page, exact);
    ptl_page_html(v->page, "\">");
    ptl_money_period_name(&v->page->body, from, to);
    ptl_page_html(v->page, "</th>");
    v->page->column = 1;
    for (int32_t m = 0; m < n; m++) put_figure_cell(v, ptl_money_find(&v->months, names[m], from));
    ptl_page_row_end(v->page);
}

static void put_months(const ptl_money_view *v, const char *const *names, int32_t n)
{
    ptl_page_column columns[N_MONTHLY + 1] = {{"Month", false, true}};
    int64_t shown = 0;
    for (int32_t m = 0; m < n; m++)
        columns[m + 1] = (ptl_page_column){ptl_money_label(v, names[m]), true, true};
    ptl_page_table(v->page, "pipeline",
                   "Each step by the day on which it was taken; win rate is won of closed; cycle "
                   "is opening to closing of deals won, mean.",
                   columns, n + 1);
    for (int64_t i = v->months.n - 1; i >= 0 && shown < MONTHS_SHOWN; i--) {
        const ptl_money_figure *f = &v->months.items[i];
        if (strcmp(f->name, "opportunities") != 0) continue;
        put_month(v, f->from, f->to, names, n);
        shown++;
    }
    ptl_page_table_end(v->page);
}

static const ptl_money_figure *today_of(const ptl_money_view *v, const char *name)
{
    for (int64_t i = 0; i < v->today.n; i++)
        if (strcmp(v->today.items[i].name, name) == 0 && ptl_money_known(v->today.items[i].value))
            return &v->today.items[i];
    return NULL;
}

/* "2,089 deals are open, worth €1.2m, €350k by the chance of their stage." */
static void put_open(const ptl_money_view *v)
{
    const ptl_money_figure *deals = today_of(v, "pipeline.deals");
    const ptl_money_figure *open = today_of(v, "pipeline.open");
    const ptl_money_figure *weighted = today_of(v, "pipeline.weighted");
    const ptl_money_figure *coverage = today_of(v, "pipeline.coverage");
    if (!deals || !(deals->value > 0)) return;
    ptl_page_html(v->page, "<p>");
    ptl_money_cite(v, "pipeline.deals", deals, "");
    if (!open || !(open->value > 0)) {
        ptl_page_html(v->page, " deals are open; none of them carries a value, so what they may "
                               "come to is not known.</p>\n");
        return;
    }
    ptl_page_html(v->page, " deals are open, worth ");
    ptl_money_cite(v, "pipeline.open", open, "");
    if (weighted && weighted->value > 0) {
        ptl_page_html(v->page, ", and ");
        ptl_money_cite(v, "pipeline.weighted", weighted, "");
        ptl_page_html(v->page, " by the chance their stage is given");
    }
    if (weighted && weighted->value > 0 && coverage) {
        ptl_page_html(v->page, ": ");
        ptl_money_cite(v, "pipeline.coverage", coverage, "");
        ptl_page_html(v->page, " times what is left of the target");
    }
    ptl_page_html(v->page, ".</p>\n");
}

void ptl_money_put_pipeline(const ptl_money_view *v)
{
    const char *names[N_MONTHLY];
    const int32_t n = present(names, v);
    if (!ptl_money_find(&v->all, "opportunities", v->all.items[0].from) || n == 0) return;
    ptl_page_section(v->page, "Pipeline", "leads and deals, month by month");
    put_open(v);
    put_months(v, names, n);
    ptl_page_section_end(v->page);
}

/* --- a company without money --------------------------------------------------------------------
 */

ptl_status ptl_pipeline_read(const ptl_money_view **out, ptl_store *store,
                             const ptl_workspace *workspace, int64_t run_id, ptl_arena *arena,
                             ptl_error *err)
{
    *out = NULL;
    ptl_money_view *v = ptl_arena_array(arena, 1, sizeof *v, err);
    if (!v) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_money_read(v, store, workspace, run_id, arena, err));
    if (v->run_id != 0 && strcmp(v->primary, "bookings") == 0) *out = v;
    return PTL_OK;
}

void ptl_pipeline_span(ptl_day *first, ptl_day *last, const ptl_money_view *pipeline)
{
    *first = pipeline->all.items[0].from;
    *last = pipeline->last;
}

void ptl_pipeline_put(ptl_page *page, const ptl_money_view *pipeline)
{
    ptl_money_view v = *pipeline;
    v.page = page;
    v.run = ptl_page_words(page, "run %lld", (long long)v.run_id);
    page->setting.today = v.last + 1;
    ptl_money_put_answer(&v);
    ptl_money_put_deals(&v);
    ptl_money_put_pipeline(&v);
    ptl_money_put_funnel(&v);
    ptl_page_section(page, "What money would add", NULL);
    ptl_money_put_empty(&v, "Invoices or orders, by line",
                        "What deals became: revenue, contribution, retention, and what a customer "
                        "comes to.",
                        "docs/workspace.md: a source of table txn");
    ptl_money_put_empty(&v, "Media spend, by day and channel",
                        "What winning a customer costs, and which channel's pipeline is worth it.",
                        "docs/workspace.md: a source of table spend");
    ptl_page_section_end(page);
}
