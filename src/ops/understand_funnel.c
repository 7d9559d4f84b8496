/* understand_funnel.c: the funnel from lead to order, as the newest review counted it. */
#include "ops/args.h"
#include "ops/registry.h"
#include "ops/understand_kpi.h"

#include <string.h>

static const ptl_column_spec funnel_specs[] = {
    {"period_start", PTL_TYPE_DAY}, {"period_end", PTL_TYPE_DAY},    {"member", PTL_TYPE_TEXT},
    {"entered", PTL_TYPE_INT},      {"passed", PTL_TYPE_INT},        {"lost", PTL_TYPE_INT},
    {"waiting", PTL_TYPE_INT},      {"conversion", PTL_TYPE_DOUBLE}, {"leak", PTL_TYPE_DOUBLE},
    {"run_id", PTL_TYPE_INT}};
static const ptl_reply_column funnel_columns[] = {
    {"from", "From", false},      {"to", "To", false},
    {"dimension", "", false},     {"member", "", false},
    {"step", "Step", false},      {"entered", "Entered", true},
    {"passed", "Passed", true},   {"lost", "Lost", true},
    {"waiting", "Waiting", true}, {"conversion", "Passed of known", true},
    {"leak", "Leak", true},       {"run", "", true}};

/* Steps in the order in which they are passed; the query gives them by name. */
static int64_t step_of(const ptl_kpi_result *r, int64_t row)
{
    static const char *const steps[] = {"lead", "mql", "opportunity"};
    const ptl_text member = ptl_column_text(r->columns[2], row);
    for (int64_t s = 0; s < 3; s++) {
        const size_t n = strlen(steps[s]);
        if (member.len >= n && memcmp(member.ptr + member.len - n, steps[s], n) == 0) return s;
    }
    return 3;
}

static void put_step(const ptl_call *call, const ptl_kpi_result *r, int64_t i, const char *of,
                     const char *member)
{
    const ptl_column *const *c = r->columns;
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[0], i));
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[1], i));
    ptl_reply_cell_text(call->reply, of);
    ptl_reply_cell_text(call->reply, member);
    ptl_kpi_put_text(call, c[2], i);
    for (int k = 3; k <= 6; k++) ptl_kpi_put_int(call, c[k], i);
    ptl_reply_cell_double(call->reply, ptl_column_double(c[7], i));
    ptl_reply_cell_double(call->reply, ptl_column_double(c[8], i));
    ptl_reply_cell_id(call->reply, ptl_column_int(c[9], i));
}

/* What the funnel is asked of: the parameter that is given, of these; the company without one. */
static const char *asked_of(const char **member, const ptl_call *call, ptl_error *err)
{
    static const char *const dimensions[] = {"channel", "campaign", "geo", "vertical"};
    const char *of = "";
    *member = "";
    for (size_t i = 0; i < sizeof dimensions / sizeof *dimensions; i++) {
        if (!ptl_args_given(call->args, dimensions[i])) continue;
        if (of[0]) {
            (void)ptl_fail(err, PTL_E_INVALID,
                           "a funnel is of one %s or of one %s, not of both at once", of,
                           dimensions[i]);
            return NULL;
        }
        of = dimensions[i];
        *member = ptl_kpi_arg(call, of);
    }
    if (strcmp(*member, "not recorded") == 0) *member = "";
    return of;
}

static ptl_status funnel_show(ptl_call *call, ptl_error *err)
{
    const char *member, *of = asked_of(&member, call, err);
    if (!of) return PTL_E_INVALID;
    const ptl_value params[] = {ptl_value_int(ptl_args_int(call->args, "run")),
                                ptl_value_string(ptl_kpi_arg(call, "grain")), ptl_value_string(of),
                                ptl_value_string(member)};
    ptl_kpi_result r;
    PTL_TRY(ptl_kpi_query(&r, call, "kpi/funnel", params, 4, funnel_specs,
                          sizeof funnel_specs / sizeof *funnel_specs, err));
    ptl_reply_table(call->reply, "steps", "", funnel_columns,
                    sizeof funnel_columns / sizeof *funnel_columns);
    for (int64_t first = 0, next; first < r.table.n_rows; first = next) {
        const int64_t period = ptl_column_int(r.columns[0], first);
        for (next = first; next < r.table.n_rows; next++)
            if (ptl_column_int(r.columns[0], next) != period) break;
        for (int64_t step = 0; step <= 3; step++)
            for (int64_t i = first; i < next; i++)
                if (step_of(&r, i) == step) put_step(call, &r, i, of, member);
    }
    ptl_reply_table_end(call->reply);
    ptl_table_dispose(&r.table);
    return PTL_OK;
}

static const ptl_param funnel_params[] = {
    {.name = "grain",
     .type = PTL_PARAM_ENUM,
     .defaults = "all",
     .choices = "month|quarter|year|kpi|all",
     .about = "Periods in which leads came and deals were opened."},
    {.name = "channel",
     .type = PTL_PARAM_TEXT,
     .about = "Only leads and deals of this channel; by year and in all. \"not recorded\" is what "
              "names none."},
    {.name = "campaign", .type = PTL_PARAM_TEXT, .about = "Only those of this campaign."},
    {.name = "geo",
     .type = PTL_PARAM_TEXT,
     .about = "Only those of this place: of deals, whose companies have one."},
    {.name = "vertical", .type = PTL_PARAM_TEXT, .about = "Only those of this vertical."},
    PTL_KPI_PARAM_RUN};

const ptl_op ptl_op_funnel_show = {
    .name = "funnel.show",
    .summary = "show the funnel, step by step, with what leaks in money",
    .about =
        "Leads are followed from the day they came, deals from the day they were opened: how many "
        "passed the step, were lost at it, or wait. The leak is what was lost times what those "
        "who passed were worth in the same period: the average deal won, times the chance of each "
        "later step. It is an average, not what could be won back.",
    .params = funnel_params,
    .n_params = sizeof funnel_params / sizeof *funnel_params,
    .result = "steps: list(from day, to day, dimension, member, step, entered int, passed "
              "int, lost int, waiting int, conversion number, leak number, run int) — in "
              "their order",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan funnel show",
    .run = funnel_show};
