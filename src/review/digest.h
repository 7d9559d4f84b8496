/* digest.h: the review in a dozen lines, for those who read it in their mail.
 *
 * Reads what the newest review wrote, the alarms of the last seven days and the open actions;
 * writes nothing but the message. */
#ifndef PTL_REVIEW_DIGEST_H
#define PTL_REVIEW_DIGEST_H

#include "store/store.h"
#include "workspace/workspace.h"

typedef struct ptl_digest {
    int64_t run_id; /* of the review; 0: there is none yet */
    const char *subject;
    ptl_text text; /* plain, lines of any length          */
    ptl_text json; /* {"text": …} and the same as values: what a webhook is sent */
} ptl_digest;

PTL_NODISCARD ptl_status ptl_digest_make(ptl_digest *out, ptl_store *store,
                                         const ptl_workspace *workspace, ptl_day today,
                                         ptl_arena *arena, ptl_error *err);

#endif
