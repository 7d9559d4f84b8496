/* Command lines and what they must print: tests/cases/cli/NAME.txt, run one after the other in a
 * scratch folder by a shell, with the program first in PATH, 80 columns and a fixed clock.
 *
 *     $ portolan status          a command, in the folder where the one before left off
 *     = 3                        the exit code, 0 where it is not given
 *     > a line of output         standard output, line by line
 *     ! a line of problems       standard error, line by line
 *     # why
 *
 * "…" stands for any text inside a line; a line of it alone for any number of lines. Output that is
 * not given must not be there. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "support/expect.h"
#include "support/scratch.h"

#define ANY "\xE2\x80\xA6"

enum { LINES_MAX = 400, CASES_MAX = 64 };

typedef struct step {
    const char *file;
    int64_t line;
    const char *command;
    int code;
    const char *out[LINES_MAX];
    const char *problems[LINES_MAX];
    int n_out, n_problems;
} step;

/* Whether `text` is `pattern`, where "…" in the pattern stands for anything. */
static bool line_matches(const char *pattern, const char *text)
{
    const size_t any = sizeof ANY - 1;
    while (*pattern) {
        if (strncmp(pattern, ANY, any) == 0) {
            if (line_matches(pattern + any, text)) return true;
            if (!*text) return false;
            text++;
        } else if (*pattern++ != *text++) {
            return false;
        }
    }
    return *text == '\0';
}

static bool lines_match(const char *const *patterns, int n_patterns, char *const *lines, int n)
{
    if (n_patterns == 0) return n == 0;
    if (strcmp(patterns[0], ANY) == 0)
        return lines_match(patterns + 1, n_patterns - 1, lines, n) ||
               (n > 0 && lines_match(patterns, n_patterns, lines + 1, n - 1));
    return n > 0 && line_matches(patterns[0], lines[0]) &&
           lines_match(patterns + 1, n_patterns - 1, lines + 1, n - 1);
}

static int cut_lines(char *lines[LINES_MAX], char *text)
{
    int n = 0;
    while (*text && n < LINES_MAX) {
        lines[n++] = text;
        char *end = strchr(text, '\n');
        if (!end) break;
        *end = '\0';
        text = end + 1;
    }
    return n;
}

static void expect_lines(const step *s, const char *path, const char *const *patterns, int n)
{
    ptl_error err;
    ptl_arena arena;
    ptl_text text;
    char *lines[LINES_MAX];
    ptl_arena_init(&arena, 1 << 24, NULL);
    EXPECT_OK(ptl_file_read(&text, path, 1 << 22, &arena, &err));
    char *whole = ptl_text_copy(text, &arena, NULL);
    char *cut = ptl_text_copy(text, &arena, NULL);
    assert_true(whole && cut);
    const int n_lines = cut_lines(lines, cut);
    if (!lines_match(patterns, n, lines, n_lines)) {
        fprintf(stderr, "%s:%lld: %s\n--- printed\n%s--- expected\n", s->file, (long long)s->line,
                s->command, whole);
        for (int i = 0; i < n; i++) fprintf(stderr, "%s\n", patterns[i]);
        fail_msg("%s:%lld: another output", s->file, (long long)s->line);
    }
    ptl_arena_dispose(&arena);
}

/* The folder a step leaves off in is where the next begins: the shell writes it down. */
static void run_step(const step *s, const char *dir)
{
    char out[256], problems[256], script[256], where[256];
    char run[2048];
    snprintf(out, sizeof out, "%s/.out", dir);
    snprintf(problems, sizeof problems, "%s/.problems", dir);
    snprintf(where, sizeof where, "%s/.where", dir);
    snprintf(script, sizeof script, "%s/.script", dir);
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fprintf(file, "cd \"$(cat '%s')\" || exit 99\n%s\nstatus=$?\npwd > '%s'\nexit $status\n", where,
            s->command, where);
    fclose(file);
    snprintf(run, sizeof run, "sh '%s' > '%s' 2> '%s' < /dev/null", script, out, problems);
    const int status = system(run);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    expect_lines(s, problems, s->problems, s->n_problems);
    expect_lines(s, out, s->out, s->n_out);
    if (code != s->code)
        fail_msg("%s:%lld: %s: exit code %d, expected %d", s->file, (long long)s->line, s->command,
                 code, s->code);
}

/* Behind the mark and its space; a mark alone is an empty line. */
static const char *behind(const char *line)
{
    return line[1] == ' ' ? line + 2 : "";
}

static int run_file(const char *name, char *text, const char *dir)
{
    static step s;
    int n_steps = 0;
    int64_t at = 0;
    bool pending = false;
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
        at++;
        if (line[0] == '$') {
            if (pending) run_step(&s, dir);
            s = (step){.file = name, .line = at, .command = behind(line)};
            pending = true;
            n_steps++;
        } else if (line[0] == '=') {
            s.code = (int)strtol(behind(line), NULL, 10);
        } else if (line[0] == '>' && s.n_out < LINES_MAX) {
            s.out[s.n_out++] = behind(line);
        } else if (line[0] == '!' && s.n_problems < LINES_MAX) {
            s.problems[s.n_problems++] = behind(line);
        } else if (line[0] != '#' && line[0] != '\0') {
            fail_msg("%s:%lld: begins with none of $ = > ! #", name, (long long)at);
        }
    }
    if (pending) run_step(&s, dir);
    return n_steps;
}

static void case_runs(void **state)
{
    const char *name = *state;
    ptl_error err;
    ptl_arena arena;
    ptl_text text;
    scratch s;
    char path[512];
    char where[256];
    ptl_arena_init(&arena, 1 << 22, NULL);
    scratch_make(&s);
    snprintf(where, sizeof where, "%s/.where", s.dir);
    scratch_write(where, s.dir, strlen(s.dir));
    snprintf(path, sizeof path, PTL_SOURCE_DIR "/tests/cases/cli/%s", name);
    EXPECT_OK(ptl_file_read(&text, path, 1 << 20, &arena, &err));
    char *copy = ptl_text_copy(text, &arena, &err);
    assert_non_null(copy);
    assert_true(run_file(name, copy, s.dir) > 0);
    scratch_remove(&s);
    ptl_arena_dispose(&arena);
}

static int is_case(const struct dirent *entry)
{
    return ptl_text_ends(ptl_text_of(entry->d_name), PTL_TEXT(".txt"));
}

int main(void)
{
    char path[8192];
    struct dirent **entries = NULL;
    struct CMUnitTest tests[CASES_MAX];
    memset(tests, 0, sizeof tests);
    snprintf(path, sizeof path, "%s:%s", PTL_BINARY_DIR, getenv("PATH"));
    setenv("PATH", path, 1);
    setenv("COLUMNS", "80", 1);
    setenv("PORTOLAN_NOW", "2026-11-16T06:12:00Z", 1);
    setenv("SOURCE", PTL_SOURCE_DIR, 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("PORTOLAN_WORKSPACE");
    const int n = scandir(PTL_SOURCE_DIR "/tests/cases/cli", &entries, is_case, alphasort);
    if (n <= 0 || n > CASES_MAX) return fprintf(stderr, "no cases, or too many\n"), 1;
    for (int i = 0; i < n; i++)
        tests[i] = (struct CMUnitTest){.name = entries[i]->d_name,
                                       .test_func = case_runs,
                                       .initial_state = entries[i]->d_name};
    const int failed = _cmocka_run_group_tests("cli cases", tests, (size_t)n, NULL, NULL);
    for (int i = 0; i < n; i++) free(entries[i]);
    free(entries);
    return failed;
}
