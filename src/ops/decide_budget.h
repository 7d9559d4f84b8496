/* decide_budget.h: operations on budgets: what they answer once a fitted mix model is at hand.
 *
 * The rows stand in decide_budget.c. They read the fit through ptl_fitted_mix_read, which belongs
 * to the operations of the mix model: it knows where fits lie and which panel they were made on. */
#ifndef PTL_OPS_DECIDE_BUDGET_H
#define PTL_OPS_DECIDE_BUDGET_H

#include "decide/next.h"
#include "ops/op.h"

/** The newest fit (or the run that the parameter `model` names), in the call's arena. E_NOT_FOUND
 * where nothing was fitted. */
PTL_NODISCARD ptl_status ptl_fitted_mix_read(ptl_fitted_mix *out, ptl_call *call, ptl_error *err);

/** CM1 per money of revenue, of the newest money run's last 52 weeks, or what the parameter
 * `margin` says. E_NOT_FOUND where neither is there. */
PTL_NODISCARD ptl_status ptl_budget_margin(double *out, ptl_call *call, ptl_error *err);

PTL_NODISCARD ptl_status ptl_budget_answer_optimize(ptl_call *call, const ptl_fitted_mix *mix,
                                                    double margin, ptl_error *err);
PTL_NODISCARD ptl_status ptl_budget_answer_simulate(ptl_call *call, const ptl_fitted_mix *mix,
                                                    double margin, ptl_error *err);
PTL_NODISCARD ptl_status ptl_budget_answer_propose(ptl_call *call, const ptl_fitted_mix *mix,
                                                   double margin, ptl_error *err);
/** The plan as a proposal; `grade` is the weakest of a channel that changes. */
PTL_NODISCARD ptl_status ptl_budget_propose(ptl_call *call, const ptl_media_plan *plan,
                                            const ptl_budget_result *result, char grade,
                                            ptl_error *err);
PTL_NODISCARD ptl_status ptl_budget_answer_score(ptl_call *call, const ptl_fitted_mix *mix,
                                                 double margin, ptl_error *err);
PTL_NODISCARD ptl_status ptl_experiment_answer_next(ptl_call *call, const ptl_fitted_mix *mix,
                                                    double margin, ptl_error *err);

#endif
