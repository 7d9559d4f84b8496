/* understand.c: operations on figures. */
#include "ops/args.h"
#include "ops/cursor.h"
#include "store/figure.h"

#include <stdio.h>

static void put_text(ptl_reply *reply, const ptl_column *column, int64_t row)
{
    char cell[512];
    const ptl_text t = ptl_column_text(column, row);
    snprintf(cell, sizeof cell, "%.*s", (int)t.len, t.ptr);
    ptl_reply_cell_text(reply, cell);
}

/* The whole company and "no channel recorded" both have an empty member. */
static void put_member(ptl_reply *reply, const ptl_figures *c, int64_t i)
{
    if (ptl_column_text(c->member, i).len > 0)
        put_text(reply, c->member, i);
    else
        ptl_reply_cell_text(reply,
                            ptl_column_text(c->dimension, i).len > 0 ? "(none recorded)" : "(all)");
}

/* Counted money exactly, counted things as they are, estimates as doubles. */
static void put_value(ptl_reply *reply, const ptl_figures *c, int64_t i)
{
    const ptl_text unit = ptl_column_text(c->unit, i);
    char currency[16];
    snprintf(currency, sizeof currency, "%.*s", (int)unit.len, unit.ptr);
    if (!ptl_column_present(c->exact, i))
        ptl_reply_cell_double(reply, ptl_column_double(c->value, i));
    else if (unit.len == 3)
        ptl_reply_cell_micros(reply, ptl_column_int(c->exact, i), currency);
    else
        ptl_reply_cell_int(reply, ptl_column_int(c->exact, i));
}

static void put_row(ptl_reply *reply, const ptl_figures *c, int64_t i)
{
    put_text(reply, c->name, i);
    put_text(reply, c->grain, i);
    ptl_reply_cell_day(reply, (ptl_day)ptl_column_int(c->period_start, i));
    ptl_reply_cell_day(reply, (ptl_day)ptl_column_int(c->period_end, i));
    put_member(reply, c, i);
    put_value(reply, c, i);
    ptl_reply_cell_double(reply, ptl_column_double(c->low, i));
    ptl_reply_cell_double(reply, ptl_column_double(c->high, i));
    put_text(reply, c->unit, i);
    put_text(reply, c->kind, i);
    ptl_reply_cell_int(reply, ptl_column_int(c->run_id, i));
    put_text(reply, c->dimension, i);
    put_text(reply, c->verdict, i);
}

static const char *text_or_empty(const ptl_call *call, const char *name)
{
    const char *text = ptl_args_text(call->args, name);
    return text ? text : "";
}

static ptl_status figure_list(ptl_call *call, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"name", "Figure", PTL_HOLDS_TEXT},     {"grain", "Grain", PTL_HOLDS_TEXT},
        {"from", "From", PTL_HOLDS_DAY},        {"to", "To", PTL_HOLDS_DAY},
        {"channel", "Channel", PTL_HOLDS_TEXT}, {"value", "Value", PTL_HOLDS_FIGURE},
        {"low", "Low", PTL_HOLDS_NUMBER},       {"high", "High", PTL_HOLDS_NUMBER},
        {"unit", "Unit", PTL_HOLDS_TEXT},       {"kind", "Kind", PTL_HOLDS_TEXT},
        {"run", "Run", PTL_HOLDS_INT},          {"dimension", "", PTL_HOLDS_TEXT},
        {"verdict", "", PTL_HOLDS_TEXT}};
    const int64_t limit = ptl_args_int(call->args, "limit");
    int64_t at[2]; /* run, rows before: what a run wrote does not change */
    bool given;
    PTL_TRY(ptl_cursor_read(at, 2, &given, call, err));
    if (!given) at[0] = ptl_args_int(call->args, "run");
    const ptl_value params[] = {ptl_value_int(at[0]),
                                ptl_value_string(text_or_empty(call, "name")),
                                ptl_value_string(text_or_empty(call, "grain")),
                                ptl_value_string(text_or_empty(call, "channel")),
                                ptl_value_int(limit + 1),
                                ptl_value_int(at[1])};
    ptl_table t = {0};
    ptl_figures c;
    PTL_TRY(ptl_warehouse_query(&t, call->store->warehouse, "figure/list", params, 6, 0, err));
    ptl_status st = ptl_figures_bind(&c, &t, err);
    const int64_t n = t.n_rows < limit ? t.n_rows : limit;
    if (st == PTL_OK && t.n_rows == 0) {
        ptl_reply_say(call->reply, "No figure matches.");
        ptl_reply_next(call->reply, "portolan review");
    }
    if (st == PTL_OK) {
        ptl_reply_table(call->reply, "figures", "Figures", columns,
                        sizeof columns / sizeof *columns);
        for (int64_t i = 0; i < n; i++) put_row(call->reply, &c, i);
        ptl_reply_table_end(call->reply);
        if (n > 0) at[0] = ptl_column_int(c.run_id, 0);
        at[1] += n;
        st = ptl_cursor_put(call, t.n_rows > n ? at : NULL, 2, err);
    }
    ptl_table_dispose(&t);
    return st;
}

static const ptl_param figure_params[] = {
    {.name = "run",
     .type = PTL_PARAM_INT,
     .defaults = "0",
     .min = 0,
     .max = 9e15,
     .about = "The run that wrote them; 0 is the newest."},
    {.name = "name",
     .type = PTL_PARAM_TEXT,
     .about = "Only this figure: revenue, variable_cost, cm1, media, cm2, orders, cm2.expected …"},
    {.name = "grain",
     .type = PTL_PARAM_ENUM,
     .choices = "day|week|month|quarter|year|kpi|all|cohort",
     .about = "Only this grain: docs/kpi.md says what each is."},
    {.name = "channel",
     .type = PTL_PARAM_TEXT,
     .about = "Only this channel, by its governed name."},
    {.name = "limit",
     .type = PTL_PARAM_INT,
     .unit = "rows",
     .defaults = "100",
     .min = 1,
     .max = 1000000,
     .about = "Figures shown at most."},
    PTL_PARAM_CURSOR};

const ptl_op ptl_op_figure_list = {
    .name = "figure.list",
    .alias = "figures",
    .summary = "list figures with their kind, interval and run",
    .about =
        "Figures are what reviews and jobs wrote: counted ones are exact and have no interval, "
        "estimated ones have an interval of stated probability. Channel figures rest on the "
        "channel recorded with the order: what they carry is credit of grade E, not effect.",
    .params = figure_params,
    .n_params = sizeof figure_params / sizeof *figure_params,
    .result = "figures: list(name, grain, from day, to day, channel, value int or number or "
              "money, low number, high number, unit, kind, run int, dimension, verdict) — in "
              "their order\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan figures --name cm2 --grain week --limit 5",
    .run = figure_list};
