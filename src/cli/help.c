/* help.c: see help.h. */
#include "cli/help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/line.h"
#include "ops/layout.h"

enum { HELP_COLUMNS_MAX = 100, LABEL_WIDTH = 26 };

static const char what_this_is[] =
    "Portolan is a marketing operating system on your own machine: it turns your exports into one "
    "set of facts, computes what they say, and keeps the evidence behind every number.";

/* --- names ------------------------------------------------------------------------------------ */

void ptl_op_words(char out[80], const ptl_op *op)
{
    snprintf(out, 80, "%s", op->name);
    char *dot = strchr(out, '.');
    if (dot) *dot = ' ';
}

static void upper(char *text)
{
    for (; *text; text++) *text = *text == '_' ? '-' : (char)toupper((unsigned char)*text);
}

void ptl_param_typed(char out[80], const ptl_param *param)
{
    snprintf(out, 80, param->positional ? "%s" : "--%s", param->name);
    if (param->positional) {
        upper(out);
        return;
    }
    for (char *c = out; *c; c++)
        if (*c == '_') *c = '-';
}

/* What stands for the value in a usage line. */
enum { USAGE_CHOICES_MAX = 60 };

static const char *value_word(const ptl_param *param)
{
    switch (param->type) {
    case PTL_PARAM_INT:
    case PTL_PARAM_NUMBER:
        return "N";
    case PTL_PARAM_DAY:
        return "DAY";
    case PTL_PARAM_PATH:
        return "PATH";
    case PTL_PARAM_ENUM: /* a long list stands with the parameter, not in the usage line */
        return strlen(param->choices) <= USAGE_CHOICES_MAX ? param->choices : "WORD";
    case PTL_PARAM_TEXT:
        return "TEXT";
    case PTL_PARAM_BOOL:
        return NULL;
    }
    return NULL;
}

static void put_param_usage(ptl_buffer *out, const ptl_param *param)
{
    char typed[80];
    ptl_param_typed(typed, param);
    ptl_buffer_text(out, param->required ? " " : " [");
    ptl_buffer_text(out, typed);
    if (!param->positional && value_word(param)) ptl_buffer_printf(out, " %s", value_word(param));
    if (param->repeated) ptl_buffer_text(out, " …");
    if (!param->required) ptl_buffer_text(out, "]");
}

void ptl_op_usage(ptl_buffer *out, const ptl_op *op)
{
    char words[80];
    ptl_op_words(words, op);
    ptl_buffer_text(out, words);
    for (int64_t i = 0; i < op->n_params; i++)
        if (op->params[i].positional) put_param_usage(out, &op->params[i]);
    for (int64_t i = 0; i < op->n_params; i++)
        if (!op->params[i].positional) put_param_usage(out, &op->params[i]);
}

static void put_type(ptl_buffer *out, const ptl_param *param)
{
    const bool ranged = param->min != 0.0 || param->max != 0.0;
    switch (param->type) {
    case PTL_PARAM_INT:
        ptl_buffer_text(out, "a whole number");
        break;
    case PTL_PARAM_NUMBER:
        ptl_buffer_text(out, "a number");
        break;
    case PTL_PARAM_DAY:
        ptl_buffer_text(out, "a day as 2026-11-15");
        break;
    case PTL_PARAM_PATH:
        ptl_buffer_text(out, "a path");
        break;
    case PTL_PARAM_TEXT:
        ptl_buffer_text(out, "a text");
        break;
    case PTL_PARAM_BOOL:
        ptl_buffer_text(out, "a switch");
        break;
    case PTL_PARAM_ENUM: {
        ptl_text rest = ptl_text_of(param->choices);
        ptl_buffer_text(out, "one of ");
        for (bool first = true; rest.len > 0; first = false) {
            const ptl_text choice = ptl_text_cut(&rest, '|');
            ptl_buffer_text(out, first ? "" : rest.len > 0 ? ", " : " or ");
            ptl_buffer_append(out, choice.ptr, choice.len);
        }
        break;
    }
    }
    if (!ranged) return;
    if (param->max >= 1e15)
        ptl_buffer_printf(out, " from %.15g", param->min);
    else
        ptl_buffer_printf(out, " from %.15g to %.15g", param->min, param->max);
}

void ptl_param_allowed(ptl_buffer *out, const ptl_param *param)
{
    put_type(out, param);
    if (param->unit) ptl_buffer_printf(out, ", %s", param->unit);
    if (param->repeated) ptl_buffer_text(out, ", several");
    if (param->required) ptl_buffer_text(out, "; required");
    if (param->defaults && param->type != PTL_PARAM_BOOL)
        ptl_buffer_printf(out, "; default %s", param->defaults);
}

/* --- parts of pages --------------------------------------------------------------------------- */

static int32_t page_columns(int32_t columns)
{
    const int32_t n = ptl_layout_columns(columns);
    return n < HELP_COLUMNS_MAX ? n : HELP_COLUMNS_MAX;
}

static void put_paragraph(ptl_buffer *out, int32_t indent, const char *text, int32_t columns)
{
    ptl_layout_spaces(out, indent);
    ptl_layout_wrap(out, ptl_text_of(text), indent, indent, columns);
}

/* The command in a list: its alias where it has one, and what must stand behind it. */
static void put_op_line(ptl_buffer *out, const ptl_op *op, int32_t columns)
{
    char label[160];
    char words[80];
    ptl_op_words(words, op);
    int n = snprintf(label, sizeof label, "%s", op->alias ? op->alias : words);
    for (int64_t i = 0; i < op->n_params && n < (int)sizeof label; i++) {
        char typed[80];
        if (!op->params[i].positional || !op->params[i].required) continue;
        ptl_param_typed(typed, &op->params[i]);
        n += snprintf(label + n, sizeof label - (size_t)n, " %s", typed);
    }
    ptl_layout_entry(out, 2, label, LABEL_WIDTH, op->summary, columns);
}

static void put_room(ptl_buffer *out, int64_t room, int32_t columns)
{
    bool headed = false;
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        if (ptl_op_room_of(i) != room) continue;
        if (!headed) {
            ptl_buffer_printf(out, "\n%s: ", ptl_op_rooms[room].name);
            ptl_layout_wrap(out, ptl_text_of(ptl_op_rooms[room].about),
                            (int32_t)strlen(ptl_op_rooms[room].name) + 2, 2, columns);
        }
        headed = true;
        put_op_line(out, ptl_ops[i], columns);
    }
}

static void put_options(ptl_buffer *out, int32_t columns)
{
    ptl_buffer_text(out, "\noptions of every command\n");
    for (int64_t i = 0; i < ptl_cli_options_n; i++) {
        const ptl_cli_option_row *row = &ptl_cli_options[i];
        char label[64];
        int n = row->letter ? snprintf(label, sizeof label, "-%c, ", row->letter)
                            : snprintf(label, sizeof label, "    ");
        n += snprintf(label + n, sizeof label - (size_t)n, "--%s", row->name);
        if (row->takes) snprintf(label + n, sizeof label - (size_t)n, " %s", row->takes);
        ptl_layout_entry(out, 2, label, LABEL_WIDTH, row->about, columns);
    }
}

/* --- the front page --------------------------------------------------------------------------- */

/* Three commands from nothing to something, among those this program has. */
static void put_start(ptl_buffer *out, int32_t columns)
{
    static const struct {
        const char *name;
        const char *command;
        const char *about;
    } steps[] = {
        {"start", "portolan start exports", "from a folder of exports to a review"},
        {"source.import", "portolan import", "load what its sources name"},
        {"review.write", "portolan review", "write the weekly review"},
        {"status", "portolan status", "see what is in force and what ran"},
        {"apply", "portolan apply", "put your changes to its files in force"},
    };
    int shown = 0;
    ptl_buffer_text(out, "\nto start\n");
    for (size_t i = 0; i < sizeof steps / sizeof *steps && shown < 3; i++) {
        const ptl_op *op = NULL;
        if (ptl_op_find(&op, ptl_text_of(steps[i].name), NULL) != PTL_OK) continue;
        ptl_layout_entry(out, 2, steps[i].command, LABEL_WIDTH, steps[i].about, columns);
        shown++;
    }
}

void ptl_help_front(ptl_buffer *out, int32_t columns)
{
    const int32_t width = page_columns(columns);
    put_paragraph(out, 0, what_this_is, width);
    put_start(out, width);
    for (int64_t i = 0; i < ptl_op_rooms_n; i++) put_room(out, i, width);
    ptl_buffer_text(out, "\nin this terminal\n");
#define PUT_WORD(id, name, takes, about)                                                           \
    ptl_layout_entry(out, 2, takes[0] ? name " " takes : name, LABEL_WIDTH, about, width);
    PTL_CLI_WORDS(PUT_WORD)
#undef PUT_WORD
    put_options(out, width);
}

/* --- the page of an operation ----------------------------------------------------------------- */

static void put_params(ptl_buffer *out, const ptl_op *op, int32_t columns)
{
    if (op->n_params == 0) return;
    ptl_buffer_text(out, "\nparameters\n");
    for (int64_t i = 0; i < op->n_params; i++) {
        char typed[80];
        ptl_buffer text;
        ptl_param_typed(typed, &op->params[i]);
        ptl_buffer_init(&text, 16 * 1024, NULL);
        ptl_buffer_text(&text, op->params[i].about);
        ptl_buffer_text(&text, "\n");
        ptl_param_allowed(&text, &op->params[i]);
        ptl_layout_entry(out, 2, typed, 18, text.ptr ? text.ptr : "", columns);
        ptl_buffer_dispose(&text);
    }
}

/* "rows: int — rows loaded", one a line. */
static void put_result(ptl_buffer *out, const ptl_op *op, int32_t columns)
{
    ptl_text rest = ptl_text_of(op->result);
    if (rest.len == 0) return;
    ptl_buffer_text(out, "\nanswer with --json\n");
    while (rest.len > 0) {
        const ptl_text line = ptl_text_cut(&rest, '\n');
        ptl_layout_spaces(out, 2);
        ptl_layout_wrap(out, line, 2, 6, columns);
    }
}

void ptl_help_op(ptl_buffer *out, const ptl_op *op, int32_t columns)
{
    const int32_t width = page_columns(columns);
    char words[80];
    ptl_buffer usage;
    ptl_op_words(words, op);
    ptl_buffer_printf(out, "portolan %s: ", words);
    ptl_layout_wrap(out, ptl_text_of(op->summary), (int32_t)strlen(words) + 11, 2, width);
    ptl_buffer_init(&usage, 16 * 1024, NULL);
    ptl_op_usage(&usage, op);
    ptl_buffer_text(out, "\nusage: portolan ");
    ptl_layout_wrap(out, ptl_buffer_borrow(&usage), 16, 16, width);
    ptl_buffer_dispose(&usage);
    if (op->alias) ptl_buffer_printf(out, "   or: portolan %s …\n", op->alias);
    ptl_buffer_text(out, "\n");
    put_paragraph(out, 0, op->about, width);
    put_params(out, op, width);
    put_result(out, op, width);
    ptl_buffer_printf(out, "\nfor example\n  %s\n", op->example);
    if (op->effects & PTL_CACHED)
        put_paragraph(
            out, 0,
            "\nWhere nothing has changed since an earlier run, its answer is given again; "
            "--force computes it anew.",
            width);
}

/* --- help WORDS ------------------------------------------------------------------------------- */

static bool put_group(ptl_buffer *out, const char *word, int32_t columns)
{
    const size_t len = strlen(word);
    bool found = false;
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        const char *name = ptl_ops[i]->name;
        const bool by_word = strncmp(name, word, len) == 0 && name[len] == '.';
        const bool by_room = strcmp(ptl_op_rooms[ptl_op_room_of(i)].name, word) == 0;
        if (!by_word && !by_room) continue;
        put_op_line(out, ptl_ops[i], columns);
        found = true;
    }
    return found;
}

static ptl_status put_named(ptl_buffer *out, const char *name, int32_t columns, ptl_error *err)
{
    const ptl_op *op = NULL;
    const ptl_status st = ptl_op_find(&op, ptl_text_of(name), err);
    if (st == PTL_OK) ptl_help_op(out, op, columns);
    return st;
}

ptl_status ptl_help_words(ptl_buffer *out, const char *const *words, int64_t n_words,
                          int32_t columns, ptl_error *err)
{
    char name[160];
    const ptl_op *op = NULL;
    if (n_words == 0) {
        ptl_help_front(out, columns);
        return PTL_OK;
    }
    if (n_words > 1) {
        snprintf(name, sizeof name, "%.70s.%.70s", words[0], words[1]);
        if (ptl_op_find(&op, ptl_text_of(name), NULL) == PTL_OK || n_words == 2)
            return put_named(out, name, columns, err);
    }
    if (ptl_op_find(&op, ptl_text_of(words[0]), NULL) == PTL_OK) {
        ptl_help_op(out, op, columns);
        return PTL_OK;
    }
    if (put_group(out, words[0], page_columns(columns))) return PTL_OK;
    return put_named(out, words[0], columns, err);
}
