/* budget_search_internal.h: tables of single variables' curves, and their concave majorants. */
#ifndef PTL_SCIENCE_BUDGET_SEARCH_INTERNAL_H
#define PTL_SCIENCE_BUDGET_SEARCH_INTERNAL_H

#include "science/budget_internal.h"

/** Vertices of the least concave function above samples lo … hi of a variable. */
typedef struct ptl_hull {
    int32_t *vertex;
    int32_t n;
} ptl_hull;

/** Every variable's own curve: value and slope at nodes, and finer samples read between them. */
typedef struct ptl_table {
    const ptl_limits *l;
    double power;               /* of the spacing: nodes crowd at the lower bound */
    int32_t n_nodes, n_samples; /* n_samples - 1 is a multiple of n_nodes - 1 */
    int32_t n_columns;          /* n_columns - 1 is a multiple of n_nodes - 1 */
    double *value, *slope;      /* n x n_columns */
    double *sample;             /* n x n_samples: never below the curve */
    ptl_hull *root;             /* n */
    double *error;              /* n x n_columns: of the interval that a node opens */
    double price_lo, price_hi;  /* slopes of all segments lie between */
} ptl_table;

/** Tabulate until the measured error is below tol / 4, or nodes run out. */
PTL_NODISCARD ptl_status ptl_table_make(ptl_table *t, ptl_budget_model *m, const ptl_limits *l,
                                        double tol, ptl_arena *arena, ptl_error *err);

double ptl_table_at(const ptl_table *t, int64_t j, int32_t sample); /* y of a sample      */
int32_t ptl_table_index(const ptl_table *t, int64_t j, double y);   /* the nearest sample */
double ptl_table_value(const ptl_table *t, int64_t j, double y);    /* F_j(y)             */
void ptl_table_hull(ptl_hull *h, const ptl_table *t, int64_t j, int32_t lo, int32_t hi);
double ptl_hull_value(const ptl_hull *h, const ptl_table *t, int64_t j, double y);

/** ptl_objective_fn over a ptl_table. */
double ptl_table_eval(void *ctx, double *slope, double *curvature, const double *y);

#endif
