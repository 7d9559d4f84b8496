/* test_attribution_reference: the data of ChannelAttribution, 10,000 aggregated paths.
 *
 * Three sources. GOLD: exact removal effects and credit of orders 1 and 2 as printed (six and two
 * decimals) by an independent exact solution of the same chain. ref_*.csv: what the R package
 * ChannelAttribution 2.2.4 returned: exact for its heuristics, simulated (10^6) for its Markov. And
 * a second exact solution below: dense inverse for order 1, patient iteration for order 2; it
 * shares no code with the estimator, and is where 1e-6 is held. */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/attribution.h"

enum { CHANNELS = 12, ROWS_MAX = 10000, TOUCHES_MAX = 200000, SIDE = CHANNELS + 1 };

static const struct {
    const char *name;
    double effect, credit, credit_null, credit_two;
} GOLD[CHANNELS] = {
    {"alpha", .561719, 5260.07, 5344.95, 5563.52}, {"iota", .416398, 3899.25, 3884.62, 3812.76},
    {"eta", .357505, 3347.77, 3340.85, 3399.09},   {"beta", .276094, 2585.41, 2527.35, 2461.83},
    {"theta", .207048, 1938.85, 1971.91, 1898.18}, {"lambda", .138344, 1295.48, 1282.85, 1193.79},
    {"epsilon", .064590, 604.83, 599.57, 620.82},  {"zeta", .042131, 394.52, 381.06, 384.66},
    {"kappa", .029543, 276.65, 274.36, 268.36},    {"gamma", .018798, 176.03, 171.15, 175.34},
    {"delta", .000455, 4.26, 4.61, 4.61},          {"mi", .000202, 1.89, 1.72, 2.05}};

static int64_t offsets[ROWS_MAX + 1], cell_path[ROWS_MAX], converting[ROWS_MAX], nulls[ROWS_MAX];
static int32_t touches[TOUCHES_MAX], group[ROWS_MAX];
static double value[ROWS_MAX];
static ptl_paths data = {.n_channels = CHANNELS, .direct = -1};
static bool loaded;

static int32_t channel_of(const char *name, size_t n)
{
    for (int32_t k = 0; k < CHANNELS; k++)
        if (strlen(GOLD[k].name) == n && memcmp(GOLD[k].name, name, n) == 0) return k;
    fail_msg("channel \"%.*s\" is not in the list", (int)n, name);
    return -1;
}

static FILE *open_shared(const char *name)
{
    char path[4096];
    const char *root = getenv("PTL_SHARED_DATA");
    snprintf(path, sizeof path, "%s/attribution_channelattribution/%s",
             root ? root : PTL_SOURCE_DIR "/../shared/data", name);
    FILE *in = fopen(path, "r");
    if (in || root) return in;
    snprintf(path, sizeof path, "%s/attribution_channelattribution/%s",
             PTL_SOURCE_DIR "/../../shared/data", name);
    return fopen(path, "r"); /* a work tree beside the others */
}

static void read_row(char *line, int64_t row, int64_t *n_touches)
{
    char *rest = strchr(line, ',');
    *rest++ = 0;
    for (char *at = line; at;) {
        char *end = strstr(at, " > ");
        touches[(*n_touches)++] = channel_of(at, end ? (size_t)(end - at) : strlen(at));
        at = end ? end + 3 : NULL;
    }
    offsets[row + 1] = *n_touches;
    cell_path[row] = row;
    group[row] = (int32_t)(row % PTL_ATTRIBUTION_GROUPS);
    converting[row] = strtoll(rest, &rest, 10);
    value[row] = strtod(rest + 1, &rest);
    nulls[row] = strtoll(rest + 1, NULL, 10);
}

static int load(void **state)
{
    (void)state;
    FILE *in = open_shared("Data.csv");
    if (!in) {
        printf("skipped: shared data attribution_channelattribution/Data.csv is not here\n");
        return 0;
    }
    static char line[65536];
    int64_t n_touches = 0, row = 0;
    assert_non_null(fgets(line, sizeof line, in));
    while (fgets(line, sizeof line, in)) read_row(line, row++, &n_touches);
    fclose(in);
    EXPECT_INT(row, ROWS_MAX);
    data.n_paths = data.n_cells = row;
    data.offsets = offsets;
    data.touches = touches;
    data.cell_path = cell_path;
    data.cell_group = group;
    data.cell_converting = converting;
    data.cell_value = value;
    data.cell_null = nulls;
    loaded = true;
    return 0;
}

/* One run of the estimator, points only. */
static ptl_markov_result markov(ptl_arena *arena, int32_t order, bool use_null)
{
    ptl_error err = {0};
    const ptl_attribution_work work = {.arena = arena, .rng = ptl_rng_new(7)};
    ptl_markov_options o = ptl_markov_options_default();
    o.order = order;
    o.use_null = use_null;
    o.interval.method = PTL_INTERVAL_NONE;
    ptl_markov_result r;
    EXPECT_OK(ptl_markov_solve(&r, &data, &o, &work, &err));
    EXPECT_INT(r.credit.verdict, PTL_CONVERGED);
    return r;
}

static void begin(ptl_arena *arena)
{
    if (!loaded) skip();
    ptl_arena_init(arena, (size_t)1 << 30, NULL);
}

static void totals_are_those_of_the_source(void **state)
{
    (void)state;
    if (!loaded) skip();
    ptl_error err = {0};
    ptl_attribution_total t;
    EXPECT_OK(ptl_paths_total(&t, &data, &err));
    EXPECT_INT(t.n_converting, 19785);
    EXPECT_INT(t.n_null, 68602);
    EXPECT_NEAR(t.value, 74802.97, 0.005);
    EXPECT_INT(t.n_untouched, 0);
}

static void equals_the_gold_figures(void **state)
{
    (void)state;
    ptl_arena arena;
    begin(&arena);
    const ptl_markov_result one = markov(&arena, 1, false), null = markov(&arena, 1, true),
                            two = markov(&arena, 2, false);
    EXPECT_NEAR(null.diagnostics.convert, .223845, 5.1e-7);
    for (int k = 0; k < CHANNELS; k++) {
        EXPECT_NEAR(one.effect[k].point, GOLD[k].effect, 5.1e-7); /* half of the last digit */
        EXPECT_NEAR(one.credit.credit[k].point, GOLD[k].credit, 5.1e-3);
        /* printed so that the column adds up to 19,785: one figure is a last digit off */
        EXPECT_NEAR(null.credit.credit[k].point, GOLD[k].credit_null, 1e-2);
        EXPECT_NEAR(two.credit.credit[k].point, GOLD[k].credit_two, 5.1e-3);
    }
    EXPECT_LE(null.diagnostics.error_bound, 1e-13);
    EXPECT_LE(two.diagnostics.error_bound, 1e-13);
    ptl_arena_dispose(&arena);
}

/* ---- a second exact solution ---- */

/* Inverse of a[n x n] by Gauss and Jordan with row exchanges. */
static void invert(double *a, double *inverse, int n)
{
    for (int i = 0; i < n * n; i++) inverse[i] = i / n == i % n;
    for (int c = 0; c < n; c++) {
        int pivot = c;
        for (int i = c; i < n; i++)
            if (fabs(a[i * n + c]) > fabs(a[pivot * n + c])) pivot = i;
        for (int j = 0; j < n; j++) {
            double t = a[c * n + j];
            a[c * n + j] = a[pivot * n + j], a[pivot * n + j] = t;
            t = inverse[c * n + j];
            inverse[c * n + j] = inverse[pivot * n + j], inverse[pivot * n + j] = t;
        }
        const double d = a[c * n + c];
        for (int j = 0; j < n; j++) a[c * n + j] /= d, inverse[c * n + j] /= d;
        for (int i = 0; i < n; i++) {
            const double f = i == c ? 0.0 : a[i * n + c];
            for (int j = 0; j < n; j++) {
                a[i * n + j] -= f * a[c * n + j];
                inverse[i * n + j] -= f * inverse[c * n + j];
            }
        }
    }
}

/* RE_k = (N_0k / N_kk) b_k / b_0 with N = (I - Q)^-1 and b = N r; r the conversion or its value. */
static void effects_one(double *effect, bool use_null, bool of_value)
{
    static double q[SIDE * SIDE], a[SIDE * SIDE], inverse[SIDE * SIDE];
    double out[SIDE] = {0}, r[SIDE] = {0}, b[SIDE] = {0};
    memset(q, 0, sizeof q);
    for (int64_t p = 0; p < data.n_paths; p++) {
        const double w = (double)(converting[p] + (use_null ? nulls[p] : 0));
        int at = 0;
        for (int64_t i = offsets[p]; i < offsets[p + 1]; i++) {
            const int to = touches[i] + 1;
            if (to == at) continue;
            q[at * SIDE + to] += w;
            out[at] += w;
            at = to;
        }
        out[at] += w;
        r[at] += of_value ? value[p] : (double)converting[p];
    }
    for (int i = 0; i < SIDE * SIDE; i++) a[i] = (i / SIDE == i % SIDE) - q[i] / out[i / SIDE];
    invert(a, inverse, SIDE);
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) b[i] += inverse[i * SIDE + j] * r[j] / out[j];
    for (int k = 0; k < CHANNELS; k++)
        effect[k] = inverse[k + 1] / inverse[(k + 1) * SIDE + k + 1] * b[k + 1] / b[0];
}

/* Order 2 by iterating h = r + P h 4,000 times on all 169 pairs; (0, c) is a journey of one. */
static void effects_two(double *effect, bool use_null)
{
    enum { N = SIDE * SIDE };
    static double q[N][N], h[N], next[N];
    static double out[N], r[N];
    memset(q, 0, sizeof q), memset(out, 0, sizeof out), memset(r, 0, sizeof r);
    for (int64_t p = 0; p < data.n_paths; p++) {
        const double w = (double)(converting[p] + (use_null ? nulls[p] : 0));
        int at = 0;
        const int64_t n = offsets[p + 1] - offsets[p];
        for (int64_t i = n > 1 ? 1 : 0; i < n; i++) {
            const int32_t *t = touches + offsets[p] + i;
            const int to = (i > 0 ? (t[-1] + 1) * SIDE : 0) + t[0] + 1;
            if (to == at) continue;
            q[at][to] += w, out[at] += w;
            at = to;
        }
        out[at] += w, r[at] += (double)converting[p];
    }
    double base = 0.0;
    for (int k = 0; k <= CHANNELS; k++) { /* k = 0 removes nothing */
        memset(h, 0, sizeof h);
        for (int round = 0; round < 4000; round++) {
            for (int i = 0; i < N; i++) {
                const bool gone = k > 0 && (i / SIDE == k || i % SIDE == k);
                double sum = r[i];
                for (int j = 0; j < N; j++) sum += q[i][j] * h[j];
                next[i] = gone || out[i] == 0.0 ? 0.0 : sum / out[i];
            }
            double change = 0.0;
            for (int i = 0; i < N; i++) change = fmax(change, fabs(next[i] - h[i]));
            memcpy(h, next, sizeof h);
            if (change < 1e-16) break;
        }
        if (k == 0)
            base = h[0];
        else
            effect[k - 1] = 1.0 - h[0] / base;
    }
}

static void expect_credit(const ptl_estimate *credit, const ptl_estimate *effect,
                          const double *expected, double total)
{
    double sum = 0.0;
    for (int k = 0; k < CHANNELS; k++) sum += expected[k];
    for (int k = 0; k < CHANNELS; k++) {
        EXPECT_NEAR(effect[k].point, expected[k], 1e-12);
        EXPECT_NEAR(credit[k].point, expected[k] / sum * total, 1e-6);
    }
}

static void equals_a_second_exact_solution(void **state)
{
    (void)state;
    ptl_arena arena;
    begin(&arena);
    double effect[CHANNELS];
    for (int use_null = 0; use_null < 2; use_null++) {
        const ptl_markov_result one = markov(&arena, 1, use_null),
                                two = markov(&arena, 2, use_null);
        effects_one(effect, use_null, false);
        expect_credit(one.credit.credit, one.effect, effect, 19785.0);
        effects_one(effect, use_null, true);
        expect_credit(one.credit.value, one.effect_value, effect, one.credit.total.value);
        effects_two(effect, use_null);
        expect_credit(two.credit.credit, two.effect, effect, 19785.0);
    }
    ptl_arena_dispose(&arena);
}

/* ---- the package's own output ---- */

/* Columns of a ref_ file behind the quoted channel name, by channel. */
static void read_reference(double (*out)[6], const char *name, int n_columns)
{
    FILE *in = open_shared(name);
    assert_non_null(in);
    char line[1024];
    assert_non_null(fgets(line, sizeof line, in));
    for (int row = 0; row < CHANNELS; row++) {
        assert_non_null(fgets(line, sizeof line, in));
        char *end = strchr(line + 1, '"');
        double *to = out[channel_of(line + 1, (size_t)(end - line - 1))];
        end++;
        for (int c = 0; c < n_columns; c++) to[c] = strtod(end + 1, &end);
    }
    fclose(in);
}

static void heuristics_equal_the_package(void **state)
{
    (void)state;
    ptl_arena arena;
    begin(&arena);
    static const ptl_heuristic_rule rules[] = {PTL_HEURISTIC_FIRST, PTL_HEURISTIC_LAST,
                                               PTL_HEURISTIC_LINEAR};
    double expected[CHANNELS][6];
    read_reference(expected, "ref_heuristic.csv", 6);
    const ptl_attribution_work work = {.arena = &arena, .rng = ptl_rng_new(7)};
    ptl_error err = {0};
    for (int rule = 0; rule < 3; rule++) {
        ptl_heuristic_options o = ptl_heuristic_options_default();
        o.rule = rules[rule];
        ptl_attribution_result r;
        EXPECT_OK(ptl_heuristic_solve(&r, &data, &o, &work, &err));
        for (int k = 0; k < CHANNELS; k++) {
            EXPECT_NEAR(r.credit[k].point, expected[k][2 * rule], 1e-8);
            EXPECT_NEAR(r.value[k].point, expected[k][2 * rule + 1], 1e-7);
        }
    }
    ptl_arena_dispose(&arena);
}

/* Its simulation of 10^6 paths: a share s of them passes k, so 5 standard errors of the credit are
 * 5 sqrt(s / 10^6 P(conversion)) in effect, times total / sum of effects. */
static void markov_agrees_with_the_simulation(void **state)
{
    (void)state;
    ptl_arena arena;
    begin(&arena);
    static const char *const files[] = {"ref_markov_order1.csv", "ref_markov_order2.csv",
                                        "ref_markov_order3.csv"};
    for (int order = 1; order <= 3; order++) {
        double expected[CHANNELS][6];
        read_reference(expected, files[order - 1], 2);
        const ptl_markov_result r = markov(&arena, order, true);
        double sum = 0.0;
        for (int k = 0; k < CHANNELS; k++) sum += r.effect[k].point;
        for (int k = 0; k < CHANNELS; k++) {
            const double s = r.effect[k].point;
            const double tol = 5.0 * sqrt(s / (1e6 * r.diagnostics.convert)) * 19785.0 / sum;
            EXPECT_NEAR(r.credit.credit[k].point, expected[k][0], tol);
        }
    }
    ptl_arena_dispose(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(totals_are_those_of_the_source),
                                       cmocka_unit_test(equals_the_gold_figures),
                                       cmocka_unit_test(equals_a_second_exact_solution),
                                       cmocka_unit_test(heuristics_equal_the_package),
                                       cmocka_unit_test(markov_agrees_with_the_simulation)};
    return cmocka_run_group_tests(tests, load, NULL);
}
