/* start_ask.c: the questions of `portolan start`, each with an answer that can be taken as it is.
 *
 * An answer comes from the lines given or the file of answers, else from the person at the
 * terminal, else it is the one proposed. What is answered is checked at once: a person is asked
 * again, a file is refused with the line's key, a form is told beside the question. */
#include "ops/start_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "workspace/currency.h"

static const char *const keys[] = {"company", "currency", "zone",   "week_start", "customer",
                                   "new",     "margin",   "number", "metric",     "from",
                                   "to",      "starts",   "by",     "owner"};
#define N_KEYS (int64_t)(sizeof keys / sizeof *keys)

/* --- the file of answers ---------------------------------------------------------------------- */

/* "sheet.csv/day: Datum": of a file; the role stands behind the last slash. */
static ptl_status add_file_answer(start *s, const char *key, const char *text)
{
    const char *slash = strrchr(key, '/');
    char *file = ptl_text_copy((ptl_text){key, (size_t)(slash - key)}, s->call->arena, s->err);
    if (!file) return PTL_E_NO_MEMORY;
    s->file_answers[s->n_file_answers++] = (ptl_answer){file, slash + 1, text};
    return PTL_OK;
}

static ptl_status add_answer(start *s, ptl_text line, int64_t number)
{
    ptl_text value = line;
    const char *colon = memmem(line.ptr, line.len, ": ", 2);
    if (!colon)
        return ptl_fail(s->err, PTL_E_INVALID, "answers, line %lld: \"%.*s\" is not `key: value`",
                        (long long)number, (int)(line.len < 80 ? line.len : 80), line.ptr);
    const ptl_text name = ptl_text_trim((ptl_text){line.ptr, (size_t)(colon - line.ptr)});
    value = ptl_text_trim((ptl_text){colon + 2, line.len - (size_t)(colon + 2 - line.ptr)});
    const char *key = ptl_text_copy(name, s->call->arena, s->err);
    const char *text = ptl_text_copy(value, s->call->arena, s->err);
    if (!key || !text) return PTL_E_NO_MEMORY;
    if (s->n_answers + s->n_file_answers >= START_ANSWERS_MAX)
        return ptl_fail(s->err, PTL_E_LIMIT, "more than %d answers", START_ANSWERS_MAX);
    if (strchr(key, '/')) return add_file_answer(s, key, text);
    for (int64_t i = 0; i < N_KEYS; i++)
        if (strcmp(keys[i], key) == 0) {
            s->answers[s->n_answers++] = (ptl_pair){key, text};
            return PTL_OK;
        }
    const char *nearest = ptl_text_nearest(name, keys, N_KEYS);
    (void)ptl_fail(s->err, PTL_E_INVALID, "answers, line %lld: there is no question \"%.100s\"",
                   (long long)number, key);
    if (nearest) ptl_error_hint(s->err, "did you mean \"%s\"?", nearest);
    return PTL_E_INVALID;
}

static ptl_status add_answers(start *s, ptl_text text)
{
    for (int64_t number = 1; text.len > 0; number++) {
        const ptl_text line = ptl_text_trim(ptl_text_cut(&text, '\n'));
        if (line.len > 0 && line.ptr[0] != '#') PTL_TRY(add_answer(s, line, number));
    }
    return PTL_OK;
}

/* The first answer to a question counts. */
ptl_status start_read_answers(start *s)
{
    ptl_text text;
    const char *given = ptl_args_text(s->call->args, "given");
    if (given) PTL_TRY(add_answers(s, ptl_text_of(given)));
    if (s->is_form) return PTL_OK;
    const char *path = ptl_args_text(s->call->args, "answers");
    if (!path) return PTL_OK;
    PTL_TRY(ptl_file_read(&text, path, 1 << 20, s->call->arena, s->err));
    return add_answers(s, text);
}

/* --- one question ----------------------------------------------------------------------------- */

const char *start_plain(const char **text, start *s)
{
    (void)s;
    for (const char *c = *text; *c; c++)
        if ((unsigned char)*c < 0x20) return "it holds a control character";
    return strlen(*text) > 0 && strlen(*text) <= 200 ? NULL : "it has 1 to 200 characters";
}

ptl_status start_note(start *s, const start_question *question, const char *answer,
                      const char *from, const char *wrong)
{
    if (s->n_asked == START_QUESTIONS_MAX)
        return ptl_fail(s->err, PTL_E_INTERNAL, "more than %d questions", START_QUESTIONS_MAX);
    s->asked[s->n_asked++] = (start_asked){*question, answer, from, wrong};
    return PTL_OK;
}

/* "Which column …? (name, mail)" */
static const char *words_of(start *s, const start_question *q)
{
    ptl_buffer out;
    if (!q->lists_choices) return q->question;
    ptl_buffer_init(&out, 8192, NULL);
    ptl_buffer_printf(&out, "%s (", q->question);
    for (const char *c = q->choices; *c; c++) ptl_buffer_printf(&out, *c == '\n' ? ", " : "%c", *c);
    ptl_buffer_text(&out, ")");
    const char *text = ptl_text_copy(ptl_buffer_borrow(&out), s->call->arena, s->err);
    ptl_buffer_dispose(&out);
    return text;
}

static ptl_status ask_person(const char **out, start *s, const start_question *q)
{
    char typed[START_ANSWER_BYTES_MAX];
    const char *proposed = q->proposed, *question = words_of(s, q);
    if (!question) return PTL_E_NO_MEMORY;
    for (int tries = 0; tries < 5; tries++) {
        PTL_TRY(s->call->asker->ask(s->call->asker->ctx, typed, sizeof typed, question, proposed,
                                    s->err));
        const ptl_text text = ptl_text_trim(ptl_text_of(typed));
        *out = text.len > 0 ? ptl_text_copy(text, s->call->arena, s->err) : proposed;
        if (!*out) return PTL_E_NO_MEMORY;
        const char *wrong = q->check(out, s);
        if (!wrong) return PTL_OK;
        question = ptl_text_format(s->call->arena, s->err, "\"%.100s\": %s", *out, wrong);
        if (!question) return PTL_E_NO_MEMORY;
    }
    return ptl_fail(s->err, PTL_E_INVALID, "five answers could not be used; nothing was written");
}

/* A form goes on with what was proposed, so that the questions behind are there too. */
ptl_status start_ask(const char **out, start *s, const start_question *q)
{
    const char *given = ptl_pair_find(s->answers, s->n_answers, ptl_text_of(q->key));
    const bool asks = s->call->asker && !s->is_form;
    const char *from = given ? "answers" : asks ? "you" : "default";
    *out = given ? given : q->proposed;
    if (!given && asks) PTL_TRY(ask_person(out, s, q));
    const char *typed = *out, *wrong = q->check(out, s);
    if (wrong && s->is_form) {
        *out = q->proposed;
        return start_note(s, q, typed, from, wrong);
    }
    if (wrong)
        return ptl_fail(s->err, PTL_E_INVALID, "answer to \"%s\": \"%.200s\": %s", q->key, *out,
                        wrong);
    return start_note(s, q, *out, from, NULL);
}

/* --- the company ------------------------------------------------------------------------------ */

static const char *currency(const char **text, start *s)
{
    char upper[8] = "";
    if (strlen(*text) != 3) return "a currency has three letters, as EUR";
    for (size_t i = 0; i < 3; i++)
        upper[i] = (char)((*text)[i] >= 'a' && (*text)[i] <= 'z' ? (*text)[i] - 32 : (*text)[i]);
    const char *code = ptl_currency_find(ptl_text_of(upper));
    (void)s;
    if (code) *text = code;
    return code ? NULL : "not a currency of ISO 4217";
}

static const char *zone(const char **text, start *s)
{
    ptl_zone *opened = NULL;
    (void)s;
    if (ptl_zone_open(&opened, *text, NULL) != PTL_OK) return "not a time zone, as Europe/Berlin";
    ptl_zone_close(opened);
    return NULL;
}

static const char *weekday(const char **text, start *s)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
    (void)s;
    for (size_t i = 0; i < 7; i++)
        if (strcasecmp(*text, days[i]) == 0) {
            *text = days[i];
            return NULL;
        }
    return "a day of the week, as monday";
}

static const char *newness(const char **text, start *s)
{
    (void)s;
    const bool known = strcmp(*text, "first order") == 0 || strcmp(*text, "file") == 0;
    return known ? NULL : "either \"first order\" or \"file\"";
}

static const char *percent(const char **text, start *s)
{
    int64_t value = 0;
    (void)s;
    const bool good = ptl_text_int(&value, ptl_text_of(*text), NULL) == PTL_OK;
    return good && value >= 0 && value <= 100 ? NULL : "a whole number from 0 to 100";
}

static const char *customer(const char **text, start *s)
{
    const ptl_sample *sample = &s->plan.money->files[0]->sample;
    for (int64_t i = 0; i < sample->n_columns; i++)
        if (strcmp(sample->columns[i], *text) == 0) return NULL;
    return "not a column of that file";
}

/* "acme-exports/data" → "Acme exports": the folder, or the one above where it only says data. */
static ptl_status propose_company(const char **out, start *s)
{
    char *real = realpath(s->folder, NULL);
    ptl_text path = ptl_text_of(real ? real : s->folder), base = {0}, above = {0};
    while (path.len > 0) {
        const ptl_text part = ptl_text_cut(&path, '/');
        if (part.len > 0) {
            above = base;
            base = part;
        }
    }
    static const char *const empty[] = {"data",  "exports",   "export", "files",
                                        "inbox", "downloads", "raw"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        if (ptl_text_equal(base, ptl_text_of(empty[i])) && above.len > 0) base = above;
    char *name = ptl_text_copy(base.len > 0 ? base : PTL_TEXT("Company"), s->call->arena, s->err);
    free(real);
    if (!name) return PTL_E_NO_MEMORY;
    for (char *c = name; *c; c++)
        if (*c == '_' || *c == '-') *c = ' ';
    if (name[0] >= 'a' && name[0] <= 'z') name[0] = (char)(name[0] - 32);
    *out = name;
    return PTL_OK;
}

/* The columns that might be it, a line each. */
static const char *choices_of(start *s)
{
    ptl_buffer out;
    const ptl_sample *sample = &s->plan.money->files[0]->sample;
    ptl_buffer_init(&out, 4096, NULL);
    for (int64_t i = 0; i < sample->n_columns; i++)
        ptl_buffer_printf(&out, "%s%s", i > 0 ? "\n" : "", sample->columns[i]);
    const char *text = ptl_text_copy(ptl_buffer_borrow(&out), s->call->arena, s->err);
    ptl_buffer_dispose(&out);
    return text;
}

static ptl_status ask_customer(start *s)
{
    const ptl_planned *m = s->plan.money;
    s->choice.role = ptl_plan_customer_role(&s->plan);
    if (!s->choice.role) return PTL_OK;
    const char *bound =
        ptl_pair_find(m->part->columns, m->part->n_columns, ptl_text_of(s->choice.role));
    const start_question q = {.key = "customer",
                              .question =
                                  ptl_text_format(s->call->arena, s->err,
                                                  "Which column of %s says who the customer is?",
                                                  m->files[0]->file),
                              .proposed = bound,
                              .choices = choices_of(s),
                              .lists_choices = true,
                              .check = customer};
    const char *answer;
    if (!q.question || !q.choices) return PTL_E_NO_MEMORY;
    PTL_TRY(start_ask(&answer, s, &q));
    if (strcmp(answer, bound) != 0) s->choice.customer = answer;
    return PTL_OK;
}

/* Where the file says of each order whether its customer is new, one may believe it or not. */
static ptl_status ask_new(start *s)
{
    const ptl_planned *m = s->plan.money;
    const char *answer;
    if (!m || !ptl_preset_has_slot(m->part->preset, PTL_TEXT("new_rule"))) return PTL_OK;
    if (!ptl_pair_find(m->part->columns, m->part->n_columns, PTL_TEXT("customer_type")))
        return PTL_OK;
    const start_question q = {
        .key = "new",
        .question = "What makes a customer new: what the file says of each order (\"file\"), or "
                    "their first order in these files (\"first order\")?",
        .proposed = "file",
        .choices = "file\nfirst order",
        .check = newness};
    PTL_TRY(start_ask(&answer, s, &q));
    if (strcmp(answer, "file") != 0) s->choice.new_rule = "first";
    return PTL_OK;
}

static ptl_status ask_margin(start *s)
{
    const char *answer;
    int64_t value = 100;
    s->margin = -1;
    if (!s->plan.money || s->plan.has_cost) return PTL_OK;
    const start_question q = {
        .key = "margin",
        .question = "No file says what goods cost. Of 100 of revenue, how much is left after them? "
                    "100 means: not known, count no cost",
        .proposed = "100",
        .check = percent};
    PTL_TRY(start_ask(&answer, s, &q));
    PTL_TRY(ptl_text_int(&value, ptl_text_of(answer), s->err));
    s->margin = (int32_t)value;
    s->choice.cost_percent = 100 - s->margin;
    return PTL_OK;
}

/* Of the machine, or what the offsets of times fit. */
static ptl_status ask_zone(start *s)
{
    char scratch[4096];
    const char *here = ptl_workspace_system_zone(scratch);
    const char *proposed =
        ptl_text_copy(ptl_text_of(s->plan.zone ? s->plan.zone : here), s->call->arena, s->err);
    if (!proposed) return PTL_E_NO_MEMORY;
    const start_question q = {.key = "zone",
                              .question = "In which time zone does your day begin?",
                              .proposed = proposed,
                              .check = zone};
    return start_ask(&s->zone, s, &q);
}

static ptl_status ask_books(start *s)
{
    start_question q = {
        .key = "company", .question = "What is the company called?", .check = start_plain};
    PTL_TRY(propose_company(&q.proposed, s));
    PTL_TRY(start_ask(&s->company, s, &q));
    q = (start_question){.key = "currency",
                         .question = "In which currency are your books?",
                         .proposed = s->plan.currency ? s->plan.currency : "EUR",
                         .check = currency};
    return start_ask(&s->currency, s, &q);
}

ptl_status start_ask_company(start *s)
{
    PTL_TRY(ask_books(s));
    PTL_TRY(ask_zone(s));
    const start_question week = {
        .key = "week_start",
        .question = "With which day does your week begin?",
        .proposed = strcmp(s->currency, "USD") == 0 ? "sunday" : "monday",
        .choices = "monday\ntuesday\nwednesday\nthursday\nfriday\nsaturday\nsunday",
        .check = weekday};
    PTL_TRY(start_ask(&s->week_start, s, &week));
    PTL_TRY(ask_customer(s));
    PTL_TRY(ask_new(s));
    return ask_margin(s);
}

/* --- what is open about files ----------------------------------------------------------------- */

static const char *any_choice(const char **text, start *s)
{
    (void)text;
    (void)s;
    return NULL;
}

/* The doubt of the file with most rows: there is room for one. */
static const ptl_recognised *largest_doubt(const start *s)
{
    const ptl_recognised *best = NULL;
    for (int64_t i = 0; i < s->n_files; i++) {
        const ptl_recognised *r = &s->files[i];
        if (r->sure || r->n_doubts != 1 || r->match.confidence < 0.4) continue;
        if (!best || r->sample.n_rows > best->sample.n_rows) best = r;
    }
    return best;
}

static ptl_status look_again(start *s, const ptl_recognised *r)
{
    const ptl_preset *presets;
    int64_t n;
    PTL_TRY(ptl_preset_all(&presets, &n, s->call->arena, s->err));
    return ptl_recognise_sheet(&s->files[r - s->files], r->path, r->sample.sheet, r->file, presets,
                               n, s->file_answers, s->n_file_answers, s->call->arena, s->err);
}

/* A form shows each doubt beside its file instead: see start.ask. */
ptl_status start_ask_doubts(start *s)
{
    const ptl_recognised *r = s->call->asker && !s->is_form ? largest_doubt(s) : NULL;
    if (!r || s->n_file_answers >= START_ANSWERS_MAX) return PTL_OK;
    const ptl_doubt *d = &r->doubts[0];
    ptl_buffer text;
    ptl_buffer_init(&text, 8192, NULL);
    ptl_buffer_printf(&text, "%s (", d->question);
    for (int64_t i = 0; i < d->n_choices; i++)
        ptl_buffer_printf(&text, "%s%s", i > 0 ? ", " : "", d->choices[i]);
    ptl_buffer_text(&text, "; none leaves the file out)");
    const start_question q = {
        .key = ptl_text_format(s->call->arena, s->err, "%s/%s", r->file, d->role),
        .question = ptl_text_copy(ptl_buffer_borrow(&text), s->call->arena, s->err),
        .proposed = d->proposed ? d->proposed : "none",
        .check = any_choice};
    ptl_buffer_dispose(&text);
    if (!q.question || !q.key) return PTL_E_NO_MEMORY;
    const char *answer;
    PTL_TRY(start_ask(&answer, s, &q));
    if (strcmp(answer, "none") == 0) return PTL_OK;
    s->file_answers[s->n_file_answers++] = (ptl_answer){r->file, d->role, answer};
    return look_again(s, r);
}
