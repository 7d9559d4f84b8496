/* reference.c: docs/operations.md, printed from the registry and held in step by a test. */
#include <stdio.h>
#include <string.h>

#include "cli/help.h"
#include "cli/shell.h"

/* A cell of a Markdown table: a bar would end it. */
static void put_cell(ptl_buffer *out, ptl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '|') ptl_buffer_text(out, "\\");
        ptl_buffer_append(out, &text.ptr[i], 1);
    }
}

static void put_param(ptl_buffer *out, const ptl_param *param)
{
    char typed[80];
    ptl_buffer allowed;
    ptl_param_typed(typed, param);
    ptl_buffer_init(&allowed, 16 * 1024, NULL);
    ptl_param_allowed(&allowed, param);
    ptl_buffer_printf(out, "| `%s` | `%s` | ", typed, param->name);
    put_cell(out, ptl_buffer_borrow(&allowed));
    ptl_buffer_text(out, " | ");
    put_cell(out, ptl_text_of(param->about));
    ptl_buffer_text(out, " |\n");
    ptl_buffer_dispose(&allowed);
}

static void put_result(ptl_buffer *out, const char *result)
{
    ptl_text rest = ptl_text_of(result);
    ptl_buffer_text(out, "\nThe JSON answer, beside `said`, `notes` and `next`:\n\n");
    while (rest.len > 0) {
        ptl_text line = ptl_text_cut(&rest, '\n');
        const ptl_text key = ptl_text_cut(&line, ':');
        ptl_buffer_printf(out, "* `%.*s`:%.*s\n", (int)key.len, key.ptr, (int)line.len, line.ptr);
    }
}

static void put_effects(ptl_buffer *out, const ptl_op *op)
{
    ptl_buffer_printf(out, "Who may: %s. ", op->right);
    if (op->effects & PTL_NO_STORE)
        ptl_buffer_text(out, "Needs no open workspace. ");
    else if (ptl_op_makes_run(op))
        ptl_buffer_text(out,
                        "Leaves a run, and an entry in the ledger where it changes something. ");
    else
        ptl_buffer_text(out, "Leaves no run. ");
    if (op->effects & PTL_CACHED)
        ptl_buffer_text(out, "The same inputs give the earlier run's answer, unless `--force`. ");
    if (op->is_long)
        ptl_buffer_text(out, "May take long: it shows progress and can be cancelled. ");
    ptl_buffer_text(out, "\n");
}

static void put_op(ptl_buffer *out, const ptl_op *op)
{
    char words[80];
    ptl_op_words(words, op);
    ptl_buffer_printf(out, "\n### %s\n\n%s.\n\n```\nportolan ", op->name, op->summary);
    ptl_op_usage(out, op);
    ptl_buffer_text(out, "\n```\n\n");
    if (op->alias) ptl_buffer_printf(out, "Short: `portolan %s`.\n\n", op->alias);
    ptl_text rest = ptl_text_of(op->about);
    while (rest.len > 0) {
        const ptl_text paragraph = ptl_text_cut(&rest, '\n');
        ptl_buffer_printf(out, "%.*s\n\n", (int)paragraph.len, paragraph.ptr);
    }
    put_effects(out, op);
    if (op->n_params > 0)
        ptl_buffer_text(out, "\n| typed | in JSON | takes | meaning |\n|---|---|---|---|\n");
    for (int64_t i = 0; i < op->n_params; i++) put_param(out, &op->params[i]);
    if (op->result && op->result[0]) put_result(out, op->result);
    ptl_buffer_printf(out, "\nFor example: `%s`\n", op->example);
}

static void put_statuses(ptl_buffer *out)
{
    ptl_buffer_text(out, "\n## Problems and exit codes\n\n"
                         "A problem is written to standard error as `portolan: <message>`, its "
                         "numbers, and a `hint:`. With `--json` standard output holds one object "
                         "with `status`, `message`, `detail` and `hint`, and beside them what the "
                         "operation had to show (the faults of a configuration).\n\n"
                         "| exit code | status | HTTP | means |\n|---|---|---|---|\n");
#define PUT_STATUS(name, code, http, exit_code, text)                                              \
    ptl_buffer_printf(out, "| %d | `%s` | %d | %s |\n", exit_code, #name, http, text);
    PTL_STATUS_LIST(PUT_STATUS)
#undef PUT_STATUS
}

void ptl_reference(ptl_buffer *out)
{
    ptl_buffer_text(
        out, "# Operations\n\n"
             "Printed from the registry by `portolan reference`; a test holds this page and "
             "the registry together. Every operation is described once, and every face is "
             "made from that row: the command line today, HTTP and MCP later.\n\n"
             "`portolan [options] <command> [parameters]`: `portolan help` lists the "
             "options, `portolan help COMMAND` prints what stands here.\n\n"
             "A JSON answer is one object. `said` is the answer in sentences, `notes` what "
             "the reader should know beside it, `next` what to do next; all three are lists "
             "of texts. Money is `{\"amount\": \"1234.50\", \"currency\": \"EUR\"}`, times are "
             "RFC 3339 in UTC, days are `2026-11-15`, what is missing is `null`.\n\n"
             "Behind a key or column stands its kind: `int`, `number`, `bool`, `text`, `time`, "
             "`day`, `money`, `list(columns)`, `object(keys)`; a column without one is text. `?` "
             "marks a key that not every answer has. No answer has a key that is not described "
             "here, but for `run`, the number of the run, where an operation leaves one.\n");
    for (int64_t room = 0; room < ptl_op_rooms_n; room++) {
        bool headed = false;
        for (int64_t i = 0; i < ptl_ops_n; i++) {
            if (ptl_op_room_of(i) != room) continue;
            if (!headed)
                ptl_buffer_printf(out, "\n## %s: %s\n", ptl_op_rooms[room].name,
                                  ptl_op_rooms[room].about);
            headed = true;
            put_op(out, ptl_ops[i]);
        }
    }
    put_statuses(out);
}
