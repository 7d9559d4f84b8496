/* draft.c: see draft.h. */
#include "ops/draft.h"

#include <string.h>

#include "ops/limits.h"

enum { DIFFERENCE_BYTES_MAX = 16 * 1024 * 1024 }; /* two whole configurations */

ptl_status ptl_draft_of(ptl_draft *out, const char *root, ptl_config_file *files, int64_t n,
                        ptl_arena *arena, ptl_error *err)
{
    *out = (ptl_draft){.files = files, .n_files = n};
    out->faults = ptl_arena_alloc(arena, sizeof *out->faults, err);
    if (!out->faults) return PTL_E_NO_MEMORY;
    ptl_faults_init(out->faults);
    out->status = ptl_workspace_parse(&out->workspace, root, files, n, out->faults, &out->error);
    return PTL_OK;
}

ptl_status ptl_draft_read(ptl_draft *out, const char *root, ptl_arena *arena, ptl_error *err)
{
    ptl_config_file *files;
    int64_t n;
    *out = (ptl_draft){0};
    PTL_TRY(ptl_workspace_files(&files, &n, root, arena, err));
    return ptl_draft_of(out, root, files, n, arena, err);
}

void ptl_draft_dispose(ptl_draft *draft)
{
    if (!draft || !draft->faults) return;
    if (draft->status == PTL_OK) ptl_workspace_dispose(&draft->workspace);
    ptl_faults_dispose(draft->faults);
    *draft = (ptl_draft){0};
}

/* For machines a table; for people a line each, as compilers write them. */
static void put_faults(ptl_reply *reply, const ptl_faults *faults)
{
    static const ptl_reply_column columns[] = {
        {"file", "", false},  {"line", "", true},     {"column", "", true},  {"key", "", false},
        {"found", "", false}, {"allowed", "", false}, {"nearest", "", false}};
    ptl_reply_table(reply, "faults", "", columns, 7);
    for (int64_t i = 0; i < faults->n; i++) {
        const ptl_fault *fault = &faults->items[i];
        ptl_reply_cell_text(reply, fault->file);
        ptl_reply_cell_id(reply, fault->line);
        ptl_reply_cell_id(reply, fault->column);
        ptl_reply_cell_text(reply, fault->key);
        ptl_reply_cell_text(reply, fault->found);
        ptl_reply_cell_text(reply, fault->allowed);
        ptl_reply_cell_text(reply, fault->nearest);
    }
    ptl_reply_table_end(reply);
}

static void put_fault_lines(ptl_reply *reply, const ptl_faults *faults)
{
    ptl_buffer lines;
    ptl_buffer_init(&lines, PTL_REPLY_BYTES_MAX, NULL);
    for (int64_t i = 0; i < faults->n; i++) {
        if (i > 0) ptl_buffer_text(&lines, "\n");
        ptl_fault_format(&lines, &faults->items[i]);
    }
    if (lines.status == PTL_OK) ptl_reply_block(reply, "", ptl_buffer_borrow(&lines));
    ptl_buffer_dispose(&lines);
    if (faults->n_total > faults->n)
        ptl_reply_note(reply, "the first %lld are shown", (long long)faults->n);
}

ptl_status ptl_draft_check(const ptl_draft *draft, ptl_reply *reply, ptl_error *err)
{
    if (draft->status == PTL_OK) return PTL_OK;
    if (err) *err = draft->error;
    if (draft->faults->n == 0) return draft->status;
    put_faults(reply, draft->faults);
    if (draft->faults->n_total == 1) return draft->status;
    put_fault_lines(reply, draft->faults);
    (void)ptl_fail(err, draft->status, "the workspace's files have %lld faults",
                   (long long)draft->faults->n_total);
    ptl_error_hint(err, "%s", draft->error.hint);
    return draft->status;
}

static bool same_file(const ptl_config_file *a, const ptl_config_file *b)
{
    return strcmp(a->path, b->path) == 0 && ptl_text_equal(a->content, b->content);
}

ptl_status ptl_draft_differs(bool *out, const ptl_draft *draft, ptl_records *records,
                             int64_t version, ptl_arena *arena, ptl_error *err)
{
    ptl_config_file *files = NULL;
    int64_t n = 0;
    PTL_TRY(ptl_config_files(&files, &n, records, version, arena, err));
    *out = n != draft->n_files;
    for (int64_t i = 0; !*out && i < n; i++) *out = !same_file(&files[i], &draft->files[i]);
    return PTL_OK;
}

/* --- in force --------------------------------------------------------------------------------- */

/* What widens says who agreed, or that nobody else could. */
static void write_widening(ptl_json *json, const ptl_apply *apply)
{
    ptl_json_key(json, "widens");
    ptl_json_raw(json, ptl_text_of(apply->widens));
    if (apply->proposal_id == 0) {
        ptl_json_put_string(json, "decided", "nobody else holds the right");
        return;
    }
    ptl_json_put_int(json, "proposal", apply->proposal_id);
    ptl_json_put_string(json, "drafted_by", apply->proposer);
}

static ptl_status write_body(ptl_buffer *body, const ptl_config_version *version,
                             const ptl_apply *apply, ptl_error *err)
{
    char hash[PTL_HASH_HEX];
    ptl_json json;
    ptl_hash_format(hash, version->hash);
    ptl_json_init_buffer(&json, body, 0, err);
    ptl_json_object(&json);
    ptl_json_put_int(&json, "version", version->version);
    ptl_json_put_string(&json, "hash", hash);
    ptl_json_put_string(&json, "difference", version->difference);
    if (apply->widens) write_widening(&json, apply);
    ptl_json_object_end(&json);
    return ptl_json_finish(&json);
}

static ptl_status enter(ptl_config_version *version, const ptl_draft *draft, const ptl_apply *apply,
                        ptl_error *err)
{
    ptl_buffer body;
    ptl_buffer_init(&body, 2 * (size_t)DIFFERENCE_BYTES_MAX, NULL);
    ptl_status st = ptl_config_add(version, apply->records, draft->files, draft->n_files, err);
    if (st == PTL_OK) st = write_body(&body, version, apply, err);
    if (st == PTL_OK)
        st = ptl_ledger_append(NULL, apply->records, "config.applied", apply->actor, apply->run_id,
                               ptl_buffer_borrow(&body), apply->now, err);
    ptl_buffer_dispose(&body);
    return st;
}

ptl_status ptl_draft_difference(const char **out, const ptl_draft *draft, ptl_records *records,
                                int64_t version, ptl_arena *arena, ptl_error *err)
{
    ptl_config_file *before = NULL;
    int64_t n_before = 0;
    if (version > 0) PTL_TRY(ptl_config_files(&before, &n_before, records, version, arena, err));
    ptl_buffer text;
    ptl_buffer_init(&text, DIFFERENCE_BYTES_MAX, NULL);
    ptl_status st =
        ptl_workspace_difference(&text, before, n_before, draft->files, draft->n_files, err);
    if (st == PTL_OK) st = ptl_buffer_check(&text, "the difference", err);
    if (st == PTL_OK) {
        *out = ptl_text_copy(ptl_buffer_borrow(&text), arena, err);
        if (!*out) st = PTL_E_NO_MEMORY;
    }
    ptl_buffer_dispose(&text);
    return st;
}

ptl_status ptl_draft_apply(ptl_config_version *out, const ptl_draft *draft, const ptl_apply *apply,
                           ptl_arena *arena, ptl_error *err)
{
    *out = (ptl_config_version){.version = apply->before + 1,
                                .hash = draft->workspace.hash,
                                .applied_at = apply->now,
                                .actor = apply->actor};
    PTL_TRY(
        ptl_draft_difference(&out->difference, draft, apply->records, apply->before, arena, err));
    PTL_TRY(ptl_records_begin(apply->records, err));
    const ptl_status st = enter(out, draft, apply, err);
    if (st == PTL_OK) return ptl_records_commit(apply->records, err);
    ptl_records_rollback(apply->records);
    return st;
}
