/* cli.c: from a command line to an exit code.
 *
 * The answer goes to standard output, progress and problems to standard error. With --json standard
 * output holds one JSON object whatever happens: the answer, or the problem {status, message,
 * detail, hint} with what the operation had to show beside it. */
#include "cli/cli.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/bar.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/line.h"
#include "cli/shell.h"
#include "http/client.h"
#include "http/server.h"
#include "ops/dispatch.h"
#include "ops/layout.h"
#include "portolan/linalg.h"
#include "workspace/blank.h"

enum {
    ARENA_BYTES_MAX = 16 * 1024 * 1024,   /* a command line: Linux allows some 2 MiB */
    OUTPUT_BYTES_MAX = 512 * 1024 * 1024, /* an answer as text or JSON             */
    ROOT_STEPS_MAX = 256                  /* folders upwards                         */
};

/* --- surroundings ----------------------------------------------------------------------------- */

static int32_t terminal_columns(int fd)
{
    struct winsize size;
    int64_t n = 0;
    const char *columns = getenv("COLUMNS");
    if (columns && ptl_text_int(&n, ptl_text_of(columns), NULL) == PTL_OK && n > 0 && n < 10000)
        return ptl_layout_columns((int32_t)n);
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return ptl_layout_columns(size.ws_col);
    return ptl_layout_columns(0);
}

/* The system's user: who is named in runs and in the ledger. */
static const char *current_actor(ptl_arena *arena)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char scratch[4096];
    if (getpwuid_r(geteuid(), &entry, scratch, sizeof scratch, &found) == 0 && found)
        return ptl_text_copy(ptl_text_of(found->pw_name), arena, NULL);
    return ptl_text_format(arena, NULL, "uid %ld", (long)geteuid());
}

/* The nearest folder at or above the current one that has a portolan.yaml. */
static ptl_status find_root(const char **out, ptl_arena *arena, ptl_error *err)
{
    char *here = getcwd(NULL, 0);
    if (!here) return ptl_fail(err, PTL_E_IO, "the current folder: %s", strerror(errno));
    char *folder = ptl_text_copy(ptl_text_of(here), arena, err);
    free(here);
    for (int i = 0; folder && i < ROOT_STEPS_MAX; i++) {
        char *file = ptl_path_join(arena, folder[0] ? folder : "/", "portolan.yaml", err);
        if (!file) return PTL_E_NO_MEMORY;
        if (ptl_file_exists(file)) {
            *out = folder[0] ? folder : "/";
            return PTL_OK;
        }
        char *slash = strrchr(folder, '/');
        if (!slash || !folder[0]) break;
        *slash = '\0';
    }
    (void)ptl_fail(err, PTL_E_NOT_FOUND,
                   "no workspace here: neither this folder nor one above it "
                   "has a portolan.yaml");
    ptl_error_hint(err, "portolan init acme makes one; --workspace DIR names one");
    return PTL_E_NOT_FOUND;
}

static ptl_status choose_root(const char **out, const ptl_line *line, ptl_arena *arena,
                              ptl_error *err)
{
    const char *named = line->workspace ? line->workspace : getenv("PORTOLAN_WORKSPACE");
    *out = NULL;
    if (line->op && (line->op->effects & PTL_NO_STORE)) return PTL_OK;
    if (!named || !named[0]) return find_root(out, arena, err);
    if (!ptl_folder_exists(named)) {
        (void)ptl_fail(err, PTL_E_NOT_FOUND, "workspace \"%.300s\" is no folder", named);
        ptl_error_hint(err, "portolan init %.300s makes one there", named);
        return PTL_E_NOT_FOUND;
    }
    *out = named;
    return PTL_OK;
}

/* --- printing --------------------------------------------------------------------------------- */

static ptl_status print_buffer(const ptl_buffer *buffer, FILE *to, ptl_error *err)
{
    PTL_TRY(ptl_buffer_check(buffer, "the output", err));
    errno = 0;
    const bool written = buffer->len == 0 || fwrite(buffer->ptr, 1, buffer->len, to) == buffer->len;
    if (written && fflush(to) == 0) return PTL_OK;
    return ptl_fail(err, PTL_E_IO, "the output could not be written: %s", strerror(errno));
}

static void put_problem(ptl_json *json, const ptl_error *problem, const ptl_reply *reply)
{
    ptl_json_object(json);
    ptl_json_put_string(json, "status", ptl_status_name(problem->status));
    ptl_json_put_string(json, "message", problem->message);
    ptl_json_put_string(json, "detail", problem->detail[0] ? problem->detail : NULL);
    ptl_json_put_string(json, "hint", problem->hint[0] ? problem->hint : NULL);
    if (reply) ptl_reply_write_members(reply, json);
    ptl_json_object_end(json);
}

/* What the failed operation had to show. */
static void put_shown(ptl_buffer *out, const ptl_reply *reply, int32_t columns)
{
    ptl_buffer shown;
    ptl_buffer_init(&shown, OUTPUT_BYTES_MAX, NULL);
    ptl_reply_write_text(reply, &shown, columns);
    if (shown.len > 0) ptl_buffer_append(out, shown.ptr, shown.len);
    ptl_buffer_dispose(&shown);
}

static void print_problem_text(const ptl_error *problem, const ptl_reply *reply)
{
    const int32_t columns = terminal_columns(STDERR_FILENO);
    ptl_buffer text;
    ptl_error ignored;
    ptl_buffer_init(&text, OUTPUT_BYTES_MAX, NULL);
    ptl_buffer_text(&text, "portolan: ");
    ptl_layout_wrap(&text, ptl_text_of(problem->message), 10, 2, columns);
    if (problem->detail[0]) {
        ptl_layout_spaces(&text, 2);
        ptl_layout_wrap(&text, ptl_text_of(problem->detail), 2, 2, columns);
    }
    if (reply) put_shown(&text, reply, columns);
    if (problem->hint[0]) {
        ptl_buffer_text(&text, "hint: ");
        ptl_layout_wrap(&text, ptl_text_of(problem->hint), 6, 6, columns);
    }
    const ptl_status st = print_buffer(&text, stderr, &ignored);
    (void)st; /* there is nobody left to tell */
    ptl_buffer_dispose(&text);
}

/* Words for people on standard error, the object on standard output under --json. */
static int print_problem(const ptl_error *problem, const ptl_reply *reply, bool as_json)
{
    print_problem_text(problem, reply);
    if (as_json) {
        ptl_buffer text;
        ptl_json json;
        ptl_error ignored;
        ptl_buffer_init(&text, OUTPUT_BYTES_MAX, NULL);
        ptl_json_init_buffer(&json, &text, 2, &ignored);
        put_problem(&json, problem, reply);
        ptl_status st = ptl_json_finish(&json);
        if (st == PTL_OK) st = print_buffer(&text, stdout, &ignored);
        (void)st; /* the words above say it already */
        ptl_buffer_dispose(&text);
    }
    return ptl_status_exit(problem->status);
}

static ptl_status print_reply(const ptl_reply *reply, bool as_json, ptl_error *err)
{
    ptl_buffer text;
    ptl_json json;
    ptl_status st = PTL_OK;
    ptl_buffer_init(&text, OUTPUT_BYTES_MAX, NULL);
    if (as_json) {
        ptl_json_init_buffer(&json, &text, 2, err);
        ptl_reply_write_json(reply, &json);
        st = ptl_json_finish(&json);
    } else {
        ptl_reply_write_text(reply, &text, terminal_columns(STDOUT_FILENO));
    }
    if (st == PTL_OK) st = print_buffer(&text, stdout, err);
    ptl_buffer_dispose(&text);
    return st;
}

/* --- the terminal's own words ----------------------------------------------------------------- */

static ptl_status fill_openapi(ptl_buffer *page, ptl_error *err)
{
    ptl_json json;
    ptl_json_init_buffer(&json, page, 2, err);
    PTL_TRY(ptl_openapi(&json, err));
    PTL_TRY(ptl_json_finish(&json));
    ptl_buffer_text(page, "\n");
    return PTL_OK;
}

static ptl_status fill_page(ptl_buffer *page, const ptl_line *line, ptl_error *err)
{
    const int32_t columns = terminal_columns(STDOUT_FILENO);
    if (line->op) {
        ptl_help_op(page, line->op, columns);
        return PTL_OK;
    }
    if (line->help && line->word != PTL_CLI_HELP) {
        ptl_help_front(page, columns);
        return PTL_OK;
    }
    switch (line->word) {
    case PTL_CLI_COMPLETION:
        return ptl_completion(page, line->n_rest > 0 ? line->rest[0] : NULL, err);
    case PTL_CLI_MAN:
        ptl_manual(page);
        return PTL_OK;
    case PTL_CLI_REFERENCE:
        ptl_reference(page);
        return PTL_OK;
    case PTL_CLI_HELP:
        return ptl_help_words(page, line->rest, line->n_rest, columns, err);
    case PTL_CLI_OPENAPI:
        return fill_openapi(page, err);
    case PTL_CLI_SERVE:
    case PTL_CLI_OPERATION:
        ptl_help_front(page, columns);
        return PTL_OK;
    }
    return PTL_OK;
}

/* A page as it is, or as the "document" of an answer. */
static ptl_status print_page(const ptl_line *line, ptl_error *err)
{
    ptl_buffer page;
    ptl_reply *reply = NULL;
    PTL_TRY(ptl_reply_new(&reply, err));
    ptl_buffer_init(&page, OUTPUT_BYTES_MAX, NULL);
    ptl_status st = fill_page(&page, line, err);
    if (st == PTL_OK) st = ptl_buffer_check(&page, "the page", err);
    if (st == PTL_OK) {
        ptl_reply_document(reply, ptl_buffer_borrow(&page));
        st = ptl_reply_check(reply, err);
    }
    if (st == PTL_OK) st = print_reply(reply, line->json, err);
    ptl_buffer_dispose(&page);
    ptl_reply_free(reply);
    return st;
}

/* --- operations ------------------------------------------------------------------------------- */

/* What listens while an operation runs: the bar, the signals, the engine they interrupt. */
typedef struct watch {
    ptl_bar bar;
    ptl_progress progress;
} watch;

/* The question on standard error, the answer from standard input; its end takes what is proposed.
 */
static ptl_status ask_terminal(void *ctx, char *answer, size_t size, const char *question,
                               const char *proposed, ptl_error *err)
{
    watch *w = ctx;
    ptl_bar_clear(&w->bar);
    fprintf(stderr, "%s\n  [%s] ", question, proposed);
    fflush(stderr);
    answer[0] = '\0';
    if (!fgets(answer, (int)size, stdin)) {
        fputs("\n", stderr);
        clearerr(stdin);
    }
    return ptl_progress_check(&w->progress, err);
}

static ptl_status dispatch_watched(ptl_reply *reply, ptl_request *request, watch *w, bool quiet,
                                   ptl_error *err)
{
    ptl_bar_init(&w->bar, quiet ? NULL : stderr, isatty(STDERR_FILENO) == 1,
                 terminal_columns(STDERR_FILENO));
    ptl_progress_init(&w->progress, ptl_bar_listen, &w->bar);
    request->progress = &w->progress;
    const ptl_asker asker = {w, ask_terminal};
    if (!quiet && isatty(STDIN_FILENO) == 1) request->asker = &asker;
    ptl_status st = ptl_interrupt_start(&w->progress, err);
    if (st == PTL_OK) {
        /* one way to an answer: here, or at the server that owns the workspace */
        if (request->root && ptl_client_finds_server(request->root))
            st = ptl_client_dispatch(reply, ptl_args_op(request->args), request, err);
        else
            st = ptl_dispatch(reply, request, err);
        ptl_interrupt_stop();
    }
    ptl_bar_clear(&w->bar);
    ptl_bar_dispose(&w->bar);
    return st;
}

static ptl_status run_operation(ptl_reply *reply, const ptl_line *line, ptl_arena *arena,
                                ptl_error *err)
{
    ptl_args *args = NULL;
    watch w;
    ptl_request request = {.operation = line->op->name,
                           .actor = current_actor(arena),
                           .n_threads = line->n_threads,
                           .wait_ms = line->wait_ms,
                           .force = line->force,
                           .now = ptl_clock_now()};
    if (!request.actor) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for the user's name");
    PTL_TRY(ptl_args_from_texts(&args, line->op, line->texts, line->n_texts, arena, err));
    PTL_TRY(choose_root(&request.root, line, arena, err));
    PTL_TRY(ptl_linalg_init(err));
    request.args = args;
    return dispatch_watched(reply, &request, &w, line->quiet, err);
}

static int run_and_print(const ptl_line *line, ptl_arena *arena)
{
    ptl_error err;
    ptl_reply *reply = NULL;
    ptl_error_clear(&err);
    ptl_status st = ptl_reply_new(&reply, &err);
    if (st == PTL_OK) st = run_operation(reply, line, arena, &err);
    int code = 0;
    if (st != PTL_OK)
        code = print_problem(&err, reply, line->json);
    else if (print_reply(reply, line->json, &err) != PTL_OK)
        code = print_problem(&err, NULL, false);
    ptl_reply_free(reply);
    return code;
}

/* The whole path: the server stands in another folder. */
static ptl_status find_file(const char **out, const char *path, ptl_arena *arena, ptl_error *err)
{
    *out = NULL;
    if (!path) return PTL_OK;
    char *real = realpath(path, NULL);
    if (!real) return ptl_fail(err, PTL_E_NOT_FOUND, "file \"%.300s\": %s", path, strerror(errno));
    *out = ptl_text_copy(ptl_text_of(real), arena, err);
    free(real);
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}

/* A folder that is named may be empty: whoever opens the console then brings the files. */
static ptl_status choose_served(const char **out, const ptl_line *line, ptl_arena *arena,
                                ptl_error *err)
{
    if (line->n_rest > 1)
        return ptl_fail(err, PTL_E_INVALID, "serve has no place for \"%.100s\"", line->rest[1]);
    if (line->n_rest == 0) return choose_root(out, line, arena, err);
    *out = line->rest[0];
    return ptl_workspace_make_blank(*out, arena, err);
}

/* Until a signal: then 0, as for everything that was done. */
static ptl_status serve(const ptl_line *line, ptl_arena *arena, ptl_error *err)
{
    ptl_serve_options options = ptl_serve_options_default();
    PTL_TRY(choose_served(&options.root, line, arena, err));
    if (line->listen) options.listen = line->listen;
    if (line->socket) options.listen = NULL;
    PTL_TRY(find_file(&options.certificate, line->certificate, arena, err));
    PTL_TRY(find_file(&options.key, line->key, arena, err));
    options.behind_proxy = line->behind_proxy;
    options.apply_changes = line->apply_changes;
    options.wait_ms = line->wait_ms;
    options.log = line->quiet ? NULL : stderr;
    options.say = stdout;
    return ptl_serve(&options, err);
}

static bool asks_for_json(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--json") == 0) return true;
    return false;
}

static int run_line(int argc, char **argv, ptl_arena *arena)
{
    ptl_line line;
    ptl_error err;
    ptl_error_clear(&err);
    const char *const *words = (const char *const *)argv;
    if (ptl_line_parse(&line, argc, words, arena, &err) != PTL_OK)
        return print_problem(&err, NULL, asks_for_json(argc, argv));
    if (line.op && !line.help) return run_and_print(&line, arena);
    if (line.word == PTL_CLI_SERVE && !line.help)
        return serve(&line, arena, &err) == PTL_OK ? 0 : print_problem(&err, NULL, line.json);
    if (print_page(&line, &err) != PTL_OK) return print_problem(&err, NULL, line.json);
    return 0;
}

int ptl_cli_main(int argc, char **argv)
{
    ptl_arena arena;
    ptl_arena_init(&arena, ARENA_BYTES_MAX, NULL);
    const int code = run_line(argc, argv, &arena);
    ptl_arena_dispose(&arena);
    return code;
}
