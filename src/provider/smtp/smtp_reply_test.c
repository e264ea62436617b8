/* SPDX-License-Identifier: MIT */
/* Replies as servers send them, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "smtp_private.h"

/* All of `bytes` at once. */
static enum smtp_parse
take(struct smtp_reply *reply, const char *bytes, size_t *left)
{
	GByteArray *input = g_byte_array_new();
	enum smtp_parse state;

	g_byte_array_append(input, (const guint8 *)bytes, (guint)strlen(bytes));
	state = smtp_reply_take(reply, input);
	*left = input->len;
	g_byte_array_unref(input);
	return state;
}

static void
test_good_replies(void **state)
{
	static const struct {
		const char *bytes;
		int code;
		const char *enhanced, *text, *queue_id;
		size_t left;
	} cases[] = {
		{ "250 Ok\r\n", 250, NULL, "Ok", NULL, 0 },
		{ "250\r\n", 250, NULL, "", NULL, 0 },
		{ "250 \r\n", 250, NULL, "", NULL, 0 },
		{ "250 bare LF\n", 250, NULL, "bare LF", NULL, 0 },
		{ "250 2.1.0 Ok\r\n", 250, "2.1.0", "2.1.0 Ok", NULL, 0 },
		{ "550 5.1.1 <x@y>: no\r\n250 n", 550, "5.1.1", "5.1.1 <x@y>: no", NULL, 5 },
		{ "550-5.7.1 One\r\n550-5.7.1 two\r\n550 5.7.1 three\r\n", 550, "5.7.1",
		    "5.7.1 One\n5.7.1 two\n5.7.1 three", NULL, 0 },
		{ "250-a\r\n250-\r\n250 c\r\n", 250, NULL, "a\n\nc", NULL, 0 },
		/* An enhanced code of another class is words. */
		{ "550 2.1.1 odd\r\n", 550, NULL, "2.1.1 odd", NULL, 0 },
		{ "550 5.1 short\r\n", 550, NULL, "5.1 short", NULL, 0 },
		{ "550 5.1.1234 long\r\n", 550, NULL, "5.1.1234 long", NULL, 0 },
		{ "550 5.1.1x\r\n", 550, NULL, "5.1.1x", NULL, 0 },
		{ "550 5.1.1\r\n", 550, "5.1.1", "5.1.1", NULL, 0 },
		{ "354 go on\r\n", 354, NULL, "go on", NULL, 0 },
		{ "250 2.0.0 Ok: queued as 4F2A1B\r\n", 250, "2.0.0", "2.0.0 Ok: queued as 4F2A1B",
		    "4F2A1B", 0 },
		{ "250 OK id=1rXy-0004-Ab\r\n", 250, NULL, "OK id=1rXy-0004-Ab", "1rXy-0004-Ab",
		    0 },
		{ "250 2.0.0 3AKq Message accepted for delivery\r\n", 250, "2.0.0",
		    "2.0.0 3AKq Message accepted for delivery", "3AKq", 0 },
		{ "250 2.6.0 <a@b> [InternalId=77, Hostname=x] Queued mail\r\n", 250, "2.6.0",
		    "2.6.0 <a@b> [InternalId=77, Hostname=x] Queued mail", "77", 0 },
		{ "250 2.0.0 a b Message accepted\r\n", 250, "2.0.0", "2.0.0 a b Message accepted",
		    NULL, 0 },
	};
	size_t i, left;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct smtp_reply reply = { 0 };
		char *enhanced, *text, *queue_id;

		assert_int_equal(take(&reply, cases[i].bytes, &left), SMTP_PARSE_DONE);
		assert_int_equal(reply.code, cases[i].code);
		assert_int_equal(left, cases[i].left);
		enhanced = smtp_reply_enhanced(&reply);
		text = smtp_reply_text(&reply);
		queue_id = smtp_reply_queue_id(&reply);
		assert_string_equal(
		    enhanced ? enhanced : "-", cases[i].enhanced ? cases[i].enhanced : "-");
		assert_string_equal(text, cases[i].text);
		assert_string_equal(
		    queue_id ? queue_id : "-", cases[i].queue_id ? cases[i].queue_id : "-");
		g_free(enhanced);
		g_free(text);
		g_free(queue_id);
		smtp_reply_clear(&reply);
	}
}

static void
test_broken_replies(void **state)
{
	static const char *const cases[] = { "\r\n", "hello\r\n", "25 Ok\r\n", "2500 Ok\r\n",
		"250_Ok\r\n", "150 early\r\n", "650 late\r\n", " 250 Ok\r\n", "250-a\r\nb\r\n" };
	size_t i, left;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct smtp_reply reply = { 0 };

		assert_int_equal(take(&reply, cases[i], &left), SMTP_PARSE_BROKEN);
		smtp_reply_clear(&reply);
	}
}

static void
test_limits(void **state)
{
	struct smtp_reply reply = { 0 };
	GString *bytes = g_string_new("250 ");
	size_t left;
	int i;

	while (bytes->len < SMTP_LINE_MAX)
		g_string_append_c(bytes, 'x');
	g_string_append(bytes, "\r\n");
	assert_int_equal(take(&reply, bytes->str, &left), SMTP_PARSE_DONE);
	g_string_insert_c(bytes, 5, 'x');
	assert_int_equal(take(&reply, bytes->str, &left), SMTP_PARSE_BROKEN);
	/* No line end in sight. */
	g_string_truncate(bytes, SMTP_LINE_MAX);
	assert_int_equal(take(&reply, bytes->str, &left), SMTP_PARSE_MORE);
	g_string_append(bytes, "1234");
	assert_int_equal(take(&reply, bytes->str, &left), SMTP_PARSE_BROKEN);
	smtp_reply_clear(&reply);

	g_string_truncate(bytes, 0);
	for (i = 1; i < SMTP_LINES_MAX; i++)
		g_string_append(bytes, "250-x\r\n");
	assert_int_equal(take(&reply, bytes->str, &left), SMTP_PARSE_MORE);
	assert_int_equal(take(&reply, "250-x\r\n", &left), SMTP_PARSE_MORE);
	assert_int_equal(take(&reply, "250 x\r\n", &left), SMTP_PARSE_BROKEN);
	smtp_reply_clear(&reply);
	g_string_free(bytes, TRUE);
}

/* Bytes arrive as the network likes. */
static void
test_byte_by_byte(void **state)
{
	static const char bytes[] = "250-5.1 a\r\n250-b\xff\x01\r\n250 c\r\n";
	GByteArray *input = g_byte_array_new();
	struct smtp_reply reply = { 0 };
	char *text;
	size_t i;

	for (i = 0; i + 1 < sizeof(bytes); i++) {
		g_byte_array_append(input, (const guint8 *)bytes + i, 1);
		assert_int_equal(smtp_reply_take(&reply, input),
		    i + 2 < sizeof(bytes) ? SMTP_PARSE_MORE : SMTP_PARSE_DONE);
	}
	text = smtp_reply_text(&reply);
	assert_true(g_utf8_validate(text, -1, NULL));
	assert_null(strchr(text, '\x01'));
	g_free(text);
	smtp_reply_clear(&reply);
	g_byte_array_unref(input);
}

static void
test_classes(void **state)
{
	static const struct {
		const char *line;
		enum smtp_class class;
	} cases[] = {
		{ "250 ok", SMTP_ACCEPTED },
		{ "251 forwarded", SMTP_ACCEPTED },
		{ "450 4.2.0 later", SMTP_TEMPORARY },
		{ "421 4.3.2 bye", SMTP_TEMPORARY },
		{ "354 what", SMTP_TEMPORARY },
		{ "550 5.1.1 no", SMTP_PERMANENT },
		{ "552 5.2.2 full", SMTP_PERMANENT },
		{ "552 5.5.3 too many recipients", SMTP_TEMPORARY },
		{ "530 5.7.0 login first", SMTP_HOLD },
		{ "535 5.7.8 wrong", SMTP_HOLD },
		{ "535 5.7.139 switched off", SMTP_HOLD },
		{ "534 5.7.9 too weak", SMTP_HOLD },
		{ "538 encryption", SMTP_HOLD },
		{ "550 5.7.54 relay", SMTP_PERMANENT },
		{ "550 5.7.30 no passwords here", SMTP_HOLD },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct smtp_reply reply = { 0 };

		smtp_reply_line(&reply, cases[i].line, strlen(cases[i].line));
		assert_int_equal(smtp_classify(&reply), cases[i].class);
		smtp_reply_clear(&reply);
	}
}

static void
test_capabilities(void **state)
{
	static const char bytes[] =
	    "250-mail.test STARTTLS here\r\n250-pipelining\r\n"
	    "250-SIZE 1000\r\n250-AUTH PLAIN login\r\n250-AUTH=LOGIN SCRAM-SHA-256\r\n"
	    "250-8BITMIMES\r\n250 CHUNKING\r\n";
	struct smtp_reply reply = { 0 };
	struct smtp_caps caps = { 0 };
	size_t left;
	char *logins;

	take(&reply, bytes, &left);
	smtp_caps_parse(&caps, &reply);
	assert_true(caps.ehlo && caps.pipelining && caps.chunking && caps.size && caps.auth);
	assert_false(caps.starttls || caps.eightbit || caps.dsn);
	assert_int_equal(caps.size_max, 1000);
	logins = smtp_caps_logins(&caps);
	assert_string_equal(logins, "PLAIN LOGIN SCRAM-SHA-256");
	assert_true(smtp_caps_login(&caps, "scram-sha-256"));
	assert_false(smtp_caps_login(&caps, "SCRAM-SHA-1"));
	g_free(logins);
	smtp_caps_clear(&caps);
	smtp_reply_clear(&reply);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_replies),
		cmocka_unit_test(test_broken_replies),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
