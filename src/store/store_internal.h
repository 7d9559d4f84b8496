/* store_internal.h: what the files of the store share. */
#ifndef PTL_STORE_STORE_INTERNAL_H
#define PTL_STORE_STORE_INTERNAL_H

#include "store/store.h"

#define PTL_RECORDS_FILE "records.sqlite"
#define PTL_WAREHOUSE_FILE "warehouse.duckdb"
#define PTL_ARTEFACT_FOLDER "artefacts"
#define PTL_MANIFEST_FILE "manifest.json"

enum { PTL_STORE_PATH_MAX = 4096 };

/** The store's own copy of its folder's name. */
PTL_NODISCARD ptl_status ptl_store_dir_copy(ptl_store *store, const char *dir, ptl_error *err);

/** dir + "/" + name; E_LIMIT where it does not fit. */
PTL_NODISCARD ptl_status ptl_store_path(char out[PTL_STORE_PATH_MAX], const char *dir,
                                        const char *name, ptl_error *err);

/** Settle what a dead process left started or running; each settlement is one ledger entry in the
 * transaction that makes it. */
PTL_NODISCARD ptl_status ptl_store_settle(ptl_store *store, ptl_instant now, ptl_error *err);

/** Whether there is nothing at `dir`, or an empty folder. `found` receives a name that is in it. */
PTL_NODISCARD ptl_status ptl_folder_is_empty(bool *out, char found[256], const char *dir,
                                             ptl_error *err);

/** Remove a folder that this program made, with what is in it. Best effort. */
void ptl_folder_remove(const char *path);

#endif
