/* widen.h: which changes of a configuration widen: they give more room, move what everybody is
 * measured by, or let more people see. They need somebody who holds the right; all others are in
 * force at once.
 *
 * What widens, and whose right it is:
 *
 *   number    target lowered or gone, its day later; metric, start, baseline changed; called like
 *             another metric; chances of holding and drifting lowered                       owner
 *   review    least change worth naming raised                                              owner
 *   metric    version, horizon, discount changed; tolerance to the books raised             finance
 *   company   currency, zone, fiscal year, start of the week changed: every figure          owner
 *   channel   paid or marketing changed, or gone: what acquisition costs                    finance
 *   vertical  owner or lists changed, gone, or another before it: who decides, whose rows   owner
 *   digest    another reader, webhook or mail server                                        owner
 *
 * Where nothing was promised before (no target) nothing is widened by promising. Pure: two parsed
 * configurations in, a list out. */
#ifndef PTL_WORKSPACE_WIDEN_H
#define PTL_WORKSPACE_WIDEN_H

#include "workspace/workspace.h"

typedef struct ptl_widening {
    const char *key;    /* as the file names it: "kpi.to", "channels.paid_search.paid" */
    const char *before; /* as people read it; "none" where there was none              */
    const char *after;
    const char *why;   /* why it widens, one clause without a full stop       */
    const char *right; /* the role that decides: "owner", "finance"           */
} ptl_widening;

/** In the order of the table above; everything lies in the arena. An address that names no variable
 * of the environment is not shown. */
PTL_NODISCARD ptl_status ptl_workspace_widens(ptl_widening **out, int64_t *n,
                                              const ptl_workspace *before,
                                              const ptl_workspace *after, ptl_arena *arena,
                                              ptl_error *err);

/** The one role that may decide on all of them: theirs where it is one, else the owner. */
const char *ptl_widening_right(const ptl_widening *list, int64_t n);

/** As one line, verb first: "Lower the target from €1,200,000 to €1,100,000, and 2 more". */
void ptl_widening_title(ptl_buffer *out, const ptl_widening *list, int64_t n);
/** Why, each reason once: "The target is lowered; there is more time." */
void ptl_widening_why(ptl_buffer *out, const ptl_widening *list, int64_t n);

#endif
