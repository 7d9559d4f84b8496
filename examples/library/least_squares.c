/* least_squares: a line through five noisy points, by libportolan.
 *   cc least_squares.c -lportolan -lm -o least_squares && ./least_squares */
#include <portolan/linalg.h>
#include <portolan/random.h>

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    enum { ROWS = 5, COLS = 2 };
    double a[ROWS * COLS], b[ROWS]; /* column-major: ones, then weeks */
    ptl_rng rng = ptl_rng_new(2026);
    for (int i = 0; i < ROWS; i++) {
        a[i] = 1.0;
        a[ROWS + i] = i;
        b[i] = 3.5 + 0.25 * i + 0.01 * ptl_rng_normal(&rng);
    }
    ptl_error err;
    const int64_t work_n = ptl_qr_work_n(ROWS, COLS);
    double *work = malloc((size_t)work_n * sizeof *work);
    if (!work || ptl_linalg_init(&err) != PTL_OK ||
        ptl_qr_solve(a, b, ROWS, COLS, ROWS, 1e-12, work, work_n, &err) != PTL_OK) {
        fprintf(stderr, "least_squares: %s\n", work ? err.message : "no memory");
        return 1;
    }
    printf("level %.3f, slope %.3f a week\n", b[0], b[1]);
    free(work);
    return 0;
}
