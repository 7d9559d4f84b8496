/* shop_sales.c: what the shop's own tools export: sales by line (what finance counts from), orders
 * as the shop's admin page gives them, payments, support cases, survey answers. All in order of
 * time, one week of events in memory at a time.
 *
 * Quirks kept from the real ones: discounts and returns are negative in the sales report; the order
 * export repeats an order's own fields on its first line only; payments are in UTC. */
#include "simulate/shop.h"

#include <stdio.h>
#include <string.h>

typedef struct sale_files {
    ptl_shop *shop;
    ptl_export *lines, *orders, *payments, *tickets, *answers;
} sale_files;

static int by_time(const void *a, const void *b)
{
    const ptl_shop_sale *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (x->order_id != y->order_id) return x->order_id < y->order_id ? -1 : 1;
    if (x->is_refund != y->is_refund) return x->is_refund < y->is_refund ? -1 : 1;
    return (int)x->line - (int)y->line;
}

static void name_of(char out[32], const ptl_shop_sale *s)
{
    snprintf(out, 32, "T-%lld", (long long)s->order_id);
}

/* --- sales by line --------------------------------------------------------------------------- */

static const char *label_of(const ptl_shop *shop, const ptl_shop_sale *s)
{
    const bool wrong = s->currency == PTL_SIM_CHF &&
                       ptl_faults_hit(&shop->faults, PTL_FAULT_CURRENCY, s->at / 86400);
    return ptl_sim_currency[wrong ? PTL_SIM_EUR : s->currency];
}

static int64_t clock_of(const ptl_shop *shop, const ptl_shop_sale *s)
{
    const bool slow = ptl_faults_hit(&shop->faults, PTL_FAULT_ZONE, s->at / 86400);
    return slow && s->at >= 32400 ? s->at - 32400 : s->at;
}

static void put_line(sale_files *f, const ptl_shop_sale *s, int32_t i)
{
    const ptl_shop_line *l = &s->lines[i];
    const ptl_shop_product *p = &ptl_shop_products[l->product];
    const ptl_shop_utm *utm = &ptl_shop_utms[s->recorded];
    const int64_t sign = s->is_refund ? -1 : 1;
    const bool first = i == 0 && !s->is_refund;
    char id[40], name[32], when[40];
    name_of(name, s);
    ptl_climate_time(when, &f->shop->climate, clock_of(f->shop, s));
    snprintf(id, sizeof id, "%lld-%d%s", (long long)s->order_id, (int)i + 1,
             s->is_refund ? "R" : "");
    ptl_export *x = f->lines;
    ptl_export_text(x, id);
    ptl_export_text(x, name);
    ptl_export_text(x, when);
    ptl_export_int(x, ptl_person_customer(s->person, s->as_guest));
    ptl_export_text(x, s->is_refund ? "return" : "order");
    ptl_export_text(x, s->is_renewal ? "recurring" : s->is_new ? "first-time" : "returning");
    ptl_export_text(x, p->title);
    ptl_export_text(x, p->sku);
    ptl_export_int(x, sign * l->quantity);
    ptl_export_cents(x, sign * l->gross);
    ptl_export_cents(x, -sign * l->discount);
    ptl_export_cents(x, sign * l->tax);
    ptl_export_cents(x, sign * (l->gross - l->discount - l->tax));
    ptl_export_cents(x, sign * l->cogs);
    ptl_export_cents(x, first ? s->shipping : 0);
    ptl_export_cents(x, first ? s->fees : 0);
    ptl_export_text(x, label_of(f->shop, s));
    ptl_export_text(x, utm->source);
    ptl_export_text(x, utm->medium);
    ptl_export_text(x, ptl_shop_campaign(&f->shop->climate, s->recorded,
                                         ptl_climate_instant(&f->shop->climate, s->ordered_at)));
    ptl_export_text(x, ptl_sim_places[s->currency]);
    ptl_export_end(x);
}

static int64_t net_of(const ptl_shop_line *l)
{
    return l->gross - l->discount - l->tax;
}

/* Planted faults that touch these lines are counted where they are written. */
static void count_faults(ptl_shop *shop, const ptl_shop_sale *s, int64_t net, bool twice)
{
    ptl_faults *f = &shop->faults;
    const int64_t day = s->at / 86400;
    const bool hits[PTL_FAULT_KINDS] = {[PTL_FAULT_TWICE] = twice,
                                        [PTL_FAULT_ZONE] = ptl_faults_hit(f, PTL_FAULT_ZONE, day),
                                        [PTL_FAULT_CURRENCY] =
                                            s->currency == PTL_SIM_CHF &&
                                            ptl_faults_hit(f, PTL_FAULT_CURRENCY, day)};
    for (int i = 0; i < PTL_FAULT_KINDS; i++)
        if (hits[i]) {
            f->rows[i]++;
            f->cents[i] += net;
        }
}

static void put_lines(sale_files *f, const ptl_shop_sale *s)
{
    const bool twice = ptl_faults_hit(&f->shop->faults, PTL_FAULT_TWICE, s->at / 86400);
    const int32_t from = s->is_refund ? s->line : 0;
    const int32_t to = s->is_refund ? s->line + 1 : s->n_lines;
    for (int32_t i = from; i < to; i++) {
        put_line(f, s, i);
        if (twice) put_line(f, s, i);
        count_faults(f->shop, s, net_of(&s->lines[i]), twice);
    }
}

/* --- orders as the admin page exports them --------------------------------------------------- */

typedef struct totals {
    int64_t gross, discount, tax, refunded;
} totals;

/* What the export of the last morning knows: later refunds have not happened. */
static totals totals_of(const ptl_shop *shop, const ptl_shop_sale *s)
{
    totals t = {0};
    for (int32_t i = 0; i < s->n_lines; i++) {
        const ptl_shop_line *l = &s->lines[i];
        t.gross += l->gross;
        t.discount += l->discount;
        t.tax += l->tax;
        const bool back =
            l->refund_days > 0 && s->at / 86400 + l->refund_days < shop->climate.n_days;
        if (back) t.refunded += l->gross - l->discount;
    }
    return t;
}

static void put_order_head(sale_files *f, const ptl_shop_sale *s, const totals *t, const char *when)
{
    ptl_export *x = f->orders;
    const int64_t paid = t->gross - t->discount;
    ptl_export_text(x, t->refunded == 0     ? "paid"
                       : t->refunded < paid ? "partially_refunded"
                                            : "refunded");
    ptl_export_text(x, when);
    ptl_export_text(x, "fulfilled");
    ptl_export_text(x, s->subscribes ? "yes" : "no");
    ptl_export_text(x, ptl_sim_currency[s->currency]);
    ptl_export_cents(x, paid);
    ptl_export_cents(x, 0);
    ptl_export_cents(x, t->tax);
    ptl_export_cents(x, paid);
    ptl_export_text(x, t->discount == 0 ? "" : t->discount * 7 > t->gross ? "TEA20" : "WELCOME10");
    ptl_export_cents(x, t->discount);
    ptl_export_text(x, "Standard");
}

static void put_order_line(sale_files *f, const ptl_shop_sale *s, int32_t i, const totals *t)
{
    static const char *const countries[] = {"DE", "GB", "CH"};
    const ptl_shop_line *l = &s->lines[i];
    char name[32], email[80], when[40];
    ptl_export *x = f->orders;
    name_of(name, s);
    ptl_person_email(email, s->person, s->as_guest);
    ptl_climate_time(when, &f->shop->climate, s->at);
    ptl_export_text(x, name);
    ptl_export_text(x, email);
    if (i == 0)
        put_order_head(f, s, t, when);
    else
        for (int k = 0; k < 12; k++) ptl_export_text(x, "");
    ptl_export_text(x, when);
    ptl_export_int(x, l->quantity);
    ptl_export_text(x, ptl_shop_products[l->product].title);
    ptl_export_cents(x, l->gross / l->quantity);
    ptl_export_text(x, ptl_shop_products[l->product].sku);
    ptl_export_text(x, i == 0 ? countries[s->currency] : "");
    if (i == 0)
        ptl_export_cents(x, t->refunded);
    else
        ptl_export_text(x, "");
    if (i == 0)
        ptl_export_int(x, s->order_id);
    else
        ptl_export_text(x, "");
    ptl_export_text(x, i == 0 ? "web" : "");
    ptl_export_end(x);
}

static void put_payment(sale_files *f, const ptl_shop_sale *s, const totals *t)
{
    char id[40], name[32], when[40], email[80];
    ptl_export *x = f->payments;
    name_of(name, s);
    ptl_person_email(email, s->person, s->as_guest);
    snprintf(id, sizeof id, "ch_%016llx", (unsigned long long)ptl_scramble((uint64_t)s->order_id));
    ptl_instant_format(when, ptl_climate_instant(&f->shop->climate, s->at) * PTL_MICROS_PER_SECOND);
    when[10] = ' ';
    when[19] = 0; /* as the tool writes UTC: without saying so */
    ptl_export_text(x, id);
    ptl_export_text(x, when);
    ptl_export_cents(x, t->gross - t->discount);
    ptl_export_cents(x, t->refunded);
    ptl_export_text(x, s->currency == PTL_SIM_EUR   ? "eur"
                       : s->currency == PTL_SIM_GBP ? "gbp"
                                                    : "chf");
    ptl_export_cents(x, s->fees);
    ptl_export_text(x, t->refunded > 0 ? "Refunded" : "Paid");
    ptl_export_text(x, email);
    ptl_export_text(x, name);
    ptl_export_end(x);
}

/* --- service --------------------------------------------------------------------------------- */

static void put_ticket(sale_files *f, const ptl_shop_sale *s, uint64_t luck, bool comes_back)
{
    static const char *const topics[] = {"delivery", "product", "payment", "subscription"};
    char opened[40], solved[40], email[80];
    const int64_t at = s->at + 86400 + (int64_t)(luck % 90000);
    const int64_t end = f->shop->climate.n_days * 86400;
    const int64_t done = at + 3600 * (1 + (int64_t)(luck / 7 % 60));
    if (at >= end) return;
    ptl_export *x = f->tickets;
    ptl_person_email(email, s->person, s->as_guest);
    ptl_climate_time(opened, &f->shop->climate, at);
    ptl_export_int(x, 100000 + (int64_t)(luck >> 26));
    ptl_export_text(x, opened);
    ptl_export_text(x, "");
    if (done < end) {
        ptl_climate_time(solved, &f->shop->climate, done);
        ptl_export_text(x, solved);
    } else {
        ptl_export_text(x, "");
    }
    ptl_export_text(x, done < end ? "Solved" : "Open");
    ptl_export_text(x, luck / 11 % 5 == 0 ? "High" : "Normal");
    ptl_export_text(x, email);
    ptl_export_text(x, comes_back ? "return" : topics[luck / 13 % 4]);
    ptl_export_text(x, luck / 17 % 3 ? "" : comes_back ? "bad" : "good");
    ptl_export_end(x);
}

static void put_answer(sale_files *f, const ptl_shop_sale *s, uint64_t luck, bool comes_back)
{
    static const char *const themes[] = {"taste", "price", "delivery", "packaging", "advice"};
    const int64_t at = s->at + 10 * 86400;
    if (at >= f->shop->climate.n_days * 86400) return;
    char when[40], email[80], id[32];
    const int64_t score = comes_back ? (int64_t)(luck % 7) : 6 + (int64_t)(luck % 5);
    ptl_export *x = f->answers;
    ptl_person_email(email, s->person, s->as_guest);
    ptl_climate_time(when, &f->shop->climate, at);
    snprintf(id, sizeof id, "r%015llx", (unsigned long long)(luck >> 4));
    ptl_export_text(x, id);
    ptl_export_text(x, when);
    ptl_export_text(x, email);
    ptl_export_text(x, "How likely are you to recommend us?");
    ptl_export_int(x, score);
    ptl_export_text(x, themes[luck / 19 % 5]);
    ptl_export_end(x);
}

static void put_service(sale_files *f, const ptl_shop_sale *s, bool comes_back)
{
    const uint64_t luck = ptl_scramble((uint64_t)s->order_id ^ f->shop->climate.options.seed << 1);
    const uint64_t other = ptl_scramble(luck);
    if (luck % 100 < (comes_back ? 35u : 4u)) put_ticket(f, s, other, comes_back);
    if (luck / 100 % 100 < 5) put_answer(f, s, ptl_scramble(other), comes_back);
}

/* --- together -------------------------------------------------------------------------------- */

static void put_sale(sale_files *f, const ptl_shop_sale *s)
{
    put_lines(f, s);
    if (s->is_refund) return;
    const totals t = totals_of(f->shop, s);
    for (int32_t i = 0; i < s->n_lines; i++) put_order_line(f, s, i, &t);
    put_payment(f, s, &t);
    put_service(f, s, t.refunded > 0);
}

static ptl_status put_weeks(sale_files *f, ptl_progress *progress, ptl_error *err)
{
    const int64_t n_weeks = f->shop->climate.options.n_weeks;
    for (int64_t week = 0; week <= n_weeks; week++) {
        void *records;
        int64_t n;
        PTL_TRY(ptl_progress_check(progress, err));
        ptl_progress_step(progress, "writing orders", week, n_weeks + 1);
        PTL_TRY(ptl_spill_sorted(&records, &n, f->shop->sales, week, by_time, err));
        const ptl_shop_sale *sales = records;
        for (int64_t i = 0; i < n; i++) put_sale(f, &sales[i]);
    }
    return PTL_OK;
}

typedef struct sale_file {
    size_t at; /* in sale_files */
    const char *name, *head;
} sale_file;

static const sale_file files[] = {
    {offsetof(sale_files, lines), "data/shopify/sales_by_line.csv",
     "sale_id,order_name,created_at,customer_id,transaction_type,customer_type,product_title,"
     "variant_sku,quantity,gross_sales,discounts,taxes,net_sales,cost_of_goods_sold,"
     "shipping_label_cost,payment_fees,currency,utm_source,utm_medium,utm_campaign,shipping_"
     "country"},
    {offsetof(sale_files, orders), "data/shopify/orders_export.csv",
     "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,"
     "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,"
     "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Country,Refunded Amount,"
     "Id,Source"},
    {offsetof(sale_files, payments), "data/stripe/payments.csv",
     "id,Created date (UTC),Amount,Amount Refunded,Currency,Fee,Status,Customer Email,"
     "order_name (metadata)"},
    {offsetof(sale_files, tickets), "data/zendesk/tickets.csv",
     "Id,Created at,First reply at,Solved at,Status,Priority,Requester email,Tags,Satisfaction"},
    {offsetof(sale_files, answers), "data/survey/nps.csv",
     "Response ID,Submitted at,Email,Question,Score,Theme"}};
enum { N_FILES = sizeof files / sizeof *files };

static ptl_export **file_at(sale_files *f, int i)
{
    return (ptl_export **)(void *)((char *)f + files[i].at);
}

ptl_status ptl_shop_write_sales(ptl_shop *shop, ptl_progress *progress, ptl_error *err)
{
    sale_files f = {.shop = shop};
    ptl_status st = PTL_OK;
    for (int i = 0; i < N_FILES && st == PTL_OK; i++) {
        st = ptl_export_open(file_at(&f, i), shop->folder, files[i].name, true, err);
        if (st == PTL_OK) ptl_export_line(*file_at(&f, i), files[i].head);
    }
    if (st == PTL_OK) st = put_weeks(&f, progress, err);
    for (int i = 0; i < N_FILES; i++) {
        if (st == PTL_OK)
            st = ptl_export_close(*file_at(&f, i), err);
        else
            ptl_export_drop(*file_at(&f, i));
    }
    return st;
}
