/* forecast: 1,428 monthly series of 115 months, 18 ahead, with intervals measured from 48 past
 * moments each: the shape of M3's monthly part. `candidate` is the default method, `baseline` the
 * Theta method alone, which is what it has to be compared with: its points are the competition's
 * best, and it costs a third. Checked: every interval holds its point, and nothing explodes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "portolan/forecast.h"
#include "portolan/random.h"

enum { SERIES = 1428, MONTHS = 115, AHEAD = 18 };

static double work[MONTHS + 2 * 12 + 2 * AHEAD];

static void draw(double y[MONTHS], ptl_rng *rng)
{
    double level = 3000.0 + 900.0 * ptl_rng_normal(rng), drift = 12.0 * ptl_rng_normal(rng);
    for (int t = 0; t < MONTHS; t++) {
        y[t] = level * (1.0 + 0.2 * sin(t * 0.5235988)) + 150.0 * ptl_rng_normal(rng);
        level += drift + 60.0 * ptl_rng_normal(rng);
    }
}

int main(int argc, char **argv)
{
    ptl_forecast_options o = ptl_forecast_options_default();
    ptl_forecast_result r;
    ptl_estimate path[AHEAD], total[AHEAD];
    ptl_error err;
    double y[MONTHS], sum = 0.0;
    ptl_rng rng = ptl_rng_new(3003);
    o.season = 12;
    o.horizon = AHEAD;
    if (argc > 1 && strcmp(argv[1], "baseline") == 0) o.method = PTL_FORECAST_THETA;
    for (int i = 0; i < SERIES; i++) {
        draw(y, &rng);
        if (ptl_forecast_solve(&r, path, total, y, MONTHS, &o, work, &err) != PTL_OK) return 1;
        for (int h = 0; h < AHEAD; h++) {
            if (!(path[h].low <= path[h].point && path[h].point <= path[h].high)) return 2;
            if (!(fabs(path[h].point) < 1e6)) return 3;
            sum += path[h].point;
        }
    }
    printf("%d series, sum of forecasts %.6g\n", SERIES, sum);
    return 0;
}
