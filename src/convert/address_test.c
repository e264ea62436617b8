/* SPDX-License-Identifier: MIT */
/* Which addresses are well formed, and where rows keep them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>

#include "address.h"
#include "bag.h"
#include "entryid.h"
#include "mem.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* `why` NULL: well formed; else words of the reason. */
static const struct {
	const char *address;
	const char *why;
} cases[] = {
	{ "ann@example.test", NULL },
	{ "a@b", NULL },
	{ "root@localhost", NULL },
	{ "ann.b+tag=x@sub.example.test", NULL },
	{ "!#$%&'*+-/=?^_`{|}~@example.test", NULL },
	{ "\"an n\"@example.test", NULL },
	{ "\"a@b\"@example.test", NULL },
	{ "\"a\\\"b\\\\\"@example.test", NULL },
	{ "\"\"@example.test", NULL },
	{ "a@[127.0.0.1]", NULL },
	{ "a@[IPv6:::1]", NULL },
	{ "a@[ipv6:2001:db8::1]", NULL },
	{ "a@[tag:content]", NULL },
	{ "a@under_score.example", NULL },
	{ "a@xn--bcher-kva.example", NULL },
	{ "почта@пример.example", NULL },
	{ "用户@例子.example", NULL },
	{ A64 "@example.test", NULL },
	{ "a@" L63 ".example", NULL },
	{ "a@1.2.3.4", NULL },
	{ "an.invalid at address", "no '@'" },
	{ "", "empty" },
	{ "ann", "no '@'" },
	{ "@example.test", "before the '@'" },
	{ "ann@", "behind the '@'" },
	{ "ann@@example.test", "'@'" },
	{ "ann@b@c", "'@'" },
	{ ".ann@example.test", "dot" },
	{ "ann.@example.test", "dot" },
	{ "a..n@example.test", "dot" },
	{ "a b@example.test", "space" },
	{ "a@exa mple.test", "space" },
	{ " a@example.test", "space" },
	{ "a@example.test ", "space" },
	{ "a@example..test", "empty" },
	{ "a@.example.test", "empty" },
	{ "a@example.test.", "empty" },
	{ "a@-example.test", "hyphen" },
	{ "a@example-.test", "hyphen" },
	{ "<a@example.test>", "'<'" },
	{ "a@example.test>", "'>'" },
	{ "Ann <a@example.test>", "space" },
	{ "a(comment)@example.test", "'('" },
	{ "a,b@example.test", "','" },
	{ "a;b@example.test", "';'" },
	{ "a:b@example.test", "':'" },
	{ "a@example.test,b@example.test", "','" },
	{ "a@exa\nmple.test", "U+000A" },
	{ "a\r\nRCPT TO:<b@c>@example.test", "U+000D" },
	{ "\"a\rb\"@example.test", "U+000D" },
	{ "a\x7f@example.test", "U+007F" },
	{ "a\xC2\x85@example.test", "U+0085" },
	{ "a\xFF@example.test", "UTF-8" },
	{ "\xED\xA0\x80@example.test", "UTF-8" },
	{ "\"abc@example.test", "never closed" },
	{ "\"abc\\", "quotes nothing" },
	{ "\"abc\"d@example.test", "no '@'" },
	{ "a@[1.2.3]", "IPv4" },
	{ "a@[300.1.1.1]", "IPv4" },
	{ "a@[IPv6:zz]", "IPv6" },
	{ "a@[1.2.3.4", "bracket" },
	{ "a@[", "bracket" },
	{ "a@[]", "bracket" },
	{ "a@[1.2.3.4]x", "bracket" },
	{ "a@[:x]", "tag" },
	{ "a@[tag:<x>]", "literal" },
	{ "a" A64 "@example.test", "64" },
	{ "a@a" L63 ".example", "63" },
	{ A64 "@" L63 "." L63 "." L63, "254" },
};

static void
every_case(void **state)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *why = NULL;
		bool good = address_check(cases[i].address, &why);

		if (good != (cases[i].why == NULL))
			fail_msg("%s: %s", cases[i].address, good ? "passes" : why);
		if (!good && !strstr(why, cases[i].why))
			fail_msg(
			    "%s: \"%s\" does not say \"%s\"", cases[i].address, why, cases[i].why);
		assert_int_equal(address_check(cases[i].address, NULL), good);
	}
	assert_false(address_check(NULL, NULL));
}

/* Nothing that passes can add a line, an argument or a recipient to a command or a header. */
static void
no_dangerous_byte_passes(void **state)
{
	int byte;

	for (byte = 1; byte < 256; byte++) {
		char local[] = "ax@example.test", domain[] = "a@exxmple.test";

		local[1] = domain[4] = (char)byte;
		if (byte < 0x21 || byte == 0x7F || strchr("<>()[]\\,;:\"", byte)) {
			assert_false(address_check(local, NULL));
			assert_false(address_check(domain, NULL));
		}
	}
}

static void
international(void **state)
{
	g_autofree char *domain = address_to_ascii("bob@bücher.example");
	g_autofree char *sharp = address_to_ascii("bob@straße.example");
	g_autofree char *plain = address_to_ascii("bob@example.test");
	g_autofree char *local = address_to_ascii("бob@пример.example");

	assert_string_equal(domain, "bob@xn--bcher-kva.example");
	assert_string_equal(sharp, "bob@xn--strae-oqa.example"); /* not strasse: IDNA 2008 */
	assert_string_equal(plain, "bob@example.test");
	assert_string_equal(local, "бob@xn--e1afmkfd.example");
	assert_null(address_to_ascii("a@\xEF\xBF\xBD.example"));
	assert_false(address_needs_smtputf8("bob@bücher.example"));
	assert_true(address_needs_smtputf8("бob@example.test"));
}

/* What a row says, and who is picked from it; NULL: nothing is told. */
static const struct {
	const char *name, *type, *address, *smtp;
	const char *picked_name, *picked_type, *picked;
} rows[] = {
	{ "Bob", "SMTP", "b@x.test", NULL, "Bob", "SMTP", "b@x.test" },
	{ "Bob", NULL, "b@x.test", NULL, "Bob", "SMTP", "b@x.test" },
	{ "Bob", NULL, "no at sign", NULL, "Bob", NULL, "no at sign" },
	{ "Bob", "EX", "/o=x", "b@x.test", "Bob", "SMTP", "b@x.test" },
	{ "Bob", "EX", "/o=x", "nonsense", "Bob", "EX", "/o=x" },
	{ "b@x.test", "SMTP", "b@x.test", NULL, NULL, "SMTP", "b@x.test" },
	{ "'B@X.test'", "SMTP", "b@x.test", NULL, NULL, "SMTP", "b@x.test" },
	{ "<b@x.test>", "smtp", " SMTP:b@x.test ", NULL, NULL, "smtp", "b@x.test" },
	{ "Bob", NULL, NULL, NULL, NULL, NULL, NULL },
	{ "Bob", "SMTP", "", NULL, NULL, NULL, NULL },
};

static void
set(struct bag *bag, ULONG tag, const char *text)
{
	if (text)
		bag_set_text(bag, tag, text);
}

static void
assert_text(const char *got, const char *expected)
{
	if (expected)
		assert_string_equal(got, expected);
	else
		assert_null(got);
}

static void
picks_from_rows(void **state)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct bag *bag = bag_create();
		struct address_person person;

		set(bag, PR_DISPLAY_NAME_W, rows[i].name);
		set(bag, PR_ADDRTYPE_W, rows[i].type);
		set(bag, PR_EMAIL_ADDRESS_W, rows[i].address);
		set(bag, PR_SMTP_ADDRESS_W, rows[i].smtp);
		assert_int_equal(
		    address_pick(bag_values(bag), bag_count(bag), &address_tags_recipient, &person),
		    rows[i].picked ? S_OK : MAPI_E_NOT_FOUND);
		assert_text(person.name, rows[i].picked_name);
		assert_text(person.type, rows[i].picked_type);
		assert_text(person.address, rows[i].picked);
		address_person_clear(&person);
		bag_free(bag);
	}
}

static void
picks_from_one_off(void **state)
{
	struct bag *bag = bag_create();
	struct address_person person;
	ENTRYID *id = NULL;
	ULONG size;

	assert_int_equal(oneoff_encode("Bøb", "SMTP", "b@x.test", MAPI_UNICODE, &size, &id), S_OK);
	bag_set_binary(bag, PR_ENTRYID, id, size);
	mem_free(id);
	assert_int_equal(
	    address_pick(bag_values(bag), bag_count(bag), &address_tags_recipient, &person), S_OK);
	assert_string_equal(person.name, "Bøb");
	assert_string_equal(person.type, "SMTP");
	assert_string_equal(person.address, "b@x.test");
	address_person_clear(&person);
	bag_free(bag);
}

static void
patterns(void **state)
{
	static const struct {
		const char *patterns, *address;
		bool matches;
	} tries[] = {
		{ NULL, "ann@example.test", false },
		{ "", "ann@example.test", false },
		{ "", "", false },
		{ "Ann@Example.test", "ann@example.test", true },
		{ "bob@example.test; ann@example.test", "ann@example.test", true },
		{ "bob@example.test", "ann@example.test", false },
		{ "@example.test", "ann@example.test", true },
		{ "*@example.test", "ann@EXAMPLE.test", true },
		{ "@example.test", "ann@sub.example.test", false },
		{ "@example.test", "ann@badexample.test", false },
		{ "ample.test", "ann@example.test", false },
		{ "any", "ann@example.test", true },
		{ "*", "", true },
		{ "<>", "", true },
		{ "<>", "ann@example.test", false },
		{ "@example.test", "", false },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(tries); i++)
		if (address_matches(tries[i].patterns, tries[i].address) != tries[i].matches)
			fail_msg("%s against %s", tries[i].address, tries[i].patterns);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case),
		cmocka_unit_test(no_dangerous_byte_passes),
		cmocka_unit_test(international),
		cmocka_unit_test(patterns),
		cmocka_unit_test(picks_from_rows),
		cmocka_unit_test(picks_from_one_off),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
