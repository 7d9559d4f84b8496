/* The command line's words: what is understood, and what is printed from the registry. */
#include <math.h>

#include "cli/bar.h"
#include "cli/help.h"
#include "cli/line.h"
#include "cli/shell.h"
#include "support/expect.h"

typedef struct fixture {
    ptl_arena arena;
    ptl_line line;
    ptl_error err;
    ptl_buffer out;
} fixture;

static fixture f;

static int set_up(void **state)
{
    (void)state;
    ptl_arena_init(&f.arena, 1 << 22, NULL);
    ptl_buffer_init(&f.out, 1 << 22, NULL);
    ptl_error_clear(&f.err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ptl_arena_dispose(&f.arena);
    ptl_buffer_dispose(&f.out);
    return 0;
}

/* Parse words separated by single spaces. */
static ptl_status parse(const char *words)
{
    static char text[512];
    static const char *argv[64];
    int argc = 0;
    snprintf(text, sizeof text, "%s", words);
    for (char *rest = text, *word; (word = strsep(&rest, " ")) != NULL && argc < 64;)
        argv[argc++] = word;
    return ptl_line_parse(&f.line, argc, argv, &f.arena, &f.err);
}

#define err f.err /* EXPECT_* print the caller's `err` */

/* --- understood ------------------------------------------------------------------------------- */

static void an_operation_has_three_spellings(void **state)
{
    (void)state;
    static const char *const spellings[] = {
        "portolan source import orders", "portolan source.import orders", "portolan import orders"};
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(parse(spellings[i]));
        EXPECT_STR(f.line.op->name, "source.import");
        EXPECT_INT(f.line.n_texts, 1);
        EXPECT_STR(f.line.texts[0].name, "source");
        EXPECT_STR(f.line.texts[0].value, "orders");
    }
}

static void options_stand_anywhere(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "portolan -w acme --json --threads 3 --wait 7 --force -q run list --state done",
        "portolan run --json list --workspace=acme --state=done --force -q --wait=7 --threads=3",
        "portolan run list --state done -w acme --force --json -q --threads 3 --wait 7"};
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(parse(lines[i]));
        EXPECT_STR(f.line.op->name, "run.list");
        EXPECT_STR(f.line.workspace, "acme");
        assert_true(f.line.json && f.line.force && f.line.quiet && !f.line.help);
        EXPECT_INT(f.line.n_threads, 3);
        EXPECT_INT(f.line.wait_ms, 7000);
        EXPECT_INT(f.line.n_texts, 1);
        EXPECT_STR(f.line.texts[0].value, "done");
    }
}

static void positionals_follow_the_table(void **state)
{
    (void)state;
    EXPECT_OK(parse("portolan restore a b"));
    EXPECT_STR(f.line.texts[0].name, "from");
    EXPECT_STR(f.line.texts[1].name, "into");
    EXPECT_OK(parse("portolan import a b c"));
    EXPECT_INT(f.line.n_texts, 3);
    EXPECT_OK(parse("portolan import -- --odd"));
    EXPECT_STR(f.line.texts[0].value, "--odd");
    EXPECT_OK(parse("portolan ledger prove -5")); /* a number is no option; its range is checked */
    EXPECT_STR(f.line.texts[0].value, "-5");
}

static void the_terminals_own_words(void **state)
{
    (void)state;
    EXPECT_OK(parse("portolan help run list"));
    EXPECT_INT(f.line.word, PTL_CLI_HELP);
    EXPECT_INT(f.line.n_rest, 2);
    EXPECT_OK(parse("portolan completion bash"));
    EXPECT_INT(f.line.word, PTL_CLI_COMPLETION);
    EXPECT_STR(f.line.rest[0], "bash");
    EXPECT_OK(parse("portolan run --help"));
    EXPECT_INT(f.line.word, PTL_CLI_HELP);
    EXPECT_STR(f.line.rest[0], "run");
    EXPECT_OK(parse("portolan status -h"));
    assert_true(f.line.help && f.line.op);
    EXPECT_OK(parse("portolan --version"));
    EXPECT_STR(f.line.op->name, "version");
    EXPECT_OK(parse("portolan"));
    assert_null(f.line.op);
}

/* --- refused ---------------------------------------------------------------------------------- */

static void wrong_words_are_refused_with_the_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *line, *message, *hint;
    } faults[] = {
        {"portolan statsu", "no command \"statsu\"", "did you mean portolan status?"},
        {"portolan imprt", "no command \"imprt\"", "did you mean portolan import?"},
        {"portolan ledgr verify", "no command \"ledgr\"", "did you mean portolan ledger?"},
        {"portolan run lits", "run has no command \"lits\"", "did you mean portolan run list?"},
        {"portolan run", "run needs a second word", "portolan help run"},
        {"portolan xyzzyplugh", "no command", "portolan help lists"},
        {"portolan run list --stat done", "no parameter --stat", "did you mean --state?"},
        {"portolan run list --jsno", "no parameter --jsno", "did you mean --json?"},
        {"portolan ledger prove 0 --old-sice 3", "--old-sice", "did you mean --old-size?"},
        {"portolan status now", "status has no place for \"now\"", "portolan help status"},
        {"portolan --json=1 status", "--json takes no value", ""},
        {"portolan status --wait", "--wait needs a value", ""},
        {"portolan status --wait soon", "found \"soon\"", ""},
        {"portolan status --wait -1", "from 0 to 86400", ""},
        {"portolan status --threads 0", "from 1 to 256", ""},
        {"portolan status --threads 257", "from 1 to 256", ""},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        EXPECT_FAIL(parse(faults[i].line), PTL_E_INVALID, faults[i].message);
        if (!strstr(err.hint, faults[i].hint))
            fail_msg("%s: hint \"%s\"", faults[i].line, err.hint);
    }
}

/* --- printed ---------------------------------------------------------------------------------- */

static void expect_width(int64_t columns, const char *what)
{
    ptl_text rest = ptl_buffer_borrow(&f.out);
    EXPECT_INT(f.out.status, PTL_OK);
    while (rest.len > 0) {
        const ptl_text line = ptl_text_cut(&rest, '\n');
        if (!(ptl_text_columns(line) <= columns))
            fail_msg("%s, at %lld columns: %.*s", what, (long long)columns, (int)line.len,
                     line.ptr);
    }
}

static void expect_says(const char *words, const char *what)
{
    if (!strstr(f.out.ptr, words)) fail_msg("%s does not say \"%s\"", what, words);
}

static void every_page_fits_its_terminal(void **state)
{
    (void)state;
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        for (int32_t columns = 80; columns <= 140; columns += 30) {
            ptl_buffer_clear(&f.out);
            ptl_help_op(&f.out, ptl_ops[i], columns);
            expect_width(columns < 100 ? columns : 100, ptl_ops[i]->name);
        }
        for (int64_t j = 0; j < ptl_ops[i]->n_params; j++) {
            char typed[80];
            ptl_param_typed(typed, &ptl_ops[i]->params[j]);
            expect_says(typed, ptl_ops[i]->name);
        }
        expect_says(ptl_ops[i]->example, ptl_ops[i]->name);
    }
    for (int32_t columns = 40; columns <= 100; columns += 20) {
        ptl_buffer_clear(&f.out);
        ptl_help_front(&f.out, columns);
        expect_width(columns, "the front page");
    }
}

/* Every run of blanks and ends of line becomes one blank. */
static void unwrap(char *text)
{
    char *to = text;
    for (const char *from = text; *from;) {
        const size_t blanks = strspn(from, " \n");
        if (blanks > 0) *to++ = ' ';
        from += blanks;
        if (blanks == 0) *to++ = *from++;
    }
    *to = '\0';
}

static void the_front_page_lists_everything(void **state)
{
    (void)state;
    ptl_help_front(&f.out, 100);
    unwrap(f.out.ptr); /* a summary may go on in the next line */
    for (int64_t i = 0; i < ptl_ops_n; i++) expect_says(ptl_ops[i]->summary, "the front page");
    expect_says("portolan start exports", "the front page");
}

static void help_finds_by_every_word(void **state)
{
    (void)state;
    static const char *const run[] = {"run"};
    static const char *const both[] = {"run", "list"};
    static const char *const room[] = {"store"};
    static const char *const wrong[] = {"runn"};
    EXPECT_OK(ptl_help_words(&f.out, both, 2, 80, &err));
    expect_says("portolan run list: list runs, newest first", "help run list");
    ptl_buffer_clear(&f.out);
    EXPECT_OK(ptl_help_words(&f.out, run, 1, 80, &err));
    expect_says("run show", "help run");
    assert_null(strstr(f.out.ptr, "ledger"));
    ptl_buffer_clear(&f.out);
    EXPECT_OK(ptl_help_words(&f.out, room, 1, 80, &err));
    expect_says("ledger verify", "help store");
    EXPECT_FAIL(ptl_help_words(&f.out, wrong, 1, 80, &err), PTL_E_NOT_FOUND, "runn");
}

static void completion_knows_every_command(void **state)
{
    (void)state;
    static const char *const shells[] = {"bash", "zsh", "fish"};
    for (int s = 0; s < 3; s++) {
        ptl_buffer_clear(&f.out);
        EXPECT_OK(ptl_completion(&f.out, shells[s], &err));
        for (int64_t i = 0; i < ptl_ops_n; i++) {
            const char *dot = strchr(ptl_ops[i]->name, '.');
            expect_says(dot ? dot + 1 : ptl_ops[i]->name, shells[s]);
            if (ptl_ops[i]->alias) expect_says(ptl_ops[i]->alias, shells[s]);
        }
    }
    EXPECT_FAIL(ptl_completion(&f.out, "tcsh", &err), PTL_E_INVALID, "allowed: bash, zsh, fish");
    EXPECT_FAIL(ptl_completion(&f.out, NULL, &err), PTL_E_INVALID, "allowed");
}

/* roff would take a line that begins with a dot, or a backslash, for its own. */
static void the_manual_has_only_requests_of_ours(void **state)
{
    (void)state;
    static const char *const requests[] = {".TH ", ".SH ", ".SS ", ".TP", ".PP",
                                           ".B ",  ".RS",  ".RE",  ".nf", ".fi"};
    ptl_manual(&f.out);
    ptl_text rest = ptl_buffer_borrow(&f.out);
    while (rest.len > 0) {
        const ptl_text line = ptl_text_cut(&rest, '\n');
        if (line.len == 0) fail_msg("an empty line");
        if (line.ptr[0] == '\'') fail_msg("a line begins with an apostrophe");
        bool known = line.ptr[0] != '.';
        for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
            known = known || ptl_text_starts(line, ptl_text_of(requests[i]));
        if (!known) fail_msg("request: %.*s", (int)line.len, line.ptr);
    }
    for (int64_t i = 0; i < ptl_ops_n; i++)
        if (ptl_ops[i]->alias) expect_says(ptl_ops[i]->alias, "the manual");
    expect_says(".B 130", "the manual");
}

/* --- the bar ---------------------------------------------------------------------------------- */

static void expect_bar(const ptl_progress_state *s, int32_t columns, const char *expected)
{
    ptl_buffer_clear(&f.out);
    ptl_bar_format(&f.out, s, columns);
    EXPECT_STR(f.out.ptr, expected);
}

static void the_bar_says_what_share_and_time(void **state)
{
    (void)state;
    ptl_progress_state s = {.what = "reading orders.csv",
                            .share = 0.427,
                            .done = 427,
                            .total = 1000,
                            .elapsed_ms = 3000,
                            .left_ms = 79001};
    expect_bar(&s, 79, "reading orders.csv  ━━━━━━━━────────────  42 %  1 min 20 s left");
    expect_bar(&s, 55, "reading  ━━━━━━━━────────────  42 %  1 min 20 s left");
    s.left_ms = 7380001;
    expect_bar(&s, 79, "reading orders.csv  ━━━━━━━━────────────  42 %  2 h 3 min left");
    s.left_ms = -1;
    s.share = PTL_NAN;
    s.done = 12345;
    expect_bar(&s, 79, "reading orders.csv  12,345");
    s.share = 1.0;
    s.left_ms = 0;
    expect_bar(&s, 79, "reading orders.csv  ━━━━━━━━━━━━━━━━━━━━ 100 %");
    s.what = "a\x1B[2J";
    expect_bar(&s, 79, "a\xEF\xBF\xBD[2J  ━━━━━━━━━━━━━━━━━━━━ 100 %");
}

static void a_log_gets_few_lines(void **state)
{
    (void)state;
    char text[4096] = "";
    FILE *log = fmemopen(text, sizeof text, "w");
    ptl_bar bar;
    ptl_bar_init(&bar, log, false, 80);
    for (int64_t ms = 0; ms <= 25000; ms += 100) {
        const ptl_progress_state s = {.what = "working",
                                      .share = 0.5,
                                      .done = 1,
                                      .total = 2,
                                      .elapsed_ms = ms,
                                      .left_ms = -1};
        ptl_bar_listen(&bar, &s);
    }
    ptl_bar_clear(&bar);
    ptl_bar_dispose(&bar);
    fclose(log);
    int n = 0;
    for (const char *c = text; *c; c++) n += *c == '\n';
    EXPECT_INT(n, 3); /* at 2, 12 and 22 seconds */
    assert_null(strchr(text, '\r'));
    assert_null(strchr(text, 0x1B));
}

static void quiet_is_quiet(void **state)
{
    (void)state;
    ptl_bar bar;
    const ptl_progress_state s = {.what = "working", .elapsed_ms = 60000, .left_ms = -1};
    ptl_bar_init(&bar, NULL, true, 80);
    ptl_bar_listen(&bar, &s);
    assert_false(bar.is_drawn);
    ptl_bar_dispose(&bar);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(an_operation_has_three_spellings),
        CASE(options_stand_anywhere),
        CASE(positionals_follow_the_table),
        CASE(the_terminals_own_words),
        CASE(wrong_words_are_refused_with_the_nearest),
        CASE(every_page_fits_its_terminal),
        CASE(the_front_page_lists_everything),
        CASE(help_finds_by_every_word),
        CASE(completion_knows_every_command),
        CASE(the_manual_has_only_requests_of_ours),
        CASE(the_bar_says_what_share_and_time),
        CASE(a_log_gets_few_lines),
        CASE(quiet_is_quiet),
    };
    return cmocka_run_group_tests_name("cli_text", tests, NULL, NULL);
}
