/* content.h: what the values of a column are, told from the values alone.
 *
 * A column is of a kind where every value that is there is: one amount that is no amount, one date
 * in another format, and it is not. What two readings would take in different ways (03/04/2026,
 * 1.234) is found and said. Pure over a sample. */
#ifndef PTL_OBSERVE_CONTENT_H
#define PTL_OBSERVE_CONTENT_H

#include "observe/sample.h"
#include "store/cast.h"
#include "workspace/preset.h"

typedef struct ptl_content {
    bool fits;          /* every value there is of the kind                               */
    int64_t n;          /* values there; 0: nothing speaks for or against                 */
    const char *format; /* DAY, TIME: the one that reads them all; "rfc3339" for none      */
    const char *rival;  /* another format that reads them all, and differently; NULL: none */
    ptl_text misfit;    /* the first value that is not of the kind                        */
    int64_t misfit_row;
    double share; /* of the values that are of the kind */
} ptl_content;

/** Hold a column against a kind. `values`: of WORD. `usual`: a format to try first, or NULL. */
ptl_content ptl_content_of(const ptl_sample *sample, int64_t column, ptl_preset_kind kind,
                           const ptl_preset_column *words, const char *usual,
                           const ptl_locale *locale);

/** The kind that fits best, the narrowest first; TEXT where none does. */
ptl_preset_kind ptl_content_kind(ptl_content *out, const ptl_sample *sample, int64_t column,
                                 const ptl_locale *locale);

/** Whether every number of these columns reads in `locale`; `differs` where at least one of them
 * reads in `other` too, all of them do, and one gives another number. */
bool ptl_content_locale(bool *differs, const ptl_sample *sample, const int64_t *columns,
                        int64_t n_columns, const ptl_locale *locale, const ptl_locale *other);

#endif
