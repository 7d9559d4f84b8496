/* failure.c: the engine's words and ours.
 *
 * The engine has 43 error types; a caller of the warehouse needs to tell six apart: it was
 * cancelled, the disk or the file refused, memory ended, the file is not what was written, the
 * engine must be reopened, or the statement was wrong. Where the engine gives no type (preparing
 * and pending results carry only text) it is read from the prefix of the message. */
#include "store/duckdb/duckdb_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef struct failure_word {
    const char *prefix;
    duckdb_error_type type;
} failure_word;

static const failure_word prefixes[] = {
    {"IO Error", DUCKDB_ERROR_IO},
    {"INTERRUPT Error", DUCKDB_ERROR_INTERRUPT},
    {"FATAL Error", DUCKDB_ERROR_FATAL},
    {"INTERNAL Error", DUCKDB_ERROR_INTERNAL},
    {"Out of Memory Error", DUCKDB_ERROR_OUT_OF_MEMORY},
    {"TransactionContext Error", DUCKDB_ERROR_TRANSACTION},
    {"Serialization Error", DUCKDB_ERROR_SERIALIZATION},
    {"Permission Error", DUCKDB_ERROR_PERMISSION},
    {"Conversion Error", DUCKDB_ERROR_CONVERSION},
    {"Out of Range Error", DUCKDB_ERROR_OUT_OF_RANGE},
};

static duckdb_error_type type_of(duckdb_error_type type, const char *message)
{
    if (type != DUCKDB_ERROR_INVALID) return type;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(message, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
            return prefixes[i].type;
    return DUCKDB_ERROR_INVALID;
}

static bool disk_is_full(const char *message)
{
    return strstr(message, "No space left") || strcasestr(message, "out of disk space") ||
           strcasestr(message, "not enough disk space") || strstr(message, "Disk quota");
}

static ptl_status status_of(duckdb_error_type type, const char *message)
{
    switch (type) {
    case DUCKDB_ERROR_INTERRUPT:
        return PTL_E_CANCELLED;
    case DUCKDB_ERROR_FATAL:
    case DUCKDB_ERROR_INTERNAL: /* the engine does not trust itself; neither do we */
        return PTL_E_UNAVAILABLE;
    case DUCKDB_ERROR_OUT_OF_MEMORY: /* the spill folder's limit speaks as memory too */
        return disk_is_full(message) ? PTL_E_IO : PTL_E_NO_MEMORY;
    case DUCKDB_ERROR_SERIALIZATION:
        return PTL_E_CORRUPT;
    case DUCKDB_ERROR_PERMISSION:
        return PTL_E_DENIED;
    case DUCKDB_ERROR_OUT_OF_RANGE:
        return PTL_E_LIMIT;
    case DUCKDB_ERROR_IO:
        if (strstr(message, "version number")) return PTL_E_VERSION;
        return strcasestr(message, "corrupt") || strcasestr(message, "checksum") ? PTL_E_CORRUPT
                                                                                 : PTL_E_IO;
    case DUCKDB_ERROR_TRANSACTION: /* a commit that could not write says so in its text */
        return disk_is_full(message) || strstr(message, "IO Error") ? PTL_E_IO : PTL_E_CONFLICT;
    default:
        return disk_is_full(message) ? PTL_E_IO : PTL_E_INVALID;
    }
}

static void hint_of(ptl_error *err, ptl_status status, const char *message)
{
    if (disk_is_full(message))
        ptl_error_hint(err, "the disk is full: free space and try again; nothing was half written");
    else if (status == PTL_E_UNAVAILABLE)
        ptl_error_hint(err, "the warehouse is reopened at the next call; what was committed is "
                            "there. Try again");
    else if (status == PTL_E_NO_MEMORY)
        ptl_error_hint(err, "raise the engine's memory limit, or read a shorter period");
}

ptl_status ptl_duck_error(ptl_error *err, duckdb_error_type type, const char *message,
                          const char *what)
{
    const char *text = message ? message : "the engine gave no reason";
    const duckdb_error_type known = type_of(type, text);
    const ptl_status status = status_of(known, text);
    if (status == PTL_E_CANCELLED) return ptl_fail(err, status, "%s was cancelled", what), status;
    const int first_line = (int)strcspn(text, "\n");
    (void)ptl_fail(err, status, "%s: %.*s", what, first_line, text);
    if (text[first_line]) ptl_error_detail(err, "%s", text + first_line + 1);
    hint_of(err, status, text);
    return status;
}

ptl_status ptl_duck_result_error(ptl_error *err, duckdb_result *result, const char *what)
{
    return ptl_duck_error(err, duckdb_result_error_type(result), duckdb_result_error(result), what);
}

ptl_status ptl_duck_appender_error(ptl_error *err, duckdb_appender appender, const char *what)
{
    duckdb_error_data data = duckdb_appender_error_data(appender);
    const ptl_status status = ptl_duck_error(err, duckdb_error_data_error_type(data),
                                             duckdb_error_data_message(data), what);
    duckdb_destroy_error_data(&data);
    return status;
}

ptl_status ptl_duck_failed(ptl_warehouse *warehouse, ptl_status status, const ptl_error *err)
{
    if (status == PTL_OK) return status;
    if (status == PTL_E_UNAVAILABLE) atomic_store(&warehouse->engine->broken, true);
    if (warehouse->scope) ptl_scope_mark(warehouse->scope, status, err);
    return status;
}
