/* kpi_meaning.h: what recorded texts mean, remembered.
 *
 * Facts repeat a few texts millions of times. What is made of one (the channel it names, the
 * member it is counted with) is asked once and kept beside the text as a number. Beyond the
 * ceiling nothing more is kept, and the caller asks every time. */
#ifndef PTL_UNDERSTAND_KPI_MEANING_H
#define PTL_UNDERSTAND_KPI_MEANING_H

#include "base/text.h"
#include "understand/limits.h"

#include <string.h>

typedef struct ptl_meanings {
    ptl_text *texts;
    int32_t *values, *slots; /* slots: by hash, index plus one */
    int32_t n;
} ptl_meanings;

PTL_NODISCARD ptl_status ptl_meanings_make(ptl_meanings *out, ptl_arena *arena, ptl_error *err);
bool ptl_meanings_find(int32_t *value, const ptl_meanings *meanings, ptl_text text);
PTL_NODISCARD ptl_status ptl_meanings_keep(ptl_meanings *meanings, ptl_text text, int32_t value,
                                           ptl_arena *arena, ptl_error *err);

/** 64 bits of a text, eight bytes at a time: folded products, as in wyhash. Tells keys apart, and
 * is nothing that an attacker could not forge. */
static inline uint64_t ptl_meanings_hash(ptl_text text)
{
    __extension__ typedef unsigned __int128 wide;
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ text.len, word;
    size_t at = 0;
    for (; at + 8 <= text.len; at += 8) {
        memcpy(&word, text.ptr + at, 8);
        const wide product = (wide)(h ^ word) * UINT64_C(0xa0761d6478bd642f);
        h = (uint64_t)product ^ (uint64_t)(product >> 64);
    }
    word = 0;
    for (int shift = 0; at < text.len; at++, shift += 8)
        word |= (uint64_t)(uint8_t)text.ptr[at] << shift;
    const wide product = (wide)(h ^ word) * UINT64_C(0xe7037ed1a0b428db);
    h = (uint64_t)product ^ (uint64_t)(product >> 64);
    return (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
}

#endif
