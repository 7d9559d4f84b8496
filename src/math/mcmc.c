/* mcmc.c: whether draws of Markov chains may be believed, and how precisely.
 *
 * The question.   M chains of S dependent draws: have they forgotten their starts, and how many
 *                 independent draws would say as much?
 * The quantity.   R-hat = sqrt((B/W + S - 1)/S) over halves of chains, B between and W within them;
 *                 ESS = M S / tau with tau = -1 + 2 sum of autocorrelations.
 * The method.     Vehtari, Gelman, Simpson, Carpenter & Bürkner 2021: draws are replaced by normal
 *                 scores of their ranks, z = Phi^-1((r - 3/8)/(N + 1/4)) (eq. 14), so that heavy
 *                 tails do no harm; R-hat is the larger of that of z and that of the folded
 *                 |x - median|, so that chains of different spread are seen too. Autocorrelations
 *                 of all chains are pooled (eq. 10) and summed while the sums of neighbouring pairs
 *                 are positive, made monotone (Geyer 1992). Tail ESS is the lesser of those of the
 *                 indicators of the 5 % and 95 % quantiles; MCSE of a quantile is half the distance
 *                 of the order statistics at the 16 % and 84 % points of Beta(ESS p + 1,
 *                 ESS (1 - p) + 1) (§4.4).
 * Differences.    Autocovariances are summed directly, lag by lag, until the pairs end: chains
 *                 that mix need few lags, and no transform is needed for them. ESS is at most
 *                 N log10 N, as in the reference implementations.
 * Not identified. A draw that is not finite, or fewer than four a chain: NaN. Draws that never
 *                 move: R-hat is 0/0, NaN, and a check on it fails.
 * Cost.           O(N log N) for the sort and O(N lags): few lags for chains that mix, up to S/2
 *                 for chains that do not, which at S = 1e5 is seconds a quantity. No allocation:
 *                 work holds 7 N + S. */
#include "portolan/mcmc.h"

#include <float.h>
#include <string.h>

#include "portolan/special.h"
#include "portolan/sum.h"

enum { DRAWS_MIN = 4 };

/* Slices of the work array, each of all draws. */
typedef struct board {
    double *split;             /* [2 chains][half], the draws themselves           */
    double *score;             /* same shape: what R-hat or ESS is computed of     */
    double *key, *place;       /* draws in ascending order, and where they stood   */
    double *key_to, *place_to; /* the other side of a merge                        */
    double *centred;           /* score less its chain's mean                      */
    double *rho;               /* [half] autocorrelations                          */
    int64_t n_halves, half, n;
} board;

int64_t ptl_mcmc_work_n(int64_t n_chains, int64_t n_draws)
{
    return 7 * n_chains * n_draws + n_draws;
}

/* Copy the halves of chains into split; an odd draw in the middle is left out. False where the
 * draws cannot be judged. */
static bool lay_out(board *b, const ptl_mcmc_view *v, double *work)
{
    const int64_t all = v->n_chains * v->n_draws;
    if (v->n_chains < 1 || v->n_draws < DRAWS_MIN) return false;
    double **const slices[] = {&b->split,  &b->score,    &b->key,    &b->place,
                               &b->key_to, &b->place_to, &b->centred};
    for (int i = 0; i < 7; i++) *slices[i] = work + i * all;
    b->rho = work + 7 * all;
    b->half = v->n_draws / 2;
    b->n_halves = 2 * v->n_chains;
    b->n = b->n_halves * b->half;
    for (int64_t h = 0; h < b->n_halves; h++) {
        const int64_t from = h % 2 ? v->n_draws - b->half : 0;
        const double *const chain = v->x + (h / 2) * v->chain_stride;
        for (int64_t i = 0; i < b->half; i++) {
            const double x = chain[(from + i) * v->draw_stride];
            if (!isfinite(x)) return false;
            b->split[h * b->half + i] = x;
        }
    }
    return true;
}

/* Merge two ascending runs [from, middle) and [middle, to) of key and place into the other side. */
static void merge(const board *b, int64_t from, int64_t middle, int64_t to)
{
    int64_t i = from, j = middle;
    for (int64_t k = from; k < to; k++) {
        const bool left = i < middle && (j >= to || b->key[i] <= b->key[j]);
        const int64_t at = left ? i++ : j++;
        b->key_to[k] = b->key[at];
        b->place_to[k] = b->place[at];
    }
}

/* x[n] ascending into key, with the index each value had in place. Stable, n log n always. */
static void sort(board *b, const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        b->key[i] = x[i];
        b->place[i] = (double)i;
    }
    for (int64_t run = 1; run < n; run *= 2) {
        for (int64_t from = 0; from < n; from += 2 * run) {
            const int64_t middle = from + run < n ? from + run : n;
            merge(b, from, middle, middle + run < n ? middle + run : n);
        }
        double *const key = b->key, *const place = b->place;
        b->key = b->key_to, b->place = b->place_to;
        b->key_to = key, b->place_to = place;
    }
}

/* score = normal scores of the ranks of x; ties share the mean of their ranks. */
static void rank_normalise(board *b, const double *x)
{
    sort(b, x, b->n);
    for (int64_t i = 0, j = 0; i < b->n; i = j) {
        for (j = i + 1; j < b->n && b->key[j] == b->key[i];) j++;
        const double rank = 0.5 * (double)(i + 1 + j);
        const double z = ptl_normal_quantile_std((rank - 0.375) / ((double)b->n + 0.25));
        for (int64_t k = i; k < j; k++) b->score[(int64_t)b->place[k]] = z;
    }
}

/* Type 7: linear between order statistics of the n values last sorted. */
static double sorted_quantile(const board *b, int64_t n, double p)
{
    const double at = p * (double)(n - 1), below = floor(at);
    const int64_t i = (int64_t)below;
    if (i + 1 >= n) return b->key[n - 1];
    return b->key[i] + (at - below) * (b->key[i + 1] - b->key[i]);
}

static double split_r_hat(const board *b, const double *score)
{
    double within = 0.0;
    const double s = (double)b->half;
    for (int64_t h = 0; h < b->n_halves; h++) {
        within += ptl_sum_variance(score + h * b->half, b->half);
        b->centred[h] = ptl_sum_mean(score + h * b->half, b->half);
    }
    within /= (double)b->n_halves;
    const double between = s * ptl_sum_variance(b->centred, b->n_halves);
    if (!(within > 0.0)) return PTL_NAN;
    return sqrt((between / within + s - 1.0) / s);
}

static double r_hat_of(board *b)
{
    rank_normalise(b, b->split);
    const double bulk = split_r_hat(b, b->score);
    const double median = sorted_quantile(b, b->n, 0.5);
    for (int64_t i = 0; i < b->n; i++) b->score[i] = fabs(b->split[i] - median);
    memcpy(b->centred, b->score, sizeof *b->score * (size_t)b->n);
    rank_normalise(b, b->centred);
    const double folded = split_r_hat(b, b->score);
    return isnan(bulk) || isnan(folded) ? PTL_NAN : fmax(bulk, folded);
}

/* Mean over chains of the autocovariance at a lag, divisor S. */
static double autocovariance(const board *b, int64_t lag)
{
    double total = 0.0;
    for (int64_t h = 0; h < b->n_halves; h++) {
        const double *const x = b->centred + h * b->half;
        for (int64_t i = 0; i + lag < b->half; i++) total += x[i] * x[i + lag];
    }
    return total / (double)(b->n_halves * b->half);
}

/* Center the score by chains; returns the variance between their means. */
static double centre(const board *b)
{
    ptl_sum means = {0}, squares = {0};
    for (int64_t h = 0; h < b->n_halves; h++) {
        const double mean = ptl_sum_mean(b->score + h * b->half, b->half);
        ptl_sum_add(&means, mean);
        for (int64_t i = 0; i < b->half; i++)
            b->centred[h * b->half + i] = b->score[h * b->half + i] - mean;
    }
    const double n = (double)b->n_halves, grand = ptl_sum_value(&means) / n;
    for (int64_t h = 0; h < b->n_halves; h++) {
        const double away = b->score[h * b->half] - b->centred[h * b->half] - grand;
        ptl_sum_add(&squares, away * away);
    }
    return ptl_sum_value(&squares) / (n - 1.0);
}

/* Geyer's sequences: fills rho, and returns the number of autocorrelations that count. */
static int64_t autocorrelate(const board *b, double mean_var, double var_plus)
{
    double even = 1.0, odd = 1.0 - (mean_var - autocovariance(b, 1)) / var_plus;
    b->rho[0] = even;
    b->rho[1] = odd;
    int64_t t = 1;
    for (; t < b->half - 3 && even + odd > 0.0; t += 2) {
        even = 1.0 - (mean_var - autocovariance(b, t + 1)) / var_plus;
        odd = 1.0 - (mean_var - autocovariance(b, t + 2)) / var_plus;
        b->rho[t + 1] = even;
        b->rho[t + 2] = odd;
    }
    const int64_t last = t - 2; /* of the last pair that was positive, or that ended the loop */
    for (int64_t k = 1; k <= last - 2; k += 2)
        if (b->rho[k + 1] + b->rho[k + 2] > b->rho[k - 1] + b->rho[k])
            b->rho[k + 1] = b->rho[k + 2] = 0.5 * (b->rho[k - 1] + b->rho[k]);
    /* one more even term improves the estimate where it is positive */
    if (last + 1 >= 0) b->rho[last + 1] = even > 0.0 ? even : 0.0;
    return last + 2;
}

/* ESS of the score array. */
static double ess_of_score(const board *b)
{
    const double n = (double)b->n, s = (double)b->half;
    double low = b->score[0], high = b->score[0];
    for (int64_t i = 1; i < b->n; i++) {
        low = fmin(low, b->score[i]);
        high = fmax(high, b->score[i]);
    }
    if (!(high - low > 0.0)) return n; /* a constant is known exactly by every draw */
    const double between = centre(b);
    const double mean_var = autocovariance(b, 0) * s / (s - 1.0);
    const int64_t n_rho = autocorrelate(b, mean_var, mean_var * (s - 1.0) / s + between);
    double sum = 0.0;
    for (int64_t t = 0; t < n_rho - 1; t++) sum += b->rho[t];
    const double tau = -1.0 + 2.0 * sum + b->rho[n_rho - 1];
    return n / fmax(tau, 1.0 / log10(n));
}

static double ess_of_indicator(board *b, double threshold)
{
    for (int64_t i = 0; i < b->n; i++) b->score[i] = b->split[i] <= threshold ? 1.0 : 0.0;
    return ess_of_score(b);
}

/* All draws, the middle one of odd chains too, in ascending order. */
static int64_t sort_all(board *b, const ptl_mcmc_view *v)
{
    int64_t n = 0;
    for (int64_t c = 0; c < v->n_chains; c++)
        for (int64_t i = 0; i < v->n_draws; i++)
            b->centred[n++] = v->x[c * v->chain_stride + i * v->draw_stride];
    sort(b, b->centred, n);
    return n;
}

double ptl_mcmc_r_hat(const ptl_mcmc_view *draws, double *work)
{
    board b;
    return lay_out(&b, draws, work) ? r_hat_of(&b) : PTL_NAN;
}

double ptl_mcmc_ess_bulk(const ptl_mcmc_view *draws, double *work)
{
    board b;
    if (!lay_out(&b, draws, work)) return PTL_NAN;
    rank_normalise(&b, b.split);
    return ess_of_score(&b);
}

double ptl_mcmc_ess_mean(const ptl_mcmc_view *draws, double *work)
{
    board b;
    if (!lay_out(&b, draws, work)) return PTL_NAN;
    memcpy(b.score, b.split, sizeof *b.score * (size_t)b.n);
    return ess_of_score(&b);
}

double ptl_mcmc_ess_quantile(const ptl_mcmc_view *draws, double p, double *work)
{
    board b;
    if (!(p > 0.0 && p < 1.0) || !lay_out(&b, draws, work)) return PTL_NAN;
    const int64_t n = sort_all(&b, draws);
    return ess_of_indicator(&b, sorted_quantile(&b, n, p));
}

double ptl_mcmc_ess_tail(const ptl_mcmc_view *draws, double *work)
{
    board b;
    if (!lay_out(&b, draws, work)) return PTL_NAN;
    const int64_t n = sort_all(&b, draws);
    const double low = sorted_quantile(&b, n, 0.05), high = sorted_quantile(&b, n, 0.95);
    return fmin(ess_of_indicator(&b, low), ess_of_indicator(&b, high));
}

double ptl_mcmc_quantile(const ptl_mcmc_view *draws, double p, double *work)
{
    board b;
    if (!(p >= 0.0 && p <= 1.0) || !lay_out(&b, draws, work)) return PTL_NAN;
    const int64_t n = sort_all(&b, draws);
    return sorted_quantile(&b, n, p);
}

/* Mean and standard deviation over all draws; false where they are none to speak of. */
static bool moments(const ptl_mcmc_view *v, double *mean, double *sd)
{
    ptl_sum total = {0}, squares = {0};
    const double n = (double)(v->n_chains * v->n_draws);
    for (int64_t c = 0; c < v->n_chains; c++)
        for (int64_t i = 0; i < v->n_draws; i++)
            ptl_sum_add(&total, v->x[c * v->chain_stride + i * v->draw_stride]);
    *mean = ptl_sum_value(&total) / n;
    for (int64_t c = 0; c < v->n_chains; c++)
        for (int64_t i = 0; i < v->n_draws; i++) {
            const double away = v->x[c * v->chain_stride + i * v->draw_stride] - *mean;
            ptl_sum_add(&squares, away * away);
        }
    *sd = sqrt(ptl_sum_value(&squares) / (n - 1.0));
    return n > 1.0 && isfinite(*sd);
}

double ptl_mcmc_mcse_mean(const ptl_mcmc_view *draws, double *work)
{
    double mean, sd;
    if (!moments(draws, &mean, &sd)) return PTL_NAN;
    return sd / sqrt(ptl_mcmc_ess_mean(draws, work));
}

double ptl_mcmc_mcse_quantile(const ptl_mcmc_view *draws, double p, double *work)
{
    board b;
    const double ess = ptl_mcmc_ess_quantile(draws, p, work);
    if (!(ess > 0.0) || !lay_out(&b, draws, work)) return PTL_NAN;
    const int64_t n = sort_all(&b, draws);
    const double one_sd = 0.15865525393145705; /* Phi(-1) */
    const double low = ptl_beta_p_inverse(ess * p + 1.0, ess * (1.0 - p) + 1.0, one_sd);
    const double high = ptl_beta_p_inverse(ess * p + 1.0, ess * (1.0 - p) + 1.0, 1.0 - one_sd);
    const int64_t i = (int64_t)fmax(floor(low * (double)n - 1.0), 0.0);
    const int64_t j = (int64_t)fmin(ceil(high * (double)n - 1.0), (double)(n - 1));
    return 0.5 * (b.key[j] - b.key[i]);
}

ptl_mcmc_summary ptl_mcmc_summarise(const ptl_mcmc_view *draws, double *work)
{
    ptl_mcmc_summary s = {PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
    board b;
    if (!lay_out(&b, draws, work) || !moments(draws, &s.mean, &s.sd)) return s;
    s.r_hat = r_hat_of(&b);
    s.ess_bulk = ptl_mcmc_ess_bulk(draws, work);
    s.ess_tail = ptl_mcmc_ess_tail(draws, work);
    s.mcse_mean = s.sd / sqrt(ptl_mcmc_ess_mean(draws, work));
    return s;
}

double ptl_mcmc_e_bfmi(const ptl_mcmc_view *energy)
{
    double least = PTL_NAN;
    if (energy->n_draws < DRAWS_MIN) return PTL_NAN;
    for (int64_t c = 0; c < energy->n_chains; c++) {
        ptl_mcmc_view one = *energy;
        one.x += c * energy->chain_stride;
        one.n_chains = 1;
        double mean, sd, jumps = 0.0;
        if (!moments(&one, &mean, &sd)) return PTL_NAN;
        for (int64_t i = 1; i < one.n_draws; i++) {
            const double jump = one.x[i * one.draw_stride] - one.x[(i - 1) * one.draw_stride];
            jumps += jump * jump;
        }
        const double value = jumps / (double)(one.n_draws - 1) / (sd * sd);
        if (isnan(value)) return PTL_NAN;
        if (!(least <= value)) least = value;
    }
    return least;
}
