/* test_change_recovery: companies whose changes are known.
 *
 * Eight channels, 110 weeks: visits with a year's pattern, growth, a shock all channels share,
 * noise that lasts from week to week, and one week in forty gone wrong; orders drawn one by one
 * from visits, prices from a heavy-tailed law. None of it is the estimator's model. In 200 worlds
 * nothing changes; in 200 the newest week of one channel does, by ten times the least change worth
 * acting on (a hundredth of the company's weekly revenue), in volume, rate or price, or visits move
 * between two channels. */
#include "support/expect.h"

#include <stdlib.h>

#include "portolan/change.h"
#include "portolan/distribution.h"
#include "portolan/random.h"

enum { WORLDS = 200, WEEKS = 110, CHANNELS = 8, METRICS = 6, CELLS = (CHANNELS + 1) * METRICS };
enum { VISITS, ORDERS, REVENUE, MEDIA, RATE_CELL, PRICE_CELL };
enum plant { NOTHING, VOLUME, RATE, PRICE, MIX };

static double y[CELLS][WEEKS], work[4096];
static ptl_change_cell cells[CELLS];
static ptl_change_answer answers[CELLS];
static ptl_error err;
static const double share[CHANNELS] = {0.26, 0.22, 0.20, 0.12, 0.08, 0.06, 0.04, 0.02};
static const double conversion[CHANNELS] = {0.031, 0.022, 0.041, 0.027, 0.012, 0.052, 0.019, 0.033};

/* A sum of n independent draws of 0 or 1: counted one by one while that is short. */
static double binomial(ptl_rng *rng, double n, double p)
{
    const double mean = n * p, sd = sqrt(n * p * (1.0 - p));
    if (mean > 60.0) {
        const double x = floor(mean + sd * ptl_rng_normal(rng) + 0.5);
        return x > 0.0 ? x : 0.0;
    }
    double count = 0.0; /* Poisson by exponential gaps: p is small */
    for (double t = ptl_rng_exponential(rng); t < mean; t += ptl_rng_exponential(rng)) count++;
    return count;
}

/* Revenue of `orders` baskets: log-normal ones, a few of them large. */
static double baskets(ptl_rng *rng, double orders, double price)
{
    double sum = 0.0;
    for (double i = 0.0; i < orders; i++) sum += price * exp(0.6 * ptl_rng_normal(rng) - 0.18);
    return sum;
}

typedef struct planted {
    enum plant what;
    int channel, other;
    double factor; /* of visits, conversion or price; of mix: share of visits that move */
} planted;

static double visits_of(const double level[CHANNELS], int c, const planted *p)
{
    if (p->what == VOLUME && c == p->channel) return level[c] * p->factor;
    if (p->what != MIX) return level[c];
    if (c == p->channel) return level[c] * (1.0 - p->factor);
    return c == p->other ? level[c] + level[p->channel] * p->factor : level[c];
}

static void a_week(ptl_rng *rng, int t, const double level[CHANNELS], const planted *p)
{
    for (int c = 0; c < CHANNELS; c++) {
        const bool here = c == p->channel;
        const double rate = conversion[c] * (here && p->what == RATE ? p->factor : 1.0);
        const double price = 61.3 * (here && p->what == PRICE ? p->factor : 1.0);
        double(*const own)[WEEKS] = &y[(c + 1) * METRICS];
        own[VISITS][t] = floor(visits_of(level, c, p));
        own[ORDERS][t] = binomial(rng, own[VISITS][t], rate);
        own[REVENUE][t] = baskets(rng, own[ORDERS][t], price);
        own[MEDIA][t] = 0.3 * level[c] * exp(0.05 * ptl_rng_normal(rng));
        for (int m = VISITS; m <= MEDIA; m++) y[m][t] += own[m][t];
    }
    for (int i = 0; i < CELLS; i += METRICS) { /* the company's come from its sums */
        y[i + RATE_CELL][t] = y[i + ORDERS][t] / y[i + VISITS][t];
        y[i + PRICE_CELL][t] = y[i + ORDERS][t] > 0.0 ? y[i + REVENUE][t] / y[i + ORDERS][t] : 0.0;
    }
}

static void a_world(uint64_t seed, const planted *last)
{
    static const planted nothing = {NOTHING, -1, -1, 1.0};
    ptl_rng rng = ptl_rng_new(seed);
    double lasting[CHANNELS] = {0}, level[CHANNELS];
    memset(y, 0, sizeof y);
    for (int t = 0; t < WEEKS; t++) {
        const double shock = 0.02 * ptl_rng_normal(&rng) + 0.12 * cos(t * 0.1208305) + 0.002 * t;
        for (int c = 0; c < CHANNELS; c++) {
            lasting[c] = 0.3 * lasting[c] + 0.035 * ptl_rng_normal(&rng);
            const double wrong = ptl_rng_uniform(&rng) < 0.025 ? 0.15 : 0.0;
            level[c] = 52000.0 * share[c] * exp(shock + lasting[c] + wrong);
        }
        a_week(&rng, t, level, t == WEEKS - 1 ? last : &nothing);
    }
    double revenue = 0.0;
    for (int t = WEEKS - 9; t < WEEKS - 1; t++) revenue += y[REVENUE][t] / 8.0;
    for (int i = 0; i < CELLS; i++) {
        const int own = i - i % METRICS; /* revenue that one unit of the metric stands for */
        const double visits = y[own + VISITS][WEEKS - 2], orders = y[own + ORDERS][WEEKS - 2];
        const double per_unit[METRICS] = {1.5, 61.3, 1.0, 1.0, 61.3 * visits, orders + 1.0};
        const double worth = per_unit[i % METRICS];
        cells[i] =
            (ptl_change_cell){y[i], i % METRICS, own / METRICS - 1, 0.01 * revenue / worth, worth};
    }
}

static ptl_change_result ask(void)
{
    ptl_change_result r;
    EXPECT_OK(ptl_change_find(&r, answers, cells, CELLS, WEEKS, NULL, work, &err));
    return r;
}

static bool names(const ptl_change_result *r, int member)
{
    for (int32_t f = 0; f < r->n_found; f++)
        if (cells[r->found[f]].member == member) return true;
    return false;
}

static ptl_change_parts split(int first, int n)
{
    ptl_change_flow before[CHANNELS], now[CHANNELS];
    for (int k = 0; k < n; k++) {
        const int at = (first + k + 1) * METRICS;
        before[k] = (ptl_change_flow){(int64_t)llround(answers[at + VISITS].expected.point),
                                      (int64_t)llround(answers[at + ORDERS].expected.point),
                                      (int64_t)llround(1e6 * answers[at + REVENUE].expected.point)};
        now[k] = (ptl_change_flow){(int64_t)y[at + VISITS][WEEKS - 1],
                                   (int64_t)y[at + ORDERS][WEEKS - 1],
                                   (int64_t)llround(1e6 * y[at + REVENUE][WEEKS - 1])};
    }
    ptl_change_parts p;
    EXPECT_OK(ptl_change_split(&p, before, now, n, &err));
    return p;
}

static void nothing_is_named_where_nothing_changed(void **state)
{
    (void)state;
    const planted nothing = {NOTHING, -1, -1, 1.0};
    int named = 0;
    for (uint64_t w = 0; w < WORLDS; w++) {
        a_world(1000 + w, &nothing);
        named += ask().n_found > 0;
    }
    print_message("%d of %d null worlds name something\n", named, WORLDS);
    EXPECT_LE(named, 0.10 * WORLDS);
}

/* Revenue moves by a tenth of the company's: of a channel with share s, by 0.1 / s of its own. */
static planted plant_in(uint64_t world)
{
    planted p = {VOLUME + (enum plant)(world % 4), (int)(world / 4 % 3), -1, 0.0};
    const double own = share[p.channel] * conversion[p.channel];
    double all = 0.0;
    for (int c = 0; c < CHANNELS; c++) all += share[c] * conversion[c];
    const double size = 0.1 * all / own;
    p.factor = world / 12 % 2 ? 1.0 + size : 1.0 - size;
    if (p.what != MIX) return p;
    p.channel = 2; /* visits of the best channel go where fewer buy */
    p.other = 1;
    p.factor = 0.1 * all / (share[2] * (conversion[2] - conversion[1]));
    return p;
}

/* The planted part is the largest of the four, and its size that of ten least changes within 40 %:
 * the other parts are not zero, because that week's visits, orders and baskets were drawn too. */
static bool is_right(const planted *p, const ptl_change_result *r)
{
    const bool mix = p->what == MIX;
    const ptl_change_parts s = mix ? split(0, CHANNELS) : split(p->channel, 1);
    const int64_t part[] = {0, s.volume, s.rate, s.price, s.mix};
    const double size = 10.0 * 1e6 * cells[REVENUE].least;
    const bool more = !mix && p->factor > 1.0;
    for (int k = VOLUME; k <= MIX; k++)
        if (k != (int)p->what && llabs(part[k]) >= llabs(part[p->what])) return false;
    return names(r, p->channel) && (!mix || names(r, p->other)) && (part[p->what] > 0) == more &&
           fabs((double)llabs(part[p->what]) / size - 1.0) <= 0.4;
}

static void planted_changes_are_named_and_split(void **state)
{
    (void)state;
    int right = 0;
    for (uint64_t w = 0; w < WORLDS; w++) {
        const planted p = plant_in(w);
        a_world(5000 + w, &p);
        const ptl_change_result r = ask();
        right += is_right(&p, &r);
    }
    print_message("%d of %d planted changes found and split right\n", right, WORLDS);
    EXPECT_LE(0.95 * WORLDS, right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_named_where_nothing_changed),
        cmocka_unit_test(planted_changes_are_named_and_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
