/* review.c: the weekly review as an operation. */
#include "review/review.h"

#include "base/show.h"
#include "ops/args.h"

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
    ptl_reply_int(reply, "figures", "Figures written", report->n_figures);
    ptl_reply_int(reply, "findings", "Findings", report->n_findings);
    if (!report->has_facts) ptl_reply_next(reply, "portolan import");
}

static ptl_status review_write(ptl_call *call, ptl_error *err)
{
    ptl_ledger_head head;
    PTL_TRY(ptl_ledger_head_get(&head, call->store->records, err));
    const ptl_review_options options = {.size = (int32_t)sizeof options,
                                        .run_id = call->run_id,
                                        .has_as_of = ptl_args_given(call->args, "as_of"),
                                        .as_of = ptl_args_day(call->args, "as_of"),
                                        .out_dir = ptl_args_text(call->args, "out"),
                                        .ledger_seq = head.size};
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
        "without sight, with the same figures as JSON beside it. It never trains a model.",
    .params = params,
    .n_params = 2,
    .result = "last_complete_day: day — the figures end here\nhtml, json: text — paths written\n"
              "html_sha256, json_sha256: text — hashes of what was written\n"
              "figures, findings: int — how many",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES,
    .entry = "review.written",
    .is_long = true,
    .example = "portolan review",
    .run = review_write};
