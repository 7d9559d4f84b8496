/* test_metric: the dictionary is whole, metrics.yaml changes what it may, and nothing else. */
#include "workspace/metric.h"

#include "support/expect.h"

#include <math.h>
#include <string.h>

static const char company[] = "company: Acme\ncurrency: EUR\nzone: Europe/Berlin\n"
                              "kpi: {metric: cm2, owner: Ines, from: 1, to: 2, by: 2027-12-31}\n";

/* The workspace of portolan.yaml and this metrics.yaml. */
static ptl_status parse(ptl_workspace *out, const char *metrics, ptl_buffer *said)
{
    ptl_error err = {0};
    ptl_faults faults;
    const ptl_config_file files[] = {{"portolan.yaml", {company, sizeof company - 1}},
                                     {"metrics.yaml", {metrics, strlen(metrics)}}};
    ptl_faults_init(&faults);
    const ptl_status st = ptl_workspace_parse(out, ".", files, 2, &faults, &err);
    for (int64_t i = 0; said && i < faults.n; i++) {
        ptl_fault_format(said, &faults.items[i]);
        ptl_buffer_text(said, "\n");
    }
    ptl_faults_dispose(&faults);
    return st;
}

static void every_metric_is_whole_and_once(void **state)
{
    (void)state;
    assert_true(ptl_metrics_n > 50);
    for (int64_t i = 0; i < ptl_metrics_n; i++) {
        const ptl_metric *m = &ptl_metrics[i];
        assert_ptr_equal(ptl_metric_find(ptl_text_of(m->name)), m); /* the first of its name */
        const char *const texts[] = {m->label, m->formula, m->inputs, m->unit, m->grain};
        for (int t = 0; t < 5; t++)
            if (!texts[t] || !texts[t][0]) fail_msg("%s lacks text %d", m->name, t);
    }
    assert_null(ptl_metric_find(PTL_TEXT("cac")));
}

static void what_is_not_said_is_the_programs(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_workspace w;
    ptl_metric_in_force m;
    EXPECT_OK(parse(&w,
                    "- name: ltv.observed\n  owner: Noor\n  version: 2\n  discount: 0.07\n"
                    "- {name: reconcile.revenue, tolerance: 0.003, label: Against the ledger}\n",
                    NULL));
    EXPECT_OK(ptl_metric_of(&m, &w, PTL_TEXT("ltv.observed"), &err));
    EXPECT_STR(m.owner, "Noor");
    EXPECT_INT(m.version, 2);
    EXPECT_INT(m.horizon_months, 24);
    EXPECT_NEAR(m.discount, 0.07, 0.0);
    EXPECT_OK(ptl_metric_of(&m, &w, PTL_TEXT("reconcile.revenue"), &err));
    EXPECT_STR(m.label, "Against the ledger");
    EXPECT_NEAR(m.tolerance, 0.003, 0.0);
    EXPECT_INT(m.version, 1); /* a tolerance is no definition */
    EXPECT_OK(ptl_metric_of(&m, &w, PTL_TEXT("reconcile.media"), &err));
    EXPECT_NEAR(m.tolerance, 0.02, 0.0);
    assert_null(m.owner);
    EXPECT_OK(ptl_metric_of(&m, &w, PTL_TEXT("cm2"), &err));
    EXPECT_STR(m.owner, "Ines"); /* whoever owns the one number */
    EXPECT_FAIL(ptl_metric_of(&m, &w, PTL_TEXT("cac.blendd"), &err), PTL_E_NOT_FOUND,
                "no metric is called \"cac.blendd\"");
    assert_non_null(strstr(err.hint, "\"cac.blended\""));
    ptl_workspace_dispose(&w);
}

static void no_discount_is_a_discount(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_workspace w;
    ptl_metric_in_force m;
    EXPECT_OK(parse(&w, "- {name: ltv.observed, version: 3, discount: 0}\n", NULL));
    EXPECT_OK(ptl_metric_of(&m, &w, PTL_TEXT("ltv.observed"), &err));
    EXPECT_NEAR(m.discount, 0.0, 0.0);
    ptl_workspace_dispose(&w);
}

static void every_mistake_is_told(void **state)
{
    (void)state;
    ptl_workspace w;
    ptl_buffer said;
    ptl_buffer_init(&said, 1 << 16, NULL);
    assert_int_equal(parse(&w,
                           "- name: cac.fuly_loaded\n"
                           "- name: win_rate\n  discount: 0.2\n"
                           "- name: ltv.observed\n  horizon_months: 36\n"
                           "- name: media\n- name: media\n",
                           &said),
                     PTL_E_INVALID);
    EXPECT_STR(
        said.ptr,
        "metrics.yaml:1:9: [1].name: found \"cac.fuly_loaded\", allowed: a metric that metric "
        "list names; did you mean \"cac.fully_loaded\"?\n"
        "metrics.yaml:3:13: [2].discount: found \"0.2\", allowed: nothing: this metric has no "
        "such parameter\n"
        "metrics.yaml:4:3: [3].version: missing, allowed: 2 or more: another definition is "
        "another version, counted beside the first\n"
        "metrics.yaml:7:9: [5].name: found \"media\", allowed: each metric once\n");
    ptl_buffer_dispose(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_metric_is_whole_and_once),
                                       cmocka_unit_test(what_is_not_said_is_the_programs),
                                       cmocka_unit_test(no_discount_is_a_discount),
                                       cmocka_unit_test(every_mistake_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
