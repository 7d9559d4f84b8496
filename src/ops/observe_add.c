/* observe_add.c: files that came after the start: what of a folder is no source yet becomes one.
 *
 * The whole folder is looked at, not the new file alone: whether a file counts the same money as
 * another is seen only beside it. A source that is there is never rewritten. */
#include "ops/start_internal.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

typedef struct adding {
    start way; /* what start shares: files, plan, answers */
    const char **added, **files;
    int64_t n_added;
} adding;

/* Below the workspace's folder as its sources name files, else in full. */
static bool matches(const char *pattern, const char *full, const char *root)
{
    const size_t len = strlen(root);
    const bool inside = strncmp(full, root, len) == 0 && full[len] == '/';
    return fnmatch(pattern, full, FNM_PATHNAME) == 0 ||
           (inside && fnmatch(pattern, full + len + 1, FNM_PATHNAME) == 0);
}

/* Whether some source in force reads the file. */
static bool is_read(const ptl_call *call, const char *path)
{
    bool found = false;
    const ptl_workspace *w = call->workspace;
    char *full = realpath(path, NULL);
    for (int64_t i = 0; full && i < w->n_sources; i++)
        for (int64_t k = 0; k < w->sources[i].n_files; k++)
            found = found || matches(w->sources[i].files[k], full, call->root);
    free(full);
    return found;
}

static bool all_read(const ptl_call *call, const ptl_planned *p)
{
    for (int64_t i = 0; i < p->n_files; i++)
        if (!is_read(call, p->files[i]->path)) return false;
    return true;
}

/* A name that is taken gets a number behind it. */
static ptl_status free_name(const char **path, const char **name, const ptl_call *call,
                            const char *wanted, ptl_error *err)
{
    for (int i = 1; i < 100; i++) {
        *name = i == 1 ? wanted : ptl_text_format(call->arena, err, "%s_%d", wanted, i);
        const char *file =
            *name ? ptl_text_format(call->arena, err, "sources/%s.yaml", *name) : NULL;
        *path = file ? ptl_path_join(call->arena, call->root, file, err) : NULL;
        if (!*path) return PTL_E_NO_MEMORY;
        if (!ptl_file_exists(*path)) return PTL_OK;
    }
    return ptl_fail(err, PTL_E_LIMIT, "a hundred sources are called \"%.100s\"", wanted);
}

static ptl_status add_source(adding *a, const ptl_planned *p)
{
    ptl_buffer out;
    const char *path, *name;
    start *s = &a->way;
    PTL_TRY(free_name(&path, &name, s->call, p->name, s->err));
    ptl_buffer_init(&out, 1 << 20, NULL);
    ptl_status st = ptl_plan_source(&out, &s->plan, p, &s->choice, s->call->arena, s->err);
    if (st == PTL_OK) st = ptl_file_write(path, ptl_buffer_borrow(&out), 0644, s->err);
    ptl_buffer_dispose(&out);
    if (st != PTL_OK) return st;
    a->added[a->n_added] = name;
    a->files[a->n_added++] = p->files[0]->file;
    return PTL_OK;
}

static ptl_status add_all(adding *a)
{
    start *s = &a->way;
    const int64_t n = s->plan.n_sources + 1;
    a->added = ptl_arena_array(s->call->arena, n, sizeof *a->added, s->err);
    a->files = ptl_arena_array(s->call->arena, n, sizeof *a->files, s->err);
    const char *folder = ptl_path_join(s->call->arena, s->call->root, "sources", s->err);
    if (!a->added || !a->files || !folder) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_folder_make(folder, 0755, s->err));
    for (int64_t i = 0; i < s->plan.n_sources; i++) {
        const ptl_planned *p = &s->plan.sources[i];
        if (!p->left_out && !all_read(s->call, p)) PTL_TRY(add_source(a, p));
    }
    return PTL_OK;
}

static void say(const adding *a)
{
    static const ptl_reply_column columns[] = {{"source", "Source", false},
                                               {"file", "File", false}};
    ptl_reply *reply = a->way.call->reply;
    if (a->n_added == 0)
        ptl_reply_say(reply, "Nothing that is recognised is without a source.");
    else
        ptl_reply_say(reply, "%lld source%s written; the next import loads %s.",
                      (long long)a->n_added, a->n_added == 1 ? " is" : "s are",
                      a->n_added == 1 ? "it" : "them");
    ptl_reply_int(reply, "n_added", "Added", a->n_added);
    ptl_reply_table(reply, "added", "", columns, 2);
    for (int64_t i = 0; i < a->n_added; i++) {
        ptl_reply_cell_text(reply, a->added[i]);
        ptl_reply_cell_text(reply, a->files[i]);
    }
    ptl_reply_table_end(reply);
    if (a->n_added > 0) ptl_reply_next(reply, "portolan import");
}

static ptl_status source_add(ptl_call *call, ptl_error *err)
{
    adding *a = ptl_arena_array(call->arena, 1, sizeof *a, err);
    if (!a) return PTL_E_NO_MEMORY;
    const char *owner = ptl_args_text(call->args, "owner");
    *a = (adding){.way = {.call = call,
                          .err = err,
                          .is_form = true,
                          .root = call->root,
                          .folder = ptl_args_text(call->args, "folder"),
                          .choice = {.root = call->root, .owner = owner}}};
    PTL_TRY(start_read_answers(&a->way));
    PTL_TRY(start_look(&a->way));
    PTL_TRY(ptl_plan_settle(&a->way.plan, call->workspace->currency, call->arena, err));
    PTL_TRY(add_all(a));
    if (a->n_added > 0) PTL_TRY(start_run_with(NULL, &a->way, "apply", "{}"));
    say(a);
    return PTL_OK;
}

static const ptl_param params[] = {
    {.name = "folder",
     .type = PTL_PARAM_PATH,
     .positional = true,
     .required = true,
     .about = "The folder with the files; those that a source reads already stay as they are."},
    {.name = "given",
     .type = PTL_PARAM_TEXT,
     .about = "Answers that settle a file, one `file/role: column` a line."},
    {.name = "owner",
     .type = PTL_PARAM_TEXT,
     .about = "Who answers for the new sources; without it nobody does yet."}};

const ptl_op ptl_op_source_add = {
    .name = "source.add",
    .summary = "make sources of a folder's files that none reads yet",
    .about = "Looks at the folder as `portolan start` does and writes sources/<name>.yaml for "
             "every recognised file that no source reads, and puts them in force. What would "
             "count the same money twice is left out; what is not sure is not taken. Nothing is "
             "loaded yet.",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .result = "n_added: int — sources written\n"
              "added: list(source, file) — those",
    .right = "owner",
    .effects = PTL_READS,
    .example = "portolan source add data",
    .run = source_add};
