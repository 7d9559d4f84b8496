/* understand_attribution_internal.h: what a run found, while it is being said. */
#ifndef PTL_OPS_UNDERSTAND_ATTRIBUTION_INTERNAL_H
#define PTL_OPS_UNDERSTAND_ATTRIBUTION_INTERNAL_H

#include "ops/understand_attribution.h"
#include "understand/attribution_told.h"

enum {
    METHODS = PTL_TOLD_METHODS,
    CONVERSIONS = PTL_TOLD_CONVERSIONS,
    SHARE = PTL_TOLD_SHARE,
    VALUE = PTL_TOLD_VALUE
};

typedef struct ptl_saying {
    ptl_call *call;
    ptl_told_run told;
} ptl_saying;

/** For pages: lists that a terminal does not show. */
PTL_NODISCARD ptl_status ptl_attribution_say_json(const ptl_saying *s, ptl_error *err);

#endif
