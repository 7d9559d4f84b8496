/* money_cohorts.c: customers by the month in which they were won, month of life by month of life.
 *
 * Two tables of the same cohorts: who bought again, and what a customer has brought since, against
 * what winning it cost. A cell's ground is its figure in five steps, the figure stands in it, and a
 * month that is not over is dashed. */
#include "pages/money_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const ptl_money_cohort *cell_of(const ptl_money_view *v, ptl_day from, int32_t age)
{
    for (int64_t i = 0; i < v->ages.n; i++)
        if (v->ages.items[i].from == from && v->ages.items[i].age == age) return &v->ages.items[i];
    return NULL;
}

static bool is_over(const ptl_money_cohort *cell)
{
    return strcmp(cell->verdict, "partial") != 0;
}

static double share_of(const ptl_money_cohort *whole, const ptl_money_cohort *cell)
{
    return whole->customers > 0 ? (double)cell->active / (double)whole->customers : PTL_NAN;
}

/* CM1 a customer, added up to this month of life; NaN where the month has not been. */
static double worth_at(const ptl_money_view *v, const ptl_money_cohort *whole, int32_t age)
{
    int64_t sum = 0;
    if (whole->customers == 0 || !cell_of(v, whole->from, age)) return PTL_NAN;
    for (int32_t a = 0; a <= age; a++) {
        const ptl_money_cohort *cell = cell_of(v, whole->from, a);
        if (cell) sum += cell->cm1_micros;
    }
    return (double)sum / 1e6 / (double)whole->customers;
}

static int64_t first_shown(const ptl_money_view *v)
{
    return v->cohorts.n > PTL_MONEY_COHORTS ? v->cohorts.n - PTL_MONEY_COHORTS : 0;
}

/* --- the tables' frame ------------------------------------------------------------------------ */

/* The kit's tables have one kind of cell; these have a ground of their own. */
static void open_table(const ptl_money_view *v, const char *csv, const char *caption,
                       const char *const *heads, int n_heads)
{
    ptl_buffer_printf(&v->page->body, "<table class=\"data cohort\" data-csv=\"%s\"><caption>",
                      csv);
    ptl_page_text(v->page, caption);
    ptl_page_html(v->page, "</caption><thead><tr><th scope=\"col\">Won in</th>");
    for (int i = 0; i < n_heads; i++) {
        ptl_page_html(v->page, "<th scope=\"col\" class=\"n\">");
        ptl_page_text(v->page, heads[i]);
        ptl_page_html(v->page, "</th>");
    }
    for (int age = 0; age < PTL_MONEY_AGES; age++)
        ptl_buffer_printf(&v->page->body,
                          "<th scope=\"col\"><span class=\"vh\">month </span>%d</th>", age);
    ptl_page_html(v->page, "</tr></thead><tbody>\n");
}

/* "Nov 2025": a narrow column leaves room for a year of months. */
static void put_month(const ptl_money_view *v, ptl_day from)
{
    ptl_buffer name;
    ptl_buffer_init(&name, 256, NULL);
    ptl_money_period_name(&name, ptl_month_start(from),
                          ptl_month_add(ptl_month_start(from), 1) - 1);
    if (name.len > 7) {
        ptl_buffer_append(&v->page->body, name.ptr, 3);
        ptl_buffer_append(&v->page->body, name.ptr + name.len - 5, 5);
    }
    ptl_buffer_dispose(&name);
}

static void open_row(const ptl_money_view *v, const ptl_money_cohort *whole)
{
    ptl_page_html(v->page, "<tr><th scope=\"row\">");
    put_month(v, whole->from);
    ptl_page_html(v->page, "</th><td class=\"n main\">");
    ptl_page_count(v->page, whole->customers);
    ptl_page_html(v->page, "</td>");
}

/* step 0: no ground; 6: not over. */
static void put_cell(const ptl_money_view *v, int step, double value, ptl_digits digits)
{
    if (!ptl_money_known(value)) {
        ptl_page_html(v->page, "<td data-value=\"\" data-label=\" \"><span class=\"vh\">to "
                               "come</span></td>");
        return;
    }
    char exact[32];
    ptl_double_format(exact, value);
    ptl_buffer_printf(&v->page->body, "<td data-value=\"%s\"", exact);
    if (step == 6) ptl_page_html(v->page, " class=\"if\"");
    if (step >= 1 && step <= 5) ptl_buffer_printf(&v->page->body, " class=\"s%d\"", step);
    ptl_page_html(v->page, ">");
    ptl_show_bare(&v->page->body, value, digits);
    if (step == 6) ptl_page_html(v->page, "<span class=\"vh\">, not over</span>");
    ptl_page_html(v->page, "</td>");
}

static int step_of(double value, double top)
{
    const double step = floor(5 * value / top) + 1;
    return step < 1 ? 1 : step > 5 ? 5 : (int)step;
}

/* --- who bought again ------------------------------------------------------------------------- */

static double most_returned(const ptl_money_view *v)
{
    double top = 0.01;
    for (int64_t i = first_shown(v); i < v->cohorts.n; i++)
        for (int32_t age = 1; age < PTL_MONEY_AGES; age++) {
            const ptl_money_cohort *cell = cell_of(v, v->cohorts.items[i].from, age);
            if (cell) top = fmax(top, share_of(&v->cohorts.items[i], cell));
        }
    return top;
}

static void put_return_row(const ptl_money_view *v, const ptl_money_cohort *whole, double top)
{
    const ptl_digits digits = {.power = -2, .decimals = 0, .strip = false};
    open_row(v, whole);
    for (int32_t age = 0; age < PTL_MONEY_AGES; age++) {
        const ptl_money_cohort *cell = cell_of(v, whole->from, age);
        const double share = cell ? share_of(whole, cell) : PTL_NAN;
        const int step = !cell ? 0 : !is_over(cell) ? 6 : age == 0 ? 0 : step_of(share, top);
        put_cell(v, step, share, digits);
    }
    ptl_page_html(v->page, "</tr>\n");
}

static void put_returns(const ptl_money_view *v)
{
    static const char *const heads[] = {"Customers"};
    const double top = most_returned(v);
    ptl_page_section(v->page, "Who bought again",
                     "customers of a month won who bought in a month of life, in 100");
    open_table(v, "retention",
               "Month 0 is that of the first order. The darker, the more came back; a dashed cell "
               "is a month that is not over.",
               heads, 1);
    for (int64_t i = first_shown(v); i < v->cohorts.n; i++)
        put_return_row(v, &v->cohorts.items[i], top);
    ptl_page_html(v->page, "</tbody></table>\n");
    ptl_page_section_end(v->page);
}

/* --- what they brought ------------------------------------------------------------------------ */

static double most_worth(const ptl_money_view *v)
{
    double top = 0;
    for (int64_t i = first_shown(v); i < v->cohorts.n; i++)
        for (int32_t age = 0; age < PTL_MONEY_AGES; age++) {
            const double worth = worth_at(v, &v->cohorts.items[i], age);
            if (ptl_money_known(worth)) top = fmax(top, worth);
        }
    return top;
}

/* Quarters of the cost; the fifth step has come to all of it. */
static int worth_step(double worth, double cost)
{
    if (!(cost > 0) || !ptl_money_known(worth)) return 0;
    if (worth >= cost) return 5;
    return worth <= 0 ? 1 : (int)(4 * worth / cost) + 1;
}

static void put_payback(const ptl_money_view *v, const ptl_money_cohort *whole)
{
    if (ptl_money_known(whole->payback))
        ptl_page_printf(v->page, "month %.0f", whole->payback);
    else
        ptl_page_text(v->page,
                      ptl_money_known(ptl_money_cost_of(v, whole->from)) ? "not yet" : NULL);
}

static void put_worth_row(const ptl_money_view *v, const ptl_money_cohort *whole, ptl_digits digits)
{
    const double cost = ptl_money_cost_of(v, whole->from);
    char exact[32] = "";
    if (ptl_money_known(cost)) ptl_double_format(exact, cost);
    open_row(v, whole);
    ptl_buffer_printf(&v->page->body, "<td class=\"n\" data-value=\"%s\">", exact);
    ptl_show_bare(&v->page->body, cost, digits);
    ptl_page_html(v->page, "</td><td class=\"n\">");
    put_payback(v, whole);
    ptl_page_html(v->page, "</td>");
    for (int32_t age = 0; age < PTL_MONEY_AGES; age++) {
        const ptl_money_cohort *cell = cell_of(v, whole->from, age);
        const double worth = worth_at(v, whole, age);
        put_cell(v, cell && !is_over(cell) ? 6 : worth_step(worth, cost), worth, digits);
    }
    ptl_page_html(v->page, "</tr>\n");
}

#define CAPTION(which)                                                                             \
    "Cost each is the month's " which ". The darkest cells have come to all of it, the others to " \
    "quarters of it; a dashed cell is a month that is not over."

static void put_worths(const ptl_money_view *v)
{
    static const char *const heads[] = {"Customers", "Cost each", "Payback"};
    const double top = most_worth(v);
    ptl_digits digits = ptl_show_digits(top, PTL_NAN, PTL_NAN, PTL_UNIT_MONEY);
    digits.strip = false;
    if (digits.decimals > 1) digits.decimals = digits.power == 0 && top >= 100 ? 0 : 1;
    ptl_page_section(v->page, "What they have brought",
                     ptl_page_words(v->page, "CM1 a customer, added up, %s%s",
                                    ptl_show_currency(v->workspace->currency),
                                    digits.power == 3   ? " thousand"
                                    : digits.power == 6 ? " million"
                                                        : ""));
    open_table(v, "cohort-cm1",
               ptl_money_is_loaded(v) ? CAPTION("fully loaded CAC") : CAPTION("blended CAC"), heads,
               3);
    for (int64_t i = first_shown(v); i < v->cohorts.n; i++)
        put_worth_row(v, &v->cohorts.items[i], digits);
    ptl_page_html(v->page, "</tbody></table>\n");
    if (first_shown(v) > 0) {
        ptl_page_html(v->page, "<p class=\"fine\">");
        ptl_page_printf(v->page,
                        "The newest %d of %lld months; portolan cohort list has all of "
                        "them, by channel and first product too.",
                        (int)PTL_MONEY_COHORTS, (long long)v->cohorts.n);
        ptl_page_html(v->page, "</p>\n");
    }
    ptl_page_section_end(v->page);
}

void ptl_money_put_cohorts(const ptl_money_view *v)
{
    if (v->cohorts.n > 0) {
        put_returns(v);
        put_worths(v);
        return;
    }
    ptl_page_section(v->page, "Who bought again", NULL);
    ptl_money_put_empty(v, "Customers who can be told apart",
                        "Retention, what a customer has brought since it was won, and payback.",
                        "docs/kpi.md: orders need an identifier and kind new for first orders");
    ptl_page_section_end(v->page);
}
