/* climate.h: what happens to everybody at once, day by day: demand, media, searches, messages.
 *
 * Everything a person's life depends on and no person changes is computed here first, for every
 * scenario: 0 is the world as it was, 1 … n one channel silent from the first day on, n + 1 all of
 * them, n + 2 … each channel with a tenth more money. Days count from −PTL_SIM_BURN_DAYS to n_days,
 * the morning after the last; media of the days before the first is never silent. */
#ifndef PTL_SIMULATE_CLIMATE_H
#define PTL_SIMULATE_CLIMATE_H

#include "portolan/random.h"
#include "simulate/media.h"
#include "simulate/simulate.h"

enum { PTL_SIM_CURRENCIES = 3 }; /* EUR, GBP, CHF */
enum { PTL_SIM_EUR, PTL_SIM_GBP, PTL_SIM_CHF };
extern const char *const ptl_sim_currency[PTL_SIM_CURRENCIES];

extern const char *const ptl_sim_places[PTL_SIM_CURRENCIES]; /* countries, by their currency */

/* A channel's money as a platform keeps it: by campaign, in the account's currency. */
typedef struct ptl_campaign {
    const char *name;
    int32_t channel, currency;
    double share;
    int32_t place; /* of PTL_SIM_PLACES where it runs; -1 everywhere */
} ptl_campaign;

typedef struct ptl_climate {
    ptl_sim_options options;
    const ptl_campaign *campaigns; /* n_campaigns; shares of a channel add up to 1 */
    int32_t n_campaigns;
    ptl_rng root;
    ptl_zone *zone;
    ptl_day first;
    int64_t n_days;
    const ptl_media *media; /* n_media; those that are bought have weekly_cents           */
    int32_t n_media;
    int32_t search, message; /* the mediator's place among them, and the newsletter's; -1 none */
    int32_t n_scenarios;
    /* by day + PTL_SIM_BURN_DAYS */
    double *demand;     /* everything but media: trend, season, weather, competitor          */
    double *recorded;   /* the part of demand that the company could know                    */
    double *weather;    /* the unrecorded driver, standard normal                            */
    double *competitor; /* price index of the competitor, 100 at rest                        */
    int64_t *rate_e9[PTL_SIM_CURRENCIES];
    int32_t *offset_s; /* seconds east of Greenwich at noon                                  */
    /* by (scenario * n_media + channel) * n_all + day + burn, n_all = burn + n_days + 1      */
    double *response;
    int64_t *spend_cents; /* factual: by channel * n_all + day + burn                         */
    int64_t search_cents[PTL_SIM_SCENARIOS_MAX]; /* the mediator's cost in each scenario      */
    double *messages; /* a week's messages to a subscriber, by day + burn; 0 where silenced   */
    double synergy;   /* how much the first channel gains where the fourth is heard           */
} ptl_climate;

/** Everything lives in the arena but the zone; dispose closes that. */
typedef struct ptl_climate_spec {
    const ptl_media *media;
    int32_t n_media, search, message;
    const ptl_campaign *campaigns;
    int32_t n_campaigns;
} ptl_climate_spec;
PTL_NODISCARD ptl_status ptl_climate_make(ptl_climate *out, const ptl_sim_options *options,
                                          const ptl_climate_spec *spec, ptl_arena *arena,
                                          ptl_error *err);
void ptl_climate_dispose(ptl_climate *climate);

/** Scenario numbers. */
enum { PTL_SIM_FACTUAL = 0 };
static inline int32_t ptl_scenario_off(int32_t channel)
{
    return 1 + channel;
}
static inline int32_t ptl_scenario_none(const ptl_climate *c)
{
    return 1 + c->n_media;
}
static inline int32_t ptl_scenario_more(const ptl_climate *c, int32_t channel)
{
    return 2 + c->n_media + channel;
}

static inline int64_t ptl_climate_all_days(const ptl_climate *c)
{
    return PTL_SIM_BURN_DAYS + c->n_days + 1;
}
static inline double ptl_climate_response(const ptl_climate *c, int32_t scenario, int32_t channel,
                                          int64_t day)
{
    return c->response[((int64_t)scenario * c->n_media + channel) * ptl_climate_all_days(c) + day +
                       PTL_SIM_BURN_DAYS];
}
static inline int64_t ptl_climate_spend(const ptl_climate *c, int32_t channel, int64_t day)
{
    return c->spend_cents[(int64_t)channel * ptl_climate_all_days(c) + day + PTL_SIM_BURN_DAYS];
}

/** A campaign of the channel, by share, for a number that names the occasion; -1 has none. */
int32_t ptl_climate_campaign_of(const ptl_climate *c, int32_t channel, uint64_t occasion);

/** What a campaign cost on a day, in cents of its account's currency. */
int64_t ptl_climate_campaign_cents(const ptl_climate *c, int32_t campaign, int64_t day);
/** What a channel cost on a day, euro micros: each currency's sum converted once. */
int64_t ptl_climate_media_micros(const ptl_climate *c, int32_t channel, int64_t day);

/** Euro micros of cents on a day. */
int64_t ptl_climate_convert(const ptl_climate *c, int64_t cents, int32_t currency, int64_t day);

/** `at` is seconds of local time since the first day began. The instant, seconds since 1970, and
 * "2026-11-15 08:12:33 +0100". */
int64_t ptl_climate_instant(const ptl_climate *c, int64_t at);
void ptl_climate_time(char out[40], const ptl_climate *c, int64_t at);

/** Demand's rise through media: new or repeat. */
double ptl_climate_lift_new(const ptl_climate *c, int32_t scenario, int64_t day);
double ptl_climate_lift_repeat(const ptl_climate *c, int32_t scenario, int64_t day);

#endif
