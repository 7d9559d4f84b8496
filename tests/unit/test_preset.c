/* Presets as data: every one is whole, every table has one, the mapping that comes of one is the
 * SELECT a person would write, and the page is in step. */
#include <stdlib.h>

#include "base/file.h"
#include "store/canon.h"
#include "support/expect.h"
#include "workspace/preset.h"
#include "workspace/workspace.h"

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

static const ptl_preset *all_presets(int64_t *n, ptl_arena *arena)
{
    const ptl_preset *presets;
    ptl_error err = {0};
    ptl_arena_init(arena, 64u << 20, NULL);
    EXPECT_OK(ptl_preset_all(&presets, n, arena, &err));
    return presets;
}

static void every_table_has_one(void **state)
{
    (void)state;
    ptl_arena arena;
    int64_t n;
    const ptl_preset *presets = all_presets(&n, &arena);
    for (int64_t t = 0; t < ptl_canon_n; t++) {
        bool found = false;
        if (ptl_canon[t].kind != PTL_CANON_FACT && ptl_canon[t].kind != PTL_CANON_DIMENSION)
            continue;
        for (int64_t i = 0; i < n; i++)
            found = found || strcmp(presets[i].table, ptl_canon[t].name) == 0;
        if (!found) fail_msg("table %s has no preset", ptl_canon[t].name);
    }
    ptl_arena_dispose(&arena);
}

/* What a preset names must be there: roles it needs, the preset it reads, columns of its table. */
static void every_preset_is_whole(void **state)
{
    (void)state;
    ptl_arena arena;
    int64_t n;
    ptl_error err = {0};
    const ptl_preset *presets = all_presets(&n, &arena);
    for (int64_t i = 0; i < n; i++) {
        const ptl_preset *p = &presets[i], *other;
        const ptl_canon_table *table = ptl_canon_find(ptl_text_of(p->table));
        if (!table) fail_msg("%s: no table %s", p->name, p->table);
        if (p->reads) EXPECT_OK(ptl_preset_find(&other, ptl_text_of(p->reads), &arena, &err));
        if (p->beside) EXPECT_OK(ptl_preset_find(&other, ptl_text_of(p->beside), &arena, &err));
        for (int64_t k = 0; k < p->n_map; k++) {
            char stored[128];
            (void)snprintf(stored, sizeof stored, "%s_id", p->map[k].name);
            if (!ptl_canon_column_find(table, ptl_text_of(p->map[k].name)) &&
                !ptl_canon_column_find(table, ptl_text_of(stored)))
                fail_msg("%s: table %s has no column %s", p->name, p->table, p->map[k].name);
        }
        for (int64_t k = 0; k < p->n_needs; k++)
            if (!ptl_preset_column_find(p, ptl_text_of(p->needs[k])))
                fail_msg("%s needs %s, which it has not", p->name, p->needs[k]);
        for (int64_t k = 0; k < p->n_any; k++)
            if (!ptl_preset_column_find(p, ptl_text_of(p->any[k])))
                fail_msg("%s needs %s, which it has not", p->name, p->any[k]);
        if (p->each && !ptl_preset_column_find(p, ptl_text_of(p->each)))
            fail_msg("%s: no column %s", p->name, p->each);
        for (int64_t k = 0; k < p->n_columns; k++) {
            const char *bound = p->columns[k].at_most;
            if (bound && !ptl_preset_column_find(p, ptl_text_of(bound)))
                fail_msg("%s: no column %s", p->name, bound);
        }
    }
    ptl_arena_dispose(&arena);
}

static void a_mapping_is_what_one_would_write(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_buffer out;
    const ptl_preset *p;
    ptl_arena_init(&arena, 8u << 20, NULL);
    ptl_buffer_init(&out, 1u << 20, NULL);
    EXPECT_OK(ptl_preset_find(&p, PTL_TEXT("media_sheet"), &arena, &err));
    const ptl_pair columns[] = {{"day", "Da\"tum"}, {"cost", "Kosten (EUR)"}};
    const ptl_pair slots[] = {{"day_format", "%d.%m.%Y"}, {"channel", "TV's best"}};
    const ptl_preset_use use = {columns, 2, slots, 2};
    EXPECT_OK(ptl_preset_mapping(&out, p, &use, &err));
    EXPECT_STR(out.ptr, "SELECT\n"
                        "  ptl_day(\"Da\"\"tum\", '%d.%m.%Y') AS day,\n"
                        "  coalesce('TV''s best') AS channel,\n"
                        "  ptl_money(\"Kosten (EUR)\") AS cost_micros\n"
                        "FROM source");
    const ptl_pair wrong_role[] = {{"costs", "x"}};
    const ptl_preset_use no_role = {wrong_role, 1, NULL, 0};
    EXPECT_FAIL(ptl_preset_mapping(&out, p, &no_role, &err), PTL_E_INVALID, "no column \"costs\"");
    const ptl_pair wrong_slot[] = {{"colour", "x"}};
    const ptl_preset_use no_slot = {NULL, 0, wrong_slot, 1};
    EXPECT_FAIL(ptl_preset_mapping(&out, p, &no_slot, &err), PTL_E_INVALID, "no slot \"colour\"");
    EXPECT_FAIL(ptl_preset_find(&p, PTL_TEXT("media_shet"), &arena, &err), PTL_E_NOT_FOUND,
                "no preset \"media_shet\"");
    EXPECT_STR(err.hint, "did you mean \"media_sheet\"?");
    ptl_buffer_dispose(&out);
    ptl_arena_dispose(&arena);
}

static void heads_are_one_text(void **state)
{
    (void)state;
    static const struct {
        const char *head, *folded;
    } heads[] = {{"Amount spent (EUR)", "amount spent eur"},
                 {" Impr. ", "impr"},
                 {"CAF\xC3\x89", "caf\xC3\xA9"},
                 {"order_no", "order no"},
                 {"traffic_source.name", "traffic source name"},
                 {"---", ""}};
    static const struct {
        const char *head, *pattern, *stem;
    } patterns[] = {{"Amount spent (EUR)", "amount spent *", "eur"},
                    {"TV Spend", "* spend", "tv"},
                    {"InvoiceNo", "invoice no", ""},
                    {"competitor price index", "* index*", "competitor price index"},
                    {"Spend", "* spend", NULL},
                    {"Costs", "cost", NULL}};
    char a[PTL_HEAD_BYTES_MAX], b[PTL_HEAD_BYTES_MAX];
    for (int64_t i = 0; i < N_OF(heads); i++) {
        const ptl_text folded = ptl_head_fold(a, ptl_text_of(heads[i].head));
        if (!ptl_text_equal(folded, ptl_text_of(heads[i].folded)))
            fail_msg("%s is \"%.*s\"", heads[i].head, (int)folded.len, folded.ptr);
    }
    for (int64_t i = 0; i < N_OF(patterns); i++) {
        ptl_text stem;
        const ptl_text folded = ptl_head_fold(a, ptl_text_of(patterns[i].head));
        (void)b;
        const bool is = ptl_head_is(folded, patterns[i].pattern, &stem);
        if (is != (patterns[i].stem != NULL))
            fail_msg("%s against %s", patterns[i].head, patterns[i].pattern);
        if (is) assert_true(ptl_text_equal(stem, ptl_text_of(patterns[i].stem)));
    }
}

#define FILE_OF(path, text)                                                                        \
    {                                                                                              \
        path,                                                                                      \
        {                                                                                          \
            text, sizeof text - 1                                                                  \
        }                                                                                          \
    }
static const ptl_config_file portolan =
    FILE_OF("portolan.yaml", "company: Acme\ncurrency: EUR\nzone: Europe/Berlin\n");

static void a_source_names_a_preset(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_workspace w;
    const ptl_config_file files[] = {
        portolan,
        FILE_OF("sources/google.yaml", "preset: google_ads_campaigns\nfiles: [g.csv]\n"
                                       "locale: de\ncolumns:\n  cost: Kosten\n"),
        FILE_OF("sources/nps.yaml", "preset: survey_nps\nfiles: [n.csv]\n")};
    EXPECT_OK(ptl_workspace_parse(&w, "/x", files, N_OF(files), NULL, &err));
    const ptl_source_config *google = ptl_workspace_source(&w, PTL_TEXT("google"));
    EXPECT_STR(google->table, "spend");
    assert_non_null(strstr(google->mapping, "ptl_money(\"Kosten\") AS cost_micros"));
    EXPECT_INT(google->head_row, -1);
    EXPECT_INT(google->n_totals > 0, 1);
    EXPECT_STR(google->locale, "de");
    EXPECT_STR(ptl_workspace_source(&w, PTL_TEXT("nps"))->identifier_kind, "email");
    const ptl_hash with = w.hash;
    ptl_workspace_dispose(&w);
    EXPECT_OK(ptl_workspace_parse(&w, "/x", files, 1, NULL, &err));
    assert_memory_not_equal(&with, &w.hash, sizeof with);
    ptl_workspace_dispose(&w);
}

static void expect_fault(const char *text, const char *words)
{
    ptl_error err = {0};
    ptl_workspace w;
    const ptl_config_file files[] = {portolan, {"sources/s.yaml", ptl_text_of(text)}};
    EXPECT_FAIL(ptl_workspace_parse(&w, "/x", files, 2, NULL, &err), PTL_E_INVALID, words);
}

static void faults_of_presets_have_their_place(void **state)
{
    (void)state;
    expect_fault("preset: google_ads_campaing\nfiles: [g.csv]\n",
                 "sources/s.yaml:1:9: preset: found \"google_ads_campaing\", allowed: a preset: "
                 "docs/presets.md; did you mean \"google_ads_campaigns\"?");
    expect_fault("preset: stripe_payments\nfiles: [g.csv]\nmapping: SELECT 1\n",
                 "either a preset or a table with its mapping");
    expect_fault("preset: stripe_payments\nfiles: [g.csv]\ncolumns:\n  amuont: X\n",
                 "did you mean \"amount\"?");
    expect_fault("preset: stripe_payments\nfiles: [g.csv]\nslots:\n  colour: X\n",
                 "a slot that the preset has");
    expect_fault("table: txn\nfiles: [g.csv]\nidentifier_kind: customer\nmapping: SELECT 1\n"
                 "columns:\n  cost: X\n",
                 "this key beside `preset` only");
    expect_fault("files: [g.csv]\n", "table");
}

static void the_page_is_in_step(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_text page;
    ptl_buffer printed;
    ptl_arena_init(&arena, 4u << 20, NULL);
    ptl_buffer_init(&printed, 2u << 20, NULL);
    EXPECT_OK(ptl_preset_reference(&printed, &err));
    EXPECT_OK(ptl_buffer_check(&printed, "the page", &err));
    /* to renew it: PTL_WRITE_DOCS=1 build/dev/tests/test_preset */
    if (getenv("PTL_WRITE_DOCS"))
        EXPECT_OK(ptl_file_write(PTL_SOURCE_DIR "/docs/presets.md", ptl_buffer_borrow(&printed),
                                 0644, &err));
    EXPECT_OK(ptl_file_read(&page, PTL_SOURCE_DIR "/docs/presets.md", 2u << 20, &arena, &err));
    EXPECT_STR(page.ptr, printed.ptr);
    ptl_buffer_dispose(&printed);
    ptl_arena_dispose(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_has_one),
        cmocka_unit_test(every_preset_is_whole),
        cmocka_unit_test(a_mapping_is_what_one_would_write),
        cmocka_unit_test(heads_are_one_text),
        cmocka_unit_test(a_source_names_a_preset),
        cmocka_unit_test(faults_of_presets_have_their_place),
        cmocka_unit_test(the_page_is_in_step),
    };
    return cmocka_run_group_tests_name("preset", tests, NULL, NULL);
}
