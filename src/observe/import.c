/* import.c: the sources of a workspace become facts (see import.h). */
#include "observe/import.h"

#include "base/file.h"
#include "observe/limits.h"

#include <string.h>

/* --- which files ------------------------------------------------------------------------------ */

static bool wanted(const ptl_import_options *options, const char *name)
{
    if (options->n_sources == 0) return true;
    for (int64_t i = 0; i < options->n_sources; i++)
        if (strcmp(options->sources[i], name) == 0) return true;
    return false;
}

static ptl_status check_names(const ptl_workspace *workspace, const ptl_import_options *options,
                              ptl_error *err)
{
    const char *names[1024];
    int64_t n = 0;
    for (int64_t i = 0; i < workspace->n_sources && n < 1024; i++)
        names[n++] = workspace->sources[i].name;
    if (n == 0) {
        ptl_fail(err, PTL_E_NOT_FOUND, "no source is described in %s", workspace->root);
        ptl_error_hint(err, "write sources/orders.yaml; `portolan init` in an empty folder shows "
                            "an example");
        return PTL_E_NOT_FOUND;
    }
    for (int64_t i = 0; i < options->n_sources; i++) {
        const ptl_text name = ptl_text_of(options->sources[i]);
        if (ptl_workspace_source(workspace, name)) continue;
        const char *nearest = ptl_text_nearest(name, names, n);
        ptl_fail(err, PTL_E_NOT_FOUND, "there is no source \"%s\"", options->sources[i]);
        if (nearest) ptl_error_hint(err, "did you mean \"%s\"?", nearest);
        return PTL_E_NOT_FOUND;
    }
    return PTL_OK;
}

/* Two patterns of a source may match one file: it is listed where it comes first. */
static bool is_listed(const ptl_import_report *report, const ptl_source_config *source,
                      const char *file)
{
    for (int64_t i = report->n_files - 1; i >= 0; i--) {
        if (report->files[i].source != source->name) return false;
        if (strcmp(report->files[i].file, file) == 0) return true;
    }
    return false;
}

/* The files of one pattern, appended to the report. */
static ptl_status add_pattern(ptl_import_report *out, const ptl_workspace *workspace,
                              const ptl_source_config *source, const char *pattern,
                              ptl_arena *arena, ptl_error *err)
{
    char *expanded, **paths;
    int64_t n;
    PTL_TRY(ptl_workspace_expand(&expanded, pattern, arena, err));
    const char *full = ptl_path_join(arena, workspace->root, expanded, err);
    if (!full) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_path_glob(&paths, &n, full, arena, err));
    if (n == 0) {
        ptl_fail(err, PTL_E_NOT_FOUND, "source %s: no file matches %s", source->name, full);
        ptl_error_hint(err, "put the export there, or correct `files` in sources/%s.yaml",
                       source->name);
        return PTL_E_NOT_FOUND;
    }
    const size_t root = strlen(workspace->root);
    for (int64_t i = 0; i < n; i++) {
        if (out->n_files == PTL_IMPORT_FILES_MAX)
            return ptl_fail(err, PTL_E_LIMIT, "source %s: more than %d files match %s",
                            source->name, PTL_IMPORT_FILES_MAX, full);
        const bool inside = strncmp(paths[i], workspace->root, root) == 0 && paths[i][root] == '/';
        const char *file = inside ? paths[i] + root + 1 : paths[i];
        if (is_listed(out, source, file)) continue;
        out->files[out->n_files++] =
            (ptl_import_file){.source = source->name, .table = source->table, .file = file};
    }
    return PTL_OK;
}

static ptl_status list_files(ptl_import_report *out, const ptl_workspace *workspace,
                             const ptl_import_options *options, ptl_arena *arena, ptl_error *err)
{
    *out = (ptl_import_report){0};
    PTL_TRY(check_names(workspace, options, err));
    out->files = ptl_arena_array(arena, PTL_IMPORT_FILES_MAX, sizeof *out->files, err);
    if (!out->files) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < workspace->n_sources; i++) {
        const ptl_source_config *source = &workspace->sources[i];
        if (!wanted(options, source->name)) continue;
        for (int64_t k = 0; k < source->n_files; k++)
            PTL_TRY(add_pattern(out, workspace, source, source->files[k], arena, err));
    }
    return PTL_OK;
}

/* --- one file --------------------------------------------------------------------------------- */

/* The folder that holds `path`: all the mapping's engine may see. */
static char *folder_of(const char *path, ptl_arena *arena, ptl_error *err)
{
    const char *slash = strrchr(path, '/');
    const ptl_text folder = slash ? (ptl_text){path, (size_t)(slash - path)} : PTL_TEXT(".");
    return ptl_text_copy(folder, arena, err);
}

static ptl_status spec_of(ptl_load_spec *spec, const ptl_workspace *workspace,
                          const ptl_import_options *options, const ptl_import_file *file,
                          const char **folder, ptl_zone **zone, ptl_arena *arena, ptl_error *err)
{
    const ptl_source_config *s = ptl_workspace_source(workspace, ptl_text_of(file->source));
    const char *path = ptl_path_join(arena, workspace->root, file->file, err);
    if (!path) return PTL_E_NO_MEMORY;
    *folder = folder_of(path, arena, err);
    if (!*folder) return PTL_E_NO_MEMORY;
    if (s->zone) PTL_TRY(ptl_zone_open(zone, s->zone, err));
    *spec = (ptl_load_spec){.size = (int32_t)sizeof *spec,
                            .source = s->name,
                            .table = s->table,
                            .path = path,
                            .file = file->file,
                            .mapping = s->mapping,
                            .identifier_kind = s->identifier_kind,
                            .locale = s->locale ? s->locale : workspace->locale,
                            .currency = s->currency ? s->currency : workspace->currency,
                            .zone = *zone ? *zone : workspace->zone,
                            .delimiter = s->delimiter,
                            .quote = s->quote,
                            .encoding = s->encoding,
                            .kind = (ptl_rows_kind)s->kind,
                            .as_text = s->preset != NULL,
                            .sheet = s->sheet,
                            .range = s->range,
                            .head_row = s->head_row,
                            .totals = s->totals,
                            .n_totals = s->n_totals,
                            .folders = folder,
                            .n_folders = 1,
                            .run_id = options->run_id,
                            .known_at = options->now,
                            .force = options->force};
    return PTL_OK;
}

/* What the ledger keeps of a load: enough to check a file against it years later. */
static ptl_status enter_ledger(ptl_store *store, const ptl_import_options *options,
                               const ptl_import_file *file, ptl_error *err)
{
    ptl_buffer body;
    ptl_json json;
    char hash[PTL_HASH_HEX];
    ptl_hash_format(hash, file->load.content_hash);
    ptl_buffer_init(&body, 65536, NULL);
    ptl_json_init_buffer(&json, &body, 0, err);
    ptl_json_object(&json);
    ptl_json_put_int(&json, "load", file->load.load_id);
    ptl_json_put_int(&json, "replaces", file->load.replaces_load_id);
    ptl_json_put_string(&json, "source", file->source);
    ptl_json_put_string(&json, "table", file->table);
    ptl_json_put_string(&json, "file", file->file);
    ptl_json_put_string(&json, "sha256", hash);
    ptl_json_put_int(&json, "rows", file->load.rows);
    ptl_json_put_int(&json, "quarantined", file->load.quarantined);
    if (file->load.totals > 0) ptl_json_put_int(&json, "totals", file->load.totals);
    ptl_json_object_end(&json);
    ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK)
        st = ptl_ledger_append(NULL, store->records, "source.loaded", options->actor,
                               options->run_id, ptl_buffer_borrow(&body), options->now, err);
    ptl_buffer_dispose(&body);
    return st;
}

static ptl_status load_file(ptl_import_file *file, ptl_store *store, const ptl_workspace *workspace,
                            const ptl_import_options *options, ptl_arena *arena,
                            ptl_progress *progress, ptl_error *err)
{
    ptl_load_spec spec;
    ptl_zone *zone = NULL;
    const char *folder;
    ptl_status st = spec_of(&spec, workspace, options, file, &folder, &zone, arena, err);
    if (st == PTL_OK)
        st = ptl_load_run(&file->load, store->warehouse, store->seal, &spec, progress, err);
    ptl_zone_close(zone);
    if (st != PTL_OK) return ptl_error_prefix(err, st, "source %s, %s", file->source, file->file);
    return file->load.load_id ? enter_ledger(store, options, file, err) : PTL_OK;
}

ptl_status ptl_import_run(ptl_import_report *out, ptl_store *store, const ptl_workspace *workspace,
                          const ptl_import_options *options, ptl_arena *arena,
                          ptl_progress *progress, ptl_error *err)
{
    PTL_TRY(list_files(out, workspace, options, arena, err));
    for (int64_t i = 0; i < out->n_files; i++) {
        ptl_import_file *file = &out->files[i];
        PTL_TRY(ptl_progress_check(progress, err));
        PTL_TRY(load_file(file, store, workspace, options, arena, progress, err));
        if (file->load.load_id == 0) continue;
        out->n_loaded++;
        out->rows += file->load.rows;
        out->quarantined += file->load.quarantined;
    }
    return PTL_OK;
}

ptl_status ptl_import_check(ptl_import_report *out, const ptl_workspace *workspace,
                            const ptl_import_options *options, ptl_arena *arena, ptl_error *err)
{
    PTL_TRY(list_files(out, workspace, options, arena, err));
    const char *checked = NULL; /* the first file of each source stands for the others */
    for (int64_t i = 0; i < out->n_files; i++) {
        const ptl_import_file *file = &out->files[i];
        if (checked && strcmp(checked, file->source) == 0) continue;
        ptl_load_spec spec;
        ptl_zone *zone = NULL;
        const char *folder;
        ptl_status st = spec_of(&spec, workspace, options, file, &folder, &zone, arena, err);
        if (st == PTL_OK) st = ptl_load_check(&spec, err);
        ptl_zone_close(zone);
        if (st != PTL_OK) return ptl_error_prefix(err, st, "source %s", file->source);
        checked = file->source;
    }
    return PTL_OK;
}
