/* prove_reconcile.c: figures against the books, their signature, and what an auditor takes along.
 */
#include "ops/args.h"
#include "ops/cursor.h"
#include "ops/registry.h"
#include "prove/reconcile.h"
#include "prove/signature.h"
#include "store/figure.h"

#include <stdio.h>
#include <string.h>

enum { BODY_BYTES_MAX = 1 << 20 };
static const ptl_day day_first = -25567, day_last = 47482; /* 1900 and 2100 */

/* --- periods ---------------------------------------------------------------------------------- */

/* "2026-09" is a month; "2026-07-01..2026-09-30" says both days. */
static ptl_status parse_period(ptl_day *from, ptl_day *to, const char *text, ptl_error *err)
{
    char first[16];
    const size_t n = strlen(text);
    ptl_error own;
    if (n == 7) {
        (void)snprintf(first, sizeof first, "%s-01", text);
        if (ptl_day_parse(from, ptl_text_of(first), &own) == PTL_OK) {
            *to = ptl_month_add(*from, 1) - 1;
            return PTL_OK;
        }
    }
    if (n == 22 && memcmp(text + 10, "..", 2) == 0 &&
        ptl_day_parse(from, (ptl_text){text, 10}, &own) == PTL_OK &&
        ptl_day_parse(to, (ptl_text){text + 12, 10}, &own) == PTL_OK && *from <= *to)
        return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID,
                    "parameter \"period\": found \"%.40s\", allowed: a month as 2026-09, or two "
                    "days as 2026-07-01..2026-09-30",
                    text);
}

static ptl_status period_of(ptl_day *from, ptl_day *to, const ptl_call *call, ptl_error *err)
{
    const char *text = ptl_args_text(call->args, "period");
    *from = day_first;
    *to = day_last;
    return text ? parse_period(from, to, text, err) : PTL_OK;
}

/* Figures of the newest reconciliation that lie in [from, to]. */
static ptl_status read_latest(ptl_table *t, ptl_figures *f, const ptl_call *call, ptl_day from,
                              ptl_day to, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_int(0), ptl_value_day(from), ptl_value_day(to)};
    PTL_TRY(ptl_warehouse_query(t, call->store->warehouse, "prove/latest", params, 3, 0, err));
    const ptl_status st = ptl_figures_bind(f, t, err);
    if (st != PTL_OK) ptl_table_dispose(t);
    return st;
}

static bool ends(ptl_text text, const char *suffix)
{
    return ptl_text_ends(text, ptl_text_of(suffix));
}

/* --- reconcile.run ---------------------------------------------------------------------------- */

static ptl_status note_set_aside(ptl_call *call, ptl_error *err)
{
    const ptl_value known = ptl_value_instant(PTL_INSTANT_EVER);
    const ptl_column *source, *n;
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, call->store->warehouse, "prove/set_aside", &known, 1, 0, err));
    ptl_status st = ptl_table_column(&source, &t, "source", PTL_TYPE_TEXT, err);
    if (st == PTL_OK) st = ptl_table_column(&n, &t, "n_rows", PTL_TYPE_INT, err);
    for (int64_t i = 0; st == PTL_OK && i < t.n_rows; i++) {
        const ptl_text name = ptl_column_text(source, i);
        ptl_reply_note(call->reply,
                       "%lld rows of source %.*s are set aside and in no figure: portolan source "
                       "quarantine %.*s",
                       (long long)ptl_column_int(n, i), (int)name.len, name.ptr, (int)name.len,
                       name.ptr);
    }
    ptl_table_dispose(&t);
    return st;
}

static ptl_status reconcile_run(ptl_call *call, ptl_error *err)
{
    const ptl_reconcile_options options = {.size = (int32_t)sizeof options,
                                           .run_id = call->run_id,
                                           .has_as_of = ptl_args_given(call->args, "as_of"),
                                           .as_of = ptl_args_day(call->args, "as_of")};
    ptl_reconcile_report report;
    PTL_TRY(
        ptl_reconcile_run(&report, call->store, call->workspace, &options, call->progress, err));
    if (report.n_lines == 0) {
        ptl_reply_say(call->reply, "The books have no closed period that the facts reach.");
        ptl_reply_next(call->reply, "import a source of table finance_close: docs/reconcile.md");
    } else if (report.n_differing == 0) {
        ptl_reply_say(call->reply, "All %lld lines of %lld closed periods agree with the books.",
                      (long long)report.n_lines, (long long)report.n_periods);
    } else {
        ptl_reply_say(call->reply,
                      "%lld of %lld lines of %lld closed periods differ from the books by more "
                      "than is tolerated.",
                      (long long)report.n_differing, (long long)report.n_lines,
                      (long long)report.n_periods);
        ptl_reply_next(call->reply, "portolan reconcile show");
    }
    ptl_reply_int(call->reply, "periods", "Closed periods", report.n_periods);
    ptl_reply_int(call->reply, "lines", "Lines compared", report.n_lines);
    ptl_reply_int(call->reply, "differing", "Beyond tolerance", report.n_differing);
    return note_set_aside(call, err);
}

static const ptl_param run_params[] = {
    {.name = "as_of",
     .type = PTL_PARAM_DAY,
     .about = "What was known at the end of this local day; without it, all that is known."}};

const ptl_op ptl_op_reconcile_run = {
    .name = "reconcile.run",
    .alias = "reconcile",
    .summary = "compare figures with the company's books, period by period",
    .about =
        "Every period that the books have closed and the facts reach is compared line by line: "
        "revenue, variable cost, media, marketing's own costs. Our side is counted from the facts "
        "anew. A line agrees within its tolerance (1 % of revenue, 2 % of the others; "
        "metrics.yaml). Where it does not, the amounts that timing, refunds, tax, currency, "
        "missing days and ungoverned channels would account for are computed, those that come "
        "near are named, and the rest stays unexplained.",
    .params = run_params,
    .n_params = 1,
    .result = "periods, lines, differing: int — how many",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES,
    .entry = "books.reconciled",
    .example = "portolan reconcile run",
    .run = reconcile_run};

/* --- reconcile.show --------------------------------------------------------------------------- */

static void cell(const ptl_call *call, ptl_text text)
{
    char copy[256];
    (void)snprintf(copy, sizeof copy, "%.*s", (int)text.len, text.ptr);
    ptl_reply_cell_text(call->reply, copy);
}

/* The figure of this line, period and suffix; -1 where it is not there. */
static int64_t find(const ptl_table *t, const ptl_figures *f, int64_t row, const char *suffix)
{
    const ptl_text line = ptl_column_text(f->name, row);
    for (int64_t i = 0; i < t->n_rows; i++) {
        const ptl_text name = ptl_column_text(f->name, i);
        if (ptl_column_int(f->period_start, i) == ptl_column_int(f->period_start, row) &&
            ptl_column_int(f->period_end, i) == ptl_column_int(f->period_end, row) &&
            name.len == line.len + strlen(suffix) && ptl_text_starts(name, line) &&
            ends(name, suffix))
            return i;
    }
    return -1;
}

static bool is_line(const ptl_figures *f, int64_t i)
{
    const ptl_text name = ptl_column_text(f->name, i);
    return !ends(name, ".ours") && !ends(name, ".books") && !ends(name, ".difference") &&
           !ends(name, ".because");
}

static void put_line(const ptl_call *call, const ptl_table *t, const ptl_figures *f, int64_t i,
                     const ptl_signature *by)
{
    static const char *const suffixes[] = {".ours", ".books", ".difference"};
    ptl_text line = ptl_column_text(f->name, i);
    line.ptr += strlen("reconcile.");
    line.len -= strlen("reconcile.");
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(f->period_start, i));
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(f->period_end, i));
    cell(call, line);
    for (int s = 0; s < 3; s++) {
        const int64_t k = find(t, f, i, suffixes[s]);
        ptl_reply_cell_micros(call->reply, k >= 0 ? ptl_column_int(f->exact, k) : 0,
                              call->workspace->currency);
    }
    ptl_reply_cell_double(call->reply, ptl_column_double(f->value, i));
    cell(call, ptl_column_text(f->verdict, i));
    ptl_reply_cell_text(call->reply, by ? by->actor : NULL);
    ptl_reply_cell_id(call->reply, ptl_column_int(f->run_id, i));
}

static ptl_status show_lines(ptl_call *call, const ptl_table *t, const ptl_figures *f,
                             ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"from", "From", false},           {"to", "To", false},
        {"line", "Line", false},           {"ours", "Ours", true},
        {"books", "Books", true},          {"difference", "Difference", true},
        {"share", "Of the books", true},   {"verdict", "Verdict", false},
        {"signed_by", "Signed by", false}, {"run", "", true}};
    ptl_signature *signatures = NULL;
    int64_t n = 0;
    PTL_TRY(ptl_signatures_read(&signatures, &n, call->store, call->arena, err));
    ptl_reply_table(call->reply, "lines", "", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < t->n_rows; i++)
        if (is_line(f, i))
            put_line(call, t, f, i,
                     ptl_signature_of(signatures, n, (ptl_day)ptl_column_int(f->period_start, i),
                                      (ptl_day)ptl_column_int(f->period_end, i)));
    ptl_reply_table_end(call->reply);
    return PTL_OK;
}

static void show_causes(ptl_call *call, const ptl_table *t, const ptl_figures *f)
{
    static const ptl_reply_column columns[] = {
        {"from", "From", false},    {"line", "Line", false}, {"cause", "Cause", false},
        {"amount", "Amount", true}, {"kind", "", false},     {"verdict", "Verdict", false}};
    ptl_reply_table(call->reply, "causes", "Why", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < t->n_rows; i++) {
        ptl_text name = ptl_column_text(f->name, i);
        if (!ends(name, ".because")) continue;
        name.ptr += strlen("reconcile.");
        name.len -= strlen("reconcile.") + strlen(".because");
        ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(f->period_start, i));
        cell(call, name);
        cell(call, ptl_column_text(f->member, i));
        ptl_reply_cell_micros(call->reply, ptl_column_int(f->exact, i), call->workspace->currency);
        cell(call, ptl_column_text(f->kind, i));
        cell(call, ptl_column_text(f->verdict, i));
    }
    ptl_reply_table_end(call->reply);
}

enum { R_SOURCE, R_FILE, R_ROW, R_TXN, R_DAY, R_OTHER_DAY, R_AMOUNT, R_CURRENCY, R_N };

/* What a row is known by from page to page. */
static int64_t row_id(const ptl_column *const c[R_N], int64_t i)
{
    const int64_t numbers[] = {ptl_column_int(c[R_ROW], i), ptl_column_int(c[R_DAY], i)};
    const ptl_text texts[] = {ptl_column_text(c[R_SOURCE], i),
                              ptl_column_text(c[R_FILE], i),
                              ptl_column_text(c[R_TXN], i),
                              {(const char *)numbers, sizeof numbers}};
    return ptl_cursor_id(texts, 4);
}

static void put_fact(const ptl_call *call, const ptl_column *const c[R_N], int64_t i)
{
    char currency[16];
    const ptl_text code = ptl_column_text(c[R_CURRENCY], i);
    (void)snprintf(currency, sizeof currency, "%.*s", (int)code.len, code.ptr);
    cell(call, ptl_column_text(c[R_SOURCE], i));
    cell(call, ptl_column_text(c[R_FILE], i));
    ptl_reply_cell_id(call->reply, ptl_column_int(c[R_ROW], i));
    cell(call, ptl_column_text(c[R_TXN], i));
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[R_DAY], i));
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[R_OTHER_DAY], i));
    ptl_reply_cell_micros(call->reply, ptl_column_int(c[R_AMOUNT], i), currency);
    ptl_reply_cell_text(call->reply, currency);
}

static ptl_status put_facts(ptl_call *call, const ptl_table *t, const ptl_run_page *page,
                            int64_t run, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"source", "Source", PTL_HOLDS_TEXT},  {"file", "File", PTL_HOLDS_TEXT},
        {"row", "Row", PTL_HOLDS_ID},          {"txn", "Line", PTL_HOLDS_TEXT},
        {"day", "Day", PTL_HOLDS_DAY},         {"other_day", "Other day", PTL_HOLDS_DAY},
        {"amount", "Amount", PTL_HOLDS_MONEY}, {"currency", "", PTL_HOLDS_TEXT}};
    static const ptl_column_spec specs[R_N] = {
        {"source", PTL_TYPE_TEXT},       {"file", PTL_TYPE_TEXT},    {"source_row", PTL_TYPE_INT},
        {"txn_id", PTL_TYPE_TEXT},       {"day", PTL_TYPE_DAY},      {"other_day", PTL_TYPE_DAY},
        {"amount_micros", PTL_TYPE_INT}, {"currency", PTL_TYPE_TEXT}};
    const ptl_column *c[R_N];
    int64_t begin, n_page;
    for (int i = 0; i < R_N; i++)
        PTL_TRY(ptl_table_column(&c[i], t, specs[i].name, specs[i].type, err));
    const int64_t first_id = t->n_rows > 0 ? row_id(c, 0) : 0;
    PTL_TRY(ptl_run_page_find(&begin, &n_page, page, first_id, t->n_rows, err));
    ptl_reply_table(call->reply, "rows", "Rows", columns, R_N);
    for (int64_t i = begin; i < begin + n_page; i++) put_fact(call, c, i);
    ptl_reply_table_end(call->reply);
    return ptl_run_page_put(call, page, run, begin, n_page, t->n_rows,
                            n_page > 0 ? row_id(c, begin + n_page - 1) : 0, err);
}

/* The rows of facts behind a cause. They are today's: where facts came between two pages that moved
 * them, the second says so. */
static ptl_status show_rows(ptl_call *call, const char *cause, ptl_day from, ptl_day to,
                            int64_t run, ptl_error *err)
{
    ptl_run_page page;
    char query[64];
    ptl_table t = {0};
    PTL_TRY(ptl_run_page_read(&page, call, err));
    const ptl_value params[] = {ptl_value_instant(PTL_INSTANT_EVER),
                                ptl_value_day(from),
                                ptl_value_day(to),
                                ptl_value_int(page.n_wanted),
                                ptl_value_int(page.first),
                                ptl_value_string(call->workspace->currency)};
    (void)snprintf(query, sizeof query, "prove/rows_%s", cause);
    PTL_TRY(ptl_warehouse_query(&t, call->store->warehouse, query, params,
                                strcmp(cause, "currency") == 0 ? 6 : 5, 0, err));
    const ptl_status st = put_facts(call, &t, &page, run > 0 ? run : 1, err);
    ptl_table_dispose(&t);
    return st;
}

static ptl_status reconcile_show(ptl_call *call, ptl_error *err)
{
    const char *rows = ptl_args_text(call->args, "rows");
    ptl_day from, to;
    ptl_table t = {0};
    ptl_figures f;
    PTL_TRY(period_of(&from, &to, call, err));
    if (rows && !ptl_args_text(call->args, "period"))
        return ptl_fail(err, PTL_E_INVALID, "parameter \"rows\" needs a period");
    PTL_TRY(read_latest(&t, &f, call, from, to, err));
    if (t.n_rows == 0) {
        ptl_reply_say(call->reply, "No period has been reconciled.");
        ptl_reply_next(call->reply, "portolan reconcile run");
    }
    const int64_t run = t.n_rows > 0 ? ptl_column_int(f.run_id, 0) : 0;
    ptl_status st = show_lines(call, &t, &f, err);
    if (st == PTL_OK) show_causes(call, &t, &f);
    ptl_table_dispose(&t);
    if (st != PTL_OK) return st;
    if (rows) return show_rows(call, rows, from, to, run, err);
    ptl_run_page page; /* a cursor is one of rows */
    PTL_TRY(ptl_run_page_read(&page, call, err));
    return ptl_cursor_put(call, NULL, 0, err);
}

#define PERIOD_PARAM(must)                                                                         \
    {                                                                                              \
        .name = "period", .type = PTL_PARAM_TEXT, .positional = true, .required = must,            \
        .about = "A month as 2026-09, or two days as 2026-07-01..2026-09-30."                      \
    }

static const ptl_param show_params[] = {PERIOD_PARAM(false),
                                        {.name = "rows",
                                         .type = PTL_PARAM_ENUM,
                                         .choices = "timing|refunds|tax|currency",
                                         .about = "List the rows of facts behind this cause."},
                                        {.name = "limit",
                                         .type = PTL_PARAM_INT,
                                         .unit = "rows",
                                         .defaults = "50",
                                         .min = 1,
                                         .max = 10000000,
                                         .about = "Rows shown at most."},
                                        PTL_PARAM_CURSOR};

const ptl_op ptl_op_reconcile_show = {
    .name = "reconcile.show",
    .summary = "show figures against the books, and why they differ, down to rows",
    .about = "The newest reconciliation: our figure, the books', the difference and its share, who "
             "signed. Where a line differs, each cause with the amount it accounts for: it "
             "explains, or was considered and does not come near; what is left is unexplained.",
    .params = show_params,
    .n_params = sizeof show_params / sizeof *show_params,
    .result = "lines: list(from day, to day, line, ours money, books money, difference "
              "money, share number, verdict, signed_by, run int) — ours beside the books\n"
              "causes?: list(from day, line, cause, amount money, kind, verdict) — why they "
              "differ\n"
              "rows?: list(source, file, row int, txn, day day, other_day day, amount money, "
              "currency) — where asked for\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan reconcile show",
    .run = reconcile_show};

/* --- reconcile.sign --------------------------------------------------------------------------- */

typedef struct signing {
    ptl_day from, to;
    int64_t reconciliation, n_lines, n_differing;
    ptl_hash figures;
    const char *note;
} signing;

static void put_signed_line(ptl_json *json, const ptl_table *t, const ptl_figures *f, int64_t i)
{
    static const char *const suffixes[] = {".ours", ".books", ".difference"};
    ptl_text line = ptl_column_text(f->name, i);
    line.ptr += strlen("reconcile.");
    line.len -= strlen("reconcile.");
    ptl_json_object(json);
    ptl_json_put_text(json, "line", line);
    for (int s = 0; s < 3; s++) {
        const int64_t k = find(t, f, i, suffixes[s]);
        ptl_json_put_micros(json, suffixes[s] + 1, k >= 0 ? ptl_column_int(f->exact, k) : 0);
    }
    ptl_json_put_text(json, "verdict", ptl_column_text(f->verdict, i));
    ptl_json_object_end(json);
}

static ptl_status enter_signature(ptl_call *call, const signing *s, const ptl_table *t,
                                  const ptl_figures *f, ptl_error *err)
{
    char text[PTL_HASH_HEX];
    ptl_buffer body;
    ptl_json json;
    ptl_buffer_init(&body, BODY_BYTES_MAX, NULL);
    ptl_json_init_buffer(&json, &body, 0, err);
    ptl_json_object(&json);
    ptl_day_format(text, s->from);
    ptl_json_put_string(&json, "from", text);
    ptl_day_format(text, s->to);
    ptl_json_put_string(&json, "to", text);
    ptl_json_put_int(&json, "reconciliation", s->reconciliation);
    ptl_hash_format(text, s->figures);
    ptl_json_put_string(&json, "figures", text);
    ptl_json_put_string(&json, "note", s->note);
    ptl_json_key(&json, "lines");
    ptl_json_array(&json);
    for (int64_t i = 0; i < t->n_rows; i++)
        if (is_line(f, i)) put_signed_line(&json, t, f, i);
    ptl_json_array_end(&json);
    ptl_json_object_end(&json);
    ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK) st = ptl_buffer_check(&body, "the signature", err);
    if (st == PTL_OK)
        st = ptl_ledger_append(NULL, call->store->records, "finance.signed", call->actor,
                               call->run_id, ptl_buffer_borrow(&body), call->now, err);
    ptl_buffer_dispose(&body);
    return st;
}

/* What is signed is what stands: exactly this period, counted from the facts that count now. */
static ptl_status check_standing(signing *s, ptl_call *call, const ptl_table *t,
                                 const ptl_figures *f, ptl_error *err)
{
    ptl_run run;
    int64_t version;
    for (int64_t i = 0; i < t->n_rows; i++) {
        const bool is_period = ptl_column_int(f->period_start, i) == s->from &&
                               ptl_column_int(f->period_end, i) == s->to;
        if (!is_period || !is_line(f, i)) continue;
        s->n_lines++;
        s->n_differing += !ptl_text_equal(ptl_column_text(f->verdict, i), PTL_TEXT("reconciled"));
        s->reconciliation = ptl_column_int(f->run_id, i);
    }
    if (s->n_lines == 0) {
        (void)ptl_fail(err, PTL_E_NOT_FOUND, "this period has not been reconciled");
        ptl_error_hint(err, "portolan reconcile run; reconcile show lists the periods");
        return PTL_E_NOT_FOUND;
    }
    PTL_TRY(ptl_run_get(&run, call->store->records, s->reconciliation, call->arena, err));
    PTL_TRY(ptl_warehouse_version(&version, call->store->warehouse, err));
    if (run.warehouse_version == version) return PTL_OK;
    (void)ptl_fail(err, PTL_E_CONFLICT, "facts were loaded since reconciliation %lld",
                   (long long)s->reconciliation);
    ptl_error_hint(err, "portolan reconcile run, look at it, and sign that");
    return PTL_E_CONFLICT;
}

static ptl_status sign(ptl_call *call, signing *s, const ptl_table *t, const ptl_figures *f,
                       ptl_error *err)
{
    PTL_TRY(check_standing(s, call, t, f, err));
    if (s->n_differing > 0 && !s->note) {
        (void)ptl_fail(err, PTL_E_INVALID, "%lld of %lld lines differ from the books",
                       (long long)s->n_differing, (long long)s->n_lines);
        ptl_error_hint(err, "say with --note why they are accepted, or mend the facts first");
        return PTL_E_INVALID;
    }
    s->figures = ptl_table_hash(t);
    PTL_TRY(enter_signature(call, s, t, f, err));
    char text[PTL_HASH_HEX];
    ptl_reply_say(call->reply, "Signed by %s: %lld lines, %lld beyond their tolerance.",
                  call->actor, (long long)s->n_lines, (long long)s->n_differing);
    ptl_reply_day(call->reply, "from", "From", s->from);
    ptl_reply_day(call->reply, "to", "To", s->to);
    ptl_reply_id(call->reply, "reconciliation", "Reconciliation", s->reconciliation);
    ptl_hash_format(text, s->figures);
    ptl_reply_text(call->reply, "figures", "Figures' hash", text);
    return PTL_OK;
}

static ptl_status reconcile_sign(ptl_call *call, ptl_error *err)
{
    signing s = {.note = ptl_args_text(call->args, "note")};
    ptl_table t = {0};
    ptl_figures f;
    PTL_TRY(parse_period(&s.from, &s.to, ptl_args_text(call->args, "period"), err));
    PTL_TRY(read_latest(&t, &f, call, s.from, s.to, err));
    const ptl_status st = sign(call, &s, &t, &f, err);
    ptl_table_dispose(&t);
    return st;
}

static const ptl_param sign_params[] = {
    PERIOD_PARAM(true),
    {.name = "note",
     .type = PTL_PARAM_TEXT,
     .about = "Why lines beyond their tolerance are accepted; needed where there are any."}};

const ptl_op ptl_op_reconcile_sign = {
    .name = "reconcile.sign",
    .summary = "sign a closed period's figures, as finance",
    .about = "Enters the ledger: who, which period, which reconciliation, every line with the "
             "books' amount and ours, and the hash of the figures. Facts loaded since the "
             "reconciliation make it stale, and nothing is signed then. A signature is never "
             "withdrawn: a later one stands beside it.",
    .params = sign_params,
    .n_params = 2,
    .result = "from, to: day — the period\n"
              "reconciliation: int — the run that was signed\n"
              "figures: text — hash of its figures",
    .right = "finance",
    .effects = PTL_READS | PTL_WRITES | PTL_ENTERS,
    .example = "portolan reconcile sign 2026-08 --note trial",
    .run = reconcile_sign};

/* --- reconcile.bundle ------------------------------------------------------------------------- */

static ptl_status reconcile_bundle(ptl_call *call, ptl_error *err)
{
    ptl_day from, to;
    ptl_bundle_report report;
    char hash[PTL_HASH_HEX];
    const char *dir = ptl_args_text(call->args, "out");
    PTL_TRY(parse_period(&from, &to, ptl_args_text(call->args, "period"), err));
    PTL_TRY(ptl_bundle_write(&report, dir, call->store, from, to, err));
    ptl_hash_format(hash, report.manifest);
    ptl_reply_say(call->reply,
                  "The bundle is written: MANIFEST.csv lists every file and its hash.");
    ptl_reply_text(call->reply, "folder", "Folder", dir);
    ptl_reply_int(call->reply, "files", "Files", report.n_files);
    ptl_reply_id(call->reply, "reconciliation", "Reconciliation", report.run_id);
    ptl_reply_text(call->reply, "manifest_sha256", "Manifest's hash", hash);
    return PTL_OK;
}

static const ptl_param bundle_params[] = {
    PERIOD_PARAM(true),
    {.name = "out", .type = PTL_PARAM_PATH, .required = true, .about = "A new folder for it."}};

const ptl_op ptl_op_reconcile_bundle = {
    .name = "reconcile.bundle",
    .summary = "write an auditor's bundle of a reconciled period",
    .about = "The figures, the text of the queries behind them, the files they were counted from "
             "with their hashes, and the ledger's head with a proof of every entry that speaks of "
             "them. The same facts and the same ledger give the same bytes.",
    .params = bundle_params,
    .n_params = 2,
    .result = "folder: text — where it is\nfiles: int — how many\n"
              "reconciliation: int — the run it is about\n"
              "manifest_sha256: text — hash of the list of files",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan reconcile bundle 2026-08 --out ../audit",
    .run = reconcile_bundle};
