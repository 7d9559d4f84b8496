/* workspace_proposal.c: a change of the configuration that widens becomes a proposal.
 *
 * Invariants. 1. The change is whole: all files that differ are proposed together. 2. A file that
 * is proposed and in force no longer as it was when the proposal was drafted is a conflict: nobody
 * agreed to undo what came between. Other files are taken as they are in force now. 3. The same
 * draft is one proposal, however often it is applied. Approving it is workspace_approve.c. */
#include "ops/workspace_proposal.h"

#include <string.h>

#include "store/limits.h"
#include "workspace/blank.h"

#define SERVER "portolan serve" /* as which the server applies files that changed */

enum { EXPIRES_DAYS = 14 };

/* --- what a draft would mean ------------------------------------------------------------------ */

/* What nobody has set up yet promises nothing: the answers of `start` widen nothing. */
static ptl_status was_blank(bool *out, const ptl_call *call, int64_t version, ptl_error *err)
{
    ptl_config_file *files;
    int64_t n;
    *out = false;
    PTL_TRY(ptl_config_files(&files, &n, call->store->records, version, call->arena, err));
    for (int64_t i = 0; i < n; i++)
        if (strcmp(files[i].path, "portolan.yaml") == 0)
            *out = ptl_text_starts(files[i].content, PTL_TEXT(PTL_BLANK_MARK));
    return PTL_OK;
}

static void put_widens(ptl_json *json, const ptl_enforcement *e)
{
    ptl_json_array(json);
    for (int64_t i = 0; i < e->n_widens; i++) {
        ptl_json_object(json);
        ptl_json_put_string(json, "key", e->widens[i].key);
        ptl_json_put_string(json, "before", e->widens[i].before);
        ptl_json_put_string(json, "after", e->widens[i].after);
        ptl_json_put_string(json, "why", e->widens[i].why);
        ptl_json_put_string(json, "right", e->widens[i].right);
        ptl_json_object_end(json);
    }
    ptl_json_array_end(json);
}

static ptl_status put_details(ptl_enforcement *e, const ptl_call *call, ptl_error *err)
{
    ptl_buffer out;
    ptl_json json;
    ptl_buffer_init(&out, PTL_PROPOSAL_DETAILS_MAX, NULL);
    ptl_json_init_buffer(&json, &out, 0, err);
    put_widens(&json, e);
    ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK) e->list = ptl_text_copy(ptl_buffer_borrow(&out), call->arena, err);
    ptl_buffer_dispose(&out);
    if (e->list) e->details = ptl_text_format(call->arena, err, "{\"widens\":%s}", e->list);
    return st != PTL_OK ? st : e->details ? PTL_OK : PTL_E_NO_MEMORY;
}

ptl_status ptl_enforcement_of(ptl_enforcement *out, const ptl_call *call, const ptl_draft *draft,
                              ptl_error *err)
{
    ptl_config_version version;
    bool blank;
    *out = (ptl_enforcement){.differs = true};
    PTL_TRY(ptl_config_in_force(&version, call->store->records, call->arena, err));
    out->before = version.version;
    if (version.version == 0 || !call->workspace) return PTL_OK;
    PTL_TRY(ptl_draft_differs(&out->differs, draft, call->store->records, version.version,
                              call->arena, err));
    if (!out->differs) return PTL_OK;
    PTL_TRY(was_blank(&blank, call, version.version, err));
    if (blank) return PTL_OK;
    PTL_TRY(ptl_workspace_widens(&out->widens, &out->n_widens, call->workspace, &draft->workspace,
                                 call->arena, err));
    if (out->n_widens == 0) return PTL_OK;
    out->right = ptl_widening_right(out->widens, out->n_widens);
    PTL_TRY(put_details(out, call, err));
    PTL_TRY(ptl_deciders_of(&out->deciders, call->store->records, out->right, call->actor,
                            call->arena, err));
    out->waits = out->deciders.n > 0;
    return PTL_OK;
}

/* --- the files that differ -------------------------------------------------------------------- */

typedef struct set {
    ptl_config_file *files;
    int64_t n;
} set;

static const ptl_config_file *file_of(const set *s, const char *path)
{
    for (int64_t i = 0; i < s->n; i++)
        if (strcmp(s->files[i].path, path) == 0) return &s->files[i];
    return NULL;
}

static ptl_proposal_file make_file(const char *path, const set *in_force, const set *folder,
                                   const ptl_config_file *draft)
{
    const ptl_config_file *const base = file_of(in_force, path);
    const ptl_config_file *const beside = file_of(folder, path);
    ptl_proposal_file out = {.path = path,
                             .has_base = base != NULL,
                             .has_beside = beside != NULL,
                             .is_removed = draft == NULL};
    if (base) out.base = ptl_hash_bytes(base->content.ptr, base->content.len);
    if (beside) out.beside = ptl_hash_bytes(beside->content.ptr, beside->content.len);
    if (draft) out.content = draft->content;
    return out;
}

/* Files of the draft that are new or different, and those that it leaves out. */
static ptl_status list_files(ptl_proposal_file **out, int64_t *n, const ptl_call *call,
                             const ptl_draft *draft, int64_t version, ptl_error *err)
{
    const set drafted = {draft->files, draft->n_files};
    set in_force, folder;
    PTL_TRY(ptl_config_files(&in_force.files, &in_force.n, call->store->records, version,
                             call->arena, err));
    PTL_TRY(ptl_workspace_files(&folder.files, &folder.n, call->root, call->arena, err));
    *out = ptl_arena_array(call->arena, drafted.n + in_force.n, sizeof **out, err);
    if (!*out) return PTL_E_NO_MEMORY;
    *n = 0;
    for (int64_t i = 0; i < drafted.n; i++) {
        const ptl_config_file *const f = &drafted.files[i];
        const ptl_config_file *const base = file_of(&in_force, f->path);
        if (!base || !ptl_text_equal(base->content, f->content))
            (*out)[(*n)++] = make_file(f->path, &in_force, &folder, f);
    }
    for (int64_t i = 0; i < in_force.n; i++)
        if (!file_of(&drafted, in_force.files[i].path))
            (*out)[(*n)++] = make_file(in_force.files[i].path, &in_force, &folder, NULL);
    return PTL_OK;
}

/* --- the proposal ----------------------------------------------------------------------------- */

static ptl_status words_of(const char **out, const ptl_enforcement *e, size_t bytes_max,
                           void (*write)(ptl_buffer *, const ptl_widening *, int64_t),
                           ptl_arena *arena, ptl_error *err)
{
    ptl_buffer text;
    ptl_buffer_init(&text, 1 << 20, NULL);
    write(&text, e->widens, e->n_widens);
    ptl_status st = ptl_buffer_check(&text, "the proposal's words", err);
    ptl_text cut = ptl_buffer_borrow(&text);
    if (cut.len > bytes_max) cut.len = bytes_max;
    while (cut.len > 0 && cut.len < text.len && ((unsigned char)cut.ptr[cut.len] & 0xC0) == 0x80)
        cut.len--; /* not within a character */
    if (st == PTL_OK) *out = ptl_text_copy(cut, arena, err);
    if (st == PTL_OK && !*out) st = PTL_E_NO_MEMORY;
    ptl_buffer_dispose(&text);
    return st;
}

static ptl_status add(int64_t *proposal_id, const ptl_enforcement *e, const ptl_call *call,
                      const ptl_draft *draft, ptl_error *err)
{
    ptl_proposal_file *files;
    int64_t n_files, overtaken;
    ptl_proposal p = {.kind = "configuration",
                      .holder = e->right,
                      .content = draft->workspace.hash,
                      .base_version = e->before,
                      .details = e->details,
                      .drafted_at = call->now,
                      .drafted_by = call->actor,
                      .by_terminal = ptl_call_is_terminal(call),
                      .run_id = call->run_id,
                      .expires_at = call->now + EXPIRES_DAYS * PTL_MICROS_PER_DAY};
    PTL_TRY(words_of(&p.title, e, PTL_PROPOSAL_TITLE_MAX, ptl_widening_title, call->arena, err));
    PTL_TRY(words_of(&p.why, e, PTL_PROPOSAL_TEXT_MAX, ptl_widening_why, call->arena, err));
    PTL_TRY(ptl_draft_difference(&p.difference, draft, call->store->records, e->before, call->arena,
                                 err));
    PTL_TRY(list_files(&files, &n_files, call, draft, e->before, err));
    PTL_TRY(ptl_proposal_add(&p, &overtaken, call->store->records, files, n_files, e->deciders.json,
                             err));
    if (overtaken > 0)
        ptl_reply_note(call->reply, "it takes the place of proposal %lld", (long long)overtaken);
    *proposal_id = p.proposal_id;
    return PTL_OK;
}

ptl_status ptl_enforcement_propose(int64_t *proposal_id, const ptl_enforcement *e,
                                   const ptl_call *call, const ptl_draft *draft, ptl_error *err)
{
    ptl_proposal p;
    ptl_records *const records = call->store->records;
    const ptl_hash content = draft->workspace.hash;
    int64_t earlier;
    PTL_TRY(ptl_proposal_waiting(proposal_id, records, content, call->now, err));
    if (*proposal_id > 0) {
        PTL_TRY(ptl_proposal_get(&p, records, *proposal_id, call->arena, err));
        if (p.base_version == e->before) return PTL_OK;
    }
    PTL_TRY(ptl_proposal_newest_of(&earlier, records, content, e->before, err));
    *proposal_id = 0;
    if (earlier > 0 && strcmp(call->actor, SERVER) == 0) return PTL_OK;
    return add(proposal_id, e, call, draft, err);
}
