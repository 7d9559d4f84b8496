/* answers.h: which questions the data can answer today.
 *
 * Every question the product exists for is answered, answered with limits, or not yet; for the last
 * two one file is named that would change it, and what the answer would be worth. */
#ifndef PTL_OBSERVE_ANSWERS_H
#define PTL_OBSERVE_ANSWERS_H

#include "store/store.h"
#include "workspace/workspace.h"

typedef enum ptl_answer_state {
    PTL_ANSWERED,
    PTL_ANSWER_LIMITED,
    PTL_ANSWER_NOT_YET
} ptl_answer_state;

const char *
ptl_answer_state_text(ptl_answer_state state); /* "answered", "with limits", "not yet" */

typedef struct ptl_question {
    const char *question; /* as a marketing leader asks it                      */
    ptl_answer_state state;
    const char *where;   /* the command that answers it                        */
    const char *missing; /* what limits it; "" where it is answered            */
    const char *file;    /* the file that would change that; ""                */
    const char *worth;   /* what the answer would be worth; "" where answered  */
} ptl_question;

typedef struct ptl_answers {
    ptl_question *questions;
    int64_t n_questions, n_by_state[3];
} ptl_answers;

PTL_NODISCARD ptl_status ptl_answers_read(ptl_answers *out, ptl_store *store,
                                          const ptl_workspace *workspace, ptl_arena *arena,
                                          ptl_error *err);

#endif
