/* SPDX-License-Identifier: MIT */
/* MAPI's utility functions, the address book's resolving, and the 16-bit text helpers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "mem.h"
#include "prop.h"
#include "resolve.h"
#include "table.h"
#include "testing.h"

#define T(text) ((LPTSTR)(uintptr_t)(text))

/* One value of each shape. */
#define VALUES 9
static SPropValue values[VALUES];

static int
fill_values(void **state)
{
	static char *strings[] = { (char *)"one", (char *)"", (char *)"three" };
	static WCHAR *wides[] = { (WCHAR *)u"ä", (WCHAR *)u"\xD83D\xDE00" };
	static SBinary binaries[] = { { 3, (BYTE *)"abc" }, { 0, NULL } };
	static LONG longs[] = { 1, -2 };
	static GUID guid;

	memset(values, 0, sizeof values);
	values[0].ulPropTag = PR_SUBJECT_A;
	values[0].Value.lpszA = (char *)"subject";
	values[1].ulPropTag = PR_BODY_W;
	values[1].Value.lpszW = (WCHAR *)u"body";
	values[2].ulPropTag = PR_ENTRYID;
	values[2].Value.bin.cb = 5;
	values[2].Value.bin.lpb = (BYTE *)"entry";
	values[3].ulPropTag = PR_IMPORTANCE;
	values[3].Value.l = 2;
	values[4].ulPropTag = PROP_TAG(PT_MV_STRING8, 0x6700);
	values[4].Value.MVszA.cValues = 3;
	values[4].Value.MVszA.lppszA = strings;
	values[5].ulPropTag = PROP_TAG(PT_MV_UNICODE, 0x6701);
	values[5].Value.MVszW.cValues = 2;
	values[5].Value.MVszW.lppszW = wides;
	values[6].ulPropTag = PROP_TAG(PT_MV_BINARY, 0x6702);
	values[6].Value.MVbin.cValues = 2;
	values[6].Value.MVbin.lpbin = binaries;
	values[7].ulPropTag = PROP_TAG(PT_MV_LONG, 0x6703);
	values[7].Value.MVl.cValues = 2;
	values[7].Value.MVl.lpl = longs;
	values[8].ulPropTag = PROP_TAG(PT_CLSID, 0x6704);
	values[8].Value.lpguid = &guid;
	return 0;
}

static void
assert_same(const SPropValue *copies)
{
	int i;

	for (i = 0; i < VALUES; i++) {
		assert_int_equal(copies[i].ulPropTag, values[i].ulPropTag);
		assert_int_equal(prop_compare(&copies[i], &values[i]), 0);
	}
}

/* --- Properties ---------------------------------------------------------------------------- */

static void
copies_are_equal_and_apart(void **state)
{
	SPropValue *copy, *one;
	int i;

	assert_int_equal(ScDupPropset(VALUES, values, MAPIAllocateBuffer, &copy), S_OK);
	assert_same(copy);
	MAPIFreeBuffer(copy);
	assert_int_equal(MAPIAllocateBuffer(VALUES * sizeof *one, (void **)&one), S_OK);
	for (i = 0; i < VALUES; i++)
		assert_int_equal(PropCopyMore(&one[i], &values[i], MAPIAllocateMore, one), S_OK);
	assert_same(one);
	MAPIFreeBuffer(one);
}

static void
blocks_can_be_moved(void **state)
{
	ULONG size, again;
	BYTE *first, *second;

	assert_int_equal(ScCountProps(VALUES, values, &size), S_OK);
	first = malloc(size);
	second = malloc(size);
	assert_int_equal(ScCopyProps(VALUES, values, first, &again), S_OK);
	assert_int_equal(size, again);
	/* Moved, then put right. */
	memcpy(second, first, size);
	assert_int_equal(ScRelocProps(VALUES, (SPropValue *)second, first, second, &again), S_OK);
	assert_int_equal(size, again);
	memset(first, 0xEE, size);
	assert_same((SPropValue *)second);
	/* Written for address 0, as before going to a file, then read back elsewhere. */
	assert_int_equal(ScRelocProps(VALUES, (SPropValue *)second, second, NULL, NULL), S_OK);
	memcpy(first, second, size);
	memset(second, 0xEE, size);
	assert_int_equal(ScRelocProps(VALUES, (SPropValue *)first, NULL, first, NULL), S_OK);
	assert_same((SPropValue *)first);
	free(first);
	free(second);
}

static void
finds_and_compares(void **state)
{
	SPropValue upper = { PR_SUBJECT_A, 0, { .lpszA = (char *)"SUBJECT" } };
	SPropValue part = { PR_SUBJECT_A, 0, { .lpszA = (char *)"JEC" } }, instance;

	assert_ptr_equal(PpropFindProp(values, VALUES, PR_SUBJECT_A), &values[0]);
	assert_null(PpropFindProp(values, VALUES, PR_SUBJECT_W));
	assert_ptr_equal(LpValFindProp(PR_SUBJECT_W, VALUES, values), &values[0]);
	assert_true(FPropCompareProp(&values[0], RELOP_EQ, &upper));
	assert_false(FPropCompareProp(&values[0], RELOP_LT, &upper));
	assert_true(FPropContainsProp(&values[0], &part, FL_SUBSTRING | FL_IGNORECASE));
	assert_false(FPropContainsProp(&values[0], &part, FL_PREFIX | FL_IGNORECASE));
	GetInstance(&values[7], &instance, 1);
	assert_int_equal(instance.ulPropTag, PROP_TAG(PT_LONG, 0x6703));
	assert_int_equal(instance.Value.l, -2);
	GetInstance(&values[6], &instance, 0);
	assert_memory_equal(instance.Value.bin.lpb, "abc", 3);
}

/* --- Tables -------------------------------------------------------------------------------- */

static IMAPITable *
table_of(LONG count)
{
	static SizedSPropTagArray(1, columns) = { 1, { PR_ROWID } };
	struct table_rows *rows = table_rows_create();
	IMAPITable *table;
	SPropValue value;
	LONG i;

	for (i = 0; i < count; i++) {
		prop_set_long(&value, PR_ROWID, i);
		assert_int_equal(table_rows_add(rows, &value, 1), S_OK);
	}
	assert_int_equal(table_create(rows, (SPropTagArray *)&columns, 0, &table), S_OK);
	return table;
}

static void
reads_all_rows(void **state)
{
	static const LONG counts[] = { 0, 1, 256, 1000 };
	SRowSet *rows;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(counts); i++) {
		IMAPITable *table = table_of(counts[i]);

		assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows), S_OK);
		assert_int_equal(rows->cRows, counts[i]);
		if (counts[i])
			assert_int_equal(
			    rows->aRow[counts[i] - 1].lpProps[0].Value.l, counts[i] - 1);
		FreeProws(rows);
		table->lpVtbl->Release(table);
	}
}

static void
stops_at_too_many_rows(void **state)
{
	IMAPITable *table = table_of(10);
	SRowSet *rows;

	assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 10, &rows), S_OK);
	FreeProws(rows);
	assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 9, &rows), MAPI_E_TABLE_TOO_BIG);
	assert_null(rows);
	table->lpVtbl->Release(table);
}

static void
adds_columns_in_front(void **state)
{
	SizedSPropTagArray(2, more) = { 2, { PR_SUBJECT_A, PR_ROWID } };
	IMAPITable *table = table_of(1);
	SPropTagArray *columns;

	assert_int_equal(
	    HrAddColumns(table, (SPropTagArray *)&more, MAPIAllocateBuffer, MAPIFreeBuffer), S_OK);
	assert_int_equal(table->lpVtbl->QueryColumns(table, 0, &columns), S_OK);
	assert_int_equal(columns->cValues, 2);
	assert_int_equal(columns->aulPropTag[0], PR_SUBJECT_A);
	mem_free(columns);
	table->lpVtbl->Release(table);
}

/* --- Text ---------------------------------------------------------------------------------- */

static void
hex_there_and_back(void **state)
{
	static const struct {
		const char *text;
		ULONG room;
		SCODE sc;
	} cases[] = {
		{ "00FFa1", 3, S_OK },
		{ "00FFa1", 2, MAPI_E_NOT_ENOUGH_MEMORY },
		{ "0", 4, MAPI_E_INVALID_PARAMETER },
		{ "0g", 4, MAPI_E_INVALID_PARAMETER },
		{ "", 0, S_OK },
	};
	BYTE bytes[4];
	char text[9];
	ENTRYID *id;
	ULONG size;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_int_equal(
		    ScBinFromHexBounded(T(cases[i].text), bytes, cases[i].room), cases[i].sc);
	assert_true(FBinFromHex(T("DEADBEEF"), bytes));
	HexFromBin(bytes, 4, (LPTSTR)text);
	assert_string_equal(text, "DEADBEEF");
	assert_int_equal(UlFromSzHex(T("1fx")), 0x1F);
	assert_int_equal(UFromSz(T("120 apples")), 120);
	assert_int_equal(HrEntryIDFromSz(T("DEADBEEF"), &size, &id), S_OK);
	assert_int_equal(size, 4);
	assert_memory_equal(id, bytes, 4);
	mem_free(id);
	assert_int_equal(HrEntryIDFromSz(T("xyz"), &size, &id), MAPI_E_INVALID_ENTRYID);
}

static void
wide_text(void **state)
{
	WCHAR wide[8];
	char narrow[16];

	assert_int_equal(emapi_wcs_from_utf8(wide, 8, "aä\xF0\x9F\x98\x80"), 4);
	assert_int_equal(emapi_wcscmp(wide, u"aä\U0001F600"), 0);
	assert_int_equal(emapi_utf8_from_wcs(narrow, 16, wide), 7);
	assert_string_equal(narrow, "aä\xF0\x9F\x98\x80");
	/* Cut between characters, never in one. */
	assert_int_equal(emapi_utf8_from_wcs(narrow, 7, wide), 7);
	assert_string_equal(narrow, "aä");
	assert_int_equal(emapi_wcs_from_utf8(wide, 4, "aä\xF0\x9F\x98\x80"), 4);
	assert_int_equal(emapi_wcscmp(wide, u"aä"), 0);
	/* What is not valid becomes U+FFFD. */
	emapi_wcs_from_utf8(wide, 8, "\xC0\x80|\xED\xA0\x80");
	assert_int_equal(wide[0], 0xFFFD);
	emapi_utf8_from_wcs(narrow, 16, (const WCHAR[]){ 0xD800, 'x', 0 });
	assert_string_equal(narrow, "\xEF\xBF\xBDx");
	assert_int_equal(emapi_wcsicmp(u"ABC", u"abc"), 0);
	assert_int_equal(emapi_wcscpy(wide, 3, u"abcd"), 4);
	assert_int_equal(emapi_wcscmp(wide, u"ab"), 0);
	assert_int_equal(emapi_wcslen(NULL), 0);
}

static void
times(void **state)
{
	FILETIME one = { 0xFFFFFFFF, 0 }, two = { 1, 0 }, sum = FtAddFt(one, two);

	assert_int_equal(sum.dwHighDateTime, 1);
	assert_int_equal(sum.dwLowDateTime, 0);
	assert_int_equal(FtSubFt(sum, two).dwLowDateTime, 0xFFFFFFFF);
	assert_int_equal(FtMulDwDw(0x10000, 0x10000).dwHighDateTime, 1);
	assert_int_equal(FtNegFt(two).dwHighDateTime, 0xFFFFFFFF);
}

static void
conversations(void **state)
{
	BYTE *first, *reply;
	ULONG size;

	assert_int_equal(ScCreateConversationIndex(0, NULL, &size, &first), S_OK);
	assert_int_equal(size, 22);
	assert_int_equal(first[0], 1);
	assert_int_equal(ScCreateConversationIndex(size, first, &size, &reply), S_OK);
	assert_int_equal(size, 27);
	assert_memory_equal(first, reply, 22);
	mem_free(first);
	mem_free(reply);
}

/* --- Addresses ----------------------------------------------------------------------------- */

static void
reads_what_people_type(void **state)
{
	static const struct {
		const char *typed, *name, *address;
	} cases[] = {
		{ "ann@example.test", "ann@example.test", "ann@example.test" },
		{ " Ann  <ann@example.test> ", "Ann", "ann@example.test" },
		{ "\"Ann, B.\" <ann@example.test>", "Ann, B.", "ann@example.test" },
		{ "<ann@example.test>", "ann@example.test", "ann@example.test" },
		{ "SMTP:ann@example.test", "ann@example.test", "ann@example.test" },
		{ "[smtp:ann@example.test]", "ann@example.test", "ann@example.test" },
		{ "Ann", NULL, NULL },
		{ "", NULL, NULL },
		{ "ann@", NULL, NULL },
		{ "@example.test", NULL, NULL },
		{ "a b@example.test", NULL, NULL },
		{ "a@b@example.test", NULL, NULL },
		{ "a@example.test\r\nRCPT TO:<x@y>", NULL, NULL },
		{ "an.invalid at address", NULL, NULL },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *name, *address;
		bool good = resolve_parse(cases[i].typed, &name, &address);

		assert_int_equal(good, cases[i].address != NULL);
		if (good) {
			assert_string_equal(name, cases[i].name);
			assert_string_equal(address, cases[i].address);
		}
		g_free(name);
		g_free(address);
	}
}

static void
reads_one_off_addresses_of_any_type(void **state)
{
	static const struct {
		const char *typed, *name, *type, *address;
	} cases[] = {
		{ "Ann Lee[SMTP:ann@example.test]", "Ann Lee", "SMTP", "ann@example.test" },
		{ "[FAX:+1 555] ", "+1 555", "FAX", "+1 555" },
		{ "Bill Lee[MSPEER:\\\\\\\\billll\\in]", "Bill Lee", "MSPEER", "\\\\billll\\in" },
		{ "Fax \\[home\\][fax:a\\x0db\\:c\\x]", "Fax [home]", "fax", "a\rb:c\\x" },
		{ "Ann[SMTP:ann@example.test] and Bob", NULL, NULL, NULL },
		{ "Ann[SMTP:nobody]", NULL, NULL, NULL },
		{ "Ann[SMTP:a\\x0d\\x0ab@example.test]", NULL, NULL, NULL },
		{ "Ann[ann@example.test]", NULL, NULL, NULL },
		{ "Ann[:x]", NULL, NULL, NULL },
		{ "Ann[FAX:]", NULL, NULL, NULL },
		{ "Ann\\x0d[FAX:1]", "Ann", "FAX", "1" },
		{ "A\\x0dn[FAX:1]", NULL, NULL, NULL },
		{ "", NULL, NULL, NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *name, *type, *address;
		bool good = resolve_oneoff(cases[i].typed, &name, &type, &address);

		assert_int_equal(good, cases[i].address != NULL);
		if (good) {
			assert_string_equal(name, cases[i].name);
			assert_string_equal(type, cases[i].type);
			assert_string_equal(address, cases[i].address);
		}
		g_free(name);
		g_free(type);
		g_free(address);
	}
}

/* A list of one entry with a display name and a recipient type. */
static ADRLIST *
list_of(const char *typed)
{
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(1));
	SPropValue *props = mem_zalloc(NULL, 2 * sizeof *props);

	prop_set_string8(props, &props[0], PR_DISPLAY_NAME_A, typed);
	prop_set_long(&props[1], PR_RECIPIENT_TYPE, MAPI_CC);
	list->cEntries = 1;
	list->aEntries[0].cValues = 2;
	list->aEntries[0].rgPropVals = props;
	return list;
}

static void
resolves_names_to_addresses(void **state)
{
	SizedSPropTagArray(2, wanted) = { 2, { PR_EMAIL_ADDRESS_A, PR_ADDRTYPE_A } };
	ADRLIST *list = list_of("Ann <ann@example.test>");
	ADRENTRY *entry = &list->aEntries[0];
	char *text;

	assert_int_equal(resolve_list(NULL, list, 0), S_OK);
	assert_non_null(prop_find(entry->rgPropVals, entry->cValues, PR_ENTRYID));
	assert_int_equal(
	    prop_find_long(entry->rgPropVals, entry->cValues, PR_RECIPIENT_TYPE, 0), MAPI_CC);
	text = prop_find_text(entry->rgPropVals, entry->cValues, PR_DISPLAY_NAME_A);
	assert_string_equal(text, "Ann");
	g_free(text);
	assert_int_equal(resolve_prepare(NULL, list, 0, (SPropTagArray *)&wanted), S_OK);
	assert_int_equal(entry->rgPropVals[0].ulPropTag, PR_EMAIL_ADDRESS_A);
	assert_string_equal(entry->rgPropVals[0].Value.lpszA, "ann@example.test");
	FreePadrlist(list);
	list = list_of("Ann");
	assert_int_equal(resolve_list(NULL, list, 0), MAPI_E_NOT_FOUND);
	assert_null(prop_find(list->aEntries[0].rgPropVals, list->aEntries[0].cValues, PR_ENTRYID));
	FreePadrlist(list);
}

/* --- Files and sinks ----------------------------------------------------------------------- */

static void
a_stream_on_a_file(void **state)
{
	char *path = g_build_filename(test_folder, "f", NULL), bytes[8];
	LARGE_INTEGER start = { .QuadPart = 0 };
	STATSTG status;
	IStream *stream;
	ULONG done;

	assert_int_equal(
	    OpenStreamOnFile(MAPIAllocateBuffer, MAPIFreeBuffer, STGM_READ, T(path), NULL, &stream),
	    MAPI_E_NOT_FOUND);
	assert_int_equal(
	    OpenStreamOnFile(MAPIAllocateBuffer, MAPIFreeBuffer,
		STGM_CREATE | STGM_READWRITE | STGM_DELETEONRELEASE, T(path), NULL, &stream),
	    S_OK);
	assert_int_equal(stream->lpVtbl->Write(stream, "12345", 5, &done), S_OK);
	assert_int_equal(stream->lpVtbl->Seek(stream, start, STREAM_SEEK_SET, NULL), S_OK);
	assert_int_equal(stream->lpVtbl->Read(stream, bytes, sizeof bytes, &done), S_OK);
	assert_int_equal(done, 5);
	assert_int_equal(stream->lpVtbl->Stat(stream, &status, STATFLAG_NONAME), S_OK);
	assert_int_equal(status.cbSize.QuadPart, 5);
	stream->lpVtbl->Release(stream);
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	g_free(path);
}

static LONG
count_calls(LPVOID context, ULONG count, LPNOTIFICATION notifications)
{
	*(int *)context += (int)count;
	return 0;
}

static void
a_sink_calls_back(void **state)
{
	NOTIFICATION notifications[2];
	IMAPIAdviseSink *sink;
	int calls = 0;

	assert_int_equal(HrAllocAdviseSink(NULL, NULL, &sink), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(HrAllocAdviseSink(count_calls, &calls, &sink), S_OK);
	sink->lpVtbl->OnNotify(sink, 2, notifications);
	assert_int_equal(calls, 2);
	sink->lpVtbl->Release(sink);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_are_equal_and_apart),
		cmocka_unit_test(blocks_can_be_moved),
		cmocka_unit_test(finds_and_compares),
		cmocka_unit_test(reads_all_rows),
		cmocka_unit_test(stops_at_too_many_rows),
		cmocka_unit_test(adds_columns_in_front),
		cmocka_unit_test(hex_there_and_back),
		cmocka_unit_test(wide_text),
		cmocka_unit_test(times),
		cmocka_unit_test(conversations),
		cmocka_unit_test(reads_what_people_type),
		cmocka_unit_test(reads_one_off_addresses_of_any_type),
		cmocka_unit_test(resolves_names_to_addresses),
		cmocka_unit_test_setup_teardown(
		    a_stream_on_a_file, test_folders_create, test_folders_remove),
		cmocka_unit_test(a_sink_calls_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, fill_values, NULL);
}
