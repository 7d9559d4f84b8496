/* server_internal.h: what the files of the server share.
 *
 * Threads. `mutex` guards queues, lanes and jobs; `gate` people, keys, sessions and counted
 * failures; neither is held while a store works or a password is hashed. Counters are atomic.
 * `store` belongs to the changes' thread alone, from its start to its end; the other lanes have
 * handles of their own beside it. `changing` is held by whoever may change the stores, alone by a
 * job that bears no change beside it. */
#ifndef PTL_HTTP_SERVER_INTERNAL_H
#define PTL_HTTP_SERVER_INTERNAL_H

#include <pthread.h>

#include "http/exchange.h"
#include "http/limits.h"
#include "http/server.h"
#include "ops/dispatch.h"
#include "store/access.h"

/* A long operation: queued by a request, run by the lane for its kind. */
typedef struct ptl_server_job {
    int64_t job_id; /* 0: the place is free */
    const ptl_op *op;
    ptl_arena arena; /* holds args */
    const ptl_args *args;
    char actor[80];
    const char *role; /* as ptl_request has it */
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
    char verticals[PTL_VERTICALS_BYTES_MAX];
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
    const char *verticals, *operations; /* in `entrant_texts`; "": all */
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

typedef struct ptl_tls ptl_tls; /* tls.c */

/* What the ticker knows of the workspace's files. */
typedef struct ptl_reload {
    uint64_t seen, checked; /* stamps */
    int64_t looked_ms, seen_ms;
} ptl_reload;

typedef struct ptl_upload ptl_upload; /* upload.c */
typedef struct ptl_events ptl_events; /* events.c */

/* Requests that wait, in order. */
typedef struct ptl_queue {
    ptl_exchange *first, *last;
    int64_t n;
    pthread_cond_t changed;
} ptl_queue;

typedef enum ptl_lane_kind {
    PTL_LANE_CHANGES, /* requests that change something, with the server's own handles */
    PTL_LANE_HEAVY,   /* jobs that change something */
    PTL_LANE_LIGHT,   /* other jobs */
    PTL_LANE_READS,
    PTL_LANE_TABLES /* whole lists, as long as their readers take */
} ptl_lane_kind;

/* One thread and the handles it works with. */
typedef struct ptl_lane {
    struct ptl_server *server;
    ptl_lane_kind kind;
    pthread_t thread;
    bool is_started;
    ptl_store *store; /* the server's: of PTL_LANE_CHANGES */
    ptl_store own;    /* of the others, once `is_open`     */
    bool is_open;
    ptl_dispatch_memo memo;
    ptl_exchange *running;
    ptl_server_job *job;
    bool is_streaming; /* under `mutex`: it is inside the stores for a table */
    int64_t n_rests;   /* under `mutex`: the server's when it last let go of what it holds */
} ptl_lane;

enum { PTL_HTTP_LANES = 3 + PTL_HTTP_READERS + PTL_HTTP_TABLES_MAX };

typedef struct ptl_answers ptl_answers; /* answers.c */
typedef struct ptl_streams ptl_streams; /* stream.c */

struct ptl_server {
    const ptl_serve_options *options;
    const char *root;
    char salt[33]; /* of this start: what is held in memory ends with it */
    ptl_instant started_at;

    pthread_mutex_t mutex;
    ptl_queue changes, reads, tables;
    ptl_queue no_requests; /* where lanes of jobs wait */
    ptl_lane lanes[PTL_HTTP_LANES];
    ptl_server_job *running_job; /* of the heavy lane */
    ptl_server_job jobs[PTL_HTTP_JOBS_MAX];
    int64_t job_order;
    bool is_stopping, is_stopping_changes;
    int64_t n_rests;        /* under `mutex`: how often the lanes were told to let go      */
    int64_t rests_since_ms; /* under `mutex`: the work after which they were told the last time */
    pthread_rwlock_t changing;

    ptl_store store;            /* the changes' thread's */
    ptl_pulse pulse;            /* of every commit */
    _Atomic int64_t generation; /* what changed beside the warehouse */
    _Atomic int64_t warehouse_version, config_version;
    _Atomic uint64_t draft_stamp; /* of the workspace's files, as seen last */
    _Atomic int64_t worked_ms;    /* when a lane ended something last (monotonic) */
    atomic_bool lanes_read;       /* something is in force: reads need no change before them */
    atomic_bool is_ready;

    ptl_answers *answers;
    ptl_streams *streams;

    ptl_events *events;
    ptl_tls *tls;             /* NULL: plain */
    ptl_reload reload;        /* the ticker's */
    _Atomic int64_t n_faults; /* of the workspace's files as they lie there */
    bool is_apply_wanted;     /* under `mutex` */

    pthread_mutex_t gate;
    _Atomic int64_t gate_changes; /* people, keys, sessions: something ended */
    ptl_entrant *entrants;
    int64_t n_entrants;
    ptl_arena entrant_texts;
    ptl_session sessions[PTL_HTTP_SESSIONS_MAX];
    int64_t sessions_end; /* none was ever open from here on */
    ptl_failures failures[PTL_HTTP_LOCKS_MAX];
    ptl_failures failures_all;
    ptl_news news[PTL_HTTP_NEWS_MAX];
    int64_t n_news;
    int64_t n_news_lost;
    pthread_mutex_t hashing; /* one password at a time: argon2id takes 64 MiB */

    pthread_mutex_t log_mutex;
    _Atomic int64_t n_answers[6]; /* by hundreds of the status */
    ptl_buffer log_lines;         /* not written yet */
    _Atomic int64_t total_ms;
    _Atomic int64_t n_not_modified;
    _Atomic int64_t n_overdue;
    _Atomic int64_t n_refused;
};

/* worker.c */
PTL_NODISCARD ptl_status ptl_worker_start(ptl_server *server, ptl_error *err);
void ptl_worker_stop(ptl_server *server);
/** Suspend the connection and let `work` answer it with the server's own handles. */
void ptl_worker_submit(ptl_server *server, ptl_exchange *exchange, ptl_work_fn work);
/** The same on a lane that only reads: `work` uses exchange->store. */
void ptl_worker_read(ptl_server *server, ptl_exchange *exchange, ptl_work_fn work);
/** The same on a lane for tables: `work` answers with a stream, which the lane goes on with. */
void ptl_worker_stream(ptl_server *server, ptl_exchange *exchange, ptl_work_fn work);
/** Answer what waited too long; called a few times a second. */
void ptl_worker_tick(ptl_server *server);

/* jobs.c */
/** In the changes' thread: make the job's row and its place. E_UNAVAILABLE where too many are open.
 */
PTL_NODISCARD ptl_status ptl_jobs_add(int64_t *job_id, ptl_server *server, const ptl_exchange *e,
                                      ptl_error *err);
/** Under the mutex: queued first, of those for this lane; NULL: none. */
ptl_server_job *ptl_jobs_next(ptl_server *server, ptl_lane_kind kind);
/** `store` NULL: it could not be had, for the reason in `err`. */
void ptl_jobs_run(ptl_lane *lane, ptl_server_job *job, ptl_store *store, ptl_error *err);
/** Whether memory had the job; answers then. */
bool ptl_jobs_show(ptl_server *server, ptl_exchange *e);
bool ptl_jobs_cancel(ptl_server *server, ptl_exchange *e);
void ptl_jobs_show_kept(ptl_server *server, ptl_exchange *e); /* in a lane, from records */
/** At start: what an earlier server queued and never began is interrupted. */
PTL_NODISCARD ptl_status ptl_jobs_settle(ptl_server *server, ptl_error *err);
void ptl_jobs_dispose(ptl_server *server);

/** The jobs that are queued or running; returns how many. */
int64_t ptl_jobs_open(int64_t out[PTL_HTTP_JOBS_OPEN_MAX], ptl_server *server);
/** A job's members into an open object, without its answer. Its operation; NULL: not in memory. */
const ptl_op *ptl_jobs_write(ptl_json *json, ptl_job_state *state, ptl_server *server,
                             int64_t job_id);

/* state.c */
/** After a change, in the thread that made it: what everybody looks at without asking the store. */
void ptl_state_refresh(ptl_server *server, ptl_store *store);
/** Look at the workspace's files again. */
void ptl_state_look(ptl_server *server);
/** What an answer read now would stand for, beside the stores' own state. */
typedef struct ptl_state {
    int64_t store; /* by the pulse; -1: none */
    int64_t clock; /* the quarter of an hour */
    uint64_t draft;
} ptl_state;
ptl_state ptl_state_now(ptl_server *server);
bool ptl_state_equal(ptl_state a, ptl_state b);

/* answers.c */
PTL_NODISCARD ptl_status ptl_answers_open(ptl_server *server, ptl_error *err);
void ptl_answers_free(ptl_server *server);
/** What names the answer of a read: operation, parameters, form, and what of the caller it depends
 * on. Sets e->answer_key. Answers where the parameters cannot be written. */
bool ptl_answers_name(ptl_exchange *e);
/** Answer from memory where that is what reading would answer now. In any thread. */
bool ptl_answers_take(ptl_exchange *e);
/** In a lane: tag the answer of a read, and hold it for `state` (store -1: for none). */
void ptl_answers_give(ptl_exchange *e, ptl_state state);
/** Let go of answers that stand for no state any more, and of all but a few of the others. */
void ptl_answers_rest(ptl_server *server);
void ptl_answer_release(ptl_answer *answer);
/** The response that fits the exchange's status and what it accepts; borrowed. */
struct MHD_Response *ptl_answer_response(const ptl_exchange *e);
int64_t ptl_answer_bytes(const ptl_exchange *e);
bool ptl_answer_takes_gzip(const ptl_exchange *e);
/** Whether an If-None-Match names the tag; weak ones compare equal (RFC 9110, 13.1.2). */
bool ptl_answer_list_has(const char *list, const char *etag);
void ptl_answers_count(ptl_server *server, int64_t *n, int64_t *bytes, int64_t *n_taken);

/* events.c */
PTL_NODISCARD ptl_status ptl_events_open(ptl_server *server, ptl_error *err);
void ptl_events_free(ptl_server *server);
/** In any thread that does not hold the server's mutex: tell every stream, if something of the
 * state changed. */
void ptl_events_state(ptl_server *server);
/** In any thread that does not hold the server's mutex: tell who may see it where a job is. */
void ptl_events_job(ptl_server *server, int64_t job_id);
void ptl_events_tick(ptl_server *server); /* a few times a second */
void ptl_events_answer(ptl_exchange *e);  /* GET /api/v1/events, signed in */
void ptl_events_count(ptl_server *server, int64_t *n_open, int64_t *n_dropped);
void ptl_events_close(ptl_server *server); /* all streams end; before the listeners do */

/* tls.c */
PTL_NODISCARD ptl_status ptl_tls_open(ptl_server *server, ptl_error *err); /* where asked for */
void ptl_tls_reload(ptl_server *server);
void ptl_tls_free(ptl_server *server);
void *ptl_tls_callback(const ptl_server *server); /* for the library; NULL: plain */
/** Whether the request came over TLS, here or at the proxy before us. */
bool ptl_tls_is_secure(const ptl_exchange *e);

/* reload.c */
void ptl_reload_start(ptl_server *server);
void ptl_reload_tick(ptl_server *server);  /* a few times a second */
void ptl_reload_now(ptl_server *server);   /* SIGHUP */
void ptl_reload_apply(ptl_server *server); /* in the thread of changes: if it is wanted */

/* route.c */
/** Answer, or submit work. The request is complete. */
void ptl_route(ptl_exchange *exchange);

/** OPTIONS, or a method that is not among the address's: answers then. */
bool ptl_route_by_method(ptl_exchange *e, const char *allow, bool allowed);

/* upload.c */
void ptl_upload_settle(void); /* at start, in the workspace's folder */
/** Whether the head is that of an upload; refused already where the exchange has a status. */
bool ptl_upload_begin(ptl_exchange *e);
void ptl_upload_take(ptl_exchange *e, const char *data, size_t len);
void ptl_upload_finish(ptl_exchange *e);
bool ptl_upload_route(ptl_exchange *e); /* what else is asked of uploads */
void ptl_upload_drop(ptl_upload *upload);

/* table.c */
bool ptl_table_ask(ptl_exchange *e); /* which format; answers where there is none such */
bool ptl_table_is_ours(const char *key);
void ptl_table_answer(ptl_exchange *e, int http, const ptl_reply *reply);
void ptl_table_head(ptl_exchange *e, int http); /* status, type, the file's name */

/* stream.c */
PTL_NODISCARD ptl_status ptl_streams_open(ptl_server *server, ptl_error *err);
void ptl_streams_free(ptl_server *server);
/** Whether a whole list is asked for, as a table. */
bool ptl_stream_is_wanted(const ptl_exchange *e);
void ptl_stream_answer(ptl_exchange *e);
/** In a lane for tables: answer with the first page, or with what is wrong. */
void ptl_stream_first(ptl_server *server, ptl_exchange *e);
/** In the changes' thread: open the engine, which was let go; `goes_back` or answered. */
void ptl_stream_rouse(ptl_server *server, ptl_exchange *e);
/** In the lane, when the connection has gone on: the other pages. Leaves the store. */
void ptl_stream_go_on(ptl_stream *s, ptl_store *store, ptl_dispatch_memo *memo);
void ptl_stream_release(ptl_stream *s);
int64_t ptl_stream_bytes(const ptl_stream *s); /* sent so far */
void ptl_streams_count(ptl_server *server, int64_t *n_open, int64_t *n_broken_off);
void ptl_streams_close(ptl_server *server); /* all end; before the lanes do */

/* console.c */
/** Answer with a file of the console, or with its shell; false where the address is neither. */
bool ptl_console_answer(ptl_exchange *exchange);

/* call.c */
void ptl_call_read(ptl_server *server, ptl_exchange *e);   /* in a lane: GET  */
void ptl_call_change(ptl_server *server, ptl_exchange *e); /* in the changes' thread: POST */
/** Parameters from the query (reads) or the body. Answers where they are refused. */
bool ptl_call_args(ptl_exchange *e, bool from_query);
/** What was stopped at its deadline says so: its status, and its words in `err`. */
ptl_status ptl_call_name_overdue(const ptl_exchange *e, ptl_status st, ptl_error *err);
/** The operation whose address is `rest` ("source/import"); NULL: none. */
const ptl_op *ptl_call_find(const char *rest);

/* access.c, sign_in.c */
#define PTL_HTTP_COOKIE "portolan_session"
enum { PTL_HTTP_TOKEN_MAX = 64 };
PTL_NODISCARD ptl_status ptl_gate_load(ptl_server *server,
                                       ptl_error *err); /* in the changes' thread */
void ptl_gate_identify(ptl_exchange *e);
/** Whether what the caller showed still opens the door. */
bool ptl_gate_still_holds(ptl_server *server, const ptl_caller *caller);
/** Whether a change may go on: a browser's carries its session's token and comes from our page. */
bool ptl_gate_same_site(ptl_exchange *e);
/** Whether the caller may call it: its role, and a key's own operations. */
bool ptl_gate_may(const ptl_caller *caller, const ptl_op *op);
/** Whether anybody is known; answers 401 otherwise. */
bool ptl_gate_signed_in(ptl_exchange *e);
/** `what` waits to be entered into the ledger; the same again is counted. */
void ptl_gate_tell(ptl_server *server, const char *kind, const char *actor, const char *what);
/* Under the gate: the same, a person by name, and a place for 256 random bits behind a prefix. */
void ptl_gate_news(ptl_server *server, const char *kind, const char *actor, const char *what);
const ptl_entrant *ptl_gate_person(const ptl_server *server, const char *name);
ptl_hash ptl_gate_token(char out[PTL_HTTP_TOKEN_MAX], const char *prefix);
bool ptl_gate_origin_is_ours(const ptl_exchange *e);
void ptl_gate_refused(ptl_exchange *e, const char *what);
void ptl_gate_sign_in(ptl_exchange *e);
void ptl_gate_claim(ptl_exchange *e);
void ptl_gate_who(ptl_exchange *e);
void ptl_gate_sign_out(ptl_exchange *e);
/** In the changes' thread: what happened at the gate since the last time goes into the ledger. */
void ptl_gate_enter_news(ptl_server *server);
/** In the changes' thread, at start: where nobody may sign in, the invitation of the first owner.
 */
PTL_NODISCARD ptl_status ptl_gate_first(char token[64], ptl_server *server, ptl_error *err);

/* report.c */
void ptl_report_request(const ptl_exchange *e);
void ptl_report_line(ptl_server *server, const char *level, const char *event, const char *what);
/** Write the lines that wait; called a few times a second. */
void ptl_report_flush(ptl_server *server);
void ptl_report_metrics(ptl_exchange *e);

#endif
