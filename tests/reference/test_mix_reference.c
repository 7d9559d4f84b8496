/* test_mix_reference: the mix model against what others published.
 *
 * Meridian's demonstration (40 geos x 156 weeks): its automatic knots (64 inner ones, the
 * notebook's n_knots), and in the long lane (PTL_LONG=1) its posterior: ROI means and 90 % bounds
 * of ref_getting_started_roi.csv. The normal lane fits the first 12 geos with few draws and asks
 * for convergence only. PyMC-Marketing's mmm_roas_data.csv: true contributions 10,220 and 6,708,
 * with a confounder that a plain regression mistakes for 26,480. Skipped where the files are
 * missing. */
#include "support/expect.h"

#include "portolan/linalg.h"
#include "science/mix_internal.h"
#include "support/mix_panel.h"

static ptl_arena arena;
static ptl_pool *pool;
static ptl_executor executor;

static const char *folder(void)
{
    const char *const data = getenv("PTL_DATA");
    return data ? data : PTL_SOURCE_DIR "/../shared/data";
}

static ptl_mix_options short_options(int32_t draws)
{
    ptl_mix_options o = ptl_mix_options_default();
    o.nuts.n_chains = 2;
    o.nuts.n_warmup = o.nuts.n_draws = draws;
    return o;
}

static void knots_are_meridians(void **state)
{
    (void)state;
    panel_meridian p;
    ptl_error err;
    if (!panel_meridian_open(&p, folder())) SKIP("no mmm_meridian/geo_all_channels.csv");
    ptl_mix_posterior m = {0};
    EXPECT_OK(mix_prepare(&m, &p.data, &p.spec, &arena, &err));
    EXPECT_INT(m.n_knots, 66);
    EXPECT_INT(m.knot[0], 0);
    EXPECT_INT(m.knot[65], MERIDIAN_WEEKS - 1);
    panel_meridian_close(&p);
    ptl_arena_reset(&arena);
}

/* Twelve geos with few draws: the machinery of the full fit, in the time of a unit test. */
static void a_part_of_the_panel_converges(void **state)
{
    (void)state;
    panel_meridian p;
    ptl_error err;
    ptl_mix_result r;
    if (!panel_meridian_open(&p, folder())) SKIP("no mmm_meridian/geo_all_channels.csv");
    enum { GEOS = 12 };
    ptl_mix_data data = p.data;
    double *media = calloc((size_t)MERIDIAN_CHANNELS * GEOS * MERIDIAN_WEEKS, sizeof *media);
    double *spend = calloc((size_t)MERIDIAN_CHANNELS * GEOS * MERIDIAN_WEEKS, sizeof *spend);
    const size_t part = GEOS * MERIDIAN_WEEKS, all = MERIDIAN_GEOS * MERIDIAN_WEEKS;
    for (size_t c = 0; c < MERIDIAN_CHANNELS; c++) {
        memcpy(media + c * part, p.media + c * all, part * sizeof *media);
        memcpy(spend + c * part, p.spend + c * all, part * sizeof *spend);
    }
    memmove(p.control + part, p.control + all, part * sizeof *p.control);
    data.n_geos = GEOS;
    data.media = media;
    data.spend = spend;
    const ptl_rng rng = ptl_rng_new(8);
    const ptl_mix_options o = short_options(120);
    EXPECT_OK(ptl_mix_solve(&r, &data, &p.spec, NULL, 0, &rng, &o, &executor, &arena, &err));
    EXPECT_LE(r.r_hat_max, 1.1);
    EXPECT_INT(r.n_divergent, 0);
    EXPECT_LE(0.6, r.r2);
    free(media);
    free(spend);
    panel_meridian_close(&p);
    ptl_arena_reset(&arena);
}

static void posterior_is_meridians(void **state)
{
    (void)state;
    panel_meridian p;
    panel_table ref;
    ptl_error err;
    ptl_mix_result r;
    char path[1024];
    if (!getenv("PTL_LONG")) SKIP("the full fit takes minutes: set PTL_LONG=1");
    snprintf(path, sizeof path, "%s/mmm_meridian/ref_getting_started_roi.csv", folder());
    if (!panel_meridian_open(&p, folder()) || !panel_read(&ref, path)) SKIP("no mmm_meridian");
    const ptl_rng rng = ptl_rng_new(1);
    EXPECT_OK(ptl_mix_solve(&r, &p.data, &p.spec, NULL, 0, &rng, NULL, &executor, &arena, &err));
    EXPECT_LE(r.r_hat_max, 1.01);
    EXPECT_LE(400.0, r.ess_bulk_min);
    EXPECT_LE(400.0, r.ess_tail_min);
    EXPECT_INT(r.n_divergent, 0);
    for (int c = 0; c < 5; c++) { /* ten chains of 1000 there, four here: a few percent of an sd */
        const double mean = panel_column(&ref, "roi")[c];
        const double low = panel_column(&ref, "roi_ci_lo")[c];
        const double high = panel_column(&ref, "roi_ci_hi")[c];
        EXPECT_NEAR(r.channel[c].roi.point, mean, 0.03 * (high - low));
        EXPECT_NEAR(r.channel[c].roi.low, low, 0.04 * (high - low));
        EXPECT_NEAR(r.channel[c].roi.high, high, 0.08 * (high - low));
        EXPECT_NEAR(r.channel[c].mroi.point, panel_column(&ref, "mroi")[c], 0.03);
    }
    EXPECT_NEAR(r.r2, 0.7738, 0.002); /* the notebook's fit table */
    EXPECT_NEAR(r.mape, 0.2557, 0.002);
    EXPECT_NEAR(r.channel[6].share.point, 0.0263, 0.002);
    panel_free(&ref);
    panel_meridian_close(&p);
    ptl_arena_reset(&arena);
}

/* --- the confounder -----------------------------------------------------------------------------
 */

enum { ROAS_MAX = 256 };

typedef struct roas {
    panel_table table;
    int64_t n;
    double *media, truth[2];
    ptl_mix_channel channel[2];
    ptl_mix_data data;
    ptl_mix_spec spec;
} roas;

static bool roas_open(roas *w, bool with_confounder)
{
    static const char *const media[] = {"x1", "x2"};
    char path[1024];
    snprintf(path, sizeof path, "%s/mmm_pymc/mmm_roas_data.csv", folder());
    if (!panel_read(&w->table, path)) return false;
    w->n = w->table.n_rows;
    w->media = panel_cube(&w->table, media, 2);
    w->truth[0] = w->truth[1] = 0.0;
    for (int64_t t = 0; t < w->n; t++) {
        const double y = panel_column(&w->table, "y")[t];
        w->truth[0] += y - panel_column(&w->table, "y01")[t];
        w->truth[1] += y - panel_column(&w->table, "y02")[t];
    }
    w->spec = ptl_mix_preset_pymc(w->channel, NULL, 2, 2);
    w->spec.n_knots = 8; /* its trend is no straight line: a knot for every four months */
    w->data = (ptl_mix_data){.n_geos = 1,
                             .n_weeks = w->n,
                             .n_channels = 2,
                             .n_controls = with_confounder ? 1 : 0,
                             .kpi = panel_column(&w->table, "y"),
                             .media = w->media,
                             .spend = w->media,
                             .control = panel_column(&w->table, "z")};
    return true;
}

static void roas_close(roas *w)
{
    panel_free(&w->table);
    free(w->media);
    ptl_arena_reset(&arena);
}

static void seen_confounder_leaves_the_truth(void **state)
{
    (void)state;
    roas w;
    ptl_error err;
    ptl_mix_result r;
    if (!roas_open(&w, true)) SKIP("no mmm_pymc/mmm_roas_data.csv");
    EXPECT_NEAR(w.truth[0], 10220.45, 0.01);
    EXPECT_NEAR(w.truth[1], 6707.88, 0.01);
    const ptl_rng rng = ptl_rng_new(5);
    const ptl_mix_options o = short_options(400);
    EXPECT_OK(ptl_mix_solve(&r, &w.data, &w.spec, NULL, 0, &rng, &o, &executor, &arena, &err));
    EXPECT_LE(r.r_hat_max, 1.05);
    for (int c = 0; c < 2; c++) {
        print_message("x%d: %.0f [%.0f, %.0f], truth %.0f\n", c + 1,
                      r.channel[c].contribution.point, r.channel[c].contribution.low,
                      r.channel[c].contribution.high, w.truth[c]);
        EXPECT_LE(r.channel[c].contribution.low, w.truth[c]);
        EXPECT_LE(w.truth[c], r.channel[c].contribution.high);
    }
    roas_close(&w);
}

static void hidden_confounder_stays_grade_d(void **state)
{
    (void)state;
    roas w;
    ptl_error err;
    ptl_mix_result r;
    if (!roas_open(&w, false)) SKIP("no mmm_pymc/mmm_roas_data.csv");
    const ptl_rng rng = ptl_rng_new(5);
    const ptl_mix_options o = short_options(400);
    EXPECT_OK(ptl_mix_solve(&r, &w.data, &w.spec, NULL, 0, &rng, &o, &executor, &arena, &err));
    print_message("hidden: x1 %.0f [%.0f, %.0f], sensitivity %.3f\n",
                  r.channel[0].contribution.point, r.channel[0].contribution.low,
                  r.channel[0].contribution.high, r.channel[0].sensitivity);
    EXPECT_LE(w.truth[0], r.channel[0].contribution.low); /* no model can know what it cannot see */
    EXPECT_INT(r.channel[0].grade, 'D');
    EXPECT_LE(0.0, r.channel[0].sensitivity);
    EXPECT_LE(r.channel[0].sensitivity, 1.0);
    roas_close(&w);
}

/* An experiment that switched x1 off for a quarter, measured from the true potential outcomes. */
static void experiment_rules_over_a_hidden_confounder(void **state)
{
    (void)state;
    roas w;
    ptl_error err;
    ptl_mix_result r;
    if (!roas_open(&w, false)) SKIP("no mmm_pymc/mmm_roas_data.csv");
    ptl_mix_experiment e = {0, 0, w.n, w.n, NULL, 0.0, w.truth[0] + 130.7, 900.0, 'A'};
    const ptl_rng rng = ptl_rng_new(5);
    const ptl_mix_options o = short_options(400);
    EXPECT_OK(ptl_mix_solve(&r, &w.data, &w.spec, &e, 1, &rng, &o, &executor, &arena, &err));
    const ptl_mix_channel_result *const c = &r.channel[0];
    print_message("experiment: z %.1f, x1 %.0f [%.0f, %.0f], moved from %.0f to %.0f\n",
                  r.experiment[0].z, c->contribution.point, c->contribution.low,
                  c->contribution.high, r.experiment[0].move[0].mean_without,
                  r.experiment[0].move[0].mean_with);
    assert_true(r.experiment[0].conflict);
    EXPECT_INT(c->grade, 'C');
    /* within its own error, where precisions alone would meet two and a half errors away */
    EXPECT_NEAR(c->contribution.point, e.estimate, e.sd);
    EXPECT_LE(c->contribution.low, w.truth[0]);
    EXPECT_LE(w.truth[0], c->contribution.high);
    EXPECT_NEAR(r.experiment[0].move[0].mean_with, c->contribution.point, 1.0);
    roas_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knots_are_meridians),
        cmocka_unit_test(seen_confounder_leaves_the_truth),
        cmocka_unit_test(hidden_confounder_stays_grade_d),
        cmocka_unit_test(experiment_rules_over_a_hidden_confounder),
        cmocka_unit_test(a_part_of_the_panel_converges),
        cmocka_unit_test(posterior_is_meridians),
    };
    ptl_error err;
    ptl_arena_init(&arena, (size_t)1 << 30, NULL);
    if (ptl_linalg_init(&err) != PTL_OK || ptl_pool_new(&pool, 2, &err) != PTL_OK) return 1;
    executor = ptl_pool_executor(pool);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ptl_pool_free(pool);
    ptl_arena_dispose(&arena);
    return failed;
}
