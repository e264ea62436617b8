/* SPDX-License-Identifier: MIT */
/* Functions beside the interfaces: idle routines, RTF, identifiers as text, names, code pages. */
#include "world.h"
#include <edkmdb.h>
#include <imessage.h>
#include <mapidbg.h>
#include <mapinls.h>
#include <mapiwin.h>
#include <emapi_text.h>

/* --- Idle routines ------------------------------------------------------------------------- */

static GString *ran;

static BOOL
run_idle(LPVOID name)
{
	g_string_append(ran, name);
	return FALSE;
}

static int
idle_begin(void **state)
{
	ran = g_string_new(NULL);
	return MAPIInitIdle(NULL) == S_OK ? 0 : -1;
}

static int
idle_end(void **state)
{
	MAPIDeinitIdle();
	g_string_free(ran, TRUE);
	return 0;
}

static void
idle_routines_run_by_priority_when_a_program_dispatches(void **state)
{
	FTG low = FtgRegisterIdleRoutine(run_idle, (void *)(uintptr_t) "low ", -5, 0, FIROINTERVAL);
	FTG high =
	    FtgRegisterIdleRoutine(run_idle, (void *)(uintptr_t) "high ", 5, 0, FIROINTERVAL);

	assert_non_null(low);
	assert_string_equal(ran->str, "");
	OK(HrDispatchNotifications(0));
	assert_string_equal(ran->str, "high low ");
	ChangeIdleRoutine(low, NULL, NULL, 9, 0, 0, FIRCPRI);
	OK(HrDispatchNotifications(0));
	assert_string_equal(ran->str, "high low low high ");
	DeregisterIdleRoutine(low);
	DeregisterIdleRoutine(high);
	DeregisterIdleRoutine(high); /* once too often does no harm */
	OK(HrDispatchNotifications(0));
	assert_string_equal(ran->str, "high low low high ");
}

static void
idle_routines_wait_for_their_time_and_can_be_disabled(void **state)
{
	FTG later =
	    FtgRegisterIdleRoutine(run_idle, (void *)(uintptr_t) "later ", 1, 360000, FIROWAIT);
	FTG off = FtgRegisterIdleRoutine(
	    run_idle, (void *)(uintptr_t) "on ", 1, 0, FIROINTERVAL | FIRODISABLED);

	OK(HrDispatchNotifications(0));
	assert_string_equal(ran->str, "");
	EnableIdleRoutine(off, TRUE);
	ChangeIdleRoutine(later, NULL, NULL, 0, 0, 0, FIRCCSEC);
	EnableIdleRoutine(off, TRUE);
	OK(HrDispatchNotifications(0));
	assert_non_null(strstr(ran->str, "on "));
	assert_non_null(strstr(ran->str, "later "));
	assert_null(FtgRegisterIdleRoutine(NULL, NULL, 1, 0, 0));
}

static FTG itself;

static BOOL
end_itself(LPVOID unused)
{
	g_string_append(ran, "once ");
	DeregisterIdleRoutine(itself);
	return FALSE;
}

static void
an_idle_routine_may_end_itself(void **state)
{
	itself = FtgRegisterIdleRoutine(end_itself, NULL, 1, 0, FIROINTERVAL);
	OK(HrDispatchNotifications(0));
	OK(HrDispatchNotifications(0));
	assert_string_equal(ran->str, "once ");
}

/* --- RTF ----------------------------------------------------------------------------------- */

static void
put_rtf(IMessage *message, const char *rtf)
{
	IStream *packed = NULL, *stream = NULL;

	OK(message->lpVtbl->OpenProperty(message, PR_RTF_COMPRESSED, &IID_IStream, STGM_READWRITE,
	    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&packed));
	OK(WrapCompressedRTFStream(packed, MAPI_MODIFY | STORE_UNCOMPRESSED_RTF, &stream));
	OK(stream->lpVtbl->Write(stream, rtf, (ULONG)strlen(rtf), NULL));
	OK(stream->lpVtbl->Commit(stream, 0));
	RELEASE(stream);
	OK(packed->lpVtbl->Commit(packed, 0));
	RELEASE(packed);
}

static void
get_rtf(IMessage *message, char *text, ULONG room)
{
	IStream *packed = NULL, *stream = NULL;
	ULONG got = 0;

	OK(message->lpVtbl->OpenProperty(
	    message, PR_RTF_COMPRESSED, &IID_IStream, 0, 0, (IUnknown **)(void *)&packed));
	OK(WrapCompressedRTFStream(packed, 0, &stream));
	OK(stream->lpVtbl->Read(stream, text, room - 1, &got));
	text[got] = 0;
	RELEASE(stream);
	RELEASE(packed);
}

static void
rtf_sync_makes_the_text_that_a_reader_sees(void **state)
{
	static const struct {
		const char *rtf, *text;
	} cases[] = {
		{ "{\\rtf1\\ansi Hello\\par World}", "Hello\r\nWorld" },
		{ "{\\rtf1\\ansi\\ansicpg1252 Gr\\'fc\\'dfe \\u8364?5}", "Gr\xC3\xBC\xC3\x9F"
									 "e \xE2\x82\xAC"
									 "5" },
		{ "{\\rtf1{\\fonttbl{\\f0 A;}{\\f1\\fcharset204 B;}}{\\info{\\title No}}"
		  "\\f1\\'cf\\'f0}",
		    "\xD0\x9F\xD1\x80" },
		{ "{\\rtf1\\uc2\\u-10179 ??\\u-8704 ??\\{x\\}\\~\\bullet }",
		    "\xF0\x9F\x98\x80{x}\xC2\xA0\xE2\x80\xA2" },
		{ "{\\rtf1\\fromhtml1{\\*\\htmltag64 <p>}Text{\\*\\htmltag72 </p>}"
		  "{\\pict\\bin3 }}}x}\\cell y}",
		    "Text\ty" },
		{ "{\\rtf1\\fonttbl", "" },
	};
	struct world *world = *state;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		IMessage *message = world_message(world->outbox, "RTF");
		BOOL updated = FALSE;

		put_rtf(message, cases[i].rtf);
		OK(RTFSync(message, RTF_SYNC_RTF_CHANGED, &updated));
		assert_true(updated);
		assert_string_equal(world_text(message, PR_BODY_A), cases[i].text);
		RELEASE(message);
	}
}

static void
rtf_sync_makes_rtf_of_a_changed_body_once(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->outbox, "Text");
	char rtf[1000];
	BOOL updated = FALSE;

	OK(RTFSync(message, RTF_SYNC_BODY_CHANGED, &updated));
	assert_true(updated);
	get_rtf(message, rtf, sizeof rtf);
	assert_non_null(strstr(rtf, "\\fromtext"));
	assert_non_null(strstr(rtf, "Good morning"));
	/* The marks say that nothing has changed since. */
	OK(RTFSync(message, RTF_SYNC_BODY_CHANGED, &updated));
	assert_false(updated);
	FAILS(RTFSync(message, 0x80, &updated), MAPI_E_UNKNOWN_FLAGS);
	FAILS(RTFSync(NULL, 0, &updated), MAPI_E_INVALID_PARAMETER);
	RELEASE(message);
}

/* --- Message identifiers as text ----------------------------------------------------------- */

static void
a_message_id_as_text_holds_store_and_message(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "Named");
	SPropValue *id = NULL, *key = NULL;
	ENTRYID *store = NULL, *entry = NULL;
	ULONG store_size, size;
	LPTSTR text = NULL;

	OK(HrGetOneProp((IMAPIProp *)message, PR_ENTRYID, &id));
	OK(HrGetOneProp((IMAPIProp *)world->store, PR_RECORD_KEY, &key));
	OK(HrComposeMsgID(world->session, key->Value.bin.cb, key->Value.bin.lpb, id->Value.bin.cb,
	    (ENTRYID *)(void *)id->Value.bin.lpb, &text));
	OK(HrDecomposeMsgID(world->session, text, &store_size, &store, &size, &entry));
	assert_int_equal(size, id->Value.bin.cb);
	assert_memory_equal(entry, id->Value.bin.lpb, size);
	assert_true(store_size > 0);
	MAPIFreeBuffer(store);
	MAPIFreeBuffer(entry);
	MAPIFreeBuffer(text);
	/* Without a store: the bare entry identifier. */
	OK(HrComposeMsgID(world->session, 0, NULL, id->Value.bin.cb,
	    (ENTRYID *)(void *)id->Value.bin.lpb, &text));
	assert_int_equal(strlen((char *)text), 2 * id->Value.bin.cb);
	MAPIFreeBuffer(text);
	assert_true(FAILED(HrDecomposeMsgID(
	    world->session, (LPTSTR) "no hex", &store_size, &store, &size, &entry)));
	MAPIFreeBuffer(key);
	MAPIFreeBuffer(id);
	RELEASE(message);
}

/* --- The standard folders ------------------------------------------------------------------ */

static void
a_stores_standard_folders_are_told(void **state)
{
	struct world *world = *state;
	SPropValue *values = NULL, *outbox, *mask;
	MAPIERROR *error = NULL;
	ULONG count = 0;

	OK(HrValidateIPMSubtree(
	    world->store, MAPI_FULL_IPM_TREE | MAPI_FORCE_CREATE, &count, &values, &error));
	outbox = PpropFindProp(values, count, PR_IPM_OUTBOX_ENTRYID);
	mask = PpropFindProp(values, count, PR_VALID_FOLDER_MASK);
	assert_non_null(outbox);
	assert_non_null(PpropFindProp(values, count, PROP_TAG(PT_BINARY, PROP_ID_NULL)));
	assert_int_equal(mask->Value.l & 0xFF, 0xFF);
	MAPIFreeBuffer(values);
	FAILS(HrValidateIPMSubtree(NULL, 0, NULL, NULL, NULL), MAPI_E_INVALID_PARAMETER);
}

/* --- Restrictions as bytes ----------------------------------------------------------------- */

static void
a_restriction_goes_into_bytes_and_back(void **state)
{
	SPropValue subject = { .ulPropTag = PR_SUBJECT_A };
	SRestriction restriction = { .rt = RES_CONTENT }, *back = NULL;
	BYTE *bytes = NULL;
	ULONG size = 0;

	subject.Value.lpszA = (LPSTR)(uintptr_t) "bridge";
	restriction.res.resContent.ulFuzzyLevel = FL_SUBSTRING | FL_IGNORECASE;
	restriction.res.resContent.ulPropTag = PR_SUBJECT_A;
	restriction.res.resContent.lpProp = &subject;
	OK(HrSerializeSRestriction(NULL, &restriction, &bytes, &size));
	OK(HrDeserializeSRestriction(NULL, bytes, size, &back));
	assert_int_equal(back->rt, RES_CONTENT);
	assert_int_equal(back->res.resContent.ulFuzzyLevel, FL_SUBSTRING | FL_IGNORECASE);
	assert_string_equal(back->res.resContent.lpProp->Value.lpszA, "bridge");
	MAPIFreeBuffer(back);
	FAILS(HrDeserializeSRestriction(NULL, bytes, size - 1, &back), MAPI_E_CORRUPT_DATA);
	FAILS(HrSerializeSRestriction(NULL, NULL, &bytes, &size), MAPI_E_INVALID_PARAMETER);
	MAPIFreeBuffer(bytes);
}

/* --- Names --------------------------------------------------------------------------------- */

static void
codes_types_and_tags_have_names(void **state)
{
	assert_string_equal(SzDecodeScodeFn(MAPI_E_NOT_FOUND), "MAPI_E_NOT_FOUND");
	assert_string_equal(SzDecodeUlPropTypeFn(PT_UNICODE), "PT_UNICODE");
	assert_string_equal(SzDecodeUlPropTagFn(PR_SUBJECT_W), "PR_SUBJECT_W");
	assert_string_equal(SzDecodeUlPropTagFn(0x66660003), "0x66660003");
	assert_int_equal(UlPropTagFromSzFn((char *)(uintptr_t) "PR_SUBJECT"), PR_SUBJECT_A);
	assert_int_equal(UlPropTagFromSzFn((char *)(uintptr_t) "PR_ENTRYID"), PR_ENTRYID);
	assert_int_equal(UlPropTagFromSzFn((char *)(uintptr_t) "PR_NOBODY"), 0);
	assert_int_equal(ScodeFromSzFn((char *)(uintptr_t) "MAPI_E_NO_ACCESS"), MAPI_E_NO_ACCESS);
	assert_int_equal(ScodeFromSzFn((char *)(uintptr_t) "0x8004010F"), MAPI_E_NOT_FOUND);
}

static void
storage_codes_become_mapis(void **state)
{
	assert_int_equal(MapStorageSCode(S_OK), S_OK);
	assert_int_equal(MapStorageSCode((SCODE)0x80030002), MAPI_E_NOT_FOUND);
	assert_int_equal(MapStorageSCode((SCODE)0x80030005), MAPI_E_NO_ACCESS);
	assert_int_equal(MapStorageSCode((SCODE)0x80030070), MAPI_E_NOT_ENOUGH_DISK);
	assert_int_equal(MapStorageSCode((SCODE)0x80030999), MAPI_E_CALL_FAILED);
	assert_int_equal(MapStorageSCode(MAPI_E_TIMEOUT), MAPI_E_TIMEOUT);
}

static void
guarded_memory_keeps_its_size_and_contents(void **state)
{
	char *block = VMAlloc(10);
	DWORD_PTR callers[3] = { 0 };

	memcpy(block, "123456789", 10);
	assert_int_equal(VMGetSize(block), 10);
	block = VMRealloc(block, 5000);
	assert_string_equal(block, "123456789");
	assert_int_equal(VMGetSize(block), 5000);
	memset(block, 1, 5000);
	VMFree(block);
	VMFree(NULL);
	assert_null(VMAllocEx(8, 3));
	GetCallStack(callers, 0, 3);
	assert_int_not_equal(callers[0], 0);
}

/* --- Characters ---------------------------------------------------------------------------- */

static void
text_goes_between_code_pages(void **state)
{
	WCHAR wide[8];
	char narrow[16];
	BOOL used = TRUE;

	assert_int_equal(MNLS_GetACP(), 65001);
	assert_int_equal(MNLS_MultiByteToWideChar(CP_ACP, 0, "\xC3\xBC", -1, NULL, 0), 2);
	assert_int_equal(MNLS_MultiByteToWideChar(1252, 0, "\xFC", -1, wide, 8), 2);
	assert_int_equal(wide[0], 0xFC);
	assert_int_equal(MNLS_MultiByteToWideChar(1252, 0, "\xFC", -1, wide, 1), 0);
	assert_int_equal(
	    MNLS_WideCharToMultiByte(1252, 0, u"\u20AC1", -1, narrow, 16, NULL, &used), 3);
	assert_string_equal(narrow, "\x80"
				    "1");
	assert_false(used);
	assert_int_equal(
	    MNLS_WideCharToMultiByte(1252, 0, u"\u041F", -1, narrow, 16, "#", &used), 2);
	assert_string_equal(narrow, "#");
	assert_true(used);
	assert_int_equal(MNLS_MultiByteToWideChar(1252, 0, NULL, -1, wide, 8), 0);
}

static void
text_is_compared_as_windows_does(void **state)
{
	WCHAR copy[8];

	assert_int_equal(MNLS_CompareStringA(0x409, 0, "a", -1, "b", -1), 1);
	assert_int_equal(MNLS_CompareStringA(0x409, NORM_IGNORECASE, "Ann", -1, "ANN", -1), 2);
	assert_int_equal(MNLS_CompareStringW(0x409, 0, u"abc", 2, u"abd", 2), 2);
	assert_int_equal(MNLS_CompareStringA(0x409, 0, NULL, -1, "b", -1), 0);
	assert_int_equal(MNLS_lstrlenW(u"four"), 4);
	assert_int_equal(MNLS_lstrlenW(NULL), 0);
	assert_int_equal(MNLS_lstrcmpW(MNLS_lstrcpyW(copy, u"copy"), u"copy"), 0);
	assert_true(MNLS_IsBadStringPtrW(NULL, 10));
	assert_true(IsBadBoundedStringPtr("12345", 3));
	assert_false(IsBadBoundedStringPtr("12345", 6));
	assert_true(IsBadBoundedStringPtr(NULL, 6));
}

#define IDLE(name) cmocka_unit_test_setup_teardown(name, idle_begin, idle_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IDLE(idle_routines_run_by_priority_when_a_program_dispatches),
		IDLE(idle_routines_wait_for_their_time_and_can_be_disabled),
		IDLE(an_idle_routine_may_end_itself),
		CASE(rtf_sync_makes_the_text_that_a_reader_sees),
		CASE(rtf_sync_makes_rtf_of_a_changed_body_once),
		CASE(a_message_id_as_text_holds_store_and_message),
		CASE(a_stores_standard_folders_are_told),
		cmocka_unit_test(a_restriction_goes_into_bytes_and_back),
		cmocka_unit_test(codes_types_and_tags_have_names),
		cmocka_unit_test(storage_codes_become_mapis),
		cmocka_unit_test(guarded_memory_keeps_its_size_and_contents),
		cmocka_unit_test(text_goes_between_code_pages),
		cmocka_unit_test(text_is_compared_as_windows_does),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
