/* yaml.c: from libyaml's events to a tree with positions (yaml.h).
 *
 * libyaml can also build a document of its own. We take its events instead: a document has already
 * replaced aliases by what they stand for and forgotten anchors, so that neither could be reported
 * where it is written, and its depth and size are known only after the memory was spent.
 *
 * The tree is built with a stack of open maps and lists, no recursion. In a map the first of two
 * events is the key, kept until its value comes. What cannot be given a meaning (broken syntax, a
 * second document, a ceiling) ends the reading; other faults are noted and the reading goes on. */
#include "workspace/yaml_internal.h"

#include "workspace/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

typedef struct builder {
    const char *file;
    ptl_arena *arena;
    ptl_faults *faults;
    ptl_error *err;
    ptl_status status; /* of the memory                    */
    bool ended;        /* nothing more can be made of it   */
    int64_t n_documents, n_nodes;
    ptl_yaml_node *root;
    ptl_yaml_node *open[PTL_YAML_DEPTH_MAX];
    int32_t depth;
    /* the key whose value comes next, one per open map */
    ptl_yaml_node *key[PTL_YAML_DEPTH_MAX];
} builder;

/* --- faults ----------------------------------------------------------------------------------- */

static void fault_at(builder *b, int64_t line, int64_t column, const char *key, const char *found,
                     const char *allowed)
{
    const ptl_fault fault = {.file = b->file,
                             .line = line,
                             .column = column,
                             .key = key,
                             .found = found,
                             .in_words = true,
                             .allowed = allowed};
    ptl_faults_add(b->faults, &fault);
}

static void fault_mark(builder *b, yaml_mark_t mark, const char *found, const char *allowed)
{
    fault_at(b, (int64_t)mark.line + 1, (int64_t)mark.column + 1, "", found, allowed);
}

/* What libyaml says, and what a person who does not know its grammar can do about it. */
static const char *const advice[][2] = {
    {"mapping values are not allowed in this context",
     "one \": \" a line; text that holds \": \" in quotes"},
    {"could not find expected ':'", "a key, \": \" and a value on every line"},
    {"did not find expected key", "keys of one map indented alike, and quotes closed"},
    {"did not find expected '-' indicator", "items of one list indented alike, each after \"- \""},
    {"did not find expected ',' or ']'", "items parted by commas and closed by \"]\""},
    {"did not find expected ',' or '}'", "keys parted by commas and closed by \"}\""},
    {"found unexpected end of stream", "a quote that is closed again"},
    {"found unexpected document indicator", "a quote that is closed again"},
    {"found character that cannot start any token",
     "text that begins with a letter or digit, else in quotes; spaces instead of tabs"},
    {"found unknown escape character", "in \"…\" only the escapes of YAML; in '…' none"},
    {"did not find expected whitespace or line break", "a space or a line end here"},
    {"did not find expected <document start>", "one document of keys and values"},
};

static void fault_syntax(builder *b, const yaml_parser_t *parser)
{
    char found[160], allowed[400];
    const char *problem = parser->problem ? parser->problem : "text that cannot be read";
    const char *what = NULL;
    for (size_t i = 0; i < sizeof advice / sizeof advice[0] && !what; i++)
        if (strcmp(advice[i][0], problem) == 0) what = advice[i][1];
    snprintf(found, sizeof found, "broken syntax (%s)", problem);
    snprintf(allowed, sizeof allowed, "%s", what ? what : "YAML");
    if (parser->context && parser->context_mark.line != parser->problem_mark.line) {
        const size_t len = strlen(allowed);
        snprintf(allowed + len, sizeof allowed - len, " (%s that began in line %zu)",
                 parser->context, parser->context_mark.line + 1);
    }
    fault_mark(b, parser->problem_mark, found, allowed);
}

/* --- nodes ------------------------------------------------------------------------------------ */

static ptl_yaml_node *node_new(builder *b, ptl_yaml_kind kind, yaml_mark_t mark)
{
    if (++b->n_nodes > PTL_YAML_NODES_MAX) {
        char allowed[64];
        snprintf(allowed, sizeof allowed, "at most %d values in a file", PTL_YAML_NODES_MAX);
        fault_mark(b, mark, "one value more than allowed", allowed);
        b->ended = true;
        return NULL;
    }
    ptl_yaml_node *node = ptl_arena_alloc(b->arena, sizeof *node, b->err);
    if (!node) {
        b->status = ptl_refused(b->err);
        return NULL;
    }
    node->kind = kind;
    node->line = (int64_t)mark.line + 1;
    node->column = (int64_t)mark.column + 1;
    node->from = (int64_t)mark.index;
    return node;
}

static void take_key(builder *b, ptl_yaml_node *key)
{
    if (key->kind == PTL_YAML_SCALAR) {
        b->key[b->depth - 1] = key;
        return;
    }
    fault_at(b, key->line, key->column, "",
             key->kind == PTL_YAML_MAP ? "a map as a key" : "a list as a key",
             "a word as a key; values that begin with { or [ in quotes");
    b->ended = true;
}

/* Put a node where it belongs: it is the root, a key, the key's value, or the next of a list. */
static void attach(builder *b, ptl_yaml_node *node)
{
    if (b->depth == 0) {
        b->root = node;
        return;
    }
    ptl_yaml_node *parent = b->open[b->depth - 1];
    if (parent->kind == PTL_YAML_MAP) {
        const ptl_yaml_node *key = b->key[b->depth - 1];
        if (!key) {
            take_key(b, node);
            return;
        }
        node->key = key->text;
        node->key_line = key->line;
        node->key_column = key->column;
        node->key_from = key->from;
        node->key_to = key->to;
        node->faulted = node->faulted || key->faulted;
        b->key[b->depth - 1] = NULL;
    }
    node->parent = parent;
    node->idx = ++parent->n;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
}

static void open_node(builder *b, ptl_yaml_node *node)
{
    attach(b, node);
    if (b->ended) return;
    if (b->depth == PTL_YAML_DEPTH_MAX) {
        char allowed[64];
        snprintf(allowed, sizeof allowed, "at most %d levels", PTL_YAML_DEPTH_MAX);
        fault_at(b, node->line, node->column, "", "one level more than allowed", allowed);
        b->ended = true;
        return;
    }
    b->open[b->depth] = node;
    b->key[b->depth] = NULL;
    b->depth++;
}

/* --- the same key twice ----------------------------------------------------------------------- */

static int compare_keys(const void *a, const void *b)
{
    const ptl_yaml_node *x = *(ptl_yaml_node *const *)a, *y = *(ptl_yaml_node *const *)b;
    const int order = ptl_text_compare(x->key, y->key);
    return order ? order : (x->idx > y->idx) - (x->idx < y->idx);
}

static void fault_twice(builder *b, ptl_yaml_node *again, const ptl_yaml_node *first)
{
    char found[64];
    ptl_buffer path;
    ptl_buffer_init(&path, 4096, NULL);
    ptl_yaml_path(&path, again);
    snprintf(found, sizeof found, "a key that line %lld has already", (long long)first->key_line);
    fault_at(b, again->key_line, again->key_column, path.ptr, found, "every key once");
    again->faulted = true;
    ptl_buffer_dispose(&path);
}

static void close_map(builder *b, const ptl_yaml_node *map)
{
    if (map->n < 2) return;
    const ptl_arena_mark mark = ptl_arena_save(b->arena);
    ptl_yaml_node **child = ptl_arena_array(b->arena, map->n, sizeof(ptl_yaml_node *), b->err);
    if (!child) {
        b->status = ptl_refused(b->err);
        return;
    }
    int64_t n = 0;
    for (ptl_yaml_node *c = map->first; c; c = c->next) child[n++] = c;
    qsort(child, (size_t)n, sizeof(ptl_yaml_node *), compare_keys);
    for (int64_t i = 1, first = 0; i < n; i++) {
        if (ptl_text_equal(child[i]->key, child[first]->key))
            fault_twice(b, child[i], child[first]);
        else
            first = i;
    }
    ptl_arena_rewind(b->arena, mark);
}

/* --- events ----------------------------------------------------------------------------------- */

/* A tag as it is written: "!!str" stands for a longer name. */
static void put_tag(char *out, size_t out_bytes, const char *tag)
{
    static const char standard[] = "tag:yaml.org,2002:";
    const size_t len = sizeof standard - 1;
    const bool is_standard = strncmp(tag, standard, len) == 0;
    snprintf(out, out_bytes, "the tag %s%.80s", is_standard ? "!!" : "",
             is_standard ? tag + len : tag);
}

static void check_marks(builder *b, ptl_yaml_node *node, yaml_mark_t mark,
                        const yaml_char_t *anchor, const yaml_char_t *tag)
{
    char found[128];
    if (!anchor && !tag) return;
    if (tag)
        put_tag(found, sizeof found, (const char *)tag);
    else
        snprintf(found, sizeof found, "the anchor &%.80s", (const char *)anchor);
    fault_mark(b, mark, found,
               tag ? "plain values; text that begins with ! in quotes"
                   : "every value written out; text that begins with & in quotes");
    node->faulted = true;
}

static void on_scalar(builder *b, const yaml_event_t *event)
{
    ptl_yaml_node *node = node_new(b, PTL_YAML_SCALAR, event->start_mark);
    if (!node) return;
    const ptl_text text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    const char *copy = ptl_text_copy(text, b->arena, b->err);
    if (!copy) {
        b->status = ptl_refused(b->err);
        return;
    }
    node->text = (ptl_text){copy, text.len};
    node->to = (int64_t)event->end_mark.index;
    check_marks(b, node, event->start_mark, event->data.scalar.anchor, event->data.scalar.tag);
    attach(b, node);
}

static void on_alias(builder *b, const yaml_event_t *event)
{
    char found[128];
    ptl_yaml_node *node = node_new(b, PTL_YAML_SCALAR, event->start_mark);
    if (!node) return;
    snprintf(found, sizeof found, "the alias *%.80s", (const char *)event->data.alias.anchor);
    fault_mark(b, event->start_mark, found,
               "every value written out; text that begins with * in quotes");
    node->text = PTL_TEXT("*");
    node->faulted = true;
    attach(b, node);
}

static void on_open(builder *b, const yaml_event_t *event, ptl_yaml_kind kind)
{
    ptl_yaml_node *node = node_new(b, kind, event->start_mark);
    if (!node) return;
    if (kind == PTL_YAML_MAP)
        check_marks(b, node, event->start_mark, event->data.mapping_start.anchor,
                    event->data.mapping_start.tag);
    else
        check_marks(b, node, event->start_mark, event->data.sequence_start.anchor,
                    event->data.sequence_start.tag);
    open_node(b, node);
}

static void on_document(builder *b, const yaml_event_t *event)
{
    if (++b->n_documents == 1) return;
    fault_mark(b, event->start_mark, "a second document", "one document a file, without \"---\"");
    b->ended = true;
}

static void on_event(builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        on_document(b, event);
        break;
    case YAML_SCALAR_EVENT:
        on_scalar(b, event);
        break;
    case YAML_ALIAS_EVENT:
        on_alias(b, event);
        break;
    case YAML_MAPPING_START_EVENT:
        on_open(b, event, PTL_YAML_MAP);
        break;
    case YAML_SEQUENCE_START_EVENT:
        on_open(b, event, PTL_YAML_LIST);
        break;
    case YAML_MAPPING_END_EVENT:
        close_map(b, b->open[b->depth - 1]); /* fall through */
    case YAML_SEQUENCE_END_EVENT:
        b->depth--;
        b->open[b->depth]->to = (int64_t)event->end_mark.index;
        break;
    default:
        break;
    }
}

static void read_events(builder *b, yaml_parser_t *parser)
{
    bool last = false;
    while (!last && !b->ended && b->status == PTL_OK) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            if (parser->error == YAML_MEMORY_ERROR)
                b->status = ptl_fail(b->err, PTL_E_NO_MEMORY,
                                     "the system gave no memory to read %s", b->file);
            else
                fault_syntax(b, parser);
            b->ended = true;
            return;
        }
        last = event.type == YAML_STREAM_END_EVENT;
        on_event(b, &event);
        yaml_event_delete(&event);
    }
}

static ptl_status build(const ptl_yaml_node **root, builder *b, ptl_text content)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return ptl_fail(b->err, PTL_E_NO_MEMORY, "the system gave no memory to read %s", b->file);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING); /* never guessed from the first bytes */
    yaml_parser_set_input_string(&parser, (const unsigned char *)content.ptr, content.len);
    read_events(b, &parser);
    yaml_parser_delete(&parser);
    if (b->status != PTL_OK || b->ended) return b->status;
    if (!b->root) b->root = node_new(b, PTL_YAML_MAP, (yaml_mark_t){0});
    *root = b->root;
    return b->status;
}

ptl_status ptl_yaml_parse(const ptl_yaml_node **root, const char *file, ptl_text content,
                          ptl_arena *arena, ptl_faults *faults, ptl_error *err)
{
    builder b = {.file = file, .arena = arena, .faults = faults, .err = err};
    *root = NULL;
    if (content.len > PTL_CONFIG_FILE_BYTES_MAX) {
        fault_at(&b, 1, 1, "", "a file of more than 1 MiB", "at most 1 MiB");
        return PTL_OK;
    }
    if (ptl_text_starts(content, PTL_TEXT("\xEF\xBB\xBF"))) /* a byte order mark is no character */
        content = (ptl_text){content.ptr + 3, content.len - 3};
    if (!ptl_yaml_scan(file, content, faults)) return PTL_OK;
    return build(root, &b, content.ptr ? content : PTL_TEXT(""));
}

/* --- finding one's way ------------------------------------------------------------------------ */

const ptl_yaml_node *ptl_yaml_find(const ptl_yaml_node *map, const char *key)
{
    if (!map || map->kind != PTL_YAML_MAP) return NULL;
    for (const ptl_yaml_node *child = map->first; child; child = child->next)
        if (ptl_text_equal(child->key, ptl_text_of(key))) return child;
    return NULL;
}

void ptl_yaml_path(ptl_buffer *out, const ptl_yaml_node *node)
{
    const ptl_yaml_node *way[PTL_YAML_DEPTH_MAX + 1];
    int32_t n = 0;
    for (; node->parent && n <= PTL_YAML_DEPTH_MAX; node = node->parent) way[n++] = node;
    ptl_buffer_text(out, "");
    while (n > 0) {
        const ptl_yaml_node *step = way[--n];
        if (step->parent->kind == PTL_YAML_LIST)
            ptl_buffer_printf(out, "[%lld]", (long long)step->idx);
        else
            ptl_buffer_printf(out, "%s%.*s", out->len > 0 ? "." : "", (int)step->key.len,
                              step->key.ptr);
    }
}
