/* faults.c: planted faults (faults.h). Places are shares of the window, so that every fault lies in
 * every window that is long enough to be looked at. */
#include "simulate/faults.h"

void ptl_faults_plant(ptl_faults *out, const ptl_climate *climate)
{
    static const struct {
        double from;
        int64_t n_days;
    } places[PTL_FAULT_KINDS] = {{0.3, 3},  {0.5, 6},  {1.0, 5}, {0.7, 14},
                                 {0.6, 28}, {0.4, 21}, {0.8, 7}, {0.55, 5}};
    const bool hostile = climate->options.setting == PTL_SIM_HOSTILE;
    *out = (ptl_faults){0};
    for (int k = 0; k < PTL_FAULT_KINDS; k++) {
        const int64_t start = (int64_t)(places[k].from * (double)climate->n_days);
        const bool at_end = start == climate->n_days;
        out->from[k] = !hostile ? 0 : at_end ? start - places[k].n_days : start;
        out->to[k] = hostile ? out->from[k] + places[k].n_days - 1 : -1;
    }
}

void ptl_faults_admit(ptl_truth *truth, const ptl_faults *f,
                      const char *const files[PTL_FAULT_KINDS])
{
    static const char *const names[PTL_FAULT_KINDS][2] = {
        {"duplicates", "every line of these days stands twice"},
        {"gap", "days are missing though media ran"},
        {"delay", "the last days are not reported yet"},
        {"unit change", "cost is in cents instead of euro"},
        {"double-counted conversions", "each conversion is counted twice"},
        {"time-zone shift", "the clock runs nine hours slow and says it does not"},
        {"currency mix", "amounts in CHF are labelled EUR"},
        {"bot traffic", "sessions of machines"}};
    for (int k = 0; k < PTL_FAULT_KINDS; k++)
        if (files[k] && f->from[k] <= f->to[k])
            ptl_truth_fault_add(
                truth, (ptl_truth_fault){.fault = names[k][0],
                                         .file = files[k],
                                         .what = names[k][1],
                                         .from = truth->climate->first + (ptl_day)f->from[k],
                                         .to = truth->climate->first + (ptl_day)f->to[k],
                                         .rows = f->rows[k],
                                         .cents = f->cents[k]});
}
