/* office_sources.c: how the workspace reads what every company keeps: rates, books, marketing's own
 * costs, targets, the competitor's prices, answers to the survey. */
#include "simulate/office.h"

static const ptl_office_file files[] = {
    {"sources/rates.yaml", "about: Euro for one unit of a currency, on working days\n"
                           "table: fx_rate\n"
                           "files: [\"data/finance/fx_rates.csv\"]\n"
                           "mapping: |\n"
                           "  SELECT\n"
                           "    ptl_day(date, '%Y-%m-%d') AS day,\n"
                           "    currency,\n"
                           "    ptl_money(eur_per_unit) * 1000 AS rate_e9 -- micros to billionths\n"
                           "  FROM source\n"},
    {"sources/books.yaml",
     "about: The books by month, as the accountant sends them\n"
     "table: finance_close\n"
     "files: [\"data/finance/books.csv\"]\n"
     "mapping: |\n"
     "  SELECT\n"
     "    ptl_day(\"Month\" || '-01', '%Y-%m-%d') AS period_start,\n"
     "    last_day(ptl_day(\"Month\" || '-01', '%Y-%m-%d')) AS period_end,\n"
     "    CASE \"Account\" WHEN '8400' THEN 'revenue' WHEN '4610' THEN 'media' WHEN '4110' THEN "
     "'cost'\n"
     "      ELSE 'variable_cost' END AS book_line,\n"
     "    CASE WHEN \"Account\" IN ('3400', '4730', '4970') THEN 'account' ELSE '' END AS "
     "dimension,\n"
     "    CASE WHEN \"Account\" IN ('3400', '4730', '4970') THEN \"Line\" ELSE '' END AS member,\n"
     "    ptl_money(\"Amount\") AS amount_micros,\n"
     "    \"Currency\" AS currency,\n"
     "    'order' AS dated_by,\n"
     "    ptl_bool(\"Audited\") AS audited\n"
     "  FROM source\n"},
    {"sources/marketing_costs.yaml", "about: What marketing costs beside media, by month\n"
                                     "table: cost\n"
                                     "files: [\"data/finance/marketing_costs.csv\"]\n"
                                     "mapping: |\n"
                                     "  SELECT\n"
                                     "    ptl_day(\"From\", '%Y-%m-%d') AS period_start,\n"
                                     "    ptl_day(\"To\", '%Y-%m-%d') AS period_end,\n"
                                     "    \"Kind\" AS kind,\n"
                                     "    \"Payee\" AS payee,\n"
                                     "    ptl_money(\"Amount\") AS cost_micros,\n"
                                     "    \"Currency\" AS currency\n"
                                     "  FROM source\n"},
    {"sources/targets.yaml", "about: Targets of the year\n"
                             "table: target\n"
                             "files: [\"data/finance/targets.csv\"]\n"
                             "mapping: |\n"
                             "  SELECT\n"
                             "    scope,\n"
                             "    kpi,\n"
                             "    ptl_day(\"from\", '%Y-%m-%d') AS period_start,\n"
                             "    ptl_day(\"to\", '%Y-%m-%d') AS period_end,\n"
                             "    ptl_number(\"value\") AS value_to,\n"
                             "    currency,\n"
                             "    \"set by\" AS set_by,\n"
                             "    kind\n"
                             "  FROM source\n"},
    {"sources/competitor.yaml", "about: The competitor's prices, 100 at rest, by week\n"
                                "table: control_series\n"
                                "files: [\"data/market/competitor_index.csv\"]\n"
                                "mapping: |\n"
                                "  SELECT\n"
                                "    ptl_day(week, '%Y-%m-%d') AS day,\n"
                                "    'competitor_price' AS series,\n"
                                "    ptl_number(\"competitor price index\") AS value,\n"
                                "    'index' AS unit\n"
                                "  FROM source\n"},
    {"sources/survey.yaml", "about: \"Answers to the survey: would you recommend us\"\n"
                            "table: feedback\n"
                            "files: [\"data/survey/nps.csv*\"]\n"
                            "identifier_kind: email\n"
                            "mapping: |\n"
                            "  SELECT\n"
                            "    \"Response ID\" AS feedback_id,\n"
                            "    ptl_time(\"Submitted at\", '%Y-%m-%d %H:%M:%S %z') AS given_at,\n"
                            "    \"Email\" AS identifier,\n"
                            "    'nps' AS kind,\n"
                            "    \"Question\" AS question,\n"
                            "    ptl_number(\"Score\") AS score,\n"
                            "    \"Theme\" AS theme\n"
                            "  FROM source\n"}};

ptl_status ptl_office_write_files(ptl_export_folder *folder, const ptl_office_file *list, size_t n,
                                  ptl_error *err)
{
    for (size_t i = 0; i < n; i++)
        PTL_TRY(ptl_export_write(folder, list[i].name, ptl_text_of(list[i].text), err));
    return PTL_OK;
}

/* The sheets are the owner's; the first line of each file is what it is about. */
static ptl_status write_owned(ptl_export_folder *folder, const ptl_office_file *file,
                              const char *owner, ptl_error *err)
{
    ptl_buffer text;
    ptl_buffer_init(&text, 1 << 16, NULL);
    ptl_buffer_printf(&text, "owner: %s\n%s", owner, file->text);
    ptl_status st = ptl_buffer_check(&text, file->name, err);
    if (st == PTL_OK) st = ptl_export_write(folder, file->name, ptl_buffer_borrow(&text), err);
    ptl_buffer_dispose(&text);
    return st;
}

ptl_status ptl_office_write_sources(ptl_export_folder *folder, const char *owner, ptl_error *err)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        PTL_TRY(write_owned(folder, &files[i], owner, err));
    return PTL_OK;
}
