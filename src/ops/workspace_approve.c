/* workspace_approve.c: an approved change of the configuration is in force.
 *
 *     looked at ─▶ files written ─▶ version, decision and entries: one transaction ─▶ told
 *
 * Invariants. 1. What was told is in force: the transaction is durable before the answer. 2. The
 * files come first. A process that dies behind them leaves a folder that holds the proposed draft
 * and a proposal that still waits: nothing is in force that nobody agreed to, applying the folder
 * finds that same proposal, and approving again goes on, because a file that is the proposed one
 * already is no conflict. The other order would leave a folder that takes the change back at the
 * next `portolan apply`. 3. A file is written over only where it is what was in force, what lay
 * there when the proposal was drafted, or what is proposed. 4. Where the transaction fails, the
 * files are as they were. */
#include "ops/workspace_proposal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "workspace/limits.h"

typedef struct approval {
    const ptl_call *call;
    const ptl_proposal *proposal;
    ptl_proposal_file *files;
    int64_t n_files;
    ptl_config_file *merged; /* what would be in force */
    int64_t n_merged;
    ptl_text *held; /* of each file: what lies in the folder; NULL: nothing */
    int64_t before;
    ptl_error *err;
} approval;

/* --- what would be in force ------------------------------------------------------------------- */

static bool has_hash(ptl_text content, const ptl_hash *hash)
{
    return content.ptr && ptl_hash_equal(ptl_hash_bytes(content.ptr, content.len), *hash);
}

static ptl_status drafted_against(const approval *a, const char *path)
{
    (void)ptl_fail(a->err, PTL_E_CONFLICT,
                   "proposal %lld was drafted against version %lld, and %s was changed since",
                   (long long)a->proposal->proposal_id, (long long)a->proposal->base_version, path);
    ptl_error_hint(a->err, "draft it again");
    return PTL_E_CONFLICT;
}

/* Invariant 2 of workspace_proposal.c; the file's place in the list that is in force, or its end.
 */
static ptl_status place_of(int64_t *at, const approval *a, const ptl_proposal_file *f)
{
    for (*at = 0; *at < a->n_merged; (*at)++)
        if (strcmp(a->merged[*at].path, f->path) == 0) break;
    const bool there = *at < a->n_merged;
    const bool same =
        there ? f->has_base && has_hash(a->merged[*at].content, &f->base) : !f->has_base;
    return same ? PTL_OK : drafted_against(a, f->path);
}

static ptl_status merge_one(approval *a, const ptl_proposal_file *f)
{
    int64_t at;
    PTL_TRY(place_of(&at, a, f));
    const size_t behind = (size_t)(a->n_merged - at);
    if (!f->is_removed && at < a->n_merged) {
        a->merged[at].content = f->content;
    } else if (f->is_removed && at < a->n_merged) {
        memmove(&a->merged[at], &a->merged[at + 1], (behind - 1) * sizeof *a->merged);
        a->n_merged--;
    } else if (!f->is_removed) { /* lists of files are sorted by path */
        for (at = 0; at < a->n_merged && strcmp(a->merged[at].path, f->path) < 0;) at++;
        memmove(&a->merged[at + 1], &a->merged[at], (size_t)(a->n_merged - at) * sizeof *a->merged);
        a->merged[at] = (ptl_config_file){f->path, f->content};
        a->n_merged++;
    }
    return PTL_OK;
}

static ptl_status merge(approval *a)
{
    ptl_config_version version;
    ptl_config_file *in_force;
    const ptl_call *const call = a->call;
    PTL_TRY(ptl_config_in_force(&version, call->store->records, call->arena, a->err));
    a->before = version.version;
    PTL_TRY(ptl_config_files(&in_force, &a->n_merged, call->store->records, version.version,
                             call->arena, a->err));
    PTL_TRY(ptl_proposal_files(&a->files, &a->n_files, call->store->records,
                               a->proposal->proposal_id, call->arena, a->err));
    a->merged =
        ptl_arena_array(call->arena, a->n_merged + a->n_files + 1, sizeof *a->merged, a->err);
    if (!a->merged) return PTL_E_NO_MEMORY;
    memcpy(a->merged, in_force, (size_t)a->n_merged * sizeof *a->merged);
    for (int64_t i = 0; i < a->n_files; i++) PTL_TRY(merge_one(a, &a->files[i]));
    return PTL_OK;
}

/* --- the folder ------------------------------------------------------------------------------- */

static ptl_status read_held(approval *a, int64_t i)
{
    const ptl_proposal_file *const f = &a->files[i];
    const char *const path = ptl_path_join(a->call->arena, a->call->root, f->path, a->err);
    if (!path) return PTL_E_NO_MEMORY;
    a->held[i] = (ptl_text){0};
    if (ptl_file_exists(path))
        PTL_TRY(
            ptl_file_read(&a->held[i], path, PTL_CONFIG_FILE_BYTES_MAX, a->call->arena, a->err));
    const bool there = a->held[i].ptr != NULL;
    const bool known = there ? (f->has_base && has_hash(a->held[i], &f->base)) ||
                                   (f->has_beside && has_hash(a->held[i], &f->beside)) ||
                                   (!f->is_removed && ptl_text_equal(a->held[i], f->content))
                             : !f->has_base || !f->has_beside || f->is_removed;
    if (known) return PTL_OK;
    (void)ptl_fail(a->err, PTL_E_CONFLICT,
                   "%s in the folder holds changes that proposal %lld does not know", f->path,
                   (long long)a->proposal->proposal_id);
    ptl_error_hint(a->err, "apply them or take them back first: nothing was written");
    return PTL_E_CONFLICT;
}

static ptl_status read_folder(approval *a)
{
    a->held = ptl_arena_array(a->call->arena, a->n_files + 1, sizeof *a->held, a->err);
    if (!a->held) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < a->n_files; i++) PTL_TRY(read_held(a, i));
    return PTL_OK;
}

static ptl_status put_file(const approval *a, const char *name, ptl_text content, bool is_removed,
                           ptl_error *err)
{
    const char *const path = ptl_path_join(a->call->arena, a->call->root, name, err);
    if (!path) return PTL_E_NO_MEMORY;
    if (!is_removed) return ptl_file_write(path, content, 0644, err);
    if (unlink(path) == 0 || errno == ENOENT) return PTL_OK;
    return ptl_fail(err, PTL_E_IO, "\"%.300s\" stays: %s", path, strerror(errno));
}

/* What was written goes back; words of the first failure stay. */
static void put_back(const approval *a, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (put_file(a, a->files[i].path, a->held[i], !a->held[i].ptr, NULL) != PTL_OK)
            ptl_error_hint(a->err, "%s holds the change, which is not in force", a->files[i].path);
}

static ptl_status write_folder(const approval *a)
{
    for (int64_t i = 0; i < a->n_files; i++) {
        const ptl_proposal_file *const f = &a->files[i];
        const bool is_there = f->is_removed
                                  ? !a->held[i].ptr
                                  : a->held[i].ptr && ptl_text_equal(a->held[i], f->content);
        if (is_there) continue;
        const ptl_status st = put_file(a, f->path, f->content, f->is_removed, a->err);
        if (st == PTL_OK) continue;
        put_back(a, i);
        return st;
    }
    return PTL_OK;
}

/* --- in force --------------------------------------------------------------------------------- */

/* Of the kept details, {"widens":[…]}, the list. */
static const char *widens_of(const approval *a)
{
    const ptl_text head = PTL_TEXT("{\"widens\":");
    const ptl_text details = ptl_text_of(a->proposal->details);
    if (!ptl_text_starts(details, head)) return "[]";
    const ptl_text list = {details.ptr + head.len, details.len - head.len - 1};
    const char *const copy = ptl_text_copy(list, a->call->arena, NULL);
    return copy ? copy : "[]";
}

static ptl_status enact(const approval *a, const ptl_draft *draft, ptl_proposal_verdict *verdict)
{
    ptl_config_version version;
    bool again;
    ptl_records *const records = a->call->store->records;
    const ptl_apply apply = {.records = records,
                             .actor = a->call->actor,
                             .run_id = a->call->run_id,
                             .now = a->call->now,
                             .before = a->before,
                             .widens = widens_of(a),
                             .proposal_id = a->proposal->proposal_id,
                             .proposer = a->proposal->drafted_by};
    PTL_TRY(ptl_draft_apply(&version, draft, &apply, a->call->arena, a->err));
    verdict->version = version.version;
    return ptl_proposal_decide(&again, records, verdict, a->err);
}

static ptl_status enact_at_once(const approval *a, const ptl_draft *draft,
                                ptl_proposal_verdict *verdict)
{
    ptl_records *const records = a->call->store->records;
    PTL_TRY(ptl_records_begin(records, a->err));
    const ptl_status st = enact(a, draft, verdict);
    if (st == PTL_OK) return ptl_records_commit(records, a->err);
    ptl_records_rollback(records);
    return st;
}

static ptl_status approve(approval *a, const ptl_draft *draft, ptl_proposal_verdict *verdict)
{
    PTL_TRY(ptl_draft_check(draft, a->call->reply, a->err));
    PTL_TRY(read_folder(a));
    PTL_TRY(write_folder(a));
    const ptl_status st = enact_at_once(a, draft, verdict);
    if (st != PTL_OK) put_back(a, a->n_files);
    return st;
}

ptl_status ptl_workspace_approve(ptl_proposal_verdict *verdict, const ptl_call *call,
                                 const ptl_proposal *proposal, ptl_error *err)
{
    ptl_draft draft;
    approval a = {.call = call, .proposal = proposal, .err = err};
    PTL_TRY(merge(&a));
    PTL_TRY(ptl_draft_of(&draft, call->root, a.merged, a.n_merged, call->arena, err));
    const ptl_status st = approve(&a, &draft, verdict);
    ptl_draft_dispose(&draft);
    return st;
}
