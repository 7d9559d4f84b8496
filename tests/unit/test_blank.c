/* test_blank.c: an empty folder becomes a workspace that says nobody has set it up; nothing that is
 * there is touched. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/expect.h"

#include "base/file.h"
#include "workspace/blank.h"
#include "workspace/workspace.h"

typedef struct fixture {
    char dir[64];
    ptl_arena arena;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    snprintf(f.dir, sizeof f.dir, "/tmp/ptl_blank_XXXXXX");
    if (!mkdtemp(f.dir)) return -1;
    ptl_arena_init(&f.arena, 16 << 20, NULL);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf -- '%s'", f->dir);
    ptl_arena_dispose(&f->arena);
    return system(command);
}

static const char *below(fixture *f, const char *name)
{
    const char *path = ptl_path_join(&f->arena, f->dir, name, NULL);
    assert_non_null(path);
    return path;
}

/* A folder's name may hold what YAML would read as something else. */
static void is_whole_and_named_after_its_folder(void **state)
{
    fixture *f = *state;
    ptl_error err;
    ptl_workspace w;
    ptl_config_file *files = NULL;
    int64_t n = 0;
    const char *root = below(f, "deep/a \"b\" \\c: #d");
    EXPECT_OK(ptl_workspace_make_blank(root, &f->arena, &err));
    EXPECT_OK(ptl_workspace_files(&files, &n, root, &f->arena, &err));
    EXPECT_INT(n, 1);
    EXPECT_OK(ptl_workspace_parse(&w, root, files, n, NULL, &err));
    assert_string_equal(w.company, "a \"b\" \\c: #d");
    assert_string_equal(w.currency, "EUR");
    EXPECT_INT(w.n_sources, 0);
    ptl_workspace_dispose(&w);
    assert_true(ptl_workspace_is_blank(ptl_path_join(&f->arena, root, "portolan.yaml", NULL)));
}

static void leaves_what_is_there(void **state)
{
    fixture *f = *state;
    ptl_error err;
    ptl_text text;
    const char *path = below(f, "portolan.yaml");
    EXPECT_OK(ptl_file_write(path, PTL_TEXT("company: Kolb\n"), 0644, &err));
    EXPECT_OK(ptl_workspace_make_blank(f->dir, &f->arena, &err));
    EXPECT_OK(ptl_file_read(&text, path, 1 << 16, &f->arena, &err));
    assert_true(ptl_text_equal(text, PTL_TEXT("company: Kolb\n")));
    assert_false(ptl_workspace_is_blank(path));
}

/* The mark is a whole line, at the very head. */
static void only_the_whole_mark_counts(void **state)
{
    fixture *f = *state;
    ptl_error err;
    const char *path = below(f, "portolan.yaml");
    assert_false(ptl_workspace_is_blank(path));
    const ptl_text cut = {PTL_BLANK_MARK, sizeof PTL_BLANK_MARK - 2};
    EXPECT_OK(ptl_file_write(path, cut, 0644, &err));
    assert_false(ptl_workspace_is_blank(path));
    EXPECT_OK(ptl_file_write(path, PTL_TEXT("\n" PTL_BLANK_MARK), 0644, &err));
    assert_false(ptl_workspace_is_blank(path));
    EXPECT_OK(ptl_file_write(path, PTL_TEXT(PTL_BLANK_MARK), 0644, &err));
    assert_true(ptl_workspace_is_blank(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(is_whole_and_named_after_its_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_what_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_the_whole_mark_counts, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
