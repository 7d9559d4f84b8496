/* Versions of a fact: overlaps between files are resolved, and undone when a file changes
 * (store/load.h, invariants 5 and 6). Every history here is small enough to say by hand what counts
 * at which instant; one at random is held against a model that knows no SQL. */
#include "support/effort.h"
#include "support/loading.h"

#include "portolan/random.h"

static const char *const mapping =
    "SELECT ptl_day(day, '%Y-%m-%d') AS day, channel, ptl_money(cost) AS cost_micros,"
    " ptl_integer(clicks) AS clicks FROM source";

static const int64_t first_instant = INT64_C(1700000000000000);

/* Load a file of "day,channel,cost,clicks" lines an hour after the one before. */
static ptl_load_report put(loading *f, const char *name, int hour, const char *lines)
{
    char text[4096];
    (void)snprintf(text, sizeof text, "day,channel,cost,clicks\n%s", lines);
    (void)loading_text(f, name, text);
    ptl_load_spec spec = loading_spec(f, name, mapping);
    spec.table = "spend";
    spec.identifier_kind = NULL;
    spec.known_at = first_instant + hour * INT64_C(3600000000);
    return loading_run(f, &spec);
}

/* What counts today, and what counted at an hour, as "channel cost" by channel. */
static void expect_known(loading *f, const char *expected)
{
    loading_expect(f,
                   "SELECT coalesce(string_agg(channel || ' ' || cost_micros // 1000000, ', ' ORDER"
                   " BY channel, cost_micros), '') FROM spend_known",
                   expected);
}

static void expect_as_of(loading *f, int hour, const char *expected)
{
    char sql[300];
    (void)snprintf(sql, sizeof sql,
                   "SELECT coalesce(string_agg(channel || ' ' || cost_micros // 1000000, ', ' ORDER"
                   " BY channel, cost_micros), '') FROM spend_as_of(make_timestamp(%lld))",
                   (long long)(first_instant + hour * INT64_C(3600000000)));
    loading_expect(f, sql, expected);
}

/* A newer file restates one row and repeats another. */
static void test_restated(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)put(&f, "1.csv", 1, "2026-01-01,a,10,1\n2026-01-01,b,20,\n");
    const ptl_load_report r =
        put(&f, "2.csv", 2, "2026-01-01,a,11,1\n2026-01-01,b,20,\n2026-01-02,c,30,\n");
    EXPECT_INT(r.restated, 1);
    EXPECT_INT(r.duplicates, 1);
    EXPECT_INT(r.rows, 2);
    expect_known(&f, "a 11, b 20, c 30");
    expect_as_of(&f, 1, "a 10, b 20");
    expect_as_of(&f, 2, "a 11, b 20, c 30");
    /* a missing value that comes later is a version too */
    EXPECT_INT(put(&f, "3.csv", 3, "2026-01-01,b,20,5\n").restated, 1);
    loading_expect(&f, "SELECT clicks FROM spend_known WHERE channel = 'b'", "5");
    loading_expect(&f,
                   "SELECT string_agg(concat_ws(' ', table_name, load_id, source_row, by_load_id), "
                   "'; ' ORDER BY by_load_id) FROM superseded",
                   "spend 1 1 2; spend 1 2 3");
    loading_close(&f);
}

/* The newer file goes or changes: the older row counts again, and what was known stays known. */
static void test_undone(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)put(&f, "1.csv", 1, "2026-01-01,a,10,\n");
    (void)put(&f, "2.csv", 2, "2026-01-01,a,11,\n");
    EXPECT_INT(put(&f, "2.csv", 3, "2026-01-02,b,20,\n").replaces_load_id, 2);
    expect_known(&f, "a 10, b 20");
    expect_as_of(&f, 2, "a 11");
    expect_as_of(&f, 3, "a 10, b 20");
    EXPECT_INT(put(&f, "2.csv", 4, "2026-01-01,a,12,\n").restated, 1);
    expect_known(&f, "a 12");
    expect_as_of(&f, 1, "a 10");
    expect_as_of(&f, 3, "a 10, b 20");
    loading_close(&f);
}

/* Three versions; the one in the middle goes: nothing older comes back under the newest. */
static void test_chain(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)put(&f, "1.csv", 1, "2026-01-01,a,10,\n");
    (void)put(&f, "2.csv", 2, "2026-01-01,a,11,\n");
    (void)put(&f, "3.csv", 3, "2026-01-01,a,10,\n2026-01-02,b,1,\n");
    expect_known(&f, "a 10, b 1");
    (void)put(&f, "2.csv", 4, "");
    expect_known(&f, "a 10, b 1");
    (void)put(&f, "3.csv", 5, "2026-01-03,c,5,\n");
    expect_known(&f, "a 10, c 5");
    expect_as_of(&f, 2, "a 11");
    expect_as_of(&f, 4, "a 10, b 1");
    loading_close(&f);
}

/* A repeat of the version that goes is a version of its own then. */
static void test_repeat_returns(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)put(&f, "1.csv", 1, "2026-01-01,a,10,\n");
    (void)put(&f, "2.csv", 2, "2026-01-01,a,11,\n");
    EXPECT_INT(put(&f, "3.csv", 3, "2026-01-01,a,11,\n2026-01-02,b,1,\n").duplicates, 1);
    (void)put(&f, "2.csv", 4, "");
    expect_known(&f, "a 11, b 1");
    expect_as_of(&f, 3, "a 11, b 1");
    expect_as_of(&f, 4, "a 11, b 1");
    (void)put(&f, "3.csv", 5, "2026-01-03,c,5,\n");
    expect_known(&f, "a 10, c 5");
    loading_close(&f);
}

/* The file says when its rows were known: an older one may come after the newer. */
static void test_known_at(void **state)
{
    (void)state;
    loading f;
    loading_open(&f, "UTC");
    (void)put(&f, "final.csv", 10, "2026-01-01,a,10,\n2026-01-01,b,20,\n");
    (void)loading_text(&f, "early.csv",
                       "day,channel,cost,clicks\n2026-01-01,a,9,\n2026-01-01,b,20,\n");
    char early[512];
    (void)snprintf(early, sizeof early, "%.*s, make_timestamp(%lld) AS known_at FROM source",
                   (int)(strlen(mapping) - strlen(" FROM source")), mapping,
                   (long long)(first_instant + INT64_C(3600000000)));
    ptl_load_spec spec = loading_spec(&f, "early.csv", early);
    spec.table = "spend";
    spec.identifier_kind = NULL;
    spec.known_at = first_instant + 11 * INT64_C(3600000000);
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.rows, 2);
    EXPECT_INT(r.restated, 0);
    expect_known(&f, "a 10, b 20");
    expect_as_of(&f, 5, "a 9, b 20");
    expect_as_of(&f, 10, "a 10, b 20");
    loading_close(&f);
}

/* --- at random -------------------------------------------------------------------------------- */

enum { FILES = 4, KEYS = 3, STEPS = 45 };

/* A model: what each file says now, and when it said so. The newest saying of a key counts. */
typedef struct model {
    int64_t cost[FILES][KEYS]; /* 0: nothing */
    int64_t said[FILES][KEYS]; /* step       */
} model;

static void model_words(char *out, size_t size, const model *m)
{
    size_t len = 0;
    out[0] = '\0';
    for (int k = 0; k < KEYS; k++) {
        int best = -1;
        for (int i = 0; i < FILES; i++)
            if (m->cost[i][k] && (best < 0 || m->said[i][k] > m->said[best][k])) best = i;
        if (best >= 0)
            len += (size_t)snprintf(out + len, size - len, "%s%c %lld", len > 0 ? ", " : "",
                                    'a' + k, (long long)m->cost[best][k]);
    }
}

/* Files of all kinds of overlaps, replaced again and again. What counts is what the model says, now
 * and, at the end, at every step. Costs are few, so that files often say the same: a saying that
 * repeats what counts is no news, whoever said it first. */
static void test_random(void **state)
{
    (void)state;
    static char history[STEPS + 1][200];
    for (uint64_t seed = 1; seed <= (uint64_t)effort(1, 4, 4); seed++) {
        ptl_rng rng = ptl_rng_new(seed);
        loading f;
        model m = {0};
        loading_open(&f, "UTC");
        for (int step = 1; step <= STEPS; step++) {
            const int file = (int)ptl_rng_below(&rng, FILES);
            char name[16], lines[256] = "";
            size_t len = 0;
            (void)snprintf(name, sizeof name, "%d.csv", file);
            for (int k = 0; k < KEYS; k++) {
                const int64_t cost = (int64_t)ptl_rng_below(&rng, 4);
                m.cost[file][k] = cost;
                m.said[file][k] = step;
                if (cost)
                    len += (size_t)snprintf(lines + len, sizeof lines - len,
                                            "2026-01-01,%c,%lld,%d\n", 'a' + k, (long long)cost, 0);
            }
            (void)snprintf(lines + len, sizeof lines - len, "2027-01-01,z,%d,\n", step);
            (void)put(&f, name, step, lines);
            model_words(history[step], sizeof history[step], &m);
            char found[200];
            loading_ask_text(&f, found, sizeof found,
                             "SELECT coalesce(string_agg(channel || ' ' || cost_micros // 1000000,"
                             " ', ' ORDER BY channel, cost_micros), '') FROM spend_known WHERE"
                             " channel <> 'z'");
            if (strcmp(found, history[step]) != 0)
                fail_msg("seed %d, step %d: \"%s\" counts, the model says \"%s\"", (int)seed, step,
                         found, history[step]);
        }
        for (int step = 1; step <= STEPS; step++) {
            char sql[300];
            (void)snprintf(
                sql, sizeof sql,
                "SELECT coalesce(string_agg(channel || ' ' || cost_micros // 1000000, ', ' ORDER BY"
                " channel, cost_micros), '') FROM spend_as_of(make_timestamp(%lld)) WHERE"
                " channel <> 'z'",
                (long long)(first_instant + step * INT64_C(3600000000)));
            loading_expect(&f, sql, history[step]);
        }
        loading_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restated), cmocka_unit_test(test_undone),
        cmocka_unit_test(test_chain),    cmocka_unit_test(test_repeat_returns),
        cmocka_unit_test(test_known_at), cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
