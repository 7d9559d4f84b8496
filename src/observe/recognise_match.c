/* recognise_match.c: one preset held against one file (recognise.h).
 *
 * Roles are given columns in the preset's order: for each role the first of its names that an
 * unused column has, then, for required roles that are still without, a column that serves another
 * role already (a lead's only date is when it came and when it changed). Then the values are read:
 * an amount must be an amount in a locale that reads all the file's numbers, a date one format for
 * the whole column. Confidence is no probability; it orders candidates, and a file is taken only
 * where the required roles are all there.
 *
 *   confidence = base + (1 − base − 0.05) · share of columns explained − 0.1 · misfits − 0.2 ·
 * missing base = 0.7 for a tool's export, 0.5 for a sheet kept by hand; at most 0.85 without a row
 * to see */
#include "observe/recognise.h"

#include "observe/limits.h"

#include <string.h>

typedef struct matching {
    ptl_match *out;
    const ptl_preset *preset;
    const ptl_sample *sample;
    const ptl_answer *answers;
    int64_t n_answers;
    const char *file;
    int8_t used[PTL_ROWS_COLUMNS_MAX];
} matching;

/* --- columns by name -------------------------------------------------------------------------- */

static int64_t find_head(const matching *m, const char *name, bool also_used, ptl_text *stem)
{
    for (int64_t i = 0; i < m->sample->n_columns; i++)
        if ((also_used || !m->used[i]) && ptl_head_is(m->sample->folded[i], name, stem)) return i;
    return -1;
}

static int64_t find_column(const matching *m, const ptl_preset_column *role, bool also_used,
                           ptl_text *stem)
{
    for (int64_t k = 0; k < role->n_names; k++) {
        const int64_t found = find_head(m, role->heads[k], also_used, stem);
        if (found >= 0) return found;
    }
    return -1;
}

/* What somebody answered: the column by its own name. */
static int64_t answered_column(const matching *m, const char *role)
{
    for (int64_t k = 0; k < m->n_answers; k++) {
        const ptl_answer *a = &m->answers[k];
        if (strcmp(a->file, m->file) != 0 || strcmp(a->role, role) != 0) continue;
        for (int64_t i = 0; i < m->sample->n_columns; i++)
            if (strcmp(m->sample->columns[i], a->text) == 0) return i;
    }
    return -1;
}

static const char *answered_format(const matching *m, const char *role)
{
    const size_t len = strlen(role);
    for (int64_t k = 0; k < m->n_answers; k++) {
        const ptl_answer *a = &m->answers[k];
        if (strcmp(a->file, m->file) == 0 && strncmp(a->role, role, len) == 0 &&
            strcmp(a->role + len, "_format") == 0)
            return a->text;
    }
    return NULL;
}

static ptl_status take_currency(matching *m, ptl_text stem, ptl_arena *arena, ptl_error *err)
{
    if (stem.len != 3 || m->out->currency) return PTL_OK;
    char *code = ptl_text_copy(stem, arena, err);
    if (!code) return PTL_E_NO_MEMORY;
    for (char *c = code; *c; c++)
        if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
    m->out->currency = code;
    return PTL_OK;
}

static ptl_status bind_roles(matching *m, ptl_arena *arena, ptl_error *err)
{
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < m->preset->n_columns; i++) {
            const ptl_preset_column *role = &m->preset->columns[i];
            ptl_text stem = {0};
            if (m->out->columns[i] >= 0 || (pass == 1 && !role->required)) continue;
            int64_t at = answered_column(m, role->role);
            if (at < 0) at = find_column(m, role, pass == 1, &stem);
            if (at < 0) continue;
            m->out->columns[i] = at;
            m->used[at] = 1;
            if (role->fits) PTL_TRY(take_currency(m, stem, arena, err));
        }
    return PTL_OK;
}

/* --- values ----------------------------------------------------------------------------------- */

static bool is_number(int32_t kind)
{
    return kind == PTL_PRESET_MONEY || kind == PTL_PRESET_INTEGER || kind == PTL_PRESET_NUMBER;
}

/* The first style of numbers that reads every number of the file; the preset's own before others.
 */
static const ptl_locale *find_locale(const matching *m)
{
    for (int64_t i = 0; i < m->n_answers; i++)
        if (strcmp(m->answers[i].file, m->file) == 0 && strcmp(m->answers[i].role, "locale") == 0 &&
            ptl_locale_find(ptl_text_of(m->answers[i].text)))
            return ptl_locale_find(ptl_text_of(m->answers[i].text));
    static const char *const styles[] = {"en", "de", "fr", "ch"};
    int64_t columns[PTL_RECOGNISE_ROLES_MAX];
    int64_t n = 0;
    bool differs;
    for (int64_t i = 0; i < m->preset->n_columns && n < PTL_RECOGNISE_ROLES_MAX; i++)
        if (m->out->columns[i] >= 0 && is_number(m->preset->columns[i].kind))
            columns[n++] = m->out->columns[i];
    const ptl_locale *own =
        m->preset->locale ? ptl_locale_find(ptl_text_of(m->preset->locale)) : NULL;
    if (own && ptl_content_locale(&differs, m->sample, columns, n, own, NULL)) return own;
    for (size_t k = 0; k < sizeof styles / sizeof *styles; k++) {
        const ptl_locale *style = ptl_locale_find(ptl_text_of(styles[k]));
        if (ptl_content_locale(&differs, m->sample, columns, n, style, NULL)) return style;
    }
    return ptl_locale_find(PTL_TEXT("en"));
}

/* Never more than another column, in all rows but one in a hundred (platforms recount). */
static bool holds_bound(const matching *m, int64_t i)
{
    const ptl_preset_column *role = &m->preset->columns[i];
    int64_t other = -1, n = 0, more = 0;
    for (int64_t k = 0; role->at_most && k < m->preset->n_columns; k++)
        if (strcmp(m->preset->columns[k].role, role->at_most) == 0) other = m->out->columns[k];
    if (other < 0) return true;
    for (int64_t r = 0; r < m->sample->n_rows; r++) {
        double a, b;
        if (ptl_cast_number(&a, ptl_sample_cell(m->sample, r, m->out->columns[i]),
                            m->out->locale) != PTL_CAST_OK ||
            ptl_cast_number(&b, ptl_sample_cell(m->sample, r, other), m->out->locale) !=
                PTL_CAST_OK)
            continue;
        n++;
        more += a > b;
    }
    return more * 100 <= n;
}

static void check_values(matching *m)
{
    for (int64_t i = 0; i < m->preset->n_columns; i++) {
        const ptl_preset_column *role = &m->preset->columns[i];
        if (m->out->columns[i] < 0) continue;
        const char *usual = answered_format(m, role->role);
        const ptl_content found =
            ptl_content_of(m->sample, m->out->columns[i], (ptl_preset_kind)role->kind, role,
                           usual ? usual : role->format, m->out->locale);
        m->out->has_rows = m->out->has_rows || found.n > 0;
        m->out->formats[i] = found.n > 0 ? found.format : role->format;
        if (found.fits && holds_bound(m, i)) {
            m->out->n_bound++;
            continue;
        }
        m->out->n_misfit++;
        m->used[m->out->columns[i]] = 0;
        if (role->required)
            m->out->complete = false;
        else
            m->out->columns[i] = -1;
    }
}

static bool has_role(const matching *m, const char *role)
{
    for (int64_t i = 0; i < m->preset->n_columns; i++)
        if (strcmp(m->preset->columns[i].role, role) == 0) return m->out->columns[i] >= 0;
    return false;
}

/* A head that no other tool writes. */
static bool has_mark(const matching *m)
{
    ptl_text stem;
    for (int64_t k = 0; k < m->preset->n_marks; k++)
        for (int64_t c = 0; c < m->sample->n_columns; c++)
            if (ptl_head_is(m->sample->folded[c], m->preset->marks[k], &stem)) return true;
    return m->preset->n_marks == 0;
}

static void check_needs(matching *m)
{
    bool any = m->preset->n_any == 0;
    for (int64_t i = 0; i < m->preset->n_columns; i++)
        if (m->preset->columns[i].required && m->out->columns[i] < 0) m->out->n_missing++;
    for (int64_t i = 0; i < m->preset->n_needs; i++)
        if (!has_role(m, m->preset->needs[i])) m->out->n_missing++;
    for (int64_t i = 0; i < m->preset->n_any; i++) any = any || has_role(m, m->preset->any[i]);
    if (!any) m->out->n_missing++;
    m->out->is_unmarked = !has_mark(m);
    if (m->out->is_unmarked) m->out->n_missing++;
    if (m->out->n_missing > 0) m->out->complete = false;
}

/* --- how sure --------------------------------------------------------------------------------- */

static bool is_numbered(ptl_text folded)
{
    return ptl_text_starts(folded, PTL_TEXT("column ")) ||
           ptl_text_starts(folded, PTL_TEXT("unnamed"));
}

static bool is_ignored(const ptl_preset *preset, ptl_text folded)
{
    ptl_text stem;
    for (int64_t k = 0; k < preset->n_ignores; k++)
        if (ptl_head_is(folded, preset->ignores[k], &stem)) return true;
    return is_numbered(folded);
}

/* A column of a preset with `each` explains every column that may be it. */
static bool is_each(const ptl_preset *preset, ptl_text folded)
{
    ptl_text stem;
    for (int64_t i = 0; preset->each && i < preset->n_columns; i++)
        for (int64_t k = 0; k < preset->columns[i].n_names; k++)
            if (ptl_head_is(folded, preset->columns[i].heads[k], &stem)) return true;
    return false;
}

void ptl_match_weigh(ptl_match *match, const ptl_sample *sample)
{
    const double base = match->preset->generic ? 0.5 : 0.7;
    int64_t n = 0;
    for (int64_t c = 0; c < sample->n_columns; c++) n += match->explained[c];
    double sure = base + (0.95 - base) * (double)n / (double)sample->n_columns;
    sure -= 0.1 * (double)match->n_misfit + 0.2 * (double)match->n_missing;
    const double seen_nothing = match->preset->generic ? 0.7 : 0.85;
    if (!match->has_rows && sure > seen_nothing) sure = seen_nothing;
    match->confidence = sure > 0 ? sure : 0;
}

static void explain(matching *m)
{
    for (int64_t c = 0; c < m->sample->n_columns; c++) {
        const ptl_text head = m->sample->folded[c];
        m->out->explained[c] =
            m->used[c] || is_ignored(m->preset, head) || is_each(m->preset, head);
    }
}

ptl_status ptl_match_preset(ptl_match *out, const ptl_preset *preset, const ptl_sample *sample,
                            const ptl_answer *answers, int64_t n_answers, const char *file,
                            ptl_arena *arena, ptl_error *err)
{
    *out = (ptl_match){.preset = preset, .complete = true};
    matching m = {.out = out,
                  .preset = preset,
                  .sample = sample,
                  .answers = answers,
                  .n_answers = n_answers,
                  .file = file};
    out->columns = ptl_arena_array(arena, preset->n_columns + 1, sizeof *out->columns, err);
    out->formats = ptl_arena_array(arena, preset->n_columns + 1, sizeof *out->formats, err);
    out->explained = ptl_arena_array(arena, sample->n_columns + 1, sizeof *out->explained, err);
    if (!out->columns || !out->formats || !out->explained) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < preset->n_columns; i++) {
        out->columns[i] = -1;
        out->formats[i] = NULL;
    }
    PTL_TRY(bind_roles(&m, arena, err));
    out->locale = find_locale(&m);
    check_values(&m);
    check_needs(&m);
    explain(&m);
    ptl_match_weigh(out, sample);
    return PTL_OK;
}
