/* SPDX-License-Identifier: MIT */
/* Who may be From whom, and whose a message is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>
#include <mapicode.h>
#include <emapispi.h>
#include "mem.h"
#include "owner.h"
#include "sender.h"
#include "prop.h"
#include "rawfrom.h"

/* The rules as the profile's settings make it; NULL: not set. */
static HRESULT
make(const char *domain, const char *from, const char *otherwise, struct sender_rules *rules)
{
	SPropValue values[4];
	void *root = mem_zalloc(NULL, 1);
	ULONG count = 0;
	char *why = NULL;
	HRESULT hr;

	prop_set_text(root, &values[count++], PR_EMAPI_FROM_ADDRESS_W, "host@example.test");
	if (domain)
		prop_set_text(root, &values[count++], PR_EMAPI_MACHINE_DOMAIN_W, domain);
	if (from)
		prop_set_text(root, &values[count++], PR_EMAPI_MACHINE_FROM_W, from);
	if (otherwise)
		prop_set_text(root, &values[count++], PR_EMAPI_HEADER_FROM_W, otherwise);
	hr = sender_rules_read(values, count, rules, &why);
	assert_true(SUCCEEDED(hr) ? !why : why != NULL);
	g_free(why);
	mem_free(root);
	return hr;
}

static void
users_have_addresses(void **state)
{
	static const struct {
		const char *domain, *login, *gecos, *address, *name;
	} cases[] = {
		{ "example.test", "ann", "Ann Sender,Room 1", "ann@example.test", "Ann Sender" },
		{ "example.test", "ann", "& Sender", "ann@example.test", "Ann Sender" },
		{ "example.test", "ann", NULL, "ann@example.test", "ann" },
		{ "example.test", NULL, NULL, "uid1000@example.test", "uid1000" },
		{ "example.test", "DOM\\ann", "Ann", "uid1000@example.test", "Ann" },
		{ "example.test", "a b>", "x\r\nBcc: y", "uid1000@example.test", "xBcc: y" },
		{ NULL, "ann", "Ann", "host@example.test", "Ann" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct sender_rules rules;
		struct sender_user user = { 0 };

		assert_int_equal(make(cases[i].domain, NULL, NULL, &rules), S_OK);
		sender_user_make(&rules, 1000, cases[i].login, cases[i].gecos, &user);
		assert_string_equal(user.address, cases[i].address);
		assert_string_equal(user.own_name, cases[i].name);
		sender_user_clear(&user);
		sender_rules_clear(&rules);
	}
}

static void
addresses_are_checked(void **state)
{
	static const struct {
		const char *from, *otherwise, *address;
		bool allowed;
	} cases[] = {
		{ NULL, NULL, "ann@example.test", true },
		{ NULL, NULL, "ANN@Example.Test", true },
		{ NULL, NULL, "boss@example.test", false },
		{ NULL, NULL, "ann@example.test.evil.test", false },
		{ NULL, NULL, "", false },
		{ NULL, "keep", "boss@example.test", true },
		{ NULL, "sender", "boss@example.test", false },
		{ "any", NULL, "boss@example.test", true },
		{ "@shop.test", NULL, "sales@shop.test", true },
		{ "@shop.test", NULL, "@shop.test", false },
		{ "@shop.test", NULL, "x@y.shop.test", false },
		{ "%u@lists.test", NULL, "ann@lists.test", true },
		{ "%u@lists.test", NULL, "bob@lists.test", false },
		{ "ann: boss@example.test", NULL, "boss@example.test", true },
		{ "bob: boss@example.test", NULL, "boss@example.test", false },
		{ "%u@lists.test ann: boss@example.test @shop.test", NULL, "boss@example.test",
		    true },
		{ "%u@lists.test bob: boss@example.test @shop.test", NULL, "boss@example.test",
		    false },
		{ "bob: boss@example.test @shop.test", NULL, "x@shop.test", true },
		{ "ann:", NULL, "boss@example.test", false },
		{ "bob:any, @shop.test", NULL, "boss@example.test", false },
		{ "bob:any; ann:@shop.test", NULL, "x@shop.test", true },
		{ "x@[IPv6:::1]", NULL, "x@[IPv6:::1]", true },
		{ ",, ,", NULL, "x@y", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct sender_rules rules;
		struct sender_user user = { 0 };

		assert_int_equal(
		    make("example.test", cases[i].from, cases[i].otherwise, &rules), S_OK);
		sender_user_make(&rules, 1000, "ann", "Ann", &user);
		if (sender_allows(&rules, &user, cases[i].address) != cases[i].allowed)
			fail_msg("case %zu: %s", i, cases[i].address);
		user.uid = 0;
		assert_true(sender_allows(&rules, &user, cases[i].address));
		sender_user_clear(&user);
		sender_rules_clear(&rules);
	}
}

static void
nonsense_is_refused(void **state)
{
	struct sender_rules rules;

	assert_int_equal(make(NULL, NULL, "perhaps", &rules), MAPI_E_UNCONFIGURED);
	sender_rules_clear(&rules);
}

#define OWN "\"Ann Sender\" <ann@example.test>"

static void
headers_are_checked(void **state)
{
	static const struct {
		const char *otherwise, *before;
		const char *after; /* NULL: refused; the same pointer's text: unchanged */
	} cases[] = {
		{ "rewrite", "From: ann@example.test\nTo: x\n\nText\n",
		    "From: ann@example.test\nTo: x\n\nText\n" },
		{ "rewrite", "From: Boss <boss@example.test>\nTo: x\n\nFrom: me\n",
		    "From: " OWN "\r\nTo: x\n\nFrom: me\n" },
		{ "rewrite", "To: x\r\nFROM :\r\n Boss\r\n <boss@example.test>\r\n\r\nText",
		    "To: x\r\nFrom: " OWN "\r\n\r\nText" },
		{ "rewrite", "From: ann@example.test, boss@example.test\n\n",
		    "From: " OWN "\r\n\n" },
		{ "rewrite", "From: ann@example.test\nFrom: boss@example.test\n\n",
		    "From: ann@example.test\nFrom: " OWN "\r\n\n" },
		{ "rewrite", "From: <ann@example.test\n\n", "From: " OWN "\r\n\n" },
		{ "rewrite", "From:\n\n", "From: " OWN "\r\n\n" },
		{ "rewrite", "From: ann@example.test\nSender: boss@example.test\n\n",
		    "From: ann@example.test\n\n" },
		{ "rewrite", "Subject: no sender\n\nText",
		    "From: " OWN "\r\nSubject: no sender\n\nText" },
		{ "rewrite", "no header at all", "From: " OWN "\r\n\r\nno header at all" },
		{ "rewrite",
		    "Resent-From: boss@example.test\nResent-Sender: b@x\nFrom: "
		    "ann@example.test\n\n",
		    "Resent-From: " OWN "\r\nFrom: ann@example.test\n\n" },
		{ "refuse", "From: boss@example.test\n\n", NULL },
		{ "refuse", "From: ann@example.test\nResent-From: boss@example.test\n\n", NULL },
		{ "refuse", "From: ann@example.test\n\n", "From: ann@example.test\n\n" },
		{ "sender", "From: boss@example.test\nSender: x@y\n\n",
		    "Sender: " OWN "\r\nFrom: boss@example.test\n\n" },
		{ "keep", "From: boss@example.test\nSender: x@y\n\n",
		    "From: boss@example.test\nSender: x@y\n\n" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct sender_rules rules;
		struct sender_user user = { 0 };
		struct rawfrom result = { 0 };
		HRESULT hr;
		char *why = NULL;

		assert_int_equal(make("example.test", NULL, cases[i].otherwise, &rules), S_OK);
		sender_user_make(&rules, 1000, "ann", "Ann Sender", &user);
		hr = rawfrom_check(
		    &rules, &user, cases[i].before, strlen(cases[i].before), &result, &why);
		if (!cases[i].after) {
			assert_int_equal(hr, MAPI_E_NO_ACCESS);
			assert_non_null(strstr(why, "boss@example.test"));
		} else {
			g_autofree char *all = NULL;

			assert_int_equal(hr, S_OK);
			all = g_strconcat(result.header ? result.header->str : "",
			    cases[i].before + result.kept_from, NULL);
			assert_string_equal(all, cases[i].after);
		}
		rawfrom_clear(&result);
		sender_user_clear(&user);
		sender_rules_clear(&rules);
		g_free(why);
	}
}

static void
keys_have_owners(void **state)
{
	g_autoptr(GBytes) key = g_bytes_new("0123456789abcdef", 16);
	g_autoptr(GBytes) none = g_bytes_new("", 0);
	g_autoptr(GBytes) owned = owner_key(key, 1000);
	g_autoptr(GBytes) stripped = owner_strip(owned);
	g_autoptr(GBytes) same = owner_strip(key);
	g_autoptr(GBytes) other = owner_key(owned, 1001);
	g_autoptr(GBytes) tail = owner_tail(1000);
	uid_t uid = 0;

	assert_null(owner_key(none, 1000));
	assert_int_equal(g_bytes_get_size(owned), 24);
	assert_true(owner_of(owned, &uid));
	assert_int_equal(uid, 1000);
	assert_false(owner_of(key, &uid));
	assert_false(owner_of(tail, &uid)); /* nothing of a client's */
	assert_true(g_bytes_equal(stripped, key));
	assert_true(g_bytes_equal(same, key));
	/* Who names another in his own part does not become him. */
	assert_true(owner_of(other, &uid));
	assert_int_equal(uid, 1001);
	assert_memory_equal((const char *)g_bytes_get_data(owned, NULL) + 16,
	    g_bytes_get_data(tail, NULL), OWNER_TAIL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_have_addresses),
		cmocka_unit_test(addresses_are_checked),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(headers_are_checked),
		cmocka_unit_test(keys_have_owners),
	};

	return cmocka_run_group_tests_name("sender", tests, NULL, NULL);
}
