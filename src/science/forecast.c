/* forecast.c: what a series will be, and how far off such forecasts have been.
 *
 * The question.   Where does the series go in the next H periods, and what do the first h of them
 *                 add up to, with which intervals?
 * The quantity.   y_{n+h} and sum_{i<=h} y_{n+i}, each with an interval that holds it with
 *                 probability p.
 * The model.      After the seasons are out (forecast_season.c), three smoothers with additive
 *                 errors, fitted by least squares (forecast_smooth.c): simple smoothing, a damped
 *                 trend, and Theta, which is simple smoothing with drift, half the slope of a
 *                 straight line (Hyndman & Billah 2003, eqs 3-5, of Assimakopoulos & Nikolopoulos
 *                 2000). Their mean is the forecast: in the M3 competition no choice among them
 *                 beats their mean (Makridakis & Hibon 2000, conclusion 3).
 * The method.     The width is measured, not assumed. From each of `origins` past moments T the
 * same code, given only y_1 … y_T, forecasts what is known today. A miss h periods ahead is divided
 * by g_h, g_h^2 = 1 + sum_{j<h} w_j^2, w_j the weight that an error has j periods later; the root
 * mean square of these is the spread. For sums the miss of the sum is divided by G_h, G_h^2 = sum_i
 * (sum_{j<=h-i} w_j)^2. The interval is point ± t_{df} · spread · g_h with df the past moments less
 * one. Differences.    Theta's own intervals take the fit's residuals, and in the M3's monthly
 * series hold 68 of 100 at 80 %; refitting at every past moment brings in what estimation and
 * choosing cost. The misses of one moment hang together, so df counts moments, not misses. Seasons
 * multiply the width where they multiply the series. Not identified. Below 4 periods everything is
 * NaN. Below 4 past moments the spread is the fit's own, corrected for its parameters, and the
 * verdict is INACCURATE. Cost.           A fit is some 200 passes over the series, a refit some 60;
 * O(origins (n + H^2)), no allocation. 1,428 monthly series of M3 take seconds. */
#include "portolan/distribution.h"
#include "science/forecast_internal.h"

enum {
    PERIODS_MIN = 4,
    TRAINED_MIN = 8,       /* periods before the first past moment                       */
    SEASONAL_ORIGINS = 12, /* moments wanted with two full seasons before, else fewer do */
    ORIGINS_MIN = 4,
    ORIGINS_MAX = 200,
    LONG_SEASON = 26, /* half a year of weeks: few series hold three such seasons          */
    N_PARAMETERS = 3  /* of the mean of three: level, trend, weight */
};

/* Whether seasons are taken out. A long season is seen too few times for the test of
 * autocorrelation to speak: both are tried on the past, and the nearer one is kept. */
typedef enum season_rule { TESTED, ALWAYS, NEVER } season_rule;

/* The series without its seasons, and three smoothers of it. */
typedef struct fit {
    ptl_forecast_method method;
    ptl_forecast_season kind;
    int32_t season;
    int64_t n;
    double *index; /* [season] */
    double *x;     /* [n] the series without seasons */
    season_rule rule;
    ptl_smooth simple, damped;
    double slope;
} fit;

/* The forecast, step by step. */
typedef struct walk {
    const fit *f;
    int64_t h;       /* periods ahead, 1 for the first step             */
    double point;    /* of this period                                  */
    double sum;      /* of the periods so far                           */
    double g, g_sum; /* both in units of the one-step error's deviation */
    double squares;  /* sum of w_j^2 so far                             */
    double *w;       /* [horizon] weight of an error j periods later    */
    double *c;       /* [horizon] of error i on the sum so far          */
} walk;

ptl_forecast_options ptl_forecast_options_default(void)
{
    return (ptl_forecast_options){.size = (int32_t)sizeof(ptl_forecast_options),
                                  .season = 1,
                                  .horizon = 13,
                                  .origins = 48,
                                  .probability = 0.80,
                                  .method = PTL_FORECAST_COMBINED};
}

static ptl_status check_options(const ptl_forecast_options *o, ptl_error *err)
{
    if (o->season < 1 || o->season > PTL_FORECAST_SEASON_MAX)
        return ptl_fail(err, PTL_E_INVALID, "season must be 1 to %d periods, not %d",
                        PTL_FORECAST_SEASON_MAX, o->season);
    if (o->horizon < 1 || o->horizon > PTL_FORECAST_HORIZON_MAX)
        return ptl_fail(err, PTL_E_INVALID, "horizon must be 1 to %d periods, not %d",
                        PTL_FORECAST_HORIZON_MAX, o->horizon);
    if (o->origins < ORIGINS_MIN || o->origins > ORIGINS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "origins must be %d to %d, not %d", ORIGINS_MIN,
                        ORIGINS_MAX, o->origins);
    if (!(o->probability > 0.0 && o->probability < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "probability must lie between 0 and 1, not %g",
                        o->probability);
    if ((unsigned)o->method > PTL_FORECAST_THETA)
        return ptl_fail(err, PTL_E_INVALID, "forecast method %d does not exist", (int)o->method);
    return PTL_OK;
}

static ptl_status check(const double *y, int64_t n, const ptl_forecast_options *o, ptl_error *err)
{
    PTL_TRY(check_options(o, err));
    if (n < 0 || n > PTL_FORECAST_PERIODS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "a series has 0 to %d periods, not %lld",
                        PTL_FORECAST_PERIODS_MAX, (long long)n);
    for (int64_t t = 0; t < n; t++)
        if (!isfinite(y[t]))
            return ptl_fail(err, PTL_E_INVALID, "period %lld is not a finite number",
                            (long long)t + 1);
    return PTL_OK;
}

int64_t ptl_forecast_work_n(int64_t n, const ptl_forecast_options *options)
{
    const ptl_forecast_options o = options ? *options : ptl_forecast_options_default();
    if (n < 0 || check_options(&o, NULL) != PTL_OK) return 0;
    return n + 2 * (int64_t)o.season + 2 * (int64_t)o.horizon;
}

/* --- one fit and its points ------------------------------------------------------------------- */

/* `start` (nullable): a fit of nearly the same series, from which the search begins. */
static void fit_series(fit *f, const double *y, int64_t n, const fit *start)
{
    f->n = n;
    const bool shrink = f->method != PTL_FORECAST_THETA; /* Theta alone is as it was published */
    const bool seasonal =
        f->rule == ALWAYS || (f->rule == TESTED && ptl_season_visible(y, n, f->season));
    f->kind = seasonal ? ptl_season_find(f->index, y, n, f->season, shrink) : PTL_SEASON_NONE;
    for (int64_t t = 0; t < n; t++)
        f->x[t] = ptl_season_remove(f->kind, f->index, f->season, t, y[t]);
    if (f->method != PTL_FORECAST_DAMPED)
        ptl_smooth_simple(&f->simple, f->x, n, start ? &start->simple : NULL);
    if (f->method == PTL_FORECAST_COMBINED || f->method == PTL_FORECAST_DAMPED)
        ptl_smooth_damped(&f->damped, f->x, n, start ? &start->damped : NULL);
    f->slope = ptl_line_slope(f->x, n);
}

static double damped_point(const fit *f, int64_t h)
{
    const double phi = f->damped.phi;
    return f->damped.level + f->damped.trend * phi * (1.0 - pow(phi, (double)h)) / (1.0 - phi);
}

/* Hyndman & Billah, eq. 5: the drift has worked on the smoothed level since the first period. */
static double theta_point(const fit *f, int64_t h)
{
    const double alpha = f->simple.alpha;
    const double periods = (double)(h - 1) + (1.0 - pow(1.0 - alpha, (double)f->n)) / alpha;
    return f->simple.level + 0.5 * f->slope * periods;
}

static double point_at(const fit *f, int64_t h)
{
    switch (f->method) {
    case PTL_FORECAST_SIMPLE:
        return f->simple.level;
    case PTL_FORECAST_DAMPED:
        return damped_point(f, h);
    case PTL_FORECAST_THETA:
        return theta_point(f, h);
    case PTL_FORECAST_COMBINED:
        break;
    }
    return (f->simple.level + damped_point(f, h) + theta_point(f, h)) / 3.0;
}

static double weight_at(const fit *f, int64_t j)
{
    if (j == 0) return 1.0;
    if (f->method == PTL_FORECAST_DAMPED) return ptl_smooth_weight(&f->damped, j);
    if (f->method != PTL_FORECAST_COMBINED) return f->simple.alpha;
    return (2.0 * f->simple.alpha + ptl_smooth_weight(&f->damped, j)) / 3.0;
}

/* --- walking ahead ---------------------------------------------------------------------------- */

static walk walk_from(const fit *f, double *w, double *c)
{
    return (walk){.f = f, .w = w, .c = c};
}

static void walk_on(walk *k)
{
    const fit *f = k->f;
    const int64_t h = ++k->h, t = f->n + h - 1;
    const double factor = f->kind == PTL_SEASON_MULTIPLICATIVE ? f->index[t % f->season] : 1.0;
    k->point = ptl_season_restore(f->kind, f->index, f->season, t, point_at(f, h));
    k->sum += k->point;
    k->w[h - 1] = weight_at(f, h - 1);
    k->squares += k->w[h - 1] * k->w[h - 1];
    k->g = factor * sqrt(k->squares);
    double squares = 0.0;
    k->c[h - 1] = 0.0;
    for (int64_t i = 0; i < h; i++) {
        k->c[i] += factor * k->w[h - 1 - i];
        squares += k->c[i] * k->c[i];
    }
    k->g_sum = sqrt(squares);
}

/* --- the width, from past moments ------------------------------------------------------------- */

typedef struct misses {
    double squares, squares_sum; /* of misses over their model width      */
    double error;                /* of misses as they are, sums and all   */
    int64_t n, n_origins;
} misses;

static int64_t first_origin(int64_t n, const ptl_forecast_options *o)
{
    int64_t least = o->season > 1 ? 2 * (int64_t)o->season + 1 : TRAINED_MIN;
    if (least > n - SEASONAL_ORIGINS) least = n - SEASONAL_ORIGINS;
    if (least < TRAINED_MIN) least = TRAINED_MIN;
    return n - o->origins > least ? n - o->origins : least;
}

static void look_back(misses *m, fit *then, const fit *now, const double *y, int64_t n,
                      const ptl_forecast_options *o, double *w, double *c)
{
    *m = (misses){0};
    for (int64_t origin = first_origin(n, o); origin < n; origin++) {
        fit_series(then, y, origin, now);
        walk k = walk_from(then, w, c);
        double actual = 0.0;
        for (int64_t h = 1; h <= o->horizon && origin + h <= n; h++) {
            walk_on(&k);
            const double value = y[origin + h - 1];
            actual += value;
            const double miss = (value - k.point) / k.g, miss_sum = (actual - k.sum) / k.g_sum;
            m->squares += miss * miss;
            m->squares_sum += miss_sum * miss_sum;
            m->error += (value - k.point) * (value - k.point);
            m->n++;
        }
        m->n_origins++;
    }
}

/* Whether the past was nearer with the season; then `m` holds its misses. */
static bool try_season(misses *m, fit *then, const double *y, int64_t n,
                       const ptl_forecast_options *o, double *w, double *c)
{
    if (n - (2 * (int64_t)o->season + 1) < SEASONAL_ORIGINS) return false;
    misses seasonal;
    then->rule = ALWAYS;
    look_back(&seasonal, then, NULL, y, n, o, w, c);
    if (!(seasonal.error < m->error)) return false;
    *m = seasonal;
    return true;
}

/* Root mean squared one-step error of the mean of the methods, on the series without seasons. */
static double sigma_of(const fit *f)
{
    const double simple = sqrt(f->simple.sse / (double)f->n);
    const double damped = sqrt(f->damped.sse / (double)f->n);
    if (f->method == PTL_FORECAST_DAMPED) return damped;
    return f->method == PTL_FORECAST_COMBINED ? (2.0 * simple + damped) / 3.0 : simple;
}

static void set_spread(ptl_forecast_result *r, const fit *f, const misses *m)
{
    r->n_origins = m->n_origins;
    r->sigma = sigma_of(f);
    r->verdict = m->n_origins >= ORIGINS_MIN ? PTL_CONVERGED : PTL_INACCURATE;
    if (r->verdict == PTL_CONVERGED) {
        r->df = (double)(m->n_origins - 1);
        r->spread = sqrt(m->squares / (double)m->n);
        r->spread_total = sqrt(m->squares_sum / (double)m->n);
        return;
    }
    r->df = (double)(f->n > N_PARAMETERS + 1 ? f->n - N_PARAMETERS : 1);
    r->spread = r->spread_total = r->sigma * sqrt((double)f->n / r->df);
}

/* --- the answer ------------------------------------------------------------------------------- */

static ptl_estimate around(double point, double half, double probability)
{
    return (ptl_estimate){point, point - half, point + half, probability};
}

static void write_path(ptl_forecast_result *r, ptl_estimate *path, ptl_estimate *total,
                       const fit *f, const ptl_forecast_options *o, double *w, double *c)
{
    const double t = ptl_student_t_quantile(0.5 + 0.5 * o->probability, r->df, 0.0, 1.0);
    walk k = walk_from(f, w, c);
    for (int64_t h = 0; h < o->horizon; h++) {
        walk_on(&k);
        path[h] = around(k.point, t * r->spread * k.g, o->probability);
        if (total) total[h] = around(k.sum, t * r->spread_total * k.g_sum, o->probability);
    }
}

static void describe(ptl_forecast_result *r, const fit *f)
{
    r->season = f->kind;
    r->slope = f->slope;
    if (f->method != PTL_FORECAST_DAMPED) r->alpha_simple = f->simple.alpha;
    if (f->method != PTL_FORECAST_COMBINED && f->method != PTL_FORECAST_DAMPED) return;
    r->alpha = f->damped.alpha;
    r->beta = f->damped.beta;
    r->phi = f->damped.phi;
}

static void say_nothing(ptl_forecast_result *r, ptl_estimate *path, ptl_estimate *total, int64_t n)
{
    const ptl_estimate none = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    r->verdict = PTL_NOT_IDENTIFIED;
    for (int64_t h = 0; h < n; h++) {
        path[h] = none;
        if (total) total[h] = none;
    }
}

ptl_status ptl_forecast_solve(ptl_forecast_result *result, ptl_estimate *path, ptl_estimate *total,
                              const double *y, int64_t n, const ptl_forecast_options *options,
                              double *work, ptl_error *err)
{
    const ptl_forecast_options o = options ? *options : ptl_forecast_options_default();
    PTL_TRY(check(y, n, &o, err));
    *result = (ptl_forecast_result){.alpha = PTL_NAN,
                                    .beta = PTL_NAN,
                                    .phi = PTL_NAN,
                                    .alpha_simple = PTL_NAN,
                                    .slope = PTL_NAN,
                                    .sigma = PTL_NAN,
                                    .df = PTL_NAN,
                                    .spread = PTL_NAN,
                                    .spread_total = PTL_NAN};
    if (n < PERIODS_MIN) {
        say_nothing(result, path, total, o.horizon);
        return PTL_OK;
    }
    double *const x = work, *const w = work + n + 2 * (int64_t)o.season, *const c = w + o.horizon;
    fit now = {.method = o.method, .season = o.season, .index = work + n, .x = x};
    fit then = {.method = o.method, .season = o.season, .index = work + n + o.season, .x = x};
    then.rule = now.rule = o.season < LONG_SEASON ? TESTED : NEVER;
    fit_series(&now, y, n, NULL);
    misses m;
    look_back(&m, &then, &now, y, n, &o, w, c);
    if (now.rule == NEVER && try_season(&m, &then, y, n, &o, w, c)) {
        now.rule = ALWAYS;
        fit_series(&now, y, n, NULL);
    }
    describe(result, &now);
    set_spread(result, &now, &m);
    write_path(result, path, total, &now, &o, w, c);
    return PTL_OK;
}

double ptl_forecast_chance(const ptl_estimate *e, double df, double threshold)
{
    if (!(e->low <= e->high) || !(df > 0.0)) return PTL_NAN;
    const double t = ptl_student_t_quantile(0.5 + 0.5 * e->probability, df, 0.0, 1.0);
    const double scale = 0.5 * (e->high - e->low) / t;
    if (!(scale > 0.0)) return e->point >= threshold ? 1.0 : 0.0;
    return exp(ptl_student_t_lcdf((e->point - threshold) / scale, df, 0.0, 1.0));
}
