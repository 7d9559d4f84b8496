/* What people really hand over: each is told in words that say what to do, and nothing is lost
 * (docs/mapping.md). Broken workbooks stand in test_xlsx, Parquet in test_parquet, JSON in
 * test_jsonl, lines and gzip in test_load, mappings in test_reader. */
#include "support/loading.h"

#include <fcntl.h>
#include <sys/resource.h>

static const char *const orders_mapping =
    "SELECT id AS txn_id, ptl_time(bought, '%Y-%m-%d') AS occurred_at,"
    " ptl_money(amount) AS gross_micros FROM source";

static ptl_load_spec spec_of(loading *f, const char *name, const char *mapping)
{
    ptl_load_spec spec = loading_spec(f, name, mapping);
    spec.identifier_kind = NULL;
    return spec;
}

/* Rows of other formats are told one by one; a mapping may name them all. */
static void test_three_date_formats(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "orders.csv",
                       "id,bought,amount\n1,2026-03-04,1\n2,04.03.2026,2\n3,3/4/26,4\n4,soon,8\n");
    ptl_load_spec spec = spec_of(&f, "orders.csv", orders_mapping);
    EXPECT_INT(loading_run(&f, &spec).rows, 1);
    loading_expect(&f,
                   "SELECT string_agg(source_row || ' ' || column_name || ' ' || reason, '; ' ORDER"
                   " BY source_row) FROM quarantine",
                   "2 occurred_at does not follow the format; "
                   "3 occurred_at does not follow the format; "
                   "4 occurred_at does not follow the format");
    spec.mapping = "SELECT id AS txn_id, ptl_money(amount) AS gross_micros, CASE"
                   " WHEN bought LIKE '%.%' THEN ptl_time(bought, '%d.%m.%Y')"
                   " WHEN bought LIKE '%/%' THEN ptl_time(bought, '%m/%d/%y')"
                   " ELSE ptl_time(bought, '%Y-%m-%d') END AS occurred_at FROM source";
    EXPECT_INT(loading_run(&f, &spec).rows, 3);
    EXPECT_INT(loading_ask(&f, "SELECT count(DISTINCT \"day\") FROM txn_known"), 1);
    loading_close(&f);
}

/* German numbers read as English ones: refused, never misread; and the other way round. */
static void test_local_numbers(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "orders.csv",
                       "id;bought;amount\n1;2026-03-04;1.234,56\n2;2026-03-04;12,34\n"
                       "3;2026-03-04;1'234.56\n4;2026-03-04;99\n");
    ptl_load_spec spec = spec_of(&f, "orders.csv", orders_mapping);
    EXPECT_INT(loading_run(&f, &spec).rows, 1);
    loading_expect(&f, "SELECT string_agg(DISTINCT column_name, ' ') FROM quarantine",
                   "gross_micros");
    spec.locale = "de";
    EXPECT_INT(loading_run(&f, &spec).rows, 3);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"), 1345900000);
    spec.locale = "klingon";
    ptl_error err = {0};
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_INVALID,
                "source orders: locale \"klingon\" is not one of ours");
    EXPECT_STR(err.hint, "use en, de, fr, ch or plain");
    loading_close(&f);
}

static void test_zone(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "orders.csv", "id,bought,amount\n1,2026-03-04,1\n");
    ptl_load_spec spec =
        spec_of(&f, "orders.csv",
                "SELECT id AS txn_id, ptl_time(bought, '%Y-%m-%d', 'Europe/Berlinn') AS"
                " occurred_at, ptl_money(amount) AS gross_micros FROM source");
    ptl_error err = {0};
    ptl_load_report report;
    EXPECT_FAIL(ptl_load_run(&report, f.warehouse, f.seal, &spec, NULL, &err), PTL_E_NOT_FOUND,
                "time zone \"Europe/Berlinn\" is not in");
    EXPECT_STR(err.hint, "did you mean \"Europe/Berlin\"?");
    loading_close(&f);
}

/* Marks of encodings are believed; bytes that are not UTF-8 cost their row. */
static void test_encodings(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "marked.csv", "\xEF\xBB\xBFid,bought,amount\n1,2026-03-04,1\n");
    ptl_load_spec spec = spec_of(&f, "marked.csv", orders_mapping);
    spec.encoding = "latin-1"; /* wrong, and the mark says so */
    EXPECT_INT(loading_run(&f, &spec).rows, 1);
    (void)loading_text(&f, "broken.csv",
                       "id,bought,amount\n\xC3\x28,2026-03-04,1\nfine,2026-03-04,1\n");
    spec = spec_of(&f, "broken.csv", orders_mapping);
    EXPECT_INT(loading_run(&f, &spec).rows, 1);
    loading_expect(&f, "SELECT source_row || ' ' || reason FROM quarantine",
                   "1 byte 0xC3 at position 1 is not UTF-8; is the encoding latin-1?");
    loading_close(&f);
}

/* A gigabyte without a line end costs one row, and no gigabyte of memory. */
static void test_long_line(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    const char *path = loading_text(&f, "long.csv", "id,bought,amount\n1,2026-03-04,1\n");
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    static const char rest[] = "\n3,2026-03-04,4\n";
    if (fd < 0 || pwrite(fd, rest, sizeof rest - 1, (off_t)1 << 30) < 0) fail_msg("no long file");
    (void)close(fd);
    ptl_load_spec spec = spec_of(&f, "long.csv", orders_mapping);
    struct rusage before, after;
    (void)getrusage(RUSAGE_SELF, &before);
    EXPECT_INT(loading_run(&f, &spec).rows, 2);
    (void)getrusage(RUSAGE_SELF, &after);
    EXPECT_LE((double)(after.ru_maxrss - before.ru_maxrss), 512 << 10); /* KiB */
    loading_expect(&f, "SELECT source_row || ' ' || reason FROM quarantine",
                   "2 longer than 1048576 bytes; is a quote not closed?");
    loading_close(&f);
}

/* More than a million refused rows: the first are kept, all are counted, one row says so. */
static void test_all_refused(void **state)
{
    (void)state;
    enum { ROWS = 1000250 };
    loading f;
    loading_open(&f, "UTC");
    char *text = malloc((size_t)ROWS * 24 + 64);
    if (!text) fail_msg("no memory");
    size_t len = (size_t)sprintf(text, "id,bought,amount\n");
    for (int32_t i = 1; i <= ROWS; i++)
        len += (size_t)sprintf(text + len, "%d,2026-03-04,%s\n", i, i % 100000 == 0 ? "1" : "x");
    (void)loading_file(&f, "orders.csv", text, len);
    free(text);
    ptl_load_spec spec = spec_of(&f, "orders.csv", orders_mapping);
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows, 10);
    EXPECT_INT(r.quarantined, ROWS - 10);
    EXPECT_INT(loading_ask(&f, "SELECT count(*) FROM quarantine"), 1000001);
    loading_expect(&f, "SELECT source_row || ' ' || reason FROM quarantine WHERE raw IS NULL",
                   "1000011 refused, and 239 rows after it: the first 1000000 are kept, these are "
                   "counted");
    loading_close(&f);
}

/* What has no row of its own: said with what to do instead. */
static void test_grouping(void **state)
{
    (void)state;
    ptl_error err = {0};
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "orders.csv", "id,bought,amount\n1,2026-03-04,1\n");
    ptl_load_spec spec = spec_of(
        &f, "orders.csv", "SELECT id AS txn_id, count(*) AS quantity FROM source GROUP BY id");
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_INVALID, "it has GROUP BY");
    EXPECT_STR(err.hint, "each row of the file becomes one row, or none: map the rows as they are, "
                         "figures sum them; leave rows out with WHERE");
    spec.mapping = "SELECT DISTINCT id AS txn_id FROM source";
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_INVALID, "it has DISTINCT");
    EXPECT_STR(err.hint, "leave it away: rows that say the same are found by the table's key after "
                         "the mapping");
    loading_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_date_formats),
        cmocka_unit_test(test_local_numbers),
        cmocka_unit_test(test_zone),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_all_refused),
        cmocka_unit_test(test_grouping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
