/* plan.h: from recognised files to the sources of a workspace.
 *
 * Files of one export are one source. What would count the same money twice is left out and said:
 * payments beside orders, won deals beside invoices, an earlier export beside a later one. */
#ifndef PTL_OBSERVE_PLAN_H
#define PTL_OBSERVE_PLAN_H

#include "observe/recognise.h"

typedef struct ptl_planned {
    const char *name; /* of the source                                 */
    const ptl_part *part;
    const ptl_recognised **files;
    int64_t n_files;
    const char *left_out; /* why it is not loaded; NULL: it is */
} ptl_planned;

typedef struct ptl_plan {
    ptl_planned *sources;
    int64_t n_sources;    /* left out ones among them                             */
    ptl_planned *money;   /* the source of orders that counts; NULL: there is none */
    bool has_cost;        /* its file says what goods cost                        */
    const char *currency; /* of most money; NULL: no file says one                */
    const char *zone;     /* that the offsets of times fit; NULL: none says one   */
    int64_t n_recognised, n_files;
} ptl_plan;

PTL_NODISCARD ptl_status ptl_plan_make(ptl_plan *out, const ptl_recognised *all, int64_t n,
                                       ptl_arena *arena, ptl_error *err);

/** What the questions changed: the customer's column, the share of revenue that goods cost. */
typedef struct ptl_plan_choice {
    const char *customer; /* column of the money's file; NULL: as recognised            */
    const char *role;     /* of the money's preset that says who the customer is; or NULL */
    const char *new_rule; /* slot of that name, where the preset has it; NULL: its own    */
    int32_t cost_percent; /* of revenue, where no file says costs             */
    const char *root;     /* of the workspace, absolute                       */
    const char *owner;    /* of every source; NULL: nobody yet                            */
} ptl_plan_choice;

/** What the currency of the books rules out: rates made for another one. */
PTL_NODISCARD ptl_status ptl_plan_settle(ptl_plan *plan, const char *currency, ptl_arena *arena,
                                         ptl_error *err);

/** sources/<name>.yaml of one planned source, as text. */
PTL_NODISCARD ptl_status ptl_plan_source(ptl_buffer *out, const ptl_plan *plan,
                                         const ptl_planned *source, const ptl_plan_choice *choice,
                                         ptl_arena *arena, ptl_error *err);

/** A text as YAML in double quotes. */
void ptl_yaml_quote(ptl_buffer *out, const char *text);

/** "Paid Social / DE" → "paid_social_de": a name of a-z, 0-9 and _, in the arena; "x" where
 * nothing is left. */
PTL_NODISCARD ptl_status ptl_plan_slug(char **out, const char *text, ptl_arena *arena,
                                       ptl_error *err);

/** The role of the money's preset that says who the customer is, and is bound; NULL: none. */
const char *ptl_plan_customer_role(const ptl_plan *plan);

#endif
