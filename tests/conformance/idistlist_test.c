/* SPDX-License-Identifier: MIT */
/* IDistList of the personal address book (MAPI reference: IDistList : IMAPIContainer). */
#include "abtesting.h"

static IDistList *
open_list(const SBinary *id, ULONG flags)
{
	IDistList *list;
	ULONG type;

	assert_int_equal(ab_book->lpVtbl->OpenEntry(
			     ab_book, id->cb, ab_eid(id), NULL, flags, &type, (LPUNKNOWN *)&list),
	    S_OK);
	assert_int_equal(type, MAPI_DISTLIST);
	return list;
}

static void
put(IDistList *list, const SBinary *id)
{
	SBinary copy = *id;
	ENTRYLIST entries = { 1, &copy };

	assert_int_equal(list->lpVtbl->CopyEntries(list, &entries, 0, NULL, 0), S_OK);
}

static void
a_list_says_what_it_is(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_add_list(book, "Team");
	IDistList *list = open_list(&id, 0);
	IABContainer *same;

	assert_int_equal(ab_long(list, PR_OBJECT_TYPE), MAPI_DISTLIST);
	assert_int_equal(ab_long(list, PR_DISPLAY_TYPE), DT_PRIVATE_DISTLIST);
	ab_assert_text(list, PR_ADDRTYPE_A, "MAPIPDL");
	ab_assert_names((IABContainer *)list, NULL, "");
	assert_int_equal(
	    list->lpVtbl->QueryInterface(list, &IID_IMAPIContainer, (void **)&same), S_OK);
	same->lpVtbl->Release(same);
	list->lpVtbl->Release(list);
	book->lpVtbl->Release(book);
}

static void
members_are_entries_of_the_book_of_others_and_lists(void **state)
{
	IABContainer *book = ab_personal();
	SBinary bob = ab_add(book, "Bob", "bob@example.test");
	SBinary sub = ab_add_list(book, "Sub"), team = ab_add_list(book, "Team"), outside;
	IDistList *list = open_list(&team, MAPI_MODIFY);
	ENTRYID *oneoff;
	ULONG size;

	assert_int_equal(ab_book->lpVtbl->CreateOneOff(ab_book, (LPTSTR) "Cleo", (LPTSTR) "SMTP",
			     (LPTSTR) "cleo@example.test", 0, &size, &oneoff),
	    S_OK);
	outside = (SBinary){ size, (BYTE *)oneoff };
	put(list, &bob);
	put(list, &outside);
	put(list, &sub);
	put(list, &bob); /* once, however often it is added */
	ab_assert_names((IABContainer *)list, NULL, "Bob,Cleo,Sub");
	ab_assert_names((IABContainer *)list, "cl", "Cleo");
	ab_assert_names(book, NULL, "Bob,Sub,Team");
	MAPIFreeBuffer(oneoff);
	list->lpVtbl->Release(list);
	book->lpVtbl->Release(book);
}

static void
a_member_is_shown_as_it_is_now(void **state)
{
	IABContainer *book = ab_personal();
	SBinary bob = ab_add(book, "Bob", "bob@example.test"), team = ab_add_list(book, "Team");
	IDistList *list = open_list(&team, MAPI_MODIFY);
	IMAPIProp *entry;
	ULONG type;

	put(list, &bob);
	assert_int_equal(list->lpVtbl->OpenEntry(list, bob.cb, ab_eid(&bob), NULL, MAPI_MODIFY,
			     &type, (LPUNKNOWN *)&entry),
	    S_OK);
	ab_set_text(entry, PR_DISPLAY_NAME_A, "Robert");
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), S_OK);
	entry->lpVtbl->Release(entry);
	ab_assert_names((IABContainer *)list, NULL, "Robert");
	list->lpVtbl->Release(list);
	book->lpVtbl->Release(book);
}

static void
taking_a_member_out_leaves_it_in_the_book(void **state)
{
	IABContainer *book = ab_personal();
	SBinary bob = ab_add(book, "Bob", "bob@example.test"), team = ab_add_list(book, "Team");
	IDistList *list = open_list(&team, MAPI_MODIFY);
	ENTRYLIST entries = { 1, &bob };

	put(list, &bob);
	assert_int_equal(list->lpVtbl->DeleteEntries(list, &entries, 0), S_OK);
	ab_assert_names((IABContainer *)list, NULL, "");
	ab_assert_names(book, NULL, "Bob,Team");
	put(list, &bob);
	assert_int_equal(book->lpVtbl->DeleteEntries(book, &entries, 0), S_OK);
	ab_assert_names((IABContainer *)list, NULL, "");
	list->lpVtbl->Release(list);
	book->lpVtbl->Release(book);
}

static void
an_entry_created_in_a_list_is_in_the_book_too(void **state)
{
	IABContainer *book = ab_personal();
	SBinary team = ab_add_list(book, "Team");
	IDistList *list = open_list(&team, MAPI_MODIFY);
	SPropValue *template = ab_prop(book, PR_DEF_CREATE_MAILUSER);
	IMAPIProp *entry;

	assert_int_equal(list->lpVtbl->CreateEntry(
			     list, template->Value.bin.cb, ab_eid(&template->Value.bin), 0, &entry),
	    S_OK);
	ab_set_text(entry, PR_DISPLAY_NAME_A, "New");
	ab_set_text(entry, PR_EMAIL_ADDRESS_A, "new@example.test");
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), S_OK);
	entry->lpVtbl->Release(entry);
	ab_assert_names((IABContainer *)list, NULL, "New");
	ab_assert_names(book, NULL, "New,Team");
	MAPIFreeBuffer(template);
	list->lpVtbl->Release(list);
	book->lpVtbl->Release(book);
}

static void
a_list_opened_to_read_keeps_its_members(void **state)
{
	IABContainer *book = ab_personal();
	SBinary bob = ab_add(book, "Bob", "bob@example.test"), team = ab_add_list(book, "Team");
	IDistList *list = open_list(&team, 0);
	ENTRYLIST entries = { 1, &bob };

	assert_int_equal(list->lpVtbl->CopyEntries(list, &entries, 0, NULL, 0), MAPI_E_NO_ACCESS);
	assert_int_equal(list->lpVtbl->DeleteEntries(list, &entries, 0), MAPI_E_NO_ACCESS);
	list->lpVtbl->Release(list);
	book->lpVtbl->Release(book);
}

static void
a_lists_table_tells_who_came_and_went(void **state)
{
	IABContainer *book = ab_personal();
	SBinary bob = ab_add(book, "Bob", "bob@example.test"), team = ab_add_list(book, "Team");
	IDistList *list = open_list(&team, MAPI_MODIFY);
	ENTRYLIST entries = { 1, &bob };
	g_autoptr(GString) heard = g_string_new(NULL);
	IMAPIAdviseSink *sink = NULL;
	IMAPITable *table = NULL;
	ULONG_PTR connection;

	assert_int_equal(HrAllocAdviseSink(ab_hear, heard, &sink), S_OK);
	assert_int_equal(list->lpVtbl->GetContentsTable(list, 0, &table), S_OK);
	assert_int_equal(table->lpVtbl->Advise(table, fnevTableModified, sink, &connection), S_OK);
	sink->lpVtbl->Release(sink);
	assert_int_equal(list->lpVtbl->CopyEntries(list, &entries, 0, NULL, 0), S_OK);
	ab_assert_heard(heard, "added Bob");
	assert_int_equal(list->lpVtbl->DeleteEntries(list, &entries, 0), S_OK);
	ab_assert_heard(heard, "deleted");
	assert_int_equal(table->lpVtbl->Unadvise(table, connection), S_OK);
	table->lpVtbl->Release(table);
	list->lpVtbl->Release(list);
	book->lpVtbl->Release(book);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ab_setup, ab_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_list_says_what_it_is),
		CASE(members_are_entries_of_the_book_of_others_and_lists),
		CASE(a_member_is_shown_as_it_is_now),
		CASE(taking_a_member_out_leaves_it_in_the_book),
		CASE(an_entry_created_in_a_list_is_in_the_book_too),
		CASE(a_list_opened_to_read_keeps_its_members),
		CASE(a_lists_table_tells_who_came_and_went),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
