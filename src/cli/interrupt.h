/* interrupt.h: Ctrl-C, heard once softly and once hard.
 *
 * The first SIGINT or SIGTERM cancels the progress: the work stops at its next check, the engine is
 * interrupted, the run is recorded as cancelled. A second one ends the process at once; the stores
 * bear that (they are settled at the next start).
 *
 * The handler itself only writes a byte to a pipe; a thread waits at its other end and cancels.
 * Blocking the signals and sigwait would not do: the BLAS starts threads while it is loaded, before
 * any mask of ours, and the kernel may hand a signal to any thread that does not block it. */
#ifndef PTL_CLI_INTERRUPT_H
#define PTL_CLI_INTERRUPT_H

#include "base/progress.h"

/** Begin to listen for signals on behalf of `progress`. One at a time in a process. */
PTL_NODISCARD ptl_status ptl_interrupt_start(ptl_progress *progress, ptl_error *err);
/** Signals get back what they had; the thread is gone when this returns. */
void ptl_interrupt_stop(void);

#endif
