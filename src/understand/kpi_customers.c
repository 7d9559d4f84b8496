/* kpi_customers.c: every customer's lines of money, in order of time, read once.
 *
 * One pass gives who was won when and how, what their first order brought and what the later ones
 * did, who was active in which period, and the cohorts. Lines of nobody (no identifier) count as
 * money of nobody. */
#include "understand/cohort.h"
#include "understand/kpi_meaning.h"

#include "portolan/sum.h"

#include <stdlib.h>
#include <string.h>

enum { SEGMENT_NEW, SEGMENT_RETURNING, SEGMENT_NOBODY, N_SEGMENTS };
enum { SUM_NEW, SUM_NOBODY, SUM_EXPANSION, N_SUMS };
enum { WORD_KIND, WORD_CHANNEL, WORD_PRODUCT, WORD_CAMPAIGN, WORD_GEO, WORD_CURRENCY, N_WORDS };
enum { KIND_NEW = 1, KIND_REFUND = 2, KIND_EXPANSION = 4 };

typedef struct reader {
    ptl_kpi *k;
    ptl_kpi_line *lines; /* of the customer that is being read */
    int64_t n, capacity, identifier;
    bool has_customer, has_nobody;
    uint64_t nobody;                               /* order of the line of nobody before */
    int64_t *sums[N_SUMS][PTL_KPI_CURRENCIES_MAX]; /* day * n_channels + channel, in the currency */
    int64_t *counts[N_SEGMENTS][3];                /* day: orders, customers, new customers     */
    int64_t *money[N_SEGMENTS][2][PTL_KPI_CURRENCIES_MAX]; /* day: revenue, variable cost       */
    int64_t *rates[PTL_KPI_CURRENCIES_MAX]; /* day; 0 where not asked for yet            */
    int64_t serial;                         /* of the customer, from 1                   */
    uint64_t *products, open_products;      /* by product: verticals; of a text that says nothing */
    bool has_product_rules;
    ptl_meanings words[N_WORDS]; /* of each column */
} reader;

/* --- sums that are there when they are needed --------------------------------------------------
 */

static ptl_status add_to(int64_t **sums, int64_t n, int64_t at, int64_t value, ptl_kpi *k,
                         ptl_error *err)
{
    if (!*sums && !(*sums = ptl_arena_array(k->arena, n, sizeof **sums, err)))
        return PTL_E_NO_MEMORY;
    if (__builtin_add_overflow((*sums)[at], value, &(*sums)[at]))
        return ptl_fail(err, PTL_E_LIMIT, "a day's money does not fit in 64 bits of micros");
    return PTL_OK;
}

static ptl_status add_sum(reader *r, int which, const ptl_kpi_line *line, ptl_error *err)
{
    ptl_kpi *k = r->k;
    const int64_t at = (int64_t)(line->day - k->span.first) * k->n_channels + line->channel;
    return add_to(&r->sums[which][line->currency], k->n_days * k->n_channels, at,
                  line->revenue_micros, k, err);
}

static ptl_status add_segment(reader *r, int segment, const ptl_kpi_line *line, ptl_error *err)
{
    ptl_kpi *k = r->k;
    const int64_t at = line->day - k->span.first;
    PTL_TRY(
        add_to(&r->money[segment][0][line->currency], k->n_days, at, line->revenue_micros, k, err));
    return add_to(&r->money[segment][1][line->currency], k->n_days, at, line->variable_micros, k,
                  err);
}

/* --- a customer ------------------------------------------------------------------------------- */

static ptl_won won_of(const ptl_kpi_line *lines, int64_t n)
{
    for (int64_t i = 0; i < n && lines[i].day == lines[0].day; i++)
        if (lines[i].is_new)
            return (ptl_won){true, lines[i].day, lines[i].channel, lines[i].product, lines[i].order,
                             i};
    return (ptl_won){0};
}

/* Periods in which a customer bought, once each; of its channel too, which is its first line's. */
static void count_active(ptl_kpi *k, const ptl_kpi_line *lines, int64_t n, bool is_ago)
{
    const ptl_day shift = is_ago ? PTL_YEAR_DAYS : 0;
    const int64_t from = is_ago ? k->periods.n : 0;
    int32_t last[PTL_N_GRAINS];
    for (int g = 0; g < PTL_N_GRAINS; g++) last[g] = -1;
    for (int64_t i = 0; i < n && lines[i].day + shift <= k->span.last; i++)
        for (int g = 0; !lines[i].is_refund && g < PTL_N_GRAINS; g++) {
            const int32_t period = k->periods.at[g][lines[i].day + shift - k->span.first];
            if (period >= 0 && period != last[g]) {
                k->active[from + period]++;
                k->channel_active[(from + period) * k->n_channels + lines[0].channel]++;
            }
            last[g] = period;
        }
}

/* Where a line stands; segments are the customer's, as the line finds it. */
static ptl_cut_place place_of(ptl_kpi *k, const ptl_kpi_line *line, int segment)
{
    ptl_cut_place place = {.member = {[PTL_CUT_CAMPAIGN] = line->campaign,
                                      [PTL_CUT_GEO] = line->geo,
                                      [PTL_CUT_SEGMENT] = 1 + segment}};
    ptl_cut_settle(k, &place, line->channel, line->products, false);
    return place;
}

static void cut_line(ptl_kpi *k, const ptl_kpi_line *line, const ptl_cut_place *place,
                     ptl_daily share)
{
    const ptl_cut_money revenue = ptl_cut_money_of(line->revenue_micros, line->rate_e9);
    const ptl_cut_money variable = ptl_cut_money_of(line->variable_micros, line->rate_e9);
    ptl_daily measures[] = {PTL_DAILY_REVENUE, PTL_DAILY_VARIABLE, 0, 0, 0, 0};
    const ptl_cut_money money[] = {revenue, variable, revenue, revenue, revenue, revenue};
    int n = 2;
    if (share != PTL_N_DAILY) measures[n++] = share;
    if (line->is_expansion) measures[n++] = PTL_DAILY_REVENUE_EXPANSION;
    if (k->channel_paid[line->channel]) measures[n++] = PTL_DAILY_PAID_REVENUE;
    if (k->channel_marketing[line->channel]) measures[n++] = PTL_DAILY_INFLUENCED;
    ptl_cut_add_all(k, place, line->day, measures, money, n);
}

/* A customer's lines in every dimension. An order counts where its first line stands. */
static void cut_customer(reader *r, const ptl_won *won)
{
    ptl_kpi *k = r->k;
    const ptl_kpi_line *before = NULL;
    r->serial++;
    for (int64_t i = 0; i < r->n; i++) {
        const ptl_kpi_line *line = &r->lines[i];
        const bool is_first = won->is_won && line->order == won->order;
        const ptl_cut_place place = place_of(k, line, is_first ? SEGMENT_NEW : SEGMENT_RETURNING);
        cut_line(k, line, &place, is_first ? PTL_DAILY_REVENUE_NEW : PTL_N_DAILY);
        if (won->is_won && i == won->line) {
            ptl_cut_count(k, &place, line->day, PTL_DAILY_NEW_CUSTOMERS, 1);
            if (k->channel_paid[line->channel])
                ptl_cut_count(k, &place, line->day, PTL_DAILY_PAID_CUSTOMERS, 1);
        }
        if (line->is_refund) continue;
        const bool same = before && before->order == line->order && before->day == line->day;
        if (!same) ptl_cut_count(k, &place, line->day, PTL_DAILY_ORDERS, 1);
        ptl_cut_active(k, &place, line->day, r->serial);
        before = line;
    }
}

/* Orders and customers of a day, once each, in the segment they belong to. */
static ptl_status count_days(reader *r, const ptl_won *won, ptl_error *err)
{
    ptl_kpi *k = r->k;
    const ptl_kpi_line *before = NULL;
    for (int64_t i = 0; i < r->n; i++) {
        const ptl_kpi_line *line = &r->lines[i];
        const bool is_first = won->is_won && line->order == won->order;
        const int segment = is_first ? SEGMENT_NEW : SEGMENT_RETURNING;
        const int64_t at = line->day - k->span.first;
        PTL_TRY(add_segment(r, segment, line, err));
        if (line->is_refund) continue;
        const bool new_order = !before || before->order != line->order;
        const bool new_day = !before || before->day != line->day;
        PTL_TRY(add_to(&r->counts[segment][0], k->n_days, at, new_order, k, err));
        PTL_TRY(add_to(&r->counts[segment][1], k->n_days, at, new_day, k, err));
        before = line;
    }
    if (!won->is_won) return PTL_OK;
    return add_to(&r->counts[SEGMENT_NEW][2], k->n_days, won->day - k->span.first, 1, k, err);
}

static ptl_status end_customer(reader *r, ptl_error *err)
{
    ptl_kpi *k = r->k;
    if (r->n == 0) return PTL_OK;
    const ptl_won won = won_of(r->lines, r->n);
    if (won.is_won) ++*ptl_daily_at(k, PTL_DAILY_NEW_CUSTOMERS, won.day, won.channel);
    for (int64_t i = 0; i < r->n; i++) {
        const bool is_first = won.is_won && r->lines[i].order == won.order;
        if (is_first) PTL_TRY(add_sum(r, SUM_NEW, &r->lines[i], err));
        if (r->lines[i].is_expansion) PTL_TRY(add_sum(r, SUM_EXPANSION, &r->lines[i], err));
    }
    count_active(k, r->lines, r->n, false);
    count_active(k, r->lines, r->n, true);
    PTL_TRY(count_days(r, &won, err));
    cut_customer(r, &won);
    if (won.is_won) PTL_TRY(ptl_cohort_add(k, &won, r->lines, r->n, err));
    k->report->n_customers++;
    r->n = 0;
    return PTL_OK;
}

static ptl_status keep(reader *r, const ptl_kpi_line *line, ptl_error *err)
{
    if (r->n == r->capacity) {
        const int64_t more = r->capacity ? 2 * r->capacity : 64;
        ptl_kpi_line *grown =
            more <= PTL_KPI_LINES_MAX ? realloc(r->lines, (size_t)more * sizeof *grown) : NULL;
        if (!grown)
            return ptl_fail(err, PTL_E_LIMIT, "one customer has more than %lld lines of money",
                            (long long)r->capacity);
        r->lines = grown;
        r->capacity = more;
    }
    r->lines[r->n++] = *line;
    return PTL_OK;
}

/* --- lines ------------------------------------------------------------------------------------ */

typedef struct line_columns {
    const ptl_column *identifier, *day, *kind, *channel, *product, *order, *currency;
    const ptl_column *revenue, *variable, *campaign, *geo;
} line_columns;

static ptl_status bind(line_columns *c, const ptl_table *rows, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->identifier, rows, "identifier_id", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&c->day, rows, "day", PTL_TYPE_DAY, err));
    PTL_TRY(ptl_table_column(&c->kind, rows, "kind", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->channel, rows, "channel", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->product, rows, "product", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->order, rows, "order_key", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->currency, rows, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->campaign, rows, "campaign", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->geo, rows, "geo", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->revenue, rows, "revenue_micros", PTL_TYPE_INT, err));
    return ptl_table_column(&c->variable, rows, "variable_micros", PTL_TYPE_INT, err);
}

static ptl_status rate_of(reader *r, int64_t *rate, int64_t currency, ptl_day day, ptl_error *err)
{
    ptl_kpi *k = r->k;
    int64_t **rates = &r->rates[currency];
    if (!*rates && !(*rates = ptl_arena_array(k->arena, k->n_days, sizeof **rates, err)))
        return PTL_E_NO_MEMORY;
    int64_t *known = &(*rates)[day - k->span.first];
    if (*known == 0)
        PTL_TRY(ptl_rates_at(known, &k->rates, ptl_text_of(k->currencies[currency]), day, err));
    *rate = *known;
    return PTL_OK;
}

/* Verticals of a product, asked once; beyond the ceiling of products every time. */
static uint64_t products_of(reader *r, int32_t product, ptl_text text)
{
    if (!r->has_product_rules) return r->open_products;
    if (product <= 1) return ptl_cut_product(r->k, text);
    if (r->products[product] == 0) r->products[product] = ptl_cut_product(r->k, text);
    return r->products[product];
}

static int32_t kind_of(ptl_text kind)
{
    return (ptl_text_equal(kind, PTL_TEXT("new")) ? KIND_NEW : 0) |
           (ptl_text_equal(kind, PTL_TEXT("refund")) ? KIND_REFUND : 0) |
           (ptl_text_equal(kind, PTL_TEXT("expansion")) ? KIND_EXPANSION : 0);
}

static ptl_status ask(int32_t *out, reader *r, int word, ptl_text text, ptl_error *err)
{
    int64_t currency = 0;
    switch (word) {
    case WORD_KIND:
        *out = kind_of(text);
        return PTL_OK;
    case WORD_CHANNEL:
        *out = (int32_t)ptl_kpi_channel(r->k, text);
        return PTL_OK;
    case WORD_PRODUCT:
        return ptl_cohort_product(out, r->k->cohorts, text, r->k->arena, err);
    case WORD_CAMPAIGN:
        return ptl_cut_member(out, r->k, PTL_CUT_CAMPAIGN, text, err);
    case WORD_GEO:
        return ptl_cut_member(out, r->k, PTL_CUT_GEO, text, err);
    default:
        PTL_TRY(ptl_kpi_currency(&currency, r->k, text, err));
        *out = (int32_t)currency;
        return PTL_OK;
    }
}

/* What the text of a column means, asked once. */
static ptl_status mean(int32_t *out, reader *r, int word, const ptl_column *column, int64_t i,
                       ptl_error *err)
{
    const ptl_text text = ptl_column_text(column, i);
    if (ptl_meanings_find(out, &r->words[word], text)) return PTL_OK;
    PTL_TRY(ask(out, r, word, text, err));
    return ptl_meanings_keep(&r->words[word], text, *out, r->k->arena, err);
}

static ptl_status line_of(ptl_kpi_line *out, reader *r, const line_columns *c, int64_t i,
                          ptl_error *err)
{
    int32_t kind;
    *out = (ptl_kpi_line){.day = (ptl_day)ptl_column_int(c->day, i),
                          .order = ptl_meanings_hash(ptl_column_text(c->order, i)),
                          .revenue_micros = ptl_column_int(c->revenue, i),
                          .variable_micros = ptl_column_int(c->variable, i)};
    PTL_TRY(mean(&kind, r, WORD_KIND, c->kind, i, err));
    PTL_TRY(mean(&out->channel, r, WORD_CHANNEL, c->channel, i, err));
    PTL_TRY(mean(&out->product, r, WORD_PRODUCT, c->product, i, err));
    PTL_TRY(mean(&out->campaign, r, WORD_CAMPAIGN, c->campaign, i, err));
    PTL_TRY(mean(&out->geo, r, WORD_GEO, c->geo, i, err));
    PTL_TRY(mean(&out->currency, r, WORD_CURRENCY, c->currency, i, err));
    out->is_new = kind & KIND_NEW;
    out->is_refund = kind & KIND_REFUND;
    out->is_expansion = kind & KIND_EXPANSION;
    out->products = products_of(r, out->product, ptl_column_text(c->product, i));
    ptl_cut_prefetch(r->k, out->campaign, out->geo, out->day);
    return rate_of(r, &out->rate_e9, out->currency, out->day, err);
}

static ptl_status take_nobody(reader *r, const ptl_kpi_line *line, ptl_error *err)
{
    PTL_TRY(add_sum(r, SUM_NOBODY, line, err));
    if (line->is_expansion) PTL_TRY(add_sum(r, SUM_EXPANSION, line, err));
    PTL_TRY(add_segment(r, SEGMENT_NOBODY, line, err));
    const ptl_cut_place place = place_of(r->k, line, SEGMENT_NOBODY);
    cut_line(r->k, line, &place, PTL_DAILY_REVENUE_NOBODY);
    if (line->is_refund || (r->has_nobody && r->nobody == line->order)) return PTL_OK;
    r->has_nobody = true;
    r->nobody = line->order;
    ptl_cut_count(r->k, &place, line->day, PTL_DAILY_ORDERS, 1);
    return add_to(&r->counts[SEGMENT_NOBODY][0], r->k->n_days, line->day - r->k->span.first, 1,
                  r->k, err);
}

static ptl_status take_lines(void *ctx, const ptl_table *rows, ptl_error *err)
{
    reader *r = ctx;
    line_columns c;
    PTL_TRY(bind(&c, rows, err));
    for (int64_t i = 0; i < rows->n_rows; i++) {
        ptl_kpi_line line;
        PTL_TRY(line_of(&line, r, &c, i, err));
        if (!ptl_column_present(c.identifier, i)) {
            PTL_TRY(take_nobody(r, &line, err));
            continue;
        }
        const int64_t identifier = ptl_column_int(c.identifier, i);
        if (r->has_customer && identifier != r->identifier) PTL_TRY(end_customer(r, err));
        r->has_customer = true;
        r->identifier = identifier;
        PTL_TRY(keep(r, &line, err));
    }
    return PTL_OK;
}

/* --- sums of a day become money --------------------------------------------------------------- */

static ptl_status convert(int64_t *into, reader *r, int64_t *const *by_currency, int64_t at,
                          ptl_day day, ptl_error *err)
{
    for (int64_t c = 0; c < r->k->n_currencies; c++) {
        int64_t rate, micros;
        if (!by_currency[c] || by_currency[c][at] == 0) continue;
        PTL_TRY(rate_of(r, &rate, c, day, err));
        PTL_TRY(ptl_muldiv(&micros, by_currency[c][at], rate, INT64_C(1000000000), err));
        *into += micros;
    }
    return PTL_OK;
}

/* What is neither of first orders nor of nobody is retention: parts add up to revenue exactly. */
static ptl_status convert_sums(reader *r, ptl_error *err)
{
    static const ptl_daily measures[N_SUMS] = {PTL_DAILY_REVENUE_NEW, PTL_DAILY_REVENUE_NOBODY,
                                               PTL_DAILY_REVENUE_EXPANSION};
    ptl_kpi *k = r->k;
    const int64_t n = k->n_days * k->n_channels;
    for (int s = 0; s < N_SUMS; s++)
        for (int64_t at = 0; at < n; at++)
            PTL_TRY(convert(&k->daily[measures[s]][at], r, r->sums[s], at,
                            k->span.first + (ptl_day)(at / k->n_channels), err));
    for (int64_t at = 0; at < n; at++)
        k->daily[PTL_DAILY_REVENUE_RETENTION][at] = k->daily[PTL_DAILY_REVENUE][at] -
                                                    k->daily[PTL_DAILY_REVENUE_NEW][at] -
                                                    k->daily[PTL_DAILY_REVENUE_NOBODY][at];
    return PTL_OK;
}

static ptl_status put_segment(reader *r, int segment, int64_t at, ptl_error *err)
{
    static const char *const names[N_SEGMENTS] = {"new", "returning", "unidentified"};
    ptl_kpi *k = r->k;
    ptl_table_builder *b = k->segments;
    int64_t money[2] = {0}, counts[3] = {0};
    for (int i = 0; i < 2; i++)
        PTL_TRY(convert(&money[i], r, r->money[segment][i], at, k->span.first + (ptl_day)at, err));
    for (int i = 0; i < 3; i++) counts[i] = r->counts[segment][i] ? r->counts[segment][i][at] : 0;
    if (!money[0] && !money[1] && !counts[0]) return PTL_OK;
    ptl_table_builder_int(b, k->run_id);
    ptl_table_builder_int(b, k->span.first + at);
    ptl_table_builder_text(b, ptl_text_of(names[segment]));
    for (int i = 0; i < 3; i++) ptl_table_builder_int(b, counts[i]);
    for (int i = 0; i < 2; i++) ptl_table_builder_int(b, money[i]);
    return ptl_table_builder_row_end(b, err);
}

static ptl_status finish(reader *r, ptl_error *err)
{
    PTL_TRY(end_customer(r, err));
    PTL_TRY(convert_sums(r, err));
    for (int64_t day = 0; day < r->k->n_days; day++)
        for (int s = 0; s < N_SEGMENTS; s++) PTL_TRY(put_segment(r, s, day, err));
    return PTL_OK;
}

ptl_status ptl_kpi_read_customers(ptl_kpi *k, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(k->span.known_by), ptl_value_day(k->span.first),
                                ptl_value_day(k->span.last)};
    reader *r = ptl_arena_array(k->arena, 1, sizeof *r, err);
    if (!r) return PTL_E_NO_MEMORY;
    r->k = k;
    r->open_products = ptl_cut_product(k, PTL_TEXT(""));
    for (int64_t i = 0; i < k->workspace->n_verticals; i++)
        r->has_product_rules |= k->workspace->verticals[i].allowed[PTL_VERTICAL_PRODUCTS].n > 0;
    r->products = ptl_arena_array(k->arena, PTL_COHORT_PRODUCTS_MAX + 2, sizeof *r->products, err);
    if (!r->products) return PTL_E_NO_MEMORY;
    for (int i = 0; i < N_WORDS; i++) PTL_TRY(ptl_meanings_make(&r->words[i], k->arena, err));
    PTL_TRY(ptl_cohorts_make(&k->cohorts, k, err));
    ptl_status st = ptl_warehouse_stream(k->store->warehouse, "kpi/lines", params, 3, take_lines, r,
                                         k->progress, err);
    if (st == PTL_OK) st = finish(r, err);
    free(r->lines);
    return st;
}
