/* bundle.c: what an auditor takes along (reconcile.h).
 *
 *   figures.csv      the reconciliation's figures of the period
 *   queries/…sql     the text of every query they were counted with
 *   inputs.csv       the files whose facts count, with the hashes of content and mapping
 *   ledger.json      the head, and of each entry that speaks of the run: its bytes, leaf and path
 *   MANIFEST.csv     every file above with its length and SHA-256
 *
 * Nothing in it depends on when or by whom it is written, so two auditors hold the same bytes. */
#include "prove/reconcile_internal.h"

#include "base/asset.h"
#include "base/file.h"
#include "store/ledger.h"

#include <stdio.h>
#include <string.h>

static const char queries_folder[] = "sql/warehouse/duckdb/queries/";
static const char *const queries[] = {
    "prove/books",    "prove/orders_day",   "prove/refunds_day",  "money/spend_day",
    "kpi/costs",      "money/rates",        "prove/rows_refunds", "prove/rows_timing",
    "prove/rows_tax", "prove/rows_currency"};
enum { N_QUERIES = sizeof queries / sizeof *queries, ENTRIES_MAX = 100000 };

typedef struct bundle {
    const char *dir;
    ptl_store *store;
    ptl_arena *arena;
    ptl_buffer manifest;
    int64_t n_files, run_id;
} bundle;

/* --- files ------------------------------------------------------------------------------------ */

static ptl_status put_file(bundle *b, const char *name, ptl_text content, ptl_error *err)
{
    char hex[PTL_HASH_HEX];
    const char *path = ptl_path_join(b->arena, b->dir, name, err);
    if (!path) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_file_write(path, content, 0644, err));
    ptl_hash_format(hex, ptl_hash_bytes(content.ptr, content.len));
    ptl_buffer_printf(&b->manifest, "%s,%lld,%s\n", name, (long long)content.len, hex);
    b->n_files++;
    return PTL_OK;
}

static void put_cell(ptl_buffer *out, ptl_text text)
{
    bool quotes = false;
    for (size_t i = 0; i < text.len; i++) quotes = quotes || strchr(",\"\r\n", text.ptr[i]);
    if (!quotes) {
        ptl_buffer_append(out, text.ptr, text.len);
        return;
    }
    ptl_buffer_text(out, "\"");
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') ptl_buffer_text(out, "\"");
        ptl_buffer_append(out, text.ptr + i, 1);
    }
    ptl_buffer_text(out, "\"");
}

static void put_value(ptl_buffer *out, const ptl_column *column, int64_t row)
{
    char text[40];
    if (!ptl_column_present(column, row)) return;
    switch (column->type) {
    case PTL_TYPE_TEXT:
    case PTL_TYPE_BLOB:
        put_cell(out, ptl_column_text(column, row));
        break;
    case PTL_TYPE_DOUBLE:
        ptl_buffer_printf(out, "%.17g", ptl_column_double(column, row));
        break;
    case PTL_TYPE_DAY:
        ptl_day_format(text, (ptl_day)ptl_column_int(column, row));
        ptl_buffer_text(out, text);
        break;
    case PTL_TYPE_INSTANT:
        ptl_instant_format(text, ptl_column_int(column, row));
        ptl_buffer_text(out, text);
        break;
    default:
        ptl_buffer_printf(out, "%lld", (long long)ptl_column_int(column, row));
    }
}

static ptl_status put_table(bundle *b, const char *name, const ptl_table *t, ptl_error *err)
{
    ptl_buffer text;
    ptl_buffer_init(&text, PTL_BUNDLE_BYTES_MAX, NULL);
    for (int64_t c = 0; c < t->n_columns; c++)
        ptl_buffer_printf(&text, "%s%s", c ? "," : "", t->columns[c].name);
    ptl_buffer_text(&text, "\n");
    for (int64_t i = 0; i < t->n_rows; i++) {
        for (int64_t c = 0; c < t->n_columns; c++) {
            if (c) ptl_buffer_text(&text, ",");
            put_value(&text, &t->columns[c], i);
        }
        ptl_buffer_text(&text, "\n");
    }
    ptl_status st = ptl_buffer_check(&text, name, err);
    if (st == PTL_OK) st = put_file(b, name, ptl_buffer_borrow(&text), err);
    ptl_buffer_dispose(&text);
    return st;
}

/* --- figures and inputs -------------------------------------------------------------------------
 */

static ptl_status put_figures(bundle *b, ptl_day from, ptl_day to, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_int(0), ptl_value_day(from), ptl_value_day(to)};
    const ptl_column *run = NULL;
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, b->store->warehouse, "prove/latest", params, 3, 0, err));
    ptl_status st = ptl_table_column(&run, &t, "run_id", PTL_TYPE_INT, err);
    if (st == PTL_OK && t.n_rows == 0) {
        st = ptl_fail(err, PTL_E_NOT_FOUND, "no reconciliation covers this period");
        ptl_error_hint(err, "portolan reconcile run, once the books of the period are imported");
    }
    if (st == PTL_OK) b->run_id = ptl_column_int(run, 0);
    if (st == PTL_OK) st = put_table(b, "figures.csv", &t, err);
    ptl_table_dispose(&t);
    return st;
}

static ptl_status put_inputs(bundle *b, ptl_error *err)
{
    const ptl_value known = ptl_value_instant(PTL_INSTANT_EVER);
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, b->store->warehouse, "prove/inputs", &known, 1, 0, err));
    const ptl_status st = put_table(b, "inputs.csv", &t, err);
    ptl_table_dispose(&t);
    return st;
}

static ptl_status put_queries(bundle *b, ptl_error *err)
{
    for (int i = 0; i < N_QUERIES; i++) {
        char path[128], name[128];
        (void)snprintf(path, sizeof path, "%s%s.sql", queries_folder, queries[i]);
        (void)snprintf(name, sizeof name, "queries/%s.sql", queries[i]);
        for (char *c = name + strlen("queries/"); *c; c++)
            if (*c == '/') *c = '_';
        const ptl_asset *asset = ptl_asset_find(path);
        if (!asset) return ptl_fail(err, PTL_E_INTERNAL, "query %s is not in the program", path);
        PTL_TRY(put_file(b, name, (ptl_text){(const char *)asset->bytes, asset->len}, err));
    }
    return PTL_OK;
}

/* --- the ledger ------------------------------------------------------------------------------- */

/* An entry speaks of the run where the run made it, or where it signs the run's figures. */
static bool speaks_of(const bundle *b, const ptl_ledger_entry *e)
{
    char run[40];
    if (e->run_id == b->run_id) return true;
    if (strcmp(e->kind, "finance.signed") != 0) return false;
    (void)snprintf(run, sizeof run, "\"reconciliation\":%lld,", (long long)b->run_id);
    return e->body.len > 0 && memmem(e->body.ptr, e->body.len, run, strlen(run)) != NULL;
}

static ptl_status put_entry(bundle *b, ptl_json *json, const ptl_ledger_entry *e,
                            const ptl_ledger_head *head, ptl_error *err)
{
    ptl_hash path[PTL_LEDGER_PROOF_MAX];
    char hex[PTL_HASH_HEX];
    int32_t n = 0;
    PTL_TRY(ptl_ledger_inclusion(path, &n, b->store->records, e->seq, head->size, err));
    ptl_json_object(json);
    ptl_json_put_int(json, "seq", e->seq);
    ptl_json_put_string(json, "kind", e->kind);
    ptl_json_put_text(json, "stored", e->stored);
    ptl_hash_format(hex, e->leaf);
    ptl_json_put_string(json, "leaf", hex);
    ptl_json_key(json, "path");
    ptl_json_array(json);
    for (int32_t i = 0; i < n; i++) {
        ptl_hash_format(hex, path[i]);
        ptl_json_string(json, hex);
    }
    ptl_json_array_end(json);
    ptl_json_object_end(json);
    return PTL_OK;
}

static ptl_status put_entries(bundle *b, ptl_json *json, const ptl_ledger_head *head,
                              ptl_error *err)
{
    ptl_ledger_entry *entries = NULL;
    int64_t n = 0;
    const int64_t first = head->size > ENTRIES_MAX ? head->size - ENTRIES_MAX : 0;
    PTL_TRY(ptl_ledger_list(&entries, &n, b->store->records, first, ENTRIES_MAX, b->arena, err));
    ptl_json_key(json, "entries");
    ptl_json_array(json);
    for (int64_t i = 0; i < n; i++)
        if (speaks_of(b, &entries[i])) PTL_TRY(put_entry(b, json, &entries[i], head, err));
    ptl_json_array_end(json);
    return PTL_OK;
}

static ptl_status put_ledger(bundle *b, ptl_error *err)
{
    ptl_buffer text;
    ptl_json json;
    ptl_ledger_head head;
    char hex[PTL_HASH_HEX];
    PTL_TRY(ptl_ledger_head_get(&head, b->store->records, err));
    ptl_buffer_init(&text, PTL_BUNDLE_BYTES_MAX, NULL);
    ptl_json_init_buffer(&json, &text, 2, err);
    ptl_hash_format(hex, head.root);
    ptl_json_object(&json);
    ptl_json_put_int(&json, "size", head.size);
    ptl_json_put_string(&json, "root", hex);
    ptl_status st = put_entries(b, &json, &head, err);
    ptl_json_object_end(&json);
    if (st == PTL_OK) st = ptl_json_finish(&json);
    ptl_buffer_text(&text, "\n");
    if (st == PTL_OK) st = ptl_buffer_check(&text, "ledger.json", err);
    if (st == PTL_OK) st = put_file(b, "ledger.json", ptl_buffer_borrow(&text), err);
    ptl_buffer_dispose(&text);
    return st;
}

/* --- together --------------------------------------------------------------------------------- */

static ptl_status refuse_full(const char *dir, ptl_arena *arena, ptl_error *err)
{
    const char *manifest = ptl_path_join(arena, dir, "MANIFEST.csv", err);
    const char *figures = ptl_path_join(arena, dir, "figures.csv", err);
    if (!manifest || !figures) return PTL_E_NO_MEMORY;
    if (!ptl_file_exists(manifest) && !ptl_file_exists(figures)) return PTL_OK;
    (void)ptl_fail(err, PTL_E_CONFLICT, "%.300s holds a bundle already", dir);
    ptl_error_hint(err, "nothing is overwritten: name another folder");
    return PTL_E_CONFLICT;
}

static ptl_status write_all(bundle *b, ptl_day from, ptl_day to, ptl_error *err)
{
    const char *folder = ptl_path_join(b->arena, b->dir, "queries", err);
    if (!folder) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_folder_make(folder, 0755, err));
    ptl_buffer_text(&b->manifest, "file,bytes,sha256\n");
    PTL_TRY(put_figures(b, from, to, err));
    PTL_TRY(put_inputs(b, err));
    PTL_TRY(put_queries(b, err));
    return put_ledger(b, err);
}

ptl_status ptl_bundle_write(ptl_bundle_report *out, const char *dir, ptl_store *store, ptl_day from,
                            ptl_day to, ptl_error *err)
{
    ptl_arena arena;
    ptl_arena_init(&arena, PTL_BUNDLE_BYTES_MAX, NULL);
    bundle b = {.dir = dir, .store = store, .arena = &arena};
    ptl_buffer_init(&b.manifest, 1 << 20, NULL);
    ptl_status st = refuse_full(dir, &arena, err);
    if (st == PTL_OK) st = write_all(&b, from, to, err);
    if (st == PTL_OK) st = ptl_buffer_check(&b.manifest, "MANIFEST.csv", err);
    if (st == PTL_OK) {
        const ptl_text list = ptl_buffer_borrow(&b.manifest);
        const char *path = ptl_path_join(&arena, dir, "MANIFEST.csv", err);
        st = path ? ptl_file_write(path, list, 0644, err) : PTL_E_NO_MEMORY;
        *out = (ptl_bundle_report){b.n_files + 1, b.run_id, ptl_hash_bytes(list.ptr, list.len)};
    }
    ptl_buffer_dispose(&b.manifest);
    ptl_arena_dispose(&arena);
    return st;
}
