/* journey_goal.c: the conversions of a goal and what each is worth.
 *
 * A conversion may come in several rows: one a day and currency of its money, so that each sum is
 * converted once with its own day's rate, as everywhere (rates.c). Rows arrive by unit, instant
 * and the conversion's own number; equal neighbours are added up. */
#include "understand/journey_internal.h"

#include "portolan/sum.h"
#include "understand/money_internal.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES_MAX = 256 }; /* of an order's own number, compared with the row before */

typedef struct reading {
    ptl_conversions *out;
    const ptl_goal_config *goal;
    ptl_rates rates;
    char number[NUMBER_BYTES_MAX]; /* of the conversion last added */
    size_t number_bytes;
} reading;

typedef struct columns {
    const ptl_column *unit, *at, *conversion, *day, *currency, *revenue, *variable;
} columns;

static ptl_status bind(columns *c, const ptl_table *rows, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->unit, rows, "unit", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&c->at, rows, "occurred_at", PTL_TYPE_INSTANT, err));
    PTL_TRY(ptl_table_column(&c->conversion, rows, "conversion", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->day, rows, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&c->currency, rows, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->revenue, rows, "revenue_micros", PTL_TYPE_INT, err));
    return ptl_table_column(&c->variable, rows, "variable_micros", PTL_TYPE_INT, err);
}

/* Revenue and variable cost are converted each by itself, as in the review, so that CM1 agrees. */
static ptl_status worth(int64_t *micros, const reading *r, const columns *c, int64_t i,
                        ptl_error *err)
{
    const ptl_text currency = ptl_column_text(c->currency, i);
    int64_t rate, variable = 0;
    *micros = 0;
    if (strcmp(r->goal->value, "none") == 0) return PTL_OK;
    if (currency.len == 0) return PTL_OK; /* a lead's status has no money */
    PTL_TRY(ptl_rates_at(&rate, &r->rates, currency, (ptl_day)ptl_column_int(c->day, i), err));
    PTL_TRY(ptl_muldiv(micros, ptl_column_int(c->revenue, i), rate, INT64_C(1000000000), err));
    if (strcmp(r->goal->value, "cm1") != 0) return PTL_OK;
    PTL_TRY(ptl_muldiv(&variable, ptl_column_int(c->variable, i), rate, INT64_C(1000000000), err));
    *micros -= variable;
    return PTL_OK;
}

static bool is_same(const reading *r, const ptl_conversion *next, ptl_text number)
{
    const ptl_conversion *last = r->out->n ? &r->out->items[r->out->n - 1] : NULL;
    return last && last->unit == next->unit && last->at == next->at &&
           number.len < NUMBER_BYTES_MAX &&
           ptl_text_equal(number, (ptl_text){r->number, r->number_bytes});
}

static void remember(reading *r, ptl_text number)
{
    r->number_bytes = number.len < NUMBER_BYTES_MAX ? number.len : 0;
    if (r->number_bytes) memcpy(r->number, number.ptr, r->number_bytes);
}

static ptl_status add_row(reading *r, const columns *c, int64_t i, ptl_error *err)
{
    ptl_conversions *out = r->out;
    const ptl_text number = ptl_column_text(c->conversion, i);
    ptl_conversion next = {.unit = ptl_column_present(c->unit, i) ? ptl_column_int(c->unit, i) : -1,
                           .at = ptl_column_int(c->at, i)};
    PTL_TRY(worth(&next.value_micros, r, c, i, err));
    if (is_same(r, &next, number)) {
        int64_t *sum = &out->items[out->n - 1].value_micros;
        if (!__builtin_add_overflow(*sum, next.value_micros, sum)) return PTL_OK;
        return ptl_fail(err, PTL_E_LIMIT, "an order is worth more than 2^63 micros");
    }
    PTL_TRY(ptl_journey_room(&out->items, out->n, &out->capacity, sizeof *out->items,
                             PTL_JOURNEY_CONVERSIONS_MAX, "conversions", err));
    out->items[out->n++] = next;
    remember(r, number);
    return PTL_OK;
}

static ptl_status add_batch(void *ctx, const ptl_table *rows, ptl_error *err)
{
    columns c;
    PTL_TRY(bind(&c, rows, err));
    for (int64_t i = 0; i < rows->n_rows; i++) PTL_TRY(add_row(ctx, &c, i, err));
    return PTL_OK;
}

static void put_kinds(ptl_buffer *out, const ptl_goal_config *goal)
{
    for (int64_t i = 0; i < goal->n_kinds; i++) {
        if (i > 0) ptl_buffer_append(out, "\x1f", 1);
        ptl_buffer_text(out, goal->kinds[i]);
    }
}

ptl_status ptl_conversions_read(ptl_conversions *out, ptl_store *store,
                                const ptl_workspace *workspace, const ptl_goal_config *goal,
                                ptl_instant known_by, ptl_instant from, ptl_instant to,
                                ptl_progress *progress, ptl_error *err)
{
    reading r = {.out = out, .goal = goal};
    ptl_buffer kinds;
    *out = (ptl_conversions){0};
    ptl_buffer_init(&kinds, (size_t)1 << 20, NULL);
    put_kinds(&kinds, goal);
    ptl_status st = ptl_buffer_check(&kinds, "the kinds of a goal", err);
    if (st == PTL_OK) st = ptl_rates_read(&r.rates, store, workspace->currency, known_by, err);
    if (st == PTL_OK) {
        const ptl_value params[] = {
            ptl_value_instant(known_by),   ptl_value_string(workspace->journeys.unit),
            ptl_value_instant(from),       ptl_value_instant(to),
            ptl_value_string(goal->table), ptl_value_text(ptl_buffer_borrow(&kinds))};
        st = ptl_warehouse_stream(store->warehouse, "journey/conversions", params, 6, add_batch, &r,
                                  progress, err);
        ptl_rates_dispose(&r.rates);
    }
    ptl_buffer_dispose(&kinds);
    if (st != PTL_OK) ptl_conversions_dispose(out);
    return st;
}

void ptl_conversions_dispose(ptl_conversions *conversions)
{
    free(conversions->items);
    *conversions = (ptl_conversions){0};
}
