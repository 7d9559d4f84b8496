/* A sample as a curve: against Python's statistics module (quantiles "inclusive", NormalDist.pdf
 * averaged over the sample), and against what every density must be. */
#include "support/expect.h"

#include <math.h>
#include <stdlib.h>

#include "portolan/density.h"
#include "portolan/random.h"

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double at(const ptl_density *d, int k)
{
    return d->from + k * (d->to - d->from) / (PTL_DENSITY_POINTS - 1);
}

static double height_near(const ptl_density *d, double t)
{
    const double place = (t - d->from) / (d->to - d->from) * (PTL_DENSITY_POINTS - 1);
    const int k = (int)place;
    return d->height[k] + (place - k) * (d->height[k + 1] - d->height[k]);
}

static void agrees_with_another_program(void **state)
{
    (void)state;
    double x[] = {1.8, 3.6, 4.5, 2.2, 2.9, 4.7, 3.6, 1.95, 4.35, 1.85, 3.9, 4.2};
    ptl_density d;
    qsort(x, 12, sizeof *x, ascending);
    ptl_density_estimate(&d, x, 12);
    EXPECT_NEAR(d.bandwidth, 0.6042524553352845, 1e-14);
    EXPECT_NEAR(d.median, 3.6, 1e-15);
    EXPECT_NEAR(height_near(&d, 2.0), 0.23430882238718231, 2e-3); /* between points of the grid */
    EXPECT_NEAR(height_near(&d, 3.6), 0.28107333637257453, 2e-3);
    ptl_density_estimate(&d, (double[]){0.0, 1.0}, 2);
    EXPECT_NEAR(d.bandwidth, 0.29234906976362374, 1e-15);
}

/* A normal sample smoothed by h is normal with variance 1 + h^2. */
static void a_normal_sample_is_a_bell(void **state)
{
    enum { N = 20000 };
    (void)state;
    ptl_rng random = ptl_rng_new(7);
    ptl_density d;
    double *x = malloc(N * sizeof *x), area = 0.0;
    assert_non_null(x);
    for (int i = 0; i < N; i++) x[i] = ptl_rng_normal(&random);
    qsort(x, N, sizeof *x, ascending);
    ptl_density_estimate(&d, x, N);
    const double sd = hypot(1.0, d.bandwidth);
    for (int k = 0; k < PTL_DENSITY_POINTS; k++) {
        const double z = at(&d, k) / sd;
        EXPECT_NEAR(d.height[k], exp(-0.5 * z * z) / (sd * sqrt(2.0 * M_PI)), 0.02);
        if (k > 0) area += 0.5 * (d.height[k] + d.height[k - 1]) * (at(&d, k) - at(&d, k - 1));
    }
    assert_true(area > 0.985 && area < 1.0);
    EXPECT_NEAR(d.median, 0.0, 0.03);
    free(x);
}

static void what_does_not_vary_has_no_curve(void **state)
{
    (void)state;
    ptl_density d;
    ptl_density_estimate(&d, (double[]){3.0, 3.0, 3.0}, 3);
    assert_true(d.bandwidth == 0.0 && d.from == 3.0 && d.to == 3.0 && d.height[32] == 0.0);
    ptl_density_estimate(&d, (double[]){5.0}, 1);
    assert_true(d.bandwidth == 0.0 && d.median == 5.0);
    /* half of it equal: its quartiles are, its spread is not */
    ptl_density_estimate(&d, (double[]){1.0, 1.0, 1.0, 1.0, 9.0}, 5);
    assert_true(d.bandwidth > 0.0 && d.height[0] > 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_another_program),
        cmocka_unit_test(a_normal_sample_is_a_bell),
        cmocka_unit_test(what_does_not_vary_has_no_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
