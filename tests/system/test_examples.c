/* Every operation's example runs in a workspace, in the registry's order, in a terminal and with
 * --json; what it prints as JSON is one object that is as its row says: every key, every column of
 * every list, and nothing beside. The example shop is the workspace of all but models of media:
 * these need more than a year by week, so theirs is a small simulated shop, in which proposals of
 * others wait. There, and in an empty one, other calls are made too, until every list of every
 * operation was seen with something in it. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "ops/op.h"
#include "store/access.h"
#include "store/proposal.h"
#include "support/described.h"
#include "support/expect.h"
#include "support/scratch.h"

/* What a person drafted in the console: nobody decides on a proposal of their own. */
static void draft(ptl_records *records, const char *by, bool by_terminal)
{
    ptl_error err;
    int64_t overtaken;
    ptl_run run = {.operation = "budget.propose",
                   .parameters = "{}",
                   .fingerprint = "f",
                   .actor = by,
                   .started_at = 1700000000000001};
    EXPECT_OK(ptl_run_start(&run, records, &err));
    EXPECT_OK(ptl_run_end(records, run.run_id, PTL_RUN_DONE, "{}", NULL, 1700000000000002, &err));
    ptl_proposal p = {.kind = "budget",
                      .title = "Move 12k a week from affiliates to paid search",
                      .why = "Its next euro returns more.",
                      .holder = "revenue_operations",
                      .content = ptl_hash_bytes(by, strlen(by)),
                      .base_version = 1,
                      .details = "{}",
                      .drafted_at = 1700000000000003,
                      .drafted_by = by,
                      .by_terminal = by_terminal,
                      .run_id = run.run_id,
                      .expires_at = 4100000000000000};
    EXPECT_OK(ptl_proposal_add(&p, &overtaken, records, NULL, 0, "[]", &err));
}

static void draft_proposals(const char *dir)
{
    char path[1024];
    ptl_error err;
    ptl_records *records;
    snprintf(path, sizeof path, "%s/year/.portolan/records.sqlite", dir);
    EXPECT_OK(ptl_records_open(&records, path, &err));
    draft(records, "mira", false);
    draft(records, "tom", false);
    draft(records, "whoever sits there", true);
    ptl_records_close(records);
}

/* "shop", so named since `init` makes "acme" inside it, and "year", which has been reviewed. */
static int make_workspaces(void **state)
{
    static scratch s;
    char command[2048];
    scratch_make(&s);
    *state = &s;
    /* the books of one month, so that there is something to reconcile and to sign */
    snprintf(command, sizeof command,
             "cd '%s' && portolan init shop > init.txt 2>&1 && cd shop &&"
             " printf 'from,to,line,amount\\n2026-08-01,2026-08-31,revenue,12345.67\\n' > "
             "data/books.csv &&"
             " printf 'table: finance_close\\nfiles: [data/books.csv]\\nmapping: |\\n"
             "  SELECT ptl_day(\"from\") AS period_start, ptl_day(\"to\") AS period_end,"
             " line AS book_line, ptl_money(amount) AS amount_micros FROM source\\n'"
             " > sources/books.yaml && cd .. &&"
             " portolan simulate year --persons 400 --weeks 70 --seed 3 > year.txt 2>&1 &&"
             " cd year && portolan import > import.txt 2>&1 && portolan review > review.txt 2>&1",
             s.dir);
    const int status = system(command);
    if (status == 0) draft_proposals(s.dir);
    return status;
}

static int remove_workspaces(void **state)
{
    scratch_remove(*state);
    return 0;
}

static int run_in(const char *dir, const char *shop, const char *line, const char *options)
{
    char command[2048];
    snprintf(command, sizeof command, "cd '%s/%s' && %s %s > ../out 2> ../problems < /dev/null",
             dir, shop, line, options);
    const int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static int run_op(const char *dir, const ptl_op *op, const char *options)
{
    const bool is_of_models = begins(op->name, "mix.") || begins(op->name, "budget.") ||
                              begins(op->name, "proposal.") ||
                              strcmp(op->name, "experiment.next") == 0;
    return run_in(dir, is_of_models ? "year" : "shop", op->example, options);
}

static ptl_text read_all(const char *dir, const char *name, ptl_arena *arena)
{
    char path[256];
    ptl_error err;
    ptl_text text;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    EXPECT_OK(ptl_file_read(&text, path, 1 << 24, arena, &err));
    return text;
}

static void expect_code(int code, const char *line, const char *dir, ptl_arena *arena)
{
    if (code == 0) return;
    const ptl_text words = read_all(dir, "problems", arena);
    fail_msg("%s: exit code %d: %.*s", line, code, (int)words.len, words.ptr);
}

/* --- answers as they are described ------------------------------------------------------------ */

/* "kpi.list kpis" for every list that was seen with something in it. */
static struct {
    char name[96];
} seen[512];
static int n_seen;

static bool was_seen(const char *name)
{
    for (int i = 0; i < n_seen; i++)
        if (strcmp(seen[i].name, name) == 0) return true;
    return false;
}

static void see(void *ctx, const char *list)
{
    char name[96];
    const ptl_op *const op = ctx;
    snprintf(name, sizeof name, "%s %.60s", op->name, list);
    if (was_seen(name)) return;
    assert_true(n_seen < (int)(sizeof seen / sizeof *seen));
    memcpy(seen[n_seen++].name, name, sizeof name);
}

/* A saved answer is that of its own operation. */
static int n_wrong;

static void wrong(const char *line, const char *of, const described *d)
{
    n_wrong++;
    print_error("%s: %s's %s %s\n", line, of, d->at[0] ? d->at : "object", d->why);
}

static void expect_saved(const json_t *shown, const char *line)
{
    const ptl_op *op;
    ptl_error err;
    described d = {.ctx = NULL};
    const char *const name = json_string_value(json_object_get(shown, "operation"));
    EXPECT_OK(ptl_op_find(&op, ptl_text_of(name), &err));
    if (!described_holds(&d, json_object_get(shown, "answer"), op)) wrong(line, name, &d);
}

static void expect_described(const json_t *answer, const ptl_op *op, const char *line)
{
    described d = {.ctx = (void *)(uintptr_t)op, .saw = see};
    if (!described_holds(&d, answer, op)) wrong(line, op->name, &d);
    if (strcmp(op->name, "run.show") == 0 && json_object_get(answer, "answer"))
        expect_saved(answer, line);
}

static void expect_object(const ptl_op *op, const char *line, const char *dir, ptl_arena *arena)
{
    json_error_t fault;
    const ptl_text text = read_all(dir, "out", arena);
    json_t *answer = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &fault);
    if (!answer || !json_is_object(answer))
        fail_msg("%s --json: line %d: %s", line, fault.line, fault.text);
    assert_true(json_is_array(json_object_get(answer, "said")));
    assert_true(json_is_array(json_object_get(answer, "notes")));
    assert_true(json_is_array(json_object_get(answer, "next")));
    assert_null(json_object_get(answer, "status"));
    expect_described(answer, op, line);
    json_decref(answer);
}

/* What writes something new can run once: its second call goes elsewhere. */
static void clear_way(const char *dir)
{
    char command[512];
    snprintf(command, sizeof command,
             "cd '%s' && rm -rf acme-restored acme-backup.first shop/acme shop/tea shop/first "
             "shop/audit audit && "
             "if [ -d acme-backup ]; then mv acme-backup acme-backup.first; fi",
             dir);
    assert_int_equal(system(command), 0);
}

static void every_example_runs(void **state)
{
    const scratch *s = *state;
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        const ptl_op *op = ptl_ops[i];
        ptl_arena arena;
        ptl_arena_init(&arena, 1 << 25, NULL);
        expect_code(run_op(s->dir, op, ""), op->example, s->dir, &arena);
        if (read_all(s->dir, "out", &arena).len == 0) fail_msg("%s prints nothing", op->example);
        if (strcmp(op->name, "init") == 0 || strcmp(op->name, "backup") == 0) clear_way(s->dir);
        if (strcmp(op->name, "restore") == 0 || strcmp(op->name, "simulate") == 0 ||
            strcmp(op->name, "reconcile.bundle") == 0 || strcmp(op->name, "start") == 0)
            clear_way(s->dir);
        if (strcmp(op->name, "restore") == 0)
            assert_int_equal(run_in(s->dir, "shop", "portolan backup ../acme-backup", ""), 0);
        if (strcmp(op->name, "access.user_remove") == 0)
            assert_int_equal(
                run_in(s->dir, "shop", "portolan access user_add mira --role analyst", ""), 0);
        if (strcmp(op->name, "access.key_revoke") == 0)
            assert_int_equal(
                run_in(s->dir, "shop", "portolan access key_add nightly-import --role analyst", ""),
                0);
        expect_code(run_op(s->dir, op, "--json"), op->example, s->dir, &arena);
        expect_object(op, op->example, s->dir, &arena);
        ptl_arena_dispose(&arena);
    }
    assert_int_equal(n_wrong, 0);
}

/* --- what the examples leave empty ------------------------------------------------------------ */

/* Workspaces: "year" as above; "software", a company with leads and deals; "none", without a single
 * row; "older", of which a later part becomes known; "exports", a folder of files. What stands
 * before the last && prepares. */
#define QUIETLY " --quiet > ../quiet 2>&1 && "
static const struct {
    const char *shop, *op, *line;
} more[] = {
    {"year", "source.totals", "portolan source totals"},
    {"year", "review.write", "portolan review --force"},
    {"year", "figure.list", "portolan figures"},
    {"year", "kpi.list", "portolan kpi list --by channel --limit 400"},
    {"year", "cohort.list", "portolan cohort list --period week"},
    {"year", "metric.explain", "portolan metric explain ltv_to_cac"},
    {"year", "metric.explain", "portolan metric explain cm2"},
    {"year", "course.show", "portolan course show"},
    {"year", "alarm.run", "portolan alarm run"},
    {"year", "attribution.run", "portolan attribution run --replicates 20"},
    {"year", "attribution.show", "portolan attribution show"},
    {"year", "journey.list", "portolan journeys"},
    {"year", "reconcile.show",
     "portolan reconcile run" QUIETLY "portolan reconcile show 2026-03 --rows tax"},
    {"year", "measure.triangulate",
     "portolan attribution run --from 2026-10-01 --to 2026-10-31 --replicates 20" QUIETLY
     "portolan measure triangulate --from 2026-10-01 --to 2026-10-31"},
    {"year", "mix.fit",
     "printf '[{\"channel\":\"paid_social\",\"from\":\"2026-01-05\",\"to\":\"2026-03-29\","
     "\"factor\":0,\"estimate\":400,\"sd\":40,\"grade\":\"A\"}]' > tests.json && "
     "portolan mix fit --draws 100 --experiments tests.json"},
    {"year", "mix.show", "portolan mix show"},
    {"year", "page.show", "portolan page show today --compare"},
    {"year", "page.show", "portolan page show money --compare"},
    {"year", "page.show", "portolan page show mix"},
    {"year", "page.show", "portolan page show attribution"},
    {"year", "workspace.get", "portolan workspace get channels.yaml"},
    {"year", "proposal.show", "portolan proposal show 4"},
    {"year", "source.quarantine",
     "printf 'x,never,,,many,\n' >> data/survey/nps.csv && portolan import" QUIETLY
     "portolan source quarantine survey"},
    {"year", "access.list",
     "portolan access user_add tom --role analyst" QUIETLY "portolan access list"},
    {"year", "ledger.prove",
     "set -- $(portolan ledger verify --json | tr -d '\",' | "
     "awk '/ledger_(size|root)/ {print $2}') && "
     "portolan challenge add today/one --question Why" QUIETLY
     "portolan ledger prove 2 --old-size $1 --old-root $2"},
    {"software", "funnel.show", "portolan funnel show"},
    {"software", "review.changes", "portolan review changes"},
    {"software", "course.show", "portolan course show"},
    {"year", "workspace.set", "portolan workspace set kpi.to=4700"},
    {"year", "proposal.show",
     "portolan proposal show $(portolan proposal list --limit 1 --json | tr -d ',' | "
     "awk '/\"proposal\":/ {print $2}')"},
    {"year", "apply", "sed -i 's/^  to: .*/  to: 4650/' portolan.yaml && portolan apply"},
    {"year", "workspace.set", "portolan workspace set kpi.to=never"},
    {"year", "apply", "sed -i 's/^  to: .*/  to: never/' portolan.yaml && portolan apply"},
    {"older", "budget.score",
     "portolan budget optimize --weeks 4" QUIETLY
     "rm -r data && cp -r ../newer/data . && portolan import" QUIETLY "portolan mix fit" QUIETLY
     "portolan budget score"},
    {"older", "course.show", "portolan review" QUIETLY "portolan course show"},
    {"exports", "source.recognise", "portolan source recognise orders_export.csv"},
    {"exports", "source.recognise", "portolan source recognise agency.csv"},
    {"exports", "source.recognise",
     "sed '1s/$/,Mood/; 2,$s/$/,fine/' orders_export.csv > moods.csv && "
     "portolan source recognise moods.csv"},
    {"exports", "source.recognise",
     "printf 'Day,Campaign,Campaign status,Currency code,Cost,Impr.\\n"
     "2026-04-20,DE | Brand,Enabled,EUR,12.50,470\\n' > clicks.csv && "
     "portolan source recognise clicks.csv"},
    {"exports", "start.ask", "portolan start ask ."},
    {"exports", "start", "portolan start . --into ../started"},
    {"none", "apply", "portolan apply --dry-run"},
    {"none", "apply", "portolan apply"},
    {"none", "source.list", "portolan source list"},
    {"none", "data.audit", "portolan audit"},
    {"none", "alarm.run", "portolan alarm run"},
    {"none", "course.show", "portolan course show"},
    {"none", "review.changes", "portolan review changes"},
    {"none", "review.write", "portolan review"},
    {"none", "attribution.run", "portolan attribution run"},
    {"none", "reconcile.run", "portolan reconcile run"},
    {"none", "reconcile.show", "portolan reconcile show"},
    {"none", "measure.triangulate", "portolan measure triangulate"},
    {"none", "answer.list", "portolan answer list"},
    {"none", "kpi.list", "portolan kpi list"},
    {"none", "taxonomy.list", "portolan taxonomy list"},
    {"none", "page.show", "portolan page show"},
    {"none", "page.show", "portolan page show money"},
    {"none", "status", "portolan status"},
    {"none", "source.add", "portolan source add ../exports"},
};

/* Somebody else who holds the right: what widens waits for her. */
static void let_an_owner_sign_in(const char *dir)
{
    char path[1024];
    ptl_error err;
    ptl_records *records;
    int64_t user_id;
    const ptl_hash invite = ptl_hash_bytes("ines", 4);
    ptl_access_user user = {.name = "ines",
                            .role = "owner",
                            .is_invited = true,
                            .invite = invite,
                            .invite_until = 4100000000000000,
                            .added_at = 1700000000000003,
                            .added_by = "mira"};
    snprintf(path, sizeof path, "%s/year/.portolan/records.sqlite", dir);
    EXPECT_OK(ptl_records_open(&records, path, &err));
    EXPECT_OK(ptl_access_user_add(&user, records, &err));
    EXPECT_OK(
        ptl_access_user_claim(&user_id, records, invite, "$argon2id$", 1700000000000004, &err));
    ptl_records_close(records);
}

static int make_others(void **state)
{
    static const char *const words =
        "portolan init none && rm none/data/* &&"
        " portolan simulate software --world software --setting kind --persons 600 --weeks 60"
        " --seed 7 &&"
        " portolan -w software import && portolan -w software review &&"
        " portolan simulate older --persons 400 --weeks 60 --ends 2026-08-02 --seed 3 &&"
        " portolan -w older import && portolan -w older review && portolan -w older mix fit &&"
        " portolan simulate newer --persons 400 --weeks 75 --ends 2026-11-15 --seed 3 &&"
        " mkdir exports && cp newer/data/shopify/orders_export.csv exports &&"
        " printf 'day,channel,cost\n03/04/2026,tv,12.50\n05/06/2026,tv,11.25\n'"
        " > exports/agency.csv &&"
        " printf 'a,b\n1,2\n' > exports/other.csv";
    char command[2048];
    const scratch *s = *state;
    snprintf(command, sizeof command, "cd '%s' && (%s) > others.txt 2>&1 < /dev/null", s->dir,
             words);
    let_an_owner_sign_in(s->dir);
    return system(command);
}

/* Faults of files come with the problem, as they would with an answer. */
static bool is_problem_of_files(const ptl_op *op, const char *line, const char *dir,
                                ptl_arena *arena)
{
    ptl_error err;
    ptl_result_key *keys;
    described d = {.ctx = (void *)(uintptr_t)op, .saw = see};
    const ptl_text text = read_all(dir, "out", arena);
    json_t *const problem = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *const faults = json_object_get(problem, "faults");
    EXPECT_OK(ptl_result_of(&keys, op, arena, &err));
    const ptl_result_key *const key = ptl_result_find(keys, PTL_TEXT("faults"));
    const bool is_one = faults && key && json_is_string(json_object_get(problem, "message"));
    if (is_one && !described_type(&d, faults, key->type, "faults")) wrong(line, op->name, &d);
    json_decref(problem);
    return is_one;
}

static void other_answers_are_as_described(void **state)
{
    const scratch *s = *state;
    n_wrong = 0;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        const ptl_op *op;
        ptl_error err;
        ptl_arena arena;
        ptl_arena_init(&arena, 1 << 25, NULL);
        EXPECT_OK(ptl_op_find(&op, ptl_text_of(more[i].op), &err));
        const int code = run_in(s->dir, more[i].shop, more[i].line, "--json");
        const ptl_text words = read_all(s->dir, "problems", &arena);
        if (code == 0)
            expect_object(op, more[i].line, s->dir, &arena);
        else if (!is_problem_of_files(op, more[i].line, s->dir, &arena))
            n_wrong++, print_error("%s: exit code %d: %.*s\n", more[i].line, code, (int)words.len,
                                   words.ptr);
        ptl_arena_dispose(&arena);
    }
    assert_int_equal(n_wrong, 0);
}

/* Lists that these workspaces leave empty, and why. */
static const char *const unseen[][2] = {
    {"attribution.run sequences",
     "a sequence is told from a hundred journeys on: none of these companies is so large"},
    {"attribution.show sequences", "as in attribution.run"},
    {"journey.list sequences", "as in attribution.run"},
};

static bool may_be_empty(const char *name)
{
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        if (strcmp(unseen[i][0], name) == 0) return true;
    return false;
}

/* Every list that a type describes, by its name within the answer. */
static void expect_seen(const ptl_op *op, const ptl_result_key *keys, const char *within)
{
    for (; keys; keys = keys->next) {
        char name[96], list[60];
        snprintf(list, sizeof list, "%s%s%.*s", within, within[0] ? "." : "", (int)keys->name.len,
                 keys->name.ptr);
        for (const ptl_result_type *type = keys->type; type; type = type->other) {
            if (type->kind == PTL_RESULT_OBJECT) expect_seen(op, type->keys, list);
            if (type->kind != PTL_RESULT_LIST) continue;
            snprintf(name, sizeof name, "%s %s", op->name, list);
            expect_seen(op, type->items->keys, list);
            if (was_seen(name) && may_be_empty(name))
                n_wrong++, print_error("%s is seen: take it from the list\n", name);
            else if (!was_seen(name) && !may_be_empty(name))
                n_wrong++, print_error("%s: nothing was seen in it\n", name);
        }
    }
}

static void every_list_was_seen_with_rows(void **state)
{
    (void)state;
    n_wrong = 0;
    for (int64_t i = 0; i < ptl_ops_n; i++) {
        ptl_arena arena;
        ptl_error err;
        ptl_result_key *keys;
        ptl_arena_init(&arena, 1 << 20, NULL);
        EXPECT_OK(ptl_result_of(&keys, ptl_ops[i], &arena, &err));
        expect_seen(ptl_ops[i], keys, "");
        ptl_arena_dispose(&arena);
    }
    assert_int_equal(n_wrong, 0);
}

int main(void)
{
    char path[8192];
    snprintf(path, sizeof path, "%s:%s", PTL_BINARY_DIR, getenv("PATH"));
    setenv("PATH", path, 1);
    unsetenv("PORTOLAN_WORKSPACE");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_runs),
        cmocka_unit_test_setup(other_answers_are_as_described, make_others),
        cmocka_unit_test(every_list_was_seen_with_rows)};
    return cmocka_run_group_tests_name("examples", tests, make_workspaces, remove_workspaces);
}
