/* tables.h: the schema tables of the workspace's files. */
#ifndef PTL_WORKSPACE_TABLES_H
#define PTL_WORKSPACE_TABLES_H

#include "workspace/schema.h"
#include "workspace/workspace.h"

/** What portolan.yaml fills; the zone is opened when all is known to be right. */
typedef struct ptl_draft {
    ptl_workspace workspace;
    const char *zone;
} ptl_draft;

extern const ptl_schema ptl_schema_portolan; /* a ptl_draft              */
extern const ptl_schema ptl_schema_channel;  /* one ptl_channel_config   */
extern const ptl_schema ptl_schema_metric;   /* one ptl_metric_config    */
extern const ptl_schema ptl_schema_source;   /* one ptl_source_config    */
extern const ptl_schema ptl_schema_journeys; /* a ptl_journey_config     */
extern const ptl_schema ptl_schema_vertical; /* one ptl_vertical_config  */

/** The tables that files go to, ended by NULL, in the arena. NULL where memory ends. */
const char *const *ptl_loadable_tables(int64_t *n, ptl_arena *arena, ptl_error *err);

/* checks that take more than one key (checks.c) */
void ptl_check_portolan(void *draft, const ptl_yaml_node *map, ptl_schema_pass *pass);
void ptl_check_channel(void *channel, const ptl_yaml_node *map, ptl_schema_pass *pass);
void ptl_check_metric(void *metric, const ptl_yaml_node *map, ptl_schema_pass *pass);
void ptl_check_vertical(void *vertical, const ptl_yaml_node *map, ptl_schema_pass *pass);
void ptl_check_journeys(void *journeys, const ptl_yaml_node *map, ptl_schema_pass *pass);
void ptl_check_source(void *source, const ptl_yaml_node *map, ptl_schema_pass *pass);

#endif
