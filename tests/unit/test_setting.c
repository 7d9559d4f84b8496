/* test_setting.c: a value of a file is changed, and no other byte. What is expected is written out
 * by hand; test_setting_walk.c changes at random. */
#include "support/expect.h"

#include "workspace/limits.h"
#include "workspace/setting.h"

#define PORTOLAN "portolan.yaml"
#define CHANNELS "channels.yaml"
#define JOURNEYS "journeys.yaml"
#define SOURCE "sources/a.yaml"

static ptl_config_file file_of(const char *path, const char *text)
{
    return (ptl_config_file){path, ptl_text_of(text)};
}

static void expect_change(const char *name, const char *before, const char *path, const char *value,
                          const char *after)
{
    ptl_arena arena;
    ptl_error err;
    ptl_text out;
    const ptl_config_file file = file_of(name, before);
    ptl_arena_init(&arena, PTL_YAML_ARENA_BYTES_MAX, NULL);
    EXPECT_OK(ptl_setting_change(&out, &file, path, ptl_text_of(value), &arena, &err));
    EXPECT_STR(out.ptr, after);
    ptl_arena_dispose(&arena);
}

static void expect_refused(const char *name, const char *before, const char *path,
                           const char *value, ptl_status status)
{
    ptl_arena arena;
    ptl_error err;
    ptl_text out;
    const ptl_config_file file = file_of(name, before);
    ptl_arena_init(&arena, PTL_YAML_ARENA_BYTES_MAX, NULL);
    EXPECT_INT(ptl_setting_change(&out, &file, path, ptl_text_of(value), &arena, &err), status);
    ptl_arena_dispose(&arena);
}

static void a_value_is_written_over(void **state)
{
    (void)state;
    expect_change(PORTOLAN, "# us\ncompany: Tea   # short\nzone: UTC\n", "company", "Coffee",
                  "# us\ncompany: Coffee   # short\nzone: UTC\n");
    expect_change(PORTOLAN, "company: 'T''a'\r\nzone: UTC\r\n", "company", "A: b",
                  "company: \"A: b\"\r\nzone: UTC\r\n");
    expect_change(PORTOLAN, "kpi: {from: 1, to: 2}\n", "kpi.to", "3", "kpi: {from: 1, to: 3}\n");
    expect_change(PORTOLAN, "\xEF\xBB\xBFlabel: x\ncompany: M\xC3\xBCller\n", "company",
                  "\xC3\x84rger", "\xEF\xBB\xBFlabel: x\ncompany: \xC3\x84rger\n");
    expect_change(PORTOLAN, "company:\nzone: UTC\n", "company", "Tea", "company: Tea\nzone: UTC\n");
    expect_change(PORTOLAN, "company: \"\xE2\x82\xAC\"\n", "company", "a \"b\" \\c",
                  "company: a \"b\" \\c\n");
    expect_change(PORTOLAN, "company: x", "company", "\"q\"", "company: \"\\\"q\\\"\"");
}

static void what_is_left_out_goes_with_its_line(void **state)
{
    (void)state;
    expect_change(PORTOLAN, "kpi:\n  label: x # our name\n  to: 2\nzone: UTC\n", "kpi.label", "",
                  "kpi:\n  to: 2\nzone: UTC\n");
    expect_change(PORTOLAN, "zone: UTC\nkpi:\n  to: 2\n", "kpi.to", "", "zone: UTC\n");
    expect_change(PORTOLAN, "kpi: {from: 1, to: 2}\n", "kpi.to", "", "kpi: {from: 1}\n");
    expect_change(PORTOLAN, "kpi: {from: 1, to: 2}\n", "kpi.from", "", "kpi: {to: 2}\n");
    expect_change(PORTOLAN, "zone: UTC\n", "kpi.to", "", "zone: UTC\n");
    expect_change(CHANNELS, "- label: X\n  name: x\n", "[1].label", "", "- name: x\n");
    expect_change(CHANNELS, "- name: x\n  aliases:\n    - a\n    - b\n- name: y\n", "[1].aliases",
                  "", "- name: x\n- name: y\n");
}

static void what_is_new_comes_after_the_last(void **state)
{
    (void)state;
    expect_change(PORTOLAN, "kpi:\n    to: 2\n\n# end\nzone: UTC\n", "kpi.from", "1",
                  "kpi:\n    to: 2\n    from: 1\n\n# end\nzone: UTC\n");
    expect_change(PORTOLAN, "zone: UTC", "review.least_change", "2",
                  "zone: UTC\nreview:\n  least_change: 2\n");
    expect_change(PORTOLAN, "kpi: {to: 2}\n", "kpi.owner", "A, b",
                  "kpi: {to: 2, owner: \"A, b\"}\n");
    expect_change(PORTOLAN, "# nothing yet\n", "company", "Tea", "# nothing yet\ncompany: Tea\n");
    expect_change(PORTOLAN, "digest:\n  mail_to: [a@b]\nzone: UTC\n", "digest.file", "d.txt",
                  "digest:\n  mail_to: [a@b]\n  file: d.txt\nzone: UTC\n");
    expect_change(CHANNELS, "- name: x\n- name: y\n", "[1].aliases", "a b\n\n c, d \n",
                  "- name: x\n  aliases: [a b, \"c, d\"]\n- name: y\n");
}

static void lists_keep_their_shape_and_rows_are_added(void **state)
{
    (void)state;
    expect_change(CHANNELS, "- name: x\n  aliases: [a, b] # both\n", "[1].aliases", "c",
                  "- name: x\n  aliases: [c] # both\n");
    expect_change(CHANNELS, "- name: x\n  aliases:\n  - a\n  - b\n- name: y\n", "[1].aliases",
                  "c\nd: e\nf", "- name: x\n  aliases:\n  - c\n  - \"d: e\"\n  - f\n- name: y\n");
    expect_change(CHANNELS, "- name: x\n", "[2].name", "y", "- name: x\n- name: y\n");
    expect_change(CHANNELS, "", "[1].name", "x", "- name: x\n");
    expect_change(CHANNELS, "- {name: x, paid: true}\n", "[1].paid", "false",
                  "- {name: x, paid: false}\n");
}

static void what_has_no_place_is_refused(void **state)
{
    (void)state;
    expect_refused(PORTOLAN, "zone: UTC\n", "no_such", "1", PTL_E_NOT_FOUND);
    expect_refused(PORTOLAN, "zone: UTC\n", "kpi", "1", PTL_E_NOT_FOUND);
    expect_refused(PORTOLAN, "zone: UTC\n", "[1].name", "x", PTL_E_NOT_FOUND);
    expect_refused(CHANNELS, "- name: x\n", "[3].name", "y", PTL_E_NOT_FOUND);
    expect_refused(CHANNELS, "- name: x\n", "name", "y", PTL_E_NOT_FOUND);
    expect_refused(PORTOLAN, "zone: [\n", "zone", "UTC", PTL_E_INVALID);
    expect_refused("sources/A.yaml", "table: x\n", "table", "y", PTL_E_NOT_FOUND);
}

/* --- items, maps, several lines ----------------------------------------------------------------
 */

static void an_item_goes_with_its_comments(void **state)
{
    (void)state;
    const char *const three = "# head\n\n- name: a # one\n  paid: true\n  # owner: nobody\n\n"
                              "# the second\n- name: b\n\n- name: c\n";
    expect_change(CHANNELS, three, "[1]", "", "# head\n\n# the second\n- name: b\n\n- name: c\n");
    expect_change(CHANNELS, three, "[2]", "",
                  "# head\n\n- name: a # one\n  paid: true\n  # owner: nobody\n\n- name: c\n");
    expect_change(CHANNELS, three, "[3]", "",
                  "# head\n\n- name: a # one\n  paid: true\n  # owner: nobody\n\n"
                  "# the second\n- name: b\n");
    expect_change(CHANNELS, "# head of the file\n- name: a\n- name: b", "[1]", "",
                  "# head of the file\n- name: b");
    expect_change(CHANNELS, "- name: a\n", "[1]", "", "");
    expect_change(CHANNELS, "[{name: a}, {name: b}]\n", "[1]", "", "[{name: b}]\n");
    expect_change(CHANNELS, "[{name: a}, {name: b}]\n", "[2]", "", "[{name: a}]\n");
    expect_change(JOURNEYS, "unit: person\ngoals:\n  # bought\n  - name: a\n  - name: b\n",
                  "goals[1]", "", "unit: person\ngoals:\n  - name: b\n");
    expect_change(JOURNEYS, "unit: person\ngoals:\n- name: a\ndirect: x\n", "goals[1]", "",
                  "unit: person\ndirect: x\n");
}

static void an_item_comes_as_the_others_stand(void **state)
{
    (void)state;
    expect_change(CHANNELS, "- name: a\n  # paid: true\n\n- name: b\n\n# end\n", "[3].name", "c",
                  "- name: a\n  # paid: true\n\n- name: b\n\n- name: c\n\n# end\n");
    expect_change(CHANNELS, "- name: a\n  # paid: true\n# end", "[2].name", "c",
                  "- name: a\n  # paid: true\n- name: c\n# end");
    expect_change(CHANNELS, "[]\n", "[1].name", "c", "[{name: c}]\n");
    expect_change(CHANNELS, "[{name: a}]\n", "[2].name", "b", "[{name: a}, {name: b}]\n");
    expect_change(JOURNEYS, "", "goals[1].name", "buy", "goals:\n  - name: buy\n");
    expect_change(JOURNEYS, "unit: person\n", "goals[1].kinds", "a\nb",
                  "unit: person\ngoals:\n  - kinds: [a, b]\n");
    expect_change(JOURNEYS, "goals:\n- name: a\nunit: person\n", "goals[2].name", "b",
                  "goals:\n- name: a\n- name: b\nunit: person\n");
    expect_change(JOURNEYS, "goals: # what counts\nunit: person\n", "goals[1].name", "b",
                  "goals: # what counts\n  - name: b\nunit: person\n");
    expect_change(JOURNEYS, "{unit: person}\n", "goals[1].name", "b",
                  "{unit: person, goals: [{name: b}]}\n");
}

static void a_map_of_names_gets_and_loses_keys(void **state)
{
    (void)state;
    expect_change(SOURCE, "preset: x\nfiles: [a]\n", "columns.cost", "Kosten: netto",
                  "preset: x\nfiles: [a]\ncolumns:\n  cost: \"Kosten: netto\"\n");
    expect_change(SOURCE, "columns:\n  a: A # note\n  b: B\nfiles: [x]\n", "columns.a", "",
                  "columns:\n  b: B\nfiles: [x]\n");
    expect_change(SOURCE, "columns: {a: A}\nfiles: [x]\n", "columns.b", "B",
                  "columns: {a: A, b: B}\nfiles: [x]\n");
    expect_change(SOURCE, "columns: {a: A}\nfiles: [x]\n", "columns.a", "", "files: [x]\n");
    expect_change(SOURCE, "format:\n\nfiles: [x]\n", "format.kind", "csv",
                  "format:\n  kind: csv\n\nfiles: [x]\n");
    expect_change(SOURCE, "format:", "format.kind", "csv", "format:\n  kind: csv\n");
}

static void several_lines_stand_behind_a_bar(void **state)
{
    (void)state;
    const char *const sql = "SELECT a: b\n\n   FROM source -- # all";
    expect_change(SOURCE, "table: txn", "mapping", sql,
                  "table: txn\nmapping: |\n  SELECT a: b\n\n     FROM source -- # all\n");
    expect_change(SOURCE, "mapping: |+2 # ours\n     SELECT 1\n   FROM x\n\n\n# end\ntable: t\n",
                  "mapping", "SELECT 2\nFROM y",
                  "mapping: | # ours\n     SELECT 2\n     FROM y\n\n\n# end\ntable: t\n");
    expect_change(SOURCE, "mapping: SELECT 1 # one\ntable: t\n", "mapping", "SELECT 1,\r\n 2\r\n",
                  "mapping: | # one\n  SELECT 1,\n   2\ntable: t\n");
    expect_change(SOURCE, "mapping: >\n  a\n  b\ntable: t\n", "mapping", "c",
                  "mapping: |\n  c\ntable: t\n");
    expect_change(SOURCE, "mapping: | # x\n  a\ntable: t\n", "mapping", "a\n\tb",
                  "mapping: \"a\\n\\x09b\" # x\ntable: t\n");
    expect_change(SOURCE, "{mapping: a, table: t}\n", "mapping", "a\nb",
                  "{mapping: \"a\\nb\", table: t}\n");
    expect_change(SOURCE, "mapping: |\n  a\n\ntable: t\n", "mapping", "", "\ntable: t\n");
    expect_change(SOURCE, "about: x\n", "about", "a\xE2\x80\xA8z\xC2\x85",
                  "about: \"a\\u2028z\\x85\"\n");
}

static void paths_lead_where_the_schema_has_room(void **state)
{
    (void)state;
    static const char *const none[] = {"",          "[0].name",   "[1]name",     "[1]..name",
                                       "[1].name.", "[99999999]", "[1].name[1]", "[-1].name",
                                       "[1",        "[1].",       "..",          "[1][1].name"};
    static const char *const of_source[] = {"columns",  "columns.A", "columns.a.b", "columns[1]",
                                            "format",   "goals[1]",  "columns.",    "format..kind",
                                            "files[1]", "mapping.x", "[1].files"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        expect_refused(CHANNELS, "- name: x\n", none[i], "y", PTL_E_NOT_FOUND);
    for (size_t i = 0; i < sizeof of_source / sizeof *of_source; i++)
        expect_refused(SOURCE, "files: [x]\n", of_source[i], "y", PTL_E_NOT_FOUND);
    expect_refused(CHANNELS, "- name: x\n", "[1]", "y", PTL_E_INVALID);
    expect_refused(CHANNELS, "- name: x\n", "[2]", "", PTL_E_NOT_FOUND);
    expect_refused(JOURNEYS, "unit: person\n", "goals[2].name", "x", PTL_E_NOT_FOUND);
}

static void only_files_of_the_schema_have_a_form(void **state)
{
    (void)state;
    static const char *const good[] = {"portolan.yaml",         "channels.yaml",
                                       "journeys.yaml",         "metrics.yaml",
                                       "people/verticals.yaml", "sources/a_1.yaml"};
    static const char *const bad[] = {
        "",
        "/etc/passwd",
        "../portolan.yaml",
        "sources/../portolan.yaml",
        "sources/a/b.yaml",
        "sources/.yaml",
        "sources/A.yaml",
        "sources/a.yml",
        "sources/a.yaml/",
        "./portolan.yaml",
        "sources//a.yaml",
        "people/a.yaml",
        ".portolan/records.db",
        "sources/a.yaml.yaml",
        "Portolan.yaml",
        "sources/a b.yaml",
        "sources/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.yaml"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_true(ptl_setting_has(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(ptl_setting_has(bad[i]));
    for (int64_t i = 0; ptl_setting_file(i); i++) assert_true(ptl_setting_has(ptl_setting_file(i)));
}

/* --- the list --------------------------------------------------------------------------------- */

static void a_preset_says_which_columns_and_slots_there_are(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_error err;
    ptl_setting *list;
    int64_t n;
    const ptl_config_file file =
        file_of(SOURCE, "preset: google_ads_campaigns\ncolumns: {cost: Spend, odd: x}\n");
    ptl_arena_init(&arena, PTL_YAML_ARENA_BYTES_MAX, NULL);
    EXPECT_OK(ptl_setting_list(&list, &n, &file, &arena, &err));
    int found = 0;
    for (int64_t i = 0; i < n; i++) {
        if (strcmp(list[i].path, "columns.cost") == 0) {
            found |= 1;
            EXPECT_STR(list[i].value, "Spend");
            EXPECT_STR(list[i].key->where_absent, "Cost"); /* the preset's first name */
        }
        if (strcmp(list[i].path, "columns.odd") == 0) found |= 2; /* written, though of no preset */
        if (strcmp(list[i].path, "columns.clicks") == 0 && !list[i].value) found |= 4;
        if (strcmp(list[i].path, "slots.channel") == 0 && !list[i].value) found |= 8;
        if (strcmp(list[i].path, "slots.day_format") == 0) found |= 16;
        if (strcmp(list[i].path, "mapping") == 0) found |= 32;
    }
    EXPECT_INT(found, 63);
    ptl_arena_dispose(&arena);
}

static void the_next_item_has_its_settings(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_error err;
    ptl_setting *list;
    int64_t n;
    const ptl_config_file channels = file_of(CHANNELS, "- name: a\n- name: b\n");
    const ptl_config_file journeys = file_of(JOURNEYS, "unit: person\n");
    const ptl_config_file portolan = file_of(PORTOLAN, "company: x\n");
    ptl_arena_init(&arena, PTL_YAML_ARENA_BYTES_MAX, NULL);
    EXPECT_OK(ptl_setting_next(&list, &n, &channels, &arena, &err));
    EXPECT_INT(n, 6);
    EXPECT_STR(list[0].path, "[3].name");
    EXPECT_OK(ptl_setting_next(&list, &n, &journeys, &arena, &err));
    EXPECT_INT(n, 5);
    EXPECT_STR(list[0].path, "goals[1].name");
    EXPECT_OK(ptl_setting_next(&list, &n, &portolan, &arena, &err));
    EXPECT_INT(n, 0);
    ptl_arena_dispose(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_written_over),
        cmocka_unit_test(what_is_left_out_goes_with_its_line),
        cmocka_unit_test(what_is_new_comes_after_the_last),
        cmocka_unit_test(lists_keep_their_shape_and_rows_are_added),
        cmocka_unit_test(what_has_no_place_is_refused),
        cmocka_unit_test(an_item_goes_with_its_comments),
        cmocka_unit_test(an_item_comes_as_the_others_stand),
        cmocka_unit_test(a_map_of_names_gets_and_loses_keys),
        cmocka_unit_test(several_lines_stand_behind_a_bar),
        cmocka_unit_test(paths_lead_where_the_schema_has_room),
        cmocka_unit_test(only_files_of_the_schema_have_a_form),
        cmocka_unit_test(a_preset_says_which_columns_and_slots_there_are),
        cmocka_unit_test(the_next_item_has_its_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
