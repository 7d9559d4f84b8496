/* attribution_write.c: what a run found, as rows of credit, journey_path and figure, in one scope.
 *
 * A figure that was counted has `exact` and no interval. Members that name two things join them by
 * an arrow; numbers in members have two digits, so that their order as text is their order. */
#include "understand/attribution_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])
#define ARROW " \xE2\x86\x92 "

enum { OUTPUT_BYTES_MAX = 256 << 20 }; /* 4,095 campaigns by nine methods are 30 MB */

static const ptl_column_spec figure_columns[] = {
    {"run_id", PTL_TYPE_INT},       {"name", PTL_TYPE_TEXT},      {"grain", PTL_TYPE_TEXT},
    {"period_start", PTL_TYPE_DAY}, {"period_end", PTL_TYPE_DAY}, {"dimension", PTL_TYPE_TEXT},
    {"member", PTL_TYPE_TEXT},      {"value", PTL_TYPE_DOUBLE},   {"exact", PTL_TYPE_INT},
    {"unit", PTL_TYPE_TEXT},        {"kind", PTL_TYPE_TEXT},      {"grade", PTL_TYPE_TEXT},
    {"verdict", PTL_TYPE_TEXT}};

static const ptl_column_spec credit_columns[] = {
    {"run_id", PTL_TYPE_INT},       {"name", PTL_TYPE_TEXT},          {"outcome", PTL_TYPE_TEXT},
    {"period_start", PTL_TYPE_DAY}, {"period_end", PTL_TYPE_DAY},     {"dimension", PTL_TYPE_TEXT},
    {"member", PTL_TYPE_TEXT},      {"value", PTL_TYPE_DOUBLE},       {"low", PTL_TYPE_DOUBLE},
    {"high", PTL_TYPE_DOUBLE},      {"probability", PTL_TYPE_DOUBLE}, {"unit", PTL_TYPE_TEXT},
    {"verdict", PTL_TYPE_TEXT}};

static const ptl_column_spec path_columns[] = {
    {"run_id", PTL_TYPE_INT},        {"path_id", PTL_TYPE_INT},  {"path", PTL_TYPE_TEXT},
    {"steps", PTL_TYPE_INT},         {"journeys", PTL_TYPE_INT}, {"conversions", PTL_TYPE_INT},
    {"revenue_micros", PTL_TYPE_INT}};

static void put_text(ptl_table_builder *b, const char *text)
{
    ptl_table_builder_text(b, ptl_text_of(text));
}

static void put_double(ptl_table_builder *b, double value)
{
    if (isnan(value))
        ptl_table_builder_null(b);
    else
        ptl_table_builder_double(b, value);
}

/* --- figures ---------------------------------------------------------------------------------- */

static void put_head(const ptl_figure_rows *rows, const char *name, const char *dimension,
                     const char *member)
{
    char full[160];
    ptl_table_builder *b = rows->builder;
    (void)snprintf(full, sizeof full, "journeys.%.80s.%.60s", rows->f->goal->name, name);
    ptl_table_builder_int(b, rows->f->run_id);
    put_text(b, full);
    put_text(b, "all");
    ptl_table_builder_int(b, rows->f->first);
    ptl_table_builder_int(b, rows->f->last);
    put_text(b, dimension);
    put_text(b, member);
}

ptl_status ptl_figure_counted(const ptl_figure_rows *rows, const char *name, const char *dimension,
                              const char *member, int64_t exact, const char *unit, ptl_error *err)
{
    const bool is_money = strcmp(unit, "money") == 0;
    ptl_table_builder *b = rows->builder;
    put_head(rows, name, dimension, member);
    ptl_table_builder_double(b, (double)exact / (is_money ? 1e6 : 1.0));
    ptl_table_builder_int(b, exact);
    put_text(b, is_money ? rows->f->currency : unit);
    put_text(b, "counted");
    put_text(b, "");
    put_text(b, "counted");
    return ptl_table_builder_row_end(b, err);
}

ptl_status ptl_figure_estimated(const ptl_figure_rows *rows, const char *name,
                                const char *dimension, const char *member, double value,
                                const char *unit, ptl_error *err)
{
    ptl_table_builder *b = rows->builder;
    put_head(rows, name, dimension, member);
    put_double(b, value);
    ptl_table_builder_null(b);
    put_text(b, unit);
    put_text(b, "estimated");
    put_text(b, "");
    put_text(b, isnan(value) ? "not identified" : "converged");
    return ptl_table_builder_row_end(b, err);
}

static ptl_status put_totals(const ptl_figure_rows *rows, ptl_error *err)
{
    const ptl_journey_counts *c = ptl_journeys_counts(rows->f->journeys);
    const struct {
        const char *name;
        int64_t exact;
        const char *unit;
    } totals[] = {{"conversions", c->n_conversions, "conversions"},
                  {"conversions_touched", c->n_touched, "conversions"},
                  {"conversions_untouched", c->n_untouched, "conversions"},
                  {"conversions_of_nobody", c->n_nobodys, "conversions"},
                  {"conversions_negative", c->n_negative, "conversions"},
                  {"value", c->value_micros, "money"},
                  {"value_touched", c->touched_micros, "money"},
                  {"value_untouched", c->untouched_micros, "money"},
                  {"value_negative", c->negative_micros, "money"},
                  {"journeys_null", c->n_null, "journeys"},
                  {"journeys_open", c->n_open, "journeys"},
                  {"journeys_cut", c->n_cut, "journeys"},
                  {"touches", c->n_touches, "touches"},
                  {"touches_cut", c->n_touches_cut, "touches"},
                  {"events", c->n_events, "events"},
                  {"units", c->n_units, "units"},
                  {"markov_order", rows->f->order_used, "touches"}};
    for (int64_t i = 0; i < N_OF(totals); i++)
        PTL_TRY(
            ptl_figure_counted(rows, totals[i].name, "", "", totals[i].exact, totals[i].unit, err));
    return PTL_OK;
}

static ptl_status put_roles(const ptl_figure_rows *rows, ptl_error *err)
{
    const ptl_findings *f = rows->f;
    for (int64_t c = 0; c < f->n_channels; c++) {
        const ptl_path_role *r = &f->paths.role[c];
        const char *member = ptl_journeys_channel(f->journeys, c);
        const struct {
            const char *name;
            int64_t n;
        } roles[] = {{"role_first", r->n_first},     {"role_last", r->n_last},
                     {"role_alone", r->n_alone},     {"role_assist", r->n_assist},
                     {"role_touched", r->n_touched}, {"role_journeys", r->n_journeys}};
        for (int64_t i = 0; i < N_OF(roles); i++)
            PTL_TRY(ptl_figure_counted(rows, roles[i].name, f->dimension, member, roles[i].n,
                                       i < 5 ? "conversions" : "journeys", err));
    }
    return PTL_OK;
}

static ptl_status put_bins(const ptl_figure_rows *rows, const char *name, const char *dimension,
                           const int64_t *bins, int32_t first, const char *unit, ptl_error *err)
{
    char member[16];
    for (int32_t i = 0; i < PTL_PATH_LENGTH_MAX; i++) {
        if (bins[i] == 0) continue;
        (void)snprintf(member, sizeof member, "%02d", i + first);
        PTL_TRY(ptl_figure_counted(rows, name, dimension, member, bins[i], unit, err));
    }
    return PTL_OK;
}

static ptl_status put_frequencies(const ptl_figure_rows *rows, ptl_error *err)
{
    char member[320];
    const ptl_path_result *p = &rows->f->paths;
    for (int64_t i = 0; i < rows->f->n_channels * PTL_PATH_FREQUENCY_MAX; i++) {
        if (p->frequency_journeys[i] == 0) continue;
        (void)snprintf(member, sizeof member, "%.250s" ARROW "%02d",
                       ptl_journeys_channel(rows->f->journeys, i / PTL_PATH_FREQUENCY_MAX),
                       (int)(i % PTL_PATH_FREQUENCY_MAX) + 1);
        PTL_TRY(ptl_figure_counted(rows, "frequency_journeys", "touches", member,
                                   p->frequency_journeys[i], "journeys", err));
        PTL_TRY(ptl_figure_counted(rows, "frequency_converting", "touches", member,
                                   p->frequency_converting[i], "conversions", err));
    }
    return PTL_OK;
}

static ptl_status put_sequences(const ptl_figure_rows *rows, ptl_error *err)
{
    char member[800];
    const ptl_path_result *p = &rows->f->paths;
    for (int32_t i = 0; i < p->n_sequences; i++) {
        const ptl_path_sequence *s = &p->sequence[i];
        int n = 0;
        for (int32_t k = 0; k < s->n; k++)
            n += snprintf(member + n, sizeof member - (size_t)n, "%s%.250s", k ? ARROW : "",
                          ptl_journeys_channel(rows->f->journeys, s->channels[k]));
        PTL_TRY(ptl_figure_counted(rows, "sequence_journeys", "sequence", member, s->n_journeys,
                                   "journeys", err));
        PTL_TRY(ptl_figure_counted(rows, "sequence_converting", "sequence", member, s->n_converting,
                                   "conversions", err));
        PTL_TRY(ptl_figure_estimated(rows, "sequence_relative", "sequence", member,
                                     s->relative_lift, "share", err));
        PTL_TRY(ptl_figure_estimated(rows, "sequence_removal", "sequence", member,
                                     rows->f->sequence_removal[i], "share", err));
        PTL_TRY(ptl_figure_estimated(rows, "sequence_z", "sequence", member, s->z, "z", err));
    }
    return PTL_OK;
}

static ptl_status put_synergies(const ptl_figure_rows *rows, ptl_error *err)
{
    char member[560];
    const ptl_path_result *p = &rows->f->paths;
    for (int32_t i = 0; i < p->n_synergies; i++)
        for (int32_t k = i + 1; k < p->n_synergies; k++) {
            (void)snprintf(member, sizeof member, "%.250s" ARROW "%.250s",
                           ptl_journeys_channel(rows->f->journeys, p->synergy_channel[i]),
                           ptl_journeys_channel(rows->f->journeys, p->synergy_channel[k]));
            PTL_TRY(ptl_figure_estimated(rows, "synergy", "pair", member,
                                         p->synergy[i * p->n_synergies + k], "share", err));
        }
    return PTL_OK;
}

static ptl_status put_orders(const ptl_figure_rows *rows, ptl_error *err)
{
    char member[16];
    const ptl_markov_order_result *o = &rows->f->order;
    if (o->order == 0) return PTL_OK; /* it was asked for */
    for (int32_t k = 0; k < PTL_ATTRIBUTION_ORDER_MAX; k++) {
        if (!(o->log_loss[k] > 0.0)) continue;
        (void)snprintf(member, sizeof member, "%02d", k + 1);
        PTL_TRY(ptl_figure_estimated(rows, "markov_log_loss", "order", member, o->log_loss[k],
                                     "nats", err));
    }
    return PTL_OK;
}

/* What the time-to-event model says of a touch of each channel. */
static ptl_status put_touches(const ptl_figure_rows *rows, ptl_error *err)
{
    const ptl_findings *f = rows->f;
    const ptl_journey_sample sample = ptl_journeys_sample(f->journeys);
    PTL_TRY(ptl_figure_counted(rows, "sample_null_in", "", "", sample.null_in, "persons", err));
    PTL_TRY(
        ptl_figure_counted(rows, "sample_converting_in", "", "", sample.won_in, "persons", err));
    for (int64_t c = 0; f->half_life && c < f->n_channels; c++) {
        const char *member = ptl_journeys_channel(f->journeys, c);
        PTL_TRY(ptl_figure_estimated(rows, "touch_half_life", f->dimension, member,
                                     f->half_life[c].point, "days", err));
        PTL_TRY(ptl_figure_estimated(rows, "touch_adds", f->dimension, member, f->effect[c].point,
                                     "conversions", err));
    }
    return PTL_OK;
}

static ptl_status put_figures(const ptl_figure_rows *rows, ptl_error *err)
{
    const ptl_findings *f = rows->f;
    PTL_TRY(put_totals(rows, err));
    /* by which the newest run of a goal is found, even where no event names a channel */
    PTL_TRY(
        ptl_figure_counted(rows, "shared_out", f->dimension, "", f->n_channels, "members", err));
    if (f->n_channels == 0) return PTL_OK;
    PTL_TRY(put_roles(rows, err));
    PTL_TRY(put_bins(rows, "length_converting", "touches", f->paths.length_converting, 1,
                     "conversions", err));
    PTL_TRY(put_bins(rows, "length_null", "touches", f->paths.length_null, 1, "journeys", err));
    PTL_TRY(
        put_bins(rows, "lag_converting", "days", f->timed.lag_converting, 0, "conversions", err));
    PTL_TRY(put_frequencies(rows, err));
    PTL_TRY(put_sequences(rows, err));
    PTL_TRY(put_synergies(rows, err));
    PTL_TRY(put_orders(rows, err));
    PTL_TRY(put_touches(rows, err));
    PTL_TRY(ptl_attribution_put_foresight(rows, err));
    PTL_TRY(ptl_attribution_put_steady(rows, err));
    return ptl_attribution_put_flow(rows, err);
}

/* --- what each method says -------------------------------------------------------------------- */

/* Behind the last channel stands the baseline: what no touch earned. */
static ptl_status put_credit(ptl_table_builder *b, const ptl_findings *f, const ptl_method *m,
                             const char *outcome, const char *unit, int64_t channel,
                             const ptl_estimate *e, double scale, ptl_error *err)
{
    char full[100];
    (void)snprintf(full, sizeof full, "%.80s.%.16s", f->goal->name, outcome);
    ptl_table_builder_int(b, f->run_id);
    put_text(b, m->name);
    put_text(b, full);
    ptl_table_builder_int(b, f->first);
    ptl_table_builder_int(b, f->last);
    put_text(b, channel < f->n_channels ? f->dimension : "baseline");
    put_text(b, ptl_journeys_channel(f->journeys, channel)); /* "" behind the last */
    put_double(b, e->point / scale);
    put_double(b, e->low / scale);
    put_double(b, e->high / scale);
    put_double(b, e->probability);
    put_text(b, unit);
    put_text(b, isnan(e->point) ? "not identified" : ptl_verdict_text(m->verdict));
    return ptl_table_builder_row_end(b, err);
}

static ptl_status put_credits(ptl_table_builder *b, const ptl_findings *f, ptl_error *err)
{
    const bool has_value = strcmp(f->goal->value, "none") != 0;
    for (int64_t i = 0; i < f->n_methods; i++)
        for (int64_t c = 0; c < f->n_channels + f->methods[i].has_baseline; c++) {
            const ptl_method *m = &f->methods[i];
            PTL_TRY(put_credit(b, f, m, "conversions", "conversions", c, &m->credit[c], 1.0, err));
            PTL_TRY(put_credit(b, f, m, "share", "share", c, &m->share[c], 1.0, err));
            if (!has_value) continue;
            PTL_TRY(put_credit(b, f, m, f->goal->value, f->currency, c, &m->value[c], 1e6, err));
        }
    return PTL_OK;
}

/* --- paths ------------------------------------------------------------------------------------ */

typedef struct listed_path {
    int64_t path, journeys, conversions, value_micros;
} listed_path;

/* Most journeys first; equal ones as they first appeared. */
static int by_journeys(const void *a, const void *b)
{
    const listed_path *x = a, *y = b;
    if (x->journeys != y->journeys) return x->journeys < y->journeys ? 1 : -1;
    return (x->path > y->path) - (x->path < y->path);
}

static int by_conversions(const void *a, const void *b)
{
    const listed_path *x = a, *y = b;
    if (x->conversions != y->conversions) return x->conversions < y->conversions ? 1 : -1;
    return by_journeys(a, b);
}

/* Keep the best `max` of a list that is sorted where it grew too long. */
static int64_t keep_best(listed_path *list, int64_t n, int64_t max,
                         int (*compare)(const void *, const void *))
{
    qsort(list, (size_t)n, sizeof *list, compare);
    return n < max ? n : max;
}

/* The paths taken most by `compare`, at most `max`; `list` holds twice as many. */
static int64_t best_paths(listed_path *list, int64_t max, const ptl_paths *x,
                          int (*compare)(const void *, const void *))
{
    int64_t n = 0;
    for (int64_t c = 0; c < x->n_cells;) {
        listed_path p = {.path = x->cell_path[c]};
        for (; c < x->n_cells && x->cell_path[c] == p.path; c++) {
            p.journeys += x->cell_converting[c] + x->cell_null[c];
            p.conversions += x->cell_converting[c];
            p.value_micros += (int64_t)x->cell_value[c];
        }
        if (x->offsets[p.path + 1] == x->offsets[p.path]) continue; /* untouched: its own line */
        list[n++] = p;
        if (n == 2 * max) n = keep_best(list, n, max, compare);
    }
    return keep_best(list, n, max, compare);
}

static ptl_status put_path(ptl_table_builder *b, const ptl_findings *f, const listed_path *p,
                           int64_t number, ptl_error *err)
{
    const ptl_paths *x = ptl_journeys_paths(f->journeys);
    ptl_buffer text;
    ptl_buffer_init(&text, (size_t)4 << 20, NULL);
    for (int64_t i = x->offsets[p->path]; i < x->offsets[p->path + 1]; i++) {
        if (i > x->offsets[p->path]) ptl_buffer_text(&text, " > ");
        ptl_buffer_text(&text, ptl_journeys_channel(f->journeys, x->touches[i]));
    }
    ptl_status st = ptl_buffer_check(&text, "a path", err);
    if (st == PTL_OK) {
        ptl_table_builder_int(b, f->run_id);
        ptl_table_builder_int(b, number);
        ptl_table_builder_text(b, ptl_buffer_borrow(&text));
        ptl_table_builder_int(b, x->offsets[p->path + 1] - x->offsets[p->path]);
        ptl_table_builder_int(b, p->journeys);
        ptl_table_builder_int(b, p->conversions);
        ptl_table_builder_int(b, p->value_micros);
        st = ptl_table_builder_row_end(b, err);
    }
    ptl_buffer_dispose(&text);
    return st;
}

static bool is_listed(const listed_path *list, int64_t n, int64_t path)
{
    for (int64_t i = 0; i < n; i++)
        if (list[i].path == path) return true;
    return false;
}

/* Those taken most, and those that converted most and are not among them. */
static ptl_status put_paths(ptl_table_builder *b, const ptl_findings *f, ptl_error *err)
{
    enum { MAX = PTL_JOURNEY_LISTED_PATHS };
    const ptl_paths *x = ptl_journeys_paths(f->journeys);
    listed_path *taken = calloc((size_t)4 * MAX, sizeof *taken);
    if (!taken) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for a list of paths");
    listed_path *converted = taken + 2 * MAX;
    const int64_t n_taken = best_paths(taken, MAX, x, by_journeys);
    const int64_t n_converted = best_paths(converted, MAX, x, by_conversions);
    ptl_status st = PTL_OK;
    int64_t number = 0;
    for (int64_t i = 0; st == PTL_OK && i < n_taken; i++)
        st = put_path(b, f, &taken[i], ++number, err);
    for (int64_t i = 0; st == PTL_OK && i < n_converted; i++)
        if (converted[i].conversions > 0 && !is_listed(taken, n_taken, converted[i].path))
            st = put_path(b, f, &converted[i], ++number, err);
    free(taken);
    return st;
}

/* --- the output ------------------------------------------------------------------------------- */

static ptl_status output(ptl_store *store, int64_t run_id, ptl_table_builder *const builders[3],
                         ptl_error *err)
{
    static const char *const tables[3] = {"figure", "credit", "journey_path"};
    ptl_scope scope;
    PTL_TRY(ptl_scope_begin(&scope, store->warehouse, err));
    for (int i = 0; i < 3; i++) {
        const ptl_table rows = ptl_table_builder_borrow(builders[i]);
        const ptl_status st = ptl_scope_output(&scope, run_id, tables[i], &rows, err);
        if (st == PTL_OK) continue;
        ptl_scope_rollback(&scope);
        return st;
    }
    return ptl_scope_commit(&scope, err);
}

ptl_status ptl_attribution_write(ptl_store *store, const ptl_findings *f, ptl_error *err)
{
    ptl_table_builder *b[3] = {NULL, NULL, NULL};
    ptl_status st;
    PTL_TRY_GOTO(
        st, done,
        ptl_table_builder_new(&b[0], figure_columns, N_OF(figure_columns), OUTPUT_BYTES_MAX, err));
    PTL_TRY_GOTO(
        st, done,
        ptl_table_builder_new(&b[1], credit_columns, N_OF(credit_columns), OUTPUT_BYTES_MAX, err));
    PTL_TRY_GOTO(
        st, done,
        ptl_table_builder_new(&b[2], path_columns, N_OF(path_columns), OUTPUT_BYTES_MAX, err));
    const ptl_figure_rows rows = {b[0], f};
    PTL_TRY_GOTO(st, done, put_figures(&rows, err));
    PTL_TRY_GOTO(st, done, put_credits(b[1], f, err));
    PTL_TRY_GOTO(st, done, put_paths(b[2], f, err));
    PTL_TRY_GOTO(st, done, output(store, f->run_id, b, err));
done:
    for (int i = 0; i < 3; i++) ptl_table_builder_free(b[i]);
    return st;
}
