/* kpi_meaning.c: texts and their numbers, by open addressing, at most half full (kpi_meaning.h). */
#include "understand/kpi_meaning.h"

enum { SLOTS = 2 * PTL_KPI_MEANINGS_MAX };

_Static_assert((SLOTS & (SLOTS - 1)) == 0, "the slot of a hash is its lowest bits");

ptl_status ptl_meanings_make(ptl_meanings *out, ptl_arena *arena, ptl_error *err)
{
    out->n = 0;
    out->texts = ptl_arena_array(arena, PTL_KPI_MEANINGS_MAX, sizeof *out->texts, err);
    out->values = ptl_arena_array(arena, PTL_KPI_MEANINGS_MAX, sizeof *out->values, err);
    out->slots = ptl_arena_array(arena, SLOTS, sizeof *out->slots, err);
    return out->texts && out->values && out->slots ? PTL_OK : PTL_E_NO_MEMORY;
}

static int32_t *slot_of(const ptl_meanings *w, ptl_text text)
{
    for (uint64_t at = ptl_meanings_hash(text) & (SLOTS - 1);; at = (at + 1) & (SLOTS - 1)) {
        const int32_t i = w->slots[at];
        if (i == 0) return &w->slots[at];
        const ptl_text kept = w->texts[i - 1];
        if (kept.len == text.len && (text.len == 0 || memcmp(kept.ptr, text.ptr, text.len) == 0))
            return &w->slots[at];
    }
}

bool ptl_meanings_find(int32_t *value, const ptl_meanings *meanings, ptl_text text)
{
    const int32_t i = *slot_of(meanings, text);
    if (i) *value = meanings->values[i - 1];
    return i != 0;
}

ptl_status ptl_meanings_keep(ptl_meanings *meanings, ptl_text text, int32_t value, ptl_arena *arena,
                             ptl_error *err)
{
    if (meanings->n == PTL_KPI_MEANINGS_MAX) return PTL_OK;
    const char *copy = ptl_text_copy(text, arena, err);
    if (!copy) return PTL_E_NO_MEMORY;
    int32_t *slot = slot_of(meanings, text);
    meanings->texts[meanings->n] = (ptl_text){copy, text.len};
    meanings->values[meanings->n] = value;
    *slot = ++meanings->n;
    return PTL_OK;
}
