/* start.c: from a folder of exports to the first review (start_internal.h).
 *
 * The folder of exports is read only. The workspace is a new folder, or the blank one that somebody
 * serves already; where the way there fails, what was written stays, so that nobody loses their
 * answers, and another start goes over it. */
#include "ops/start_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "workspace/blank.h"

/* --- operations within the operation -----------------------------------------------------------
 */

ptl_status start_run_with(json_t **answer, start *s, const char *operation, const char *json)
{
    const ptl_op *op = NULL;
    ptl_args *args = NULL;
    ptl_reply *reply = NULL;
    PTL_TRY(ptl_op_find(&op, ptl_text_of(operation), s->err));
    PTL_TRY(ptl_args_from_json(&args, op, ptl_text_of(json), s->call->arena, s->err));
    PTL_TRY(ptl_reply_new(&reply, s->err));
    const ptl_request request = {.operation = operation,
                                 .args = args,
                                 .root = s->root,
                                 .actor = s->call->actor,
                                 .role = s->call->role,
                                 .progress = s->call->progress,
                                 .now = s->call->now,
                                 .store = s->call->store ? s->call->store : s->call->held};
    ptl_buffer text;
    ptl_json out;
    ptl_buffer_init(&text, 64u << 20, NULL);
    ptl_status st = ptl_dispatch(reply, &request, s->err);
    if (st == PTL_OK && answer) {
        ptl_json_init_buffer(&out, &text, 0, s->err);
        ptl_reply_write_json(reply, &out);
        st = ptl_json_finish(&out);
    }
    if (st == PTL_OK && answer) *answer = json_loadb(text.ptr, text.len, 0, NULL);
    ptl_buffer_dispose(&text);
    ptl_reply_free(reply);
    return st;
}

/* --- loading ---------------------------------------------------------------------------------- */

/* A source whose file cannot be loaded is left out, with the reason; the others are loaded. */
static ptl_status import_one(start *s, ptl_planned *p)
{
    const char *json = ptl_text_format(s->call->arena, s->err, "{\"source\":[\"%s\"]}", p->name);
    if (!json) return PTL_E_NO_MEMORY;
    const ptl_status st = start_run_with(NULL, s, "source.import", json);
    if (st == PTL_OK || st == PTL_E_CANCELLED || st == PTL_E_NO_MEMORY || st == PTL_E_BUSY)
        return st;
    p->left_out = ptl_text_copy(ptl_text_of(s->err->message), s->call->arena, s->err);
    if (!p->left_out) return PTL_E_NO_MEMORY;
    ptl_error_clear(s->err);
    return start_take_away(s, p->name);
}

static ptl_status import_all(start *s)
{
    const ptl_status st = start_run_with(NULL, s, "source.import", "{}");
    if (st == PTL_OK || st == PTL_E_CANCELLED || st == PTL_E_NO_MEMORY || st == PTL_E_BUSY)
        return st;
    ptl_error_clear(s->err);
    for (int64_t i = 0; i < s->plan.n_sources; i++)
        if (!s->plan.sources[i].left_out) PTL_TRY(import_one(s, &s->plan.sources[i]));
    return PTL_OK;
}

/* What the store holds of each source now. */
static ptl_status count_loaded(start *s)
{
    const json_t *source;
    size_t i;
    PTL_TRY(start_run_with(&s->loaded, s, "source.list", "{}"));
    json_array_foreach(json_object_get(s->loaded, "sources"), i, source)
    {
        s->rows += json_integer_value(json_object_get(source, "rows"));
        s->set_aside += json_integer_value(json_object_get(source, "set_aside"));
    }
    return PTL_OK;
}

/* A review that cannot be written (a currency without a rate) is said; all before it stays. */
static ptl_status review(start *s)
{
    ptl_text text;
    const ptl_status st = start_run_with(NULL, s, "review.write", "{}");
    if (st == PTL_E_CANCELLED || st == PTL_E_NO_MEMORY || st == PTL_E_BUSY) return st;
    if (st != PTL_OK) {
        s->no_review = ptl_text_format(s->call->arena, s->err, "%s", s->err->message);
        if (s->err->hint[0])
            s->no_review_hint = ptl_text_copy(ptl_text_of(s->err->hint), s->call->arena, NULL);
        ptl_error_clear(s->err);
        return PTL_OK;
    }
    const char *path = ptl_path_join(s->call->arena, s->root, "review.json", s->err);
    if (!path) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_file_read(&text, path, 64u << 20, s->call->arena, s->err));
    json_decref(s->review);
    s->review = json_loadb(text.ptr, text.len, 0, NULL);
    return PTL_OK;
}

/* --- the way ---------------------------------------------------------------------------------- */

/* The workspace's folder: --into, or beside where one stands, named after the exports. */
static ptl_status choose_root(start *s)
{
    const char *into = ptl_args_text(s->call->args, "into");
    if (!into) {
        char *slug = NULL;
        const char *slash;
        char *real = realpath(s->folder, NULL);
        slash = real ? strrchr(real, '/') : NULL;
        const ptl_status st =
            ptl_plan_slug(&slug, slash ? slash + 1 : "company", s->call->arena, s->err);
        free(real);
        PTL_TRY(st);
        into = ptl_text_format(s->call->arena, s->err, "%s-portolan", slug);
        if (!into) return PTL_E_NO_MEMORY;
    }
    PTL_TRY(ptl_folder_make(into, 0755, s->err));
    char *real = realpath(into, NULL);
    s->root = ptl_text_copy(ptl_text_of(real ? real : into), s->call->arena, s->err);
    free(real);
    return s->root ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status refuse_workspace(start *s)
{
    const char *path = ptl_path_join(s->call->arena, s->root, "portolan.yaml", s->err);
    if (!path) return PTL_E_NO_MEMORY;
    s->is_set_up = ptl_workspace_is_blank(path);
    if (s->is_set_up || !ptl_file_exists(path)) return PTL_OK;
    (void)ptl_fail(s->err, PTL_E_CONFLICT, "%.300s is a workspace already", s->root);
    ptl_error_hint(s->err, "start makes a new one: name an empty folder with --into; in this one, "
                           "`portolan source recognise` says how to add files");
    return PTL_E_CONFLICT;
}

ptl_status start_look(start *s)
{
    PTL_TRY(ptl_recognise_all(&s->files, &s->n_files, s->folder, s->file_answers, s->n_file_answers,
                              s->call->arena, s->call->progress, s->err));
    PTL_TRY(ptl_plan_make(&s->plan, s->files, s->n_files, s->call->arena, s->err));
    if (s->plan.n_sources > 0 || s->call->asker || s->is_form) return PTL_OK;
    (void)ptl_fail(s->err, PTL_E_NOT_FOUND, "none of %lld files below %.300s is recognised",
                   (long long)s->n_files, s->folder);
    ptl_error_hint(s->err, "portolan source recognise FILE says what it makes of one; nothing was "
                           "written");
    return PTL_E_NOT_FOUND;
}

ptl_status start_ask_first(start *s)
{
    PTL_TRY(start_ask_doubts(s));
    if (s->n_asked > 0)
        PTL_TRY(ptl_plan_make(&s->plan, s->files, s->n_files, s->call->arena, s->err));
    PTL_TRY(start_ask_company(s));
    return ptl_plan_settle(&s->plan, s->currency, s->call->arena, s->err);
}

/* The first use of a folder puts its files in force; where a blank workspace is in force already,
 * somebody must. */
static ptl_status load(start *s)
{
    PTL_TRY(start_write(s, true));
    if (s->is_set_up) PTL_TRY(start_run_with(NULL, s, "apply", "{}"));
    PTL_TRY(import_all(s));
    PTL_TRY(review(s));
    return start_find_channels(s);
}

/* The number is asked for where somebody fills in a form: what it came to is known now. */
static ptl_status pause(start *s)
{
    s->is_form = true;
    PTL_TRY(start_ask_number(s));
    PTL_TRY(count_loaded(s));
    start_say_pause(s);
    return PTL_OK;
}

static ptl_status go(start *s)
{
    PTL_TRY(start_read_answers(s));
    PTL_TRY(start_look(s));
    PTL_TRY(start_ask_first(s));
    PTL_TRY(choose_root(s));
    PTL_TRY(refuse_workspace(s));
    s->choice.root = s->root;
    PTL_TRY(load(s));
    if (ptl_args_bool(s->call->args, "pause")) return pause(s);
    PTL_TRY(start_ask_number(s));
    PTL_TRY(start_write(s, false));
    PTL_TRY(start_run_with(NULL, s, "apply", "{}"));
    PTL_TRY(start_run_with(&s->audit, s, "data.audit", "{}"));
    PTL_TRY(review(s));
    PTL_TRY(count_loaded(s));
    PTL_TRY(start_run_with(&s->answer_table, s, "answer.list", "{}"));
    start_say(s);
    return PTL_OK;
}

static ptl_status run_start(ptl_call *call, ptl_error *err)
{
    start *s = ptl_arena_array(call->arena, 1, sizeof *s, err);
    if (!s) return PTL_E_NO_MEMORY;
    *s = (start){.call = call, .err = err, .folder = ptl_args_text(call->args, "folder")};
    const ptl_status st = go(s);
    json_decref(s->review);
    json_decref(s->loaded);
    json_decref(s->audit);
    json_decref(s->answer_table);
    return st;
}

static const ptl_param params[] = {
    {.name = "folder",
     .type = PTL_PARAM_PATH,
     .positional = true,
     .required = true,
     .about = "The folder with the exports, as the tools wrote them; folders in it count too."},
    {.name = "into",
     .type = PTL_PARAM_PATH,
     .about = "The folder for the workspace; without it FOLDER's name with \"-portolan\"."},
    {.name = "answers",
     .type = PTL_PARAM_PATH,
     .about = "A file of answers, one `key: value` a line, in the place of questions."},
    {.name = "given",
     .type = PTL_PARAM_TEXT,
     .about = "The same lines as a text; they go before the file's."},
    {.name = "pause",
     .type = PTL_PARAM_BOOL,
     .about = "Stop when all is loaded and say which number is proposed; start again goes on."},
};

const ptl_op ptl_op_start = {
    .name = "start",
    .summary = "make a workspace from a folder of exports: at most ten questions, then a review",
    .about =
        "Recognises the files, asks at most ten questions of which each has an answer that Enter "
        "accepts, writes the workspace with its sources and channels, loads the files, and writes "
        "the first review. Five files suffice: spend, orders or opportunities, leads or sessions, "
        "the books by month, targets. Nobody needs SQL or YAML.\n"
        "What was understood, what was left out and why, what is missing and what it would be "
        "worth is said at the end. A file that is not surely recognised is never loaded; the "
        "answer is the question that would settle it, and `file/role: column` in the file of "
        "answers settles it.\n"
        "Without a terminal, or for what the file of answers does not say, the proposed answers "
        "hold. The answers given are kept in answers.txt.",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .result = "root: text — the workspace's folder\n"
              "html?: text — the first review\n"
              "questions: int — questions asked\n"
              "recognised: int — files understood\n"
              "rows: int — rows loaded\n"
              "set_aside: int — rows set aside\n"
              "asked: list(key, question, answer, from, proposed, choices, wrong) — the "
              "questions in their order\n"
              "understood: list(file, what, source, table, rows int, set_aside int) — what "
              "was loaded\n"
              "left_out?: list(file, why) — where a file was left out\n"
              "findings_high?: int — findings of the audit that may make figures wrong\n"
              "missing?: list(question, missing, file, worth) — what cannot be answered yet",
    .right = "owner",
    .effects = PTL_NO_STORE | PTL_DRAFT,
    .is_long = true,
    .example = "portolan start data --into first",
    .run = run_start};
