/* canon.c: every table of the warehouse, in words a marketer reads and a mapping is checked
 * against.
 *
 * One macro a role keeps a column one line. A column's `about` is printed as it stands in
 * docs/tables.md, so it says what to put there, not how it is stored. Rules
 * (tests/store/test_canon.c holds them): facts and dimensions end in the managed columns; money is
 * *_micros and its table has `currency`; no name is a keyword of an engine; the migrations made
 * exactly these columns. */
#include "store/canon.h"

#include <string.h>

/* clang-format off */
#define KEY(name, type, about)               {name, PTL_TYPE_##type, PTL_ROLE_KEY, true, NULL, about}
#define KEY_OR(name, type, other, about)     {name, PTL_TYPE_##type, PTL_ROLE_KEY, false, other, about}
#define MUST(name, type, about)              {name, PTL_TYPE_##type, PTL_ROLE_PLAIN, true, NULL, about}
#define MAY(name, type, about)               {name, PTL_TYPE_##type, PTL_ROLE_PLAIN, false, NULL, about}
#define MAY_OR(name, type, other, about)     {name, PTL_TYPE_##type, PTL_ROLE_PLAIN, false, other, about}
#define MONEY(name, about)                   {name, PTL_TYPE_INT, PTL_ROLE_MONEY, false, NULL, about}
#define MONEY_MUST(name, about)              {name, PTL_TYPE_INT, PTL_ROLE_MONEY, true, NULL, about}
#define MONEY_OR(name, other, about)         {name, PTL_TYPE_INT, PTL_ROLE_MONEY, false, other, about}
#define CURRENCY                             {"currency", PTL_TYPE_TEXT, PTL_ROLE_PLAIN, true, NULL, \
    "Three letters, as EUR; the workspace's where the mapping gives none"}
#define WHO(name, about)                     {name, PTL_TYPE_INT, PTL_ROLE_IDENTIFIER, false, NULL, about}
#define WHO_MUST(name, about)                {name, PTL_TYPE_INT, PTL_ROLE_IDENTIFIER, true, NULL, about}
#define WHO_KEY(name, about)                 {name, PTL_TYPE_INT, PTL_ROLE_IDENTIFIER_KEY, true, NULL, about}
#define WHO_KEY_MAY(name, about)             {name, PTL_TYPE_INT, PTL_ROLE_IDENTIFIER_KEY, false, NULL, about}
#define SET(name, type, about)               {name, PTL_TYPE_##type, PTL_ROLE_MANAGED, true, NULL, about}
#define SET_IF(name, type, about)            {name, PTL_TYPE_##type, PTL_ROLE_MANAGED, false, NULL, about}

#define LOADED                                                                                     \
    SET("load_id", INT, "The load that brought the row"),                                          \
    SET("source_row", INT, "Its row in the file, 1 is the first after the head"),                  \
    SET("known_at", INSTANT, "When we learned of it")
#define LOADED_BY_DAY SET("day", DAY, "The local day, cut by the workspace's calendar"), LOADED

/* --- facts ------------------------------------------------------------------------------------ */

static const ptl_canon_column event_columns[] = {
    KEY("event_id", TEXT, "The source's own number of the event"),
    MUST("occurred_at", INSTANT, "When it happened"),
    MAY("received_at", INSTANT, "When the collector got it"),
    WHO("identifier_id", "Who did or saw it, as recorded: a cookie, a device, a customer number"),
    MAY_OR("kind", TEXT, "'action'", "impression, click, visit, view, action, message, lead or purchase"),
    MUST("name", TEXT, "What happened, as signup_completed"),
    MAY("channel", TEXT, "Channel it came through, a name of the table channel"),
    MAY("source", TEXT, "Site, app or partner it came from, as newsletter"),
    MAY("medium", TEXT, "Kind of traffic, as cpc or email"),
    MAY("campaign", TEXT, "Campaign it belongs to"),
    MAY("creative", TEXT, "Creative that was seen or clicked"),
    MAY("geo", TEXT, "Where it happened, a name of the table geo"),
    MONEY("value_micros", "Value the source gives the event"),
    MAY("currency", TEXT, "Currency of the value, three letters"),
    MAY("properties", TEXT, "Anything else, as one JSON object without personal values"),
    LOADED_BY_DAY,
};

static const ptl_canon_column spend_columns[] = {
    KEY("day", DAY, "Day the media ran"),
    KEY_OR("geo", TEXT, "''", "Where it ran; empty means everywhere"),
    KEY("channel", TEXT, "Channel the money went to"),
    KEY_OR("campaign", TEXT, "''", "Campaign; empty where the source does not split by it"),
    KEY_OR("creative", TEXT, "''", "Creative; empty where the source does not split by it"),
    MONEY_MUST("cost_micros", "What the media cost"),
    CURRENCY,
    MAY("impressions", INT, "Times it was shown"),
    MAY("clicks", INT, "Times it was clicked"),
    MAY("reach", INT, "Different people who saw it, as the platform counts them"),
    MAY("frequency", DOUBLE, "Times an average person reached saw it"),
    MAY("claimed_conversions", DOUBLE, "Conversions the platform claims as its own"),
    MONEY("claimed_value_micros", "Value of the conversions the platform claims"),
    LOADED,
};

static const ptl_canon_column txn_columns[] = {
    KEY("txn_id", TEXT, "Number of this line of money, once in the source"),
    MAY("order_id", TEXT, "Order or invoice the line belongs to"),
    MUST("occurred_at", INSTANT, "When the customer bought, or got money back"),
    WHO("identifier_id", "Who bought, as recorded: a customer number, an e-mail address"),
    MAY_OR("kind", TEXT, "'new'", "new, renewal, expansion or refund; refunds carry negative amounts"),
    MAY("channel", TEXT, "Channel recorded with the order, if any"),
    MAY("product", TEXT, "What was bought"),
    MAY("quantity", INT, "How many"),
    MONEY_MUST("gross_micros", "Price before discount, tax included as the source has it"),
    MONEY_OR("discount_micros", "0", "Discount given"),
    MONEY_OR("tax_micros", "0", "Tax inside the price"),
    MONEY_OR("shipping_micros", "0", "What shipping cost us"),
    MONEY_OR("fees_micros", "0", "What payment and marketplace cost us"),
    MONEY_OR("variable_cost_micros", "0", "What the goods or the service cost us"),
    CURRENCY,
    LOADED_BY_DAY,
    MAY("campaign", TEXT, "Campaign recorded with the order, if any"),
    MAY("geo", TEXT, "Where it went or was bought, a name of the table geo"),
};

static const ptl_canon_column subscription_columns[] = {
    KEY("subscription_id", TEXT, "Number of the contract"),
    KEY("valid_from", INSTANT, "When this state began"),
    MAY("valid_to", INSTANT, "When it ended; empty while it lasts"),
    WHO("identifier_id", "Whose contract it is, as recorded"),
    MAY("account_id", TEXT, "Company whose contract it is"),
    MUST("plan", TEXT, "Plan or tariff; the word none after it ended"),
    MAY("seats", INT, "Seats or units contracted"),
    MAY("term_months", INT, "Length of the term in months"),
    MONEY_MUST("mrr_micros", "Recurring revenue a month in this state; 0 after it ended"),
    CURRENCY,
    MAY("reason", TEXT, "Why the state changed: new, upgrade, downgrade, churn, pause, return"),
    LOADED_BY_DAY,
};

static const ptl_canon_column lead_columns[] = {
    KEY("lead_id", TEXT, "Number of the lead"),
    KEY("status", TEXT, "new, mql, accepted, rejected or sql: each change is a row of its own"),
    KEY("changed_at", INSTANT, "When the lead got this status"),
    MAY("created_at", INSTANT, "When the lead came in"),
    WHO("identifier_id", "Who the lead is, as recorded"),
    MAY("account_id", TEXT, "Company the lead belongs to"),
    MAY("source", TEXT, "Where the lead came from, as webinar"),
    MAY("channel", TEXT, "Channel that brought it"),
    MAY("campaign", TEXT, "Campaign that brought it"),
    MAY("score", DOUBLE, "Score the source gave it"),
    MAY("reason", TEXT, "Why it was rejected, or sent back"),
    MAY("owner", TEXT, "Role that has to act on it"),
    LOADED_BY_DAY,
};

static const ptl_canon_column opportunity_columns[] = {
    KEY("opportunity_id", TEXT, "Number of the deal"),
    MUST("opened_at", INSTANT, "When the deal was opened"),
    MAY("closed_at", INSTANT, "When it was won or lost; empty while open"),
    MAY("won", BOOL, "True where won, false where lost, empty while open"),
    WHO("identifier_id", "Contact, as recorded"),
    MAY("account_id", TEXT, "Company the deal is with"),
    MAY("lead_id", TEXT, "Lead it grew from"),
    MAY_OR("kind", TEXT, "'new'", "new, expansion or renewal"),
    MAY("product", TEXT, "What is being sold"),
    MAY("source", TEXT, "Who opened it: marketing, sales, partner, customer"),
    MAY("channel", TEXT, "Channel that brought it"),
    MAY("campaign", TEXT, "Campaign that brought it"),
    MAY("owner", TEXT, "Role or team that works it"),
    MONEY("amount_micros", "Value of the deal, a year"),
    CURRENCY,
    MAY("close_expected_on", DAY, "Day on which it is expected to close"),
    MAY("loss_reason", TEXT, "Why it was lost"),
    LOADED_BY_DAY,
};

static const ptl_canon_column opportunity_stage_columns[] = {
    KEY("opportunity_id", TEXT, "Number of the deal"),
    KEY("stage", TEXT, "Stage it entered"),
    KEY("entered_at", INSTANT, "When it entered the stage"),
    MAY("stage_before", TEXT, "Stage it came from"),
    MAY("win_probability", DOUBLE, "Chance of winning the source gives it, 0 to 1"),
    MONEY("amount_micros", "Value of the deal at that moment"),
    MAY("currency", TEXT, "Currency of the value, three letters"),
    MAY("reason", TEXT, "Why it moved"),
    LOADED_BY_DAY,
};

static const ptl_canon_column usage_day_columns[] = {
    KEY("day", DAY, "Day the product was used"),
    WHO_KEY("identifier_id", "Who used it, as recorded"),
    KEY_OR("product", TEXT, "''", "Product; empty where there is one only"),
    KEY_OR("feature", TEXT, "''", "Feature; empty means the product as a whole"),
    MAY("account_id", TEXT, "Company of the user"),
    MAY("sessions", INT, "Sessions that day"),
    MAY("actions", INT, "Actions that day"),
    MAY("active_seconds", INT, "Seconds of active use"),
    LOADED,
};

static const ptl_canon_column ticket_columns[] = {
    KEY("ticket_id", TEXT, "Number of the support case"),
    MUST("opened_at", INSTANT, "When the customer wrote"),
    MAY("answered_at", INSTANT, "When somebody first answered"),
    MAY("closed_at", INSTANT, "When it was solved; empty while open"),
    WHO("identifier_id", "Who wrote, as recorded"),
    MAY("account_id", TEXT, "Company of the customer"),
    MAY("product", TEXT, "Product it is about"),
    MAY("topic", TEXT, "Topic, one of your list; the words themselves stay with the source"),
    MAY("severity", TEXT, "How bad it is for the customer"),
    MAY("outcome", TEXT, "How it ended: solved, refunded, no answer"),
    MAY("satisfaction", DOUBLE, "What the customer gave the handling"),
    LOADED_BY_DAY,
};

static const ptl_canon_column feedback_columns[] = {
    KEY("feedback_id", TEXT, "Number of the answer"),
    MUST("given_at", INSTANT, "When it was given"),
    WHO("identifier_id", "Who gave it, as recorded"),
    MAY("account_id", TEXT, "Company of the customer"),
    MUST("kind", TEXT, "nps, csat, survey, field_note or churn_reason"),
    MAY("question", TEXT, "What was asked"),
    MAY("score", DOUBLE, "The number given, as 9 of 10"),
    MAY("theme", TEXT, "What it is about, one of your list; the words themselves stay with the source"),
    MAY("competitor", TEXT, "Competitor named"),
    MAY("product", TEXT, "Product it is about"),
    LOADED_BY_DAY,
};

static const ptl_canon_column consent_columns[] = {
    WHO_KEY("identifier_id", "Who decided, as recorded"),
    KEY("purpose", TEXT, "What for, as email_marketing"),
    KEY("decided_at", INSTANT, "When they decided"),
    MUST("status", TEXT, "granted, refused or withdrawn"),
    MUST("basis", TEXT, "Legal basis: consent, contract, legitimate_interest, legal_duty"),
    MAY("evidence", TEXT, "What proves it: form and version, message number"),
    MAY("place", TEXT, "Where it was given: site, app, shop, call"),
    LOADED_BY_DAY,
};

static const ptl_canon_column target_columns[] = {
    KEY("scope", TEXT, "Whose target: company; a channel or vertical by its name; channel/…, campaign/…, geo/…, segment/…, vertical/…"),
    KEY("kpi", TEXT, "Which KPI of metrics.yaml"),
    KEY("period_start", DAY, "First day it counts"),
    KEY("period_end", DAY, "Last day it counts"),
    MAY("value_from", DOUBLE, "Where the KPI stood when the target was set"),
    MUST("value_to", DOUBLE, "Where it is to be at the end; money in whole units"),
    MAY("currency", TEXT, "Currency where the KPI is money, three letters"),
    MAY("set_by", TEXT, "Role that set it"),
    LOADED,
    KEY_OR("kind", TEXT, "'target'", "target: what is to be reached; plan: what is planned to come"),
};

static const ptl_canon_column cost_columns[] = {
    KEY("period_start", DAY, "First day the cost belongs to"),
    KEY("period_end", DAY, "Last day the cost belongs to"),
    KEY("kind", TEXT, "salaries, agency, tool, event, production or other"),
    KEY_OR("payee", TEXT, "''", "Agency or supplier; empty for salaries, which come as one sum"),
    KEY_OR("vertical", TEXT, "''", "Audience or team that bears it; empty means all"),
    KEY_OR("channel", TEXT, "''", "Channel it serves; empty means all"),
    MONEY_MUST("cost_micros", "What it cost"),
    CURRENCY,
    LOADED,
};

static const ptl_canon_column finance_close_columns[] = {
    KEY("period_start", DAY, "First day of the period closed"),
    KEY("period_end", DAY, "Last day of the period closed"),
    KEY("book_line", TEXT, "Line of the books: revenue, variable_cost, media, cost, new_customers"),
    KEY_OR("dimension", TEXT, "''", "What the line is split by, as channel; empty means the whole"),
    KEY_OR("member", TEXT, "''", "Which one of them"),
    MONEY_MUST("amount_micros", "What the books say"),
    CURRENCY,
    MAY("dated_by", TEXT, "What dates revenue in the books: order, invoice, delivery, service"),
    MAY_OR("audited", BOOL, "false", "Whether an auditor has confirmed it"),
    MAY("closed_at", INSTANT, "When finance closed the period"),
    LOADED,
};

static const ptl_canon_column control_series_columns[] = {
    KEY("day", DAY, "Day it holds for"),
    KEY("series", TEXT, "What is measured: price, temperature, holidays, competitor_spend"),
    KEY_OR("geo", TEXT, "''", "Where; empty means everywhere"),
    MUST("value", DOUBLE, "The number"),
    MAY("unit", TEXT, "Its unit"),
    LOADED,
};

static const ptl_canon_column brand_columns[] = {
    KEY("day", DAY, "Day, or the first day of the survey wave"),
    KEY("brand", TEXT, "Brand: ours or a competitor's"),
    KEY("measure", TEXT, "awareness, consideration, preference, share_of_search, share_of_voice"),
    KEY_OR("geo", TEXT, "''", "Where; empty means everywhere"),
    KEY_OR("audience", TEXT, "''", "Who was asked; empty means everybody"),
    MUST("value", DOUBLE, "Share of those asked or searching, 0 to 1"),
    MAY("n_asked", INT, "How many were asked"),
    MAY("provider", TEXT, "Who measured it"),
    LOADED,
};

static const ptl_canon_column release_columns[] = {
    KEY("release_id", TEXT, "Number of the feature or release"),
    MUST("name", TEXT, "What it is called"),
    MAY("product", TEXT, "Product it belongs to"),
    MAY("planned_on", DAY, "Day it was planned for"),
    MAY("shipped_on", DAY, "Day it went out; empty while it has not"),
    MAY("status", TEXT, "planned, building, shipped or dropped"),
    MAY("promise", TEXT, "What customers were told"),
    MAY("owner", TEXT, "Role that answers for it"),
    LOADED,
};

static const ptl_canon_column referral_columns[] = {
    KEY("referral_id", TEXT, "Number of the referral"),
    MUST("occurred_at", INSTANT, "When the new customer came"),
    WHO_MUST("identifier_id", "Who came, as recorded"),
    WHO_MUST("referrer_id", "Who brought them, as recorded"),
    MAY("campaign", TEXT, "Referral programme"),
    MONEY("reward_micros", "What the referrer got"),
    MAY("currency", TEXT, "Currency of the reward, three letters"),
    LOADED_BY_DAY,
};

static const ptl_canon_column work_log_columns[] = {
    KEY("work_id", TEXT, "Number of the piece of work"),
    KEY("step", TEXT, "Step of the process, as legal_check"),
    MUST("process", TEXT, "Process of the process map"),
    MUST("started_at", INSTANT, "When the step began"),
    MAY("ended_at", INSTANT, "When it ended; empty while it runs"),
    MAY("hands_on_minutes", INT, "Minutes somebody really worked on it; by step, never by person"),
    MAY("campaign", TEXT, "Campaign the work was for"),
    MAY("outcome", TEXT, "done, sent_back or dropped"),
    LOADED_BY_DAY,
};

static const ptl_canon_column assignment_columns[] = {
    KEY("experiment_id", TEXT, "Experiment"),
    KEY_OR("unit", TEXT, "''", "Geo, day or other unit; empty where people are assigned"),
    WHO_KEY_MAY("identifier_id", "Who was assigned, as recorded; empty where geos or days are"),
    KEY("assigned_at", INSTANT, "When the arm was drawn"),
    MUST("arm", TEXT, "Arm: control, or a treatment's name"),
    MAY_OR("unit_kind", TEXT, "'identifier'", "identifier, geo or day"),
    MAY("stratum", TEXT, "Block within which it was drawn"),
    MAY("valid_from", INSTANT, "When the arm begins to apply"),
    MAY("valid_to", INSTANT, "When it ends"),
    LOADED_BY_DAY,
};

static const ptl_canon_column exposure_columns[] = {
    KEY("experiment_id", TEXT, "Experiment"),
    KEY_OR("unit", TEXT, "''", "Geo, day or other unit; empty where people are exposed"),
    WHO_KEY_MAY("identifier_id", "Who saw it, as recorded; empty where geos or days are the units"),
    KEY("exposed_at", INSTANT, "When they saw it, or would have seen it"),
    MAY("arm", TEXT, "Arm they were in"),
    MAY("channel", TEXT, "Channel it was shown in"),
    MAY("campaign", TEXT, "Campaign it belongs to"),
    MAY("creative", TEXT, "Creative that was shown"),
    LOADED_BY_DAY,
};

static const ptl_canon_column fx_rate_columns[] = {
    KEY("day", DAY, "Day it holds for"),
    KEY("currency", TEXT, "Currency converted, three letters"),
    MUST("rate_e9", INT, "Units of the reporting currency for one unit of it, in billionths"),
    LOADED,
};

/* --- dimensions ------------------------------------------------------------------------------- */

static const ptl_canon_column account_columns[] = {
    KEY("account_id", TEXT, "Number of the company"),
    MUST("name", TEXT, "Its name"),
    MAY("parent_account_id", TEXT, "Company it belongs to"),
    MAY("domain", TEXT, "Its web domain"),
    MAY("industry", TEXT, "Industry"),
    MAY("geo", TEXT, "Where it is"),
    MAY("employees", INT, "How many people it employs"),
    MAY("tier", TEXT, "Your tier for it: enterprise, mid, small"),
    MAY("owner", TEXT, "Role or team that looks after it"),
    LOADED,
};

static const ptl_canon_column campaign_columns[] = {
    KEY("campaign", TEXT, "Governed name"),
    MAY("aliases", TEXT, "Other names in the sources, as a JSON list"),
    MAY("channel", TEXT, "Channel it runs in"),
    MAY("owner", TEXT, "Role that answers for it"),
    MAY("objective", TEXT, "What it is for: awareness, acquisition, retention, win_back"),
    MAY("audience", TEXT, "Whom it speaks to"),
    MAY("starts_on", DAY, "First day"),
    MAY("ends_on", DAY, "Last day"),
    MONEY("revenue_target_micros", "Revenue it is to bring"),
    MAY("currency", TEXT, "Currency of the target, three letters"),
    MAY("offer", TEXT, "What is offered"),
    MAY("promise", TEXT, "What is promised"),
    LOADED,
};

static const ptl_canon_column creative_columns[] = {
    KEY("creative", TEXT, "Governed name"),
    MAY("aliases", TEXT, "Other names in the sources, as a JSON list"),
    MAY("campaign", TEXT, "Campaign it was made for"),
    MAY("form", TEXT, "video, image, text, audio, page or message"),
    MAY("language", TEXT, "Language, as en or de-CH"),
    MAY("message", TEXT, "What it says in one line"),
    MAY("promise", TEXT, "Which promise it carries"),
    MAY("owner", TEXT, "Role that answers for it"),
    LOADED,
};

static const ptl_canon_column channel_columns[] = {
    KEY("channel", TEXT, "Governed name"),
    MAY("aliases", TEXT, "Other names in the sources, as a JSON list"),
    MAY("label", TEXT, "How it is written on pages"),
    MAY("family", TEXT, "search, social, video, display, email, partner, print, direct"),
    MAY("paid", BOOL, "Whether media are bought in it"),
    MAY("owner", TEXT, "Role that answers for it"),
    LOADED,
};

static const ptl_canon_column geo_columns[] = {
    KEY("geo", TEXT, "Governed name or code, as DE-BY"),
    MAY("aliases", TEXT, "Other names in the sources, as a JSON list"),
    MAY("label", TEXT, "How it is written on pages"),
    MAY("level", TEXT, "country, region, market, city or postcode"),
    MAY("parent", TEXT, "Geo it lies in"),
    MAY("population", INT, "People who live there"),
    MAY("owner", TEXT, "Role that answers for it"),
    LOADED,
};

/* --- bookkeeping ------------------------------------------------------------------------------ */

static const ptl_canon_column identifier_columns[] = {
    SET("identifier_id", INT, "Our number for it: what facts carry"),
    SET("source", TEXT, "Source that knows it"),
    SET("kind", TEXT, "customer, email, cookie, device, phone"),
    SET("lookup", BLOB, "What equal values share in this workspace only; says nothing by itself"),
    SET_IF("sealed", BLOB, "The value itself, under the subject's own key"),
    SET_IF("person_id", INT, "The human it belongs to, once resolved"),
    SET("valid_from", INSTANT, "From when it belongs to them"),
    SET_IF("valid_to", INSTANT, "Until when; empty while it does"),
    SET("load_id", INT, "The load that first saw it"),
};

static const ptl_canon_column person_columns[] = {
    SET("person_id", INT, "Our number for the human"),
    SET("known_at", INSTANT, "When we learned this state of them"),
    SET_IF("account_id", TEXT, "Company they belong to"),
    SET_IF("sealed", BLOB, "Traits as JSON, under the subject's own key"),
    SET_IF("merged_into", INT, "The person they turned out to be, if merged"),
    SET("run_id", INT, "The run that resolved them"),
};

static const ptl_canon_column load_columns[] = {
    SET("load_id", INT, "Number of the load, counted up; the highest is the warehouse's version"),
    SET("source", TEXT, "Source of the workspace"),
    SET("table_name", TEXT, "Table it filled"),
    SET("file", TEXT, "File it read, relative to the workspace"),
    SET("content_hash", TEXT, "SHA-256 of the file"),
    SET("mapping_hash", TEXT, "SHA-256 of the mapping and its settings"),
    SET("rows_read", INT, "Rows in the file"),
    SET("rows_loaded", INT, "Rows that became facts"),
    SET("rows_quarantined", INT, "Rows that did not"),
    SET("new_identifiers", INT, "Identifiers never seen before"),
    SET("known_at", INSTANT, "When we learned of the file"),
    SET_IF("replaces_load_id", INT, "Earlier load whose rows no longer count"),
    SET("run_id", INT, "The run that made the load"),
    SET_IF("day_first", DAY, "First day of its rows"),
    SET_IF("day_last", DAY, "Last day of its rows"),
};

static const ptl_canon_column output_columns[] = {
    SET("run_id", INT, "The run"),
    SET("table_name", TEXT, "Table it wrote to"),
    SET("rows_written", INT, "How many rows"),
    SET("content_hash", TEXT, "SHA-256 of the rows"),
    SET("written_at", INSTANT, "When"),
};

static const ptl_canon_column quarantine_columns[] = {
    SET("load_id", INT, "The load"),
    SET("source_row", INT, "Row in its file"),
    SET_IF("column_name", TEXT, "Column that is at fault, where it is one"),
    SET("reason", TEXT, "What is wrong with it, in words"),
    SET_IF("raw", BLOB, "What stood there; sealed where it is personal"),
    SET_IF("lost_to_load_id", INT, "Load that has the same fact already"),
};

static const ptl_canon_column superseded_columns[] = {
    SET("table_name", TEXT, "Table of the row that was corrected"),
    SET("load_id", INT, "Its load"),
    SET("source_row", INT, "Its row"),
    SET("by_load_id", INT, "Load that brought the correction"),
    SET("superseded_at", INSTANT, "When we learned of the correction"),
};

static const ptl_canon_column count_day_columns[] = {
    SET("load_id", INT, "The load that brought the rows"),
    SET("table_name", TEXT, "Table they are in"),
    SET("kind", TEXT, "What the name is: channel, campaign, geo; empty means all rows of the day"),
    SET("name", TEXT, "Name they carry; empty where all are counted"),
    SET("currency", TEXT, "Currency of the sums; empty where there is none"),
    SET("day", DAY, "Local day"),
    SET("n_rows", INT, "How many rows"),
    SET("micros_sum", INT, "What they add up to; orders alone do"),
    SET("size_sum", INT, "The same with refunds and returns added, not taken off"),
};

static const ptl_canon_column count_corrected_columns[] = {
    SET("table_name", TEXT, "Table of the row that was corrected"),
    SET("load_id", INT, "Its load"),
    SET("source_row", INT, "Its row"),
    SET("day", DAY, "Local day under which it is counted"),
    SET_IF("channel", TEXT, "Channel under which it is counted"),
    SET_IF("campaign", TEXT, "Campaign under which it is counted"),
    SET_IF("geo", TEXT, "Place under which it is counted"),
    SET("currency", TEXT, "Currency under which it is counted"),
    SET("micros_sum", INT, "What it adds to the sum"),
};

static const ptl_canon_column txn_total_columns[] = {
    SET("currency", TEXT, "Currency of the orders"),
    SET("n_lines", INT, "Order lines"),
    SET("n_orders", INT, "Different orders"),
    SET("n_customers", INT, "Different customers"),
    SET("gross_sum", INT, "Gross of all lines, in millionths"),
    SET("revenue_sum", INT, "Gross without discount and tax, in millionths"),
};

static const ptl_canon_column calendar_columns[] = {
    SET("day", DAY, "Local day"),
    SET("starts_at", INSTANT, "Instant at which it begins"),
    SET("ends_at", INSTANT, "Instant at which the next one begins"),
};

static const ptl_canon_column meta_columns[] = {
    SET("name", TEXT, "What is noted: format, zone"),
    SET("value", TEXT, "Its value"),
};

/* --- what pages read -------------------------------------------------------------------------- */

static const ptl_canon_column figure_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("name", TEXT, "Which figure: revenue, media, cm1, cm2, orders"),
    SET("grain", TEXT, "week, month, quarter, total"),
    SET("period_start", DAY, "First day"),
    SET("period_end", DAY, "Last day"),
    SET("dimension", TEXT, "What it is split by, as channel; empty means the whole"),
    SET("member", TEXT, "Which one of them"),
    SET_IF("value", DOUBLE, "The figure; empty where it could not be made"),
    SET_IF("exact", INT, "The same in millionths or pieces, where it was counted"),
    SET_IF("low", DOUBLE, "Lower end of the interval"),
    SET_IF("high", DOUBLE, "Upper end of the interval"),
    SET_IF("probability", DOUBLE, "Chance that the interval holds the truth"),
    SET("unit", TEXT, "Its unit: a currency, orders, share"),
    SET("kind", TEXT, "counted, estimated, forecast or claimed"),
    SET("grade", TEXT, "Evidence behind a causal figure, A to E; empty where none is claimed"),
    SET("verdict", TEXT, "Whether it may be believed"),
    SET_IF("target", DOUBLE, "What was to be reached"),
    SET_IF("previous", DOUBLE, "The figure one period earlier"),
};

static const ptl_canon_column day_channel_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("day", DAY, "Local day"),
    SET("channel", TEXT, "Channel; empty where the order names none"),
    SET("orders", INT, "Orders"),
    SET("revenue_micros", INT, "Revenue in the reporting currency"),
    SET("variable_cost_micros", INT, "All variable costs, shipping and fees among them"),
    SET("media_micros", INT, "Media"),
};

static const ptl_canon_column day_segment_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("day", DAY, "Local day"),
    SET("segment", TEXT, "Segment"),
    SET("orders", INT, "Orders"),
    SET("customers", INT, "Different customers"),
    SET("new_customers", INT, "Of these, first orders"),
    SET("revenue_micros", INT, "Revenue in the reporting currency"),
    SET("variable_cost_micros", INT, "All variable costs, shipping and fees among them"),
};

static const ptl_canon_column day_part_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("day", DAY, "Local day"),
    SET("dimension", TEXT, "vertical or segment"),
    SET("member", TEXT, "Which one; empty where the facts say none"),
    SET("orders", INT, "Orders"),
    SET("revenue_micros", INT, "Revenue in the reporting currency"),
    SET("variable_cost_micros", INT, "All variable costs, shipping and fees among them"),
    SET("media_micros", INT, "Media; segments have none, since media know no customers"),
};

static const ptl_canon_column cohort_week_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("cohort_start", DAY, "First day of the week in which the cohort was won"),
    SET("channel", TEXT, "Channel that won it; empty means all"),
    SET("age_weeks", INT, "Weeks since"),
    SET("customers", INT, "Customers in the cohort"),
    SET("active_customers", INT, "Of these, customers who bought in that week"),
    SET("orders", INT, "Orders in that week"),
    SET("revenue_micros", INT, "Revenue in that week, in the reporting currency"),
    SET("variable_cost_micros", INT, "All variable costs of that week"),
    SET("mature", BOOL, "Whether the week was over for the whole cohort"),
};

static const ptl_canon_column journey_path_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("path_id", INT, "Number of the path within the run"),
    SET("path", TEXT, "Channels in order, as search > email"),
    SET("steps", INT, "How many steps"),
    SET("journeys", INT, "Journeys that went this way"),
    SET("conversions", INT, "Of these, journeys that ended in a conversion"),
    SET("revenue_micros", INT, "Revenue of those, in the reporting currency"),
};

static const ptl_canon_column finding_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("finding_id", INT, "Its place among the findings of the run"),
    SET("check_name", TEXT, "The check that found it"),
    SET("severity", TEXT, "high, medium or low"),
    SET("source", TEXT, "Source it is about; empty where it is about none"),
    SET("subject_table", TEXT, "Table it is about; empty where it is about none"),
    SET("field", TEXT, "Field it is about; empty where it is about none"),
    SET("title", TEXT, "What is wrong, as a sentence"),
    SET("detail", TEXT, "Sizes and dates, in words"),
    SET_IF("day_first", DAY, "First day it touches"),
    SET_IF("day_last", DAY, "Last day it touches"),
    SET("n_rows", INT, "Rows it touches"),
    SET_IF("value_micros", INT, "Money at stake, in the reporting currency"),
    SET("effect", TEXT, "Figures it touches"),
    SET("advice", TEXT, "What to do"),
    SET("owner", TEXT, "Who has to act; empty where nobody is named"),
};

/* --- what models wrote ------------------------------------------------------------------------ */

#define ESTIMATE                                                                                   \
    SET_IF("value", DOUBLE, "The estimate; empty where it could not be made"),                     \
    SET_IF("low", DOUBLE, "Lower end of the interval"),                                            \
    SET_IF("high", DOUBLE, "Upper end of the interval"),                                           \
    SET_IF("probability", DOUBLE, "Chance that the interval holds the truth"),                     \
    SET("unit", TEXT, "Its unit"),                                                                 \
    SET("verdict", TEXT, "Whether it may be believed")

static const ptl_canon_column score_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("name", TEXT, "What is scored: churn, next_order, lifetime_value"),
    SET("subject_kind", TEXT, "person, account or lead"),
    SET("subject_id", INT, "Which one"),
    SET("as_of", DAY, "Day up to which the model knew"),
    SET("horizon_days", INT, "How far it looks ahead"),
    ESTIMATE,
};

static const ptl_canon_column segment_member_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("segment", TEXT, "Segment"),
    SET("subject_kind", TEXT, "person, account or lead"),
    SET("subject_id", INT, "Which one"),
    SET("as_of", DAY, "Day up to which the model knew"),
    SET_IF("share", DOUBLE, "How surely it belongs there, 0 to 1"),
};

static const ptl_canon_column forecast_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("name", TEXT, "Which figure it foretells"),
    SET("as_of", DAY, "Day up to which the model knew"),
    SET("grain", TEXT, "week, month, quarter"),
    SET("period_start", DAY, "First day foretold"),
    SET("period_end", DAY, "Last day foretold"),
    SET("dimension", TEXT, "What it is split by; empty means the whole"),
    SET("member", TEXT, "Which one of them"),
    ESTIMATE,
};

static const ptl_canon_column credit_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("name", TEXT, "Rule or model that shares it out: last_touch, markov, shapley"),
    SET("outcome", TEXT, "What is shared, after its goal: purchase.conversions, purchase.revenue"),
    SET("period_start", DAY, "First day"),
    SET("period_end", DAY, "Last day"),
    SET("dimension", TEXT, "What gets a share: channel, campaign, creative"),
    SET("member", TEXT, "Which one of them"),
    ESTIMATE,
};

static const ptl_canon_column effect_columns[] = {
    SET("run_id", INT, "The run that made it"),
    SET("name", TEXT, "What was caused: revenue, orders, iroas"),
    SET("design", TEXT, "What stands behind it: experiment, geo test, mix model"),
    SET("experiment_id", TEXT, "Experiment; empty where a model speaks alone"),
    SET("period_start", DAY, "First day"),
    SET("period_end", DAY, "Last day"),
    SET("dimension", TEXT, "What acted: channel, campaign, arm"),
    SET("member", TEXT, "Which one of them"),
    SET("grade", TEXT, "Evidence, A to D"),
    ESTIMATE,
};

#define TABLE(name, kind, time_column, one_row_is)                                                 \
    {#name, PTL_CANON_##kind, one_row_is, time_column, name##_columns,                             \
     (int64_t)(sizeof name##_columns / sizeof *name##_columns)}

const ptl_canon_table ptl_canon[] = {
    TABLE(event, FACT, "occurred_at", "something somebody did or saw"),
    TABLE(spend, FACT, "day", "media bought on a day"),
    TABLE(txn, FACT, "occurred_at", "money for or from a customer"),
    TABLE(subscription, FACT, "valid_from", "one state of a contract"),
    TABLE(lead, FACT, "changed_at", "one status of a lead"),
    TABLE(opportunity, FACT, "opened_at", "a deal"),
    TABLE(opportunity_stage, FACT, "entered_at", "one change of a deal's stage"),
    TABLE(usage_day, FACT, "day", "somebody's use of the product on a day"),
    TABLE(ticket, FACT, "opened_at", "a support case"),
    TABLE(feedback, FACT, "given_at", "an answer to a survey, a field note, a reason for leaving"),
    TABLE(consent, FACT, "decided_at", "one decision somebody made about their data"),
    TABLE(target, FACT, "period_start", "a quota or a KPI's target for a period"),
    TABLE(cost, FACT, "period_start", "what marketing costs beside media: salaries, agencies, tools"),
    TABLE(finance_close, FACT, "period_start", "what the company's books say for a period and line"),
    TABLE(control_series, FACT, "day", "another driver of the business on a day"),
    TABLE(brand, FACT, "day", "a measure of a brand on a day or in a wave"),
    TABLE(release, FACT, "planned_on", "a feature planned or shipped"),
    TABLE(referral, FACT, "occurred_at", "somebody who came because somebody else brought them"),
    TABLE(work_log, FACT, "started_at", "one step of a piece of work"),
    TABLE(assignment, FACT, "assigned_at", "who, where or when was put in which arm"),
    TABLE(exposure, FACT, "exposed_at", "somebody in an experiment who saw it"),
    TABLE(fx_rate, FACT, "day", "what one unit of a currency was worth on a day"),
    TABLE(account, DIMENSION, NULL, "a company we sell to"),
    TABLE(campaign, DIMENSION, NULL, "a campaign under its governed name"),
    TABLE(creative, DIMENSION, NULL, "a creative under its governed name"),
    TABLE(channel, DIMENSION, NULL, "a channel under its governed name"),
    TABLE(geo, DIMENSION, NULL, "a place under its governed name"),
    TABLE(identifier, BOOKKEEPING, NULL, "a cookie, customer number or address, and whose it is"),
    TABLE(person, BOOKKEEPING, NULL, "one state of a resolved human"),
    TABLE(load, BOOKKEEPING, NULL, "a file that became facts"),
    TABLE(output, BOOKKEEPING, NULL, "what one run wrote to one table"),
    TABLE(quarantine, BOOKKEEPING, NULL, "a row of a file that did not become a fact, and why"),
    TABLE(superseded, BOOKKEEPING, NULL, "a fact that a later row corrects"),
    TABLE(count_day, BOOKKEEPING, "day", "what one load brought on a day under a name"),
    TABLE(count_corrected, BOOKKEEPING, "day", "a fact that was ever corrected, as it stands in count_day"),
    TABLE(txn_total, BOOKKEEPING, NULL, "a currency with everything its orders add up to"),
    TABLE(calendar, BOOKKEEPING, NULL, "a local day and the instants between which it lies"),
    TABLE(meta, BOOKKEEPING, NULL, "a note about the warehouse itself"),
    TABLE(figure, FIGURE, "period_start", "a figure of a review"),
    TABLE(day_channel, FIGURE, "day", "a channel's day in money"),
    TABLE(day_segment, FIGURE, "day", "a segment's day in money"),
    TABLE(day_part, FIGURE, "day", "a vertical's or a segment's day in money"),
    TABLE(cohort_week, FIGURE, "cohort_start", "one week in the life of a cohort of customers"),
    TABLE(journey_path, FIGURE, NULL, "a way customers went, and how many went it"),
    TABLE(finding, FIGURE, NULL, "something that is wrong with the data"),
    TABLE(score, MODEL, "as_of", "what a model foretells for one customer"),
    TABLE(segment_member, MODEL, "as_of", "one customer in one segment"),
    TABLE(forecast, MODEL, "period_start", "a figure before its period"),
    TABLE(credit, MODEL, "period_start", "attribution credit that a rule or a model shares out; never an effect"),
    TABLE(effect, MODEL, "period_start", "what something caused, with its evidence"),
};
/* clang-format on */

const int64_t ptl_canon_n = (int64_t)(sizeof ptl_canon / sizeof *ptl_canon);

const ptl_canon_table *ptl_canon_find(ptl_text name)
{
    for (int64_t i = 0; i < ptl_canon_n; i++)
        if (ptl_text_equal(ptl_text_of(ptl_canon[i].name), name)) return &ptl_canon[i];
    return NULL;
}

const ptl_canon_column *ptl_canon_column_find(const ptl_canon_table *table, ptl_text name)
{
    for (int64_t i = 0; i < table->n_columns; i++)
        if (ptl_text_equal(ptl_text_of(table->columns[i].name), name)) return &table->columns[i];
    return NULL;
}

bool ptl_canon_is_key(const ptl_canon_column *column)
{
    return column->role == PTL_ROLE_KEY || column->role == PTL_ROLE_IDENTIFIER_KEY;
}

bool ptl_canon_is_identifier(const ptl_canon_column *column)
{
    return column->role == PTL_ROLE_IDENTIFIER || column->role == PTL_ROLE_IDENTIFIER_KEY;
}
