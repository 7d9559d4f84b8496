/* schema.c: the walker (schema.h).
 *
 * One pass over the keys that are written, each looked up in the table; then one over the table
 * for what is missing. The walk never stops at a fault: a reader who must mend five things wants
 * to be told five things. */
#include "workspace/schema_internal.h"

#include "workspace/limits.h"

#include <stdio.h>
#include <string.h>

enum { KEYS_MAX = 32, WORDS_BYTES_MAX = 8192 };

/* --- faults ----------------------------------------------------------------------------------- */

static bool is_empty(const ptl_yaml_node *node)
{
    return node->kind == PTL_YAML_SCALAR && node->text.len == 0;
}

static const char *found_words(const ptl_yaml_node *node)
{
    if (is_empty(node)) return "nothing";
    return node->kind == PTL_YAML_MAP ? "a map" : "a list";
}

static void add_fault(ptl_schema_pass *pass, const ptl_fault *fault, const ptl_yaml_node *node,
                      const char *below)
{
    ptl_buffer path;
    ptl_buffer_init(&path, WORDS_BYTES_MAX, NULL);
    if (node) ptl_yaml_path(&path, node);
    if (below) ptl_buffer_printf(&path, "%s%s", path.len > 0 ? "." : "", below);
    ptl_fault full = *fault;
    full.file = pass->file;
    full.key = path.ptr;
    ptl_faults_add(pass->faults, &full);
    ptl_buffer_dispose(&path);
}

void ptl_schema_fault(ptl_schema_pass *pass, const ptl_yaml_node *node, const char *allowed,
                      const char *nearest)
{
    const bool quoted = node->kind == PTL_YAML_SCALAR && node->text.len > 0;
    const bool at_key = is_empty(node) && node->key_line > 0; /* nothing stands nowhere */
    const ptl_fault fault = {.line = at_key ? node->key_line : node->line,
                             .column = at_key ? node->key_column : node->column,
                             .found = quoted ? node->text.ptr : found_words(node),
                             .in_words = !quoted,
                             .allowed = allowed,
                             .nearest = nearest};
    add_fault(pass, &fault, node, NULL);
}

void ptl_schema_missing(ptl_schema_pass *pass, const ptl_yaml_node *map, const char *key,
                        const char *allowed)
{
    const bool at_key = map && map->key_line > 0;
    const ptl_fault fault = {.line = at_key ? map->key_line
                                     : map  ? map->line
                                            : 1,
                             .column = at_key ? map->key_column
                                       : map  ? map->column
                                              : 1,
                             .allowed = allowed};
    add_fault(pass, &fault, map, key);
}

static void fault_value(ptl_schema_pass *pass, const ptl_yaml_node *node, const ptl_schema_key *key,
                        const char *nearest)
{
    ptl_buffer allowed;
    ptl_buffer_init(&allowed, WORDS_BYTES_MAX, NULL);
    ptl_schema_allowed(&allowed, key);
    ptl_schema_fault(pass, node, allowed.ptr, nearest);
    ptl_buffer_dispose(&allowed);
}

static void fault_extra(ptl_schema_pass *pass, const ptl_yaml_node *node, const ptl_schema *schema)
{
    if (pass->faults->n == PTL_FAULTS_MAX) { /* counted: nobody will read what it should be */
        pass->faults->n_total++;
        return;
    }
    const char *names[KEYS_MAX];
    ptl_buffer allowed;
    ptl_buffer_init(&allowed, WORDS_BYTES_MAX, NULL);
    ptl_buffer_text(&allowed, "the keys ");
    for (int64_t i = 0; i < schema->n_keys; i++) {
        names[i] = schema->keys[i].key;
        ptl_buffer_printf(&allowed, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    const ptl_fault fault = {.line = node->key_line,
                             .column = node->key_column,
                             .found = node->key.len > 0 ? node->key.ptr : "an empty key",
                             .in_words = node->key.len == 0,
                             .allowed = allowed.ptr,
                             .nearest = ptl_text_nearest(node->key, names, schema->n_keys)};
    add_fault(pass, &fault, node, NULL);
    ptl_buffer_dispose(&allowed);
}

/* --- values ----------------------------------------------------------------------------------- */

static void fill_scalar(void *target, const ptl_schema_key *key, const ptl_yaml_node *node,
                        ptl_schema_pass *pass)
{
    ptl_scalar scalar = {.key = key, .text = node->text, .pass = pass};
    const bool good = node->kind == PTL_YAML_SCALAR && node->text.len > 0 &&
                      ptl_schema_read((char *)target + key->offset, &scalar);
    if (!good) fault_value(pass, node, key, scalar.nearest[0] ? scalar.nearest : NULL);
}

static void fill_texts(void *target, const ptl_schema_key *key, const ptl_yaml_node *list,
                       ptl_schema_pass *pass)
{
    const bool counted = (double)list->n >= key->low && !((double)list->n > key->high);
    if (list->kind != PTL_YAML_LIST || !counted) {
        fault_value(pass, list, key, NULL);
        return;
    }
    const char **items = ptl_arena_array(pass->arena, list->n + 1, sizeof(char *), pass->err);
    int64_t n = 0;
    if (!items) {
        pass->status = ptl_refused(pass->err);
        return;
    }
    for (const ptl_yaml_node *node = list->first; node; node = node->next) {
        ptl_scalar scalar = {.key = key, .text = node->text, .pass = pass};
        if (node->faulted) continue;
        items[n] = node->kind == PTL_YAML_SCALAR ? ptl_schema_read_item(&scalar) : NULL;
        if (items[n])
            n++;
        else if (pass->status == PTL_OK)
            ptl_schema_fault(pass, node, "text of 1 to 200 characters", NULL);
    }
    *(const char *const **)(void *)((char *)target + key->offset) = items;
    *(int64_t *)(void *)((char *)target + key->offset_n) = n;
}

static void fill_pairs(void *target, const ptl_schema_key *key, const ptl_yaml_node *map,
                       ptl_schema_pass *pass)
{
    if (map->kind != PTL_YAML_MAP) {
        fault_value(pass, map, key, NULL);
        return;
    }
    ptl_pair *pairs = ptl_arena_array(pass->arena, map->n + 1, sizeof *pairs, pass->err);
    int64_t n = 0;
    if (!pairs) {
        pass->status = ptl_refused(pass->err);
        return;
    }
    for (const ptl_yaml_node *node = map->first; node; node = node->next) {
        if (node->faulted) continue;
        ptl_scalar scalar = {.key = key, .text = node->text, .pass = pass};
        const bool good =
            node->kind == PTL_YAML_SCALAR && ptl_schema_read_pair(&pairs[n], node->key, &scalar);
        if (good)
            n++;
        else if (pass->status == PTL_OK)
            fault_value(pass, node, key, NULL);
    }
    *(const ptl_pair **)(void *)((char *)target + key->offset) = pairs;
    *(int64_t *)(void *)((char *)target + key->offset_n) = n;
}

void ptl_schema_fill_list(void **items, int64_t *n, const ptl_schema *schema,
                          const ptl_yaml_node *list, ptl_schema_pass *pass)
{
    *items = NULL;
    *n = 0;
    if (list->kind != PTL_YAML_LIST) {
        ptl_schema_fault(pass, list, "a list, each item after \"- \"", NULL);
        return;
    }
    char *array = ptl_arena_array(pass->arena, list->n + 1, schema->size, pass->err);
    if (!array) {
        pass->status = ptl_refused(pass->err);
        return;
    }
    for (const ptl_yaml_node *node = list->first; node; node = node->next, ++*n)
        ptl_schema_fill(array + (size_t)*n * schema->size, schema, node, pass);
    *items = array;
}

static void fill_key(void *target, const ptl_schema_key *key, const ptl_yaml_node *node,
                     ptl_schema_pass *pass)
{
    char *field = (char *)target + key->offset;
    if (node->faulted) return;
    switch (key->kind) {
    case PTL_SCHEMA_MAP:
        ptl_schema_fill(field, key->nested, node, pass);
        break;
    case PTL_SCHEMA_MAPS:
        ptl_schema_fill_list((void **)(void *)field,
                             (int64_t *)(void *)((char *)target + key->offset_n), key->nested, node,
                             pass);
        break;
    case PTL_SCHEMA_TEXTS:
        fill_texts(target, key, node, pass);
        break;
    case PTL_SCHEMA_PAIRS:
        fill_pairs(target, key, node, pass);
        break;
    default:
        fill_scalar(target, key, node, pass);
        break;
    }
}

/* --- maps ------------------------------------------------------------------------------------- */

static int64_t find_key(const ptl_schema *schema, ptl_text name)
{
    for (int64_t i = 0; i < schema->n_keys; i++)
        if (ptl_text_equal(ptl_text_of(schema->keys[i].key), name)) return i;
    return -1;
}

static void fill_written(void *target, const ptl_schema *schema, const ptl_yaml_node *map,
                         bool *seen, ptl_schema_pass *pass)
{
    for (const ptl_yaml_node *node = map->first; node; node = node->next) {
        const int64_t at = find_key(schema, node->key);
        if (at >= 0) seen[at] = true;
        if (at >= 0)
            fill_key(target, &schema->keys[at], node, pass);
        else if (!node->faulted)
            fault_extra(pass, node, schema);
    }
}

static void fill_absent(void *target, const ptl_schema_key *key, const ptl_yaml_node *map,
                        ptl_schema_pass *pass)
{
    char *field = (char *)target + key->offset;
    if (key->required) {
        ptl_buffer allowed;
        ptl_buffer_init(&allowed, WORDS_BYTES_MAX, NULL);
        ptl_schema_allowed(&allowed, key);
        ptl_schema_missing(pass, map, key->key, allowed.ptr);
        ptl_buffer_dispose(&allowed);
    } else if (key->kind == PTL_SCHEMA_MAP) {
        ptl_schema_fill(field, key->nested, NULL, pass);
    } else if (key->defaults) {
        ptl_scalar scalar = {.key = key, .text = ptl_text_of(key->defaults), .pass = pass};
        if (!ptl_schema_read(field, &scalar) && pass->status == PTL_OK)
            pass->status = ptl_fail(pass->err, PTL_E_INTERNAL,
                                    "the default of key \"%s\" is not allowed by its own table: %s",
                                    key->key, key->defaults);
    }
}

void ptl_schema_fill(void *target, const ptl_schema *schema, const ptl_yaml_node *map,
                     ptl_schema_pass *pass)
{
    bool seen[KEYS_MAX] = {false};
    if (map && map->faulted) return;
    if (map && map->kind != PTL_YAML_MAP) {
        ptl_schema_fault(pass, map, "a map of keys and values", NULL);
        return;
    }
    if (map) fill_written(target, schema, map, seen, pass);
    for (int64_t i = 0; i < schema->n_keys; i++)
        if (!seen[i]) fill_absent(target, &schema->keys[i], map, pass);
    if (schema->check && pass->status == PTL_OK) schema->check(target, map, pass);
}
