/* completion.c: completion scripts, made from the registry.
 *
 * Each script carries the registry as data (which words go together, which parameters a command
 * takes) and a few fixed lines that look it up, so that completing a word starts no process. */
#include <stdio.h>
#include <string.h>

#include "cli/help.h"
#include "cli/line.h"
#include "cli/shell.h"

/* --- what all three know ---------------------------------------------------------------------- */

/* Call `put` for every way to type an operation: its words, and its alias. */
typedef void (*spelling_fn)(ptl_buffer *out, const ptl_op *op, const char *spelling);

static void each_spelling(ptl_buffer *out, spelling_fn put)
{
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        char words[80];
        ptl_op_words(words, ptl_ops[i]);
        put(out, ptl_ops[i], words);
        if (ptl_ops[i]->alias) put(out, ptl_ops[i], ptl_ops[i]->alias);
    }
}

static bool takes_files(const ptl_op *op)
{
    for (int64_t i = 0; i < op->n_params; i++)
        if (op->params[i].type == PTL_PARAM_PATH && op->params[i].positional) return true;
    return false;
}

/* Second words of `first`, one space between: "list prove verify". */
static void put_second_words(ptl_buffer *out, ptl_text first)
{
    bool any = false;
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        ptl_text rest = ptl_text_of(ptl_ops[i]->name);
        const ptl_text head = ptl_text_cut(&rest, '.');
        if (rest.len == 0 || !ptl_text_equal(head, first)) continue;
        if (any) ptl_buffer_text(out, " ");
        ptl_buffer_append(out, rest.ptr, rest.len);
        any = true;
    }
}

/* Whether no earlier operation begins with the same first word. */
static bool is_new_first(int64_t op_idx, ptl_text first)
{
    for (int64_t i = 0; i < op_idx; i++) {
        ptl_text rest = ptl_text_of(ptl_ops[i]->name);
        if (ptl_text_equal(ptl_text_cut(&rest, '.'), first)) return false;
    }
    return true;
}

static void put_first_words(ptl_buffer *out)
{
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        ptl_text rest = ptl_text_of(ptl_ops[i]->name);
        const ptl_text first = ptl_text_cut(&rest, '.');
        if (is_new_first(i, first)) ptl_buffer_printf(out, "%.*s ", (int)first.len, first.ptr);
        if (ptl_ops[i]->alias) ptl_buffer_printf(out, "%s ", ptl_ops[i]->alias);
    }
#define PUT_WORD(id, name, takes, about) ptl_buffer_text(out, name " ");
    PTL_CLI_WORDS(PUT_WORD)
#undef PUT_WORD
}

static void put_option_names(ptl_buffer *out)
{
    for (int64_t i = 0; i < ptl_cli_options_n; i++)
        ptl_buffer_printf(out, "--%s ", ptl_cli_options[i].name);
}

/* --- bash ------------------------------------------------------------------------------------- */

static void bash_params(ptl_buffer *out, const ptl_op *op, const char *spelling)
{
    ptl_buffer_printf(out, "    \"%s\") params=\"", spelling);
    for (int64_t i = 0; i < op->n_params; i++) {
        char typed[80];
        if (op->params[i].positional) continue;
        ptl_param_typed(typed, &op->params[i]);
        ptl_buffer_printf(out, "%s ", typed);
    }
    ptl_buffer_printf(out, "\"; files=%d ;;\n", takes_files(op) ? 1 : 0);
}

static void bash_choices(ptl_buffer *out, const ptl_op *op, const char *spelling)
{
    for (int64_t i = 0; i < op->n_params; i++) {
        const ptl_param *param = &op->params[i];
        char typed[80];
        ptl_param_typed(typed, param);
        if (param->positional) continue;
        if (param->type == PTL_PARAM_PATH)
            ptl_buffer_printf(out,
                              "    \"%s %s\") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n",
                              spelling, typed);
        if (param->type != PTL_PARAM_ENUM) continue;
        ptl_buffer_printf(out, "    \"%s %s\") COMPREPLY=($(compgen -W \"", spelling, typed);
        for (const char *c = param->choices; *c; c++)
            ptl_buffer_append(out, *c == '|' ? " " : c, 1);
        ptl_buffer_text(out, "\" -- \"$cur\")); return ;;\n");
    }
}

static void bash_seconds(ptl_buffer *out)
{
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        ptl_text rest = ptl_text_of(ptl_ops[i]->name);
        const ptl_text first = ptl_text_cut(&rest, '.');
        if (rest.len == 0 || !is_new_first(i, first)) continue;
        ptl_buffer_printf(out, "    \"%.*s\") words=\"", (int)first.len, first.ptr);
        put_second_words(out, first);
        ptl_buffer_text(out, "\" ;;\n");
    }
}

/* Which of the words typed so far are the command's: options and their values are passed over. */
static const char bash_command_words[] =
    "_portolan() {\n"
    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} i w\n"
    "  local first= second= params= words= files=0\n"
    "  COMPREPLY=()\n"
    "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "    w=${COMP_WORDS[i]}\n"
    "    case \"$w\" in\n"
    "    -w|--workspace|--threads|--wait) ((i++)); continue ;;\n"
    "    -*) continue ;;\n"
    "    esac\n"
    "    if [ -z \"$first\" ]; then first=$w; elif [ -z \"$second\" ]; then second=$w; fi\n"
    "  done\n"
    "  case \"$prev\" in\n"
    "    -w|--workspace) COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n"
    "    --threads|--wait) return ;;\n"
    "  esac\n";

static void put_bash(ptl_buffer *out)
{
    ptl_buffer_text(out, "# bash completion for portolan; load it with: "
                         "eval \"$(portolan completion bash)\"\n");
    ptl_buffer_text(out, bash_command_words);
    ptl_buffer_text(out, "  if [ -z \"$first\" ]; then\n    words=\"");
    put_first_words(out);
    ptl_buffer_text(out, "\"\n  elif [ -z \"$second\" ]; then\n    case \"$first\" in\n"
                         "    completion) words=\"bash zsh fish\" ;;\n    help) words=\"");
    put_first_words(out);
    ptl_buffer_text(out, "\" ;;\n");
    bash_seconds(out);
    ptl_buffer_text(out, "    esac\n  fi\n"
                         "  local command=\"$first\"\n"
                         "  case \"$first $second\" in\n");
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        char typed[80];
        ptl_op_words(typed, ptl_ops[i]);
        if (strchr(typed, ' '))
            ptl_buffer_printf(out, "    \"%s\") command=\"%s\" ;;\n", typed, typed);
    }
    ptl_buffer_text(out, "  esac\n  case \"$command $prev\" in\n");
    each_spelling(out, bash_choices);
    ptl_buffer_text(out, "  esac\n  case \"$command\" in\n");
    each_spelling(out, bash_params);
    ptl_buffer_text(out, "  esac\n  if [[ $cur == -* ]]; then\n    words=\"$params");
    put_option_names(out);
    ptl_buffer_text(out, "\"\n  elif [ \"$files\" = 1 ]; then\n"
                         "    COMPREPLY=($(compgen -f -- \"$cur\"))\n    return\n  fi\n"
                         "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
                         "complete -o filenames -F _portolan portolan\n");
}

/* --- zsh -------------------------------------------------------------------------------------- */

/* Zsh runs bash's completion functions; the emulation is part of every zsh. */
static void put_zsh(ptl_buffer *out)
{
    ptl_buffer_text(out, "#compdef portolan\n"
                         "# zsh completion for portolan; load it with: "
                         "source <(portolan completion zsh)\n"
                         "autoload -Uz compinit bashcompinit\n"
                         "(( $+functions[compdef] )) || compinit\n"
                         "bashcompinit\n");
    put_bash(out);
}

/* --- fish ------------------------------------------------------------------------------------- */

/* Single quotes; fish knows \' and \\ inside them. */
static void fish_quote(ptl_buffer *out, const char *text)
{
    ptl_buffer_text(out, "'");
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\') ptl_buffer_text(out, "\\");
        ptl_buffer_append(out, text, 1);
    }
    ptl_buffer_text(out, "'");
}

/* The condition under which a parameter of this spelling is offered. */
static void fish_condition(ptl_buffer *out, const char *spelling)
{
    char words[80];
    snprintf(words, sizeof words, "%s", spelling);
    char *second = strchr(words, ' ');
    if (second) *second++ = '\0';
    ptl_buffer_printf(out, " -n '__fish_seen_subcommand_from %s", words);
    if (second) ptl_buffer_printf(out, "; and __fish_seen_subcommand_from %s", second);
    ptl_buffer_text(out, "'");
}

static void fish_params(ptl_buffer *out, const ptl_op *op, const char *spelling)
{
    for (int64_t i = 0; i < op->n_params; i++) {
        const ptl_param *param = &op->params[i];
        char typed[80];
        if (param->positional) continue;
        ptl_param_typed(typed, param);
        ptl_buffer_text(out, "complete -c portolan");
        fish_condition(out, spelling);
        ptl_buffer_printf(out, " -l %s", typed + 2);
        if (param->type != PTL_PARAM_BOOL) ptl_buffer_text(out, " -r");
        if (param->type == PTL_PARAM_PATH) ptl_buffer_text(out, " -F");
        if (param->type == PTL_PARAM_ENUM) {
            ptl_buffer_text(out, " -a '");
            for (const char *c = param->choices; *c; c++)
                ptl_buffer_append(out, *c == '|' ? " " : c, 1);
            ptl_buffer_text(out, "'");
        }
        ptl_buffer_text(out, " -d ");
        fish_quote(out, param->about);
        ptl_buffer_text(out, "\n");
    }
    if (!takes_files(op)) return;
    ptl_buffer_text(out, "complete -c portolan");
    fish_condition(out, spelling);
    ptl_buffer_text(out, " -F\n");
}

static void fish_command(ptl_buffer *out, const char *condition, const char *word,
                         const char *about)
{
    ptl_buffer_printf(out, "complete -c portolan -n '%s' -a %s -d ", condition, word);
    fish_quote(out, about);
    ptl_buffer_text(out, "\n");
}

static void fish_words(ptl_buffer *out, const ptl_op *op, const char *spelling)
{
    char words[80];
    char condition[120];
    snprintf(words, sizeof words, "%s", spelling);
    char *second = strchr(words, ' ');
    if (!second) {
        fish_command(out, "__fish_use_subcommand", words, op->summary);
        return;
    }
    *second++ = '\0';
    snprintf(condition, sizeof condition, "__fish_seen_subcommand_from %s", words);
    fish_command(out, "__fish_use_subcommand", words, op->summary);
    fish_command(out, condition, second, op->summary);
}

static void put_fish(ptl_buffer *out)
{
    ptl_buffer_text(out, "# fish completion for portolan; load it with: "
                         "portolan completion fish | source\n"
                         "complete -c portolan -f\n");
    each_spelling(out, fish_words);
#define PUT_WORD(id, name, takes, about) fish_command(out, "__fish_use_subcommand", name, about);
    PTL_CLI_WORDS(PUT_WORD)
#undef PUT_WORD
    fish_command(out, "__fish_seen_subcommand_from completion", "'bash zsh fish'", "a shell");
    each_spelling(out, fish_params);
    for (int64_t i = 0; i < ptl_cli_options_n; i++) {
        const ptl_cli_option_row *row = &ptl_cli_options[i];
        ptl_buffer_printf(out, "complete -c portolan -l %s", row->name);
        if (row->letter) ptl_buffer_printf(out, " -s %c", row->letter);
        if (row->takes) ptl_buffer_text(out, strcmp(row->takes, "DIR") == 0 ? " -r -F" : " -x");
        ptl_buffer_text(out, " -d ");
        fish_quote(out, row->about);
        ptl_buffer_text(out, "\n");
    }
}

ptl_status ptl_completion(ptl_buffer *out, const char *shell, ptl_error *err)
{
    if (shell && strcmp(shell, "bash") == 0)
        put_bash(out);
    else if (shell && strcmp(shell, "zsh") == 0)
        put_zsh(out);
    else if (shell && strcmp(shell, "fish") == 0)
        put_fish(out);
    else
        return ptl_fail(err, PTL_E_INVALID,
                        "completion: found \"%.100s\", allowed: bash, zsh, fish",
                        shell ? shell : "");
    return PTL_OK;
}
