/* line.h: a command line, taken apart by the registry.
 *
 * `portolan [options] <operation words> [positionals] [--parameters]`. Options of the program may
 * stand anywhere. An operation is named by its words (`run list`), with a dot (`run.list`), or by
 * its alias (`import`). "--" ends options. */
#ifndef PTL_CLI_LINE_H
#define PTL_CLI_LINE_H

#include "ops/args.h"

/* Words that are the terminal's own, beside the registry's. */
#define PTL_CLI_WORDS(X)                                                                           \
    X(HELP, "help", "[COMMAND]", "explain a command, or list them all")                            \
    X(COMPLETION, "completion", "bash|zsh|fish", "print a completion script for a shell")          \
    X(MAN, "man", "", "print the manual page")                                                     \
    X(REFERENCE, "reference", "", "print every operation as Markdown (docs/operations.md)")        \
    X(OPENAPI, "openapi", "", "print the HTTP interface as OpenAPI 3.1")                           \
    X(SERVE, "serve", "", "serve the workspace over HTTP until it is told to stop (docs/http.md)")

typedef enum ptl_cli_word {
    PTL_CLI_OPERATION,
#define PTL_CLI_ENUM(id, name, takes, about) PTL_CLI_##id,
    PTL_CLI_WORDS(PTL_CLI_ENUM)
#undef PTL_CLI_ENUM
} ptl_cli_word;

/* Options of the program: name, short form, value, what it does. */
#define PTL_CLI_OPTIONS(X)                                                                         \
    X(WORKSPACE, "workspace", 'w', "DIR",                                                          \
      "the workspace; else $PORTOLAN_WORKSPACE, else the nearest folder upwards that is one")      \
    X(JSON, "json", 0, NULL, "answer as JSON; a problem is an object with status and message")     \
    X(QUIET, "quiet", 'q', NULL, "no progress")                                                    \
    X(THREADS, "threads", 0, "N", "threads to use; answers do not depend on it")                   \
    X(WAIT, "wait", 0, "SECONDS", "wait so long for another process that owns the workspace")      \
    X(FORCE, "force", 0, NULL, "do it again even if nothing has changed")                          \
    X(LISTEN, "listen", 0, "ADDRESS:PORT", "with serve: where; else 127.0.0.1:8480")               \
    X(SOCKET, "socket", 0, NULL, "with serve: only the workspace's own socket, nothing on TCP")    \
    X(CERTIFICATE, "certificate", 0, "FILE", "with serve: TLS with this certificate (PEM)")        \
    X(KEY, "key", 0, "FILE", "with serve: the certificate's key (PEM)")                            \
    X(BEHIND_PROXY, "behind-proxy", 0, NULL,                                                       \
      "with serve: a proxy has the certificate and says X-Forwarded-Proto")                        \
    X(APPLY_CHANGES, "apply-changes", 0, NULL,                                                     \
      "with serve: put files that changed and hold no fault in force")                             \
    X(VERSION, "version", 0, NULL, "the same as portolan version")                                 \
    X(HELP, "help", 'h', NULL, "explain the command instead of running it")

typedef enum ptl_cli_option {
#define PTL_CLI_OPTION_ENUM(id, name, letter, takes, about) PTL_OPTION_##id,
    PTL_CLI_OPTIONS(PTL_CLI_OPTION_ENUM)
#undef PTL_CLI_OPTION_ENUM
} ptl_cli_option;

typedef struct ptl_cli_option_row {
    const char *name;
    char letter;       /* 0: none                       */
    const char *takes; /* NULL: a switch                */
    const char *about;
} ptl_cli_option_row;
extern const ptl_cli_option_row ptl_cli_options[];
extern const int64_t ptl_cli_options_n;

typedef struct ptl_line {
    ptl_cli_word word;       /* PTL_CLI_OPERATION: see `op`         */
    const ptl_op *op;        /* NULL where no operation was named   */
    const char *const *rest; /* words after one of the terminal's own */
    int64_t n_rest;
    ptl_arg_text *texts; /* parameters as typed */
    int64_t n_texts;
    const char *workspace;
    int32_t n_threads;
    int64_t wait_ms;
    const char *listen, *certificate, *key; /* serve */
    bool json, quiet, force, help, socket, behind_proxy, apply_changes;
} ptl_line;

/** argv[0] is the program. Everything is borrowed from argv or lives in the arena. */
PTL_NODISCARD ptl_status ptl_line_parse(ptl_line *out, int argc, const char *const *argv,
                                        ptl_arena *arena, ptl_error *err);

#endif
