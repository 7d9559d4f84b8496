/* checks.c: what no single key of a file can tell (tables.h). */
#include "workspace/tables.h"

#include "store/canon.h"
#include "workspace/expand.h"
#include "workspace/limits.h"

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

static void fault_table(const ptl_yaml_node *node, ptl_schema_pass *pass)
{
    enum { TABLES_MAX = 128 };
    const char *names[TABLES_MAX];
    int64_t n = 0;
    for (int64_t i = 0; i < ptl_canon_n && n < TABLES_MAX; i++)
        if (is_loadable(&ptl_canon[i])) names[n++] = ptl_canon[i].name;
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
    if (needs_identifier(table) && !ptl_yaml_find(map, "identifier_kind"))
        ptl_schema_missing(pass, map, "identifier_kind",
                           "what `identifier` holds, as customer or email: rows of this table "
                           "belong to somebody");
}

void ptl_check_source(void *target, const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    ptl_source_config *source = target;
    if (!source->about) source->about = "";
    check_files(ptl_yaml_find(map, "files"), pass);
    check_table(source, map, pass);
}
