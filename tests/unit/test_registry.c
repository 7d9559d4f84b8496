/* The registry: each row says all that the faces need, and the page printed from it is in step. */
#include "base/file.h"
#include "cli/help.h"
#include "cli/line.h"
#include "cli/shell.h"
#include "ops/args.h"
#include "ops/limits.h"
#include "support/expect.h"

#define EACH(op)                                                                                   \
    for (int64_t op##_i = 0; op##_i < ptl_ops_n; op##_i++)                                         \
        for (const ptl_op *op = ptl_ops[op##_i]; op; op = NULL)

static bool is_name(const char *text, const char *extra)
{
    for (const char *c = text; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || strchr(extra, *c))) return false;
    return text[0] >= 'a' && text[0] <= 'z';
}

static bool is_free(const char *name)
{
    int n = 0;
    EACH(op) n += strcmp(op->name, name) == 0 || (op->alias && strcmp(op->alias, name) == 0);
    return n == 1;
}

static void every_row_is_whole(void **state)
{
    (void)state;
    EACH(op)
    {
        if (!is_name(op->name, "._")) fail_msg("%s: not a name", op->name);
        if (!is_free(op->name)) fail_msg("%s: used twice", op->name);
        if (op->alias && !is_free(op->alias)) fail_msg("%s: alias used twice", op->alias);
        if (!op->summary || !op->summary[0] || strchr(op->summary, '\n'))
            fail_msg("%s: a summary is one line", op->name);
        if (op->summary[strlen(op->summary) - 1] == '.') fail_msg("%s: period", op->name);
        if (!op->about || op->about[strlen(op->about) - 1] != '.')
            fail_msg("%s: its page is sentences", op->name);
        if (!op->result || !strstr(op->result, " — ")) fail_msg("%s: no result", op->name);
        if (!op->right || !op->run || !op->effects) fail_msg("%s: not whole", op->name);
        if ((op->effects & PTL_ENTERS) && !(op->effects & PTL_WRITES))
            fail_msg("%s: enters without writing", op->name);
        if (op->n_params > PTL_ARGS_PARAMS_MAX) fail_msg("%s: too many parameters", op->name);
    }
}

static void check_param(const ptl_op *op, const ptl_param *param)
{
    if (!is_name(param->name, "_0123456789")) fail_msg("%s: %s", op->name, param->name);
    const ptl_text about = ptl_text_of(param->about);
    if (!ptl_text_ends(about, PTL_TEXT(".")) && !ptl_text_ends(about, PTL_TEXT("…")))
        fail_msg("%s: %s is not explained in a sentence", op->name, param->name);
    if ((param->type == PTL_PARAM_ENUM) != (param->choices != NULL))
        fail_msg("%s: %s: choices", op->name, param->name);
    if (!(param->min <= param->max)) fail_msg("%s: %s: range", op->name, param->name);
    if (param->required && param->defaults) fail_msg("%s: %s: default", op->name, param->name);
    for (int64_t i = 0; i < ptl_cli_options_n; i++)
        if (strcmp(param->name, ptl_cli_options[i].name) == 0)
            fail_msg("%s: %s is an option of the program", op->name, param->name);
}

static void every_parameter_is_whole(void **state)
{
    (void)state;
    EACH(op)
    {
        bool optional = false;
        for (int64_t i = 0; i < op->n_params; i++) {
            const ptl_param *param = &op->params[i];
            check_param(op, param);
            if (!param->positional) continue;
            if (param->required && optional)
                fail_msg("%s: %s follows an optional one", op->name, param->name);
            optional = optional || !param->required;
            for (int64_t j = i + 1; param->repeated && j < op->n_params; j++)
                if (op->params[j].positional) fail_msg("%s: only the last repeats", op->name);
        }
    }
}

/* The example is the operation's own, and its words parse and pass the parameters' check, which
 * reads every default too. */
/* Words as a shell cuts them: a quoted one keeps its blanks. */
static int split(const char *words[], int most, char *text)
{
    int n = 0;
    for (char *at = text; *at && n < most;) {
        const char end = *at == '\'' || *at == '"' ? *at++ : ' ';
        words[n++] = at;
        while (*at && *at != end) at++;
        if (*at) *at++ = '\0';
        while (*at == ' ') at++;
    }
    return n;
}

static void every_example_is_of_its_operation(void **state)
{
    (void)state;
    EACH(op)
    {
        ptl_error err;
        ptl_line line;
        ptl_args *args = NULL;
        ptl_arena arena;
        char text[512];
        const char *argv[32];
        ptl_arena_init(&arena, 1 << 22, NULL);
        snprintf(text, sizeof text, "%s", op->example);
        const int argc = split(argv, 32, text);
        EXPECT_STR(argv[0], "portolan");
        EXPECT_OK(ptl_line_parse(&line, argc, argv, &arena, &err));
        if (line.op != op) fail_msg("%s: the example runs %s", op->name, line.op->name);
        EXPECT_OK(ptl_args_from_texts(&args, op, line.texts, line.n_texts, &arena, &err));
        ptl_arena_dispose(&arena);
    }
}

static void rooms_stand_together(void **state)
{
    (void)state;
    for (int64_t i = 1; i < ptl_ops_n; i++)
        assert_true(ptl_op_room_of(i) >= 0 && ptl_op_room_of(i) < ptl_op_rooms_n);
    for (int64_t i = 2; i < ptl_ops_n; i++)
        for (int64_t j = 0; j + 1 < i; j++)
            if (ptl_op_room_of(j) == ptl_op_room_of(i) &&
                ptl_op_room_of(i - 1) != ptl_op_room_of(i))
                fail_msg("%s stands apart from its room", ptl_ops[i]->name);
}

static void names_are_found_and_suggested(void **state)
{
    (void)state;
    const ptl_op *op = NULL;
    ptl_error err;
    EACH(row)
    {
        EXPECT_OK(ptl_op_find(&op, ptl_text_of(row->name), &err));
        assert_ptr_equal(op, row);
        if (!row->alias) continue;
        EXPECT_OK(ptl_op_find(&op, ptl_text_of(row->alias), &err));
        assert_ptr_equal(op, row);
    }
    EXPECT_FAIL(ptl_op_find(&op, PTL_TEXT("ledger.verfy"), &err), PTL_E_NOT_FOUND, "ledger.verfy");
    EXPECT_STR(err.hint, "did you mean \"ledger.verify\"?");
    EXPECT_FAIL(ptl_op_find(&op, PTL_TEXT(""), &err), PTL_E_NOT_FOUND, "\"\"");
}

/* Print it anew with: portolan reference > docs/operations.md */
static void the_page_is_in_step(void **state)
{
    (void)state;
    ptl_error err;
    ptl_arena arena;
    ptl_text page;
    ptl_buffer printed;
    ptl_arena_init(&arena, 1 << 22, NULL);
    ptl_buffer_init(&printed, 1 << 22, NULL);
    ptl_reference(&printed);
    EXPECT_OK(ptl_file_read(&page, PTL_SOURCE_DIR "/docs/operations.md", 1 << 21, &arena, &err));
    EXPECT_STR(page.ptr, printed.ptr);
    ptl_buffer_dispose(&printed);
    ptl_arena_dispose(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(every_parameter_is_whole),
        cmocka_unit_test(every_example_is_of_its_operation),
        cmocka_unit_test(rooms_stand_together),
        cmocka_unit_test(names_are_found_and_suggested),
        cmocka_unit_test(the_page_is_in_step),
    };
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
