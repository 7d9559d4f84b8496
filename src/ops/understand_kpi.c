/* understand_kpi.c: KPIs and cohorts, as the newest review counted them. */
#include "ops/args.h"
#include "ops/cursor.h"
#include "ops/registry.h"
#include "ops/understand_kpi.h"

#include <string.h>

static const ptl_day day_first = -25567, day_last = 47482; /* 1900 and 2100 */

/* --- pages of a run's rows -------------------------------------------------------------------- */

/* How a list is written: its columns, one row, what a row is known by, and whose it is. */
typedef struct listing {
    const char *name;
    const ptl_reply_column *columns;
    size_t n_columns;
    void (*put)(const ptl_call *call, const ptl_kpi_result *r, int64_t row);
    int8_t key[4], n_key, run; /* columns of the result */
} listing;

static int64_t id_of(const listing *l, const ptl_kpi_result *r, int64_t row)
{
    int64_t numbers[4];
    ptl_text texts[4];
    for (int k = 0; k < l->n_key; k++) {
        const ptl_column *column = r->columns[l->key[k]];
        if (column->type == PTL_TYPE_TEXT) {
            texts[k] = ptl_column_text(column, row);
        } else {
            numbers[k] = ptl_column_int(column, row);
            texts[k] = (ptl_text){(const char *)&numbers[k], sizeof numbers[k]};
        }
    }
    return ptl_cursor_id(texts, l->n_key);
}

/* Some rows are of another run (what a model says beside them): the list's own is most rows'. */
static int64_t run_of(const listing *l, const ptl_kpi_result *r)
{
    const ptl_column *run = r->columns[l->run];
    int64_t best = 0, n_best = 0;
    for (int64_t i = 0; i < r->table.n_rows; i++) {
        if (ptl_column_int(run, i) == best)
            n_best++;
        else if (n_best == 0)
            best = ptl_column_int(run, i), n_best = 1;
        else
            n_best--;
    }
    return best;
}

static ptl_status put_page(const ptl_call *call, const listing *l, const ptl_run_page *page,
                           const ptl_kpi_result *r, ptl_error *err)
{
    const int64_t n = r->table.n_rows;
    int64_t begin, n_page;
    PTL_TRY(ptl_run_page_find(&begin, &n_page, page, n ? id_of(l, r, 0) : 0, n, err));
    ptl_reply_table(call->reply, l->name, "", l->columns, (int64_t)l->n_columns);
    for (int64_t i = begin; i < begin + n_page; i++) l->put(call, r, i);
    ptl_reply_table_end(call->reply);
    const int64_t run = page->n_given > 0 ? page->run : run_of(l, r);
    const int64_t last = n_page > 0 ? id_of(l, r, begin + n_page - 1) : 0;
    return ptl_run_page_put(call, page, run, begin, n_page, n, last, err);
}

/* --- kpi.list --------------------------------------------------------------------------------- */

enum {
    K_NAME,
    K_GRAIN,
    K_FROM,
    K_TO,
    K_MEMBER,
    K_VALUE,
    K_EXACT,
    K_TARGET,
    K_PLAN,
    K_PREVIOUS,
    K_YEAR_AGO,
    K_LOW,
    K_HIGH,
    K_UNIT,
    K_KIND,
    K_GRADE,
    K_VERDICT,
    K_RUN,
    K_DIMENSION
};
static const ptl_column_spec kpi_specs[] = {
    {"name", PTL_TYPE_TEXT},       {"grain", PTL_TYPE_TEXT},      {"period_start", PTL_TYPE_DAY},
    {"period_end", PTL_TYPE_DAY},  {"member", PTL_TYPE_TEXT},     {"value", PTL_TYPE_DOUBLE},
    {"exact", PTL_TYPE_INT},       {"target", PTL_TYPE_DOUBLE},   {"plan", PTL_TYPE_DOUBLE},
    {"previous", PTL_TYPE_DOUBLE}, {"year_ago", PTL_TYPE_DOUBLE}, {"low", PTL_TYPE_DOUBLE},
    {"high", PTL_TYPE_DOUBLE},     {"unit", PTL_TYPE_TEXT},       {"kind", PTL_TYPE_TEXT},
    {"grade", PTL_TYPE_TEXT},      {"verdict", PTL_TYPE_TEXT},    {"run_id", PTL_TYPE_INT},
    {"dimension", PTL_TYPE_TEXT}};

static const ptl_reply_column kpi_columns[] = {{"name", "KPI", PTL_HOLDS_TEXT},
                                               {"grain", "", PTL_HOLDS_TEXT},
                                               {"from", "From", PTL_HOLDS_DAY},
                                               {"to", "To", PTL_HOLDS_DAY},
                                               {"dimension", "", PTL_HOLDS_TEXT},
                                               {"member", "Of", PTL_HOLDS_TEXT},
                                               {"value", "Value", PTL_HOLDS_FIGURE},
                                               {"target", "Target", PTL_HOLDS_NUMBER},
                                               {"plan", "Plan", PTL_HOLDS_NUMBER},
                                               {"previous", "Before", PTL_HOLDS_NUMBER},
                                               {"year_ago", "A year ago", PTL_HOLDS_NUMBER},
                                               {"low", "", PTL_HOLDS_NUMBER},
                                               {"high", "", PTL_HOLDS_NUMBER},
                                               {"unit", "Unit", PTL_HOLDS_TEXT},
                                               {"kind", "", PTL_HOLDS_TEXT},
                                               {"grade", "Grade", PTL_HOLDS_TEXT},
                                               {"verdict", "Verdict", PTL_HOLDS_TEXT},
                                               {"run", "", PTL_HOLDS_ID}};

static void put_kpi(const ptl_call *call, const ptl_kpi_result *r, int64_t i)
{
    const bool is_split = ptl_column_text(r->columns[K_DIMENSION], i).len > 0;
    const ptl_column *const *c = r->columns;
    const ptl_text unit = ptl_column_text(c[K_UNIT], i);
    const bool is_money = ptl_text_equal(unit, ptl_text_of(call->workspace->currency));
    ptl_kpi_put_text(call, c[K_NAME], i);
    ptl_kpi_put_text(call, c[K_GRAIN], i);
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[K_FROM], i));
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[K_TO], i));
    ptl_kpi_put_text(call, c[K_DIMENSION], i);
    if (is_split && ptl_column_text(c[K_MEMBER], i).len == 0)
        ptl_reply_cell_text(call->reply, "not recorded");
    else
        ptl_kpi_put_text(call, c[K_MEMBER], i);
    if (!ptl_column_present(c[K_EXACT], i))
        ptl_reply_cell_double(call->reply, ptl_column_double(c[K_VALUE], i));
    else if (is_money)
        ptl_kpi_put_micros(call, c[K_EXACT], i);
    else
        ptl_kpi_put_int(call, c[K_EXACT], i);
    for (int k = K_TARGET; k <= K_HIGH; k++)
        ptl_reply_cell_double(call->reply, ptl_column_double(c[k], i));
    for (int k = K_UNIT; k <= K_VERDICT; k++) ptl_kpi_put_text(call, c[k], i);
    ptl_reply_cell_id(call->reply, ptl_column_int(c[K_RUN], i));
}

static ptl_status kpi_list(ptl_call *call, ptl_error *err)
{
    static const listing l = {.name = "kpis",
                              .columns = kpi_columns,
                              .n_columns = sizeof kpi_columns / sizeof *kpi_columns,
                              .put = put_kpi,
                              .key = {K_NAME, K_GRAIN, K_FROM, K_MEMBER},
                              .n_key = 4,
                              .run = K_RUN};
    ptl_run_page page;
    PTL_TRY(ptl_run_page_read(&page, call, err));
    const char *by = ptl_kpi_arg(call, "by");
    const bool by_cohort = strcmp(by, "cohort") == 0;
    if (by_cohort) by = "";
    const ptl_value params[] = {ptl_value_int(page.run),
                                ptl_value_string(ptl_kpi_arg(call, "name")),
                                ptl_value_string(by_cohort ? "cohort" : ptl_kpi_arg(call, "grain")),
                                ptl_value_string(by),
                                ptl_value_string(ptl_kpi_arg(call, "member")),
                                ptl_kpi_arg_day(call, "from", day_first),
                                ptl_kpi_arg_day(call, "to", day_last),
                                ptl_value_int(page.n_wanted),
                                ptl_value_int(page.first)};
    ptl_kpi_result r;
    PTL_TRY(ptl_kpi_query(&r, call, "kpi/list", params, 9, kpi_specs,
                          sizeof kpi_specs / sizeof *kpi_specs, err));
    const ptl_status st = put_page(call, &l, &page, &r, err);
    ptl_table_dispose(&r.table);
    return st;
}

#define LIMIT_PARAM(n)                                                                             \
    {                                                                                              \
        .name = "limit", .type = PTL_PARAM_INT, .unit = "rows", .defaults = n, .min = 1,           \
        .max = 10000000, .about = "Rows shown at most."                                            \
    }

static const ptl_param kpi_params[] = {
    {.name = "name",
     .type = PTL_PARAM_TEXT,
     .positional = true,
     .about = "Only this KPI, as cac.fully_loaded; metric list names them all."},
    {.name = "grain",
     .type = PTL_PARAM_ENUM,
     .choices = "day|week|month|quarter|year|kpi|all",
     .about = "Only this grain; quarters and years are fiscal, kpi is the primary KPI's period."},
    {.name = "by",
     .type = PTL_PARAM_ENUM,
     .choices = "channel|campaign|geo|segment|vertical|reason|brand|step|cohort",
     .about =
         "Split by this; without it the company. A cohort is the month in which customers were "
         "won."},
    {.name = "member",
     .type = PTL_PARAM_TEXT,
     .about = "Only this channel, campaign, place …; \"not recorded\" is what names none."},
    {.name = "from", .type = PTL_PARAM_DAY, .about = "Only periods that end then or later."},
    {.name = "to", .type = PTL_PARAM_DAY, .about = "Only periods that begin then or earlier."},
    PTL_KPI_PARAM_RUN,
    LIMIT_PARAM("200"),
    PTL_PARAM_CURSOR};

const ptl_op ptl_op_kpi_list = {
    .name = "kpi.list",
    .alias = "kpis",
    .summary = "list KPIs against target, the period before and a year ago",
    .about =
        "KPIs are counted by the review from money, contracts, leads and deals: sums are exact,"
        " ratios are made from them and are missing where nothing stands below the line. A "
        "period the facts do not cover to its end is partial. Targets are shared out by days "
        "for sums. A year ago are the same weekdays, 364 days earlier. Plans stand beside "
        "targets where rows of kind plan are there. Split by channel, campaign, geo, segment or"
        " vertical, what names none has a line of its own, \"not recorded\", so that sums add "
        "up to the company's. What a channel or campaign is said to have brought is what was "
        "recorded: credit of grade E, not effect. By channel, miroas stands beside it: what one"
        " more euro would bring by the newest mix model, none where there is none.",
    .params = kpi_params,
    .n_params = sizeof kpi_params / sizeof *kpi_params,
    .result = "kpis: list(name, grain, from day, to day, dimension, member, value int or "
              "number or money, target number, plan number, previous number, year_ago "
              "number, low number, high number, unit, kind, grade, verdict, run int) — in "
              "their order\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan kpi list --grain quarter --limit 5",
    .run = kpi_list};

/* --- cohort.list ------------------------------------------------------------------------------ */

enum {
    C_FROM,
    C_MEMBER,
    C_CUSTOMERS,
    C_ACTIVE,
    C_ORDERS,
    C_REVENUE,
    C_CM1,
    C_RETENTION,
    C_LTV,
    C_TO_CAC,
    C_PAYBACK,
    C_VERDICT,
    C_RUN
};
static const ptl_column_spec cohort_specs[] = {{"period_start", PTL_TYPE_DAY},
                                               {"member", PTL_TYPE_TEXT},
                                               {"customers", PTL_TYPE_INT},
                                               {"active", PTL_TYPE_INT},
                                               {"orders", PTL_TYPE_INT},
                                               {"revenue_micros", PTL_TYPE_INT},
                                               {"cm1_micros", PTL_TYPE_INT},
                                               {"retention", PTL_TYPE_DOUBLE},
                                               {"ltv", PTL_TYPE_DOUBLE},
                                               {"ltv_to_cac", PTL_TYPE_DOUBLE},
                                               {"payback_months", PTL_TYPE_DOUBLE},
                                               {"verdict", PTL_TYPE_TEXT},
                                               {"run_id", PTL_TYPE_INT}};
static const ptl_reply_column cohort_columns[] = {{"won", "Won in", PTL_HOLDS_DAY},
                                                  {"member", "Of", PTL_HOLDS_TEXT},
                                                  {"customers", "Customers", PTL_HOLDS_INT},
                                                  {"active", "Active", PTL_HOLDS_INT},
                                                  {"orders", "Orders", PTL_HOLDS_INT},
                                                  {"revenue", "Revenue", PTL_HOLDS_MONEY},
                                                  {"cm1", "CM1", PTL_HOLDS_MONEY},
                                                  {"retention", "Active", PTL_HOLDS_NUMBER},
                                                  {"ltv", "LTV", PTL_HOLDS_NUMBER},
                                                  {"ltv_to_cac", "LTV:CAC", PTL_HOLDS_NUMBER},
                                                  {"payback_months", "Payback", PTL_HOLDS_NUMBER},
                                                  {"verdict", "Verdict", PTL_HOLDS_TEXT},
                                                  {"run", "", PTL_HOLDS_ID}};

static void put_cohort(const ptl_call *call, const ptl_kpi_result *r, int64_t i)
{
    const ptl_column *const *c = r->columns;
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[C_FROM], i));
    ptl_kpi_put_text(call, c[C_MEMBER], i);
    for (int k = C_CUSTOMERS; k <= C_ORDERS; k++) ptl_kpi_put_int(call, c[k], i);
    ptl_kpi_put_micros(call, c[C_REVENUE], i);
    ptl_kpi_put_micros(call, c[C_CM1], i);
    for (int k = C_RETENTION; k <= C_PAYBACK; k++)
        ptl_reply_cell_double(call->reply, ptl_column_double(c[k], i));
    ptl_kpi_put_text(call, c[C_VERDICT], i);
    ptl_reply_cell_id(call->reply, ptl_column_int(c[C_RUN], i));
}

static ptl_status list_months(ptl_call *call, ptl_error *err)
{
    const char *by = ptl_kpi_arg(call, "by");
    const char *dimension = strcmp(by, "channel_age") == 0   ? "channel/age"
                            : strcmp(by, "product_age") == 0 ? "product/age"
                                                             : by;
    static const listing l = {.name = "cohorts",
                              .columns = cohort_columns,
                              .n_columns = sizeof cohort_columns / sizeof *cohort_columns,
                              .put = put_cohort,
                              .key = {C_FROM, C_MEMBER},
                              .n_key = 2,
                              .run = C_RUN};
    ptl_run_page page;
    PTL_TRY(ptl_run_page_read(&page, call, err));
    const ptl_value params[] = {ptl_value_int(page.run),
                                ptl_value_string(dimension),
                                ptl_value_string(ptl_kpi_arg(call, "member")),
                                ptl_kpi_arg_day(call, "from", day_first),
                                ptl_kpi_arg_day(call, "to", day_last),
                                ptl_value_int(page.n_wanted),
                                ptl_value_int(page.first)};
    ptl_kpi_result r;
    PTL_TRY(ptl_kpi_query(&r, call, "kpi/cohorts", params, 7, cohort_specs,
                          sizeof cohort_specs / sizeof *cohort_specs, err));
    const ptl_status st = put_page(call, &l, &page, &r, err);
    ptl_table_dispose(&r.table);
    return st;
}

static const ptl_column_spec week_specs[] = {
    {"cohort_start", PTL_TYPE_DAY},     {"channel", PTL_TYPE_TEXT},
    {"age_weeks", PTL_TYPE_INT},        {"customers", PTL_TYPE_INT},
    {"active_customers", PTL_TYPE_INT}, {"orders", PTL_TYPE_INT},
    {"revenue_micros", PTL_TYPE_INT},   {"variable_cost_micros", PTL_TYPE_INT},
    {"mature", PTL_TYPE_BOOL},          {"run_id", PTL_TYPE_INT}};
static const ptl_reply_column week_columns[] = {
    {"won", "Week won", PTL_HOLDS_DAY},      {"member", "Of", PTL_HOLDS_TEXT},
    {"age", "Age", PTL_HOLDS_INT},           {"customers", "Customers", PTL_HOLDS_INT},
    {"active", "Active", PTL_HOLDS_INT},     {"orders", "Orders", PTL_HOLDS_INT},
    {"revenue", "Revenue", PTL_HOLDS_MONEY}, {"variable_cost", "Variable cost", PTL_HOLDS_MONEY},
    {"verdict", "Verdict", PTL_HOLDS_TEXT},  {"run", "", PTL_HOLDS_ID}};

static void put_week(const ptl_call *call, const ptl_kpi_result *r, int64_t i)
{
    const ptl_column *const *c = r->columns;
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[0], i));
    ptl_kpi_put_text(call, c[1], i);
    for (int k = 2; k <= 5; k++) ptl_kpi_put_int(call, c[k], i);
    ptl_kpi_put_micros(call, c[6], i);
    ptl_kpi_put_micros(call, c[7], i);
    ptl_reply_cell_text(call->reply, ptl_column_int(c[8], i) ? "counted" : "partial");
    ptl_reply_cell_id(call->reply, ptl_column_int(c[9], i));
}

static ptl_status list_weeks(ptl_call *call, ptl_error *err)
{
    static const listing l = {.name = "cohorts",
                              .columns = week_columns,
                              .n_columns = sizeof week_columns / sizeof *week_columns,
                              .put = put_week,
                              .key = {0, 1, 2},
                              .n_key = 3,
                              .run = 9};
    ptl_run_page page;
    PTL_TRY(ptl_run_page_read(&page, call, err));
    const ptl_value params[] = {ptl_value_int(page.run),
                                ptl_value_string(ptl_kpi_arg(call, "member")),
                                ptl_kpi_arg_day(call, "from", day_first),
                                ptl_kpi_arg_day(call, "to", day_last),
                                ptl_value_int(page.n_wanted),
                                ptl_value_int(page.first)};
    ptl_kpi_result r;
    PTL_TRY(ptl_kpi_query(&r, call, "kpi/cohort_weeks", params, 6, week_specs,
                          sizeof week_specs / sizeof *week_specs, err));
    const ptl_status st = put_page(call, &l, &page, &r, err);
    ptl_table_dispose(&r.table);
    return st;
}

static ptl_status cohort_list(ptl_call *call, ptl_error *err)
{
    const bool by_week = strcmp(ptl_args_text(call->args, "period"), "week") == 0;
    if (by_week && ptl_kpi_arg(call, "by")[0])
        return ptl_fail(err, PTL_E_INVALID,
                        "parameter \"by\": cohorts by week are split by channel alone, through "
                        "\"member\"");
    return by_week ? list_weeks(call, err) : list_months(call, err);
}

static const ptl_param cohort_params[] = {
    {.name = "period",
     .type = PTL_PARAM_ENUM,
     .defaults = "month",
     .choices = "month|week",
     .about = "Customers won in a month, or in a week with every week of life."},
    {.name = "by",
     .type = PTL_PARAM_ENUM,
     .choices = "channel|product|age|channel_age|product_age",
     .about = "Split months by channel, by first product, by month of life, or by both."},
    {.name = "member",
     .type = PTL_PARAM_TEXT,
     .about = "Only this channel or product, or this month of life, as 003; of both a channel or "
              "product with all its months of life."},
    {.name = "from", .type = PTL_PARAM_DAY, .about = "Only customers won in periods from then on."},
    {.name = "to", .type = PTL_PARAM_DAY, .about = "Only customers won in periods until then."},
    PTL_KPI_PARAM_RUN,
    LIMIT_PARAM("200"),
    PTL_PARAM_CURSOR};

const ptl_op ptl_op_cohort_list = {
    .name = "cohort.list",
    .summary = "list cohorts: customers, revenue, observed LTV and payback by when they were won",
    .about =
        "A customer is won on the day of a first order, by the customer number that the order "
        "records. Observed LTV is CM1 a customer over at most 24 months, at 10 % a year. "
        "LTV:CAC sets it against what the same month's customers cost, fully loaded; of a channel "
        "against its own media. Payback is the month of life, 0 the first, in which CM1 has come "
        "to that cost. Cohorts younger than the horizon are immature: what they are worth still "
        "grows.",
    .params = cohort_params,
    .n_params = sizeof cohort_params / sizeof *cohort_params,
    .result = "cohorts: list(won day, member, customers int, active int, orders int, revenue "
              "money, cm1 money, retention number, ltv number, ltv_to_cac number, "
              "payback_months number, verdict, run int) or list(won day, member, age int, "
              "customers int, active int, orders int, revenue money, variable_cost money, "
              "verdict, run int) — by month, or by week\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan cohort list --limit 6",
    .run = cohort_list};
