/* SPDX-License-Identifier: MIT */
/* Streams in memory: positions, sizes, clones, and when the owner gets the bytes. */
#include "testing.h"

#include <glib.h>
#include <string.h>
#include "stream.h"

/* What the owner of a stream was told. */
struct record {
	char bytes[64];
	size_t size;
	int commits;
	int frees;
	HRESULT answer;
};

static HRESULT
record_commit(void *context, const void *data, size_t size)
{
	struct record *record = context;

	record->commits++;
	if (FAILED(record->answer))
		return record->answer;
	memcpy(record->bytes, data, size);
	record->size = size;
	return S_OK;
}

static void
record_free(void *context)
{
	((struct record *)context)->frees++;
}

static IStream *
open_stream(struct record *record, const char *text)
{
	struct stream_owner owner = { record_commit, record_free, record };
	IStream *stream;

	memset(record, 0, sizeof(*record));
	assert_int_equal(stream_create(text, strlen(text), &owner, &stream), S_OK);
	return stream;
}

static ULONGLONG
seek(IStream *stream, LONGLONG move, DWORD origin)
{
	LARGE_INTEGER by = { .QuadPart = move };
	ULARGE_INTEGER position;

	assert_int_equal(stream->lpVtbl->Seek(stream, by, origin, &position), S_OK);
	return position.QuadPart;
}

static void
write_text(IStream *stream, const char *text)
{
	ULONG done;

	assert_int_equal(stream->lpVtbl->Write(stream, text, (ULONG)strlen(text), &done), S_OK);
	assert_int_equal(done, strlen(text));
}

static void
assert_rest(IStream *stream, const char *data, ULONG size)
{
	char buffer[64];
	ULONG done;

	assert_int_equal(stream->lpVtbl->Read(stream, buffer, sizeof(buffer), &done), S_OK);
	assert_int_equal(done, size);
	assert_memory_equal(buffer, data, size);
}

static void
set_size(IStream *stream, ULONGLONG size)
{
	ULARGE_INTEGER wanted = { .QuadPart = size };

	assert_int_equal(stream->lpVtbl->SetSize(stream, wanted), S_OK);
}

static void
writing_reaches_the_owner_at_commit(void **state)
{
	struct record record;
	IStream *stream = open_stream(&record, "hello");

	assert_rest(stream, "hello", 5);
	write_text(stream, " world");
	assert_int_equal(record.commits, 0);
	assert_int_equal(stream->lpVtbl->Commit(stream, STGC_DEFAULT), S_OK);
	assert_int_equal(record.size, 11);
	assert_memory_equal(record.bytes, "hello world", 11);
	assert_int_equal(stream->lpVtbl->Release(stream), 0);
	assert_int_equal(record.commits, 1);
	assert_int_equal(record.frees, 1);
}

static void
last_release_commits_what_is_left(void **state)
{
	struct record record;
	IStream *stream = open_stream(&record, "hello"), *clone;

	write_text(stream, "J");
	assert_int_equal(stream->lpVtbl->Clone(stream, &clone), S_OK);
	stream->lpVtbl->Release(stream);
	assert_int_equal(record.commits, 0);
	assert_rest(clone, "ello", 4);
	clone->lpVtbl->Release(clone);
	assert_int_equal(record.commits, 1);
	assert_int_equal(record.frees, 1);
	assert_memory_equal(record.bytes, "Jello", 5);
}

static void
failed_commit_is_told_and_tried_again(void **state)
{
	struct record record;
	IStream *stream = open_stream(&record, "");

	write_text(stream, "x");
	record.answer = MAPI_E_NOT_ENOUGH_DISK;
	assert_int_equal(stream->lpVtbl->Commit(stream, 0), MAPI_E_NOT_ENOUGH_DISK);
	record.answer = S_OK;
	assert_int_equal(stream->lpVtbl->Commit(stream, 0), S_OK);
	assert_int_equal(record.size, 1);
	stream->lpVtbl->Release(stream);
}

static void
seeking_is_bounded_below_only(void **state)
{
	struct record record;
	IStream *stream = open_stream(&record, "12345");
	LARGE_INTEGER back = { .QuadPart = -1 }, far = { .QuadPart = INT64_MAX };

	assert_int_equal(seek(stream, -2, STREAM_SEEK_END), 3);
	assert_rest(stream, "45", 2);
	assert_int_equal(seek(stream, -4, STREAM_SEEK_CUR), 1);
	assert_int_equal(seek(stream, 8, STREAM_SEEK_SET), 8);
	assert_rest(stream, "", 0);
	write_text(stream, "9");
	assert_int_equal(seek(stream, 0, STREAM_SEEK_SET), 0);
	assert_rest(stream,
	    "12345\0\0\0"
	    "9",
	    9);
	seek(stream, 0, STREAM_SEEK_SET);
	assert_int_equal(
	    stream->lpVtbl->Seek(stream, back, STREAM_SEEK_CUR, NULL), STG_E_INVALIDFUNCTION);
	assert_int_equal(stream->lpVtbl->Seek(stream, back, 3, NULL), STG_E_INVALIDFUNCTION);
	seek(stream, INT64_MAX, STREAM_SEEK_SET);
	assert_int_equal(
	    stream->lpVtbl->Seek(stream, far, STREAM_SEEK_CUR, NULL), STG_E_INVALIDFUNCTION);
	assert_int_equal(stream->lpVtbl->Write(stream, "x", 1, NULL), STG_E_MEDIUMFULL);
	stream->lpVtbl->Release(stream);
}

static void
size_can_be_set(void **state)
{
	struct record record;
	IStream *stream = open_stream(&record, "12345");
	ULARGE_INTEGER huge = { .QuadPart = 1ull << 60 };
	STATSTG stat;

	set_size(stream, 2);
	set_size(stream, 4);
	assert_rest(stream, "12\0\0", 4);
	assert_int_equal(stream->lpVtbl->SetSize(stream, huge), STG_E_MEDIUMFULL);
	assert_int_equal(stream->lpVtbl->Stat(stream, &stat, STATFLAG_DEFAULT), S_OK);
	assert_int_equal(stat.type, STGTY_STREAM);
	assert_int_equal(stat.cbSize.QuadPart, 4);
	assert_int_equal(stat.grfMode, STGM_READWRITE);
	assert_null(stat.pwcsName);
	stream->lpVtbl->Release(stream);
}

static void
reading_alone_is_kept_so(void **state)
{
	ULARGE_INTEGER size = { .QuadPart = 1 };
	IStream *stream;
	STATSTG stat;
	size_t i;

	assert_int_equal(stream_create("abc", 3, NULL, &stream), S_OK);
	for (i = 0; i < sizeof(IStreamVtbl) / sizeof(void *); i++)
		assert_non_null(((void *const *)stream->lpVtbl)[i]);
	assert_int_equal(stream->lpVtbl->Write(stream, "x", 1, NULL), STG_E_ACCESSDENIED);
	assert_int_equal(stream->lpVtbl->SetSize(stream, size), STG_E_ACCESSDENIED);
	assert_int_equal(stream->lpVtbl->Stat(stream, &stat, STATFLAG_NONAME), S_OK);
	assert_int_equal(stat.grfMode, STGM_READ);
	assert_int_equal(stream->lpVtbl->Revert(stream), S_OK);
	assert_int_equal(stream->lpVtbl->LockRegion(stream, size, size, 0), STG_E_INVALIDFUNCTION);
	assert_rest(stream, "abc", 3);
	stream->lpVtbl->Release(stream);
}

static void
revert_goes_back_to_the_last_commit(void **state)
{
	struct record record;
	IStream *stream = open_stream(&record, "abc");
	ULARGE_INTEGER none = { .QuadPart = 0 };

	assert_int_equal(stream->lpVtbl->Write(stream, "XYZW", 4, NULL), S_OK);
	assert_int_equal(stream->lpVtbl->Revert(stream), S_OK);
	seek(stream, 0, STREAM_SEEK_SET);
	assert_rest(stream, "abc", 3);
	seek(stream, 1, STREAM_SEEK_SET);
	assert_int_equal(stream->lpVtbl->Write(stream, "Y", 1, NULL), S_OK);
	assert_int_equal(stream->lpVtbl->Commit(stream, 0), S_OK);
	assert_int_equal(stream->lpVtbl->SetSize(stream, none), S_OK);
	assert_int_equal(stream->lpVtbl->Revert(stream), S_OK);
	seek(stream, 0, STREAM_SEEK_SET);
	assert_rest(stream, "aYc", 3);
	stream->lpVtbl->Release(stream);
}

/* To another stream, and to a clone of itself, which shares the lock. */
static void
copies_go_from_the_position(void **state)
{
	struct record from_record, to_record;
	IStream *from = open_stream(&from_record, "0123456789"), *to = open_stream(&to_record, ""),
		*clone;
	ULARGE_INTEGER some = { .QuadPart = 3 }, all = { .QuadPart = UINT64_MAX }, read, written;

	seek(from, 5, STREAM_SEEK_SET);
	assert_int_equal(from->lpVtbl->CopyTo(from, to, some, &read, &written), S_OK);
	assert_int_equal(read.QuadPart, 3);
	assert_int_equal(from->lpVtbl->CopyTo(from, to, all, &read, &written), S_OK);
	assert_int_equal(written.QuadPart, 2);
	seek(to, 0, STREAM_SEEK_SET);
	assert_rest(to, "56789", 5);
	assert_int_equal(from->lpVtbl->Clone(from, &clone), S_OK);
	seek(clone, 0, STREAM_SEEK_SET);
	seek(from, 7, STREAM_SEEK_SET);
	assert_int_equal(from->lpVtbl->CopyTo(from, clone, all, NULL, NULL), S_OK);
	seek(from, 0, STREAM_SEEK_SET);
	assert_rest(from, "7893456789", 10);
	clone->lpVtbl->Release(clone);
	from->lpVtbl->Release(from);
	to->lpVtbl->Release(to);
}

static HRESULT
create_and_clone(void *context)
{
	IStream *stream, *clone = NULL;
	HRESULT hr = stream_create("abc", 3, NULL, &stream);

	if (FAILED(hr))
		return hr;
	hr = stream->lpVtbl->Clone(stream, &clone);
	if (clone)
		clone->lpVtbl->Release(clone);
	stream->lpVtbl->Release(stream);
	return hr;
}

static void
short_memory_fails_cleanly(void **state)
{
	test_each_allocation_fails(create_and_clone, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writing_reaches_the_owner_at_commit),
		cmocka_unit_test(last_release_commits_what_is_left),
		cmocka_unit_test(failed_commit_is_told_and_tried_again),
		cmocka_unit_test(seeking_is_bounded_below_only),
		cmocka_unit_test(size_can_be_set),
		cmocka_unit_test(reading_alone_is_kept_so),
		cmocka_unit_test(revert_goes_back_to_the_last_commit),
		cmocka_unit_test(copies_go_from_the_position),
		cmocka_unit_test(short_memory_fails_cleanly),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
