/* limits.h: what grows in this room, and how far. */
#ifndef PTL_OPS_LIMITS_H
#define PTL_OPS_LIMITS_H

enum {
    PTL_REPLY_BYTES_MAX = 64 * 1024 * 1024, /* one answer; a list asks for at most 10,000 rows    */
    PTL_REPLY_COLUMNS_MAX = 64,             /* columns of a list that is written as a table */
    PTL_RESULT_DEPTH_MAX = 8,               /* lists in lists, as an answer is described     */
    PTL_WINDOW_ROWS_MAX = 1000000,       /* rows before a page of a list without a key of its own */
    PTL_REPLY_ITEMS_MAX = 4096,          /* values and tables of one answer */
    PTL_SETTINGS_MAX = 20000,            /* of all files in one answer; a form asks for one file */
    PTL_SETTINGS_BYTES_MAX = 8 << 20,    /* of those files */
    PTL_WINDOW_RUN_ROWS_MAX = 100000000, /* rows before a page of what one run wrote */
    PTL_OUTCOME_BYTES_MAX = 256 * 1024 * 1024, /* an answer kept with its run, escaped */
    PTL_ARGS_BYTES_MAX = 1024 * 1024,      /* parameters of one call as JSON                     */
    PTL_ARGS_ITEMS_MAX = 1000,             /* values of one repeated parameter                   */
    PTL_ARGS_PARAMS_MAX = 32,              /* parameters of one operation                        */
    PTL_ARG_TEXT_BYTES_MAX = 64 * 1024,    /* one text; Linux's own bound on an argument is 128K */
    PTL_CALL_BYTES_MAX = 256 * 1024 * 1024 /* the arena that a handler is given                  */
};

#endif
