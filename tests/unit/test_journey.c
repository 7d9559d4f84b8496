/* test_journey: touches and conversions of one unit, cut into journeys by hand and by brute force,
 * and counted as paths. Rules are those of src/understand/journey.h, cited by number. */
#include "support/expect.h"

#include "portolan/random.h"
#include "understand/journey_internal.h"

#include <stdlib.h>

#define HOUR (INT64_C(3600) * PTL_MICROS_PER_SECOND)
#define DAYS(n) ((int64_t)(n)*PTL_MICROS_PER_DAY)

static const ptl_journey_rules rules = {.look_back = 30 * PTL_MICROS_PER_DAY,
                                        .session = HOUR / 2,
                                        .touches_max = 200,
                                        .direct = 9,
                                        .direct_counts = true,
                                        .from = INT64_MIN,
                                        .to = INT64_MAX};

/* "1 2>100" a line: channels, ">" worth where it converts, "~2" where two were cut. */
typedef struct heard {
    char text[4096];
    size_t n;
    int64_t n_touches, n_cut;
} heard;

static ptl_status hear(void *ctx, const ptl_journey *j, ptl_error *err)
{
    heard *h = ctx;
    (void)err;
    h->n_touches += j->n;
    h->n_cut += j->n_cut;
    if (h->n > sizeof h->text - 64) return PTL_OK;
    char *text = h->text + h->n;
    size_t n = 0;
    for (int64_t i = 0; i < j->n && i < 9; i++)
        n += (size_t)snprintf(text + n, 16, "%s%d", i ? " " : "", j->touches[i].channel);
    if (j->n_cut) n += (size_t)snprintf(text + n, 24, "~%d", (int)j->n_cut);
    if (j->converts) n += (size_t)snprintf(text + n, 24, ">%d", (int)j->value_micros);
    n += (size_t)snprintf(text + n, 2, ";");
    h->n += n;
    return PTL_OK;
}

static const char *cut(const ptl_touch *t, int64_t n, const ptl_conversion *c, int64_t m,
                       const ptl_journey_rules *r)
{
    static heard h;
    ptl_error err = {0};
    h = (heard){.n = 0};
    EXPECT_OK(ptl_journey_cut(t, n, c, m, r, hear, &h, &err));
    return h.text;
}

static void cuts_by_hand(void **state)
{
    (void)state;
    const ptl_touch t[] = {{DAYS(0), 1}, {DAYS(20), 2}, {DAYS(40), 3}, {DAYS(60), 4}};
    const ptl_conversion at_40 = {1, DAYS(40), 7}, at_41 = {1, DAYS(41), 7},
                         at_61 = {1, DAYS(61), 5}, none = {1, DAYS(200), 3};
    EXPECT_STR(cut(t, 0, NULL, 0, &rules), "");
    /* rule 3: a journey without conversion holds 30 days from its first touch */
    EXPECT_STR(cut(t, 4, NULL, 0, &rules), "1 2;3 4;");
    /* rule 2: the look-back's touches, and one at the conversion's own instant */
    EXPECT_STR(cut(t, 4, &at_40, 1, &rules), "1;2 3>7;4;");
    EXPECT_STR(cut(t, 4, &at_41, 1, &rules), "1;2 3>7;4;");
    /* a second conversion starts afresh */
    const ptl_conversion two[] = {at_41, at_61};
    EXPECT_STR(cut(t, 4, two, 2, &rules), "1;2 3>7;4>5;");
    /* rule 5: untouched */
    EXPECT_STR(cut(t, 4, &none, 1, &rules), "1 2;3 4;>3;");
    EXPECT_STR(cut(NULL, 0, &none, 1, &rules), ">3;");
}

static void converts_again_in_a_session(void **state)
{
    (void)state;
    const ptl_touch t[] = {{0, 1}, {DAYS(3), 2}};
    const ptl_conversion c[] = {{1, HOUR, 11},
                                {1, HOUR, 12},
                                {1, HOUR + HOUR / 2, 13},
                                {1, 3 * HOUR, 14},
                                {1, DAYS(4), 15}};
    EXPECT_STR(cut(t, 2, c, 5, &rules), "1>11;1>12;1>13;>14;2>15;");
}

static void keeps_the_newest(void **state)
{
    (void)state;
    enum { N = 10000 };
    static ptl_touch t[N];
    for (int i = 0; i < N; i++) t[i] = (ptl_touch){i * PTL_MICROS_PER_SECOND * 200, i % 3};
    const ptl_conversion c = {1, DAYS(24), 1};
    heard h = {.n = 0};
    ptl_error err = {0};
    ptl_journey_rules r = rules;
    EXPECT_OK(ptl_journey_cut(t, N, &c, 1, &r, hear, &h, &err));
    EXPECT_INT(h.n_touches, 200);
    EXPECT_INT(h.n_cut, N - 200);
    r.touches_max = N;
    h = (heard){.n = 0};
    EXPECT_OK(ptl_journey_cut(t, N, &c, 1, &r, hear, &h, &err));
    EXPECT_INT(h.n_touches, N);
    r.touches_max = 2;
    EXPECT_STR(cut(t, 5, &c, 1, &r), "0 1~3>1;");
}

static void hands_over_the_period(void **state)
{
    (void)state;
    const ptl_touch t[] = {{DAYS(0), 1}, {DAYS(50), 2}, {DAYS(100), 3}};
    const ptl_conversion c[] = {{1, DAYS(1), 4}, {1, DAYS(51), 5}};
    ptl_journey_rules r = rules;
    r.from = DAYS(51);
    r.to = DAYS(100) + 1;
    EXPECT_STR(cut(t, 3, c, 2, &r), "2>5;3;");
    r.to = DAYS(100);
    EXPECT_STR(cut(t, 3, c, 2, &r), "2>5;");
}

static void sessions(void **state)
{
    (void)state;
    ptl_session s = {0};
    assert_true(ptl_session_touch(&s, 0, 1, &rules));
    assert_false(ptl_session_touch(&s, HOUR / 2, 1, &rules));     /* within */
    assert_false(ptl_session_touch(&s, HOUR, 9, &rules));         /* direct goes on */
    assert_false(ptl_session_touch(&s, 3 * HOUR / 2, 1, &rules)); /* and keeps it open */
    assert_true(ptl_session_touch(&s, 2 * HOUR + 1, 1, &rules));  /* a micro too late */
    assert_true(ptl_session_touch(&s, 2 * HOUR + 2, 2, &rules));  /* another channel */
    assert_true(ptl_session_touch(&s, 5 * HOUR, 9, &rules));      /* direct by itself */
    ptl_journey_rules r = rules;
    r.direct_counts = false;
    s = (ptl_session){0};
    assert_false(ptl_session_touch(&s, 0, 9, &r));
    assert_true(ptl_session_touch(&s, 1, 2, &r));
}

/* --- brute force: every touch stands once; a converting journey is what the rule says ----------
 */

typedef struct audit {
    const ptl_touch *t;
    int64_t n;
    const ptl_conversion *c;
    int64_t m, next;
    int seen[64];
} audit;

static int64_t touches_between(const audit *a, ptl_instant after, ptl_instant from, ptl_instant to)
{
    int64_t n = 0;
    for (int64_t i = 0; i < a->n; i++)
        n += a->t[i].at > after && a->t[i].at >= from && a->t[i].at <= to;
    return n;
}

static ptl_status check(void *ctx, const ptl_journey *j, ptl_error *err)
{
    audit *a = ctx;
    (void)err;
    for (int64_t i = 0; i < j->n; i++) a->seen[&j->touches[i] - a->t]++;
    for (int64_t i = 1; i < j->n; i++) assert_true(j->touches[i - 1].at <= j->touches[i].at);
    if (j->n > 0) assert_true(j->ended_at - j->touches[0].at <= rules.look_back);
    if (!j->converts) return PTL_OK;
    const ptl_conversion *c = &a->c[a->next];
    const ptl_instant before = a->next > 0 ? c[-1].at : INT64_MIN;
    EXPECT_INT(j->ended_at, c->at);
    EXPECT_INT(j->n, touches_between(a, before, c->at - rules.look_back, c->at));
    a->next++;
    return PTL_OK;
}

static void every_touch_stands_once(void **state)
{
    (void)state;
    ptl_rng rng = ptl_rng_new(771);
    for (int round = 0; round < 5000; round++) {
        ptl_touch t[40];
        ptl_conversion c[8];
        ptl_error err = {0};
        audit a = {.t = t, .c = c};
        ptl_instant at = 0;
        a.n = (int64_t)ptl_rng_below(&rng, 41);
        a.m = (int64_t)ptl_rng_below(&rng, 9);
        for (int64_t i = 0; i < a.n; i++) {
            at += (int64_t)(ptl_rng_exponential(&rng) * 9.7 * (double)PTL_MICROS_PER_DAY);
            t[i] = (ptl_touch){at, (int32_t)ptl_rng_below(&rng, 5)};
        }
        at = 0;
        for (int64_t i = 0; i < a.m; i++) { /* further apart than a session */
            at += HOUR + (int64_t)(ptl_rng_exponential(&rng) * 37.3 * (double)PTL_MICROS_PER_DAY);
            c[i] = (ptl_conversion){1, at, i};
        }
        EXPECT_OK(ptl_journey_cut(t, a.n, c, a.m, &rules, check, &a, &err));
        EXPECT_INT(a.next, a.m);
        for (int64_t i = 0; i < a.n; i++) EXPECT_INT(a.seen[i], 1);
    }
}

/* --- paths ------------------------------------------------------------------------------------ */

enum { KINDS = 3, LENGTH = 4, ALL = 81 + 27 + 9 + 3 + 1 }; /* every path of up to four touches */

static int code_of(const int32_t *touches, int64_t n)
{
    int code = 0, first = 0;
    for (int64_t i = 0, size = 1; i < n; i++, size *= KINDS) first += (int)size;
    for (int64_t i = 0; i < n; i++) code = code * KINDS + touches[i];
    return first + code;
}

/* Logs of 1,000 journeys each, sealed, counted on two threads. */
static void counts_paths(void **state)
{
    (void)state;
    static ptl_journey_log logs[200];
    static const ptl_journey_log *sealed[200];
    ptl_pool *pool;
    static int first_seen[ALL];
    static int64_t converting[ALL][64], null[ALL][64], worth[ALL][64];
    ptl_rng rng = ptl_rng_new(4242);
    ptl_error err = {0};
    ptl_path_table *table;
    ptl_paths x;
    EXPECT_OK(ptl_pool_new(&pool, 2, &err));
    const ptl_executor executor = ptl_pool_executor(pool);
    EXPECT_OK(ptl_path_table_new(&table, false, &err));
    for (int round = 0; round < 200000; round++) {
        ptl_touch t[LENGTH];
        int32_t channels[LENGTH];
        ptl_journey j = {.touches = t, .n = (int64_t)ptl_rng_below(&rng, LENGTH + 1)};
        for (int64_t i = 0; i < j.n; i++) {
            channels[i] = (int32_t)ptl_rng_below(&rng, KINDS);
            t[i] = (ptl_touch){i, channels[i]};
        }
        const int code = code_of(channels, j.n);
        const int32_t group = (int32_t)ptl_rng_below(&rng, 64);
        j.converts = ptl_rng_below(&rng, 4) == 0;
        const int64_t value = j.converts ? (int64_t)ptl_rng_below(&rng, 1000003) : 0;
        (j.converts ? converting : null)[code][group]++;
        worth[code][group] += value;
        EXPECT_OK(ptl_journey_log_add(&logs[round / 1000], &j, value, group, 1, &err));
        if (first_seen[code] == 0) first_seen[code] = round + 1;
    }
    for (int i = 0; i < 200; i++) {
        EXPECT_OK(ptl_journey_log_seal(&logs[i], &err));
        sealed[i] = &logs[i];
    }
    EXPECT_OK(ptl_path_table_add(table, sealed, 73, &executor, &err)); /* in two passes */
    EXPECT_OK(ptl_path_table_add(table, sealed + 73, 127, &executor, &err));
    EXPECT_OK(ptl_path_table_finish(&x, table, KINDS, -1, &executor, &err));
    EXPECT_INT(x.n_paths, ALL);
    for (int64_t p = 1, before = 0; p <= ALL; p++) { /* numbered as they first appeared */
        const int64_t from = x.offsets[p - 1];
        const int now = first_seen[code_of(x.touches + from, x.offsets[p] - from)];
        assert_true(now > before);
        before = now;
    }
    for (int64_t c = 0; c < x.n_cells; c++) {
        const int64_t p = x.cell_path[c], from = x.offsets[p];
        const int code = code_of(x.touches + from, x.offsets[p + 1] - from);
        EXPECT_INT(x.cell_converting[c], converting[code][x.cell_group[c]]);
        EXPECT_INT(x.cell_null[c], null[code][x.cell_group[c]]);
        EXPECT_INT((int64_t)x.cell_value[c], worth[code][x.cell_group[c]]);
        converting[code][x.cell_group[c]] = null[code][x.cell_group[c]] = -1; /* once */
    }
    ptl_attribution_total total;
    EXPECT_OK(ptl_paths_total(&total, &x, &err));
    EXPECT_INT(total.n_converting + total.n_untouched + total.n_null + total.n_empty_null, 200000);
    ptl_path_table_free(table);
    ptl_pool_free(pool);
    for (int i = 0; i < 200; i++) ptl_journey_log_dispose(&logs[i]);
}

static void keeps_gaps(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_path_table *table;
    ptl_paths x;
    const ptl_touch near[] = {{0, 1}, {DAYS(2), 0}}, far[] = {{0, 1}, {DAYS(5), 0}};
    const ptl_journey a = {.touches = near, .n = 2, .converts = true, .ended_at = DAYS(3)};
    const ptl_journey b = {.touches = far, .n = 2, .converts = true, .ended_at = DAYS(6)};
    ptl_journey_log log = {.timed = true};
    const ptl_journey_log *sealed = &log;
    EXPECT_OK(ptl_path_table_new(&table, true, &err));
    EXPECT_OK(ptl_journey_log_add(&log, &a, 1, 0, 1, &err));
    EXPECT_OK(ptl_journey_log_add(&log, &b, 1, 0, 1, &err));
    EXPECT_OK(ptl_journey_log_add(&log, &a, 1, 0, 1, &err));
    EXPECT_OK(ptl_journey_log_seal(&log, &err));
    EXPECT_OK(ptl_path_table_add(table, &sealed, 1, NULL, &err));
    EXPECT_OK(ptl_path_table_finish(&x, table, 2, -1, NULL, &err));
    EXPECT_INT(x.n_paths, 2);
    EXPECT_NEAR(x.gap_days[0], 2.0, 0.0);
    EXPECT_NEAR(x.gap_days[1], 1.0, 0.0);
    EXPECT_NEAR(x.gap_days[2], 5.0, 0.0);
    EXPECT_INT(x.cell_converting[0], 2);
    ptl_path_table_free(table);
    ptl_journey_log_dispose(&log);
}

/* A journey of 10,000 touches in a circle is read back touch by touch. */
static void keeps_long_journeys(void **state)
{
    (void)state;
    enum { LONG = 10000 };
    static ptl_touch touches[LONG];
    ptl_error err = {0};
    ptl_path_table *table;
    ptl_paths x;
    ptl_journey_log log = {0};
    const ptl_journey_log *sealed = &log;
    for (int i = 0; i < LONG; i++) touches[i] = (ptl_touch){i, i % 4095};
    const ptl_journey j = {.touches = touches, .n = LONG, .converts = true, .ended_at = LONG};
    EXPECT_OK(ptl_path_table_new(&table, false, &err));
    for (int i = 0; i < 3; i++) EXPECT_OK(ptl_journey_log_add(&log, &j, 7, 63, 1, &err));
    EXPECT_OK(ptl_journey_log_seal(&log, &err));
    EXPECT_OK(ptl_path_table_add(table, &sealed, 1, NULL, &err));
    EXPECT_OK(ptl_path_table_finish(&x, table, 4095, -1, NULL, &err));
    EXPECT_INT(x.n_paths, 1);
    EXPECT_INT(x.offsets[1], LONG);
    for (int i = 0; i < LONG; i++) EXPECT_INT(x.touches[i], i % 4095);
    EXPECT_INT(x.cell_converting[0], 3);
    EXPECT_INT(x.cell_group[0], 63);
    EXPECT_NEAR(x.cell_value[0], 21.0, 0.0);
    ptl_path_table_free(table);
    ptl_journey_log_dispose(&log);
}

/* --- events ----------------------------------------------------------------------------------- */

static int by_order(const void *a, const void *b)
{
    const ptl_event *x = a, *y = b;
    const uint64_t u = x->who >> PTL_EVENT_CHANNEL_BITS, v = y->who >> PTL_EVENT_CHANNEL_BITS;
    if (u != v) return u < v ? -1 : 1;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* In order, backwards, in a few ordered runs, and anyhow; many ties in unit and instant. */
static void sorts_events(void **state)
{
    (void)state;
    enum { MOST = 3001 };
    ptl_event e[MOST], same[MOST];
    ptl_error err = {0};
    ptl_rng rng = ptl_rng_new(90210);
    for (int round = 0; round < 400; round++) {
        const int64_t n = (int64_t)ptl_rng_below(&rng, round < 100 ? 40 : MOST + 1);
        for (int64_t i = 0; i < n; i++) {
            e[i].who = ptl_rng_below(&rng, 37) << PTL_EVENT_CHANNEL_BITS | ptl_rng_below(&rng, 99);
            e[i].at = (ptl_instant)ptl_rng_below(&rng, 5) - 2;
            e[i].place = i * 7919 % 4093;
        }
        if (round % 4 == 1) qsort(e, (size_t)n, sizeof *e, by_order);
        for (int64_t i = 0; round % 4 == 2 && i < n; i += 300)
            qsort(e + i, (size_t)(n - i < 300 ? n - i : 300), sizeof *e, by_order);
        memcpy(same, e, sizeof e);
        qsort(same, (size_t)n, sizeof *same, by_order);
        EXPECT_OK(ptl_event_sort(e, n, &err));
        for (int64_t i = 0; i < n; i++) EXPECT_INT(by_order(&e[i], &same[i]), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_by_hand),     cmocka_unit_test(converts_again_in_a_session),
        cmocka_unit_test(keeps_the_newest), cmocka_unit_test(hands_over_the_period),
        cmocka_unit_test(sessions),         cmocka_unit_test(every_touch_stands_once),
        cmocka_unit_test(counts_paths),     cmocka_unit_test(keeps_gaps),
        cmocka_unit_test(sorts_events),     cmocka_unit_test(keeps_long_journeys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
