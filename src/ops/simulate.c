/* simulate.c: the operation that writes a company whose truth is known. */
#include "simulate/simulate.h"

#include "ops/args.h"

#include <string.h>

static ptl_sim_options options_of(const ptl_call *call)
{
    const char *setting = ptl_args_text(call->args, "setting");
    ptl_sim_options o = ptl_sim_options_default();
    if (strcmp(ptl_args_text(call->args, "world"), "software") == 0) o.world = PTL_SIM_SOFTWARE;
    if (strcmp(setting, "kind") == 0) o.setting = PTL_SIM_KIND;
    if (strcmp(setting, "hostile") == 0) o.setting = PTL_SIM_HOSTILE;
    o.is_null = ptl_args_bool(call->args, "null");
    o.is_harm = ptl_args_bool(call->args, "harm");
    o.gzip = ptl_args_bool(call->args, "gzip");
    o.n_persons = ptl_args_int(call->args, "persons");
    o.n_weeks = (int32_t)ptl_args_int(call->args, "weeks");
    o.seed = (uint64_t)ptl_args_int(call->args, "seed");
    if (ptl_args_given(call->args, "ends")) o.ends = ptl_args_day(call->args, "ends");
    return o;
}

static ptl_status simulate(ptl_call *call, ptl_error *err)
{
    const char *dir = ptl_args_text(call->args, "dir");
    const ptl_sim_options options = options_of(call);
    ptl_sim_report r;
    PTL_TRY(ptl_simulate_run(&r, dir, &options, call->progress, err));
    ptl_reply_say(call->reply,
                  "%s holds a company's exports, the workspace that reads them, and the truth.",
                  dir);
    ptl_reply_text(call->reply, "dir", "Folder", dir);
    ptl_reply_day(call->reply, "first_day", "First day", r.first);
    ptl_reply_day(call->reply, "last_complete_day", "Last complete day", r.last);
    ptl_reply_int(call->reply, "files", "Files", r.n_files);
    ptl_reply_int(call->reply, "rows", "Rows", r.n_rows);
    ptl_reply_int(call->reply, "orders", "Orders", r.n_orders);
    ptl_reply_int(call->reply, "customers", "Customers", r.n_customers);
    ptl_reply_micros(call->reply, "revenue", "Revenue", r.revenue_micros, "EUR");
    ptl_reply_micros(call->reply, "cm1", "Contribution before media", r.cm1_micros, "EUR");
    ptl_reply_micros(call->reply, "media", "Media", r.media_micros, "EUR");
    ptl_reply_next(call->reply, "cd %s", dir);
    ptl_reply_next(call->reply, "portolan import");
    ptl_reply_next(call->reply, "portolan review");
    return PTL_OK;
}

static const ptl_param params[] = {
    {.name = "dir",
     .type = PTL_PARAM_PATH,
     .positional = true,
     .required = true,
     .about = "The folder to write into; it is created where it is missing."},
    {.name = "world",
     .type = PTL_PARAM_ENUM,
     .defaults = "shop",
     .choices = "shop|software",
     .about = "A shop that sells by post, or a company that sells software to companies."},
    {.name = "setting",
     .type = PTL_PARAM_ENUM,
     .defaults = "real",
     .choices = "kind|real|hostile",
     .about = "How far the world is from what models assume; hostile plants faults in the files."},
    {.name = "null", .type = PTL_PARAM_BOOL, .about = "Media has no effect at all."},
    {.name = "harm",
     .type = PTL_PARAM_BOOL,
     .about = "The largest channel drives buyers away, and twice as many messages are sent."},
    {.name = "persons",
     .type = PTL_PARAM_INT,
     .defaults = "20000",
     .min = 1,
     .max = 10000000,
     .about = "People of the market."},
    {.name = "weeks",
     .type = PTL_PARAM_INT,
     .unit = "weeks",
     .defaults = "104",
     .min = 1,
     .max = 520,
     .about = "How long the company is watched."},
    {.name = "seed",
     .type = PTL_PARAM_INT,
     .defaults = "1",
     .min = 0,
     .max = 9007199254740991,
     .about = "The same seed gives the same bytes."},
    {.name = "ends",
     .type = PTL_PARAM_DAY,
     .about =
         "Last complete day; without it 2026-11-15. Orders of the next morning are there too."},
    {.name = "gzip", .type = PTL_PARAM_BOOL, .about = "Compress the large exports."}};

const ptl_op ptl_op_simulate = {
    .name = "simulate",
    .summary = "write a made-up company's exports, and the truth behind them",
    .about =
        "Writes raw exports as messy as real ones, a workspace that imports them, and truth.json: "
        "what each channel caused, each figure to the cent, who is who, where faults were planted. "
        "Every estimate of this program can be held against it.\n"
        "The worlds are not the models that estimate them. docs/simulate.md has their formulas.",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .result = "dir: text — the folder\n"
              "first_day, last_complete_day: day — the window\n"
              "files, rows: int — written\n"
              "orders, customers: int — of the window\n"
              "revenue, cm1, media: money — of the window, in euro",
    .right = "everyone",
    .effects = PTL_NO_STORE,
    .is_long = true,
    .example = "portolan simulate tea --persons 200 --weeks 8",
    .run = simulate};
