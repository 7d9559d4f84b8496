/* start_number.c: the one number as a question: proposed from the sheet of targets, or from what
 * the newest 52 weeks came to, and read back from a sentence a person types. */
#include "ops/start_internal.h"

#include <stdio.h>
#include <string.h>

/* --- the one number --------------------------------------------------------------------------- */

typedef struct number {
    char metric[16], from[48], to[48], starts[16], by[16];
} number;

static const char *number_example(void)
{
    return "it reads like: cm2 from 118000 to 165000 by 2026-12-31";
}

/* Where the value behind a word goes; NULL: the word is a metric, or nothing. */
static char *part_of(number *n, ptl_text word, size_t *size)
{
    if (ptl_text_equal(word, PTL_TEXT("from"))) return *size = sizeof n->from, n->from;
    if (ptl_text_equal(word, PTL_TEXT("to"))) return *size = sizeof n->to, n->to;
    if (ptl_text_equal(word, PTL_TEXT("starts"))) return *size = sizeof n->starts, n->starts;
    if (ptl_text_equal(word, PTL_TEXT("by"))) return *size = sizeof n->by, n->by;
    return NULL;
}

/* "cm2 from 118000 to 165000 by 2026-12-31": any of the parts, the others stay. */
static const char *read_number(number *n, const char *text)
{
    ptl_text rest = ptl_text_of(text);
    char *into = NULL;
    size_t size = 0;
    while (rest.len > 0) {
        const ptl_text word = ptl_text_cut(&rest, ' ');
        if (word.len == 0) continue;
        if (into) {
            (void)snprintf(into, size, "%.*s", (int)word.len, word.ptr);
            into = NULL;
        } else if (ptl_text_equal(word, PTL_TEXT("cm2")) || ptl_text_equal(word, PTL_TEXT("cm1")) ||
                   ptl_text_equal(word, PTL_TEXT("revenue"))) {
            (void)snprintf(n->metric, sizeof n->metric, "%.*s", (int)word.len, word.ptr);
        } else if (!(into = part_of(n, word, &size))) {
            return number_example();
        }
    }
    if (into) return number_example();
    ptl_day day, first = 0;
    if (ptl_day_parse(&day, ptl_text_of(n->by), NULL) != PTL_OK)
        return "`by` is a day as 2026-12-31";
    if (n->starts[0] && ptl_day_parse(&first, ptl_text_of(n->starts), NULL) != PTL_OK)
        return "`starts` is a day as 2026-01-01";
    if (n->starts[0] && day <= first) return "`by` lies before the number starts to count";
    return NULL;
}

static const char *number_text(const char **text, start *s)
{
    number n = {.by = "2100-01-01"};
    (void)s;
    if (strcmp(*text, "none") == 0) return NULL;
    return read_number(&n, *text);
}

/* The company's own target, where a sheet of targets has one: first of the number asked for. */
static bool take_sheet(number *n, const start *s)
{
    for (int64_t i = 0; i < s->plan.n_sources; i++) {
        const ptl_planned *p = &s->plan.sources[i];
        if (p->left_out || strcmp(p->part->preset->table, "target") != 0) continue;
        const ptl_sample *sample = &p->files[0]->sample;
        int64_t at[5];
        static const char *const roles[] = {"kpi", "from", "to", "value", "currency"};
        for (int k = 0; k < 5; k++) {
            const char *column =
                ptl_pair_find(p->part->columns, p->part->n_columns, ptl_text_of(roles[k]));
            at[k] = -1;
            for (int64_t c = 0; column && c < sample->n_columns; c++)
                if (strcmp(sample->columns[c], column) == 0) at[k] = c;
        }
        for (int64_t r = 0; r < sample->n_rows; r++) {
            const ptl_text kpi = ptl_sample_cell(sample, r, at[0]);
            ptl_day first, last;
            if (at[4] >= 0 &&
                !ptl_text_equal(ptl_sample_cell(sample, r, at[4]), ptl_text_of(s->currency)))
                continue;
            if (!ptl_text_equal(kpi, PTL_TEXT("cm2")) && !ptl_text_equal(kpi, PTL_TEXT("cm1")) &&
                !ptl_text_equal(kpi, PTL_TEXT("revenue")))
                continue;
            if (ptl_day_parse(&first, ptl_sample_cell(sample, r, at[1]), NULL) != PTL_OK ||
                ptl_day_parse(&last, ptl_sample_cell(sample, r, at[2]), NULL) != PTL_OK)
                continue;
            snprintf(n->metric, sizeof n->metric, "%.*s", (int)kpi.len, kpi.ptr);
            const ptl_text value = ptl_sample_cell(sample, r, at[3]);
            snprintf(n->to, sizeof n->to, "%.*s", (int)value.len, value.ptr);
            ptl_day_format(n->starts, first);
            ptl_day_format(n->by, last);
            return true;
        }
    }
    return false;
}

/* What the metric came to in the newest 52 weeks, or as many as there are, as a year. */
static bool last_year(double *out, const start *s, const char *metric)
{
    const json_t *weeks = json_object_get(json_object_get(s->review, "company_total"), "weeks");
    const size_t n = json_array_size(weeks), first = n > 52 ? n - 52 : 0;
    double sum = 0;
    for (size_t i = first; i < n; i++) sum += start_total(json_array_get(weeks, i), metric);
    *out = n > 0 ? sum * 52.0 / (double)(n - first) : 0;
    return n > 0;
}

static ptl_day last_day(const start *s)
{
    const char *text = json_string_value(json_object_get(s->review, "last_complete_day"));
    ptl_day day = 0;
    if (text && ptl_day_parse(&day, ptl_text_of(text), NULL) != PTL_OK) day = 0;
    return day != 0 ? day : (ptl_day)(s->call->now / PTL_MICROS_PER_DAY); /* no review: today */
}

/* Until the end of a year that has a month left at least; a tenth more than the year before. */
static void propose_number(number *n, const start *s)
{
    double before = 0;
    const ptl_day last = last_day(s);
    ptl_date end = {ptl_date_of(last).year, 12, 31};
    if (ptl_day_of(end) - last < 30) end.year++;
    snprintf(n->metric, sizeof n->metric, "cm2");
    if (!take_sheet(n, s)) {
        ptl_day_format(n->starts, ptl_day_of((ptl_date){end.year, 1, 1}));
        ptl_day_format(n->by, ptl_day_of(end));
    }
    if (!last_year(&before, s, n->metric)) return;
    snprintf(n->from, sizeof n->from, "%.0f", before);
    if (!n->to[0])
        snprintf(n->to, sizeof n->to, "%.0f", before + 0.1 * (before < 0 ? -before : before));
}

static ptl_status keep(const char **out, start *s, const char *text)
{
    *out = ptl_text_copy(ptl_text_of(text), s->call->arena, s->err);
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}

/* Parts of the number that the file of answers gives, over what is proposed. */
static ptl_status take_answers(bool *given, number *n, start *s)
{
    char text[START_ANSWER_BYTES_MAX] = "";
    static const char *const parts[] = {"metric", "from", "to", "starts", "by"};
    *given = false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *answer = ptl_pair_find(s->answers, s->n_answers, ptl_text_of(parts[i]));
        const size_t len = strlen(text);
        if (!answer) continue;
        *given = true;
        (void)snprintf(text + len, sizeof text - len, " %s %s", i > 0 ? parts[i] : "", answer);
    }
    const char *wrong = *given ? read_number(n, text) : NULL;
    if (!wrong) return PTL_OK;
    return ptl_fail(s->err, PTL_E_INVALID, "answers about the one number (%.200s): %s", text,
                    wrong);
}

static ptl_status ask_target(start *s, number *n)
{
    const char *answer;
    bool given;
    PTL_TRY(take_answers(&given, n, s));
    const char *proposed = "none"; /* nothing is known that a target could be made of */
    if (!n->from[0]) snprintf(n->from, sizeof n->from, "0");
    if (n->to[0])
        proposed = ptl_text_format(s->call->arena, s->err, "%s from %s to %s by %s", n->metric,
                                   n->from, n->to, n->by);
    if (!proposed) return PTL_E_NO_MEMORY;
    const start_question q = {
        .key = given ? "to" : "number",
        .question = given ? "The one number"
                          : "The one number, from what, to what, by when: cm2 is revenue less "
                            "variable cost less media, cm1 is before media; or revenue. \"none\" "
                            "sets no target",
        .proposed = proposed,
        .check = number_text};
    if (given) return start_note(s, &q, proposed, "answers", NULL);
    PTL_TRY(start_ask(&answer, s, &q));
    if (strcmp(answer, "none") == 0)
        n->to[0] = '\0';
    else
        (void)read_number(n, answer);
    return PTL_OK;
}

ptl_status start_ask_number(start *s)
{
    number n = {.metric = ""};
    const bool has_money = s->plan.money != NULL;
    const char *nobody = s->call->actor ? s->call->actor : "nobody";
    if (has_money) {
        propose_number(&n, s);
        PTL_TRY(ask_target(s, &n));
    }
    const start_question who = {.key = "owner",
                                .question = "Who answers for it? One person",
                                .proposed = nobody,
                                .check = start_plain};
    PTL_TRY(start_ask(&s->owner, s, &who));
    if (!has_money || !n.to[0]) return PTL_OK;
    PTL_TRY(keep(&s->metric, s, n.metric));
    PTL_TRY(keep(&s->from, s, n.from));
    PTL_TRY(keep(&s->to, s, n.to));
    PTL_TRY(keep(&s->starts, s, n.starts));
    return keep(&s->by, s, n.by);
}
