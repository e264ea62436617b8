/* SPDX-License-Identifier: MIT */
/* IMailUser: a contact of the personal address book, and a one-off (MAPI reference: IMailUser). */
#include <stdbool.h>
#include "abtesting.h"

static IMailUser *
open_user(const SBinary *id, ULONG flags)
{
	IMailUser *user;
	ULONG type;

	assert_int_equal(ab_book->lpVtbl->OpenEntry(ab_book, id->cb, ab_eid(id), &IID_IMailUser,
			     flags, &type, (LPUNKNOWN *)&user),
	    S_OK);
	assert_int_equal(type, MAPI_MAILUSER);
	return user;
}

static void
a_contact_says_how_to_reach_it(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_add(book, "Bob", "Bob@example.test");
	IMailUser *user = open_user(&id, 0);
	SPropValue *key = ab_prop(user, PR_SEARCH_KEY);

	ab_assert_text(user, PR_DISPLAY_NAME_A, "Bob");
	ab_assert_text(user, PR_ADDRTYPE_A, "SMTP");
	ab_assert_text(user, PR_EMAIL_ADDRESS_A, "Bob@example.test");
	ab_assert_text(user, PR_SMTP_ADDRESS_A, "Bob@example.test");
	assert_string_equal((char *)key->Value.bin.lpb, "SMTP:BOB@EXAMPLE.TEST");
	assert_int_equal(ab_long(user, PR_OBJECT_TYPE), MAPI_MAILUSER);
	assert_int_equal(ab_long(user, PR_DISPLAY_TYPE), DT_MAILUSER);
	MAPIFreeBuffer(key);
	user->lpVtbl->Release(user);
	book->lpVtbl->Release(book);
}

static void
changes_are_seen_once_they_are_saved(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_add(book, "Bob", "bob@example.test");
	IMailUser *user = open_user(&id, MAPI_MODIFY), *reader;

	ab_set_text((IMAPIProp *)user, PR_DISPLAY_NAME_A, "Robert");
	ab_set_text((IMAPIProp *)user, PR_EMAIL_ADDRESS_A, "robert@example.test");
	reader = open_user(&id, 0);
	ab_assert_text(reader, PR_DISPLAY_NAME_A, "Bob");
	reader->lpVtbl->Release(reader);
	assert_int_equal(user->lpVtbl->SaveChanges(user, KEEP_OPEN_READWRITE), S_OK);
	ab_assert_text(user, PR_SMTP_ADDRESS_A, "robert@example.test");
	user->lpVtbl->Release(user);
	reader = open_user(&id, 0);
	ab_assert_text(reader, PR_DISPLAY_NAME_A, "Robert");
	reader->lpVtbl->Release(reader);
	ab_assert_names(book, "robert", "Robert");
	ab_assert_names(book, "bob", "");
	book->lpVtbl->Release(book);
}

static void
what_follows_from_the_entry_cannot_be_set(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_add(book, "Bob", "bob@example.test");
	IMailUser *user = open_user(&id, MAPI_MODIFY);
	SPropValue value = { .ulPropTag = PR_OBJECT_TYPE };
	SPropProblemArray *problems = NULL;

	value.Value.l = MAPI_DISTLIST;
	assert_int_equal(user->lpVtbl->SetProps(user, 1, &value, &problems), S_OK);
	assert_non_null(problems);
	assert_int_equal(problems->aProblem[0].scode, MAPI_E_COMPUTED);
	MAPIFreeBuffer(problems);
	user->lpVtbl->Release(user);
	book->lpVtbl->Release(book);
}

static void
one_opened_to_read_cannot_be_changed(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_add(book, "Bob", "bob@example.test");
	IMailUser *user = open_user(&id, 0);
	SPropValue value = { .ulPropTag = PR_TITLE_A };

	value.Value.lpszA = (char *)(uintptr_t) "x";
	assert_int_equal(user->lpVtbl->SetProps(user, 1, &value, NULL), MAPI_E_NO_ACCESS);
	assert_int_equal(user->lpVtbl->SaveChanges(user, 0), MAPI_E_NO_ACCESS);
	user->lpVtbl->Release(user);
	book->lpVtbl->Release(book);
}

static void
one_that_was_deleted_cannot_be_saved(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_add(book, "Bob", "bob@example.test");
	ENTRYLIST list = { 1, &id };
	IMailUser *user = open_user(&id, MAPI_MODIFY), *again;
	ULONG type;

	assert_int_equal(book->lpVtbl->DeleteEntries(book, &list, 0), S_OK);
	ab_set_text((IMAPIProp *)user, PR_TITLE_A, "x");
	assert_int_equal(user->lpVtbl->SaveChanges(user, 0), MAPI_E_OBJECT_DELETED);
	user->lpVtbl->Release(user);
	assert_int_equal(ab_book->lpVtbl->OpenEntry(
			     ab_book, id.cb, ab_eid(&id), NULL, 0, &type, (LPUNKNOWN *)&again),
	    MAPI_E_NOT_FOUND);
	book->lpVtbl->Release(book);
}

static void
a_one_off_is_what_its_entry_id_says(void **state)
{
	ENTRYID *id;
	ULONG size;
	SBinary bytes;
	IMailUser *user;

	assert_int_equal(ab_book->lpVtbl->CreateOneOff(ab_book, (LPTSTR) "Cleo", (LPTSTR) "SMTP",
			     (LPTSTR) "cleo@example.test", 0, &size, &id),
	    S_OK);
	bytes = (SBinary){ size, (BYTE *)id };
	user = open_user(&bytes, 0);
	ab_assert_text(user, PR_DISPLAY_NAME_A, "Cleo");
	ab_assert_text(user, PR_EMAIL_ADDRESS_A, "cleo@example.test");
	assert_int_equal(user->lpVtbl->SaveChanges(user, 0), MAPI_E_NO_ACCESS);
	user->lpVtbl->Release(user);
	MAPIFreeBuffer(id);
}

/* PR_DETAILS_TABLE: what a dialogue would show, as rows of a display table. */
static void
its_details_are_a_table_of_labels_and_fields(void **state)
{
	IABContainer *book = ab_personal();
	SBinary id = ab_add(book, "Bob", "bob@example.test");
	IMailUser *user = open_user(&id, MAPI_MODIFY);
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	ULONG pages = 0, fields = 0;
	bool named = false;

	assert_int_equal(user->lpVtbl->OpenProperty(user, PR_DETAILS_TABLE, &IID_IMAPITable, 0, 0,
			     (IUnknown **)(void *)&table),
	    S_OK);
	assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows), S_OK);
	for (ULONG i = 0; i < rows->cRows; i++) {
		const SRow *row = &rows->aRow[i];
		const BYTE *structure =
		    PpropFindProp(row->lpProps, row->cValues, PR_CONTROL_STRUCTURE)->Value.bin.lpb;
		LONG flags = PpropFindProp(row->lpProps, row->cValues, PR_CONTROL_FLAGS)->Value.l;

		switch (PpropFindProp(row->lpProps, row->cValues, PR_CONTROL_TYPE)->Value.l) {
		case DTCT_PAGE:
			pages++;
			break;
		case DTCT_EDIT:
			fields++;
			assert_true((ULONG)flags & DT_EDITABLE);
			named = named || ((const DTBLEDIT *)(const void *)structure)->ulPropTag ==
					     PR_DISPLAY_NAME_A;
			break;
		}
	}
	assert_int_equal(pages, 3);
	assert_true(fields >= 10 && named);
	FreeProws(rows);
	table->lpVtbl->Release(table);
	assert_int_equal(user->lpVtbl->OpenProperty(user, PR_DETAILS_TABLE, &IID_IStream, 0, 0,
			     (IUnknown **)(void *)&table),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
	user->lpVtbl->Release(user);
	book->lpVtbl->Release(book);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ab_setup, ab_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_contact_says_how_to_reach_it),
		CASE(changes_are_seen_once_they_are_saved),
		CASE(what_follows_from_the_entry_cannot_be_set),
		CASE(one_opened_to_read_cannot_be_changed),
		CASE(one_that_was_deleted_cannot_be_saved),
		CASE(a_one_off_is_what_its_entry_id_says),
		CASE(its_details_are_a_table_of_labels_and_fields),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
