/* faults.h: what is planted in the files of the hostile setting, and where. */
#ifndef PTL_SIMULATE_FAULTS_H
#define PTL_SIMULATE_FAULTS_H

#include "simulate/truth.h"

/* Each kind, in the order of its name in truth.json. */
typedef enum ptl_fault {
    PTL_FAULT_TWICE,
    PTL_FAULT_GAP,
    PTL_FAULT_LATE,
    PTL_FAULT_UNIT,
    PTL_FAULT_DOUBLE,
    PTL_FAULT_ZONE,
    PTL_FAULT_CURRENCY,
    PTL_FAULT_BOTS,
    PTL_FAULT_KINDS
} ptl_fault;

typedef struct ptl_faults {
    int64_t from[PTL_FAULT_KINDS], to[PTL_FAULT_KINDS];    /* days; from > to: not planted */
    int64_t rows[PTL_FAULT_KINDS], cents[PTL_FAULT_KINDS]; /* touched, counted while writing */
} ptl_faults;

/** The hostile setting's days; none in the others. */
void ptl_faults_plant(ptl_faults *out, const ptl_climate *climate);

static inline bool ptl_faults_hit(const ptl_faults *f, ptl_fault fault, int64_t day)
{
    return day >= f->from[fault] && day <= f->to[fault];
}

/** Admit what was planted: `files` names each kind's file, NULL where this world does not plant
 * it. */
void ptl_faults_admit(ptl_truth *truth, const ptl_faults *faults,
                      const char *const files[PTL_FAULT_KINDS]);

#endif
