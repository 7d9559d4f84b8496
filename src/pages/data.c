/* data.c: the page of data (see data.h).
 *
 * A pure read of what observe knows: freshness, the newest audit, quarantine, names, answers. The
 * headline counts only sources that are kept by day; a plan or the books are neither fresh nor
 * late. */
#include "pages/data.h"

#include "observe/answers.h"
#include "observe/audit.h"
#include "observe/freshness.h"
#include "observe/taxonomy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    DATA_NAMES = 20,   /* shown; the rest is `portolan taxonomy list` */
    DATA_FINDINGS = 30 /* shown; the rest is `portolan data findings` */
};

typedef struct data_view {
    ptl_page *page;
    ptl_store *store;
    const ptl_workspace *workspace;
    ptl_freshness fresh;
    ptl_audit_report audit;
    int64_t audit_run; /* 0: none yet */
    ptl_taxonomy names;
    ptl_answers answers;
    ptl_table aside;
} data_view;

/* --- the answer ------------------------------------------------------------------------------- */

static const ptl_fresh_source *longest_missing(const ptl_freshness *f)
{
    const ptl_fresh_source *most = NULL;
    for (int64_t i = 0; i < f->n_sources; i++)
        if (f->sources[i].missing > (most ? most->missing : 0)) most = &f->sources[i];
    return most;
}

/* A name that begins a sentence. */
static void put_capital(ptl_buffer *b, const char *text)
{
    const char first = *text >= 'a' && *text <= 'z' ? (char)(*text - 32) : *text;
    if (first) ptl_buffer_printf(b, "%c%s", first, text + 1);
}

static const char *effect_words(const data_view *d, const char *effect)
{
    ptl_buffer *b = ptl_page_say(d->page);
    put_capital(b, *effect ? effect : "none known");
    return ptl_page_said(d->page);
}

static const char *headline(const data_view *d)
{
    const ptl_freshness *f = &d->fresh;
    const ptl_fresh_source *gone = longest_missing(f);
    ptl_buffer *b = ptl_page_say(d->page);
    if (f->n_fresh == f->n_due)
        ptl_buffer_printf(b, "All %lld sources that come by day are there.", (long long)f->n_due);
    else
        ptl_buffer_printf(b, "%lld of %lld sources that come by day are as usual.",
                          (long long)f->n_fresh, (long long)f->n_due);
    if (gone) {
        ptl_buffer_text(b, " ");
        put_capital(b, gone->source->name);
        ptl_buffer_text(b, " has been missing since ");
        ptl_show_day(b, f->last - (ptl_day)gone->missing + 1,
                     ptl_date_of(d->page->setting.today).year);
        ptl_buffer_text(b, ".");
    }
    return ptl_page_said(d->page);
}

static const char *lede(const data_view *d)
{
    const ptl_audit_report *a = &d->audit;
    const long long high = (long long)a->by_severity[PTL_SEVERITY_HIGH];
    ptl_buffer *b = ptl_page_say(d->page);
    if (d->audit_run == 0)
        return "Nothing was audited yet: whether the data are right is not known.";
    ptl_show_counted(b, a->n_findings, "finding");
    ptl_buffer_text(b, a->n_findings == 1 ? " is open. " : " are open. ");
    if (high > 0)
        ptl_buffer_printf(b,
                          "%lld of them may make figures of money wrong: nothing is recommended "
                          "until they are closed.",
                          high);
    else
        ptl_buffer_text(b, "None makes figures of money wrong.");
    return ptl_page_said(d->page);
}

static void put_count_mark(const data_view *d, const char *mark, int64_t n, const char *what)
{
    if (n == 0) return;
    ptl_page_html(d->page, "<li>");
    ptl_page_mark(d->page, mark, ptl_page_words(d->page, "%lld %s", (long long)n, what));
    ptl_page_html(d->page, "</li>");
}

static void put_answer(const data_view *d)
{
    ptl_page *p = d->page;
    ptl_page_html(p, "<section id=\"answer\">\n<h1>");
    ptl_page_text(p, headline(d));
    ptl_page_html(p, "</h1>\n<p class=\"lede\">");
    ptl_page_text(p, lede(d));
    ptl_page_html(p, "</p>\n<ul class=\"marks\">");
    put_count_mark(d, "holds", d->answers.n_by_state[PTL_ANSWERED], "questions answered");
    put_count_mark(d, "look", d->answers.n_by_state[PTL_ANSWER_LIMITED], "answered with limits");
    put_count_mark(d, "unidentified", d->answers.n_by_state[PTL_ANSWER_NOT_YET], "not yet");
    ptl_page_html(p, "</ul>\n");
    ptl_page_section_end(p);
}

/* --- sources ---------------------------------------------------------------------------------- */

/* Drawn in the colour of the text: tall, short, outlined with a stroke, a dash. */
static const char *const cell_shapes[] = {
    [PTL_DAY_USUAL] = "<rect x=\"%d\" y=\"0\" width=\"8\" height=\"14\" rx=\"1.5\" "
                      "fill=\"currentColor\"/>",
    [PTL_DAY_FEW] = "<rect x=\"%d\" y=\"8\" width=\"8\" height=\"6\" rx=\"1.5\" "
                    "fill=\"currentColor\"/>",
    [PTL_DAY_MISSING] = "<path class=\"gone\" d=\"M%d.5 .5h7v13h-7zm1 12l5-11\" fill=\"none\" "
                        "stroke=\"currentColor\"/>",
    [PTL_DAY_NOT_DUE] = "<path d=\"M%d 7.5h8\" fill=\"none\" stroke=\"currentColor\" "
                        "opacity=\".5\"/>"};

static void put_shape(ptl_buffer *b, ptl_fresh_day day, int x)
{
    char shape[128];
    const char *at = strstr(cell_shapes[day], "%d");
    (void)snprintf(shape, sizeof shape, "%.*s%d%s", (int)(at - cell_shapes[day]), cell_shapes[day],
                   x, at + 2);
    ptl_buffer_text(b, shape);
}

static int64_t count_of(const ptl_fresh_source *s, ptl_fresh_day day)
{
    int64_t n = 0;
    for (int64_t i = 0; i < PTL_FRESH_DAYS; i++) n += s->day[i] == day;
    return n;
}

/* What the drawing shows, for those who do not see it. */
static const char *days_words(const data_view *d, const ptl_fresh_source *s)
{
    return ptl_page_words(
        d->page, "%lld days as usual, %lld with few rows, %lld missing, %lld not due",
        (long long)count_of(s, PTL_DAY_USUAL), (long long)count_of(s, PTL_DAY_FEW),
        (long long)count_of(s, PTL_DAY_MISSING), (long long)count_of(s, PTL_DAY_NOT_DUE));
}

static void put_days(const data_view *d, const ptl_fresh_source *s)
{
    ptl_page *p = d->page;
    ptl_page_cell_open(p, NULL);
    if (s->state == PTL_FRESH_UNDATED || s->state == PTL_FRESH_NOTHING) {
        ptl_page_html(p, "<span class=\"fine\">not by day</span>");
    } else {
        ptl_page_html(p,
                      "<svg class=\"days\" role=\"img\" width=\"152\" height=\"14\" viewBox=\"0 0 "
                      "152 14\" aria-label=\"");
        ptl_page_text(p, days_words(d, s));
        ptl_page_html(p, "\">");
        for (int i = 0; i < PTL_FRESH_DAYS; i++) put_shape(&p->body, s->day[i], 11 * i);
        ptl_page_html(p, "</svg>");
    }
    ptl_page_cell_close(p);
}

static void put_last(const data_view *d, const ptl_fresh_source *s)
{
    char exact[16] = "";
    if (s->has_last) ptl_day_format(exact, s->last);
    ptl_page_cell_open(d->page, exact);
    if (s->has_last)
        ptl_page_day(d->page, s->last);
    else
        ptl_page_text(d->page, NULL);
    ptl_page_cell_close(d->page);
}

/* From the newest day it reaches to the last complete one. */
static void put_age(const data_view *d, const ptl_fresh_source *s)
{
    char exact[24] = "";
    const long long age =
        d->fresh.has_days && s->has_last ? (long long)(d->fresh.last - s->last) : 0;
    if (s->has_last) (void)snprintf(exact, sizeof exact, "%lld", age < 0 ? 0 : age);
    ptl_page_cell_open(d->page, exact);
    if (!s->has_last)
        ptl_page_text(d->page, NULL);
    else if (age <= 0)
        ptl_page_text(d->page, "current");
    else
        ptl_page_printf(d->page, "%lld day%s", age, age == 1 ? "" : "s");
    ptl_page_cell_close(d->page);
}

/* Below one a day the mean says more than a nought. */
static void put_rate(const data_view *d, const ptl_fresh_source *s)
{
    char exact[32] = "";
    if (isfinite(s->rows_a_day)) (void)snprintf(exact, sizeof exact, "%.3f", s->rows_a_day);
    ptl_page_cell_open(d->page, exact);
    if (!isfinite(s->rows_a_day))
        ptl_page_html(d->page, "<span class=\"fine\">not by day</span>");
    else if (s->rows_a_day > 0 && s->rows_a_day < 9.95)
        ptl_page_printf(d->page, "%.1f", s->rows_a_day);
    else
        ptl_page_count(d->page, (int64_t)(s->rows_a_day + 0.5));
    ptl_page_cell_close(d->page);
}

static void put_state(const data_view *d, ptl_fresh_state state)
{
    static const char *const words[][2] = {[PTL_FRESH] = {"holds", "as usual"},
                                           [PTL_FRESH_FEW] = {"look", "few rows"},
                                           [PTL_FRESH_MISSING] = {"broken", "missing"},
                                           [PTL_FRESH_NOTHING] = {"waits", "nothing loaded"},
                                           [PTL_FRESH_UNDATED] = {"holds", "loaded"}};
    ptl_page_cell_mark(d->page, words[state][0], words[state][1]);
}

static void put_source(const data_view *d, const ptl_fresh_source *s)
{
    ptl_page *p = d->page;
    ptl_page_row(p, s->source->name);
    ptl_page_cell_open(p, s->source->table);
    ptl_page_html(p, "<code>");
    ptl_page_text(p, s->source->table);
    ptl_page_html(p, "</code>");
    ptl_page_cell_close(p);
    put_days(d, s);
    put_last(d, s);
    put_age(d, s);
    put_rate(d, s);
    ptl_page_cell_owner(p, s->source->owner);
    put_state(d, s->state);
    ptl_page_row_end(p);
}

/* What the cells mean, at the right of the heading. */
static void put_key(const data_view *d)
{
    static const char *const words[] = {[PTL_DAY_USUAL] = "as usual",
                                        [PTL_DAY_FEW] = "under half the usual rows",
                                        [PTL_DAY_MISSING] = "missing",
                                        [PTL_DAY_NOT_DUE] = "not due"};
    ptl_page *p = d->page;
    ptl_page_html(p, "<p class=\"cells\">");
    for (int k = 0; k <= PTL_DAY_NOT_DUE; k++) {
        ptl_page_html(p, "<span><svg class=\"days\" aria-hidden=\"true\" width=\"8\" height=\"14\" "
                         "viewBox=\"0 0 8 14\">");
        put_shape(&p->body, (ptl_fresh_day)k, 0);
        ptl_page_html(p, "</svg> ");
        ptl_page_text(p, words[k]);
        ptl_page_html(p, "</span> ");
    }
    ptl_page_html(p, "</p>");
}

/* What was loaded in all. */
static void put_totals(const data_view *d)
{
    int64_t files = 0, rows = 0, aside = 0;
    for (int64_t i = 0; i < d->fresh.n_sources; i++) {
        files += d->fresh.sources[i].files;
        rows += d->fresh.sources[i].rows;
        aside += d->fresh.sources[i].set_aside;
    }
    ptl_buffer *b = ptl_page_say(d->page);
    ptl_show_counted(b, rows, "row");
    ptl_buffer_text(b, " of ");
    ptl_show_counted(b, files, "file");
    ptl_buffer_text(b, aside == 0 ? ", none set aside." : ", and ");
    if (aside > 0) {
        ptl_show_count(b, aside);
        ptl_buffer_text(b, " set aside.");
    }
    ptl_page_html(d->page, "<p class=\"note\">");
    ptl_page_text(d->page, ptl_page_said(d->page));
    ptl_page_html(d->page, "</p>\n");
}

static void put_sources(const data_view *d)
{
    ptl_page_column columns[] = {{"Source", false, true}, {"Fills", false, true},
                                 {"Days", false, false},  {"Last row", false, true},
                                 {"Age", true, true},     {"Rows a day", true, true},
                                 {"Owner", false, true},  {"State", false, true}};
    ptl_buffer *b = ptl_page_say(d->page);
    if (d->fresh.has_days) ptl_show_span(b, d->fresh.first, d->fresh.last);
    if (d->fresh.has_days) columns[2].head = ptl_page_said(d->page);
    ptl_page_html(d->page, "<section class=\"sources\">\n<header><h2>Sources</h2>");
    put_key(d);
    ptl_page_html(d->page, "</header>\n");
    ptl_page_table(d->page, "sources", NULL, columns, 8);
    for (int k = 0; k < PTL_N_FRESH_STATES; k++) /* what needs somebody stands first */
        for (int64_t i = 0; i < d->fresh.n_sources; i++)
            if (d->fresh.sources[i].state == (ptl_fresh_state)k)
                put_source(d, &d->fresh.sources[i]);
    ptl_page_table_end(d->page);
    put_totals(d);
    ptl_page_section_end(d->page);
    ptl_page_slot(d->page, "bring");
}

/* --- what the audit found --------------------------------------------------------------------- */

static const char *finding_words(const data_view *d, const ptl_audit_finding *f)
{
    ptl_buffer *b = ptl_page_say(d->page);
    ptl_buffer_text(b, f->detail);
    if (f->has_value && f->value_micros != 0) {
        ptl_buffer_text(b, *f->detail ? " At stake: " : "At stake: ");
        ptl_show_money_short(b, f->value_micros, d->workspace->currency, 3);
        ptl_buffer_text(b, ".");
    }
    return ptl_page_said(d->page);
}

static void put_findings(const data_view *d)
{
    const ptl_audit_report *a = &d->audit;
    ptl_page *p = d->page;
    ptl_page_section(p, "What the audit found",
                     d->audit_run ? ptl_page_words(p, "audit of run %lld", (long long)d->audit_run)
                                  : NULL);
    if (d->audit_run == 0)
        ptl_page_html(p,
                      "<p>No audit ran yet. <code>portolan data audit</code> looks for gaps, "
                      "doubles, changed units, shifted clocks and names that mean nothing.</p>\n");
    else if (a->n_findings == 0)
        ptl_page_html(p, "<p>Nothing.</p>\n");
    else
        ptl_page_html(p, "<ol class=\"findings\">\n");
    for (int64_t i = 0; i < a->n_findings && i < DATA_FINDINGS; i++) {
        const ptl_audit_finding *f = &a->findings[i];
        const ptl_page_finding finding = {.mark =
                                              f->severity == PTL_SEVERITY_HIGH ? "broken" : "look",
                                          .title = f->title,
                                          .text = finding_words(d, f),
                                          .who = f->owner,
                                          .action = f->advice,
                                          .effect = effect_words(d, f->effect)};
        ptl_page_put_finding(p, &finding);
    }
    if (a->n_findings > 0) ptl_page_html(p, "</ol>\n");
    if (a->n_findings > DATA_FINDINGS)
        ptl_page_html(p,
                      "<p class=\"note\">The others: <code>portolan data findings</code>.</p>\n");
    ptl_page_slot(p, "audit");
    ptl_page_section_end(p);
}

/* --- set aside -------------------------------------------------------------------------------- */

static void put_text_cell(const data_view *d, ptl_text text)
{
    ptl_buffer *b = ptl_page_say(d->page);
    ptl_buffer_append(b, text.ptr, text.len);
    ptl_page_cell(d->page, ptl_page_said(d->page), NULL);
}

static void put_faults(const data_view *d)
{
    static const ptl_page_column columns[] = {{"Source", false, true},
                                              {"Column", false, true},
                                              {"Why, of the first", false, false},
                                              {"Rows", true, true}};
    const ptl_table *t = &d->aside;
    ptl_page *p = d->page;
    ptl_page_table(p, "set-aside", NULL, columns, 4);
    for (int64_t i = 0; i < t->n_rows; i++) {
        ptl_buffer *b = ptl_page_say(p);
        const ptl_text source = ptl_column_text(&t->columns[0], i);
        ptl_buffer_append(b, source.ptr, source.len);
        ptl_page_row(p, ptl_page_said(p));
        put_text_cell(d, ptl_column_text(&t->columns[2], i));
        put_text_cell(d, ptl_column_text(&t->columns[3], i));
        ptl_page_cell_count(p, ptl_column_int(&t->columns[4], i));
        ptl_page_row_end(p);
    }
    ptl_page_table_end(p);
    ptl_page_html(p, "<p class=\"note\">Each row with its line and column: <code>portolan source "
                     "quarantine SOURCE</code>. A corrected file brings them back.</p>\n");
}

static void put_aside(const data_view *d)
{
    int64_t aside = 0;
    ptl_page *p = d->page;
    for (int64_t i = 0; i < d->fresh.n_sources; i++) aside += d->fresh.sources[i].set_aside;
    if (aside == 0) return;
    ptl_page_section(p, "Rows set aside", "no figure counts them");
    if (d->aside.n_rows > 0)
        put_faults(d);
    else
        ptl_page_html(p, "<p>Each was left out by its mapping or stands twice: none has a "
                         "fault.</p>\n");
    ptl_page_slot(p, "aside");
    ptl_page_section_end(p);
}

/* --- names ------------------------------------------------------------------------------------ */

static void put_name(const data_view *d, const ptl_taxonomy_name *n)
{
    char from[16], to[16];
    ptl_page *p = d->page;
    ptl_day_format(from, n->first);
    ptl_day_format(to, n->last);
    ptl_page_row(p, n->name);
    ptl_page_cell_open(p, n->kind);
    ptl_page_text(p, n->kind);
    if (strcmp(n->kind, "channel") == 0) ptl_page_slot_of(p, "name", n->name);
    ptl_page_cell_close(p);
    ptl_page_cell_money(p, n->value_micros);
    ptl_page_cell_count(p, n->rows);
    ptl_page_cell_open(p, from);
    ptl_show_span(&p->body, n->first, n->last);
    ptl_page_cell_close(p);
    ptl_page_row_end(p);
}

static void put_names(const data_view *d)
{
    static const ptl_page_column columns[] = {{"As recorded", false, true},
                                              {"Kind", false, true},
                                              {"Money", true, true},
                                              {"Rows", true, true},
                                              {"Days", false, true}};
    ptl_page *p = d->page;
    int64_t shown = 0;
    if (d->names.n_unmatched == 0) return;
    ptl_page_section(p, "Names that mean nothing yet", "most money first");
    ptl_page_table(p, "names", NULL, columns, 5);
    for (int64_t i = 0; i < d->names.n_names && shown < DATA_NAMES; i++) {
        if (!d->names.names[i].is_open) continue;
        put_name(d, &d->names.names[i]);
        shown++;
    }
    ptl_page_table_end(p);
    ptl_page_html(p, "<p class=\"note\">");
    ptl_page_printf(p,
                    "%lld of %lld. An alias in channels.yaml gives a name its meaning, and its "
                    "history follows.",
                    (long long)shown, (long long)d->names.n_unmatched);
    ptl_page_html(p, "</p>\n");
    ptl_page_slot(p, "names");
    ptl_page_section_end(p);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void put_open_questions(const data_view *d)
{
    static const ptl_page_column columns[] = {{"Question", false, false},
                                              {"Today", false, true},
                                              {"Because", false, false},
                                              {"The file that would change that", false, false},
                                              {"What it would be worth", false, false}};
    ptl_page *p = d->page;
    ptl_page_table(p, "answers-open", NULL, columns, 5);
    for (int64_t i = 0; i < d->answers.n_questions; i++) {
        const ptl_question *q = &d->answers.questions[i];
        if (q->state == PTL_ANSWERED) continue;
        ptl_page_row(p, q->question);
        ptl_page_cell_mark(p, q->state == PTL_ANSWER_LIMITED ? "look" : "unidentified",
                           ptl_answer_state_text(q->state));
        ptl_page_cell(p, q->missing, NULL);
        ptl_page_cell(p, q->file, NULL);
        ptl_page_cell(p, q->worth, NULL);
        ptl_page_row_end(p);
    }
    ptl_page_table_end(p);
}

static void put_answered(const data_view *d)
{
    static const ptl_page_column columns[] = {{"Answered", false, true}, {"Command", false, false}};
    ptl_page *p = d->page;
    ptl_page_table(p, "answers", NULL, columns, 2);
    for (int64_t i = 0; i < d->answers.n_questions; i++) {
        const ptl_question *q = &d->answers.questions[i];
        if (q->state != PTL_ANSWERED) continue;
        ptl_page_row(p, q->question);
        ptl_page_cell_open(p, q->where);
        ptl_page_html(p, "<code>");
        ptl_page_text(p, q->where);
        ptl_page_html(p, "</code>");
        ptl_page_cell_close(p);
        ptl_page_row_end(p);
    }
    ptl_page_table_end(p);
}

static void put_questions(const data_view *d)
{
    const int64_t answered = d->answers.n_by_state[PTL_ANSWERED];
    ptl_page_section(d->page, "What can be answered", "today, with these files");
    if (answered < d->answers.n_questions) put_open_questions(d);
    if (answered > 0) put_answered(d);
    ptl_page_section_end(d->page);
}

/* --- the page --------------------------------------------------------------------------------- */

static void put_nothing(const data_view *d)
{
    ptl_page_answer(d->page, "Nothing has been brought yet",
                    "Five files give a first review: media spend by day, orders or deals, leads or "
                    "sessions, the books by month, targets. As the tools export them: no query, no "
                    "template.");
    ptl_page_slot(d->page, "bring");
    put_questions(d);
}

static ptl_status read_all(data_view *d, ptl_arena *arena, ptl_error *err)
{
    const ptl_value ever = ptl_value_instant(PTL_INSTANT_EVER);
    PTL_TRY(ptl_freshness_read(&d->fresh, d->store, d->workspace, arena, err));
    PTL_TRY(ptl_audit_read(&d->audit, &d->audit_run, d->store, 0, arena, err));
    PTL_TRY(ptl_taxonomy_read(&d->names, d->store, d->workspace, arena, err));
    PTL_TRY(ptl_answers_read(&d->answers, d->store, d->workspace, arena, err));
    return ptl_warehouse_query(&d->aside, d->store->warehouse, "audit/set_aside", &ever, 1, 0, err);
}

ptl_status ptl_data_page_write(ptl_page *page, ptl_store *store, const ptl_workspace *workspace,
                               ptl_arena *arena, ptl_error *err)
{
    data_view d = {.page = page, .store = store, .workspace = workspace};
    page->style = "web/dist/page-data.css";
    const ptl_status st = read_all(&d, arena, err);
    if (st == PTL_OK && workspace->n_sources == 0) put_nothing(&d);
    page->period.run = d.audit_run;
    if (st == PTL_OK && workspace->n_sources > 0) {
        put_answer(&d);
        put_sources(&d);
        put_findings(&d);
        put_aside(&d);
        put_names(&d);
        put_questions(&d);
    }
    ptl_table_dispose(&d.aside);
    return st;
}
