/* markov_order.c: how many touches a journey remembers, judged on persons not used for it.
 *
 * The question.   Does the next touch depend on the last one, or on the last two, three, four?
 * The quantity.   For order j the held-out log-likelihood of whole journeys: every touch and the
 *                 outcome behind the last, given the j touches before; per journey, in nats.
 * The model.      p_j(next | last j) = (n(last j, next) + m p_{j-1}(next | last j - 1)) / (n(last
 *                 j) + m), down to p_0 over all channels and both outcomes, itself leaning on the
 *                 uniform. The start is part of the context of the first touches. m is the option
 *                 `prior`: contexts seen less often than m rather follow the shorter context.
 * The method.     Groups of persons g with g mod folds = f are judged with counts of the others
 *                 (cross-validation by person: Stone 1974). The order of the highest likelihood
 *                 is chosen. The gain of each order on the one before has a standard error over
 *                 groups, so that a reader sees which gains are noise.
 * Differences.    Touches are taken as they are: repeats of a channel count, since orders must be
 *                 judged on the same thing, though the chains of markov.c merge equal windows.
 * Not identified. Fewer than two folds with journeys.
 * Cost.           (orders + 1) look-ups a touch, twice. 8 counts of 8 bytes a transition. */
#include "science/markov_internal.h"

enum {
    FOLDS_MAX = 8,
    START = 0xFFFF,   /* the channel before the first touch       */
    SYMBOL_BITS = 13, /* channels, conversion and null: below 2^13 */
    DEPTHS = PTL_ATTRIBUTION_ORDER_MAX + 1
};

ptl_markov_order_options ptl_markov_order_options_default(void)
{
    return (ptl_markov_order_options){.size = (int32_t)sizeof(ptl_markov_order_options),
                                      .order_max = 3,
                                      .n_folds = 4,
                                      .prior = 5.0};
}

static ptl_status check(const ptl_markov_order_options *o, ptl_error *err)
{
    if (o->order_max < 1 || o->order_max > PTL_ATTRIBUTION_ORDER_MAX)
        return ptl_fail(err, PTL_E_INVALID, "order_max must be 1 to %d, not %d",
                        PTL_ATTRIBUTION_ORDER_MAX, o->order_max);
    if (o->n_folds < 2 || o->n_folds > FOLDS_MAX)
        return ptl_fail(err, PTL_E_INVALID, "n_folds must be 2 to %d, not %d", FOLDS_MAX,
                        o->n_folds);
    if (!(o->prior > 0.0 && o->prior <= 1e6))
        return ptl_fail(err, PTL_E_INVALID, "prior must lie above 0 and up to 1e6, not %g",
                        o->prior);
    return PTL_OK;
}

typedef struct tally {
    const ptl_paths *x;
    const ptl_markov_order_options *o;
    ptl_intern contexts, events;
    int64_t (*context_n)[FOLDS_MAX]; /* by context and fold */
    int64_t (*event_n)[FOLDS_MAX];
} tally;

/* Contexts of depth 0 … order_max before touch i; past the start there is one more, then no more.
 */
static int contexts_of(uint64_t key[DEPTHS], const ptl_paths *x, int64_t p, int64_t i,
                       int order_max)
{
    int n = 0;
    key[n++] = 0;
    uint64_t sum = 0;
    for (int depth = 1; depth <= order_max; depth++) {
        const int64_t at = x->offsets[p] + i - depth;
        const bool start = at < x->offsets[p];
        sum |= (start ? (uint64_t)START : (uint64_t)(x->touches[at] + 1))
               << (CHANNEL_BITS * (depth - 1));
        key[n++] = sum;
        if (start) break;
    }
    return n;
}

static uint64_t event_key(int32_t context, int32_t symbol)
{
    return (uint64_t)context << SYMBOL_BITS | (uint64_t)symbol;
}

/* What stands at position i of a path: the touch, or behind the last one the outcome. */
static int32_t symbol_at(const ptl_paths *x, int64_t p, int64_t i, bool converts)
{
    const int64_t n = x->offsets[p + 1] - x->offsets[p];
    if (i < n) return x->touches[x->offsets[p] + i];
    return x->n_channels + (converts ? 0 : 1);
}

static ptl_status number(tally *t, int64_t p, int64_t i, bool converts, ptl_error *err)
{
    uint64_t key[DEPTHS];
    int32_t context, event;
    const int n = contexts_of(key, t->x, p, i, t->o->order_max);
    for (int d = 0; d < n; d++) {
        PTL_TRY(ptl_intern_add(&t->contexts, key[d], &context, err));
        PTL_TRY(ptl_intern_add(&t->events, event_key(context, symbol_at(t->x, p, i, converts)),
                               &event, err));
    }
    return PTL_OK;
}

static ptl_status number_all(tally *t, ptl_arena *arena, ptl_error *err)
{
    const ptl_paths *const x = t->x;
    for (int64_t p = 0; p < x->n_paths; p++) {
        const int64_t n = x->offsets[p + 1] - x->offsets[p];
        for (int64_t i = 0; i < n; i++) PTL_TRY(number(t, p, i, false, err));
        for (int outcome = 0; n > 0 && outcome < 2; outcome++)
            PTL_TRY(number(t, p, n, outcome == 0, err));
    }
    ALLOC(t->context_n, arena, t->contexts.n, err);
    ALLOC(t->event_n, arena, t->events.n, err);
    return PTL_OK;
}

static void count(tally *t, int64_t p, int64_t i, bool converts, const int64_t n[FOLDS_MAX])
{
    uint64_t key[DEPTHS];
    const int n_keys = contexts_of(key, t->x, p, i, t->o->order_max);
    for (int d = 0; d < n_keys; d++) {
        const int32_t context = ptl_intern_find(&t->contexts, key[d]);
        const int32_t event =
            ptl_intern_find(&t->events, event_key(context, symbol_at(t->x, p, i, converts)));
        for (int f = 0; f < t->o->n_folds; f++) {
            t->context_n[context][f] += n[f];
            t->event_n[event][f] += n[f];
        }
    }
}

static void count_cell(tally *t, int64_t c)
{
    const ptl_paths *const x = t->x;
    const int64_t p = x->cell_path[c], n = x->offsets[p + 1] - x->offsets[p];
    const int fold = x->cell_group[c] % t->o->n_folds;
    int64_t all[FOLDS_MAX] = {0}, converting[FOLDS_MAX] = {0}, null[FOLDS_MAX] = {0};
    converting[fold] = x->cell_converting[c];
    null[fold] = x->cell_null[c];
    all[fold] = converting[fold] + null[fold];
    if (n == 0 || all[fold] == 0) return;
    for (int64_t i = 0; i < n; i++) count(t, p, i, false, all);
    count(t, p, n, true, converting);
    count(t, p, n, false, null);
}

static double others(const int64_t n[FOLDS_MAX], int n_folds, int fold)
{
    int64_t sum = 0;
    for (int f = 0; f < n_folds; f++)
        if (f != fold) sum += n[f];
    return (double)sum;
}

/* Adds log p_j of one symbol to loss[j - 1], j = 1 … order_max, trained without `fold`. */
static void judge(double *log_p, const tally *t, int64_t p, int64_t i, bool converts, int fold)
{
    uint64_t key[DEPTHS];
    const int n_keys = contexts_of(key, t->x, p, i, t->o->order_max);
    const double m = t->o->prior;
    double prob = 1.0 / (t->x->n_channels + 2.0);
    for (int d = 0; d <= t->o->order_max; d++) {
        if (d < n_keys) {
            const int32_t context = ptl_intern_find(&t->contexts, key[d]);
            const int32_t event =
                ptl_intern_find(&t->events, event_key(context, symbol_at(t->x, p, i, converts)));
            prob = (others(t->event_n[event], t->o->n_folds, fold) + m * prob) /
                   (others(t->context_n[context], t->o->n_folds, fold) + m);
        }
        if (d > 0) log_p[d - 1] += log(prob);
    }
}

typedef double orders[PTL_ATTRIBUTION_ORDER_MAX];

/* log p of a path's touches and of its two outcomes, for one fold. */
typedef struct judged {
    int64_t path;
    orders touches[FOLDS_MAX], converting[FOLDS_MAX], null[FOLDS_MAX];
    bool known[FOLDS_MAX];
} judged;

static void judge_path(judged *v, const tally *t, int64_t p, int fold)
{
    if (v->path != p) *v = (judged){.path = p};
    if (v->known[fold]) return;
    v->known[fold] = true;
    const int64_t n = t->x->offsets[p + 1] - t->x->offsets[p];
    for (int64_t i = 0; i < n; i++) judge(v->touches[fold], t, p, i, false, fold);
    judge(v->converting[fold], t, p, n, true, fold);
    judge(v->null[fold], t, p, n, false, fold);
}

static void judge_all(orders *log_p, double *n_journeys, const tally *t)
{
    judged v = {.path = -1};
    for (int64_t c = 0; c < t->x->n_cells; c++) {
        const int64_t p = t->x->cell_path[c];
        const double n_c = (double)t->x->cell_converting[c], n_n = (double)t->x->cell_null[c];
        const int g = t->x->cell_group[c], fold = g % t->o->n_folds;
        if (t->x->offsets[p + 1] == t->x->offsets[p] || n_c + n_n == 0.0) continue;
        judge_path(&v, t, p, fold);
        for (int j = 0; j < t->o->order_max; j++)
            log_p[g][j] += (n_c + n_n) * v.touches[fold][j] + n_c * v.converting[fold][j] +
                           n_n * v.null[fold][j];
        n_journeys[g] += n_c + n_n;
    }
}

/* Standard error over groups of a ratio of sums: gains by journeys. */
static double ratio_error(const double *gain, const double *n, double mean, double n_all)
{
    double squares = 0.0;
    int groups = 0;
    for (int g = 0; g < GROUPS; g++) {
        if (n[g] == 0.0) continue;
        const double off = gain[g] - mean * n[g];
        squares += off * off;
        groups++;
    }
    return groups < 2 ? PTL_NAN : sqrt(squares * groups / (groups - 1.0)) / n_all;
}

static void conclude(ptl_markov_order_result *out, orders *log_p, const double *n, int order_max)
{
    double n_all = 0.0;
    for (int g = 0; g < GROUPS; g++) n_all += n[g];
    out->order = 1;
    for (int j = 0; j < order_max; j++) {
        double sum = 0.0, gained = 0.0, gain[GROUPS];
        for (int g = 0; g < GROUPS; g++) {
            sum += log_p[g][j];
            gain[g] = j > 0 ? log_p[g][j] - log_p[g][j - 1] : 0.0;
            gained += gain[g];
        }
        out->log_loss[j] = -sum / n_all;
        if (j > 0) out->gain_error[j] = ratio_error(gain, n, gained / n_all, n_all);
        if (out->log_loss[j] < out->log_loss[out->order - 1]) out->order = j + 1;
    }
}

static int folds_seen(const double *n, int n_folds)
{
    int seen = 0;
    for (int f = 0; f < n_folds; f++) {
        double sum = 0.0;
        for (int g = f; g < GROUPS; g += n_folds) sum += n[g];
        seen += sum > 0.0;
    }
    return seen;
}

static ptl_status solve(ptl_markov_order_result *out, const ptl_paths *paths,
                        const ptl_markov_order_options *o, const ptl_attribution_work *work,
                        ptl_error *err)
{
    tally t = {.x = paths, .o = o};
    ptl_attribution_total total;
    orders *log_p;
    double n[GROUPS] = {0};
    PTL_TRY(ptl_paths_total(&total, paths, err));
    PTL_TRY(ptl_intern_init(&t.contexts, work->arena, err));
    PTL_TRY(ptl_intern_init(&t.events, work->arena, err));
    PTL_TRY(number_all(&t, work->arena, err));
    ALLOC(log_p, work->arena, GROUPS, err);
    for (int64_t c = 0; c < paths->n_cells; c++) count_cell(&t, c);
    judge_all(log_p, n, &t);
    *out = (ptl_markov_order_result){.verdict = PTL_NOT_IDENTIFIED, .order = 1};
    for (int j = 0; j < PTL_ATTRIBUTION_ORDER_MAX; j++)
        out->log_loss[j] = out->gain_error[j] = PTL_NAN;
    if (folds_seen(n, o->n_folds) < 2) return PTL_OK;
    conclude(out, log_p, n, o->order_max);
    out->verdict = PTL_CONVERGED;
    return PTL_OK;
}

ptl_status ptl_markov_order(ptl_markov_order_result *out, const ptl_paths *paths,
                            const ptl_markov_order_options *options,
                            const ptl_attribution_work *work, ptl_error *err)
{
    const ptl_markov_order_options o = options ? *options : ptl_markov_order_options_default();
    PTL_TRY(ptl_attribution_check(work, o.size, (int32_t)sizeof o, "order", err));
    PTL_TRY(check(&o, err));
    const ptl_arena_mark mark = ptl_arena_save(work->arena);
    const ptl_status st = solve(out, paths, &o, work, err);
    ptl_arena_rewind(work->arena, mark); /* the result holds no pointers */
    return st;
}
