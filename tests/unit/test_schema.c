/* test_schema.c: every kind of value, what it takes and what it says when it takes it not. */
#include "support/expect.h"

#include "base/civil.h"
#include "workspace/currency.h"
#include "workspace/limits.h"
#include "workspace/schema.h"

typedef struct part {
    const char *name;
    int32_t n;
} part;

typedef struct thing {
    const char *text, *lines, *name, *currency, *locale, *zone, *word;
    int32_t whole, choice;
    double number;
    bool flag;
    ptl_day day;
    int64_t money, bytes;
    char character;
    const char *const *texts;
    int64_t n_texts;
    part nested;
    const part *parts;
    int64_t n_parts;
} thing;

static const char *const words[] = {"north", "east", "south", NULL};
#define AT(field) offsetof(thing, field)
#define KEY(name_, kind_, field) .key = name_, .kind = PTL_SCHEMA_##kind_, .offset = AT(field)

static const ptl_schema_key part_keys[] = {
    {.key = "name", .kind = PTL_SCHEMA_NAME, .required = true, .offset = offsetof(part, name)},
    {.key = "n", .kind = PTL_SCHEMA_INT, .defaults = "7", .offset = offsetof(part, n)},
};
static const ptl_schema part_schema = {
    .title = "part", .keys = part_keys, .n_keys = 2, .size = sizeof(part)};
static const ptl_schema_key optional_keys[] = {
    {.key = "n", .kind = PTL_SCHEMA_INT, .defaults = "-3", .offset = offsetof(part, n)},
};
static const ptl_schema optional_schema = {
    .title = "optional", .keys = optional_keys, .n_keys = 1, .size = sizeof(part)};

static const ptl_schema_key keys[] = {
    {KEY("text", TEXT, text), .about = "t"},
    {KEY("lines", LINES, lines), .low = 1, .high = 30, .about = "l"},
    {KEY("name", NAME, name), .about = "n"},
    {KEY("whole", INT, whole), .low = -5, .high = 256, .about = "i"},
    {KEY("number", NUMBER, number), .low = 0.25, .high = 1, .about = "d"},
    {KEY("flag", BOOL, flag), .defaults = "true", .about = "b"},
    {KEY("day", DAY, day), .about = "y"},
    {KEY("money", MONEY, money), .about = "m"},
    {KEY("bytes", BYTES, bytes), .low = 1 << 20, .high = 1099511627776.0, .about = "s"},
    {KEY("currency", CURRENCY, currency), .about = "c"},
    {KEY("locale", LOCALE, locale), .about = "o"},
    {KEY("zone", ZONE, zone), .about = "z"},
    {KEY("character", CHARACTER, character), .about = "h"},
    {KEY("choice", ENUM, choice), .values = words, .defaults = "east", .about = "e"},
    {KEY("word", WORD, word), .values = words, .about = "w"},
    {KEY("texts", TEXTS, texts), .offset_n = AT(n_texts), .low = 1, .high = 3, .about = "x"},
    {KEY("nested", MAP, nested), .nested = &optional_schema, .about = "a"},
    {KEY("parts", MAPS, parts), .nested = &part_schema, .offset_n = AT(n_parts), .about = "p"},
};
static const ptl_schema schema = {.title = "thing",
                                  .about = "A thing.",
                                  .keys = keys,
                                  .n_keys = sizeof keys / sizeof keys[0],
                                  .size = sizeof(thing)};

typedef struct walk {
    ptl_arena arena;
    ptl_faults faults;
    thing out;
} walk;

static void fill(walk *w, const char *text)
{
    ptl_error err;
    const ptl_yaml_node *root;
    memset(&w->out, 0, sizeof w->out);
    ptl_arena_init(&w->arena, PTL_YAML_ARENA_BYTES_MAX, NULL);
    ptl_faults_init(&w->faults);
    EXPECT_OK(ptl_yaml_parse(&root, "f", ptl_text_of(text), &w->arena, &w->faults, &err));
    assert_non_null(root);
    ptl_schema_pass pass = {.file = "f", .faults = &w->faults, .arena = &w->arena, .err = &err};
    ptl_schema_fill(&w->out, &schema, root, &pass);
    EXPECT_INT(pass.status, PTL_OK);
    ptl_faults_sort(&w->faults);
}

static void done(walk *w)
{
    ptl_arena_dispose(&w->arena);
    ptl_faults_dispose(&w->faults);
}

static void expect_faults(const char *text, const char *expected)
{
    walk w;
    ptl_buffer all;
    ptl_buffer_init(&all, 1 << 16, NULL);
    ptl_buffer_text(&all, "");
    fill(&w, text);
    for (int64_t i = 0; i < w.faults.n; i++) {
        ptl_fault_format(&all, &w.faults.items[i]);
        ptl_buffer_text(&all, "\n");
    }
    EXPECT_STR(all.ptr, expected);
    ptl_buffer_dispose(&all);
    done(&w);
}

static void expect_none(walk *w)
{
    if (w->faults.n > 0)
        fail_msg("line %lld: %s: %s", (long long)w->faults.items[0].line, w->faults.items[0].key,
                 w->faults.items[0].found);
}

static void every_kind_is_read(void **state)
{
    (void)state;
    walk w;
    fill(&w, "text: \"  Söhne & Co  \"\n"
             "lines: |\n  a\n    b\n"
             "name: paid_search2\n"
             "whole: -5\n"
             "number: 0.25\n"
             "flag: false\n"
             "day: 2024-02-29\n"
             "money: 42,000,000.07\n"
             "bytes: 512 MiB\n"
             "currency: CHF\n"
             "locale: de-AT\n"
             "zone: America/Argentina/Ushuaia\n"
             "character: \";\"\n"
             "choice: south\n"
             "word: north\n"
             "texts: [a, \"b c\"]\n"
             "nested: {n: 4}\n"
             "parts:\n- name: one\n- name: two\n  n: 9\n");
    expect_none(&w);
    EXPECT_STR(w.out.text, "Söhne & Co");
    EXPECT_STR(w.out.lines, "a\n  b");
    EXPECT_STR(w.out.name, "paid_search2");
    EXPECT_INT(w.out.whole, -5);
    EXPECT_NEAR(w.out.number, 0.25, 0);
    assert_false(w.out.flag);
    EXPECT_INT(w.out.day, 19782); /* date -d 2024-02-29 +%s / 86400 */
    EXPECT_INT(w.out.money, INT64_C(42000000070000));
    EXPECT_INT(w.out.bytes, 536870912);
    EXPECT_STR(w.out.currency, "CHF");
    EXPECT_STR(w.out.locale, "de-AT");
    EXPECT_STR(w.out.zone, "America/Argentina/Ushuaia");
    EXPECT_INT(w.out.character, ';');
    EXPECT_INT(w.out.choice, 3);
    EXPECT_STR(w.out.word, "north");
    EXPECT_INT(w.out.n_texts, 2);
    EXPECT_STR(w.out.texts[1], "b c");
    EXPECT_INT(w.out.nested.n, 4);
    EXPECT_INT(w.out.n_parts, 2);
    EXPECT_STR(w.out.parts[0].name, "one");
    EXPECT_INT(w.out.parts[0].n, 7);
    EXPECT_INT(w.out.parts[1].n, 9);
    done(&w);
}

static void defaults_and_nothing(void **state)
{
    (void)state;
    walk w;
    fill(&w, "");
    expect_none(&w);
    assert_true(w.out.flag);
    EXPECT_INT(w.out.choice, 2);
    EXPECT_INT(w.out.nested.n, -3);
    assert_null(w.out.text);
    assert_null(w.out.parts);
    EXPECT_INT(w.out.n_texts, 0);
    done(&w);
}

/* Amounts, each beside the micros it is by hand. */
static void amounts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t micros;
    } good[] = {{"0", 0},
                {"7", 7000000},
                {"0.000001", 1},
                {"-0.5", -500000},
                {"1,234.5", 1234500000},
                {"12,345,678", INT64_C(12345678000000)},
                {"1234567.89", INT64_C(1234567890000)},
                {"9223372036854.775807", INT64_MAX},
                {"-9,223,372,036,854.775808", INT64_MIN}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        walk w;
        char text[64];
        snprintf(text, sizeof text, "money: %s\n", good[i].text);
        fill(&w, text);
        expect_none(&w);
        EXPECT_INT(w.out.money, good[i].micros);
        done(&w);
    }
    static const char *const refused[] = {"42.000.000,00",
                                          "1,23",
                                          "1,2345",
                                          "12,34,567",
                                          ",123",
                                          "1,234,",
                                          "1.",
                                          ".5",
                                          "1.0000001",
                                          "1e6",
                                          "EUR 5",
                                          "5 EUR",
                                          "--5",
                                          "-",
                                          "+5",
                                          "0x10",
                                          "9223372036854.775808",
                                          "99999999999999999999",
                                          "1,000.",
                                          "1 000"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        walk w;
        char text[64];
        snprintf(text, sizeof text, "money: \"%s\"\n", refused[i]);
        fill(&w, text);
        if (w.faults.n != 1)
            fail_msg("\"%s\" was taken as %lld", refused[i], (long long)w.out.money);
        EXPECT_STR(w.faults.items[0].allowed, "an amount as 42,000,000.00");
        EXPECT_INT(w.faults.items[0].column, 8);
        EXPECT_INT(w.out.money, 0);
        done(&w);
    }
}

/* One wrong value a kind: place, words, and the better one where there is one. */
static void every_kind_refuses(void **state)
{
    (void)state;
    expect_faults("text: \"a\\nb\"\n",
                  "f:1:7: text: found \"a…\", allowed: text of 1 to 200 characters\n");
    expect_faults("lines: 0123456789012345678901234567890\n",
                  "f:1:8: lines: found \"0123456789012345678901234567890\", allowed: text of 1 to "
                  "30 characters\n");
    expect_faults("name: Paid Search\n",
                  "f:1:7: name: found \"Paid Search\", allowed: a name of a-z, 0-9 and _, at most "
                  "64 characters; did you mean \"paid_search\"?\n");
    expect_faults("whole: 257\n",
                  "f:1:8: whole: found \"257\", allowed: a whole number from -5 to 256\n");
    expect_faults("whole: 1.0\n",
                  "f:1:8: whole: found \"1.0\", allowed: a whole number from -5 to 256\n");
    expect_faults("number: nan\n",
                  "f:1:9: number: found \"nan\", allowed: a number from 0.25 to 1\n");
    expect_faults("number: 1.0001\n",
                  "f:1:9: number: found \"1.0001\", allowed: a number from 0.25 to 1\n");
    expect_faults("flag: yes\n", "f:1:7: flag: found \"yes\", allowed: true or false; did you mean "
                                 "\"true\"?\n");
    expect_faults("flag: flase\n", "f:1:7: flag: found \"flase\", allowed: true or false; did you "
                                   "mean \"false\"?\n");
    expect_faults("day: 31.12.2026\n", "f:1:6: day: found \"31.12.2026\", allowed: a day as "
                                       "2026-12-31; did you mean \"2026-12-31\"?\n");
    expect_faults("day: 03/04/2026\n",
                  "f:1:6: day: found \"03/04/2026\", allowed: a day as 2026-12-31\n");
    expect_faults("day: 2026-02-29\n",
                  "f:1:6: day: found \"2026-02-29\", allowed: a day as 2026-12-31\n");
    expect_faults("bytes: 4 GB\n", "f:1:8: bytes: found \"4 GB\", allowed: a size as 512 MiB or 4 "
                                   "GiB, from 1 MiB to 1 TiB\n");
    expect_faults("bytes: 2 TiB\n", "f:1:8: bytes: found \"2 TiB\", allowed: a size as 512 MiB or "
                                    "4 GiB, from 1 MiB to 1 TiB\n");
    expect_faults("currency: eur\n", "f:1:11: currency: found \"eur\", allowed: a currency of ISO "
                                     "4217 as EUR; did you mean \"EUR\"?\n");
    expect_faults("currency: €\n", "f:1:11: currency: found \"€\", allowed: a currency of ISO "
                                   "4217 as EUR; did you mean \"EUR\"?\n");
    expect_faults("locale: en_GB\n", "f:1:9: locale: found \"en_GB\", allowed: a language as en, "
                                     "or with its country as en-GB\n");
    expect_faults("locale: en-\n", "f:1:9: locale: found \"en-\", allowed: a language as en, "
                                   "or with its country as en-GB\n");
    expect_faults("zone: Europe/Belin\n", "f:1:7: zone: found \"Europe/Belin\", allowed: a time "
                                          "zone as Europe/Berlin; did you mean "
                                          "\"Europe/Berlin\"?\n");
    expect_faults("zone: \"UTC\\0\"\n",
                  "f:1:7: zone: found \"UTC\", allowed: a time zone as Europe/Berlin\n");
    expect_faults("character: semicolon\n", "f:1:12: character: found \"semicolon\", allowed: one "
                                            "character, or the word tab\n");
    expect_faults("choice: est\n", "f:1:9: choice: found \"est\", allowed: north, east or south; "
                                   "did you mean \"east\"?\n");
    expect_faults("word: West\n", "f:1:7: word: found \"West\", allowed: north, east or south\n");
}

static void wrong_shapes(void **state)
{
    (void)state;
    expect_faults("text: [a]\n",
                  "f:1:7: text: found a list, allowed: text of 1 to 200 characters\n");
    expect_faults("text: {a: b}\n",
                  "f:1:7: text: found a map, allowed: text of 1 to 200 characters\n");
    expect_faults("day:\n  text:\n", "f:2:3: day: found a map, allowed: a day as 2026-12-31\n");
    expect_faults("name: x\ntext:\n",
                  "f:2:1: text: found nothing, allowed: text of 1 to 200 characters\n");
    expect_faults("texts: a\n",
                  "f:1:8: texts: found \"a\", allowed: a list as [a, b] of 1 to 3 texts\n");
    expect_faults("texts: []\n",
                  "f:1:8: texts: found a list, allowed: a list as [a, b] of 1 to 3 texts\n");
    expect_faults("texts: [a, b, c, d]\n",
                  "f:1:8: texts: found a list, allowed: a list as [a, b] of 1 to 3 texts\n");
    expect_faults("texts: [a, [b]]\n",
                  "f:1:12: texts[2]: found a list, allowed: text of 1 to 200 characters\n");
    expect_faults("nested: 4\n", "f:1:9: nested: found \"4\", allowed: a map of keys and values\n");
    expect_faults("nested:\n", "f:1:1: nested: found nothing, allowed: a map of keys and values\n");
    expect_faults("parts: {name: x}\n",
                  "f:1:8: parts: found a map, allowed: a list, each item after \"- \"\n");
    expect_faults("parts: [x]\n",
                  "f:1:9: parts[1]: found \"x\", allowed: a map of keys and values\n");
    expect_faults("[a, b]\n", "f:1:1: found a list, allowed: a map of keys and values\n");
    expect_faults("just text\n", "f:1:1: found \"just text\", allowed: a map of keys and values\n");
}

static void missing_and_extra_keys(void **state)
{
    (void)state;
    expect_faults("parts:\n- n: 1\n- nmae: x\n",
                  "f:2:3: parts[1].name: missing, allowed: a name of a-z, 0-9 and _, at most 64 "
                  "characters\n"
                  "f:3:3: parts[2].nmae: found \"nmae\", allowed: the keys name, n; did you mean "
                  "\"name\"?\n"
                  "f:3:3: parts[2].name: missing, allowed: a name of a-z, 0-9 and _, at most 64 "
                  "characters\n");
    walk w;
    fill(&w, "curency: EUR\n\"\": 1\n");
    EXPECT_INT(w.faults.n, 2);
    EXPECT_STR(w.faults.items[0].nearest, "currency");
    EXPECT_STR(w.faults.items[1].found, "an empty key");
    done(&w);
}

/* A value that was told to be an alias is not told to be missing, or no number, as well. */
static void one_fault_a_place(void **state)
{
    (void)state;
    walk w;
    fill(&w, "whole: *x\nparts:\n- name: &y a\ntexts: [*z, b]\n");
    EXPECT_INT(w.faults.n, 3);
    EXPECT_INT(w.out.n_texts, 1);
    done(&w);
}

static void a_wrong_value_leaves_its_field(void **state)
{
    (void)state;
    walk w;
    fill(&w, "flag: maybe\nchoice: up\nmoney: much\n");
    EXPECT_INT(w.faults.n, 3);
    assert_false(w.out.flag); /* neither the default nor a guess */
    EXPECT_INT(w.out.choice, 0);
    EXPECT_INT(w.out.money, 0);
    done(&w);
}

static void a_table_that_contradicts_itself_is_told(void **state)
{
    (void)state;
    ptl_error err;
    ptl_arena arena;
    ptl_faults faults;
    int32_t field = 0;
    const ptl_schema_key key = {
        .key = "n", .kind = PTL_SCHEMA_INT, .low = 1, .high = 2, .defaults = "3"};
    const ptl_schema wrong = {.keys = &key, .n_keys = 1, .size = sizeof field};
    ptl_arena_init(&arena, 1 << 16, NULL);
    ptl_faults_init(&faults);
    ptl_schema_pass pass = {.file = "f", .faults = &faults, .arena = &arena, .err = &err};
    ptl_schema_fill(&field, &wrong, NULL, &pass);
    EXPECT_INT(pass.status, PTL_E_INTERNAL);
    assert_non_null(strstr(err.message, "\"n\""));
    ptl_arena_dispose(&arena);
    ptl_faults_dispose(&faults);
}

static void memory_that_ends_is_told(void **state)
{
    (void)state;
    ptl_error err;
    ptl_arena tree, small;
    ptl_faults faults;
    thing out = {0};
    const ptl_yaml_node *root;
    ptl_arena_init(&tree, 1 << 20, NULL);
    ptl_arena_init(&small, 64, NULL);
    ptl_faults_init(&faults);
    EXPECT_OK(ptl_yaml_parse(&root, "f", PTL_TEXT("text: a\nparts: [{name: x}]\n"), &tree, &faults,
                             &err));
    ptl_schema_pass pass = {.file = "f", .faults = &faults, .arena = &small, .err = &err};
    ptl_schema_fill(&out, &schema, root, &pass);
    assert_int_not_equal(pass.status, PTL_OK);
    EXPECT_INT(faults.n_total, 0); /* no fault of the file's */
    ptl_arena_dispose(&tree);
    ptl_arena_dispose(&small);
    ptl_faults_dispose(&faults);
}

/* The list of codes is in order (it is searched by halves), each once, three capitals. */
static void currencies(void **state)
{
    (void)state;
    static const char *const held[] = {"AED", "EUR", "GBP", "JPY", "USD", "ZWG", "XOF"};
    static const char *const not_held[] = {"", "EU", "EURO", "XAU", "XXX", "DEM", "FRF", "eur"};
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
        EXPECT_STR(ptl_currency_find(ptl_text_of(held[i])), held[i]);
    for (size_t i = 0; i < sizeof not_held / sizeof not_held[0]; i++)
        assert_null(ptl_currency_find(ptl_text_of(not_held[i])));
    int64_t n = 0; /* by trying all 17,576 */
    for (int code = 0; code < 26 * 26 * 26; code++) {
        const char text[3] = {(char)('A' + code / 676), (char)('A' + code / 26 % 26),
                              (char)('A' + code % 26)};
        n += ptl_currency_find((ptl_text){text, 3}) != NULL;
    }
    EXPECT_INT(n, 161);
    EXPECT_STR(ptl_currency_nearest(PTL_TEXT("EUT")), "EUR");
    assert_null(ptl_currency_nearest(PTL_TEXT("$")));
}

static void the_page_has_every_key(void **state)
{
    (void)state;
    ptl_buffer page;
    ptl_buffer_init(&page, 1 << 16, NULL);
    ptl_schema_print(&page, &schema);
    EXPECT_INT(page.status, PTL_OK);
    assert_non_null(strstr(page.ptr, "| `whole` | a whole number from -5 to 256 | none | i |\n"));
    assert_non_null(strstr(page.ptr, "| `choice` | north, east or south | `east` | e |\n"));
    assert_non_null(strstr(page.ptr, "| `nested` | map, see below | | a |\n| `nested.n` | "));
    assert_non_null(strstr(page.ptr, "| `parts[].name` | "));
    ptl_buffer_dispose(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_read),
        cmocka_unit_test(defaults_and_nothing),
        cmocka_unit_test(amounts),
        cmocka_unit_test(every_kind_refuses),
        cmocka_unit_test(wrong_shapes),
        cmocka_unit_test(missing_and_extra_keys),
        cmocka_unit_test(one_fault_a_place),
        cmocka_unit_test(a_wrong_value_leaves_its_field),
        cmocka_unit_test(a_table_that_contradicts_itself_is_told),
        cmocka_unit_test(memory_that_ends_is_told),
        cmocka_unit_test(currencies),
        cmocka_unit_test(the_page_has_every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
