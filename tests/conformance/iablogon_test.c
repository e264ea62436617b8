/* SPDX-License-Identifier: MIT */
/* IABLogon, and what IMAPISupport makes of all of them (MAPI reference: IABLogon : IUnknown). */
#include "abtesting.h"
#include "abooks.h"
#include "profile.h"
#include "session.h"

/* The personal address book's logon. */
static IABLogon *
first_logon(void)
{
	GPtrArray *logons = abooks_logons(session_from(ab_session));
	IABLogon *logon = g_ptr_array_index(logons, 0);

	logon->lpVtbl->AddRef(logon);
	g_ptr_array_unref(logons);
	return logon;
}

static IMAPISupport *
support(void)
{
	struct session *session = session_from(ab_session);
	GArray *providers = profile_providers(session_profile(session), MAPI_AB_PROVIDER);
	IMAPISupport *made = NULL;

	assert_int_equal(
	    support_create(session, &g_array_index(providers, MAPIUID, 0), NULL, &made), S_OK);
	g_array_unref(providers);
	return made;
}

/* The names of a one-off table's templates, with commas between; all can be chosen. */
static void
assert_templates(IMAPITable *table, const char *expected)
{
	static const ULONG tags[] = { PR_ADDRTYPE_A, PR_DEPTH, PR_DISPLAY_NAME_A, PR_DISPLAY_TYPE,
		PR_ENTRYID, PR_INSTANCE_KEY, PR_SELECTABLE };
	g_autoptr(GString) names = g_string_new(NULL);
	SRowSet *rows = NULL;

	assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows), S_OK);
	for (ULONG i = 0; i < rows->cRows; i++) {
		const SRow *row = &rows->aRow[i];

		for (size_t k = 0; k < G_N_ELEMENTS(tags); k++)
			assert_non_null(PpropFindProp(row->lpProps, row->cValues, tags[k]));
		assert_true(PpropFindProp(row->lpProps, row->cValues, PR_SELECTABLE)->Value.b);
		g_string_append_printf(names, "%s%s", i ? "," : "",
		    PpropFindProp(row->lpProps, row->cValues, PR_DISPLAY_NAME_A)->Value.lpszA);
	}
	assert_string_equal(names->str, expected);
	FreeProws(rows);
}

static void
its_templates_are_those_of_its_container(void **state)
{
	IABLogon *logon = first_logon();
	IABContainer *book = ab_personal();
	IMAPITable *table = NULL;

	assert_int_equal(logon->lpVtbl->GetOneOffTable(logon, 0, &table), S_OK);
	assert_templates(table, "Contact,Distribution list");
	table->lpVtbl->Release(table);
	assert_int_equal(book->lpVtbl->OpenProperty(book, PR_CREATE_TEMPLATES, &IID_IMAPITable, 0,
			     0, (IUnknown **)(void *)&table),
	    S_OK);
	assert_templates(table, "Contact,Distribution list");
	table->lpVtbl->Release(table);
	assert_int_equal(logon->lpVtbl->GetOneOffTable(logon, 0x40, &table), MAPI_E_UNKNOWN_FLAGS);
	assert_null(table);
	book->lpVtbl->Release(book);
	logon->lpVtbl->Release(logon);
}

static void
support_has_the_templates_of_all_and_one_of_its_own(void **state)
{
	IMAPISupport *made = support();
	IMAPITable *table = NULL;

	assert_int_equal(made->lpVtbl->GetOneOffTable(made, 0, &table), S_OK);
	assert_templates(
	    table, "Internet address,Contact,Distribution list,Contact,Distribution list");
	table->lpVtbl->Release(table);
	made->lpVtbl->Release(made);
}

/* A template can be looked at, makes entries, and is none itself. */
static void
each_template_opens_and_makes_an_entry(void **state)
{
	IABContainer *book = ab_personal();
	IMAPISupport *made = support();
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;

	assert_int_equal(made->lpVtbl->GetOneOffTable(made, 0, &table), S_OK);
	assert_int_equal(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows), S_OK);
	for (ULONG i = 0; i < 3; i++) {
		const SRow *row = &rows->aRow[i];
		SBinary id = PpropFindProp(row->lpProps, row->cValues, PR_ENTRYID)->Value.bin;
		IMAPIProp *template = NULL, *entry = NULL;
		IMAPITable *details = NULL;
		ULONG type;

		assert_int_equal(ab_book->lpVtbl->OpenEntry(ab_book, id.cb, ab_eid(&id), NULL, 0,
				     &type, (IUnknown **)(void *)&template),
		    S_OK);
		assert_int_equal(type, i == 2 ? MAPI_DISTLIST : MAPI_MAILUSER);
		assert_int_equal(template->lpVtbl->OpenProperty(template, PR_DETAILS_TABLE,
				     &IID_IMAPITable, 0, 0, (IUnknown **)(void *)&details),
		    S_OK);
		details->lpVtbl->Release(details);
		assert_int_equal(template->lpVtbl->SaveChanges(template, 0), MAPI_E_NO_ACCESS);
		template->lpVtbl->Release(template);
		assert_int_equal(
		    book->lpVtbl->CreateEntry(book, id.cb, ab_eid(&id), 0, &entry), S_OK);
		ab_set_text(entry, PR_DISPLAY_NAME_A, "Made");
		assert_int_equal(entry->lpVtbl->SaveChanges(entry, 0), S_OK);
		entry->lpVtbl->Release(entry);
	}
	FreeProws(rows);
	table->lpVtbl->Release(table);
	made->lpVtbl->Release(made);
	ab_assert_names(book, NULL, "Made,Made,Made");
	book->lpVtbl->Release(book);
}

/* No entry of ours needs code of ours elsewhere; others' template IDs are not known. */
static void
template_ids_are_not_used(void **state)
{
	IABContainer *book = ab_personal();
	SBinary bob = ab_add(book, "Bob", "bob@example.test");
	IMAPISupport *made = support();
	IMAPIProp *data = NULL, *bound = NULL;
	BYTE strange[40] = { 1 };

	assert_int_equal(CreateIProp(&IID_IMAPIPropData, MAPIAllocateBuffer, MAPIAllocateMore,
			     MAPIFreeBuffer, NULL, (IPropData **)(void *)&data),
	    S_OK);
	assert_int_equal(
	    made->lpVtbl->OpenTemplateID(made, bob.cb, ab_eid(&bob), 0, data, NULL, &bound, NULL),
	    MAPI_E_NO_SUPPORT);
	assert_int_equal(made->lpVtbl->OpenTemplateID(made, sizeof strange,
			     (ENTRYID *)(void *)strange, 0, data, NULL, &bound, NULL),
	    MAPI_E_UNKNOWN_ENTRYID);
	assert_null(bound);
	data->lpVtbl->Release(data);
	made->lpVtbl->Release(made);
	book->lpVtbl->Release(book);
}

static void
its_status_object_looks_whether_the_book_is_there(void **state)
{
	IABLogon *logon = first_logon();
	IMAPIStatus *status = NULL;
	g_autofree char *path = g_build_filename(test_folder, "data/emapi/contacts.ab", NULL);
	g_autofree char *away = g_strconcat(path, ".away", NULL);
	ULONG type = 0;

	assert_int_equal(logon->lpVtbl->OpenStatusEntry(logon, NULL, 0, &type, &status), S_OK);
	assert_int_equal(type, MAPI_STATUS);
	assert_int_equal(ab_long(status, PR_RESOURCE_TYPE), MAPI_AB_PROVIDER);
	ab_assert_text(status, PR_DISPLAY_NAME_A, "Contacts");
	assert_int_equal(status->lpVtbl->ValidateState(status, 0, SUPPRESS_UI), S_OK);
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(status->lpVtbl->ValidateState(status, 0, SUPPRESS_UI), MAPI_E_NOT_FOUND);
	assert_int_equal(ab_long(status, PR_STATUS_CODE), STATUS_FAILURE);
	assert_int_equal(rename(away, path), 0);
	status->lpVtbl->Release(status);
	logon->lpVtbl->Release(logon);
}

static void
entry_ids_are_compared(void **state)
{
	IABContainer *book = ab_personal();
	SBinary bob = ab_add(book, "Bob", "bob@example.test");
	SBinary cleo = ab_add(book, "Cleo", "cleo@example.test");
	IABLogon *logon = first_logon();
	BYTE strange[40] = { 1 };
	ULONG same = 9;

	assert_int_equal(logon->lpVtbl->CompareEntryIDs(
			     logon, bob.cb, ab_eid(&bob), bob.cb, ab_eid(&bob), 0, &same),
	    S_OK);
	assert_true(same);
	assert_int_equal(logon->lpVtbl->CompareEntryIDs(
			     logon, bob.cb, ab_eid(&bob), cleo.cb, ab_eid(&cleo), 0, &same),
	    S_OK);
	assert_false(same);
	assert_int_equal(logon->lpVtbl->CompareEntryIDs(logon, bob.cb, ab_eid(&bob), sizeof strange,
			     (ENTRYID *)(void *)strange, 0, &same),
	    MAPI_E_UNKNOWN_ENTRYID);
	logon->lpVtbl->Release(logon);
	book->lpVtbl->Release(book);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, ab_setup, ab_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(its_templates_are_those_of_its_container),
		CASE(support_has_the_templates_of_all_and_one_of_its_own),
		CASE(each_template_opens_and_makes_an_entry),
		CASE(template_ids_are_not_used),
		CASE(its_status_object_looks_whether_the_book_is_there),
		CASE(entry_ids_are_compared),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
