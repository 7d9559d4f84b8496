/* forecast_score.c: how good the forecasts were that have come out.
 *
 * WAPE = sum |actual - forecast| / sum |actual| weighs a period by its size, and is defined where
 * single periods are zero, as MAPE is not. Brier (1950) is the mean squared distance of stated
 * chances from what came true; it is least in expectation for chances that were meant. Each stands
 * beside the same score of the simplest rule, without which no figure says whether it is good. */
#include "portolan/forecast.h"

#include <math.h>

typedef struct sums {
    double actual, miss, miss_naive, over, brier, brier_naive;
    int64_t n_naive, n_inside, n_interval, n_chances;
    double actual_naive; /* of the periods that have a naive forecast */
} sums;

static double square(double x)
{
    return x * x;
}

static void add_chance(sums *s, const ptl_forecast_outcome *o)
{
    if (!(o->chance >= 0.0 && o->chance <= 1.0) || !isfinite(o->threshold)) return;
    const double came_true = o->actual >= o->threshold ? 1.0 : 0.0;
    s->brier += square(o->chance - came_true);
    s->brier_naive += square(o->chance_naive - came_true);
    s->n_chances++;
}

static void add(sums *s, const ptl_forecast_outcome *o)
{
    s->actual += fabs(o->actual);
    s->miss += fabs(o->actual - o->forecast.point);
    s->over += o->forecast.point - o->actual;
    if (isfinite(o->naive)) {
        s->miss_naive += fabs(o->actual - o->naive);
        s->actual_naive += fabs(o->actual);
        s->n_naive++;
    }
    if (o->forecast.low <= o->forecast.high) {
        s->n_interval++;
        s->n_inside += o->forecast.low <= o->actual && o->actual <= o->forecast.high;
    }
    add_chance(s, o);
}

static double ratio(double part, double whole)
{
    return whole > 0.0 ? part / whole : PTL_NAN;
}

ptl_status ptl_forecast_score_all(ptl_forecast_score *out, const ptl_forecast_outcome *outcomes,
                                  int64_t n, ptl_error *err)
{
    sums s = {0};
    if (n < 0) return ptl_fail(err, PTL_E_INVALID, "n must not be negative");
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(outcomes[i].actual) || !isfinite(outcomes[i].forecast.point))
            return ptl_fail(err, PTL_E_INVALID, "outcome %lld has no %s", (long long)i + 1,
                            isfinite(outcomes[i].actual) ? "forecast" : "actual value");
        add(&s, &outcomes[i]);
    }
    *out = (ptl_forecast_score){.n = n,
                                .wape = ratio(s.miss, s.actual),
                                .wape_naive = ratio(s.miss_naive, s.actual_naive),
                                .bias = ratio(s.over, s.actual),
                                .coverage = ratio((double)s.n_inside, (double)s.n_interval),
                                .n_chances = s.n_chances,
                                .brier = ratio(s.brier, (double)s.n_chances),
                                .brier_naive = ratio(s.brier_naive, (double)s.n_chances)};
    return PTL_OK;
}
