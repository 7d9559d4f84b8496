/* setting_place.c: which files have a form, and what a path in one of them names (setting.h).
 *
 * A path is a way through two trees: through the schema, which says what may stand there, and
 * through the file, which says what does. A name of a file is looked up and never joined to
 * anything: what is no file of the schema has no form. */
#include "workspace/setting_internal.h"

#include "workspace/tables.h"

#include <string.h>

static const struct {
    const char *file;
    ptl_setting_form form;
} forms[] = {{"portolan.yaml", {&ptl_schema_portolan, false}},
             {"channels.yaml", {&ptl_schema_channel, true}},
             {"journeys.yaml", {&ptl_schema_journeys, false}},
             {"metrics.yaml", {&ptl_schema_metric, true}},
             {"people/verticals.yaml", {&ptl_schema_vertical, true}}};

enum { N_FORMS = sizeof forms / sizeof *forms, ITEM_DIGITS_MAX = 7 };

const ptl_schema_key ptl_setting_pair_key = {.key = "", .kind = PTL_SCHEMA_TEXT};

ptl_setting_form ptl_setting_form_of(const char *file)
{
    ptl_text name;
    for (int i = 0; i < N_FORMS; i++)
        if (strcmp(forms[i].file, file) == 0) return forms[i].form;
    const bool is_source = ptl_source_name(&name, file);
    return (ptl_setting_form){is_source ? &ptl_schema_source : NULL, false};
}

bool ptl_setting_has(const char *file)
{
    return ptl_setting_form_of(file).schema != NULL;
}

const char *ptl_setting_file(int64_t i)
{
    return i >= 0 && i < N_FORMS ? forms[i].file : NULL;
}

/* --- steps ------------------------------------------------------------------------------------ */

/* "[12]" at the head of `path`. */
static bool cut_item(ptl_setting_step *out, ptl_text *path)
{
    size_t i = 1;
    for (; i < path->len && path->ptr[i] >= '0' && path->ptr[i] <= '9'; i++)
        out->idx = i <= ITEM_DIGITS_MAX ? 10 * out->idx + (path->ptr[i] - '0') : 0;
    if (i >= path->len || path->ptr[i] != ']' || out->idx == 0) return false;
    *path = (ptl_text){path->ptr + i + 1, path->len - i - 1};
    return true;
}

bool ptl_setting_cut(ptl_setting_step *out, ptl_text *path)
{
    size_t n = 0;
    *out = (ptl_setting_step){0};
    if (path->len > 0 && path->ptr[0] == '[') {
        if (!cut_item(out, path)) return false;
    } else {
        while (n < path->len && path->ptr[n] != '.' && path->ptr[n] != '[') n++;
        out->name = (ptl_text){path->ptr, n};
        *path = (ptl_text){path->ptr + n, path->len - n};
        if (n == 0) return false;
    }
    if (path->len == 0 || path->ptr[0] == '[') return true;
    if (path->ptr[0] != '.') return false;
    *path = (ptl_text){path->ptr + 1, path->len - 1};
    return path->len > 0 && path->ptr[0] != '['; /* "kpi." and "kpi.[1]" lead nowhere */
}

/* --- through the schema ----------------------------------------------------------------------- */

static const ptl_schema_key *key_named(const ptl_schema *schema, ptl_text name)
{
    for (int64_t i = 0; i < schema->n_keys; i++)
        if (ptl_text_equal(ptl_text_of(schema->keys[i].key), name)) return &schema->keys[i];
    return NULL;
}

static ptl_setting_kind pair_at(const ptl_schema_key **key, ptl_text rest)
{
    if (!ptl_schema_is_name(rest)) return PTL_SETTING_NONE;
    *key = &ptl_setting_pair_key;
    return PTL_SETTING_VALUE;
}

/* NULL in `into` where the way ends with what is given back. */
static ptl_setting_kind step_into(const ptl_schema **into, const ptl_schema_key **key,
                                  const ptl_schema *schema, ptl_text *path)
{
    ptl_setting_step step;
    *into = NULL;
    if (!ptl_setting_cut(&step, path) || step.idx > 0) return PTL_SETTING_NONE;
    const ptl_schema_key *const found = key_named(schema, step.name);
    if (!found) return PTL_SETTING_NONE;
    if (found->kind == PTL_SCHEMA_PAIRS) return pair_at(key, *path);
    if (found->kind == PTL_SCHEMA_MAP || found->kind == PTL_SCHEMA_MAPS) {
        const bool is_list = found->kind == PTL_SCHEMA_MAPS;
        if (is_list && (!ptl_setting_cut(&step, path) || step.idx == 0)) return PTL_SETTING_NONE;
        if (is_list && path->len == 0) return PTL_SETTING_ITEM;
        *into = found->nested;
        return PTL_SETTING_NONE;
    }
    *key = found;
    return path->len == 0 ? PTL_SETTING_VALUE : PTL_SETTING_NONE;
}

ptl_setting_kind ptl_setting_place(const ptl_schema_key **key, const char *file, ptl_text path)
{
    const ptl_setting_form form = ptl_setting_form_of(file);
    const ptl_schema *at = form.schema;
    ptl_setting_step step;
    *key = NULL;
    if (at && form.rows) {
        if (!ptl_setting_cut(&step, &path) || step.idx == 0) return PTL_SETTING_NONE;
        if (path.len == 0) return PTL_SETTING_ITEM;
    }
    while (at) {
        const ptl_setting_kind kind = step_into(&at, key, at, &path);
        if (!at) return kind;
    }
    return PTL_SETTING_NONE;
}

/* --- through the file ------------------------------------------------------------------------- */

const ptl_yaml_node *ptl_setting_child(const ptl_yaml_node *node, ptl_setting_step step)
{
    if (node->kind != (step.idx > 0 ? PTL_YAML_LIST : PTL_YAML_MAP)) return NULL;
    const ptl_yaml_node *child = node->first;
    while (child &&
           !(step.idx > 0 ? child->idx == step.idx : ptl_text_equal(child->key, step.name)))
        child = child->next;
    return child;
}

const ptl_yaml_node *ptl_setting_node(const ptl_yaml_node *root, ptl_text path)
{
    ptl_setting_step step;
    const ptl_yaml_node *at = root;
    while (at && path.len > 0)
        at = ptl_setting_cut(&step, &path) ? ptl_setting_child(at, step) : NULL;
    return at;
}
