/* schema_value.c: one written value becomes one field.
 *
 * A reader is strict: it takes one way of writing a thing, so that two people who read the same
 * file see the same number. Amounts are read as integers throughout; no double comes between
 * "0.10" and 100,000 millionths. */
#include "workspace/schema_internal.h"

#include "base/civil.h"
#include "store/rows.h"
#include "workspace/currency.h"
#include "workspace/limits.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* --- texts ------------------------------------------------------------------------------------ */

static int64_t count_characters(ptl_text text)
{
    int64_t n = 0;
    for (size_t i = 0; i < text.len; i++) n += ((unsigned char)text.ptr[i] & 0xC0u) != 0x80u;
    return n;
}

static bool has_control(ptl_text text, bool lines_allowed)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        if (lines_allowed && (c == '\n' || c == '\t' || c == '\r')) continue;
        if (c < 0x20 || c == 0x7F) return true;
    }
    return false;
}

static const char *keep(ptl_scalar *s, ptl_text text)
{
    const char *copy = ptl_text_copy(text, s->pass->arena, s->pass->err);
    if (!copy) s->pass->status = ptl_refused(s->pass->err);
    return copy;
}

static bool keep_in(void *field, ptl_scalar *s, ptl_text text)
{
    const char *copy = keep(s, text);
    if (copy) *(const char **)field = copy;
    return true; /* what the memory refused is told by the pass, not as a fault */
}

static bool text_fits(const ptl_schema_key *key, ptl_text text, bool lines)
{
    const bool items = key->kind == PTL_SCHEMA_TEXTS; /* its range counts items */
    const double low = items || key->high <= 0 ? 1 : key->low;
    const double high = items || key->high <= 0 ? PTL_TEXT_CHARACTERS_MAX : key->high;
    const double n = (double)count_characters(text);
    return n >= low && n <= high && !has_control(text, lines);
}

static bool read_text(void *field, ptl_scalar *s)
{
    const ptl_text text = ptl_text_trim(s->text);
    return text_fits(s->key, text, false) && keep_in(field, s, text);
}

static bool read_lines(void *field, ptl_scalar *s)
{
    const ptl_text text = ptl_text_trim(s->text);
    return text_fits(s->key, text, true) && keep_in(field, s, text);
}

bool ptl_schema_is_name(ptl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_') return false;
    }
    return text.len > 0 && text.len <= PTL_NAME_BYTES_MAX;
}

/* "Paid Search" is nearly a name: say which. */
static void suggest_name(ptl_scalar *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->text.len && n < PTL_NAME_BYTES_MAX; i++) {
        const unsigned char c = (unsigned char)s->text.ptr[i];
        if (c >= 0x80) return; /* nobody wants their umlauts guessed */
        s->nearest[n++] = isalnum(c) ? (char)tolower(c) : '_';
    }
    s->nearest[n] = '\0';
}

static bool read_name(void *field, ptl_scalar *s)
{
    if (ptl_schema_is_name(s->text)) return keep_in(field, s, s->text);
    suggest_name(s);
    return false;
}

static void suggest(ptl_scalar *s, const char *nearest)
{
    if (nearest) snprintf(s->nearest, sizeof s->nearest, "%s", nearest);
}

/* The place of the text among `values`, -1 where it is none of them. */
static int32_t find_value(ptl_scalar *s)
{
    int32_t n = 0;
    for (; s->key->values[n]; n++)
        if (ptl_text_equal(s->text, ptl_text_of(s->key->values[n]))) return n;
    suggest(s, ptl_text_nearest(s->text, s->key->values, n));
    return -1;
}

static bool read_enum(void *field, ptl_scalar *s)
{
    const int32_t at = find_value(s);
    if (at >= 0) *(int32_t *)field = at + 1;
    return at >= 0;
}

static bool read_word(void *field, ptl_scalar *s)
{
    const int32_t at = find_value(s);
    if (at >= 0) *(const char **)field = s->key->values[at];
    return at >= 0;
}

static bool read_currency(void *field, ptl_scalar *s)
{
    const char *code = ptl_currency_find(s->text);
    if (code) *(const char **)field = code;
    if (!code) suggest(s, ptl_currency_nearest(s->text));
    return code;
}

static bool all(ptl_text text, int (*is)(int))
{
    for (size_t i = 0; i < text.len; i++)
        if (!is((unsigned char)text.ptr[i])) return false;
    return text.len > 0;
}

/* A language of two or three letters, and perhaps a country of two: what figures are written by. */
static bool read_locale(void *field, ptl_scalar *s)
{
    ptl_text country = s->text;
    const bool has_country = memchr(s->text.ptr, '-', s->text.len) != NULL;
    const ptl_text language = ptl_text_cut(&country, '-');
    const bool good = all(language, islower) && (language.len == 2 || language.len == 3) &&
                      (!has_country || (all(country, isupper) && country.len == 2));
    return good && keep_in(field, s, s->text);
}

/* The zone's own hint ends in the nearest name, quoted. */
static void suggest_zone(ptl_scalar *s, const ptl_error *err)
{
    ptl_text hint = ptl_text_of(err->hint);
    if (!ptl_text_starts(hint, PTL_TEXT("did you mean"))) return;
    (void)ptl_text_cut(&hint, '"');
    const ptl_text name = ptl_text_cut(&hint, '"');
    snprintf(s->nearest, sizeof s->nearest, "%.*s", (int)name.len, name.ptr);
}

static bool read_zone(void *field, ptl_scalar *s)
{
    ptl_zone *zone = NULL;
    ptl_error err;
    if (has_control(s->text, false)) return false;
    if (ptl_zone_open(&zone, s->text.ptr, &err) != PTL_OK) {
        suggest_zone(s, &err);
        return false;
    }
    ptl_zone_close(zone);
    return keep_in(field, s, s->text);
}

static bool read_character(void *field, ptl_scalar *s)
{
    const bool tab =
        ptl_text_equal(s->text, PTL_TEXT("tab")) || ptl_text_equal(s->text, PTL_TEXT("\t"));
    const bool printable = s->text.len == 1 && isgraph((unsigned char)s->text.ptr[0]);
    if (!tab && !printable) return false;
    *(char *)field = tab ? '\t' : s->text.ptr[0];
    return true;
}

/* --- numbers ---------------------------------------------------------------------------------- */

static bool in_range(const ptl_schema_key *key, double value)
{
    if (!(key->low != 0 || key->high != 0)) return isfinite(value);
    return value >= key->low && value <= key->high;
}

static bool read_int(void *field, ptl_scalar *s)
{
    int64_t value = 0;
    if (ptl_text_int(&value, s->text, NULL) != PTL_OK) return false;
    if (value < INT32_MIN || value > INT32_MAX || !in_range(s->key, (double)value)) return false;
    *(int32_t *)field = (int32_t)value;
    return true;
}

static bool read_row(void *field, ptl_scalar *s)
{
    int64_t value = -1;
    const bool is_auto = ptl_text_equal(s->text, PTL_TEXT("auto"));
    if (!is_auto && ptl_text_int(&value, s->text, NULL) != PTL_OK) return false;
    if (!is_auto && (value < 1 || value > PTL_ROWS_HEAD_MAX)) return false;
    *(int32_t *)field = (int32_t)value;
    return true;
}

static bool read_number(void *field, ptl_scalar *s)
{
    double value = PTL_NAN;
    if (ptl_text_double(&value, s->text, NULL) != PTL_OK || !in_range(s->key, value)) return false;
    *(double *)field = value;
    return true;
}

static bool read_bool(void *field, ptl_scalar *s)
{
    static const char *const words[] = {"true", "false"};
    static const char *const yes[] = {"yes", "on", "True", "TRUE", "1"};
    static const char *const no[] = {"no", "off", "False", "FALSE", "0"};
    for (int i = 0; i < 2; i++) {
        if (!ptl_text_equal(s->text, ptl_text_of(words[i]))) continue;
        *(bool *)field = i == 0;
        return true;
    }
    suggest(s, ptl_text_nearest(s->text, words, 2));
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        if (ptl_text_equal(s->text, ptl_text_of(yes[i]))) suggest(s, "true");
        if (ptl_text_equal(s->text, ptl_text_of(no[i]))) suggest(s, "false");
    }
    return false;
}

static bool is_digit(ptl_text text, size_t at)
{
    return at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9';
}

static int32_t digits_at(ptl_text text, size_t at, size_t n)
{
    int32_t value = 0;
    for (size_t i = at; i < at + n; i++) {
        if (!is_digit(text, i)) return -1;
        value = value * 10 + (text.ptr[i] - '0');
    }
    return value;
}

/* 31.12.2026 and 31/12/2026 can mean one thing only: offer it. 03/04/2026 could mean two. */
static void suggest_day(ptl_scalar *s)
{
    if (s->text.len != 10 || s->text.ptr[2] != s->text.ptr[5]) return;
    const ptl_date date = {.year = digits_at(s->text, 6, 4),
                           .month = digits_at(s->text, 3, 2),
                           .day = digits_at(s->text, 0, 2)};
    const char separator = s->text.ptr[2];
    const bool clear = separator == '.' || (separator == '/' && date.day > 12);
    if (clear && date.year >= 0 && ptl_date_valid(date))
        ptl_day_format(s->nearest, ptl_day_of(date));
}

static bool read_day(void *field, ptl_scalar *s)
{
    ptl_day day = 0;
    if (ptl_day_parse(&day, s->text, NULL) != PTL_OK) {
        suggest_day(s);
        return false;
    }
    *(ptl_day *)field = day;
    return true;
}

/* value = value * 10 + digit, below zero so that the smallest amount fits too */
static bool push_digit(int64_t *value, char digit)
{
    return !__builtin_mul_overflow(*value, 10, value) &&
           !__builtin_sub_overflow(*value, digit - '0', value);
}

/* Digits, in groups of three by commas or without any. Gives back where they end, 0 for none. */
static size_t read_whole(int64_t *value, ptl_text text, size_t at)
{
    size_t group = 0;
    bool grouped = false;
    const size_t start = at;
    for (;; at++) {
        if (is_digit(text, at)) {
            if (!push_digit(value, text.ptr[at])) return 0;
            group++;
        } else if (at < text.len && text.ptr[at] == ',') {
            if (grouped ? group != 3 : group < 1 || group > 3) return 0;
            grouped = true;
            group = 0;
        } else {
            break;
        }
    }
    return at > start && (!grouped || group == 3) ? at : 0;
}

static size_t read_fraction(int64_t *value, ptl_text text, size_t at)
{
    size_t n = 0;
    const bool has_point = at < text.len && text.ptr[at] == '.';
    if (has_point) at++;
    for (; n < 6; n++) {
        const bool written = has_point && is_digit(text, at);
        if (!push_digit(value, written ? text.ptr[at] : '0')) return 0;
        if (written) at++;
    }
    return has_point && !is_digit(text, at - 1) ? 0 : at;
}

static bool read_money(void *field, ptl_scalar *s)
{
    int64_t micros = 0;
    const bool negative = s->text.len > 0 && s->text.ptr[0] == '-';
    size_t at = read_whole(&micros, s->text, negative);
    if (at > 0) at = read_fraction(&micros, s->text, at);
    if (at == 0 || at != s->text.len) return false;
    if (!negative && __builtin_sub_overflow(0, micros, &micros)) return false;
    if (!in_range(s->key, (double)micros / 1e6)) return false;
    *(int64_t *)field = micros;
    return true;
}

static bool read_bytes(void *field, ptl_scalar *s)
{
    static const struct {
        const char *name;
        int64_t bytes;
    } units[] = {{"MiB", INT64_C(1) << 20}, {"GiB", INT64_C(1) << 30}, {"TiB", INT64_C(1) << 40}};
    ptl_text unit = s->text;
    const ptl_text digits = ptl_text_cut(&unit, ' ');
    int64_t n = 0, bytes = 0;
    if (ptl_text_int(&n, digits, NULL) != PTL_OK) return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!ptl_text_equal(unit, ptl_text_of(units[i].name))) continue;
        if (__builtin_mul_overflow(n, units[i].bytes, &bytes)) return false;
        if (!in_range(s->key, (double)bytes)) return false;
        *(int64_t *)field = bytes;
        return true;
    }
    return false;
}

/* --- the kinds -------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    bool (*read)(void *field, ptl_scalar *scalar);
} kinds[] = {
    [PTL_SCHEMA_TEXT] = {"text", read_text},
    [PTL_SCHEMA_LINES] = {"text of several lines", read_lines},
    [PTL_SCHEMA_NAME] = {"name", read_name},
    [PTL_SCHEMA_INT] = {"whole number", read_int},
    [PTL_SCHEMA_ROW] = {"row", read_row},
    [PTL_SCHEMA_NUMBER] = {"number", read_number},
    [PTL_SCHEMA_BOOL] = {"true or false", read_bool},
    [PTL_SCHEMA_DAY] = {"day", read_day},
    [PTL_SCHEMA_MONEY] = {"amount", read_money},
    [PTL_SCHEMA_BYTES] = {"size", read_bytes},
    [PTL_SCHEMA_CURRENCY] = {"currency", read_currency},
    [PTL_SCHEMA_LOCALE] = {"locale", read_locale},
    [PTL_SCHEMA_ZONE] = {"time zone", read_zone},
    [PTL_SCHEMA_CHARACTER] = {"character", read_character},
    [PTL_SCHEMA_ENUM] = {"word", read_enum},
    [PTL_SCHEMA_WORD] = {"word", read_word},
    [PTL_SCHEMA_TEXTS] = {"list of texts", NULL},
    [PTL_SCHEMA_PAIRS] = {"map of texts", NULL},
    [PTL_SCHEMA_MAP] = {"map", NULL},
    [PTL_SCHEMA_MAPS] = {"list of maps", NULL},
};

bool ptl_schema_read(void *field, ptl_scalar *scalar)
{
    scalar->nearest[0] = '\0';
    return kinds[scalar->key->kind].read(field, scalar);
}

const char *ptl_schema_read_item(ptl_scalar *scalar)
{
    const ptl_text text = ptl_text_trim(scalar->text);
    scalar->nearest[0] = '\0';
    return text_fits(scalar->key, text, false) ? keep(scalar, text) : NULL;
}

bool ptl_schema_read_pair(ptl_pair *out, ptl_text name, ptl_scalar *scalar)
{
    const ptl_text text = ptl_text_trim(scalar->text);
    scalar->nearest[0] = '\0';
    if (!ptl_schema_is_name(name) || !text_fits(scalar->key, text, true)) return false;
    out->name = keep(scalar, name);
    out->text = keep(scalar, text);
    return out->name && out->text;
}

const char *ptl_schema_kind_name(ptl_schema_kind kind)
{
    return kinds[kind].name;
}
