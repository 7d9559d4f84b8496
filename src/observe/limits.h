/* limits.h: the ceilings of this room, each with its reason. */
#ifndef PTL_OBSERVE_LIMITS_H
#define PTL_OBSERVE_LIMITS_H

enum {
    PTL_IMPORT_FILES_MAX = 10000 /* files of one import: more is a pattern that matches a disk */
};

#endif
