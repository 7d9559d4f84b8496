/* test_yaml.c: what is read keeps its place; what is refused says where it stands. */
#include <stdlib.h>

#include "support/expect.h"

#include "workspace/limits.h"
#include "workspace/yaml.h"

typedef struct reading {
    ptl_arena arena;
    ptl_faults faults;
    const ptl_yaml_node *root;
} reading;

static void read_bytes(reading *r, const char *bytes, size_t len)
{
    ptl_error err;
    ptl_arena_init(&r->arena, PTL_YAML_ARENA_BYTES_MAX, NULL);
    ptl_faults_init(&r->faults);
    EXPECT_OK(ptl_yaml_parse(&r->root, "f", (ptl_text){bytes, len}, &r->arena, &r->faults, &err));
}

static void read_text(reading *r, const char *text)
{
    read_bytes(r, text, strlen(text));
}

static void done(reading *r)
{
    ptl_arena_dispose(&r->arena);
    ptl_faults_dispose(&r->faults);
}

/* All faults of `text`, one a line, are `expected`; the tree is there or not. */
static void expect_faults(const char *text, bool has_tree, const char *expected)
{
    reading r;
    ptl_buffer all;
    ptl_buffer_init(&all, 1 << 16, NULL);
    ptl_buffer_text(&all, "");
    read_text(&r, text);
    for (int64_t i = 0; i < r.faults.n; i++) {
        ptl_fault_format(&all, &r.faults.items[i]);
        ptl_buffer_text(&all, "\n");
    }
    EXPECT_STR(all.ptr, expected);
    EXPECT_INT(r.root != NULL, has_tree);
    ptl_buffer_dispose(&all);
    done(&r);
}

static void expect_place(const ptl_yaml_node *node, ptl_yaml_kind kind, int64_t line,
                         int64_t column)
{
    assert_non_null(node);
    EXPECT_INT(node->kind, kind);
    EXPECT_INT(node->line, line);
    EXPECT_INT(node->column, column);
}

static void nodes_know_their_place(void **state)
{
    (void)state;
    reading r;
    read_text(&r, "# head\n"
                  "a: one\n"
                  "kpi:\n"
                  "  to: \"2\"\n"
                  "  deep: {x: 1, y: [p, q]}\n"
                  "list:\n"
                  "- name: n\n"
                  "  aliases:\n"
                  "    - \"ä\"\n"
                  "ö: [ü,  z]\n");
    EXPECT_INT(r.faults.n_total, 0);
    expect_place(r.root, PTL_YAML_MAP, 2, 1);
    expect_place(ptl_yaml_find(r.root, "a"), PTL_YAML_SCALAR, 2, 4);
    const ptl_yaml_node *kpi = ptl_yaml_find(r.root, "kpi");
    expect_place(kpi, PTL_YAML_MAP, 4, 3);
    EXPECT_INT(kpi->key_line, 3);
    EXPECT_INT(kpi->key_column, 1);
    EXPECT_STR(ptl_yaml_find(kpi, "to")->text.ptr, "2");
    const ptl_yaml_node *y = ptl_yaml_find(ptl_yaml_find(kpi, "deep"), "y");
    expect_place(y, PTL_YAML_LIST, 5, 19);
    EXPECT_INT(y->n, 2);
    expect_place(y->last, PTL_YAML_SCALAR, 5, 23);
    const ptl_yaml_node *item = ptl_yaml_find(r.root, "list")->first;
    expect_place(item, PTL_YAML_MAP, 7, 3);
    const ptl_yaml_node *alias = ptl_yaml_find(item, "aliases")->first;
    expect_place(alias, PTL_YAML_SCALAR, 9, 7);
    ptl_buffer path;
    ptl_buffer_init(&path, 100, NULL);
    ptl_yaml_path(&path, alias);
    EXPECT_STR(path.ptr, "list[1].aliases[1]");
    /* columns are characters, not bytes */
    expect_place(ptl_yaml_find(r.root, "ö")->last, PTL_YAML_SCALAR, 10, 9);
    assert_null(ptl_yaml_find(r.root, "b"));
    assert_null(ptl_yaml_find(alias, "b"));
    assert_null(ptl_yaml_find(NULL, "b"));
    ptl_buffer_dispose(&path);
    done(&r);
}

static void block_scalars_keep_their_lines(void **state)
{
    (void)state;
    reading r;
    read_text(&r, "mapping: |\n  SELECT a,\n         b -- 'x': # no comment\n  FROM source\nb: >\n"
                  "  one\n  two\n");
    EXPECT_INT(r.faults.n_total, 0);
    const ptl_yaml_node *mapping = ptl_yaml_find(r.root, "mapping");
    expect_place(mapping, PTL_YAML_SCALAR, 1, 10);
    EXPECT_STR(mapping->text.ptr, "SELECT a,\n       b -- 'x': # no comment\nFROM source\n");
    EXPECT_STR(ptl_yaml_find(r.root, "b")->text.ptr, "one two\n");
    done(&r);
}

static void line_ends_and_byte_order_mark(void **state)
{
    (void)state;
    reading r;
    read_text(&r, "\xEF\xBB\xBF"
                  "a: 1\r\nb: 2\r\n");
    EXPECT_INT(r.faults.n_total, 0);
    expect_place(ptl_yaml_find(r.root, "a"), PTL_YAML_SCALAR, 1, 4);
    expect_place(ptl_yaml_find(r.root, "b"), PTL_YAML_SCALAR, 2, 4);
    EXPECT_STR(ptl_yaml_find(r.root, "b")->text.ptr, "2");
    done(&r);
}

static void empty_files_are_empty_maps(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "# nothing yet\n", "\n\n", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        reading r;
        read_text(&r, texts[i]);
        EXPECT_INT(r.faults.n_total, 0);
        expect_place(r.root, PTL_YAML_MAP, 1, 1);
        EXPECT_INT(r.root->n, 0);
        done(&r);
    }
    reading r; /* a slice of no bytes may have no address */
    read_bytes(&r, NULL, 0);
    EXPECT_INT(r.root->n, 0);
    done(&r);
}

static void anchors_aliases_tags(void **state)
{
    (void)state;
    expect_faults("a: &base 1\nb: *base\nc: !!str x\nd: [1, *base]\ne: !money {x: 1}\n", true,
                  "f:1:4: found the anchor &base, allowed: every value written out; text that "
                  "begins with & in quotes\n"
                  "f:2:4: found the alias *base, allowed: every value written out; text that "
                  "begins with * in quotes\n"
                  "f:3:4: found the tag !!str, allowed: plain values; text that "
                  "begins with ! in quotes\n"
                  "f:4:8: found the alias *base, allowed: every value written out; text that "
                  "begins with * in quotes\n"
                  "f:5:4: found the tag !money, allowed: plain values; text that begins with ! in "
                  "quotes\n");
}

static void the_same_key_twice(void **state)
{
    (void)state;
    expect_faults("a: 1\nkpi:\n  to: 1\n  by: 2\n  to: 3\n  \"to\": 4\na: 2\n", true,
                  "f:5:3: kpi.to: found a key that line 3 has already, allowed: every key once\n"
                  "f:6:3: kpi.to: found a key that line 3 has already, allowed: every key once\n"
                  "f:7:1: a: found a key that line 1 has already, allowed: every key once\n");
}

static void one_document(void **state)
{
    (void)state;
    expect_faults("---\na: 1\n", true, "");
    expect_faults("a: 1\n---\nb: 1\n", false,
                  "f:2:1: found a second document, allowed: one document a file, without "
                  "\"---\"\n");
}

static void tabs(void **state)
{
    (void)state;
    expect_faults("kpi:\n\tto: 1\n  by:\t2\n  \t\tfrom: 3\n", false,
                  "f:2:1: found a tab, allowed: spaces before the text of a line\n"
                  "f:4:3: found a tab, allowed: spaces before the text of a line\n");
    expect_faults("a:\tb\nc: d\te\n", true, ""); /* after text a tab is space like any other */
}

static void characters(void **state)
{
    (void)state;
    expect_faults("a: \xC3\xA4\xFFx\n", false,
                  "f:1:5: found byte 0xFF, allowed: UTF-8; save the file in this encoding\n");
    expect_faults("a: 1\nb: x\x01y\nc: \xE2\x80\xA8\nd: \xC2\x85\n", false,
                  "f:2:5: found the character U+0001, allowed: text without control characters; "
                  "in \"…\" write \\uXXXX for them\n"
                  "f:3:4: found the character U+2028, allowed: text without control characters; "
                  "in \"…\" write \\uXXXX for them\n"
                  "f:4:4: found the character U+0085, allowed: text without control characters; "
                  "in \"…\" write \\uXXXX for them\n");
    reading r; /* a byte of zero is one of them, and UTF-16 is full of it */
    read_bytes(&r, "a: \0", 4);
    EXPECT_INT(r.faults.n, 1);
    EXPECT_INT(r.faults.items[0].column, 4);
    done(&r);
    read_bytes(&r,
               "\xFF\xFE"
               "a\0",
               4);
    EXPECT_INT(r.faults.n, 1);
    EXPECT_STR(r.faults.items[0].found, "byte 0xFF");
    done(&r);
}

static void broken_syntax(void **state)
{
    (void)state;
    expect_faults("a: b: c\n", false,
                  "f:1:5: found broken syntax (mapping values are not allowed in this context), "
                  "allowed: one \": \" a line; text that holds \": \" in quotes\n");
    expect_faults("a: 1\nb: \"open\nc: 2\n", false,
                  "f:4:1: found broken syntax (found unexpected end of stream), allowed: a quote "
                  "that is closed again (while scanning a quoted scalar that began in line 2)\n");
    expect_faults("a: [1, 2\nb: 3\n", false,
                  "f:2:2: found broken syntax (did not find expected ',' or ']'), allowed: items "
                  "parted by commas and closed by \"]\" (while parsing a flow sequence that began "
                  "in line 1)\n");
    expect_faults("a: 1\n b: 2\n", false,
                  "f:2:3: found broken syntax (mapping values are not allowed in this context), "
                  "allowed: one \": \" a line; text that holds \": \" in quotes\n");
    expect_faults("a: @x\n", false,
                  "f:1:4: found broken syntax (found character that cannot start any token), "
                  "allowed: text that begins with a letter or digit, else in quotes; spaces "
                  "instead of tabs\n");
}

static void keys_are_words(void **state)
{
    (void)state;
    expect_faults("? {a: 1}\n: 2\n", false,
                  "f:1:3: found a map as a key, allowed: a word as a key; values that begin with "
                  "{ or [ in quotes\n");
    expect_faults("x: 1\n[a]: 2\n", false,
                  "f:2:1: found a list as a key, allowed: a word as a key; values that begin with "
                  "{ or [ in quotes\n");
}

static void depth_has_a_ceiling(void **state)
{
    (void)state;
    expect_faults("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]\n", true, "");
    expect_faults("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]\n", false,
                  "f:1:17: found one level more than allowed, allowed: at most 16 levels\n");
}

static void values_have_a_ceiling(void **state)
{
    (void)state;
    const size_t n = PTL_YAML_NODES_MAX; /* with the list itself, one too many */
    char *text = malloc(2 * n + 4);
    size_t len = 0;
    text[len++] = '[';
    for (size_t i = 0; i < n - 1; i++) {
        text[len++] = 'x';
        text[len++] = ',';
    }
    reading r;
    text[len] = ']';
    read_bytes(&r, text, len + 1);
    EXPECT_INT(r.faults.n_total, 0);
    EXPECT_INT(r.root->n, PTL_YAML_NODES_MAX - 1);
    done(&r);
    text[len++] = 'y';
    text[len++] = ']';
    read_bytes(&r, text, len);
    EXPECT_INT(r.faults.n, 1);
    assert_null(r.root);
    EXPECT_STR(r.faults.items[0].allowed, "at most 100000 values in a file");
    EXPECT_INT(r.faults.items[0].column, 2 * (int64_t)n);
    done(&r);
    free(text);
}

static void bytes_have_a_ceiling(void **state)
{
    (void)state;
    reading r;
    char *text = malloc(PTL_CONFIG_FILE_BYTES_MAX + 1);
    memset(text, '#', PTL_CONFIG_FILE_BYTES_MAX + 1);
    read_bytes(&r, text, PTL_CONFIG_FILE_BYTES_MAX);
    EXPECT_INT(r.faults.n_total, 0);
    done(&r);
    read_bytes(&r, text, PTL_CONFIG_FILE_BYTES_MAX + 1);
    EXPECT_INT(r.faults.n_total, 1);
    assert_null(r.root);
    done(&r);
    free(text);
}

static void memory_has_a_ceiling(void **state)
{
    (void)state;
    ptl_error err;
    ptl_faults faults;
    const ptl_yaml_node *root;
    ptl_arena arena;
    ptl_arena_init(&arena, 4096, NULL);
    ptl_faults_init(&faults);
    ptl_buffer text;
    ptl_buffer_init(&text, 1 << 16, NULL);
    for (int i = 0; i < 200; i++) ptl_buffer_printf(&text, "k%d: v\n", i);
    const ptl_text content = ptl_buffer_borrow(&text);
    assert_int_not_equal(ptl_yaml_parse(&root, "f", content, &arena, &faults, &err), PTL_OK);
    assert_true(strlen(err.message) > 0);
    assert_null(root);
    ptl_buffer_dispose(&text);
    ptl_arena_dispose(&arena);
    ptl_faults_dispose(&faults);
}

/* More faults than anybody reads: kept to a number, counted to the end. */
static void faults_have_a_ceiling(void **state)
{
    (void)state;
    reading r;
    ptl_buffer text;
    ptl_buffer_init(&text, 1 << 16, NULL);
    for (int i = 0; i < 350; i++) ptl_buffer_printf(&text, "k%d: *x\n", i);
    read_bytes(&r, text.ptr, text.len);
    EXPECT_INT(r.faults.n, PTL_FAULTS_MAX);
    EXPECT_INT(r.faults.n_total, 350);
    ptl_buffer_dispose(&text);
    done(&r);
}

static void found_is_short_and_whole(void **state)
{
    (void)state;
    ptl_faults faults;
    ptl_faults_init(&faults);
    char text[200];
    memset(text, 'x', sizeof text);
    memcpy(text + 79, "ä", 2); /* the cut would fall into it */
    text[199] = '\0';
    ptl_faults_add(&faults, &(ptl_fault){.file = "f", .found = text, .allowed = "a"});
    ptl_faults_add(&faults, &(ptl_fault){.file = "f", .found = "one\ntwo", .allowed = "a"});
    EXPECT_INT(strlen(faults.items[0].found), 79 + strlen("…"));
    assert_true(ptl_text_utf8_valid(ptl_text_of(faults.items[0].found), NULL));
    EXPECT_STR(faults.items[1].found, "one…");
    ptl_faults_dispose(&faults);
    ptl_faults_dispose(NULL);
}

static void faults_are_sorted(void **state)
{
    (void)state;
    ptl_faults faults;
    ptl_faults_init(&faults);
    static const struct {
        const char *file;
        int64_t line, column;
    } in[] = {{"b", 9, 1}, {"b", 2, 7}, {"a", 1, 1}, {"b", 2, 3}, {"b", 2, 3}, {"a", 1, 0}};
    for (size_t i = 0; i < 6; i++) {
        char key[2] = {(char)('0' + (int)i), 0};
        ptl_faults_add(
            &faults, &(ptl_fault){in[i].file, in[i].line, in[i].column, key, "", false, "a", NULL});
    }
    ptl_faults_sort(&faults);
    char order[7] = "";
    for (int64_t i = 0; i < 6; i++) order[i] = faults.items[i].key[0];
    EXPECT_STR(order, "341052");
    ptl_faults_dispose(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_know_their_place),
        cmocka_unit_test(block_scalars_keep_their_lines),
        cmocka_unit_test(line_ends_and_byte_order_mark),
        cmocka_unit_test(empty_files_are_empty_maps),
        cmocka_unit_test(anchors_aliases_tags),
        cmocka_unit_test(the_same_key_twice),
        cmocka_unit_test(one_document),
        cmocka_unit_test(tabs),
        cmocka_unit_test(characters),
        cmocka_unit_test(broken_syntax),
        cmocka_unit_test(keys_are_words),
        cmocka_unit_test(depth_has_a_ceiling),
        cmocka_unit_test(values_have_a_ceiling),
        cmocka_unit_test(bytes_have_a_ceiling),
        cmocka_unit_test(memory_has_a_ceiling),
        cmocka_unit_test(faults_have_a_ceiling),
        cmocka_unit_test(found_is_short_and_whole),
        cmocka_unit_test(faults_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
