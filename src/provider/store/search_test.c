/* SPDX-License-Identifier: MIT */
/* Search folders: what is found, and that it stays so whatever happens to the messages. */
#include "testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <mapicode.h>
#include <mapitags.h>
#include "com.h"
#include "mem.h"

#define TEXT(text) ((LPTSTR)(size_t)(text))

static IMAPIFolder *
make_folder(IMAPIFolder *parent, ULONG type, const char *name)
{
	IMAPIFolder *folder = NULL;

	assert_int_equal(
	    parent->lpVtbl->CreateFolder(parent, type, TEXT(name), NULL, NULL, 0, &folder), S_OK);
	return folder;
}

static void
save(IMessage *message)
{
	assert_int_equal(message->lpVtbl->SaveChanges(message, 0), S_OK);
	COM_CLEAR(message);
}

static SRestriction
subject_has(SPropValue *value, const char *text)
{
	SRestriction restriction = { .rt = RES_CONTENT };

	memset(value, 0, sizeof(*value));
	value->ulPropTag = PR_SUBJECT_A;
	value->Value.lpszA = (char *)(size_t)text;
	restriction.res.resContent.ulFuzzyLevel = FL_SUBSTRING | FL_IGNORECASE;
	restriction.res.resContent.ulPropTag = PR_SUBJECT_A;
	restriction.res.resContent.lpProp = value;
	return restriction;
}

static HRESULT
search_in(IMAPIFolder *search, IMAPIFolder *scope, SRestriction *restriction, ULONG flags)
{
	SPropValue *id = scope ? double_prop(scope, PR_ENTRYID) : NULL;
	ENTRYLIST list = { 1, id ? &id->Value.bin : NULL };
	HRESULT hr =
	    search->lpVtbl->SetSearchCriteria(search, restriction, scope ? &list : NULL, flags);

	mem_free(id);
	return hr;
}

static LONG
number_of(IMAPIFolder *folder, ULONG tag)
{
	SPropValue *value = double_prop(folder, tag);
	LONG number = value->Value.l;

	mem_free(value);
	return number;
}

/* A search for "report" in `below` and all that lies in it. */
struct search_fixture {
	struct fixture *fixture;
	IMAPIFolder *root, *below, *deeper, *finder, *search;
};

static int
setup(void **state)
{
	static struct search_fixture search;
	SPropValue text;
	SRestriction restriction = subject_has(&text, "report");

	fixture_setup(state);
	search.fixture = *state;
	search.root = double_folder(search.fixture->store, PR_IPM_SUBTREE_ENTRYID);
	search.below = make_folder(search.root, FOLDER_GENERIC, "Below");
	search.deeper = make_folder(search.below, FOLDER_GENERIC, "Deeper");
	search.finder = double_folder(search.fixture->store, PR_FINDER_ENTRYID);
	save(double_letter(search.below, "Report of May", NULL));
	save(double_letter(search.below, "Nothing", NULL));
	save(double_letter(search.deeper, "the REPORT", NULL));
	search.search = make_folder(search.finder, FOLDER_SEARCH, "Reports");
	assert_int_equal(
	    search_in(search.search, search.below, &restriction, RECURSIVE_SEARCH), S_OK);
	*state = &search;
	return 0;
}

static int
teardown(void **state)
{
	struct search_fixture *search = *state;

	COM_CLEAR(search->search);
	COM_CLEAR(search->finder);
	COM_CLEAR(search->deeper);
	COM_CLEAR(search->below);
	COM_CLEAR(search->root);
	*state = search->fixture;
	return fixture_teardown(state);
}

/* The entry ID of the n-th message of a folder's table; mem_free(). */
static SPropValue *
nth(IMAPIFolder *folder, ULONG n)
{
	IMAPITable *table = NULL;
	SPropValue *copy;
	SRowSet *rows;

	assert_int_equal(folder->lpVtbl->GetContentsTable(folder, 0, &table), S_OK);
	rows = double_rows(table, 100);
	copy = mem_zalloc(NULL, sizeof(*copy));
	*copy = *double_column(rows, n, PR_ENTRYID);
	copy->Value.bin.lpb = mem_memdup(copy, copy->Value.bin.lpb, copy->Value.bin.cb);
	double_rows_free(rows);
	COM_CLEAR(table);
	return copy;
}

static void
what_fits_is_found_with_the_folder_it_is_in(void **state)
{
	struct search_fixture *search = *state;
	SPropValue *deeper = double_prop(search->deeper, PR_ENTRYID);
	IMAPITable *table = NULL;
	const SPropValue *parent;
	SRowSet *rows;

	assert_int_equal(search->search->lpVtbl->GetContentsTable(search->search, 0, &table), S_OK);
	assert_int_equal(double_count(table), 2);
	rows = double_rows(table, 10);
	assert_int_equal(rows->cRows, 2);
	parent = double_column(rows, 1, PR_PARENT_ENTRYID);
	assert_memory_equal(parent->Value.bin.lpb, deeper->Value.bin.lpb, deeper->Value.bin.cb);
	double_rows_free(rows);
	COM_CLEAR(table);
	mem_free(deeper);
	assert_int_equal(number_of(search->search, PR_FOLDER_TYPE), FOLDER_SEARCH);
	assert_int_equal(number_of(search->search, PR_CONTENT_COUNT), 2);
	assert_int_equal(number_of(search->search, PR_CONTENT_UNREAD), 2);
}

static void
what_comes_changes_and_goes_is_followed(void **state)
{
	struct search_fixture *search = *state;
	IMessage *message = double_letter(search->deeper, "New report", NULL);
	SPropValue *id;
	ENTRYLIST list = { 1, NULL };

	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	assert_int_equal(double_messages(search->search), 3);
	double_set_text(message, PR_SUBJECT_A, "Something else");
	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	assert_int_equal(double_messages(search->search), 2);
	double_set_text(message, PR_SUBJECT_A, "A report after all");
	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	assert_int_equal(double_messages(search->search), 3);
	id = double_prop(message, PR_ENTRYID);
	COM_CLEAR(message);
	list.lpbin = &id->Value.bin;
	assert_int_equal(
	    search->deeper->lpVtbl->SetReadFlags(search->deeper, &list, 0, NULL, 0), S_OK);
	assert_int_equal(number_of(search->search, PR_CONTENT_UNREAD), 2);
	assert_int_equal(search->deeper->lpVtbl->CopyMessages(search->deeper, &list, NULL,
			     search->fixture->outbox, 0, NULL, MESSAGE_MOVE),
	    S_OK);
	assert_int_equal(double_messages(search->search), 2);
	assert_int_equal(search->fixture->outbox->lpVtbl->CopyMessages(
			     search->fixture->outbox, &list, NULL, search->below, 0, NULL, 0),
	    S_OK);
	assert_int_equal(double_messages(search->search), 3);
	mem_free(id);
}

static void
folders_that_move_take_their_messages_in_and_out(void **state)
{
	struct search_fixture *search = *state;
	SPropValue *id = double_prop(search->deeper, PR_ENTRYID);

	assert_int_equal(search->below->lpVtbl->CopyFolder(search->below, id->Value.bin.cb,
			     (ENTRYID *)(void *)id->Value.bin.lpb, NULL, search->root, NULL, 0,
			     NULL, FOLDER_MOVE),
	    S_OK);
	assert_int_equal(double_messages(search->search), 1);
	assert_int_equal(search->root->lpVtbl->CopyFolder(search->root, id->Value.bin.cb,
			     (ENTRYID *)(void *)id->Value.bin.lpb, NULL, search->below, NULL, 0,
			     NULL, FOLDER_MOVE),
	    S_OK);
	assert_int_equal(double_messages(search->search), 2);
	assert_int_equal(
	    search->below->lpVtbl->DeleteFolder(search->below, id->Value.bin.cb,
		(ENTRYID *)(void *)id->Value.bin.lpb, 0, NULL, DEL_FOLDERS | DEL_MESSAGES),
	    S_OK);
	assert_int_equal(double_messages(search->search), 1);
	mem_free(id);
}

static void
deleting_what_is_found_deletes_the_message(void **state)
{
	struct search_fixture *search = *state;
	SPropValue *id = nth(search->search, 0);
	ENTRYLIST list = { 1, &id->Value.bin };

	assert_int_equal(
	    search->search->lpVtbl->DeleteMessages(search->search, &list, 0, NULL, 0), S_OK);
	assert_int_equal(double_messages(search->search), 1);
	assert_int_equal(double_messages(search->below), 1);
	mem_free(id);
}

static void
deleting_the_search_folder_leaves_the_messages(void **state)
{
	struct search_fixture *search = *state;
	SPropValue *id = double_prop(search->search, PR_ENTRYID);

	assert_int_equal(search->finder->lpVtbl->DeleteFolder(search->finder, id->Value.bin.cb,
			     (ENTRYID *)(void *)id->Value.bin.lpb, 0, NULL, 0),
	    S_OK);
	assert_int_equal(double_messages(search->below), 2);
	assert_int_equal(double_messages(search->deeper), 1);
	save(double_letter(search->below, "One more report", NULL));
	mem_free(id);
}

static void
nothing_can_be_put_into_a_search_folder(void **state)
{
	struct search_fixture *search = *state;
	SPropValue *id = nth(search->below, 1), *folder = double_prop(search->deeper, PR_ENTRYID);
	ENTRYLIST list = { 1, &id->Value.bin };
	IMAPIFolder *made = NULL;
	IMessage *message = NULL;

	assert_int_equal(search->search->lpVtbl->CreateMessage(search->search, NULL, 0, &message),
	    MAPI_E_NO_SUPPORT);
	assert_int_equal(search->search->lpVtbl->CreateFolder(
			     search->search, FOLDER_GENERIC, TEXT("x"), NULL, NULL, 0, &made),
	    MAPI_E_NO_SUPPORT);
	assert_int_equal(search->below->lpVtbl->CopyMessages(
			     search->below, &list, NULL, search->search, 0, NULL, 0),
	    MAPI_E_NO_SUPPORT);
	assert_int_equal(search->below->lpVtbl->CopyFolder(search->below, folder->Value.bin.cb,
			     (ENTRYID *)(void *)folder->Value.bin.lpb, NULL, search->search, NULL,
			     0, NULL, FOLDER_MOVE),
	    MAPI_E_NO_SUPPORT);
	assert_int_equal(
	    search->search->lpVtbl->EmptyFolder(search->search, 0, NULL, 0), MAPI_E_NO_SUPPORT);
	mem_free(folder);
	mem_free(id);
}

static void
criteria_are_told_as_they_were_set(void **state)
{
	struct search_fixture *search = *state;
	SPropValue *below = double_prop(search->below, PR_ENTRYID);
	SRestriction *restriction = NULL;
	ENTRYLIST *folders = NULL;
	ULONG now = 0;

	assert_int_equal(search->search->lpVtbl->GetSearchCriteria(
			     search->search, MAPI_UNICODE, &restriction, &folders, &now),
	    S_OK);
	assert_int_equal(now, SEARCH_RUNNING | SEARCH_RECURSIVE);
	assert_int_equal(restriction->rt, RES_CONTENT);
	assert_int_equal(restriction->res.resContent.ulPropTag, PR_SUBJECT_W);
	assert_int_equal(restriction->res.resContent.lpProp->Value.lpszW[0], 'r');
	assert_int_equal(folders->cValues, 1);
	assert_memory_equal(folders->lpbin[0].lpb, below->Value.bin.lpb, below->Value.bin.cb);
	mem_free(restriction);
	mem_free(folders);
	mem_free(below);
}

static void
a_stopped_search_stands_still_until_it_is_restarted(void **state)
{
	struct search_fixture *search = *state;
	ULONG now = 99;

	assert_int_equal(search_in(search->search, NULL, NULL, STOP_SEARCH), S_OK);
	save(double_letter(search->below, "Report while stopped", NULL));
	assert_int_equal(double_messages(search->search), 2);
	assert_int_equal(
	    search->search->lpVtbl->GetSearchCriteria(search->search, 0, NULL, NULL, &now), S_OK);
	assert_int_equal(now, SEARCH_RECURSIVE);
	assert_int_equal(
	    search_in(search->search, NULL, NULL, RESTART_SEARCH | FOREGROUND_SEARCH), S_OK);
	assert_int_equal(double_messages(search->search), 3);
	assert_int_equal(
	    search->search->lpVtbl->GetSearchCriteria(search->search, 0, NULL, NULL, &now), S_OK);
	assert_int_equal(now, SEARCH_RUNNING | SEARCH_RECURSIVE | SEARCH_FOREGROUND);
}

static void
new_criteria_begin_the_search_anew(void **state)
{
	struct search_fixture *search = *state;
	SPropValue text;
	SRestriction restriction = subject_has(&text, "nothing");

	assert_int_equal(search_in(search->search, NULL, &restriction, 0), S_OK);
	assert_int_equal(double_messages(search->search), 1);
	restriction = subject_has(&text, "report");
	assert_int_equal(search_in(search->search, NULL, &restriction, SHALLOW_SEARCH), S_OK);
	assert_int_equal(double_messages(search->search), 1);
	assert_int_equal(search_in(search->search, search->deeper, NULL, 0), S_OK);
	assert_int_equal(double_messages(search->search), 1);
}

static void
what_cannot_be_searched_for_says_so(void **state)
{
	struct search_fixture *search = *state;
	IMAPIFolder *fresh = make_folder(search->finder, FOLDER_SEARCH, "Fresh");
	SPropValue text;
	SRestriction restriction = subject_has(&text, "x");
	ULONG now;

	assert_int_equal(search_in(fresh, NULL, NULL, 0), MAPI_E_NOT_INITIALIZED);
	assert_int_equal(search_in(fresh, NULL, &restriction, 0), MAPI_E_NOT_INITIALIZED);
	assert_int_equal(
	    fresh->lpVtbl->GetSearchCriteria(fresh, 0, NULL, NULL, &now), MAPI_E_NOT_INITIALIZED);
	assert_int_equal(
	    search_in(fresh, search->search, &restriction, 0), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(
	    search_in(fresh, search->below, &restriction, STOP_SEARCH | RESTART_SEARCH),
	    MAPI_E_INVALID_PARAMETER);
	assert_int_equal(
	    search_in(fresh, search->below, &restriction, 0x4000), MAPI_E_UNKNOWN_FLAGS);
	assert_int_equal(
	    search_in(search->below, search->below, &restriction, 0), MAPI_E_NO_SUPPORT);
	assert_int_equal(double_messages(fresh), 0);
	COM_CLEAR(fresh);
}

static void
recipients_can_be_searched_for(void **state)
{
	struct search_fixture *search = *state;
	SPropValue address = { .ulPropTag = PR_EMAIL_ADDRESS_A,
		.Value.lpszA = (char *)(size_t) "bob@example.test" };
	SRestriction inner = { .rt = RES_PROPERTY }, restriction = { .rt = RES_SUBRESTRICTION };

	inner.res.resProperty = (SPropertyRestriction){ RELOP_EQ, PR_EMAIL_ADDRESS_A, &address };
	restriction.res.resSub = (SSubRestriction){ PR_MESSAGE_RECIPIENTS, &inner };
	save(double_letter(search->below, "To Bob", "bob@example.test"));
	save(double_letter(search->below, "To Carl", "carl@example.test"));
	assert_int_equal(search_in(search->search, NULL, &restriction, 0), S_OK);
	assert_int_equal(double_messages(search->search), 1);
	save(double_letter(search->below, "To Bob again", "bob@example.test"));
	assert_int_equal(double_messages(search->search), 2);
}

static void
tables_of_search_folders_sort_and_restrict(void **state)
{
	struct search_fixture *search = *state;
	SizedSSortOrderSet(1, sort) = { 1, 0, 0, { { PR_SUBJECT_A, TABLE_SORT_DESCEND } } };
	SPropValue text;
	SRestriction restriction = subject_has(&text, "may");
	IMAPITable *table = NULL;
	SRowSet *rows;

	assert_int_equal(search->search->lpVtbl->GetContentsTable(search->search, 0, &table), S_OK);
	assert_int_equal(table->lpVtbl->SortTable(table, (SSortOrderSet *)(void *)&sort, 0), S_OK);
	rows = double_rows(table, 10);
	assert_int_equal(rows->cRows, 2);
	assert_string_equal(double_column(rows, 0, PR_SUBJECT_A)->Value.lpszA, "the REPORT");
	double_rows_free(rows);
	assert_int_equal(table->lpVtbl->Restrict(table, &restriction, 0), S_OK);
	assert_int_equal(double_count(table), 1);
	COM_CLEAR(table);
}

/* The process that looked through the folders was killed while it did. */
static void
a_search_left_half_done_is_done_by_the_next_logon(void **state)
{
	struct search_fixture *search = *state;
	IMsgStore *other = NULL;
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(search->fixture->place.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
			     "UPDATE search SET builder = 1, mark = 'long gone';"
			     "DELETE FROM found",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(double_messages(search->search), 0);
	assert_int_equal(double_logon(search->fixture->place.path, false, &other, NULL), S_OK);
	assert_int_equal(double_messages(search->search), 2);
	COM_CLEAR(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_fits_is_found_with_the_folder_it_is_in),
		TEST(what_comes_changes_and_goes_is_followed),
		TEST(folders_that_move_take_their_messages_in_and_out),
		TEST(deleting_what_is_found_deletes_the_message),
		TEST(deleting_the_search_folder_leaves_the_messages),
		TEST(nothing_can_be_put_into_a_search_folder),
		TEST(criteria_are_told_as_they_were_set),
		TEST(a_stopped_search_stands_still_until_it_is_restarted),
		TEST(new_criteria_begin_the_search_anew),
		TEST(what_cannot_be_searched_for_says_so),
		TEST(recipients_can_be_searched_for),
		TEST(tables_of_search_folders_sort_and_restrict),
		TEST(a_search_left_half_done_is_done_by_the_next_logon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
