/* test_beside.c: handles beside the open ones (store.h, warehouse.h): one state of both stores per
 * stay, what counts as a state (pulse.h), results held while no row changes, and an engine that was
 * let go. */
#include "support/expect.h"
#include "support/scratch.h"
#include "support/warehouse.h"

#include <pthread.h>
#include <stdatomic.h>

#include "store/store.h"

static ptl_error err;
static scratch dir;
static ptl_arena arena;
static ptl_store store, reader;
static ptl_pulse pulse;

static int setup(void **state)
{
    (void)state;
    scratch_make(&dir);
    ptl_error_clear(&err);
    ptl_arena_init(&arena, 64 << 20, NULL);
    ptl_store_options options = ptl_store_options_default();
    options.warehouse = small_engine(2);
    EXPECT_OK(ptl_store_open(&store, scratch_path(&dir, "ws"), &options, &err));
    pulse = (ptl_pulse){0};
    ptl_store_watch(&store, &pulse);
    EXPECT_OK(ptl_store_open_beside(&reader, &store, true, &err));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ptl_store_close(&reader);
    ptl_store_close(&store);
    ptl_arena_dispose(&arena);
    scratch_remove(&dir);
    return 0;
}

/* The same number in both stores, one after the other: two commits. */
static void write_both(ptl_store *to, int64_t number)
{
    char text[24], sql[128];
    snprintf(text, sizeof text, "%lld", (long long)number);
    snprintf(sql, sizeof sql,
             "DELETE FROM meta WHERE name = 'n'; INSERT INTO meta VALUES ('n', '%s')", text);
    EXPECT_OK(ptl_records_set(to->records, "n", ptl_text_of(text), &err));
    warehouse_exec(to->warehouse, sql);
}

static int64_t fact(ptl_store *from)
{
    const ptl_value name = ptl_value_string("n");
    ptl_table table;
    int64_t number = -1;
    EXPECT_OK(ptl_warehouse_query(&table, from->warehouse, "meta/value", &name, 1, 0, &err));
    if (table.n_rows) EXPECT_OK(ptl_text_int(&number, ptl_column_text(&table.columns[0], 0), &err));
    ptl_table_dispose(&table);
    return number;
}

static int64_t record(ptl_store *from)
{
    ptl_text value;
    int64_t number = -1;
    EXPECT_OK(ptl_records_get(&value, from->records, "n", &arena, &err));
    if (value.ptr) EXPECT_OK(ptl_text_int(&number, value, &err));
    return number;
}

/* What a stay sees stands still, whatever is committed beside it. */
static void a_stay_is_one_state(void **state)
{
    (void)state;
    int64_t first = -1, second = -1;
    write_both(&store, 7);
    EXPECT_OK(ptl_store_enter(&first, &reader, &pulse, &err));
    EXPECT_INT(fact(&reader), 7);
    write_both(&store, 8);
    EXPECT_INT(fact(&reader), 7);
    EXPECT_INT(record(&reader), 7);
    ptl_store_leave(&reader);
    EXPECT_OK(ptl_store_enter(&second, &reader, &pulse, &err));
    EXPECT_INT(fact(&reader), 8);
    EXPECT_INT(record(&reader), 8);
    ptl_store_leave(&reader);
    assert_true(first >= 0);
    EXPECT_INT(second, first + 2); /* one commit of each store */
}

/* Every way to commit counts, a transaction that changes nothing does not stay open, and a refused
 * one is counted out. */
static void commits_are_counted(void **state)
{
    (void)state;
    int64_t before = ptl_pulse_state(&pulse);
    assert_true(before >= 0);
    EXPECT_OK(ptl_records_set(store.records, "a", PTL_TEXT("1"), &err));
    EXPECT_INT(ptl_pulse_state(&pulse), before + 1);
    EXPECT_OK(ptl_records_begin(store.records, &err));
    EXPECT_OK(ptl_records_set(store.records, "a", PTL_TEXT("2"), &err));
    EXPECT_INT(ptl_pulse_state(&pulse), before + 1); /* not before the end */
    EXPECT_OK(ptl_records_set(store.records, "b", PTL_TEXT("2"), &err));
    EXPECT_OK(ptl_records_commit(store.records, &err));
    EXPECT_INT(ptl_pulse_state(&pulse), before + 2);
    EXPECT_OK(ptl_records_begin(store.records, &err));
    EXPECT_OK(ptl_records_set(store.records, "a", PTL_TEXT("3"), &err));
    ptl_records_rollback(store.records);
    EXPECT_INT(ptl_pulse_state(&pulse), before + 2);
    EXPECT_OK(ptl_records_begin(store.records, &err));
    EXPECT_OK(ptl_records_commit(store.records, &err));
    before = ptl_pulse_state(&pulse);
    assert_true(before >= 0);
    warehouse_exec(store.warehouse, "INSERT INTO meta VALUES ('x', '1')");
    EXPECT_INT(ptl_pulse_state(&pulse), before + 1);
}

/* Another writer's commits are seen by readers and by the first handle. */
static void writers_beside(void **state)
{
    (void)state;
    ptl_store writer;
    EXPECT_OK(ptl_store_open_beside(&writer, &store, false, &err));
    ptl_store_watch(&writer, &pulse);
    EXPECT_OK(ptl_store_enter(NULL, &writer, &pulse, &err));
    const int64_t before = ptl_pulse_state(&pulse);
    write_both(&writer, 21);
    EXPECT_INT(ptl_pulse_state(&pulse), before + 2);
    EXPECT_INT(fact(&store), 21);
    EXPECT_INT(record(&store), 21);
    ptl_store_leave(&writer);
    EXPECT_OK(ptl_store_enter(NULL, &reader, &pulse, &err));
    EXPECT_INT(fact(&reader), 21);
    ptl_store_leave(&reader);
    ptl_store_close(&writer);
}

static void a_reader_changes_nothing(void **state)
{
    (void)state;
    ptl_scope scope;
    EXPECT_OK(ptl_store_enter(NULL, &reader, NULL, &err));
    EXPECT_FAIL(ptl_scope_begin(&scope, reader.warehouse, &err), PTL_E_INTERNAL, "only reads");
    assert_true(ptl_records_set(reader.records, "a", PTL_TEXT("1"), &err) != PTL_OK);
    ptl_store_leave(&reader);
    EXPECT_OK(ptl_store_enter(NULL, &reader, NULL, &err)); /* and works on */
    ptl_store_leave(&reader);
}

static ptl_status take_batch(void *ctx, const ptl_table *batch, ptl_error *e)
{
    ptl_table inner;
    ptl_status *inside = ctx;
    (void)batch;
    *inside = ptl_warehouse_query(&inner, reader.warehouse, "meta/version", NULL, 0, 0, e);
    return PTL_OK;
}

/* A reader has one connection, so that stream and queries see one state: inside is refused. */
static void streams_take_turns(void **state)
{
    (void)state;
    ptl_status inside = PTL_OK;
    const ptl_value name = ptl_value_string("n");
    write_both(&store, 5);
    EXPECT_OK(ptl_store_enter(NULL, &reader, &pulse, &err));
    write_both(&store, 6);
    EXPECT_OK(ptl_warehouse_stream(reader.warehouse, "meta/value", &name, 1, take_batch, &inside,
                                   NULL, &err));
    EXPECT_INT(inside, PTL_E_INTERNAL);
    EXPECT_INT(fact(&reader), 5);
    ptl_store_leave(&reader);
}

/* Held results: a copy for the same state and parameters, none for another. */
static void results_are_held(void **state)
{
    (void)state;
    ptl_table table, again;
    ptl_duck_memo *memo = store.warehouse->engine->memo;
    const ptl_value one = ptl_value_int(1), two = ptl_value_int(2);
    const ptl_value null = {.type = PTL_TYPE_INT, .is_null = true};
    const ptl_duck_question of_one = {"money/day", &one, 1};
    const ptl_hash key = ptl_duck_memo_key("money/day", &one, 1);
    write_both(&store, 41);
    EXPECT_OK(ptl_store_enter(NULL, &reader, NULL, &err));
    const ptl_value name = ptl_value_string("n");
    EXPECT_OK(ptl_warehouse_query(&table, reader.warehouse, "meta/value", &name, 1, 0, &err));
    ptl_duck_memo_give(memo, &of_one, 3, &table, 0, true);
    assert_false(ptl_duck_memo_take(&again, memo, key, 3, true)); /* too quick to be worth it */
    ptl_duck_memo_give(memo, &of_one, -1, &table, 1000, true);
    assert_false(ptl_duck_memo_take(&again, memo, key, -1, true)); /* of no one state */
    ptl_duck_memo_give(memo, &of_one, 3, &table, 1000, true);
    assert_true(ptl_duck_memo_take(&again, memo, key, 3, true));
    const ptl_hash a = ptl_table_hash(&table), b = ptl_table_hash(&again);
    assert_true(ptl_hash_equal(a, b));
    ptl_table_dispose(&again);
    assert_false(ptl_duck_memo_take(&again, memo, key, 4, true));
    assert_false(
        ptl_duck_memo_take(&again, memo, ptl_duck_memo_key("money/day", &two, 1), 3, true));
    assert_false(
        ptl_duck_memo_take(&again, memo, ptl_duck_memo_key("money/day", &null, 1), 3, true));
    assert_false(
        ptl_duck_memo_take(&again, memo, ptl_duck_memo_key("money/week", &one, 1), 3, true));
    ptl_table_dispose(&table);
    ptl_store_leave(&reader);
}

/* --- results over a commit (carry.c) -----------------------------------------------------------
 */

static int64_t state_now(void)
{
    return ptl_pulse_state(&store.warehouse->engine->facts);
}

/* As if a reader had waited a second for it just now. */
static void ask(const ptl_duck_question *q)
{
    ptl_table table;
    EXPECT_OK(
        ptl_warehouse_query(&table, store.warehouse, q->name, q->params, q->n_params, 0, &err));
    ptl_duck_memo_give(store.warehouse->engine->memo, q, state_now(), &table, 1000, true);
    ptl_table_dispose(&table);
}

/* The text that is held for this state, -1: none. */
static int64_t held(const ptl_duck_question *q, int64_t at)
{
    ptl_table table;
    int64_t number = -1;
    if (!ptl_duck_memo_take(&table, store.warehouse->engine->memo,
                            ptl_duck_memo_key(q->name, q->params, q->n_params), at, true))
        return -1;
    if (table.n_rows) EXPECT_OK(ptl_text_int(&number, ptl_column_text(&table.columns[0], 0), &err));
    ptl_table_dispose(&table);
    return number;
}

static void what_was_asked_is_counted_before_a_commit(void **state)
{
    (void)state;
    const ptl_value name = ptl_value_string("n");
    const ptl_duck_question value = {"meta/value", &name, 1};
    write_both(&store, 61);
    ask(&value);
    EXPECT_INT(held(&value, state_now()), 61);
    write_both(&store, 62);
    EXPECT_INT(held(&value, state_now() - 1), -1);
    EXPECT_INT(held(&value, state_now()), 62); /* counted by the writer, as the table is now */
    EXPECT_INT(fact(&store), 62);
    write_both(&store, 63); /* taken above, so counted again */
    write_both(&store, 64); /* nobody asked since */
    EXPECT_INT(held(&value, state_now()), -1);
}

/* Another commit between begin and end of the scope: nothing is carried, nothing is wrong. */
static void a_scope_that_began_earlier_carries_nothing(void **state)
{
    (void)state;
    const ptl_value name = ptl_value_string("n");
    const ptl_duck_question value = {"meta/value", &name, 1};
    ptl_store writer;
    ptl_scope scope;
    write_both(&store, 71);
    EXPECT_OK(ptl_store_open_beside(&writer, &store, false, &err));
    EXPECT_OK(ptl_store_enter(NULL, &writer, NULL, &err));
    EXPECT_OK(ptl_scope_begin(&scope, writer.warehouse, &err));
    EXPECT_OK(ptl_duck_exec(&scope, "INSERT INTO meta VALUES ('early', '1')", &err));
    write_both(&store, 72);
    ask(&value);
    EXPECT_OK(ptl_scope_commit(&scope, &err));
    EXPECT_INT(held(&value, state_now()), -1);
    ptl_store_leave(&writer);
    ptl_store_close(&writer);
}

static void commit_value(const char *name, bool is_marked)
{
    const ptl_value row[2] = {ptl_value_string(name), ptl_value_string("1")};
    ptl_scope scope;
    EXPECT_OK(ptl_scope_begin(&scope, store.warehouse, &err));
    EXPECT_OK(ptl_scope_execute(NULL, &scope, "meta/value_add", row, 2, &err));
    if (is_marked) ptl_scope_mark(&scope, PTL_E_INVALID, NULL);
    EXPECT_INT(ptl_scope_commit(&scope, &err), is_marked ? PTL_E_INVALID : PTL_OK);
}

/* What rests on facts outlives a commit of anything else, and no load. */
static void facts_outlive_a_run(void **state)
{
    (void)state;
    ptl_table table;
    const ptl_value name = ptl_value_string("n");
    const ptl_duck_question names = {"taxonomy/names", NULL, 0}, value = {"meta/value", &name, 1};
    ptl_duck_memo *memo = store.warehouse->engine->memo;
    write_both(&store, 81);
    ask(&value);
    EXPECT_OK(ptl_warehouse_query(&table, store.warehouse, "meta/value", &name, 1, 0, &err));
    ptl_duck_memo_give(memo, &names, state_now(), &table, 1000, true); /* known by its content */
    ptl_table_dispose(&table);
    commit_value("of a run", false);
    EXPECT_INT(held(&names, state_now()), 81);
    EXPECT_INT(held(&value, state_now()), 81);
    warehouse_exec(store.warehouse, "DELETE FROM event");
    EXPECT_INT(held(&names, state_now()), -1); /* counted anew: no names, no number */
    ask(&value);
    commit_value("refused", true);
    EXPECT_INT(held(&value, state_now()), -1);
}

/* Let go, the engine refuses those beside it until the first handle has opened it again. */
static void rests(void **state)
{
    (void)state;
    const ptl_value name = ptl_value_string("n");
    const ptl_duck_question value = {"meta/value", &name, 1};
    write_both(&store, 11);
    EXPECT_OK(ptl_store_enter(NULL, &reader, &pulse, &err));
    ptl_store_leave(&reader);
    ptl_warehouse_rest(store.warehouse);
    EXPECT_FAIL(ptl_store_enter(NULL, &reader, &pulse, &err), PTL_E_UNAVAILABLE, "reopened");
    EXPECT_INT(fact(&store), 11);
    EXPECT_OK(ptl_store_enter(NULL, &reader, &pulse, &err));
    EXPECT_INT(fact(&reader), 11);
    ptl_store_leave(&reader);
    ask(&value); /* what is held outlasts the rest: no row changed */
    ptl_store_rest(&store);
    EXPECT_INT(held(&value, state_now()), 11);
}

/* --- a writer and readers at once --------------------------------------------------------------
 */

enum { ROUNDS = 150, READERS = 3 };
static atomic_bool writing;
static _Atomic int64_t written, n_states, n_torn, n_behind;

/* Both stores hold k, or the warehouse is one behind while the second commit is not made yet: that
 * is itself a state. A stay that says it saw state s must agree with every other that says so. */
static _Atomic int64_t seen_fact[4096], seen_record[4096];

static void note(_Atomic int64_t *place, int64_t number)
{
    int64_t none = 0;
    if (!atomic_compare_exchange_strong(place, &none, number + 1) && none != number + 1)
        atomic_fetch_add(&n_torn, 1);
}

static int64_t read_record(ptl_store *from, ptl_arena *scratch_arena)
{
    ptl_text value = {0};
    int64_t number = -1;
    ptl_arena_reset(scratch_arena);
    if (ptl_records_get(&value, from->records, "n", scratch_arena, NULL) != PTL_OK || !value.ptr ||
        ptl_text_int(&number, value, NULL) != PTL_OK)
        return -1;
    return number;
}

static int64_t read_fact(ptl_store *from)
{
    const ptl_value name = ptl_value_string("n");
    ptl_table table;
    int64_t number = -1;
    if (ptl_warehouse_query(&table, from->warehouse, "meta/value", &name, 1, 0, NULL) != PTL_OK)
        return -1;
    if (table.n_rows &&
        ptl_text_int(&number, ptl_column_text(&table.columns[0], 0), NULL) != PTL_OK)
        number = -1;
    ptl_table_dispose(&table);
    return number;
}

static void *read_on(void *ctx)
{
    ptl_store own;
    ptl_arena scratch_arena;
    (void)ctx;
    ptl_arena_init(&scratch_arena, 1 << 20, NULL);
    if (ptl_store_open_beside(&own, &store, true, NULL) != PTL_OK) return NULL;
    while (atomic_load(&writing)) {
        int64_t at = -1;
        const int64_t least = atomic_load(&written);
        if (ptl_store_enter(&at, &own, &pulse, NULL) != PTL_OK) continue;
        const int64_t f = read_fact(&own), r = read_record(&own, &scratch_arena);
        if (f < least || r < least) atomic_fetch_add(&n_behind, 1);
        if (at >= 0 && at < 4096) {
            note(&seen_fact[at], f);
            note(&seen_record[at], r);
            atomic_fetch_add(&n_states, 1);
        }
        if (f != read_fact(&own)) atomic_fetch_add(&n_torn, 1);
        ptl_store_leave(&own);
    }
    ptl_store_close(&own);
    ptl_arena_dispose(&scratch_arena);
    return NULL;
}

static void states_agree(void **state)
{
    (void)state;
    pthread_t threads[READERS];
    write_both(&store, 1);
    atomic_store(&written, 1);
    atomic_store(&writing, true);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, NULL), 0);
    for (int64_t k = 2; k < ROUNDS; k++) {
        write_both(&store, k);
        atomic_store(&written, k);
    }
    atomic_store(&writing, false);
    for (int i = 0; i < READERS; i++) pthread_join(threads[i], NULL);
    assert_true(atomic_load(&n_states) > 0);
    EXPECT_INT(atomic_load(&n_torn), 0);
    EXPECT_INT(atomic_load(&n_behind), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stay_is_one_state, setup, teardown),
        cmocka_unit_test_setup_teardown(commits_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(writers_beside, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reader_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(streams_take_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(results_are_held, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_asked_is_counted_before_a_commit, setup, teardown),
        cmocka_unit_test_setup_teardown(a_scope_that_began_earlier_carries_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(facts_outlive_a_run, setup, teardown),
        cmocka_unit_test_setup_teardown(rests, setup, teardown),
        cmocka_unit_test_setup_teardown(states_agree, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
