/* SPDX-License-Identifier: MIT */
/* IStream on properties of messages, attachments, folders and stores (COM: IStream). */
#include "storetesting.h"

static IStream *
open_stream(void *object, ULONG tag, ULONG flags)
{
	IMAPIProp *prop = object;
	IStream *stream = NULL;

	OK(prop->lpVtbl->OpenProperty(
	    prop, tag, &IID_IStream, 0, flags, (IUnknown **)(void *)&stream));
	return stream;
}

static void
put(IStream *stream, const char *text)
{
	ULONG written = 0;

	OK(stream->lpVtbl->Write(stream, text, (ULONG)strlen(text), &written));
	assert_int_equal(written, strlen(text));
}

static void
go_to(IStream *stream, LONGLONG where)
{
	LARGE_INTEGER offset = { .QuadPart = where };

	OK(stream->lpVtbl->Seek(stream, offset, STREAM_SEEK_SET, NULL));
}

/* From the position to the end. */
static void
assert_rest(IStream *stream, const char *text)
{
	char bytes[64] = "";
	ULONG got = 0;

	OK(stream->lpVtbl->Read(stream, bytes, sizeof bytes - 1, &got));
	bytes[got] = 0;
	assert_string_equal(bytes, text);
}

static void
commit_gives_the_value_to_the_property(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "Streams");
	void *objects[] = { message, world->sent, world->store };
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(objects); at++) {
		IStream *stream = open_stream(objects[at], PR_COMMENT_A, MAPI_CREATE | MAPI_MODIFY);

		put(stream, "by stream");
		OK(stream->lpVtbl->Commit(stream, STGC_DEFAULT));
		assert_string_equal(world_text(objects[at], PR_COMMENT_A), "by stream");
		RELEASE(stream);
	}
	RELEASE(message);
}

static void
revert_throws_away_what_was_written_since_the_commit(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "Streams");
	void *objects[] = { message, world->sent };
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(objects); at++) {
		IStream *stream = open_stream(objects[at], PR_COMMENT_A, MAPI_CREATE | MAPI_MODIFY);

		put(stream, "kept");
		OK(stream->lpVtbl->Commit(stream, 0));
		put(stream, " and not kept");
		OK(stream->lpVtbl->Revert(stream));
		go_to(stream, 0);
		assert_rest(stream, "kept");
		RELEASE(stream);
		assert_string_equal(world_text(objects[at], PR_COMMENT_A), "kept");
	}
	RELEASE(message);
}

/* Larger than any buffer: what was committed is on disk. */
static void
revert_of_a_long_value_is_exact(void **state)
{
	enum { SIZE = 600000 };
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "Streams");
	IStream *stream = open_stream(message, PR_HTML, MAPI_CREATE | MAPI_MODIFY);
	char *bytes = g_malloc(SIZE);
	ULARGE_INTEGER none = { .QuadPart = 0 };
	STATSTG stat;

	memset(bytes, 'a', SIZE);
	OK(stream->lpVtbl->Write(stream, bytes, SIZE, NULL));
	OK(stream->lpVtbl->Commit(stream, 0));
	go_to(stream, 300000);
	put(stream, "changed");
	OK(stream->lpVtbl->SetSize(stream, none));
	OK(stream->lpVtbl->Revert(stream));
	OK(stream->lpVtbl->Stat(stream, &stat, STATFLAG_NONAME));
	assert_int_equal(stat.cbSize.QuadPart, SIZE);
	go_to(stream, SIZE - 5);
	assert_rest(stream, "aaaaa");
	go_to(stream, 299998);
	memset(bytes, 0, 11);
	OK(stream->lpVtbl->Read(stream, bytes, 10, NULL));
	assert_string_equal(bytes, "aaaaaaaaaa");
	g_free(bytes);
	RELEASE(stream);
	RELEASE(message);
}

static void
a_clone_has_the_same_bytes_and_its_own_position(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "Streams");
	IStream *stream = open_stream(message, PR_COMMENT_A, MAPI_CREATE | MAPI_MODIFY), *clone;

	put(stream, "12345");
	go_to(stream, 2);
	OK(stream->lpVtbl->Clone(stream, &clone));
	assert_rest(clone, "345");
	assert_rest(stream, "345");
	go_to(clone, 0);
	put(clone, "x");
	go_to(stream, 0);
	assert_rest(stream, "x2345");
	RELEASE(stream);
	OK(clone->lpVtbl->Commit(clone, 0));
	RELEASE(clone);
	assert_string_equal(world_text(message, PR_COMMENT_A), "x2345");
	RELEASE(message);
}

static void
seeking_before_the_beginning_is_refused_and_behind_the_end_fills_up(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "Streams");
	IStream *stream = open_stream(message, PR_RTF_COMPRESSED, MAPI_CREATE | MAPI_MODIFY);
	LARGE_INTEGER back = { .QuadPart = -1 };
	ULARGE_INTEGER where = { .QuadPart = 9 };
	BYTE bytes[4] = { 1, 1, 1, 1 };

	FAILS(stream->lpVtbl->Seek(stream, back, STREAM_SEEK_SET, NULL), STG_E_INVALIDFUNCTION);
	FAILS(stream->lpVtbl->Seek(stream, back, 17, NULL), STG_E_INVALIDFUNCTION);
	go_to(stream, 3);
	put(stream, "z");
	go_to(stream, 0);
	OK(stream->lpVtbl->Read(stream, bytes, 4, NULL));
	assert_memory_equal(bytes, "\0\0\0z", 4);
	OK(stream->lpVtbl->Seek(stream, back, STREAM_SEEK_END, &where));
	assert_int_equal(where.QuadPart, 3);
	RELEASE(stream);
	RELEASE(message);
}

static void
there_are_no_locks(void **state)
{
	struct world *world = *state;
	ULARGE_INTEGER zero = { .QuadPart = 0 }, one = { .QuadPart = 1 };
	IMessage *message = world_message(world->sent, "Streams");
	void *objects[] = { message, world->sent };
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(objects); at++) {
		IStream *stream = open_stream(objects[at], PR_COMMENT_A, MAPI_CREATE | MAPI_MODIFY);
		STATSTG stat;

		OK(stream->lpVtbl->Stat(stream, &stat, STATFLAG_NONAME));
		assert_int_equal(stat.grfLocksSupported, 0);
		FAILS(stream->lpVtbl->LockRegion(stream, zero, one, LOCK_WRITE),
		    STG_E_INVALIDFUNCTION);
		FAILS(stream->lpVtbl->UnlockRegion(stream, zero, one, LOCK_WRITE),
		    STG_E_INVALIDFUNCTION);
		RELEASE(stream);
	}
	RELEASE(message);
}

static void
opened_to_read_it_is_not_written(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "Streams");
	IStream *stream = open_stream(message, PR_BODY_A, 0);
	ULARGE_INTEGER one = { .QuadPart = 1 };

	FAILS(stream->lpVtbl->Write(stream, "x", 1, NULL), STG_E_ACCESSDENIED);
	FAILS(stream->lpVtbl->SetSize(stream, one), STG_E_ACCESSDENIED);
	assert_rest(stream, "Good morning");
	RELEASE(stream);
	RELEASE(message);
}

static void
text_comes_in_the_width_that_is_asked_for(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "Streams");
	IStream *stream = open_stream(message, PR_BODY_W, 0);
	WCHAR text[3] = { 0 };

	OK(stream->lpVtbl->Read(stream, text, 4, NULL));
	assert_int_equal(text[0], 'G');
	assert_int_equal(text[1], 'o');
	RELEASE(stream);
	RELEASE(message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(commit_gives_the_value_to_the_property),
		CASE(revert_throws_away_what_was_written_since_the_commit),
		CASE(revert_of_a_long_value_is_exact),
		CASE(a_clone_has_the_same_bytes_and_its_own_position),
		CASE(seeking_before_the_beginning_is_refused_and_behind_the_end_fills_up),
		CASE(there_are_no_locks),
		CASE(opened_to_read_it_is_not_written),
		CASE(text_comes_in_the_width_that_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
