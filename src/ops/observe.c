/* observe.c: operations on sources. Handlers are thin: they call the room and say what it found. */
#include "observe/import.h"
#include "ops/args.h"
#include "ops/cursor.h"

#include <stdio.h>

/* The names given, or none for all. */
static ptl_status names_of(ptl_import_options *options, const ptl_call *call, ptl_error *err)
{
    const int64_t n = ptl_args_count(call->args, "source");
    const char **names = ptl_arena_array(call->arena, n + 1, sizeof *names, err);
    if (!names) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < n; i++) names[i] = ptl_args_item(call->args, "source", i);
    *options = (ptl_import_options){.size = (int32_t)sizeof *options,
                                    .sources = names,
                                    .n_sources = n,
                                    .run_id = call->run_id,
                                    .now = call->now,
                                    .actor = call->actor};
    return PTL_OK;
}

/* --- source list ------------------------------------------------------------------------------ */

typedef struct loaded {
    ptl_table table;
    const ptl_column *source, *files, *rows, *aside, *last;
} loaded;

static ptl_status read_loaded(loaded *out, ptl_call *call, ptl_error *err)
{
    const ptl_value ever = ptl_value_instant(PTL_INSTANT_EVER);
    PTL_TRY(ptl_warehouse_query(&out->table, call->store->warehouse, "source/summary", &ever, 1, 0,
                                err));
    PTL_TRY(ptl_table_column(&out->source, &out->table, "source", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&out->files, &out->table, "n_files", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&out->rows, &out->table, "rows_loaded", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&out->aside, &out->table, "rows_quarantined", PTL_TYPE_INT, err));
    return ptl_table_column(&out->last, &out->table, "day_last", PTL_TYPE_DAY, err);
}

static int64_t row_of(const loaded *l, const char *name)
{
    for (int64_t i = 0; i < l->table.n_rows; i++)
        if (ptl_text_equal(ptl_column_text(l->source, i), ptl_text_of(name))) return i;
    return -1;
}

static void list_source(ptl_reply *reply, const ptl_source_config *s, const loaded *l)
{
    const int64_t row = row_of(l, s->name);
    ptl_reply_cell_text(reply, s->name);
    ptl_reply_cell_text(reply, s->table);
    ptl_reply_cell_int(reply, row < 0 ? 0 : ptl_column_int(l->files, row));
    ptl_reply_cell_int(reply, row < 0 ? 0 : ptl_column_int(l->rows, row));
    ptl_reply_cell_int(reply, row < 0 ? 0 : ptl_column_int(l->aside, row));
    if (row >= 0 && ptl_column_present(l->last, row))
        ptl_reply_cell_day(reply, (ptl_day)ptl_column_int(l->last, row));
    else
        ptl_reply_cell_text(reply, NULL);
    ptl_reply_cell_text(reply, s->owner);
}

static ptl_status source_list(ptl_call *call, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"source", "Source", false},      {"table", "Table", false},
        {"files", "Files", true},         {"rows", "Rows", true},
        {"set_aside", "Set aside", true}, {"last_day", "Last day", false},
        {"owner", "Owner", false}};
    loaded l = {0};
    const ptl_status st = read_loaded(&l, call, err);
    if (st == PTL_OK) {
        ptl_reply_table(call->reply, "sources", "Sources", columns,
                        sizeof columns / sizeof *columns);
        for (int64_t i = 0; i < call->workspace->n_sources; i++)
            list_source(call->reply, &call->workspace->sources[i], &l);
        ptl_reply_table_end(call->reply);
    }
    ptl_table_dispose(&l.table);
    return st;
}

const ptl_op ptl_op_source_list = {
    .name = "source.list",
    .summary = "list the sources in force and what they brought",
    .about =
        "One line a source: the canonical table it fills, files, rows and rows set aside by the "
        "loads in force, the last local day it reaches, its owner.",
    .result = "sources: list(source, table, files int, rows int, set_aside int, last_day "
              "day, owner) — those in force",
    .right = "everyone",
    .effects = PTL_READS | PTL_FILES,
    .example = "portolan source list",
    .run = source_list};

/* --- source check ----------------------------------------------------------------------------- */

static ptl_status source_check(ptl_call *call, ptl_error *err)
{
    ptl_import_options options;
    ptl_import_report report;
    PTL_TRY(names_of(&options, call, err));
    PTL_TRY(ptl_import_check(&report, call->workspace, &options, call->arena, err));
    ptl_reply_say(call->reply, "The mappings hold against %lld files.", (long long)report.n_files);
    ptl_reply_int(call->reply, "files", "Files", report.n_files);
    ptl_reply_next(call->reply, "portolan import");
    return PTL_OK;
}

static const ptl_param names[] = {{.name = "source",
                                   .type = PTL_PARAM_TEXT,
                                   .positional = true,
                                   .repeated = true,
                                   .about = "Names of sources; without any, all of them."}};

const ptl_op ptl_op_source_check = {
    .name = "source.check",
    .summary = "check mappings against the first file of each source, without loading",
    .about = "Finds what a mapping names and the file does not have, wrong types, required columns "
             "left out. Every fault is said at once.",
    .params = names,
    .n_params = 1,
    .result = "files: int — files the sources' patterns match",
    .right = "everyone",
    .effects = PTL_READS | PTL_FILES,
    .is_long = true,
    .example = "portolan source check",
    .run = source_check};

/* --- import ----------------------------------------------------------------------------------- */

static void list_file(ptl_reply *reply, const ptl_import_file *file)
{
    ptl_reply_cell_text(reply, file->source);
    ptl_reply_cell_text(reply, file->file);
    ptl_reply_cell_text(reply, file->load.load_id == 0       ? "nothing new"
                               : file->load.replaces_load_id ? "replaced"
                                                             : "loaded");
    ptl_reply_cell_int(reply, file->load.rows);
    ptl_reply_cell_int(reply, file->load.quarantined);
    ptl_reply_cell_int(reply, file->load.duplicates);
}

static void say_import(ptl_reply *reply, const ptl_import_report *report)
{
    static const ptl_reply_column columns[] = {
        {"source", "Source", false},      {"file", "File", false},
        {"state", "State", false},        {"rows", "Rows", true},
        {"set_aside", "Set aside", true}, {"duplicates", "of these twice", true}};
    if (report->n_loaded == 0)
        ptl_reply_say(reply, "Nothing new in %lld files.", (long long)report->n_files);
    else
        ptl_reply_say(reply, "Loaded %lld rows from %lld of %lld files.", (long long)report->rows,
                      (long long)report->n_loaded, (long long)report->n_files);
    ptl_reply_int(reply, "rows", "Rows", report->rows);
    ptl_reply_int(reply, "set_aside", "Set aside", report->quarantined);
    ptl_reply_table(reply, "files", "Files", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < report->n_files; i++) list_file(reply, &report->files[i]);
    ptl_reply_table_end(reply);
    if (report->quarantined > 0) ptl_reply_next(reply, "portolan source quarantine SOURCE");
    ptl_reply_next(reply, "portolan review");
}

static ptl_status source_import(ptl_call *call, ptl_error *err)
{
    ptl_import_options options;
    ptl_import_report report;
    PTL_TRY(names_of(&options, call, err));
    options.force = ptl_args_bool(call->args, "again");
    PTL_TRY(ptl_import_run(&report, call->store, call->workspace, &options, call->arena,
                           call->progress, err));
    say_import(call->reply, &report);
    return PTL_OK;
}

static const ptl_param import_params[] = {
    {.name = "source",
     .type = PTL_PARAM_TEXT,
     .positional = true,
     .repeated = true,
     .about = "Names of sources; without any, all of them."},
    {.name = "again",
     .type = PTL_PARAM_BOOL,
     .about = "Load files again even if neither they nor their mapping changed."}};

const ptl_op ptl_op_source_import = {
    .name = "source.import",
    .alias = "import",
    .summary = "bring files into the store, each exactly once",
    .about =
        "Every file of every source is read through its mapping. A file already loaded is passed "
        "over; a file that changed replaces its own rows; rows that cannot be read as mapped are "
        "set aside with their reason. Each file is one transaction: an import that is stopped "
        "keeps the files it finished and nothing of the one it was at.",
    .params = import_params,
    .n_params = 2,
    .result = "rows: int — rows loaded\n"
              "set_aside: int — rows set aside\n"
              "files: list(source, file, state, rows int, set_aside int, duplicates int) — "
              "what was read",
    .right = "analyst",
    .effects = PTL_READS | PTL_WRITES | PTL_LOADS | PTL_ENTERS, /* one entry a load */
    .is_long = true,
    .example = "portolan import",
    .run = source_import};

/* --- quarantine ------------------------------------------------------------------------------- */

/* Where the next page begins: load and line of the last row shown, and how many of that line were.
 */
static ptl_status put_place(const ptl_call *call, const ptl_table *rows, int64_t n, int64_t at[3],
                            ptl_error *err)
{
    const ptl_column *load, *row;
    if (rows->n_rows <= n) return ptl_cursor_put(call, NULL, 0, err);
    PTL_TRY(ptl_table_column(&load, rows, "load_id", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&row, rows, "source_row", PTL_TYPE_INT, err));
    const int64_t last_load = ptl_column_int(load, n - 1), last_row = ptl_column_int(row, n - 1);
    int64_t shown = at[0] == last_load && at[1] == last_row ? at[2] : 0;
    for (int64_t i = 0; i < n; i++)
        shown += ptl_column_int(load, i) == last_load && ptl_column_int(row, i) == last_row;
    at[0] = last_load;
    at[1] = last_row;
    at[2] = shown;
    return ptl_cursor_put(call, at, 3, err);
}

static ptl_status fill_quarantine(ptl_reply *reply, const ptl_table *rows, int64_t n,
                                  ptl_error *err)
{
    static const ptl_reply_column columns[] = {{"file", "File", PTL_HOLDS_TEXT},
                                               {"row", "Row", PTL_HOLDS_INT},
                                               {"column", "Column", PTL_HOLDS_TEXT},
                                               {"reason", "Reason", PTL_HOLDS_TEXT}};
    const ptl_column *file, *row, *column, *reason;
    PTL_TRY(ptl_table_column(&file, rows, "file", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&row, rows, "source_row", PTL_TYPE_INT, err));
    PTL_TRY(ptl_table_column(&column, rows, "column_name", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&reason, rows, "reason", PTL_TYPE_TEXT, err));
    char cell[1024];
    const ptl_column *texts[] = {file, column, reason};
    ptl_reply_table(reply, "rows", "Rows set aside", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) {
            if (k == 1) ptl_reply_cell_int(reply, ptl_column_int(row, i));
            const ptl_text t = ptl_column_text(texts[k], i);
            snprintf(cell, sizeof cell, "%.*s", (int)t.len, t.ptr);
            ptl_reply_cell_text(reply, cell);
        }
    ptl_reply_table_end(reply);
    return PTL_OK;
}

static ptl_status source_quarantine(ptl_call *call, ptl_error *err)
{
    const char *source = ptl_args_item(call->args, "source", 0);
    const int64_t limit = ptl_args_int(call->args, "limit");
    int64_t at[3];
    bool given;
    PTL_TRY(ptl_cursor_read(at, 3, &given, call, err));
    const ptl_value params[] = {ptl_value_string(source), ptl_value_int(limit + 1),
                                ptl_value_int(at[0]), ptl_value_int(at[1]), ptl_value_int(at[2])};
    ptl_table rows = {0};
    PTL_TRY(
        ptl_warehouse_query(&rows, call->store->warehouse, "source/quarantine", params, 5, 0, err));
    ptl_reply_say(call->reply,
                  rows.n_rows == 0 ? "No row of %s is set aside."
                                   : "Rows of %s that no figure counts.",
                  source);
    const int64_t n = rows.n_rows < limit ? rows.n_rows : limit;
    ptl_status st = fill_quarantine(call->reply, &rows, n, err);
    if (st == PTL_OK) st = put_place(call, &rows, n, at, err);
    ptl_table_dispose(&rows);
    return st;
}

static const ptl_param quarantine_params[] = {{.name = "source",
                                               .type = PTL_PARAM_TEXT,
                                               .positional = true,
                                               .required = true,
                                               .about = "Name of the source."},
                                              {.name = "limit",
                                               .type = PTL_PARAM_INT,
                                               .unit = "rows",
                                               .defaults = "50",
                                               .min = 1,
                                               .max = 100000,
                                               .about = "Rows shown at most."},
                                              PTL_PARAM_CURSOR};

const ptl_op ptl_op_source_quarantine = {
    .name = "source.quarantine",
    .summary = "show the rows of a source that stand aside, and why",
    .about = "A row stands aside when a column could not be read as mapped, a required column is "
             "empty, the line is malformed, or the same fact was loaded before. It comes back when "
             "the file or the mapping is corrected and imported again.",
    .params = quarantine_params,
    .n_params = 3,
    .result = "rows: list(file, row int, column, reason) — rows set aside\n" PTL_RESULT_CURSOR,
    .right = "analyst",
    .effects = PTL_READS,
    .example = "portolan source quarantine orders",
    .run = source_quarantine};

/* --- totals ----------------------------------------------------------------------------------- */

static ptl_status fill_totals(ptl_reply *reply, const ptl_table *rows, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"currency", "Currency", false},   {"lines", "Order lines", true},
        {"orders", "Order numbers", true}, {"customers", "Customers", true},
        {"gross", "Gross", true},          {"revenue", "Revenue", true}};
    static const char *const counts[] = {"n_lines", "n_orders", "n_customers"};
    static const char *const money[] = {"gross_micros", "revenue_micros"};
    const ptl_column *currency, *column;
    PTL_TRY(ptl_table_column(&currency, rows, "currency", PTL_TYPE_TEXT, err));
    ptl_reply_table(reply, "totals", "Totals", columns, sizeof columns / sizeof *columns);
    for (int64_t i = 0; i < rows->n_rows; i++) {
        char code[8];
        const ptl_text t = ptl_column_text(currency, i);
        snprintf(code, sizeof code, "%.*s", (int)t.len, t.ptr);
        ptl_reply_cell_text(reply, code);
        for (int k = 0; k < 3; k++) {
            PTL_TRY(ptl_table_column(&column, rows, counts[k], PTL_TYPE_INT, err));
            ptl_reply_cell_int(reply, ptl_column_int(column, i));
        }
        for (int k = 0; k < 2; k++) {
            PTL_TRY(ptl_table_column(&column, rows, money[k], PTL_TYPE_INT, err));
            ptl_reply_cell_micros(reply, ptl_column_int(column, i), code);
        }
    }
    ptl_reply_table_end(reply);
    return PTL_OK;
}

static ptl_status source_totals(ptl_call *call, ptl_error *err)
{
    ptl_table rows = {0};
    PTL_TRY(ptl_warehouse_query(&rows, call->store->warehouse, "source/totals", NULL, 0, 0, err));
    const ptl_status st = fill_totals(call->reply, &rows, err);
    ptl_table_dispose(&rows);
    return st;
}

const ptl_op ptl_op_source_totals = {
    .name = "source.totals",
    .summary = "add up everything that orders brought, currency by currency",
    .about = "Exact sums in the currency of each order line, the newest day included, nothing "
             "converted: what to hold against the shop's own report.",
    .result = "totals: list(currency, lines int, orders int, customers int, gross money, "
              "revenue money) — by currency",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan source totals",
    .run = source_totals};
