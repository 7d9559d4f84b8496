/* setting.c: which settings a file has, and what it says of each (setting.h). */
#include "workspace/setting_internal.h"

#include "workspace/limits.h"
#include "workspace/tables.h"

#include <string.h>

static const struct {
    const char *file;
    const ptl_schema *schema;
    bool rows; /* the file is a list of them */
} forms[] = {{"portolan.yaml", &ptl_schema_portolan, false},
             {"channels.yaml", &ptl_schema_channel, true}};

static int form_of(const char *file)
{
    for (int i = 0; i < (int)(sizeof forms / sizeof *forms); i++)
        if (strcmp(forms[i].file, file) == 0) return i;
    return -1;
}

bool ptl_setting_has(const char *file)
{
    return form_of(file) >= 0;
}

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

/* --- keys ------------------------------------------------------------------------------------- */

/* A form has one field for it. */
static bool is_field(const ptl_schema_key *key)
{
    return key->kind != PTL_SCHEMA_MAPS && key->kind != PTL_SCHEMA_PAIRS &&
           key->kind != PTL_SCHEMA_LINES;
}

static const ptl_schema_key *key_in(const ptl_schema *schema, ptl_text path)
{
    ptl_text rest = path;
    const ptl_text name = ptl_text_cut(&rest, '.');
    for (int64_t i = 0; i < schema->n_keys; i++) {
        const ptl_schema_key *const key = &schema->keys[i];
        if (!ptl_text_equal(ptl_text_of(key->key), name)) continue;
        if (key->kind == PTL_SCHEMA_MAP) return rest.len > 0 ? key_in(key->nested, rest) : NULL;
        return rest.len == 0 && is_field(key) ? key : NULL;
    }
    return NULL;
}

/* "[12]." at the head of `path` is cut off; 0 where there is none. */
int64_t ptl_setting_row(ptl_text *path)
{
    int64_t idx = 0;
    size_t i = 1;
    if (path->len < 4 || path->ptr[0] != '[') return 0;
    for (; i < path->len && path->ptr[i] >= '0' && path->ptr[i] <= '9' && i < 8; i++)
        idx = 10 * idx + (path->ptr[i] - '0');
    if (i + 1 >= path->len || path->ptr[i] != ']' || path->ptr[i + 1] != '.') return 0;
    path->ptr += i + 2;
    path->len -= i + 2;
    return idx;
}

const ptl_schema_key *ptl_setting_key(const char *file, ptl_text path)
{
    const int form = form_of(file);
    if (form < 0) return NULL;
    const bool in_row = ptl_setting_row(&path) > 0;
    return in_row == forms[form].rows ? key_in(forms[form].schema, path) : NULL;
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
    ptl_setting *items; /* NULL: count alone */
    int64_t n;
    const char *file, *row;
    ptl_arena *arena;
    ptl_error *err;
} listing;

static ptl_status add(listing *l, const ptl_schema_key *key, const ptl_yaml_node *node,
                      const char *above)
{
    const int64_t at = l->n++;
    if (!l->items) return PTL_OK;
    ptl_setting *const s = &l->items[at];
    *s = (ptl_setting){.file = l->file, .row = l->row, .key = key, .line = node ? node->line : 0};
    s->path = ptl_text_format(l->arena, l->err, "%s%s", above, key->key);
    if (!s->path) return ptl_refused(l->err);
    return ptl_setting_value(&s->value, node, l->arena, l->err);
}

static ptl_status add_keys(listing *l, const ptl_schema *schema, const ptl_yaml_node *map,
                           const char *above)
{
    for (int64_t i = 0; i < schema->n_keys; i++) {
        const ptl_schema_key *const key = &schema->keys[i];
        const ptl_yaml_node *const node = ptl_yaml_find(map, key->key);
        if (key->kind == PTL_SCHEMA_MAP) {
            const char *const path = ptl_text_format(l->arena, l->err, "%s%s.", above, key->key);
            if (!path) return ptl_refused(l->err);
            PTL_TRY(add_keys(l, key->nested, node, path));
        } else if (is_field(key)) {
            PTL_TRY(add(l, key, node, above));
        }
    }
    return PTL_OK;
}

static ptl_status add_rows(listing *l, const ptl_schema *schema, const ptl_yaml_node *list)
{
    if (list->kind != PTL_YAML_LIST) return PTL_OK;
    for (const ptl_yaml_node *item = list->first; item; item = item->next) {
        const ptl_yaml_node *const name = ptl_yaml_find(item, "name");
        const char *const path = ptl_text_format(l->arena, l->err, "[%lld].", (long long)item->idx);
        if (!path) return ptl_refused(l->err);
        l->row = name && name->kind == PTL_YAML_SCALAR ? name->text.ptr : "";
        PTL_TRY(add_keys(l, schema, item, path));
    }
    return PTL_OK;
}

ptl_status ptl_setting_list(ptl_setting **out, int64_t *n, const ptl_config_file *file,
                            ptl_arena *arena, ptl_error *err)
{
    const int form = form_of(file->path);
    const ptl_yaml_node *root = NULL;
    listing l = {.file = file->path, .arena = arena, .err = err};
    *out = NULL;
    *n = 0;
    if (form < 0) return PTL_OK;
    PTL_TRY(ptl_setting_tree(&root, file->path, file->content, arena, err));
    for (int pass = 0; pass < 2; pass++) {
        const int64_t n_all = l.n;
        l.n = 0;
        if (pass == 1) l.items = ptl_arena_array(arena, n_all + 1, sizeof *l.items, err);
        if (pass == 1 && !l.items) return ptl_refused(err);
        PTL_TRY(forms[form].rows ? add_rows(&l, forms[form].schema, root)
                                 : add_keys(&l, forms[form].schema, root, ""));
    }
    *out = l.items;
    *n = l.n;
    return PTL_OK;
}
