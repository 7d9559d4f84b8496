/* store_ledger.c: the operations on the ledger. */
#include "ops/args.h"
#include "ops/cursor.h"
#include "ops/registry.h"

/* --- ledger ----------------------------------------------------------------------------------- */

static void say_head(ptl_reply *reply, const ptl_ledger_head *head)
{
    char root[PTL_HASH_HEX];
    ptl_hash_format(root, head->root);
    ptl_reply_int(reply, "ledger_size", "entries", head->size);
    ptl_reply_text(reply, "ledger_root", "root", root);
}

static ptl_status run_ledger_verify(ptl_call *call, ptl_error *err)
{
    ptl_ledger_verdict verdict;
    PTL_TRY(ptl_ledger_verify(&verdict, call->store->records, call->progress, err));
    if (verdict.holds)
        ptl_reply_say(call->reply, "The ledger holds: %lld entr%s, recomputed from their bytes.",
                      (long long)verdict.n_entries, verdict.n_entries == 1 ? "y" : "ies");
    ptl_reply_bool(call->reply, "holds", "holds", verdict.holds);
    say_head(call->reply, &verdict.head);
    if (verdict.holds) return PTL_OK;
    if (verdict.fault_seq >= 0)
        ptl_reply_id(call->reply, "fault_seq", "at entry", verdict.fault_seq);
    ptl_reply_text(call->reply, "fault", "fault", verdict.fault);
    (void)ptl_fail(err, PTL_E_CORRUPT, "the ledger does not hold: %s", verdict.fault);
    ptl_error_detail(err, "%lld entries were read", (long long)verdict.n_entries);
    ptl_error_hint(err, "keep .portolan as it is and compare it with your newest back-up");
    return PTL_E_CORRUPT;
}

const ptl_op ptl_op_ledger_verify = {
    .name = "ledger.verify",
    .summary = "recompute the ledger from its bytes and say whether it holds",
    .about =
        "Every entry's hash, place and link is computed again from the stored bytes (a Merkle "
        "tree as in RFC 6962). A single changed bit is found, and the entry it is in is named; "
        "the command then ends with the exit code of E_CORRUPT.",
    .result = "holds: bool — whether every entry is what was written\n"
              "ledger_size: int — entries\n"
              "ledger_root: text — root hash over all of them\n"
              "fault_seq?: int — the first entry that is not what was written, where one is\n"
              "fault?: text — what is wrong with it, where one is",
    .right = "everyone",
    .effects = PTL_READS,
    .is_long = true,
    .example = "portolan ledger verify",
    .run = run_ledger_verify,
};

static void put_entry(ptl_reply *reply, const ptl_ledger_entry *entry)
{
    char leaf[PTL_HASH_HEX];
    ptl_hash_format(leaf, entry->leaf);
    ptl_reply_cell_id(reply, entry->seq);
    ptl_reply_cell_instant(reply, entry->entered_at);
    ptl_reply_cell_text(reply, entry->kind);
    ptl_reply_cell_text(reply, entry->actor);
    if (entry->run_id > 0)
        ptl_reply_cell_id(reply, entry->run_id);
    else
        ptl_reply_cell_text(reply, NULL);
    ptl_reply_cell_text(reply, leaf);
    ptl_reply_cell_json(reply, entry->body);
}

static ptl_status run_ledger_list(ptl_call *call, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"seq", "entry", PTL_HOLDS_ID},   {"entered_at", "entered", PTL_HOLDS_INSTANT},
        {"kind", "what", PTL_HOLDS_TEXT}, {"actor", "by", PTL_HOLDS_TEXT},
        {"run", "run", PTL_HOLDS_ID},     {"leaf", "", PTL_HOLDS_TEXT},
        {"body", "", PTL_HOLDS_JSON}};
    const int64_t limit = ptl_args_int(call->args, "limit");
    ptl_ledger_head head;
    ptl_ledger_entry *entries = NULL;
    int64_t n = 0;
    PTL_TRY(ptl_ledger_head_get(&head, call->store->records, err));
    const bool forward = call->whole || ptl_args_given(call->args, "first");
    int64_t at;
    bool given;
    PTL_TRY(ptl_cursor_read(&at, 1, &given, call, err));
    /* without a first entry pages go back from the newest: `at` is where the page before began */
    const int64_t end = given ? at : head.size;
    int64_t first = end > limit ? end - limit : 0;
    if (forward) first = given ? at : ptl_args_int(call->args, "first");
    const int64_t wanted = forward || limit < end ? limit : end;
    if (wanted > 0)
        PTL_TRY(
            ptl_ledger_list(&entries, &n, call->store->records, first, wanted, call->arena, err));
    if (n > 0)
        ptl_reply_say(call->reply, "Entries %lld to %lld of %lld.", (long long)first,
                      (long long)(first + n - 1), (long long)head.size);
    else
        ptl_reply_say(call->reply, "No entries from %lld on; the ledger has %lld.",
                      (long long)first, (long long)head.size);
    ptl_reply_table(call->reply, "entries", "", columns, 7);
    for (int64_t i = 0; i < n; i++) put_entry(call->reply, &entries[i]);
    ptl_reply_table_end(call->reply);
    const int64_t next = forward ? first + n : first;
    const bool more = forward ? next < head.size : first > 0;
    return ptl_cursor_put(call, more ? &next : NULL, 1, err);
}

static const ptl_param ledger_list_params[] = {
    {.name = "first",
     .type = PTL_PARAM_INT,
     .min = 0,
     .max = 9e15,
     .about = "The entry to begin at, counted from 0; without it the newest are listed."},
    {.name = "limit",
     .type = PTL_PARAM_INT,
     .unit = "entries",
     .defaults = "20",
     .min = 1,
     .max = 10000,
     .about = "How many entries at most."},
    PTL_PARAM_CURSOR,
};

const ptl_op ptl_op_ledger_list = {
    .name = "ledger.list",
    .summary = "list what was decided and done, oldest first",
    .about = "The ledger is an append-only log of everything that changed the workspace: which "
             "configuration came into force, what was loaded, which reviews were written, by whom. "
             "With --json each entry carries its body and its leaf hash. Without a first entry the "
             "pages that follow go back to the beginning.",
    .params = ledger_list_params,
    .n_params = 3,
    .result =
        "entries: list(seq int, entered_at time, kind, actor, run int, leaf, body "
        "object) — what a body holds follows from its kind: docs/audit.md\n" PTL_RESULT_CURSOR,
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan ledger list --limit 5",
    .run = run_ledger_list,
};

static void put_path(ptl_reply *reply, const char *name, const char *label, const ptl_hash *path,
                     int32_t n)
{
    static const ptl_reply_column columns[] = {{"hash", "hash", false}};
    ptl_reply_table(reply, name, label, columns, 1);
    for (int32_t i = 0; i < n; i++) {
        char hash[PTL_HASH_HEX];
        ptl_hash_format(hash, path[i]);
        ptl_reply_cell_text(reply, hash);
    }
    ptl_reply_table_end(reply);
}

/* For machines: an entry may hold a whole configuration. */
static ptl_status put_stored(ptl_reply *reply, ptl_text stored, ptl_error *err)
{
    ptl_buffer text;
    ptl_json json;
    ptl_buffer_init(&text, 64u << 20, NULL);
    ptl_json_init_buffer(&json, &text, 0, err);
    ptl_json_text(&json, stored);
    const ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK) ptl_reply_json(reply, "stored", ptl_buffer_borrow(&text));
    ptl_buffer_dispose(&text);
    return st;
}

static ptl_status prove_entry(ptl_call *call, const ptl_ledger_head *head, ptl_error *err)
{
    const int64_t seq = ptl_args_int(call->args, "seq");
    ptl_ledger_entry *entry = NULL;
    ptl_hash path[PTL_LEDGER_PROOF_MAX];
    int64_t n_entries = 0;
    int32_t n = 0;
    if (seq >= head->size)
        return ptl_fail(err, PTL_E_NOT_FOUND, "the ledger has no entry %lld; it has %lld, from 0",
                        (long long)seq, (long long)head->size);
    PTL_TRY(ptl_ledger_list(&entry, &n_entries, call->store->records, seq, 1, call->arena, err));
    if (n_entries != 1)
        return ptl_fail(err, PTL_E_CORRUPT, "entry %lld is missing from the ledger",
                        (long long)seq);
    PTL_TRY(ptl_ledger_inclusion(path, &n, call->store->records, seq, head->size, err));
    if (!ptl_ledger_inclusion_holds(entry->leaf, seq, *head, path, n))
        return ptl_fail(err, PTL_E_CORRUPT, "entry %lld does not belong to the ledger's root",
                        (long long)seq);
    char leaf[PTL_HASH_HEX];
    ptl_hash_format(leaf, entry->leaf);
    ptl_reply_say(call->reply, "Entry %lld (%s, by %s) is in the ledger under this root.",
                  (long long)seq, entry->kind, entry->actor);
    ptl_reply_id(call->reply, "seq", "entry", seq);
    ptl_reply_text(call->reply, "leaf", "leaf", leaf);
    PTL_TRY(put_stored(call->reply, entry->stored, err));
    put_path(call->reply, "path", "audit path", path, n);
    return PTL_OK;
}

/* That today's ledger only appends to the one whose head somebody wrote down. */
static ptl_status prove_growth(ptl_call *call, const ptl_ledger_head *head, ptl_error *err)
{
    const char *root = ptl_args_text(call->args, "old_root");
    ptl_ledger_head old = {.size = ptl_args_int(call->args, "old_size")};
    ptl_hash path[PTL_LEDGER_PROOF_MAX];
    int32_t n = 0;
    if (!root) return ptl_fail(err, PTL_E_INVALID, "\"old_size\" needs \"old_root\" beside it");
    PTL_TRY(ptl_hash_parse(&old.root, ptl_text_of(root), err));
    if (old.size > head->size)
        return ptl_fail(err, PTL_E_CORRUPT, "the ledger had %lld entries and has %lld now",
                        (long long)old.size, (long long)head->size);
    PTL_TRY(ptl_ledger_consistency(path, &n, call->store->records, old.size, head->size, err));
    if (!ptl_ledger_consistency_holds(old, *head, path, n)) {
        (void)ptl_fail(err, PTL_E_CORRUPT, "the ledger is not a continuation of root %.16s…", root);
        ptl_error_detail(err, "old size %lld, size now %lld", (long long)old.size,
                         (long long)head->size);
        ptl_error_hint(err, "check that size and root were written down together");
        return PTL_E_CORRUPT;
    }
    ptl_reply_say(call->reply,
                  "The first %lld entries are as they were when that root was written "
                  "down; %lld came after.",
                  (long long)old.size, (long long)(head->size - old.size));
    put_path(call->reply, "consistency", "consistency proof", path, n);
    return PTL_OK;
}

static ptl_status run_ledger_prove(ptl_call *call, ptl_error *err)
{
    ptl_ledger_head head;
    PTL_TRY(ptl_ledger_head_get(&head, call->store->records, err));
    PTL_TRY(prove_entry(call, &head, err));
    if (ptl_args_given(call->args, "old_size")) PTL_TRY(prove_growth(call, &head, err));
    say_head(call->reply, &head);
    return PTL_OK;
}

static const ptl_param ledger_prove_params[] = {
    {.name = "seq",
     .type = PTL_PARAM_INT,
     .positional = true,
     .required = true,
     .min = 0,
     .max = 9e15,
     .about = "The entry, counted from 0."},
    {.name = "old_size",
     .type = PTL_PARAM_INT,
     .unit = "entries",
     .min = 1,
     .max = 9e15,
     .about = "A size written down earlier: prove too that nothing before it was changed."},
    {.name = "old_root",
     .type = PTL_PARAM_TEXT,
     .about = "The root written down with that size, 64 hexadecimal digits."},
};

const ptl_op ptl_op_ledger_prove = {
    .name = "ledger.prove",
    .summary = "prove that an entry is in the ledger, and that the past was not changed",
    .about = "Gives the hashes beside the entry's way to the root (RFC 6962, 2.1.1) and, with "
             "--json, its stored bytes. Whoever holds the root can check the entry without "
             "trusting this program.\n"
             "With --old-size and --old-root it also proves that today's ledger continues the one "
             "whose head was written down (2.1.2).",
    .params = ledger_prove_params,
    .n_params = 3,
    .result = "seq: int — the entry\n"
              "leaf: text — SHA-256 of a zero byte and the stored bytes\n"
              "stored: text — the bytes that were hashed\n"
              "path: list(hash) — the audit path, from the leaf up\n"
              "consistency?: list(hash) — the consistency proof, where it was asked for\n"
              "ledger_size: int — entries\n"
              "ledger_root: text — root hash over all of them",
    .right = "everyone",
    .effects = PTL_READS,
    .example = "portolan ledger prove 0",
    .run = run_ledger_prove,
};
