/* SPDX-License-Identifier: MIT */
/* What a client did, in short form and back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>
#include "client_part.h"

#define SUBMIT (1795000090123 * (gint64)1000) /* 2026-11-18T11:08:10.123Z */

static GByteArray *
encoded(const char *because, guint64 took, guint32 calls)
{
	struct client_part part = {
		.process = 4711,
		.user = (guint32)getuid(),
		.logon_flags = 0x80000022,
		.store_opened = true,
		.store_is_default = true,
		.store_flags = 0x14,
		.program = (char *)(uintptr_t) "python3 mapisend.py",
		.because = (char *)(uintptr_t)because,
	};
	GByteArray *bytes = client_part_encode(&part);
	BYTE number[CLIENT_NUMBER_MAX];

	g_byte_array_append(bytes, number, (guint)client_part_number(took, number));
	if (calls)
		g_byte_array_append(bytes, number, (guint)client_part_number(calls, number));
	return bytes;
}

static void
what_was_written_is_read(void **state)
{
	static const char *const reasons[] = { "it is the default profile", "a whim" };

	for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++) {
		guint32 calls = client_calls_begin(true, 4);
		g_autoptr(GByteArray) bytes = encoded(reasons[i], 90000, calls);
		g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *because = g_strdup_printf("* profile-because: %s", reasons[i]);
		g_autofree char *user = g_strdup_printf("* user: %s", g_get_user_name());

		assert_in_range(bytes->len, 30, 48);
		client_part_lines(bytes->data, bytes->len, SUBMIT, lines);
		assert_int_equal(lines->len, 9);
		assert_string_equal(lines->pdata[0], "* program: python3 mapisend.py");
		assert_string_equal(lines->pdata[1], "* process: 4711");
		assert_string_equal(lines->pdata[2], user);
		assert_string_equal(lines->pdata[3], because);
		assert_string_equal(lines->pdata[4], "* logon: 2026-11-18T11:06:40.123Z");
		assert_string_equal(lines->pdata[5], "* logon-flags: 0x80000022");
		assert_string_equal(lines->pdata[6], "* default-store: 0x14");
		assert_string_equal(lines->pdata[7], "* calls: CreateMessage in the Outbox");
		assert_string_equal(lines->pdata[8], "* submit: 2026-11-18T11:08:10.123Z");
	}
}

static void
a_store_need_not_count_calls(void **state)
{
	g_autoptr(GByteArray) bytes = encoded("a whim", 90000, 0);
	struct client_part part;

	assert_true(client_part_decode(bytes->data, bytes->len, &part));
	assert_int_equal(part.calls, 0);
	assert_int_equal(part.took, 90 * G_USEC_PER_SEC);
	client_part_clear(&part);
}

static void
what_is_cut_off_is_no_value(void **state)
{
	g_autoptr(GByteArray) bytes = encoded("a whim", 90000, 0);
	struct client_part part;

	for (guint size = 0; size < bytes->len; size++) {
		g_autofree BYTE *cut = g_memdup2(bytes->data, size);

		assert_false(client_part_decode(cut, size, &part));
		assert_null(part.program);
	}
	bytes->data[0] = 3; /* of a later version */
	assert_false(client_part_decode(bytes->data, bytes->len, &part));
}

/* Who stored it for the client is told in its own line. */
static void
another_process_may_have_taken_it(void **state)
{
	struct client_part part = {
		.process = 4711,
		.taken_by = 4712,
		.program = (char *)(uintptr_t) "sendmail",
		.because = (char *)(uintptr_t) "a whim",
	};
	g_autoptr(GByteArray) bytes = client_part_encode(&part);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	for (guint size = 0; size < bytes->len; size++)
		assert_false(client_part_decode(bytes->data, size, &part));
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	assert_true(client_part_decode(bytes->data, bytes->len, &part));
	assert_int_equal(part.taken_by, 4712);
	client_part_clear(&part);
	client_part_lines(bytes->data, bytes->len, SUBMIT, lines);
	assert_string_equal(lines->pdata[1], "* process: 4711");
	assert_string_equal(lines->pdata[3], "* taken-by: 4712");
}

static void
texts_are_bounded_and_printable(void **state)
{
	g_autofree char *text = g_strnfill(4000, 'x');
	struct client_part part = { 0 };
	g_autoptr(GByteArray) bytes = NULL;

	memcpy(text, "a\nb", 3);
	part.program = part.because = text;
	bytes = client_part_encode(&part);
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	assert_in_range(bytes->len, 1, CLIENT_PART_MAX);
	memset(&part, 0, sizeof(part));
	assert_true(client_part_decode(bytes->data, bytes->len, &part));
	assert_int_equal(strlen(part.program), CLIENT_TEXT_MAX);
	assert_true(g_str_has_prefix(part.program, "a\\x0Ab"));
	client_part_clear(&part);
}

static void
calls_are_counted_up_to_a_bound(void **state)
{
	guint32 calls = client_calls_begin(false, 64);
	g_autofree char *none = client_calls_words(0), *few = NULL, *many = NULL;

	assert_string_equal(none, "");
	client_calls_add(&calls, CALL_SET_PROPS);
	client_calls_add(&calls, CALL_SET_PROPS);
	client_calls_add(&calls, CALL_MODIFY_RECIPIENTS);
	few = client_calls_words(calls);
	assert_string_equal(few, "OpenEntry in a folder, SetProps 2, ModifyRecipients");
	for (int i = 0; i < 1000; i++)
		for (enum client_call call = 0; call < CALL_COUNT; call++)
			client_calls_add(&calls, call);
	many = client_calls_words(calls);
	assert_string_equal(many,
	    "OpenEntry in a folder, SetProps 255 or more, ModifyRecipients 63 or more,"
	    " CreateAttach 255 or more, SaveChanges 15 or more");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(a_store_need_not_count_calls),
		cmocka_unit_test(what_is_cut_off_is_no_value),
		cmocka_unit_test(another_process_may_have_taken_it),
		cmocka_unit_test(texts_are_bounded_and_printable),
		cmocka_unit_test(calls_are_counted_up_to_a_bound),
	};

	return cmocka_run_group_tests_name("prop/client_part", tests, NULL, NULL);
}
