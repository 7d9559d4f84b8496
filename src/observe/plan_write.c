/* plan_write.c: a planned source as the YAML that a person would write (plan.h). */
#include "observe/plan.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

void ptl_yaml_quote(ptl_buffer *out, const char *text)
{
    ptl_buffer_text(out, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') ptl_buffer_text(out, "\\");
        ptl_buffer_append(out, text, 1);
    }
    ptl_buffer_text(out, "\"");
}

/* A file's name as a pattern that means it alone. */
static ptl_status put_path(ptl_buffer *out, const char *path, const char *root, ptl_arena *arena,
                           ptl_error *err)
{
    char *real = realpath(path, NULL);
    const char *full = ptl_text_copy(ptl_text_of(real ? real : path), arena, err);
    free(real);
    if (!full) return PTL_E_NO_MEMORY;
    const size_t len = strlen(root);
    const bool inside = strncmp(full, root, len) == 0 && full[len] == '/';
    const char *name = inside ? full + len + 1 : full;
    char *pattern = ptl_arena_alloc(arena, 2 * strlen(name) + 1, err);
    if (!pattern) return PTL_E_NO_MEMORY;
    size_t n = 0;
    for (; *name; name++) {
        if (strchr("*?[]\\", *name)) pattern[n++] = '\\';
        pattern[n++] = *name;
    }
    pattern[n] = '\0';
    ptl_yaml_quote(out, pattern);
    return PTL_OK;
}

const char *ptl_plan_customer_role(const ptl_plan *plan)
{
    static const char *const roles[] = {"customer", "account", "email"};
    for (size_t i = 0; plan->money && i < sizeof roles / sizeof *roles; i++)
        if (ptl_pair_find(plan->money->part->columns, plan->money->part->n_columns,
                          ptl_text_of(roles[i])))
            return roles[i];
    return NULL;
}

static void put_pairs(ptl_buffer *out, const char *key, const ptl_pair *pairs, int64_t n,
                      const ptl_plan_choice *choice)
{
    if (n > 0) ptl_buffer_printf(out, "%s:\n", key);
    for (int64_t i = 0; i < n; i++) {
        const bool is_customer =
            choice && choice->customer && strcmp(pairs[i].name, choice->role) == 0;
        ptl_buffer_printf(out, "  %s: ", pairs[i].name);
        ptl_yaml_quote(out, is_customer ? choice->customer : pairs[i].text);
        ptl_buffer_text(out, "\n");
    }
}

/* Goods cost a share of revenue where nobody says more. */
static bool takes_share(const ptl_planned *p)
{
    return ptl_pair_find(p->part->preset->slots, p->part->preset->n_slots,
                         PTL_TEXT("cost_percent")) &&
           !ptl_pair_find(p->part->columns, p->part->n_columns, PTL_TEXT("cost"));
}

static const char *identifier_kind(const ptl_planned *p, const ptl_plan *plan,
                                   const ptl_plan_choice *choice)
{
    if (p == plan->money && choice->customer) {
        const ptl_sample *s = &p->files[0]->sample;
        for (int64_t c = 0; c < s->n_columns; c++) {
            if (strcmp(s->columns[c], choice->customer) != 0) continue;
            const ptl_content held = ptl_content_of(s, c, PTL_PRESET_EMAIL, NULL, NULL, NULL);
            return held.fits && held.n > 0 ? "email" : "customer";
        }
    }
    const bool own = p->part->preset == p->files[0]->match.preset;
    return own ? p->files[0]->identifier_kind : NULL;
}

static void put_format(ptl_buffer *out, const ptl_planned *p)
{
    const ptl_sample *s = &p->files[0]->sample;
    const bool head = s->find_head && !p->part->preset->find_head;
    if (!head && !s->encoding && !s->sheet) return;
    ptl_buffer_text(out, "format:\n");
    if (head) ptl_buffer_text(out, "  head_row: auto\n");
    if (s->encoding) ptl_buffer_printf(out, "  encoding: %s\n", s->encoding);
    if (!s->sheet) return;
    ptl_buffer_text(out, "  sheet: ");
    ptl_yaml_quote(out, s->sheet);
    ptl_buffer_text(out, "\n");
}

ptl_status ptl_plan_source(ptl_buffer *out, const ptl_plan *plan, const ptl_planned *source,
                           const ptl_plan_choice *choice, ptl_arena *arena, ptl_error *err)
{
    const ptl_recognised *first = source->files[0];
    const bool is_money = source == plan->money;
    const char *kind = identifier_kind(source, plan, choice);
    ptl_buffer_printf(out, "about: ");
    const char *about = ptl_text_format(arena, err, "%s: %s", source->part->preset->tool,
                                        source->part->preset->title);
    if (!about) return PTL_E_NO_MEMORY;
    ptl_yaml_quote(out, about);
    if (choice->owner) {
        ptl_buffer_text(out, "\nowner: ");
        ptl_yaml_quote(out, choice->owner);
    }
    ptl_buffer_printf(out, "\npreset: %s\nfiles:\n", source->part->preset->name);
    for (int64_t i = 0; i < source->n_files; i++) {
        ptl_buffer_text(out, "  - ");
        PTL_TRY(put_path(out, source->files[i]->path, choice->root, arena, err));
        ptl_buffer_text(out, "\n");
    }
    if (kind) ptl_buffer_printf(out, "identifier_kind: %s\n", kind);
    if (first->match.currency) ptl_buffer_printf(out, "currency: %s\n", first->match.currency);
    if (strcmp(first->match.locale->name, "ch") == 0)
        ptl_buffer_text(out, "locale: de-CH\n");
    else if (strcmp(first->match.locale->name, "en") != 0)
        ptl_buffer_printf(out, "locale: %s\n", first->match.locale->name);
    put_format(out, source);
    put_pairs(out, "columns", source->part->columns, source->part->n_columns,
              is_money ? choice : NULL);
    put_pairs(out, "slots", source->part->slots, source->part->n_slots, NULL);
    const bool share = takes_share(source) && choice->cost_percent > 0;
    const bool rule = is_money && choice->new_rule;
    if (source->part->n_slots == 0 && (share || rule)) ptl_buffer_text(out, "slots:\n");
    if (share) ptl_buffer_printf(out, "  cost_percent: \"%d\"\n", (int)choice->cost_percent);
    if (rule) ptl_buffer_printf(out, "  new_rule: \"%s\"\n", choice->new_rule);
    return ptl_buffer_check(out, source->name, err);
}
