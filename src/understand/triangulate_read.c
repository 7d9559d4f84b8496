/* triangulate_read.c: what every source says, as rows of one list.
 *
 * Of several figures of one kind about one channel the one nearest to the estimand is kept: that of
 * the period, of the slope asked for, in contribution before revenue before orders, then the better
 * grade, then the newer run. Claims are converted day by day with the day's rate. */
#include "understand/money_internal.h"
#include "understand/triangulate_internal.h"

#include "portolan/sum.h"

#include <math.h>
#include <string.h>

static double units(int64_t micros)
{
    return (double)micros / 1e6;
}

/* --- channels --------------------------------------------------------------------------------- */

static ptl_status channel_of(ptl_channel_money **out, ptl_gathering *g, ptl_text name,
                             ptl_error *err)
{
    int32_t at = 0;
    while (at < g->n_channels && ptl_text_compare(ptl_text_of(g->channel[at].channel), name) < 0)
        at++;
    *out = &g->channel[at];
    if (at < g->n_channels && ptl_text_equal(ptl_text_of(g->channel[at].channel), name))
        return PTL_OK;
    if (g->n_channels == PTL_TRIANGULATE_CHANNELS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "more than %d channels have figures",
                        PTL_TRIANGULATE_CHANNELS_MAX);
    const char *const copy = ptl_text_copy(name, g->arena, err);
    if (!copy) return PTL_E_NO_MEMORY;
    memmove(*out + 1, *out, (size_t)(g->n_channels - at) * sizeof **out);
    g->n_channels++;
    **out = (ptl_channel_money){.channel = copy,
                                .cm1_per_revenue = PTL_NAN,
                                .cm1_per_conversion = PTL_NAN,
                                .share = PTL_NAN};
    return PTL_OK;
}

static ptl_text governed(const ptl_gathering *g, ptl_text recorded)
{
    const ptl_channel_config *const c = ptl_workspace_channel(g->workspace, recorded);
    return c ? ptl_text_of(c->name) : recorded;
}

/* --- which of two figures --------------------------------------------------------------------- */

static bool fits(const ptl_gathering *g, const ptl_source *s)
{
    return s->period_from == g->from && s->period_to == g->to;
}

/* Above zero where a is nearer to the estimand than b. */
static int nearer(const ptl_gathering *g, const ptl_gathered *a, const ptl_gathered *b)
{
    const ptl_source *const x = &a->source, *const y = &b->source;
    if (fits(g, x) != fits(g, y)) return fits(g, x) ? 1 : -1;
    if ((x->slope == g->o->slope) != (y->slope == g->o->slope))
        return x->slope == g->o->slope ? 1 : -1;
    if (x->measure != y->measure) return x->measure < y->measure ? 1 : -1;
    if (x->grade != y->grade) return x->grade < y->grade ? 1 : -1;
    return (a->run_id > b->run_id) - (a->run_id < b->run_id);
}

static ptl_status keep(ptl_gathering *g, const ptl_gathered *found, ptl_error *err)
{
    ptl_channel_money *channel;
    for (int32_t i = 0; i < g->n_sources; i++) {
        if (g->source[i].source.kind != found->source.kind ||
            strcmp(g->source[i].channel, found->channel) != 0)
            continue;
        if (nearer(g, found, &g->source[i]) > 0) g->source[i] = *found;
        return PTL_OK;
    }
    if (g->n_sources == PTL_TRIANGULATE_SOURCES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "more than %d figures about channels",
                        PTL_TRIANGULATE_SOURCES_MAX);
    PTL_TRY(channel_of(&channel, g, ptl_text_of(found->channel), err));
    g->source[g->n_sources++] = *found;
    return PTL_OK;
}

/* "revenue.marginal": what is counted, and whether of the last unit; false for other names. */
static bool read_name(ptl_source *s, ptl_text name)
{
    static const struct {
        const char *name;
        ptl_measure measure;
        ptl_slope slope;
    } known[] = {{"cm1", PTL_MEASURE_CM1, PTL_SLOPE_AVERAGE},
                 {"revenue", PTL_MEASURE_REVENUE, PTL_SLOPE_AVERAGE},
                 {"orders", PTL_MEASURE_CONVERSIONS, PTL_SLOPE_AVERAGE},
                 {"conversions", PTL_MEASURE_CONVERSIONS, PTL_SLOPE_AVERAGE},
                 {"cm1.marginal", PTL_MEASURE_CM1, PTL_SLOPE_MARGINAL},
                 {"revenue.marginal", PTL_MEASURE_REVENUE, PTL_SLOPE_MARGINAL},
                 {"orders.marginal", PTL_MEASURE_CONVERSIONS, PTL_SLOPE_MARGINAL}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (ptl_text_equal(name, ptl_text_of(known[i].name))) {
            s->measure = known[i].measure;
            s->slope = known[i].slope;
            return true;
        }
    return false;
}

/* --- rows of effect and credit ---------------------------------------------------------------- */

typedef struct rows {
    ptl_table t;
    const ptl_column *run, *name, *from, *to, *member, *value, *low, *high, *probability, *verdict;
    const ptl_column *design, *experiment, *dimension, *grade; /* of effect */
} rows;

static ptl_status bind(rows *r, const char *name_column, ptl_error *err)
{
    const struct {
        const ptl_column **field;
        const char *name;
        ptl_type type;
    } all[] = {{&r->run, "run_id", PTL_TYPE_INT},
               {&r->name, name_column, PTL_TYPE_TEXT},
               {&r->from, "period_start", PTL_TYPE_DAY},
               {&r->to, "period_end", PTL_TYPE_DAY},
               {&r->member, "member", PTL_TYPE_TEXT},
               {&r->value, "value", PTL_TYPE_DOUBLE},
               {&r->low, "low", PTL_TYPE_DOUBLE},
               {&r->high, "high", PTL_TYPE_DOUBLE},
               {&r->verdict, "verdict", PTL_TYPE_TEXT},
               {&r->probability, "probability", PTL_TYPE_DOUBLE}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        PTL_TRY(ptl_table_column(all[i].field, &r->t, all[i].name, all[i].type, err));
    return PTL_OK;
}

static ptl_status bind_effect(rows *r, ptl_error *err)
{
    PTL_TRY(bind(r, "name", err));
    PTL_TRY(ptl_table_column(&r->design, &r->t, "design", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&r->experiment, &r->t, "experiment_id", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&r->dimension, &r->t, "dimension", PTL_TYPE_TEXT, err));
    return ptl_table_column(&r->grade, &r->t, "grade", PTL_TYPE_TEXT, err);
}

/* A verdict that is none of ours was not made to be used. */
static ptl_verdict verdict_at(const rows *r, int64_t i)
{
    const ptl_text text = ptl_column_text(r->verdict, i);
    for (int v = PTL_CONVERGED; v <= PTL_NOT_IDENTIFIED; v++)
        if (ptl_text_equal(text, ptl_text_of(ptl_verdict_text((ptl_verdict)v))))
            return (ptl_verdict)v;
    return PTL_NOT_CONVERGED;
}

static ptl_status fill(ptl_gathered *out, const ptl_gathering *g, const rows *r, int64_t i,
                       ptl_text origin, ptl_error *err)
{
    ptl_source *const s = &out->source;
    s->period_from = ptl_column_int(r->from, i);
    s->period_to = ptl_column_int(r->to, i);
    s->geo = -1;
    s->spend_low = s->spend_high = PTL_NAN;
    s->verdict = verdict_at(r, i);
    s->figure = (ptl_estimate){ptl_column_double(r->value, i), ptl_column_double(r->low, i),
                               ptl_column_double(r->high, i), ptl_column_double(r->probability, i)};
    out->run_id = ptl_column_int(r->run, i);
    out->channel = ptl_text_copy(governed(g, ptl_column_text(r->member, i)), g->arena, err);
    out->origin = ptl_text_copy(origin, g->arena, err);
    return out->channel && out->origin ? PTL_OK : PTL_E_NO_MEMORY;
}

static char grade_at(const rows *r, int64_t i)
{
    const ptl_text grade = ptl_column_text(r->grade, i);
    return grade.len == 1 && grade.ptr[0] >= 'A' && grade.ptr[0] <= 'E' ? grade.ptr[0] : 'E';
}

static ptl_status take_effect(ptl_gathering *g, const rows *r, int64_t i, ptl_error *err)
{
    ptl_gathered found = {.source = {.grade = grade_at(r, i)}};
    if (!read_name(&found.source, ptl_column_text(r->name, i))) return PTL_OK;
    const ptl_text design = ptl_column_text(r->design, i);
    const bool model = ptl_text_equal(design, PTL_TEXT("mix model"));
    const ptl_text experiment = ptl_column_text(r->experiment, i);
    found.source.kind = model ? PTL_SOURCE_EFFECT : PTL_SOURCE_EXPERIMENT;
    PTL_TRY(fill(&found, g, r, i, model || experiment.len == 0 ? design : experiment, err));
    if (ptl_text_equal(ptl_column_text(r->dimension, i), PTL_TEXT("channel"))) {
        g->has_effect = true;
        return keep(g, &found, err);
    }
    if (model && fits(g, &found.source) && found.source.measure == PTL_MEASURE_REVENUE &&
        found.source.slope == PTL_SLOPE_AVERAGE)
        g->baseline = found.source.figure.point;
    return PTL_OK;
}

static ptl_status read_effects(ptl_gathering *g, ptl_store *store, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_day(g->from), ptl_value_day(g->to)};
    rows r = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&r.t, store->warehouse, "triangulate/effects", params, 2, 0, err));
    PTL_TRY_GOTO(st, done, bind_effect(&r, err));
    for (int64_t i = 0; i < r.t.n_rows; i++) PTL_TRY_GOTO(st, done, take_effect(g, &r, i, err));
done:
    ptl_table_dispose(&r.t);
    return st;
}

static ptl_status take_credit(ptl_gathering *g, const rows *r, int64_t i, ptl_error *err)
{
    ptl_gathered found = {.source = {.kind = PTL_SOURCE_CREDIT, .grade = 'E'}};
    const ptl_text outcome = ptl_column_text(r->name, i);
    const char *const dot = memrchr(outcome.ptr, '.', outcome.len);
    const ptl_text what =
        dot ? (ptl_text){dot + 1, outcome.len - (size_t)(dot + 1 - outcome.ptr)} : outcome;
    PTL_TRY(fill(&found, g, r, i, ptl_text_of(g->o->method), err));
    if (ptl_text_equal(what, PTL_TEXT("share"))) {
        ptl_channel_money *channel;
        PTL_TRY(channel_of(&channel, g, ptl_text_of(found.channel), err));
        if (fits(g, &found.source)) channel->share = found.source.figure.point;
        return PTL_OK;
    }
    if (!read_name(&found.source, what)) return PTL_OK;
    g->has_credit = true;
    return keep(g, &found, err);
}

static ptl_status read_untouched(ptl_gathering *g, ptl_store *store, int64_t run_id, ptl_error *err)
{
    const ptl_value run = ptl_value_int(run_id);
    const ptl_column *exact;
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "triangulate/untouched", &run, 1, 0, err));
    const ptl_status st = ptl_table_column(&exact, &t, "exact", PTL_TYPE_INT, err);
    if (st == PTL_OK && t.n_rows > 0 && ptl_column_present(exact, 0))
        g->n_untouched = ptl_column_int(exact, 0);
    ptl_table_dispose(&t);
    return st;
}

static ptl_status read_credits(ptl_gathering *g, ptl_store *store, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_string(g->o->method), ptl_value_string(g->o->goal),
                                ptl_value_day(g->from), ptl_value_day(g->to)};
    rows r = {0};
    ptl_status st;
    int64_t run_id = 0;
    PTL_TRY(ptl_warehouse_query(&r.t, store->warehouse, "triangulate/credits", params, 4, 0, err));
    PTL_TRY_GOTO(st, done, bind(&r, "outcome", err));
    for (int64_t i = 0; i < r.t.n_rows; i++) {
        PTL_TRY_GOTO(st, done, take_credit(g, &r, i, err));
        run_id = ptl_column_int(r.run, i);
        if (ptl_column_int(r.from, i) != g->from || ptl_column_int(r.to, i) != g->to) run_id = 0;
    }
done:
    ptl_table_dispose(&r.t);
    if (st == PTL_OK && run_id > 0) return read_untouched(g, store, run_id, err);
    return st;
}

/* --- money, claims, books --------------------------------------------------------------------- */

static ptl_status read_money(ptl_gathering *g, ptl_store *store, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_day(g->from), ptl_value_day(g->to)};
    const ptl_column *name, *orders, *revenue, *variable, *media;
    ptl_table t = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "triangulate/money", params, 2, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&name, &t, "channel", PTL_TYPE_TEXT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&orders, &t, "orders", PTL_TYPE_INT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&revenue, &t, "revenue_micros", PTL_TYPE_INT, err));
    PTL_TRY_GOTO(st, done,
                 ptl_table_column(&variable, &t, "variable_cost_micros", PTL_TYPE_INT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&media, &t, "media_micros", PTL_TYPE_INT, err));
    g->has_money = t.n_rows > 0;
    for (int64_t i = 0; i < t.n_rows; i++) {
        ptl_channel_money *c;
        if (ptl_column_text(name, i).len == 0) continue; /* orders that name no channel */
        PTL_TRY_GOTO(st, done, channel_of(&c, g, ptl_column_text(name, i), err));
        const double earned = units(ptl_column_int(revenue, i));
        const double cm1 = earned - units(ptl_column_int(variable, i));
        c->spend = fmax(0.0, units(ptl_column_int(media, i)));
        if (earned > 0.0) c->cm1_per_revenue = cm1 / earned;
        if (ptl_column_int(orders, i) > 0)
            c->cm1_per_conversion = cm1 / (double)ptl_column_int(orders, i);
    }
done:
    ptl_table_dispose(&t);
    return st;
}

/* One day's claim joins what its channel has claimed so far. */
static ptl_status add_claim(ptl_gathering *g, ptl_text recorded, int64_t micros, ptl_error *err)
{
    const ptl_text name = governed(g, recorded);
    for (int32_t i = 0; i < g->n_sources; i++)
        if (g->source[i].source.kind == PTL_SOURCE_CLAIM &&
            ptl_text_equal(ptl_text_of(g->source[i].channel), name)) {
            g->source[i].source.figure.point += units(micros);
            return PTL_OK;
        }
    ptl_gathered claim = {.source = {.kind = PTL_SOURCE_CLAIM,
                                     .grade = 'E',
                                     .measure = PTL_MEASURE_REVENUE,
                                     .slope = PTL_SLOPE_AVERAGE,
                                     .period_from = g->from,
                                     .period_to = g->to,
                                     .geo = -1,
                                     .spend_low = PTL_NAN,
                                     .spend_high = PTL_NAN,
                                     .figure = {units(micros), PTL_NAN, PTL_NAN, PTL_NAN}},
                          .origin = "platform"};
    claim.channel = ptl_text_copy(name, g->arena, err);
    if (!claim.channel) return PTL_E_NO_MEMORY;
    g->has_claim = true;
    return keep(g, &claim, err);
}

static ptl_status read_claims(ptl_gathering *g, ptl_store *store, const ptl_rates *rates,
                              ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(g->known_by), ptl_value_day(g->from),
                                ptl_value_day(g->to)};
    const ptl_column *day, *channel, *currency, *claimed;
    ptl_table t = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "triangulate/claims", params, 3, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&day, &t, "day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&channel, &t, "channel", PTL_TYPE_TEXT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&currency, &t, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&claimed, &t, "claimed_micros", PTL_TYPE_INT, err));
    for (int64_t i = 0; i < t.n_rows; i++) {
        int64_t rate, micros;
        PTL_TRY_GOTO(st, done,
                     ptl_rates_at(&rate, rates, ptl_column_text(currency, i),
                                  (ptl_day)ptl_column_int(day, i), err));
        PTL_TRY_GOTO(
            st, done,
            ptl_muldiv(&micros, ptl_column_int(claimed, i), rate, INT64_C(1000000000), err));
        PTL_TRY_GOTO(st, done, add_claim(g, ptl_column_text(channel, i), micros, err));
    }
done:
    ptl_table_dispose(&t);
    return st;
}

/* The whole where the books name it, else the lines of the first thing they split it by. */
static ptl_status read_books(ptl_gathering *g, ptl_store *store, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(g->known_by), ptl_value_day(g->from),
                                ptl_value_day(g->to)};
    const ptl_column *dimension, *currency, *amount, *audited;
    ptl_table t = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "triangulate/books", params, 3, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&dimension, &t, "dimension", PTL_TYPE_TEXT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&currency, &t, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&amount, &t, "amount_micros", PTL_TYPE_INT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&audited, &t, "audited", PTL_TYPE_BOOL, err));
    for (int64_t i = 0; i < t.n_rows; i++) {
        if (!ptl_text_equal(ptl_column_text(dimension, i), ptl_column_text(dimension, 0))) break;
        if (!ptl_text_equal(ptl_column_text(currency, i), ptl_text_of(g->workspace->currency))) {
            g->other_currency = true;
            g->is_closed = false;
            break;
        }
        g->is_closed = true;
        g->is_audited = ptl_column_int(audited, i) != 0;
        g->revenue_micros = ptl_column_int(amount, i);
    }
done:
    ptl_table_dispose(&t);
    return st;
}

/* --- all of it -------------------------------------------------------------------------------- */

ptl_status ptl_triangulation_period(bool *has_period, ptl_gathering *g, ptl_store *store,
                                    ptl_error *err)
{
    const ptl_value known = ptl_value_instant(g->known_by);
    const ptl_column *from, *to;
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    *has_period = g->o->has_period;
    g->from = g->o->from;
    g->to = g->o->to;
    if (*has_period) return PTL_OK;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "triangulate/period", &known, 1, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&from, &t, "period_start", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&to, &t, "period_end", PTL_TYPE_DAY, err));
    *has_period = t.n_rows == 1;
    if (*has_period) {
        g->from = (ptl_day)ptl_column_int(from, 0);
        g->to = (ptl_day)ptl_column_int(to, 0);
    }
done:
    ptl_table_dispose(&t);
    return st;
}

ptl_status ptl_triangulation_gather(ptl_gathering *g, ptl_store *store, ptl_error *err)
{
    ptl_rates rates;
    g->source = ptl_arena_array(g->arena, PTL_TRIANGULATE_SOURCES_MAX, sizeof *g->source, err);
    g->channel =
        ptl_arena_array(g->arena, PTL_TRIANGULATE_CHANNELS_MAX + 1, sizeof *g->channel, err);
    if (!g->source || !g->channel) return PTL_E_NO_MEMORY;
    g->baseline = PTL_NAN;
    g->n_untouched = -1;
    PTL_TRY(read_effects(g, store, err));
    PTL_TRY(read_credits(g, store, err));
    PTL_TRY(read_money(g, store, err));
    PTL_TRY(read_books(g, store, err));
    ptl_status st = ptl_rates_read(&rates, store, g->workspace->currency, g->known_by, err);
    if (st == PTL_OK) st = read_claims(g, store, &rates, err);
    ptl_rates_dispose(&rates);
    return st;
}
