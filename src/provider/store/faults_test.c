/* SPDX-License-Identifier: MIT */
/*
 * Everything fails once: each allocation of a MAPI buffer, each of SQLite, each write and sync. The
 * same story is told with the n-th one failing; it must end in the error that says so, leave
 * nothing half done, and the store must serve the next caller.  (A sanitizer build also sees
 * leaks.)
 */
#include "testing/faults.h"
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
#include "mem.h"

/* What the story got through. */
struct story {
	IMAPISupport *support;
	IMsgStore *store;
	IMAPIFolder *outbox;
	IMessage *message;
	IAttach *attach;
	IStream *stream;
	IMAPITable *table;
	SRowSet *rows;
	bool submitted;
};

static void
story_clear(struct story *story)
{
	COM_CLEAR(story->stream);
	COM_CLEAR(story->attach);
	COM_CLEAR(story->message);
	COM_CLEAR(story->table);
	COM_CLEAR(story->outbox);
	COM_CLEAR(story->store);
	COM_CLEAR(story->support);
	if (story->rows)
		double_rows_free(story->rows);
}

static HRESULT
story_open(struct story *story)
{
	SPropValue *id = NULL;
	ULONG type;
	HRESULT hr;

	hr = double_logon_with(story->support, false, &story->store, NULL);
	if (SUCCEEDED(hr))
		hr = double_get(story->store, PR_IPM_OUTBOX_ENTRYID, &id);
	if (SUCCEEDED(hr))
		hr = story->store->lpVtbl->OpenEntry(story->store, id->Value.bin.cb,
		    (ENTRYID *)(void *)id->Value.bin.lpb, NULL, MAPI_MODIFY, &type,
		    (IUnknown **)&story->outbox);
	mem_free(id);
	return hr;
}

static HRESULT
story_write(struct story *story)
{
	static char long_text[100001];
	SPropValue values[] = {
		{ .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (char *)(size_t) "RE: faults" },
		{ .ulPropTag = PR_BODY_A, .Value.lpszA = long_text },
		{ .ulPropTag = PR_ADDRTYPE_A, .Value.lpszA = (char *)(size_t) "SMTP" },
		{ .ulPropTag = PR_EMAIL_ADDRESS_A, .Value.lpszA = (char *)(size_t) "bob@x.test" },
	};
	ADRLIST list = { 1, { { 0, 2, values + 2 } } };
	HRESULT hr;

	memset(long_text, 'x', sizeof(long_text) - 1);
	hr = story->outbox->lpVtbl->CreateMessage(story->outbox, NULL, 0, &story->message);
	if (SUCCEEDED(hr))
		hr = story->message->lpVtbl->SetProps(story->message, 2, values, NULL);
	if (SUCCEEDED(hr))
		hr = story->message->lpVtbl->ModifyRecipients(story->message, MODRECIP_ADD, &list);
	return hr;
}

static HRESULT
story_attach(struct story *story)
{
	static const char piece[70000];
	ULONG num;
	HRESULT hr;
	int at;

	hr = story->message->lpVtbl->CreateAttach(story->message, NULL, 0, &num, &story->attach);
	if (SUCCEEDED(hr))
		hr = story->attach->lpVtbl->OpenProperty(story->attach, PR_ATTACH_DATA_BIN,
		    &IID_IStream, 0, MAPI_CREATE | MAPI_MODIFY, (IUnknown **)&story->stream);
	for (at = 0; at < 5 && SUCCEEDED(hr); at++)
		hr = story->stream->lpVtbl->Write(story->stream, piece, sizeof(piece), NULL);
	if (SUCCEEDED(hr))
		hr = story->stream->lpVtbl->Commit(story->stream, 0);
	if (SUCCEEDED(hr))
		hr = story->attach->lpVtbl->SaveChanges(story->attach, 0);
	return hr;
}

/* A message in the letter. */
static HRESULT
story_embed(struct story *story)
{
	SPropValue subject = { .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (char *)(size_t) "inner" };
	IMessage *inner = NULL;
	IAttach *attach = NULL;
	ULONG num;
	HRESULT hr;

	hr = story->message->lpVtbl->CreateAttach(story->message, NULL, 0, &num, &attach);
	if (SUCCEEDED(hr))
		hr = attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
		    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)&inner);
	if (SUCCEEDED(hr))
		hr = inner->lpVtbl->SetProps(inner, 1, &subject, NULL);
	if (SUCCEEDED(hr))
		hr = inner->lpVtbl->SaveChanges(inner, 0);
	if (SUCCEEDED(hr))
		hr = attach->lpVtbl->SaveChanges(attach, 0);
	COM_CLEAR(inner);
	COM_CLEAR(attach);
	return hr;
}

/* The Outbox listed, in an order and under a restriction that no index gives. */
static HRESULT
story_list(struct story *story)
{
	SizedSSortOrderSet(1, sort) = { 1, 0, 0, { { PR_MESSAGE_SIZE, TABLE_SORT_DESCEND } } };
	SPropValue word = { .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (char *)(size_t) "fault" };
	SRestriction restriction = { .rt = RES_CONTENT };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr;

	restriction.res.resContent.ulFuzzyLevel = FL_SUBSTRING;
	restriction.res.resContent.ulPropTag = PR_SUBJECT_A;
	restriction.res.resContent.lpProp = &word;
	hr = story->outbox->lpVtbl->GetContentsTable(story->outbox, MAPI_UNICODE, &table);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->SortTable(table, (SSortOrderSet *)(void *)&sort, 0);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->Restrict(table, &restriction, 0);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryRows(table, 10, 0, &rows);
	if (rows)
		double_rows_free(rows);
	rows = NULL;
	word.ulPropTag = restriction.res.resContent.ulPropTag = PR_BODY_A; /* a long value */
	word.Value.lpszA = (char *)(size_t) "xx";
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->Restrict(table, &restriction, 0);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryRows(table, 10, 0, &rows);
	if (SUCCEEDED(hr))
		assert_int_equal(rows->cRows, 1);
	if (rows)
		double_rows_free(rows);
	COM_CLEAR(table);
	return hr;
}

static HRESULT
story_tell(struct story *story)
{
	HRESULT hr;

	hr = story_open(story);
	if (SUCCEEDED(hr))
		hr = story_write(story);
	if (SUCCEEDED(hr))
		hr = story_attach(story);
	if (SUCCEEDED(hr))
		hr = story_embed(story);
	if (SUCCEEDED(hr))
		hr = story->message->lpVtbl->SubmitMessage(story->message, 0);
	story->submitted = SUCCEEDED(hr);
	if (SUCCEEDED(hr))
		hr = story->store->lpVtbl->GetOutgoingQueue(story->store, 0, &story->table);
	if (SUCCEEDED(hr))
		hr = story->table->lpVtbl->QueryRows(story->table, 10, 0, &story->rows);
	if (SUCCEEDED(hr))
		hr = story_list(story);
	return hr;
}

/* Without failures: what is on its way out.  A message whose last sync failed stays unsent. */
static ULONG
count_queued(const char *path)
{
	IMsgStore *store = NULL;
	IMAPIFolder *outbox;
	ULONG messages, queued;
	IMAPITable *table = NULL;
	SRowSet *rows;

	assert_int_equal(double_logon(path, false, &store, NULL), S_OK);
	outbox = double_folder(store, PR_IPM_OUTBOX_ENTRYID);
	messages = double_messages(outbox);
	assert_int_equal(store->lpVtbl->GetOutgoingQueue(store, 0, &table), S_OK);
	rows = double_rows(table, 1000);
	queued = rows->cRows;
	assert_true(messages >= queued);
	double_rows_free(rows);
	COM_CLEAR(table);
	COM_CLEAR(outbox);
	COM_CLEAR(store);
	return queued;
}

typedef void (*arm_fn)(unsigned long n);
typedef unsigned long (*count_fn)(void);

/* The message is queued if SubmitMessage said so, and only then; but where each write fails after a
 * commit whose sync failed, it cannot be taken back either: better sent than lost. */
static bool may_stay;

static void
fail_each(arm_fn arm, count_fn count, HRESULT expected)
{
	unsigned long n, total = 1, before;

	for (n = 1; n <= total + 20; n += faults_stride() + n / 200) {
		struct story story = { 0 };
		struct place place;
		ULONG left;
		HRESULT hr;

		place_make(&place);
		story.support = double_support(place.path, "Ann", "ann@example.test");
		arm(n);
		before = count();
		hr = story_tell(&story);
		total = MAX(total, count() - before);
		arm(0);
		if (FAILED(hr) && hr != expected && hr != MAPI_E_DISK_ERROR &&
		    !(expected == MAPI_E_NOT_ENOUGH_DISK && hr == STG_E_MEDIUMFULL))
			fail_msg("failure %lu ends in 0x%08X", n, (unsigned)hr);
		story_clear(&story);
		left = count_queued(place.path);
		if (left != (ULONG)story.submitted && !(may_stay && left))
			fail_msg("failure %lu: %u queued, submitted %d", n, left, story.submitted);
		place_free(&place);
	}
	print_message("# %lu failures\n", total);
}

static void
every_buffer_fails_once(void **state)
{
	fail_each(mem_fail_after, mem_allocations, MAPI_E_NOT_ENOUGH_MEMORY);
}

static void
every_allocation_of_sqlite_fails_once(void **state)
{
	fail_each(faults_sqlite_memory, faults_sqlite_allocations, MAPI_E_NOT_ENOUGH_MEMORY);
}

static void
every_write_fails_once(void **state)
{
	fail_each(faults_sqlite_io, faults_sqlite_writes, MAPI_E_DISK_ERROR);
}

static void
every_write_fails_from_then_on(void **state)
{
	faults_sqlite_io_kind(false, true);
	may_stay = true;
	fail_each(faults_sqlite_io, faults_sqlite_writes, MAPI_E_DISK_ERROR);
	may_stay = false;
	faults_sqlite_io_kind(false, false);
}

static void
no_room_once(void **state)
{
	faults_sqlite_io_kind(true, false);
	fail_each(faults_sqlite_io, faults_sqlite_writes, MAPI_E_NOT_ENOUGH_DISK);
	faults_sqlite_io_kind(false, false);
}

static void
no_room_from_then_on(void **state)
{
	faults_sqlite_io_kind(true, true);
	may_stay = true;
	fail_each(faults_sqlite_io, faults_sqlite_writes, MAPI_E_NOT_ENOUGH_DISK);
	may_stay = false;
	faults_sqlite_io_kind(false, false);
}

static int
install(void **state)
{
	faults_install();
	return 0;
}

/* With an argument: the test of that name alone. */
int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_buffer_fails_once),
		cmocka_unit_test(every_allocation_of_sqlite_fails_once),
		cmocka_unit_test(every_write_fails_once),
		cmocka_unit_test(every_write_fails_from_then_on),
		cmocka_unit_test(no_room_once),
		cmocka_unit_test(no_room_from_then_on),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("store faults", tests, install, NULL);
}
