/* understand_attribution.h: what the operations on journeys share: saying what a run found. */
#ifndef PTL_OPS_UNDERSTAND_ATTRIBUTION_H
#define PTL_OPS_UNDERSTAND_ATTRIBUTION_H

#include "ops/op.h"

#define PTL_ATTRIBUTION_RESULT                                                                     \
    "run: int — the run that shared out\n"                                                       \
    "goal: text — what journeys lead to\n"                                                       \
    "grade: text — E: it describes journeys\n"                                                   \
    "from, to: day — the period\n"                                                               \
    "markov_order: int — touches the chain remembers\n"                                          \
    "lines: list — touched, untouched, negative, all: conversions and their worth, exactly\n"    \
    "totals: list — every count of the run: name, unit, exact\n"                                 \
    "shares: list — channel and each method's share of the touched conversions\n"                \
    "stake: list — channel, lowest and highest method with their money, spread\n"                \
    "roles: list — channel, first, last, alone, assist, touched, journeys\n"                     \
    "methods: list — method, label, verdict, baseline: conversions that no touch earned\n"       \
    "journey_credit: list — channel, method, conversions, share, value: point, low, high\n"      \
    "foresight: list — method, auc, log_loss, log_loss_base, gap, of persons held out\n"         \
    "stability: list — method, moved, moved_most, rank: from quarter to quarter of the period\n" \
    "removals: list — channel, effect, low, high, best: conversions lost, useful touches\n"      \
    "promises: list — method, journeys, expected, observed: parts of the chance\n"               \
    "distances: list — method, other, share, value: what would move between two methods\n"       \
    "flow: list — step, from, to, journeys, converting\n"                                        \
    "frequency: list — channel, touches, journeys, converting\n"                                 \
    "sequences: list — sequence, journeys, converting, relative_lift, z, removal\n"              \
    "synergies: list — channel, other, index\n"                                                  \
    "lengths, lags: list — as in journey.list"

/** Everything attribution.show answers, read back from the store. */
PTL_NODISCARD ptl_status ptl_attribution_say(ptl_call *call, int64_t run_id, ptl_error *err);

/** The goal, roles, sequences, lengths and lags alone. */
PTL_NODISCARD ptl_status ptl_attribution_say_shape(ptl_call *call, int64_t run_id, ptl_error *err);

#endif
