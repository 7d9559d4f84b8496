/* test_init.c: the first workspace is whole, runs, and never overwrites anything. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/expect.h"

#include "base/file.h"
#include "workspace/workspace.h"

typedef struct fixture {
    char dir[64];
    ptl_arena arena;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    snprintf(f.dir, sizeof f.dir, "/tmp/ptl_init_XXXXXX");
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

static const char *const written[] = {
    "portolan.yaml",   "channels.yaml",  "sources/orders.yaml", "sources/spend.yaml",
    "data/orders.csv", "data/spend.csv", ".gitignore"};
enum { N_WRITTEN = sizeof written / sizeof written[0] };

static const char *below(fixture *f, const char *name)
{
    const char *path = ptl_path_join(&f->arena, f->dir, name, NULL);
    assert_non_null(path);
    return path;
}

static void parse_dir(ptl_workspace *out, fixture *f, const char *root)
{
    ptl_error err;
    ptl_config_file *files = NULL;
    int64_t n = 0;
    EXPECT_OK(ptl_workspace_files(&files, &n, root, &f->arena, &err));
    EXPECT_INT(n, 4);
    EXPECT_OK(ptl_workspace_parse(out, root, files, n, NULL, &err));
}

static void init_then_parse(void **state)
{
    fixture *f = *state;
    ptl_error err;
    ptl_workspace w;
    const char *root = below(f, "a/b/acme & co");
    const ptl_init_options options = {
        .size = sizeof options, .currency = "CHF", .zone = "Europe/Zurich"};
    EXPECT_OK(ptl_workspace_init(root, &options, &err));
    for (int i = 0; i < N_WRITTEN; i++)
        assert_true(ptl_file_exists(ptl_path_join(&f->arena, root, written[i], NULL)));
    parse_dir(&w, f, root);
    EXPECT_STR(w.company, "acme & co");
    EXPECT_STR(w.currency, "CHF");
    EXPECT_STR(ptl_zone_name(w.zone), "Europe/Zurich");
    EXPECT_INT(w.week_start, 1);
    EXPECT_INT(w.fiscal_year_month, 1);
    EXPECT_INT(w.memory_bytes_max, INT64_C(4) << 30);
    EXPECT_INT(w.n_channels, 4);
    EXPECT_INT(w.n_sources, 2);
    EXPECT_STR(w.sources[0].name, "orders");
    EXPECT_STR(w.sources[0].table, "txn");
    EXPECT_STR(w.sources[0].currency, "CHF");
    EXPECT_STR(w.sources[1].name, "spend");
    assert_true(w.kpi.has_target);
    EXPECT_INT(w.kpi.target_micros, INT64_C(26000000000));
    assert_ptr_equal(ptl_workspace_channel(&w, PTL_TEXT("Google Ads")), &w.channels[0]);
    assert_non_null(ptl_workspace_source(&w, PTL_TEXT("spend")));
    assert_null(ptl_workspace_source(&w, PTL_TEXT("spen")));
    ptl_workspace_dispose(&w);
}

/* What the template's data say, added up by hand from the columns. */
static void data_hold_together(void **state)
{
    fixture *f = *state;
    ptl_error err;
    ptl_text orders, spend;
    EXPECT_OK(ptl_workspace_init(below(f, "x"), NULL, &err));
    EXPECT_OK(ptl_file_read(&orders, below(f, "x/data/orders.csv"), 1 << 20, &f->arena, &err));
    EXPECT_OK(ptl_file_read(&spend, below(f, "x/data/spend.csv"), 1 << 20, &f->arena, &err));
    assert_null(strstr(orders.ptr, "{{"));
    int64_t rows = -1, euros = 0;
    while (orders.len > 0) {
        const ptl_text line = ptl_text_cut(&orders, '\n');
        rows++;
        euros += ptl_text_ends(line, PTL_TEXT(",EUR"));
    }
    EXPECT_INT(rows, 396);
    EXPECT_INT(euros, 396);
    ptl_text_cut(&spend, '\n');
    int64_t cents = 0, n = 0;
    for (; spend.len > 0; n++) {
        ptl_text line = ptl_text_cut(&spend, '\n');
        for (int skip = 0; skip < 3; skip++) (void)ptl_text_cut(&line, ',');
        double cost = 0;
        EXPECT_OK(ptl_text_double(&cost, ptl_text_cut(&line, ','), &err));
        cents += llround(cost * 100);
    }
    EXPECT_INT(n, 255); /* 85 days of three campaigns */
    EXPECT_INT(cents, 431036);
}

static void names_what_is_there(void **state)
{
    fixture *f = *state;
    ptl_error err;
    struct stat info;
    for (int i = 0; i < N_WRITTEN; i++) {
        char name[32];
        snprintf(name, sizeof name, "there%d", i);
        const char *root = below(f, name);
        const char *path = ptl_path_join(&f->arena, root, written[i], NULL);
        char *folder = ptl_text_copy(ptl_text_of(path), &f->arena, NULL);
        *strrchr(folder, '/') = '\0';
        EXPECT_OK(ptl_folder_make(folder, 0755, &err));
        EXPECT_OK(ptl_file_write(path, PTL_TEXT("mine"), 0644, &err));
        EXPECT_FAIL(ptl_workspace_init(root, NULL, &err), PTL_E_CONFLICT, written[i]);
        for (int k = 0; k < N_WRITTEN; k++) /* nothing beside it */
            EXPECT_INT(stat(ptl_path_join(&f->arena, root, written[k], NULL), &info) == 0, k == i);
        ptl_text content;
        EXPECT_OK(ptl_file_read(&content, path, 100, &f->arena, &err));
        EXPECT_STR(content.ptr, "mine");
    }
}

/* A file where a folder is needed stops it half way: what was written is gone again. */
static void leaves_nothing_half_written(void **state)
{
    fixture *f = *state;
    ptl_error err;
    const char *root = below(f, "half");
    EXPECT_OK(ptl_folder_make(root, 0755, &err));
    EXPECT_OK(ptl_file_write(below(f, "half/sources"), PTL_TEXT("a file"), 0644, &err));
    assert_int_not_equal(ptl_workspace_init(root, NULL, &err), PTL_OK);
    assert_true(strlen(err.message) > 0);
    assert_true(ptl_file_exists(below(f, "half/sources")));
    for (int i = 0; i < N_WRITTEN; i++)
        assert_false(ptl_file_exists(ptl_path_join(&f->arena, root, written[i], NULL)));
    assert_false(ptl_folder_exists(below(f, "half/data")));
    /* and a root that it made itself goes too */
    assert_int_not_equal(ptl_workspace_init(below(f, "half/sources/x"), NULL, &err), PTL_OK);
    assert_true(ptl_folder_exists(root));
}

/* In a repository that has a .gitignore, it is kept, and must cover the stores. */
static void gitignore_covers_the_stores(void **state)
{
    fixture *f = *state;
    ptl_error err;
    static const char *const good[] = {".portolan/", "*.o\n  .portolan \r\n", "a\n/.portolan"};
    static const char *const lacking[] = {"", "*.o\n", "portolan/\n", "#.portolan/\n"};
    for (size_t i = 0; i < 3; i++) {
        ptl_text after;
        char name[16];
        snprintf(name, sizeof name, "good%zu", i);
        const char *path = ptl_path_join(&f->arena, below(f, name), ".gitignore", NULL);
        EXPECT_OK(ptl_folder_make(below(f, name), 0755, &err));
        EXPECT_OK(ptl_file_write(path, ptl_text_of(good[i]), 0644, &err));
        EXPECT_OK(ptl_workspace_init(below(f, name), NULL, &err));
        EXPECT_OK(ptl_file_read(&after, path, 100, &f->arena, &err));
        EXPECT_STR(after.ptr, good[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        EXPECT_OK(ptl_folder_make(below(f, "lacking"), 0755, &err));
        EXPECT_OK(
            ptl_file_write(below(f, "lacking/.gitignore"), ptl_text_of(lacking[i]), 0644, &err));
        EXPECT_FAIL(ptl_workspace_init(below(f, "lacking"), NULL, &err), PTL_E_CONFLICT,
                    "lacking/.gitignore is already there and does not name .portolan");
        assert_false(ptl_file_exists(below(f, "lacking/portolan.yaml")));
    }
    EXPECT_OK(ptl_workspace_init(below(f, "new"), NULL, &err));
    ptl_text written_one;
    EXPECT_OK(ptl_file_read(&written_one, below(f, "new/.gitignore"), 100, &f->arena, &err));
    assert_true(ptl_text_ends(written_one, PTL_TEXT("\n.portolan/\n")));
}

/* A link that leads nowhere is a name that is taken. */
static void links_are_not_replaced(void **state)
{
    fixture *f = *state;
    ptl_error err;
    EXPECT_OK(ptl_folder_make(below(f, "link"), 0755, &err));
    EXPECT_INT(symlink("/nowhere", below(f, "link/portolan.yaml")), 0);
    EXPECT_FAIL(ptl_workspace_init(below(f, "link"), NULL, &err), PTL_E_CONFLICT, "portolan.yaml");
}

static void refuses_what_would_not_parse(void **state)
{
    fixture *f = *state;
    ptl_error err;
    const char *root = below(f, "no");
    EXPECT_FAIL(ptl_workspace_init(root, &(ptl_init_options){.currency = "eur"}, &err),
                PTL_E_INVALID, "currency \"eur\"");
    assert_non_null(strstr(err.hint, "\"EUR\""));
    EXPECT_FAIL(ptl_workspace_init(root, &(ptl_init_options){.zone = "Europe/Berlim"}, &err),
                PTL_E_NOT_FOUND, "Europe/Berlim");
    EXPECT_FAIL(ptl_workspace_init(root, &(ptl_init_options){.company = "a\nb"}, &err),
                PTL_E_INVALID, "control character at byte 1");
    EXPECT_FAIL(ptl_workspace_init(root, &(ptl_init_options){.company = ""}, &err), PTL_E_INVALID,
                "1 to 200");
    assert_false(ptl_folder_exists(root));
}

/* Names that mean something to YAML come back as they were. */
static void quotes_the_company(void **state)
{
    fixture *f = *state;
    ptl_error err;
    static const char *const names[] = {"no",           "# 1",    "a: b", "\"Q\" \\ Söhne",
                                        "{{currency}}", "{{zone", "*",    "Ægir 株式会社"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char name[32];
        ptl_workspace w;
        snprintf(name, sizeof name, "q%zu", i);
        EXPECT_OK(
            ptl_workspace_init(below(f, name), &(ptl_init_options){.company = names[i]}, &err));
        parse_dir(&w, f, below(f, name));
        EXPECT_STR(w.company, names[i]);
        ptl_workspace_dispose(&w);
    }
}

static void zone_is_the_systems(void **state)
{
    fixture *f = *state;
    ptl_error err;
    ptl_workspace w;
    setenv("TZ", ":Asia/Tokyo", 1);
    EXPECT_OK(ptl_workspace_init(below(f, "tz1"), NULL, &err));
    parse_dir(&w, f, below(f, "tz1"));
    EXPECT_STR(ptl_zone_name(w.zone), "Asia/Tokyo");
    ptl_workspace_dispose(&w);
    setenv("TZ", "/usr/share/zoneinfo/America/Lima", 1);
    EXPECT_OK(ptl_workspace_init(below(f, "tz2"), NULL, &err));
    parse_dir(&w, f, below(f, "tz2"));
    EXPECT_STR(ptl_zone_name(w.zone), "America/Lima");
    ptl_workspace_dispose(&w);
    unsetenv("TZ");
}

static void no_workspace_is_said(void **state)
{
    fixture *f = *state;
    ptl_error err;
    ptl_config_file *files = NULL;
    int64_t n = 0;
    EXPECT_FAIL(ptl_workspace_files(&files, &n, f->dir, &f->arena, &err), PTL_E_NOT_FOUND,
                "no workspace");
    assert_non_null(strstr(err.hint, "portolan init"));
}

/* A folder whose name is a pattern is still that folder; without sources/ there are none. */
static void folders_are_no_patterns(void **state)
{
    fixture *f = *state;
    ptl_error err;
    ptl_workspace w;
    ptl_config_file *files = NULL;
    int64_t n = 0;
    EXPECT_OK(ptl_workspace_init(below(f, "[ab]*"), NULL, &err));
    parse_dir(&w, f, below(f, "[ab]*"));
    EXPECT_STR(w.company, "[ab]*");
    ptl_workspace_dispose(&w);
    EXPECT_OK(ptl_folder_make(below(f, "bare"), 0755, &err));
    EXPECT_OK(ptl_file_write(below(f, "bare/portolan.yaml"), PTL_TEXT("company: x\n"), 0644, &err));
    EXPECT_OK(ptl_workspace_files(&files, &n, below(f, "bare"), &f->arena, &err));
    EXPECT_INT(n, 1);
    EXPECT_STR(files[0].path, "portolan.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(init_then_parse, set_up, tear_down),
        cmocka_unit_test_setup_teardown(data_hold_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_what_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_nothing_half_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gitignore_covers_the_stores, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_are_not_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_would_not_parse, set_up, tear_down),
        cmocka_unit_test_setup_teardown(quotes_the_company, set_up, tear_down),
        cmocka_unit_test_setup_teardown(zone_is_the_systems, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_workspace_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_are_no_patterns, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
