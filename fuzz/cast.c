/* cast: the first line is a format, the rest a text, through every cast in every locale. A cast
 * gives a value or a reason, the same both times; what was read as money, printed and read again,
 * is the same money. */
#include "base/json_write.h"
#include "store/cast.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds) abort();
}

/* What was read as money is written canonically and read again. */
static void try_money(ptl_text text, const ptl_locale *locale)
{
    int64_t micros = 0, back = 0;
    if (ptl_cast_money(&micros, text, locale) != PTL_CAST_OK) return;
    char plain[32];
    const int32_t len = ptl_micros_format(plain, micros);
    const ptl_text again = {plain, (size_t)len};
    expect(ptl_cast_money(&back, again, ptl_locale_find(PTL_TEXT("plain"))) == PTL_CAST_OK);
    expect(back == micros);
}

static void try_locale(ptl_text text, const char *name)
{
    const ptl_locale *locale = ptl_locale_find(ptl_text_of(name));
    int64_t integer;
    double number = 0.0;
    try_money(text, locale);
    (void)ptl_cast_integer(&integer, text, locale);
    if (ptl_cast_number(&number, text, locale) == PTL_CAST_OK) expect(isfinite(number));
}

static void try_times(ptl_text text, ptl_text format)
{
    static ptl_zone *zone;
    if (!zone && ptl_zone_open(&zone, "Europe/Berlin", NULL) != PTL_OK) abort();
    static ptl_cast_clock clock;
    ptl_instant first = 0, second = 0;
    ptl_day day;
    ptl_cast_clock_init(&clock, format, zone);
    const ptl_cast a = ptl_cast_time(&first, text, &clock);
    const ptl_cast b = ptl_cast_time(&second, text, &clock);
    expect(a == b && first == second);
    (void)ptl_cast_day(&day, text, &clock);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ptl_text text = {(const char *)data, size};
    const ptl_text format = ptl_text_cut(&text, '\n');
    static const char *const locales[] = {"en", "de", "fr", "ch", "plain"};
    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) try_locale(text, locales[i]);
    bool yes;
    (void)ptl_cast_bool(&yes, text);
    (void)ptl_locale_find(text);
    try_times(text, format);
    try_times(text, PTL_TEXT("%Y-%m-%d %H:%M:%S"));
    return 0;
}
