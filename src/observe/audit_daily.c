/* audit_daily.c: days. What stopped, what has a hole, what jumped.
 *
 * A source's days are compared with its own other days (anomaly.h): a paused flight is no gap, a
 * quiet source is not late. Media is looked at per click, so that a change of unit shows and a
 * change of budget does not. */
#include "observe/audit_internal.h"
#include "observe/limits.h"

#include <math.h>
#include <string.h>

enum { PAUSE_DAYS = 14 };
enum { SPARSE_DAYS = 28 }; /* fewer days with rows say nothing of the missing ones */

/* --- reading ---------------------------------------------------------------------------------- */

static int64_t *zero_ints(ptl_audit *audit, ptl_error *err)
{
    int64_t *x = ptl_arena_array(audit->arena, audit->n_days, sizeof *x, err);
    if (x) memset(x, 0, (size_t)audit->n_days * sizeof *x);
    return x;
}

static double *zero_doubles(ptl_audit *audit, ptl_error *err)
{
    double *x = ptl_arena_array(audit->arena, audit->n_days, sizeof *x, err);
    for (int64_t i = 0; x && i < audit->n_days; i++) x[i] = 0.0;
    return x;
}

/* First day with a fact of any kind, last complete day: the day before the newest order's, or the
 * newest day of all where nothing is sold. */
static void find_days(ptl_audit *audit, const ptl_table *t)
{
    ptl_day newest = INT32_MIN, newest_order = INT32_MIN;
    audit->first = INT32_MAX;
    for (int64_t i = 0; i < t->n_rows; i++) {
        const ptl_day day = (ptl_day)ptl_column_int(&t->columns[2], i);
        if (day < audit->first) audit->first = day;
        if (day > newest) newest = day;
        const bool order = ptl_text_equal(ptl_column_text(&t->columns[1], i), PTL_TEXT("txn"));
        if (order && day > newest_order) newest_order = day;
    }
    audit->last = newest_order > INT32_MIN ? newest_order - 1 : newest;
    audit->n_days = t->n_rows > 0 ? (int64_t)audit->last - audit->first + 1 : 0;
    if (audit->n_days > PTL_ANOMALY_DAYS_MAX) { /* a lost century is a fault of its own */
        audit->first = audit->last - PTL_ANOMALY_DAYS_MAX + 1;
        audit->n_days = PTL_ANOMALY_DAYS_MAX;
    }
    audit->out->has_facts = audit->n_days > 0;
}

static int64_t last_with_rows(const ptl_audit *audit, const int64_t *rows)
{
    int64_t d = audit->n_days - 1;
    while (d >= 0 && rows[d] == 0) d--;
    return d;
}

static int64_t days_with_rows(const ptl_audit *audit, const int64_t *rows)
{
    int64_t k = 0;
    for (int64_t d = 0; d < audit->n_days; d++) k += rows[d] > 0;
    return k;
}

/* --- gaps and delays -------------------------------------------------------------------------- */

static const char *days_word(int64_t n)
{
    return n == 1 ? "day" : "days";
}

/* Spend has a typical day's money to lose; a source of orders too. Other sources have none. */
static ptl_status report_gap(ptl_audit *audit, const char *source, const char *table,
                             const int64_t *rows, const ptl_anomaly_run *run, ptl_error *err)
{
    const int64_t length = run->last - run->first + 1;
    const bool late = run->last == audit->n_days - 1;
    const ptl_day from = audit->first + (ptl_day)run->first, to = audit->first + (ptl_day)run->last;
    /* what is away for longer than two weeks was more likely stopped than lost */
    const bool paused = length > PAUSE_DAYS;
    const bool money = strcmp(table, "spend") == 0 || strcmp(table, "txn") == 0;
    int64_t around = 0, days = 0;
    for (int64_t d = run->first - 28; d <= run->last + 28; d++) {
        if (d < 0 || d >= audit->n_days || (d >= run->first && d <= run->last)) continue;
        around += rows[d];
        days++;
    }
    const int64_t missing = days > 0 ? around * length / days : 0;
    const ptl_audit_finding f = {
        .check = late ? "delay" : "gap",
        .severity = money && !paused ? PTL_SEVERITY_HIGH : PTL_SEVERITY_MEDIUM,
        .source = source,
        .table = table,
        .title = late ? ptl_audit_say(audit, "%s stopped arriving", source)
                      : ptl_audit_say(audit, paused ? "%s paused, or has a hole" : "%s has a hole",
                                      source),
        .detail = ptl_audit_say(audit,
                                "No row for %lld %s, %s; about %s rows were to be expected by the "
                                "weeks around.",
                                (long long)length, days_word(length),
                                ptl_audit_span(audit, from, to), ptl_audit_count(audit, missing)),
        .has_days = true,
        .from = from,
        .to = to,
        .rows = missing,
        .effect = ptl_audit_effect(table),
        .advice = late ? "Export these days again when they are reported, and import"
                       : "Export these days again and import"};
    return ptl_audit_add(audit, &f, err);
}

static ptl_status check_days(ptl_audit *audit, const char *source, const char *table,
                             const int64_t *rows, ptl_error *err)
{
    ptl_anomaly_runs runs;
    if (days_with_rows(audit, rows) < SPARSE_DAYS) return PTL_OK;
    PTL_TRY(ptl_anomaly_gaps(&runs, rows, audit->n_days, NULL, err));
    for (int64_t k = 0; k < runs.n; k++)
        PTL_TRY(report_gap(audit, source, table, rows, &runs.run[k], err));
    return PTL_OK;
}

/* What else jumps, without a cause this audit knows: said, not judged. */
static ptl_status check_jumps(ptl_audit *audit, const char *source, const char *table,
                              const int64_t *rows, ptl_error *err)
{
    ptl_anomaly_runs runs;
    ptl_anomaly_options options = ptl_anomaly_options_default();
    options.factor_min = 2.0;
    options.score_min = 12.0;
    double *value = ptl_arena_array(audit->arena, audit->n_days, sizeof *value, err);
    if (!value) return PTL_E_NO_MEMORY;
    for (int64_t d = 0; d < audit->n_days; d++) value[d] = (double)rows[d];
    PTL_TRY(ptl_anomaly_level(&runs, value, audit->n_days, &options, audit->arena, err));
    for (int64_t k = 0; k < runs.n && k < 3; k++) {
        const ptl_anomaly_run *run = &runs.run[k];
        const ptl_day from = audit->first + (ptl_day)run->first,
                      to = audit->first + (ptl_day)run->last;
        const ptl_audit_finding f = {
            .check = "sudden_change",
            .severity = PTL_SEVERITY_LOW,
            .source = source,
            .table = table,
            .title = ptl_audit_say(audit, "Rows of %s were %.1f times what the weeks around have",
                                   source, run->factor),
            .detail = ptl_audit_say(audit,
                                    "%s; the series itself says how far that is out: %.0f "
                                    "robust deviations.",
                                    ptl_audit_span(audit, from, to), run->score),
            .has_days = true,
            .from = from,
            .to = to,
            .effect = ptl_audit_effect(table),
            .advice = "Say what happened in these days, or export them again"};
        PTL_TRY(ptl_audit_add(audit, &f, err));
    }
    return PTL_OK;
}

static ptl_status check_source(ptl_audit *audit, const ptl_table *t, int64_t from, int64_t to,
                               ptl_error *err)
{
    const char *source = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], from));
    const char *table = ptl_audit_keep(audit, ptl_column_text(&t->columns[1], from));
    int64_t *rows = zero_ints(audit, err);
    if (!rows) return PTL_E_NO_MEMORY;
    for (int64_t i = from; i < to; i++) {
        const int64_t d = ptl_column_int(&t->columns[2], i) - audit->first;
        if (d >= 0 && d < audit->n_days) rows[d] += ptl_column_int(&t->columns[3], i);
    }
    if (last_with_rows(audit, rows) < 0) return PTL_OK;
    PTL_TRY(check_days(audit, source, table, rows, err));
    return check_jumps(audit, source, table, rows, err);
}

static bool same_series(const ptl_table *t, int64_t a, int64_t b)
{
    return ptl_text_equal(ptl_column_text(&t->columns[0], a), ptl_column_text(&t->columns[0], b)) &&
           ptl_text_equal(ptl_column_text(&t->columns[1], a), ptl_column_text(&t->columns[1], b));
}

ptl_status ptl_audit_daily(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    PTL_TRY(ptl_audit_query(&t, audit, "audit/rows_day", err));
    find_days(audit, &t);
    ptl_status st = PTL_OK;
    for (int64_t from = 0, to; from < t.n_rows && st == PTL_OK; from = to) {
        for (to = from + 1; to < t.n_rows && same_series(&t, from, to);) to++;
        const ptl_arena_mark mark = ptl_arena_save(audit->arena);
        const int64_t before = audit->out->n_findings;
        st = check_source(audit, &t, from, to, err);
        /* what nothing was found in leaves nothing behind */
        if (audit->out->n_findings == before && audit->out->findings)
            ptl_arena_rewind(audit->arena, mark);
    }
    ptl_table_dispose(&t);
    return st;
}

/* --- media ------------------------------------------------------------------------------------ */

static ptl_status report_unit(ptl_audit *audit, const ptl_audit_series *s,
                              const ptl_anomaly_run *run, ptl_error *err)
{
    const ptl_day from = audit->first + (ptl_day)run->first, to = audit->first + (ptl_day)run->last;
    double cost = 0.0;
    for (int64_t d = run->first; d <= run->last; d++) cost += s->cost[d];
    const double wrong = fabs(cost - cost / run->factor);
    const bool cents = run->factor > 70 && run->factor < 140;
    const ptl_audit_finding f = {
        .check = "unit_change",
        .severity = PTL_SEVERITY_HIGH,
        .source = s->source,
        .table = "spend",
        .field = "cost",
        .title = ptl_audit_say(audit, "Cost of %s is in another unit", s->source),
        .detail = ptl_audit_say(
            audit, "A click cost %.3g times what it costs in the weeks around, %s%s.", run->factor,
            ptl_audit_span(audit, from, to), cents ? ": cents instead of whole units" : ""),
        .has_days = true,
        .from = from,
        .to = to,
        .rows = run->last - run->first + 1,
        .has_value = true,
        .value_micros = ptl_audit_home(audit, (int64_t)(wrong * 1e6), ptl_text_of(s->currency)),
        .effect = ptl_audit_effect("spend"),
        .advice = "Correct the unit in the export or the mapping of these days, and import again"};
    return ptl_audit_add(audit, &f, err);
}

static ptl_status check_unit(ptl_audit *audit, const ptl_audit_series *s, ptl_error *err)
{
    ptl_anomaly_runs runs;
    ptl_anomaly_options options = ptl_anomaly_options_default();
    options.factor_min = 10.0; /* a budget may double; a click does not cost ten times as much */
    double *price = zero_doubles(audit, err);
    if (!price) return PTL_E_NO_MEMORY;
    for (int64_t d = 0; d < audit->n_days; d++)
        price[d] = s->clicks[d] > 0 && s->cost[d] > 0 ? s->cost[d] / s->clicks[d] : 0.0;
    PTL_TRY(ptl_anomaly_level(&runs, price, audit->n_days, &options, audit->arena, err));
    for (int64_t k = 0; k < runs.n; k++) PTL_TRY(report_unit(audit, s, &runs.run[k], err));
    return PTL_OK;
}

static ptl_status check_media(ptl_audit *audit, const ptl_table *t, int64_t from, int64_t to,
                              ptl_error *err)
{
    const ptl_audit_series s = {
        .source = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], from)),
        .currency = ptl_audit_keep(audit, ptl_column_text(&t->columns[1], from)),
        .cost = zero_doubles(audit, err),
        .clicks = zero_doubles(audit, err)};
    if (!s.cost || !s.clicks) return PTL_E_NO_MEMORY;
    for (int64_t i = from; i < to; i++) {
        const int64_t d = ptl_column_int(&t->columns[2], i) - audit->first;
        if (d < 0 || d >= audit->n_days) continue;
        s.cost[d] = (double)ptl_column_int(&t->columns[3], i) / 1e6;
        s.clicks[d] = (double)ptl_column_int(&t->columns[4], i);
    }
    return check_unit(audit, &s, err);
}

ptl_status ptl_audit_media(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    PTL_TRY(ptl_audit_query(&t, audit, "audit/spend_day", err));
    ptl_status st = PTL_OK;
    for (int64_t from = 0, to; from < t.n_rows && st == PTL_OK; from = to) {
        for (to = from + 1; to < t.n_rows && same_series(&t, from, to);) to++;
        if (audit->n_days > 0) st = check_media(audit, &t, from, to, err);
    }
    ptl_table_dispose(&t);
    return st;
}
