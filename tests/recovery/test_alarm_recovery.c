/* test_alarm_recovery: shops in which nothing is wrong, day by day, and shops in which something
 * is.
 *
 * Twelve series a shop: orders, revenue and media of four channels. Weekdays, a year's pattern,
 * growth, noise that lasts, a sale every seventh week or so, a file that comes a day late now and
 * then (its money falls to the next day). Counts are drawn, baskets are log-normal. None of it is
 * the estimator's model. False alarms are counted over 12 shops x 16 weeks; broken days are a
 * channel that stops. */
#include "support/expect.h"

#include "portolan/alarm.h"
#include "portolan/random.h"

enum { CHANNELS = 4, METRICS = 3, SERIES = CHANNELS * METRICS, SHOPS = 12, WEEKS = 16 };
enum { HISTORY = 500, DAYS = HISTORY + 7 * WEEKS };

static double y[SERIES][DAYS], work[4096];
static ptl_error err;

static double poisson(ptl_rng *rng, double mean)
{
    if (mean > 80.0) {
        const double x = floor(mean + sqrt(mean) * ptl_rng_normal(rng) + 0.5);
        return x > 0.0 ? x : 0.0;
    }
    double count = 0.0;
    for (double t = ptl_rng_exponential(rng); t < mean; t += ptl_rng_exponential(rng)) count++;
    return count;
}

static double baskets(ptl_rng *rng, double orders)
{
    double sum = 0.0;
    for (double i = 0.0; i < orders; i++) sum += 47.9 * exp(0.55 * ptl_rng_normal(rng));
    return sum;
}

static void a_day(ptl_rng *rng, int t, double lasting[CHANNELS], bool sale)
{
    static const double weekday[7] = {1.12, 1.05, 0.98, 0.96, 0.91, 0.83, 1.15};
    static const double size[CHANNELS] = {130.0, 72.0, 31.0, 12.0};
    const double company = weekday[t % 7] * exp(0.15 * sin(t * 0.01726) + 0.0004 * t);
    for (int c = 0; c < CHANNELS; c++) {
        lasting[c] = 0.5 * lasting[c] + 0.05 * ptl_rng_normal(rng);
        const double demand = size[c] * company * exp(lasting[c]) * (sale ? 1.25 : 1.0);
        y[c * METRICS][t] = poisson(rng, demand);
        y[c * METRICS + 1][t] = baskets(rng, y[c * METRICS][t]);
        y[c * METRICS + 2][t] = 9.0 * size[c] * exp(0.1 * ptl_rng_normal(rng));
    }
}

static void a_shop(uint64_t seed)
{
    ptl_rng rng = ptl_rng_new(seed);
    double lasting[CHANNELS] = {0};
    for (int t = 0; t < DAYS; t++) {
        const bool sale = ptl_rng_uniform(&rng) < 0.02;
        a_day(&rng, t, lasting, sale);
        if (t == 0 || ptl_rng_uniform(&rng) >= 0.004) continue;
        for (int m = 0; m < METRICS; m++) { /* a part of yesterday is counted today */
            const double late = 0.3 * y[m][t - 1];
            y[m][t - 1] -= late;
            y[m][t] += late;
        }
    }
}

static int64_t alarms_on(int day, ptl_alarm_answer answers[SERIES])
{
    const double *series[SERIES];
    int64_t n = 0;
    for (int i = 0; i < SERIES; i++) series[i] = y[i];
    EXPECT_OK(ptl_alarm_find(answers, &n, series, SERIES, day + 1, NULL, work, &err));
    return n;
}

static void at_most_one_false_alarm_a_week(void **state)
{
    (void)state;
    ptl_alarm_answer answers[SERIES];
    int64_t n = 0;
    for (uint64_t shop = 0; shop < SHOPS; shop++) {
        a_shop(300 + shop);
        for (int day = HISTORY; day < DAYS; day++) n += alarms_on(day, answers);
    }
    print_message("%.2f false alarms a week over %d weeks\n", (double)n / (SHOPS * WEEKS),
                  SHOPS * WEEKS);
    EXPECT_LE((double)n / (SHOPS * WEEKS), 1.0);
}

static void broken_days_are_found(void **state)
{
    (void)state;
    ptl_alarm_answer answers[SERIES];
    int found = 0, asked = 0;
    for (uint64_t shop = 0; shop < 40; shop++) {
        a_shop(900 + shop);
        const int day = HISTORY + (int)shop, channel = (int)(shop % 2);
        for (int m = 0; m < 2; m++) y[channel * METRICS + m][day] *= 0.3; /* tracking broke */
        (void)alarms_on(day, answers);
        found += answers[channel * METRICS].raised || answers[channel * METRICS + 1].raised;
        asked++;
    }
    print_message("%d of %d broken days found\n", found, asked);
    EXPECT_LE(0.95 * asked, found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_most_one_false_alarm_a_week),
        cmocka_unit_test(broken_days_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
