/* audit_rows.c: rows. What stands twice, in the wrong currency, at the wrong hour, and what no
 * person did.
 *
 * Rows that stand twice are set aside by the loader and counted once; the audit says where, because
 * whoever exports them twice also reports them twice. */
#include "observe/audit_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    RUN_GAP = 3, /* days between two days of one finding, at most        */
    HOURS = 24,
    CLOCK_WINDOW = 7,  /* days whose hours are looked at together              */
    CURRENCY_LEAST = 5 /* lines in an unusual currency: fewer are people moving */
};

/* Days of one finding: rows and money, gathered while they are close. */
typedef struct stretch {
    ptl_day from, to;
    int64_t rows, micros;
} stretch;

static bool same_text(const ptl_table *t, int64_t column, int64_t a, int64_t b)
{
    const ptl_column *c = &t->columns[column];
    return ptl_text_equal(ptl_column_text(c, a), ptl_column_text(c, b));
}

static void gather(stretch *s, ptl_day day, int64_t rows, int64_t micros)
{
    s->to = day;
    s->rows += rows;
    s->micros += micros;
}

/* --- twice ------------------------------------------------------------------------------------ */

static ptl_status report_twice(ptl_audit *audit, const ptl_table *t, int64_t row, const stretch *s,
                               ptl_error *err)
{
    const char *source = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], row));
    const char *table = ptl_audit_keep(audit, ptl_column_text(&t->columns[1], row));
    const bool money = s->micros > 0;
    const ptl_audit_finding f = {
        .check = "duplicates",
        .severity = s->rows >= 10 ? PTL_SEVERITY_HIGH : PTL_SEVERITY_LOW,
        .source = source,
        .table = table,
        .title = ptl_audit_say(audit, "Rows of %s stand twice", source),
        .detail =
            ptl_audit_say(audit,
                          "%s rows, %s. They are counted once here; whoever adds up the "
                          "export counts them twice.",
                          ptl_audit_count(audit, s->rows), ptl_audit_span(audit, s->from, s->to)),
        .has_days = true,
        .from = s->from,
        .to = s->to,
        .rows = s->rows,
        .has_value = money,
        .value_micros = s->micros,
        .effect = ptl_audit_effect(table),
        .advice = "Ask whoever owns the export why it repeats rows"};
    return ptl_audit_add(audit, &f, err);
}

ptl_status ptl_audit_twice(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    stretch s = {0};
    PTL_TRY(ptl_audit_query(&t, audit, "audit/twice_day", err));
    for (int64_t i = 0; i < t.n_rows && st == PTL_OK; i++) {
        const ptl_day day = (ptl_day)ptl_column_int(&t.columns[2], i);
        const bool goes_on = i > 0 && same_text(&t, 0, i, i - 1) && same_text(&t, 1, i, i - 1) &&
                             day - s.to <= RUN_GAP;
        if (!goes_on && i > 0) st = report_twice(audit, &t, i - 1, &s, err);
        if (!goes_on) s = (stretch){.from = day};
        gather(&s, day, ptl_column_int(&t.columns[4], i),
               ptl_audit_home(audit, ptl_column_int(&t.columns[5], i),
                              ptl_column_text(&t.columns[3], i)));
    }
    if (st == PTL_OK && t.n_rows > 0) st = report_twice(audit, &t, t.n_rows - 1, &s, err);
    ptl_table_dispose(&t);
    return st;
}

/* --- currencies ------------------------------------------------------------------------------- */

static ptl_status report_currency(ptl_audit *audit, const ptl_table *t, int64_t row,
                                  const stretch *s, ptl_error *err)
{
    if (s->rows < CURRENCY_LEAST) return PTL_OK;
    const char *source = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], row));
    const char *found = ptl_audit_keep(audit, ptl_column_text(&t->columns[2], row));
    const char *usual = ptl_audit_keep(audit, ptl_column_text(&t->columns[3], row));
    const ptl_audit_finding f = {
        .check = "currency_mix",
        .severity = PTL_SEVERITY_HIGH,
        .source = source,
        .table = "txn",
        .field = "currency",
        .title = ptl_audit_say(audit, "%s amounts of %s are labelled %s", usual, source, found),
        .detail = ptl_audit_say(audit, "%s lines of customers who otherwise pay in %s, %s.",
                                ptl_audit_count(audit, s->rows), usual,
                                ptl_audit_span(audit, s->from, s->to)),
        .has_days = true,
        .from = s->from,
        .to = s->to,
        .rows = s->rows,
        .has_value = true,
        .value_micros = s->micros,
        .effect = ptl_audit_effect("txn"),
        .advice = "Correct the currency of these lines in the source, and import again"};
    return ptl_audit_add(audit, &f, err);
}

/* People who move pay in another currency on a day of their own; a mislabelled export does it to
 * many on neighbouring days. */
ptl_status ptl_audit_currency(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    stretch s = {0};
    PTL_TRY(ptl_audit_query(&t, audit, "audit/currency", err));
    for (int64_t i = 0; i < t.n_rows && st == PTL_OK; i++) {
        const ptl_day day = (ptl_day)ptl_column_int(&t.columns[1], i);
        const bool goes_on = i > 0 && same_text(&t, 0, i, i - 1) && same_text(&t, 2, i, i - 1) &&
                             same_text(&t, 3, i, i - 1) && day - s.to <= RUN_GAP;
        if (!goes_on && i > 0) st = report_currency(audit, &t, i - 1, &s, err);
        if (!goes_on) s = (stretch){.from = day};
        gather(&s, day, ptl_column_int(&t.columns[4], i),
               ptl_audit_home(audit, ptl_column_int(&t.columns[5], i),
                              ptl_column_text(&t.columns[2], i)));
    }
    if (st == PTL_OK && t.n_rows > 0) st = report_currency(audit, &t, t.n_rows - 1, &s, err);
    ptl_table_dispose(&t);
    return st;
}

/* --- clocks ----------------------------------------------------------------------------------- */

typedef struct clock_face {
    const char *source, *table;
    int64_t *by_day; /* n_days x 24 */
    int64_t all[HOURS];
} clock_face;

static void add_window(int64_t window[HOURS], const clock_face *c, int64_t day)
{
    memset(window, 0, HOURS * sizeof *window);
    for (int64_t d = day; d < day + CLOCK_WINDOW; d++)
        for (int h = 0; h < HOURS; h++) window[h] += c->by_day[d * HOURS + h];
}

static ptl_status report_clock(ptl_audit *audit, const clock_face *c, int64_t first, int64_t last,
                               int32_t shift, ptl_error *err)
{
    const ptl_day from = audit->first + (ptl_day)first, to = audit->first + (ptl_day)last;
    int64_t rows = 0;
    for (int64_t i = first * HOURS; i < (last + 1) * HOURS; i++) rows += c->by_day[i];
    const ptl_audit_finding f = {
        .check = "time_zone_shift",
        .severity = PTL_SEVERITY_HIGH,
        .source = c->source,
        .table = c->table,
        .field = "occurred_at",
        .title = ptl_audit_say(audit, "The clock of %s runs %d hours %s", c->source, abs(shift),
                               shift < 0 ? "slow" : "fast"),
        .detail = ptl_audit_say(audit,
                                "%s rows, %s, follow the hours of all other days only when moved "
                                "by %d hours.",
                                ptl_audit_count(audit, rows), ptl_audit_span(audit, from, to),
                                abs(shift)),
        .has_days = true,
        .from = from,
        .to = to,
        .rows = rows,
        .effect = "the day a row belongs to: every daily figure, and the order of touches",
        .advice = "State the zone of these rows in the export or the mapping, and import again"};
    return ptl_audit_add(audit, &f, err);
}

/* Does this one day speak against its own clock? Decides where a shifted stretch ends. */
static ptl_status day_is_shifted(bool *out, const clock_face *c, int64_t day, int32_t shift,
                                 ptl_error *err)
{
    int32_t own;
    double gain;
    PTL_TRY(ptl_anomaly_shift(&own, &gain, c->all, &c->by_day[day * HOURS], HOURS, err));
    *out = gain > 0.0 && abs(own - shift) <= 1;
    return PTL_OK;
}

static ptl_status check_clock(ptl_audit *audit, const clock_face *c, ptl_error *err)
{
    int64_t window[HOURS];
    for (int64_t d = 0; d + CLOCK_WINDOW <= audit->n_days; d++) {
        int32_t shift, next;
        double gain;
        add_window(window, c, d);
        PTL_TRY(ptl_anomaly_shift(&shift, &gain, c->all, window, HOURS, err));
        if (abs(shift) < 2 || gain < 20.0) continue;
        int64_t last = d;
        for (next = shift; last + CLOCK_WINDOW < audit->n_days && abs(next - shift) <= 1; last++) {
            add_window(window, c, last + 1);
            PTL_TRY(ptl_anomaly_shift(&next, &gain, c->all, window, HOURS, err));
            if (gain < 20.0) next = 0;
        }
        int64_t first = d, end = last + CLOCK_WINDOW - 1 < audit->n_days ? last + CLOCK_WINDOW - 1
                                                                         : audit->n_days - 1;
        bool shifted = false;
        while (first < end && !shifted) {
            PTL_TRY(day_is_shifted(&shifted, c, first, shift, err));
            first += !shifted;
        }
        for (shifted = false; end > first && !shifted;) {
            PTL_TRY(day_is_shifted(&shifted, c, end, shift, err));
            end -= !shifted;
        }
        PTL_TRY(report_clock(audit, c, first, end, shift, err));
        d = last + CLOCK_WINDOW;
    }
    return PTL_OK;
}

static ptl_status read_clock(ptl_audit *audit, const ptl_table *t, int64_t from, int64_t to,
                             ptl_error *err)
{
    clock_face c = {.source = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], from)),
                    .table = ptl_audit_keep(audit, ptl_column_text(&t->columns[1], from))};
    c.by_day = ptl_arena_array(audit->arena, audit->n_days * HOURS, sizeof *c.by_day, err);
    if (!c.by_day) return PTL_E_NO_MEMORY;
    memset(c.by_day, 0, (size_t)(audit->n_days * HOURS) * sizeof *c.by_day);
    for (int64_t i = from; i < to; i++) {
        const int64_t d = ptl_column_int(&t->columns[2], i) - audit->first;
        const int64_t hour = ptl_column_int(&t->columns[3], i);
        if (d < 0 || d >= audit->n_days || hour < 0 || hour >= HOURS) continue;
        c.by_day[d * HOURS + hour] += ptl_column_int(&t->columns[4], i);
        c.all[hour] += ptl_column_int(&t->columns[4], i);
    }
    return check_clock(audit, &c, err);
}

ptl_status ptl_audit_clock(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(ptl_audit_query(&t, audit, "audit/hours", err));
    for (int64_t from = 0, to; from < t.n_rows && st == PTL_OK; from = to) {
        for (to = from + 1;
             to < t.n_rows && same_text(&t, 0, from, to) && same_text(&t, 1, from, to);)
            to++;
        if (audit->n_days > 0) st = read_clock(audit, &t, from, to, err);
    }
    ptl_table_dispose(&t);
    return st;
}

/* --- machines --------------------------------------------------------------------------------- */

static ptl_status report_machines(ptl_audit *audit, const char *source, const double *value,
                                  const ptl_anomaly_run *run, ptl_error *err)
{
    const ptl_day from = audit->first + (ptl_day)run->first, to = audit->first + (ptl_day)run->last;
    double seen = 0.0;
    for (int64_t d = run->first; d <= run->last; d++) seen += value[d];
    const double extra = seen - seen / run->factor;
    const ptl_audit_finding f = {
        .check = "bot_traffic",
        .severity = PTL_SEVERITY_HIGH,
        .source = source,
        .table = "event",
        .field = "identifier",
        .title = ptl_audit_say(audit, "Machines visit %s", source),
        .detail = ptl_audit_say(audit,
                                "%.1f times as many visitors as usual came once, did one thing and "
                                "were never seen again, %s: about %s too many.",
                                run->factor, ptl_audit_span(audit, from, to),
                                ptl_audit_count(audit, (int64_t)extra)),
        .has_days = true,
        .from = from,
        .to = to,
        .rows = (int64_t)extra,
        .effect = ptl_audit_effect("event"),
        .advice = "Filter these visitors at the source; until then read visits of these days as "
                  "too high"};
    return ptl_audit_add(audit, &f, err);
}

static ptl_status check_machines(ptl_audit *audit, const ptl_table *t, int64_t from, int64_t to,
                                 ptl_error *err)
{
    ptl_anomaly_runs runs;
    ptl_anomaly_options options = ptl_anomaly_options_default();
    options.factor_min = 2.5;
    const char *source = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], from));
    double *value = ptl_arena_array(audit->arena, audit->n_days, sizeof *value, err);
    if (!value) return PTL_E_NO_MEMORY;
    for (int64_t d = 0; d < audit->n_days; d++) value[d] = 0.0;
    for (int64_t i = from; i < to; i++) {
        const int64_t d = ptl_column_int(&t->columns[1], i) - audit->first;
        if (d >= 0 && d < audit->n_days) value[d] = (double)ptl_column_int(&t->columns[2], i);
    }
    PTL_TRY(ptl_anomaly_level(&runs, value, audit->n_days, &options, audit->arena, err));
    for (int64_t k = 0; k < runs.n; k++)
        if (runs.run[k].factor > 1.0)
            PTL_TRY(report_machines(audit, source, value, &runs.run[k], err));
    return PTL_OK;
}

ptl_status ptl_audit_machines(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(ptl_audit_query(&t, audit, "audit/once_day", err));
    for (int64_t from = 0, to; from < t.n_rows && st == PTL_OK; from = to) {
        for (to = from + 1; to < t.n_rows && same_text(&t, 0, from, to);) to++;
        if (audit->n_days > 0) st = check_machines(audit, &t, from, to, err);
    }
    ptl_table_dispose(&t);
    return st;
}
