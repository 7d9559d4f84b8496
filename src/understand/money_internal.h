/* money_internal.h: what the files of money share. */
#ifndef PTL_UNDERSTAND_MONEY_INTERNAL_H
#define PTL_UNDERSTAND_MONEY_INTERNAL_H

#include "store/rates.h"
#include "understand/limits.h"
#include "understand/money.h"

/* Money of one channel on one day or in one period, exact, in the reporting currency. */
typedef struct ptl_money_cell {
    int64_t orders;
    int64_t revenue_micros;
    int64_t variable_micros;
    int64_t media_micros;
} ptl_money_cell;

typedef struct ptl_money_channel {
    const char *member; /* governed name, the recorded text where not governed, "" where none */
} ptl_money_channel;

/* Days × channels, dense: cell(day, channel) = cells[(day - first) * n_channels + channel]. */
typedef struct ptl_money_cube {
    ptl_day first;
    int64_t n_days;
    ptl_money_channel *channels; /* sorted by member */
    int64_t n_channels;
    ptl_money_cell *cells;
} ptl_money_cube;

ptl_money_cell *ptl_money_cube_at(const ptl_money_cube *cube, ptl_day day, int64_t channel);

/** Sum over days [from, to] of one channel, or of all where channel is -1. */
ptl_money_cell ptl_money_cube_sum(const ptl_money_cube *cube, ptl_day from, ptl_day to,
                                  int64_t channel);

/** Read facts known by `known_by`, convert, add up. */
PTL_NODISCARD ptl_status ptl_money_cube_read(ptl_money_cube *out, ptl_store *store,
                                             const ptl_workspace *workspace, ptl_day first,
                                             ptl_day last, ptl_instant known_by, ptl_arena *arena,
                                             ptl_error *err);

/** Figures and day_channel rows of the cube, in one scope. */
PTL_NODISCARD ptl_status ptl_money_write(ptl_money_report *report, ptl_store *store,
                                         const ptl_workspace *workspace, const ptl_money_cube *cube,
                                         int64_t run_id, ptl_arena *arena, ptl_error *err);

#endif
