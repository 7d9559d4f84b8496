/* table.c: a list of an answer in a format for programs: CSV or an Arrow stream instead of JSON.
 *
 * `?format=csv`, or an Accept header whose first known type is a table's. Where an answer has
 * several lists `?table=` names one. A list in pages that is asked for without one of them is sent
 * whole: stream.c. The names `format` and `table` are this face's, not the
 * operation's. */
#include <stdio.h>
#include <string.h>

#include "http/server_internal.h"

static const struct {
    const char *name, *type, *suffix;
} formats[] = {[PTL_FORMAT_JSON] = {"json", "application/json", "json"},
               [PTL_FORMAT_CSV] = {"csv", "text/csv", "csv"},
               [PTL_FORMAT_ARROW] = {"arrow", "application/vnd.apache.arrow.stream", "arrows"}};

enum { N_FORMATS = sizeof formats / sizeof *formats };

/* The first of the list that is known; anything else means JSON. */
static ptl_format accepted(const char *accept)
{
    for (ptl_text rest = ptl_text_of(accept); rest.len > 0;) {
        ptl_text range = ptl_text_cut(&rest, ',');
        const ptl_text type = ptl_text_trim(ptl_text_cut(&range, ';'));
        for (int i = 0; i < N_FORMATS; i++)
            if (ptl_text_equal(type, ptl_text_of(formats[i].type))) return (ptl_format)i;
        if (ptl_text_equal(type, PTL_TEXT("*/*"))) break;
    }
    return PTL_FORMAT_JSON;
}

bool ptl_table_ask(ptl_exchange *e)
{
    const char *name = MHD_lookup_connection_value(e->connection, MHD_GET_ARGUMENT_KIND, "format");
    e->table = MHD_lookup_connection_value(e->connection, MHD_GET_ARGUMENT_KIND, "table");
    e->format = accepted(MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, "Accept"));
    if (!name) return true;
    for (int i = 0; i < N_FORMATS; i++)
        if (strcmp(name, formats[i].name) == 0) {
            e->format = (ptl_format)i;
            return true;
        }
    ptl_answer_refusal(e, 0, PTL_E_INVALID,
                       "parameter \"format\": found \"%.40s\", allowed: json, csv, arrow", name);
    return false;
}

bool ptl_table_is_ours(const char *key)
{
    return strcmp(key, "format") == 0 || strcmp(key, "table") == 0;
}

void ptl_table_head(ptl_exchange *e, int http)
{
    e->http = http;
    e->type = e->format == PTL_FORMAT_CSV ? "text/csv; charset=utf-8; header=present"
                                          : formats[e->format].type;
    (void)snprintf(e->disposition, sizeof e->disposition,
                   "attachment; filename=\"%.60s%s%.30s.%s\"", e->op->name, e->table ? "-" : "",
                   e->table ? e->table : "", formats[e->format].suffix);
}

/* Who asked for all of a list is not given its beginning. */
static ptl_status check_whole(const ptl_exchange *e, const ptl_reply *reply, ptl_error *err)
{
    ptl_buffer cursor;
    if (!e->wants_all) return PTL_OK;
    ptl_buffer_init(&cursor, 4096, NULL);
    ptl_reply_cursor(reply, e->table, &cursor);
    const bool more = cursor.len > 0;
    ptl_buffer_dispose(&cursor);
    if (!more) return PTL_OK;
    (void)ptl_fail(err, PTL_E_LIMIT, "the list has more rows than one answer");
    ptl_error_hint(err, "ask over HTTP/1.1, or in pages: limit and cursor");
    return PTL_E_LIMIT;
}

static ptl_status write_table(ptl_exchange *e, const ptl_reply *reply, ptl_error *err)
{
    PTL_TRY(check_whole(e, reply, err));
    return e->format == PTL_FORMAT_CSV
               ? ptl_reply_write_csv(reply, e->table, PTL_PART_ALL, &e->answer, err)
               : ptl_reply_write_arrow(reply, e->table, PTL_PART_ALL, &e->answer, err);
}

void ptl_table_answer(ptl_exchange *e, int http, const ptl_reply *reply)
{
    ptl_error err;
    ptl_error_clear(&err);
    ptl_buffer_clear(&e->answer);
    const ptl_status st = write_table(e, reply, &err);
    if (st == PTL_OK) {
        ptl_table_head(e, http);
        return;
    }
    e->etag[0] = '\0';
    ptl_answer_problem(e, st == PTL_E_INVALID ? 406 : 0, &err, NULL);
}
