/* SPDX-License-Identifier: MIT */
/*
 * Property values in the utility functions, type by type, as native MAPI has been seen to treat
 * them: the behaviour recorded by Wine's dlls/mapi32/tests (prop.c, util.c, imalloc.c).  Where
 * Microsoft's words say something else, these win.  Sizes of flat blocks are those of a 64-bit
 * MAPI, which keeps each part at a multiple of 8.
 */
#include <string.h>
#include <mapival.h>
#include <mapiwin.h>
#include "world.h"

#define AT_8(size) (((size) + 7) & ~(size_t)7)
/* No property ID, every type there could be. */
#define LAST_TYPE 0xFFFEu

static char *const hi = (char *)"Hi!";
static WCHAR *const hi_wide = (WCHAR *)u"Hi!";

/* Types whose single values can be compared. */
static const ULONG scalars[] = { PT_I2, PT_LONG, PT_R4, PT_DOUBLE, PT_CURRENCY, PT_APPTIME,
	PT_SYSTIME, PT_ERROR, PT_BOOLEAN, PT_I8, PT_CLSID, PT_STRING8, PT_BINARY, PT_UNICODE };

/* A value of one small number; `room` is where text, bytes or a GUID go. */
static SPropValue
small(ULONG tag, int number, GUID *room)
{
	SPropValue value = { .ulPropTag = tag };

	memset(room, 0, sizeof *room);
	switch (PROP_TYPE(tag)) {
	case PT_R4:
		value.Value.flt = (float)number;
		break;
	case PT_DOUBLE:
	case PT_APPTIME:
		value.Value.dbl = number;
		break;
	case PT_CLSID:
		room->Data4[7] = (BYTE)number;
		value.Value.lpguid = room;
		break;
	case PT_STRING8:
		*(char *)room = (char)('0' + number);
		value.Value.lpszA = (char *)room;
		break;
	case PT_UNICODE:
		*(WCHAR *)(void *)room = (WCHAR)('0' + number);
		value.Value.lpszW = (WCHAR *)(void *)room;
		break;
	case PT_BINARY:
		*(BYTE *)room = (BYTE)number;
		value.Value.bin.cb = 1;
		value.Value.bin.lpb = (BYTE *)room;
		break;
	default: /* numbers all: little-endian, the rest of the union is 0 */
		value.Value.li.QuadPart = number;
	}
	return value;
}

/* --- Copies and sizes ---------------------------------------------------------------------- */

static void
a_copy_of_each_type_equals_its_source(void **state)
{
	GUID room;

	for (size_t i = 0; i < G_N_ELEMENTS(scalars); i++) {
		SPropValue source = small(scalars[i], 7, &room), *copy = NULL;

		OK(MAPIAllocateBuffer(sizeof *copy, (void **)&copy));
		memset(copy, 0xFF, sizeof *copy);
		OK(PropCopyMore(copy, &source, MAPIAllocateMore, copy));
		assert_int_equal(copy->ulPropTag, scalars[i]);
		assert_int_equal(LPropCompareProp(copy, &source), 0);
		MAPIFreeBuffer(copy);
	}
}

/* Only counts are looked at where nothing needs to be read. */
static ULONG
fill_for_size(SPropValue *value)
{
	static char *texts[] = { (char *)"Hi!", (char *)"Hi!" };
	static WCHAR *wides[] = { (WCHAR *)u"Hi!", (WCHAR *)u"Hi!" };
	static SBinary binaries[] = { { 19, NULL }, { 1, NULL } };
	static const struct {
		ULONG type, size;
	} sizes[] = { { PT_I2, 2 }, { PT_LONG, 4 }, { PT_R4, 4 }, { PT_DOUBLE, 8 },
		{ PT_CURRENCY, 8 }, { PT_APPTIME, 8 }, { PT_SYSTIME, 8 }, { PT_I8, 8 },
		{ PT_CLSID, 16 } };
	ULONG type = PROP_TYPE(value->ulPropTag);

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		if (type == sizes[i].type)
			return sizes[i].size;
		if (type == (sizes[i].type | MV_FLAG)) {
			value->Value.MVl.cValues = 2;
			return 2 * sizes[i].size;
		}
	}
	switch (type) {
	case PT_ERROR:
		return sizeof(SCODE);
	case PT_BOOLEAN:
		return 2;
	case PT_STRING8:
		value->Value.lpszA = hi;
		return 4;
	case PT_UNICODE:
		value->Value.lpszW = hi_wide;
		return 8;
	case PT_BINARY:
		value->Value.bin.cb = 19;
		return 19;
	}
	value->Value.MVl.cValues = 2;
	switch (type) {
	case PT_MV_STRING8:
		value->Value.MVszA.lppszA = texts;
		return 8;
	case PT_MV_UNICODE:
		value->Value.MVszW.lppszW = wides;
		return 16;
	case PT_MV_BINARY:
		value->Value.MVbin.lpbin = binaries;
		return 20;
	}
	return 0;
}

/* Native says 0 of PT_MV_CLSID, which its observers take for a slip; 16 for each is told here. */
static void
a_value_has_the_size_of_its_data(void **state)
{
	for (ULONG type = 0; type <= LAST_TYPE; type++) {
		SPropValue value = { .ulPropTag = type };
		ULONG size = fill_for_size(&value), told = UlPropSize(&value);

		if (told != size)
			fail_msg("type 0x%04X has %u bytes, not %u", type, told, size);
	}
}

static char *const three_texts[] = { (char *)"Hi!", (char *)"Hi!", (char *)"Hi!" };
static WCHAR *const three_wides[] = { (WCHAR *)u"Hi!", (WCHAR *)u"Hi!", (WCHAR *)u"Hi!" };

/* Bytes that a value's parts take in a flat block; SIZE_MAX for what is refused. */
static size_t
fill_for_count(SPropValue *value)
{
	static BYTE bytes[64];
	static SBinary binaries[] = { { 17, bytes }, { 2, bytes }, { 1, bytes } };
	static const struct {
		ULONG type;
		size_t size;
	} arrays[] = { { PT_MV_I2, 2 }, { PT_MV_LONG, 4 }, { PT_MV_R4, 4 }, { PT_MV_DOUBLE, 8 },
		{ PT_MV_CURRENCY, 8 }, { PT_MV_APPTIME, 8 }, { PT_MV_SYSTIME, 8 },
		{ PT_MV_I8, 8 } };
	ULONG type = PROP_TYPE(value->ulPropTag);

	for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
		if (type == arrays[i].type) {
			value->Value.MVl.cValues = 3;
			value->Value.MVl.lpl = (LONG *)(void *)bytes;
			return AT_8(3 * arrays[i].size);
		}
	switch (type) {
	case PT_I2:
	case PT_LONG:
	case PT_R4:
	case PT_DOUBLE:
	case PT_CURRENCY:
	case PT_APPTIME:
	case PT_SYSTIME:
	case PT_ERROR:
	case PT_BOOLEAN:
	case PT_OBJECT:
	case PT_I8:
		return 0;
	case PT_CLSID:
		value->Value.lpguid = (GUID *)(void *)bytes;
		return sizeof(GUID);
	case PT_STRING8:
		value->Value.lpszA = hi;
		return AT_8(4);
	case PT_UNICODE:
		value->Value.lpszW = hi_wide;
		return AT_8(4 * sizeof(WCHAR));
	case PT_BINARY:
		value->Value.bin.cb = 2;
		value->Value.bin.lpb = bytes;
		return AT_8(2);
	case PT_MV_STRING8:
		value->Value.MVszA.cValues = 3;
		value->Value.MVszA.lppszA = (LPSTR *)(uintptr_t)three_texts;
		return 3 * AT_8(4) + 3 * sizeof(char *);
	case PT_MV_UNICODE:
		value->Value.MVszW.cValues = 3;
		value->Value.MVszW.lppszW = (LPWSTR *)(uintptr_t)three_wides;
		return 3 * AT_8(4 * sizeof(WCHAR)) + 3 * sizeof(WCHAR *);
	case PT_MV_BINARY:
		value->Value.MVbin.cValues = 3;
		value->Value.MVbin.lpbin = binaries;
		return AT_8(17) + AT_8(2) + AT_8(1) + 3 * sizeof(SBinary);
	}
	return SIZE_MAX;
}

/* PT_NULL, types that MAPI does not know, arrays of nothing: refused, and nothing is counted. */
static void
counting_refuses_what_has_no_size(void **state)
{
	for (ULONG type = 0; type <= LAST_TYPE; type++) {
		SPropValue value = { .ulPropTag = PROP_TAG(type, 1) };
		size_t size = fill_for_count(&value);
		ULONG counted = 0xFFFFFFFF;
		SCODE code = ScCountProps(1, &value, &counted);

		if (size == SIZE_MAX ? code != MAPI_E_INVALID_PARAMETER || counted != 0xFFFFFFFF
				     : code != S_OK || counted != sizeof value + size)
			fail_msg("type 0x%04X: 0x%08X, %u bytes", type, (unsigned)code, counted);
	}
}

/* First the value, then the pointers, then what they lead to; after a move only ScRelocProps makes
 * the pointers good again, and it reads none of what lies where they lead by then. */
static void
a_flat_block_has_its_parts_in_order_and_can_be_moved(void **state)
{
	_Alignas(8) char first[128], second[128];
	char *texts[] = { (char *)"Test" };
	SPropValue value = { .ulPropTag = PROP_TAG(PT_MV_STRING8, 1) }, *copy = (void *)first;
	size_t text_at = sizeof value + sizeof(char *), all = text_at + AT_8(5);
	ULONG count = 0;

	value.Value.MVszA.cValues = 1;
	value.Value.MVszA.lppszA = texts;
	OK(ScCopyProps(1, &value, first, &count));
	assert_int_equal(count, all);
	assert_ptr_equal(copy->Value.MVszA.lppszA[0], first + text_at);
	assert_string_equal(first + text_at, "Test");
	memcpy(second, first, sizeof first);
	memset(first, 0, sizeof first);
	count = 0;
	OK(ScRelocProps(1, (SPropValue *)(void *)second, first, second, &count));
	copy = (void *)second;
	assert_int_equal(count, all);
	assert_int_equal(copy->Value.MVszA.cValues, 1);
	assert_ptr_equal(copy->Value.MVszA.lppszA[0], second + text_at);
	assert_string_equal(second + text_at, "Test");
}

/* --- Containing ---------------------------------------------------------------------------- */

static SPropValue
text_or_bytes(ULONG type, const char *text)
{
	SPropValue value = { .ulPropTag = type };

	if (type == PT_BINARY) {
		value.Value.bin.cb = (ULONG)strlen(text);
		value.Value.bin.lpb = (BYTE *)(uintptr_t)text;
	} else {
		value.Value.lpszA = (char *)(uintptr_t)text;
	}
	return value;
}

/* Bytes have no case: FL_IGNORECASE means nothing to them. */
static void
text_is_contained_by_its_fuzzy_level_and_bytes_to_the_letter(void **state)
{
	static const struct {
		const char *part;
		ULONG fuzzy;
		bool text, bytes;
	} cases[] = {
		{ "Full String", FL_FULLSTRING, true, true },
		{ "Full", FL_FULLSTRING, false, false },
		{ "Full", FL_PREFIX, true, true },
		{ "Full", FL_SUBSTRING, true, true },
		{ "full", FL_PREFIX, false, false },
		{ "full", FL_SUBSTRING, false, false },
		{ "full", FL_PREFIX | FL_IGNORECASE, true, false },
		{ "full", FL_SUBSTRING | FL_IGNORECASE, true, false },
		{ "ll St", FL_FULLSTRING, false, false },
		{ "ll St", FL_PREFIX, false, false },
		{ "ll St", FL_SUBSTRING, true, true },
		{ "ll st", FL_PREFIX, false, false },
		{ "ll st", FL_SUBSTRING, false, false },
		{ "ll st", FL_PREFIX | FL_IGNORECASE, false, false },
		{ "ll st", FL_SUBSTRING | FL_IGNORECASE, true, false },
		{ "full string", FL_FULLSTRING | FL_IGNORECASE, true, false },
		/* No level that there is: the whole, to the letter. */
		{ "Full String", 3, true, true },
		{ "Full", 3, false, false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		for (int bytes = 0; bytes < 2; bytes++) {
			ULONG type = bytes ? PT_BINARY : PT_STRING8;
			SPropValue whole = text_or_bytes(type, "Full String");
			SPropValue part = text_or_bytes(type, cases[i].part);
			bool found = FPropContainsProp(&whole, &part, cases[i].fuzzy);

			if (found != (bytes ? cases[i].bytes : cases[i].text))
				fail_msg("\"%s\" at level 0x%X, type 0x%X: %d", cases[i].part,
				    cases[i].fuzzy, type, found);
		}
}

static void
nothing_but_text_and_bytes_contains_anything(void **state)
{
	SPropValue wide = { .ulPropTag = PT_UNICODE, .Value.lpszW = hi_wide };

	for (ULONG type = 0; type <= LAST_TYPE; type++) {
		SPropValue whole = { .ulPropTag = type }, part = whole;

		if (type != PT_STRING8 && type != PT_BINARY)
			assert_false(FPropContainsProp(&whole, &part, FL_FULLSTRING));
	}
	assert_false(FPropContainsProp(&wide, &wide, FL_FULLSTRING));
}

/* --- Comparing ----------------------------------------------------------------------------- */

static bool
holds(int order, ULONG relop)
{
	switch (relop) {
	case RELOP_LT:
		return order < 0;
	case RELOP_LE:
		return order <= 0;
	case RELOP_GT:
		return order > 0;
	case RELOP_GE:
		return order >= 0;
	default:
		return order == 0;
	}
}

/* All that is not FALSE is one and the same TRUE. */
static int
expected_order(ULONG type, int left, int right)
{
	return type == PT_BOOLEAN ? !!left - !!right : (left > right) - (left < right);
}

static void
values_of_each_type_have_an_order_and_booleans_are_equal_or_not(void **state)
{
	static const struct {
		int left, right;
	} cases[] = { { 1, 2 }, { 1, 1 }, { 2, 1 } };
	GUID one, other;

	for (size_t i = 0; i < G_N_ELEMENTS(scalars); i++)
		for (size_t k = 0; k < G_N_ELEMENTS(cases); k++) {
			SPropValue left = small(scalars[i], cases[k].left, &one);
			SPropValue right = small(scalars[i], cases[k].right, &other);
			int order = expected_order(scalars[i], cases[k].left, cases[k].right);

			assert_int_equal(LPropCompareProp(&left, &right), order);
			for (ULONG relop = RELOP_LT; relop <= RELOP_EQ; relop++)
				if (FPropCompareProp(&left, relop, &right) != holds(order, relop))
					fail_msg("type 0x%X: %d and %d, relop %u", scalars[i],
					    cases[k].left, cases[k].right, relop);
		}
}

/* --- Finding ------------------------------------------------------------------------------- */

static void
a_property_is_found_by_tag_or_by_id_alone(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(scalars); i++) {
		SPropValue bare = { .ulPropTag = scalars[i] };
		SPropValue value = { .ulPropTag = PROP_TAG(scalars[i], 1) };

		assert_ptr_equal(PpropFindProp(&bare, 1, scalars[i]), &bare);
		assert_null(PpropFindProp(&bare, 1, scalars[i ? i - 1 : i + 1]));
		assert_ptr_equal(LpValFindProp(PROP_TAG(scalars[i], 1), 1, &value), &value);
		assert_ptr_equal(LpValFindProp(PROP_TAG(PT_NULL, 1), 1, &value), &value);
		assert_null(LpValFindProp(PROP_TAG(scalars[i], 0), 1, &value));
		assert_null(LpValFindProp(PROP_TAG(PT_NULL, 0), 1, &value));
		assert_ptr_equal(PpropFindProp(&value, 1, PROP_TAG(PT_UNSPECIFIED, 1)), &value);
		assert_null(PpropFindProp(&value, 1, PROP_TAG(PT_UNSPECIFIED, 0)));
	}
}

/* --- What is bad --------------------------------------------------------------------------- */

static bool
is_type(ULONG type)
{
	for (size_t i = 0; i < G_N_ELEMENTS(scalars); i++)
		if (type == scalars[i])
			return true;
	return type == PT_UNSPECIFIED || type == PT_NULL || type == PT_OBJECT;
}

/* A column is never an error, though a list of errors passes; and MV_INSTANCE is for SetColumns to
 * judge: as a type it is unknown. */
static void
tags_and_columns_are_bad_by_their_type(void **state)
{
	for (ULONG tag = 0; tag <= LAST_TYPE; tag++) {
		SPropTagArray columns = { 1, { tag } };
		bool bad = !is_type(tag & ~(ULONG)MV_FLAG);

		if (!!FBadPropTag(tag) != bad)
			fail_msg("tag 0x%08X", tag);
		if (!!FBadColumnSet(&columns) != (bad || tag == PT_ERROR))
			fail_msg("column 0x%08X", tag);
	}
	assert_true(FBadColumnSet(NULL));
}

static void
a_value_is_bad_by_its_type_or_where_it_points_nowhere(void **state)
{
	GUID guid;

	for (ULONG tag = 0; tag <= LAST_TYPE; tag++) {
		SPropValue value = { .ulPropTag = tag };
		bool points = tag == PT_STRING8 || tag == PT_UNICODE || tag == PT_CLSID;

		if (points) {
			assert_true(FBadProp(&value));
			memset(&guid, 0, sizeof guid);
			value.Value.lpguid = &guid; /* as text: empty */
		}
		if (!!FBadProp(&value) != !is_type(tag & ~(ULONG)MV_FLAG))
			fail_msg("tag 0x%08X", tag);
	}
	assert_true(FBadProp(NULL));
	assert_true(FBadRow(NULL));
	assert_true(FBadRowSet(NULL));
}

static void
strings_are_bad_where_one_is_missing(void **state)
{
	LPWSTR texts[4] = { NULL };

	assert_true(FBadRglpszW(NULL, 10));
	assert_true(FBadRglpszW(texts, 4));
	texts[0] = texts[1] = texts[2] = hi_wide;
	assert_false(FBadRglpszW(texts, 3));
	assert_true(FBadRglpszW(texts, 4));
}

/* --- Text and numbers ---------------------------------------------------------------------- */

/* Capital letters, a 0 at the end, and nothing behind it is touched. */
static void
bytes_as_hex_and_back(void **state)
{
	BYTE data[255], back[255] = { 0 };
	char text[2 * sizeof data + 8];

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (BYTE)i;
	memset(text, 'X', sizeof text);
	HexFromBin(data, sizeof data, (LPTSTR)(void *)text);
	assert_memory_equal(text, "000102030405060708090A0B0C0D0E0F10", 34);
	assert_memory_equal(text + 2 * sizeof data - 4, "FDFE\0XXX", 8);
	assert_true(FBinFromHex((LPTSTR)(void *)text, back));
	assert_memory_equal(back, data, sizeof data);
}

static void
a_number_begins_with_its_first_digit(void **state)
{
	assert_int_equal(UFromSz((LPTSTR)(uintptr_t) "105679"), 105679);
	assert_int_equal(UFromSz((LPTSTR)(uintptr_t) " 4"), 0);
	assert_int_equal(UlFromSzHex((LPTSTR)(uintptr_t) "fF"), 0xFF);
	assert_int_equal(UlFromSzHex((LPTSTR)(uintptr_t) " c"), 0);
}

static void
a_bounded_string_ends_within_its_bound(void **state)
{
	assert_true(IsBadBoundedStringPtr(NULL, 0));
	assert_true(IsBadBoundedStringPtr("TEST", 4));
	assert_false(IsBadBoundedStringPtr("TEST", 5));
}

/* --- The allocator ------------------------------------------------------------------------- */

/* It is never counted: 1, whatever is done to it. */
static void
the_allocator_is_one_and_knows_no_block_for_sure(void **state)
{
	IMalloc *allocator = MAPIGetDefaultMalloc(), *same = NULL;
	void *block;

	OK(allocator->lpVtbl->QueryInterface(allocator, &IID_IUnknown, (void **)&same));
	assert_non_null(same);
	OK(allocator->lpVtbl->QueryInterface(allocator, &IID_IMalloc, (void **)&same));
	assert_non_null(same);
	block = allocator->lpVtbl->Alloc(allocator, 61);
	assert_non_null(block);
	assert_true(allocator->lpVtbl->GetSize(allocator, block) >= 61);
	assert_int_equal(allocator->lpVtbl->DidAlloc(allocator, block), -1);
	allocator->lpVtbl->HeapMinimize(allocator);
	allocator->lpVtbl->Free(allocator, block);
	assert_int_equal(allocator->lpVtbl->AddRef(allocator), 1);
	assert_int_equal(allocator->lpVtbl->Release(allocator), 1);
	allocator->lpVtbl->Release(allocator);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_of_each_type_equals_its_source),
		cmocka_unit_test(a_value_has_the_size_of_its_data),
		cmocka_unit_test(counting_refuses_what_has_no_size),
		cmocka_unit_test(a_flat_block_has_its_parts_in_order_and_can_be_moved),
		cmocka_unit_test(text_is_contained_by_its_fuzzy_level_and_bytes_to_the_letter),
		cmocka_unit_test(nothing_but_text_and_bytes_contains_anything),
		cmocka_unit_test(values_of_each_type_have_an_order_and_booleans_are_equal_or_not),
		cmocka_unit_test(a_property_is_found_by_tag_or_by_id_alone),
		cmocka_unit_test(tags_and_columns_are_bad_by_their_type),
		cmocka_unit_test(a_value_is_bad_by_its_type_or_where_it_points_nowhere),
		cmocka_unit_test(strings_are_bad_where_one_is_missing),
		cmocka_unit_test(bytes_as_hex_and_back),
		cmocka_unit_test(a_number_begins_with_its_first_digit),
		cmocka_unit_test(a_bounded_string_ends_within_its_bound),
		cmocka_unit_test(the_allocator_is_one_and_knows_no_block_for_sure),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
