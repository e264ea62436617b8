/* SPDX-License-Identifier: MIT */
#include "prf.h"
#include <string.h>
#include <mapicode.h>
#include "../base/testing.h"

static struct prf *
read_text(const char *text)
{
	struct prf *prf = NULL;
	char *why = NULL;

	if (prf_read(text, strlen(text), &prf, &why) != S_OK)
		fail_msg("%s", why);
	return prf;
}

static bool
notes(const struct prf *prf, const char *words)
{
	guint i;

	for (i = 0; i < prf->notes->len; i++)
		if (strstr(g_ptr_array_index(prf->notes, i), words))
			return true;
	return false;
}

static const char office[] =
    "; made for the sales people\r\n[General]\r\nCustom=1\r\nProfileName=Sales\r\n"
    "DefaultProfile=Yes\r\nOverwriteProfile=Yes\r\n\r\n[Service List]\r\n"
    "ServiceX=Microsoft Outlook Client\r\nService1=Microsoft Exchange Server\r\n"
    "Service2=Unicode Personal Folders\r\n\r\n[Internet Account List]\r\nAccount1=I_Mail\r\n"
    "Account2=IMAP_I_Mail\r\n\r\n[Service1]\r\nMailboxName=%UserName%\r\nHomeServer=EX01\r\n\r\n"
    "[Account1]\r\nAccountName=Old\r\nPOP3Server=pop.example.test\r\n"
    "SMTPServer=old.example.test\r\nEmailAddress=old@example.test\r\n\r\n"
    "[ACCOUNT2]\r\nIMAPServer=imap.example.test\r\nIMAPUserName=ann\r\n"
    "smtpserver = mail.example.test\r\nSMTPPort=587\r\nSMTPUseAuth=1\r\n"
    "SMTPSecureConnection=2\r\nDisplayName=Ann Example\r\nEmailAddress=ann@example.test\r\n"
    "DefaultAccount=TRUE\r\n";

static void
the_default_account_becomes_the_profile(void **state)
{
	struct prf *prf = read_text(office);

	assert_string_equal(prf->name, "Sales");
	assert_true(prf->make_default);
	assert_string_equal(prf->server, "mail.example.test");
	assert_int_equal(prf->port, 587);
	assert_string_equal(prf->tls, "starttls");
	assert_string_equal(prf->user, "ann");
	assert_string_equal(prf->from_name, "Ann Example");
	assert_string_equal(prf->from_address, "ann@example.test");
	prf_free(prf);
}

static void
what_is_left_out_is_named(void **state)
{
	struct prf *prf = read_text(office);

	assert_true(notes(prf, "Exchange Server on EX01"));
	assert_true(notes(prf, "Unicode Personal Folders"));
	assert_true(notes(prf, "Microsoft Outlook Client"));
	assert_true(notes(prf, "IMAPServer=imap.example.test"));
	assert_true(notes(prf, "account1 (I_Mail)"));
	assert_true(notes(prf, "OverwriteProfile"));
	prf_free(prf);
}

static void
encryption_is_as_the_file_says(void **state)
{
	static const struct {
		const char *lines, *tls;
	} cases[] = {
		{ "", "starttls" },
		{ "SMTPUseSSL=0", "none" },
		{ "SMTPUseSSL=1", "implicit" },
		{ "SMTPUseSSL=1\nSMTPPort=587", "starttls" },
		{ "SMTPSecureConnection=0", "none" },
		{ "SMTPSecureConnection=1", "implicit" },
		{ "SMTPSecureConnection=3", "starttls" },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *text = g_strdup_printf("[Internet Account List]\nA=I_Mail\n[A]\n"
					     "SMTPServer=s\nEmailAddress=a@b\n%s\n",
		    cases[i].lines);
		struct prf *prf = read_text(text);

		assert_string_equal(prf->tls, cases[i].tls);
		prf_free(prf);
		g_free(text);
	}
}

static void
files_may_be_utf_16_or_ansi(void **state)
{
	static const char ansi[] = "[Internet Account List]\nA=I_Mail\n[A]\nSMTPServer=s\n"
				   "DisplayName=J\xFCrgen\n";
	struct prf *prf = read_text(ansi);
	gsize size;
	char *wide = g_convert("\xEF\xBB\xBF[Internet Account List]\nA=I_Mail\n[A]\nSMTPServer=w\n",
	    -1, "UTF-16LE", "UTF-8", NULL, &size, NULL);

	assert_string_equal(prf->from_name, "J\xC3\xBCrgen");
	prf_free(prf);
	assert_int_equal(prf_read(wide, size, &prf, NULL), S_OK);
	assert_string_equal(prf->server, "w");
	prf_free(prf);
	g_free(wide);
}

static void
what_is_no_such_file_is_refused_in_words(void **state)
{
	static const struct {
		const char *text, *words;
		HRESULT hr;
	} cases[] = {
		{ "", "no Key=Value", MAPI_E_CORRUPT_DATA },
		{ "[General]\nnonsense\n", "line 2", MAPI_E_CORRUPT_DATA },
		{ "Key=before any section\n", "line 1", MAPI_E_CORRUPT_DATA },
		{ "[Gen\n", "line 1", MAPI_E_CORRUPT_DATA },
		{ "[General]\nProfileName=x\n[Service List]\nService1=Microsoft Exchange Server\n",
		    "SMTPServer", MAPI_E_UNCONFIGURED },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct prf *prf = NULL;
		char *why = NULL;

		assert_int_equal(
		    prf_read(cases[i].text, strlen(cases[i].text), &prf, &why), cases[i].hr);
		assert_null(prf);
		assert_non_null(strstr(why, cases[i].words));
		g_free(why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_account_becomes_the_profile),
		cmocka_unit_test(what_is_left_out_is_named),
		cmocka_unit_test(encryption_is_as_the_file_says),
		cmocka_unit_test(files_may_be_utf_16_or_ansi),
		cmocka_unit_test(what_is_no_such_file_is_refused_in_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
