/* test_linalg: every answer against its raw problem, and BLAS under eight threads (linalg.h). */
#include "support/expect.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "portolan/linalg.h"
#include "portolan/random.h"

#define EPS 0x1p-52

enum { N_MAX = 150, LD = N_MAX + 3 }; /* ld larger than the rows, as in a part of a matrix */

static double *matrix(void)
{
    return calloc((size_t)LD * LD, sizeof(double));
}

static void fill(double *a, int64_t rows, int64_t cols, ptl_rng *rng)
{
    for (int64_t j = 0; j < cols; j++)
        for (int64_t i = 0; i < rows; i++) a[i + j * LD] = ptl_rng_normal(rng);
}

/* Plain loops: the independent source for products. */
static void product(double *c, const double *a, const double *b, int64_t m, int64_t n, int64_t k,
                    bool ta, bool tb)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0.0;
            for (int64_t l = 0; l < k; l++)
                sum += (ta ? a[l + i * LD] : a[i + l * LD]) * (tb ? b[j + l * LD] : b[l + j * LD]);
            c[i + j * LD] = sum;
        }
}

static double distance(const double *a, const double *b, int64_t rows, int64_t cols)
{
    double most = 0.0;
    for (int64_t j = 0; j < cols; j++)
        for (int64_t i = 0; i < rows; i++) {
            const double d = fabs(a[i + j * LD] - b[i + j * LD]);
            if (!(d <= most)) most = d; /* NaN comes through */
        }
    return most;
}

static void copy(double *to, const double *from)
{
    memcpy(to, from, sizeof(double) * LD * LD);
}

/* g g' + n I: well conditioned, entries near n */
static void fill_spd(double *a, double *g, int64_t n, ptl_rng *rng)
{
    fill(g, n, n, rng);
    product(a, g, g, n, n, n, false, true);
    for (int64_t i = 0; i < n; i++) a[i + i * LD] += (double)n;
}

static int set_up(void **state)
{
    (void)state;
    ptl_error err = {0};
    if (ptl_linalg_init(&err) == PTL_OK) return 0;
    print_error("%s: %s\n", err.message, err.detail);
    return -1;
}

static void the_blas_is_named(void **state)
{
    (void)state;
    assert_non_null(strstr(ptl_linalg_fingerprint(), "OpenBLAS"));
    assert_true(strlen(ptl_linalg_fingerprint()) > strlen("OpenBLAS 0.0.0"));
}

static void products_agree_with_plain_loops(void **state)
{
    (void)state;
    ptl_rng rng = ptl_rng_new(17);
    double *a = matrix(), *b = matrix(), *c = matrix(), *expected = matrix();
    for (int flags = 0; flags < 4; flags++) {
        const bool ta = flags & 1, tb = flags & 2;
        const int64_t m = 31, n = 47, k = 83;
        fill(a, ta ? k : m, ta ? m : k, &rng);
        fill(b, tb ? n : k, tb ? k : n, &rng);
        fill(c, m, n, &rng);
        product(expected, a, b, m, n, k, ta, tb);
        for (int64_t j = 0; j < n; j++)
            for (int64_t i = 0; i < m; i++)
                expected[i + j * LD] = 1.25 * expected[i + j * LD] - 0.75 * c[i + j * LD];
        ptl_gemm(c, a, b, m, n, k, ta, tb, LD, LD, LD, 1.25, -0.75);
        EXPECT_LE(distance(c, expected, m, n), 40.0 * (double)k * EPS);
    }
    ptl_gemm(c, a, b, 0, 3, 4, false, false, LD, LD, LD, 1.0, 0.0);
    free(a), free(b), free(c), free(expected);
}

static void cholesky_multiplies_back_and_solves(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_rng rng = ptl_rng_new(23);
    double *a = matrix(), *l = matrix(), *b = matrix(), *x = matrix(), *back = matrix();
    static const int64_t sizes[] = {1, 2, 7, 64, 129, N_MAX};
    for (size_t s = 0; s < 6; s++) {
        const int64_t n = sizes[s];
        fill_spd(a, back, n, &rng);
        copy(l, a);
        EXPECT_OK(ptl_cholesky(l, n, LD, &err));
        double logdet = 0.0;
        for (int64_t i = 0; i < n; i++) logdet += 2.0 * log(l[i + i * LD]);
        EXPECT_NEAR(ptl_cholesky_logdet(l, n, LD), logdet, 1e-12 * (1.0 + fabs(logdet)));
        fill(b, n, 3, &rng);
        copy(x, b);
        EXPECT_OK(ptl_cholesky_solve(x, l, n, LD, 3, LD, &err));
        product(back, a, x, n, 3, n, false, false);
        EXPECT_LE(distance(back, b, n, 3), 100.0 * (double)n * EPS);
        for (int64_t j = 0; j < n; j++) /* the upper triangle is not part of L */
            for (int64_t i = 0; i < j; i++) l[i + j * LD] = 0.0;
        product(back, l, l, n, n, n, false, true);
        EXPECT_LE(distance(back, a, n, n), 20.0 * (double)(n * n) * EPS);
        EXPECT_OK(ptl_cholesky_inverse(l, n, LD, &err));
        product(back, a, l, n, n, n, false, false); /* the identity */
        for (int64_t i = 0; i < n; i++) back[i + i * LD] -= 1.0;
        for (int64_t j = 0; j < n; j++)
            for (int64_t i = 0; i < n; i++)
                EXPECT_LE(fabs(back[i + j * LD]), 1000.0 * (double)n * EPS);
    }
    free(a), free(l), free(b), free(x), free(back);
}

/* det of the Hilbert matrix of order 5 is 1 / 266,716,800,000. */
static void logdet_of_a_known_matrix(void **state)
{
    (void)state;
    ptl_error err = {0};
    double h[25];
    for (int i = 0; i < 25; i++) h[i] = 1.0 / (i / 5 + i % 5 + 1);
    EXPECT_OK(ptl_cholesky(h, 5, 5, &err));
    EXPECT_NEAR(ptl_cholesky_logdet(h, 5, 5), -log(266716800000.0), 1e-9);
}

static void cholesky_names_the_minor(void **state)
{
    (void)state;
    ptl_error err = {0};
    double a[16] = {4, 2, 6, 1, 0, 5, 3, 1, 0, 0, 9, 2, 0, 0, 0, 7}; /* row 2 = 1.5 x row 0 */
    EXPECT_FAIL(ptl_cholesky(a, 4, 4, &err), PTL_E_INVALID, "leading minor 3 of 4");
    double nan_below[4] = {2, PTL_NAN, 0, 3};
    EXPECT_FAIL(ptl_cholesky(nan_below, 2, 2, &err), PTL_E_INVALID, "row 1, column 0 is nan");
    double nan_above[4] = {2, 0.5, PTL_NAN, 3}; /* not read */
    EXPECT_OK(ptl_cholesky(nan_above, 2, 2, &err));
    EXPECT_FAIL(ptl_cholesky(nan_above, 2, 1, &err), PTL_E_INVALID, "leading dimension 1");
    EXPECT_OK(ptl_cholesky(nan_above, 0, 1, &err));
}

static void lu_solves_and_refuses(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_rng rng = ptl_rng_new(29);
    double *a = matrix(), *f = matrix(), *b = matrix(), *x = matrix(), *back = matrix();
    int32_t pivots[N_MAX];
    for (int64_t n = 1; n <= N_MAX; n += 37) {
        fill(a, n, n, &rng);
        fill(b, n, 2, &rng);
        copy(f, a);
        copy(x, b);
        EXPECT_OK(ptl_lu_solve(f, x, n, LD, 2, LD, pivots, &err));
        product(back, a, x, n, 2, n, false, false);
        double size = 1.0;
        for (int64_t i = 0; i < n; i++) size = fmax(size, fabs(x[i]) + fabs(x[i + LD]));
        EXPECT_LE(distance(back, b, n, 2), 50.0 * (double)n * EPS * size);
    }
    double singular[9] = {1, 2, 3, 2, 4, 6, 1, 0, 5}, rhs[3] = {1, 2, 4};
    EXPECT_FAIL(ptl_lu_solve(singular, rhs, 3, 3, 1, 3, pivots, &err), PTL_E_INVALID,
                "column 1 depends");
    double bad[1] = {(double)INFINITY};
    EXPECT_FAIL(ptl_lu_solve(bad, rhs, 1, 1, 1, 1, pivots, &err), PTL_E_INVALID, "is inf");
    double good[1] = {3}, bad_rhs[1] = {PTL_NAN};
    EXPECT_FAIL(ptl_lu_solve(good, bad_rhs, 1, 1, 1, 1, pivots, &err), PTL_E_INVALID,
                "right side: row 0, column 0 is nan");
    free(a), free(f), free(b), free(x), free(back);
}

/* The residual of a least-squares answer is orthogonal to every column. */
static void least_squares_leaves_an_orthogonal_residual(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_rng rng = ptl_rng_new(31);
    double *a = matrix(), *f = matrix(), *b = matrix(), *x = matrix();
    const int64_t rows = 140;
    for (int64_t cols = 1; cols <= 140; cols += 23) {
        fill(a, rows, cols, &rng);
        fill(b, rows, 1, &rng);
        copy(f, a);
        copy(x, b);
        const int64_t work_n = ptl_qr_work_n(rows, cols);
        double *work = calloc((size_t)work_n, sizeof *work);
        EXPECT_OK(ptl_qr_solve(f, x, rows, cols, LD, 1e-12, work, work_n, &err));
        EXPECT_FAIL(ptl_qr_solve(f, x, rows, cols, LD, 1e-12, work, work_n - 1, &err),
                    PTL_E_INVALID, "work has");
        double size = 1.0;
        for (int64_t j = 0; j < cols; j++) {
            size = fmax(size, fabs(x[j]));
            for (int64_t i = 0; i < rows; i++) b[i] -= a[i + j * LD] * x[j];
        }
        for (int64_t j = 0; j < cols; j++) {
            double dot = 0.0;
            for (int64_t i = 0; i < rows; i++) dot += a[i + j * LD] * b[i];
            EXPECT_LE(fabs(dot), 100.0 * (double)rows * EPS * size);
        }
        free(work);
    }
    free(a), free(f), free(b), free(x);
}

static void dependent_columns_are_named_whatever_their_scale(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_rng rng = ptl_rng_new(37);
    double *a = matrix(), *b = matrix();
    const int64_t rows = 50, cols = 6, work_n = ptl_qr_work_n(rows, cols);
    double *work = calloc((size_t)work_n, sizeof *work);
    for (int scale = -200; scale <= 200; scale += 100) {
        fill(a, rows, cols, &rng);
        fill(b, rows, 1, &rng);
        for (int64_t i = 0; i < rows; i++) {
            a[i + 4 * LD] = ldexp(3.0 * a[i + LD] - a[i + 2 * LD], scale);
            a[i + 5 * LD] = ldexp(a[i + 5 * LD], -scale); /* small or large alone is no fault */
        }
        EXPECT_FAIL(ptl_qr_solve(a, b, rows, cols, LD, 1e-12, work, work_n, &err), PTL_E_INVALID,
                    "column 4 is a combination");
    }
    fill(a, rows, cols, &rng);
    for (int64_t i = 0; i < rows; i++) a[i] = 0.0;
    EXPECT_FAIL(ptl_qr_solve(a, b, rows, cols, LD, 1e-12, work, work_n, &err), PTL_E_INVALID,
                "column 0 is a combination");
    EXPECT_FAIL(ptl_qr_solve(a, b, 3, cols, LD, 1e-12, work, work_n, &err), PTL_E_INVALID,
                "3 rows do not determine 6 columns");
    EXPECT_FAIL(ptl_qr_solve(a, b, rows, cols, LD, PTL_NAN, work, work_n, &err), PTL_E_INVALID,
                "rcond");
    a[7 + 3 * LD] = PTL_NAN;
    EXPECT_FAIL(ptl_qr_solve(a, b, rows, cols, LD, 1e-12, work, work_n, &err), PTL_E_INVALID,
                "row 7, column 3 is nan");
    free(a), free(b), free(work);
}

static void eigenvectors_satisfy_their_equation(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_rng rng = ptl_rng_new(41);
    double *a = matrix(), *v = matrix(), *av = matrix(), *vtv = matrix();
    double w[N_MAX], work[40 * N_MAX];
    static const int64_t sizes[] = {1, 5, 60, N_MAX};
    for (size_t s = 0; s < 4; s++) {
        const int64_t n = sizes[s];
        fill(v, n, n, &rng);
        for (int64_t j = 0; j < n; j++)
            for (int64_t i = 0; i < n; i++) a[i + j * LD] = v[i + j * LD] + v[j + i * LD];
        copy(v, a);
        EXPECT_OK(ptl_eigen_symmetric(v, w, n, LD, work, s % 2 ? 3 * n - 1 : 40 * N_MAX, &err));
        product(av, a, v, n, n, n, false, false);
        for (int64_t j = 0; j < n; j++) {
            if (j > 0) assert_true(w[j] >= w[j - 1]);
            for (int64_t i = 0; i < n; i++) av[i + j * LD] -= w[j] * v[i + j * LD];
        }
        product(vtv, v, v, n, n, n, true, false);
        for (int64_t i = 0; i < n; i++) vtv[i + i * LD] -= 1.0;
        memset(a, 0, sizeof(double) * LD * LD);
        EXPECT_LE(distance(av, a, n, n), 200.0 * (double)n * EPS);
        EXPECT_LE(distance(vtv, a, n, n), 50.0 * (double)n * EPS);
    }
    double bad[1] = {PTL_NAN};
    EXPECT_FAIL(ptl_eigen_symmetric(bad, w, 1, 1, work, 2, &err), PTL_E_INVALID, "nan");
    EXPECT_FAIL(ptl_eigen_symmetric(w, work, 2, 2, work, 4, &err), PTL_E_INVALID, "5 are needed");
    free(a), free(v), free(av), free(vtv);
}

/* --- eight threads at once: what the serial flavour of OpenBLAS gets wrong -------------------- */

enum { N_THREADS = 8, N_ROUNDS = 200, HAMMER_N = 96 };

typedef struct hammer {
    const double *a, *b, *c, *l; /* problem and the answers of one thread alone */
    int64_t n_wrong;
} hammer;

static void *hammer_blas(void *arg)
{
    hammer *h = arg;
    const size_t bytes = sizeof(double) * LD * LD;
    double *c = calloc(1, bytes), *l = calloc(1, bytes);
    for (int i = 0; i < N_ROUNDS; i++) {
        memset(c, 0, bytes);
        ptl_gemm(c, h->a, h->b, HAMMER_N, HAMMER_N, HAMMER_N, false, true, LD, LD, LD, 1.0, 0.0);
        if (memcmp(c, h->c, bytes) != 0) h->n_wrong++;
        memcpy(l, h->a, bytes);
        if (ptl_cholesky(l, HAMMER_N, LD, NULL) != PTL_OK || memcmp(l, h->l, bytes) != 0)
            h->n_wrong++;
    }
    free(c), free(l);
    return NULL;
}

static void eight_threads_get_the_bytes_of_one(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_rng rng = ptl_rng_new(43);
    double *a = matrix(), *b = matrix(), *c = matrix(), *l = matrix();
    fill_spd(a, b, HAMMER_N, &rng);
    copy(l, a);
    EXPECT_OK(ptl_cholesky(l, HAMMER_N, LD, &err));
    ptl_gemm(c, a, b, HAMMER_N, HAMMER_N, HAMMER_N, false, true, LD, LD, LD, 1.0, 0.0);
    hammer hammers[N_THREADS];
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++) {
        hammers[i] = (hammer){a, b, c, l, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, hammer_blas, &hammers[i]), 0);
    }
    for (int i = 0; i < N_THREADS; i++) {
        pthread_join(threads[i], NULL);
        EXPECT_INT(hammers[i].n_wrong, 0);
    }
    free(a), free(b), free(c), free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_blas_is_named),
        cmocka_unit_test(products_agree_with_plain_loops),
        cmocka_unit_test(cholesky_multiplies_back_and_solves),
        cmocka_unit_test(logdet_of_a_known_matrix),
        cmocka_unit_test(cholesky_names_the_minor),
        cmocka_unit_test(lu_solves_and_refuses),
        cmocka_unit_test(least_squares_leaves_an_orthogonal_residual),
        cmocka_unit_test(dependent_columns_are_named_whatever_their_scale),
        cmocka_unit_test(eigenvectors_satisfy_their_equation),
        cmocka_unit_test(eight_threads_get_the_bytes_of_one),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
