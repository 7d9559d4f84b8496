/* preset.c: the files below src/workspace/presets/ become presets (preset.h).
 *
 * They are read by the same tables and walker as a workspace's own files; a mistake in one is a
 * mistake of the program, found by its test, and told as an internal error. A preset that reads
 * another's file takes over its columns, so that an export which feeds several tables is described
 * once. */
#include "workspace/preset.h"

#include "base/asset.h"
#include "workspace/limits.h"

#include <stddef.h>
#include <string.h>

static const char folder[] = "src/workspace/presets/";

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

/* --- the table -------------------------------------------------------------------------------- */

static const char *const kind_words[] = {
#define KIND_WORD(name, word, about) word,
    PTL_PRESET_KINDS(KIND_WORD)
#undef KIND_WORD
        NULL};

#define COLUMN(field) offsetof(ptl_preset_column, field)
static const ptl_schema_key column_keys[] = {
    {.key = "role", .kind = PTL_SCHEMA_NAME, .required = true, .offset = COLUMN(role)},
    {.key = "kind",
     .kind = PTL_SCHEMA_ENUM,
     .values = kind_words,
     .defaults = "text",
     .offset = COLUMN(kind)},
    {.key = "required", .kind = PTL_SCHEMA_BOOL, .defaults = "false", .offset = COLUMN(required)},
    {.key = "names",
     .kind = PTL_SCHEMA_TEXTS,
     .required = true,
     .low = 1,
     .high = 64,
     .offset = COLUMN(names),
     .offset_n = COLUMN(n_names)},
    {.key = "format", .kind = PTL_SCHEMA_TEXT, .offset = COLUMN(format)},
    {.key = "values",
     .kind = PTL_SCHEMA_TEXTS,
     .high = 64,
     .offset = COLUMN(values),
     .offset_n = COLUMN(n_values)},
    {.key = "at_most", .kind = PTL_SCHEMA_NAME, .offset = COLUMN(at_most)},
    {.key = "fits", .kind = PTL_SCHEMA_NAME, .offset = COLUMN(fits)},
};
static const ptl_schema column_schema = {.title = "columns",
                                         .keys = column_keys,
                                         .n_keys = N_OF(column_keys),
                                         .size = sizeof(ptl_preset_column)};

#define PRESET(field) offsetof(ptl_preset, field)
static const ptl_schema_key preset_keys[] = {
    {.key = "tool", .kind = PTL_SCHEMA_TEXT, .required = true, .offset = PRESET(tool)},
    {.key = "title", .kind = PTL_SCHEMA_TEXT, .required = true, .offset = PRESET(title)},
    {.key = "table", .kind = PTL_SCHEMA_NAME, .required = true, .offset = PRESET(table)},
    {.key = "about",
     .kind = PTL_SCHEMA_LINES,
     .low = 1,
     .high = 1000,
     .required = true,
     .offset = PRESET(about)},
    {.key = "reads", .kind = PTL_SCHEMA_NAME, .offset = PRESET(reads)},
    {.key = "beside", .kind = PTL_SCHEMA_NAME, .offset = PRESET(beside)},
    {.key = "generic", .kind = PTL_SCHEMA_BOOL, .defaults = "false", .offset = PRESET(generic)},
    {.key = "each", .kind = PTL_SCHEMA_NAME, .offset = PRESET(each)},
    {.key = "rank", .kind = PTL_SCHEMA_INT, .high = 100, .offset = PRESET(rank)},
    {.key = "find_head", .kind = PTL_SCHEMA_BOOL, .defaults = "false", .offset = PRESET(find_head)},
    {.key = "totals",
     .kind = PTL_SCHEMA_TEXTS,
     .high = 16,
     .offset = PRESET(totals),
     .offset_n = PRESET(n_totals)},
    {.key = "identifier_kind", .kind = PTL_SCHEMA_NAME, .offset = PRESET(identifier_kind)},
    {.key = "zone", .kind = PTL_SCHEMA_ZONE, .offset = PRESET(zone)},
    {.key = "locale", .kind = PTL_SCHEMA_LOCALE, .offset = PRESET(locale)},
    {.key = "columns",
     .kind = PTL_SCHEMA_MAPS,
     .nested = &column_schema,
     .offset = PRESET(columns),
     .offset_n = PRESET(n_columns)},
    {.key = "needs",
     .kind = PTL_SCHEMA_TEXTS,
     .high = 16,
     .offset = PRESET(needs),
     .offset_n = PRESET(n_needs)},
    {.key = "any",
     .kind = PTL_SCHEMA_TEXTS,
     .high = 16,
     .offset = PRESET(any),
     .offset_n = PRESET(n_any)},
    {.key = "marks",
     .kind = PTL_SCHEMA_TEXTS,
     .high = 64,
     .offset = PRESET(marks),
     .offset_n = PRESET(n_marks)},
    {.key = "ignores",
     .kind = PTL_SCHEMA_TEXTS,
     .high = 200,
     .offset = PRESET(ignores),
     .offset_n = PRESET(n_ignores)},
    {.key = "slots",
     .kind = PTL_SCHEMA_PAIRS,
     .low = 0,
     .high = 200,
     .offset = PRESET(slots),
     .offset_n = PRESET(n_slots)},
    {.key = "map",
     .kind = PTL_SCHEMA_PAIRS,
     .required = true,
     .low = 1,
     .high = 2000,
     .offset = PRESET(map),
     .offset_n = PRESET(n_map)},
    {.key = "from", .kind = PTL_SCHEMA_LINES, .low = 1, .high = 2000, .offset = PRESET(from)},
    {.key = "where", .kind = PTL_SCHEMA_LINES, .low = 1, .high = 2000, .offset = PRESET(where)},
};
const ptl_schema ptl_schema_preset = {.title = "a preset",
                                      .keys = preset_keys,
                                      .n_keys = N_OF(preset_keys),
                                      .size = sizeof(ptl_preset)};

const char *ptl_preset_kind_word(ptl_preset_kind kind)
{
    return kind > PTL_PRESET_KIND_NONE ? kind_words[kind - 1] : "text";
}

const char *ptl_preset_kind_about(ptl_preset_kind kind)
{
    static const char *const abouts[] = {"words",
#define KIND_ABOUT(name, word, about) about,
                                         PTL_PRESET_KINDS(KIND_ABOUT)
#undef KIND_ABOUT
    };
    return abouts[kind];
}

/* --- one file --------------------------------------------------------------------------------- */

/* The name in "src/workspace/presets/name.yaml"; false for anything else. */
static bool name_of(ptl_text *out, const char *path)
{
    *out = ptl_text_of(path);
    if (!ptl_text_starts(*out, ptl_text_of(folder)) || !ptl_text_ends(*out, PTL_TEXT(".yaml")))
        return false;
    out->ptr += strlen(folder);
    out->len -= strlen(folder) + strlen(".yaml");
    return true;
}

static ptl_status fail_file(const char *path, const ptl_faults *faults, ptl_error *err)
{
    ptl_buffer words;
    ptl_buffer_init(&words, 4096, NULL);
    ptl_fault_format(&words, &faults->items[0]);
    (void)ptl_fail(err, PTL_E_INTERNAL, "%.100s: %.600s", path, words.ptr ? words.ptr : "");
    ptl_buffer_dispose(&words);
    return PTL_E_INTERNAL;
}

static ptl_status fill_preset(ptl_preset *out, const ptl_asset *asset, ptl_arena *tree,
                              ptl_arena *arena, ptl_faults *faults, ptl_error *err)
{
    const ptl_yaml_node *root = NULL;
    const ptl_text content = {(const char *)asset->bytes, asset->len};
    PTL_TRY(ptl_yaml_parse(&root, asset->path, content, tree, faults, err));
    ptl_schema_pass pass = {.file = asset->path, .faults = faults, .arena = arena, .err = err};
    if (root) ptl_schema_fill(out, &ptl_schema_preset, root, &pass);
    out->counted = root && ptl_yaml_find(root, "rank") != NULL;
    return pass.status;
}

static ptl_status fold_names(const char *const **out, const char *const *names, int64_t n,
                             ptl_arena *arena, ptl_error *err)
{
    const char **heads = ptl_arena_array(arena, n + 1, sizeof *heads, err);
    if (!heads) return ptl_refused(err);
    for (int64_t i = 0; i < n; i++) {
        char own[PTL_HEAD_BYTES_MAX];
        heads[i] = ptl_text_copy(ptl_head_fold(own, ptl_text_of(names[i])), arena, err);
        if (!heads[i]) return ptl_refused(err);
    }
    *out = heads;
    return PTL_OK;
}

static ptl_status fold_preset(ptl_preset *preset, ptl_arena *arena, ptl_error *err)
{
    ptl_preset_column *columns = (ptl_preset_column *)(uintptr_t)preset->columns;
    for (int64_t i = 0; i < preset->n_columns; i++)
        PTL_TRY(fold_names(&columns[i].heads, columns[i].names, columns[i].n_names, arena, err));
    PTL_TRY(fold_names(&preset->marks, preset->marks, preset->n_marks, arena, err));
    return fold_names(&preset->ignores, preset->ignores, preset->n_ignores, arena, err);
}

static ptl_status read_preset(ptl_preset *out, const ptl_asset *asset, ptl_arena *arena,
                              ptl_error *err)
{
    ptl_text name;
    ptl_arena tree;
    ptl_faults faults;
    *out = (ptl_preset){0};
    if (!name_of(&name, asset->path))
        return ptl_fail(err, PTL_E_INTERNAL, "%.200s is no preset", asset->path);
    ptl_faults_init(&faults);
    ptl_arena_init(&tree, PTL_YAML_ARENA_BYTES_MAX, NULL);
    ptl_status st = fill_preset(out, asset, &tree, arena, &faults, err);
    if (st == PTL_OK && faults.n_total > 0) st = fail_file(asset->path, &faults, err);
    if (st == PTL_OK) out->name = ptl_text_copy(name, arena, err);
    if (st == PTL_OK && !out->name) st = ptl_refused(err);
    if (st == PTL_OK) st = fold_preset(out, arena, err);
    ptl_arena_dispose(&tree);
    ptl_faults_dispose(&faults);
    return st;
}

static const ptl_asset *asset_of(ptl_text name)
{
    char path[sizeof folder + PTL_NAME_BYTES_MAX + sizeof ".yaml"];
    if (name.len == 0 || name.len > PTL_NAME_BYTES_MAX) return NULL;
    memcpy(path, folder, sizeof folder - 1);
    memcpy(path + sizeof folder - 1, name.ptr, name.len);
    memcpy(path + sizeof folder - 1 + name.len, ".yaml", sizeof ".yaml");
    return ptl_asset_find(path);
}

ptl_text ptl_preset_bytes(ptl_text name)
{
    const ptl_asset *asset = asset_of(name);
    return asset ? (ptl_text){(const char *)asset->bytes, asset->len} : (ptl_text){0};
}

/* Its columns are those of the preset whose file it reads. */
static ptl_status take_columns(ptl_preset *preset, ptl_arena *arena, ptl_error *err)
{
    ptl_preset read;
    if (!preset->reads) return PTL_OK;
    const ptl_asset *asset = asset_of(ptl_text_of(preset->reads));
    if (!asset)
        return ptl_fail(err, PTL_E_INTERNAL, "preset %s reads %s, which is not there", preset->name,
                        preset->reads);
    PTL_TRY(read_preset(&read, asset, arena, err));
    preset->columns = read.columns;
    preset->n_columns = read.n_columns;
    preset->ignores = read.ignores;
    preset->n_ignores = read.n_ignores;
    if (!preset->zone) preset->zone = read.zone;
    if (!preset->locale) preset->locale = read.locale;
    return PTL_OK;
}

ptl_status ptl_preset_all(const ptl_preset **out, int64_t *n, ptl_arena *arena, ptl_error *err)
{
    const int64_t first = ptl_asset_first(folder);
    int64_t last = first;
    while (last < ptl_assets_n &&
           ptl_text_starts(ptl_text_of(ptl_assets[last].path), ptl_text_of(folder)))
        last++;
    ptl_preset *presets = ptl_arena_array(arena, last - first + 1, sizeof *presets, err);
    if (!presets) return ptl_refused(err);
    for (int64_t i = first; i < last; i++) {
        PTL_TRY(read_preset(&presets[i - first], &ptl_assets[i], arena, err));
        PTL_TRY(take_columns(&presets[i - first], arena, err));
    }
    *out = presets;
    *n = last - first;
    return PTL_OK;
}

const char *const *ptl_preset_names(ptl_arena *arena, ptl_error *err)
{
    const int64_t first = ptl_asset_first(folder);
    int64_t n = 0;
    ptl_text found;
    const char **names = ptl_arena_array(arena, ptl_assets_n - first + 1, sizeof *names, err);
    if (!names) return NULL;
    for (int64_t i = first; i < ptl_assets_n && name_of(&found, ptl_assets[i].path); i++) {
        names[n] = ptl_text_copy(found, arena, err);
        if (!names[n++]) return NULL;
    }
    return names;
}

static ptl_status fail_name(ptl_text name, ptl_arena *arena, ptl_error *err)
{
    ptl_error own;
    const char *const *const names = ptl_preset_names(arena, &own);
    int64_t n = 0;
    while (names && names[n]) n++;
    const char *nearest = names ? ptl_text_nearest(name, names, n) : NULL;
    (void)ptl_fail(err, PTL_E_NOT_FOUND, "there is no preset \"%.*s\"",
                   (int)(name.len < 80 ? name.len : 80), name.ptr ? name.ptr : "");
    if (nearest)
        ptl_error_hint(err, "did you mean \"%s\"?", nearest);
    else
        ptl_error_hint(err, "docs/presets.md lists them");
    return PTL_E_NOT_FOUND;
}

ptl_status ptl_preset_find(const ptl_preset **out, ptl_text name, ptl_arena *arena, ptl_error *err)
{
    const ptl_asset *asset = asset_of(name);
    *out = NULL;
    if (!asset) return fail_name(name, arena, err);
    ptl_preset *preset = ptl_arena_array(arena, 1, sizeof *preset, err);
    if (!preset) return ptl_refused(err);
    PTL_TRY(read_preset(preset, asset, arena, err));
    PTL_TRY(take_columns(preset, arena, err));
    *out = preset;
    return PTL_OK;
}

const ptl_preset_column *ptl_preset_column_find(const ptl_preset *preset, ptl_text role)
{
    for (int64_t i = 0; i < preset->n_columns; i++)
        if (ptl_text_equal(ptl_text_of(preset->columns[i].role), role)) return &preset->columns[i];
    return NULL;
}

/* A slot of its own, or the format of a day or time. */
bool ptl_preset_has_slot(const ptl_preset *preset, ptl_text slot)
{
    if (ptl_pair_find(preset->slots, preset->n_slots, slot)) return true;
    if (!ptl_text_ends(slot, PTL_TEXT("_format"))) return false;
    const ptl_text role = {slot.ptr, slot.len - strlen("_format")};
    const ptl_preset_column *column = ptl_preset_column_find(preset, role);
    return column && (column->kind == PTL_PRESET_DAY || column->kind == PTL_PRESET_TIME);
}
