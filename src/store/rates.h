/* rates.h: one currency into another, exactly and once, by the table fx_rate. */
#ifndef PTL_STORE_RATES_H
#define PTL_STORE_RATES_H

#include "store/store.h"

typedef struct ptl_rates {
    const ptl_column *currency, *day, *rate_e9; /* ordered by currency, day */
    int64_t n;
    const char *reporting;
    ptl_table table;
} ptl_rates;

PTL_NODISCARD ptl_status ptl_rates_read(ptl_rates *out, ptl_store *store, const char *reporting,
                                        ptl_instant known_by, ptl_error *err);
void ptl_rates_dispose(ptl_rates *rates);

/** Billionths of the reporting currency for one unit of `currency` on `day`: the newest rate at
 * most PTL_RATE_AGE_DAYS old. E_NOT_FOUND says which rate is missing and how to bring it. */
PTL_NODISCARD ptl_status ptl_rates_at(int64_t *rate_e9, const ptl_rates *rates, ptl_text currency,
                                      ptl_day day, ptl_error *err);

#endif
