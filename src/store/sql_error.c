/* sql_error.c: what SQLite's result codes mean to the person in front of the program. */
#include "store/sql_internal.h"

#include <errno.h>
#include <string.h>

typedef struct cause {
    int rc; /* primary result code */
    ptl_status status;
    const char *message; /* follows `cannot write "<path>": ` */
    const char *hint;
} cause;

static const char hint_retry[] = "run the command again; everything acknowledged before is kept";
static const char hint_restore[] =
    "keep the file for inspection and restore the newest back-up: portolan restore";

static const cause causes[] = {
    {SQLITE_FULL, PTL_E_IO, "the disk is full",
     "free space on that file system and run the command again; everything acknowledged before is "
     "kept"},
    {SQLITE_READONLY, PTL_E_DENIED, "the file or its folder is read-only",
     "make the folder and the file writable for this user, or remount the file system for writing"},
    {SQLITE_PERM, PTL_E_DENIED, "permission denied", "make the folder and the file writable"},
    {SQLITE_CANTOPEN, PTL_E_IO, "the file, or a file beside it, cannot be opened or made",
     "the folder must exist and be writable for this user: SQLite keeps its log beside the file"},
    {SQLITE_AUTH, PTL_E_DENIED, "permission denied", ""},
    {SQLITE_NOTADB, PTL_E_CORRUPT, "it is not a records database", hint_restore},
    {SQLITE_CORRUPT, PTL_E_CORRUPT, "the file is damaged", hint_restore},
    {SQLITE_BUSY, PTL_E_BUSY, "another program has the file open for writing",
     "close the program that has it open, then run the command again"},
    {SQLITE_LOCKED, PTL_E_BUSY, "another statement holds it", hint_retry},
    {SQLITE_NOMEM, PTL_E_NO_MEMORY, "memory is exhausted", hint_retry},
    {SQLITE_TOOBIG, PTL_E_LIMIT, "a value is larger than SQLite stores", ""},
    {SQLITE_CONSTRAINT, PTL_E_INVALID, "a value is not allowed there", ""},
    {SQLITE_INTERRUPT, PTL_E_CANCELLED, "it was cancelled", ""},
    {SQLITE_IOERR, PTL_E_IO, "the operating system refused a read or a write", hint_retry},
    {0, PTL_E_INTERNAL, "the statement failed", ""},
};

static const cause no_folder = {SQLITE_CANTOPEN, PTL_E_NOT_FOUND, "its folder does not exist",
                                "name the workspace with --workspace, or make one: portolan init"};

static const cause *cause_of(int rc, int system_errno)
{
    int primary = rc & 0xff;
    if (primary == SQLITE_IOERR && (system_errno == ENOSPC || system_errno == EDQUOT))
        primary = SQLITE_FULL;
    if (primary == SQLITE_CANTOPEN && (system_errno == EACCES || system_errno == EROFS))
        primary = SQLITE_READONLY;
    if (primary == SQLITE_CANTOPEN && system_errno == ENOENT) return &no_folder;
    const cause *c = causes;
    while (c->rc != 0 && c->rc != primary) c++;
    return c;
}

/* SQLite reports a malformed schema or an impossible file format as a plain error. */
static bool is_damaged(int rc, const char *errmsg)
{
    return (rc & 0xff) == SQLITE_ERROR &&
           (strstr(errmsg, "malformed") || strstr(errmsg, "unsupported file format"));
}

ptl_status ptl_sql_words(const char *path, int rc, int system_errno, const char *errmsg,
                         const char *doing, ptl_error *err)
{
    const cause *c = cause_of(is_damaged(rc, errmsg) ? SQLITE_CORRUPT : rc, system_errno);
    const bool is_value = c->rc == SQLITE_CONSTRAINT;
    ptl_fail(err, c->status, "records \"%s\": %s%s%s", path, c->message, is_value ? ": " : "",
             is_value ? errmsg : "");
    if (system_errno != 0)
        ptl_error_detail(err, "%s: %s (SQLite %d, %s)", doing, errmsg, rc, strerror(system_errno));
    else
        ptl_error_detail(err, "%s: %s (SQLite %d)", doing, errmsg, rc);
    if (c->hint[0]) ptl_error_hint(err, "%s", c->hint);
    return c->status;
}

ptl_status ptl_sql_fail(ptl_sql *sql, int rc, const char *doing, ptl_error *err)
{
    ptl_error local;
    ptl_error *words = err ? err : &local;
    const int primary = rc & 0xff;
    const bool is_system =
        primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL;
    const ptl_status status =
        ptl_sql_words(sql->path, rc, is_system ? sqlite3_system_errno(sql->db) : 0,
                      sqlite3_errmsg(sql->db), doing, words);
    if (sql->depth > 0 && !sql->failed) {
        sql->failed = true;
        sql->first = *words;
    }
    return status;
}
