/* workspace_setting.c: the workspace's configuration as a form: its settings with their values and
 * what is allowed, and changes that are shown as a difference before they are saved.
 *
 * The files stay what is in force's source: a change writes the file as a person would, keeps its
 * comments and order, and is applied as a version like any other. */
#include "base/file.h"
#include "ops/args.h"
#include "ops/workspace.h"
#include "workspace/limits.h"
#include "workspace/setting.h"

#include <string.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

/* --- workspace.get ---------------------------------------------------------------------------- */

static const char *field_of(ptl_schema_kind kind)
{
    switch (kind) {
    case PTL_SCHEMA_ENUM:
    case PTL_SCHEMA_WORD:
        return "choice";
    case PTL_SCHEMA_BOOL:
        return "switch";
    case PTL_SCHEMA_DAY:
        return "day";
    case PTL_SCHEMA_TEXTS:
        return "list";
    case PTL_SCHEMA_INT:
    case PTL_SCHEMA_NUMBER:
    case PTL_SCHEMA_MONEY:
        return "number";
    default:
        return "text";
    }
}

/* An address or a password may carry a secret: it is shown where it names a variable alone. */
static bool is_secret(const ptl_setting *s)
{
    const bool may =
        strcmp(s->path, "digest.webhook") == 0 || strcmp(s->path, "digest.mail_password") == 0;
    return may && s->value && !ptl_text_starts(ptl_text_of(s->value), PTL_TEXT("${"));
}

/* What everybody is measured by: targets, what a metric is, when a course holds. */
static bool binds(const ptl_setting *s)
{
    return strncmp(s->path, "kpi.", 4) == 0 || strncmp(s->path, "review.", 7) == 0;
}

static void put_words(ptl_call *call, const ptl_schema_key *key)
{
    ptl_buffer words;
    ptl_buffer_init(&words, 4096, NULL);
    ptl_schema_allowed(&words, key);
    ptl_reply_cell_text(call->reply, words.ptr);
    ptl_buffer_clear(&words);
    for (int64_t i = 0; key->values && key->values[i]; i++)
        ptl_buffer_printf(&words, "%s%s", i > 0 ? "|" : "", key->values[i]);
    ptl_reply_cell_text(call->reply, key->values ? words.ptr : NULL);
    ptl_buffer_dispose(&words);
}

static void put_setting(ptl_call *call, const ptl_setting *s)
{
    ptl_reply *const reply = call->reply;
    ptl_reply_cell_text(reply, s->file);
    ptl_reply_cell_text(reply, s->path);
    ptl_reply_cell_text(reply, is_secret(s) ? "kept in the file" : s->value);
    ptl_reply_cell_text(reply, s->row);
    ptl_reply_cell_text(reply, field_of(s->key->kind));
    put_words(call, s->key);
    ptl_reply_cell_text(reply, s->key->defaults);
    ptl_reply_cell_text(reply, s->key->where_absent);
    ptl_reply_cell_text(reply, s->key->about);
    ptl_reply_cell_text(reply, s->key->required ? "yes" : "no");
    ptl_reply_cell_text(reply, binds(s) ? "yes" : "no");
    ptl_reply_cell_text(reply, is_secret(s) ? "yes" : "no");
    ptl_reply_cell_id(reply, s->line);
}

static ptl_status put_settings(ptl_call *call, const ptl_config_file *files, int64_t n_files,
                               ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"file", NULL, false},    {"path", "Setting", false}, {"value", "Value", false},
        {"row", NULL, false},     {"field", NULL, false},     {"allowed", "Allowed", false},
        {"choices", NULL, false}, {"usual", NULL, false},     {"absent", NULL, false},
        {"about", NULL, false},   {"required", NULL, false},  {"binds", NULL, false},
        {"secret", NULL, false},  {"line", "Line", true}};
    ptl_reply_table(call->reply, "settings", "", columns, N_OF(columns));
    for (int64_t i = 0; i < n_files; i++) {
        ptl_setting *list;
        int64_t n;
        PTL_TRY(ptl_setting_list(&list, &n, &files[i], call->arena, err));
        for (int64_t k = 0; k < n; k++) put_setting(call, &list[k]);
    }
    ptl_reply_table_end(call->reply);
    return PTL_OK;
}

static void put_files(ptl_call *call, const ptl_config_file *files, int64_t n)
{
    static const ptl_reply_column columns[] = {{"file", "File", false}, {"seen", NULL, false}};
    char hash[PTL_HASH_HEX];
    ptl_reply_table(call->reply, "files", "", columns, N_OF(columns));
    for (int64_t i = 0; i < n; i++) {
        if (!ptl_setting_has(files[i].path)) continue;
        ptl_hash_format(hash, ptl_hash_bytes(files[i].content.ptr, files[i].content.len));
        ptl_reply_cell_text(call->reply, files[i].path);
        ptl_reply_cell_text(call->reply, hash);
    }
    ptl_reply_table_end(call->reply);
}

static ptl_status workspace_get(ptl_call *call, ptl_error *err)
{
    ptl_config_file *files;
    int64_t n;
    PTL_TRY(ptl_workspace_files(&files, &n, call->root, call->arena, err));
    ptl_reply_say(call->reply, "What portolan.yaml and channels.yaml say, and may say.");
    put_files(call, files, n);
    return put_settings(call, files, n, err);
}

const ptl_op ptl_op_workspace_get = {
    .name = "workspace.get",
    .summary = "list the settings of the workspace with their values and what is allowed",
    .about = "Every key of portolan.yaml and of each channel in channels.yaml: what it says now, "
             "what may stand there, what it is for. An address or password that names no variable "
             "of the environment is not shown.",
    .result = "files: list — file, seen: hash of its bytes\n"
              "settings: list — file, path, value, row, field, allowed, choices, usual, absent, "
              "about, required, binds, secret, line",
    .right = "everyone",
    .effects = PTL_READS | PTL_FILES,
    .example = "portolan workspace get",
    .run = workspace_get};

/* --- workspace.set ---------------------------------------------------------------------------- */

/* The file as it lies there; an empty one where channels.yaml is still missing. */
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
    all[*n] = (ptl_config_file){.path = name, .content = PTL_TEXT("")};
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

static ptl_status change_one(ptl_config_file *file, const char *change, ptl_arena *arena,
                             ptl_error *err)
{
    ptl_text value = ptl_text_of(change);
    const ptl_text name = ptl_text_trim(ptl_text_cut(&value, '='));
    if (name.len == strlen(change))
        return ptl_fail(err, PTL_E_INVALID, "\"%.100s\" is no change: kpi.to=120000", change);
    const char *const path = ptl_text_copy(name, arena, err);
    if (!path) return PTL_E_LIMIT;
    ptl_text content;
    PTL_TRY(ptl_setting_change(&content, file, path, value, arena, err));
    file->content = content;
    return PTL_OK;
}

static ptl_status write_file(const ptl_call *call, const ptl_config_file *file, ptl_error *err)
{
    const char *const path = ptl_path_join(call->arena, call->root, file->path, err);
    return path ? ptl_file_write(path, file->content, 0644, err) : PTL_E_LIMIT;
}

/* Nothing is half saved: a file whose version does not come into force is as it was, and one that
 * waits for somebody's agreement is not touched. */
static ptl_status save(ptl_call *call, const ptl_draft *draft, const ptl_config_file *file,
                       const ptl_config_file *before, ptl_error *err)
{
    bool waits;
    PTL_TRY(ptl_workspace_waits(&waits, call, draft, err));
    const bool saves = draft->status == PTL_OK && !waits && !ptl_args_bool(call->args, "dry_run") &&
                       !ptl_text_equal(file->content, before->content);
    if (saves) PTL_TRY(write_file(call, file, err));
    const ptl_status st = ptl_workspace_enforce(call, draft, err);
    if (st != PTL_OK && saves && write_file(call, before, NULL) != PTL_OK)
        ptl_error_hint(err, "%s holds the change, which is not in force", file->path);
    return st;
}

static ptl_status workspace_set(ptl_call *call, ptl_error *err)
{
    ptl_config_file *files, *file;
    ptl_draft draft;
    int64_t n;
    PTL_TRY(ptl_workspace_files(&files, &n, call->root, call->arena, err));
    PTL_TRY(find_file(&file, &files, &n, ptl_args_text(call->args, "file"), call->arena, err));
    PTL_TRY(check_seen(call, file, err));
    const ptl_config_file before = *file;
    for (int64_t i = 0; i < ptl_args_count(call->args, "changes"); i++)
        PTL_TRY(change_one(file, ptl_args_item(call->args, "changes", i), call->arena, err));
    PTL_TRY(ptl_draft_of(&draft, call->root, files, n, call->arena, err));
    const ptl_status st = save(call, &draft, file, &before, err);
    ptl_draft_dispose(&draft);
    return st;
}

static const ptl_param set_params[] = {
    {.name = "changes",
     .type = PTL_PARAM_TEXT,
     .positional = true,
     .repeated = true,
     .required = true,
     .about = "What changes: kpi.to=120000, or [2].label=Search for the second channel; nothing "
              "after = leaves it out. A list has one text a line."},
    {.name = "file",
     .type = PTL_PARAM_ENUM,
     .choices = "portolan.yaml|channels.yaml",
     .defaults = "portolan.yaml",
     .about = "The file they are in."},
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
             "force as a version, as after portolan apply.",
    .params = set_params,
    .n_params = N_OF(set_params),
    .result = "changed: bool — whether a new version is in force\n" PTL_ENFORCE_RESULT
              "config_version: int — the version in force\n"
              "config_hash: text — SHA-256 over its files' names and bytes\n"
              "applied_at: time — since when\n"
              "applied_by: text — who applied it\n"
              "difference: text — what changed, as unified text, where anything did\n"
              "faults: list — file, line, column, key, found, allowed, nearest (where it failed)",
    .right = "owner",
    .effects = PTL_READS | PTL_WRITES | PTL_DRAFT | PTL_ENTERS,
    .example = "portolan workspace set kpi.owner=Ines",
    .entry = "config.applied",
    .run = workspace_set};
