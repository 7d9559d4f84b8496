/* observe_audit.c: the data audit as operations. */
#include "observe/audit.h"

#include "ops/args.h"

static void put_days(ptl_reply *reply, const ptl_audit_finding *f)
{
    if (f->has_days) {
        ptl_reply_cell_day(reply, f->from);
        ptl_reply_cell_day(reply, f->to);
    } else {
        ptl_reply_cell_text(reply, "");
        ptl_reply_cell_text(reply, "");
    }
}

static void put_finding(ptl_reply *reply, const ptl_audit_finding *f, const char *currency)
{
    ptl_reply_cell_text(reply, ptl_severity_text(f->severity));
    ptl_reply_cell_text(reply, f->check);
    ptl_reply_cell_text(reply, f->title);
    put_days(reply, f);
    ptl_reply_cell_int(reply, f->rows);
    if (f->has_value)
        ptl_reply_cell_micros(reply, f->value_micros, currency);
    else
        ptl_reply_cell_text(reply, "");
    ptl_reply_cell_text(reply, f->owner ? f->owner : "nobody");
    ptl_reply_cell_text(reply, f->detail);
    ptl_reply_cell_text(reply, f->effect);
    ptl_reply_cell_text(reply, f->advice);
}

static void put_report(ptl_call *call, const ptl_audit_report *r)
{
    static const ptl_reply_column columns[] = {{"severity", "Severity", false},
                                               {"check", "Check", false},
                                               {"title", "Finding", false},
                                               {"from", "From", false},
                                               {"to", "To", false},
                                               {"rows", "Rows", true},
                                               {"value", "At stake", true},
                                               {"owner", "Who", false},
                                               {"detail", "Size", false},
                                               {"effect", "Touches", false},
                                               {"advice", "What to do", false}};
    ptl_reply *reply = call->reply;
    const int64_t high = r->by_severity[PTL_SEVERITY_HIGH];
    if (high > 0)
        ptl_reply_say(reply, "%lld %s of money may be wrong. Rung 0 waits until they are closed.",
                      (long long)high,
                      high == 1 ? "finding says that figures" : "findings say that figures");
    else
        ptl_reply_say(
            reply, "Nothing makes figures of money wrong. %lld smaller findings.",
            (long long)(r->by_severity[PTL_SEVERITY_MEDIUM] + r->by_severity[PTL_SEVERITY_LOW]));
    ptl_reply_int(reply, "high", "High", high);
    ptl_reply_int(reply, "medium", "Medium", r->by_severity[PTL_SEVERITY_MEDIUM]);
    ptl_reply_int(reply, "low", "Low", r->by_severity[PTL_SEVERITY_LOW]);
    ptl_reply_table(reply, "findings", "Findings", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < r->n_findings; i++)
        put_finding(reply, &r->findings[i], call->workspace->currency);
    ptl_reply_table_end(reply);
}

static ptl_status data_audit(ptl_call *call, ptl_error *err)
{
    ptl_audit_options options = {.size = (int32_t)sizeof options, .run_id = call->run_id};
    options.has_as_of = ptl_args_given(call->args, "as_of");
    if (options.has_as_of) options.as_of = ptl_args_day(call->args, "as_of");
    ptl_audit_report report;
    PTL_TRY(ptl_audit_run(&report, call->store, call->workspace, &options, call->arena,
                          call->progress, err));
    if (!report.has_facts) {
        ptl_reply_say(call->reply, "Nothing has been imported yet, so there is nothing to audit.");
        ptl_reply_next(call->reply, "portolan import");
        return PTL_OK;
    }
    put_report(call, &report);
    return PTL_OK;
}

static ptl_status data_findings(ptl_call *call, ptl_error *err)
{
    ptl_audit_report report;
    int64_t run_id;
    PTL_TRY(ptl_audit_read(&report, &run_id, call->store, ptl_args_int(call->args, "run"),
                           call->arena, err));
    if (run_id == 0) {
        ptl_reply_say(call->reply, "No audit has run yet.");
        ptl_reply_next(call->reply, "portolan audit");
        return PTL_OK;
    }
    ptl_reply_id(call->reply, "run", "Run", run_id);
    put_report(call, &report);
    return PTL_OK;
}

#define FINDINGS                                                                                   \
    "high, medium, low: how many findings of each severity\n"                                      \
    "findings: list — severity, check, title, from, to, rows, value, owner, detail, effect, "    \
    "advice"

static const ptl_param audit_params[] = {
    {.name = "as_of",
     .type = PTL_PARAM_DAY,
     .about = "Audit what was known at the end of this day; without it, all that is known."}};

const ptl_op ptl_op_data_audit = {
    .name = "data.audit",
    .alias = "audit",
    .summary =
        "audit the data: gaps, delays, units, duplicates, clocks, currencies, machines, names",
    .about = "Every source is compared with its own other days, every reference is followed, every "
             "name is looked up. A finding says how large it is, which figures it touches, what to "
             "do and who has to. The next audit closes it by not finding it again. High findings "
             "hold rung 0: nothing is recommended on data that may be wrong.",
    .params = audit_params,
    .n_params = 1,
    .result = FINDINGS,
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES,
    .entry = "data.audited",
    .is_long = true,
    .example = "portolan data audit",
    .run = data_audit};

static const ptl_param findings_params[] = {
    {.name = "run",
     .type = PTL_PARAM_INT,
     .defaults = "0",
     .min = 0,
     .max = 9e15,
     .about = "The audit that found them; 0 is the newest."}};

const ptl_op ptl_op_data_findings = {.name = "data.findings",
                                     .summary = "list what the newest audit found",
                                     .about = "Findings by severity, then by money at stake.",
                                     .params = findings_params,
                                     .n_params = 1,
                                     .result = "run: the audit\n" FINDINGS,
                                     .right = "everyone",
                                     .effects = PTL_READS,
                                     .example = "portolan data findings",
                                     .run = data_findings};
