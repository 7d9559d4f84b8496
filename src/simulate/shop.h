/* shop.h: the shop's world: tea by post, in three countries.
 *
 * A person's moments are drawn once: the times at which they might buy (a Poisson process faster
 * than any rate they ever have) with a mark each. In every scenario a moment becomes an order where
 * the mark lies below the rate of that scenario, day and state (thinning), so that worlds which
 * differ by one channel share all their luck. What an order holds is drawn from the moment too. */
#ifndef PTL_SIMULATE_SHOP_H
#define PTL_SIMULATE_SHOP_H

#include "simulate/faults.h"
#include "simulate/people.h"
#include "simulate/spill.h"
#include "simulate/truth_kpi.h"

/* Channels of the media, in this order. */
enum {
    PTL_SHOP_SOCIAL,
    PTL_SHOP_GENERIC,
    PTL_SHOP_BRAND,
    PTL_SHOP_TV,
    PTL_SHOP_AFFILIATES,
    PTL_SHOP_EMAIL,
    PTL_SHOP_MEDIA
};
/* What orders record: the above, and these. */
enum {
    PTL_SHOP_ORGANIC = PTL_SHOP_MEDIA,
    PTL_SHOP_DIRECT,
    PTL_SHOP_SUBSCRIPTION,
    PTL_SHOP_NONE, /* nothing recorded */
    PTL_SHOP_RECORDED
};
enum { PTL_SHOP_GIFTS, PTL_SHOP_ABROAD, PTL_SHOP_HOME, PTL_SHOP_VERTICALS };
enum { PTL_SHOP_COOKIES_KEPT = 64, PTL_SHOP_PRODUCTS = 8, PTL_SHOP_LINES_MAX = 3 };

typedef struct ptl_shop_product {
    const char *title, *sku;
    int64_t price, cost; /* euro cents, tax included in the price */
} ptl_shop_product;
extern const ptl_shop_product ptl_shop_products[PTL_SHOP_PRODUCTS];

typedef struct ptl_shop_line {
    int32_t product, quantity;
    int64_t gross, discount, tax, cogs; /* cents of the order's currency */
    int32_t refund_days;                /* after the order; 0: kept       */
} ptl_shop_line;

/* What an order holds, whatever the scenario. */
typedef struct ptl_shop_order {
    int64_t key;             /* the moment it comes from */
    int32_t n_lines, second; /* second of its local day */
    int64_t shipping, fees;
    bool as_guest;
    double touch; /* uniform: which channel is recorded */
    ptl_rng rest; /* for what only the world as it was needs */
    ptl_shop_line lines[PTL_SHOP_LINES_MAX];
} ptl_shop_order;

/* One event of money on its way to the exports. */
typedef struct ptl_shop_sale {
    int64_t at; /* seconds of local time since the first day began; refunds come after */
    int64_t order_id;
    int64_t ordered_at;
    uint32_t person;
    uint8_t is_refund, line, recorded, currency, n_lines, is_new, is_renewal, as_guest;
    uint8_t subscribes;
    ptl_shop_line lines[PTL_SHOP_LINES_MAX];
    int64_t shipping, fees;
} ptl_shop_sale;

/* One event of the site. */
typedef struct ptl_shop_visit {
    int64_t at, session;
    uint64_t cookie;
    int64_t order_id, cents;
    uint8_t event, recorded, device, currency, is_bot, consents;
} ptl_shop_visit;
enum { PTL_VISIT_START, PTL_VISIT_VIEW, PTL_VISIT_CART, PTL_VISIT_PURCHASE };

/* A subscription of the world as it was, in the order of persons. */
typedef struct ptl_shop_contract {
    int64_t person, first_day, ended_day; /* ended_day -1: runs */
    int32_t product, interval, renewals;
    const char *reason;
} ptl_shop_contract;

typedef struct ptl_shop {
    ptl_faults faults;
    ptl_climate climate;
    ptl_truth truth;
    ptl_export_folder *folder;
    ptl_spill *sales, *visits;
    ptl_export *identity, *contracts, *consents;
    uint64_t known[PTL_SHOP_COOKIES_KEPT]; /* of the person who lives now: already written */
    int32_t n_known;
    bool knows_customer[2];
    ptl_truth_number numbers[2]; /* of the person who lives now: its own, the guest's */
    double *lift_new, *lift_repeat, *lift_message; /* scenario * (n_days + 1) + day */
    double demand_max, lift_new_max, lift_repeat_max, lift_message_max;
    struct ptl_shop_life *life; /* one person's workbench */
} ptl_shop;

PTL_NODISCARD ptl_status ptl_shop_open(ptl_shop *out, const ptl_sim_options *options,
                                       ptl_export_folder *folder, ptl_arena *arena, ptl_error *err);
/** Everybody lives, in every scenario. */
PTL_NODISCARD ptl_status ptl_shop_live(ptl_shop *shop, ptl_progress *progress, ptl_error *err);
/** The exports, the workspace, the truth. */
PTL_NODISCARD ptl_status ptl_shop_write(ptl_shop *shop, ptl_progress *progress, ptl_error *err);
void ptl_shop_close(ptl_shop *shop);

/* between the files of the shop */

/** A person's workbench, NULL where memory ends; free() ends it. */
struct ptl_shop_life *ptl_shop_life_new(void);

/** What the moment `key` of a person would be as an order. */
void ptl_shop_order_make(ptl_shop_order *out, const ptl_sim_person *person, int64_t key,
                         bool is_morning);
/** The channel recorded with an order that `cause` (a channel, or PTL_SHOP_MEDIA: nothing) made. */
int32_t ptl_shop_recorded(int32_t cause, double touch);
/** The campaign that a visit of `session` came through; the sales report and analytics agree. */
const char *ptl_shop_campaign(const ptl_climate *climate, int32_t recorded, int64_t session);
/** The same as a place among the campaigns, the letters' after the last; -1 where none. */
int32_t ptl_shop_campaign_of(const ptl_climate *climate, int32_t recorded, int64_t session);
/** The vertical of an order's line. */
int32_t ptl_shop_vertical(int32_t product, int32_t currency);
/** Platforms claim what they can see of an order. */
void ptl_shop_claim(ptl_shop *shop, ptl_rng *rng, int32_t cause, int32_t recorded, int64_t day,
                    int64_t cents);

/** The truth of identity: a customer number and its address, once. */
void ptl_shop_know_customer(ptl_shop *shop, int64_t person, bool as_guest, int64_t day);
/** Visits of the world as it was: of an order, and those that bought nothing. */
PTL_NODISCARD ptl_status ptl_shop_visit_order(ptl_shop *shop, const ptl_sim_person *person,
                                              const ptl_shop_sale *sale, ptl_rng *rng,
                                              ptl_error *err);
PTL_NODISCARD ptl_status ptl_shop_visit_browse(ptl_shop *shop, const ptl_sim_person *person,
                                               bool is_customer, ptl_error *err);
PTL_NODISCARD ptl_status ptl_shop_visit_bots(ptl_shop *shop, ptl_error *err);

/** Source, medium and campaign that a recorded channel writes into addresses. */
typedef struct ptl_shop_utm {
    const char *source, *medium, *campaign;
} ptl_shop_utm;
extern const ptl_shop_utm ptl_shop_utms[PTL_SHOP_RECORDED];
extern const char *const ptl_shop_recorded_names[PTL_SHOP_RECORDED];

PTL_NODISCARD ptl_status ptl_shop_write_sales(ptl_shop *shop, ptl_progress *progress,
                                              ptl_error *err);
PTL_NODISCARD ptl_status ptl_shop_write_visits(ptl_shop *shop, ptl_error *err);
PTL_NODISCARD ptl_status ptl_shop_write_media(ptl_shop *shop, ptl_error *err);
PTL_NODISCARD ptl_status ptl_shop_write_workspace(ptl_shop *shop, ptl_error *err);
PTL_NODISCARD ptl_status ptl_shop_write_sources(ptl_shop *shop, ptl_error *err);

#endif
