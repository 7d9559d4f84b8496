/* test_simulate: the same options give the same bytes, and the truth adds up.
 *
 * Files are hashed as they lie on disk. Effects are read back from truth.json by another reader
 * (jansson) and added up again here; shares are held to bounds that a real shop would recognise. */
#include "simulate/export.h"
#include "simulate/shop.h"
#include "simulate/simulate.h"
#include "simulate/spill.h"

#include "base/file.h"
#include "support/expect.h"
#include "support/scratch.h"

#include <jansson.h>
#include <zlib.h>

static ptl_sim_options small(void)
{
    ptl_sim_options o = ptl_sim_options_default();
    o.n_persons = 400;
    o.n_weeks = 13;
    return o;
}

/* --- bytes ----------------------------------------------------------------------------------- */

static ptl_hasher walked;
static int n_walked;
static size_t prefix;

static int add_file(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st, (void)walk;
    if (kind != FTW_F) return 0;
    ptl_hash hash;
    if (ptl_file_hash(&hash, path, NULL, NULL) != PTL_OK) return 1;
    uint8_t
        mixed[PTL_HASH_BYTES]; /* the walk's order is the disk's: add what does not depend on it */
    ptl_hasher h;
    ptl_hasher_init(&h);
    ptl_hasher_add_text(&h, ptl_text_of(path + prefix));
    ptl_hasher_add(&h, hash.bytes, sizeof hash.bytes);
    const ptl_hash one = ptl_hasher_finish(&h);
    memcpy(mixed, one.bytes, sizeof mixed);
    for (size_t i = 0; i < sizeof mixed / 8; i++) {
        uint64_t word;
        memcpy(&word, mixed + 8 * i, 8);
        walked.opaque[i] += word;
    }
    n_walked++;
    return 0;
}

/* One number for every file below `dir`: names and bytes. */
static ptl_hash hash_of(const char *dir)
{
    memset(&walked, 0, sizeof walked);
    n_walked = 0;
    prefix = strlen(dir);
    assert_int_equal(nftw(dir, add_file, 16, FTW_PHYS), 0);
    return ptl_hash_bytes(walked.opaque, sizeof walked.opaque);
}

static ptl_hash run_into(scratch *s, const char *name, const ptl_sim_options *o,
                         ptl_sim_report *report)
{
    ptl_error err = {0};
    ptl_sim_report mine;
    const char *dir = scratch_path(s, name);
    EXPECT_OK(ptl_simulate_run(report ? report : &mine, dir, o, NULL, &err));
    return hash_of(dir);
}

static void same_seed_same_bytes(void **state)
{
    const ptl_sim_world *world = *state;
    scratch s;
    scratch_make_fast(&s);
    ptl_sim_options o = small();
    o.world = *world;
    ptl_sim_report report;
    const ptl_hash one = run_into(&s, "a", &o, &report);
    EXPECT_INT(n_walked, report.n_files);
    assert_true(ptl_hash_equal(one, run_into(&s, "b", &o, NULL)));
    o.buffer_bytes = 257; /* smaller than a row of events, and no divisor of anything */
    assert_true(ptl_hash_equal(one, run_into(&s, "c", &o, NULL)));
    o.buffer_bytes = PTL_SIM_BUFFER_BYTES;
    o.seed = 2;
    assert_false(ptl_hash_equal(one, run_into(&s, "d", &o, NULL)));
    scratch_remove(&s);
}

static void gzip_holds_the_same_text(void **state)
{
    (void)state;
    static const char name[] = "data/shopify/sales_by_line.csv";
    scratch s;
    scratch_make_fast(&s);
    ptl_sim_options o = small();
    run_into(&s, "plain", &o, NULL);
    o.gzip = true;
    const ptl_hash zipped = run_into(&s, "zipped", &o, NULL);
    assert_true(ptl_hash_equal(zipped, run_into(&s, "again", &o, NULL)));
    char path[300];
    ptl_error err = {0};
    ptl_arena arena;
    ptl_text plain;
    ptl_arena_init(&arena, 64 << 20, NULL);
    snprintf(path, sizeof path, "%s/plain/%s", s.dir, name);
    EXPECT_OK(ptl_file_read(&plain, path, 32 << 20, &arena, &err));
    snprintf(path, sizeof path, "%s/zipped/%s.gz", s.dir, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    unsigned char head[10];
    assert_int_equal(fread(head, 1, 10, f), 10);
    fclose(f);
    for (int i = 4; i < 8; i++) assert_int_equal(head[i], 0); /* no time */
    char *text = malloc(plain.len + 1);
    gzFile z = gzopen(path, "rb");
    assert_int_equal(gzread(z, text, (unsigned)plain.len + 1), plain.len);
    assert_int_equal(gzclose(z), Z_OK); /* checks the sum at the end */
    assert_memory_equal(text, plain.ptr, plain.len);
    free(text);
    ptl_arena_dispose(&arena);
    scratch_remove(&s);
}

static void people_do_not_depend_on_how_many(void **state)
{
    (void)state;
    ptl_error err = {0};
    ptl_arena arena;
    ptl_climate few, many;
    ptl_arena_init(&arena, 64 << 20, NULL);
    ptl_sim_options o = small();
    const ptl_media media[] = {{.name = "one", .weekly_cents = 1.0}};
    const ptl_climate_spec spec = {.media = media, .n_media = 1, .search = -1, .message = -1};
    EXPECT_OK(ptl_climate_make(&few, &o, &spec, &arena, &err));
    o.n_persons *= 1000;
    EXPECT_OK(ptl_climate_make(&many, &o, &spec, &arena, &err));
    for (int64_t id = 0; id < 50; id++) {
        ptl_sim_person a, b;
        ptl_person_make(&a, &few, id);
        ptl_person_make(&b, &many, id);
        assert_true(a.interest == b.interest && a.currency == b.currency);
        assert_true(ptl_person_cookie(&a, 0, 9.5) == ptl_person_cookie(&b, 0, 9.5));
        assert_true(ptl_person_customer(id, false) != ptl_person_customer(id, true));
    }
    ptl_climate_dispose(&few);
    ptl_climate_dispose(&many);
    ptl_arena_dispose(&arena);
}

/* --- truth ----------------------------------------------------------------------------------- */

static json_t *truth_of(scratch *s, const char *name, const ptl_sim_options *o,
                        ptl_sim_report *report)
{
    char path[300];
    json_error_t fault;
    run_into(s, name, o, report);
    snprintf(path, sizeof path, "%s/%s/truth.json", s->dir, name);
    json_t *truth = json_load_file(path, JSON_REJECT_DUPLICATES, &fault);
    if (!truth) fail_msg("%s: %s", path, fault.text);
    return truth;
}

static json_t *at(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (!value) fail_msg("truth.json has no %s", key);
    return value;
}

/* "-1234.567" to micros: texts are exact, so nothing is rounded here. */
static int64_t micros(json_t *object, const char *key)
{
    const char *c = json_string_value(at(object, key));
    assert_non_null(c);
    const bool negative = *c == '-';
    int64_t value = 0;
    int places = -1;
    for (c += negative; *c; c++) {
        if (*c == '.') {
            places = 0;
            continue;
        }
        value = value * 10 + (*c - '0');
        places += places >= 0;
    }
    for (int i = places < 0 ? 0 : places; i < 6; i++) value *= 10;
    return negative ? -value : value;
}

static double sum_of(json_t *array)
{
    double sum = 0.0;
    size_t i;
    json_t *value;
    json_array_foreach(array, i, value) sum += json_number_value(value);
    return sum;
}

static void parts_add_up(void **state)
{
    const ptl_sim_world *world = *state;
    scratch s;
    scratch_make_fast(&s);
    ptl_sim_options o = small();
    o.world = *world;
    json_t *truth = truth_of(&s, "a", &o, NULL), *effects = at(truth, "effects"), *channel;
    static const char *const measures[] = {"revenue", "cm1"};
    for (int m = 0; m < 2; m++) {
        int64_t sum = micros(at(effects, "baseline"), measures[m]) +
                      micros(at(effects, "interaction"), measures[m]);
        size_t i;
        json_array_foreach(at(effects, "channels"), i, channel)
        {
            const int64_t increment = micros(at(channel, "increment"), measures[m]);
            char weekly[32];
            snprintf(weekly, sizeof weekly, "%s_by_week", measures[m]);
            EXPECT_NEAR(sum_of(at(channel, weekly)), (double)increment / 1e6, 1e-4);
            EXPECT_NEAR(sum_of(at(channel, "adstock")), 1.0, 1e-12);
            sum += increment;
        }
        EXPECT_INT(sum, micros(at(effects, "total"), measures[m]));
    }
    json_t *figures = at(truth, "figures"), *company = at(figures, "company");
    int64_t of_channels = 0, of_months = 0;
    size_t i;
    json_array_foreach(at(figures, "channels"), i, channel) of_channels +=
        micros(at(channel, "all"), "cm2");
    json_array_foreach(at(company, "months"), i, channel) of_months += micros(channel, "cm2");
    EXPECT_INT(of_channels, micros(at(company, "all"), "cm2"));
    EXPECT_INT(of_months, micros(at(company, "all"), "cm2"));
    json_decref(truth);
    scratch_remove(&s);
}

/* Effects of one run, in the order of the channels. */
static int64_t increment(json_t *truth, const char *name, const char *measure)
{
    size_t i;
    json_t *channel;
    json_array_foreach(at(at(truth, "effects"), "channels"), i, channel)
    {
        if (strcmp(json_string_value(at(channel, "channel")), name) == 0)
            return micros(at(channel, "increment"), measure);
    }
    fail_msg("no channel %s", name);
    return 0;
}

static void null_world_has_no_effect(void **state)
{
    const ptl_sim_world *world = *state;
    scratch s;
    scratch_make_fast(&s);
    ptl_sim_options o = small();
    o.world = *world;
    o.is_null = true;
    json_t *truth = truth_of(&s, "a", &o, NULL), *channel;
    size_t i;
    json_array_foreach(at(at(truth, "effects"), "channels"), i, channel)
    {
        EXPECT_INT(micros(at(channel, "increment"), "revenue"), 0);
        EXPECT_INT(micros(at(channel, "increment"), "cm1"), 0);
        EXPECT_INT(micros(at(channel, "marginal"), "revenue"), 0);
        EXPECT_INT(json_integer_value(at(at(channel, "increment"), "orders")), 0);
    }
    EXPECT_INT(micros(at(at(truth, "effects"), "interaction"), "cm1"), 0);
    json_decref(truth);
    scratch_remove(&s);
}

static void harm_harms(void **state)
{
    (void)state;
    scratch s;
    scratch_make_fast(&s);
    ptl_sim_options o = small();
    o.n_persons = 3000;
    json_t *plain = truth_of(&s, "a", &o, NULL);
    o.is_harm = true;
    json_t *harm = truth_of(&s, "b", &o, NULL);
    assert_true(increment(plain, "paid_social", "revenue") > 0);
    assert_true(increment(harm, "paid_social", "revenue") < 0);
    assert_true(increment(harm, "television", "revenue") > 0);
    json_decref(plain);
    json_decref(harm);
    scratch_remove(&s);
}

static void shares_are_a_shops(void **state)
{
    (void)state;
    scratch s;
    scratch_make_fast(&s);
    ptl_sim_options o = small();
    o.n_persons = 4000;
    o.n_weeks = 104;
    ptl_sim_report r;
    json_t *truth = truth_of(&s, "a", &o, &r);
    json_t *all = at(at(at(truth, "figures"), "company"), "all");
    const double revenue = (double)micros(all, "revenue"), cm1 = (double)micros(all, "cm1");
    const double orders = (double)json_integer_value(at(all, "orders"));
    const double fresh = (double)json_integer_value(at(all, "new_customers"));
    const double refunded = (double)micros(all, "refunded") / revenue;
    EXPECT_INT(r.n_orders, json_integer_value(at(all, "orders")));
    assert_true(refunded > 0.03 && refunded < 0.09);
    assert_true(orders / (double)r.n_customers > 2.0 && orders / (double)r.n_customers < 7.0);
    assert_true(fresh / orders > 0.08 && fresh / orders < 0.35);
    assert_true(cm1 / revenue > 0.35 && cm1 / revenue < 0.6);
    const double media = (double)r.media_micros / revenue;
    assert_true(media > 0.05 && media < 0.2);
    const ptl_sim_options half = {.size = o.size,
                                  .world = o.world,
                                  .setting = o.setting,
                                  .n_persons = 2000,
                                  .n_weeks = 104,
                                  .seed = 1,
                                  .ends = o.ends,
                                  .buffer_bytes = o.buffer_bytes};
    ptl_sim_report small_one;
    run_into(&s, "b", &half, &small_one);
    const double size = (double)r.n_orders / (double)small_one.n_orders;
    assert_true(size > 1.8 && size < 2.2);
    json_decref(truth);
    scratch_remove(&s);
}

static void hostile_faults_are_admitted(void **state)
{
    (void)state;
    scratch s;
    scratch_make_fast(&s);
    ptl_sim_options o = small();
    o.n_persons = 2000;
    o.n_weeks = 52;
    json_t *clean = truth_of(&s, "a", &o, NULL);
    EXPECT_INT(json_array_size(at(clean, "faults")), 0);
    json_decref(clean);
    o.setting = PTL_SIM_HOSTILE;
    json_t *truth = truth_of(&s, "b", &o, NULL), *faults = at(truth, "faults"), *fault;
    EXPECT_INT(json_array_size(faults), 8);
    size_t i;
    json_array_foreach(faults, i, fault)
    {
        const char *what = json_string_value(at(fault, "fault"));
        if (json_integer_value(at(fault, "rows")) <= 0) fail_msg("%s touched no row", what);
        char path[300];
        snprintf(path, sizeof path, "%s/b/%s", s.dir, json_string_value(at(fault, "file")));
        if (!ptl_file_exists(path)) fail_msg("%s: no %s", what, path);
    }
    json_decref(truth);
    scratch_remove(&s);
}

/* --- what is refused ------------------------------------------------------------------------- */

static void what_is_refused(void **state)
{
    (void)state;
    scratch s;
    ptl_error err = {0};
    ptl_sim_report r;
    scratch_make_fast(&s);
    ptl_sim_options o = small();
    const char *dir = scratch_path(&s, "a");
    o.n_persons = 0;
    EXPECT_FAIL(ptl_simulate_run(&r, dir, &o, NULL, &err), PTL_E_INVALID, "persons");
    o = small();
    o.n_weeks = PTL_SIM_WEEKS_MAX + 1;
    EXPECT_FAIL(ptl_simulate_run(&r, dir, &o, NULL, &err), PTL_E_INVALID, "weeks");
    o = small();
    o.is_null = o.is_harm = true;
    EXPECT_FAIL(ptl_simulate_run(&r, dir, &o, NULL, &err), PTL_E_INVALID, "null world");
    assert_false(ptl_folder_exists(dir));
    o = small();
    EXPECT_OK(ptl_simulate_run(&r, dir, &o, NULL, &err));
    EXPECT_FAIL(ptl_simulate_run(&r, dir, &o, NULL, &err), PTL_E_CONFLICT, "workspace already");
    ptl_progress progress;
    ptl_progress_init(&progress, NULL, NULL);
    ptl_progress_cancel(&progress);
    EXPECT_FAIL(ptl_simulate_run(&r, scratch_path(&s, "b"), &o, &progress, &err), PTL_E_CANCELLED,
                "");
    scratch_remove(&s);
}

/* --- the writer and the sorter --------------------------------------------------------------- */

static void cells_are_written_as_tools_write_them(void **state)
{
    (void)state;
    scratch s;
    ptl_error err = {0};
    scratch_make_fast(&s);
    ptl_export_folder folder = {.dir = s.dir, .buffer_bytes = 256};
    ptl_export *x = NULL;
    EXPECT_OK(ptl_export_open(&x, &folder, "deep/er/a.csv", true, &err));
    ptl_export_text(x, "plain");
    ptl_export_text(x, "with, comma and \"quotes\"");
    ptl_export_text(x, NULL);
    ptl_export_int(x, INT64_MIN);
    ptl_export_cents(x, -5);
    ptl_export_grouped(x, 123456789);
    ptl_export_grouped(x, 99950);
    ptl_export_e5(x, 104301);
    ptl_export_end(x);
    EXPECT_OK(ptl_export_close(x, &err));
    EXPECT_OK(ptl_export_open(&x, &folder, "b.csv", false, &err));
    ptl_export_german(x);
    ptl_export_cents(x, 1234567);
    ptl_export_text(x, "a;b");
    ptl_export_end(x);
    EXPECT_OK(ptl_export_close(x, &err));
    ptl_arena arena;
    ptl_text text;
    ptl_arena_init(&arena, 1 << 20, NULL);
    EXPECT_OK(ptl_file_read(&text, scratch_path(&s, "deep/er/a.csv"), 4096, &arena, &err));
    EXPECT_STR(text.ptr, "plain,\"with, comma and \"\"quotes\"\"\",,-9223372036854775808,-0.05,"
                         "\"1,234,567.89\",999.50,1.04301\n");
    EXPECT_OK(ptl_file_read(&text, scratch_path(&s, "b.csv"), 4096, &arena, &err));
    EXPECT_STR(text.ptr, "12345,67;\"a;b\"\n");
    EXPECT_FAIL(ptl_export_open(&x, &folder, "b.csv", false, &err), PTL_E_CONFLICT, "exists");
    ptl_arena_dispose(&arena);
    scratch_remove(&s);
}

typedef struct record {
    int64_t key;
    char padding[200];
} record;

static int by_key(const void *a, const void *b)
{
    const record *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

static void records_come_back_sorted(void **state)
{
    (void)state;
    scratch s;
    ptl_error err = {0};
    ptl_spill *spill = NULL;
    scratch_make_fast(&s);
    EXPECT_OK(ptl_spill_new(&spill, s.dir, 3, sizeof(record), &err));
    for (int64_t i = 0; i < 1000; i++) { /* 617 has no factor in common with 1000 */
        record r = {.key = i * 617 % 1000};
        EXPECT_OK(ptl_spill_put(spill, r.key % 2, &r, &err));
    }
    for (int64_t bucket = 0; bucket < 3; bucket++) {
        void *records;
        int64_t n;
        EXPECT_OK(ptl_spill_sorted(&records, &n, spill, bucket, by_key, &err));
        EXPECT_INT(n, bucket < 2 ? 500 : 0);
        for (int64_t i = 0; i < n; i++)
            EXPECT_INT(((const record *)records)[i].key, 2 * i + bucket);
    }
    record r = {0};
    EXPECT_FAIL(ptl_spill_put(spill, 3, &r, &err), PTL_E_INTERNAL, "outside");
    ptl_spill_free(spill);
    scratch_remove(&s);
}

int main(void)
{
    static ptl_sim_world shop = PTL_SIM_SHOP, software = PTL_SIM_SOFTWARE;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(same_seed_same_bytes, &shop),
        cmocka_unit_test_prestate(same_seed_same_bytes, &software),
        cmocka_unit_test(gzip_holds_the_same_text),
        cmocka_unit_test(people_do_not_depend_on_how_many),
        cmocka_unit_test_prestate(parts_add_up, &shop),
        cmocka_unit_test_prestate(parts_add_up, &software),
        cmocka_unit_test_prestate(null_world_has_no_effect, &shop),
        cmocka_unit_test_prestate(null_world_has_no_effect, &software),
        cmocka_unit_test(harm_harms),
        cmocka_unit_test(shares_are_a_shops),
        cmocka_unit_test(hostile_faults_are_admitted),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(cells_are_written_as_tools_write_them),
        cmocka_unit_test(records_come_back_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
