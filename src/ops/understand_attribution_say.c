/* understand_attribution_say.c: what an attribution run found, read back and said.
 *
 * A run's figures come in the order of name, dimension and member, so figures of one name are a
 * range, and ranges written together (how many journeys, how many of them converted) run in step.
 */
#include "ops/understand_attribution_internal.h"

#include "base/show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

/* --- the answer ------------------------------------------------------------------------------- */

static void say_sentence(const ptl_saying *s)
{
    const int64_t all = ptl_told_total(&s->told, "conversions"),
                  touched = ptl_told_total(&s->told, "conversions_touched");
    const char *currency = s->call->workspace->currency;
    ptl_buffer b;
    ptl_buffer_init(&b, 1024, NULL);
    ptl_buffer_printf(&b, "Goal %s: ", s->told.goal);
    ptl_show_counted(&b, all, "conversion");
    if (s->told.has_value) {
        ptl_buffer_text(&b, " worth ");
        ptl_show_money_short(&b, ptl_told_total(&s->told, "value"), currency, 4);
    }
    ptl_buffer_text(&b, ", ");
    ptl_show_count(&b, touched);
    ptl_buffer_text(&b, " after a touch, ");
    ptl_show_count(&b, all - touched);
    ptl_buffer_text(&b, " without one.");
    ptl_reply_say(s->call->reply, "%s", b.ptr ? b.ptr : "");
    ptl_reply_say(s->call->reply,
                  "What a channel is credited with describes journeys (grade E). It is not what "
                  "the channel caused.");
    ptl_buffer_dispose(&b);
}

static void say_totals(const ptl_saying *s)
{
    ptl_reply *reply = s->call->reply;
    const char *currency = s->call->workspace->currency;
    /* the dispatcher names the run of whatever makes one */
    if (s->call->run_id == 0) ptl_reply_id(reply, "run", "Run", s->told.run_id);
    ptl_reply_text(reply, "goal", "Goal", s->told.goal);
    ptl_reply_text(reply, "grade", "Grade", "E");
    ptl_reply_day(reply, "from", "From", (ptl_day)ptl_column_int(s->told.figures.period_start, 0));
    ptl_reply_day(reply, "to", "To", (ptl_day)ptl_column_int(s->told.figures.period_end, 0));
    ptl_reply_int(reply, "markov_order", "Touches the chain remembers",
                  ptl_told_total(&s->told, "markov_order"));
    static const ptl_reply_column columns[] = {{"line", "", false},
                                               {"label", "Conversions", false},
                                               {"conversions", "How many", true},
                                               {"value", "Worth", true}};
    const struct {
        const char *line, *label, *n, *value;
    } lines[] = {
        {"touched", "after a touch", "conversions_touched", "value_touched"},
        {"untouched", "without a touch", "conversions_untouched", "value_untouched"},
        {"negative", "of these, worth less than nothing", "conversions_negative", "value_negative"},
        {"all", "all", "conversions", "value"}};
    ptl_reply_table(reply, "lines", "", columns, N_OF(columns));
    for (int64_t i = 0; i < N_OF(lines); i++) {
        ptl_reply_cell_text(reply, lines[i].line);
        ptl_reply_cell_text(reply, lines[i].label);
        ptl_reply_cell_int(reply, ptl_told_total(&s->told, lines[i].n));
        ptl_reply_cell_micros(reply, ptl_told_total(&s->told, lines[i].value), currency);
    }
    ptl_reply_table_end(reply);
}

static void percent(char out[16], double share)
{
    if (isnan(share))
        out[0] = '\0';
    else
        (void)snprintf(out, 16, "%.1f%%", 100.0 * share);
}

static void say_shares(const ptl_saying *s)
{
    ptl_reply_column columns[METHODS + 1] = {{"channel", "Channel", false}};
    for (int32_t m = 0; m < METHODS; m++)
        columns[m + 1] =
            (ptl_reply_column){ptl_told_methods[m].name, ptl_told_methods[m].column, true};
    ptl_reply_table(s->call->reply, "shares", "Share of the touched conversions", columns,
                    METHODS + 1);
    for (int64_t i = 0; i < s->told.n_channels; i++) {
        ptl_reply_cell_text(s->call->reply, s->told.channels[i].name);
        for (int32_t m = 0; m < METHODS; m++) {
            char text[16];
            percent(text, s->told.channels[i].of[m][SHARE].point);
            ptl_reply_cell_text(s->call->reply, text[0] ? text : NULL);
        }
    }
    ptl_reply_table_end(s->call->reply);
}

static void put_amount(const ptl_saying *s, double amount)
{
    if (s->told.has_value)
        ptl_reply_cell_micros(s->call->reply, llround(100.0 * amount) * 10000,
                              s->call->workspace->currency);
    else
        ptl_reply_cell_double(s->call->reply, amount);
}

static ptl_status say_stakes(const ptl_saying *s, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"channel", "Channel", false}, {"least", "Least", true}, {"least_by", "by", false},
        {"most", "Most", true},        {"most_by", "by", false}, {"spread", "At stake", true}};
    const int32_t outcome = s->told.has_value ? VALUE : CONVERSIONS;
    ptl_told_stake *list;
    int64_t n;
    PTL_TRY(ptl_told_stakes(&list, &n, &s->told, outcome, err));
    ptl_reply_table(s->call->reply, "stake", "What hangs on the method", columns, N_OF(columns));
    for (int64_t i = 0; i < n; i++) {
        const ptl_told_stake *k = &list[i];
        ptl_reply_cell_text(s->call->reply, k->channel->name);
        put_amount(s, k->channel->of[k->least][outcome].point);
        ptl_reply_cell_text(s->call->reply, ptl_told_methods[k->least].label);
        put_amount(s, k->channel->of[k->most][outcome].point);
        ptl_reply_cell_text(s->call->reply, ptl_told_methods[k->most].label);
        put_amount(s, k->spread);
    }
    ptl_reply_table_end(s->call->reply);
    return PTL_OK;
}

static ptl_status say_roles(const ptl_saying *s, ptl_error *err)
{
    static const char *const names[] = {"role_first",  "role_last",    "role_alone",
                                        "role_assist", "role_touched", "role_journeys"};
    static const ptl_reply_column columns[] = {
        {"channel", "Channel", false}, {"first", "First", true},   {"last", "Last", true},
        {"alone", "Alone", true},      {"assist", "Assist", true}, {"touched", "Any", true},
        {"journeys", "Journeys", true}};
    ptl_told_range r[6];
    for (int i = 0; i < 6; i++) r[i] = ptl_told_range_of(&s->told, names[i]);
    ptl_reply_table(s->call->reply, "roles", "Conversions a channel had a part in", columns,
                    N_OF(columns));
    for (int64_t k = 0; k < r[0].n; k++) {
        const char *name = ptl_told_member(&s->told, r[0].from + k, err);
        if (!name) return PTL_E_NO_MEMORY;
        ptl_reply_cell_text(s->call->reply, name);
        for (int i = 0; i < 6; i++)
            ptl_reply_cell_int(s->call->reply,
                               ptl_column_int(s->told.figures.exact, r[i].from + k));
    }
    ptl_reply_table_end(s->call->reply);
    return PTL_OK;
}

/* --- lengths and lags ------------------------------------------------------------------------- */

static int64_t bin_of(const ptl_saying *s, ptl_told_range r, int64_t bin)
{
    for (int64_t k = 0; k < r.n; k++)
        if (ptl_told_number(ptl_column_text(s->told.figures.member, r.from + k)) == bin)
            return ptl_column_int(s->told.figures.exact, r.from + k);
    return 0;
}

static ptl_status say_sequences(const ptl_saying *s, ptl_error *err)
{
    static const ptl_reply_column columns[] = {{"sequence", "One directly after the other", false},
                                               {"journeys", "Journeys", true},
                                               {"converting", "Converting", true},
                                               {"relative_lift", "Relative lift", true},
                                               {"z", "z", true},
                                               {"removal", "Lost without it", true}};
    const ptl_told_range n = ptl_told_range_of(&s->told, "sequence_journeys"),
                         c = ptl_told_range_of(&s->told, "sequence_converting");
    const ptl_told_range relative = ptl_told_range_of(&s->told, "sequence_relative"),
                         z = ptl_told_range_of(&s->told, "sequence_z"),
                         removal = ptl_told_range_of(&s->told, "sequence_removal");
    ptl_reply_table(s->call->reply, "sequences", "Sequences that tell most", columns,
                    N_OF(columns));
    for (int64_t k = 0; k < n.n; k++) {
        const char *name = ptl_told_member(&s->told, n.from + k, err);
        if (!name) return PTL_E_NO_MEMORY;
        ptl_reply_cell_text(s->call->reply, name);
        ptl_reply_cell_int(s->call->reply, ptl_column_int(s->told.figures.exact, n.from + k));
        ptl_reply_cell_int(s->call->reply, ptl_column_int(s->told.figures.exact, c.from + k));
        ptl_reply_cell_double(s->call->reply,
                              ptl_column_double(s->told.figures.value, relative.from + k));
        ptl_reply_cell_double(s->call->reply, ptl_column_double(s->told.figures.value, z.from + k));
        ptl_reply_cell_double(
            s->call->reply,
            k < removal.n ? ptl_column_double(s->told.figures.value, removal.from + k) : PTL_NAN);
    }
    ptl_reply_table_end(s->call->reply);
    return PTL_OK;
}

static void say_shape(const ptl_saying *s)
{
    static const ptl_reply_column lengths[] = {{"touches", "Touches", true},
                                               {"converting", "Converting", true},
                                               {"not_converting", "Not converting", true}};
    static const ptl_reply_column lags[] = {{"days", "Days from the first touch", true},
                                            {"conversions", "Conversions", true}};
    const ptl_told_range c = ptl_told_range_of(&s->told, "length_converting"),
                         n = ptl_told_range_of(&s->told, "length_null");
    const ptl_told_range lag = ptl_told_range_of(&s->told, "lag_converting");
    ptl_reply_table(s->call->reply, "lengths", "How long journeys are", lengths, N_OF(lengths));
    for (int64_t bin = 1; bin <= 64; bin++) {
        const int64_t converting = bin_of(s, c, bin), not_converting = bin_of(s, n, bin);
        if (converting == 0 && not_converting == 0) continue;
        ptl_reply_cell_int(s->call->reply, bin);
        ptl_reply_cell_int(s->call->reply, converting);
        ptl_reply_cell_int(s->call->reply, not_converting);
    }
    ptl_reply_table_end(s->call->reply);
    ptl_reply_table(s->call->reply, "lags", "How long they take", lags, N_OF(lags));
    for (int64_t k = 0; k < lag.n; k++) {
        ptl_reply_cell_int(s->call->reply,
                           ptl_told_number(ptl_column_text(s->told.figures.member, lag.from + k)));
        ptl_reply_cell_int(s->call->reply, ptl_column_int(s->told.figures.exact, lag.from + k));
    }
    ptl_reply_table_end(s->call->reply);
}

ptl_status ptl_attribution_say_shape(ptl_call *call, int64_t run_id, ptl_error *err)
{
    ptl_saying s = {.call = call};
    ptl_status st = ptl_told_read_figures(&s.told, call->store, run_id, call->arena, err);
    if (st == PTL_OK) {
        ptl_reply_text(call->reply, "goal", "Goal", s.told.goal);
        st = say_roles(&s, err);
        if (st == PTL_OK) st = say_sequences(&s, err);
        say_shape(&s);
    }
    ptl_told_dispose(&s.told);
    return st;
}

/* What the chain loses without a channel; the number of touches beyond which more go with nothing.
 */
static ptl_status say_removals(const ptl_saying *s, ptl_error *err)
{
    static const ptl_reply_column columns[] = {{"channel", "Without it", false},
                                               {"effect", "Lost", true},
                                               {"low", "at least", true},
                                               {"high", "at most", true},
                                               {"best", "More touches add nothing from", true}};
    const ptl_told_range r = ptl_told_range_of(&s->told, "removal_effect");
    ptl_reply_table(s->call->reply, "removals", "Conversions that pass through a channel", columns,
                    N_OF(columns));
    for (int64_t k = 0; k < r.n; k++) {
        const char *name = ptl_told_member(&s->told, r.from + k, err);
        if (!name) return PTL_E_NO_MEMORY;
        const ptl_text member = ptl_text_of(name);
        ptl_reply_cell_text(s->call->reply, name);
        ptl_reply_cell_double(s->call->reply, ptl_told_value(&s->told, "removal_effect", member));
        ptl_reply_cell_double(s->call->reply, ptl_told_value(&s->told, "removal_low", member));
        ptl_reply_cell_double(s->call->reply, ptl_told_value(&s->told, "removal_high", member));
        ptl_reply_cell_int(s->call->reply,
                           (int64_t)ptl_told_value(&s->told, "frequency_best", member));
    }
    ptl_reply_table_end(s->call->reply);
    return PTL_OK;
}

static void say_stability(const ptl_saying *s)
{
    static const ptl_reply_column columns[] = {{"method", "Method", false},
                                               {"moved", "Changes channel", true},
                                               {"moved_most", "at most", true},
                                               {"rank", "Rank correlation", true}};
    ptl_reply_table(s->call->reply, "stability", "From quarter to quarter of the period", columns,
                    N_OF(columns));
    for (int32_t m = 0; m < METHODS; m++) {
        const ptl_text name = ptl_text_of(ptl_told_methods[m].name);
        if (isnan(ptl_told_value(&s->told, "stability_moved", name))) continue;
        ptl_reply_cell_text(s->call->reply, ptl_told_methods[m].label);
        ptl_reply_cell_double(s->call->reply, ptl_told_value(&s->told, "stability_moved", name));
        ptl_reply_cell_double(s->call->reply,
                              ptl_told_value(&s->told, "stability_moved_most", name));
        ptl_reply_cell_double(s->call->reply, ptl_told_value(&s->told, "stability_rank", name));
    }
    ptl_reply_table_end(s->call->reply);
}

/* Where persons were sampled, and what for. */
static void say_sample(const ptl_saying *s)
{
    const int64_t null_in = ptl_told_total(&s->told, "sample_null_in"),
                  won_in = ptl_told_total(&s->told, "sample_converting_in");
    if (null_in <= 1) return;
    ptl_buffer b;
    ptl_buffer_init(&b, 1024, NULL);
    ptl_buffer_text(&b, "The time-to-event model was fitted, the chain's order chosen, and methods "
                        "were judged with a sample of persons: one in ");
    ptl_show_count(&b, null_in);
    ptl_buffer_text(&b, " of those whose journeys did not convert, ");
    if (won_in > 1) {
        ptl_buffer_text(&b, "one in ");
        ptl_show_count(&b, won_in);
        ptl_buffer_text(&b, " of those whose did.");
    } else {
        ptl_buffer_text(&b, "all of those whose did.");
    }
    ptl_buffer_text(&b, " --sample 0 takes everybody.");
    ptl_reply_note(s->call->reply, "%s", b.ptr ? b.ptr : "");
    ptl_buffer_dispose(&b);
}

/* What methods know of persons held out. */
static void say_foresight(const ptl_saying *s)
{
    static const ptl_reply_column columns[] = {{"method", "Method", false},
                                               {"auc", "AUC", true},
                                               {"log_loss", "Log loss", true},
                                               {"log_loss_base", "Without channels", true},
                                               {"gap", "Off by", true}};
    ptl_reply_table(s->call->reply, "foresight", "What methods foresee of persons held out",
                    columns, N_OF(columns));
    for (int32_t m = 0; m < METHODS; m++) {
        const ptl_text name = ptl_text_of(ptl_told_methods[m].name);
        if (isnan(ptl_told_value(&s->told, "foresight_auc", name))) continue;
        ptl_reply_cell_text(s->call->reply, ptl_told_methods[m].label);
        ptl_reply_cell_double(s->call->reply, ptl_told_value(&s->told, "foresight_auc", name));
        ptl_reply_cell_double(s->call->reply, ptl_told_value(&s->told, "foresight_log_loss", name));
        ptl_reply_cell_double(s->call->reply,
                              ptl_told_value(&s->told, "foresight_log_loss_base", name));
        ptl_reply_cell_double(s->call->reply, ptl_told_value(&s->told, "foresight_gap", name));
    }
    ptl_reply_table_end(s->call->reply);
}

/* --- all of it -------------------------------------------------------------------------------- */

static ptl_status say_all(ptl_saying *s, int64_t run_id, ptl_error *err)
{
    const ptl_call *call = s->call;
    PTL_TRY(ptl_told_read_figures(&s->told, call->store, run_id, call->arena, err));
    PTL_TRY(ptl_told_read_credit(&s->told, call->store, err));
    say_sentence(s);
    say_totals(s);
    say_shares(s);
    PTL_TRY(say_stakes(s, err));
    PTL_TRY(say_roles(s, err));
    say_foresight(s);
    say_stability(s);
    say_sample(s);
    PTL_TRY(say_removals(s, err));
    PTL_TRY(ptl_attribution_say_json(s, err));
    PTL_TRY(say_sequences(s, err));
    say_shape(s);
    return PTL_OK;
}

ptl_status ptl_attribution_say(ptl_call *call, int64_t run_id, ptl_error *err)
{
    ptl_saying s = {.call = call};
    const ptl_status st = say_all(&s, run_id, err);
    ptl_told_dispose(&s.told);
    return st;
}
