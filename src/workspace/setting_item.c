/* setting_item.c: what goes from a file and what comes into it (setting.h).
 *
 * A key goes with its lines, and with its map where that then says nothing; an item with its lines
 * and the comments that belong to it. What comes stands behind the last of its map or list, in the
 * same notation: braces stay braces, a list whose items a blank line parts gets a blank line. */
#include "workspace/setting_internal.h"

/* --- what goes -------------------------------------------------------------------------------- */

static int64_t begins(const ptl_yaml_node *node)
{
    return node->parent->kind == PTL_YAML_MAP ? node->key_from : node->from;
}

/* Up to the next one, or from behind the one before it. */
static void take_out_within(ptl_edit *e, const ptl_yaml_node *node)
{
    const ptl_yaml_node *before = node->parent->first;
    e->from = ptl_edit_byte(e, begins(node));
    e->to = ptl_edit_end(e, node);
    if (node->next) {
        e->to = ptl_edit_byte(e, begins(node->next));
        return;
    }
    if (before == node) return;
    while (before->next != node) before = before->next;
    e->from = ptl_edit_end(e, before);
}

/* No two gaps where one item was: the blank lines above go, where blank lines or nothing follow. */
static void take_out_item(ptl_edit *e, const ptl_yaml_node *item)
{
    ptl_edit_item_lines(&e->from, &e->to, e, item);
    const size_t after = ptl_edit_line_end(e, e->to);
    const ptl_text next = {e->content.ptr + e->to, after - e->to};
    if (ptl_text_trim(next).len > 0) return;
    while (ptl_edit_blank_before(e, e->from)) e->from = ptl_edit_line_start(e, e->from - 1);
}

void ptl_edit_take_out(ptl_edit *e, const ptl_yaml_node *node)
{
    while (node->parent->n == 1 && node->parent->parent &&
           node->parent->parent->kind == PTL_YAML_MAP)
        node = node->parent; /* a map or a list of nothing says nothing */
    const size_t at = ptl_edit_byte(e, begins(node)), start = ptl_edit_line_start(e, at);
    const ptl_text head = ptl_text_trim((ptl_text){e->content.ptr + start, at - start});
    const bool is_item = node->parent->kind == PTL_YAML_LIST;
    if (ptl_edit_in_flow(e, node->parent) || (head.len > 0 && !is_item)) {
        take_out_within(e, node);
    } else if (is_item) {
        take_out_item(e, node);
    } else {
        e->from = start;
        e->to = ptl_edit_line_end(e, ptl_edit_end(e, node));
        if (e->to < e->content.len) e->to++;
    }
}

/* --- what comes ------------------------------------------------------------------------------- */

/* "goals[1].name" below nothing: the key, its list, its first item. */
static void put_way(ptl_edit *e, ptl_text path, int64_t indent, bool flow)
{
    ptl_setting_step step;
    if (!ptl_setting_cut(&step, &path)) return;
    if (step.idx > 0) {
        ptl_buffer_text(e->text, flow ? "{" : "- ");
        put_way(e, path, indent + 2, flow);
        if (flow) ptl_buffer_text(e->text, "}");
        return;
    }
    ptl_buffer_append(e->text, step.name.ptr, step.name.len);
    ptl_buffer_text(e->text, ":");
    if (path.len == 0) {
        ptl_buffer_text(e->text, " ");
        ptl_edit_value(e, indent, flow);
        return;
    }
    const bool is_list = path.ptr[0] == '[';
    if (flow) {
        ptl_buffer_text(e->text, is_list ? " [" : " {");
    } else {
        ptl_buffer_text(e->text, "\n");
        ptl_edit_indent(e, indent + 2);
    }
    put_way(e, path, indent + 2, flow);
    if (flow) ptl_buffer_text(e->text, is_list ? "]" : "}");
}

/* A line of its own, behind the line that ends at `at`. */
static void add_line(ptl_edit *e, size_t at, ptl_text path, int64_t indent, bool gap)
{
    e->from = e->to = at;
    if (at > 0 && e->content.ptr[at - 1] != '\n') ptl_buffer_text(e->text, "\n");
    if (gap) ptl_buffer_text(e->text, "\n");
    ptl_edit_indent(e, indent);
    put_way(e, path, indent, false);
    if (at == e->content.len) ptl_buffer_text(e->text, "\n");
}

static void add_within(ptl_edit *e, const ptl_yaml_node *node, ptl_text path)
{
    e->from = node->last ? ptl_edit_end(e, node->last) : ptl_edit_byte(e, node->from) + 1;
    e->to = e->from;
    if (node->last) ptl_buffer_text(e->text, ", ");
    put_way(e, path, 0, true);
}

/* Blank lines part the items that are there. */
static bool is_spaced(const ptl_edit *e, const ptl_yaml_node *list)
{
    size_t from, to;
    if (list->n < 2) return false;
    ptl_edit_item_lines(&from, &to, e, list->last);
    return ptl_edit_blank_before(e, from);
}

/* Behind the last item, and what is switched off in it. */
static void add_item(ptl_edit *e, const ptl_yaml_node *list, ptl_text path)
{
    size_t from, to;
    const bool gap = is_spaced(e, list);
    ptl_edit_item_lines(&from, &to, e, list->last);
    if (to > 0 && e->content.ptr[to - 1] == '\n' && to < e->content.len) to--;
    add_line(e, to, path, list->column - 1, gap);
}

/* The deepest map or list on the way to `path` that says something; what is left of the way. */
static const ptl_yaml_node *deepest(const ptl_yaml_node *from, ptl_text *rest)
{
    for (;;) {
        ptl_setting_step step;
        ptl_text after = *rest;
        const ptl_yaml_node *const child =
            ptl_setting_cut(&step, &after) ? ptl_setting_child(from, step) : NULL;
        if (!child || child->kind == PTL_YAML_SCALAR || after.len == 0) return from;
        from = child;
        *rest = after;
    }
}

/* "kpi:" and nothing behind it: what is to come stands below. */
static bool add_below(ptl_edit *e, const ptl_yaml_node *map, ptl_text path)
{
    ptl_setting_step step;
    const ptl_yaml_node *const child =
        ptl_setting_cut(&step, &path) ? ptl_setting_child(map, step) : NULL;
    if (!child || child->kind != PTL_YAML_SCALAR || child->text.len > 0 || path.len == 0 ||
        child->from != child->to || ptl_edit_in_flow(e, map))
        return false;
    add_line(e, ptl_edit_line_end(e, ptl_edit_byte(e, child->key_to)), path, child->key_column + 1,
             false);
    return true;
}

/* Lists on the rest of the way are to be made: what comes is the first of each. */
static bool is_first(ptl_text rest)
{
    ptl_setting_step step;
    while (rest.len > 0)
        if (!ptl_setting_cut(&step, &rest) || step.idx > 1) return false;
    return true;
}

/* `rest` leads on from `node`, in which its first step does not stand. */
static bool add_to(ptl_edit *e, const ptl_yaml_node *node, ptl_text rest, bool is_item)
{
    const bool is_list = node->kind == PTL_YAML_LIST, flow = ptl_edit_in_flow(e, node);
    if (node == e->root && node->n == 0 && !flow && !is_list)
        add_line(e, e->content.len, rest, 0, false); /* nothing yet, or comments alone */
    else if (is_list != is_item)
        return false;
    else if (flow)
        add_within(e, node, rest);
    else if (is_item)
        add_item(e, node, rest);
    else if (!add_below(e, node, rest))
        add_line(e, ptl_edit_line_end(e, ptl_edit_end(e, node)), rest, node->first->key_column - 1,
                 false);
    return true;
}

ptl_status ptl_edit_add(ptl_edit *e, const char *path, ptl_error *err)
{
    ptl_setting_step step;
    ptl_text rest = ptl_text_of(path);
    const ptl_yaml_node *const node = deepest(e->root, &rest);
    ptl_text after = rest;
    const bool is_way = ptl_setting_cut(&step, &after) && is_first(after);
    const bool is_next = step.idx == 0 || step.idx == node->n + 1;
    if (is_way && is_next && add_to(e, node, rest, step.idx > 0)) return PTL_OK;
    return ptl_fail(err, PTL_E_NOT_FOUND, "there is no place for \"%.100s\"", path);
}
