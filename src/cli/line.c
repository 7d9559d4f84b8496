/* line.c: see line.h. */
#include "cli/line.h"

#include <stdio.h>
#include <string.h>

const ptl_cli_option_row ptl_cli_options[] = {
#define OPTION_ROW(id, name, letter, takes, about) {name, letter, takes, about},
    PTL_CLI_OPTIONS(OPTION_ROW)
#undef OPTION_ROW
};
const int64_t ptl_cli_options_n = sizeof ptl_cli_options / sizeof *ptl_cli_options;

static const char *const own_words[] = {
#define OWN_WORD(id, name, takes, about) name,
    PTL_CLI_WORDS(OWN_WORD)
#undef OWN_WORD
};

typedef struct parser {
    ptl_line *line;
    int argc;
    const char *const *argv;
    int at;            /* the next argument                                   */
    const char *first; /* a first word that needs a second: "run" of "run list" */
    int64_t next_positional;
    const char **rest;
    bool options_ended;
    ptl_arena *arena;
    ptl_error *err;
} parser;

/* --- options of the program ------------------------------------------------------------------- */

static ptl_status set_number(int64_t *out, const char *name, const char *value, int64_t min,
                             int64_t max, ptl_error *err)
{
    if (ptl_text_int(out, ptl_text_of(value), NULL) == PTL_OK && *out >= min && *out <= max)
        return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID,
                    "--%s: found \"%.100s\", allowed: a whole number from %lld to %lld", name,
                    value, (long long)min, (long long)max);
}

static ptl_status set_option(ptl_line *line, ptl_cli_option option, const char *value,
                             ptl_error *err)
{
    int64_t n = 0;
    switch (option) {
    case PTL_OPTION_WORKSPACE:
        line->workspace = value;
        break;
    case PTL_OPTION_JSON:
        line->json = true;
        break;
    case PTL_OPTION_QUIET:
        line->quiet = true;
        break;
    case PTL_OPTION_FORCE:
        line->force = true;
        break;
    case PTL_OPTION_LISTEN:
        line->listen = value;
        break;
    case PTL_OPTION_CERTIFICATE:
        line->certificate = value;
        break;
    case PTL_OPTION_KEY:
        line->key = value;
        break;
    case PTL_OPTION_BEHIND_PROXY:
        line->behind_proxy = true;
        break;
    case PTL_OPTION_APPLY_CHANGES:
        line->apply_changes = true;
        break;
    case PTL_OPTION_SOCKET:
        line->socket = true;
        break;
    case PTL_OPTION_VERSION:
        return ptl_op_find(&line->op, PTL_TEXT("version"), err);
    case PTL_OPTION_HELP:
        line->help = true;
        break;
    case PTL_OPTION_THREADS:
        PTL_TRY(set_number(&n, "threads", value, 1, 256, err));
        line->n_threads = (int32_t)n;
        break;
    case PTL_OPTION_WAIT:
        PTL_TRY(set_number(&n, "wait", value, 0, 86400, err));
        line->wait_ms = n * 1000;
        break;
    }
    return PTL_OK;
}

/* The value of an option: behind "=", or the next argument. */
static ptl_status take_value(const char **out, parser *p, ptl_text name, const char *behind)
{
    if (behind) {
        *out = behind;
        return PTL_OK;
    }
    if (p->at >= p->argc)
        return ptl_fail(p->err, PTL_E_INVALID, "--%.*s needs a value behind it", (int)name.len,
                        name.ptr);
    *out = p->argv[p->at++];
    return PTL_OK;
}

static int64_t find_option(ptl_text name)
{
    for (int64_t i = 0; i < ptl_cli_options_n; i++) {
        const ptl_cli_option_row *row = &ptl_cli_options[i];
        if (ptl_text_equal(name, ptl_text_of(row->name))) return i;
        if (name.len == 1 && row->letter == name.ptr[0]) return i;
    }
    return -1;
}

static ptl_status take_option(parser *p, int64_t option, ptl_text name, const char *behind)
{
    const ptl_cli_option_row *row = &ptl_cli_options[option];
    const char *value = NULL;
    if (row->takes)
        PTL_TRY(take_value(&value, p, name, behind));
    else if (behind)
        return ptl_fail(p->err, PTL_E_INVALID, "--%s takes no value, found \"%.100s\"", row->name,
                        behind);
    return set_option(p->line, (ptl_cli_option)option, value, p->err);
}

/* --- parameters of the operation -------------------------------------------------------------- */

/* "as-of" names as_of. */
static bool is_name(const char *param, ptl_text given)
{
    size_t i = 0;
    for (; i < given.len && param[i]; i++)
        if (param[i] != (given.ptr[i] == '-' ? '_' : given.ptr[i])) return false;
    return i == given.len && !param[i];
}

static const ptl_param *find_param(const ptl_op *op, ptl_text name)
{
    for (int64_t i = 0; op && i < op->n_params; i++)
        if (is_name(op->params[i].name, name)) return &op->params[i];
    return NULL;
}

static ptl_status refuse_option(const parser *p, ptl_text name)
{
    enum { NAMES_MAX = 64 };
    const char *names[NAMES_MAX];
    char typed[NAMES_MAX][64];
    int64_t n = 0;
    for (int64_t i = 0; i < ptl_cli_options_n && n < NAMES_MAX; i++)
        names[n++] = ptl_cli_options[i].name;
    const ptl_op *op = p->line->op;
    for (int64_t i = 0; op && i < op->n_params && n < NAMES_MAX; i++) {
        const char *from = op->params[i].name;
        size_t j = 0;
        for (; from[j] && j + 1 < sizeof typed[n]; j++)
            typed[n][j] = (char)(from[j] == '_' ? '-' : from[j]);
        typed[n][j] = '\0';
        names[n] = typed[n];
        n++;
    }
    (void)ptl_fail(p->err, PTL_E_INVALID, "%s has no parameter --%.*s", op ? op->name : "portolan",
                   (int)(name.len < 100 ? name.len : 100), name.ptr);
    const char *nearest = ptl_text_nearest(name, names, n);
    if (nearest)
        ptl_error_hint(p->err, "did you mean --%s?", nearest);
    else
        ptl_error_hint(p->err, "portolan help%s%s lists what there is", op ? " " : "",
                       op ? op->name : "");
    return PTL_E_INVALID;
}

static void add_text(ptl_line *line, const char *name, const char *value)
{
    line->texts[line->n_texts++] = (ptl_arg_text){name, value};
}

static ptl_status take_parameter(parser *p, ptl_text name, const char *behind)
{
    const ptl_param *param = find_param(p->line->op, name);
    if (!param) return refuse_option(p, name);
    const char *value = behind;
    if (param->type == PTL_PARAM_BOOL)
        value = behind ? behind : "true";
    else
        PTL_TRY(take_value(&value, p, name, behind));
    add_text(p->line, param->name, value);
    return PTL_OK;
}

static ptl_status take_dashed(parser *p, const char *arg)
{
    ptl_text name = ptl_text_of(arg[1] == '-' ? arg + 2 : arg + 1);
    const char *equals = memchr(name.ptr, '=', name.len);
    if (equals) name.len = (size_t)(equals - name.ptr);
    const char *behind = equals ? equals + 1 : NULL;
    const int64_t option = arg[1] == '-' && name.len == 1 ? -1 : find_option(name);
    const bool long_or_letter = arg[1] == '-' || name.len == 1;
    if (option >= 0 && long_or_letter) return take_option(p, option, name, behind);
    return take_parameter(p, name, behind);
}

static ptl_status take_positional(parser *p, const char *arg)
{
    const ptl_op *op = p->line->op;
    for (int64_t i = p->next_positional; i < op->n_params; i++) {
        if (!op->params[i].positional) continue;
        add_text(p->line, op->params[i].name, arg);
        p->next_positional = op->params[i].repeated ? i : i + 1;
        return PTL_OK;
    }
    (void)ptl_fail(p->err, PTL_E_INVALID, "%s has no place for \"%.100s\"", op->name, arg);
    ptl_error_hint(p->err, "portolan help %s shows what it takes", op->name);
    return PTL_E_INVALID;
}

/* --- words ------------------------------------------------------------------------------------ */

/* Whether some operation is called "<word>.…". */
static bool is_first_word(const char *word)
{
    const size_t len = strlen(word);
    for (int64_t i = 0; i < ptl_ops_n; i++)
        if (strncmp(ptl_ops[i]->name, word, len) == 0 && ptl_ops[i]->name[len] == '.') return true;
    return false;
}

static ptl_cli_word own_word(const char *word)
{
    for (size_t i = 0; i < sizeof own_words / sizeof *own_words; i++)
        if (strcmp(word, own_words[i]) == 0) return (ptl_cli_word)(i + 1);
    return PTL_CLI_OPERATION;
}

static const ptl_op *find_quietly(const parser *p, const char *first, const char *second)
{
    const ptl_op *op = NULL;
    const char *name = first;
    if (second) name = ptl_text_format(p->arena, NULL, "%s.%s", first, second);
    if (!name || ptl_op_find(&op, ptl_text_of(name), NULL) != PTL_OK) return NULL;
    return op;
}

/* "run" alone, or "run lst": say what goes with the first word. */
static ptl_status refuse_second(const parser *p, const char *second)
{
    char list[400] = "";
    const char *candidates[64];
    const size_t len = strlen(p->first);
    int64_t n = 0;
    size_t used = 0;
    for (int64_t i = 0; i < ptl_ops_n && n < 64; i++) {
        const char *name = ptl_ops[i]->name;
        if (strncmp(name, p->first, len) != 0 || name[len] != '.') continue;
        candidates[n++] = name + len + 1;
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "",
                                     name + len + 1);
    }
    const char *nearest = second ? ptl_text_nearest(ptl_text_of(second), candidates, n) : NULL;
    if (second)
        (void)ptl_fail(p->err, PTL_E_INVALID, "%s has no command \"%.100s\"", p->first, second);
    else
        (void)ptl_fail(p->err, PTL_E_INVALID, "%s needs a second word", p->first);
    ptl_error_detail(p->err, "it goes with: %s", list);
    if (nearest)
        ptl_error_hint(p->err, "did you mean portolan %s %s?", p->first, nearest);
    else
        ptl_error_hint(p->err, "portolan help %s explains them", p->first);
    return PTL_E_INVALID;
}

static ptl_status refuse_word(const parser *p, const char *word)
{
    enum { NAMES_MAX = 256 };
    const char *names[NAMES_MAX];
    int64_t n = 0;
    for (size_t i = 0; i < sizeof own_words / sizeof *own_words; i++) names[n++] = own_words[i];
    for (int64_t i = 0; i < ptl_ops_n && n + 2 < NAMES_MAX; i++) {
        const char *dot = strchr(ptl_ops[i]->name, '.');
        const ptl_text head = {ptl_ops[i]->name, dot ? (size_t)(dot - ptl_ops[i]->name) : 0};
        const char *first = dot ? ptl_text_copy(head, p->arena, NULL) : ptl_ops[i]->name;
        if (first) names[n++] = first;
        if (ptl_ops[i]->alias) names[n++] = ptl_ops[i]->alias;
    }
    (void)ptl_fail(p->err, PTL_E_INVALID, "portolan has no command \"%.100s\"", word);
    const char *nearest = ptl_text_nearest(ptl_text_of(word), names, n);
    if (nearest)
        ptl_error_hint(p->err, "did you mean portolan %s?", nearest);
    else
        ptl_error_hint(p->err, "portolan help lists every command");
    return PTL_E_INVALID;
}

static ptl_status take_word(parser *p, const char *word)
{
    ptl_line *line = p->line;
    if (p->first) {
        line->op = find_quietly(p, p->first, word);
        return line->op ? PTL_OK : refuse_second(p, word);
    }
    const char *next = p->at < p->argc ? p->argv[p->at] : NULL;
    if (next && next[0] != '-') line->op = find_quietly(p, word, next);
    if (line->op) {
        p->at++;
        return PTL_OK;
    }
    line->word = own_word(word);
    if (line->word != PTL_CLI_OPERATION) return PTL_OK;
    line->op = find_quietly(p, word, NULL);
    if (line->op) return PTL_OK;
    if (!is_first_word(word)) return refuse_word(p, word);
    p->first = word;
    return PTL_OK;
}

static ptl_status take_argument(parser *p, const char *arg)
{
    const bool dashed =
        !p->options_ended && arg[0] == '-' && arg[1] != '\0' && !(arg[1] >= '0' && arg[1] <= '9');
    if (dashed && strcmp(arg, "--") == 0) {
        p->options_ended = true;
        return PTL_OK;
    }
    if (dashed) return take_dashed(p, arg);
    if (p->line->op) return take_positional(p, arg);
    if (p->line->word == PTL_CLI_OPERATION) return take_word(p, arg);
    p->rest[p->line->n_rest++] = arg;
    return PTL_OK;
}

ptl_status ptl_line_parse(ptl_line *out, int argc, const char *const *argv, ptl_arena *arena,
                          ptl_error *err)
{
    *out = (ptl_line){0};
    parser p = {.line = out, .argc = argc, .argv = argv, .at = 1, .arena = arena, .err = err};
    const int64_t room = argc > 0 ? argc : 1;
    out->texts = ptl_arena_array(arena, room, sizeof *out->texts, err);
    p.rest = ptl_arena_array(arena, room, sizeof *p.rest, err);
    if (!out->texts || !p.rest) return PTL_E_NO_MEMORY;
    out->rest = p.rest;
    while (p.at < argc) PTL_TRY(take_argument(&p, argv[p.at++]));
    if (!p.first || out->op) return PTL_OK;
    if (!out->help) return refuse_second(&p, NULL);
    p.rest[out->n_rest++] = p.first; /* `portolan run --help` */
    out->word = PTL_CLI_HELP;
    return PTL_OK;
}
