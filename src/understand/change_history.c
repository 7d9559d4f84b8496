/* change_history.c: the newest weeks of the company, its channels and its segments, exact.
 *
 * Only as many weeks are kept as the estimator looks back over: a year, the eight weeks before it,
 * a year of misses, and the week asked about. Platforms' names of channels are brought to the
 * governed ones, as money does. */
#include "understand/change_internal.h"

#include <stdlib.h>
#include <string.h>

enum { WEEKS_MAX = 120 };

/* --- the span --------------------------------------------------------------------------------- */

static ptl_status read_span(ptl_change_history *out, ptl_store *store, int32_t week_start,
                            int64_t run_id, ptl_error *err)
{
    const ptl_value run = ptl_value_int(run_id);
    const ptl_column *first, *last;
    ptl_table t = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "course/span", &run, 1, 0, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&first, &t, "first_day", PTL_TYPE_DAY, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&last, &t, "last_day", PTL_TYPE_DAY, err));
    if (t.n_rows == 1 && ptl_column_present(first, 0)) {
        const ptl_day from = (ptl_day)ptl_column_int(first, 0);
        out->first = ptl_week_start(from + 6, week_start);
        const int64_t n = (ptl_column_int(last, 0) - out->first + 1) / 7;
        out->n_weeks = n > 0 ? n : 0;
        if (out->n_weeks > WEEKS_MAX) {
            out->first += (ptl_day)(7 * (out->n_weeks - WEEKS_MAX));
            out->n_weeks = WEEKS_MAX;
        }
    }
done:
    ptl_table_dispose(&t);
    return st;
}

/* --- members ---------------------------------------------------------------------------------- */

static bool is_member(const ptl_change_member *m, const char *dimension, ptl_text name)
{
    return strcmp(m->dimension, dimension) == 0 && ptl_text_equal(ptl_text_of(m->name), name);
}

/* Rows come in the order of the member, so it is usually the one asked for last; after mapping
 * aliases it may be any. */
static ptl_status member_at(ptl_change_member **out, ptl_change_history *h, const char *dimension,
                            ptl_text name, ptl_arena *arena, ptl_error *err)
{
    *out = &h->members[h->newest];
    if (h->n_members > 0 && is_member(*out, dimension, name)) return PTL_OK;
    for (h->newest = 0; h->newest < h->n_members; h->newest++) {
        *out = &h->members[h->newest];
        if (is_member(*out, dimension, name)) return PTL_OK;
    }
    if (h->n_members == PTL_CHANGE_MEMBERS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "more than %d channels and segments",
                        PTL_CHANGE_MEMBERS_MAX);
    *out = &h->members[h->n_members];
    **out = (ptl_change_member){.dimension = dimension};
    (*out)->name = ptl_text_copy(name, arena, err);
    (*out)->weeks = ptl_arena_array(arena, h->n_weeks, sizeof *(*out)->weeks, err);
    if (!(*out)->name || !(*out)->weeks) return PTL_E_NO_MEMORY;
    h->n_members++;
    return PTL_OK;
}

static void add(ptl_change_week *sum, const ptl_change_week *week)
{
    sum->volume += week->volume;
    sum->orders += week->orders;
    sum->revenue_micros += week->revenue_micros;
    sum->variable_micros += week->variable_micros;
    sum->media_micros += week->media_micros;
}

typedef struct reading {
    ptl_change_history *h;
    const ptl_workspace *workspace;
    const char *dimension;
    ptl_arena *arena;
} reading;

typedef struct columns {
    const ptl_column *day, *member, *orders, *customers, *revenue, *variable, *media;
} columns;

static ptl_status bind(columns *c, const ptl_table *t, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->day, t, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&c->member, t, "member", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->orders, t, "orders", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&c->customers, t, "customers", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&c->revenue, t, "revenue_micros", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&c->variable, t, "variable_cost_micros", PTL_TYPE_INT, err));
    return ptl_table_column(&c->media, t, "media_micros", PTL_TYPE_INT, err);
}

static ptl_status take_money(const reading *r, const ptl_table *t, ptl_error *err)
{
    columns c;
    const bool segments = strcmp(r->dimension, "segment") == 0;
    PTL_TRY(bind(&c, t, err));
    for (int64_t i = 0; i < t->n_rows; i++) {
        ptl_change_member *m;
        PTL_TRY(member_at(&m, r->h, r->dimension, ptl_column_text(c.member, i), r->arena, err));
        const ptl_change_week day = {segments ? ptl_column_int(c.customers, i) : 0,
                                     ptl_column_int(c.orders, i), ptl_column_int(c.revenue, i),
                                     ptl_column_int(c.variable, i), ptl_column_int(c.media, i)};
        const int64_t week = (ptl_column_int(c.day, i) - r->h->first) / 7;
        add(&m->weeks[week], &day);
        if (!segments) add(&r->h->members[0].weeks[week], &day);
    }
    return PTL_OK;
}

static ptl_status take_clicks(const reading *r, const ptl_table *t, ptl_error *err)
{
    const ptl_column *day, *member, *clicks;
    PTL_TRY(ptl_table_column(&day, t, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&member, t, "member", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&clicks, t, "clicks", PTL_TYPE_INT, err));
    for (int64_t i = 0; i < t->n_rows; i++) {
        const ptl_text recorded = ptl_column_text(member, i);
        const ptl_channel_config *governed = ptl_workspace_channel(r->workspace, recorded);
        ptl_change_member *m;
        PTL_TRY(member_at(&m, r->h, "channel", governed ? ptl_text_of(governed->name) : recorded,
                          r->arena, err));
        m->weeks[(ptl_column_int(day, i) - r->h->first) / 7].volume += ptl_column_int(clicks, i);
    }
    return PTL_OK;
}

typedef ptl_status (*take_fn)(const reading *, const ptl_table *, ptl_error *);

static ptl_status read_rows(const reading *r, ptl_store *store, const char *query, ptl_value head,
                            take_fn fn, ptl_error *err)
{
    const ptl_day last = r->h->first + (ptl_day)(7 * r->h->n_weeks) - 1;
    const ptl_value params[] = {head, ptl_value_day(r->h->first), ptl_value_day(last)};
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, query, params, 3, 0, err));
    const ptl_status st = fn(r, &t, err);
    ptl_table_dispose(&t);
    return st;
}

/* A segment that holds all but a hundredth of the revenue is the company under another name, and
 * would tell each of its changes twice: it is not asked. */
static void leave_out_whole(ptl_change_history *h)
{
    int64_t kept = 1 + h->n_channels;
    double all = 0.0;
    for (int64_t w = 0; w < h->n_weeks; w++) all += (double)h->members[0].weeks[w].revenue_micros;
    for (int64_t i = kept; i < h->n_members; i++) {
        double own = 0.0;
        for (int64_t w = 0; w < h->n_weeks; w++)
            own += (double)h->members[i].weeks[w].revenue_micros;
        if (!(own >= 0.99 * all)) h->members[kept++] = h->members[i];
    }
    h->n_members = kept;
}

/* A rate needs a volume wherever there are orders; one week without turns it into noise. */
static void judge_volume(ptl_change_history *h)
{
    for (int64_t i = 0; i < h->n_members; i++) {
        ptl_change_member *m = &h->members[i];
        m->has_volume = i > 0;
        for (int64_t w = 0; w < h->n_weeks; w++)
            if (m->weeks[w].volume <= 0 && m->weeks[w].orders > 0) m->has_volume = false;
    }
}

ptl_status ptl_change_history_read(ptl_change_history *out, ptl_store *store,
                                   const ptl_workspace *workspace, int64_t run_id,
                                   ptl_instant known_by, ptl_arena *arena, ptl_error *err)
{
    ptl_change_member *company;
    reading r = {out, workspace, "channel", arena};
    *out = (ptl_change_history){0};
    PTL_TRY(read_span(out, store, workspace->week_start, run_id, err));
    if (out->n_weeks == 0) return PTL_OK;
    out->members = ptl_arena_array(arena, PTL_CHANGE_MEMBERS_MAX, sizeof *out->members, err);
    if (!out->members) return PTL_E_NO_MEMORY;
    PTL_TRY(member_at(&company, out, "", PTL_TEXT(""), arena, err));
    PTL_TRY(read_rows(&r, store, "change/channel_day", ptl_value_int(run_id), take_money, err));
    PTL_TRY(
        read_rows(&r, store, "change/clicks_day", ptl_value_instant(known_by), take_clicks, err));
    out->n_channels = out->n_members - 1;
    r.dimension = "segment";
    PTL_TRY(read_rows(&r, store, "change/segment_day", ptl_value_int(run_id), take_money, err));
    leave_out_whole(out);
    judge_volume(out);
    return PTL_OK;
}

/* --- metrics ---------------------------------------------------------------------------------- */

static const char *const names[PTL_CHANGE_N_METRICS] = {
    "orders", "revenue", "cm1", "media", "cm2", "rate", "price", "volume", "cost"};

const char *ptl_change_metric_name(int metric)
{
    return names[metric];
}

int ptl_change_metric_find(ptl_text name)
{
    for (int m = 0; m < PTL_CHANGE_N_METRICS; m++)
        if (ptl_text_equal(name, ptl_text_of(names[m]))) return m;
    return -1;
}

static double over(double part, int64_t whole)
{
    return whole > 0 ? part / (double)whole : 0.0;
}

double ptl_change_value(const ptl_change_member *member, int64_t week, int metric)
{
    const ptl_change_week *w = &member->weeks[week];
    const double revenue = (double)w->revenue_micros / 1e6, cost = (double)w->variable_micros / 1e6;
    const double media = (double)w->media_micros / 1e6;
    switch (metric) {
    case PTL_CHANGE_ORDERS:
        return (double)w->orders;
    case PTL_CHANGE_REVENUE:
        return revenue;
    case PTL_CHANGE_CM1:
        return revenue - cost;
    case PTL_CHANGE_MEDIA:
        return media;
    case PTL_CHANGE_CM2:
        return revenue - cost - media;
    case PTL_CHANGE_RATE:
        return over((double)w->orders, w->volume);
    case PTL_CHANGE_PRICE:
        return over(revenue, w->orders);
    case PTL_CHANGE_VOLUME:
        return (double)w->volume;
    default:
        return cost;
    }
}
