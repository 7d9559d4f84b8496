/* simulate.c: options are checked, the world is opened, lived and written (simulate.h). */
#include "simulate/simulate.h"

#include "base/file.h"
#include "simulate/shop.h"
#include "simulate/software.h"

#include <stdio.h>

ptl_sim_options ptl_sim_options_default(void)
{
    return (ptl_sim_options){.size = (int32_t)sizeof(ptl_sim_options),
                             .world = PTL_SIM_SHOP,
                             .setting = PTL_SIM_REAL,
                             .n_persons = 20000,
                             .n_weeks = 104,
                             .seed = 1,
                             .ends = ptl_day_of((ptl_date){2026, 11, 15}),
                             .buffer_bytes = PTL_SIM_BUFFER_BYTES};
}

static ptl_status check(const ptl_sim_options *o, ptl_error *err)
{
    if (!(o->n_persons >= 1 && o->n_persons <= PTL_SIM_PERSONS_MAX))
        return ptl_fail(err, PTL_E_INVALID, "persons must be from 1 to %d, not %lld",
                        PTL_SIM_PERSONS_MAX, (long long)o->n_persons);
    if (!(o->n_weeks >= 1 && o->n_weeks <= PTL_SIM_WEEKS_MAX))
        return ptl_fail(err, PTL_E_INVALID, "weeks must be from 1 to %d, not %d", PTL_SIM_WEEKS_MAX,
                        (int)o->n_weeks);
    if (!(o->buffer_bytes >= 256 && o->buffer_bytes <= PTL_SIM_BUFFER_BYTES_MAX))
        return ptl_fail(err, PTL_E_INVALID, "a buffer must have 256 to %d bytes, not %zu",
                        PTL_SIM_BUFFER_BYTES_MAX, o->buffer_bytes);
    const int32_t year = ptl_date_of(o->ends).year;
    if (!(year >= 1990 && year <= 2099))
        return ptl_fail(err, PTL_E_INVALID, "the last day must lie in 1990 to 2099, not %d",
                        (int)year);
    if (o->is_null && o->is_harm)
        return ptl_fail(err, PTL_E_INVALID, "a null world has no effect and so does no harm");
    return PTL_OK;
}

static ptl_status refuse_workspace(const char *dir, ptl_error *err)
{
    char path[512];
    snprintf(path, sizeof path, "%s/portolan.yaml", dir);
    if (!ptl_file_exists(path)) return PTL_OK;
    ptl_fail(err, PTL_E_CONFLICT, "%s is a workspace already", dir);
    ptl_error_hint(err, "nothing is overwritten: name another folder, or remove that one");
    return PTL_E_CONFLICT;
}

static void report(ptl_sim_report *out, const ptl_truth *truth, const ptl_export_folder *folder)
{
    const ptl_truth_money m = ptl_truth_sum(truth, 0, truth->climate->n_days - 1, -1);
    *out = (ptl_sim_report){.first = truth->climate->first,
                            .last = truth->climate->options.ends,
                            .n_files = folder->n_files,
                            .n_rows = folder->n_rows,
                            .n_bytes = folder->n_bytes,
                            .n_orders = m.orders,
                            .n_customers = truth->customers,
                            .revenue_micros = m.revenue,
                            .cm1_micros = m.revenue - m.variable,
                            .media_micros = m.media};
}

static ptl_status run_shop(ptl_sim_report *out, ptl_export_folder *folder,
                           const ptl_sim_options *options, ptl_arena *arena, ptl_progress *progress,
                           ptl_error *err)
{
    ptl_shop *shop = ptl_arena_alloc(arena, sizeof *shop, err);
    if (!shop) return PTL_E_NO_MEMORY;
    ptl_status st = ptl_shop_open(shop, options, folder, arena, err);
    if (st == PTL_OK) st = ptl_shop_live(shop, progress, err);
    if (st == PTL_OK) st = ptl_shop_write(shop, progress, err);
    if (st == PTL_OK) report(out, &shop->truth, folder);
    ptl_shop_close(shop);
    return st;
}

static ptl_status run_software(ptl_sim_report *out, ptl_export_folder *folder,
                               const ptl_sim_options *options, ptl_arena *arena,
                               ptl_progress *progress, ptl_error *err)
{
    ptl_soft *soft = ptl_arena_alloc(arena, sizeof *soft, err);
    if (!soft) return PTL_E_NO_MEMORY;
    ptl_status st = ptl_soft_open(soft, options, folder, arena, err);
    if (st == PTL_OK) st = ptl_soft_live(soft, progress, err);
    if (st == PTL_OK) st = ptl_soft_write(soft, progress, err);
    if (st == PTL_OK) report(out, &soft->truth, folder);
    ptl_soft_close(soft);
    return st;
}

ptl_status ptl_simulate_run(ptl_sim_report *out, const char *dir, const ptl_sim_options *options,
                            ptl_progress *progress, ptl_error *err)
{
    const ptl_sim_options defaults = ptl_sim_options_default();
    const ptl_sim_options *o = options ? options : &defaults;
    ptl_export_folder folder = {.dir = dir, .buffer_bytes = o->buffer_bytes, .gzip = o->gzip};
    ptl_arena arena;
    PTL_TRY(check(o, err));
    PTL_TRY(refuse_workspace(dir, err));
    PTL_TRY(ptl_folder_make(dir, 0777, err));
    ptl_arena_init(&arena, PTL_SIM_ARENA_BYTES_MAX, NULL);
    const ptl_status st = o->world == PTL_SIM_SHOP
                              ? run_shop(out, &folder, o, &arena, progress, err)
                              : run_software(out, &folder, o, &arena, progress, err);
    ptl_arena_dispose(&arena);
    return st;
}
