/* help.h: pages that teach, made from the registry. */
#ifndef PTL_CLI_HELP_H
#define PTL_CLI_HELP_H

#include "ops/op.h"

/** What this is, three commands to start, every command by room, options. */
void ptl_help_front(ptl_buffer *out, int32_t columns);

/** One operation: usage, what it does, parameters, answer, example. */
void ptl_help_op(ptl_buffer *out, const ptl_op *op, int32_t columns);

/** `words` as typed behind `help`: an operation, a first word ("run"), a room, or nothing. */
PTL_NODISCARD ptl_status ptl_help_words(ptl_buffer *out, const char *const *words, int64_t n_words,
                                        int32_t columns, ptl_error *err);

/** "run show": how a person types the operation's name. */
void ptl_op_words(char out[80], const ptl_op *op);

/** "run show [RUN] [--limit N]": all it takes, in one line. */
void ptl_op_usage(ptl_buffer *out, const ptl_op *op);

/** "--as-of", or "DIR" where it is positional: how a person types the parameter. */
void ptl_param_typed(char out[80], const ptl_param *param);

/** "a whole number from 1 to 100, entries; default 20". */
void ptl_param_allowed(ptl_buffer *out, const ptl_param *param);

#endif
