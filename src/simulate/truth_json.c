/* truth_json.c: truth.json, the answer sheet (docs/simulate.md describes every key).
 *
 * Money is a decimal text in euro; effects are differences of whole worlds that share their draws:
 *     increment(c)  = factual − (the same world with c silent)
 *     factual total = baseline (all silent) + Σ increment(c) + interaction
 * The interaction is what channels do together (searches that others cause, customers whom one wins
 * and another brings back); it is stated, not shared out. */
#include "base/json_write.h"
#include "simulate/truth_kpi.h"

static void put_weekly(ptl_json *j, const ptl_truth *t, const char *key, int32_t scenario,
                       bool is_cm1)
{
    ptl_json_key(j, key);
    ptl_json_array(j);
    for (int64_t day = 0; day < t->climate->n_days; day += 7) {
        const ptl_truth_outcome fact = ptl_truth_of(t, PTL_SIM_FACTUAL, day, day + 6);
        const ptl_truth_outcome other = ptl_truth_of(t, scenario, day, day + 6);
        const int64_t micros = is_cm1 ? fact.cm1 - other.cm1 : fact.revenue - other.revenue;
        ptl_json_double(j, (double)micros / 1e6);
    }
    ptl_json_array_end(j);
}

static void put_outcome(ptl_json *j, const char *key, ptl_truth_outcome o)
{
    ptl_json_key(j, key);
    ptl_json_object(j);
    ptl_json_put_int(j, "orders", o.orders);
    ptl_json_put_int(j, "new_customers", o.fresh);
    ptl_json_put_int(j, "leads", o.leads);
    ptl_json_put_micros(j, "revenue", o.revenue);
    ptl_json_put_micros(j, "cm1", o.cm1);
    ptl_json_object_end(j);
}

static ptl_truth_outcome whole(const ptl_truth *t, int32_t scenario)
{
    return ptl_truth_of(t, scenario, 0, t->climate->n_days - 1);
}

static ptl_truth_outcome minus(ptl_truth_outcome a, ptl_truth_outcome b)
{
    return (ptl_truth_outcome){a.orders - b.orders, a.fresh - b.fresh, a.leads - b.leads,
                               a.revenue - b.revenue, a.cm1 - b.cm1};
}

/* --- curves ---------------------------------------------------------------------------------- */

static void put_curves(ptl_json *j, const ptl_truth *t, int32_t channel)
{
    const ptl_media *m = &t->climate->media[channel];
    double weights[PTL_SIM_LAGS];
    ptl_media_weights(weights, m);
    ptl_json_put_string(j, "carry_over", ptl_carry_name(m->carry));
    ptl_json_put_string(j, "saturation", ptl_curve_name(m->curve));
    ptl_json_key(j, "adstock");
    ptl_json_array(j);
    for (int lag = 0; lag < PTL_SIM_LAGS; lag++) ptl_json_double(j, weights[lag]);
    ptl_json_array_end(j);
    ptl_json_key(j, "response");
    ptl_json_array(j);
    for (int i = 0; i <= 30; i++) {
        const double level = (double)i / 10.0, bent = ptl_media_curve(m, level);
        ptl_json_object(j);
        ptl_json_put_double(j, "level", level);
        ptl_json_put_double(j, "spend_a_week",
                            level * m->weekly_cents * (double)t->climate->options.n_persons / 1e2);
        ptl_json_put_double(j, "rise_new", m->gain_new * bent);
        ptl_json_put_double(j, "rise_repeat", m->gain_repeat * bent);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

/* --- channels -------------------------------------------------------------------------------- */

static int64_t media_of(const ptl_truth *t, int32_t channel)
{
    int64_t micros = 0;
    for (int64_t day = 0; day < t->climate->n_days; day++)
        micros += ptl_climate_media_micros(t->climate, channel, day);
    return micros;
}

static void put_marginal(ptl_json *j, const ptl_truth *t, int32_t channel, int64_t media)
{
    const int32_t more = ptl_scenario_more(t->climate, channel);
    const ptl_truth_outcome gained = minus(whole(t, more), whole(t, PTL_SIM_FACTUAL));
    const double extra = (double)media / 10.0;
    ptl_json_key(j, "marginal");
    ptl_json_object(j);
    ptl_json_put_string(j, "step", "every day of the window with a tenth more");
    ptl_json_put_micros(j, "spend", media / 10);
    ptl_json_put_int(j, "orders", gained.orders);
    ptl_json_put_int(j, "new_customers", gained.fresh);
    ptl_json_put_int(j, "leads", gained.leads);
    ptl_json_put_micros(j, "revenue", gained.revenue);
    ptl_json_put_micros(j, "cm1", gained.cm1);
    ptl_json_put_double(j, "revenue_a_euro", media ? (double)gained.revenue / extra : PTL_NAN);
    ptl_json_put_double(j, "cm1_a_euro", media ? (double)gained.cm1 / extra : PTL_NAN);
    ptl_json_object_end(j);
}

static void put_claims(ptl_json *j, const ptl_truth *t, int32_t channel, int64_t caused)
{
    int64_t conversions = 0, value = 0;
    for (int64_t day = 0; day < t->climate->n_days; day++) {
        conversions += t->claims[channel * t->climate->n_days + day].conversions;
        value += t->claims[channel * t->climate->n_days + day].value_cents;
    }
    int64_t recorded = 0;
    const int32_t r = ptl_truth_recorded_of(t, channel);
    for (int32_t k = 0; r >= 0 && k <= t->climate->n_media; k++)
        recorded += t->causes[k * t->n_recorded + r];
    ptl_json_key(j, "claimed");
    ptl_json_object(j);
    ptl_json_put_int(j, "conversions", conversions);
    ptl_json_put_micros(j, "value", value * 10000);
    ptl_json_put_int(j, "recorded_orders", recorded);
    ptl_json_put_double(j, "over_claim_of_recorded",
                        recorded > 0 ? (double)conversions / (double)recorded : PTL_NAN);
    ptl_json_put_double(j, "over_claim_of_caused",
                        caused > 0 && conversions > 0 ? (double)conversions / (double)caused
                                                      : PTL_NAN);
    ptl_json_object_end(j);
}

static void put_channel(ptl_json *j, const ptl_truth *t, int32_t channel)
{
    const ptl_climate *c = t->climate;
    const ptl_truth_outcome gain =
        minus(whole(t, PTL_SIM_FACTUAL), whole(t, ptl_scenario_off(channel)));
    const int64_t media = media_of(t, channel);
    ptl_json_object(j);
    ptl_json_put_string(j, "channel", c->media[channel].name);
    ptl_json_put_bool(j, "paid", c->media[channel].weekly_cents > 0.0);
    ptl_json_put_micros(j, "media", media);
    put_outcome(j, "increment", gain);
    if (c->search >= 0 && channel != c->search)
        ptl_json_put_micros(
            j, "search_media_caused",
            (c->search_cents[PTL_SIM_FACTUAL] - c->search_cents[ptl_scenario_off(channel)]) *
                10000);
    ptl_json_put_double(j, "revenue_a_euro",
                        media ? (double)gain.revenue / (double)media : PTL_NAN);
    ptl_json_put_double(j, "cm1_a_euro", media ? (double)gain.cm1 / (double)media : PTL_NAN);
    put_marginal(j, t, channel, media);
    put_claims(j, t, channel, c->options.world == PTL_SIM_SHOP ? gain.orders : gain.leads);
    put_weekly(j, t, "revenue_by_week", ptl_scenario_off(channel), false);
    put_weekly(j, t, "cm1_by_week", ptl_scenario_off(channel), true);
    put_curves(j, t, channel);
    ptl_json_object_end(j);
}

static void put_effects(ptl_json *j, const ptl_truth *t)
{
    const ptl_climate *c = t->climate;
    const ptl_truth_outcome fact = whole(t, PTL_SIM_FACTUAL);
    const ptl_truth_outcome base = whole(t, ptl_scenario_none(c));
    ptl_truth_outcome rest = minus(fact, base);
    for (int32_t k = 0; k < c->n_media; k++)
        rest = minus(rest, minus(fact, whole(t, ptl_scenario_off(k))));
    ptl_json_key(j, "effects");
    ptl_json_object(j);
    put_outcome(j, "total", fact);
    put_outcome(j, "baseline", base);
    put_outcome(j, "interaction", rest);
    put_weekly(j, t, "revenue_by_week", ptl_scenario_none(c), false);
    ptl_json_key(j, "channels");
    ptl_json_array(j);
    for (int32_t k = 0; k < c->n_media; k++) put_channel(j, t, k);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
}

/* --- figures --------------------------------------------------------------------------------- */

static void put_money(ptl_json *j, const ptl_truth *t, int64_t from, int64_t to, int32_t recorded)
{
    const ptl_truth_money m = ptl_truth_sum(t, from, to, recorded);
    ptl_json_put_day(j, "from", t->climate->first + (ptl_day)from);
    ptl_json_put_day(j, "to", t->climate->first + (ptl_day)to);
    ptl_json_put_int(j, "orders", m.orders);
    ptl_json_put_int(j, "new_customers", m.customers_new);
    ptl_json_put_int(j, "refunds", m.refunds);
    ptl_json_put_micros(j, "refunded", m.refunded);
    ptl_json_put_micros(j, "revenue", m.revenue);
    ptl_json_put_micros(j, "variable_cost", m.variable);
    ptl_json_put_micros(j, "cm1", m.revenue - m.variable);
    ptl_json_put_micros(j, "media", m.media);
    ptl_json_put_micros(j, "cm2", m.revenue - m.variable - m.media);
}

/* The last day of the month that `day` lies in, or of the window. */
static int64_t month_end(const ptl_truth *t, int64_t day)
{
    const ptl_day start = ptl_month_start(t->climate->first + (ptl_day)day);
    const int64_t end = ptl_month_add(start, 1) - 1 - t->climate->first;
    return end < t->climate->n_days ? end : t->climate->n_days - 1;
}

static void put_periods(ptl_json *j, const ptl_truth *t, int32_t recorded)
{
    const int64_t n = t->climate->n_days;
    ptl_json_key(j, "all");
    ptl_json_object(j);
    put_money(j, t, 0, n - 1, recorded);
    ptl_json_object_end(j);
    ptl_json_key(j, "months");
    ptl_json_array(j);
    for (int64_t day = 0, end; day < n; day = end + 1) {
        end = month_end(t, day);
        ptl_json_object(j);
        put_money(j, t, day, end, recorded);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
    ptl_json_key(j, "weeks");
    ptl_json_array(j);
    for (int64_t day = 0; day < n; day += 7) {
        ptl_json_object(j);
        put_money(j, t, day, day + 6, recorded);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

/* What the orders of one currency add up to, in that currency. */
static void put_currency(ptl_json *j, const ptl_truth *t, int32_t currency)
{
    ptl_truth_cell sum = {0};
    for (int64_t day = 0; day < t->climate->n_days; day++)
        for (int32_t r = 0; r < t->n_recorded; r++) {
            const ptl_truth_cell *c = ptl_truth_at(t, day, r, currency);
            sum.orders += c->orders;
            sum.gross += c->gross;
            sum.discount += c->discount;
            sum.tax += c->tax;
            sum.cogs += c->cogs + c->shipping + c->fees;
            sum.refunded += c->refunded;
        }
    ptl_json_object(j);
    ptl_json_put_string(j, "currency", ptl_sim_currency[currency]);
    ptl_json_put_int(j, "orders", sum.orders);
    ptl_json_put_micros(j, "gross", sum.gross * 10000);
    ptl_json_put_micros(j, "discount", sum.discount * 10000);
    ptl_json_put_micros(j, "tax", sum.tax * 10000);
    ptl_json_put_micros(j, "revenue", (sum.gross - sum.discount - sum.tax) * 10000);
    ptl_json_put_micros(j, "variable_cost", sum.cogs * 10000);
    ptl_json_put_micros(j, "refunded", sum.refunded * 10000);
    ptl_json_object_end(j);
}

static void put_figures(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "figures");
    ptl_json_object(j);
    ptl_json_put_string(j, "currency", "EUR");
    ptl_json_put_string(j, "rates", "data/finance/fx_rates.csv; a weekend takes Friday's");
    ptl_json_key(j, "company");
    ptl_json_object(j);
    put_periods(j, t, -1);
    ptl_json_object_end(j);
    ptl_json_key(j, "channels");
    ptl_json_array(j);
    for (int32_t r = 0; r < t->n_recorded; r++) {
        ptl_json_object(j);
        ptl_json_put_string(j, "channel", t->recorded[r]);
        put_periods(j, t, r);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
    ptl_json_key(j, "by_currency");
    ptl_json_array(j);
    for (int32_t k = 0; k < PTL_SIM_CURRENCIES; k++) put_currency(j, t, k);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
}

/* --- people ---------------------------------------------------------------------------------- */

static void put_cohort(ptl_json *j, const ptl_truth *t, int32_t month)
{
    ptl_json_object(j);
    const ptl_day start = ptl_month_start(t->climate->first);
    ptl_json_put_day(j, "month", ptl_month_add(start, month));
    ptl_json_put_int(j, "customers", t->cohort_size[month]);
    static const char *const names[] = {"orders", "revenue", "cm1"};
    for (int k = 0; k < 3; k++) {
        ptl_json_key(j, names[k]);
        ptl_json_array(j);
        for (int32_t age = 0; month + age < t->n_months; age++) {
            const int64_t value = t->cohorts[((int64_t)month * t->n_months + age) * 3 + k];
            if (k == 0)
                ptl_json_int(j, value);
            else
                ptl_json_double(j, (double)value / 1e6);
        }
        ptl_json_array_end(j);
    }
    ptl_json_object_end(j);
}

static void put_people(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "people");
    ptl_json_object(j);
    ptl_json_put_int(j, "customers", t->customers);
    ptl_json_put_int(j, "lapsed", t->lapsed);
    ptl_json_put_int(j, "subscribers", t->subscribers);
    ptl_json_put_int(j, "subscribers_lost", t->subscribers_lost);
    ptl_json_put_micros(j, "cm1_of_customers", t->worth_micros);
    ptl_json_key(j, "customers_by_cm1");
    ptl_json_object(j);
    ptl_json_put_int(j, "bin_width", 10);
    ptl_json_put_string(j, "last_bin", "1000 and more");
    ptl_json_key(j, "counts");
    ptl_json_array(j);
    for (int i = 0; i < PTL_TRUTH_BINS; i++) ptl_json_int(j, t->worth[i]);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    ptl_json_key(j, "cohorts");
    ptl_json_array(j);
    for (int32_t m = 0; m < t->n_months; m++) put_cohort(j, t, m);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
}

/* --- the rest -------------------------------------------------------------------------------- */

static void put_world(ptl_json *j, const ptl_truth *t)
{
    static const char *const worlds[] = {"shop", "software"};
    static const char *const settings[] = {"kind", "real", "hostile"};
    const ptl_sim_options *o = &t->climate->options;
    ptl_json_key(j, "world");
    ptl_json_object(j);
    ptl_json_put_string(j, "world", worlds[o->world]);
    ptl_json_put_string(j, "setting", settings[o->setting]);
    ptl_json_put_bool(j, "null", o->is_null);
    ptl_json_put_bool(j, "harm", o->is_harm);
    ptl_json_put_int(j, "persons", o->n_persons);
    ptl_json_put_int(j, "weeks", o->n_weeks);
    ptl_json_put_int(j, "seed", (int64_t)o->seed);
    ptl_json_put_day(j, "first_day", t->climate->first);
    ptl_json_put_day(j, "last_complete_day", o->ends);
    ptl_json_object_end(j);
}

/* The driver that nobody records, so that a study can ask what knowing it would have been worth. */
static void put_hidden(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "unrecorded_driver_by_week");
    ptl_json_array(j);
    for (int64_t day = 0; day < t->climate->n_days; day += 7) {
        double sum = 0.0;
        for (int64_t i = day; i < day + 7; i++) sum += t->climate->weather[i + PTL_SIM_BURN_DAYS];
        ptl_json_double(j, sum / 7.0);
    }
    ptl_json_array_end(j);
}

static void put_causes(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "orders_by_cause_and_record");
    ptl_json_array(j);
    for (int32_t k = 0; k <= t->climate->n_media; k++)
        for (int32_t r = 0; r < t->n_recorded; r++) {
            const int64_t n = t->causes[k * t->n_recorded + r];
            if (n == 0) continue;
            ptl_json_object(j);
            ptl_json_put_string(j, "cause",
                                k < t->climate->n_media ? t->climate->media[k].name : "anyway");
            ptl_json_put_string(j, "recorded", t->recorded[r]);
            ptl_json_put_int(j, "orders", n);
            ptl_json_object_end(j);
        }
    ptl_json_array_end(j);
}

static void put_faults(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "faults");
    ptl_json_array(j);
    for (int32_t i = 0; i < t->n_faults; i++) {
        const ptl_truth_fault *f = &t->faults[i];
        ptl_json_object(j);
        ptl_json_put_string(j, "fault", f->fault);
        ptl_json_put_string(j, "file", f->file);
        ptl_json_put_string(j, "what", f->what);
        ptl_json_put_day(j, "from", f->from);
        ptl_json_put_day(j, "to", f->to);
        ptl_json_put_int(j, "rows", f->rows);
        ptl_json_put_micros(j, "money", f->cents * 10000);
        ptl_json_object_end(j);
    }
    ptl_json_array_end(j);
}

ptl_status ptl_truth_write(const ptl_truth *t, ptl_export_folder *folder, ptl_error *err)
{
    ptl_buffer text;
    ptl_json json;
    ptl_buffer_init(&text, 64 << 20, NULL);
    ptl_json_init_buffer(&json, &text, 1, err);
    ptl_json_object(&json);
    ptl_json_put_int(&json, "format", 1);
    put_world(&json, t);
    put_figures(&json, t);
    put_effects(&json, t);
    put_causes(&json, t);
    put_people(&json, t);
    ptl_truth_kpi_write(&json, t);
    put_hidden(&json, t);
    put_faults(&json, t);
    ptl_json_object_end(&json);
    ptl_status st = ptl_json_finish(&json);
    ptl_buffer_text(&text, "\n");
    if (st == PTL_OK) st = ptl_buffer_check(&text, "truth.json", err);
    if (st == PTL_OK) st = ptl_export_write(folder, "truth.json", ptl_buffer_borrow(&text), err);
    ptl_buffer_dispose(&text);
    return st;
}
