/* Every named query on one, two and four threads: same bytes (invariant 4 of warehouse.h).
 *
 * The test has no list of its own: it walks the assets below the queries' folder, and a query says
 * in its head what it takes ("-- params: $1 instant, $2 text"). Whatever begins with SELECT or WITH
 * runs on a seeded company of 240,000 orders, 60,000 days of spend in three currencies, replaced
 * loads, superseded rows and quarantine. A query that finds nothing there proves nothing, so each
 * must return a row, and one that may be asked for many must be in the order of a unique key. */
#include "base/asset.h"
#include "support/warehouse.h"

#include <strings.h>

enum { N_THREADS = 3, N_PARAMS = 16 };
static const int32_t thread_counts[N_THREADS] = {1, 2, 4};
static char path[512];

/* hash(n) of the engine is the same everywhere; any seeded generator would do. */
/* a quarter of a million lines of money */
static const char *const lines =
    "INSERT INTO txn SELECT 't' || i, 'o' || (i // 3),"
    " TIMESTAMP '2024-01-01' + to_microseconds((hash(i) % 63072000000000)::BIGINT),"
    " (hash(i, 1) % 40000)::BIGINT, CASE hash(i, 2) % 9 WHEN 0 THEN 'refund' ELSE 'new' END,"
    " CASE hash(i, 3) % 6 WHEN 0 THEN NULL ELSE 'channel ' || (hash(i, 3) % 6) END,"
    " 'product ' || (hash(i, 4) % 300), 1 + (hash(i, 5) % 4)::BIGINT,"
    " (hash(i, 6) % 900000000)::BIGINT - 100000000, (hash(i, 7) % 5000000)::BIGINT,"
    " (hash(i, 8) % 9000000)::BIGINT, (hash(i, 9) % 4000000)::BIGINT,"
    " (hash(i, 10) % 1000000)::BIGINT, (hash(i, 11) % 300000000)::BIGINT,"
    " (['EUR', 'USD', 'CHF'])[1 + (hash(i, 12) % 3)::INT],"
    " DATE '2024-01-01' + (hash(i) % 63072000000000 // 86400000000)::INT,"
    " 1 + (i // 40000), 1 + i % 40000, TIMESTAMP '2026-01-01' + to_days((i // 40000)::INT),"
    " CASE hash(i, 13) % 5 WHEN 0 THEN NULL ELSE 'c' || (hash(i, 13) % 40) END,"
    " 'geo ' || (hash(i, 14) % 11)"
    " FROM range(240000) AS r(i)";

/* as loads leave them */
static const char *const sums =
    "INSERT INTO count_day SELECT load_id, 'txn', 'channel', coalesce(channel, 'none'), currency,"
    " day, count(*), sum(gross_micros), sum(abs(gross_micros)) FROM txn GROUP BY ALL;"
    "INSERT INTO count_day SELECT load_id, 'txn', '', '', currency, day, count(*),"
    " sum(gross_micros), sum(abs(gross_micros)) FROM txn GROUP BY ALL;"
    "INSERT INTO txn_total SELECT currency, count(*), count(DISTINCT order_id),"
    " count(DISTINCT identifier_id), sum(gross_micros), sum(gross_micros) FROM txn GROUP BY ALL";

static const char *const company =
    "INSERT INTO spend SELECT DATE '2024-01-01' + (i % 730)::INT, 'geo ' || (i // 730 % 10),"
    " 'channel ' || (i // 7300 % 6), 'c' || (i // 43800), '', (hash(i, 20) % 90000000)::BIGINT,"
    " (['EUR', 'USD', 'CHF'])[1 + (hash(i, 21) % 3)::INT], (hash(i, 22) % 9000)::BIGINT,"
    " (hash(i, 23) % 100)::BIGINT, NULL, NULL, 0.1 * (hash(i, 24) % 40), NULL, 7, i + 1,"
    " TIMESTAMP '2026-01-03' FROM range(60000) AS r(i);"
    "INSERT INTO fx_rate SELECT DATE '2024-01-01' + (i // 2)::INT, (['USD', 'CHF'])[1 + (i % 2)],"
    " 900000000 + (hash(i, 30) % 200000000)::BIGINT, 8, i + 1, TIMESTAMP '2026-01-03'"
    " FROM range(1460) AS r(i);"
    "INSERT INTO load SELECT i, CASE WHEN i = 7 THEN 'spend' WHEN i = 8 THEN 'rates' ELSE 'orders' "
    "END,"
    " CASE WHEN i = 7 THEN 'spend' WHEN i = 8 THEN 'fx_rate' ELSE 'txn' END, 'file ' || i || "
    "'.csv',"
    " 'content ' || i, 'mapping', 40010, 40000, 10, 0, TIMESTAMP '2026-01-01' + to_days(i::INT),"
    " CASE i WHEN 5 THEN 3 END, i, DATE '2024-01-01', DATE '2025-12-31' FROM range(1, 9) AS r(i);"
    "INSERT INTO superseded SELECT 'txn', 1, 1 + i * 7, 6, TIMESTAMP '2026-01-06'"
    " FROM range(2000) AS r(i);"
    "INSERT INTO quarantine SELECT 1 + i % 6, i, CASE i % 3 WHEN 0 THEN NULL ELSE 'gross' END,"
    " 'no number: ' || i, NULL, CASE i % 4 WHEN 0 THEN 1 END FROM range(600) AS r(i);"
    "INSERT INTO identifier SELECT i, 'orders', 'customer', encode('l' || i), encode('s' || i), "
    "NULL,"
    " TIMESTAMP '2026-01-01', NULL, 1 FROM range(40000) AS r(i);"
    "INSERT INTO figure SELECT 3, (['revenue', 'media', 'cm1'])[1 + (i % 3)], 'week',"
    " DATE '2024-01-01' + (i // 3 * 7)::INT, DATE '2024-01-07' + (i // 3 * 7)::INT, '', '',"
    " 0.25 * (hash(i, 40) % 100000), NULL, NULL, NULL, NULL, 'EUR', 'counted', '', 'converged', "
    "NULL,"
    " NULL FROM range(300) AS r(i);"
    "INSERT INTO event SELECT 'e' || i, TIMESTAMP '2024-01-01' + to_microseconds((hash(i, 50) % "
    "63072000000000)::BIGINT), NULL, (hash(i, 51) % 20000)::BIGINT, "
    "(['visit', 'click', 'impression', 'purchase'])[1 + (hash(i, 52) % 4)::INT], 'page',"
    " CASE hash(i, 53) % 6 WHEN 0 THEN NULL ELSE 'channel ' || (hash(i, 53) % 6) END, NULL, NULL,"
    " 'campaign ' || (hash(i, 54) % 30), NULL, NULL, 1000000, 'EUR', NULL, DATE '2024-01-01',"
    " 9, i + 1, TIMESTAMP '2026-01-03' FROM range(90000) AS r(i);"
    "INSERT INTO lead SELECT 'l' || i, 'mql', TIMESTAMP '2024-03-01' + to_hours(i), NULL, i, 'a' "
    "|| "
    "(i % 50), NULL, NULL, NULL, NULL, NULL, NULL, DATE '2024-03-01', 9, i + 1, "
    "TIMESTAMP '2026-01-03' FROM range(2000) AS r(i);"
    "INSERT INTO identifier SELECT 50000 + i, 'web', 'cookie', encode('w' || i), NULL, 7 + i // 2,"
    " TIMESTAMP '2026-01-01', NULL, 9 FROM range(900) AS r(i);"
    "INSERT INTO person SELECT 7 + i, TIMESTAMP '2026-01-01', 'a' || (i % 60), NULL, NULL, 1"
    " FROM range(450) AS r(i);"
    "INSERT INTO credit SELECT 3, (['linear', 'markov'])[1 + (i % 2)], 'orders.conversions',"
    " DATE '2024-01-01', DATE '2025-12-31', 'channel', 'channel ' || (i // 2), 0.5 * i, NULL, NULL,"
    " NULL, 'conversions', 'converged' FROM range(40) AS r(i);"
    "INSERT INTO journey_path SELECT 3, i, 'a > b' || i, 2, 900 - i, (hash(i, 60) % 90)::BIGINT, 5"
    " FROM range(100) AS r(i);"
    "INSERT INTO figure VALUES (3, 'journeys.orders.shared_out', 'all', DATE '2024-01-01', DATE "
    "'2025-12-31', 'channel', '', 5, 5, NULL, NULL, NULL, 'members', 'counted', '', 'counted', "
    "NULL, NULL);"
    "INSERT INTO output VALUES (3, 'figure', 300, 'hash', TIMESTAMP '2026-02-01'), (3, "
    "'day_channel', 30, "
    "'hash', TIMESTAMP '2026-02-01')";

/* what models, methods, platforms and the books say of channels */
static const char *const sources =
    "INSERT INTO spend (day, geo, channel, campaign, creative, cost_micros, currency,"
    " claimed_value_micros, load_id, source_row, known_at) SELECT DATE '2024-01-01' + i::INT,"
    " 'geo 1', 'channel ' || (i % 5), 'claims', '', 1000000, (['EUR', 'USD'])[1 + (i % 2)],"
    " (hash(i, 70) % 90000000)::BIGINT, 7, 70001 + i, TIMESTAMP '2026-01-03' FROM range(700) AS "
    "r(i);"
    "INSERT INTO finance_close (period_start, period_end, book_line, dimension, member,"
    " amount_micros, currency, audited, load_id, source_row, known_at) SELECT DATE '1970-01-01' +"
    " 19000, DATE '1970-01-01' + 20500, 'revenue', 'account', 'account ' || i,"
    " (hash(i, 71) % 90000000)::BIGINT, 'EUR', i % 2 = 0, 8, 80001 + i, TIMESTAMP '2026-01-03'"
    " FROM range(40) AS r(i);"
    "INSERT INTO effect (run_id, name, design, experiment_id, period_start, period_end, dimension,"
    " member, grade, value, low, high, probability, unit, verdict) SELECT 1 + i % 3, 'cm1',"
    " 'mix model', '', DATE '2025-01-01', DATE '2025-01-31', 'channel', 'channel ' || i, 'C',"
    " 0.5 * i, 0.25 * i, i, 0.9, 'EUR', 'converged' FROM range(300) AS r(i);"
    "INSERT INTO credit (run_id, name, outcome, period_start, period_end, dimension, member, value,"
    " low, high, probability, unit, verdict) SELECT 2, 'orders', 'orders.share',"
    " DATE '2025-01-01', DATE '2025-01-31', 'channel', 'channel ' || i, 0.5 * i, NULL, NULL, NULL,"
    " 'share', 'converged' FROM range(300) AS r(i);"
    "INSERT INTO figure (run_id, name, grain, period_start, period_end, dimension, member, exact,"
    " unit, kind, grade, verdict) VALUES (3, 'journeys.orders.conversions_untouched', 'all',"
    " '2024-01-01', '2024-12-31', '', '', 77, 'conversions', 'counted', '', 'counted')";
/* Faults for the audit: visitors seen once, references that lead nowhere, rules that are broken. */
static const char *const faulty =
    "INSERT INTO event (event_id, occurred_at, identifier_id, kind, name, day, load_id, source_row,"
    " known_at) SELECT 'once' || i, TIMESTAMP '2024-03-01' + to_hours(i::INT), 900000 + i, 'visit',"
    " 'visit', DATE '2024-03-01' + (i // 24)::INT, 7, 100000 + i, TIMESTAMP '2026-01-03'"
    " FROM range(480) AS r(i);"
    "INSERT INTO opportunity (opportunity_id, opened_at, closed_at, lead_id, kind, amount_micros,"
    " currency, day, load_id, source_row, known_at)"
    " SELECT 'deal' || i, TIMESTAMP '2024-05-02', TIMESTAMP '2024-05-01', 'nobody' || i, 'new',"
    " 1000000 * i, 'EUR', DATE '2024-05-02', 7, 200000 + i, TIMESTAMP '2026-01-03'"
    " FROM range(40) AS r(i);"
    "INSERT INTO quarantine SELECT 1, 7 + i * 11, NULL, 'stands twice', NULL, 1 FROM range(50) AS "
    "r(i);"
    "INSERT INTO finding SELECT 3, 1 + i, 'gap', 'high', 'spend', 'spend', '', 'A hole', 'Days.',"
    " NULL, NULL, i, NULL, 'media', 'Export', '' FROM range(5) AS r(i);"
    "INSERT INTO output VALUES (3, 'finding', 5, 'hash', TIMESTAMP '2026-02-01')";
/* What the KPI stage reads, and what it wrote. */
static const char *const customers =
    "INSERT INTO day_channel SELECT 3, DATE '2024-01-01' + (i // 6)::INT, 'channel ' || (i % 6), 5,"
    " (hash(i, 50) % 900000)::BIGINT, 7, 11 FROM range(600) AS r(i);"
    "INSERT INTO figure SELECT 3, (['revenue', 'funnel.lost', 'cohort.customers', "
    "'revenue.year_ago'"
    "])[1 + (i % 4)], CASE WHEN i % 4 = 2 THEN 'cohort' ELSE 'all' END,"
    " DATE '2024-01-01' + (i // 4)::INT, DATE '2024-01-31' + (i // 4)::INT,"
    " CASE WHEN i % 4 = 1 THEN 'step' ELSE '' END, CASE WHEN i % 4 = 1 THEN 'lead' ELSE '' END,"
    " 0.5 * i, i, NULL, NULL, NULL, 'EUR', 'counted', '', 'counted', NULL, NULL"
    " FROM range(400) AS r(i);"
    "INSERT INTO cohort_week SELECT 3, DATE '2024-01-01' + (i // 9 * 7)::INT, '', i % 9, 30, 9, 11,"
    " 13, 17, true FROM range(270) AS r(i);"
    "INSERT INTO cost SELECT DATE '2024-01-01' + (i // 3 * 30)::INT,"
    " DATE '2024-01-30' + (i // 3 * 30)::INT, (['salaries', 'agency', 'tool'])[1 + (i % 3)], '', "
    "'',"
    " '', (hash(i, 60) % 9000000)::BIGINT, 'EUR', 9, i + 1, TIMESTAMP '2026-01-03'"
    " FROM range(72) AS r(i);"
    "INSERT INTO subscription SELECT 's' || i, TIMESTAMP '2024-01-01' + to_days((i % 500)::INT),"
    " NULL, i % 3000, CASE i % 2 WHEN 0 THEN 'a' || (i % 900) END, 'plan', 3, 12, 39000000, 'EUR',"
    " 'new', DATE '2024-01-01' + (i % 500)::INT, 9, 1000 + i, TIMESTAMP '2026-01-03'"
    " FROM range(5000) AS r(i);"
    "INSERT INTO lead SELECT 'l' || (i // 3), (['new', 'mql', 'rejected'])[1 + (i % 3)],"
    " TIMESTAMP '2024-01-01' + to_hours((i // 3 * 5 + i % 3 * 30)::INT),"
    " TIMESTAMP '2024-01-01' + to_hours((i // 3 * 5)::INT), i // 3, NULL, 'webinar',"
    " 'channel ' || (i // 3 % 5), 'c' || (i // 3 % 7), 0.5, 'no budget', NULL, DATE '2024-01-01',"
    " 9, 10000 + i, TIMESTAMP '2026-01-03' FROM range(9000) AS r(i);"
    "INSERT INTO opportunity SELECT 'd' || i, TIMESTAMP '2024-01-01' + to_days((i % 600)::INT),"
    " CASE WHEN i % 3 < 2 THEN TIMESTAMP '2024-02-01' + to_days((i % 600)::INT) END,"
    " CASE i % 3 WHEN 0 THEN true WHEN 1 THEN false END, i, 'a' || (i % 900), NULL, 'new', NULL,"
    " 'marketing', 'channel ' || (i % 5), NULL, NULL, (hash(i, 70) % 9000000000)::BIGINT, 'EUR',"
    " NULL, 'price', DATE '2024-01-01', 9, 30000 + i, TIMESTAMP '2026-01-03'"
    " FROM range(3000) AS r(i);"
    "INSERT INTO opportunity_stage SELECT 'd' || (i // 2), (['Demo', 'Proposal'])[1 + (i % 2)],"
    " TIMESTAMP '2024-01-01' + to_days((i // 2 % 600 + i % 2 * 9)::INT), NULL, 0.3, NULL, NULL,"
    " NULL, DATE '2024-01-01', 9, 40000 + i, TIMESTAMP '2026-01-03' FROM range(6000) AS r(i);"
    "INSERT INTO account SELECT 'a' || i, 'name ' || i, NULL, NULL, NULL, 'Germany', 9, NULL, NULL,"
    " 9, 50000 + i, TIMESTAMP '2026-01-03' FROM range(900) AS r(i);"
    "INSERT INTO referral SELECT 'r' || i, TIMESTAMP '2024-01-01', i, i + 1, NULL, NULL, NULL,"
    " DATE '2024-01-01' + (i % 90)::INT, 9, 60000 + i, TIMESTAMP '2026-01-03'"
    " FROM range(500) AS r(i);"
    "INSERT INTO brand SELECT DATE '2024-01-01' + (i * 7)::INT, 'ours', 'awareness', '', '', 0.25,"
    " 900, NULL, 9, 70000 + i, TIMESTAMP '2026-01-03' FROM range(50) AS r(i);"
    "INSERT INTO target SELECT 'company', 'kpi ' || i, DATE '2024-01-01', DATE '2024-12-31', NULL,"
    " 1000.5 * i, 'EUR', NULL, 9, 80000 + i, TIMESTAMP '2026-01-03',"
    " CASE i % 5 WHEN 0 THEN 'plan' ELSE 'target' END FROM range(20) AS r(i);";

/* What forecasts, changes and alarms read and wrote. */
static const char *const looking_ahead =
    "INSERT INTO figure SELECT 3, (['change.asked', 'change.of.revenue', 'change.part.mix'])[1 + "
    "i],"
    " (['week', 'all'])[1 + i % 2], DATE '2024-01-01', DATE '2024-01-07', '', '', 7.5, 7, NULL, "
    "NULL,"
    " NULL, 'EUR', 'estimated', 'E', 'converged', NULL, NULL FROM range(3) AS r(i);"
    "INSERT INTO day_channel SELECT 3, DATE '2024-06-01' + (i % 500)::INT, 'channel ' || (i // "
    "500),"
    " (hash(i, 50) % 90)::BIGINT, (hash(i, 51) % 9000000000)::BIGINT, (hash(i, 52) % "
    "4000000)::BIGINT,"
    " (hash(i, 53) % 2000000)::BIGINT FROM range(3000) AS r(i);"
    "INSERT INTO day_segment SELECT 3, DATE '2024-01-01' + (i % 500)::INT, 'segment ' || (i // "
    "500),"
    " (hash(i, 54) % 90)::BIGINT, (hash(i, 55) % 80)::BIGINT, (hash(i, 56) % 9)::BIGINT,"
    " (hash(i, 57) % 9000000000)::BIGINT, (hash(i, 58) % 4000000)::BIGINT FROM range(2000) AS r(i);"
    "INSERT INTO target SELECT 'vertical/' || i, '', DATE '2024-01-01', DATE '2029-12-31', NULL,"
    " 1000.5 * i, 'EUR', NULL, 9, 81000 + i, TIMESTAMP '2026-01-03', 'target' FROM range(3) AS "
    "r(i);"
    "INSERT INTO day_part SELECT 3, DATE '2024-01-01' + (i % 500)::INT, '', (['', 'v'])[1 + i // "
    "500],"
    " (hash(i, 54) % 90)::BIGINT, (hash(i, 57) % 9000000000)::BIGINT,"
    " (hash(i, 58) % 4000000)::BIGINT, (hash(i, 59) % 4000000)::BIGINT FROM range(1000) AS r(i);"
    "INSERT INTO forecast SELECT 2 + i // 300, (['cm2', 'cm2.naive', 'cm2.chance'])[1 + i % 3],"
    " DATE '2020-01-01', 'week', DATE '2020-01-08' + (i % 300 // 3 * 7)::INT,"
    " DATE '2020-01-14' + (i % 300 // 3 * 7)::INT, '', '', 0.5 * (hash(i, 60) % 1000), NULL, NULL,"
    " NULL, 'EUR', 'converged' FROM range(1200) AS r(i);"
    "INSERT INTO effect SELECT 3, 'test ' || (i % 4), 'geo test', 'x' || i, DATE '2020-01-01',"
    " DATE '2030-01-01', 'channel', 'channel ' || (i % 6), (['A', 'B', 'E'])[1 + i % 3], 1.5 * i,"
    " NULL, NULL, NULL, '', 'converged' FROM range(30) AS r(i);";

/* What the books say, and lines whose day in UTC is another. */
static const char *const books =
    "INSERT INTO txn SELECT 'y' || i, 'y' || (i // 2), TIMESTAMP '2021-12-01 12:00:00' + to_days("
    "(i % 2 * 90)::INT), i, CASE i % 2 WHEN 0 THEN 'new' ELSE 'refund' END, NULL, NULL, 1, "
    "20000000,"
    " 0, 3000000, 0, 0, 9000000, 'EUR', DATE '2021-12-01' + (i % 2 * 90)::INT, 1, 120000 + i,"
    " TIMESTAMP '2026-01-01', NULL, NULL FROM range(20) AS r(i);"
    "INSERT INTO control_series SELECT DATE '2024-01-01' + i::INT, 'price', '', 0.5 * i, 'index', "
    "9,"
    " 210000 + i, TIMESTAMP '2026-01-03' FROM range(200) AS r(i);"
    "INSERT INTO geo SELECT 'geo ' || i, NULL, NULL, 'city', NULL, 1000 + i, NULL, 9, 200000 + i,"
    " TIMESTAMP '2026-01-03' FROM range(10) AS r(i);"
    "INSERT INTO finance_close SELECT DATE '2024-01-01' + (i // 4 * 31)::INT,"
    " DATE '2024-01-31' + (i // 4 * 31)::INT, (['revenue', 'media', 'cost', 'variable_cost'])[1 + "
    "(i"
    " % 4)], '', '', (hash(i, 80) % 90000000000)::BIGINT, 'EUR', 'order', true, NULL, 9, 90000 + i,"
    " TIMESTAMP '2026-01-03' FROM range(80) AS r(i);"
    "INSERT INTO figure SELECT 3, 'reconcile.revenue', 'close', DATE '2024-01-01' + (i * 31)::INT,"
    " DATE '2024-01-31' + (i * 31)::INT, '', '', 0.001 * i, NULL, NULL, NULL, NULL, 'share',"
    " 'counted', '', 'reconciled', 0.01, NULL FROM range(20) AS r(i);"
    "INSERT INTO txn SELECT 'z' || i, 'z' || i, TIMESTAMP '2022-01-07 23:30:00', i, 'new', NULL, "
    "NULL,"
    " 1, 20000000, 0, 3000000, 0, 0, 9000000, 'EUR', DATE '2022-01-08', 1, 100000 + i,"
    " TIMESTAMP '2026-01-01', NULL, NULL FROM range(20) AS r(i)";

static void open_with(ptl_warehouse **out, int32_t n_threads)
{
    ptl_error err = {0};
    const ptl_warehouse_options options = small_engine(n_threads);
    EXPECT_OK(ptl_warehouse_open(out, path, &options, &err));
}

static int build(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_warehouse *warehouse;
    ptl_zone *zone;
    warehouse_path(path);
    open_with(&warehouse, 2);
    EXPECT_OK(ptl_zone_open(&zone, "Europe/Berlin", &err));
    EXPECT_OK(ptl_warehouse_calendar(warehouse, zone, &err));
    ptl_zone_close(zone);
    warehouse_exec(warehouse, lines);
    warehouse_exec(warehouse, sums);
    warehouse_exec(warehouse, company);
    warehouse_exec(warehouse, sources);
    warehouse_exec(warehouse, faulty);
    warehouse_exec(warehouse, customers);
    warehouse_exec(warehouse, books);
    warehouse_exec(warehouse, looking_ahead);
    ptl_warehouse_close(warehouse);
    return 0;
}

static int remove_it(void **state)
{
    (void)state;
    warehouse_remove(path);
    return 0;
}

/* --- what a query says about itself ----------------------------------------------------------- */

static bool is_select(const char *sql)
{
    while (*sql) {
        sql += strspn(sql, " \n\t");
        if (strncmp(sql, "--", 2) != 0) break;
        sql += strcspn(sql, "\n");
    }
    return strncasecmp(sql, "SELECT", 6) == 0 || strncasecmp(sql, "WITH", 4) == 0;
}

/* A value of the type declared: the latest instant, a wide span of days, names that are there. */
static ptl_value sample(const char *type, int64_t idx, const char *query)
{
    static const char *const names[] = {"orders", "format", "", "revenue", "txn"};
    const char *const end = strchr(type, ')'); /* "$3 day (won then or later)" begins a span too */
    const bool is_later = end && end - type > 8 && strncmp(end - 8, "or later", 8) == 0;
    const bool is_from = strncmp(query, "journey/", 8) == 0 && idx == 2; /* the first of a span */
    if (strncmp(type, "instant", 7) == 0)
        return ptl_value_instant(is_from ? 0 : INT64_C(1798761600000000));
    if (strncmp(type, "day", 3) == 0)
        return ptl_value_day(strncmp(type, "day (first", 10) == 0 || is_later ? 19000 : 20500);
    if (strcmp(query, "journey/touches") == 0 && strncmp(type, "int", 3) == 0) /* from, to, … */
        return ptl_value_int(idx % 2 ? 0 : INT64_MAX);
    const bool is_start = end && end - type > 7 && memmem(type, (size_t)(end - type), "before", 6);
    const bool is_rest = strcmp(query, "source/quarantine") == 0 && idx == 3;
    if (strncmp(type, "int", 3) == 0 && (is_start || is_rest)) return ptl_value_int(0);
    if (strncmp(type, "int", 3) == 0) return ptl_value_int(idx == 0 ? 3 : 1000);
    if (strncmp(type, "double", 6) == 0) return ptl_value_double(0.5);
    if (strcmp(query, "journey/conversions") == 0 && idx == 4) return ptl_value_string("txn");
    if (strncmp(query, "attribution/run", 15) == 0)
        return ptl_value_string(idx == 0 ? "journeys.orders.shared_out" : "channel");
    if (strncmp(type, "text", 4) == 0)
        return ptl_value_string(strstr(query, "meta/") ? names[1] : idx ? names[2] : names[0]);
    fail_msg("%s: parameter $%" PRId64 " declares no type", query, idx + 1);
    return ptl_value_int(0);
}

/* "$3 text" anywhere in the comments at the head; parameters must be declared without gaps. */
static int64_t declared(ptl_value values[N_PARAMS], const char *name, const char *sql)
{
    int64_t n = 0;
    for (;;) {
        char mark[8];
        snprintf(mark, sizeof mark, "$%" PRId64 " ", n + 1);
        const char *line = sql, *found = NULL;
        for (; !found && strncmp(line, "--", 2) == 0; line += strcspn(line, "\n") + 1) {
            const size_t len = strcspn(line, "\n");
            found = memmem(line, len, mark, strlen(mark));
        }
        if (!found || n == N_PARAMS) return n;
        values[n] = sample(found + strlen(mark), n, name);
        n++;
    }
}

/* --- the test --------------------------------------------------------------------------------- */

typedef struct answer {
    int64_t n_rows;
    ptl_hash hash;
} answer;

/* A column of a table, or one that the head names as a stored value under another name. */
static bool is_stored(const char *column, const char *sql)
{
    char name[64];
    for (int64_t t = 0; t < ptl_canon_n; t++)
        if (ptl_canon_column_find(&ptl_canon[t], ptl_text_of(column))) return true;
    const char *stored = strstr(sql, "-- stored values: ");
    snprintf(name, sizeof name, " %s", column);
    const char *found = stored ? strstr(stored, name) : NULL;
    return found && found < stored + strcspn(stored, "\n");
}

static answer ask(ptl_warehouse *warehouse, const char *name, const char *sql)
{
    ptl_error err = {0};
    ptl_value values[N_PARAMS];
    ptl_table table;
    const int64_t n = declared(values, name, sql);
    if (ptl_warehouse_query(&table, warehouse, name, values, n, 0, &err) != PTL_OK)
        fail_msg("%s: %s", name, err.message);
    const answer said = {table.n_rows, ptl_table_hash(&table)};
    for (int64_t i = 0; i < table.n_columns; i++) /* invariant 4: doubles are stored ones only */
        if (table.columns[i].type == PTL_TYPE_DOUBLE && !is_stored(table.columns[i].name, sql))
            if (table.columns[i].type == PTL_TYPE_DOUBLE &&
                !ptl_canon_column_find(ptl_canon_find(PTL_TEXT("figure")),
                                       ptl_text_of(table.columns[i].name)) &&
                !ptl_canon_column_find(ptl_canon_find(PTL_TEXT("credit")),
                                       ptl_text_of(table.columns[i].name)))
                fail_msg("%s: column \"%s\" is a double", name, table.columns[i].name);
    ptl_table_dispose(&table);
    return said;
}

static int64_t ask_all(ptl_warehouse *const warehouses[N_THREADS], const ptl_asset *asset)
{
    char name[256];
    const char *from = asset->path + sizeof PTL_DUCK_QUERIES - 1;
    snprintf(name, sizeof name, "%.*s", (int)(strlen(from) - 4), from);
    const char *sql = (const char *)asset->bytes;
    if (!strstr(sql, "-- one row is:")) fail_msg("%s does not say what one row is", name);
    answer first = {0};
    for (int repeat = 0; repeat < 2; repeat++)
        for (int i = 0; i < N_THREADS; i++) {
            const answer said = ask(warehouses[i], name, sql);
            if (i == 0 && repeat == 0) first = said;
            if (!ptl_hash_equal(said.hash, first.hash))
                fail_msg("%s: %d threads gave other bytes than 1", name, thread_counts[i]);
        }
    print_message("%-24s %8" PRId64 " rows\n", name, first.n_rows);
    return first.n_rows;
}

/* One file, three engines: copies, because the engine locks its file. */
static void same_bytes_on_any_number_of_threads(void **state)
{
    (void)state;
    char original[512], command[1200];
    snprintf(original, sizeof original, "%s", path);
    ptl_warehouse *warehouses[N_THREADS];
    for (int i = 0; i < N_THREADS; i++) {
        snprintf(path, sizeof path, "%.480s.%d", original, i);
        snprintf(command, sizeof command, "cp '%s' '%s'", original, path);
        assert_int_equal(system(command), 0);
        open_with(&warehouses[i], thread_counts[i]);
    }
    snprintf(path, sizeof path, "%s", original);
    const ptl_text prefix = PTL_TEXT(PTL_DUCK_QUERIES);
    int64_t n = 0, n_empty = 0;
    for (int64_t i = ptl_asset_first(PTL_DUCK_QUERIES); i < ptl_assets_n; i++) {
        if (!ptl_text_starts(ptl_text_of(ptl_assets[i].path), prefix)) break;
        if (!is_select((const char *)ptl_assets[i].bytes)) continue;
        n_empty += ask_all(warehouses, &ptl_assets[i]) == 0;
        n++;
    }
    assert_true(n >= 8);
    if (n_empty > 0)
        fail_msg("%lld queries found 0 rows: give the company rows for them", (long long)n_empty);
    for (int i = 0; i < N_THREADS; i++) ptl_warehouse_close(warehouses[i]);
}

/* Every statement that changes rows can be prepared against the schema. */
static void changes_are_prepared(void **state)
{
    (void)state;
    ptl_warehouse *warehouse;
    open_with(&warehouse, 1);
    const ptl_text prefix = PTL_TEXT(PTL_DUCK_QUERIES);
    for (int64_t i = ptl_asset_first(PTL_DUCK_QUERIES); i < ptl_assets_n; i++) {
        if (!ptl_text_starts(ptl_text_of(ptl_assets[i].path), prefix)) break;
        if (is_select((const char *)ptl_assets[i].bytes)) continue;
        duckdb_prepared_statement prepared;
        if (duckdb_prepare(warehouse->connection, (const char *)ptl_assets[i].bytes, &prepared) !=
            DuckDBSuccess)
            fail_msg("%s: %s", ptl_assets[i].path, duckdb_prepare_error(prepared));
        ptl_value values[N_PARAMS];
        EXPECT_INT(declared(values, ptl_assets[i].path, (const char *)ptl_assets[i].bytes),
                   (int64_t)duckdb_nparams(prepared));
        duckdb_destroy_prepare(&prepared);
    }
    ptl_warehouse_close(warehouse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_on_any_number_of_threads),
        cmocka_unit_test(changes_are_prepared),
    };
    return cmocka_run_group_tests(tests, build, remove_it);
}
