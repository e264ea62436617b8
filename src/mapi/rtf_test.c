/* SPDX-License-Identifier: MIT */
/* Packed RTF, and the streams over it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiutil.h>
#include "rtf_codec.h"
#include "stream.h"

static const char hello[] = "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n";

/* The checksum is a fact about the bytes: this is the specification's example. */
static void
unpacks_a_known_example(void **state)
{
	static const BYTE packed[] = { 0x2D, 0, 0, 0, 0x2B, 0, 0, 0, 0x4C, 0x5A, 0x46, 0x75, 0xF1,
		0xC5, 0xC7, 0xA7, 0x03, 0x00, 0x0A, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35,
		0x42, 0x32, 0x0A, 0xF3, 0x20, 0x68, 0x65, 0x6C, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05,
		0xB0, 0x6C, 0x64, 0x7D, 0x0A, 0x80, 0x0F, 0xA0 };
	char *text;
	size_t size;

	assert_int_equal(rtf_unpack(packed, sizeof packed, &text, &size), S_OK);
	assert_int_equal(size, sizeof hello - 1);
	assert_string_equal(text, hello);
	g_free(text);
}

static void
check_there_and_back(const void *data, size_t size, bool plain)
{
	BYTE *packed;
	char *text;
	size_t packed_size, text_size;

	assert_int_equal(rtf_pack(data, size, plain, &packed, &packed_size), S_OK);
	assert_int_equal(rtf_unpack(packed, packed_size, &text, &text_size), S_OK);
	assert_int_equal(text_size, size);
	if (size)
		assert_memory_equal(text, data, size);
	g_free(text);
	g_free(packed);
}

static void
packs_and_unpacks(void **state)
{
	GString *many = g_string_new(NULL);
	unsigned i, number = 1;

	check_there_and_back(hello, sizeof hello - 1, false);
	check_there_and_back(hello, sizeof hello - 1, true);
	check_there_and_back(NULL, 0, false);
	check_there_and_back("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 40, false);
	for (i = 0; i < 3000; i++)
		g_string_append_printf(many, "\\par line %u of {\\b many}", i);
	check_there_and_back(many->str, many->len, false);
	for (i = 0; i < 20000; i++) {
		number = number * 1103515245 + 12345;
		g_string_append_c(many, (char)(number >> 16));
	}
	check_there_and_back(many->str, many->len, false);
	g_string_free(many, TRUE);
}

static void
packing_saves_room(void **state)
{
	GString *many = g_string_new(NULL);
	BYTE *packed;
	size_t size;

	for (unsigned i = 0; i < 1000; i++)
		g_string_append(many, "\\par the same line again");
	assert_int_equal(rtf_pack(many->str, many->len, false, &packed, &size), S_OK);
	assert_true(size * 5 < many->len);
	g_free(packed);
	g_string_free(many, TRUE);
}

static void
broken_bytes_are_told(void **state)
{
	BYTE *packed;
	char *text;
	size_t size, got, i;

	assert_int_equal(rtf_unpack("", 0, &text, &got), MAPI_E_CORRUPT_DATA);
	assert_int_equal(rtf_pack(hello, sizeof hello - 1, false, &packed, &size), S_OK);
	for (i = 4; i < size; i++) {
		assert_int_equal(rtf_unpack(packed, i - 4, &text, &got), MAPI_E_CORRUPT_DATA);
		packed[i] ^= 0x41;
		assert_int_equal(rtf_unpack(packed, size, &text, &got), MAPI_E_CORRUPT_DATA);
		assert_null(text);
		packed[i] ^= 0x41;
	}
	g_free(packed);
}

/* Values as they are found in mail. */
static void
odd_values_are_read(void **state)
{
	BYTE *packed;
	char *text;
	size_t size, got;

	assert_int_equal(rtf_pack(hello, sizeof hello - 1, false, &packed, &size), S_OK);
	assert_int_equal(rtf_unpack(packed, size - 1, &text, &got), S_OK);
	assert_string_equal(text, hello);
	g_free(text);
	g_free(packed);
	assert_int_equal(rtf_pack(hello, sizeof hello - 1, true, &packed, &size), S_OK);
	packed[4] = packed[0]; /* the length with the header */
	assert_int_equal(rtf_unpack(packed, size, &text, &got), S_OK);
	assert_int_equal(got, sizeof hello - 1);
	assert_string_equal(text, hello);
	g_free(text);
	g_free(packed);
}

/* --- Streams ------------------------------------------------------------------------------- */

static HRESULT
keep(void *context, const void *data, size_t size)
{
	g_byte_array_set_size(context, 0);
	g_byte_array_append(context, data, (guint)size);
	return S_OK;
}

static void
streams_write_and_read(void **state)
{
	static const ULONG kinds[] = { 0, STORE_UNCOMPRESSED_RTF };

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		GByteArray *kept = g_byte_array_new();
		struct stream_owner owner = { keep, NULL, kept };
		IStream *packed, *rtf;
		char text[100];
		ULONG got;

		assert_int_equal(stream_create("old", 3, &owner, &packed), S_OK);
		assert_int_equal(
		    WrapCompressedRTFStream(packed, MAPI_MODIFY | kinds[i], &rtf), S_OK);
		assert_int_equal(rtf->lpVtbl->Write(rtf, hello, sizeof hello - 1, NULL), S_OK);
		assert_int_equal(rtf->lpVtbl->Commit(rtf, 0), S_OK);
		rtf->lpVtbl->Release(rtf);
		assert_int_equal(packed->lpVtbl->Commit(packed, 0), S_OK);
		packed->lpVtbl->Release(packed);
		assert_memory_equal(kept->data + 8, kinds[i] ? "MELA" : "LZFu", 4);

		assert_int_equal(stream_create(kept->data, kept->len, NULL, &packed), S_OK);
		assert_int_equal(WrapCompressedRTFStream(packed, 0, &rtf), S_OK);
		packed->lpVtbl->Release(packed);
		assert_int_equal(rtf->lpVtbl->Read(rtf, text, sizeof text, &got), S_OK);
		assert_int_equal(got, sizeof hello - 1);
		assert_memory_equal(text, hello, got);
		rtf->lpVtbl->Release(rtf);
		g_byte_array_unref(kept);
	}
}

static void
a_stream_that_is_no_rtf(void **state)
{
	IStream *packed, *rtf;

	assert_int_equal(stream_create("nonsense that is long enough", 28, NULL, &packed), S_OK);
	assert_int_equal(WrapCompressedRTFStream(packed, 0, &rtf), MAPI_E_CORRUPT_DATA);
	assert_null(rtf);
	assert_int_equal(WrapCompressedRTFStream(packed, 0x100, &rtf), MAPI_E_UNKNOWN_FLAGS);
	assert_int_equal(WrapCompressedRTFStream(NULL, 0, &rtf), MAPI_E_INVALID_PARAMETER);
	packed->lpVtbl->Release(packed);
}

static void
tells_the_kind_of_body(void **state)
{
	static const struct {
		const char *rtf;
		ULONG kind;
		HRESULT native;
	} cases[] = {
		{ hello, MAPI_NATIVE_BODY_TYPE_RTF, S_OK },
		{ "{\\rtf1\\ansi\\fromtext \\deff0 x}", MAPI_NATIVE_BODY_TYPE_PLAINTEXT,
		    MAPI_E_NO_SUPPORT },
		{ "{\\rtf1\\ansi\\fromhtml1 \\deff0 x}", MAPI_NATIVE_BODY_TYPE_HTML,
		    MAPI_E_NO_SUPPORT },
		{ "{\\rtf1\\a\\b\\c\\d\\e\\f\\g\\h\\i\\fromtext x}", MAPI_NATIVE_BODY_TYPE_RTF,
		    S_OK },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		RTF_WCSINFO info = { .size = sizeof info };
		RTF_WCSRETINFO found = { .size = sizeof found };
		IStream *packed, *rtf;
		BYTE *bytes;
		size_t size;

		assert_int_equal(
		    rtf_pack(cases[i].rtf, strlen(cases[i].rtf), false, &bytes, &size), S_OK);
		assert_int_equal(stream_create(bytes, size, NULL, &packed), S_OK);
		assert_int_equal(WrapCompressedRTFStreamEx(packed, &info, &rtf, &found), S_OK);
		assert_int_equal(found.ulStreamFlags, cases[i].kind);
		rtf->lpVtbl->Release(rtf);
		packed->lpVtbl->Release(packed);
		assert_int_equal(stream_create(bytes, size, NULL, &packed), S_OK);
		info.ulFlags = MAPI_NATIVE_BODY;
		assert_int_equal(
		    WrapCompressedRTFStreamEx(packed, &info, &rtf, &found), cases[i].native);
		if (rtf)
			rtf->lpVtbl->Release(rtf);
		packed->lpVtbl->Release(packed);
		g_free(bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacks_a_known_example),
		cmocka_unit_test(packs_and_unpacks),
		cmocka_unit_test(packing_saves_room),
		cmocka_unit_test(broken_bytes_are_told),
		cmocka_unit_test(odd_values_are_read),
		cmocka_unit_test(streams_write_and_read),
		cmocka_unit_test(a_stream_that_is_no_rtf),
		cmocka_unit_test(tells_the_kind_of_body),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
