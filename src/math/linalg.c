/* linalg.c: dense linear algebra by LAPACK, called so that nothing is allocated.
 *
 * Every routine refuses NaN and infinities in what it reads, by row and column (counted from 0),
 * before LAPACK sees them: LAPACK itself carries NaN through to an answer that looks solved.
 * LAPACKE's `_work` layer takes column-major arrays as they are and allocates nothing; OpenBLAS
 * keeps packing buffers of its own, which are outside our ceilings.
 *
 * Blocked LAPACK routines choose their blocks by the size of the work array, and blocks decide the
 * order of rounding. Where sizes are ours to choose, exactly the stated size is passed on. */
#include "portolan/linalg.h"

#include "math/blas_internal.h"
#include "portolan/sum.h"

static ptl_status check_shape(const char *name, int64_t rows, int64_t cols, int64_t ld,
                              ptl_error *err)
{
    if (!(rows >= 0 && cols >= 0 && ld >= rows && ld >= 1 && ld <= INT32_MAX && cols <= INT32_MAX))
        return ptl_fail(err, PTL_E_INVALID,
                        "%s: %lld x %lld with leading dimension %lld is not a matrix", name,
                        (long long)rows, (long long)cols, (long long)ld);
    return PTL_OK;
}

static ptl_status check_finite(const char *name, const double *a, int64_t rows, int64_t cols,
                               int64_t ld, bool lower_only, ptl_error *err)
{
    for (int64_t j = 0; j < cols; j++)
        for (int64_t i = lower_only ? j : 0; i < rows; i++)
            if (!isfinite(a[i + j * ld]))
                return ptl_fail(err, PTL_E_INVALID, "%s: row %lld, column %lld is %g", name,
                                (long long)i, (long long)j, a[i + j * ld]);
    return PTL_OK;
}

static ptl_status check_matrix(const char *name, const double *a, int64_t rows, int64_t cols,
                               int64_t ld, ptl_error *err)
{
    PTL_TRY(check_shape(name, rows, cols, ld, err));
    return check_finite(name, a, rows, cols, ld, false, err);
}

/* info < 0 says that LAPACK did not like an argument: after our checks that is our own fault. */
static ptl_status check_info(const char *routine, lapack_int info, ptl_error *err)
{
    if (info >= 0) return PTL_OK;
    return ptl_fail(err, PTL_E_INTERNAL, "%s refused its argument %d", routine, (int)-info);
}

ptl_status ptl_cholesky(double *a, int64_t n, int64_t ld, ptl_error *err)
{
    PTL_TRY(check_shape("matrix", n, n, ld, err));
    PTL_TRY(check_finite("matrix", a, n, n, ld, true, err));
    if (n == 0) return PTL_OK;
    const lapack_int info =
        LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', (lapack_int)n, a, (lapack_int)ld);
    PTL_TRY(check_info("dpotrf", info, err));
    int64_t minor = info;
    for (int64_t i = 0; minor == 0 && i < n; i++) /* an overflow on the way leaves no finite root */
        if (!(a[i + i * ld] > 0.0 && isfinite(a[i + i * ld]))) minor = i + 1;
    if (minor == 0) return PTL_OK;
    ptl_fail(err, PTL_E_INVALID, "matrix is not positive definite: leading minor %lld of %lld",
             (long long)minor, (long long)n);
    ptl_error_hint(err, "row %lld is a combination of the rows before it, or nearly so",
                   (long long)minor - 1);
    return PTL_E_INVALID;
}

ptl_status ptl_cholesky_solve(double *b, const double *l, int64_t n, int64_t ld, int64_t n_rhs,
                              int64_t ldb, ptl_error *err)
{
    PTL_TRY(check_shape("factor", n, n, ld, err));
    PTL_TRY(check_matrix("right side", b, n, n_rhs, ldb, err));
    if (n == 0 || n_rhs == 0) return PTL_OK;
    const lapack_int info =
        LAPACKE_dpotrs_work(LAPACK_COL_MAJOR, 'L', (lapack_int)n, (lapack_int)n_rhs, l,
                            (lapack_int)ld, b, (lapack_int)ldb);
    return check_info("dpotrs", info, err);
}

ptl_status ptl_cholesky_inverse(double *l, int64_t n, int64_t ld, ptl_error *err)
{
    PTL_TRY(check_shape("factor", n, n, ld, err));
    if (n == 0) return PTL_OK;
    const lapack_int info =
        LAPACKE_dpotri_work(LAPACK_COL_MAJOR, 'L', (lapack_int)n, l, (lapack_int)ld);
    PTL_TRY(check_info("dpotri", info, err));
    if (info > 0)
        return ptl_fail(err, PTL_E_INVALID, "factor is singular: row %lld", (long long)info - 1);
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < j; i++) l[i + j * ld] = l[j + i * ld];
    return PTL_OK;
}

double ptl_cholesky_logdet(const double *l, int64_t n, int64_t ld)
{
    ptl_sum sum = {0};
    for (int64_t i = 0; i < n; i++) ptl_sum_add(&sum, log(l[i + i * ld]));
    return 2.0 * ptl_sum_value(&sum);
}

ptl_status ptl_lu_solve(double *a, double *b, int64_t n, int64_t ld, int64_t n_rhs, int64_t ldb,
                        int32_t *pivots, ptl_error *err)
{
    _Static_assert(sizeof(lapack_int) == sizeof(int32_t), "LAPACK's integers have 32 bits");
    PTL_TRY(check_matrix("matrix", a, n, n, ld, err));
    PTL_TRY(check_matrix("right side", b, n, n_rhs, ldb, err));
    if (n == 0) return PTL_OK;
    const lapack_int info = LAPACKE_dgesv_work(LAPACK_COL_MAJOR, (lapack_int)n, (lapack_int)n_rhs,
                                               a, (lapack_int)ld, pivots, b, (lapack_int)ldb);
    PTL_TRY(check_info("dgesv", info, err));
    if (info == 0) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "matrix is singular: column %d depends on those before it",
                    (int)info - 1);
}

/* Doubles that dgeqrf and dormqr want beside tau: 64 is LAPACK's largest block, and dormqr keeps a
 * triangle of 65 x 64 in front of one block of its single right side. */
static int64_t qr_lwork(int64_t cols)
{
    const int64_t factor = 64 * cols, apply = 65 * 64 + 64;
    return factor > apply ? factor : apply;
}

int64_t ptl_qr_work_n(int64_t rows, int64_t cols)
{
    (void)rows;
    return cols + qr_lwork(cols);
}

/* The distance of column j from the span of those before it is |R_jj|, its length that of R's
 * column: their ratio is the sine of an angle, which no scaling of columns changes. */
static ptl_status qr_check_rank(const double *r, int64_t cols, int64_t ld, double rcond,
                                ptl_error *err)
{
    for (int64_t j = 0; j < cols; j++) {
        const double distance = fabs(r[j + j * ld]);
        const double length = cblas_dnrm2((ptl_blas_int)(j + 1), r + j * ld, 1);
        if (distance > rcond * length) continue;
        ptl_fail(err, PTL_E_INVALID, "column %lld is a combination of the columns before it",
                 (long long)j);
        ptl_error_detail(err, "distance %g of length %g, limit %g of it", distance, length, rcond);
        return PTL_E_INVALID;
    }
    return PTL_OK;
}

static ptl_status qr_check(const double *a, const double *b, int64_t rows, int64_t cols, int64_t ld,
                           double rcond, int64_t work_n, ptl_error *err)
{
    PTL_TRY(check_matrix("matrix", a, rows, cols, ld, err));
    PTL_TRY(check_matrix("right side", b, rows, 1, rows > 0 ? rows : 1, err));
    if (rows < cols)
        return ptl_fail(err, PTL_E_INVALID, "%lld rows do not determine %lld columns",
                        (long long)rows, (long long)cols);
    if (!(rcond >= 0.0 && rcond < 1.0))
        return ptl_fail(err, PTL_E_INVALID, "rcond must lie in [0, 1), not %g", rcond);
    if (work_n < ptl_qr_work_n(rows, cols))
        return ptl_fail(err, PTL_E_INVALID, "work has %lld doubles, %lld are needed",
                        (long long)work_n, (long long)ptl_qr_work_n(rows, cols));
    return PTL_OK;
}

ptl_status ptl_qr_solve(double *a, double *b, int64_t rows, int64_t cols, int64_t ld, double rcond,
                        double *work, int64_t work_n, ptl_error *err)
{
    PTL_TRY(qr_check(a, b, rows, cols, ld, rcond, work_n, err));
    if (cols == 0) return PTL_OK;
    const lapack_int m = (lapack_int)rows, n = (lapack_int)cols, lda = (lapack_int)ld;
    const lapack_int lwork = (lapack_int)qr_lwork(cols);
    double *tau = work;
    PTL_TRY(check_info("dgeqrf",
                       LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, m, n, a, lda, tau, work + cols, lwork),
                       err));
    PTL_TRY(qr_check_rank(a, cols, ld, rcond, err));
    PTL_TRY(check_info("dormqr",
                       LAPACKE_dormqr_work(LAPACK_COL_MAJOR, 'L', 'T', m, 1, n, a, lda, tau, b, m,
                                           work + cols, lwork),
                       err));
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, n, a, lda, b, 1);
    return PTL_OK;
}

ptl_status ptl_eigen_symmetric(double *a, double *w, int64_t n, int64_t ld, double *work,
                               int64_t work_n, ptl_error *err)
{
    PTL_TRY(check_shape("matrix", n, n, ld, err));
    PTL_TRY(check_finite("matrix", a, n, n, ld, true, err));
    if (n == 0) return PTL_OK;
    if (work_n < 3 * n - 1)
        return ptl_fail(err, PTL_E_INVALID, "work has %lld doubles, %lld are needed",
                        (long long)work_n, (long long)(3 * n - 1));
    const int64_t lwork = work_n < INT32_MAX ? work_n : INT32_MAX;
    const lapack_int info = LAPACKE_dsyev_work(LAPACK_COL_MAJOR, 'V', 'L', (lapack_int)n, a,
                                               (lapack_int)ld, w, work, (lapack_int)lwork);
    PTL_TRY(check_info("dsyev", info, err));
    if (info == 0) return PTL_OK;
    return ptl_fail(err, PTL_E_INTERNAL, "%d of %lld eigenvalues did not converge", (int)info,
                    (long long)n);
}

void ptl_gemm(double *c, const double *a, const double *b, int64_t m, int64_t n, int64_t k,
              bool a_transposed, bool b_transposed, int64_t lda, int64_t ldb, int64_t ldc,
              double alpha, double beta)
{
    if (m <= 0 || n <= 0) return;
    cblas_dgemm(CblasColMajor, a_transposed ? CblasTrans : CblasNoTrans,
                b_transposed ? CblasTrans : CblasNoTrans, (ptl_blas_int)m, (ptl_blas_int)n,
                (ptl_blas_int)k, alpha, a, (ptl_blas_int)lda, b, (ptl_blas_int)ldb, beta, c,
                (ptl_blas_int)ldc);
}
