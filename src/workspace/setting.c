/* setting.c: which settings a file has, and what it says of each (setting.h).
 *
 * The order is the schema's, not the file's: a form looks alike for every workspace. A preset has
 * columns and slots of its own; a source that names it has a setting for each of them, whether the
 * file mentions it or not, and one for every name it writes beside them. */
#include "workspace/setting_internal.h"

#include "workspace/limits.h"
#include "workspace/preset.h"
#include "workspace/tables.h"

#include <string.h>

ptl_status ptl_setting_tree(const ptl_yaml_node **root, const char *file, ptl_text content,
                            ptl_arena *arena, ptl_error *err)
{
    ptl_faults *const faults = ptl_arena_alloc(arena, sizeof *faults, err);
    if (!faults) return ptl_refused(err);
    ptl_faults_init(faults);
    ptl_status st = ptl_yaml_parse(root, file, content, arena, faults, err);
    ptl_faults_dispose(faults);
    if (st != PTL_OK || *root) return st;
    st = ptl_fail(err, PTL_E_INVALID, "%s cannot be read", file);
    ptl_error_hint(err, "portolan apply --dry-run says where and why");
    return st;
}

/* --- values ----------------------------------------------------------------------------------- */

static ptl_status join_items(const char **out, const ptl_yaml_node *list, ptl_arena *arena,
                             ptl_error *err)
{
    ptl_buffer lines;
    ptl_buffer_init(&lines, PTL_CONFIG_FILE_BYTES_MAX, NULL);
    ptl_buffer_text(&lines, "");
    for (const ptl_yaml_node *item = list->first; item; item = item->next) {
        if (item != list->first) ptl_buffer_text(&lines, "\n");
        if (item->kind == PTL_YAML_SCALAR)
            ptl_buffer_append(&lines, item->text.ptr, item->text.len);
    }
    ptl_status st = ptl_buffer_check(&lines, "a list", err);
    *out = st == PTL_OK ? ptl_text_copy(ptl_buffer_borrow(&lines), arena, err) : NULL;
    if (st == PTL_OK && !*out) st = ptl_refused(err);
    ptl_buffer_dispose(&lines);
    return st;
}

ptl_status ptl_setting_value(const char **out, const ptl_yaml_node *node, ptl_arena *arena,
                             ptl_error *err)
{
    *out = NULL;
    if (!node) return PTL_OK;
    if (node->kind == PTL_YAML_LIST) return join_items(out, node, arena, err);
    if (node->kind == PTL_YAML_SCALAR) *out = node->text.ptr;
    return PTL_OK;
}

/* --- the list --------------------------------------------------------------------------------- */

typedef struct listing {
    ptl_setting *items;
    int64_t n, capacity;
    const char *file, *row;
    const ptl_preset *preset; /* of a source that names one */
    ptl_arena *arena;
    ptl_error *err;
} listing;

static ptl_status grow(listing *l)
{
    const int64_t capacity = l->capacity > 0 ? 2 * l->capacity : 64;
    ptl_setting *const items = ptl_arena_array(l->arena, capacity, sizeof *items, l->err);
    if (!items) return ptl_refused(l->err);
    if (l->n > 0) memcpy(items, l->items, (size_t)l->n * sizeof *items);
    l->items = items;
    l->capacity = capacity;
    return PTL_OK;
}

static ptl_status add(listing *l, const ptl_schema_key *key, const ptl_yaml_node *node,
                      const char *above)
{
    if (l->n == l->capacity) PTL_TRY(grow(l));
    ptl_setting *const s = &l->items[l->n++];
    *s = (ptl_setting){.file = l->file, .row = l->row, .key = key, .line = node ? node->line : 0};
    s->path = ptl_text_format(l->arena, l->err, "%s%s", above, key->key);
    if (!s->path) return ptl_refused(l->err);
    return ptl_setting_value(&s->value, node, l->arena, l->err);
}

/* --- columns and slots ------------------------------------------------------------------------ */

static ptl_status add_pair(listing *l, const ptl_yaml_node *map, const char *above,
                           const ptl_schema_key *made)
{
    ptl_schema_key *const key = ptl_arena_alloc(l->arena, sizeof *key, l->err);
    if (!key) return ptl_refused(l->err);
    *key = *made;
    return add(l, key, ptl_yaml_find(map, made->key), above);
}

static ptl_status add_columns(listing *l, const ptl_schema_key *pairs, const ptl_yaml_node *map,
                              const char *above)
{
    for (int64_t i = 0; l->preset && i < l->preset->n_columns; i++) {
        const ptl_preset_column *const c = &l->preset->columns[i];
        const char *const about =
            ptl_text_format(l->arena, l->err, "%s%s", ptl_preset_kind_about(c->kind),
                            c->required ? "; the file has it" : "");
        if (!about) return ptl_refused(l->err);
        const ptl_schema_key key = {
            .key = c->role,
            .kind = PTL_SCHEMA_TEXT,
            .low = pairs->low,
            .high = pairs->high,
            .about = about,
            .where_absent = c->required && c->n_names > 0 ? c->names[0] : "not in the file"};
        PTL_TRY(add_pair(l, map, above, &key));
    }
    return PTL_OK;
}

static ptl_status add_slot(listing *l, const ptl_schema_key *pairs, const ptl_yaml_node *map,
                           const char *above, const ptl_pair *slot, const char *about)
{
    const ptl_schema_key key = {.key = slot->name,
                                .kind = PTL_SCHEMA_TEXT,
                                .low = pairs->low,
                                .high = pairs->high,
                                .about = about,
                                .where_absent = slot->text[0] ? slot->text : "empty"};
    return add_pair(l, map, above, &key);
}

/* The preset's own, then how its days and times are written. */
static ptl_status add_slots(listing *l, const ptl_schema_key *pairs, const ptl_yaml_node *map,
                            const char *above)
{
    for (int64_t i = 0; l->preset && i < l->preset->n_slots; i++)
        PTL_TRY(
            add_slot(l, pairs, map, above, &l->preset->slots[i], "What the preset leaves open"));
    for (int64_t i = 0; l->preset && i < l->preset->n_columns; i++) {
        const ptl_preset_column *const c = &l->preset->columns[i];
        if (c->kind != PTL_PRESET_DAY && c->kind != PTL_PRESET_TIME) continue;
        const char *const usual = c->format ? c->format : "the usual way";
        const ptl_pair slot = {ptl_text_format(l->arena, l->err, "%s_format", c->role), usual};
        if (!slot.name) return ptl_refused(l->err);
        PTL_TRY(add_slot(l, pairs, map, above, &slot, "How it is written, as %d.%m.%Y"));
    }
    return PTL_OK;
}

static ptl_status add_pairs(listing *l, const ptl_schema_key *pairs, const ptl_yaml_node *map,
                            const char *way)
{
    const char *const above = ptl_text_format(l->arena, l->err, "%s%s.", way, pairs->key);
    if (!above) return ptl_refused(l->err);
    const int64_t first = l->n;
    PTL_TRY((strcmp(pairs->key, "columns") == 0 ? add_columns : add_slots)(l, pairs, map, above));
    const ptl_yaml_node *node = map && map->kind == PTL_YAML_MAP ? map->first : NULL;
    for (const int64_t end = l->n; node; node = node->next) {
        bool told = false;
        for (int64_t i = first; i < end && !told; i++)
            told = ptl_text_equal(ptl_text_of(l->items[i].key->key), node->key);
        const ptl_schema_key key = {.key = node->key.ptr,
                                    .kind = PTL_SCHEMA_TEXT,
                                    .low = pairs->low,
                                    .high = pairs->high,
                                    .about = "Written in the file"};
        if (!told) PTL_TRY(add_pair(l, map, above, &key));
    }
    return PTL_OK;
}

/* --- keys and rows ---------------------------------------------------------------------------- */

static ptl_status add_keys(listing *l, const ptl_schema *schema, const ptl_yaml_node *map,
                           const char *above);

static ptl_status add_rows(listing *l, const ptl_schema *schema, const ptl_yaml_node *list,
                           const char *above)
{
    const char *const outer = l->row;
    if (!list || list->kind != PTL_YAML_LIST) return PTL_OK;
    for (const ptl_yaml_node *item = list->first; item; item = item->next) {
        const ptl_yaml_node *const name = ptl_yaml_find(item, "name");
        const char *const path =
            ptl_text_format(l->arena, l->err, "%s[%lld].", above, (long long)item->idx);
        if (!path) return ptl_refused(l->err);
        l->row = name && name->kind == PTL_YAML_SCALAR ? name->text.ptr : "";
        PTL_TRY(add_keys(l, schema, item, path));
    }
    l->row = outer;
    return PTL_OK;
}

/* Tables and presets have names; a form proposes them. */
static ptl_status propose(const ptl_schema_key **out, const ptl_schema_key *key, listing *l)
{
    int64_t n;
    *out = key;
    const bool preset = strcmp(key->key, "preset") == 0;
    if (key->kind != PTL_SCHEMA_NAME || (!preset && strcmp(key->key, "table") != 0)) return PTL_OK;
    ptl_schema_key *const made = ptl_arena_alloc(l->arena, sizeof *made, l->err);
    if (!made) return ptl_refused(l->err);
    *made = *key;
    made->values =
        preset ? ptl_preset_names(l->arena, l->err) : ptl_loadable_tables(&n, l->arena, l->err);
    *out = made;
    return made->values ? PTL_OK : ptl_refused(l->err);
}

static ptl_status add_key(listing *l, const ptl_schema_key *key, const ptl_yaml_node *node,
                          const char *above)
{
    if (key->kind == PTL_SCHEMA_PAIRS) return add_pairs(l, key, node, above);
    if (key->kind != PTL_SCHEMA_MAP && key->kind != PTL_SCHEMA_MAPS) {
        const ptl_schema_key *shown;
        PTL_TRY(propose(&shown, key, l));
        return add(l, shown, node, above);
    }
    const bool is_list = key->kind == PTL_SCHEMA_MAPS;
    const char *const path =
        ptl_text_format(l->arena, l->err, "%s%s%s", above, key->key, is_list ? "" : ".");
    if (!path) return ptl_refused(l->err);
    return (is_list ? add_rows : add_keys)(l, key->nested, node, path);
}

static ptl_status add_keys(listing *l, const ptl_schema *schema, const ptl_yaml_node *map,
                           const char *above)
{
    for (int64_t i = 0; i < schema->n_keys; i++)
        PTL_TRY(add_key(l, &schema->keys[i], ptl_yaml_find(map, schema->keys[i].key), above));
    return PTL_OK;
}

/* A preset that is not there is a fault of the file, told when it is checked. */
static ptl_status find_preset(listing *l, const ptl_yaml_node *root)
{
    const ptl_yaml_node *const node = ptl_yaml_find(root, "preset");
    ptl_error own;
    if (!node || node->kind != PTL_YAML_SCALAR) return PTL_OK;
    const ptl_status st = ptl_preset_find(&l->preset, node->text, l->arena, &own);
    if (st == PTL_OK || st == PTL_E_NOT_FOUND) return PTL_OK;
    if (l->err) *l->err = own;
    return st;
}

ptl_status ptl_setting_list(ptl_setting **out, int64_t *n, const ptl_config_file *file,
                            ptl_arena *arena, ptl_error *err)
{
    const ptl_setting_form form = ptl_setting_form_of(file->path);
    const ptl_yaml_node *root = NULL;
    listing l = {.file = file->path, .arena = arena, .err = err};
    *out = NULL;
    *n = 0;
    if (!form.schema) return PTL_OK;
    PTL_TRY(ptl_setting_tree(&root, file->path, file->content, arena, err));
    if (form.schema == &ptl_schema_source) PTL_TRY(find_preset(&l, root));
    PTL_TRY((form.rows ? add_rows : add_keys)(&l, form.schema, root, ""));
    *out = l.items;
    *n = l.n;
    return PTL_OK;
}

/* --- what a list's next item may say ---------------------------------------------------------- */

static ptl_status add_next(listing *l, const ptl_schema *schema, const ptl_yaml_node *list,
                           const char *above)
{
    const int64_t n = list && list->kind == PTL_YAML_LIST ? list->n : 0;
    const char *const path =
        ptl_text_format(l->arena, l->err, "%s[%lld].", above, (long long)n + 1);
    return path ? add_keys(l, schema, NULL, path) : ptl_refused(l->err);
}

ptl_status ptl_setting_next(ptl_setting **out, int64_t *n, const ptl_config_file *file,
                            ptl_arena *arena, ptl_error *err)
{
    const ptl_setting_form form = ptl_setting_form_of(file->path);
    const ptl_yaml_node *root = NULL;
    listing l = {.file = file->path, .arena = arena, .err = err};
    *out = NULL;
    *n = 0;
    if (!form.schema) return PTL_OK;
    PTL_TRY(ptl_setting_tree(&root, file->path, file->content, arena, err));
    if (form.rows) PTL_TRY(add_next(&l, form.schema, root, ""));
    for (int64_t i = 0; !form.rows && i < form.schema->n_keys; i++) {
        const ptl_schema_key *const key = &form.schema->keys[i];
        if (key->kind == PTL_SCHEMA_MAPS)
            PTL_TRY(add_next(&l, key->nested, ptl_yaml_find(root, key->key), key->key));
    }
    *out = l.items;
    *n = l.n;
    return PTL_OK;
}
