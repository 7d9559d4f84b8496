/* test_widen.c: which changes of a configuration widen (widen.h), each rule both ways: what gives
 * more room needs somebody's agreement, what takes it away does not. */
#include "support/expect.h"

#include "workspace/widen.h"

#include <string.h>

static ptl_error err;
static ptl_arena arena;
static char keys[4096];

typedef struct folder {
    const char *portolan, *channels, *metrics, *verticals;
} folder;

#define COMPANY "company: Acme\ncurrency: EUR\nzone: Europe/Berlin\n"
#define NUMBER                                                                                     \
    "kpi:\n  metric: cm2\n  label: Contribution\n  from: 1,000\n  to: 2,000\n"                     \
    "  starts: 2026-01-01\n  by: 2026-12-31\n"

static const char base[] = COMPANY NUMBER "  holds_at: 60\n  drifts_at: 20\n";

static void parse(ptl_workspace *out, const folder *f)
{
    ptl_config_file files[4];
    int64_t n = 0;
    if (f->channels) files[n++] = (ptl_config_file){"channels.yaml", ptl_text_of(f->channels)};
    if (f->metrics) files[n++] = (ptl_config_file){"metrics.yaml", ptl_text_of(f->metrics)};
    if (f->verticals)
        files[n++] = (ptl_config_file){"people/verticals.yaml", ptl_text_of(f->verticals)};
    files[n++] = (ptl_config_file){"portolan.yaml", ptl_text_of(f->portolan ? f->portolan : base)};
    EXPECT_OK(ptl_workspace_parse(out, "/srv/acme", files, n, NULL, &err));
}

/* "kpi.to kpi.by": the keys that widen from one to the other. */
static const char *between(const folder *before, const folder *after)
{
    ptl_workspace a, b;
    ptl_widening *list;
    int64_t n;
    size_t at = 0;
    parse(&a, before);
    parse(&b, after);
    EXPECT_OK(ptl_workspace_widens(&list, &n, &a, &b, &arena, &err));
    keys[0] = '\0';
    for (int64_t i = 0; i < n; i++)
        at += (size_t)snprintf(keys + at, sizeof keys - at, "%s%s", i > 0 ? " " : "", list[i].key);
    ptl_workspace_dispose(&a);
    ptl_workspace_dispose(&b);
    return keys;
}

typedef struct rule {
    const char *narrow, *wide; /* two texts of one file */
    const char *there, *back;  /* the keys that widen from narrow to wide, and back */
} rule;

static void hold(const rule *rules, size_t n, size_t offset)
{
    for (size_t i = 0; i < n; i++) {
        folder narrow = {0}, wide = {0};
        *(const char **)((char *)&narrow + offset) = rules[i].narrow;
        *(const char **)((char *)&wide + offset) = rules[i].wide;
        EXPECT_STR(between(&narrow, &wide), rules[i].there);
        EXPECT_STR(between(&wide, &narrow), rules[i].back);
        EXPECT_STR(between(&wide, &wide), "");
    }
}

#define HOLD(rules, file) hold(rules, sizeof rules / sizeof *rules, offsetof(folder, file))

#define KPI(from, to, starts, by)                                                                  \
    COMPANY "kpi:\n  metric: cm2\n  label: Contribution\n  from: " from "\n  to: " to              \
            "\n  starts: " starts "\n  by: " by "\n"

static void test_the_number(void **state)
{
    (void)state;
    static const rule rules[] = {
        {KPI("1000", "2000", "2026-01-01", "2026-12-31"),
         KPI("1000", "1999.99", "2026-01-01", "2026-12-31"), "kpi.to", ""},
        {KPI("1000", "2000", "2026-01-01", "2026-12-31"),
         KPI("1000", "2000", "2026-01-01", "2027-01-01"), "kpi.by", ""},
        {KPI("1000", "2000", "2026-01-01", "2026-12-31"),
         KPI("1000", "2000", "2026-01-02", "2026-12-31"), "kpi.starts", "kpi.starts"},
        {KPI("1000", "2000", "2026-01-01", "2026-12-31"),
         KPI("1001", "2000", "2026-01-01", "2026-12-31"), "kpi.from", "kpi.from"},
        {base,
         COMPANY "kpi:\n  metric: revenue\n  label: Contribution\n  from: 1,000\n  to: 2,000\n"
                 "  starts: 2026-01-01\n  by: 2026-12-31\n  holds_at: 60\n  drifts_at: 20\n",
         "kpi.metric", "kpi.metric"},
        {base, COMPANY NUMBER "  holds_at: 59\n  drifts_at: 20\n", "kpi.holds_at", ""},
        {base, COMPANY NUMBER "  holds_at: 60\n  drifts_at: 19\n", "kpi.drifts_at", ""},
        /* a target is a promise: taking it away widens, giving one does not */
        {base, COMPANY "kpi:\n  metric: cm2\n  label: Contribution\n", "kpi.to", ""},
    };
    HOLD(rules, portolan);
}

static void test_a_name_is_taste_unless_it_is_anothers(void **state)
{
    (void)state;
    static const rule rules[] = {
        {base,
         COMPANY "kpi:\n  metric: cm2\n  label: What is left\n  from: 1,000\n  to: 2,000\n"
                 "  starts: 2026-01-01\n  by: 2026-12-31\n",
         "", ""},
        {base,
         COMPANY "kpi:\n  metric: cm2\n  label: revenue\n  from: 1,000\n  to: 2,000\n"
                 "  starts: 2026-01-01\n  by: 2026-12-31\n",
         "kpi.label", ""},
    };
    HOLD(rules, portolan);
}

static void test_review_company_and_readers(void **state)
{
    (void)state;
    static const rule rules[] = {
        {COMPANY "review:\n  least_change: 1\n", COMPANY "review:\n  least_change: 1.5\n",
         "review.least_change", ""},
        {COMPANY, "company: Acme\ncurrency: CHF\nzone: Europe/Berlin\n", "currency", "currency"},
        {COMPANY, "company: Acme\ncurrency: EUR\nzone: UTC\n", "zone", "zone"},
        {COMPANY, COMPANY "fiscal_year_start: april\n", "fiscal_year_start", "fiscal_year_start"},
        {COMPANY, COMPANY "week_start: sunday\n", "week_start", "week_start"},
        {COMPANY, "company: Acme & Sons\ncurrency: EUR\nzone: Europe/Berlin\nthreads: 2\n", "", ""},
        {COMPANY "digest:\n  mail_server: smtps://a:465\n  mail_from: a@a.example\n"
                 "  mail_to: [x@a.example]\n",
         COMPANY "digest:\n  mail_server: smtps://a:465\n  mail_from: a@a.example\n"
                 "  mail_to: [y@a.example, x@a.example]\n",
         "digest.mail_to", ""},
        {COMPANY "digest:\n  webhook: https://a.example/1\n",
         COMPANY "digest:\n  webhook: https://a.example/2\n", "digest.webhook", "digest.webhook"},
        {COMPANY, COMPANY "digest:\n  webhook: https://a.example/2\n", "digest.webhook", ""},
    };
    HOLD(rules, portolan);
}

static void test_what_cac_counts(void **state)
{
    (void)state;
    static const rule rules[] = {
        {"- {name: tv, paid: true}\n", "- {name: tv, paid: false}\n", "channels.tv.paid",
         "channels.tv.paid"},
        {"- {name: tv, paid: true, marketing: true}\n",
         "- {name: tv, paid: true, marketing: false}\n", "channels.tv.marketing",
         "channels.tv.marketing"},
        {"- {name: tv, paid: true}\n- {name: direct, paid: false, marketing: false}\n",
         "- {name: direct, paid: false, marketing: false}\n", "channels.tv", ""},
        {"- {name: tv, label: TV, owner: Al}\n",
         "- {name: tv, label: Telly, aliases: [Fernsehen]}\n", "", ""},
    };
    HOLD(rules, channels);
}

static void test_definitions_and_tolerances(void **state)
{
    (void)state;
    static const rule rules[] = {
        {"- {name: ltv.observed, version: 2, horizon_months: 24}\n",
         "- {name: ltv.observed, version: 3, horizon_months: 24}\n", "metrics.ltv.observed.version",
         "metrics.ltv.observed.version"},
        {"- {name: ltv.observed, version: 2, horizon_months: 24}\n",
         "- {name: ltv.observed, version: 2, horizon_months: 36}\n",
         "metrics.ltv.observed.horizon_months", "metrics.ltv.observed.horizon_months"},
        {"- {name: ltv.observed, version: 2, discount: 0.1}\n",
         "- {name: ltv.observed, version: 2, discount: 0.05}\n", "metrics.ltv.observed.discount",
         "metrics.ltv.observed.discount"},
        {"- {name: reconcile.revenue, tolerance: 0.01}\n",
         "- {name: reconcile.revenue, tolerance: 0.02}\n", "metrics.reconcile.revenue.tolerance",
         ""},
        {"- {name: ltv.observed, label: Worth of a customer}\n",
         "- {name: ltv.observed, label: Lifetime, owner: Al}\n", "", ""},
    };
    HOLD(rules, metrics);
}

#define NORTH "- {name: north, label: North, owner: Al, geos: [DE]}\n"
#define SOUTH "- {name: south, label: South, owner: Bo, geos: [AT]}\n"
#define WEST "- {name: west, label: West, owner: Cy, geos: [FR]}\n"

static void test_who_decides_and_sees_which_rows(void **state)
{
    (void)state;
    static const rule rules[] = {
        {NORTH SOUTH, "- {name: north, label: North, owner: Cy, geos: [DE]}\n" SOUTH,
         "verticals.north.owner", "verticals.north.owner"},
        {NORTH SOUTH, "- {name: north, label: North, owner: Al, geos: [DE, CH]}\n" SOUTH,
         "verticals.north.geos", "verticals.north.geos"},
        {NORTH SOUTH, NORTH, "verticals.south", ""},
        {NORTH SOUTH, NORTH SOUTH WEST, "", "verticals.west"},
        {NORTH SOUTH, WEST NORTH SOUTH, "verticals", "verticals.west"},
        {NORTH SOUTH, SOUTH NORTH, "verticals", "verticals"},
        {NORTH SOUTH, "- {name: north, label: Up, owner: Al, geos: [DE]}\n" SOUTH, "", ""},
    };
    HOLD(rules, verticals);
}

/* --- rights and words ------------------------------------------------------------------------- */

static ptl_widening *list_of(int64_t *n, const char *before, const char *after)
{
    static ptl_workspace a, b;
    ptl_widening *list;
    parse(&a, &(folder){.portolan = before});
    parse(&b, &(folder){.portolan = after});
    EXPECT_OK(ptl_workspace_widens(&list, n, &a, &b, &arena, &err));
    ptl_workspace_dispose(&a);
    ptl_workspace_dispose(&b);
    return list;
}

static void test_whose_right_it_is(void **state)
{
    (void)state;
    const ptl_widening two[] = {{.right = "finance"}, {.right = "owner"}};
    EXPECT_STR(ptl_widening_right(two, 1), "finance");
    EXPECT_STR(ptl_widening_right(two, 2), "owner");
    EXPECT_STR(ptl_widening_right(two + 1, 1), "owner");
}

static void test_words(void **state)
{
    (void)state;
    int64_t n;
    ptl_buffer out;
    ptl_buffer_init(&out, 4096, NULL);
    const ptl_widening *list = list_of(&n, base, KPI("1000", "1500", "2026-01-01", "2027-12-31"));
    ptl_widening_title(&out, list, n);
    EXPECT_STR(out.ptr, "Lower the target from \xe2\x82\xac"
                        "2,000 to \xe2\x82\xac"
                        "1,500, and 1 more");
    ptl_buffer_clear(&out);
    ptl_widening_why(&out, list, n);
    EXPECT_STR(out.ptr, "The target is lowered; there is more time.");
    ptl_buffer_clear(&out);
    const ptl_widening definition = {"metrics.ltv.observed.horizon_months", "24", "36", "it is so",
                                     "finance"};
    ptl_widening_title(&out, &definition, 1);
    EXPECT_STR(out.ptr, "Change horizon months of ltv.observed from 24 to 36");
    ptl_buffer_clear(&out);
    const ptl_widening reader = {"digest.mail_to", "none", "y@a.example", "it is so", "owner"};
    ptl_widening_title(&out, &reader, 1);
    EXPECT_STR(out.ptr, "Send the digest to y@a.example");
    ptl_buffer_dispose(&out);
}

/* An address in a file may carry a token; the name of a variable carries none. */
static void test_no_secret_is_shown(void **state)
{
    (void)state;
    int64_t n;
    const ptl_widening *list = list_of(&n, COMPANY "digest:\n  webhook: https://a.example/t0ken\n",
                                       COMPANY "digest:\n  webhook: \"${HOOK}\"\n");
    EXPECT_INT(n, 1);
    EXPECT_STR(list[0].before, "an address kept in the file");
    EXPECT_STR(list[0].after, "${HOOK}");
}

static int set_up(void **state)
{
    (void)state;
    ptl_arena_init(&arena, 64 << 20, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ptl_arena_dispose(&arena);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_number),
        TEST(test_a_name_is_taste_unless_it_is_anothers),
        TEST(test_review_company_and_readers),
        TEST(test_what_cac_counts),
        TEST(test_definitions_and_tolerances),
        TEST(test_who_decides_and_sees_which_rows),
        TEST(test_whose_right_it_is),
        TEST(test_words),
        TEST(test_no_secret_is_shown),
    };
    return cmocka_run_group_tests_name("widen", tests, NULL, NULL);
}
