/* people.h: who lives in the world: what moves a person, and the traces they leave.
 *
 * A person is made from the seed and a number, so nobody is kept: whoever needs person 4711 makes
 * them again. */
#ifndef PTL_SIMULATE_PEOPLE_H
#define PTL_SIMULATE_PEOPLE_H

#include "simulate/climate.h"

typedef struct ptl_sim_person {
    int64_t id;
    ptl_rng rng;       /* the person's own: split it, do not draw from it                   */
    int32_t currency;  /* of the country they live in                                       */
    double interest;   /* in buying a first time, mean 1                                    */
    double loyalty;    /* in buying again, mean 1                                           */
    double hears;      /* how strongly media moves them, mean 1                             */
    double lapses;     /* chance to leave for good after an order                           */
    double enters_day; /* when they come into the market                                    */
    double cookie_days;
    bool was_customer; /* before the first day */
    bool consents, subscribes, shares;
    int32_t n_devices;
} ptl_sim_person;

void ptl_person_make(ptl_sim_person *out, const ptl_climate *climate, int64_t id);

/** The cookie that device `device` of the person shows on `day`; cookies are lost and made anew,
 * and a shared device shows the household's. */
uint64_t ptl_person_cookie(const ptl_sim_person *person, int32_t device, double day);
/** As analytics writes it: "1483920117.1731884400". */
void ptl_cookie_text(char out[40], uint64_t cookie);

/** A person's customer number: the second one is an order as a guest, under another address. */
int64_t ptl_person_customer(int64_t id, bool as_guest);
/** The address, at a domain that cannot receive mail. */
void ptl_person_email(char out[80], int64_t id, bool as_guest);

/** SplitMix64's mixing: the same for the same number, and nothing else in common. */
uint64_t ptl_scramble(uint64_t x);

#endif
