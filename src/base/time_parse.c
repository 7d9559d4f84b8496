/* time_parse.c: dates and times read from exports.
 *
 *     %Y four digits          %m %d %H %I %M %S  one or two digits      %f  1 to 9 digits of a
 * second %y two digits, 69 … 68 are 1969 … 2068     %b %B  English month, short or long, any case
 *     %p AM or PM, with %I    %z +hh:mm, +hhmm, +hh or Z                %Z  Z, UTC or GMT
 *     %% a percent sign; every other character stands for itself
 *
 * The text is read once from left to right beside the format, nothing is guessed and nothing may be
 * left over. Digits behind the sixth of %f are dropped, so that no time moves into the next
 * microsecond. Second 60 is the first moment of the next minute. A text without date is refused:
 * there is no "today" here. */
#include "base/civil_internal.h"

#include <stdio.h>
#include <string.h>

typedef struct fields {
    int32_t year, month, day, hour, minute, second, micros;
    int32_t offset; /* seconds east, where has_offset */
    bool has_year, has_month, has_day, has_offset, has_hour12, has_hour24, has_half, afternoon;
} fields;

typedef struct reader {
    ptl_text text;
    size_t at;
    const char *why; /* set by a directive that fails */
} reader;

static bool refuse(reader *r, const char *why)
{
    r->why = why;
    return false;
}

/* Digits from least to most; more stay for the next directive. */
static bool read_digits(reader *r, int32_t least, int32_t most, int32_t *out)
{
    int32_t value = 0, n = 0;
    for (; n < most && r->at < r->text.len; n++, r->at++) {
        const char c = r->text.ptr[r->at];
        if (c < '0' || c > '9') break;
        value = value * 10 + (c - '0');
    }
    *out = value;
    return n >= least ? true : refuse(r, "digits expected");
}

static bool read_range(reader *r, int32_t low, int32_t high, int32_t *out)
{
    const size_t start = r->at;
    if (!read_digits(r, 1, 2, out)) return false;
    if (*out >= low && *out <= high) return true;
    r->at = start;
    return refuse(r, "number out of range");
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool read_word(reader *r, const char *word)
{
    const size_t len = strlen(word);
    if (r->text.len - r->at < len) return false;
    for (size_t i = 0; i < len; i++)
        if (lower(r->text.ptr[r->at + i]) != lower(word[i])) return false;
    r->at += len;
    return true;
}

static bool read_month_name(reader *r, int32_t *out)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    for (int32_t i = 0; i < 12; i++) {
        const char head[] = {names[i][0], names[i][1], names[i][2], '\0'};
        *out = i + 1;
        if (read_word(r, names[i]) || read_word(r, head)) return true;
    }
    return refuse(r, "no month's English name");
}

static bool read_half(reader *r, fields *f)
{
    f->has_half = true;
    f->afternoon = read_word(r, "pm");
    return f->afternoon || read_word(r, "am") ? true : refuse(r, "AM or PM expected");
}

static bool read_fraction(reader *r, int32_t *micros)
{
    const size_t start = r->at;
    int32_t value = 0, n = 0;
    for (; n < 9 && r->at < r->text.len; n++, r->at++) {
        const char c = r->text.ptr[r->at];
        if (c < '0' || c > '9') break;
        if (n < 6) value = value * 10 + (c - '0');
    }
    for (int32_t i = n; i < 6; i++) value *= 10;
    *micros = value;
    return r->at > start ? true : refuse(r, "digits expected");
}

/* +hh:mm, +hhmm, +hh or Z */
static bool read_offset(reader *r, fields *f)
{
    f->has_offset = true;
    f->offset = 0;
    if (read_word(r, "z")) return true;
    const bool west = r->at < r->text.len && r->text.ptr[r->at] == '-';
    if (!west && !(r->at < r->text.len && r->text.ptr[r->at] == '+'))
        return refuse(r, "offset like +02:00 or Z expected");
    r->at++;
    int32_t hours, minutes = 0;
    const size_t start = r->at;
    if (!read_digits(r, 2, 2, &hours)) return false;
    const bool colon = r->at < r->text.len && r->text.ptr[r->at] == ':';
    if (colon) r->at++;
    const bool more = r->at < r->text.len && r->text.ptr[r->at] >= '0' && r->text.ptr[r->at] <= '9';
    if ((colon || more) && !read_digits(r, 2, 2, &minutes)) return false;
    if (hours > 23 || minutes > 59) {
        r->at = start;
        return refuse(r, "number out of range");
    }
    f->offset = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

static bool read_utc_name(reader *r, fields *f)
{
    f->has_offset = true;
    f->offset = 0;
    const bool found = read_word(r, "utc") || read_word(r, "gmt") || read_word(r, "z");
    return found ? true : refuse(r, "Z, UTC or GMT expected");
}

static bool read_short_year(reader *r, fields *f)
{
    f->has_year = true;
    if (!read_digits(r, 2, 2, &f->year)) return false;
    f->year += f->year < 69 ? 2000 : 1900;
    return true;
}

static bool read_directive(reader *r, fields *f, char directive)
{
    switch (directive) {
    case 'Y':
        f->has_year = true;
        return read_digits(r, 4, 4, &f->year);
    case 'y':
        return read_short_year(r, f);
    case 'm':
        f->has_month = true;
        return read_range(r, 1, 12, &f->month);
    case 'b':
    case 'B':
        f->has_month = true;
        return read_month_name(r, &f->month);
    case 'd':
        f->has_day = true;
        return read_range(r, 1, 31, &f->day);
    case 'H':
        f->has_hour24 = true;
        return read_range(r, 0, 23, &f->hour);
    case 'I':
        f->has_hour12 = true;
        return read_range(r, 1, 12, &f->hour);
    case 'M':
        return read_range(r, 0, 59, &f->minute);
    case 'S':
        return read_range(r, 0, 60, &f->second);
    case 'f':
        return read_fraction(r, &f->micros);
    case 'p':
        return read_half(r, f);
    case 'z':
        return read_offset(r, f);
    case 'Z':
        return read_utc_name(r, f);
    default:
        return refuse(r, "no such directive");
    }
}

static int shown(ptl_text text)
{
    return text.len < 60 ? (int)text.len : 60;
}

static ptl_status fail_at(const reader *r, const char *what, ptl_error *err)
{
    return ptl_fail(err, PTL_E_INVALID, "time \"%.*s\": %s at character %zu: %s", shown(r->text),
                    r->text.len ? r->text.ptr : "", what, r->at + 1, r->why);
}

static ptl_status read_all(reader *r, fields *f, ptl_text format, ptl_error *err)
{
    for (size_t i = 0; i < format.len; i++) {
        const char c = format.ptr[i];
        if (c == '%' && i + 1 < format.len && format.ptr[i + 1] != '%') {
            const char directive = format.ptr[++i];
            const char name[] = {'%', directive, '\0'};
            if (!read_directive(r, f, directive)) return fail_at(r, name, err);
            continue;
        }
        if (c == '%') i++; /* %% stands for one */
        if (r->at < r->text.len && r->text.ptr[r->at] == c) {
            r->at++;
            continue;
        }
        const char literal[] = {'"', c, '"', '\0'};
        r->why = r->at < r->text.len ? "another character stands there" : "the text ends";
        return fail_at(r, literal, err);
    }
    if (r->at == r->text.len) return PTL_OK;
    r->why = "the format has ended";
    return fail_at(r, "end", err);
}

/* What the format promises must make a date and a time, whatever the text. */
static ptl_status check_fields(const fields *f, ptl_text text, ptl_text format, ptl_error *err)
{
    const char *lacks = !f->has_year ? "year (%Y)" : !f->has_month ? "month (%m)" : "day (%d)";
    if (!f->has_year || !f->has_month || !f->has_day)
        return ptl_fail(err, PTL_E_INVALID, "time format \"%.*s\" lacks a %s", shown(format),
                        format.len ? format.ptr : "", lacks);
    if (f->has_hour12 != f->has_half || (f->has_hour12 && f->has_hour24))
        return ptl_fail(err, PTL_E_INVALID,
                        "time format \"%.*s\" needs %%I and %%p together, and neither with %%H",
                        shown(format), format.ptr);
    if (!ptl_date_valid((ptl_date){f->year, f->month, f->day}))
        return ptl_fail(err, PTL_E_INVALID, "time \"%.*s\": there is no day %04d-%02d-%02d",
                        shown(text), text.ptr, (int)f->year, (int)f->month, (int)f->day);
    return PTL_OK;
}

static ptl_instant fields_instant(const fields *f, const ptl_zone *zone)
{
    int32_t hour = f->hour;
    if (f->has_half) hour = hour % 12 + (f->afternoon ? 12 : 0);
    const ptl_day day = ptl_day_of((ptl_date){f->year, f->month, f->day});
    const int64_t seconds = hour * 3600 + f->minute * 60 + f->second;
    const int64_t micros = seconds * PTL_MICROS_PER_SECOND + f->micros;
    if (zone && !f->has_offset) return ptl_zone_local(zone, day, micros);
    return (int64_t)day * PTL_MICROS_PER_DAY + micros - f->offset * PTL_MICROS_PER_SECOND;
}

ptl_status ptl_time_parse(ptl_instant *out, ptl_text text, ptl_text format, const ptl_zone *zone,
                          ptl_error *err)
{
    reader r = {.text = text};
    fields f = {0};
    PTL_TRY(read_all(&r, &f, format, err));
    PTL_TRY(check_fields(&f, text, format, err));
    *out = fields_instant(&f, zone);
    return PTL_OK;
}

/* The shape of an ISO text by example: 0 stands for a digit. */
static bool has_shape(ptl_text text, const char *shape)
{
    const size_t len = strlen(shape);
    if (text.len < len) return false;
    for (size_t i = 0; i < len; i++) {
        const char c = text.ptr[i];
        if (shape[i] == '0' ? c < '0' || c > '9' : c != shape[i]) return false;
    }
    return true;
}

ptl_status ptl_day_parse(ptl_day *out, ptl_text text, ptl_error *err)
{
    reader r = {.text = text};
    fields f = {0};
    if (text.len != 10 || !has_shape(text, "0000-00-00"))
        return ptl_fail(err, PTL_E_INVALID, "\"%.*s\" is not a day like 2026-11-16", shown(text),
                        text.len ? text.ptr : "");
    PTL_TRY(read_all(&r, &f, PTL_TEXT("%Y-%m-%d"), err));
    PTL_TRY(check_fields(&f, text, PTL_TEXT("%Y-%m-%d"), err));
    *out = ptl_day_of((ptl_date){f.year, f.month, f.day});
    return PTL_OK;
}

static ptl_status instant_unlike(ptl_text text, ptl_error *err)
{
    return ptl_fail(err, PTL_E_INVALID, "\"%.*s\" is not an instant like 2026-11-16T06:12:00Z",
                    shown(text), text.len ? text.ptr : "");
}

/* The fixed part has its shape checked, so the lenient directives cannot read it differently; then
 * come a fraction, or none, and the offset, which must be Z or have its colon. */
ptl_status ptl_instant_parse(ptl_instant *out, ptl_text text, ptl_error *err)
{
    enum { DATE = 10, FIXED = 19, OFFSET = 6 };
    if (!has_shape(text, "0000-00-00") || text.len < FIXED + 1 || !strchr("Tt ", text.ptr[DATE]) ||
        !has_shape((ptl_text){text.ptr + DATE + 1, text.len - DATE - 1}, "00:00:00"))
        return instant_unlike(text, err);
    const bool z = text.ptr[text.len - 1] == 'Z' || text.ptr[text.len - 1] == 'z';
    const size_t tail = z ? 1 : OFFSET;
    if (text.len < FIXED + tail || (!z && text.ptr[text.len - 3] != ':'))
        return instant_unlike(text, err);
    const bool fraction = text.ptr[FIXED] == '.';
    char format[40];
    const int len = snprintf(format, sizeof format, "%%Y-%%m-%%d%c%%H:%%M:%%S%s%%z", text.ptr[DATE],
                             fraction ? ".%f" : "");
    return ptl_time_parse(out, text, (ptl_text){format, (size_t)len}, NULL, err);
}
