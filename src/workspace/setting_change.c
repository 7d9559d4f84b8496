/* setting_change.c: one value of a file is changed and nothing else (setting.h).
 *
 * The tree says where a value begins and ends, in characters. Four cases: the value is there and is
 * written over; it is there and goes, with its lines; its map or list is there and gets it behind
 * its last; that is missing too and comes with it. What was made is read again and held against
 * what was there, so that a case nobody thought of is refused and not written. */
#include "workspace/setting_internal.h"

#include "workspace/limits.h"

#include <string.h>

static ptl_status assemble(ptl_text *out, const ptl_edit *e, ptl_arena *arena, ptl_error *err)
{
    PTL_TRY(ptl_buffer_check(e->text, "a setting", err));
    const size_t n = e->text->len, tail = e->content.len - e->to;
    char *const text = ptl_arena_alloc(arena, e->from + n + tail + 1, err);
    if (!text) return ptl_refused(err);
    if (e->from > 0) memcpy(text, e->content.ptr, e->from);
    if (n > 0) memcpy(text + e->from, e->text->ptr, n);
    if (tail > 0) memcpy(text + e->from + n, e->content.ptr + e->to, tail);
    *out = (ptl_text){text, e->from + n + tail};
    return PTL_OK;
}

/* --- what was meant --------------------------------------------------------------------------- */

/* The items of a list each trimmed, none of them empty. */
static size_t keep_items(char *out, ptl_text rest)
{
    size_t n = 0;
    while (rest.len > 0) {
        const ptl_text item = ptl_text_trim(ptl_text_cut(&rest, '\n'));
        if (item.len == 0) continue;
        if (n > 0) out[n++] = '\n';
        memcpy(out + n, item.ptr, item.len);
        n += item.len;
    }
    return n;
}

/* Lines end as the file's do when it is read: in a line feed. */
static size_t keep_lines(char *out, ptl_text text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\r' || i + 1 == text.len || text.ptr[i + 1] != '\n')
            out[n++] = text.ptr[i];
    return n;
}

/* The value as it should read back. */
static ptl_status meant(ptl_edit *e, ptl_arena *arena, ptl_error *err)
{
    const bool items = e->key && e->key->kind == PTL_SCHEMA_TEXTS;
    const bool lines = e->key && e->key->kind == PTL_SCHEMA_LINES;
    if (!items && !lines) return PTL_OK;
    char *const text = ptl_arena_alloc(arena, e->value.len + 1, err);
    if (!text) return ptl_refused(err);
    const size_t n = items ? keep_items(text, e->value) : keep_lines(text, e->value);
    e->value = (ptl_text){text, n};
    return PTL_OK;
}

/* --- what came of it -------------------------------------------------------------------------- */

/* All that the tree says aside from what stands below `but`: keys on the way, and the text. The
 * places in lists are left out, so that an item may come or go; their order counts. */
static void hash_others(ptl_hasher *hasher, const ptl_yaml_node *node, const ptl_yaml_node *but)
{
    if (node == but) return;
    for (const ptl_yaml_node *child = node->first; child; child = child->next)
        hash_others(hasher, child, but);
    if (node->kind != PTL_YAML_SCALAR || node->text.len == 0) return;
    for (const ptl_yaml_node *step = node; step; step = step->parent)
        ptl_hasher_add_text(hasher, step->key);
    ptl_hasher_add_text(hasher, node->text);
}

static bool same_others(const ptl_yaml_node *a, const ptl_yaml_node *but_a, const ptl_yaml_node *b,
                        const ptl_yaml_node *but_b)
{
    ptl_hasher before, after;
    ptl_hasher_init(&before);
    ptl_hasher_init(&after);
    hash_others(&before, a, but_a);
    hash_others(&after, b, but_b);
    return ptl_hash_equal(ptl_hasher_finish(&before), ptl_hasher_finish(&after));
}

static ptl_text read_back(const ptl_edit *e, const char *said)
{
    const ptl_text text = ptl_text_of(said);
    return e->key->kind == PTL_SCHEMA_LINES ? ptl_text_trim(text) : text;
}

static ptl_status check(const ptl_edit *e, const char *file, const char *path, ptl_text made,
                        ptl_arena *arena, ptl_error *err)
{
    const ptl_yaml_node *root = NULL;
    const char *said = NULL;
    const ptl_text way = ptl_text_of(path);
    PTL_TRY(ptl_setting_tree(&root, file, made, arena, err));
    const ptl_yaml_node *const after = e->key ? ptl_setting_node(root, way) : NULL;
    PTL_TRY(ptl_setting_value(&said, after, arena, err));
    const bool same = e->value.len == 0 ? !said || !said[0]
                                        : said && ptl_text_equal(read_back(e, said), e->value);
    if (same && same_others(e->root, ptl_setting_node(e->root, way), root, after)) return PTL_OK;
    (void)ptl_fail(err, PTL_E_INVALID, "\"%.100s\" of %s cannot be changed alone", path, file);
    ptl_error_hint(err, "change it in the file and run portolan apply");
    return PTL_E_INVALID;
}

/* --- all together ----------------------------------------------------------------------------- */

static ptl_status make(ptl_edit *e, const char *path, ptl_error *err)
{
    const ptl_yaml_node *const node = ptl_setting_node(e->root, ptl_text_of(path));
    if (!e->key && e->value.len > 0) {
        (void)ptl_fail(err, PTL_E_INVALID, "\"%.100s\" is an item of a list, not a value", path);
        ptl_error_hint(err, "name one of its settings, as %.100s.name=…; %.100s= leaves it out",
                       path, path);
        return PTL_E_INVALID;
    }
    if (!node && !e->key)
        return ptl_fail(err, PTL_E_NOT_FOUND, "there is no item \"%.100s\"", path);
    if (!node && e->value.len == 0) return PTL_OK; /* it is left out already */
    if (!node) return ptl_edit_add(e, path, err);
    if (e->value.len == 0)
        ptl_edit_take_out(e, node);
    else
        ptl_edit_over(e, node);
    return PTL_OK;
}

static ptl_status change(ptl_text *out, ptl_edit *e, const char *file, const char *path,
                         ptl_arena *arena, ptl_error *err)
{
    PTL_TRY(ptl_setting_tree(&e->root, file, e->content, arena, err));
    PTL_TRY(meant(e, arena, err));
    PTL_TRY(make(e, path, err));
    PTL_TRY(assemble(out, e, arena, err));
    return check(e, file, path, *out, arena, err);
}

ptl_status ptl_setting_change(ptl_text *out, const ptl_config_file *file, const char *path,
                              ptl_text value, ptl_arena *arena, ptl_error *err)
{
    ptl_buffer text;
    ptl_edit e = {.content = file->content, .value = ptl_text_trim(value), .text = &text};
    if (ptl_setting_place(&e.key, file->path, ptl_text_of(path)) == PTL_SETTING_NONE)
        return ptl_fail(err, PTL_E_NOT_FOUND, "%s has no setting \"%.100s\"", file->path, path);
    ptl_buffer_init(&text, PTL_CONFIG_FILE_BYTES_MAX, NULL);
    ptl_buffer_text(&text, "");
    const ptl_status st = change(out, &e, file->path, path, arena, err);
    ptl_buffer_dispose(&text);
    return st;
}
