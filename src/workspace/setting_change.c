/* setting_change.c: one value of a file is changed and nothing else (setting.h).
 *
 * The tree says where a value begins and ends, in characters. Four cases: the value is there and is
 * written over; it is there and goes, with its line; its map is there and gets a line after its
 * last; its map is missing too and comes with it. A map in braces is kept in braces. What was made
 * is read again, so that a case nobody thought of is refused and not written. */
#include "workspace/setting_internal.h"

#include "workspace/limits.h"

#include <string.h>

typedef struct change {
    ptl_text content;
    const ptl_yaml_node *root;
    const ptl_schema_key *key;
    ptl_text value;
    ptl_buffer *text; /* what takes the place of [from, to) */
    size_t from, to;
} change;

/* --- places ----------------------------------------------------------------------------------- */

/* The byte at which character `idx` begins. */
static size_t byte_of(const change *c, int64_t idx)
{
    size_t i = ptl_text_starts(c->content, PTL_TEXT("\xEF\xBB\xBF")) ? 3 : 0;
    for (; i < c->content.len; i++) {
        const bool begins = ((unsigned char)c->content.ptr[i] & 0xC0) != 0x80;
        if (begins && idx-- == 0) break;
    }
    return i;
}

static size_t line_start(const change *c, size_t at)
{
    while (at > 0 && c->content.ptr[at - 1] != '\n') at--;
    return at;
}

/* Of the line's break, or of the content. */
static size_t line_end(const change *c, size_t at)
{
    while (at < c->content.len && c->content.ptr[at] != '\n') at++;
    return at;
}

/* In braces or brackets. */
static bool in_flow(const change *c, const ptl_yaml_node *node)
{
    const size_t at = byte_of(c, node->from);
    return node->kind != PTL_YAML_SCALAR && at < c->content.len &&
           (c->content.ptr[at] == '{' || c->content.ptr[at] == '[');
}

static size_t end_of(const change *c, const ptl_yaml_node *node)
{
    while (node->kind != PTL_YAML_SCALAR && node->last && !in_flow(c, node)) node = node->last;
    const size_t to = byte_of(c, node->to);
    const bool of_block = to > 0 && to <= c->content.len && c->content.ptr[to - 1] == '\n';
    return of_block ? to - 1 : to;
}

static const ptl_yaml_node *node_at(const ptl_yaml_node *root, ptl_text path)
{
    const ptl_yaml_node *at = root;
    const int64_t row = ptl_setting_row(&path);
    if (row > 0) {
        if (root->kind != PTL_YAML_LIST) return NULL;
        for (at = root->first; at && at->idx != row;) at = at->next;
    }
    while (at && path.len > 0) {
        const ptl_text name = ptl_text_cut(&path, '.');
        const ptl_yaml_node *child = at->kind == PTL_YAML_MAP ? at->first : NULL;
        while (child && !ptl_text_equal(child->key, name)) child = child->next;
        at = child;
    }
    return at;
}

/* --- values as YAML --------------------------------------------------------------------------- */

static bool needs_quotes(ptl_text text, bool flow)
{
    static const char firsts[] = "-?:,[]{}#&*!|>'\"%@`~ ";
    if (text.len == 0 || strchr(firsts, text.ptr[0]) || text.ptr[text.len - 1] == ' ') return true;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char x = (unsigned char)text.ptr[i];
        const char next = i + 1 < text.len ? text.ptr[i + 1] : ' ';
        if (x < 0x20 || x == 0x7F || (x == ':' && (next == ' ' || flow)) ||
            (x == '#' && text.ptr[i - 1] == ' ') || (flow && strchr(",[]{}", x)))
            return true;
    }
    return false;
}

static void put_scalar(ptl_buffer *out, ptl_text text, bool flow)
{
    if (!needs_quotes(text, flow)) {
        ptl_buffer_append(out, text.ptr, text.len);
        return;
    }
    ptl_buffer_text(out, "\"");
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char x = (unsigned char)text.ptr[i];
        if (x == '"' || x == '\\')
            ptl_buffer_printf(out, "\\%c", x);
        else if (x < 0x20 || x == 0x7F)
            ptl_buffer_printf(out, "\\x%02X", x);
        else
            ptl_buffer_append(out, &text.ptr[i], 1);
    }
    ptl_buffer_text(out, "\"");
}

static void put_items(change *c, const char *before_first, const char *between)
{
    ptl_text rest = c->value;
    bool first = true;
    while (rest.len > 0) {
        const ptl_text item = ptl_text_trim(ptl_text_cut(&rest, '\n'));
        if (item.len == 0) continue;
        ptl_buffer_text(c->text, first ? before_first : between);
        put_scalar(c->text, item, true);
        first = false;
    }
}

static void put_value(change *c, bool flow)
{
    if (c->key->kind != PTL_SCHEMA_TEXTS) {
        put_scalar(c->text, c->value, flow);
        return;
    }
    ptl_buffer_text(c->text, "[");
    put_items(c, "", ", ");
    ptl_buffer_text(c->text, "]");
}

/* --- the four cases --------------------------------------------------------------------------- */

static void put_indent(ptl_buffer *out, int64_t n)
{
    while (n-- > 0) ptl_buffer_text(out, " ");
}

/* A list of lines stays one: its items take the places of the old ones. */
static void write_over_lines(change *c, const ptl_yaml_node *list)
{
    ptl_buffer between;
    ptl_buffer_init(&between, 256, NULL);
    ptl_buffer_text(&between, "\n");
    put_indent(&between, list->column - 1);
    ptl_buffer_text(&between, "- ");
    put_items(c, "- ", between.ptr ? between.ptr : "\n- ");
    ptl_buffer_dispose(&between);
}

static void write_over(change *c, const ptl_yaml_node *node)
{
    c->from = byte_of(c, node->from);
    c->to = end_of(c, node);
    if (c->from > 0 && c->content.ptr[c->from - 1] == ':') ptl_buffer_text(c->text, " ");
    if (node->kind == PTL_YAML_LIST && !in_flow(c, node))
        write_over_lines(c, node);
    else
        put_value(c, node->parent && in_flow(c, node->parent));
}

/* From its key to the next one's, or from the value before it. */
static void take_out_within(change *c, const ptl_yaml_node *node)
{
    const ptl_yaml_node *before = node->parent->first;
    c->from = byte_of(c, node->key_from);
    c->to = end_of(c, node);
    if (node->next) {
        c->to = byte_of(c, node->next->key_from);
        return;
    }
    if (before == node) return;
    while (before->next != node) before = before->next;
    c->from = end_of(c, before);
}

static void take_out(change *c, const ptl_yaml_node *node)
{
    while (node->parent->n == 1 && node->parent->parent &&
           node->parent->parent->kind == PTL_YAML_MAP)
        node = node->parent; /* a map without keys says nothing */
    const size_t key = byte_of(c, node->key_from), start = line_start(c, key);
    const bool alone = ptl_text_trim((ptl_text){c->content.ptr + start, key - start}).len == 0;
    if (in_flow(c, node->parent) || !alone) {
        take_out_within(c, node);
        return;
    }
    c->from = start;
    c->to = line_end(c, end_of(c, node));
    if (c->to < c->content.len) c->to++;
}

static void put_key(change *c, ptl_text path, int64_t indent, bool flow)
{
    const ptl_text name = ptl_text_cut(&path, '.');
    ptl_buffer_append(c->text, name.ptr, name.len);
    ptl_buffer_text(c->text, ":");
    if (path.len == 0) {
        ptl_buffer_text(c->text, " ");
        put_value(c, flow);
        return;
    }
    ptl_buffer_text(c->text, "\n");
    put_indent(c->text, indent + 2);
    put_key(c, path, indent + 2, flow);
}

/* After the last line of `map`, or at the end of a file that says nothing. */
static void add_line(change *c, const ptl_yaml_node *map, ptl_text path)
{
    const int64_t indent = map->first ? map->first->key_column - 1 : 0;
    c->from = map->first ? line_end(c, end_of(c, map)) : c->content.len;
    c->to = c->from;
    if (c->from > 0 && c->content.ptr[c->from - 1] != '\n') ptl_buffer_text(c->text, "\n");
    put_indent(c->text, indent);
    put_key(c, path, indent, false);
    if (c->from == c->content.len) ptl_buffer_text(c->text, "\n");
}

static void add_within(change *c, const ptl_yaml_node *map, ptl_text path)
{
    c->from = map->last ? end_of(c, map->last) : byte_of(c, map->from) + 1;
    c->to = c->from;
    if (map->last) ptl_buffer_text(c->text, ", ");
    put_key(c, path, 0, true);
}

static void add_row(change *c, ptl_text path)
{
    const bool is_list = c->root->kind == PTL_YAML_LIST && c->root->last != NULL;
    const int64_t indent = is_list ? c->root->column - 1 : 0;
    c->from = is_list ? line_end(c, end_of(c, c->root)) : c->content.len;
    c->to = c->from;
    if (c->from > 0 && c->content.ptr[c->from - 1] != '\n') ptl_buffer_text(c->text, "\n");
    put_indent(c->text, indent);
    ptl_buffer_text(c->text, "- ");
    put_key(c, path, indent + 2, false);
    if (c->from == c->content.len) ptl_buffer_text(c->text, "\n");
}

/* The deepest map on the way to `path` that is there; what is left of the way. */
static const ptl_yaml_node *deepest(const ptl_yaml_node *from, ptl_text *rest)
{
    for (;;) {
        ptl_text after = *rest;
        const ptl_text name = ptl_text_cut(&after, '.');
        const ptl_yaml_node *const child = node_at(from, name);
        if (!child || child->kind != PTL_YAML_MAP || after.len == 0) return from;
        from = child;
        *rest = after;
    }
}

static ptl_status add(change *c, const char *path, ptl_error *err)
{
    ptl_text rest = ptl_text_of(path);
    const int64_t row = ptl_setting_row(&rest);
    const bool empty = c->root->kind == PTL_YAML_MAP && c->root->n == 0;
    if (row > 0 && row == (empty ? 0 : c->root->n) + 1 &&
        (empty || (c->root->kind == PTL_YAML_LIST && !in_flow(c, c->root)))) {
        add_row(c, rest);
        return PTL_OK;
    }
    const ptl_yaml_node *map = c->root;
    if (row > 0)
        for (map = c->root->kind == PTL_YAML_LIST ? c->root->first : NULL; map && map->idx != row;)
            map = map->next;
    if (!map || map->kind != PTL_YAML_MAP)
        return ptl_fail(err, PTL_E_NOT_FOUND, "there is no place for \"%.100s\"", path);
    map = deepest(map, &rest);
    if (map->n > 0 && in_flow(c, map))
        add_within(c, map, rest);
    else
        add_line(c, map, rest);
    return PTL_OK;
}

/* --- all together ----------------------------------------------------------------------------- */

static ptl_status assemble(ptl_text *out, const change *c, ptl_arena *arena, ptl_error *err)
{
    PTL_TRY(ptl_buffer_check(c->text, "a setting", err));
    const size_t n = c->text->len, tail = c->content.len - c->to;
    char *const text = ptl_arena_alloc(arena, c->from + n + tail + 1, err);
    if (!text) return ptl_refused(err);
    if (c->from > 0) memcpy(text, c->content.ptr, c->from);
    if (n > 0) memcpy(text + c->from, c->text->ptr, n);
    if (tail > 0) memcpy(text + c->from + n, c->content.ptr + c->to, tail);
    *out = (ptl_text){text, c->from + n + tail};
    return PTL_OK;
}

/* What was meant: trimmed, and a list without empty lines. */
static ptl_status meant(ptl_text *out, const change *c, ptl_arena *arena, ptl_error *err)
{
    ptl_text rest = c->value;
    char *const text = ptl_arena_alloc(arena, c->value.len + 1, err);
    size_t n = 0;
    if (!text) return ptl_refused(err);
    while (c->key->kind == PTL_SCHEMA_TEXTS && rest.len > 0) {
        const ptl_text item = ptl_text_trim(ptl_text_cut(&rest, '\n'));
        if (item.len == 0) continue;
        if (n > 0) text[n++] = '\n';
        memcpy(text + n, item.ptr, item.len);
        n += item.len;
    }
    *out = c->key->kind == PTL_SCHEMA_TEXTS ? (ptl_text){text, n} : c->value;
    return PTL_OK;
}

static ptl_status check(const change *c, const char *file, const char *path, ptl_text made,
                        ptl_arena *arena, ptl_error *err)
{
    const ptl_yaml_node *root = NULL;
    const char *said = NULL;
    PTL_TRY(ptl_setting_tree(&root, file, made, arena, err));
    PTL_TRY(ptl_setting_value(&said, node_at(root, ptl_text_of(path)), arena, err));
    const bool same =
        c->value.len == 0 ? !said : said && ptl_text_equal(ptl_text_of(said), c->value);
    if (same) return PTL_OK;
    (void)ptl_fail(err, PTL_E_INVALID, "\"%.100s\" of %s cannot be changed alone", path, file);
    ptl_error_hint(err, "change it in the file and run portolan apply");
    return PTL_E_INVALID;
}

static ptl_status make(change *c, const char *path, ptl_error *err)
{
    const ptl_yaml_node *const node = node_at(c->root, ptl_text_of(path));
    if (!node && c->value.len == 0) return PTL_OK; /* it is left out already */
    if (!node) return add(c, path, err);
    if (c->value.len == 0)
        take_out(c, node);
    else
        write_over(c, node);
    return PTL_OK;
}

ptl_status ptl_setting_change(ptl_text *out, const ptl_config_file *file, const char *path,
                              ptl_text value, ptl_arena *arena, ptl_error *err)
{
    ptl_buffer text;
    change c = {.content = file->content,
                .key = ptl_setting_key(file->path, ptl_text_of(path)),
                .value = ptl_text_trim(value),
                .text = &text};
    if (!c.key)
        return ptl_fail(err, PTL_E_NOT_FOUND, "%s has no setting \"%.100s\"", file->path, path);
    PTL_TRY(ptl_setting_tree(&c.root, file->path, file->content, arena, err));
    PTL_TRY(meant(&c.value, &c, arena, err));
    ptl_buffer_init(&text, PTL_CONFIG_FILE_BYTES_MAX, NULL);
    ptl_buffer_text(&text, "");
    ptl_status st = make(&c, path, err);
    if (st == PTL_OK) st = assemble(out, &c, arena, err);
    if (st == PTL_OK) st = check(&c, file->path, path, *out, arena, err);
    ptl_buffer_dispose(&text);
    return st;
}
