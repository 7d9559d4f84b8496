/* change_internal.h: what the files of change share. */
#ifndef PTL_UNDERSTAND_CHANGE_INTERNAL_H
#define PTL_UNDERSTAND_CHANGE_INTERNAL_H

#include "understand/change.h"
#include "understand/limits.h"

/* What is counted in a week; the first are asked about, the others only expected. */
typedef enum ptl_change_metric {
    PTL_CHANGE_ORDERS,
    PTL_CHANGE_REVENUE,
    PTL_CHANGE_CM1,
    PTL_CHANGE_MEDIA,
    PTL_CHANGE_CM2,
    PTL_CHANGE_RATE,  /* orders a click, or an active customer */
    PTL_CHANGE_PRICE, /* revenue an order                      */
    PTL_CHANGE_N_ASKED,
    PTL_CHANGE_VOLUME = PTL_CHANGE_N_ASKED,
    PTL_CHANGE_COST,
    PTL_CHANGE_N_METRICS
} ptl_change_metric;

const char *ptl_change_metric_name(int metric);
int ptl_change_metric_find(ptl_text name); /* -1 where there is none */

/* Exact sums of one week. */
typedef struct ptl_change_week {
    int64_t volume; /* clicks, active customer-days; 0 where nobody counts */
    int64_t orders;
    int64_t revenue_micros, variable_micros, media_micros;
} ptl_change_week;

typedef struct ptl_change_member {
    const char *dimension; /* "", "channel", "segment" */
    const char *name;
    ptl_change_week *weeks; /* [n_weeks] */
    bool has_volume;        /* counted in every week that has orders */
} ptl_change_member;

/* The newest weeks of every member; member 0 is the company. */
typedef struct ptl_change_history {
    ptl_day first; /* of the first week */
    int64_t n_weeks;
    ptl_change_member *members;
    int64_t n_members, n_channels; /* the channels stand behind the company */
    int64_t newest;                /* the member asked for last             */
} ptl_change_history;

PTL_NODISCARD ptl_status ptl_change_history_read(ptl_change_history *out, ptl_store *store,
                                                 const ptl_workspace *workspace, int64_t run_id,
                                                 ptl_instant known_by, ptl_arena *arena,
                                                 ptl_error *err);

/** A metric of a week, in units. */
double ptl_change_value(const ptl_change_member *member, int64_t week, int metric);

/** Fill `because` and what is left of every change found. */
PTL_NODISCARD ptl_status ptl_change_explain(ptl_changes *changes, ptl_store *store,
                                            const char *currency, ptl_arena *arena, ptl_error *err);

PTL_NODISCARD ptl_status ptl_change_write(const ptl_changes *changes, ptl_store *store,
                                          const char *currency, ptl_error *err);

#endif
