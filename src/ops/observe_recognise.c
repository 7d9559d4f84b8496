/* observe_recognise.c: the operations that say what files are and how they would be read. */
#include "observe/recognise.h"
#include "ops/args.h"

#include <stdio.h>
#include <string.h>

/* --- source recognise ------------------------------------------------------------------------- */

static const char *name_or(const ptl_recognised *r, const char *otherwise)
{
    return r->match.preset ? r->match.preset->name : otherwise;
}

static void put_file(ptl_reply *reply, const ptl_recognised *r)
{
    char what[300];
    const ptl_preset *p = r->match.preset;
    snprintf(what, sizeof what, "%s%s%s", r->sure || !p ? "" : "perhaps ", p ? p->tool : "",
             p ? ", " : "");
    const size_t len = strlen(what);
    snprintf(what + len, sizeof what - len, "%s",
             p               ? p->title
             : r->unreadable ? "not a table that can be read"
                             : "not recognised");
    ptl_reply_cell_text(reply, r->file);
    ptl_reply_cell_text(reply, what);
    ptl_reply_cell_text(reply, name_or(r, NULL));
    ptl_reply_cell_text(reply, p ? p->table : NULL);
    ptl_reply_cell_text(reply, r->sure ? "yes" : "no");
    ptl_reply_cell_double(reply, p ? r->match.confidence : PTL_NAN);
    ptl_reply_cell_int(reply, r->n_parts);
}

static void put_files(ptl_reply *reply, const ptl_recognised *all, int64_t n)
{
    static const ptl_reply_column columns[] = {
        {"file", "File", false},     {"what", "What it is", false}, {"preset", "Preset", false},
        {"table", "Fills", false},   {"sure", "Sure", false},       {"confidence", "", true},
        {"sources", "Sources", true}};
    ptl_reply_table(reply, "files", "Files", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < n; i++) put_file(reply, &all[i]);
    ptl_reply_table_end(reply);
}

/* The role a column has in the best match; NULL: none. */
static const ptl_preset_column *role_of(const ptl_recognised *r, int64_t column, int64_t *idx)
{
    for (int64_t i = 0; r->match.preset && i < r->match.preset->n_columns; i++)
        if (r->match.columns[i] == column) {
            *idx = i;
            return &r->match.preset->columns[i];
        }
    return NULL;
}

/* Through another part: a column of a wide sheet. */
static const char *part_role_of(const ptl_recognised *r, int64_t column)
{
    for (int64_t k = 0; k < r->n_parts; k++)
        for (int64_t i = 0; i < r->parts[k].n_columns; i++)
            if (strcmp(r->parts[k].columns[i].text, r->sample.columns[column]) == 0)
                return r->parts[k].columns[i].name;
    return NULL;
}

static void put_column(ptl_reply *reply, const ptl_recognised *r, int64_t c)
{
    char kind[200], example[64];
    int64_t idx = 0;
    ptl_content held;
    const ptl_preset_column *role = role_of(r, c, &idx);
    const ptl_locale *locale = r->match.locale ? r->match.locale : ptl_locale_find(PTL_TEXT("en"));
    const ptl_preset_kind found = ptl_content_kind(&held, &r->sample, c, locale);
    const char *format = role ? r->match.formats[idx] : held.format;
    snprintf(kind, sizeof kind, "%s%s%s%s",
             ptl_preset_kind_word(role ? (ptl_preset_kind)role->kind : found), format ? ", " : "",
             format ? format : "", held.n == 0 ? ", empty" : "");
    ptl_text first = {0};
    for (int64_t i = 0; i < r->sample.n_rows && first.len == 0; i++)
        first = ptl_sample_cell(&r->sample, i, c);
    snprintf(example, sizeof example, "%.*s", (int)(first.len < 40 ? first.len : 40),
             first.ptr ? first.ptr : "");
    ptl_reply_cell_text(reply, r->sample.columns[c]);
    ptl_reply_cell_text(reply, kind);
    ptl_reply_cell_text(reply, role ? role->role : part_role_of(r, c));
    ptl_reply_cell_text(reply, example);
}

static void put_columns(ptl_reply *reply, const ptl_recognised *r)
{
    static const ptl_reply_column columns[] = {{"column", "Column", false},
                                               {"holds", "Holds", false},
                                               {"role", "Taken as", false},
                                               {"example", "For example", false}};
    ptl_reply_table(reply, "columns", "Columns", columns, sizeof columns / sizeof *columns);
    for (int64_t c = 0; c < r->sample.n_columns; c++) put_column(reply, r, c);
    ptl_reply_table_end(reply);
}

static void put_words(ptl_reply *reply, const char *name, const char *label,
                      const char *const *words, int64_t n)
{
    const ptl_reply_column columns[] = {{"words", label, false}};
    if (n == 0) return;
    ptl_reply_table(reply, name, "", columns, 1);
    for (int64_t i = 0; i < n; i++) ptl_reply_cell_text(reply, words[i]);
    ptl_reply_table_end(reply);
}

static void put_questions(ptl_reply *reply, const ptl_recognised *r)
{
    static const ptl_reply_column columns[] = {{"question", "To be answered", false},
                                               {"choices", "From", false},
                                               {"proposed", "Perhaps", false}};
    if (r->n_doubts == 0) return;
    ptl_reply_table(reply, "questions", "", columns, 3);
    for (int64_t i = 0; i < r->n_doubts; i++) {
        char choices[400] = "";
        size_t len = 0;
        for (int64_t k = 0; k < r->doubts[i].n_choices && len + 2 < sizeof choices; k++)
            len += (size_t)snprintf(choices + len, sizeof choices - len, "%s%s", k > 0 ? ", " : "",
                                    r->doubts[i].choices[k]);
        ptl_reply_cell_text(reply, r->doubts[i].question);
        ptl_reply_cell_text(reply, choices);
        ptl_reply_cell_text(reply, r->doubts[i].proposed);
    }
    ptl_reply_table_end(reply);
}

/* One file in full: columns, reasons, questions, the SELECT of its first source. */
static ptl_status put_detail(ptl_reply *reply, const ptl_recognised *r, ptl_error *err)
{
    put_columns(reply, r);
    put_words(reply, "reasons", "Because", r->reasons, r->n_reasons);
    put_words(reply, "against", "Against it", r->against, r->n_against);
    put_questions(reply, r);
    put_words(reply, "unused", "Nothing is made of", r->unused, r->n_unused);
    if (r->n_parts == 0) return PTL_OK;
    const ptl_part *part = &r->parts[0];
    const ptl_preset_use use = {part->columns, part->n_columns, part->slots, part->n_slots};
    ptl_buffer text;
    ptl_buffer_init(&text, 1 << 20, NULL);
    const ptl_status st = ptl_preset_mapping(&text, part->preset, &use, err);
    if (st == PTL_OK) ptl_reply_text(reply, "mapping", "Mapping", text.ptr);
    ptl_buffer_dispose(&text);
    return st;
}

static ptl_status source_recognise(ptl_call *call, ptl_error *err)
{
    ptl_recognised *all = NULL;
    int64_t n = 0, n_sure = 0;
    PTL_TRY(ptl_recognise_all(&all, &n, ptl_args_text(call->args, "path"), NULL, 0, call->arena,
                              call->progress, err));
    for (int64_t i = 0; i < n; i++) n_sure += all[i].sure;
    if (n == 0)
        ptl_reply_say(call->reply,
                      "There is no file that could be a table: CSV, TSV, JSON lines or "
                      "a workbook, each also compressed.");
    else
        ptl_reply_say(call->reply, "%lld of %lld files are recognised.", (long long)n_sure,
                      (long long)n);
    ptl_reply_int(call->reply, "recognised", "Recognised", n_sure);
    put_files(call->reply, all, n);
    for (int64_t i = 0; i < n; i++)
        if (all[i].unreadable)
            ptl_reply_note(call->reply, "%s: %s", all[i].file, all[i].unreadable);
    if (n == 1 && !all[0].unreadable) return put_detail(call->reply, &all[0], err);
    if (n_sure < n) ptl_reply_next(call->reply, "portolan source recognise FILE, for its columns");
    return PTL_OK;
}

static const ptl_param recognise_params[] = {
    {.name = "path",
     .type = PTL_PARAM_PATH,
     .positional = true,
     .required = true,
     .about = "A file, or a folder whose files are looked at, those of folders in it too."}};

const ptl_op ptl_op_source_recognise = {
    .name = "source.recognise",
    .alias = "recognise",
    .summary = "say which tool's export a file is, and how its columns would be read",
    .about =
        "Heads and values of the first rows are held against the presets (docs/presets.md). A file "
        "is recognised only where every column that is needed is there under a name the tool "
        "writes, and holds what such a column holds: a name that is nearly right, a date that "
        "reads "
        "two ways, two columns exchanged are questions and never guesses.\n"
        "For one file every column is shown with what it holds and what it is taken as, the "
        "reasons, the questions, and the mapping that would be used. Nothing is written.",
    .params = recognise_params,
    .n_params = 1,
    .result = "recognised: int — files that are recognised\n"
              "files: list(file, what, preset, table, sure, confidence number, sources int) "
              "— every file\n"
              "columns?: list(column, holds, role, example) — where one file was named\n"
              "reasons?, against?, unused?: list(words) — where one file was named\n"
              "questions?: list(question, choices, proposed) — where one file was named\n"
              "mapping?: text — the SELECT, where one file was named and recognised",
    .right = "everyone",
    .effects = PTL_NO_STORE,
    .example = "portolan source recognise data",
    .run = source_recognise};

/* --- source show ------------------------------------------------------------------------------ */

static ptl_status source_show(ptl_call *call, ptl_error *err)
{
    const char *name = ptl_args_item(call->args, "source", 0);
    const ptl_source_config *s = ptl_workspace_source(call->workspace, ptl_text_of(name));
    if (!s) {
        (void)ptl_fail(err, PTL_E_NOT_FOUND, "there is no source \"%.200s\"", name);
        ptl_error_hint(err, "portolan source list names them");
        return PTL_E_NOT_FOUND;
    }
    ptl_reply_text(call->reply, "source", "Source", s->name);
    if (s->about[0]) ptl_reply_text(call->reply, "about", "About", s->about);
    if (s->owner) ptl_reply_text(call->reply, "owner", "Owner", s->owner);
    if (s->preset) ptl_reply_text(call->reply, "preset", "Preset", s->preset);
    ptl_reply_text(call->reply, "table", "Fills", s->table);
    if (s->identifier_kind)
        ptl_reply_text(call->reply, "identifier_kind", "Rows belong to a", s->identifier_kind);
    ptl_reply_text(call->reply, "locale", "Numbers as in", s->locale);
    ptl_reply_text(call->reply, "currency", "Money without a currency is in", s->currency);
    ptl_reply_text(call->reply, "zone", "Times without a zone are of", s->zone);
    put_words(call->reply, "files", "Files", s->files, s->n_files);
    ptl_reply_text(call->reply, "mapping", "Mapping", s->mapping);
    return PTL_OK;
}

static const ptl_param show_params[] = {{.name = "source",
                                         .type = PTL_PARAM_TEXT,
                                         .positional = true,
                                         .required = true,
                                         .about = "Name of the source."}};

const ptl_op ptl_op_source_show = {
    .name = "source.show",
    .summary = "show a source in full, with the mapping its preset makes",
    .about = "What is in force for one source: where its files are, how they are read, which table "
             "they fill, and the SELECT by which they do. Who outgrows a preset copies that SELECT "
             "into the source under `mapping` and puts `table` in the preset's place.",
    .params = show_params,
    .n_params = 1,
    .result = "source: text — its name\n"
              "about?, owner?, preset?: text — where it says so\n"
              "table: text — the table it fills\n"
              "identifier_kind?: text — where rows belong to somebody\n"
              "locale, currency, zone: text — how values are read\n"
              "files: list(words) — the patterns\n"
              "mapping: text — the SELECT",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan source show orders",
    .run = source_show};
