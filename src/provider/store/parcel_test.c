/* SPDX-License-Identifier: MIT */
/* A message put into a parcel and taken out into another store is the same; a broken parcel is
 * refused wherever it is broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "com.h"
#include "mem.h"
#include "parcel.h"
#include "prop.h"
#include "testing/store_double.h"

#define LONG_SIZE (300 * 1000)

struct story {
	struct place places[2];
	IMsgStore *stores[2];
	IMAPIFolder *outboxes[2];
};

static int
begin(void **state)
{
	struct story *story = g_new0(struct story, 1);

	for (int i = 0; i < 2; i++) {
		place_make(&story->places[i]);
		assert_int_equal(
		    double_logon(story->places[i].path, false, &story->stores[i], NULL), S_OK);
		story->outboxes[i] = double_folder(story->stores[i], PR_IPM_OUTBOX_ENTRYID);
	}
	*state = story;
	return 0;
}

static int
end(void **state)
{
	struct story *story = *state;

	for (int i = 0; i < 2; i++) {
		COM_CLEAR(story->outboxes[i]);
		COM_CLEAR(story->stores[i]);
		place_free(&story->places[i]);
	}
	g_free(story);
	return 0;
}

/* --- Messages ------------------------------------------------------------------------------ */

static void
write_stream(void *object, ULONG tag, const char *data, ULONG size)
{
	IMAPIProp *prop = object;
	IStream *stream = NULL;

	assert_int_equal(prop->lpVtbl->OpenProperty(prop, tag, &IID_IStream, STGM_WRITE,
			     MAPI_CREATE | MAPI_MODIFY, (LPUNKNOWN *)&stream),
	    S_OK);
	assert_int_equal(stream->lpVtbl->Write(stream, data, size, NULL), S_OK);
	assert_int_equal(stream->lpVtbl->Commit(stream, 0), S_OK);
	stream->lpVtbl->Release(stream);
}

static char *
read_stream(void *object, ULONG tag, ULONG *size)
{
	IMAPIProp *prop = object;
	IStream *stream = NULL;
	char *data = g_malloc0(LONG_SIZE + 1);

	assert_int_equal(
	    prop->lpVtbl->OpenProperty(prop, tag, &IID_IStream, 0, 0, (LPUNKNOWN *)&stream), S_OK);
	assert_int_equal(stream->lpVtbl->Read(stream, data, LONG_SIZE + 1, size), S_OK);
	stream->lpVtbl->Release(stream);
	return data;
}

static ULONG
named(IMessage *message)
{
	GUID set = PS_INTERNET_HEADERS;
	MAPINAMEID name = { &set, MNID_STRING, { .lpwstrName = (LPWSTR)(uintptr_t)u"X-Tries" } };
	MAPINAMEID *names = &name;
	SPropTagArray *tags = NULL;
	ULONG tag;

	assert_int_equal(
	    message->lpVtbl->GetIDsFromNames(message, 1, &names, MAPI_CREATE, &tags), S_OK);
	tag = CHANGE_PROP_TYPE(tags->aulPropTag[0], PT_UNICODE);
	mem_free(tags);
	return tag;
}

/* The name gets another id in each store. */
static void
use_up_an_id(IMessage *message)
{
	GUID set = PS_PUBLIC_STRINGS;
	MAPINAMEID name = { &set, MNID_STRING, { .lpwstrName = (LPWSTR)(uintptr_t)u"other" } };
	MAPINAMEID *names = &name;
	SPropTagArray *tags = NULL;

	assert_int_equal(
	    message->lpVtbl->GetIDsFromNames(message, 1, &names, MAPI_CREATE, &tags), S_OK);
	mem_free(tags);
}

static char *
long_data(void)
{
	char *data = g_malloc(LONG_SIZE);

	for (int i = 0; i < LONG_SIZE; i++)
		data[i] = (char)(i * 7 + i / 251);
	return data;
}

static void
attach_file(IMessage *message, const char *data)
{
	IAttach *attach = NULL;
	ULONG number;

	assert_int_equal(message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach), S_OK);
	double_set_long(attach, PR_ATTACH_METHOD, ATTACH_BY_VALUE);
	double_set_text(attach, PR_ATTACH_LONG_FILENAME_W, "file.bin");
	write_stream(attach, PR_ATTACH_DATA_BIN, data, LONG_SIZE);
	assert_int_equal(attach->lpVtbl->SaveChanges(attach, 0), S_OK);
	attach->lpVtbl->Release(attach);
}

static void
attach_message(IMessage *message)
{
	IMessage *inner = NULL;
	IAttach *attach = NULL;
	ULONG number;

	assert_int_equal(message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach), S_OK);
	double_set_long(attach, PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG);
	assert_int_equal(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
			     MAPI_CREATE | MAPI_MODIFY, (LPUNKNOWN *)&inner),
	    S_OK);
	double_set_text(inner, PR_SUBJECT_W, "within");
	double_add_recipient(inner, MAPI_TO, "inner@example.test");
	assert_int_equal(inner->lpVtbl->SaveChanges(inner, 0), S_OK);
	inner->lpVtbl->Release(inner);
	assert_int_equal(attach->lpVtbl->SaveChanges(attach, 0), S_OK);
	attach->lpVtbl->Release(attach);
}

static IMessage *
compose(struct story *story, const char *data)
{
	IMessage *message = double_letter(story->outboxes[0], "Größe", "bob@example.test");

	double_add_recipient(message, MAPI_BCC, "secret@example.test");
	double_set_long(message, PR_IMPORTANCE, IMPORTANCE_HIGH);
	use_up_an_id(message);
	double_set_text(message, named(message), "three");
	write_stream(message, PR_HTML, data, LONG_SIZE);
	attach_file(message, data);
	attach_message(message);
	return message;
}

/* The parcel's bytes; munmap(). */
static const char *
pack(IMessage *message, size_t *size)
{
	int fd = memfd_create("parcel", MFD_CLOEXEC);
	char *why = NULL;
	void *data;

	assert_int_equal(parcel_write(message, fd, &why), S_OK);
	assert_null(why);
	*size = (size_t)lseek(fd, 0, SEEK_END);
	data = mmap(NULL, *size, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(data != MAP_FAILED);
	close(fd);
	return data;
}

static IMessage *
fresh(struct story *story)
{
	IMessage *message = NULL;

	assert_int_equal(
	    story->outboxes[1]->lpVtbl->CreateMessage(story->outboxes[1], NULL, 0, &message), S_OK);
	return message;
}

/* --- Tests --------------------------------------------------------------------------------- */

static void
assert_text(void *object, ULONG tag, const char *text)
{
	SPropValue *value = double_prop(object, tag);
	char *found = prop_find_text(value, 1, tag);

	assert_string_equal(found, text);
	g_free(found);
	mem_free(value);
}

static void
assert_attachments(IMessage *message, const char *data)
{
	IMessage *inner = NULL;
	IMAPITable *table = NULL;
	IAttach *attach = NULL;
	ULONG size;
	char *found;

	assert_int_equal(message->lpVtbl->OpenAttach(message, 0, NULL, 0, &attach), S_OK);
	assert_text(attach, PR_ATTACH_LONG_FILENAME_W, "file.bin");
	found = read_stream(attach, PR_ATTACH_DATA_BIN, &size);
	assert_int_equal(size, LONG_SIZE);
	assert_memory_equal(found, data, LONG_SIZE);
	g_free(found);
	COM_CLEAR(attach);
	assert_int_equal(message->lpVtbl->OpenAttach(message, 1, NULL, 0, &attach), S_OK);
	assert_int_equal(attach->lpVtbl->OpenProperty(
			     attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, (LPUNKNOWN *)&inner),
	    S_OK);
	assert_text(inner, PR_SUBJECT_W, "within");
	assert_int_equal(inner->lpVtbl->GetRecipientTable(inner, 0, &table), S_OK);
	assert_int_equal(double_count(table), 1);
	COM_CLEAR(table);
	COM_CLEAR(inner);
	COM_CLEAR(attach);
	assert_int_equal(
	    message->lpVtbl->OpenAttach(message, 2, NULL, 0, &attach), MAPI_E_NOT_FOUND);
}

static void
arrives_as_it_was(void **state)
{
	struct story *story = *state;
	char *data = long_data(), *html;
	IMessage *from = compose(story, data), *to = fresh(story);
	IMAPITable *table = NULL;
	SPropValue *importance;
	size_t size;
	const char *parcel = pack(from, &size);
	ULONG html_size;

	assert_int_equal(parcel_read(parcel, size, to, NULL), S_OK);
	assert_text(to, PR_SUBJECT_W, "Größe");
	assert_text(to, named(to), "three");
	assert_int_not_equal(named(to), named(from)); /* by name, not by number */
	importance = double_prop(to, PR_IMPORTANCE);
	assert_int_equal(importance->Value.l, IMPORTANCE_HIGH);
	html = read_stream(to, PR_HTML, &html_size);
	assert_int_equal(html_size, LONG_SIZE);
	assert_memory_equal(html, data, LONG_SIZE);
	assert_int_equal(to->lpVtbl->GetRecipientTable(to, 0, &table), S_OK);
	assert_int_equal(double_count(table), 2);
	assert_attachments(to, data);
	assert_int_equal(to->lpVtbl->SubmitMessage(to, 0), S_OK);
	munmap((void *)(uintptr_t)parcel, size);
	mem_free(importance);
	COM_CLEAR(table);
	COM_CLEAR(from);
	COM_CLEAR(to);
	g_free(html);
	g_free(data);
}

static void
assert_absent(void *object, ULONG tag)
{
	SPropValue *value = NULL;

	assert_int_equal(double_get(object, tag, &value), MAPI_W_ERRORS_RETURNED);
	assert_int_equal(PROP_TYPE(value->ulPropTag), PT_ERROR);
	mem_free(value);
}

static bool
no_subject(void *context, ULONG tag)
{
	return PROP_ID(tag) != PROP_ID(PR_SUBJECT_W);
}

static bool
no_name(void *context, const GUID *set, const WCHAR *name)
{
	return false;
}

static void
rules_leave_out(void **state)
{
	struct story *story = *state;
	struct parcel_rules rules = { no_subject, no_name, NULL };
	char *data = long_data();
	IMessage *from = compose(story, data), *to = fresh(story);
	size_t size;
	const char *parcel = pack(from, &size);

	assert_int_equal(parcel_read(parcel, size, to, &rules), S_OK);
	assert_absent(to, PR_SUBJECT_W);
	assert_absent(to, named(to));
	assert_attachments(to, data); /* whose messages keep theirs */
	munmap((void *)(uintptr_t)parcel, size);
	COM_CLEAR(from);
	COM_CLEAR(to);
	g_free(data);
}

static void
what_is_cut_is_refused(void **state)
{
	struct story *story = *state;
	IMessage *from = double_letter(story->outboxes[0], "short", "bob@example.test"), *to;
	size_t size, cut;
	const char *parcel;

	attach_message(from);
	parcel = pack(from, &size);
	for (cut = 0; cut < size; cut++) {
		char *copy = g_memdup2(parcel, cut + 1); /* its end is where a checker looks */

		to = fresh(story);
		assert_true(FAILED(parcel_read(copy, cut, to, NULL)));
		COM_CLEAR(to);
		g_free(copy);
	}
	munmap((void *)(uintptr_t)parcel, size);
	COM_CLEAR(from);
}

/* Each byte of the heads turned over: refused or taken, but never more than that. */
static void
what_is_bent_does_no_harm(void **state)
{
	struct story *story = *state;
	IMessage *from = double_letter(story->outboxes[0], "short", "bob@example.test"), *to;
	size_t size, at;
	const char *parcel;
	char *copy;

	attach_message(from);
	parcel = pack(from, &size);
	for (at = 0; at < size; at++) {
		copy = g_memdup2(parcel, size);
		copy[at] = (char)~copy[at];
		to = fresh(story);
		parcel_read(copy, size, to, NULL);
		COM_CLEAR(to);
		g_free(copy);
	}
	/* Attachments within attachments without end. */
	copy = g_malloc0(16 + 16 * 1000);
	memcpy(copy, parcel, 16);
	for (at = 0; at < 1000; at++)
		copy[16 + 16 * at] = at % 2 ? PARCEL_MESSAGE : PARCEL_ATTACHMENT;
	to = fresh(story);
	assert_int_equal(parcel_read(copy, 16 + 16 * 1000, to, NULL), MAPI_E_CORRUPT_DATA);
	COM_CLEAR(to);
	g_free(copy);
	munmap((void *)(uintptr_t)parcel, size);
	COM_CLEAR(from);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(arrives_as_it_was, begin, end),
		cmocka_unit_test_setup_teardown(rules_leave_out, begin, end),
		cmocka_unit_test_setup_teardown(what_is_cut_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(what_is_bent_does_no_harm, begin, end),
	};

	return cmocka_run_group_tests_name("parcel", tests, NULL, NULL);
}
