/* attribution_intern.c: a table that numbers 64-bit keys in order of their first appearance.
 *
 * Open addressing with linear probing, at most half full, doubled by moving to a new piece of the
 * arena (the old piece stays until the arena is rewound: as much again at most). The hash is the
 * finaliser of SplitMix64 (Steele, Lea & Flood 2014), a bijection: distinct keys differ. */
#include "science/attribution_internal.h"

enum { PLACES_MIN = 1024, KEYS_MAX = 1 << 30 };

static int64_t place_of(uint64_t key, int64_t n_places)
{
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9u;
    key = (key ^ (key >> 27)) * 0x94D049BB133111EBu;
    return (int64_t)((key ^ (key >> 31)) & (uint64_t)(n_places - 1));
}

ptl_status ptl_intern_init(ptl_intern *t, ptl_arena *arena, ptl_error *err)
{
    *t = (ptl_intern){.arena = arena, .n_places = PLACES_MIN};
    ALLOC(t->key, arena, t->n_places, err);
    ALLOC(t->id, arena, t->n_places, err);
    return PTL_OK;
}

/* The place of a stored key, or the empty one where it belongs. */
static int64_t probe(const ptl_intern *t, uint64_t stored)
{
    int64_t at = place_of(stored, t->n_places);
    while (t->key[at] != 0 && t->key[at] != stored) at = (at + 1) & (t->n_places - 1);
    return at;
}

static ptl_status grow(ptl_intern *t, ptl_error *err)
{
    const ptl_intern old = *t;
    t->n_places *= 2;
    ALLOC(t->key, t->arena, t->n_places, err);
    ALLOC(t->id, t->arena, t->n_places, err);
    for (int64_t i = 0; i < old.n_places; i++) {
        if (old.key[i] == 0) continue;
        const int64_t at = probe(t, old.key[i]);
        t->key[at] = old.key[i];
        t->id[at] = old.id[i];
    }
    return PTL_OK;
}

ptl_status ptl_intern_add(ptl_intern *t, uint64_t key, int32_t *id, ptl_error *err)
{
    int64_t at = probe(t, key + 1);
    if (t->key[at] != 0) {
        *id = t->id[at];
        return PTL_OK;
    }
    if (t->n == KEYS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "paths have more than %d states or transitions",
                        KEYS_MAX);
    if (2 * ((int64_t)t->n + 1) > t->n_places) {
        PTL_TRY(grow(t, err));
        at = probe(t, key + 1);
    }
    t->key[at] = key + 1;
    t->id[at] = t->n;
    *id = t->n++;
    return PTL_OK;
}

int32_t ptl_intern_find(const ptl_intern *t, uint64_t key)
{
    const int64_t at = probe(t, key + 1);
    return t->key[at] == 0 ? -1 : t->id[at];
}
