/* media_plan.h: from a fitted mix model to a plan that can be optimised, simulated and tested.
 *
 * The weeks ahead are taken to be like the `recent` ones: price of media (units per money), value
 * of an outcome and, where no plan is given, spend are their means by geo. The effect of a channel
 * that moves over time is its last one. Nothing is fitted here.
 *
 * Planned are channels that have spend and an effect of their own; one whose data did not speak
 * stands in the plan, held at its present spend. A channel with reach and frequency is planned at
 * its recent frequency: more money is more reach. */
#ifndef PTL_DECIDE_MEDIA_PLAN_H
#define PTL_DECIDE_MEDIA_PLAN_H

#include "base/civil.h"
#include "portolan/budget.h"
#include "portolan/mix.h"

/** A fit read back: borrowed, all of the same model. */
typedef struct ptl_fitted_mix {
    const ptl_mix_data *data;
    const ptl_mix_channel *channel; /* [data->n_channels], the specification's */
    const ptl_mix_result *fit;
    ptl_day first, last; /* days of its weeks */
} ptl_fitted_mix;

typedef struct ptl_media_plan_options {
    int32_t size;           /* sizeof this struct, set by _default()                       */
    int32_t n_weeks;        /* of the plan, [1, PTL_MEDIA_PLAN_WEEKS_MAX]; default 13            */
    int32_t recent_weeks;   /* that the weeks ahead are taken to be like, [1, 520]; default 26 */
    double margin;          /* CM1 per money of the model's outcome, (0, 1]; default 1     */
    double discount_annual; /* [0, 10]; default 0.10                                       */
} ptl_media_plan_options;

typedef struct ptl_media_plan_channel {
    int64_t mix_idx; /* in the fit                                     */
    char grade;      /* of its effect, as the fit says: 'C', 'D'       */
    bool spoke;      /* false: the data did not speak, and it is held  */
    bool reach_only; /* frequency stays as it was                      */
    double frequency;
} ptl_media_plan_channel;

typedef struct ptl_media_plan {
    ptl_budget_data data;            /* for ptl_budget_solve and ptl_budget_simulate            */
    ptl_media_plan_channel *channel; /* [data.n_channels]                                       */
    ptl_budget_channel *limits;      /* the same that data.channel shows; the caller may narrow */
    double *present;                 /* the same that data.present shows                        */
    double *weekly;                  /* [channel][geo] recent mean spend a week, money          */
    double *weekly_value;            /* [geo] margin per unit of outcome, undiscounted          */
    ptl_fitted_mix mix;
    double *work, *drift; /* of reading a draw */
    ptl_media_plan_options options;
} ptl_media_plan;

ptl_media_plan_options ptl_media_plan_options_default(void);

/** Fill *out, whose address must not change while it is in use: draws are read through it.
 * present: [channel of the mix][geo][week], money, or NULL for the recent mean. Draws: the first
 * half of the chains (or of the one chain) choose, the others judge, since neighbours in a chain
 * resemble each other. E_INVALID names what is missing; E_CONFLICT where no channel can be planned.
 */
PTL_NODISCARD ptl_status ptl_media_plan_make(ptl_media_plan *out, const ptl_fitted_mix *mix,
                                             const double *present,
                                             const ptl_media_plan_options *options,
                                             ptl_arena *arena, ptl_error *err);

/** ptl_budget_draw_fn of a ptl_media_plan. */
PTL_NODISCARD ptl_status ptl_media_plan_draw(ptl_budget_draw *out, int64_t draw_idx, void *plan,
                                             ptl_error *err);

#endif
