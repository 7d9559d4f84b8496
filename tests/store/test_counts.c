/* Sums that pages read instead of facts (src/store/duckdb/load_count.c): after any history of files
 * that overlap, correct each other and are replaced they are what counting the facts gives, and a
 * warehouse of the format before them is given the same ones. */
#include "support/effort.h"
#include "support/loading.h"

#include "portolan/random.h"

enum { FILES = 4, STEPS = 30, LINES_MAX = 14 };

static const int64_t first_instant = INT64_C(1700000000000000);

/* What the two say, as "expected" and "found"; rows of which there are none say nothing. */
static const char *const both[][2] = {
    /* rows by load and day */
    {"SELECT table_name, load_id, day, count(*)::BIGINT AS n, sum(micros)::BIGINT AS m FROM ("
     " SELECT 'txn' AS table_name, load_id, day,"
     " gross_micros - discount_micros - tax_micros AS micros FROM txn_known"
     " UNION ALL SELECT 'event', load_id, day, 0 FROM event_known"
     " UNION ALL SELECT 'lead', load_id, day, 0 FROM lead_known) GROUP BY ALL",
     "SELECT table_name, load_id, day, sum(n_rows)::BIGINT, sum(micros_sum)::BIGINT"
     " FROM count_day_known WHERE kind = '' GROUP BY ALL HAVING sum(n_rows) <> 0"},
    /* names */
    {"SELECT table_name, kind, name, currency, day, count(*)::BIGINT, sum(abs(micros))::BIGINT"
     " FROM ("
     " SELECT 'txn' AS table_name, 'channel' AS kind, channel AS name, currency, day,"
     " gross_micros - discount_micros - tax_micros AS micros FROM txn_known"
     " UNION ALL SELECT 'event', 'channel', channel, coalesce(currency, ''), day, 0"
     " FROM event_known"
     " UNION ALL SELECT 'event', 'campaign', campaign, '', day, 0 FROM event_known"
     " UNION ALL SELECT 'event', 'geo', geo, '', day, 0 FROM event_known"
     " UNION ALL SELECT 'lead', 'channel', channel, '', day, 0 FROM lead_known"
     " UNION ALL SELECT 'lead', 'campaign', campaign, '', day, 0 FROM lead_known)"
     " WHERE name <> '' GROUP BY ALL",
     "SELECT table_name, kind, name, currency, day, sum(n_rows)::BIGINT, sum(size_sum)::BIGINT"
     " FROM count_day_known WHERE kind <> '' GROUP BY ALL HAVING sum(n_rows) <> 0"},
    /* different orders and customers */
    {"SELECT currency, count(*)::BIGINT, count(DISTINCT coalesce(order_id, txn_id))::BIGINT,"
     " count(DISTINCT identifier_id)::BIGINT, sum(gross_micros)::BIGINT,"
     " sum(gross_micros - discount_micros - tax_micros)::BIGINT FROM txn_known GROUP BY currency",
     "SELECT currency, n_lines, n_orders, n_customers, gross_sum::BIGINT, revenue_sum::BIGINT"
     " FROM txn_total"}};

static void expect_sums(loading *f, uint64_t seed, int step)
{
    for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
        char sql[4096];
        (void)snprintf(sql, sizeof sql,
                       "WITH a AS MATERIALIZED (%s), b AS MATERIALIZED (%s) SELECT count(*) FROM"
                       " ((FROM a EXCEPT ALL FROM b) UNION ALL (FROM b EXCEPT ALL FROM a))",
                       both[i][0], both[i][1]);
        const int64_t n = loading_ask(f, sql);
        if (n != 0)
            fail_msg("seed %d, step %d: %lld rows of sums %d are not those of the facts", (int)seed,
                     step, (long long)n, (int)i);
    }
}

/* --- files at random -------------------------------------------------------------------------- */

typedef struct writer {
    char text[8192];
    size_t len;
    ptl_rng rng;
} writer;

static int64_t pick(writer *w, int64_t n)
{
    return (int64_t)ptl_rng_below(&w->rng, (uint64_t)n);
}

#define PUT(w, ...)                                                                                \
    ((w)->len += (size_t)snprintf((w)->text + (w)->len, sizeof(w)->text - (w)->len, __VA_ARGS__))

static const char *name_or_none(writer *w, const char *const *names, int64_t n)
{
    return names[pick(w, n)];
}

static const char *const channels[] = {"", "search", "social"};
static const char *const campaigns[] = {"", "spring", "autumn"};
static const char *const currencies[] = {"EUR", "USD"};

/* Few keys and few values: repeats, corrections and orders over several files are common. */
static void write_orders(writer *w)
{
    PUT(w, "id,order,customer,time,channel,gross,currency\n");
    for (int64_t i = pick(w, LINES_MAX); i >= 0; i--)
        PUT(w, "t%d,%s%d,c%d,2026-01-0%d 10:00:00,%s,%d,%s\n", (int)pick(w, 12),
            pick(w, 4) ? "o" : "", (int)pick(w, 5), (int)pick(w, 4), 1 + (int)pick(w, 3),
            name_or_none(w, channels, 3), (int)pick(w, 3) - 1, name_or_none(w, currencies, 2));
}

static void write_events(writer *w)
{
    PUT(w, "id,time,name,channel,campaign,geo\n");
    for (int64_t i = pick(w, LINES_MAX); i >= 0; i--)
        PUT(w, "e%d,2026-01-0%d 11:00:00,view,%s,%s,%s\n", (int)pick(w, 12), 1 + (int)pick(w, 3),
            name_or_none(w, channels, 3), name_or_none(w, campaigns, 3), pick(w, 2) ? "DE" : "");
}

static void write_leads(writer *w)
{
    PUT(w, "id,status,time,channel,campaign,score\n");
    for (int64_t i = pick(w, LINES_MAX); i >= 0; i--)
        PUT(w, "l%d,new,2026-01-0%d 12:00:00,%s,%s,%d\n", (int)pick(w, 8), 1 + (int)pick(w, 3),
            name_or_none(w, channels, 3), name_or_none(w, campaigns, 3), (int)pick(w, 2));
}

static const struct {
    const char *table, *mapping;
    void (*write)(writer *);
} kinds[] = {
    {"txn",
     "SELECT id AS txn_id, CASE WHEN \"order\" LIKE 'o%' THEN \"order\" END AS order_id,"
     " ptl_time(time, '%Y-%m-%d %H:%M:%S') AS occurred_at, customer AS identifier,"
     " nullif(channel, '') AS channel, ptl_money(gross) AS gross_micros, currency FROM source",
     write_orders},
    {"event",
     "SELECT id AS event_id, ptl_time(time, '%Y-%m-%d %H:%M:%S') AS occurred_at, name,"
     " channel, campaign, geo FROM source",
     write_events},
    {"lead",
     "SELECT id AS lead_id, status, ptl_time(time, '%Y-%m-%d %H:%M:%S') AS changed_at,"
     " channel, campaign, ptl_number(score) AS score FROM source",
     write_leads}};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* A file of one kind; now and then under the name of a file of another, whose rows then go. */
static void step_at_random(loading *f, writer *w, int step)
{
    char name[16];
    const int64_t k = pick(w, KINDS);
    w->len = 0;
    w->text[0] = '\0';
    kinds[k].write(w);
    (void)snprintf(name, sizeof name, "%d.csv",
                   (int)(pick(w, 10) ? k * FILES : 0) + (int)pick(w, FILES));
    (void)loading_text(f, name, w->text);
    ptl_load_spec spec = loading_spec(f, name, kinds[k].mapping);
    spec.table = kinds[k].table;
    if (k != 0) spec.identifier_kind = NULL;
    spec.known_at = first_instant + step * INT64_C(3600000000);
    (void)loading_run(f, &spec);
}

/* As a program before the sums left it. */
static void go_back(loading *f)
{
    ptl_error err = {0};
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, f->warehouse, &err));
    EXPECT_OK(ptl_duck_exec(&scope,
                            "DROP VIEW count_day_known; DROP VIEW counted; DROP MACRO count_names;"
                            "DROP TABLE count_day; DROP TABLE count_corrected;"
                            "DROP TABLE txn_total;"
                            "UPDATE meta SET value = '6' WHERE name = 'format'",
                            &err));
    EXPECT_OK(ptl_scope_commit(&scope, &err));
    loading_close_stores(f);
    loading_open_stores(f);
}

static void sums_are_those_of_the_facts(void **state)
{
    (void)state;
    int64_t n_corrected = 0, n_replaced = 0;
    for (uint64_t seed = 1; seed <= (uint64_t)effort(1, 4, 4); seed++) {
        loading f;
        writer w = {.rng = ptl_rng_new(seed)};
        loading_open(&f, "UTC");
        for (int step = 1; step <= STEPS; step++) {
            step_at_random(&f, &w, step);
            expect_sums(&f, seed, step);
        }
        n_corrected += loading_ask(&f, "SELECT count(*) FROM count_corrected");
        n_replaced += loading_ask(&f, "SELECT count(replaces_load_id) FROM load");
        go_back(&f);
        expect_sums(&f, seed, STEPS + 1);
        step_at_random(&f, &w, STEPS + 1);
        expect_sums(&f, seed, STEPS + 2);
        loading_close(&f);
    }
    assert_true(n_corrected > 10); /* the histories are those that are hard */
    assert_true(n_replaced > 10);
}

/* The first and the second file of the same customers: different ones are counted once. */
static void customers_of_two_files_are_one(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    static const char *const lines[] = {
        "id,order,customer,time,channel,gross,currency\n"
        "1,o1,a,2026-01-01 10:00:00,search,10,EUR\n2,o1,a,2026-01-01 10:00:00,,5,EUR\n",
        "id,order,customer,time,channel,gross,currency\n"
        "3,o1,a,2026-01-02 10:00:00,search,-5,EUR\n4,o2,b,2026-01-02 10:00:00,social,7,EUR\n"
        "5,,b,2026-01-02 10:00:00,social,1,USD\n"};
    for (int i = 0; i < 2; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "%d.csv", i);
        (void)loading_text(&f, name, lines[i]);
        const ptl_load_spec spec = loading_spec(&f, name, kinds[0].mapping);
        (void)loading_run(&f, &spec);
    }
    loading_expect(&f,
                   "SELECT string_agg(concat_ws(' ', currency, n_lines, n_orders, n_customers,"
                   " gross_sum // 1000000), '; ' ORDER BY currency) FROM txn_total",
                   "EUR 4 2 2 17; USD 1 1 1 1");
    loading_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_the_facts),
        cmocka_unit_test(customers_of_two_files_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
