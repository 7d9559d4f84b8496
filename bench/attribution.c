/* attribution: from the weighted paths of a million journeys over 100 channels to credit with
 * intervals: Markov of orders 1 and 2 and Shapley (rate game, sampled), 200 bootstrap replicates
 * each, on two threads. `bench_attribution scale` prints 1, 3 and 10 million and the peak memory;
 * `candidate` does one million. Nothing comparable gives intervals at this size, so there is no
 * baseline here; bench/attribution_peer.sh measures points against ChannelAttribution.
 *
 * The world: persons with two preferred channels have journeys of 1 + geometric touches (2.9 on
 * average); channels are popular by Zipf's law. Checked: every method's credit sums to the touched
 * conversions and every interval holds its point. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "portolan/attribution.h"
#include "portolan/linalg.h"

enum { CHANNELS = 100, LENGTH_MAX = 60 };

/* ---- the world ---- */

/* Grows by doubling; ends the program where memory does. */
static void *grown(void *old, int64_t n, size_t size)
{
    void *p = realloc(old, (size_t)n * size);
    if (!p) exit(2);
    return p;
}

typedef struct table {
    uint64_t *key;
    int32_t *id;
    int64_t n_places, n;
} table;

static int64_t place(const table *t, uint64_t key)
{
    uint64_t h = key * 0x9E3779B97F4A7C15u;
    int64_t at = (int64_t)((h ^ h >> 29) & (uint64_t)(t->n_places - 1));
    while (t->key[at] && t->key[at] != key) at = (at + 1) & (t->n_places - 1);
    return at;
}

static table table_new(int64_t n_places)
{
    table t = {.n_places = n_places};
    t.key = calloc((size_t)n_places, sizeof *t.key);
    t.id = calloc((size_t)n_places, sizeof *t.id);
    if (!t.key || !t.id) exit(2);
    return t;
}

/* The key's number; *is_new where it was not there. */
static int32_t number(table *t, uint64_t key, bool *is_new)
{
    if (2 * t->n >= t->n_places) {
        table big = table_new(2 * t->n_places);
        for (int64_t i = 0; i < t->n_places; i++) {
            if (!t->key[i]) continue;
            const int64_t at = place(&big, t->key[i]);
            big.key[at] = t->key[i], big.id[at] = t->id[i];
        }
        big.n = t->n;
        free(t->key), free(t->id);
        *t = big;
    }
    const int64_t at = place(t, key);
    *is_new = t->key[at] == 0;
    if (*is_new) t->key[at] = key, t->id[at] = (int32_t)t->n++;
    return t->id[at];
}

typedef struct world {
    table paths, cells;
    int64_t *offsets, n_touches, touches_cap, paths_cap, cells_cap;
    int32_t *touches, *group;
    int64_t *path, *converting, *null;
    double *value, zipf[CHANNELS];
} world;

static int32_t draw_channel(const world *w, ptl_rng *rng)
{
    const double u = ptl_rng_uniform(rng);
    int32_t lo = 0, hi = CHANNELS - 1;
    while (lo < hi) {
        const int32_t middle = (lo + hi) / 2;
        if (w->zipf[middle] < u)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

static int32_t path_of(world *w, const int32_t *touches, int64_t n)
{
    uint64_t key = 0x243F6A8885A308D3u;
    for (int64_t i = 0; i < n; i++) {
        key = (key ^ (uint64_t)(touches[i] + 1)) * 0xD6E8FEB86659FD93u;
        key ^= key >> 32;
    }
    bool is_new;
    const int32_t id = number(&w->paths, key | 1, &is_new);
    if (!is_new) return id;
    if (id + 2 > w->paths_cap)
        w->offsets = grown(w->offsets, w->paths_cap *= 2, sizeof *w->offsets);
    if (w->n_touches + n > w->touches_cap)
        w->touches = grown(w->touches, w->touches_cap *= 2, sizeof *w->touches);
    memcpy(w->touches + w->n_touches, touches, (size_t)n * sizeof *touches);
    w->n_touches += n;
    w->offsets[id + 1] = w->n_touches;
    return id;
}

static void add_journey(world *w, const int32_t *touches, int64_t n, int32_t group, double value)
{
    bool is_new;
    const int32_t path = path_of(w, touches, n);
    const int32_t c = number(&w->cells, ((uint64_t)path << 6 | (uint64_t)group) + 1, &is_new);
    if (c + 1 > w->cells_cap) {
        w->cells_cap = 2 * w->cells_cap + 1024;
        w->path = grown(w->path, w->cells_cap, sizeof *w->path);
        w->group = grown(w->group, w->cells_cap, sizeof *w->group);
        w->converting = grown(w->converting, w->cells_cap, sizeof *w->converting);
        w->null = grown(w->null, w->cells_cap, sizeof *w->null);
        w->value = grown(w->value, w->cells_cap, sizeof *w->value);
    }
    if (is_new) {
        w->path[c] = path, w->group[c] = group;
        w->converting[c] = w->null[c] = 0;
        w->value[c] = 0.0;
    }
    if (value > 0.0)
        w->converting[c]++, w->value[c] += value;
    else
        w->null[c]++;
}

static void person(world *w, int32_t group, int64_t n_journeys, ptl_rng *rng)
{
    const int32_t liked[2] = {draw_channel(w, rng), draw_channel(w, rng)};
    int32_t touches[LENGTH_MAX];
    for (int64_t j = 0; j < n_journeys; j++) {
        int64_t n = 0;
        double warm = 0.01;
        do {
            touches[n] =
                ptl_rng_uniform(rng) < 0.4 ? liked[ptl_rng_below(rng, 2)] : draw_channel(w, rng);
            warm += touches[n++] % 7 == 0 ? 0.04 : 0.005;
        } while (n < LENGTH_MAX && ptl_rng_uniform(rng) < 0.65);
        const bool converts = ptl_rng_uniform(rng) < warm;
        add_journey(w, touches, n, group, converts ? 20.0 + 40.0 * ptl_rng_exponential(rng) : 0.0);
    }
}

/* Cells by path, as the reader of journeys hands them over. */
static void sort_cells(world *w)
{
    const int64_t n = w->cells.n, n_paths = w->paths.n;
    int64_t *start = calloc((size_t)n_paths + 1, sizeof *start), *path = grown(NULL, n, 8);
    int64_t *converting = grown(NULL, n, 8), *null = grown(NULL, n, 8);
    int32_t *group = grown(NULL, n, 4);
    double *value = grown(NULL, n, 8);
    if (!start) exit(2);
    for (int64_t c = 0; c < n; c++) start[w->path[c] + 1]++;
    for (int64_t p = 0; p < n_paths; p++) start[p + 1] += start[p];
    for (int64_t c = 0; c < n; c++) {
        const int64_t at = start[w->path[c]]++;
        path[at] = w->path[c], group[at] = w->group[c], value[at] = w->value[c];
        converting[at] = w->converting[c], null[at] = w->null[c];
    }
    free(start), free(w->path), free(w->group), free(w->converting), free(w->null), free(w->value);
    w->path = path, w->group = group, w->converting = converting, w->null = null, w->value = value;
    free(w->paths.key), free(w->paths.id), free(w->cells.key), free(w->cells.id);
}

static ptl_paths build(world *w, int64_t n_journeys)
{
    *w = (world){.paths = table_new(1 << 16),
                 .cells = table_new(1 << 16),
                 .touches_cap = 1 << 16,
                 .paths_cap = 1 << 16,
                 .cells_cap = 0};
    w->offsets = grown(NULL, w->paths_cap, sizeof *w->offsets);
    w->touches = grown(NULL, w->touches_cap, sizeof *w->touches);
    w->offsets[0] = 0;
    double sum = 0.0;
    for (int k = 0; k < CHANNELS; k++) w->zipf[k] = sum += 1.0 / (k + 1.0);
    for (int k = 0; k < CHANNELS; k++) w->zipf[k] /= sum;
    ptl_rng rng = ptl_rng_new(20260711);
    for (int64_t done = 0, who = 0; done < n_journeys; who++) {
        int64_t n = 1 + (int64_t)ptl_rng_below(&rng, 5);
        if (n > n_journeys - done) n = n_journeys - done;
        person(w, (int32_t)(who % 64), n, &rng);
        done += n;
    }
    sort_cells(w);
    return (ptl_paths){.n_channels = CHANNELS,
                       .direct = -1,
                       .n_paths = w->paths.n,
                       .offsets = w->offsets,
                       .touches = w->touches,
                       .n_cells = w->cells.n,
                       .cell_path = w->path,
                       .cell_group = w->group,
                       .cell_converting = w->converting,
                       .cell_value = w->value,
                       .cell_null = w->null};
}

static void dispose(world *w)
{
    free(w->offsets), free(w->touches), free(w->path), free(w->group);
    free(w->converting), free(w->null), free(w->value);
}

/* ---- the work ---- */

static bool sound(const ptl_attribution_result *r)
{
    double sum = 0.0;
    for (int32_t k = 0; k < r->n_channels; k++) {
        sum += r->credit[k].point;
        if (!(r->credit[k].low <= r->credit[k].point && r->credit[k].point <= r->credit[k].high))
            return false;
    }
    return r->verdict == PTL_CONVERGED &&
           fabs(sum - (double)r->total.n_converting) <= 1e-9 * (double)r->total.n_converting;
}

static double since(int64_t from)
{
    return 1e-3 * (double)(ptl_clock_monotonic_ms() - from);
}

static bool markov(const ptl_paths *x, int32_t order, const ptl_attribution_work *work, double *s)
{
    ptl_error err = {0};
    ptl_markov_options o = ptl_markov_options_default();
    o.order = order;
    ptl_markov_result r;
    const int64_t from = ptl_clock_monotonic_ms();
    if (ptl_markov_solve(&r, x, &o, work, &err) != PTL_OK)
        return fprintf(stderr, "markov: %s\n", err.message), false;
    *s = since(from);
    printf("  markov %d  %6.2f s  %8lld states %9lld edges  residual %.1e bound %.1e sweeps %d "
           "one-step gap %.4f\n",
           order, *s, (long long)r.diagnostics.n_states, (long long)r.diagnostics.n_edges,
           r.diagnostics.residual, r.diagnostics.error_bound, r.diagnostics.sweeps,
           r.diagnostics.one_step_gap);
    const bool good = sound(&r.credit);
    ptl_arena_reset(work->arena);
    return good;
}

static bool shapley(const ptl_paths *x, const ptl_attribution_work *work, double *s)
{
    ptl_error err = {0};
    ptl_shapley_options o = ptl_shapley_options_default();
    o.worth = PTL_SHAPLEY_RATE;
    ptl_shapley_result r;
    const int64_t from = ptl_clock_monotonic_ms();
    if (ptl_shapley_solve(&r, x, &o, work, &err) != PTL_OK)
        return fprintf(stderr, "shapley: %s\n", err.message), false;
    *s = since(from);
    double worst = 0.0;
    for (int k = 0; k < CHANNELS; k++)
        worst = fmax(worst, r.sampling_error[k] * 3.29 /
                                (r.credit.credit[k].high - r.credit.credit[k].low));
    printf("  shapley   %6.2f s  %d permutations, sampling error at most %.2f of the standard "
           "error\n",
           *s, r.n_permutations, worst);
    const bool good = sound(&r.credit);
    ptl_arena_reset(work->arena);
    return good;
}

/* What a machine shared with others says more fairly than the clock does. */
static double cpu_seconds(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static bool measure(int64_t n_journeys, double *seconds)
{
    ptl_error err = {0};
    static world w;
    const ptl_paths x = build(&w, n_journeys);
    printf("%lld journeys: %lld paths, %lld touches, %lld cells\n", (long long)n_journeys,
           (long long)x.n_paths, (long long)x.offsets[x.n_paths], (long long)x.n_cells);
    ptl_pool *pool;
    if (ptl_pool_new(&pool, 2, &err) != PTL_OK) return false;
    const ptl_executor executor = ptl_pool_executor(pool);
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)2000 << 20, NULL);
    const ptl_attribution_work work = {&arena, &executor, ptl_rng_new(5)};
    double s[3];
    const double cpu = cpu_seconds();
    const bool good =
        markov(&x, 1, &work, &s[0]) && markov(&x, 2, &work, &s[1]) && shapley(&x, &work, &s[2]);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    *seconds = s[0] + s[1] + s[2];
    printf("  together  %6.2f s, %.2f s of processor, peak %ld MiB with the world\n", *seconds,
           cpu_seconds() - cpu, used.ru_maxrss / 1024);
    ptl_arena_dispose(&arena);
    ptl_pool_free(pool);
    dispose(&w);
    return good;
}

/* ---- against a peer: points of one million journeys, see attribution_peer.sh ---- */

enum { PEER_JOURNEYS = 1000000 };

/* path,total_conversions,total_null: one row a path, cells of a path added up. */
static void print_paths(const ptl_paths *x)
{
    printf("path,total_conversions,total_null\n");
    for (int64_t c = 0; c < x->n_cells;) {
        const int64_t p = x->cell_path[c];
        long long converting = 0, null = 0;
        for (; c < x->n_cells && x->cell_path[c] == p; c++)
            converting += x->cell_converting[c], null += x->cell_null[c];
        for (int64_t i = x->offsets[p]; i < x->offsets[p + 1]; i++)
            printf("%sc%d", i > x->offsets[p] ? " > " : "", x->touches[i]);
        printf(",%lld,%lld\n", converting, null);
    }
}

static bool points(const ptl_paths *x, const ptl_attribution_work *work)
{
    ptl_error err = {0};
    ptl_markov_options o = ptl_markov_options_default();
    o.interval.method = PTL_INTERVAL_NONE;
    ptl_markov_result r;
    const int64_t from = ptl_clock_monotonic_ms();
    if (ptl_markov_solve(&r, x, &o, work, &err) != PTL_OK) return false;
    if (r.credit.verdict != PTL_CONVERGED) return false;
    printf("seconds %.6f\n", since(from));
    return true;
}

static bool peer(bool export_only)
{
    static world w;
    const ptl_paths x = build(&w, PEER_JOURNEYS);
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)2000 << 20, NULL);
    const ptl_attribution_work work = {&arena, NULL, ptl_rng_new(5)}; /* one thread, as the peer */
    bool good = true;
    if (export_only)
        print_paths(&x);
    else
        good = points(&x, &work);
    ptl_arena_dispose(&arena);
    dispose(&w);
    return good;
}

int main(int argc, char **argv)
{
    ptl_error err = {0};
    double seconds = 0.0;
    if (argc < 2 || ptl_linalg_init(&err) != PTL_OK) return 2;
    if (strcmp(argv[1], "baseline") == 0) return 77;
    if (strcmp(argv[1], "export") == 0 || strcmp(argv[1], "points") == 0)
        return peer(argv[1][0] == 'e') ? 0 : 1;
    if (strcmp(argv[1], "scale") == 0) {
        static const int64_t sizes[] = {1000000, 3000000, 10000000};
        for (int i = 0; i < 3; i++)
            if (!measure(sizes[i], &seconds)) return 1;
        return 0;
    }
    if (!measure(1000000, &seconds)) return 1;
    printf("seconds %.6f\n", seconds);
    return 0;
}
