/* journey_cut.c: one unit's touches and conversions, cut into journeys (rules of journey.h).
 *
 * Pure: lists in, journeys out, nothing kept. Touches before a conversion's look-back, and those
 * after the last conversion, are laid out into journeys without conversion: each begins with the
 * oldest touch left and holds what came within the look-back after it. One pass over both lists. */
#include "understand/journey_internal.h"

bool ptl_session_touch(ptl_session *session, ptl_instant at, int32_t channel,
                       const ptl_journey_rules *rules)
{
    const bool goes_on = session->is_open && at - session->last_at <= rules->session;
    const bool is_direct = channel == rules->direct;
    if (goes_on && (channel == session->channel || is_direct)) {
        session->last_at = at;
        return false;
    }
    if (is_direct && !rules->direct_counts) return false;
    *session = (ptl_session){true, at, channel};
    return true;
}

typedef struct cutting {
    const ptl_touch *touches;
    int64_t n_touches;
    const ptl_journey_rules *rules;
    ptl_journey_fn fn;
    void *ctx;
} cutting;

/* Touches [from, to) as one journey, the newest kept; outside of the period nobody hears of it. */
static ptl_status hand_over(const cutting *c, int64_t from, int64_t to, ptl_journey journey,
                            ptl_error *err)
{
    if (journey.ended_at < c->rules->from || journey.ended_at >= c->rules->to) return PTL_OK;
    if (to - from > c->rules->touches_max) {
        journey.n_cut = to - from - c->rules->touches_max;
        from += journey.n_cut;
    }
    journey.touches = c->touches ? c->touches + from : NULL; /* a person may have none */
    journey.n = to - from;
    return c->fn(c->ctx, &journey, err);
}

static ptl_status without_conversion(const cutting *c, int64_t from, int64_t to, ptl_error *err)
{
    while (from < to) {
        const ptl_instant until = c->touches[from].at + c->rules->look_back;
        int64_t end = from + 1;
        while (end < to && c->touches[end].at <= until) end++;
        const ptl_instant last = c->touches[end - 1].at;
        ptl_journey journey = {.ended_at = last, .watched_until = last + c->rules->look_back};
        if (end < c->n_touches && c->touches[end].at < journey.watched_until)
            journey.watched_until = c->touches[end].at; /* the next journey's own time begins */
        PTL_TRY(hand_over(c, from, end, journey, err));
        from = end;
    }
    return PTL_OK;
}

ptl_status ptl_journey_cut(const ptl_touch *touches, int64_t n_touches,
                           const ptl_conversion *conversions, int64_t n_conversions,
                           const ptl_journey_rules *rules, ptl_journey_fn fn, void *ctx,
                           ptl_error *err)
{
    const cutting c = {touches, n_touches, rules, fn, ctx};
    int64_t done = 0;          /* touches before it stand in journeys       */
    int64_t from = 0, end = 0; /* of the journey that converted last        */
    ptl_instant converted_at = 0;
    for (int64_t i = 0; i < n_conversions; i++) {
        const ptl_conversion *conversion = &conversions[i];
        int64_t next = done;
        while (next < n_touches && touches[next].at <= conversion->at) next++;
        const bool again = i > 0 && next == done && conversion->at - converted_at <= rules->session;
        if (!again) {
            from = done;
            end = next;
            while (from < end && touches[from].at < conversion->at - rules->look_back) from++;
            PTL_TRY(without_conversion(&c, done, from, err));
            done = next;
        }
        converted_at = conversion->at;
        const ptl_journey journey = {
            .converts = true, .ended_at = conversion->at, .value_micros = conversion->value_micros};
        PTL_TRY(hand_over(&c, from, end, journey, err));
    }
    return without_conversion(&c, done, n_touches, err);
}
