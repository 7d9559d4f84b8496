/* budget.h: where the next euro goes, over channels, geos and weeks, from posterior draws of what
 * spend does.
 *
 * Outcome of draw s, in money (CM1: margin per unit, not revenue):
 *
 *   V_s(x) = sum over geo g, week t of value[g][t] sum over c of coefficient_s[c][g] R_s,c(x)[g][t]
 *
 * R the response (response.h) to the scaled media rate * x of the weeks before, the plan's and none
 * after; less the same without the plan's spend, so that V_s(0) = 0. Chosen is the plan x that
 * maximises U(V) - price * spend within all limits. Half the draws choose, the other half say what
 * the choice is worth: a gain is never measured on draws that were used to find it.
 *
 * The certificate is a dual bound: no plan within the limits is worth more than `bound` under the
 * draws that chose; `gap` is what the plan returned falls short of it at most. Concave responses
 * have a gap of rounding; S-shaped ones are searched by branch and bound where weeks do not couple,
 * and otherwise from several starts, with the gap against a concave majorant.
 *
 * Cells lie channel by channel, geo by geo, week by week: cell = (channel * n_geos + geo) * n_weeks
 * + week. Money is in units of the currency; plans come back in whole cents. */
#ifndef PORTOLAN_BUDGET_H
#define PORTOLAN_BUDGET_H

#include "portolan/arena.h"
#include "portolan/density.h"
#include "portolan/executor.h"
#include "portolan/response.h"
#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PTL_BUDGET_CHANNELS_MAX 1000  /* more is a mapping that was never governed           */
#define PTL_BUDGET_CELLS_MAX 10000000 /* channels x geos x weeks: 183 x 66 x 36 is 434,808   */
#define PTL_BUDGET_WEEKS_MAX 1040     /* twenty years                                        */
#define PTL_BUDGET_DRAWS_MAX 1000000  /* posterior draws: beyond, thinning loses nothing     */

/** One posterior draw, to be filled: every channel's response, and coefficient[channel * n_geos +
 * geo] in units of outcome (either sign). */
typedef struct ptl_budget_draw {
    ptl_response *response; /* n_channels          */
    double *coefficient;    /* n_channels x n_geos */
} ptl_budget_draw;

/** Called from the calling thread, draws in ascending order, possibly twice for the same draw. */
typedef ptl_status (*ptl_budget_draw_fn)(ptl_budget_draw *out, int64_t draw_idx, void *payload,
                                         ptl_error *err);

/** Limits of one channel. ptl_budget_channel_default() sets none. */
typedef struct ptl_budget_channel {
    const char *name;   /* for messages; may be NULL                                     */
    double total_min;   /* minimum commitment over the whole plan, money, >= 0           */
    double total_max;   /* money, may be infinite                                        */
    double cell_min;    /* of every geo and week, money, >= 0                            */
    double cell_max;    /* may be infinite                                               */
    int64_t step_cents; /* every geo-week is a multiple of it, >= 1                      */
    bool hold;          /* stays as it is: nothing may be proposed where data do not speak */
} ptl_budget_channel;

typedef struct ptl_budget_data {
    int32_t n_channels;
    int32_t n_geos;
    int32_t n_weeks;   /* of the plan */
    int32_t n_history; /* weeks before the plan whose media still carry over */
    int32_t n_tail;    /* weeks after it in which what it caused still counts */
    int64_t n_draws;
    const ptl_budget_channel *channel; /* n_channels */
    const double *present;             /* n_cells: the plan in force, money, >= 0 */
    const double *rate;                /* n_cells: scaled media per unit of money, > 0 */
    const double *value;     /* n_geos x (n_weeks + n_tail): margin per unit of outcome, >= 0;
                                discounting and seasonality of the margin go in here */
    const double *history;   /* n_channels x n_geos x n_history: scaled media; NULL where none */
    const double *seen_low;  /* n_channels x n_geos: 5th percentile of a week's spend that was seen
                                or tested, money; NULL where not known */
    const double *seen_high; /* likewise the 95th */
    ptl_budget_draw_fn draw;
    void *payload;
} ptl_budget_data;

typedef enum ptl_budget_goal {
    PTL_BUDGET_FIXED,      /* spend exactly total_max, whatever it returns                   */
    PTL_BUDGET_FLEXIBLE,   /* spend what maximises outcome - spend, in total_min … total_max  */
    PTL_BUDGET_TARGET_ROI, /* most outcome with (outcome - spend) / spend >= target          */
    PTL_BUDGET_TARGET_MROI /* spend while the next unit returns target or more, net of itself */
} ptl_budget_goal;

typedef enum ptl_budget_utility {
    PTL_BUDGET_MEAN, /* mean over the draws                                                      */
    PTL_BUDGET_CVAR, /* mean of the worst tail_share of the draws                                */
    PTL_BUDGET_LOSS  /* the mean, with the least weight on the tail of the difference to the present
                        plan for which its chance of being negative is at most loss_max          */
} ptl_budget_utility;

typedef enum ptl_budget_grain {
    PTL_BUDGET_CELL,   /* every channel, geo and week is free                           */
    PTL_BUDGET_WEEK,   /* channels and weeks are free, shares of geos as at present     */
    PTL_BUDGET_GEO,    /* channels and geos are free, the weekly pattern as at present  */
    PTL_BUDGET_CHANNEL /* totals of channels are free, the pattern inside as at present */
} ptl_budget_grain;

typedef struct ptl_budget_options {
    int32_t size; /* sizeof this struct, set by _default()                                        */
    ptl_budget_goal goal;       /* default FIXED                                                  */
    ptl_budget_utility utility; /* default MEAN                                                   */
    ptl_budget_grain grain;     /* default CELL                                                   */
    double total_min;     /* money; for FIXED as total_max; default 0                             */
    double total_max;     /* money, finite; NaN: the present plan's total; default NaN            */
    double target;        /* ROI or marginal ROI, net: 0 is break-even, > -1; default 0           */
    double tail_share;    /* of the draws that CVaR averages, (0, 1]; default 0.10                */
    double loss_max;      /* chance of being worse than the present plan, (0, 1); default 0.10    */
    double range;         /* how far past what was seen, share of it, [0, 1]; default 0.30        */
    bool split;           /* choose on even draws, evaluate on odd ones; default true             */
    int32_t n_choose_max; /* draws that choose, evenly thinned, [1, 1e5]; default 200             */
    int32_t n_judge_max;  /* draws that evaluate, [2, 1e6]; default 2000                          */
    double gap_rel;       /* stop where gap <= this * outcome, (0, 1); default 1e-6               */
    int32_t iter_max;     /* steps of one ascent, [1, 1e5]; default 200                           */
    int32_t node_max;     /* of a branch and bound, [1, 1e5]; default 400                         */
    double probability;   /* of intervals, (0, 1); default 0.90                                   */
} ptl_budget_options;

typedef struct ptl_budget_channel_result {
    double spend;         /* money */
    double spend_present; /* money */
    ptl_estimate outcome; /* money, of this channel, by the evaluating draws */
    ptl_estimate roi;     /* (outcome - spend) / spend; NaN where nothing is spent */
    ptl_estimate mroi;    /* the same of one per cent more everywhere */
    ptl_estimate gain;    /* outcome - spend less that of the present plan */
    int64_t n_beyond;     /* geo-weeks above seen_high */
    double spend_beyond;  /* money above seen_high */
} ptl_budget_channel_result;

/** What a plan is worth, on the evaluating draws. */
typedef struct ptl_budget_outcome {
    double spend;         /* money */
    ptl_estimate outcome; /* V, money */
    ptl_estimate profit;  /* V - spend */
    ptl_estimate roi;     /* (V - spend) / spend; NaN where nothing is spent */
    double p_loss;        /* share of draws with V < spend */
} ptl_budget_outcome;

typedef struct ptl_budget_result {
    ptl_verdict verdict; /* CONVERGED: gap <= max(1e-4, gap_rel) of the outcome (rounding to steps
                            apart); INACCURATE: the gap printed is larger */
    int64_t *plan_cents; /* n_cells, in the arena */
    int64_t unallocated_cents; /* FIXED: what no step can spend; plan + this = the total, exactly */
    ptl_budget_outcome plan, present;
    ptl_estimate gain;        /* profit of the plan less that of the present plan, draw by draw */
    double p_loss;            /* share of draws in which the gain is negative */
    ptl_density gain_density; /* the gain's draws, as a curve to look at; all 0 where not finite */
    double gain_in_sample; /* the mean gain on the draws that chose: what a careless report says */
    ptl_budget_channel_result *channel; /* n_channels, in the arena */
    double objective;      /* U(V) - price * spend of the plan, on the draws that chose, money */
    double bound;          /* no plan within the limits exceeds it */
    double gap;            /* bound - objective, >= 0 */
    double gap_search;     /* the part that existed before rounding to steps */
    double price;          /* of one unit of spend in the objective (0 where the total is fixed) */
    double shadow_price;   /* what one more unit of total would add, money per money */
    bool concave;          /* the certificate is exact but for rounding and iterations */
    bool coupled;          /* weeks or draws couple: by carry-over or by risk */
    double tail_weight;    /* LOSS: weight on the tail that was needed, [0, 1] */
    int64_t n_evaluations; /* of the model, all draws that choose */
    int64_t n_nodes;       /* of branch and bound */
    int64_t n_choose, n_judge; /* draws used */
} ptl_budget_result;

typedef struct ptl_budget_work {
    ptl_arena *arena;             /* results stay in it, scratch is handed back */
    const ptl_executor *executor; /* may be NULL */
} ptl_budget_work;

PTL_API ptl_budget_options ptl_budget_options_default(void);
PTL_API ptl_budget_channel ptl_budget_channel_default(void);

/** The best plan. E_INVALID names the channel, geo, week or draw that is not allowed, or the limits
 * that contradict each other. Same bytes at any width. */
PTL_NODISCARD PTL_API ptl_status ptl_budget_solve(ptl_budget_result *out,
                                                  const ptl_budget_data *data,
                                                  const ptl_budget_options *options,
                                                  const ptl_budget_work *work, ptl_error *err);

/** What plan[n_cells], money, is worth beside the present plan: fills plan, present, gain, p_loss
 * and channel; whatever belongs to the search is NaN or 0. Limits are not applied. */
PTL_NODISCARD PTL_API ptl_status ptl_budget_simulate(ptl_budget_result *out, const double *plan,
                                                     const ptl_budget_data *data,
                                                     const ptl_budget_options *options,
                                                     const ptl_budget_work *work, ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
