/* attribution.c: the page of journeys (see attribution.h).
 *
 * Order is that of reading: who is credited with most and whether methods agree, what hangs on the
 * method in money, the ways people went, the part each channel plays, what no touch preceded, what
 * the methods foresee, and what measures effects beside. */
#include "pages/attribution_internal.h"

#include <math.h>
#include <string.h>

const char *ptl_journeys_label(const ptl_journeys_view *v, const char *channel)
{
    const ptl_channel_config *c = ptl_workspace_channel(v->workspace, ptl_text_of(channel));
    return c && c->label ? c->label : channel;
}

const char *ptl_journeys_method(const ptl_journeys_view *v, int32_t method)
{
    const char *label = ptl_told_methods[method].label;
    const char first = label[0] >= 'a' && label[0] <= 'z' ? (char)(label[0] - 32) : label[0];
    return ptl_page_words(v->page, "%c%s", first, label + 1);
}

ptl_estimate ptl_journeys_estimate(const ptl_journeys_view *v, const ptl_told *told)
{
    return (ptl_estimate){told->point, told->low, told->high, v->told->probability};
}

void ptl_journeys_cite(const ptl_journeys_view *v, const char *key, const char *what, double value,
                       ptl_unit unit)
{
    const ptl_page_figure figure = {.key = key,
                                    .what = what,
                                    .value = value,
                                    .low = PTL_NAN,
                                    .high = PTL_NAN,
                                    .probability = PTL_NAN,
                                    .unit = unit,
                                    .verdict = "counted",
                                    .kind = "counted",
                                    .run = v->run,
                                    .window = v->window,
                                    .repeat = v->again};
    ptl_page_cite(v->page, &figure, "");
}

/* --- the answer ------------------------------------------------------------------------------- */

/* Who is credited with most, method by method. */
typedef struct leaders {
    int32_t n_methods;              /* that say anything                               */
    int32_t n_first, n_second;      /* methods that name `first`, and `second`         */
    int32_t n_clear;                /* that tell `first` from every other by intervals */
    const ptl_told_channel *first;  /* named by most methods                           */
    const ptl_told_channel *second; /* by most of the others; NULL: all agree          */
    double low, high;               /* of first's share, over methods                  */
} leaders;

static const ptl_told_channel *leader_of(const ptl_told_run *told, int32_t method)
{
    const ptl_told_channel *best = NULL;
    for (int64_t i = 0; i < told->n_channels; i++) {
        const ptl_told_channel *c = &told->channels[i];
        const double x = c->of[method][PTL_TOLD_SHARE].point;
        if (!isnan(x) && (!best || x > best->of[method][PTL_TOLD_SHARE].point)) best = c;
    }
    return best;
}

/* Its interval lies above all others'. */
static bool is_clear(const ptl_told_run *told, int32_t method, const ptl_told_channel *leader)
{
    const double low = leader->of[method][PTL_TOLD_SHARE].low;
    for (int64_t i = 0; i < told->n_channels; i++) {
        const ptl_told *t = &told->channels[i].of[method][PTL_TOLD_SHARE];
        if (&told->channels[i] != leader && !isnan(t->point) && !(low > t->high)) return false;
    }
    return true;
}

static int32_t count_led(const ptl_told_run *told, const ptl_told_channel *channel)
{
    int32_t n = 0;
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++) n += leader_of(told, m) == channel;
    return n;
}

static leaders leaders_of(const ptl_told_run *told)
{
    leaders out = {.low = HUGE_VAL, .high = -HUGE_VAL};
    for (int64_t i = 0; i < told->n_channels; i++) {
        const int32_t n = count_led(told, &told->channels[i]);
        if (n > out.n_first) {
            out.second = out.first, out.n_second = out.n_first;
            out.first = &told->channels[i], out.n_first = n;
        } else if (n > out.n_second) {
            out.second = &told->channels[i], out.n_second = n;
        }
        out.n_methods += n;
    }
    for (int32_t m = 0; out.first && m < PTL_TOLD_METHODS; m++) {
        const ptl_told *t = &out.first->of[m][PTL_TOLD_SHARE];
        if (isnan(t->point)) continue;
        out.low = fmin(out.low, t->point);
        out.high = fmax(out.high, t->point);
        out.n_clear += leader_of(told, m) == out.first && is_clear(told, m, out.first);
    }
    return out;
}

static const char *sentence(const ptl_journeys_view *v, const leaders *l)
{
    if (!l->first)
        return ptl_page_words(v->page, "No channel is credited with any %s: no touch came before",
                              v->goal);
    const char *name = ptl_journeys_label(v, l->first->name);
    if (v->told->n_channels == 1)
        return ptl_page_words(v->page,
                              "%s is the only channel that people touched before a %s (grade E)",
                              name, v->goal);
    if (l->second)
        return ptl_page_words(v->page,
                              "Methods disagree on who is credited with most %s conversions: %s by "
                              "%d of %d, %s by %d (grade E)",
                              v->goal, name, l->n_first, l->n_methods,
                              ptl_journeys_label(v, l->second->name), l->n_second);
    if (l->n_clear < l->n_methods)
        return ptl_page_words(
            v->page,
            "%s is credited with most %s conversions by all %d methods, but only %d of them tell "
            "it from the next (grade E)",
            name, v->goal, l->n_methods, l->n_clear);
    return ptl_page_words(v->page,
                          "%s is credited with most %s conversions by all %d methods, %.0f%% to "
                          "%.0f%% of those that followed a touch (grade E)",
                          name, v->goal, l->n_methods, 100.0 * l->low, 100.0 * l->high);
}

static void put_lede(const ptl_journeys_view *v)
{
    ptl_page *page = v->page;
    const double all = (double)ptl_told_total(v->told, "conversions");
    const double touched = (double)ptl_told_total(v->told, "conversions_touched");
    ptl_page_html(page, "<p class=\"lede\">");
    ptl_journeys_cite(v, "conversions", "conversions of the goal", all, PTL_UNIT_COUNT);
    ptl_page_printf(page, " %s conversions", v->goal);
    if (v->told->has_value) {
        ptl_page_html(page, " worth ");
        ptl_journeys_cite(v, "value", "worth of all conversions",
                          (double)ptl_told_total(v->told, "value") / 1e6, PTL_UNIT_MONEY);
    }
    ptl_page_html(page, ": ");
    ptl_journeys_cite(v, "touched", "conversions that followed a touch", touched, PTL_UNIT_COUNT);
    ptl_page_html(page, " followed a touch and are shared out below, ");
    ptl_journeys_cite(v, "untouched", "conversions that no touch preceded", all - touched,
                      PTL_UNIT_COUNT);
    ptl_page_html(page, " did not and are credited to no channel. This describes journeys. What a "
                        "channel caused is asked of experiments and of the mix model.</p>\n");
}

static void put_marks(const ptl_journeys_view *v)
{
    int32_t n = 0, n_held = 0;
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++) {
        n += v->told->verdicts[m] != NULL;
        n_held += v->told->verdicts[m] && strcmp(v->told->verdicts[m], "converged") == 0;
    }
    ptl_page_html(v->page, "<ul class=\"marks\"><li>");
    ptl_page_mark(v->page, n_held == n ? "holds" : "look",
                  ptl_page_words(v->page, "%d of %d methods converged", n_held, n));
    ptl_page_html(v->page, "</li><li>");
    ptl_page_mark(v->page, "look", "Grade E: it describes, it does not measure effect");
    ptl_page_html(v->page, "</li></ul>\n");
}

static void put_answer(const ptl_journeys_view *v)
{
    const leaders l = leaders_of(v->told);
    ptl_page_html(v->page, "<section id=\"answer\">\n<h1>");
    ptl_page_text(v->page, sentence(v, &l));
    ptl_page_html(v->page, "</h1>\n");
    put_lede(v);
    put_marks(v);
    ptl_page_section_end(v->page);
}

/* --- roles and lines -------------------------------------------------------------------------- */

static ptl_status put_roles(const ptl_journeys_view *v, ptl_error *err)
{
    static const char *const names[] = {"role_first",  "role_last",    "role_alone",
                                        "role_assist", "role_touched", "role_journeys"};
    static const ptl_page_column columns[] = {{"Channel", false, true}, {"First", true, true},
                                              {"Last", true, true},     {"Alone", true, true},
                                              {"Assist", true, true},   {"Any part", true, true},
                                              {"Journeys", true, true}};
    ptl_told_range r[6];
    for (int i = 0; i < 6; i++) r[i] = ptl_told_range_of(v->told, names[i]);
    if (r[0].n == 0) return PTL_OK;
    ptl_page_section(v->page, "The part each channel plays",
                     ptl_page_words(v->page, "%s conversions, counted", v->goal));
    ptl_page_table(v->page, "roles",
                   "First and last touch of journeys that converted; alone is both; an assist came "
                   "before the last touch",
                   columns, 7);
    for (int64_t k = 0; k < r[0].n && k < PTL_PAGE_KEYS_MAX; k++) {
        const char *name = ptl_told_member(v->told, r[0].from + k, err);
        if (!name) return PTL_E_NO_MEMORY;
        ptl_page_row(v->page, ptl_journeys_label(v, name));
        for (int i = 0; i < 6; i++)
            ptl_page_cell_count(v->page, ptl_column_int(v->told->figures.exact, r[i].from + k));
        ptl_page_row_end(v->page);
    }
    ptl_page_table_end(v->page);
    ptl_page_section_end(v->page);
    return PTL_OK;
}

static ptl_status put_sequences(const ptl_journeys_view *v, ptl_error *err)
{
    static const ptl_page_column columns[] = {{"One directly after the other", false, false},
                                              {"Journeys", true, true},
                                              {"Converting", true, true},
                                              {"In 100", true, true}};
    const ptl_told_range all = ptl_told_range_of(v->told, "sequence_journeys");
    const ptl_told_range converting = ptl_told_range_of(v->told, "sequence_converting");
    if (all.n == 0) return PTL_OK;
    ptl_page_section(v->page, "Sequences that tell most", "against journeys without them");
    ptl_page_table(v->page, "sequences", "They go with more or fewer conversions, not cause them",
                   columns, 4);
    for (int64_t k = 0; k < all.n && k < PTL_SHOWN_SEQUENCES; k++) {
        const char *name = ptl_told_member(v->told, all.from + k, err);
        if (!name) return PTL_E_NO_MEMORY;
        const int64_t n = ptl_column_int(v->told->figures.exact, all.from + k);
        const int64_t c = ptl_column_int(v->told->figures.exact, converting.from + k);
        ptl_page_row(v->page, name);
        ptl_page_cell_count(v->page, n);
        ptl_page_cell_count(v->page, c);
        ptl_page_cell(v->page, ptl_page_words(v->page, "%.1f", 100.0 * (double)c / (double)n),
                      NULL);
        ptl_page_row_end(v->page);
    }
    ptl_page_table_end(v->page);
    ptl_page_section_end(v->page);
    return PTL_OK;
}

static void put_line(const ptl_journeys_view *v, const char *name, const char *n, const char *value)
{
    ptl_page_row(v->page, name);
    ptl_page_cell_count(v->page, ptl_told_total(v->told, n));
    if (v->told->has_value) ptl_page_cell_money(v->page, ptl_told_total(v->told, value));
    ptl_page_row_end(v->page);
}

/* Untouched conversions are a line of their own, nobody's. */
static void put_lines(const ptl_journeys_view *v)
{
    static const ptl_page_column columns[] = {
        {"Conversions", false, false}, {"How many", true, false}, {"Worth", true, false}};
    ptl_page_section(v->page, "What was shared out, and what was not", v->window);
    ptl_page_table(v->page, "conversions", NULL, columns, v->told->has_value ? 3 : 2);
    put_line(v, "After a touch: shared out", "conversions_touched", "value_touched");
    put_line(v, "Without a touch: nobody's", "conversions_untouched", "value_untouched");
    if (ptl_told_total(v->told, "conversions_negative") > 0)
        put_line(v, "Of these, worth less than nothing", "conversions_negative", "value_negative");
    put_line(v, "All", "conversions", "value");
    ptl_page_table_end(v->page);
    ptl_page_section_end(v->page);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void put_foot(const ptl_journeys_view *v)
{
    ptl_page_html(v->page, "<footer><p>");
    ptl_page_printf(v->page, "Journeys, %s", v->window);
    ptl_page_html(v->page, "</p><p>");
    ptl_page_printf(v->page, "%s · %s", v->run, v->again);
    ptl_page_html(v->page, "</p></footer>\n");
}

static ptl_status put_all(const ptl_journeys_view *v, ptl_error *err)
{
    put_answer(v);
    if (v->told->n_channels > 0) {
        ptl_journeys_put_methods(v);
        ptl_journeys_put_stakes(v);
    }
    ptl_journeys_put_flow(v);
    PTL_TRY(put_roles(v, err));
    PTL_TRY(put_sequences(v, err));
    put_lines(v);
    ptl_journeys_put_foresight(v);
    PTL_TRY(ptl_journeys_put_triangle(v, err));
    put_foot(v);
    return PTL_OK;
}

/* Headings stay, so that the page teaches its shape. */
static void put_empty(ptl_page *page, const char *goal)
{
    static const char *const shape[][2] = {
        {"Methods side by side", "What each channel is credited with by every method, with "
                                 "intervals, and how much money hangs on the choice."},
        {"Ways that people went", "First touch, next touch, and what came of it."},
        {"The part each channel plays", "First, last, alone, assist."},
        {"What was shared out, and what was not", "Conversions that no touch preceded are a line "
                                                  "of their own, nobody's."},
        {"Beside effects and claims", "What experiments and the mix model measured, and what "
                                      "platforms claim."}};
    ptl_page_answer(page, "No journeys have been shared out yet",
                    ptl_page_words(page,
                                   "With events of a web site or an app beside orders, this page "
                                   "says which channels come before a %s and how far that can be "
                                   "trusted. Import events, then run: portolan attribution run",
                                   goal));
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        ptl_page_section(page, shape[i][0], NULL);
        ptl_page_html(page, "<p class=\"note\">");
        ptl_page_text(page, shape[i][1]);
        ptl_page_html(page, "</p>\n");
        ptl_page_section_end(page);
    }
}

static const char *in_words(const char *name, ptl_arena *arena, ptl_error *err)
{
    char *words = ptl_text_copy(ptl_text_of(name), arena, err);
    for (char *p = words; p && *p; p++)
        if (*p == '_') *p = ' ';
    return words;
}

static ptl_status view_of(ptl_journeys_view *v, ptl_page *page, ptl_store *store,
                          const ptl_workspace *workspace, const ptl_told_run *told, ptl_error *err)
{
    const ptl_day first = (ptl_day)ptl_column_int(told->figures.period_start, 0);
    const ptl_day last = (ptl_day)ptl_column_int(told->figures.period_end, 0);
    page->setting.today = last + 1;
    ptl_show_span(ptl_page_say(page), first, last);
    const char *window = ptl_page_said(page); /* before other words take its place */
    *v = (ptl_journeys_view){.page = page,
                             .store = store,
                             .workspace = workspace,
                             .told = told,
                             .goal = in_words(told->goal, told->arena, err),
                             .window = window,
                             .run = ptl_page_words(page, "run %lld", (long long)told->run_id),
                             .again = ptl_page_words(page, "portolan attribution show --run %lld",
                                                     (long long)told->run_id),
                             .outcome = told->has_value ? PTL_TOLD_VALUE : PTL_TOLD_CONVERSIONS,
                             .unit = told->has_value ? PTL_UNIT_MONEY : PTL_UNIT_COUNT};
    if (!v->goal) return PTL_E_NO_MEMORY;
    return ptl_told_stakes(&v->stakes, &v->n_stakes, told, v->outcome, err);
}

ptl_status ptl_attribution_page(ptl_page *page, ptl_store *store, const ptl_workspace *workspace,
                                ptl_arena *arena, ptl_error *err)
{
    int64_t run_id;
    ptl_told_run told = {0};
    ptl_journeys_view view;
    const char *goal = ptl_workspace_goal(workspace, NULL)->name;
    run_id = page->period.run;
    if (run_id == 0) PTL_TRY(ptl_told_newest(&run_id, store, goal, "channel", arena, err));
    if (run_id == 0) {
        goal = in_words(goal, arena, err);
        if (goal) put_empty(page, goal);
        return goal ? PTL_OK : PTL_E_NO_MEMORY;
    }
    ptl_status st = ptl_told_read_figures(&told, store, run_id, arena, err);
    if (st == PTL_OK) st = ptl_told_read_credit(&told, store, err);
    if (st == PTL_OK) st = view_of(&view, page, store, workspace, &told, err);
    if (st == PTL_OK) {
        page->period.run = run_id;
        page->period.label = view.window;
        st = put_all(&view, err);
    }
    ptl_told_dispose(&told);
    return st;
}
