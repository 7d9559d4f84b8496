/* money_keys.c: the nine figures a company is steered by, each with what it is held against.
 *
 * Acquisition cost is never shown without saying which one; what a customer is worth says whether
 * its cohort has lived long enough. */
#include "pages/money_internal.h"

#include "workspace/metric.h"

#include <stdio.h>
#include <string.h>

static void open_key(const ptl_money_view *v, const char *label)
{
    ptl_page_html(v->page, "<div><p>");
    ptl_page_text(v->page, label);
    ptl_page_html(v->page, "</p><p>");
}

static void close_key(const ptl_money_view *v, const char *fine)
{
    ptl_page_html(v->page, "</p><p class=\"fine\">");
    ptl_page_text(v->page, fine);
    ptl_page_html(v->page, "</p></div>\n");
}

static void add_part(ptl_buffer *b, const ptl_money_view *v, const ptl_money_figure *f,
                     const char *before, double value, const char *after)
{
    if (!ptl_money_known(value)) return;
    ptl_buffer_printf(b, "%s%s", b->len > 0 ? " · " : "", before);
    ptl_money_show(b, v, f, value, false);
    ptl_buffer_text(b, after);
}

/* "target €4k · €4.24k a month before · €3.53k a year before" */
static const char *against(const ptl_money_view *v, const ptl_money_figure *f)
{
    ptl_buffer *b = ptl_page_say(v->page);
    add_part(b, v, f, "target ", f->target, "");
    add_part(b, v, f, "", f->previous, " a month before");
    if (f->year_ago != 0) add_part(b, v, f, "", f->year_ago, " a year before");
    if (b->len == 0) ptl_buffer_text(b, "nothing to hold it against yet");
    return ptl_page_said(v->page);
}

/* What a missing figure needs. */
static const char *need_of(const char *name)
{
    static const struct {
        const char *name, *need;
    } needs[] = {{"cac.paid", "needs media of paid channels, and customers recorded with them"},
                 {"cac.blended", "needs media, and customers won in the period"},
                 {"cac.fully_loaded", "needs salaries, agencies and tools in table cost"},
                 {"retention.net", "needs contracts in table subscription"}};
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (strcmp(needs[i].name, name) == 0) return needs[i].need;
    return "not counted for this period";
}

static void put_key(const ptl_money_view *v, const char *name)
{
    const ptl_money_figure *f = ptl_money_of(v, name);
    open_key(v, ptl_money_label(v, name));
    if (!f || !ptl_money_known(f->value)) {
        ptl_page_mark(v->page, "unidentified", "not identified");
        close_key(v, need_of(name));
        return;
    }
    ptl_money_cite(v, name, f, "key");
    close_key(v, against(v, f));
}

/* --- worth of customers ----------------------------------------------------------------------- */

static int32_t months_between(ptl_day from, ptl_day to)
{
    const ptl_date a = ptl_date_of(from), b = ptl_date_of(to);
    return 12 * (b.year - a.year) + b.month - a.month;
}

/* The newest cohort that has lived its horizon; else the one won a year before the period; else the
 * oldest. Cohorts without a cost say nothing of LTV:CAC. */
static const ptl_money_cohort *cohort_to_show(const ptl_money_view *v)
{
    const ptl_money_cohort *mature = NULL, *year = NULL, *oldest = NULL;
    for (int64_t i = 0; i < v->cohorts.n; i++) {
        const ptl_money_cohort *c = &v->cohorts.items[i];
        if (!ptl_money_known(c->to_cac)) continue;
        if (!oldest) oldest = c;
        if (strcmp(c->verdict, "immature") != 0) mature = c;
        if (months_between(c->from, v->to) >= 12) year = c;
    }
    return mature ? mature : year ? year : oldest;
}

static ptl_money_figure worth_figure(const ptl_money_cohort *c, const char *name, double value,
                                     ptl_unit unit, const char *noun)
{
    return (ptl_money_figure){.name = name,
                              .grain = "cohort",
                              .member = "",
                              .from = c->from,
                              .to = ptl_month_add(ptl_month_start(c->from), 1) - 1,
                              .value = value,
                              .target = PTL_NAN,
                              .previous = PTL_NAN,
                              .year_ago = PTL_NAN,
                              .low = PTL_NAN,
                              .high = PTL_NAN,
                              .unit = unit,
                              .noun = noun,
                              .kind = "counted",
                              .grade = "",
                              .verdict = c->verdict};
}

/* "customers won in October 2025, 12 of 24 months seen" */
static const char *maturity_of(const ptl_money_view *v, const ptl_money_cohort *c)
{
    ptl_metric_in_force m;
    ptl_error own;
    const bool known = ptl_metric_of(&m, v->workspace, PTL_TEXT("ltv.observed"), &own) == PTL_OK;
    const int32_t lived = months_between(c->from, v->last) + 1;
    ptl_buffer *b = ptl_page_say(v->page);
    ptl_buffer_text(b, "customers won in ");
    ptl_money_period_name(b, ptl_month_start(c->from),
                          ptl_month_add(ptl_month_start(c->from), 1) - 1);
    if (strcmp(c->verdict, "immature") == 0 && known)
        ptl_buffer_printf(b, "; immature, %d of %d months seen", (int)lived, (int)m.horizon_months);
    else
        ptl_buffer_text(b, "; mature");
    return ptl_page_said(v->page);
}

static void put_worth(const ptl_money_view *v, const ptl_money_cohort *c)
{
    open_key(v, ptl_money_is_loaded(v) ? "LTV:CAC, observed, on fully loaded CAC"
                                       : "LTV:CAC, observed, on blended CAC");
    if (c) {
        const ptl_money_figure f =
            worth_figure(c, "ltv_to_cac", c->to_cac, PTL_UNIT_NUMBER, "times");
        ptl_money_cite(v, "ltv_to_cac", &f, "key");
        close_key(v, maturity_of(v, c));
        return;
    }
    ptl_page_mark(v->page, "unidentified", "not identified");
    close_key(v, "needs customers who can be told apart, and media by month");
}

/* "3 months", and how many cohorts have paid back. */
static const char *paid_back_words(const ptl_money_view *v)
{
    int64_t n = 0, of = 0;
    for (int64_t i = 0; i < v->cohorts.n; i++) {
        of += ptl_money_known(v->cohorts.items[i].to_cac);
        n += ptl_money_known(v->cohorts.items[i].payback);
    }
    return ptl_page_words(v->page,
                          "same customers, month 0 the first; %lld of %lld months' "
                          "customers have paid back",
                          (long long)n, (long long)of);
}

static void put_payback(const ptl_money_view *v, const ptl_money_cohort *c)
{
    open_key(v, ptl_money_is_loaded(v) ? "Payback of fully loaded CAC" : "Payback of blended CAC");
    if (c && ptl_money_known(c->payback)) {
        const ptl_money_figure f =
            worth_figure(c, "payback_months", c->payback, PTL_UNIT_NUMBER, "month of life");
        ptl_money_cite(v, "payback_months", &f, "key");
    } else if (c) {
        ptl_page_mark(v->page, "waits", "not yet");
    } else {
        ptl_page_mark(v->page, "unidentified", "not identified");
    }
    close_key(v,
              c ? paid_back_words(v) : "needs customers who can be told apart, and media by month");
}

/* --- keeping them ----------------------------------------------------------------------------- */

/* Without contracts: how many came back in the third month after the first order. */
static const ptl_money_cohort *age_to_show(const ptl_money_view *v, int32_t age)
{
    const ptl_money_cohort *found = NULL;
    for (int64_t i = 0; i < v->ages.n; i++)
        if (v->ages.items[i].age == age && strcmp(v->ages.items[i].verdict, "partial") != 0)
            found = &v->ages.items[i];
    return found;
}

static const ptl_money_cohort *cohort_of(const ptl_money_view *v, ptl_day from)
{
    for (int64_t i = 0; i < v->cohorts.n; i++)
        if (v->cohorts.items[i].from == from) return &v->cohorts.items[i];
    return NULL;
}

static void put_retention(const ptl_money_view *v)
{
    const ptl_money_figure *net = ptl_money_of(v, "retention.net");
    const ptl_money_cohort *age = age_to_show(v, 3);
    const ptl_money_cohort *of = age ? cohort_of(v, age->from) : NULL;
    if ((net && ptl_money_known(net->value)) || !of || of->customers == 0) {
        put_key(v, "retention.net");
        return;
    }
    open_key(v, "Bought again in month 3");
    ptl_money_figure f = worth_figure(
        age, "cohort.active", (double)age->active / (double)of->customers, PTL_UNIT_SHARE, "share");
    ptl_money_cite(v, "cohort.active", &f, "key");
    ptl_buffer *b = ptl_page_say(v->page);
    ptl_show_count(b, age->active);
    ptl_buffer_text(b, " of ");
    ptl_show_count(b, of->customers);
    ptl_buffer_text(b, " won in ");
    ptl_money_period_name(b, f.from, f.to);
    close_key(v, ptl_page_said(v->page));
}

/* Where no money is here, what deals say. */
void ptl_money_put_deals(const ptl_money_view *v)
{
    static const char *const names[] = {"bookings",  "deals.won",  "win_rate",
                                        "deal_size", "cycle_days", "opportunities"};
    ptl_money_period_name(ptl_page_say(v->page), v->from, v->to);
    ptl_page_section(v->page, "Key figures", ptl_page_said(v->page));
    ptl_page_html(v->page, "<div class=\"three\">\n");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) put_key(v, names[i]);
    ptl_page_html(v->page, "</div>\n");
    ptl_page_section_end(v->page);
}

void ptl_money_put_keys(const ptl_money_view *v)
{
    static const char *const sums[] = {"revenue", "cm1", "cm2"};
    static const char *const costs[] = {"cac.paid", "cac.blended", "cac.fully_loaded"};
    const ptl_money_cohort *c = cohort_to_show(v);
    ptl_money_period_name(ptl_page_say(v->page), v->from, v->to);
    ptl_page_section(v->page, "Key figures", ptl_page_said(v->page));
    ptl_page_html(v->page, "<div class=\"three\">\n");
    for (int i = 0; i < 3; i++) put_key(v, sums[i]);
    for (int i = 0; i < 3; i++) put_key(v, costs[i]);
    put_worth(v, c);
    put_payback(v, c);
    put_retention(v);
    ptl_page_html(v->page, "</div>\n");
    ptl_page_section_end(v->page);
}
