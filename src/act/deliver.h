/* deliver.h: a message leaves the program: to a webhook, or by mail.
 *
 * Invariants. 1. Nothing is sent to an address that the configuration does not name; redirections
 * are not followed. 2. http, https, smtp and smtps only, certificates checked. 3. An address may
 * hold a secret (a webhook's does): no error, log or ledger entry repeats it. 4. A message is sent
 * once; whoever calls decides whether to try again.
 *
 * Threads: one call belongs to one thread; calls share nothing. */
#ifndef PTL_ACT_DELIVER_H
#define PTL_ACT_DELIVER_H

#include "base/civil.h"
#include "base/text.h"

/** POST a JSON document. E_UNAVAILABLE where the server cannot be reached or answers 5xx, E_DENIED
 * for 401 and 403, E_INVALID for any other answer but 2xx; the message tells the answer's number.
 */
PTL_NODISCARD ptl_status ptl_deliver_post(const char *url, ptl_text json, ptl_error *err);

typedef struct ptl_mail {
    const char *server;          /* "smtps://mail.example.com:465" */
    const char *user, *password; /* NULL: none            */
    const char *from;
    const char *const *to;
    int64_t n_to;
    const char *subject;
    ptl_text text; /* UTF-8 */
    ptl_instant sent_at;
    const char *message_id; /* unique: "run-17@acme" */
} ptl_mail;

/** Send one mail as plain text. E_INVALID for an address with a line break or without "@". */
PTL_NODISCARD ptl_status ptl_deliver_mail(const ptl_mail *mail, ptl_error *err);

/** The mail as it goes over the wire: headers, an empty line, text in base64. */
PTL_NODISCARD ptl_status ptl_mail_write(ptl_buffer *out, const ptl_mail *mail, ptl_error *err);

#endif
