/* server_internal.h: what the files of the server share.
 *
 * Threads. `mutex` guards the queue and the jobs; `gate` people, keys, sessions and counted
 * failures; neither is held while the store works or a password is hashed. Counters are atomic. The
 * store belongs to the worker's thread alone, from its start to its end. */
#ifndef PTL_HTTP_SERVER_INTERNAL_H
#define PTL_HTTP_SERVER_INTERNAL_H

#include <pthread.h>

#include "http/exchange.h"
#include "http/limits.h"
#include "http/server.h"
#include "store/access.h"

/* A long operation: queued by a request, run by the worker when no request waits. */
typedef struct ptl_server_job {
    int64_t job_id; /* 0: the place is free */
    const ptl_op *op;
    ptl_arena arena; /* holds args */
    const ptl_args *args;
    char actor[80];
    bool force;
    ptl_job_state state;
    char step[256];
    double share;
    ptl_instant queued_at, started_at, ended_at;
    ptl_progress progress;
    ptl_reply *reply; /* when it ended */
    ptl_error problem;
    int64_t order; /* the oldest that ended gives up its place */
    struct ptl_server *server;
} ptl_server_job;

typedef struct ptl_session {
    bool is_open;
    ptl_hash hash; /* of the cookie's token */
    ptl_hash csrf; /* of the token that changes carry */
    char name[80];
    ptl_role role;
    ptl_instant opened_at, used_at;
} ptl_session;

/* A person or a key, as records have it. */
typedef struct ptl_entrant {
    char name[80];
    char password[136]; /* argon2id text, "" for keys and the invited */
    ptl_role role;
    ptl_hash hash; /* of the key, or of the invitation */
    ptl_instant until;
    bool is_key, is_invited;
} ptl_entrant;

typedef struct ptl_failures {
    char name[80];
    int32_t n;
    ptl_instant since, locked_until;
} ptl_failures;

/* What waits to be entered into the ledger. */
typedef struct ptl_news {
    const char *kind; /* "access.signed_in", "access.refused" … */
    char actor[80];
    char what[128];
    int64_t n;
} ptl_news;

struct ptl_server {
    const ptl_serve_options *options;
    const char *root;
    char salt[33]; /* of this start: what is held in memory ends with it */
    ptl_instant started_at;

    pthread_mutex_t mutex;
    pthread_cond_t changed;
    ptl_exchange *first, *last; /* waiting, in order */
    int64_t n_waiting;
    ptl_exchange *running;
    ptl_server_job *running_job;
    ptl_server_job jobs[PTL_HTTP_JOBS_MAX];
    int64_t job_order;
    bool is_stopping;
    pthread_t worker;

    ptl_store store;    /* the worker's */
    int64_t generation; /* the worker's: what changed beside the warehouse */
    _Atomic int64_t warehouse_version;
    atomic_bool is_ready;

    pthread_mutex_t gate;
    ptl_entrant *entrants;
    int64_t n_entrants;
    ptl_session sessions[PTL_HTTP_SESSIONS_MAX];
    ptl_failures failures[PTL_HTTP_LOCKS_MAX];
    ptl_failures failures_all;
    ptl_news news[PTL_HTTP_NEWS_MAX];
    int64_t n_news;
    int64_t n_news_lost;
    pthread_mutex_t hashing; /* one password at a time: argon2id takes 64 MiB */

    pthread_mutex_t log_mutex;
    _Atomic int64_t n_answers[6]; /* by hundreds of the status */
    _Atomic int64_t total_ms;
    _Atomic int64_t n_not_modified;
    _Atomic int64_t n_overdue;
    _Atomic int64_t n_refused;
};

/* worker.c */
PTL_NODISCARD ptl_status ptl_worker_start(ptl_server *server, ptl_error *err);
void ptl_worker_stop(ptl_server *server);
/** Suspend the connection and let `work` answer it. */
void ptl_worker_submit(ptl_server *server, ptl_exchange *exchange, ptl_work_fn work);
/** Answer what waited too long; called a few times a second. */
void ptl_worker_tick(ptl_server *server);

/* jobs.c */
/** In the worker: make the job's row and its place. E_UNAVAILABLE where too many are open. */
PTL_NODISCARD ptl_status ptl_jobs_add(int64_t *job_id, ptl_server *server, const ptl_exchange *e,
                                      ptl_error *err);
ptl_server_job *ptl_jobs_next(ptl_server *server); /* under the mutex: queued first; NULL: none */
void ptl_jobs_run(ptl_server *server, ptl_server_job *job);
/** Whether memory had the job; answers then. */
bool ptl_jobs_show(ptl_server *server, ptl_exchange *e);
bool ptl_jobs_cancel(ptl_server *server, ptl_exchange *e);
void ptl_jobs_show_kept(ptl_server *server, ptl_exchange *e); /* in the worker, from records */
/** At start: what an earlier server queued and never began is interrupted. */
PTL_NODISCARD ptl_status ptl_jobs_settle(ptl_server *server, ptl_error *err);
void ptl_jobs_dispose(ptl_server *server);

/* route.c */
/** Answer, or submit work. The request is complete. */
void ptl_route(ptl_exchange *exchange);

/* console.c */
/** Answer with a file of the console, or with its shell; false where the address is neither. */
bool ptl_console_answer(ptl_exchange *exchange);

/* call.c */
void ptl_call_read(ptl_server *server, ptl_exchange *e);   /* in the worker: GET  */
void ptl_call_change(ptl_server *server, ptl_exchange *e); /* in the worker: POST */
/** Parameters from the query (reads) or the body. Answers where they are refused. */
bool ptl_call_args(ptl_exchange *e, bool from_query);
/** The operation whose address is `rest` ("source/import"); NULL: none. */
const ptl_op *ptl_call_find(const char *rest);

/* access.c */
PTL_NODISCARD ptl_status ptl_gate_load(ptl_server *server, ptl_error *err); /* in the worker */
void ptl_gate_identify(ptl_exchange *e);
/** Whether a change may go on: a browser's carries its session's token and comes from our page. */
bool ptl_gate_same_site(ptl_exchange *e);
void ptl_gate_refused(ptl_exchange *e, const char *what);
void ptl_gate_sign_in(ptl_exchange *e);
void ptl_gate_claim(ptl_exchange *e);
void ptl_gate_who(ptl_exchange *e);
void ptl_gate_sign_out(ptl_exchange *e);
/** In the worker: what happened at the gate since the last time goes into the ledger. */
void ptl_gate_enter_news(ptl_server *server);
/** In the worker, at start: where nobody may sign in, the invitation of the first owner. */
PTL_NODISCARD ptl_status ptl_gate_first(char token[64], ptl_server *server, ptl_error *err);

/* report.c */
void ptl_report_request(const ptl_exchange *e);
void ptl_report_line(ptl_server *server, const char *level, const char *event, const char *what);
void ptl_report_metrics(ptl_exchange *e);

#endif
