/* sum: what does a sum that loses nothing cost? Ten million doubles of mixed sign and size, twenty
 * times over: ptl_sum_array (compensated, in order) against a plain loop, which is what everybody
 * writes and the lower bound of any sum in a fixed order. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "portolan/random.h"
#include "portolan/sum.h"

enum { SUM_N = 10000000, SUM_ROUNDS = 20 };

static double plain_sum(const double *x, int64_t n)
{
    double total = 0.0;
    for (int64_t i = 0; i < n; i++) total += x[i];
    return total;
}

int main(int argc, char **argv)
{
    double *x = malloc(sizeof *x * SUM_N);
    if (argc < 2 || !x) return 2;
    ptl_rng rng = ptl_rng_new(20260711);
    for (int64_t i = 0; i < SUM_N; i++) x[i] = exp(3.0 * ptl_rng_normal(&rng)) - 90.0;

    const bool candidate = strcmp(argv[1], "candidate") == 0;
    const int64_t from = ptl_clock_monotonic_ms();
    double total = 0.0;
    for (int round = 0; round < SUM_ROUNDS; round++)
        total = candidate ? ptl_sum_array(x, SUM_N) : plain_sum(x, SUM_N);
    printf("seconds %.6f\n", 1e-3 * (double)(ptl_clock_monotonic_ms() - from));
    const double expected = ptl_sum_array(x, SUM_N);
    free(x);
    return fabs(total - expected) <= 1e-9 * fabs(expected) ? 0 : 1;
}
