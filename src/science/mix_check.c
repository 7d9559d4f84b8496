/* mix_check.c: what is refused before anything is fitted, by row and column.
 *
 * A refusal names the column (KPI, a channel, a control), the geo and the week, and the value. Two
 * columns tell the same story where the correlation over cells, geo means taken out, leaves less
 * than 1e-6 of the variance unexplained: their effects could be swapped without the data noticing.
 */
#include "science/mix_internal.h"

static const double UNEXPLAINED_MIN = 1e-6;

static const char *name_of(char buffer[32], const char *const *names, const char *word, int64_t i)
{
    if (names && names[i]) return names[i];
    char digits[20];
    size_t n = 0, at = strlen(word);
    for (int64_t rest = i + 1; rest > 0; rest /= 10) digits[n++] = (char)('0' + rest % 10);
    memcpy(buffer, word, at); /* words here are short: "experiment" is the longest */
    buffer[at++] = ' ';
    while (n > 0) buffer[at++] = digits[--n];
    buffer[at] = 0;
    return buffer;
}

const char *mix_channel_name(char buffer[32], const ptl_mix_data *d, int64_t c)
{
    return name_of(buffer, d->channel_name, "channel", c);
}

/* One cube's slab: `n` weeks a geo, the first `lead` of them before week 1. */
static ptl_status check_cells(const double *x, const ptl_mix_data *d, int64_t lead,
                              bool negative_ok, const char *column, const char *what,
                              ptl_error *err)
{
    char buffer[32];
    const int64_t n = d->n_weeks + lead;
    for (int64_t i = 0; i < d->n_geos * n; i++) {
        if (isfinite(x[i]) && (negative_ok || x[i] >= 0.0)) continue;
        const char *const geo = name_of(buffer, d->geo_name, "geo", i / n);
        const long long week = (long long)(i % n - lead) + 1;
        if (isfinite(x[i]))
            ptl_fail(err, PTL_E_INVALID, "%s: negative %s in %s, week %lld: %g", column, what, geo,
                     week, x[i]);
        else
            ptl_fail(err, PTL_E_INVALID, "%s: %s in %s, week %lld is not a number", column, what,
                     geo, week);
        ptl_error_hint(err, "mend the row at its source; a week without data is zero media, and a "
                            "KPI that is not known is held out");
        return PTL_E_INVALID;
    }
    return PTL_OK;
}

static bool varies(const double *x, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        if (x[i] != x[0]) return true;
    return false;
}

static ptl_status check_counts(const ptl_mix_data *d, const ptl_mix_spec *s, ptl_error *err)
{
    const struct {
        const char *what;
        int64_t n, low, high;
    } counts[] = {{"geos", d->n_geos, 1, PTL_MIX_GEOS_MAX},
                  {"weeks", d->n_weeks, 8, PTL_MIX_WEEKS_MAX},
                  {"weeks of media before the first", d->n_lead, 0, PTL_ADSTOCK_WINDOW_MAX},
                  {"channels", d->n_channels, 1, PTL_MIX_CHANNELS_MAX},
                  {"controls", d->n_controls, 0, PTL_MIX_CONTROLS_MAX},
                  {"events", d->n_events, 0, PTL_MIX_CONTROLS_MAX}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        if (counts[i].n < counts[i].low || counts[i].n > counts[i].high)
            return ptl_fail(err, PTL_E_INVALID, "the data have %lld %s; %lld to %lld are allowed",
                            (long long)counts[i].n, counts[i].what, (long long)counts[i].low,
                            (long long)counts[i].high);
    if (s->n_channels != d->n_channels)
        return ptl_fail(err, PTL_E_INVALID, "the specification has %lld channels, the data %lld",
                        (long long)s->n_channels, (long long)d->n_channels);
    if (!d->kpi || !d->media || !s->channel)
        return ptl_fail(err, PTL_E_INVALID, "the %s is missing",
                        d->kpi ? (d->media ? "specification of channels" : "media cube") : "KPI");
    return PTL_OK;
}

/* Every geo has its member, every member a geo. */
static ptl_status check_members(const int64_t *of, int64_t n, const ptl_mix_data *d,
                                const char *word, const char *const *names, ptl_error *err)
{
    char geo[32], member[32];
    if (n == 0) return PTL_OK;
    if (n < 0 || n > d->n_geos || !of)
        return ptl_fail(err, PTL_E_INVALID, "the data have %lld %ss for %lld geos%s", (long long)n,
                        word, (long long)d->n_geos, of ? "" : ", and do not say which is whose");
    for (int64_t g = 0; g < d->n_geos; g++)
        if (of[g] < 0 || of[g] >= n)
            return ptl_fail(err, PTL_E_INVALID, "%s: %s %lld is not one of %lld",
                            name_of(geo, d->geo_name, "geo", g), word, (long long)of[g] + 1,
                            (long long)n);
    for (int64_t k = 0; k < n; k++) {
        int64_t g = 0;
        while (g < d->n_geos && of[g] != k) g++;
        if (g == d->n_geos)
            return ptl_fail(err, PTL_E_INVALID, "%s has no geo", name_of(member, names, word, k));
    }
    return PTL_OK;
}

static ptl_status check_geos(const ptl_mix_data *d, ptl_error *err)
{
    char buffer[32];
    for (int64_t g = 0; d->population && g < d->n_geos; g++)
        if (!(d->population[g] > 0.0 && d->population[g] < HUGE_VAL))
            return ptl_fail(err, PTL_E_INVALID, "%s has no population: %g",
                            name_of(buffer, d->geo_name, "geo", g), d->population[g]);
    PTL_TRY(check_members(d->place, d->n_places, d, "place", NULL, err));
    return check_members(d->brand, d->n_brands, d, "brand", d->brand_name, err);
}

static ptl_status check_channel_data(const ptl_mix_data *d, const ptl_mix_spec *s, int64_t c,
                                     ptl_error *err)
{
    char buffer[32];
    const int64_t n = d->n_geos * d->n_weeks, n_media = n + d->n_geos * d->n_lead;
    const char *const name = mix_channel_name(buffer, d, c);
    const ptl_mix_channel *const ch = &s->channel[c];
    const double *const media = d->media + c * n_media;
    PTL_TRY(check_cells(media, d, d->n_lead, ch->kind == PTL_MIX_NON_MEDIA, name, "media", err));
    if (ch->path == PTL_MIX_MEDIATOR) return PTL_OK;
    if (!varies(media, n_media))
        return ptl_fail(err, PTL_E_INVALID, "%s: media never vary, they are always %g", name,
                        media[0]);
    if (ch->has_frequency && !d->frequency)
        return ptl_fail(err, PTL_E_INVALID, "%s: frequency is missing", name);
    if (ch->has_frequency)
        PTL_TRY(
            check_cells(d->frequency + c * n_media, d, d->n_lead, false, name, "frequency", err));
    if (ch->kind != PTL_MIX_PAID || ch->path != PTL_MIX_CAUSE) return PTL_OK;
    if (!d->spend) return ptl_fail(err, PTL_E_INVALID, "%s: spend is missing", name);
    PTL_TRY(check_cells(d->spend + c * n, d, 0, false, name, "spend", err));
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++) sum += d->spend[c * n + i];
    if (!(sum > 0.0)) return ptl_fail(err, PTL_E_INVALID, "%s: spend is zero throughout", name);
    return PTL_OK;
}

/* --- one channel's specification ----------------------------------------------------------------
 */

static ptl_status check_channel_spec(const ptl_mix_channel *ch, const char *name, ptl_error *err)
{
    const ptl_response *const r = &ch->shape;
    if (r->adstock.window_weeks < 1 || r->adstock.window_weeks > PTL_ADSTOCK_WINDOW_MAX)
        return ptl_fail(err, PTL_E_INVALID, "%s: adstock window must be 1 to %d weeks, not %d",
                        name, PTL_ADSTOCK_WINDOW_MAX, r->adstock.window_weeks);
    if (ch->has_frequency && r->order != PTL_SATURATION_FIRST)
        return ptl_fail(err, PTL_E_INVALID,
                        "%s: with reach and frequency the saturation comes first", name);
    for (int32_t i = 0; i < ptl_adstock_params(r->adstock.kind); i++)
        PTL_TRY(mix_prior_check(&ch->adstock_prior[i], name, err));
    for (int32_t i = 0; i < ptl_saturation_params(r->saturation.kind); i++)
        PTL_TRY(mix_prior_check(&ch->saturation_prior[i], name, err));
    PTL_TRY(mix_prior_check(&ch->effect_prior, name, err));
    const bool money = ch->effect_on == PTL_MIX_ON_ROI || ch->effect_on == PTL_MIX_ON_MROI;
    if (money && ch->kind != PTL_MIX_PAID)
        return ptl_fail(err, PTL_E_INVALID, "%s: a prior on incremental ROI needs spend", name);
    if (ch->pooling == PTL_MIX_POOL_LOGNORMAL && !mix_prior_is_positive(&ch->effect_prior))
        return ptl_fail(err, PTL_E_INVALID,
                        "%s: lognormal pooling needs an effect prior above zero", name);
    if (ch->pooling != PTL_MIX_POOL_COMPLETE) {
        PTL_TRY(mix_prior_check(&ch->eta_prior, name, err));
        if (!mix_prior_is_positive(&ch->eta_prior))
            return ptl_fail(err, PTL_E_INVALID, "%s: a spread is not negative", name);
        PTL_TRY(mix_prior_check(&ch->brand_eta_prior, name, err));
        if (!mix_prior_is_positive(&ch->brand_eta_prior))
            return ptl_fail(err, PTL_E_INVALID, "%s: a spread is not negative", name);
    }
    if (ch->n_effect_knots == 0) return PTL_OK;
    if (ch->n_effect_knots < 2 || ch->n_effect_knots > PTL_MIX_KNOTS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "%s: effect knots must be 0 or 2 to %d, not %d", name,
                        PTL_MIX_KNOTS_MAX, ch->n_effect_knots);
    if (ch->effect_on == PTL_MIX_ON_MROI)
        return ptl_fail(err, PTL_E_INVALID, "%s: a prior on mROI needs a constant effect", name);
    return mix_prior_check(&ch->drift_prior, name, err);
}

static ptl_status check_knots(const ptl_mix_spec *s, int64_t n_weeks, ptl_error *err)
{
    if (s->n_knots < 0 || s->n_knots > PTL_MIX_KNOTS_MAX || s->n_knots > n_weeks)
        return ptl_fail(err, PTL_E_INVALID, "%d knots do not fit %lld weeks", s->n_knots,
                        (long long)n_weeks);
    for (int32_t k = 0; s->knot && k < s->n_knots; k++)
        if (s->knot[k] < (k ? s->knot[k - 1] + 1 : 0) || s->knot[k] >= n_weeks)
            return ptl_fail(err, PTL_E_INVALID, "knot %d is not a later week: %d", k + 1,
                            s->knot[k] + 1);
    if (s->n_fourier < 0 || s->n_fourier > 26)
        return ptl_fail(err, PTL_E_INVALID, "pairs of Fourier terms must be 0 to 26, not %d",
                        s->n_fourier);
    return PTL_OK;
}

static ptl_status check_spec(const ptl_mix_data *d, const ptl_mix_spec *s, ptl_error *err)
{
    const struct {
        const char *what;
        double value;
        bool zero_ok;
    } scales[] = {{"knot_sd", s->knot_sd, false},
                  {"trend_sd", s->trend_sd, true},
                  {"event_sd", s->event_sd, d->n_events == 0},
                  {"geo_sd", s->geo_sd, false},
                  {"control_sd", s->control_sd, d->n_controls == 0},
                  {"fourier_sd", s->fourier_sd, s->n_fourier == 0},
                  {"fourier_weeks", s->fourier_weeks, s->n_fourier == 0}};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++)
        if (!(scales[i].value > 0.0 || (scales[i].zero_ok && scales[i].value == 0.0)))
            return ptl_fail(err, PTL_E_INVALID, "%s must be positive, not %g", scales[i].what,
                            scales[i].value);
    PTL_TRY(check_knots(s, d->n_weeks, err));
    PTL_TRY(mix_prior_check(&s->sigma_prior, "sigma", err));
    if (s->controls_pooled && d->n_controls) PTL_TRY(mix_prior_check(&s->xi_prior, "xi", err));
    if (s->likelihood == PTL_MIX_STUDENT_T && !(s->student_nu > 2.0))
        return ptl_fail(err, PTL_E_INVALID, "student_nu must be above 2, not %g", s->student_nu);
    char buffer[32];
    for (int64_t c = 0; c < s->n_channels; c++)
        PTL_TRY(check_channel_spec(&s->channel[c], mix_channel_name(buffer, d, c), err));
    return PTL_OK;
}

/* --- columns against each other -----------------------------------------------------------------
 */

/* x less the mean of each geo, scaled to length one; false where nothing is left. */
static bool within(double *out, const double *x, int64_t n_geos, int64_t n, int64_t lead)
{
    double length = 0.0;
    for (int64_t g = 0; g < n_geos; g++) {
        const double *const from = x + g * (n + lead) + lead;
        double mean = 0.0;
        for (int64_t t = 0; t < n; t++) mean += from[t] / (double)n;
        for (int64_t t = 0; t < n; t++) {
            out[g * n + t] = from[t] - mean;
            length += out[g * n + t] * out[g * n + t];
        }
    }
    for (int64_t i = 0; length > 0.0 && i < n_geos * n; i++) out[i] /= sqrt(length);
    return length > 0.0;
}

static ptl_status check_pairs(const ptl_mix_data *d, const ptl_mix_spec *s, ptl_arena *arena,
                              ptl_error *err)
{
    const int64_t n = d->n_geos * d->n_weeks, n_media = n + d->n_geos * d->n_lead;
    const int64_t n_columns = d->n_channels + d->n_controls;
    char first[32], second[32];
    double *unit;
    bool *kept;
    MIX_ALLOC(unit, arena, n_columns * n, err);
    MIX_ALLOC(kept, arena, n_columns, err);
    for (int64_t j = 0; j < n_columns; j++) {
        const bool media = j < d->n_channels;
        const double *const x =
            media ? d->media + j * n_media : d->control + (j - d->n_channels) * n;
        kept[j] = within(unit + j * n, x, d->n_geos, d->n_weeks, media ? d->n_lead : 0) &&
                  !(media && s->channel[j].path == PTL_MIX_MEDIATOR);
        for (int64_t i = 0; kept[j] && i < j; i++) {
            double r = 0.0;
            for (int64_t k = 0; kept[i] && k < n; k++) r += unit[j * n + k] * unit[i * n + k];
            if (1.0 - r * r > UNEXPLAINED_MIN) continue;
            ptl_fail(err, PTL_E_INVALID, "%s and %s are collinear: their correlation is %.6f",
                     i < d->n_channels
                         ? mix_channel_name(first, d, i)
                         : name_of(first, d->control_name, "control", i - d->n_channels),
                     media ? mix_channel_name(second, d, j)
                           : name_of(second, d->control_name, "control", j - d->n_channels),
                     r);
            ptl_error_hint(err, "join the two, leave one out, or measure one by an experiment");
            return PTL_E_INVALID;
        }
    }
    return PTL_OK;
}

static ptl_status check_controls(const ptl_mix_data *d, ptl_error *err)
{
    char buffer[32];
    const int64_t n = d->n_geos * d->n_weeks;
    if ((d->n_controls && !d->control) || (d->n_events && !d->event))
        return ptl_fail(err, PTL_E_INVALID, "the %s are missing",
                        d->n_controls && !d->control ? "controls" : "events");
    for (int64_t c = 0; c < d->n_controls; c++) {
        const char *const name = name_of(buffer, d->control_name, "control", c);
        PTL_TRY(check_cells(d->control + c * n, d, 0, true, name, "value", err));
        if (!varies(d->control + c * n, n))
            return ptl_fail(err, PTL_E_INVALID, "%s never varies, it is always %g", name,
                            d->control[c * n]);
    }
    for (int64_t e = 0; e < d->n_events; e++)
        for (int64_t t = 0; t < d->n_weeks; t++)
            if (!isfinite(d->event[e * d->n_weeks + t]))
                return ptl_fail(err, PTL_E_INVALID, "event %lld in week %lld is not a number",
                                (long long)e + 1, (long long)t + 1);
    return PTL_OK;
}

static ptl_status check_kpi(const ptl_mix_data *d, const ptl_mix_spec *s, ptl_error *err)
{
    const int64_t n = d->n_geos * d->n_weeks;
    PTL_TRY(check_cells(d->kpi, d, 0, true, "KPI", "value", err));
    if (d->revenue_per_kpi)
        PTL_TRY(check_cells(d->revenue_per_kpi, d, 0, false, "revenue per KPI", "value", err));
    if (!varies(d->kpi, n)) return ptl_fail(err, PTL_E_INVALID, "the KPI never varies");
    int64_t n_used = 0;
    for (int64_t i = 0; i < n; i++) n_used += !(d->held_out && d->held_out[i]);
    const int64_t n_needed = 2 + d->n_channels + d->n_controls + d->n_events + 2 * s->n_fourier +
                             (s->n_knots > 1 ? s->n_knots : 1) + d->n_geos - 1;
    if (n_used < n_needed) {
        ptl_fail(err, PTL_E_INVALID, "%lld rows are too few for %lld coefficients",
                 (long long)n_used, (long long)n_needed);
        ptl_error_hint(err, "join channels, use fewer knots and controls, or wait for more weeks");
        return PTL_E_INVALID;
    }
    return PTL_OK;
}

static ptl_status check_experiment(const ptl_mix_experiment *e, int64_t i, const ptl_mix_data *d,
                                   const ptl_mix_spec *s, ptl_error *err)
{
    const long long number = (long long)i + 1;
    if (e->channel_idx < 0 || e->channel_idx >= d->n_channels ||
        s->channel[e->channel_idx].path != PTL_MIX_CAUSE)
        return ptl_fail(err, PTL_E_INVALID,
                        "experiment %lld: channel %lld has no effect to measure", number,
                        (long long)e->channel_idx + 1);
    if (e->week_from < 0 || e->week_from >= e->week_to || e->week_to > e->measured_to ||
        e->measured_to > d->n_weeks)
        return ptl_fail(
            err, PTL_E_INVALID,
            "experiment %lld: weeks %lld to %lld, measured to %lld, lie outside weeks 1 "
            "to %lld",
            number, (long long)e->week_from + 1, (long long)e->week_to, (long long)e->measured_to,
            (long long)d->n_weeks);
    if (!(e->sd > 0.0 && e->sd < HUGE_VAL) || !isfinite(e->estimate))
        return ptl_fail(err, PTL_E_INVALID, "experiment %lld: estimate %g with standard error %g",
                        number, e->estimate, e->sd);
    if (!(e->media_factor >= 0.0 && e->media_factor < HUGE_VAL) || e->media_factor == 1.0)
        return ptl_fail(err, PTL_E_INVALID,
                        "experiment %lld: media factor must differ from 1, not "
                        "%g",
                        number, e->media_factor);
    if (e->grade != 'A' && e->grade != 'B')
        return ptl_fail(err, PTL_E_INVALID, "experiment %lld: grade must be A or B, not %c", number,
                        e->grade);
    const int64_t n = d->n_weeks + d->n_lead;
    for (int64_t g = 0; g < d->n_geos; g++)
        for (int64_t t = e->week_from; (!e->geo || e->geo[g]) && t < e->week_to; t++)
            if (d->media[(e->channel_idx * d->n_geos + g) * n + d->n_lead + t] != 0.0)
                return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "experiment %lld: the channel has no media in its window",
                    number);
}

ptl_status mix_check_all(const ptl_mix_data *d, const ptl_mix_spec *s,
                         const ptl_mix_experiment *experiment, int64_t n_experiments,
                         ptl_arena *arena, ptl_error *err)
{
    PTL_TRY(check_counts(d, s, err));
    PTL_TRY(check_spec(d, s, err));
    PTL_TRY(check_geos(d, err));
    PTL_TRY(check_kpi(d, s, err));
    PTL_TRY(check_controls(d, err));
    for (int64_t c = 0; c < d->n_channels; c++) PTL_TRY(check_channel_data(d, s, c, err));
    const ptl_arena_mark mark = ptl_arena_save(arena);
    PTL_TRY(check_pairs(d, s, arena, err));
    ptl_arena_rewind(arena, mark);
    if (n_experiments < 0 || n_experiments > PTL_MIX_EXPERIMENTS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "%lld experiments; at most %d are allowed",
                        (long long)n_experiments, PTL_MIX_EXPERIMENTS_MAX);
    for (int64_t i = 0; i < n_experiments; i++)
        PTL_TRY(check_experiment(&experiment[i], i, d, s, err));
    return PTL_OK;
}

ptl_status ptl_mix_check(const ptl_mix_data *data, const ptl_mix_spec *spec,
                         const ptl_mix_experiment *experiment, int64_t n_experiments,
                         ptl_arena *arena, ptl_error *err)
{
    const ptl_arena_mark mark = ptl_arena_save(arena);
    const ptl_status st = mix_check_all(data, spec, experiment, n_experiments, arena, err);
    ptl_arena_rewind(arena, mark);
    return st;
}
