/* SPDX-License-Identifier: MIT */
/* The lines of a trace, good and broken: a trace may come from a stranger. */
#include "trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include <mapitags.h>
#include <mapix.h>
#include "trace_values.h"

static bool
parse(const char *text, struct trace_line *line, char **copy)
{
	*copy = g_strdup(text);
	return trace_line_parse(*copy, line);
}

static void
test_a_line_has_its_parts(void **state)
{
	struct trace_line line;
	char *copy;

	(void)state;
	assert_true(parse("1.5 42 7/8 IMAPIFolder(3)::OpenEntry lpEntryID=4:0badcafe ulFlags=0x10 "
			  "= 0x00000000 lppUnk=IMessage(5)\r",
	    &line, &copy));
	assert_int_equal((gint64)(line.time * 10), 15);
	assert_int_equal(line.duration, 42);
	assert_string_equal(line.thread, "7/8");
	assert_string_equal(line.iface, "IMAPIFolder");
	assert_int_equal(line.object, 3);
	assert_string_equal(line.method, "OpenEntry");
	assert_string_equal(trace_line_find(line.in, "ulFlags"), "0x10");
	assert_null(trace_line_find(line.in, "ulFlag"));
	assert_string_equal(line.result, "0x00000000");
	assert_string_equal(trace_line_find(line.out, "lppUnk"), "IMessage(5)");
	trace_line_clear(&line);
	g_free(copy);
}

static void
test_what_is_no_line(void **state)
{
	static const char *const bad[] = { "", " ", "hello", "1.0", "1.0 2", "1.0 2 3/4",
		"1.0 2 34 F = 0", "1.0 2 3/4 I(5::M = 0", "1.0 2 3/4 )::(I = 0",
		"1.0 2 3/4 I(5):: = 0", "-1 2 3/4 F = 0", "1e300 2 3/4 F = 0", "1e999 2 3/4 F" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct trace_line line;
		char *copy;

		assert_false(parse(bad[i], &line, &copy));
		trace_line_clear(&line);
		g_free(copy);
	}
}

static char *
shown(const char *text)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	struct trace_line line;
	g_autofree char *copy = NULL;
	char *out;

	assert_true(parse(text, &line, &copy));
	out = trace_line_show(&line, seen);
	trace_line_clear(&line);
	return out;
}

static void
test_names_are_shown(void **state)
{
	g_autofree char *call =
	    shown("1.0 1500 7/8 IMAPITable(3)::Restrict lpRestriction=and(exist(0037001F),"
		  "prop(GE,0E080003,0E080003:0x64)) ulFlags=0x2 = 0x8004010F");
	g_autofree char *cut = shown("1.0 1 7/8 IMAPIProp(3)::SetProps lpPropArray=[0037001F:4,00");

	(void)state;
	assert_non_null(strstr(call,
	    "+1.50ms 7/8 IMAPITable(3)::Restrict(lpRestriction=and(exist("
	    "PR_SUBJECT_W),prop(GE,PR_MESSAGE_SIZE,PR_MESSAGE_SIZE:0x64)), TBL_BATCH"));
	assert_non_null(strstr(call, "= MAPI_E_NOT_FOUND"));
	assert_non_null(strstr(cut, "PR_SUBJECT_W:4,00) = ..."));
}

static void
test_values_are_made_again(void **state)
{
	struct trace_values values;
	const char *props =
	    "[0037001E:5,0E080003:0x64,00170003:0x1,3001001F:3:\"a%20b\",0FFF0102:4:"
	    "0badcafe,67F0001E:***,30070040:-]";
	SPropValue *made;
	SSortOrderSet *order;
	ENTRYLIST *list;
	ULONG count;

	(void)state;
	trace_values_init(&values);
	assert_true(trace_value_props(&values, &props, &count, &made));
	assert_int_equal(count, 7);
	assert_int_equal(strlen(made[0].Value.lpszA), 5);
	assert_int_equal(made[1].Value.l, 100);
	assert_memory_equal(made[3].Value.lpszW, u"a b", 8);
	assert_int_equal(made[4].Value.bin.cb, 4);
	assert_true(trace_value_sort(&values, "[0037001F:0,0E060040:1]/1/0", &order));
	assert_int_equal(order->cSorts, 2);
	assert_int_equal(order->aSort[1].ulOrder, 1);
	assert_int_equal(order->cCategories, 1);
	assert_false(trace_value_sort(&values, "[0037001F:0]/2/0", &order));
	assert_true(trace_value_entries(&values, "{4:0badcafe,72}", &list));
	assert_int_equal(list->cValues, 2);
	assert_int_equal(list->lpbin[1].cb, 72);
	trace_values_clear(&values);
}

static void
test_restrictions_are_made_again(void **state)
{
	struct trace_values values;
	SRestriction *r;

	(void)state;
	trace_values_init(&values);
	assert_true(trace_value_restriction(&values,
	    "and(not(exist(0037001F)),or(content(0x10001,0037001F,0037001F:4),bitmask(NEZ,0E070003,"
	    "0x8)),compare(LT,30070040,30080040),size(GT,10130102,64),sub(0E12000D,exist(39FE001F)"
	    "))",
	    &r));
	assert_int_equal(r->rt, RES_AND);
	assert_int_equal(r->res.resAnd.cRes, 5);
	assert_int_equal(r->res.resAnd.lpRes[0].res.resNot.lpRes->rt, RES_EXIST);
	assert_int_equal(
	    r->res.resAnd.lpRes[1].res.resOr.lpRes[0].res.resContent.ulFuzzyLevel, 0x10001);
	assert_int_equal(r->res.resAnd.lpRes[3].res.resSize.cb, 64);
	assert_int_equal(
	    r->res.resAnd.lpRes[4].res.resSub.lpRes->res.resExist.ulPropTag, 0x39FE001F);
	assert_true(trace_value_restriction(&values, "NULL", &r));
	assert_null(r);
	trace_values_clear(&values);
}

static void
test_restrictions_that_are_none(void **state)
{
	static const char *const bad[] = { "given", "?", "and(", "and(exist(0037001F)", "not()",
		"not(exist(1),exist(2))", "exist()", "prop(XX,1,0037001F:4)", "prop(EQ,0037001F)",
		"exist(1)x", "and(?)" };
	g_autoptr(GString) deep = g_string_new(NULL);
	struct trace_values values;
	SRestriction *r;

	(void)state;
	trace_values_init(&values);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_false(trace_value_restriction(&values, bad[i], &r));
	for (int i = 0; i < 10000; i++)
		g_string_append(deep, "not(");
	assert_false(trace_value_restriction(&values, deep->str, &r));
	trace_values_clear(&values);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line_has_its_parts),
		cmocka_unit_test(test_what_is_no_line),
		cmocka_unit_test(test_names_are_shown),
		cmocka_unit_test(test_values_are_made_again),
		cmocka_unit_test(test_restrictions_are_made_again),
		cmocka_unit_test(test_restrictions_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
