/* SPDX-License-Identifier: MIT */
/* Blobs: every type comes back as it was, broken bytes are refused and never crash. */
#include "testing.h"

#include <string.h>
#include "blob.h"
#include "prop.h"
#include "prop_samples.h"
#include "text.h"

static void
every_type_comes_back(void **state)
{
	GByteArray *bytes = g_byte_array_new(), *again = g_byte_array_new();
	SPropValue *values;
	ULONG i, count;

	assert_int_equal(blob_encode(samples, SAMPLE_COUNT, bytes), S_OK);
	assert_int_equal(blob_decode(bytes->data, bytes->len, &values, &count), S_OK);
	assert_int_equal(count, SAMPLE_COUNT);
	for (i = 0; i < count; i++) {
		assert_int_equal(values[i].ulPropTag, samples[i].ulPropTag);
		assert_int_equal(prop_compare(&values[i], &samples[i]), 0);
	}
	/* Exactly, not only for comparison: lone surrogates and bytes that are no UTF-8. */
	assert_int_equal(text_wcscmp(values[SAMPLE_UNICODE].Value.lpszW, sample_lone), 0);
	assert_int_equal(blob_encode(values, count, again), S_OK);
	assert_int_equal(again->len, bytes->len);
	assert_memory_equal(again->data, bytes->data, bytes->len);
	mem_free(values);
	g_byte_array_unref(bytes);
	g_byte_array_unref(again);
}

static void
layout_is_as_declared(void **state)
{
	SPropValue value = { PROP_TAG(PT_UNICODE, 0x0037), 0, { .lpszW = sample_wide } };
	static const unsigned char expected[] = { 'E', 'P', 1, 0, 1, 0, 0, 0, 0x1F, 0, 0x37, 0, 6,
		0, 0, 0, 'o', 0, 'n', 0, 'e', 0 };
	GByteArray *bytes = g_byte_array_new();

	assert_int_equal(blob_encode(&value, 1, bytes), S_OK);
	assert_int_equal(bytes->len, sizeof(expected));
	assert_memory_equal(bytes->data, expected, sizeof(expected));
	g_byte_array_unref(bytes);
}

static void
objects_and_nulls_are_left_out(void **state)
{
	SPropValue values[] = { { PROP_TAG(PT_OBJECT, 1), 0, { .x = 0 } },
		{ PROP_TAG(PT_NULL, 2), 0, { .x = 0 } } };
	GByteArray *bytes = g_byte_array_new();
	SPropValue *out = values;
	ULONG count = 7;

	assert_int_equal(blob_encode(values, 2, bytes), S_OK);
	assert_int_equal(blob_decode(bytes->data, bytes->len, &out, &count), S_OK);
	assert_null(out);
	assert_int_equal(count, 0);
	g_byte_array_unref(bytes);
}

/* A blob cut anywhere is refused, and one with any byte changed gives values or a refusal. */
static void
broken_bytes_are_refused(void **state)
{
	GByteArray *bytes = g_byte_array_new();
	SPropValue *values;
	ULONG count;
	guint i;

	assert_int_equal(blob_encode(samples, SAMPLE_COUNT, bytes), S_OK);
	for (i = 0; i < bytes->len; i++) {
		char *cut = g_memdup2(bytes->data, i + 1);

		assert_int_equal(blob_decode(cut, i, &values, &count), MAPI_E_CORRUPT_DATA);
		assert_null(values);
		g_free(cut);
	}
	for (i = 0; i < bytes->len * 8; i++) {
		bytes->data[i / 8] ^= (guint8)(1 << i % 8);
		if (SUCCEEDED(blob_decode(bytes->data, bytes->len, &values, &count)))
			mem_free(values);
		bytes->data[i / 8] ^= (guint8)(1 << i % 8);
	}
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	assert_int_equal(
	    blob_decode(bytes->data, bytes->len, &values, &count), MAPI_E_CORRUPT_DATA);
	assert_int_equal(blob_decode("EP\2\0", 4, &values, &count), MAPI_E_VERSION);
	/* A count that only a huge allocation could hold. */
	assert_int_equal(
	    blob_decode("EP\1\0\xFF\xFF\xFF\xFF", 8, &values, &count), MAPI_E_CORRUPT_DATA);
	g_byte_array_unref(bytes);
}

static bool
is_odd(const void *unused, ULONG tag)
{
	return PROP_ID(tag) % 2 == 1;
}

static void
some_are_decoded_and_the_others_passed(void **state)
{
	GByteArray *bytes = g_byte_array_new();
	ULONG count, i, at = 0, cut;
	SPropValue *values;

	assert_int_equal(blob_encode(samples, SAMPLE_COUNT, bytes), S_OK);
	assert_int_equal(
	    blob_decode_some(bytes->data, bytes->len, is_odd, NULL, &values, &count), S_OK);
	for (i = 0; i < SAMPLE_COUNT; i++)
		if (is_odd(NULL, samples[i].ulPropTag))
			assert_int_equal(prop_compare(&values[at++], &samples[i]), 0);
	assert_true(at > 0 && at < SAMPLE_COUNT);
	assert_int_equal(count, at);
	mem_free(values);
	for (cut = 0; cut < bytes->len; cut++)
		assert_int_equal(blob_decode_some(bytes->data, cut, is_odd, NULL, &values, &count),
		    MAPI_E_CORRUPT_DATA);
	g_byte_array_unref(bytes);
}

static HRESULT
decode_some(void *context)
{
	GByteArray *bytes = context;
	SPropValue *values;
	ULONG count;
	HRESULT hr = blob_decode_some(bytes->data, bytes->len, is_odd, NULL, &values, &count);

	mem_free(values);
	return hr;
}

static HRESULT
decode(void *context)
{
	GByteArray *bytes = context;
	SPropValue *values;
	ULONG count;
	HRESULT hr = blob_decode(bytes->data, bytes->len, &values, &count);

	mem_free(values);
	return hr;
}

static void
decoding_without_memory_fails_cleanly(void **state)
{
	GByteArray *bytes = g_byte_array_new();

	assert_int_equal(blob_encode(samples, SAMPLE_COUNT, bytes), S_OK);
	test_each_allocation_fails(decode, bytes);
	test_each_allocation_fails(decode_some, bytes);
	g_byte_array_unref(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_comes_back),
		cmocka_unit_test(layout_is_as_declared),
		cmocka_unit_test(objects_and_nulls_are_left_out),
		cmocka_unit_test(broken_bytes_are_refused),
		cmocka_unit_test(some_are_decoded_and_the_others_passed),
		cmocka_unit_test(decoding_without_memory_fails_cleanly),
	};

	return cmocka_run_group_tests_name("blob", tests, NULL, NULL);
}
