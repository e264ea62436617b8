/* SPDX-License-Identifier: MIT */
/* Messages: properties of every type, recipients, transactions, moving. */
#include "testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "com.h"
#include "entryid.h"
#include "mem.h"
#include "prop.h"
#include "text.h"

#define MINE(type, n) PROP_TAG(type, 0x6700 + (n))

static short shorts[] = { 1, -2 };
static LONG longs[] = { 1, -2147483647 };
static float floats[] = { 0.5f, -1e30f };
static double doubles[] = { 0.25, 1e300 };
static FILETIME times[] = { { 1, 0x01da0000 }, { 0, 0 } };
static LARGE_INTEGER larges[] = { { .QuadPart = -1 }, { .QuadPart = G_MAXINT64 } };
static CY monies[] = { { .int64 = 12345 }, { .int64 = -1 } };
static GUID guids[] = { { 1, 2, 3, { 4 } }, { 5, 6, 7, { 8 } } };
static BYTE bytes[] = { 0, 1, 0xff };
static SBinary binaries[] = { { 3, bytes }, { 0, bytes } };
static char *strings8[] = { (char *)"a\xffz", (char *)"" };
static WCHAR odd[] = { 'x', 0xd800, 'y', 0 }; /* a lone surrogate */
static WCHAR *strings16[] = { odd, odd + 3 };

static const SPropValue every_type[] = {
	{ .ulPropTag = MINE(PT_I2, 0), .Value.i = -7 },
	{ .ulPropTag = MINE(PT_LONG, 1), .Value.l = -70000 },
	{ .ulPropTag = MINE(PT_R4, 2), .Value.flt = 1.5f },
	{ .ulPropTag = MINE(PT_DOUBLE, 3), .Value.dbl = -2.25 },
	{ .ulPropTag = MINE(PT_CURRENCY, 4), .Value.cur = { .int64 = 123456789 } },
	{ .ulPropTag = MINE(PT_APPTIME, 5), .Value.at = 40000.5 },
	{ .ulPropTag = MINE(PT_BOOLEAN, 6), .Value.b = 1 },
	{ .ulPropTag = MINE(PT_I8, 7), .Value.li = { .QuadPart = G_MININT64 } },
	{ .ulPropTag = MINE(PT_STRING8, 8), .Value.lpszA = (char *)"bytes \xfe here" },
	{ .ulPropTag = MINE(PT_UNICODE, 9), .Value.lpszW = odd },
	{ .ulPropTag = MINE(PT_SYSTIME, 10), .Value.ft = { 5, 0x01dc0000 } },
	{ .ulPropTag = MINE(PT_CLSID, 11), .Value.lpguid = guids },
	{ .ulPropTag = MINE(PT_BINARY, 12), .Value.bin = { 3, bytes } },
	{ .ulPropTag = MINE(PT_MV_I2, 13), .Value.MVi = { 2, shorts } },
	{ .ulPropTag = MINE(PT_MV_LONG, 14), .Value.MVl = { 2, longs } },
	{ .ulPropTag = MINE(PT_MV_R4, 15), .Value.MVflt = { 2, floats } },
	{ .ulPropTag = MINE(PT_MV_DOUBLE, 16), .Value.MVdbl = { 2, doubles } },
	{ .ulPropTag = MINE(PT_MV_CURRENCY, 17), .Value.MVcur = { 2, monies } },
	{ .ulPropTag = MINE(PT_MV_APPTIME, 18), .Value.MVat = { 2, doubles } },
	{ .ulPropTag = MINE(PT_MV_I8, 19), .Value.MVli = { 2, larges } },
	{ .ulPropTag = MINE(PT_MV_STRING8, 20), .Value.MVszA = { 2, strings8 } },
	{ .ulPropTag = MINE(PT_MV_UNICODE, 21), .Value.MVszW = { 2, strings16 } },
	{ .ulPropTag = MINE(PT_MV_SYSTIME, 22), .Value.MVft = { 2, times } },
	{ .ulPropTag = MINE(PT_MV_CLSID, 23), .Value.MVguid = { 2, guids } },
	{ .ulPropTag = MINE(PT_MV_BINARY, 24), .Value.MVbin = { 2, binaries } },
};

static void
every_type_comes_back(void **state)
{
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "types", NULL);
	size_t at;

	assert_int_equal(message->lpVtbl->SetProps(message, G_N_ELEMENTS(every_type),
			     (SPropValue *)(size_t)every_type, NULL),
	    S_OK);
	message = save_and_reopen(fixture, message, 0);
	for (at = 0; at < G_N_ELEMENTS(every_type); at++) {
		const SPropValue *want = &every_type[at];
		SPropValue *got = double_prop(message, want->ulPropTag);

		assert_int_equal(got->ulPropTag, want->ulPropTag);
		if (prop_compare(got, want))
			fail_msg("type 0x%04X came back different", PROP_TYPE(want->ulPropTag));
		if (PROP_TYPE(want->ulPropTag) == PT_STRING8)
			assert_string_equal(got->Value.lpszA, want->Value.lpszA);
		if (PROP_TYPE(want->ulPropTag) == PT_UNICODE)
			assert_memory_equal(got->Value.lpszW, odd, sizeof(odd));
		mem_free(got);
	}
	COM_CLEAR(message);
}

static void
unsaved_is_seen_by_nobody(void **state)
{
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "draft", NULL), *other = NULL;
	SPropValue *id, *value;

	assert_int_equal(double_messages(fixture->outbox), 0);
	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	assert_int_equal(double_messages(fixture->outbox), 1);
	double_set_text(message, PR_SUBJECT_W, "changed");
	id = double_prop(message, PR_ENTRYID);
	assert_int_equal(double_open(fixture->store, id, MAPI_MODIFY, &other), S_OK);
	value = double_prop(other, PR_SUBJECT_A);
	assert_string_equal(value->Value.lpszA, "draft");
	mem_free(value);
	double_set_text(other, PR_SUBJECT_W, "first");
	assert_int_equal(other->lpVtbl->SaveChanges(other, KEEP_OPEN_READWRITE), S_OK);
	assert_int_equal(
	    message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), MAPI_E_OBJECT_CHANGED);
	assert_int_equal(message->lpVtbl->SaveChanges(message, FORCE_SAVE), S_OK);
	COM_CLEAR(message);
	COM_CLEAR(other);
	assert_int_equal(double_open(fixture->store, id, 0, &other), S_OK);
	value = double_prop(other, PR_SUBJECT_A);
	assert_string_equal(value->Value.lpszA, "changed");
	mem_free(value);
	assert_int_equal(other->lpVtbl->SaveChanges(other, 0), MAPI_E_NO_ACCESS);
	COM_CLEAR(other);
	mem_free(id);
}

static void
subjects_are_split(void **state)
{
	static const struct {
		const char *subject, *prefix, *normalized;
	} cases[] = { { "hello", "", "hello" }, { "RE: hello", "RE: ", "hello" },
		{ "R\xc3\xa9: x", "R\xc3\xa9: ", "x" }, { "Note: x", "", "Note: x" },
		{ "A:b", "", "A:b" }, { "", "", "" }, { "1: x", "", "1: x" } };
	struct fixture *fixture = *state;
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(cases); at++) {
		IMessage *message = double_letter(fixture->outbox, cases[at].subject, NULL);
		SPropValue *value = double_prop(message, PR_SUBJECT_PREFIX_A);

		assert_string_equal(value->Value.lpszA, cases[at].prefix);
		mem_free(value);
		value = double_prop(message, PR_NORMALIZED_SUBJECT_A);
		assert_string_equal(value->Value.lpszA, cases[at].normalized);
		mem_free(value);
		COM_CLEAR(message);
	}
}

static void
what_the_store_computes_cannot_be_set(void **state)
{
	static const ULONG tags[] = { PR_HASATTACH, PR_MESSAGE_SIZE, PR_DISPLAY_TO_A,
		PR_NORMALIZED_SUBJECT_A, PR_ENTRYID, PR_ACCESS };
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, NULL, NULL);
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(tags); at++) {
		SPropValue value = { .ulPropTag = tags[at] };
		SPropProblemArray *problems = NULL;

		if (PROP_TYPE(tags[at]) == PT_STRING8)
			value.Value.lpszA = (char *)(size_t) "x";
		assert_int_equal(message->lpVtbl->SetProps(message, 1, &value, &problems), S_OK);
		assert_non_null(problems);
		assert_int_equal(problems->aProblem[0].scode, MAPI_E_COMPUTED);
		mem_free(problems);
	}
	COM_CLEAR(message);
}

static void
standard_properties_have_their_types(void **state)
{
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "typed", NULL);
	SPropValue wrong = { .ulPropTag = PROP_TAG(PT_BOOLEAN, PROP_ID(PR_MESSAGE_FLAGS)) };

	assert_int_equal(message->lpVtbl->SetProps(message, 1, &wrong, NULL), MAPI_E_INVALID_TYPE);
	wrong.ulPropTag = PROP_TAG(PT_I2, PROP_ID(PR_IMPORTANCE));
	assert_int_equal(message->lpVtbl->SetProps(message, 1, &wrong, NULL), MAPI_E_INVALID_TYPE);
	assert_int_equal(message->lpVtbl->SaveChanges(message, 0), S_OK);
	COM_CLEAR(message);
}

static void
tables_are_in_the_property_list(void **state)
{
	static const ULONG wanted[] = { PR_MESSAGE_RECIPIENTS, PR_MESSAGE_ATTACHMENTS,
		PR_SUBJECT_W };
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "listed", "bob@x.test");
	SPropTagArray *tags = NULL;
	IMAPITable *table = NULL;
	size_t want;
	ULONG at;

	assert_int_equal(message->lpVtbl->GetPropList(message, MAPI_UNICODE, &tags), S_OK);
	for (want = 0; want < G_N_ELEMENTS(wanted); want++) {
		for (at = 0; at < tags->cValues && tags->aulPropTag[at] != wanted[want]; at++)
			;
		assert_true(at < tags->cValues);
	}
	mem_free(tags);
	assert_int_equal(message->lpVtbl->OpenProperty(message, PR_MESSAGE_RECIPIENTS,
			     &IID_IMAPITable, MAPI_UNICODE, 0, (IUnknown **)&table),
	    S_OK);
	assert_int_equal(double_count(table), 1);
	COM_CLEAR(table);
	COM_CLEAR(message);
}

static SRowSet *
recipients(IMessage *message)
{
	IMAPITable *table = NULL;
	SRowSet *rows;

	assert_int_equal(message->lpVtbl->GetRecipientTable(message, MAPI_UNICODE, &table), S_OK);
	rows = double_rows(table, 100);
	COM_CLEAR(table);
	return rows;
}

static void
recipients_become_one_offs(void **state)
{
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "to many", "bob@x.test");
	const SPropValue *value;
	struct oneoff *oneoff;
	SPropValue *display;
	SRowSet *rows;

	double_add_recipient(message, MAPI_CC, "carl@x.test");
	double_add_recipient(message, MAPI_BCC, "dora@x.test");
	double_add_recipient(message, MAPI_TO, "eve@x.test");
	message = save_and_reopen(fixture, message, MAPI_MODIFY);
	rows = recipients(message);
	assert_int_equal(rows->cRows, 4);
	value = double_column(rows, 0, PR_ENTRYID);
	assert_int_equal(oneoff_decode(value->Value.bin.lpb, value->Value.bin.cb, &oneoff), S_OK);
	assert_string_equal(oneoff->address, "bob@x.test");
	assert_string_equal(oneoff->address_type, "SMTP");
	mem_free(oneoff);
	assert_int_equal(double_column(rows, 2, PR_RECIPIENT_TYPE)->Value.l, MAPI_BCC);
	double_rows_free(rows);
	display = double_prop(message, PR_DISPLAY_TO_A);
	assert_string_equal(display->Value.lpszA, "bob@x.test; eve@x.test");
	mem_free(display);
	display = double_prop(message, PR_DISPLAY_BCC_A);
	assert_string_equal(display->Value.lpszA, "dora@x.test");
	mem_free(display);
	COM_CLEAR(message);
}

static void
recipients_change_by_row_id(void **state)
{
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "rows", "a@x.test");
	SPropValue change[3] = { { .ulPropTag = PR_ROWID, .Value.l = 1 },
		{ .ulPropTag = PR_EMAIL_ADDRESS_A, .Value.lpszA = (char *)(size_t) "new@x.test" },
		{ .ulPropTag = PR_SUBJECT_A, .Value.err = 0 } };
	ADRLIST list = { 1, { { 0, 2, change } } };
	SRowSet *rows;

	double_add_recipient(message, MAPI_CC, "b@x.test");
	double_add_recipient(message, MAPI_CC, "c@x.test");
	assert_int_equal(message->lpVtbl->ModifyRecipients(message, MODRECIP_MODIFY, &list), S_OK);
	change[0].Value.l = 0;
	assert_int_equal(message->lpVtbl->ModifyRecipients(message, MODRECIP_REMOVE, &list), S_OK);
	rows = recipients(message);
	assert_int_equal(rows->cRows, 2);
	assert_int_equal(double_column(rows, 0, PR_ROWID)->Value.l, 1);
	assert_int_equal(double_column(rows, 0, PR_RECIPIENT_TYPE)->Value.l, MAPI_TO);
	double_rows_free(rows);
	/* What names no row changes nothing; neither does PT_NULL. */
	change[0].Value.l = 77;
	assert_true(FAILED(message->lpVtbl->ModifyRecipients(message, MODRECIP_MODIFY, &list)));
	change[0].ulPropTag = PROP_TAG(PT_NULL, 0x3000);
	assert_int_equal(message->lpVtbl->ModifyRecipients(message, MODRECIP_ADD, &list),
	    MAPI_E_INVALID_PARAMETER);
	assert_int_equal(
	    message->lpVtbl->ModifyRecipients(message, MODRECIP_ADD | MODRECIP_REMOVE, &list),
	    MAPI_E_UNKNOWN_FLAGS);
	change[0].ulPropTag = PROP_TAG(PT_ERROR, 0x3000);
	assert_int_equal(message->lpVtbl->ModifyRecipients(message, 0, &list), S_OK);
	rows = recipients(message);
	assert_int_equal(rows->cRows, 1);
	assert_int_equal(double_column(rows, 0, PR_ROWID)->Value.l, 3);
	double_rows_free(rows);
	COM_CLEAR(message);
}

static void
moved_messages_keep_their_entry_id(void **state)
{
	struct fixture *fixture = *state;
	IMAPIFolder *drafts = double_folder(fixture->store, PR_IPM_DRAFTS_ENTRYID);
	IMessage *message = double_letter(fixture->outbox, "moved", NULL);
	SPropValue *id;
	SBinary both[2];
	ENTRYLIST list = { 2, both };
	BYTE gone[32];

	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	id = double_prop(message, PR_ENTRYID);
	COM_CLEAR(message);
	both[0] = id->Value.bin;
	memcpy(gone, id->Value.bin.lpb, sizeof(gone));
	gone[24] ^= 0x70; /* one that is not there makes it partial */
	both[1].cb = sizeof(gone);
	both[1].lpb = gone;
	assert_int_equal(fixture->outbox->lpVtbl->CopyMessages(
			     fixture->outbox, &list, NULL, drafts, 0, NULL, MESSAGE_MOVE),
	    MAPI_W_PARTIAL_COMPLETION);
	assert_int_equal(double_messages(fixture->outbox), 0);
	assert_int_equal(double_messages(drafts), 1);
	assert_int_equal(double_open(fixture->store, id, 0, &message), S_OK);
	COM_CLEAR(message);
	list.cValues = 1;
	assert_int_equal(drafts->lpVtbl->DeleteMessages(drafts, &list, 0, NULL, 0), S_OK);
	assert_int_equal(double_open(fixture->store, id, 0, &message), MAPI_E_NOT_FOUND);
	mem_free(id);
	COM_CLEAR(drafts);
}

static void
read_flags_and_counts_agree(void **state)
{
	struct fixture *fixture = *state;
	IMAPIFolder *inbox = double_inbox(fixture->store);
	IMessage *message = double_letter(inbox, "news", NULL);
	SPropValue *value;

	message = save_and_reopen(fixture, message, MAPI_MODIFY);
	value = double_prop(inbox, PR_CONTENT_UNREAD);
	assert_int_equal(value->Value.l, 1);
	mem_free(value);
	assert_int_equal(message->lpVtbl->SetReadFlag(message, SUPPRESS_RECEIPT), S_OK);
	value = double_prop(message, PR_MESSAGE_FLAGS);
	assert_true(value->Value.l & MSGFLAG_READ);
	mem_free(value);
	value = double_prop(inbox, PR_CONTENT_UNREAD);
	assert_int_equal(value->Value.l, 0);
	mem_free(value);
	assert_int_equal(inbox->lpVtbl->SetReadFlags(inbox, NULL, 0, NULL, CLEAR_READ_FLAG), S_OK);
	value = double_prop(inbox, PR_CONTENT_UNREAD);
	assert_int_equal(value->Value.l, 1);
	mem_free(value);
	assert_int_equal(inbox->lpVtbl->EmptyFolder(inbox, 0, NULL, 0), S_OK);
	value = double_prop(inbox, PR_CONTENT_COUNT);
	assert_int_equal(value->Value.l, 0);
	mem_free(value);
	COM_CLEAR(message);
	COM_CLEAR(inbox);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(every_type_comes_back),
		TEST(unsaved_is_seen_by_nobody),
		TEST(subjects_are_split),
		TEST(what_the_store_computes_cannot_be_set),
		TEST(standard_properties_have_their_types),
		TEST(tables_are_in_the_property_list),
		TEST(recipients_become_one_offs),
		TEST(recipients_change_by_row_id),
		TEST(moved_messages_keep_their_entry_id),
		TEST(read_flags_and_counts_agree),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
