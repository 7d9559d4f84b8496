/* channel.c: names of channels, case ignored (channel.h).
 *
 * "Paid Search", "paid search" and "PAID SEARCH" are one text, and so are "café" with one character
 * and with two for its last letter. Folding is Unicode's: compatibility decomposition, full case
 * folding, composition. All names of all channels lie folded in one sorted array; a look-up folds
 * once and searches by halves, without taking memory. An alias with a * is a pattern, tried where
 * no name is equal. */
#include "workspace/channel.h"

#include "workspace/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

bool ptl_fold(char *out, size_t *len, ptl_text text)
{
    utf8proc_int32_t points[PTL_FOLD_CHARACTERS_MAX + 1]; /* reencoding ends with a NUL */
    const utf8proc_option_t options = (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPAT |
                                                          UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    text = ptl_text_trim(text);
    if (text.len == 0 || !ptl_text_utf8_valid(text, NULL)) return false;
    const utf8proc_ssize_t n =
        utf8proc_decompose((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len, points,
                           PTL_FOLD_CHARACTERS_MAX, options);
    if (n <= 0 || n > PTL_FOLD_CHARACTERS_MAX) return false;
    const utf8proc_ssize_t bytes = utf8proc_reencode(points, n, options);
    if (bytes <= 0) return false;
    memcpy(out, points, (size_t)bytes);
    *len = (size_t)bytes;
    return true;
}

enum { FOLDED_BYTES_MAX = 4 * PTL_FOLD_CHARACTERS_MAX };

/* --- the index -------------------------------------------------------------------------------- */

typedef struct claim {
    ptl_channel_name name;
    const ptl_yaml_node *node; /* where it is written */
    bool is_alias;
    bool derived;  /* a label made from the name beside it */
    int64_t order; /* in the file */
} claim;

typedef struct claims {
    claim *items;
    int64_t n;
    const ptl_workspace *workspace;
    ptl_schema_pass *pass;
} claims;

static void add_claim(claims *c, int64_t channel, const char *text, const ptl_yaml_node *node,
                      bool is_alias)
{
    char folded[FOLDED_BYTES_MAX];
    size_t len = 0;
    if (!text || !ptl_fold(folded, &len, ptl_text_of(text))) return;
    const char *copy = ptl_text_copy((ptl_text){folded, len}, c->pass->arena, c->pass->err);
    if (!copy) {
        c->pass->status = ptl_refused(c->pass->err);
        return;
    }
    c->items[c->n] =
        (claim){.name = {{copy, len}, channel}, .node = node, .is_alias = is_alias, .order = c->n};
    c->n++;
}

static void add_channel(claims *c, int64_t at, const ptl_yaml_node *map)
{
    const ptl_channel_config *channel = &c->workspace->channels[at];
    const ptl_yaml_node *label = ptl_yaml_find(map, "label");
    const ptl_yaml_node *aliases = ptl_yaml_find(map, "aliases");
    add_claim(c, at, channel->name, ptl_yaml_find(map, "name"), false);
    const int64_t n = c->n;
    add_claim(c, at, channel->label, label ? label : ptl_yaml_find(map, "name"), false);
    if (c->n > n) c->items[n].derived = !label;
    const ptl_yaml_node *node = aliases ? aliases->first : NULL;
    for (; node; node = node->next) /* from the tree: faulted items left the array */
        if (node->kind == PTL_YAML_SCALAR && !node->faulted)
            add_claim(c, at, node->text.ptr, node, true);
}

static int compare_claims(const void *a, const void *b)
{
    const claim *x = a, *y = b;
    const int order = ptl_text_compare(x->name.folded, y->name.folded);
    return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* `again` claims what `first` has; `before` is its neighbour in the order. */
static void check_claim(claims *c, const claim *first, const claim *before, const claim *again)
{
    char allowed[160];
    const bool same = first->name.channel == again->name.channel;
    if (same && !(first->is_alias && again->is_alias)) return; /* "Direct" may be called direct */
    if (again->derived && (first->derived || before->node == again->node))
        return; /* the name itself was told */
    snprintf(allowed, sizeof allowed, "a text that no other channel has; line %lld has it (%s)",
             (long long)(first->node ? first->node->line : 0),
             c->workspace->channels[first->name.channel].name);
    if (same) snprintf(allowed, sizeof allowed, "every alias once");
    if (again->node) ptl_schema_fault(c->pass, again->node, allowed, NULL);
}

static bool is_pattern(ptl_text folded)
{
    return folded.len > 1 && memchr(folded.ptr, '*', folded.len);
}

static int compare_orders(const void *a, const void *b)
{
    const claim *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

/* Patterns are tried in the order of the file. Sorts the claims anew: call it last. */
static void keep_patterns(ptl_workspace *workspace, claims *c, int64_t n)
{
    if (n == 0) return;
    ptl_channel_name *patterns = ptl_arena_array(c->pass->arena, n, sizeof *patterns, c->pass->err);
    if (!patterns) {
        c->pass->status = ptl_refused(c->pass->err);
        return;
    }
    qsort(c->items, (size_t)c->n, sizeof *c->items, compare_orders);
    int64_t k = 0;
    for (int64_t i = 0; i < c->n; i++)
        if (is_pattern(c->items[i].name.folded)) patterns[k++] = c->items[i].name;
    workspace->channel_patterns = patterns;
    workspace->n_channel_patterns = k;
}

/* Keep the first of equal texts, and report the others. */
static void keep_names(ptl_workspace *workspace, claims *c)
{
    ptl_channel_name *names =
        ptl_arena_array(c->pass->arena, c->n + 1, sizeof *names, c->pass->err);
    int64_t n = 0;
    if (!names) {
        c->pass->status = ptl_refused(c->pass->err);
        return;
    }
    int64_t n_patterns = 0, first = 0;
    for (int64_t i = 0; i < c->n; i++) {
        if (is_pattern(c->items[i].name.folded)) n_patterns++;
        const bool again =
            i > 0 && ptl_text_equal(c->items[i].name.folded, c->items[first].name.folded);
        if (again) {
            check_claim(c, &c->items[first], &c->items[i - 1], &c->items[i]);
            continue;
        }
        first = i;
        if (!is_pattern(c->items[i].name.folded)) names[n++] = c->items[i].name;
    }
    workspace->channel_names = names;
    workspace->n_channel_names = n;
    keep_patterns(workspace, c, n_patterns);
}

void ptl_channels_index(ptl_workspace *workspace, const ptl_yaml_node *list, ptl_schema_pass *pass)
{
    int64_t n = 0;
    for (const ptl_yaml_node *map = list->first; map; map = map->next) {
        const ptl_yaml_node *aliases = ptl_yaml_find(map, "aliases");
        n += 2 + (aliases ? aliases->n : 0);
    }
    claims c = {.workspace = workspace, .pass = pass};
    c.items = ptl_arena_array(pass->arena, n + 1, sizeof *c.items, pass->err);
    if (!c.items) {
        pass->status = ptl_refused(pass->err);
        return;
    }
    int64_t at = 0;
    for (const ptl_yaml_node *map = list->first; map; map = map->next) add_channel(&c, at++, map);
    if (pass->status != PTL_OK) return;
    qsort(c.items, (size_t)c.n, sizeof *c.items, compare_claims);
    keep_names(workspace, &c);
}

/* Greedy with one step back: linear for one *, and names are short. */
bool ptl_folded_fits(ptl_text pattern, ptl_text text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, from = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*') p++;
    return p == pattern.len;
}

static const ptl_channel_config *by_pattern(const ptl_workspace *workspace, ptl_text folded)
{
    for (int64_t i = 0; i < workspace->n_channel_patterns; i++)
        if (ptl_folded_fits(workspace->channel_patterns[i].folded, folded))
            return &workspace->channels[workspace->channel_patterns[i].channel];
    return NULL;
}

const ptl_channel_config *ptl_workspace_channel(const ptl_workspace *workspace, ptl_text recorded)
{
    char folded[FOLDED_BYTES_MAX];
    size_t len = 0;
    if (!ptl_fold(folded, &len, recorded)) return NULL;
    int64_t low = 0, high = workspace->n_channel_names;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        const ptl_channel_name *name = &workspace->channel_names[middle];
        const int order = ptl_text_compare(name->folded, (ptl_text){folded, len});
        if (order == 0) return &workspace->channels[name->channel];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return by_pattern(workspace, (ptl_text){folded, len});
}
