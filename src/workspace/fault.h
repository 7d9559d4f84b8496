/* fault.h: what is wrong in a file, where exactly, and what would be right. */
#ifndef PTL_WORKSPACE_FAULT_H
#define PTL_WORKSPACE_FAULT_H

#include "base/text.h"

enum { PTL_FAULTS_MAX = 200 }; /* more are counted, not kept: nobody reads further */

typedef struct ptl_fault {
    const char *file;    /* relative to the workspace  */
    int64_t line;        /* from 1                     */
    int64_t column;      /* from 1                     */
    const char *key;     /* "kpi.target", or ""        */
    const char *found;   /* as written; "": missing */
    bool in_words;       /* found tells what is there ("a list") instead of quoting it */
    const char *allowed; /* in words                */
    const char *nearest; /* "did you mean", or NULL */
} ptl_fault;

typedef struct ptl_faults {
    ptl_fault items[PTL_FAULTS_MAX];
    int64_t n;       /* kept  */
    int64_t n_total; /* found */
    ptl_arena arena; /* owns the texts */
} ptl_faults;

void ptl_faults_init(ptl_faults *faults);
void ptl_faults_dispose(ptl_faults *faults);

/** Count a fault, and keep a copy of it and its texts while there is room. NULL texts are "",
 * except `nearest`; `found` is cut to its first line and 80 bytes. */
void ptl_faults_add(ptl_faults *faults, const ptl_fault *fault);

/** Order by file, line and column: files as they first appear, what is equal stays as it was. */
void ptl_faults_sort(ptl_faults *faults);

/** "portolan.yaml:7:3: kpi.due: found "31.12.2026", allowed: a date as 2026-12-31" */
void ptl_fault_format(ptl_buffer *out, const ptl_fault *fault);

#endif
