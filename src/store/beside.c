/* beside.c: further handles on an open workspace, so that reads run beside changes (store.h).
 *
 * Two stores have two snapshots. Both are taken between two looks at the pulse: where it stood
 * still, they are one state; where it moved, they are taken anew, a few times. */
#include "store/store_internal.h"

#include <string.h>

enum { TRIES = 4 };

static ptl_status open_handles(ptl_store *out, ptl_store *store, ptl_error *err)
{
    PTL_TRY(ptl_store_dir_copy(out, store->dir, err));
    PTL_TRY(ptl_records_open_beside(&out->records, store->records, out->reads_only, err));
    PTL_TRY(ptl_warehouse_open_beside(&out->warehouse, store->warehouse, out->reads_only, err));
    return ptl_seal_open(&out->seal, out->records, err);
}

ptl_status ptl_store_open_beside(ptl_store *out, ptl_store *store, bool reads_only, ptl_error *err)
{
    memset(out, 0, sizeof *out);
    out->is_beside = true;
    out->reads_only = reads_only;
    const ptl_status st = open_handles(out, store, err);
    if (st != PTL_OK) ptl_store_close(out);
    return st;
}

void ptl_store_watch(ptl_store *store, ptl_pulse *pulse)
{
    ptl_records_watch(store->records, pulse);
    if (!store->is_beside) ptl_warehouse_watch(store->warehouse, pulse);
}

void ptl_store_rest(ptl_store *store)
{
    ptl_memo_dispose(&store->fit);
    ptl_warehouse_rest(store->warehouse);
    ptl_records_rest(store->records);
}

/* --- one state of both ------------------------------------------------------------------------ */

/* A deferred transaction has its snapshot from its first read on. */
static ptl_status enter_records(ptl_store *beside, ptl_error *err)
{
    ptl_ledger_head head;
    if (!beside->reads_only) return PTL_OK;
    PTL_TRY(ptl_records_begin_reading(beside->records, err));
    const ptl_status st = ptl_ledger_head_get(&head, beside->records, err);
    if (st != PTL_OK) ptl_records_rollback(beside->records);
    return st;
}

static ptl_status enter_both(ptl_store *beside, ptl_error *err)
{
    PTL_TRY(ptl_warehouse_enter(beside->warehouse, err));
    const ptl_status st = enter_records(beside, err);
    if (st != PTL_OK) ptl_warehouse_leave(beside->warehouse);
    return st;
}

ptl_status ptl_store_enter(int64_t *state, ptl_store *beside, ptl_pulse *pulse, ptl_error *err)
{
    if (state) *state = -1;
    for (int i = 0;; i++) {
        const int64_t before = pulse ? ptl_pulse_state(pulse) : -1;
        PTL_TRY(enter_both(beside, err));
        if (!pulse || !beside->reads_only) return PTL_OK;
        if (ptl_pulse_holds(pulse, before)) {
            if (state) *state = before;
            return PTL_OK;
        }
        if (before < 0 || i == TRIES - 1) return PTL_OK;
        ptl_store_leave(beside);
    }
}

void ptl_store_leave(ptl_store *beside)
{
    if (beside->reads_only) ptl_records_rollback(beside->records);
    ptl_warehouse_leave(beside->warehouse);
}

void ptl_store_ask_once(ptl_store *beside)
{
    ptl_warehouse_ask_once(beside->warehouse);
}

bool ptl_store_must_leave(const ptl_store *beside)
{
    return ptl_warehouse_must_leave(beside->warehouse);
}
