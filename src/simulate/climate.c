/* climate.c: demand, money and its response by day (climate.h).
 *
 *     demand(d) = trend · weekday · season · holidays · exp(0.11 weather(d)) · competitor(d)
 *     plan_c(d) = mean_c · demand_recorded(d)^follows · exp(hears · weather(d)) · flights · noise
 *     search(d) = demand(d) · (1 + Σ_c gain_search_c · response_c(d))
 *
 * Searches for the brand are the mediator: other media make people search, the company buys the
 * click on its own name, and most of those people would have come anyway. */
#include "simulate/climate.h"

#include "simulate/people.h"

#include "portolan/sum.h"

#include <stdio.h>
#include <string.h>

const char *const ptl_sim_currency[PTL_SIM_CURRENCIES] = {"EUR", "GBP", "CHF"};
const char *const ptl_sim_places[PTL_SIM_CURRENCIES] = {"Germany", "United Kingdom", "Switzerland"};

/* What a generator is split by, so that one more draw here moves nothing there. */
enum { STREAM_WEATHER = 1, STREAM_RIVAL, STREAM_RATES, STREAM_PLAN, STREAM_MESSAGES };

static double clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* --- demand ---------------------------------------------------------------------------------- */

static int64_t days_from(ptl_day day, int32_t month, int32_t of_month)
{
    const ptl_date date = ptl_date_of(day);
    return (int64_t)day - ptl_day_of((ptl_date){date.year, month, of_month});
}

/* Easter Sunday by Gauss's rule in Butcher's form. */
static ptl_day easter(int32_t year)
{
    const int32_t a = year % 19, b = year / 100, c = year % 100;
    const int32_t h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    const int32_t l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    const int32_t m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;
    return ptl_day_of((ptl_date){year, n / 31, n % 31 + 1});
}

/* The days everybody knows: the sales of late November, Christmas, the lull after it, Easter. */
static double holiday(ptl_day day)
{
    const int64_t november = days_from(day, 11, 23), december = days_from(day, 12, 1);
    const int64_t to_easter = easter(ptl_date_of(day).year) - day;
    if (november >= 0 && november <= 7) return 1.55;
    if (december >= 0 && december <= 18) return 1.32;
    if (december >= 23) return 0.62;
    if (to_easter > 0 && to_easter <= 10) return 1.12;
    return to_easter >= -1 && to_easter <= 0 ? 0.7 : 1.0;
}

/* Offices: nobody buys at the weekend, in August, or between the years. */
static double office_season(ptl_day day)
{
    static const double week[] = {1.25, 1.4, 1.35, 1.25, 1.05, 0.35, 0.35};
    const ptl_date date = ptl_date_of(day);
    const double month = date.month == 8 ? 0.75 : date.month == 12 && date.day > 18 ? 0.4 : 1.05;
    return week[ptl_weekday(day) - 1] * month;
}

static double season(ptl_day day)
{
    static const double week[] = {1.08, 1.03, 1.0, 0.98, 0.99, 0.9, 1.02};
    const double of_year = (double)days_from(day, 1, 1) / 365.25;
    const double wave = 1.0 + 0.08 * cos(6.283185307179586 * (of_year - 0.05));
    return week[ptl_weekday(day) - 1] * wave * holiday(day);
}

static void fill_demand(ptl_climate *c)
{
    ptl_rng weather = ptl_rng_split(&c->root, STREAM_WEATHER);
    ptl_rng rival = ptl_rng_split(&c->root, STREAM_RIVAL);
    const bool kind = c->options.setting == PTL_SIM_KIND;
    double w = ptl_rng_normal(&weather);
    int64_t sale_left = 0;
    for (int64_t i = 0; i < ptl_climate_all_days(c); i++) {
        const int64_t d = i - PTL_SIM_BURN_DAYS;
        w = 0.93 * w + 0.3676 * ptl_rng_normal(&weather); /* stays standard normal */
        if (sale_left == 0 && ptl_rng_uniform(&rival) < 0.012) sale_left = 14;
        if (sale_left > 0) sale_left--;
        c->weather[i] = kind ? 0.0 : w;
        c->competitor[i] = 100.0 + 2.0 * ptl_rng_normal(&rival) - (sale_left > 0 ? 14.0 : 0.0);
        const double price = pow(c->competitor[i] / 100.0, 0.8);
        const double trend = 1.0 + 0.1 * (double)d / 365.25;
        const ptl_day day = c->first + (ptl_day)d;
        const bool shop = c->options.world == PTL_SIM_SHOP;
        c->recorded[i] = trend * (shop ? season(day) : office_season(day)) * price;
        c->demand[i] = c->recorded[i] * exp(0.11 * c->weather[i]);
    }
}

/* --- rates and clocks ------------------------------------------------------------------------ */

/* Rates move on working days and keep five decimals, as central banks publish them. */
static void fill_rates(ptl_climate *c)
{
    ptl_rng rng = ptl_rng_split(&c->root, STREAM_RATES);
    static const double start[PTL_SIM_CURRENCIES] = {1.0, 1.171, 1.043};
    double level[PTL_SIM_CURRENCIES];
    memcpy(level, start, sizeof level);
    for (int64_t i = 0; i < ptl_climate_all_days(c); i++) {
        const ptl_day day = c->first + (ptl_day)(i - PTL_SIM_BURN_DAYS);
        for (int k = 1; k < PTL_SIM_CURRENCIES; k++) {
            const double step = 0.0031 * ptl_rng_normal(&rng) + 0.01 * log(start[k] / level[k]);
            if (ptl_weekday(day) <= 5 || i == 0) level[k] *= exp(step);
            c->rate_e9[k][i] = (int64_t)llround(level[k] * 1e5) * 10000;
        }
        c->rate_e9[PTL_SIM_EUR][i] = INT64_C(1000000000);
        const ptl_instant noon = (ptl_instant)day * PTL_MICROS_PER_DAY + PTL_MICROS_PER_DAY / 2;
        c->offset_s[i] = ptl_zone_offset(c->zone, noon);
    }
}

/* --- media ----------------------------------------------------------------------------------- */

static double flight(const ptl_media *m, int64_t day)
{
    if (m->off_weeks == 0) return 1.0;
    const int64_t round = m->on_weeks + m->off_weeks;
    const int64_t week = ((day + 7 * PTL_SIM_BURN_DAYS) / 7) % round;
    return week < m->on_weeks ? (double)round / (double)m->on_weeks : 0.0;
}

static double mean_day_cents(const ptl_climate *c, int32_t channel)
{
    return c->media[channel].weekly_cents * (double)c->options.n_persons / 7.0;
}

/* A step in the plan at three fifths of the time: budgets are moved, and that is what they teach.
 */
static double step(const ptl_climate *c, int32_t channel, int64_t day)
{
    static const double steps[] = {1.4, 0.8, 1.0, 1.15, 1.25, 1.0, 1.1, 0.9};
    return day * 5 > c->n_days * 3 ? steps[channel % 8] : 1.0;
}

static void plan_channel(ptl_climate *c, int32_t channel)
{
    const ptl_media *m = &c->media[channel];
    const ptl_rng plans = ptl_rng_split(&c->root, STREAM_PLAN);
    ptl_rng rng = ptl_rng_split(&plans, (uint64_t)channel);
    double week = 0.0;
    for (int64_t i = 0; i < ptl_climate_all_days(c) - 1; i++) {
        const int64_t d = i - PTL_SIM_BURN_DAYS;
        if (i % 7 == 0) week = m->noise * ptl_rng_normal(&rng);
        const double daily = exp(week + 0.06 * ptl_rng_normal(&rng));
        const double plan = mean_day_cents(c, channel) * pow(c->recorded[i], m->follows) *
                            exp(m->hears * c->weather[i]) * flight(m, d) * step(c, channel, d);
        c->spend_cents[channel * ptl_climate_all_days(c) + i] = (int64_t)llround(plan * daily);
    }
}

/* Money of a day in a scenario as a multiple of the mean plan. */
static double level_of(const ptl_climate *c, int32_t scenario, int32_t channel, int64_t i)
{
    const bool in_window = i >= PTL_SIM_BURN_DAYS;
    const bool silent = scenario == ptl_scenario_off(channel) || scenario == ptl_scenario_none(c);
    if (in_window && silent) return 0.0;
    const double more = in_window && scenario == ptl_scenario_more(c, channel) ? 1.1 : 1.0;
    if (channel == c->message) return more * c->messages[i] / 2.0;
    const double mean = mean_day_cents(c, channel);
    const int64_t cents = c->spend_cents[channel * ptl_climate_all_days(c) + i];
    return mean > 0.0 ? more * (double)cents / mean : 0.0;
}

static void respond(ptl_climate *c, int32_t scenario, int32_t channel)
{
    double weights[PTL_SIM_LAGS];
    const int64_t n_all = ptl_climate_all_days(c);
    double *out = c->response + ((int64_t)scenario * c->n_media + channel) * n_all;
    ptl_media_weights(weights, &c->media[channel]);
    for (int64_t i = 0; i < n_all; i++) {
        double carried = 0.0;
        for (int64_t lag = 0; lag < PTL_SIM_LAGS && lag <= i; lag++)
            if (weights[lag] > 0.0)
                carried += weights[lag] * level_of(c, scenario, channel, i - lag);
        out[i] = ptl_media_curve(&c->media[channel], carried);
    }
}

/* Searches for the brand follow the others' response; the click costs money, and where the company
 * does not buy it, one in some hundred searchers ends elsewhere: that is its whole effect. */
static void respond_search(ptl_climate *c, int32_t scenario)
{
    const int64_t n_all = ptl_climate_all_days(c);
    const bool silent = scenario == ptl_scenario_off(c->search) || scenario == ptl_scenario_none(c);
    const double more = scenario == ptl_scenario_more(c, c->search) ? 1.1 : 1.0;
    double *out = c->response + ((int64_t)scenario * c->n_media + c->search) * n_all;
    c->search_cents[scenario] = 0;
    for (int64_t i = 0; i < n_all; i++) {
        double searches = 1.0;
        for (int32_t k = 0; k < c->n_media; k++)
            if (k != c->search)
                searches += c->media[k].gain_search *
                            c->response[((int64_t)scenario * c->n_media + k) * n_all + i];
        const bool in_window = i >= PTL_SIM_BURN_DAYS;
        const double bought = in_window && silent ? 0.0 : in_window ? more : 1.0;
        out[i] = searches * ptl_media_curve(&c->media[c->search], bought);
        const double cost = mean_day_cents(c, c->search) * c->demand[i] * searches * bought;
        if (in_window && i < n_all - 1) c->search_cents[scenario] += (int64_t)llround(cost);
        if (scenario == PTL_SIM_FACTUAL && i < n_all - 1)
            c->spend_cents[c->search * n_all + i] = (int64_t)llround(cost);
    }
}

static void fill_messages(ptl_climate *c)
{
    ptl_rng rng = ptl_rng_split(&c->root, STREAM_MESSAGES);
    double week = 0.0;
    for (int64_t i = 0; i < ptl_climate_all_days(c); i++) {
        const ptl_date date = ptl_date_of(c->first + (ptl_day)(i - PTL_SIM_BURN_DAYS));
        if (i % 7 == 0) {
            week = 1.3 + 0.5 * ptl_rng_normal(&rng) + (date.month >= 11 ? 1.6 : 0.0);
            week = clip(round(week), 0.0, 5.0) * (c->options.is_harm ? 2.0 : 1.0);
        }
        c->messages[i] = week;
    }
}

static void fill_media(ptl_climate *c)
{
    fill_messages(c);
    for (int32_t k = 0; k < c->n_media; k++)
        if (k != c->search && k != c->message) plan_channel(c, k);
    for (int32_t s = 0; s < c->n_scenarios; s++) {
        for (int32_t k = 0; k < c->n_media; k++)
            if (k != c->search) respond(c, s, k);
        if (c->search >= 0) respond_search(c, s);
    }
}

/* --- what it cost ---------------------------------------------------------------------------- */

int64_t ptl_climate_convert(const ptl_climate *c, int64_t cents, int32_t currency, int64_t day)
{
    int64_t micros = 0;
    const int64_t rate = c->rate_e9[currency][day + PTL_SIM_BURN_DAYS];
    /* cannot fail: cents of a day times a rate near 1 are far inside 64 bits */
    if (ptl_muldiv(&micros, cents * 10000, rate, INT64_C(1000000000), NULL) != PTL_OK) return 0;
    return micros;
}

int32_t ptl_climate_campaign_of(const ptl_climate *c, int32_t channel, uint64_t occasion)
{
    double left = (double)(ptl_scramble(occasion) >> 11) * 0x1p-53;
    for (int32_t i = 0; i < c->n_campaigns; i++)
        if (c->campaigns[i].channel == channel && (left -= c->campaigns[i].share) < 0.0) return i;
    return -1;
}

int64_t ptl_climate_campaign_cents(const ptl_climate *c, int32_t campaign, int64_t day)
{
    const ptl_campaign *p = &c->campaigns[campaign];
    const double rate = (double)c->rate_e9[p->currency][day + PTL_SIM_BURN_DAYS] / 1e9;
    return (int64_t)llround((double)ptl_climate_spend(c, p->channel, day) * p->share / rate);
}

int64_t ptl_climate_media_micros(const ptl_climate *c, int32_t channel, int64_t day)
{
    int64_t cents[PTL_SIM_CURRENCIES] = {0}, micros = 0;
    for (int32_t i = 0; i < c->n_campaigns; i++)
        if (c->campaigns[i].channel == channel)
            cents[c->campaigns[i].currency] += ptl_climate_campaign_cents(c, i, day);
    for (int32_t k = 0; k < PTL_SIM_CURRENCIES; k++)
        micros += ptl_climate_convert(c, cents[k], k, day);
    return micros;
}

/* --- together -------------------------------------------------------------------------------- */

double ptl_climate_lift_new(const ptl_climate *c, int32_t scenario, int64_t day)
{
    double lift = 0.0;
    for (int32_t k = 0; k < c->n_media; k++)
        lift += c->media[k].gain_new * ptl_climate_response(c, scenario, k, day);
    if (c->synergy > 0.0 && c->n_media > 3)
        lift += c->synergy * ptl_climate_response(c, scenario, 0, day) *
                ptl_climate_response(c, scenario, 3, day);
    return lift;
}

double ptl_climate_lift_repeat(const ptl_climate *c, int32_t scenario, int64_t day)
{
    double lift = 0.0;
    for (int32_t k = 0; k < c->n_media; k++)
        lift += c->media[k].gain_repeat * ptl_climate_response(c, scenario, k, day);
    return lift;
}

static ptl_status take_arrays(ptl_climate *c, ptl_arena *arena, ptl_error *err)
{
    const int64_t n_all = ptl_climate_all_days(c);
    double **const reals[] = {&c->demand, &c->recorded, &c->weather, &c->competitor, &c->messages};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        if (!(*reals[i] = ptl_arena_array(arena, n_all, sizeof(double), err)))
            return PTL_E_NO_MEMORY;
    for (int k = 0; k < PTL_SIM_CURRENCIES; k++)
        if (!(c->rate_e9[k] = ptl_arena_array(arena, n_all, sizeof(int64_t), err)))
            return PTL_E_NO_MEMORY;
    c->offset_s = ptl_arena_array(arena, n_all, sizeof *c->offset_s, err);
    c->spend_cents = ptl_arena_array(arena, n_all * c->n_media, sizeof *c->spend_cents, err);
    c->response =
        ptl_arena_array(arena, n_all * c->n_media * c->n_scenarios, sizeof *c->response, err);
    return c->offset_s && c->spend_cents && c->response ? PTL_OK : PTL_E_NO_MEMORY;
}

ptl_status ptl_climate_make(ptl_climate *out, const ptl_sim_options *options,
                            const ptl_climate_spec *spec, ptl_arena *arena, ptl_error *err)
{
    *out = (ptl_climate){.options = *options,
                         .root = ptl_rng_new(options->seed),
                         .first = options->ends - 7 * options->n_weeks + 1,
                         .n_days = 7 * (int64_t)options->n_weeks,
                         .campaigns = spec->campaigns,
                         .n_campaigns = spec->n_campaigns,
                         .media = spec->media,
                         .n_media = spec->n_media,
                         .search = spec->search,
                         .message = spec->message,
                         .n_scenarios = 2 + 2 * spec->n_media};
    if (options->setting != PTL_SIM_KIND && !options->is_null) out->synergy = 0.1;
    PTL_TRY(ptl_zone_open(&out->zone, "Europe/Berlin", err));
    const ptl_status st = take_arrays(out, arena, err);
    if (st != PTL_OK) {
        ptl_climate_dispose(out);
        return st;
    }
    fill_demand(out);
    fill_rates(out);
    fill_media(out);
    return PTL_OK;
}

void ptl_climate_dispose(ptl_climate *climate)
{
    ptl_zone_close(climate->zone);
    climate->zone = NULL;
}

/* --- clocks ---------------------------------------------------------------------------------- */

int64_t ptl_climate_instant(const ptl_climate *c, int64_t at)
{
    return (int64_t)c->first * 86400 + at - c->offset_s[at / 86400 + PTL_SIM_BURN_DAYS];
}

void ptl_climate_time(char out[40], const ptl_climate *c, int64_t at)
{
    const int32_t offset = c->offset_s[at / 86400 + PTL_SIM_BURN_DAYS];
    char day[16];
    ptl_day_format(day, c->first + (ptl_day)(at / 86400));
    const int s = (int)(at % 86400);
    snprintf(out, 40, "%.10s %02d:%02d:%02d +%02d%02d", day, s / 3600, s / 60 % 60, s % 60,
             offset / 3600, offset / 60 % 60);
}
