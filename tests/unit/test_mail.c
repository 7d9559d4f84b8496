/* test_mail: a mail as bytes, against what RFC 5322, 2045 and 2047 say, and what must not become a
 * header. The words in base64 were made by coreutils' base64. */
#include "support/expect.h"

#include "act/deliver.h"

static ptl_buffer out;
static ptl_error err;

static const char *const readers[] = {"ines@example.com", "daan@example.com"};

static ptl_mail plain(void)
{
    return (ptl_mail){.server = "smtp://127.0.0.1:1",
                      .from = "portolan@example.com",
                      .to = readers,
                      .n_to = 2,
                      .subject = "Holding course",
                      .text = PTL_TEXT("Revenue rose by €7.10k.\n"),
                      .sent_at = INT64_C(1794808800000000), /* date -u -d @1794808800 */
                      .message_id = "portolan-7@example.com"};
}

static const char *written(const ptl_mail *mail)
{
    ptl_buffer_clear(&out);
    EXPECT_OK(ptl_mail_write(&out, mail, &err));
    ptl_buffer_append(&out, "", 1);
    return out.ptr;
}

static void a_mail_byte_by_byte(void **state)
{
    (void)state;
    const ptl_mail mail = plain();
    EXPECT_STR(written(&mail), "Date: Mon, 16 Nov 2026 06:00:00 +0000\r\n"
                               "From: <portolan@example.com>\r\n"
                               "To: <ines@example.com>,\r\n"
                               " <daan@example.com>\r\n"
                               "Message-ID: <portolan-7@example.com>\r\n"
                               "Subject: =?UTF-8?B?SG9sZGluZyBjb3Vyc2U=?=\r\n"
                               "MIME-Version: 1.0\r\n"
                               "Content-Type: text/plain; charset=UTF-8\r\n"
                               "Content-Transfer-Encoding: base64\r\n"
                               "\r\n"
                               "UmV2ZW51ZSByb3NlIGJ5IOKCrDcuMTBrLgo=\r\n");
}

/* Lines of at most 76 characters, words of at most 75, and no letter cut in two. */
static void long_texts_are_folded(void **state)
{
    (void)state;
    static const char subject[] = "Übertragene Wörter: äöü äöü äöü äöü äöü äöü äöü äöü äöü äöü";
    static char text[1000];
    memset(text, 'x', sizeof text);
    ptl_mail mail = plain();
    mail.subject = subject;
    mail.text = (ptl_text){text, sizeof text};
    const char *line = written(&mail);
    int n_words = 0, n_long = 0;
    while (*line) {
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        EXPECT_LE((double)(end - line), 76.0);
        n_long += end - line == 76;
        n_words += strstr(line, "=?UTF-8?B?") != NULL && strstr(line, "=?UTF-8?B?") < end;
        line = end + 2;
    }
    EXPECT_INT(n_words, 3); /* 82 bytes in words of at most 39 */
    EXPECT_INT(n_long, 17); /* 1000 bytes, 57 a line */
}

static void nothing_becomes_a_header(void **state)
{
    (void)state;
    static const char *const bad[] = {"a@b.c\r\nBcc: everybody@example.com"};
    static const char *const named[] = {"Ines <ines@example.com>"};
    static const char *const none[] = {"ines"};
    ptl_mail mail = plain();
    mail.subject = "one\nTwo: three";
    EXPECT_FAIL(ptl_mail_write(&out, &mail, &err), PTL_E_INVALID, "subject holds a character 10");
    mail = plain();
    mail.from = "a@b.c\r\nX: y";
    EXPECT_FAIL(ptl_mail_write(&out, &mail, &err), PTL_E_INVALID, "sender");
    mail = plain();
    mail.n_to = 1;
    mail.to = bad;
    EXPECT_FAIL(ptl_mail_write(&out, &mail, &err), PTL_E_INVALID, "address holds a character 13");
    mail.to = named;
    EXPECT_FAIL(ptl_mail_write(&out, &mail, &err), PTL_E_INVALID, "address holds a character 32");
    mail.to = none;
    EXPECT_FAIL(ptl_mail_write(&out, &mail, &err), PTL_E_INVALID, "\"ines\" has no @");
    mail.n_to = 0;
    EXPECT_FAIL(ptl_mail_write(&out, &mail, &err), PTL_E_INVALID, "1 to 50 addresses");
    mail = plain();
    mail.subject = "";
    EXPECT_FAIL(ptl_mail_write(&out, &mail, &err), PTL_E_INVALID, "no subject");
}

/* Only the protocols that were meant; and a server that is not there is said to be so. */
static void other_protocols_are_refused(void **state)
{
    (void)state;
    EXPECT_FAIL(ptl_deliver_post("file:///etc/passwd", PTL_TEXT("{}"), &err), PTL_E_INVALID,
                "not delivered");
    assert_null(strstr(err.message, "passwd")); /* an address may hold a secret */
    EXPECT_FAIL(ptl_deliver_post("http://127.0.0.1:1/secret", PTL_TEXT("{}"), &err),
                PTL_E_UNAVAILABLE, "not delivered");
    assert_null(strstr(err.message, "secret"));
    ptl_mail mail = plain();
    EXPECT_FAIL(ptl_deliver_mail(&mail, &err), PTL_E_UNAVAILABLE, "the mail was not delivered");
    mail.server = "http://127.0.0.1:1";
    EXPECT_FAIL(ptl_deliver_mail(&mail, &err), PTL_E_INVALID, "not delivered");
}

static int set_up(void **state)
{
    (void)state;
    ptl_buffer_init(&out, 1 << 20, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ptl_buffer_dispose(&out);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_byte_by_byte),
        cmocka_unit_test(long_texts_are_folded),
        cmocka_unit_test(nothing_becomes_a_header),
        cmocka_unit_test(other_protocols_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
