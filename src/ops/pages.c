/* pages.c: pages to look at, print and send: page.write makes a file of one, page.show hands it to
 * the console as a part (ptl_page_part).
 *
 * How to add one: 1. write it as a function of pages/<noun>.h into a ptl_page; 2. add its line to
 * `kinds` below; 3. name it in the choices of the parameters. A page reads what runs wrote and
 * never computes a figure of its own; one that has nothing to show says what would fill it. */
#include "base/file.h"
#include "base/hash.h"
#include "ops/args.h"
#include "ops/pages_period.h"
#include "ops/registry.h"
#include "ops/vertical.h"
#include "pages/attribution.h"
#include "pages/data.h"
#include "pages/mix.h"
#include "pages/money.h"
#include "review/today.h"
#include "understand/span.h"

#include <string.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

typedef struct page_kind {
    const char *name;  /* of the parameter, and of the file */
    const char *title; /* of the window                     */
    ptl_status (*write)(ptl_page *page, ptl_store *store, const ptl_workspace *workspace,
                        ptl_arena *arena, ptl_error *err);
} page_kind;

static const page_kind kinds[] = {{"attribution", "Journeys", ptl_attribution_page},
                                  {"data", "Data", ptl_data_page_write},
                                  {"mix", "Mix model", ptl_mix_page_write},
                                  {"money", "Money", ptl_money_page}};
#define PAGE_CHOICES "attribution|data|mix|money"

static const page_kind *kind_of(const char *name)
{
    for (int64_t i = 0; i < N_OF(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
    return &kinds[0]; /* choices are checked before */
}

static ptl_status write_page(ptl_buffer *out, const ptl_call *call, const page_kind *kind,
                             ptl_error *err)
{
    ptl_page page;
    const ptl_day today = ptl_zone_day(call->workspace->zone, call->now);
    const ptl_page_setting setting = ptl_page_setting_of(call->workspace, today - 1);
    ptl_page_init(&page, &setting);
    ptl_status st = kind->write(&page, call->store, call->workspace, call->arena, err);
    if (st == PTL_OK)
        st = ptl_page_write(out, &page, kind->title, call->workspace->company, kind->title, err);
    ptl_page_dispose(&page);
    return st;
}

static ptl_status path_of(const char **out, const ptl_call *call, const page_kind *kind,
                          ptl_error *err)
{
    *out = ptl_args_text(call->args, "out");
    if (*out) return PTL_OK;
    const char *name = ptl_text_format(call->arena, err, "%s.html", kind->name);
    *out = name ? ptl_path_join(call->arena, call->root, name, err) : NULL;
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status page_write(ptl_call *call, ptl_error *err)
{
    const page_kind *kind = kind_of(ptl_args_text(call->args, "name"));
    const char *path;
    char hash[PTL_HASH_HEX];
    ptl_buffer html;
    PTL_TRY(path_of(&path, call, kind, err));
    ptl_buffer_init(&html, PTL_PAGE_BYTES_MAX, NULL);
    ptl_status st = write_page(&html, call, kind, err);
    if (st == PTL_OK) st = ptl_file_write(path, ptl_buffer_borrow(&html), 0644, err);
    if (st == PTL_OK) {
        ptl_hash_format(hash, ptl_hash_bytes(html.ptr, html.len));
        ptl_reply_say(call->reply, "The page is written: %s.", path);
        ptl_reply_text(call->reply, "html", "Page", path);
        ptl_reply_text(call->reply, "html_sha256", "Page's hash", hash);
    }
    ptl_buffer_dispose(&html);
    return st;
}

static const ptl_param params[] = {{.name = "name",
                                    .type = PTL_PARAM_ENUM,
                                    .positional = true,
                                    .choices = PAGE_CHOICES,
                                    .defaults = "attribution",
                                    .about = "Which page."},
                                   {.name = "out",
                                    .type = PTL_PARAM_PATH,
                                    .about = "The file; without it, the page's name with .html in "
                                             "the workspace."}};

/* --- shown in the console --------------------------------------------------------------------- */

/* The review that is asked for, or the newest one that ended. */
static ptl_status find_review(ptl_run *out, ptl_call *call, ptl_error *err)
{
    const char *operation = ptl_op_review_write.name;
    ptl_run *runs = NULL;
    int64_t n = 0;
    *out = (ptl_run){0};
    if (ptl_args_given(call->args, "run")) {
        PTL_TRY(ptl_run_get(out, call->store->records, ptl_args_int(call->args, "run"), call->arena,
                            err));
        if (strcmp(out->operation, operation) == 0 && out->state == PTL_RUN_DONE) return PTL_OK;
        return ptl_fail(err, PTL_E_NOT_FOUND, "run %lld is no review that ended: it is %s, %s",
                        (long long)out->run_id, out->operation, ptl_run_state_text(out->state));
    }
    PTL_TRY(ptl_run_list(&runs, &n, call->store->records, PTL_RUN_DONE, operation, 1, call->arena,
                         err));
    if (n > 0) *out = runs[0];
    return PTL_OK;
}

static ptl_status put_today(const char **title, ptl_page *page, ptl_call *call, ptl_error *err)
{
    ptl_run run;
    ptl_args *args;
    ptl_today_options options = {.size = (int32_t)sizeof options,
                                 .known_by = PTL_INSTANT_EVER,
                                 .compares = page->period.compares};
    PTL_TRY(find_review(&run, call, err));
    page->period.run = run.run_id;
    if (run.run_id > 0) {
        PTL_TRY(ptl_args_from_json(&args, &ptl_op_review_write, ptl_text_of(run.parameters),
                                   call->arena, err));
        options.run_id = run.run_id;
        options.known_by = ptl_span_known_by(call->workspace, ptl_args_given(args, "as_of"),
                                             ptl_args_day(args, "as_of"));
        ptl_reply_id(call->reply, "run", "Run", run.run_id);
    }
    return ptl_today_page(title, page, call->store, call->workspace, &options, call->arena, err);
}

static ptl_status put_page(const char **title, ptl_page *page, ptl_call *call, const char *name,
                           ptl_error *err)
{
    PTL_TRY(ptl_period_ask(&page->period, call, name, err));
    if (strcmp(name, "today") == 0) return put_today(title, page, call, err);
    *title = kind_of(name)->title;
    return kind_of(name)->write(page, call->store, call->workspace, call->arena, err);
}

static ptl_status page_show(ptl_call *call, ptl_error *err)
{
    const char *name = ptl_args_text(call->args, "name");
    const char *title = NULL;
    const ptl_day today = ptl_zone_day(call->workspace->zone, call->now);
    const ptl_page_setting setting = ptl_page_setting_of(call->workspace, today - 1);
    ptl_page page;
    ptl_buffer text;
    ptl_json json;
    ptl_page_init(&page, &setting);
    page.verticals = call->verticals;
    page.sees = ptl_lines_hold;
    ptl_buffer_init(&text, PTL_PAGE_BYTES_MAX, NULL);
    ptl_status st = put_page(&title, &page, call, name, err);
    ptl_json_init_buffer(&json, &text, 0, err);
    if (st == PTL_OK) st = ptl_period_tell(call, &page, name, err);
    if (st == PTL_OK) st = ptl_page_part(&json, &page, title, err);
    if (st == PTL_OK) st = ptl_json_finish(&json);
    if (st == PTL_OK) {
        ptl_reply_say(call->reply, "%s: `portolan page write` makes a file of it.", title);
        ptl_reply_json(call->reply, "page", ptl_buffer_borrow(&text));
    }
    ptl_buffer_dispose(&text);
    ptl_page_dispose(&page);
    return st;
}

static const ptl_param show_params[] = {
    {.name = "name",
     .type = PTL_PARAM_ENUM,
     .positional = true,
     .choices = "today|" PAGE_CHOICES,
     .defaults = "today",
     .about = "Which page."},
    {.name = "run",
     .type = PTL_PARAM_INT,
     .min = 1,
     .max = 9e15,
     .about = "Of today, mix and attribution: whose figures to show; without it, the newest's."},
    {.name = "period",
     .type = PTL_PARAM_TEXT,
     .about = "Of money: a month as 2026-09; without it, the newest that is whole."},
    {.name = "compare",
     .type = PTL_PARAM_BOOL,
     .about = "Of today and money: beside the same weekdays a year before."}};

const ptl_op ptl_op_page_show = {
    .name = "page.show",
    .summary = "hand out a page as the console shows it",
    .about = "The page's markup, made safe, and beside it the data that its charts are drawn from "
             "and the evidence of its figures (docs/charts.md). The page today is the newest "
             "review's, or that of the run named. What leads to the period before and after is "
             "told as the value of the parameter that asks for it: run, of money period.",
    .params = show_params,
    .n_params = N_OF(show_params),
    .result = "run?: int — of today: the review that is shown\n"
              "period?: text — what the page speaks of: a week, a month; absent where it is "
              "all\n"
              "earlier, later: text — the period before and after, null where there is none\n"
              "stale?: text — of today: that the newest review is older than it may be\n"
              "compared?: text — where a comparison was asked for: beside what, or why "
              "beside nothing\n"
              "page: object(title, html, data object, kinds list of text) — docs/charts.md "
              "describes its data",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan page show today",
    .run = page_show};

const ptl_op ptl_op_page_write = {
    .name = "page.write",
    .alias = "page",
    .summary = "write a page to look at, print and send",
    .about = "One HTML file that needs no network, prints on A4 and Letter and reads without "
             "sight: answer first, charts with their tables, every figure with its evidence. It "
             "shows what runs wrote and computes nothing. The page attribution shows journeys: who "
             "is credited with what by every method (grade E), what hangs on the choice in money, "
             "the ways that people went, and what was measured beside. The page money shows what "
             "the newest whole month brought against target, the month and the year before, what "
             "customers cost and come to, cohorts, the funnel's leaks, and the books.",
    .params = params,
    .n_params = N_OF(params),
    .result = "html: text — the path written\nhtml_sha256: text — hash of what was written",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan page write attribution",
    .run = page_write};
