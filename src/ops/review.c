/* review.c: the weekly review as an operation, and when its figures are those of an earlier one.
 *
 * A review's figures follow from the facts (the warehouse's version), the configuration, the day as
 * of which it speaks, the machine and the program (the run's fingerprint), and from two tables that
 * are not loaded: earlier forecasts, which it scores, and measured effects. So the run that wrote
 * to any of these tables last is the only one that can stand in: where it is a review that ended
 * whole, of the same inputs, a count today would give the same bytes. */
#include "review/review.h"

#include "base/show.h"
#include "ops/args.h"

#include <string.h>

static void say_counts(ptl_reply *reply, const ptl_review_report *report)
{
    ptl_buffer b;
    ptl_buffer_init(&b, 512, NULL);
    ptl_buffer_text(&b, "The review is written: ");
    ptl_show_counted(&b, report->n_weeks, "complete week");
    ptl_buffer_text(&b, ", ");
    ptl_show_counted(&b, report->n_channels, "channel");
    ptl_buffer_text(&b, ", ");
    ptl_show_counted(&b, report->n_figures, "figure");
    ptl_buffer_text(&b, ", ");
    ptl_show_counted(&b, report->n_findings, "finding");
    ptl_reply_say(reply, "%s.", b.ptr ? b.ptr : "The review is written");
    ptl_buffer_dispose(&b);
}

static void say(ptl_reply *reply, const ptl_review_report *report)
{
    char hash[PTL_HASH_HEX];
    if (!report->has_facts)
        ptl_reply_say(reply, "There are no facts yet; the review says what to do first.");
    else
        say_counts(reply, report);
    if (report->has_facts) ptl_reply_day(reply, "last_complete_day", "Data to", report->last);
    ptl_reply_text(reply, "html", "Page", report->html_path);
    ptl_reply_text(reply, "json", "Figures", report->json_path);
    ptl_hash_format(hash, report->html_hash);
    ptl_reply_text(reply, "html_sha256", "Page's hash", hash);
    ptl_hash_format(hash, report->json_hash);
    ptl_reply_text(reply, "json_sha256", "Figures' hash", hash);
    ptl_reply_int(reply, "figures", "Figures", report->n_figures);
    ptl_reply_int(reply, "figures_run", "Counted by run", report->figures_run_id);
    ptl_reply_int(reply, "findings", "Findings", report->n_findings);
    if (!report->has_facts) ptl_reply_next(reply, "portolan import");
}

/* --- an earlier review's figures -------------------------------------------------------------- */

static ptl_status newest_review(int64_t *run_id, int64_t *n_figures, const ptl_call *call,
                                ptl_error *err)
{
    const ptl_value before = ptl_value_int(call->run_id);
    const ptl_column *run, *figures;
    ptl_table t = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&t, call->store->warehouse, "figure/newest_review", &before, 1, 0,
                                err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&run, &t, "run_id", PTL_TYPE_INT, err));
    PTL_TRY_GOTO(st, done, ptl_table_column(&figures, &t, "figures", PTL_TYPE_INT, err));
    *run_id = ptl_column_int(run, 0);
    *n_figures = ptl_column_int(figures, 0);
done:
    ptl_table_dispose(&t);
    return st;
}

static bool same_day(const ptl_args *a, const ptl_args *b)
{
    return ptl_args_given(a, "as_of") == ptl_args_given(b, "as_of") &&
           ptl_args_day(a, "as_of") == ptl_args_day(b, "as_of");
}

/* Settled runs are left out: they wrote something, not surely everything. */
static ptl_status counted_the_same(bool *same, const ptl_call *call, int64_t run_id, ptl_error *err)
{
    ptl_run now, earlier;
    ptl_args *args;
    *same = false;
    PTL_TRY(ptl_run_get(&now, call->store->records, call->run_id, call->arena, err));
    PTL_TRY(ptl_run_get(&earlier, call->store->records, run_id, call->arena, err));
    if (strcmp(earlier.operation, now.operation) != 0 || earlier.state != PTL_RUN_DONE ||
        !ptl_reply_is_saved(ptl_text_of(earlier.outcome)))
        return PTL_OK;
    PTL_TRY(ptl_args_from_json(&args, call->op, ptl_text_of(earlier.parameters), call->arena, err));
    *same = earlier.warehouse_version == now.warehouse_version &&
            earlier.config_version == now.config_version &&
            strcmp(earlier.fingerprint, now.fingerprint) == 0 && same_day(args, call->args);
    return PTL_OK;
}

static ptl_status find_figures(ptl_review_options *options, const ptl_call *call, ptl_error *err)
{
    int64_t run_id, n_figures;
    bool same = false;
    if (call->force) return PTL_OK;
    PTL_TRY(newest_review(&run_id, &n_figures, call, err));
    if (run_id > 0) PTL_TRY(counted_the_same(&same, call, run_id, err));
    if (!same) return PTL_OK;
    options->figures_run_id = run_id;
    options->n_figures = n_figures;
    ptl_reply_note(call->reply,
                   "nothing has changed since run %lld, so its figures are shown; --force counts "
                   "them again",
                   (long long)run_id);
    return PTL_OK;
}

/* --- the operation ---------------------------------------------------------------------------- */

static ptl_status review_write(ptl_call *call, ptl_error *err)
{
    ptl_ledger_head head;
    PTL_TRY(ptl_ledger_head_get(&head, call->store->records, err));
    ptl_review_options options = {.size = (int32_t)sizeof options,
                                  .run_id = call->run_id,
                                  .has_as_of = ptl_args_given(call->args, "as_of"),
                                  .as_of = ptl_args_day(call->args, "as_of"),
                                  .out_dir = ptl_args_text(call->args, "out"),
                                  .ledger_seq = head.size};
    PTL_TRY(find_figures(&options, call, err));
    ptl_review_report report;
    PTL_TRY(ptl_review_run(&report, call->store, call->workspace, &options, call->arena,
                           call->progress, err));
    say(call->reply, &report);
    return PTL_OK;
}

static const ptl_param params[] = {
    {.name = "as_of",
     .type = PTL_PARAM_DAY,
     .about = "What was known at the end of this local day; without it, all that is known."},
    {.name = "out",
     .type = PTL_PARAM_PATH,
     .about = "Folder for review.html and review.json; without it, the workspace."}};

const ptl_op ptl_op_review_write = {
    .name = "review.write",
    .alias = "review",
    .summary = "write the weekly review: review.html and review.json",
    .about =
        "Counts revenue, media and contribution by channel and week from the facts in force, "
        "compares the last complete week with what the weeks before led one to expect, says what "
        "limits the figures, and writes one page that needs no network, prints on A4 and reads "
        "without sight, with the same figures as JSON beside it. It never trains a model. Where "
        "facts, configuration, day and program are those of an earlier review, its figures are "
        "shown again under its run; --force counts them anew.",
    .params = params,
    .n_params = 2,
    .result = "last_complete_day?: day — the figures end here, where there are facts\n"
              "html, json: text — paths written\n"
              "html_sha256, json_sha256: text — hashes of what was written\n"
              "figures, findings: int — how many\n"
              "figures_run: int — the run that counted them",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES,
    .entry = "review.written",
    .is_long = true,
    .example = "portolan review",
    .run = review_write};
