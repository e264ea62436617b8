/* SPDX-License-Identifier: MIT */
/* Messages: properties of every type, recipients, transactions, streams and attachments. */
#include "testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "com.h"
#include "entryid.h"
#include "mem.h"
#include "prop.h"
#include "text.h"

struct fixture {
	struct place place;
	IMsgStore *store;
	IMAPIFolder *outbox;
};

static int
setup(void **state)
{
	static struct fixture fixture;

	place_make(&fixture.place);
	assert_int_equal(double_logon(fixture.place.path, false, &fixture.store, NULL), S_OK);
	fixture.outbox = double_folder(fixture.store, PR_IPM_OUTBOX_ENTRYID);
	*state = &fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	COM_CLEAR(fixture->outbox);
	COM_CLEAR(fixture->store);
	place_free(&fixture->place);
	return 0;
}

/* As a new process would: another logon. */
static void
reopen(struct fixture *fixture)
{
	COM_CLEAR(fixture->outbox);
	COM_CLEAR(fixture->store);
	assert_int_equal(double_logon(fixture->place.path, false, &fixture->store, NULL), S_OK);
	fixture->outbox = double_folder(fixture->store, PR_IPM_OUTBOX_ENTRYID);
}

static IMessage *
save_and_reopen(struct fixture *fixture, IMessage *message, ULONG flags)
{
	SPropValue *id;

	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	id = double_prop(message, PR_ENTRYID);
	COM_CLEAR(message);
	reopen(fixture);
	assert_int_equal(double_open(fixture->store, id, flags, &message), S_OK);
	mem_free(id);
	return message;
}

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

/* --- Streams ------------------------------------------------------------------------- */

static IStream *
stream_of(void *object, ULONG tag, ULONG flags)
{
	IMAPIProp *prop = object;
	IStream *stream = NULL;

	assert_int_equal(
	    prop->lpVtbl->OpenProperty(prop, tag, &IID_IStream, 0, flags, (IUnknown **)&stream),
	    S_OK);
	return stream;
}

static BYTE
pattern(size_t at)
{
	return (BYTE)((at * 2654435761u) >> 13);
}

static void
write_pattern(IStream *stream, size_t size, size_t piece)
{
	BYTE *data = g_malloc(piece);
	size_t at, in;

	for (at = 0; at < size; at += piece) {
		ULONG part = (ULONG)MIN(piece, size - at), done = 0;

		for (in = 0; in < part; in++)
			data[in] = pattern(at + in);
		assert_int_equal(stream->lpVtbl->Write(stream, data, part, &done), S_OK);
		assert_int_equal(done, part);
	}
	g_free(data);
}

static void
check_pattern(IStream *stream, size_t size, size_t piece)
{
	BYTE *data = g_malloc(piece);
	size_t at = 0, in;
	STATSTG status;
	ULONG done = 1;

	assert_int_equal(stream->lpVtbl->Stat(stream, &status, STATFLAG_NONAME), S_OK);
	assert_int_equal(status.cbSize.QuadPart, size);
	while (done) {
		assert_int_equal(stream->lpVtbl->Read(stream, data, (ULONG)piece, &done), S_OK);
		for (in = 0; in < done; in++)
			if (data[in] != pattern(at + in))
				fail_msg("byte %zu differs", at + in);
		at += done;
	}
	assert_int_equal(at, size);
	g_free(data);
}

static void
attachments_of_every_size(void **state)
{
	static const size_t sizes[] = { 0, 1, 65536, 65537, 262144, 262145, 5 * 1024 * 1024 };
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "attached", NULL);
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(sizes); at++) {
		IAttach *attach = NULL;
		IStream *stream;
		ULONG num = 99;

		assert_int_equal(
		    message->lpVtbl->CreateAttach(message, NULL, 0, &num, &attach), S_OK);
		assert_int_equal(num, at);
		double_set_long(attach, PR_ATTACH_METHOD, ATTACH_BY_VALUE);
		double_set_text(attach, PR_ATTACH_LONG_FILENAME_W, "file.bin");
		stream = stream_of(attach, PR_ATTACH_DATA_BIN, MAPI_CREATE | MAPI_MODIFY);
		write_pattern(stream, sizes[at], 40000);
		assert_int_equal(stream->lpVtbl->Commit(stream, 0), S_OK);
		COM_CLEAR(stream);
		assert_int_equal(attach->lpVtbl->SaveChanges(attach, 0), S_OK);
		COM_CLEAR(attach);
	}
	message = save_and_reopen(fixture, message, 0);
	for (at = 0; at < G_N_ELEMENTS(sizes); at++) {
		IAttach *attach = NULL;
		IStream *stream;

		assert_int_equal(
		    message->lpVtbl->OpenAttach(message, (ULONG)at, NULL, 0, &attach), S_OK);
		stream = stream_of(attach, PR_ATTACH_DATA_BIN, 0);
		check_pattern(stream, sizes[at], 70001);
		COM_CLEAR(stream);
		COM_CLEAR(attach);
	}
	COM_CLEAR(message);
}

static void
attachment_table_tells_of_them(void **state)
{
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "table", NULL);
	IMAPITable *table = NULL;
	IAttach *attach = NULL, *lost = NULL;
	SPropValue *value;
	SRowSet *rows;
	ULONG num;

	assert_int_equal(message->lpVtbl->CreateAttach(message, NULL, 0, &num, &lost), S_OK);
	assert_int_equal(message->lpVtbl->CreateAttach(message, NULL, 0, &num, &attach), S_OK);
	double_set_text(attach, PR_ATTACH_FILENAME_A, "a.txt");
	assert_int_equal(attach->lpVtbl->SaveChanges(attach, 0), S_OK);
	COM_CLEAR(attach);
	COM_CLEAR(lost); /* never saved: not there */
	message = save_and_reopen(fixture, message, MAPI_MODIFY);
	assert_int_equal(message->lpVtbl->GetAttachmentTable(message, 0, &table), S_OK);
	rows = double_rows(table, 10);
	assert_int_equal(rows->cRows, 1);
	assert_int_equal(double_column(rows, 0, PR_ATTACH_NUM)->Value.l, 1);
	assert_string_equal(double_column(rows, 0, PR_ATTACH_FILENAME_A)->Value.lpszA, "a.txt");
	double_rows_free(rows);
	COM_CLEAR(table);
	value = double_prop(message, PR_HASATTACH);
	assert_true(value->Value.b);
	mem_free(value);
	assert_int_equal(message->lpVtbl->DeleteAttach(message, 1, 0, NULL, 0), S_OK);
	assert_int_equal(
	    message->lpVtbl->OpenAttach(message, 1, NULL, 0, &attach), MAPI_E_NOT_FOUND);
	message = save_and_reopen(fixture, message, 0);
	value = double_prop(message, PR_HASATTACH);
	assert_false(value->Value.b);
	mem_free(value);
	COM_CLEAR(message);
}

/* A value on disk is copied before it is written: who does not save changes nothing. */
static void
long_values_are_transacted(void **state)
{
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "long", NULL), *other = NULL;
	const size_t size = 700000;
	SPropValue *id;
	IStream *stream;
	LARGE_INTEGER end = { .QuadPart = 10 };

	stream = stream_of(message, PR_BODY_A, MAPI_CREATE | MAPI_MODIFY);
	write_pattern(stream, size, 100000);
	assert_int_equal(stream->lpVtbl->Commit(stream, 0), S_OK);
	COM_CLEAR(stream);
	message = save_and_reopen(fixture, message, MAPI_MODIFY);
	stream = stream_of(message, PR_BODY_A, MAPI_MODIFY);
	assert_int_equal(stream->lpVtbl->Seek(stream, end, STREAM_SEEK_SET, NULL), S_OK);
	assert_int_equal(stream->lpVtbl->Write(stream, "changed", 7, NULL), S_OK);
	assert_int_equal(stream->lpVtbl->Commit(stream, 0), S_OK);
	id = double_prop(message, PR_ENTRYID);
	assert_int_equal(double_open(fixture->store, id, 0, &other), S_OK);
	COM_CLEAR(stream);
	COM_CLEAR(message);
	stream = stream_of(other, PR_BODY_A, 0);
	check_pattern(stream, size, 65536);
	COM_CLEAR(stream);
	COM_CLEAR(other);
	mem_free(id);
}

static void
long_bodies_come_whole_or_by_stream(void **state)
{
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "body", NULL);
	const size_t length = 200000;
	char *text = g_malloc(length + 1);
	SPropValue *value, *all;
	ULONG count, at;
	IStream *stream;
	STATSTG status;

	memset(text, 'e', length);
	text[length] = '\0';
	double_set_text(message, PR_BODY_W, text);
	message = save_and_reopen(fixture, message, MAPI_MODIFY);
	value = double_prop(message, PR_BODY_A);
	assert_string_equal(value->Value.lpszA, text);
	mem_free(value);
	value = double_prop(message, PR_BODY_W);
	assert_int_equal(text_wcslen(value->Value.lpszW), length);
	mem_free(value);
	stream = stream_of(message, PR_BODY_W, 0);
	assert_int_equal(stream->lpVtbl->Stat(stream, &status, STATFLAG_NONAME), S_OK);
	assert_int_equal(status.cbSize.QuadPart, 2 * length);
	COM_CLEAR(stream);
	/* Among all properties it is there by name. */
	assert_int_equal(
	    message->lpVtbl->GetProps(message, NULL, 0, &count, &all), MAPI_W_ERRORS_RETURNED);
	for (at = 0; at < count; at++)
		if (PROP_ID(all[at].ulPropTag) == PROP_ID(PR_BODY))
			break;
	assert_true(at < count);
	assert_int_equal(all[at].Value.err, MAPI_E_NOT_ENOUGH_MEMORY);
	mem_free(all);
	/* A short one takes its place. */
	double_set_text(message, PR_BODY_A, "short");
	message = save_and_reopen(fixture, message, 0);
	value = double_prop(message, PR_BODY_A);
	assert_string_equal(value->Value.lpszA, "short");
	mem_free(value);
	COM_CLEAR(message);
	g_free(text);
}

static void
stream_moves_and_cuts(void **state)
{
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "cut", NULL);
	IStream *stream = stream_of(message, PR_HTML, MAPI_CREATE | MAPI_MODIFY);
	ULARGE_INTEGER size = { .QuadPart = 300000 }, position;
	LARGE_INTEGER offset = { .QuadPart = -3 };
	BYTE data[16];
	ULONG done;

	write_pattern(stream, 100, 100);
	assert_int_equal(stream->lpVtbl->SetSize(stream, size), S_OK);
	assert_int_equal(stream->lpVtbl->Seek(stream, offset, STREAM_SEEK_END, &position), S_OK);
	assert_int_equal(position.QuadPart, 299997);
	assert_int_equal(stream->lpVtbl->Read(stream, data, 16, &done), S_OK);
	assert_int_equal(done, 3);
	assert_int_equal(data[0] | data[1] | data[2], 0);
	size.QuadPart = 50;
	assert_int_equal(stream->lpVtbl->SetSize(stream, size), S_OK);
	size.QuadPart = 60;
	assert_int_equal(stream->lpVtbl->SetSize(stream, size), S_OK);
	offset.QuadPart = 49;
	assert_int_equal(stream->lpVtbl->Seek(stream, offset, STREAM_SEEK_SET, NULL), S_OK);
	assert_int_equal(stream->lpVtbl->Read(stream, data, 16, &done), S_OK);
	assert_int_equal(done, 11);
	assert_int_equal(data[0], pattern(49));
	assert_int_equal(data[1], 0);
	offset.QuadPart = -1;
	assert_true(FAILED(stream->lpVtbl->Seek(stream, offset, STREAM_SEEK_SET, NULL)));
	COM_CLEAR(stream);
	message = save_and_reopen(fixture, message, 0);
	stream = stream_of(message, PR_HTML, 0);
	assert_int_equal(stream->lpVtbl->Write(stream, "x", 1, NULL), STG_E_ACCESSDENIED);
	COM_CLEAR(stream);
	COM_CLEAR(message);
}

static void
copies_carry_everything(void **state)
{
	struct fixture *fixture = *state;
	IMAPIFolder *drafts = double_folder(fixture->store, PR_IPM_DRAFTS_ENTRYID);
	IMessage *message = double_letter(fixture->outbox, "original", "bob@x.test"), *copy = NULL;
	IAttach *attach = NULL;
	IStream *stream;
	SPropValue *id, *value;
	ENTRYLIST list;
	ULONG num, pass;

	assert_int_equal(message->lpVtbl->CreateAttach(message, NULL, 0, &num, &attach), S_OK);
	stream = stream_of(attach, PR_ATTACH_DATA_BIN, MAPI_CREATE | MAPI_MODIFY);
	write_pattern(stream, 400000, 65536);
	COM_CLEAR(stream); /* the last Release commits */
	assert_int_equal(attach->lpVtbl->SaveChanges(attach, 0), S_OK);
	COM_CLEAR(attach);
	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	id = double_prop(message, PR_ENTRYID);
	/* By the folder, then by CopyTo. */
	for (pass = 0; pass < 2; pass++) {
		if (pass == 0) {
			IMAPITable *table = NULL;
			SRowSet *rows;

			list.cValues = 1;
			list.lpbin = &id->Value.bin;
			assert_int_equal(fixture->outbox->lpVtbl->CopyMessages(
					     fixture->outbox, &list, NULL, drafts, 0, NULL, 0),
			    S_OK);
			assert_int_equal(drafts->lpVtbl->GetContentsTable(drafts, 0, &table), S_OK);
			rows = double_rows(table, 1);
			assert_int_equal(double_open(fixture->store,
					     double_column(rows, 0, PR_ENTRYID), 0, &copy),
			    S_OK);
			double_rows_free(rows);
			COM_CLEAR(table);
		} else {
			copy = double_letter(drafts, NULL, NULL);
			assert_int_equal(message->lpVtbl->CopyTo(message, 0, NULL, NULL, 0, NULL,
					     &IID_IMessage, copy, 0, NULL),
			    S_OK);
			copy = save_and_reopen(fixture, copy, 0);
			COM_CLEAR(message);
		}
		value = double_prop(copy, PR_SUBJECT_A);
		assert_string_equal(value->Value.lpszA, "original");
		mem_free(value);
		value = double_prop(copy, PR_DISPLAY_TO_A);
		assert_string_equal(value->Value.lpszA, "bob@x.test");
		mem_free(value);
		assert_int_equal(copy->lpVtbl->OpenAttach(copy, 0, NULL, 0, &attach), S_OK);
		stream = stream_of(attach, PR_ATTACH_DATA_BIN, 0);
		check_pattern(stream, 400000, 65536);
		COM_CLEAR(stream);
		COM_CLEAR(attach);
		COM_CLEAR(copy);
	}
	mem_free(id);
	COM_CLEAR(drafts);
}

/* --- Messages in messages ------------------------------------------------------------ */

static IMessage *
embedded_of(IAttach *attach, ULONG flags)
{
	IMessage *message = NULL;

	assert_int_equal(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
			     flags, (IUnknown **)&message),
	    S_OK);
	return message;
}

static IAttach *
attach_of(IMessage *message, ULONG flags)
{
	IAttach *attach = NULL;

	assert_int_equal(message->lpVtbl->OpenAttach(message, 0, NULL, flags, &attach), S_OK);
	return attach;
}

/* A letter in a letter, `depth` deep; the innermost has a long attachment. */
static void
nest(IMessage *message, int depth)
{
	IAttach *attach = NULL;
	ULONG num;

	assert_int_equal(message->lpVtbl->CreateAttach(message, NULL, 0, &num, &attach), S_OK);
	if (depth) {
		IMessage *inner = embedded_of(attach, MAPI_CREATE | MAPI_MODIFY);

		double_set_text(inner, PR_SUBJECT_W, "inner");
		double_add_recipient(inner, MAPI_TO, "inner@x.test");
		nest(inner, depth - 1);
		assert_int_equal(inner->lpVtbl->SaveChanges(inner, KEEP_OPEN_READWRITE), S_OK);
		double_set_long(inner, PR_IMPORTANCE, depth);
		assert_int_equal(inner->lpVtbl->SaveChanges(inner, 0), S_OK);
		COM_CLEAR(inner);
	} else {
		IStream *stream = stream_of(attach, PR_ATTACH_DATA_BIN, MAPI_CREATE | MAPI_MODIFY);

		write_pattern(stream, 300000, 65536);
		COM_CLEAR(stream);
	}
	assert_int_equal(attach->lpVtbl->SaveChanges(attach, 0), S_OK);
	COM_CLEAR(attach);
}

static void
check_nest(IMessage *message, int depth)
{
	IAttach *attach = attach_of(message, 0);

	if (depth) {
		IMessage *inner = embedded_of(attach, 0);
		SPropValue *value = double_prop(inner, PR_IMPORTANCE);

		assert_int_equal(value->Value.l, depth);
		mem_free(value);
		value = double_prop(inner, PR_DISPLAY_TO_A);
		assert_string_equal(value->Value.lpszA, "inner@x.test");
		mem_free(value);
		assert_int_equal(inner->lpVtbl->SubmitMessage(inner, 0), MAPI_E_NO_ACCESS);
		check_nest(inner, depth - 1);
		COM_CLEAR(inner);
	} else {
		IStream *stream = stream_of(attach, PR_ATTACH_DATA_BIN, 0);

		check_pattern(stream, 300000, 65536);
		COM_CLEAR(stream);
	}
	COM_CLEAR(attach);
}

static gint64
rows_left(struct fixture *fixture, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *row = NULL;
	gint64 count;

	assert_int_equal(sqlite3_open(fixture->place.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	count = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	sqlite3_close(db);
	return count;
}

static void
messages_nest(void **state)
{
	struct fixture *fixture = *state;
	IMAPIFolder *drafts;
	IMessage *message = double_letter(fixture->outbox, "outer", "bob@x.test"), *inner;
	SPropValue *id;
	ENTRYLIST list = { 1, NULL };
	IAttach *attach;

	nest(message, 2);
	message = save_and_reopen(fixture, message, MAPI_MODIFY);
	check_nest(message, 2);
	/* Changing the inner one keeps what is in it. */
	attach = attach_of(message, MAPI_MODIFY);
	inner = embedded_of(attach, MAPI_MODIFY);
	double_set_text(inner, PR_SUBJECT_W, "changed");
	assert_int_equal(inner->lpVtbl->SaveChanges(inner, 0), S_OK);
	COM_CLEAR(inner);
	assert_int_equal(attach->lpVtbl->SaveChanges(attach, 0), S_OK);
	COM_CLEAR(attach);
	message = save_and_reopen(fixture, message, 0);
	check_nest(message, 2);
	attach = attach_of(message, 0);
	inner = embedded_of(attach, 0);
	id = double_prop(inner, PR_SUBJECT_A);
	assert_string_equal(id->Value.lpszA, "changed");
	mem_free(id);
	COM_CLEAR(inner);
	COM_CLEAR(attach);
	/* A copy is whole; after deleting both nothing is left behind. */
	id = double_prop(message, PR_ENTRYID);
	COM_CLEAR(message);
	list.lpbin = &id->Value.bin;
	drafts = double_folder(fixture->store, PR_IPM_DRAFTS_ENTRYID);
	assert_int_equal(
	    fixture->outbox->lpVtbl->CopyMessages(fixture->outbox, &list, NULL, drafts, 0, NULL, 0),
	    S_OK);
	assert_int_equal(
	    fixture->outbox->lpVtbl->DeleteMessages(fixture->outbox, &list, 0, NULL, 0), S_OK);
	mem_free(id);
	{
		IMAPITable *table = NULL;
		SRowSet *rows;

		assert_int_equal(drafts->lpVtbl->GetContentsTable(drafts, 0, &table), S_OK);
		rows = double_rows(table, 1);
		assert_int_equal(
		    double_open(fixture->store, double_column(rows, 0, PR_ENTRYID), 0, &message),
		    S_OK);
		check_nest(message, 2);
		double_rows_free(rows);
		COM_CLEAR(table);
		COM_CLEAR(message);
	}
	assert_int_equal(drafts->lpVtbl->EmptyFolder(drafts, 0, NULL, 0), S_OK);
	COM_CLEAR(drafts);
	assert_int_equal(
	    rows_left(fixture, "SELECT (SELECT count(*) FROM message) + (SELECT count(*)"
			       " FROM attachment) + (SELECT count(*) FROM recipient) +"
			       " (SELECT count(*) FROM lob) + (SELECT count(*) FROM chunk)"),
	    0);
}

static void
messages_go_to_another_store(void **state)
{
	struct fixture *fixture = *state;
	struct place elsewhere;
	IMsgStore *store = NULL;
	IMAPIFolder *target;
	IMessage *message = double_letter(fixture->outbox, "outer", "bob@x.test");
	IMAPITable *table = NULL;
	ENTRYLIST list = { 1, NULL };
	SPropValue *id;
	SRowSet *rows;

	place_make(&elsewhere);
	assert_int_equal(double_logon(elsewhere.path, false, &store, NULL), S_OK);
	target = double_inbox(store);
	nest(message, 1);
	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	id = double_prop(message, PR_ENTRYID);
	COM_CLEAR(message);
	list.lpbin = &id->Value.bin;
	assert_int_equal(fixture->outbox->lpVtbl->CopyMessages(
			     fixture->outbox, &list, NULL, target, 0, NULL, MESSAGE_MOVE),
	    S_OK);
	mem_free(id);
	assert_int_equal(double_messages(fixture->outbox), 0);
	assert_int_equal(target->lpVtbl->GetContentsTable(target, 0, &table), S_OK);
	rows = double_rows(table, 1);
	assert_int_equal(double_open(store, double_column(rows, 0, PR_ENTRYID), 0, &message), S_OK);
	check_nest(message, 1);
	double_rows_free(rows);
	COM_CLEAR(table);
	COM_CLEAR(message);
	COM_CLEAR(target);
	COM_CLEAR(store);
	place_free(&elsewhere);
}

static void
dropped_work_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "never saved", "bob@x.test");

	nest(message, 1);
	COM_CLEAR(message);
	assert_int_equal(rows_left(fixture, "SELECT (SELECT count(*) FROM lob) + (SELECT count(*)"
					    " FROM chunk)"),
	    0);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(every_type_comes_back),
		TEST(unsaved_is_seen_by_nobody),
		TEST(subjects_are_split),
		TEST(what_the_store_computes_cannot_be_set),
		TEST(standard_properties_have_their_types),
		TEST(recipients_become_one_offs),
		TEST(recipients_change_by_row_id),
		TEST(attachments_of_every_size),
		TEST(attachment_table_tells_of_them),
		TEST(long_values_are_transacted),
		TEST(long_bodies_come_whole_or_by_stream),
		TEST(stream_moves_and_cuts),
		TEST(copies_carry_everything),
		TEST(messages_nest),
		TEST(messages_go_to_another_store),
		TEST(dropped_work_leaves_nothing),
		TEST(moved_messages_keep_their_entry_id),
		TEST(read_flags_and_counts_agree),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
