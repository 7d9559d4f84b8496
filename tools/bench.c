/* bench: starts both sides of each benchmark in turn and says how long and how much memory they
 * took. usage: bench_driver RUNS PROGRAM…
 *
 * 1. A program is started as `PROGRAM candidate` and `PROGRAM baseline`, one after the other, RUNS
 *    times each: what the machine does meanwhile strikes both sides alike. One start of each comes
 *    before and is not counted.
 * 2. A line "seconds X" on its standard output is its time; without one, its whole life is.
 * 3. Memory is the peak of the process and its children, as the kernel keeps it (getrusage).
 * 4. Median and spread (least to greatest) are printed; `ratio` is candidate ÷ baseline, so that
 *    below 1 the candidate is faster. A program without a baseline answers it with exit status 77.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BENCH_RUNS_MAX = 101, BENCH_NO_BASELINE = 77 };

typedef struct bench_side {
    const char *name;
    double seconds[BENCH_RUNS_MAX];
    double mib_max;
    int n_runs;
    bool absent;
} bench_side;

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Standard output of the child: the last "seconds X" in it, or a negative number. */
static double read_seconds(int fd)
{
    FILE *in = fdopen(fd, "r");
    double seconds = -1.0;
    char line[1024];
    while (in && fgets(line, sizeof line, in))
        if (strncmp(line, "seconds ", 8) == 0) seconds = strtod(line + 8, NULL);
    if (in) fclose(in);
    return seconds;
}

static void run_child(const char *program, const char *side, int fd)
{
    dup2(fd, STDOUT_FILENO);
    execl(program, program, side, (char *)NULL);
    fprintf(stderr, "bench: %s: %s\n", program, strerror(errno));
    _exit(127);
}

/* One start: its time into *seconds, its peak into *mib. Returns the exit status. */
static int run_once(const char *program, const char *side, double *seconds, double *mib)
{
    int fds[2];
    if (pipe(fds) != 0) return 127;
    const double from = now_seconds();
    const pid_t child = fork();
    if (child < 0) return 127;
    if (child == 0) {
        close(fds[0]);
        run_child(program, side, fds[1]);
    }
    close(fds[1]);
    const double said = read_seconds(fds[0]);
    int status = 0;
    struct rusage used;
    if (wait4(child, &status, 0, &used) != child) return 127;
    *seconds = said >= 0.0 ? said : now_seconds() - from;
    *mib = (double)used.ru_maxrss / 1024.0; /* Linux counts KiB */
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run_side(const char *program, bench_side *side, bool counted)
{
    if (side->absent) return 0;
    double seconds = 0.0, mib = 0.0;
    const int status = run_once(program, side->name, &seconds, &mib);
    if (status == BENCH_NO_BASELINE && strcmp(side->name, "baseline") == 0) {
        side->absent = true;
        return 0;
    }
    if (status != 0)
        return fprintf(stderr, "bench: %s %s: exit status %d\n", program, side->name, status), 1;
    if (!counted) return 0;
    side->seconds[side->n_runs++] = seconds;
    if (mib > side->mib_max) side->mib_max = mib;
    return 0;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(const bench_side *side)
{
    const int n = side->n_runs;
    return 0.5 * (side->seconds[(n - 1) / 2] + side->seconds[n / 2]);
}

static void print_side(bench_side *side)
{
    if (side->absent) {
        printf("  %-34s", "none");
        return;
    }
    qsort(side->seconds, (size_t)side->n_runs, sizeof side->seconds[0], by_value);
    printf("  %8.4f (%.4f to %.4f) %6.0f", median_of(side), side->seconds[0],
           side->seconds[side->n_runs - 1], side->mib_max);
}

static int bench(const char *program, int n_runs)
{
    bench_side sides[2] = {{.name = "candidate"}, {.name = "baseline"}};
    for (int run = -1; run < n_runs; run++)
        for (int k = 0; k < 2; k++)
            if (run_side(program, &sides[k], run >= 0)) return 1;
    const char *slash = strrchr(program, '/');
    printf("%-22s", slash ? slash + 1 : program);
    for (int k = 0; k < 2; k++) print_side(&sides[k]);
    if (!sides[1].absent) printf("  %6.2f", median_of(&sides[0]) / median_of(&sides[1]));
    printf("\n");
    return fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
    const long n_runs = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    if (n_runs < 1 || n_runs > BENCH_RUNS_MAX)
        return fprintf(stderr, "usage: bench_driver RUNS PROGRAM...  (RUNS from 1 to %d)\n",
                       BENCH_RUNS_MAX),
               2;
    printf("%-22s  %-34s  %-34s  %6s\n", "median of runs", "candidate: s (spread) MiB",
           "baseline: s (spread) MiB", "ratio");
    int failed = 0;
    for (int i = 2; i < argc; i++) failed |= bench(argv[i], (int)n_runs);
    return failed;
}
