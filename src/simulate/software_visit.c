/* software_visit.c: the site and the product as a collector of events sees them: pages that people
 * of a company read before one of them raises a hand, the form, and use of the product afterwards.
 *
 * One line an event, as Segment writes them: pages have no name, tracks have; who has not agreed is
 * not seen at all; a person is named only where they told who they are. */
#include "simulate/software.h"

#include <stdio.h>
#include <string.h>

enum { STREAM_READING = 3, BEFORE_MAX = 4, WEEK_EVENTS_MAX = 5 };

/* Source and medium that a recorded channel writes into addresses. */
static const char *const tags[PTL_SOFT_RECORDED][2] = {
    {"linkedin", "paid_social"}, {"google", "cpc"},
    {"google", "cpc"},           {"event", "offline"},
    {"g2.example", "referral"},  {"hubspot", "email"},
    {"google", "organic"},       {"", ""},
    {"outreach", "sales"},       {"", ""}};

/* --- who is who ------------------------------------------------------------------------------ */

static void know_cookie(ptl_soft *soft, int64_t person, const ptl_soft_visit *v)
{
    char text[40];
    for (int32_t i = 0; i < soft->n_known; i++)
        if (soft->known[i] == v->cookie) return;
    if (soft->n_known < PTL_SOFT_COOKIES_KEPT) soft->known[soft->n_known++] = v->cookie;
    ptl_cookie_text(text, v->cookie);
    ptl_export_int(soft->identity, person);
    ptl_export_text(soft->identity, "cookie");
    ptl_export_text(soft->identity, text);
    ptl_export_day(soft->identity, soft->climate.first + (ptl_day)(v->at / 86400));
    ptl_export_end(soft->identity);
}

static ptl_status put(ptl_soft *soft, const ptl_soft_visit *v, uint8_t event, int64_t after_s,
                      ptl_error *err)
{
    ptl_soft_visit now;
    memset(&now, 0, sizeof now);
    memcpy(&now, v, sizeof now);
    now.event = event;
    now.at += after_s;
    if (now.at < 0 || now.at / 86400 > soft->climate.n_days) return PTL_OK;
    return ptl_spill_put(soft->visits, now.at / 86400 / 7, &now, err);
}

/* A session of somebody who agreed to be counted; false where they did not, or before the window.
 */
static bool session_of(ptl_soft_visit *v, ptl_soft *soft, const ptl_sim_person *p, ptl_rng *rng,
                       int64_t at, int32_t recorded)
{
    memset(v, 0, sizeof *v);
    const int32_t device = (int32_t)ptl_rng_below(rng, (uint64_t)p->n_devices);
    v->at = at;
    v->session = ptl_climate_instant(&soft->climate, at);
    v->cookie = ptl_person_cookie(p, device, (double)at / 86400.0);
    v->person = p->id;
    v->recorded = (uint8_t)recorded;
    v->campaign =
        (int8_t)ptl_climate_campaign_of(&soft->climate, recorded, (uint64_t)v->session ^ v->cookie);
    v->device = (uint8_t)device;
    if (!p->consents || at < 0) return false;
    know_cookie(soft, p->id, v);
    return true;
}

/* --- before and at the form ------------------------------------------------------------------ */

/* What brought a session: organic and direct, and media as loud as they are. */
static int32_t draw_source(const ptl_soft *soft, ptl_rng *rng, bool reads, int64_t day)
{
    static const double loud[PTL_SOFT_MEDIA] = {0.8, 0.7, 0.25, 0.15, 0.5, 0.5};
    double weights[PTL_SOFT_RECORDED] = {0}, total = 0.0;
    for (int32_t k = 0; k < PTL_SOFT_MEDIA; k++)
        weights[k] = loud[k] * ptl_climate_response(&soft->climate, PTL_SIM_FACTUAL, k, day);
    if (!reads) weights[PTL_SOFT_NURTURE] = 0.0;
    weights[PTL_SOFT_ORGANIC] = 0.6;
    weights[PTL_SOFT_DIRECT] = 0.4;
    for (int32_t r = 0; r < PTL_SOFT_RECORDED; r++) total += weights[r];
    double left = total * ptl_rng_uniform(rng);
    for (int32_t r = 0; r < PTL_SOFT_NONE; r++)
        if ((left -= weights[r]) < 0.0) return r;
    return PTL_SOFT_DIRECT;
}

static ptl_status read_pages(ptl_soft *soft, const ptl_sim_person *p, ptl_rng *rng, int64_t at,
                             bool reads, ptl_error *err)
{
    ptl_soft_visit v;
    const int32_t source = draw_source(soft, rng, reads, at < 0 ? 0 : at / 86400);
    const double deep = ptl_rng_uniform(rng);
    if (!session_of(&v, soft, p, rng, at, source)) return PTL_OK;
    PTL_TRY(put(soft, &v, PTL_SOFT_PAGE, 0, err));
    if (deep < 0.5) PTL_TRY(put(soft, &v, PTL_SOFT_PRICES, 50, err));
    return PTL_OK;
}

ptl_status ptl_soft_visit_lead(ptl_soft *soft, const ptl_company *company,
                               const ptl_soft_deal *deal, ptl_error *err)
{
    ptl_sim_person person;
    ptl_soft_visit v;
    ptl_person_make(&person, &soft->climate, company->id * PTL_SOFT_PEOPLE + deal->contact);
    ptl_rng rng = ptl_rng_split(&person.rng, (uint64_t)deal->lead_id);
    const int64_t before = (int64_t)ptl_rng_below(&rng, BEFORE_MAX);
    for (int64_t i = 0; i < before; i++) {
        const int64_t at = deal->at - (int64_t)(86400.0 * 12.0 * ptl_rng_exponential(&rng)) - 4000;
        PTL_TRY(read_pages(soft, &person, &rng, at, company->reads, err));
    }
    const bool is_offline =
        deal->recorded == PTL_SOFT_OUTBOUND || deal->recorded == PTL_SOFT_EVENTS;
    if (is_offline || !session_of(&v, soft, &person, &rng, deal->at, deal->recorded)) return PTL_OK;
    v.campaign = deal->campaign;
    PTL_TRY(put(soft, &v, PTL_SOFT_PAGE, -200, err));
    PTL_TRY(put(soft, &v, PTL_SOFT_PRICES, -80, err));
    return put(soft, &v, PTL_SOFT_FORM, 0, err);
}

ptl_status ptl_soft_visit_browse(ptl_soft *soft, const ptl_company *company, ptl_error *err)
{
    const double n_days = (double)soft->climate.n_days;
    for (int32_t contact = 0; contact < PTL_SOFT_PEOPLE; contact++) {
        ptl_sim_person p;
        ptl_person_make(&p, &soft->climate, company->id * PTL_SOFT_PEOPLE + contact);
        ptl_rng rng = ptl_rng_split(&p.rng, STREAM_READING);
        const double rate = 0.003 * (company->fit > 4.0 ? 4.0 : company->fit);
        for (double day = ptl_rng_exponential(&rng) / rate; day < n_days;
             day += ptl_rng_exponential(&rng) / rate) {
            const int64_t at =
                (int64_t)day * 86400 + 25200 + (int64_t)(36000.0 * ptl_rng_uniform(&rng));
            PTL_TRY(read_pages(soft, &p, &rng, at, company->reads, err));
        }
    }
    return PTL_OK;
}

/* --- the product ----------------------------------------------------------------------------- */

ptl_status ptl_soft_visit_use(ptl_soft *soft, const ptl_company *company, int64_t day,
                              int64_t active, ptl_error *err)
{
    ptl_rng rng = ptl_rng_split(&company->rng, UINT64_C(1) << 42 | (uint64_t)day);
    for (int64_t i = 0; i < active && i < WEEK_EVENTS_MAX; i++) {
        ptl_sim_person p;
        ptl_soft_visit v;
        ptl_person_make(&p, &soft->climate, company->id * PTL_SOFT_PEOPLE + i);
        const int64_t at = (day + (int64_t)ptl_rng_below(&rng, 5)) * 86400 + 28800 +
                           (int64_t)(32000.0 * ptl_rng_uniform(&rng));
        const bool reports = ptl_rng_uniform(&rng) < 0.4;
        if (at / 86400 >= soft->climate.n_days) continue;
        if (!session_of(&v, soft, &p, &rng, at, PTL_SOFT_NONE)) continue;
        PTL_TRY(put(soft, &v, PTL_SOFT_SIGN_IN, 0, err));
        if (reports) PTL_TRY(put(soft, &v, PTL_SOFT_REPORT, 400, err));
    }
    return PTL_OK;
}

/* --- the export ------------------------------------------------------------------------------ */

static int by_time(const void *a, const void *b)
{
    const ptl_soft_visit *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (x->cookie != y->cookie) return x->cookie < y->cookie ? -1 : 1;
    if (x->event != y->event) return x->event < y->event ? -1 : 1;
    return memcmp(x, y, sizeof *x); /* equal bytes may change places */
}

static void put_visit(const ptl_soft *soft, ptl_export *x, const ptl_soft_visit *v, int64_t n)
{
    static const char *const names[] = {"", "", "Demo Requested", "Signed In", "Report Created"};
    static const char *const paths[] = {"/", "/pricing", "/demo", "/app", "/app/reports"};
    const bool is_page = v->event <= PTL_SOFT_PRICES, is_named = v->event >= PTL_SOFT_FORM;
    const char *const campaign = v->campaign < 0 ? "" : soft->climate.campaigns[v->campaign].name;
    char line[900], when[40], cookie[40], email[80], who[100] = "null";
    ptl_instant_format(when, ptl_climate_instant(&soft->climate, v->at) * PTL_MICROS_PER_SECOND);
    ptl_cookie_text(cookie, v->cookie);
    ptl_person_email(email, v->person, false);
    if (is_named) snprintf(who, sizeof who, "\"%s\"", email);
    const uint64_t id =
        ptl_scramble(v->cookie ^ (uint64_t)v->at << 8 ^ v->event ^ (uint64_t)n << 50);
    snprintf(line, sizeof line,
             "{\"messageId\":\"ajs-%016llx-%lld\",\"type\":\"%s\",\"event\":%s%s%s,"
             "\"anonymousId\":\"%s\",\"userId\":%s,\"timestamp\":\"%s\","
             "\"context\":{\"campaign\":{\"source\":\"%s\",\"medium\":\"%s\",\"name\":\"%s\"},"
             "\"page\":{\"path\":\"%s\"}},\"properties\":{\"session_id\":%lld}}",
             (unsigned long long)id, (long long)n, is_page ? "page" : "track", is_page ? "" : "\"",
             is_page ? "null" : names[v->event], is_page ? "" : "\"", cookie, who, when,
             tags[v->recorded][0], tags[v->recorded][1], campaign, paths[v->event],
             (long long)v->session);
    ptl_export_line(x, line);
}

ptl_status ptl_soft_write_visits(ptl_soft *soft, ptl_error *err)
{
    ptl_export *x = NULL;
    int64_t number = 0;
    PTL_TRY(ptl_export_open(&x, soft->folder, "data/segment/events.jsonl", true, err));
    for (int64_t week = 0; week <= soft->climate.options.n_weeks; week++) {
        void *records;
        int64_t n;
        const ptl_status st = ptl_spill_sorted(&records, &n, soft->visits, week, by_time, err);
        if (st != PTL_OK) {
            ptl_export_drop(x);
            return st;
        }
        const ptl_soft_visit *visits = records;
        for (int64_t i = 0; i < n; i++) put_visit(soft, x, &visits[i], number++);
    }
    return ptl_export_close(x, err);
}
