/* mail.c: one mail as bytes (RFC 5322, RFC 2045): headers, an empty line, UTF-8 text in base64.
 *
 * Base64 keeps every line short and every byte plain, so that no relay on the way folds, cuts or
 * recodes a figure. The subject is an encoded word for the same reason. */
#include "act/deliver.h"
#include "act/limits.h"

#include <string.h>

enum { LINE_BYTES = 57 }; /* 76 characters of base64: the longest line RFC 2045 allows */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_group(ptl_buffer *out, const unsigned char *b, size_t n)
{
    const uint32_t bits =
        (uint32_t)b[0] << 16 | (n > 1 ? (uint32_t)b[1] << 8 : 0) | (n > 2 ? (uint32_t)b[2] : 0);
    const char group[4] = {digits[bits >> 18 & 63], digits[bits >> 12 & 63],
                           n > 1 ? digits[bits >> 6 & 63] : '=', n > 2 ? digits[bits & 63] : '='};
    ptl_buffer_append(out, group, 4);
}

static void put_base64(ptl_buffer *out, ptl_text text, const char *line_end)
{
    for (size_t i = 0; i < text.len; i += 3) {
        const size_t left = text.len - i;
        put_group(out, (const unsigned char *)text.ptr + i, left < 3 ? left : 3);
        if (line_end && (i + 3) % LINE_BYTES == 0) ptl_buffer_text(out, line_end);
    }
}

/* Addresses and names that become header lines hold no line break: what follows one would be a
 * header of somebody else's making. */
static ptl_status check_line(const char *text, const char *what, bool is_address, ptl_error *err)
{
    if (!text || !text[0]) return ptl_fail(err, PTL_E_INVALID, "a mail has no %s", what);
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f ||
            (is_address && (*p == ' ' || *p == '<' || *p == '>')))
            return ptl_fail(err, PTL_E_INVALID, "a mail's %s holds a character %d", what,
                            (int)(unsigned char)*p);
    if (is_address && !strchr(text, '@'))
        return ptl_fail(err, PTL_E_INVALID, "a mail's %s \"%s\" has no @", what, text);
    return PTL_OK;
}

static ptl_status check(const ptl_mail *m, ptl_error *err)
{
    PTL_TRY(check_line(m->from, "sender", true, err));
    PTL_TRY(check_line(m->subject, "subject", false, err));
    PTL_TRY(check_line(m->message_id, "number", true, err));
    if (m->n_to < 1 || m->n_to > PTL_DELIVER_TO_MAX)
        return ptl_fail(err, PTL_E_INVALID, "a mail goes to 1 to %d addresses, not %lld",
                        PTL_DELIVER_TO_MAX, (long long)m->n_to);
    for (int64_t i = 0; i < m->n_to; i++) PTL_TRY(check_line(m->to[i], "address", true, err));
    if (m->text.len > PTL_DELIVER_BYTES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "a mail of %zu bytes: at most %d are sent", m->text.len,
                        PTL_DELIVER_BYTES_MAX);
    return PTL_OK;
}

static void put_date(ptl_buffer *out, ptl_instant at)
{
    static const char *const weekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const int64_t seconds = at / PTL_MICROS_PER_SECOND;
    const ptl_day day = (ptl_day)(seconds / 86400);
    const int64_t rest = seconds % 86400;
    const ptl_date d = ptl_date_of(day);
    ptl_buffer_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
                      weekdays[ptl_weekday(day) - 1], d.day, months[d.month - 1], d.year,
                      (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

/* A line with an encoded word has at most 76 characters (RFC 2047, 2): a long subject is several.
 */
static void put_subject(ptl_buffer *out, const char *subject)
{
    enum { WORD_BYTES = 39 }; /* 52 characters of base64, 21 around them */
    ptl_text rest = ptl_text_of(subject);
    ptl_buffer_text(out, "Subject:");
    while (rest.len > 0) {
        size_t n = rest.len < WORD_BYTES ? rest.len : WORD_BYTES;
        while (n < rest.len && n > 1 && ((unsigned char)rest.ptr[n] & 0xc0) == 0x80) n--;
        ptl_buffer_text(out, " =?UTF-8?B?");
        put_base64(out, (ptl_text){rest.ptr, n}, NULL);
        rest.ptr += n;
        rest.len -= n;
        ptl_buffer_text(out, rest.len > 0 ? "?=\r\n" : "?=");
    }
    ptl_buffer_text(out, "\r\n");
}

ptl_status ptl_mail_write(ptl_buffer *out, const ptl_mail *m, ptl_error *err)
{
    PTL_TRY(check(m, err));
    put_date(out, m->sent_at);
    ptl_buffer_printf(out, "From: <%s>\r\n", m->from);
    for (int64_t i = 0; i < m->n_to; i++)
        ptl_buffer_printf(out, i == 0 ? "To: <%s>" : ",\r\n <%s>", m->to[i]);
    ptl_buffer_printf(out, "\r\nMessage-ID: <%s>\r\n", m->message_id);
    put_subject(out, m->subject);
    ptl_buffer_text(out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
                         "Content-Transfer-Encoding: base64\r\n\r\n");
    put_base64(out, m->text, "\r\n");
    ptl_buffer_text(out, "\r\n");
    return ptl_buffer_check(out, "a mail", err);
}
