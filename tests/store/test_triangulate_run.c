/* test_triangulate_run: the stage on a warehouse of a few rows, against sums made by hand: which
 * figure of several is taken, margins, claims in another currency, books to the cent, and what is
 * said to be missing. What science makes of the figures is tests/unit/test_triangulate.c. */
#include "support/warehouse.h"

#include "understand/triangulate.h"

#include <math.h>

static char path[512];

/* June 2025, days 20240 to 20269. Margins: search .5, email .25, social .4. */
static const char *const company =
    "INSERT INTO load VALUES"
    " (1, 'ads', 'spend', 'e', 'c', 'm', 9, 9, 0, 0, TIMESTAMP '2025-07-01', NULL, 1, NULL, NULL),"
    " (2, 'books', 'finance_close', 't', 'c', 'm', 9, 9, 0, 0, TIMESTAMP '2025-07-09', NULL, 2,"
    " NULL, NULL),"
    " (3, 'rates', 'fx_rate', 't', 'd', 'm', 9, 9, 0, 0, TIMESTAMP '2025-07-01', NULL, 3, NULL,"
    " NULL);"
    "INSERT INTO day_channel VALUES"
    " (4, '2025-06-03', 'search', 10, 999000000, 1000000, 1000000),"
    " (5, '2025-06-03', 'search', 10, 1000000000, 500000000, 100000000),"
    " (5, '2025-06-04', 'search', 30, 3000000000, 1500000000, 300000000),"
    " (5, '2025-07-04', 'search', 90, 9000000000, 100000000, 300000000),"
    " (5, '2025-06-09', 'email', 5, 400000000, 300000000, 0),"
    " (5, '2025-06-09', 'social', 8, 500000000, 300000000, 250000000),"
    " (5, '2025-06-09', '', 8, 700000000, 300000000, 0);"
    "INSERT INTO effect (run_id, name, design, experiment_id, period_start, period_end, dimension,"
    " member, grade, value, low, high, probability, unit, verdict) VALUES"
    " (6, 'cm1', 'mix model', '', '2025-06-01', '2025-06-30', 'channel', 'search', 'C', 900.004,"
    "  700, 1200, 0.9, 'EUR', 'converged'),"
    " (6, 'revenue', 'mix model', '', '2025-06-01', '2025-06-30', 'channel', 'search', 'C', 7, 6,"
    "  8, 0.9, 'EUR', 'converged'),"
    " (6, 'revenue', 'mix model', '', '2025-06-01', '2025-06-30', 'channel', 'SOCIAL ADS', 'D',"
    "  500, 400, 650, 0.9, 'EUR', 'converged'),"
    " (6, 'revenue', 'mix model', '', '2025-06-01', '2025-06-30', 'baseline', '', 'D', 2222.222,"
    "  2000, 2500, 0.9, 'EUR', 'converged'),"
    " (9, 'cm1', 'mix model', '', '2025-07-01', '2025-07-31', 'channel', 'search', 'C', 1, 0.5, 2,"
    "  0.9, 'EUR', 'converged'),"
    " (7, 'iroas', 'geo test', 'spring', '2025-06-01', '2025-06-30', 'channel', 'search', 'A', 3,"
    "  2, 4, 0.9, 'ratio', 'converged'),"
    " (7, 'cm1', 'geo test', 'spring', '2025-06-01', '2025-06-30', 'channel', 'search', 'A', 950,"
    "  800, 1100, 0.9, 'EUR', 'converged');"
    "INSERT INTO credit (run_id, name, outcome, period_start, period_end, dimension, member, value,"
    " low, high, probability, unit, verdict) VALUES"
    " (8, 'markov', 'sale.conversions', '2025-06-01', '2025-06-30', 'channel', 'search', 20, 18,"
    "  22, 0.9, 'conversions', 'converged'),"
    " (8, 'markov', 'sale.revenue', '2025-06-01', '2025-06-30', 'channel', 'search', 2000, 1800,"
    "  2200, 0.9, 'EUR', 'converged'),"
    " (8, 'markov', 'sale.share', '2025-06-01', '2025-06-30', 'channel', 'search', 0.8, 0.7, 0.9,"
    "  0.9, 'share', 'converged'),"
    " (8, 'markov', 'sale.share', '2025-06-01', '2025-06-30', 'channel', 'email', 0.2, 0.1, 0.3,"
    "  0.9, 'share', 'converged'),"
    " (8, 'markov', 'sale.revenue', '2025-06-01', '2025-06-30', 'channel', 'email', 100, 90, 110,"
    "  0.9, 'EUR', 'converged'),"
    " (8, 'last', 'sale.revenue', '2025-06-01', '2025-06-30', 'channel', 'search', 1, 0.9, 1.1,"
    "  0.9, 'EUR', 'converged');";

static const char *const others =
    "INSERT INTO figure (run_id, name, grain, period_start, period_end, dimension, member, exact,"
    " unit, kind, grade, verdict) VALUES (8, 'journeys.sale.conversions_untouched', 'all',"
    " '2025-06-01', '2025-06-30', '', '', 17, 'conversions', 'counted', '', 'counted');"
    "INSERT INTO spend (day, geo, channel, campaign, creative, cost_micros, currency,"
    " claimed_value_micros, load_id, source_row, known_at) VALUES"
    " ('2025-06-05', '', 'google', '', '', 1, 'EUR', 3000000000, 1, 1, '2025-07-01'),"
    " ('2025-06-06', '', 'search', '', '', 1, 'USD', 1000000000, 1, 2, '2025-07-01'),"
    " ('2025-06-06', '', 'social ads', '', '', 1, 'EUR', NULL, 1, 3, '2025-07-01'),"
    " ('2025-07-06', '', 'search', '', '', 1, 'EUR', 7000000000, 1, 4, '2025-07-01');"
    "INSERT INTO fx_rate (day, currency, rate_e9, load_id, source_row, known_at) VALUES"
    " ('2025-06-04', 'USD', 900000000, 3, 1, '2025-07-01');"
    "INSERT INTO finance_close (period_start, period_end, book_line, dimension, member,"
    " amount_micros, currency, audited, load_id, source_row, known_at) VALUES"
    " ('2025-05-01', '2025-05-31', 'revenue', '', '', 4000000000, 'EUR', true, 2, 1, '2025-07-09'),"
    " ('2025-06-01', '2025-06-30', 'revenue', '', '', 5600010000, 'EUR', true, 2, 2, '2025-07-09'),"
    " ('2025-06-01', '2025-06-30', 'revenue', 'line', 'a', 77, 'EUR', false, 2, 3, '2025-07-09'),"
    " ('2025-01-01', '2025-06-30', 'revenue', '', '', 9, 'EUR', true, 2, 4, '2025-07-09'),"
    " ('2025-06-01', '2025-06-30', 'media', '', '', 650000000, 'EUR', true, 2, 5, '2025-07-09')";

static int build(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_warehouse *warehouse;
    const ptl_warehouse_options options = small_engine(2);
    warehouse_path(path);
    EXPECT_OK(ptl_warehouse_open(&warehouse, path, &options, &err));
    warehouse_exec(warehouse, company);
    warehouse_exec(warehouse, others);
    ptl_warehouse_close(warehouse);
    return 0;
}

static int remove_it(void **state)
{
    (void)state;
    warehouse_remove(path);
    return 0;
}

typedef struct room {
    ptl_workspace workspace;
    ptl_warehouse *warehouse;
    ptl_arena arena;
    int64_t run_id;
} room;

static void enter(room *r)
{
    ptl_error err = {0};
    const ptl_warehouse_options options = small_engine(2);
    const ptl_config_file files[] = {
        {.path = "portolan.yaml",
         .content = PTL_TEXT("company: Test\ncurrency: EUR\nzone: Europe/Berlin\n")},
        {.path = "channels.yaml",
         .content = PTL_TEXT("- name: search\n  aliases: [google]\n- name: email\n- name: social\n"
                             "  aliases: [social ads]\n")}};
    memset(r, 0, sizeof *r);
    if (ptl_workspace_parse(&r->workspace, "/tmp", files, 2, NULL, &err) != PTL_OK)
        fail_msg("%s", err.message);
    EXPECT_OK(ptl_warehouse_open(&r->warehouse, path, &options, &err));
    ptl_arena_init(&r->arena, (size_t)1 << 26, NULL);
    r->run_id = warehouse_number(r->warehouse, "SELECT 100 + count(*)::BIGINT AS n FROM output");
}

static void leave(room *r)
{
    ptl_arena_dispose(&r->arena);
    ptl_warehouse_close(r->warehouse);
    ptl_workspace_dispose(&r->workspace);
}

static ptl_triangulation run(room *r, ptl_triangulation_options o)
{
    ptl_error err = {0};
    ptl_store store = {.warehouse = r->warehouse};
    ptl_triangulation t;
    o.size = (int32_t)sizeof o;
    o.run_id = r->run_id;
    if (!o.method) o.method = "markov";
    if (!o.goal) o.goal = "";
    EXPECT_OK(ptl_triangulation_run(&t, &store, &r->workspace, &o, &r->arena, &err));
    return t;
}

static const ptl_triangulation_line *line(const ptl_triangulation *t, const char *channel)
{
    for (int64_t k = 0; k < t->n_lines; k++)
        if (strcmp(t->line[k].channel, channel) == 0) return &t->line[k];
    fail_msg("no line of %s", channel);
    return NULL;
}

static ptl_source_use use_of(const ptl_triangulation *t, const char *channel, const char *origin)
{
    for (int64_t i = 0; i < t->n_sources; i++)
        if (strcmp(t->source[i].channel, channel) == 0 && strcmp(t->source[i].origin, origin) == 0)
            return t->source[i].use;
    fail_msg("no source %s of %s", origin, channel);
    return PTL_SOURCE_USED;
}

static bool misses(const ptl_triangulation *t, const char *words)
{
    for (int32_t i = 0; i < t->n_missing; i++)
        if (strstr(t->missing[i], words)) return true;
    return false;
}

static void the_newest_closed_period(void **state)
{
    (void)state;
    room r;
    enter(&r);
    const ptl_triangulation t = run(&r, (ptl_triangulation_options){0});
    assert_true(t.has_period && t.is_closed && t.is_audited && t.has_baseline);
    EXPECT_INT(t.to - t.from, 29); /* June, not the half year that ends on the same day */
    EXPECT_INT(t.n_lines, 3);
    const ptl_triangulation_line *const search = line(&t, "search");
    EXPECT_NEAR(search->t.effect.point, 900.004, 1e-9); /* contribution, not revenue; June's run */
    EXPECT_NEAR(search->t.credit.point, 1000.0, 1e-9);  /* 2,000 of revenue at a margin of .5 */
    EXPECT_NEAR(search->spend, 400.0, 1e-9);
    EXPECT_NEAR(search->share, 0.8, 1e-12);
    EXPECT_NEAR(search->t.claim, 0.5 * (3000.0 + 900.0), 1e-9); /* 1,000 USD at .9 */
    EXPECT_NEAR(search->t.over_claim.point, 1950.0 / search->t.figure.point, 1e-9);
    assert_true(search->t.grade == 'C' && !search->t.conflict);
    EXPECT_INT(use_of(&t, "search", "mix model"), PTL_SOURCE_USED);
    EXPECT_INT(use_of(&t, "search", "spring"), PTL_SOURCE_THROUGH_MODEL);
    EXPECT_INT(use_of(&t, "search", "platform"), PTL_SOURCE_BESIDE);
    EXPECT_INT(use_of(&t, "email", "markov"), PTL_SOURCE_NO_EFFECT);
    EXPECT_NEAR(line(&t, "social")->t.effect.point, 200.0, 1e-9); /* 500 of revenue at .4 */
    assert_true(isnan(line(&t, "email")->t.figure.point));
    assert_true(t.prior_speaks);
    EXPECT_INT(t.n_untouched, 17);
    EXPECT_INT(t.n_missing, 0);
    leave(&r);
}

static void the_books_add_up_to_the_cent(void **state)
{
    (void)state;
    room r;
    enter(&r);
    const ptl_triangulation t = run(&r, (ptl_triangulation_options){0});
    EXPECT_INT(t.books.revenue_micros, 5600010000);
    EXPECT_INT(t.books.baseline_micros, 2222220000);
    EXPECT_INT(line(&t, "social")->increment_micros, 500000000);
    assert_true(!line(&t, "email")->has_increment);
    int64_t sum = t.books.baseline_micros + t.books.unexplained_micros;
    for (int64_t k = 0; k < t.n_lines; k++) {
        EXPECT_INT(t.line[k].increment_micros % 10000, 0);
        sum += t.line[k].increment_micros;
    }
    EXPECT_INT(sum, t.books.revenue_micros);
    EXPECT_INT(t.books.n_missing, 1);
    char sql[600];
    snprintf(sql, sizeof sql,
             "SELECT sum(CASE WHEN name = 'triangulate.revenue' THEN -exact ELSE exact END)::BIGINT"
             " FROM figure WHERE run_id = %lld AND name IN ('triangulate.baseline',"
             " 'triangulate.increment', 'triangulate.unexplained', 'triangulate.revenue')",
             (long long)r.run_id);
    EXPECT_INT(warehouse_number(r.warehouse, sql), 0);
    snprintf(sql, sizeof sql,
             "SELECT count(*)::BIGINT FROM figure WHERE run_id = %lld AND name ="
             " 'triangulate.claim' AND member = ''",
             (long long)r.run_id);
    EXPECT_INT(warehouse_number(r.warehouse, sql), 0); /* claims are never added up */
    leave(&r);
}

/* July: the model speaks of it, nothing else does. */
static void what_is_missing_is_said(void **state)
{
    (void)state;
    room r;
    enter(&r);
    const ptl_triangulation june = run(&r, (ptl_triangulation_options){.method = "shapley"});
    assert_true(misses(&june, "no journey credit"));
    assert_true(!misses(&june, "claims anything"));
    r.run_id++;
    const ptl_triangulation july = run(
        &r,
        (ptl_triangulation_options){.has_period = true, .from = june.to + 1, .to = june.to + 31});
    assert_true(!july.is_closed && misses(&july, "books have not closed"));
    EXPECT_NEAR(line(&july, "search")->t.figure.point, 1.0, 1e-12);
    EXPECT_INT(use_of(&july, "search", "markov"), PTL_SOURCE_OTHER_PERIOD);
    EXPECT_INT(july.n_untouched, -1); /* June's are not July's */
    assert_true(isnan(line(&july, "search")->share));
    r.run_id++;
    const ptl_triangulation marginal =
        run(&r, (ptl_triangulation_options){.slope = PTL_SLOPE_MARGINAL});
    EXPECT_INT(use_of(&marginal, "search", "mix model"), PTL_SOURCE_OTHER_SLOPE);
    EXPECT_INT(marginal.verdict, PTL_NOT_IDENTIFIED);
    assert_true(!marginal.is_closed);
    leave(&r);
}

/* Before 9 July nobody knew of a closed period. */
static void as_of_a_day(void **state)
{
    (void)state;
    room r;
    enter(&r);
    const ptl_triangulation t =
        run(&r, (ptl_triangulation_options){.has_as_of = true, .as_of = 20275}); /* 6 July */
    assert_true(!t.has_period);
    EXPECT_INT(t.n_lines, 0);
    leave(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_closed_period),
        cmocka_unit_test(the_books_add_up_to_the_cent),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(as_of_a_day),
    };
    return cmocka_run_group_tests(tests, build, remove_it);
}
