/* records_list.c: lists of records, and rows that are opened once and closed once with words. */
#include "store/limits.h"
#include "store/records_internal.h"

#include <string.h>

/* --- lists ------------------------------------------------------------------------------------ */

ptl_status ptl_records_limit(int64_t *limit, ptl_records *records, const char *last_name,
                             ptl_error *err)
{
    if (*limit < 1)
        return ptl_fail(err, PTL_E_INVALID, "limit must be at least 1, not %lld",
                        (long long)*limit);
    int64_t last;
    PTL_TRY(ptl_records_int(&last, records, last_name, err));
    if (last < 1) last = 1; /* room for a list is made even where it stays empty */
    if (*limit > last) *limit = last;
    if (*limit > PTL_LIST_MAX) *limit = PTL_LIST_MAX;
    return PTL_OK;
}

ptl_status ptl_records_list(ptl_record_list *list, ptl_records *records, const char *last_name,
                            const char *name, ptl_arena *arena, ptl_error *err)
{
    *list->n = 0;
    list->arena = arena;
    if (last_name) PTL_TRY(ptl_records_limit(&list->limit, records, last_name, err));
    list->rows = ptl_arena_array(arena, list->limit, list->row_bytes, err);
    if (!list->rows) return PTL_E_NO_MEMORY;
    return ptl_sql_use(&list->s, records->sql, name, err);
}

ptl_status ptl_records_list_read(ptl_record_list *list, ptl_error *err)
{
    for (bool row = true; *list->n < list->limit; (*list->n)++) {
        PTL_TRY(ptl_sql_step(&row, list->s, err));
        if (!row) return PTL_OK;
        char *to = (char *)list->rows + (size_t)*list->n * list->row_bytes;
        const ptl_status st = list->read(to, list->s, list->arena, err);
        if (st != PTL_OK) {
            ptl_sql_reset(list->s);
            return st;
        }
    }
    ptl_sql_reset(list->s);
    return PTL_OK;
}

ptl_status ptl_records_one(void *row, bool *found, ptl_statement *s,
                           ptl_status (*read)(void *row, const ptl_statement *s, ptl_arena *arena,
                                              ptl_error *err),
                           ptl_arena *arena, ptl_error *err)
{
    PTL_TRY(ptl_sql_step(found, s, err));
    if (!*found) return PTL_OK;
    const ptl_status st = read(row, s, arena, err);
    ptl_sql_reset(s);
    return st;
}

/* --- closed with words ------------------------------------------------------------------------ */

ptl_status ptl_records_words(const char *text, size_t bytes_max, const char *what, ptl_error *err)
{
    const size_t n = text ? strlen(text) : 0;
    if (n == 0) return ptl_fail(err, PTL_E_INVALID, "%s says nothing", what);
    if (n <= bytes_max) return PTL_OK;
    return ptl_fail(err, PTL_E_LIMIT, "%s has %zu bytes, at most %zu are allowed", what, n,
                    bytes_max);
}

/* Nothing was closed: say why, unless it is closed with these words already. */
static ptl_status not_closed(ptl_records *records, const ptl_record_closing *closing, int64_t id,
                             const char *words, ptl_error *err)
{
    ptl_statement *s;
    int64_t last, is_same;
    bool found;
    PTL_TRY(ptl_records_int(&last, records, closing->last_name, err));
    PTL_TRY(ptl_sql_use(&s, records->sql, closing->same_name, err));
    ptl_bind_int(s, id);
    ptl_bind_string(s, words);
    PTL_TRY(ptl_sql_run_int(&is_same, &found, s, err));
    if (!found)
        return ptl_fail(err, PTL_E_NOT_FOUND, "%s %lld does not exist: the highest is %lld",
                        closing->noun, (long long)id, (long long)last);
    if (is_same) return PTL_OK; /* said twice, done once */
    (void)ptl_fail(err, PTL_E_CONFLICT, "%s %lld is %s", closing->noun, (long long)id,
                   closing->closed_words);
    if (closing->hint) ptl_error_hint(err, "%s", closing->hint);
    return PTL_E_CONFLICT;
}

ptl_status ptl_records_close_with(ptl_records *records, const ptl_record_closing *closing,
                                  int64_t id, const char *words, const char *actor, ptl_instant at,
                                  ptl_error *err)
{
    ptl_statement *s;
    int64_t closed;
    bool found;
    PTL_TRY(ptl_sql_use(&s, records->sql, closing->close_name, err));
    ptl_bind_int(s, id);
    ptl_bind_int(s, at);
    ptl_bind_string(s, actor);
    ptl_bind_string(s, words);
    PTL_TRY(ptl_sql_run_int(&closed, &found, s, err));
    return found ? PTL_OK : not_closed(records, closing, id, words, err);
}
