/* mix_artefact.c: a posterior as bytes, and back.
 *
 * What is kept: the specification, what identifies the data, the draws of free variables and of the
 * linear block, the experiments, and what each moved: that took fits without it. Everything else
 * (scaled data, Gram matrices, contributions, curves) is computed again from the data, by the code
 * that computed it first.
 *
 *   "PTLMIX2\0" · sizes · specification · channels · middle and scale of each variable · centring
 *   · experiments · draws · linear draws · checks · 64-bit FNV-1a of all before
 *
 * Integers are 64 bits little-endian, reals the bits of an IEEE double. */
#include "science/mix_internal.h"

static const char MAGIC[8] = "PTLMIX2";

/* One function walks the layout for counting (at NULL), writing and reading, so that the three
 * cannot disagree. */
typedef struct tape {
    uint8_t *at;       /* write */
    const uint8_t *in; /* read  */
    size_t n, room;
    bool short_read;
} tape;

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *const b = bytes;
    for (size_t i = 0; i < n; i++) hash = (hash ^ b[i]) * 0x100000001b3ULL;
    return hash;
}

static uint64_t word(tape *t, uint64_t value)
{
    uint64_t read = 0;
    if (t->in && t->n + 8 > t->room) {
        t->short_read = true;
        return 0;
    }
    for (int i = 0; i < 8; i++) {
        if (t->at) t->at[t->n + (size_t)i] = (uint8_t)(value >> (8 * i));
        if (t->in) read |= (uint64_t)t->in[t->n + (size_t)i] << (8 * i);
    }
    t->n += 8;
    return t->in ? read : value;
}

static void real(tape *t, double *x)
{
    uint64_t bits;
    memcpy(&bits, x, sizeof bits);
    bits = word(t, bits);
    if (t->in) memcpy(x, &bits, sizeof bits);
}

static void whole(tape *t, int64_t *x)
{
    *x = (int64_t)word(t, (uint64_t)*x);
}

static void whole32(tape *t, int32_t *x)
{
    *x = (int32_t)(int64_t)word(t, (uint64_t)(int64_t)*x);
}

static void truth(tape *t, bool *x)
{
    *x = word(t, *x ? 1 : 0) != 0;
}

#define KIND(t, field, type)                                                                       \
    do {                                                                                           \
        int32_t kind_ = (int32_t)(field);                                                          \
        whole32((t), &kind_);                                                                      \
        (field) = (type)kind_;                                                                     \
    } while (0)

static void prior(tape *t, ptl_mix_prior *p)
{
    KIND(t, p->kind, ptl_mix_prior_kind);
    real(t, &p->a);
    real(t, &p->b);
    real(t, &p->low);
    real(t, &p->high);
    real(t, &p->shift);
}

static void channel(tape *t, ptl_mix_channel *c)
{
    KIND(t, c->kind, ptl_mix_kind);
    KIND(t, c->path, ptl_mix_path);
    truth(t, &c->has_frequency);
    KIND(t, c->shape.adstock.kind, ptl_adstock_kind);
    whole32(t, &c->shape.adstock.window_weeks);
    truth(t, &c->shape.adstock.normalised);
    KIND(t, c->shape.saturation.kind, ptl_saturation_kind);
    KIND(t, c->shape.order, ptl_response_order);
    for (int i = 0; i < PTL_RESPONSE_PARAMS_MAX; i++) {
        real(t, &c->shape.adstock.param[i]);
        real(t, &c->shape.saturation.param[i]);
        prior(t, &c->adstock_prior[i]);
        prior(t, &c->saturation_prior[i]);
    }
    KIND(t, c->effect_on, ptl_mix_prior_on);
    prior(t, &c->effect_prior);
    KIND(t, c->pooling, ptl_mix_pooling);
    prior(t, &c->eta_prior);
    prior(t, &c->brand_eta_prior);
    whole32(t, &c->n_effect_knots);
    prior(t, &c->drift_prior);
}

static void specification(tape *t, ptl_mix_spec *s)
{
    KIND(t, s->kpi_scale, ptl_mix_kpi_scale);
    KIND(t, s->media_scale, ptl_mix_media_scale);
    KIND(t, s->likelihood, ptl_mix_likelihood);
    bool *const truths[] = {&s->controls_standardised, &s->fourier_laplace, &s->controls_pooled,
                            &s->sigma_per_geo};
    double *const reals[] = {&s->knot_sd,  &s->trend_sd, &s->fourier_weeks, &s->fourier_sd,
                             &s->event_sd, &s->geo_sd,   &s->control_sd,    &s->student_nu};
    for (size_t i = 0; i < sizeof truths / sizeof truths[0]; i++) truth(t, truths[i]);
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) real(t, reals[i]);
    whole32(t, &s->n_fourier);
    prior(t, &s->xi_prior);
    prior(t, &s->sigma_prior);
}

/* --- experiments: in, and what came out ----------------------------------------------------------
 */

static void design(tape *t, ptl_mix_experiment *e, bool *geo, int64_t n_geos)
{
    int32_t grade = e->grade;
    bool has_geo = e->geo != NULL;
    whole(t, &e->channel_idx);
    whole(t, &e->week_from);
    whole(t, &e->week_to);
    whole(t, &e->measured_to);
    real(t, &e->media_factor);
    real(t, &e->estimate);
    real(t, &e->sd);
    whole32(t, &grade);
    truth(t, &has_geo);
    for (int64_t g = 0; has_geo && g < n_geos; g++) {
        bool in = e->geo && e->geo[g];
        truth(t, &in);
        if (t->in) geo[g] = in;
    }
    e->grade = (char)grade;
    e->geo = has_geo ? (t->in ? geo : e->geo) : NULL;
}

static void estimate(tape *t, ptl_estimate *e)
{
    real(t, &e->point);
    real(t, &e->low);
    real(t, &e->high);
    real(t, &e->probability);
}

static void told(tape *t, ptl_mix_experiment_result *r, ptl_mix_move *move, int64_t n_channels)
{
    bool has_move = r->move != NULL;
    estimate(t, &r->predicted);
    estimate(t, &r->predicted_alone);
    real(t, &r->z);
    truth(t, &r->conflict);
    truth(t, &has_move);
    for (int64_t c = 0; has_move && c < n_channels; c++) {
        ptl_mix_move one = r->move ? r->move[c] : (ptl_mix_move){0};
        real(t, &one.mean_without);
        real(t, &one.sd_without);
        real(t, &one.mean_with);
        real(t, &one.sd_with);
        if (t->in) move[c] = one;
    }
    r->move = has_move ? (t->in ? move : r->move) : NULL;
}

static void put_experiments(tape *t, const ptl_mix_posterior *m)
{
    for (int64_t i = 0; i < m->n_experiments; i++) {
        ptl_mix_experiment e = m->experiment[i];
        ptl_mix_experiment_result r =
            m->told ? m->told[i] : (ptl_mix_experiment_result){.z = PTL_NAN};
        design(t, &e, NULL, m->n_geos);
        told(t, &r, NULL, m->n_channels);
    }
}

static ptl_status get_experiments(ptl_mix_posterior *m, tape *t, int64_t n, int64_t n_geos,
                                  int64_t n_channels, ptl_arena *arena, ptl_error *err)
{
    ptl_mix_experiment *experiment;
    ptl_mix_experiment_result *result;
    MIX_ALLOC(experiment, arena, n, err);
    MIX_ALLOC(result, arena, n, err);
    for (int64_t i = 0; i < n; i++) {
        bool *geo;
        ptl_mix_move *move;
        MIX_ALLOC(geo, arena, n_geos, err);
        MIX_ALLOC(move, arena, n_channels, err);
        design(t, &experiment[i], geo, n_geos);
        told(t, &result[i], move, n_channels);
    }
    m->experiment = experiment;
    m->n_experiments = n;
    m->told = result;
    return PTL_OK;
}

static uint64_t data_hash(const ptl_mix_data *d)
{
    const size_t n = (size_t)(d->n_geos * d->n_weeks) * sizeof(double);
    const size_t media = (size_t)(d->n_geos * (d->n_weeks + d->n_lead)) * sizeof(double);
    const size_t channels = (size_t)d->n_channels;
    const struct {
        const void *at;
        size_t bytes;
    } parts[] = {{d->kpi, n},
                 {d->revenue_per_kpi, n},
                 {d->population, (size_t)d->n_geos * sizeof(double)},
                 {d->media, channels * media},
                 {d->frequency, channels * media},
                 {d->spend, channels * n},
                 {d->control, (size_t)d->n_controls * n},
                 {d->event, (size_t)(d->n_events * d->n_weeks) * sizeof(double)},
                 {d->held_out, (size_t)(d->n_geos * d->n_weeks) * sizeof(bool)},
                 {d->n_places ? d->place : NULL, (size_t)d->n_geos * sizeof(int64_t)},
                 {d->n_brands ? d->brand : NULL, (size_t)d->n_geos * sizeof(int64_t)}};
    uint64_t hash = 0xcbf29ce484222325ULL;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].at) hash = hash_bytes(hash, parts[i].at, parts[i].bytes) + i;
    return hash;
}

/* --- writing ------------------------------------------------------------------------------------
 */

static void put(tape *t, const ptl_mix_posterior *m)
{
    int64_t sizes[] = {m->n_geos,  m->n_weeks,  m->n_lead,   m->n_channels, m->n_knots,
                       m->n_slots, m->n_linear, m->n_chains, m->n_draws,    m->n_experiments};
    ptl_mix_spec spec = m->spec;
    for (int i = 0; i < 8; i++, t->n++)
        if (t->at) t->at[t->n] = (uint8_t)MAGIC[i];
    (void)word(t, data_hash(&m->data));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) whole(t, &sizes[i]);
    specification(t, &spec);
    for (int64_t k = 0; k < m->n_knots; k++) (void)word(t, (uint64_t)m->knot[k]);
    for (int64_t c = 0; c < m->n_channels; c++) {
        ptl_mix_channel copy = m->channel[c].spec;
        bool centred = m->channel[c].centred, ruled = m->ruled[c];
        channel(t, &copy);
        truth(t, &centred);
        truth(t, &ruled);
    }
    put_experiments(t, m);
    for (int64_t i = 0; i < m->n_slots; i++) {
        double middle = m->slot[i].middle, scale = m->slot[i].scale;
        real(t, &middle);
        real(t, &scale);
    }
    for (int64_t i = 0; i < m->n_chains * m->n_draws * m->n_slots; i++) {
        double x = m->draws[i];
        real(t, &x);
    }
    for (int64_t i = 0; i < m->n_chains * m->n_draws * m->n_linear; i++)
        real(t, &m->linear_draws[i]);
    for (int i = 0; i < PTL_MCMC_CHECKS; i++) {
        double x = m->worst[i];
        real(t, &x);
    }
}

ptl_status ptl_mix_save(uint8_t **bytes, size_t *n_bytes, const ptl_mix_posterior *m,
                        ptl_arena *arena, ptl_error *err)
{
    tape t = {0};
    put(&t, m);
    const size_t n = t.n + 8;
    uint8_t *out;
    MIX_ALLOC(out, arena, (int64_t)n, err);
    t = (tape){.at = out};
    put(&t, m);
    (void)word(&t, hash_bytes(0xcbf29ce484222325ULL, out, t.n));
    *bytes = out;
    *n_bytes = n;
    return PTL_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

static ptl_status corrupt(ptl_error *err, const char *what)
{
    return ptl_fail(err, PTL_E_CORRUPT, "the mix model's artefact %s", what);
}

static ptl_status verify(const uint8_t *bytes, size_t n, ptl_error *err)
{
    if (n < 24 || memcmp(bytes, MAGIC, 8) != 0) return corrupt(err, "does not begin with PTLMIX2");
    tape t = {.in = bytes, .room = n, .n = n - 8};
    if (word(&t, 0) != hash_bytes(0xcbf29ce484222325ULL, bytes, n - 8))
        return corrupt(err, "has been changed: its hash does not fit");
    return PTL_OK;
}

typedef struct header {
    int64_t geos, weeks, lead, channels, knots, slots, linear, chains, draws, experiments;
} header;

static ptl_status get_model(ptl_mix_posterior *m, tape *t, header *h, const ptl_mix_data *data,
                            ptl_arena *arena, ptl_error *err)
{
    int64_t *const sizes[] = {&h->geos,  &h->weeks,  &h->lead,   &h->channels, &h->knots,
                              &h->slots, &h->linear, &h->chains, &h->draws,    &h->experiments};
    t->n = 8;
    if (word(t, 0) != data_hash(data)) {
        ptl_fail(err, PTL_E_CONFLICT, "the mix model was fitted on other data");
        ptl_error_hint(err, "load the warehouse version that its run names, or fit again");
        return PTL_E_CONFLICT;
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) whole(t, sizes[i]);
    const size_t n_reals = (size_t)(h->chains * h->draws * (h->slots + h->linear));
    if (h->geos != data->n_geos || h->weeks != data->n_weeks || h->channels != data->n_channels ||
        h->knots < 1 || h->knots > h->weeks || h->chains < 1 || h->draws < 4 ||
        h->experiments < 0 || h->experiments > PTL_MIX_EXPERIMENTS_MAX || n_reals > t->room / 8)
        return corrupt(err, "has sizes that do not fit its length");
    ptl_mix_spec spec = {.size = (int32_t)sizeof spec, .n_channels = h->channels};
    ptl_mix_channel *channels;
    int32_t *knot;
    bool *centred;
    MIX_ALLOC(channels, arena, h->channels, err);
    MIX_ALLOC(knot, arena, h->knots, err);
    MIX_ALLOC(centred, arena, h->channels, err);
    MIX_ALLOC(m->ruled, arena, h->channels, err);
    specification(t, &spec);
    for (int64_t k = 0; k < h->knots; k++) knot[k] = (int32_t)word(t, 0);
    for (int64_t c = 0; c < h->channels; c++) {
        channel(t, &channels[c]);
        truth(t, &centred[c]);
        truth(t, &m->ruled[c]);
    }
    PTL_TRY(get_experiments(m, t, h->experiments, h->geos, h->channels, arena, err));
    for (int64_t i = 0; i < h->experiments; i++)
        if (m->experiment[i].channel_idx < 0 || m->experiment[i].channel_idx >= h->channels)
            return corrupt(err, "holds an experiment on a channel that is not there");
    spec.channel = channels;
    spec.knot = knot;
    spec.n_knots = (int32_t)h->knots;
    PTL_TRY(mix_check_all(data, &spec, NULL, 0, arena, err));
    PTL_TRY(mix_prepare(m, data, &spec, arena, err));
    for (int64_t c = 0; c < h->channels; c++) m->channel[c].centred = centred[c];
    if (m->n_slots != h->slots || m->n_linear != h->linear)
        return corrupt(err, "does not hold the parameters of its specification");
    return PTL_OK;
}

static ptl_status get_draws(ptl_mix_posterior *m, tape *t, const header *h, ptl_arena *arena,
                            ptl_error *err)
{
    double *draws;
    m->n_chains = h->chains;
    m->n_draws = h->draws;
    MIX_ALLOC(draws, arena, h->chains * h->draws * h->slots, err);
    MIX_ALLOC(m->linear_draws, arena, h->chains * h->draws * h->linear, err);
    MIX_ALLOC(m->summary, arena, h->slots + h->linear, err);
    for (int64_t i = 0; i < h->slots; i++) {
        real(t, &m->slot[i].middle);
        real(t, &m->slot[i].scale);
        if (m->slot[i].channel >= 0 && m->slot[i].kind == PTL_MIX_PARAM_GEO_EFFECT)
            m->slot[i].centred = m->channel[m->slot[i].channel].centred;
    }
    for (int64_t i = 0; i < h->chains * h->draws * h->slots; i++) real(t, &draws[i]);
    for (int64_t i = 0; i < h->chains * h->draws * h->linear; i++) real(t, &m->linear_draws[i]);
    for (int i = 0; i < PTL_MCMC_CHECKS; i++) real(t, &m->worst[i]);
    if (t->short_read) return corrupt(err, "ends early");
    m->draws = draws;
    return PTL_OK;
}

ptl_status ptl_mix_load(ptl_mix_result *out, const uint8_t *bytes, size_t n_bytes,
                        const ptl_mix_data *data, const ptl_mix_options *options, ptl_arena *arena,
                        ptl_error *err)
{
    const ptl_mix_options o = options ? *options : ptl_mix_options_default();
    tape t = {.in = bytes, .room = n_bytes};
    header h;
    ptl_mix_posterior *m;
    *out = (ptl_mix_result){.verdict = PTL_NOT_CONVERGED};
    PTL_TRY(verify(bytes, n_bytes, err));
    MIX_ALLOC(m, arena, 1, err);
    *m = (ptl_mix_posterior){0};
    PTL_TRY(get_model(m, &t, &h, data, arena, err));
    PTL_TRY(get_draws(m, &t, &h, arena, err));
    PTL_TRY(mix_works_new(m, arena, err));
    PTL_TRY(mix_summarise(m, NULL, arena, err));
    mix_judge(out, m, &o.nuts.limits);
    out->experiment = m->told;
    return mix_report(out, m, &o, NULL, arena, err);
}
