/* interrupt.c: see interrupt.h. Signals are the process's own, so their state is too: this is the
 * one file of the program with mutable statics. */
#include "cli/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int pipe_ends[2] = {-1, -1}; /* read, write */
static volatile sig_atomic_t n_signals;
static struct sigaction before_int, before_term;
static pthread_t waiter;

enum { BYTE_CANCEL = 'c', BYTE_STOP = 's' };

/* Async-signal-safe: write, _exit. */
static void on_signal(int number)
{
    (void)number;
    const int saved = errno;
    if (n_signals++ > 0) {
        static const char words[] = "\nportolan: stopped at once; the next start settles what it "
                                    "left\n";
        const ssize_t n = write(STDERR_FILENO, words, sizeof words - 1);
        (void)n;
        _exit(130);
    }
    const char byte = BYTE_CANCEL;
    const ssize_t n = write(pipe_ends[1], &byte, 1);
    (void)n;
    errno = saved;
}

static void *wait_for_bytes(void *progress)
{
    for (;;) {
        char byte = 0;
        const ssize_t n = read(pipe_ends[0], &byte, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n != 1 || byte == BYTE_STOP) return NULL;
        ptl_progress_cancel(progress);
    }
}

static void close_pipe(void)
{
    for (int i = 0; i < 2; i++) {
        if (pipe_ends[i] >= 0) (void)close(pipe_ends[i]);
        pipe_ends[i] = -1;
    }
}

ptl_status ptl_interrupt_start(ptl_progress *progress, ptl_error *err)
{
    n_signals = 0;
    if (pipe2(pipe_ends, O_CLOEXEC) != 0)
        return ptl_fail(err, PTL_E_IO, "no pipe for signals: %s", strerror(errno));
    const int failed = pthread_create(&waiter, NULL, wait_for_bytes, progress);
    if (failed != 0) {
        close_pipe();
        return ptl_fail(err, PTL_E_UNAVAILABLE, "no thread for signals: %s", strerror(failed));
    }
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &before_int);
    sigaction(SIGTERM, &action, &before_term);
    return PTL_OK;
}

void ptl_interrupt_stop(void)
{
    sigaction(SIGINT, &before_int, NULL);
    sigaction(SIGTERM, &before_term, NULL);
    const char byte = BYTE_STOP;
    while (write(pipe_ends[1], &byte, 1) < 0 && errno == EINTR) {
    }
    pthread_join(waiter, NULL);
    close_pipe();
}
