/* console.c: the console's files, as they lie in the program.
 *
 * Two sorts of address. /assets/<name>.<hash>.<js|css> never changes its content: browsers keep it.
 * Every other address without a dot is a place in the console, which finds its own way from there:
 * all of them get the same small shell, which is never kept, so that a newer program is seen at the
 * next load. Both lie in the program packed and plain (web/tools/build.mjs); nothing is packed
 * while somebody waits. An address is looked up in the program's table and nowhere else: there is
 * no folder to climb out of. */
#include <stdio.h>
#include <string.h>

#include "http/server_internal.h"

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* "gzip" among what is accepted; "gzip;q=0" is the one way to say no that browsers know. */
static bool takes_gzip(const ptl_exchange *e)
{
    const char *accept =
        MHD_lookup_connection_value(e->connection, MHD_HEADER_KIND, "Accept-Encoding");
    return accept && strstr(accept, "gzip") && !strstr(accept, "gzip;q=0");
}

static const char *type_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    if (dot && strcmp(dot, ".js") == 0) return "text/javascript; charset=utf-8";
    if (dot && strcmp(dot, ".css") == 0) return "text/css; charset=utf-8";
    return "text/html; charset=utf-8";
}

/* `path` below web/dist/console, packed where the reader unpacks. */
static bool give(ptl_exchange *e, const char *path)
{
    char name[256];
    const int n = snprintf(name, sizeof name - 3, "web/dist/console%s", path);
    if (n < 0 || (size_t)n >= sizeof name - 3) return false;
    const ptl_asset *plain = ptl_asset_find(name);
    if (!plain) return false;
    (void)memcpy(name + n, ".gz", sizeof ".gz");
    const ptl_asset *packed = takes_gzip(e) ? ptl_asset_find(name) : NULL;
    e->asset = packed ? packed : plain;
    e->encoding = packed ? "gzip" : NULL;
    e->type = type_of(path);
    e->is_page = true;
    e->http = 200;
    return true;
}

bool ptl_console_answer(ptl_exchange *e)
{
    const bool gets = strcmp(e->method, "GET") == 0 || strcmp(e->method, "HEAD") == 0;
    if (!gets || starts(e->path, "/api/")) return false;
    if (starts(e->path, "/assets/")) return e->is_immutable = give(e, e->path);
    return !strchr(e->path, '.') && give(e, "/index.html");
}
