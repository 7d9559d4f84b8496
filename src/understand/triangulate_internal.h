/* triangulate_internal.h: what the stage gathers before science is asked. */
#ifndef PTL_UNDERSTAND_TRIANGULATE_INTERNAL_H
#define PTL_UNDERSTAND_TRIANGULATE_INTERNAL_H

#include "understand/limits.h"
#include "understand/triangulate.h"

/* A source before its channel has a number. */
typedef struct ptl_gathered {
    ptl_source source;
    const char *channel;
    const char *origin;
    int64_t run_id;
} ptl_gathered;

typedef struct ptl_channel_money {
    const char *channel;
    double spend;              /* units of the currency */
    double cm1_per_revenue;    /* NaN without revenue   */
    double cm1_per_conversion; /* NaN without orders    */
    double share;              /* journey credit's; NaN */
} ptl_channel_money;

typedef struct ptl_gathering {
    const ptl_workspace *workspace;
    const ptl_triangulation_options *o;
    ptl_arena *arena;
    ptl_instant known_by;
    ptl_day from, to;
    ptl_gathered *source;
    int32_t n_sources;
    ptl_channel_money *channel; /* by name */
    int32_t n_channels;
    double baseline; /* units of the currency; NaN */
    int64_t n_untouched;
    bool has_effect, has_credit, has_claim, has_money;
    bool is_closed, is_audited, other_currency;
    int64_t revenue_micros;
} ptl_gathering;

/** The period asked for, or the newest closed one; *has_period false where there is neither. */
PTL_NODISCARD ptl_status ptl_triangulation_period(bool *has_period, ptl_gathering *g,
                                                  ptl_store *store, ptl_error *err);

PTL_NODISCARD ptl_status ptl_triangulation_gather(ptl_gathering *g, ptl_store *store,
                                                  ptl_error *err);

PTL_NODISCARD ptl_status ptl_triangulation_write(const ptl_triangulation *t, ptl_store *store,
                                                 int64_t run_id, ptl_error *err);

#endif
