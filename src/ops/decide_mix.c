/* decide_mix.c: the fit that budgets and the next experiment start from.
 *
 * Reading a fit back reads its panel and computes every result again, which takes longer than any
 * answer drawn from it. A process that stays keeps the last one. Its key names the model and the
 * newest run: whatever is imported, fitted or erased is a run, and the fit is then read anew. */
#include "ops/args.h"
#include "ops/decide_budget.h"
#include "understand/mix.h"

static ptl_status key_of(const char **out, ptl_call *call, int64_t model, ptl_error *err)
{
    int64_t newest;
    PTL_TRY(ptl_run_last(&newest, call->store->records, err));
    *out = ptl_text_format(call->arena, err, "mix %lld, run %lld", (long long)model,
                           (long long)newest);
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status read_anew(ptl_mix_fitted **out, ptl_call *call, int64_t model, const char *key,
                            ptl_error *err)
{
    ptl_memo *const memo = &call->store->fit;
    ptl_arena *const arena = ptl_memo_renew(memo);
    ptl_mix_fitted *const f = ptl_arena_alloc(arena, sizeof *f, err);
    if (!f) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_mix_fitted_read(f, call->store, call->workspace, model, arena, err));
    *out = f;
    return ptl_memo_keep(memo, key, f, err);
}

ptl_status ptl_fitted_mix_read(ptl_fitted_mix *out, ptl_call *call, ptl_error *err)
{
    const int64_t model = ptl_args_int(call->args, "model");
    const char *key;
    PTL_TRY(key_of(&key, call, model, err));
    ptl_mix_fitted *f = ptl_memo_find(&call->store->fit, key);
    if (!f) PTL_TRY(read_anew(&f, call, model, key, err));
    *out = (ptl_fitted_mix){.data = &f->panel.data,
                            .channel = f->panel.channel,
                            .fit = &f->result,
                            .first = f->panel.first,
                            .last = f->panel.last};
    return PTL_OK;
}
