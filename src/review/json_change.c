/* json_change.c: what changed in review.json. Counted and split money is exact, expected money is
 * not. */
#include "review/json_internal.h"

static void put_parts(ptl_json *j, const ptl_changed *c)
{
    ptl_json_key(j, "parts");
    ptl_json_object(j);
    ptl_json_put_micros(j, "revenue", c->revenue_micros);
    ptl_json_put_micros(j, "volume", c->parts.volume);
    ptl_json_put_micros(j, "mix", c->parts.mix);
    ptl_json_put_micros(j, "rate", c->parts.rate);
    ptl_json_put_micros(j, "price", c->parts.price);
    ptl_json_put_micros(j, "apart", c->apart_micros);
    ptl_json_put_micros(j, "cost", c->cost_micros);
    ptl_json_put_micros(j, "media", c->media_micros);
    ptl_json_put_micros(j, "cm2", c->cm2_micros);
    ptl_json_object_end(j);
}

static void put_because(ptl_json *j, const ptl_changed *c)
{
    ptl_json_key(j, "because");
    ptl_json_array(j);
    for (int32_t i = 0; i < c->n_because; i++) {
        const char grade[2] = {c->because[i].grade, 0};
        ptl_json_object(j);
        ptl_json_put_string(j, "name", c->because[i].name);
        ptl_json_put_string(j, "grade", grade);
        ptl_json_put_micros(j, "amount", c->because[i].micros);
        ptl_json_put_double(j, "low", c->because[i].low);
        ptl_json_put_double(j, "high", c->because[i].high);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
    ptl_json_put_micros(j, "unexplained", c->unexplained_micros);
}

static void put_changed(ptl_json *j, const ptl_changed *c)
{
    ptl_json_object(j);
    ptl_json_put_string(j, "label", c->label);
    ptl_json_put_string(j, "dimension", c->dimension);
    ptl_json_put_string(j, "member", c->member);
    ptl_json_put_string(j, "metric", c->metric);
    ptl_json_put_string(j, "unit", c->unit);
    ptl_json_put_double(j, "value", c->value);
    ptl_review_put_estimate(j, "expected", c->expected);
    ptl_json_put_double(j, "change", c->change);
    ptl_json_put_double(j, "chance", c->chance);
    ptl_json_put_double(j, "year_before", c->year_before);
    put_parts(j, c);
    put_because(j, c);
    ptl_json_object_end(j);
}

void ptl_review_put_changes(ptl_json *j, const ptl_changes *changes)
{
    ptl_json_key(j, "changes");
    if (changes->run_id == 0) {
        ptl_json_null(j);
        return;
    }
    ptl_json_object(j);
    ptl_json_put_string(j, "verdict", ptl_verdict_text(changes->verdict));
    ptl_json_put_day(j, "start", changes->from);
    ptl_json_put_day(j, "end", changes->to);
    ptl_json_put_int(j, "asked", changes->n_asked);
    ptl_json_put_double(j, "least", changes->least);
    ptl_json_key(j, "found");
    ptl_json_array(j);
    for (int32_t i = 0; i < changes->n_found; i++) put_changed(j, &changes->found[i]);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
}
