/* migrate.h: a database moves forward by numbered files, each one transaction, after a copy.
 *
 * Migration N is the file NNNN_<name>.sql; its last statement sets user_version to N. Numbers run
 * from 1 without gaps. An existing file is copied to <path>.v<old>.bak before its first step, so
 * that the older program can go on with the copy. */
#ifndef PTL_STORE_MIGRATE_H
#define PTL_STORE_MIGRATE_H

#include "store/sql.h"

typedef struct ptl_migration {
    int64_t version;
    const char *name; /* path of the file  */
    const char *text; /* terminated        */
} ptl_migration;

/** The migrations embedded below `folder` ("sql/records/"), in order. */
PTL_NODISCARD ptl_status ptl_migrations_find(ptl_migration **out, int64_t *n, const char *folder,
                                             ptl_arena *arena, ptl_error *err);

/** Bring the database to the newest version. A newer one is E_VERSION with both numbers. */
PTL_NODISCARD ptl_status ptl_migrate(ptl_sql *sql, const ptl_migration *migrations, int64_t n,
                                     ptl_error *err);

/** E_VERSION where the file is newer than `newest`; E_CORRUPT where it is a database of another
 * program. Changes nothing. */
PTL_NODISCARD ptl_status ptl_migrate_check(int64_t *version, ptl_sql *sql, int64_t newest,
                                           ptl_error *err);

#endif
