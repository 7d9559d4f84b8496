/* today.c: see today.h.
 *
 * A review that found nothing new shows the figures of an earlier run. Which one is read from the
 * output rows, as the review itself did: the newest run up to it that wrote what a review reads. */
#include "review/today.h"

#include "review/page_internal.h"
#include "store/ledger.h"

static ptl_status figures_run(int64_t *out, ptl_store *store, int64_t review_run_id, ptl_error *err)
{
    const ptl_value before = ptl_value_int(review_run_id + 1);
    const ptl_column *run;
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "figure/newest_review", &before, 1, 0, err));
    const ptl_status st = ptl_table_column(&run, &t, "run_id", PTL_TYPE_INT, err);
    if (st == PTL_OK) *out = ptl_column_int(run, 0);
    ptl_table_dispose(&t);
    return st;
}

static void put_nothing(ptl_page *page)
{
    ptl_page_answer(page, "No review has been written yet",
                    "The weekly review says where the one number will land, what changed and why, "
                    "and what needs a person. It takes a few seconds and trains nothing.");
}

static void tell_period(ptl_page *page, const ptl_review *r, const char *title)
{
    page->period.label = title;
    if (!r->compares) return;
    const ptl_review_period *before = ptl_review_year_before(r, &r->company);
    ptl_buffer *b = ptl_page_say(page);
    if (before) {
        ptl_buffer_text(b, "Beside it stand ");
        ptl_review_days(b, r, before);
    } else {
        ptl_buffer_text(b, "Facts do not reach back to the same weekdays a year before: the first "
                           "day is ");
        ptl_show_day_long(b, r->first);
    }
    page->period.compared = ptl_page_said(page);
}

ptl_status ptl_today_page(const char **title, ptl_page *page, ptl_store *store,
                          const ptl_workspace *workspace, const ptl_today_options *options,
                          ptl_arena *arena, ptl_error *err)
{
    ptl_review review = {
        .workspace = workspace, .review_run_id = options->run_id, .known_by = options->known_by};
    *title = "Today";
    if (options->run_id == 0) {
        put_nothing(page);
        return PTL_OK;
    }
    PTL_TRY(figures_run(&review.run_id, store, options->run_id, err));
    PTL_TRY(ptl_ledger_of_run(&review.ledger_seq, store->records, "review.written", options->run_id,
                              err));
    PTL_TRY(ptl_review_read(&review, store, arena, err));
    PTL_TRY(ptl_review_find(&review, arena, err));
    page->setting = ptl_page_setting_of(workspace, review.last);
    *title = ptl_review_title(page, &review);
    review.compares = options->compares;
    ptl_review_put(page, &review);
    tell_period(page, &review, *title);
    return PTL_OK;
}
