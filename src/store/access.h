/* access.h: who may sign in, keys for programs, and answers kept for requests that are repeated.
 *
 * No secret reaches the disk: passwords come as argon2id texts, invitations and keys as hashes of
 * 256 random bits. What a role may do is not decided here. */
#ifndef PTL_STORE_ACCESS_H
#define PTL_STORE_ACCESS_H

#include "store/records.h"

typedef struct ptl_access_user {
    int64_t user_id;
    const char *name;
    const char *role;
    const char *password; /* argon2id text, NULL until the invitation was used */
    bool is_invited;
    ptl_hash invite;
    ptl_instant invite_until;
    ptl_instant added_at;
    const char *added_by;
    const char *verticals; /* names, one a line, whose rows the person sees; NULL: all */
} ptl_access_user;

typedef struct ptl_access_key {
    int64_t key_id;
    const char *label;
    const char *role;
    ptl_hash hash;
    ptl_instant added_at;
    const char *added_by;
    ptl_instant expires_at;
    ptl_instant revoked_at; /* 0: in force */
    const char *verticals;  /* as of a person */
    const char *operations; /* names, one a line; NULL: all that the role may */
} ptl_access_key;

/** Add somebody, or invite again: an earlier password of that name goes. Sets user_id. */
PTL_NODISCARD ptl_status ptl_access_user_add(ptl_access_user *user, ptl_records *records,
                                             ptl_error *err);
/** Use an invitation: `password` is kept, the invitation goes. E_DENIED where none fits. */
PTL_NODISCARD ptl_status ptl_access_user_claim(int64_t *user_id, ptl_records *records,
                                               ptl_hash invite, const char *password,
                                               ptl_instant now, ptl_error *err);
PTL_NODISCARD ptl_status ptl_access_user_remove(ptl_records *records, const char *name,
                                                ptl_error *err);
PTL_NODISCARD ptl_status ptl_access_user_list(ptl_access_user **out, int64_t *n,
                                              ptl_records *records, ptl_arena *arena,
                                              ptl_error *err);

/** The same label again takes the place of the earlier key. Sets key_id. */
PTL_NODISCARD ptl_status ptl_access_key_add(ptl_access_key *key, ptl_records *records,
                                            ptl_error *err);
/** E_NOT_FOUND where no key in force has this label. */
PTL_NODISCARD ptl_status ptl_access_key_revoke(ptl_records *records, const char *label,
                                               ptl_instant now, ptl_error *err);
PTL_NODISCARD ptl_status ptl_access_key_list(ptl_access_key **out, int64_t *n, ptl_records *records,
                                             ptl_arena *arena, ptl_error *err);

/** What a request that carried a key was answered: http 0 while its end is not known. */
typedef struct ptl_kept_answer {
    ptl_hash request; /* operation and parameters                */
    int32_t http;
    const char *answer; /* as the caller wrote it, or NULL       */
    int64_t job_id;     /* 0: it was no job                      */
} ptl_kept_answer;

/** `found` false: the request was not seen yet and is now begun. */
PTL_NODISCARD ptl_status ptl_kept_answer_begin(ptl_kept_answer *out, bool *found,
                                               ptl_records *records, const char *actor,
                                               const char *key, ptl_hash request, ptl_instant now,
                                               ptl_arena *arena, ptl_error *err);
PTL_NODISCARD ptl_status ptl_kept_answer_end(ptl_records *records, const char *actor,
                                             const char *key, const ptl_kept_answer *answer,
                                             ptl_error *err);
/** Nothing was done: the key may come again. */
PTL_NODISCARD ptl_status ptl_kept_answer_drop(ptl_records *records, const char *actor,
                                              const char *key, ptl_error *err);

#endif
