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

const ptl_told_method ptl_told_methods[METHODS] = {
    {"first_touch", "first touch", "First"},
    {"last_touch", "last touch", "Last"},
    {"last_non_direct", "last touch that is not direct", "Not direct"},
    {"linear", "linear", "Linear"},
    {"position", "position", "Position"},
    {"time_decay", "time decay", "Decay"},
    {"markov", "Markov chain", "Markov"},
    {"shapley", "Shapley value of the sum", "Shapley"},
    {"shapley_rate", "Shapley value of the rate", "Sh. rate"}};

/* --- figures ---------------------------------------------------------------------------------- */

ptl_told_range ptl_told_range_of(const ptl_saying *s, const char *name)
{
    ptl_told_range r = {0, 0};
    char full[160];
    (void)snprintf(full, sizeof full, "%.100s%.50s", s->prefix, name);
    for (int64_t i = 0; i < s->figure_table.n_rows; i++) {
        if (!ptl_text_equal(ptl_column_text(s->figures.name, i), ptl_text_of(full))) continue;
        if (r.n++ == 0) r.from = i;
    }
    return r;
}

static int64_t total_of(const ptl_saying *s, const char *name)
{
    const ptl_told_range r = ptl_told_range_of(s, name);
    return r.n > 0 ? ptl_column_int(s->figures.exact, r.from) : 0;
}

int64_t ptl_told_number(ptl_text text)
{
    int64_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= '0' && text.ptr[i] <= '9') n = 10 * n + (text.ptr[i] - '0');
    return n;
}

/* "journeys.purchase.conversions": the run's goal is what stands between. */
static ptl_status find_goal(ptl_saying *s, ptl_error *err)
{
    const ptl_text begin = PTL_TEXT("journeys.");
    for (int64_t i = 0; i < s->figure_table.n_rows; i++) {
        ptl_text name = ptl_column_text(s->figures.name, i);
        if (!ptl_text_starts(name, begin)) continue;
        name = (ptl_text){name.ptr + begin.len, name.len - begin.len};
        const ptl_text goal = ptl_text_cut(&name, '.');
        s->goal = ptl_text_copy(goal, s->call->arena, err);
        if (!s->goal) return PTL_E_NO_MEMORY;
        s->prefix = ptl_text_format(s->call->arena, err, "journeys.%s.", s->goal);
        return s->prefix ? PTL_OK : PTL_E_NO_MEMORY;
    }
    ptl_fail(err, PTL_E_NOT_FOUND, "run %lld shared out nothing", (long long)s->run_id);
    ptl_error_hint(err, "portolan run list --operation attribution.run");
    return PTL_E_NOT_FOUND;
}

static ptl_status read_figures(ptl_saying *s, ptl_error *err)
{
    const ptl_value run = ptl_value_int(s->run_id);
    PTL_TRY(ptl_warehouse_query(&s->figure_table, s->call->store->warehouse, "figure/of_run", &run,
                                1, 0, err));
    PTL_TRY(ptl_figures_bind(&s->figures, &s->figure_table, err));
    return find_goal(s, err);
}

/* --- what methods say ------------------------------------------------------------------------- */

static int32_t method_idx(ptl_text name)
{
    for (int32_t i = 0; i < METHODS; i++)
        if (ptl_text_equal(name, ptl_text_of(ptl_told_methods[i].name))) return i;
    return -1;
}

static int32_t outcome_idx(ptl_text outcome)
{
    if (ptl_text_ends(outcome, PTL_TEXT(".conversions"))) return CONVERSIONS;
    return ptl_text_ends(outcome, PTL_TEXT(".share")) ? SHARE : VALUE;
}

typedef struct credit_columns {
    const ptl_column *name, *outcome, *member, *value, *low, *high, *verdict;
} credit_columns;

static ptl_status bind_credit(credit_columns *c, const ptl_table *t, ptl_error *err)
{
    PTL_TRY(ptl_table_column(&c->name, t, "name", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->outcome, t, "outcome", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->member, t, "member", PTL_TYPE_TEXT, err));
    PTL_TRY(ptl_table_column(&c->value, t, "value", PTL_TYPE_DOUBLE, err));
    PTL_TRY(ptl_table_column(&c->low, t, "low", PTL_TYPE_DOUBLE, err));
    PTL_TRY(ptl_table_column(&c->high, t, "high", PTL_TYPE_DOUBLE, err));
    return ptl_table_column(&c->verdict, t, "verdict", PTL_TYPE_TEXT, err);
}

static int by_share(const void *a, const void *b)
{
    const ptl_told_channel *x = a, *y = b;
    if (x->mean_share != y->mean_share) return x->mean_share < y->mean_share ? 1 : -1;
    return strcmp(x->name, y->name);
}

static ptl_status new_channel(ptl_saying *s, ptl_text name, ptl_error *err)
{
    ptl_told_channel *c = &s->channels[s->n_channels++];
    for (int32_t m = 0; m < METHODS; m++)
        for (int32_t o = 0; o < OUTCOMES; o++) c->of[m][o] = (ptl_told){PTL_NAN, PTL_NAN, PTL_NAN};
    c->name = ptl_text_copy(name, s->call->arena, err);
    return c->name ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status take_rows(ptl_saying *s, const credit_columns *c, ptl_error *err)
{
    for (int64_t i = 0; i < s->credit_table.n_rows; i++) {
        const ptl_text member = ptl_column_text(c->member, i);
        const int32_t m = method_idx(ptl_column_text(c->name, i));
        const int32_t o = outcome_idx(ptl_column_text(c->outcome, i));
        if (s->n_channels == 0 ||
            !ptl_text_equal(ptl_text_of(s->channels[s->n_channels - 1].name), member))
            PTL_TRY(new_channel(s, member, err));
        if (m < 0) continue; /* written by a later program */
        ptl_told_channel *channel = &s->channels[s->n_channels - 1];
        channel->of[m][o] = (ptl_told){ptl_column_double(c->value, i), ptl_column_double(c->low, i),
                                       ptl_column_double(c->high, i)};
        s->has_value = s->has_value || o == VALUE;
        if (o == SHARE && !isnan(channel->of[m][o].point))
            channel->mean_share += channel->of[m][o].point / METHODS;
        if (!s->verdicts[m]) {
            s->verdicts[m] = ptl_text_copy(ptl_column_text(c->verdict, i), s->call->arena, err);
            if (!s->verdicts[m]) return PTL_E_NO_MEMORY;
        }
    }
    return PTL_OK;
}

static ptl_status read_credit(ptl_saying *s, ptl_error *err)
{
    const ptl_value run = ptl_value_int(s->run_id);
    credit_columns c;
    PTL_TRY(ptl_warehouse_query(&s->credit_table, s->call->store->warehouse, "attribution/credit",
                                &run, 1, 0, err));
    PTL_TRY(bind_credit(&c, &s->credit_table, err));
    s->channels = ptl_arena_array(s->call->arena, s->credit_table.n_rows / METHODS + 1,
                                  sizeof *s->channels, err);
    if (!s->channels) return PTL_E_NO_MEMORY;
    PTL_TRY(take_rows(s, &c, err));
    qsort(s->channels, (size_t)s->n_channels, sizeof *s->channels, by_share);
    return PTL_OK;
}

/* --- the answer ------------------------------------------------------------------------------- */

static void say_sentence(const ptl_saying *s)
{
    const int64_t all = total_of(s, "conversions"), touched = total_of(s, "conversions_touched");
    const char *currency = s->call->workspace->currency;
    ptl_buffer b;
    ptl_buffer_init(&b, 1024, NULL);
    ptl_buffer_printf(&b, "Goal %s: ", s->goal);
    ptl_show_counted(&b, all, "conversion");
    if (s->has_value) {
        ptl_buffer_text(&b, " worth ");
        ptl_show_money_short(&b, total_of(s, "value"), currency, 4);
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
    if (s->call->run_id == 0) ptl_reply_id(reply, "run", "Run", s->run_id);
    ptl_reply_text(reply, "goal", "Goal", s->goal);
    ptl_reply_text(reply, "grade", "Grade", "E");
    ptl_reply_day(reply, "from", "From", (ptl_day)ptl_column_int(s->figures.period_start, 0));
    ptl_reply_day(reply, "to", "To", (ptl_day)ptl_column_int(s->figures.period_end, 0));
    ptl_reply_int(reply, "markov_order", "Touches the chain remembers",
                  total_of(s, "markov_order"));
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
        ptl_reply_cell_int(reply, total_of(s, lines[i].n));
        ptl_reply_cell_micros(reply, total_of(s, lines[i].value), currency);
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
    for (int64_t i = 0; i < s->n_channels; i++) {
        ptl_reply_cell_text(s->call->reply, s->channels[i].name);
        for (int32_t m = 0; m < METHODS; m++) {
            char text[16];
            percent(text, s->channels[i].of[m][SHARE].point);
            ptl_reply_cell_text(s->call->reply, text[0] ? text : NULL);
        }
    }
    ptl_reply_table_end(s->call->reply);
}

/* What hangs on the method: the least and the most that any of them credits a channel with. */
typedef struct stake {
    const ptl_told_channel *channel;
    int32_t least, most;
    double spread;
} stake;

static int by_spread(const void *a, const void *b)
{
    const stake *x = a, *y = b;
    if (x->spread != y->spread) return x->spread < y->spread ? 1 : -1;
    return strcmp(x->channel->name, y->channel->name);
}

static stake stake_of(const ptl_told_channel *c, int32_t outcome)
{
    stake out = {.channel = c, .least = -1, .most = -1};
    for (int32_t m = 0; m < METHODS; m++) {
        const double x = c->of[m][outcome].point;
        if (isnan(x)) continue;
        if (out.least < 0 || x < c->of[out.least][outcome].point) out.least = m;
        if (out.most < 0 || x > c->of[out.most][outcome].point) out.most = m;
    }
    if (out.least >= 0)
        out.spread = c->of[out.most][outcome].point - c->of[out.least][outcome].point;
    return out;
}

static void put_amount(const ptl_saying *s, double amount)
{
    if (s->has_value)
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
    const int32_t outcome = s->has_value ? VALUE : CONVERSIONS;
    stake *list = ptl_arena_array(s->call->arena, s->n_channels + 1, sizeof *list, err);
    int64_t n = 0;
    if (!list) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < s->n_channels; i++) {
        list[n] = stake_of(&s->channels[i], outcome);
        n += list[n].least >= 0;
    }
    qsort(list, (size_t)n, sizeof *list, by_spread);
    ptl_reply_table(s->call->reply, "stake", "What hangs on the method", columns, N_OF(columns));
    for (int64_t i = 0; i < n; i++) {
        const stake *k = &list[i];
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
    for (int i = 0; i < 6; i++) r[i] = ptl_told_range_of(s, names[i]);
    ptl_reply_table(s->call->reply, "roles", "Conversions a channel had a part in", columns,
                    N_OF(columns));
    for (int64_t k = 0; k < r[0].n; k++) {
        const char *name =
            ptl_text_copy(ptl_column_text(s->figures.member, r[0].from + k), s->call->arena, err);
        if (!name) return PTL_E_NO_MEMORY;
        ptl_reply_cell_text(s->call->reply, name);
        for (int i = 0; i < 6; i++)
            ptl_reply_cell_int(s->call->reply, ptl_column_int(s->figures.exact, r[i].from + k));
    }
    ptl_reply_table_end(s->call->reply);
    return PTL_OK;
}

/* --- lengths and lags ------------------------------------------------------------------------- */

static int64_t bin_of(const ptl_saying *s, ptl_told_range r, int64_t bin)
{
    for (int64_t k = 0; k < r.n; k++)
        if (ptl_told_number(ptl_column_text(s->figures.member, r.from + k)) == bin)
            return ptl_column_int(s->figures.exact, r.from + k);
    return 0;
}

static ptl_status say_sequences(const ptl_saying *s, ptl_error *err)
{
    static const ptl_reply_column columns[] = {{"sequence", "One directly after the other", false},
                                               {"journeys", "Journeys", true},
                                               {"converting", "Converting", true},
                                               {"relative_lift", "Relative lift", true},
                                               {"z", "z", true}};
    const ptl_told_range n = ptl_told_range_of(s, "sequence_journeys"),
                         c = ptl_told_range_of(s, "sequence_converting");
    const ptl_told_range relative = ptl_told_range_of(s, "sequence_relative"),
                         z = ptl_told_range_of(s, "sequence_z");
    ptl_reply_table(s->call->reply, "sequences", "Sequences that tell most", columns,
                    N_OF(columns));
    for (int64_t k = 0; k < n.n; k++) {
        const char *name =
            ptl_text_copy(ptl_column_text(s->figures.member, n.from + k), s->call->arena, err);
        if (!name) return PTL_E_NO_MEMORY;
        ptl_reply_cell_text(s->call->reply, name);
        ptl_reply_cell_int(s->call->reply, ptl_column_int(s->figures.exact, n.from + k));
        ptl_reply_cell_int(s->call->reply, ptl_column_int(s->figures.exact, c.from + k));
        ptl_reply_cell_double(s->call->reply,
                              ptl_column_double(s->figures.value, relative.from + k));
        ptl_reply_cell_double(s->call->reply, ptl_column_double(s->figures.value, z.from + k));
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
    const ptl_told_range c = ptl_told_range_of(s, "length_converting"),
                         n = ptl_told_range_of(s, "length_null");
    const ptl_told_range lag = ptl_told_range_of(s, "lag_converting");
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
                           ptl_told_number(ptl_column_text(s->figures.member, lag.from + k)));
        ptl_reply_cell_int(s->call->reply, ptl_column_int(s->figures.exact, lag.from + k));
    }
    ptl_reply_table_end(s->call->reply);
}

ptl_status ptl_attribution_say_shape(ptl_call *call, int64_t run_id, ptl_error *err)
{
    ptl_saying s = {.call = call, .run_id = run_id};
    ptl_status st = read_figures(&s, err);
    if (st == PTL_OK) {
        ptl_reply_text(call->reply, "goal", "Goal", s.goal);
        st = say_roles(&s, err);
        if (st == PTL_OK) st = say_sequences(&s, err);
        say_shape(&s);
    }
    ptl_table_dispose(&s.figure_table);
    return st;
}

/* --- all of it -------------------------------------------------------------------------------- */

static ptl_status say_all(ptl_saying *s, ptl_error *err)
{
    PTL_TRY(read_figures(s, err));
    PTL_TRY(read_credit(s, err));
    say_sentence(s);
    say_totals(s);
    say_shares(s);
    PTL_TRY(say_stakes(s, err));
    PTL_TRY(say_roles(s, err));
    PTL_TRY(ptl_attribution_say_json(s, err));
    PTL_TRY(say_sequences(s, err));
    say_shape(s);
    return PTL_OK;
}

ptl_status ptl_attribution_say(ptl_call *call, int64_t run_id, ptl_error *err)
{
    ptl_saying s = {.call = call, .run_id = run_id};
    const ptl_status st = say_all(&s, err);
    ptl_table_dispose(&s.credit_table);
    ptl_table_dispose(&s.figure_table);
    return st;
}
