/* state.c: what everybody may look at without asking a store.
 *
 * A read's answer stands for a state: so many commits of the stores (pulse.h), the workspace's
 * files as they are, the quarter of an hour. The last is how old an answer that speaks of the time
 * may be. Whoever changes something brings the rest up to date before the change is answered. */
#include <string.h>

#include "base/clock.h"
#include "http/server_internal.h"

enum { CLOCK_STEP_MINUTES = 15 };

ptl_state ptl_state_now(ptl_server *server)
{
    return (ptl_state){.store = atomic_load(&server->pulse.ended),
                       .clock = ptl_clock_now() / (CLOCK_STEP_MINUTES * INT64_C(60000000)),
                       .draft = atomic_load(&server->draft_stamp)};
}

bool ptl_state_equal(ptl_state a, ptl_state b)
{
    return a.store == b.store && a.clock == b.clock && a.draft == b.draft && a.store >= 0;
}

void ptl_state_look(ptl_server *server)
{
    ptl_arena arena;
    ptl_hash stamp;
    uint64_t number = 0;
    ptl_arena_init(&arena, PTL_HTTP_ARENA_MAX, NULL);
    if (ptl_workspace_stamp(&stamp, server->root, &arena, NULL) == PTL_OK)
        memcpy(&number, stamp.bytes, sizeof number);
    atomic_store(&server->draft_stamp, number);
    ptl_arena_dispose(&arena);
}

/* Reading lanes need a configuration in force, and its calendar: made by the change that put it
 * there, or by the first operation, as without a server. */
static void look_at_configuration(ptl_server *server, ptl_store *store)
{
    ptl_arena arena;
    ptl_config_version in_force = {0};
    ptl_error err;
    bool settled = false;
    int64_t version = 0;
    ptl_arena_init(&arena, PTL_HTTP_ARENA_MAX, NULL);
    ptl_status st = ptl_config_in_force(&in_force, store->records, &arena, &err);
    ptl_arena_dispose(&arena);
    if (st == PTL_OK && in_force.version == atomic_load(&server->config_version)) return;
    if (st == PTL_OK) st = ptl_dispatch_settle(&settled, &version, store, server->root, &err);
    if (st != PTL_OK) ptl_report_line(server, "error", "what is in force", err.message);
    atomic_store(&server->config_version, version);
    atomic_store(&server->lanes_read, settled);
}

void ptl_state_refresh(ptl_server *server, ptl_store *store)
{
    int64_t version = 0;
    atomic_fetch_add(&server->generation, 1);
    if (ptl_warehouse_version(&version, store->warehouse, NULL) == PTL_OK)
        atomic_store(&server->warehouse_version, version);
    look_at_configuration(server, store);
    ptl_state_look(server);
    ptl_events_state(server);
}
