/* limits.h: everything in workspace that grows, and how far. One line each: ceiling, reason. */
#ifndef PTL_WORKSPACE_LIMITS_H
#define PTL_WORKSPACE_LIMITS_H

#include "portolan/status.h"

enum {
    PTL_CONFIG_FILE_BYTES_MAX = 1 << 20, /* a file people edit by hand                          */
    PTL_CONFIG_FILES_MAX = 1000,         /* sources of one workspace                            */
    PTL_CONFIG_BYTES_MAX = 64 << 20,     /* all files together, read for a version              */
    PTL_YAML_DEPTH_MAX = 16,             /* our deepest table nests four                        */
    PTL_YAML_NODES_MAX = 100000,         /* keeps a hostile file to some 20 MB of tree          */
    PTL_YAML_ARENA_BYTES_MAX = 64 << 20, /* the tree of one file                                */
    PTL_WORKSPACE_ARENA_BYTES_MAX = 128 << 20, /* what all files together leave behind            */
    PTL_FAULT_FOUND_BYTES_MAX = 80,      /* quoted from a file: enough to recognise the place   */
    PTL_FAULT_ARENA_BYTES_MAX = 1 << 20, /* 200 faults with their words                         */
    PTL_NAME_BYTES_MAX = 64,             /* of channels and sources: they become file names     */
    PTL_TEXT_CHARACTERS_MAX = 200,       /* of labels, owners, aliases: what fits on a page     */
    PTL_MAPPING_CHARACTERS_MAX = 100000, /* one SELECT                                          */
    PTL_FOLD_CHARACTERS_MAX = 512,       /* a channel as recorded, after case folding           */
    PTL_EXPANDED_BYTES_MAX = 4096,       /* a path after its variables: Linux's PATH_MAX        */
    PTL_VERTICALS_MAX = 60,              /* of a company: one bit each, and what a page can show */
    PTL_DIFFERENCE_CELLS_MAX = 4 << 20,  /* of the table that aligns two files: 8 MB            */
    PTL_DIFFERENCE_ARENA_BYTES_MAX = 64 << 20 /* two files of short lines, and their table */
};

/** What an arena's NULL means to the caller: its ceiling or the system's refusal, as `err` says. */
static inline ptl_status ptl_refused(const ptl_error *err)
{
    return err ? err->status : PTL_E_NO_MEMORY;
}

#endif
