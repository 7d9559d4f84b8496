/* size.c: sizes in the reporting currency (see size.h). */
#include "observe/size.h"

int64_t ptl_size_home(const ptl_table *rates, int64_t micros, ptl_text currency,
                      const char *reporting)
{
    if (currency.len == 0 || ptl_text_equal(currency, ptl_text_of(reporting))) return micros;
    for (int64_t i = 0; i < rates->n_rows; i++) {
        if (!ptl_text_equal(ptl_column_text(&rates->columns[0], i), currency)) continue;
        const double rate = (double)ptl_column_int(&rates->columns[1], i) / 1e9;
        return (int64_t)((double)micros * rate);
    }
    return micros;
}
