/* channel_guess.c: rules from words to channels (channel_guess.h).
 *
 * Rules are tried in this order, the first that fits counts, so that "google brand" is brand search
 * before it is paid search. A word fits where it stands between what are no letters or digits; two
 * words of a rule must both be there. What no rule knows keeps its own name: a channel is never
 * guessed from half a word. */
#include "observe/channel_guess.h"

#include "workspace/preset.h"

#include <string.h>

typedef struct rule {
    const char *first, *second; /* second NULL: the first alone */
    const char *name, *label;
} rule;

static const rule rules[] = {
    {"brand", "search", "brand_search", "Brand search"},
    {"subscription", NULL, "subscription", "Subscription"},
    {"affiliate", NULL, "affiliates", "Affiliates"},
    {"affiliates", NULL, "affiliates", "Affiliates"},
    {"awin", NULL, "affiliates", "Affiliates"},
    {"email", NULL, "newsletter", "Newsletter"},
    {"newsletter", NULL, "newsletter", "Newsletter"},
    {"klaviyo", NULL, "newsletter", "Newsletter"},
    {"mailchimp", NULL, "newsletter", "Newsletter"},
    {"nurture", NULL, "nurture", "Nurture letters"},
    {"linkedin", NULL, "linkedin", "LinkedIn"},
    {"tiktok", NULL, "tiktok", "TikTok"},
    {"meta", NULL, "meta", "Meta Ads"},
    {"facebook", NULL, "meta", "Meta Ads"},
    {"instagram", NULL, "meta", "Meta Ads"},
    {"fb", NULL, "meta", "Meta Ads"},
    {"ig", NULL, "meta", "Meta Ads"},
    {"television", NULL, "television", "Television"},
    {"tv", NULL, "television", "Television"},
    {"radio", NULL, "radio", "Radio"},
    {"podcast", NULL, "podcast", "Podcast"},
    {"youtube", NULL, "video", "Video"},
    {"display", NULL, "display", "Display"},
    {"events", NULL, "events", "Events"},
    {"outbound", NULL, "outbound", "Outbound sales"},
    {"organic", "search", "organic_search", "Organic search"},
    {"google", "organic", "organic_search", "Organic search"},
    {"bing", "organic", "organic_search", "Organic search"},
    {"organic", "social", "organic_social", "Organic social"},
    {"paid", "search", "paid_search", "Paid search"},
    {"generic", "search", "paid_search", "Paid search"},
    {"google", "cpc", "paid_search", "Paid search"},
    {"google", "ads", "paid_search", "Paid search"},
    {"bing", "cpc", "paid_search", "Paid search"},
    {"microsoft", "ads", "paid_search", "Paid search"},
    {"cpc", NULL, "paid_search", "Paid search"},
    {"ppc", NULL, "paid_search", "Paid search"},
    {"sem", NULL, "paid_search", "Paid search"},
    {"direct", NULL, "direct", "Direct"},
    {"referral", NULL, "referral", "Referral"},
    {"referrals", NULL, "referral", "Referral"},
    {"offline", NULL, "offline", "Offline"},
};

/* Whether a word stands among folded ones. */
static bool has_word(ptl_text words, const char *word)
{
    while (words.len > 0)
        if (ptl_text_equal(ptl_text_cut(&words, ' '), ptl_text_of(word))) return true;
    return false;
}

ptl_channel_guess ptl_channel_guess_of(ptl_text recorded)
{
    char own[PTL_HEAD_BYTES_MAX];
    const ptl_text words = ptl_head_fold(own, recorded);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (has_word(words, rules[i].first) &&
            (!rules[i].second || has_word(words, rules[i].second)))
            return (ptl_channel_guess){rules[i].name, rules[i].label};
    return (ptl_channel_guess){0};
}
