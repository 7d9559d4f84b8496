/* metric.c: a metric as it is in force (metric.h). */
#include "workspace/metric.h"

#include "workspace/tables.h"

#include <math.h>
#include <string.h>

const ptl_metric *ptl_metric_find(ptl_text name)
{
    for (int64_t i = 0; i < ptl_metrics_n; i++)
        if (ptl_text_equal(ptl_text_of(ptl_metrics[i].name), name)) return &ptl_metrics[i];
    return NULL;
}

static const char *nearest_name(ptl_text name)
{
    enum { NAMES_MAX = 256 };
    const char *names[NAMES_MAX];
    int64_t n = 0;
    for (; n < ptl_metrics_n && n < NAMES_MAX; n++) names[n] = ptl_metrics[n].name;
    return ptl_text_nearest(name, names, n);
}

/* metrics.yaml gives what it gives; everything else is the program's. */
static void override_by(ptl_metric_in_force *out, const ptl_metric_config *config)
{
    if (config->label) out->label = config->label;
    out->owner = config->owner;
    out->version = config->version;
    if (config->horizon_months > 0) out->horizon_months = config->horizon_months;
    if (config->discount_given) out->discount = config->discount;
    if (config->tolerance > 0.0) out->tolerance = config->tolerance;
}

ptl_status ptl_metric_of(ptl_metric_in_force *out, const ptl_workspace *workspace, ptl_text name,
                         ptl_error *err)
{
    const ptl_metric *m = ptl_metric_find(name);
    if (!m) {
        const char *near = nearest_name(name);
        (void)ptl_fail(err, PTL_E_NOT_FOUND, "no metric is called \"%.*s\"",
                       (int)(name.len < 100 ? name.len : 100), name.ptr ? name.ptr : "");
        if (near)
            ptl_error_hint(err, "did you mean \"%s\"?", near);
        else
            ptl_error_hint(err, "portolan metric list names them all");
        return PTL_E_NOT_FOUND;
    }
    *out =
        (ptl_metric_in_force){m, m->label, NULL, 1, m->horizon_months, m->discount, m->tolerance};
    if (workspace->kpi.metric && strcmp(workspace->kpi.metric, m->name) == 0)
        out->owner = workspace->kpi.owner;
    for (int64_t i = 0; i < workspace->n_metrics; i++)
        if (strcmp(workspace->metrics[i].name, m->name) == 0)
            override_by(out, &workspace->metrics[i]);
    return PTL_OK;
}

/* --- checks of metrics.yaml ---------------------------------------------------------------------
 */

/* A parameter belongs to a metric that has it, and to a version of its own. */
static void check_parameter(const ptl_metric_config *config, const ptl_metric *m, const char *key,
                            bool has, const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    const ptl_yaml_node *node = ptl_yaml_find(map, key);
    if (!node) return;
    if (!has)
        ptl_schema_fault(pass, node, "nothing: this metric has no such parameter", NULL);
    else if (config->version < 2 && isnan(m->tolerance))
        ptl_schema_missing(pass, map, "version",
                           "2 or more: another definition is another version, counted beside the "
                           "first");
}

void ptl_check_metric(void *target, const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    ptl_metric_config *config = target;
    if (!map || !config->name) return;
    const ptl_metric *m = ptl_metric_find(ptl_text_of(config->name));
    if (!m) {
        ptl_schema_fault(pass, ptl_yaml_find(map, "name"), "a metric that metric list names",
                         nearest_name(ptl_text_of(config->name)));
        return;
    }
    config->discount_given = ptl_yaml_find(map, "discount") != NULL;
    check_parameter(config, m, "horizon_months", m->horizon_months > 0, map, pass);
    check_parameter(config, m, "discount", !isnan(m->discount), map, pass);
    check_parameter(config, m, "tolerance", !isnan(m->tolerance), map, pass);
}
