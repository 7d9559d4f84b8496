/* plan.c: recognised files become sources (plan.h). */
#include "observe/plan.h"

#include "base/file.h"
#include "observe/limits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct planning {
    ptl_plan *out;
    const ptl_recognised *all;
    int64_t n;
    ptl_arena *arena;
    ptl_error *err;
} planning;

ptl_status ptl_plan_slug(char **out, const char *text, ptl_arena *arena, ptl_error *err)
{
    char folded[PTL_HEAD_BYTES_MAX], slug[64];
    const ptl_text words = ptl_head_fold(folded, ptl_text_of(text));
    size_t n = 0;
    for (size_t i = 0; i < words.len && n < sizeof slug - 1; i++) {
        const char c = words.ptr[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain)
            slug[n++] = c;
        else if (n > 0 && slug[n - 1] != '_')
            slug[n++] = '_';
    }
    while (n > 0 && slug[n - 1] == '_') n--;
    *out = ptl_text_copy(n > 0 ? (ptl_text){slug, n} : PTL_TEXT("x"), arena, err);
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}

/* --- one source for the files of one export --------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static bool same_pairs(const ptl_pair *a, int64_t n_a, const ptl_pair *b, int64_t n_b)
{
    if (n_a != n_b) return false;
    for (int64_t i = 0; i < n_a; i++)
        if (strcmp(a[i].name, b[i].name) != 0 || strcmp(a[i].text, b[i].text) != 0) return false;
    return true;
}

static bool belongs(const ptl_planned *p, const ptl_recognised *r, const ptl_part *part)
{
    const ptl_recognised *first = p->files[0];
    return p->part->preset == part->preset && same_text(p->part->stem, part->stem) &&
           same_text(first->match.currency, r->match.currency) &&
           same_text(first->sample.encoding, r->sample.encoding) &&
           same_text(first->sample.sheet, r->sample.sheet) &&
           same_text(first->identifier_kind, r->identifier_kind) &&
           first->match.locale == r->match.locale &&
           same_pairs(p->part->columns, p->part->n_columns, part->columns, part->n_columns) &&
           same_pairs(p->part->slots, p->part->n_slots, part->slots, part->n_slots);
}

static ptl_status add_part(planning *g, const ptl_recognised *r, const ptl_part *part)
{
    for (int64_t i = 0; i < g->out->n_sources; i++) {
        ptl_planned *p = &g->out->sources[i];
        if (p->left_out || strcmp(p->part->preset->name, part->preset->name) != 0) continue;
        if (p->part->preset != part->preset) continue;
        if (belongs(p, r, part)) {
            p->files[p->n_files++] = r;
            return PTL_OK;
        }
    }
    ptl_planned *p = &g->out->sources[g->out->n_sources++];
    *p = (ptl_planned){.part = part};
    p->files = ptl_arena_array(g->arena, g->n + 1, sizeof *p->files, g->err);
    if (!p->files) return PTL_E_NO_MEMORY;
    p->files[p->n_files++] = r;
    return PTL_OK;
}

/* --- an earlier export of the same ------------------------------------------------------------ */

/* What tells rows of an export apart: everything that is no number. */
static bool same_row(const ptl_recognised *a, int64_t i, const ptl_recognised *b, int64_t j)
{
    const ptl_preset *p = a->match.preset;
    int64_t compared = 0;
    for (int64_t k = 0; k < p->n_columns; k++) {
        const int32_t kind = p->columns[k].kind;
        const int64_t x = a->match.columns[k], y = b->match.columns[k];
        if (kind == PTL_PRESET_MONEY || kind == PTL_PRESET_NUMBER || kind == PTL_PRESET_INTEGER)
            continue;
        if (x < 0 || y < 0) continue;
        compared++;
        if (!ptl_text_equal(ptl_sample_cell(&a->sample, i, x), ptl_sample_cell(&b->sample, j, y)))
            return false;
    }
    return compared > 0;
}

/* Whether half of the first rows of `a` stand in what was looked at of `b`. */
static bool overlaps(const ptl_recognised *a, const ptl_recognised *b)
{
    const int64_t n = a->sample.n_rows < 60 ? a->sample.n_rows : 60;
    int64_t found = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < b->sample.n_rows; j++)
            if (same_row(a, i, b, j)) {
                found++;
                break;
            }
    return n > 0 && found * 2 >= n;
}

static int64_t bytes_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (int64_t)info.st_size : 0;
}

static const char *slot_of(const ptl_part *part, const char *slot)
{
    return ptl_pair_find(part->slots, part->n_slots, ptl_text_of(slot));
}

/* Whether two files speak of the same thing: one channel, one driver, one currency. */
static bool same_subject(const ptl_recognised *a, const ptl_recognised *b)
{
    return a->match.preset == b->match.preset && same_text(a->match.currency, b->match.currency) &&
           same_text(a->parts[0].stem, b->parts[0].stem) &&
           same_text(slot_of(&a->parts[0], "channel"), slot_of(&b->parts[0], "channel"));
}

/* Index of the file that holds the same and more, or -1: the larger of two, then the later name. */
static int64_t superseded_by(const planning *g, int64_t at)
{
    const ptl_recognised *a = &g->all[at];
    for (int64_t i = 0; i < g->n; i++) {
        const ptl_recognised *b = &g->all[i];
        if (i == at || !b->sure || !same_subject(a, b)) continue;
        const int64_t x = bytes_of(a->path), y = bytes_of(b->path);
        if ((y > x || (y == x && i > at)) && overlaps(a, b)) return i;
    }
    return -1;
}

static const char *why_superseded(const planning *g, int64_t at, int64_t later)
{
    const ptl_part *a = &g->all[at].parts[0], *b = &g->all[later].parts[0];
    const bool same = same_pairs(a->columns, a->n_columns, b->columns, b->n_columns);
    return ptl_text_format(g->arena, g->err,
                           same ? "an earlier export of what %s holds"
                                : "the same days and names stand in %s, in more detail",
                           g->all[later].file);
}

static ptl_status add_file(planning *g, int64_t at)
{
    const ptl_recognised *r = &g->all[at];
    const int64_t later = superseded_by(g, at);
    for (int64_t k = 0; k < r->n_parts; k++) {
        if (later < 0) {
            PTL_TRY(add_part(g, r, &r->parts[k]));
            continue;
        }
        ptl_planned *p = &g->out->sources[g->out->n_sources++];
        *p = (ptl_planned){.part = &r->parts[k], .n_files = 1};
        p->files = ptl_arena_array(g->arena, 1, sizeof *p->files, g->err);
        p->left_out = why_superseded(g, at, later);
        if (!p->files || !p->left_out) return PTL_E_NO_MEMORY;
        p->files[0] = r;
    }
    return PTL_OK;
}

/* --- the money that counts -------------------------------------------------------------------- */

static bool is_money(const ptl_planned *p)
{
    return p->part->preset->counted && strcmp(p->part->preset->table, "txn") == 0 && !p->left_out;
}

static bool has_column(const ptl_part *part, const char *role)
{
    return ptl_pair_find(part->columns, part->n_columns, ptl_text_of(role)) != NULL;
}

static ptl_status choose_money(planning *g)
{
    ptl_planned *best = NULL;
    for (int64_t i = 0; i < g->out->n_sources; i++) {
        ptl_planned *p = &g->out->sources[i];
        if (is_money(p) && (!best || p->part->preset->rank < best->part->preset->rank)) best = p;
    }
    g->out->money = best;
    for (int64_t i = 0; best && i < g->out->n_sources; i++) {
        ptl_planned *p = &g->out->sources[i];
        if (!is_money(p) || p->part->preset->rank == best->part->preset->rank) continue;
        p->left_out = ptl_text_format(
            g->arena, g->err, "the same money stands in %s, which says more", best->files[0]->file);
        if (!p->left_out) return PTL_E_NO_MEMORY;
    }
    g->out->has_cost = best && has_column(best->part, "cost");
    return PTL_OK;
}

/* --- names ------------------------------------------------------------------------------------ */

static bool is_taken(const planning *g, const ptl_planned *own, const char *name)
{
    for (const ptl_planned *p = g->out->sources; p < own; p++)
        if (p->name && strcmp(p->name, name) == 0) return true;
    return false;
}

/* What tells this source from another of the same preset. */
static const char *distinction(const planning *g, const ptl_planned *p)
{
    if (p->part->stem) return p->part->stem;
    for (int64_t i = 0; i < p->part->n_slots; i++)
        if (strcmp(p->part->slots[i].name, "channel") == 0) return p->part->slots[i].text;
    for (int64_t i = 0; i < g->out->n_sources; i++) {
        const ptl_planned *other = &g->out->sources[i];
        if (other != p && !other->left_out && other->part->preset == p->part->preset &&
            !same_text(other->files[0]->match.currency, p->files[0]->match.currency))
            return p->files[0]->match.currency;
    }
    return NULL;
}

static ptl_status name_source(planning *g, ptl_planned *p)
{
    char *slug = NULL;
    const char *told = distinction(g, p);
    const char *preset = p->part->preset->name;
    p->name = preset;
    if (told) {
        PTL_TRY(ptl_plan_slug(&slug, told, g->arena, g->err));
        p->name = ptl_text_format(g->arena, g->err, "%.40s_%.20s", preset, slug);
    }
    for (int64_t k = 2; p->name && is_taken(g, p, p->name); k++)
        p->name = ptl_text_format(g->arena, g->err, "%.50s_%lld", preset, (long long)k);
    return p->name ? PTL_OK : PTL_E_NO_MEMORY;
}

/* --- what the files say about the company ----------------------------------------------------- */

static int64_t column_of(const ptl_recognised *r, ptl_preset_kind kind)
{
    for (int64_t i = 0; i < r->match.preset->n_columns; i++)
        if (r->match.preset->columns[i].kind == (int32_t)kind && r->match.columns[i] >= 0)
            return r->match.columns[i];
    return -1;
}

enum { CODES_MAX = 32 };
typedef struct counted {
    char codes[CODES_MAX][4];
    int64_t rows[CODES_MAX];
    int64_t n;
} counted;

static void count_code(counted *c, ptl_text code, int64_t rows)
{
    char upper[4] = "";
    if (code.len != 3) return;
    for (size_t i = 0; i < 3; i++)
        upper[i] =
            (char)(code.ptr[i] >= 'a' && code.ptr[i] <= 'z' ? code.ptr[i] - 32 : code.ptr[i]);
    int64_t at = 0;
    while (at < c->n && strcmp(c->codes[at], upper) != 0) at++;
    if (at == CODES_MAX) return;
    if (at == c->n) memcpy(c->codes[c->n++], upper, sizeof upper);
    c->rows[at] += rows;
}

static void count_currencies(counted *c, const ptl_recognised *r, int64_t weight, bool rates)
{
    if (r->match.currency && !rates)
        count_code(c, ptl_text_of(r->match.currency), weight * r->sample.n_rows);
    const int64_t column = column_of(r, PTL_PRESET_CURRENCY);
    for (int64_t i = 0; column >= 0 && i < r->sample.n_rows; i++)
        count_code(c, ptl_sample_cell(&r->sample, i, column), weight);
}

/* The currency that rates are in; failing them, that of most orders which no rates convert; failing
 * orders, of most of everything. */
static ptl_status find_currency(planning *g)
{
    counted all = {0}, foreign = {0};
    int64_t best = -1;
    for (int64_t i = 0; i < g->out->n_sources; i++) {
        const ptl_planned *p = &g->out->sources[i];
        const bool rates = strcmp(p->part->preset->table, "fx_rate") == 0;
        if (rates && !p->left_out && p->files[0]->match.currency) { /* rates are made for it */
            g->out->currency = p->files[0]->match.currency;
            return PTL_OK;
        }
        for (int64_t k = 0; !p->left_out && k < p->n_files; k++)
            count_currencies(rates ? &foreign : &all, p->files[k], p == g->out->money ? 1000 : 1,
                             rates);
    }
    for (int64_t i = 0; i < all.n; i++)
        for (int64_t k = 0; k < foreign.n; k++)
            if (strcmp(all.codes[i], foreign.codes[k]) == 0) all.rows[i] = 0;
    for (int64_t i = 0; i < all.n; i++)
        if (all.rows[i] > 0 && (best < 0 || all.rows[i] > all.rows[best])) best = i;
    if (best < 0) return PTL_OK;
    g->out->currency = ptl_text_copy(ptl_text_of(all.codes[best]), g->arena, g->err);
    return g->out->currency ? PTL_OK : PTL_E_NO_MEMORY;
}

/* "+0200" and "+0100" at the ends of times: a zone that keeps both, as an offer. */
static void find_zone(planning *g)
{
    static const struct {
        int32_t winter, summer;
        const char *zone;
    } zones[] = {{100, 200, "Europe/Berlin"},         {0, 100, "Europe/London"},
                 {200, 300, "Europe/Helsinki"},       {-500, -400, "America/New_York"},
                 {-600, -500, "America/Chicago"},     {-700, -600, "America/Denver"},
                 {-800, -700, "America/Los_Angeles"}, {1000, 1100, "Australia/Sydney"}};
    bool seen[sizeof zones / sizeof *zones][2] = {{false}};
    const ptl_recognised *r = g->out->money ? g->out->money->files[0] : NULL;
    const int64_t column = r ? column_of(r, PTL_PRESET_TIME) : -1;
    for (int64_t i = 0; column >= 0 && i < r->sample.n_rows; i++) {
        const ptl_text t = ptl_sample_cell(&r->sample, i, column);
        if (t.len < 6 || (t.ptr[t.len - 5] != '+' && t.ptr[t.len - 5] != '-')) continue;
        int64_t offset = 0;
        if (ptl_text_int(&offset, (ptl_text){t.ptr + t.len - 4, 4}, NULL) != PTL_OK) continue;
        if (t.ptr[t.len - 5] == '-') offset = -offset;
        for (size_t k = 0; k < sizeof zones / sizeof *zones; k++) {
            seen[k][0] = seen[k][0] || offset == zones[k].winter;
            seen[k][1] = seen[k][1] || offset == zones[k].summer;
        }
    }
    for (size_t k = 0; k < sizeof zones / sizeof *zones && !g->out->zone; k++)
        if (seen[k][0] && seen[k][1]) g->out->zone = zones[k].zone;
}

ptl_status ptl_plan_settle(ptl_plan *plan, const char *currency, ptl_arena *arena, ptl_error *err)
{
    for (int64_t i = 0; i < plan->n_sources; i++) {
        ptl_planned *p = &plan->sources[i];
        const char *base = p->files[0]->match.currency;
        if (strcmp(p->part->preset->table, "fx_rate") != 0 || !base || p->left_out) continue;
        if (strcmp(base, currency) == 0) continue;
        p->left_out =
            ptl_text_format(arena, err, "its rates are in %s, the books in %s", base, currency);
        if (!p->left_out) return PTL_E_NO_MEMORY;
    }
    return PTL_OK;
}

ptl_status ptl_plan_make(ptl_plan *out, const ptl_recognised *all, int64_t n, ptl_arena *arena,
                         ptl_error *err)
{
    *out = (ptl_plan){.n_files = n};
    planning g = {.out = out, .all = all, .n = n, .arena = arena, .err = err};
    int64_t n_parts = 0;
    for (int64_t i = 0; i < n; i++) n_parts += all[i].n_parts;
    out->sources = ptl_arena_array(arena, n_parts + 1, sizeof *out->sources, err);
    if (!out->sources) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < n; i++) {
        if (!all[i].sure) continue;
        out->n_recognised++;
        PTL_TRY(add_file(&g, i));
    }
    PTL_TRY(choose_money(&g));
    for (int64_t i = 0; i < out->n_sources; i++) PTL_TRY(name_source(&g, &out->sources[i]));
    PTL_TRY(find_currency(&g));
    find_zone(&g);
    return PTL_OK;
}
