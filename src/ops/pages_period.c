/* pages_period.c: earlier and later periods of a page, for page.show.
 *
 * Money goes from month to month of one review. Today goes from week to week: of several reviews of
 * one week the newest stands for it, and an older one of it leads to that first. The mix model and
 * journeys go from run to run, for each says something of other weeks. */
#include "ops/pages_period.h"

#include "ops/args.h"
#include "ops/registry.h"

#include <stdio.h>
#include <string.h>

enum {
    REVIEWS_MAX = 1000, /* older ones are reached by their run's number             */
    STALE_AFTER = 8     /* days: a week, and the Monday on which the next review is due */
};

/* --- asked ------------------------------------------------------------------------------------ */

static bool has_runs(const char *name)
{
    return strcmp(name, "today") == 0 || strcmp(name, "mix") == 0 ||
           strcmp(name, "attribution") == 0;
}

static ptl_status month_of(ptl_day *out, const char *text, ptl_error *err)
{
    char first[16];
    ptl_error own;
    (void)snprintf(first, sizeof first, "%.7s-01", text);
    if (strlen(text) == 7 && ptl_day_parse(out, ptl_text_of(first), &own) == PTL_OK) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID,
                    "parameter \"period\": found \"%.40s\", allowed: a month as 2026-09", text);
}

ptl_status ptl_period_ask(ptl_page_period *out, const ptl_call *call, const char *name,
                          ptl_error *err)
{
    const char *period = ptl_args_text(call->args, "period");
    const bool is_money = strcmp(name, "money") == 0;
    *out = (ptl_page_period){.compares = ptl_args_bool(call->args, "compare")};
    if (ptl_args_given(call->args, "run")) {
        if (!has_runs(name))
            return ptl_fail(err, PTL_E_INVALID, "the page %s shows its newest run: leave out run",
                            name);
        out->run = ptl_args_int(call->args, "run");
    }
    if (out->compares && !is_money && strcmp(name, "today") != 0)
        return ptl_fail(err, PTL_E_INVALID, "the page %s has no year before: leave out compare",
                        name);
    if (!period) return PTL_OK;
    if (!is_money)
        return ptl_fail(err, PTL_E_INVALID, "the page %s has no months: leave out period", name);
    out->has_month = true;
    return month_of(&out->month, period, err);
}

/* --- runs beside one another ------------------------------------------------------------------ */

/* A run, and the last day of its week; of pages without weeks the day is the run itself. */
typedef struct stop {
    int64_t run;
    int64_t day;
} stop;

typedef struct stops {
    stop *items; /* by run */
    int64_t n;
} stops;

static bool is_before(const stop *a, const stop *b)
{
    return a->day != b->day ? a->day < b->day : a->run < b->run;
}

/* Whether it is the newest run of its day: the one that stands for it. */
static bool stands(const stops *all, const stop *s)
{
    for (int64_t i = 0; i < all->n; i++)
        if (all->items[i].day == s->day && all->items[i].run > s->run) return false;
    return true;
}

/* The nearest before and after `own` that stand for their days; 0: none. */
static void beside(int64_t *earlier, int64_t *later, const stops *all, int64_t own)
{
    const stop *at = NULL, *before = NULL, *after = NULL;
    for (int64_t i = 0; i < all->n; i++)
        if (all->items[i].run == own) at = &all->items[i];
    for (int64_t i = 0; at && i < all->n; i++) {
        const stop *s = &all->items[i];
        if (s == at || !stands(all, s)) continue;
        if (s->day < at->day && (!before || is_before(before, s))) before = s;
        if (is_before(at, s) && (!after || is_before(s, after))) after = s;
    }
    *earlier = before ? before->run : 0;
    *later = after ? after->run : 0;
}

static ptl_status add_runs(stops *out, const ptl_call *call, const char *operation, ptl_error *err)
{
    ptl_run *runs;
    int64_t n;
    PTL_TRY(ptl_run_list(&runs, &n, call->store->records, PTL_RUN_DONE, operation, REVIEWS_MAX,
                         call->arena, err));
    out->items = ptl_arena_array(call->arena, n + 1, sizeof *out->items, err);
    if (!out->items) return PTL_E_NO_MEMORY;
    for (int64_t i = n - 1; i >= 0; i--)
        out->items[out->n++] = (stop){runs[i].run_id, runs[i].run_id};
    return PTL_OK;
}

/* A review that found nothing new shows the figures of the run before it that counted. */
static ptl_status date_reviews(stops *all, const ptl_call *call, ptl_error *err)
{
    const ptl_column *run, *day;
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, call->store->warehouse, "figure/review_ends", NULL, 0, 0, err));
    ptl_status st = ptl_table_column(&run, &t, "run_id", PTL_TYPE_INT, err);
    if (st == PTL_OK) st = ptl_table_column(&day, &t, "period_end", PTL_TYPE_DAY, err);
    int64_t at = -1;
    for (int64_t i = 0; st == PTL_OK && i < all->n; i++) {
        while (at + 1 < t.n_rows && ptl_column_int(run, at + 1) <= all->items[i].run) at++;
        all->items[i].day = at >= 0 ? ptl_column_int(day, at) : 0;
    }
    ptl_table_dispose(&t);
    return st;
}

/* Runs that shared out the goal of the page. */
static ptl_status add_journeys(stops *out, const ptl_call *call, ptl_error *err)
{
    const char *goal = ptl_workspace_goal(call->workspace, NULL)->name;
    const char *figure = ptl_text_format(call->arena, err, "journeys.%s.shared_out", goal);
    const ptl_column *run;
    ptl_table t = {0};
    if (!figure) return PTL_E_NO_MEMORY;
    const ptl_value params[] = {ptl_value_string(figure), ptl_value_string("channel")};
    PTL_TRY(
        ptl_warehouse_query(&t, call->store->warehouse, "attribution/runs_of", params, 2, 0, err));
    ptl_status st = ptl_table_column(&run, &t, "run_id", PTL_TYPE_INT, err);
    out->items = ptl_arena_array(call->arena, t.n_rows + 1, sizeof *out->items, err);
    if (!out->items) st = PTL_E_NO_MEMORY;
    for (int64_t i = 0; st == PTL_OK && i < t.n_rows; i++)
        out->items[out->n++] = (stop){ptl_column_int(run, i), ptl_column_int(run, i)};
    ptl_table_dispose(&t);
    return st;
}

static ptl_status stops_of(stops *out, const ptl_call *call, const char *name, ptl_error *err)
{
    if (strcmp(name, "attribution") == 0) return add_journeys(out, call, err);
    if (strcmp(name, "mix") == 0) return add_runs(out, call, ptl_op_mix_fit.name, err);
    PTL_TRY(add_runs(out, call, ptl_op_review_write.name, err));
    return date_reviews(out, call, err);
}

/* --- told ------------------------------------------------------------------------------------- */

static const char *number(ptl_page *page, int64_t run)
{
    return run > 0 ? ptl_page_words(page, "%lld", (long long)run) : NULL;
}

/* "Audit of Mon 16 Nov" */
static ptl_status name_audit(ptl_page *page, const ptl_call *call, ptl_error *err)
{
    ptl_run run;
    if (page->period.run == 0) return PTL_OK;
    PTL_TRY(ptl_run_get(&run, call->store->records, page->period.run, call->arena, err));
    const ptl_day day = ptl_zone_day(call->workspace->zone, run.ended_at);
    ptl_buffer *b = ptl_page_say(page);
    ptl_buffer_text(b, "Audit of ");
    ptl_show_day(b, day, ptl_date_of(ptl_zone_day(call->workspace->zone, call->now)).year);
    page->period.label = ptl_page_said(page);
    return PTL_OK;
}

/* The newest review of a company that brought no newer week: it may be read, and says how old it
 * is. */
static void tell_stale(const ptl_call *call, ptl_page *page)
{
    const ptl_day last = page->setting.today - 1;
    const ptl_day today = ptl_zone_day(call->workspace->zone, call->now);
    const char *owner = call->workspace->kpi.owner;
    if (ptl_args_given(call->args, "run") || today - last <= STALE_AFTER) return;
    ptl_buffer *b = ptl_page_say(page);
    ptl_buffer_text(b, "As of ");
    ptl_show_day(b, last, ptl_date_of(today).year);
    ptl_buffer_printf(b, ", %d days ago; a weekly review may be %d days old. ", (int)(today - last),
                      STALE_AFTER);
    ptl_buffer_printf(b, "Newer files and a new review change that: %s.",
                      owner ? owner : "nobody owns the one number");
    ptl_reply_text(call->reply, "stale", "Stale", ptl_page_said(page));
}

ptl_status ptl_period_tell(ptl_call *call, ptl_page *page, const char *name, ptl_error *err)
{
    ptl_page_period *p = &page->period;
    if (strcmp(name, "data") == 0) PTL_TRY(name_audit(page, call, err));
    if (has_runs(name) && p->run > 0) {
        stops all = {0};
        int64_t earlier, later;
        PTL_TRY(stops_of(&all, call, name, err));
        beside(&earlier, &later, &all, p->run);
        p->earlier = number(page, earlier);
        p->later = number(page, later);
    }
    if (p->label) ptl_reply_text(call->reply, "period", "Period", p->label);
    ptl_reply_text(call->reply, "earlier", "Earlier", p->earlier);
    ptl_reply_text(call->reply, "later", "Later", p->later);
    if (strcmp(name, "today") == 0 && p->run > 0) tell_stale(call, page);
    if (p->compared) ptl_reply_text(call->reply, "compared", "Compared", p->compared);
    return PTL_OK;
}
