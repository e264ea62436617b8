/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include "addrlist.h"

/* Written as NAME <ADDRESS>|..., the name "-" where there is none. */
static const struct {
	const char *text, *want;
} good[] = {
	{ "ann@example.test", "- <ann@example.test>" },
	{ " <ann@example.test> ", "- <ann@example.test>" },
	{ "Ann <ann@example.test>", "Ann <ann@example.test>" },
	{ "Ann B. Example <ann@example.test>,bob@example.test",
	    "Ann B. Example <ann@example.test>|- <bob@example.test>" },
	{ "\"Example, Ann \\\"x\\\"\" <ann@example.test>",
	    "Example, Ann \"x\" <ann@example.test>" },
	{ "root (Cron Daemon)", "Cron Daemon <root>" },
	{ "\"root\" <root>", "root <root>" },
	{ "(a (nested) one) ann@example.test (Ann \\) E)", "Ann ) E <ann@example.test>" },
	{ "ann (work) @ (at) example . test", "at <ann@example.test>" },
	{ "Ann\r\n <ann@example.test>,\r\n\tBob <bob@example.test>",
	    "Ann <ann@example.test>|Bob <bob@example.test>" },
	{ "team: ann@example.test, Bob <bob@example.test>;, carol@example.test",
	    "- <ann@example.test>|Bob <bob@example.test>|- <carol@example.test>" },
	{ "undisclosed-recipients:;", "" },
	{ "", "" },
	{ " , ,ann@example.test,, ", "- <ann@example.test>" },
	{ "ann@example.test; bob@example.test", "- <ann@example.test>|- <bob@example.test>" },
	{ "<@relay.test,@other.test:ann@example.test>", "- <ann@example.test>" },
	{ "\"odd name\"@example.test", "- <\"odd name\"@example.test>" },
	{ "ann@[192.0.2.1]", "- <ann@[192.0.2.1]>" },
	{ "ann@example.test <ann@example.test>", "ann@example.test <ann@example.test>" },
	{ "=?UTF-8?Q?J=C3=B6rg?= <j@example.test>", "=?UTF-8?Q?J=C3=B6rg?= <j@example.test>" },
	{ "J\303\266rg <j\303\266rg@example.test>", "J\303\266rg <j\303\266rg@example.test>" },
	{ "<>", "- <>" },
	{ "-oQ/tmp@example.test", "- <-oQ/tmp@example.test>" },
	{ "Ann\t\001\"B\" <ann@example.test>", "Ann   B <ann@example.test>" },
};

static void
test_good_lists(void **state)
{
	size_t i;
	guint j;

	for (i = 0; i < G_N_ELEMENTS(good); i++) {
		GPtrArray *list = addrlist_new();
		GString *got = g_string_new(NULL);
		char *why = NULL;

		if (!addrlist_parse(good[i].text, list, &why))
			fail_msg("%s: %s", good[i].text, why);
		for (j = 0; j < list->len; j++) {
			const struct addrlist_mailbox *mailbox = list->pdata[j];

			g_string_append_printf(got, "%s%s <%s>", j ? "|" : "",
			    mailbox->name ? mailbox->name : "-", mailbox->address);
		}
		assert_string_equal(got->str, good[i].want);
		g_string_free(got, TRUE);
		g_ptr_array_unref(list);
	}
}

static const char *const bad[] = {
	"Ann Example",
	"Ann <ann@example.test",
	"ann@example.test>",
	"Ann <ann@example.test> Bob <bob@example.test>",
	"Ann <<ann@example.test>>",
	"\"Ann <ann@example.test>",
	"(Ann <ann@example.test>",
	"a: b: c@example.test;;",
	"ann@example.test: bob@example.test;",
	"ann@[192.0.2.1",
	"ann@example.test bob@example.test",
};

static void
test_bad_lists_say_why(void **state)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(bad); i++) {
		GPtrArray *list = addrlist_new();
		char *why = NULL;

		if (addrlist_parse(bad[i], list, &why))
			fail_msg("%s was taken", bad[i]);
		assert_non_null(strstr(why, "near \""));
		g_free(why);
		g_ptr_array_unref(list);
	}
}

static void
test_the_place_is_told(void **state)
{
	const char *text = "Ann (x) <root>, \"b\" <bob@example.test>, carol . c @example.test";
	GPtrArray *list = addrlist_new();
	const struct addrlist_mailbox *m;

	assert_true(addrlist_parse(text, list, NULL));
	assert_int_equal(list->len, 3);
	m = list->pdata[0];
	assert_memory_equal(text + m->at, "root", m->length);
	m = list->pdata[1];
	assert_memory_equal(text + m->at, "bob@example.test", m->length);
	m = list->pdata[2];
	assert_memory_equal(text + m->at, "carol . c @example.test", m->length);
	assert_string_equal(m->address, "carol.c@example.test");
	g_ptr_array_unref(list);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_lists),
		cmocka_unit_test(test_bad_lists_say_why),
		cmocka_unit_test(test_the_place_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
