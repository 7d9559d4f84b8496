/* vertical.c: which facts a vertical's are (workspace.h).
 *
 * A vertical lists what it takes: channels, campaigns, places, products or plans, segments. A fact
 * is the first vertical's, in the order of the file, whose every list names what the fact records.
 * What records nothing under a list is not taken by it, so that no money is anybody's by default;
 * media, which know no product and no segment, can be named by campaign. Whether a text fits is
 * asked once a text and answered for all verticals at once, a bit each. */
#include "workspace/vertical.h"

#include "workspace/channel.h"
#include "workspace/limits.h"

#include <stdio.h>
#include <string.h>

enum { FOLDED_BYTES_MAX = 4 * PTL_FOLD_CHARACTERS_MAX };

const ptl_vertical_config *ptl_workspace_vertical(const ptl_workspace *workspace, ptl_text name)
{
    for (int64_t i = 0; i < workspace->n_verticals; i++)
        if (ptl_text_equal(ptl_text_of(workspace->verticals[i].name), name))
            return &workspace->verticals[i];
    return NULL;
}

static bool is_named(const ptl_words *words, ptl_text folded)
{
    char pattern[FOLDED_BYTES_MAX];
    size_t len = 0;
    for (int64_t i = 0; i < words->n; i++)
        if (ptl_fold(pattern, &len, ptl_text_of(words->items[i])) &&
            ptl_folded_fits((ptl_text){pattern, len}, folded))
            return true;
    return false;
}

uint64_t ptl_workspace_verticals(const ptl_workspace *workspace, ptl_vertical_key key,
                                 ptl_text value)
{
    char folded[FOLDED_BYTES_MAX];
    size_t len = 0;
    uint64_t bits = 0;
    const bool is_text = ptl_fold(folded, &len, value);
    for (int64_t i = 0; i < workspace->n_verticals && i < PTL_VERTICALS_MAX; i++) {
        const ptl_words *words = &workspace->verticals[i].allowed[key];
        const bool is_open = words->n == 0 && key != PTL_VERTICAL_MEDIA;
        if (is_open || (is_text && is_named(words, (ptl_text){folded, len})))
            bits |= UINT64_C(1) << i;
    }
    return bits;
}

void ptl_check_vertical(void *target, const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    ptl_vertical_config *v = target;
    int64_t n = 0;
    if (!v->label) v->label = v->name;
    for (int i = 0; i < PTL_VERTICAL_MEDIA; i++) n += v->allowed[i].n;
    if (map && v->name && n == 0)
        ptl_schema_missing(pass, map, "channels",
                           "a list at least: channels, campaigns, geos, products or segments");
}

void ptl_verticals_check(const ptl_workspace *w, const ptl_yaml_node *list, ptl_schema_pass *pass)
{
    const ptl_yaml_node *item = list->first;
    for (int64_t i = 0; item && i < w->n_verticals; i++, item = item->next) {
        const char *name = w->verticals[i].name;
        const ptl_yaml_node *node = ptl_yaml_find(item, "name");
        if (i == PTL_VERTICALS_MAX) ptl_schema_fault(pass, node, "at most 60 verticals", NULL);
        for (int64_t k = 0; name && k < i; k++)
            if (w->verticals[k].name && strcmp(w->verticals[k].name, name) == 0)
                ptl_schema_fault(pass, node, "each vertical once", NULL);
    }
}
