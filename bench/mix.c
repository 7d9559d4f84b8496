/* mix: how long does a mix model take? Meridian's model on Meridian's own demonstration data with
 * 4 chains of 1000 + 1000 on two threads, where the file is there; a national model of 3 years and
 * 10 channels; and, on request (`bench_mix large`), 183 geos x 66 weeks x 36 channels.
 *
 * The baselines are published: Meridian takes 608 to 869 s on a GPU for the first, and runs out of
 * 16 GB on the last (its issue 1666). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../tests/support/mix_panel.h"
#include "base/clock.h"
#include "portolan/linalg.h"

static double cpu_s(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static double rss_mib(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss / 1024.0;
}

static int fit(const char *what, const ptl_mix_data *data, const ptl_mix_spec *spec,
               const ptl_mix_options *o)
{
    ptl_error err;
    ptl_mix_result r;
    ptl_arena arena;
    ptl_pool *pool;
    bool is_good = false; /* many draws must have converged; a look at memory needs few */
    const ptl_rng rng = ptl_rng_new(1);
    ptl_arena_init(&arena, (size_t)1 << 30, NULL);
    if (ptl_pool_new(&pool, 2, &err) != PTL_OK) return 1;
    const ptl_executor executor = ptl_pool_executor(pool);
    const int64_t start = ptl_clock_monotonic_ms();
    const double cpu = cpu_s();
    const ptl_status st = ptl_mix_solve(&r, data, spec, NULL, 0, &rng, o, &executor, &arena, &err);
    if (st != PTL_OK)
        fprintf(stderr, "%s: %s\n", what, err.message);
    else {
        printf("%s: %.2f s, %.2f s of CPU, %lld gradients, %.0f MiB at most\n", what,
               1e-3 * (double)(ptl_clock_monotonic_ms() - start), cpu_s() - cpu,
               (long long)r.n_gradients, rss_mib());
        is_good = o->nuts.n_draws < 1000 || r.r_hat_max <= 1.01;
        printf("  %s: R-hat %.4f, ESS bulk %.0f, tail %.0f, %lld divergent\n",
               ptl_verdict_text(r.verdict), r.r_hat_max, r.ess_bulk_min, r.ess_tail_min,
               (long long)r.n_divergent);
        for (int64_t c = 0; c < data->n_channels && c < 10; c++) {
            const ptl_mix_channel_result *const ch = &r.channel[c];
            printf("  %s %-10s ROI %.3f [%.3f, %.3f] mROI %.3f share %.4f var %.3f of %.3f\n",
                   ch->centred ? "c" : "n", data->channel_name ? data->channel_name[c] : "",
                   ch->roi.point, ch->roi.low, ch->roi.high, ch->mroi.point, ch->share.point,
                   ch->posterior_variance, ch->prior_variance);
        }
        printf("  R2 %.4f, MAPE %.4f; national %.4f, %.4f; baseline %.4f\n", r.r2, r.mape,
               r.r2_national, r.mape_national, r.baseline_share.point);
        if (getenv("PTL_MIX_PARAMS"))
            for (int64_t i = 0; i < ptl_mix_n_params(r.posterior); i++) {
                const ptl_mix_param p = ptl_mix_param_at(r.posterior, i);
                printf("  %s %d %d %d: %.4g sd %.3g R-hat %.4f ESS %.0f %.0f\n",
                       ptl_mix_param_text(p.kind), (int)p.channel_idx, (int)p.geo_idx, (int)p.idx,
                       p.summary.mean, p.summary.sd, p.summary.r_hat, p.summary.ess_bulk,
                       p.summary.ess_tail);
            }
    }
    ptl_pool_free(pool);
    ptl_arena_dispose(&arena);
    return st != PTL_OK || !is_good;
}

/* Spend that comes and goes, and a KPI it moves: sizes are what matters here. */
static int made_up(const char *what, int64_t geos, int64_t weeks, int64_t channels,
                   const ptl_mix_options *o)
{
    const int64_t n = geos * weeks;
    double *const media = calloc((size_t)(channels * n), sizeof *media);
    double *const kpi = calloc((size_t)n, sizeof *kpi), *const people = calloc((size_t)geos, 8);
    ptl_mix_channel *const channel = calloc((size_t)channels, sizeof *channel);
    ptl_rng rng = ptl_rng_new(7);
    for (int64_t g = 0; g < geos; g++) people[g] = 1e4 * (1.0 + ptl_rng_exponential(&rng));
    for (int64_t i = 0; i < n; i++)
        kpi[i] = people[i / weeks] *
                 (1.0 + 0.2 * sin((double)(i % weeks) / 8.0) + 0.15 * ptl_rng_normal(&rng));
    for (int64_t i = 0; i < channels * n; i++) {
        const double p = people[i % n / weeks];
        media[i] = ptl_rng_uniform(&rng) < 0.3 ? 0.0 : 0.02 * p * ptl_rng_exponential(&rng);
        kpi[i % n] += 0.6 * p * media[i] / (media[i] + 0.03 * p) / (double)channels;
    }
    const ptl_mix_spec spec = ptl_mix_preset_meridian(channel, NULL, channels);
    const ptl_mix_data data = {.n_geos = geos,
                               .n_weeks = weeks,
                               .n_channels = channels,
                               .kpi = kpi,
                               .population = people,
                               .media = media,
                               .spend = media};
    const int failed = fit(what, &data, &spec, o);
    free(media);
    free(kpi);
    free(people);
    free(channel);
    return failed;
}

int main(int argc, char **argv)
{
    ptl_error err;
    ptl_mix_options o = ptl_mix_options_default();
    const char *const folder = getenv("PTL_DATA") ? getenv("PTL_DATA") : "../shared/data";
    panel_meridian p;
    if (argc > 1 && strcmp(argv[1], "baseline") == 0) return 77; /* no peer runs without Python */
    if (ptl_linalg_init(&err) != PTL_OK) return 1;
    if (argc > 1 && strcmp(argv[1], "large") == 0) {
        o.nuts.n_warmup = o.nuts.n_draws = argc > 2 ? atoi(argv[2]) : 100;
        return made_up("183 geos x 66 weeks x 36 channels", 183, 66, 36, &o);
    }
    if (argc <= 1 || strcmp(argv[1], "demo") != 0)
        if (made_up("national, 156 weeks x 10 channels", 1, 156, 10, &o)) return 1;
    if (argc > 1 && strcmp(argv[1], "national") == 0) return 0;
    if (argc > 2) o.nuts.n_warmup = o.nuts.n_draws = atoi(argv[2]);
    if (!panel_meridian_open(&p, folder)) {
        printf("no %s/mmm_meridian: its benchmark is left out\n", folder);
        return 0;
    }
    const int failed = fit("Meridian's demonstration, 40 geos x 156 weeks", &p.data, &p.spec, &o);
    panel_meridian_close(&p);
    return failed;
}
