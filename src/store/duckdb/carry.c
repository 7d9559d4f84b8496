/* carry.c: what readers hold, counted for the state that a commit is about to make.
 *
 * A commit makes every held result one of a state that has passed (memo.c). Sums over millions of
 * rows would then be counted again while somebody waits for them. So whoever commits does it
 * before: inside the transaction the tables are already what they will be, and readers go on with
 * the state they have. After the COMMIT the results lie there.
 *
 * Invariants. 1. Nothing is carried unless the transaction began in the state that readers see and
 * no other commit came between: then the next state is the one counted here. 2. Only what was asked
 * in this state and took long is counted: the work is that of the readers, done once and earlier.
 * 3. A commit that wrote tables of runs alone leaves a result that rests on facts as
 * it is. 4. Where the COMMIT fails nothing of it is kept (scope.c). */
#include "store/duckdb/duckdb_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/asset.h"

/* After a commit whoever looks at a page asks all of its queries at once, on a machine that may
 * have two cores: what is left to them must be short together. */
enum { CARRY_MS = 10 };

/* --- what rests on facts alone ---------------------------------------------------------------- */

/* What others than loads write; their views and macros begin with the same words. */
static const char *const of_runs[] = {"output",         "calendar",    "meta",        "figure",
                                      "day_channel",    "day_segment", "cohort_week", "score",
                                      "segment_member", "forecast",    "credit",      "effect",
                                      "journey_path",   "finding",     "day_part"};

static bool is_of_runs(const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof of_runs / sizeof *of_runs; i++) {
        const size_t n = strlen(of_runs[i]);
        if (len >= n && memcmp(word, of_runs[i], n) == 0) return true;
    }
    return false;
}

static bool rests_on_facts(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, PTL_DUCK_QUERIES "%s.sql", name);
    const ptl_asset *asset = ptl_asset_find(path);
    if (!asset) return false;
    const char *text = (const char *)asset->bytes, *end = text + asset->len;
    while (text < end) {
        const char *word = text;
        while (text < end && (isalnum((unsigned char)*text) || *text == '_')) text++;
        if (is_of_runs(word, (size_t)(text - word))) return false;
        if (text == word) text++;
    }
    return true;
}

void ptl_duck_note_table(ptl_scope *scope, const char *table)
{
    if (!is_of_runs(table, strlen(table))) scope->on_facts = true;
}

/* --- carrying --------------------------------------------------------------------------------- */

/* A statement that failed takes the transaction with it, so the scope is marked: whoever cancelled
 * is told so, and a load for which memory did not suffice is repeated. */
static ptl_status count_again(ptl_scope *scope, const ptl_duck_question *question)
{
    ptl_table table;
    ptl_error err;
    const ptl_status st =
        ptl_scope_query(&table, scope, question->name, question->params, question->n_params, &err);
    if (st != PTL_OK) {
        ptl_scope_mark(scope, st, &err);
        return st;
    }
    ptl_duck_memo_give(scope->warehouse->engine->memo, question, scope->state + 1, &table, CARRY_MS,
                       false);
    ptl_table_dispose(&table);
    return PTL_OK;
}

void ptl_duck_carry(ptl_scope *scope)
{
    ptl_duck_engine *engine = scope->warehouse->engine;
    ptl_duck_question asked[PTL_DUCK_MEMO_MAX];
    ptl_arena arena;
    if (scope->state < 0 || ptl_pulse_state(&engine->facts) != scope->state) return;
    if (!scope->on_facts)
        ptl_duck_memo_move(engine->memo, scope->state, scope->state + 1, rests_on_facts);
    ptl_arena_init(&arena, (size_t)8 << 20, NULL);
    const int64_t n =
        ptl_duck_memo_asked(asked, PTL_DUCK_MEMO_MAX, engine->memo, scope->state, CARRY_MS, &arena);
    for (int64_t i = 0; i < n; i++)
        if (count_again(scope, &asked[i]) != PTL_OK) break;
    ptl_arena_dispose(&arena);
}
