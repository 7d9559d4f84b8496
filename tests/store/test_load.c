/* Golden loads: small files whose totals are computed by hand, invariant by invariant of
 * store/load.h (loading_run holds the third in every test), and one public data set whose totals
 * are published by its authors. */
#include "support/loading.h"

static const char *const orders_mapping =
    "SELECT id AS txn_id, ptl_time(bought, '%Y-%m-%d %H:%M:%S') AS occurred_at,\n"
    "  customer AS identifier, ptl_money(amount) AS gross_micros FROM source";

static const char *const orders_csv = "id,bought,customer,amount\n"
                                      "a1,2024-03-30 23:30:00,c7,19.99\n"
                                      "a2,2024-03-31 12:00:00,c9,5\n"
                                      "a3,2024-03-31 23:59:59,c7,-4.50\n";

static ptl_load_report load_text(loading *f, const char *name, const char *text)
{
    (void)loading_text(f, name, text);
    const ptl_load_spec spec = loading_spec(f, name, orders_mapping);
    return loading_run(f, &spec);
}

static void test_golden(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "Europe/Berlin");
    const ptl_load_report r = load_text(&f, "orders.csv", orders_csv);
    EXPECT_INT(r.load_id, 1);
    EXPECT_INT(r.rows, 3);
    EXPECT_INT(r.quarantined, 0);
    EXPECT_INT(r.new_identifiers, 2);
    EXPECT_INT(r.day_first, 19812); /* 2024-03-30 */
    EXPECT_INT(r.day_last, 19813);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"), 20490000);
    /* 23:30 in Berlin is 22:30 UTC in winter; an hour after the change it is 21:59:59 */
    loading_expect(&f,
                   "SELECT string_agg(txn_id || ' ' || identifier_id || ' ' || occurred_at || ' ' "
                   "|| \"day\" || ' ' || source_row || ' ' || currency, '; ' ORDER BY txn_id) "
                   "FROM txn",
                   "a1 1 2024-03-30 22:30:00 2024-03-30 1 EUR; "
                   "a2 2 2024-03-31 10:00:00 2024-03-31 2 EUR; "
                   "a3 1 2024-03-31 21:59:59 2024-03-31 3 EUR");
    loading_expect(&f,
                   "SELECT rows_read || ' ' || rows_loaded || ' ' || rows_quarantined || ' ' || "
                   "new_identifiers || ' ' || file || ' ' || table_name FROM load",
                   "3 3 0 2 orders.csv txn");
    loading_close(&f);
}

/* Facts lie by person and time, whatever the order of the file. */
static void test_order(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)load_text(&f, "orders.csv",
                    "id,bought,customer,amount\n"
                    "1,2024-01-03 00:00:00,b,1\n"
                    "2,2024-01-02 00:00:00,a,1\n"
                    "3,2024-01-01 00:00:00,b,1\n"
                    "4,2024-01-09 00:00:00,,1\n"
                    "5,2024-01-01 00:00:00,a,1\n");
    loading_expect(&f, "SELECT string_agg(txn_id, ' ' ORDER BY rowid) FROM txn", "3 1 5 2 4");
    loading_close(&f);
}

/* Invariant 1, and that `force` passes it by replacing. */
static void test_nothing_new(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)load_text(&f, "orders.csv", orders_csv);
    const ptl_load_report again = load_text(&f, "orders.csv", orders_csv);
    EXPECT_INT(again.load_id, 0);
    const ptl_load_report copy = load_text(&f, "copy.csv", orders_csv);
    EXPECT_INT(copy.load_id, 0);
    EXPECT_INT(loading_ask(&f, "SELECT count(*) FROM load"), 1);
    ptl_load_spec spec = loading_spec(&f, "orders.csv", orders_mapping);
    spec.force = true;
    const ptl_load_report forced = loading_run(&f, &spec);
    EXPECT_INT(forced.load_id, 2);
    EXPECT_INT(forced.replaces_load_id, 1);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"), 20490000);
    loading_close(&f);
}

/* Invariant 2: a changed file, a changed mapping, and the way back to what it was. */
static void test_replace(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)load_text(&f, "orders.csv", orders_csv);
    const char *changed = "id,bought,customer,amount\na1,2024-03-30 23:30:00,c7,20\n";
    const ptl_load_report second = load_text(&f, "orders.csv", changed);
    EXPECT_INT(second.replaces_load_id, 1);
    EXPECT_INT(second.new_identifiers, 0);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"), 20000000);
    EXPECT_INT(loading_ask(&f, "SELECT identifier_id FROM txn_known"), 1);
    const ptl_load_report third = load_text(&f, "orders.csv", orders_csv);
    EXPECT_INT(third.load_id, 3);
    EXPECT_INT(third.replaces_load_id, 2);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"), 20490000);
    ptl_load_spec spec = loading_spec(&f, "orders.csv",
                                      "SELECT * EXCLUDE (customer, bought, amount, id),"
                                      " id AS txn_id, ptl_money(amount) * 2 AS gross_micros,"
                                      " ptl_time(bought, '%Y-%m-%d %H:%M:%S') AS occurred_at"
                                      " FROM source");
    const ptl_load_report fourth = loading_run(&f, &spec);
    EXPECT_INT(fourth.replaces_load_id, 3);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"), 40980000);
    loading_close(&f);
}

/* Invariant 5 within a file: the first row wins; equal numbers of another kind are no duplicates.
 */
static void test_duplicates_within(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    const ptl_load_report r = load_text(&f, "orders.csv",
                                        "id,bought,customer,amount\n"
                                        "x,2024-01-01 00:00:00,c,1\n"
                                        "y,2024-01-01 00:00:00,c,2\n"
                                        "x,2024-01-02 00:00:00,c,4\n"
                                        "x,2024-01-03 00:00:00,c,8\n"
                                        "X,2024-01-03 00:00:00,c,16\n");
    EXPECT_INT(r.rows, 3);
    EXPECT_INT(r.duplicates, 2);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"), 19000000);
    loading_expect(
        &f,
        "SELECT string_agg(source_row || ' ' || lost_to_load_id || ' ' || reason, '; ' "
        "ORDER BY source_row) FROM quarantine",
        "3 1 the same fact as row 1 of this file; 4 1 the same fact as row 1 of this file");
    loading_close(&f);
}

/* Invariant 5 against the table, and that replacing the winner brings the loser back. */
static void test_duplicates_return(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)load_text(&f, "one.csv",
                    "id,bought,customer,amount\n"
                    "x,2024-01-01 00:00:00,c,1\ny,2024-01-01 00:00:00,c,2\n");
    const ptl_load_report two = load_text(&f, "two.csv",
                                          "id,bought,customer,amount\n"
                                          "x,2024-01-01 00:00:00,c,1.00\n"
                                          "y,2024-01-01 00:00:00,c,2.00\n"
                                          "z,2024-01-05 10:00:00,d,40\n");
    EXPECT_INT(two.duplicates, 2);
    EXPECT_INT(two.restated, 0);
    const ptl_load_report three = load_text(&f, "three.csv",
                                            "id,bought,customer,amount\n"
                                            "x,2024-01-01 00:00:00,c,1.000\n");
    EXPECT_INT(three.duplicates, 1);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"), 43000000);
    loading_expect(&f,
                   "SELECT string_agg(load_id || ':' || lost_to_load_id, ' ' ORDER BY load_id, "
                   "source_row) FROM quarantine",
                   "2:1 2:1 3:1");
    /* one.csv lets x go and keeps y: the newest x counts now, x of two.csv loses to that; y of
     * two.csv counts, and one.csv has only said it again */
    const ptl_load_report four = load_text(&f, "one.csv",
                                           "id,bought,customer,amount\n"
                                           "y,2024-01-01 00:00:00,c,2.0\n");
    EXPECT_INT(four.replaces_load_id, 1);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"), 43000000);
    loading_expect(&f,
                   "SELECT string_agg(load_id || ':' || source_row || ':' || lost_to_load_id, ' ' "
                   "ORDER BY load_id, source_row) FROM quarantine",
                   "2:1:3 4:1:2");
    loading_expect(&f,
                   "SELECT string_agg(load_id || ':' || rows_read || '=' || rows_loaded || '+' || "
                   "rows_quarantined, ' ' ORDER BY load_id) FROM load",
                   "1:2=2+0 2:3=2+1 3:1=1+0 4:1=0+1");
    loading_expect(&f,
                   "SELECT occurred_at || ' ' || \"day\" || ' ' || identifier_id || ' ' || "
                   "source_row || ' ' || load_id FROM txn_known WHERE txn_id = 'x'",
                   "2024-01-01 00:00:00 2024-01-01 1 1 3");
    loading_close(&f);
}

/* Text that cannot be read and columns that must not be empty: the row, the column, the reason. No
 * arithmetic hides a fault, and a row that fails twice is one row. */
static void test_quarantine(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "orders.csv",
                       "id,bought,customer,amount,qty\n"
                       "1,2024-01-01 00:00:00,anna,1.00,2\n"
                       "2,2024-01-01 00:00:00,bert,1.00,two\n"
                       "3,01/02/2024,cleo,1.00,2\n"
                       ",2024-01-01 00:00:00,dora,1.00,2\n"
                       "5,2024-01-01 00:00:00,emil,\"1,5\",x\n"
                       "6,2024-01-01 00:00:00,fine,,2\n"
                       "7,2024-01-01 00:00:00,gone,9.00,0\n");
    ptl_load_spec spec = loading_spec(
        &f, "orders.csv",
        "SELECT id AS txn_id, ptl_time(bought, '%Y-%m-%d %H:%M:%S') AS occurred_at,"
        " customer AS identifier, coalesce(ptl_integer(qty), 1) * ptl_money(amount) + 0"
        " AS gross_micros FROM source WHERE qty <> '0'");
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows_read, 7);
    EXPECT_INT(r.rows, 1);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"), 2000000);
    loading_expect(&f,
                   "SELECT string_agg(source_row || ' ' || coalesce(column_name, '-') || ' ' || "
                   "reason, '; ' ORDER BY source_row) FROM quarantine",
                   "2 gross_micros not a number in this locale; "
                   "3 occurred_at does not follow the format; "
                   "4 txn_id empty, and required; "
                   "5 gross_micros not a number in this locale; "
                   "6 gross_micros empty, and required; "
                   "7 - left out by the mapping");
    loading_close(&f);
}

/* What is kept of a quarantined row opens with the keys of the workspace and says what stood there;
 * nothing of it is readable without. */
static void test_sealed(void **state)
{
    (void)state;
    ptl_error err = {0};
    loading f;
    loading_open(&f, "UTC");
    (void)load_text(&f, "orders.csv",
                    "id,bought,customer,amount\n"
                    "1,2024-01-01 00:00:00,anna@example.org,1\n"
                    "2,2024-01-01 00:00:00,bert@example.org,much\n");
    ptl_scope scope;
    ptl_table table;
    EXPECT_OK(ptl_scope_begin(&scope, f.warehouse, &err));
    EXPECT_OK(ptl_duck_query_text(&table, &scope,
                                  "SELECT raw, (SELECT sealed FROM identifier WHERE identifier_id "
                                  "= 1) AS sealed FROM quarantine",
                                  NULL, 0, 0, "test", &err));
    ptl_buffer text;
    ptl_buffer_init(&text, 4096, NULL);
    const ptl_text raw = ptl_column_text(&table.columns[0], 0);
    if (memmem(raw.ptr, raw.len, "bert", 4)) fail_msg("a name lies open in quarantine");
    EXPECT_OK(ptl_seal_open_value(&text, f.seal, PTL_LOAD_QUARANTINE_SUBJECT, raw, &err));
    EXPECT_STR(text.ptr, "{\"id\":\"2\",\"bought\":\"2024-01-01 00:00:00\","
                         "\"customer\":\"bert@example.org\",\"amount\":\"much\"}");
    ptl_buffer_clear(&text);
    EXPECT_OK(ptl_seal_open_value(&text, f.seal, 1, ptl_column_text(&table.columns[1], 0), &err));
    EXPECT_STR(text.ptr, "anna@example.org");
    ptl_buffer_dispose(&text);
    ptl_table_dispose(&table);
    ptl_scope_rollback(&scope);
    loading_close(&f);
}

static void test_currencies(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "orders.csv",
                       "id;bought;amount;cur\n"
                       "1;2024-01-01;1.234,50;USD\n"
                       "2;2024-01-01;0,99;gbp\n"
                       "3;2024-01-01;-10;\n"
                       "4;2024-01-01;5,00;EURO\n");
    ptl_load_spec spec =
        loading_spec(&f, "orders.csv",
                     "SELECT id AS txn_id, ptl_time(bought, '%Y-%m-%d') AS occurred_at,"
                     " ptl_money(amount) AS gross_micros, cur AS currency FROM source");
    spec.locale = "de";
    spec.identifier_kind = NULL;
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows, 3);
    loading_expect(&f,
                   "SELECT string_agg(currency || ' ' || gross_micros, '; ' ORDER BY currency) "
                   "FROM txn_known",
                   "EUR -10000000; GBP 990000; USD 1234500000");
    loading_expect(&f, "SELECT column_name || ': ' || reason FROM quarantine",
                   "currency: not a currency: three capital letters, as EUR");
    loading_close(&f);
}

/* Days around clock changes, in five zones. Instants from the zones' published rules. */
static void test_days(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *local, *utc, *day;
    } cases[] = {
        /* spring: 02:30 does not exist and moves on by the gap */
        {"Europe/Berlin", "2024-03-31 02:30:00", "2024-03-31 01:30:00", "2024-03-31"},
        /* autumn: 02:30 is there twice, the earlier counts */
        {"Europe/Berlin", "2024-10-27 02:30:00", "2024-10-27 00:30:00", "2024-10-27"},
        {"America/New_York", "2024-03-10 02:15:00", "2024-03-10 07:15:00", "2024-03-10"},
        {"America/New_York", "2024-11-02 23:59:59", "2024-11-03 03:59:59", "2024-11-02"},
        /* half an hour */
        {"Australia/Lord_Howe", "2024-10-06 02:10:00", "2024-10-05 15:40:00", "2024-10-06"},
        /* midnight itself is skipped */
        {"America/Sao_Paulo", "2018-11-04 00:30:00", "2018-11-04 03:30:00", "2018-11-04"},
        /* a whole day was skipped: its times are of the day after */
        {"Pacific/Apia", "2011-12-29 23:00:00", "2011-12-30 09:00:00", "2011-12-29"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        loading f;
        loading_open(&f, cases[i].zone);
        char csv[256], expected[128];
        (void)snprintf(csv, sizeof csv, "id,bought,customer,amount\n1,%s,c,1\n", cases[i].local);
        const ptl_load_report r = load_text(&f, "orders.csv", csv);
        EXPECT_INT(r.rows, 1);
        (void)snprintf(expected, sizeof expected, "%s %s", cases[i].utc, cases[i].day);
        loading_expect(&f, "SELECT occurred_at || ' ' || \"day\" FROM txn", expected);
        loading_close(&f);
    }
}

/* The same person through two loads and two columns is one number; values keep their case. */
static void test_identifiers(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "r1.csv",
                       "id,day,who,friend\n1,2024-01-01,ann,bob\n2,2024-01-02,bob,cy\n");
    (void)loading_text(&f, "r2.csv", "id,day,who,friend\n3,2024-01-03, cy ,Ann\n");
    const char *mapping = "SELECT id AS referral_id, ptl_time(day, '%Y-%m-%d') AS occurred_at,"
                          " who AS identifier, friend AS referrer FROM source";
    ptl_load_spec spec = loading_spec(&f, "r1.csv", mapping);
    spec.table = "referral";
    EXPECT_INT(loading_run(&f, &spec).new_identifiers, 3);
    spec = loading_spec(&f, "r2.csv", mapping);
    spec.table = "referral";
    EXPECT_INT(loading_run(&f, &spec).new_identifiers, 1);
    loading_expect(&f,
                   "SELECT string_agg(identifier_id || '<' || referrer_id, ' ' ORDER BY "
                   "referral_id) FROM referral",
                   "1<2 2<3 3<4");
    spec.source = "other"; /* another source's customer numbers are other people's: another fact */
    spec.force = true;
    const ptl_load_report other = loading_run(&f, &spec);
    EXPECT_INT(other.new_identifiers, 2);
    EXPECT_INT(other.restated, 1);
    loading_close(&f);
}

/* A table keyed by day with fallbacks: empty parts of a key are equal. */
static void test_spend(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "spend.csv",
                       "date\tcampaign\tcost\tclicks\n"
                       "31.12.2023\tbrand\t12,5\t7\n"
                       "31.12.2023\t\t3\t\n"
                       "31.12.2023\t\t4\t1\n");
    ptl_load_spec spec =
        loading_spec(&f, "spend.csv",
                     "SELECT ptl_day(date, '%d.%m.%Y') AS day, 'search' AS channel,"
                     " campaign, ptl_money(cost, 'de') AS cost_micros,"
                     " ptl_integer(clicks) AS clicks FROM source");
    spec.table = "spend";
    spec.identifier_kind = NULL;
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows, 2);
    EXPECT_INT(r.duplicates, 1);
    EXPECT_INT(r.day_first, 19722);
    EXPECT_INT(r.day_last, 19722);
    EXPECT_INT(loading_ask(&f, "SELECT sum(cost_micros)::BIGINT FROM spend_known"), 15500000);
    loading_close(&f);
}

/* --- bad input -------------------------------------------------------------------------------- */

static void expect_failure(loading *f, const char *file, ptl_status status, const char *words)
{
    ptl_error err = {0};
    ptl_load_report report;
    const ptl_load_spec spec = loading_spec(f, file, orders_mapping);
    EXPECT_FAIL(ptl_load_run(&report, f->warehouse, f->seal, &spec, NULL, &err), status, words);
    EXPECT_INT(loading_ask(f, "SELECT count(*) FROM txn"), 0);
    EXPECT_INT(loading_ask(f, "SELECT count(*) FROM load"), 0);
    EXPECT_INT(loading_ask(f, "SELECT count(*) FROM identifier"), 0);
}

static void test_bad_files(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    expect_failure(&f, "missing.csv", PTL_E_NOT_FOUND, "missing.csv");
    (void)loading_text(&f, "empty.csv", "");
    expect_failure(&f, "empty.csv", PTL_E_INVALID, "empty.csv is empty");
    (void)loading_text(&f, "blank.csv", "\n\r\n  \n");
    expect_failure(&f, "blank.csv", PTL_E_INVALID, "blank.csv is empty");
    (void)loading_text(&f, "not.csv.gz", orders_csv);
    expect_failure(&f, "not.csv.gz", PTL_E_INVALID, "not a gzip file");
    (void)loading_text(&f, "head.csv", "id,\xE9t\xE9\n1,2\n");
    expect_failure(&f, "head.csv", PTL_E_INVALID, "not UTF-8");
    ptl_error err = {0};
    ptl_load_report report;
    (void)loading_text(&f, "semicolon.csv", orders_csv);
    ptl_load_spec spec = loading_spec(&f, "semicolon.csv", orders_mapping);
    spec.delimiter = ';';
    EXPECT_FAIL(ptl_load_run(&report, f.warehouse, f.seal, &spec, NULL, &err), PTL_E_INVALID,
                "semicolon.csv: the delimiter \";\" parts no column; \",\" would give 4");
    EXPECT_STR(err.hint, "leave out format.delimiter: it is found in the file");
    loading_close(&f);
}

/* gzip: whole, in two members, and cut short. */
static void test_gzip(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "plain.csv", orders_csv);
    char command[512];
    (void)snprintf(command, sizeof command,
                   "cd %s && (head -n 2 plain.csv | gzip -n; tail -n +3 plain.csv | gzip -n) > "
                   "two.csv.gz && head -c -6 two.csv.gz > cut.csv.gz",
                   f.data);
    if (system(command) != 0) fail_msg("gzip failed");
    expect_failure(&f, "cut.csv.gz", PTL_E_CORRUPT, "ends in the middle of its gzip data");
    const ptl_load_spec spec = loading_spec(&f, "two.csv.gz", orders_mapping);
    EXPECT_INT(loading_run(&f, &spec).rows, 3);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn"), 20490000);
    loading_close(&f);
}

/* Faulty lines cost themselves alone, and row numbers do not move. */
static void test_bad_lines(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    static const char csv[] = "\xEF\xBB\xBFid,bought,customer,amount\r\n"
                              "1,2024-01-01 00:00:00,c,1\r\n"
                              "2,2024-01-01 00:00:00,c\r\n"
                              "3,2024-01-01 00:00:00,c,1,9\r\n"
                              "4,2024-01-01 00:00:00,M\xFCller,1\r\n"
                              "5,2024-01-01 00:00:00,a\0b,1\r\n"
                              "6,2024-01-01 00:00:00,\"a\"b,1\r\n"
                              "\r\n"
                              "7,2024-01-01 00:00:00,\"a \"\"b\"\",\r\nc\",2\r\n"
                              "8,2024-01-01 00:00:00,\"open,1\r\n"
                              "9,2024-01-01 00:00:00,c,4";
    (void)loading_file(&f, "orders.csv", csv, sizeof csv - 1);
    const ptl_load_spec spec = loading_spec(&f, "orders.csv", orders_mapping);
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows_read, 9);
    EXPECT_INT(r.rows, 3);
    loading_expect(&f,
                   "SELECT string_agg(source_row || ':' || txn_id, ' ' ORDER BY source_row) "
                   "FROM txn",
                   "1:1 7:7 9:9");
    loading_expect(
        &f,
        "SELECT string_agg(source_row || ' ' || reason, '; ' ORDER BY source_row) FROM quarantine",
        "2 3 fields where the head has 4; 3 5 fields where the head has 4; "
        "4 byte 0xFC at position 24 is not UTF-8; is the encoding latin-1?; 5 a NUL byte; "
        "6 text after the closing quote of field 3; 8 a quote is opened and never closed");
    loading_close(&f);
}

static void test_encodings(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "latin.csv",
                       "id,bought,customer,amount,goods\n"
                       "1,2024-01-01 00:00:00,c,\x80 1.50,M\xFCsli\n");
    const char *mapping =
        "SELECT id AS txn_id, ptl_time(bought, '%Y-%m-%d %H:%M:%S') AS occurred_at,"
        " ptl_money(amount) AS gross_micros, goods AS product FROM source";
    ptl_load_spec spec = loading_spec(&f, "latin.csv", mapping);
    spec.encoding = "latin-1";
    EXPECT_INT(loading_run(&f, &spec).rows, 1);
    loading_expect(&f, "SELECT product || gross_micros FROM txn", "Müsli1500000");
    /* UTF-16, both orders, with a pair of surrogates */
    static const uint16_t units[] = {
        0xFEFF, 'i', 'd', ',', 'b', 'o', 'u', 'g', 'h', 't',    ',',    'a', 'm',
        'o',    'u', 'n', 't', ',', 'g', 'o', 'o', 'd', 's',    '\n',   '2', ',',
        '2',    '0', '2', '4', '-', '0', '1', '-', '0', '1',    ' ',    '0', '0',
        ':',    '0', '0', ':', '0', '0', ',', '7', ',', 0xD83C, 0xDF4B, '\n'};
    uint8_t bytes[2][sizeof units];
    for (size_t i = 0; i < sizeof units / 2; i++) {
        bytes[0][2 * i] = (uint8_t)units[i], bytes[0][2 * i + 1] = (uint8_t)(units[i] >> 8);
        bytes[1][2 * i] = (uint8_t)(units[i] >> 8), bytes[1][2 * i + 1] = (uint8_t)units[i];
    }
    (void)loading_file(&f, "le.csv", bytes[0], sizeof units);
    (void)loading_file(&f, "be.csv", bytes[1], sizeof units);
    spec = loading_spec(&f, "le.csv", mapping); /* its mark says what it is */
    EXPECT_INT(loading_run(&f, &spec).rows, 1);
    loading_expect(&f, "SELECT product FROM txn WHERE txn_id = '2'", "🍋");
    spec = loading_spec(&f, "be.csv", mapping);
    spec.encoding = "utf-16";
    EXPECT_INT(loading_run(&f, &spec).duplicates, 1);
    spec.encoding = "ebcdic";
    ptl_error err = {0};
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_INVALID, "encoding \"ebcdic\"");
    loading_close(&f);
}

/* A field beyond the splitter's ceiling, shorter and longer than its buffer. */
static void test_long_fields(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    const size_t sizes[] = {900000, 1200000, 6000000};
    char *csv = malloc(10000000);
    if (!csv) fail_msg("no memory");
    size_t at = (size_t)sprintf(csv, "id,bought,customer,amount\n");
    for (int32_t i = 0; i < 3; i++) {
        at += (size_t)sprintf(csv + at, "%d,2024-01-01 00:00:00,c%d,\"", i, i);
        memset(csv + at, i == 0 ? ' ' : 'x', sizes[i]);
        at += sizes[i];
        at += (size_t)sprintf(csv + at, "5\"\n");
    }
    at += (size_t)sprintf(csv + at, "9,2024-01-01 00:00:00,c,1\n");
    (void)loading_file(&f, "orders.csv", csv, at);
    free(csv);
    const ptl_load_spec spec = loading_spec(&f, "orders.csv", orders_mapping);
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows_read, 4);
    EXPECT_INT(r.rows, 2);
    loading_expect(&f,
                   "SELECT string_agg(source_row || ' ' || substr(reason, 1, 25), '; ' ORDER BY "
                   "source_row) FROM quarantine",
                   "2 longer than 1048576 bytes; 3 longer than 1048576 bytes");
    loading_close(&f);
}

/* A folder that cannot be written is no hindrance: loading leaves nothing beside the file. */
static void test_read_only_folder(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "orders.csv", orders_csv);
    if (chmod(f.data, 0500) != 0) fail_msg("chmod");
    const ptl_load_spec spec = loading_spec(&f, "orders.csv", orders_mapping);
    EXPECT_INT(loading_run(&f, &spec).rows, 3);
    char command[160];
    (void)snprintf(command, sizeof command, "test $(ls -A '%s' | wc -l) = 1", f.data);
    if (system(command) != 0) fail_msg("something lies beside the file");
    if (chmod(f.data, 0700) != 0) fail_msg("chmod");
    loading_close(&f);
}

/* --- while it runs ---------------------------------------------------------------------------- */

static void write_many(const loading *f, const char *name, int64_t n)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", f->data, name);
    FILE *file = fopen(path, "w");
    if (!file) fail_msg("cannot write %s", path);
    (void)fprintf(file, "id,bought,customer,amount\n");
    for (int64_t i = 0; i < n; i++)
        (void)fprintf(file, "%lld,2024-01-01 00:00:00,c%lld,%lld.25\n", (long long)i,
                      (long long)(i % 97), (long long)(i % 13));
    (void)fclose(file);
}

typedef struct meddler {
    const loading *f;
    bool by_name; /* another file takes the name, else it grows */
    bool done;
} meddler;

static void meddle(void *ctx, const ptl_progress_state *state)
{
    meddler *m = ctx;
    if (m->done || strcmp(state->what, "reading rows") != 0) return;
    m->done = true;
    char command[512];
    if (m->by_name)
        (void)snprintf(command, sizeof command, "cp %s/many.csv %s/n && mv %s/n %s/many.csv",
                       m->f->data, m->f->data, m->f->data, m->f->data);
    else
        (void)snprintf(command, sizeof command,
                       "printf '9999999,2024-01-01 00:00:00,c,1\\n' >> "
                       "%s/many.csv",
                       m->f->data);
    if (system(command) != 0) fail_msg("cannot meddle");
}

/* Invariant 4. */
static void test_file_changes(void **state)
{
    (void)state;
    for (int32_t by_name = 0; by_name < 2; by_name++) {
        ptl_error err = {0};
        loading f;
        loading_open(&f, "UTC");
        write_many(&f, "many.csv", 20000);
        const ptl_load_spec spec = loading_spec(&f, "many.csv", orders_mapping);
        meddler m = {&f, by_name != 0, false};
        ptl_progress progress;
        ptl_progress_init(&progress, meddle, &m);
        progress.interval_ms = 0;
        ptl_load_report report;
        EXPECT_FAIL(ptl_load_run(&report, f.warehouse, f.seal, &spec, &progress, &err),
                    PTL_E_CONFLICT, "changed while it was read");
        EXPECT_INT(loading_ask(&f, "SELECT count(*) FROM txn"), 0);
        EXPECT_INT(loading_ask(&f, "SELECT count(*) FROM load"), 0);
        EXPECT_INT(loading_run(&f, &spec).rows, by_name ? 20000 : 20001);
        loading_close(&f);
    }
}

static void cancel_soon(void *ctx, const ptl_progress_state *state)
{
    if (strcmp(state->what, "reading rows") == 0) ptl_progress_cancel(ctx);
}

static void test_cancel(void **state)
{
    (void)state;
    ptl_error err = {0};
    loading f;
    loading_open(&f, "UTC");
    write_many(&f, "many.csv", 50000);
    const ptl_load_spec spec = loading_spec(&f, "many.csv", orders_mapping);
    ptl_progress progress;
    ptl_progress_init(&progress, cancel_soon, &progress);
    progress.interval_ms = 0;
    ptl_load_report report;
    EXPECT_FAIL(ptl_load_run(&report, f.warehouse, f.seal, &spec, &progress, &err), PTL_E_CANCELLED,
                "");
    EXPECT_INT(loading_ask(&f, "SELECT count(*) FROM txn"), 0);
    EXPECT_INT(loading_run(&f, &spec).rows, 50000);
    loading_close(&f);
}

/* A mapping that gives a row twice would count money twice. */
static void test_row_twice(void **state)
{
    (void)state;
    ptl_error err = {0};
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "orders.csv", orders_csv);
    const ptl_load_spec spec = loading_spec(
        &f, "orders.csv",
        "SELECT id || n AS txn_id, ptl_time(bought, '%Y-%m-%d %H:%M:%S') AS occurred_at,"
        " ptl_money(amount) AS gross_micros FROM source, (VALUES ('p'), ('q')) AS v(n)");
    ptl_load_report report;
    EXPECT_FAIL(ptl_load_run(&report, f.warehouse, f.seal, &spec, NULL, &err), PTL_E_INVALID,
                "of the file more than once");
    loading_close(&f);
}

/* A lookup list and a lookup file of the same folder. */
static void test_lookup(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "orders.csv", orders_csv);
    (void)loading_text(&f, "names.csv", "customer,channel\nc7,search\nc9,email\n");
    char mapping[1024];
    (void)snprintf(mapping, sizeof mapping,
                   "WITH s AS (SELECT s.*, ptl_money(amount) AS m FROM source AS s)"
                   " SELECT s.id AS txn_id, s.customer AS identifier, m * v.sign AS gross_micros,"
                   " ptl_time(bought, '%%Y-%%m-%%d %%H:%%M:%%S') AS occurred_at, l.channel FROM s"
                   " LEFT JOIN read_csv('%s/names.csv') AS l ON l.customer = s.customer"
                   " CROSS JOIN (VALUES (1)) AS v(sign)",
                   f.data);
    const ptl_load_spec spec = loading_spec(&f, "orders.csv", mapping);
    EXPECT_INT(loading_run(&f, &spec).rows, 3);
    loading_expect(&f, "SELECT string_agg(txn_id || channel, ' ' ORDER BY txn_id) FROM txn",
                   "a1search a2email a3search");
    loading_close(&f);
}

/* The same file twice, each into a fresh store: the same facts, numbers included. */
static void test_same_bytes(void **state)
{
    (void)state;
    char sums[2][128];
    for (int32_t i = 0; i < 2; i++) {
        loading f;
        loading_open(&f, "Europe/Berlin");
        write_many(&f, "many.csv", 30000);
        const ptl_load_spec spec = loading_spec(&f, "many.csv", orders_mapping);
        EXPECT_INT(loading_run(&f, &spec).rows, 30000);
        loading_ask_text(&f, sums[i], sizeof sums[i],
                         "SELECT md5(string_agg(t::VARCHAR, ';' ORDER BY rowid)) FROM txn AS t");
        loading_close(&f);
    }
    EXPECT_STR(sums[0], sums[1]);
}

/* --- published totals ------------------------------------------------------------------------- */

/* UCI Online Retail (Chen 2015, CC BY 4.0): 541,909 rows, 25,900 invoices, 4,372 customers, and
 * sum(quantity × price) = 9,747,747.93 as published; with the prices of three decimals that the
 * file has, exactly 9,747,747.934. */
static void test_online_retail(void **state)
{
    (void)state;
    char folder[512], path[600];
    const char *shared = getenv("PTL_SHARED_DATA");
    (void)snprintf(folder, sizeof folder, "%s/retail_online_retail",
                   shared ? shared : PTL_SOURCE_DIR "/../shared/data");
    (void)snprintf(path, sizeof path, "%s/online_retail.csv.gz", folder);
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there; set PTL_SHARED_DATA\n", path);
        skip();
    }
    loading f;
    loading_open(&f, "Europe/London");
    const char *folders[] = {folder};
    ptl_load_spec spec = loading_spec(
        &f, "online_retail.csv.gz",
        "SELECT InvoiceNo || '-' || source_row AS txn_id, InvoiceNo AS order_id,"
        " ptl_time(InvoiceDate, '%Y-%m-%d %H:%M:%S') AS occurred_at, CustomerID AS identifier,"
        " StockCode AS product, ptl_integer(Quantity) AS quantity,"
        " ptl_integer(Quantity) * ptl_money(UnitPrice) AS gross_micros,"
        " CASE WHEN InvoiceNo LIKE 'C%' THEN 'refund' ELSE 'new' END AS kind FROM source");
    spec.path = path;
    spec.folders = folders;
    spec.currency = "GBP";
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows_read, 541909);
    EXPECT_INT(r.rows, 541909);
    EXPECT_INT(r.new_identifiers, 4372);
    loading_expect(&f,
                   "SELECT sum(gross_micros)::BIGINT || ' ' || count(DISTINCT order_id) || ' ' ||"
                   " count(DISTINCT identifier_id) FROM txn_known",
                   "9747747934000 25900 4372");
    loading_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_nothing_new),
        cmocka_unit_test(test_replace),
        cmocka_unit_test(test_duplicates_within),
        cmocka_unit_test(test_duplicates_return),
        cmocka_unit_test(test_quarantine),
        cmocka_unit_test(test_sealed),
        cmocka_unit_test(test_currencies),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_identifiers),
        cmocka_unit_test(test_spend),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_bad_lines),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_long_fields),
        cmocka_unit_test(test_read_only_folder),
        cmocka_unit_test(test_file_changes),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_row_twice),
        cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_online_retail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
