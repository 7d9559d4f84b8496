/* understand_attribution.h: what the operations on journeys share: saying what a run found. */
#ifndef PTL_OPS_UNDERSTAND_ATTRIBUTION_H
#define PTL_OPS_UNDERSTAND_ATTRIBUTION_H

#include "ops/op.h"

/** The shape of the answer; `maybe` is "?" where no journey may be known, and "" elsewhere. */
#define PTL_ATTRIBUTION_RESULT(maybe)                                                              \
    "run: int — the run that shared out\n"                                                       \
    "goal" maybe ": text — what journeys lead to\n"                                              \
    "grade" maybe ": text — E: it describes journeys\n"                                          \
    "from" maybe ", to" maybe ": day — the period\n"                                             \
    "markov_order" maybe ": int — touches the chain remembers\n"                                 \
    "lines" maybe ": list(line, label, conversions int, value money) — touched, untouched, "     \
    "negative, all: exactly\n"                                                                     \
    "totals" maybe ": list(name, unit, exact int) — every count of the run\n"                    \
    "shares" maybe ": list(channel, first_touch, last_touch, last_non_direct, linear, "            \
    "position, time_decay, markov, shapley, shapley_rate, time_to_event) — of the "              \
    "touched conversions, by each method\n"                                                        \
    "stake" maybe ": list(channel, least money or number, least_by, most money or number, "        \
    "most_by, spread money or number) — what hangs on the method\n"                              \
    "roles" maybe ": list(channel, first int, last int, alone int, assist int, touched "           \
    "int, journeys int) — conversions a channel had a part in\n"                                 \
    "methods" maybe ": list(method, label, verdict, baseline object(point number, low "            \
    "number, high number)) — and conversions that no touch earned\n"                             \
    "journey_credit" maybe ": list(channel, method, conversions object(point number, low "         \
    "number, high number), share object(point number, low number, high number), "                  \
    "value object(point number, low number, high number)) — by each method\n"                    \
    "foresight" maybe ": list(method, auc number, log_loss number, log_loss_base number, "         \
    "gap number) — of persons held out\n"                                                        \
    "stability" maybe ": list(method, moved number, moved_most number, rank number) — from "     \
    "quarter to quarter of the period\n"                                                           \
    "removals" maybe ": list(channel, effect number, low number, high number, best int) — "      \
    "conversions lost without it, useful touches\n"                                                \
    "promises" maybe ": list(method, journeys number, expected number, observed number) — "      \
    "by parts of the chance\n"                                                                     \
    "distances" maybe ": list(method, other, share number, value number) — what would move "     \
    "between two methods\n"                                                                        \
    "flow" maybe ": list(step int, from, to, journeys int, converting int) — from channel "      \
    "to channel\n"                                                                                 \
    "frequency" maybe ": list(channel, touches int, journeys int, converting int) — how "        \
    "often it was met\n"                                                                           \
    "sequences" maybe ": list(sequence, journeys int, converting int, relative_lift "              \
    "number, z number, removal number) — those that tell most\n"                                 \
    "synergies" maybe ": list(channel, other, index number) — beyond what both do alone\n"       \
    "lengths" maybe ": list(touches int, converting int, not_converting int) — the last "        \
    "holds all beyond\n"                                                                           \
    "lags" maybe ": list(days int, conversions int) — from the first touch"

/** Everything attribution.show answers, read back from the store. */
PTL_NODISCARD ptl_status ptl_attribution_say(ptl_call *call, int64_t run_id, ptl_error *err);

/** The goal, roles, sequences, lengths and lags alone. */
PTL_NODISCARD ptl_status ptl_attribution_say_shape(ptl_call *call, int64_t run_id, ptl_error *err);

#endif
