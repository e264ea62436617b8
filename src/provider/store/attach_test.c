/* SPDX-License-Identifier: MIT */
/* Streams, long values, attachments, and messages within messages. */
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
#include "mem.h"
#include "text.h"

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
check_position(IStream *stream, guint64 expected)
{
	const LARGE_INTEGER here = { .QuadPart = 0 };
	ULARGE_INTEGER position;

	assert_int_equal(stream->lpVtbl->Seek(stream, here, STREAM_SEEK_CUR, &position), S_OK);
	assert_int_equal(position.QuadPart, expected);
}

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
clones_read_on_their_own(void **state)
{
	static const size_t sizes[] = { 1, 100, 100000, 700000 };
	const LARGE_INTEGER begin = { .QuadPart = 0 };
	struct fixture *fixture = *state;
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(sizes); at++) {
		IMessage *message = double_letter(fixture->outbox, "clones", NULL);
		IStream *stream = stream_of(message, PR_HTML, MAPI_CREATE | MAPI_MODIFY), *clone;
		BYTE byte;

		write_pattern(stream, sizes[at], 50000);
		assert_int_equal(stream->lpVtbl->Clone(stream, &clone), S_OK);
		assert_int_equal(clone->lpVtbl->Seek(clone, begin, STREAM_SEEK_SET, NULL), S_OK);
		check_pattern(clone, sizes[at], 65536);
		COM_CLEAR(clone);
		assert_int_equal(stream->lpVtbl->Commit(stream, 0), S_OK);
		COM_CLEAR(stream);
		message = save_and_reopen(fixture, message, 0);
		stream = stream_of(message, PR_HTML, 0);
		assert_int_equal(stream->lpVtbl->Read(stream, &byte, 1, NULL), S_OK);
		assert_int_equal(stream->lpVtbl->Clone(stream, &clone), S_OK);
		check_position(clone, 1);
		assert_int_equal(clone->lpVtbl->Seek(clone, begin, STREAM_SEEK_SET, NULL), S_OK);
		check_position(stream, 1);
		COM_CLEAR(stream);
		check_pattern(clone, sizes[at], 65536);
		COM_CLEAR(clone);
		COM_CLEAR(message);
	}
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(attachments_of_every_size),
		TEST(attachment_table_tells_of_them),
		TEST(long_values_are_transacted),
		TEST(clones_read_on_their_own),
		TEST(long_bodies_come_whole_or_by_stream),
		TEST(stream_moves_and_cuts),
		TEST(copies_carry_everything),
		TEST(messages_nest),
		TEST(messages_go_to_another_store),
		TEST(dropped_work_leaves_nothing),
	};

	return cmocka_run_group_tests_name("attach", tests, NULL, NULL);
}
