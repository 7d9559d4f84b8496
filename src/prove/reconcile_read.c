/* reconcile_read.c: books and facts, day by day (reconcile.h). */
#include "prove/reconcile_internal.h"

#include "portolan/sum.h"

#include <string.h>

/* --- the books -------------------------------------------------------------------------------- */

static int line_of(ptl_text text)
{
    for (int l = 0; l < PTL_N_BOOK_LINES; l++)
        if (ptl_text_equal(text, ptl_text_of(ptl_book_line_text((ptl_book_line)l)))) return l;
    return -1;
}

static ptl_book *book_at(ptl_reconcile *r, ptl_day from, ptl_day to, ptl_book_line line)
{
    for (int64_t i = 0; i < r->n_books; i++)
        if (r->books[i].from == from && r->books[i].to == to && r->books[i].line == line)
            return &r->books[i];
    r->books[r->n_books] = (ptl_book){.from = from, .to = to, .line = line, .audited = true};
    return &r->books[r->n_books++];
}

/* Books in another currency are converted at the period's last rate, as books are. */
static ptl_status fill_books(ptl_reconcile *r, const ptl_table *t, ptl_error *err)
{
    const ptl_column *from, *to, *line, *currency, *amount, *audited;
    PTL_TRY(ptl_table_column(&from, t, "period_start", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&to, t, "period_end", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&line, t, "book_line", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&currency, t, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&amount, t, "amount_micros", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&audited, t, "audited", PTL_TYPE_BOOL, err));
    for (int64_t i = 0; i < t->n_rows; i++) {
        const ptl_day a = (ptl_day)ptl_column_int(from, i), b = (ptl_day)ptl_column_int(to, i);
        const int l = line_of(ptl_column_text(line, i));
        int64_t rate, micros;
        if (l < 0 || b > r->last || b < a) continue; /* open, or a line that is not ours */
        ptl_book *book = book_at(r, a, b, (ptl_book_line)l);
        PTL_TRY(ptl_rates_at(&rate, &r->rates, ptl_column_text(currency, i), b, err));
        PTL_TRY(ptl_muldiv(&micros, ptl_column_int(amount, i), rate, INT64_C(1000000000), err));
        book->micros += micros;
        book->audited = book->audited && ptl_column_int(audited, i) == 1;
    }
    return PTL_OK;
}

static ptl_status read_books(ptl_reconcile *r, ptl_error *err)
{
    const ptl_value known = ptl_value_instant(r->known_by);
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, r->store->warehouse, "prove/books", &known, 1, 0, err));
    ptl_status st = PTL_OK;
    if (t.n_rows > PTL_RECONCILE_PERIODS_MAX * PTL_N_BOOK_LINES)
        st = ptl_fail(err, PTL_E_LIMIT, "the books have %lld lines; %d periods are compared",
                      (long long)t.n_rows, PTL_RECONCILE_PERIODS_MAX);
    r->books = ptl_arena_array(r->arena, t.n_rows + 1, sizeof *r->books, err);
    if (st == PTL_OK) st = r->books ? fill_books(r, &t, err) : PTL_E_NO_MEMORY;
    ptl_table_dispose(&t);
    return st;
}

/* --- orders ----------------------------------------------------------------------------------- */

static ptl_status currency_of(int64_t *out, ptl_reconcile *r, ptl_text code, ptl_error *err)
{
    for (*out = 0; *out < r->n_currencies; ++*out)
        if (ptl_text_equal(ptl_text_of(r->currencies[*out]), code)) return PTL_OK;
    if (*out == PTL_RECONCILE_CURRENCIES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "more than %d currencies are recorded",
                        PTL_RECONCILE_CURRENCIES_MAX);
    r->currencies[*out] = ptl_text_copy(code, r->arena, err);
    r->in[*out] = ptl_arena_array(r->arena, r->n_days, sizeof **r->in, err);
    if (!r->currencies[*out] || !r->in[*out]) return PTL_E_NO_MEMORY;
    r->n_currencies++;
    return PTL_OK;
}

static ptl_status take_orders(void *ctx, const ptl_table *t, ptl_error *err)
{
    static const struct {
        ptl_ledger_day day;
        const char *column;
    } taken[] = {{PTL_DAY_REVENUE, "revenue_micros"}, {PTL_DAY_VARIABLE, "variable_micros"},
                 {PTL_DAY_TAX, "tax_micros"},         {PTL_DAY_REFUNDS, "refund_micros"},
                 {PTL_DAY_BEFORE, "before_micros"},   {PTL_DAY_AFTER, "after_micros"}};
    ptl_reconcile *r = ctx;
    const ptl_column *day, *currency, *rows, *value;
    PTL_TRY(ptl_table_column(&day, t, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&currency, t, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&rows, t, "n_rows", PTL_TYPE_INT, err));
    for (int64_t i = 0; i < t->n_rows; i++) {
        const ptl_day d = (ptl_day)ptl_column_int(day, i);
        int64_t rate, micros, c;
        PTL_TRY(ptl_rates_at(&rate, &r->rates, ptl_column_text(currency, i), d, err));
        for (size_t k = 0; k < sizeof taken / sizeof *taken; k++) {
            PTL_TRY(ptl_table_column(&value, t, taken[k].column, PTL_TYPE_INT, err));
            PTL_TRY(ptl_muldiv(&micros, ptl_column_int(value, i), rate, INT64_C(1000000000), err));
            r->days[taken[k].day][d - r->first] += micros;
            if (k > 0) continue;
            PTL_TRY(currency_of(&c, r, ptl_column_text(currency, i), err));
            r->in[c][d - r->first] += ptl_column_int(value, i);
        }
        r->days[PTL_DAY_ROWS][d - r->first] += ptl_column_int(rows, i);
    }
    return PTL_OK;
}

static ptl_status take_refunds(void *ctx, const ptl_table *t, ptl_error *err)
{
    ptl_reconcile *r = ctx;
    const ptl_column *day, *other, *currency, *net;
    PTL_TRY(ptl_table_column(&day, t, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&other, t, "order_day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&currency, t, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&net, t, "net_micros", PTL_TYPE_INT, err));
    ptl_moved *moved = ptl_arena_array(r->arena, r->n_moved + t->n_rows, sizeof *moved, err);
    if (!moved) return PTL_E_NO_MEMORY;
    if (r->n_moved > 0) memcpy(moved, r->moved, (size_t)r->n_moved * sizeof *moved);
    r->moved = moved;
    for (int64_t i = 0; i < t->n_rows; i++) {
        ptl_moved *m = &r->moved[r->n_moved++];
        int64_t rate;
        m->day = (ptl_day)ptl_column_int(day, i);
        m->order_day = (ptl_day)ptl_column_int(other, i);
        PTL_TRY(ptl_rates_at(&rate, &r->rates, ptl_column_text(currency, i), m->day, err));
        PTL_TRY(ptl_muldiv(&m->micros, ptl_column_int(net, i), rate, INT64_C(1000000000), err));
    }
    return PTL_OK;
}

/* --- media and own costs ---------------------------------------------------------------------- */

static ptl_status channel_of(int64_t *out, ptl_reconcile *r, ptl_text name, ptl_error *err)
{
    for (*out = 0; *out < r->n_channels; ++*out)
        if (ptl_text_equal(ptl_text_of(r->channels[*out]), name)) return PTL_OK;
    if (*out == PTL_RECONCILE_CHANNELS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "more than %d channels are recorded",
                        PTL_RECONCILE_CHANNELS_MAX);
    r->channels[*out] = ptl_text_copy(name, r->arena, err);
    if (!r->channels[*out]) return PTL_E_NO_MEMORY;
    r->n_channels++;
    return PTL_OK;
}

typedef struct media_row {
    int64_t channel, micros;
    ptl_day day;
} media_row;

/* The channels are few, but not known before: rows are held until they are. */
static ptl_status take_media(ptl_reconcile *r, const ptl_table *t, ptl_error *err)
{
    const ptl_column *day, *channel, *currency, *cost;
    PTL_TRY(ptl_table_column(&day, t, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&channel, t, "channel", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&currency, t, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&cost, t, "cost_micros", PTL_TYPE_INT, err));
    media_row *rows = ptl_arena_array(r->arena, t->n_rows + 1, sizeof *rows, err);
    r->channels = ptl_arena_array(r->arena, PTL_RECONCILE_CHANNELS_MAX, sizeof *r->channels, err);
    if (!rows || !r->channels) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < t->n_rows; i++) {
        const ptl_text name = ptl_column_text(channel, i);
        int64_t rate;
        rows[i].day = (ptl_day)ptl_column_int(day, i);
        PTL_TRY(ptl_rates_at(&rate, &r->rates, ptl_column_text(currency, i), rows[i].day, err));
        PTL_TRY(
            ptl_muldiv(&rows[i].micros, ptl_column_int(cost, i), rate, INT64_C(1000000000), err));
        PTL_TRY(channel_of(&rows[i].channel, r, name, err));
        r->days[PTL_DAY_MEDIA][rows[i].day - r->first] += rows[i].micros;
        if (!ptl_workspace_channel(r->workspace, name))
            r->days[PTL_DAY_UNGOVERNED][rows[i].day - r->first] += rows[i].micros;
    }
    r->media = ptl_arena_array(r->arena, r->n_channels * r->n_days + 1, sizeof *r->media, err);
    if (!r->media) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < t->n_rows; i++)
        r->media[rows[i].channel * r->n_days + rows[i].day - r->first] += rows[i].micros;
    return PTL_OK;
}

/* A row of own costs falls to its days evenly; what has fallen so far is rounded. */
static ptl_status take_costs(void *ctx, const ptl_table *t, ptl_error *err)
{
    ptl_reconcile *r = ctx;
    const ptl_column *from, *to, *currency, *cost;
    PTL_TRY(ptl_table_column(&from, t, "period_start", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&to, t, "period_end", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&currency, t, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&cost, t, "cost_micros", PTL_TYPE_INT, err));
    for (int64_t i = 0; i < t->n_rows; i++) {
        const ptl_day a = (ptl_day)ptl_column_int(from, i), b = (ptl_day)ptl_column_int(to, i);
        int64_t rate, micros, so_far = 0, until;
        if (b < a) continue;
        PTL_TRY(ptl_rates_at(&rate, &r->rates, ptl_column_text(currency, i),
                             b < r->last ? b : r->last, err));
        PTL_TRY(ptl_muldiv(&micros, ptl_column_int(cost, i), rate, INT64_C(1000000000), err));
        for (ptl_day day = a; day <= b && day <= r->last; day++, so_far = until) {
            PTL_TRY(ptl_muldiv(&until, micros, day - a + 1, b - a + 1, err));
            if (day >= r->first) r->days[PTL_DAY_COST][day - r->first] += until - so_far;
        }
    }
    return PTL_OK;
}

static ptl_status read_facts(ptl_reconcile *r, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(r->known_by), ptl_value_day(r->first),
                                ptl_value_day(r->last)};
    ptl_warehouse *w = r->store->warehouse;
    ptl_table media = {0};
    PTL_TRY(ptl_warehouse_stream(w, "prove/orders_day", params, 3, take_orders, r, NULL, err));
    PTL_TRY(ptl_warehouse_stream(w, "prove/refunds_day", params, 3, take_refunds, r, NULL, err));
    PTL_TRY(ptl_warehouse_stream(w, "kpi/costs", params, 3, take_costs, r, NULL, err));
    PTL_TRY(ptl_warehouse_query(&media, w, "money/spend_day", params, 3, 0, err));
    const ptl_status st = take_media(r, &media, err);
    ptl_table_dispose(&media);
    return st;
}

static void find_days(ptl_reconcile *r)
{
    const ptl_day last = r->last;
    r->first = r->last = r->books[0].from;
    for (int64_t i = 0; i < r->n_books; i++) {
        if (r->books[i].from < r->first) r->first = r->books[i].from;
        if (r->books[i].to > r->last) r->last = r->books[i].to;
    }
    /* lines booked days later, and refunds that come afterwards */
    r->first -= 7;
    r->last = r->last + 92 < last ? r->last + 92 : last;
    r->n_days = r->last - r->first + 1;
}

ptl_status ptl_reconcile_read(ptl_reconcile *r, bool *has_books, ptl_error *err)
{
    PTL_TRY(read_books(r, err));
    *has_books = r->n_books > 0;
    if (!*has_books) return PTL_OK;
    find_days(r);
    if (r->n_days > PTL_RECONCILE_DAYS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "the books span more than a century");
    for (int d = 0; d < PTL_N_DAY; d++)
        if (!(r->days[d] = ptl_arena_array(r->arena, r->n_days, sizeof **r->days, err)))
            return PTL_E_NO_MEMORY;
    return read_facts(r, err);
}
