/* reconcile_internal.h: what the files of reconciliation share. */
#ifndef PTL_PROVE_RECONCILE_INTERNAL_H
#define PTL_PROVE_RECONCILE_INTERNAL_H

#include "prove/limits.h"
#include "prove/reconcile.h"
#include "store/rates.h"
#include "workspace/metric.h"

/* Sums of a day, in the reporting currency. */
typedef enum ptl_ledger_day {
    PTL_DAY_REVENUE,
    PTL_DAY_VARIABLE,
    PTL_DAY_TAX,
    PTL_DAY_REFUNDS, /* negative */
    PTL_DAY_BEFORE,  /* revenue of lines that UTC dates a day earlier */
    PTL_DAY_AFTER,   /* … a day later                                 */
    PTL_DAY_MEDIA,
    PTL_DAY_UNGOVERNED, /* media of channels that nobody governs */
    PTL_DAY_COST,
    PTL_DAY_ROWS,
    PTL_N_DAY
} ptl_ledger_day;

typedef struct ptl_moved { /* refunds of one day for orders of another */
    ptl_day day, order_day;
    int64_t micros;
} ptl_moved;

/* What the books say of a line for a period, in the reporting currency. */
typedef struct ptl_book {
    ptl_day from, to;
    ptl_book_line line;
    int64_t micros;
    bool audited;
} ptl_book;

typedef struct ptl_reconcile {
    ptl_store *store;
    const ptl_workspace *workspace;
    ptl_instant known_by;
    ptl_arena *arena;
    ptl_rates rates;
    ptl_day first, last; /* days held; `last` is the last complete one            */
    int64_t n_days;
    int64_t *days[PTL_N_DAY];
    int64_t *in[PTL_RECONCILE_CURRENCIES_MAX]; /* revenue by day, in the currency */
    const char *currencies[PTL_RECONCILE_CURRENCIES_MAX];
    int64_t n_currencies;
    const char **channels; /* of media */
    int64_t n_channels;
    int64_t *media; /* channel * n_days + day */
    ptl_moved *moved;
    int64_t n_moved;
    ptl_book *books;
    int64_t n_books;
} ptl_reconcile;

static inline int64_t ptl_reconcile_sum(const ptl_reconcile *r, ptl_ledger_day what, ptl_day from,
                                        ptl_day to)
{
    int64_t sum = 0;
    for (ptl_day day = from < r->first ? r->first : from; day <= to && day <= r->last; day++)
        sum += r->days[what][day - r->first];
    return sum;
}

/** The books, closed or not, and everything of the facts on their days. False in `has_books` where
 * there are none. */
PTL_NODISCARD ptl_status ptl_reconcile_read(ptl_reconcile *r, bool *has_books, ptl_error *err);

/* What one cause would change in our line; `explains` is filled by ptl_reconcile_explain. */
typedef struct ptl_explanation {
    int64_t micros[PTL_N_CAUSES];
    bool explains[PTL_N_CAUSES];
    int64_t n_days_missing, shift_days; /* of missing source; of timing, 0: UTC days */
    int64_t unexplained_micros;
} ptl_explanation;

PTL_NODISCARD ptl_status ptl_reconcile_explain(ptl_explanation *out, const ptl_reconcile *r,
                                               const ptl_book *book, int64_t ours,
                                               int64_t tolerance_micros, ptl_error *err);

#endif
