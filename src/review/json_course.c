/* json_course.c: the course in review.json. Forecasts are doubles in whole units: they are not
 * counted, and their last digits mean nothing. */
#include "review/json_internal.h"

static void put_range(ptl_json *j, ptl_estimate e)
{
    ptl_json_put_double(j, "expected", e.point);
    ptl_json_put_double(j, "low", e.low);
    ptl_json_put_double(j, "high", e.high);
}

void ptl_review_put_estimate(ptl_json *j, const char *key, ptl_estimate e)
{
    ptl_json_key(j, key);
    ptl_json_object(j);
    put_range(j, e);
    ptl_json_put_double(j, "probability", e.probability);
    ptl_json_object_end(j);
}

static void put_target(ptl_json *j, const ptl_course *c)
{
    if (!c->has_target) return;
    ptl_json_put_day(j, "from", c->starts);
    ptl_json_put_day(j, "by", c->due);
    ptl_json_put_double(j, "target", c->target);
    ptl_json_put_double(j, "to_date", c->to_date);
    ptl_json_put_double(j, "plan_to_date", c->plan_to_date);
    ptl_review_put_estimate(j, "at_date", c->final);
    ptl_json_put_double(j, "chance", c->chance);
    ptl_json_put_string(j, "course", ptl_course_word_text(c->word));
}

static void put_cone(ptl_json *j, const ptl_course *c)
{
    ptl_json_key(j, "cone");
    ptl_json_array(j);
    for (int64_t i = 0; i < c->n_points; i++) {
        const ptl_course_point *p = &c->points[i];
        ptl_json_object(j);
        ptl_json_put_day(j, "day", p->day);
        ptl_json_put_bool(j, "counted", p->is_actual);
        put_range(j, p->sum);
        ptl_json_put_double(j, "half_low", p->half_low);
        ptl_json_put_double(j, "half_high", p->half_high);
        ptl_json_put_double(j, "plan", p->plan);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

static void put_weeks(ptl_json *j, const ptl_course *c)
{
    ptl_json_key(j, "weeks");
    ptl_json_array(j);
    for (int64_t i = 0; i < c->n_weeks; i++) {
        const ptl_course_week *w = &c->weeks[i];
        ptl_json_object(j);
        ptl_json_put_day(j, "start", w->from);
        ptl_json_put_day(j, "end", w->to);
        put_range(j, w->value);
        ptl_json_put_double(j, "naive", w->naive);
        ptl_json_put_double(j, "reference", w->reference);
        ptl_json_put_double(j, "chance", w->chance);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

static void put_score(ptl_json *j, const char *key, const ptl_forecast_score *s)
{
    ptl_json_key(j, key);
    ptl_json_object(j);
    ptl_json_put_int(j, "forecasts", s->n);
    ptl_json_put_double(j, "wape", s->wape);
    ptl_json_put_double(j, "wape_naive", s->wape_naive);
    ptl_json_put_double(j, "bias", s->bias);
    ptl_json_put_double(j, "coverage", s->coverage);
    ptl_json_put_double(j, "brier", s->brier);
    ptl_json_put_double(j, "brier_naive", s->brier_naive);
    ptl_json_object_end(j);
}

void ptl_review_put_course(ptl_json *j, const ptl_course *c)
{
    ptl_json_key(j, "course");
    if (c->run_id == 0) {
        ptl_json_null(j);
        return;
    }
    ptl_json_object(j);
    ptl_json_put_string(j, "metric", c->metric);
    ptl_json_put_string(j, "verdict", ptl_verdict_text(c->verdict));
    put_target(j, c);
    put_cone(j, c);
    put_weeks(j, c);
    ptl_json_key(j, "record");
    ptl_json_object(j);
    put_score(j, "frozen", &c->frozen);
    put_score(j, "replayed", &c->replayed);
    ptl_json_object_end(j);
    ptl_json_object_end(j);
}
