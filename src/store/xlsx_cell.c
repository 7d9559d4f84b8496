/* xlsx_cell.c: a number as the person at the sheet sees it.
 *
 * A sheet keeps doubles with up to 17 digits and shows 15: 19.99 may be kept as 19.989999999999998.
 * A day is a number of days, an instant with its fraction. In the 1900 calendar day 1 is 1 January
 * 1900 and day 60 the 29 February that this year did not have (kept for files of 1983); in the 1904
 * calendar day 0 is 1 January 1904. */
#include "store/xlsx_internal.h"

#include "base/civil.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    UNIX_DAY_1900 = 25569, /* day number of 1 January 1970 in the 1900 calendar */
    UNIX_DAY_1904 = 24107,
    DAY_LAST_1900 = 2958465 /* 31 December 9999 */
};

static int write_number(char out[64], double value, char decimal)
{
    int len = snprintf(out, 64, "%.15g", value);
    char *point = strchr(out, '.');
    if (point) *point = decimal;
    return len;
}

static int write_serial(char out[64], double serial, ptl_xlsx_style style, bool is_1904)
{
    const int64_t seconds = (int64_t)floor(serial * 86400.0 + 0.5);
    const int64_t day = seconds / 86400, second = seconds % 86400;
    const int hour = (int)(second / 3600), minute = (int)(second / 60 % 60), s = (int)(second % 60);
    if (style == PTL_XLSX_INSTANT && day == 0 && !is_1904)
        return snprintf(out, 64, "%02d:%02d:%02d", hour, minute, s);
    char date[24] = "1900-02-29";
    if (is_1904)
        ptl_day_format(date, (ptl_day)(day - UNIX_DAY_1904));
    else if (day != 60)
        ptl_day_format(date, (ptl_day)(day - UNIX_DAY_1900 + (day < 60)));
    if (style == PTL_XLSX_DAY && second == 0) return snprintf(out, 64, "%s", date);
    return snprintf(out, 64, "%s %02d:%02d:%02d", date, hour, minute, s);
}

ptl_status ptl_xlsx_number(ptl_text *out, ptl_xlsx *book, ptl_text written, ptl_xlsx_style style,
                           ptl_error *err)
{
    char text[64];
    double value;
    *out = written;
    if (ptl_text_double(&value, written, NULL) != PTL_OK) return PTL_OK; /* the cast will say so */
    const double last = book->is_1904 ? DAY_LAST_1900 - 1462 : DAY_LAST_1900;
    const bool is_time = style != PTL_XLSX_NUMBER && value >= 0.0 && value < last + 1.0;
    const int len = is_time ? write_serial(text, value, style, book->is_1904)
                            : write_number(text, value, book->decimal);
    const char *copy = ptl_text_copy((ptl_text){text, (size_t)len}, &book->arena, err);
    if (!copy) return PTL_E_NO_MEMORY;
    *out = (ptl_text){copy, (size_t)len};
    return PTL_OK;
}

/* --- places ----------------------------------------------------------------------------------- */

bool ptl_xlsx_place(int32_t *row, int32_t *column, const char **at)
{
    const char *p = *at;
    int32_t c = 0, r = 0;
    if (*p == '$') p++;
    for (; (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z'); p++) {
        c = c * 26 + ((*p & 0x1F));
        if (c > PTL_XLSX_COLUMNS_MAX) return false;
    }
    if (*p == '$') p++;
    for (; *p >= '0' && *p <= '9'; p++) {
        r = r * 10 + (*p - '0');
        if (r > PTL_XLSX_ROWS_MAX) return false;
    }
    *at = p;
    *row = r;
    *column = c;
    return r > 0 && c > 0;
}

static void column_name(char out[4], int32_t column)
{
    char backwards[4];
    int n = 0;
    for (int32_t c = column; c > 0 && n < 3; c = (c - 1) / 26)
        backwards[n++] = (char)('A' + (c - 1) % 26);
    for (int i = 0; i < n; i++) out[i] = backwards[n - 1 - i];
    out[n] = '\0';
}

void ptl_xlsx_range_name(char out[40], const ptl_xlsx_range *range)
{
    char from[4], to[4];
    column_name(from, range->column_first);
    column_name(to, range->column_last);
    (void)snprintf(out, 40, "%s%d:%s%d", from, (int)range->row_first, to, (int)range->row_last);
}

bool ptl_xlsx_range_of(ptl_xlsx_range *out, const char *text)
{
    const char *at = text;
    if (!ptl_xlsx_place(&out->row_first, &out->column_first, &at)) return false;
    out->row_last = out->row_first;
    out->column_last = out->column_first;
    if (*at == ':') {
        at++;
        if (!ptl_xlsx_place(&out->row_last, &out->column_last, &at)) return false;
    }
    return *at == '\0' && out->row_first <= out->row_last && out->column_first <= out->column_last;
}
