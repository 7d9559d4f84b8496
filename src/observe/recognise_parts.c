/* recognise_parts.c: the sources that one file gives (recognise.h).
 *
 * Mostly one. A wide sheet gives one for every channel, a contact's export one for every stage, a
 * file of deals one for the pipeline and one for what was won. */
#include "observe/recognise.h"

#include "observe/limits.h"

#include <string.h>

typedef struct making {
    ptl_recognised *out;
    ptl_arena *arena;
    ptl_error *err;
    ptl_part *parts;
    int64_t n;
} making;

static ptl_status add_pair(ptl_pair *pairs, int64_t *n, const char *name, const char *text)
{
    pairs[(*n)++] = (ptl_pair){name, text};
    return PTL_OK;
}

/* "data/review_sites/spend.csv" is about review_sites: the file's name where it says something. */
static ptl_status name_of_file(char **out, const char *file, ptl_arena *arena, ptl_error *err)
{
    static const char *const empty[] = {"spend", "costs",  "cost",      "data",        "export",
                                        "media", "report", "campaigns", "performance", "sheet1"};
    char own[PTL_HEAD_BYTES_MAX];
    ptl_text path = ptl_text_of(file), base = {0}, folder = {0};
    while (path.len > 0) {
        folder = base;
        base = ptl_text_cut(&path, '/');
    }
    const ptl_text stem = ptl_text_cut(&base, '.');
    const ptl_text folded = ptl_head_fold(own, stem);
    bool says = folded.len > 0;
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        if (ptl_text_equal(folded, ptl_text_of(empty[i]))) says = false;
    *out = ptl_text_copy(says || folder.len == 0 ? folded : ptl_head_fold(own, folder), arena, err);
    for (char *c = *out; c && *c; c++)
        if (*c == ' ') *c = '_';
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}

static bool is_bound(const ptl_match *match, const char *role)
{
    for (int64_t i = 0; i < match->preset->n_columns; i++)
        if (strcmp(match->preset->columns[i].role, role) == 0) return match->columns[i] >= 0;
    return false;
}

/* Formats that are not the preset's own, the channel that no column names. */
static ptl_status fill_slots(making *mk, ptl_part *part, const ptl_match *match)
{
    for (int64_t i = 0; i < part->preset->n_columns; i++) {
        const ptl_preset_column *role = &part->preset->columns[i];
        const char *format = match->formats[i];
        const char *usual = role->format                   ? role->format
                            : role->kind == PTL_PRESET_DAY ? "%Y-%m-%d"
                                                           : "rfc3339";
        if (match->columns[i] < 0 || !format || strcmp(format, usual) == 0) continue;
        const char *slot = ptl_text_format(mk->arena, mk->err, "%s_format", role->role);
        if (!slot) return PTL_E_NO_MEMORY;
        PTL_TRY(add_pair(part->slots, &part->n_slots, slot, format));
    }
    if (part->stem) PTL_TRY(add_pair(part->slots, &part->n_slots, "stem", part->stem));
    if (part->preset->generic && !is_bound(match, "channel") &&
        ptl_pair_find(part->preset->slots, part->preset->n_slots, PTL_TEXT("channel"))) {
        char *name;
        PTL_TRY(name_of_file(&name, mk->out->file, mk->arena, mk->err));
        PTL_TRY(add_pair(part->slots, &part->n_slots, "channel", name));
    }
    return PTL_OK;
}

/* Columns of a part; `each_column` stands for the role of `each` and what shares its stem. */
static ptl_status fill_columns(making *mk, ptl_part *part, const ptl_match *match,
                               int64_t each_column)
{
    const ptl_sample *s = &mk->out->sample;
    for (int64_t i = 0; i < part->preset->n_columns; i++) {
        const ptl_preset_column *role = &part->preset->columns[i];
        int64_t at = match->columns[i];
        if (part->stem && strcmp(role->role, part->preset->each) == 0) {
            at = each_column;
        } else if (part->stem && strchr(role->heads[0], '*')) { /* what shares the stem */
            at = -1;
            for (int64_t k = 0; k < role->n_names; k++)
                for (int64_t c = 0; at < 0 && c < s->n_columns; c++) {
                    ptl_text stem;
                    if (ptl_head_is(s->folded[c], role->heads[k], &stem) &&
                        ptl_text_equal(stem, ptl_text_of(part->stem)))
                        at = c;
                }
        }
        if (at < 0) continue;
        PTL_TRY(add_pair(part->columns, &part->n_columns, role->role, s->columns[at]));
    }
    return PTL_OK;
}

static ptl_status add_part(making *mk, const ptl_match *match, const char *stem,
                           int64_t each_column)
{
    if (mk->n == PTL_RECOGNISE_PARTS_MAX)
        return ptl_fail(mk->err, PTL_E_LIMIT, "%.300s gives more than %d sources", mk->out->file,
                        PTL_RECOGNISE_PARTS_MAX);
    ptl_part *part = &mk->parts[mk->n++];
    const int64_t n = match->preset->n_columns;
    *part = (ptl_part){.preset = match->preset, .stem = stem};
    part->columns = ptl_arena_array(mk->arena, n + 1, sizeof *part->columns, mk->err);
    part->slots = ptl_arena_array(mk->arena, n + 4, sizeof *part->slots, mk->err);
    if (!part->columns || !part->slots) return PTL_E_NO_MEMORY;
    PTL_TRY(fill_columns(mk, part, match, each_column));
    return fill_slots(mk, part, match);
}

/* --- one for every column --------------------------------------------------------------------- */

static const ptl_preset_column *each_role(const ptl_preset *preset)
{
    return ptl_preset_column_find(preset, ptl_text_of(preset->each));
}

/* The stem by which a column is one of `each`, in the arena; NULL where it is none. */
static ptl_status stem_of(const char **out, const making *mk, const ptl_match *match, int64_t c)
{
    const ptl_preset_column *role = each_role(match->preset);
    const ptl_sample *s = &mk->out->sample;
    *out = NULL;
    for (int64_t k = 0; k < role->n_names; k++) {
        ptl_text stem;
        if (!ptl_head_is(s->folded[c], role->heads[k], &stem)) continue;
        const ptl_content held =
            ptl_content_of(s, c, (ptl_preset_kind)role->kind, role, NULL, match->locale);
        if (!held.fits || (held.n == 0 && s->n_rows > 0)) return PTL_OK;
        *out = ptl_text_copy(stem.len > 0 ? stem : ptl_text_of(s->columns[c]), mk->arena, mk->err);
        return *out ? PTL_OK : PTL_E_NO_MEMORY;
    }
    return PTL_OK;
}

static bool has_other_role(const ptl_match *match, int64_t c)
{
    for (int64_t i = 0; i < match->preset->n_columns; i++)
        if (match->columns[i] == c &&
            strcmp(match->preset->columns[i].role, match->preset->each) != 0)
            return true;
    return false;
}

static ptl_status add_each(making *mk, const ptl_match *match, const bool *taken)
{
    for (int64_t c = 0; c < mk->out->sample.n_columns; c++) {
        const char *stem;
        if (has_other_role(match, c) || (taken && taken[c])) continue;
        PTL_TRY(stem_of(&stem, mk, match, c));
        if (stem) PTL_TRY(add_part(mk, match, stem, c));
    }
    return PTL_OK;
}

static ptl_status add_match(making *mk, const ptl_match *match, const bool *taken)
{
    return match->preset->each ? add_each(mk, match, taken) : add_part(mk, match, NULL, -1);
}

ptl_status ptl_recognise_parts(ptl_recognised *out, const ptl_preset *presets, int64_t n_presets,
                               ptl_arena *arena, ptl_error *err)
{
    const char *own = out->match.preset->name;
    making mk = {.out = out, .arena = arena, .err = err};
    mk.parts = ptl_arena_array(arena, PTL_RECOGNISE_PARTS_MAX + 1, sizeof *mk.parts, err);
    bool *taken = ptl_arena_array(arena, out->sample.n_columns + 1, sizeof *taken, err);
    if (!mk.parts || !taken) return PTL_E_NO_MEMORY;
    memcpy(taken, out->match.explained, (size_t)out->sample.n_columns * sizeof *taken);
    PTL_TRY(add_match(&mk, &out->match, NULL));
    for (int64_t i = 0; i < n_presets; i++) {
        const ptl_preset *p = &presets[i];
        const bool reads = p->reads && strcmp(p->reads, own) == 0;
        const bool beside = p->beside && strcmp(p->beside, own) == 0;
        ptl_match match;
        if (!reads && !beside) continue;
        PTL_TRY(ptl_match_preset(&match, p, &out->sample, NULL, 0, out->file, arena, err));
        if (!match.complete) continue;
        PTL_TRY(add_match(&mk, &match, beside ? taken : NULL));
        for (int64_t c = 0; c < out->sample.n_columns; c++)
            out->match.explained[c] = out->match.explained[c] || match.explained[c];
    }
    out->parts = mk.parts;
    out->n_parts = mk.n;
    ptl_match_weigh(&out->match, &out->sample);
    return PTL_OK;
}
