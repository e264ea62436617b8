/* SPDX-License-Identifier: MIT */
/*
 * Everything fails once in the file of contacts: each allocation of a MAPI buffer, each of SQLite,
 * each write and sync.  The same story is told with the n-th one failing: it must end in the error
 * that says so, and what it was told is kept is there afterwards, once, and nothing else.
 */
#include "../store/testing/faults.h"
#include "../store/testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "mem.h"

HRESULT ABProviderInit(HINSTANCE instance, LPMALLOC heap, LPALLOCATEBUFFER allocate,
    LPALLOCATEMORE more, LPFREEBUFFER release, ULONG flags, ULONG version, ULONG *provider_version,
    LPABPROVIDER *out);

struct story {
	IMAPISupport *support;
	IABLogon *logon;
	IABContainer *book;
	SPropValue *bob;  /* PR_ENTRYID */
	bool saved, gone; /* Bob */
	bool listed;      /* the list of friends */
};

/* --- MAPI's side, as far as a book asks for it --------------------------------------------- */

static IABLogon *routed; /* whose entries OpenEntry finds */

static HRESULT
support_OpenEntry(IMAPISupport *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags,
    ULONG *type, LPUNKNOWN *out)
{
	return routed->lpVtbl->OpenEntry(routed, size, id, iid, flags, type, out);
}

static HRESULT
support_NewUID(IMAPISupport *This, LPMAPIUID uid)
{
	static guint32 last;

	memset(uid, 0, sizeof(*uid));
	last++;
	memcpy(uid->ab, &last, sizeof(last));
	return S_OK;
}

static IMAPISupport *
make_support(const char *path)
{
	static IMAPISupportVtbl vtbl;
	IMAPISupport *support = double_support(path, NULL, NULL);

	vtbl = *support->lpVtbl;
	vtbl.OpenEntry = support_OpenEntry;
	vtbl.NewUID = support_NewUID;
	support->lpVtbl = &vtbl;
	return support;
}

/* --- The story ----------------------------------------------------------------------------- */

#define EID(value) (value)->Value.bin.cb, (ENTRYID *)(void *)(value)->Value.bin.lpb

static void
story_clear(struct story *story)
{
	mem_free(story->bob);
	COM_CLEAR(story->book);
	COM_CLEAR(story->logon);
	COM_CLEAR(story->support);
}

static HRESULT
open_object(struct story *story, const SPropValue *id, void *out)
{
	ULONG type;

	return story->logon->lpVtbl->OpenEntry(story->logon, id ? id->Value.bin.cb : 0,
	    id ? (ENTRYID *)(void *)id->Value.bin.lpb : NULL, NULL, MAPI_MODIFY, &type,
	    (IUnknown **)out);
}

/* The book lies below the root. */
static HRESULT
open_book(struct story *story)
{
	SizedSPropTagArray(1, columns) = { 1, { PR_ENTRYID } };
	IABContainer *root = NULL;
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr = open_object(story, NULL, &root);

	if (SUCCEEDED(hr))
		hr = root->lpVtbl->GetHierarchyTable(root, 0, &table);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->SetColumns(table, (SPropTagArray *)(void *)&columns, 0);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryRows(table, 1, 0, &rows);
	if (SUCCEEDED(hr))
		hr = open_object(story, rows->aRow[0].lpProps, &story->book);
	if (rows)
		double_rows_free(rows);
	COM_CLEAR(table);
	COM_CLEAR(root);
	return hr;
}

static HRESULT
log_on(struct story *story)
{
	IABProvider *provider = NULL;
	MAPIERROR *error = NULL;
	ULONG version;
	HRESULT hr = ABProviderInit(
	    NULL, NULL, NULL, NULL, NULL, 0, CURRENT_SPI_VERSION, &version, &provider);

	if (SUCCEEDED(hr))
		hr = provider->lpVtbl->Logon(
		    provider, story->support, 0, NULL, 0, NULL, NULL, &error, &story->logon);
	routed = story->logon;
	mem_free(error);
	COM_CLEAR(provider);
	return SUCCEEDED(hr) ? open_book(story) : hr;
}

/* An entry of `book` from its template. */
static HRESULT
create(
    IABContainer *book, const SPropValue *template, const char *name, bool *saved, SPropValue **id)
{
	SPropValue values[] = {
		{ .ulPropTag = PR_DISPLAY_NAME_A, .Value.lpszA = (LPSTR)(uintptr_t)name },
		{ .ulPropTag = PR_EMAIL_ADDRESS_A,
		    .Value.lpszA = (LPSTR)(uintptr_t) "bob@example.test" },
	};
	IMAPIProp *entry = NULL;
	HRESULT hr = book->lpVtbl->CreateEntry(book, EID(template), 0, &entry);

	if (SUCCEEDED(hr))
		hr = entry->lpVtbl->SetProps(entry, 2, values, NULL);
	if (SUCCEEDED(hr)) {
		hr = entry->lpVtbl->SaveChanges(entry, KEEP_OPEN_READONLY);
		*saved = SUCCEEDED(hr);
	}
	if (SUCCEEDED(hr))
		hr = double_get(entry, PR_ENTRYID, id);
	COM_CLEAR(entry);
	return hr;
}

static HRESULT
add_bob(struct story *story)
{
	SPropValue *template = NULL;
	HRESULT hr = double_get(story->book, PR_DEF_CREATE_MAILUSER, &template);

	if (SUCCEEDED(hr))
		hr = create(story->book, template, "Bob", &story->saved, &story->bob);
	mem_free(template);
	return hr;
}

static HRESULT
add_friends(struct story *story)
{
	SPropValue *template = NULL, *id = NULL;
	ENTRYLIST bob = { 1, &story->bob->Value.bin };
	IABContainer *list = NULL;
	HRESULT hr = double_get(story->book, PR_DEF_CREATE_DL, &template);

	if (SUCCEEDED(hr))
		hr = create(story->book, template, "Friends", &story->listed, &id);
	if (SUCCEEDED(hr))
		hr = open_object(story, id, &list);
	if (SUCCEEDED(hr))
		hr = list->lpVtbl->CopyEntries(list, &bob, 0, NULL, 0);
	COM_CLEAR(list);
	mem_free(template);
	mem_free(id);
	return hr;
}

static HRESULT
read_contents(IABContainer *book, ULONG *count)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr = book->lpVtbl->GetContentsTable(book, 0, &table);

	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryRows(table, 10, 0, &rows);
	*count = rows ? rows->cRows : 0;
	if (rows)
		double_rows_free(rows);
	COM_CLEAR(table);
	return hr;
}

static HRESULT
delete_bob(struct story *story)
{
	ENTRYLIST list = { 1, &story->bob->Value.bin };
	HRESULT hr = story->book->lpVtbl->DeleteEntries(story->book, &list, 0);

	story->gone = hr == S_OK;
	return hr;
}

static HRESULT
story_tell(struct story *story)
{
	ULONG count;
	HRESULT hr = log_on(story);

	if (SUCCEEDED(hr))
		hr = add_bob(story);
	if (SUCCEEDED(hr))
		hr = add_friends(story);
	if (SUCCEEDED(hr))
		hr = read_contents(story->book, &count);
	if (SUCCEEDED(hr))
		hr = delete_bob(story);
	return hr;
}

/* Without failures, by the next who opens the file. */
static ULONG
count_entries(const char *path)
{
	struct story story = { .support = make_support(path) };
	ULONG count;

	assert_int_equal(log_on(&story), S_OK);
	assert_int_equal(read_contents(story.book, &count), S_OK);
	story_clear(&story);
	return count;
}

/* --- Failing ------------------------------------------------------------------------------- */

struct kind {
	void (*arm)(unsigned long n);
	unsigned long (*count)(void);
	HRESULT expected;
};

static void
check_ending(const struct story *story, HRESULT hr, const struct kind *kind, unsigned long n)
{
	if (FAILED(hr) && hr != kind->expected && hr != MAPI_E_NOT_ENOUGH_MEMORY &&
	    hr != MAPI_E_DISK_ERROR)
		fail_msg("failure %lu ends in 0x%08X", n, (unsigned)hr);
}

static void
fail_each(const struct kind *kind)
{
	unsigned long total = 1, before;

	for (unsigned long n = 1; n <= total + 20; n += faults_stride() + n / 200) {
		struct story story = { 0 };
		struct place place;
		ULONG left, kept;
		HRESULT hr;

		place_make(&place);
		story.support = make_support(place.path);
		kind->arm(n);
		before = kind->count();
		hr = story_tell(&story);
		total = MAX(total, kind->count() - before);
		kind->arm(0);
		check_ending(&story, hr, kind, n);
		kept = (story.saved && !story.gone) + (ULONG)story.listed;
		story_clear(&story);
		left = count_entries(place.path);
		if (left != kept)
			fail_msg("failure %lu (0x%08X): %u entries, %u were kept", n, (unsigned)hr,
			    left, kept);
		place_free(&place);
	}
	print_message("# %lu failures\n", total);
}

static void
every_buffer_fails_once(void **state)
{
	fail_each(&(struct kind){ mem_fail_after, mem_allocations, MAPI_E_NOT_ENOUGH_MEMORY });
}

static void
every_allocation_of_sqlite_fails_once(void **state)
{
	fail_each(&(struct kind){
	    faults_sqlite_memory, faults_sqlite_allocations, MAPI_E_NOT_ENOUGH_MEMORY });
}

static void
every_write_fails_once(void **state)
{
	fail_each(&(struct kind){ faults_sqlite_io, faults_sqlite_writes, MAPI_E_DISK_ERROR });
}

static void
no_room_once(void **state)
{
	faults_sqlite_io_kind(true, false);
	fail_each(&(struct kind){ faults_sqlite_io, faults_sqlite_writes, MAPI_E_NOT_ENOUGH_DISK });
	faults_sqlite_io_kind(false, false);
}

static void
no_room_from_then_on(void **state)
{
	faults_sqlite_io_kind(true, true);
	fail_each(&(struct kind){ faults_sqlite_io, faults_sqlite_writes, MAPI_E_NOT_ENOUGH_DISK });
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
		cmocka_unit_test(no_room_once),
		cmocka_unit_test(no_room_from_then_on),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("contacts faults", tests, install, NULL);
}
