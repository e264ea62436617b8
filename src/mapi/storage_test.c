/* SPDX-License-Identifier: MIT */
/* Compound files: what is written can be read again, and hostile bytes end in an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>
#include <mapiguid.h>
#include <imessage.h>
#include <mapicode.h>
#include <mapispi.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "compound.h"
#include "storage.h"
#include "../base/testing.h"

#define MAKE (STGM_CREATE | STGM_READWRITE)

/* A file in memory that holds `count` streams of `size` bytes, each of its own letter. */
static void
make_file(unsigned count, size_t size, BYTE **bytes, size_t *file_size)
{
	BYTE *data = g_malloc(size + 1);
	IStorage *storage;

	assert_int_equal(storage_create(&storage), S_OK);
	for (unsigned i = 0; i < count; i++) {
		WCHAR name[] = { 's', (WCHAR)('a' + i / 676 % 26), (WCHAR)('a' + i / 26 % 26),
			(WCHAR)('a' + i % 26), 0 };

		memset(data, 'A' + (int)(i % 26), size);
		assert_int_equal(storage_write(storage, name, data, size), S_OK);
	}
	assert_int_equal(storage_to_bytes(storage, bytes, file_size), S_OK);
	storage->lpVtbl->Release(storage);
	g_free(data);
}

static void
check_file(const BYTE *bytes, size_t file_size, unsigned count, size_t size)
{
	struct node *root;

	assert_int_equal(compound_read(bytes, file_size, &root), S_OK);
	assert_int_equal(root->children->len, count);
	for (unsigned i = 0; i < count; i++) {
		const struct node *node = g_ptr_array_index(root->children, i);

		assert_int_equal(node->size, size);
		for (size_t at = 0; at < size; at += size / 3 + 1)
			assert_int_equal(node->data[at], 'A' + (int)(i % 26));
	}
	node_unref(root);
}

static void
test_files_of_all_sizes(void **state)
{
	/* No data; mini streams; just below and at the border; the FAT's places leave the header.
	 */
	static const struct {
		unsigned count;
		size_t size;
	} cases[] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 3, 64 }, { 700, 65 }, { 2, 4095 },
		{ 2, 4096 }, { 1, 8 << 20 }, { 3, 9 << 20 } };

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		BYTE *bytes;
		size_t size;

		make_file(cases[i].count, cases[i].size, &bytes, &size);
		assert_int_equal(size % 512, 0);
		check_file(bytes, size, cases[i].count, cases[i].size);
		g_free(bytes);
	}
}

static void
test_each_byte_may_be_wrong(void **state)
{
	BYTE *bytes;
	size_t size;

	make_file(40, 100, &bytes, &size);
	for (size_t at = 0; at < size; at++) {
		static const BYTE values[] = { 0x00, 0x01, 0x7F, 0xFF };
		BYTE kept = bytes[at];

		for (size_t i = 0; i < sizeof values; i++) {
			struct node *root;

			bytes[at] = values[i];
			if (SUCCEEDED(compound_read(bytes, size, &root)))
				node_unref(root);
			else
				assert_null(root);
		}
		bytes[at] = kept;
	}
	for (size_t cut = 0; cut < size; cut += 7) {
		struct node *root;

		if (SUCCEEDED(compound_read(bytes, cut, &root)))
			node_unref(root);
	}
	g_free(bytes);
}

/* Two streams that claim the same sectors cannot make a small file large. */
static void
test_no_more_than_the_file_has(void **state)
{
	BYTE *bytes;
	size_t size, entry = 0;
	struct node *root;

	make_file(2, 8192, &bytes, &size);
	for (size_t at = 512; at + 128 <= size && !entry; at += 128)
		if (memcmp(bytes + at, "s\0a\0a\0b\0", 8) == 0)
			entry = at;
	assert_true(entry > 0);
	memcpy(bytes + entry + 116, bytes + entry - 128 + 116, 12); /* where the first one is */
	for (size_t at = entry - 128; at <= entry; at += 128)
		bytes[at + 121] = 0x30; /* and both longer */
	assert_int_equal(compound_read(bytes, size, &root), STG_E_DOCFILECORRUPT);
	g_free(bytes);
}

static void
test_names_find_their_streams_in_any_case(void **state)
{
	IStorage *storage;
	IStream *stream;

	assert_int_equal(storage_create(&storage), S_OK);
	assert_int_equal(storage_write(storage, u"Ähre", "x", 1), S_OK);
	assert_int_equal(
	    storage->lpVtbl->CreateStream(storage, u"äHRE", STGM_READWRITE, 0, 0, &stream),
	    STG_E_FILEALREADYEXISTS);
	assert_int_equal(
	    storage->lpVtbl->OpenStream(storage, u"äHRE", NULL, STGM_READ, 0, &stream), S_OK);
	assert_int_equal(stream->lpVtbl->Write(stream, "y", 1, NULL), STG_E_ACCESSDENIED);
	stream->lpVtbl->Release(stream);
	assert_int_equal(
	    storage->lpVtbl->CreateStream(storage, u"a/b", MAKE, 0, 0, &stream), STG_E_INVALIDNAME);
	assert_int_equal(storage->lpVtbl->CreateStream(
			     storage, u"12345678901234567890123456789012", MAKE, 0, 0, &stream),
	    STG_E_INVALIDNAME);
	assert_int_equal(storage->lpVtbl->RenameElement(storage, u"ähre", u"Korn"), S_OK);
	assert_int_equal(storage->lpVtbl->DestroyElement(storage, u"ähre"), STG_E_FILENOTFOUND);
	assert_int_equal(storage->lpVtbl->DestroyElement(storage, u"KORN"), S_OK);
	storage->lpVtbl->Release(storage);
}

static void
test_a_stream_that_was_removed_is_gone(void **state)
{
	IStorage *storage;
	IStream *stream;
	BYTE byte;

	assert_int_equal(storage_create(&storage), S_OK);
	assert_int_equal(storage->lpVtbl->CreateStream(storage, u"s", MAKE, 0, 0, &stream), S_OK);
	assert_int_equal(storage->lpVtbl->DestroyElement(storage, u"s"), S_OK);
	assert_int_equal(stream->lpVtbl->Read(stream, &byte, 1, NULL), STG_E_REVERTED);
	stream->lpVtbl->Release(stream);
	storage->lpVtbl->Release(storage);
}

static void
test_depth_is_limited(void **state)
{
	IStorage *outer, *storage, *within;
	BYTE *bytes;
	size_t size;
	struct node *root;

	assert_int_equal(storage_create(&outer), S_OK);
	storage = outer;
	for (unsigned i = 0; i < COMPOUND_DEPTH_MAX; i++) {
		assert_int_equal(storage_make(storage, u"d", &within), S_OK);
		if (storage != outer)
			storage->lpVtbl->Release(storage);
		storage = within;
	}
	assert_int_equal(storage_to_bytes(outer, &bytes, &size), S_OK);
	assert_int_equal(compound_read(bytes, size, &root), S_OK);
	node_unref(root);
	g_free(bytes);
	assert_int_equal(storage_make(storage, u"d", &within), STG_E_MEDIUMFULL);
	storage->lpVtbl->Release(storage);
	outer->lpVtbl->Release(outer);
}

/* Opens the message that test_each_buffer_fails_once() made. */
static HRESULT
open_message(void *context)
{
	IMessage *message = NULL;
	HRESULT hr = OpenIMsgOnIStg(
	    NULL, NULL, NULL, NULL, NULL, NULL, context, NULL, 0, MAPI_UNICODE, &message);

	if (SUCCEEDED(hr))
		message->lpVtbl->Release(message);
	return hr;
}

static void
test_each_buffer_fails_once(void **state)
{
	SPropValue values[] = { { .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (char *)"s" },
		{ .ulPropTag = PR_RECIPIENT_TYPE, .Value.l = MAPI_TO } };
	SizedADRLIST(1, list) = { .cEntries = 1, .aEntries = { { 0, 2, values } } };
	IMessage *message = NULL;
	IAttach *attach = NULL;
	IStorage *storage;
	ULONG number;

	assert_int_equal(storage_create(&storage), S_OK);
	assert_int_equal(OpenIMsgOnIStg(NULL, NULL, NULL, NULL, NULL, NULL, storage, NULL, 0,
			     MAPI_UNICODE, &message),
	    S_OK);
	assert_int_equal(message->lpVtbl->SetProps(message, 1, values, NULL), S_OK);
	assert_int_equal(
	    message->lpVtbl->ModifyRecipients(message, 0, (ADRLIST *)(void *)&list), S_OK);
	assert_int_equal(message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach), S_OK);
	assert_int_equal(attach->lpVtbl->SaveChanges(attach, 0), S_OK);
	attach->lpVtbl->Release(attach);
	assert_int_equal(message->lpVtbl->SaveChanges(message, 0), S_OK);
	message->lpVtbl->Release(message);
	test_each_allocation_fails(open_message, storage);
	storage->lpVtbl->Release(storage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_of_all_sizes),
		cmocka_unit_test(test_each_byte_may_be_wrong),
		cmocka_unit_test(test_no_more_than_the_file_has),
		cmocka_unit_test(test_names_find_their_streams_in_any_case),
		cmocka_unit_test(test_a_stream_that_was_removed_is_gone),
		cmocka_unit_test(test_depth_is_limited),
		cmocka_unit_test(test_each_buffer_fails_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
