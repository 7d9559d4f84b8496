/* understand_metric.c: the metric dictionary. */
#include "ops/args.h"
#include "ops/registry.h"
#include "workspace/metric.h"

#include <math.h>
#include <string.h>

/* --- metric.list ------------------------------------------------------------------------------ */

static ptl_status metric_list(ptl_call *call, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"name", "Metric", false}, {"label", "Means", false}, {"unit", "Unit", false},
        {"grain", "", false},      {"split", "By", false},    {"version", "Version", true},
        {"owner", "Owner", false}, {"formula", "", false}};
    ptl_reply_table(call->reply, "metrics", "", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < ptl_metrics_n; i++) {
        ptl_metric_in_force m;
        PTL_TRY(ptl_metric_of(&m, call->workspace, ptl_text_of(ptl_metrics[i].name), err));
        ptl_reply_cell_text(call->reply, m.metric->name);
        ptl_reply_cell_text(call->reply, m.label);
        ptl_reply_cell_text(call->reply, m.metric->unit);
        ptl_reply_cell_text(call->reply, m.metric->grain);
        ptl_reply_cell_text(call->reply, m.metric->split);
        ptl_reply_cell_int(call->reply, m.version);
        ptl_reply_cell_text(call->reply, m.owner);
        ptl_reply_cell_text(call->reply, m.metric->formula);
    }
    ptl_reply_table_end(call->reply);
    return PTL_OK;
}

const ptl_op ptl_op_metric_list = {
    .name = "metric.list",
    .alias = "metrics",
    .summary = "list the metrics with their units, versions and owners",
    .about = "Every figure is defined once. metrics.yaml names who answers for a metric and, where "
             "it has one, another parameter under a higher version; figures of the first version "
             "are then counted beside the new ones.",
    .result = "metrics: list(name, label, unit, grain, split, version int, owner, formula) — "
              "every metric",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan metric list",
    .run = metric_list};

/* --- metric.explain --------------------------------------------------------------------------- */

static void say_parameters(ptl_reply *reply, const ptl_metric_in_force *m)
{
    if (m->horizon_months > 0)
        ptl_reply_int(reply, "horizon_months", "Horizon, months", m->horizon_months);
    if (!isnan(m->discount)) ptl_reply_double(reply, "discount", "Discount a year", m->discount);
    if (!isnan(m->tolerance)) ptl_reply_double(reply, "tolerance", "Tolerance", m->tolerance);
}

/* Metrics whose inputs name this one, as whole words. */
static bool feeds(const ptl_metric *other, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = strstr(other->inputs, name); at; at = strstr(at + 1, name)) {
        const bool starts = at == other->inputs || at[-1] == ' ';
        const bool ends = at[n] == '\0' || at[n] == ',';
        if (starts && ends) return true;
    }
    return false;
}

static void put_use(ptl_reply *reply, const char *where, int64_t n, const char *what)
{
    ptl_reply_cell_text(reply, where);
    ptl_reply_cell_int(reply, n);
    ptl_reply_cell_text(reply, what);
}

typedef struct use {
    int64_t run_id, figures, targets, forecasts;
} use;

static ptl_status read_use(use *out, ptl_call *call, const char *name, ptl_error *err)
{
    static const char *const names[] = {"run_id", "figures", "targets", "forecasts"};
    int64_t *const values[] = {&out->run_id, &out->figures, &out->targets, &out->forecasts};
    const ptl_value params[] = {ptl_value_string(name), ptl_value_instant(PTL_INSTANT_EVER)};
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(ptl_warehouse_query(&t, call->store->warehouse, "metric/used", params, 2, 0, err));
    for (int i = 0; st == PTL_OK && i < 4; i++) {
        const ptl_column *column = NULL;
        st = ptl_table_column(&column, &t, names[i], PTL_TYPE_INT, err);
        if (st == PTL_OK) *values[i] = ptl_column_int(column, 0);
    }
    ptl_table_dispose(&t);
    return st;
}

static void say_uses(ptl_call *call, const ptl_metric_in_force *m, const use *u)
{
    static const ptl_reply_column columns[] = {
        {"where", "Where", false}, {"n", "How often", true}, {"what", "What", false}};
    const char *name = m->metric->name;
    ptl_reply_table(call->reply, "used", "Used", columns, 3);
    if (call->workspace->kpi.metric && strcmp(call->workspace->kpi.metric, name) == 0)
        put_use(call->reply, "the one number", 1, "portolan.yaml");
    if (u->figures > 0)
        put_use(call->reply, "figures of the newest review", u->figures, "kpi list");
    if (u->targets > 0) put_use(call->reply, "targets", u->targets, "table target");
    if (u->forecasts > 0) put_use(call->reply, "forecasts", u->forecasts, "course");
    for (int64_t i = 0; i < ptl_metrics_n; i++)
        if (feeds(&ptl_metrics[i], name)) put_use(call->reply, "metric", 1, ptl_metrics[i].name);
    ptl_reply_table_end(call->reply);
}

static ptl_status metric_explain(ptl_call *call, ptl_error *err)
{
    ptl_metric_in_force m;
    use u = {0};
    const char *name = ptl_args_text(call->args, "name");
    PTL_TRY(ptl_metric_of(&m, call->workspace, ptl_text_of(name), err));
    PTL_TRY(read_use(&u, call, name, err));
    ptl_reply_say(call->reply, "%s = %s.", m.label, m.metric->formula);
    ptl_reply_text(call->reply, "name", "Metric", m.metric->name);
    ptl_reply_text(call->reply, "formula", "Formula", m.metric->formula);
    ptl_reply_text(call->reply, "inputs", "Made from", m.metric->inputs);
    ptl_reply_text(call->reply, "unit", "Unit",
                   strcmp(m.metric->unit, "money") == 0 ? call->workspace->currency
                                                        : m.metric->unit);
    ptl_reply_text(call->reply, "grain", "Periods", m.metric->grain);
    ptl_reply_text(call->reply, "split", "By",
                   m.metric->split[0] ? m.metric->split : "the company alone");
    ptl_reply_int(call->reply, "version", "Version", m.version);
    ptl_reply_text(call->reply, "owner", "Owner", m.owner ? m.owner : "nobody");
    say_parameters(call->reply, &m);
    say_uses(call, &m, &u);
    if (!m.owner)
        ptl_reply_next(call->reply, "name who answers for it in metrics.yaml: docs/workspace.md");
    return PTL_OK;
}

static const ptl_param explain_params[] = {{.name = "name",
                                            .type = PTL_PARAM_TEXT,
                                            .positional = true,
                                            .required = true,
                                            .about = "The metric, as cac.fully_loaded."}};

const ptl_op ptl_op_metric_explain = {
    .name = "metric.explain",
    .summary = "explain a metric: formula, inputs, owner, version, where it is used",
    .about = "What a figure means, what it is made from, who answers for its definition, and where "
             "it is used: figures of the newest review, targets, forecasts, other metrics.",
    .params = explain_params,
    .n_params = 1,
    .result = "name, formula, inputs, unit, grain, split, owner: text — the definition\n"
              "version: int — 1 is the program's own\n"
              "horizon_months?: int — where it has a horizon\n"
              "discount?, tolerance?: number — where it has them\n"
              "used: list(where, n int, what) — how often, and by what",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan metric explain cac.fully_loaded",
    .run = metric_explain};
