/* attribution_flow.c: how journeys step from channel to channel, for a chart of flows.
 *
 * Step s leads from the s-th touch to the next, or to the end: "(conversion)" or "(none)". The
 * channels of most journeys keep their names, the others are "(other)" together, and steps beyond
 * the last kept lead straight to the end. Every journey is counted once at step 0, which leads from
 * "(start)" to its first touch. */
#include "understand/attribution_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAMED = 10, /* channels a chart of flows can show apart */
    OTHER = NAMED,
    START = NAMED + 1,
    CONVERSION = NAMED + 2,
    NONE = NAMED + 3,
    NODES = NAMED + 4,
    STEPS = 6 /* columns of such a chart */
};

typedef struct flow {
    int64_t journeys[STEPS + 1][NODES][NODES];
    int64_t converting[STEPS + 1][NODES][NODES];
    int32_t named[NAMED]; /* channels, most journeys first */
    int32_t n_named;
} flow;

static int32_t node_of(const flow *f, int32_t channel)
{
    for (int32_t i = 0; i < f->n_named; i++)
        if (f->named[i] == channel) return i;
    return OTHER;
}

static void name_channels(flow *out, const ptl_path_role *role, int32_t n_channels)
{
    while (out->n_named < NAMED && out->n_named < n_channels) {
        int32_t best = -1;
        for (int32_t c = 0; c < n_channels; c++)
            if (node_of(out, c) == OTHER &&
                (best < 0 || role[c].n_journeys > role[best].n_journeys))
                best = c;
        out->named[out->n_named++] = best;
    }
}

static void add_edge(flow *f, int32_t step, int32_t from, int32_t to, int64_t n, int64_t converting)
{
    f->journeys[step][from][to] += n;
    f->converting[step][from][to] += converting;
}

static void add_path(flow *f, const int32_t *node_of_channel, const int32_t *touches, int64_t n,
                     int64_t converting, int64_t null)
{
    int32_t from = START, step = 0;
    for (; step < n && step < STEPS; step++) {
        const int32_t to = node_of_channel[touches[step]];
        add_edge(f, step, from, to, converting + null, converting);
        from = to;
    }
    if (converting) add_edge(f, step, from, CONVERSION, converting, converting);
    if (null) add_edge(f, step, from, NONE, null, 0);
}

static void add_paths(flow *f, const int32_t *node_of_channel, const ptl_paths *x)
{
    for (int64_t c = 0; c < x->n_cells;) {
        const int64_t p = x->cell_path[c], from = x->offsets[p], n = x->offsets[p + 1] - from;
        int64_t converting = 0, null = 0;
        for (; c < x->n_cells && x->cell_path[c] == p; c++) {
            converting += x->cell_converting[c];
            null += x->cell_null[c];
        }
        if (n > 0) add_path(f, node_of_channel, x->touches + from, n, converting, null);
    }
}

static const char *node_name(const flow *f, const ptl_journeys *journeys, int32_t node)
{
    static const char *const others[] = {"(other)", "(start)", "(conversion)", "(none)"};
    return node >= NAMED ? others[node - NAMED] : ptl_journeys_channel(journeys, f->named[node]);
}

static ptl_status put_edge(const ptl_figure_rows *rows, const flow *f, int32_t step, int32_t from,
                           int32_t to, ptl_error *err)
{
    char member[600], dimension[16];
    const ptl_journeys *j = rows->f->journeys;
    if (f->journeys[step][from][to] == 0) return PTL_OK;
    (void)snprintf(dimension, sizeof dimension, "step %d", step);
    (void)snprintf(member, sizeof member, "%.250s \xE2\x86\x92 %.250s", node_name(f, j, from),
                   node_name(f, j, to));
    PTL_TRY(ptl_figure_counted(rows, "flow", dimension, member, f->journeys[step][from][to],
                               "journeys", err));
    return ptl_figure_counted(rows, "flow_converting", dimension, member,
                              f->converting[step][from][to], "journeys", err);
}

ptl_status ptl_attribution_put_flow(const ptl_figure_rows *rows, ptl_error *err)
{
    const ptl_findings *findings = rows->f;
    const int32_t n = (int32_t)findings->n_channels;
    flow *f = calloc(1, sizeof *f);
    int32_t *nodes = calloc((size_t)n + 1, sizeof *nodes);
    ptl_status st = f && nodes ? PTL_OK : ptl_fail(err, PTL_E_NO_MEMORY, "no memory for flows");
    if (st == PTL_OK) {
        name_channels(f, findings->paths.role, n);
        for (int32_t c = 0; c < n; c++) nodes[c] = node_of(f, c);
        add_paths(f, nodes, ptl_journeys_paths(findings->journeys));
    }
    for (int32_t i = 0; st == PTL_OK && i < (STEPS + 1) * NODES * NODES; i++)
        st = put_edge(rows, f, i / (NODES * NODES), i / NODES % NODES, i % NODES, err);
    free(nodes);
    free(f);
    return st;
}
