/* money_cube.c: facts added up by day and channel.
 *
 * The store adds in each currency (integers, exact); here each sum is converted once and laid into
 * a dense cube of days × channels, so that every later period is a sum of cells and parts add up to
 * their total to the micro. */
#include "understand/money_internal.h"

#include "portolan/sum.h"

#include <stdlib.h>

ptl_money_cell *ptl_money_cube_at(const ptl_money_cube *cube, ptl_day day, int64_t channel)
{
    return &cube->cells[(int64_t)(day - cube->first) * cube->n_channels + channel];
}

static void add(ptl_money_cell *sum, const ptl_money_cell *cell)
{
    sum->orders += cell->orders;
    sum->revenue_micros += cell->revenue_micros;
    sum->variable_micros += cell->variable_micros;
    sum->media_micros += cell->media_micros;
}

ptl_money_cell ptl_money_cube_sum(const ptl_money_cube *cube, ptl_day from, ptl_day to,
                                  int64_t channel)
{
    ptl_money_cell sum = {0};
    const int64_t c0 = channel < 0 ? 0 : channel;
    const int64_t c1 = channel < 0 ? cube->n_channels : channel + 1;
    for (ptl_day day = from; day <= to; day++)
        for (int64_t c = c0; c < c1; c++) add(&sum, ptl_money_cube_at(cube, day, c));
    return sum;
}

/* --- channels: the governed ones, and whatever else was recorded ------------------------------ */

typedef struct channel_list {
    ptl_money_channel *items;
    int64_t n;
} channel_list;

static int by_member(const void *a, const void *b)
{
    const ptl_money_channel *x = a, *y = b;
    return ptl_text_compare(ptl_text_of(x->member), ptl_text_of(y->member));
}

static int64_t channel_idx(const channel_list *list, ptl_text member)
{
    int64_t low = 0, high = list->n;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (ptl_text_compare(ptl_text_of(list->items[middle].member), member) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const bool found =
        low < list->n && ptl_text_equal(ptl_text_of(list->items[low].member), member);
    return found ? low : -1;
}

static ptl_text member_of(const ptl_workspace *workspace, ptl_text recorded)
{
    const ptl_channel_config *governed = ptl_workspace_channel(workspace, recorded);
    return governed ? ptl_text_of(governed->name) : recorded;
}

static ptl_status add_channel(channel_list *list, ptl_text member, ptl_arena *arena, ptl_error *err)
{
    if (channel_idx(list, member) >= 0) return PTL_OK;
    if (list->n == PTL_MONEY_CHANNELS_MAX) {
        ptl_fail(err, PTL_E_LIMIT, "more than %d channels are recorded", PTL_MONEY_CHANNELS_MAX);
        ptl_error_hint(err, "the column mapped to channel looks like a campaign or an address; "
                            "map a coarser one, or name aliases in channels.yaml");
        return PTL_E_LIMIT;
    }
    char *copy = ptl_text_copy(member, arena, err);
    if (!copy) return PTL_E_NO_MEMORY;
    list->items[list->n++].member = copy;
    qsort(list->items, (size_t)list->n, sizeof *list->items, by_member);
    return PTL_OK;
}

static ptl_status add_channels_of(channel_list *list, const ptl_table *rows,
                                  const ptl_workspace *workspace, ptl_arena *arena, ptl_error *err)
{
    const ptl_column *channel;
    PTL_TRY(ptl_table_column(&channel, rows, "channel", PTL_TYPE_TEXT, err));
    for (int64_t i = 0; i < rows->n_rows; i++)
        PTL_TRY(add_channel(list, member_of(workspace, ptl_column_text(channel, i)), arena, err));
    return PTL_OK;
}

/* --- from summed rows to cells ---------------------------------------------------------------- */

typedef struct fill {
    ptl_money_cube *cube;
    const ptl_workspace *workspace;
    const ptl_rates *rates;
    channel_list list;
} fill;

typedef struct row_keys {
    const ptl_column *day, *channel, *currency;
} row_keys;

static ptl_status keys_of(row_keys *out, const ptl_table *rows, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&out->day, rows, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&out->channel, rows, "channel", PTL_TYPE_TEXT, err));
    return ptl_table_column(&out->currency, rows, "currency", PTL_TYPE_TEXT, err);
}

/* The cell of row i and the rate of its currency on its day. */
static ptl_status locate(ptl_money_cell **cell, int64_t *rate_e9, const fill *f,
                         const row_keys *keys, int64_t i, ptl_error *err)
{
    const ptl_day day = (ptl_day)ptl_column_int(keys->day, i);
    const ptl_text member = member_of(f->workspace, ptl_column_text(keys->channel, i));
    *cell = ptl_money_cube_at(f->cube, day, channel_idx(&f->list, member));
    return ptl_rates_at(rate_e9, f->rates, ptl_column_text(keys->currency, i), day, err);
}

static ptl_status add_converted(int64_t *into, int64_t micros, int64_t rate_e9, ptl_error *err)
{
    int64_t converted;
    PTL_TRY(ptl_muldiv(&converted, micros, rate_e9, INT64_C(1000000000), err));
    if (__builtin_add_overflow(*into, converted, into))
        return ptl_fail(err, PTL_E_LIMIT, "a day's money does not fit in 64 bits of micros");
    return PTL_OK;
}

static ptl_status fill_txn(fill *f, const ptl_table *rows, ptl_error *err)
{
    row_keys keys;
    const ptl_column *orders, *revenue, *variable;
    PTL_TRY(keys_of(&keys, rows, err));
    PTL_TRY(ptl_table_column(&orders, rows, "orders", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&revenue, rows, "revenue_micros", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&variable, rows, "variable_micros", PTL_TYPE_INT, err));
    for (int64_t i = 0; i < rows->n_rows; i++) {
        ptl_money_cell *cell;
        int64_t rate;
        PTL_TRY(locate(&cell, &rate, f, &keys, i, err));
        cell->orders += ptl_column_int(orders, i);
        PTL_TRY(add_converted(&cell->revenue_micros, ptl_column_int(revenue, i), rate, err));
        PTL_TRY(add_converted(&cell->variable_micros, ptl_column_int(variable, i), rate, err));
    }
    return PTL_OK;
}

static ptl_status fill_spend(fill *f, const ptl_table *rows, ptl_error *err)
{
    row_keys keys;
    const ptl_column *cost;
    PTL_TRY(keys_of(&keys, rows, err));
    PTL_TRY(ptl_table_column(&cost, rows, "cost_micros", PTL_TYPE_INT, err));
    for (int64_t i = 0; i < rows->n_rows; i++) {
        ptl_money_cell *cell;
        int64_t rate;
        PTL_TRY(locate(&cell, &rate, f, &keys, i, err));
        PTL_TRY(add_converted(&cell->media_micros, ptl_column_int(cost, i), rate, err));
    }
    return PTL_OK;
}

static ptl_status shape_cube(fill *f, const ptl_table *txn, const ptl_table *spend,
                             ptl_arena *arena, ptl_error *err)
{
    f->list.items = ptl_arena_array(arena, PTL_MONEY_CHANNELS_MAX, sizeof *f->list.items, err);
    if (!f->list.items) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < f->workspace->n_channels; i++)
        PTL_TRY(add_channel(&f->list, ptl_text_of(f->workspace->channels[i].name), arena, err));
    PTL_TRY(add_channels_of(&f->list, txn, f->workspace, arena, err));
    PTL_TRY(add_channels_of(&f->list, spend, f->workspace, arena, err));
    f->cube->channels = f->list.items;
    f->cube->n_channels = f->list.n;
    f->cube->cells =
        ptl_arena_array(arena, f->cube->n_days * f->list.n, sizeof(ptl_money_cell), err);
    return f->cube->cells || f->cube->n_days * f->list.n == 0 ? PTL_OK : PTL_E_NO_MEMORY;
}

ptl_status ptl_money_cube_read(ptl_money_cube *out, ptl_store *store,
                               const ptl_workspace *workspace, ptl_day first, ptl_day last,
                               ptl_instant known_by, ptl_arena *arena, ptl_error *err)
{
    *out = (ptl_money_cube){.first = first, .n_days = (int64_t)last - first + 1};
    if (out->n_days > PTL_MONEY_DAYS_MAX)
        return ptl_fail(err, PTL_E_LIMIT,
                        "facts span %lld days, more than a century: a date column "
                        "is mapped wrongly",
                        (long long)out->n_days);
    const ptl_value params[] = {ptl_value_instant(known_by), ptl_value_day(first),
                                ptl_value_day(last)};
    ptl_table txn = {0}, spend = {0};
    ptl_rates rates = {0};
    fill f = {.cube = out, .workspace = workspace, .rates = &rates};
    ptl_status st;
    PTL_TRY_GOTO(st, done, ptl_rates_read(&rates, store, workspace->currency, known_by, err));
    PTL_TRY_GOTO(st, done,
                 ptl_warehouse_query(&txn, store->warehouse, "money/txn_day", params, 3, 0, err));
    PTL_TRY_GOTO(
        st, done,
        ptl_warehouse_query(&spend, store->warehouse, "money/spend_day", params, 3, 0, err));
    PTL_TRY_GOTO(st, done, shape_cube(&f, &txn, &spend, arena, err));
    PTL_TRY_GOTO(st, done, fill_txn(&f, &txn, err));
    PTL_TRY_GOTO(st, done, fill_spend(&f, &spend, err));
done:
    ptl_table_dispose(&spend);
    ptl_table_dispose(&txn);
    ptl_rates_dispose(&rates);
    return st;
}
