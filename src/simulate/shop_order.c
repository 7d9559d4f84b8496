/* shop_order.c: what an order holds, where it is said to come from, and who claims it. */
#include "simulate/shop.h"

const ptl_shop_product ptl_shop_products[PTL_SHOP_PRODUCTS] = {
    {"Morning blend 250 g", "TEA-MB-250", 1490, 410},
    {"Earl Grey 100 g", "TEA-EG-100", 990, 265},
    {"Darjeeling first flush 100 g", "TEA-DJ-100", 1890, 690},
    {"Rooibos, plain 250 g", "TEA-RB-250", 1150, 330},
    {"Sencha 100 g", "TEA-SE-100", 1690, 610},
    {"Tasting box, twelve teas", "BOX-12", 3450, 1210},
    {"Paper filters", "ACC-PF", 490, 120},
    {"Glass pot 1 l", "ACC-GP-1", 3990, 1870}};

/* Prices abroad: a price list, not a rate. */
static const double price_factor[PTL_SIM_CURRENCIES] = {1.0, 0.88, 1.06};
static const double tax_rate[PTL_SIM_CURRENCIES] = {0.07, 0.2, 0.026};
static const int64_t label_cents[PTL_SIM_CURRENCIES] = {395, 520, 690};

static int64_t scaled(int64_t cents, double factor)
{
    return (int64_t)llround((double)cents * factor);
}

static int32_t pick_product(ptl_rng *rng)
{
    const double u = ptl_rng_uniform(rng);
    return (int32_t)(u * ptl_rng_uniform(rng) * PTL_SHOP_PRODUCTS);
}

static void fill_line(ptl_shop_line *line, ptl_rng *rng, int32_t currency, double discount)
{
    const double many = ptl_rng_uniform(rng);
    line->product = pick_product(rng);
    line->quantity = many < 0.66 ? 1 : many < 0.91 ? 2 : 3;
    const ptl_shop_product *p = &ptl_shop_products[line->product];
    line->gross = line->quantity * scaled(p->price, price_factor[currency]);
    line->discount = scaled(line->gross, discount);
    const int64_t paid = line->gross - line->discount;
    line->tax = paid - scaled(paid, 1.0 / (1.0 + tax_rate[currency]));
    line->cogs = line->quantity * scaled(p->cost, price_factor[currency]);
    const bool comes_back = ptl_rng_uniform(rng) < 0.055;
    const int32_t days = 2 + (int32_t)(7.0 * ptl_rng_exponential(rng));
    line->refund_days = comes_back ? days : 0;
}

void ptl_shop_order_make(ptl_shop_order *out, const ptl_sim_person *person, int64_t key,
                         bool is_morning)
{
    ptl_rng r = ptl_rng_split(&person->rng, (uint64_t)key);
    const double lines = ptl_rng_uniform(&r), reduced = ptl_rng_uniform(&r);
    const double hour = ptl_rng_uniform(&r);
    const bool is_renewal = key % 4096 != 0;
    const double discount = is_renewal ? 0.1 : reduced < 0.12 ? 0.1 : reduced < 0.17 ? 0.2 : 0.0;
    out->key = key;
    out->n_lines = is_renewal || lines < 0.62 ? 1 : lines < 0.9 ? 2 : 3;
    out->second = (int32_t)(is_morning ? 21000.0 * hour : 21600.0 + 64700.0 * hour);
    out->as_guest = ptl_rng_uniform(&r) < 0.04;
    out->touch = ptl_rng_uniform(&r);
    out->shipping = label_cents[person->currency];
    int64_t paid = 0;
    for (int32_t i = 0; i < out->n_lines; i++) {
        fill_line(&out->lines[i], &r, person->currency, discount);
        paid += out->lines[i].gross - out->lines[i].discount;
    }
    out->fees = 25 + scaled(paid, 0.014);
    out->rest = r;
}

/* Last click, as a shop sees it: rows are what made the order, columns what is recorded. Television
 * records nothing; people who meant to come anyway pass through paid links on their way. */
int32_t ptl_shop_recorded(int32_t cause, double touch)
{
    static const double table[PTL_SHOP_MEDIA + 1][PTL_SHOP_RECORDED] = {
        /* social gen. brand  tv  affil. email organ. direct subs none */
        {0.46, 0.05, 0.13, 0.0, 0.04, 0.02, 0.1, 0.14, 0.0, 0.06},
        {0.03, 0.64, 0.07, 0.0, 0.04, 0.01, 0.11, 0.05, 0.0, 0.05},
        {0.02, 0.03, 0.72, 0.0, 0.03, 0.01, 0.07, 0.07, 0.0, 0.05},
        {0.05, 0.09, 0.29, 0.0, 0.04, 0.01, 0.21, 0.26, 0.0, 0.05},
        {0.02, 0.03, 0.06, 0.0, 0.7, 0.02, 0.06, 0.06, 0.0, 0.05},
        {0.02, 0.01, 0.05, 0.0, 0.03, 0.63, 0.05, 0.16, 0.0, 0.05},
        {0.08, 0.08, 0.17, 0.0, 0.06, 0.07, 0.23, 0.26, 0.0, 0.05}};
    double left = touch;
    for (int32_t r = 0; r < PTL_SHOP_NONE; r++) {
        left -= table[cause][r];
        if (left < 0.0) return r;
    }
    return PTL_SHOP_NONE;
}

int32_t ptl_shop_campaign_of(const ptl_climate *climate, int32_t recorded, int64_t session)
{
    const int32_t bought = ptl_climate_campaign_of(climate, recorded, (uint64_t)session);
    if (bought >= 0) return bought;
    return recorded == PTL_SHOP_EMAIL ? climate->n_campaigns : -1; /* its letters */
}

const char *ptl_shop_campaign(const ptl_climate *climate, int32_t recorded, int64_t session)
{
    const int32_t i = ptl_climate_campaign_of(climate, recorded, (uint64_t)session);
    return i >= 0 ? climate->campaigns[i].name : ptl_shop_utms[recorded].campaign;
}

/* Boxes and pots are a vertical of their own; the rest is Germany's, or the other countries'. */
int32_t ptl_shop_vertical(int32_t product, int32_t currency)
{
    if (product >= 5) return PTL_SHOP_GIFTS;
    return currency == PTL_SIM_EUR ? PTL_SHOP_HOME : PTL_SHOP_ABROAD;
}

/* How often a platform counts an order as its own: that it recorded, that it made without record,
 * and that merely went past an advertisement. In the kind world platforms count what they made. */
typedef struct claiming {
    int32_t channel;
    double recorded, caused, other;
} claiming;

void ptl_shop_claim(ptl_shop *shop, ptl_rng *rng, int32_t cause, int32_t recorded, int64_t day,
                    int64_t cents)
{
    static const claiming platforms[] = {{PTL_SHOP_SOCIAL, 0.96, 0.8, 0.13},
                                         {PTL_SHOP_GENERIC, 0.97, 0.7, 0.05},
                                         {PTL_SHOP_BRAND, 0.97, 0.6, 0.08},
                                         {PTL_SHOP_AFFILIATES, 1.0, 0.1, 0.01}};
    const bool kind = shop->climate.options.setting == PTL_SIM_KIND;
    const int64_t snapshot = shop->climate.n_days - 29;
    for (size_t i = 0; i < sizeof platforms / sizeof *platforms; i++) {
        const claiming *p = &platforms[i];
        const double u = ptl_rng_uniform(rng), lag = ptl_rng_exponential(rng);
        const double chance = kind                     ? (cause == p->channel ? 1.0 : 0.0)
                              : recorded == p->channel ? p->recorded
                              : cause == p->channel    ? p->caused
                                                       : p->other;
        if (!(u < chance)) continue;
        const int64_t clicked = day - (int64_t)(1.4 * lag); /* platforms date by the click */
        if (clicked < 0 || day >= shop->climate.n_days) continue;
        ptl_truth_claim *c = &shop->truth.claims[p->channel * shop->climate.n_days + clicked];
        c->conversions++;
        c->value_cents += cents;
        if (day > snapshot) continue;
        c->conversions_then++;
        c->value_then += cents;
    }
}
