/* observe_audit.c: the data audit as operations. */
#include "observe/audit.h"

#include "ops/args.h"
#include "ops/cursor.h"

static void put_days(ptl_reply *reply, const ptl_audit_finding *f)
{
    if (f->has_days) {
        ptl_reply_cell_day(reply, f->from);
        ptl_reply_cell_day(reply, f->to);
    } else {
        ptl_reply_cell_text(reply, NULL);
        ptl_reply_cell_text(reply, NULL);
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
        ptl_reply_cell_text(reply, NULL);
    ptl_reply_cell_text(reply, f->owner ? f->owner : "nobody");
    ptl_reply_cell_text(reply, f->detail);
    ptl_reply_cell_text(reply, f->effect);
    ptl_reply_cell_text(reply, f->advice);
}

/* `n` findings from `first` on; the numbers are those of all. */
static void put_report(ptl_call *call, const ptl_audit_report *r, int64_t first, int64_t n)
{
    static const ptl_reply_column columns[] = {{"severity", "Severity", PTL_HOLDS_TEXT},
                                               {"check", "Check", PTL_HOLDS_TEXT},
                                               {"title", "Finding", PTL_HOLDS_TEXT},
                                               {"from", "From", PTL_HOLDS_DAY},
                                               {"to", "To", PTL_HOLDS_DAY},
                                               {"rows", "Rows", PTL_HOLDS_INT},
                                               {"value", "At stake", PTL_HOLDS_MONEY},
                                               {"owner", "Who", PTL_HOLDS_TEXT},
                                               {"detail", "Size", PTL_HOLDS_TEXT},
                                               {"effect", "Touches", PTL_HOLDS_TEXT},
                                               {"advice", "What to do", PTL_HOLDS_TEXT}};
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
    for (int64_t i = first; i < first + n; i++)
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
    put_report(call, &report, 0, report.n_findings);
    return PTL_OK;
}

static ptl_status data_findings(ptl_call *call, ptl_error *err)
{
    ptl_audit_report report;
    const int64_t limit = ptl_args_int(call->args, "limit");
    int64_t run_id, at[2]; /* run, rows before: what an audit found does not change */
    bool given;
    PTL_TRY(ptl_cursor_read(at, 2, &given, call, err));
    if (!given) at[0] = ptl_args_int(call->args, "run");
    PTL_TRY(ptl_audit_read(&report, &run_id, call->store, at[0], call->arena, err));
    if (run_id == 0) {
        ptl_reply_say(call->reply, "No audit has run yet.");
        ptl_reply_next(call->reply, "portolan audit");
        return ptl_cursor_put(call, NULL, 2, err);
    }
    ptl_reply_id(call->reply, "run", "Run", run_id);
    const int64_t first = at[1] < report.n_findings ? at[1] : report.n_findings;
    const int64_t rest = report.n_findings - first;
    put_report(call, &report, first, rest < limit ? rest : limit);
    at[0] = run_id;
    at[1] = first + limit;
    return ptl_cursor_put(call, rest > limit ? at : NULL, 2, err);
}

#define FINDINGS                                                                                   \
    "high?, medium?, low?: int — how many findings of each severity, where there are facts\n"    \
    "findings?: list(severity, check, title, from day, to day, rows int, value money, owner, "     \
    "detail, effect, "                                                                             \
    "advice) — the gravest first, where there are facts"

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
     .about = "The audit that found them; 0 is the newest."},
    {.name = "limit",
     .type = PTL_PARAM_INT,
     .unit = "findings",
     .defaults = "500",
     .min = 1,
     .max = 10000,
     .about = "How many at most."},
    PTL_PARAM_CURSOR};

const ptl_op ptl_op_data_findings = {
    .name = "data.findings",
    .summary = "list what the newest audit found",
    .about = "Findings by severity, then by money at stake.",
    .params = findings_params,
    .n_params = 3,
    .result = "run?: int — the audit, where there is one\n" FINDINGS "\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan data findings",
    .run = data_findings};
