/* shell.h: what a shell, its manual and the reference page take from the registry. */
#ifndef PTL_CLI_SHELL_H
#define PTL_CLI_SHELL_H

#include "ops/op.h"

/** A completion script for "bash", "zsh" or "fish": commands, parameters, choices, files. */
PTL_NODISCARD ptl_status ptl_completion(ptl_buffer *out, const char *shell, ptl_error *err);

/** portolan(1) in roff (man macros). */
void ptl_manual(ptl_buffer *out);

/** docs/operations.md: every operation as Markdown. */
void ptl_reference(ptl_buffer *out);

#endif
