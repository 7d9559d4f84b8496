/* taxonomy.c: names and what they mean (see taxonomy.h). */
#include "observe/taxonomy.h"

#include "observe/size.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"channel", "campaign", "creative", "geo"};
enum { N_KINDS = 4, CHANNEL = 0 };

typedef struct governed {
    const char *name, *means;
} governed;

typedef struct reading {
    ptl_taxonomy *out;
    const ptl_workspace *workspace;
    ptl_arena *arena;
    governed *names[N_KINDS]; /* sorted by name */
    int64_t n[N_KINDS];
    ptl_table rates;
} reading;

static int kind_of(ptl_text text)
{
    for (int k = 0; k < N_KINDS; k++)
        if (ptl_text_equal(text, ptl_text_of(kinds[k]))) return k;
    return CHANNEL;
}

static int by_name(const void *a, const void *b)
{
    const governed *x = a, *y = b;
    const int order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->means, y->means);
}

/* --- governed names --------------------------------------------------------------------------- */

static ptl_status add(reading *r, int k, int64_t capacity, const char *name, const char *means,
                      ptl_error *err)
{
    if (r->n[k] == capacity) return PTL_OK;
    char *copy = ptl_text_copy(ptl_text_of(name), r->arena, err);
    if (!copy) return PTL_E_NO_MEMORY;
    r->names[k][r->n[k]++] = (governed){copy, means};
    return PTL_OK;
}

/* Aliases are a JSON list of texts; anything else governs nothing. */
static ptl_status add_aliases(reading *r, int k, int64_t capacity, ptl_text json, const char *means,
                              ptl_error *err)
{
    json_t *list = json_loadb(json.ptr, json.len, 0, NULL);
    ptl_status st = PTL_OK;
    for (size_t i = 0; i < json_array_size(list) && st == PTL_OK; i++) {
        const char *alias = json_string_value(json_array_get(list, i));
        if (alias) st = add(r, k, capacity, alias, means, err);
    }
    json_decref(list);
    return st;
}

enum { ALIASES_EACH = 64 }; /* other names of one thing: more is another thing */

static ptl_status read_governed(reading *r, const ptl_table *t, ptl_error *err)
{
    const int64_t capacity = t->n_rows * ALIASES_EACH + 1;
    for (int k = 1; k < N_KINDS; k++) {
        r->names[k] = ptl_arena_array(r->arena, capacity, sizeof *r->names[k], err);
        if (!r->names[k]) return PTL_E_NO_MEMORY;
    }
    for (int64_t i = 0; i < t->n_rows; i++) {
        const int k = kind_of(ptl_column_text(&t->columns[0], i));
        const char *means = ptl_text_copy(ptl_column_text(&t->columns[1], i), r->arena, err);
        if (!means) return PTL_E_NO_MEMORY;
        PTL_TRY(add(r, k, capacity, means, means, err));
        PTL_TRY(add_aliases(r, k, capacity, ptl_column_text(&t->columns[2], i), means, err));
    }
    for (int k = 1; k < N_KINDS; k++) {
        r->out->governs[k] = r->n[k] > 0;
        if (r->n[k] > 1) qsort(r->names[k], (size_t)r->n[k], sizeof *r->names[k], by_name);
    }
    r->out->governs[CHANNEL] = r->workspace->n_channels > 0;
    return PTL_OK;
}

static const char *meaning(const reading *r, int k, const char *name)
{
    if (k == CHANNEL) {
        const ptl_channel_config *c = ptl_workspace_channel(r->workspace, ptl_text_of(name));
        return c ? c->name : NULL;
    }
    int64_t low = 0, high = r->n[k];
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (strcmp(r->names[k][middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const bool found = low < r->n[k] && strcmp(r->names[k][low].name, name) == 0;
    return found ? r->names[k][low].means : NULL;
}

/* --- recorded names --------------------------------------------------------------------------- */

static ptl_status take(reading *r, const ptl_table *t, int64_t i, ptl_error *err)
{
    ptl_taxonomy *out = r->out;
    const ptl_text kind = ptl_column_text(&t->columns[0], i),
                   name = ptl_column_text(&t->columns[1], i),
                   table = ptl_column_text(&t->columns[2], i);
    ptl_taxonomy_name *n = out->n_names > 0 ? &out->names[out->n_names - 1] : NULL;
    const bool goes_on = n && ptl_text_equal(kind, ptl_text_of(n->kind)) &&
                         ptl_text_equal(name, ptl_text_of(n->name));
    if (!goes_on) {
        const int k = kind_of(kind);
        n = &out->names[out->n_names++];
        *n = (ptl_taxonomy_name){.kind = kinds[k], .first = INT32_MAX, .last = INT32_MIN};
        n->name = ptl_text_copy(name, r->arena, err);
        if (!n->name) return PTL_E_NO_MEMORY;
        n->means = meaning(r, k, n->name);
        n->is_open = !n->means && out->governs[k];
        n->tables = "";
    }
    const char *in = ptl_text_copy(table, r->arena, err);
    if (!in) return PTL_E_NO_MEMORY;
    if (!strstr(n->tables, in))
        n->tables =
            ptl_text_format(r->arena, err, "%s%s%s", n->tables, n->tables[0] ? ", " : "", in);
    if (!n->tables) return PTL_E_NO_MEMORY;
    n->rows += ptl_column_int(&t->columns[4], i);
    n->value_micros += ptl_size_home(&r->rates, ptl_column_int(&t->columns[5], i),
                                     ptl_column_text(&t->columns[3], i), r->workspace->currency);
    const ptl_day first = (ptl_day)ptl_column_int(&t->columns[6], i),
                  last = (ptl_day)ptl_column_int(&t->columns[7], i);
    if (first < n->first) n->first = first;
    if (last > n->last) n->last = last;
    return PTL_OK;
}

static int by_weight(const void *a, const void *b)
{
    const ptl_taxonomy_name *x = a, *y = b;
    const int rank = (x->is_open ? 0 : 1) - (y->is_open ? 0 : 1);
    if (rank) return rank;
    if (x->value_micros != y->value_micros) return x->value_micros > y->value_micros ? -1 : 1;
    if (x->rows != y->rows) return x->rows > y->rows ? -1 : 1;
    const int order = strcmp(x->kind, y->kind);
    return order ? order : strcmp(x->name, y->name);
}

static ptl_status take_all(reading *r, const ptl_table *t, ptl_error *err)
{
    ptl_taxonomy *out = r->out;
    out->names = ptl_arena_array(r->arena, t->n_rows + 1, sizeof *out->names, err);
    if (!out->names) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < t->n_rows; i++) PTL_TRY(take(r, t, i, err));
    qsort(out->names, (size_t)out->n_names, sizeof *out->names, by_weight);
    for (int64_t i = 0; i < out->n_names && out->names[i].is_open; i++) {
        out->n_unmatched++;
        out->value_unmatched_micros += out->names[i].value_micros;
    }
    return PTL_OK;
}

ptl_status ptl_taxonomy_read(ptl_taxonomy *out, ptl_store *store, const ptl_workspace *workspace,
                             ptl_arena *arena, ptl_error *err)
{
    const ptl_value known = {.type = PTL_TYPE_INSTANT, .integer = PTL_INSTANT_EVER};
    *out = (ptl_taxonomy){0};
    reading r = {.out = out, .workspace = workspace, .arena = arena};
    ptl_table governs = {0}, names = {0};
    ptl_status st;
    PTL_TRY(ptl_warehouse_query(&r.rates, store->warehouse, "audit/rates", &known, 1, 0, err));
    PTL_TRY_GOTO(
        st, done,
        ptl_warehouse_query(&governs, store->warehouse, "taxonomy/governed", &known, 1, 0, err));
    PTL_TRY_GOTO(st, done,
                 ptl_warehouse_query(&names, store->warehouse, "taxonomy/names", NULL, 0, 0, err));
    PTL_TRY_GOTO(st, done, read_governed(&r, &governs, err));
    st = take_all(&r, &names, err);
done:
    ptl_table_dispose(&r.rates);
    ptl_table_dispose(&governs);
    ptl_table_dispose(&names);
    return st;
}
