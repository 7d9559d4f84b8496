/* limits.h: the ceilings of this room, each with its reason. */
#ifndef PTL_OBSERVE_LIMITS_H
#define PTL_OBSERVE_LIMITS_H

enum {
    PTL_IMPORT_FILES_MAX = 10000, /* files of one import: more is a pattern that matches a disk */
    PTL_AUDIT_FINDINGS_MAX = 500, /* findings listed: with more the first one is to begin at all */
    PTL_AUDIT_SERIES_MAX = 2000   /* daily series looked at: sources times currencies           */
};

#endif
