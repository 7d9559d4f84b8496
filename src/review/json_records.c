/* json_records.c: minutes and alarms in review.json. */
#include "review/json_internal.h"

static void put_minute(ptl_json *j, const ptl_minute *m, ptl_day last)
{
    ptl_json_object(j);
    ptl_json_put_int(j, "minute", m->minute_id);
    ptl_json_put_string(j, "kind", ptl_minute_kind_text(m->kind));
    ptl_json_put_string(j, "what", m->what);
    ptl_json_put_string(j, "owner", m->owner);
    if (m->has_due) ptl_json_put_day(j, "due", m->due_on);
    ptl_json_put_day(j, "met_on", m->met_on);
    ptl_json_put_bool(j, "open", m->closed_at == 0 && m->kind == PTL_MINUTE_ACTION);
    ptl_json_put_bool(j, "late", ptl_minute_is_late(m, last + 1));
    ptl_json_put_string(j, "outcome", m->outcome);
    ptl_json_object_end(j);
}

static void put_alarm(ptl_json *j, const ptl_alarm *a)
{
    ptl_json_object(j);
    ptl_json_put_day(j, "day", a->day);
    ptl_json_put_string(j, "metric", a->metric);
    ptl_json_put_string(j, "dimension", a->dimension);
    ptl_json_put_string(j, "member", a->member);
    ptl_json_put_string(j, "unit", a->unit);
    ptl_json_put_double(j, "value", a->value);
    ptl_json_put_double(j, "expected", a->expected.point);
    ptl_json_put_double(j, "low", a->expected.low);
    ptl_json_put_double(j, "high", a->expected.high);
    ptl_json_put_double(j, "chance", a->chance);
    ptl_json_object_end(j);
}

void ptl_review_put_records(ptl_json *j, const ptl_review *r)
{
    ptl_json_key(j, "minutes");
    ptl_json_array(j);
    for (int64_t i = 0; i < r->n_minutes; i++) put_minute(j, &r->minutes[i], r->last);
    ptl_json_array_end(j);
    ptl_json_key(j, "alarms");
    ptl_json_array(j);
    for (int64_t i = 0; i < r->n_alarms; i++) put_alarm(j, &r->alarms[i]);
    ptl_json_array_end(j);
}
