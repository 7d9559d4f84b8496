/* surprise.c: how unlikely one miss is among those made before.
 *
 * The question.   A rule has missed by r_1 … r_m so far and now by r. Was that chance?
 * The quantity.   P(|R| >= |r|), small where the miss is far out.
 * The model.      R / s is Student's t, s^2 = mean r_i^2: around zero, because a rule that is
 *                 always a little off must not cry every day. Its degrees of freedom are the fewer
 *                 of m - 1 and those whose kurtosis the misses show, 4 + 6 / excess, at least 3;
 *                 to what they show comes one standard error, sqrt(24 / m), because few misses
 *                 seldom hold the largest that their law has:
 *                 sales days and late files give heavy tails, and a normal law would take each of
 *                 them for a change. Order statistics alone (expect.c) cannot go below 1 / (m + 1),
 *                 which is no use where many series are asked at once.
 * Not identified. Below 8 misses: NaN. */
#include "portolan/change.h"
#include "portolan/distribution.h"

enum { MISSES_MIN = 8 };
#define DF_MIN 3.0 /* fewer have no variance, which the scale is made from */

typedef struct law {
    double scale, df;
} law;

static law law_of(const double *misses, int64_t m)
{
    double squares = 0.0, fourths = 0.0;
    for (int64_t i = 0; i < m; i++) {
        const double square = misses[i] * misses[i];
        squares += square;
        fourths += square * square;
    }
    const double variance = squares / (double)m;
    law l = {sqrt(variance), (double)(m - 1)};
    if (!(variance > 0.0)) return l;
    const double shown = fourths / (double)m / (variance * variance) - 3.0;
    const double excess = (shown > 0.0 ? shown : 0.0) + sqrt(24.0 / (double)m);
    if (4.0 + 6.0 / excess < l.df) l.df = 4.0 + 6.0 / excess;
    if (!(l.df > DF_MIN)) l.df = DF_MIN;
    /* a t with few degrees is wider than its scale: match variances, not scales */
    l.scale *= sqrt((l.df - 2.0) / l.df) * sqrt((double)m / (double)(m - 1));
    return l;
}

double ptl_surprise(double miss, const double *misses, int64_t m)
{
    if (m < MISSES_MIN || !isfinite(miss)) return PTL_NAN;
    const law l = law_of(misses, m);
    if (!(l.scale > 0.0)) return miss == 0.0 ? 1.0 : 0.0;
    return 2.0 * exp(ptl_student_t_lccdf(fabs(miss) / l.scale, l.df, 0.0, 1.0));
}

double ptl_surprise_quantile(double chance, const double *misses, int64_t m)
{
    if (m < MISSES_MIN || !(chance > 0.0 && chance < 1.0)) return PTL_NAN;
    const law l = law_of(misses, m);
    return l.scale * ptl_student_t_quantile(1.0 - 0.5 * chance, l.df, 0.0, 1.0);
}
