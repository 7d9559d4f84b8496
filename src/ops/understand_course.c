/* understand_course.c: the course towards the one number, as an operation. */
#include "understand/course.h"

#include "base/show.h"
#include "ops/args.h"

#include <math.h>

/* Millionths of an estimate, for showing: an estimate is no exact money, but reads as money. */
static void put_money(ptl_buffer *b, double units, const char *currency)
{
    ptl_show_money_short(b, (int64_t)llround(units * 1e6), currency, 4);
}

static void say_course(ptl_reply *reply, const ptl_course *c, const ptl_workspace *workspace)
{
    ptl_buffer b;
    ptl_buffer_init(&b, 1024, NULL);
    ptl_buffer_printf(&b, "%s: %s, ", workspace->kpi.label, ptl_course_word_text(c->word));
    ptl_show_chance(&b, c->chance);
    ptl_buffer_text(&b, " to reach ");
    put_money(&b, c->target, c->currency);
    ptl_buffer_text(&b, " by ");
    ptl_show_day_long(&b, c->due);
    if (c->final.low <= c->final.high) {
        ptl_buffer_text(&b, "; expected ");
        put_money(&b, c->final.point, c->currency);
        ptl_buffer_text(&b, ", 80%: ");
        put_money(&b, c->final.low, c->currency);
        ptl_buffer_text(&b, " to ");
        put_money(&b, c->final.high, c->currency);
    }
    ptl_reply_say(reply, "%s.", b.ptr ? b.ptr : "");
    ptl_buffer_dispose(&b);
}

static void say(ptl_reply *reply, const ptl_course *c, const ptl_workspace *workspace)
{
    if (c->run_id == 0) {
        ptl_reply_say(reply, "No review has written a forecast yet.");
        ptl_reply_next(reply, "portolan review");
    } else if (!c->has_target) {
        ptl_reply_say(reply, "The one number has no target, so there is no course to hold.");
        ptl_reply_next(reply, "set kpi.from, kpi.to and kpi.by in portolan.yaml");
    } else if (c->word == PTL_COURSE_SILENT) {
        ptl_reply_say(reply,
                      "The course is not identified: the period has not begun, or fewer than "
                      "four weeks are known.");
    } else {
        say_course(reply, c, workspace);
    }
}

static void put_values(ptl_reply *reply, const ptl_course *c)
{
    ptl_reply_id(reply, "run", "Run", c->run_id);
    ptl_reply_text(reply, "metric", "Metric", c->metric);
    ptl_reply_day(reply, "as_of", "Counted to", c->as_of);
    ptl_reply_text(reply, "verdict", "Forecast", ptl_verdict_text(c->verdict));
    if (!c->has_target) return;
    ptl_reply_text(reply, "course", "Course", ptl_course_word_text(c->word));
    ptl_reply_day(reply, "due", "By", c->due);
    ptl_reply_double(reply, "target", "Target", c->target);
    ptl_reply_double(reply, "to_date", "So far", c->to_date);
    ptl_reply_double(reply, "plan_to_date", "Plan so far", c->plan_to_date);
    ptl_reply_double(reply, "from_plan", "From plan", c->to_date - c->plan_to_date);
    ptl_reply_double(reply, "expected", "Expected at the date", c->final.point);
    ptl_reply_double(reply, "low", "80% from", c->final.low);
    ptl_reply_double(reply, "high", "80% to", c->final.high);
    ptl_reply_double(reply, "chance", "Chance of the target", c->chance);
}

static void put_parts(ptl_reply *reply, const ptl_course *c)
{
    static const ptl_reply_column columns[] = {
        {"dimension", "", false},       {"member", "Part", false},
        {"due", "By", false},           {"target", "Target", true},
        {"to_date", "So far", true},    {"plan_to_date", "Plan so far", true},
        {"expected", "Expected", true}, {"low", "80% from", true},
        {"high", "80% to", true},       {"chance", "Chance", true},
        {"course", "Course", false}};
    if (c->n_parts == 0) return;
    ptl_reply_table(reply, "parts", "Verticals and segments with a target of their own", columns,
                    sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < c->n_parts; i++) {
        const ptl_course_part *p = &c->parts[i];
        ptl_reply_cell_text(reply, p->dimension);
        ptl_reply_cell_text(reply, p->member);
        ptl_reply_cell_day(reply, p->due);
        const double values[] = {p->target,    p->to_date,    p->plan_to_date, p->final.point,
                                 p->final.low, p->final.high, p->chance};
        for (int k = 0; k < 7; k++) ptl_reply_cell_double(reply, values[k]);
        ptl_reply_cell_text(reply, ptl_course_word_text(p->word));
    }
    ptl_reply_table_end(reply);
}

static void put_weeks(ptl_reply *reply, const ptl_course *c)
{
    static const ptl_reply_column columns[] = {
        {"from", "Week from", false}, {"to", "", false},        {"expected", "Expected", true},
        {"low", "80% from", true},    {"high", "80% to", true}, {"naive", "A year before", true},
        {"chance", "", true}};
    ptl_reply_table(reply, "weeks", "Weeks to come", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < c->n_weeks; i++) {
        const ptl_course_week *w = &c->weeks[i];
        ptl_reply_cell_day(reply, w->from);
        ptl_reply_cell_day(reply, w->to);
        ptl_reply_cell_double(reply, w->value.point);
        ptl_reply_cell_double(reply, w->value.low);
        ptl_reply_cell_double(reply, w->value.high);
        ptl_reply_cell_double(reply, w->naive);
        ptl_reply_cell_double(reply, w->chance);
    }
    ptl_reply_table_end(reply);
}

static void put_score(ptl_reply *reply, const char *made, const ptl_forecast_score *s)
{
    if (s->n == 0) return;
    ptl_reply_cell_text(reply, made);
    ptl_reply_cell_int(reply, s->n);
    ptl_reply_cell_double(reply, s->wape);
    ptl_reply_cell_double(reply, s->wape_naive);
    ptl_reply_cell_double(reply, s->bias);
    ptl_reply_cell_double(reply, s->coverage);
    ptl_reply_cell_double(reply, s->brier);
    ptl_reply_cell_double(reply, s->brier_naive);
}

static void put_scores(ptl_reply *reply, const ptl_course *c)
{
    static const ptl_reply_column columns[] = {
        {"made", "Forecasts", false}, {"n", "Out", true},
        {"wape", "WAPE", true},       {"wape_naive", "Naive", true},
        {"bias", "Bias", true},       {"coverage", "Inside 80%", true},
        {"brier", "Brier", true},     {"brier_naive", "Naive", true}};
    ptl_reply_table(reply, "scores", "Forecasts that have come out", columns,
                    sizeof columns / sizeof *columns);
    put_score(reply, "before the week", &c->frozen);
    put_score(reply, "replayed later", &c->replayed);
    ptl_reply_table_end(reply);
}

static ptl_status course_show(ptl_call *call, ptl_error *err)
{
    ptl_course course;
    PTL_TRY(ptl_course_read(&course, call->store, call->workspace, ptl_args_int(call->args, "run"),
                            call->arena, err));
    say(call->reply, &course, call->workspace);
    if (course.run_id == 0) return PTL_OK;
    put_values(call->reply, &course);
    put_parts(call->reply, &course);
    put_weeks(call->reply, &course);
    put_scores(call->reply, &course);
    return PTL_OK;
}

static const ptl_param params[] = {{.name = "run",
                                    .type = PTL_PARAM_INT,
                                    .defaults = "0",
                                    .min = 0,
                                    .max = 9e15,
                                    .about = "The review that wrote it; 0 is the newest."}};

const ptl_op ptl_op_course_show = {
    .name = "course.show",
    .alias = "course",
    .summary = "show whether the one number is on course, with its forecast and its record",
    .about =
        "Every review forecasts the primary KPI to its date, with the chance of its target, "
        "and the "
        "weeks to come. Forecasts are written before their period and never changed; when it "
        "is over they "
        "are scored beside the simplest rule: the same weekdays a year before, and a coin for "
        "chances. "
        "A vertical or a segment whose target is for the same metric has a forecast and a chance "
        "too. Holding course, drifting and off course follow from the chance and the limits in "
        "portolan.yaml.",
    .params = params,
    .n_params = 1,
    .result = "run?: int — the review that wrote it, where one did\n"
              "metric?, verdict?: text — what is forecast, and how surely, where a review "
              "was written\n"
              "as_of?: day — from when, where a review was written\n"
              "course?: text — holding course, drifting or off course, where there is a "
              "target\n"
              "due?: day — when the target is due, where there is one\n"
              "target?, to_date?, plan_to_date?, from_plan?: number — where there is a target\n"
              "expected?, low?, high?, chance?: number — of the due day, where there is a "
              "target\n"
              "parts?: list(dimension, member, due day, target number, to_date number, "
              "plan_to_date number, expected number, low number, high number, chance number, "
              "course) — where verticals or segments have a target\n"
              "weeks?: list(from day, to day, expected number, low number, high number, "
              "naive number, chance number) — to come, where a review was written\n"
              "scores?: list(made, n int, wape number, wape_naive number, bias number, "
              "coverage number, brier number, brier_naive number) — of forecasts that came "
              "out, where a review was written",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan course show",
    .run = course_show};
