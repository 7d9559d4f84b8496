/* understand_measure.c: sources about the same channels side by side, as an operation.
 *
 * Words follow evidence: an effect of grade A or B was caused, one of C or D is explained by a
 * model, credit is only credited, a claim only claimed. Claims are never added up, nor is a figure
 * shown where sources conflict. */
#include "understand/triangulate.h"

#include "ops/args.h"

#include <math.h>
#include <string.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

static ptl_triangulation_options options_of(const ptl_call *call)
{
    const ptl_args *const args = call->args;
    const char *const goal = ptl_args_text(args, "goal");
    const bool marginal = strcmp(ptl_args_text(args, "slope"), "marginal") == 0;
    return (ptl_triangulation_options){.size = (int32_t)sizeof(ptl_triangulation_options),
                                       .run_id = call->run_id,
                                       .has_as_of = ptl_args_given(args, "as_of"),
                                       .as_of = ptl_args_day(args, "as_of"),
                                       .has_period = ptl_args_given(args, "from") &&
                                                     ptl_args_given(args, "to"),
                                       .from = ptl_args_day(args, "from"),
                                       .to = ptl_args_day(args, "to"),
                                       .method = ptl_args_text(args, "method"),
                                       .goal = goal ? goal : "",
                                       .slope = marginal ? PTL_SLOPE_MARGINAL : PTL_SLOPE_AVERAGE};
}

/* --- what is said ----------------------------------------------------------------------------- */

static int64_t with_figure(const ptl_triangulation *t)
{
    int64_t n = 0;
    for (int64_t k = 0; k < t->n_lines; k++) n += isfinite(t->line[k].t.figure.point);
    return n;
}

static void say_conflict(ptl_reply *reply, const ptl_triangulation *t)
{
    const ptl_triangulation_line *const line = &t->line[t->settle_first];
    ptl_reply_note(reply,
                   "%s: the effect is measured at %.0f %s, journey credit lets expect %.0f; both "
                   "stand. An experiment on %s with a standard error of %.0f would tell them apart",
                   line->channel, line->t.effect.point, t->currency, line->t.from_credit.point,
                   line->channel, line->t.settle_error);
}

static void say_bias(ptl_reply *reply, const ptl_triangulation *t)
{
    if (t->prior_speaks)
        ptl_reply_note(reply,
                       "the prior speaks: the bias of journey credit rests on %d channels of grade "
                       "A or B, and three is the least",
                       t->n_learnt);
    else
        ptl_reply_note(reply,
                       "journey credit is %.2f times the effect (%.2f to %.2f) on %d channels of "
                       "grade A or B, and departs from that by a factor of %.2f",
                       t->bias.point, t->bias.low, t->bias.high, t->n_learnt, t->spread.point);
}

static void say(ptl_reply *reply, const ptl_triangulation *t)
{
    if (!t->has_period) {
        ptl_reply_say(reply, "The books have closed no period, and none was asked for.");
        ptl_reply_next(reply, "portolan measure triangulate --from 2026-01-01 --to 2026-01-31");
        return;
    }
    if (t->n_lines == 0)
        ptl_reply_say(reply, "Nothing is known of any channel in this period.");
    else
        ptl_reply_say(reply, "%lld of %lld channels have one figure, %d have sources in conflict.",
                      (long long)with_figure(t), (long long)t->n_lines, t->n_conflicts);
    for (int32_t i = 0; i < t->n_missing; i++) ptl_reply_note(reply, "%s", t->missing[i]);
    if (t->verdict == PTL_CONVERGED) say_bias(reply, t);
    if (t->n_conflicts > 0) say_conflict(reply, t);
}

/* --- what is shown ---------------------------------------------------------------------------- */

static void put_channels(ptl_reply *reply, const ptl_triangulation *t)
{
    static const ptl_reply_column columns[] = {{"channel", "Channel", false},
                                               {"grade", "Grade", false},
                                               {"figure", "Incremental CM1", true},
                                               {"low", "90% from", true},
                                               {"high", "90% to", true},
                                               {"effect", "Measured", true},
                                               {"from_credit", "From journeys", true},
                                               {"p", "p", true},
                                               {"claim", "Claimed", true},
                                               {"over_claim", "Times", true},
                                               {"spend", "Media", true}};
    ptl_reply_table(reply, "channels", "Channels", columns, N_OF(columns));
    for (int64_t k = 0; k < t->n_lines; k++) {
        const ptl_triangulation_line *const line = &t->line[k];
        const char grade[2] = {line->t.grade, '\0'};
        ptl_reply_cell_text(reply, line->channel);
        ptl_reply_cell_text(reply, isfinite(line->t.effect.point) ? grade : NULL);
        ptl_reply_cell_double(reply, line->t.figure.point);
        ptl_reply_cell_double(reply, line->t.figure.low);
        ptl_reply_cell_double(reply, line->t.figure.high);
        ptl_reply_cell_double(reply, line->t.effect.point);
        ptl_reply_cell_double(reply, line->t.from_credit.point);
        ptl_reply_cell_double(reply, line->t.p);
        ptl_reply_cell_double(reply, line->t.claim);
        ptl_reply_cell_double(reply, line->t.over_claim.point);
        ptl_reply_cell_double(reply, line->spend);
    }
    ptl_reply_table_end(reply);
}

static void put_credit(ptl_reply *reply, const ptl_triangulation *t)
{
    static const ptl_reply_column columns[] = {{"channel", "Channel", false},
                                               {"share", "Share of touched", true}};
    ptl_reply_table(reply, "shares", "Journey credit, grade E", columns, N_OF(columns));
    for (int64_t k = 0; k < t->n_lines; k++) {
        if (isnan(t->line[k].share)) continue;
        ptl_reply_cell_text(reply, t->line[k].channel);
        ptl_reply_cell_double(reply, t->line[k].share);
    }
    ptl_reply_table_end(reply);
    if (t->n_untouched >= 0)
        ptl_reply_int(reply, "untouched", "Conversions without a touch", t->n_untouched);
}

static void put_sources(ptl_reply *reply, const ptl_triangulation *t)
{
    static const ptl_reply_column columns[] = {{"channel", "Channel", false},
                                               {"source", "Source", false},
                                               {"use", "What became of it", false}};
    ptl_reply_table(reply, "sources", "Sources", columns, N_OF(columns));
    for (int64_t i = 0; i < t->n_sources; i++) {
        ptl_reply_cell_text(reply, t->source[i].channel);
        ptl_reply_cell_text(reply, t->source[i].origin);
        ptl_reply_cell_text(reply, ptl_source_use_text(t->source[i].use));
    }
    ptl_reply_table_end(reply);
}

static void put_book_line(ptl_reply *reply, const char *line, int64_t micros, const char *currency)
{
    ptl_reply_cell_text(reply, line);
    ptl_reply_cell_micros(reply, micros, currency);
}

static void put_books(ptl_reply *reply, const ptl_triangulation *t)
{
    static const ptl_reply_column columns[] = {{"line", "Line", false},
                                               {"revenue", "Revenue", true}};
    ptl_reply_table(reply, "books", t->is_audited ? "The books, audited" : "The books", columns,
                    N_OF(columns));
    if (t->has_baseline) put_book_line(reply, "baseline", t->books.baseline_micros, t->currency);
    for (int64_t k = 0; k < t->n_lines; k++)
        if (t->line[k].has_increment)
            put_book_line(reply, t->line[k].channel, t->line[k].increment_micros, t->currency);
    put_book_line(reply, t->has_baseline ? "unexplained" : "baseline and unexplained",
                  t->books.unexplained_micros, t->currency);
    put_book_line(reply, "reconciled revenue", t->books.revenue_micros, t->currency);
    ptl_reply_table_end(reply);
}

static ptl_status check_period(const ptl_call *call, const ptl_triangulation_options *o,
                               ptl_error *err)
{
    if (ptl_args_given(call->args, "from") != ptl_args_given(call->args, "to"))
        return ptl_fail(err, PTL_E_INVALID, "a period has a first and a last day: from and to");
    if (o->has_period && o->to < o->from)
        return ptl_fail(err, PTL_E_INVALID, "the period ends before it begins");
    return PTL_OK;
}

static ptl_status measure_triangulate(ptl_call *call, ptl_error *err)
{
    ptl_triangulation t;
    const ptl_triangulation_options options = options_of(call);
    PTL_TRY(check_period(call, &options, err));
    PTL_TRY(ptl_triangulation_run(&t, call->store, call->workspace, &options, call->arena, err));
    say(call->reply, &t);
    if (t.has_period) {
        ptl_reply_day(call->reply, "from", "From", t.from);
        ptl_reply_day(call->reply, "to", "To", t.to);
        ptl_reply_text(call->reply, "verdict", "Verdict", ptl_verdict_text(t.verdict));
    }
    put_channels(call->reply, &t);
    put_credit(call->reply, &t);
    put_sources(call->reply, &t);
    if (t.is_closed) put_books(call->reply, &t);
    return PTL_OK;
}

static const ptl_param params[] = {
    {.name = "from",
     .type = PTL_PARAM_DAY,
     .about = "First day of the period; without one, the newest period the books have closed."},
    {.name = "to", .type = PTL_PARAM_DAY, .about = "Last day of the period."},
    {.name = "as_of",
     .type = PTL_PARAM_DAY,
     .about = "What was known at the end of this local day; without it, all that is known."},
    {.name = "method",
     .type = PTL_PARAM_TEXT,
     .defaults = "markov",
     .about = "Method of attribution whose journey credit stands against effects."},
    {.name = "goal",
     .type = PTL_PARAM_TEXT,
     .about = "A goal of journeys.yaml; without it, that of the method's newest run."},
    {.name = "slope",
     .type = PTL_PARAM_ENUM,
     .choices = "average|marginal",
     .defaults = "average",
     .about = "Against nothing spent, or of the last unit spent."}};

const ptl_op ptl_op_measure_triangulate = {
    .name = "measure.triangulate",
    .alias = "triangulate",
    .summary = "make one figure per channel from the mix model, journeys, claims and the books",
    .about =
        "The estimand is incremental CM1 of each channel in one period. The mix model measures it, "
        "experiments inside; journey credit is a witness whose bias is learnt on channels of grade "
        "A or B; what platforms claim stands beside with its over-claim factor. "
        "Where effect and journey credit conflict, both are shown, and the experiment that would "
        "settle it. In a closed period, baseline, increments and what is unexplained add up to the "
        "books' revenue to the cent. What cannot be mapped is left out with its reason. "
        "docs/triangulate.md has the model.",
    .params = params,
    .n_params = N_OF(params),
    .result = "from?, to?: day — the period, where one is known\n"
              "verdict?: text — whether any channel has a figure\n"
              "untouched?: int — conversions that no touch preceded, where it is known\n"
              "channels?: list(channel, grade, figure number, low number, high number, "
              "effect number, from_credit number, p number, claim number, over_claim number, "
              "spend number) — one figure each\n"
              "shares?: list(channel, share number) — of the touched conversions, journey "
              "credit\n"
              "sources?: list(channel, source, use) — what was used, and what was left out "
              "for which reason\n"
              "books?: list(line, revenue money) — where the period is closed",
    .right = "analyst",
    .effects = PTL_READS | PTL_WRITES,
    .example = "portolan measure triangulate --from 2025-06-01 --to 2025-06-30",
    .run = measure_triangulate};
