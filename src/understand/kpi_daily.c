/* kpi_daily.c: the money of the run by day and channel, media by campaign and place, and
 * marketing's own costs spread over their days. */
#include "understand/kpi_internal.h"

#include "portolan/sum.h"

#include <stdlib.h>
#include <string.h>

/* --- exact sums and rates --------------------------------------------------------------------- */

ptl_status ptl_wide_micros(int64_t *out, ptl_wide amount, ptl_error *err)
{
    const ptl_wide billion = 1000000000;
    ptl_wide whole = amount / billion, rest = amount % billion;
    if (rest < 0) {
        rest += billion;
        whole--;
    }
    const bool is_odd = whole % 2 != 0;
    if (2 * rest > billion || (2 * rest == billion && is_odd)) whole++;
    *out = (int64_t)whole;
    if (whole < INT64_MIN || whole > INT64_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "a sum of money does not fit in 64 bits of micros");
    return PTL_OK;
}

ptl_status ptl_kpi_rate(int64_t *rate_e9, const ptl_kpi *k, ptl_text currency, ptl_day day,
                        ptl_day other, ptl_error *err)
{
    if (ptl_rates_at(rate_e9, &k->rates, currency, day, NULL) == PTL_OK) return PTL_OK;
    return ptl_rates_at(rate_e9, &k->rates, currency, other, err);
}

ptl_status ptl_kpi_currency(int64_t *out, ptl_kpi *k, ptl_text code, ptl_error *err)
{
    for (int64_t i = 0; i < k->n_currencies; i++)
        if (ptl_text_equal(ptl_text_of(k->currencies[i]), code)) {
            *out = i;
            return PTL_OK;
        }
    if (k->n_currencies == PTL_KPI_CURRENCIES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "more than %d currencies are recorded",
                        PTL_KPI_CURRENCIES_MAX);
    const char *copy = ptl_text_copy(code, k->arena, err);
    if (!copy) return PTL_E_NO_MEMORY;
    *out = k->n_currencies;
    k->currencies[k->n_currencies++] = copy;
    return PTL_OK;
}

/* --- channels --------------------------------------------------------------------------------- */

static ptl_text member_of(const ptl_kpi *k, ptl_text recorded)
{
    const ptl_channel_config *governed = ptl_workspace_channel(k->workspace, recorded);
    return governed ? ptl_text_of(governed->name) : recorded;
}

static int64_t find(const ptl_kpi *k, ptl_text member)
{
    int64_t low = 0, high = k->n_channels;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (ptl_text_compare(ptl_text_of(k->channels[middle].member), member) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const bool found =
        low < k->n_channels && ptl_text_equal(ptl_text_of(k->channels[low].member), member);
    return found ? low : -1;
}

int64_t ptl_kpi_channel(const ptl_kpi *k, ptl_text recorded)
{
    return find(k, member_of(k, recorded));
}

static int by_member(const void *a, const void *b)
{
    const ptl_money_channel *x = a, *y = b;
    return ptl_text_compare(ptl_text_of(x->member), ptl_text_of(y->member));
}

static ptl_status add_channel(ptl_kpi *k, ptl_text recorded, ptl_error *err)
{
    const ptl_text member = member_of(k, recorded);
    if (find(k, member) >= 0) return PTL_OK;
    if (k->n_channels == PTL_MONEY_CHANNELS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "more than %d channels are recorded",
                        PTL_MONEY_CHANNELS_MAX);
    k->channels[k->n_channels].member = ptl_text_copy(member, k->arena, err);
    if (!k->channels[k->n_channels].member) return PTL_E_NO_MEMORY;
    k->n_channels++;
    qsort(k->channels, (size_t)k->n_channels, sizeof *k->channels, by_member);
    return PTL_OK;
}

static ptl_status add_channels(ptl_kpi *k, const ptl_table *rows, ptl_error *err)
{
    const ptl_column *channel;
    PTL_TRY(ptl_table_column(&channel, rows, "channel", PTL_TYPE_TEXT, err));
    for (int64_t i = 0; i < rows->n_rows; i++)
        PTL_TRY(add_channel(k, ptl_column_text(channel, i), err));
    return PTL_OK;
}

/* --- the run's money -------------------------------------------------------------------------- */

static ptl_status take_arrays(ptl_kpi *k, ptl_error *err)
{
    const int64_t n = k->n_days * k->n_channels;
    for (int m = 0; m < PTL_N_DAILY; m++)
        if (!(k->daily[m] = ptl_arena_array(k->arena, n, sizeof(int64_t), err)))
            return PTL_E_NO_MEMORY;
    for (int m = 0; m < PTL_N_OWN; m++)
        if (!(k->own[m] = ptl_arena_array(k->arena, k->n_days, sizeof(int64_t), err)))
            return PTL_E_NO_MEMORY;
    for (int s = 0; s < PTL_N_STEPS; s++)
        if (!(k->steps[s] = ptl_arena_array(k->arena, n, sizeof(ptl_step), err)))
            return PTL_E_NO_MEMORY;
    k->active = ptl_arena_array(k->arena, 2 * k->periods.n, sizeof *k->active, err);
    k->channel_active =
        ptl_arena_array(k->arena, 2 * k->periods.n * k->n_channels, sizeof *k->active, err);
    k->channel_contracts =
        ptl_arena_array(k->arena, k->n_channels, sizeof *k->channel_contracts, err);
    k->splits = ptl_arena_array(k->arena, PTL_KPI_MEMBERS_MAX, sizeof *k->splits, err);
    k->split_slots = ptl_arena_array(k->arena, PTL_KPI_SPLIT_SLOTS, sizeof *k->split_slots, err);
    const bool whole = k->active && k->channel_active && k->channel_contracts && k->splits;
    return whole && k->split_slots ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status take_money(ptl_kpi *k, const ptl_table *rows, ptl_error *err)
{
    static const struct {
        ptl_daily measure;
        const char *column;
    } taken[] = {{PTL_DAILY_ORDERS, "orders"},
                 {PTL_DAILY_REVENUE, "revenue_micros"},
                 {PTL_DAILY_VARIABLE, "variable_cost_micros"},
                 {PTL_DAILY_MEDIA, "media_micros"}};
    const ptl_column *day, *channel, *value;
    PTL_TRY(ptl_table_column(&day, rows, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&channel, rows, "channel", PTL_TYPE_TEXT, err));
    for (size_t m = 0; m < sizeof taken / sizeof *taken; m++) {
        PTL_TRY(ptl_table_column(&value, rows, taken[m].column, PTL_TYPE_INT, err));
        for (int64_t i = 0; i < rows->n_rows; i++) {
            const int64_t c = ptl_kpi_channel(k, ptl_column_text(channel, i));
            const ptl_day d = (ptl_day)ptl_column_int(day, i);
            if (ptl_kpi_holds(k, d))
                *ptl_daily_at(k, taken[m].measure, d, c) += ptl_column_int(value, i);
        }
    }
    return PTL_OK;
}

ptl_status ptl_kpi_read_channels(ptl_kpi *k, ptl_error *err)
{
    ptl_table money = {0}, pipeline = {0};
    ptl_status st;
    const ptl_value run = ptl_value_int(k->run_id), known = ptl_value_instant(k->span.known_by);
    k->channels = ptl_arena_array(k->arena, PTL_MONEY_CHANNELS_MAX, sizeof *k->channels, err);
    if (!k->channels) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < k->workspace->n_channels; i++)
        PTL_TRY(add_channel(k, ptl_text_of(k->workspace->channels[i].name), err));
    PTL_TRY(add_channel(k, PTL_TEXT(""), err));
    ptl_warehouse *w = k->store->warehouse;
    PTL_TRY_GOTO(st, done, ptl_warehouse_query(&money, w, "kpi/money_day", &run, 1, 0, err));
    PTL_TRY_GOTO(st, done,
                 ptl_warehouse_query(&pipeline, w, "kpi/pipeline_channels", &known, 1, 0, err));
    PTL_TRY_GOTO(st, done, add_channels(k, &money, err));
    PTL_TRY_GOTO(st, done, add_channels(k, &pipeline, err));
    PTL_TRY_GOTO(st, done, take_arrays(k, err));
    st = take_money(k, &money, err);
done:
    ptl_table_dispose(&pipeline);
    ptl_table_dispose(&money);
    return st;
}

/* --- splits, and media -------------------------------------------------------------------------
 */

/* The slot of a split, or the empty one where it belongs: open addressing, at most half full. */
static int32_t *find_split(ptl_kpi *k, const char *name, const char *dimension, ptl_text member)
{
    uint64_t h = UINT64_C(1469598103934665603) ^ (uint64_t)dimension[0] ^ (uint64_t)name[0] << 8;
    for (size_t i = 0; i < member.len; i++)
        h = (h ^ (uint8_t)member.ptr[i]) * UINT64_C(1099511628211);
    for (uint64_t at = h % PTL_KPI_SPLIT_SLOTS;; at = (at + 1) % PTL_KPI_SPLIT_SLOTS) {
        const int32_t i = k->split_slots[at];
        if (i == 0) return &k->split_slots[at];
        const ptl_split *s = &k->splits[i - 1];
        if (strcmp(s->name, name) == 0 && strcmp(s->dimension, dimension) == 0 &&
            ptl_text_equal(ptl_text_of(s->member), member))
            return &k->split_slots[at];
    }
}

ptl_status ptl_kpi_split(ptl_split **out, ptl_kpi *k, const char *name, const char *unit,
                         const char *dimension, ptl_text member, ptl_error *err)
{
    int32_t *slot = find_split(k, name, dimension, member);
    *out = *slot ? &k->splits[*slot - 1] : NULL;
    if (*slot || k->n_splits == PTL_KPI_MEMBERS_MAX) return PTL_OK;
    ptl_split *s = &k->splits[k->n_splits];
    *s = (ptl_split){.dimension = dimension, .name = name, .unit = unit};
    s->member = ptl_text_copy(member, k->arena, err);
    s->by_day = ptl_arena_array(k->arena, k->n_days, sizeof *s->by_day, err);
    if (!s->member || !s->by_day) return PTL_E_NO_MEMORY;
    *slot = (int32_t)++k->n_splits;
    *out = s;
    return PTL_OK;
}

/* Media stand where their campaign and place do. */
static ptl_status add_spend(ptl_kpi *k, ptl_text campaign, ptl_text geo, ptl_day day,
                            int64_t channel, ptl_cut_money spent, ptl_cut_money claimed,
                            ptl_error *err)
{
    ptl_cut_place place = {0};
    PTL_TRY(ptl_cut_member(&place.member[PTL_CUT_CAMPAIGN], k, PTL_CUT_CAMPAIGN, campaign, err));
    PTL_TRY(ptl_cut_member(&place.member[PTL_CUT_GEO], k, PTL_CUT_GEO, geo, err));
    ptl_cut_settle(k, &place, channel, ptl_cut_product(k, PTL_TEXT("")), true);
    ptl_cut_add(k, &place, day, PTL_DAILY_MEDIA, spent);
    ptl_cut_add(k, &place, day, PTL_DAILY_CLAIMED, claimed);
    if (k->channel_paid[channel]) ptl_cut_add(k, &place, day, PTL_DAILY_PAID_MEDIA, spent);
    return PTL_OK;
}

static ptl_status take_spend(void *ctx, const ptl_table *rows, ptl_error *err)
{
    ptl_kpi *k = ctx;
    const ptl_column *day, *channel, *campaign, *geo, *currency, *cost, *claimed;
    PTL_TRY(ptl_table_column(&day, rows, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&channel, rows, "channel", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&campaign, rows, "campaign", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&geo, rows, "geo", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&currency, rows, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&cost, rows, "cost_micros", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&claimed, rows, "claimed_micros", PTL_TYPE_INT, err));
    for (int64_t i = 0; i < rows->n_rows; i++) {
        const ptl_day d = (ptl_day)ptl_column_int(day, i);
        const int64_t c = ptl_kpi_channel(k, ptl_column_text(channel, i));
        int64_t rate, value;
        PTL_TRY(ptl_rates_at(&rate, &k->rates, ptl_column_text(currency, i), d, err));
        PTL_TRY(ptl_muldiv(&value, ptl_column_int(claimed, i), rate, INT64_C(1000000000), err));
        *ptl_daily_at(k, PTL_DAILY_CLAIMED, d, c) += value;
        PTL_TRY(add_spend(k, ptl_column_text(campaign, i), ptl_column_text(geo, i), d, c,
                          ptl_cut_money_of(ptl_column_int(cost, i), rate),
                          ptl_cut_money_of(ptl_column_int(claimed, i), rate), err));
    }
    return PTL_OK;
}

ptl_status ptl_kpi_read_spend(ptl_kpi *k, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(k->span.known_by), ptl_value_day(k->span.first),
                                ptl_value_day(k->span.last)};
    return ptl_warehouse_stream(k->store->warehouse, "kpi/spend_day", params, 3, take_spend, k,
                                k->progress, err);
}

/* --- marketing's own costs -------------------------------------------------------------------- */

/* A row falls to its days evenly. What has fallen so far is rounded, not each day's part, so that
 * the days add up to the row. */
static ptl_status spread(ptl_kpi *k, ptl_day from, ptl_day to, int64_t micros, int64_t channel,
                         const ptl_cut_place *place, ptl_error *err)
{
    const int64_t n = to - from + 1;
    int64_t so_far = 0, until;
    for (int64_t i = 0; i < n && from + i <= k->span.last; i++) {
        PTL_TRY(ptl_muldiv(&until, micros, i + 1, n, err));
        if (from + i >= k->span.first) {
            const ptl_day day = from + (ptl_day)i;
            *ptl_daily_at(k, PTL_DAILY_OWN_COSTS, day, channel) += until - so_far;
            ptl_cut_add(k, place, day, PTL_DAILY_OWN_COSTS, (ptl_cut_money){until - so_far, 0});
        }
        so_far = until;
    }
    return PTL_OK;
}

static ptl_status take_costs(void *ctx, const ptl_table *rows, ptl_error *err)
{
    ptl_kpi *k = ctx;
    const ptl_column *start, *end, *currency, *cost, *vertical, *channel;
    PTL_TRY(ptl_table_column(&vertical, rows, "vertical", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&channel, rows, "channel", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&start, rows, "period_start", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&end, rows, "period_end", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&currency, rows, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&cost, rows, "cost_micros", PTL_TYPE_INT, err));
    for (int64_t i = 0; i < rows->n_rows; i++) {
        const ptl_day from = (ptl_day)ptl_column_int(start, i);
        const ptl_day to = (ptl_day)ptl_column_int(end, i);
        const ptl_day paid = to < k->span.last ? to : k->span.last;
        int64_t rate, micros;
        if (to < from || to < k->span.first) continue;
        PTL_TRY(ptl_rates_at(&rate, &k->rates, ptl_column_text(currency, i), paid, err));
        PTL_TRY(ptl_muldiv(&micros, ptl_column_int(cost, i), rate, INT64_C(1000000000), err));
        const ptl_cut_place place = {.member[PTL_CUT_VERTICAL] =
                                         ptl_cut_vertical(k, ptl_column_text(vertical, i))};
        const int64_t recorded = ptl_kpi_channel(k, ptl_column_text(channel, i));
        PTL_TRY(spread(k, from, to, micros,
                       recorded >= 0 ? recorded : ptl_kpi_channel(k, PTL_TEXT("")), &place, err));
    }
    return PTL_OK;
}

ptl_status ptl_kpi_read_costs(ptl_kpi *k, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(k->span.known_by), ptl_value_day(k->span.first),
                                ptl_value_day(k->span.last)};
    return ptl_warehouse_stream(k->store->warehouse, "kpi/costs", params, 3, take_costs, k,
                                k->progress, err);
}

static ptl_status take_referrals(void *ctx, const ptl_table *rows, ptl_error *err)
{
    ptl_kpi *k = ctx;
    const ptl_column *day, *n;
    PTL_TRY(ptl_table_column(&day, rows, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&n, rows, "referrals", PTL_TYPE_INT, err));
    for (int64_t i = 0; i < rows->n_rows; i++)
        k->own[PTL_OWN_REFERRALS][ptl_column_int(day, i) - k->span.first] += ptl_column_int(n, i);
    return PTL_OK;
}

ptl_status ptl_kpi_read_series(ptl_kpi *k, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(k->span.known_by), ptl_value_day(k->span.first),
                                ptl_value_day(k->span.last)};
    return ptl_warehouse_stream(k->store->warehouse, "kpi/referrals", params, 3, take_referrals, k,
                                k->progress, err);
}
