/* simulate.h: a company whose truth is known.
 *
 * Writes a company's raw exports, as messy as real ones, with the workspace that reads them, and
 * truth.json: what each channel caused, what each figure is to the cent, where faults were planted.
 * The worlds are not the estimators' models and share no code with them (docs/simulate.md has the
 * formulas).
 *
 * Invariants.
 *  1. Same options, same bytes: every draw comes from a generator split by what it is for and by
 *     whom it concerns, so neither buffers nor the number of people before matter.
 *  2. A counterfactual is the same world with the same draws and one channel silent.
 *  3. Memory does not grow with the number of events: a person is made, lived and forgotten; events
 *     lie on disk by week until they are sorted and written.
 *  4. Nothing that exists is overwritten. */
#ifndef PTL_SIMULATE_SIMULATE_H
#define PTL_SIMULATE_SIMULATE_H

#include "base/civil.h"
#include "base/progress.h"

typedef enum ptl_sim_world { PTL_SIM_SHOP, PTL_SIM_SOFTWARE } ptl_sim_world;

/* kind: the estimators' own family of curves, nothing unrecorded. real: neither. hostile: real, and
 * faults planted in the files. */
typedef enum ptl_sim_setting { PTL_SIM_KIND, PTL_SIM_REAL, PTL_SIM_HOSTILE } ptl_sim_setting;

typedef struct ptl_sim_options {
    int32_t size;
    ptl_sim_world world;     /* default shop                                             */
    ptl_sim_setting setting; /* default real                                             */
    bool is_null;            /* media has no effect at all                               */
    bool is_harm;            /* the largest channel drives buyers away, and messages do  */
    bool gzip;               /* the large exports compressed                             */
    int64_t n_persons;       /* [1, 10000000]; default 20000                             */
    int32_t n_weeks;         /* [1, 520]; default 104                                    */
    uint64_t seed;           /* default 1                                                */
    ptl_day ends;            /* last complete day; default 2026-11-15, a Sunday          */
    size_t buffer_bytes;     /* [256, 16 MiB]; default 64 KiB; no byte depends on it     */
} ptl_sim_options;

typedef struct ptl_sim_report {
    ptl_day first, last;
    int64_t n_files, n_rows, n_bytes; /* bytes before compression */
    int64_t n_orders, n_customers;    /* to the last complete day */
    int64_t revenue_micros, cm1_micros, media_micros;
} ptl_sim_report;

ptl_sim_options ptl_sim_options_default(void);

/** Write the company into folder `dir`, which is made where it is missing. E_CONFLICT where a file
 * stands in the way, E_INVALID where an option is out of range. */
PTL_NODISCARD ptl_status ptl_simulate_run(ptl_sim_report *out, const char *dir,
                                          const ptl_sim_options *options, ptl_progress *progress,
                                          ptl_error *err);

#endif
