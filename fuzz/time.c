/* time: the first line is a format, the second a text. Parsing ends with a status; an instant it
 * gives can be written and, read back, is the same instant. */
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool holds)
{
    if (!holds) abort();
}

static void try_instant(ptl_instant instant)
{
    char shown[40];
    ptl_error err;
    ptl_instant again = 0;
    ptl_instant_format(shown, instant);
    if (ptl_instant_parse(&again, ptl_text_of(shown), &err) == PTL_OK) check(again == instant);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    ptl_error err;
    static ptl_zone *zone;
    if (!zone && ptl_zone_open(&zone, "Europe/Berlin", &err) != PTL_OK) return 0;
    ptl_text text = {(const char *)bytes, len};
    const ptl_text format = ptl_text_cut(&text, '\n');

    ptl_instant instant = 0;
    if (ptl_time_parse(&instant, text, format, zone, &err) == PTL_OK) {
        try_instant(instant);
        const ptl_day day = ptl_zone_day(zone, instant);
        check(ptl_zone_day_start(zone, day) <= instant);
    }
    ptl_day day = 0;
    if (ptl_day_parse(&day, text, &err) == PTL_OK) {
        char shown[16];
        ptl_day_format(shown, day);
        check(ptl_day_of(ptl_date_of(day)) == day && strlen(shown) < sizeof shown);
    }
    return 0;
}
