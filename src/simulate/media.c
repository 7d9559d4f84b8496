/* media.c: carry-over and saturation of the worlds (media.h). */
#include "simulate/media.h"

#include <math.h>

static double weight_at(const ptl_media *media, double lag)
{
    switch (media->carry) {
    case PTL_CARRY_GEOMETRIC:
        return pow(media->retention, lag);
    case PTL_CARRY_DELAYED:
        return pow(media->retention, (lag - media->peak) * (lag - media->peak));
    case PTL_CARRY_WEIBULL: {
        const double t = (lag + 0.5) / media->peak, shape = 1.6;
        return pow(t, shape - 1.0) * exp(-pow(t, shape));
    }
    case PTL_CARRY_NONE:
        break;
    }
    return lag > 0.0 ? 0.0 : 1.0;
}

void ptl_media_weights(double out[PTL_SIM_LAGS], const ptl_media *media)
{
    double total = 0.0;
    for (int lag = 0; lag < PTL_SIM_LAGS; lag++) {
        out[lag] = weight_at(media, (double)lag);
        total += out[lag];
    }
    for (int lag = 0; lag < PTL_SIM_LAGS; lag++) out[lag] /= total;
}

double ptl_media_curve(const ptl_media *media, double level)
{
    if (!(level > 0.0)) return 0.0;
    switch (media->curve) {
    case PTL_CURVE_EXPONENTIAL:
        return 1.0 - exp(-level / media->half);
    case PTL_CURVE_LOGISTIC: {
        const double floor = 1.0 / (1.0 + exp(media->slope * media->half));
        const double raw = 1.0 / (1.0 + exp(-media->slope * (level - media->half)));
        return (raw - floor) / (1.0 - floor);
    }
    case PTL_CURVE_LOG:
        return log1p(level / media->half) / 3.0;
    case PTL_CURVE_HILL:
        break;
    }
    const double up = pow(level, media->slope);
    return up / (up + pow(media->half, media->slope));
}

const char *ptl_carry_name(ptl_carry carry)
{
    static const char *const names[] = {"none", "geometric", "delayed", "weibull"};
    return names[carry];
}

const char *ptl_curve_name(ptl_curve curve)
{
    static const char *const names[] = {"hill", "exponential", "logistic", "log"};
    return names[curve];
}
