/* workspace.c: from files to a workspace that may be used (workspace.h).
 *
 * Invariants. 1. A workspace is given out only if no file has a fault. 2. All files are read
 * before the call fails. 3. What is given out depends on the files' paths and bytes and on tzdata,
 * on nothing else: not on the order of the list, the environment, or the clock.
 *
 * Each file's tree lives only while the file is checked; the texts that stay are copied. */
#include "workspace/workspace.h"

#include "workspace/channel.h"
#include "workspace/limits.h"
#include "workspace/preset.h"
#include "workspace/tables.h"
#include "workspace/vertical.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    ptl_draft draft;
    const ptl_config_file **files; /* by path */
    int64_t n_files;
    ptl_source_config *sources;
    ptl_arena tree; /* of the file being read */
    ptl_faults *faults;
    ptl_error *err;
} reader;

/* --- the list of files ------------------------------------------------------------------------ */

static int compare_files(const void *a, const void *b)
{
    return strcmp((*(const ptl_config_file *const *)a)->path,
                  (*(const ptl_config_file *const *)b)->path);
}

static ptl_status sort_files(const ptl_config_file ***out, const ptl_config_file *files, int64_t n,
                             ptl_arena *arena, ptl_error *err)
{
    const ptl_config_file **sorted = ptl_arena_array(arena, n + 1, sizeof *sorted, err);
    if (!sorted) return ptl_refused(err);
    for (int64_t i = 0; i < n; i++) sorted[i] = &files[i];
    qsort(sorted, (size_t)n, sizeof *sorted, compare_files);
    for (int64_t i = 1; i < n; i++)
        if (compare_files(&sorted[i - 1], &sorted[i]) == 0)
            return ptl_fail(err, PTL_E_INVALID, "file %.200s is given twice", sorted[i]->path);
    *out = sorted;
    return PTL_OK;
}

/* The files, and the presets they name: these are the program's and may change with it. */
static ptl_hash hash_sorted(const ptl_config_file *const *files, int64_t n,
                            const ptl_workspace *workspace)
{
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    for (int64_t i = 0; i < n; i++) {
        ptl_hasher_add_text(&hasher, ptl_text_of(files[i]->path));
        ptl_hasher_add_text(&hasher, files[i]->content);
    }
    for (int64_t i = 0; i < workspace->n_sources; i++)
        if (workspace->sources[i].preset)
            ptl_hasher_add_text(&hasher,
                                ptl_preset_bytes(ptl_text_of(workspace->sources[i].preset)));
    return ptl_hasher_finish(&hasher);
}

/* --- one file --------------------------------------------------------------------------------- */

static void fault_file(reader *r, const char *file, const char *found, const char *allowed)
{
    const ptl_fault fault = {
        .file = file, .line = 1, .column = 1, .found = found, .in_words = true, .allowed = allowed};
    ptl_faults_add(r->faults, &fault);
}

/* The file's tree, which lives until the next one is read; NULL where it is too broken. */
static ptl_status read_tree(const ptl_yaml_node **root, reader *r, const ptl_config_file *file)
{
    ptl_arena_reset(&r->tree);
    return ptl_yaml_parse(root, file->path, file->content, &r->tree, r->faults, r->err);
}

static ptl_schema_pass pass_of(reader *r, const ptl_config_file *file)
{
    return (ptl_schema_pass){
        .file = file->path, .faults = r->faults, .arena = &r->draft.workspace.arena, .err = r->err};
}

static ptl_status read_portolan(reader *r, const ptl_config_file *file)
{
    const ptl_yaml_node *root = NULL;
    PTL_TRY(read_tree(&root, r, file));
    ptl_schema_pass pass = pass_of(r, file);
    if (root) ptl_schema_fill(&r->draft, &ptl_schema_portolan, root, &pass);
    return pass.status;
}

static ptl_status read_channels(reader *r, const ptl_config_file *file)
{
    ptl_workspace *w = &r->draft.workspace;
    const ptl_yaml_node *root = NULL;
    PTL_TRY(read_tree(&root, r, file));
    if (!root || (root->kind == PTL_YAML_MAP && root->n == 0)) return PTL_OK; /* comments alone */
    ptl_schema_pass pass = pass_of(r, file);
    void *items = NULL;
    ptl_schema_fill_list(&items, &w->n_channels, &ptl_schema_channel, root, &pass);
    w->channels = items;
    if (w->channels && pass.status == PTL_OK) ptl_channels_index(w, root, &pass);
    return pass.status;
}

static void fault_twice(const ptl_workspace *w, const ptl_yaml_node *list, ptl_schema_pass *pass)
{
    const ptl_yaml_node *item = list->first;
    for (int64_t i = 0; item && i < w->n_metrics; i++, item = item->next)
        for (int64_t k = 0; k < i; k++)
            if (w->metrics[i].name && w->metrics[k].name &&
                strcmp(w->metrics[i].name, w->metrics[k].name) == 0)
                ptl_schema_fault(pass, ptl_yaml_find(item, "name"), "each metric once", NULL);
}

static ptl_status read_metrics(reader *r, const ptl_config_file *file)
{
    ptl_workspace *w = &r->draft.workspace;
    const ptl_yaml_node *root = NULL;
    PTL_TRY(read_tree(&root, r, file));
    if (!root || (root->kind == PTL_YAML_MAP && root->n == 0)) return PTL_OK; /* comments alone */
    ptl_schema_pass pass = pass_of(r, file);
    void *items = NULL;
    ptl_schema_fill_list(&items, &w->n_metrics, &ptl_schema_metric, root, &pass);
    w->metrics = items;
    if (w->metrics && pass.status == PTL_OK) fault_twice(w, root, &pass);
    return pass.status;
}

static ptl_status read_journeys(reader *r, const ptl_config_file *file)
{
    const ptl_yaml_node *root = NULL;
    PTL_TRY(read_tree(&root, r, file));
    ptl_schema_pass pass = pass_of(r, file);
    if (root) ptl_schema_fill(&r->draft.workspace.journeys, &ptl_schema_journeys, root, &pass);
    return pass.status;
}

/* A workspace without the file has journeys too. */
static ptl_status default_journeys(reader *r)
{
    const ptl_config_file none = {.path = "journeys.yaml"};
    ptl_schema_pass pass = pass_of(r, &none);
    ptl_schema_fill(&r->draft.workspace.journeys, &ptl_schema_journeys, NULL, &pass);
    return pass.status;
}

static ptl_status read_verticals(reader *r, const ptl_config_file *file)
{
    ptl_workspace *w = &r->draft.workspace;
    const ptl_yaml_node *root = NULL;
    PTL_TRY(read_tree(&root, r, file));
    if (!root || (root->kind == PTL_YAML_MAP && root->n == 0)) return PTL_OK; /* comments alone */
    ptl_schema_pass pass = pass_of(r, file);
    void *items = NULL;
    ptl_schema_fill_list(&items, &w->n_verticals, &ptl_schema_vertical, root, &pass);
    w->verticals = items;
    if (w->verticals && pass.status == PTL_OK) ptl_verticals_check(w, root, &pass);
    return pass.status;
}

bool ptl_source_name(ptl_text *name, const char *path)
{
    *name = ptl_text_of(path);
    if (!ptl_text_starts(*name, PTL_TEXT("sources/")) || !ptl_text_ends(*name, PTL_TEXT(".yaml")))
        return false;
    const size_t around = strlen("sources/") + strlen(".yaml");
    if (name->len <= around) return false;
    *name = (ptl_text){name->ptr + strlen("sources/"), name->len - around};
    return ptl_schema_is_name(*name);
}

static ptl_status read_source(reader *r, const ptl_config_file *file)
{
    ptl_workspace *w = &r->draft.workspace;
    const ptl_yaml_node *root = NULL;
    ptl_text name;
    if (!ptl_source_name(&name, file->path)) {
        fault_file(r, file->path, "this file's name",
                   "sources/<name>.yaml, the name of a-z, 0-9 and _, at most 64 characters");
        return PTL_OK;
    }
    PTL_TRY(read_tree(&root, r, file));
    if (!root) return PTL_OK;
    ptl_source_config *source = &r->sources[w->n_sources++];
    source->name = ptl_text_copy(name, &w->arena, r->err);
    if (!source->name) return ptl_refused(r->err);
    ptl_schema_pass pass = pass_of(r, file);
    ptl_schema_fill(source, &ptl_schema_source, root, &pass);
    return pass.status;
}

static ptl_status read_file(reader *r, const ptl_config_file *file)
{
    if (strcmp(file->path, "portolan.yaml") == 0) return read_portolan(r, file);
    if (strcmp(file->path, "channels.yaml") == 0) return read_channels(r, file);
    if (strcmp(file->path, "metrics.yaml") == 0) return read_metrics(r, file);
    if (strcmp(file->path, "journeys.yaml") == 0) return read_journeys(r, file);
    if (strcmp(file->path, "people/verticals.yaml") == 0) return read_verticals(r, file);
    if (strncmp(file->path, "sources/", strlen("sources/")) == 0) return read_source(r, file);
    fault_file(
        r, file->path, "a file that is not of a workspace",
        "portolan.yaml, channels.yaml, journeys.yaml, metrics.yaml, people/verticals.yaml and "
        "sources/<name>.yaml");
    return PTL_OK;
}

/* --- all of them ------------------------------------------------------------------------------ */

static ptl_status read_all(reader *r)
{
    ptl_workspace *w = &r->draft.workspace;
    bool has_portolan = false;
    PTL_TRY(default_journeys(r));
    r->sources = ptl_arena_array(&w->arena, r->n_files + 1, sizeof *r->sources, r->err);
    if (!r->sources) return ptl_refused(r->err);
    w->sources = r->sources;
    for (int64_t i = 0; i < r->n_files; i++) {
        has_portolan = has_portolan || strcmp(r->files[i]->path, "portolan.yaml") == 0;
        PTL_TRY(read_file(r, r->files[i]));
    }
    if (!has_portolan)
        fault_file(r, "portolan.yaml", "no such file", "every workspace has this file");
    return PTL_OK;
}

/* The first fault as the error, the others as its detail while they fit. */
static ptl_status fail_with_faults(const ptl_faults *faults, ptl_error *err)
{
    ptl_buffer text;
    ptl_buffer_init(&text, sizeof err->detail * 4, NULL);
    if (faults->n > 0) ptl_fault_format(&text, &faults->items[0]);
    ptl_fail(err, PTL_E_INVALID, "%.500s", text.ptr ? text.ptr : "the files have faults");
    ptl_buffer_clear(&text);
    ptl_buffer_printf(&text, "%lld %s in all", (long long)faults->n_total,
                      faults->n_total == 1 ? "fault" : "faults");
    for (int64_t i = 1; i < faults->n && text.len < sizeof err->detail; i++) {
        ptl_buffer_text(&text, "\n");
        ptl_fault_format(&text, &faults->items[i]);
    }
    ptl_error_detail(err, "%.1000s", text.ptr ? text.ptr : "");
    ptl_error_hint(err, "docs/workspace.md lists every key");
    ptl_buffer_dispose(&text);
    return PTL_E_INVALID;
}

/* What a source does not say is the workspace's. */
static void inherit(reader *r)
{
    const ptl_workspace *w = &r->draft.workspace;
    for (int64_t i = 0; i < w->n_sources; i++) {
        ptl_source_config *source = &r->sources[i];
        if (!source->locale) source->locale = w->locale;
        if (!source->currency) source->currency = w->currency;
        if (!source->zone) source->zone = r->draft.zone;
    }
}

static ptl_status finish(reader *r)
{
    ptl_workspace *w = &r->draft.workspace;
    ptl_faults_sort(r->faults);
    if (r->faults->n_total > 0) return fail_with_faults(r->faults, r->err);
    inherit(r);
    w->hash = hash_sorted(r->files, r->n_files, w);
    return ptl_zone_open(&w->zone, r->draft.zone, r->err);
}

static ptl_status parse_into(reader *r, const char *root, const ptl_config_file *files, int64_t n)
{
    ptl_workspace *w = &r->draft.workspace;
    if (n > PTL_CONFIG_FILES_MAX)
        return ptl_fail(r->err, PTL_E_LIMIT, "a workspace has at most %d files, not %lld",
                        PTL_CONFIG_FILES_MAX, (long long)n);
    w->root = ptl_text_copy(ptl_text_of(root), &w->arena, r->err);
    if (!w->root) return ptl_refused(r->err);
    PTL_TRY(sort_files(&r->files, files, n, &w->arena, r->err));
    r->n_files = n;
    PTL_TRY(read_all(r));
    return finish(r);
}

ptl_status ptl_workspace_parse(ptl_workspace *out, const char *root, const ptl_config_file *files,
                               int64_t n_files, ptl_faults *faults, ptl_error *err)
{
    ptl_faults own;
    ptl_faults_init(&own);
    reader r = {.faults = faults ? faults : &own, .err = err};
    memset(out, 0, sizeof *out);
    ptl_arena_init(&r.draft.workspace.arena, PTL_WORKSPACE_ARENA_BYTES_MAX, NULL);
    ptl_arena_init(&r.tree, PTL_YAML_ARENA_BYTES_MAX, NULL);
    const ptl_status st = parse_into(&r, root, files, n_files);
    if (st == PTL_OK)
        *out = r.draft.workspace;
    else
        ptl_workspace_dispose(&r.draft.workspace);
    ptl_arena_dispose(&r.tree);
    ptl_faults_dispose(&own);
    return st;
}

void ptl_workspace_dispose(ptl_workspace *workspace)
{
    if (!workspace) return;
    ptl_zone_close(workspace->zone);
    ptl_arena_dispose(&workspace->arena);
    memset(workspace, 0, sizeof *workspace);
}

const ptl_source_config *ptl_workspace_source(const ptl_workspace *workspace, ptl_text name)
{
    for (int64_t i = 0; i < workspace->n_sources; i++)
        if (ptl_text_equal(ptl_text_of(workspace->sources[i].name), name))
            return &workspace->sources[i];
    return NULL;
}
