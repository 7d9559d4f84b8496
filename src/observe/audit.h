/* audit.h: what is wrong with the data, how large it is, and who has to act.
 *
 * Reads the facts and the bookkeeping of loads, writes `finding` for the run. Every finding says
 * its severity, its size in money where it has one, which figures it touches, one advice and one
 * person. A finding is closed by the next audit that does not find it, never by hand.
 *
 * Severity. *high*: figures of money are wrong, or may be, by more than they say. *medium*: a
 * figure is incomplete or cannot be split. *low*: worth knowing. Rung 0 needs an audit without
 * *high*. */
#ifndef PTL_OBSERVE_AUDIT_H
#define PTL_OBSERVE_AUDIT_H

#include "store/store.h"
#include "workspace/workspace.h"

#define PTL_SEVERITY_LIST(X)                                                                       \
    X(HIGH, "high")                                                                                \
    X(MEDIUM, "medium")                                                                            \
    X(LOW, "low")

typedef enum ptl_severity {
#define PTL_SEVERITY_ENUM(name, text) PTL_SEVERITY_##name,
    PTL_SEVERITY_LIST(PTL_SEVERITY_ENUM)
#undef PTL_SEVERITY_ENUM
        PTL_N_SEVERITIES
} ptl_severity;

const char *ptl_severity_text(ptl_severity severity);

/* Texts lie in the arena; "" where there is nothing to name. */
typedef struct ptl_audit_finding {
    const char *check; /* "unit_change" */
    ptl_severity severity;
    const char *source, *table, *field;
    const char *title;  /* what is wrong, as a sentence              */
    const char *detail; /* sizes and dates                           */
    bool has_days;
    ptl_day from, to;
    int64_t rows; /* 0: not counted in rows                           */
    bool has_value;
    int64_t value_micros; /* money at stake, reporting currency       */
    const char *effect;   /* which figures                            */
    const char *advice;
    const char *owner; /* one person; NULL: nobody                    */
} ptl_audit_finding;

typedef struct ptl_audit_report {
    ptl_audit_finding *findings; /* by severity, then money, then name */
    int64_t n_findings;
    int64_t by_severity[PTL_N_SEVERITIES];
    int64_t n_more; /* beyond the ceiling, not listed */
    ptl_day last;   /* last complete local day        */
    bool has_facts;
} ptl_audit_report;

typedef struct ptl_audit_options {
    int32_t size;
    int64_t run_id;
    bool has_as_of;
    ptl_day as_of;
} ptl_audit_options;

PTL_NODISCARD ptl_status ptl_audit_run(ptl_audit_report *out, ptl_store *store,
                                       const ptl_workspace *workspace,
                                       const ptl_audit_options *options, ptl_arena *arena,
                                       ptl_progress *progress, ptl_error *err);

/** What run `run_id` found (0: the newest audit; `run_id_out` 0 where there is none). */
PTL_NODISCARD ptl_status ptl_audit_read(ptl_audit_report *out, int64_t *run_id_out,
                                        ptl_store *store, int64_t run_id, ptl_arena *arena,
                                        ptl_error *err);

#endif
