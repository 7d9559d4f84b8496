/* reload.c: what the server does when the workspace's files change under it.
 *
 *     stamp differs ─▶ same for a second ─▶ read and checked whole ─▶ faults told, or none
 *                                                                └─▶ applied, where that was asked
 * for
 *
 * Invariants. 1. What is in force changes by applying alone, all of it or nothing. 2. A draft with
 * faults changes nothing: the version in force stays, streams and `status` say so. 3. A file that
 * is being written is not read: the stamp has to stand still for SETTLE_MS first.
 *
 * The stamp is asked for (names, sizes and times of some dozens of files) rather than waited for:
 * that works on every file system and costs less than a watch on folders that come and go. */
#include <string.h>

#include "base/clock.h"
#include "http/server_internal.h"
#include "ops/dispatch.h"
#include "ops/draft.h"

enum { LOOK_MS = 1000, SETTLE_MS = 1000 };

static bool stamp_of(uint64_t *out, ptl_server *server)
{
    ptl_arena arena;
    ptl_hash stamp;
    ptl_arena_init(&arena, PTL_HTTP_ARENA_MAX, NULL);
    const bool read = ptl_workspace_stamp(&stamp, server->root, &arena, NULL) == PTL_OK;
    ptl_arena_dispose(&arena);
    if (read) memcpy(out, stamp.bytes, sizeof *out);
    return read;
}

/* The number of faults; −1 where the files could not be read at all. */
static int64_t count_faults(ptl_server *server)
{
    ptl_arena arena;
    ptl_draft draft = {0};
    int64_t n = -1;
    ptl_arena_init(&arena, PTL_HTTP_DRAFT_BYTES_MAX, NULL);
    if (ptl_draft_read(&draft, server->root, &arena, NULL) == PTL_OK)
        n = draft.status == PTL_OK ? 0 : draft.faults->n_total > 0 ? draft.faults->n_total : 1;
    ptl_draft_dispose(&draft);
    ptl_arena_dispose(&arena);
    return n;
}

static void check(ptl_server *server)
{
    char words[64];
    const int64_t n = count_faults(server);
    atomic_store(&server->n_faults, n < 0 ? 1 : n);
    ptl_state_look(server);
    (void)snprintf(words, sizeof words, "%lld faults", (long long)atomic_load(&server->n_faults));
    ptl_report_line(server, n == 0 ? "info" : "warning", "files changed", words);
    atomic_fetch_add(&server->generation, 1);
    ptl_events_state(server);
    if (n != 0 || !server->options->apply_changes) return;
    pthread_mutex_lock(&server->mutex);
    server->is_apply_wanted = true; /* the thread of changes looks within a second */
    pthread_mutex_unlock(&server->mutex);
}

void ptl_reload_start(ptl_server *server)
{
    ptl_reload *r = &server->reload;
    (void)stamp_of(&r->checked, server);
    r->seen = r->checked;
    const int64_t n = count_faults(server);
    atomic_store(&server->n_faults, n < 0 ? 1 : n);
}

void ptl_reload_tick(ptl_server *server)
{
    ptl_reload *r = &server->reload;
    const int64_t now = ptl_clock_monotonic_ms();
    uint64_t stamp = r->seen;
    if (now - r->looked_ms < LOOK_MS) return;
    r->looked_ms = now;
    if (!stamp_of(&stamp, server) || stamp != r->seen) {
        r->seen = stamp;
        r->seen_ms = now;
        return;
    }
    if (stamp == r->checked || now - r->seen_ms < SETTLE_MS) return;
    r->checked = stamp;
    check(server);
}

void ptl_reload_now(ptl_server *server)
{
    ptl_reload *r = &server->reload;
    (void)stamp_of(&r->checked, server);
    r->seen = r->checked;
    check(server);
}

/* --- applying, in the thread of changes ------------------------------------------------------- */

static ptl_status apply(ptl_server *server, ptl_reply *reply, ptl_arena *arena, ptl_error *err)
{
    const ptl_op *op;
    ptl_args *args;
    PTL_TRY(ptl_op_find(&op, PTL_TEXT("apply"), err));
    PTL_TRY(ptl_args_from_json(&args, op, PTL_TEXT("{}"), arena, err));
    const ptl_request request = {.operation = op->name,
                                 .args = args,
                                 .root = server->root,
                                 .actor = "portolan serve",
                                 .now = ptl_clock_now(),
                                 .store = &server->store};
    return ptl_dispatch_op(reply, op, &request, err);
}

/* In force now; what widens waits for somebody instead of coming into force. */
static int64_t version_of(ptl_server *server, ptl_arena *arena)
{
    ptl_config_version now;
    const ptl_status st = ptl_config_in_force(&now, server->store.records, arena, NULL);
    return st == PTL_OK ? now.version : 0;
}

static void report_applied(ptl_server *server, bool is_newer)
{
    ptl_report_line(server, "info", is_newer ? "applied" : "nothing applied",
                    is_newer ? "the workspace's files"
                             : "the files say what is in force, or wait as a proposal");
}

void ptl_reload_apply(ptl_server *server)
{
    ptl_arena arena;
    ptl_error err;
    ptl_reply *reply = NULL;
    pthread_mutex_lock(&server->mutex);
    const bool wanted = server->is_apply_wanted;
    server->is_apply_wanted = false;
    pthread_mutex_unlock(&server->mutex);
    if (!wanted) return;
    ptl_error_clear(&err);
    ptl_arena_init(&arena, PTL_HTTP_ARENA_MAX, NULL);
    const int64_t before = version_of(server, &arena);
    ptl_status st = ptl_reply_new(&reply, &err);
    if (st == PTL_OK) st = apply(server, reply, &arena, &err);
    const bool is_newer = st == PTL_OK && version_of(server, &arena) > before;
    ptl_reply_free(reply);
    ptl_arena_dispose(&arena);
    ptl_state_refresh(server, &server->store);
    if (st == PTL_OK)
        report_applied(server, is_newer);
    else
        ptl_report_line(server, "error", "not applied", err.message);
}
