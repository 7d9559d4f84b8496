/* audit_funnel.c: what nobody records, and what platforms claim. */
#include "observe/audit_internal.h"

#include <string.h>

/* Stages of the way from a stranger to a customer who stays. A stage that is not recorded makes the
 * next one a mystery; which stages a company has follows from what it does record. */
typedef struct stage {
    const char *table, *what, *effect, *file;
    const char *with; /* asked for only where this table is filled; "" always */
} stage;

static const stage stages[] = {
    {"spend", "what media cost", "every figure per euro of media",
     "a daily export of each ad account", ""},
    {"event", "visits and touches", "journeys, attribution credit and the first half of the funnel",
     "an export of the web analytics, one row an event", ""},
    {"opportunity_stage", "when a deal changed its stage", "cycle time and pipeline quality",
     "the stage history of the CRM", "opportunity"},
    {"lead", "leads and what sales did with them", "acceptance, rejection reasons, speed to lead",
     "the leads of the CRM with their status", "opportunity"},
    {"ticket", "support cases", "the cost of service and signs of leaving",
     "the support tool's export", ""},
    {"feedback", "what customers say", "satisfaction and reasons for leaving",
     "the survey tool's export", ""},
    {"consent", "consent", "who may be written to", "the consent log", ""},
    {"cost", "what marketing costs beside media", "fully loaded CAC",
     "salaries, agencies and tools by month", ""},
    {"finance_close", "what the books say", "whether finance agrees with a single figure here",
     "revenue and media by month from the books", ""},
    {"target", "targets", "whether anything is on course", "targets by period", ""},
};

static int64_t rows_in(const ptl_table *t, const char *table)
{
    for (int64_t i = 0; i < t->n_rows; i++)
        if (ptl_text_equal(ptl_column_text(&t->columns[0], i), ptl_text_of(table)))
            return ptl_column_int(&t->columns[1], i);
    return 0;
}

ptl_status ptl_audit_funnel(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(ptl_audit_query(&t, audit, "audit/presence", err));
    for (size_t i = 0; i < sizeof stages / sizeof *stages && st == PTL_OK; i++) {
        const stage *s = &stages[i];
        if (rows_in(&t, s->table) > 0) continue;
        if (s->with[0] && rows_in(&t, s->with) == 0) continue;
        const ptl_audit_finding f = {
            .check = "not_recorded",
            .severity = PTL_SEVERITY_LOW,
            .table = s->table,
            .title = ptl_audit_say(audit, "Nobody records %s", s->what),
            .detail = ptl_audit_say(audit, "No source fills the table %s.", s->table),
            .effect = s->effect,
            .advice = ptl_audit_say(audit, "Bring %s", s->file)};
        st = ptl_audit_add(audit, &f, err);
    }
    ptl_table_dispose(&t);
    return st;
}

/* --- claims ----------------------------------------------------------------------------------- */

static ptl_status report_claims(ptl_audit *audit, double claimed, int64_t orders, ptl_error *err)
{
    const double factor = claimed / (double)orders;
    const ptl_audit_finding f = {
        .check = "over_claim",
        .severity = PTL_SEVERITY_LOW,
        .table = "spend",
        .field = "claimed_conversions",
        .title = "Platforms together claim more orders than there are",
        .detail = ptl_audit_say(audit,
                                "They claim %s conversions, %s orders were counted: an over-claim "
                                "factor of %.2f at least.",
                                ptl_audit_count(audit, (int64_t)claimed),
                                ptl_audit_count(audit, orders), factor),
        .effect = "platform claims; they are shown beside and never added up",
        .advice = "Let experiments say what media caused"};
    return ptl_audit_add(audit, &f, err);
}

/* One channel whose platform claims more than twice what the orders record for it. */
static ptl_status report_channel(ptl_audit *audit, const ptl_table *t, int64_t row, ptl_error *err)
{
    const double claimed = (double)ptl_column_int(&t->columns[1], row) / 1e6;
    const int64_t orders = ptl_column_int(&t->columns[3], row);
    if (!(claimed > 2.0 * (double)orders) || orders < 20) return PTL_OK;
    const char *channel = ptl_audit_keep(audit, ptl_column_text(&t->columns[0], row));
    const ptl_audit_finding f = {
        .check = "over_claim",
        .severity = PTL_SEVERITY_LOW,
        .table = "spend",
        .field = channel,
        .title = ptl_audit_say(audit, "The platform of %s claims %.1f times what orders record",
                               channel, claimed / (double)orders),
        .detail =
            ptl_audit_say(audit, "%s conversions claimed, %s orders recorded with it.",
                          ptl_audit_count(audit, (int64_t)claimed), ptl_audit_count(audit, orders)),
        .effect = "what the platform says of itself",
        .advice = "Let an experiment say what it caused; neither number does"};
    return ptl_audit_add(audit, &f, err);
}

ptl_status ptl_audit_claims(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    double claimed = 0.0;
    int64_t orders = 0;
    PTL_TRY(ptl_audit_query(&t, audit, "audit/claims", err));
    for (int64_t i = 0; i < t.n_rows && st == PTL_OK; i++) {
        claimed += (double)ptl_column_int(&t.columns[1], i) / 1e6;
        orders += ptl_column_int(&t.columns[3], i);
        st = report_channel(audit, &t, i, err);
    }
    if (st == PTL_OK && orders > 0 && claimed > (double)orders)
        st = report_claims(audit, claimed, orders, err);
    ptl_table_dispose(&t);
    return st;
}
