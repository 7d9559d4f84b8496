/* json_internal.h: parts of review.json that have a file of their own. */
#ifndef PTL_REVIEW_JSON_INTERNAL_H
#define PTL_REVIEW_JSON_INTERNAL_H

#include "base/json_write.h"
#include "review/model.h"

void ptl_review_put_estimate(ptl_json *json, const char *key, ptl_estimate estimate);

/** "course": null where there is none. */
void ptl_review_put_course(ptl_json *json, const ptl_course *course);

/** "minutes" and "alarms", lists. */
void ptl_review_put_records(ptl_json *json, const ptl_review *review);

/** "changes": null where no room asked. */
void ptl_review_put_changes(ptl_json *json, const ptl_changes *changes);

#endif
