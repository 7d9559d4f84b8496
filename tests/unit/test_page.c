/* The page kit: text is made safe, evidence is written once, the data are JSON, a page names the
 * scripts of the charts it draws and no others. */
#include "pages/page.h"

#include "support/expect.h"

#include <jansson.h>
#include <string.h>

static const ptl_page_setting setting = {.company = "Halden <Roasters>",
                                         .locale = "en-GB",
                                         .currency = "EUR",
                                         .zone = "Europe/Berlin",
                                         .today = 20773};

static void put_chart(ptl_page *page)
{
    const ptl_page_chart chart = {.kind = PTL_CHART_WATERFALL,
                                  .id = "gap",
                                  .title = "Social </script> explains the gap",
                                  .quantity = "€",
                                  .probability = 0.8,
                                  .unit = PTL_UNIT_MONEY,
                                  .evidence = "Mix model",
                                  .verdict = "converged",
                                  .run = "run 7"};
    ptl_json *j = ptl_page_chart_open(page, &chart);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    ptl_json_key(j, "steps");
    ptl_json_array(j);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    ptl_page_chart_end(page);
}

static void write_page(ptl_buffer *out)
{
    ptl_page page;
    ptl_error err = {0};
    ptl_page_init(&page, &setting);
    ptl_page_answer(&page, "A & B", NULL);
    const ptl_page_figure f =
        ptl_page_counted("cm2", "contribution", 1234560000, "run 7", "all", "portolan figure list");
    ptl_page_cite(&page, &f, "number");
    ptl_page_cite(&page, &f, "");
    put_chart(&page);
    ptl_buffer_init(out, PTL_PAGE_BYTES_MAX, NULL);
    assert_int_equal(ptl_page_write(out, &page, "Week", "left", "right", &err), PTL_OK);
    ptl_page_dispose(&page);
}

static int64_t count(const char *text, const char *part)
{
    int64_t n = 0;
    for (const char *at = text; (at = strstr(at, part)); at++) n++;
    return n;
}

static void test_whole_page(void **state)
{
    (void)state;
    ptl_buffer out;
    write_page(&out);
    assert_non_null(strstr(out.ptr, "<title>Week, Halden &lt;Roasters&gt;</title>"));
    assert_non_null(strstr(out.ptr, "<h1>A &amp; B</h1>"));
    assert_int_equal(count(out.ptr, "<li id=\"ev-cm2\">"), 1);
    assert_int_equal(count(out.ptr, "data-figure=\"cm2\""), 2);
    const char *data = strstr(out.ptr, "id=\"data\">");
    assert_non_null(data);
    data += strlen("id=\"data\">");
    const char *end = strstr(data, "</script>");
    json_error_t why;
    json_t *json = json_loadb(data, (size_t)(end - data), 0, &why);
    assert_non_null(json); /* so no text ended the element early */
    json_t *figure = json_object_get(json_object_get(json, "figures"), "cm2");
    assert_string_equal(json_string_value(json_object_get(figure, "text")), "€1.235k");
    assert_string_equal(json_string_value(json_object_get(json, "today")), "2026-11-16");
    json_decref(json);
    ptl_buffer_dispose(&out);
}

static void test_an_open_chart_is_a_fault(void **state)
{
    (void)state;
    ptl_page page;
    ptl_buffer out;
    ptl_error err = {0};
    ptl_page_init(&page, &setting);
    const ptl_page_chart chart = {.kind = PTL_CHART_LINE,
                                  .id = "x",
                                  .title = "x",
                                  .quantity = "x",
                                  .unit = PTL_UNIT_MONEY,
                                  .evidence = "x",
                                  .verdict = "counted",
                                  .run = "x"};
    ptl_page_chart_open(&page, &chart);
    ptl_buffer_init(&out, PTL_PAGE_BYTES_MAX, NULL);
    assert_int_equal(ptl_page_write(&out, &page, "Week", "", "", &err), PTL_E_INTERNAL);
    ptl_buffer_dispose(&out);
    ptl_page_dispose(&page);
}

static void test_cells_follow_their_columns(void **state)
{
    (void)state;
    static const ptl_page_column columns[] = {
        {"Channel", false, true}, {"CM2", true, true}, {"Note", false, false}};
    ptl_page page;
    ptl_page_init(&page, &setting);
    ptl_page_table(&page, "t", NULL, columns, 3);
    ptl_page_row(&page, "<b>");
    ptl_page_cell_money(&page, -1500000);
    ptl_page_cell(&page, NULL, NULL);
    ptl_page_row_end(&page);
    ptl_page_table_end(&page);
    assert_non_null(strstr(page.body.ptr, "<th scope=\"row\">&lt;b&gt;</th><td class=\"n\" "
                                          "data-value=\"-1.50\">−€2</td><td>none</td></tr>"));
    ptl_page_dispose(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_page),
        cmocka_unit_test(test_an_open_chart_is_a_fault),
        cmocka_unit_test(test_cells_follow_their_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
