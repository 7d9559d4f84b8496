/* registry.c: the list. Operations are described in their rooms' files (registry.h). */
#include "ops/registry.h"

#include <string.h>

const ptl_op *const ptl_ops[] = {
#define OP_ROW(room, name) &ptl_op_##name,
    PTL_OP_LIST(OP_ROW)
#undef OP_ROW
};
const int64_t ptl_ops_n = sizeof ptl_ops / sizeof *ptl_ops;

enum {
#define ROOM_IDX(room, about) ROOM_##room,
    PTL_OP_ROOM_LIST(ROOM_IDX)
#undef ROOM_IDX
};

const ptl_op_room ptl_op_rooms[] = {
#define ROOM_ROW(room, about) {#room, about},
    PTL_OP_ROOM_LIST(ROOM_ROW)
#undef ROOM_ROW
};
const int64_t ptl_op_rooms_n = sizeof ptl_op_rooms / sizeof *ptl_op_rooms;

int64_t ptl_op_room_of(int64_t op_idx)
{
    static const int64_t rooms[] = {
#define OP_ROOM(room, name) ROOM_##room,
        PTL_OP_LIST(OP_ROOM)
#undef OP_ROOM
    };
    return rooms[op_idx];
}

bool ptl_op_makes_run(const ptl_op *op)
{
    return (op->effects & (PTL_WRITES | PTL_SPENDS | PTL_CACHED)) != 0;
}

ptl_status ptl_op_find(const ptl_op **out, ptl_text name, ptl_error *err)
{
    enum { CANDIDATES_MAX = 512 };
    const char *candidates[CANDIDATES_MAX];
    int64_t n = 0;
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        const ptl_op *op = ptl_ops[i];
        const bool by_alias = op->alias && ptl_text_equal(name, ptl_text_of(op->alias));
        if (by_alias || ptl_text_equal(name, ptl_text_of(op->name))) {
            *out = op;
            return PTL_OK;
        }
        if (n + 2 > CANDIDATES_MAX) continue;
        candidates[n++] = op->name;
        if (op->alias) candidates[n++] = op->alias;
    }
    (void)ptl_fail(err, PTL_E_NOT_FOUND, "no operation is called \"%.*s\"",
                   (int)(name.len < 100 ? name.len : 100), name.ptr ? name.ptr : "");
    const char *nearest = ptl_text_nearest(name, candidates, n);
    if (nearest)
        ptl_error_hint(err, "did you mean \"%s\"?", nearest);
    else
        ptl_error_hint(err, "portolan help lists every operation");
    return PTL_E_NOT_FOUND;
}
