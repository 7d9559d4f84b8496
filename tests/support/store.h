/* store.h: both stores in a folder of their own and a workspace of one file, for each case. */
#ifndef PTL_TESTS_STORE_H
#define PTL_TESTS_STORE_H

#include "support/scratch.h"
#include "support/warehouse.h"

#include "store/store.h"
#include "workspace/workspace.h"

static ptl_error err;
static scratch dir;
static ptl_store store;
static ptl_workspace workspace;
static ptl_arena arena;

static inline void store_setup(const char *yaml)
{
    scratch_make(&dir);
    ptl_arena_init(&arena, 64 << 20, NULL);
    ptl_store_options options = ptl_store_options_default();
    options.warehouse = small_engine(2);
    options.doing = "test";
    options.now = 1762700000000000;
    EXPECT_OK(ptl_store_open(&store, scratch_path(&dir, "store"), &options, &err));
    const ptl_config_file file = {"portolan.yaml", ptl_text_of(yaml)};
    EXPECT_OK(ptl_workspace_parse(&workspace, dir.dir, &file, 1, NULL, &err));
}

static inline int store_teardown(void **state)
{
    (void)state;
    ptl_workspace_dispose(&workspace);
    ptl_store_close(&store);
    ptl_arena_dispose(&arena);
    scratch_remove(&dir);
    return 0;
}

#endif
