/* store_backup.c: copies of the whole workspace, made while it is in use and verified before they
 * are laid back. */
#include <string.h>

#include "base/file.h"
#include "ops/args.h"
#include "ops/registry.h"

/* --- backup ----------------------------------------------------------------------------------- */

/* A copy of everything held on everybody is worth an entry of its own. */
static ptl_status enter_backup(ptl_call *call, const char *to, const ptl_ledger_head *head,
                               ptl_error *err)
{
    char root[PTL_HASH_HEX];
    ptl_buffer body;
    ptl_json json;
    ptl_hash_format(root, head->root);
    ptl_buffer_init(&body, 64 * 1024, NULL);
    ptl_json_init_buffer(&json, &body, 0, err);
    ptl_json_object(&json);
    ptl_json_put_string(&json, "to", to);
    ptl_json_put_int(&json, "ledger_size", head->size);
    ptl_json_put_string(&json, "ledger_root", root);
    ptl_json_object_end(&json);
    ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK)
        st = ptl_ledger_append(NULL, call->store->records, "workspace.backed_up", call->actor, 0,
                               ptl_buffer_borrow(&body), call->now, err);
    ptl_buffer_dispose(&body);
    return st;
}

static ptl_status run_backup(ptl_call *call, ptl_error *err)
{
    const char *to = ptl_args_text(call->args, "to");
    ptl_ledger_head head;
    char root[PTL_HASH_HEX];
    PTL_TRY(ptl_ledger_head_get(&head, call->store->records, err));
    PTL_TRY(ptl_store_backup(call->store, to, call->progress, err));
    PTL_TRY(enter_backup(call, to, &head, err));
    ptl_hash_format(root, head.root);
    ptl_reply_say(call->reply, "Everything up to ledger entry %lld is copied to %s.",
                  (long long)head.size - 1, to);
    ptl_reply_text(call->reply, "to", "folder", to);
    ptl_reply_int(call->reply, "ledger_size", "ledger entries", head.size);
    ptl_reply_text(call->reply, "ledger_root", "ledger root", root);
    ptl_reply_next(call->reply, "try it: portolan restore %s /tmp/portolan-restored", to);
    return PTL_OK;
}

static const ptl_param backup_params[] = {
    {.name = "to",
     .type = PTL_PARAM_PATH,
     .positional = true,
     .required = true,
     .about = "The new folder to write; it must not exist or be empty."},
};

const ptl_op ptl_op_backup = {
    .name = "backup",
    .summary = "copy both stores, artefacts and a manifest into a new folder",
    .about = "The engines make consistent copies while the workspace is open. The manifest names "
             "every file with its hash, and the ledger's head, so that a restore can verify all of "
             "it. The copy holds personal data and the keys to them: keep it as you keep the "
             "workspace. That it was made is entered in the ledger.",
    .params = backup_params,
    .n_params = 1,
    .result = "to: text — the folder\n"
              "ledger_size: int — entries in the copy\n"
              "ledger_root: text — root hash over them",
    .right = "owner",
    .effects = PTL_READS | PTL_ALONE,
    .is_long = true,
    .example = "portolan backup ../acme-backup",
    .run = run_backup,
};

/* --- restore ---------------------------------------------------------------------------------- */

/* The configuration in force travels in the records; it is written out where the folder has none,
 * so that a restore into an empty folder runs at once. */
static ptl_status write_files(const ptl_config_file *files, int64_t n, const char *into,
                              ptl_arena *arena, ptl_error *err)
{
    for (int64_t i = 0; i < n; i++) {
        char *path = ptl_path_join(arena, into, files[i].path, err);
        char *folder = path ? ptl_text_format(arena, err, "%s", path) : NULL;
        if (!folder) return PTL_E_NO_MEMORY;
        *strrchr(folder, '/') = '\0';
        PTL_TRY(ptl_folder_make(folder, 0755, err));
        PTL_TRY(ptl_file_write(path, files[i].content, 0644, err));
    }
    return PTL_OK;
}

static ptl_status restore_files(int64_t *n, const ptl_store *store, const char *into,
                                ptl_arena *arena, ptl_error *err)
{
    ptl_config_version version;
    ptl_config_file *files = NULL;
    *n = 0;
    PTL_TRY(ptl_config_in_force(&version, store->records, arena, err));
    if (version.version == 0) return PTL_OK;
    PTL_TRY(ptl_config_files(&files, n, store->records, version.version, arena, err));
    return write_files(files, *n, into, arena, err);
}

static ptl_status open_and_restore_files(int64_t *n, ptl_call *call, const char *into,
                                         const char *dir, ptl_error *err)
{
    ptl_store store;
    ptl_store_options options = ptl_store_options_default();
    options.doing = "portolan restore";
    options.now = call->now;
    PTL_TRY(ptl_store_open(&store, dir, &options, err));
    const ptl_status st = restore_files(n, &store, into, call->arena, err);
    ptl_store_close(&store);
    return st;
}

static ptl_status run_restore(ptl_call *call, ptl_error *err)
{
    const char *from = ptl_args_text(call->args, "from");
    const char *into = ptl_args_text(call->args, "into");
    char *dir = ptl_path_join(call->arena, into, ".portolan", err);
    char *draft = ptl_path_join(call->arena, into, "portolan.yaml", err);
    int64_t n_files = 0;
    if (!dir || !draft) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_folder_make(into, 0755, err));
    PTL_TRY(ptl_store_restore(from, dir, call->progress, err));
    if (!ptl_file_exists(draft)) PTL_TRY(open_and_restore_files(&n_files, call, into, dir, err));
    ptl_reply_say(call->reply,
                  "%s holds what %s held; every file and the ledger were verified "
                  "first.",
                  into, from);
    if (n_files > 0)
        ptl_reply_say(call->reply,
                      "The folder had no portolan.yaml, so the %lld files of the "
                      "configuration in force were written too.",
                      (long long)n_files);
    ptl_reply_text(call->reply, "from", "back-up", from);
    ptl_reply_text(call->reply, "into", "workspace", into);
    ptl_reply_int(call->reply, "n_files", "configuration files", n_files);
    ptl_reply_next(call->reply, "portolan --workspace %s status", into);
    return PTL_OK;
}

static const ptl_param restore_params[] = {
    {.name = "from",
     .type = PTL_PARAM_PATH,
     .positional = true,
     .required = true,
     .about = "A folder that portolan backup wrote."},
    {.name = "into",
     .type = PTL_PARAM_PATH,
     .positional = true,
     .required = true,
     .about = "The workspace to lay it into: a new folder, or your files without .portolan."},
};

const ptl_op ptl_op_restore = {
    .name = "restore",
    .summary = "verify a back-up and lay it into a workspace that has no stores",
    .about = "First every file is compared with the manifest and the ledger is recomputed; only "
             "then is anything written. A workspace that has stores is refused. Where the folder "
             "has no portolan.yaml, the configuration in force is written out as files.",
    .params = restore_params,
    .n_params = 2,
    .result = "from: text — the back-up\n"
              "into: text — the workspace\n"
              "n_files: int — configuration files written, 0 where they were there",
    .right = "owner",
    .effects = PTL_NO_STORE | PTL_WRITES,
    .is_long = true,
    .example = "portolan restore ../acme-backup ../acme-restored",
    .run = run_restore,
};
