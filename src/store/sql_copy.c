/* sql_copy.c: SQLite's online back-up into a file that is there whole or not at all. */
#include "store/durable.h"
#include "store/sql_internal.h"

#include <stdio.h>
#include <unistd.h>

static ptl_status copy_pages(ptl_sql *sql, sqlite3 *target, const char *path, ptl_error *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", sql->db, "main");
    int rc = backup ? sqlite3_backup_step(backup, -1) : sqlite3_extended_errcode(target);
    const int finish_rc = backup ? sqlite3_backup_finish(backup) : SQLITE_OK;
    if (rc == SQLITE_DONE) rc = finish_rc;
    if (rc == SQLITE_OK) return PTL_OK;
    return ptl_sql_words(path, rc, sqlite3_system_errno(target), sqlite3_errstr(rc), "copy", err);
}

static ptl_status copy_to(ptl_sql *sql, const char *path, ptl_error *err)
{
    sqlite3 *target = NULL;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE;
    const int rc = sqlite3_open_v2(path, &target, flags, NULL);
    ptl_status st = PTL_OK;
    if (rc != SQLITE_OK)
        st = ptl_sql_words(path, rc, target ? sqlite3_system_errno(target) : 0, sqlite3_errstr(rc),
                           "make the copy", err);
    else
        st = copy_pages(sql, target, path, err);
    sqlite3_close(target);
    return st;
}

ptl_status ptl_sql_copy(ptl_sql *sql, const char *path, ptl_error *err)
{
    char temporary[4096];
    const int len = snprintf(temporary, sizeof temporary, "%s.part", path);
    if (len < 0 || (size_t)len >= sizeof temporary)
        return ptl_fail(err, PTL_E_LIMIT, "path \"%s\" is too long", path);
    unlink(temporary); /* what an interrupted copy left */
    ptl_status st = copy_to(sql, temporary, err);
    if (st == PTL_OK) st = ptl_durable_file(temporary, err);
    if (st == PTL_OK) st = ptl_durable_rename(temporary, path, err);
    if (st != PTL_OK) unlink(temporary);
    return st;
}
