/* The same rows in every form a file may have are recognised as the same export: CSV, JSON lines,
 * Parquet with types of its own, and each sheet of a workbook by itself, with `sheet` in the source
 * that is written for it. */
#include "observe/plan.h"
#include "support/loading.h"
#include "support/zip_write.h"

#include <duckdb.h>

typedef struct forms {
    loading f;
    ptl_arena arena;
    ptl_recognised *all;
    int64_t n;
} forms;

#define HEAD "Day,Campaign,Currency code,Cost,Impr.,Clicks\n"

static void write_parquet(const forms *s, const char *name, const char *select)
{
    char sql[2048];
    duckdb_database database = NULL;
    duckdb_connection connection = NULL;
    (void)snprintf(sql, sizeof sql, "COPY (%s) TO '%s/%s' (FORMAT parquet)", select, s->f.data,
                   name);
    if (duckdb_open(NULL, &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess ||
        duckdb_query(connection, sql, NULL) != DuckDBSuccess)
        fail_msg("no Parquet file");
    duckdb_disconnect(&connection);
    duckdb_close(&database);
}

/* Days, decimals and whole numbers; instants, doubles and numbers as names of people. */
static const char *const ads =
    "SELECT DATE '2026-04-20' + i::INT AS \"Day\", 'DE | Brand' AS \"Campaign\", 'EUR' AS"
    " \"Currency code\", (12.5 + i)::DECIMAL(18,2) AS \"Cost\", 470 + i AS \"Impr.\","
    " 31 AS \"Clicks\" FROM range(5000) AS t(i)";
static const char *const orders =
    "SELECT 1000 + i AS \"Order ID\", TIMESTAMP '2026-04-20 22:30:00' + to_days(i::INT) AS"
    " \"Order date\", 7 + i AS \"Customer ID\", 'Tea' AS \"Product\", 2 AS \"Quantity\","
    " 1234.5 + i AS \"Total\" FROM range(40) AS t(i)";

#define CELL(text) "<c t='inlineStr'><is><t>" text "</t></is></c>"
#define NUMBER(text) "<c><v>" text "</v></c>"
#define SHEET(rows) "<worksheet><sheetData>" rows "</sheetData></worksheet>"

/* A sheet of ad spend, one of months of the books, an empty one and one that nothing fits. */
static void write_book(forms *s)
{
    const zip_member members[] = {
        {.name = "xl/workbook.xml",
         .bytes = PTL_TEXT(
             "<workbook xmlns:r='u'><sheets><sheet name='Ads 2026' r:id='r1'/><sheet name='empty'"
             " r:id='r2'/><sheet name='Targets' r:id='r3'/></sheets></workbook>")},
        {.name = "xl/_rels/workbook.xml.rels",
         .bytes = PTL_TEXT(
             "<Relationships><Relationship Id='r1' Target='worksheets/sheet1.xml'/><Relationship"
             " Id='r2' Target='worksheets/sheet2.xml'/><Relationship Id='r3'"
             " Target='worksheets/sheet3.xml'/></Relationships>")},
        {.name = "xl/worksheets/sheet1.xml",
         .bytes = PTL_TEXT(SHEET(
             "<row>" CELL("Day") CELL("Campaign") CELL("Currency code") CELL("Cost") CELL("Impr.")
                 CELL("Clicks") "</row><row>" CELL("2026-04-20") CELL("DE | Brand") CELL("EUR")
                     NUMBER("12.5") NUMBER("470") NUMBER("31") "</row>"))},
        {.name = "xl/worksheets/sheet2.xml", .bytes = PTL_TEXT(SHEET(""))},
        {.name = "xl/worksheets/sheet3.xml",
         .bytes = PTL_TEXT(SHEET("<row>" CELL("left") CELL("right") "</row><row>" CELL("x")
                                     CELL("y") "</row>"))}};
    ptl_buffer bytes;
    ptl_buffer_init(&bytes, 1 << 20, NULL);
    zip_write(&bytes, members, 5);
    (void)loading_file(&s->f, "c.xlsx", bytes.ptr, bytes.len);
    ptl_buffer_dispose(&bytes);
}

static void make(forms *s)
{
    ptl_error err = {0};
    loading_open(&s->f, "Europe/Berlin");
    ptl_arena_init(&s->arena, 512u << 20, NULL);
    (void)loading_text(&s->f, "a.csv", HEAD "2026-04-20,DE | Brand,EUR,12.50,470,31\n");
    (void)loading_text(&s->f, "b.jsonl",
                       "{\"Day\":\"2026-04-20\",\"Campaign\":\"DE | Brand\",\"Currency code\":"
                       "\"EUR\",\"Cost\":12.5,\"Impr.\":470,\"Clicks\":31}\n");
    write_book(s);
    write_parquet(s, "d.parquet", ads);
    write_parquet(s, "e.parquet", orders);
    EXPECT_OK(ptl_recognise_all(&s->all, &s->n, s->f.data, NULL, 0, &s->arena, NULL, &err));
}

static void dispose(forms *s)
{
    ptl_arena_dispose(&s->arena);
    loading_close(&s->f);
}

static void forms_are_one(void **state)
{
    (void)state;
    static const struct {
        const char *file, *preset;
        int64_t n_rows;
        bool is_whole;
    } expected[] = {{"a.csv", "google_ads_campaigns", 1, true},
                    {"b.jsonl", "google_ads_campaigns", 1, true},
                    {"c.xlsx#Ads 2026", "google_ads_campaigns", 1, true},
                    {"c.xlsx#Targets", NULL, 1, true},
                    {"d.parquet", "google_ads_campaigns", 4000, false},
                    {"e.parquet", "order_lines", 40, true}};
    forms s;
    make(&s);
    EXPECT_INT(s.n, 6);
    for (int64_t i = 0; i < s.n; i++) {
        const ptl_recognised *r = &s.all[i];
        EXPECT_STR(r->file, expected[i].file);
        if (r->unreadable) fail_msg("%s: %s", r->file, r->unreadable);
        EXPECT_INT(r->sure, expected[i].preset != NULL);
        if (expected[i].preset) EXPECT_STR(r->match.preset->name, expected[i].preset);
        EXPECT_INT(r->sample.n_rows, expected[i].n_rows);
        EXPECT_INT(r->sample.is_whole, expected[i].is_whole);
    }
    EXPECT_STR(s.all[2].sample.sheet, "Ads 2026");
    dispose(&s);
}

/* Sheets are sources of their own, and say which. */
static void a_sheet_is_named(void **state)
{
    (void)state;
    forms s;
    ptl_plan plan;
    ptl_buffer yaml;
    ptl_error err = {0};
    make(&s);
    EXPECT_OK(ptl_plan_make(&plan, &s.all[2], 1, &s.arena, &err));
    EXPECT_INT(plan.n_sources, 1);
    ptl_buffer_init(&yaml, 1 << 16, NULL);
    const ptl_plan_choice choice = {.root = s.f.data};
    EXPECT_OK(ptl_plan_source(&yaml, &plan, &plan.sources[0], &choice, &s.arena, &err));
    if (!strstr(yaml.ptr, "format:\n  sheet: \"Ads 2026\"\n")) fail_msg("%s", yaml.ptr);
    if (!strstr(yaml.ptr, "files:\n  - \"c.xlsx\"\n")) fail_msg("%s", yaml.ptr);
    ptl_buffer_dispose(&yaml);
    dispose(&s);
}

static ptl_load_report load(forms *s, const ptl_recognised *r, const char *table)
{
    ptl_buffer mapping;
    ptl_error err = {0};
    const ptl_part *part = &r->parts[0];
    const ptl_preset_use use = {.columns = part->columns,
                                .n_columns = part->n_columns,
                                .slots = part->slots,
                                .n_slots = part->n_slots};
    ptl_buffer_init(&mapping, 1 << 20, NULL);
    EXPECT_OK(ptl_preset_mapping(&mapping, part->preset, &use, &err));
    ptl_load_spec spec = loading_spec(&s->f, r->file, mapping.ptr);
    spec.table = table;
    spec.as_text = true;
    if (strcmp(table, "txn") != 0) spec.identifier_kind = NULL;
    const ptl_load_report report = loading_run(&s->f, &spec);
    ptl_buffer_dispose(&mapping);
    return report;
}

/* What the plan writes loads, typed columns through the preset's own casts; an instant is UTC, its
 * day the workspace's. */
static void parquet_loads_through_its_preset(void **state)
{
    (void)state;
    forms s;
    make(&s);
    EXPECT_INT(load(&s, &s.all[4], "spend").rows, 5000);
    EXPECT_INT(loading_ask(&s.f, "SELECT sum(cost_micros)::BIGINT FROM spend_known"),
               (INT64_C(5000) * 12500 + INT64_C(5000) * 4999 / 2 * 1000) * 1000);
    EXPECT_INT(load(&s, &s.all[5], "txn").rows, 40);
    EXPECT_INT(loading_ask(&s.f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"),
               (INT64_C(40) * 12345 + INT64_C(40) * 39 / 2 * 10) * 100000);
    EXPECT_INT(loading_ask(&s.f, "SELECT count(*) FROM txn_known WHERE \"day\" ="
                                 " DATE '2026-04-21' AND occurred_at ="
                                 " TIMESTAMP '2026-04-20 22:30:00'"),
               1);
    dispose(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms_are_one),
                                       cmocka_unit_test(a_sheet_is_named),
                                       cmocka_unit_test(parquet_loads_through_its_preset)};
    return cmocka_run_group_tests_name("forms", tests, NULL, NULL);
}
