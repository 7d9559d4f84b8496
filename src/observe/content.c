/* content.c: what the values of a column are (content.h). */
#include "observe/content.h"

#include "workspace/currency.h"

#include <ctype.h>
#include <string.h>

/* Formats people and tools write days and times in. Where two read the same text differently, they
 * name each other as rivals by being in this list together. */
static const char *const day_formats[] = {
    "%Y-%m-%d",  "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y%m%d",    "%Y/%m/%d",
    "%d-%m-%Y",  "%m-%d-%Y", "%d.%m.%y", "%m/%d/%y", "%d/%m/%y",  "%b %d, %Y",
    "%B %d, %Y", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%d. %B %Y", "%d-%b-%y"};

static const char *const time_formats[] = {
    "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S", "rfc3339",
    "%Y-%m-%dT%H:%M:%S%z",  "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M",    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",       "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",       "%d/%m/%Y %H:%M",    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",    "%d %b %Y %H:%M:%S", "%Y/%m/%d %H:%M:%S",
    "%b %d, %Y %H:%M:%S"};

/* --- days and times --------------------------------------------------------------------------- */

/* Local texts are read as if in UTC: only whether they read, and whether alike, is asked here. */
static bool reads_time(ptl_instant *out, ptl_text text, const char *format, bool is_day)
{
    if (strcmp(format, "rfc3339") == 0)
        return !is_day && ptl_instant_parse(out, text, NULL) == PTL_OK;
    return ptl_time_parse(out, text, ptl_text_of(format), NULL, NULL) == PTL_OK;
}

/* 1900 to 2100: a number that happens to have eight digits is mostly no day. */
static bool plausible(ptl_instant at)
{
    const ptl_instant low = (ptl_instant)-25567 * PTL_MICROS_PER_DAY;
    return at > low && at < (ptl_instant)47482 * PTL_MICROS_PER_DAY;
}

static void hold_format(ptl_content *out, const ptl_sample *s, int64_t column, const char *format,
                        bool is_day)
{
    *out = (ptl_content){.format = format, .misfit_row = -1};
    int64_t good = 0;
    for (int64_t i = 0; i < s->n_rows; i++) {
        const ptl_text cell = ptl_sample_cell(s, i, column);
        ptl_instant at;
        if (cell.len == 0) continue;
        out->n++;
        if (reads_time(&at, cell, format, is_day) && plausible(at)) {
            good++;
        } else if (out->misfit_row < 0) {
            out->misfit = cell;
            out->misfit_row = i;
            if (out->n == 1) break; /* the first already says no */
        }
    }
    out->share = out->n > 0 ? (double)good / (double)out->n : 0;
    out->fits = out->misfit_row < 0;
}

/* The first format that reads all; failing that the one that reads most. */
static void hold_formats(ptl_content *best, const ptl_sample *s, int64_t column, const char *usual,
                         const char *const *formats, int64_t n, bool is_day)
{
    for (int64_t i = usual ? -1 : 0; i < n && !best->fits; i++) {
        ptl_content found;
        hold_format(&found, s, column, i < 0 ? usual : formats[i], is_day);
        if (found.fits || found.share > best->share || !best->format) *best = found;
    }
}

/* Another format that reads all values too, and one of them as another moment. */
static const char *rival_of(const ptl_content *found, const ptl_sample *s, int64_t column,
                            const char *const *formats, int64_t n, bool is_day)
{
    for (int64_t k = 0; k < n; k++) {
        ptl_content other;
        bool differs = false;
        if (strcmp(formats[k], found->format) == 0) continue;
        hold_format(&other, s, column, formats[k], is_day);
        if (!other.fits) continue;
        for (int64_t i = 0; i < s->n_rows && !differs; i++) {
            ptl_instant a, b;
            const ptl_text cell = ptl_sample_cell(s, i, column);
            differs = cell.len > 0 && reads_time(&a, cell, found->format, is_day) &&
                      reads_time(&b, cell, formats[k], is_day) && a != b;
        }
        if (differs) return formats[k];
    }
    return NULL;
}

#define N_OF(array) (int64_t)(sizeof(array) / sizeof(array)[0])

static ptl_content hold_clock(const ptl_sample *s, int64_t column, bool is_day, const char *usual)
{
    ptl_content best = {.misfit_row = -1};
    if (usual && is_day == false) { /* a time's usual format may be a day's */
        ptl_content found;
        hold_format(&found, s, column, usual, false);
        best = found;
    }
    if (!is_day && !best.fits)
        hold_formats(&best, s, column, NULL, time_formats, N_OF(time_formats), false);
    if (!best.fits)
        hold_formats(&best, s, column, is_day ? usual : NULL, day_formats, N_OF(day_formats),
                     is_day);
    if (!best.fits || best.n == 0) return best;
    best.rival = rival_of(&best, s, column, day_formats, N_OF(day_formats), is_day);
    if (!best.rival && !is_day)
        best.rival = rival_of(&best, s, column, time_formats, N_OF(time_formats), false);
    return best;
}

/* --- single values ---------------------------------------------------------------------------- */

static bool is_email(ptl_text t)
{
    const char *sign = memchr(t.ptr, '@', t.len);
    if (!sign || sign == t.ptr || memchr(t.ptr, ' ', t.len)) return false;
    const size_t behind = t.len - (size_t)(sign - t.ptr) - 1;
    return behind >= 3 && memchr(sign + 1, '.', behind) && !memchr(sign + 1, '@', behind);
}

static bool is_currency(ptl_text t)
{
    char code[4];
    if (t.len != 3) return false;
    for (size_t i = 0; i < 3; i++) code[i] = (char)toupper((unsigned char)t.ptr[i]);
    code[3] = '\0';
    return ptl_currency_find(ptl_text_of(code)) != NULL;
}

static bool is_id(ptl_text t)
{
    return t.len <= 128 && !is_email(t);
}

static bool is_country(ptl_text t)
{
    bool letters = t.len >= 2 && t.len <= 60;
    for (size_t i = 0; i < t.len && letters; i++) letters = !isdigit((unsigned char)t.ptr[i]);
    return letters;
}

static bool same_word(ptl_text a, const char *b)
{
    char x[PTL_HEAD_BYTES_MAX], y[PTL_HEAD_BYTES_MAX];
    return ptl_text_equal(ptl_head_fold(x, a), ptl_head_fold(y, ptl_text_of(b)));
}

static bool is_word(ptl_text t, const ptl_preset_column *words)
{
    for (int64_t i = 0; words && i < words->n_values; i++)
        if (same_word(t, words->values[i])) return true;
    return false;
}

static bool is_of(ptl_text t, ptl_preset_kind kind, const ptl_preset_column *words,
                  const ptl_locale *locale)
{
    int64_t integer;
    double number;
    bool truth;
    switch (kind) {
    case PTL_PRESET_EMAIL:
        return is_email(t);
    case PTL_PRESET_ID:
        return is_id(t);
    case PTL_PRESET_MONEY:
        return ptl_cast_money(&integer, t, locale) == PTL_CAST_OK;
    case PTL_PRESET_INTEGER:
        return ptl_cast_integer(&integer, t, locale) == PTL_CAST_OK;
    case PTL_PRESET_NUMBER:
        return ptl_cast_number(&number, t, locale) == PTL_CAST_OK;
    case PTL_PRESET_CURRENCY:
        return is_currency(t);
    case PTL_PRESET_COUNTRY:
        return is_country(t);
    case PTL_PRESET_BOOL:
        return ptl_cast_bool(&truth, t) == PTL_CAST_OK;
    case PTL_PRESET_WORD:
        return is_word(t, words);
    default:
        return true;
    }
}

ptl_content ptl_content_of(const ptl_sample *sample, int64_t column, ptl_preset_kind kind,
                           const ptl_preset_column *words, const char *usual,
                           const ptl_locale *locale)
{
    if (kind == PTL_PRESET_DAY || kind == PTL_PRESET_TIME)
        return hold_clock(sample, column, kind == PTL_PRESET_DAY, usual);
    ptl_content out = {.misfit_row = -1};
    int64_t good = 0;
    for (int64_t i = 0; i < sample->n_rows; i++) {
        const ptl_text cell = ptl_sample_cell(sample, i, column);
        if (cell.len == 0) continue;
        out.n++;
        if (is_of(cell, kind, words, locale)) {
            good++;
        } else if (out.misfit_row < 0) {
            out.misfit = cell;
            out.misfit_row = i;
        }
    }
    out.share = out.n > 0 ? (double)good / (double)out.n : 0;
    out.fits = out.misfit_row < 0;
    return out;
}

ptl_preset_kind ptl_content_kind(ptl_content *out, const ptl_sample *sample, int64_t column,
                                 const ptl_locale *locale)
{
    static const ptl_preset_kind narrow[] = {
        PTL_PRESET_CURRENCY, PTL_PRESET_EMAIL, PTL_PRESET_DAY,    PTL_PRESET_TIME,
        PTL_PRESET_INTEGER,  PTL_PRESET_MONEY, PTL_PRESET_NUMBER, PTL_PRESET_BOOL};
    for (size_t i = 0; i < sizeof narrow / sizeof *narrow; i++) {
        *out = ptl_content_of(sample, column, narrow[i], NULL, NULL, locale);
        if (out->fits && out->n > 0) return narrow[i];
    }
    *out = ptl_content_of(sample, column, PTL_PRESET_TEXT, NULL, NULL, locale);
    return PTL_PRESET_TEXT;
}

bool ptl_content_locale(bool *differs, const ptl_sample *sample, const int64_t *columns,
                        int64_t n_columns, const ptl_locale *locale, const ptl_locale *other)
{
    bool others = other != NULL;
    *differs = false;
    for (int64_t k = 0; k < n_columns; k++)
        for (int64_t i = 0; i < sample->n_rows; i++) {
            const ptl_text cell = ptl_sample_cell(sample, i, columns[k]);
            double a, b;
            if (cell.len == 0) continue;
            if (ptl_cast_number(&a, cell, locale) != PTL_CAST_OK) {
                int64_t micros; /* "12,50 €" is an amount and no number */
                if (ptl_cast_money(&micros, cell, locale) != PTL_CAST_OK) return false;
                continue;
            }
            others = others && ptl_cast_number(&b, cell, other) == PTL_CAST_OK;
            if (others && a != b) *differs = true;
        }
    *differs = *differs && others;
    return true;
}
