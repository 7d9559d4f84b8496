/* manual.c: portolan(1), in roff's man macros, made from the registry.
 *
 * A line that begins with a dot or an apostrophe is a request to roff, a backslash begins an
 * escape, and a plain minus is a hyphen that may be broken: put_roff disarms all of them. */
#include <stdio.h>
#include <string.h>

#include "cli/help.h"
#include "cli/line.h"
#include "cli/shell.h"

static void put_roff(ptl_buffer *out, ptl_text text)
{
    bool at_start = true;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (at_start && (c == '.' || c == '\'')) ptl_buffer_text(out, "\\&");
        if (c == '\\')
            ptl_buffer_text(out, "\\e");
        else if (c == '-')
            ptl_buffer_text(out, "\\-");
        else
            ptl_buffer_append(out, &c, 1);
        at_start = c == '\n';
    }
}

static void put_line(ptl_buffer *out, const char *request, const char *text)
{
    ptl_buffer_text(out, request);
    put_roff(out, ptl_text_of(text));
    ptl_buffer_text(out, "\n");
}

/* Paragraphs: every line break of the source begins a new one. */
static void put_paragraphs(ptl_buffer *out, const char *text)
{
    ptl_text rest = ptl_text_of(text);
    while (rest.len > 0) {
        ptl_buffer_text(out, ".PP\n");
        put_roff(out, ptl_text_cut(&rest, '\n'));
        ptl_buffer_text(out, "\n");
    }
}

static void put_param(ptl_buffer *out, const ptl_param *param)
{
    char typed[80];
    ptl_buffer allowed;
    ptl_param_typed(typed, param);
    ptl_buffer_init(&allowed, 16 * 1024, NULL);
    ptl_param_allowed(&allowed, param);
    ptl_buffer_text(out, ".TP\n");
    put_line(out, ".B ", typed);
    put_line(out, "", param->about);
    ptl_buffer_text(out, "Takes ");
    put_roff(out, ptl_buffer_borrow(&allowed));
    ptl_buffer_text(out, ".\n");
    ptl_buffer_dispose(&allowed);
}

static void put_op(ptl_buffer *out, const ptl_op *op)
{
    ptl_buffer usage;
    char words[80];
    ptl_op_words(words, op);
    ptl_buffer_init(&usage, 16 * 1024, NULL);
    ptl_op_usage(&usage, op);
    ptl_buffer_text(out, ".SS \"portolan ");
    put_roff(out, ptl_text_of(words));
    ptl_buffer_text(out, "\"\n");
    put_line(out, "", op->summary);
    ptl_buffer_text(out, ".PP\n.B portolan\n");
    put_roff(out, ptl_buffer_borrow(&usage));
    ptl_buffer_text(out, "\n");
    if (op->alias) {
        ptl_buffer_text(out, ".PP\nShort: ");
        put_line(out, "portolan ", op->alias);
    }
    put_paragraphs(out, op->about);
    for (int64_t i = 0; i < op->n_params; i++) put_param(out, &op->params[i]);
    ptl_buffer_text(out, ".PP\nFor example:\n.PP\n.RS\n.nf\n");
    put_line(out, "", op->example);
    ptl_buffer_text(out, ".fi\n.RE\n");
    ptl_buffer_dispose(&usage);
}

static void put_options(ptl_buffer *out)
{
    ptl_buffer_text(out, ".SH OPTIONS\n");
    for (int64_t i = 0; i < ptl_cli_options_n; i++) {
        const ptl_cli_option_row *row = &ptl_cli_options[i];
        char label[80];
        int n = 0;
        if (row->letter) n = snprintf(label, sizeof label, "-%c, ", row->letter);
        n += snprintf(label + n, sizeof label - (size_t)n, "--%s", row->name);
        if (row->takes) snprintf(label + n, sizeof label - (size_t)n, " %s", row->takes);
        ptl_buffer_text(out, ".TP\n");
        put_line(out, ".B ", label);
        put_line(out, "", row->about);
    }
}

static void put_exit_codes(ptl_buffer *out)
{
    ptl_buffer_text(out, ".SH EXIT STATUS\n");
#define PUT_STATUS(name, code, http, exit_code, text)                                              \
    ptl_buffer_printf(out, ".TP\n.B %d\n", exit_code);                                             \
    put_line(out, "", #name ": " text);
    PTL_STATUS_LIST(PUT_STATUS)
#undef PUT_STATUS
}

static const char after_commands[] =
    ".SH ENVIRONMENT\n"
    ".TP\n.B PORTOLAN_WORKSPACE\nThe workspace, where \\-\\-workspace is not given.\n"
    ".TP\n.B COLUMNS\nThe width of lines, where standard output is no terminal.\n"
    ".TP\n.B TZDIR\nThe folder of time zones, /usr/share/zoneinfo by default.\n"
    ".SH FILES\n"
    ".TP\n.B portolan.yaml\nWhat makes a folder a workspace: company, currency, zone, the one "
    "number.\n"
    ".TP\n.B channels.yaml, sources/\nGoverned channels; where data come from.\n"
    ".TP\n.B .portolan/\nThe stores and the lock. Never in git.\n";

void ptl_manual(ptl_buffer *out)
{
    ptl_buffer_text(out, ".TH PORTOLAN 1 \"\" \"portolan " PTL_VERSION "\" \"Portolan\"\n"
                         ".SH NAME\nportolan \\- self\\-hosted marketing operating system\n"
                         ".SH SYNOPSIS\n.B portolan\n[options] command [parameters]\n"
                         ".SH DESCRIPTION\nPortolan turns exports into one set of facts, computes "
                         "what they say, and keeps the evidence behind every number.\n"
                         "An answer goes to standard output, progress and problems to standard "
                         "error. With \\-\\-json the answer is one JSON object, and so is a "
                         "problem: status, message, detail, hint.\n");
    put_options(out);
    ptl_buffer_text(out, ".SH COMMANDS\n");
    for (int64_t i = 0; i < ptl_ops_n; i++) put_op(out, ptl_ops[i]);
#define PUT_WORD(id, name, takes, about)                                                           \
    ptl_buffer_text(out, ".SS \"portolan " name "\"\n");                                           \
    put_line(out, "", about);
    PTL_CLI_WORDS(PUT_WORD)
#undef PUT_WORD
    ptl_buffer_text(out, after_commands);
    put_exit_codes(out);
}
