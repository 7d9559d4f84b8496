/* reconcile.h: what we count against what the company's books say, period by period.
 *
 * Invariants.
 *  1. A period is closed where the books have it and the facts reach its last day; only closed
 *     periods are compared.
 *  2. Our side is counted from the facts anew, day by day, channel by channel, currency by
 *     currency, each sum converted once: as figures are.
 *  3. A cause is a computed amount: what our line would come to if the books see one thing
 *     differently. One cause, or two, *explain* where they leave a fiftieth of what is missing or
 *     less; what no cause explains stays as *unexplained*, and is never shared out.
 *  4. Nobody but a person signs. A signature names the run, the figures and their hash; facts
 *     loaded since make it stale. */
#ifndef PTL_PROVE_RECONCILE_H
#define PTL_PROVE_RECONCILE_H

#include "store/store.h"
#include "workspace/workspace.h"

#define PTL_RECONCILE_LINES(X)                                                                     \
    X(REVENUE, "revenue")                                                                          \
    X(VARIABLE, "variable_cost")                                                                   \
    X(MEDIA, "media")                                                                              \
    X(COST, "cost") /* marketing's own: salaries, agencies, tools */

typedef enum ptl_book_line {
#define PTL_BOOK_ENUM(name, text) PTL_BOOK_##name,
    PTL_RECONCILE_LINES(PTL_BOOK_ENUM)
#undef PTL_BOOK_ENUM
        PTL_N_BOOK_LINES
} ptl_book_line;
const char *ptl_book_line_text(ptl_book_line line);

/* Why books and figures may differ. */
#define PTL_RECONCILE_CAUSES(X)                                                                    \
    X(TIMING,                                                                                      \
      "timing") /* the books' day begins at another hour, or a line is booked days later */        \
    X(REFUNDS, "refunds") /* the books date a refund by its order, or leave refunds out */         \
    X(TAX, "tax") /* the books' amount holds the tax                                     */        \
    X(CURRENCY, "currency")      /* the books convert at the period's last rate      */            \
    X(MISSING, "missing source") /* days of the period without a row, at what such days come to */ \
    X(UNMAPPED, "unmapped")      /* channels that nobody governs                                 */

typedef enum ptl_cause {
#define PTL_CAUSE_ENUM(name, text) PTL_CAUSE_##name,
    PTL_RECONCILE_CAUSES(PTL_CAUSE_ENUM)
#undef PTL_CAUSE_ENUM
        PTL_N_CAUSES
} ptl_cause;
const char *ptl_cause_text(ptl_cause cause);

typedef struct ptl_reconcile_options {
    int32_t size;
    int64_t run_id;
    bool has_as_of;
    ptl_day as_of;
} ptl_reconcile_options;

typedef struct ptl_reconcile_report {
    int64_t n_periods;            /* closed ones                               */
    int64_t n_lines, n_differing; /* lines compared, and beyond their tolerance */
    ptl_day first, last;          /* of the closed periods                     */
} ptl_reconcile_report;

/** Compare every closed period; write figures of grain "close": `reconcile.<line>` (difference as a
 * share of the books; verdict "reconciled", "explained" or "differs"), `.ours`, `.books`,
 * `.difference`, and `.because` by cause, with verdict "explains" or "considered". */
PTL_NODISCARD ptl_status ptl_reconcile_run(ptl_reconcile_report *out, ptl_store *store,
                                           const ptl_workspace *workspace,
                                           const ptl_reconcile_options *options,
                                           ptl_progress *progress, ptl_error *err);

/** Write an auditor's bundle of one closed period into `dir`, which must be empty or missing: the
 * figures, the text of the queries behind them, the files they were counted from with their hashes,
 * the ledger's head with a proof of the entries, and a list of all files with their hashes. Same
 * facts, same ledger, same bytes. */
typedef struct ptl_bundle_report {
    int64_t n_files, run_id;
    ptl_hash manifest;
} ptl_bundle_report;
PTL_NODISCARD ptl_status ptl_bundle_write(ptl_bundle_report *out, const char *dir, ptl_store *store,
                                          ptl_day from, ptl_day to, ptl_error *err);

#endif
