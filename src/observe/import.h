/* import.h: the sources of a workspace become facts.
 *
 * For every source in force: its patterns become files in the order in which they are listed and
 * of their names (of two files that say different things about one fact the later is believed:
 * store/load.h), each file one load (store/load.h), each
 * load one ledger entry. A file already loaded is passed over; a file that changed replaces its own
 * rows; what fails leaves everything before it in place and says where it stopped, so that running
 * the import again goes on from there. */
#ifndef PTL_OBSERVE_IMPORT_H
#define PTL_OBSERVE_IMPORT_H

#include "store/load.h"
#include "store/store.h"
#include "workspace/workspace.h"

typedef struct ptl_import_options {
    int32_t size;
    const char *const *sources; /* names; n_sources 0: all in force */
    int64_t n_sources;
    bool force; /* load again even what is known */
    int64_t run_id;
    ptl_instant now; /* known_at of the rows */
    const char *actor;
} ptl_import_options;

typedef struct ptl_import_file {
    const char *source;
    const char *table;
    const char *file; /* relative to the workspace where it lies inside */
    ptl_load_report load;
} ptl_import_file;

typedef struct ptl_import_report {
    ptl_import_file *files;
    int64_t n_files, n_loaded; /* the rest had nothing new */
    int64_t rows, quarantined;
} ptl_import_report;

PTL_NODISCARD ptl_status ptl_import_run(ptl_import_report *out, ptl_store *store,
                                        const ptl_workspace *workspace,
                                        const ptl_import_options *options, ptl_arena *arena,
                                        ptl_progress *progress, ptl_error *err);

/** Check mappings against one file each, without loading. All faults in err->detail. */
PTL_NODISCARD ptl_status ptl_import_check(ptl_import_report *out, const ptl_workspace *workspace,
                                          const ptl_import_options *options, ptl_arena *arena,
                                          ptl_error *err);

#endif
