/* SPDX-License-Identifier: MIT */
/* IMAPIContainer, as folders have it (MAPI reference: IMAPIContainer : IMAPIProp). */
#include "storetesting.h"

/* --- Tables -------------------------------------------------------------------------------- */

static void
contents_are_shown_or_hidden_messages(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	SPropValue *id = put_message(inbox, "shown");
	IMessage *hidden = NULL;

	OK(inbox->lpVtbl->CreateMessage(inbox, NULL, MAPI_ASSOCIATED, &hidden));
	assert_int_equal(
	    world_long(hidden, PR_MESSAGE_FLAGS) & MSGFLAG_ASSOCIATED, MSGFLAG_ASSOCIATED);
	OK(hidden->lpVtbl->SaveChanges(hidden, 0));
	RELEASE(hidden);
	assert_int_equal(count_of(inbox, 0), 1);
	assert_int_equal(count_of(inbox, MAPI_ASSOCIATED), 1);
	assert_int_equal(world_long(inbox, PR_CONTENT_COUNT), 1);
	assert_int_equal(world_long(inbox, PR_CONTENT_UNREAD), 1);
	assert_int_equal(world_long(inbox, PR_ASSOC_CONTENT_COUNT), 1);
	MAPIFreeBuffer(id);
	RELEASE(inbox);
}

static void
the_hierarchy_is_one_level_or_all(void **state)
{
	struct world *world = *state;
	SizedSPropTagArray(2, columns) = { 2, { PR_DISPLAY_NAME_A, PR_DEPTH } };
	IMAPIFolder *inbox = open_inbox(world), *one = make_folder(inbox, FOLDER_GENERIC, "One");
	IMAPIFolder *two = make_folder(one, FOLDER_GENERIC, "Two");
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;

	assert_int_equal(folders_in(inbox, 0), 1);
	OK(inbox->lpVtbl->GetHierarchyTable(inbox, CONVENIENT_DEPTH, &table));
	OK(HrQueryAllRows(table, (SPropTagArray *)(void *)&columns, NULL, NULL, 0, &rows));
	assert_int_equal(rows->cRows, 2);
	assert_string_equal(rows->aRow[1].lpProps[0].Value.lpszA, "Two");
	assert_int_equal(rows->aRow[1].lpProps[1].Value.l - rows->aRow[0].lpProps[1].Value.l, 1);
	FreeProws(rows);
	RELEASE(table);
	RELEASE(two);
	RELEASE(one);
	RELEASE(inbox);
}

static void
the_tables_are_properties_too(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world), *one = make_folder(inbox, FOLDER_GENERIC, "One");
	SPropValue *id = put_message(inbox, "shown");
	IMAPITable *table = NULL;
	IUnknown **out = (IUnknown **)(void *)&table;
	HRESULT hr;

	hr = inbox->lpVtbl->OpenProperty(inbox, PR_CONTAINER_CONTENTS, &IID_IMAPITable, 0, 0, out);
	assert_int_equal(world_count(hr, &table), 1);
	hr = inbox->lpVtbl->OpenProperty(inbox, PR_CONTAINER_HIERARCHY, &IID_IMAPITable, 0, 0, out);
	assert_int_equal(world_count(hr, &table), 1);
	hr = inbox->lpVtbl->OpenProperty(
	    inbox, PR_FOLDER_ASSOCIATED_CONTENTS, &IID_IMAPITable, 0, 0, out);
	assert_int_equal(world_count(hr, &table), 0);
	FAILS(inbox->lpVtbl->OpenProperty(inbox, PR_CONTAINER_CONTENTS, &IID_IMessage, 0, 0, out),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
	assert_int_equal(no_value(inbox, PR_CONTAINER_CONTENTS), MAPI_E_NOT_FOUND);
	MAPIFreeBuffer(id);
	RELEASE(one);
	RELEASE(inbox);
}

/* --- OpenEntry ----------------------------------------------------------------------------- */

static void
open_entry_opens_what_an_entry_id_names(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world), *root = NULL;
	SPropValue *id = put_message(inbox, "here"), *parent = get(inbox, PR_ENTRYID), *same;
	ENTRYLIST list = { 1, &id->Value.bin };
	IUnknown *object = NULL;
	BYTE nonsense[32] = { 0 };
	ULONG type;

	OK(inbox->lpVtbl->OpenEntry(inbox, EID(id), NULL, 0, &type, &object));
	assert_int_equal(type, MAPI_MESSAGE);
	same = get(object, PR_PARENT_ENTRYID);
	assert_memory_equal(same->Value.bin.lpb, parent->Value.bin.lpb, parent->Value.bin.cb);
	MAPIFreeBuffer(same);
	RELEASE(object);
	OK(inbox->lpVtbl->OpenEntry(inbox, EID(parent), &IID_IMAPIContainer, 0, &type, &object));
	assert_int_equal(type, MAPI_FOLDER);
	RELEASE(object);
	OK(inbox->lpVtbl->OpenEntry(inbox, 0, NULL, NULL, 0, &type, (IUnknown **)(void *)&root));
	assert_int_equal(type, MAPI_FOLDER);
	assert_int_equal(world_long(root, PR_FOLDER_TYPE), FOLDER_ROOT);
	RELEASE(root);
	FAILS(inbox->lpVtbl->OpenEntry(inbox, EID(id), &IID_IMAPIFolder, 0, &type, &object),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
	FAILS(inbox->lpVtbl->OpenEntry(
		  inbox, sizeof nonsense, (ENTRYID *)(void *)nonsense, NULL, 0, &type, &object),
	    MAPI_E_UNKNOWN_ENTRYID);
	FAILS(inbox->lpVtbl->OpenEntry(
		  inbox, 3, (ENTRYID *)(void *)nonsense, NULL, 0, &type, &object),
	    MAPI_E_INVALID_ENTRYID);
	OK(inbox->lpVtbl->DeleteMessages(inbox, &list, 0, NULL, 0));
	FAILS(inbox->lpVtbl->OpenEntry(inbox, EID(id), NULL, 0, &type, &object), MAPI_E_NOT_FOUND);
	MAPIFreeBuffer(parent);
	MAPIFreeBuffer(id);
	RELEASE(inbox);
}

/* --- Searches ------------------------------------------------------------------------------ */

/* A search for unread messages with a subject that has "plan" in it. */
static HRESULT
look_for_plans(IMAPIFolder *search, IMAPIFolder *scope, ULONG flags)
{
	SPropValue text = { .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (LPSTR)(uintptr_t) "plan" };
	SRestriction parts[2] = { { .rt = RES_CONTENT }, { .rt = RES_BITMASK } };
	SRestriction both = { .rt = RES_AND };
	SPropValue *id = get(scope, PR_ENTRYID);
	ENTRYLIST folders = { 1, &id->Value.bin };
	HRESULT hr;

	parts[0].res.resContent =
	    (SContentRestriction){ FL_SUBSTRING | FL_IGNORECASE, PR_SUBJECT_A, &text };
	parts[1].res.resBitMask = (SBitMaskRestriction){ BMR_EQZ, PR_MESSAGE_FLAGS, MSGFLAG_READ };
	both.res.resAnd = (SAndRestriction){ 2, parts };
	hr = search->lpVtbl->SetSearchCriteria(search, &both, &folders, flags);
	MAPIFreeBuffer(id);
	return hr;
}

static void
a_search_folder_shows_what_fits_wherever_it_is(void **state)
{
	struct world *world = *state;
	IMAPIFolder *finder = world_folder(world, PR_FINDER_ENTRYID), *inbox = open_inbox(world);
	IMAPIFolder *below = make_folder(inbox, FOLDER_GENERIC, "Below");
	IMAPIFolder *search = make_folder(finder, FOLDER_SEARCH, "Plans");
	SPropValue *first = put_message(inbox, "A plan"), *second, *third;
	ENTRYLIST list = { 1, &first->Value.bin };
	ULONG now = 0;

	second = put_message(below, "Another PLAN");
	third = put_message(inbox, "Nothing");
	OK(look_for_plans(search, inbox, RECURSIVE_SEARCH | BACKGROUND_SEARCH));
	assert_int_equal(count_of(search, 0), 2);
	OK(inbox->lpVtbl->SetReadFlags(inbox, &list, 0, NULL, 0));
	assert_int_equal(count_of(search, 0), 1);
	OK(look_for_plans(search, inbox, SHALLOW_SEARCH));
	assert_int_equal(count_of(search, 0), 0);
	OK(search->lpVtbl->GetSearchCriteria(search, 0, NULL, NULL, &now));
	assert_int_equal(now, SEARCH_RUNNING);
	MAPIFreeBuffer(first);
	MAPIFreeBuffer(second);
	MAPIFreeBuffer(third);
	RELEASE(search);
	RELEASE(below);
	RELEASE(inbox);
	RELEASE(finder);
}

static void
only_search_folders_have_criteria(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	ULONG now = 0;

	FAILS(look_for_plans(inbox, inbox, 0), MAPI_E_NO_SUPPORT);
	FAILS(inbox->lpVtbl->GetSearchCriteria(inbox, 0, NULL, NULL, &now), MAPI_E_NOT_INITIALIZED);
	RELEASE(inbox);
}

static LONG STDAPICALLTYPE
note_end(LPVOID context, ULONG count, LPNOTIFICATION notifications)
{
	if (notifications->ulEventType == fnevSearchComplete)
		g_atomic_int_inc((gint *)context);
	return 0;
}

static void
the_end_of_a_search_is_told(void **state)
{
	struct world *world = *state;
	IMAPIFolder *finder = world_folder(world, PR_FINDER_ENTRYID), *inbox = open_inbox(world);
	IMAPIFolder *search = make_folder(finder, FOLDER_SEARCH, "Plans");
	SPropValue *id = get(search, PR_ENTRYID);
	IMAPIAdviseSink *sink = NULL;
	ULONG_PTR connection = 0;
	gint ended = 0;
	int tries;

	OK(HrAllocAdviseSink(note_end, &ended, &sink));
	OK(world->store->lpVtbl->Advise(
	    world->store, EID(id), fnevSearchComplete, sink, &connection));
	OK(look_for_plans(search, inbox, 0));
	for (tries = 0; tries < 200 && !g_atomic_int_get(&ended); tries++) {
		g_usleep(10000);
		HrDispatchNotifications(0);
	}
	assert_int_equal(g_atomic_int_get(&ended), 1);
	OK(world->store->lpVtbl->Unadvise(world->store, connection));
	RELEASE(sink);
	MAPIFreeBuffer(id);
	RELEASE(search);
	RELEASE(inbox);
	RELEASE(finder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(contents_are_shown_or_hidden_messages),
		CASE(the_hierarchy_is_one_level_or_all),
		CASE(the_tables_are_properties_too),
		CASE(open_entry_opens_what_an_entry_id_names),
		CASE(a_search_folder_shows_what_fits_wherever_it_is),
		CASE(only_search_folders_have_criteria),
		CASE(the_end_of_a_search_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
