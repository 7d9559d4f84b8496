/* review_digest.c: the review's digest leaves the program, as an operation. */
#include "act/deliver.h"
#include "base/file.h"
#include "ops/args.h"
#include "review/digest.h"

#include <string.h>

/* Every place is tried; the first failure is what the operation fails with. */
typedef struct sending {
    ptl_call *call;
    const ptl_digest *digest;
    ptl_status first;
    ptl_error first_error;
    int64_t n_sent;
} sending;

static void note(sending *s, const char *place, ptl_status st, const ptl_error *err)
{
    ptl_reply_cell_text(s->call->reply, place);
    ptl_reply_cell_text(s->call->reply, st == PTL_OK ? "sent" : "failed");
    ptl_reply_cell_text(s->call->reply, st == PTL_OK ? NULL : err->message);
    s->n_sent += st == PTL_OK;
    if (st == PTL_OK || s->first != PTL_OK) return;
    s->first = st;
    s->first_error = *err;
}

static ptl_status write_file(sending *s, ptl_error *err)
{
    const ptl_digest_config *config = &s->call->workspace->digest;
    char *name = NULL;
    PTL_TRY(ptl_workspace_expand(&name, config->file ? config->file : "digest.txt", s->call->arena,
                                 err));
    const char *path = ptl_path_join(s->call->arena, s->call->root, name, err);
    if (!path) return PTL_E_NO_MEMORY;
    return ptl_file_write(path, s->digest->text, 0644, err);
}

static ptl_status send_webhook(sending *s, ptl_error *err)
{
    char *url = NULL;
    PTL_TRY(ptl_workspace_expand(&url, s->call->workspace->digest.webhook, s->call->arena, err));
    return ptl_deliver_post(url, s->digest->json, err);
}

static ptl_status expand_or_null(const char **out, const sending *s, const char *pattern,
                                 ptl_error *err)
{
    char *text = NULL;
    *out = NULL;
    if (!pattern) return PTL_OK;
    PTL_TRY(ptl_workspace_expand(&text, pattern, s->call->arena, err));
    *out = text;
    return PTL_OK;
}

static ptl_status send_mail(sending *s, ptl_error *err)
{
    const ptl_digest_config *config = &s->call->workspace->digest;
    const char *host = strrchr(config->mail_from, '@');
    ptl_mail mail = {.from = config->mail_from,
                     .to = config->mail_to,
                     .n_to = config->n_mail_to,
                     .subject = s->digest->subject,
                     .text = s->digest->text,
                     .sent_at = s->call->now};
    mail.message_id =
        ptl_text_format(s->call->arena, err, "portolan-%lld-%lld%s", (long long)s->call->run_id,
                        (long long)s->call->now, host ? host : "@localhost");
    if (!mail.message_id) return PTL_E_NO_MEMORY;
    PTL_TRY(expand_or_null(&mail.server, s, config->mail_server, err));
    PTL_TRY(expand_or_null(&mail.user, s, config->mail_user, err));
    PTL_TRY(expand_or_null(&mail.password, s, config->mail_password, err));
    return ptl_deliver_mail(&mail, err);
}

static bool wanted(const ptl_call *call, const char *place)
{
    const char *to = ptl_args_text(call->args, "to");
    return strcmp(to, "all") == 0 || strcmp(to, place) == 0;
}

/* A place asked for by name must be configured; "all" are those that are. */
static bool is_due(const sending *s, const char *place, const char *config, ptl_error *err)
{
    if (!wanted(s->call, place)) return false;
    if (config) return true;
    if (strcmp(ptl_args_text(s->call->args, "to"), place) != 0) return false;
    (void)ptl_fail(err, PTL_E_CONFLICT, "digest.%s is not configured", place);
    ptl_error_hint(err, "set it in portolan.yaml, then portolan apply");
    return true;
}

static void send_to(sending *s, const char *place, const char *config,
                    ptl_status (*fn)(sending *, ptl_error *))
{
    ptl_error err;
    ptl_error_clear(&err);
    if (!is_due(s, place, config, &err)) return;
    const ptl_status st = err.status != PTL_OK ? err.status : fn(s, &err);
    note(s, place, st, &err);
}

static ptl_status digest_send(ptl_call *call, ptl_error *err)
{
    static const ptl_reply_column columns[] = {
        {"place", "To", false}, {"outcome", "Outcome", false}, {"failure", "Failure", false}};
    ptl_digest digest;
    const ptl_digest_config *config = &call->workspace->digest;
    const ptl_day today = ptl_zone_day(call->workspace->zone, call->now);
    PTL_TRY(ptl_digest_make(&digest, call->store, call->workspace, today, call->arena, err));
    if (digest.run_id == 0) {
        ptl_fail(err, PTL_E_CONFLICT, "there is no review to make a digest of");
        ptl_error_hint(err, "portolan review");
        return PTL_E_CONFLICT;
    }
    sending s = {.call = call, .digest = &digest};
    ptl_reply_block(call->reply, "", digest.text);
    ptl_reply_text(call->reply, "subject", "Subject", digest.subject);
    ptl_reply_id(call->reply, "review", "Review's run", digest.run_id);
    ptl_reply_table(call->reply, "places", "", columns, 3);
    send_to(&s, "file", config->file ? config->file : "digest.txt", write_file);
    send_to(&s, "webhook", config->webhook, send_webhook);
    send_to(&s, "mail", config->mail_server, send_mail);
    ptl_reply_table_end(call->reply);
    if (s.first == PTL_OK) return PTL_OK;
    if (err) *err = s.first_error;
    return s.first;
}

static const ptl_param params[] = {
    {.name = "to",
     .type = PTL_PARAM_ENUM,
     .defaults = "all",
     .choices = "all|file|webhook|mail",
     .about =
         "One place, or all that portolan.yaml names under digest; a file is written always."}};

const ptl_op ptl_op_digest_send = {
    .name = "digest.send",
    .alias = "digest",
    .summary = "send the newest review as a dozen lines: file, webhook, mail",
    .about = "Course, what changed, alarms of seven days, minutes that are open. The text is the "
             "same everywhere; "
             "a webhook also gets the values as JSON. Addresses and passwords may be ${VARIABLES} "
             "of the environment, "
             "are never printed, and stand in no ledger entry. Every place is tried; one that "
             "fails makes the "
             "operation fail after the others were sent.",
    .params = params,
    .n_params = 1,
    .result = "subject: text — the mail's\n"
              "review: int — the run it was made from\n"
              "places: list(place, outcome, failure) — where it went",
    .right = "everyone",
    .effects = PTL_READS | PTL_WRITES,
    .entry = "digest.sent",
    .example = "portolan digest send --to file",
    .run = digest_send};
