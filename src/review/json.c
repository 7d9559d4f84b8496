/* json.c: the review for machines: the data of the page's charts, and review.json.
 *
 * Money that is counted is exact: a decimal text. Charts take doubles in whole units, because they
 * are drawn. What is not known is null. */
#include "review/json_internal.h"
#include "review/page_internal.h"

#include <stdio.h>
#include <string.h>

static double units(int64_t micros)
{
    return (double)micros / 1e6;
}

static void put_buffer(ptl_json *j, const char *key, ptl_buffer *b)
{
    ptl_json_put_text(j, key, ptl_buffer_borrow(b));
    ptl_buffer_clear(b);
}

static void put_run(ptl_json *j, const char *key, const ptl_review *r)
{
    char text[32];
    snprintf(text, sizeof text, "run %lld", (long long)r->run_id);
    ptl_json_put_string(j, key, text);
}

static void put_chart_head(ptl_json *j, const ptl_review *r, const char *id, const char *kind,
                           ptl_text title, const char *quantity)
{
    ptl_json_put_string(j, "id", id);
    ptl_json_put_string(j, "kind", kind);
    ptl_json_put_text(j, "title", title);
    ptl_json_put_string(j, "quantity", quantity);
    ptl_json_put_string(j, "band",
                        strcmp(kind, "rows") == 0 ? "bands hold 80%" : "the band holds 80%");
    ptl_json_put_double(j, "probability", 0.8);
    ptl_json_put_string(j, "unit", "money");
    ptl_json_key(j, "evidence");
    ptl_json_object(j);
    char text[64];
    snprintf(text, sizeof text, "Run %lld, counted from %lld complete weeks", (long long)r->run_id,
             (long long)r->n_weeks);
    ptl_json_put_string(j, "text", text);
    ptl_json_put_string(j, "verdict", "counted");
    put_run(j, "run", r);
    ptl_json_object_end(j);
}

/* --- charts ----------------------------------------------------------------------------------- */

static void put_point(ptl_json *j, const ptl_review *r, const ptl_review_period *week)
{
    int32_t year, number;
    char label[24];
    ptl_iso_week(&year, &number, week->from + 3);
    snprintf(label, sizeof label, "Week %d", number);
    ptl_json_object(j);
    ptl_json_put_string(j, "label", label);
    ptl_review_put_day(j, "start", week->from);
    ptl_review_put_day(j, "end", week->to);
    ptl_json_put_double(j, "actual", units(week->exact[PTL_CM2]));
    ptl_json_put_double(j, "expected", week->expected.point);
    ptl_json_put_double(j, "lo", week->expected.low);
    ptl_json_put_double(j, "hi", week->expected.high);
    ptl_json_put_string(j, "verdict", "counted");
    put_run(j, "run", r);
    ptl_json_object_end(j);
}

static void put_line_chart(ptl_json *j, const ptl_review *r, ptl_buffer *b)
{
    ptl_json_object(j);
    ptl_review_headline(b, r);
    char quantity[96];
    snprintf(quantity, sizeof quantity, "Contribution after media, %s, by week",
             ptl_show_currency(r->workspace->currency));
    put_chart_head(j, r, "cm2-weekly", "line", ptl_buffer_borrow(b), quantity);
    ptl_buffer_clear(b);
    ptl_json_put_bool(j, "zero", false);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    ptl_json_key(j, "points");
    ptl_json_array(j);
    const int64_t first = r->n_weeks > 53 ? r->n_weeks - 53 : 0;
    for (int64_t i = first; i < r->n_weeks; i++) put_point(j, r, &r->company.weeks[i]);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    ptl_json_object_end(j);
}

static void put_row(ptl_json *j, const ptl_review *r, const ptl_review_line *line, ptl_buffer *b)
{
    static const char *const words[] = {"below its band", "as expected", "above its band"};
    const ptl_review_period *week = ptl_review_last_week(r, line);
    const int against = ptl_review_against_band(week);
    const double actual = units(week->exact[PTL_CM2]);
    const bool known = against != 2;
    ptl_json_object(j);
    ptl_json_put_string(j, "label", line->label);
    ptl_show_money_short(b, week->exact[PTL_CM2], r->workspace->currency, 3);
    if (known) {
        ptl_buffer_text(b, " against ");
        ptl_show_money_short(b, (int64_t)(week->expected.point * 1e6), r->workspace->currency, 3);
        ptl_buffer_text(b, " expected.");
    } else {
        ptl_buffer_text(b, "; too few weeks for a band.");
    }
    put_buffer(j, "second", b);
    ptl_json_put_double(j, "value", known ? actual - week->expected.point : PTL_NAN);
    ptl_json_put_double(j, "lo", known ? actual - week->expected.high : PTL_NAN);
    ptl_json_put_double(j, "hi", known ? actual - week->expected.low : PTL_NAN);
    ptl_json_put_string(j, "verdict", known ? words[against + 1] : "not identified");
    ptl_json_put_string(j, "mark", known ? against == 0 ? "holds" : "look" : "unidentified");
    if (!known) ptl_json_put_bool(j, "not_identified", true);
    put_run(j, "run", r);
    ptl_json_object_end(j);
}

static void put_rows_chart(ptl_json *j, const ptl_review *r, ptl_buffer *b)
{
    ptl_json_object(j);
    char quantity[96];
    snprintf(quantity, sizeof quantity, "Actual minus expected, %s, last complete week",
             ptl_show_currency(r->workspace->currency));
    put_chart_head(
        j, r, "cm2-channels", "rows",
        PTL_TEXT("Contribution after media by channel, against what the weeks before led "
                 "one to expect"),
        quantity);
    ptl_json_put_bool(j, "signed", true);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    ptl_json_key(j, "rows");
    ptl_json_array(j);
    for (int64_t k = 0; k < r->n_channels && k < PTL_REVIEW_ROWS_MAX; k++)
        put_row(j, r, &r->channels[k], b);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    ptl_json_object_end(j);
}

/* --- evidence --------------------------------------------------------------------------------- */

static void put_evidence(ptl_json *j, const ptl_review *r, const ptl_cited *c, ptl_buffer *b)
{
    ptl_json_key(j, c->key);
    ptl_json_object(j);
    ptl_cited_text(b, r, c);
    put_buffer(j, "text", b);
    ptl_cited_what(b, r, c);
    put_buffer(j, "what", b);
    ptl_json_put_double(j, "value", units(ptl_cited_exact(r, c)));
    ptl_json_put_double(j, "lo", PTL_NAN);
    ptl_json_put_double(j, "hi", PTL_NAN);
    ptl_json_put_double(j, "probability", PTL_NAN);
    ptl_json_put_string(j, "unit", "money");
    ptl_buffer_text(b, "counted, exactly ");
    ptl_show_money_exact(b, ptl_cited_exact(r, c), r->workspace->currency);
    put_buffer(j, "interval", b);
    ptl_json_put_string(j, "verdict", "counted");
    ptl_json_put_string(j, "kind", "counted");
    if (c->line != &r->company) ptl_json_put_string(j, "grade", "E");
    put_run(j, "run", r);
    ptl_cited_window(b, r, c);
    put_buffer(j, "window", b);
    ptl_buffer_printf(b, "portolan figure list --run %lld --name %s", (long long)r->run_id,
                      c->is_kpi ? r->workspace->kpi.metric : ptl_measure_name(c->measure));
    put_buffer(j, "repeat", b);
    ptl_buffer_printf(b, "%lld", (long long)r->ledger_seq);
    put_buffer(j, "ledger", b);
    ptl_json_object_end(j);
}

void ptl_review_write_data(const ptl_review *r, ptl_json *j)
{
    ptl_buffer b;
    ptl_cited cited[PTL_CITED_MAX];
    ptl_buffer_init(&b, 65536, NULL);
    const int64_t n_cited = r->has_facts ? ptl_review_cited(r, cited) : 0;
    ptl_json_object(j);
    ptl_json_put_int(j, "format", 1);
    ptl_json_put_string(j, "locale", r->workspace->locale);
    ptl_json_put_string(j, "currency", r->workspace->currency);
    ptl_json_put_string(j, "zone", ptl_zone_name(r->workspace->zone));
    ptl_review_put_day(j, "today", r->last + 1);
    ptl_json_key(j, "charts");
    ptl_json_array(j);
    if (r->has_facts && r->n_weeks > 0) put_line_chart(j, r, &b);
    if (r->has_facts && r->n_weeks > 0 && r->n_channels >= 2) put_rows_chart(j, r, &b);
    ptl_json_array_end(j);
    ptl_json_key(j, "figures");
    ptl_json_object(j);
    for (int64_t i = 0; i < n_cited; i++) put_evidence(j, r, &cited[i], &b);
    ptl_json_object_end(j);
    ptl_json_object_end(j);
    ptl_buffer_dispose(&b);
}

/* --- review.json ------------------------------------------------------------------------------ */

static void put_period(ptl_json *j, const ptl_review_period *p)
{
    ptl_json_object(j);
    ptl_review_put_day(j, "from", p->from);
    ptl_review_put_day(j, "to", p->to);
    for (int m = 0; m < PTL_N_MEASURES; m++) {
        if (m == PTL_ORDERS)
            ptl_json_put_int(j, ptl_measure_name((ptl_measure)m), p->exact[m]);
        else
            ptl_json_put_micros(j, ptl_measure_name((ptl_measure)m), p->exact[m]);
    }
    ptl_json_key(j, "cm2_expected");
    if (p->expected.low <= p->expected.high) {
        ptl_json_object(j);
        ptl_json_put_double(j, "value", p->expected.point);
        ptl_json_put_double(j, "low", p->expected.low);
        ptl_json_put_double(j, "high", p->expected.high);
        ptl_json_put_double(j, "probability", p->expected.probability);
        ptl_json_object_end(j);
    } else {
        ptl_json_null(j);
    }
    ptl_json_object_end(j);
}

static void put_line(ptl_json *j, const ptl_review *r, const ptl_review_line *line)
{
    ptl_json_object(j);
    ptl_json_put_string(j, "channel", line->member);
    ptl_json_put_string(j, "label", line->label);
    ptl_json_put_bool(j, "governed", line->governed);
    ptl_json_put_string(j, "owner", line->owner);
    ptl_json_key(j, "all");
    put_period(j, &line->all);
    ptl_json_key(j, "weeks");
    ptl_json_array(j);
    for (int64_t i = 0; i < r->n_weeks; i++) put_period(j, &line->weeks[i]);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
}

static void put_kpi(ptl_json *j, const ptl_review *r)
{
    const ptl_kpi_config *kpi = &r->workspace->kpi;
    ptl_json_key(j, "kpi");
    ptl_json_object(j);
    ptl_json_put_string(j, "metric", kpi->metric);
    ptl_json_put_string(j, "label", kpi->label);
    ptl_json_put_string(j, "owner", kpi->owner);
    ptl_json_put_string(j, "kind", "counted");
    if (r->has_kpi) {
        ptl_review_put_day(j, "from", r->kpi_from);
        ptl_review_put_day(j, "to", r->kpi_to);
        ptl_json_put_micros(j, "value", r->kpi_exact);
    }
    if (kpi->has_target) {
        ptl_json_put_micros(j, "target", kpi->target_micros);
        ptl_review_put_day(j, "due", kpi->due);
    }
    ptl_json_object_end(j);
}

static void put_sources(ptl_json *j, const ptl_review *r)
{
    ptl_json_key(j, "sources");
    ptl_json_array(j);
    for (int64_t i = 0; i < r->n_sources; i++) {
        const ptl_review_source *s = &r->sources[i];
        ptl_json_object(j);
        ptl_json_put_string(j, "source", s->name);
        ptl_json_put_string(j, "table", s->table);
        ptl_json_put_string(j, "owner", s->owner);
        ptl_json_put_int(j, "files", s->n_files);
        ptl_json_put_int(j, "rows", s->rows);
        ptl_json_put_int(j, "quarantined", s->quarantined);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
    ptl_json_key(j, "loaded");
    ptl_json_array(j);
    for (int64_t i = 0; i < r->n_totals; i++) {
        const ptl_review_total *t = &r->totals[i];
        ptl_json_object(j);
        ptl_json_put_string(j, "currency", t->currency);
        ptl_json_put_int(j, "order_lines", t->n_lines);
        ptl_json_put_int(j, "orders", t->n_orders);
        ptl_json_put_int(j, "customers", t->n_customers);
        ptl_json_put_micros(j, "gross", t->gross_micros);
        ptl_json_put_micros(j, "revenue", t->revenue_micros);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

static void put_findings(ptl_json *j, const ptl_review *r)
{
    ptl_json_key(j, "findings");
    ptl_json_array(j);
    for (int64_t i = 0; i < r->n_findings; i++) {
        const ptl_review_finding *f = &r->findings[i];
        ptl_json_object(j);
        ptl_json_put_string(j, "mark", f->mark);
        ptl_json_put_string(j, "title", f->title);
        ptl_json_put_string(j, "text", f->text);
        ptl_json_put_string(j, "who", f->who);
        ptl_json_put_string(j, "action", f->action);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

void ptl_review_write_json(const ptl_review *r, ptl_json *j)
{
    ptl_json_object(j);
    ptl_json_put_int(j, "format", 1);
    ptl_json_put_string(j, "company", r->workspace->company);
    ptl_json_put_string(j, "currency", r->workspace->currency);
    ptl_json_put_int(j, "run", r->run_id);
    ptl_json_put_int(j, "data_version", r->warehouse_version);
    ptl_json_put_int(j, "configuration", r->workspace->version);
    ptl_json_put_int(j, "ledger_entry", r->ledger_seq);
    if (r->has_facts) {
        ptl_review_put_day(j, "first_day", r->first);
        ptl_review_put_day(j, "last_complete_day", r->last);
    }
    put_kpi(j, r);
    ptl_json_key(j, "company_total");
    if (r->has_facts)
        put_line(j, r, &r->company);
    else
        ptl_json_null(j);
    ptl_json_key(j, "channels");
    ptl_json_array(j);
    for (int64_t i = 0; i < r->n_channels; i++) put_line(j, r, &r->channels[i]);
    ptl_json_array_end(j);
    put_sources(j, r);
    put_findings(j, r);
    ptl_review_put_course(j, &r->course);
    ptl_review_put_changes(j, &r->changes);
    ptl_review_put_records(j, r);
    ptl_json_object_end(j);
}
