/* limits.h: everything in store that grows, and how far. One line each: ceiling, reason. */
#ifndef PTL_STORE_LIMITS_H
#define PTL_STORE_LIMITS_H

#include <stdint.h>

enum {
    /* records */
    PTL_SQL_NAME_MAX = 63,               /* bytes of a statement's name                      */
    PTL_SQL_STATEMENTS_MAX = 512,        /* named statements in one file                     */
    PTL_SQL_ARENA_MAX = 4 * 1024 * 1024, /* the texts of those statements                    */
    PTL_SQL_DEPTH_MAX = 16,              /* nested transactions; three is what we use        */
    PTL_MIGRATIONS_MAX = 9999,           /* four digits in the file's name                   */
    PTL_META_VALUE_MAX = 1024 * 1024,    /* bytes of one small value                         */
    PTL_LIST_MAX = 100000,               /* rows of one list of runs, jobs or entries        */
    PTL_RUN_JSON_MAX = 4 * 1024 * 1024,  /* bytes of parameters, and of an outcome                */
    PTL_CONFIG_FILES_MAX = 10000,        /* files of one version of the configuration        */
    PTL_CONFIG_BYTES_MAX = 64 * 1024 * 1024, /* their bytes together                             */
    PTL_LEDGER_BODY_MAX = 1024 * 1024,       /* bytes of one entry's body                        */
    PTL_LEDGER_NAME_MAX = 1024,              /* bytes of an entry's kind or actor                */
    PTL_SEAL_BATCH = 512,                    /* keys drawn at a time: 16 KiB on the stack        */
    PTL_SEALED_VALUE_MAX = 16 * 1024 * 1024, /* bytes of one personal value                      */
    PTL_LOCK_POLL_MS = 25,                   /* between two looks at a lock that is held         */
    PTL_LOCK_DOING_MAX = 200,                /* bytes of what the holder says it is doing        */
    PTL_MANIFEST_BYTES_MAX = 256 * 1024 * 1024, /* a million artefacts at 160 bytes each          */
    PTL_MANIFEST_FILES_MAX = 1000000,           /* artefacts of ten years of daily models */
    PTL_MINUTE_BYTES_MAX = 2000,                /* one decision or action: a few sentences */
    PTL_CHALLENGE_BYTES_MAX = 2000,             /* one question about a figure, or its answer */
    PTL_CHALLENGE_FIGURE_MAX = 200,             /* page and key of a figure */
    PTL_CHALLENGE_ARENA_MAX = 4 << 20,          /* to look at the run that made it */
    PTL_PROPOSAL_TITLE_MAX = 1000,              /* one line, verb first; names are long */
    PTL_PROPOSAL_TEXT_MAX = 4000,               /* why, or a reason: a few sentences */
    PTL_PROPOSAL_REASON_MIN = 20,               /* characters: less tells the author nothing */
    PTL_PROPOSAL_DETAILS_MAX = 512 * 1024,      /* what a thousand settings widen */
    PTL_PROPOSALS_OPEN_MAX = 1000,              /* more wait than anybody reads */
    PTL_PROPOSAL_FILES_MAX = 2000,              /* of two configurations */
    PTL_PROPOSAL_ARENA_MAX = 64 << 20,          /* to look at one with its difference */
    PTL_KEPT_ANSWER_HOURS = 24, /* a repeated request finds its first answer so long */
    PTL_RATE_AGE_DAYS = 7,      /* a rate may be this old: weekends and holidays have none */
    PTL_MEMO_BYTES_MAX = 256 * 1024 * 1024 /* one fit read back: what a call may hold, too */
};

#define PTL_ARTEFACT_BYTES_MAX (INT64_C(1) << 32) /* one model's draws; read whole */
#define PTL_LEDGER_SIZE_MAX (INT64_C(1) << 48)    /* beyond any disk               */

#endif
