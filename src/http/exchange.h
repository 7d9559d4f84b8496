/* exchange.h: one request and its answer.
 *
 * State machine.
 *
 *     HEAD ──▶ BODY ──▶ READY ──▶ WAITING ──▶ ANSWERED
 *                 └───────┴──────────────────────▲        refused, or answered without the store
 *
 * Invariants. 1. Until WAITING an exchange belongs to the thread of its connection; while WAITING,
 * with the connection suspended, to a lane; from ANSWERED on to the connection again. 2. Every
 * exchange is answered once. 3. What it holds is bounded: body, arena, answer (limits.h). */
#ifndef PTL_HTTP_EXCHANGE_H
#define PTL_HTTP_EXCHANGE_H

#include <microhttpd.h>

#include "base/asset.h"
#include "base/hash.h"
#include "ops/args.h"
#include "ops/dispatch.h"
#include "ops/role.h"
#include "ops/vertical.h"

typedef struct ptl_server ptl_server;

typedef enum ptl_exchange_state {
    PTL_EXCHANGE_HEAD,
    PTL_EXCHANGE_BODY,
    PTL_EXCHANGE_READY,
    PTL_EXCHANGE_WAITING,
    PTL_EXCHANGE_ANSWERED
} ptl_exchange_state;

/* Who asks. */
typedef struct ptl_caller {
    bool is_known;
    bool by_cookie; /* a browser: changes need the session's token */
    bool by_socket; /* the workspace's own user */
    ptl_role role;
    char actor[80];                            /* "mira", "key nightly-import", the system's user */
    int64_t session;                           /* index of the session, -1: none */
    char verticals[PTL_VERTICALS_BYTES_MAX];   /* whose rows are seen; "": all */
    char operations[PTL_OPERATIONS_BYTES_MAX]; /* what a key may call; "": what its role may */
    ptl_hash token;                            /* what it showed: session's cookie or key */
} ptl_caller;

/** Its name for the dispatcher; NULL for the workspace's own user. */
static inline const char *ptl_caller_role(const ptl_caller *caller)
{
    return caller->by_socket ? NULL : ptl_role_name(caller->role);
}

/* How an answer is written; tables take one list of it. */
typedef enum ptl_format { PTL_FORMAT_JSON, PTL_FORMAT_CSV, PTL_FORMAT_ARROW } ptl_format;

typedef struct ptl_exchange ptl_exchange;
typedef struct ptl_answer ptl_answer; /* kept in memory: answers.c */
typedef struct ptl_stream ptl_stream; /* a list that is written while it is read: stream.c */

/* Work that needs the store: runs in a lane's thread and answers the exchange. */
typedef void (*ptl_work_fn)(ptl_server *server, ptl_exchange *exchange);

struct ptl_exchange {
    ptl_server *server;
    struct MHD_Connection *connection;
    _Atomic ptl_exchange_state state; /* a lane may have answered before submitting returns */
    bool over_socket;
    bool is_malformed; /* the raw address holds what no address holds */
    bool is_too_big;
    bool is_old; /* HTTP/1.0: an answer of unknown length has no end */
    const char *method;
    const char *path; /* of MHD, for the call; copied where it must stay */
    char url[256];    /* the same, cut, for logs */
    int64_t begun_ms;
    ptl_buffer body;
    ptl_arena arena;
    ptl_caller caller;

    /* work */
    ptl_work_fn work;
    const ptl_op *op;
    const ptl_args *args;
    const char *key;           /* Idempotency-Key, NULL: none */
    const char *if_none_match; /* NULL: none */
    bool force;
    bool wants_saved; /* the command line: an answer that it can print for people */
    ptl_format format;
    const char *table; /* which list; NULL: the only one */
    bool wants_all;    /* the list is whole or refused */
    bool goes_back;    /* from the changes' thread to a lane for tables */
    int32_t n_roused;
    int64_t job_id;   /* of the job asked about */
    void *payload;    /* what a sign-in carries */
    int64_t until_ms; /* monotonic; the ticker answers afterwards */
    bool is_overdue;
    ptl_store *store;        /* while a lane works on it: the lane's */
    ptl_dispatch_memo *memo; /* likewise */
    int64_t state_read;      /* of both stores (pulse.h); -1: no one state */
    ptl_hash answer_key;     /* of a read */
    ptl_progress progress;
    ptl_exchange *next;

    /* answer */
    int http;
    const char *type;
    ptl_buffer answer;
    char etag[80];
    char location[96];
    char disposition[160];
    char cookie[256];
    const char *allow;
    int retry_after_s;
    bool is_replayed;
    struct ptl_upload *upload; /* a file on its way in; NULL: none */
    bool is_page;
    bool is_zipped;            /* of `kept`: the gzipped form is sent */
    ptl_answer *kept;          /* holds the answer instead of `answer` */
    bool is_stream;            /* its time is the reader's */
    ptl_stream *stream;        /* of a table; NULL: none */
    struct MHD_Response *flow; /* an answer that is sent as it comes to be; NULL: `answer` */
    const ptl_asset *asset; /* the answer, where it lies in the program; NULL: `answer` holds it */
    const char *encoding;   /* of the asset: "gzip"; NULL: plain                                 */
    bool is_immutable;      /* its address holds its hash                                        */
};

ptl_exchange *ptl_exchange_new(ptl_server *server, bool over_socket, bool is_malformed);
void ptl_exchange_free(ptl_exchange *exchange);

/** Answer with a problem (RFC 9457) of the status list. `http` 0: that status' own. `reply` (may be
 * NULL) is what the failed call has to show. */
void ptl_answer_problem(ptl_exchange *exchange, int http, const ptl_error *problem,
                        const ptl_reply *reply);
/** The same from words of this room. */
void ptl_answer_refusal(ptl_exchange *exchange, int http, ptl_status status, const char *format,
                        ...) PTL_PRINTF(4, 5);
/** The reply as `--json` prints it. */
void ptl_answer_reply(ptl_exchange *exchange, int http, const ptl_reply *reply);
void ptl_answer_text(ptl_exchange *exchange, int http, const char *type, ptl_text text);

/** Begin a JSON object in the answer; end it with ptl_answer_json_end. */
void ptl_answer_json(ptl_exchange *exchange, ptl_json *json, ptl_error *err);
void ptl_answer_json_end(ptl_exchange *exchange, int http, ptl_json *json, ptl_error *err);

/** A problem's members into an object that is open; the saved reply beside it where `saved`. */
void ptl_problem_write(ptl_json *json, int http, const ptl_error *problem, const ptl_reply *reply,
                       bool saved);

/** The headers of an answer with the exchange's type and state, and the tag `etag`. */
void ptl_exchange_headers(struct MHD_Response *response, const ptl_exchange *exchange,
                          const char *etag);
/** Hand the answer to the connection. */
enum MHD_Result ptl_exchange_send(ptl_exchange *exchange);

#endif
