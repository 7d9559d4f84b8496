/* hazard_data.c: what the likelihood of journeys in time needs of them.
 *
 * It needs every converting journey's ages at its end, since it takes the log of a sum over them,
 * but of all journeys together only how many touches of each channel ended at which age: the
 * integral is linear in them. So a hundred journeys without conversion cost no more than one. Ages
 * are binned for that sum, evenly in log(1 + age / a0) with a0 a quarter of the shortest half-life,
 * and each bin stands at the mean age of what fell into it: a bin of relative width w then errs by
 * w^2 / 24 of its own second derivative, 2e-5 at 512 bins, and not at first order.
 *
 * Cost: one pass; 4 KiB a channel and group, 12 bytes a touch of converting paths. */
#include "science/hazard_internal.h"

static int64_t path_length(const ptl_paths *x, int64_t p)
{
    return x->offsets[p + 1] - x->offsets[p];
}

static bool counts(const ptl_paths *x, int64_t c)
{
    return path_length(x, x->cell_path[c]) > 0 && x->cell_converting[c] + x->cell_null[c] > 0;
}

/* Ages of a path's touches at its end into age[n]; the oldest is the time it was watched. */
static void ages_of(double *age, const ptl_paths *x, int64_t p, double resolution)
{
    const int64_t from = x->offsets[p];
    double sum = 0.0;
    for (int64_t i = path_length(x, p) - 1; i >= 0; i--) {
        sum += x->gap_days ? x->gap_days[from + i] : 1.0;
        age[i] = ptl_hazard_age(sum, resolution);
    }
}

/* Sizes of what is kept: runs of converting cells, their cells and touches, the longest path. */
typedef struct sizes {
    int64_t n_won, n_cells, n_touches, longest;
    double oldest;
} sizes;

static void measure(sizes *out, double *age, const ptl_paths *x, double resolution)
{
    int64_t current = -1;
    for (int64_t c = 0; c < x->n_cells; c++) {
        const int64_t p = x->cell_path[c];
        if (!counts(x, c)) continue;
        if (age) {
            ages_of(age, x, p, resolution);
            out->oldest = fmax(out->oldest, age[0]);
        }
        if (path_length(x, p) > out->longest) out->longest = path_length(x, p);
        if (age || x->cell_converting[c] == 0) continue;
        out->n_cells++;
        if (p != current) {
            out->n_won++;
            out->n_touches += path_length(x, p);
        }
        current = p;
    }
}

static ptl_status alloc(ptl_hazard_data *d, const sizes *s, ptl_arena *arena, ptl_error *err)
{
    d->n_won = s->n_won;
    d->longest = s->longest;
    ALLOC(d->cell_row, arena, s->n_won + 1, err);
    ALLOC(d->touch_row, arena, s->n_won + 1, err);
    ALLOC(d->group, arena, s->n_cells, err);
    ALLOC(d->count, arena, s->n_cells, err);
    ALLOC(d->value, arena, s->n_cells, err);
    ALLOC(d->channel, arena, s->n_touches, err);
    ALLOC(d->age, arena, s->n_touches, err);
    ALLOC(d->exposed, arena, (int64_t)GROUPS * d->n_channels * BINS, err);
    ALLOC(d->bin_age, arena, (int64_t)d->n_channels * BINS, err);
    ALLOC(d->seen, arena, d->n_channels, err);
    return PTL_OK;
}

/* A converting cell; `e` is its run, begun anew where the path is another than before. */
static void keep_won(ptl_hazard_data *d, int64_t *e, int64_t *at, const ptl_paths *x, int64_t c,
                     bool fresh, const double *age)
{
    const int64_t p = x->cell_path[c], n = path_length(x, p);
    if (fresh) {
        const int64_t to = d->touch_row[*e];
        for (int64_t i = 0; i < n; i++) {
            d->channel[to + i] = x->touches[x->offsets[p] + i];
            d->age[to + i] = age[i];
        }
        ++*e;
        d->touch_row[*e] = to + n;
    }
    d->group[*at] = x->cell_group[c];
    d->count[*at] = (double)x->cell_converting[c];
    d->value[*at] = x->cell_value ? x->cell_value[c] : 0.0;
    ++*at;
    d->cell_row[*e] = *at;
}

typedef struct binning {
    double shortest; /* a0 */
    double per_log;
    double *weight; /* [n_channels x BINS]: journeys, for mean ages */
} binning;

static int64_t bin_of(const binning *b, double age)
{
    const int64_t at = (int64_t)(log1p(age / b->shortest) * b->per_log);
    return at < BINS ? at : BINS - 1;
}

static void add_exposure(ptl_hazard_data *d, const binning *b, const ptl_paths *x, int64_t c,
                         const double *age, const int64_t *bin)
{
    const int64_t p = x->cell_path[c], n = path_length(x, p);
    const double n_journeys = (double)(x->cell_converting[c] + x->cell_null[c]);
    const int64_t g = x->cell_group[c];
    d->days[g] += n_journeys * age[0];
    for (int64_t i = 0; i < n; i++) {
        const int64_t k = x->touches[x->offsets[p] + i], at = k * BINS + bin[i];
        d->seen[k] = true;
        d->exposed[g * d->n_channels * BINS + at] += n_journeys;
        d->bin_age[at] += n_journeys * age[i];
        b->weight[at] += n_journeys;
    }
}

static void pass(ptl_hazard_data *d, const binning *b, double *age, int64_t *bin,
                 const ptl_paths *x, double resolution)
{
    int64_t current = -1, current_won = -1, e = 0, at = 0;
    for (int64_t c = 0; c < x->n_cells; c++) {
        const int64_t p = x->cell_path[c];
        if (!counts(x, c)) continue;
        if (p != current) {
            ages_of(age, x, p, resolution);
            for (int64_t i = 0; i < path_length(x, p); i++) bin[i] = bin_of(b, age[i]);
        }
        current = p;
        add_exposure(d, b, x, c, age, bin);
        if (x->cell_converting[c] == 0) continue;
        keep_won(d, &e, &at, x, c, p != current_won, age);
        current_won = p;
    }
    for (int64_t i = 0; i < (int64_t)d->n_channels * BINS; i++)
        if (b->weight[i] > 0.0) d->bin_age[i] /= b->weight[i];
}

ptl_status ptl_hazard_gather(ptl_hazard_data *out, const ptl_paths *paths,
                             const ptl_hazard_options *o, ptl_arena *arena, ptl_error *err)
{
    sizes s = {0};
    double *age;
    int64_t *bin;
    binning b = {.shortest = 0.25 * o->half_life_min_days};
    *out = (ptl_hazard_data){.n_channels = paths->n_channels};
    measure(&s, NULL, paths, o->resolution_days);
    PTL_TRY(alloc(out, &s, arena, err));
    ALLOC(age, arena, s.longest, err);
    ALLOC(bin, arena, s.longest, err);
    ALLOC(b.weight, arena, (int64_t)paths->n_channels * BINS, err);
    measure(&s, age, paths, o->resolution_days);
    b.per_log = s.oldest > 0.0 ? BINS / log1p(s.oldest / b.shortest) : 0.0;
    pass(out, &b, age, bin, paths, o->resolution_days);
    return PTL_OK;
}
