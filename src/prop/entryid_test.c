/* SPDX-License-Identifier: MIT */
/* One-offs and wrapped store entry IDs: the documented bytes, and refusal of all others. */
#include "testing.h"

#include <glib.h>
#include <string.h>
#include "entryid.h"

static void
oneoffs_come_back(void **state)
{
	static const ULONG flags[] = { 0, MAPI_UNICODE, MAPI_UNICODE | MAPI_SEND_NO_RICH_INFO };
	struct oneoff *oneoff;
	ENTRYID *id;
	ULONG size;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(flags); i++) {
		assert_int_equal(
		    oneoff_encode("Ann Äß", "SMTP", "ann@example.test", flags[i], &size, &id),
		    S_OK);
		assert_true(oneoff_is(id, size));
		assert_int_equal(oneoff_decode(id, size, &oneoff), S_OK);
		assert_string_equal(oneoff->name, "Ann Äß");
		assert_string_equal(oneoff->address_type, "SMTP");
		assert_string_equal(oneoff->address, "ann@example.test");
		assert_int_equal(oneoff->rich_info, !(flags[i] & MAPI_SEND_NO_RICH_INFO));
		mem_free(oneoff);
		mem_free(id);
	}
}

static void
oneoff_bytes_are_as_documented(void **state)
{
	static const unsigned char expected[] = { 0, 0, 0, 0, 0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3,
		0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02, 0, 0, 0x01, 0x80, 'A',
		0, 0, 0, 'X', 0, 0, 0, 'a', 0, 0, 0 };
	ENTRYID *id;
	ULONG size;

	assert_int_equal(
	    oneoff_encode("A", "X", "a", MAPI_UNICODE | MAPI_SEND_NO_RICH_INFO, &size, &id), S_OK);
	assert_int_equal(size, sizeof(expected));
	assert_memory_equal(id, expected, size);
	mem_free(id);
	assert_int_equal(oneoff_encode("A", NULL, "a", 0, &size, &id), MAPI_E_INVALID_PARAMETER);
	assert_null(id);
}

/* At every length short of the whole, and at an odd address. */
static void
broken_oneoffs_are_refused(void **state)
{
	struct oneoff *oneoff;
	ENTRYID *id;
	ULONG size, i;
	char *moved;

	assert_int_equal(oneoff_encode("Ann", "SMTP", "a@b", MAPI_UNICODE, &size, &id), S_OK);
	for (i = 0; i < size; i++) {
		char *cut = g_memdup2(id, i + 1);

		assert_int_equal(oneoff_decode(cut, i, &oneoff),
		    i < 20 ? MAPI_E_UNKNOWN_ENTRYID : MAPI_E_INVALID_ENTRYID);
		assert_null(oneoff);
		g_free(cut);
	}
	moved = g_malloc(size + 1);
	memcpy(moved + 1, id, size);
	assert_int_equal(oneoff_decode(moved + 1, size, &oneoff), S_OK);
	assert_string_equal(oneoff->address, "a@b");
	mem_free(oneoff);
	g_free(moved);
	mem_free(id);
	assert_false(oneoff_is(NULL, 0));
}

static void
store_ids_come_back(void **state)
{
	const void *inner;
	ULONG size, inner_size, i;
	ENTRYID *id;
	char *dll;

	assert_int_equal(storeid_wrap("emapi_store.so", "inner", 5, &size, &id), S_OK);
	assert_int_equal(size, 40 + 5); /* 22 + 15 rounded up to 4 */
	assert_true(storeid_is_wrapped(id, size));
	assert_false(oneoff_is(id, size));
	assert_int_equal(storeid_unwrap(id, size, &dll, &inner, &inner_size), S_OK);
	assert_string_equal(dll, "emapi_store.so");
	assert_int_equal(inner_size, 5);
	assert_memory_equal(inner, "inner", 5);
	g_free(dll);
	for (i = 0; i <= 40; i++) {
		assert_true(FAILED(storeid_unwrap(id, i, &dll, &inner, &inner_size)));
		assert_null(dll);
	}
	mem_free(id);
	assert_int_equal(storeid_wrap("x", NULL, 0, &size, &id), MAPI_E_INVALID_PARAMETER);
}

static HRESULT
encode_and_decode(void *context)
{
	struct oneoff *oneoff = NULL;
	ENTRYID *id = NULL;
	ULONG size;
	HRESULT hr = oneoff_encode("Ann", "SMTP", "a@b", MAPI_UNICODE, &size, &id);

	if (SUCCEEDED(hr))
		hr = oneoff_decode(id, size, &oneoff);
	mem_free(oneoff);
	mem_free(id);
	return hr;
}

static void
short_memory_fails_cleanly(void **state)
{
	test_each_allocation_fails(encode_and_decode, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oneoffs_come_back),
		cmocka_unit_test(oneoff_bytes_are_as_documented),
		cmocka_unit_test(broken_oneoffs_are_refused),
		cmocka_unit_test(store_ids_come_back),
		cmocka_unit_test(short_memory_fails_cleanly),
	};

	return cmocka_run_group_tests_name("entryid", tests, NULL, NULL);
}
