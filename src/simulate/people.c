/* people.c: persons, cookies, addresses (people.h). */
#include "simulate/people.h"

#include <stdio.h>

enum { STREAM_PERSON = 100, STREAM_SELF = 0 };

uint64_t ptl_scramble(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* Log-normal with mean 1, its tail cut so that nobody outweighs a town. */
static double trait(ptl_rng *rng, double deviation)
{
    double z = ptl_rng_normal(rng);
    if (z > 3.0) z = 3.0;
    return exp(deviation * z - 0.5 * deviation * deviation);
}

void ptl_person_make(ptl_sim_person *out, const ptl_climate *climate, int64_t id)
{
    const ptl_rng people = ptl_rng_split(&climate->root, STREAM_PERSON);
    const ptl_rng own = ptl_rng_split(&people, (uint64_t)id);
    ptl_rng r = ptl_rng_split(&own, STREAM_SELF);
    const double where = ptl_rng_uniform(&r);
    *out = (ptl_sim_person){.id = id, .rng = own};
    out->currency = where < 0.72 ? PTL_SIM_EUR : where < 0.89 ? PTL_SIM_GBP : PTL_SIM_CHF;
    out->interest = trait(&r, 0.8);
    out->loyalty = trait(&r, 0.7);
    out->hears = trait(&r, 0.5);
    out->lapses = 0.06 + 0.2 * ptl_rng_uniform(&r);
    const double enters = ptl_rng_uniform(&r);
    out->enters_day = enters < 0.8 ? 0.0 : (enters - 0.8) * 5.0 * (double)climate->n_days;
    out->was_customer = enters < 0.8 && ptl_rng_uniform(&r) < 0.33;
    out->consents = ptl_rng_uniform(&r) < 0.68;
    out->subscribes = ptl_rng_uniform(&r) < 0.46;
    ptl_rng home = ptl_rng_split(&people, UINT64_C(1) << 40 | (uint64_t)(id / 2));
    out->shares = ptl_rng_uniform(&home) < 0.08; /* two people, one household, one device */
    const double devices = ptl_rng_uniform(&r);
    out->n_devices = 1 + (devices < 0.55) + (devices < 0.14);
    const bool forgets = ptl_rng_uniform(&r) < 0.35; /* browsers that keep a cookie for a week */
    out->cookie_days = forgets ? 7.0 : 30.0 + 180.0 * ptl_rng_exponential(&r);
}

uint64_t ptl_person_cookie(const ptl_sim_person *person, int32_t device, double day)
{
    const bool household = person->shares && device == 0;
    const uint64_t owner = (uint64_t)(household ? person->id & ~INT64_C(1) : person->id);
    const uint64_t seed = ptl_scramble(owner * 8 + (uint64_t)device + (household ? 4 : 0));
    const double life = household ? 120.0 : person->cookie_days;
    const double phase = (double)(seed >> 11) * 0x1p-53;
    const uint64_t epoch = (uint64_t)floor((day + 400.0) / life + phase);
    return ptl_scramble(seed ^ (epoch * UINT64_C(0xD1342543DE82EF95)));
}

void ptl_cookie_text(char out[40], uint64_t cookie)
{
    snprintf(out, 40, "%u.%u", (unsigned)(cookie >> 32),
             1500000000u + (unsigned)(cookie & 0xfffffff));
}

/* An odd factor permutes the 32-bit numbers, so no two people share one and none tells its order.
 */
int64_t ptl_person_customer(int64_t id, bool as_guest)
{
    const uint32_t number = ((uint32_t)id * 2u + (as_guest ? 1u : 0u)) * 2654435761u;
    return INT64_C(6000000000000) + number;
}

void ptl_person_email(char out[80], int64_t id, bool as_guest)
{
    static const char *const first[] = {"anna",  "ben",  "clara", "david", "emma",  "felix",
                                        "greta", "hugo", "ida",   "jonas", "klara", "leo",
                                        "mia",   "noah", "olga",  "paul"};
    static const char *const last[] = {"adler",  "berg",  "cohen", "diaz",   "evans",  "fischer",
                                       "gruber", "huber", "ito",   "jansen", "keller", "lang",
                                       "meyer",  "novak", "okoye", "peters"};
    const uint64_t h = ptl_scramble((uint64_t)id + 77);
    const char *domain = h & 256 ? "example.org" : "example.net";
    if (as_guest)
        snprintf(out, 80, "%.1s%s%lld@example.com", first[h % 16], last[h / 16 % 16],
                 (long long)id);
    else
        snprintf(out, 80, "%s.%s%lld@%s", first[h % 16], last[h / 16 % 16], (long long)id, domain);
}
