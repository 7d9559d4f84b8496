/* test_journey_read: journeys read from a warehouse, against counts made by hand: people behind
 * several identifiers, accounts, goals of every table, refunds in another currency, corrections
 * as of a day, periods; and the same bytes on 1, 2 and 4 threads. */
#include "support/warehouse.h"

#include "understand/journey_internal.h"

#include <stdlib.h>

static char path[512];

/* Ada: cookie 1, customer 2. Bob: cookie 3. Cyd: customer 4 alone. Nobody: an order of no one.
 * Ada visits by search and email and orders 100 USD (0.9), 40 of which come back at 0.8; she comes
 * again directly and orders 10 EUR. Bob comes by social. Cyd orders 20 EUR. */
static const char *const company =
    "INSERT INTO load VALUES"
    " (1, 'web', 'event', 'e', 'c', 'm', 9, 9, 0, 0, TIMESTAMP '2026-03-01', NULL, 1, NULL, NULL),"
    " (2, 'shop', 'txn', 't', 'c', 'm', 9, 9, 0, 0, TIMESTAMP '2026-03-01', NULL, 2, NULL, NULL),"
    " (3, 'web', 'event', 'e', 'd', 'm', 9, 9, 0, 0, TIMESTAMP '2026-04-01', NULL, 3, NULL, NULL),"
    " (4, 'crm', 'lead', 'l', 'd', 'm', 9, 9, 0, 0, TIMESTAMP '2026-03-01', NULL, 4, NULL, NULL);"
    "INSERT INTO event (event_id, occurred_at, identifier_id, kind, name, channel, campaign,"
    " value_micros, currency, day, load_id, source_row, known_at) VALUES"
    " ('1', '2026-01-01 10:00', 1, 'visit', 'start', 'google', 'a', NULL, NULL, '2026-01-01', 1, "
    "1, "
    "'2026-03-01'),"
    " ('2', '2026-01-01 10:10', 1, 'view', 'item', 'SEARCH', 'a', NULL, NULL, '2026-01-01', 1, 2, "
    "'2026-03-01'),"
    " ('3', '2026-01-04 10:00', 1, 'click', 'start', 'email', 'b', NULL, NULL, '2026-01-04', 1, 3, "
    "'2026-03-01'),"
    " ('4', '2026-01-04 10:00', 1, 'impression', 'ad', 'display', 'c', NULL, NULL, '2026-01-04', "
    "1, "
    "4, '2026-03-01'),"
    " ('5', '2026-01-10 10:00', 1, 'visit', 'start', 'direct', NULL, NULL, NULL, '2026-01-10', 1, "
    "5, "
    "'2026-03-01'),"
    " ('6', '2026-01-02 10:00', 3, 'visit', 'start', 'social', 'c', NULL, NULL, '2026-01-02', 1, "
    "6, "
    "'2026-03-01'),"
    " ('7', '2026-01-02 10:05', 3, 'purchase', 'purchase', NULL, NULL, 7000000, 'EUR', "
    "'2026-01-02', 1, 7, '2026-03-01'),"
    " ('8', '2026-01-03 10:00', NULL, 'visit', 'start', 'search', 'a', NULL, NULL, '2026-01-03', "
    "1, "
    "8, '2026-03-01'),"
    " ('9', '2026-01-03 10:00', 1, 'visit', 'start', 'social', 'c', NULL, NULL, '2026-01-03', 3, "
    "1, "
    "'2026-04-01');"
    "INSERT INTO txn (txn_id, order_id, occurred_at, identifier_id, kind, gross_micros,"
    " discount_micros, tax_micros, shipping_micros, fees_micros, variable_cost_micros, currency,"
    " day, load_id, source_row, known_at) VALUES"
    " ('a', 'o1', '2026-01-05 10:00', 2, 'new', 90000000, 0, 0, 0, 0, 30000000, 'USD', "
    "'2026-01-05', 2, 1, '2026-03-01'),"
    " ('b', 'o1', '2026-01-05 10:00', 2, 'new', 15000000, 2000000, 3000000, 0, 0, 1000000, 'USD', "
    "'2026-01-05', 2, 2, '2026-03-01'),"
    " ('c', 'o1', '2026-01-08 10:00', 2, 'refund', -40000000, 0, 0, 0, 0, 0, 'USD', '2026-01-08', "
    "2, 3, '2026-03-01'),"
    " ('d', 'o2', '2026-01-20 10:00', 2, 'renewal', 10000000, 0, 0, 0, 0, 0, 'EUR', '2026-01-20', "
    "2, 4, '2026-03-01'),"
    " ('e', NULL, '2026-01-06 10:00', 4, 'new', 20000000, 0, 0, 0, 0, 21000000, 'EUR', "
    "'2026-01-06', 2, 5, '2026-03-01'),"
    " ('f', NULL, '2026-01-07 10:00', NULL, 'new', 5000000, 0, 0, 0, 0, 0, 'EUR', '2026-01-07', 2, "
    "6, '2026-03-01');"
    "INSERT INTO fx_rate VALUES ('2026-01-05', 'USD', 900000000, 2, 1, '2026-03-01'),"
    " ('2026-01-08', 'USD', 800000000, 2, 2, '2026-03-01');"
    "INSERT INTO identifier VALUES"
    " (1, 'web', 'cookie', encode('1'), NULL, 7, TIMESTAMP '2026-01-01', NULL, 1),"
    " (2, 'shop', 'customer', encode('2'), NULL, 7, TIMESTAMP '2026-01-01', NULL, 2),"
    " (3, 'web', 'cookie', encode('3'), NULL, NULL, TIMESTAMP '2026-01-01', NULL, 1),"
    " (4, 'shop', 'customer', encode('4'), NULL, NULL, TIMESTAMP '2026-01-01', NULL, 2);"
    "INSERT INTO lead (lead_id, status, changed_at, identifier_id, account_id, day, load_id,"
    " source_row, known_at) VALUES"
    " ('l1', 'mql', '2026-01-09 10:00', 3, 'acme', '2026-01-09', 4, 1, '2026-03-01'),"
    " ('l2', 'mql', '2026-01-09 11:00', 2, 'acme', '2026-01-09', 4, 2, '2026-03-01'),"
    " ('l2', 'rejected', '2026-01-12 11:00', 2, 'acme', '2026-01-12', 4, 3, '2026-03-01');"
    "INSERT INTO opportunity (opportunity_id, opened_at, closed_at, won, account_id, kind,"
    " amount_micros, currency, day, load_id, source_row, known_at) VALUES"
    " ('p1', '2026-01-09 10:00', '2026-01-15 10:00', true, 'acme', 'new', 500000000, 'EUR', "
    "'2026-01-09', 4, 1, '2026-03-01'),"
    " ('p2', '2026-01-09 10:00', '2026-01-16 10:00', false, 'acme', 'new', 900000000, 'EUR', "
    "'2026-01-09', 4, 2, '2026-03-01');"
    "INSERT INTO subscription (subscription_id, valid_from, identifier_id, plan, mrr_micros,"
    " currency, reason, day, load_id, source_row, known_at) VALUES"
    " ('s1', '2026-01-06 10:00', 2, 'pro', 9000000, 'EUR', 'new', '2026-01-06', 4, 1, "
    "'2026-03-01'),"
    " ('s1', '2026-01-30 10:00', 2, 'none', 0, 'EUR', 'churn', '2026-01-30', 4, 2, '2026-03-01')";

static const char *const expansion =
    "INSERT INTO subscription (subscription_id, valid_from, identifier_id, plan, mrr_micros,"
    " currency, reason, day, load_id, source_row, known_at) VALUES"
    " ('s1', '2026-01-25 10:00', 2, 'plus', 12000000, 'EUR', 'expansion', '2026-01-25', 4, 3, "
    "'2026-03-01')";

static int build(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_warehouse *warehouse;
    const ptl_warehouse_options options = small_engine(2);
    warehouse_path(path);
    EXPECT_OK(ptl_warehouse_open(&warehouse, path, &options, &err));
    warehouse_exec(warehouse, company);
    warehouse_exec(warehouse, expansion);
    ptl_warehouse_close(warehouse);
    return 0;
}

static int remove_it(void **state)
{
    (void)state;
    warehouse_remove(path);
    return 0;
}

static void parse(ptl_workspace *out, const char *journeys)
{
    ptl_error err = {0};
    const ptl_config_file files[] = {
        {.path = "portolan.yaml",
         .content = PTL_TEXT("company: Test\ncurrency: EUR\nzone: Europe/Berlin\n")},
        {.path = "channels.yaml",
         .content = PTL_TEXT("- name: search\n  aliases: [google]\n- name: direct\n")},
        {.path = "journeys.yaml", .content = ptl_text_of(journeys)}};
    if (ptl_workspace_parse(out, "/tmp", files, 3, NULL, &err) != PTL_OK)
        fail_msg("%s", err.message);
}

/* Paths as "search>email 1/0 5.00" (converting, not, worth), in order, in `text`. */
static void put_paths(char *text, size_t size, const ptl_journeys *j)
{
    const ptl_paths *x = ptl_journeys_paths(j);
    size_t n = 0;
    text[0] = '\0';
    for (int64_t c = 0; c < x->n_cells; c++) {
        const int64_t p = x->cell_path[c];
        for (int64_t i = x->offsets[p]; i < x->offsets[p + 1]; i++)
            n += (size_t)snprintf(text + n, size - n, "%s%s", i > x->offsets[p] ? ">" : "",
                                  ptl_journeys_channel(j, x->touches[i]));
        n += (size_t)snprintf(text + n, size - n, " %lld/%lld %.2f; ",
                              (long long)x->cell_converting[c], (long long)x->cell_null[c],
                              x->cell_value[c] / 1e6);
    }
}

static ptl_journey_counts ask(char *paths, size_t size, const char *journeys,
                              const ptl_journey_options *asked)
{
    ptl_error err = {0};
    ptl_workspace workspace;
    ptl_store store = {0};
    ptl_journeys *j;
    const ptl_warehouse_options options = small_engine(2);
    ptl_journey_options o = *asked;
    parse(&workspace, journeys);
    EXPECT_OK(ptl_warehouse_open(&store.warehouse, path, &options, &err));
    o.goal = ptl_workspace_goal(&workspace, NULL);
    if (ptl_journeys_read(&j, &store, &workspace, &o, NULL, NULL, &err) != PTL_OK)
        fail_msg("%s: %s", journeys, err.message);
    put_paths(paths, size, j);
    const ptl_journey_counts counts = *ptl_journeys_counts(j);
    ptl_attribution_total total;
    EXPECT_OK(ptl_paths_total(&total, ptl_journeys_paths(j), &err));
    EXPECT_INT(total.n_converting, counts.n_touched);
    EXPECT_INT(total.n_untouched, counts.n_untouched);
    EXPECT_INT(counts.n_touched + counts.n_untouched, counts.n_conversions);
    EXPECT_INT(counts.touched_micros + counts.untouched_micros + counts.negative_micros,
               counts.value_micros);
    ptl_journeys_free(j);
    ptl_warehouse_close(store.warehouse);
    ptl_workspace_dispose(&workspace);
    return counts;
}

static ptl_instant instant(const char *text)
{
    ptl_instant out;
    ptl_error err = {0};
    EXPECT_OK(ptl_instant_parse(&out, ptl_text_of(text), &err));
    return out;
}

/* Known by March: load 3 is not there yet. */
static ptl_journey_options in_march(void)
{
    return (ptl_journey_options){.size = (int32_t)sizeof(ptl_journey_options),
                                 .known_by = instant("2026-03-15T00:00:00Z")};
}

static void orders_of_people(void **state)
{
    (void)state;
    char paths[1000];
    const ptl_journey_options o = in_march();
    /* o1 = (90 + 15 - 2 - 3) x 0.9 - 40 x 0.8 = 58, o2 = 10; e = 20, f = 5 without a touch */
    const ptl_journey_counts c = ask(paths, sizeof paths, "look_back_days: 30\n", &o);
    EXPECT_INT(c.n_conversions, 4);
    EXPECT_INT(c.n_touched, 2);
    EXPECT_INT(c.n_nobodys, 1);
    EXPECT_INT(c.value_micros, 93000000);
    EXPECT_INT(c.touched_micros, 68000000);
    EXPECT_INT(c.n_null, 1);
    EXPECT_INT(c.n_units, 3); /* who is nobody's is no unit: three have names */
    EXPECT_INT(c.n_touches, 4);
    EXPECT_STR(paths, "social 0/1 0.00;  1/0 5.00;  1/0 20.00; search>email 1/0 58.00; "
                      "direct 1/0 10.00; ");
}

static void later_facts_come_later(void **state)
{
    (void)state;
    char paths[1000];
    ptl_journey_options o = in_march();
    o.known_by = PTL_INSTANT_EVER;
    (void)ask(paths, sizeof paths, "look_back_days: 30\n", &o);
    assert_non_null(strstr(paths, "search>social>email 1/0 58.00; "));
    o.known_by = instant("2026-02-01T00:00:00Z");
    EXPECT_INT(ask(paths, sizeof paths, "look_back_days: 30\n", &o).n_units, 0);
    EXPECT_STR(paths, "");
}

static void rules_change_journeys(void **state)
{
    (void)state;
    char paths[1000];
    ptl_journey_options o = in_march();
    (void)ask(paths, sizeof paths, "impressions: true\ndirect_counts: false\n", &o);
    assert_non_null(strstr(paths, "search>email>display 1/0 58.00; "));
    assert_null(strstr(paths, "direct"));
    (void)ask(paths, sizeof paths, "look_back_days: 3\n", &o);
    assert_non_null(strstr(paths, "email 1/0 58.00; direct 0/1 0.00; "));
    (void)ask(paths, sizeof paths, "session_minutes: 5\n", &o);
    assert_non_null(strstr(paths, "search>search>email 1/0 58.00; "));
    o.by_campaign = true;
    (void)ask(paths, sizeof paths, "unit: person\n", &o);
    assert_non_null(strstr(paths, "a>b 1/0 58.00; "));
}

static void goals_of_every_table(void **state)
{
    (void)state;
    char paths[1000];
    const ptl_journey_options o = in_march();
    ptl_journey_counts c =
        ask(paths, sizeof paths, "goals: [{name: cm1, kinds: [new], value: cm1}]\n", &o);
    /* 58 - 31 x 0.9 = 30.10; 20 - 21 = -1, below nothing; 5 */
    EXPECT_INT(c.n_conversions, 3);
    EXPECT_INT(c.value_micros, 34100000);
    EXPECT_INT(c.negative_micros, -1000000);
    EXPECT_INT(c.n_negative, 1);
    c = ask(paths, sizeof paths, "goals: [{name: buy, table: event, kinds: [purchase]}]\n", &o);
    EXPECT_INT(c.n_conversions, 1);
    assert_non_null(strstr(paths, "social 1/0 7.00; "));
    c = ask(paths, sizeof paths, "goals: [{name: mql, table: lead, kinds: [mql]}]\n", &o);
    EXPECT_INT(c.n_touched, 2);
    EXPECT_INT(c.value_micros, 0);
    c = ask(paths, sizeof paths, "goals: [{name: churn, table: subscription, kinds: [churn]}]\n",
            &o);
    EXPECT_INT(c.n_conversions, 1);
    assert_non_null(strstr(paths, "search>email>direct 1/0 0.00; "));
    c = ask(paths, sizeof paths, "goals: [{name: up, table: subscription, kinds: [expansion]}]\n",
            &o);
    EXPECT_INT(c.n_conversions, 1);
    assert_non_null(strstr(paths, "search>email>direct 1/0 12.00; "));
    /* the order before is of another goal: it ends no journey to a renewal */
    c = ask(paths, sizeof paths, "goals: [{name: again, kinds: [renewal]}]\n", &o);
    EXPECT_INT(c.n_conversions, 1);
    assert_non_null(strstr(paths, "search>email>direct 1/0 10.00; "));
    /* the opportunity names an account and no person */
    c = ask(paths, sizeof paths, "goals: [{name: won, table: opportunity}]\n", &o);
    EXPECT_INT(c.n_nobodys, 1);
}

static void accounts_pool_their_people(void **state)
{
    (void)state;
    char paths[1000];
    const ptl_journey_options o = in_march();
    const ptl_journey_counts c =
        ask(paths, sizeof paths, "unit: account\ngoals: [{name: won, table: opportunity}]\n", &o);
    EXPECT_INT(c.n_conversions, 1);
    EXPECT_INT(c.n_units, 1);
    EXPECT_STR(paths, "search>social>email>direct 1/0 500.00; ");
}

static void periods(void **state)
{
    (void)state;
    char paths[1000];
    ptl_journey_options o = in_march();
    o.has_from = o.has_to = true;
    o.from = ptl_day_of((ptl_date){2026, 1, 6});
    o.to = ptl_day_of((ptl_date){2026, 1, 20});
    const ptl_journey_counts c = ask(paths, sizeof paths, "look_back_days: 30\n", &o);
    EXPECT_INT(c.n_conversions, 3);
    EXPECT_STR(paths, " 1/0 5.00;  1/0 20.00; direct 1/0 10.00; ");
}

static void a_missing_rate_is_said(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_workspace workspace;
    ptl_store store = {0};
    ptl_journeys *j = NULL;
    const ptl_journey_options o = in_march();
    const ptl_config_file file = {.path = "portolan.yaml",
                                  .content = PTL_TEXT("company: T\ncurrency: CHF\nzone: UTC\n")};
    EXPECT_OK(ptl_workspace_parse(&workspace, "/tmp", &file, 1, NULL, &err));
    EXPECT_OK(ptl_warehouse_open(&store.warehouse, path, NULL, &err));
    EXPECT_FAIL(ptl_journeys_read(&j, &store, &workspace, &o, NULL, NULL, &err), PTL_E_NOT_FOUND,
                "exchange rate");
    assert_null(j);
    ptl_warehouse_close(store.warehouse);
    ptl_workspace_dispose(&workspace);
}

/* --- threads ---------------------------------------------------------------------------------- */

static ptl_hash hash_of(const ptl_journeys *j)
{
    ptl_hasher h;
    ptl_hasher_init(&h);
    const ptl_paths *both[] = {ptl_journeys_paths(j), ptl_journeys_timed(j)};
    for (int i = 0; i < 2; i++) {
        const ptl_paths *x = both[i];
        ptl_hasher_add(&h, x->offsets, (size_t)(x->n_paths + 1) * sizeof *x->offsets);
        ptl_hasher_add(&h, x->touches, (size_t)x->offsets[x->n_paths] * sizeof *x->touches);
        ptl_hasher_add(&h, x->cell_path, (size_t)x->n_cells * sizeof *x->cell_path);
        ptl_hasher_add(&h, x->cell_group, (size_t)x->n_cells * sizeof *x->cell_group);
        ptl_hasher_add(&h, x->cell_converting, (size_t)x->n_cells * sizeof *x->cell_converting);
        ptl_hasher_add(&h, x->cell_value, (size_t)x->n_cells * sizeof *x->cell_value);
    }
    return ptl_hasher_finish(&h);
}

static ptl_hash read_on(int32_t n_threads, ptl_journey_counts *counts)
{
    ptl_error err = {0};
    ptl_workspace workspace;
    ptl_store store = {0};
    ptl_journeys *j;
    const ptl_warehouse_options options = small_engine(n_threads);
    const ptl_journey_options o = {.size = (int32_t)sizeof o, .known_by = PTL_INSTANT_EVER};
    parse(&workspace, "look_back_days: 30\n");
    EXPECT_OK(ptl_warehouse_open(&store.warehouse, path, &options, &err));
    ptl_pool *pool;
    EXPECT_OK(ptl_pool_new(&pool, n_threads, &err));
    const ptl_executor executor = ptl_pool_executor(pool);
    EXPECT_OK(ptl_journeys_read(&j, &store, &workspace, &o, &executor, NULL, &err));
    ptl_pool_free(pool);
    const ptl_hash hash = hash_of(j);
    *counts = *ptl_journeys_counts(j);
    ptl_journeys_free(j);
    ptl_warehouse_close(store.warehouse);
    ptl_workspace_dispose(&workspace);
    return hash;
}

/* Many equal instants, so that ties would show; more events than one range holds. */
static void same_bytes_on_any_number_of_threads(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_warehouse *warehouse;
    const ptl_warehouse_options options = small_engine(2);
    EXPECT_OK(ptl_warehouse_open(&warehouse, path, &options, &err));
    warehouse_exec(
        warehouse,
        "INSERT INTO event (event_id, occurred_at, identifier_id, kind, name, channel, day, "
        "load_id,"
        " source_row, known_at) SELECT 'x' || i, TIMESTAMP '2026-02-01' + to_hours((hash(i, 1) % "
        "900)::INT), 100 + (hash(i, 2) % 9000)::BIGINT, 'visit', 'start', 'c' || hash(i, 3) % 11, "
        "DATE '2026-02-01', 1 + i % 3, 100 + i, TIMESTAMP '2026-03-01' FROM range(300000) AS r(i);"
        "INSERT INTO txn (txn_id, occurred_at, identifier_id, kind, gross_micros, discount_micros,"
        " tax_micros, shipping_micros, fees_micros, variable_cost_micros, currency, day, load_id,"
        " source_row, known_at) SELECT 'y' || i, TIMESTAMP '2026-02-01' + to_hours((hash(i, 4) % "
        "900)::INT), 100 + (hash(i, 5) % 9900)::BIGINT, 'new', 1000000 + i, 0, 0, 0, 0, 0, 'EUR',"
        " DATE '2026-02-01', 2, 100 + i, TIMESTAMP '2026-03-01' FROM range(20000) AS r(i)");
    ptl_warehouse_close(warehouse);
    ptl_journey_counts one, other;
    const ptl_hash first = read_on(1, &one);
    assert_true(one.n_touched > 10000 && one.n_untouched > 1000 && one.n_null > 5000);
    for (int32_t n = 2; n <= 4; n += 2) {
        assert_true(ptl_hash_equal(first, read_on(n, &other)));
        assert_memory_equal(&one, &other, sizeof one);
    }
}

/* A sample is of persons: each journey stands for as many, all else is as without it. */
static void a_sample_is_of_persons(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_workspace workspace;
    ptl_store store = {0};
    ptl_journeys *all, *some;
    const ptl_warehouse_options options = small_engine(2);
    ptl_journey_options o = {.size = (int32_t)sizeof o, .known_by = PTL_INSTANT_EVER};
    parse(&workspace, "look_back_days: 30\n");
    EXPECT_OK(ptl_warehouse_open(&store.warehouse, path, &options, &err));
    EXPECT_OK(ptl_journeys_read(&all, &store, &workspace, &o, NULL, NULL, &err));
    o.sample_events = 40000;
    EXPECT_OK(ptl_journeys_read(&some, &store, &workspace, &o, NULL, NULL, &err));
    const ptl_journey_sample everybody = ptl_journeys_sample(all), s = ptl_journeys_sample(some);
    EXPECT_INT(everybody.null_in, 1);
    assert_ptr_equal(everybody.paths, ptl_journeys_paths(all));
    assert_ptr_equal(everybody.timed, ptl_journeys_timed(all));
    EXPECT_INT(s.null_in, 8); /* 300,000 events */
    EXPECT_INT(s.won_in, 8);  /* 20,000 conversions: 667 would do */
    assert_memory_equal(ptl_journeys_counts(all), ptl_journeys_counts(some),
                        sizeof(ptl_journey_counts));
    ptl_attribution_total whole, part, timed, converted;
    EXPECT_OK(ptl_paths_total(&whole, ptl_journeys_paths(all), &err));
    EXPECT_OK(ptl_paths_total(&part, ptl_journeys_paths(some), &err));
    assert_memory_equal(&whole, &part, sizeof whole);
    EXPECT_OK(ptl_paths_total(&converted, ptl_journeys_timed(some), &err));
    EXPECT_INT(converted.n_converting, whole.n_converting);
    EXPECT_INT(converted.n_null, 0);
    EXPECT_OK(ptl_paths_total(&part, s.paths, &err));
    EXPECT_OK(ptl_paths_total(&timed, s.timed, &err));
    EXPECT_INT(part.n_converting, timed.n_converting);
    EXPECT_INT(part.n_null, timed.n_null);
    EXPECT_NEAR(part.value, timed.value, 0.0);
    EXPECT_INT(part.n_groups, 64); /* intervals rest on as many as before */
    for (int64_t c = 0; c < s.paths->n_cells; c++)
        EXPECT_INT((s.paths->cell_converting[c] + s.paths->cell_null[c]) % 8, 0);
    /* 9,000 persons, one in 8, each with about as many journeys: 3 % of error, five times */
    EXPECT_NEAR((double)part.n_converting / (double)whole.n_converting, 1.0, 0.15);
    EXPECT_NEAR((double)part.n_null / (double)whole.n_null, 1.0, 0.15);
    ptl_journeys_free(all);
    ptl_journeys_free(some);
    ptl_warehouse_close(store.warehouse);
    ptl_workspace_dispose(&workspace);
}

/* Events of the warehouse in order, from ranges of about `each` read in passes of at most `most`.
 */
static ptl_event *events_in_order(int64_t *n, int64_t *n_ranges, int64_t each, int64_t most)
{
    ptl_error err = {0};
    ptl_workspace workspace;
    ptl_store store = {0};
    ptl_arena arena;
    ptl_journey_labels labels;
    ptl_event_plan plan;
    const ptl_warehouse_options options = small_engine(2);
    const ptl_journey_options o = {.size = (int32_t)sizeof o, .known_by = PTL_INSTANT_EVER};
    parse(&workspace, "look_back_days: 30\n");
    ptl_arena_init(&arena, (size_t)1 << 20, NULL);
    EXPECT_OK(ptl_warehouse_open(&store.warehouse, path, &options, &err));
    EXPECT_OK(ptl_journey_labels_read(&labels, &store, &workspace, &o, &arena, &err));
    const ptl_event_query query = {.store = &store,
                                   .known_by = PTL_INSTANT_EVER,
                                   .unit = "person",
                                   .from = INT64_MIN / 2,
                                   .to = INT64_MAX / 2,
                                   .label = "channel",
                                   .kinds = "",
                                   .labels = &labels,
                                   .last_identifier = 9099};
    EXPECT_OK(ptl_event_plan_read(&plan, &query, each, &err));
    ptl_event *events = calloc((size_t)plan.n_events, sizeof *events);
    *n = plan.n_events;
    *n_ranges = plan.n_ranges;
    int64_t done = 0, n_pass;
    for (int64_t from = 0, to; from < plan.n_ranges; from = to, done += n_pass) {
        to = ptl_event_pass(&n_pass, &plan, from, most);
        assert_true(to > from && (n_pass <= most || to == from + 1));
        EXPECT_OK(ptl_event_collect(events + done, &plan, from, to, &query, NULL, &err));
        for (int64_t i = from; i < to; i++)
            EXPECT_OK(ptl_event_sort(events + done + plan.ranges[i].first, plan.ranges[i].n, &err));
    }
    EXPECT_INT(done, plan.n_events);
    ptl_event_plan_dispose(&plan);
    ptl_journey_labels_dispose(&labels);
    ptl_arena_dispose(&arena);
    ptl_warehouse_close(store.warehouse);
    ptl_workspace_dispose(&workspace);
    return events;
}

static void passes_make_no_difference(void **state)
{
    (void)state;
    int64_t n_one, n_many, n_ranges;
    ptl_event *one = events_in_order(&n_one, &n_ranges, INT64_MAX / 2, INT64_MAX / 2);
    EXPECT_INT(n_ranges, 1);
    ptl_event *many = events_in_order(&n_many, &n_ranges, 700, 9000);
    assert_true(n_ranges > 300);
    EXPECT_INT(n_one, 300007); /* all that carry a channel and an identifier */
    EXPECT_INT(n_many, n_one);
    assert_memory_equal(one, many, (size_t)n_one * sizeof *one);
    free(one);
    free(many);
}

/* A machine of 1.2 million touches: its older half goes, the rest is cut into journeys that keep
 * 200; whatever was a touch stands in a journey or is counted as cut. */
static void a_machine_is_cut(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_workspace workspace;
    ptl_store store = {0};
    ptl_journeys *j;
    const ptl_warehouse_options options = small_engine(2);
    parse(&workspace, "look_back_days: 30\n");
    EXPECT_OK(ptl_warehouse_open(&store.warehouse, path, &options, &err));
    warehouse_exec(
        store.warehouse,
        "INSERT INTO event (event_id, occurred_at, identifier_id, kind, name, channel, day, "
        "load_id,"
        " source_row, known_at) SELECT 'm' || i, TIMESTAMP '2020-01-01' + to_minutes((i * "
        "2)::INT), 77777, 'visit', 'start', 'm' || i % 2, DATE '2020-01-01', 1, 900000 + i,"
        " TIMESTAMP '2026-03-01' FROM range(1200000) AS r(i)");
    ptl_journey_options o = in_march();
    o.has_to = true;
    o.to = ptl_day_of((ptl_date){2025, 12, 1});
    EXPECT_OK(ptl_journeys_read(&j, &store, &workspace, &o, NULL, NULL, &err));
    const ptl_journey_counts *c = ptl_journeys_counts(j);
    const ptl_paths *x = ptl_journeys_paths(j);
    int64_t kept = 0;
    for (int64_t i = 0; i < x->n_cells; i++)
        kept += (x->cell_converting[i] + x->cell_null[i]) *
                (x->offsets[x->cell_path[i] + 1] - x->offsets[x->cell_path[i]]);
    EXPECT_INT(c->n_units, 1);
    EXPECT_INT(c->n_touches, 1200000);
    EXPECT_INT(kept + c->n_touches_cut, 1200000);
    EXPECT_INT(kept, 200 * c->n_null);
    assert_true(c->n_touches_cut > 500000 && c->n_null > 20);
    ptl_journeys_free(j);
    ptl_warehouse_close(store.warehouse);
    ptl_workspace_dispose(&workspace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_of_people),
        cmocka_unit_test(later_facts_come_later),
        cmocka_unit_test(rules_change_journeys),
        cmocka_unit_test(goals_of_every_table),
        cmocka_unit_test(accounts_pool_their_people),
        cmocka_unit_test(periods),
        cmocka_unit_test(a_missing_rate_is_said),
        cmocka_unit_test(same_bytes_on_any_number_of_threads), /* it adds facts */
        cmocka_unit_test(a_sample_is_of_persons),
        cmocka_unit_test(passes_make_no_difference),
        cmocka_unit_test(a_machine_is_cut),
    };
    return cmocka_run_group_tests(tests, build, remove_it);
}
