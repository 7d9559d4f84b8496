/* audit_names.c: names and references. Channels nobody governs, spend without a campaign, fields
 * that are empty, rows that point nowhere, rules that rows break, sources without an owner. */
#include "observe/audit_internal.h"

#include <string.h>

static const char *percent(ptl_audit *audit, int64_t part, int64_t whole)
{
    return ptl_audit_say(audit, "%.1f%%", whole > 0 ? 100.0 * (double)part / (double)whole : 0.0);
}

/* --- channels and campaigns ------------------------------------------------------------------- */

/* Money that lies on a name channels.yaml does not know. "" is no name: what was not recorded is
 * counted by the fields' check. */
static ptl_status report_channel(ptl_audit *audit, const ptl_table *t, int64_t row, ptl_error *err)
{
    const char *table = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], row));
    const char *channel = ptl_audit_keep(audit, ptl_column_text(&t->columns[1], row));
    const int64_t rows = ptl_column_int(&t->columns[3], row);
    const int64_t micros = ptl_audit_home(audit, ptl_column_int(&t->columns[4], row),
                                          ptl_column_text(&t->columns[2], row));
    const int64_t whole = strcmp(table, "spend") == 0 ? audit->media_micros : audit->revenue_micros;
    const bool large = 50 * micros > whole; /* two in a hundred */
    const ptl_audit_finding f = {
        .check = "unmapped_money",
        .severity = large ? PTL_SEVERITY_MEDIUM : PTL_SEVERITY_LOW,
        .table = table,
        .field = "channel",
        .title = ptl_audit_say(audit, "No channel is called \"%s\"", channel),
        .detail = ptl_audit_say(audit, "%s rows of %s with %s, %s of the whole.",
                                ptl_audit_count(audit, rows), table, ptl_audit_money(audit, micros),
                                percent(audit, micros, whole)),
        .rows = rows,
        .has_value = micros != 0,
        .value_micros = micros,
        .effect = "every figure by channel",
        .advice = "Add the name to the aliases of its channel in channels.yaml"};
    return ptl_audit_add(audit, &f, err);
}

static ptl_status check_channels(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(ptl_audit_query(&t, audit, "audit/channels", err));
    for (int64_t i = 0; i < t.n_rows && st == PTL_OK; i++) {
        const ptl_text channel = ptl_column_text(&t.columns[1], i);
        if (channel.len > 0 && !ptl_workspace_channel(audit->workspace, channel))
            st = report_channel(audit, &t, i, err);
    }
    ptl_table_dispose(&t);
    return st;
}

static ptl_status check_campaigns(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(ptl_audit_query(&t, audit, "audit/campaigns", err));
    for (int64_t i = 0; i < t.n_rows && st == PTL_OK; i++) {
        const int64_t cost = ptl_column_int(&t.columns[2], i),
                      nameless = ptl_column_int(&t.columns[3], i);
        if (nameless <= 0) continue;
        const char *source = ptl_audit_keep(audit, ptl_column_text(&t.columns[0], i));
        const int64_t home = ptl_audit_home(audit, nameless, ptl_column_text(&t.columns[1], i));
        const ptl_audit_finding f = {
            .check = "spend_without_campaign",
            .severity = 20 * home > audit->media_micros ? PTL_SEVERITY_MEDIUM : PTL_SEVERITY_LOW,
            .source = source,
            .table = "spend",
            .field = "campaign",
            .title = ptl_audit_say(audit, "Spend of %s names no campaign", source),
            .detail = ptl_audit_say(audit, "%s, %s of what the source brings.",
                                    ptl_audit_money(audit, home), percent(audit, nameless, cost)),
            .rows = ptl_column_int(&t.columns[4], i),
            .has_value = true,
            .value_micros = home,
            .effect = "figures by campaign",
            .advice = "Export by campaign, or give the mapping one name for all"};
        st = ptl_audit_add(audit, &f, err);
    }
    ptl_table_dispose(&t);
    return st;
}

/* --- owners ----------------------------------------------------------------------------------- */

static ptl_status check_owners(ptl_audit *audit, ptl_error *err)
{
    for (int64_t i = 0; i < audit->workspace->n_sources; i++) {
        const ptl_source_config *s = &audit->workspace->sources[i];
        if (s->owner && s->owner[0]) continue;
        const ptl_audit_finding f = {
            .check = "no_owner",
            .severity = PTL_SEVERITY_MEDIUM,
            .source = s->name,
            .table = s->table,
            .title = ptl_audit_say(audit, "Nobody owns %s", s->name),
            .detail = "When it stops or changes, nobody is asked.",
            .effect = ptl_audit_effect(s->table),
            .advice = ptl_audit_say(audit, "Name one person in sources/%s.yaml", s->name)};
        PTL_TRY(ptl_audit_add(audit, &f, err));
    }
    return PTL_OK;
}

ptl_status ptl_audit_names(ptl_audit *audit, ptl_error *err)
{
    PTL_TRY(check_channels(audit, err));
    PTL_TRY(check_campaigns(audit, err));
    return check_owners(audit, err);
}

/* --- fields ----------------------------------------------------------------------------------- */

/* A field that no row of a source holds is a column the source does not have: said once, low. One
 * that some rows hold and some do not is a gap in what can be split. */
static ptl_status report_field(ptl_audit *audit, const ptl_table *t, int64_t row, ptl_error *err)
{
    const int64_t rows = ptl_column_int(&t->columns[3], row),
                  filled = ptl_column_int(&t->columns[4], row);
    if (filled == rows) return PTL_OK;
    const char *source = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], row));
    const char *table = ptl_audit_keep(audit, ptl_column_text(&t->columns[1], row));
    const char *field = ptl_audit_keep(audit, ptl_column_text(&t->columns[2], row));
    const bool channel = strcmp(table, "txn") == 0 && strcmp(field, "channel") == 0;
    const bool many = 10 * (rows - filled) > rows; /* one in ten */
    const ptl_audit_finding f = {
        .check = "completeness",
        .severity = channel && many && filled > 0 ? PTL_SEVERITY_MEDIUM : PTL_SEVERITY_LOW,
        .source = source,
        .table = table,
        .field = field,
        .title = filled == 0 ? ptl_audit_say(audit, "%s never says %s", source, field)
                             : ptl_audit_say(audit, "%s does not always say %s", source, field),
        .detail = ptl_audit_say(audit, "%s of %s rows are empty, %s.",
                                ptl_audit_count(audit, rows - filled), ptl_audit_count(audit, rows),
                                percent(audit, rows - filled, rows)),
        .rows = rows - filled,
        .effect = ptl_audit_say(audit, "figures split by %s", field),
        .advice = filled == 0 ? "Map it where the export has it"
                              : "Find out which rows lack it, and why"};
    return ptl_audit_add(audit, &f, err);
}

static ptl_status report_set_aside(ptl_audit *audit, const ptl_table *t, int64_t row,
                                   ptl_error *err)
{
    const char *source = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], row));
    const char *table = ptl_audit_keep(audit, ptl_column_text(&t->columns[1], row));
    const char *field = ptl_audit_keep(audit, ptl_column_text(&t->columns[2], row));
    const int64_t rows = ptl_column_int(&t->columns[4], row);
    const ptl_audit_finding f = {
        .check = "set_aside",
        .severity = rows >= 10 ? PTL_SEVERITY_MEDIUM : PTL_SEVERITY_LOW,
        .source = source,
        .table = table,
        .field = field,
        .title = ptl_audit_say(audit, "Rows of %s stand aside", source),
        .detail =
            ptl_audit_say(audit, "%s rows, the first because: %s.", ptl_audit_count(audit, rows),
                          ptl_audit_keep(audit, ptl_column_text(&t->columns[3], row))),
        .rows = rows,
        .effect = ptl_audit_effect(table),
        .advice = ptl_audit_say(audit, "Look at them: portolan source quarantine %s", source)};
    return ptl_audit_add(audit, &f, err);
}

static ptl_status
each_row(ptl_audit *audit, const char *query,
         ptl_status (*report)(ptl_audit *, const ptl_table *, int64_t, ptl_error *), ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(ptl_audit_query(&t, audit, query, err));
    for (int64_t i = 0; i < t.n_rows && st == PTL_OK; i++) st = report(audit, &t, i, err);
    ptl_table_dispose(&t);
    return st;
}

ptl_status ptl_audit_fields(ptl_audit *audit, ptl_error *err)
{
    PTL_TRY(each_row(audit, "audit/filled", report_field, err));
    return each_row(audit, "audit/set_aside", report_set_aside, err);
}

/* --- lags ------------------------------------------------------------------------------------- */

enum { LAG_ROWS_LEAST = 30 }; /* rows of later loads: fewer do not tell a habit */

/* The lag within which `share` of the rows became known. */
static int64_t lag_of(const ptl_table *t, int64_t from, int64_t to, double share, int64_t rows)
{
    double seen = 0.0;
    for (int64_t i = from; i < to; i++) {
        seen += (double)ptl_column_int(&t->columns[3], i);
        if (seen >= share * (double)rows) return ptl_column_int(&t->columns[2], i);
    }
    return ptl_column_int(&t->columns[2], to - 1);
}

/* How late rows come, as a habit: what a recent figure still waits for. */
static ptl_status report_lag(ptl_audit *audit, const ptl_table *t, int64_t from, int64_t to,
                             ptl_error *err)
{
    int64_t rows = 0;
    for (int64_t i = from; i < to; i++) rows += ptl_column_int(&t->columns[3], i);
    if (rows < LAG_ROWS_LEAST) return PTL_OK;
    const int64_t half = lag_of(t, from, to, 0.5, rows), most = lag_of(t, from, to, 0.9, rows);
    const char *source = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], from));
    const char *table = ptl_audit_keep(audit, ptl_column_text(&t->columns[1], from));
    const ptl_audit_finding f = {
        .check = "reporting_delay",
        .severity = PTL_SEVERITY_LOW,
        .source = source,
        .table = table,
        .title = ptl_audit_say(audit, "Half of %s is known %lld days after its day", source,
                               (long long)half),
        .detail = ptl_audit_say(audit,
                                "Nine in ten rows after %lld days, by %s rows that came after the "
                                "first import.",
                                (long long)most, ptl_audit_count(audit, rows)),
        .rows = rows,
        .effect = ptl_audit_say(audit, "figures of the last %lld days: they are not complete yet",
                                (long long)most),
        .advice = "Read recent days with their maturity"};
    return ptl_audit_add(audit, &f, err);
}

ptl_status ptl_audit_lags(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(ptl_audit_query(&t, audit, "audit/lags", err));
    for (int64_t from = 0, to; from < t.n_rows && st == PTL_OK; from = to) {
        for (to = from + 1; to < t.n_rows &&
                            ptl_text_equal(ptl_column_text(&t.columns[0], from),
                                           ptl_column_text(&t.columns[0], to)) &&
                            ptl_text_equal(ptl_column_text(&t.columns[1], from),
                                           ptl_column_text(&t.columns[1], to));)
            to++;
        st = report_lag(audit, &t, from, to, err);
    }
    ptl_table_dispose(&t);
    return st;
}

/* --- references and rules --------------------------------------------------------------------- */

static ptl_status report_orphan(ptl_audit *audit, const ptl_table *t, int64_t row, ptl_error *err)
{
    const char *reference = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], row));
    const int64_t rows = ptl_column_int(&t->columns[1], row);
    const int64_t micros = ptl_column_int(&t->columns[2], row);
    const ptl_audit_finding f = {
        .check = "orphan_key",
        .severity = PTL_SEVERITY_LOW,
        .field = reference,
        .title = ptl_audit_say(audit, "%s leads nowhere in some rows", reference),
        .detail = ptl_audit_say(audit, "%s rows point to something no source brings.",
                                ptl_audit_count(audit, rows)),
        .rows = rows,
        .has_value = micros != 0,
        .value_micros = micros,
        .effect = "what is joined through it",
        .advice = "Import the file that holds the other side, with enough of its past"};
    return ptl_audit_add(audit, &f, err);
}

static ptl_status report_rule(ptl_audit *audit, const ptl_table *t, int64_t row, ptl_error *err)
{
    const char *rule = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], row));
    const int64_t rows = ptl_column_int(&t->columns[1], row);
    const int64_t micros = ptl_column_int(&t->columns[2], row);
    const ptl_audit_finding f = {
        .check = "validity",
        .severity = rows >= 10 ? PTL_SEVERITY_MEDIUM : PTL_SEVERITY_LOW,
        .field = rule,
        .title = ptl_audit_say(audit, "Rows break a rule. %s", rule),
        .detail = ptl_audit_say(audit, "%s rows.", ptl_audit_count(audit, rows)),
        .rows = rows,
        .has_value = micros != 0,
        .value_micros = micros,
        .effect = "figures of this table",
        .advice = "Correct them at the source, or leave them out in the mapping"};
    return ptl_audit_add(audit, &f, err);
}

ptl_status ptl_audit_rules(ptl_audit *audit, ptl_error *err)
{
    PTL_TRY(each_row(audit, "audit/orphans", report_orphan, err));
    const ptl_value params[] = {{.type = PTL_TYPE_INSTANT, .integer = audit->known_by},
                                ptl_value_day(audit->last)};
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(ptl_warehouse_query(&t, audit->store->warehouse, "audit/validity", params, 2, 0, err));
    for (int64_t i = 0; i < t.n_rows && st == PTL_OK; i++) st = report_rule(audit, &t, i, err);
    ptl_table_dispose(&t);
    return st;
}
