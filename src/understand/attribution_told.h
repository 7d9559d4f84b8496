/* attribution_told.h: what an attribution run found, read back from the store, for whoever says it.
 *
 * A run's figures come in the order of name, dimension and member, so figures of one name are a
 * range, and ranges written together (how many journeys, how many of them converted) run in step.
 */
#ifndef PTL_UNDERSTAND_ATTRIBUTION_TOLD_H
#define PTL_UNDERSTAND_ATTRIBUTION_TOLD_H

#include "portolan/arena.h"
#include "store/figure.h"
#include "store/store.h"

enum {
    PTL_TOLD_METHODS = 10,
    PTL_TOLD_CONVERSIONS = 0,
    PTL_TOLD_SHARE = 1,
    PTL_TOLD_VALUE = 2,
    PTL_TOLD_OUTCOMES = 3
};

typedef struct ptl_told_method {
    const char *name;
    const char *label;  /* in a sentence      */
    const char *column; /* at the head of one */
} ptl_told_method;
extern const ptl_told_method ptl_told_methods[PTL_TOLD_METHODS];

typedef struct ptl_told {
    double point, low, high;
} ptl_told;

typedef struct ptl_told_channel {
    const char *name;
    ptl_told of[PTL_TOLD_METHODS][PTL_TOLD_OUTCOMES];
    double mean_share; /* over methods: the order in which channels are shown */
} ptl_told_channel;

typedef struct ptl_told_run {
    int64_t run_id;
    ptl_arena *arena;
    ptl_table figure_table, credit_table;
    ptl_figures figures;
    const char *goal;   /* "purchase"           */
    const char *prefix; /* "journeys.purchase." */
    ptl_told_channel *channels;
    int64_t n_channels;
    ptl_told_channel baseline;              /* what a method credits to no touch */
    const char *verdicts[PTL_TOLD_METHODS]; /* NULL: the run did not ask it */
    double probability;                     /* that intervals hold          */
    bool has_value;
} ptl_told_run;

/** Figures of one name: rows [from, from + n). */
typedef struct ptl_told_range {
    int64_t from, n;
} ptl_told_range;

/** The newest run that shared out `goal` by "channel" or "campaign"; 0: none has. */
PTL_NODISCARD ptl_status ptl_told_newest(int64_t *run_id, ptl_store *store, const char *goal,
                                         const char *by, ptl_arena *arena, ptl_error *err);

/** Figures of a run; E_NOT_FOUND where it shared nothing out. Dispose in either case. */
PTL_NODISCARD ptl_status ptl_told_read_figures(ptl_told_run *out, ptl_store *store, int64_t run_id,
                                               ptl_arena *arena, ptl_error *err);
/** What its methods say, after the figures. Channels with most on average come first. */
PTL_NODISCARD ptl_status ptl_told_read_credit(ptl_told_run *run, ptl_store *store, ptl_error *err);
void ptl_told_dispose(ptl_told_run *run);

ptl_told_range ptl_told_range_of(const ptl_told_run *run, const char *name);
/** A counted total, 0 where the run has none. */
int64_t ptl_told_total(const ptl_told_run *run, const char *name);
/** An estimated figure of one member; NaN where the run has none. */
double ptl_told_value(const ptl_told_run *run, const char *name, ptl_text member);
/** The number in a member: "07", "step 3". */
int64_t ptl_told_number(ptl_text text);
/** The part of a member before or after its arrow. */
ptl_text ptl_told_side(ptl_text member, bool after);
/** A member or one of its sides as text of the run's arena; NULL: no memory. */
const char *ptl_told_member(const ptl_told_run *run, int64_t row, ptl_error *err);

/** What hangs on the method: the least and the most that any of them credits a channel with. */
typedef struct ptl_told_stake {
    const ptl_told_channel *channel;
    int32_t least, most; /* methods */
    double spread;
} ptl_told_stake;

/** One for each channel that any method says something of, most at stake first. */
PTL_NODISCARD ptl_status ptl_told_stakes(ptl_told_stake **out, int64_t *n, const ptl_told_run *run,
                                         int32_t outcome, ptl_error *err);

/** Half the sum of absolute differences: what one method credits elsewhere than the other does. */
double ptl_told_distance(const ptl_told_run *run, int32_t method, int32_t other, int32_t outcome);

#endif
