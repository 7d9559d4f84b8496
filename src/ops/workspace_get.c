/* workspace_get.c: the workspace's configuration as a form is made of: its settings with their
 * values, what is allowed and what it is for.
 *
 * A form asks for one file and gets the whole of it. Without a file all are listed, as far as one
 * answer holds them. */
#include "ops/args.h"
#include "ops/limits.h"
#include "ops/workspace.h"
#include "workspace/setting.h"

#include <string.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

/* --- one setting ------------------------------------------------------------------------------ */

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
    case PTL_SCHEMA_LINES:
        return "lines";
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
        strcmp(s->file, "portolan.yaml") == 0 &&
        (strcmp(s->path, "digest.webhook") == 0 || strcmp(s->path, "digest.mail_password") == 0);
    return may && s->value && !ptl_text_starts(ptl_text_of(s->value), PTL_TEXT("${"));
}

/* What everybody is measured by: targets, what a metric is, when a course holds. */
static bool binds(const ptl_setting *s)
{
    return strcmp(s->file, "portolan.yaml") == 0 &&
           (strncmp(s->path, "kpi.", 4) == 0 || strncmp(s->path, "review.", 7) == 0);
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

static const ptl_reply_column setting_columns[] = {
    {"file", NULL, false},    {"path", "Setting", false}, {"value", "Value", false},
    {"row", NULL, false},     {"field", NULL, false},     {"allowed", "Allowed", false},
    {"choices", NULL, false}, {"usual", NULL, false},     {"absent", NULL, false},
    {"about", NULL, false},   {"required", NULL, false},  {"binds", NULL, false},
    {"secret", NULL, false},  {"line", "Line", true}};

typedef ptl_status settings_of(ptl_setting **out, int64_t *n, const ptl_config_file *file,
                               ptl_arena *arena, ptl_error *err);

static ptl_status put_table(ptl_call *call, const char *name, const char *title,
                            settings_of *settings, const ptl_config_file *files, int64_t n_files,
                            ptl_error *err)
{
    ptl_reply_table(call->reply, name, title, setting_columns, N_OF(setting_columns));
    for (int64_t i = 0; i < n_files; i++) {
        ptl_setting *list;
        int64_t n;
        PTL_TRY(settings(&list, &n, &files[i], call->arena, err));
        for (int64_t k = 0; k < n; k++) put_setting(call, &list[k]);
    }
    ptl_reply_table_end(call->reply);
    return PTL_OK;
}

/* How many of the files one answer can hold, whole: counted before they are put into it. */
static ptl_status count_files(int64_t *out, ptl_call *call, const ptl_config_file *files, int64_t n,
                              ptl_error *err)
{
    size_t bytes = 0;
    int64_t settings = 0;
    for (*out = 0; *out < n; ++*out) {
        ptl_setting *list;
        int64_t n_list;
        PTL_TRY(ptl_setting_list(&list, &n_list, &files[*out], call->arena, err));
        settings += n_list;
        bytes += files[*out].content.len;
        if (settings > PTL_SETTINGS_MAX || bytes > PTL_SETTINGS_BYTES_MAX) break;
    }
    return PTL_OK;
}

static ptl_status put_all(ptl_call *call, const ptl_config_file *files, int64_t n, ptl_error *err)
{
    int64_t n_shown;
    PTL_TRY(count_files(&n_shown, call, files, n, err));
    PTL_TRY(put_table(call, "settings", "", ptl_setting_list, files, n_shown, err));
    if (n_shown == n) return PTL_OK;
    ptl_reply_int(call->reply, "left_out", "Files left out", n - n_shown);
    ptl_reply_note(call->reply, "the settings of %lld files are left out: name one of them as file",
                   (long long)(n - n_shown));
    return PTL_OK;
}

static ptl_status put_one(ptl_call *call, const ptl_config_file *files, int64_t n, const char *name,
                          ptl_error *err)
{
    const ptl_config_file *file = files;
    while (file < files + n - 1 && strcmp(file->path, name) != 0) file++;
    PTL_TRY(put_table(call, "settings", "", ptl_setting_list, file, 1, err));
    return put_table(call, "fresh", "What the next item may say", ptl_setting_next, file, 1, err);
}

/* --- the files -------------------------------------------------------------------------------- */

/* Those of the folder that have a form, and those that it has room for, the one asked for (NULL:
 * none) among them: of the latter `content` is without bytes, NULL. */
static ptl_status form_files(ptl_config_file **out, int64_t *n, const ptl_call *call,
                             const char *asked, ptl_error *err)
{
    ptl_config_file *there, *all;
    int64_t n_there, n_fixed = 0;
    PTL_TRY(ptl_workspace_files(&there, &n_there, call->root, call->arena, err));
    while (ptl_setting_file(n_fixed)) n_fixed++;
    all = ptl_arena_array(call->arena, n_there + n_fixed + 1, sizeof *all, err);
    if (!all) return PTL_E_LIMIT;
    *n = 0;
    for (int64_t i = 0; i < n_fixed; i++)
        all[(*n)++] = (ptl_config_file){.path = ptl_setting_file(i)};
    for (int64_t i = 0; i < n_there; i++) {
        int64_t at = 0;
        while (at < n_fixed && strcmp(all[at].path, there[i].path) != 0) at++;
        if (at < n_fixed)
            all[at] = there[i];
        else if (ptl_setting_has(there[i].path))
            all[(*n)++] = there[i];
    }
    bool listed = !asked;
    for (int64_t i = 0; i < *n && !listed; i++) listed = strcmp(all[i].path, asked) == 0;
    if (!listed) all[(*n)++] = (ptl_config_file){.path = asked};
    *out = all;
    return PTL_OK;
}

static void put_files(ptl_call *call, const ptl_config_file *files, int64_t n)
{
    static const ptl_reply_column columns[] = {
        {"file", "File", false}, {"there", "There", false}, {"seen", NULL, false}};
    char hash[PTL_HASH_HEX];
    ptl_reply_table(call->reply, "files", "", columns, N_OF(columns));
    for (int64_t i = 0; i < n; i++) {
        ptl_hash_format(hash, ptl_hash_bytes(files[i].content.ptr, files[i].content.len));
        ptl_reply_cell_text(call->reply, files[i].path);
        ptl_reply_cell_text(call->reply, files[i].content.ptr ? "yes" : "no");
        ptl_reply_cell_text(call->reply, hash);
    }
    ptl_reply_table_end(call->reply);
}

static ptl_status workspace_get(ptl_call *call, ptl_error *err)
{
    ptl_config_file *files;
    int64_t n;
    const char *const file = ptl_args_text(call->args, "file");
    if (file) PTL_TRY(ptl_workspace_has_file(file, err));
    PTL_TRY(form_files(&files, &n, call, file, err));
    if (file)
        ptl_reply_say(call->reply, "What %s says, and may say.", file);
    else
        ptl_reply_say(call->reply, "What the workspace's files say, and may say.");
    put_files(call, files, n);
    return file ? put_one(call, files, n, file, err) : put_all(call, files, n, err);
}

static const ptl_param get_params[] = {
    {.name = "file",
     .type = PTL_PARAM_TEXT,
     .positional = true,
     .about = "Only the settings of this file, as sources/orders.yaml; it may be one that is not "
              "there yet."}};

const ptl_op ptl_op_workspace_get = {
    .name = "workspace.get",
    .summary = "list the settings of the workspace with their values and what is allowed",
    .about = "Every key of every file: what it says now, what may stand there, what it is for; of "
             "a source with a preset, its columns and slots. All files are listed, those too that "
             "are not there yet. With a file named, also what the next item of its list may say. "
             "An address or password that names no variable of the environment is not shown.",
    .params = get_params,
    .n_params = N_OF(get_params),
    .result = "files: list(file, there, seen) — every file, seen is the hash of its bytes\n"
              "settings: list(file, path, value, row, field, allowed, choices, usual, "
              "absent, about, required, binds, secret, line int) — every key of the files\n"
              "fresh?: list(file, path, value, row, field, allowed, choices, usual, absent, "
              "about, required, binds, secret, line int) — the same of the item that a list "
              "may get, where a file is named\n"
              "left_out?: int — files whose settings are not listed, where there are too many",
    .right = "everyone",
    .effects = PTL_READS | PTL_FILES,
    .example = "portolan workspace get channels.yaml",
    .run = workspace_get};
