/* records.h: records in a folder of their own, an arena and an error, for each case of a test. */
#ifndef PTL_TESTS_RECORDS_H
#define PTL_TESTS_RECORDS_H

#include "store/records.h"
#include "support/expect.h"
#include "support/scratch.h"

static ptl_error err;
static scratch dir;
static ptl_records *records;
static ptl_arena arena;

static inline int records_setup(void **state)
{
    (void)state;
    scratch_make(&dir);
    ptl_error_clear(&err);
    ptl_arena_init(&arena, 256 << 20, NULL);
    EXPECT_OK(ptl_records_open(&records, scratch_path(&dir, "records.sqlite"), &err));
    return 0;
}

static inline int records_teardown(void **state)
{
    (void)state;
    ptl_records_close(records);
    ptl_arena_dispose(&arena);
    scratch_remove(&dir);
    return 0;
}

/** A run of this operation has started: what is written under one needs it. */
static inline int64_t records_run(const char *operation)
{
    ptl_run run = {.operation = operation,
                   .parameters = "{}",
                   .fingerprint = "f",
                   .actor = "ada",
                   .started_at = 1700000000000001};
    EXPECT_OK(ptl_run_start(&run, records, &err));
    return run.run_id;
}

#endif
