/* workspace_setting.c: changes of the workspace's configuration as a form makes them, shown as a
 * difference before they are saved.
 *
 * The files stay what is in force's source: a change writes the file as a person would, keeps its
 * comments and order, and is applied as a version like any other. A file is named by what the
 * workspace has room for and is never a path of the caller's. */
#include "base/file.h"
#include "ops/args.h"
#include "ops/workspace.h"
#include "workspace/setting.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

ptl_status ptl_workspace_has_file(const char *file, ptl_error *err)
{
    if (ptl_setting_has(file)) return PTL_OK;
    (void)ptl_fail(err, PTL_E_INVALID, "a workspace has no file \"%.100s\"", file);
    ptl_error_hint(err, "portolan.yaml, channels.yaml, journeys.yaml, metrics.yaml, "
                        "people/verticals.yaml, or sources/<name>.yaml with a name of a-z, 0-9 "
                        "and _");
    return PTL_E_INVALID;
}

/* The file as it lies there; without bytes, NULL, where it is missing. */
static ptl_status find_file(ptl_config_file **out, ptl_config_file **files, int64_t *n,
                            const char *name, ptl_arena *arena, ptl_error *err)
{
    for (int64_t i = 0; i < *n; i++)
        if (strcmp((*files)[i].path, name) == 0) {
            *out = &(*files)[i];
            return PTL_OK;
        }
    ptl_config_file *const all = ptl_arena_array(arena, *n + 1, sizeof *all, err);
    if (!all) return PTL_E_LIMIT;
    memcpy(all, *files, (size_t)*n * sizeof *all);
    all[*n] = (ptl_config_file){.path = name};
    *out = &all[(*n)++];
    *files = all;
    return PTL_OK;
}

static ptl_status check_seen(const ptl_call *call, const ptl_config_file *file, ptl_error *err)
{
    char hash[PTL_HASH_HEX];
    if (!ptl_args_given(call->args, "seen")) return PTL_OK;
    ptl_hash_format(hash, ptl_hash_bytes(file->content.ptr, file->content.len));
    if (strcmp(hash, ptl_args_text(call->args, "seen")) == 0) return PTL_OK;
    (void)ptl_fail(err, PTL_E_CONFLICT, "%s was changed since it was looked at", file->path);
    ptl_error_hint(err, "look at it again: nothing was written");
    return PTL_E_CONFLICT;
}

/* "=" alone leaves the whole file out. */
static ptl_status change_one(ptl_config_file *file, const char *change, ptl_arena *arena,
                             ptl_error *err)
{
    ptl_text value = ptl_text_of(change);
    const ptl_text name = ptl_text_trim(ptl_text_cut(&value, '='));
    if (name.len == strlen(change))
        return ptl_fail(err, PTL_E_INVALID, "\"%.100s\" is no change: kpi.to=120000", change);
    const char *const path = ptl_text_copy(name, arena, err);
    if (!path) return PTL_E_LIMIT;
    if (name.len == 0 && ptl_text_trim(value).len == 0) {
        file->content = (ptl_text){0};
        return PTL_OK;
    }
    ptl_text content;
    const ptl_config_file now = {.path = file->path,
                                 .content = file->content.ptr ? file->content : PTL_TEXT("")};
    PTL_TRY(ptl_setting_change(&content, &now, path, value, arena, err));
    file->content = content;
    return PTL_OK;
}

static ptl_status change_all(const ptl_call *call, ptl_config_file *file, ptl_error *err)
{
    const bool was_there = file->content.ptr != NULL;
    for (int64_t i = 0; i < ptl_args_count(call->args, "changes"); i++)
        PTL_TRY(change_one(file, ptl_args_item(call->args, "changes", i), call->arena, err));
    if (!was_there && file->content.len == 0) file->content = (ptl_text){0}; /* it says nothing */
    return PTL_OK;
}

/* Facts have their loads and not their source to thank: what was loaded is not taken back. */
static void say_removed(ptl_call *call, const ptl_config_file *file, const ptl_config_file *before)
{
    ptl_text name;
    if (file->content.ptr || !before->content.ptr || !ptl_source_name(&name, file->path)) return;
    ptl_reply_note(call->reply, "what source %.*s has loaded stays; nothing new is read from it",
                   (int)name.len, name.ptr);
}

static bool same_content(const ptl_config_file *a, const ptl_config_file *b)
{
    return !a->content.ptr == !b->content.ptr && ptl_text_equal(a->content, b->content);
}

static ptl_status remove_file(const char *path, ptl_error *err)
{
    if (unlink(path) == 0 || errno == ENOENT) return PTL_OK;
    return ptl_fail(err, PTL_E_IO, "%.300s cannot be removed: %s", path, strerror(errno));
}

/* What has no bytes is not there. Folders are made as they are needed. */
static ptl_status write_file(const ptl_call *call, const ptl_config_file *file, ptl_error *err)
{
    char *const path = ptl_path_join(call->arena, call->root, file->path, err);
    if (!path) return PTL_E_LIMIT;
    if (!file->content.ptr) return remove_file(path, err);
    char *const name = strrchr(path, '/');
    if (name && strchr(file->path, '/')) {
        *name = '\0';
        PTL_TRY(ptl_folder_make(path, 0755, err));
        *name = '/';
    }
    return ptl_file_write(path, file->content, 0644, err);
}

/* Nothing is half saved: a file whose version does not come into force is as it was, and one that
 * waits for somebody's agreement is not touched. */
static ptl_status save(ptl_call *call, const ptl_draft *draft, const ptl_config_file *file,
                       const ptl_config_file *before, ptl_error *err)
{
    bool waits;
    PTL_TRY(ptl_workspace_waits(&waits, call, draft, err));
    const bool saves = draft->status == PTL_OK && !waits && !ptl_args_bool(call->args, "dry_run") &&
                       !same_content(file, before);
    if (saves) PTL_TRY(write_file(call, file, err));
    const ptl_status st = ptl_workspace_enforce(call, draft, err);
    if (st != PTL_OK && saves && write_file(call, before, NULL) != PTL_OK)
        ptl_error_hint(err, "%s holds the change, which is not in force", file->path);
    return st;
}

/* The files that have bytes. */
static ptl_status only_there(ptl_config_file **out, int64_t *n_out, const ptl_config_file *files,
                             int64_t n, ptl_arena *arena, ptl_error *err)
{
    *out = ptl_arena_array(arena, n + 1, sizeof **out, err);
    *n_out = 0;
    for (int64_t i = 0; *out && i < n; i++)
        if (files[i].content.ptr) (*out)[(*n_out)++] = files[i];
    return *out ? PTL_OK : PTL_E_LIMIT;
}

static ptl_status workspace_set(ptl_call *call, ptl_error *err)
{
    ptl_config_file *files, *file, *there;
    ptl_draft draft;
    int64_t n, n_there;
    const char *const name = ptl_args_text(call->args, "file");
    PTL_TRY(ptl_workspace_has_file(name, err));
    PTL_TRY(ptl_workspace_files(&files, &n, call->root, call->arena, err));
    PTL_TRY(find_file(&file, &files, &n, name, call->arena, err));
    PTL_TRY(check_seen(call, file, err));
    const ptl_config_file before = *file;
    PTL_TRY(change_all(call, file, err));
    PTL_TRY(only_there(&there, &n_there, files, n, call->arena, err));
    PTL_TRY(ptl_draft_of(&draft, call->root, there, n_there, call->arena, err));
    const ptl_status st = save(call, &draft, file, &before, err);
    if (st == PTL_OK) say_removed(call, file, &before);
    ptl_draft_dispose(&draft);
    return st;
}

static const ptl_param set_params[] = {
    {.name = "changes",
     .type = PTL_PARAM_TEXT,
     .positional = true,
     .repeated = true,
     .required = true,
     .about = "What changes: kpi.to=120000, or [2].label=Search for the second channel, "
              "goals[1].value=cm1, columns.cost=Kosten. Nothing after = leaves it out: a value, an "
              "item as [2]=, the file as = alone. The item behind the last adds one. A list has "
              "one text a line."},
    {.name = "file",
     .type = PTL_PARAM_TEXT,
     .defaults = "portolan.yaml",
     .about = "The file they are in; one that is not there is made: channels.yaml, journeys.yaml, "
              "metrics.yaml, people/verticals.yaml, sources/<name>.yaml."},
    {.name = "seen",
     .type = PTL_PARAM_TEXT,
     .about = "Hash of the file as it was looked at; where it has changed since, nothing is "
              "written."},
    {.name = "dry_run",
     .type = PTL_PARAM_BOOL,
     .defaults = "false",
     .about = "Check the change and show the difference; write nothing."}};

const ptl_op ptl_op_workspace_set = {
    .name = "workspace.set",
    .summary = "change settings in the workspace's files and put them in force",
    .about = "Changes the values named and no other byte: comments and order stay. The files are "
             "checked whole; where one fault is found, nothing is written. What is saved is in "
             "force as a version, as after portolan apply. A source that is left out reads "
             "nothing more; what it has loaded stays.",
    .params = set_params,
    .n_params = N_OF(set_params),
    .result =
        "changed: bool — whether a new version is in force\n" PTL_ENFORCE_RESULT
        "config_version?: int — the version in force, where one is\n"
        "config_hash?: text — SHA-256 over its files' names and bytes\n"
        "applied_at?: time — since when\n"
        "applied_by?: text — who applied it\n"
        "difference?: text — what changed, as unified text, where anything did\n" PTL_FAULTS_RESULT,
    .right = "owner",
    .effects = PTL_READS | PTL_WRITES | PTL_DRAFT | PTL_ENTERS,
    .example = "portolan workspace set kpi.owner=Ines",
    .entry = "config.applied",
    .run = workspace_set};
