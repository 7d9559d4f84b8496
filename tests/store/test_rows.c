/* What stands around a table: titles above the head, totals below, and the row numbers of what is
 * between (store/rows.h). */
#include "support/loading.h"

#include "store/rows.h"

#include <fcntl.h>

static const char *const spend_mapping =
    "SELECT ptl_day(\"Day\", '%Y-%m-%d') AS day, 'search' AS channel, \"Campaign\" AS campaign,\n"
    "  ptl_money(\"Cost\") AS cost_micros FROM source";

static const char *const report = "Campaign performance\n"
                                  "\"November 1, 2026 - November 3, 2026\"\n"
                                  "\n"
                                  "Day,Campaign,Cost\n"
                                  "2026-11-01,Brand,\"1,204.50\"\n"
                                  "Total: Brand, --,\"1,204.50\"\n"
                                  "2026-11-02,Brand,x\n"
                                  "2026-11-03,Brand,2.25\n"
                                  "total: campaigns, --,\"1,206.75\",\n"
                                  "Total: Account, --,\"1,206.75\"\n";

static ptl_load_spec spec_of(loading *f, const char *name, const char *const *totals)
{
    ptl_load_spec spec = loading_spec(f, name, spend_mapping);
    spec.table = "spend";
    spec.identifier_kind = NULL;
    spec.head_row = PTL_ROWS_HEAD_FIND;
    spec.totals = totals;
    spec.n_totals = totals ? 1 : 0;
    return spec;
}

/* Totals are neither facts nor quarantine, also where they are ragged; rows keep their numbers. */
static void test_report(void **state)
{
    (void)state;
    static const char *const totals[] = {"Total: *"};
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "report.csv", report);
    ptl_load_spec spec = spec_of(&f, "report.csv", totals);
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows_read, 3);
    EXPECT_INT(r.rows, 2);
    EXPECT_INT(r.totals, 3);
    loading_expect(&f,
                   "SELECT string_agg(source_row || ' ' || cost_micros, ' ' ORDER BY source_row)"
                   " FROM spend",
                   "1 1204500000 4 2250000");
    loading_expect(&f, "SELECT source_row || ' ' || column_name FROM quarantine", "3 cost_micros");
    spec.head_row = 4; /* the line that an editor shows: another form, so another load */
    EXPECT_INT(loading_run(&f, &spec).replaces_load_id, 1);
    spec.n_totals = 0;
    EXPECT_INT(loading_run(&f, &spec).quarantined, 4);
    loading_close(&f);
}

static void expect_head(loading *f, const char *text, ptl_rows_options options, const char *names)
{
    ptl_error err = {0};
    ptl_rows *rows = NULL;
    const int fd = open(loading_text(f, "head.csv", text), O_RDONLY | O_CLOEXEC);
    options.kind = PTL_ROWS_CSV;
    options.name = "head.csv";
    EXPECT_OK(ptl_rows_open(&rows, fd, &options, &err));
    char found[256] = "";
    for (int64_t i = 0; i < ptl_rows_n_columns(rows); i++) {
        const size_t len = strlen(found);
        (void)snprintf(found + len, sizeof found - len, "%s%s", i > 0 ? " " : "",
                       ptl_rows_column(rows, i));
    }
    EXPECT_STR(found, names);
    ptl_rows_close(rows);
    (void)close(fd);
}

/* Where tables begin in reports as people get them. */
static void test_heads(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    const ptl_rows_options find = {.head_row = PTL_ROWS_HEAD_FIND};
    expect_head(&f, "a,b\n1,2\n", find, "a b");
    expect_head(&f, "Report\n\nday;cost\n1;2,5\n2;3,5\n", find, "day cost");
    expect_head(&f, "Report,,,\n2026,,,\nday,campaign,cost,clicks\n1,x,2,3\n2,x,2,3\n", find,
                "day campaign cost clicks");
    expect_head(&f, "Report, with commas, in it\nday,cost\n1,2\n2,3\n3,4\n", find, "day cost");
    expect_head(&f, ",day,cost\n0,1,2\n1,2,3\n", find, "column_1 day cost");
    expect_head(&f, "one\n1\n2\n", find, "one");
    expect_head(&f, "x,y\nday,cost\n1,2\n", (ptl_rows_options){.head_row = 2}, "day cost");
    expect_head(&f, "\"two\nlines\",y\nday,cost\n", (ptl_rows_options){.head_row = 3}, "day cost");
    ptl_error err = {0};
    ptl_rows *rows = NULL;
    const int fd = open(loading_text(&f, "short.csv", "a,b\n1,2\n"), O_RDONLY | O_CLOEXEC);
    const ptl_rows_options late = {.kind = PTL_ROWS_CSV, .name = "short.csv", .head_row = 9};
    EXPECT_FAIL(ptl_rows_open(&rows, fd, &late, &err), PTL_E_INVALID,
                "short.csv has 2 lines; the head should be line 9");
    (void)close(fd);
    loading_close(&f);
}

static void test_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool is;
    } cases[] = {{"Total*", "total: account", true}, {"*sum*", "Zwischensumme", true},
                 {"Total", "Totals", false},         {"*", "", true},
                 {"*a*b", "xaxxabxb", true},         {"*a*b", "xaxxabx", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT_INT(ptl_rows_is_total(&cases[i].pattern, 1, ptl_text_of(cases[i].text)),
                   cases[i].is);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_report), cmocka_unit_test(test_heads),
                                       cmocka_unit_test(test_patterns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
