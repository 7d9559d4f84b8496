/* shop_visit.c: the site as its analytics sees it: events of one session, a cookie where consent
 * was given, and machines among the people. */
#include "simulate/shop.h"

#include <stdio.h>
#include <string.h>

enum { STREAM_BROWSE = 3, STREAM_BOTS = 4 };

static ptl_status put_event(ptl_shop *shop, ptl_shop_visit *v, uint8_t event, int64_t after_s,
                            ptl_error *err)
{
    ptl_shop_visit now;
    memset(&now, 0, sizeof now);
    memcpy(&now, v, sizeof now);
    now.event = event;
    now.at += after_s;
    return ptl_spill_put(shop->visits, now.at / 86400 / 7, &now, err);
}

static ptl_shop_visit visit_of(const ptl_shop *shop, const ptl_sim_person *p, ptl_rng *rng,
                               int64_t at, int32_t recorded)
{
    ptl_shop_visit v;
    memset(&v, 0, sizeof v);
    const int32_t device = (int32_t)ptl_rng_below(rng, (uint64_t)p->n_devices);
    v.at = at;
    v.session = ptl_climate_instant(&shop->climate, at);
    v.cookie = ptl_person_cookie(p, device, (double)at / 86400.0);
    v.recorded = (uint8_t)recorded;
    v.device = (uint8_t)device;
    v.currency = (uint8_t)p->currency;
    v.consents = p->consents;
    return v;
}

/* --- who is who ------------------------------------------------------------------------------ */

static void put_identity(ptl_shop *shop, int64_t person, const char *kind, const char *value,
                         int64_t day)
{
    ptl_export *x = shop->identity;
    ptl_export_int(x, person);
    ptl_export_text(x, kind);
    ptl_export_text(x, value);
    ptl_export_day(x, shop->climate.first + (ptl_day)day);
    ptl_export_end(x);
}

static void put_consent(ptl_shop *shop, const ptl_shop_visit *v, const char *cookie)
{
    ptl_export *x = shop->consents;
    const char *word = v->consents ? "granted" : "denied";
    char when[40];
    ptl_climate_time(when, &shop->climate, v->at);
    char id[24];
    snprintf(id, sizeof id, "%016llx", (unsigned long long)ptl_scramble(v->cookie));
    ptl_export_text(x, id);
    ptl_export_text(x, v->consents ? cookie : "");
    ptl_export_text(x, when);
    for (int i = 0; i < 4; i++) ptl_export_text(x, word);
    ptl_export_end(x);
}

static void know_cookie(ptl_shop *shop, int64_t person, const ptl_shop_visit *v)
{
    char cookie[40];
    for (int32_t i = 0; i < shop->n_known; i++)
        if (shop->known[i] == v->cookie) return;
    if (shop->n_known < PTL_SHOP_COOKIES_KEPT) shop->known[shop->n_known++] = v->cookie;
    ptl_cookie_text(cookie, v->cookie);
    put_identity(shop, person, "cookie", cookie, v->at / 86400);
    put_consent(shop, v, cookie);
}

void ptl_shop_know_customer(ptl_shop *shop, int64_t person, bool as_guest, int64_t day)
{
    char text[80];
    if (shop->knows_customer[as_guest]) return;
    shop->knows_customer[as_guest] = true;
    snprintf(text, sizeof text, "%lld", (long long)ptl_person_customer(person, as_guest));
    put_identity(shop, person, "customer", text, day);
    ptl_person_email(text, person, as_guest);
    put_identity(shop, person, "email", text, day);
}

/* --- visits ---------------------------------------------------------------------------------- */

ptl_status ptl_shop_visit_order(ptl_shop *shop, const ptl_sim_person *p, const ptl_shop_sale *sale,
                                ptl_rng *rng, ptl_error *err)
{
    ptl_shop_visit v = visit_of(shop, p, rng, sale->at, sale->recorded);
    know_cookie(shop, p->id, &v);
    PTL_TRY(put_event(shop, &v, PTL_VISIT_START, -240, err));
    PTL_TRY(put_event(shop, &v, PTL_VISIT_CART, -90, err));
    v.order_id = sale->order_id;
    for (int32_t i = 0; i < sale->n_lines; i++)
        v.cents += sale->lines[i].gross - sale->lines[i].discount;
    return put_event(shop, &v, PTL_VISIT_PURCHASE, 0, err);
}

/* What brought a visit that bought nothing: organic and direct, and media as loud as it is. */
static int32_t draw_source(const ptl_shop *shop, ptl_rng *rng, bool is_subscriber, int64_t day)
{
    static const double loud[PTL_SHOP_MEDIA] = {0.9, 0.6, 0.25, 0.0, 0.2, 0.5};
    double weights[PTL_SHOP_RECORDED] = {0}, total = 0.0;
    for (int32_t k = 0; k < PTL_SHOP_MEDIA; k++)
        weights[k] = loud[k] * ptl_climate_response(&shop->climate, PTL_SIM_FACTUAL, k, day);
    if (!is_subscriber) weights[PTL_SHOP_EMAIL] = 0.0;
    weights[PTL_SHOP_ORGANIC] = 0.5;
    weights[PTL_SHOP_DIRECT] = 0.4;
    for (int32_t r = 0; r < PTL_SHOP_RECORDED; r++) total += weights[r];
    double left = total * ptl_rng_uniform(rng);
    for (int32_t r = 0; r < PTL_SHOP_NONE; r++)
        if ((left -= weights[r]) < 0.0) return r;
    return PTL_SHOP_DIRECT;
}

ptl_status ptl_shop_visit_browse(ptl_shop *shop, const ptl_sim_person *p, bool is_customer,
                                 ptl_error *err)
{
    ptl_rng rng = ptl_rng_split(&p->rng, STREAM_BROWSE);
    const double n_days = (double)shop->climate.n_days;
    const double rate = 0.0035 * (is_customer ? 2.2 : p->interest > 4.0 ? 4.0 : p->interest);
    for (double day = p->enters_day + ptl_rng_exponential(&rng) / rate; day < n_days;
         day += ptl_rng_exponential(&rng) / rate) {
        const int64_t at =
            (int64_t)day * 86400 + 21600 + (int64_t)(60000.0 * ptl_rng_uniform(&rng));
        const int32_t source = draw_source(shop, &rng, p->subscribes, (int64_t)day);
        ptl_shop_visit v = visit_of(shop, p, &rng, at, source);
        know_cookie(shop, p->id, &v);
        PTL_TRY(put_event(shop, &v, PTL_VISIT_START, 0, err));
        const double deep = ptl_rng_uniform(&rng);
        if (deep < 0.5) PTL_TRY(put_event(shop, &v, PTL_VISIT_VIEW, 40, err));
        if (deep < 0.1) PTL_TRY(put_event(shop, &v, PTL_VISIT_CART, 130, err));
    }
    return PTL_OK;
}

/* Machines: no cookie is seen twice, no hour is quiet, nothing is ever bought. */
ptl_status ptl_shop_visit_bots(ptl_shop *shop, ptl_error *err)
{
    ptl_rng rng = ptl_rng_split(&shop->climate.root, STREAM_BOTS + 1000);
    const double a_day = 0.00012 * (double)shop->climate.options.n_persons;
    int64_t n = 0;
    for (int64_t day = 0; day < shop->climate.n_days; day++) {
        const bool burst = ptl_faults_hit(&shop->faults, PTL_FAULT_BOTS, day);
        const double many = a_day * (burst ? 40.0 : 1.0);
        for (double t = ptl_rng_exponential(&rng) / many; t < 1.0;
             t += ptl_rng_exponential(&rng) / many) {
            ptl_shop_visit v;
            memset(&v, 0, sizeof v);
            v.at = day * 86400 + (int64_t)(86399.0 * t);
            v.session = ptl_climate_instant(&shop->climate, v.at);
            v.cookie = ptl_scramble((uint64_t)n++ + (UINT64_C(1) << 60));
            v.recorded = PTL_SHOP_DIRECT;
            v.is_bot = v.consents = 1;
            PTL_TRY(put_event(shop, &v, PTL_VISIT_START, 0, err));
            shop->faults.rows[PTL_FAULT_BOTS] += burst;
        }
    }
    return PTL_OK;
}

/* --- the export ------------------------------------------------------------------------------ */

static int by_time(const void *a, const void *b)
{
    const ptl_shop_visit *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (x->cookie != y->cookie) return x->cookie < y->cookie ? -1 : 1;
    if (x->event != y->event) return x->event < y->event ? -1 : 1;
    return memcmp(x, y, sizeof *x); /* equal bytes may change places */
}

static void put_visit(const ptl_shop *shop, ptl_export *x, const ptl_shop_visit *v)
{
    static const char *const events[] = {"session_start", "view_item", "add_to_cart", "purchase"};
    static const char *const devices[] = {"mobile", "desktop", "tablet"};
    static const char *const countries[] = {"Germany", "United Kingdom", "Switzerland"};
    const ptl_shop_utm *utm = &ptl_shop_utms[v->recorded];
    char line[900], cookie[40] = "", day[16], purchase[160] = "", who[64] = "null";
    if (v->consents) {
        ptl_cookie_text(cookie, v->cookie);
        snprintf(who, sizeof who, "\"%s\"", cookie);
    }
    const ptl_day d = shop->climate.first + (ptl_day)(v->at / 86400);
    ptl_day_format(day, d);
    if (v->event == PTL_VISIT_PURCHASE)
        snprintf(purchase, sizeof purchase,
                 ",\"ecommerce\":{\"transaction_id\":\"T-%lld\",\"purchase_revenue\":%lld.%02lld,"
                 "\"currency\":\"%s\"}",
                 (long long)v->order_id, (long long)(v->cents / 100), (long long)(v->cents % 100),
                 ptl_sim_currency[v->currency]);
    snprintf(
        line, sizeof line,
        "{\"event_date\":\"%.4s%.2s%.2s\",\"event_timestamp\":%lld000000,\"event_name\":\"%s\","
        "\"user_pseudo_id\":%s,\"event_params\":[{\"key\":\"ga_session_id\",\"value\":{"
        "\"int_value\":%lld}},{\"key\":\"engagement_time_msec\",\"value\":{\"int_value\":%d}}],"
        "\"traffic_source\":{\"source\":\"%s\",\"medium\":\"%s\",\"name\":\"%s\"},"
        "\"device\":{\"category\":\"%s\"},\"geo\":{\"country\":\"%s\"}%s}",
        day, day + 5, day + 8, (long long)ptl_climate_instant(&shop->climate, v->at),
        events[v->event], who, (long long)v->session, v->is_bot ? 0 : 800 + (int)(v->cookie % 9000),
        v->consents ? utm->source : "", v->consents ? utm->medium : "",
        v->consents ? ptl_shop_campaign(&shop->climate, v->recorded, v->session) : "",
        devices[v->device], v->is_bot ? "" : countries[v->currency], purchase);
    ptl_export_line(x, line);
}

static ptl_status put_week(ptl_shop *shop, ptl_export *x, int64_t week, ptl_error *err)
{
    void *records;
    int64_t n;
    PTL_TRY(ptl_spill_sorted(&records, &n, shop->visits, week, by_time, err));
    const ptl_shop_visit *visits = records;
    for (int64_t i = 0; i < n; i++) {
        put_visit(shop, x, &visits[i]);
        const bool again = visits[i].event == PTL_VISIT_PURCHASE &&
                           ptl_faults_hit(&shop->faults, PTL_FAULT_DOUBLE, visits[i].at / 86400);
        if (!again) continue;
        put_visit(shop, x, &visits[i]);
        shop->faults.rows[PTL_FAULT_DOUBLE]++;
        shop->faults.cents[PTL_FAULT_DOUBLE] += visits[i].cents;
    }
    return PTL_OK;
}

ptl_status ptl_shop_write_visits(ptl_shop *shop, ptl_error *err)
{
    ptl_export *x = NULL;
    PTL_TRY(ptl_export_open(&x, shop->folder, "data/ga4/events.jsonl", true, err));
    for (int64_t week = 0; week <= shop->climate.options.n_weeks; week++) {
        const ptl_status st = put_week(shop, x, week, err);
        if (st == PTL_OK) continue;
        ptl_export_drop(x);
        return st;
    }
    return ptl_export_close(x, err);
}
