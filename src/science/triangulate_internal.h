/* triangulate_internal.h: sources on the estimand's scale, and the bias of credit. */
#ifndef PTL_SCIENCE_TRIANGULATE_INTERNAL_H
#define PTL_SCIENCE_TRIANGULATE_INTERNAL_H

#include "portolan/triangulate.h"

/** One channel's sources, mapped to CM1. Index -1: none. */
typedef struct ptl_pair {
    int32_t effect, credit, claim; /* numbers of sources */
    char grade;
    ptl_estimate effect_figure, credit_figure;
    double claim_figure;
    /* the effect as a likelihood: log-normal where its interval is above zero, else normal */
    bool log_normal;
    double centre, error; /* of log effect, or of the effect */
    double log_credit, credit_error;
} ptl_pair;

PTL_NODISCARD ptl_status ptl_sources_map(ptl_pair *pair, ptl_source_use *use, const ptl_estimand *e,
                                         const ptl_source *sources, int32_t n_sources,
                                         ptl_error *err);

/** Whether credit can stand against the effect: both there, and both above zero. */
static inline bool ptl_pair_compares(const ptl_pair *p)
{
    return p->effect >= 0 && p->credit >= 0 && p->effect_figure.point > 0.0;
}

/** Whether the bias of credit is learnt on it. */
static inline bool ptl_pair_teaches(const ptl_pair *p)
{
    return ptl_pair_compares(p) && p->log_normal && (p->grade == 'A' || p->grade == 'B');
}

enum { PTL_BIAS_NODES = 513 }; /* of tau */

/** Posterior of (b, tau): tau at nodes, b normal given tau. Weights sum to one. */
typedef struct ptl_bias {
    int32_t n_learnt;
    double weight[PTL_BIAS_NODES];
    double tau[PTL_BIAS_NODES];
    double mean[PTL_BIAS_NODES];
    double variance[PTL_BIAS_NODES];
} ptl_bias;

/** Learnt on every pair that teaches but number `without` (-1: on all). */
void ptl_bias_learn(ptl_bias *out, const ptl_pair *pairs, int32_t n, int32_t without,
                    const ptl_triangulate_options *o);

/** A mixture of normals. */
typedef struct ptl_mixture {
    int32_t n;
    double weight[PTL_BIAS_NODES];
    double mean[PTL_BIAS_NODES];
    double sd[PTL_BIAS_NODES];
} ptl_mixture;

double ptl_mixture_cdf(const ptl_mixture *m, double x);
double ptl_mixture_density(const ptl_mixture *m, double x);
double ptl_mixture_quantile(const ptl_mixture *m, double p);

/** log effect as credit alone has it. */
void ptl_bias_predict(ptl_mixture *out, const ptl_bias *bias, const ptl_pair *pair);
/** log effect from both sources, and the probability of an effect as far out as the one measured.
 */
void ptl_bias_pool(ptl_mixture *out, double *p, const ptl_bias *bias, const ptl_pair *pair);

#endif
