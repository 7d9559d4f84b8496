/* blas_internal.h: LAPACKE, CBLAS and what OpenBLAS says about itself.
 *
 * The openblas_ functions are declared here, because which cblas.h a system shows depends on the
 * BLAS that was chosen when it was installed, and the reference one does not know them. */
#ifndef PTL_MATH_BLAS_INTERNAL_H
#define PTL_MATH_BLAS_INTERNAL_H

#include <cblas.h>
#include <lapacke.h>

enum { OPENBLAS_FLAVOUR_PTHREAD = 1 };

char *openblas_get_config(void);
int openblas_get_parallel(void);
int openblas_get_num_threads(void);
void openblas_set_num_threads(int num_threads);

typedef int ptl_blas_int; /* CBLAS dimensions are C ints in every flavour we accept */

#endif
