/* SPDX-License-Identifier: MIT */
/* Messages on storages, .msg files (MAPI reference: OpenIMsgOnIStg and its kin; [MS-OXMSG]). */
#include <imessage.h>
#include <mapiaux.h>
#include <mapispi.h>
#include "storetesting.h"

static char path[128]; /* the file of the case */

static IStorage *
open_file(ULONG flags)
{
	ULONG mode = flags & STGSTRM_CREATE   ? STGM_CREATE | STGM_READWRITE
		     : flags & STGSTRM_MODIFY ? STGM_READWRITE
					      : STGM_READ;
	IStorage *storage = NULL;
	IStream *stream = NULL;

	g_snprintf(path, sizeof path, "%s/case.msg", test_folder);
	OK(OpenStreamOnFile(MAPIAllocateBuffer, MAPIFreeBuffer, mode, TEXT8(path), NULL, &stream));
	OK(HrIStorageFromStream((IUnknown *)stream, &IID_IStream, flags, &storage));
	RELEASE(stream);
	return storage;
}

static IMessage *
open_on(IStorage *storage, ULONG flags)
{
	IMessage *message = NULL;

	OK(OpenIMsgOnIStg(NULL, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer,
	    MAPIGetDefaultMalloc(), NULL, storage, NULL, 0, flags, &message));
	return message;
}

/* A new file's message, and a file's message to read or to change. */
static IMessage *
make_message(ULONG flags)
{
	IStorage *storage = open_file(STGSTRM_CREATE | STGSTRM_MODIFY);
	IMessage *message = open_on(storage, flags);

	RELEASE(storage);
	return message;
}

static IMessage *
read_message(ULONG flags)
{
	IStorage *storage = open_file(flags);
	IMessage *message = open_on(storage, 0);

	RELEASE(storage);
	return message;
}

static IAttach *
add_attachment(IMessage *message, const char *name, LONG method)
{
	IAttach *attach = NULL;
	ULONG number;

	OK(message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach));
	set_text(attach, PR_ATTACH_LONG_FILENAME_A, name);
	set_long(attach, PR_ATTACH_METHOD, method);
	return attach;
}

static IAttach *
first_attachment(IMessage *message)
{
	IAttach *attach = NULL;

	OK(message->lpVtbl->OpenAttach(message, 0, NULL, MAPI_BEST_ACCESS, &attach));
	return attach;
}

/* --- Cases --------------------------------------------------------------------------------- */

static void
a_message_comes_back_from_its_file(void **state)
{
	static WCHAR *words[] = { (WCHAR *)u"eins", (WCHAR *)u"", (WCHAR *)u"zwölf" };
	static SBinary bytes[] = { { 3, (BYTE *)"abc" }, { 0, NULL } };
	static LONG numbers[] = { 7, -1, 9 };
	GUID guid = PS_PUBLIC_STRINGS;
	SPropValue values[] = { { .ulPropTag = PR_SUBJECT_W,
				    .Value.lpszW = (WCHAR *)u"Re: Grüße €" },
		{ .ulPropTag = PROP_TAG(PT_MV_UNICODE, 0x6701), .Value.MVszW = { 3, words } },
		{ .ulPropTag = PROP_TAG(PT_MV_BINARY, 0x6702), .Value.MVbin = { 2, bytes } },
		{ .ulPropTag = PROP_TAG(PT_MV_LONG, 0x6703), .Value.MVl = { 3, numbers } },
		{ .ulPropTag = PROP_TAG(PT_CLSID, 0x6704), .Value.lpguid = &guid },
		{ .ulPropTag = PROP_TAG(PT_DOUBLE, 0x6705), .Value.dbl = -0.5 },
		{ .ulPropTag = PROP_TAG(PT_BOOLEAN, 0x6706), .Value.b = TRUE },
		{ .ulPropTag = PROP_TAG(PT_I2, 0x6707), .Value.i = -3 },
		{ .ulPropTag = PROP_TAG(PT_SYSTIME, 0x6708), .Value.ft = { 1, 2 } } };
	IMessage *message = make_message(MAPI_UNICODE), *again;

	OK(message->lpVtbl->SetProps(message, G_N_ELEMENTS(values), values, NULL));
	OK(message->lpVtbl->SaveChanges(message, 0));
	again = read_message(STGSTRM_RESET);
	assert_string_equal(world_text(again, PR_SUBJECT_A), "Re: Grüße €");
	assert_string_equal(world_text(again, PR_NORMALIZED_SUBJECT_A), "Grüße €");
	for (size_t i = 1; i < G_N_ELEMENTS(values); i++) {
		SPropValue *value = get(again, values[i].ulPropTag);

		assert_int_equal(LPropCompareProp(value, &values[i]), 0);
		MAPIFreeBuffer(value);
	}
	assert_true(world_long(again, PR_STORE_SUPPORT_MASK) & STORE_UNICODE_OK);
	assert_int_equal(world_long(again, PR_OBJECT_TYPE), MAPI_MESSAGE);
	RELEASE(again);
	RELEASE(message);
}

static void
recipients_come_back(void **state)
{
	IMessage *message = make_message(MAPI_UNICODE);
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;

	world_add_recipient(message, "Bob", "bob@example.test");
	world_add_recipient(message, "Zoë", "zoe@example.test");
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	message = read_message(STGSTRM_MODIFY);
	assert_string_equal(world_text(message, PR_DISPLAY_TO_A), "Bob; Zoë");
	OK(message->lpVtbl->GetRecipientTable(message, 0, &table));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	assert_int_equal(rows->cRows, 2);
	assert_string_equal(
	    PpropFindProp(rows->aRow[1].lpProps, rows->aRow[1].cValues, PR_EMAIL_ADDRESS_A)
		->Value.lpszA,
	    "zoe@example.test");
	rows->cRows = 1;
	OK(message->lpVtbl->ModifyRecipients(message, MODRECIP_REMOVE, (ADRLIST *)(void *)rows));
	rows->cRows = 2;
	FreeProws(rows);
	RELEASE(table);
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	message = read_message(STGSTRM_RESET);
	assert_string_equal(world_text(message, PR_DISPLAY_TO_A), "Zoë");
	RELEASE(message);
}

static void
an_attachment_comes_back_by_stream(void **state)
{
	IMessage *message = make_message(MAPI_UNICODE);
	IAttach *attach = add_attachment(message, "Bild.png", ATTACH_BY_VALUE);
	char *large = g_strnfill(300000, 'x'), *got = g_malloc(300001);
	IStream *stream = NULL;
	ULONG size = 0;

	OK(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_BIN, &IID_IStream, 0,
	    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&stream));
	OK(stream->lpVtbl->Write(stream, large, 300000, NULL));
	OK(stream->lpVtbl->Commit(stream, 0));
	RELEASE(stream);
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	RELEASE(attach);
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	message = read_message(STGSTRM_RESET);
	attach = first_attachment(message);
	assert_string_equal(world_text(attach, PR_ATTACH_LONG_FILENAME_A), "Bild.png");
	assert_int_equal(world_long(attach, PR_ATTACH_SIZE), 300000);
	assert_true(world_long(message, PR_MESSAGE_FLAGS) & MSGFLAG_HASATTACH);
	OK(attach->lpVtbl->OpenProperty(
	    attach, PR_ATTACH_DATA_BIN, &IID_IStream, 0, 0, (IUnknown **)(void *)&stream));
	OK(stream->lpVtbl->Read(stream, got, 300001, &size));
	assert_int_equal(size, 300000);
	assert_memory_equal(got, large, size);
	RELEASE(stream);
	RELEASE(attach);
	RELEASE(message);
	g_free(large);
	g_free(got);
}

static void
an_attachment_is_not_in_the_message_before_it_is_saved(void **state)
{
	IMessage *message = make_message(MAPI_UNICODE);
	IAttach *attach = add_attachment(message, "lost.txt", ATTACH_BY_VALUE);
	IMAPITable *table = NULL;

	RELEASE(attach);
	assert_int_equal(
	    world_count(message->lpVtbl->GetAttachmentTable(message, 0, &table), &table), 0);
	attach = add_attachment(message, "kept.txt", ATTACH_BY_VALUE);
	OK(attach->lpVtbl->SaveChanges(attach, KEEP_OPEN_READWRITE));
	set_text(attach, PR_ATTACH_LONG_FILENAME_A, "not saved.txt");
	RELEASE(attach);
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	message = read_message(STGSTRM_MODIFY);
	OK(message->lpVtbl->OpenAttach(message, 1, NULL, 0, &attach));
	assert_string_equal(world_text(attach, PR_ATTACH_LONG_FILENAME_A), "kept.txt");
	RELEASE(attach);
	FAILS(message->lpVtbl->DeleteAttach(message, 0, 0, NULL, 0), MAPI_E_NOT_FOUND);
	OK(message->lpVtbl->DeleteAttach(message, 1, 0, NULL, 0));
	assert_false(world_long(message, PR_MESSAGE_FLAGS) & MSGFLAG_HASATTACH);
	RELEASE(message);
}

static void
messages_within_messages(void **state)
{
	IMessage *message = make_message(MAPI_UNICODE), *within = NULL, *deeper = NULL;
	IAttach *attach = add_attachment(message, "first", ATTACH_EMBEDDED_MSG), *second;

	OK(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
	    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&within));
	set_text(within, PR_SUBJECT_A, "within");
	second = add_attachment(within, "second", ATTACH_EMBEDDED_MSG);
	OK(second->lpVtbl->OpenProperty(second, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
	    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&deeper));
	set_text(deeper, PR_SUBJECT_A, "deeper");
	OK(deeper->lpVtbl->SaveChanges(deeper, 0));
	OK(second->lpVtbl->SaveChanges(second, 0));
	OK(within->lpVtbl->SaveChanges(within, 0));
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(deeper);
	RELEASE(second);
	RELEASE(within);
	RELEASE(attach);
	RELEASE(message);
	message = read_message(STGSTRM_RESET);
	attach = first_attachment(message);
	OK(attach->lpVtbl->OpenProperty(
	    attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, (IUnknown **)(void *)&within));
	assert_string_equal(world_text(within, PR_SUBJECT_A), "within");
	second = first_attachment(within);
	OK(second->lpVtbl->OpenProperty(
	    second, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, (IUnknown **)(void *)&deeper));
	RELEASE(message); /* what is within keeps it */
	RELEASE(attach);
	RELEASE(second);
	assert_string_equal(world_text(deeper, PR_SUBJECT_A), "deeper");
	RELEASE(within);
	RELEASE(deeper);
}

static void
an_ole_object_is_a_storage_and_its_bytes(void **state)
{
	IMessage *message = make_message(MAPI_UNICODE);
	IAttach *attach = add_attachment(message, "Tabelle", ATTACH_OLE);
	IStorage *storage = NULL;
	IStream *stream = NULL;
	BYTE magic[8];

	OK(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IStorage, 0,
	    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&storage));
	OK(storage->lpVtbl->CreateStream(
	    storage, u"Workbook", STGM_CREATE | STGM_READWRITE, 0, 0, &stream));
	OK(stream->lpVtbl->Write(stream, "cells", 5, NULL));
	RELEASE(stream);
	RELEASE(storage);
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(attach);
	RELEASE(message);
	message = read_message(STGSTRM_RESET);
	attach = first_attachment(message);
	OK(attach->lpVtbl->OpenProperty(
	    attach, PR_ATTACH_DATA_OBJ, &IID_IStorage, 0, 0, (IUnknown **)(void *)&storage));
	OK(storage->lpVtbl->OpenStream(storage, u"Workbook", NULL, STGM_READ, 0, &stream));
	FAILS(storage->lpVtbl->DestroyElement(storage, u"Workbook"), STG_E_ACCESSDENIED);
	RELEASE(stream);
	RELEASE(storage);
	OK(attach->lpVtbl->OpenProperty(
	    attach, PR_ATTACH_DATA_OBJ, &IID_IStream, 0, 0, (IUnknown **)(void *)&stream));
	OK(stream->lpVtbl->Read(stream, magic, 8, NULL));
	assert_memory_equal(magic, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
	RELEASE(stream);
	RELEASE(attach);
	RELEASE(message);
}

static ULONG
id_of(IMessage *message, const WCHAR *name, ULONG flags)
{
	GUID set = PS_PUBLIC_STRINGS;
	MAPINAMEID id = { .lpguid = &set,
		.ulKind = MNID_STRING,
		.Kind.lpwstrName = (WCHAR *)(uintptr_t)name },
		   *list = &id;
	SPropTagArray *tags = NULL;
	ULONG tag;

	message->lpVtbl->GetIDsFromNames(message, 1, &list, flags, &tags);
	tag = CHANGE_PROP_TYPE(tags->aulPropTag[0], PT_STRING8);
	MAPIFreeBuffer(tags);
	return tag;
}

static void
named_properties_keep_their_names(void **state)
{
	struct world *world = *state;
	IMessage *message = make_message(MAPI_UNICODE), *copy = NULL;

	id_of(message, u"Another", MAPI_CREATE);
	set_text(message, id_of(message, u"Project", MAPI_CREATE), "Turm");
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	message = read_message(STGSTRM_RESET);
	assert_string_equal(world_text(message, id_of(message, u"Project", 0)), "Turm");
	/* and in a store, which has numbers of its own */
	OK(world->sent->lpVtbl->CreateMessage(world->sent, NULL, 0, &copy));
	OK(message->lpVtbl->CopyTo(message, 0, NULL, NULL, 0, NULL, &IID_IMessage, copy, 0, NULL));
	assert_string_equal(world_text(copy, id_of(copy, u"Project", 0)), "Turm");
	RELEASE(copy);
	RELEASE(message);
}

static void
a_message_of_a_store_goes_into_a_file_and_back(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "To a file"), *file, *back = NULL;
	IAttach *attach = add_attachment(message, "a.txt", ATTACH_BY_VALUE);
	IMAPITable *table = NULL;

	set_text(attach, PR_ATTACH_LONG_FILENAME_A, "ä.txt");
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	RELEASE(attach);
	world_add_recipient(message, "Bob", "bob@example.test");
	file = make_message(MAPI_UNICODE);
	OK(message->lpVtbl->CopyTo(message, 0, NULL, NULL, 0, NULL, &IID_IMessage, file, 0, NULL));
	OK(file->lpVtbl->SaveChanges(file, 0));
	RELEASE(file);
	RELEASE(message);
	file = read_message(STGSTRM_RESET);
	OK(world->sent->lpVtbl->CreateMessage(world->sent, NULL, 0, &back));
	OK(file->lpVtbl->CopyTo(file, 0, NULL, NULL, 0, NULL, &IID_IMessage, back, 0, NULL));
	OK(back->lpVtbl->SaveChanges(back, KEEP_OPEN_READWRITE));
	assert_string_equal(world_text(back, PR_SUBJECT_A), "To a file");
	assert_string_equal(world_text(back, PR_BODY_A), "Good morning");
	assert_int_equal(world_count(back->lpVtbl->GetRecipientTable(back, 0, &table), &table), 1);
	attach = first_attachment(back);
	assert_string_equal(world_text(attach, PR_ATTACH_LONG_FILENAME_A), "ä.txt");
	RELEASE(attach);
	RELEASE(back);
	RELEASE(file);
}

static void
without_the_flag_a_file_is_of_8_bit_text(void **state)
{
	IMessage *message = make_message(0);
	IStorage *storage;
	IStream *stream = NULL;
	char text[32] = "";

	set_text(message, PR_SUBJECT_A, "Grüße");
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	storage = open_file(STGSTRM_RESET);
	OK(storage->lpVtbl->OpenStream(
	    storage, u"__substg1.0_0037001E", NULL, STGM_READ, 0, &stream));
	OK(stream->lpVtbl->Read(stream, text, sizeof text - 1, NULL));
	assert_string_equal(text, "Grüße");
	RELEASE(stream);
	message = open_on(storage, MAPI_UNICODE); /* the file decides */
	assert_false(world_long(message, PR_STORE_SUPPORT_MASK) & STORE_UNICODE_OK);
	assert_string_equal(world_text(message, PR_SUBJECT_A), "Grüße");
	RELEASE(message);
	RELEASE(storage);
}

static void
who_has_the_storage_may_commit_it(void **state)
{
	IStorage *storage = open_file(STGSTRM_CREATE | STGSTRM_MODIFY);
	IMessage *message = open_on(storage, IMSG_NO_ISTG_COMMIT | MAPI_UNICODE);
	IStream *stream = NULL;
	gsize size = 1;
	char *bytes = NULL;

	set_text(message, PR_SUBJECT_A, "Later");
	OK(message->lpVtbl->SaveChanges(message, 0));
	assert_true(g_file_get_contents(path, &bytes, &size, NULL));
	assert_int_equal(size, 0);
	g_free(bytes);
	OK(storage->lpVtbl->CreateStream(
	    storage, u"mine", STGM_CREATE | STGM_READWRITE, 0, 0, &stream));
	OK(storage->lpVtbl->Commit(storage, 0));
	RELEASE(stream);
	RELEASE(message);
	RELEASE(storage);
	/* what is not the message's survives its being saved */
	message = read_message(STGSTRM_MODIFY);
	assert_string_equal(world_text(message, PR_SUBJECT_A), "Later");
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	storage = open_file(STGSTRM_RESET);
	OK(storage->lpVtbl->OpenStream(storage, u"mine", NULL, STGM_READ, 0, &stream));
	RELEASE(stream);
	RELEASE(storage);
}

static void
a_storage_to_read_makes_a_message_to_read(void **state)
{
	SPropValue value = { .ulPropTag = PR_IMPORTANCE };
	IMessage *message = make_message(MAPI_UNICODE);

	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	message = read_message(STGSTRM_RESET);
	FAILS(message->lpVtbl->SetProps(message, 1, &value, NULL), MAPI_E_NO_ACCESS);
	FAILS(message->lpVtbl->SaveChanges(message, 0), MAPI_E_NO_ACCESS);
	RELEASE(message);
}

static ULONG released;

static void STDAPICALLTYPE
note_release(ULONG caller, LPMESSAGE message)
{
	released += caller;
}

static void
a_session_closes_its_messages(void **state)
{
	IStorage *storage = open_file(STGSTRM_CREATE | STGSTRM_MODIFY);
	IMessage *first = NULL, *second = NULL;
	LPMSGSESS session = NULL;
	IAttach *attach;

	released = 0;
	FAILS(OpenIMsgSession(NULL, 0, &session), MAPI_E_INVALID_PARAMETER);
	OK(OpenIMsgSession(MAPIGetDefaultMalloc(), 0, &session));
	OK(OpenIMsgOnIStg(
	    session, NULL, NULL, NULL, NULL, NULL, storage, note_release, 1, MAPI_UNICODE, &first));
	OK(OpenIMsgOnIStg(session, NULL, NULL, NULL, NULL, NULL, storage, note_release, 10,
	    MAPI_UNICODE, &second));
	attach = add_attachment(second, "open", ATTACH_BY_VALUE);
	RELEASE(first);
	assert_int_equal(released, 1);
	CloseIMsgSession(session);
	assert_int_equal(released, 11);
	FAILS(second->lpVtbl->SaveChanges(second, 0), MAPI_E_INVALID_OBJECT);
	FAILS(attach->lpVtbl->SaveChanges(attach, 0), MAPI_E_INVALID_OBJECT);
	assert_int_equal(storage->lpVtbl->Release(storage), 0);
	RELEASE(attach);
	RELEASE(second);
	assert_int_equal(released, 11);
}

static void
attributes_make_properties_unwriteable(void **state)
{
	SizedSPropTagArray(2, tags) = { 2, { PR_SUBJECT_A, PR_COMMENT_A } };
	SizedSPropAttrArray(2, attributes) = { 2, { PROPATTR_READABLE, PROPATTR_MANDATORY } };
	SPropValue value = { .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (LPSTR) "changed" };
	SPropProblemArray *problems = NULL;
	SPropAttrArray *got = NULL;
	IMessage *message = make_message(MAPI_UNICODE);
	struct world *world = *state;

	set_text(message, PR_SUBJECT_A, "fixed");
	FAILS(SetAttribIMsgOnIStg(
		  message, (SPropTagArray *)&tags, (SPropAttrArray *)&attributes, &problems),
	    MAPI_W_ERRORS_RETURNED);
	assert_int_equal(problems->cProblem, 1);
	assert_int_equal(problems->aProblem[0].ulIndex, 1);
	assert_int_equal(problems->aProblem[0].scode, MAPI_E_NOT_FOUND);
	MAPIFreeBuffer(problems);
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	message = read_message(STGSTRM_MODIFY);
	FAILS(GetAttribIMsgOnIStg(message, (SPropTagArray *)&tags, &got), MAPI_W_ERRORS_RETURNED);
	assert_int_equal(got->aPropAttr[0], PROPATTR_READABLE);
	assert_int_equal(got->aPropAttr[1], PROPATTR_NOT_PRESENT);
	MAPIFreeBuffer(got);
	OK(message->lpVtbl->SetProps(message, 1, &value, &problems));
	assert_int_equal(problems->aProblem[0].scode, MAPI_E_NO_ACCESS);
	MAPIFreeBuffer(problems);
	assert_string_equal(world_text(message, PR_SUBJECT_A), "fixed");
	FAILS(GetAttribIMsgOnIStg(world->store, (SPropTagArray *)&tags, &got),
	    MAPI_E_INVALID_PARAMETER);
	RELEASE(message);
}

static void
what_is_no_message_file_says_so(void **state)
{
	IStorage *storage = NULL;
	IStream *stream = NULL;
	IMessage *message = NULL;

	g_snprintf(path, sizeof path, "%s/text.msg", test_folder);
	assert_true(g_file_set_contents(path, "Dear Bob, this is no compound file", -1, NULL));
	OK(OpenStreamOnFile(
	    MAPIAllocateBuffer, MAPIFreeBuffer, STGM_READ, TEXT8(path), NULL, &stream));
	FAILS(HrIStorageFromStream((IUnknown *)stream, NULL, 0, &storage), MAPI_E_CORRUPT_DATA);
	FAILS(HrIStorageFromStream(NULL, NULL, 0, &storage), MAPI_E_INVALID_PARAMETER);
	FAILS(HrIStorageFromStream((IUnknown *)stream, &IID_IMessage, 0, &storage),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
	FAILS(HrIStorageFromStream((IUnknown *)stream, NULL, 0x80, &storage), MAPI_E_UNKNOWN_FLAGS);
	FAILS(OpenIMsgOnIStg(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, &message),
	    MAPI_E_INVALID_PARAMETER);
	RELEASE(stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_message_comes_back_from_its_file),
		CASE(recipients_come_back),
		CASE(an_attachment_comes_back_by_stream),
		CASE(an_attachment_is_not_in_the_message_before_it_is_saved),
		CASE(messages_within_messages),
		CASE(an_ole_object_is_a_storage_and_its_bytes),
		CASE(named_properties_keep_their_names),
		CASE(a_message_of_a_store_goes_into_a_file_and_back),
		CASE(without_the_flag_a_file_is_of_8_bit_text),
		CASE(who_has_the_storage_may_commit_it),
		CASE(a_storage_to_read_makes_a_message_to_read),
		CASE(a_session_closes_its_messages),
		CASE(attributes_make_properties_unwriteable),
		CASE(what_is_no_message_file_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
