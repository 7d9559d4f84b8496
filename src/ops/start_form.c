/* start_form.c: the questions of `portolan start` as data, for whoever has a form instead of a
 * terminal (start_internal.h). Nothing is written. */
#include "ops/start_internal.h"

#include <stdio.h>
#include <string.h>

/* --- files ------------------------------------------------------------------------------------ */

static const char *title_of(start *s, const ptl_recognised *r)
{
    const ptl_preset *p = r->match.preset;
    if (!p || r->unreadable || (!r->sure && r->match.confidence < 0.4)) return NULL;
    return ptl_text_format(s->call->arena, s->err, "%s, %s", p->tool, p->title);
}

/* Why nothing of it would be loaded; NULL: it would be. A file that gives several sources is left
 * out only with all of them. */
static const char *left_out(const start *s, const ptl_recognised *r)
{
    const char *why = r->sure ? NULL : start_why_not(r);
    for (int64_t i = 0; r->sure && i < s->plan.n_sources; i++)
        for (int64_t k = 0; k < s->plan.sources[i].n_files; k++) {
            if (s->plan.sources[i].files[k] != r) continue;
            if (!s->plan.sources[i].left_out) return NULL;
            why = s->plan.sources[i].left_out;
        }
    return why;
}

static void put_files(start *s)
{
    static const ptl_reply_column columns[] = {
        {"file", "File", false},   {"path", "", false}, {"what", "What it is", false},
        {"table", "Fills", false}, {"sure", "", false}, {"confidence", "Sure", true},
        {"left_out", "But", false}};
    ptl_reply *reply = s->call->reply;
    ptl_reply_table(reply, "files", "Files", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < s->n_files; i++) {
        const ptl_recognised *r = &s->files[i];
        const char *what = title_of(s, r);
        ptl_reply_cell_text(reply, r->file);
        ptl_reply_cell_text(reply, r->path);
        ptl_reply_cell_text(reply, what);
        ptl_reply_cell_text(reply, what ? r->match.preset->table : NULL);
        ptl_reply_cell_text(reply, r->sure ? "yes" : "no");
        ptl_reply_cell_double(reply, what ? r->match.confidence : PTL_NAN);
        ptl_reply_cell_text(reply, left_out(s, r));
    }
    ptl_reply_table_end(reply);
}

/* What would settle a file that is not surely recognised. */
static void put_doubt(start *s, const ptl_recognised *r, const ptl_doubt *d)
{
    ptl_buffer choices;
    ptl_reply *reply = s->call->reply;
    ptl_buffer_init(&choices, 1 << 16, NULL);
    for (int64_t k = 0; k < d->n_choices; k++)
        ptl_buffer_printf(&choices, "%s%s", k > 0 ? "\n" : "", d->choices[k]);
    ptl_reply_cell_text(reply, r->file);
    ptl_reply_cell_text(reply, d->role);
    ptl_reply_cell_text(reply, d->question);
    ptl_reply_cell_text(reply, choices.len > 0 ? choices.ptr : NULL);
    ptl_reply_cell_text(reply, d->proposed);
    ptl_buffer_dispose(&choices);
}

static void put_doubts(start *s)
{
    static const ptl_reply_column columns[] = {{"file", "File", false},
                                               {"role", "", false},
                                               {"question", "Would settle it", false},
                                               {"choices", "", false},
                                               {"proposed", "Perhaps", false}};
    ptl_reply_table(s->call->reply, "doubts", "", columns, 5);
    for (int64_t i = 0; i < s->n_files; i++)
        for (int64_t k = 0; !s->files[i].sure && k < s->files[i].n_doubts; k++)
            if (s->files[i].match.confidence >= 0.4)
                put_doubt(s, &s->files[i], &s->files[i].doubts[k]);
    ptl_reply_table_end(s->call->reply);
}

/* --- start ask -------------------------------------------------------------------------------- */

static ptl_status ask(start *s)
{
    PTL_TRY(start_read_answers(s));
    PTL_TRY(start_look(s));
    PTL_TRY(start_ask_first(s));
    ptl_reply_say(s->call->reply,
                  "%lld of %lld files are understood; %lld questions before they "
                  "are loaded.",
                  (long long)s->plan.n_recognised, (long long)s->plan.n_files,
                  (long long)s->n_asked);
    ptl_reply_int(s->call->reply, "recognised", "Files understood", s->plan.n_recognised);
    ptl_reply_bool(s->call->reply, "has_money", "Orders, deals or invoices among them",
                   s->plan.money != NULL);
    put_files(s);
    put_doubts(s);
    start_put_questions(s, "questions", "Questions");
    return PTL_OK;
}

static ptl_status run_ask(ptl_call *call, ptl_error *err)
{
    start *s = ptl_arena_array(call->arena, 1, sizeof *s, err);
    if (!s) return PTL_E_NO_MEMORY;
    *s = (start){
        .call = call, .err = err, .is_form = true, .folder = ptl_args_text(call->args, "folder")};
    return ask(s);
}

static const ptl_param params[] = {
    {.name = "folder",
     .type = PTL_PARAM_PATH,
     .positional = true,
     .required = true,
     .about = "The folder with the exports; folders in it count too."},
    {.name = "given",
     .type = PTL_PARAM_TEXT,
     .about = "Answers so far, one `key: value` a line; `file/role: column` settles a file."}};

const ptl_op ptl_op_start_ask = {
    .name = "start.ask",
    .summary = "say what start makes of a folder's files, and what it would ask",
    .about = "The same questions as `portolan start`, each with the answer it would take, as a "
             "list instead of one by one; an answer that cannot be used is said beside its "
             "question. Files that are not surely recognised come with what would settle them. "
             "Nothing is written. The one number is proposed after loading, by `start --pause`.",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .result = "recognised: int — files understood\n"
              "has_money: bool — orders, deals or invoices are among them\n"
              "files: list(file, path, what, table, sure, confidence number, left_out) — "
              "every file\n"
              "doubts: list(file, role, question, choices, proposed) — what would settle a "
              "file, choices a line each\n"
              "questions: list(key, question, answer, from, proposed, choices, wrong) — the "
              "questions in their order",
    .right = "owner",
    .effects = PTL_NO_STORE,
    .example = "portolan start ask data",
    .run = run_ask};
