/* signature.c: entries "finance.signed" of the ledger, as periods and people (see signature.h). */
#include "prove/signature.h"

#include "prove/limits.h"

#include <jansson.h>
#include <string.h>

static bool read_one(ptl_signature *out, const ptl_ledger_entry *e)
{
    json_t *body = json_loadb(e->body.ptr, e->body.len, 0, NULL);
    const char *from = json_string_value(json_object_get(body, "from"));
    const char *to = json_string_value(json_object_get(body, "to"));
    ptl_error own;
    *out = (ptl_signature){.seq = e->seq, .actor = e->actor, .at = e->entered_at};
    out->reconciliation = json_integer_value(json_object_get(body, "reconciliation"));
    const bool is_whole = from && to &&
                          ptl_day_parse(&out->from, ptl_text_of(from), &own) == PTL_OK &&
                          ptl_day_parse(&out->to, ptl_text_of(to), &own) == PTL_OK;
    json_decref(body);
    return is_whole;
}

ptl_status ptl_signatures_read(ptl_signature **out, int64_t *n, ptl_store *store, ptl_arena *arena,
                               ptl_error *err)
{
    ptl_ledger_head head;
    ptl_ledger_entry *entries = NULL;
    int64_t n_entries = 0;
    *n = 0;
    PTL_TRY(ptl_ledger_head_get(&head, store->records, err));
    const int64_t first =
        head.size > PTL_SIGNATURE_ENTRIES_MAX ? head.size - PTL_SIGNATURE_ENTRIES_MAX : 0;
    PTL_TRY(ptl_ledger_list(&entries, &n_entries, store->records, first, PTL_SIGNATURE_ENTRIES_MAX,
                            arena, err));
    *out = ptl_arena_array(arena, n_entries + 1, sizeof **out, err);
    if (!*out) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < n_entries; i++)
        if (strcmp(entries[i].kind, "finance.signed") == 0)
            *n += read_one(&(*out)[*n], &entries[i]);
    return PTL_OK;
}

const ptl_signature *ptl_signature_of(const ptl_signature *list, int64_t n, ptl_day from,
                                      ptl_day to)
{
    for (int64_t i = n - 1; i >= 0; i--)
        if (list[i].from == from && list[i].to == to) return &list[i];
    return NULL;
}
