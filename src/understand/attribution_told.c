/* attribution_told.c: reads an attribution run back (see attribution_told.h). */
#include "understand/attribution_told.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARROW " \xE2\x86\x92 "

const ptl_told_method ptl_told_methods[PTL_TOLD_METHODS] = {
    {"first_touch", "first touch", "First"},
    {"last_touch", "last touch", "Last"},
    {"last_non_direct", "last touch that is not direct", "Not direct"},
    {"linear", "linear", "Linear"},
    {"position", "position", "Position"},
    {"time_decay", "time decay", "Decay"},
    {"markov", "Markov chain", "Markov"},
    {"shapley", "Shapley value of the sum", "Shapley"},
    {"shapley_rate", "Shapley value of the rate", "Sh. rate"},
    {"time_to_event", "time-to-event model", "Timed"}};

ptl_status ptl_told_newest(int64_t *run_id, ptl_store *store, const char *goal, const char *by,
                           ptl_arena *arena, ptl_error *err)
{
    ptl_table t = {0};
    const ptl_column *run;
    const char *figure = ptl_text_format(arena, err, "journeys.%s.shared_out", goal);
    *run_id = 0;
    if (!figure) return PTL_E_NO_MEMORY;
    const ptl_value params[] = {ptl_value_string(figure), ptl_value_string(by)};
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "attribution/run_of", params, 2, 0, err));
    const ptl_status st = ptl_table_column(&run, &t, "run_id", PTL_TYPE_INT, err);
    if (st == PTL_OK && t.n_rows == 1 && ptl_column_present(run, 0))
        *run_id = ptl_column_int(run, 0);
    ptl_table_dispose(&t);
    return st;
}

void ptl_told_dispose(ptl_told_run *run)
{
    ptl_table_dispose(&run->credit_table);
    ptl_table_dispose(&run->figure_table);
}

/* --- figures ---------------------------------------------------------------------------------- */

ptl_told_range ptl_told_range_of(const ptl_told_run *run, const char *name)
{
    ptl_told_range r = {0, 0};
    char full[160];
    (void)snprintf(full, sizeof full, "%.100s%.50s", run->prefix, name);
    for (int64_t i = 0; i < run->figure_table.n_rows; i++) {
        if (!ptl_text_equal(ptl_column_text(run->figures.name, i), ptl_text_of(full))) continue;
        if (r.n++ == 0) r.from = i;
    }
    return r;
}

int64_t ptl_told_total(const ptl_told_run *run, const char *name)
{
    const ptl_told_range r = ptl_told_range_of(run, name);
    return r.n > 0 ? ptl_column_int(run->figures.exact, r.from) : 0;
}

double ptl_told_value(const ptl_told_run *run, const char *name, ptl_text member)
{
    const ptl_told_range r = ptl_told_range_of(run, name);
    for (int64_t k = r.from; k < r.from + r.n; k++)
        if (ptl_text_equal(ptl_column_text(run->figures.member, k), member))
            return ptl_column_double(run->figures.value, k);
    return PTL_NAN;
}

int64_t ptl_told_number(ptl_text text)
{
    int64_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= '0' && text.ptr[i] <= '9') n = 10 * n + (text.ptr[i] - '0');
    return n;
}

ptl_text ptl_told_side(ptl_text member, bool after)
{
    const size_t arrow = sizeof ARROW - 1;
    const char *at = member.len ? memmem(member.ptr, member.len, ARROW, arrow) : NULL;
    if (!at) return after ? (ptl_text){NULL, 0} : member;
    const size_t n = (size_t)(at - member.ptr);
    return after ? (ptl_text){at + arrow, member.len - n - arrow} : (ptl_text){member.ptr, n};
}

const char *ptl_told_member(const ptl_told_run *run, int64_t row, ptl_error *err)
{
    return ptl_text_copy(ptl_column_text(run->figures.member, row), run->arena, err);
}

/* "journeys.purchase.conversions": the run's goal is what stands between. */
static ptl_status find_goal(ptl_told_run *run, ptl_error *err)
{
    const ptl_text begin = PTL_TEXT("journeys.");
    for (int64_t i = 0; i < run->figure_table.n_rows; i++) {
        ptl_text name = ptl_column_text(run->figures.name, i);
        if (!ptl_text_starts(name, begin)) continue;
        name = (ptl_text){name.ptr + begin.len, name.len - begin.len};
        const ptl_text goal = ptl_text_cut(&name, '.');
        run->goal = ptl_text_copy(goal, run->arena, err);
        if (!run->goal) return PTL_E_NO_MEMORY;
        run->prefix = ptl_text_format(run->arena, err, "journeys.%s.", run->goal);
        return run->prefix ? PTL_OK : PTL_E_NO_MEMORY;
    }
    ptl_fail(err, PTL_E_NOT_FOUND, "run %lld shared out nothing", (long long)run->run_id);
    ptl_error_hint(err, "portolan run list --operation attribution.run");
    return PTL_E_NOT_FOUND;
}

ptl_status ptl_told_read_figures(ptl_told_run *out, ptl_store *store, int64_t run_id,
                                 ptl_arena *arena, ptl_error *err)
{
    const ptl_value run = ptl_value_int(run_id);
    *out = (ptl_told_run){.run_id = run_id, .arena = arena, .probability = PTL_NAN};
    PTL_TRY(ptl_warehouse_query(&out->figure_table, store->warehouse, "figure/of_run", &run, 1, 0,
                                err));
    PTL_TRY(ptl_figures_bind(&out->figures, &out->figure_table, err));
    return find_goal(out, err);
}

/* --- what methods say ------------------------------------------------------------------------- */

static int32_t method_idx(ptl_text name)
{
    for (int32_t i = 0; i < PTL_TOLD_METHODS; i++)
        if (ptl_text_equal(name, ptl_text_of(ptl_told_methods[i].name))) return i;
    return -1;
}

static int32_t outcome_idx(ptl_text outcome)
{
    if (ptl_text_ends(outcome, PTL_TEXT(".conversions"))) return PTL_TOLD_CONVERSIONS;
    return ptl_text_ends(outcome, PTL_TEXT(".share")) ? PTL_TOLD_SHARE : PTL_TOLD_VALUE;
}

typedef struct credit_columns {
    const ptl_column *name, *outcome, *dimension, *member, *value, *low, *high, *probability;
    const ptl_column *verdict;
} credit_columns;

static ptl_status bind_credit(credit_columns *c, const ptl_table *t, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->name, t, "name", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->outcome, t, "outcome", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->dimension, t, "dimension", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->member, t, "member", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->value, t, "value", PTL_TYPE_DOUBLE, err));
    PTL_TRY(ptl_table_column(&c->low, t, "low", PTL_TYPE_DOUBLE, err));
    PTL_TRY(ptl_table_column(&c->high, t, "high", PTL_TYPE_DOUBLE, err));
    PTL_TRY(ptl_table_column(&c->probability, t, "probability", PTL_TYPE_DOUBLE, err));
    return ptl_table_column(&c->verdict, t, "verdict", PTL_TYPE_TEXT, err);
}

static int by_share(const void *a, const void *b)
{
    const ptl_told_channel *x = a, *y = b;
    if (x->mean_share != y->mean_share) return x->mean_share < y->mean_share ? 1 : -1;
    return strcmp(x->name, y->name);
}

static void clear_channel(ptl_told_channel *c, const char *name)
{
    *c = (ptl_told_channel){.name = name};
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++)
        for (int32_t o = 0; o < PTL_TOLD_OUTCOMES; o++)
            c->of[m][o] = (ptl_told){PTL_NAN, PTL_NAN, PTL_NAN};
}

/* The line that row i speaks of; NULL: no memory. Rows come by member. */
static ptl_told_channel *line_of(ptl_told_run *run, const credit_columns *c, int64_t i,
                                 ptl_error *err)
{
    const ptl_text member = ptl_column_text(c->member, i);
    if (ptl_text_equal(ptl_column_text(c->dimension, i), PTL_TEXT("baseline")))
        return &run->baseline;
    ptl_told_channel *last = &run->channels[run->n_channels - 1];
    if (run->n_channels > 0 && ptl_text_equal(ptl_text_of(last->name), member)) return last;
    const char *name = ptl_text_copy(member, run->arena, err);
    if (!name) return NULL;
    clear_channel(&run->channels[run->n_channels], name);
    return &run->channels[run->n_channels++];
}

static ptl_status take_row(ptl_told_run *run, const credit_columns *c, int64_t i, ptl_error *err)
{
    const int32_t m = method_idx(ptl_column_text(c->name, i));
    const int32_t o = outcome_idx(ptl_column_text(c->outcome, i));
    ptl_told_channel *line = line_of(run, c, i, err);
    if (!line) return PTL_E_NO_MEMORY;
    if (m < 0) return PTL_OK; /* written by a later program */
    line->of[m][o] = (ptl_told){ptl_column_double(c->value, i), ptl_column_double(c->low, i),
                                ptl_column_double(c->high, i)};
    run->has_value = run->has_value || o == PTL_TOLD_VALUE;
    if (o == PTL_TOLD_SHARE && !isnan(line->of[m][o].point))
        line->mean_share += line->of[m][o].point / PTL_TOLD_METHODS;
    if (isnan(run->probability)) run->probability = ptl_column_double(c->probability, i);
    if (run->verdicts[m]) return PTL_OK;
    run->verdicts[m] = ptl_text_copy(ptl_column_text(c->verdict, i), run->arena, err);
    return run->verdicts[m] ? PTL_OK : PTL_E_NO_MEMORY;
}

static int64_t count_members(const credit_columns *c, int64_t n_rows)
{
    int64_t n = 0;
    for (int64_t i = 0; i < n_rows; i++)
        n += i == 0 ||
             !ptl_text_equal(ptl_column_text(c->member, i), ptl_column_text(c->member, i - 1));
    return n;
}

ptl_status ptl_told_read_credit(ptl_told_run *run, ptl_store *store, ptl_error *err)
{
    const ptl_value id = ptl_value_int(run->run_id);
    credit_columns c;
    PTL_TRY(ptl_warehouse_query(&run->credit_table, store->warehouse, "attribution/credit", &id, 1,
                                0, err));
    PTL_TRY(bind_credit(&c, &run->credit_table, err));
    const int64_t n = count_members(&c, run->credit_table.n_rows);
    run->channels = ptl_arena_array(run->arena, n + 1, sizeof *run->channels, err);
    if (!run->channels) return PTL_E_NO_MEMORY;
    clear_channel(&run->baseline, "");
    for (int64_t i = 0; i < run->credit_table.n_rows; i++) PTL_TRY(take_row(run, &c, i, err));
    qsort(run->channels, (size_t)run->n_channels, sizeof *run->channels, by_share);
    return PTL_OK;
}

/* --- what hangs on the method ----------------------------------------------------------------- */

static int by_spread(const void *a, const void *b)
{
    const ptl_told_stake *x = a, *y = b;
    if (x->spread != y->spread) return x->spread < y->spread ? 1 : -1;
    return strcmp(x->channel->name, y->channel->name);
}

static ptl_told_stake stake_of(const ptl_told_channel *c, int32_t outcome)
{
    ptl_told_stake out = {.channel = c, .least = -1, .most = -1};
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++) {
        const double x = c->of[m][outcome].point;
        if (isnan(x)) continue;
        if (out.least < 0 || x < c->of[out.least][outcome].point) out.least = m;
        if (out.most < 0 || x > c->of[out.most][outcome].point) out.most = m;
    }
    if (out.least >= 0)
        out.spread = c->of[out.most][outcome].point - c->of[out.least][outcome].point;
    return out;
}

ptl_status ptl_told_stakes(ptl_told_stake **out, int64_t *n, const ptl_told_run *run,
                           int32_t outcome, ptl_error *err)
{
    ptl_told_stake *list = ptl_arena_array(run->arena, run->n_channels + 1, sizeof *list, err);
    *n = 0;
    *out = list;
    if (!list) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < run->n_channels; i++) {
        list[*n] = stake_of(&run->channels[i], outcome);
        *n += list[*n].least >= 0;
    }
    qsort(list, (size_t)*n, sizeof *list, by_spread);
    return PTL_OK;
}

static double part_of(const ptl_told_channel *c, int32_t method, int32_t outcome)
{
    const double x = c->of[method][outcome].point;
    return isnan(x) ? 0.0 : x;
}

double ptl_told_distance(const ptl_told_run *run, int32_t method, int32_t other, int32_t outcome)
{
    double sum =
        fabs(part_of(&run->baseline, method, outcome) - part_of(&run->baseline, other, outcome));
    for (int64_t i = 0; i < run->n_channels; i++)
        sum += fabs(run->channels[i].of[method][outcome].point -
                    run->channels[i].of[other][outcome].point);
    return 0.5 * sum;
}
