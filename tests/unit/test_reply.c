/* The answer: the same content in a terminal, in JSON, and read back from a run. */
#include <jansson.h>
#include <math.h>

#include "ops/layout.h"
#include "ops/reply.h"
#include "support/expect.h"

static ptl_reply *fresh(void)
{
    ptl_error err;
    ptl_reply *reply = NULL;
    EXPECT_OK(ptl_reply_new(&reply, &err));
    return reply;
}

static void expect_text(const ptl_reply *reply, int32_t columns, const char *expected)
{
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 20, NULL);
    ptl_reply_write_text(reply, &out, columns);
    EXPECT_STR(out.ptr, expected);
    ptl_buffer_dispose(&out);
}

static void to_json(ptl_buffer *out, const ptl_reply *reply)
{
    ptl_error err;
    ptl_json json;
    ptl_buffer_init(out, 1 << 20, NULL);
    ptl_json_init_buffer(&json, out, 0, &err);
    ptl_reply_write_json(reply, &json);
    EXPECT_OK(ptl_json_finish(&json));
}

static void expect_json(const ptl_reply *reply, const char *expected)
{
    ptl_buffer out;
    to_json(&out, reply);
    EXPECT_STR(out.ptr, expected);
    ptl_buffer_dispose(&out);
}

/* Every kind of cell, awkward values. */
static void fill(ptl_reply *reply)
{
    static const ptl_reply_column columns[] = {
        {"channel", "Channel", false}, {"cost", "Cost", true}, {"key", NULL, false}};
    ptl_reply_say(reply, "%d rows were loaded.", 12);
    ptl_reply_int(reply, "rows", "Rows", -1234567);
    ptl_reply_id(reply, "run", "Run", 12345);
    ptl_reply_double(reply, "share", "Share", -0.1);
    ptl_reply_double(reply, "missing", "Missing", PTL_NAN);
    ptl_reply_bool(reply, "holds", "Holds", true);
    ptl_reply_micros(reply, "total", "Total", INT64_C(9747747930000), "GBP");
    ptl_reply_instant(reply, "at", "At", INT64_C(1763273520123456));
    ptl_reply_instant(reply, "never", "Never", 0);
    ptl_reply_day(reply, "due", "Due", -1);
    ptl_reply_json(reply, "raw", PTL_TEXT("{\"a\":[1]}"));
    ptl_reply_block(reply, "Block", PTL_TEXT("for people"));
    ptl_reply_table(reply, "spend", "Spend", columns, 3);
    ptl_reply_cell_text(reply, "Paid search");
    ptl_reply_cell_micros(reply, -1500000, "EUR");
    ptl_reply_cell_json(reply, PTL_TEXT("\"k\""));
    ptl_reply_cell_text(reply, "E-mail");
    ptl_reply_cell_text(reply, NULL);
    ptl_reply_cell_int(reply, 2);
    ptl_reply_table_end(reply);
    ptl_reply_note(reply, "a note");
    ptl_reply_next(reply, "portolan review");
}

static const char filled_text[] = "12 rows were loaded.\n"
                                  "\n"
                                  "Rows     −1,234,567\n"
                                  "Run      12345\n"
                                  "Share    −0.1\n"
                                  "Missing  none\n"
                                  "Holds    yes\n"
                                  "Total    £9,747,747.93\n"
                                  "At       2025-11-16 06:12:00 UTC\n"
                                  "Never    none\n"
                                  "Due      1969-12-31\n"
                                  "Block    for people\n"
                                  "\n"
                                  "Spend\n"
                                  "Channel        Cost\n"
                                  "───────────  ──────\n"
                                  "Paid search  −€1.50\n"
                                  "E-mail         none\n"
                                  "\n"
                                  "note: a note\n"
                                  "\n"
                                  "next: portolan review\n";

static const char filled_json[] =
    "{\"said\":[\"12 rows were loaded.\"],\"rows\":-1234567,\"run\":12345,\"share\":-0.1,"
    "\"missing\":null,\"holds\":true,\"total\":{\"amount\":\"9747747.93\",\"currency\":\"GBP\"},"
    "\"at\":\"2025-11-16T06:12:00.123456Z\",\"never\":null,\"due\":\"1969-12-31\","
    "\"raw\":{\"a\":[1]},\"spend\":[{\"channel\":\"Paid search\",\"cost\":{\"amount\":\"-1.50\","
    "\"currency\":\"EUR\"},\"key\":\"k\"},{\"channel\":\"E-mail\",\"cost\":null,\"key\":2}],"
    "\"notes\":[\"a note\"],\"next\":[\"portolan review\"]}";

static void one_content_two_faces(void **state)
{
    (void)state;
    ptl_error err;
    ptl_reply *reply = fresh();
    fill(reply);
    EXPECT_OK(ptl_reply_check(reply, &err));
    expect_text(reply, 80, filled_text);
    expect_json(reply, filled_json);
    ptl_reply_free(reply);
}

static void what_is_saved_reads_back(void **state)
{
    (void)state;
    ptl_error err;
    ptl_buffer saved;
    ptl_json json;
    ptl_reply *reply = fresh();
    ptl_reply *again = fresh();
    fill(reply);
    ptl_buffer_init(&saved, 1 << 20, NULL);
    ptl_json_init_buffer(&json, &saved, 0, &err);
    ptl_reply_save(reply, &json);
    EXPECT_OK(ptl_json_finish(&json));
    assert_true(ptl_reply_is_saved(ptl_buffer_borrow(&saved)));
    EXPECT_OK(ptl_reply_load(again, ptl_buffer_borrow(&saved), &err));
    expect_text(again, 80, filled_text);
    expect_json(again, filled_json);
    for (size_t len = 0; len < saved.len; len++) { /* a cut is never taken for a whole */
        ptl_reply *cut = fresh();
        EXPECT_INT(ptl_reply_load(cut, (ptl_text){saved.ptr, len}, &err), PTL_E_CORRUPT);
        ptl_reply_free(cut);
    }
    ptl_buffer_dispose(&saved);
    ptl_reply_free(reply);
    ptl_reply_free(again);
}

static void foreign_outcomes_are_not_answers(void **state)
{
    (void)state;
    static const char *const foreign[] = {
        "{\"settled\":true}",
        "{}",
        "[]",
        "{\"said\":[],\"notes\":[],\"next\":[],\"items\":{}}",
        "{\"said\":[1],\"notes\":[],\"next\":[],\"items\":[]}",
        "{\"said\":[],\"notes\":[],\"next\":[],\"items\":[{\"name\":\"a\"}]}",
        "{\"said\":[],\"notes\":[],\"next\":[],\"items\":[{\"name\":\"a\",\"label\":\"b\","
        "\"value\":[\"money\",1]}]}",
        "{\"said\":[],\"notes\":[],\"next\":[],\"items\":[{\"name\":\"a\",\"label\":\"b\","
        "\"value\":[\"int\",\"1\"]}]}",
        "{\"said\":[],\"notes\":[],\"next\":[],\"items\":[{\"name\":\"a\",\"label\":\"b\","
        "\"value\":[\"micros\",1]}]}"};
    ptl_error err;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        ptl_reply *reply = fresh();
        EXPECT_FAIL(ptl_reply_load(reply, ptl_text_of(foreign[i]), &err), PTL_E_CORRUPT, "saved");
        ptl_reply_free(reply);
    }
    assert_false(ptl_reply_is_saved(PTL_TEXT("{\"settled\":true}")));
}

/* Data can hold anything; a terminal is shown none of its commands, JSON stays UTF-8. */
static void bytes_cannot_command_a_terminal(void **state)
{
    (void)state;
    ptl_reply *reply = fresh();
    ptl_reply_text(reply, "name", "Name",
                   "a\x1B[31mred\x07 \xC2\x9B"
                   "2J\xFF"
                   "end");
    expect_text(reply, 80,
                "Name  a\xEF\xBF\xBD[31mred\xEF\xBF\xBD \xEF\xBF\xBD"
                "2J\xEF\xBF\xBD"
                "end\n");
    ptl_buffer out;
    to_json(&out, reply);
    json_t *root = json_loads(out.ptr, 0, NULL);
    assert_non_null(root);
    EXPECT_STR(json_string_value(json_object_get(root, "name")), "a\x1B[31mred\x07 \xC2\x9B"
                                                                 "2J\xEF\xBF\xBD"
                                                                 "end");
    json_decref(root);
    ptl_buffer_dispose(&out);
    ptl_reply_free(reply);
}

static void expect_width(const char *text, int64_t columns)
{
    ptl_text rest = ptl_text_of(text);
    while (rest.len > 0) {
        const ptl_text line = ptl_text_cut(&rest, '\n');
        if (!(ptl_text_columns(line) <= columns))
            fail_msg("%lld columns, at most %lld: %.*s", (long long)ptl_text_columns(line),
                     (long long)columns, (int)line.len, line.ptr);
        if (line.len > 0 && line.ptr[line.len - 1] == ' ') fail_msg("a line ends with a space");
    }
}

static void lines_fit_every_terminal(void **state)
{
    (void)state;
    static const ptl_reply_column columns[] = {
        {"a", "First", false}, {"b", "Second of two words", false}, {"c", "Third", true}};
    ptl_reply *reply = fresh();
    ptl_reply_say(reply, "A sentence that is longer than any of the narrow terminals would show in "
                         "one line, with a wide 日本語 inside.");
    ptl_reply_table(reply, "t", "A table", columns, 3);
    for (int i = 0; i < 5; i++) {
        ptl_reply_cell_text(reply, "one two three four five six seven");
        ptl_reply_cell_text(reply, "Donaudampfschifffahrtsgesellschaftskapitänsmützenband 日本語");
        ptl_reply_cell_int(reply, 1234567);
    }
    ptl_reply_table_end(reply);
    for (int32_t width = PTL_LAYOUT_COLUMNS_MIN; width < 130; width++) {
        ptl_buffer out;
        ptl_buffer_init(&out, 1 << 20, NULL);
        ptl_reply_write_text(reply, &out, width);
        expect_width(out.ptr, width);
        assert_non_null(strstr(out.ptr, "1,234,567"));
        ptl_buffer_dispose(&out);
    }
    ptl_reply_free(reply);
}

static void a_hash_is_never_cut_where_it_fits(void **state)
{
    (void)state;
    const char *hash = "d391addacca529055ad2f61ab94861d923b3ef422e781061ef90776eb00e8500";
    ptl_reply *reply = fresh();
    ptl_reply_text(reply, "inputs", "what it was made from", hash);
    expect_text(reply, 80,
                "what it was made from\n"
                "  d391addacca529055ad2f61ab94861d923b3ef422e781061ef90776eb00e8500\n");
    expect_text(reply, 100,
                "what it was made from  "
                "d391addacca529055ad2f61ab94861d923b3ef422e781061ef90776eb00e8500\n");
    ptl_reply_free(reply);
}

static void lines_of_a_value_stay(void **state)
{
    (void)state;
    ptl_reply *reply = fresh();
    ptl_reply_text(reply, "d", "Difference", "--- a\n+++ b\n\n   kept   as it is");
    ptl_reply_int(reply, "n", "N", 0);
    expect_text(reply, 80, "Difference\n  --- a\n  +++ b\n\n     kept   as it is\nN           0\n");
    ptl_reply_free(reply);
}

static void a_document_stands_alone(void **state)
{
    (void)state;
    ptl_reply *reply = fresh();
    ptl_reply_say(reply, "not shown");
    ptl_reply_document(reply, PTL_TEXT("<p>as it is</p>\n"));
    expect_text(reply, 80, "<p>as it is</p>\n");
    expect_json(reply, "{\"said\":[\"not shown\"],\"document\":\"<p>as it is</p>\\n\","
                       "\"notes\":[],\"next\":[]}");
    ptl_reply_free(reply);
}

static void mistakes_of_handlers_are_caught(void **state)
{
    (void)state;
    static const ptl_reply_column columns[] = {{"a", "A", false}, {"b", "B", false}};
    ptl_error err;
    ptl_reply *reply = fresh();
    ptl_reply_int(reply, "rows", "Rows", 1);
    ptl_reply_int(reply, "rows", "Rows", 2);
    EXPECT_FAIL(ptl_reply_check(reply, &err), PTL_E_INTERNAL, "names \"rows\" twice");
    ptl_reply_free(reply);
    reply = fresh();
    ptl_reply_int(reply, "said", "Said", 1);
    EXPECT_FAIL(ptl_reply_check(reply, &err), PTL_E_INTERNAL, "\"said\"");
    ptl_reply_free(reply);
    reply = fresh();
    ptl_reply_table(reply, "t", "T", columns, 2);
    ptl_reply_cell_int(reply, 1);
    EXPECT_FAIL(ptl_reply_check(reply, &err), PTL_E_INTERNAL, "was not ended");
    ptl_reply_table_end(reply);
    EXPECT_FAIL(ptl_reply_check(reply, &err), PTL_E_INTERNAL, "ends inside a row");
    ptl_reply_free(reply);
    reply = fresh();
    ptl_reply_cell_int(reply, 1);
    EXPECT_FAIL(ptl_reply_check(reply, &err), PTL_E_INTERNAL, "outside a table");
    ptl_reply_free(reply);
}

static void an_answer_has_a_ceiling(void **state)
{
    (void)state;
    ptl_error err;
    static char mega[1 << 20];
    memset(mega, 'x', sizeof mega - 1);
    ptl_reply *reply = fresh();
    for (int i = 0; i < 70; i++) ptl_reply_say(reply, "%s", mega);
    EXPECT_FAIL(ptl_reply_check(reply, &err), PTL_E_LIMIT, "larger than 64 MiB");
    assert_non_null(strstr(err.hint, "limit"));
    ptl_reply_free(reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_content_two_faces),
        cmocka_unit_test(what_is_saved_reads_back),
        cmocka_unit_test(foreign_outcomes_are_not_answers),
        cmocka_unit_test(bytes_cannot_command_a_terminal),
        cmocka_unit_test(lines_fit_every_terminal),
        cmocka_unit_test(a_hash_is_never_cut_where_it_fits),
        cmocka_unit_test(lines_of_a_value_stay),
        cmocka_unit_test(a_document_stands_alone),
        cmocka_unit_test(mistakes_of_handlers_are_caught),
        cmocka_unit_test(an_answer_has_a_ceiling),
    };
    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
