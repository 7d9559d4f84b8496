/* channel_guess.h: what people call a channel that an export names in its own way. */
#ifndef PTL_OBSERVE_CHANNEL_GUESS_H
#define PTL_OBSERVE_CHANNEL_GUESS_H

#include "base/text.h"

typedef struct ptl_channel_guess {
    const char *name;  /* governed: "paid_search"; NULL: no rule knows it */
    const char *label; /* "Paid search"                                   */
} ptl_channel_guess;

/** By the words of what an export wrote: "google / cpc", "(direct) / (none)", "Klaviyo". */
ptl_channel_guess ptl_channel_guess_of(ptl_text recorded);

#endif
