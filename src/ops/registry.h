/* registry.h: every operation, in the order of the help page.
 *
 * How to add one: 1. describe it as `const ptl_op ptl_op_<name>` in src/ops/<room>_<noun>.c; 2. add
 * its line here, below the others of its room; 3. print docs/operations.md (`portolan reference`).
 */
#ifndef PTL_OPS_REGISTRY_H
#define PTL_OPS_REGISTRY_H

#include "ops/op.h"

/* The rooms: name, what the help page says of it. Those without operations are not shown. */
#define PTL_OP_ROOM_LIST(X)                                                                        \
    X(workspace, "the folder your team keeps in git, and what of it is in force")                  \
    X(observe, "sources: files become facts")                                                      \
    X(understand, "figures: what the facts say")                                                   \
    X(decide, "budgets, the next experiment, and proposals that wait for a decision")              \
    X(prove, "figures against the books: compared, signed, taken along by an auditor")             \
    X(review, "the weekly review")                                                                 \
    X(pages, "pages to look at, print and send")                                                   \
    X(store, "ledger, runs, jobs, back-ups: the evidence behind every number")                     \
    X(access, "who may sign in, and keys for programs")                                            \
    X(simulate, "a company whose truth is known, to try everything on")                            \
    X(program, "the program itself")

/* The operations: room, name of the row. A room's operations stand together. */
#define PTL_OP_LIST(X)                                                                             \
    X(workspace, start)                                                                            \
    X(workspace, start_ask)                                                                        \
    X(workspace, init)                                                                             \
    X(workspace, apply)                                                                            \
    X(workspace, workspace_get)                                                                    \
    X(workspace, workspace_set)                                                                    \
    X(workspace, status)                                                                           \
    X(observe, source_list)                                                                        \
    X(observe, source_recognise)                                                                   \
    X(observe, source_add)                                                                         \
    X(observe, source_show)                                                                        \
    X(observe, source_check)                                                                       \
    X(observe, source_import)                                                                      \
    X(observe, source_quarantine)                                                                  \
    X(observe, source_totals)                                                                      \
    X(observe, data_audit)                                                                         \
    X(observe, data_findings)                                                                      \
    X(observe, taxonomy_list)                                                                      \
    X(observe, answer_list)                                                                        \
    X(understand, figure_list)                                                                     \
    X(understand, measure_triangulate)                                                             \
    X(understand, kpi_list)                                                                        \
    X(understand, cohort_list)                                                                     \
    X(understand, funnel_show)                                                                     \
    X(understand, metric_list)                                                                     \
    X(understand, metric_explain)                                                                  \
    X(understand, course_show)                                                                     \
    X(understand, alarm_run)                                                                       \
    X(understand, alarm_list)                                                                      \
    X(understand, attribution_run)                                                                 \
    X(understand, attribution_show)                                                                \
    X(understand, journey_list)                                                                    \
    X(understand, mix_fit)                                                                         \
    X(understand, mix_show)                                                                        \
    X(understand, mix_validate)                                                                    \
    X(prove, reconcile_run)                                                                        \
    X(prove, reconcile_show)                                                                       \
    X(prove, reconcile_sign)                                                                       \
    X(prove, reconcile_bundle)                                                                     \
    X(decide, budget_optimize)                                                                     \
    X(decide, budget_simulate)                                                                     \
    X(decide, budget_propose)                                                                      \
    X(decide, budget_score)                                                                        \
    X(decide, experiment_next)                                                                     \
    X(decide, proposal_list)                                                                       \
    X(decide, proposal_show)                                                                       \
    X(decide, proposal_approve)                                                                    \
    X(decide, proposal_reject)                                                                     \
    X(decide, proposal_undo)                                                                       \
    X(decide, proposal_withdraw)                                                                   \
    X(review, review_write)                                                                        \
    X(review, review_changes)                                                                      \
    X(review, minutes_add)                                                                         \
    X(review, minutes_list)                                                                        \
    X(review, minutes_close)                                                                       \
    X(review, challenge_add)                                                                       \
    X(review, challenge_answer)                                                                    \
    X(review, challenge_list)                                                                      \
    X(review, digest_send)                                                                         \
    X(pages, page_show)                                                                            \
    X(pages, page_write)                                                                           \
    X(store, ledger_verify)                                                                        \
    X(store, ledger_list)                                                                          \
    X(store, ledger_prove)                                                                         \
    X(store, run_list)                                                                             \
    X(store, run_show)                                                                             \
    X(store, job_list)                                                                             \
    X(store, backup)                                                                               \
    X(store, restore)                                                                              \
    X(access, access_user_add)                                                                     \
    X(access, access_user_remove)                                                                  \
    X(access, access_key_add)                                                                      \
    X(access, access_key_revoke)                                                                   \
    X(access, access_list)                                                                         \
    X(simulate, simulate)                                                                          \
    X(program, version)

#define PTL_OP_DECLARE(room, name) extern const ptl_op ptl_op_##name;
PTL_OP_LIST(PTL_OP_DECLARE)
#undef PTL_OP_DECLARE

#endif
