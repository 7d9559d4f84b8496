/* json.c: the review for machines, review.json.
 *
 * Money that is counted is exact: a decimal text. What is not known is null. */
#include "review/json_internal.h"

static void put_period(ptl_json *j, const ptl_review_period *p)
{
    ptl_json_object(j);
    ptl_json_put_day(j, "from", p->from);
    ptl_json_put_day(j, "to", p->to);
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
        ptl_json_put_day(j, "from", r->kpi_from);
        ptl_json_put_day(j, "to", r->kpi_to);
        ptl_json_put_micros(j, "value", r->kpi_exact);
    }
    if (kpi->has_target) {
        ptl_json_put_micros(j, "target", kpi->target_micros);
        ptl_json_put_day(j, "due", kpi->due);
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
    ptl_json_put_int(j, "run", r->review_run_id);
    ptl_json_put_int(j, "figures_run", r->run_id);
    ptl_json_put_int(j, "data_version", r->warehouse_version);
    ptl_json_put_int(j, "configuration", r->workspace->version);
    ptl_json_put_int(j, "ledger_entry", r->ledger_seq);
    if (r->has_facts || r->pipeline) {
        ptl_json_put_day(j, "first_day", r->first);
        ptl_json_put_day(j, "last_complete_day", r->last);
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
