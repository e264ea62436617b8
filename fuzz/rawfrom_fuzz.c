/* SPDX-License-Identifier: MIT */
/* Senders of whole mails: what has been rewritten is allowed, and is left as it is the second time;
 * the mail's own bytes are kept from where the result says. */
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include "fuzz.h"
#include "rawfrom.h"

static void
check_again(struct sender_rules *rules, const struct sender_user *user, const GString *mail)
{
	struct rawfrom again = { 0 };
	char *why = NULL;

	rules->otherwise = SENDER_REFUSE;
	FUZZ_ASSERT(rawfrom_check(rules, user, mail->str, mail->len, &again, &why) == S_OK);
	FUZZ_ASSERT(!again.header && again.kept_from == 0);
	rawfrom_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *items[] = { (char *)(uintptr_t) "@shop.test", NULL };
	struct sender_rules rules = { .from = items, .otherwise = SENDER_REWRITE };
	struct sender_user user = { .uid = 1000 };
	struct rawfrom result = { 0 };
	GString *mail;
	char *why = NULL;
	HRESULT hr;

	user.login = user.name = user.own_name = (char *)(uintptr_t) "ann";
	user.address = (char *)(uintptr_t) "ann@example.test";
	hr = rawfrom_check(&rules, &user, (const char *)data, size, &result, &why);
	if (FAILED(hr)) {
		FUZZ_ASSERT(hr == MAPI_E_TOO_BIG && why);
		g_free(why);
		return 0;
	}
	FUZZ_ASSERT(result.kept_from <= size);
	mail = g_string_new(NULL);
	if (result.header)
		g_string_append_len(mail, result.header->str, (gssize)result.header->len);
	g_string_append_len(
	    mail, (const char *)data + result.kept_from, (gssize)(size - result.kept_from));
	check_again(&rules, &user, mail);
	g_string_free(mail, TRUE);
	rawfrom_clear(&result);
	return 0;
}
