/* recognise.c: the preset that fits a file best (recognise.h).
 *
 * Every preset that reads a file of its own is held against it. Of those that are complete, a
 * tool's export goes before a sheet kept by hand; among equals the more confident, then the one
 * with more columns. Two of one class that are as sure as each other and fill different tables are
 * a doubt. */
#include "observe/recognise.h"

#include "base/file.h"
#include "observe/limits.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* below it nothing is made of a file */
static const double sure_min[] = {0.78, 0.80}; /* tool, sheet */
static const double answered_min = 0.55;       /* where somebody said which column is what */
static const double tie = 0.03;

typedef struct choosing {
    ptl_recognised *out;
    const ptl_preset *presets;
    int64_t n_presets;
    const ptl_answer *answers;
    int64_t n_answers;
    ptl_match second, near; /* near: a tool's export but for one column */
    ptl_arena *arena;
    ptl_error *err;
} choosing;

/* --- the best of the presets ------------------------------------------------------------------ */

/* Whether `a` is the better candidate. */
static bool is_better(const ptl_match *a, const ptl_match *b)
{
    if (!b->preset) return true;
    if (a->complete != b->complete) return a->complete;
    if (a->complete && a->preset->generic != b->preset->generic) return b->preset->generic;
    if (a->confidence != b->confidence) return a->confidence > b->confidence;
    return a->n_bound > b->n_bound;
}

static const char *answered_preset(const choosing *c)
{
    for (int64_t i = 0; i < c->n_answers; i++)
        if (strcmp(c->answers[i].file, c->out->file) == 0 &&
            strcmp(c->answers[i].role, "preset") == 0)
            return c->answers[i].text;
    return NULL;
}

/* What goes beside a preset explains columns too. */
static ptl_status explain_beside(choosing *c, ptl_match *match)
{
    for (int64_t i = 0; i < c->n_presets; i++) {
        const ptl_preset *p = &c->presets[i];
        ptl_match beside;
        if (!p->beside || strcmp(p->beside, match->preset->name) != 0) continue;
        PTL_TRY(
            ptl_match_preset(&beside, p, &c->out->sample, NULL, 0, c->out->file, c->arena, c->err));
        for (int64_t k = 0; beside.complete && k < c->out->sample.n_columns; k++)
            match->explained[k] = match->explained[k] || beside.explained[k];
    }
    return PTL_OK;
}

/* A tool's own heads, and one column amiss. */
static bool is_near(const ptl_match *match)
{
    return !match->preset->generic && !match->complete && !match->is_unmarked &&
           match->n_missing + match->n_misfit == 1;
}

/* A sheet never takes what is a tool's export but for one column: a head that somebody changed
 * would lose the rest of what the tool says. */
static void prefer_near(choosing *c)
{
    ptl_match *best = &c->out->match;
    if (!c->near.preset || !best->preset || !best->preset->generic) return;
    if (c->near.n_bound >= best->n_bound) *best = c->near;
}

static ptl_status choose(choosing *c)
{
    const char *answered = answered_preset(c);
    for (int64_t i = 0; i < c->n_presets; i++) {
        const ptl_preset *p = &c->presets[i];
        ptl_match match;
        if (p->reads || p->beside || (answered && strcmp(answered, p->name) != 0)) continue;
        PTL_TRY(ptl_match_preset(&match, p, &c->out->sample, c->answers, c->n_answers, c->out->file,
                                 c->arena, c->err));
        if (match.n_bound == 0) continue;
        if (match.complete) {
            bool *before = match.explained;
            match.explained =
                ptl_arena_array(c->arena, c->out->sample.n_columns + 1, sizeof *before, c->err);
            if (!match.explained) return PTL_E_NO_MEMORY;
            memcpy(match.explained, before, (size_t)c->out->sample.n_columns * sizeof *before);
            PTL_TRY(explain_beside(c, &match));
            ptl_match_weigh(&match, &c->out->sample);
            match.explained = before;
        }
        if (is_near(&match) && is_better(&match, &c->near)) c->near = match;
        if (is_better(&match, &c->out->match)) {
            c->second = c->out->match;
            c->out->match = match;
        } else if (is_better(&match, &c->second)) {
            c->second = match;
        }
    }
    prefer_near(c);
    return PTL_OK;
}

/* --- reasons ---------------------------------------------------------------------------------- */

static ptl_status say_reasons(choosing *c)
{
    const ptl_match *m = &c->out->match;
    const char **reasons = ptl_arena_array(c->arena, 8, sizeof *reasons, c->err);
    const char **unused =
        ptl_arena_array(c->arena, c->out->sample.n_columns + 1, sizeof *unused, c->err);
    if (!reasons || !unused) return PTL_E_NO_MEMORY;
    int64_t n = 0, known = 0;
    for (int64_t i = 0; i < c->out->sample.n_columns; i++) {
        known += m->explained[i];
        if (!m->explained[i]) unused[c->out->n_unused++] = c->out->sample.columns[i];
    }
    reasons[n++] =
        ptl_text_format(c->arena, c->err, "%lld of %lld columns have names of %s", (long long)known,
                        (long long)c->out->sample.n_columns, m->preset->tool);
    if (m->has_rows)
        reasons[n++] =
            ptl_text_format(c->arena, c->err, "the values of %lld of them are as %s has them",
                            (long long)m->n_bound, m->preset->tool);
    else
        reasons[n++] = "the file has no rows: its values could not be looked at";
    if (m->currency)
        reasons[n++] = ptl_text_format(c->arena, c->err,
                                       "amounts are in %s, as a column's name says", m->currency);
    if (strcmp(m->locale->name, "en") != 0)
        reasons[n++] =
            ptl_text_format(c->arena, c->err, "numbers are written as in \"%s\"", m->locale->name);
    for (int64_t i = 0; i < n; i++)
        if (!reasons[i]) return PTL_E_NO_MEMORY;
    c->out->reasons = reasons;
    c->out->n_reasons = n;
    c->out->unused = unused;
    return PTL_OK;
}

/* Addresses in the customer's column are addresses, whatever the preset expects. */
static void find_identifier_kind(ptl_recognised *out)
{
    static const char *const roles[] = {"customer", "who"};
    for (size_t k = 0; k < sizeof roles / sizeof *roles; k++)
        for (int64_t i = 0; i < out->match.preset->n_columns; i++) {
            const int64_t column = out->match.columns[i];
            if (column < 0 || strcmp(out->match.preset->columns[i].role, roles[k]) != 0) continue;
            const ptl_content held = ptl_content_of(&out->sample, column, PTL_PRESET_EMAIL, NULL,
                                                    NULL, out->match.locale);
            if (held.n > 0 && held.fits) out->identifier_kind = "email";
        }
}

/* Another preset says as much, of another table: which of the two it is has to be asked. */
static ptl_status ask_preset(choosing *c)
{
    const ptl_match *a = &c->out->match, *b = &c->second;
    if (!b->preset || !b->complete || !a->complete || answered_preset(c)) return PTL_OK;
    if (a->preset->generic != b->preset->generic || a->confidence - b->confidence > tie ||
        strcmp(a->preset->table, b->preset->table) == 0)
        return PTL_OK;
    const char **choices = ptl_arena_array(c->arena, 2, sizeof *choices, c->err);
    ptl_doubt *doubts = ptl_arena_array(c->arena, c->out->n_doubts + 1, sizeof *doubts, c->err);
    if (!choices || !doubts) return PTL_E_NO_MEMORY;
    choices[0] = a->preset->name;
    choices[1] = b->preset->name;
    memcpy(doubts, c->out->doubts, (size_t)c->out->n_doubts * sizeof *doubts);
    doubts[c->out->n_doubts] =
        (ptl_doubt){.question = ptl_text_format(c->arena, c->err, "is %s \"%s: %s\" or \"%s: %s\"?",
                                                c->out->file, a->preset->tool, a->preset->title,
                                                b->preset->tool, b->preset->title),
                    .role = "preset",
                    .choices = choices,
                    .n_choices = 2};
    if (!doubts[c->out->n_doubts].question) return PTL_E_NO_MEMORY;
    c->out->doubts = doubts;
    c->out->n_doubts++;
    return PTL_OK;
}

static bool has_answers(const choosing *c)
{
    for (int64_t i = 0; i < c->n_answers; i++)
        if (strcmp(c->answers[i].file, c->out->file) == 0) return true;
    return false;
}

static ptl_status conclude(choosing *c)
{
    ptl_recognised *out = c->out;
    if (out->match.complete)
        PTL_TRY(ptl_recognise_parts(out, c->presets, c->n_presets, c->arena, c->err));
    PTL_TRY(ptl_recognise_doubts(out, c->answers, c->n_answers, c->arena, c->err));
    PTL_TRY(ask_preset(c));
    PTL_TRY(say_reasons(c));
    find_identifier_kind(out);
    const double needed = has_answers(c) ? answered_min : sure_min[out->match.preset->generic];
    out->sure = out->match.complete && out->match.confidence >= needed && out->n_doubts == 0 &&
                out->n_parts > 0;
    return PTL_OK;
}

ptl_status ptl_recognise_file(ptl_recognised *out, const char *path, const char *file,
                              const ptl_preset *presets, int64_t n_presets,
                              const ptl_answer *answers, int64_t n_answers, ptl_arena *arena,
                              ptl_error *err)
{
    return ptl_recognise_sheet(out, path, NULL, file, presets, n_presets, answers, n_answers, arena,
                               err);
}

ptl_status ptl_recognise_sheet(ptl_recognised *out, const char *path, const char *sheet,
                               const char *file, const ptl_preset *presets, int64_t n_presets,
                               const ptl_answer *answers, int64_t n_answers, ptl_arena *arena,
                               ptl_error *err)
{
    ptl_error own;
    *out = (ptl_recognised){.path = path, .file = file};
    const ptl_status st = ptl_sample_read(&out->sample, path, sheet, arena, &own);
    if (st == PTL_E_NO_MEMORY || st == PTL_E_LIMIT) {
        if (err) *err = own;
        return st;
    }
    if (st != PTL_OK) {
        out->unreadable = ptl_text_copy(ptl_text_of(own.message), arena, err);
        return out->unreadable ? PTL_OK : PTL_E_NO_MEMORY;
    }
    choosing c = {.out = out,
                  .presets = presets,
                  .n_presets = n_presets,
                  .answers = answers,
                  .n_answers = n_answers,
                  .arena = arena,
                  .err = err};
    PTL_TRY(choose(&c));
    return out->match.preset ? conclude(&c) : PTL_OK;
}

/* --- a folder --------------------------------------------------------------------------------- */

typedef struct walking {
    char **paths;
    const char **sheets; /* of the same place; NULL: the only one */
    int64_t n;
    ptl_arena *arena;
    ptl_error *err;
} walking;

static bool ends(const char *name, const char *suffix)
{
    return ptl_text_ends(ptl_text_of(name), ptl_text_of(suffix));
}

/* By its name: what may be a table. */
static bool may_be_table(const char *name)
{
    static const char *const suffixes[] = {
        ".csv",     ".tsv",    ".txt",    ".jsonl",  ".ndjson",   ".xlsx",     ".xlsm",
        ".parquet", ".csv.gz", ".tsv.gz", ".txt.gz", ".jsonl.gz", ".ndjson.gz"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (ends(name, suffixes[i])) return true;
    return false;
}

static ptl_status walk(walking *w, const char *folder, int32_t depth);

static ptl_status visit(walking *w, const char *path, const char *name, int32_t depth)
{
    struct stat info;
    if (name[0] == '.' || stat(path, &info) != 0) return PTL_OK;
    if (S_ISDIR(info.st_mode)) return walk(w, path, depth + 1);
    if (!S_ISREG(info.st_mode) || !may_be_table(name)) return PTL_OK;
    if (w->n == PTL_RECOGNISE_FILES_MAX)
        return ptl_fail(w->err, PTL_E_LIMIT, "more than %d files below %.300s",
                        PTL_RECOGNISE_FILES_MAX, path);
    w->paths[w->n] = ptl_text_copy(ptl_text_of(path), w->arena, w->err);
    return w->paths[w->n++] ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status walk(walking *w, const char *folder, int32_t depth)
{
    if (depth > PTL_RECOGNISE_DEPTH_MAX) return PTL_OK;
    DIR *dir = opendir(folder);
    if (!dir) return ptl_fail(w->err, PTL_E_IO, "%.300s: %s", folder, strerror(errno));
    ptl_status st = PTL_OK;
    const struct dirent *entry;
    while (st == PTL_OK && (entry = readdir(dir)) != NULL) {
        const char *path = ptl_path_join(w->arena, folder, entry->d_name, w->err);
        st = path ? visit(w, path, entry->d_name, depth) : PTL_E_NO_MEMORY;
    }
    (void)closedir(dir);
    return st;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static ptl_status list_files(walking *w, const char *path)
{
    w->paths = ptl_arena_array(w->arena, PTL_RECOGNISE_FILES_MAX + 1, sizeof *w->paths, w->err);
    if (!w->paths) return PTL_E_NO_MEMORY;
    if (ptl_folder_exists(path)) {
        PTL_TRY(walk(w, path, 0));
        qsort(w->paths, (size_t)w->n, sizeof *w->paths, compare_paths);
        return PTL_OK;
    }
    if (!ptl_file_exists(path)) {
        (void)ptl_fail(w->err, PTL_E_NOT_FOUND, "there is no file or folder %.300s", path);
        ptl_error_hint(w->err, "name the folder that holds the exports");
        return PTL_E_NOT_FOUND;
    }
    w->paths[w->n] = ptl_text_copy(ptl_text_of(path), w->arena, w->err);
    return w->paths[w->n++] ? PTL_OK : PTL_E_NO_MEMORY;
}

/* A workbook with several sheets stands there once a sheet. */
static ptl_status list_sheets(walking *w)
{
    char **files = w->paths;
    const int64_t n_files = w->n;
    w->paths = ptl_arena_array(w->arena, PTL_RECOGNISE_FILES_MAX + 1, sizeof *w->paths, w->err);
    w->sheets = ptl_arena_array(w->arena, PTL_RECOGNISE_FILES_MAX + 1, sizeof *w->sheets, w->err);
    if (!w->paths || !w->sheets) return PTL_E_NO_MEMORY;
    w->n = 0;
    for (int64_t i = 0; i < n_files; i++) {
        const char *const *sheets = NULL;
        int64_t n = 0;
        PTL_TRY(ptl_sample_sheets(&sheets, &n, files[i], w->arena, w->err));
        for (int64_t k = 0; k < (n > 0 ? n : 1); k++) {
            if (w->n == PTL_RECOGNISE_FILES_MAX)
                return ptl_fail(w->err, PTL_E_LIMIT, "more than %d files and sheets",
                                PTL_RECOGNISE_FILES_MAX);
            w->sheets[w->n] = n > 0 ? sheets[k] : NULL;
            w->paths[w->n++] = files[i];
        }
    }
    return PTL_OK;
}

/* The path below the folder looked through; a file's own name where that was the file. */
static const char *below(const char *path, const char *root)
{
    const size_t len = strlen(root);
    const char *slash = strrchr(path, '/');
    if (strcmp(path, root) == 0) return slash ? slash + 1 : path;
    const char *rest = path + len;
    while (*rest == '/') rest++;
    return rest;
}

ptl_status ptl_recognise_all(ptl_recognised **out, int64_t *n, const char *path,
                             const ptl_answer *answers, int64_t n_answers, ptl_arena *arena,
                             ptl_progress *progress, ptl_error *err)
{
    const ptl_preset *presets;
    int64_t n_presets;
    walking w = {.arena = arena, .err = err};
    PTL_TRY(ptl_preset_all(&presets, &n_presets, arena, err));
    PTL_TRY(list_files(&w, path));
    PTL_TRY(list_sheets(&w));
    *out = ptl_arena_array(arena, w.n + 1, sizeof **out, err);
    if (!*out) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < w.n; i++) {
        PTL_TRY(ptl_progress_check(progress, err));
        const char *file = below(w.paths[i], path);
        if (w.sheets[i]) file = ptl_text_format(arena, err, "%s#%s", file, w.sheets[i]);
        if (!file) return PTL_E_NO_MEMORY;
        PTL_TRY(ptl_recognise_sheet(&(*out)[i], w.paths[i], w.sheets[i], file, presets, n_presets,
                                    answers, n_answers, arena, err));
    }
    *n = w.n;
    return PTL_OK;
}
