/* observe_names.c: names to govern, and questions that can be answered, as operations. */
#include "observe/answers.h"
#include "observe/taxonomy.h"

#include "ops/args.h"
#include "ops/cursor.h"

#include <string.h>

/* --- taxonomy --------------------------------------------------------------------------------- */

static void put_name(ptl_reply *reply, const ptl_taxonomy_name *n, const char *currency)
{
    ptl_reply_cell_text(reply, n->kind);
    ptl_reply_cell_text(reply, n->name);
    ptl_reply_cell_text(reply, n->means ? n->means : "");
    ptl_reply_cell_micros(reply, n->value_micros, currency);
    ptl_reply_cell_int(reply, n->rows);
    ptl_reply_cell_day(reply, n->first);
    ptl_reply_cell_day(reply, n->last);
    ptl_reply_cell_text(reply, n->tables);
}

/* A name that is listed, and what it is known by from page to page. */
typedef struct listed {
    const ptl_taxonomy_name *name;
    int64_t id;
} listed;

static ptl_status choose(listed **out, int64_t *n, const ptl_call *call, const ptl_taxonomy *t,
                         ptl_error *err)
{
    const bool all = ptl_args_bool(call->args, "all");
    const char *kind = ptl_args_text(call->args, "kind");
    *n = 0;
    *out = ptl_arena_array(call->arena, t->n_names + 1, sizeof **out, err);
    if (!*out) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < t->n_names && (all || t->names[i].is_open); i++) {
        const ptl_taxonomy_name *name = &t->names[i];
        if (kind && strcmp(kind, name->kind) != 0) continue;
        const ptl_text known_by[] = {ptl_text_of(name->kind), ptl_text_of(name->name)};
        (*out)[(*n)++] = (listed){name, ptl_cursor_id(known_by, 2)};
    }
    return PTL_OK;
}

static ptl_status put_names(const ptl_call *call, const ptl_taxonomy *t, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"kind", "Kind", PTL_HOLDS_TEXT},   {"name", "As recorded", PTL_HOLDS_TEXT},
        {"means", "Means", PTL_HOLDS_TEXT}, {"value", "Money", PTL_HOLDS_MONEY},
        {"rows", "Rows", PTL_HOLDS_INT},    {"from", "From", PTL_HOLDS_DAY},
        {"to", "To", PTL_HOLDS_DAY},        {"tables", "In", PTL_HOLDS_TEXT}};
    ptl_window window;
    listed *list = NULL;
    int64_t n = 0, first = 0, n_page = 0;
    PTL_TRY(ptl_window_read(&window, call, err));
    PTL_TRY(choose(&list, &n, call, t, err));
    PTL_TRY(ptl_window_find(&first, &n_page, &window, &list->id, sizeof *list, n, err));
    ptl_reply_table(call->reply, "list",
                    ptl_args_bool(call->args, "all") ? "Names" : "Matched nothing", columns,
                    sizeof columns / sizeof *columns);
    for (int64_t i = first; i < first + n_page; i++)
        put_name(call->reply, list[i].name, call->workspace->currency);
    ptl_reply_table_end(call->reply);
    const int64_t last_id = n_page > 0 ? list[first + n_page - 1].id : -1;
    return ptl_window_put(call, &window, first, n_page, n, last_id, err);
}

static ptl_status taxonomy_list(ptl_call *call, ptl_error *err)
{
    ptl_taxonomy t;
    PTL_TRY(ptl_taxonomy_read(&t, call->store, call->workspace, call->arena, err));
    if (t.n_names == 0) {
        ptl_reply_say(call->reply, "No fact carries a name yet.");
        ptl_reply_next(call->reply, "portolan import");
        return ptl_cursor_put(call, NULL, 0, err);
    }
    if (t.n_unmatched == 0)
        ptl_reply_say(call->reply, "Every name that facts carry means something.");
    else
        ptl_reply_say(call->reply, "%lld names matched nothing, most money first.",
                      (long long)t.n_unmatched);
    ptl_reply_int(call->reply, "names", "Names", t.n_names);
    ptl_reply_int(call->reply, "unmatched", "Matched nothing", t.n_unmatched);
    PTL_TRY(put_names(call, &t, err));
    static const char *const kinds[] = {"channels", "campaigns", "creatives", "geos"};
    for (int k = 0; k < 4; k++)
        if (!t.governs[k])
            ptl_reply_say(call->reply, "Nothing governs %s: no source fills their table.",
                          kinds[k]);
    if (t.n_unmatched > 0)
        ptl_reply_next(call->reply, "add the name to the aliases of its channel in channels.yaml");
    return PTL_OK;
}

static const ptl_param taxonomy_params[] = {
    {.name = "kind", .type = PTL_PARAM_TEXT, .about = "Only channel, campaign, creative or geo."},
    {.name = "all", .type = PTL_PARAM_BOOL, .about = "Also the names that mean something."},
    {.name = "limit",
     .type = PTL_PARAM_INT,
     .unit = "names",
     .defaults = "1000",
     .min = 1,
     .max = 100000,
     .about = "Names shown at most."},
    PTL_PARAM_CURSOR};

const ptl_op ptl_op_taxonomy_list = {
    .name = "taxonomy.list",
    .alias = "taxonomy",
    .summary = "list names of channels, campaigns, creatives and geos that match nothing, most "
               "money first",
    .about =
        "Facts keep the names their sources wrote; what a name means is looked up. Channels are "
        "governed by channels.yaml: names, labels, aliases, and aliases with a * for any text. "
        "Campaigns, creatives and geos are governed where a source fills their tables. A rename "
        "is one alias more: history follows it.",
    .params = taxonomy_params,
    .n_params = sizeof taxonomy_params / sizeof *taxonomy_params,
    .result = "names?, unmatched?: int — how many, where facts carry names\n"
              "list?: list(kind, name, means, value money, rows int, from day, to day, "
              "tables) — names as recorded\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan taxonomy list --all",
    .run = taxonomy_list};

/* --- answers ---------------------------------------------------------------------------------- */

static void put_answered(ptl_reply *reply, const ptl_answers *a)
{
    static const ptl_reply_column columns[] = {{"question", "Question", false},
                                               {"where", "Command", false}};
    ptl_reply_table(reply, "questions", "Answered", columns, 2);
    for (int64_t i = 0; i < a->n_questions; i++) {
        if (a->questions[i].state != PTL_ANSWERED) continue;
        ptl_reply_cell_text(reply, a->questions[i].question);
        ptl_reply_cell_text(reply, a->questions[i].where);
    }
    ptl_reply_table_end(reply);
}

static void put_open(ptl_reply *reply, const ptl_answers *a)
{
    static const ptl_reply_column columns[] = {{"question", "Question", false},
                                               {"state", "Today", false},
                                               {"missing", "Because", false},
                                               {"file", "File that would change that", false},
                                               {"worth", "Worth", false}};
    ptl_reply_table(reply, "open", "Open", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < a->n_questions; i++) {
        const ptl_question *q = &a->questions[i];
        if (q->state == PTL_ANSWERED) continue;
        ptl_reply_cell_text(reply, q->question);
        ptl_reply_cell_text(reply, ptl_answer_state_text(q->state));
        ptl_reply_cell_text(reply, q->missing);
        ptl_reply_cell_text(reply, q->file);
        ptl_reply_cell_text(reply, q->worth);
    }
    ptl_reply_table_end(reply);
}

static ptl_status answer_list(ptl_call *call, ptl_error *err)
{
    ptl_answers a;
    PTL_TRY(ptl_answers_read(&a, call->store, call->workspace, call->arena, err));
    ptl_reply_say(call->reply, "%lld questions are answered, %lld with limits, %lld not yet.",
                  (long long)a.n_by_state[PTL_ANSWERED],
                  (long long)a.n_by_state[PTL_ANSWER_LIMITED],
                  (long long)a.n_by_state[PTL_ANSWER_NOT_YET]);
    ptl_reply_int(call->reply, "answered", "Answered", a.n_by_state[PTL_ANSWERED]);
    ptl_reply_int(call->reply, "limited", "With limits", a.n_by_state[PTL_ANSWER_LIMITED]);
    ptl_reply_int(call->reply, "not_yet", "Not yet", a.n_by_state[PTL_ANSWER_NOT_YET]);
    put_answered(call->reply, &a);
    put_open(call->reply, &a);
    return PTL_OK;
}

const ptl_op ptl_op_answer_list = {
    .name = "answer.list",
    .alias = "answers",
    .summary = "list what can be answered today, what not yet, and the file that would change that",
    .about = "Every question the program is for, with what the data at hand allow: answered, with "
             "limits, or not yet. For the last two one file is named, and what the answer would be "
             "worth in this company's own money.",
    .result = "answered, limited, not_yet: int — how many\n"
              "questions: list(question, where) — answered, and by which command\n"
              "open: list(question, state, missing, file, worth) — what would answer the "
              "others",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan answer list",
    .run = answer_list};
