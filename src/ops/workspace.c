/* workspace.c: the operations on the workspace itself. */
#include <string.h>

#include "base/file.h"
#include "ops/args.h"
#include "ops/draft.h"
#include "ops/registry.h"
#include "ops/workspace.h"
#include "ops/workspace_proposal.h"
#include "workspace/blank.h"

/* --- init ------------------------------------------------------------------------------------- */

static ptl_status run_init(ptl_call *call, ptl_error *err)
{
    const char *dir = ptl_args_text(call->args, "dir");
    const ptl_init_options options = {.size = sizeof options,
                                      .company = ptl_args_text(call->args, "company"),
                                      .currency = ptl_args_text(call->args, "currency"),
                                      .zone = ptl_args_text(call->args, "zone")};
    PTL_TRY(ptl_workspace_init(dir, &options, err));
    ptl_reply_say(call->reply,
                  "%s is a workspace now. Its files explain themselves: keep them in "
                  "git, change them, and apply.",
                  dir);
    ptl_reply_text(call->reply, "dir", "folder", dir);
    ptl_reply_next(call->reply, "cd %s", dir);
    ptl_reply_next(call->reply, "portolan status");
    return PTL_OK;
}

static const ptl_param init_params[] = {
    {.name = "dir",
     .type = PTL_PARAM_PATH,
     .positional = true,
     .required = true,
     .about = "The folder to make the workspace in; it is created where it is missing."},
    {.name = "company",
     .type = PTL_PARAM_TEXT,
     .about = "The company's name; without it the folder's name is taken."},
    {.name = "currency",
     .type = PTL_PARAM_TEXT,
     .about = "The currency of figures, an ISO 4217 code; without it EUR."},
    {.name = "zone",
     .type = PTL_PARAM_TEXT,
     .about = "The time zone that cuts days, as Europe/Berlin; without it the system's."},
};

const ptl_op ptl_op_init = {
    .name = "init",
    .summary = "make a workspace: a folder of commented files that runs",
    .about =
        "Writes portolan.yaml, channels.yaml and sources/ with comments that say what each key "
        "means, beside small files to try them on. Nothing that exists is overwritten.\n"
        "The stores are made in .portolan inside the folder by the first command that needs "
        "them. Keep everything but .portolan in git.",
    .params = init_params,
    .n_params = 4,
    .result = "dir: text — the workspace's folder",
    .right = "everyone",
    .effects = PTL_NO_STORE | PTL_DRAFT,
    .example = "portolan init acme --company Acme --currency EUR --zone Europe/Berlin",
    .run = run_init,
};

/* --- apply ------------------------------------------------------------------------------------ */

static void say_version(ptl_call *call, const ptl_config_version *version)
{
    char hash[PTL_HASH_HEX];
    ptl_hash_format(hash, version->hash);
    ptl_reply_id(call->reply, "config_version", "version in force", version->version);
    ptl_reply_text(call->reply, "config_hash", "hash", hash);
    ptl_reply_instant(call->reply, "applied_at", "applied", version->applied_at);
    ptl_reply_text(call->reply, "applied_by", "by", version->actor);
}

static void say_applied(ptl_reply *reply, bool differs, bool dry, int64_t version)
{
    if (!differs)
        ptl_reply_say(reply, "Nothing to apply: the files are version %lld, which is in force.",
                      (long long)version);
    else if (dry && version > 0)
        ptl_reply_say(reply,
                      "The files are whole and differ from version %lld, which stays in "
                      "force.",
                      (long long)version);
    else if (dry)
        ptl_reply_say(reply, "The files are whole; nothing is in force yet.");
    else
        ptl_reply_say(reply, "Version %lld is in force.", (long long)version);
}

/* What changed, where there was something before it: the whole of a first version is no news. */
static ptl_status say_difference(ptl_call *call, const ptl_draft *draft, int64_t before,
                                 ptl_error *err)
{
    const char *difference = NULL;
    if (before == 0) return PTL_OK;
    PTL_TRY(
        ptl_draft_difference(&difference, draft, call->store->records, before, call->arena, err));
    ptl_reply_text(call->reply, "difference", "difference", difference);
    return PTL_OK;
}

static void say_widens(ptl_reply *reply, const ptl_enforcement *e)
{
    static const ptl_reply_column columns[] = {{"key", "widens", false},
                                               {"before", "from", false},
                                               {"after", "to", false},
                                               {"why", "why", false},
                                               {"right", "decides", false}};
    ptl_reply_table(reply, "widens", "", columns, 5);
    for (int64_t i = 0; i < e->n_widens; i++) {
        ptl_reply_cell_text(reply, e->widens[i].key);
        ptl_reply_cell_text(reply, e->widens[i].before);
        ptl_reply_cell_text(reply, e->widens[i].after);
        ptl_reply_cell_text(reply, e->widens[i].why);
        ptl_reply_cell_text(reply, e->widens[i].right);
    }
    ptl_reply_table_end(reply);
}

static void say_waits(ptl_reply *reply, const ptl_enforcement *e, bool dry, int64_t proposal)
{
    if (dry)
        ptl_reply_say(reply, "This widens what is in force: it becomes a proposal, and %s decides.",
                      e->deciders.words);
    else if (proposal > 0)
        ptl_reply_say(reply,
                      "This widens what is in force, so it waits as proposal %lld: %s decides. "
                      "Version %lld stays in force.",
                      (long long)proposal, e->deciders.words, (long long)e->before);
    else
        ptl_reply_say(reply,
                      "This widens what is in force, and was decided on already: version %lld "
                      "stays in force.",
                      (long long)e->before);
    if (proposal > 0)
        ptl_reply_id(reply, "proposal", "proposal", proposal);
    else
        ptl_reply_json(reply, "proposal", PTL_TEXT("null"));
    ptl_reply_text(reply, "decides", "decides", e->deciders.words);
}

/* Not in force: the answer says what waits, and for whom. */
static ptl_status propose(ptl_call *call, const ptl_draft *draft, const ptl_enforcement *e,
                          ptl_error *err)
{
    ptl_config_version version;
    int64_t proposal = 0;
    const bool dry = ptl_args_bool(call->args, "dry_run");
    if (!dry) PTL_TRY(ptl_enforcement_propose(&proposal, e, call, draft, err));
    PTL_TRY(ptl_config_in_force(&version, call->store->records, call->arena, err));
    say_waits(call->reply, e, dry, proposal);
    ptl_reply_bool(call->reply, "changed", "changed", false);
    say_version(call, &version);
    say_widens(call->reply, e);
    if (proposal > 0)
        ptl_reply_next(call->reply, "portolan proposal show %lld", (long long)proposal);
    return say_difference(call, draft, e->before, err);
}

/* Nobody could agree but the one who asks: the ledger says so, and so does the answer. */
static void note_alone(ptl_call *call, const ptl_enforcement *e)
{
    if (e->n_widens == 0) return;
    ptl_reply_note(call->reply,
                   "%s widens what was in force; nobody else who can sign in holds the right, so "
                   "nobody is asked",
                   e->widens[0].key);
}

static ptl_status put_in_force(ptl_call *call, const ptl_draft *draft, const ptl_enforcement *e,
                               ptl_error *err)
{
    ptl_config_version version;
    const bool dry = ptl_args_bool(call->args, "dry_run");
    PTL_TRY(ptl_config_in_force(&version, call->store->records, call->arena, err));
    if (e->differs && !dry) {
        const ptl_apply apply = {.records = call->store->records,
                                 .actor = call->actor,
                                 .run_id = call->run_id,
                                 .now = call->now,
                                 .before = e->before,
                                 .widens = e->n_widens > 0 ? e->list : NULL};
        PTL_TRY(ptl_draft_apply(&version, draft, &apply, call->arena, err));
    }
    say_applied(call->reply, e->differs, dry, version.version);
    note_alone(call, e);
    ptl_reply_bool(call->reply, "changed", "changed", e->differs && !dry);
    if (version.version > 0) say_version(call, &version);
    return e->differs ? say_difference(call, draft, e->before, err) : PTL_OK;
}

ptl_status ptl_workspace_waits(bool *waits, ptl_call *call, const ptl_draft *draft, ptl_error *err)
{
    ptl_enforcement e;
    *waits = false;
    if (draft->status != PTL_OK) return PTL_OK;
    PTL_TRY(ptl_enforcement_of(&e, call, draft, err));
    *waits = e.waits;
    return PTL_OK;
}

ptl_status ptl_workspace_enforce(ptl_call *call, const ptl_draft *draft, ptl_error *err)
{
    ptl_enforcement e;
    PTL_TRY(ptl_draft_check(draft, call->reply, err));
    PTL_TRY(ptl_enforcement_of(&e, call, draft, err));
    return e.waits ? propose(call, draft, &e, err) : put_in_force(call, draft, &e, err);
}

static ptl_status run_apply(ptl_call *call, ptl_error *err)
{
    ptl_draft draft;
    PTL_TRY(ptl_draft_read(&draft, call->root, call->arena, err));
    const ptl_status st = ptl_workspace_enforce(call, &draft, err);
    ptl_draft_dispose(&draft);
    return st;
}

static const ptl_param apply_params[] = {
    {.name = "dry_run",
     .type = PTL_PARAM_BOOL,
     .defaults = "false",
     .about = "Check the files and say whether they differ; put nothing in force."},
};

const ptl_op ptl_op_apply = {
    .name = "apply",
    .summary = "check the workspace's files and put them in force as a version",
    .about =
        "All files are checked whole: unknown keys, duplicates, wrong types and values out of "
        "range are listed together, each with file, line, column and what would be right. Where "
        "one fault is found nothing changes.\n"
        "What is applied is kept with its files, hash and difference, and entered in the "
        "ledger. Every run names the version it worked under.\n"
        "A change that widens (a target lowered, a metric defined anew, another reader: "
        "docs/proposals.md) is not in force while somebody else holds the right to agree: it "
        "becomes a proposal, and the files stay the draft.",
    .params = apply_params,
    .n_params = 1,
    .result = "changed: bool — whether a new version is in force\n" PTL_ENFORCE_RESULT
              "config_version?: int — the version in force, where one is\n"
              "config_hash?: text — SHA-256 over its files' names and bytes\n"
              "applied_at?: time — since when\n"
              "applied_by?: text — who applied it\n"
              "difference?: text — what changed, as unified text, where there was a version "
              "before\n"
              "run: int — the run that applied it\n" PTL_FAULTS_RESULT,
    .right = "owner",
    .effects = PTL_READS | PTL_WRITES | PTL_DRAFT | PTL_ENTERS,
    .example = "portolan apply",
    .entry = "config.applied",
    .run = run_apply,
};

/* --- status ----------------------------------------------------------------------------------- */

static ptl_status say_stores(ptl_call *call, ptl_error *err)
{
    ptl_ledger_head head;
    int64_t loads = 0;
    char root[PTL_HASH_HEX];
    PTL_TRY(ptl_ledger_head_get(&head, call->store->records, err));
    PTL_TRY(ptl_warehouse_version(&loads, call->store->warehouse, err));
    ptl_hash_format(root, head.root);
    ptl_reply_id(call->reply, "warehouse_version", "newest load", loads);
    ptl_reply_int(call->reply, "ledger_size", "ledger entries", head.size);
    ptl_reply_text(call->reply, "ledger_root", "ledger root", root);
    ptl_reply_text(call->reply, "engine", "engine", ptl_warehouse_engine());
    if (loads == 0 && call->workspace->n_sources > 0)
        ptl_reply_next(call->reply, "nothing was loaded yet: portolan import");
    return PTL_OK;
}

static ptl_status say_runs(ptl_call *call, ptl_error *err)
{
    static const ptl_reply_column columns[] = {{"run", "run", true},
                                               {"operation", "operation", false},
                                               {"state", "state", false},
                                               {"started_at", "started", false},
                                               {"actor", "by", false}};
    ptl_run *runs = NULL;
    int64_t n = 0;
    PTL_TRY(ptl_run_list(&runs, &n, call->store->records, -1, NULL, 5, call->arena, err));
    ptl_reply_table(call->reply, "runs", "newest runs", columns, 5);
    for (int64_t i = 0; i < n; i++) {
        ptl_reply_cell_id(call->reply, runs[i].run_id);
        ptl_reply_cell_text(call->reply, runs[i].operation);
        ptl_reply_cell_text(call->reply, ptl_run_state_text(runs[i].state));
        ptl_reply_cell_instant(call->reply, runs[i].started_at);
        ptl_reply_cell_text(call->reply, runs[i].actor);
    }
    ptl_reply_table_end(call->reply);
    return PTL_OK;
}

/* Whether the questions of `start` are still open. */
static ptl_status say_blank(ptl_call *call, ptl_error *err)
{
    const char *path = ptl_path_join(call->arena, call->root, "portolan.yaml", err);
    if (!path) return PTL_E_NO_MEMORY;
    const bool is_blank = ptl_workspace_is_blank(path);
    if (!is_blank) return PTL_OK;
    ptl_reply_bool(call->reply, "is_blank", "not set up yet", true);
    ptl_reply_next(call->reply, "portolan start FOLDER --into .");
    return PTL_OK;
}

/* The folder that "Open with sample data" has `portolan simulate` write to. */
#define SAMPLE "sample/"

static bool reads_sample(const ptl_workspace *w)
{
    for (int64_t i = 0; i < w->n_sources; i++)
        for (int64_t k = 0; k < w->sources[i].n_files; k++)
            if (strncmp(w->sources[i].files[k], SAMPLE, sizeof SAMPLE - 1) == 0) return true;
    return false;
}

/* `portolan simulate` leaves its company's truth beside what it wrote; no other company has one. */
static ptl_status say_sample(ptl_call *call, ptl_error *err)
{
    const char *truth = ptl_path_join(call->arena, call->root, "truth.json", err);
    const char *inside = ptl_path_join(call->arena, call->root, SAMPLE "truth.json", err);
    if (!truth || !inside) return PTL_E_NO_MEMORY;
    if (ptl_file_exists(truth) || (ptl_file_exists(inside) && reads_sample(call->workspace)))
        ptl_reply_bool(call->reply, "is_sample", "invented company", true);
    return PTL_OK;
}

static ptl_status say_proposals(ptl_call *call, ptl_error *err)
{
    int64_t n;
    PTL_TRY(ptl_proposal_open_count(&n, call->store->records, call->now, err));
    ptl_reply_int(call->reply, "proposals", "proposals", n);
    if (n > 0) ptl_reply_next(call->reply, "portolan proposal list");
    return PTL_OK;
}

static ptl_status run_status(ptl_call *call, ptl_error *err)
{
    const ptl_workspace *w = call->workspace;
    ptl_config_version version;
    PTL_TRY(ptl_config_in_force(&version, call->store->records, call->arena, err));
    ptl_reply_say(call->reply, "%s runs under version %lld of its configuration.", w->company,
                  (long long)version.version);
    ptl_reply_text(call->reply, "company", "company", w->company);
    ptl_reply_text(call->reply, "root", "folder", call->root);
    ptl_reply_text(call->reply, "currency", "currency", w->currency);
    ptl_reply_text(call->reply, "zone", "time zone", ptl_zone_name(w->zone));
    ptl_reply_int(call->reply, "n_sources", "sources", w->n_sources);
    ptl_reply_int(call->reply, "n_channels", "channels", w->n_channels);
    PTL_TRY(say_blank(call, err));
    PTL_TRY(say_sample(call, err));
    say_version(call, &version);
    PTL_TRY(say_stores(call, err));
    PTL_TRY(say_proposals(call, err));
    return say_runs(call, err);
}

const ptl_op ptl_op_status = {
    .name = "status",
    .summary = "say what is in force, what was loaded and what ran last",
    .about = "One look at the workspace: the configuration in force and whether the files differ "
             "from it, the newest load, the ledger's head, the newest runs.\n"
             "Copy the ledger's root somewhere else now and then: with it anybody can check later "
             "that nothing before it was changed.",
    .result = "company: text — the company's name\n"
              "root: text — the workspace's folder\n"
              "currency: text — of its figures\n"
              "zone: text — the time zone that cuts its days\n"
              "n_sources: int — sources in force\n"
              "n_channels: int — governed channels\n"
              "is_blank?: bool — nobody has set it up yet, where that is so\n"
              "is_sample?: bool — the company is invented and its truth lies beside it, "
              "where that is so\n"
              "config_version: int — the version in force\n"
              "config_hash: text — SHA-256 over its files' names and bytes\n"
              "applied_at: time — since when\n"
              "applied_by: text — who applied it\n"
              "warehouse_version: int — the newest load, 0 where nothing was loaded\n"
              "ledger_size: int — entries\n"
              "ledger_root: text — root hash over all of them\n"
              "engine: text — the warehouse's engine and version\n"
              "proposals: int — proposals that wait for a decision\n"
              "runs: list(run int, operation, state, started_at time, actor) — the newest "
              "five",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan status",
    .run = run_status,
};
