/* review_changes.c: what changed, as an operation. */
#include "understand/change.h"

#include "base/show.h"
#include "ops/args.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_amount(ptl_buffer *b, double value, const char *unit)
{
    if (strlen(unit) == 3)
        ptl_show_money_short(b, (int64_t)llround(value * 1e6), unit, 3);
    else
        ptl_buffer_printf(b, fabs(value) < 10.0 ? "%.3g %s" : "%.0f %s", value, unit);
}

/* Subject, past verb, size. */
static void say_one(ptl_reply *reply, const ptl_changed *c)
{
    ptl_buffer b;
    ptl_buffer_init(&b, 1024, NULL);
    ptl_buffer_printf(&b, "%s: %s %s by ", c->label, c->metric, c->change < 0.0 ? "fell" : "rose");
    put_amount(&b, fabs(c->change), c->unit);
    ptl_buffer_text(&b, " against ");
    put_amount(&b, c->expected.point, c->unit);
    ptl_buffer_text(&b, " expected");
    for (int32_t i = 0; i < c->n_because; i++)
        ptl_buffer_printf(&b, "%s %s (grade %c)", i == 0 ? ", because of" : " and",
                          c->because[i].name, c->because[i].grade);
    ptl_reply_say(reply, "%s.", b.ptr ? b.ptr : c->label);
    ptl_buffer_dispose(&b);
}

static void say(ptl_reply *reply, const ptl_changes *changes)
{
    if (changes->run_id == 0) {
        ptl_reply_say(reply, "No review has asked yet.");
        ptl_reply_next(reply, "portolan review");
    } else if (changes->verdict == PTL_NOT_IDENTIFIED) {
        ptl_reply_say(reply, "Nothing can be said: fewer than thirteen complete weeks are known.");
    } else if (changes->n_found == 0) {
        ptl_reply_say(reply, "Nothing changed beyond chance and beyond what is worth acting on.");
    }
    for (int32_t i = 0; i < changes->n_found; i++) say_one(reply, &changes->found[i]);
}

static void put_money(ptl_reply *reply, int64_t micros, const char *currency)
{
    ptl_reply_cell_micros(reply, micros, currency);
}

static void put_changed(ptl_reply *reply, const ptl_changed *c, const char *currency)
{
    ptl_reply_cell_text(reply, c->label);
    ptl_reply_cell_text(reply, c->dimension[0] ? c->dimension : "company");
    ptl_reply_cell_text(reply, c->metric);
    ptl_reply_cell_text(reply, c->unit);
    ptl_reply_cell_double(reply, c->value);
    ptl_reply_cell_double(reply, c->expected.point);
    ptl_reply_cell_double(reply, c->expected.low);
    ptl_reply_cell_double(reply, c->expected.high);
    ptl_reply_cell_double(reply, c->year_before);
    ptl_reply_cell_double(reply, c->change);
    ptl_reply_cell_double(reply, c->chance);
    put_money(reply, c->revenue_micros, currency);
    put_money(reply, c->parts.volume, currency);
    put_money(reply, c->parts.mix, currency);
    put_money(reply, c->parts.rate, currency);
    put_money(reply, c->parts.price, currency);
    put_money(reply, c->apart_micros, currency);
    put_money(reply, c->cost_micros, currency);
    put_money(reply, c->media_micros, currency);
    put_money(reply, c->cm2_micros, currency);
    put_money(reply, c->unexplained_micros, currency);
}

static void put_table(ptl_reply *reply, const ptl_changes *changes, const char *currency)
{
    static const ptl_reply_column columns[] = {
        {"label", "What", false},   {"dimension", "", false}, {"metric", "Metric", false},
        {"unit", "", false},        {"value", "Week", true},  {"expected", "Expected", true},
        {"low", "", true},          {"high", "", true},       {"year_before", "", true},
        {"change", "", true},       {"chance", "", true},     {"revenue", "", true},
        {"volume", "Volume", true}, {"mix", "Mix", true},     {"rate", "Rate", true},
        {"price", "Price", true},   {"apart", "", true},      {"cost", "", true},
        {"media", "", true},        {"cm2", "CM2", true},     {"unexplained", "Unexplained", true}};
    ptl_reply_table(reply, "changes", "", columns, sizeof columns / sizeof *columns);
    for (int32_t i = 0; i < changes->n_found; i++) put_changed(reply, &changes->found[i], currency);
    ptl_reply_table_end(reply);
}

static ptl_status review_changes(ptl_call *call, ptl_error *err)
{
    ptl_changes changes;
    PTL_TRY(ptl_change_read(&changes, call->store, call->workspace, ptl_args_int(call->args, "run"),
                            call->arena, err));
    say(call->reply, &changes);
    if (changes.run_id == 0) return PTL_OK;
    ptl_reply_id(call->reply, "run", "Run", changes.run_id);
    ptl_reply_day(call->reply, "from", "Week from", changes.from);
    ptl_reply_day(call->reply, "to", "to", changes.to);
    ptl_reply_int(call->reply, "asked", "Asked", changes.n_asked);
    ptl_reply_double(call->reply, "least", "Worth acting on from", changes.least);
    put_table(call->reply, &changes, call->workspace->currency);
    return PTL_OK;
}

static const ptl_param params[] = {{.name = "run",
                                    .type = PTL_PARAM_INT,
                                    .defaults = "0",
                                    .min = 0,
                                    .max = 9e15,
                                    .about = "The review that asked; 0 is the newest."}};

const ptl_op ptl_op_review_changes = {
    .name = "review.changes",
    .alias = "changes",
    .summary = "show what changed in the newest week, and which part was what",
    .about = "At most five cells of metric and member, after Benjamini and Hochberg's rule over "
             "all that "
             "were asked and a smallest change worth acting on. The split into volume, mix, rate "
             "and price adds "
             "up to the millionth and says where a change sits; why is said only where an effect "
             "of grade A, B "
             "or C was measured, and the rest is shown as unexplained.",
    .params = params,
    .n_params = 1,
    .result = "run?: int — the review, where one was written\n"
              "from?, to?: day — its week, where a review was written\n"
              "asked?: int — cells asked, where a review was written\n"
              "least?: number — the least change that is named, where a review was written\n"
              "changes?: list(label, dimension, metric, unit, value number, expected number, "
              "low number, high number, year_before number, change number, chance number, "
              "revenue money, volume money, mix money, rate money, price money, apart money, "
              "cost money, media money, cm2 money, unexplained money) — where a review was "
              "written",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan review changes",
    .run = review_changes};
