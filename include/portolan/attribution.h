/* attribution.h: how the conversions of journeys are shared out among the channels they touched.
 *
 * Every function here describes: credit is a share of what was counted (grade E), never an effect.
 *
 * The input of every method is the same: distinct paths of touches, and for each path and group of
 * persons how many journeys took it. A person (in B2B an account) is hashed to one of 64 groups and
 * has all their journeys there, so that intervals resample persons and never journeys.
 *
 * A call borrows its data, takes all memory from work->arena, and leaves its result there: it is
 * valid until the caller rewinds or resets the arena. On failure the arena is as it was. Products
 * of matrices are the BLAS's: call ptl_linalg_init once before (linalg.h). */
#ifndef PORTOLAN_ATTRIBUTION_H
#define PORTOLAN_ATTRIBUTION_H

#include "portolan/arena.h"
#include "portolan/executor.h"
#include "portolan/random.h"
#include "portolan/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PTL_ATTRIBUTION_GROUPS = 64,           /* of persons, by hash: fixed, so runs compare         */
    PTL_ATTRIBUTION_CHANNELS_MAX = 4096,   /* a tuple of four fits one 64-bit key with room       */
    PTL_ATTRIBUTION_REPLICATES_MAX = 4096, /* the interval's own noise is below 2 % long before   */
    PTL_ATTRIBUTION_ORDER_MAX = 4,         /* touches a state remembers: beyond, nobody has data  */
    PTL_SHAPLEY_PLAYERS_MAX = 24,          /* exact games: 2^24 worths are 128 MiB                */
    PTL_ATTRIBUTION_STAGES = 8             /* of a journey, by first visit; the last holds 8th on */
};

/** Weighted distinct paths and their cells.
 *
 * Path p has touches[offsets[p] .. offsets[p + 1]), oldest first; it may be empty, of any length,
 * and may repeat channels. Paths need not be distinct: equal ones add up. A cell says that in
 * `group` the path ended `n_converting` times in a conversion, worth `value` in all, and `n_null`
 * times without one. Cells may come in any order and twice: they add up. Cells sorted by path are
 * read fastest. What converted on an empty path is untouched: a line of its own, credited to
 * nobody. */
typedef struct ptl_paths {
    int32_t n_channels; /* [1, 4096]                                                 */
    int32_t direct;     /* the channel that is no marketing, for last non-direct; -1 */
    int64_t n_paths;
    const int64_t *offsets; /* n_paths + 1, from 0, ascending                            */
    const int32_t *touches; /* offsets[n_paths] channels in [0, n_channels)              */
    const double *gap_days; /* per touch, days to the next touch or to the end, >= 0;
                               NULL: every gap counts as one day, so lags are in steps   */
    int64_t n_cells;
    const int64_t *cell_path;       /* [0, n_paths)                                              */
    const int32_t *cell_group;      /* [0, 64)                                                   */
    const int64_t *cell_converting; /* >= 0                                                     */
    const double *cell_value;       /* any unit, >= 0, zero where nothing converts; NULL: all 0  */
    const int64_t *cell_null;       /* >= 0                                                      */
} ptl_paths;

/** What a call may use. executor NULL: one task after the other. Same bytes on any width. */
typedef struct ptl_attribution_work {
    ptl_arena *arena;
    const ptl_executor *executor;
    ptl_rng rng; /* of replicates and sampled permutations; never advanced */
} ptl_attribution_work;

typedef enum ptl_interval_method {
    PTL_INTERVAL_NONE,      /* points only: low, high and probability are NaN                     */
    PTL_INTERVAL_JACKKNIFE, /* leave one group out; Student's t with groups - 1 degrees           */
    PTL_INTERVAL_BOOTSTRAP  /* Poisson(1) weights of groups over their mean; Student's t on the
                               spread */
} ptl_interval_method;

typedef struct ptl_interval_options {
    int32_t size;               /* sizeof this struct, set by _default()                      */
    ptl_interval_method method; /* default bootstrap                                          */
    int32_t n_replicates;       /* of the bootstrap, [20, 4096]; default 200                  */
    double probability;         /* held by an interval, (0, 1); default 0.90                  */
} ptl_interval_options;

PTL_API ptl_interval_options ptl_interval_options_default(void);

/** What the journeys add up to, before any method. */
typedef struct ptl_attribution_total {
    int64_t n_converting; /* conversions of journeys with a touch                 */
    int64_t n_null;       /* journeys with a touch and without a conversion       */
    double value;         /* of n_converting                                      */
    int64_t n_untouched;  /* conversions without any touch: credited to nobody    */
    double value_untouched;
    int64_t n_empty_null; /* neither touch nor conversion: counted, used nowhere  */
    int32_t n_groups;     /* groups with a touched journey: what intervals rest on */
} ptl_attribution_total;

/** Checks all of `paths` and adds up its cells. E_INVALID names the first path, touch or cell that
 * is out of range, negative, not finite, or has a value without a conversion; E_LIMIT more than
 * 4,096 channels or 2^53 journeys. Every method below calls it first. */
PTL_NODISCARD PTL_API ptl_status ptl_paths_total(ptl_attribution_total *out, const ptl_paths *paths,
                                                 ptl_error *err);

/** Credit per channel; arrays of n_channels in the arena. Credits sum to the touched total.
 * NOT_IDENTIFIED with NaN where nothing that was touched converts (credit, share) or has value
 * (value); intervals are NaN below two groups. */
typedef struct ptl_attribution_result {
    ptl_verdict verdict;
    int32_t n_channels;
    ptl_attribution_total total;
    ptl_estimate *credit; /* conversions                          */
    ptl_estimate *share;  /* of the touched conversions, sum to 1 */
    ptl_estimate *value;  /* unit of cell_value                   */
} ptl_attribution_result;

/* ---- heuristic rules ------------------------------------------------------------------------ */

typedef enum ptl_heuristic_rule {
    PTL_HEURISTIC_FIRST,
    PTL_HEURISTIC_LAST,
    PTL_HEURISTIC_LAST_NON_DIRECT, /* the last touch that is not `direct`; all direct: direct     */
    PTL_HEURISTIC_LINEAR,          /* equal per touch                                             */
    PTL_HEURISTIC_POSITION,        /* first and last weights, the rest equally over those between */
    PTL_HEURISTIC_TIME_DECAY       /* touch weight 2^(-age / half-life), age from gap_days        */
} ptl_heuristic_rule;

typedef struct ptl_heuristic_options {
    int32_t size;
    ptl_heuristic_rule rule; /* default last                                                   */
    double first_weight;     /* position: [0, 1], first + last <= 1; default 0.4               */
    double last_weight;      /* position: two touches share first : last; one has all; 0.4     */
    double half_life_days;   /* time decay: (0, inf); default 7; steps where gaps are absent   */
    ptl_interval_options interval;
} ptl_heuristic_options;

PTL_API ptl_heuristic_options ptl_heuristic_options_default(void);

/** Weights of one journey's n touches into weight[n]; they sum to 1 (none where n = 0). `gap_days`
 * as in ptl_paths. This is the per-journey attribution of every heuristic. */
PTL_NODISCARD PTL_API ptl_status ptl_heuristic_journey(double *weight, const int32_t *touches,
                                                       const double *gap_days, int64_t n,
                                                       int32_t direct,
                                                       const ptl_heuristic_options *options,
                                                       ptl_error *err);

/** The rule over all journeys. Exact: a sum. Cost O(touches + cells x distinct channels). */
PTL_NODISCARD PTL_API ptl_status ptl_heuristic_solve(ptl_attribution_result *out,
                                                     const ptl_paths *paths,
                                                     const ptl_heuristic_options *options,
                                                     const ptl_attribution_work *work,
                                                     ptl_error *err);

/* ---- Markov chains -------------------------------------------------------------------------- */

typedef enum ptl_replicate_method {
    PTL_REPLICATE_AUTO,  /* exact where that takes some seconds at most, else one step            */
    PTL_REPLICATE_EXACT, /* every replicate's chain is solved again                             */
    PTL_REPLICATE_ONE_STEP /* one Newton step from the full chain; the gap to exact is measured   */
} ptl_replicate_method;

typedef struct ptl_markov_options {
    int32_t size;
    int32_t order; /* touches a state remembers, [1, 4]; default 1                          */
    bool use_null; /* journeys without conversion enter the chain; default true             */
    double
        residual_tol;  /* relative residual of the sparse solution, [1e-15, 1e-3]; default 1e-14 */
    int32_t sweep_max; /* Gauss-Seidel sweeps per system, [1, 1000000]; default 10000           */
    ptl_replicate_method replicate; /* default auto                                              */
    ptl_interval_options interval;
} ptl_markov_options;

PTL_API ptl_markov_options ptl_markov_options_default(void);

/** Something whose removal is asked for. Kind set: no journey can touch any of `channels` (a set is
 * a campaign's or a group's channels). Kind sequence: no journey can touch `channels` one directly
 * after the other, in this order; 1 to order + 1 of them. Windows that are equal are one state, so
 * a channel order + 1 times in a row is never seen as a sequence. */
typedef struct ptl_removal {
    bool sequence;
    int32_t n;
    const int32_t *channels;
} ptl_removal;

typedef struct ptl_markov_diagnostics {
    int32_t order;
    int64_t n_states;    /* seen, beside start, conversion and null                            */
    int64_t n_edges;     /* distinct transitions between states                                */
    double convert;      /* P(conversion from start), without removal                          */
    double residual;     /* largest relative residual left in any point                     */
    double error_bound;  /* on any absorption probability: residual x expected steps           */
    int32_t sweeps;      /* most that one system took; 0 where elimination was used            */
    bool one_step;       /* replicates are one Newton step                                     */
    double one_step_gap; /* rms over up to 25 removals of one step - exact, for one replicate, in
                             standard errors; NaN where replicates are exact */
} ptl_markov_diagnostics;

/** Removal effects and the credit made from them.
 *
 * effect[k] = 1 - P(conversion, k removed) / P(conversion), exact; the share of conversions that
 * pass through k. credit = effect / sum of effects x touched conversions; value likewise from the
 * expected value of a journey. INACCURATE where the one-step gap passes 0.1 standard errors;
 * NOT_CONVERGED where a residual stays above its tolerance. */
typedef struct ptl_markov_result {
    ptl_attribution_result credit;
    ptl_estimate *effect;       /* n_channels: of conversions */
    ptl_estimate *effect_value; /* n_channels: of value       */
    ptl_markov_diagnostics diagnostics;
} ptl_markov_result;

PTL_NODISCARD PTL_API ptl_status ptl_markov_solve(ptl_markov_result *out, const ptl_paths *paths,
                                                  const ptl_markov_options *options,
                                                  const ptl_attribution_work *work, ptl_error *err);

typedef struct ptl_removal_result {
    ptl_verdict verdict;
    int32_t n_removals;
    ptl_attribution_total total;
    ptl_estimate *effect;
    ptl_estimate *effect_value;
    ptl_markov_diagnostics diagnostics;
} ptl_removal_result;

/** Removal effects of sets and of sequences. An empty set has the effect 0. */
PTL_NODISCARD PTL_API ptl_status ptl_markov_removal(ptl_removal_result *out, const ptl_paths *paths,
                                                    const ptl_removal *removals, int32_t n_removals,
                                                    const ptl_markov_options *options,
                                                    const ptl_attribution_work *work,
                                                    ptl_error *err);

typedef struct ptl_markov_order_options {
    int32_t size;
    int32_t order_max; /* orders 1 to this are compared, [1, 4]; default 3                       */
    int32_t n_folds;   /* groups g with g mod n_folds = f are held out in fold f, [2, 8]; 4      */
    double prior;      /* pseudo-counts with which a state leans on the next lower order,
                          (0, 1e6]; default 5                                                    */
} ptl_markov_order_options;

PTL_API ptl_markov_order_options ptl_markov_order_options_default(void);

typedef struct ptl_markov_order_result {
    ptl_verdict verdict; /* NOT_IDENTIFIED where fewer than two folds have journeys */
    int32_t order;       /* of the highest held-out likelihood                      */
    double log_loss[PTL_ATTRIBUTION_ORDER_MAX];   /* per journey, nats; by order - 1 */
    double gain_error[PTL_ATTRIBUTION_ORDER_MAX]; /* standard error, over groups, of the gain per
                                                     journey on the order before; NaN at order 1 */
} ptl_markov_order_result;

/** Order by held-out likelihood of whole journeys, touches and outcome, split by group. */
PTL_NODISCARD PTL_API ptl_status ptl_markov_order(ptl_markov_order_result *out,
                                                  const ptl_paths *paths,
                                                  const ptl_markov_order_options *options,
                                                  const ptl_attribution_work *work, ptl_error *err);

/* ---- Shapley values ------------------------------------------------------------------------- */

/** Shapley value phi[n] of the game worth[2^n], exact. Bit i of an index says that player i is in.
 * worth[0] may be anything finite; sum(phi) = worth[2^n - 1] - worth[0]. n in [1, 24]. */
PTL_NODISCARD PTL_API ptl_status ptl_shapley_game(double *phi, const double *worth, int32_t n,
                                                  ptl_error *err);

/** Pairwise interaction index (Grabisch & Roubens 1999) into index[n x n], symmetric, zero on the
 * diagonal: what i and j are worth together beyond apart, averaged like a Shapley value. */
PTL_NODISCARD PTL_API ptl_status ptl_shapley_interaction(double *index, const double *worth,
                                                         int32_t n, ptl_error *err);

/** In place, x[2^n]: the sum over all subsets, and back (Yates 1937). n in [0, 24]. */
PTL_NODISCARD PTL_API ptl_status ptl_subset_sum(double *x, int32_t n, ptl_error *err);
PTL_NODISCARD PTL_API ptl_status ptl_subset_difference(double *x, int32_t n, ptl_error *err);

typedef enum ptl_shapley_worth {
    PTL_SHAPLEY_SUM, /* v(S) = conversions of journeys that touched channels of S only            */
    PTL_SHAPLEY_RATE /* v(S) = their share among such journeys, null ones included; 0 where there
                        are none. phi is scaled to the touched conversions and may be negative    */
} ptl_shapley_worth;

typedef struct ptl_shapley_options {
    int32_t size;
    ptl_shapley_worth worth; /* default sum                                                    */
    int32_t n_exact_max;     /* rate: channels up to which all subsets are used, [1, 24]; 16   */
    int32_t n_permutations;  /* rate, beyond: antithetic pairs are drawn, even, [4, 65536]; 128 */
    ptl_interval_options interval;
} ptl_shapley_options;

PTL_API ptl_shapley_options ptl_shapley_options_default(void);

typedef struct ptl_shapley_result {
    ptl_attribution_result credit;
    double *stage;          /* order-aware (sum): credit of channel c at stage s in
                               [c x PTL_ATTRIBUTION_STAGES + s]; rows sum to the credit. NULL for rate */
    double *sampling_error; /* standard error of each credit that sampling left; 0 if exact */
    int32_t n_permutations; /* drawn; 0 if exact */
} ptl_shapley_result;

PTL_NODISCARD PTL_API ptl_status ptl_shapley_solve(ptl_shapley_result *out, const ptl_paths *paths,
                                                   const ptl_shapley_options *options,
                                                   const ptl_attribution_work *work,
                                                   ptl_error *err);

/* ---- credit of one journey ------------------------------------------------------------------ */

/** Weights of one journey's n touches into weight[n], in proportion to what their channels are
 * worth: worth[c] / sum of worths of the journey's distinct channels, a channel's part equally
 * over its own touches. They sum to 1. Negative worth counts as none; where nothing is worth
 * anything, distinct channels share equally. times[n_channels] holds zeros, and does so after.
 *
 * This is the per-journey credit of a channel game: with every worth 1 that of Shapley's sum game,
 * whose total it sums to exactly; with removal effects that of Markov, with phi that of Shapley's
 * rate game. Those totals are not sums over journeys (a journey of one channel gives it all,
 * whatever its removal effect), so ptl_spread_total says how far the sum is from the total. */
PTL_NODISCARD PTL_API ptl_status ptl_journey_spread(double *weight, const int32_t *touches,
                                                    int64_t n, const double *worth,
                                                    int32_t n_channels, int32_t *times,
                                                    ptl_error *err);

/** Sums of ptl_journey_spread over converting journeys into credit[n_channels]; worth NULL: all 1.
 * *moved, where wanted: the share of all credit that would have to change channel to give
 * total[n_channels], half the sum of |credit - total| / conversions. */
PTL_NODISCARD PTL_API ptl_status ptl_spread_total(double *credit, double *moved,
                                                  const ptl_paths *paths, const double *worth,
                                                  const double *total,
                                                  const ptl_attribution_work *work, ptl_error *err);

/* ---- statistics of paths -------------------------------------------------------------------- */

enum {
    PTL_PATH_LENGTH_MAX = 64,    /* bins of length and of lag: the last holds all beyond */
    PTL_PATH_FREQUENCY_MAX = 16, /* touches of one channel in a journey, likewise        */
    PTL_PATH_SEQUENCE_MAX = 3    /* touches of a sequence that is looked at              */
};

typedef struct ptl_path_options {
    int32_t size;
    int32_t n_sequences;  /* most telling ones kept, [0, 1000]; default 20                */
    int64_t journeys_min; /* a sequence needs as many journeys, >= 1; default 100         */
    int32_t n_synergies;  /* channels of most conversions whose interactions are computed,
                             [0, 16]; default 10                                          */
} ptl_path_options;

PTL_API ptl_path_options ptl_path_options_default(void);

/** Converting journeys a channel has a part in. */
typedef struct ptl_path_role {
    int64_t n_first;    /* it was the first touch                       */
    int64_t n_last;     /* it was the last touch                        */
    int64_t n_alone;    /* there was no other channel                   */
    int64_t n_assist;   /* it was touched, and was not the last touch   */
    int64_t n_touched;  /* it was touched                               */
    int64_t n_journeys; /* journeys, converting or not, that touched it */
} ptl_path_role;

/** A run of touches, and how much more often its journeys convert than all touched journeys do. */
typedef struct ptl_path_sequence {
    int32_t channels[PTL_PATH_SEQUENCE_MAX];
    int32_t n;
    int64_t n_journeys;
    int64_t n_converting;
    double relative_lift; /* its conversion rate / that of all touched journeys - 1: no effect */
    double z;             /* of the difference of the two rates, by which they are sorted      */
} ptl_path_sequence;

typedef struct ptl_path_result {
    ptl_verdict verdict;
    int32_t n_channels;
    ptl_attribution_total total;
    int64_t length_converting[PTL_PATH_LENGTH_MAX]; /* journeys of t + 1 touches             */
    int64_t length_null[PTL_PATH_LENGTH_MAX];
    int64_t lag_converting[PTL_PATH_LENGTH_MAX]; /* journeys of t to t + 1 days, first
                                                    touch to conversion (steps: no gaps)  */
    ptl_path_role *role;                         /* n_channels                            */
    int64_t *frequency_converting; /* [c x PTL_PATH_FREQUENCY_MAX + f]: journeys that touched c
                                      f + 1 times and converted                              */
    int64_t *frequency_journeys;   /* likewise, converting or not                            */
    int32_t n_sequences;
    ptl_path_sequence *sequence; /* sorted by |z|, then by channels                        */
    int32_t n_synergies;
    int32_t *synergy_channel; /* n_synergies channels                                   */
    double *synergy;          /* n_synergies^2: interaction index of the rate game among
                                 these channels, in conversion rate                     */
} ptl_path_result;

PTL_NODISCARD PTL_API ptl_status ptl_path_solve(ptl_path_result *out, const ptl_paths *paths,
                                                const ptl_path_options *options,
                                                const ptl_attribution_work *work, ptl_error *err);

/** The sequences found as removals for ptl_markov_removal, into removal[n_sequences]: what would be
 * lost without this run of touches. Those longer than order + 1 are passed over; *n is how many
 * were taken, idx[i] which sequence removal i is. Channels are borrowed from `paths`. */
PTL_NODISCARD PTL_API ptl_status ptl_path_removals(ptl_removal *removal, int32_t *idx, int32_t *n,
                                                   const ptl_path_result *paths, int32_t order,
                                                   ptl_error *err);

/** Returns of a channel's frequency: by touches in a journey, f = 1 … PTL_PATH_FREQUENCY_MAX. */
typedef struct ptl_frequency_curve {
    double rate[PTL_PATH_FREQUENCY_MAX]; /* conversion rate of journeys with f touches; NaN: none */
    double low[PTL_PATH_FREQUENCY_MAX];  /* Wilson's interval at 90 %: journeys as independent    */
    double high[PTL_PATH_FREQUENCY_MAX];
    double added[PTL_PATH_FREQUENCY_MAX]; /* rate less that of f - 1; f = 1: NaN */
    int32_t best; /* touches at which the rate, no longer falling, is highest: isotonic up to
                     there; 0 where there are no journeys */
} ptl_frequency_curve;

/** Describes who was met how often, not what one more touch would do. E_INVALID where the channel
 * is out of range. */
PTL_NODISCARD PTL_API ptl_status ptl_path_frequency(ptl_frequency_curve *out,
                                                    const ptl_path_result *paths, int32_t channel,
                                                    ptl_error *err);

#ifdef __cplusplus
}
#endif
#endif
