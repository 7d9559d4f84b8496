/* journey_channel.c: what events call their channel, and what the workspace calls it.
 *
 * Labels are numbered as the query names them, from 1: that number is what an event of a query
 * carries. Channels, or campaigns, are the governed names of labels, sorted, each once. */
#include "understand/journey_internal.h"

#include <stdlib.h>
#include <string.h>

enum { LABELS_BYTES_MAX = 8 << 20 };

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int32_t ptl_journey_channel_idx(const ptl_journey_labels *l, const char *name)
{
    const char **found =
        bsearch(&name, l->channels, (size_t)l->n_channels, sizeof *l->channels, compare_names);
    return found ? (int32_t)(found - l->channels) : -1;
}

static ptl_status name_of(const char **out, const ptl_workspace *workspace, ptl_text label,
                          bool by_campaign, ptl_arena *arena, ptl_error *err)
{
    const ptl_channel_config *governed =
        by_campaign ? NULL : ptl_workspace_channel(workspace, label);
    *out = governed ? governed->name : ptl_text_copy(label, arena, err);
    if (!*out) return PTL_E_NO_MEMORY;
    if (memchr(label.ptr, '\x1f', label.len))
        return ptl_fail(err, PTL_E_INVALID, "channel \"%s\" holds a control character", *out);
    return PTL_OK;
}

static ptl_status too_many_labels(int64_t n, bool by_campaign, ptl_error *err)
{
    ptl_fail(err, PTL_E_LIMIT, "events name %lld %s; journeys take %d", (long long)n,
             by_campaign ? "campaigns" : "channels", PTL_JOURNEY_LABELS_MAX);
    ptl_error_hint(err, by_campaign ? "ask by channel, or map campaigns to fewer names"
                                    : "the column mapped to channel looks like a campaign or an "
                                      "address; map a coarser one");
    return PTL_E_LIMIT;
}

/* Names in order, each once; then the number of every label. */
static ptl_status number_channels(ptl_journey_labels *l, const char **name_of_label,
                                  ptl_arena *arena, ptl_error *err)
{
    l->channels = ptl_arena_array(arena, l->n + 1, sizeof *l->channels, err);
    l->channel_of = ptl_arena_array(arena, l->n + 1, sizeof *l->channel_of, err);
    if (!l->channels || !l->channel_of) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < l->n; i++) l->channels[i] = name_of_label[i];
    qsort(l->channels, (size_t)l->n, sizeof *l->channels, compare_names);
    for (int64_t i = 0; i < l->n; i++)
        if (l->n_channels == 0 || strcmp(l->channels[l->n_channels - 1], l->channels[i]) != 0)
            l->channels[l->n_channels++] = l->channels[i];
    l->channel_of[0] = -1;
    for (int64_t i = 0; i < l->n; i++)
        l->channel_of[i + 1] = ptl_journey_channel_idx(l, name_of_label[i]);
    return PTL_OK;
}

static ptl_status number_labels(ptl_journey_labels *l, const ptl_table *rows,
                                const ptl_workspace *workspace, bool by_campaign, ptl_arena *arena,
                                ptl_error *err)
{
    const ptl_column *label;
    PTL_TRY(ptl_table_column(&label, rows, "label", PTL_TYPE_TEXT, err));
    l->n = rows->n_rows;
    if (l->n > PTL_JOURNEY_LABELS_MAX) return too_many_labels(l->n, by_campaign, err);
    const char **names = ptl_arena_array(arena, l->n + 1, sizeof *names, err);
    if (!names) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < l->n; i++) {
        const ptl_text text = ptl_column_text(label, i);
        PTL_TRY(name_of(&names[i], workspace, text, by_campaign, arena, err));
        if (i > 0) ptl_buffer_append(&l->recorded, "\x1f", 1);
        ptl_buffer_append(&l->recorded, text.ptr, text.len);
    }
    PTL_TRY(ptl_buffer_check(&l->recorded, "the channels of events", err));
    return number_channels(l, names, arena, err);
}

ptl_status ptl_journey_labels_read(ptl_journey_labels *out, ptl_store *store,
                                   const ptl_workspace *workspace,
                                   const ptl_journey_options *options, ptl_arena *arena,
                                   ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(options->known_by),
                                ptl_value_string(options->by_campaign ? "campaign" : "channel")};
    ptl_table rows = {0};
    *out = (ptl_journey_labels){0};
    ptl_buffer_init(&out->recorded, LABELS_BYTES_MAX, NULL);
    ptl_status st =
        ptl_warehouse_query(&rows, store->warehouse, "journey/labels", params, 2, 0, err);
    if (st == PTL_OK) st = number_labels(out, &rows, workspace, options->by_campaign, arena, err);
    ptl_table_dispose(&rows);
    return st;
}

void ptl_journey_labels_dispose(ptl_journey_labels *labels)
{
    ptl_buffer_dispose(&labels->recorded);
}
