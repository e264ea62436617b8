/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <mapidefs.h>
#include "notice.h"

static void
set(char **field, const char *text)
{
	g_free(*field);
	*field = g_strdup(text);
}

static struct spool_recipient *
recipient(int code, const char *enhanced, const char *text)
{
	struct spool_recipient *r = spool_recipient_create();

	r->code = code;
	set(&r->address, "bob@example.test");
	set(&r->name, "Bob");
	set(&r->enhanced, enhanced);
	set(&r->text, text);
	set(&r->server, "mail.example.test");
	return r;
}

static void
codes_follow_what_the_server_said(void **state)
{
	static const struct {
		int code;
		const char *enhanced;
		int reason, diag, status;
	} cases[] = {
		{ 550, "5.1.1", 1, MAPI_DIAG_OR_NAME_UNRECOGNIZED, 511 },
		{ 550, "", 1, MAPI_DIAG_OR_NAME_UNRECOGNIZED, 511 },
		{ 553, "5.1.3", 1, MAPI_DIAG_MAIL_ADDRESS_INCORRECT, 513 },
		{ 552, "5.2.2", 1, MAPI_DIAG_RECIPIENT_UNAVAILABLE, 522 },
		{ 552, "5.3.4", 1, MAPI_DIAG_CONTENT_TOO_LONG, 534 },
		{ 0, "4.4.7", 0, MAPI_DIAG_MAXIMUM_TIME_EXPIRED, 447 },
		{ 554, "5.7.1", 5, MAPI_DIAG_SUBMISSION_PROHIBITED, 571 },
		{ 554, "nonsense", 1, MAPI_DIAG_NO_DIAGNOSTIC, 500 },
		{ 554, "5.99.1", 1, MAPI_DIAG_NO_DIAGNOSTIC, 500 },
		{ 450, "", 1, MAPI_DIAG_NO_DIAGNOSTIC, 400 },
		{ 0, "", 1, MAPI_DIAG_NO_DIAGNOSTIC, 500 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct spool_recipient *r = recipient(cases[i].code, cases[i].enhanced, "");
		int reason, diag, status;

		notice_codes(r, &reason, &diag, &status);
		assert_int_equal(reason, cases[i].reason);
		assert_int_equal(diag, cases[i].diag);
		assert_int_equal(status, cases[i].status);
		spool_recipient_free(r);
	}
}

static void
classes_follow_the_original(void **state)
{
	g_autofree char *ndr = notice_class(NOTICE_NDR, "IPM.Note");
	g_autofree char *delay = notice_class(NOTICE_DELAY, "");
	g_autofree char *relayed = notice_class(NOTICE_RELAYED, "IPM.Note");
	g_autofree char *other = notice_class(NOTICE_NDR, "IPM.Schedule.Meeting.Request");

	assert_string_equal(ndr, "REPORT.IPM.Note.NDR");
	assert_string_equal(delay, "REPORT.IPM.Note.Delayed");
	assert_string_equal(relayed, "REPORT.IPM.Note.DR");
	assert_string_equal(other, "REPORT.IPM.Schedule.Meeting.Request.NDR");
}

static bool
has(const char *body, const char *words)
{
	if (!strstr(body, words))
		print_message("\"%s\" is not in:\n%s", words, body);
	return strstr(body, words) != NULL;
}

static void
a_person_can_read_what_happened(void **state)
{
	struct spool_telling t = { .notice = NOTICE_NDR, .total = 3, .sent = 1, .waiting = 1 };
	g_autofree char *body = NULL;

	t.message = spool_message_create();
	set(&t.message->subject, "Hello");
	g_bytes_unref(t.message->key);
	t.message->key = g_bytes_new("\x01\xAB\x0F\xFF\x05", 5);
	g_ptr_array_add(
	    t.message->recipients, recipient(550, "5.1.1", "5.1.1 no such person\nhere"));
	body = notice_body(&t, "It is in Sent Items.");
	assert_true(has(body, "did not reach the recipients below"));
	assert_true(has(body, "Subject: Hello\r\n"));
	assert_true(has(body, "    Bob <bob@example.test>\r\n"));
	assert_true(has(
	    body, "        mail.example.test said: 550 5.1.1 no such person\r\n        here\r\n"));
	assert_true(has(body,
	    "        There is no such mailbox at that server: check the address, letter by "
	    "letter.\r\n"));
	assert_true(
	    has(body, "1 other got it.  For 1 other it is still being tried.  It is in Sent"));
	assert_true(has(body, "emapi queue show --dialogue 01AB0FFF\r\n"));
	spool_telling_clear(&t);
}

/* What may be done about a refusal is known from the reply; nothing is "tried again" any more. */
static void
what_was_given_up_is_not_tried_again(void **state)
{
	struct spool_telling t = { .notice = NOTICE_NDR, .total = 1 };
	g_autofree char *body = NULL;

	t.message = spool_message_create();
	g_ptr_array_add(t.message->recipients,
	    recipient(
		452, "4.2.2", "Given up after 5 days.  The last answer: 452 4.2.2 over quota"));
	body = notice_body(&t, "It is in Sent Items.");
	assert_true(has(body, "452 4.2.2 over quota"));
	assert_true(has(body, "The recipient's mailbox is full; it was tried for as long as"));
	assert_null(strstr(body, "tried again"));
	spool_telling_clear(&t);
}

static void
a_delay_says_that_nothing_is_to_be_done(void **state)
{
	struct spool_telling t = { .notice = NOTICE_DELAY, .total = 1, .expires = G_USEC_PER_SEC };
	g_autofree char *body = NULL;
	struct spool_recipient *r = recipient(450, "4.2.0", "450 4.2.0 later");

	r->next = 86400 * (gint64)G_USEC_PER_SEC;
	t.message = spool_message_create();
	g_ptr_array_add(t.message->recipients, r);
	body = notice_body(&t, "It waits in the Outbox.");
	assert_true(has(body, "no need to send it again"));
	assert_true(has(body, "said: 450 4.2.0 later\r\n"));
	assert_true(has(body, "Next try: "));
	assert_true(has(body, "It is given up after "));
	assert_null(strstr(body, "mailbox is full"));
	spool_telling_clear(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_follow_what_the_server_said),
		cmocka_unit_test(classes_follow_the_original),
		cmocka_unit_test(a_person_can_read_what_happened),
		cmocka_unit_test(what_was_given_up_is_not_tried_again),
		cmocka_unit_test(a_delay_says_that_nothing_is_to_be_done),
	};

	return cmocka_run_group_tests_name("spooler/notice", tests, NULL, NULL);
}
