/* test_workspace.c: a workspace is right as a whole, or every reason why not is told at once. */
#include <stdlib.h>

#include "support/expect.h"

#include "base/file.h"
#include "portolan/random.h"
#include "workspace/limits.h"
#include "workspace/workspace.h"

#define FILE_OF(path, text)                                                                        \
    {                                                                                              \
        path,                                                                                      \
        {                                                                                          \
            text, sizeof text - 1                                                                  \
        }                                                                                          \
    }
#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

#define COMPANY "company: Acme\ncurrency: EUR\nzone: Europe/Berlin\n"
static const ptl_config_file portolan = FILE_OF("portolan.yaml", COMPANY);

static char orders[] = "table: txn\nfiles: [data/*.csv]\nidentifier_kind: customer\n"
                       "mapping: SELECT 1\n";

/* --- all is well ------------------------------------------------------------------------------ */

static void everything_arrives(void **state)
{
    (void)state;
    ptl_error err;
    ptl_workspace w;
    const ptl_config_file files[] = {
        FILE_OF("sources/spend.yaml",
                "about: Media\nowner: Jo\ntable: spend\nfiles: [../x.csv, \"/abs/*.gz\", "
                "\"${DATA}/y\"]\n"
                "format:\n  delimiter: tab\n  quote: \"'\"\n  encoding: latin-1\n"
                "locale: de\ncurrency: CHF\nzone: UTC\nmapping: |\n  SELECT *\n  FROM source\n"),
        FILE_OF("portolan.yaml", COMPANY
                "locale: de-DE\nweek_start: sunday\nfiscal_year_start: april\nthreads: 3\n"
                "memory: 2 GiB\nkpi:\n  metric: revenue\n  owner: Ines\n  from: 31,000,000\n"
                "  to: 42,000,000.00\n  by: 2027-03-31\n"),
        {"sources/orders.yaml", {orders, sizeof orders - 1}},
        FILE_OF("channels.yaml", "- name: paid_search\n  paid: true\n  owner: Al\n"
                                 "  aliases: [SEM, Google Ads]\n- {name: tv, label: Fernsehen}\n"),
    };
    EXPECT_OK(ptl_workspace_parse(&w, "/srv/acme", files, N_OF(files), NULL, &err));
    EXPECT_STR(w.root, "/srv/acme");
    EXPECT_STR(w.company, "Acme");
    EXPECT_STR(w.currency, "EUR");
    EXPECT_STR(w.locale, "de-DE");
    EXPECT_STR(ptl_zone_name(w.zone), "Europe/Berlin");
    EXPECT_INT(w.week_start, 7);
    EXPECT_INT(w.fiscal_year_month, 4);
    EXPECT_INT(w.n_threads, 3);
    EXPECT_INT(w.memory_bytes_max, INT64_C(2147483648));
    EXPECT_INT(w.version, 0);
    EXPECT_STR(w.kpi.metric, "revenue");
    EXPECT_STR(w.kpi.label, "Revenue");
    EXPECT_STR(w.kpi.owner, "Ines");
    EXPECT_INT(w.kpi.baseline_micros, INT64_C(31000000000000));
    EXPECT_INT(w.kpi.target_micros, INT64_C(42000000000000));
    assert_true(w.kpi.has_target);
    EXPECT_INT(w.kpi.due, ptl_day_of((ptl_date){2027, 3, 31}));
    EXPECT_INT(w.kpi.starts, ptl_day_of((ptl_date){2026, 4, 1})); /* that fiscal year's first day */

    EXPECT_INT(w.n_channels, 2);
    EXPECT_STR(w.channels[0].label, "Paid search");
    EXPECT_STR(w.channels[1].label, "Fernsehen");
    assert_true(w.channels[0].paid);
    assert_false(w.channels[1].paid);
    EXPECT_STR(w.channels[0].aliases[1], "Google Ads");
    assert_null(w.channels[1].owner);

    EXPECT_INT(w.n_sources, 2); /* by name */
    const ptl_source_config *o = &w.sources[0], *s = &w.sources[1];
    EXPECT_STR(o->name, "orders");
    EXPECT_STR(o->about, "");
    EXPECT_STR(o->locale, "de-DE"); /* the workspace's */
    EXPECT_STR(o->currency, "EUR");
    EXPECT_STR(o->zone, "Europe/Berlin");
    EXPECT_STR(o->encoding, "utf-8");
    EXPECT_INT(o->delimiter, 0);
    EXPECT_INT(o->quote, 0);
    EXPECT_STR(o->identifier_kind, "customer");
    EXPECT_STR(s->name, "spend");
    EXPECT_INT(s->n_files, 3);
    EXPECT_STR(s->files[2], "${DATA}/y"); /* as written: put in when files are looked for */
    EXPECT_STR(s->mapping, "SELECT *\nFROM source");
    EXPECT_INT(s->delimiter, '\t');
    EXPECT_INT(s->quote, '\'');
    EXPECT_STR(s->encoding, "latin-1");
    EXPECT_STR(s->locale, "de");
    EXPECT_STR(s->currency, "CHF");
    EXPECT_STR(s->zone, "UTC");
    assert_ptr_equal(ptl_workspace_source(&w, PTL_TEXT("spend")), s);
    ptl_workspace_dispose(&w);
    ptl_workspace_dispose(&w); /* nothing left to free */
    ptl_workspace_dispose(NULL);
}

static void what_is_left_out(void **state)
{
    (void)state;
    ptl_error err;
    ptl_workspace w;
    EXPECT_OK(ptl_workspace_parse(&w, ".", &portolan, 1, NULL, &err));
    EXPECT_STR(w.locale, "en-GB");
    EXPECT_INT(w.week_start, 1);
    EXPECT_INT(w.fiscal_year_month, 1);
    EXPECT_INT(w.n_threads, 0);
    EXPECT_INT(w.memory_bytes_max, INT64_C(4294967296));
    EXPECT_STR(w.kpi.metric, "cm2");
    EXPECT_STR(w.kpi.label, "Contribution after marketing");
    assert_false(w.kpi.has_target);
    EXPECT_INT(w.n_channels, 0);
    EXPECT_INT(w.n_sources, 0);
    assert_null(ptl_workspace_channel(&w, PTL_TEXT("tv")));
    ptl_workspace_dispose(&w);
    const ptl_config_file files[] = {portolan, FILE_OF("channels.yaml", "# none yet\n")};
    EXPECT_OK(ptl_workspace_parse(&w, ".", files, 2, NULL, &err));
    EXPECT_INT(w.n_channels, 0);
    ptl_workspace_dispose(&w);
}

/* The hash names the files: their order is nothing, a byte or a path is everything. */
static void the_hash_names_the_files(void **state)
{
    (void)state;
    ptl_error err;
    const ptl_config_file a[] = {portolan, FILE_OF("channels.yaml", "- name: tv\n")};
    const ptl_config_file b[] = {FILE_OF("channels.yaml", "- name: tv\n"), portolan};
    const ptl_config_file c[] = {FILE_OF("channels.yaml", "- name: tw\n"), portolan};
    const ptl_config_file *sets[] = {a, b, c};
    ptl_hash hash[3];
    for (int i = 0; i < 3; i++) {
        ptl_workspace w;
        EXPECT_OK(ptl_workspace_parse(&w, i ? "x" : ".", sets[i], 2, NULL, &err));
        hash[i] = w.hash;
        ptl_workspace_dispose(&w);
    }
    assert_true(ptl_hash_equal(hash[0], hash[1]));
    assert_false(ptl_hash_equal(hash[0], hash[2]));
}

/* --- channels --------------------------------------------------------------------------------- */

static void channels_are_recognised(void **state)
{
    (void)state;
    ptl_error err;
    ptl_workspace w;
    const ptl_config_file files[] = {
        portolan,
        FILE_OF("channels.yaml", "- name: paid_search\n  aliases: [Google Ads, \"STRASSE\"]\n"
                                 "- name: direct\n  label: Direct\n"
                                 "- name: cafe\n  aliases: [\"Caf\xC3\xA9\", Ærøskøbing]\n")};
    EXPECT_OK(ptl_workspace_parse(&w, ".", files, 2, NULL, &err));
    static const struct {
        const char *recorded;
        int channel;
    } cases[] = {{"paid_search", 0}, {"Paid Search", 0}, /* its label, made from the name */
                 {"GOOGLE ADS", 0},  {"  google ads\t", 0},
                 {"straße", 0},                           /* full case folding */
                 {"direct", 1},      {"CAFE\xCC\x81", 2}, /* e and its accent as two characters */
                 {"ÆRØSKØBING", 2},  {"google  ads", -1},
                 {"cafe", 2}, /* its name */
                 {"", -1},           {" ", -1},
                 {"tv", -1},         {"\xFF\xFE", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ptl_channel_config *found = ptl_workspace_channel(&w, ptl_text_of(cases[i].recorded));
        const ptl_channel_config *wanted =
            cases[i].channel < 0 ? NULL : &w.channels[cases[i].channel];
        if (found != wanted) fail_msg("\"%s\" is %s", cases[i].recorded, found ? found->name : "-");
    }
    char longest[5000];
    memset(longest, 'x', sizeof longest);
    assert_null(ptl_workspace_channel(&w, (ptl_text){longest, sizeof longest}));
    ptl_workspace_dispose(&w);
}

/* --- faults ----------------------------------------------------------------------------------- */

/* The faults of `files`, one a line. */
static void expect_faults(const ptl_config_file *files, int64_t n, const char *expected)
{
    ptl_error err;
    ptl_workspace w;
    ptl_faults faults;
    ptl_buffer all;
    ptl_faults_init(&faults);
    ptl_buffer_init(&all, 1 << 16, NULL);
    ptl_buffer_text(&all, "");
    const ptl_status st = ptl_workspace_parse(&w, ".", files, n, &faults, &err);
    EXPECT_INT(st, PTL_E_INVALID);
    for (int64_t i = 0; i < faults.n; i++) {
        ptl_fault_format(&all, &faults.items[i]);
        ptl_buffer_text(&all, "\n");
    }
    EXPECT_STR(all.ptr, expected);
    assert_null(w.zone);
    ptl_buffer_dispose(&all);
    ptl_faults_dispose(&faults);
}

static void all_faults_at_once(void **state)
{
    (void)state;
    const ptl_config_file files[] = {
        FILE_OF("portolan.yaml", "company:\n"
                                 "curency: EUR\n"
                                 "zone: Europe/Berlinn\n"
                                 "week_start: Monday\n"
                                 "threads: many\n"
                                 "memory: 4GB\n"
                                 "locale: *here\n"
                                 "kpi:\n"
                                 "  metric: cm3\n"
                                 "  to: 42.000.000\n"
                                 "  by: 31.12.2026\n"
                                 "  by: 2026-12-31\n"),
        FILE_OF("channels.yaml", "name: tv\n"),
        FILE_OF("sources/a.yaml", "table: txm\nfiles: []\n"),
    };
    expect_faults(
        files, N_OF(files),
        "channels.yaml:1:1: found a map, allowed: a list, each item after \"- \"\n"
        "portolan.yaml:1:1: company: found nothing, allowed: text of 1 to 200 characters\n"
        "portolan.yaml:1:1: currency: missing, allowed: a currency of ISO 4217 as EUR\n"
        "portolan.yaml:2:1: curency: found \"curency\", allowed: the keys company, currency, zone, "
        "locale, week_start, fiscal_year_start, threads, memory, kpi, review, digest; did you mean "
        "\"currency\"?\n"
        "portolan.yaml:3:7: zone: found \"Europe/Berlinn\", allowed: a time zone as Europe/Berlin; "
        "did you mean \"Europe/Berlin\"?\n"
        "portolan.yaml:4:13: week_start: found \"Monday\", allowed: monday, tuesday, wednesday, "
        "thursday, friday, saturday or sunday; did you mean \"monday\"?\n"
        "portolan.yaml:5:10: threads: found \"many\", allowed: a whole number from 0 to 256\n"
        "portolan.yaml:6:9: memory: found \"4GB\", allowed: a size as 512 MiB or 4 GiB, from 192 "
        "MiB to 16 TiB\n"
        "portolan.yaml:7:9: found the alias *here, allowed: every value written out; text that "
        "begins with * in quotes\n"
        "portolan.yaml:8:1: kpi.from: missing, allowed: an amount as 31,000,000.00: a target has "
        "from, to and by\n"
        "portolan.yaml:9:11: kpi.metric: found \"cm3\", allowed: cm2, cm1 or revenue; did you "
        "mean \"cm2\"?\n"
        "portolan.yaml:10:7: kpi.to: found \"42.000.000\", allowed: an amount as 42,000,000.00\n"
        "portolan.yaml:11:7: kpi.by: found \"31.12.2026\", allowed: a day as 2026-12-31; did you "
        "mean \"2026-12-31\"?\n"
        "portolan.yaml:12:3: kpi.by: found a key that line 11 has already, allowed: every key "
        "once\n"
        "sources/a.yaml:1:1: mapping: missing, allowed: one SELECT from `source`; or a preset\n"
        "sources/a.yaml:1:8: table: found \"txm\", allowed: a table that files go to, as txn or "
        "spend: docs/tables.md; did you mean \"txn\"?\n"
        "sources/a.yaml:2:8: files: found a list, allowed: a list as [a, b] of 1 to 1000 texts\n");
}

static void the_error_tells_the_first(void **state)
{
    (void)state;
    ptl_error err;
    ptl_workspace w;
    const ptl_config_file file = FILE_OF("portolan.yaml", COMPANY "week_start: 1\nthreads: -1\n");
    EXPECT_FAIL(ptl_workspace_parse(&w, ".", &file, 1, NULL, &err), PTL_E_INVALID,
                "portolan.yaml:4:13: week_start: found \"1\"");
    assert_non_null(strstr(err.detail, "2 faults in all\nportolan.yaml:5:10: threads: "));
    EXPECT_INT(ptl_workspace_parse(&w, ".", &file, 1, NULL, NULL), PTL_E_INVALID);
}

static void channels_share_nothing(void **state)
{
    (void)state;
    const ptl_config_file files[] = {
        portolan,
        FILE_OF("channels.yaml", "- name: tv\n"
                                 "  aliases: [Fernsehen, TV, fernsehen]\n" /* TV is its own name */
                                 "- name: radio\n"
                                 "  label: Fernsehen\n"
                                 "- name: tv\n"
                                 "- name: print\n"
                                 "  aliases:\n"
                                 "  - magazines\n"
                                 "  - RADIO\n")};
    expect_faults(
        files, 2,
        "channels.yaml:2:28: [1].aliases[3]: found \"fernsehen\", allowed: every alias "
        "once\n"
        "channels.yaml:4:10: [2].label: found \"Fernsehen\", allowed: a text that no "
        "other channel has; line 2 has it (tv)\n"
        "channels.yaml:5:9: [3].name: found \"tv\", allowed: a text that no other channel "
        "has; line 1 has it (tv)\n"
        "channels.yaml:9:5: [4].aliases[2]: found \"RADIO\", allowed: a text that no "
        "other channel has; line 3 has it (radio)\n");
}

static void targets_are_whole(void **state)
{
    (void)state;
    static const struct {
        const char *kpi, *fault;
    } cases[] = {
        {"kpi: {to: 1}\n",
         "portolan.yaml:4:1: kpi.from: missing, allowed: an amount as 31,000,000.00: a target has "
         "from, to and by\n"
         "portolan.yaml:4:1: kpi.by: missing, allowed: a day as 2026-12-31: a target has from, to "
         "and by\n"},
        {"kpi:\n  from: 1\n  to: 2\n  starts: 2026-12-31\n  by: 2026-12-31\n",
         "portolan.yaml:8:7: kpi.by: found \"2026-12-31\", allowed: a day after kpi.starts\n"},
        {"kpi: 5\n", "portolan.yaml:4:6: kpi: found \"5\", allowed: a map of keys and values\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[300];
        snprintf(text, sizeof text, COMPANY "%s", cases[i].kpi);
        const ptl_config_file file = {"portolan.yaml", ptl_text_of(text)};
        expect_faults(&file, 1, cases[i].fault);
    }
}

static void sources_are_checked(void **state)
{
    (void)state;
    const ptl_config_file files[] = {
        portolan,
        FILE_OF("sources/b.yaml",
                "table: figure\nfiles: [\"${DATA\", \"${}/x\", a$b, \"${A B}\"]\n"
                "mapping: SELECT 1\nformat: {encoding: utf8, delimiter: \";;\"}\n"),
        FILE_OF("sources/c.yaml", "table: usage_day\nfiles: [x]\nmapping: SELECT 1\n"),
    };
    expect_faults(files, 3,
                  "sources/b.yaml:1:8: table: found \"figure\", allowed: a table that files go to, "
                  "as txn or spend: docs/tables.md\n"
                  "sources/b.yaml:2:9: files[1]: found \"${DATA\", allowed: a path in which every "
                  "variable is written as ${NAME}\n"
                  "sources/b.yaml:2:19: files[2]: found \"${}/x\", allowed: a path in which every "
                  "variable is written as ${NAME}\n"
                  "sources/b.yaml:2:33: files[4]: found \"${A B}\", allowed: a path in which every "
                  "variable is written as ${NAME}\n"
                  "sources/b.yaml:4:20: format.encoding: found \"utf8\", allowed: utf-8, utf-16 or "
                  "latin-1; did you mean \"utf-8\"?\n"
                  "sources/b.yaml:4:37: format.delimiter: found \";;\", allowed: one character, or "
                  "the word tab\n"
                  "sources/c.yaml:1:1: identifier_kind: missing, allowed: what `identifier` holds, "
                  "as customer or email: rows of this table belong to somebody\n");
}

static void files_have_their_names(void **state)
{
    (void)state;
    const ptl_config_file files[] = {
        FILE_OF("sources/Orders 1.yaml", "x: 1\n"),
        FILE_OF("sources/orders.yml", "x: 1\n"),
        FILE_OF("measures.yaml", "x: 1\n"),
    };
    expect_faults(
        files, 3,
        "measures.yaml:1:1: found a file that is not of a workspace, allowed: "
        "portolan.yaml, channels.yaml, journeys.yaml, metrics.yaml, people/verticals.yaml and "
        "sources/<name>.yaml\n"
        "sources/Orders 1.yaml:1:1: found this file's name, allowed: "
        "sources/<name>.yaml, the name of a-z, 0-9 and _, at most 64 characters\n"
        "sources/orders.yml:1:1: found this file's name, allowed: sources/<name>.yaml, "
        "the name of a-z, 0-9 and _, at most 64 characters\n"
        "portolan.yaml:1:1: found no such file, allowed: every workspace has this file\n");
    ptl_error err;
    ptl_workspace w;
    const ptl_config_file twice[] = {portolan, portolan};
    EXPECT_FAIL(ptl_workspace_parse(&w, ".", twice, 2, NULL, &err), PTL_E_INVALID, "given twice");
}

/* --- variables -------------------------------------------------------------------------------- */

static void journeys_have_goals(void **state)
{
    (void)state;
    ptl_error err;
    ptl_workspace w;
    EXPECT_OK(ptl_workspace_parse(&w, ".", &portolan, 1, NULL, &err));
    EXPECT_INT(w.journeys.look_back_days, 30);
    EXPECT_INT(w.journeys.session_minutes, 30);
    EXPECT_STR(w.journeys.direct, "direct");
    EXPECT_STR(ptl_workspace_goal(&w, NULL)->name, "purchase");
    EXPECT_STR(ptl_workspace_goal(&w, NULL)->table, "txn");
    ptl_workspace_dispose(&w);
    const ptl_config_file files[] = {
        FILE_OF("journeys.yaml", "unit: account\nimpressions: true\ngoals:\n  - name: won\n"
                                 "    table: opportunity\n    look_back_days: 180\n"
                                 "  - name: churn\n    table: subscription\n    kinds: [churn]\n"
                                 "    value: none\n"),
        portolan};
    EXPECT_OK(ptl_workspace_parse(&w, ".", files, 2, NULL, &err));
    EXPECT_INT(w.journeys.n_goals, 2);
    assert_true(w.journeys.impressions && !w.journeys.messages && w.journeys.direct_counts);
    EXPECT_INT(ptl_workspace_goal(&w, NULL)->look_back_days, 180);
    EXPECT_STR(ptl_workspace_goal(&w, "churn")->kinds[0], "churn");
    EXPECT_STR(ptl_workspace_goal(&w, "churn")->value, "none");
    assert_null(ptl_workspace_goal(&w, "lost"));
    ptl_workspace_dispose(&w);
    const ptl_config_file wrong[] = {
        FILE_OF("journeys.yaml", "goals:\n  - name: won\n    table: deals\n  - name: won\n"),
        portolan};
    expect_faults(wrong, 2,
                  "journeys.yaml:3:12: goals[1].table: found \"deals\", allowed: txn, event, lead, "
                  "opportunity or subscription\n"
                  "journeys.yaml:4:11: goals[2].name: found \"won\", allowed: a name that no other "
                  "goal has\n");
}

static void patterns_are_expanded(void **state)
{
    (void)state;
    ptl_error err;
    ptl_arena arena;
    char *path = NULL;
    ptl_arena_init(&arena, 1 << 20, NULL);
    setenv("PTL_TEST_DATA", "/data/x y", 1);
    setenv("PTL_TEST_LONG", "/0123456789012345678901234567890123456789", 1);
    unsetenv("PTL_TEST_NONE");
    static const char *const cases[][2] = {
        {"data/*.csv", "data/*.csv"},
        {"${PTL_TEST_DATA}/*.csv", "/data/x y/*.csv"},
        {"a${PTL_TEST_DATA}b${PTL_TEST_DATA}", "a/data/x yb/data/x y"},
        {"$HOME/a$", "$HOME/a$"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        EXPECT_OK(ptl_workspace_expand(&path, cases[i][0], &arena, &err));
        EXPECT_STR(path, cases[i][1]);
    }
    EXPECT_FAIL(ptl_workspace_expand(&path, "${PTL_TEST_NONE}/x", &arena, &err), PTL_E_NOT_FOUND,
                "environment variable PTL_TEST_NONE is not set");
    assert_non_null(strstr(err.hint, "PTL_TEST_NONE=/path"));
    ptl_buffer many;
    ptl_buffer_init(&many, 1 << 16, NULL);
    for (int i = 0; i < 120; i++) ptl_buffer_text(&many, "${PTL_TEST_LONG}");
    EXPECT_FAIL(ptl_workspace_expand(&path, many.ptr, &arena, &err), PTL_E_LIMIT, "file pattern");
    ptl_buffer_dispose(&many);
    ptl_arena_dispose(&arena);
}

/* --- the page, the examples ------------------------------------------------------------------- */

static void the_page_is_in_step(void **state)
{
    (void)state;
    ptl_error err;
    ptl_arena arena;
    ptl_text page;
    ptl_buffer printed;
    ptl_arena_init(&arena, 1 << 20, NULL);
    ptl_buffer_init(&printed, 1 << 20, NULL);
    ptl_workspace_reference(&printed);
    EXPECT_OK(ptl_buffer_check(&printed, "the page", &err));
    /* to renew it: PTL_WRITE_DOCS=1 build/dev/tests/test_workspace */
    if (getenv("PTL_WRITE_DOCS"))
        EXPECT_OK(ptl_file_write(PTL_SOURCE_DIR "/docs/workspace.md", ptl_buffer_borrow(&printed),
                                 0644, &err));
    EXPECT_OK(ptl_file_read(&page, PTL_SOURCE_DIR "/docs/workspace.md", 1 << 20, &arena, &err));
    EXPECT_STR(page.ptr, printed.ptr);
    ptl_buffer_dispose(&printed);
    ptl_arena_dispose(&arena);
}

static void examples_are_right(void **state)
{
    (void)state;
    ptl_error err;
    ptl_arena arena;
    char **found = NULL;
    int64_t n_found = 0;
    ptl_arena_init(&arena, 64 << 20, NULL);
    EXPECT_OK(
        ptl_path_glob(&found, &n_found, PTL_SOURCE_DIR "/examples/*/portolan.yaml", &arena, &err));
    for (int64_t i = 0; i < n_found; i++) {
        ptl_workspace w;
        ptl_config_file *files = NULL;
        int64_t n = 0;
        *strrchr(found[i], '/') = '\0';
        EXPECT_OK(ptl_workspace_files(&files, &n, found[i], &arena, &err));
        EXPECT_OK(ptl_workspace_parse(&w, found[i], files, n, NULL, &err));
        ptl_workspace_dispose(&w);
    }
    ptl_arena_dispose(&arena);
}

/* --- any bytes -------------------------------------------------------------------------------- */

/* Whatever stands in the files, they are read or every fault has a place inside its file. */
static void survives(const char *path, char *bytes, size_t len)
{
    ptl_error err;
    ptl_workspace w;
    ptl_faults faults;
    const ptl_config_file files[] = {portolan, {path, {bytes, len}}};
    const bool own = strcmp(path, "portolan.yaml") == 0;
    ptl_faults_init(&faults);
    const ptl_status st =
        ptl_workspace_parse(&w, ".", own ? &files[1] : files, own ? 1 : 2, &faults, &err);
    if (st == PTL_OK) {
        EXPECT_INT(faults.n_total, 0);
        ptl_workspace_dispose(&w);
    } else {
        EXPECT_INT(st, PTL_E_INVALID);
        assert_true(faults.n > 0);
    }
    int64_t lines = 2; /* a fault may stand at the end of the file */
    for (size_t i = 0; i < len; i++) lines += bytes[i] == '\n';
    for (int64_t i = 0; i < faults.n; i++) {
        assert_in_range(faults.items[i].line, 1, lines);
        assert_in_range(faults.items[i].column, 1, len + 2);
        assert_true(faults.items[i].allowed[0] != '\0');
    }
    ptl_faults_dispose(&faults);
}

static void flipped_bytes(void **state)
{
    (void)state;
    static const char channels[] =
        "# head\n- name: paid_search\n  label: \"Paid: search\"\n  owner: Jo\n  paid: true\n"
        "  aliases: [Google Ads, 'SEM', ü]\n- name: tv\n  aliases:\n  - Fernsehen\n";
    static const char full[] =
        COMPANY "locale: de-DE\nweek_start: sunday\nmemory: 2 GiB\nkpi:\n  metric: cm1\n"
                "  from: 1\n  to: 42,000,000.00\n  starts: 2026-01-01\n  by: 2027-03-31\n";
    static const char source[] = "about: >\n  Orders\n  of all\ntable: txn\nfiles: "
                                 "[\"${D}/*.csv\"]\nformat: {delimiter: tab}\n"
                                 "identifier_kind: customer\nmapping: |\n  SELECT a AS b, -- x: "
                                 "y\n         c\n  FROM source\n";
    static const struct {
        const char *path, *text;
    } valid[] = {{"portolan.yaml", full}, {"channels.yaml", channels}, {"sources/a.yaml", source}};
    static const char interesting[] = "\t\n\r \"'#&*!|>%@`{}[],:?-\\\0\x7F\xFF\xC3\xEF";
    ptl_rng rng = ptl_rng_new(20261122);
    for (int round = 0; round < 3000; round++) {
        char bytes[1024];
        const char *text = valid[round % 3].text;
        const size_t len = strlen(text);
        memcpy(bytes, text, len);
        const uint64_t n = 1 + ptl_rng_below(&rng, 4);
        for (uint64_t i = 0; i < n; i++) {
            const size_t at = (size_t)ptl_rng_below(&rng, len);
            bytes[at] = ptl_rng_below(&rng, 2)
                            ? (char)ptl_rng_below(&rng, 256)
                            : interesting[ptl_rng_below(&rng, sizeof interesting - 1)];
        }
        survives(valid[round % 3].path, bytes, len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_arrives),
        cmocka_unit_test(what_is_left_out),
        cmocka_unit_test(the_hash_names_the_files),
        cmocka_unit_test(channels_are_recognised),
        cmocka_unit_test(all_faults_at_once),
        cmocka_unit_test(the_error_tells_the_first),
        cmocka_unit_test(channels_share_nothing),
        cmocka_unit_test(targets_are_whole),
        cmocka_unit_test(sources_are_checked),
        cmocka_unit_test(files_have_their_names),
        cmocka_unit_test(journeys_have_goals),
        cmocka_unit_test(patterns_are_expanded),
        cmocka_unit_test(the_page_is_in_step),
        cmocka_unit_test(examples_are_right),
        cmocka_unit_test(flipped_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
