/* journey_log.c: journeys noted as they are cut, to be counted part by part.
 *
 *     head (2 words, 3 where it converts) · channels, 16 bits each, in whole words · gaps, a word
 * each
 *
 * Invariants. 1. Equal paths have equal bodies, word for word, and so the same hash and part.
 * 2. After seal, a part's journeys lie together in the order in which they were added.
 *
 * Why not count at once: a table of all distinct paths is larger than a processor's cache, and
 * nearly every journey would wait for memory. A part of it fits; so journeys are noted, a range of
 * units at a time, and each part is counted by itself. */
#include "understand/journey_internal.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD_WORDS = 2, CONVERTS = 0x100, GROUP = 0xff };

/* --- bodies ----------------------------------------------------------------------------------- */

static int64_t channel_words(int64_t n)
{
    return (n + 3) / 4;
}

int64_t ptl_journey_body_words(int64_t n, bool timed)
{
    return channel_words(n) + (timed ? n : 0);
}

static uint64_t mixed(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ (h >> 29);
}

uint64_t ptl_journey_body_hash(const uint64_t *body, int64_t n, bool timed)
{
    uint64_t h = (uint64_t)n;
    for (int64_t i = 0; i < ptl_journey_body_words(n, timed); i++) h = mixed(h, body[i]);
    return mixed(h, UINT64_C(0xD6E8FEB86659FD93));
}

/* Days between touches; the last to the conversion, or until when none came. */
static void put_gaps(uint64_t *out, const ptl_journey *j)
{
    const ptl_instant last = j->converts ? j->ended_at : j->watched_until;
    for (int64_t i = 0; i < j->n; i++) {
        const ptl_instant next = i + 1 < j->n ? j->touches[i + 1].at : last;
        const double days = (double)(next - j->touches[i].at) / (double)PTL_MICROS_PER_DAY;
        memcpy(out + i, &days, sizeof days);
    }
}

static void put_channels(uint64_t *out, const ptl_journey *j)
{
    for (int64_t i = 0; i < j->n; i += 4) {
        uint64_t word = 0;
        for (int64_t k = i; k < i + 4 && k < j->n; k++)
            word |= (uint64_t)j->touches[k].channel << 16 * (k - i);
        *out++ = word;
    }
}

/* --- a log ------------------------------------------------------------------------------------ */

static ptl_status reserve(ptl_journey_log *log, int64_t n_words, ptl_error *err)
{
    if (log->n_words + n_words <= log->capacity) return PTL_OK;
    return ptl_journey_room(&log->words, log->n_words + n_words, &log->capacity, sizeof *log->words,
                            PTL_JOURNEY_LOG_WORDS_MAX, "touches at once", err);
}

ptl_status ptl_journey_log_add(ptl_journey_log *log, const ptl_journey *journey,
                               int64_t value_micros, int32_t group, uint32_t times, ptl_error *err)
{
    const int64_t n_body = ptl_journey_body_words(journey->n, log->timed);
    PTL_TRY(reserve(log, HEAD_WORDS + 1 + n_body, err));
    uint64_t *at = log->words + log->n_words;
    uint64_t *const body = at + HEAD_WORDS + journey->converts;
    put_channels(body, journey);
    if (log->timed) put_gaps(body + channel_words(journey->n), journey);
    const uint64_t part = ptl_journey_body_hash(body, journey->n, log->timed) >> 58;
    at[0] = (uint64_t)log->n_journeys++ | (uint64_t)journey->n << 32;
    at[1] = times | ((uint64_t)group | (journey->converts ? CONVERTS : 0) | part << 16) << 32;
    if (journey->converts) memcpy(&at[2], &value_micros, sizeof value_micros);
    log->n_words += HEAD_WORDS + journey->converts + n_body;
    return PTL_OK;
}

const uint64_t *ptl_journey_log_read(ptl_logged *out, int64_t *next, const ptl_journey_log *log,
                                     int64_t word)
{
    const uint64_t *const at = log->words + word, flags = at[1] >> 32;
    *out = (ptl_logged){.number = (uint32_t)at[0],
                        .n = (uint32_t)(at[0] >> 32),
                        .times = (uint32_t)at[1],
                        .group = flags & GROUP,
                        .part = (uint8_t)(flags >> 16),
                        .converts = (flags & CONVERTS) != 0};
    if (out->converts) memcpy(&out->value_micros, &at[2], sizeof out->value_micros);
    const int64_t n_head = HEAD_WORDS + out->converts;
    *next = word + n_head + ptl_journey_body_words(out->n, log->timed);
    return at + n_head;
}

/* Where each part begins, into log->part. */
static void measure(ptl_journey_log *log)
{
    ptl_logged j;
    for (int64_t at = 0, next; at < log->n_words; at = next) {
        (void)ptl_journey_log_read(&j, &next, log, at);
        log->part[j.part + 1] += next - at;
    }
    for (int p = 0; p < PTL_JOURNEY_PARTS; p++) log->part[p + 1] += log->part[p];
}

ptl_status ptl_journey_log_seal(ptl_journey_log *log, ptl_error *err)
{
    int64_t to[PTL_JOURNEY_PARTS];
    uint64_t *const sorted = malloc(((size_t)log->n_words + 1) * sizeof *sorted);
    if (!sorted) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for journeys");
    measure(log);
    memcpy(to, log->part, sizeof to);
    ptl_logged j;
    for (int64_t at = 0, next; at < log->n_words; at = next) {
        (void)ptl_journey_log_read(&j, &next, log, at);
        memcpy(sorted + to[j.part], log->words + at, (size_t)(next - at) * sizeof *sorted);
        to[j.part] += next - at;
    }
    free(log->words);
    log->words = sorted;
    log->capacity = log->n_words;
    return PTL_OK;
}

void ptl_journey_log_dispose(ptl_journey_log *log)
{
    free(log->words);
    *log = (ptl_journey_log){.timed = log->timed};
}
