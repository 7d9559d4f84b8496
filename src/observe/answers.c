/* answers.c: the answer table (see answers.h).
 *
 * A question needs some tables, and is sharper with others. What it would be worth is said in the
 * company's own money where a figure for it is there: the media that is spent without knowing. */
#include "observe/answers.h"

#include "base/show.h"

#include <string.h>

enum { NEEDS_MAX = 3 };

typedef struct row {
    const char *question, *where;
    const char *needs[NEEDS_MAX]; /* tables without which there is no answer                 */
    int32_t weeks;                /* of them with orders; 0: any                             */
    const char *better;           /* a table that takes the limit away; NULL: none           */
    const char *limit;            /* what is limited without it                              */
    const char *file, *better_file;
    const char *worth; /* %s: a year of media, of revenue, or of nothing */
    char of;           /* 'm' media, 'r' revenue, ' ' nothing            */
} row;

static const row rows[] = {
    {"What did each channel cost and bring last week?",
     "portolan review",
     {"txn", "spend"},
     1,
     NULL,
     "",
     "orders (or invoices) and media spend by day",
     "",
     "%s of media a year is spent without a count beside it",
     'm'},
    {"Is the week out of the ordinary?",
     "portolan review changes",
     {"txn"},
     13,
     NULL,
     "",
     "orders of at least thirteen weeks",
     "",
     "a bad week costs about %s",
     'w'},
    {"Are we on course for the one number?",
     "portolan course",
     {"txn"},
     13,
     "target",
     "no target is set, so there is a forecast and no chance",
     "orders of at least thirteen weeks",
     "targets by period, or kpi.to in portolan.yaml",
     "the year is %s of revenue; late is dear",
     'r'},
    {"What does a new customer cost us, fully loaded?",
     "portolan kpi list --name cac.loaded",
     {"txn", "spend"},
     4,
     "cost",
     "paid and blended only: salaries, agencies and tools are not in it",
     "orders with customer numbers and spend",
     "salaries, agencies and tools by month",
     "%s of media a year is judged by it",
     'm'},
    {"What is a customer worth, and when are they paid back?",
     "portolan cohort list",
     {"txn"},
     26,
     NULL,
     "",
     "orders of half a year with customer numbers",
     "",
     "it decides what a customer may cost",
     ' '},
    {"Who stays, who leaves, what is recurring?",
     "portolan kpi list --name churn",
     {"subscription"},
     0,
     "feedback",
     "without reasons for leaving",
     "contracts with their states",
     "the survey or the reasons for leaving",
     "one point of churn is worth about %s a year",
     'p'},
    {"Where does the funnel leak, in money?",
     "portolan funnel",
     {"event", "txn"},
     4,
     "lead",
     "web stages only",
     "an export of the web analytics, one row an event",
     "leads of the CRM with their status",
     "%s of revenue a year passes through it",
     'r'},
    {"Which journeys lead to orders?",
     "portolan attribution show",
     {"event", "txn"},
     4,
     NULL,
     "",
     "an export of the web analytics, one row an event",
     "",
     "it shows roles, not effects; %s of media a year is divided by habit",
     'm'},
    {"What did each channel cause, and what does the next euro bring?",
     "portolan mix show",
     {"txn", "spend"},
     52,
     "control_series",
     "without prices, weather or rivals the model may ascribe their effect to media",
     "a year of orders and spend by week",
     "prices, weather, rivals by week",
     "%s of media a year is spent on belief",
     'm'},
    {"Which budget would be better?",
     "portolan budget optimize",
     {"txn", "spend"},
     52,
     NULL,
     "",
     "a year of orders and spend by week",
     "",
     "a tenth of %s of media, moved well, is what good teams find",
     'm'},
    {"How good is our pipeline, and does it cover the target?",
     "portolan kpi list --name coverage",
     {"opportunity", "opportunity_stage"},
     0,
     "target",
     "no target, so no coverage",
     "deals and their stage history of the CRM",
     "quotas by period",
     "it says in spring what autumn will be",
     ' '},
    {"Do sales take what marketing hands over?",
     "portolan funnel",
     {"lead"},
     0,
     NULL,
     "",
     "leads of the CRM with their status and reasons",
     "",
     "rejected leads were paid for",
     ' '},
    {"Do finance's books agree?",
     "portolan reconcile show",
     {"finance_close", "txn"},
     1,
     NULL,
     "",
     "revenue and media by month from the books",
     "",
     "a figure finance signs is a figure that moves budget",
     ' '},
    {"Do platforms claim more than there is?",
     "portolan audit",
     {"spend", "txn"},
     4,
     NULL,
     "",
     "the conversions column of the ad exports",
     "",
     "%s of media a year is praised by those who sell it",
     'm'},
    {"Who may be written to?",
     "portolan source totals consent",
     {"consent"},
     0,
     NULL,
     "",
     "the consent log",
     "",
     "one letter without consent is dear",
     ' '},
    {"What do customers say and why do they leave?",
     "portolan kpi list --name feedback",
     {"feedback"},
     0,
     "ticket",
     "without support cases",
     "the survey tool's export",
     "the support tool's export",
     "reasons come before models",
     ' '},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

typedef struct facts {
    ptl_table presence;
    int64_t n_weeks, revenue_year, media_year;
    const char *currency;
    ptl_arena *arena;
} facts;

const char *ptl_answer_state_text(ptl_answer_state state)
{
    static const char *const texts[] = {"answered", "with limits", "not yet"};
    return texts[state];
}

static bool has(const facts *f, const char *table)
{
    for (int64_t i = 0; i < f->presence.n_rows; i++)
        if (ptl_text_equal(ptl_column_text(&f->presence.columns[0], i), ptl_text_of(table)))
            return ptl_column_int(&f->presence.columns[1], i) > 0;
    return false;
}

/* The worth, with the company's own money where it is asked for and known. */
static const char *worth_of(const facts *f, const row *r, ptl_error *err)
{
    const int64_t micros = r->of == 'm'   ? f->media_year
                           : r->of == 'r' ? f->revenue_year
                           : r->of == 'w' ? f->revenue_year / 52
                           : r->of == 'p' ? f->revenue_year / 100
                                          : 0;
    if (r->of == ' ') return r->worth;
    ptl_buffer b;
    ptl_buffer_init(&b, 256, NULL);
    if (micros > 0)
        ptl_show_money_short(&b, micros, f->currency, 3);
    else
        ptl_buffer_text(&b, "what");
    const char *mark = strstr(r->worth, "%s");
    const char *text = ptl_text_format(f->arena, err, "%.*s%s%s", (int)(mark - r->worth), r->worth,
                                       b.ptr ? b.ptr : "", mark + 2);
    ptl_buffer_dispose(&b);
    return text ? text : "";
}

static ptl_question ask(const facts *f, const row *r, ptl_error *err)
{
    ptl_question q = {
        .question = r->question, .where = r->where, .missing = "", .file = "", .worth = ""};
    for (int i = 0; i < NEEDS_MAX && r->needs[i]; i++) {
        if (has(f, r->needs[i])) continue;
        q.state = PTL_ANSWER_NOT_YET;
        q.missing = ptl_text_format(f->arena, err, "nothing fills the table %s", r->needs[i]);
    }
    if (q.state == PTL_ANSWERED && f->n_weeks < r->weeks) {
        q.state = PTL_ANSWER_NOT_YET;
        q.missing = ptl_text_format(f->arena, err, "%lld complete weeks of orders, %d are needed",
                                    (long long)f->n_weeks, r->weeks);
    }
    if (q.state == PTL_ANSWERED && r->better && !has(f, r->better)) {
        q.state = PTL_ANSWER_LIMITED;
        q.missing = r->limit;
    }
    if (!q.missing) q.missing = "";
    if (q.state != PTL_ANSWERED) {
        q.file = q.state == PTL_ANSWER_LIMITED ? r->better_file : r->file;
        q.worth = worth_of(f, r, err);
    }
    return q;
}

/* The newest year of revenue and media, by the newest rates: sizes, no figures. */
static ptl_status read_money(facts *f, ptl_store *store, ptl_error *err)
{
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "answers/money", NULL, 0, 0, err));
    if (t.n_rows == 1) {
        f->n_weeks = ptl_column_int(&t.columns[0], 0) / 7;
        f->revenue_year = ptl_column_int(&t.columns[1], 0);
        f->media_year = ptl_column_int(&t.columns[2], 0);
    }
    ptl_table_dispose(&t);
    return PTL_OK;
}

ptl_status ptl_answers_read(ptl_answers *out, ptl_store *store, const ptl_workspace *workspace,
                            ptl_arena *arena, ptl_error *err)
{
    *out = (ptl_answers){0};
    facts f = {.currency = workspace->currency, .arena = arena};
    out->questions = ptl_arena_array(arena, N_ROWS, sizeof *out->questions, err);
    if (!out->questions) return PTL_E_NO_MEMORY;
    PTL_TRY(
        ptl_warehouse_query(&f.presence, store->warehouse, "answers/presence", NULL, 0, 0, err));
    const ptl_status st = read_money(&f, store, err);
    for (int i = 0; i < N_ROWS && st == PTL_OK; i++) {
        out->questions[i] = ask(&f, &rows[i], err);
        out->n_by_state[out->questions[i].state]++;
        out->n_questions++;
    }
    ptl_table_dispose(&f.presence);
    return st;
}
