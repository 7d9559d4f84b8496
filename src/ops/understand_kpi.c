/* understand_kpi.c: KPIs, cohorts and the funnel, as the newest review counted them. */
#include "ops/args.h"
#include "ops/registry.h"

#include <stdio.h>
#include <string.h>

static const char *text_or_empty(const ptl_call *call, const char *name)
{
    const char *text = ptl_args_text(call->args, name);
    return text ? text : "";
}

static ptl_value day_or(const ptl_call *call, const char *name, ptl_day other)
{
    return ptl_value_day(ptl_args_given(call->args, name) ? ptl_args_day(call->args, name) : other);
}

static const ptl_day day_first = -25567, day_last = 47482; /* 1900 and 2100 */

/* --- columns of a result, and cells made of them -----------------------------------------------
 */

typedef struct result {
    ptl_table table;
    const ptl_column *columns[32];
} result;

static ptl_status bind(result *r, const ptl_column_spec *specs, size_t n, ptl_error *err)
{
    for (size_t i = 0; i < n; i++)
        PTL_TRY(ptl_table_column(&r->columns[i], &r->table, specs[i].name, specs[i].type, err));
    return PTL_OK;
}

static void cell_text(const ptl_call *call, const ptl_column *column, int64_t row)
{
    char cell[512];
    const ptl_text t = ptl_column_text(column, row);
    (void)snprintf(cell, sizeof cell, "%.*s", (int)t.len, t.ptr);
    ptl_reply_cell_text(call->reply, cell);
}

static void cell_int(const ptl_call *call, const ptl_column *column, int64_t row)
{
    if (ptl_column_present(column, row))
        ptl_reply_cell_int(call->reply, ptl_column_int(column, row));
    else
        ptl_reply_cell_text(call->reply, NULL);
}

static void cell_micros(const ptl_call *call, const ptl_column *column, int64_t row)
{
    if (ptl_column_present(column, row))
        ptl_reply_cell_micros(call->reply, ptl_column_int(column, row), call->workspace->currency);
    else
        ptl_reply_cell_text(call->reply, NULL);
}

static ptl_status query(result *r, const ptl_call *call, const char *name, const ptl_value *params,
                        int64_t n_params, const ptl_column_spec *specs, size_t n_specs,
                        ptl_error *err)
{
    *r = (result){0};
    PTL_TRY(ptl_warehouse_query(&r->table, call->store->warehouse, name, params, n_params, 0, err));
    const ptl_status st = bind(r, specs, n_specs, err);
    if (st == PTL_OK && r->table.n_rows == 0) {
        ptl_reply_say(call->reply, "Nothing matches.");
        ptl_reply_next(call->reply, "portolan review");
    }
    if (st != PTL_OK) ptl_table_dispose(&r->table);
    return st;
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
    K_RUN
};
static const ptl_column_spec kpi_specs[] = {
    {"name", PTL_TYPE_TEXT},       {"grain", PTL_TYPE_TEXT},      {"period_start", PTL_TYPE_DAY},
    {"period_end", PTL_TYPE_DAY},  {"member", PTL_TYPE_TEXT},     {"value", PTL_TYPE_DOUBLE},
    {"exact", PTL_TYPE_INT},       {"target", PTL_TYPE_DOUBLE},   {"plan", PTL_TYPE_DOUBLE},
    {"previous", PTL_TYPE_DOUBLE}, {"year_ago", PTL_TYPE_DOUBLE}, {"low", PTL_TYPE_DOUBLE},
    {"high", PTL_TYPE_DOUBLE},     {"unit", PTL_TYPE_TEXT},       {"kind", PTL_TYPE_TEXT},
    {"grade", PTL_TYPE_TEXT},      {"verdict", PTL_TYPE_TEXT},    {"run_id", PTL_TYPE_INT}};

static const ptl_reply_column kpi_columns[] = {{"name", "KPI", false},
                                               {"grain", "", false},
                                               {"from", "From", false},
                                               {"to", "To", false},
                                               {"member", "Of", false},
                                               {"value", "Value", true},
                                               {"target", "Target", true},
                                               {"plan", "Plan", true},
                                               {"previous", "Before", true},
                                               {"year_ago", "A year ago", true},
                                               {"low", "", true},
                                               {"high", "", true},
                                               {"unit", "Unit", false},
                                               {"kind", "", false},
                                               {"grade", "Grade", false},
                                               {"verdict", "Verdict", false},
                                               {"run", "", true}};

static void put_kpi(const ptl_call *call, const result *r, int64_t i, bool is_split)
{
    const ptl_column *const *c = r->columns;
    const ptl_text unit = ptl_column_text(c[K_UNIT], i);
    const bool is_money = ptl_text_equal(unit, ptl_text_of(call->workspace->currency));
    cell_text(call, c[K_NAME], i);
    cell_text(call, c[K_GRAIN], i);
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[K_FROM], i));
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[K_TO], i));
    if (is_split && ptl_column_text(c[K_MEMBER], i).len == 0)
        ptl_reply_cell_text(call->reply, "not recorded");
    else
        cell_text(call, c[K_MEMBER], i);
    if (!ptl_column_present(c[K_EXACT], i))
        ptl_reply_cell_double(call->reply, ptl_column_double(c[K_VALUE], i));
    else if (is_money)
        cell_micros(call, c[K_EXACT], i);
    else
        cell_int(call, c[K_EXACT], i);
    for (int k = K_TARGET; k <= K_HIGH; k++)
        ptl_reply_cell_double(call->reply, ptl_column_double(c[k], i));
    for (int k = K_UNIT; k <= K_VERDICT; k++) cell_text(call, c[k], i);
    ptl_reply_cell_id(call->reply, ptl_column_int(c[K_RUN], i));
}

static ptl_status kpi_list(ptl_call *call, ptl_error *err)
{
    const char *by = text_or_empty(call, "by");
    const bool by_cohort = strcmp(by, "cohort") == 0;
    if (by_cohort) by = "";
    const ptl_value params[] = {
        ptl_value_int(ptl_args_int(call->args, "run")),
        ptl_value_string(text_or_empty(call, "name")),
        ptl_value_string(by_cohort ? "cohort" : text_or_empty(call, "grain")),
        ptl_value_string(by),
        ptl_value_string(text_or_empty(call, "member")),
        day_or(call, "from", day_first),
        day_or(call, "to", day_last),
        ptl_value_int(ptl_args_int(call->args, "limit"))};
    result r;
    PTL_TRY(query(&r, call, "kpi/list", params, 8, kpi_specs, sizeof kpi_specs / sizeof *kpi_specs,
                  err));
    ptl_reply_table(call->reply, "kpis", "", kpi_columns, sizeof kpi_columns / sizeof *kpi_columns);
    for (int64_t i = 0; i < r.table.n_rows; i++) put_kpi(call, &r, i, by[0] != 0);
    ptl_reply_table_end(call->reply);
    ptl_table_dispose(&r.table);
    return PTL_OK;
}

#define RUN_PARAM                                                                                  \
    {                                                                                              \
        .name = "run", .type = PTL_PARAM_INT, .defaults = "0", .min = 0, .max = 9e15,              \
        .about = "The review that counted them; 0 is the newest."                                  \
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
    RUN_PARAM,
    LIMIT_PARAM("200")};

const ptl_op ptl_op_kpi_list = {
    .name = "kpi.list",
    .alias = "kpis",
    .summary = "list KPIs against target, the period before and a year ago",
    .about =
        "KPIs are counted by the review from money, contracts, leads and deals: sums are exact, "
        "ratios are made from them and are missing where nothing stands below the line. A period "
        "the facts do not cover to its end is partial. Targets are shared out by days for sums. A "
        "year ago are the same weekdays, 364 days earlier. Plans stand beside targets where rows "
        "of "
        "kind plan are there. Split by channel, campaign, geo, segment or vertical, what names "
        "none "
        "has a line of its own, \"not recorded\", so that sums add up to the company's. What a "
        "channel or campaign is said to have brought is what was recorded: credit of grade E, not "
        "effect. By channel, miroas stands beside it: what one more euro would bring by the newest "
        "mix model, none where there is none.",
    .params = kpi_params,
    .n_params = sizeof kpi_params / sizeof *kpi_params,
    .result =
        "kpis: list — name, grain, from, to, member, value, target, plan, previous, year_ago, low, "
        "high, unit, kind, grade, verdict, run",
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
static const ptl_reply_column cohort_columns[] = {{"won", "Won in", false},
                                                  {"member", "Of", false},
                                                  {"customers", "Customers", true},
                                                  {"active", "Active", true},
                                                  {"orders", "Orders", true},
                                                  {"revenue", "Revenue", true},
                                                  {"cm1", "CM1", true},
                                                  {"retention", "Active", true},
                                                  {"ltv", "LTV", true},
                                                  {"ltv_to_cac", "LTV:CAC", true},
                                                  {"payback_months", "Payback", true},
                                                  {"verdict", "Verdict", false},
                                                  {"run", "", true}};

static void put_cohort(const ptl_call *call, const result *r, int64_t i)
{
    const ptl_column *const *c = r->columns;
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[C_FROM], i));
    cell_text(call, c[C_MEMBER], i);
    for (int k = C_CUSTOMERS; k <= C_ORDERS; k++) cell_int(call, c[k], i);
    cell_micros(call, c[C_REVENUE], i);
    cell_micros(call, c[C_CM1], i);
    for (int k = C_RETENTION; k <= C_PAYBACK; k++)
        ptl_reply_cell_double(call->reply, ptl_column_double(c[k], i));
    cell_text(call, c[C_VERDICT], i);
    ptl_reply_cell_id(call->reply, ptl_column_int(c[C_RUN], i));
}

static ptl_status list_months(ptl_call *call, ptl_error *err)
{
    const char *by = text_or_empty(call, "by");
    const char *dimension = strcmp(by, "channel_age") == 0   ? "channel/age"
                            : strcmp(by, "product_age") == 0 ? "product/age"
                                                             : by;
    const ptl_value params[] = {ptl_value_int(ptl_args_int(call->args, "run")),
                                ptl_value_string(dimension),
                                ptl_value_string(text_or_empty(call, "member")),
                                day_or(call, "from", day_first),
                                day_or(call, "to", day_last),
                                ptl_value_int(ptl_args_int(call->args, "limit"))};
    result r;
    PTL_TRY(query(&r, call, "kpi/cohorts", params, 6, cohort_specs,
                  sizeof cohort_specs / sizeof *cohort_specs, err));
    ptl_reply_table(call->reply, "cohorts", "", cohort_columns,
                    sizeof cohort_columns / sizeof *cohort_columns);
    for (int64_t i = 0; i < r.table.n_rows; i++) put_cohort(call, &r, i);
    ptl_reply_table_end(call->reply);
    ptl_table_dispose(&r.table);
    return PTL_OK;
}

static const ptl_column_spec week_specs[] = {
    {"cohort_start", PTL_TYPE_DAY},     {"channel", PTL_TYPE_TEXT},
    {"age_weeks", PTL_TYPE_INT},        {"customers", PTL_TYPE_INT},
    {"active_customers", PTL_TYPE_INT}, {"orders", PTL_TYPE_INT},
    {"revenue_micros", PTL_TYPE_INT},   {"variable_cost_micros", PTL_TYPE_INT},
    {"mature", PTL_TYPE_BOOL},          {"run_id", PTL_TYPE_INT}};
static const ptl_reply_column week_columns[] = {
    {"won", "Week won", false},    {"member", "Of", false},
    {"age", "Age", true},          {"customers", "Customers", true},
    {"active", "Active", true},    {"orders", "Orders", true},
    {"revenue", "Revenue", true},  {"variable_cost", "Variable cost", true},
    {"verdict", "Verdict", false}, {"run", "", true}};

static ptl_status list_weeks(ptl_call *call, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_int(ptl_args_int(call->args, "run")),
                                ptl_value_string(text_or_empty(call, "member")),
                                day_or(call, "from", day_first), day_or(call, "to", day_last),
                                ptl_value_int(ptl_args_int(call->args, "limit"))};
    result r;
    PTL_TRY(query(&r, call, "kpi/cohort_weeks", params, 5, week_specs,
                  sizeof week_specs / sizeof *week_specs, err));
    ptl_reply_table(call->reply, "cohorts", "", week_columns,
                    sizeof week_columns / sizeof *week_columns);
    for (int64_t i = 0; i < r.table.n_rows; i++) {
        const ptl_column *const *c = r.columns;
        ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[0], i));
        cell_text(call, c[1], i);
        for (int k = 2; k <= 5; k++) cell_int(call, c[k], i);
        cell_micros(call, c[6], i);
        cell_micros(call, c[7], i);
        ptl_reply_cell_text(call->reply, ptl_column_int(c[8], i) ? "counted" : "partial");
        ptl_reply_cell_id(call->reply, ptl_column_int(c[9], i));
    }
    ptl_reply_table_end(call->reply);
    ptl_table_dispose(&r.table);
    return PTL_OK;
}

static ptl_status cohort_list(ptl_call *call, ptl_error *err)
{
    const bool by_week = strcmp(ptl_args_text(call->args, "period"), "week") == 0;
    if (by_week && text_or_empty(call, "by")[0])
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
    RUN_PARAM,
    LIMIT_PARAM("200")};

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
    .result = "cohorts: list — won, member, customers, active, orders, revenue, cm1, retention, "
              "ltv_to_cac, payback_months, verdict, run; by week: won, member, age, customers, "
              "active, orders, revenue, variable_cost, verdict, run",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan cohort list --limit 6",
    .run = cohort_list};

/* --- funnel.show ------------------------------------------------------------------------------ */

static const ptl_column_spec funnel_specs[] = {
    {"period_start", PTL_TYPE_DAY}, {"period_end", PTL_TYPE_DAY},    {"member", PTL_TYPE_TEXT},
    {"entered", PTL_TYPE_INT},      {"passed", PTL_TYPE_INT},        {"lost", PTL_TYPE_INT},
    {"waiting", PTL_TYPE_INT},      {"conversion", PTL_TYPE_DOUBLE}, {"leak", PTL_TYPE_DOUBLE},
    {"run_id", PTL_TYPE_INT}};
static const ptl_reply_column funnel_columns[] = {
    {"from", "From", false},      {"to", "To", false},
    {"step", "Step", false},      {"entered", "Entered", true},
    {"passed", "Passed", true},   {"lost", "Lost", true},
    {"waiting", "Waiting", true}, {"conversion", "Passed of known", true},
    {"leak", "Leak", true},       {"run", "", true}};

/* Steps in the order in which they are passed; the query gives them by name. */
static int64_t step_of(const result *r, int64_t row)
{
    static const char *const steps[] = {"lead", "mql", "opportunity"};
    const ptl_text member = ptl_column_text(r->columns[2], row);
    for (int64_t s = 0; s < 3; s++) {
        const size_t n = strlen(steps[s]);
        if (member.len >= n && memcmp(member.ptr + member.len - n, steps[s], n) == 0) return s;
    }
    return 3;
}

static void put_step(const ptl_call *call, const result *r, int64_t i)
{
    const ptl_column *const *c = r->columns;
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[0], i));
    ptl_reply_cell_day(call->reply, (ptl_day)ptl_column_int(c[1], i));
    cell_text(call, c[2], i);
    for (int k = 3; k <= 6; k++) cell_int(call, c[k], i);
    ptl_reply_cell_double(call->reply, ptl_column_double(c[7], i));
    ptl_reply_cell_double(call->reply, ptl_column_double(c[8], i));
    ptl_reply_cell_id(call->reply, ptl_column_int(c[9], i));
}

/* What the funnel is asked of: the parameter that is given, of these; the company without one. */
static const char *asked_of(const char **member, const ptl_call *call, ptl_error *err)
{
    static const char *const dimensions[] = {"channel", "campaign", "geo", "vertical"};
    const char *of = "";
    *member = "";
    for (size_t i = 0; i < sizeof dimensions / sizeof *dimensions; i++) {
        if (!ptl_args_given(call->args, dimensions[i])) continue;
        if (of[0]) {
            (void)ptl_fail(err, PTL_E_INVALID,
                           "a funnel is of one %s or of one %s, not of both at once", of,
                           dimensions[i]);
            return NULL;
        }
        of = dimensions[i];
        *member = text_or_empty(call, of);
    }
    if (strcmp(*member, "not recorded") == 0) *member = "";
    return of;
}

static ptl_status funnel_show(ptl_call *call, ptl_error *err)
{
    const char *member, *of = asked_of(&member, call, err);
    if (!of) return PTL_E_INVALID;
    const ptl_value params[] = {ptl_value_int(ptl_args_int(call->args, "run")),
                                ptl_value_string(text_or_empty(call, "grain")),
                                ptl_value_string(of), ptl_value_string(member)};
    result r;
    PTL_TRY(query(&r, call, "kpi/funnel", params, 4, funnel_specs,
                  sizeof funnel_specs / sizeof *funnel_specs, err));
    ptl_reply_table(call->reply, "steps", "", funnel_columns,
                    sizeof funnel_columns / sizeof *funnel_columns);
    for (int64_t first = 0, next; first < r.table.n_rows; first = next) {
        const int64_t period = ptl_column_int(r.columns[0], first);
        for (next = first; next < r.table.n_rows; next++)
            if (ptl_column_int(r.columns[0], next) != period) break;
        for (int64_t step = 0; step <= 3; step++)
            for (int64_t i = first; i < next; i++)
                if (step_of(&r, i) == step) put_step(call, &r, i);
    }
    ptl_reply_table_end(call->reply);
    ptl_table_dispose(&r.table);
    return PTL_OK;
}

static const ptl_param funnel_params[] = {
    {.name = "grain",
     .type = PTL_PARAM_ENUM,
     .defaults = "all",
     .choices = "month|quarter|year|kpi|all",
     .about = "Periods in which leads came and deals were opened."},
    {.name = "channel",
     .type = PTL_PARAM_TEXT,
     .about = "Only leads and deals of this channel; by year and in all. \"not recorded\" is what "
              "names none."},
    {.name = "campaign", .type = PTL_PARAM_TEXT, .about = "Only those of this campaign."},
    {.name = "geo",
     .type = PTL_PARAM_TEXT,
     .about = "Only those of this place: of deals, whose companies have one."},
    {.name = "vertical", .type = PTL_PARAM_TEXT, .about = "Only those of this vertical."},
    RUN_PARAM};

const ptl_op ptl_op_funnel_show = {
    .name = "funnel.show",
    .summary = "show the funnel, step by step, with what leaks in money",
    .about =
        "Leads are followed from the day they came, deals from the day they were opened: how many "
        "passed the step, were lost at it, or wait. The leak is what was lost times what those "
        "who passed were worth in the same period: the average deal won, times the chance of each "
        "later step. It is an average, not what could be won back.",
    .params = funnel_params,
    .n_params = sizeof funnel_params / sizeof *funnel_params,
    .result = "steps: list — from, to, step, entered, passed, lost, waiting, conversion, leak, run",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan funnel show",
    .run = funnel_show};
