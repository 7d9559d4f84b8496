/* digest.c: the review in a dozen lines (digest.h). Sentences claim what the page claims: the verb
 * *because* stands only before a measured effect, and what is forecast carries its interval. */
#include "review/digest.h"

#include "base/json_write.h"
#include "base/show.h"
#include "review/json_internal.h"
#include "store/alarm.h"
#include "store/minutes.h"
#include "understand/change.h"
#include "understand/course.h"

#include <string.h>

enum { DIGEST_BYTES_MAX = 1 << 18, DIGEST_ROWS_MAX = 20 };

typedef struct content {
    const ptl_workspace *workspace;
    ptl_course course;
    ptl_changes changes;
    ptl_alarm *alarms;
    int64_t n_alarms;
    ptl_minute *minutes;
    int64_t n_minutes;
    ptl_day today;
} content;

static ptl_status read_all(content *c, ptl_store *store, ptl_arena *arena, ptl_error *err)
{
    const ptl_minutes_options o = {.size = (int32_t)sizeof o,
                                   .at = PTL_INSTANT_EVER,
                                   .carried = true,
                                   .since = c->today - 6,
                                   .limit = DIGEST_ROWS_MAX};
    PTL_TRY(ptl_course_read(&c->course, store, c->workspace, 0, arena, err));
    PTL_TRY(ptl_change_read(&c->changes, store, c->workspace, c->course.run_id, arena, err));
    PTL_TRY(ptl_alarm_list(&c->alarms, &c->n_alarms, store->records, c->course.as_of - 6,
                           PTL_INSTANT_EVER, DIGEST_ROWS_MAX, arena, err));
    return ptl_minutes_list(&c->minutes, &c->n_minutes, store->records, &o, arena, err);
}

/* --- words ------------------------------------------------------------------------------------ */

static void put_amount(ptl_buffer *b, double value, const char *unit)
{
    if (strlen(unit) == 3)
        ptl_show_money_short(b, (int64_t)llround(value * 1e6), unit, 3);
    else
        ptl_buffer_printf(b, "%.3g %s", value, unit);
}

static void say_course(ptl_buffer *b, const content *c)
{
    const ptl_course *k = &c->course;
    ptl_buffer_printf(b, "%s: %s", c->workspace->kpi.label,
                      k->has_target ? ptl_course_word_text(k->word) : "no target is set");
    if (k->word != PTL_COURSE_SILENT) {
        ptl_buffer_text(b, ", ");
        ptl_show_chance(b, k->chance);
        ptl_buffer_text(b, " to reach ");
        put_amount(b, k->target, k->currency);
        ptl_buffer_text(b, " by ");
        ptl_show_day_long(b, k->due);
        if (k->final.low <= k->final.high) {
            ptl_buffer_text(b, ". Expected ");
            put_amount(b, k->final.point, k->currency);
            ptl_buffer_text(b, ", 80%: ");
            put_amount(b, k->final.low, k->currency);
            ptl_buffer_text(b, " to ");
            put_amount(b, k->final.high, k->currency);
        }
    }
    ptl_buffer_text(b, ".\n");
}

static void say_change(ptl_buffer *b, const ptl_changed *c)
{
    ptl_buffer_printf(b, "- %s: %s %s by ", c->label, c->metric, c->change < 0.0 ? "fell" : "rose");
    put_amount(b, fabs(c->change), c->unit);
    ptl_buffer_text(b, " against ");
    put_amount(b, c->expected.point, c->unit);
    ptl_buffer_text(b, " expected.");
    for (int32_t i = 0; i < c->n_because; i++)
        ptl_buffer_printf(b, " Because of %s (grade %c).", c->because[i].name, c->because[i].grade);
    ptl_buffer_text(b, "\n");
}

static void say_changes(ptl_buffer *b, const content *c)
{
    ptl_buffer_text(b, "\nWhat changed\n");
    if (c->changes.run_id == 0 || c->changes.verdict == PTL_NOT_IDENTIFIED)
        ptl_buffer_text(b, "Too few weeks are known to say.\n");
    else if (c->changes.n_found == 0)
        ptl_buffer_text(b, "Nothing beyond chance and beyond what is worth acting on.\n");
    for (int32_t i = 0; i < c->changes.n_found; i++) say_change(b, &c->changes.found[i]);
}

/* "orders was 3, expected 38 to 42": the metric names the unit already */
static void put_figure(ptl_buffer *b, double value, const ptl_alarm *a)
{
    if (strcmp(a->unit, a->metric) == 0)
        ptl_buffer_printf(b, "%.0f", value);
    else
        put_amount(b, value, a->unit);
}

static void say_alarms(ptl_buffer *b, const content *c)
{
    if (c->n_alarms == 0) return;
    ptl_buffer_text(b, "\nAlarms of the last seven days\n");
    for (int64_t i = 0; i < c->n_alarms; i++) {
        const ptl_alarm *a = &c->alarms[i];
        ptl_buffer_text(b, "- ");
        ptl_show_day_long(b, a->day);
        ptl_buffer_printf(b, ": %s, %s was ", a->dimension[0] ? a->member : "company", a->metric);
        put_figure(b, a->value, a);
        ptl_buffer_text(b, ", expected ");
        put_figure(b, a->expected.low, a);
        ptl_buffer_text(b, " to ");
        put_figure(b, a->expected.high, a);
        ptl_buffer_text(b, ".\n");
    }
}

static void say_minutes(ptl_buffer *b, const content *c)
{
    if (c->n_minutes == 0) return;
    ptl_buffer_text(b, "\nMinutes\n");
    for (int64_t i = 0; i < c->n_minutes; i++) {
        const ptl_minute *m = &c->minutes[i];
        ptl_buffer_printf(b, "- %s", m->what);
        if (m->owner) ptl_buffer_printf(b, ": %s", m->owner);
        if (m->has_due) {
            ptl_buffer_text(b, ", by ");
            ptl_show_day_long(b, m->due_on);
        }
        ptl_buffer_text(b, ptl_minute_is_late(m, c->today) ? ", late.\n"
                           : m->closed_at != 0             ? ", closed.\n"
                                                           : ".\n");
    }
}

/* --- the message ------------------------------------------------------------------------------ */

static void say(ptl_buffer *b, const content *c)
{
    ptl_buffer_printf(b, "%s, ", c->workspace->company);
    ptl_show_day_long(b, c->course.as_of);
    ptl_buffer_text(b, "\n\n");
    say_course(b, c);
    say_changes(b, c);
    say_alarms(b, c);
    say_minutes(b, c);
    ptl_buffer_printf(b, "\nReview of run %lld. portolan run show %lld\n",
                      (long long)c->course.run_id, (long long)c->course.run_id);
}

static ptl_status as_json(ptl_text *out, const content *c, ptl_text text, ptl_arena *arena,
                          ptl_error *err)
{
    ptl_buffer b;
    ptl_json j;
    ptl_buffer_init(&b, 4 * (size_t)DIGEST_BYTES_MAX, NULL);
    ptl_json_init_buffer(&j, &b, 0, err);
    ptl_json_object(&j);
    ptl_json_put_text(&j, "text", text);
    ptl_json_put_string(&j, "company", c->workspace->company);
    ptl_json_put_int(&j, "run", c->course.run_id);
    ptl_json_put_day(&j, "last_complete_day", c->course.as_of);
    ptl_review_put_course(&j, &c->course);
    ptl_review_put_changes(&j, &c->changes);
    ptl_json_object_end(&j);
    ptl_status st = ptl_json_finish(&j);
    const char *copy = st == PTL_OK ? ptl_text_copy(ptl_buffer_borrow(&b), arena, err) : NULL;
    if (st == PTL_OK && !copy) st = PTL_E_NO_MEMORY;
    *out = ptl_text_of(copy);
    ptl_buffer_dispose(&b);
    return st;
}

static ptl_status as_text(ptl_text *out, const content *c, ptl_arena *arena, ptl_error *err)
{
    ptl_buffer b;
    ptl_buffer_init(&b, DIGEST_BYTES_MAX, NULL);
    say(&b, c);
    ptl_status st = ptl_buffer_check(&b, "a digest", err);
    const char *copy = st == PTL_OK ? ptl_text_copy(ptl_buffer_borrow(&b), arena, err) : NULL;
    if (st == PTL_OK && !copy) st = PTL_E_NO_MEMORY;
    *out = ptl_text_of(copy);
    ptl_buffer_dispose(&b);
    return st;
}

ptl_status ptl_digest_make(ptl_digest *out, ptl_store *store, const ptl_workspace *workspace,
                           ptl_day today, ptl_arena *arena, ptl_error *err)
{
    content c = {.workspace = workspace, .today = today};
    *out = (ptl_digest){0};
    PTL_TRY(read_all(&c, store, arena, err));
    if (c.course.run_id == 0) return PTL_OK;
    out->run_id = c.course.run_id;
    out->subject =
        ptl_text_format(arena, err, "%s: %s", workspace->company,
                        c.course.has_target ? ptl_course_word_text(c.course.word) : "the week");
    if (!out->subject) return PTL_E_NO_MEMORY;
    PTL_TRY(as_text(&out->text, &c, arena, err));
    return as_json(&out->json, &c, out->text, arena, err);
}
