/* understand_attribution_internal.h: what a run found, while it is being said. */
#ifndef PTL_OPS_UNDERSTAND_ATTRIBUTION_INTERNAL_H
#define PTL_OPS_UNDERSTAND_ATTRIBUTION_INTERNAL_H

#include "ops/understand_attribution.h"
#include "store/figure.h"

enum { METHODS = 9, CONVERSIONS = 0, SHARE = 1, VALUE = 2, OUTCOMES = 3 };

typedef struct ptl_told_method {
    const char *name;
    const char *label;  /* in a sentence      */
    const char *column; /* at the head of one */
} ptl_told_method;
extern const ptl_told_method ptl_told_methods[METHODS];

typedef struct ptl_told {
    double point, low, high;
} ptl_told;

typedef struct ptl_told_channel {
    const char *name;
    ptl_told of[METHODS][OUTCOMES];
    double mean_share; /* over methods: the order in which channels are shown */
} ptl_told_channel;

typedef struct ptl_saying {
    ptl_call *call;
    int64_t run_id;
    ptl_table figure_table, credit_table;
    ptl_figures figures;
    const char *goal;   /* "purchase"           */
    const char *prefix; /* "journeys.purchase." */
    ptl_told_channel *channels;
    int64_t n_channels;
    const char *verdicts[METHODS];
    bool has_value;
} ptl_saying;

/* Figures of one name: rows [from, from + n). */
typedef struct ptl_told_range {
    int64_t from, n;
} ptl_told_range;

ptl_told_range ptl_told_range_of(const ptl_saying *s, const char *name);

/** The number in a member: "07", "step 3". */
int64_t ptl_told_number(ptl_text text);

/** For pages: lists that a terminal does not show. */
PTL_NODISCARD ptl_status ptl_attribution_say_json(const ptl_saying *s, ptl_error *err);

#endif
