/* rates.c: one currency into another, exactly and once.
 *
 * Rates are integers (billionths), so that a day's sum is converted by one 128-bit multiplication
 * and rounded half to even once. Weekends have no rate: the newest of the days before serves, up to
 * a stated age; beyond that the answer is an error, not an old rate. */
#include "store/rates.h"

#include "store/limits.h"

ptl_status ptl_rates_read(ptl_rates *out, ptl_store *store, const char *reporting,
                          ptl_instant known_by, ptl_error *err)
{
    *out = (ptl_rates){.reporting = reporting};
    const ptl_value known = ptl_value_instant(known_by);
    PTL_TRY(ptl_warehouse_query(&out->table, store->warehouse, "money/rates", &known, 1, 0, err));
    out->n = out->table.n_rows;
    PTL_TRY(ptl_table_column(&out->currency, &out->table, "currency", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&out->day, &out->table, "day", PTL_TYPE_DAY, err));
    return ptl_table_column(&out->rate_e9, &out->table, "rate_e9", PTL_TYPE_INT, err);
}

void ptl_rates_dispose(ptl_rates *rates)
{
    ptl_table_dispose(&rates->table);
}

/* Whether row i stands at or before (currency, day) in the table's order. */
static bool at_or_before(const ptl_rates *rates, int64_t i, ptl_text currency, ptl_day day)
{
    const int order = ptl_text_compare(ptl_column_text(rates->currency, i), currency);
    return order < 0 || (order == 0 && ptl_column_int(rates->day, i) <= day);
}

ptl_status ptl_rates_at(int64_t *rate_e9, const ptl_rates *rates, ptl_text currency, ptl_day day,
                        ptl_error *err)
{
    if (ptl_text_equal(currency, ptl_text_of(rates->reporting))) {
        *rate_e9 = INT64_C(1000000000);
        return PTL_OK;
    }
    int64_t low = 0, high = rates->n; /* rows below `low` are at or before, from `high` on after */
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (at_or_before(rates, middle, currency, day))
            low = middle + 1;
        else
            high = middle;
    }
    const int64_t row = low - 1;
    if (row >= 0 && ptl_text_equal(ptl_column_text(rates->currency, row), currency) &&
        day - ptl_column_int(rates->day, row) <= PTL_RATE_AGE_DAYS) {
        *rate_e9 = ptl_column_int(rates->rate_e9, row);
        return PTL_OK;
    }
    char text[16];
    ptl_day_format(text, day);
    ptl_fail(err, PTL_E_NOT_FOUND, "no exchange rate from %.*s to %s for %s", (int)currency.len,
             currency.ptr, rates->reporting, text);
    ptl_error_hint(err,
                   "import a source of table fx_rate with columns day, currency, rate_e9; a "
                   "rate may be %d days old",
                   PTL_RATE_AGE_DAYS);
    return PTL_E_NOT_FOUND;
}
