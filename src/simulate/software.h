/* software.h: the other world: software sold to companies, by people, over months.
 *
 * A company's moments are the times at which somebody there might raise a hand; thinning makes them
 * leads in each scenario, as in the shop. What follows a lead is drawn from the moment: how far it
 * goes, how long each stage takes, how many seats are signed. A contract is billed every month and
 * comes up for renewal every twelfth. */
#ifndef PTL_SIMULATE_SOFTWARE_H
#define PTL_SIMULATE_SOFTWARE_H

#include "simulate/faults.h"
#include "simulate/people.h"
#include "simulate/spill.h"
#include "simulate/truth_kpi.h"

/* Channels of the media, in this order. */
enum {
    PTL_SOFT_LINKEDIN,
    PTL_SOFT_GENERIC,
    PTL_SOFT_BRAND,
    PTL_SOFT_EVENTS,
    PTL_SOFT_REVIEWS,
    PTL_SOFT_NURTURE,
    PTL_SOFT_MEDIA
};
/* What leads record: the above, and these. */
enum {
    PTL_SOFT_ORGANIC = PTL_SOFT_MEDIA,
    PTL_SOFT_DIRECT,
    PTL_SOFT_OUTBOUND,
    PTL_SOFT_NONE,
    PTL_SOFT_RECORDED
};
extern const char *const ptl_soft_recorded_names[PTL_SOFT_RECORDED];

enum { PTL_SOFT_ENTERPRISE, PTL_SOFT_DACH, PTL_SOFT_BRITAIN, PTL_SOFT_VERTICALS };
enum { PTL_SOFT_PLANS = 3 };
extern const char *const ptl_soft_plans[PTL_SOFT_PLANS];

enum { PTL_SOFT_PEOPLE = 10, PTL_SOFT_STAGES = 4 }; /* contacts of a company; stages of a deal */

typedef struct ptl_company {
    int64_t id;
    ptl_rng rng;
    int32_t currency, seats;
    double fit, hears; /* mean 1 */
    bool was_customer;
    int64_t since_day; /* of the contract it had before; <= 0 */
    bool reads;        /* takes the letters */
} ptl_company;

/* What a moment becomes if it becomes a lead. Days count from the lead; marks are uniform. */
typedef struct ptl_soft_lead {
    int64_t key;
    int32_t contact, second, seats;
    double touch, qualify, accept, win;
    int32_t days_mql, days_sql, days_stage[PTL_SOFT_STAGES];
    ptl_rng rest;
} ptl_soft_lead;

/* One row of the pipeline, on its way to the exports. */
typedef struct ptl_soft_deal {
    int64_t at; /* seconds of local time since the first day began */
    int64_t company, lead_id, mrr_cents;
    int32_t contact, seats, days_mql, days_sql, days_stage[PTL_SOFT_STAGES];
    uint8_t reached; /* 0 lead, 1 MQL, 2 SQL and deal opened, 3 lost, 4 won */
    uint8_t recorded, currency, is_customer;
    int8_t campaign; /* -1 none */
} ptl_soft_deal;

/* One invoice or credit note. */
typedef struct ptl_soft_invoice {
    int64_t at, number, company, net, tax, cost, fee; /* cents of its currency */
    uint8_t kind, recorded, currency, is_credit, plan;
    int8_t campaign; /* of the lead; -1 none */
} ptl_soft_invoice;
/* One event of the site or of the product. */
typedef struct ptl_soft_visit {
    int64_t at, session, person;
    uint64_t cookie;
    uint8_t event, recorded, device;
    int8_t campaign; /* -1 none */
} ptl_soft_visit;
enum { PTL_SOFT_PAGE, PTL_SOFT_PRICES, PTL_SOFT_FORM, PTL_SOFT_SIGN_IN, PTL_SOFT_REPORT };
enum { PTL_SOFT_COOKIES_KEPT = 256 };
enum { PTL_SOFT_FIRST, PTL_SOFT_RENEWAL, PTL_SOFT_EXPANSION };

typedef struct ptl_soft {
    ptl_climate climate;
    ptl_truth truth;
    ptl_faults faults;
    ptl_export_folder *folder;
    ptl_spill *deals, *invoices, *visits;
    uint64_t known[PTL_SOFT_COOKIES_KEPT]; /* of the company that lives now: already written */
    int32_t n_known;
    ptl_export *identity, *accounts, *subscriptions, *usage;
    double lift_max, demand_max;
    double *lift, *lift_repeat, *lift_nurture; /* scenario * (n_days + 1) + day */
    struct ptl_soft_life *life;
} ptl_soft;

PTL_NODISCARD ptl_status ptl_soft_open(ptl_soft *out, const ptl_sim_options *options,
                                       ptl_export_folder *folder, ptl_arena *arena, ptl_error *err);
PTL_NODISCARD ptl_status ptl_soft_live(ptl_soft *soft, ptl_progress *progress, ptl_error *err);
PTL_NODISCARD ptl_status ptl_soft_write(ptl_soft *soft, ptl_progress *progress, ptl_error *err);
void ptl_soft_close(ptl_soft *soft);

/* between the files of this world */

void ptl_company_make(ptl_company *out, const ptl_climate *climate, int64_t id);
void ptl_company_name(char out[48], int64_t id);
int32_t ptl_soft_channel(int32_t cause, double touch); /* as recorded */
/** The plan that so many seats are sold under, and the vertical of its invoices; plan -1: a deal.
 */
int32_t ptl_soft_plan(int32_t seats);
int32_t ptl_soft_vertical(int32_t plan, int32_t currency);
/** Days that a deal has stood open when it closes; how many stages it passes on the way, and the
 * chance, per cent, that its tool gives a stage. A lost deal falls out after a stage of its own. */
int64_t ptl_soft_days_open(const ptl_soft_deal *deal);
int32_t ptl_soft_stages(const ptl_soft_deal *deal);
extern const int64_t ptl_soft_chances[PTL_SOFT_STAGES];
/** Why sales turned a lead away: a place in ptl_soft_reasons. */
int32_t ptl_soft_reason(const ptl_soft_deal *deal);
extern const char *const ptl_soft_reasons[PTL_TRUTH_REASONS];
struct ptl_soft_life *ptl_soft_life_new(void); /* free() ends it; NULL: no memory */

/** Sessions of a lead's contact before it and at the form; of a company's people who read and ask
 * nothing; of those who use the product in the week from `day`. */
PTL_NODISCARD ptl_status ptl_soft_visit_lead(ptl_soft *soft, const ptl_company *company,
                                             const ptl_soft_deal *deal, ptl_error *err);
PTL_NODISCARD ptl_status ptl_soft_visit_browse(ptl_soft *soft, const ptl_company *company,
                                               ptl_error *err);
PTL_NODISCARD ptl_status ptl_soft_visit_use(ptl_soft *soft, const ptl_company *company, int64_t day,
                                            int64_t active, ptl_error *err);
PTL_NODISCARD ptl_status ptl_soft_write_visits(ptl_soft *soft, ptl_error *err);

PTL_NODISCARD ptl_status ptl_soft_write_deals(ptl_soft *soft, ptl_progress *progress,
                                              ptl_error *err);
PTL_NODISCARD ptl_status ptl_soft_write_invoices(ptl_soft *soft, ptl_error *err);
PTL_NODISCARD ptl_status ptl_soft_write_media(ptl_soft *soft, ptl_error *err);
PTL_NODISCARD ptl_status ptl_soft_write_workspace(ptl_soft *soft, ptl_error *err);
PTL_NODISCARD ptl_status ptl_soft_write_sources(ptl_soft *soft, ptl_error *err);

#endif
