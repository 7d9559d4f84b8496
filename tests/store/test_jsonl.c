/* JSON lines become rows: what every value is as text, and what a broken line costs
 * (store/jsonl.h). */
#include "support/loading.h"

static const char *const event_mapping =
    "SELECT id AS event_id, make_timestamp(ptl_integer(time)) AS occurred_at, \"user.cookie\" AS"
    " identifier, name, \"geo.country\" AS geo, ptl_param(params, 'page') AS campaign,"
    " ptl_param(params, 'session') AS medium, ptl_money(value) AS value_micros, 'EUR' AS currency"
    " FROM source";

static ptl_load_spec spec_of(loading *f, const char *name)
{
    ptl_load_spec spec = loading_spec(f, name, event_mapping);
    spec.table = "event";
    spec.identifier_kind = "cookie";
    return spec;
}

static const char *const events =
    "{\"id\":\"a\",\"time\":1700000000000000,\"name\":\"view\",\"user\":{\"cookie\":\"c1\"},"
    "\"geo\":{\"country\":\"S\\u00e3o \\\"Tom\\u00e9\\\" "
    "\\ud83c\\udf4b\"},\"params\":[{\"key\":\"page\","
    "\"value\":{\"string_value\":\"/a,b\"}},{\"key\":\"session\",\"value\":{\"int_value\":17}}],"
    "\"value\":19.90}\n"
    "\n"
    "{\"id\":\"b\",\"name\":\"view\" \"time\":1}\n"
    "  {\"value\":0.10,\"name\":\"buy\",\"id\":\"c\",\"time\":1700000001000000,\"user\":null}\r\n"
    "{\"id\":\"d\",\"time\":\"soon\",\"name\":\"view\",\"user\":{\"cookie\":\"\"},\"value\":null}\n"
    "{\"id\":\"e\",\"time\":1700000002000000,\"name\":\"view\",\"later\":true}";

static void expect_events(loading *f)
{
    loading_expect(f,
                   "SELECT string_agg(source_row || ' ' || event_id || ' ' || coalesce(geo, '-') ||"
                   " ' ' || coalesce(campaign, '-') || ' ' || coalesce(medium, '-') || ' ' ||"
                   " coalesce(value_micros, -1) || ' ' || coalesce(identifier_id, 0), '; ' ORDER BY"
                   " source_row) FROM event_known",
                   "1 a São \"Tomé\" 🍋 /a,b 17 19900000 1; 3 c - - - 100000 0; 5 e - - - -1 0");
}

static void test_events(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "events.jsonl", events);
    ptl_load_spec spec = spec_of(&f, "events.jsonl");
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows_read, 5);
    EXPECT_INT(r.quarantined, 2);
    expect_events(&f);
    loading_expect(&f,
                   "SELECT string_agg(source_row || ' ' || coalesce(column_name, '-') || ' ' ||"
                   " reason, '; ' ORDER BY source_row) FROM quarantine",
                   "2 - a comma or a closing brace is missing, at position 25; "
                   "4 occurred_at not a number in this locale");
    /* gzip holds the same */
    char command[256];
    (void)snprintf(command, sizeof command, "gzip -kn '%s/events.jsonl'", f.data);
    if (system(command) != 0) fail_msg("gzip failed");
    spec = spec_of(&f, "events.jsonl.gz");
    EXPECT_INT(loading_run(&f, &spec).duplicates, 3);
    loading_close(&f);
}

/* A workspace that writes 1.234,56 reads JSON's 1234.56 all the same. */
static void test_locale(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)loading_text(&f, "events.ndjson", events);
    ptl_load_spec spec = spec_of(&f, "events.ndjson");
    spec.locale = "de-DE";
    EXPECT_INT(loading_run(&f, &spec).rows, 3);
    expect_events(&f);
    loading_close(&f);
}

/* One fault a line, told with its place. */
static void test_faults(void **state)
{
    (void)state;
    static const struct {
        const char *line, *fault;
    } cases[] = {
        {"[1]", "not an object in braces, at position 1"},
        {"{\"id\":1} x", "text after the object, at position 10"},
        {"{\"id\":01}", "not a number as JSON writes one, at position 9"},
        {"{\"id\":+1}", "not a value as JSON writes one, at position 7"},
        {"{\"id\":1.}", "not a number as JSON writes one, at position 9"},
        {"{\"id\":NaN}", "not a value as JSON writes one, at position 7"},
        {"{id:1}", "a key in double quotes is missing, at position 2"},
        {"{\"id\" 1}", "a colon is missing after a key, at position 7"},
        {"{\"id\":1,}", "a key in double quotes is missing, at position 9"},
        {"{\"id\":[1 2]}", "a comma or a closing bracket is missing, at position 10"},
        {"{\"id\":\"x", "a text is opened and never closed, at position 9"},
        {"{\"id\":\"\\x\"}", "a backslash before what needs none, at position 10"},
        {"{\"id\":\"\\u12g4\"}", "\\u needs four hexadecimal digits, at position 10"},
        {"{\"id\":\"\\u0000\"}", "a NUL character, at position 10"},
        {"{\"id\":\"\\ud800x\"}", "half a pair of surrogates, at position 14"},
        {"{\"id\":\"a\tb\"}", "a control character inside a text, at position 9"},
        {"{\"id\":1,\"id\":2}", "a key comes twice, at position 15"},
        {"{\"id\":\"\xE9\"}", "byte 0xE9 at position 8 is not UTF-8; is the encoding latin-1?"},
        {"{\"id\":", "the line ends inside the object, at position 7"},
    };
    loading f;
    loading_open(&f, "UTC");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256], name[32], sql[128];
        (void)snprintf(name, sizeof name, "%zu.jsonl", i);
        (void)snprintf(text, sizeof text, "{\"id\":\"n%zu\"}\n%s\n{\"id\":\"m%zu\"}\n", i,
                       cases[i].line, i);
        (void)loading_text(&f, name, text);
        ptl_load_spec spec =
            loading_spec(&f, name,
                         "SELECT id AS event_id, TIMESTAMP '2024-01-01' AS occurred_at, 'x' AS name"
                         " FROM source");
        spec.table = "event";
        spec.identifier_kind = NULL;
        const ptl_load_report r = loading_run(&f, &spec);
        EXPECT_INT(r.rows, 2);
        (void)snprintf(sql, sizeof sql,
                       "SELECT source_row || ' ' || reason FROM quarantine WHERE load_id = %lld",
                       (long long)r.load_id);
        char expected[128];
        (void)snprintf(expected, sizeof expected, "2 %s", cases[i].fault);
        loading_expect(&f, sql, expected);
    }
    loading_close(&f);
}

/* Files that are no JSON lines at all. */
static void test_other_files(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    ptl_error err = {0};
    ptl_load_spec spec = spec_of(&f, "list.json");
    (void)loading_text(&f, "list.json", "[{\"id\":1},\n {\"id\":2}]\n");
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_INVALID,
                "list.json is one JSON list, not one object a line");
    EXPECT_STR(err.hint, "export it as JSON lines (also called NDJSON): one object a line");
    (void)loading_text(&f, "list.json", "{\n \"id\":1\n}\n");
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_INVALID,
                "list.json: line 1: a key in double quotes is missing, at position 2");
    (void)loading_text(&f, "list.json", " \n");
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_INVALID, "list.json is empty");
    (void)loading_text(&f, "list.json", "{\"id\":1,\"geo\":{\"country\":\"DE\"}}\n");
    spec.mapping = "SELECT id AS event_id, geo.country AS geo FROM source";
    EXPECT_FAIL(ptl_load_check(&spec, &err), PTL_E_INVALID, "geo");
    EXPECT_STR(err.hint, "a nested key is one column: \"geo.country\", in double quotes");
    loading_close(&f);
}

/* A key that only the file's last line has, far behind the sample; and a line beyond the ceiling.
 */
static void test_late_key(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    const size_t n_filler = 1100, n_bytes = 20000000;
    char *text = malloc(n_bytes + 4096);
    if (!text) fail_msg("no memory");
    size_t at = 0;
    for (int32_t i = 0; at < n_bytes; i++) {
        at += (size_t)sprintf(text + at, "{\"id\":\"%d\",\"x\":\"", i);
        memset(text + at, 'x', i == 5 ? 1200000 : n_filler);
        at += i == 5 ? 1200000 : n_filler;
        at += (size_t)sprintf(text + at, "\"}\n");
    }
    at += (size_t)sprintf(text + at, "{\"id\":\"last\",\"late\":\"yes\"}\n");
    (void)loading_file(&f, "events.jsonl", text, at);
    free(text);
    ptl_load_spec spec = loading_spec(
        &f, "events.jsonl",
        "SELECT id AS event_id, TIMESTAMP '2024-01-01' AS occurred_at, late AS name FROM source");
    spec.table = "event";
    spec.identifier_kind = NULL;
    EXPECT_INT(loading_run(&f, &spec).rows, 1);
    loading_expect(&f, "SELECT event_id || name FROM event", "lastyes");
    loading_expect(&f,
                   "SELECT source_row || ' ' || reason FROM quarantine WHERE column_name IS NULL",
                   "6 longer than 1048576 bytes");
    loading_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),   cmocka_unit_test(test_locale),
        cmocka_unit_test(test_faults),   cmocka_unit_test(test_other_files),
        cmocka_unit_test(test_late_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
