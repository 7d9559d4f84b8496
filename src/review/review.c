/* review.c: runs the loop and writes what it found (see review.h).
 *
 * The rooms run in order and hand on through the store; then the review reads the figures of its
 * own run, or of the earlier one that counted the same, and writes two files. Both are written
 * whole or not at all. */
#include "review/review.h"

#include "base/file.h"
#include "review/model.h"
#include "understand/change.h"
#include "understand/course.h"
#include "understand/kpi.h"
#include "understand/money.h"
#include "understand/span.h"

#include <stdio.h>

enum { REVIEW_BYTES_MAX = 64 << 20 };

static ptl_status write_file(char path[4096], ptl_hash *hash, const char *dir, const char *name,
                             const ptl_buffer *content, ptl_error *err)
{
    PTL_TRY(ptl_buffer_check(content, name, err));
    const int n = snprintf(path, 4096, "%s/%s", dir, name);
    if (n < 0 || n >= 4096) return ptl_fail(err, PTL_E_LIMIT, "path too long: %s/%s", dir, name);
    *hash = ptl_hash_bytes(content->ptr, content->len);
    return ptl_file_write(path, ptl_buffer_borrow(content), 0644, err);
}

static ptl_status write_page(ptl_review_report *out, const ptl_review *review, const char *dir,
                             ptl_error *err)
{
    ptl_buffer html;
    ptl_buffer_init(&html, REVIEW_BYTES_MAX, NULL);
    ptl_status st = ptl_review_write_page(&html, review, err);
    if (st == PTL_OK)
        st = write_file(out->html_path, &out->html_hash, dir, "review.html", &html, err);
    ptl_buffer_dispose(&html);
    return st;
}

static ptl_status write_json(ptl_review_report *out, const ptl_review *review, const char *dir,
                             ptl_error *err)
{
    ptl_buffer text;
    ptl_json json;
    ptl_buffer_init(&text, REVIEW_BYTES_MAX, NULL);
    ptl_json_init_buffer(&json, &text, 2, err);
    ptl_review_write_json(review, &json);
    ptl_status st = ptl_json_finish(&json);
    ptl_buffer_append(&text, "\n", 1);
    if (st == PTL_OK)
        st = write_file(out->json_path, &out->json_hash, dir, "review.json", &text, err);
    ptl_buffer_dispose(&text);
    return st;
}

static void report(ptl_review_report *out, const ptl_review *review, int64_t n_figures)
{
    out->figures_run_id = review->run_id;
    out->has_facts = review->has_facts || review->pipeline;
    out->first = review->first;
    out->last = review->last;
    out->n_weeks = review->n_weeks;
    out->n_channels = review->n_channels;
    out->n_figures = n_figures;
    out->n_findings = review->n_findings;
    const ptl_review_period *week = ptl_review_last_week(review, &review->company);
    if (week) out->week_start = week->from;
}

/* Each room writes its own tables under the run; money comes first, the others read it. */
static ptl_status run_rooms(int64_t *n_figures, ptl_store *store, const ptl_workspace *workspace,
                            const ptl_review_options *options, ptl_arena *arena,
                            ptl_progress *progress, ptl_error *err)
{
    const ptl_money_options money_options = {.size = (int32_t)sizeof money_options,
                                             .run_id = options->run_id,
                                             .has_as_of = options->has_as_of,
                                             .as_of = options->as_of};
    const ptl_course_options course_options = {.size = (int32_t)sizeof course_options,
                                               .run_id = options->run_id,
                                               .has_as_of = options->has_as_of,
                                               .as_of = options->as_of};
    const ptl_kpi_options kpi_options = {.size = (int32_t)sizeof kpi_options,
                                         .run_id = options->run_id,
                                         .has_as_of = options->has_as_of,
                                         .as_of = options->as_of};
    ptl_money_report money;
    ptl_kpi_report kpi;
    ptl_course course;
    PTL_TRY(ptl_money_run(&money, store, workspace, &money_options, arena, progress, err));
    PTL_TRY(ptl_kpi_run(&kpi, store, workspace, &kpi_options, progress, err));
    PTL_TRY(ptl_progress_check(progress, err));
    PTL_TRY(ptl_course_run(&course, store, workspace, &course_options, arena, err));
    const ptl_change_options_run change_options = {.size = (int32_t)sizeof change_options,
                                                   .run_id = options->run_id,
                                                   .has_as_of = options->has_as_of,
                                                   .as_of = options->as_of};
    ptl_changes changes;
    PTL_TRY(ptl_change_run(&changes, store, workspace, &change_options, arena, err));
    *n_figures = money.n_figures + kpi.n_figures;
    return ptl_progress_check(progress, err);
}

ptl_status ptl_review_run(ptl_review_report *out, ptl_store *store, const ptl_workspace *workspace,
                          const ptl_review_options *options, ptl_arena *arena,
                          ptl_progress *progress, ptl_error *err)
{
    *out = (ptl_review_report){0};
    int64_t n_figures = options->n_figures;
    if (options->figures_run_id == 0)
        PTL_TRY(run_rooms(&n_figures, store, workspace, options, arena, progress, err));
    ptl_review review = {
        .workspace = workspace,
        .review_run_id = options->run_id,
        .run_id = options->figures_run_id ? options->figures_run_id : options->run_id,
        .ledger_seq = options->ledger_seq,
        .known_by = ptl_span_known_by(workspace, options->has_as_of, options->as_of)};
    PTL_TRY(ptl_review_read(&review, store, arena, err));
    PTL_TRY(ptl_review_find(&review, arena, err));
    report(out, &review, n_figures);
    const char *dir = options->out_dir ? options->out_dir : workspace->root;
    PTL_TRY(ptl_folder_make(dir, 0755, err));
    ptl_progress_step(progress, "writing review.html", 2, 2);
    PTL_TRY(write_page(out, &review, dir, err));
    return write_json(out, &review, dir, err);
}
