/* attribution_triangle.c: journey credit beside what measures effects, and beside what platforms
 * claim, as the newest triangulation wrote it.
 *
 * Claims stand beside, each with its factor; they are never added up. What was left out is listed
 * with its reason. */
#include "pages/attribution_internal.h"

#include "base/show.h"

#include <math.h>
#include <string.h>

typedef struct side {
    ptl_table table;
    ptl_figures f;
    int64_t run_id;
} side;

/* One channel of the triangulation: rows of its figures, -1 where there is none. */
typedef struct line {
    const char *channel;
    int64_t figure, effect, from_credit, p, settle, claim, over_claim;
} line;

static bool is_named(const side *s, int64_t row, const char *name)
{
    return ptl_text_equal(ptl_column_text(s->f.name, row), ptl_text_of(name));
}

static ptl_status newest(side *s, ptl_store *store, ptl_error *err)
{
    ptl_table t = {0};
    const ptl_column *run;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "triangulate/run_of", NULL, 0, 0, err));
    ptl_status st = ptl_table_column(&run, &t, "run_id", PTL_TYPE_INT, err);
    if (st == PTL_OK && t.n_rows == 1 && ptl_column_present(run, 0))
        s->run_id = ptl_column_int(run, 0);
    ptl_table_dispose(&t);
    if (st != PTL_OK || s->run_id == 0) return st;
    const ptl_value id = ptl_value_int(s->run_id);
    PTL_TRY(ptl_warehouse_query(&s->table, store->warehouse, "figure/of_run", &id, 1, 0, err));
    return ptl_figures_bind(&s->f, &s->table, err);
}

/* --- lines ------------------------------------------------------------------------------------ */

static line *line_of(line *lines, int64_t *n, const char *channel)
{
    for (int64_t i = 0; i < *n; i++)
        if (strcmp(lines[i].channel, channel) == 0) return &lines[i];
    lines[*n] = (line){channel, -1, -1, -1, -1, -1, -1, -1};
    return &lines[(*n)++];
}

static int64_t *slot_of(line *l, const side *s, int64_t row)
{
    const struct {
        const char *name;
        int64_t *slot;
    } slots[] = {{"triangulate.figure", &l->figure},           {"triangulate.effect", &l->effect},
                 {"triangulate.from_credit", &l->from_credit}, {"triangulate.p", &l->p},
                 {"triangulate.settle_error", &l->settle},     {"triangulate.claim", &l->claim},
                 {"triangulate.over_claim", &l->over_claim}};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (is_named(s, row, slots[i].name)) return slots[i].slot;
    return NULL;
}

static ptl_status lines_of(line **out, int64_t *n, const side *s, ptl_arena *arena, ptl_error *err)
{
    line *lines = ptl_arena_array(arena, s->table.n_rows + 1, sizeof *lines, err);
    *n = 0;
    *out = lines;
    if (!lines) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < s->table.n_rows; i++) {
        if (!ptl_text_equal(ptl_column_text(s->f.dimension, i), PTL_TEXT("channel"))) continue;
        const char *channel = ptl_text_copy(ptl_column_text(s->f.member, i), arena, err);
        if (!channel) return PTL_E_NO_MEMORY;
        int64_t *slot = slot_of(line_of(lines, n, channel), s, i);
        if (slot) *slot = i;
    }
    return PTL_OK;
}

static ptl_estimate estimate_of(const side *s, int64_t row)
{
    if (row < 0) return (ptl_estimate){PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    return (ptl_estimate){
        ptl_column_double(s->f.value, row),
        ptl_column_present(s->f.low, row) ? ptl_column_double(s->f.low, row) : PTL_NAN,
        ptl_column_present(s->f.high, row) ? ptl_column_double(s->f.high, row) : PTL_NAN,
        ptl_column_present(s->f.probability, row) ? ptl_column_double(s->f.probability, row)
                                                  : PTL_NAN};
}

/* --- what is shown ---------------------------------------------------------------------------- */

static void put_cell(const ptl_journeys_view *v, const side *s, int64_t row, ptl_unit unit)
{
    const ptl_estimate e = estimate_of(s, row);
    ptl_page_cell_estimate(v->page, &e, unit);
}

static void put_grade(const ptl_journeys_view *v, const side *s, const line *l)
{
    char grade[8] = "";
    const ptl_text text =
        l->effect >= 0 ? ptl_column_text(s->f.grade, l->effect) : (ptl_text){NULL, 0};
    if (text.len > 0 && text.len < sizeof grade) memcpy(grade, text.ptr, text.len);
    ptl_page_cell(v->page, grade[0] ? grade : NULL, NULL);
}

static bool conflicts(const side *s, const line *l)
{
    return l->settle >= 0 && ptl_column_present(s->f.value, l->settle);
}

static void put_channel(const ptl_journeys_view *v, const side *s, const line *l)
{
    ptl_page_row(v->page, ptl_journeys_label(v, l->channel));
    put_cell(v, s, l->figure, PTL_UNIT_MONEY);
    put_grade(v, s, l);
    put_cell(v, s, l->effect, PTL_UNIT_MONEY);
    put_cell(v, s, l->from_credit, PTL_UNIT_MONEY);
    if (conflicts(s, l))
        ptl_page_cell_mark(v->page, "against", "conflict");
    else if (l->effect < 0)
        ptl_page_cell_mark(v->page, "unidentified", "not identified");
    else
        ptl_page_cell_mark(v->page, "holds", "one figure");
    ptl_page_row_end(v->page);
}

static void put_channels(const ptl_journeys_view *v, const side *s, const line *lines, int64_t n)
{
    static const ptl_page_column columns[] = {
        {"Channel", false, true}, {"One figure", true, true},    {"Grade", false, false},
        {"Effect", true, true},   {"From journeys", true, true}, {"Verdict", false, false}};
    ptl_page_table(
        v->page, "triangulation",
        "Incremental CM1. From journeys: the effect that journey credit lets expect, its "
        "bias taken out",
        columns, 6);
    for (int64_t i = 0; i < n; i++)
        if (lines[i].figure >= 0 || lines[i].effect >= 0 || lines[i].from_credit >= 0)
            put_channel(v, s, &lines[i]);
    ptl_page_table_end(v->page);
}

/* Where both stand, what would decide between them. */
static void put_settling(const ptl_journeys_view *v, const side *s, const line *lines, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (!conflicts(s, &lines[i])) continue;
        const double error = ptl_column_double(s->f.value, lines[i].settle);
        ptl_buffer money;
        ptl_buffer_init(&money, 64, NULL);
        ptl_show_money_short(&money, llround(error * 1e6), v->workspace->currency, 3);
        ptl_page_html(v->page, "<p class=\"note\">");
        ptl_page_printf(v->page,
                        "%s: effect and journey credit lie too far apart to be one figure. An "
                        "experiment with a standard error of %s would tell them apart.",
                        ptl_journeys_label(v, lines[i].channel), money.ptr ? money.ptr : "");
        ptl_page_html(v->page, "</p>\n");
        ptl_buffer_dispose(&money);
    }
}

static void put_claims(const ptl_journeys_view *v, const side *s, const line *lines, int64_t n)
{
    static const ptl_page_column columns[] = {{"Channel", false, true},
                                              {"The platform claims", true, true},
                                              {"Measured effect", true, true},
                                              {"Claimed times over", true, true}};
    int64_t n_claims = 0;
    for (int64_t i = 0; i < n; i++) n_claims += lines[i].claim >= 0;
    if (n_claims == 0) return;
    ptl_page_table(v->page, "claims",
                   "What platforms claim, beside. Claims count the same sale more than once, so "
                   "they are not added up",
                   columns, 4);
    for (int64_t i = 0; i < n; i++) {
        if (lines[i].claim < 0) continue;
        ptl_page_row(v->page, ptl_journeys_label(v, lines[i].channel));
        put_cell(v, s, lines[i].claim, PTL_UNIT_MONEY);
        put_cell(v, s, lines[i].effect, PTL_UNIT_MONEY);
        put_cell(v, s, lines[i].over_claim, PTL_UNIT_NUMBER);
        ptl_page_row_end(v->page);
    }
    ptl_page_table_end(v->page);
}

/* "paid_social → platform → it speaks of another period". */
static ptl_status put_left_out(const ptl_journeys_view *v, const side *s, ptl_error *err)
{
    static const ptl_page_column columns[] = {
        {"Channel", false, true}, {"Source", false, true}, {"Left out because", false, false}};
    bool is_open = false;
    for (int64_t i = 0; i < s->table.n_rows; i++) {
        if (!is_named(s, i, "triangulate.left_out")) continue;
        const ptl_text member = ptl_column_text(s->f.member, i), rest = ptl_told_side(member, true);
        const char *channel = ptl_text_copy(ptl_told_side(member, false), v->told->arena, err);
        const char *source = ptl_text_copy(ptl_told_side(rest, false), v->told->arena, err);
        const char *reason = ptl_text_copy(ptl_told_side(rest, true), v->told->arena, err);
        if (!channel || !source || !reason) return PTL_E_NO_MEMORY;
        if (!is_open) ptl_page_table(v->page, "left-out", "Sources left out", columns, 3);
        is_open = true;
        ptl_page_row(v->page, ptl_journeys_label(v, channel));
        ptl_page_cell(v->page, source, NULL);
        ptl_page_cell(v->page, reason, NULL);
        ptl_page_row_end(v->page);
    }
    if (is_open) ptl_page_table_end(v->page);
    return PTL_OK;
}

static ptl_status put_missing(const ptl_journeys_view *v, const side *s, ptl_error *err)
{
    for (int64_t i = 0; i < s->table.n_rows; i++) {
        if (!is_named(s, i, "triangulate.missing")) continue;
        const char *text = ptl_text_copy(ptl_column_text(s->f.member, i), v->told->arena, err);
        if (!text) return PTL_E_NO_MEMORY;
        ptl_page_html(v->page, "<p class=\"note\">Missing: ");
        ptl_page_text(v->page, text);
        ptl_page_html(v->page, ".</p>\n");
    }
    return PTL_OK;
}

static void put_summary(const ptl_journeys_view *v, const side *s, const line *lines, int64_t n)
{
    int64_t n_figures = 0, n_conflicts = 0;
    for (int64_t i = 0; i < n; i++) {
        n_figures += lines[i].figure >= 0;
        n_conflicts += conflicts(s, &lines[i]);
    }
    ptl_page_html(v->page, "<p>");
    if (n_figures == 0 && n_conflicts == 0)
        ptl_page_html(v->page, "No effect of any channel is known in this period, so there is "
                               "nothing to hold journeys against.");
    else
        ptl_page_printf(v->page,
                        "%lld %s one figure from an effect that was measured, %lld %s sources in "
                        "conflict: there both stand and nothing is pooled.",
                        (long long)n_figures, n_figures == 1 ? "channel has" : "channels have",
                        (long long)n_conflicts, n_conflicts == 1 ? "has" : "have");
    ptl_page_html(v->page, "</p>\n");
}

static ptl_status put_side(const ptl_journeys_view *v, const side *s, ptl_error *err)
{
    line *lines;
    int64_t n;
    PTL_TRY(lines_of(&lines, &n, s, v->told->arena, err));
    ptl_buffer *note = ptl_page_say(v->page);
    ptl_show_span(note, (ptl_day)ptl_column_int(s->f.period_start, 0),
                  (ptl_day)ptl_column_int(s->f.period_end, 0));
    ptl_buffer_printf(note, ", run %lld", (long long)s->run_id);
    ptl_page_section(v->page, "Beside effects and claims", ptl_page_said(v->page));
    put_summary(v, s, lines, n);
    PTL_TRY(put_missing(v, s, err));
    int64_t n_known = 0;
    for (int64_t i = 0; i < n; i++) n_known += lines[i].figure >= 0 || lines[i].effect >= 0;
    if (n_known > 0) put_channels(v, s, lines, n);
    put_settling(v, s, lines, n);
    put_claims(v, s, lines, n);
    PTL_TRY(put_left_out(v, s, err));
    ptl_page_section_end(v->page);
    return PTL_OK;
}

static void put_none(const ptl_journeys_view *v)
{
    ptl_page_section(v->page, "Beside effects and claims", NULL);
    ptl_page_html(v->page, "<p class=\"note\">Nothing measured stands beside these figures yet. A "
                           "mix model or an experiment would say how far journey credit is from "
                           "effect, channel by channel: <code>portolan measure triangulate"
                           "</code></p>\n");
    ptl_page_section_end(v->page);
}

ptl_status ptl_journeys_put_triangle(const ptl_journeys_view *v, ptl_error *err)
{
    side s = {0};
    ptl_status st = newest(&s, v->store, err);
    if (st == PTL_OK && s.table.n_rows > 0)
        st = put_side(v, &s, err);
    else if (st == PTL_OK)
        put_none(v);
    ptl_table_dispose(&s.table);
    return st;
}
