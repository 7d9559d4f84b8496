/* taxonomy.h: the names facts carry, and the governed names they mean.
 *
 * A fact keeps the name its source wrote, for ever; what it means is looked up. So a rename is an
 * alias more, and history follows it without being touched. Channels are governed by channels.yaml
 * (names, labels, aliases, patterns), campaigns, creatives and geos by the tables of those names,
 * where a source fills them. What matched nothing is a list to work through, most money first. */
#ifndef PTL_OBSERVE_TAXONOMY_H
#define PTL_OBSERVE_TAXONOMY_H

#include "store/store.h"
#include "workspace/workspace.h"

typedef struct ptl_taxonomy_name {
    const char *kind;   /* channel, campaign, creative, geo             */
    const char *name;   /* as recorded                                  */
    const char *means;  /* governed name; NULL: matched nothing         */
    bool is_open;       /* matched nothing, though its kind is governed         */
    const char *tables; /* where it stands: "spend, txn"                */
    int64_t rows;
    int64_t value_micros; /* reporting currency, by the newest rate; a size, no figure */
    ptl_day first, last;
} ptl_taxonomy_name;

typedef struct ptl_taxonomy {
    ptl_taxonomy_name *names; /* open ones first, then by money, then by rows, then by name */
    int64_t n_names, n_unmatched;
    int64_t value_unmatched_micros;
    bool governs[4]; /* channel, campaign, creative, geo: whether anything governs the kind */
} ptl_taxonomy;

PTL_NODISCARD ptl_status ptl_taxonomy_read(ptl_taxonomy *out, ptl_store *store,
                                           const ptl_workspace *workspace, ptl_arena *arena,
                                           ptl_error *err);

#endif
