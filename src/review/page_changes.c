/* page_changes.c: what changed last week, and why; what was decided about it.
 *
 * A change is named only where it survives the correction for everything that was asked. *Because*
 * is said only of effects that were measured; what is left is unexplained, and stands there. */
#include "review/json_internal.h"
#include "review/page_internal.h"

#include "store/alarm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *plain_money(ptl_page *page, const ptl_review *r, int64_t micros)
{
    ptl_show_money_short(ptl_page_say(page), micros, r->workspace->currency, 3);
    return ptl_page_said(page);
}

static const char *what_of(const char *metric)
{
    static const struct {
        const char *metric, *what;
    } words[] = {{"orders", "orders"},
                 {"revenue", "revenue"},
                 {"cm1", "contribution before media"},
                 {"media", "media"},
                 {"cm2", "contribution after media"},
                 {"rate", "orders a click"},
                 {"price", "revenue an order"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].metric, metric) == 0) return words[i].what;
    return metric;
}

static const char *title_of(ptl_page *page, const ptl_changed *c)
{
    return ptl_page_words(page, "%s: %s %s", c->dimension[0] ? c->label : "The company",
                          c->change < 0 ? "less" : "more", what_of(c->metric));
}

static bool is_money(const ptl_review *r, const ptl_changed *c)
{
    return strcmp(c->unit, r->workspace->currency) == 0;
}

/* "€3.1k against €4.0k expected. Volume −€600, rate −€210, mix +€40, price −€130." */
static const char *second_of(ptl_page *page, const ptl_review *r, const ptl_changed *c)
{
    const ptl_unit unit = is_money(r, c) ? PTL_UNIT_MONEY : PTL_UNIT_NUMBER;
    const ptl_digits d =
        ptl_show_digits(c->expected.point, c->expected.low, c->expected.high, unit);
    const struct {
        const char *name;
        int64_t micros;
    } parts[] = {{"volume", c->parts.volume}, {"rate", c->parts.rate},    {"mix", c->parts.mix},
                 {"price", c->parts.price},   {"media", c->media_micros}, {"cost", c->cost_micros}};
    ptl_buffer *b = ptl_page_say(page);
    ptl_show_value(b, c->value, d, unit, r->workspace->currency, false);
    ptl_buffer_text(b, " against ");
    ptl_show_value(b, c->expected.point, d, unit, r->workspace->currency, false);
    ptl_buffer_text(b, " expected. It sits in");
    const char *comma = " ";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (llabs(parts[i].micros) * 20 < llabs(c->cm2_micros)) continue; /* below one in twenty */
        ptl_buffer_printf(b, "%s%s ", comma, parts[i].name);
        ptl_show_money_change(b, parts[i].micros, r->workspace->currency, 3);
        comma = ", ";
    }
    for (int32_t i = 0; i < c->n_because; i++)
        ptl_buffer_printf(b, "; %s %s", c->because[i].name,
                          c->because[i].grade == 'C' ? "explains part of it" : "caused part of it");
    ptl_buffer_text(b, "; unexplained ");
    ptl_show_money_change(b, c->unexplained_micros, r->workspace->currency, 3);
    ptl_buffer_text(b, ".");
    return ptl_page_said(page);
}

static void put_row(ptl_page *page, ptl_json *j, const ptl_review *r, const ptl_changed *c)
{
    const bool cm2 = strcmp(c->metric, "cm2") == 0;
    ptl_json_object(j);
    ptl_json_put_string(j, "label", title_of(page, c));
    ptl_json_put_string(j, "second", second_of(page, r, c));
    ptl_json_put_double(j, "value", (double)c->cm2_micros / 1e6);
    ptl_json_put_double(j, "lo", cm2 ? c->value - c->expected.high : PTL_NAN);
    ptl_json_put_double(j, "hi", cm2 ? c->value - c->expected.low : PTL_NAN);
    ptl_json_put_string(j, "verdict", "outside its band");
    ptl_json_put_string(j, "mark", "look");
    ptl_json_put_string(j, "run", ptl_page_words(page, "run %lld", (long long)r->run_id));
    ptl_json_object_end(j);
}

static void put_table_row(ptl_page *page, const ptl_review *r, const ptl_changed *c)
{
    ptl_page_row(page, title_of(page, c));
    ptl_page_cell(page, second_of(page, r, c), NULL);
    ptl_page_cell_money(page, c->cm2_micros);
    ptl_page_row_end(page);
}

static void put_chart(ptl_page *page, const ptl_review *r)
{
    static const ptl_page_column columns[] = {
        {"What", false, false}, {"Where it sits", false, false}, {"Effect on CM2", true, false}};
    const ptl_changes *all = &r->changes;
    const ptl_page_chart chart = {
        .kind = PTL_CHART_ROWS,
        .id = "changes",
        .title = all->n_found == 1 ? "One thing changed more than chance explains"
                                   : "Changes that chance does not explain",
        .quantity = ptl_page_words(page, "Effect on contribution after media, %s, last week",
                                   ptl_show_currency(r->workspace->currency)),
        .probability = 0.8,
        .unit = PTL_UNIT_MONEY,
        .is_signed = true,
        .evidence = ptl_page_words(page, "%lld cells were asked, false discoveries held at 1 in 10",
                                   (long long)all->n_asked),
        .verdict = ptl_verdict_text(all->verdict),
        .run = ptl_page_words(page, "run %lld", (long long)r->run_id)};
    ptl_json *j = ptl_page_chart_open(page, &chart);
    ptl_json_put_bool(j, "stem", true);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    ptl_json_key(j, "rows");
    ptl_json_array(j);
    for (int32_t i = 0; i < all->n_found; i++) put_row(page, j, r, &all->found[i]);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    ptl_page_table(page, NULL, NULL, columns, 3);
    for (int32_t i = 0; i < all->n_found; i++) put_table_row(page, r, &all->found[i]);
    ptl_page_table_end(page);
    ptl_page_chart_end(page);
}

void ptl_review_changes(ptl_page *page, const ptl_review *r)
{
    const ptl_changes *all = &r->changes;
    if (all->run_id == 0) return;
    ptl_page_section(page, "What changed last week, and why", "effect on contribution after media");
    ptl_page_html(page, "<p>");
    if (all->verdict == PTL_NOT_IDENTIFIED)
        ptl_page_html(page, "Too few weeks are known to say what is out of the ordinary.");
    else if (all->n_found == 0)
        ptl_page_printf(
            page,
            "Nothing changed more than chance explains. %lld cells were asked; a change "
            "counts from %s a week.",
            (long long)all->n_asked, plain_money(page, r, (int64_t)(all->least * 1e6)));
    else
        ptl_page_html(page, "Where a change sits is arithmetic. Why is said only where an effect "
                            "was measured; the rest is unexplained, and shown.");
    ptl_page_html(page, "</p>\n");
    if (all->n_found > 0) put_chart(page, r);
    ptl_page_section_end(page);
}

/* --- alarms ----------------------------------------------------------------------------------- */

void ptl_review_alarms(ptl_page *page, const ptl_review *r)
{
    for (int64_t i = 0; i < r->n_alarms; i++) {
        const ptl_alarm *a = &r->alarms[i];
        const char *who = a->member[0] ? a->member : "the company";
        ptl_show_day(ptl_page_say(page), a->day, ptl_review_year(r));
        const char *day = ptl_page_said(page);
        const ptl_page_finding f = {
            .mark = "look",
            .title = ptl_page_words(page, "%s of %s left its band on %s", a->metric, who, day),
            .text = ptl_page_words(page, "%.4g against %.4g to %.4g for that weekday.", a->value,
                                   a->expected.low, a->expected.high),
            .who = r->workspace->kpi.owner,
            .action = "Find out, or say why it was expected"};
        ptl_page_put_finding(page, &f);
    }
}

/* --- minutes ---------------------------------------------------------------------------------- */

static void put_minute(ptl_page *page, const ptl_review *r, const ptl_minute *m)
{
    const bool late = ptl_minute_is_late(m, r->last + 1);
    ptl_page_row(page, m->what);
    ptl_page_cell(page, m->kind == PTL_MINUTE_ACTION ? "action" : "decision", NULL);
    ptl_page_cell(page, m->owner, NULL);
    ptl_page_cell_open(page, NULL);
    if (m->has_due)
        ptl_show_day(&page->body, m->due_on, ptl_review_year(r));
    else
        ptl_page_html(page, "none");
    ptl_page_cell_close(page);
    if (m->closed_at != 0)
        ptl_page_cell_mark(page, "holds", m->outcome);
    else if (m->kind == PTL_MINUTE_ACTION)
        ptl_page_cell_mark(page, late ? "look" : "waits", late ? "late" : "open");
    else
        ptl_page_cell_mark(page, "holds", "decided");
    ptl_page_row_end(page);
}

void ptl_review_minutes(ptl_page *page, const ptl_review *r)
{
    static const ptl_page_column columns[] = {{"What", false, false},
                                              {"Kind", false, false},
                                              {"Who", false, false},
                                              {"By", false, false},
                                              {"State", false, false}};
    ptl_page_section(page, "Minutes", "carried over until done");
    if (r->n_minutes == 0) {
        ptl_page_html(page, "<p>Nothing is open. <code>portolan minutes add</code> keeps what this "
                            "review decides, with one person and a day.</p>\n");
    } else {
        ptl_page_table(page, "minutes", NULL, columns, 5);
        for (int64_t i = 0; i < r->n_minutes; i++) put_minute(page, r, &r->minutes[i]);
        ptl_page_table_end(page);
    }
    ptl_page_section_end(page);
}
