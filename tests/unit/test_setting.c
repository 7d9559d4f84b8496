/* test_setting.c: a value of a file is changed, and no other byte. What is expected is written out
 * by hand; random changes are held to the reader: only the one setting differs. */
#include "support/expect.h"

#include "portolan/random.h"
#include "workspace/limits.h"
#include "workspace/setting.h"

#define PORTOLAN "portolan.yaml"
#define CHANNELS "channels.yaml"

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
    expect_refused("sources/a.yaml", "table: x\n", "table", "y", PTL_E_NOT_FOUND);
}

/* --- by chance -------------------------------------------------------------------------------- */

static const char long_file[] =
    "# comment\ncompany: Tea\ncurrency: EUR   # books\nzone: Europe/Berlin\n\n"
    "kpi:\n  metric: cm2\n  label: 'One: number'\n  # why\n  from: 1\n  to: 2\n\n"
    "digest: {file: a.txt, mail_to: [x@y, \"z, w\"]}\nlocale: en-GB\n";

static const char *value_at(const ptl_setting *list, int64_t n, const char *path)
{
    for (int64_t i = 0; i < n; i++)
        if (strcmp(list[i].path, path) == 0) return list[i].value;
    return NULL;
}

/* Bytes of all sorts, no line break: a form's field of one line. */
static void any_text(char out[24], ptl_rng *random)
{
    static const char bytes[] = "ab: #,[]{}\"'\\-|>&*!%@`~0 .\t?=";
    const size_t n = 1 + (size_t)ptl_rng_below(random, 20);
    for (size_t i = 0; i < n; i++) out[i] = bytes[ptl_rng_below(random, sizeof bytes - 1)];
    out[n] = 0;
}

static void change_at_random(const ptl_setting *before, int64_t n, ptl_rng *random)
{
    ptl_arena arena;
    ptl_error err;
    ptl_text out;
    char text[24];
    const ptl_config_file file = file_of(PORTOLAN, long_file);
    const ptl_setting *const s = &before[ptl_rng_below(random, (uint64_t)n)];
    any_text(text, random);
    const ptl_text wanted = ptl_text_trim(ptl_text_of(text));
    ptl_arena_init(&arena, PTL_YAML_ARENA_BYTES_MAX, NULL);
    EXPECT_OK(ptl_setting_change(&out, &file, s->path, wanted, &arena, &err));
    const ptl_config_file changed = {PORTOLAN, out};
    ptl_setting *after;
    int64_t n_after;
    EXPECT_OK(ptl_setting_list(&after, &n_after, &changed, &arena, &err));
    EXPECT_INT(n_after, n);
    for (int64_t i = 0; i < n; i++) {
        const char *const now = value_at(after, n, before[i].path);
        if (&before[i] == s)
            assert_true(wanted.len == 0 ? !now : ptl_text_equal(ptl_text_of(now), wanted));
        else if (before[i].value)
            EXPECT_STR(now, before[i].value);
        else
            assert_null(now);
    }
    ptl_arena_dispose(&arena);
}

static void one_change_is_one_change(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_error err;
    ptl_setting *before;
    int64_t n;
    ptl_rng random = ptl_rng_new(7);
    const ptl_config_file file = file_of(PORTOLAN, long_file);
    ptl_arena_init(&arena, PTL_YAML_ARENA_BYTES_MAX, NULL);
    EXPECT_OK(ptl_setting_list(&before, &n, &file, &arena, &err));
    EXPECT_STR(value_at(before, n, "kpi.label"), "One: number");
    EXPECT_STR(value_at(before, n, "digest.mail_to"), "x@y\nz, w");
    for (int i = 0; i < 3000; i++) change_at_random(before, n, &random);
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
        cmocka_unit_test(one_change_is_one_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
