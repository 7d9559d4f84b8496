/* validation_internal.h: a method's weights in one journey, whatever the method. */
#ifndef PTL_SCIENCE_VALIDATION_INTERNAL_H
#define PTL_SCIENCE_VALIDATION_INTERNAL_H

#include "portolan/validation.h"
#include "science/attribution_internal.h"

typedef struct ptl_weigher {
    const ptl_heuristic_options *rule; /* NULL: worth counts                 */
    const double *worth;               /* n_channels                         */
    int32_t *times;                    /* n_channels zeros                   */
} ptl_weigher;

/** Weights of path p's touches into u, as ptl_heuristic_journey or ptl_journey_spread give them. */
PTL_NODISCARD ptl_status ptl_path_weigh(double *u, const ptl_weigher *w, const ptl_paths *x,
                                        int64_t p, ptl_error *err);

/** Touches of the longest path. */
int64_t ptl_paths_longest(const ptl_paths *x);

#endif
