/* scratch.h: a folder for one test, gone with its content when the test ends. */
#ifndef PTL_TESTS_SCRATCH_H
#define PTL_TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct scratch {
    char dir[64];
    char path[4][256]; /* scratch_path hands them out in turn */
    int next;
} scratch;

static inline void scratch_make_in(scratch *s, const char *parent)
{
    memset(s, 0, sizeof *s);
    snprintf(s->dir, sizeof s->dir, "%s/ptl-test-XXXXXX", parent);
    if (!mkdtemp(s->dir)) perror("mkdtemp"), abort();
}

static inline void scratch_make(scratch *s)
{
    scratch_make_in(s, "/tmp");
}

/* In memory where there is such a place: for tests that sync thousands of times. */
static inline void scratch_make_fast(scratch *s)
{
    scratch_make_in(s, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

static inline int scratch_unlink(const char *path, const struct stat *st, int kind,
                                 struct FTW *walk)
{
    (void)st, (void)kind, (void)walk;
    return remove(path);
}

static inline void scratch_remove(scratch *s)
{
    nftw(s->dir, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

/** dir/name; valid until the fourth call after this one. */
static inline const char *scratch_path(scratch *s, const char *name)
{
    char folder[sizeof s->dir];
    memcpy(folder, s->dir, sizeof folder);
    char *out = s->path[s->next++ % 4];
    snprintf(out, sizeof s->path[0], "%s/%s", folder, name);
    return out;
}

static inline void scratch_write(const char *path, const void *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, len, f) != len || fclose(f) != 0) perror(path), abort();
}

#endif
