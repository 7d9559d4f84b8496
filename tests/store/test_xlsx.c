/* Workbooks become rows (store/xlsx.h). Those in tests/reference were written by other people's
 * libraries (tests/reference/workbook.py says what is in them); the broken ones are made here. */
#include "support/loading.h"
#include "support/zip_write.h"

#include "store/rows.h"

#include <fcntl.h>

#define REFERENCE PTL_SOURCE_DIR "/tests/reference/"

/* Columns and rows of a workbook as one text. */
static void read_book(char *out, size_t size, const char *path, ptl_rows_options options)
{
    ptl_error err = {0};
    ptl_rows *rows = NULL;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    options.kind = PTL_ROWS_XLSX;
    options.name = strrchr(path, '/') + 1;
    EXPECT_OK(ptl_rows_open(&rows, fd, &options, &err));
    const int64_t n = ptl_rows_n_columns(rows);
    for (int64_t i = 0; i < n; i++)
        len += (size_t)snprintf(out + len, size - len, "%s%s", i > 0 ? "|" : "",
                                ptl_rows_column(rows, i));
    for (;;) {
        ptl_row row;
        bool more;
        EXPECT_OK(ptl_rows_next(&more, &row, rows, &err));
        if (!more) break;
        len += (size_t)snprintf(out + len, size - len, "\n%lld@%lld %s", (long long)row.row,
                                (long long)row.line, row.fault ? row.fault : "");
        for (int64_t i = 0; row.fields && i < n; i++)
            len += (size_t)snprintf(out + len, size - len, "%s%.*s", i > 0 ? "|" : "",
                                    (int)row.fields[i].len, row.fields[i].ptr);
    }
    ptl_rows_close(rows);
    (void)close(fd);
}

/* Title, merged head of two rows, days, kept values of formulas, a hidden sheet, a note beside. */
static void test_costs(void **state)
{
    (void)state;
    static const char *const totals[] = {"Summe"};
    char text[4096];
    read_book(text, sizeof text, REFERENCE "costs.xlsx",
              (ptl_rows_options){.totals = totals, .n_totals = 1});
    EXPECT_STR(text,
               "Kostenstelle|Rechnung vom|Agentur Plan|Agentur Ist|Werkzeuge Plan|Werkzeuge Ist|"
               "gebucht um\n"
               "1@6 Müller & Söhne <GmbH>|2026-10-01|1250|1234.56|19.99|0.3|2026-10-01 14:30:00\n"
               "2@7 Intern|2026-10-31|0|-45.5|1000000|2.5|2026-10-31 14:31:00\n"
               "3@8 Intern|2026-12-31|3|4|5|6|2026-12-31 14:32:00");
    read_book(text, sizeof text, REFERENCE "costs.xlsx",
              (ptl_rows_options){.sheet = "kosten q4", .range = "C5:D7", .decimal = ','});
    EXPECT_STR(text, "Plan|Ist\n1@6 1250|1234,56\n2@7 0|-45,5");
}

/* The calendar of 1904, yes and no, an error value, a formula that was never computed. */
static void test_calendar(void **state)
{
    (void)state;
    char text[2048];
    read_book(text, sizeof text, REFERENCE "targets.xlsx", (ptl_rows_options){0});
    EXPECT_STR(text, "Monat|Ziel|erreicht|frei\n"
                     "1@2 2026-01-01|1000.25|true|\n"
                     "2@3 2026-02-01 06:00:30|1.000,25|false|#N/A\n"
                     "3@4 the formula in B4 has no value: open and save the workbook once");
}

static void expect_refused(const char *path, ptl_rows_options options, ptl_status status,
                           const char *message, const char *hint)
{
    ptl_error err = {0};
    ptl_rows *rows = NULL;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    options.kind = PTL_ROWS_XLSX;
    options.name = strrchr(path, '/') + 1;
    EXPECT_FAIL(ptl_rows_open(&rows, fd, &options, &err), status, message);
    EXPECT_STR(err.message, message);
    EXPECT_STR(err.hint, hint);
    (void)close(fd);
}

static void test_two_tables(void **state)
{
    (void)state;
    const char *path = REFERENCE "two.xlsx";
    expect_refused(path, (ptl_rows_options){0}, PTL_E_INVALID,
                   "two.xlsx has 2 sheets with rows: \"below\", \"beside\"",
                   "say which: format: {sheet: NAME}");
    expect_refused(path, (ptl_rows_options){.sheet = "below"}, PTL_E_INVALID,
                   "two.xlsx: sheet \"below\" holds two tables: A1:B3 and A6:C8",
                   "say which: format: {range: \"A1:B3\"}");
    expect_refused(path, (ptl_rows_options){.sheet = "beside"}, PTL_E_INVALID,
                   "two.xlsx: sheet \"beside\" holds two tables: A1:B3 and D1:E3",
                   "say which: format: {range: \"A1:B3\"}");
    expect_refused(path, (ptl_rows_options){.sheet = "besides"}, PTL_E_INVALID,
                   "two.xlsx has no sheet \"besides\"", "did you mean \"beside\"?");
    expect_refused(path, (ptl_rows_options){.sheet = "beside", .range = "D1-E3"}, PTL_E_INVALID,
                   "two.xlsx: \"D1-E3\" is not a range", "write it as A3:F20");
    expect_refused(path, (ptl_rows_options){.sheet = "beside", .head_row = 9}, PTL_E_INVALID,
                   "two.xlsx: row 9 of sheet \"beside\", where the head should stand, is empty",
                   "");
    char text[512];
    read_book(text, sizeof text, path, (ptl_rows_options){.sheet = "below", .range = "A6:C8"});
    EXPECT_STR(text, "Monat|Umsatz|Marge\n1@7 Jan|5|6\n2@8 Feb|7|8");
}

/* --- made here -------------------------------------------------------------------------------- */

static const char *write_bytes(loading *f, const ptl_buffer *bytes)
{
    return loading_file(f, "x.xlsx", bytes->ptr, bytes->len);
}

static const char *write_sheet(loading *f, const char *sheet)
{
    ptl_buffer bytes;
    ptl_buffer_init(&bytes, 1 << 24, NULL);
    zip_workbook(&bytes, ptl_text_of(sheet));
    const char *path = write_bytes(f, &bytes);
    ptl_buffer_dispose(&bytes);
    return path;
}

static void test_other_files(void **state)
{
    (void)state;
    const ptl_rows_options none = {0};
    static const char save_as[] = "save it as .xlsx or .csv";
    static const char xls[600] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    char encrypted[200000];
    loading f;
    loading_open(&f, "UTC");
    memset(encrypted, 7, sizeof encrypted);
    memcpy(encrypted, xls, 8);
    memcpy(encrypted + 131060, "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e", 32);
    expect_refused(loading_file(&f, "x.xlsx", encrypted, sizeof encrypted), none, PTL_E_INVALID,
                   "x.xlsx is encrypted: it opens with a password",
                   "save a copy without a password, in a folder that only you can read");
    expect_refused(loading_file(&f, "x.xlsx", xls, sizeof xls), none, PTL_E_INVALID,
                   "x.xlsx is a workbook of Excel 97 (.xls)", save_as);
    expect_refused(loading_text(&f, "x.xlsx", "id,amount\n1,2\n"), none, PTL_E_INVALID,
                   "x.xlsx is not a workbook (.xlsx)", "");
    expect_refused(loading_text(&f, "x.xlsx", "PK\3\4 and no more of it, at all, ever"), none,
                   PTL_E_CORRUPT,
                   "x.xlsx is damaged: its directory is missing; was it copied whole?", "");
    static const struct {
        const char *member, *message;
    } kinds[] = {{"content.xml", "x.xlsx is an OpenDocument sheet (.ods)"},
                 {"xl/workbook.bin", "x.xlsx is a binary workbook (.xlsb)"},
                 {"readme.txt", "x.xlsx is a zip archive without a workbook"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        ptl_buffer bytes;
        ptl_buffer_init(&bytes, 4096, NULL);
        zip_write(&bytes, &(zip_member){.name = kinds[i].member, .bytes = PTL_TEXT("x")}, 1);
        expect_refused(write_bytes(&f, &bytes), none, PTL_E_INVALID, kinds[i].message, save_as);
        ptl_buffer_dispose(&bytes);
    }
    loading_close(&f);
}

/* What unpacks to more than it says, or says too much; what is encrypted or packed otherwise. */
static void test_bombs(void **state)
{
    (void)state;
    static const struct {
        zip_member sheet;
        ptl_status status;
        const char *message;
    } cases[] = {
        {{.claims = 4}, PTL_E_CORRUPT, "x.xlsx is damaged: a member unpacks to more than it says"},
        {{.claims = 4000}, PTL_E_CORRUPT, "x.xlsx is damaged: a member's checksum does not hold"},
        {{.claims = 0x7FFFFFFF},
         PTL_E_LIMIT,
         "x.xlsx: xl/worksheets/sheet1.xml would unpack to more than 1024 MiB"},
        {{.flags = 1}, PTL_E_INVALID, "x.xlsx: xl/worksheets/sheet1.xml is encrypted"},
        {{.method = 12},
         PTL_E_INVALID,
         "x.xlsx: xl/worksheets/sheet1.xml is packed by a method other than deflate"},
        {{.method = 8}, PTL_E_CORRUPT, "x.xlsx is damaged: invalid stored block lengths"},
    };
    loading f;
    loading_open(&f, "UTC");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zip_member members[] = {ZIP_WORKBOOK, cases[i].sheet};
        members[2].name = "xl/worksheets/sheet1.xml";
        members[2].bytes = PTL_TEXT("<worksheet><sheetData/></worksheet>");
        if (members[2].method == 8) members[2].bytes = PTL_TEXT("\x01\x02\x03\x04\x05");
        ptl_buffer bytes;
        ptl_buffer_init(&bytes, 1 << 16, NULL);
        zip_write(&bytes, members, 3);
        expect_refused(write_bytes(&f, &bytes), (ptl_rows_options){0}, cases[i].status,
                       cases[i].message, "");
        ptl_buffer_dispose(&bytes);
    }
    expect_refused(write_sheet(&f, "<!DOCTYPE w [<!ENTITY a 'aaaa'>]><w>&a;</w>"),
                   (ptl_rows_options){0}, PTL_E_INVALID,
                   "x.xlsx: xl/worksheets/sheet1.xml declares a document type", "");
    expect_refused(write_sheet(&f, "<worksheet>\n<row>"), (ptl_rows_options){0}, PTL_E_CORRUPT,
                   "x.xlsx: xl/worksheets/sheet1.xml ends in the middle", "");
    expect_refused(write_sheet(&f, "<worksheet>\n<row></c>"), (ptl_rows_options){0}, PTL_E_CORRUPT,
                   "x.xlsx: xl/worksheets/sheet1.xml, line 2: mismatched tag", "");
    loading_close(&f);
}

/* Cells without places, out of order, beyond the calendar; an empty sheet. */
static void test_cells(void **state)
{
    (void)state;
    char text[512];
    loading f;
    loading_open(&f, "UTC");
    read_book(text, sizeof text,
              write_sheet(&f,
                          "<x:worksheet xmlns:x='u'><x:sheetData>"
                          "<x:row><x:c t='str'><x:v>a</x:v></x:c><x:c t='inlineStr'><x:is><x:t>b "
                          "</x:t><x:t>c</x:t></x:is></x:c></x:row>"
                          "<x:row r='3'><x:c r='B3'><x:v>1E3</x:v></x:c><x:c r='A3' "
                          "t='b'><x:v>1</x:v></x:c></x:row>"
                          "<x:row r='2'><x:c r='A2'><x:v>-0.10000000000000001</x:v></x:c></x:row>"
                          "</x:sheetData></x:worksheet>"),
              (ptl_rows_options){0});
    EXPECT_STR(text, "a|b c\n1@2 -0.1|\n2@3 true|1000");
    expect_refused(write_sheet(&f, "<worksheet/>"), (ptl_rows_options){0}, PTL_E_INVALID,
                   "x.xlsx has no sheet with two rows or more", "");
    expect_refused(write_sheet(&f, "<worksheet><row r='2'><c r='A2' t='s'><v>7</v></c></row>"
                                   "</worksheet>"),
                   (ptl_rows_options){0}, PTL_E_CORRUPT,
                   "x.xlsx: row 2, column 1: text 7 is not in the workbook", "");
    loading_close(&f);
}

/* From the workbook to facts: German numbers as text and as numbers, row and reason of what is not
 * one. */
static void test_load(void **state)
{
    (void)state;
    char command[512];
    loading f;
    loading_open(&f, "UTC");
    (void)snprintf(command, sizeof command, "cp %stargets.xlsx '%s'", REFERENCE, f.data);
    if (system(command) != 0) fail_msg("no workbook");
    ptl_load_spec spec = loading_spec(
        &f, "targets.xlsx",
        "SELECT \"Monat\" AS txn_id, TIMESTAMP '2026-01-01' AS occurred_at,"
        " ptl_money(\"Ziel\") AS gross_micros, ptl_money(\"frei\") AS tax_micros FROM source");
    spec.locale = "de";
    spec.identifier_kind = NULL;
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows_read, 3);
    loading_expect(&f, "SELECT txn_id || ' ' || gross_micros FROM txn", "2026-01-01 1000250000");
    loading_expect(&f,
                   "SELECT string_agg(source_row || ' ' || coalesce(column_name, '-') || ' ' ||"
                   " reason, '; ' ORDER BY source_row) FROM quarantine",
                   "2 tax_micros not a number in this locale; 3 - the formula in B4 has no value: "
                   "open and save the workbook once");
    loading_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs),      cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_two_tables), cmocka_unit_test(test_other_files),
        cmocka_unit_test(test_bombs),      cmocka_unit_test(test_cells),
        cmocka_unit_test(test_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
