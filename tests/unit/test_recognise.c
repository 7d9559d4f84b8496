/* What is recognised, and above all what is not: a head that is right over values that are not, a
 * name nearly right, columns exchanged, a date or a number that reads two ways. */
#include "observe/recognise.h"

#include "base/file.h"
#include "support/expect.h"
#include "support/scratch.h"

typedef struct bench {
    scratch s;
    ptl_arena arena;
    const ptl_preset *presets;
    int64_t n;
} bench;

static int open_bench(void **state)
{
    static bench b;
    ptl_error err = {0};
    scratch_make(&b.s);
    ptl_arena_init(&b.arena, 512u << 20, NULL);
    EXPECT_OK(ptl_preset_all(&b.presets, &b.n, &b.arena, &err));
    *state = &b;
    return 0;
}

static int close_bench(void **state)
{
    bench *b = *state;
    ptl_arena_dispose(&b->arena);
    scratch_remove(&b->s);
    return 0;
}

static ptl_recognised look(bench *b, const char *name, const char *text, const ptl_answer *answers,
                           int64_t n_answers)
{
    ptl_recognised r;
    ptl_error err = {0};
    const char *path = scratch_path(&b->s, name);
    EXPECT_OK(ptl_file_write(path, ptl_text_of(text), 0600, &err));
    char *kept = ptl_text_copy(ptl_text_of(path), &b->arena, &err);
    EXPECT_OK(
        ptl_recognise_file(&r, kept, name, b->presets, b->n, answers, n_answers, &b->arena, &err));
    return r;
}

static void expect_sure(const ptl_recognised *r, const char *preset)
{
    if (!r->match.preset) fail_msg("%s: nothing fits", r->file);
    if (!r->sure || strcmp(r->match.preset->name, preset) != 0)
        fail_msg("%s: %s%s (%.2f), expected %s; %s", r->file, r->sure ? "" : "perhaps ",
                 r->match.preset->name, r->match.confidence, preset,
                 r->n_against > 0  ? r->against[0]
                 : r->n_doubts > 0 ? r->doubts[0].question
                                   : "");
}

static void expect_unsure(const ptl_recognised *r)
{
    if (r->sure) fail_msg("%s is taken as %s", r->file, r->match.preset->name);
}

static const char *column_of(const ptl_recognised *r, const char *role)
{
    return ptl_pair_find(r->parts[0].columns, r->parts[0].n_columns, ptl_text_of(role));
}

static const char *slot_of(const ptl_recognised *r, const char *slot)
{
    return ptl_pair_find(r->parts[0].slots, r->parts[0].n_slots, ptl_text_of(slot));
}

/* --- what is right ---------------------------------------------------------------------------- */

#define GOOGLE "Day,Campaign,Campaign status,Currency code,Cost,Impr.,Clicks,Conversions\n"

static void tools_are_told_by_their_heads(void **state)
{
    bench *b = *state;
    const ptl_recognised plain = look(
        b, "g.csv", GOOGLE "2026-04-20,DE | Brand,Enabled,EUR,\"1,204.50\",470,31,2.00\n", NULL, 0);
    expect_sure(&plain, "google_ads_campaigns");
    EXPECT_STR(column_of(&plain, "cost"), "Cost");
    EXPECT_STR(column_of(&plain, "impressions"), "Impr.");
    /* the tool's own lines above the head, totals below the rows */
    const ptl_recognised framed =
        look(b, "framed.csv",
             "Campaign performance\n\"April 20, 2026 - April 21, 2026\"\n" GOOGLE
             "2026-04-20,DE | Brand,Enabled,EUR,12.50,470,31,2.00\n"
             "2026-04-21,DE | Brand,Enabled,EUR,13.50,471,30,1.00\n"
             "Total: Account, --, --, --,26.00,941,61,3.00\n",
             NULL, 0);
    expect_sure(&framed, "google_ads_campaigns");
    EXPECT_INT(framed.sample.n_rows, 2);
    const ptl_recognised meta = look(
        b, "m.csv",
        "Reporting starts,Reporting ends,Campaign name,Amount spent (GBP),Impressions,Reach,Link "
        "clicks\n2026-04-20,2026-04-20,UK_1,0.61,74,52,1\n",
        NULL, 0);
    expect_sure(&meta, "meta_ads_campaigns");
    EXPECT_STR(meta.match.currency, "GBP");
    const ptl_recognised stripe =
        look(b, "s.csv",
             "id,Created date (UTC),Amount,Amount Refunded,Currency,Fee,Status,Customer Email\n"
             "ch_1,2026-04-20 04:24:17,9.90,0.00,eur,0.39,Paid,a@b.example\n",
             NULL, 0);
    expect_sure(&stripe, "stripe_payments");
}

static void other_languages_are_known(void **state)
{
    bench *b = *state;
    const ptl_recognised de =
        look(b, "de.csv",
             "Tag;Kampagne;Kampagnenstatus;Währungscode;Kosten;Impr.;Klicks;Conversions\n"
             "20.04.2026;DE | Marke;Aktiviert;EUR;1.204,50;4.470;31;2,00\n"
             "21.04.2026;DE | Marke;Aktiviert;EUR;204,50;470;3;0,00\n",
             NULL, 0);
    expect_sure(&de, "google_ads_campaigns");
    EXPECT_STR(column_of(&de, "cost"), "Kosten");
    EXPECT_STR(slot_of(&de, "day_format"), "%d.%m.%Y");
    EXPECT_STR(de.match.locale->name, "de");
    const ptl_recognised fr = look(
        b, "fr.csv",
        "Jour,Campagne,Code de devise,Coût,Impr.,Clics\n2026-04-20,Marque,EUR,\"12,50\",470,31\n",
        NULL, 0);
    expect_sure(&fr, "google_ads_campaigns");
    EXPECT_STR(column_of(&fr, "cost"), "Coût");
}

static void sheets_are_read_column_by_column(void **state)
{
    bench *b = *state;
    const ptl_recognised orders =
        look(b, "orders.csv",
             "Bestellnummer;Bestelldatum;Kundennummer;Artikel;Menge;Gesamtbetrag\n"
             "1001;28.02.2026 23:59;K7;Tee;2;1.234,50\n1002;01.03.2026 08:00;K8;Tee;1;17,25\n",
             NULL, 0);
    expect_sure(&orders, "order_lines");
    EXPECT_STR(column_of(&orders, "gross"), "Gesamtbetrag");
    EXPECT_STR(slot_of(&orders, "time_format"), "%d.%m.%Y %H:%M");
    const ptl_recognised mailed = look(
        b, "mailed.csv", "order_id,date,email,total\nA1,2026-03-04,a@b.example,19.99\n", NULL, 0);
    expect_sure(&mailed, "order_lines");
    EXPECT_STR(mailed.identifier_kind, "email");
    /* no column names the channel: the file's name does */
    const ptl_recognised spend =
        look(b, "billboards.csv", "day,cost,currency\n2026-03-04,120.00,EUR\n", NULL, 0);
    expect_sure(&spend, "media_sheet");
    EXPECT_STR(slot_of(&spend, "channel"), "billboards");
    /* a wide sheet is one source a channel */
    const ptl_recognised wide =
        look(b, "panel.csv",
             "geo,time,TV_spend,TV_impression,Radio_spend,Radio_impression,revenue,price_control\n"
             "north,2026-01-05,17.25,1200,3.5,90,1904.4,1.5\n",
             NULL, 0);
    expect_sure(&wide, "panel_media");
    EXPECT_INT(wide.n_parts, 4);
    EXPECT_STR(wide.parts[0].stem, "tv");
    EXPECT_STR(
        ptl_pair_find(wide.parts[1].columns, wide.parts[1].n_columns, PTL_TEXT("impressions")),
        "Radio_impression");
}

/* --- what is not ------------------------------------------------------------------------------ */

static void a_head_is_not_enough(void **state)
{
    bench *b = *state;
    /* cost and day exchanged */
    ptl_recognised r =
        look(b, "x1.csv", GOOGLE "12.50,DE,Enabled,EUR,2026-04-20,470,31,2.00\n", NULL, 0);
    expect_unsure(&r);
    assert_true(r.n_against > 0);
    /* clicks and impressions exchanged */
    r = look(b, "x2.csv",
             GOOGLE "2026-04-20,DE,Enabled,EUR,12.50,31,470,2.00\n"
                    "2026-04-21,DE,Enabled,EUR,11.50,29,455,2.00\n",
             NULL, 0);
    expect_unsure(&r);
    /* an amount that is a word, once */
    r = look(b, "x3.csv",
             GOOGLE "2026-04-20,DE,Enabled,EUR,12.50,470,31,2.00\n"
                    "2026-04-21,DE,Enabled,EUR,n/a,470,31,2.00\n",
             NULL, 0);
    expect_unsure(&r);
    /* three formats in one column of days */
    r = look(b, "x4.csv",
             GOOGLE "2026-04-20,DE,Enabled,EUR,12.50,470,31,2.00\n"
                    "21.04.2026,DE,Enabled,EUR,12.50,470,31,2.00\n"
                    "04/22/2026,DE,Enabled,EUR,12.50,470,31,2.00\n",
             NULL, 0);
    expect_unsure(&r);
    /* a customer's address where numbers are expected, in a wide export of another tool */
    r = look(b, "x5.csv",
             "id,Created date (UTC),Amount,Currency,Status,Customer Email\n"
             "ch_1,2026-04-20 04:24:17,9.90,eur,Paid,emma\n",
             NULL, 0);
    expect_unsure(&r);
}

static void a_name_that_is_nearly_right_is_asked(void **state)
{
    bench *b = *state;
    static const char *const text = "Day,Campain,Campaign status,Currency code,Cost,Impr.,Clicks\n"
                                    "2026-04-20,DE | Brand,Enabled,EUR,12.50,470,31\n";
    ptl_recognised r = look(b, "near.csv", text, NULL, 0);
    expect_unsure(&r);
    EXPECT_STR(r.match.preset->name, "google_ads_campaigns");
    EXPECT_INT(r.n_doubts, 1);
    EXPECT_STR(r.doubts[0].role, "campaign");
    assert_non_null(r.doubts[0].proposed);
    EXPECT_STR(r.doubts[0].proposed, "Campain");
    const ptl_answer answer = {"near.csv", "campaign", "Campain"};
    r = look(b, "near.csv", text, &answer, 1);
    expect_sure(&r, "google_ads_campaigns");
    EXPECT_STR(column_of(&r, "campaign"), "Campain");
}

static void what_reads_two_ways_is_asked(void **state)
{
    bench *b = *state;
    static const char *const days = "day,channel,cost\n03/04/2026,tv,12.50\n05/06/2026,tv,11.25\n";
    ptl_recognised r = look(b, "days.csv", days, NULL, 0);
    expect_unsure(&r);
    EXPECT_INT(r.n_doubts, 1);
    EXPECT_STR(r.doubts[0].role, "day_format");
    const ptl_answer answer = {"days.csv", "day_format", "%d/%m/%Y"};
    r = look(b, "days.csv", days, &answer, 1);
    expect_sure(&r, "media_sheet");
    EXPECT_STR(slot_of(&r, "day_format"), "%d/%m/%Y");
    /* one day beyond the twelfth says it for the whole column */
    r = look(b, "clear.csv", "day,channel,cost\n03/04/2026,tv,12.50\n25/06/2026,tv,11.25\n", NULL,
             0);
    expect_sure(&r, "media_sheet");
    EXPECT_STR(slot_of(&r, "day_format"), "%d/%m/%Y");
    /* 1.234 everywhere: a thousand, or one and a bit */
    static const char *const numbers =
        "day,channel,cost\n2026-03-04,tv,1.234\n2026-03-05,tv,2.500\n";
    r = look(b, "numbers.csv", numbers, NULL, 0);
    expect_unsure(&r);
    EXPECT_STR(r.doubts[0].role, "locale");
    const ptl_answer german = {"numbers.csv", "locale", "de"};
    r = look(b, "numbers.csv", numbers, &german, 1);
    expect_sure(&r, "media_sheet");
    EXPECT_STR(r.match.locale->name, "de");
}

/* A sheet whose columns happen to be called as a tool's is not that tool's: the channel would be
 * lost without a word. */
static void a_sheet_is_not_an_export(void **state)
{
    bench *b = *state;
    const ptl_recognised r = look(b, "spend.csv",
                                  "day,channel,campaign,cost,currency,impressions,clicks\n"
                                  "2026-03-04,paid_social,spring,12.50,EUR,470,31\n",
                                  NULL, 0);
    expect_sure(&r, "media_sheet");
    EXPECT_STR(column_of(&r, "channel"), "channel");
}

static void strangers_stay_strangers(void **state)
{
    bench *b = *state;
    static const char *const files[][2] = {
        {"products.csv", "product,series,sales_price\nGTX Basic,GTX,550\nGTX Pro,GTX,4821\n"},
        {"teams.csv", "sales_agent,manager,regional_office\nAnna,Dustin,Central\n"},
        {"dictionary.csv", "Table,Field,Description\naccounts,account,Company name\n"},
        {"curves.csv", "channel,spend_multiplier,spend,mean,ci_lo,ci_hi\na,0.5,12.5,7.25,6,8\n"},
        {"passengers.csv", "PassengerId,Survived,Pclass,Name,Fare\n1,0,3,Owen,7.25\n"},
        {"iris.csv", "sepal_length,sepal_width,species\n5.1,3.5,setosa\n"},
        {"words.csv", "a\nb\nc\n"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const ptl_recognised r = look(b, files[i][0], files[i][1], NULL, 0);
        expect_unsure(&r);
    }
    const ptl_recognised empty = look(b, "empty.csv", "", NULL, 0);
    assert_non_null(empty.unreadable);
    expect_unsure(&empty);
}

/* --- heads alone ------------------------------------------------------------------------------ */

static void put_head(char *out, size_t size, const ptl_preset *preset)
{
    size_t len = 0;
    out[0] = '\0';
    for (int64_t i = 0; i < preset->n_columns; i++) {
        const char *name = preset->columns[i].names[0];
        len += (size_t)snprintf(out + len, size - len, "%s\"", i > 0 ? "," : "");
        for (; *name && len + 8 < size; name++)
            len += (size_t)snprintf(out + len, size - len, *name == '*' ? "EUR" : "%c", *name);
        len += (size_t)snprintf(out + len, size - len, "\"");
    }
    (void)snprintf(out + len, size - len, "\n");
}

/* Each tool's full head is that tool's and no other's; without rows no sheet is taken. */
static void heads_tell_tools_apart(void **state)
{
    bench *b = *state;
    for (int64_t i = 0; i < b->n; i++) {
        const ptl_preset *p = &b->presets[i];
        char text[8192];
        if (p->reads || p->beside) continue;
        put_head(text, sizeof text, p);
        const ptl_recognised r = look(b, "head.csv", text, NULL, 0);
        if (p->generic) {
            expect_unsure(&r);
            continue;
        }
        expect_sure(&r, p->name);
        EXPECT_LE(r.match.confidence, 0.85);
    }
}

/* The exports people bring first, their heads and first rows written by hand after what the tools
 * export today. */
static void the_usual_tools_are_known(void **state)
{
    bench *b = *state;
    static const struct {
        const char *file, *preset, *text;
    } files[] = {
        {"google.csv", "google_ads_campaigns", GOOGLE "2026-04-20,DE,Enabled,EUR,12.50,470,31,2\n"},
        {"meta.csv", "meta_ads_campaigns",
         "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR),Impressions,Reach,Link "
         "clicks\n2026-04-20,2026-04-20,DE_1,0.61,74,52,1\n"},
        {"linkedin.csv", "linkedin_ads_campaigns",
         "Start Date (in UTC),Account Name,Currency,Campaign Name,Total Spent,Impressions,Clicks\n"
         "04/20/2026,Northwind,USD,ABM,120.50,4700,31\n04/21/2026,Northwind,USD,ABM,99.10,4100,"
         "20\n"},
        {"microsoft.csv", "microsoft_ads_campaigns",
         "Gregorian date,Account name,Campaign name,Currency code,Impressions,Clicks,Spend\n"
         "2026-04-20,Northwind,Brand,EUR,470,31,12.50\n"},
        {"tiktok.csv", "tiktok_ads_campaigns",
         "By Day,Campaign name,Cost,Impressions,Clicks (destination),CPM,Conversions,Currency\n"
         "2026-04-20,Spark,12.50,4700,31,2.66,2,EUR\n"},
        {"ga4.jsonl", "ga4_bigquery_events",
         "{\"event_date\":\"20260420\",\"event_timestamp\":1776643200000000,\"event_name\":"
         "\"session_start\",\"user_pseudo_id\":\"1.2\",\"event_params\":[{\"key\":"
         "\"ga_session_id\",\"value\":{\"int_value\":7}}],\"traffic_source\":{\"source\":"
         "\"google\",\"medium\":\"cpc\",\"name\":\"Brand\"},\"device\":{\"category\":"
         "\"mobile\"},\"geo\":{\"country\":\"Germany\"}}\n"},
        {"search.csv", "search_console_dates",
         "Date,Clicks,Impressions,CTR,Position\n2026-04-20,31,470,6.6%,4.2\n"},
        {"hubspot.csv", "hubspot_contacts",
         "Record ID,Email,First Name,Last Name,Create Date,Lifecycle Stage,Original Source\n"
         "101,a@b.example,Ann,Lee,2026-04-20 10:15,lead,Paid Search\n"},
        {"salesforce.csv", "salesforce_opportunities",
         "Opportunity ID,Opportunity Name,Account Name,Stage,Amount,Amount Currency,Close Date,"
         "Created Date,Closed,Won\n0061,Deal,Northwind,Closed Won,1200.00,USD,2026-04-20,"
         "2026-01-15,true,true\n"},
        {"survey.csv", "survey_nps",
         "Response ID,Submitted at,Email,Question,Score,Theme\n"
         "r1,2026-04-20 10:00:00 +0200,a@b.example,How likely?,9,price\n"},
        {"costs.csv", "marketing_costs",
         "From,To,Kind,Payee,Amount,Currency\n2026-04-01,2026-04-30,agency,Müller,1250.00,EUR\n"},
        {"stripe.csv", "stripe_payments",
         "id,Created date (UTC),Amount,Amount Refunded,Currency,Fee,Status,Customer Email\n"
         "ch_1,2026-04-20 04:24:17,9.90,0.00,eur,0.39,Paid,a@b.example\n"},
        {"shopify.csv", "shopify_orders",
         "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at,"
         "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n"
         "#1001,a@b.example,paid,2026-04-20 10:00:00 +0200,EUR,20.00,4.90,3.19,24.90,"
         "2026-04-20 10:00:00 +0200,2,Tea,10.00,T-1\n"},
        {"zendesk.csv", "zendesk_tickets",
         "ID,Requester,Requester email,Subject,Status,Priority,Created at,Solved at\n"
         "7,Ann,a@b.example,Late,Closed,Normal,2026-04-20 10:00:00 +0200,2026-04-21 10:00:00 "
         "+0200\n"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const ptl_recognised r = look(b, files[i].file, files[i].text, NULL, 0);
        expect_sure(&r, files[i].preset);
    }
}

/* A column more or less in an export of today, in any order, changes nothing. */
static void order_of_columns_does_not_matter(void **state)
{
    bench *b = *state;
    const ptl_recognised r =
        look(b, "order.csv",
             "Clicks,Impr.,new column of next year,Cost,Currency code,Campaign,Day\n"
             "31,470,x,12.50,EUR,DE | Brand,2026-04-20\n",
             NULL, 0);
    expect_sure(&r, "google_ads_campaigns");
    EXPECT_INT(r.n_unused, 1);
    EXPECT_STR(r.unused[0], "new column of next year");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tools_are_told_by_their_heads),
        cmocka_unit_test(other_languages_are_known),
        cmocka_unit_test(sheets_are_read_column_by_column),
        cmocka_unit_test(a_head_is_not_enough),
        cmocka_unit_test(a_name_that_is_nearly_right_is_asked),
        cmocka_unit_test(what_reads_two_ways_is_asked),
        cmocka_unit_test(a_sheet_is_not_an_export),
        cmocka_unit_test(strangers_stay_strangers),
        cmocka_unit_test(heads_tell_tools_apart),
        cmocka_unit_test(the_usual_tools_are_known),
        cmocka_unit_test(order_of_columns_does_not_matter),
    };
    return cmocka_run_group_tests_name("recognise", tests, open_bench, close_bench);
}
