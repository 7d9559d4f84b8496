/* tables.c: every key of every file, once (schema.h). The reference page docs/workspace.md is
 * printed from here; `about` is written for the person who fills the file in. */
#include "workspace/tables.h"

#include "store/rows.h"
#include "workspace/limits.h"

#include <stddef.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])
#define MIB 1048576.0

/* --- portolan.yaml ---------------------------------------------------------------------------- */

static const char *const metrics[] = {"cm2", "cm1", "revenue", NULL};
static const char *const weekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday",    NULL};
static const char *const months[] = {"january",  "february", "march",  "april",     "may",
                                     "june",     "july",     "august", "september", "october",
                                     "november", "december", NULL};

#define KPI(field) offsetof(ptl_kpi_config, field)
static const ptl_schema_key kpi_keys[] = {
    {.key = "metric",
     .kind = PTL_SCHEMA_WORD,
     .values = metrics,
     .defaults = "cm2",
     .offset = KPI(metric),
     .about = "What is counted: cm2 is revenue less variable cost less media, cm1 is before media"},
    {.key = "label",
     .kind = PTL_SCHEMA_TEXT,
     .offset = KPI(label),
     .where_absent = "the metric's name",
     .about = "How your company calls it; stands at the head of every review"},
    {.key = "owner",
     .kind = PTL_SCHEMA_TEXT,
     .offset = KPI(owner),
     .where_absent = "nobody",
     .about = "The one person who answers for it"},
    {.key = "from",
     .kind = PTL_SCHEMA_MONEY,
     .offset = KPI(baseline_micros),
     .where_absent = "no target",
     .about = "Where you start: the figure of the period before"},
    {.key = "to",
     .kind = PTL_SCHEMA_MONEY,
     .offset = KPI(target_micros),
     .where_absent = "no target",
     .about = "Where you want to be: the figure summed from `starts` to `by`"},
    {.key = "starts",
     .kind = PTL_SCHEMA_DAY,
     .offset = KPI(starts),
     .where_absent = "the fiscal year's first day before `by`",
     .about = "The first day that counts"},
    {.key = "by",
     .kind = PTL_SCHEMA_DAY,
     .offset = KPI(due),
     .where_absent = "no target",
     .about = "The last day that counts. `from`, `to` and `by` come together"},
};
static const ptl_schema kpi_schema = {
    .title = "kpi", .keys = kpi_keys, .n_keys = N_OF(kpi_keys), .size = sizeof(ptl_kpi_config)};

#define DRAFT(field) offsetof(ptl_draft, field)
static const ptl_schema_key portolan_keys[] = {
    {.key = "company",
     .kind = PTL_SCHEMA_TEXT,
     .required = true,
     .offset = DRAFT(workspace.company),
     .about = "Your company, as it stands on reviews"},
    {.key = "currency",
     .kind = PTL_SCHEMA_CURRENCY,
     .required = true,
     .offset = DRAFT(workspace.currency),
     .about = "The currency of your books; figures are shown in it"},
    {.key = "zone",
     .kind = PTL_SCHEMA_ZONE,
     .required = true,
     .offset = DRAFT(zone),
     .about = "Where your day begins and ends: an order at 23:30 belongs to the day there"},
    {.key = "locale",
     .kind = PTL_SCHEMA_LOCALE,
     .defaults = "en-GB",
     .offset = DRAFT(workspace.locale),
     .about = "How figures and dates are written on reviews, and read from files"},
    {.key = "week_start",
     .kind = PTL_SCHEMA_ENUM,
     .values = weekdays,
     .defaults = "monday",
     .offset = DRAFT(workspace.week_start),
     .about = "The first day of your week"},
    {.key = "fiscal_year_start",
     .kind = PTL_SCHEMA_ENUM,
     .values = months,
     .defaults = "january",
     .offset = DRAFT(workspace.fiscal_year_month),
     .about = "The month in which your business year begins"},
    {.key = "threads",
     .kind = PTL_SCHEMA_INT,
     .high = 256,
     .defaults = "0",
     .offset = DRAFT(workspace.n_threads),
     .about = "Processor cores the program may use; 0 is all of them. Results do not depend on it"},
    {.key = "memory",
     .kind = PTL_SCHEMA_BYTES,
     .low = 192 * MIB,
     .high = 16 * MIB * 1048576.0,
     .defaults = "4 GiB",
     .offset = DRAFT(workspace.memory_bytes_max),
     .about = "Memory the program may use; the store takes a third of it"},
    {.key = "kpi",
     .kind = PTL_SCHEMA_MAP,
     .nested = &kpi_schema,
     .offset = DRAFT(workspace.kpi),
     .about = "The one number everybody works towards"},
};
const ptl_schema ptl_schema_portolan = {
    .title = "`portolan.yaml`",
    .about = "The company, its calendar and the one number. The only file a workspace must have.",
    .keys = portolan_keys,
    .n_keys = N_OF(portolan_keys),
    .size = sizeof(ptl_draft),
    .check = ptl_check_portolan};

/* --- channels.yaml ---------------------------------------------------------------------------- */

#define CHANNEL(field) offsetof(ptl_channel_config, field)
static const ptl_schema_key channel_keys[] = {
    {.key = "name",
     .kind = PTL_SCHEMA_NAME,
     .required = true,
     .offset = CHANNEL(name),
     .about = "The name that figures are kept under; do not change it later"},
    {.key = "label",
     .kind = PTL_SCHEMA_TEXT,
     .offset = CHANNEL(label),
     .where_absent = "the name, as words",
     .about = "How people call it; shown everywhere"},
    {.key = "owner",
     .kind = PTL_SCHEMA_TEXT,
     .offset = CHANNEL(owner),
     .where_absent = "nobody",
     .about = "The one person who answers for it"},
    {.key = "paid",
     .kind = PTL_SCHEMA_BOOL,
     .defaults = "false",
     .offset = CHANNEL(paid),
     .about = "true where you buy media in it"},
    {.key = "aliases",
     .kind = PTL_SCHEMA_TEXTS,
     .high = 1000,
     .offset = CHANNEL(aliases),
     .offset_n = CHANNEL(n_aliases),
     .where_absent = "none",
     .about = "Other ways in which exports write it; capitals make no difference"},
};
const ptl_schema ptl_schema_channel = {
    .title = "`channels.yaml`",
    .about = "A list of the channels you work with, one item each. What an export writes is "
             "recognised by name, label or alias, and no two channels may share one. Anything else "
             "that turns up is shown as not governed.",
    .keys = channel_keys,
    .n_keys = N_OF(channel_keys),
    .size = sizeof(ptl_channel_config),
    .check = ptl_check_channel};

/* --- sources/<name>.yaml ---------------------------------------------------------------------- */

static const char *const encodings[] = {"utf-8", "utf-16", "latin-1", NULL};

/* in the order of ptl_rows_kind */
static const char *const kinds[] = {"csv", "jsonl", "parquet", "xlsx", NULL};

#define SOURCE(field) offsetof(ptl_source_config, field)
static const ptl_schema_key format_keys[] = {
    {.key = "kind",
     .kind = PTL_SCHEMA_ENUM,
     .values = kinds,
     .offset = SOURCE(kind),
     .where_absent = "by the file's name",
     .about = "What the files are: text with columns, one JSON object a line, Parquet, a workbook"},
    {.key = "head_row",
     .kind = PTL_SCHEMA_ROW,
     .offset = SOURCE(head_row),
     .where_absent = "the first line that is not blank; in a workbook it is found",
     .about = "The line with the columns' names, where a title stands above it; `auto` finds it"},
    {.key = "totals",
     .kind = PTL_SCHEMA_TEXTS,
     .low = 1,
     .high = PTL_ROWS_TOTALS_MAX,
     .offset = SOURCE(totals),
     .offset_n = SOURCE(n_totals),
     .where_absent = "none",
     .about = "Rows to pass over: those whose first filled field reads so; `*` stands for any "
              "text, as in `[\"Total*\"]`"},
    {.key = "sheet",
     .kind = PTL_SCHEMA_TEXT,
     .offset = SOURCE(sheet),
     .where_absent = "the only sheet with rows",
     .about = "The sheet of a workbook"},
    {.key = "range",
     .kind = PTL_SCHEMA_TEXT,
     .offset = SOURCE(range),
     .where_absent = "the only table there",
     .about = "The cells of a sheet that are read, as `A3:F20`, where it holds several tables"},
    {.key = "delimiter",
     .kind = PTL_SCHEMA_CHARACTER,
     .offset = SOURCE(delimiter),
     .where_absent = "found in the file",
     .about = "What stands between two columns"},
    {.key = "quote",
     .kind = PTL_SCHEMA_CHARACTER,
     .offset = SOURCE(quote),
     .where_absent = "`\"`",
     .about = "What stands around a text that holds the delimiter"},
    {.key = "encoding",
     .kind = PTL_SCHEMA_WORD,
     .values = encodings,
     .defaults = "utf-8",
     .offset = SOURCE(encoding),
     .about = "How the file writes letters beyond a to z"},
};
static const ptl_schema format_schema = {/* its fields are the source's own */
                                         .title = "format",
                                         .keys = format_keys,
                                         .n_keys = N_OF(format_keys),
                                         .size = sizeof(ptl_source_config)};

static const ptl_schema_key source_keys[] = {
    {.key = "about",
     .kind = PTL_SCHEMA_TEXT,
     .high = 1000,
     .low = 1,
     .offset = SOURCE(about),
     .where_absent = "nothing",
     .about = "What the files are and who exports them, in a sentence"},
    {.key = "owner",
     .kind = PTL_SCHEMA_TEXT,
     .offset = SOURCE(owner),
     .where_absent = "nobody",
     .about = "The one person to ask when the files are late or wrong"},
    {.key = "table",
     .kind = PTL_SCHEMA_NAME,
     .required = true,
     .offset = SOURCE(table),
     .about = "The table that the rows go to: `txn` for orders, `spend` for media"},
    {.key = "files",
     .kind = PTL_SCHEMA_TEXTS,
     .required = true,
     .low = 1,
     .high = 1000,
     .offset = SOURCE(files),
     .offset_n = SOURCE(n_files),
     .about = "Where the files are, from the workspace's folder or from `/`; `*` stands for any "
              "text, `${NAME}` for an environment variable"},
    {.key = "format",
     .kind = PTL_SCHEMA_MAP,
     .nested = &format_schema,
     .about = "How the files are written, where the program cannot see it itself"},
    {.key = "identifier_kind",
     .kind = PTL_SCHEMA_NAME,
     .offset = SOURCE(identifier_kind),
     .where_absent = "none",
     .about = "What `identifier` holds: `customer`, `email`, `cookie` …"},
    {.key = "locale",
     .kind = PTL_SCHEMA_LOCALE,
     .offset = SOURCE(locale),
     .where_absent = "the workspace's",
     .about = "How the files write numbers: `en` 1,234.56, `de` 1.234,56"},
    {.key = "currency",
     .kind = PTL_SCHEMA_CURRENCY,
     .offset = SOURCE(currency),
     .where_absent = "the workspace's",
     .about = "Of amounts whose row names none"},
    {.key = "zone",
     .kind = PTL_SCHEMA_ZONE,
     .offset = SOURCE(zone),
     .where_absent = "the workspace's",
     .about = "Of times that are written without one"},
    {.key = "mapping",
     .kind = PTL_SCHEMA_LINES,
     .required = true,
     .low = 1,
     .high = PTL_MAPPING_CHARACTERS_MAX,
     .offset = SOURCE(mapping),
     .about = "One SELECT from `source`, whose columns are the file's, all text, to the table's "
              "columns"},
};
const ptl_schema ptl_schema_source = {
    .title = "`sources/<name>.yaml`",
    .about = "Where one kind of file comes from and what its columns mean. The file's name is the "
             "source's name.",
    .keys = source_keys,
    .n_keys = N_OF(source_keys),
    .size = sizeof(ptl_source_config),
    .check = ptl_check_source};
