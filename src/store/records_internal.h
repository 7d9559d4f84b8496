/* records_internal.h: what the files of records share. */
#ifndef PTL_STORE_RECORDS_INTERNAL_H
#define PTL_STORE_RECORDS_INTERNAL_H

#include "store/records.h"
#include "store/sql.h"

struct ptl_records {
    ptl_sql *sql;
};

/** E_INVALID where a text that must be there is NULL. */
PTL_NODISCARD ptl_status ptl_records_need(const char *text, const char *what, ptl_error *err);

/** E_INVALID where a text is missing or is not JSON. (SQLite's json_valid cannot stand in a CHECK
 * while the schema is not trusted.) */
PTL_NODISCARD ptl_status ptl_records_json(const char *text, const char *what, ptl_error *err);

/** The integer a statement without parameters answers with. */
PTL_NODISCARD ptl_status ptl_records_int(int64_t *out, ptl_records *records, const char *name,
                                         ptl_error *err);

/** Cut a list's limit to what there can be: the highest identifier, as the statement `last_name`
 * tells it, and PTL_LIST_MAX. E_INVALID below 1. */
PTL_NODISCARD ptl_status ptl_records_limit(int64_t *limit, ptl_records *records,
                                           const char *last_name, ptl_error *err);

/** A list being read: rows of `row_bytes` that `read` fills from a statement's columns. */
typedef struct ptl_record_list {
    int64_t *n;       /* rows read                                             */
    int64_t limit;    /* asked for; after ptl_records_list what there is room for */
    size_t row_bytes; /* of one                                                */
    ptl_status (*read)(void *row, const ptl_statement *s, ptl_arena *arena, ptl_error *err);
    void *rows;       /* in the arena                                          */
    ptl_statement *s; /* to bind before it is read                             */
    ptl_arena *arena;
} ptl_record_list;

/** Room for a list, and its statement `name` to bind. The limit is cut as ptl_records_limit does;
 * it stays as it is where `last_name` is NULL. `*n` is 0 whatever comes of it. */
PTL_NODISCARD ptl_status ptl_records_list(ptl_record_list *list, ptl_records *records,
                                          const char *last_name, const char *name, ptl_arena *arena,
                                          ptl_error *err);
/** The rows, at most `limit`; the statement is reset whatever comes of it. */
PTL_NODISCARD ptl_status ptl_records_list_read(ptl_record_list *list, ptl_error *err);

/** At most one row of a statement that is bound: `*found` says whether it was there, the statement
 * is reset. `read` is as in a list. */
PTL_NODISCARD ptl_status ptl_records_one(void *row, bool *found, ptl_statement *s,
                                         ptl_status (*read)(void *row, const ptl_statement *s,
                                                            ptl_arena *arena, ptl_error *err),
                                         ptl_arena *arena, ptl_error *err);

/** What is opened once and closed once with words: a minute with its outcome, a question with its
 * answer. The names are those of statements: `close` takes identifier, instant, actor and words and
 * returns the identifier where the row was open; `same` says whether the words are those. */
typedef struct ptl_record_closing {
    const char *noun, *closed_words, *hint; /* "question 7 is answered already"; hint may be NULL */
    const char *close_name, *same_name, *last_name;
} ptl_record_closing;

/** E_INVALID where a text is missing or empty, E_LIMIT beyond `bytes_max`. */
PTL_NODISCARD ptl_status ptl_records_words(const char *text, size_t bytes_max, const char *what,
                                           ptl_error *err);
/** E_NOT_FOUND with the highest identifier; E_CONFLICT where it is closed with other words: the
 * same words said twice are OK. */
PTL_NODISCARD ptl_status ptl_records_close_with(ptl_records *records,
                                                const ptl_record_closing *closing, int64_t id,
                                                const char *words, const char *actor,
                                                ptl_instant at, ptl_error *err);

/** One running job that was settled: told to `fn` inside the settling transaction. */
typedef ptl_status (*ptl_job_settled_fn)(void *ctx, int64_t job_id, int64_t run_id,
                                         ptl_job_state state, ptl_error *err);
PTL_NODISCARD ptl_status ptl_job_settle_each(int64_t *n, ptl_records *records, ptl_instant now,
                                             ptl_job_settled_fn fn, void *ctx, ptl_error *err);

#endif
