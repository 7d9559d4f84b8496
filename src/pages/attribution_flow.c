/* attribution_flow.c: the ways that people went: first touch, next touch, what came of it.
 *
 * Read from the run's figures of flow: step 0 leads from the start to the first touch, step 1 from
 * there to the next touch or to the end, and every edge says how many of its journeys converted in
 * the end. At most five places a layer: the named ones with most journeys, and the others
 * together. */
#include "pages/attribution_internal.h"

#include <math.h>
#include <string.h>

enum { FIRSTS = PTL_FLOW_NODES - 1, NEXTS = PTL_FLOW_NODES - 2, NAMES_MAX = 16 };
enum { NEXT_OTHERS = NEXTS, NEXT_NONE = NEXTS + 1, PICK_LEAST = 30 };

typedef struct place {
    ptl_text name; /* of the figures */
    int64_t n, converting;
} place;

typedef struct flow {
    place first[PTL_FLOW_NODES]; /* the last: others */
    place next[PTL_FLOW_NODES];  /* then others, then no second touch */
    int64_t step[PTL_FLOW_NODES][PTL_FLOW_NODES];
    int64_t n, converting;
    int32_t picked; /* of next; -1: none */
} flow;

typedef struct edge {
    int64_t step;
    ptl_text from, to;
    int64_t n, converting;
} edge;

static edge edge_of(const ptl_told_run *told, ptl_told_range all, ptl_told_range converting,
                    int64_t k)
{
    const ptl_text member = ptl_column_text(told->figures.member, all.from + k);
    return (edge){.step = ptl_told_number(ptl_column_text(told->figures.dimension, all.from + k)),
                  .from = ptl_told_side(member, false),
                  .to = ptl_told_side(member, true),
                  .n = ptl_column_int(told->figures.exact, all.from + k),
                  .converting = ptl_column_int(told->figures.exact, converting.from + k)};
}

static bool is_end(ptl_text name)
{
    return ptl_text_equal(name, PTL_TEXT("(conversion)")) ||
           ptl_text_equal(name, PTL_TEXT("(none)"));
}

/* --- places ----------------------------------------------------------------------------------- */

static void add_place(place *list, int32_t *n, ptl_text name, int64_t journeys)
{
    int32_t i = 0;
    while (i < *n && !ptl_text_equal(list[i].name, name)) i++;
    if (i == NAMES_MAX) return;
    if (i == *n) list[(*n)++] = (place){.name = name};
    list[i].n += journeys;
}

/* The `n_kept` named places with most journeys, most first. */
static void keep_most(place *out, int32_t n_kept, place *list, int32_t n)
{
    for (int32_t k = 0; k < n_kept; k++) {
        int32_t best = -1;
        for (int32_t i = 0; i < n; i++)
            if (list[i].n > 0 && !ptl_text_equal(list[i].name, PTL_TEXT("(other)")) &&
                (best < 0 || list[i].n > list[best].n))
                best = i;
        if (best < 0) return;
        out[k].name = list[best].name;
        list[best].n = 0;
    }
}

static int32_t place_of(const place *list, int32_t n_named, ptl_text name)
{
    for (int32_t i = 0; i < n_named; i++)
        if (list[i].name.len > 0 && ptl_text_equal(list[i].name, name)) return i;
    return n_named;
}

static void name_places(flow *f, const ptl_told_run *told, ptl_told_range all,
                        ptl_told_range converting)
{
    place firsts[NAMES_MAX] = {0}, nexts[NAMES_MAX] = {0};
    int32_t n_firsts = 0, n_nexts = 0;
    for (int64_t k = 0; k < all.n; k++) {
        const edge e = edge_of(told, all, converting, k);
        if (e.step == 0) add_place(firsts, &n_firsts, e.to, e.n);
        if (e.step == 1 && !is_end(e.to)) add_place(nexts, &n_nexts, e.to, e.n);
    }
    keep_most(f->first, FIRSTS, firsts, n_firsts);
    keep_most(f->next, NEXTS, nexts, n_nexts);
}

static void add_edge(flow *f, const edge *e)
{
    if (e->step == 0) {
        f->n += e->n;
        f->converting += e->converting;
    }
    if (e->step != 1) return;
    const int32_t a = place_of(f->first, FIRSTS, e->from);
    const int32_t b = is_end(e->to) ? NEXT_NONE : place_of(f->next, NEXTS, e->to);
    f->step[a][b] += e->n;
    f->first[a].n += e->n;
    f->next[b].n += e->n;
    f->next[b].converting += e->converting;
}

/* Whether journeys through a place convert otherwise than all by more than chance: two standard
 * errors of a share. */
static bool stands_out(const flow *f, const place *p)
{
    const double n = (double)p->n, all = (double)f->converting / (double)f->n;
    return p->n >= PICK_LEAST && 20 * p->n >= f->n && /* else nobody sees the ribbon */
           fabs((double)p->converting / n - all) > 2.0 * sqrt(all * (1.0 - all) / n);
}

/* Of the named next touches that stand out, the one of which journeys convert most often. */
static int32_t pick(const flow *f)
{
    int32_t best = -1;
    double most = -1.0;
    for (int32_t b = 0; b < NEXTS; b++) {
        const place *p = &f->next[b];
        if (!stands_out(f, p) || !((double)p->converting / (double)p->n > most)) continue;
        most = (double)p->converting / (double)p->n;
        best = b;
    }
    return best;
}

static flow flow_of(const ptl_told_run *told)
{
    flow f = {.picked = -1};
    const ptl_told_range all = ptl_told_range_of(told, "flow");
    const ptl_told_range converting = ptl_told_range_of(told, "flow_converting");
    name_places(&f, told, all, converting);
    for (int64_t k = 0; k < all.n && k < converting.n; k++) {
        const edge e = edge_of(told, all, converting, k);
        add_edge(&f, &e);
    }
    f.picked = pick(&f);
    return f;
}

/* --- the chart -------------------------------------------------------------------------------- */

static const char *label_of(const ptl_journeys_view *v, const place *list, int32_t i, bool is_next)
{
    if (is_next && i == NEXT_NONE) return "No second touch";
    if (i == (is_next ? NEXT_OTHERS : FIRSTS)) return "Others";
    char name[300];
    const ptl_text text = list[i].name;
    const size_t n = text.len < sizeof name - 1 ? text.len : sizeof name - 1;
    memcpy(name, text.ptr, n);
    name[n] = '\0';
    const ptl_channel_config *c = ptl_workspace_channel(v->workspace, text);
    return c && c->label ? c->label : ptl_page_words(v->page, "%s", name);
}

static void put_node(ptl_json *j, const char *id, const char *label, int64_t n, bool picked)
{
    ptl_json_object(j);
    ptl_json_put_string(j, "id", id);
    ptl_json_put_string(j, "label", label);
    ptl_json_put_int(j, "value", n);
    if (picked) ptl_json_put_bool(j, "picked", true);
    ptl_json_object_end(j);
}

static void open_layer(ptl_json *j, const char *name)
{
    ptl_json_object(j);
    ptl_json_put_string(j, "name", name);
    ptl_json_key(j, "nodes");
    ptl_json_array(j);
}

static void close_layer(ptl_json *j)
{
    ptl_json_array_end(j);
    ptl_json_object_end(j);
}

static void put_layers(const ptl_journeys_view *v, ptl_json *j, const flow *f)
{
    ptl_json_key(j, "layers");
    ptl_json_array(j);
    open_layer(j, "First touch");
    for (int32_t i = 0; i < PTL_FLOW_NODES; i++)
        if (f->first[i].n > 0)
            put_node(j, ptl_page_words(v->page, "f%d", i), label_of(v, f->first, i, false),
                     f->first[i].n, false);
    close_layer(j);
    open_layer(j, "Next touch");
    for (int32_t i = 0; i < PTL_FLOW_NODES; i++)
        if (f->next[i].n > 0)
            put_node(j, ptl_page_words(v->page, "n%d", i), label_of(v, f->next, i, true),
                     f->next[i].n, i == f->picked);
    close_layer(j);
    open_layer(j, "What came of it");
    put_node(j, "yes", ptl_page_words(v->page, "%s", v->goal), f->converting, f->picked >= 0);
    put_node(j, "no", ptl_page_words(v->page, "No %s", v->goal), f->n - f->converting, false);
    close_layer(j);
    ptl_json_array_end(j);
}

/* A ribbon of the chart and its row of the table. */
typedef void (*ribbon_fn)(const ptl_journeys_view *v, const char *const from[2],
                          const char *const to[2], int64_t n, bool picked);

static void put_link(const ptl_journeys_view *v, const char *const from[2], const char *const to[2],
                     int64_t n, bool picked)
{
    ptl_json *j = &v->page->charts_json;
    ptl_json_object(j);
    ptl_json_put_string(j, "from", from[0]);
    ptl_json_put_string(j, "to", to[0]);
    ptl_json_put_int(j, "value", n);
    if (picked) ptl_json_put_bool(j, "picked", true);
    ptl_json_object_end(j);
}

static void put_row(const ptl_journeys_view *v, const char *const from[2], const char *const to[2],
                    int64_t n, bool picked)
{
    (void)picked;
    ptl_page_row(v->page, from[1]);
    ptl_page_cell(v->page, to[1], NULL);
    ptl_page_cell_count(v->page, n);
    ptl_page_row_end(v->page);
}

static void each_ribbon(const ptl_journeys_view *v, const flow *f, ribbon_fn put)
{
    for (int32_t a = 0; a < PTL_FLOW_NODES; a++)
        for (int32_t b = 0; b < PTL_FLOW_NODES; b++) {
            if (f->step[a][b] == 0) continue;
            const char *const from[2] = {ptl_page_words(v->page, "f%d", a),
                                         label_of(v, f->first, a, false)};
            const char *const to[2] = {ptl_page_words(v->page, "n%d", b),
                                       label_of(v, f->next, b, true)};
            put(v, from, to, f->step[a][b], b == f->picked);
        }
    for (int32_t b = 0; b < PTL_FLOW_NODES; b++) {
        const place *p = &f->next[b];
        if (p->n == 0) continue; /* fewer second touches than places */
        const char *const from[2] = {ptl_page_words(v->page, "n%d", b),
                                     label_of(v, f->next, b, true)};
        const char *const yes[2] = {"yes", v->goal};
        const char *const no[2] = {"no", ptl_page_words(v->page, "No %s", v->goal)};
        if (p->converting > 0) put(v, from, yes, p->converting, b == f->picked);
        if (p->n > p->converting) put(v, from, no, p->n - p->converting, false);
    }
}

static double in_100(int64_t part, int64_t all)
{
    return all > 0 ? 100.0 * (double)part / (double)all : 0.0;
}

/* Counts of these journeys, and nothing about others. */
static const char *title_of(const ptl_journeys_view *v, const flow *f)
{
    if (f->picked < 0)
        return ptl_page_words(
            v->page, "%.1f in 100 journeys ended in a %s; %.1f in 100 had one touch alone",
            in_100(f->converting, f->n), v->goal, in_100(f->next[NEXT_NONE].n, f->n));
    const place *p = &f->next[f->picked];
    return ptl_page_words(
        v->page,
        "%.1f in 100 journeys went on to %s, and %.1f in 100 of those ended in a %s; of all, %.1f",
        in_100(p->n, f->n), label_of(v, f->next, f->picked, true), in_100(p->converting, p->n),
        v->goal, in_100(f->converting, f->n));
}

void ptl_journeys_put_flow(const ptl_journeys_view *v)
{
    static const ptl_page_column columns[] = {
        {"From", false, false}, {"To", false, false}, {"Journeys", true, false}};
    const flow f = flow_of(v->told);
    if (f.n == 0) return;
    const ptl_page_chart chart = {
        .kind = PTL_CHART_FLOW,
        .id = "flow",
        .title = title_of(v, &f),
        .quantity = ptl_page_words(v->page, "Journeys by first and next touch%s",
                                   f.picked >= 0 ? "; one path picked out" : ""),
        .probability = PTL_NAN,
        .unit = PTL_UNIT_COUNT,
        .noun = "journeys",
        .evidence = ptl_page_words(v->page, "Journeys, %s, counted", v->run),
        .verdict = "counted",
        .run = v->run};
    ptl_page_section(v->page, "Ways that people went", "journeys, counted");
    ptl_json *j = ptl_page_chart_open(v->page, &chart);
    ptl_json_put_string(j, "run", v->run);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    put_layers(v, j, &f);
    ptl_json_key(j, "links");
    ptl_json_array(j);
    each_ribbon(v, &f, put_link);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    ptl_page_table(v->page, NULL, NULL, columns, 3);
    each_ribbon(v, &f, put_row);
    ptl_page_table_end(v->page);
    ptl_page_chart_end(v->page);
    ptl_page_section_end(v->page);
}
