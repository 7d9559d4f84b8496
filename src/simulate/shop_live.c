/* shop_live.c: lives (shop.h). For each person: draw the moments, then walk through them once for
 * every scenario. State of a walk: whether they ever bought, whether they left for good, their
 * subscription. Rates a day, for person i on day d in scenario s:
 *
 *     first order   0.0007 · interest_i · demand(d) · (1 + hears_i · rise_new_s(d))
 *     next order    0.0075 · loyalty_i · demand(d) · (1 + hears_i · rise_repeat_s(d)
 *                              + [subscribed] rise_message_s(d)) · recovery(days since the last)
 *
 * After an order a person leaves for good with chance lapses_i · (1 + 0.35 (m − 2)+), where m is
 * the week's messages and 0 for those who take none: the same messages that sell also drive away.
 * One first order in nine begins a subscription: an order every 28 or 42 days that ends at each
 * renewal with chance 0.05 · (1 + 0.35 (m − 2)+). */
#include "simulate/shop.h"

#include <stdlib.h>
#include <string.h>

#define RATE_FIRST 0.0007
#define RATE_NEXT 0.0075
enum { STREAM_MOMENTS = 1, STREAM_WALK = 2, RENEWALS_MAX = 4095 };

typedef struct moment {
    double day, mark; /* mark is uniform in (0, the person's fastest rate) */
    double lapse, start;
} moment;

typedef struct walk { /* one person in one scenario */
    int32_t scenario;
    bool bought, gone;
    double last_day;
    int64_t next_renewal_key; /* 0: no subscription */
    double next_renewal;
    int32_t interval;
    int64_t n_orders, worth_micros;
    int32_t cohort; /* month of the first order, -1 before */
    ptl_shop_contract contract;
} walk;

typedef struct ptl_shop_life {
    ptl_sim_person person;
    moment moments[PTL_SIM_CANDIDATES_MAX];
    int64_t n_moments;
    ptl_shop_order orders[PTL_SIM_ORDERS_MAX]; /* drawn so far, in the order in which they were */
    int64_t n_orders, cursor;
} ptl_shop_life;

/* --- effects --------------------------------------------------------------------------------- */

static double at(const ptl_shop *shop, const double *lift, int32_t scenario, int64_t day)
{
    return lift[scenario * (shop->climate.n_days + 1) + day];
}

static double messages(const ptl_shop *shop, const ptl_sim_person *p, int32_t scenario, int64_t day)
{
    const ptl_climate *c = &shop->climate;
    const bool silent =
        scenario == ptl_scenario_off(PTL_SHOP_EMAIL) || scenario == ptl_scenario_none(c);
    if (!p->subscribes || silent || c->options.is_null) return 0.0;
    const double more = scenario == ptl_scenario_more(c, PTL_SHOP_EMAIL) ? 1.1 : 1.0;
    return more * c->messages[day + PTL_SIM_BURN_DAYS];
}

static double annoyed(const ptl_shop *shop, const ptl_sim_person *p, int32_t scenario, int64_t day)
{
    const double m = messages(shop, p, scenario, day);
    return 1.0 + (m > 2.0 ? 0.35 * (m - 2.0) : 0.0);
}

static double rate_first(const ptl_shop *shop, const ptl_sim_person *p, int32_t scenario,
                         int64_t day)
{
    if ((double)day < p->enters_day) return 0.0;
    return RATE_FIRST * p->interest * shop->climate.demand[day + PTL_SIM_BURN_DAYS] *
           (1.0 + p->hears * at(shop, shop->lift_new, scenario, day));
}

static double rate_next(const ptl_shop *shop, const ptl_sim_person *p, const walk *w, double when)
{
    const int64_t day = (int64_t)when;
    const double since = when - w->last_day;
    const double message = p->subscribes ? at(shop, shop->lift_message, w->scenario, day) : 0.0;
    return RATE_NEXT * p->loyalty * shop->climate.demand[day + PTL_SIM_BURN_DAYS] *
           (1.0 + p->hears * at(shop, shop->lift_repeat, w->scenario, day) + message) *
           (since < 18.0 ? since / 18.0 : 1.0);
}

/* --- moments --------------------------------------------------------------------------------- */

static ptl_status draw_moments(ptl_shop *shop, ptl_shop_life *life, ptl_error *err)
{
    const ptl_sim_person *p = &life->person;
    const double first = RATE_FIRST * p->interest * (1.0 + p->hears * shop->lift_new_max);
    const double next =
        RATE_NEXT * p->loyalty * (1.0 + p->hears * shop->lift_repeat_max + shop->lift_message_max);
    const double fastest = shop->demand_max * (first > next ? first : next);
    const double until = (double)shop->climate.n_days + 0.25; /* and the morning after */
    ptl_rng rng = ptl_rng_split(&p->rng, STREAM_MOMENTS);
    life->n_moments = 0;
    for (double day = ptl_rng_exponential(&rng) / fastest; day < until;
         day += ptl_rng_exponential(&rng) / fastest) {
        if (life->n_moments == PTL_SIM_CANDIDATES_MAX)
            return ptl_fail(err, PTL_E_LIMIT, "person %lld has more than %d moments to buy",
                            (long long)p->id, PTL_SIM_CANDIDATES_MAX);
        moment *m = &life->moments[life->n_moments++];
        m->day = day;
        m->mark = fastest * ptl_rng_uniform(&rng);
        m->lapse = ptl_rng_uniform(&rng);
        m->start = ptl_rng_uniform(&rng);
    }
    return PTL_OK;
}

/* An order's content is drawn when the first scenario needs it; the others find it again. */
static const ptl_shop_order *order_of(ptl_shop *shop, ptl_shop_life *life, int64_t key, int64_t day)
{
    for (int64_t n = 0; n < life->n_orders; n++) {
        const int64_t i = (life->cursor + n) % life->n_orders;
        if (life->orders[i].key != key) continue;
        life->cursor = i + 1;
        return &life->orders[i];
    }
    const int64_t place =
        life->n_orders < PTL_SIM_ORDERS_MAX ? life->n_orders++ : PTL_SIM_ORDERS_MAX - 1;
    ptl_shop_order_make(&life->orders[place], &life->person, key, day >= shop->climate.n_days);
    life->cursor = place + 1;
    return &life->orders[place];
}

/* --- an order happens ------------------------------------------------------------------------ */

static void count_scenario(ptl_shop *shop, int32_t scenario, const ptl_shop_order *o,
                           int32_t currency, int64_t day, bool is_new)
{
    const ptl_truth *t = &shop->truth;
    if (day >= shop->climate.n_days) return;
    ptl_truth_day *d = ptl_truth_day_at(t, scenario, day, currency);
    d->orders++;
    d->fresh += is_new;
    d->variable += o->shipping + o->fees;
    for (int32_t i = 0; i < o->n_lines; i++) {
        const ptl_shop_line *l = &o->lines[i];
        const int64_t net = l->gross - l->discount - l->tax;
        d->net += net;
        d->variable += l->cogs;
        if (l->refund_days == 0 || day + l->refund_days >= shop->climate.n_days) continue;
        ptl_truth_day *back = ptl_truth_day_at(t, scenario, day + l->refund_days, currency);
        back->net -= net;
        back->variable -= l->cogs;
    }
}

static void count_cell(ptl_shop *shop, const ptl_shop_sale *sale)
{
    const int64_t day = sale->at / 86400;
    if (day >= shop->climate.n_days) return;
    ptl_truth_cell *c = ptl_truth_at(&shop->truth, day, sale->recorded, sale->currency);
    const int64_t sign = sale->is_refund ? -1 : 1;
    const int32_t from = sale->is_refund ? sale->line : 0;
    const int32_t to = sale->is_refund ? sale->line + 1 : sale->n_lines;
    for (int32_t i = from; i < to; i++) {
        const ptl_shop_line *l = &sale->lines[i];
        c->gross += sign * l->gross;
        c->discount += sign * l->discount;
        c->tax += sign * l->tax;
        c->cogs += sign * l->cogs;
        if (sale->is_refund) c->refunded += l->gross - l->discount - l->tax;
    }
    c->refunds += sale->is_refund;
    if (sale->is_refund) return;
    c->orders++;
    c->customers_new += sale->is_new;
    c->shipping += sale->shipping;
    c->fees += sale->fees;
}

/* What the customer brought, by month of life; the order's day stands for its refunds too. */
static void count_cohort(ptl_shop *shop, walk *w, const ptl_shop_sale *sale, int64_t day)
{
    ptl_truth *t = &shop->truth;
    if (day >= shop->climate.n_days) return;
    int64_t net = 0, variable = sale->shipping + sale->fees;
    for (int32_t i = 0; i < sale->n_lines; i++) {
        const ptl_shop_line *l = &sale->lines[i];
        const bool back = l->refund_days > 0 && day + l->refund_days < shop->climate.n_days;
        net += back ? 0 : l->gross - l->discount - l->tax;
        variable += back ? 0 : l->cogs;
    }
    const int64_t revenue = ptl_climate_convert(&shop->climate, net, sale->currency, day);
    const int64_t cm1 = ptl_climate_convert(&shop->climate, net - variable, sale->currency, day);
    w->worth_micros += cm1;
    if (sale->is_new) w->cohort = ptl_truth_month(t, day);
    if (sale->is_new) t->cohort_size[w->cohort]++;
    if (w->cohort < 0) return;
    const int32_t age = ptl_truth_month(t, day) - w->cohort;
    int64_t *cell = &t->cohorts[((int64_t)w->cohort * t->n_months + age) * 3];
    cell[0]++;
    cell[1] += revenue;
    cell[2] += cm1;
}

/* The sale, or one line's refund, under the customer number that the exports show. */
static void count_number(ptl_shop *shop, const ptl_shop_sale *sale)
{
    const int64_t sign = sale->is_refund ? -1 : 1;
    const int32_t from = sale->is_refund ? sale->line : 0;
    const int32_t to = sale->is_refund ? sale->line + 1 : sale->n_lines;
    ptl_truth_sale s = {.day = sale->at / 86400,
                        .order = sale->order_id,
                        .variable = sale->is_refund ? 0 : sale->shipping + sale->fees,
                        .recorded = sale->recorded,
                        .currency = sale->currency,
                        .product = sale->lines[0].product,
                        .is_first = sale->is_new,
                        .is_refund = sale->is_refund};
    s.member[PTL_TRUTH_CAMPAIGN] = ptl_shop_campaign_of(
        &shop->climate, sale->recorded, ptl_climate_instant(&shop->climate, sale->ordered_at));
    s.member[PTL_TRUTH_GEO] = sale->currency;
    for (int32_t i = from; i < to; i++) {
        const ptl_shop_line *l = &sale->lines[i];
        ptl_truth_line *line = &s.lines[s.n_lines++];
        line->net = sign * (l->gross - l->discount - l->tax);
        line->variable = sign * l->cogs + (s.n_lines == 1 ? s.variable : 0);
        line->vertical = ptl_shop_vertical(l->product, sale->currency);
        s.net += line->net;
    }
    s.variable = 0;
    for (int32_t i = 0; i < s.n_lines; i++) s.variable += s.lines[i].variable;
    ptl_truth_sale_add(&shop->truth, &shop->numbers[sale->as_guest], &s);
}

static ptl_status put_refunds(ptl_shop *shop, const ptl_shop_sale *sale, ptl_error *err)
{
    for (int32_t i = 0; i < sale->n_lines; i++) {
        ptl_shop_sale back = *sale;
        back.is_refund = 1;
        back.line = (uint8_t)i;
        if (sale->lines[i].refund_days == 0) continue;
        const int64_t day = sale->at / 86400 + sale->lines[i].refund_days;
        back.at = day * 86400 + 32400 + (sale->at + 977 * i) % 28800;
        if (day >= shop->climate.n_days) continue; /* not known yet when the exports are made */
        count_cell(shop, &back);
        count_number(shop, &back);
        PTL_TRY(ptl_spill_put(shop->sales, day / 7, &back, err));
    }
    return PTL_OK;
}

/* The world as it was: the order goes to the exports and to the truth. */
static ptl_status record(ptl_shop *shop, walk *w, const ptl_sim_person *p, const ptl_shop_order *o,
                         int32_t cause, int64_t day, bool is_new, ptl_error *err)
{
    const bool is_renewal = o->key % 4096 != 0;
    ptl_rng rest = o->rest;
    ptl_shop_sale sale;
    memset(&sale, 0, sizeof sale); /* padding goes to disk too */
    sale.at = sale.ordered_at = day * 86400 + o->second;
    sale.order_id = sale.at << 24 | p->id;
    sale.person = (uint32_t)p->id;
    sale.recorded =
        (uint8_t)(is_renewal ? PTL_SHOP_SUBSCRIPTION : ptl_shop_recorded(cause, o->touch));
    sale.currency = (uint8_t)p->currency;
    sale.n_lines = (uint8_t)o->n_lines;
    sale.is_new = is_new;
    sale.is_renewal = is_renewal;
    sale.as_guest = o->as_guest && !is_renewal;
    sale.subscribes = p->subscribes;
    memcpy(sale.lines, o->lines, sizeof sale.lines);
    sale.shipping = o->shipping;
    sale.fees = o->fees;
    int64_t paid = 0;
    for (int32_t i = 0; i < o->n_lines; i++) paid += o->lines[i].gross - o->lines[i].discount;
    ptl_shop_know_customer(shop, p->id, sale.as_guest, day);
    count_cell(shop, &sale);
    count_cohort(shop, w, &sale, day);
    count_number(shop, &sale);
    if (day < shop->climate.n_days) shop->truth.causes[cause * PTL_SHOP_RECORDED + sale.recorded]++;
    if (!is_renewal) ptl_shop_claim(shop, &rest, cause, sale.recorded, day, paid);
    PTL_TRY(ptl_spill_put(shop->sales, day / 7, &sale, err));
    PTL_TRY(put_refunds(shop, &sale, err));
    return is_renewal ? PTL_OK : ptl_shop_visit_order(shop, p, &sale, &rest, err);
}

/* --- a walk ---------------------------------------------------------------------------------- */

/* Whose share of the rate the mark fell into; PTL_SHOP_MEDIA where it would have been anyway. */
static int32_t cause_of(const ptl_shop *shop, const ptl_sim_person *p, const walk *w,
                        const moment *m, double rate)
{
    const int64_t day = (int64_t)m->day;
    double parts[PTL_SHOP_MEDIA], total = 1.0;
    for (int32_t k = 0; k < PTL_SHOP_MEDIA; k++) {
        const ptl_media *media = &shop->climate.media[k];
        const bool hears = k != PTL_SHOP_EMAIL || p->subscribes;
        const double gain = w->bought ? media->gain_repeat : media->gain_new;
        const double part = gain * (k == PTL_SHOP_EMAIL ? 1.0 : p->hears) *
                            ptl_climate_response(&shop->climate, w->scenario, k, day);
        parts[k] = hears && part > 0.0 ? part : 0.0;
        total += parts[k];
    }
    double left = m->mark / rate * total - 1.0;
    for (int32_t k = 0; left >= 0.0 && k < PTL_SHOP_MEDIA; k++)
        if ((left -= parts[k]) < 0.0) return k;
    return PTL_SHOP_MEDIA;
}

static ptl_status happen(ptl_shop *shop, walk *w, int64_t key, int64_t day, int32_t cause,
                         ptl_error *err)
{
    ptl_shop_life *life = shop->life;
    const ptl_shop_order *o = order_of(shop, life, key, day);
    const bool is_new = !w->bought;
    count_scenario(shop, w->scenario, o, life->person.currency, day, is_new);
    w->bought = true;
    w->n_orders++;
    if (w->scenario != PTL_SIM_FACTUAL) return PTL_OK;
    return record(shop, w, &life->person, o, cause, day, is_new, err);
}

static void subscribe(ptl_shop *shop, walk *w, int64_t key, const moment *m)
{
    if (m->start >= 0.11) return;
    w->interval = m->start < 0.06 ? 28 : 42;
    w->next_renewal = m->day + w->interval;
    w->next_renewal_key = key + 1;
    w->contract = (ptl_shop_contract){.person = shop->life->person.id,
                                      .first_day = (int64_t)m->day,
                                      .ended_day = -1,
                                      .product = (int32_t)(key / 4096 % 5),
                                      .interval = w->interval};
}

/* Renewals that fall due before `until`. */
static ptl_status renew(ptl_shop *shop, walk *w, double until, ptl_error *err)
{
    const ptl_sim_person *p = &shop->life->person;
    while (w->next_renewal_key && w->next_renewal < until) {
        const int64_t day = (int64_t)w->next_renewal, key = w->next_renewal_key;
        ptl_rng luck = ptl_rng_split(&p->rng, (uint64_t)key | UINT64_C(1) << 40);
        if (ptl_rng_uniform(&luck) < 0.05 * annoyed(shop, p, w->scenario, day)) {
            w->next_renewal_key = 0;
            w->contract.ended_day = day;
            w->contract.reason =
                messages(shop, p, w->scenario, day) > 3.0 ? "too many e-mails" : "do not need it";
            return PTL_OK;
        }
        PTL_TRY(happen(shop, w, key, day, PTL_SHOP_MEDIA, err));
        w->contract.renewals++;
        w->next_renewal += w->interval;
        w->next_renewal_key = key % 4096 < RENEWALS_MAX ? key + 1 : 0;
    }
    return PTL_OK;
}

static ptl_status meet(ptl_shop *shop, walk *w, int64_t i, ptl_error *err)
{
    const ptl_sim_person *p = &shop->life->person;
    const moment *m = &shop->life->moments[i];
    const int64_t day = (int64_t)m->day, key = (i + 1) * 4096;
    const bool was = w->bought;
    if (w->gone) return PTL_OK;
    const double rate = was ? rate_next(shop, p, w, m->day) : rate_first(shop, p, w->scenario, day);
    if (!(m->mark < rate)) return PTL_OK;
    const int32_t cause =
        w->scenario == PTL_SIM_FACTUAL ? cause_of(shop, p, w, m, rate) : PTL_SHOP_MEDIA;
    PTL_TRY(happen(shop, w, key, day, cause, err));
    w->last_day = m->day;
    if (!was) subscribe(shop, w, key, m);
    w->gone = m->lapse < p->lapses * annoyed(shop, p, w->scenario, day);
    return PTL_OK;
}

static ptl_status walk_through(ptl_shop *shop, walk *w, ptl_error *err)
{
    const ptl_shop_life *life = shop->life;
    for (int64_t i = 0; i < life->n_moments; i++) {
        PTL_TRY(renew(shop, w, life->moments[i].day, err));
        PTL_TRY(meet(shop, w, i, err));
    }
    return renew(shop, w, (double)shop->climate.n_days, err);
}

/* --- the end of a life ----------------------------------------------------------------------- */

static void put_contract(ptl_shop *shop, const ptl_shop_contract *c)
{
    ptl_export *x = shop->contracts;
    const ptl_shop_product *p = &ptl_shop_products[c->product];
    char email[80];
    ptl_person_email(email, c->person, false);
    ptl_export_int(x, 90000000 + c->person);
    ptl_export_int(x, ptl_person_customer(c->person, false));
    ptl_export_text(x, email);
    ptl_export_text(x, p->title);
    ptl_export_text(x, p->sku);
    ptl_export_cents(x, p->price * 9 / 10);
    ptl_export_int(x, c->interval);
    ptl_export_text(x, "day");
    ptl_export_text(x, c->ended_day < 0 ? "ACTIVE" : "CANCELLED");
    ptl_export_day(x, shop->climate.first + (ptl_day)c->first_day);
    if (c->ended_day < 0)
        ptl_export_text(x, "");
    else
        ptl_export_day(x, shop->climate.first + (ptl_day)c->ended_day);
    ptl_export_text(x, c->reason);
    ptl_export_end(x);
}

/* An order of the contract's price every so many days, as money a month. */
static void count_contract(ptl_shop *shop, const ptl_shop_contract *c)
{
    const int64_t price = ptl_shop_products[c->product].price * 9 / 10;
    const ptl_truth_state state = {.from = c->first_day,
                                   .to = c->ended_day < 0 ? INT64_MAX : c->ended_day,
                                   .mrr_micros = price * 10000 * 365 / (12 * c->interval)};
    const int32_t place = shop->numbers[0].known ? shop->life->person.currency : -1;
    ptl_truth_contract_add(&shop->truth, &state, 1, PTL_SIM_EUR, place);
}

static void finish(ptl_shop *shop, const walk *w)
{
    ptl_truth *t = &shop->truth;
    if (w->n_orders == 0) return;
    const int64_t bin = w->worth_micros / 10000000;
    t->customers++;
    t->lapsed += w->gone;
    t->worth_micros += w->worth_micros;
    t->worth[bin < 0 ? 0 : bin >= PTL_TRUTH_BINS ? PTL_TRUTH_BINS - 1 : bin]++;
    if (w->contract.interval == 0) return;
    t->subscribers++;
    t->subscribers_lost += w->contract.ended_day >= 0;
    put_contract(shop, &w->contract);
    count_contract(shop, &w->contract);
}

static ptl_status live_one(ptl_shop *shop, int64_t id, ptl_error *err)
{
    ptl_shop_life *life = shop->life;
    ptl_person_make(&life->person, &shop->climate, id);
    life->n_orders = life->cursor = 0;
    shop->n_known = 0;
    shop->knows_customer[0] = shop->knows_customer[1] = false;
    for (int i = 0; i < 2; i++) ptl_truth_number_init(&shop->numbers[i]);
    PTL_TRY(draw_moments(shop, life, err));
    ptl_rng self = ptl_rng_split(&life->person.rng, STREAM_WALK);
    const double last_before = -60.0 * ptl_rng_uniform(&self);
    bool is_customer = false;
    for (int32_t s = 0; s < shop->climate.n_scenarios; s++) {
        walk w = {.scenario = s,
                  .bought = life->person.was_customer,
                  .last_day = last_before,
                  .cohort = -1};
        PTL_TRY(walk_through(shop, &w, err));
        if (s > 0) continue;
        finish(shop, &w);
        is_customer = w.n_orders > 0 || life->person.was_customer;
    }
    return ptl_shop_visit_browse(shop, &life->person, is_customer, err);
}

ptl_status ptl_shop_live(ptl_shop *shop, ptl_progress *progress, ptl_error *err)
{
    const int64_t n = shop->climate.options.n_persons;
    for (int64_t id = 0; id < n; id++) {
        if (id % 256 == 0) {
            PTL_TRY(ptl_progress_check(progress, err));
            ptl_progress_step(progress, "people live", id, n);
        }
        PTL_TRY(live_one(shop, id, err));
    }
    return ptl_shop_visit_bots(shop, err);
}

struct ptl_shop_life *ptl_shop_life_new(void)
{
    return calloc(1, sizeof(ptl_shop_life));
}
