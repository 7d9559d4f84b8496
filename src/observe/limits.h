/* limits.h: the ceilings of this room, each with its reason. */
#ifndef PTL_OBSERVE_LIMITS_H
#define PTL_OBSERVE_LIMITS_H

enum {
    PTL_IMPORT_FILES_MAX = 10000, /* files of one import: more is a pattern that matches a disk */
    PTL_AUDIT_FINDINGS_MAX = 500, /* findings listed: with more the first one is to begin at all */
    PTL_SAMPLE_ROWS_MAX = 4000,   /* enough to tell 03/04 from 04/03 in a file by day */
    PTL_SAMPLE_BYTES_MAX = 2 << 20,   /* of text; a row may be long */
    PTL_RECOGNISE_FILES_MAX = 2000,   /* files of one folder: more is no folder of exports */
    PTL_RECOGNISE_DEPTH_MAX = 8,      /* folders within folders */
    PTL_RECOGNISE_PARTS_MAX = 64,     /* sources made of one file: one a channel of a wide sheet */
    PTL_RECOGNISE_ROLES_MAX = 64,     /* columns of one preset */
    PTL_RECOGNISE_WORDS_MAX = 64,     /* reasons, doubts and questions about one file */
    PTL_RECOGNISE_ARENA_MAX = 1 << 29 /* samples of all files of a folder, some 200 KB each */
};

#endif
