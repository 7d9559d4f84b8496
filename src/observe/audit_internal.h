/* audit_internal.h: what the files of the audit share.
 *
 * audit.c runs the checks in order; audit_daily.c looks at days (gaps, delays, jumps, units),
 * audit_rows.c at rows (twice, currencies, clocks, machines), audit_double.c at doubled counts,
 * audit_names.c at names and references, audit_funnel.c at what nobody records and what platforms
 * claim; audit_write.c keeps the result.
 */
#ifndef PTL_OBSERVE_AUDIT_INTERNAL_H
#define PTL_OBSERVE_AUDIT_INTERNAL_H

#include "base/show.h"
#include "observe/audit.h"
#include "portolan/anomaly.h"

typedef struct ptl_audit {
    ptl_store *store;
    const ptl_workspace *workspace;
    ptl_instant known_by;
    ptl_arena *arena;
    ptl_audit_report *out;
    ptl_table rates;     /* newest of each currency              */
    ptl_day first, last; /* days of the series                   */
    int64_t n_days;
    int64_t revenue_micros, media_micros; /* all, reporting currency: what money is measured by */
    ptl_buffer words;
} ptl_audit;

/* Media of one source and currency by day, in units; n_days each. */
typedef struct ptl_audit_series {
    const char *source, *currency;
    double *cost, *clicks;
} ptl_audit_series;

/** Add a finding; the texts it points to must lie in the arena or be literals. */
ptl_status ptl_audit_add(ptl_audit *audit, const ptl_audit_finding *finding, ptl_error *err);

/** printf into the arena; "" where memory ended, which the next allocation reports. */
const char *ptl_audit_say(ptl_audit *audit, const char *format, ...) PTL_PRINTF(2, 3);
const char *ptl_audit_span(ptl_audit *audit, ptl_day from, ptl_day to);
const char *ptl_audit_money(ptl_audit *audit, int64_t micros);
const char *ptl_audit_count(ptl_audit *audit, int64_t n);
const char *ptl_audit_keep(ptl_audit *audit, ptl_text text);

/** Millionths of the reporting currency, by the newest rate; as they are where there is none. */
int64_t ptl_audit_home(const ptl_audit *audit, int64_t micros, ptl_text currency);

/** Who answers for a source; NULL where nobody is named. */
const char *ptl_audit_owner(const ptl_audit *audit, const char *source);

/** Figures that facts of this table carry. */
const char *ptl_audit_effect(const char *table);

/** A query of audit/ with the audit's knowledge time as $1. */
PTL_NODISCARD ptl_status ptl_audit_query(ptl_table *out, ptl_audit *audit, const char *name,
                                         ptl_error *err);

/** The checks. */
PTL_NODISCARD ptl_status ptl_audit_daily(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_media(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_double(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_twice(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_currency(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_clock(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_machines(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_names(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_fields(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_lags(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_rules(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_funnel(ptl_audit *audit, ptl_error *err);
PTL_NODISCARD ptl_status ptl_audit_claims(ptl_audit *audit, ptl_error *err);

PTL_NODISCARD ptl_status ptl_audit_write(const ptl_audit *audit, int64_t run_id, ptl_error *err);

#endif
