/* recognise_doubts.c: what is open about a file, in words and as questions (recognise.h). */
#include "observe/recognise.h"

#include "observe/limits.h"

#include <string.h>

typedef struct asking {
    ptl_recognised *out;
    const ptl_answer *answers;
    int64_t n_answers;
    const char **against;
    ptl_doubt *doubts;
    ptl_arena *arena;
    ptl_error *err;
} asking;

static bool is_answered(const asking *a, const char *role, const char *suffix)
{
    const size_t len = strlen(role);
    for (int64_t i = 0; i < a->n_answers; i++)
        if (strcmp(a->answers[i].file, a->out->file) == 0 &&
            strncmp(a->answers[i].role, role, len) == 0 &&
            strcmp(a->answers[i].role + len, suffix) == 0)
            return true;
    return false;
}

static ptl_status object(asking *a, const char *words)
{
    if (!words) return PTL_E_NO_MEMORY;
    if (a->out->n_against < PTL_RECOGNISE_WORDS_MAX) a->against[a->out->n_against++] = words;
    return PTL_OK;
}

static ptl_status ask(asking *a, const ptl_doubt *doubt)
{
    if (!doubt->question) return PTL_E_NO_MEMORY;
    if (a->out->n_doubts < PTL_RECOGNISE_WORDS_MAX) a->doubts[a->out->n_doubts++] = *doubt;
    return PTL_OK;
}

/* --- a column that is missing ----------------------------------------------------------------- */

static bool is_taken(const ptl_match *match, int64_t column)
{
    for (int64_t i = 0; i < match->preset->n_columns; i++)
        if (match->columns[i] == column) return true;
    return false;
}

/* How near a head is to one of the role's names: 2 as a slip of the pen, 1 where it holds the name
 * among other words, 0 not at all. */
static int nearness(ptl_text folded, const ptl_preset_column *role)
{
    int best = 0;
    for (int64_t k = 0; k < role->n_names; k++) {
        const ptl_text name = ptl_text_of(role->heads[k]);
        const int32_t slips = name.len < 5 ? 1 : 2;
        if (strchr(role->heads[k], '*')) continue;
        if (ptl_text_distance(folded, name, slips) <= slips) return 2;
        if (name.len >= 4 && folded.len > name.len &&
            memmem(folded.ptr, folded.len, name.ptr, name.len))
            best = 1;
    }
    return best;
}

static ptl_status ask_column(asking *a, const ptl_preset_column *role)
{
    const ptl_sample *s = &a->out->sample;
    const char **choices = ptl_arena_array(a->arena, s->n_columns + 1, sizeof *choices, a->err);
    if (!choices) return PTL_E_NO_MEMORY;
    ptl_doubt doubt = {.role = role->role, .choices = choices};
    int nearest = 0;
    for (int64_t c = 0; c < s->n_columns; c++) {
        const ptl_content held = ptl_content_of(s, c, (ptl_preset_kind)role->kind, role,
                                                role->format, a->out->match.locale);
        if (is_taken(&a->out->match, c) || !held.fits) continue;
        choices[doubt.n_choices++] = s->columns[c];
        const int near = nearness(s->folded[c], role);
        if (near == 0 || near < nearest) continue;
        doubt.proposed = near > nearest ? s->columns[c] : NULL; /* two as near: neither */
        nearest = near;
    }
    doubt.question =
        ptl_text_format(a->arena, a->err, "which column of %s is \"%s\" (%s)?", a->out->file,
                        role->role, ptl_preset_kind_about((ptl_preset_kind)role->kind));
    PTL_TRY(object(a, ptl_text_format(a->arena, a->err, "no column is called \"%s\" (%s)",
                                      role->names[0],
                                      ptl_preset_kind_about((ptl_preset_kind)role->kind))));
    return ask(a, &doubt);
}

static ptl_status say_misfit(asking *a, const ptl_preset_column *role, int64_t column)
{
    const ptl_content held = ptl_content_of(&a->out->sample, column, (ptl_preset_kind)role->kind,
                                            role, role->format, a->out->match.locale);
    if (held.fits)
        return object(
            a, ptl_text_format(a->arena, a->err,
                               "column \"%s\" is larger than \"%s\", which cannot be: are "
                               "they exchanged?",
                               a->out->sample.columns[column], role->at_most ? role->at_most : ""));
    return object(
        a, ptl_text_format(
               a->arena, a->err, "column \"%s\" should hold %s, and row %lld holds \"%.*s\"",
               a->out->sample.columns[column], ptl_preset_kind_about((ptl_preset_kind)role->kind),
               (long long)held.misfit_row + 1, (int)(held.misfit.len < 60 ? held.misfit.len : 60),
               held.misfit.ptr));
}

/* --- what reads two ways ---------------------------------------------------------------------- */

static ptl_status ask_format(asking *a, const ptl_preset_column *role, int64_t column)
{
    const ptl_content held = ptl_content_of(&a->out->sample, column, (ptl_preset_kind)role->kind,
                                            role, role->format, a->out->match.locale);
    const bool usual = role->format && held.format && strcmp(held.format, role->format) == 0;
    if (!held.fits || !held.rival || usual || is_answered(a, role->role, "_format")) return PTL_OK;
    const char **choices = ptl_arena_array(a->arena, 2, sizeof *choices, a->err);
    if (!choices) return PTL_E_NO_MEMORY;
    choices[0] = held.format;
    choices[1] = held.rival;
    ptl_text example = {0};
    for (int64_t i = 0; i < a->out->sample.n_rows && example.len == 0; i++)
        example = ptl_sample_cell(&a->out->sample, i, column);
    const ptl_doubt doubt = {
        .question =
            ptl_text_format(a->arena, a->err, "column \"%s\" of %s, as \"%.*s\": is it %s or %s?",
                            a->out->sample.columns[column], a->out->file, (int)example.len,
                            example.ptr, choices[0], choices[1]),
        .role = ptl_text_format(a->arena, a->err, "%s_format", role->role),
        .is_format = true,
        .choices = choices,
        .n_choices = 2};
    if (!doubt.role) return PTL_E_NO_MEMORY;
    return ask(a, &doubt);
}

/* 1.234 is a thousand in one place and one in another; a file that never says which is asked. */
static ptl_status ask_locale(asking *a)
{
    static const char *const both[] = {"en", "de"};
    const ptl_match *m = &a->out->match;
    int64_t columns[PTL_RECOGNISE_ROLES_MAX];
    int64_t n = 0;
    bool differs = false;
    for (int64_t i = 0; i < m->preset->n_columns && n < PTL_RECOGNISE_ROLES_MAX; i++) {
        const int32_t kind = m->preset->columns[i].kind;
        if (m->columns[i] >= 0 && (kind == PTL_PRESET_MONEY || kind == PTL_PRESET_NUMBER))
            columns[n++] = m->columns[i];
    }
    const ptl_locale *other =
        ptl_locale_find(ptl_text_of(strcmp(m->locale->name, "en") == 0 ? "de" : "en"));
    (void)ptl_content_locale(&differs, &a->out->sample, columns, n, m->locale, other);
    if (!differs || m->preset->locale || is_answered(a, "locale", "")) return PTL_OK;
    const ptl_doubt doubt = {.question = ptl_text_format(
                                 a->arena, a->err,
                                 "numbers of %s: is 1.234 one and a bit (en) or a thousand (de)?",
                                 a->out->file),
                             .role = "locale",
                             .is_format = true,
                             .choices = both,
                             .n_choices = 2};
    return ask(a, &doubt);
}

ptl_status ptl_recognise_doubts(ptl_recognised *out, const ptl_answer *answers, int64_t n_answers,
                                ptl_arena *arena, ptl_error *err)
{
    const ptl_match *m = &out->match;
    asking a = {.out = out, .answers = answers, .n_answers = n_answers, .arena = arena, .err = err};
    a.against = ptl_arena_array(arena, PTL_RECOGNISE_WORDS_MAX, sizeof *a.against, err);
    a.doubts = ptl_arena_array(arena, PTL_RECOGNISE_WORDS_MAX, sizeof *a.doubts, err);
    if (!a.against || !a.doubts) return PTL_E_NO_MEMORY;
    out->against = a.against;
    out->doubts = a.doubts;
    for (int64_t i = 0; i < m->preset->n_columns; i++) {
        const ptl_preset_column *role = &m->preset->columns[i];
        const int64_t column = m->columns[i];
        if (column < 0) {
            if (role->required) PTL_TRY(ask_column(&a, role));
            continue;
        }
        const ptl_content held = ptl_content_of(&out->sample, column, (ptl_preset_kind)role->kind,
                                                role, role->format, m->locale);
        if (!held.fits || (role->required && !m->complete && role->at_most))
            PTL_TRY(say_misfit(&a, role, column));
        else if (role->kind == PTL_PRESET_DAY || role->kind == PTL_PRESET_TIME)
            PTL_TRY(ask_format(&a, role, column));
    }
    return m->complete ? ask_locale(&a) : PTL_OK;
}
