/* test_file: reading, atomic writing, stamps, folders, patterns (base/file.h). */
#include "support/expect.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/asset.h"
#include "base/file.h"

typedef struct fixture {
    char folder[64];
    ptl_arena arena;
    ptl_error err;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/ptl-file-XXXXXX");
    if (!mkdtemp(f->folder)) return -1;
    ptl_arena_init(&f->arena, 1 << 22, NULL);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    const int rc = system(command);
    ptl_arena_dispose(&f->arena);
    free(f);
    return rc;
}

static const char *in(fixture *f, const char *name)
{
    return ptl_path_join(&f->arena, f->folder, name, NULL);
}

static int64_t n_names(fixture *f)
{
    char **names;
    int64_t n;
    ptl_error err = {0};
    EXPECT_OK(ptl_path_glob(&names, &n, in(f, "*"), &f->arena, &err));
    return n;
}

static void what_is_written_is_read(void **state)
{
    fixture *f = *state;
    ptl_error err = {0};
    ptl_text text;
    const ptl_text content = {"a\0b\n", 4};
    EXPECT_OK(ptl_file_write(in(f, "x"), content, 0640, &err));
    EXPECT_OK(ptl_file_read(&text, in(f, "x"), 4, &f->arena, &err));
    assert_true(ptl_text_equal(text, content));
    EXPECT_INT(text.ptr[4], 0);
    struct stat info;
    assert_int_equal(stat(in(f, "x"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    EXPECT_OK(ptl_file_write(in(f, "x"), (ptl_text){0}, 0600, &err));
    EXPECT_OK(ptl_file_read(&text, in(f, "x"), 4, &f->arena, &err));
    EXPECT_INT(text.len, 0);
    EXPECT_INT(n_names(f), 1); /* no temporary stays */
}

static void refusals_say_what_and_where(void **state)
{
    fixture *f = *state;
    ptl_error err = {0};
    ptl_text text;
    ptl_hash hash;
    ptl_file_stamp stamp;
    EXPECT_FAIL(ptl_file_read(&text, in(f, "none"), 4, &f->arena, &err), PTL_E_NOT_FOUND, "none");
    EXPECT_FAIL(ptl_file_hash(&hash, in(f, "none"), NULL, &err), PTL_E_NOT_FOUND, "none");
    EXPECT_FAIL(ptl_file_stamp_of(&stamp, in(f, "none"), &err), PTL_E_NOT_FOUND, "none");
    EXPECT_FAIL(ptl_file_read(&text, f->folder, 4, &f->arena, &err), PTL_E_IO, "directory");
    EXPECT_FAIL(ptl_file_write(in(f, "no/x"), PTL_TEXT("1"), 0600, &err), PTL_E_NOT_FOUND, "no/x");
    EXPECT_OK(ptl_file_write(in(f, "x"), PTL_TEXT("12345"), 0600, &err));
    EXPECT_FAIL(ptl_file_read(&text, in(f, "x"), 4, &f->arena, &err), PTL_E_LIMIT,
                "has 5 bytes, more than the 4 allowed");
    EXPECT_FAIL(ptl_file_write(f->folder, PTL_TEXT("1"), 0600, &err), PTL_E_IO, "cannot write");
    EXPECT_INT(n_names(f), 1);
}

/* The system refuses bytes beyond a size: the old content stays, no temporary is left. */
static void a_failed_write_keeps_the_old_content(void **state)
{
    fixture *f = *state;
    ptl_error err = {0};
    ptl_text text;
    EXPECT_OK(ptl_file_write(in(f, "x"), PTL_TEXT("old"), 0600, &err));
    static char large[300000];
    struct rlimit limit, small;
    getrlimit(RLIMIT_FSIZE, &limit);
    small = (struct rlimit){100000, limit.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    const ptl_status st = ptl_file_write(in(f, "x"), (ptl_text){large, sizeof large}, 0600, &err);
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_DFL);
    EXPECT_INT(st, PTL_E_IO);
    EXPECT_OK(ptl_file_read(&text, in(f, "x"), 100, &f->arena, &err));
    assert_true(ptl_text_equal(text, PTL_TEXT("old")));
    EXPECT_INT(n_names(f), 1);
}

static void write_for_ever(const char *path)
{
    static char a[70001], b[50001];
    memset(a, 'a', sizeof a);
    memset(b, 'b', sizeof b);
    for (;;) {
        if (ptl_file_write(path, (ptl_text){a, sizeof a}, 0600, NULL) != PTL_OK) _exit(1);
        if (ptl_file_write(path, (ptl_text){b, sizeof b}, 0600, NULL) != PTL_OK) _exit(1);
    }
}

/* Killed in mid-write, twenty times: under the name stands one of the two contents, whole. */
static void a_killed_writer_leaves_one_whole_content(void **state)
{
    fixture *f = *state;
    ptl_error err = {0};
    EXPECT_OK(ptl_file_write(in(f, "x"), PTL_TEXT("b"), 0600, &err));
    for (unsigned i = 0; i < 20; i++) {
        const pid_t child = fork();
        if (child == 0) write_for_ever(in(f, "x"));
        usleep(2000 + 1371 * i);
        kill(child, SIGKILL);
        int how = 0;
        waitpid(child, &how, 0);
        assert_true(WIFSIGNALED(how));
        ptl_text text;
        ptl_arena_reset(&f->arena);
        EXPECT_OK(ptl_file_read(&text, in(f, "x"), 1 << 20, &f->arena, &err));
        assert_true(text.len == 70001 || text.len == 50001 || text.len == 1);
        for (size_t k = 0; k < text.len; k++)
            assert_int_equal(text.ptr[k], text.len == 70001 ? 'a' : 'b');
    }
}

static void stamps_tell_files_apart(void **state)
{
    fixture *f = *state;
    ptl_error err = {0};
    ptl_file_stamp first, same, replaced;
    EXPECT_OK(ptl_file_write(in(f, "x"), PTL_TEXT("one"), 0600, &err));
    EXPECT_OK(ptl_file_stamp_of(&first, in(f, "x"), &err));
    EXPECT_OK(ptl_file_stamp_of(&same, in(f, "x"), &err));
    assert_true(ptl_file_stamp_equal(first, same));
    EXPECT_OK(ptl_file_write(in(f, "x"), PTL_TEXT("two"), 0600, &err));
    EXPECT_OK(ptl_file_stamp_of(&replaced, in(f, "x"), &err));
    assert_false(ptl_file_stamp_equal(first, replaced));
}

static void a_files_hash_is_that_of_its_bytes(void **state)
{
    fixture *f = *state;
    ptl_error err = {0};
    static char bytes[200003];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 7919 >> 3);
    EXPECT_OK(ptl_file_write(in(f, "x"), (ptl_text){bytes, sizeof bytes}, 0600, &err));
    ptl_hash hash;
    EXPECT_OK(ptl_file_hash(&hash, in(f, "x"), NULL, &err));
    assert_true(ptl_hash_equal(hash, ptl_hash_bytes(bytes, sizeof bytes)));
    ptl_progress progress;
    ptl_progress_init(&progress, NULL, NULL);
    ptl_progress_cancel(&progress);
    EXPECT_FAIL(ptl_file_hash(&hash, in(f, "x"), &progress, &err), PTL_E_CANCELLED, "cancelled");
}

static void folders_are_made_with_their_parents(void **state)
{
    fixture *f = *state;
    ptl_error err = {0};
    EXPECT_OK(ptl_folder_make(in(f, "a//b/c/"), 0700, &err));
    EXPECT_OK(ptl_folder_make(in(f, "a/b/c"), 0700, &err));
    assert_true(ptl_folder_exists(in(f, "a/b/c")));
    assert_false(ptl_file_exists(in(f, "a/b/c")));
    EXPECT_OK(ptl_file_write(in(f, "file"), PTL_TEXT("1"), 0600, &err));
    assert_true(ptl_file_exists(in(f, "file")));
    assert_false(ptl_folder_exists(in(f, "file")));
    EXPECT_FAIL(ptl_folder_make(in(f, "file"), 0700, &err), PTL_E_IO, "a file has this name");
    EXPECT_FAIL(ptl_folder_make("", 0700, &err), PTL_E_INVALID, "1 to");
}

static void paths_join_and_match_in_order(void **state)
{
    fixture *f = *state;
    ptl_error err = {0};
    EXPECT_STR(ptl_path_join(&f->arena, "a", "b", &err), "a/b");
    EXPECT_STR(ptl_path_join(&f->arena, "a/", "b", &err), "a/b");
    EXPECT_STR(ptl_path_join(&f->arena, "", "b", &err), "b");
    EXPECT_STR(ptl_path_join(&f->arena, "a", "/b", &err), "/b");
    static const char *const names[] = {"b.csv", "B.csv", "a.csv", "a-1.csv", "c.txt"};
    for (size_t i = 0; i < 5; i++)
        EXPECT_OK(ptl_file_write(in(f, names[i]), PTL_TEXT("1"), 0600, &err));
    static const char *const sorted[] = {"B.csv", "a-1.csv", "a.csv", "b.csv"};
    char **found;
    int64_t n;
    EXPECT_OK(ptl_path_glob(&found, &n, in(f, "*.csv"), &f->arena, &err));
    EXPECT_INT(n, 4);
    for (int64_t i = 0; i < n; i++) EXPECT_STR(found[i] + strlen(f->folder) + 1, sorted[i]);
    assert_null(found[n]);
    EXPECT_OK(ptl_path_glob(&found, &n, in(f, "*.none"), &f->arena, &err));
    EXPECT_INT(n, 0);
}

static void assets_are_found_by_path(void **state)
{
    (void)state;
    for (int64_t i = 0; i < ptl_assets_n; i++) {
        assert_ptr_equal(ptl_asset_find(ptl_assets[i].path), &ptl_assets[i]);
        EXPECT_INT(ptl_asset_first(ptl_assets[i].path), i);
        EXPECT_INT(ptl_assets[i].bytes[ptl_assets[i].len], 0);
        if (i > 0) assert_true(strcmp(ptl_assets[i - 1].path, ptl_assets[i].path) < 0);
    }
    assert_null(ptl_asset_find("sql/none.sql"));
    assert_null(ptl_asset_find(""));
    EXPECT_INT(ptl_asset_first("\x7f"), ptl_assets_n);
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(what_is_written_is_read),
        FILE_TEST(refusals_say_what_and_where),
        FILE_TEST(a_failed_write_keeps_the_old_content),
        FILE_TEST(a_killed_writer_leaves_one_whole_content),
        FILE_TEST(stamps_tell_files_apart),
        FILE_TEST(a_files_hash_is_that_of_its_bytes),
        FILE_TEST(folders_are_made_with_their_parents),
        FILE_TEST(paths_join_and_match_in_order),
        cmocka_unit_test(assets_are_found_by_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
