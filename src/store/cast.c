/* cast.c: numbers and money. One scanner takes a number apart into sign, digits and decimals; the
 * casts put it together. See cast.h for the grammar. Times are in cast_time.c. */
#include "store/cast.h"

#include <stdio.h>
#include <string.h>

const char *ptl_cast_text(ptl_cast cast)
{
    static const char *const texts[] = {
#define PTL_CAST_TEXT(name, text) text,
        PTL_CAST_LIST(PTL_CAST_TEXT)
#undef PTL_CAST_TEXT
    };
    const size_t n = sizeof texts / sizeof *texts;
    return (size_t)cast < n ? texts[cast] : texts[0];
}

/* --- locales ---------------------------------------------------------------------------------- */

static const ptl_locale locales[] = {{"en", '.', ',', false},
                                     {"de", ',', '.', false},
                                     {"fr", ',', ' ', true},
                                     {"ch", '.', '\'', true},
                                     {"plain", '.', 0, false}};

/* Who writes like whom. The longer tags come first, so that de-CH is not German. */
static const struct {
    const char *tag;
    int32_t like;
} likes[] = {{"de-ch", 3}, {"fr-ch", 3}, {"it-ch", 3}, {"de-li", 3}, {"es-mx", 0}, {"en", 0},
             {"ja", 0},    {"zh", 0},    {"ko", 0},    {"he", 0},    {"th", 0},    {"de", 1},
             {"es", 1},    {"it", 1},    {"nl", 1},    {"pt", 1},    {"da", 1},    {"tr", 1},
             {"id", 1},    {"el", 1},    {"ro", 1},    {"hr", 1},    {"sl", 1},    {"fr", 2},
             {"sv", 2},    {"nb", 2},    {"no", 2},    {"fi", 2},    {"pl", 2},    {"cs", 2},
             {"sk", 2},    {"hu", 2},    {"ru", 2},    {"uk", 2},    {"bg", 2},    {"ch", 3},
             {"plain", 4}};

const ptl_locale *ptl_locale_find(ptl_text name)
{
    char folded[16];
    if (name.len == 0 || name.len >= sizeof folded) return NULL;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        folded[i] = c == '_' ? '-' : c;
    }
    for (size_t i = 0; i < sizeof likes / sizeof *likes; i++) {
        const size_t len = strlen(likes[i].tag);
        if (name.len < len || memcmp(folded, likes[i].tag, len) != 0) continue;
        if (name.len == len || folded[len] == '-') return &locales[likes[i].like];
    }
    return NULL;
}

/* --- the scanner ------------------------------------------------------------------------------ */

enum { SCAN_DIGITS_MAX = 64 }; /* after leading zeros; a double needs 17, an int64 19 */

/* A number taken apart: 0.digits × 10^n_whole, with n_digits digits kept. */
typedef struct scan {
    bool is_negative;
    bool is_percent;
    int32_t n_digits; /* whole and decimal, without leading zeros of the whole part */
    int32_t n_whole;  /* how many of them stand before the decimal mark             */
    char digits[SCAN_DIGITS_MAX + 1];
} scan;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of a space at the head of `text` (ASCII, U+00A0, U+202F, U+2009), else 0. */
static size_t space_len(ptl_text text)
{
    if (text.len > 0 &&
        (text.ptr[0] == ' ' || text.ptr[0] == '\t' || text.ptr[0] == '\r' || text.ptr[0] == '\n'))
        return 1;
    if (text.len >= 2 && memcmp(text.ptr, "\xc2\xa0", 2) == 0) return 2;
    if (text.len >= 3 &&
        (memcmp(text.ptr, "\xe2\x80\xaf", 3) == 0 || memcmp(text.ptr, "\xe2\x80\x89", 3) == 0))
        return 3;
    return 0;
}

static void drop(ptl_text *text, size_t len)
{
    text->ptr += len;
    text->len -= len;
}

static ptl_text trim_spaces(ptl_text text)
{
    for (size_t n = space_len(text); n > 0; n = space_len(text)) drop(&text, n);
    for (bool more = true; more && text.len > 0;) {
        more = false;
        for (size_t n = 1; n <= 3 && n <= text.len; n++) {
            const ptl_text tail = {text.ptr + text.len - n, n};
            if (space_len(tail) != n) continue;
            text.len -= n;
            more = true;
            break;
        }
    }
    return text;
}

/* Bytes of a minus or plus at the head: '-', '+', U+2212; *negative says which. */
static size_t sign_len(ptl_text text, bool *negative)
{
    if (text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+')) {
        *negative = text.ptr[0] == '-';
        return 1;
    }
    if (text.len >= 3 && memcmp(text.ptr, "\xe2\x88\x92", 3) == 0) {
        *negative = true;
        return 3;
    }
    return 0;
}

static const char *const symbols[] = {"€", "$", "£", "¥", "₹",  "₽", "₩",  "₺",  "₴",
                                      "₫", "₪", "฿", "₱", "R$", "kr",  "zł", "Kč", "Fr."};

/* Bytes of a currency at the head: a symbol above, or exactly three capitals. */
static size_t currency_len(ptl_text text)
{
    if (text.len >= 3) {
        size_t n = 0;
        while (n < text.len && text.ptr[n] >= 'A' && text.ptr[n] <= 'Z') n++;
        if (n == 3) return 3;
    }
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (ptl_text_starts(text, ptl_text_of(symbols[i]))) return strlen(symbols[i]);
    return 0;
}

static size_t currency_len_at_end(ptl_text text)
{
    for (size_t n = text.len < 4 ? text.len : 4; n > 0; n--) {
        const ptl_text tail = {text.ptr + text.len - n, n};
        if (currency_len(tail) == n) return n;
    }
    return 0;
}

/* Take brackets, signs and currency off both ends. Each may stand once. */
static ptl_cast scan_ends(scan *s, ptl_text *text)
{
    int32_t n_signs = 0;
    bool has_currency = false;
    *text = trim_spaces(*text);
    if (text->len >= 2 && text->ptr[0] == '(' && text->ptr[text->len - 1] == ')') {
        s->is_negative = true;
        n_signs = 1;
        *text = trim_spaces((ptl_text){text->ptr + 1, text->len - 2});
    }
    for (;;) {
        size_t n = sign_len(*text, &s->is_negative);
        if (n > 0 && ++n_signs > 1) return PTL_CAST_SIGNS;
        if (n == 0 && !has_currency && (n = currency_len(*text)) > 0) has_currency = true;
        if (n == 0) break;
        drop(text, n);
        *text = trim_spaces(*text);
    }
    while (text->len > 0 && !is_digit(text->ptr[text->len - 1])) {
        const char last = text->ptr[text->len - 1];
        size_t n = 0;
        if (last == '-') {
            if (++n_signs > 1) return PTL_CAST_SIGNS;
            s->is_negative = true;
            n = 1;
        } else if (last == '%' && !s->is_percent) {
            s->is_percent = true;
            n = 1;
        } else if (!has_currency) {
            n = currency_len_at_end(*text);
            has_currency = n > 0;
        }
        if (n == 0) break;
        text->len -= n;
        *text = trim_spaces(*text);
    }
    return PTL_CAST_OK;
}

/* Bytes of a separator of thousands at the head, else 0. */
static size_t group_len(ptl_text text, const ptl_locale *locale)
{
    if (text.len == 0) return 0;
    if (locale->group != 0 && text.ptr[0] == locale->group) return 1;
    if (!locale->wide_space) return 0;
    if (locale->group == '\'')
        return text.len >= 3 && memcmp(text.ptr, "\xe2\x80\x99", 3) == 0 ? 3 : 0;
    const size_t n = space_len(text);
    return n >= 2 ? n : 0;
}

static ptl_cast keep_digit(scan *s, char c)
{
    if (s->n_digits == 0 && c == '0' && s->n_whole == 0) return PTL_CAST_OK; /* leading zero */
    if (s->n_digits >= SCAN_DIGITS_MAX) return c == '0' ? PTL_CAST_OK : PTL_CAST_RANGE;
    s->digits[s->n_digits++] = c;
    return PTL_CAST_OK;
}

/* The whole part: groups are 1 to 3 digits, then threes, or there are none. */
static ptl_cast scan_whole(scan *s, ptl_text *text, const ptl_locale *locale, int64_t *n_seen)
{
    int64_t run = 0;
    bool grouped = false;
    for (;;) {
        if (text->len > 0 && is_digit(text->ptr[0])) {
            const ptl_cast kept = keep_digit(s, text->ptr[0]);
            if (kept != PTL_CAST_OK || s->n_digits >= SCAN_DIGITS_MAX) return PTL_CAST_RANGE;
            run++;
            (*n_seen)++;
            drop(text, 1);
            continue;
        }
        const size_t n = group_len(*text, locale);
        if (n == 0) break;
        if (run == 0 || run > 3 || (grouped && run != 3)) return PTL_CAST_GROUPS;
        grouped = true;
        run = 0;
        drop(text, n);
    }
    if (grouped && run != 3) return PTL_CAST_GROUPS;
    s->n_whole = s->n_digits;
    return PTL_CAST_OK;
}

static ptl_cast scan_decimals(scan *s, ptl_text *text, int64_t *n_seen)
{
    /* Zeros after the mark count, so that 0.05 keeps its place: n_whole stays what it was. */
    int32_t n_zeros = 0;
    const bool whole_is_zero = s->n_digits == 0;
    while (text->len > 0 && is_digit(text->ptr[0])) {
        const char c = text->ptr[0];
        if (whole_is_zero && s->n_digits == 0 && c == '0') {
            n_zeros++;
        } else if (s->n_digits >= SCAN_DIGITS_MAX) {
            if (c != '0') return PTL_CAST_DECIMALS;
        } else {
            s->digits[s->n_digits++] = c;
        }
        (*n_seen)++;
        drop(text, 1);
    }
    if (whole_is_zero) s->n_whole = -n_zeros;
    return PTL_CAST_OK;
}

/* Take apart. What is left in `text` (an exponent) is the caller's. */
static ptl_cast scan_number(scan *s, ptl_text *text, const ptl_locale *locale)
{
    memset(s, 0, offsetof(scan, digits));
    const ptl_cast ends = scan_ends(s, text);
    if (ends != PTL_CAST_OK) return ends;
    int64_t n_seen = 0;
    const ptl_cast whole = scan_whole(s, text, locale, &n_seen);
    if (whole != PTL_CAST_OK) return whole;
    if (text->len > 0 && text->ptr[0] == locale->decimal) {
        drop(text, 1);
        const ptl_cast decimals = scan_decimals(s, text, &n_seen);
        if (decimals != PTL_CAST_OK) return decimals;
    }
    while (s->n_digits > 0 && s->n_digits > s->n_whole && s->digits[s->n_digits - 1] == '0')
        s->n_digits--; /* trailing zeros of the decimals say nothing */
    s->digits[s->n_digits] = '\0';
    return n_seen > 0 ? PTL_CAST_OK : PTL_CAST_NOT_NUMBER;
}

/* --- the casts -------------------------------------------------------------------------------- */

/* The scanned digits × 10^places as an integer; the decimals must fit into `places`. */
static ptl_cast scan_integer(int64_t *out, const scan *s, int32_t places, ptl_cast too_fine)
{
    if (s->n_digits == 0) {
        *out = 0;
        return PTL_CAST_OK;
    }
    if (s->n_digits - s->n_whole > places) return too_fine;
    const int32_t n_zeros = places - (s->n_digits - s->n_whole);
    uint64_t total = 0;
    for (int32_t i = 0; i < s->n_digits + n_zeros; i++) {
        const uint64_t digit = i < s->n_digits ? (uint64_t)(s->digits[i] - '0') : 0;
        if (total > (UINT64_MAX - digit) / 10) return PTL_CAST_RANGE;
        total = total * 10 + digit;
    }
    if (total > (uint64_t)INT64_MAX) return PTL_CAST_RANGE;
    *out = s->is_negative ? -(int64_t)total : (int64_t)total;
    return PTL_CAST_OK;
}

/* The common shape, "-1234.56", without the scanner. Says false for anything else. */
static bool plain_money(int64_t *out, ptl_text text, char decimal)
{
    size_t i = 0;
    const bool is_negative = text.len > 0 && text.ptr[0] == '-';
    if (is_negative) i = 1;
    int64_t total = 0;
    const size_t first = i;
    while (i < text.len && i - first < 13 && is_digit(text.ptr[i]))
        total = total * 10 + (text.ptr[i++] - '0');
    if (i == first || i - first > 12) return false; /* with six decimals: 18 digits, in range */
    int32_t n_left = 6;
    if (i < text.len && text.ptr[i] == decimal) {
        const size_t mark = i++;
        for (; i < text.len && is_digit(text.ptr[i]) && n_left > 0; n_left--)
            total = total * 10 + (text.ptr[i++] - '0');
        if (i == mark + 1) return false;
    }
    if (i != text.len) return false;
    while (n_left-- > 0) total *= 10;
    *out = is_negative ? -total : total;
    return true;
}

static bool is_blank(ptl_text text)
{
    if (text.len > 0 && (is_digit(text.ptr[0]) || text.ptr[0] == '-')) return false;
    return trim_spaces(text).len == 0;
}

ptl_cast ptl_cast_money(int64_t *out_micros, ptl_text text, const ptl_locale *locale)
{
    if (plain_money(out_micros, text, locale->decimal)) return PTL_CAST_OK;
    if (is_blank(text)) return PTL_CAST_EMPTY;
    scan s;
    const ptl_cast scanned = scan_number(&s, &text, locale);
    if (scanned != PTL_CAST_OK) return scanned;
    if (text.len > 0 || s.is_percent) return PTL_CAST_NOT_NUMBER;
    return scan_integer(out_micros, &s, 6, PTL_CAST_DECIMALS);
}

ptl_cast ptl_cast_integer(int64_t *out, ptl_text text, const ptl_locale *locale)
{
    int64_t micros;
    if (plain_money(&micros, text, locale->decimal)) {
        *out = micros / 1000000;
        return micros % 1000000 == 0 ? PTL_CAST_OK : PTL_CAST_FRACTION;
    }
    if (is_blank(text)) return PTL_CAST_EMPTY;
    scan s;
    const ptl_cast scanned = scan_number(&s, &text, locale);
    if (scanned == PTL_CAST_DECIMALS) return PTL_CAST_FRACTION;
    if (scanned != PTL_CAST_OK) return scanned;
    if (text.len > 0 || s.is_percent) return PTL_CAST_NOT_NUMBER;
    return scan_integer(out, &s, 0, PTL_CAST_FRACTION);
}

/* "E+10" at the end of a number, at most four digits; 0 where there is none. */
static bool scan_exponent(int32_t *out, ptl_text text)
{
    *out = 0;
    if (text.len == 0) return true;
    if (text.ptr[0] != 'e' && text.ptr[0] != 'E') return false;
    drop(&text, 1);
    bool is_negative = false;
    drop(&text, sign_len(text, &is_negative));
    if (text.len == 0 || text.len > 4) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.ptr[i])) return false;
        *out = *out * 10 + (text.ptr[i] - '0');
    }
    if (is_negative) *out = -*out;
    return true;
}

ptl_cast ptl_cast_number(double *out, ptl_text text, const ptl_locale *locale)
{
    if (is_blank(text)) return PTL_CAST_EMPTY;
    scan s;
    const ptl_cast scanned = scan_number(&s, &text, locale);
    if (scanned != PTL_CAST_OK) return scanned;
    int32_t exponent;
    if (!scan_exponent(&exponent, text)) return PTL_CAST_NOT_NUMBER;
    /* Written again the one way that base reads: correct rounding is its affair. */
    char plain[SCAN_DIGITS_MAX + 32];
    const int len =
        snprintf(plain, sizeof plain, "%s0.%se%d", s.is_negative ? "-" : "",
                 s.n_digits > 0 ? s.digits : "0", s.n_whole + exponent - (s.is_percent ? 2 : 0));
    if (ptl_text_double(out, (ptl_text){plain, (size_t)len}, NULL) != PTL_OK || !isfinite(*out))
        return PTL_CAST_RANGE;
    return PTL_CAST_OK;
}

ptl_cast ptl_cast_bool(bool *out, ptl_text text)
{
    static const char *const words[][2] = {
        {"true", "false"}, {"yes", "no"}, {"y", "n"},     {"t", "f"},
        {"1", "0"},        {"on", "off"}, {"ja", "nein"}, {"active", "inactive"}};
    text = trim_spaces(text);
    if (text.len == 0) return PTL_CAST_EMPTY;
    char folded[16];
    if (text.len >= sizeof folded) return PTL_CAST_NOT_BOOL;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    folded[text.len] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(folded, words[i][0]) != 0 && strcmp(folded, words[i][1]) != 0) continue;
        *out = strcmp(folded, words[i][0]) == 0;
        return PTL_CAST_OK;
    }
    return PTL_CAST_NOT_BOOL;
}
