/* limits.h: what grows in this room, and how far. */
#ifndef PTL_HTTP_LIMITS_H
#define PTL_HTTP_LIMITS_H

enum {
    PTL_HTTP_BODY_MAX = 1024 * 1024, /* parameters of one call: what the registry reads at most  */
    PTL_HTTP_HEADER_MAX = 32 * 1024, /* request line and headers of one connection               */
    PTL_HTTP_QUERY_MAX = 64,         /* parameters of one query                                  */
    PTL_HTTP_ANSWER_MAX =
        256 * 1024 * 1024,                /* an answer as JSON; the reply's own ceiling is 64 MiB */
    PTL_HTTP_ARENA_MAX = 4 * 1024 * 1024, /* what one request holds beside body and answer      */
    PTL_HTTP_CONNECTIONS_MAX = 512,  /* open at a time, all listeners, beside event streams      */
    PTL_HTTP_STREAMS_MAX = 2048,     /* event streams open at a time                             */
    PTL_HTTP_FRAMES_MAX = 256,       /* events held; a reader that is further behind is dropped  */
    PTL_HTTP_FRAME_BYTES_MAX = 8192, /* of one event                                            */
    PTL_HTTP_PING_MS = 20000,        /* a comment on a stream without news                       */
    PTL_HTTP_QUEUE_MAX = 256, /* requests that wait for a change's turn; as many for a read's */
    PTL_HTTP_READERS =
        4, /* lanes that only read: a few, so that a long read holds up no short one */
    PTL_HTTP_TABLES_MAX = 8, /* whole lists sent at a time, each in a lane and a state of its own */
    PTL_HTTP_TABLES_READING_MAX =
        3, /* of them, those that read a page: what pages cost in memory */
    PTL_HTTP_TABLES_WAITING_MAX = 64, /* whole lists that wait for a lane                         */
    PTL_HTTP_TABLE_ROWS_MAX = 16000,  /* of a page of a whole list; it is made for about 1 MiB    */
    PTL_HTTP_TABLE_MS_MAX = 600000,   /* for a whole list: so long the stores keep its state      */
    PTL_HTTP_TABLE_GRACE_MS = 60000,  /* that a reader may be waited for beyond the rate       */
    PTL_HTTP_TABLE_RATE_MIN = 32000, /* bytes a second that a reader takes while it is waited for */
    PTL_HTTP_ANSWERS_BYTES_MAX = 64 * 1024 * 1024, /* finished answers of reads held in memory   */
    PTL_HTTP_ANSWER_KEPT_MAX = 2 * 1024 * 1024, /* a longer one is read again each time          */
    PTL_HTTP_LOG_BYTES_MAX = 256 * 1024, /* lines of requests that wait for the next tick        */
    PTL_HTTP_REST_MS = 60000, /* without work for a lane until the engine is let go       */
    PTL_HTTP_REST_BYTES_MAX = 4 * 1024 * 1024, /* of answers that are held on then           */
    PTL_HTTP_THREADS = 4,         /* that read requests and send answers                      */
    PTL_HTTP_IDLE_SECONDS = 15,   /* a connection on which nothing moves                      */
    PTL_HTTP_BODY_MS_MAX = 30000, /* for all of a request's body to come                      */
    PTL_HTTP_WAIT_MS_MAX = 30000, /* for an answer that is no job                             */
    PTL_HTTP_JOBS_MAX = 64,       /* jobs whose state and answer are held in memory           */
    PTL_HTTP_JOBS_OPEN_MAX = 16,  /* of them queued or running                                */
    PTL_HTTP_KEY_BYTES_MAX = 128, /* an Idempotency-Key                                       */
    PTL_HTTP_SESSIONS_MAX = 1024, /* signed in at a time                                      */
    PTL_HTTP_SESSION_HOURS = 12,  /* a session ends so long after signing in                  */
    PTL_HTTP_SESSION_IDLE_MINUTES = 60,           /* and after so long without a request */
    PTL_HTTP_ENTRANT_TEXTS_MAX = 8 * 1024 * 1024, /* what they are bound to, in memory      */
    PTL_HTTP_PEOPLE_MAX = 4096,     /* people and keys held in memory                           */
    PTL_HTTP_TRIES_MAX = 5,         /* failed sign-ins of one name before it is locked          */
    PTL_HTTP_TRIES_ALL_MAX = 60,    /* failed sign-ins of everybody in that span                */
    PTL_HTTP_LOCK_MINUTES = 15,     /* how long, and the span that is counted                   */
    PTL_HTTP_LOCKS_MAX = 1024,      /* names whose failures are counted                         */
    PTL_HTTP_NEWS_MAX = 256,        /* refusals that wait for the ledger; more are counted      */
    PTL_HTTP_CERTIFICATES_MAX = 64, /* read in the life of a server                             */
    PTL_HTTP_DRAFT_BYTES_MAX = 64 * 1024 * 1024, /* the workspace's files, while they are checked */
    PTL_HTTP_UPLOADS_MAX = 8,         /* uploads under way at a time                              */
    PTL_HTTP_UPLOAD_MS_MAX = 3600000, /* for all of an upload to come                          */
    PTL_HTTP_UPLOAD_NAME_MAX = 120,   /* bytes of an upload's name                                */
    PTL_HTTP_INBOX_FILES_MAX = 4096,  /* files in the inbox                                      */
    PTL_HTTP_PASSWORD_MIN = 12,       /* characters; length is what counts                        */
    PTL_HTTP_PASSWORD_MAX = 256       /* bytes of a password                                      */
};

#define PTL_HTTP_UPLOAD_BYTES_MAX (INT64_C(4) << 30) /* bytes of one upload */
#define PTL_HTTP_INBOX_BYTES_MAX (INT64_C(32) << 30) /* bytes of all files in the inbox */

#endif
