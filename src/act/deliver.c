/* deliver.c: webhooks and mail through libcurl (invariants in deliver.h). */
#include "act/deliver.h"

#include "act/limits.h"

#include <curl/curl.h>
#include <string.h>

/* --- one transfer ----------------------------------------------------------------------------- */

/* The answer's text is of no use here; reading stops where it is longer than any answer is. */
static size_t swallow(char *bytes, size_t size, size_t n, void *ctx)
{
    size_t *left = ctx;
    (void)bytes;
    if (size * n > *left) return 0;
    *left -= size * n;
    return size * n;
}

static ptl_status begin(CURL **out, const char *protocols, ptl_error *err)
{
    CURL *curl = curl_easy_init();
    if (!curl) return ptl_fail(err, PTL_E_NO_MEMORY, "the transfer library cannot start");
    CURLcode code = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)PTL_DELIVER_TIMEOUT_MS);
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    if (code != CURLE_OK) {
        curl_easy_cleanup(curl);
        return ptl_fail(err, PTL_E_INTERNAL, "the transfer library refuses a setting: %s",
                        curl_easy_strerror(code));
    }
    *out = curl;
    return PTL_OK;
}

/* curl's own words name the address; its codes do not. */
static ptl_status perform(CURL *curl, const char *what, ptl_error *err)
{
    size_t left = PTL_DELIVER_ANSWER_MAX;
    CURLcode code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, &left);
    if (code == CURLE_OK) code = curl_easy_perform(curl);
    if (code == CURLE_OK) return PTL_OK;
    const ptl_status st = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL
                              ? PTL_E_INVALID
                          : code == CURLE_LOGIN_DENIED ? PTL_E_DENIED
                                                       : PTL_E_UNAVAILABLE;
    return ptl_fail(err, st, "%s was not delivered: %s", what, curl_easy_strerror(code));
}

/* --- webhooks --------------------------------------------------------------------------------- */

static ptl_status judge(CURL *curl, ptl_error *err)
{
    long answer = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer) != CURLE_OK) answer = 0;
    if (answer >= 200 && answer < 300) return PTL_OK;
    const ptl_status st = answer == 401 || answer == 403 ? PTL_E_DENIED
                          : answer >= 500                ? PTL_E_UNAVAILABLE
                                                         : PTL_E_INVALID;
    return ptl_fail(err, st, "the webhook answered %ld", answer);
}

static ptl_status post(CURL *curl, const char *url, ptl_text json, struct curl_slist *headers,
                       ptl_error *err)
{
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (code == CURLE_OK)
        code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)json.len);
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json.ptr);
    if (code != CURLE_OK)
        return ptl_fail(err, PTL_E_NO_MEMORY, "a webhook's call cannot be prepared: %s",
                        curl_easy_strerror(code));
    PTL_TRY(perform(curl, "the webhook's message", err));
    return judge(curl, err);
}

ptl_status ptl_deliver_post(const char *url, ptl_text json, ptl_error *err)
{
    CURL *curl = NULL;
    if (json.len > PTL_DELIVER_BYTES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "a message of %zu bytes: at most %d are sent", json.len,
                        PTL_DELIVER_BYTES_MAX);
    PTL_TRY(begin(&curl, "http,https", err));
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    const ptl_status st = headers
                              ? post(curl, url, json, headers, err)
                              : ptl_fail(err, PTL_E_NO_MEMORY, "no memory for a webhook's headers");
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return st;
}

/* --- mail ------------------------------------------------------------------------------------- */

typedef struct upload {
    ptl_text rest;
} upload;

static size_t give(char *buffer, size_t size, size_t n, void *ctx)
{
    upload *u = ctx;
    const size_t room = size * n, len = u->rest.len < room ? u->rest.len : room;
    memcpy(buffer, u->rest.ptr, len);
    u->rest.ptr += len;
    u->rest.len -= len;
    return len;
}

static ptl_status set_login(CURL *curl, const ptl_mail *mail, ptl_error *err)
{
    CURLcode code = CURLE_OK;
    if (mail->user) code = curl_easy_setopt(curl, CURLOPT_USERNAME, mail->user);
    if (code == CURLE_OK && mail->password)
        code = curl_easy_setopt(curl, CURLOPT_PASSWORD, mail->password);
    /* a password never crosses an open line; without one, a local relay may be open */
    const long tls = mail->password ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY;
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_USE_SSL, tls);
    return code == CURLE_OK ? PTL_OK
                            : ptl_fail(err, PTL_E_NO_MEMORY, "a mail's login cannot be prepared");
}

static ptl_status send_mail(CURL *curl, const ptl_mail *mail, struct curl_slist *to, upload *text,
                            ptl_error *err)
{
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, mail->server);
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from);
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_READDATA, text);
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    if (code != CURLE_OK)
        return ptl_fail(err, PTL_E_NO_MEMORY, "a mail cannot be prepared: %s",
                        curl_easy_strerror(code));
    PTL_TRY(set_login(curl, mail, err));
    return perform(curl, "the mail", err);
}

static ptl_status addresses(struct curl_slist **out, const ptl_mail *mail, ptl_error *err)
{
    for (int64_t i = 0; i < mail->n_to; i++) {
        struct curl_slist *longer = curl_slist_append(*out, mail->to[i]);
        if (!longer) return ptl_fail(err, PTL_E_NO_MEMORY, "no memory for a mail's addresses");
        *out = longer;
    }
    return PTL_OK;
}

ptl_status ptl_deliver_mail(const ptl_mail *mail, ptl_error *err)
{
    ptl_buffer wire;
    CURL *curl = NULL;
    struct curl_slist *to = NULL;
    ptl_buffer_init(&wire, 2 * (size_t)PTL_DELIVER_BYTES_MAX, NULL);
    ptl_status st = ptl_mail_write(&wire, mail, err);
    upload text = {ptl_buffer_borrow(&wire)};
    if (st == PTL_OK) st = begin(&curl, "smtp,smtps", err);
    if (st == PTL_OK) st = addresses(&to, mail, err);
    if (st == PTL_OK) st = send_mail(curl, mail, to, &text, err);
    curl_slist_free_all(to);
    if (curl) curl_easy_cleanup(curl);
    ptl_buffer_dispose(&wire);
    return st;
}
