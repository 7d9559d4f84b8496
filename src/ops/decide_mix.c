/* decide_mix.c: the fit that budgets and the next experiment start from. */
#include "ops/args.h"
#include "ops/decide_budget.h"
#include "understand/mix.h"

ptl_status ptl_fitted_mix_read(ptl_fitted_mix *out, ptl_call *call, ptl_error *err)
{
    ptl_mix_fitted *f = ptl_arena_alloc(call->arena, sizeof *f, err);
    if (!f) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_mix_fitted_read(f, call->store, call->workspace, ptl_args_int(call->args, "model"),
                                call->arena, err));
    *out = (ptl_fitted_mix){.data = &f->panel.data, .channel = f->panel.channel, .fit = &f->result};
    return PTL_OK;
}
