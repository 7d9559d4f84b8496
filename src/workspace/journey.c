/* journey.c: journeys.yaml: which conversions journeys lead to, and how facts are cut into them
 * (schema.h). Without the file, orders are the one goal. */
#include "workspace/tables.h"

#include "workspace/limits.h"

#include <stddef.h>
#include <string.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

/* --- goals ------------------------------------------------------------------------------------ */

static const char *const goal_tables[] = {"txn",         "event",        "lead",
                                          "opportunity", "subscription", NULL};
static const char *const goal_values[] = {"revenue", "cm1", "none", NULL};

#define GOAL(field) offsetof(ptl_goal_config, field)
static const ptl_schema_key goal_keys[] = {
    {.key = "name",
     .kind = PTL_SCHEMA_NAME,
     .required = true,
     .offset = GOAL(name),
     .about = "The name that attribution credit is kept under, as purchase, renewal, churn"},
    {.key = "table",
     .kind = PTL_SCHEMA_WORD,
     .values = goal_tables,
     .defaults = "txn",
     .offset = GOAL(table),
     .about = "Where its conversions stand: orders, events, a lead's status, opportunities won, "
              "a contract's state"},
    {.key = "kinds",
     .kind = PTL_SCHEMA_TEXTS,
     .high = 100,
     .offset = GOAL(kinds),
     .offset_n = GOAL(n_kinds),
     .where_absent = "all, refunds apart",
     .about = "Which rows: the `kind` of orders and opportunities, the `kind` or `name` of events, "
              "the `status` of leads, the `reason` of contract states"},
    {.key = "value",
     .kind = PTL_SCHEMA_WORD,
     .values = goal_values,
     .defaults = "revenue",
     .offset = GOAL(value),
     .about = "What one is worth: cm1 is revenue less variable cost; none counts conversions only"},
    {.key = "look_back_days",
     .kind = PTL_SCHEMA_INT,
     .high = 730,
     .defaults = "0",
     .offset = GOAL(look_back_days),
     .about = "Days before a conversion in which touches count; 0 is the file's own"},
};
static const ptl_schema goal_schema = {.title = "goals",
                                       .keys = goal_keys,
                                       .n_keys = N_OF(goal_keys),
                                       .size = sizeof(ptl_goal_config)};

/* --- the rules -------------------------------------------------------------------------------- */

static const char *const units[] = {"person", "account", NULL};

#define RULE(field) offsetof(ptl_journey_config, field)
static const ptl_schema_key journey_keys[] = {
    {.key = "unit",
     .kind = PTL_SCHEMA_WORD,
     .values = units,
     .defaults = "person",
     .offset = RULE(unit),
     .about = "Whose journeys: a person's, or those of a company's people together"},
    {.key = "look_back_days",
     .kind = PTL_SCHEMA_INT,
     .low = 1,
     .high = 730,
     .defaults = "30",
     .offset = RULE(look_back_days),
     .about = "Days before a conversion in which touches count"},
    {.key = "session_minutes",
     .kind = PTL_SCHEMA_INT,
     .high = 1440,
     .defaults = "30",
     .offset = RULE(session_minutes),
     .about = "Events of one channel that follow each other within this time are one touch"},
    {.key = "impressions",
     .kind = PTL_SCHEMA_BOOL,
     .defaults = "false",
     .offset = RULE(impressions),
     .about = "true where seeing counts as a touch, not only coming"},
    {.key = "messages",
     .kind = PTL_SCHEMA_BOOL,
     .defaults = "false",
     .offset = RULE(messages),
     .about = "true where a message that was sent counts as a touch"},
    {.key = "direct",
     .kind = PTL_SCHEMA_TEXT,
     .defaults = "direct",
     .offset = RULE(direct),
     .about = "The channel of visits that nothing brought"},
    {.key = "direct_counts",
     .kind = PTL_SCHEMA_BOOL,
     .defaults = "true",
     .offset = RULE(direct_counts),
     .about = "false where a direct visit is never a touch; inside a session it never is"},
    {.key = "touches_max",
     .kind = PTL_SCHEMA_INT,
     .low = 1,
     .high = 10000,
     .defaults = "200",
     .offset = RULE(touches_max),
     .about = "Touches kept of one journey, the newest; what is cut is counted"},
    {.key = "goals",
     .kind = PTL_SCHEMA_MAPS,
     .nested = &goal_schema,
     .offset = RULE(goals),
     .offset_n = RULE(n_goals),
     .where_absent = "one: purchase, every order, worth its revenue",
     .about = "What journeys lead to. The first is the one meant where none is named"},
};
const ptl_schema ptl_schema_journeys = {
    .title = "`journeys.yaml`",
    .about = "How events become journeys, and which conversions end them. The file may be missing: "
             "every key has a default.",
    .keys = journey_keys,
    .n_keys = N_OF(journey_keys),
    .size = sizeof(ptl_journey_config),
    .check = ptl_check_journeys};

static const ptl_goal_config goals_default[] = {
    {.name = "purchase", .table = "txn", .value = "revenue"}};

/* Credit is kept under a goal's name, so each name stands once. */
static void check_names(const ptl_yaml_node *goals, ptl_schema_pass *pass)
{
    for (const ptl_yaml_node *goal = goals->first; goal; goal = goal->next) {
        const ptl_yaml_node *name = ptl_yaml_find(goal, "name");
        for (const ptl_yaml_node *before = goals->first; name && before != goal;
             before = before->next) {
            const ptl_yaml_node *other = ptl_yaml_find(before, "name");
            if (other && !name->faulted && ptl_text_equal(other->text, name->text)) {
                ptl_schema_fault(pass, name, "a name that no other goal has", NULL);
                break;
            }
        }
    }
}

void ptl_check_journeys(void *target, const ptl_yaml_node *map, ptl_schema_pass *pass)
{
    ptl_journey_config *journeys = target;
    const ptl_yaml_node *goals = ptl_yaml_find(map, "goals");
    if (goals && goals->kind == PTL_YAML_LIST) check_names(goals, pass);
    if (journeys->n_goals > 0) return;
    journeys->goals = goals_default;
    journeys->n_goals = N_OF(goals_default);
}

const ptl_goal_config *ptl_workspace_goal(const ptl_workspace *workspace, const char *name)
{
    const ptl_journey_config *journeys = &workspace->journeys;
    if (!name) return journeys->n_goals > 0 ? &journeys->goals[0] : NULL;
    for (int64_t i = 0; i < journeys->n_goals; i++)
        if (strcmp(journeys->goals[i].name, name) == 0) return &journeys->goals[i];
    return NULL;
}
