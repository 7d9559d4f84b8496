/* test_setting_walk.c: changes at random, one after the other, over files of every shape.
 *
 * The list of settings before and the change say what the list after must be: the one value as it
 * was given, every other as before. Comments on lines of their own stay; where an item goes, one
 * stretch of bytes goes. What is expected is worked out from the lists alone, never from the
 * writer. */
#include "support/expect.h"

#include "base/asset.h"
#include "portolan/random.h"
#include "workspace/limits.h"
#include "workspace/preset.h"
#include "workspace/setting.h"

#include <stdlib.h>

#define PORTOLAN "portolan.yaml"
#define CHANNELS "channels.yaml"
#define JOURNEYS "journeys.yaml"
#define SOURCE "sources/a.yaml"

static ptl_config_file file_of(const char *path, const char *text)
{
    return (ptl_config_file){path, ptl_text_of(text)};
}

enum { STEPS = 40, WALKS = 120, TEXT_MAX = 160 };

static const char *const corpus[][2] = {
    {PORTOLAN, "# comment\ncompany: Tea\ncurrency: EUR   # books\nzone: Europe/Berlin\n\n"
               "kpi:\n  metric: cm2\n  label: 'One: number'\n  # why\n  from: 1\n  to: 2\n\n"
               "digest: {file: a.txt, mail_to: [x@y, \"z, w\"]}\nlocale: en-GB\n"},
    {CHANNELS,
     "# head\n\n# paid\n- name: a\n  aliases: [x, \"y: z\"]\n  # owner: B\n\n- {name: b, paid: "
     "true}\n\n# last\n- label: C\n  name: c\n  aliases:\n    - one\n    - 'two'\n# end\n"},
    {CHANNELS, "[{name: a}, {name: b, aliases: [x, y]}]"},
    {JOURNEYS,
     "\xEF\xBB\xBFunit: person # whose\ngoals:\n# the first\n- name: buy\n  kinds: [a, b]\n- name: "
     "renew\n  # later\n  value: none\n\ndirect: \xE2\x82\xAC\n"},
    {"metrics.yaml", ""},
    {"people/verticals.yaml", "- name: a\r\n  owner: \"M\xC3\xBCller\"\r\n  geos: [de]\r\n"},
    {SOURCE,
     "# what\npreset: google_ads_campaigns # ours\nfiles:\n- a/*.csv\n- ${X}/b.csv\ncolumns:\n  "
     "# theirs\n  cost: 'K: netto'\n\nslots: {channel: tv}\nformat:\n  head_row: auto\n"},
    {SOURCE,
     "table: txn\nmapping: |  # all\n  SELECT a,\n\n     b\n  FROM source\n\n# end\nfiles: [x]\n"},
    {SOURCE, "{table: txn, mapping: \"SELECT 1\", files: [x]}"}};

typedef struct walk {
    ptl_rng random;
    ptl_arena arena;
    ptl_config_file file;
    ptl_setting *list, *fresh;
    int64_t n, n_fresh;
} walk;

static void look(walk *w)
{
    ptl_error err;
    EXPECT_OK(ptl_setting_list(&w->list, &w->n, &w->file, &w->arena, &err));
    EXPECT_OK(ptl_setting_next(&w->fresh, &w->n_fresh, &w->file, &w->arena, &err));
}

/* Bytes of all sorts; a line break where `lines`. */
static ptl_text any_text(walk *w, char out[TEXT_MAX], bool lines)
{
    static const char bytes[] = "ab: #,[]{}\"'\\-|>&*!%@`~0 .\t?=\n\n";
    const uint64_t kinds = sizeof bytes - (lines ? 1 : 3);
    const size_t n = 1 + (size_t)ptl_rng_below(&w->random, lines ? 60 : 20);
    for (size_t i = 0; i < n; i++) out[i] = bytes[ptl_rng_below(&w->random, kinds)];
    return ptl_text_trim((ptl_text){out, n});
}

/* What a list of one text a line keeps. */
static ptl_text kept_items(char out[TEXT_MAX], ptl_text text)
{
    size_t n = 0;
    while (text.len > 0) {
        const ptl_text item = ptl_text_trim(ptl_text_cut(&text, '\n'));
        if (item.len == 0) continue;
        if (n > 0) out[n++] = '\n';
        memmove(out + n, item.ptr, item.len);
        n += item.len;
    }
    return (ptl_text){out, n};
}

static bool reads(const ptl_setting *s, ptl_text wanted)
{
    ptl_text now = ptl_text_of(s->value);
    if (s->key->kind == PTL_SCHEMA_LINES) now = ptl_text_trim(now);
    return ptl_text_equal(now, wanted);
}

static int64_t n_given(const ptl_setting *list, int64_t n)
{
    int64_t given = 0;
    for (int64_t i = 0; i < n; i++) given += list[i].value && list[i].value[0];
    return given;
}

static const ptl_setting *setting_at(const ptl_setting *list, int64_t n, const char *path)
{
    for (int64_t i = 0; i < n; i++)
        if (strcmp(list[i].path, path) == 0) return &list[i];
    return NULL;
}

/* Every value of `before` aside from that at `path` stands in the list now. */
static void expect_others(const walk *w, const ptl_setting *before, int64_t n, const char *path)
{
    for (int64_t i = 0; i < n; i++) {
        if (!before[i].value || !before[i].value[0] || strcmp(before[i].path, path) == 0) continue;
        const ptl_setting *const now = setting_at(w->list, w->n, before[i].path);
        if (!now || !now->value || strcmp(now->value, before[i].value) != 0)
            fail_msg("%s was \"%s\" before %s changed in\n%.*s", before[i].path, before[i].value,
                     path, (int)w->file.content.len, w->file.content.ptr);
    }
}

/* Comments on lines of their own, outside of texts of several lines. */
static void expect_comments(const walk *w, ptl_text before)
{
    ptl_text after = w->file.content;
    while (before.len > 0) {
        const ptl_text line = ptl_text_cut(&before, '\n');
        const ptl_text words = ptl_text_trim(line);
        bool found = words.len < 3 || words.ptr[0] != '#' || words.ptr[1] != ' ' ||
                     words.ptr[2] < 'a' || words.ptr[2] > 'z' || words.ptr[3] == ' ';
        while (!found && after.len > 0) found = ptl_text_equal(ptl_text_cut(&after, '\n'), line);
        if (!found) fail_msg("\"%.*s\" is gone", (int)line.len, line.ptr);
    }
}

static void change_value(walk *w, const ptl_setting *s)
{
    char bytes[TEXT_MAX], kept[TEXT_MAX];
    ptl_error err;
    const ptl_setting *const before = w->list;
    const int64_t n = w->n;
    const ptl_text content = w->file.content;
    const bool lines = s->key->kind == PTL_SCHEMA_LINES, items = s->key->kind == PTL_SCHEMA_TEXTS;
    ptl_text wanted = any_text(w, bytes, lines || items);
    if (items) wanted = kept_items(kept, wanted);
    if (wanted.len == 0) return;
    const ptl_status st =
        ptl_setting_change(&w->file.content, &w->file, s->path, wanted, &w->arena, &err);
    if (st != PTL_OK)
        fail_msg("%s: %s = \"%.*s\" in\n%.*s", err.message, s->path, (int)wanted.len, wanted.ptr,
                 (int)content.len, content.ptr);
    const char *const path = s->path;
    const bool was_given = s->value && s->value[0];
    look(w);
    const ptl_setting *const now = setting_at(w->list, w->n, path);
    assert_non_null(now);
    assert_true(reads(now, wanted));
    expect_others(w, before, n, path);
    EXPECT_INT(n_given(w->list, w->n), n_given(before, n) + !was_given);
    expect_comments(w, content);
}

/* An item would be left with nothing: what then stands there is no map. */
static bool is_alone(const walk *w, const ptl_setting *s)
{
    const char *const close = strrchr(s->path, ']');
    int64_t n = 0;
    for (int64_t i = 0; close && i < w->n; i++)
        n += w->list[i].value &&
             strncmp(w->list[i].path, s->path, (size_t)(close - s->path) + 1) == 0;
    return close && n < 2;
}

static void leave_out(walk *w, const ptl_setting *s)
{
    ptl_error err;
    const ptl_setting *const before = w->list;
    const int64_t n = w->n;
    if (!s->value || !s->value[0] || is_alone(w, s)) return;
    EXPECT_OK(
        ptl_setting_change(&w->file.content, &w->file, s->path, (ptl_text){0}, &w->arena, &err));
    look(w);
    expect_others(w, before, n, s->path);
    EXPECT_INT(n_given(w->list, w->n), n_given(before, n) - 1);
}

/* One stretch of bytes is gone, and no other. */
static void expect_one_cut(ptl_text before, ptl_text after)
{
    size_t head = 0, tail = 0;
    while (head < after.len && after.ptr[head] == before.ptr[head]) head++;
    while (tail < after.len && after.ptr[after.len - 1 - tail] == before.ptr[before.len - 1 - tail])
        tail++;
    assert_true(before.len > after.len && head + tail >= after.len);
}

static void remove_item(walk *w, const ptl_setting *s)
{
    ptl_error err;
    const char *const close = strrchr(s->path, ']');
    if (!close) return;
    const char *const open = strrchr(s->path, '[');
    const int64_t idx = strtoll(open + 1, NULL, 10);
    const char *const item =
        ptl_text_copy((ptl_text){s->path, (size_t)(close - s->path) + 1}, &w->arena, &err);
    const ptl_setting *const before = w->list;
    const int64_t n = w->n;
    const ptl_text content = w->file.content;
    EXPECT_OK(ptl_setting_change(&w->file.content, &w->file, item, (ptl_text){0}, &w->arena, &err));
    look(w);
    expect_one_cut(content, w->file.content);
    for (int64_t i = 0; i < n; i++) { /* what stood behind has moved up by one */
        const char *const at = before[i].path, *const end = strrchr(at, ']');
        const size_t way = (size_t)(open - s->path);
        const bool beside = end && strncmp(at, s->path, way + 1) == 0;
        const int64_t k = beside ? strtoll(at + way + 1, NULL, 10) : 0;
        if (!before[i].value || !before[i].value[0] || k == idx) continue;
        const char *const now = k > idx ? ptl_text_format(&w->arena, &err, "%.*s[%lld%s", (int)way,
                                                          at, (long long)(k - 1), end)
                                        : at;
        const ptl_setting *const found = setting_at(w->list, w->n, now);
        assert_non_null(found);
        EXPECT_STR(found->value, before[i].value);
    }
}

static void step(walk *w)
{
    const uint64_t what = ptl_rng_below(&w->random, 10);
    const ptl_setting *const some =
        w->n > 0 ? &w->list[ptl_rng_below(&w->random, (uint64_t)w->n)] : NULL;
    const ptl_setting *const fresh =
        w->n_fresh > 0 ? &w->fresh[ptl_rng_below(&w->random, (uint64_t)w->n_fresh)] : NULL;
    if (what < 5 && some)
        change_value(w, some);
    else if (what < 7 && some)
        leave_out(w, some);
    else if (what < 8 && some)
        remove_item(w, some);
    else if (fresh)
        change_value(w, fresh);
}

static void walks_change_what_they_say(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof corpus / sizeof *corpus; c++)
        for (int i = 0; i < WALKS; i++) {
            walk w = {.random = ptl_rng_new(1000 * c + (uint64_t)i),
                      .file = file_of(corpus[c][0], corpus[c][1])};
            ptl_arena_init(&w.arena, PTL_YAML_ARENA_BYTES_MAX, NULL);
            look(&w);
            for (int k = 0; k < STEPS; k++) step(&w);
            ptl_arena_dispose(&w.arena);
        }
}

static const char templates[] = "src/workspace/templates/";

/* A template's places, {{company}}, as words. */
static ptl_text without_places(ptl_text text, ptl_arena *arena)
{
    ptl_error err;
    char *const out = ptl_text_copy(text, arena, &err);
    for (char *c = out; *c; c++)
        if ((c[0] == '{' && c[1] == '{') || (c[0] == '}' && c[1] == '}')) c[0] = c[1] = 'x';
    return (ptl_text){out, text.len};
}

static void change_every_setting(ptl_config_file file, uint64_t seed)
{
    walk w = {.random = ptl_rng_new(seed), .file = file};
    ptl_arena_init(&w.arena, PTL_YAML_ARENA_BYTES_MAX, NULL);
    look(&w);
    for (int64_t k = 0; k < w.n; k++)
        if (strcmp(w.list[k].path, "preset") != 0) change_value(&w, &w.list[k]);
    for (int k = 0; k < STEPS; k++) step(&w);
    ptl_arena_dispose(&w.arena);
}

/* Every setting of the files that `portolan init` writes, and of a source with each preset. */
static void templates_and_presets_are_changed_alike(void **state)
{
    (void)state;
    ptl_arena arena;
    ptl_error err;
    uint64_t n_files = 0;
    ptl_arena_init(&arena, PTL_YAML_ARENA_BYTES_MAX, NULL);
    for (int64_t i = ptl_asset_first(templates); i < ptl_assets_n; i++) {
        const ptl_asset *const asset = &ptl_assets[i];
        if (strncmp(asset->path, templates, sizeof templates - 1) != 0) break;
        const ptl_config_file file = {
            asset->path + sizeof templates - 1,
            without_places((ptl_text){(const char *)asset->bytes, asset->len}, &arena)};
        if (ptl_setting_has(file.path)) change_every_setting(file, n_files++);
    }
    EXPECT_INT(n_files, 4);
    const char *const *preset = ptl_preset_names(&arena, &err);
    for (assert_non_null(preset); *preset; preset++, n_files++)
        change_every_setting(
            file_of(SOURCE, ptl_text_format(&arena, &err,
                                            "# of a tool\npreset: %s\nfiles: [a.csv]\n", *preset)),
            n_files);
    assert_true(n_files > 60);
    ptl_arena_dispose(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_change_what_they_say),
        cmocka_unit_test(templates_and_presets_are_changed_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
