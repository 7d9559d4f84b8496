/* journey.h: what people did before they converted, or did not, as weighted distinct paths.
 *
 * Facts become journeys in one pass over events in the order of (unit, instant). A unit is a
 * person, or an account where the workspace says so; an identifier nobody has resolved is a unit of
 * its own. Rules (docs/journeys.md):
 *
 *  1. Events of one channel that follow each other within session_minutes are one touch. A direct
 *     visit inside a running session belongs to it; outside, it is a touch of its own or, where
 *     direct does not count, none.
 *  2. A conversion ends a journey: the unit's touches of the look_back days before it, back to the
 *     conversion before. A touch at the conversion's own instant is before it. What converts again
 *     in the same session, without a new touch, has the same journey.
 *  3. A touch whose look-back passes without a conversion belongs to a journey without one; such a
 *     journey begins with a touch and holds those of the look_back days after it.
 *  4. So every touch stands in one journey, or was cut from one because it held more than
 *     touches_max: then the newest are kept, and what was cut is counted.
 *  5. A conversion without any touch is untouched: a line of its own, nobody's credit.
 *  6. An order's worth is net of its refunds. A worth below zero counts as 0 in what is shared out,
 *     and is stated apart, so that the parts add up to the total.
 *
 * The result is what science reads: distinct paths, and for each of 64 groups of units how many
 * journeys took it, how many converted, and what they were worth. */
#ifndef PTL_UNDERSTAND_JOURNEY_H
#define PTL_UNDERSTAND_JOURNEY_H

#include "base/progress.h"
#include "portolan/attribution.h"
#include "store/store.h"
#include "workspace/workspace.h"

typedef struct ptl_journey_options {
    int32_t size;
    const ptl_goal_config *goal; /* NULL: the workspace's first                              */
    bool by_campaign;            /* touches are campaigns instead of channels                */
    ptl_instant known_by;        /* facts learnt later do not exist; PTL_INSTANT_EVER: all   */
    bool has_from, has_to;
    ptl_day from, to;      /* journeys that end on these local days, and only those    */
    int64_t sample_events; /* about so many are of sampled persons; 0: all are     */
} ptl_journey_options;

/** What was read, exactly. Money in micros of the reporting currency. */
typedef struct ptl_journey_counts {
    int64_t n_events;       /* that could be touches                                           */
    int64_t n_touches;      /* after sessions                                                  */
    int64_t n_units;        /* with a touch or a conversion                                    */
    int64_t n_conversions;  /* = n_touched + n_untouched                                       */
    int64_t n_touched;      /* conversions at the end of a journey                             */
    int64_t n_untouched;    /* conversions without a touch                                     */
    int64_t n_nobodys;      /* of these, whose fact names nobody                               */
    int64_t n_null;         /* journeys without a conversion                                   */
    int64_t n_open;         /* of these, whose look-back ends after the newest event           */
    int64_t n_negative;     /* conversions worth less than nothing                             */
    int64_t n_cut;          /* journeys that held more than touches_max                        */
    int64_t n_touches_cut;  /* touches they lost                                               */
    int64_t value_micros;   /* of all conversions = touched + untouched + negative             */
    int64_t touched_micros; /* shared out                                                      */
    int64_t untouched_micros;
    int64_t negative_micros; /* <= 0: what the worths below zero add up to                      */
} ptl_journey_counts;

typedef struct ptl_journeys ptl_journeys;

/** Read the journeys of a goal. Free with ptl_journeys_free. E_NOT_FOUND where money has no rate,
 * E_LIMIT where a ceiling of limits.h is passed, with what to do; E_CONFLICT where events were
 * loaded meanwhile. Same facts, same bytes on any executor (NULL: the caller's thread alone). */
PTL_NODISCARD ptl_status ptl_journeys_read(ptl_journeys **out, ptl_store *store,
                                           const ptl_workspace *workspace,
                                           const ptl_journey_options *options,
                                           const ptl_executor *executor, ptl_progress *progress,
                                           ptl_error *err);
void ptl_journeys_free(ptl_journeys *journeys);

const ptl_journey_counts *ptl_journeys_counts(const ptl_journeys *journeys);
/** First and last local day with an event or a conversion; false where there is none. */
bool ptl_journeys_span(ptl_day *first, ptl_day *last, const ptl_journeys *journeys);

/** Channels, or campaigns, of the paths: governed names, else the recorded text; sorted. */
int64_t ptl_journeys_channels(const ptl_journeys *journeys);
const char *ptl_journeys_channel(const ptl_journeys *journeys, int64_t idx);

/** Distinct paths without gaps: how often each was taken. Values in micros. */
const ptl_paths *ptl_journeys_paths(const ptl_journeys *journeys);

/** Journeys that converted, and maybe others, with the days between their touches, the last gap to
 * the conversion; equal ones are one path. */
const ptl_paths *ptl_journeys_timed(const ptl_journeys *journeys);

/** For what reads journeys again and again. Persons are sampled by hash: of journeys without a
 * conversion, those of one person in `null_in`, and of those with one, those of one in `won_in`
 * (powers of two; the same persons where both are equal), each counted that often. 1: all. */
enum { PTL_JOURNEY_PERIODS = 4 };

typedef struct ptl_journey_sample {
    int64_t null_in, won_in;
    const ptl_paths *paths;
    const ptl_paths *timed; /* with gaps; without a conversion, to the day until which none came */
    const ptl_paths *periods; /* PTL_JOURNEY_PERIODS: the same by when they ended, in equal parts */
} ptl_journey_sample;
ptl_journey_sample ptl_journeys_sample(const ptl_journeys *journeys);

#endif
