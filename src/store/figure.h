/* figure.h: figures read back, by whoever shows them. */
#ifndef PTL_STORE_FIGURE_H
#define PTL_STORE_FIGURE_H

#include "store/table.h"

/** The columns of a query over `figure` (queries/figure/?*.sql), bound once before the loop. */
typedef struct ptl_figures {
    const ptl_column *run_id, *name, *grain, *period_start, *period_end, *dimension, *member;
    const ptl_column *value, *exact, *low, *high, *probability, *unit, *kind, *grade, *verdict;
} ptl_figures;

PTL_NODISCARD ptl_status ptl_figures_bind(ptl_figures *out, const ptl_table *table, ptl_error *err);

#endif
