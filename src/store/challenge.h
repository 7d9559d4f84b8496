/* challenge.h: questions about figures, and their answers.
 *
 * Invariants. 1. A question names one figure: page and key as the page writes them ("today/one"),
 * and the run that made it where one is known. 2. It is open until it is answered, once. 3. Nothing
 * is changed or taken back: who doubts an answer asks again. */
#ifndef PTL_STORE_CHALLENGE_H
#define PTL_STORE_CHALLENGE_H

#include "store/records.h"

typedef struct ptl_challenge {
    int64_t challenge_id;
    const char *figure;    /* "today/one"                                          */
    const char *what;      /* the figure as it stood, in words; NULL: not said     */
    int64_t figure_run_id; /* that made the figure; 0: not known                   */
    const char *question;
    ptl_instant asked_at, answered_at; /* answered_at 0: open */
    const char *asked_by, *answered_by;
    const char *answer; /* NULL while open */
    int64_t run_id;     /* that entered the question */
} ptl_challenge;

/** Enter; sets challenge_id. E_INVALID where figure or question say nothing, E_LIMIT where they say
 * too much, E_NOT_FOUND where the figure's run does not exist. */
PTL_NODISCARD ptl_status ptl_challenge_add(ptl_challenge *challenge, ptl_records *records,
                                           ptl_error *err);

/** The same answer again changes nothing. E_NOT_FOUND names the highest there is, E_CONFLICT one
 * that was answered with other words. */
PTL_NODISCARD ptl_status ptl_challenge_answer(ptl_records *records, int64_t challenge_id,
                                              const char *answer, const char *actor, ptl_instant at,
                                              ptl_error *err);

typedef struct ptl_challenge_options {
    int32_t size;
    const char *figure; /* NULL: of all figures */
    bool all;           /* answered ones too    */
    int64_t limit;
} ptl_challenge_options;

/** Open ones first, then the newest. Texts lie in the arena. */
PTL_NODISCARD ptl_status ptl_challenge_list(ptl_challenge **out, int64_t *n, ptl_records *records,
                                            const ptl_challenge_options *options, ptl_arena *arena,
                                            ptl_error *err);

#endif
