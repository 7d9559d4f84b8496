/* everything.h: an operation with a parameter of every type, for tests of what reads them. */
#ifndef PTL_TESTS_EVERYTHING_H
#define PTL_TESTS_EVERYTHING_H

#include "ops/args.h"

static const ptl_param everything_params[] = {
    {.name = "file", .type = PTL_PARAM_PATH, .positional = true, .required = true, .about = "f"},
    {.name = "more", .type = PTL_PARAM_TEXT, .positional = true, .repeated = true, .about = "m"},
    {.name = "as_of", .type = PTL_PARAM_DAY, .about = "d"},
    {.name = "n_rows", .type = PTL_PARAM_INT, .defaults = "17", .min = 3, .max = 90, .about = "n"},
    {.name = "share", .type = PTL_PARAM_NUMBER, .min = 0.25, .max = 0.75, .about = "s"},
    {.name = "format",
     .type = PTL_PARAM_ENUM,
     .defaults = "html",
     .choices = "html|json",
     .about = "e"},
    {.name = "dry_run", .type = PTL_PARAM_BOOL, .defaults = "false", .about = "b"},
};

static const ptl_op everything = {.name = "test.everything",
                                  .summary = "take everything",
                                  .about = "For tests.",
                                  .params = everything_params,
                                  .n_params = 7,
                                  .result = "none: text — none",
                                  .right = "everyone",
                                  .example = "portolan test everything f"};

#endif
