/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>

#include "advice.h"

/* Replies as servers word them, and what the cause must speak of. */
static const struct {
	int code;
	const char *enhanced, *text, *service, *cause, *remedy;
} cases[] = {
	{ 535, "5.7.139",
	    "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
	    "Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
	    "Exchange Online", "whole company", "administrator" },
	{ 535, "5.7.139",
	    "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
	    "Mailbox.",
	    "Exchange Online", "this mailbox", "administrator" },
	{ 535, "5.7.139",
	    "5.7.139 Authentication unsuccessful, the request did not meet the criteria to be "
	    "authenticated successfully. Contact your administrator.",
	    "Exchange Online", "sign-in rules", "sign-in log" },
	{ 550, "5.7.30", "5.7.30 Basic authentication is not supported for Client Submission.",
	    "Exchange Online", "no longer takes passwords", "xoauth2" },
	{ 550, "5.7.54", "5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
	    "Exchange", "relays to other domains", "User" },
	{ 554, "5.2.252",
	    "5.2.252 SendAsDenied; a@b.test not allowed to send as c@d.test; STOREDRV.Submission",
	    "Exchange Online", "may not send as", "FromAddress" },
	{ 432, "4.3.2", "4.3.2 Concurrent connections limit exceeded.", "Exchange Online",
	    "more connections", "Preset=exchange-online" },
	{ 452, "4.3.1", "4.3.1 Insufficient system resources", "Exchange", "short of disk",
	    "tried again" },
	{ 552, "5.3.4", "5.3.4 Message size exceeds fixed limit", "any", "larger", "link" },
	{ 552, "5.2.2", "5.2.2 mailbox full", "any", "mailbox is full", "make room" },
	{ 450, "4.2.0", "4.2.0 <b@x.test>: Recipient address rejected: Greylisted", "any",
	    "greylisting", "tried again" },
	{ 554, "5.7.1", "5.7.1 <b@x.test>: Relay access denied", "Postfix", "relays",
	    "mynetworks" },
	{ 550, NULL, "relay not permitted", "Exim", "relays", "User" },
	{ 534, "5.7.9", "5.7.9 Application-specific password required.", "Gmail", "application",
	    "app password" },
	{ 535, "5.7.8", "5.7.8 Username and Password not accepted. - gsmtp", "Gmail", "Google",
	    "app password" },
	{ 535, "5.7.8", "5.7.8 Error: authentication failed", "any", "user and password",
	    "check User" },
	{ 550, "5.1.1", "5.1.1 <b@x.test>: Recipient address rejected: User unknown", "Postfix",
	    "no such mailbox", "letter by letter" },
	{ 535, NULL, NULL, "any", "user and password", "check User" },
};

static void
replies_are_told_in_plain_words(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct advice *a =
		    advice_find(cases[i].code, cases[i].enhanced, cases[i].text);

		assert_non_null(a);
		assert_string_equal(a->service, cases[i].service);
		assert_non_null(strstr(a->cause, cases[i].cause));
		assert_non_null(strstr(a->remedy, cases[i].remedy));
	}
}

static void
what_nobody_knows_has_no_advice(void **state)
{
	char *sentence = advice_sentence(advice_find(555, NULL, "what?"));

	assert_string_equal(sentence, "");
	g_free(sentence);
	assert_null(advice_find(250, "2.1.5", "Ok"));
	assert_null(advice_find(0, NULL, NULL));
}

static void
advice_is_one_sentence(void **state)
{
	char *sentence = advice_sentence(advice_find(530, "5.7.1", NULL));

	assert_true(g_ascii_isupper(sentence[0]));
	assert_true(g_str_has_suffix(sentence, "."));
	assert_non_null(strstr(sentence, ": "));
	g_free(sentence);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_are_told_in_plain_words),
		cmocka_unit_test(what_nobody_knows_has_no_advice),
		cmocka_unit_test(advice_is_one_sentence),
	};

	return cmocka_run_group_tests_name("base/advice", tests, NULL, NULL);
}
