/* linalg.h: small dense linear algebra through LAPACKE's _work interface.
 *
 * Matrices are column-major doubles, `ld` >= rows. Nothing here allocates; sizes of work arrays
 * are stated. The BLAS in use is held to one thread: threads are ours (executor.h). */
#ifndef PORTOLAN_LINALG_H
#define PORTOLAN_LINALG_H

#include "portolan/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Check once, before the first call and before any thread exists, that the BLAS loaded is safe
 * for ours: OpenBLAS built with its own locks (never the -serial flavour, whose Cholesky fails
 * under concurrent callers), and hold it to one thread. E_VERSION with what was found otherwise. */
PTL_NODISCARD PTL_API ptl_status ptl_linalg_init(ptl_error *err);

/** OpenBLAS's own words on version, build and the kind of CPU it found ("OpenBLAS 0.3.21 …
 * DYNAMIC_ARCH … Haswell …"): part of a run's numeric fingerprint. The text belongs to OpenBLAS and
 * stays. Call it after ptl_linalg_init. */
PTL_API const char *ptl_linalg_fingerprint(void);

/** Cholesky of the symmetric positive definite a[n x n] (lower triangle read, overwritten by L).
 * E_INVALID naming the leading minor that is not positive. */
PTL_NODISCARD PTL_API ptl_status ptl_cholesky(double *a, int64_t n, int64_t ld, ptl_error *err);

/** Solve L L' x = b in place for b[n x n_rhs]. `l` as ptl_cholesky left it. */
PTL_NODISCARD PTL_API ptl_status ptl_cholesky_solve(double *b, const double *l, int64_t n,
                                                    int64_t ld, int64_t n_rhs, int64_t ldb,
                                                    ptl_error *err);

/** (L L')^-1 in place of L, both triangles. `l` as ptl_cholesky left it. */
PTL_NODISCARD PTL_API ptl_status ptl_cholesky_inverse(double *l, int64_t n, int64_t ld,
                                                      ptl_error *err);

/** log det(L L') = 2 sum log L_ii. */
PTL_API double ptl_cholesky_logdet(const double *l, int64_t n, int64_t ld);

/** Solve a x = b by LU with partial pivoting; a and b overwritten. pivots: n int32. E_INVALID where
 * a pivot is exactly zero; a matrix merely close to singular is solved, with the error that has. */
PTL_NODISCARD PTL_API ptl_status ptl_lu_solve(double *a, double *b, int64_t n, int64_t ld,
                                              int64_t n_rhs, int64_t ldb, int32_t *pivots,
                                              ptl_error *err);

/** Least squares min |a x - b| by Householder QR, rows >= cols. x lands in b[0..cols), b has `rows`
 * elements; a[rows x cols] is overwritten by its factor. A column whose distance from the span of
 * those before it is at most rcond, in [0, 1), of its own length is refused: E_INVALID names it.
 * The scale of columns plays no part. work: ptl_qr_work_n(rows, cols) doubles; more changes
 * nothing. */
PTL_API int64_t ptl_qr_work_n(int64_t rows, int64_t cols);
PTL_NODISCARD PTL_API ptl_status ptl_qr_solve(double *a, double *b, int64_t rows, int64_t cols,
                                              int64_t ld, double rcond, double *work,
                                              int64_t work_n, ptl_error *err);

/** Eigenvalues ascending in w[n], orthonormal vectors in the columns of a (lower triangle read).
 * work: 3n - 1 doubles or more; with 34n it works in blocks, faster and rounded differently, so one
 * caller should always pass one size. */
PTL_NODISCARD PTL_API ptl_status ptl_eigen_symmetric(double *a, double *w, int64_t n, int64_t ld,
                                                     double *work, int64_t work_n, ptl_error *err);

/** c = alpha op(a) op(b) + beta c; op transposes where the flag says so. c[m x n], inner k. The
 * shapes are the caller's promise; nothing is checked, NaN comes through. */
PTL_API void ptl_gemm(double *c, const double *a, const double *b, int64_t m, int64_t n, int64_t k,
                      bool a_transposed, bool b_transposed, int64_t lda, int64_t ldb, int64_t ldc,
                      double alpha, double beta);

#ifdef __cplusplus
}
#endif
#endif
