/* checks.c: what no single key of a file can tell (tables.h). */
#include "workspace/tables.h"

#include "store/canon.h"
#include "store/rows.h"
#include "workspace/expand.h"
#include "workspace/limits.h"
#include "workspace/preset.h"

#include <ctype.h>
#include <string.h>

/* --- portolan.yaml: the one number ------------------------------------------------------------ */

static const char *metric_label(const char *metric)
{
    if (metric && strcmp(metric, "cm1") == 0) return "Contribution before marketing";
    if (metric && strcmp(metric, "revenue") == 0) return "Revenue";
    return "Contribution after marketing";
}

/* A target is three statements: from what, to what, by when. */
static bool check_target(const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    static const char *const keys[] = {"from", "to", "by"};
    static const char *const allowed[] = {
        "an amount as 31,000,000.00: a target has from, to and by",
        "an amount as 42,000,000.00: a target has from, to and by",
        "a day as 2026-12-31: a target has from, to and by"};
    int32_t given = 0;
    for (int32_t i = 0; i < 3; i++) given += ptl_yaml_find(map, keys[i]) != NULL;
    for (int32_t i = 0; i < 3 && given > 0; i++)
        if (!ptl_yaml_find(map, keys[i])) ptl_schema_missing(pass, map, keys[i], allowed[i]);
    return given == 3;
}

/* The first day of the fiscal year that holds `day`. */
static ptl_day fiscal_year_start(ptl_day day, int32_t month)
{
    const ptl_date date = ptl_date_of(day);
    const int32_t year = date.month >= month ? date.year : date.year - 1;
    return ptl_day_of((ptl_date){year, month, 1});
}

/* A mail needs a server, a sender and a reader. */
static void check_mail(const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    const ptl_yaml_node *digest = ptl_yaml_find(map, "digest");
    if (!digest || digest->kind != PTL_YAML_MAP || !ptl_yaml_find(digest, "mail_server")) return;
    if (!ptl_yaml_find(digest, "mail_from"))
        ptl_schema_missing(pass, digest, "mail_from", "an address, with mail_server");
    if (!ptl_yaml_find(digest, "mail_to"))
        ptl_schema_missing(pass, digest, "mail_to", "a list of addresses, with mail_server");
}

void ptl_check_portolan(void *target, const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    ptl_draft *draft = target;
    check_mail(map, pass);
    ptl_kpi_config *kpi = &draft->workspace.kpi;
    const ptl_yaml_node *written = ptl_yaml_find(map, "kpi");
    if (!kpi->label) kpi->label = metric_label(kpi->metric);
    if (written && (written->kind != PTL_YAML_MAP || written->faulted)) return;
    kpi->has_target = check_target(written, pass);
    const ptl_yaml_node *drifts = ptl_yaml_find(written, "drifts_at");
    if (drifts && kpi->drifts_at > kpi->holds_at)
        ptl_schema_fault(pass, drifts, "a number not above kpi.holds_at", NULL);
    const ptl_yaml_node *starts = ptl_yaml_find(written, "starts");
    const ptl_yaml_node *by = ptl_yaml_find(written, "by");
    if (!starts && by && draft->workspace.fiscal_year_month > 0)
        kpi->starts = fiscal_year_start(kpi->due, draft->workspace.fiscal_year_month);
    if (starts && by && kpi->starts && kpi->due && kpi->due <= kpi->starts)
        ptl_schema_fault(pass, by, "a day after kpi.starts", NULL);
}

/* --- channels.yaml ---------------------------------------------------------------------------- */

/* "paid_search" reads "Paid search" where nobody gave it a label. */
static char *label_of(const char *name, ptl_schema_pass *pass)
{
    char *label = ptl_text_copy(ptl_text_of(name), pass->arena, pass->err);
    if (!label) {
        pass->status = ptl_refused(pass->err);
        return NULL;
    }
    for (char *c = label; *c; c++)
        if (*c == '_') *c = ' ';
    label[0] = (char)toupper((unsigned char)label[0]);
    return label;
}

void ptl_check_channel(void *target, const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    ptl_channel_config *channel = target;
    (void)map;
    if (channel->name && !channel->label) channel->label = label_of(channel->name, pass);
}

/* --- sources/<name>.yaml ---------------------------------------------------------------------- */

static void check_files(const ptl_yaml_node *files, ptl_schema_pass *pass)
{
    if (!files || files->kind != PTL_YAML_LIST) return;
    for (const ptl_yaml_node *file = files->first; file; file = file->next)
        if (file->kind == PTL_YAML_SCALAR && file->text.len > 0 && !file->faulted &&
            !ptl_pattern_valid(file->text))
            ptl_schema_fault(pass, file, "a path in which every variable is written as ${NAME}",
                             NULL);
}

static bool is_loadable(const ptl_canon_table *table)
{
    return table->kind == PTL_CANON_FACT || table->kind == PTL_CANON_DIMENSION;
}

const char *const *ptl_loadable_tables(int64_t *n, ptl_arena *arena, ptl_error *err)
{
    const char **names = ptl_arena_array(arena, ptl_canon_n + 1, sizeof *names, err);
    *n = 0;
    for (int64_t i = 0; names && i < ptl_canon_n; i++)
        if (is_loadable(&ptl_canon[i])) names[(*n)++] = ptl_canon[i].name;
    return names;
}

static void fault_table(const ptl_yaml_node *node, ptl_schema_pass *pass)
{
    int64_t n = 0;
    const char *const *const names = ptl_loadable_tables(&n, pass->arena, pass->err);
    if (!names) {
        pass->status = ptl_refused(pass->err);
        return;
    }
    ptl_schema_fault(pass, node, "a table that files go to, as txn or spend: docs/tables.md",
                     ptl_text_nearest(node->text, names, n));
}

static bool needs_identifier(const ptl_canon_table *table)
{
    for (int64_t i = 0; i < table->n_columns; i++)
        if (table->columns[i].required && ptl_canon_is_identifier(&table->columns[i])) return true;
    return false;
}

static void check_table(const ptl_source_config *source, const ptl_yaml_node *map,
                        ptl_schema_pass *pass)
{
    if (!source->table) return; /* faulted or missing: told already */
    const ptl_canon_table *table = ptl_canon_find(ptl_text_of(source->table));
    if (!table || !is_loadable(table)) {
        fault_table(ptl_yaml_find(map, "table"), pass);
        return;
    }
    if (needs_identifier(table) && !source->identifier_kind)
        ptl_schema_missing(pass, map, "identifier_kind",
                           "what `identifier` holds, as customer or email: rows of this table "
                           "belong to somebody");
}

/* --- a preset in the place of a mapping ------------------------------------------------------- */

static void fault_both(const ptl_yaml_node *map, const char *key, ptl_schema_pass *pass)
{
    const ptl_yaml_node *node = ptl_yaml_find(map, key);
    if (node) ptl_schema_fault(pass, node, "either a preset or a table with its mapping", NULL);
}

/* What only a preset gives a meaning. */
static void fault_orphan(const ptl_yaml_node *map, const char *key, ptl_schema_pass *pass)
{
    const ptl_yaml_node *node = ptl_yaml_find(map, key);
    if (node) ptl_schema_fault(pass, node, "this key beside `preset` only", NULL);
}

static void check_roles(const ptl_preset *preset, const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    enum { ROLES_MAX = 128 };
    const char *roles[ROLES_MAX];
    int64_t n = 0;
    for (; n < preset->n_columns && n < ROLES_MAX; n++) roles[n] = preset->columns[n].role;
    const ptl_yaml_node *columns = ptl_yaml_find(map, "columns");
    for (const ptl_yaml_node *node = columns ? columns->first : NULL; node; node = node->next)
        if (!node->faulted && !ptl_preset_column_find(preset, node->key))
            ptl_schema_fault(pass, node, "a column that the preset has (docs/presets.md)",
                             ptl_text_nearest(node->key, roles, n));
}

static void check_slots(const ptl_preset *preset, const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    const ptl_yaml_node *slots = ptl_yaml_find(map, "slots");
    for (const ptl_yaml_node *node = slots ? slots->first : NULL; node; node = node->next)
        if (!node->faulted && !ptl_preset_has_slot(preset, node->key))
            ptl_schema_fault(pass, node, "a slot that the preset has (docs/presets.md)", NULL);
}

static void make_mapping(ptl_source_config *source, const ptl_preset *preset, ptl_schema_pass *pass)
{
    const ptl_preset_use use = {source->columns, source->n_columns, source->slots, source->n_slots};
    ptl_buffer text;
    ptl_buffer_init(&text, PTL_MAPPING_CHARACTERS_MAX, NULL);
    pass->status = ptl_preset_mapping(&text, preset, &use, pass->err);
    if (pass->status == PTL_OK) {
        source->mapping = ptl_text_copy(ptl_buffer_borrow(&text), pass->arena, pass->err);
        if (!source->mapping) pass->status = ptl_refused(pass->err);
    }
    ptl_buffer_dispose(&text);
}

static void take_preset(ptl_source_config *source, const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    const ptl_preset *preset = NULL;
    ptl_error own;
    fault_both(map, "mapping", pass);
    fault_both(map, "table", pass);
    const ptl_status st = ptl_preset_find(&preset, ptl_text_of(source->preset), pass->arena, &own);
    if (st == PTL_E_NOT_FOUND) {
        ptl_text hint = ptl_text_of(own.hint);
        char nearest[128] = "";
        (void)ptl_text_cut(&hint, '"');
        const ptl_text name = ptl_text_cut(&hint, '"');
        if (ptl_text_starts(ptl_text_of(own.hint), PTL_TEXT("did")) && name.len < sizeof nearest)
            memcpy(nearest, name.ptr, name.len), nearest[name.len] = '\0';
        ptl_schema_fault(pass, ptl_yaml_find(map, "preset"), "a preset: docs/presets.md",
                         nearest[0] ? nearest : NULL);
        return;
    }
    if (st != PTL_OK) {
        pass->status = st;
        if (pass->err) *pass->err = own;
        return;
    }
    const int64_t before = pass->faults->n_total;
    check_roles(preset, map, pass);
    check_slots(preset, map, pass);
    if (pass->faults->n_total > before) return;
    source->table = preset->table;
    if (!source->identifier_kind) source->identifier_kind = preset->identifier_kind;
    if (!source->zone) source->zone = preset->zone;
    if (!source->locale) source->locale = preset->locale;
    if (source->head_row == PTL_ROWS_HEAD_FIRST && preset->find_head)
        source->head_row = PTL_ROWS_HEAD_FIND;
    if (source->n_totals == 0) {
        source->totals = preset->totals;
        source->n_totals = preset->n_totals;
    }
    make_mapping(source, preset, pass);
}

static void need(const char *key, const char *allowed, const ptl_yaml_node *map,
                 ptl_schema_pass *pass)
{
    if (!ptl_yaml_find(map, key)) ptl_schema_missing(pass, map, key, allowed);
}

static void check_written(const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    fault_orphan(map, "columns", pass);
    fault_orphan(map, "slots", pass);
    need("table", "a table that files go to, as txn or spend; or a preset", map, pass);
    need("mapping", "one SELECT from `source`; or a preset", map, pass);
}

void ptl_check_source(void *target, const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    ptl_source_config *source = target;
    if (!source->about) source->about = "";
    check_files(ptl_yaml_find(map, "files"), pass);
    if (source->preset)
        take_preset(source, map, pass);
    else if (!ptl_yaml_find(map, "preset"))
        check_written(map, pass);
    if (pass->status == PTL_OK) check_table(source, map, pass);
}
