/* start_report.c: what `portolan start` says at its end: what was understood, what was left out,
 * what is missing and what it would be worth. */
#include "ops/start_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/show.h"

/* --- files ------------------------------------------------------------------------------------ */

/* Rows loaded and set aside of one source. */
static void count_rows(const start *s, const char *name, int64_t *rows, int64_t *aside)
{
    const json_t *source;
    size_t i;
    *rows = *aside = 0;
    json_array_foreach(json_object_get(s->loaded, "sources"), i, source)
    {
        const char *own = json_string_value(json_object_get(source, "source"));
        if (!own || strcmp(own, name) != 0) continue;
        *rows = json_integer_value(json_object_get(source, "rows"));
        *aside = json_integer_value(json_object_get(source, "set_aside"));
    }
}

static void put_sources(start *s)
{
    static const ptl_reply_column columns[] = {
        {"file", "File", false}, {"what", "Understood as", false}, {"source", "", false},
        {"table", "", false},    {"rows", "Rows", true},           {"set_aside", "Aside", true}};
    ptl_reply *reply = s->call->reply;
    ptl_reply_table(reply, "understood", "What was understood", columns, 6);
    for (int64_t i = 0; i < s->plan.n_sources; i++) {
        const ptl_planned *p = &s->plan.sources[i];
        char what[300];
        int64_t rows, aside;
        if (p->left_out) continue;
        count_rows(s, p->name, &rows, &aside);
        snprintf(what, sizeof what, "%s, %s%s%s", p->part->preset->tool, p->part->preset->title,
                 p->part->stem ? ": " : "", p->part->stem ? p->part->stem : "");
        ptl_reply_cell_text(reply, p->files[0]->file);
        ptl_reply_cell_text(reply, what);
        ptl_reply_cell_text(reply, p->name);
        ptl_reply_cell_text(reply, p->part->preset->table);
        ptl_reply_cell_int(reply, rows);
        ptl_reply_cell_int(reply, aside);
    }
    ptl_reply_table_end(reply);
}

const char *start_why_not(const ptl_recognised *r)
{
    if (r->unreadable) return r->unreadable;
    if (r->match.confidence < 0.4) return "no export that the program knows";
    if (r->n_doubts > 0) return r->doubts[0].question;
    if (r->n_against > 0) return r->against[0];
    return "no export that the program knows";
}

static void put_left_out(start *s)
{
    static const ptl_reply_column columns[] = {{"file", "Left out", false}, {"why", "Why", false}};
    ptl_reply *reply = s->call->reply;
    int64_t n = s->n_files - s->plan.n_recognised;
    for (int64_t i = 0; i < s->plan.n_sources; i++) n += s->plan.sources[i].left_out != NULL;
    if (n == 0) return;
    ptl_reply_table(reply, "left_out", "", columns, 2);
    for (int64_t i = 0; i < s->plan.n_sources; i++) {
        const ptl_planned *p = &s->plan.sources[i];
        const ptl_planned *before = i > 0 ? p - 1 : NULL;
        if (!p->left_out) continue;
        if (before && before->left_out && before->files[0] == p->files[0]) continue; /* told */
        ptl_reply_cell_text(reply, p->files[0]->file);
        ptl_reply_cell_text(reply, p->left_out);
    }
    for (int64_t i = 0; i < s->n_files; i++) {
        if (s->files[i].sure) continue;
        ptl_reply_cell_text(reply, s->files[i].file);
        ptl_reply_cell_text(reply, start_why_not(&s->files[i]));
    }
    ptl_reply_table_end(reply);
}

/* --- what is missing -------------------------------------------------------------------------- */

static const char *text_at(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

/* What stays open, the file that would change that, what it would be worth: the answer table's. */
static void put_missing(start *s)
{
    static const ptl_reply_column columns[] = {{"question", "Open question", false},
                                               {"missing", "Because", false},
                                               {"file", "What would answer it", false},
                                               {"worth", "Worth", false}};
    ptl_reply *reply = s->call->reply;
    const json_t *row;
    size_t i;
    ptl_reply_table(reply, "missing", "What is missing", columns, 4);
    json_array_foreach(json_object_get(s->answer_table, "open"), i, row)
    {
        ptl_reply_cell_text(reply, text_at(row, "question"));
        ptl_reply_cell_text(reply, text_at(row, "missing"));
        ptl_reply_cell_text(reply, text_at(row, "file"));
        ptl_reply_cell_text(reply, text_at(row, "worth"));
    }
    if (s->plan.money && !s->plan.has_cost && s->margin == 100) {
        ptl_reply_cell_text(reply, "What is left after the goods?");
        ptl_reply_cell_text(reply, "no file says what they cost");
        ptl_reply_cell_text(reply, "a column of costs in the orders, or a margin");
        ptl_reply_cell_text(reply, "every figure after revenue");
    }
    ptl_reply_table_end(reply);
}

static void say_audit(start *s)
{
    const int64_t high = json_integer_value(json_object_get(s->audit, "high"));
    const int64_t medium = json_integer_value(json_object_get(s->audit, "medium"));
    if (!s->audit) return;
    ptl_reply_int(s->call->reply, "findings_high", "Findings that may make figures wrong", high);
    if (high > 0)
        ptl_reply_say(s->call->reply, "%lld finding%s of the audit may make figures wrong.",
                      (long long)high, high == 1 ? "" : "s");
    if (high + medium > 0) ptl_reply_next(s->call->reply, "portolan data findings");
}

/* --- the answer ------------------------------------------------------------------------------- */

void start_put_questions(start *s, const char *name, const char *label)
{
    static const ptl_reply_column columns[] = {
        {"key", "", false},  {"question", "Question", false}, {"answer", "Answer", false},
        {"from", "", false}, {"proposed", "", false},         {"choices", "", false},
        {"wrong", "", false}};
    ptl_reply *reply = s->call->reply;
    ptl_reply_table(reply, name, label, columns, 7);
    for (int64_t i = 0; i < s->n_asked; i++) {
        const start_asked *a = &s->asked[i];
        ptl_reply_cell_text(reply, a->question.key);
        ptl_reply_cell_text(reply, a->question.question);
        ptl_reply_cell_text(reply, a->answer);
        ptl_reply_cell_text(reply, a->from);
        ptl_reply_cell_text(reply, a->question.proposed);
        ptl_reply_cell_text(reply, a->question.choices);
        ptl_reply_cell_text(reply, a->wrong);
    }
    ptl_reply_table_end(reply);
}

static void say_money(start *s)
{
    const json_t *total = json_object_get(s->review, "company_total");
    const char *last = json_string_value(json_object_get(s->review, "last_complete_day"));
    if (!last || !(start_total(total, "revenue") > 0)) return;
    ptl_buffer text;
    ptl_buffer_init(&text, 1024, NULL);
    ptl_buffer_printf(&text, "To %s: revenue ", last);
    ptl_show_money_whole(&text, (int64_t)(start_total(total, "revenue") + 0.5) * 1000000,
                         s->currency);
    ptl_buffer_text(&text, ", media ");
    ptl_show_money_whole(&text, (int64_t)(start_total(total, "media") + 0.5) * 1000000,
                         s->currency);
    ptl_reply_say(s->call->reply, "%s, %lld channels.", text.ptr, (long long)s->n_channels);
    ptl_buffer_dispose(&text);
}

void start_say(start *s)
{
    ptl_reply *reply = s->call->reply;
    ptl_reply_say(reply,
                  "%s is set up in %s: %lld of %lld files are understood, %lld rows loaded, "
                  "%lld questions asked.",
                  s->company, s->root, (long long)s->plan.n_recognised, (long long)s->plan.n_files,
                  (long long)s->rows, (long long)s->n_asked);
    say_money(s);
    if (s->no_review) ptl_reply_say(reply, "The review is not written: %s.", s->no_review);
    ptl_reply_text(reply, "root", "Workspace", s->root);
    const char *page = ptl_text_format(s->call->arena, s->err, "%s/review.html", s->root);
    if (page) ptl_reply_text(reply, "html", "First review", page);
    ptl_reply_int(reply, "questions", "Questions", s->n_asked);
    ptl_reply_int(reply, "recognised", "Files understood", s->plan.n_recognised);
    ptl_reply_int(reply, "rows", "Rows", s->rows);
    ptl_reply_int(reply, "set_aside", "Set aside", s->set_aside);
    say_audit(s);
    start_put_questions(s, "asked", "");
    put_sources(s);
    put_left_out(s);
    put_missing(s);
    if (s->no_review_hint) ptl_reply_next(reply, "%s", s->no_review_hint);
    ptl_reply_next(reply, "cd %s", s->root);
    ptl_reply_next(reply, "portolan status");
    if (s->plan.n_recognised < s->plan.n_files)
        ptl_reply_next(reply, "portolan source recognise FILE, for a file that was left out");
    if (s->set_aside > 0) ptl_reply_next(reply, "portolan source quarantine SOURCE");
}

void start_say_pause(start *s)
{
    ptl_reply *reply = s->call->reply;
    ptl_reply_say(reply, "%lld of %lld files are understood, %lld rows loaded.",
                  (long long)s->plan.n_recognised, (long long)s->plan.n_files, (long long)s->rows);
    say_money(s);
    if (s->no_review) ptl_reply_say(reply, "The review is not written: %s.", s->no_review);
    ptl_reply_text(reply, "root", "Workspace", s->root);
    ptl_reply_int(reply, "questions", "Questions", s->n_asked);
    ptl_reply_int(reply, "recognised", "Files understood", s->plan.n_recognised);
    ptl_reply_int(reply, "rows", "Rows", s->rows);
    ptl_reply_int(reply, "set_aside", "Set aside", s->set_aside);
    start_put_questions(s, "asked", "");
    put_sources(s);
    put_left_out(s);
    ptl_reply_next(reply, "the same start without --pause, with an answer to `number`");
}
