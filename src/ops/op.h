/* op.h: one operation, described once: every face is made from this row.
 *
 * From it come the command line (help, completion, man page, --json, exit codes), later HTTP, MCP,
 * TypeScript types and Python stubs. The dispatcher (dispatch.h) checks parameters, opens what the
 * operation needs, writes the run record, and calls the handler. */
#ifndef PTL_OPS_OP_H
#define PTL_OPS_OP_H

#include "base/progress.h"
#include "ops/reply.h"
#include "portolan/executor.h"
#include "store/store.h"
#include "workspace/workspace.h"

typedef enum ptl_param_type {
    PTL_PARAM_TEXT,
    PTL_PARAM_INT,
    PTL_PARAM_NUMBER,
    PTL_PARAM_BOOL, /* a switch in a terminal */
    PTL_PARAM_DAY,  /* 2026-11-15             */
    PTL_PARAM_PATH, /* completed as a file    */
    PTL_PARAM_ENUM  /* one of `choices`       */
} ptl_param_type;

typedef struct ptl_param {
    const char *name; /* "as_of": --as-of in a terminal, as_of in JSON */
    ptl_param_type type;
    bool positional; /* in a terminal, in the order of the table; still named in JSON */
    bool repeated;   /* the last positional may take several values                   */
    bool required;
    const char *unit;     /* "rows", "days"; NULL where it has none    */
    const char *defaults; /* as a person would type it; NULL: none     */
    double min, max;      /* INT, NUMBER; both 0: any                  */
    const char *choices;  /* ENUM: "html|json"; other types: NULL      */
    const char *about;    /* one sentence                              */
} ptl_param;

/* What an operation touches. A pure read writes no run. */
enum {
    PTL_READS = 1,     /* needs the workspace and its stores                         */
    PTL_WRITES = 2,    /* changes the stores: a run and a ledger entry               */
    PTL_SPENDS = 4,    /* may cost money outside                                     */
    PTL_DRAFT = 8,     /* reads the draft's files, not what is in force (init, apply) */
    PTL_NO_STORE = 16, /* must run without opening the stores (init, restore, help)  */
    PTL_CACHED = 32,   /* same inputs give the earlier run's answer unless --force   */
    PTL_ENTERS = 64,   /* the handler enters the ledger itself (apply)               */
    PTL_FILES = 128,   /* reads files beside the stores: the answer changes with them */
    PTL_ALONE = 256,   /* nothing may change the stores meanwhile, though it changes nothing */
    PTL_LOADS = 512    /* brings files in: identifiers and keys lie beside the engine */
};

typedef struct ptl_op ptl_op;
typedef struct ptl_args ptl_args; /* checked parameters, defaults filled in: see args.h */

/** Somebody who can be asked while an operation runs. `answer` gets at most size − 1 bytes; empty
 * takes what is proposed. A face without people at it gives none. */
typedef struct ptl_asker {
    void *ctx;
    ptl_status (*ask)(void *ctx, char *answer, size_t size, const char *question,
                      const char *proposed, ptl_error *err);
} ptl_asker;

/** What a handler is given. Everything is borrowed for the call. */
typedef struct ptl_call {
    const ptl_op *op;
    const ptl_args *args;
    const char *root;               /* the workspace's folder                    */
    const ptl_workspace *workspace; /* in force; NULL under PTL_NO_STORE         */
    ptl_store *store;               /* NULL under PTL_NO_STORE                   */
    ptl_store *held;                /* a server's, for operations within this one; or NULL */
    const ptl_executor *executor;
    ptl_progress *progress;
    ptl_arena *arena;
    ptl_reply *reply;
    ptl_instant now;
    const char *actor;
    const char *role;      /* name of what the caller is (role.h); NULL: the workspace's own user */
    const char *verticals; /* whose rows the caller sees (vertical.h); NULL: all */
    int64_t run_id;        /* 0 for a pure read */
    bool whole;            /* the list is read from its beginning to its end, page after page */
    bool force;            /* do it even if nothing is new */
    const ptl_asker *asker; /* NULL: nobody can be asked; defaults hold */
} ptl_call;

struct ptl_op {
    const char *name;    /* "source.import" → `portolan source import` */
    const char *alias;   /* "import" → `portolan import`; NULL: none    */
    const char *summary; /* one line, verb first                        */
    const char *about;   /* paragraphs of the help page                 */
    const ptl_param *params;
    int64_t n_params;
    /* The JSON answer's shape to its last key, a line a key: "rows: int — rows loaded",
     * "runs: list(run int, actor, started_at time) — the newest five". The grammar is result.h's;
     * help shows the text, OpenAPI is made from it, and tests hold every answer to it. */
    const char *result;
    const char *right;   /* who may: "everyone", "analyst", "owner"     */
    unsigned effects;    /* PTL_READS | …                               */
    bool is_long;        /* a job with progress                         */
    const char *example; /* a command line that the tests run in the example workspace */
    const char *entry;   /* kind of the ledger entry of a run that ended; NULL: the name */
    ptl_status (*run)(ptl_call *call, ptl_error *err);
};

/** Every operation, in the order of the help page. */
extern const ptl_op *const ptl_ops[];
extern const int64_t ptl_ops_n;

/** The rooms that have operations, in the order of the help page. */
typedef struct ptl_op_room {
    const char *name;  /* "store" */
    const char *about; /* what it holds, without a period */
} ptl_op_room;
extern const ptl_op_room ptl_op_rooms[];
extern const int64_t ptl_op_rooms_n;

/** Index into ptl_op_rooms of the room that ptl_ops[op_idx] stands in. */
int64_t ptl_op_room_of(int64_t op_idx);

/** Whether a call leaves a run record behind: whatever changes, spends or computes does. */
bool ptl_op_makes_run(const ptl_op *op);

/** By name or alias; E_NOT_FOUND suggests the nearest. */
PTL_NODISCARD ptl_status ptl_op_find(const ptl_op **out, ptl_text name, ptl_error *err);

#endif
